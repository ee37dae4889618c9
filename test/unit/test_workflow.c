/* job/: workflows, step by step, with answers that get lost. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "job/job.h"
#include "test_db.h"

static struct arena *arena;

/* --- a remote side that remembers what it was asked to do ------------------------------------
 */

enum answer { ANSWER, REFUSE, BUSY, LOSE_AFTER, LOSE_BEFORE, BREAK_AFTER };

static struct remote {
    int done[4];  /* how often step i has happened */
    int asked[4]; /* how often it was asked to */
    int looked[4];
    enum answer next[4]; /* to the next request for step i; then ANSWER */
    bool deaf[4];        /* the look-up has no answer */
    bool blind[4];       /* the look-up does not find it (yet) */
} remote;
static struct str last_request;

static bool ask(struct workflow *wf, void *arg, struct str request, struct str *result,
                struct err *err)
{
    int i = *(int *)arg;
    enum answer answer = remote.next[i];

    (void)wf;
    remote.next[i] = ANSWER;
    remote.asked[i]++;
    last_request = str_dup(arena, request);
    if (answer == REFUSE) {
        err_set(err, ERR_REFUSED, "the platform said no");
        err->platform_code = 40002;
        snprintf(err->platform_message, sizeof err->platform_message, "budget too low");
        snprintf(err->platform_request_id, sizeof err->platform_request_id, "r-1");
        return false;
    }
    if (answer == BUSY)
        return err_set(err, ERR_BUSY, "did not reach it");
    if (answer != LOSE_BEFORE)
        remote.done[i]++;
    if (answer == LOSE_AFTER || answer == LOSE_BEFORE)
        return err_set(err, ERR_UNCERTAIN, "the answer was lost");
    if (answer == BREAK_AFTER)
        return err_set(err, ERR_BROKEN, "ours broke after it");
    *result = str_fmt(wf->arena, "{\"id\":\"%d\"}", i);
    return true;
}

static bool look(struct workflow *wf, void *arg, struct str request, bool *found,
                 struct str *result, struct err *err)
{
    int i = *(int *)arg;

    (void)request;
    remote.looked[i]++;
    if (remote.deaf[i])
        return err_set(err, ERR_BUSY, "cannot be read");
    *found = remote.done[i] > 0 && !remote.blind[i];
    if (*found)
        *result = str_fmt(wf->arena, "{\"id\":\"%d\"}", i);
    return true;
}

/* --- a workflow of three steps
 * ------------------------------------------------------------------- */

static int stop_before = -1; /* the process "dies" there: the job is left under its lease */
static bool with_check = true;

static bool run_flow(struct job *job, struct err *err)
{
    static int numbers[] = {0, 1, 2};
    static const char *const names[] = {"campaign", "adgroup", "ad:0"};
    const struct json *args;
    struct workflow wf;
    struct str results[3];

    if (!json_parse(job->arena, job->args, &args, err) ||
        !workflow_load(job, json_text(args, "workflow_id", STR("")), &wf, err))
        return false;
    for (int i = 0; i < 3; i++) {
        if (i == stop_before)
            return err_set(err, ERR_BUSY, "stopped on purpose");
        struct workflow_step step = {
            .name = names[i],
            .request =
                str_fmt(job->arena, "{\"step\":%d,\"attempt\":%d}", i, (int)job->attempt),
            .run = ask,
            .check = with_check ? look : NULL,
            .arg = &numbers[i],
        };
        if (!workflow_do(&wf, &step, &results[i], err)) {
            struct err why = *err;
            return why.kind == ERR_REFUSED
                       ? workflow_set_state(&wf, "failed", STR(""), &why, err) &&
                             (*err = why, false)
                       : false;
        }
    }
    return workflow_set_state(&wf, "done", results[2], NULL, err);
}

static const struct job_kind flow_kinds[] = {
    {.kind = "t.flow", .run = run_flow, .deadline_ms = 5000, .max_attempts = 10},
    JOB_KINDS_END,
};
static const struct job_kind *const kinds[] = {flow_kinds, NULL};

static struct str start(struct db *db)
{
    struct str id = STR("");
    struct err err = {0};
    bool added = false;

    memset(&remote, 0, sizeof remote);
    stop_before = -1;
    with_check = true;
    db_scope(db, STR("o1"));
    CHECK_OK(workflow_add(db, arena, "launch", STR(""), STR("{}"), "t.flow", &id, &added, &err),
             err);
    CHECK(added, "added");
    return id;
}

static void go_on(struct database *database, struct db *db)
{
    struct err err = {0};

    CHECK_OK(job_run_due(database, kinds, db, NULL, NULL, NULL, &err), err);
}

static void later(void)
{
    clock_set_wall(clock_wall_ms() + 15 * 60 * 1000);
}

static struct workflow_view view(struct db *db, struct str id)
{
    struct workflow_view v = {0};
    struct err err = {0};

