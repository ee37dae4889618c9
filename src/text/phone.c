/* phone.c - telephone numbers as people type them. */

#include "text/phone.h"
#include "base/arena.h"
#include "text/fold.h"
#include "text/phone_table.h"

#include <string.h>

enum { MOST_DIGITS = 32, LEAST = 8, MOST = 15 };

/* The digits of the first number in a text, and whether a country code is among them. */
struct dialled {
    char digits[MOST_DIGITS + 1];
    size_t n;
    bool international;
};

/* Does this sign, read after so many digits, end the number? */
static bool ends_number(uint32_t c, size_t digits)
{
    if (c == ',') /* "87011234567, 8777..." and not "8,701,123..." */
        return digits >= 10;
    return digits >= 7 && c != 0 && c != '\t' && (c > 127 || !strchr(" -.()", (int)c));
}

/*
 * Words before the number are skipped ("тел. +7..."); after it they begin an
 * extension or another number ("доб. 12", "ext 5", "#3", ";ext=", "/ +7...").
 */
static bool read_digits(struct str typed, struct dialled *out)
{
    while (typed.n) {
        uint32_t c = fold_next(&typed);
        if (c >= '0' && c <= '9') {
            if (out->n == MOST_DIGITS)
                return false;
            out->digits[out->n++] = (char)c;
        } else if (ends_number(c, out->n)) {
            break;
        } else if (c == '+') {
            out->n = 0;
            out->international = true;
        }
    }
    return out->n > 0;
}

static struct str text_of(const struct dialled *d)
{
    return (struct str){d->digits, d->n};
}

static bool begins(const struct dialled *d, const char *prefix)
{
    return str_starts(text_of(d), str(prefix));
}

static void drop(struct dialled *d, size_t from, size_t n)
{
    memmove(d->digits + from, d->digits + from + n, d->n - from - n);
    d->n -= n;
}

static void put_before(struct dialled *d, const char *prefix)
{
    size_t n = strlen(prefix);

    must(d->n + n <= MOST_DIGITS);
    memmove(d->digits + n, d->digits, d->n);
    memcpy(d->digits, prefix, n);
    d->n += n;
}

static bool fits(const struct phone_country *country, size_t national_digits)
{
    return national_digits >= country->least && national_digits <= country->most;
}

/* "+44 (0)20 ...", "+7 8 701 ...": the trunk prefix has no place behind a country code. */
static void drop_trunk(struct dialled *d, const struct phone_country *country)
{
    size_t code = strlen(country->code), trunk = strlen(country->trunk);

    while (trunk && str_starts(str_sub(text_of(d), code, d->n), str(country->trunk))) {
        size_t national = d->n - code;
        if (country->trunk[0] != '0' &&
            (fits(country, national) || !fits(country, national - trunk)))
            return;
        drop(d, code, trunk);
    }
}

/* Kazakhstan's and Russia's 8 instead of +7: "8 701...", also with a plus before it by mistake.
 */
static bool national_8(const struct dialled *d)
{
    return d->n == 11 && (begins(d, "87") || begins(d, "89"));
}

/* A number without "+" or "00": is it one of the country? */
static bool add_country(struct dialled *d, const struct phone_country *country)
{
    size_t code = strlen(country->code), trunk = strlen(country->trunk);

    if (begins(d, country->code) && fits(country, d->n - code))
        return true;
    if (trunk && begins(d, country->trunk) && fits(country, d->n - trunk)) {
        drop(d, 0, trunk);
        put_before(d, country->code);
        return true;
    }
    if (begins(d, country->code) && d->n > code) { /* "966 050 123 4567" */
        struct dialled copy = *d;
        drop_trunk(&copy, country);
        if (copy.n < d->n && fits(country, copy.n - code)) {
            *d = copy;
            return true;
        }
    }
    if (fits(country, d->n)) {
        put_before(d, country->code);
        return true;
    }
    return false;
}

/* What the plan of a country rules out: a lead that cannot be called is not merged by it. */
static bool plausible(const struct dialled *d, const struct phone_country *country)
{
    struct str national = str_sub(text_of(d), country ? strlen(country->code) : 0, d->n);
    size_t same = 1;

    if (d->n < LEAST || d->n > MOST || d->digits[0] == '0')
        return false;
    while (same < national.n && national.p[same] == national.p[0])
        same++;
    if (same == national.n)
        return false;
    if (!country)
        return true;
    if (strcmp(country->code, "7") == 0 && (national.p[0] < '3' || national.p[0] > '9'))
        return false;
    if (strcmp(country->code, "1") == 0 && national.p[0] < '2')
        return false;
    return fits(country, national.n);
}

struct str phone_normal(struct arena *arena, struct str typed, struct str country_name)
{
    const struct phone_country *country = phone_country_named(country_name);
    struct dialled d = {0};

    if (!read_digits(typed, &d))
        return STR("");
    if (begins(&d, "00")) {
        drop(&d, 0, 2);
        d.international = true;
    } else if (begins(&d, "011") && country && strcmp(country->code, "1") == 0) {
        drop(&d, 0, 3);
        d.international = true;
    }
    if (national_8(&d) && (d.international || !country || !fits(country, d.n))) {
        d.digits[0] = '7';
        d.international = true;
    }
    if (!d.international && !(country && add_country(&d, country)) && d.n < 11)
        return STR(
            ""); /* with 11 digits and more it may be a foreign number without its plus */
    country = phone_country_dialled(text_of(&d));
    if (country)
        drop_trunk(&d, country);
    if (!plausible(&d, country))
        return STR("");
    return str_fmt(arena, "+" STR_FMT, STR_ARG(text_of(&d)));
}
