/* Every SQL text of the program, prepared on both databases. */
#include "base/arena.h"
#include "base/log.h"
#include "db/driver.h"
#include "test_db.h"

#include <sqlite3.h>

static const struct {
    const char *file;
    int line;
    const char *sql;
    const char *values; /* one letter each: t i r b n ? */
} statements[] = {
#include "sql_literals.h"
};

/* --- SQLite
 * ------------------------------------------------------------------------------------ */

static char tables[32][64];
static int tables_n;

static int note_table(void *arg, int action, const char *a, const char *b, const char *c,
                      const char *d)
{
    (void)arg, (void)b, (void)c, (void)d;
    if ((action == SQLITE_READ || action == SQLITE_INSERT || action == SQLITE_UPDATE ||
         action == SQLITE_DELETE) &&
        tables_n < 32)
        snprintf(tables[tables_n++], sizeof tables[0], "%s", a);
    return SQLITE_OK;
}

static bool names_a_tenant_table(sqlite3 *sqlite)
{
    for (int i = 0; i < tables_n; i++)
        if (sqlite3_table_column_metadata(sqlite, "main", tables[i], "org_id", NULL, NULL, NULL,
                                          NULL, NULL) == SQLITE_OK)
            return true;
    return false;
}

/* Sign-in and the job claimer work across orgs, in the system scope. */
static bool works_across_orgs(const char *file)
{
    return strcmp(file, "src/auth/auth_db.c") == 0 ||
           strcmp(file, "src/auth/session_db.c") == 0 || strcmp(file, "src/job/job_db.c") == 0;
}

/* Tables with few rows, whatever the installation does. */
static bool stays_small(const char *table)
{
    static const char *const small[] = {"orgs", "schedule_slots", "ad_accounts", "CONSTANT"};

    for (size_t i = 0; i < countof(small); i++)
        if (strcmp(table, small[i]) == 0)
            return true;
    return false;
}

/* "SCAN jobs": every row of it is looked at; an index on the way is named behind USING. */
static void check_plan(sqlite3 *sqlite, size_t i, const char *sql)
{
    sqlite3_stmt *plan = NULL;
    char *explain = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);

    if (sqlite3_prepare_v2(sqlite, explain, -1, &plan, NULL) == SQLITE_OK)
        while (sqlite3_step(plan) == SQLITE_ROW) {
            const char *step = (const char *)sqlite3_column_text(plan, 3);
            char table[64] = "";
            /* "0:M3": found by what a full-text MATCH asks for; "0:" alone is every row. */
            if (strstr(step, "VIRTUAL TABLE INDEX 0:M") ||
                strstr(step, "VIRTUAL TABLE INDEX 0:="))
                continue;
            if (strstr(step, "USING") || sscanf(step, "SCAN %63s", table) != 1)
                continue;
            CHECK(stays_small(table) ||
                      sqlite3_table_column_metadata(sqlite, "main", table, NULL, NULL, NULL,
                                                    NULL, NULL, NULL) != SQLITE_OK,
                  "%s:%d: looks at every row of %s\n  %s", statements[i].file,
                  statements[i].line, table, sql);
        }
    sqlite3_finalize(plan);
    sqlite3_free(explain);
}

static void prepare_on_sqlite(sqlite3 *sqlite, size_t i)
{
    const char *text = statements[i].sql;

    if (!driver_only(&text, false))
        return;
    char *sql = driver_expand(text, false);
    sqlite3_stmt *stmt = NULL;
    const char *file = statements[i].file;
    int line = statements[i].line;
    size_t n = strlen(statements[i].values);

    tables_n = 0;
    int code = sqlite3_prepare_v2(sqlite, sql, -1, &stmt, NULL);
    CHECK(code == SQLITE_OK, "%s:%d: SQLite: %s\n  %s", file, line, sqlite3_errmsg(sqlite),
          sql);
    if (code == SQLITE_OK) {
        CHECK(sqlite3_bind_parameter_count(stmt) == (int)n,
              "%s:%d: %d parameters, %zu values\n  %s", file, line,
              sqlite3_bind_parameter_count(stmt), n, sql);
        for (size_t k = 1; k <= n; k++) {
            char name[24];
            snprintf(name, sizeof name, "$%zu", k);
            CHECK(sqlite3_bind_parameter_index(stmt, name), "%s:%d: %s is not used\n  %s", file,
                  line, name, sql);
        }
        CHECK(works_across_orgs(file) || !names_a_tenant_table(sqlite) || strstr(sql, "org_id"),
              "%s:%d: a tenant table without org_id\n  %s", file, line, sql);
        check_plan(sqlite, i, sql);
    }
    sqlite3_finalize(stmt);
    free(sql);
}

static void each_is_good_sqlite(void)
{
    struct test_place place;
    struct database *database = NULL;
    sqlite3 *sqlite = NULL;
    struct err err = {0};

    test_db_make(&place, false, NULL);
    CHECK_OK(database_open(str(place.url), &database, &err) &&
                 database_migrate(database, NULL, &err),
             err);
    database_close(database);
    CHECK(sqlite3_open(place.url + strlen("sqlite:"), &sqlite) == SQLITE_OK, "open");
    sqlite3_set_authorizer(sqlite, note_table, NULL);
    for (size_t i = 0; i < countof(statements); i++)
        prepare_on_sqlite(sqlite, i);
    sqlite3_close(sqlite);
    test_db_remove(&place);
}

/* --- PostgreSQL
 * -------------------------------------------------------------------------------- */

static unsigned type_of(char letter)
{
    switch (letter) {
    case 't':
        return 25;
    case 'i':
        return 20;
    case 'r':
        return 701;
    case 'b':
        return 17;
    default:
        return 0;
    }
}

static void prepare_on_postgres(PGconn *server, size_t i)
{
    const char *text = statements[i].sql;

    if (!driver_only(&text, true))
        return;
    char *sql = driver_expand(text, true);
    unsigned types[64] = {0};
    size_t n = strlen(statements[i].values);

    CHECK(n <= countof(types), "%zu values", n);
    for (size_t k = 0; k < n && k < countof(types); k++)
        types[k] = type_of(statements[i].values[k]);
    PGresult *result = PQprepare(server, "", sql, (int)n, types);
    CHECK(PQresultStatus(result) == PGRES_COMMAND_OK, "%s:%d: PostgreSQL: %s  %s",
          statements[i].file, statements[i].line, PQresultErrorMessage(result), sql);
    PQclear(result);
    free(sql);
}

static void each_is_good_postgres(void)
{
    struct test_place place;
    struct database *database = NULL;
    struct err err = {0};

    test_db_make(&place, true, NULL);
    CHECK_OK(database_open(str(place.url), &database, &err) &&
                 database_migrate(database, NULL, &err),
             err);
    database_close(database);
    PGconn *server = PQconnectdb(place.url);
    PQclear(PQexec(server, "SET ROLE adwright_app"));
    for (size_t i = 0; i < countof(statements); i++)
        prepare_on_postgres(server, i);
    PQfinish(server);
    test_db_remove(&place);
}

static void all_of_them_were_found(void)
{
    CHECK(countof(statements) > 30, "%zu statements", countof(statements));
}

int main(void)
{
    log_setup(LOG_ERROR + 1, 1);
    RUN(all_of_them_were_found);
    RUN(each_is_good_sqlite);
    if (getenv("TEST_POSTGRES"))
        RUN(each_is_good_postgres);
    return test_report();
}
