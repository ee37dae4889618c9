/* events_api.c - conversions sent back: where they go, what they are called, how they fare. */

#include "api/api.h"
#include "api/common.h"
#include "base/arena.h"
#include "base/limits.h"
#include "conf/app.h"
#include "event/event.h"
#include "event/pixel.h"

static void wake(struct request *rq)
{
    const struct app *app = rq->app;

    if (app->runner)
        job_wake(app->runner);
}

/* --- where they go: /api/directions/:id/event-source --------------------------- */

static bool put_source(struct request *rq, struct reply *rp, const struct event_source *source,
                       struct err *err)
{
    struct reply_json json;

    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "direction_id", source->direction_id);
    json_text_member(&json.w, "source", source->source);
    json_text_member(&json.w, "pixel_code", source->pixel_code);
    json_text_or_null_member(&json.w, "page_url", source->page_url);
    json_text_or_null_member(&json.w, "test_event_code", source->test_code);
    json_bool_member(&json.w, "has_token", source->token_sealed.n > 0);
    json_bool_member(&json.w, "is_active", source->is_active);
    json_text_or_null_member(&json.w, "blocked_text", source->blocked_text);
    api_time_member(&json.w, rq->arena, "created_at", source->created_ms);
    api_time_member(&json.w, rq->arena, "updated_at", source->updated_ms);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static bool get_source(struct request *rq, struct reply *rp, struct err *err)
{
    struct str id = request_arg(rq, "id");
    struct event_source source;
    bool found;

    if (!event_source_find(rq->db, rq->arena, id, &found, &source, err))
        return false;
    if (!found)
        return err_set(err, ERR_NOT_FOUND, "direction " STR_FMT " has no pixel for events",
                       STR_ARG(str_sub(id, 0, 60))),
               err_hint(err, "PUT one: {\"pixel_code\":\"...\",\"source\":\"web\"}");
    return put_source(rq, rp, &source, err);
}

/* PUT {pixel_code, source?, page_url?, test_event_code?, access_token?, is_active?} */
static bool put_event_source(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"pixel_code",      "source",          "page_url",
                                          "test_event_code", "access_token",    "is_active",
                                          "userAccountId",   "user_account_id", NULL};
    struct event_source_wish wish = {.direction_id = request_arg(rq, "id"),
                                     .actor = rq->caller.actor};
    struct event_source source;
    const struct json *body;
    bool found;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) ||
        !json_need_text(body, "pixel_code", LIMIT_NAME, &wish.pixel_code, err) ||
        !json_want_text(body, "source", 20, STR("web"), &wish.source, err) ||
        !json_want_text(body, "page_url", LIMIT_URL_TEXT, STR(""), &wish.page_url, err) ||
        !json_want_text(body, "test_event_code", LIMIT_NAME, STR(""), &wish.test_code, err) ||
        !json_want_text(body, "access_token", LIMIT_TEXT, STR(""), &wish.token, err) ||
        !json_want_bool(body, "is_active", true, &wish.is_active, err))
        return false;
    wish.set_token = json_type(json_at(body, "access_token")) != JSON_MISSING;
    if (!event_source_set(rq->app, rq->db, rq->arena, &wish, rq->now_ms, err))
        return false;
    wake(rq);
    return event_source_find(rq->db, rq->arena, wish.direction_id, &found, &source, err) &&
           put_source(rq, rp, &source, err);
}

static bool delete_source(struct request *rq, struct reply *rp, struct err *err)
{
    if (!event_source_delete(rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor, err))
        return false;
    rp->status = 204;
    return true;
}

/* --- what they are called: /api/event-names ---------------------------------------- */

static bool reply_names(struct request *rq, struct reply *rp, struct str platform,
                        struct err *err)
{
    struct event_names names;
    struct reply_json json;

