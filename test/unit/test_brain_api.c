/* api/brain_api, api/actions_api: what the faces of the autopilot take and give. */
#include "fake_platform.h"

#include "api/api.h"
#include "brain/brain.h"

static const struct job_kind *const kinds[] = {action_jobs, brain_jobs, NULL};

struct answer {
    bool ok;
    int status;
    struct str body;
    const struct json *json;
    bool replayed;
    struct err err;
};

static const struct route *route_of(const char *method, const char *pattern)
{
    const struct route *const tables[] = {brain_routes, actions_routes};

    for (size_t t = 0; t < countof(tables); t++) {
        for (const struct route *r = tables[t]; r->path; r++) {
            if (!strcmp(r->method, method) && !strcmp(r->path, pattern))
                return r;
        }
    }
    CHECK(false, "no route %s %s", method, pattern);
    exit(1);
}

/* Call the handler of a route as the server would, for the org of the handle's scope. */
static struct answer call(struct db *db, struct arena *arena, const char *method,
                          const char *pattern, struct str id, const char *query,
                          const char *body)
{
    struct answer a = {0};
    struct reply rp = {0};
    struct request rq = {
        .method = str(method),
        .body = str(body),
        .now_ms = clock_wall_ms(),
        .arena = arena,
        .db = db,
        .caller = {.org_id = db_scope_org(db), .actor = STR("key:k1")},
        .app = &fake_app,
    };

    *web_headers_add(&rq.headers, arena) =
        (struct web_header){STR("content-type"), STR("application/json")};
    *form_fields_add(&rq.path_args, arena) =
        (struct form_field){.name = STR("id"), .value = id};
    CHECK(form_parse(arena, str(query), &rq.query, &a.err), "%s", query);
    a.ok = route_of(method, pattern)->handler(&rq, &rp, &a.err);
    a.status = rp.status;
    a.body = rp.body;
    CHECK(!a.ok || json_parse(arena, rp.body, &a.json, &a.err), "%s", a.err.text);
    for (size_t i = 0; i < rp.headers.n; i++)
        a.replayed = a.replayed || str_eq(rp.headers.at[i].name, STR("Idempotent-Replayed"));
    return a;
}

static void run_jobs(struct database *database, struct db *db)
{
    struct err err = {0};
    int ran = 0;

    CHECK_OK(job_run_due(database, kinds, db, NULL, &fake_app, &ran, &err), err);
}

static bool is(const struct json *v, const char *path, const char *text)
{
    return str_eq(json_text(v, path, STR("")), str(text));
}

#define ID(a, path) json_text((a).json, path, STR(""))
#define PAUSE                                                                                  \
    "{\"idempotencyKey\":\"key-1\",\"actions\":[{\"type\":\"TikTok.PauseAdGroup\","            \
    "\"params\":{\"adgroup_id\":\"g1\"}}]}"

#define BEGIN                                                                                  \
    struct arena *arena = arena_new("test");                                                   \
    fake_start(database, db, arena)
#define END arena_free(arena)

static void writes_need_the_right_to_spend(void)
{
    const struct route *const tables[] = {brain_routes, actions_routes};

    for (size_t t = 0; t < countof(tables); t++) {
        for (const struct route *r = tables[t]; r->path; r++) {
            /* A preview has a body, and changes nothing. */
            bool reads = !strcmp(r->method, "GET") || !strcmp(r->path, "/api/actions/preview");
            CHECK(r->right == (reads ? CAN_READ : CAN_SPEND), "%s %s", r->method, r->path);
        }
    }
}

