/* autopilot_api.c - how the autopilot stands, its emergency stop, and what it did. */

#include "ads/account.h"
#include "api/actions_api.h"
#include "api/api.h"
#include "api/common.h"
#include "auth/stop.h"
#include "base/arena.h"
#include "brain/action.h"
#include "db/db.h"

/* --- how it stands ------------------------------------------------------------------- */

static void put_stop(struct json_writer *w, struct arena *arena,
                     const struct autopilot_stop *stop)
{
    json_key(w, "stopped");
    if (!stop->on) {
        json_put_null(w);
        return;
    }
    json_object(w);
    api_time_member(w, arena, "since_at", stop->since_ms);
    json_text_member(w, "actor", stop->actor);
    json_text_or_null_member(w, "reason", stop->text);
    json_end(w);
}

/* "act" or "observe"; NULL where the account is not connected to the platform. */
static void put_mode(struct json_writer *w, const char *platform,
                     const struct ad_connections *connections)
{
    const struct ad_connection *found = NULL;

    for (size_t i = 0; i < connections->n; i++)
        if (str_eq(connections->at[i].platform, str(platform)) &&
            str_eq(connections->at[i].state, STR("connected")))
            found = &connections->at[i];
    json_key(w, platform);
    if (!found)
        json_put_null(w);
    else
        json_put_text(w, found->autopilot ? STR("act") : STR("observe"));
}

static bool put_switches(struct request *rq, struct json_writer *w, struct err *err)
{
    struct ad_accounts accounts = {0};

    if (!ad_account_list(rq->db, rq->arena, &accounts, err))
        return false;
    json_key(w, "accounts");
    json_list(w);
    for (size_t i = 0; i < accounts.n; i++) {
        struct ad_connections connections = {0};
        if (!ad_account_connections(rq->db, rq->arena, accounts.at[i].id, &connections, err))
            return false;
        json_object(w);
        json_text_member(w, "ad_account_id", accounts.at[i].id);
        json_text_member(w, "name", accounts.at[i].name);
        json_int_member(w, "schedule_hour", accounts.at[i].schedule_hour);
        if (api_platform_shown(rq, STR("tiktok")))
            put_mode(w, "tiktok", &connections);
        if (api_platform_shown(rq, STR("facebook")))
            put_mode(w, "facebook", &connections);
        json_end(w);
    }
    json_end(w);
    return true;
}

/* GET /api/autopilot - the emergency stop, and for each account and platform whether the
 * autopilot acts or observes.  PATCH /api/ad-accounts/:id {"autopilot_tiktok": true} switches.
 */
static bool get_autopilot(struct request *rq, struct reply *rp, struct err *err)
{
    struct autopilot_stop stop;
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) || !autopilot_stop_get(rq->db, rq->arena, &stop, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    put_stop(&json.w, rq->arena, &stop);
    if (!put_switches(rq, &json.w, err))
        return false;
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* --- the emergency stop --------------------------------------------------------------- */

static bool reply_stop(struct request *rq, struct reply *rp, bool changed, struct err *err)
{
    struct autopilot_stop stop;
    struct reply_json json;

    if (!autopilot_stop_get(rq->db, rq->arena, &stop, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    put_stop(&json.w, rq->arena, &stop);
    json_bool_member(&json.w, "changed", changed);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* POST /api/autopilot/stop - nothing automatic acts from now on; safe to repeat.  The body may
 * be empty or {"reason": ".."}. */
static bool post_stop(struct request *rq, struct reply *rp, struct err *err)
{
    const struct json *body = NULL;
    struct str reason = STR("");
    bool changed;

    if (rq->body.n && (!request_json(rq, &body, err) || !api_check_org(rq, body, err) ||
                       !json_want_text(body, "reason", LIMIT_TITLE, STR(""), &reason, err)))
        return false;
    return autopilot_stop_set(rq->db, rq->arena, true, reason, rq->caller.actor, rq->now_ms,
                              &changed, err) &&
           reply_stop(rq, rp, changed, err);
}

/* POST /api/autopilot/resume - what was held back meanwhile is not made up for: the next run
 * decides anew. */
static bool post_resume(struct request *rq, struct reply *rp, struct err *err)
{
    bool changed;

    return autopilot_stop_set(rq->db, rq->arena, false, STR(""), rq->caller.actor, rq->now_ms,
                              &changed, err) &&
           reply_stop(rq, rp, changed, err);
}

/* --- what it did ------------------------------------------------------------------------ */

static bool read_filter(struct request *rq, struct action_filter *filter, struct err *err)
{
    int64_t ms;

    return api_check_org(rq, NULL, err) && api_platform(rq, &filter->platform, err) &&
           api_account_id(rq, NULL, &filter->ad_account_id, err) &&
           api_limit(rq, &filter->limit, err) && api_cursor(rq, &ms, &filter->before_id, err);
}

/* GET /api/autopilot/actions - what it did, newest first, with why and what it was decided
 * from; POST /api/actions/:id/undo brings one back. */
static bool get_actions(struct request *rq, struct reply *rp, struct err *err)
{
    struct action_filter filter = {0};
    struct action_showns list = {0};
    struct reply_json json;

    if (!read_filter(rq, &filter, err))
        return false;
    int64_t limit = filter.limit++;
    if (!action_inbox(rq->db, rq->arena, &filter, &list, err))
        return false;
    bool more = (int64_t)list.n > limit;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < list.n && (int64_t)i < limit; i++) {
        const struct action_shown *shown = &list.at[i];
        json_object(&json.w);
        json_text_or_null_member(&json.w, "object_name", shown->object_name);
        json_text_member(&json.w, "ad_account_id", shown->action.ad_account_id);
        json_text_or_null_member(&json.w, "account_name", shown->account_name);
        json_text_member(&json.w, "platform", shown->action.platform);
        json_key(&json.w, "action");
        api_put_action(&json.w, rq->arena, &shown->action);
        json_end(&json.w);
    }
    const struct action *last = more ? &list.at[limit - 1].action : NULL;
    return api_list_end(rq, rp, &json, more, last ? last->created_ms : 0,
                        last ? last->id : STR(""), err);
}

const struct route autopilot_routes[] = {
    {"GET", "/api/autopilot", CAN_READ, get_autopilot, NULL, 0},
    {"POST", "/api/autopilot/stop", CAN_SPEND, post_stop, NULL, 0},
    {"POST", "/api/autopilot/resume", CAN_SPEND, post_resume, NULL, 0},
    {"GET", "/api/autopilot/actions", CAN_READ, get_actions, NULL, 0},
    ROUTES_END,
};
