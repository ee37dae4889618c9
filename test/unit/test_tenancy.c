/* db/ on PostgreSQL: orgs kept apart by the server, roles, settings, lost connections. */
#include "base/arena.h"
#include "base/guard.h"
#include "base/log.h"
#include "db/driver.h"
#include "test_db.h"

static struct arena *arena;

/* For what only PostgreSQL does. */
#define RUN_ON_POSTGRES(function) test_db_run(#function, (function), true)

static bool add_org(struct db *db, const char *id, struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO orgs (org_id, name, country, currency, created_ms)"
                  " VALUES ($1, 'n', 'KZ', 'KZT', 0)",
                  TEXT(str(id)));
}

static int64_t count(struct db_rows *rows)
{
    struct err err = {0};
    int64_t n = -1;

    while (db_next(rows))
        n = db_int(rows, 0);
    CHECK_OK(db_done(rows, &err), err);
    return n;
}

static int64_t count_orgs(struct db *db)
{
    struct db_rows rows;

    db_select(db, arena, &rows, "SELECT count(*) FROM orgs");
    return count(&rows);
}

/* --- row-level security ---------------------------------------------------------------------
 */

static void an_org_sees_and_writes_its_own_rows_only(struct database *database, struct db *db)
{
    struct err err = {0};
    struct db_rows rows;
    int64_t changed = -1;

    (void)database;
    CHECK(count_orgs(db) == 0, "no scope sees nothing");
    db_scope(db, STR("a"));
    CHECK_OK(add_org(db, "a", &err), err);
    db_scope(db, STR("b"));
    CHECK_OK(add_org(db, "b", &err), err);
    CHECK(count_orgs(db) == 1, "its own");
    db_select(db, arena, &rows, "SELECT count(*) FROM orgs WHERE org_id = 'a'");
    CHECK(count(&rows) == 0, "not another's, even by name");
    CHECK(!add_org(db, "c", &err) && err.kind == ERR_BROKEN, "no row for another org");
    CHECK_OK(db_run(db, &changed, &err, "UPDATE orgs SET name = 'x' WHERE org_id = 'a'"), err);
    CHECK(changed == 0, "no change to another org");
    CHECK(!db_run(db, NULL, &err, "UPDATE orgs SET org_id = 'z' WHERE org_id = 'b'"),
          "no row given away");
    CHECK_OK(db_run(db, &changed, &err, "DELETE FROM orgs WHERE org_id = 'a'"), err);
    CHECK(changed == 0, "no deletion in another org");
    CHECK(!db_run(db, NULL, &err, "TRUNCATE orgs"), "no truncation");
    CHECK(!db_run(db, NULL, &err, "UPDATE schema_migrations SET version = 0"), "no tampering");

    CHECK_OK(db_begin(db, &err), err);
    bool ok = db_run(db, &changed, &err, "UPDATE orgs SET name = 'y'");
    CHECK_OK(db_end(db, ok, &err), err);
    CHECK(changed == 1, "in a transaction as well");
    db_scope_system(db);
    CHECK(count_orgs(db) == 2, "the system sees both");
    db_scope(db, STR("b"));
    CHECK(count_orgs(db) == 1, "nothing is left of that scope");
}

static void every_tenant_table_is_closed(struct database *database, struct db *db)
{
    struct err err = {0};
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT count(*) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
              " WHERE a.attname = 'org_id' AND c.relkind = 'r' AND NOT (c.relrowsecurity"
              "   AND c.relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policy p"
              "     WHERE p.polrelid = c.oid))");
    CHECK(count(&rows) == 0, "tables without forced row-level security");
    db_select(db, arena, &rows, "SELECT count(*) FROM pg_class WHERE relforcerowsecurity");
    CHECK(count(&rows) > 20, "and there are many");
    CHECK_OK(database_check(database, &err), err);
    db_select(db, arena, &rows,
              "SELECT count(*) FROM pg_policy p WHERE p.polname = 'own_org'"
              " AND pg_get_expr(p.polqual, p.polrelid) NOT LIKE '%SELECT%'");
    CHECK(count(&rows) == 0, "policies that ask for the scope at each row");
}

static void the_start_up_check_finds_an_open_table(struct database *database, struct db *db)
{
    struct db *owner = NULL;
    struct err err = {0};

    db_scope(db, STR("a"));
    CHECK_OK(add_org(db, "a", &err), err);
    CHECK_OK(driver_owner_open(database, &owner, &err), err);
    CHECK_OK(db_run(owner, NULL, &err, "ALTER TABLE orgs DISABLE ROW LEVEL SECURITY"), err);
    CHECK(!database_check(database, &err) && strstr(err.text, "orgs"), "%s", err.text);
    CHECK_OK(database_migrate(database, NULL, &err), err);
    CHECK_OK(database_check(database, &err), err);
    db_close(owner);
}

/* --- roles and settings
 * ------------------------------------------------------------------------ */

static void make_role(const char *name, const char *with)
{
    char command[200];

    snprintf(command, sizeof command, "DROP ROLE IF EXISTS %s", name);
    test_db_command(command);
    snprintf(command, sizeof command, "CREATE ROLE %s LOGIN %s", name, with);
    test_db_command(command);
}

