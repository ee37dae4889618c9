/* creatives_api.c - creatives: added by address or by their bytes, listed, changed, retried. */

#include "api/api.h"
#include "api/common.h"
#include "base/arena.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "creative/creative.h"
#include "creative/process.h"

#include <unistd.h>

/* --- answers --- */

static bool put_creative(struct request *rq, struct json_writer *w,
                         const struct creative *creative, struct err *err)
{
    struct str duplicate_of;

    if (!creative_duplicate_of(rq->db, rq->arena, creative, &duplicate_of, err))
        return false;
    json_object(w);
    json_text_member(w, "id", creative->id);
    json_text_or_null_member(w, "direction_id", creative->direction_id);
    json_text_or_null_member(w, "creative_group_id", creative->group_id);
    json_text_member(w, "title", creative->title);
    json_text_member(w, "media_type", creative->media_type);
    json_text_member(w, "status", creative->status);
    json_text_or_null_member(w, "error_text", creative->error_text);
    json_text_or_null_member(w, "media_url", creative->media_url);
    json_text_or_null_member(w, "content_sha256", creative->sha256);
    json_text_or_null_member(w, "duplicate_of", duplicate_of);
    json_int_member(w, "size_bytes", creative->size_bytes);
    json_int_member(w, "duration_ms", creative->duration_ms);
    json_int_member(w, "width", creative->width);
    json_int_member(w, "height", creative->height);
    json_key(w, "probe");
    if (creative->probe_json.n)
        json_put_raw(w, creative->probe_json);
    else
        json_put_null(w);
    json_text_or_null_member(w, "ad_text", creative->ad_text);
    json_text_or_null_member(w, "call_to_action", creative->call_to_action);
    json_text_or_null_member(w, "landing_page_url", creative->landing_page_url);
    json_int_member(w, "version", creative->version);
    api_time_member(w, rq->arena, "created_at", creative->created_ms);
    api_time_member(w, rq->arena, "updated_at", creative->updated_ms);
    json_end(w);
    return true;
}

static bool reply_creative(struct request *rq, struct reply *rp, struct str id, int status,
                           struct err *err)
{
    struct creative creative;
    struct reply_json json;

    if (!creative_get(rq->db, rq->arena, id, &creative, err))
        return false;
    reply_json_begin(rq, &json);
    return put_creative(rq, &json.w, &creative, err) && reply_json_end(&json, rp, status, err);
}

static void wake(struct request *rq)
{
    const struct app *app = rq->app;

    if (app->runner)
        job_wake(app->runner);
}

/* --- adding --- */

static bool read_texts(const struct json *body, struct creative_wish *wish, struct err *err)
{
    return json_want_text(body, "ad_text", LIMIT_TEXT, STR(""), &wish->ad_text, err) &&
           json_want_text(body, "call_to_action", 60, STR(""), &wish->call_to_action, err) &&
           json_want_text(body, "landing_page_url", LIMIT_URL_TEXT, STR(""),
                          &wish->landing_page_url, err) &&
           json_want_text(body, "direction_id", LIMIT_NAME, STR(""), &wish->direction_id, err);
}

/* POST /api/creatives {title, media_url, direction_id?, ad_text?, ...} - fetched by a job. */
static bool post_creative(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {
        "title",     "media_url",         "media_type",     "direction_id",
        "ad_text",   "userAccountId",     "call_to_action", "landing_page_url",
        "accountId", "creative_group_id", "account_id",     "user_account_id",
        NULL};
    struct creative_wish wish = {.actor = rq->caller.actor};
    const struct json *body;
    struct str id;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) ||
        !json_need_text(body, "title", LIMIT_TITLE, &wish.title, err) ||
        !json_need_text(body, "media_url", LIMIT_URL_TEXT, &wish.media_url, err) ||
        !json_want_text(body, "media_type", 20, STR(""), &wish.media_type, err) ||
        !json_want_text(body, "creative_group_id", LIMIT_NAME, STR(""), &wish.group_id, err) ||
        !read_texts(body, &wish, err) ||
        !creative_add(rq->db, rq->arena, &wish, rq->now_ms, &id, err))
        return false;
    wake(rq);
    return reply_creative(rq, rp, id, 202, err);
}

static bool query_text(struct request *rq, const char *name, size_t limit, struct str *out,
                       struct err *err)
{
    *out = request_query(rq, name);
    return str_length(*out) <= limit ||
           err_input(err, name, "a shorter text", "%s has %zu characters", name,
                     str_length(*out));
}

/* POST /api/creatives/upload?title=...&direction_id=... - the body is the video itself. */
static bool post_upload(struct request *rq, struct reply *rp, struct err *err)
{
    struct creative_wish wish = {.actor = rq->caller.actor};
    struct creative creative;

    if (!api_check_org(rq, NULL, err) ||
        !query_text(rq, "title", LIMIT_TITLE, &wish.title, err) ||
        !query_text(rq, "direction_id", LIMIT_NAME, &wish.direction_id, err) ||
        !query_text(rq, "ad_text", LIMIT_TEXT, &wish.ad_text, err) ||
        !query_text(rq, "call_to_action", 60, &wish.call_to_action, err) ||
        !query_text(rq, "landing_page_url", LIMIT_URL_TEXT, &wish.landing_page_url, err))
        return false;
    if (!str_starts(request_header(rq, "content-type"), STR("video/")))
        return err_input(err, "content-type", "send video/mp4 and the bytes of the file",
                         "the body is not a video");
    if (!rq->body.n)
        return err_input(err, "body", "the bytes of the file", "the body is empty");
    if (!creative_add_from_bytes(rq->app, rq->db, rq->arena, &wish, rq->body, rq->now_ms,
                                 &creative, err))
        return false;
    wake(rq);
    return reply_creative(rq, rp, creative.id, 201, err);
}

