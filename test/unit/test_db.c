/* db/: one face over both databases. */
#include "base/arena.h"
#include "base/guard.h"
#include "base/log.h"
#include "db/driver.h"
#include "test_db.h"

static struct arena *arena;

static bool add_org(struct db *db, const char *id, struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO orgs (org_id, name, country, currency, created_ms)"
                  " VALUES ($1, $2, $3, $4, $5)",
                  TEXT(str(id)), TEXT(STR("Алматы")), TEXT(STR("KZ")), TEXT(STR("KZT")),
                  INT(7));
}

static int64_t count_orgs(struct db *db)
{
    struct db_rows rows;
    struct err err = {0};
    int64_t n = -1;

    db_select(db, arena, &rows, "SELECT count(*) FROM orgs");
    while (db_next(&rows))
        n = db_int(&rows, 0);
    CHECK_OK(db_done(&rows, &err), err);
    return n;
}

/* --- values ----------------------------------------------------------------------------------
 */

static void reads_back_what_was_written(struct database *database, struct db *db)
{
    struct db_rows rows;
    struct err err = {0};
    int64_t changed = 0;
    int seen = 0;

    (void)database;
    db_scope(db, STR("o1"));
    CHECK_OK(add_org(db, "o1", &err), err);
    /* $2 before $1: values go by their number, not by their place in the text. */
    db_select(db, arena, &rows,
              "SELECT name, created_ms, CAST(created_ms AS DOUBLE PRECISION) / 2, NULL,"
              " CAST($4 AS DOUBLE PRECISION), CAST($3 AS BIGINT), created_ms = 7"
              " FROM orgs WHERE org_id = $2 AND created_ms < $1",
              INT(INT64_MAX), TEXT(STR("o1")), INT(INT64_MIN), REAL(0.1));
    while (db_next(&rows)) {
        seen++;
        CHECK(str_eq(db_text(&rows, 0), STR("Алматы")), "text");
        CHECK(db_int(&rows, 1) == 7, "integer");
        CHECK(str_eq(db_text(&rows, 1), STR("7")), "integer as text");
        CHECK(db_real(&rows, 2) == 3.5, "real");
        CHECK(db_null(&rows, 3) && db_int(&rows, 3) == 0 && db_text(&rows, 3).n == 0, "null");
        CHECK(db_real(&rows, 4) == 0.1, "real exactly");
        CHECK(db_int(&rows, 5) == INT64_MIN, "smallest integer");
        CHECK(db_int(&rows, 6) == 1, "a comparison is 1 or 0");
    }
    CHECK_OK(db_done(&rows, &err), err);
    CHECK(seen == 1, "%d rows", seen);
    CHECK_OK(db_run(db, &changed, &err, "UPDATE orgs SET name = $1 WHERE org_id = $2",
                    TEXT(STR("x")), TEXT(STR("o1"))),
             err);
    CHECK(changed == 1, "%d changed", (int)changed);
    CHECK_OK(db_run(db, &changed, &err, "UPDATE orgs SET name = $1 WHERE org_id = $2",
                    TEXT(STR("x")), TEXT(STR("o2"))),
             err);
    CHECK(changed == 0, "%d changed", (int)changed);
}

static void null_and_text_may_alternate(struct database *database, struct db *db)
{
    static const char *const values[] = {"", "a", "", "b"};
    struct err err = {0};

    (void)database;
    for (size_t i = 0; i < countof(values); i++) {
        struct db_rows rows;
        db_select(db, arena, &rows, "SELECT COALESCE($1, 'none')",
                  TEXT_OR_NULL(str(values[i])));
        while (db_next(&rows)) {
            struct str got = db_text(&rows, 0);
            CHECK(str_eq(got, values[i][0] ? str(values[i]) : STR("none")), STR_FMT,
                  STR_ARG(got));
        }
        CHECK_OK(db_done(&rows, &err), err);
    }
}

static void a_row_that_is_misread_is_not_an_empty_list(struct database *database, struct db *db)
{
    struct db_rows rows;
    struct err err = {0};

    (void)database;
    db_select(db, arena, &rows, "SELECT 'seven'");
    while (db_next(&rows))
        CHECK(db_int(&rows, 0) == 0, "no number");
    CHECK(!db_done(&rows, &err) && err.kind == ERR_BROKEN, "told at the end");
    db_select(db, arena, &rows, "SELECT no_such_column FROM orgs");
    CHECK(!db_next(&rows), "no row");
    CHECK(!db_done(&rows, &err) && err.kind == ERR_BROKEN, "a broken query is told");
}

