/* endpoints_api.c - CRMs and chats that leads are handed to, and what became of it. */

#include "api/api.h"
#include "api/common.h"
#include "api/leads_json.h"
#include "base/arena.h"
#include "conf/app.h"
#include "notify/notify.h"

static void wake(struct request *rq)
{
    const struct app *app = rq->app;

    if (app->runner)
        job_wake(app->runner);
}

static void put_topics(struct json_writer *w, struct str topics)
{
    json_key(w, "topics");
    json_list(w);
    while (topics.n) {
        struct str topic = str_cut(&topics, ',');
        if (topic.n)
            json_put_text(w, topic);
    }
    json_end(w);
}

/* Telegram's chat id is shown; secrets never are. */
static void put_endpoint(struct json_writer *w, struct arena *arena, const struct endpoint *e)
{
    json_object(w);
    json_text_member(w, "id", e->endpoint_id);
    json_text_member(w, "kind", e->kind);
    json_text_member(w, "name", e->name);
    json_text_member(w, "address", e->address);
    put_topics(w, e->topics);
    json_key(w, "mapping");
    json_put_raw(w, e->mapping.n ? e->mapping : STR("null"));
    json_bool_member(w, "is_active", e->is_active);
    json_text_or_null_member(w, "stopped_text", e->stopped_text);
    api_time_member(w, arena, "old_secret_until", e->previous_until_ms);
    api_time_member(w, arena, "created_at", e->created_ms);
    api_time_member(w, arena, "updated_at", e->updated_ms);
    json_end(w);
}

static bool get_endpoints(struct request *rq, struct reply *rp, struct err *err)
{
    struct endpoints list = {0};
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) || !endpoint_list(rq->db, rq->arena, &list, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < list.n; i++)
        put_endpoint(&json.w, rq->arena, &list.at[i]);
    json_end(&json.w);
    json_text_or_null_member(&json.w, "next_cursor", STR(""));
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* "a,b" of a list of texts, or of a text. */
static bool read_topics(struct request *rq, const struct json *body, struct str *out,
                        struct err *err)
{
    const struct json *topics = json_at(body, "topics");
    struct str joined = STR("");

    if (json_type(topics) != JSON_LIST)
        return json_want_text(body, "topics", LIMIT_LABEL, STR(""), out, err);
    for (size_t i = 0; i < json_count(topics); i++)
        joined = str_fmt(rq->arena, STR_FMT STR_FMT ",", STR_ARG(joined),
                         STR_ARG(json_text(json_item(topics, i), "", STR("?"))));
    *out = joined;
    return true;
}

static bool read_wish(struct request *rq, const struct json *body, struct endpoint_wish *wish,
                      struct err *err)
{
    static const char *const allowed[] = {
        "kind",   "name",    "address",   "url",           "chat_id",         "token",
        "topics", "mapping", "is_active", "userAccountId", "user_account_id", NULL};
    const struct json *mapping = json_at(body, "mapping");

    if (!json_only(body, allowed, err) || !api_check_org(rq, body, err) ||
        !json_want_text(body, "kind", 20, STR("webhook"), &wish->kind, err) ||
        !json_need_text(body, "name", LIMIT_NAME, &wish->name, err) ||
        !json_want_text(body, "address", LIMIT_URL_TEXT, STR(""), &wish->address, err) ||
        !json_want_text(body, "token", LIMIT_LABEL, STR(""), &wish->token, err) ||
        !read_topics(rq, body, &wish->topics, err) ||
        !json_want_bool(body, "is_active", true, &wish->is_active, err))
        return false;
    if (wish->address.n == 0)
        wish->address = json_text(body, "url", json_id(body, "chat_id", rq->arena));
    if (json_type(mapping) == JSON_LIST && json_count(mapping))
        wish->mapping = json_print(rq->arena, mapping);
    else if (json_type(mapping) != JSON_MISSING && json_type(mapping) != JSON_NULL &&
             json_type(mapping) != JSON_LIST)
        return err_input(err, "mapping", "a list of {field, from | value}",
                         "the mapping is not a list");
    return true;
}

/* POST {kind, name, address, token?, topics?, mapping?} - the secret is in this answer and
 * never again. */
