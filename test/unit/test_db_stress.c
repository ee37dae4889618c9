/* db/ under threads, faults and kills: what was acknowledged is there, exactly. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/driver.h"
#include "test_db.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

static struct arena *arena;

/* --- many threads, some rolled back, some failing, the disk full now and then ----------------
 */

enum { THREADS = 16, EACH = 120 };
enum outcome { NOT_RUN, STORED, NOT_STORED, UNKNOWN };

struct member {
    struct database *database;
    int number;
    bool faults;
    enum outcome outcomes[EACH];
    int busy, broken;
    bool opened;
};

static bool put(struct db *db, int member, int i, const char *half, struct err *err)
{
    char name[48];

    snprintf(name, sizeof name, "m%d-%d-%s", member, i, half);
    return db_run(db, NULL, err, "INSERT INTO installation (name, value) VALUES ($1, 'x')",
                  TEXT(str(name)));
}

/* Two rows that belong together. */
static bool put_both(struct db *db, int member, int i, struct err *err)
{
    if (!db_begin(db, err))
        return false;
    bool ok = put(db, member, i, "a", err) && put(db, member, i, "b", err);
    if (ok && i % 5 == 4)
        ok = err_set(err, ERR_INVALID, "rolled back on purpose");
    if (ok && i % 7 == 6)
        ok = put(db, member, i, "a", err); /* a duplicate */
    return db_end(db, ok, err);
}

static void *be_a_member(void *arg)
{
    struct member *m = arg;
    struct db *db = NULL;
    struct err err = {0};

    m->opened = db_open(m->database, &db, &err);
    for (int i = 0; i < EACH && db; i++) {
        struct err e = {0};
        bool ok = put_both(db, m->number, i, &e);
        m->outcomes[i] = ok ? STORED : e.kind == ERR_UNCERTAIN ? UNKNOWN : NOT_STORED;
        m->busy += e.kind == ERR_BUSY;
        m->broken += e.kind == ERR_BROKEN;
    }
    db_close(db);
    return NULL;
}

static int64_t count_of(struct db *db, int member, int i)
{
    struct db_rows rows;
    struct err err = {0};
    char a[48], b[48];
    int64_t n = -1;

    snprintf(a, sizeof a, "m%d-%d-a", member, i);
    snprintf(b, sizeof b, "m%d-%d-b", member, i);
    db_select(db, arena, &rows, "SELECT count(*) FROM installation WHERE name IN ($1, $2)",
              TEXT(str(a)), TEXT(str(b)));
    while (db_next(&rows))
        n = db_int(&rows, 0);
    CHECK_OK(db_done(&rows, &err), err);
    return n;
}

static void check_members(struct db *db, const struct member *members)
{
    int wrong = 0, stored = 0, refused = 0;

    for (int t = 0; t < THREADS; t++) {
        CHECK(members[t].opened, "member %d has a handle", t);
        for (int i = 0; i < EACH; i++) {
            int64_t n = count_of(db, t, i);
            enum outcome o = members[t].outcomes[i];
            stored += o == STORED;
            refused += o == NOT_STORED;
            wrong += (o == STORED && n != 2) || (o == NOT_STORED && n != 0) || n == 1 ||
                     o == NOT_RUN;
        }
        arena_reset(arena);
    }
    CHECK(wrong == 0, "%d of %d transactions are not as they were answered", wrong,
          THREADS * EACH);
    CHECK(stored > THREADS && refused > THREADS, "%d stored, %d not", stored, refused);
}

