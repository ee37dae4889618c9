/* brain/brain: a run from the platform's figures to a report, each step once. */
#include "fake_platform.h"
#include "metric/metric.h"

#include "auth/audit.h"
#include "brain/brain.h"
#include "brain/execution.h"
#include "text/zone.h"

static bool no_launch(struct job *job, struct err *err)
{
    (void)job;
    (void)err;
    return true;
}

static const struct job_kind fake_jobs[] = {
    {.kind = "launch.fake", .run = no_launch, .deadline_ms = 1000, .max_attempts = 1},
    JOB_KINDS_END,
};
static const struct job_kind *const kinds[] = {action_jobs, brain_jobs, fake_jobs, NULL};

static void run_jobs(struct database *database, struct db *db)
{
    struct err err = {0};
    int ran = 0;

    CHECK_OK(job_run_due(database, kinds, db, NULL, &fake_app, &ran, &err), err);
}

static void later(struct database *database, struct db *db, int64_t ms)
{
    clock_set_wall(clock_wall_ms() + ms);
    run_jobs(database, db);
}

static void set_autopilot(struct db *db, bool on)
{
    struct err err = {0};

    CHECK_OK(db_run(db, NULL, &err,
                    "UPDATE ad_accounts SET autopilot_tiktok = $2 WHERE org_id = $1",
                    TEXT(fake_org), INT(on)),
             err);
}

/* The same figures for an ad on each of the days first..last before today. */
static void figures(struct arena *arena, const char *ad, const char *group, int first, int last,
                    int64_t spend)
{
    struct day today = zone_day(STR("Asia/Almaty"), NOW);

    for (int back = first; back <= last; back++) {
        struct day day = day_add(day_str(&today), -back);
        fake.rows[fake.rows_n++] = (struct platform_metric_row){
            .ad_id = str(ad),
            .adgroup_id = str(group),
            .campaign_id = STR("c1"),
            .day = str_dup(arena, day_str(&day)),
            .spend_micros = spend * U,
            .impressions = spend,
            .clicks = spend / 50,
        };
    }
}

static void add_lead(struct db *db, struct arena *arena, const char *ad, const char *group,
                     int64_t created_ms, const char *stage)
{
    struct str id = id_new(arena);
    struct err err = {0};

    CHECK_OK(db_run(db, NULL, &err,
                    "INSERT INTO leads (org_id, lead_id, platform, source, platform_lead_id,"
                    " ad_account_id, campaign_id, adgroup_id, ad_id, state, stage, created_ms,"
                    " received_ms, updated_ms) VALUES ($1, $2, 'tiktok', 'tiktok_form', $2, $3,"
                    " 'c1', $4, $5, 'linked', $6, $7, $7, $7)",
                    TEXT(fake_org), TEXT(id), TEXT(fake_account), TEXT(str(group)),
                    TEXT(str(ad)), TEXT(str(stage)), INT(created_ms)),
             err);
}

static void leads(struct db *db, struct arena *arena, const char *ad, const char *group,
                  int first, int last, int n)
{
    for (int back = first; back <= last; back++) {
        for (int i = 0; i < n; i++)
            add_lead(db, arena, ad, group, NOW - back * DAY + i * 60000,
                     i == 0 ? "qualified" : "interest");
    }
}

/* g1: 7000 a day for 10 leads, very good; g2: stopped; g3: 4000 a day for none, to be paused.
 */
static void usual_account(struct db *db, struct arena *arena)
{
    fake_object(db, LEVEL_ADGROUP, "g3", "c1", "enabled", 10000);
    fake_object(db, LEVEL_AD, "x3", "g3", "enabled", 0);
    figures(arena, "x1", "g1", 1, 30, 7000);
    figures(arena, "x3", "g3", 1, 30, 4000);
    leads(db, arena, "x1", "g1", 1, 8, 10);
}

