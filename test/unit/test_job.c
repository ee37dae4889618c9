/* job/: durable jobs, leases, schedules. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "job/job_parts.h"
#include "test_db.h"

#include <pthread.h>
#include <stdatomic.h>

static struct arena *arena;

/* --- kinds for the tests --------------------------------------------------------------------
 */

static atomic_int runs, deaths_told, concurrent, most_concurrent;
static struct err next_failure; /* what `fails` fails with */
static int64_t next_retry_after_ms;
static int naps;

static bool run_counts(struct job *job, struct err *err)
{
    (void)job, (void)err;
    atomic_fetch_add(&runs, 1);
    return true;
}

static bool run_fails(struct job *job, struct err *err)
{
    atomic_fetch_add(&runs, 1);
    job->retry_after_ms = next_retry_after_ms;
    *err = next_failure;
    return false;
}

/* Its own work and its death are written in one transaction. */
static bool tell_death(struct job *job, const struct err *why, struct err *err)
{
    atomic_fetch_add(&deaths_told, 1);
    CHECK(db_in_transaction(job->db), "inside the transaction");
    return db_installation_set(job->db, STR("death"), str(why->text), err);
}

static bool run_naps(struct job *job, struct err *err)
{
    atomic_fetch_add(&runs, 1);
    if (naps-- <= 0)
        return true;
    job->snooze = true;
    job->retry_after_ms = 1000;
    return err_set(err, ERR_BUSY, "not yet");
}

/* Adds its own trace: with the row and the job, each is there once or not at all. */
static bool run_writes(struct job *job, struct err *err)
{
    atomic_fetch_add(&runs, 1);
    return db_run(job->db, NULL, err,
                  "INSERT INTO orgs (org_id, name, country, currency, created_ms)"
                  " VALUES ($1, $2, 'KZ', 'KZT', 0)"
                  " ON CONFLICT (org_id) DO UPDATE SET name = excluded.name",
                  TEXT(job->org_id), TEXT(job->id));
}

static bool run_slowly(struct job *job, struct err *err)
{
    (void)job, (void)err;
    int now = atomic_fetch_add(&concurrent, 1) + 1;
    int most = atomic_load(&most_concurrent);
    while (now > most && !atomic_compare_exchange_weak(&most_concurrent, &most, now))
        continue;
    clock_sleep_ms(2);
    atomic_fetch_sub(&concurrent, 1);
    atomic_fetch_add(&runs, 1);
    return true;
}

/* The clock is turned by an hour while it runs: its lease looks lapsed. */
static bool run_through_a_turned_clock(struct job *job, struct err *err)
{
    (void)err;
    atomic_fetch_add(&runs, 1);
    clock_set_wall(job->now_ms + 3600 * 1000);
    clock_sleep_ms(1300);
    return true;
}

static const struct job_kind test_kinds[] = {
    {.kind = "t.counts", .run = run_counts, .deadline_ms = 1000, .max_attempts = 3},
    {.kind = "t.fails",
     .run = run_fails,
     .deadline_ms = 1000,
     .max_attempts = 3,
     .dead = tell_death},
    {.kind = "t.naps", .run = run_naps, .deadline_ms = 1000, .max_attempts = 1},
    {.kind = "t.writes", .run = run_writes, .deadline_ms = 1000, .max_attempts = 30},
    {.kind = "t.slow", .run = run_slowly, .deadline_ms = 1000, .max_attempts = 3},
    {.kind = "t.clock",
     .run = run_through_a_turned_clock,
     .deadline_ms = 9000,
     .max_attempts = 3},
    JOB_KINDS_END,
};
static const struct job_kind *const kinds[] = {test_kinds, NULL};

static void start(struct db *db)
{
    runs = deaths_told = concurrent = most_concurrent = 0;
    naps = 0;
    next_failure = (struct err){0};
    next_retry_after_ms = 0;
    db_scope(db, STR("o1"));
}

/* --- small helpers
 * ----------------------------------------------------------------------------- */

static bool add(struct db *db, const char *kind, const char *key)
{
    struct err err = {0};
    bool added = false;

    CHECK_OK(
        job_add(db, &(struct job_wish){.kind = kind, .unique_key = str(key)}, &added, &err),
        err);
    return added;
}

