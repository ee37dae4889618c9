/*
 * builder_api.c - the campaign builder: launching, pausing, resuming.
 *
 * A launch is answered 202 with its id.  Founding clients (who name their org
 * in the body) wait for the outcome instead; `?wait=1` and `?wait=0` choose.
 * An Idempotency-Key makes a repeated call the first one.
 */

#include "ads/direction.h"
#include "ads/launch.h"
#include "api/api.h"
#include "api/builder.h"
#include "api/common.h"
#include "base/arena.h"
#include "base/clock.h"
#include "conf/app.h"
#include "creative/creative.h"

#include <string.h>

/* The answer must still be sent before the request's own deadline. */
#define ANSWER_MS 500

/* --- what the calls have in common --- */

static bool founding(const struct json *body)
{
    static const char *const names[] = {"user_account_id", "userAccountId", "userId"};

    for (size_t i = 0; i < countof(names); i++)
        if (json_type(json_at(body, names[i])) == JSON_TEXT)
            return true;
    return false;
}

static bool waits(struct request *rq, const struct json *body)
{
    struct str wish = request_query(rq, "wait");

    return wish.n ? str_eq(wish, STR("1")) || str_eq(wish, STR("true")) : founding(body);
}

static bool check_org(struct request *rq, const struct json *body, struct err *err)
{
    struct str user_id;

    if (!api_need_platform(rq, STR("tiktok"), err) || !api_check_org(rq, body, err) ||
        !json_want_text(body, "userId", LIMIT_NAME, STR(""), &user_id, err))
        return false;
    return !user_id.n || str_eq(user_id, rq->caller.org_id) ||
           err_set(err, ERR_NOT_FOUND, "no org " STR_FMT, STR_ARG(user_id));
}

static bool read_key(struct request *rq, const char *what, struct str *out, struct err *err)
{
    struct str key = request_header(rq, "idempotency-key");

    if (key.n > LIMIT_NAME)
        return err_input(err, "Idempotency-Key", "at most 100 characters",
                         "the key is too long");
    *out = key.n ? str_fmt(rq->arena, "%s:" STR_FMT, what, STR_ARG(key)) : STR("");
    return true;
}

static bool read_ids(const struct json *body, const char *field, struct arena *arena,
                     struct strs *out, struct err *err)
{
    const struct json *list = json_at(body, field);
    enum json_type type = json_type(list);

    if (type == JSON_MISSING || type == JSON_NULL)
        return true;
    if (type != JSON_LIST || json_count(list) > LIMIT_LIST_ROWS)
        return err_input(err, field, "a list of ids", "%s is not a list of ids", field);
    for (size_t i = 0; i < json_count(list); i++) {
        if (json_type(json_item(list, i)) != JSON_TEXT)
            return err_input(err, field, "a list of ids", "%s holds something that is no id",
                             field);
        *strs_add(out, arena) = json_text(json_item(list, i), "", STR(""));
    }
    return true;
}

static int64_t wait_until(const struct request *rq)
{
    return rq->deadline_mono_ms - ANSWER_MS;
}

/* The members of a finished launch's outcome, in the object that is open. */
static bool put_outcome(struct request *rq, struct json_writer *w, struct str output,
                        struct err *err)
{
    const struct json *outcome, *value;
    struct str key;
    void *cursor = NULL;

    if (!json_parse(rq->arena, output, &outcome, err))
        return false;
    while (json_each(outcome, &cursor, &key, &value)) {
        json_key_str(w, key);
        json_put_raw(w, json_print(rq->arena, value));
    }
    return true;
}

static bool reply_accepted(struct request *rq, struct reply *rp, struct str launch_id,
                           bool added, struct err *err)
{
    struct reply_json json;

    reply_header(rq, rp, "Location",
                 str_fmt(rq->arena, "/api/launches/" STR_FMT, STR_ARG(launch_id)));
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_bool_member(&json.w, "success", true);
    json_text_member(&json.w, "launch_id", launch_id);
    json_text_member(&json.w, "state", STR("running"));
    json_bool_member(&json.w, "already_asked", !added);
    json_end(&json.w);
    return reply_json_end(&json, rp, 202, err);
}

