/* db/: migrations. */
#include "base/embedded.h"
#include "base/log.h"
#include "db/driver.h"
#include "test_db.h"

static void open_place(struct test_place *place, bool postgres, struct database **database)
{
    struct err err = {0};

    test_db_make(place, postgres, NULL);
    CHECK_OK(database_open(str(place->url), database, &err), err);
}

static void versions_are(struct database *database, bool known, int present)
{
    struct err err = {0};
    int ours = -1, theirs = -1;

    CHECK_OK(database_versions(database, &ours, &theirs, &err), err);
    CHECK(ours > 0 && theirs == (known ? ours : present), "%d known, %d present", ours, theirs);
}

static void brings_an_empty_database_up_to_date(bool postgres)
{
    struct test_place place;
    struct database *database = NULL;
    struct err err = {0};
    int applied = -1, files = 0;

    for (const struct embedded *file = embedded_migrations; file->name; file++)
        files++;
    open_place(&place, postgres, &database);
    versions_are(database, false, 0);
    CHECK(!database_check(database, &err) && err.kind == ERR_CONFLICT &&
              strstr(err.hint, "adwright migrate"),
          "%s: %s", err.text, err.hint);
    CHECK_OK(database_migrate(database, &applied, &err), err);
    CHECK(applied == files, "%d applied", applied);
    versions_are(database, true, 0);
    CHECK_OK(database_check(database, &err), err);
    CHECK_OK(database_migrate(database, &applied, &err), err);
    CHECK(applied == 0, "nothing the second time");
    database_close(database);
    test_db_remove(&place);
}

static void refuses_a_newer_and_a_different_database(bool postgres)
{
    struct test_place place;
    struct database *database = NULL;
    struct db *owner = NULL;
    struct err err = {0};

    open_place(&place, postgres, &database);
    CHECK_OK(database_migrate(database, NULL, &err), err);
    CHECK_OK(driver_owner_open(database, &owner, &err), err);
    CHECK_OK(db_run(owner, NULL, &err,
                    "INSERT INTO schema_migrations (version, name, checksum, applied_ms)"
                    " VALUES (9999, '9999_tomorrow.sql', 'x', 0)"),
             err);
    CHECK(!database_check(database, &err) && err.kind == ERR_CONFLICT &&
              strstr(err.text, "newer than this program"),
          "%s", err.text);
    CHECK(!database_migrate(database, NULL, &err) && err.hint[0], "%s", err.text);
    CHECK_OK(db_run(owner, NULL, &err, "DELETE FROM schema_migrations WHERE version = 9999"),
             err);
    CHECK_OK(db_run(owner, NULL, &err,
                    "UPDATE schema_migrations SET checksum = 'y' WHERE version = 2"),
             err);
    CHECK(!database_check(database, &err) && strstr(err.text, "0002_"), "%s", err.text);
    CHECK(!database_migrate(database, NULL, &err) && err.kind == ERR_CONFLICT, "%s", err.text);
    db_close(owner);
    database_close(database);
    test_db_remove(&place);
}

/* Old or new, never between: whatever statement fails, the next run goes on from there. */
static void stopped_anywhere_it_goes_on(bool postgres)
{
    static const enum db_fault faults[] = {DB_FAULT_ERROR, DB_FAULT_DISCONNECT, DB_FAULT_FULL};

    for (size_t f = 0; f < countof(faults); f++) {
        struct test_place place;
        struct database *database = NULL;
        struct err err = {0};
        int failures = 0;

        open_place(&place, postgres, &database);
        for (int64_t k = 1;; k++) {
            struct err e = {0};
            database_fail_at(database, k, faults[f]);
            bool ok = database_migrate(database, NULL, &e);
            bool past = database_statements(database) < k;
            if (ok)
                CHECK(past, "a failure at %d is told", (int)k);
            if (ok || k > 200)
                break;
            failures++;
        }
        database_fail_at(database, 0, faults[f]);
        CHECK(failures > 8, "%d failures", failures);
        versions_are(database, true, 0);
        CHECK_OK(database_check(database, &err), err);
        database_close(database);
        test_db_remove(&place);
    }
}

