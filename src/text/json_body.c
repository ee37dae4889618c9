/* json_body.c - checked reading of a request's JSON body. */

#include "text/body_codes.h"
#include "text/json.h"
#include "text/money.h"
#include "text/says.h"

#include <stdio.h>
#include <string.h>

#define BODY_ENUM(code_, name_) code_,
#define BODY_NAME(code_, name_) [code_] = (name_),
enum body_code { BODY_CODES(BODY_ENUM) };

static bool say(struct err *err, enum body_code code, const char *first, int64_t n,
                const char *second, int64_t m)
{
    static const char *const names[] = {BODY_CODES(BODY_NAME)};

    return says_numbers(err, names[code], first, n, second, m);
}

static bool absent(const struct json *value)
{
    return json_type(value) == JSON_MISSING || json_type(value) == JSON_NULL;
}

bool json_want_text(const struct json *body, const char *field, size_t limit,
                    struct str otherwise, struct str *out, struct err *err)
{
    const struct json *value = json_at(body, field);

    if (absent(value)) {
        *out = otherwise;
        return true;
    }
    if (json_type(value) != JSON_TEXT) {
        (void)err_input(err, field, "send a JSON string", "%s must be a text", field);
        return say(err, BODY_NOT_TEXT, NULL, 0, NULL, 0);
    }
    struct str s = json_text(value, "", STR(""));
    if (str_length(s) > limit) {
        (void)err_input(err, field, "", "%s has %zu characters", field, str_length(s));
        (void)err_hint(err, "at most %zu characters", limit);
        return say(err, BODY_TOO_LONG, "length", (int64_t)str_length(s), "most",
                   (int64_t)limit);
    }
    *out = s;
    return true;
}

bool json_need_text(const struct json *body, const char *field, size_t limit, struct str *out,
                    struct err *err)
{
    struct str s;

    if (!json_want_text(body, field, limit, STR(""), &s, err))
        return false;
    if (str_trim(s).n == 0) {
        (void)err_input(err, field, "", "%s is missing", field);
        (void)err_hint(err, "send a text of 1 to %zu characters", limit);
        return say(err, BODY_MISSING, "most", (int64_t)limit, NULL, 0);
    }
    *out = s;
    return true;
}

bool json_want_int(const struct json *body, const char *field, int64_t low, int64_t high,
                   int64_t otherwise, int64_t *out, struct err *err)
{
    const struct json *value = json_at(body, field);
    int64_t v = otherwise;

    if (absent(value)) {
        *out = otherwise;
        return true;
    }
    bool ok = json_int(value, "", &v);
    if (!ok)
        (void)err_input(err, field, "", "%s must be a whole number", field);
    else if (v < low || v > high)
        ok = err_input(err, field, "", "%s is %lld", field, (long long)v);
    if (!ok) {
        (void)err_hint(err, "a whole number from %lld to %lld", (long long)low,
                       (long long)high);
        return say(err, BODY_NOT_WHOLE, "low", low, "high", high);
    }
    *out = v;
    return true;
}

bool json_want_bool(const struct json *body, const char *field, bool otherwise, bool *out,
                    struct err *err)
{
    const struct json *value = json_at(body, field);

    if (!absent(value) && json_type(value) != JSON_BOOL) {
        (void)err_input(err, field, "send true or false, without quotes",
                        "%s must be true or false", field);
        return say(err, BODY_NOT_BOOL, NULL, 0, NULL, 0);
    }
    *out = json_bool(value, "", otherwise);
    return true;
}

bool json_want_micros(const struct json *body, const char *field, int64_t otherwise,
                      int64_t *out, struct err *err)
{
    static const char hint[] =
        "a plain decimal with at most 6 digits after the point: 2500 or \"12.50\"";
    const struct json *value = json_at(body, field);
    struct str text = STR("");
    int64_t v = 0;
    bool ok = false;

    switch (json_type(value)) {
    case JSON_MISSING:
    case JSON_NULL:
        *out = otherwise;
        return true;
    case JSON_INT:
        ok = json_int(value, "", &v) && !__builtin_mul_overflow(v, MICROS_PER_UNIT, &v);
        break;
    case JSON_REAL:
    case JSON_TEXT: /* their text is in the value itself: no arena needed */
        text = json_number_text(value, "", NULL);
        ok = money_parse(text, &v, err);
        break;
    default:
        break;
    }
    if (!ok) {
        (void)err_input(err, field, hint, "%s is no amount of money", field);
        return say(err, BODY_NOT_MONEY, NULL, 0, NULL, 0);
    }
    *out = v;
    return true;
}

static bool is_among(struct str key, const char *const *names)
{
    for (; *names; names++)
        if (str_eq(key, str(*names)))
            return true;
    return false;
}

bool json_only(const struct json *body, const char *const *allowed, struct err *err)
{
    char list[200] = "";
    char field[64];
    void *cursor = NULL;
    const struct json *value;
    struct str key;

    if (json_type(body) != JSON_OBJECT) {
        (void)err_input(err, "", "send {...}", "the body must be a JSON object");
        return say(err, BODY_NOT_OBJECT, NULL, 0, NULL, 0);
    }
    while (json_each(body, &cursor, &key, &value)) {
        if (is_among(key, allowed))
            continue;
        for (size_t n = 0; *allowed && n < sizeof list; n = strlen(list)) {
            (void)snprintf(list + n, sizeof list - n, "%s%s", n ? ", " : "", *allowed++);
        }
        (void)snprintf(field, sizeof field, STR_FMT, STR_ARG(key));
        (void)err_input(err, field, "", "unknown field " STR_FMT, STR_ARG(str_sub(key, 0, 64)));
        (void)err_hint(err, "known fields: %s", list);
        return say(err, BODY_UNKNOWN, NULL, 0, NULL, 0);
    }
    return true;
}
