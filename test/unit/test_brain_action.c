/* brain/action: changes that are made once, whole, and can be taken back. */
#include "fake_platform.h"

#include "auth/audit.h"
#include "auth/stop.h"
#include "brain/brain.h"

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

static void wish(struct arena *arena, struct action_wishes *wishes, const char *json)
{
    const struct json *v;
    struct err err = {0};

    CHECK(json_parse(arena, str(json), &v, &err) &&
              action_parse(arena, v, wishes->n, action_wishes_add(wishes, arena), &err),
          "%s", err.text);
}

static bool add_as(struct db *db, struct arena *arena, const char *key, const char *source,
                   const struct action_wishes *wishes, struct str *batch_id, bool *added,
                   struct err *err)
{
    struct ad_connection c = fake_connection(db, arena);
    struct action_batch batch = {
        .idempotency_key = str(key),
        .fingerprint = str_fmt(arena, "print of " STR_FMT, STR_ARG(wishes->at[0].params)),
        .source = str(source),
        .actor = STR("user:u1"),
    };

    return action_batch_add(&fake_app, db, arena, &c, &batch, wishes, batch_id, added, err);
}

static bool add(struct db *db, struct arena *arena, const char *key,
                const struct action_wishes *wishes, struct str *batch_id, struct err *err)
{
    bool added;

    return add_as(db, arena, key, "api", wishes, batch_id, &added, err);
}

/* Ask for one action; its id. */
static struct str ask(struct db *db, struct arena *arena, const char *key, const char *json)
{
    struct action_wishes wishes = {0};
    struct action_batch_row batch;
    struct actions actions = {0};
    struct str batch_id;
    struct err err = {0};

    wish(arena, &wishes, json);
    bool ok = add(db, arena, key, &wishes, &batch_id, &err) &&
              action_batch_get(db, arena, batch_id, &batch, &actions, &err);
    CHECK_OK(ok, err);
    return ok ? actions.at[0].id : STR("");
}

static struct action get(struct db *db, struct arena *arena, struct str id)
{
    struct action a = {0};
    struct err err = {0};

    CHECK_OK(action_get(db, arena, id, &a, &err), err);
    return a;
}

static int64_t count(struct db *db, struct arena *arena, const char *what)
{
    struct db_rows rows;
    struct err err = {0};
    int64_t n = -1;

    if (!strcmp(what, "batches"))
        db_select(db, arena, &rows, "SELECT count(*) FROM action_batches WHERE org_id = $1",
                  TEXT(fake_org));
    else if (!strcmp(what, "actions"))
        db_select(db, arena, &rows, "SELECT count(*) FROM actions WHERE org_id = $1",
                  TEXT(fake_org));
    else if (!strcmp(what, "jobs"))
        db_select(db, arena, &rows, "SELECT count(*) FROM jobs WHERE org_id = $1",
                  TEXT(fake_org));
    else
        db_select(db, arena, &rows, "SELECT count(*) FROM audit_log WHERE org_id = $1",
                  TEXT(fake_org));
    if (db_next(&rows))
        n = db_int(&rows, 0);
    CHECK_OK(db_done(&rows, &err), err);
    return n;
}

/* Our row of an ad group. */
static struct str group_row(struct db *db, struct arena *arena, const char *id)
{
    struct db_rows rows;
    struct err err = {0};
    struct str row = {0};

    db_select(db, arena, &rows,
              "SELECT status, daily_budget_micros FROM adgroups"
              " WHERE org_id = $1 AND platform = 'tiktok' AND adgroup_id = $2",
              TEXT(fake_org), TEXT(str(id)));
    if (db_next(&rows))
        row = str_fmt(arena, STR_FMT " %lld", STR_ARG(db_text(&rows, 0)),
                      (long long)(db_int(&rows, 1) / U));
    CHECK_OK(db_done(&rows, &err), err);
    return row;
}

#define PAUSE_G1  "{\"type\":\"TikTok.PauseAdGroup\",\"params\":{\"adgroup_id\":\"g1\"}}"
#define RESUME_G2 "{\"type\":\"TikTok.ResumeAdGroup\",\"params\":{\"adgroup_id\":\"g2\"}}"
#define BUDGET(id, units)                                                                      \
    "{\"type\":\"UpdateAdGroupBudget\",\"params\":{\"adgroup_id\":\"" id                       \
    "\",\"new_budget\":" units "}}"

#define BEGIN                                                                                  \
    struct arena *arena = arena_new("test");                                                   \
    fake_start(database, db, arena)
#define END arena_free(arena)

/* --- reading ----------------------------------------------------------------------------- */

static const struct {
    const char *json, *type, *field; /* field of the error; NULL = fine */
} requests[] = {
    {PAUSE_G1, "TikTok.PauseAdGroup", NULL},
    {"{\"type\":\"PauseAdGroup\",\"params\":{\"adgroup_id\":\"g1\"}}", "TikTok.PauseAdGroup",
     NULL},
    {"{\"type\":\"GetCampaignStatus\",\"params\":{\"campaign_id\":7}}",
     "TikTok.GetCampaignStatus", NULL},
    {"{\"type\":\"TikTok.Direction.CreateAdGroupWithCreatives\",\"params\":{\"direction_id\":"
     "\"d\","
     "\"user_creative_ids\":[\"01234567-89ab-7def-8123-456789abcdef\"],\"daily_budget\":5000}}",
     "Direction.CreateAdGroupWithCreatives", NULL},
    {"7", NULL, "actions[3]"},
    {"{\"params\":{}}", NULL, "actions[3].type"},
    {"{\"type\":\"Drop\",\"params\":{}}", NULL, "actions[3].type"},
    {"{\"type\":\"PauseAd\"}", NULL, "actions[3].params"},
    {"{\"type\":\"PauseAd\",\"params\":{}}", NULL, "actions[3].params.ad_id"},
    {"{\"type\":\"PauseAd\",\"params\":{\"ad_id\":\"1\",\"also\":1}}", NULL,
     "actions[3].params.also"},
    {BUDGET("g1", "0"), NULL, "actions[3].params.new_budget"},
    {BUDGET("g1", "-5"), NULL, "actions[3].params.new_budget"},
    {BUDGET("g1", "\"much\""), NULL, "actions[3].params.new_budget"},
    {"{\"type\":\"UpdateAdGroupBudget\",\"params\":{\"adgroup_id\":\"g1\"}}", NULL,
     "actions[3].params.new_budget"},
    {"{\"type\":\"Direction.CreateAdGroupWithCreatives\",\"params\":{\"direction_id\":\"d\"}}",
     NULL, "actions[3].params.user_creative_ids"},
    {"{\"type\":\"Direction.CreateAdGroupWithCreatives\",\"params\":{\"direction_id\":\"d\","
     "\"user_creative_ids\":[\"../x\"]}}",
     NULL, "actions[3].params.user_creative_ids"},
};