static int run_due(struct database *database, struct db *db)
{
    struct err err = {0};
    int ran = 0;

    CHECK_OK(job_run_due(database, kinds, db, NULL, NULL, &ran, &err), err);
    return ran;
}

static int64_t count_state(struct db *db, const char *state)
{
    struct db_rows rows;
    struct err err = {0};
    int64_t n = -1;
    struct str org = str_dup(arena, db_scope_org(db));

    db_scope_system(db);
    db_select(db, arena, &rows, "SELECT count(*) FROM jobs WHERE state = $1", TEXT(str(state)));
    while (db_next(&rows))
        n = db_int(&rows, 0);
    CHECK_OK(db_done(&rows, &err), err);
    if (org.n)
        db_scope(db, org);
    return n;
}

static struct str one_text(struct db *db, struct db_rows *rows)
{
    struct err err = {0};
    struct str text = STR("(no row)");

    (void)db;
    while (db_next(rows))
        text = db_text(rows, 0);
    CHECK_OK(db_done(rows, &err), err);
    return text;
}

static void turn_clock(int64_t ms)
{
    clock_set_wall(clock_wall_ms() + ms);
}

static bool claim(struct db *db, int64_t lease_ms, struct job_rows *out)
{
    struct err err = {0};

    bool ok = job_db_claim(db, arena,
                           &(struct job_claim){.kinds = job_kinds_text(arena, kinds),
                                               .holder = STR("test"),
                                               .now_ms = clock_wall_ms(),
                                               .lease_until_ms = clock_wall_ms() + lease_ms,
                                               .most = 1,
                                               .most_per_org = 1},
                           out, &err);
    CHECK_OK(ok, err);
    return ok && out->n == 1;
}

/* --- adding
 * ---------------------------------------------------------------------------------------- */

static void a_job_belongs_to_its_transaction(struct database *database, struct db *db)
{
    struct err err = {0};

    start(db);
    CHECK_OK(db_begin(db, &err), err);
    CHECK(add(db, "t.counts", ""), "added");
    CHECK(!db_end(db, false, &err), "rolled back");
    CHECK(run_due(database, db) == 0, "the wish was not made");
    CHECK_OK(db_begin(db, &err), err);
    CHECK(add(db, "t.counts", ""), "added");
    CHECK_OK(db_end(db, true, &err), err);
    CHECK(run_due(database, db) == 1 && runs == 1, "it runs once");
    CHECK(run_due(database, db) == 0, "and only once");
    CHECK(str_eq(db_scope_org(db), STR("o1")), "the handle has its scope again");
}

static void an_open_job_holds_its_unique_key(struct database *database, struct db *db)
{
    start(db);
    CHECK(add(db, "t.counts", "k"), "first");
    CHECK(!add(db, "t.counts", "k"), "second is told so");
    CHECK(add(db, "t.counts", "l"), "another key");
    CHECK(add(db, "t.counts", "") && add(db, "t.counts", ""), "no key");
    db_scope(db, STR("o2"));
    CHECK(add(db, "t.counts", "k"), "another org");
    CHECK(run_due(database, db) == 5, "all of them run");
    CHECK(add(db, "t.counts", "k"), "free again once it is done");
}

static void a_job_waits_for_its_time_and_for_a_program_that_knows_it(struct database *database,
                                                                     struct db *db)
{
    struct err err = {0};

    start(db);
    CHECK_OK(
        job_add(db,
                &(struct job_wish){.kind = "t.counts", .run_at_ms = clock_wall_ms() + 60000},
                NULL, &err),
        err);
    CHECK(add(db, "t.of_tomorrow", ""), "a kind of a newer program");
    CHECK(run_due(database, db) == 0, "not yet");
    turn_clock(61000);
    CHECK(run_due(database, db) == 1, "now");
    CHECK(count_state(db, "waiting") == 1, "the unknown one waits");
}

/* --- failing
 * ----------------------------------------------------------------------------------------- */

static void a_failing_job_is_repeated_later_and_later_then_dead(struct database *database,
                                                                struct db *db)
{
    struct db_rows rows;
    struct err err = {0};

