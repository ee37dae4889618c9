#ifndef TEXT_PHONE_H
#define TEXT_PHONE_H

#include "base/str.h"

/*
 * Phones and e-mails as people type them, to the form that can be compared.
 *
 * phone_normal: E.164 ("+77011234567") with `country` (ISO 3166 alpha-2) as
 * the default for numbers without a country code: Arabic-Indic, Persian,
 * full-width and Devanagari digits folded, direction marks removed, extension
 * dropped, Kazakhstan's and Russia's leading 8, trunk zeros after the country
 * code.  "" when no valid number (8 to 15 digits) can be read.
 */
struct str phone_normal(struct arena *arena, struct str typed, struct str country);
/* Trimmed, lower case, "mailto:" and brackets removed; "" when it is not an address. */
struct str email_normal(struct arena *arena, struct str typed);

#endif
