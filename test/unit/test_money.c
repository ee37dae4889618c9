/* text/money: exact or refused. */
#include "base/arena.h"
#include "test.h"
#include "text/money.h"

#include <inttypes.h>

static struct arena *a;

static const struct {
    const char *in;
    bool ok;
    int64_t micros;
} amounts[] = {
    {"12", true, 12000000},
    {"12.5", true, 12500000},
    {"012.50", true, 12500000},
    {"0", true, 0},
    {"-0", true, 0},
    {"-0.000001", true, -1},
    {"0.000001", true, 1},
    {"0.0000001", false, 0}, /* below a micro */
    {"1.0000000", false, 0},
    {"9223372036854.775807", true, INT64_MAX},
    {"9223372036854.775808", false, 0}, /* one too many */
    {"-9223372036854.775808", true, INT64_MIN},
    {"-9223372036854.775809", false, 0},
    {"9223372036855", false, 0},
    {"99999999999999999999999999", false, 0},
    {"1e3", false, 0}, /* no exponents in money */
    {"1,5", false, 0},
    {"1 000", false, 0},
    {".5", false, 0},
    {"5.", false, 0},
    {".", false, 0},
    {"-", false, 0},
    {"", false, 0},
    {"+1", false, 0},
    {"--1", false, 0},
    {"1.2.3", false, 0},
    {"$1", false, 0},
    {"NaN", false, 0},
    {"٥", false, 0},
};

static void reads_decimal_amounts_exactly(void)
{
    for (size_t i = 0; i < countof(amounts); i++) {
        struct err err = {0};
        int64_t got = 0;
        bool ok = money_parse(str(amounts[i].in), &got, &err);

        CHECK(ok == amounts[i].ok, "\"%s\": %s", amounts[i].in, err.text);
        CHECK(got == amounts[i].micros, "\"%s\": got %" PRId64, amounts[i].in, got);
        CHECK(ok || (err.kind == ERR_INVALID && err.hint[0]), "\"%s\"", amounts[i].in);
    }
}

static void what_is_written_reads_back(void)
{
    static const int64_t values[] = {0,        1,        -1,         999999,    1000000,
                                     -1500000, 12500000, 1000000000, INT64_MAX, INT64_MIN};
    static const char *const texts[] = {"0",
                                        "0.000001",
                                        "-0.000001",
                                        "0.999999",
                                        "1",
                                        "-1.5",
                                        "12.5",
                                        "1000",
                                        "9223372036854.775807",
                                        "-9223372036854.775808"};

    for (size_t i = 0; i < countof(values); i++) {
        struct str text = money_decimal(a, values[i]);
        struct err err = {0};
        int64_t back = 0;

        CHECK(str_eq(text, str(texts[i])), STR_FMT ", not %s", STR_ARG(text), texts[i]);
        CHECK(money_parse(text, &back, &err) && back == values[i], STR_FMT, STR_ARG(text));
    }
}

static const struct {
    int64_t micros;
    const char *currency, *shown;
    int64_t rounded;
} shown[] = {
    {12500000000, "KZT", "12 500", 12500000000},
    {12500499999, "KZT", "12 500", 12500000000},
    {12500500000, "KZT", "12 501", 12501000000},
    {-12500500000, "KZT", "-12 501", -12501000000},
    {1234567890000, "JPY", "1 234 568", 1234568000000},
    {12500000, "USD", "12.50", 12500000},
    {999000000, "USD", "999.00", 999000000},
    {1000000000, "USD", "1 000.00", 1000000000},
    {1005000, "USD", "1.01", 1010000}, /* half away from zero */
    {-1005000, "USD", "-1.01", -1010000},
    {4999, "USD", "0.00", 0},
    {-4999, "USD", "0.00", 0},
    {499999, "KZT", "0", 0},
    {0, "SAR", "0.00", 0},
    {INT64_MAX, "USD", "9 223 372 036 854.77", 9223372036854770000},
};

static void people_see_the_digits_of_the_currency(void)
{
    for (size_t i = 0; i < countof(shown); i++) {
        struct str got = money_show(a, shown[i].micros, str(shown[i].currency));
        CHECK(str_eq(got, str(shown[i].shown)), STR_FMT ", not %s", STR_ARG(got),
              shown[i].shown);
        CHECK(money_round(shown[i].micros, str(shown[i].currency)) == shown[i].rounded, "%s",
              shown[i].shown);
    }
}

static void currencies_are_three_capital_letters_that_we_know(void)
{
    static const char *const known[] = {"KZT", "USD", "RUB", "SAR", "AED", "JPY", "EUR", "UZS"};
    static const char *const unknown[] = {"", "kzt", "KZ", "KZTX", "ZZZ", "T U", "ZT ", "US"};

    for (size_t i = 0; i < countof(known); i++)
        CHECK(money_currency_known(str(known[i])), "%s", known[i]);
    for (size_t i = 0; i < countof(unknown); i++)
        CHECK(!money_currency_known(str(unknown[i])), "%s", unknown[i]);
    CHECK(money_currency_digits(STR("KZT")) == 0 && money_currency_digits(STR("VND")) == 0,
          "0");
    CHECK(money_currency_digits(STR("USD")) == 2 && money_currency_digits(STR("???")) == 2,
          "2");
}

static const struct {
    int64_t micros, numerator, denominator, want;
} scales[] = {
    {100, 1, 3, 33},
    {200, 1, 3, 67},
    {-200, 1, 3, -67},
    {5, 1, 2, 3},
    {-5, 1, 2, -3},
    {5, -1, 2, -3},
    {5, 1, -2, -3},
    {7, 0, 5, 0},
    {INT64_MAX, 7, 7, INT64_MAX},
    {INT64_MIN, 3, 3, INT64_MIN},
    {INT64_MAX, 2, 1, INT64_MAX},
    {INT64_MIN, 2, 1, INT64_MIN},
    {1000000, 478350000, 1000000, 478350000},
};

static void scaling_rounds_half_away_from_zero_and_cannot_overflow(void)
{
    for (size_t i = 0; i < countof(scales); i++) {
        int64_t got = money_scale(scales[i].micros, scales[i].numerator, scales[i].denominator);
        CHECK(got == scales[i].want, "%" PRId64 " * %" PRId64 " / %" PRId64 " = %" PRId64,
              scales[i].micros, scales[i].numerator, scales[i].denominator, got);
    }
}

int main(void)
{
    a = arena_new("test");
    RUN(reads_decimal_amounts_exactly);
    RUN(what_is_written_reads_back);
    RUN(people_see_the_digits_of_the_currency);
    RUN(currencies_are_three_capital_letters_that_we_know);
    RUN(scaling_rounds_half_away_from_zero_and_cannot_overflow);
    arena_free(a);
    return test_report();
}