static void reads_the_nine_types_and_names_what_is_wrong(void)
{
    for (size_t i = 0; i < countof(requests); i++) {
        struct arena *arena = arena_new("test");
        const struct json *v;
        struct action_wish w;
        struct err err = {0};
        CHECK(json_parse(arena, str(requests[i].json), &v, &err), "%s", err.text);
        bool ok = action_parse(arena, v, 3, &w, &err);
        CHECK(ok == !requests[i].field, "%s", requests[i].json);
        CHECK(!ok || !strcmp(w.kind->type, requests[i].type), "%s", requests[i].json);
        CHECK(ok || !strcmp(err.field, requests[i].field), "%s: %s", requests[i].json,
              err.field);
        arena_free(arena);
    }
}

/* --- asking ---------------------------------------------------------------------------------
 */

static void a_key_has_one_effect_and_one_answer(struct database *database, struct db *db)
{
    struct action_wishes pause = {0}, other = {0};
    struct str first, second;
    struct err err = {0};
    bool added;

    BEGIN;
    wish(arena, &pause, PAUSE_G1);
    wish(arena, &other, BUDGET("g1", "11000"));
    CHECK_OK(add_as(db, arena, "key-1", "api", &pause, &first, &added, &err), err);
    CHECK(added, "first time");
    CHECK_OK(add_as(db, arena, "key-1", "api", &pause, &second, &added, &err), err);
    CHECK(!added && str_eq(first, second), "the same batch");
    run_jobs(database, db);
    /* Also when the world has changed since: the answer is about the first time. */
    CHECK_OK(add_as(db, arena, "key-1", "api", &pause, &second, &added, &err), err);
    CHECK(!added && str_eq(first, second), "still the same");
    CHECK(count(db, arena, "batches") == 1 && count(db, arena, "actions") == 1, "one effect");
    CHECK(fake.writes == 1, "%d writes", fake.writes);
    CHECK(!add(db, arena, "key-1", &other, &second, &err) && err.kind == ERR_CONFLICT &&
              !strcmp(err.field, "idempotencyKey"),
          "another request: %s", err.text);
    END;
}

static const struct {
    const char *name, *json, *field;
    enum err_kind kind;
} refused[] = {
    {"an object that nobody has", "{\"type\":\"PauseAd\",\"params\":{\"ad_id\":\"nope\"}}",
     "actions[1].params.ad_id", ERR_NOT_FOUND},
    {"a group given as a campaign",
     "{\"type\":\"PauseCampaign\",\"params\":{\"campaign_id\":\"g1\"}}",
     "actions[1].params.campaign_id", ERR_NOT_FOUND},
    {"below the minimum", BUDGET("g1", "2000"), "actions[1].params.new_budget", ERR_CONFLICT},
    {"beyond the step of a day", BUDGET("g1", "13001"), "actions[1].params.new_budget",
     ERR_CONFLICT},
    {"no whole unit", BUDGET("g1", "11000.5"), "actions[1].params.new_budget", ERR_CONFLICT},
    {"a creative of nobody",
     "{\"type\":\"Direction.CreateAdGroupWithCreatives\",\"params\":{\"direction_id\":\"$d\","
     "\"user_creative_ids\":[\"01234567-89ab-7def-8123-456789abcdef\"],\"daily_budget\":5000}}",
     "actions[1].params.user_creative_ids", ERR_NOT_FOUND},
};

static void one_fault_refuses_the_whole_request(struct database *database, struct db *db)
{
    BEGIN;
    for (size_t i = 0; i < countof(refused); i++) {
        struct action_wishes wishes = {0};
        struct err err = {0};
        struct str id;
        const char *d = strstr(refused[i].json, "$d");
        struct str json = str(refused[i].json);
        if (d)
            json = str_fmt(arena, "%.*s" STR_FMT "%s", (int)(d - refused[i].json),
                           refused[i].json, STR_ARG(fake_direction), d + 2);
        wish(arena, &wishes, PAUSE_G1);
        wish(arena, &wishes, str_c(arena, json));
        CHECK(!add(db, arena, "key-1", &wishes, &id, &err), "%s", refused[i].name);
        CHECK(err.kind == refused[i].kind && !strcmp(err.field, refused[i].field), "%s: %s: %s",
              refused[i].name, err.field, err.text);
    }
    CHECK(count(db, arena, "batches") == 0 && count(db, arena, "jobs") == 0,
          "nothing is half done");
    END;
}

