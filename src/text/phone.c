/* phone.c - telephone numbers as people type them. */

#include "text/phone.h"
#include "base/arena.h"
#include "text/fold.h"
#include "text/phone_pattern.h"
#include "text/phone_table.h"

#include <string.h>

enum { MOST_DIGITS = 32, LEAST = 8, MOST = 15 };
/* How well a reading fits its country. */
enum { CANNOT, FITS, EXISTS };

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

/* The first n digits give way to others. */
static bool replace(struct dialled *d, size_t n, struct str by)
{
    if (d->n - n + by.n > MOST_DIGITS)
        return false;
    memmove(d->digits + by.n, d->digits + n, d->n - n);
    if (by.n)
        memcpy(d->digits, by.p, by.n);
    d->n += by.n - n;
    return true;
}

/* "9$1" with the groups of a match put in. */
static struct dialled transformed(const char *rule, const struct phone_match *match)
{
    struct dialled out = {0};

    for (const char *p = rule; *p; p++) {
        struct str part = {p, 1};
        if (*p == '$')
            part = match->group[*++p - '1'];
        for (size_t i = 0; i < part.n && out.n < MOST_DIGITS; i++)
            out.digits[out.n++] = part.p[i];
    }
    return out;
}

static bool has_length(const struct phone_country *country, size_t n)
{
    return n < 32 && (country->lengths >> n & 1);
}

/*
 * National digits without what is dialled before them within the country, by
 * the library's rules: not when only the number with it is one of the country,
 * nor when too little would remain.
 */
static void drop_trunk(struct dialled *national, const struct phone_country *country)
{
    struct dialled without = *national;
    struct phone_match match;
    struct dialled by = {0};

    if (!country->trunk[0] ||
        !phone_pattern_begins(country->trunk, text_of(national), &match) || match.n == 0)
        return;
    if (country->transform[0] && match.last.n)
        by = transformed(country->transform, &match);
    if (!replace(&without, match.n, text_of(&by)))
        return;
    if (phone_pattern_all(country->pattern, text_of(national)) &&
        !phone_pattern_all(country->pattern, text_of(&without)))
        return;
    if (has_length(country, without.n) || !has_length(country, national->n))
        *national = without;
}

/* What no plan allows: a lead that cannot be called is not merged by it. */
static int judged(const char *code, struct str national)
{
    size_t same = 1, n = strlen(code) + national.n;

    if (n < LEAST || n > MOST || !phone_code_fits(code, national))
        return CANNOT;
    while (same < national.n && national.p[same] == national.p[0])
        same++;
    if (same == national.n)
        return CANNOT;
    if (strcmp(code, "7") == 0 && (national.p[0] < '3' || national.p[0] > '9'))
        return CANNOT;
    if (strcmp(code, "1") == 0 && national.p[0] < '2')
        return CANNOT;
    return phone_code_has(code, national) ? EXISTS : FITS;
}

/* The best reading so far; an earlier one goes before a later one as good. */
struct reading {
    int how;
    struct dialled number; /* with the country's code */
};

static void consider(struct reading *best, const struct phone_country *country,
                     struct dialled national)
{
    int how;

    drop_trunk(&national, country);
    how = judged(country->code, text_of(&national));
    if (how > best->how && replace(&national, 0, str(country->code)))
        *best = (struct reading){how, national};
}

/* The digits behind the first n, as a code with a number. */
static void consider_international(struct reading *best, struct dialled d, size_t n)
{
    const struct phone_country *country;

    (void)replace(&d, n, STR(""));
    country = phone_country_dialled(text_of(&d));
    if (country && replace(&d, strlen(country->code), STR("")))
        consider(best, country, d);
}

/* Kazakhstan's and Russia's 8 instead of +7: "8 701...", also with a plus before it by mistake.
 */
static void consider_national_8(struct reading *best, struct dialled d)
{
    if (d.n == 11 && d.digits[0] == '8' && (d.digits[1] == '7' || d.digits[1] == '9')) {
        d.digits[0] = '7';
        consider_international(best, d, 0);
    }
}

static void consider_domestic(struct reading *best, const struct dialled *d,
                              const struct phone_country *country)
{
    struct phone_match abroad;

    if (str_starts(text_of(d), STR("00")))
        consider_international(best, *d, 2);
    if (country && country->abroad[0] &&
        phone_pattern_begins(country->abroad, text_of(d), &abroad))
        consider_international(best, *d, abroad.n);
    if (country) {
        struct dialled rest = *d;
        consider(best, country, *d);
        if (str_starts(text_of(d), str(country->code)) &&
            replace(&rest, strlen(country->code), STR("")))
            consider(best, country, rest);
    }
    consider_national_8(best, *d);
    if (d->n >= 11) /* it may be a foreign number without its plus */
        consider_international(best, *d, 0);
}

struct str phone_normal(struct arena *arena, struct str typed, struct str country_name)
{
    struct reading best = {0}, again = {0};
    struct dialled d = {0};

    if (!read_digits(typed, &d))
        return STR("");
    if (d.international) {
        consider_national_8(&best, d);
        consider_international(&best, d, 0);
    } else {
        consider_domestic(&best, &d, phone_country_named(country_name));
    }
    if (best.how == CANNOT)
        return STR("");
    /* What is normal stays as it is when it is read again. */
    for (int i = 0; i < 4; i++) {
        again = (struct reading){0};
        consider_national_8(&again, best.number);
        consider_international(&again, best.number, 0);
        if (again.how == CANNOT)
            return STR("");
        if (str_eq(text_of(&again.number), text_of(&best.number)))
            return str_fmt(arena, "+" STR_FMT, STR_ARG(text_of(&best.number)));
        best = again;
    }
    return STR("");
}

bool phone_exists(struct str phone)
{
    struct str digits = str_sub(phone, 1, phone.n);
    const struct phone_country *country = phone_country_dialled(digits);

    return country &&
           phone_code_has(country->code, str_sub(digits, strlen(country->code), digits.n));
}