static void refuses_text_that_one_database_cannot_hold(struct database *database, struct db *db)
{
    struct err err = {0};

    (void)database;
    CHECK(!db_installation_set(db, STR("a"), (struct str){"x\0y", 3}, &err) &&
              err.kind == ERR_INVALID,
          "NUL");
    CHECK(!db_installation_set(db, STR("a"), STR("\xff"), &err) && err.kind == ERR_INVALID,
          "not UTF-8");
    CHECK_OK(db_installation_set(db, STR("a"), STR(""), &err), err);
}

static void sorts_text_by_bytes(struct database *database, struct db *db)
{
    static const char *const names[] = {"Zoo", "apple", "Яблоко", "Éclair", "a b", "a-b", "B"};
    static const char *const sorted[] = {"B", "Zoo", "a b", "a-b", "apple", "Éclair", "Яблоко"};
    struct db_rows rows;
    struct err err = {0};
    size_t i = 0;

    (void)database;
    for (size_t n = 0; n < countof(names); n++)
        CHECK_OK(db_installation_set(db, str(names[n]), STR("1"), &err), err);
    db_select(db, arena, &rows, "SELECT name FROM installation ORDER BY name");
    while (db_next(&rows)) {
        CHECK(i < countof(sorted) && str_eq(db_text(&rows, 0), str(sorted[i])), STR_FMT,
              STR_ARG(db_text(&rows, 0)));
        i++;
    }
    CHECK_OK(db_done(&rows, &err), err);
}

/* --- transactions
 * ------------------------------------------------------------------------------- */

static void a_transaction_is_all_or_nothing(struct database *database, struct db *db)
{
    struct err err = {0};

    (void)database;
    db_scope_system(db);
    CHECK_OK(db_begin(db, &err), err);
    bool ok = add_org(db, "a", &err) && add_org(db, "b", &err);
    CHECK(count_orgs(db) == 2, "seen inside");
    CHECK(!db_end(db, false, &err), "rolled back");
    CHECK(count_orgs(db) == 0, "gone");
    CHECK_OK(db_begin(db, &err), err);
    ok = ok && add_org(db, "a", &err) && add_org(db, "b", &err);
    CHECK_OK(db_end(db, ok, &err), err);
    CHECK(count_orgs(db) == 2, "there");
}

static void a_failed_transaction_runs_nothing_more(struct database *database, struct db *db)
{
    struct err err = {0};

    (void)database;
    db_scope_system(db);
    CHECK_OK(db_begin(db, &err), err);
    CHECK_OK(add_org(db, "a", &err), err);
    CHECK(!add_org(db, "a", &err) && err.kind == ERR_CONFLICT, "unique key: %s", err.text);
    CHECK(!add_org(db, "b", &err), "refused after a failure");
    CHECK(!db_end(db, true, &err), "cannot be committed");
    CHECK(count_orgs(db) == 0, "nothing stored");
}

static void others_see_what_is_committed(struct database *database, struct db *db)
{
    struct db *other = NULL;
    struct err err = {0};

    CHECK_OK(db_open(database, &other, &err), err);
    db_scope_system(db);
    db_scope_system(other);
    CHECK_OK(db_begin(db, &err), err);
    CHECK_OK(add_org(db, "a", &err), err);
    CHECK(count_orgs(other) == 0, "not yet");
    CHECK_OK(db_end(db, true, &err), err);
    CHECK(count_orgs(other) == 1, "now");
    db_close(other);
}

static void a_select_that_writes_is_its_own_transaction(struct database *database,
                                                        struct db *db)
{
    struct db_rows rows;
    struct err err = {0};
    int seen = 0;

    (void)database;
    db_scope_system(db);
    CHECK_OK(add_org(db, "a", &err), err);
    db_select(db, arena, &rows, "UPDATE orgs SET name = 'b' RETURNING org_id, name");
    while (db_next(&rows))
        seen += str_eq(db_text(&rows, 1), STR("b"));
    CHECK_OK(db_done(&rows, &err), err);
    CHECK(seen == 1, "%d rows", seen);
    db_select(db, arena, &rows,
              "WITH gone AS (SELECT org_id FROM orgs)"
              " DELETE FROM orgs WHERE org_id IN (SELECT org_id FROM gone) RETURNING org_id");
    while (db_next(&rows))
        seen++;
    CHECK_OK(db_done(&rows, &err), err);
    CHECK(seen == 2 && count_orgs(db) == 0, "%d rows", seen);
}

