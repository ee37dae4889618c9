/* alert/: what needs attention is computed from what is stored, and nothing else. */
#include "alert/alert.h"
#include "auth/stop.h"
#include "test_ground.h"

static const struct alert_filter all = {.dismissed = true};

static struct alerts list_of(struct ground *g, struct alert_filter filter)
{
    struct alerts list = {0};

    CHECK_OK(alert_list(g->db, g->arena, &filter, clock_wall_ms(), &list, &g->err), g->err);
    return list;
}

/* NULL where there is none of the kind; asserted: at most one. */
static const struct alert *find(struct ground *g, const char *kind)
{
    struct alerts list = list_of(g, all);
    const struct alert *found = NULL;

    for (size_t i = 0; i < list.n; i++)
        if (strcmp(list.at[i].kind, kind) == 0) {
            CHECK(!found, "two alerts %s", kind);
            found = &list.at[i];
        }
    return found;
}

static void run(struct ground *g, bool ok)
{
    CHECK_OK(ok, g->err);
}
#define RUN_SQL(...) run(&g, db_run(g.db, NULL, &g.err, __VA_ARGS__))

static void tokens_and_figures(struct database *database, struct db *db)
{
    struct ground g;
    const struct alert *alert;

    ground_begin(&g, database, db);
    struct str account = ground_account(&g, "700", "KZT", "Asia/Almaty", "KZ");
    CHECK(list_of(&g, all).n == 0, "a new account needs nothing");
    RUN_SQL("UPDATE ad_account_connections SET token_expires_ms = $2 WHERE org_id = $1",
            TEXT(g.org), INT(GROUND_NOW + 3 * DAY_MS));
    alert = find(&g, "token_ends");
    CHECK(alert && str_eq(alert->object_id, account) && IS(alert->platform, "tiktok") &&
              alert->since_ms == GROUND_NOW + 3 * DAY_MS && alert_act(alert)[0],
          "it ends soon");
    clock_set_wall(GROUND_NOW + 27 * HOUR_MS);
    alert = find(&g, "figures_stale");
    CHECK(alert && alert->since_ms - GROUND_NOW < MINUTE_MS,
          "never read since it was connected");
    RUN_SQL("UPDATE ad_account_connections SET last_sync_ms = $2 WHERE org_id = $1",
            TEXT(g.org), INT(GROUND_NOW + 2 * HOUR_MS));
    CHECK(!find(&g, "figures_stale"), "read 25 hours ago");
    RUN_SQL("UPDATE ad_account_connections SET state = 'revoked', last_error = 'no scope'"
            " WHERE org_id = $1",
            TEXT(g.org));
    alert = find(&g, "token_revoked");
    CHECK(alert && alert->severity == ALERT_CRITICAL && IS(alert->text, "no scope"), "revoked");
    CHECK(str_has(alert_why(g.arena, alert, clock_wall_ms()), STR("no scope")), "its words");
    CHECK(!find(&g, "token_ends") && !find(&g, "figures_stale"), "one cause, one alert");
    db_scope(db, g.other);
    CHECK(list_of(&g, all).n == 0, "another org's alerts are its own");
    ground_end(&g);
}

static void put_lead(struct ground *g, struct str account, int64_t created_ms)
{
    run(g, db_run(g->db, NULL, &g->err,
                  "INSERT INTO leads (org_id, lead_id, platform, source, platform_lead_id,"
                  " ad_account_id, state, created_ms, received_ms, updated_ms)"
                  " VALUES ($1, $2, 'tiktok', 'tiktok_form', CAST($2 AS TEXT), $3, 'linked',"
                  " $4, $4, $4)",
                  TEXT(g->org), TEXT(id_new(g->arena)), TEXT(account), INT(created_ms)));
}

static void silence_is_measured_by_what_was_usual(struct database *database, struct db *db)
{
    struct ground g;

    ground_begin(&g, database, db);
    struct str account = ground_account(&g, "700", "KZT", "Asia/Almaty", "KZ");
    for (int i = 0; i < 9; i++)
        put_lead(&g, account, GROUND_NOW - 2 * DAY_MS - i * HOUR_MS);
    CHECK(!find(&g, "leads_silent"), "nine leads are too few to miss");
    put_lead(&g, account, GROUND_NOW - 2 * DAY_MS - 9 * HOUR_MS);
    const struct alert *alert = find(&g, "leads_silent");
    CHECK(alert && alert->since_ms == GROUND_NOW - 2 * DAY_MS && alert->gap_ms == HOUR_MS,
          "one an hour, then none for two days");
    put_lead(&g, account, GROUND_NOW - 23 * HOUR_MS);
    CHECK(!find(&g, "leads_silent"), "one came less than a day ago");
    ground_end(&g);
}

