/* rules.c - checks that several objects share. */

#include "sandbox/rules.h"

#include "base/arena.h"
#include "sandbox/doc.h"
#include "text/money.h"
#include "text/url.h"
#include "text/zone.h"

#include <string.h>

#define SIX_MONTHS_MS  (INT64_C(184) * 86400000)
#define BUDGET_CEILING INT64_C(10000000)

bool word_in(const char *words, struct str word)
{
    struct str rest = str(words);

    while (rest.n)
        if (str_eq(str_cut(&rest, ' '), word))
            return true;
    return false;
}

/* --- names --------------------------------------------------------------- */

/* The next code point of well-formed UTF-8. */
static uint32_t next_point(struct str *s)
{
    const unsigned char *p = (const unsigned char *)s->p;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    uint32_t point = n == 1 ? p[0] : p[0] & (0x7fu >> n);

    if (n > s->n)
        n = s->n;
    for (size_t i = 1; i < n; i++)
        point = point << 6 | (p[i] & 0x3fu);
    *s = str_sub(*s, n, s->n);
    return point;
}

static bool is_emoji(uint32_t c)
{
    return (c >= 0x1f000 && c <= 0x1faff) || (c >= 0x2600 && c <= 0x27bf) || c == 0xfe0f ||
           c == 0x20e3 || (c >= 0xe0020 && c <= 0xe007f);
}