static void a_plain_role_is_bound_by_the_same_policies(void)
{
    struct test_place place;
    struct database *database = NULL;
    struct db *db = NULL;
    struct err err = {0};
    char command[300], url[600];

    test_db_make(&place, true, NULL);
    make_role("adwright_test_plain", "");
    snprintf(command, sizeof command, "ALTER DATABASE %s OWNER TO adwright_test_plain",
             place.name);
    test_db_command(command);
    test_db_url(url, sizeof url, "adwright_test_plain", place.name);
    CHECK_OK(database_open(str(url), &database, &err), err);
    CHECK_OK(database_migrate(database, NULL, &err), err);
    CHECK_OK(database_check(database, &err), err);
    CHECK_OK(db_open(database, &db, &err), err);
    db_scope(db, STR("a"));
    CHECK_OK(add_org(db, "a", &err), err);
    CHECK(!add_org(db, "b", &err), "not for another org");
    db_scope(db, STR("b"));
    CHECK(count_orgs(db) == 0, "not another's");
    db_close(db);
    database_close(database);
    test_db_remove(&place);
    test_db_command("DROP ROLE adwright_test_plain");
}

static void a_role_that_passes_policies_by_is_refused(void)
{
    struct test_place place;
    struct database *database = NULL;
    struct db *db = NULL;
    struct err err = {0};
    char command[300], url[600];

    test_db_make(&place, true, NULL);
    make_role("adwright_test_bypass", "BYPASSRLS");
    snprintf(command, sizeof command, "ALTER DATABASE %s OWNER TO adwright_test_bypass",
             place.name);
    test_db_command(command);
    test_db_url(url, sizeof url, "adwright_test_bypass", place.name);
    CHECK_OK(database_open(str(url), &database, &err), err);
    CHECK_OK(database_migrate(database, NULL, &err), err);
    CHECK(!db_open(database, &db, &err) && err.kind == ERR_CONFLICT && err.hint[0], "%s",
          err.text);
    CHECK(!database_check(database, &err), "nor does the check pass");
    database_close(database);
    test_db_remove(&place);
    test_db_command("DROP ROLE adwright_test_bypass");
}

static void a_server_that_forgets_is_refused(void)
{
    struct test_place place;
    struct database *database = NULL;
    struct err err = {0};
    char command[300];

    test_db_make(&place, true, NULL);
    snprintf(command, sizeof command, "ALTER DATABASE %s SET synchronous_commit = off",
             place.name);
    test_db_command(command);
    CHECK(!database_open(str(place.url), &database, &err) &&
              strstr(err.text, "synchronous_commit") && err.hint[0],
          "%s", err.text);
    test_db_remove(&place);
}

static void sorts_by_bytes_in_any_locale(void)
{
    static const char *const names[] = {"b", "A", "a", "B", "é"};
    static const char *const sorted[] = {"A", "B", "a", "b", "é"};
    struct test_place place;
    struct database *database = NULL;
    struct db *db = NULL;
    struct db_rows rows;
    struct err err = {0};
    size_t i = 0;

    test_db_make(&place, true,
                 "TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu"
                 " ICU_LOCALE 'en-US' LOCALE 'C'");
    CHECK_OK(database_open(str(place.url), &database, &err), err);
    CHECK_OK(database_migrate(database, NULL, &err), err);
    CHECK_OK(db_open(database, &db, &err), err);
    for (size_t n = 0; n < countof(names); n++)
        CHECK_OK(db_installation_set(db, str(names[n]), STR("1"), &err), err);
    db_select(db, arena, &rows, "SELECT name FROM installation ORDER BY name");
    while (db_next(&rows) && i < countof(sorted)) {
        CHECK(str_eq(db_text(&rows, 0), str(sorted[i])), STR_FMT, STR_ARG(db_text(&rows, 0)));
        i++;
    }
    CHECK_OK(db_done(&rows, &err), err);
    CHECK(i == countof(sorted), "%zu", i);
    db_close(db);
    database_close(database);
    test_db_remove(&place);
}

/* --- lost connections
 * ------------------------------------------------------------------------------ */