static struct str start(struct db *db, struct arena *arena, const char *key, bool dispatch)
{
    struct brain_wish wish = {
        .platform = STR("tiktok"),
        .trigger = "api",
        .request_key = str(key),
        .fingerprint = STR("f"),
        .dispatch = dispatch,
        .report = true,
    };
    struct str id = {0};
    struct err err = {0};
    bool added;

    CHECK_OK(brain_start(&fake_app, db, arena, &wish, &id, &added, &err), err);
    return id;
}

static struct execution get(struct db *db, struct arena *arena, struct str id)
{
    struct execution e = {0};
    struct err err = {0};

    CHECK_OK(execution_get(db, arena, id, &e, &err), err);
    return e;
}

static const struct json *decision(struct db *db, struct arena *arena, struct str id,
                                   const char *group)
{
    const struct json *root;
    struct err err = {0};

    CHECK(json_parse(arena, get(db, arena, id).decisions, &root, &err), "%s", err.text);
    const struct json *groups = json_at(root, "groups");
    for (size_t i = 0; i < json_count(groups); i++) {
        if (str_eq(json_text(json_item(groups, i), "id", STR("")), str(group)))
            return json_item(groups, i);
    }
    CHECK(false, "no decision about %s", group);
    return json_item(groups, json_count(groups));
}

static bool is(const struct json *v, const char *path, const char *text)
{
    return str_eq(json_text(v, path, STR("")), str(text));
}

static struct brain_reports reports(struct db *db, struct arena *arena)
{
    struct execution_filter filter = {.limit = 10};
    struct brain_reports list = {0};
    struct err err = {0};

    CHECK_OK(report_list(db, arena, &filter, &list, &err), err);
    return list;
}

static struct str report_text(struct arena *arena, const struct brain_report *r)
{
    const struct json *v;
    struct err err = {0};

    CHECK(json_parse(arena, r->data, &v, &err), "%s", err.text);
    return json_text(v, "text", STR(""));
}

#define BEGIN                                                                                  \
    struct arena *arena = arena_new("test");                                                   \
    fake_start(database, db, arena);                                                           \
    usual_account(db, arena)
#define END arena_free(arena)

/* --- the whole run --------------------------------------------------------------------------
 */

static void a_run_acts_where_the_autopilot_is_on(struct database *database, struct db *db)
{
    struct actions actions = {0};
    struct err err = {0};

    BEGIN;
    set_autopilot(db, true);
    struct str id = start(db, arena, "", true);
    CHECK(str_eq(get(db, arena, id).state, STR("waiting")), "answers before it looks");
    run_jobs(database, db);
    struct execution e = get(db, arena, id);
    CHECK(str_eq(e.state, STR("done")) && e.dispatch, STR_FMT ": " STR_FMT, STR_ARG(e.state),
          STR_ARG(e.error_text));
    CHECK(is(decision(db, arena, id, "g1"), "decision", "raise"), "g1");
    CHECK(is(decision(db, arena, id, "g3"), "decision", "pause"), "g3");
    CHECK(is(decision(db, arena, id, "g2"), "cause", "not_running"), "g2");
    CHECK(fake_find(LEVEL_ADGROUP, STR("g1"))->budget_micros == 13000 * U, "raised over there");
    CHECK(!strcmp(fake_find(LEVEL_ADGROUP, STR("g3"))->status, "disabled"),
          "paused over there");
    CHECK_OK(action_list_of_execution(db, arena, id, &actions, &err), err);
    CHECK(actions.n == 2 && str_eq(actions.at[0].type, STR("TikTok.PauseAdGroup")) &&
              str_eq(actions.at[0].source, STR("brain")),
          "pauses first");
    CHECK(str_has(actions.at[1].reason, STR("10 000 KZT -> 13 000 KZT")), STR_FMT,
          STR_ARG(actions.at[1].reason));
    struct brain_reports list = reports(db, arena);
    CHECK(list.n == 1 && str_eq(list.at[0].day, STR("2026-11-23")), "the day of the figures");
    struct str text = report_text(arena, &list.at[0]);
    static const char *const told[] = {
        "Report for 2026-11-23",
        "1. Account",
        "the autopilot acts",
        "2. Summary",
        "Spend: 11 000 KZT",
        "Leads: 10",
        "Cost per lead: 1 100 KZT",
        "Qualified leads: 1",
        "3. Campaigns",
        "4. Lead quality",
        "leads: 10 %",
        "5. Changes",
        "(+30 %): done",
        "6. Dynamics",
        "7. What you can do",
    };
    for (size_t i = 0; i < countof(told); i++)
        CHECK(str_has(text, str(told[i])), "\"%s\" is not in\n" STR_FMT, told[i],
              STR_ARG(text));
    END;
}