    if (!event_names_get(rq->db, rq->arena, platform, &names, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "platform", platform);
    json_key(&json.w, "names");
    json_object(&json.w);
    for (size_t k = 0; k < EVENT_STAGES; k++) {
        json_key_str(&json.w, names.stage[k]);
        json_put_text_or_null(&json.w, names.name[k]);
    }
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static struct str platform_or_tiktok(struct str platform)
{
    return platform.n ? platform : STR("tiktok");
}

static bool get_names(struct request *rq, struct reply *rp, struct err *err)
{
    struct str platform;

    return api_platform(rq, &platform, err) &&
           reply_names(rq, rp, platform_or_tiktok(platform), err);
}

/* {"names":{"interest":"Lead",...}}: what is not named stays; "" or null is not reported. */
static bool read_names(const struct json *body, struct event_names *names, struct err *err)
{
    const struct json *given = json_at(body, "names"), *value;
    void *cursor = NULL;
    struct str stage;

    while (json_each(given, &cursor, &stage, &value)) {
        bool known = false;
        for (size_t k = 0; k < EVENT_STAGES; k++)
            if (str_eq(names->stage[k], stage)) {
                known = true;
                names->name[k] = json_text(value, "", STR(""));
            }
        if (!known)
            return err_input(err, "names",
                             "stages are interest, qualified, scheduled, purchase, lost",
                             "\"" STR_FMT "\" is not a stage", STR_ARG(str_sub(stage, 0, 40)));
    }
    return true;
}

/* PUT ?platform= {"preset":"founding"|"current"} or {"names":{...}} */
static bool put_names(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"preset", "names", "userAccountId", "user_account_id",
                                          NULL};
    struct str platform, preset;
    struct event_names names;
    const struct json *body;

    if (!api_platform(rq, &platform, err) || !request_json(rq, &body, err) ||
        !json_only(body, allowed, err) || !api_check_org(rq, body, err) ||
        !json_want_text(body, "preset", 20, STR(""), &preset, err))
        return false;
    platform = platform_or_tiktok(platform);
    if (!(preset.n ? event_names_preset(platform, preset, &names, err)
                   : event_names_get(rq->db, rq->arena, platform, &names, err)) ||
        !read_names(body, &names, err) ||
        !event_names_set(rq->db, rq->arena, platform, &names, rq->caller.actor, rq->now_ms,
                         err))
        return false;
    return reply_names(rq, rp, platform, err);
}

/* --- how they fare: /api/events ------------------------------------------------------- */

static bool read_filter(struct request *rq, struct conversion_filter *filter, struct err *err)
{
    static const char *const states[] = {"", "waiting", "sent", "refused", "skipped"};
    bool known = false;

    filter->state = request_query(rq, "state");
    filter->direction_id = request_query(rq, "direction_id");
    filter->lead_id = request_query(rq, "lead_id");
    for (size_t i = 0; i < countof(states); i++)
        known = known || str_eq(filter->state, str(states[i]));
    if (!known)
        return err_input(err, "state", "one of waiting, sent, refused, skipped",
                         "\"" STR_FMT "\" is not a state",
                         STR_ARG(str_sub(filter->state, 0, 40)));
    return api_check_org(rq, NULL, err) && api_limit(rq, &filter->limit, err) &&
           api_cursor(rq, &filter->before_ms, &filter->before_id, err);
}

static void put_conversion(struct json_writer *w, struct arena *arena,
                           const struct conversion *c)
{
    json_object(w);
    json_text_member(w, "id", c->conversion_id);
    json_text_or_null_member(w, "lead_id", c->lead_id);
    json_text_or_null_member(w, "stage", c->stage);
    json_text_or_null_member(w, "purchase_id", c->purchase_id);
    json_text_member(w, "platform", c->platform);
    json_text_or_null_member(w, "direction_id", c->direction_id);
    json_text_or_null_member(w, "event_name", c->name);
    json_text_or_null_member(w, "event_id", c->event_id);
    json_text_or_null_member(w, "pixel_code", c->pixel_code);
    json_text_member(w, "state", c->state);
    json_text_or_null_member(w, "reason", c->reason);
    json_int_member(w, "attempts", c->attempts);
    if (c->currency.n) {
        json_int_member(w, "value_micros", c->value_micros);
        json_text_member(w, "currency", c->currency);
    }
    api_time_member(w, arena, "event_at", c->at_ms);
    api_time_member(w, arena, "next_at", str_eq(c->state, STR("waiting")) ? c->next_ms : 0);
    api_time_member(w, arena, "sent_at", c->sent_ms);
    api_time_member(w, arena, "created_at", c->created_ms);
    json_end(w);
}

static bool get_events(struct request *rq, struct reply *rp, struct err *err)
{
    struct conversion_filter filter = {0};
    struct conversions list = {0};
    struct reply_json json;

    if (!read_filter(rq, &filter, err))
        return false;
    int64_t limit = filter.limit++;
    if (!conversion_list(rq->db, rq->arena, &filter, &list, err))
        return false;
    bool more = (int64_t)list.n > limit;
    size_t n = more ? (size_t)limit : list.n;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < n; i++)
        put_conversion(&json.w, rq->arena, &list.at[i]);
    return api_list_end(rq, rp, &json, more, n ? list.at[n - 1].created_ms : 0,
                        n ? list.at[n - 1].conversion_id : STR(""), err);
}