static void kill_sessions(struct database *database)
{
    struct db *other = NULL;
    struct db_rows rows;
    struct err err = {0};

    CHECK_OK(driver_owner_open(database, &other, &err), err);
    db_select(other, arena, &rows,
              "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
              " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    CHECK(count(&rows) > 0, "killed");
    db_close(other);
}

static void a_connection_that_died_idle_is_replaced(struct database *database, struct db *db)
{
    struct err err = {0};

    db_scope(db, STR("a"));
    CHECK_OK(add_org(db, "a", &err), err);
    kill_sessions(database);
    CHECK(count_orgs(db) == 1, "a read goes on");
    kill_sessions(database);
    CHECK_OK(db_run(db, NULL, &err, "UPDATE orgs SET name = 'x'"), err);
    kill_sessions(database);
    CHECK_OK(db_begin(db, &err), err);
    bool ok = db_run(db, NULL, &err, "UPDATE orgs SET name = 'y'");
    CHECK_OK(db_end(db, ok, &err), err);
}

static void a_connection_that_dies_in_a_transaction_stores_nothing(struct database *database,
                                                                   struct db *db)
{
    struct err err = {0};

    db_scope_system(db);
    CHECK_OK(db_begin(db, &err), err);
    CHECK_OK(add_org(db, "a", &err), err);
    guard_transaction_end(); /* the killer is another thread, so to speak */
    kill_sessions(database);
    guard_transaction_begin();
    CHECK(!add_org(db, "b", &err) && err.kind == ERR_BUSY, "%s", err.text);
    CHECK(!db_end(db, false, &err), "ended");
    CHECK(count_orgs(db) == 0, "nothing");

    CHECK_OK(db_begin(db, &err), err);
    CHECK_OK(add_org(db, "a", &err), err);
    guard_transaction_end();
    kill_sessions(database);
    guard_transaction_begin();
    CHECK(!db_end(db, true, &err), "the commit fails");
    CHECK(count_orgs(db) == 0, "nothing");
}

static void a_lost_answer_to_a_commit_is_uncertain(struct database *database, struct db *db)
{
    struct err err = {0};

    db_scope_system(db);
    CHECK_OK(db_begin(db, &err), err);
    CHECK_OK(add_org(db, "a", &err), err);
    database_fail_at(database, 1, DB_FAULT_ANSWER_LOST);
    CHECK(!db_end(db, true, &err) && err.kind == ERR_UNCERTAIN, "%s", err.text);
    CHECK(count_orgs(db) == 1, "this time it was stored");
    database_fail_at(database, 1, DB_FAULT_ANSWER_LOST);
    CHECK(!add_org(db, "b", &err) && err.kind == ERR_UNCERTAIN, "a single write: %s", err.text);
    CHECK(count_orgs(db) == 2, "once, not repeated");
    CHECK_OK(db_begin(db, &err), err);
    CHECK_OK(add_org(db, "c", &err), err);
    database_fail_at(database, 1, DB_FAULT_DISCONNECT);
    CHECK(!db_end(db, true, &err) && err.kind == ERR_UNCERTAIN, "%s", err.text);
    CHECK(count_orgs(db) == 2, "this time it was not");
}

static void conflicts_and_losses_of_single_statements_are_repeated(struct database *database,
                                                                   struct db *db)
{
    struct err err = {0};

    db_scope_system(db);
    database_fail_at(database, 1, DB_FAULT_SERIALIZATION);
    CHECK_OK(add_org(db, "a", &err), err);
    database_fail_at(database, 1, DB_FAULT_ANSWER_LOST);
    CHECK(count_orgs(db) == 1, "a read is asked again");
    database_fail_at(database, 1, DB_FAULT_DISCONNECT);
    CHECK(count_orgs(db) == 1, "a read finds another connection");
    CHECK_OK(db_begin(db, &err), err);
    database_fail_at(database, 1, DB_FAULT_SERIALIZATION);
    CHECK(!add_org(db, "b", &err) && err.kind == ERR_BUSY,
          "inside a transaction the caller decides: %s", err.text);
    CHECK(!db_end(db, false, &err), "ended");
}

static void a_migration_under_a_running_program_costs_no_statement(struct database *database,
                                                                   struct db *db)
{
    struct db *owner = NULL;
    struct err err = {0};

    CHECK_OK(db_installation_set(db, STR("a"), STR("b"), &err), err);
    CHECK_OK(driver_owner_open(database, &owner, &err), err);
    for (int i = 0; i < 2; i++) {
        struct str value = STR("");
        CHECK_OK(db_installation_get(db, arena, STR("a"), &value, &err), err);
        CHECK(str_eq(value, STR("b")), STR_FMT, STR_ARG(value));
        CHECK_OK(db_run(owner, NULL, &err, "ALTER TABLE installation ALTER value TYPE varchar"),
                 err);
    }
    db_close(owner);
}

int main(void)
{
    arena = arena_new("test");
    log_setup(LOG_ERROR + 1, 1);
    if (getenv("TEST_POSTGRES")) {
        RUN_ON_POSTGRES(an_org_sees_and_writes_its_own_rows_only);
        RUN_ON_POSTGRES(every_tenant_table_is_closed);
        RUN_ON_POSTGRES(the_start_up_check_finds_an_open_table);
        RUN(a_plain_role_is_bound_by_the_same_policies);
        RUN(a_role_that_passes_policies_by_is_refused);
        RUN(a_server_that_forgets_is_refused);
        RUN(sorts_by_bytes_in_any_locale);
        RUN_ON_POSTGRES(a_connection_that_died_idle_is_replaced);
        RUN_ON_POSTGRES(a_connection_that_dies_in_a_transaction_stores_nothing);
        RUN_ON_POSTGRES(a_lost_answer_to_a_commit_is_uncertain);
        RUN_ON_POSTGRES(a_migration_under_a_running_program_costs_no_statement);
        RUN_ON_POSTGRES(conflicts_and_losses_of_single_statements_are_repeated);
    }
    arena_free(arena);
    return test_report();
}