static void caps_bind_resumes_and_sums(struct database *database, struct db *db)
{
    struct action_wishes resume = {0}, both = {0};
    struct err err = {0};
    struct str id;

    BEGIN;
    CHECK_OK(db_run(db, NULL, &err,
                    "UPDATE directions SET daily_budget_micros = $2 WHERE org_id = $1",
                    TEXT(fake_org), INT(15000 * U)),
             err);
    wish(arena, &resume, RESUME_G2);
    CHECK(!add(db, arena, "key-1", &resume, &id, &err) && err.kind == ERR_CONFLICT,
          "20 000 of 15 000");
    CHECK(str_has(str(err.text), STR("direction_cap")), "%s", err.text);
    /* In one request the order counts: what the first frees the second may take. */
    wish(arena, &both, PAUSE_G1);
    wish(arena, &both, RESUME_G2);
    CHECK_OK(add(db, arena, "key-2", &both, &id, &err), err);
    run_jobs(database, db);
    CHECK(str_eq(group_row(db, arena, "g1"), STR("disabled 10000")), "g1 stopped");
    CHECK(str_eq(group_row(db, arena, "g2"), STR("enabled 10000")), "g2 runs");
    END;
}

static void another_org_finds_nothing(struct database *database, struct db *db)
{
    struct action_wishes wishes = {0};
    struct actions actions = {0};
    struct action_batch_row batch;
    struct action a;
    struct str id, undo;
    struct err err = {0};

    BEGIN;
    struct str action_id = ask(db, arena, "key-1", PAUSE_G1);
    struct str batch_id = get(db, arena, action_id).batch_id;
    run_jobs(database, db);
    struct str owner = fake_org;
    fake_org = id_new(arena), fake_account = id_new(arena), fake_direction = id_new(arena);
    db_scope(db, fake_org);
    fake_rows(db, arena, STR("Asia/Almaty"));
    wish(arena, &wishes, RESUME_G2);
    CHECK(!add(db, arena, "key-2", &wishes, &id, &err) && err.kind == ERR_NOT_FOUND,
          "its group");
    CHECK(!action_get(db, arena, action_id, &a, &err) && err.kind == ERR_NOT_FOUND,
          "its action");
    CHECK(!action_batch_get(db, arena, batch_id, &batch, &actions, &err) &&
              err.kind == ERR_NOT_FOUND,
          "its batch");
    CHECK(!action_undo(&fake_app, db, arena, action_id, STR("user:u2"), &undo, &err) &&
              err.kind == ERR_NOT_FOUND,
          "its undo");
    fake_org = owner;
    END;
}

/* --- carrying out
 * ------------------------------------------------------------------------------ */

static void a_change_keeps_before_request_answer_and_after(struct database *database,
                                                           struct db *db)
{
    struct audit_lines lines = {0};
    struct err err = {0};

    BEGIN;
    struct str pause = ask(db, arena, "key-1", PAUSE_G1);
    struct str budget = ask(db, arena, "key-2", BUDGET("g1", "12500"));
    struct str read =
        ask(db, arena, "key-3",
            "{\"type\":\"GetCampaignStatus\",\"params\":{\"campaign_id\":\"c1\"}}");
    run_jobs(database, db);
    struct action a = get(db, arena, pause);
    CHECK(str_eq(a.state, STR("done")), STR_FMT " " STR_FMT, STR_ARG(a.state),
          STR_ARG(a.error));
    CHECK(str_has(a.before, STR("\"status\":\"enabled\"")), STR_FMT, STR_ARG(a.before));
    CHECK(str_has(a.request, STR("\"path\":\"status/\"")), STR_FMT, STR_ARG(a.request));
    CHECK(str_has(a.answer, STR("\"ok\":true")), STR_FMT, STR_ARG(a.answer));
    CHECK(str_has(a.after, STR("\"status\":\"disabled\"")), STR_FMT, STR_ARG(a.after));
    CHECK(str_has(get(db, arena, budget).after, STR("\"budget_micros\":12500000000")),
          "budget");
    CHECK(str_eq(get(db, arena, read).state, STR("done")) && !get(db, arena, read).request.n,
          "a reading sends nothing");
    CHECK(str_eq(group_row(db, arena, "g1"), STR("disabled 12500")), "our row follows");
    CHECK(fake.writes == 2, "%d writes", fake.writes);
    CHECK_OK(audit_list(db, arena, &(struct audit_filter){0}, 10, &lines, &(int64_t){0}, &err),
             err);
    CHECK(lines.n == 3 && str_eq(lines.at[2].action, STR("adgroup.pause")) &&
              str_eq(lines.at[2].actor, STR("user:u1")) &&
              str_eq(lines.at[2].before, a.before) && str_eq(lines.at[2].after, a.after),
          "%zu audit lines", lines.n);
    /* What is so already is left so. */
    fake.writes = 0;
    struct str again = ask(db, arena, "key-4", PAUSE_G1);
    run_jobs(database, db);
    CHECK(str_eq(get(db, arena, again).state, STR("done")) && fake.writes == 0, "unchanged");
    END;
}

static void a_refusal_keeps_the_platforms_words_and_stops_nothing(struct database *database,
                                                                  struct db *db)
{
    struct action_wishes wishes = {0};
    struct actions actions = {0};
    struct action_batch_row batch;
    struct str id;
    struct err err = {0};

    BEGIN;
    wish(arena, &wishes, BUDGET("g1", "12000"));
    wish(arena, &wishes, PAUSE_G1);
    CHECK_OK(add(db, arena, "key-1", &wishes, &id, &err), err);
    fake.refuse_code = 40002;
    run_jobs(database, db);
    CHECK_OK(action_batch_get(db, arena, id, &batch, &actions, &err), err);
    CHECK(str_eq(batch.state, STR("done")), "the batch is over");
    for (size_t i = 0; i < 2; i++) {
        CHECK(str_eq(actions.at[i].state, STR("refused")), "%zu", i);
        CHECK(str_has(actions.at[i].error, STR("\"platform_code\":40002")) &&
                  str_has(actions.at[i].error, STR("Budget is too low")),
              STR_FMT, STR_ARG(actions.at[i].error));
    }
    CHECK(fake.writes == 2, "the second was tried too");
    CHECK(str_eq(group_row(db, arena, "g1"), STR("enabled 10000")), "nothing changed");
    END;
}

