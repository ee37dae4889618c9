/* demo_days.c - fourteen days: the market, the inbox, the sales team, the autopilot. */

#include "cmd/demo.h"
#include "base/clock.h"
#include "brain/action.h"
#include "brain/execution.h"
#include "db/db.h"
#include "job/job.h"
#include "roi/roi.h"
#include "text/money.h"
#include "text/zone.h"

#include <inttypes.h>

#define HOUR_MS INT64_C(3600000)
enum { STEPS_PER_DAY = 4, JOB_WAIT_MS = 30000, NEXT_LOOK_MS = 5 * 60 * 1000 };
/* The market's own step: a lead does not wait for the end of ours. */
#define TICK_MS HOUR_MS

/* Move the one clock that everybody in this process follows, and let the sandbox deliver the
 * webhooks that fell due. */
static bool advance(struct demo *demo, int64_t to_ms, struct err *err)
{
    struct str body = str_fmt(demo->arena, "{\"to\":\"" STR_FMT "\",\"deliver\":true}",
                              STR_ARG(time_rfc3339(demo->arena, to_ms)));

    if (!demo_sandbox_call(demo, "POST", STR("/sandbox/clock"), body, NULL, err))
        return false;
    demo->now_ms = to_ms;
    return true;
}

/* Jobs that wait for their next look (a video that is being read, a second reading): the clock
 * goes to it, not we. */
static bool skip_to_next_look(struct demo *demo, struct db *db, bool *more, struct err *err)
{
    int64_t due_ms;

    *more = false;
    if (!job_next_due(db, demo->arena, demo->org_id, &due_ms, err))
        return false;
    if (due_ms == 0 || due_ms > clock_wall_ms() + NEXT_LOOK_MS)
        return true;
    *more = true;
    return due_ms <= clock_wall_ms() || advance(demo, due_ms + 1000, err);
}

/* Until the workers have nothing to do: intake, linking, launches, actions. */
bool demo_settle(struct demo *demo, struct err *err)
{
    struct db *db;
    bool more = true;

    if (!db_open(demo->boot.app.database, &db, err))
        return false;
    db_scope_system(db);
    bool ok = true;
    while (ok && more) {
        job_wake(demo->boot.app.runner);
        ok = job_idle(db, STR(""), clock_mono_ms() + JOB_WAIT_MS, err) &&
             job_idle(db, demo->org_id, clock_mono_ms() + JOB_WAIT_MS, err) &&
             skip_to_next_look(demo, db, &more, err);
    }
    db_close(db);
    return ok;
}

/* Our id of a platform lead; "" when it has not arrived. */
static bool find_lead(struct demo *demo, struct str platform_lead_id, struct str *lead_id,
                      struct err *err)
{
    const struct json *answer;
    struct str path =
        str_fmt(demo->arena, "/api/leads?platform_lead_id=" STR_FMT, STR_ARG(platform_lead_id));

    if (!demo_call(demo, "GET", path, STR(""), &answer, err))
        return false;
    *lead_id = json_text(answer, "data.0.id", STR(""));
    return true;
}

static bool set_stage(struct demo *demo, struct str lead_id, const char *stage, struct str at,
                      struct err *err)
{
    struct str path = str_fmt(demo->arena, "/api/leads/" STR_FMT "/stage", STR_ARG(lead_id));
    struct str body =
        str_fmt(demo->arena, "{\"stage\":\"%s\",\"at\":\"" STR_FMT "\",\"cause\":\"call\"}",
                stage, STR_ARG(at));

    return demo_call(demo, "POST", path, body, NULL, err);
}

static bool sell(struct demo *demo, struct str lead_id, const struct json *known,
                 struct err *err)
{
    int64_t micros = 0;

    (void)json_int(known, "amount_micros", &micros);
    struct str body =
        str_fmt(demo->arena,
                "{\"lead_id\":\"" STR_FMT "\",\"amount\":" STR_FMT ",\"currency\":\"" STR_FMT
                "\",\"paid_at\":\"" STR_FMT "\",\"external_id\":\"deal-" STR_FMT "\"}",
                STR_ARG(lead_id), STR_ARG(money_decimal(demo->arena, micros)),
                STR_ARG(json_text(known, "currency", STR("KZT"))),
                STR_ARG(json_text(known, "sold_at", STR(""))),
                STR_ARG(json_text(known, "lead_id", STR(""))));

    return demo_call(demo, "POST", STR("/api/purchases"), body, NULL, err);
}