static void tells_a_unique_key_from_other_constraints(struct database *database, struct db *db)
{
    struct err err = {0};

    (void)database;
    db_scope_system(db);
    CHECK_OK(add_org(db, "a", &err), err);
    CHECK(!add_org(db, "a", &err) && err.kind == ERR_CONFLICT, "unique: %s", err.text);
    CHECK(!db_run(db, NULL, &err,
                  "INSERT INTO memberships (org_id, user_id, role, created_ms)"
                  " VALUES ('a', 'nobody', 'owner', 0)") &&
              err.kind == ERR_BROKEN,
          "foreign key: %s", err.text);
    CHECK(!db_run(db, NULL, &err,
                  "INSERT INTO users (user_id, email, password_hash, disabled, created_ms)"
                  " VALUES ('u', 'u', 'h', 7, 0)") &&
              err.kind == ERR_BROKEN,
          "check: %s", err.text);
    CHECK(!strstr(err.text, "DETAIL"), "no values of rows in the text");
}

/* --- pipes
 * ------------------------------------------------------------------------------------------ */

static bool pipe_orgs(struct db *db, const char *const *ids, size_t n, int64_t *changed,
                      struct err *err)
{
    if (!db_pipe_begin(db, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!db_pipe(db, err,
                     "INSERT INTO orgs (org_id, name, country, currency, created_ms)"
                     " VALUES ($1, 'n', 'KZ', 'KZT', 0)",
                     TEXT(str(ids[i]))) ||
            !db_pipe(db, err, "UPDATE orgs SET name = 'm' WHERE org_id <> $1",
                     TEXT(str(ids[i]))))
            return false;
    return db_pipe_end(db, changed, n * 2, err);
}

static void a_pipe_is_all_or_nothing(struct database *database, struct db *db)
{
    static const char *const good[] = {"a", "b", "c"};
    static const char *const bad[] = {"d", "a", "e"};
    int64_t changed[6] = {0};
    struct err err = {0};

    (void)database;
    db_scope_system(db);
    CHECK_OK(pipe_orgs(db, good, 3, changed, &err), err);
    CHECK(changed[0] == 1 && changed[1] == 0 && changed[2] == 1 && changed[3] == 1 &&
              changed[4] == 1 && changed[5] == 2,
          "counts by statement");
    CHECK(count_orgs(db) == 3, "stored");
    CHECK(!pipe_orgs(db, bad, 3, changed, &err) && err.kind == ERR_CONFLICT, "one fails");
    CHECK(count_orgs(db) == 3, "nothing of it is stored");

    CHECK_OK(db_begin(db, &err), err);
    bool ok = add_org(db, "x", &err) && pipe_orgs(db, bad, 1, NULL, &err);
    CHECK_OK(db_end(db, ok, &err), err);
    CHECK(count_orgs(db) == 5, "part of a transaction");
    CHECK_OK(db_begin(db, &err), err);
    ok = add_org(db, "y", &err) && pipe_orgs(db, bad, 3, NULL, &err);
    CHECK(!ok && !db_end(db, ok, &err), "fails with it");
    CHECK(count_orgs(db) == 5, "nothing stored");
}

static void a_pipe_that_is_given_up_stores_nothing(struct database *database, struct db *db)
{
    struct err err = {0};

    (void)database;
    db_scope_system(db);
    CHECK_OK(db_pipe_begin(db, &err), err);
    CHECK_OK(db_pipe(db, &err,
                     "INSERT INTO orgs (org_id, name, country, currency, created_ms)"
                     " VALUES ('a', 'n', 'KZ', 'KZT', 0)"),
             err);
    db_pipe_cancel(db);
    CHECK(!db_in_transaction(db) && count_orgs(db) == 0, "cancelled");
    CHECK_OK(db_pipe_begin(db, &err), err);
    CHECK_OK(db_pipe(db, &err,
                     "INSERT INTO orgs (org_id, name, country, currency, created_ms)"
                     " VALUES ($1, 'n', 'KZ', 'KZT', 0)",
                     TEXT(STR("\xff"))),
             err);
    CHECK(!db_pipe_end(db, NULL, 0, &err) && err.kind == ERR_INVALID, "a value is refused");
    CHECK(count_orgs(db) == 0, "nothing stored");
    CHECK_OK(db_pipe_begin(db, &err) && db_pipe_end(db, NULL, 0, &err), err);
}

/* --- failing on purpose
 * --------------------------------------------------------------------------------- */

static bool change(struct db *db, struct err *err)
{
    static const char *const ids[] = {"c", "d"};

    if (!db_begin(db, err))
        return false;
    bool ok = add_org(db, "a", err) && add_org(db, "b", err) &&
              pipe_orgs(db, ids, 2, NULL, err) &&
              db_run(db, NULL, err, "UPDATE orgs SET created_ms = 8");
    return db_end(db, ok, err);
}

static void every_failing_statement_leaves_all_or_nothing(struct database *database,
                                                          struct db *db)
{
    static const enum db_fault faults[] = {DB_FAULT_ERROR, DB_FAULT_DISCONNECT, DB_FAULT_FULL,
                                           DB_FAULT_SERIALIZATION, DB_FAULT_ANSWER_LOST};