static void put_day(struct ground *g, struct str account, const char *day, int64_t spend)
{
    run(g, db_run(g->db, NULL, &g->err,
                  "INSERT INTO ad_metrics_days (org_id, ad_account_id, platform, day, currency,"
                  " figures, spend_micros) VALUES ($1, $2, 'tiktok', $3, 'KZT', '', $4)",
                  TEXT(g->org), TEXT(account), TEXT(str(day)), INT(spend)));
}

static void what_runs_should_spend(struct database *database, struct db *db)
{
    struct ground g;

    ground_begin(&g, database, db);
    struct str account = ground_account(&g, "700", "KZT", "Asia/Almaty", "KZ");
    RUN_SQL("INSERT INTO campaigns (org_id, platform, campaign_id, ad_account_id, name, status,"
            " created_ms, updated_ms) VALUES ($1, 'tiktok', 'c1', $2, 'c', 'enabled', 0, 0)",
            TEXT(g.org), TEXT(account));
    RUN_SQL("INSERT INTO adgroups (org_id, platform, adgroup_id, campaign_id, ad_account_id,"
            " name, status, daily_budget_micros, created_ms, updated_ms)"
            " VALUES ($1, 'tiktok', 'g1', 'c1', $2, 'g', 'enabled', 10000, 0, 0)",
            TEXT(g.org), TEXT(account));
    put_day(&g, account, "2026-11-18", 6000);
    put_day(&g, account, "2026-11-19", 2000);
    CHECK(!find(&g, "under_delivery"), "two days tell nothing");
    put_day(&g, account, "2026-11-20", 1000);
    const struct alert *alert = find(&g, "under_delivery");
    CHECK(alert && alert->budget_micros == 10000 && alert->spend_micros == 3000 &&
              IS(alert->currency, "KZT"),
          "3000 of 10000 a day");
    RUN_SQL("UPDATE ad_metrics_days SET spend_micros = 9000 WHERE org_id = $1 AND day ="
            " '2026-11-19'",
            TEXT(g.org));
    CHECK(!find(&g, "under_delivery"), "more than a half");
    ground_end(&g);
}

static void things_that_failed(struct database *database, struct db *db)
{
    struct ground g;
    const struct alert *alert;
    struct alert_filter facebook = {.platform = STR("facebook")};
    bool changed;

    ground_begin(&g, database, db);
    struct str account = ground_account(&g, "700", "KZT", "Asia/Almaty", "KZ");
    ground_creative(&g, "v1", "Summer", "");
    ground_ad(&g, "701", "c1", account, "", "v1");
    CHECK(list_of(&g, all).n == 0, "all is well");
    RUN_SQL("UPDATE creatives SET status = 'failed', error_text = 'no video in it',"
            " updated_ms = $2 WHERE org_id = $1",
            TEXT(g.org), INT(GROUND_NOW));
    RUN_SQL("UPDATE ads SET platform_status = 'AD_STATUS_AUDIT_DENY' WHERE org_id = $1",
            TEXT(g.org));
    alert = find(&g, "creative_failed");
    CHECK(alert && IS(alert->object_name, "Summer") && IS(alert->text, "no video in it"),
          "the creative and why");
    alert = find(&g, "ad_rejected");
    CHECK(alert && alert->count == 1 && str_eq(alert->ad_account_id, account), "the ad");
    CHECK(list_of(&g, facebook).n == 1, "what belongs to a platform is shown there only");
    CHECK_OK(
        autopilot_stop_set(db, g.arena, true, STR("x"), STR("t"), GROUND_NOW, &changed, &g.err),
        g.err);
    CHECK(find(&g, "autopilot_stopped"), "the stop is told");

    /* put aside, and back by itself */
    struct alerts shown = list_of(&g, (struct alert_filter){0});
    size_t before = shown.n;
    CHECK(before == 3 && shown.at[0].severity >= shown.at[before - 1].severity, "most first");
    CHECK_OK(
        alert_dismiss(db, shown.at[0].key, GROUND_NOW + HOUR_MS, STR("t"), GROUND_NOW, &g.err),
        g.err);
    CHECK(list_of(&g, (struct alert_filter){0}).n == before - 1 && list_of(&g, all).n == before,
          "put aside");
    clock_set_wall(GROUND_NOW + 2 * HOUR_MS);
    CHECK(list_of(&g, (struct alert_filter){0}).n == before, "it is back");
    ground_end(&g);
}

int main(void)
{
    RUN_ON_DATABASES(tokens_and_figures);
    RUN_ON_DATABASES(silence_is_measured_by_what_was_usual);
    RUN_ON_DATABASES(what_runs_should_spend);
    RUN_ON_DATABASES(things_that_failed);
    return test_report();
}
