/* common.c - what the handlers of api/ have in common. */

#include "api/common.h"
#include "base/arena.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "text/zone.h"

#include <inttypes.h>

#define DEFAULT_ROWS 50

static bool same_org(struct request *rq, struct str given, struct err *err)
{
    return given.n == 0 || str_eq(given, rq->caller.org_id) ||
           err_set(err, ERR_NOT_FOUND, "no org " STR_FMT, STR_ARG(str_sub(given, 0, 80)));
}

bool api_check_org(struct request *rq, const struct json *body, struct err *err)
{
    static const char *const names[] = {"userAccountId", "user_account_id"};

    for (size_t i = 0; i < countof(names); i++) {
        struct str given = STR("");
        if (!same_org(rq, request_query(rq, names[i]), err))
            return false;
        if (body && (!json_want_text(body, names[i], LIMIT_NAME, STR(""), &given, err) ||
                     !same_org(rq, given, err)))
            return false;
    }
    return true;
}

bool api_account_id(struct request *rq, const struct json *body, struct str *out,
                    struct err *err)
{
    static const char *const names[] = {"accountId", "account_id", "ad_account_id"};

    *out = STR("");
    for (size_t i = 0; i < countof(names); i++) {
        struct str given = request_query(rq, names[i]);
        if (body && !json_want_text(body, names[i], LIMIT_NAME, given, &given, err))
            return false;
        if (given.n)
            *out = given;
    }
    return true;
}

bool api_platform(struct request *rq, struct str *out, struct err *err)
{
    *out = request_query(rq, "platform");
    return out->n == 0 || str_eq(*out, STR("tiktok")) || str_eq(*out, STR("facebook")) ||
           err_input(err, "platform", "tiktok, facebook, or nothing for both",
                     "\"" STR_FMT "\" is not a platform", STR_ARG(str_sub(*out, 0, 20)));
}

bool api_platform_shown(const struct request *rq, struct str platform)
{
    const struct app *app = rq->app;

    return str_eq(platform, STR("tiktok")) ? app->conf->feature_tiktok
                                           : app->conf->feature_facebook;
}

bool api_need_platform(struct request *rq, struct str platform, struct err *err)
{
    return api_platform_shown(rq, platform) ||
           err_set(err, ERR_NOT_FOUND, "the platform " STR_FMT " is switched off here",
                   STR_ARG(str_sub(platform, 0, 20)));
}

static bool read_time(struct str text, const char *name, int64_t *ms, struct err *err)
{
    struct err why = {0};

    if (text.n == 0 || time_parse_rfc3339(text, ms, &why))
        return true;
    return err_input(err, name, "write it as 2026-11-24T08:30:00Z",
                     "\"" STR_FMT "\" is not a time", STR_ARG(str_sub(text, 0, 40)));
}

bool api_query_time(struct request *rq, const char *name, int64_t *ms, struct err *err)
{
    return read_time(request_query(rq, name), name, ms, err);
}

bool api_body_time(const struct json *body, const char *field, int64_t *ms, struct err *err)
{
    struct str text;

    return json_want_text(body, field, LIMIT_NAME, STR(""), &text, err) &&
           read_time(text, field, ms, err);
}

bool api_limit(struct request *rq, int64_t *limit, struct err *err)
{
    struct str text = request_query(rq, "limit");

    *limit = DEFAULT_ROWS;
    if (text.n == 0)
        return true;
    if (str_int(text, limit) && *limit >= 1 && *limit <= LIMIT_LIST_ROWS)
        return true;
    return err_input(err, "limit", "give 1 to 200", "\"" STR_FMT "\" is not a number of rows",
                     STR_ARG(str_sub(text, 0, 20)));
}

bool api_cursor(struct request *rq, int64_t *ms, struct str *id, struct err *err)
{
    struct str text = request_query(rq, "cursor");
    struct str first = text;

    *ms = 0;
    *id = STR("");
    if (text.n == 0)
        return true;
    struct str number = str_cut(&first, '_');
    if (str_int(number, ms) && *ms > 0 && first.n && first.n <= LIMIT_NAME) {
        *id = first;
        return true;
    }
    return err_input(err, "cursor", "send next_cursor of the page before as it is",
                     "the cursor cannot be read");
}

void api_time_member(struct json_writer *w, struct arena *arena, const char *key, int64_t ms)
{
    json_text_or_null_member(w, key, ms ? time_rfc3339(arena, ms) : STR(""));
}

void api_put_cursor(struct json_writer *w, struct arena *arena, bool more, int64_t ms,
                    struct str id)
{
    json_text_or_null_member(w, "next_cursor",
                             more ? str_fmt(arena, "%" PRId64 "_" STR_FMT, ms, STR_ARG(id))
                                  : STR(""));
}

void api_list_begin(struct request *rq, struct reply_json *json)
{
    reply_json_begin(rq, json);
    json_object(&json->w);
    json_key(&json->w, "data");
    json_list(&json->w);
}

bool api_list_end(struct request *rq, struct reply *rp, struct reply_json *json, bool more,
                  int64_t ms, struct str id, struct err *err)
{
    json_end(&json->w);
    api_put_cursor(&json->w, rq->arena, more, ms, id);
    json_end(&json->w);
    return reply_json_end(json, rp, 200, err);
}