static void actions_are_asked_for_and_looked_at(struct database *database, struct db *db)
{
    BEGIN;
    struct answer first = call(db, arena, "POST", "/api/actions", STR(""), "", PAUSE);
    CHECK_OK(first.ok, first.err);
    CHECK(first.status == 202 && is(first.json, "actions.0.object_id", "g1"), STR_FMT,
          STR_ARG(first.body));
    struct answer again = call(db, arena, "POST", "/api/actions", STR(""), "", PAUSE);
    CHECK(again.ok && str_eq(again.body, first.body) && again.replayed && !first.replayed,
          "the same bytes: " STR_FMT, STR_ARG(again.body));
    struct str batch = ID(first, "action_batch_id"), action = ID(first, "actions.0.id");
    struct answer seen = call(db, arena, "GET", "/api/actions/:id", batch, "", "");
    CHECK(is(seen.json, "state", "waiting") && is(seen.json, "idempotency_key", "key-1"),
          STR_FMT, STR_ARG(seen.body));
    run_jobs(database, db);
    seen = call(db, arena, "GET", "/api/actions/:id", batch, "", "");
    CHECK(is(seen.json, "state", "done") && is(seen.json, "actions.0.state", "done") &&
              is(seen.json, "actions.0.before.status", "enabled") &&
              is(seen.json, "actions.0.after.status", "disabled") &&
              is(seen.json, "actions.0.request.path", "status/"),
          STR_FMT, STR_ARG(seen.body));
    struct answer undo = call(db, arena, "POST", "/api/actions/:id/undo", action, "", "");
    CHECK(undo.ok && undo.status == 202, "%s", undo.err.text);
    run_jobs(database, db);
    CHECK(!strcmp(fake_find(LEVEL_ADGROUP, STR("g1"))->status, "enabled"), "undone");
    undo = call(db, arena, "POST", "/api/actions/:id/undo", action, "", "");
    CHECK(!undo.ok && undo.err.kind == ERR_CONFLICT, "once");
    END;
}

static const struct {
    const char *name, *body, *field;
    enum err_kind kind;
} bad[] = {
    {"no key", "{\"actions\":[]}", "idempotencyKey", ERR_INVALID},
    {"a short key", "{\"idempotencyKey\":\"abcd\",\"actions\":[]}", "idempotencyKey",
     ERR_INVALID},
    {"no actions", "{\"idempotencyKey\":\"key-1\"}", "actions", ERR_INVALID},
    {"an empty list", "{\"idempotencyKey\":\"key-1\",\"actions\":[]}", "actions", ERR_INVALID},
    {"another org in the account",
     "{\"idempotencyKey\":\"key-1\",\"account\":{\"userAccountId\":\"01234567-89ab-7def-8123-"
     "456789abcdef\"},\"actions\":[{\"type\":\"PauseAd\",\"params\":{\"ad_id\":\"x1\"}}]}",
     "", ERR_NOT_FOUND},
    {"another org beside it",
     "{\"idempotencyKey\":\"key-1\",\"userAccountId\":\"01234567-89ab-7def-8123-456789abcdef\","
     "\"actions\":[{\"type\":\"PauseAd\",\"params\":{\"ad_id\":\"x1\"}}]}",
     "", ERR_NOT_FOUND},
    {"an account of nobody",
     "{\"idempotencyKey\":\"key-1\",\"account\":{\"accountId\":\"01234567-89ab-7def-8123-"
     "456789abcdef\"},\"actions\":[{\"type\":\"PauseAd\",\"params\":{\"ad_id\":\"x1\"}}]}",
     "", ERR_NOT_FOUND},
    {"a second action that is none",
     "{\"idempotencyKey\":\"key-1\",\"actions\":[{\"type\":\"PauseAd\",\"params\":{\"ad_id\":"
     "\"x1\"}},"
     "{\"type\":\"Nothing\",\"params\":{}}]}",
     "actions[1].type", ERR_INVALID},
};

