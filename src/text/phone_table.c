/* phone_table.c - the countries of the metadata, by name and by code. */

#include "text/phone_table.h"
#include "text/phone_pattern.h"

#include <string.h>

const struct phone_country *phone_country_named(struct str name)
{
    for (size_t i = 0; i < phone_countries_n; i++)
        if (str_eq_nocase(str(phone_countries[i].name), name))
            return &phone_countries[i];
    return NULL;
}

const struct phone_country *phone_country_dialled(struct str digits)
{
    for (size_t i = 0; i < phone_countries_n; i++)
        if (str_starts(digits, str(phone_countries[i].code)))
            return &phone_countries[i];
    return NULL;
}

bool phone_code_fits(const char *code, struct str national)
{
    for (size_t i = 0; i < phone_countries_n; i++)
        if (strcmp(phone_countries[i].code, code) == 0 && national.n < 32 &&
            (phone_countries[i].lengths >> national.n & 1))
            return true;
    return false;
}

bool phone_code_has(const char *code, struct str national)
{
    for (size_t i = 0; i < phone_countries_n; i++) {
        const struct phone_country *c = &phone_countries[i];
        if (strcmp(c->code, code) == 0 && national.n < 32 && (c->lengths >> national.n & 1) &&
            phone_pattern_all(c->pattern, national) &&
            (!c->leading[0] || phone_pattern_begins(c->leading, national, NULL)))
            return true;
    }
    return false;
}