    start(db);
    err_set(&next_failure, ERR_BUSY, "the platform is down");
    CHECK(add(db, "t.fails", "k"), "added");
    CHECK(run_due(database, db) == 1, "attempt 1");
    CHECK(run_due(database, db) == 0, "not at once again");
    turn_clock(2100);
    CHECK(run_due(database, db) == 1, "attempt 2 after 2 s");
    turn_clock(1900);
    CHECK(run_due(database, db) == 0, "not before 2 s of the 4 s");
    turn_clock(2200);
    CHECK(run_due(database, db) == 1, "attempt 3 within 4 s");
    CHECK(count_state(db, "dead") == 1 && deaths_told == 1, "then it is dead, told once");
    db_select(db, arena, &rows, "SELECT last_error FROM jobs WHERE org_id = $1",
              TEXT(STR("o1")));
    struct str last = one_text(db, &rows);
    CHECK(str_has(last, STR("\"kind\":\"busy\"")) && str_has(last, STR("the platform is down")),
          STR_FMT, STR_ARG(last));
    struct str told;
    CHECK_OK(db_installation_get(db, arena, STR("death"), &told, &err), err);
    CHECK(str_eq(told, STR("the platform is down")), STR_FMT, STR_ARG(told));
    turn_clock(24 * 3600 * 1000);
    CHECK(run_due(database, db) == 0, "dead is dead");

    db_select(db, arena, &rows, "SELECT job_id FROM jobs WHERE org_id = $1", TEXT(STR("o1")));
    struct str id = one_text(db, &rows);
    CHECK_OK(job_replay(db, id, &err), err);
    CHECK(run_due(database, db) == 1 && count_state(db, "waiting") == 1, "three more attempts");
    CHECK(!job_replay(db, id, &err) && err.kind == ERR_NOT_FOUND, "only the dead are replayed");
}

static void a_refusal_ends_a_job_at_once(struct database *database, struct db *db)
{
    start(db);
    err_set(&next_failure, ERR_REFUSED, "the platform said no");
    next_failure.platform_code = 40002;
    CHECK(add(db, "t.fails", ""), "added");
    CHECK(run_due(database, db) == 1, "ran");
    CHECK(count_state(db, "dead") == 1 && deaths_told == 1, "dead after one attempt");
}

static void a_handler_may_choose_when_to_come_back(struct database *database, struct db *db)
{
    start(db);
    err_set(&next_failure, ERR_BUSY, "rate limit");
    next_retry_after_ms = 60000;
    CHECK(add(db, "t.fails", ""), "added");
    CHECK(run_due(database, db) == 1, "ran");
    turn_clock(59000);
    CHECK(run_due(database, db) == 0, "not before");
    turn_clock(1500);
    CHECK(run_due(database, db) == 1, "then");
}

static void a_nap_is_not_an_attempt(struct database *database, struct db *db)
{
    start(db);
    naps = 5;
    CHECK(add(db, "t.naps", ""), "added: one attempt only");
    for (int i = 0; i < 6; i++) {
        CHECK(run_due(database, db) == 1, "run %d", i);
        turn_clock(1100);
    }
    CHECK(count_state(db, "done") == 1 && runs == 6, "done after five naps");
}

/* --- leases
 * ---------------------------------------------------------------------------------------------
 */

static void a_slow_worker_cannot_overwrite_its_successor(struct database *database,
                                                         struct db *db)
{
    struct job_rows slow = {0}, next = {0}, expired = {0};
    struct err err = {0};
    bool ours = true;

    start(db);
    CHECK(add(db, "t.counts", ""), "added");
    CHECK(claim(db, 1000, &slow), "claimed");
    CHECK(!claim(db, 1000, &next), "it is taken");
    turn_clock(1500);
    CHECK_OK(job_db_expired(db, arena, clock_wall_ms(), &expired, &err), err);
    CHECK(expired.n == 1, "its lease has lapsed");
    job_reclaim(&(struct job_hands){.db = db, .arena = arena}, kinds, &expired.at[0]);
    CHECK(claim(db, 60000, &next) && next.at[0].attempt == 2, "the second attempt");

    db_scope_system(db);
    CHECK_OK(job_db_done(db, &slow.at[0], 0, &ours, &err), err);
    CHECK(!ours, "the slow one says done: no row");
    CHECK_OK(job_db_again(db, &slow.at[0], &(struct job_again){0}, &ours, &err), err);
    CHECK(!ours, "the slow one says again: no row");
    CHECK_OK(job_db_dead(db, &slow.at[0], STR(""), 0, &ours, &err), err);
    CHECK(!ours, "the slow one says dead: no row");
    CHECK_OK(job_db_done(db, &next.at[0], 0, &ours, &err), err);
    CHECK(ours && count_state(db, "done") == 1, "the second one has done it");

