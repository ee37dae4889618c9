/* deliveries_api.c - raw bodies that need a look, and readings of the platform's forms. */

#include "api/api.h"
#include "api/common.h"
#include "base/arena.h"
#include "conf/app.h"
#include "job/job.h"
#include "lead/delivery.h"
#include "lead/pull.h"

static bool read_state(struct str state, struct err *err)
{
    static const char *const states[] = {"received", "processed", "failed", "unresolved",
                                         "quarantined"};

    for (size_t i = 0; i < countof(states); i++)
        if (str_eq(state, str(states[i])))
            return true;
    return state.n == 0 ||
           err_input(err, "state",
                     "one of received, processed, failed, unresolved, quarantined",
                     "\"" STR_FMT "\" is not a state", STR_ARG(str_sub(state, 0, 40)));
}

static void put_delivery(struct json_writer *w, struct arena *arena,
                         const struct delivery_view *one)
{
    json_object(w);
    json_text_member(w, "id", one->delivery_id);
    json_text_member(w, "source", one->source);
    json_text_member(w, "state", one->state);
    json_text_member(w, "signature", one->signature);
    json_text_or_null_member(w, "error", one->error_text);
    json_int_member(w, "attempts", one->attempts);
    json_int_member(w, "bytes", one->bytes);
    api_time_member(w, arena, "received_at", one->received_ms);
    api_time_member(w, arena, "tried_at", one->tried_ms);
    api_time_member(w, arena, "processed_at", one->processed_ms);
    api_time_member(w, arena, "erased_at", one->erased_ms);
    json_end(w);
}

/* GET /api/lead-deliveries - what failed or waits for its owner, newest first; ?state=. */
static bool get_deliveries(struct request *rq, struct reply *rp, struct err *err)
{
    struct delivery_filter filter = {.org_id = rq->caller.org_id,
                                     .state = request_query(rq, "state")};
    struct delivery_views list = {0};
    struct reply_json json;
    int64_t limit;

    if (!api_check_org(rq, NULL, err) || !read_state(filter.state, err) ||
        !api_limit(rq, &limit, err) ||
        !api_cursor(rq, &filter.before_ms, &filter.before_id, err))
        return false;
    filter.limit = limit + 1;
    if (!delivery_list(rq->db, rq->arena, &filter, &list, err))
        return false;
    bool more = (int64_t)list.n > limit;
    size_t n = more ? (size_t)limit : list.n;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < n; i++)
        put_delivery(&json.w, rq->arena, &list.at[i]);
    return api_list_end(rq, rp, &json, more, n ? list.at[n - 1].received_ms : 0,
                        n ? list.at[n - 1].delivery_id : STR(""), err);
}

/* POST /api/lead-deliveries/:id/replay - read a failed one again. */
static bool post_replay(struct request *rq, struct reply *rp, struct err *err)
{
    const struct app *app = rq->app;

    if (!api_check_org(rq, NULL, err) ||
        !delivery_replay(rq->db, rq->arena, rq->caller.org_id, request_arg(rq, "id"),
                         rq->caller.actor, err))
        return false;
    if (app->runner)
        job_wake(app->runner);
    rp->status = 202;
    return reply_body(rp, 202, "application/json", STR("{\"state\":\"received\"}"));
}

/* GET /api/lead-pulls - readings of the platform's forms; ?troubled=1: gaps and failures. */
static bool get_pulls(struct request *rq, struct reply *rp, struct err *err)
{
    bool troubled = str_eq(request_query(rq, "troubled"), STR("1"));
    struct lead_pulls list = {0};
    struct reply_json json;
    int64_t limit, since = 0;

    if (!api_check_org(rq, NULL, err) || !api_limit(rq, &limit, err) ||
        !api_query_time(rq, "from", &since, err) ||
        !lead_pull_list(rq->db, rq->arena, since, troubled, limit, &list, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < list.n; i++) {
        const struct lead_pull *pull = &list.at[i];
        json_object(&json.w);
        json_text_member(&json.w, "id", pull->pull_id);
        json_text_member(&json.w, "kind", pull->kind);
        json_text_member(&json.w, "platform", pull->platform);
        json_text_member(&json.w, "ad_account_id", pull->ad_account_id);
        json_text_member(&json.w, "page_id", pull->page_id);
        json_int_member(&json.w, "seen", pull->seen);
        json_int_member(&json.w, "recovered", pull->recovered);
        json_int_member(&json.w, "worst_delay_ms", pull->worst_delay_ms);
        json_text_or_null_member(&json.w, "error", pull->error_text);
        api_time_member(&json.w, rq->arena, "since", pull->since_ms);
        api_time_member(&json.w, rq->arena, "started_at", pull->started_ms);
        api_time_member(&json.w, rq->arena, "finished_at", pull->finished_ms);
        json_end(&json.w);
    }
    json_end(&json.w);
    json_text_or_null_member(&json.w, "next_cursor", STR(""));
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* POST /api/leads/backfill {days?} - read the forms of all connected accounts now. */
static bool post_backfill(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"days", "userAccountId", "user_account_id", NULL};
    const struct app *app = rq->app;
    const struct json *body;
    struct reply_json json;
    int64_t days, accounts;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) ||
        !json_want_int(body, "days", 1, PULL_DAYS_MOST, 2, &days, err) ||
        !lead_pull_ask(rq->db, rq->arena, days, &accounts, err))
        return false;
    if (app->runner)
        job_wake(app->runner);
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_int_member(&json.w, "accounts", accounts);
    json_end(&json.w);
    return reply_json_end(&json, rp, 202, err);
}

const struct route deliveries_routes[] = {
    {"POST", "/api/leads/backfill", CAN_EDIT, post_backfill, NULL, 0},
    {"GET", "/api/lead-deliveries", CAN_READ, get_deliveries, NULL, 0},
    {"POST", "/api/lead-deliveries/:id/replay", CAN_EDIT, post_replay, NULL, 0},
    {"GET", "/api/lead-pulls", CAN_READ, get_pulls, NULL, 0},
    ROUTES_END,
};