/* Done: its outcome.  Failed or undone: the platform's refusal as a problem.  Still running at
 * the deadline: as if nobody had waited. */
static bool reply_when_over(struct request *rq, struct reply *rp, struct str launch_id,
                            bool added, struct err *err)
{
    struct workflow_view launch = {0};
    struct reply_json json;
    bool over;

    if (!launch_wait(rq->db, rq->arena, launch_id, wait_until(rq), &over, err))
        return false;
    if (!over)
        return reply_accepted(rq, rp, launch_id, added, err);
    if (!launch_get(rq->db, rq->arena, launch_id, &launch, err))
        return false;
    reply_header(rq, rp, "Location",
                 str_fmt(rq->arena, "/api/launches/" STR_FMT, STR_ARG(launch_id)));
    if (!str_eq(launch.state, STR("done")))
        return launch_error_read(rq->arena, launch.error_json, err);
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "launch_id", launch_id);
    if (!put_outcome(rq, &json.w, launch.output, err))
        return false;
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static bool answer(struct request *rq, struct reply *rp, const struct json *body,
                   struct str launch_id, bool added, struct err *err)
{
    return waits(rq, body) ? reply_when_over(rq, rp, launch_id, added, err)
                           : reply_accepted(rq, rp, launch_id, added, err);
}

static bool is_dry(struct request *rq)
{
    struct str dry = request_query(rq, "dry_run");

    return str_eq(dry, STR("1")) || str_eq(dry, STR("true"));
}

static bool launch(struct request *rq, struct reply *rp, const struct json *body,
                   const struct launch_wish *wish, struct err *err)
{
    struct str launch_id, preview;
    bool added;

    if (is_dry(rq))
        return launch_preview(rq->app, rq->db, rq->arena, wish, rq->now_ms, &preview, err) &&
               reply_body(rp, 200, "application/json", preview);
    return launch_start(rq->app, rq->db, rq->arena, wish, &launch_id, &added, err) &&
           answer(rq, rp, body, launch_id, added, err);
}

/* --- manual launch, create campaign --- */

#define ORG_FIELDS     "userAccountId", "user_account_id", "userId"
#define ACCOUNT_FIELDS "accountId", "account_id", "ad_account_id"

static bool read_wish(struct request *rq, const struct json *body, struct launch_wish *wish,
                      struct err *err)
{
    return json_want_text(body, "direction_id", LIMIT_NAME, STR(""), &wish->direction_id,
                          err) &&
           read_ids(body, "creative_ids", rq->arena, &wish->creative_ids, err) &&
           json_want_micros(body, "daily_budget", 0, &wish->daily_budget_micros, err) &&
           json_want_text(body, "objective", 60, STR(""), &wish->objective, err) &&
           json_want_text(body, "page_id", 40, STR(""), &wish->page_id, err) &&
           json_want_text(body, "campaign_name", LIMIT_TITLE, STR(""), &wish->campaign_name,
                          err) &&
           json_want_text(body, "adgroup_name", LIMIT_TITLE, STR(""), &wish->adgroup_name,
                          err) &&
           json_want_bool(body, "start_paused", false, &wish->start_paused, err);
}

/* The direction's ad account is the one; another one that is named does not have it. */
static bool check_account(struct request *rq, const struct json *body, struct str direction_id,
                          struct err *err)
{
    struct direction direction;
    struct str account_id;

    if (!api_account_id(rq, body, &account_id, err) ||
        !direction_get(rq->db, rq->arena, direction_id, &direction, err))
        return false;
    return !account_id.n || str_eq(account_id, direction.ad_account_id) ||
           err_set(err, ERR_NOT_FOUND, "no direction " STR_FMT " in that ad account",
                   STR_ARG(direction_id));
}

