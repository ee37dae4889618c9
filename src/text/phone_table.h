#ifndef TEXT_PHONE_TABLE_H
#define TEXT_PHONE_TABLE_H

#include "base/str.h"

/*
 * How a country writes its numbers: libphonenumber's metadata.  Patterns are
 * those of text/phone_pattern.h; "" where the country has no such thing.
 */
struct phone_country {
    const char *name;      /* ISO 3166 alpha-2; "001" for codes of no country */
    const char *code;      /* country code: "7", "966"; no code begins another */
    const char *abroad;    /* dialled before the code of another country: "00", "810" */
    const char *pattern;   /* every number of the country, without its code */
    const char *trunk;     /* dialled before a number within the country; may hold groups */
    const char *transform; /* what takes the place of `trunk`: "9$1" */
    const char *leading;   /* first digits, where several countries share the code */
    uint32_t lengths;      /* bit n: there are numbers of n digits after the code */
};

/* By code; the main country of a code before those that share it. */
extern const struct phone_country phone_countries[];
extern const size_t phone_countries_n;

const struct phone_country *phone_country_named(struct str name); /* NULL: no such country */
/* The main country of the code that these digits begin with; NULL when there is none. */
const struct phone_country *phone_country_dialled(struct str digits);

/* Digits behind a code: as many as its countries have; one that matches a country's pattern. */
bool phone_code_fits(const char *code, struct str national);
bool phone_code_has(const char *code, struct str national);

#endif