static bool post_endpoint(struct request *rq, struct reply *rp, struct err *err)
{
    struct endpoint_wish wish = {.actor = rq->caller.actor};
    struct str id, secret;
    const struct json *body;
    struct reply_json json;

    if (!request_json(rq, &body, err) || !read_wish(rq, body, &wish, err) ||
        !endpoint_add(rq->app, rq->db, rq->arena, &wish, rq->now_ms, &id, &secret, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "id", id);
    json_text_or_null_member(&json.w, "secret", secret);
    json_end(&json.w);
    return reply_json_end(&json, rp, 201, err);
}

static bool reply_endpoint(struct request *rq, struct reply *rp, struct err *err)
{
    struct endpoint endpoint;
    struct reply_json json;

    if (!endpoint_get(rq->db, rq->arena, request_arg(rq, "id"), &endpoint, err))
        return false;
    reply_json_begin(rq, &json);
    put_endpoint(&json.w, rq->arena, &endpoint);
    return reply_json_end(&json, rp, 200, err);
}

static bool put_endpoint_changes(struct request *rq, struct reply *rp, struct err *err)
{
    struct endpoint_wish wish = {.actor = rq->caller.actor};
    const struct json *body;

    if (!request_json(rq, &body, err) || !read_wish(rq, body, &wish, err) ||
        !endpoint_update(rq->app, rq->db, rq->arena, request_arg(rq, "id"), &wish, rq->now_ms,
                         err))
        return false;
    wake(rq);
    return reply_endpoint(rq, rp, err);
}

static bool delete_endpoint(struct request *rq, struct reply *rp, struct err *err)
{
    if (!endpoint_delete(rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor, err))
        return false;
    rp->status = 204;
    return true;
}

static bool post_rotate(struct request *rq, struct reply *rp, struct err *err)
{
    struct reply_json json;
    struct str secret;

    if (!endpoint_rotate(rq->app, rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor,
                         rq->now_ms, &secret, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "secret", secret);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* POST {lead_id?} - one delivery now; the answer says what came of it, whatever that is. */
static bool post_test(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"lead_id", "userAccountId", "user_account_id", NULL};
    const struct json *body = NULL;
    struct handoff_result result;
    struct str lead_id = STR("");
    struct reply_json json;

    if (rq->body.n && (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
                       !api_check_org(rq, body, err) ||
                       !json_want_text(body, "lead_id", LIMIT_NAME, STR(""), &lead_id, err)))
        return false;
    if (!endpoint_test(rq->app, rq->db, rq->net, rq->arena, request_arg(rq, "id"), lead_id,
                       rq->now_ms, &result, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_bool_member(&json.w, "delivered", result.delivered);
    json_int_member(&json.w, "status", result.status);
    json_int_member(&json.w, "duration_ms", result.took_ms);
    json_text_member(&json.w, "answer", result.text);
    json_key(&json.w, "sent");
    json_put_raw(&json.w, result.body);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* --- deliveries ------------------------------------------------------------------ */

void handoff_put_json(struct json_writer *w, struct arena *arena, const struct handoff *h)
{
    json_text_member(w, "id", h->handoff_id);
    json_text_member(w, "endpoint_id", h->endpoint_id);
    json_text_member(w, "lead_id", h->lead_id);
    json_text_member(w, "topic", h->topic);
    json_text_member(w, "state", h->state);
    json_int_member(w, "attempts", h->attempts);
    json_int_member(w, "last_status", h->last_status);
    json_text_or_null_member(w, "last_error", h->last_error);
    api_time_member(w, arena, "at", h->at_ms);
    api_time_member(w, arena, "next_at", str_eq(h->state, STR("waiting")) ? h->next_ms : 0);
    api_time_member(w, arena, "created_at", h->created_ms);
    api_time_member(w, arena, "delivered_at", h->delivered_ms);
}

static bool get_handoffs(struct request *rq, struct reply *rp, struct err *err)
{
    struct handoff_filter filter = {.endpoint_id = request_query(rq, "endpoint_id"),
                                    .lead_id = request_query(rq, "lead_id"),
                                    .state = request_query(rq, "state")};
    struct handoffs list = {0};
    struct reply_json json;
    int64_t limit;

    if (filter.state.n && !str_eq(filter.state, STR("waiting")) &&
        !str_eq(filter.state, STR("delivered")) && !str_eq(filter.state, STR("dead")))
        return err_input(err, "state", "one of waiting, delivered, dead",
                         "\"" STR_FMT "\" is not a state",
                         STR_ARG(str_sub(filter.state, 0, 40)));
    if (!api_check_org(rq, NULL, err) || !api_limit(rq, &limit, err) ||
        !api_cursor(rq, &filter.before_ms, &filter.before_id, err))
        return false;
    filter.limit = limit + 1;
    if (!handoff_list(rq->db, rq->arena, &filter, &list, err))
        return false;
    bool more = (int64_t)list.n > limit;
    size_t n = more ? (size_t)limit : list.n;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < n; i++) {
        json_object(&json.w);
        handoff_put_json(&json.w, rq->arena, &list.at[i]);
        json_end(&json.w);
    }
    return api_list_end(rq, rp, &json, more, n ? list.at[n - 1].created_ms : 0,
                        n ? list.at[n - 1].handoff_id : STR(""), err);
}

/* POST {handoff_id?} - without one, all dead ones of the endpoint. */
static bool post_replay(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"handoff_id", "userAccountId", "user_account_id",
                                          NULL};
    struct str handoff_id = STR("");
    const struct json *body;
    struct reply_json json;
    int64_t replayed;

    if (rq->body.n &&
        (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
         !api_check_org(rq, body, err) ||
         !json_want_text(body, "handoff_id", LIMIT_NAME, STR(""), &handoff_id, err)))
        return false;
    if (!handoff_replay(rq->db, rq->arena, request_arg(rq, "id"), handoff_id, rq->caller.actor,
                        rq->now_ms, &replayed, err))
        return false;
    wake(rq);
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_int_member(&json.w, "replayed", replayed);
    json_end(&json.w);
    return reply_json_end(&json, rp, 202, err);
}

const struct route endpoints_routes[] = {
    {"GET", "/api/endpoints", CAN_READ, get_endpoints, NULL, 0},
    {"POST", "/api/endpoints", CAN_ADMIN, post_endpoint, NULL, 0},
    {"GET", "/api/endpoints/:id", CAN_READ, reply_endpoint, NULL, 0},
    {"PUT", "/api/endpoints/:id", CAN_ADMIN, put_endpoint_changes, NULL, 0},
    {"DELETE", "/api/endpoints/:id", CAN_ADMIN, delete_endpoint, NULL, 0},
    {"POST", "/api/endpoints/:id/secret", CAN_ADMIN, post_rotate, NULL, 0},
    {"POST", "/api/endpoints/:id/test", CAN_ADMIN, post_test, NULL, 0},
    {"POST", "/api/endpoints/:id/replay", CAN_EDIT, post_replay, NULL, 0},
    {"GET", "/api/handoffs", CAN_READ, get_handoffs, NULL, 0},
    ROUTES_END,
};