/* What is for one database is applied there only; lines and the rest of the text stay. */
static void blocks_are_for_one_database(void)
{
    static const char text[] = "CREATE TABLE a (x TEXT);\n"
                               "-- only sqlite\n"
                               "CREATE TABLE b (x TEXT);\n"
                               "  -- only postgres  \n"
                               "CREATE TABLE c (x TEXT);\n"
                               "-- both\n"
                               "-- only sqlite is a remark here\n"
                               "CREATE TABLE d (x TEXT);";
    static const struct {
        bool postgres;
        const char *there, *not_there;
    } each[] = {{false, "TABLE b", "TABLE c"}, {true, "TABLE c", "TABLE b"}};

    for (size_t i = 0; i < countof(each); i++) {
        char *got = driver_migration(text, each[i].postgres);
        CHECK(strlen(got) == strlen(text), "%zu bytes", strlen(got));
        CHECK(strstr(got, "TABLE a") && strstr(got, "TABLE d"), "%s", got);
        CHECK(strstr(got, each[i].there) && !strstr(got, each[i].not_there), "%s", got);
        free(got);
    }
}

/* A text of one database is not sent to the other; tokens stand wherever they are written. */
static void dialect_tokens_are_replaced(void)
{
    static const struct {
        const char *sql, *sqlite, *postgres; /* NULL: not for this one */
    } rows[] = {
        {"SELECT 1", "SELECT 1", "SELECT 1"},
        {ONLY_SQLITE "SELECT 1", "SELECT 1", NULL},
        {ONLY_POSTGRES "SELECT 1", NULL, "SELECT 1"},
        {"SELECT '{}' WHERE a IN {members $12} AND b IN {members $3} {skip_locked}",
         "SELECT '{}' WHERE a IN (SELECT value FROM json_each($12)) AND b IN"
         " (SELECT value FROM json_each($3)) ",
         "SELECT '{}' WHERE a IN (SELECT jsonb_array_elements_text(CAST($12 AS jsonb))) AND b "
         "IN"
         " (SELECT jsonb_array_elements_text(CAST($3 AS jsonb))) FOR UPDATE SKIP LOCKED"},
    };

    for (size_t i = 0; i < 2 * countof(rows); i++) {
        bool postgres = i % 2;
        const char *sql = rows[i / 2].sql;
        const char *expected = postgres ? rows[i / 2].postgres : rows[i / 2].sqlite;
        bool ours = driver_only(&sql, postgres);
        CHECK(ours == (expected != NULL), "%s", rows[i / 2].sql);
        if (!expected)
            continue;
        char *got = driver_expand(sql, postgres);
        CHECK(strcmp(got, expected) == 0, "%s", got);
        free(got);
    }
}

#define BOTH(function)                                                                         \
    static void function##_in_sqlite(void)                                                     \
    {                                                                                          \
        function(false);                                                                       \
    }                                                                                          \
    static void function##_in_postgres(void)                                                   \
    {                                                                                          \
        function(true);                                                                        \
    }
BOTH(brings_an_empty_database_up_to_date)
BOTH(refuses_a_newer_and_a_different_database)
BOTH(stopped_anywhere_it_goes_on)

int main(void)
{
    log_setup(LOG_ERROR + 1, 1);
    RUN(blocks_are_for_one_database);
    RUN(dialect_tokens_are_replaced);
    RUN(brings_an_empty_database_up_to_date_in_sqlite);
    RUN(refuses_a_newer_and_a_different_database_in_sqlite);
    RUN(stopped_anywhere_it_goes_on_in_sqlite);
    if (getenv("TEST_POSTGRES")) {
        RUN(brings_an_empty_database_up_to_date_in_postgres);
        RUN(refuses_a_newer_and_a_different_database_in_postgres);
        RUN(stopped_anywhere_it_goes_on_in_postgres);
    }
    return test_report();
}
