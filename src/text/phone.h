#ifndef TEXT_PHONE_H
#define TEXT_PHONE_H

#include "base/str.h"

/*
 * Phones and e-mails as people type them, to the form that can be compared.
 *
 * phone_normal: E.164 ("+77011234567") with `country` (ISO 3166 alpha-2) as
 * the default for numbers without a country code: Arabic-Indic, Persian,
 * full-width and Devanagari digits folded, direction marks removed, extension
 * dropped, the country's own prefix for calls abroad or 00, prefixes of trunks,
 * mobiles and carriers, Kazakhstan's and Russia's leading 8.  The plans are
 * libphonenumber's metadata (phone_metadata.c).  "" when no number of 8 to 15
 * digits with a length that its country has can be read.  A number of a range
 * that the metadata does not know is normal all the same: a lead must not lose
 * its phone to a table that is a year old; phone_exists tells.
 */
struct str phone_normal(struct arena *arena, struct str typed, struct str country);
/* Does a normal phone match its country's general pattern and its lengths? */
bool phone_exists(struct str phone);
/* Trimmed, lower case, "mailto:" and brackets removed; "" when it is not an address. */
struct str email_normal(struct arena *arena, struct str typed);

#endif