    /* The rescuer with an old picture comes after the finisher. */
    job_reclaim(&(struct job_hands){.db = db, .arena = arena}, kinds, &next.at[0]);
    CHECK(count_state(db, "done") == 1, "done stays done");
    (void)database;
}

static void a_death_counts_as_an_attempt(struct database *database, struct db *db)
{
    struct job_rows first = {0}, third = {0};

    start(db);
    err_set(&next_failure, ERR_BUSY, "down");
    CHECK(add(db, "t.fails", ""), "added: three attempts");
    CHECK(claim(db, 1000, &first), "attempt 1, and the worker dies");
    turn_clock(2000);
    CHECK(run_due(database, db) == 1, "attempt 2 fails");
    turn_clock(60 * 1000);
    CHECK(claim(db, 1000, &third), "attempt 3, and the worker dies");
    turn_clock(2000);
    CHECK(run_due(database, db) == 0, "no attempt 4");
    CHECK(count_state(db, "dead") == 1 && deaths_told == 1, "dead, and told so");
}

static void three_deaths_are_enough(struct database *database, struct db *db)
{
    struct err err = {0};

    start(db);
    CHECK(add(db, "t.writes", ""), "added: thirty attempts");
    for (int i = 1; i <= 3; i++) {
        struct job_rows rows = {0}, expired = {0};
        CHECK(claim(db, 1000, &rows), "claim %d", i);
        turn_clock(2000);
        CHECK_OK(job_db_expired(db, arena, clock_wall_ms(), &expired, &err), err);
        CHECK(expired.n == 1, "lapsed");
        if (expired.n == 1)
            job_reclaim(&(struct job_hands){.db = db, .arena = arena}, kinds, &expired.at[0]);
        CHECK(count_state(db, i < 3 ? "waiting" : "dead") == 1, "after death %d", i);
    }
    (void)database;
}

/* --- finishers and rescuers at once ----------------------------------------------------------
 */

enum { RACE_JOBS = 60, RACE_THREADS = 6 };

struct rivals {
    struct database *database;
    atomic_int *finished;
    int number;
    bool ok;
    struct err err;
};

/* Claims under a lease that has lapsed already, takes over what others hold, says done. */
static void *claim_and_rescue(void *arg)
{
    struct rivals *r = arg;
    struct arena *a = arena_new("rival");
    struct db *db = NULL;
    struct err err = {0};

    r->ok = db_open(r->database, &db, &err);
    for (int round = 0; r->ok && atomic_load(r->finished) < RACE_JOBS && round < 3000;
         round++) {
        struct job_rows rows = {0}, expired = {0};
        bool ours = false;
        arena_reset(a);
        struct job_claim claim = {.kinds = STR(",t.writes,"),
                                  .holder = STR("rival"),
                                  .now_ms = clock_wall_ms(),
                                  .lease_until_ms = 1,
                                  .most = 2,
                                  .most_per_org = 99};
        r->ok = job_db_claim(db, a, &claim, &rows, &err) &&
                job_db_expired(db, a, clock_wall_ms(), &expired, &err);
        db_scope_system(db);
        for (size_t i = 0; r->ok && i < expired.n; i++)
            if ((round + r->number) % 3 == 0)
                r->ok = job_db_again(db, &expired.at[i], &(struct job_again){.run_at_ms = 1},
                                     &ours, &err);
        for (size_t i = 0; r->ok && i < rows.n; i++) {
            r->ok = job_db_done(db, &rows.at[i], 1, &ours, &err);
            atomic_fetch_add(r->finished, ours);
        }
    }
    r->err = err;
    db_close(db);
    arena_free(a);
    return NULL;
}

static void done_stays_done_whoever_comes_late(struct database *database, struct db *db)
{
    struct rivals rivals[RACE_THREADS];
    pthread_t threads[RACE_THREADS];
    atomic_int finished = 0;

    start(db);
    for (int i = 0; i < RACE_JOBS; i++)
        CHECK(add(db, "t.writes", ""), "added");
    for (int i = 0; i < RACE_THREADS; i++) {
        rivals[i] = (struct rivals){.database = database, .finished = &finished, .number = i};
        must(pthread_create(&threads[i], NULL, claim_and_rescue, &rivals[i]) == 0);
    }
    for (int i = 0; i < RACE_THREADS; i++) {
        pthread_join(threads[i], NULL);
        CHECK_OK(rivals[i].ok, rivals[i].err);
    }
    CHECK(finished == RACE_JOBS, "%d were told that they finished one of %d", (int)finished,
          RACE_JOBS);
    CHECK(count_state(db, "done") == RACE_JOBS, "all are done");
}

