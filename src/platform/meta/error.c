/*
 * error.c - what Facebook's refusals mean for us.
 *
 * Code and subcode decide, not the HTTP status and not the "type", which is
 * OAuthException for nearly everything.
 */

#include "platform/meta/meta.h"

#include <stdio.h>

#define HINT_RECONNECT                                                                         \
    "connect the ad account again: the token was revoked, has expired or does not reach it"
#define HINT_GRANT                                                                             \
    "connect again and leave every permission ticked, as a person who may manage the ad "      \
    "account and the page"

#define ANY (-1)

/* What a refusal does to the call. */
enum meaning {
    THROTTLED, /* surely did nothing; the same call works later */
    PASSING,   /* the server stumbled: a read may be repeated, a write may have acted */
    DEAD,      /* the token is of no use any more */
    REFUSED,
};

/* The first row that fits counts. */
static const struct {
    int64_t first, last; /* codes */
    int64_t subcode;
    enum meaning meaning;
    const char *hint;
} rows[] = {
    {1, 1, 99, REFUSED, "this program asked for something wrong: tell us about it"},
    {1, 2, ANY, PASSING, ""},
    {3, 3, ANY, REFUSED, "Facebook opens this feature by app review"},
    {4, 4, ANY, THROTTLED, ""},
    {10, 10, ANY, REFUSED, HINT_GRANT},
    {17, 17, 1885172, REFUSED, "the spending limit was changed ten times today already"},
    {17, 17, ANY, THROTTLED, ""},
    {32, 32, ANY, THROTTLED, ""},
    {100, 100, 33, REFUSED, "the object is gone, or the connection does not reach it"},
    {100, 100, 36007, REFUSED, "start the connection again: the code is good for ten minutes"},
    {100, 100, 36008, REFUSED, "public_url must not change while somebody connects"},
    {100, 100, 36009, REFUSED, "start the connection again: a code works once"},
    {100, 100, 2804003, REFUSED, "the event is older than seven days"},
    {100, 100, 2804009, REFUSED, "a purchase needs an amount and a currency"},
    {101, 101, ANY, REFUSED, "check facebook_app_id and facebook_app_secret in the settings"},
    {102, 102, ANY, DEAD, HINT_RECONNECT},
    {104, 104, ANY, REFUSED, "check facebook_app_secret: it must be the secret of the app"},
    {190, 190, ANY, DEAD, HINT_RECONNECT},
    {200, 299, 1870090, REFUSED, "accept the terms of custom audiences in Ads Manager"},
    {200, 299, ANY, REFUSED, HINT_GRANT},
    {341, 341, ANY, THROTTLED, ""},
    {351, 352, ANY, REFUSED, "give a video that plays: MP4 or MOV with H.264"},
    {368, 368, ANY, REFUSED, "Facebook blocks this account for now: look in its support inbox"},
    {382, 382, ANY, REFUSED, "give a video that plays: MP4 or MOV with H.264"},
    {389, 389, ANY, REFUSED, "the video's address must open without a login"},
    {613, 613, ANY, THROTTLED, ""},
    {803, 803, ANY, REFUSED, "the object is gone, or the connection does not reach it"},
    {2500, 2500, ANY, REFUSED, "check facebook_base_url and facebook_api_version"},
    {2635, 2635, ANY, REFUSED, "facebook_api_version is too old"},
    {21009, 21009, ANY, THROTTLED, ""},
    {80000, 80014, ANY, THROTTLED, ""},
};

static enum meaning meaning_of(int64_t code, int64_t subcode, const char **hint)
{
    *hint = "";
    for (size_t i = 0; i < countof(rows); i++)
        if (code >= rows[i].first && code <= rows[i].last &&
            (rows[i].subcode == ANY || rows[i].subcode == subcode)) {
            *hint = rows[i].hint;
            return rows[i].meaning;
        }
    return REFUSED;
}

bool meta_code_passes(int64_t code)
{
    const char *hint;

    return meaning_of(code, 0, &hint) == PASSING;
}

bool meta_is_gone(const struct err *err)
{
    return err->kind == ERR_REFUSED &&
           (err->platform_code == 803 ||
            (err->platform_code == 100 && strstr(err->platform_message, "does not exist")));
}

static void keep_words(const struct json *error, int64_t code, struct err *err)
{
    err->platform_code = code;
    (void)snprintf(err->platform_message, sizeof err->platform_message, STR_FMT,
                   STR_ARG(json_text(error, "message", STR(""))));
    (void)snprintf(err->platform_request_id, sizeof err->platform_request_id, STR_FMT,
                   STR_ARG(json_text(error, "fbtrace_id", STR(""))));
}

/* The words that Facebook has for people, where it has some, and both codes. */
static void say(struct str path, const struct json *error, const struct meta_refusal *refusal,
                enum meaning meaning, bool write, struct err *err)
{
    struct str words = json_text(error, "error_user_msg", STR(""));
    char codes[48];

    if (!words.n)
        words = json_text(error, "message", STR("no message"));
    if (refusal->subcode)
        (void)snprintf(codes, sizeof codes, "%lld/%lld", (long long)refusal->code,
                       (long long)refusal->subcode);
    else
        (void)snprintf(codes, sizeof codes, "%lld", (long long)refusal->code);
    switch (meaning) {
    case THROTTLED:
        err_set(err, ERR_BUSY, "Facebook asks us to slow down (" STR_FMT ", code %s)",
                STR_ARG(path), codes);
        break;
    case PASSING:
        err_set(err, write ? ERR_UNCERTAIN : ERR_BUSY,
                "Facebook stumbled over " STR_FMT ": " STR_FMT " (code %s)", STR_ARG(path),
                STR_ARG(words), codes);
        break;
    case DEAD:
        err_set(err, ERR_DENIED, "Facebook no longer accepts the token: " STR_FMT " (code %s)",
                STR_ARG(words), codes);
        break;
    case REFUSED:
        err_set(err, ERR_REFUSED, "Facebook refused " STR_FMT ": " STR_FMT " (code %s)",
                STR_ARG(path), STR_ARG(words), codes);
        break;
    }
}

bool meta_refuse(struct str path, bool write, const struct json *error,
                 struct meta_refusal *refusal, struct err *err)
{
    enum meaning meaning;
    const char *hint;

    *refusal = (struct meta_refusal){.transient = json_bool(error, "is_transient", false),
                                     .error = error};
    (void)json_int(error, "code", &refusal->code);
    (void)json_int(error, "error_subcode", &refusal->subcode);
    meaning = meaning_of(refusal->code, refusal->subcode, &hint);
    if (refusal->transient && meaning == REFUSED)
        meaning = PASSING;
    say(path, error, refusal, meaning, write, err);
    if (*hint)
        err_hint(err, "%s", hint);
    keep_words(error, refusal->code, err);
    return false;
}