static void bad_requests_name_the_field(struct database *database, struct db *db)
{
    BEGIN;
    for (size_t i = 0; i < countof(bad); i++) {
        struct answer a = call(db, arena, "POST", "/api/actions", STR(""), "", bad[i].body);
        CHECK(!a.ok && a.err.kind == bad[i].kind, "%s: %s", bad[i].name, a.err.text);
        CHECK(!bad[i].field[0] || !strcmp(a.err.field, bad[i].field), "%s: %s", bad[i].name,
              a.err.field);
    }
    struct buf body;
    buf_init(&body, arena, 1 << 20);
    buf_fmt(&body, "{\"idempotencyKey\":\"key-1\",\"actions\":[");
    for (int i = 0; i <= LIMIT_ACTIONS_PER_BATCH; i++)
        buf_fmt(&body, "%s{\"type\":\"PauseAd\",\"params\":{\"ad_id\":\"x1\"}}", i ? "," : "");
    buf_fmt(&body, "]}");
    struct answer a = call(db, arena, "POST", "/api/actions", STR(""), "", buf_str(&body).p);
    CHECK(!a.ok && !strcmp(a.err.field, "actions"), "51 actions");
    END;
}

static void runs_are_started_listed_and_explained(struct database *database, struct db *db)
{
    BEGIN;
    struct answer run = call(db, arena, "POST", "/api/brain/run-tiktok", STR(""), "",
                             "{\"idempotencyKey\":\"run-1\",\"inputs\":{\"dispatch\":false}}");
    CHECK_OK(run.ok, run.err);
    CHECK(run.status == 202, "%d", run.status);
    struct answer again =
        call(db, arena, "POST", "/api/brain/run-tiktok", STR(""), "",
             "{\"idempotencyKey\":\"run-1\",\"inputs\":{\"dispatch\":false}}");
    CHECK(again.ok && str_eq(again.body, run.body) && again.replayed, "the same answer");
    again = call(db, arena, "POST", "/api/brain/run-tiktok", STR(""), "",
                 "{\"idempotencyKey\":\"run-1\"}");
    CHECK(!again.ok && again.err.kind == ERR_CONFLICT, "another request");
    run_jobs(database, db);
    struct str id = ID(run, "execution_id");
    struct answer one = call(db, arena, "GET", "/api/autopilot/executions/:id", id, "", "");
    CHECK(is(one.json, "state", "done") && is(one.json, "trigger", "api") &&
              is(one.json, "policy", "p2") && is(one.json, "inputs.format", "brain-inputs/1") &&
              is(one.json, "decisions.format", "brain-decisions/1"),
          STR_FMT, STR_ARG(one.body));
    CHECK(!json_bool(one.json, "dispatched", true), "report only");
    struct answer reports =
        call(db, arena, "GET", "/api/autopilot/reports", STR(""), "platform=tiktok", "");
    CHECK(json_count(json_at(reports.json, "data")) == 1 &&
              is(reports.json, "data.0.execution_id",
                 json_text(run.json, "execution_id", STR("")).p),
          STR_FMT, STR_ARG(reports.body));
    CHECK(json_text(reports.json, "data.0.report_data.text", STR("")).n > 0, "its text");
    struct answer undo =
        call(db, arena, "POST", "/api/autopilot/executions/:id/undo", id, "", "");
    CHECK(!undo.ok && undo.err.kind == ERR_CONFLICT, "it changed nothing");
    END;
}