    CHECK_OK(workflow_get(db, arena, id, &v, &err), err);
    return v;
}

static bool each_done_once(struct db *db, struct str id)
{
    struct workflow_view v = view(db, id);
    bool ok = str_eq(v.state, STR("done")) && v.steps.n == 3;

    for (size_t i = 0; ok && i < 3; i++)
        ok = str_eq(v.steps.at[i].state, STR("done")) && remote.done[i] == 1;
    return ok;
}

static void goes_through_its_steps(struct database *database, struct db *db)
{
    struct str id = start(db);

    go_on(database, db);
    CHECK(each_done_once(db, id), "done");
    struct workflow_view v = view(db, id);
    CHECK(str_eq(v.output, STR("{\"id\":\"2\"}")), STR_FMT, STR_ARG(v.output));
    CHECK(str_eq(v.steps.at[0].name, STR("campaign")) &&
              str_eq(v.steps.at[2].name, STR("ad:0")),
          "in order");
    CHECK(str_eq(v.steps.at[1].request, STR("{\"step\":1,\"attempt\":1}")),
          "the request is kept");
    CHECK(remote.looked[0] + remote.looked[1] + remote.looked[2] == 0, "nothing to read back");
}

static void a_second_start_returns_the_first(struct database *database, struct db *db)
{
    struct str first = STR(""), second = STR(""), other = STR("");
    struct err err = {0};
    bool added = false;

    (void)database;
    db_scope(db, STR("o1"));
    CHECK_OK(workflow_add(db, arena, "launch", STR("key"), STR("{}"), "t.flow", &first, &added,
                          &err),
             err);
    CHECK(added, "first");
    CHECK_OK(workflow_add(db, arena, "launch", STR("key"), STR("{}"), "t.flow", &second, &added,
                          &err),
             err);
    CHECK(!added && str_eq(first, second), "the same one");
    db_scope(db, STR("o2"));
    CHECK_OK(workflow_add(db, arena, "launch", STR("key"), STR("{}"), "t.flow", &other, &added,
                          &err),
             err);
    CHECK(added && !str_eq(first, other), "another org's key is another key");
    struct workflow_view v;
    CHECK(!workflow_get(db, arena, first, &v, &err) && err.kind == ERR_NOT_FOUND,
          "another org's workflow is not found");
}

static void resumes_after_the_last_done_step(struct database *database, struct db *db)
{
    for (int stop = 0; stop < 3; stop++) {
        struct str id = start(db);
        stop_before = stop;
        go_on(database, db);
        stop_before = -1;
        later();
        go_on(database, db);
        CHECK(each_done_once(db, id), "stopped before step %d", stop);
        for (int i = 0; i < 3; i++)
            CHECK(remote.asked[i] == 1, "step %d asked %d times", i, remote.asked[i]);
    }
}

static void a_lost_answer_is_read_back_and_not_repeated(struct database *database,
                                                        struct db *db)
{
    for (int i = 0; i < 3; i++) {
        struct str id = start(db);
        remote.next[i] = LOSE_AFTER;
        go_on(database, db);
        CHECK(each_done_once(db, id), "found at once at step %d", i);
        CHECK(remote.asked[i] == 1 && remote.looked[i] == 1, "asked %d, looked %d",
              remote.asked[i], remote.looked[i]);
    }
}

static void what_did_not_happen_is_repeated_as_it_was(struct database *database, struct db *db)
{
    for (int i = 0; i < 3; i++) {
        struct str id = start(db);
        remote.next[i] = LOSE_BEFORE;
        go_on(database, db);
        CHECK(remote.asked[i] == 1, "one look that finds nothing is not enough");
        CHECK(str_eq(view(db, id).steps.at[i].state, STR("uncertain")), "uncertain at %d", i);
        later();
        go_on(database, db);
        CHECK(each_done_once(db, id), "done at step %d", i);
        CHECK(remote.asked[i] == 2 && remote.looked[i] == 2, "asked %d, looked %d",
              remote.asked[i], remote.looked[i]);
        struct str request = view(db, id).steps.at[i].request;
        CHECK(str_eq(request, str_fmt(arena, "{\"step\":%d,\"attempt\":1}", i)), STR_FMT,
              STR_ARG(request));
    }
}

static void nothing_is_repeated_while_the_look_up_is_deaf(struct database *database,
                                                          struct db *db)
{
    struct str id = start(db);

    remote.next[1] = LOSE_AFTER;
    remote.deaf[1] = true;
    for (int i = 0; i < 4; i++) {
        go_on(database, db);
        later();
    }
    CHECK(remote.asked[1] == 1 && remote.looked[1] >= 4, "asked %d, looked %d", remote.asked[1],
          remote.looked[1]);
    CHECK(str_eq(view(db, id).steps.at[1].state, STR("uncertain")), "still uncertain");
    remote.deaf[1] = false;
    go_on(database, db);
    CHECK(each_done_once(db, id), "found at last");
}