/* POST .../manual-launch {direction_id, creative_ids, daily_budget?, objective?}; ?dry_run=1 */
static bool post_manual(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {
        ORG_FIELDS,  ACCOUNT_FIELDS, "direction_id",  "creative_ids", "daily_budget",
        "objective", "page_id",      "campaign_name", "adgroup_name", "start_paused",
        NULL};
    struct launch_wish wish = {.mode = "manual", .actor = rq->caller.actor};
    const struct json *body;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !check_org(rq, body, err) || !read_key(rq, "manual", &wish.request_key, err) ||
        !read_wish(rq, body, &wish, err))
        return false;
    if (!wish.direction_id.n)
        return err_input(err, "direction_id", "the direction to launch",
                         "no direction is named");
    return check_account(rq, body, wish.direction_id, err) && launch(rq, rp, body, &wish, err);
}

/* Founding clients name no direction here: the first creative's is meant. */
static bool direction_of_creatives(struct request *rq, struct launch_wish *wish,
                                   struct err *err)
{
    struct creative creative;

    if (wish->direction_id.n)
        return true;
    if (wish->creative_ids.n &&
        !creative_get(rq->db, rq->arena, wish->creative_ids.at[0], &creative, err))
        return err_field(err, "creative_ids");
    if (wish->creative_ids.n)
        wish->direction_id = creative.direction_id;
    return wish->direction_id.n ||
           err_input(err, "direction_id", "the direction whose audience and account are used",
                     "no direction is named, and the creatives have none");
}

/* POST .../create-campaign {creative_ids, campaign_name?, objective?, daily_budget?, ...} */
static bool post_create_campaign(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {ORG_FIELDS,      ACCOUNT_FIELDS,  "direction_id",
                                          "creative_ids",  "daily_budget",  "objective",
                                          "campaign_name", "adgroup_name",  "page_id",
                                          "start_paused",  "auto_activate", NULL};
    struct launch_wish wish = {.mode = "create_campaign", .actor = rq->caller.actor};
    const struct json *body;
    bool activate;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !check_org(rq, body, err) || !read_key(rq, "create", &wish.request_key, err) ||
        !read_wish(rq, body, &wish, err) ||
        !json_want_bool(body, "auto_activate", !wish.start_paused, &activate, err) ||
        !direction_of_creatives(rq, &wish, err) ||
        !check_account(rq, body, wish.direction_id, err))
        return false;
    wish.start_paused = !activate;
    return launch(rq, rp, body, &wish, err);
}

/* --- auto launch --- */

struct started {
    struct direction direction;
    struct str launch_id;
    bool added;
    struct err err; /* why it was not started */
};
LIST(starteds, struct started);

static bool directions_to_launch(struct request *rq, const struct json *body,
                                 struct directions *out, struct err *err)
{
    struct ad_account account;
    struct strs ids = {0};
    struct str account_id;

    if (!api_account_id(rq, body, &account_id, err) ||
        !read_ids(body, "direction_ids", rq->arena, &ids, err))
        return false;
    for (size_t i = 0; i < ids.n; i++)
        if (!direction_get(rq->db, rq->arena, ids.at[i], directions_add(out, rq->arena), err))
            return err_field(err, "direction_ids");
    if (ids.n)
        return true;
    if (!ad_account_get(rq->db, rq->arena, account_id, &account, err) ||
        !direction_list(rq->db, rq->arena, account.id, STR("tiktok"), true, out, err))
        return false;
    return out->n > 0 || err_input(err, "direction_ids", "make a TikTok direction first",
                                   "the ad account has no active TikTok direction");
}

static bool start_all(struct request *rq, const struct directions *directions,
                      bool start_paused, struct str key, struct starteds *out, struct err *err)
{
    for (size_t i = 0; i < directions->n; i++) {
        struct started *started = starteds_add(out, rq->arena);
        struct launch_wish wish = {
            .mode = "auto",
            .direction_id = directions->at[i].id,
            .start_paused = start_paused,
            .request_key = key.n ? str_fmt(rq->arena, STR_FMT ":" STR_FMT, STR_ARG(key),
                                           STR_ARG(directions->at[i].id))
                                 : STR(""),
            .actor = rq->caller.actor,
        };

        started->direction = directions->at[i];
        if (launch_start(rq->app, rq->db, rq->arena, &wish, &started->launch_id,
                         &started->added, &started->err))
            continue;
        if (started->err.kind == ERR_BROKEN || started->err.kind == ERR_BUSY ||
            started->err.kind == ERR_UNCERTAIN) {
            *err = started->err; /* ours: the whole call may be repeated */
            return false;
        }
    }
    return true;
}

