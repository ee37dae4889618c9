/*
 * error.c - what TikTok's answers mean for us.
 *
 * The body's code decides, whatever the HTTP status.  40002 is the generic
 * "this request is wrong" and never an expired login; what it is about stands
 * only in the message, so the hints for it go by text.
 */

#include "platform/tiktok/tiktok.h"

#include <stdio.h>

/* Success, and success in part: the data is there and counts. */
#define CODE_OK      0
#define CODE_PARTIAL 20001

#define HINT_RECONNECT                                                                         \
    "connect the ad account again: the token was revoked, has expired or does not reach it"

/* What a code does to the call. */
enum meaning {
    THROTTLED, /* surely did nothing; the same call works later */
    PASSING,   /* the server stumbled: a read may be repeated, a write may have acted */
    DEAD,      /* the token is of no use any more */
    REFUSED,
};

static const struct {
    int64_t code;
    enum meaning meaning;
    const char *hint;
} codes[] = {
    {40016, THROTTLED, ""},
    {40100, THROTTLED, ""},
    {40132, THROTTLED, ""},
    {40133, THROTTLED, ""},
    {51021, THROTTLED, ""},
    {50000, PASSING, ""},
    {50002, PASSING, ""},
    {40102, DEAD, HINT_RECONNECT},
    {40104, DEAD, HINT_RECONNECT},
    {40105, DEAD, HINT_RECONNECT},
    {40300, DEAD, HINT_RECONNECT},
    {40001, REFUSED,
     "the connection lacks a permission: connect again and grant every scope asked for, as a "
     "person who is admin of the ad account"},
    {40007, REFUSED, "the object does not exist on TikTok any more"},
    {40067, REFUSED, "ask for fewer days or fewer figures"},
    {40101, REFUSED, "check tiktok_app_id and tiktok_app_secret in the settings"},
    {40110, REFUSED,
     "the authorization code was used or is too old: start the connection again"},
    {40113, REFUSED, "the developer app does not exist or is blocked: check tiktok_app_id"},
    {40118, REFUSED, "TikTok opens this feature by allowlist: ask your TikTok representative"},
    {41000, REFUSED, "TikTok does not answer callers of this server's country"},
};

/* Code 40002 and its kin, by what the message says.  First match wins. */
static const struct {
    const char *part;
    const char *field; /* ours, or "" */
    const char *hint;
} texts[] = {
    {"Lead Generation agreement", "page_id",
     "confirm the lead generation terms of this ad account (term/confirm, or Ads Manager's "
     "instant form), then launch again"},
    {"must upload an image", "creative_ids",
     "every video ad needs one cover image of the video's shape: retry the creative's poster"},
    {"Invalid targeting countries", "locations",
     "the direction's locations are not available to this ad account"},
    {"Budget mode is invalid", "daily_budget", "this kind of campaign takes no daily budget"},
    {"Attribution window", "objective",
     "this objective takes no attribution windows; none is sent by us, so tell us about it"},
    {"identity_bc_id", "tiktok_account_id",
     "the identity is shared by a Business Center: choose it again so that its id is stored"},
    {"identity", "tiktok_account_id",
     "choose another TikTok account (identity) for this ad account: it must be available and "
     "may push videos"},
    {"optimization_event", "optimization_event",
     "the event must exist on the pixel: send it once, or choose another"},
    {"pixel", "pixel_id", "check the direction's pixel"},
    {"page_id", "page_id", "the instant page must be published and belong to this ad account"},
    {"landing_page_url", "landing_page_url", "give a https address that opens"},
    {"budget", "daily_budget", "raise the daily budget to the platform's minimum"},
    {"max time span", "start_date", "ask for at most 30 days at once"},
    {"schedule_start_time", "", "the start must lie in the future: launch again"},
    {"correct is", "", "TikTok names the accepted values in its message"},
};

static enum meaning meaning_of(int64_t code, const char **hint)
{
    *hint = "";
    for (size_t i = 0; i < countof(codes); i++)
        if (codes[i].code == code) {
            *hint = codes[i].hint;
            return codes[i].meaning;
        }
    return REFUSED;
}

bool tiktok_code_succeeds(int64_t code)
{
    return code == CODE_OK || code == CODE_PARTIAL;
}

bool tiktok_code_passes(int64_t code)
{
    const char *hint;

    return meaning_of(code, &hint) == PASSING;
}

static void keep_words(int64_t code, struct str message, struct str request_id, struct err *err)
{
    err->platform_code = code;
    (void)snprintf(err->platform_message, sizeof err->platform_message, STR_FMT,
                   STR_ARG(message));
    (void)snprintf(err->platform_request_id, sizeof err->platform_request_id, STR_FMT,
                   STR_ARG(request_id));
}

static void hint_by_text(struct str message, struct err *err)
{
    for (size_t i = 0; i < countof(texts); i++)
        if (str_has(message, str(texts[i].part))) {
            err_hint(err, "%s", texts[i].hint);
            err_field(err, texts[i].field);
            return;
        }
}

bool tiktok_refusal(struct str path, bool write, int64_t code, struct str message,
                    struct str request_id, struct err *err)
{
    const char *hint;
    enum meaning meaning = meaning_of(code, &hint);

    switch (meaning) {
    case THROTTLED:
        err_set(err, ERR_BUSY, "TikTok asks us to slow down (" STR_FMT ")", STR_ARG(path));
        break;
    case PASSING:
        err_set(err, write ? ERR_UNCERTAIN : ERR_BUSY,
                "TikTok stumbled over " STR_FMT ": " STR_FMT, STR_ARG(path), STR_ARG(message));
        break;
    case DEAD:
        err_set(err, ERR_DENIED, "TikTok no longer accepts the token: " STR_FMT,
                STR_ARG(message));
        break;
    case REFUSED:
        err_set(err, ERR_REFUSED, "TikTok refused " STR_FMT ": " STR_FMT, STR_ARG(path),
                STR_ARG(message));
        break;
    }
    if (*hint)
        err_hint(err, "%s", hint);
    else if (meaning == REFUSED)
        hint_by_text(message, err);
    keep_words(code, message, request_id, err);
    return false;
}
