#ifndef TEXT_PHONE_TABLE_H
#define TEXT_PHONE_TABLE_H

#include "base/str.h"

/* How a country writes its numbers. */
struct phone_country {
    const char *code;  /* country code: "7", "966"; no code begins another */
    const char *names; /* ISO 3166 alpha-2, those that share the code with a space between */
    const char *trunk; /* dialled before the number inside the country, "" for none */
    unsigned char least, most; /* digits after the country code */
};

const struct phone_country *phone_country_named(struct str name); /* NULL: not in the table */
const struct phone_country *phone_country_dialled(struct str digits); /* by its first digits */

#endif