    db_scope_system(db);
    for (size_t f = 0; f < countof(faults); f++) {
        int64_t k = 1;
        for (;; k++) {
            struct err err = {0};
            database_fail_at(database, k, faults[f]);
            bool ok = change(db, &err);
            bool past = database_statements(database) < k;
            database_fail_at(database, 0, faults[f]);
            int64_t n = count_orgs(db);
            /* A connection found dead at the first statement is replaced without a word. */
            CHECK(ok == past || (k == 1 && ok), "fault %zu at %d is told", f, (int)k);
            CHECK(ok ? n == 4 : n == 0 || (n == 4 && err.kind == ERR_UNCERTAIN),
                  "fault %zu at %d: %d rows, %s", f, (int)k, (int)n, err.text);
            CHECK(ok || err.kind == ERR_BUSY || err.kind == ERR_BROKEN ||
                      err.kind == ERR_UNCERTAIN,
                  "fault %zu at %d: kind %s", f, (int)k, err_kind_name(err.kind));
            CHECK(faults[f] != DB_FAULT_FULL || ok || err.kind == ERR_BUSY, "full is busy: %s",
                  err.text);
            CHECK_OK(db_run(db, NULL, &err, "DELETE FROM orgs"), err);
            if (past || k > 50)
                break;
        }
        CHECK(k > 7 && k < 20, "%d statements", (int)k);
    }
}

static void waiting_for_a_turn_ends(struct database *database, struct db *db)
{
    struct db *other = NULL;
    struct err err = {0};

    if (database_is_postgres(database)) /* there lock_timeout does it */
        return;
    CHECK_OK(db_open(database, &other, &err), err);
    CHECK_OK(db_begin(db, &err), err);
    guard_transaction_end(); /* as if the other handle were another thread's */
    database->lock_ms = 50;
    CHECK(!db_begin(other, &err) && err.kind == ERR_BUSY, "%s", err.text);
    database->lock_ms = 1000;
    guard_transaction_begin();
    CHECK_OK(db_end(db, true, &err), err);
    CHECK_OK(db_begin(other, &err) && db_end(other, true, &err), err);
    db_close(other);
}

/* What row-level security does to rows, SQLite does to the whole statement: it is a mistake. */
static void a_tenant_table_needs_a_scope(struct database *database, struct db *db)
{
    struct db_rows rows;
    struct err err = {0};
    int64_t n = 0;

    db_select(db, arena, &rows, "SELECT count(*) FROM leads");
    while (db_next(&rows))
        n += db_int(&rows, 0);
    bool ok = db_done(&rows, &err);
    CHECK(database_is_postgres(database) ? ok && n == 0 : !ok, "read without a scope");
    CHECK(!add_org(db, "a", &err), "write without a scope");
    CHECK_OK(db_installation_set(db, STR("a"), STR("b"), &err), err);
}

int main(void)
{
    arena = arena_new("test");
    log_setup(LOG_ERROR + 1, 1);
    RUN_ON_DATABASES(reads_back_what_was_written);
    RUN_ON_DATABASES(null_and_text_may_alternate);
    RUN_ON_DATABASES(a_row_that_is_misread_is_not_an_empty_list);
    RUN_ON_DATABASES(refuses_text_that_one_database_cannot_hold);
    RUN_ON_DATABASES(sorts_text_by_bytes);
    RUN_ON_DATABASES(a_transaction_is_all_or_nothing);
    RUN_ON_DATABASES(a_failed_transaction_runs_nothing_more);
    RUN_ON_DATABASES(others_see_what_is_committed);
    RUN_ON_DATABASES(a_select_that_writes_is_its_own_transaction);
    RUN_ON_DATABASES(tells_a_unique_key_from_other_constraints);
    RUN_ON_DATABASES(a_pipe_is_all_or_nothing);
    RUN_ON_DATABASES(a_pipe_that_is_given_up_stores_nothing);
    RUN_ON_DATABASES(every_failing_statement_leaves_all_or_nothing);
    RUN_ON_DATABASES(waiting_for_a_turn_ends);
    RUN_ON_DATABASES(a_tenant_table_needs_a_scope);
    arena_free(arena);
    return test_report();
}