static void put_log(struct json_writer *w, struct arena *arena,
                    const struct conversion_log *log)
{
    json_object(w);
    json_text_member(w, "id", log->log_id);
    json_text_member(w, "event", log->conversion_id);
    json_text_or_null_member(w, "lead_id", log->lead_id);
    json_text_member(w, "direction_id", log->direction_id);
    json_text_member(w, "platform", log->platform);
    json_text_member(w, "pixel_code", log->pixel_code);
    json_text_member(w, "event_name", log->event_name);
    json_text_member(w, "event_id", log->event_id);
    api_time_member(w, arena, "event_at", log->event_ms);
    json_text_member(w, "outcome", log->outcome);
    json_key(w, "request");
    json_put_raw(w, log->request);
    json_key(w, "answer");
    json_put_raw(w, log->answer.n ? log->answer : STR("null"));
    json_key(w, "error");
    json_put_raw(w, log->error_json.n ? log->error_json : STR("null"));
    json_int_member(w, "batch_size", log->batch_size);
    json_int_member(w, "retries", log->retries);
    json_int_member(w, "duration_ms", log->duration_ms);
    json_text_or_null_member(w, "correlation_id", log->correlation_id);
    api_time_member(w, arena, "at", log->at_ms);
    json_end(w);
}

static bool get_log(struct request *rq, struct reply *rp, struct err *err)
{
    struct conversion_filter filter = {0};
    struct conversion_logs list = {0};
    struct reply_json json;

    if (!read_filter(rq, &filter, err))
        return false;
    int64_t limit = filter.limit++;
    if (!conversion_log_list(rq->db, rq->arena, &filter, &list, err))
        return false;
    bool more = (int64_t)list.n > limit;
    size_t n = more ? (size_t)limit : list.n;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < n; i++)
        put_log(&json.w, rq->arena, &list.at[i]);
    return api_list_end(rq, rp, &json, more, n ? list.at[n - 1].at_ms : 0,
                        n ? list.at[n - 1].log_id : STR(""), err);
}