/* --- looking --- */

/* GET /api/creatives?direction_id=&status= - newest first; status=failed lists what to retry.
 */
static bool get_creatives(struct request *rq, struct reply *rp, struct err *err)
{
    struct creative_filter filter = {.direction_id = request_query(rq, "direction_id"),
                                     .status = request_query(rq, "status")};
    struct creatives list = {0};
    struct reply_json json;
    int64_t limit;

    if (!api_check_org(rq, NULL, err) || !api_limit(rq, &limit, err) ||
        !api_cursor(rq, &filter.before_ms, &filter.before_id, err))
        return false;
    filter.limit = limit + 1;
    if (!creative_list(rq->db, rq->arena, &filter, &list, err))
        return false;

    bool more = (int64_t)list.n > limit;
    size_t n = more ? (size_t)limit : list.n;

    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < n; i++)
        if (!put_creative(rq, &json.w, &list.at[i], err))
            return false;
    json_end(&json.w);
    api_put_cursor(&json.w, rq->arena, more, n ? list.at[n - 1].created_ms : 0,
                   n ? list.at[n - 1].id : STR(""));
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static bool get_creative(struct request *rq, struct reply *rp, struct err *err)
{
    return api_check_org(rq, NULL, err) &&
           reply_creative(rq, rp, request_arg(rq, "id"), 200, err);
}

/* GET /api/creatives/:id/poster - the still that stands for the video. */
static bool get_poster(struct request *rq, struct reply *rp, struct err *err)
{
    const struct app *app = rq->app;
    struct creative creative;
    const char *path;

    if (!creative_get(rq->db, rq->arena, request_arg(rq, "id"), &creative, err))
        return false;
    path = creative_poster_path(app->conf, rq->arena, &creative);
    if (!*path || access(path, R_OK) != 0)
        return err_set(err, ERR_NOT_FOUND, "creative " STR_FMT " has no poster yet",
                       STR_ARG(creative.id));
    rp->status = 200;
    rp->type = STR("image/jpeg");
    rp->file_path = path;
    return true;
}

/* --- changing --- */

static bool is_there(const struct json *body, const char *field)
{
    return json_type(json_at(body, field)) != JSON_MISSING;
}

/* PATCH /api/creatives/:id {title?, texts?, direction_id?, version?} */
static bool patch_creative(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"title",          "direction_id",     "ad_text",
                                          "call_to_action", "landing_page_url", "version",
                                          "userAccountId",  "user_account_id",  NULL};
    struct creative_change change = {0};
    struct creative_wish texts = {0};
    const struct json *body;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) || !read_texts(body, &texts, err) ||
        !json_want_int(body, "version", 1, INT64_MAX, 0, &change.version, err))
        return false;
    change.set_title = is_there(body, "title");
    change.set_direction = is_there(body, "direction_id");
    change.set_ad_text = is_there(body, "ad_text");
    change.set_call_to_action = is_there(body, "call_to_action");
    change.set_landing_page_url = is_there(body, "landing_page_url");
    change.direction_id = texts.direction_id;
    change.ad_text = texts.ad_text;
    change.call_to_action = texts.call_to_action;
    change.landing_page_url = texts.landing_page_url;
    if ((change.set_title && !json_need_text(body, "title", LIMIT_TITLE, &change.title, err)) ||
        !creative_update(rq->db, rq->arena, request_arg(rq, "id"), &change, rq->caller.actor,
                         rq->now_ms, err))
        return false;
    return reply_creative(rq, rp, request_arg(rq, "id"), 200, err);
}

static bool delete_creative(struct request *rq, struct reply *rp, struct err *err)
{
    return api_check_org(rq, NULL, err) &&
           creative_delete(rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor,
                           rq->now_ms, err) &&
           reply_body(rp, 204, "application/json", STR(""));
}

/* POST /api/creatives/:id/retry - a failed one is fetched and looked at again. */
static bool post_retry(struct request *rq, struct reply *rp, struct err *err)
{
    if (!api_check_org(rq, NULL, err) ||
        !creative_retry(rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor, rq->now_ms,
                        err))
        return false;
    wake(rq);
    return reply_creative(rq, rp, request_arg(rq, "id"), 202, err);
}

const struct route creatives_routes[] = {
    {"GET", "/api/creatives", CAN_READ, .handler = get_creatives},
    {"POST", "/api/creatives", CAN_EDIT, .handler = post_creative},
    {"POST", "/api/creatives/upload", CAN_EDIT, .handler = post_upload,
     .body_limit = LIMIT_VIDEO},
    {"GET", "/api/creatives/:id", CAN_READ, .handler = get_creative},
    {"GET", "/api/creatives/:id/poster", CAN_READ, .handler = get_poster},
    {"PATCH", "/api/creatives/:id", CAN_EDIT, .handler = patch_creative},
    {"DELETE", "/api/creatives/:id", CAN_EDIT, .handler = delete_creative},
    {"POST", "/api/creatives/:id/retry", CAN_EDIT, .handler = post_retry},
    ROUTES_END,
};
