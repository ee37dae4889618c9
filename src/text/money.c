/* money.c - exact decimal amounts. */

#include "text/money.h"
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

enum { FRACTION_DIGITS = 6 };

static bool not_money(struct str s, const char *why, struct err *err)
{
    (void)err_set(err, ERR_INVALID, "\"" STR_FMT "\" is no amount of money: %s",
                  STR_ARG(str_sub(s, 0, 40)), why);
    return err_hint(err, "a plain decimal with at most 6 digits after the point, such as 12.5");
}

/* One more decimal digit, towards the sign, so that INT64_MIN can be read. */
static bool shift_in(int64_t *v, int digit, bool negative)
{
    return !__builtin_mul_overflow(*v, (int64_t)10, v) &&
           !__builtin_add_overflow(*v, (int64_t)(negative ? -digit : digit), v);
}

bool money_parse(struct str s, int64_t *micros, struct err *err)
{
    struct str number = s;
    bool negative = s.n && s.p[0] == '-';
    int64_t v = 0;

    if (negative)
        number = str_sub(number, 1, number.n);
    size_t point = str_find(number, '.');
    size_t fraction = point < number.n ? number.n - point - 1 : 0;
    if (point == 0 || (point < number.n && fraction == 0))
        return not_money(s, "digits are missing", err);
    if (fraction > FRACTION_DIGITS)
        return not_money(s, "smaller than a millionth", err);
    for (size_t i = 0; i < number.n; i++) {
        char c = number.p[i];
        if (i == point)
            continue;
        if (c < '0' || c > '9')
            return not_money(s, "only digits and one point", err);
        if (!shift_in(&v, c - '0', negative))
            return not_money(s, "too large", err);
    }
    for (size_t i = fraction; i < FRACTION_DIGITS; i++)
        if (!shift_in(&v, 0, negative))
            return not_money(s, "too large", err);
    *micros = v;
    return true;
}

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

struct str money_decimal(struct arena *arena, int64_t micros)
{
    uint64_t v = magnitude(micros);
    struct str s =
        str_fmt(arena, "%s%llu.%06llu", micros < 0 ? "-" : "",
                (unsigned long long)(v / 1000000), (unsigned long long)(v % 1000000));

    while (s.p[s.n - 1] == '0')
        s.n--;
    if (s.p[s.n - 1] == '.')
        s.n--;
    return str_dup(arena, s);
}

/* Currencies we know; those that the platforms take in whole units only stand first. */
static const char whole_only[] = "CLP HUF IDR ISK JPY KRW KZT PYG TWD UGX VND XAF XOF ";
static const char with_hundredths[] =
    "AED AMD ARS AUD AZN BDT BGN BHD BOB BRL BYN CAD CHF CNY COP CRC CZK DKK DZD EGP EUR GBP "
    "GEL GTQ HKD HNL ILS INR IQD JOD KES KGS KWD LBP LKR MAD MDL MNT MOP MXN MYR NGN NIO NOK "
    "NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TJS TMT TND TRY UAH USD UYU UZS "
    "VEF VES ZAR ";

static bool listed(const char *list, struct str currency)
{
    if (currency.n != 3)
        return false;
    for (; *list; list += 4)
        if (memcmp(list, currency.p, 3) == 0)
            return true;
    return false;
}

bool money_currency_known(struct str currency)
{
    return listed(whole_only, currency) || listed(with_hundredths, currency);
}

int money_currency_digits(struct str currency)
{
    return listed(whole_only, currency) ? 0 : 2;
}

int64_t money_scale(int64_t micros, int64_t numerator, int64_t denominator)
{
    must(denominator != 0);
    __int128 product = (__int128)micros * numerator;
    __int128 divisor = denominator;
    if (divisor < 0)
        product = -product, divisor = -divisor;
    __int128 half = divisor / 2;
    __int128 v = product < 0 ? (product - half) / divisor : (product + half) / divisor;
    return v > INT64_MAX ? INT64_MAX : v < INT64_MIN ? INT64_MIN : (int64_t)v;
}

int64_t money_round(int64_t micros, struct str currency)
{
    int64_t step =
        money_currency_digits(currency) == 0 ? MICROS_PER_UNIT : MICROS_PER_UNIT / 100;
    __int128 v = (__int128)money_scale(micros, 1, step) * step;

    return v > INT64_MAX   ? INT64_MAX / step * step
           : v < INT64_MIN ? INT64_MIN / step * step
                           : (int64_t)v;
}

struct str money_show(struct arena *arena, int64_t micros, struct str currency)
{
    int64_t rounded = money_round(micros, currency);
    uint64_t v = magnitude(rounded);
    struct str units = str_fmt(arena, "%llu", (unsigned long long)(v / 1000000));
    struct str out = rounded < 0 ? STR("-") : STR("");

    while (units.n) { /* groups of three, counted from the right */
        size_t group = units.n % 3 ? units.n % 3 : 3;
        out = str_fmt(arena, STR_FMT STR_FMT "%s", STR_ARG(out),
                      STR_ARG(str_sub(units, 0, group)), units.n > group ? " " : "");
        units = str_sub(units, group, units.n);
    }
    if (money_currency_digits(currency) == 0)
        return out;
    return str_fmt(arena, STR_FMT ".%02llu", STR_ARG(out),
                   (unsigned long long)(v % 1000000 / 10000));
}
