/*
 * Launches against a platform in memory: lost answers, refusals, broken
 * statements, double clicks, prepared ad groups, pausing, dead tokens.
 */

#include "ads/direction.h"
#include "ads/launch.h"
#include "ads/launch_db.h"
#include "test_ground.h"
#include "test_platform.h"

#include <sys/stat.h>

#define PAGE      "7123456789012345678"
#define CREATIVES 3

static char folder[] = "/tmp/adwright_launch_XXXXXX";
static const struct job_kind *const kinds[] = {launch_jobs, NULL};

static struct str account, direction;
static struct strs creative_ids;

static void creative(struct ground *g, const char *id, const char *status)
{
    CHECK_OK(db_run(g->db, NULL, &g->err,
                    "INSERT INTO creatives (org_id, creative_id, direction_id, title,"
                    " media_type, status, media_path, content_md5, ad_text, created_ms,"
                    " updated_ms) VALUES ($1, $2, $3, $4, 'video', $5, 'media/clip', 'md5',"
                    " 'Learn English', $6, $6)",
                    TEXT(g->org), TEXT(str(id)), TEXT(direction),
                    TEXT(str_fmt(g->arena, "Clip %s", id)), TEXT(str(status)),
                    INT(clock_wall_ms())),
             g->err);
}

static void write_poster(void)
{
    char path[120];
    FILE *file;

    snprintf(path, sizeof path, "%s/media", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/media/clip.jpg", folder);
    file = fopen(path, "wb");
    if (!file || fputs("\xFF\xD8 a poster", file) < 0)
        abort();
    fclose(file);
}

static struct str add_direction(struct ground *g, const char *name, const char *mode)
{
    struct direction_wish wish = {.platform = STR("tiktok"),
                                  .ad_account_id = account,
                                  .name = str(name),
                                  .tiktok = {.objective = STR("lead_generation"),
                                             .daily_budget_micros = INT64_C(5000000000),
                                             .adgroup_mode = str(mode),
                                             .identity_id = STR("identity-1"),
                                             .instant_page_id = STR(PAGE),
                                             .settings = STR("{\"cities\":[\"Almaty\"]}")},
                                  .actor = STR("test")};
    struct directions made = {0};

    CHECK_OK(direction_add(g->db, g->arena, &wish, clock_wall_ms(), &made, &g->err), g->err);
    return made.n ? made.at[0].id : STR("");
}

static void begin(struct ground *g, struct database *database, struct db *db)
{
    ground_begin(g, database, db);
    fake_begin();
    g->conf.data = str(folder);
    g->conf.ads_per_adgroup = 50;
    g->conf.tiktok_api_version = STR("v1.3");
    account = ground_account(g, "9100", "KZT", "Asia/Almaty", "KZ");
    direction = add_direction(g, "English", "create_new");
    creative_ids = (struct strs){0};
    for (int i = 0; i < CREATIVES; i++) {
        struct str id = str_fmt(g->arena, "creative-%d", i);

        creative(g, id.p, "ready");
        *strs_add(&creative_ids, g->arena) = id;
    }
}

static struct launch_wish wish_of(const char *mode)
{
    return (struct launch_wish){.mode = mode,
                                .direction_id = direction,
                                .creative_ids = creative_ids,
                                .actor = STR("user:u1")};
}

static bool start(struct ground *g, const struct launch_wish *wish, struct str *id)
{
    bool added;

    *id = STR("");
    return launch_start(&g->app, g->db, g->arena, wish, id, &added, &g->err);
}

static struct str state_of(struct ground *g, struct str id)
{
    return ground_ask(g, "SELECT state FROM workflows WHERE org_id = $1 AND workflow_id = $2",
                      TEXT(g->org), TEXT(id));
}

/* The fault may hit our own look at it: then look again. */
static struct str state_seen(struct ground *g, struct str id)
{
    struct str state = STR("running");
    struct err fault = {0};
    struct db_rows rows;

    db_select(g->db, g->arena, &rows,
              "SELECT state FROM workflows WHERE org_id = $1 AND workflow_id = $2",
              TEXT(g->org), TEXT(id));
    while (db_next(&rows))
        state = db_text(&rows, 0);
    return db_done(&rows, &fault) ? state : STR("running");
}

/* Run what is due, let time pass, until the workflow is over. */
static struct str finish(struct ground *g, struct str id)
{
    struct str state = STR("");
    struct err err = {0};
    int ran;

    for (int i = 0; i < 40; i++) {
        if (!job_run_due(g->database, kinds, g->db, NULL, &g->app, &ran, &err))
            continue;
        state = state_seen(g, id);
        if (!IS(state, "running") && !IS(state, "undoing"))
            break;
        clock_set_wall(clock_wall_ms() + 11 * MINUTE_MS);
    }
    return state;
}

static struct str launch(struct ground *g, const char *mode)
{
    struct launch_wish wish = wish_of(mode);
    struct str id;

    clock_set_wall(clock_wall_ms() + HOUR_MS);
    CHECK_OK(start(g, &wish, &id), g->err);
    return id;
}

static const struct json *output_of(struct ground *g, struct str id)
{
    const struct json *json = NULL;
    struct str text =
        ground_ask(g, "SELECT output FROM workflows WHERE org_id = $1 AND workflow_id = $2",
                   TEXT(g->org), TEXT(id));

    CHECK_OK(json_parse(g->arena, text.n ? text : STR("{}"), &json, &g->err), g->err);
    return json;
}

/* --- the straight way --- */

static void a_launch_makes_everything_disabled_and_enables_it_last(struct database *database,
                                                                   struct db *db)
{
    struct ground g;
    struct str id;
    const struct json *out;

    begin(&g, database, db);
    id = launch(&g, "manual");
    CHECK(IS(finish(&g, id), "done"), "%.*s", STR_ARG(state_of(&g, id)));
    CHECK(fake_count(LEVEL_CAMPAIGN) == 1 && fake_count(LEVEL_ADGROUP) == 1 &&
              fake_count(LEVEL_AD) == CREATIVES,
          "%d %d %d", fake_count(LEVEL_CAMPAIGN), fake_count(LEVEL_ADGROUP),
          fake_count(LEVEL_AD));
    CHECK(fake_count_enabled(LEVEL_CAMPAIGN) == 1 && fake_count_enabled(LEVEL_ADGROUP) == 1,
          "enabled at the end");
    CHECK(strcmp(fake.enabled_order, "adgroup campaign ") == 0, "%s", fake.enabled_order);
    out = output_of(&g, id);
    CHECK(json_bool(out, "success", false) &&
              IS(json_text(out, "mode", STR("")), "create_new") &&
              json_count(json_at(out, "ads")) == CREATIVES &&
              json_count(json_at(out, "refused")) == 0,
          "the founding answer");
    CHECK(IS(ground_ask(&g,
                        "SELECT COUNT(*) FROM ads WHERE org_id = $1 AND direction_id = $2"
                        " AND creative_id LIKE 'creative-%' AND workflow_id = $3"
                        " AND campaign_id <> '' AND adgroup_id <> ''",
                        TEXT(g.org), TEXT(direction), TEXT(id)),
             "3"),
          "the mapping has direction, creative, ad group and campaign");
    CHECK(str_eq(ground_ask(&g,
                            "SELECT campaign_id FROM directions WHERE org_id = $1"
                            " AND direction_id = $2",
                            TEXT(g.org), TEXT(direction)),
                 str(fake.objects[0].id)),
          "the direction knows its campaign");
    CHECK(IS(ground_ask(&g, "SELECT status || ads_count FROM adgroups WHERE org_id = $1",
                        TEXT(g.org)),
             "enabled3"),
          "the ad group's row");
    CHECK(IS(ground_ask(&g,
                        "SELECT COUNT(*) FROM workflow_steps WHERE org_id = $1"
                        " AND request = ''",
                        TEXT(g.org)),
             "0"),
          "every step kept its request");
    ground_end(&g);
}

static void the_second_launch_adds_an_ad_group_to_the_campaign(struct database *database,
                                                               struct db *db)
{
    struct ground g;
    struct str id;

    begin(&g, database, db);
    CHECK(IS(finish(&g, launch(&g, "manual")), "done"), "the first");
    id = launch(&g, "auto");
    CHECK(IS(finish(&g, id), "done"), "the second");
    CHECK(fake_count(LEVEL_CAMPAIGN) == 1 && fake_count(LEVEL_ADGROUP) == 2,
          "%d campaigns, %d ad groups", fake_count(LEVEL_CAMPAIGN), fake_count(LEVEL_ADGROUP));
    CHECK(IS(json_text(output_of(&g, id), "mode", STR("")), "create_adgroup"), "its mode");
    /* A campaign that is gone on the platform is made anew. */
    fake.objects[0].deleted = true;
    id = launch(&g, "manual");
    CHECK(IS(finish(&g, id), "done") && fake_count(LEVEL_CAMPAIGN) == 2, "%d campaigns",
          fake_count(LEVEL_CAMPAIGN));
    ground_end(&g);
}

static void a_video_in_processing_is_waited_for(struct database *database, struct db *db)
{
    struct ground g;
    struct str id;

    begin(&g, database, db);
    fake.usable_after = 3;
    id = launch(&g, "manual");
    for (int i = 0; i < 6; i++) {
        struct err err = {0};
        int ran;

        CHECK_OK(job_run_due(database, kinds, db, NULL, &g.app, &ran, &err), err);
        clock_set_wall(clock_wall_ms() + 3000);
    }
    CHECK(IS(state_of(&g, id), "done"), "%.*s", STR_ARG(state_of(&g, id)));
    CHECK(fake.videos_n == CREATIVES, "%d videos", fake.videos_n);
    ground_end(&g);
}

/* --- lost, busy, refused --- */

#define WRITES                                                                                 \
    (2 * CREATIVES + 1 + 1 + CREATIVES + 2) /* media, campaign, group, ads, switches */

static void whatever_write_loses_its_answer_nothing_is_made_twice(struct database *database,
                                                                  struct db *db)
{
    static const enum fake_fault faults[] = {FAKE_LOST_BEFORE, FAKE_LOST_AFTER, FAKE_BUSY};
    struct ground g;

    begin(&g, database, db);
    CHECK(IS(finish(&g, launch(&g, "manual")), "done"), "without a fault");
    CHECK(fake.writes == WRITES, "%d writes", fake.writes);
    for (size_t f = 0; f < countof(faults); f++)
        for (int at = 1; at <= WRITES; at++) {
            struct str id;

            fake_begin();
            CHECK_OK(db_run(db, NULL, &g.err,
                            "DELETE FROM creative_platform_files WHERE org_id = $1",
                            TEXT(g.org)) &&
                         db_run(db, NULL, &g.err,
                                "UPDATE directions SET campaign_id = '' WHERE org_id = $1",
                                TEXT(g.org)),
                     g.err);
            fake_fail(at, faults[f], 0);
            id = launch(&g, "manual");
            CHECK(IS(finish(&g, id), "done"), "fault %d at write %d: %.*s", (int)faults[f], at,
                  STR_ARG(state_of(&g, id)));
            CHECK(fake_doubles() == 0 && fake_count(LEVEL_CAMPAIGN) == 1 &&
                      fake_count(LEVEL_ADGROUP) == 1 && fake_count(LEVEL_AD) == CREATIVES &&
                      fake.videos_n == CREATIVES && fake.images_n == CREATIVES,
                  "fault %d at write %d: %d %d %d, %d videos, %d images", (int)faults[f], at,
                  fake_count(LEVEL_CAMPAIGN), fake_count(LEVEL_ADGROUP), fake_count(LEVEL_AD),
                  fake.videos_n, fake.images_n);
            CHECK(fake_count_enabled(LEVEL_CAMPAIGN) == 1, "fault %d at write %d: not live",
                  (int)faults[f], at);
        }
    ground_end(&g);
}

static void a_refusal_undoes_what_was_made_and_is_kept_verbatim(struct database *database,
                                                                struct db *db)
{
    /* The writes of campaign, ad group and the two switches. */
    static const int at[] = {2 * CREATIVES + 1, 2 * CREATIVES + 2, WRITES - 1, WRITES};
    struct ground g;

    begin(&g, database, db);
    for (size_t i = 0; i < countof(at); i++) {
        struct str id, error;
        struct workflow_view view = {0};
        struct err why = {0};

        fake_begin();
        CHECK_OK(db_run(db, NULL, &g.err,
                        "DELETE FROM creative_platform_files WHERE org_id = $1", TEXT(g.org)),
                 g.err);
        fake_fail(at[i], FAKE_REFUSED, 40002);
        id = launch(&g, "manual");
        CHECK(IS(finish(&g, id), "undone"), "write %d: %.*s", at[i], STR_ARG(state_of(&g, id)));
        CHECK(fake_count_enabled(LEVEL_CAMPAIGN) == 0 && fake_count_enabled(LEVEL_ADGROUP) == 0,
              "write %d: something is live", at[i]);
        CHECK_OK(launch_get(db, g.arena, id, &view, &g.err), g.err);
        error = view.error_json;
        (void)launch_error_read(g.arena, error, &why);
        CHECK(why.kind == ERR_REFUSED && why.platform_code == 40002 &&
                  strcmp(why.platform_message, "no, said the platform") == 0 &&
                  strcmp(why.platform_request_id, "rq-fake") == 0,
              "%.*s", STR_ARG(error));
        CHECK(IS(ground_ask(&g,
                            "SELECT campaign_id FROM directions WHERE org_id = $1"
                            " AND direction_id = $2",
                            TEXT(g.org), TEXT(direction)),
                 ""),
              "the direction took an undone campaign");
    }
    ground_end(&g);
}

static void
one_refused_ad_does_not_stop_the_others_and_all_refused_do(struct database *database,
                                                           struct db *db)
{
    struct ground g;
    struct str id;
    const struct json *out;

    begin(&g, database, db);
    fake_fail(2 * CREATIVES + 2 + 2, FAKE_REFUSED, 40002);
    id = launch(&g, "manual");
    CHECK(IS(finish(&g, id), "done"), "%.*s", STR_ARG(state_of(&g, id)));
    out = output_of(&g, id);
    CHECK(json_count(json_at(out, "ads")) == 2 && json_count(json_at(out, "refused")) == 1 &&
              IS(json_text(out, "refused.0.creative_id", STR("")), "creative-1") &&
              IS(json_text(out, "refused.0.error.platform_message", STR("")),
                 "no, said the platform"),
          "two ads, one refusal with the platform's words");
    creative_ids.n = 1;
    fake_begin();
    CHECK_OK(db_run(db, NULL, &g.err,
                    "UPDATE directions SET campaign_id = '' WHERE org_id = $1", TEXT(g.org)),
             g.err);
    fake_fail(3, FAKE_REFUSED, 40002); /* the videos are there: campaign, ad group, ad */
    id = launch(&g, "manual");
    CHECK(IS(finish(&g, id), "undone"), "%.*s", STR_ARG(state_of(&g, id)));
    CHECK(fake_count_enabled(LEVEL_CAMPAIGN) == 0, "live without an ad");
    ground_end(&g);
}

static void a_dead_token_ends_the_launch_and_the_connection(struct database *database,
                                                            struct db *db)
{
    struct ground g;
    struct ad_connection c;
    struct str id;

    begin(&g, database, db);
    fake_fail(2 * CREATIVES + 2, FAKE_DENIED, 40105);
    id = launch(&g, "manual");
    CHECK(IS(finish(&g, id), "undone") || IS(state_of(&g, id), "failed"), "%.*s",
          STR_ARG(state_of(&g, id)));
    CHECK(!ad_account_resolve(db, g.arena, account, STR("tiktok"), &c, &g.err) &&
              g.err.kind == ERR_CONFLICT,
          "the connection is still there");
    CHECK(fake_count_enabled(LEVEL_CAMPAIGN) == 0, "something is live");
    ground_end(&g);
}

static void what_cannot_be_reached_for_long_is_given_up_and_said_so(struct database *database,
                                                                    struct db *db)
{
    struct ground g;
    struct str id;

    begin(&g, database, db);
    fake.read_busy = 1000000;
    id = launch(&g, "manual");
    CHECK(IS(finish(&g, id), "failed"), "%.*s", STR_ARG(state_of(&g, id)));
    CHECK(fake_count(LEVEL_CAMPAIGN) == 0, "made without an identity");
    CHECK(IS(ground_ask(&g,
                        "SELECT COUNT(*) FROM workflows WHERE org_id = $1 AND error_json LIKE"
                        " '%busy%'",
                        TEXT(g.org)),
             "1"),
          "why it was given up");
    ground_end(&g);
}

/* --- broken statements --- */

static struct str wishes(struct ground *g)
{
    return ground_ask(g,
                      "SELECT CAST((SELECT COUNT(*) FROM workflows WHERE org_id = $1) AS TEXT)"
                      " || '/' || CAST((SELECT COUNT(*) FROM jobs WHERE org_id = $1"
                      " AND kind = 'launch.run') AS TEXT) || '/' ||"
                      " CAST((SELECT COUNT(*) FROM audit_log WHERE org_id = $1"
                      " AND action = 'launch.start') AS TEXT)",
                      TEXT(g->org));
}

static void starting_is_everything_or_nothing(struct database *database, struct db *db)
{
    struct ground g;
    int failures = 0;

    begin(&g, database, db);
    for (int64_t k = 1; k < 60; k++) {
        struct launch_wish wish = wish_of("manual");
        struct str id;

        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ok = start(&g, &wish, &id);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        CHECK(IS(wishes(&g), ok ? "1/1/1" : "0/0/0"), "statement %lld: %.*s", (long long)k,
              STR_ARG(wishes(&g)));
        if (ok)
            break;
        failures++;
    }
    CHECK(failures > 8, "only %d statements could fail", failures);
    ground_end(&g);
}

static void whatever_statement_fails_the_launch_ends_well_and_single(struct database *database,
                                                                     struct db *db)
{
    struct ground g;
    int64_t statements;

    begin(&g, database, db);
    struct str first = launch(&g, "manual");
    int64_t before = database_statements(database);
    CHECK(IS(finish(&g, first), "done"), "without a fault");
    statements = database_statements(database) - before;
    CHECK(statements > 50, "%lld statements", (long long)statements);
    for (int64_t k = 2; k <= statements; k += database_is_postgres(database) ? 5 : 3) {
        struct str id;

        fake_begin();
        CHECK_OK(db_run(db, NULL, &g.err,
                        "DELETE FROM creative_platform_files WHERE org_id = $1", TEXT(g.org)) &&
                     db_run(db, NULL, &g.err,
                            "UPDATE directions SET campaign_id = '' WHERE org_id = $1",
                            TEXT(g.org)) &&
                     db_run(db, NULL, &g.err,
                            "UPDATE creatives SET push_state = '' WHERE org_id = $1",
                            TEXT(g.org)),
                 g.err);
        id = launch(&g, "manual");
        database_fail_at(database, k, DB_FAULT_ERROR);
        (void)finish(&g, id);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        CHECK(IS(finish(&g, id), "done"), "statement %lld: %.*s", (long long)k,
              STR_ARG(state_of(&g, id)));
        CHECK(fake_doubles() == 0 && fake_count(LEVEL_CAMPAIGN) == 1 &&
                  fake_count(LEVEL_ADGROUP) == 1 && fake_count(LEVEL_AD) == CREATIVES,
              "statement %lld: %d %d %d", (long long)k, fake_count(LEVEL_CAMPAIGN),
              fake_count(LEVEL_ADGROUP), fake_count(LEVEL_AD));
    }
    ground_end(&g);
}

/* --- the same wish again --- */

static void a_double_click_and_a_repeated_key_start_one_launch(struct database *database,
                                                               struct db *db)
{
    struct ground g;
    struct launch_wish wish;
    struct str a, b, c, d;
    bool added = true;

    begin(&g, database, db);
    wish = wish_of("manual");
    CHECK_OK(start(&g, &wish, &a) && start(&g, &wish, &b), g.err);
    CHECK(str_eq(a, b), "a double click made two");
    wish.daily_budget_micros = INT64_C(6000000000);
    CHECK_OK(start(&g, &wish, &c), g.err);
    CHECK(!str_eq(a, c), "another budget is another launch");
    wish.request_key = STR("key-1");
    CHECK_OK(start(&g, &wish, &c), g.err);
    CHECK(IS(finish(&g, c), "done"), "by key");
    clock_set_wall(clock_wall_ms() + DAY_MS);
    CHECK_OK(db_run(db, NULL, &g.err, "UPDATE directions SET is_active = 0 WHERE org_id = $1",
                    TEXT(g.org)),
             g.err);
    /* A day later, with the direction switched off: the key still means the first one. */
    CHECK_OK(launch_start(&g.app, db, g.arena, &wish, &d, &added, &g.err), g.err);
    CHECK(str_eq(c, d) && !added, "the key started another one");
    wish.daily_budget_micros = INT64_C(7000000000);
    CHECK(!launch_start(&g.app, db, g.arena, &wish, &d, &added, &g.err) &&
              g.err.kind == ERR_CONFLICT && IS(str(g.err.field), "Idempotency-Key"),
          "another wish under the key: %s", g.err.text);
    ground_end(&g);
}

static void the_same_wish_later_is_a_new_launch(struct database *database, struct db *db)
{
    struct ground g;
    struct str a, b;

    begin(&g, database, db);
    a = launch(&g, "manual");
    CHECK(IS(finish(&g, a), "done"), "the first");
    b = launch(&g, "manual");
    CHECK(!str_eq(a, b), "an hour later it is meant");
    ground_end(&g);
}

/* --- refused here --- */

static const struct {
    const char *what, *sql, *field;
    const char *mode;
} locals[] = {
    {"switched off", "UPDATE directions SET is_active = 0 WHERE org_id = $1", "", "manual"},
    {"no page", "UPDATE directions SET instant_page_id = '' WHERE org_id = $1", "page_id",
     "manual"},
    {"no identity", "UPDATE directions SET identity_id = '' WHERE org_id = $1",
     "tiktok_account_id", "manual"},
    {"no text", "UPDATE creatives SET ad_text = '' WHERE org_id = $1", "ad_text", "manual"},
    {"a failed creative", "UPDATE creatives SET status = 'failed' WHERE org_id = $1",
     "creative_ids", "manual"},
    {"a deleted creative", "UPDATE creatives SET deleted_ms = 1 WHERE org_id = $1",
     "creative_ids", "manual"},
    {"another direction's", "UPDATE creatives SET direction_id = 'else' WHERE org_id = $1",
     "creative_ids", "manual"},
    {"a small budget", "UPDATE directions SET daily_budget_micros = 1000000 WHERE org_id = $1",
     "daily_budget", "manual"},
    {"another currency", "UPDATE directions SET currency = 'USD' WHERE org_id = $1", "",
     "manual"},
    {"a lost place",
     "UPDATE directions SET settings = '{\"cities\":[\"Atlantis\"]}'"
     " WHERE org_id = $1",
     "locations", "manual"},
    {"a dead connection",
     "UPDATE ad_account_connections SET state = 'revoked' WHERE org_id = $1", "", "manual"},
};

static void
what_can_be_known_to_fail_is_refused_before_anything_is_sent(struct database *database,
                                                             struct db *db)
{
    for (size_t i = 0; i < countof(locals); i++) {
        struct ground g;
        struct launch_wish wish;
        struct db_value org;
        struct str id;

        begin(&g, database, db);
        org = TEXT(g.org);
        wish = wish_of(locals[i].mode);
        CHECK_OK(db_run_values(db, NULL, locals[i].sql, (struct db_values){&org, 1}, &g.err),
                 g.err);
        CHECK(!start(&g, &wish, &id) && strcmp(g.err.field, locals[i].field) == 0,
              "%s: field \"%s\", %s", locals[i].what, g.err.field, g.err.text);
        CHECK(fake.writes == 0 && IS(wishes(&g), "0/0/0"), "%s: something was sent or stored",
              locals[i].what);
        ground_end(&g);
    }
}

static void the_number_of_creatives_is_limited(struct database *database, struct db *db)
{
    struct ground g;
    struct launch_wish wish;
    struct str id;

    begin(&g, database, db);
    wish = wish_of("manual");
    wish.creative_ids = (struct strs){0};
    CHECK(!start(&g, &wish, &id) && strcmp(g.err.field, "creative_ids") == 0, "none");
    *strs_add(&wish.creative_ids, g.arena) = STR("creative-0");
    *strs_add(&wish.creative_ids, g.arena) = STR("creative-0");
    CHECK(!start(&g, &wish, &id) && strstr(g.err.text, "twice"), "%s", g.err.text);
    while (wish.creative_ids.n <= LIMIT_CREATIVES_PER_LAUNCH)
        *strs_add(&wish.creative_ids, g.arena) =
            str_fmt(g.arena, "creative-%zu", wish.creative_ids.n);
    CHECK(!start(&g, &wish, &id) && strcmp(g.err.field, "creative_ids") == 0, "21");
    ground_end(&g);
}

static void auto_takes_the_newest_five_that_can_run(struct database *database, struct db *db)
{
    struct ground g;
    struct launch_wish wish;
    struct str id;

    begin(&g, database, db);
    for (int i = 3; i < 9; i++) {
        clock_set_wall(clock_wall_ms() + 1000);
        creative(&g, str_fmt(g.arena, "creative-%d", i).p, i == 8 ? "failed" : "ready");
    }
    CHECK_OK(db_run(db, NULL, &g.err,
                    "UPDATE creatives SET ad_text = '' WHERE org_id = $1 AND creative_id ="
                    " 'creative-7'",
                    TEXT(g.org)),
             g.err);
    wish = wish_of("auto");
    wish.creative_ids = (struct strs){0};
    CHECK_OK(start(&g, &wish, &id), g.err);
    CHECK(IS(finish(&g, id), "done"), "%.*s", STR_ARG(state_of(&g, id)));
    CHECK(fake_count(LEVEL_AD) == 5, "%d ads", fake_count(LEVEL_AD));
    CHECK(IS(ground_ask(&g,
                        "SELECT COUNT(*) FROM ads WHERE org_id = $1 AND creative_id IN"
                        " ('creative-8', 'creative-7', 'creative-0')",
                        TEXT(g.org)),
             "0"),
          "a failed, a textless or an old one was taken");
    CHECK_OK(db_run(db, NULL, &g.err,
                    "UPDATE creatives SET status = 'failed' WHERE org_id = $1", TEXT(g.org)),
             g.err);
    clock_set_wall(clock_wall_ms() + HOUR_MS);
    CHECK(!start(&g, &wish, &id) && g.err.kind == ERR_CONFLICT && *g.err.hint, "%s",
          g.err.text);
    ground_end(&g);
}

/* --- prepared ad groups --- */

static struct str prepare(struct ground *g, int ads, bool enabled)
{
    struct fake_object *group;
    struct str id;

    if (!fake_count(LEVEL_CAMPAIGN)) {
        struct fake_object *campaign =
            fake_add(LEVEL_CAMPAIGN, STR("Prepared campaign"), STR(""), STR(""), true);

        memcpy(campaign->campaign, campaign->id, sizeof campaign->campaign);
        CHECK_OK(db_run(g->db, NULL, &g->err,
                        "UPDATE directions SET campaign_id = $2 WHERE org_id = $1",
                        TEXT(g->org), TEXT(str(campaign->id))),
                 g->err);
    }
    group = fake_add(LEVEL_ADGROUP, str_fmt(g->arena, "Prepared %d", fake.next_id),
                     str(fake.objects[0].id), str(fake.objects[0].id), enabled);
    id = str_dup(g->arena, str(group->id));
    for (int i = 0; i < ads; i++)
        fake_add(LEVEL_AD, str_fmt(g->arena, "old ad %d", fake.next_id), id,
                 str(fake.objects[0].id), true);
    return id;
}

static void use_existing_takes_the_emptiest_disabled_group_with_room(struct database *database,
                                                                     struct db *db)
{
    struct ground g;
    struct str full, running, nearly, best, id;
    int before;

    begin(&g, database, db);
    g.conf.ads_per_adgroup = 6;
    direction = add_direction(&g, "Prepared", "use_existing");
    CHECK_OK(db_run(db, NULL, &g.err,
                    "UPDATE creatives SET direction_id = $2 WHERE org_id = $1", TEXT(g.org),
                    TEXT(direction)),
             g.err);
    full = prepare(&g, 4, false); /* 4 + 3 > 6 */
    running = prepare(&g, 0, true);
    nearly = prepare(&g, 3, false);
    best = prepare(&g, 2, false);
    (void)full, (void)running, (void)nearly;
    before = fake_count(LEVEL_ADGROUP);
    id = launch(&g, "auto");
    CHECK(IS(finish(&g, id), "done"), "%.*s", STR_ARG(state_of(&g, id)));
    CHECK(str_eq(json_text(output_of(&g, id), "adgroup_id", STR("")), best) &&
              IS(json_text(output_of(&g, id), "mode", STR("")), "use_existing"),
          "took %.*s", STR_ARG(json_text(output_of(&g, id), "adgroup_id", STR(""))));
    CHECK(fake_count(LEVEL_ADGROUP) == before && fake_count(LEVEL_CAMPAIGN) == 1,
          "something new was made");
    CHECK(fake_find(LEVEL_ADGROUP, best)->enabled, "it was not enabled");
    CHECK(IS(ground_ask(&g,
                        "SELECT ads_count FROM adgroups WHERE org_id = $1 AND adgroup_id = $2",
                        TEXT(g.org), TEXT(best)),
             "5"),
          "its count was not raised");
    /* The next one takes the next. */
    id = launch(&g, "auto");
    CHECK(IS(finish(&g, id), "done") &&
              str_eq(json_text(output_of(&g, id), "adgroup_id", STR("")), nearly),
          "the second");
    id = launch(&g, "auto");
    CHECK(IS(finish(&g, id), "undone"), "no room is left: %.*s", STR_ARG(state_of(&g, id)));
    CHECK(IS(ground_ask(&g,
                        "SELECT COUNT(*) FROM workflows WHERE org_id = $1 AND workflow_id = $2"
                        " AND error_json LIKE '%no prepared ad group%'",
                        TEXT(g.org), TEXT(id)),
             "1"),
          "says what is missing");
    ground_end(&g);
}

static void a_refused_launch_gives_the_prepared_group_back(struct database *database,
                                                           struct db *db)
{
    struct ground g;
    struct str group, id;

    begin(&g, database, db);
    direction = add_direction(&g, "Prepared", "use_existing");
    CHECK_OK(db_run(db, NULL, &g.err,
                    "UPDATE creatives SET direction_id = $2 WHERE org_id = $1", TEXT(g.org),
                    TEXT(direction)),
             g.err);
    group = prepare(&g, 1, false);
    fake_fail(2 * CREATIVES + CREATIVES + 1, FAKE_REFUSED, 40002); /* enabling it */
    id = launch(&g, "manual");
    CHECK(IS(finish(&g, id), "undone"), "%.*s", STR_ARG(state_of(&g, id)));
    CHECK(!fake_find(LEVEL_ADGROUP, group)->enabled, "left enabled");
    CHECK(fake_count_enabled(LEVEL_AD) == 1, "%d ads are on", fake_count_enabled(LEVEL_AD));
    CHECK(IS(ground_ask(&g,
                        "SELECT ads_count FROM adgroups WHERE org_id = $1 AND adgroup_id = $2",
                        TEXT(g.org), TEXT(group)),
             "1"),
          "its count");
    ground_end(&g);
}

/* --- paused, published, paused again --- */

static void a_paused_launch_is_published_in_one_step(struct database *database, struct db *db)
{
    struct ground g;
    struct launch_wish wish;
    struct str id, publishing, other;

    begin(&g, database, db);
    wish = wish_of("manual");
    wish.start_paused = true;
    CHECK_OK(start(&g, &wish, &id), g.err);
    CHECK(!launch_publish(db, g.arena, id, STR("t"), &other, &g.err) &&
              g.err.kind == ERR_CONFLICT,
          "published before it was made");
    CHECK(IS(finish(&g, id), "done"), "%.*s", STR_ARG(state_of(&g, id)));
    CHECK(fake_count_enabled(LEVEL_CAMPAIGN) == 0 && fake_count_enabled(LEVEL_ADGROUP) == 0,
          "it started by itself");
    CHECK_OK(launch_publish(db, g.arena, id, STR("t"), &publishing, &g.err), g.err);
    CHECK(IS(finish(&g, publishing), "done"), "%.*s", STR_ARG(state_of(&g, publishing)));
    CHECK(fake_count_enabled(LEVEL_CAMPAIGN) == 1 && fake_count_enabled(LEVEL_ADGROUP) == 1 &&
              strcmp(fake.enabled_order, "adgroup campaign ") == 0,
          "%s", fake.enabled_order);
    ground_end(&g);
}

static void pausing_is_stored_sent_and_read_back(struct database *database, struct db *db)
{
    static const enum fake_fault faults[] = {FAKE_NONE, FAKE_LOST_BEFORE, FAKE_LOST_AFTER,
                                             FAKE_BUSY};
    struct ground g;
    struct launch_status_wish wish = {.level = LEVEL_CAMPAIGN, .actor = STR("user:u1")};

    begin(&g, database, db);
    CHECK(IS(finish(&g, launch(&g, "manual")), "done"), "launch");
    wish.id = str_dup(g.arena, str(fake.objects[0].id));
    CHECK_OK(launch_owner_of(db, g.arena, LEVEL_CAMPAIGN, wish.id, &wish.ad_account_id, &g.err),
             g.err);
    CHECK(str_eq(wish.ad_account_id, account), "whose campaign it is");
    for (size_t i = 0; i < countof(faults); i++) {
        struct str id;

        wish.enabled = !wish.enabled ? fake.objects[0].enabled == false : false;
        bool wanted = wish.enabled;
        fake_fail(1, faults[i], 0);
        CHECK_OK(launch_ask_status(db, g.arena, &wish, &id, &g.err), g.err);
        CHECK(IS(finish(&g, id), "done"), "fault %d: %.*s", (int)faults[i],
              STR_ARG(state_of(&g, id)));
        CHECK(fake.objects[0].enabled == wanted, "fault %d: not as wished", (int)faults[i]);
        CHECK(IS(ground_ask(&g, "SELECT status FROM campaigns WHERE org_id = $1", TEXT(g.org)),
                 wanted ? "enabled" : "disabled"),
              "our row");
        CHECK(IS(ground_ask(&g,
                            "SELECT COUNT(*) FROM workflow_steps WHERE org_id = $1"
                            " AND workflow_id = $2 AND request LIKE"
                            " '%campaign/status/update/%' AND result LIKE '%status%'",
                            TEXT(g.org), TEXT(id)),
                 "1"),
              "request and value read back");
    }
    ground_end(&g);
}

static void a_preview_lists_the_calls_and_sends_nothing(struct database *database,
                                                        struct db *db)
{
    struct ground g;
    struct launch_wish wish;
    struct str text;
    const struct json *json, *calls;
    int creates = 0;

    begin(&g, database, db);
    wish = wish_of("manual");
    CHECK_OK(launch_preview(&g.app, db, g.arena, &wish, clock_wall_ms(), &text, &g.err), g.err);
    CHECK_OK(json_parse(g.arena, text, &json, &g.err), g.err);
    calls = json_at(json, "calls");
    for (size_t i = 0; i < json_count(calls); i++)
        creates += str_has(json_text(json_item(calls, i), "path", STR("")), STR("/create/"));
    CHECK(creates == 2 + CREATIVES && json_count(calls) == 2 + WRITES,
          "%d creates of %zu calls", creates, json_count(calls));
    int64_t daily = 0;
    CHECK(json_int(json, "estimated_spend.daily_micros", &daily) &&
              daily == INT64_C(5000000000) &&
              IS(json_text(json, "estimated_spend.currency", STR("")), "KZT"),
          "the spend");
    CHECK(fake.writes == 0 && IS(wishes(&g), "0/0/0"), "something was sent or stored");
    ground_end(&g);
}

/* --- orgs --- */

static void one_org_never_reaches_anothers_launch(struct database *database, struct db *db)
{
    struct ground g;
    struct launch_wish wish;
    struct workflow_view view = {0};
    struct launch_views list = {0};
    struct str id, owner, stolen;

    begin(&g, database, db);
    id = launch(&g, "manual");
    CHECK(IS(finish(&g, id), "done"), "launch");
    db_scope(db, g.other);
    CHECK(!launch_get(db, g.arena, id, &view, &g.err) && g.err.kind == ERR_NOT_FOUND, "read");
    CHECK_OK(launch_list(db, g.arena, 0, STR(""), 10, &list, &g.err) && list.n == 0, g.err);
    CHECK(!launch_publish(db, g.arena, id, STR("x"), &stolen, &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "published");
    CHECK_OK(
        launch_owner_of(db, g.arena, LEVEL_CAMPAIGN, str(fake.objects[0].id), &owner, &g.err),
        g.err);
    CHECK(!owner.n, "owns another org's campaign");
    wish = wish_of("manual");
    CHECK(!start(&g, &wish, &stolen) && g.err.kind == ERR_NOT_FOUND, "launched: %s",
          g.err.text);
    ground_end(&g);
}

int main(void)
{
    char command[80];

    log_setup(getenv("TEST_LOG") ? LOG_DEBUG : LOG_ERROR + 1, 0);
    if (!mkdtemp(folder))
        return 1;
    write_poster();
    RUN_ON_DATABASES(a_launch_makes_everything_disabled_and_enables_it_last);
    RUN_ON_DATABASES(the_second_launch_adds_an_ad_group_to_the_campaign);
    RUN_ON_DATABASES(a_video_in_processing_is_waited_for);
    RUN_ON_DATABASES(whatever_write_loses_its_answer_nothing_is_made_twice);
    RUN_ON_DATABASES(a_refusal_undoes_what_was_made_and_is_kept_verbatim);
    RUN_ON_DATABASES(one_refused_ad_does_not_stop_the_others_and_all_refused_do);
    RUN_ON_DATABASES(a_dead_token_ends_the_launch_and_the_connection);
    RUN_ON_DATABASES(what_cannot_be_reached_for_long_is_given_up_and_said_so);
    RUN_ON_DATABASES(starting_is_everything_or_nothing);
    RUN_ON_DATABASES(whatever_statement_fails_the_launch_ends_well_and_single);
    RUN_ON_DATABASES(a_double_click_and_a_repeated_key_start_one_launch);
    RUN_ON_DATABASES(the_same_wish_later_is_a_new_launch);
    RUN_ON_DATABASES(what_can_be_known_to_fail_is_refused_before_anything_is_sent);
    RUN_ON_DATABASES(the_number_of_creatives_is_limited);
    RUN_ON_DATABASES(auto_takes_the_newest_five_that_can_run);
    RUN_ON_DATABASES(use_existing_takes_the_emptiest_disabled_group_with_room);
    RUN_ON_DATABASES(a_refused_launch_gives_the_prepared_group_back);
    RUN_ON_DATABASES(a_paused_launch_is_published_in_one_step);
    RUN_ON_DATABASES(pausing_is_stored_sent_and_read_back);
    RUN_ON_DATABASES(a_preview_lists_the_calls_and_sends_nothing);
    RUN_ON_DATABASES(one_org_never_reaches_anothers_launch);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0)
        return 1;
    return test_report();
}