static void put_error(struct json_writer *w, const struct err *why)
{
    json_bool_member(w, "success", false);
    json_key(w, "error");
    json_object(w);
    json_text_member(w, "kind", str(err_kind_name(why->kind)));
    json_text_member(w, "text", str(why->text));
    json_text_or_null_member(w, "hint", str(why->hint));
    json_text_or_null_member(w, "field", str(why->field));
    if (why->platform_code) {
        json_int_member(w, "platform_code", why->platform_code);
        json_text_member(w, "platform_message", str(why->platform_message));
        json_text_member(w, "platform_request_id", str(why->platform_request_id));
    }
    json_end(w);
}

/* The outcome of a launch that is over, in the object that is open. */
static bool put_over(struct request *rq, struct json_writer *w, struct str launch_id,
                     struct err *err)
{
    static const char *const members[] = {
        "success",           "mode",        "campaign_id", "adgroup_id",
        "tiktok_adgroup_id", "ads_created", "ads",         "refused"};
    struct workflow_view view = {0};
    const struct json *outcome;
    struct err why = {0};

    if (!launch_get(rq->db, rq->arena, launch_id, &view, err))
        return false;
    if (!str_eq(view.state, STR("done"))) {
        (void)launch_error_read(rq->arena, view.error_json, &why);
        put_error(w, &why);
        return true;
    }
    if (!json_parse(rq->arena, view.output, &outcome, err))
        return false;
    for (size_t i = 0; i < countof(members); i++) {
        json_key(w, members[i]);
        json_put_raw(w, json_print(rq->arena, json_at(outcome, members[i])));
    }
    return true;
}

/* One direction's result; *running when its outcome is not known yet. */
static bool put_result(struct request *rq, struct json_writer *w, const struct started *started,
                       bool wait, bool *running, struct err *err)
{
    struct str launch_id = started->launch_id;
    bool over = false;

    if (wait && launch_id.n &&
        !launch_wait(rq->db, rq->arena, launch_id, wait_until(rq), &over, err))
        return false;
    json_object(w);
    json_text_member(w, "direction_id", started->direction.id);
    json_text_member(w, "direction_name", started->direction.name);
    json_text_or_null_member(w, "launch_id", launch_id);
    if (!launch_id.n) {
        put_error(w, &started->err);
    } else if (over) {
        if (!put_over(rq, w, launch_id, err))
            return false;
    } else {
        *running = true;
        json_text_member(w, "state", STR("running"));
    }
    json_end(w);
    return true;
}