/* Whatever statement fails, and how: the job is not lost, and its work is there once. */
static void no_failing_statement_loses_a_job(struct database *database, struct db *db)
{
    static const enum db_fault faults[] = {DB_FAULT_ERROR, DB_FAULT_DISCONNECT, DB_FAULT_FULL,
                                           DB_FAULT_SERIALIZATION, DB_FAULT_ANSWER_LOST};

    for (size_t f = 0; f < countof(faults); f++) {
        int64_t k = 1;
        for (;; k++) {
            struct err err = {0};
            int ran = 0;
            start(db);
            CHECK(add(db, "t.writes", ""), "added");
            database_fail_at(database, k, faults[f]);
            (void)!job_run_due(database, kinds, db, NULL, NULL, &ran, &err);
            bool past = database_statements(database) < k;
            database_fail_at(database, 0, faults[f]);
            for (int i = 0; i < 8 && count_state(db, "done") != 1; i++) {
                turn_clock(20 * 60 * 1000);
                run_due(database, db);
            }
            CHECK(count_state(db, "done") == 1 && runs >= 1, "fault %zu at statement %lld", f,
                  (long long)k);
            db_scope_system(db);
            CHECK_OK(db_run(db, NULL, &err, "DELETE FROM jobs WHERE state = 'done'"), err);
            if (past || k > 100)
                break;
        }
        CHECK(k > 5 && k < 100, "%lld statements were made to fail", (long long)k);
    }
}

/* --- the runner
 * ---------------------------------------------------------------------------------------------
 */

static void runners_run_each_job_once(struct database *database, struct db *db)
{
    enum { JOBS = 200 };
    struct job_runner *runners[2];
    struct err err = {0};

    start(db);
    for (int i = 0; i < 2; i++)
        CHECK_OK(job_start(database, kinds, 4, NULL, &runners[i], &err), err);
    for (int i = 0; i < JOBS; i++) {
        CHECK(add(db, "t.slow", ""), "added");
        job_wake(runners[i % 2]);
    }
    CHECK_OK(job_idle(db, STR("o1"), clock_mono_ms() + 60000, &err), err);
    for (int i = 0; i < 2; i++)
        job_stop(runners[i], 5000);
    CHECK(runs == JOBS, "%d runs of %d jobs", (int)runs, JOBS);
    CHECK(count_state(db, "done") == JOBS, "all are done");
    CHECK(most_concurrent > 1 && most_concurrent <= 8, "%d at once", (int)most_concurrent);
}

static void a_turned_clock_takes_no_job_from_its_worker(struct database *database,
                                                        struct db *db)
{
    struct job_runner *runner;
    struct err err = {0};

    start(db);
    CHECK(add(db, "t.clock", ""), "added");
    CHECK_OK(job_start(database, kinds, 2, NULL, &runner, &err), err);
    CHECK_OK(job_idle(db, STR("o1"), clock_mono_ms() + 20000, &err), err);
    job_stop(runner, 5000);
    CHECK(runs == 1 && count_state(db, "done") == 1, "%d runs", (int)runs);
}

static void a_stopping_runner_hands_back_what_it_cannot_finish(struct database *database,
                                                               struct db *db)
{
    struct job_runner *runner;
    struct err err = {0};

    start(db);
    CHECK(add(db, "t.clock", ""), "added: takes 1.3 s");
    CHECK_OK(job_start(database, kinds, 2, NULL, &runner, &err), err);
    int64_t until = clock_mono_ms() + 10000;
    while (runs == 0 && clock_mono_ms() < until)
        clock_sleep_ms(5);
    job_stop(runner, 10);
    CHECK(count_state(db, "waiting") == 1, "its late end meets no row");
    struct job_rows rows = {0};
    CHECK(claim(db, 1000, &rows) && rows.at[0].attempt == 2 && rows.at[0].snoozes == 1,
          "the next one may have it; it does not count as a failure");
}