static void a_run_only_reports_where_it_is_off_or_not_wanted(struct database *database,
                                                             struct db *db)
{
    for (int wanted = 0; wanted < 2; wanted++) {
        BEGIN;
        set_autopilot(db, !wanted); /* off, or on and not wanted */
        struct str id = start(db, arena, "", wanted);
        run_jobs(database, db);
        struct execution e = get(db, arena, id);
        CHECK(str_eq(e.state, STR("done")) && !e.dispatch, STR_FMT, STR_ARG(e.state));
        CHECK(is(decision(db, arena, id, "g3"), "decision", "pause"), "it decides");
        CHECK(fake.writes == 0, "and sends nothing");
        CHECK(str_has(report_text(arena, &reports(db, arena).at[0]), STR("planned only")),
              "says so");
        END;
    }
}

static void a_run_replays_byte_for_byte(struct database *database, struct db *db)
{
    struct str why;
    struct err err = {0};
    bool same = false;

    BEGIN;
    set_autopilot(db, true);
    struct str id = start(db, arena, "", true);
    CHECK(!brain_replay(db, arena, id, &same, &why, &err) && err.kind == ERR_CONFLICT,
          "not yet");
    run_jobs(database, db);
    later(database, db, DAY); /* time and world go on */
    CHECK_OK(db_run(db, NULL, &err, "DELETE FROM creative_metrics_history WHERE org_id = $1",
                    TEXT(fake_org)),
             err);
    CHECK_OK(brain_replay(db, arena, id, &same, &why, &err), err);
    CHECK(same, STR_FMT, STR_ARG(why));
    CHECK_OK(
        db_run(db, NULL, &err,
               "UPDATE brain_executions SET decisions = replace(decisions, 'raise', 'lower')"
               " WHERE org_id = $1",
               TEXT(fake_org)),
        err);
    CHECK_OK(brain_replay(db, arena, id, &same, &why, &err), err);
    CHECK(!same && str_has(why, STR("differ from byte")), STR_FMT, STR_ARG(why));
    END;
}

static void an_execution_is_undone_as_a_whole(struct database *database, struct db *db)
{
    struct str batch;
    int64_t undone, skipped;
    struct err err = {0};

    BEGIN;
    set_autopilot(db, true);
    struct str id = start(db, arena, "", true);
    run_jobs(database, db);
    CHECK_OK(action_undo_execution(&fake_app, db, arena, id, STR("user:u1"), &batch, &undone,
                                   &skipped, &err),
             err);
    CHECK(undone == 2 && skipped == 0, "%lld and %lld", (long long)undone, (long long)skipped);
    run_jobs(database, db);
    CHECK(fake_find(LEVEL_ADGROUP, STR("g1"))->budget_micros == 10000 * U, "as before");
    CHECK(!strcmp(fake_find(LEVEL_ADGROUP, STR("g3"))->status, "enabled"), "runs again");
    CHECK(!action_undo_execution(&fake_app, db, arena, id, STR("user:u1"), &batch, &undone,
                                 &skipped, &err) &&
              err.kind == ERR_CONFLICT,
          "once");
    END;
}

/* --- asking
 * ------------------------------------------------------------------------------------ */

