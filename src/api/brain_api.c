/* brain_api.c - runs of the autopilot, their executions and reports. */

#include "api/actions_api.h"
#include "api/api.h"
#include "api/common.h"
#include "brain/brain.h"
#include "brain/execution.h"
#include "conf/app.h"
#include "seal/seal.h"

/* --- starting a run --------------------------------------------------------------------- */

static bool read_run(struct request *rq, struct brain_wish *wish, struct err *err)
{
    const struct json *body, *inputs;
    struct str key;

    if (!request_json(rq, &body, err) || !api_check_org(rq, body, err) ||
        !api_account_id(rq, body, &wish->ad_account_id, err) ||
        !json_want_text(body, "idempotencyKey", LIMIT_TITLE, STR(""), &key, err))
        return false;
    inputs = json_at(body, "inputs");
    if (json_type(inputs) != JSON_MISSING && json_type(inputs) != JSON_NULL &&
        json_type(inputs) != JSON_OBJECT)
        return err_input(err, "inputs", "{\"dispatch\": true, \"sendReport\": true}",
                         "inputs are no object");
    if (key.n) {
        wish->request_key = key;
        wish->fingerprint = seal_sha256_hex(rq->arena, json_print(rq->arena, body));
    }
    if (json_type(inputs) != JSON_OBJECT)
        return true;
    return json_want_bool(inputs, "dispatch", true, &wish->dispatch, err) &&
           json_want_bool(inputs, "sendReport", true, &wish->report, err);
}

/* POST /api/brain/run-tiktok - start a run now.  It acts only where the account's autopilot is
 * on; inputs.dispatch=false makes it report only. */
static bool post_run(struct request *rq, struct reply *rp, struct err *err)
{
    const struct app *app = rq->app;
    struct brain_wish wish = {
        .platform = STR("tiktok"), .trigger = "api", .dispatch = true, .report = true};
    struct reply_json json;
    struct str execution_id;
    bool added;

    if (!api_need_platform(rq, wish.platform, err) || !read_run(rq, &wish, err) ||
        !brain_start(app, rq->db, rq->arena, &wish, &execution_id, &added, err))
        return false;
    if (!added)
        reply_header(rq, rp, "Idempotent-Replayed", STR("true"));
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "execution_id", execution_id);
    json_text_member(&json.w, "platform", wish.platform);
    json_text_or_null_member(&json.w, "idempotencyKey", wish.request_key);
    json_end(&json.w);
    return reply_json_end(&json, rp, 202, err);
}

/* --- executions ----------------------------------------------------------------------------
 */

static int64_t count_decided(const struct json *decisions, bool held)
{
    const struct json *groups = json_at(decisions, "groups");
    int64_t n = 0;

    for (size_t i = 0; i < json_count(groups); i++)
        n += str_eq(json_text(json_item(groups, i), "decision", STR("")), STR("hold")) == held;
    return n;
}

static bool put_counts(struct request *rq, struct json_writer *w, const struct execution *e,
                       struct err *err)
{
    const struct json *decisions;
    int64_t micros;

    json_key(w, "counts");
    if (!e->decisions.n) {
        json_put_null(w);
        return true;
    }
    if (!json_parse(rq->arena, e->decisions, &decisions, err))
        return err_while(err, "reading the decisions of execution " STR_FMT, STR_ARG(e->id));
    json_object(w);
    json_int_member(w, "groups", (int64_t)json_count(json_at(decisions, "groups")));
    json_int_member(w, "held", count_decided(decisions, true));
    json_int_member(w, "changed", count_decided(decisions, false));
    json_int_member(w, "actions", (int64_t)json_count(json_at(decisions, "actions")));
    json_int_member(w, "deferred", (int64_t)json_count(json_at(decisions, "deferred")));
    json_int_member(w, "gates", (int64_t)json_count(json_at(decisions, "gates")));
    json_end(w);
    json_text_member(w, "currency", json_text(decisions, "currency", STR("")));
    if (json_int(decisions, "before_micros", &micros))
        json_int_member(w, "before_micros", micros);
    if (json_int(decisions, "after_micros", &micros))
        json_int_member(w, "after_micros", micros);
    return true;
}

static bool put_execution(struct request *rq, struct json_writer *w, const struct execution *e,
                          struct err *err)
{
    json_text_member(w, "id", e->id);
    json_text_member(w, "ad_account_id", e->ad_account_id);
    json_text_member(w, "platform", e->platform);
    json_text_member(w, "trigger", e->trigger);
    json_text_member(w, "state", e->state);
    json_text_or_null_member(w, "error", e->error_text);
    json_bool_member(w, "dispatched", e->dispatch);
    json_text_or_null_member(w, "policy", e->policy_version);
    json_text_or_null_member(w, "decisions_hash", e->decisions_hash);
    json_text_or_null_member(w, "correlation_id", e->correlation_id);
    api_time_member(w, rq->arena, "as_of_at", e->as_of_ms);
    api_time_member(w, rq->arena, "started_at", e->started_ms);
    api_time_member(w, rq->arena, "finished_at", e->finished_ms);
    return put_counts(rq, w, e, err);
}