static void a_small_org_does_not_wait_behind_a_big_one(struct database *database, struct db *db)
{
    struct job_rows rows = {0};
    struct err err = {0};

    (void)database;
    start(db);
    for (int i = 0; i < 20; i++)
        CHECK(add(db, "t.counts", ""), "added");
    db_scope(db, STR("o2"));
    CHECK(add(db, "t.counts", ""), "added last");
    CHECK_OK(job_db_claim(db, arena,
                          &(struct job_claim){.kinds = job_kinds_text(arena, kinds),
                                              .holder = STR("test"),
                                              .now_ms = clock_wall_ms(),
                                              .lease_until_ms = clock_wall_ms() + 1000,
                                              .most = 4,
                                              .most_per_org = 2},
                          &rows, &err),
             err);
    int of_o2 = 0;
    for (size_t i = 0; i < rows.n; i++)
        of_o2 += str_eq(rows.at[i].org_id, STR("o2"));
    CHECK(rows.n == 4 && of_o2 == 1, "%zu claimed, %d of the small org", rows.n, of_o2);
}

/* --- schedules
 * -------------------------------------------------------------------------------------------------
 */

struct racer {
    struct database *database;
    int won;
};

static void *race(void *arg)
{
    struct racer *racer = arg;
    struct db *db = NULL;
    struct err err = {0};

    CHECK_OK(db_open(racer->database, &db, &err), err);
    for (int slot = 0; slot < 20 && db; slot++) {
        char name[32];
        bool mine = false;
        snprintf(name, sizeof name, "2026-11-%02d", slot);
        CHECK_OK(schedule_claim(db, STR("brain"), str(name), &mine, &err), err);
        racer->won += mine;
    }
    db_close(db);
    return NULL;
}

static void a_slot_fires_once(struct database *database, struct db *db)
{
    enum { RACERS = 8 };
    struct racer racers[RACERS] = {0};
    pthread_t threads[RACERS];
    int won = 0;

    (void)db;
    for (int i = 0; i < RACERS; i++) {
        racers[i].database = database;
        must(pthread_create(&threads[i], NULL, race, &racers[i]) == 0);
    }
    for (int i = 0; i < RACERS; i++) {
        pthread_join(threads[i], NULL);
        won += racers[i].won;
    }
    CHECK(won == 20, "%d winners of 20 slots", won);
}

/* A webhook's inbox is read for all orgs at once. */
static void a_job_of_no_org_runs_for_all(struct database *database, struct db *db)
{
    start(db);
    db_scope_system(db);
    CHECK(add(db, "t.counts", "one") && !add(db, "t.counts", "one"), "one open job");
    CHECK(run_due(database, db) == 1 && runs == 1, "ran %d times", runs);
    CHECK(db_scope_org(db).n == 0, "still in system scope");
}

int main(void)
{
    arena = arena_new("test");
    log_setup(LOG_ERROR, 1);
    RUN_ON_DATABASES(a_job_belongs_to_its_transaction);
    RUN_ON_DATABASES(an_open_job_holds_its_unique_key);
    RUN_ON_DATABASES(a_job_waits_for_its_time_and_for_a_program_that_knows_it);
    RUN_ON_DATABASES(a_failing_job_is_repeated_later_and_later_then_dead);
    RUN_ON_DATABASES(a_refusal_ends_a_job_at_once);
    RUN_ON_DATABASES(a_handler_may_choose_when_to_come_back);
    RUN_ON_DATABASES(a_nap_is_not_an_attempt);
    RUN_ON_DATABASES(a_slow_worker_cannot_overwrite_its_successor);
    RUN_ON_DATABASES(a_death_counts_as_an_attempt);
    RUN_ON_DATABASES(three_deaths_are_enough);
    RUN_ON_DATABASES(done_stays_done_whoever_comes_late);
    RUN_ON_DATABASES(no_failing_statement_loses_a_job);
    RUN_ON_DATABASES(runners_run_each_job_once);
    RUN_ON_DATABASES(a_turned_clock_takes_no_job_from_its_worker);
    RUN_ON_DATABASES(a_stopping_runner_hands_back_what_it_cannot_finish);
    RUN_ON_DATABASES(a_small_org_does_not_wait_behind_a_big_one);
    RUN_ON_DATABASES(a_job_of_no_org_runs_for_all);
    RUN_ON_DATABASES(a_slot_fires_once);
    arena_free(arena);
    return test_report();
}