/* One lead of the sales team's list. */
static bool note_progress(struct demo *demo, const struct json *known, struct err *err)
{
    struct str qualified_at = json_text(known, "qualified_at", STR(""));
    struct str lead_id;

    if (!find_lead(demo, json_text(known, "lead_id", STR("")), &lead_id, err))
        return false;
    if (lead_id.n == 0)
        return true; /* a webhook that the sandbox lost on purpose */
    if (qualified_at.n) {
        if (!set_stage(demo, lead_id, "qualified", qualified_at, err))
            return false;
        demo->counts.qualified++;
    }
    if (json_type(json_at(known, "sold_at")) == JSON_TEXT) {
        if (!sell(demo, lead_id, known, err))
            return false;
        demo->counts.sales++;
    }
    return true;
}

/* What the sales team learned since the last look becomes stages and purchases. */
static bool sales_team(struct demo *demo, int64_t since_ms, struct err *err)
{
    const struct json *answer;
    struct str path = str_fmt(demo->arena, "/sandbox/crm?since=" STR_FMT "&until=" STR_FMT,
                              STR_ARG(time_rfc3339(demo->arena, since_ms)),
                              STR_ARG(time_rfc3339(demo->arena, demo->now_ms)));

    if (!demo_sandbox_call(demo, "GET", path, STR(""), &answer, err))
        return false;
    const struct json *list = json_at(answer, "data");
    for (size_t i = 0; i < json_count(list); i++)
        if (!note_progress(demo, json_item(list, i), err))
            return false;
    return true;
}

/* Collect, decide, act, and wait for the outcome. */
static bool run_brain(struct demo *demo, struct err *err)
{
    struct str body =
        str_fmt(demo->arena, "{\"accountId\":\"" STR_FMT "\"}", STR_ARG(demo->ad_account_id));

    if (!demo_call(demo, "POST", STR("/api/brain/run-tiktok"), body, NULL, err) ||
        !demo_settle(demo, err))
        return false;
    return true;
}

static bool pass_time(struct demo *demo, int64_t to_ms, struct err *err)
{
    for (int64_t at_ms = demo->now_ms + TICK_MS; at_ms < to_ms; at_ms += TICK_MS)
        if (!advance(demo, at_ms, err))
            return false;
    return advance(demo, to_ms, err);
}

static bool play_day(struct demo *demo, int day, struct err *err)
{
    int64_t morning_ms = demo->start_ms + (day + 1) * 24 * HOUR_MS;
    int64_t step_ms = 24 * HOUR_MS / STEPS_PER_DAY;
    int64_t since_ms = demo->now_ms;

    for (int i = STEPS_PER_DAY - 1; i >= 0; i--)
        if (!pass_time(demo, morning_ms - i * step_ms, err) || !demo_settle(demo, err))
            return false;
    if (!sales_team(demo, since_ms, err) || !run_brain(demo, err))
        return false;
    demo_show_day(demo, day + 1);
    return true;
}

/* What the fortnight came to, from our own rows. */
static bool tally(struct demo *demo, struct err *err)
{
    struct execution_filter filter = {.ad_account_id = demo->ad_account_id,
                                      .platform = STR("tiktok"),
                                      .limit = LIMIT_LIST_ROWS};
    struct executions list = {0};
    struct db *db;

    if (!db_open(demo->boot.app.database, &db, err))
        return false;
    db_scope(db, demo->org_id);
    bool ok = execution_list(db, demo->arena, &filter, &list, err);
    for (size_t i = 0; ok && i < list.n; i++) {
        const struct json *decisions;
        struct actions actions = {0};
        ok = json_parse(demo->arena, list.at[i].decisions, &decisions, err) &&
             action_list_of_execution(db, demo->arena, list.at[i].id, &actions, err);
        demo->counts.decisions += ok ? (int64_t)json_count(json_at(decisions, "groups")) : 0;
        for (size_t k = 0; k < actions.n; k++)
            demo->counts.changes += str_eq(actions.at[k].state, STR("done"));
    }
    demo->counts.executions = (int64_t)list.n;
    struct roi_report report = {0};
    struct roi_question question = demo_question(demo);
    ok = ok && roi_report(db, demo->arena, &question, &report, err);
    demo->counts.leads = report.total.leads;
    demo->counts.forms = report.total.leads + report.total.duplicate_leads;
    db_close(db);
    return ok;
}

bool demo_play_days(struct demo *demo, struct err *err)
{
    for (int day = 0; day < DEMO_DAYS; day++) {
        struct arena_mark mark = arena_mark(demo->arena);
        bool ok = play_day(demo, day, err);
        arena_rewind(demo->arena, mark);
        if (!ok)
            return err_while(err, "day %d", day + 1);
    }
    return tally(demo, err);
}