static bool is_wide(uint32_t c)
{
    return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
           (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
           (c >= 0xff00 && c <= 0xff60) || (c >= 0x20000 && c <= 0x3fffd);
}

bool rule_has_emoji(struct str text)
{
    while (text.n)
        if (is_emoji(next_point(&text)))
            return true;
    return false;
}

bool rule_name(struct call *call, const char *field, struct str name, int64_t most)
{
    struct str rest = name;
    int64_t n = 0;

    while (rest.n)
        n += is_wide(next_point(&rest)) ? 2 : 1;
    if (!n || n > most)
        return call_refuse(call, "%s: Length must be between 1 and %lld.", field,
                           (long long)most);
    if (rule_has_emoji(name))
        return call_refuse(call, "%s: emojis are not supported.", field);
    return true;
}

/* --- request ids --------------------------------------------------------- */

static struct str request_key(const struct call *call)
{
    return str_fmt(call->arena, STR_FMT ":" STR_FMT ":" STR_FMT, STR_ARG(call->advertiser_id),
                   STR_ARG(call->endpoint->path), STR_ARG(call_text(call, "request_id")));
}

bool rule_request_id(struct call *call)
{
    struct str id = call_text(call, "request_id");
    int64_t number;

    if (!call_given(call, "request_id"))
        return true;
    if (!str_int(id, &number))
        return call_refuse(
            call, "request_id: strconv.ParseInt: parsing \"" STR_FMT "\": invalid syntax",
            STR_ARG(str_sub(id, 0, 100)));
    if (store_find(call->box->store, KIND_REQUEST, request_key(call)))
        return call_refuse(
            call, "request_id: a request with the id " STR_FMT " has been handled already.",
            STR_ARG(id));
    return true;
}

void rule_request_id_used(struct call *call)
{
    if (call_given(call, "request_id"))
        (void)store_put(call->box->store, KIND_REQUEST, request_key(call), STR("{}"));
}

/* --- money --------------------------------------------------------------- */

static const struct {
    int64_t ratio;
    const char *currencies;
} ratios[] = {
    {1, "USD EUR GBP MYR AED SAR HUF AUD CAD NZD SGD CHF ARS BRL ILS PEN QAR RON"},
    {4, "PLN"},
    {10, "HKD ZAR DKK SEK NOK TRY MXN THB CNY BOB CZK EGP GTQ HNL MOP TWD NIO UAH UYU"},
    {50, "PHP"},
    {100, "JPY RUB DZD BDT ISK INR KES NGN PKR"},
    {1000, "KRW CLP COP CRC"},
    {10000, "IDR PYG VND"},
    {100000, "VEF"},
};

static const char whole_units[] = "HUF TWD JPY ISK KRW CLP IDR PYG VND KZT";

int64_t rule_minimum_micros(const struct call *call, int64_t base)
{
    struct str currency = json_text(call->advertiser, "currency", STR(""));

    for (size_t i = 0; i < countof(ratios); i++)
        if (word_in(ratios[i].currencies, currency))
            return base * ratios[i].ratio * MICROS_PER_UNIT;
    /* The setting is the minimum for 20 base units. */
    return call->box->settings.kzt_minimum * base * MICROS_PER_UNIT / 20;
}

bool rule_decimals(struct call *call, const char *field, int64_t micros)
{
    struct str currency = json_text(call->advertiser, "currency", STR(""));
    int64_t step = word_in(whole_units, currency) ? MICROS_PER_UNIT : MICROS_PER_UNIT / 100;

    if (micros % step == 0)
        return true;
    return call_refuse(call, "%s: too many decimal places for " STR_FMT ".", field,
                       STR_ARG(currency));
}

bool rule_budget(struct call *call, const char *field, int64_t micros, int64_t minimum_micros)
{
    struct str currency = json_text(call->advertiser, "currency", STR(""));
    int64_t most = rule_minimum_micros(call, BUDGET_CEILING);

    if (micros < minimum_micros)
        return call_refuse(call, "%s: The budget must be at least " STR_FMT " " STR_FMT ".",
                           field, STR_ARG(money_decimal(call->arena, minimum_micros)),
                           STR_ARG(currency));
    if (micros >= most)
        return call_refuse(call, "%s: The budget must be less than " STR_FMT " " STR_FMT ".",
                           field, STR_ARG(money_decimal(call->arena, most)), STR_ARG(currency));
    return rule_decimals(call, field, micros);
}

/* --- times, filters ------------------------------------------------------ */

bool rule_time(struct call *call, const struct json *object, const char *name, int64_t *ms)
{
    struct err err = {0};

    if (time_parse_platform(json_text(object, name, STR("")), ms, &err))
        return true;
    return call_refuse(call, "%s: must be a time of the form YYYY-MM-DD HH:MM:SS.", name);
}

bool rule_creation_filter(struct call *call, struct creation_filter *out)
{
    const struct json *filtering = json_at(call->args, "filtering");

    *out = (struct creation_filter){INT64_MIN, INT64_MAX};
    if (json_given(filtering, "creation_filter_start_time") &&
        !rule_time(call, filtering, "creation_filter_start_time", &out->from_ms))
        return false;
    if (json_given(filtering, "creation_filter_end_time") &&
        !rule_time(call, filtering, "creation_filter_end_time", &out->to_ms))
        return false;
    if (out->from_ms != INT64_MIN && out->to_ms != INT64_MAX &&
        (out->to_ms < out->from_ms || out->to_ms - out->from_ms > SIX_MONTHS_MS))
        return call_refuse(call,
                           "creation_filter_end_time: the span must be at most 6 months.");
    return true;
}

bool creation_matches(const struct creation_filter *filter, const struct json *doc)
{
    struct err err = {0};
    int64_t ms = 0;

    if (!time_parse_platform(json_text(doc, "create_time", STR("")), &ms, &err))
        return true;
    return ms >= filter->from_ms && ms <= filter->to_ms;
}

bool filter_has(const struct json *filtering, const char *name, struct str value)
{
    const struct json *list = json_at(filtering, name);

    return json_count(list) == 0 || json_list_has(list, value);
}

bool filter_is(const struct json *filtering, const char *name, struct str value)
{
    return !json_given(filtering, name) || str_eq(json_text(filtering, name, STR("")), value);
}

bool rule_https(struct call *call, struct str text, bool local)
{
    struct url url;
    struct err err = {0};

    if (!url_parse(call->arena, text, &url, &err))
        return false;
    if (str_eq(url.scheme, STR("https")))
        return str_find(url.host, '.') < url.host.n || local;
    return local && (str_eq(url.host, STR("127.0.0.1")) || str_eq(url.host, STR("localhost")) ||
                     str_eq(url.host, STR("::1")));
}