static void one_key_starts_one_run(struct database *database, struct db *db)
{
    struct brain_wish wish = {.platform = STR("tiktok"), .trigger = "api", .report = true};
    struct str id;
    struct err err = {0};
    bool added;

    BEGIN;
    struct str first = start(db, arena, "key-1", true);
    CHECK(str_eq(first, start(db, arena, "key-1", true)), "the same run");
    CHECK(!brain_start(&fake_app, db, arena, &wish, &id, &added, &err) &&
              err.kind == ERR_CONFLICT,
          "another while it is under way");
    run_jobs(database, db);
    CHECK(str_eq(first, start(db, arena, "key-1", true)), "also afterwards");
    wish.request_key = STR("key-1");
    wish.fingerprint = STR("other");
    CHECK(!brain_start(&fake_app, db, arena, &wish, &id, &added, &err) &&
              err.kind == ERR_CONFLICT,
          "another request");
    END;
}

static void a_missing_account_is_refused_at_once(struct database *database, struct db *db)
{
    struct brain_wish wish = {
        .ad_account_id = STR("01234567-89ab-7def-8123-456789abcdef"),
        .platform = STR("tiktok"),
        .trigger = "api",
    };
    struct str id;
    struct err err = {0};
    bool added;

    BEGIN;
    CHECK(!brain_start(&fake_app, db, arena, &wish, &id, &added, &err) &&
              err.kind == ERR_NOT_FOUND,
          "%s", err.text);
    END;
}

static int due(struct db *db, struct arena *arena)
{
    struct err err = {0};
    int started = -1;

    db_scope_system(db);
    CHECK_OK(brain_schedule(&fake_app, db, arena, clock_wall_ms(), &started, &err), err);
    db_scope(db, fake_org);
    return started;
}

/* Facebook is connected and uploads to it work, but nothing is measured or changed there. */
static void a_platform_that_is_not_measured_has_no_runs(struct database *database,
                                                        struct db *db)
{
    BEGIN;
    struct brain_wish wish = {.platform = STR("facebook"), .trigger = "manual"};
    struct metric_counts counts = {0};
    struct action_wishes none = {0};
    struct ad_connection facebook;
    struct err err = {0};
    struct str id;
    bool added;

    CHECK_OK(db_run(db, NULL, &err,
                    "INSERT INTO ad_account_connections (org_id, ad_account_id, platform,"
                    " state, advertiser_id, currency, zone, country, token_sealed,"
                    " connected_ms, updated_ms) VALUES ($1, $2, 'facebook', 'connected', 'f1',"
                    " 'USD', 'Asia/Almaty', '', 'sealed', 1, 1)",
                    TEXT(fake_org), TEXT(fake_account)),
             err);
    fake_conf.feature_facebook = true;
    CHECK(due(db, arena) == 1, "TikTok's run, and no other");
    CHECK(!brain_start(&fake_app, db, arena, &wish, &id, &added, &err) &&
              err.kind == ERR_INVALID && strstr(err.text, "facebook"),
          "%s", err.text);
    CHECK_OK(ad_account_resolve(db, arena, fake_account, STR("facebook"), &facebook, &err),
             err);
    CHECK(!metric_collect(&fake_app, db, NULL, arena, &facebook, 7, &counts, &err) &&
              err.kind == ERR_INVALID,
          "%s", err.text);
    struct action_batch batch = {.source = STR("api"), .actor = STR("test")};
    CHECK(
        !action_batch_add(&fake_app, db, arena, &facebook, &batch, &none, &id, &added, &err) &&
            err.kind == ERR_INVALID && strstr(err.text, "change campaigns on facebook"),
        "%s", err.text);
    fake_conf.feature_facebook = false;
    END;
}