static void a_lost_answer_is_read_back_never_repeated(struct database *database, struct db *db)
{
    BEGIN;
    fake.lose_after = 1;
    struct str id = ask(db, arena, "key-1", BUDGET("g1", "12000"));
    run_jobs(database, db);
    struct action a = get(db, arena, id);
    CHECK(str_eq(a.state, STR("done")) && fake.writes == 1, STR_FMT " after %d writes",
          STR_ARG(a.state), fake.writes);
    CHECK(str_has(a.answer, STR("read_back")), STR_FMT, STR_ARG(a.answer));
    END;
}

static void a_lost_request_is_repeated_only_when_it_is_proven(struct database *database,
                                                              struct db *db)
{
    BEGIN;
    fake.lose_before = 1;
    struct str id = ask(db, arena, "key-1", BUDGET("g1", "12000"));
    run_jobs(database, db);
    CHECK(str_eq(get(db, arena, id).state, STR("uncertain")), "one reading proves nothing");
    CHECK(fake.writes == 1, "not repeated yet");
    run_jobs(database, db);
    CHECK(fake.writes == 1, "nor at once");
    later(database, db, 5000);
    struct action a = get(db, arena, id);
    CHECK(str_eq(a.state, STR("done")) && a.sends == 2 && fake.writes == 2,
          STR_FMT " after %d writes", STR_ARG(a.state), fake.writes);
    END;
}

static void a_late_effect_is_not_doubled(struct database *database, struct db *db)
{
    BEGIN;
    fake.lose_before = 1;
    struct str id = ask(db, arena, "key-1", PAUSE_G1);
    run_jobs(database, db);
    fake_set_status("g1", "disabled"); /* it was only slow */
    later(database, db, 5000);
    CHECK(str_eq(get(db, arena, id).state, STR("done")) && fake.writes == 1, "%d writes",
          fake.writes);
    END;
}

static void what_never_arrives_fails_in_the_end(struct database *database, struct db *db)
{
    BEGIN;
    fake.lose_before = 100;
    struct str id = ask(db, arena, "key-1", PAUSE_G1);
    for (int i = 0; i < 8; i++)
        later(database, db, 6000);
    struct action a = get(db, arena, id);
    CHECK(str_eq(a.state, STR("failed")) && fake.writes == 3, STR_FMT " after %d writes",
          STR_ARG(a.state), fake.writes);
    END;
}

static void a_busy_platform_is_asked_again(struct database *database, struct db *db)
{
    BEGIN;
    fake.busy = 1;
    struct str id = ask(db, arena, "key-1", PAUSE_G1);
    run_jobs(database, db);
    CHECK(str_eq(get(db, arena, id).state, STR("waiting")), "it did not arrive");
    later(database, db, 600000);
    CHECK(str_eq(get(db, arena, id).state, STR("done")) && fake.writes == 2, "%d", fake.writes);
    END;
}

static void a_worker_that_died_while_sending_is_read_back(struct database *database,
                                                          struct db *db)
{
    struct err err = {0};

    for (int acted = 0; acted < 2; acted++) {
        BEGIN;
        struct str id = ask(db, arena, "key-1", PAUSE_G1);
        CHECK_OK(db_run(db, NULL, &err,
                        "UPDATE actions SET state = 'sending', sends = 1, request = '{}'"
                        " WHERE org_id = $1",
                        TEXT(fake_org)),
                 err);
        if (acted)
            fake_set_status("g1", "disabled");
        run_jobs(database, db);
        CHECK(str_eq(get(db, arena, id).state, acted ? STR("done") : STR("uncertain")) &&
                  fake.writes == 0,
              "acted %d: %d writes", acted, fake.writes);
        later(database, db, 5000);
        CHECK(str_eq(get(db, arena, id).state, STR("done")) && fake.writes == !acted,
              "acted %d: %d writes", acted, fake.writes);
        END;
    }
}

static void a_dead_token_fails_and_is_noticed(struct database *database, struct db *db)
{
    struct ad_connection c;
    struct err err = {0};

    BEGIN;
    fake.deny = 1;
    struct str id = ask(db, arena, "key-1", PAUSE_G1);
    run_jobs(database, db);
    CHECK(str_eq(get(db, arena, id).state, STR("failed")), "failed");
    CHECK(!ad_account_resolve(db, arena, STR(""), STR("tiktok"), &c, &err) &&
              err.kind == ERR_CONFLICT,
          "revoked");
    END;
}

static void a_disconnected_account_fails_what_waits(struct database *database, struct db *db)
{
    struct err err = {0};

    BEGIN;
    struct str id = ask(db, arena, "key-1", PAUSE_G1);
    CHECK_OK(
        db_run(db, NULL, &err,
               "UPDATE ad_account_connections SET state = 'disconnected' WHERE org_id = $1",
               TEXT(fake_org)),
        err);
    run_jobs(database, db);
    CHECK(str_eq(get(db, arena, id).state, STR("failed")) && fake.writes == 0, "failed");
    END;
}

static void guardrails_are_asked_again_when_it_is_sent(struct database *database, struct db *db)
{
    struct err err = {0};

    BEGIN;
    struct str id = ask(db, arena, "key-1", BUDGET("g1", "12000"));
    CHECK_OK(db_run(db, NULL, &err,
                    "UPDATE directions SET daily_budget_micros = $2 WHERE org_id = $1",
                    TEXT(fake_org), INT(11000 * U)),
             err);
    run_jobs(database, db);
    struct action a = get(db, arena, id);
    CHECK(str_eq(a.state, STR("refused")) && str_has(a.error, STR("direction_cap")) &&
              fake.writes == 0,
          STR_FMT " " STR_FMT, STR_ARG(a.state), STR_ARG(a.error));
    END;
}