/* What post_auto would start, direction by direction: a preview or why there is none. */
static bool preview_all(struct request *rq, struct reply *rp,
                        const struct directions *directions, bool start_paused, struct err *err)
{
    struct reply_json json;

    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_bool_member(&json.w, "dry_run", true);
    json_key(&json.w, "results");
    json_list(&json.w);
    for (size_t i = 0; i < directions->n; i++) {
        const struct direction *direction = &directions->at[i];
        struct launch_wish wish = {.mode = "auto",
                                   .direction_id = direction->id,
                                   .start_paused = start_paused,
                                   .actor = rq->caller.actor};
        struct str preview;
        struct err why = {0};

        json_object(&json.w);
        json_text_member(&json.w, "direction_id", direction->id);
        json_text_member(&json.w, "direction_name", direction->name);
        if (launch_preview(rq->app, rq->db, rq->arena, &wish, rq->now_ms, &preview, &why)) {
            json_key(&json.w, "preview");
            json_put_raw(&json.w, preview);
        } else if (why.kind == ERR_BROKEN || why.kind == ERR_BUSY) {
            *err = why;
            return false;
        } else {
            put_error(&json.w, &why);
        }
        json_end(&json.w);
    }
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* POST .../auto-launch {direction_ids?, account_id?, start_paused?}; ?dry_run=1 */
static bool post_auto(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {ORG_FIELDS, ACCOUNT_FIELDS, "direction_ids",
                                          "start_paused", NULL};
    struct directions directions = {0};
    struct starteds started = {0};
    struct reply_json json;
    const struct json *body;
    struct str key;
    bool start_paused, running = false;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !check_org(rq, body, err) || !read_key(rq, "auto", &key, err) ||
        !json_want_bool(body, "start_paused", false, &start_paused, err) ||
        !directions_to_launch(rq, body, &directions, err))
        return false;
    if (is_dry(rq))
        return preview_all(rq, rp, &directions, start_paused, err);
    if (!start_all(rq, &directions, start_paused, key, &started, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_bool_member(&json.w, "success", true);
    json_text_member(&json.w, "message",
                     str_fmt(rq->arena, "%zu directions were looked at", started.n));
    json_key(&json.w, "results");
    json_list(&json.w);
    for (size_t i = 0; i < started.n; i++)
        if (!put_result(rq, &json.w, &started.at[i], waits(rq, body), &running, err))
            return false;
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, running ? 202 : 200, err);
}

/* --- pause and resume --- */

static bool switch_campaign(struct request *rq, struct reply *rp, bool enabled, struct err *err)
{
    static const char *const allowed[] = {ORG_FIELDS, ACCOUNT_FIELDS, "campaign_id", NULL};
    struct launch_status_wish wish = {
        .level = LEVEL_CAMPAIGN, .enabled = enabled, .actor = rq->caller.actor};
    const struct app *app = rq->app;
    const struct json *body;
    struct str workflow_id, account_id;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !check_org(rq, body, err) || !json_need_text(body, "campaign_id", 40, &wish.id, err) ||
        !api_account_id(rq, body, &account_id, err) ||
        !read_key(rq, enabled ? "resume" : "pause", &wish.request_key, err) ||
        !launch_owner_of(rq->db, rq->arena, LEVEL_CAMPAIGN, wish.id, &wish.ad_account_id, err))
        return false;
    if (!wish.ad_account_id.n || (account_id.n && !str_eq(account_id, wish.ad_account_id)))
        return err_set(err, ERR_NOT_FOUND, "no campaign " STR_FMT, STR_ARG(wish.id));
    if (!launch_ask_status(rq->db, rq->arena, &wish, &workflow_id, err))
        return false;
    if (app->runner)
        job_wake(app->runner);
    return answer(rq, rp, body, workflow_id, true, err);
}

/* POST .../pause-campaign {campaign_id} */
static bool post_pause(struct request *rq, struct reply *rp, struct err *err)
{
    return switch_campaign(rq, rp, false, err);
}

/* POST .../resume-campaign {campaign_id} */
static bool post_resume(struct request *rq, struct reply *rp, struct err *err)
{
    return switch_campaign(rq, rp, true, err);
}

#define BUILDER "/api/tiktok-campaign-builder/"

const struct route builder_routes[] = {
    {"POST", BUILDER "auto-launch", CAN_SPEND, .handler = post_auto},
    {"POST", BUILDER "manual-launch", CAN_SPEND, .handler = post_manual},
    {"POST", BUILDER "create-campaign", CAN_SPEND, .handler = post_create_campaign},
    {"POST", BUILDER "pause-campaign", CAN_SPEND, .handler = post_pause},
    {"POST", BUILDER "resume-campaign", CAN_SPEND, .handler = post_resume},
    {"GET", BUILDER "campaigns", CAN_READ, .handler = get_builder_campaigns},
    {"GET", BUILDER "report", CAN_READ, .handler = get_builder_report},
    {"GET", BUILDER "available-creatives", CAN_READ, .handler = get_builder_creatives},
    {"GET", BUILDER "advertiser-info", CAN_READ, .handler = get_builder_advertiser},
    {"GET", BUILDER "objectives", CAN_READ, .handler = get_builder_objectives},
    {"GET", "/api/launches", CAN_READ, .handler = get_launches},
    {"GET", "/api/launches/:id", CAN_READ, .handler = get_launch},
    {"POST", "/api/launches/:id/publish", CAN_SPEND, .handler = post_publish},
    ROUTES_END,
};