static void the_schedule_starts_each_local_day_once(struct database *database, struct db *db)
{
    BEGIN;
    clock_set_wall(NOW - 60000); /* 07:59 over there */
    CHECK(due(db, arena) == 0, "too early");
    clock_set_wall(NOW);
    fake_conf.feature_tiktok = false;
    CHECK(due(db, arena) == 0, "the platform is hidden");
    fake_conf.feature_tiktok = true;
    CHECK(due(db, arena) == 1, "08:00");
    CHECK(due(db, arena) == 0, "once");
    run_jobs(database, db);
    clock_set_wall(NOW + 15 * HOUR);
    CHECK(due(db, arena) == 0, "23:00 of the same day");
    clock_set_wall(NOW + 16 * HOUR);
    CHECK(due(db, arena) == 0, "midnight: a new day, too early");
    clock_set_wall(NOW + 30 * HOUR);
    CHECK(due(db, arena) == 1, "14:00: a missed hour is made up for");
    run_jobs(database, db);
    struct execution_filter filter = {.limit = 10};
    struct executions list = {0};
    struct err err = {0};
    CHECK_OK(execution_list(db, arena, &filter, &list, &err), err);
    CHECK(list.n == 2 && str_eq(list.at[0].trigger, STR("schedule")), "%zu executions", list.n);
    END;
}

static void a_run_under_way_leaves_the_day_unclaimed(struct database *database, struct db *db)
{
    BEGIN;
    start(db, arena, "", false);
    CHECK(due(db, arena) == 0, "waits for it");
    run_jobs(database, db);
    CHECK(due(db, arena) == 1, "and comes after it");
    END;
}

/* --- what it sees
 * --------------------------------------------------------------------------------- */

static int64_t whole(const struct json *v, const char *path)
{
    int64_t n = -1;

    return json_int(v, path, &n) ? n : -1;
}

static void leads_count_on_the_accounts_own_days(struct database *database, struct db *db)
{
    BEGIN;
    int64_t midnight = NOW - 8 * HOUR; /* of the account; 19:00 UTC of the day before */
    add_lead(db, arena, "x3", "g3", midnight - 1, "interest");
    add_lead(db, arena, "x3", "g3", midnight, "interest");
    struct str id = start(db, arena, "", false);
    run_jobs(database, db);
    const struct json *d = decision(db, arena, id, "g3");
    CHECK(whole(d, "windows.yesterday.results") == 1 && whole(d, "windows.today.results") == 1,
          "%lld and %lld", (long long)whole(d, "windows.yesterday.results"),
          (long long)whole(d, "windows.today.results"));
    CHECK(whole(d, "windows.days3.spend_micros") == 12000 * U, "three whole days");
    CHECK(whole(d, "windows.days7.spend_micros") == 28000 * U, "seven");
    CHECK(whole(d, "windows.days30.spend_micros") == 120000 * U, "thirty");
    END;
}

static void a_persons_change_is_noticed_and_rests(struct database *database, struct db *db)
{
    struct audit_lines lines = {0};
    struct err err = {0};

    BEGIN;
    fake_find(LEVEL_ADGROUP, STR("g1"))->budget_micros = 12000 * U;
    struct str id = start(db, arena, "", false);
    run_jobs(database, db);
    const struct json *d = decision(db, arena, id, "g1");
    CHECK(is(d, "decision", "hold") && is(d, "limit.guardrail", "cool_down"), "rests");
    CHECK(whole(d, "from_micros") == 12000 * U, "from what it is now");
    CHECK_OK(audit_list(db, arena, &(struct audit_filter){0}, 10, &lines, &(int64_t){0}, &err),
             err);
    CHECK(lines.n == 1 && str_eq(lines.at[0].action, STR("adgroup.changed_elsewhere")),
          "%zu audit lines", lines.n);
    END;
}

static void an_unknown_outcome_is_settled_first(struct database *database, struct db *db)
{
    struct err err = {0};

    for (int acted = 0; acted < 2; acted++) {
        BEGIN;
        set_autopilot(db, true);
        start(db, arena, "", true);
        run_jobs(database, db);
        CHECK_OK(db_run(db, NULL, &err,
                        "UPDATE actions SET state = 'uncertain' WHERE org_id = $1"
                        " AND object_id = 'g3'",
                        TEXT(fake_org)),
                 err);
        if (!acted)
            fake_set_status("g3", "enabled");
        start(db, arena, "", false);
        run_jobs(database, db);
        struct db_rows rows;
        struct str state = {0};
        db_select(db, arena, &rows,
                  "SELECT state FROM actions WHERE org_id = $1 AND object_id = 'g3'",
                  TEXT(fake_org));
        if (db_next(&rows))
            state = db_text(&rows, 0);
        CHECK_OK(db_done(&rows, &err), err);
        CHECK(str_eq(state, acted ? STR("done") : STR("failed")), "acted %d: " STR_FMT, acted,
              STR_ARG(state));
        END;
    }
}