static void run_members(struct database *database, struct member *members)
{
    pthread_t threads[THREADS];

    for (int t = 0; t < THREADS; t++) {
        members[t] = (struct member){.database = database, .number = t};
        must(pthread_create(&threads[t], NULL, be_a_member, &members[t]) == 0);
    }
    for (int t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
}

static struct member members[THREADS];

static void threads_get_what_they_are_told(struct database *database, struct db *db)
{
    run_members(database, members);
    check_members(db, members);
    for (int t = 0; t < THREADS; t++)
        for (int i = 0; i < EACH; i++) {
            bool meant = i % 5 != 4 && i % 7 != 6;
            CHECK((members[t].outcomes[i] == STORED) == meant, "member %d, %d", t, i);
        }
}

static atomic_bool spoiling;

struct spoiler {
    struct database *database;
    enum db_fault fault;
    int times;
};

/* Again and again, a fault a few statements from now. */
static void *spoil(void *arg)
{
    struct spoiler *spoiler = arg;

    while (atomic_load(&spoiling)) {
        database_fail_at(spoiler->database, 1 + spoiler->times % 37, spoiler->fault);
        spoiler->times++;
        clock_sleep_ms(3);
    }
    return NULL;
}

static void spoiled(struct database *database, struct db *db, enum db_fault fault)
{
    struct spoiler spoiler = {.database = database, .fault = fault};
    pthread_t thread;
    int failed = 0;

    atomic_store(&spoiling, true);
    must(pthread_create(&thread, NULL, spoil, &spoiler) == 0);
    run_members(database, members);
    atomic_store(&spoiling, false);
    pthread_join(thread, NULL);
    database_fail_at(database, 0, fault);
    check_members(db, members);
    for (int t = 0; t < THREADS; t++)
        failed += members[t].busy + members[t].broken;
    CHECK(failed > 0, "%d faults made nobody fail", spoiler.times);
}

static void a_full_disk_takes_the_batch_and_nobody_is_told_otherwise(struct database *database,
                                                                     struct db *db)
{
    spoiled(database, db, DB_FAULT_FULL);
}

static void a_lost_database_takes_the_batch(struct database *database, struct db *db)
{
    spoiled(database, db, DB_FAULT_DISCONNECT);
}

static void an_error_of_one_member_leaves_the_others(struct database *database, struct db *db)
{
    spoiled(database, db, DB_FAULT_ERROR);
}

/* --- one transaction serves many
 * ------------------------------------------------------------------- */

static void those_who_wait_share_a_commit(struct database *database, struct db *db)
{
    (void)db;
    if (database_is_postgres(database))
        return;
    int64_t before = atomic_load(&database->commits);
    run_members(database, members);
    int64_t commits = atomic_load(&database->commits) - before;
    CHECK(commits > 0 && commits < THREADS * EACH / 2, "%d commits for %d transactions",
          (int)commits, THREADS * EACH);
}

/* --- kill -9
 * ------------------------------------------------------------------------------------------ */

struct writer_thread {
    struct database *database;
    int number;
    int acknowledge; /* pipe */
};

static void *write_until_killed(void *arg)
{
    struct writer_thread *w = arg;
    struct db *db = NULL;
    struct err err = {0};

    if (!db_open(w->database, &db, &err))
        _exit(3);
    for (int i = 0;; i++) {
        int told[2] = {w->number, i};
        struct err e = {0};
        if (!db_begin(db, &e) ||
            !db_end(db, put(db, w->number, i, "a", &e) && put(db, w->number, i, "b", &e), &e))
            _exit(4);
        if (write(w->acknowledge, told, sizeof told) != sizeof told)
            _exit(5);
    }
}

static void child(const char *url, int acknowledge)
{
    struct database *database = NULL;
    static struct writer_thread threads[4];
    pthread_t thread;
    struct err err = {0};

    if (!database_open(str(url), &database, &err))
        _exit(2);
    for (int i = 0; i < 4; i++) {
        threads[i] = (struct writer_thread){database, i, acknowledge};
        if (pthread_create(&thread, NULL, write_until_killed, &threads[i]) != 0)
            _exit(6);
    }
    for (;;)
        pause();
}

/* Run, let it work until `enough` are acknowledged, kill; *told = what it said. */
static int run_and_kill(const char *url, int enough, int told[][2], int room)
{
    int ends[2];
    int n = 0;

    must(pipe(ends) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        child(url, ends[1]);
    }
    close(ends[1]);
    while (n < room && read(ends[0], told[n], sizeof told[0]) == (ssize_t)sizeof told[0])
        if (++n == enough)
            kill(pid, SIGKILL);
    int status = 0;
    waitpid(pid, &status, 0);
    close(ends[0]);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "status %x", status);
    return n;
}

