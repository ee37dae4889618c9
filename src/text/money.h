#ifndef TEXT_MONEY_H
#define TEXT_MONEY_H

#include "base/str.h"

/*
 * Money is int64 micros (1/1,000,000 of the currency unit) with its ISO 4217
 * code beside it.
 */
#define MICROS_PER_UNIT INT64_C(1000000)

/* A plain decimal, at most 6 fraction digits, no exponent; exact or refused. */
MUST_CHECK bool money_parse(struct str s, int64_t *micros, struct err *err);
/* 12500000 -> "12.5"; no trailing zeros. */
struct str money_decimal(struct arena *arena, int64_t micros);
/* For people: "12 500" or "12.50" by the currency's own digits (KZT, JPY: 0; USD: 2). */
struct str money_show(struct arena *arena, int64_t micros, struct str currency);
/* Three capital letters that we know. */
bool money_currency_known(struct str currency);
/* Digits after the point that the platforms accept: 0 for KZT, JPY...; else 2. */
int money_currency_digits(struct str currency);
/* Rounded half away from zero to the currency's digits. */
int64_t money_round(int64_t micros, struct str currency);
/* micros * numerator / denominator, 128-bit inside, rounded half away from zero. */
int64_t money_scale(int64_t micros, int64_t numerator, int64_t denominator);

#endif