static void lists_have_pages_and_filters(struct database *database, struct db *db)
{
    BEGIN;
    for (int i = 0; i < 3; i++) {
        struct answer run = call(db, arena, "POST", "/api/brain/run-tiktok", STR(""), "", "{}");
        CHECK_OK(run.ok, run.err);
        run_jobs(database, db);
        clock_set_wall(clock_wall_ms() + HOUR);
    }
    struct answer page =
        call(db, arena, "GET", "/api/autopilot/executions", STR(""), "limit=2", "");
    CHECK(json_count(json_at(page.json, "data")) == 2, STR_FMT, STR_ARG(page.body));
    struct str cursor = json_text(page.json, "next_cursor", STR(""));
    struct str first = ID(page, "data.0.id"), second = ID(page, "data.1.id");
    CHECK(cursor.n && str_cmp(first, second) > 0, "newest first");
    page = call(db, arena, "GET", "/api/autopilot/executions", STR(""),
                str_fmt(arena, "limit=2&cursor=" STR_FMT, STR_ARG(cursor)).p, "");
    CHECK(json_count(json_at(page.json, "data")) == 1 &&
              json_type(json_at(page.json, "next_cursor")) == JSON_NULL,
          STR_FMT, STR_ARG(page.body));
    page =
        call(db, arena, "GET", "/api/autopilot/executions", STR(""), "platform=facebook", "");
    CHECK(json_count(json_at(page.json, "data")) == 0, "another platform");
    page = call(db, arena, "GET", "/api/autopilot/executions", STR(""),
                str_fmt(arena, "accountId=" STR_FMT "&userAccountId=" STR_FMT,
                        STR_ARG(fake_account), STR_ARG(fake_org))
                    .p,
                "");
    CHECK(json_count(json_at(page.json, "data")) == 3, "this account");
    END;
}

/* Every route, asked by another org for what is not its own. */
static void another_org_gets_nothing(struct database *database, struct db *db)
{
    BEGIN;
    struct answer run = call(db, arena, "POST", "/api/brain/run-tiktok", STR(""), "", "{}");
    struct answer batch = call(db, arena, "POST", "/api/actions", STR(""), "", PAUSE);
    run_jobs(database, db);
    struct str account = fake_account, owner = fake_org;
    fake_org = id_new(arena), fake_account = id_new(arena), fake_direction = id_new(arena);
    db_scope(db, fake_org);
    fake_rows(db, arena, STR("Asia/Almaty"));
    const struct {
        const char *method, *path;
        struct str id;
        struct str body;
    } asks[] = {
        {"GET", "/api/actions/:id", ID(batch, "action_batch_id"), STR("")},
        {"POST", "/api/actions/:id/undo", ID(batch, "actions.0.id"), STR("")},
        {"GET", "/api/autopilot/executions/:id", ID(run, "execution_id"), STR("")},
        {"POST", "/api/autopilot/executions/:id/undo", ID(run, "execution_id"), STR("")},
        {"POST", "/api/actions", STR(""), STR(PAUSE)},
        {"POST", "/api/brain/run-tiktok", STR(""),
         str_fmt(arena, "{\"accountId\":\"" STR_FMT "\"}", STR_ARG(account))},
        {"POST", "/api/brain/run-tiktok", STR(""),
         str_fmt(arena, "{\"userAccountId\":\"" STR_FMT "\"}", STR_ARG(owner))},
    };
    for (size_t i = 0; i < countof(asks); i++) {
        struct answer a = call(db, arena, asks[i].method, asks[i].path, asks[i].id, "",
                               str_c(arena, asks[i].body));
        CHECK(!a.ok && a.err.kind == ERR_NOT_FOUND, "%s %s: %s", asks[i].method, asks[i].path,
              a.err.text);
    }
    struct answer list = call(db, arena, "GET", "/api/autopilot/executions", STR(""), "", "");
    CHECK(json_count(json_at(list.json, "data")) == 0, "executions");
    list = call(db, arena, "GET", "/api/autopilot/reports", STR(""), "", "");
    CHECK(json_count(json_at(list.json, "data")) == 0, "reports");
    END;
}

int main(void)
{
    RUN(writes_need_the_right_to_spend);
    RUN_ON_DATABASES(actions_are_asked_for_and_looked_at);
    RUN_ON_DATABASES(bad_requests_name_the_field);
    RUN_ON_DATABASES(runs_are_started_listed_and_explained);
    RUN_ON_DATABASES(lists_have_pages_and_filters);
    RUN_ON_DATABASES(another_org_gets_nothing);
    return test_report();
}