static void without_figures_it_holds_and_says_so(struct database *database, struct db *db)
{
    BEGIN;
    fake.metrics_fail = true;
    set_autopilot(db, true);
    struct str id = start(db, arena, "", true);
    for (int i = 0; i < 6; i++)
        later(database, db, 600000);
    struct execution e = get(db, arena, id);
    CHECK(str_eq(e.state, STR("done")), STR_FMT ": " STR_FMT, STR_ARG(e.state),
          STR_ARG(e.error_text));
    CHECK(is(decision(db, arena, id, "g3"), "cause", "no_figures"), "holds");
    CHECK(fake.writes == 0, "%d writes", fake.writes);
    CHECK(str_has(report_text(arena, &reports(db, arena).at[0]), STR("On hold: no figures")),
          "the report tells it");
    END;
}

static void an_account_that_cannot_deliver_is_held(struct database *database, struct db *db)
{
    BEGIN;
    fake.undeliverable = true;
    set_autopilot(db, true);
    struct str id = start(db, arena, "", true);
    run_jobs(database, db);
    CHECK(is(decision(db, arena, id, "g1"), "cause", "not_deliverable"), "holds");
    CHECK(fake.writes == 0, "nothing sent");
    END;
}

static void a_disconnected_account_fails_visibly(struct database *database, struct db *db)
{
    struct err err = {0};

    BEGIN;
    struct str id = start(db, arena, "", true);
    CHECK_OK(db_run(db, NULL, &err,
                    "UPDATE ad_account_connections SET state = 'revoked' WHERE org_id = $1",
                    TEXT(fake_org)),
             err);
    for (int i = 0; i < 6; i++)
        later(database, db, 600000);
    struct execution e = get(db, arena, id);
    CHECK(str_eq(e.state, STR("failed")) && e.error_text.n, STR_FMT, STR_ARG(e.state));
    struct brain_reports list = reports(db, arena);
    CHECK(list.n == 1 && str_has(report_text(arena, &list.at[0]), STR("The run failed")),
          "and the report says so");
    END;
}

static void a_change_that_was_not_made_is_told(struct database *database, struct db *db)
{
    BEGIN;
    set_autopilot(db, true);
    fake.refuse_code = 40002;
    struct str id = start(db, arena, "", true);
    run_jobs(database, db);
    struct execution e = get(db, arena, id);
    CHECK(str_eq(e.state, STR("done")) &&
              str_eq(e.error_text, STR("2 of 2 changes were not made")),
          STR_FMT, STR_ARG(e.error_text));
    CHECK(str_has(report_text(arena, &reports(db, arena).at[0]), STR("not made")),
          "in the report");
    END;
}

static void another_org_sees_no_execution(struct database *database, struct db *db)
{
    struct execution e;
    struct err err = {0};
    bool same;
    struct str why;

    BEGIN;
    struct str id = start(db, arena, "", false);
    run_jobs(database, db);
    db_scope(db, id_new(arena));
    CHECK(!execution_get(db, arena, id, &e, &err) && err.kind == ERR_NOT_FOUND, "get");
    CHECK(!brain_replay(db, arena, id, &same, &why, &err) && err.kind == ERR_NOT_FOUND,
          "replay");
    CHECK(reports(db, arena).n == 0, "reports");
    END;
}

/* --- every statement may fail
 * --------------------------------------------------------------------------- */