/* Ask as the autopilot does; the id of the one action. */
static struct str ask_judged(struct db *db, struct arena *arena, const char *key,
                             const char *json)
{
    struct action_wishes wishes = {0};
    struct action_batch_row batch;
    struct actions actions = {0};
    struct str batch_id;
    struct err err = {0};
    bool added;

    wish(arena, &wishes, json);
    CHECK_OK(add_as(db, arena, key, "brain", &wishes, &batch_id, &added, &err) &&
                 action_batch_get(db, arena, batch_id, &batch, &actions, &err),
             err);
    return actions.at[0].id;
}

static void
the_emergency_stop_holds_what_is_automatic_and_nobody_else(struct database *database,
                                                           struct db *db)
{
    BEGIN;
    struct err err = {0};
    struct autopilot_stop stop;
    struct action_filter filter = {.limit = 10};
    struct action_showns inbox = {0};
    bool changed;

    struct str automatic = ask_judged(db, arena, "brain1", PAUSE_G1);
    CHECK_OK(autopilot_stop_set(db, arena, true, STR("too fast"), STR("user:u1"),
                                clock_wall_ms(), &changed, &err) &&
                 changed,
             err);
    CHECK_OK(autopilot_stop_set(db, arena, true, STR("again"), STR("user:u2"), clock_wall_ms(),
                                &changed, &err) &&
                 !changed && autopilot_stop_get(db, arena, &stop, &err),
             err);
    CHECK(stop.on && str_eq(stop.text, STR("too fast")) && str_eq(stop.actor, STR("user:u1")),
          "the first stop stands");
    run_jobs(database, db);
    struct action held = get(db, arena, automatic);
    CHECK(str_eq(held.state, STR("refused")) && str_has(held.error, STR("stopped")) &&
              held.sends == 0,
          STR_FMT " " STR_FMT, STR_ARG(held.state), STR_ARG(held.error));
    struct str asked = ask(db, arena, "person1", PAUSE_G1);
    run_jobs(database, db);
    CHECK(str_eq(get(db, arena, asked).state, STR("done")), "a person is not held");
    CHECK_OK(autopilot_stop_set(db, arena, false, STR(""), STR("user:u1"), clock_wall_ms(),
                                &changed, &err) &&
                 changed && autopilot_stop_get(db, arena, &stop, &err) && !stop.on,
             err);
    struct str later_on = ask_judged(db, arena, "brain2", RESUME_G2);
    run_jobs(database, db);
    CHECK(!str_has(get(db, arena, later_on).error, STR("stopped")), "it acts again");
    CHECK_OK(action_inbox(db, arena, &filter, &inbox, &err), err);
    CHECK(inbox.n == 2 && str_eq(inbox.at[0].action.id, later_on) &&
              str_eq(inbox.at[1].action.id, automatic) && inbox.at[1].object_name.n &&
              inbox.at[1].account_name.n,
          "%zu in the inbox: what the autopilot did, newest first", inbox.n);
    END;
}

static void steps_of_a_day_add_up(struct database *database, struct db *db)
{
    struct action_wishes more = {0};
    struct str id;
    struct err err = {0};

    BEGIN;
    ask(db, arena, "key-1", BUDGET("g1", "12500"));
    run_jobs(database, db);
    wish(arena, &more, BUDGET("g1", "13500"));
    CHECK(!add(db, arena, "key-2", &more, &id, &err) && str_has(str(err.text), STR("step_up")),
          "35 %% in two steps: %s", err.text);
    later(database, db, DAY);
    CHECK_OK(add(db, arena, "key-3", &more, &id, &err), err);
    END;
}

static void what_a_person_changed_is_left_alone(struct database *database, struct db *db)
{
    struct action_wishes wishes = {0};
    struct str id;
    struct err err = {0};
    bool added;

    BEGIN;
    wish(arena, &wishes, BUDGET("g1", "12000"));
    wishes.at[0].expected = STR("{\"budget_micros\":10000000000}");
    CHECK_OK(add_as(db, arena, "key-1", "brain", &wishes, &id, &added, &err), err);
    fake_find(LEVEL_ADGROUP, STR("g1"))->budget_micros = 11000 * U;
    run_jobs(database, db);
    struct actions actions = {0};
    struct action_batch_row batch;
    CHECK_OK(action_batch_get(db, arena, id, &batch, &actions, &err), err);
    CHECK(str_eq(actions.at[0].state, STR("refused")) &&
              str_has(actions.at[0].error, STR("changed_since")) && fake.writes == 0,
          STR_FMT, STR_ARG(actions.at[0].error));
    END;
}

/* --- new ad groups
 * --------------------------------------------------------------------------------- */

static struct str ask_launch(struct db *db, struct arena *arena)
{
    struct str creative = id_new(arena);
    struct err err = {0};

    CHECK_OK(
        db_run(db, NULL, &err,
               "INSERT INTO creatives (org_id, creative_id, direction_id, title, media_type,"
               " status, created_ms, updated_ms)"
               " VALUES ($1, $2, $3, 'clip', 'video', 'ready', 1, 1)",
               TEXT(fake_org), TEXT(creative), TEXT(fake_direction)),
        err);
    return ask(db, arena, "key-launch",
               str_fmt(arena,
                       "{\"type\":\"Direction.CreateAdGroupWithCreatives\",\"params\":"
                       "{\"direction_id\":\"" STR_FMT "\",\"user_creative_ids\":[\"" STR_FMT
                       "\"],\"daily_budget\":5000}}",
                       STR_ARG(fake_direction), STR_ARG(creative))
                   .p);
}

