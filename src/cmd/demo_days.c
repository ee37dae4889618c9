/* demo_days.c - fourteen days: the market, the inbox, the sales team, the autopilot. */

#include "cmd/demo.h"
#include "base/clock.h"
#include "db/db.h"
#include "job/job.h"
#include "text/money.h"
#include "text/zone.h"

#include <inttypes.h>

#define HOUR_MS INT64_C(3600000)
enum { STEPS_PER_DAY = 4, JOB_WAIT_MS = 30000 };

/* Move the one clock that everybody in this process follows, and let the sandbox deliver the
 * webhooks that fell due. */
static bool advance(struct demo *demo, int64_t to_ms, struct err *err)
{
    const struct json *answer;
    int64_t delivered = 0;
    struct str body = str_fmt(demo->arena, "{\"to\":\"" STR_FMT "\",\"deliver\":true}",
                              STR_ARG(time_rfc3339(demo->arena, to_ms)));

    if (!demo_sandbox_call(demo, "POST", STR("/sandbox/clock"), body, &answer, err))
        return false;
    (void)json_int(answer, "accepted", &delivered);
    demo->counts.webhooks += delivered;
    demo->now_ms = to_ms;
    return true;
}

/* Until the workers have nothing due: intake, linking, launches, actions. */
static bool settle(struct demo *demo, struct err *err)
{
    struct db *db;

    if (!db_open(demo->boot.app.database, &db, err))
        return false;
    db_scope_system(db);
    job_wake(demo->boot.app.runner);
    bool ok = job_idle(db, STR(""), clock_mono_ms() + JOB_WAIT_MS, err) &&
              job_idle(db, demo->org_id, clock_mono_ms() + JOB_WAIT_MS, err);
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
    const struct json *answer;
    struct str body =
        str_fmt(demo->arena, "{\"accountId\":\"" STR_FMT "\"}", STR_ARG(demo->ad_account_id));

    if (!demo_call(demo, "POST", STR("/api/brain/run-tiktok"), body, &answer, err) ||
        !settle(demo, err))
        return false;
    demo->counts.executions++;
    return true;
}

static bool play_day(struct demo *demo, int day, struct err *err)
{
    int64_t morning_ms = demo->start_ms + (day + 1) * 24 * HOUR_MS;
    int64_t step_ms = 24 * HOUR_MS / STEPS_PER_DAY;
    int64_t since_ms = demo->now_ms;

    for (int i = STEPS_PER_DAY - 1; i >= 0; i--)
        if (!advance(demo, morning_ms - i * step_ms, err) || !settle(demo, err))
            return false;
    if (!sales_team(demo, since_ms, err) || !run_brain(demo, err))
        return false;
    demo_show_day(demo, day + 1);
    return true;
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
    return true;
}