static int64_t count_rows(struct db *db, struct arena *arena)
{
    struct db_rows rows;
    struct err err = {0};
    int64_t n = 0;

    db_select(db, arena, &rows,
              "SELECT (SELECT count(*) FROM action_batches WHERE org_id = $1) * 100"
              " + (SELECT count(*) FROM actions WHERE org_id = $1) * 10"
              " + (SELECT count(*) FROM campaign_reports WHERE org_id = $1)",
              TEXT(fake_org));
    if (db_next(&rows))
        n = db_int(&rows, 0);
    CHECK_OK(db_done(&rows, &err), err);
    return n;
}

/* Whatever statement fails once, the run ends with one decision, one batch of two actions, two
 * writes and one report. */
static void a_run_survives_a_failure_at_every_statement(struct database *database,
                                                        struct db *db)
{
    bool went_through = false;

    for (int64_t k = 1; k < 300 && !went_through; k++) {
        struct arena *arena = arena_new("test");
        struct err err = {0};
        int ran;
        fake_start(database, db, arena);
        fake_object(db, LEVEL_ADGROUP, "g3", "c1", "enabled", 10000);
        figures(arena, "x1", "g1", 1, 1, 7000); /* few rows: the collector has its own test */
        figures(arena, "x3", "g3", 1, 1, 4000);
        leads(db, arena, "x1", "g1", 1, 1, 10);
        set_autopilot(db, true);
        struct str id = start(db, arena, "", true);
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ok = job_run_due(database, kinds, db, NULL, &fake_app, &ran, &err);
        went_through = database_statements(database) < k;
        database_fail_at(database, 0, DB_FAULT_ERROR);
        (void)ok;
        struct str decided = get(db, arena, id).decisions_hash;
        for (int i = 0; i < 4; i++)
            later(database, db, 600000);
        struct execution e = get(db, arena, id);
        CHECK(str_eq(e.state, STR("done")) && !e.error_text.n,
              "statement %lld: " STR_FMT " " STR_FMT, (long long)k, STR_ARG(e.state),
              STR_ARG(e.error_text));
        CHECK(!decided.n || str_eq(decided, e.decisions_hash), "statement %lld: decided twice",
              (long long)k);
        CHECK(count_rows(db, arena) == 121, "statement %lld: %lld", (long long)k,
              (long long)count_rows(db, arena));
        CHECK(fake.writes == 2, "statement %lld: %d writes", (long long)k, fake.writes);
        END;
    }
    CHECK(went_through, "every statement was failed");
}

int main(void)
{
    RUN_ON_DATABASES(a_run_acts_where_the_autopilot_is_on);
    RUN_ON_DATABASES(a_run_only_reports_where_it_is_off_or_not_wanted);
    RUN_ON_DATABASES(a_run_replays_byte_for_byte);
    RUN_ON_DATABASES(an_execution_is_undone_as_a_whole);
    RUN_ON_DATABASES(one_key_starts_one_run);
    RUN_ON_DATABASES(a_missing_account_is_refused_at_once);
    RUN_ON_DATABASES(a_platform_that_is_not_measured_has_no_runs);
    RUN_ON_DATABASES(the_schedule_starts_each_local_day_once);
    RUN_ON_DATABASES(a_run_under_way_leaves_the_day_unclaimed);
    RUN_ON_DATABASES(leads_count_on_the_accounts_own_days);
    RUN_ON_DATABASES(a_persons_change_is_noticed_and_rests);
    RUN_ON_DATABASES(an_unknown_outcome_is_settled_first);
    RUN_ON_DATABASES(without_figures_it_holds_and_says_so);
    RUN_ON_DATABASES(an_account_that_cannot_deliver_is_held);
    RUN_ON_DATABASES(a_disconnected_account_fails_visibly);
    RUN_ON_DATABASES(a_change_that_was_not_made_is_told);
    RUN_ON_DATABASES(another_org_sees_no_execution);
    RUN_ON_DATABASES(a_run_survives_a_failure_at_every_statement);
    return test_report();
}