static void a_launch_is_done_when_it_is(struct database *database, struct db *db)
{
    struct err err = {0};

    BEGIN;
    fake.launch_state = "running";
    struct str id = ask_launch(db, arena);
    run_jobs(database, db);
    CHECK(str_eq(get(db, arena, id).state, STR("sending")), "not done while it runs");
    later(database, db, 2000);
    CHECK(fake.launches == 1 && str_eq(get(db, arena, id).state, STR("sending")), "one launch");
    CHECK_OK(db_run(db, NULL, &err, "UPDATE workflows SET state = 'done' WHERE org_id = $1",
                    TEXT(fake_org)),
             err);
    later(database, db, 2000);
    struct action a = get(db, arena, id);
    CHECK(str_eq(a.state, STR("done")) && str_has(a.after, STR("\"adgroup_id\":\"made\"")),
          STR_FMT " " STR_FMT, STR_ARG(a.state), STR_ARG(a.after));
    END;
}

static void a_launch_under_way_has_taken_its_room(struct database *database, struct db *db)
{
    struct action_wishes raise = {0};
    struct str id;
    struct err err = {0};

    BEGIN;
    CHECK_OK(db_run(db, NULL, &err,
                    "UPDATE directions SET daily_budget_micros = $2 WHERE org_id = $1",
                    TEXT(fake_org), INT(16000 * U)),
             err);
    fake.launch_state = "running";
    ask_launch(db, arena); /* 5 000 of the 6 000 that are left */
    run_jobs(database, db);
    CHECK_OK(db_run(db, NULL, &err,
                    "DELETE FROM adgroups WHERE org_id = $1 AND adgroup_id = 'made'",
                    TEXT(fake_org)),
             err);
    wish(arena, &raise, BUDGET("g1", "12000"));
    CHECK(!add(db, arena, "key-2", &raise, &id, &err) &&
              str_has(str(err.text), STR("direction_cap")),
          "17 000 of 16 000: %s", err.text);
    END;
}

static void a_failed_launch_is_not_done(struct database *database, struct db *db)
{
    for (int refused_at_once = 0; refused_at_once < 2; refused_at_once++) {
        BEGIN;
        fake.launch_state = "failed";
        fake.launch_refused = refused_at_once;
        struct str id = ask_launch(db, arena);
        run_jobs(database, db);
        CHECK(
            str_eq(get(db, arena, id).state, refused_at_once ? STR("refused") : STR("failed")),
            "refused %d", refused_at_once);
        END;
    }
}

/* --- undo
 * ----------------------------------------------------------------------------------------------
 */

static void every_change_is_undone_once(struct database *database, struct db *db)
{
    struct str batch;
    struct err err = {0};

    BEGIN;
    struct str pause = ask(db, arena, "key-1", PAUSE_G1);
    run_jobs(database, db);
    struct str budget = ask(db, arena, "key-2", BUDGET("g2", "6000"));
    run_jobs(database, db);
    CHECK_OK(action_undo(&fake_app, db, arena, pause, STR("user:u1"), &batch, &err), err);
    CHECK_OK(action_undo(&fake_app, db, arena, budget, STR("user:u1"), &batch, &err), err);
    CHECK(!action_undo(&fake_app, db, arena, budget, STR("user:u1"), &batch, &err) &&
              err.kind == ERR_CONFLICT,
          "only once");
    run_jobs(database, db);
    CHECK(str_eq(group_row(db, arena, "g1"), STR("enabled 10000")), "runs again");
    CHECK(str_eq(group_row(db, arena, "g2"), STR("disabled 10000")), "its old budget");
    struct action a = get(db, arena, pause);
    CHECK(a.undone_by.n && str_eq(get(db, arena, a.undone_by).undo_of, pause), "linked");
    CHECK(!action_undo(&fake_app, db, arena, a.undone_by, STR("user:u1"), &batch, &err) &&
              err.kind == ERR_CONFLICT,
          "an undo is not undone");
    CHECK(!action_undo(&fake_app, db, arena, pause, STR("user:u1"), &batch, &err) &&
              err.kind == ERR_CONFLICT,
          "nor the action again");
    END;
}

static void a_preview_tells_and_does_nothing(struct database *database, struct db *db)
{
    struct action_wishes wishes = {0};
    struct action_preview seen;
    struct err err = {0};

    BEGIN;
    struct ad_connection c = fake_connection(db, arena);
    wish(arena, &wishes, BUDGET("g1", "12000"));
    wish(arena, &wishes, BUDGET("g1", "90000")); /* beyond the step of a day */
    wish(arena, &wishes, PAUSE_G1);
    wish(arena, &wishes, PAUSE_G1); /* it is off by then */
    wish(arena, &wishes, BUDGET("nobody", "6000"));
    int64_t lines = count(db, arena, "audit");
    CHECK_OK(action_batch_preview(db, arena, &c, &wishes, &seen, &err), err);
    const struct action_forecast *f = seen.forecasts.at;
    CHECK(seen.forecasts.n == 5 && f[0].allowed && f[0].changes &&
              f[0].before.budget_micros == 10000 * U && f[0].after.budget_micros == 12000 * U &&
              f[0].daily_change_micros == 2000 * U && f[0].name.n,
          "a raise: %lld", (long long)f[0].daily_change_micros);
    CHECK(!f[1].allowed && f[1].why.kind == ERR_CONFLICT && f[1].daily_change_micros == 0 &&
              f[1].after.budget_micros == 12000 * U,
          "forbidden, with why: %s", f[1].why.text);
    CHECK(f[2].allowed && f[2].changes && f[2].daily_change_micros == -12000 * U &&
              str_eq(f[2].after.status, STR("disabled")),
          "stopped after the raise: %lld", (long long)f[2].daily_change_micros);
    CHECK(f[3].allowed && !f[3].changes && f[3].daily_change_micros == 0, "nothing to change");
    CHECK(!f[4].allowed && f[4].why.kind == ERR_NOT_FOUND, "not of this account");
    CHECK(seen.daily_after_micros - seen.daily_before_micros == -10000 * U, "%lld",
          (long long)(seen.daily_after_micros - seen.daily_before_micros));
    run_jobs(database, db);
    CHECK(count(db, arena, "batches") == 0 && count(db, arena, "jobs") == 0 &&
              count(db, arena, "audit") == lines && fake.writes == 0 &&
              str_eq(group_row(db, arena, "g1"), STR("enabled 10000")),
          "nothing happened");
    END;
}