static void killed(bool postgres)
{
    enum { ROOM = 4000 };
    static int told[ROOM][2];
    struct test_place place;
    struct database *database = NULL;
    struct db *db = NULL;
    struct err err = {0};

    for (int round = 0; round < 3; round++) {
        test_db_make(&place, postgres, NULL);
        CHECK_OK(database_open(str(place.url), &database, &err), err);
        CHECK_OK(database_migrate(database, NULL, &err), err);
        database_close(database);
        int n = run_and_kill(place.url, 50 + 137 * round, told, ROOM);
        CHECK(n >= 50, "%d acknowledged", n);
        CHECK_OK(database_open(str(place.url), &database, &err), err);
        CHECK_OK(database_check(database, &err) && db_open(database, &db, &err), err);
        int lost = 0;
        for (int i = 0; i < n; i++)
            lost += count_of(db, told[i][0], told[i][1]) != 2;
        CHECK(lost == 0, "%d of %d acknowledged are lost", lost, n);
        arena_reset(arena);
        db_close(db);
        database_close(database);
        test_db_remove(&place);
    }
}

static void a_killed_process_loses_nothing_it_acknowledged_in_sqlite(void)
{
    killed(false);
}

static void a_killed_process_loses_nothing_it_acknowledged_in_postgres(void)
{
    killed(true);
}

/* --- one process per file
 * -------------------------------------------------------------------------------- */

static void a_second_process_is_refused_with_words(void)
{
    struct test_place place;
    struct database *database = NULL;
    struct database *second = NULL;
    struct err err = {0};
    char pid[24];

    test_db_make(&place, false, NULL);
    CHECK_OK(database_open(str(place.url), &database, &err), err);
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    CHECK(!database_open(str(place.url), &second, &err), "refused");
    CHECK(err.kind == ERR_CONFLICT && strstr(err.text, pid) && strstr(err.hint, "HTTP API"),
          "%s: %s", err.text, err.hint);
    pid_t other = fork();
    if (other == 0) {
        close(STDERR_FILENO);
        _exit(database_open(str(place.url), &second, &err) ? 0 : 7);
    }
    int status = 0;
    waitpid(other, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7, "status %x", status);
    database_close(database);
    CHECK_OK(database_open(str(place.url), &database, &err), err);
    database_close(database);
    test_db_remove(&place);
}

static void refuses_places_it_cannot_use(void)
{
    static const char *const urls[] = {"sqlite:",
                                       "sqlite::memory:",
                                       "mysql://x",
                                       "",
                                       "sqlite:/proc/no/such/folder/a.db",
                                       "postgres://127.0.0.1:1/none"};

    for (size_t i = 0; i < countof(urls); i++) {
        struct database *database = NULL;
        struct err err = {0};
        CHECK(!database_open(str(urls[i]), &database, &err), "%s", urls[i]);
        CHECK(err.text[0] && err.hint[0], "%s: %s (%s)", urls[i], err.text, err.hint);
    }
}

int main(void)
{
    /* Transactions share a commit where commits wait for a disk: not in memory. */
    unsetenv("TMPDIR");
    arena = arena_new("test");
    log_setup(LOG_ERROR + 1, 1);
    RUN(a_killed_process_loses_nothing_it_acknowledged_in_sqlite);
    if (getenv("TEST_POSTGRES"))
        RUN(a_killed_process_loses_nothing_it_acknowledged_in_postgres);
    RUN(a_second_process_is_refused_with_words);
    RUN(refuses_places_it_cannot_use);
    RUN_ON_DATABASES(threads_get_what_they_are_told);
    RUN_ON_DATABASES(a_full_disk_takes_the_batch_and_nobody_is_told_otherwise);
    RUN_ON_DATABASES(a_lost_database_takes_the_batch);
    RUN_ON_DATABASES(an_error_of_one_member_leaves_the_others);
    RUN_ON_DATABASES(those_who_wait_share_a_commit);
    arena_free(arena);
    return test_report();
}