static bool read_filter(struct request *rq, struct execution_filter *filter, struct err *err)
{
    return api_check_org(rq, NULL, err) && api_platform(rq, &filter->platform, err) &&
           api_account_id(rq, NULL, &filter->ad_account_id, err) &&
           api_limit(rq, &filter->limit, err) &&
           api_cursor(rq, &filter->before_ms, &filter->before_id, err);
}

/* GET /api/autopilot/executions - newest first. */
static bool get_executions(struct request *rq, struct reply *rp, struct err *err)
{
    struct execution_filter filter = {0};
    struct executions list = {0};
    struct reply_json json;

    if (!read_filter(rq, &filter, err))
        return false;
    int64_t limit = filter.limit++;
    if (!execution_list(rq->db, rq->arena, &filter, &list, err))
        return false;
    bool more = (int64_t)list.n > limit;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < list.n && (int64_t)i < limit; i++) {
        json_object(&json.w);
        if (!put_execution(rq, &json.w, &list.at[i], err))
            return false;
        json_end(&json.w);
    }
    json_end(&json.w);
    const struct execution *last = more ? &list.at[limit - 1] : NULL;
    api_put_cursor(&json.w, rq->arena, more, last ? last->started_ms : 0,
                   last ? last->id : STR(""));
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static void put_raw_or_null(struct json_writer *w, const char *key, struct str json)
{
    json_key(w, key);
    if (json.n)
        json_put_raw(w, json);
    else
        json_put_null(w);
}

/* GET /api/autopilot/executions/:id - with its inputs, decisions and what became of its
 * actions. */
static bool get_execution(struct request *rq, struct reply *rp, struct err *err)
{
    struct execution e;
    struct actions actions = {0};
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) ||
        !execution_get(rq->db, rq->arena, request_arg(rq, "id"), &e, err) ||
        !action_list_of_execution(rq->db, rq->arena, e.id, &actions, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    if (!put_execution(rq, &json.w, &e, err))
        return false;
    put_raw_or_null(&json.w, "inputs", e.inputs);
    put_raw_or_null(&json.w, "decisions", e.decisions);
    json_key(&json.w, "actions");
    json_list(&json.w);
    for (size_t i = 0; i < actions.n; i++)
        api_put_action(&json.w, rq->arena, &actions.at[i]);
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* POST /api/autopilot/executions/:id/undo - undo all of its changes that still stand. */
static bool post_undo(struct request *rq, struct reply *rp, struct err *err)
{
    struct execution e;
    struct reply_json json;
    struct str batch_id;
    int64_t undone, skipped;

    if (!execution_get(rq->db, rq->arena, request_arg(rq, "id"), &e, err) ||
        !action_undo_execution(rq->app, rq->db, rq->arena, e.id, rq->caller.actor, &batch_id,
                               &undone, &skipped, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "action_batch_id", batch_id);
    json_int_member(&json.w, "undoing", undone);
    json_int_member(&json.w, "skipped", skipped);
    json_end(&json.w);
    return reply_json_end(&json, rp, 202, err);
}

/* --- reports
 * ---------------------------------------------------------------------------------- */

/* GET /api/autopilot/reports - newest first. */
static bool get_reports(struct request *rq, struct reply *rp, struct err *err)
{
    struct execution_filter filter = {0};
    struct brain_reports list = {0};
    struct reply_json json;

    if (!read_filter(rq, &filter, err))
        return false;
    int64_t limit = filter.limit++;
    if (!report_list(rq->db, rq->arena, &filter, &list, err))
        return false;
    bool more = (int64_t)list.n > limit;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < list.n && (int64_t)i < limit; i++) {
        const struct brain_report *r = &list.at[i];
        json_object(&json.w);
        json_text_member(&json.w, "id", r->id);
        json_text_member(&json.w, "execution_id", r->execution_id);
        json_text_member(&json.w, "ad_account_id", r->ad_account_id);
        json_text_member(&json.w, "platform", r->platform);
        json_text_or_null_member(&json.w, "day", r->day);
        put_raw_or_null(&json.w, "report_data", r->data);
        api_time_member(&json.w, rq->arena, "created_at", r->created_ms);
        json_end(&json.w);
    }
    json_end(&json.w);
    const struct brain_report *last = more ? &list.at[limit - 1] : NULL;
    api_put_cursor(&json.w, rq->arena, more, last ? last->created_ms : 0,
                   last ? last->id : STR(""));
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

const struct route brain_routes[] = {
    {"POST", "/api/brain/run-tiktok", CAN_SPEND, post_run, NULL, 0},
    {"GET", "/api/autopilot/executions", CAN_READ, get_executions, NULL, 0},
    {"GET", "/api/autopilot/executions/:id", CAN_READ, get_execution, NULL, 0},
    {"POST", "/api/autopilot/executions/:id/undo", CAN_SPEND, post_undo, NULL, 0},
    {"GET", "/api/autopilot/reports", CAN_READ, get_reports, NULL, 0},
    ROUTES_END,
};