static void a_batch_is_retried_and_undone_as_one(struct database *database, struct db *db)
{
    struct action_wishes wishes = {0};
    struct action_question question = {.object_id = STR("g1"), .limit = 10};
    struct actions actions = {0}, history = {0};
    struct action_batch_row batch;
    struct str id, again, same, undo;
    struct err err = {0};
    int64_t undone, skipped;

    BEGIN;
    wish(arena, &wishes, BUDGET("g1", "12000"));
    wish(arena, &wishes, BUDGET("g2", "6000"));
    CHECK_OK(add(db, arena, "key-1", &wishes, &id, &err), err);
    fake.refuse_code = 40002;
    run_jobs(database, db);
    fake.refuse_code = 0;
    CHECK_OK(action_retry(&fake_app, db, arena, id, STR("user:u1"), &again, &err), err);
    CHECK_OK(action_retry(&fake_app, db, arena, id, STR("user:u1"), &same, &err), err);
    CHECK(str_eq(again, same), "asked again once");
    run_jobs(database, db);
    CHECK_OK(action_batch_get(db, arena, again, &batch, &actions, &err), err);
    CHECK(actions.n == 2 && str_eq(actions.at[0].state, STR("done")) &&
              str_eq(batch.source, STR("retry")),
          "what was refused is done now");
    CHECK(!action_retry(&fake_app, db, arena, again, STR("user:u1"), &same, &err) &&
              err.kind == ERR_CONFLICT,
          "nothing has failed there");
    CHECK_OK(action_list(db, arena, &question, &history, &err), err);
    CHECK(history.n == 2 && str_eq(history.at[0].state, STR("done")) &&
              str_eq(history.at[1].state, STR("refused")),
          "its history, newest first");

    CHECK_OK(action_undo_batch(&fake_app, db, arena, again, STR("user:u1"), &undo, &undone,
                               &skipped, &err),
             err);
    run_jobs(database, db);
    CHECK(undone == 2 && skipped == 0 &&
              str_eq(group_row(db, arena, "g1"), STR("enabled 10000")) &&
              str_eq(group_row(db, arena, "g2"), STR("disabled 10000")),
          "both as before");
    CHECK(!action_undo_batch(&fake_app, db, arena, again, STR("user:u1"), &undo, &undone,
                             &skipped, &err) &&
              err.kind == ERR_CONFLICT,
          "once");
    END;
}

static void a_new_group_is_undone_by_pausing_it(struct database *database, struct db *db)
{
    struct str batch;
    struct err err = {0};

    BEGIN;
    struct str id = ask_launch(db, arena);
    run_jobs(database, db);
    fake_add(LEVEL_ADGROUP, "made", "c1", "c1", "enabled", 5000);
    CHECK_OK(action_undo(&fake_app, db, arena, id, STR("user:u1"), &batch, &err), err);
    run_jobs(database, db);
    CHECK(str_eq(group_row(db, arena, "made"), STR("disabled 5000")), "paused");
    END;
}

static void an_undo_leaves_alone_what_changed_since(struct database *database, struct db *db)
{
    struct str batch;
    struct err err = {0};

    BEGIN;
    struct str first = ask(db, arena, "key-1", BUDGET("g1", "11000"));
    run_jobs(database, db);
    struct str second = ask(db, arena, "key-2", BUDGET("g1", "12000"));
    run_jobs(database, db);
    CHECK(!action_undo(&fake_app, db, arena, first, STR("user:u1"), &batch, &err) &&
              str_has(str(err.text), STR("changed again")),
          "by us: %s", err.text);
    fake_find(LEVEL_ADGROUP, STR("g1"))->budget_micros = 9000 * U; /* by a person over there */
    CHECK_OK(action_undo(&fake_app, db, arena, second, STR("user:u1"), &batch, &err), err);
    run_jobs(database, db);
    CHECK(fake_find(LEVEL_ADGROUP, STR("g1"))->budget_micros == 9000 * U, "left as it is");
    struct action a = get(db, arena, second);
    CHECK(!a.undone_by.n, "the undo did not happen, so it may be asked for again");
    fake_find(LEVEL_ADGROUP, STR("g1"))->budget_micros = 12000 * U;
    CHECK_OK(action_undo(&fake_app, db, arena, second, STR("user:u1"), &batch, &err), err);
    run_jobs(database, db);
    CHECK(fake_find(LEVEL_ADGROUP, STR("g1"))->budget_micros == 11000 * U, "now it did");
    END;
}

static void nothing_is_undone_that_changed_nothing(struct database *database, struct db *db)
{
    struct str batch;
    struct err err = {0};

    BEGIN;
    struct str read =
        ask(db, arena, "key-1",
            "{\"type\":\"GetCampaignStatus\",\"params\":{\"campaign_id\":\"c1\"}}");
    struct str same = ask(db, arena, "key-2",
                          "{\"type\":\"ResumeAdGroup\",\"params\":{"
                          "\"adgroup_id\":\"g1\"}}");
    CHECK(!action_undo(&fake_app, db, arena, same, STR("user:u1"), &batch, &err) &&
              err.kind == ERR_CONFLICT,
          "not before it is done");
    run_jobs(database, db);
    CHECK(!action_undo(&fake_app, db, arena, read, STR("user:u1"), &batch, &err) &&
              err.kind == ERR_CONFLICT,
          "a reading");
    CHECK(!action_undo(&fake_app, db, arena, same, STR("user:u1"), &batch, &err) &&
              err.kind == ERR_CONFLICT,
          "what was so already");
    END;
}