static bool get_summary(struct request *rq, struct reply *rp, struct err *err)
{
    struct conversion_counts counts;
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) || !conversion_count(rq->db, rq->arena, &counts, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_int_member(&json.w, "waiting", counts.waiting);
    json_int_member(&json.w, "sent", counts.sent);
    json_int_member(&json.w, "refused", counts.refused);
    json_int_member(&json.w, "skipped", counts.skipped);
    api_time_member(&json.w, rq->arena, "oldest_waiting_at", counts.oldest_waiting_ms);
    json_int_member(&json.w, "open_breakers", counts.open_breakers);
    json_int_member(&json.w, "blocked_directions", counts.blocked);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* --- how each pixel fares: /api/events/pixels ------------------------------------------ */

#define DAY_MS INT64_C(86400000)

static void put_uses(struct json_writer *w, const struct event_pixel *pixel)
{
    json_key(w, "directions");
    json_list(w);
    for (size_t i = 0; i < pixel->uses.n; i++) {
        const struct event_pixel_use *use = &pixel->uses.at[i];
        json_object(w);
        json_text_member(w, "id", use->direction_id);
        json_text_member(w, "name", use->name);
        json_text_member(w, "source", use->source);
        json_bool_member(w, "is_active", use->is_active);
        json_text_or_null_member(w, "blocked_text", use->blocked_text);
        json_end(w);
    }
    json_end(w);
}

static void put_breaker(struct json_writer *w, struct arena *arena,
                        const struct event_pixel *pixel)
{
    json_key(w, "breaker");
    json_object(w);
    json_text_member(w, "state", str(event_breaker_word(pixel->breaker)));
    json_int_member(w, "failures", pixel->failures);
    api_time_member(w, arena, "opened_at", pixel->opened_ms);
    api_time_member(w, arena, "again_at", pixel->again_ms);
    json_end(w);
}

static void put_last_error(struct json_writer *w, struct arena *arena,
                           const struct event_pixel *pixel)
{
    json_key(w, "last_error");
    if (!pixel->error_ms) {
        json_put_raw(w, STR("null"));
        return;
    }
    json_object(w);
    api_time_member(w, arena, "at", pixel->error_ms);
    json_text_member(w, "event_name", pixel->error_event);
    json_text_member(w, "outcome", pixel->error_outcome);
    json_key(w, "error");
    json_put_raw(w, pixel->error_json.n ? pixel->error_json : STR("null"));
    json_end(w);
}

static void put_pixel(struct json_writer *w, struct arena *arena,
                      const struct event_pixel *pixel)
{
    json_object(w);
    json_text_member(w, "platform", pixel->platform);
    json_text_or_null_member(w, "pixel_code", pixel->pixel_code);
    put_uses(w, pixel);
    json_int_member(w, "sent", pixel->sent);
    json_int_member(w, "waiting", pixel->waiting);
    json_int_member(w, "refused", pixel->refused);
    json_int_member(w, "skipped", pixel->skipped);
    json_int_member(w, "retried", pixel->retried);
    json_bool_member(w, "more", pixel->more);
    api_time_member(w, arena, "last_sent_at", pixel->last_sent_ms);
    api_time_member(w, arena, "oldest_waiting_at", pixel->oldest_waiting_ms);
    put_breaker(w, arena, pixel);
    put_last_error(w, arena, pixel);
    json_end(w);
}

static bool read_days(struct request *rq, int64_t *days, struct err *err)
{
    struct str text = request_query(rq, "days");

    *days = 7;
    if (text.n == 0 || (str_int(text, days) && *days >= 1 && *days <= LIMIT_EVENT_DAYS))
        return true;
    return err_input(err, "days", "a number from 1 to 90", "\"" STR_FMT "\" is no such number",
                     STR_ARG(str_sub(text, 0, 20)));
}

/* GET ?days=7&platform=&account_id= - of each pixel: what was told of what happened in these
 * days, what waits, how often it was tried, the breaker, and the last error in the platform's
 * words. */
static bool get_pixels(struct request *rq, struct reply *rp, struct err *err)
{
    struct event_pixel_filter filter = {.now_ms = rq->now_ms};
    struct event_pixels list = {0};
    struct reply_json json;
    int64_t days;

    if (!api_check_org(rq, NULL, err) || !api_platform(rq, &filter.platform, err) ||
        !api_account_id(rq, NULL, &filter.ad_account_id, err) || !read_days(rq, &days, err))
        return false;
    filter.since_ms = rq->now_ms - days * DAY_MS;
    if (!event_pixel_list(rq->db, rq->arena, &filter, &list, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    api_time_member(&json.w, rq->arena, "since_at", filter.since_ms);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < list.n; i++)
        put_pixel(&json.w, rq->arena, &list.at[i]);
    json_end(&json.w);
    json_text_or_null_member(&json.w, "next_cursor", STR(""));
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static bool post_replay(struct request *rq, struct reply *rp, struct err *err)
{
    if (!conversion_replay(rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor,
                           rq->now_ms, err))
        return false;
    wake(rq);
    return reply_body(rp, 202, "application/json", STR("{\"state\":\"waiting\"}"));
}

const struct route events_routes[] = {
    {"GET", "/api/directions/:id/event-source", CAN_READ, get_source, NULL, 0},
    {"PUT", "/api/directions/:id/event-source", CAN_ADMIN, put_event_source, NULL, 0},
    {"DELETE", "/api/directions/:id/event-source", CAN_ADMIN, delete_source, NULL, 0},
    {"GET", "/api/event-names", CAN_READ, get_names, NULL, 0},
    {"PUT", "/api/event-names", CAN_ADMIN, put_names, NULL, 0},
    {"GET", "/api/events", CAN_READ, get_events, NULL, 0},
    {"GET", "/api/events/log", CAN_READ, get_log, NULL, 0},
    {"GET", "/api/events/summary", CAN_READ, get_summary, NULL, 0},
    {"GET", "/api/events/pixels", CAN_READ, get_pixels, NULL, 0},
    {"POST", "/api/events/:id/replay", CAN_EDIT, post_replay, NULL, 0},
    ROUTES_END,
};