static void a_write_that_shows_late_is_not_doubled(struct database *database, struct db *db)
{
    struct str id = start(db);

    remote.next[0] = LOSE_AFTER;
    remote.blind[0] = true;
    go_on(database, db);
    remote.blind[0] = false;
    later();
    go_on(database, db);
    CHECK(each_done_once(db, id), "done once");
}

static void a_refusal_is_kept_verbatim(struct database *database, struct db *db)
{
    struct str id = start(db);

    remote.next[1] = REFUSE;
    go_on(database, db);
    struct workflow_view v = view(db, id);
    CHECK(str_eq(v.state, STR("failed")) && v.steps.n == 2, "failed at the second step");
    struct str kept = v.steps.at[1].error_json;
    CHECK(str_eq(v.steps.at[1].state, STR("failed")) &&
              str_has(kept, STR("\"platform_code\":40002")) &&
              str_has(kept, STR("budget too low")) && str_has(kept, STR("r-1")),
          STR_FMT, STR_ARG(kept));
    CHECK(str_has(v.error_json, STR("\"kind\":\"refused\"")), STR_FMT, STR_ARG(v.error_json));
    later();
    go_on(database, db);
    CHECK(remote.asked[1] == 1, "not asked again");
}

static void what_was_not_sent_is_sent_later_without_a_look(struct database *database,
                                                           struct db *db)
{
    struct str id = start(db);

    remote.next[2] = BUSY;
    go_on(database, db);
    later();
    go_on(database, db);
    CHECK(each_done_once(db, id) && remote.looked[2] == 0, "looked %d", remote.looked[2]);
}

static void what_broke_on_our_side_is_read_back(struct database *database, struct db *db)
{
    struct str id = start(db);

    remote.next[0] = BREAK_AFTER;
    go_on(database, db);
    CHECK(str_eq(view(db, id).steps.at[0].state, STR("sending")),
          "how far it came is not known");
    later();
    go_on(database, db);
    CHECK(each_done_once(db, id) && remote.asked[0] == 1, "asked %d", remote.asked[0]);
}

static void a_step_without_a_look_up_is_run_again(struct database *database, struct db *db)
{
    struct str id = start(db);

    with_check = false;
    remote.next[0] = LOSE_BEFORE;
    go_on(database, db);
    later();
    go_on(database, db);
    CHECK(each_done_once(db, id) && remote.asked[0] == 2, "asked %d", remote.asked[0]);
}

/* Fail every statement of the whole run, in every way: each step still happens once. */
static void no_failing_statement_doubles_a_step(struct database *database, struct db *db)
{
    static const enum db_fault faults[] = {DB_FAULT_ERROR, DB_FAULT_DISCONNECT,
                                           DB_FAULT_SERIALIZATION, DB_FAULT_ANSWER_LOST};

    for (size_t f = 0; f < countof(faults); f++) {
        int64_t k = 1;
        for (;; k++) {
            struct err err = {0};
            struct str id = start(db);
            database_fail_at(database, k, faults[f]);
            (void)!job_run_due(database, kinds, db, NULL, NULL, NULL, &err);
            bool past = database_statements(database) < k;
            database_fail_at(database, 0, faults[f]);
            for (int i = 0; i < 3 && !str_eq(view(db, id).state, STR("done")); i++) {
                later();
                go_on(database, db);
            }
            CHECK(each_done_once(db, id), "fault %zu at statement %lld: %d %d %d", f,
                  (long long)k, remote.done[0], remote.done[1], remote.done[2]);
            later();
            go_on(database, db);
            if (past || k > 100)
                break;
        }
        CHECK(k > 12 && k < 100, "%lld statements", (long long)k);
    }
}

int main(void)
{
    arena = arena_new("test");
    log_setup(LOG_ERROR + 1, 1);
    RUN_ON_DATABASES(goes_through_its_steps);
    RUN_ON_DATABASES(a_second_start_returns_the_first);
    RUN_ON_DATABASES(resumes_after_the_last_done_step);
    RUN_ON_DATABASES(a_lost_answer_is_read_back_and_not_repeated);
    RUN_ON_DATABASES(what_did_not_happen_is_repeated_as_it_was);
    RUN_ON_DATABASES(nothing_is_repeated_while_the_look_up_is_deaf);
    RUN_ON_DATABASES(a_write_that_shows_late_is_not_doubled);
    RUN_ON_DATABASES(a_refusal_is_kept_verbatim);
    RUN_ON_DATABASES(what_was_not_sent_is_sent_later_without_a_look);
    RUN_ON_DATABASES(what_broke_on_our_side_is_read_back);
    RUN_ON_DATABASES(a_step_without_a_look_up_is_run_again);
    RUN_ON_DATABASES(no_failing_statement_doubles_a_step);
    arena_free(arena);
    return test_report();
}