/* --- every statement may fail
 * ------------------------------------------------------------------------------ */

static void a_batch_is_written_whole_or_not_at_all(struct database *database, struct db *db)
{
    BEGIN;
    bool went_through = false;
    for (int64_t k = 1; k < 200 && !went_through; k++) {
        struct action_wishes wishes = {0};
        struct err err = {0};
        struct str id;
        bool added = false;
        struct ad_connection c = fake_connection(db, arena);
        struct action_batch batch = {.idempotency_key =
                                         str_fmt(arena, "key-%lld", (long long)k),
                                     .fingerprint = STR("f"),
                                     .source = STR("api"),
                                     .actor = STR("user:u1")};
        wish(arena, &wishes, PAUSE_G1);
        wish(arena, &wishes, RESUME_G2);
        int64_t batches = count(db, arena, "batches");
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ok =
            action_batch_add(&fake_app, db, arena, &c, &batch, &wishes, &id, &added, &err);
        went_through = database_statements(database) < k;
        database_fail_at(database, 0, DB_FAULT_ERROR);
        int64_t new = count(db, arena, "batches") - batches;
        CHECK(new == (ok ? 1 : 0), "statement %lld: ok %d, %lld batches", (long long)k, ok,
              (long long)new);
        CHECK(count(db, arena, "actions") == 2 * count(db, arena, "batches") &&
                  count(db, arena, "jobs") == count(db, arena, "batches"),
              "statement %lld: a part of a batch", (long long)k);
    }
    CHECK(went_through, "every statement was failed");
    END;
}

static void an_action_survives_a_failure_at_every_statement(struct database *database,
                                                            struct db *db)
{
    bool went_through = false;

    for (int64_t k = 1; k < 200 && !went_through; k++) {
        BEGIN;
        struct err err = {0};
        int ran;
        struct str id = ask(db, arena, "key-1", BUDGET("g1", "12000"));
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ran_ok = job_run_due(database, kinds, db, NULL, &fake_app, &ran, &err);
        went_through = database_statements(database) < k;
        database_fail_at(database, 0, DB_FAULT_ERROR);
        (void)ran_ok;
        for (int i = 0; i < 4; i++)
            later(database, db, 600000);
        struct action a = get(db, arena, id);
        CHECK(str_eq(a.state, STR("done")), "statement %lld: " STR_FMT, (long long)k,
              STR_ARG(a.state));
        CHECK(fake.writes == 1, "statement %lld: %d writes", (long long)k, fake.writes);
        CHECK(str_eq(group_row(db, arena, "g1"), STR("enabled 12000")), "statement %lld",
              (long long)k);
        CHECK(count(db, arena, "audit") == 1, "statement %lld: %lld audit lines", (long long)k,
              (long long)count(db, arena, "audit"));
        END;
    }
    CHECK(went_through, "every statement was failed");
}

int main(void)
{
    RUN(reads_the_nine_types_and_names_what_is_wrong);
    RUN_ON_DATABASES(a_key_has_one_effect_and_one_answer);
    RUN_ON_DATABASES(one_fault_refuses_the_whole_request);
    RUN_ON_DATABASES(caps_bind_resumes_and_sums);
    RUN_ON_DATABASES(another_org_finds_nothing);
    RUN_ON_DATABASES(a_change_keeps_before_request_answer_and_after);
    RUN_ON_DATABASES(a_refusal_keeps_the_platforms_words_and_stops_nothing);
    RUN_ON_DATABASES(a_lost_answer_is_read_back_never_repeated);
    RUN_ON_DATABASES(a_lost_request_is_repeated_only_when_it_is_proven);
    RUN_ON_DATABASES(a_late_effect_is_not_doubled);
    RUN_ON_DATABASES(what_never_arrives_fails_in_the_end);
    RUN_ON_DATABASES(a_busy_platform_is_asked_again);
    RUN_ON_DATABASES(a_worker_that_died_while_sending_is_read_back);
    RUN_ON_DATABASES(a_dead_token_fails_and_is_noticed);
    RUN_ON_DATABASES(a_disconnected_account_fails_what_waits);
    RUN_ON_DATABASES(guardrails_are_asked_again_when_it_is_sent);
    RUN_ON_DATABASES(the_emergency_stop_holds_what_is_automatic_and_nobody_else);
    RUN_ON_DATABASES(steps_of_a_day_add_up);
    RUN_ON_DATABASES(what_a_person_changed_is_left_alone);
    RUN_ON_DATABASES(a_launch_is_done_when_it_is);
    RUN_ON_DATABASES(a_launch_under_way_has_taken_its_room);
    RUN_ON_DATABASES(a_failed_launch_is_not_done);
    RUN_ON_DATABASES(every_change_is_undone_once);
    RUN_ON_DATABASES(a_new_group_is_undone_by_pausing_it);
    RUN_ON_DATABASES(an_undo_leaves_alone_what_changed_since);
    RUN_ON_DATABASES(nothing_is_undone_that_changed_nothing);
    RUN_ON_DATABASES(a_preview_tells_and_does_nothing);
    RUN_ON_DATABASES(a_batch_is_retried_and_undone_as_one);
    RUN_ON_DATABASES(a_batch_is_written_whole_or_not_at_all);
    RUN_ON_DATABASES(an_action_survives_a_failure_at_every_statement);
    return test_report();
}
