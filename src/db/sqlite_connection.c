/* sqlite_connection.c - one connection: cached statements, values, rows, errors. */

#include "db/sqlite_parts.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The log is copied back from 1 MB on (a small step keeps those who wait meanwhile from waiting
 * long), and made to start anew from 64 MB on. */
enum {
    CHECKPOINT_PAGES = 250,
    TRUNCATE_PAGES = 16384,
    TRUNCATE_EVERY_MS = 2000,
    TRUNCATE_WAIT_MS = 200,
};

/* --- errors ------------------------------------------------------------------ */

static enum err_kind kind_of(int code)
{
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
        return ERR_CONFLICT;
    switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
        return ERR_BUSY;
    default:
        return ERR_BROKEN;
    }
}

static bool sqlite_failed(struct connection *connection, struct err *err)
{
    int code = sqlite3_extended_errcode(connection->sqlite);

    connection->last_code = code;
    err_set(err, kind_of(code), "the database said: %s (SQLite %d)",
            sqlite3_errmsg(connection->sqlite), code);
    switch (code & 0xff) {
    case SQLITE_FULL:
        return err_hint(err, "the disk is full: free some space; nothing was stored");
    case SQLITE_INTERRUPT:
        return err_hint(err, "the statement took longer than %d s", LIMIT_STATEMENT_MS / 1000);
    case SQLITE_READONLY:
        return err_hint(err, "let the user of this process write to the database file "
                             "and its folder");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_hint(err, "the file is damaged: restore the last good backup");
    default:
        return false;
    }
}

bool connection_broke(const struct connection *connection)
{
    return (connection->last_code & 0xff) == SQLITE_IOERR;
}

bool connection_idle(const struct connection *connection)
{
    return !connection->sqlite || sqlite3_get_autocommit(connection->sqlite);
}

/* --- opening ----------------------------------------------------------------- */

static int note_table(void *arg, int action, const char *a, const char *b, const char *database,
                      const char *trigger)
{
    struct connection *connection = arg;

    (void)b, (void)database, (void)trigger;
    if (action != SQLITE_READ && action != SQLITE_INSERT && action != SQLITE_UPDATE &&
        action != SQLITE_DELETE)
        return SQLITE_OK;
    for (int i = 0; i < connection->tables_n; i++)
        if (strcmp(connection->tables[i], a) == 0)
            return SQLITE_OK;
    if (connection->tables_n < TABLES_OF_STATEMENT)
        (void)snprintf(connection->tables[connection->tables_n++], sizeof connection->tables[0],
                       "%s", a);
    return SQLITE_OK;
}

static int too_long(void *arg)
{
    const struct connection *connection = arg;

    return connection->deadline_mono_ms && clock_mono_ms() > connection->deadline_mono_ms;
}

/* WAL has to be on: without it every commit would stop the readers. */
static bool switch_wal_on(struct connection *connection, struct err *err)
{
    sqlite3_stmt *stmt = NULL;
    bool on = false;

    if (sqlite3_prepare_v2(connection->sqlite, "PRAGMA journal_mode=WAL", -1, &stmt, NULL) !=
        SQLITE_OK)
        return sqlite_failed(connection, err);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        on = strcmp((const char *)sqlite3_column_text(stmt, 0), "wal") == 0;
    sqlite3_finalize(stmt);
    if (on)
        return true;
    if (sqlite3_errcode(connection->sqlite) != SQLITE_DONE &&
        sqlite3_errcode(connection->sqlite) != SQLITE_ROW &&
        sqlite3_errcode(connection->sqlite) != SQLITE_OK)
        return sqlite_failed(connection, err);
    err_set(err, ERR_BROKEN, "the folder of the database cannot hold a write-ahead log");
    return err_hint(err, "use a local disk, not a network share");
}

/* Readers that are always there keep the log from starting anew: let them run out, briefly. */
static void truncate_log(struct connection *connection, const char *name, int pages)
{
    int64_t now = clock_mono_ms();

    if (now < connection->next_truncate_mono_ms)
        return;
    connection->next_truncate_mono_ms = now + TRUNCATE_EVERY_MS;
    sqlite3_busy_timeout(connection->sqlite, TRUNCATE_WAIT_MS);
    int code = sqlite3_wal_checkpoint_v2(connection->sqlite, name, SQLITE_CHECKPOINT_TRUNCATE,
                                         NULL, NULL);
    sqlite3_busy_timeout(connection->sqlite, LIMIT_LOCK_MS);
    if (code != SQLITE_OK)
        log_warn("db.log_grows", LOG_INT("pages", pages), LOG_INT("code", code));
}

static int after_commit(void *arg, sqlite3 *sqlite, const char *name, int pages)
{
    if (pages >= TRUNCATE_PAGES)
        truncate_log(arg, name, pages);
    else if (pages >= CHECKPOINT_PAGES)
        (void)sqlite3_wal_checkpoint_v2(sqlite, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return SQLITE_OK;
}

static bool set_up(struct connection *connection, struct err *err)
{
    static const char common[] = "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
                                 "PRAGMA mmap_size=0; PRAGMA cache_size=-8000;"
                                 "PRAGMA temp_store=MEMORY;";
    static const char writes[] = "PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864;";
    static const char reads[] = "PRAGMA query_only=1; PRAGMA wal_autocheckpoint=0;";

    sqlite3_extended_result_codes(connection->sqlite, 1);
    sqlite3_busy_timeout(connection->sqlite, LIMIT_LOCK_MS);
    sqlite3_set_authorizer(connection->sqlite, note_table, connection);
    sqlite3_progress_handler(connection->sqlite, 100000, too_long, connection);
    sqlite3_db_config(connection->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (!connection->writes)
        sqlite3_db_config(connection->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (connection->writes && !switch_wal_on(connection, err))
        return false;
    if (!connection_exec(connection, common, err) ||
        !connection_exec(connection, connection->writes ? writes : reads, err))
        return false;
    if (connection->writes)
        sqlite3_wal_hook(connection->sqlite, after_commit, connection);
    return true;
}

bool connection_open(struct connection *connection, const char *path, bool writes,
                     struct err *err)
{
    memset(connection, 0, sizeof *connection);
    connection->writes = writes;
    int code = sqlite3_open_v2(path, &connection->sqlite,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    must(connection->sqlite);
    if (code != SQLITE_OK)
        sqlite_failed(connection, err);
    else if (set_up(connection, err))
        return true;
    connection_close(connection);
    return err_while(err, "opening %s", path);
}

static void forget(struct prepared *prepared)
{
    sqlite3_finalize(prepared->stmt);
    free(prepared->text);
    memset(prepared, 0, sizeof *prepared);
}

void connection_close(struct connection *connection)
{
    if (!connection->sqlite)
        return;
    for (int i = 0; i < STATEMENT_SLOTS; i++)
        forget(&connection->slots[i]);
    must(sqlite3_close(connection->sqlite) == SQLITE_OK);
    connection->sqlite = NULL;
}

/* --- statements ---------------------------------------------------------------- */

static struct prepared *slot_of(struct connection *connection, const char *sql)
{
    size_t hash = ((uintptr_t)sql >> 2) * 0x9e3779b97f4a7c15u >> 40;
    struct prepared *slots = connection->slots;

    for (size_t i = 0; i < STATEMENT_PROBES; i++) {
        struct prepared *p = &slots[(hash + i) % STATEMENT_SLOTS];
        if (p->key == sql || !p->key)
            return p;
    }
    return &slots[(hash + hash / STATEMENT_SLOTS % STATEMENT_PROBES) % STATEMENT_SLOTS];
}

static bool names_tenant_table(struct connection *connection)
{
    for (int i = 0; i < connection->tables_n; i++)
        if (sqlite3_table_column_metadata(connection->sqlite, "main", connection->tables[i],
                                          "org_id", NULL, NULL, NULL, NULL, NULL) == SQLITE_OK)
            return true;
    return false;
}

static struct prepared *prepare(struct connection *connection, const char *sql, struct err *err)
{
    struct prepared *p = slot_of(connection, sql);

    if (p->key == sql && strcmp(p->text, sql) == 0)
        return p;
    forget(p);
    char *text = driver_expand(sql, false);
    connection->tables_n = 0;
    int code = sqlite3_prepare_v3(connection->sqlite, text, -1, SQLITE_PREPARE_PERSISTENT,
                                  &p->stmt, NULL);
    free(text);
    if (code != SQLITE_OK) {
        sqlite_failed(connection, err);
        return NULL;
    }
    p->key = sql;
    must((p->text = strdup(sql)));
    p->tenant = names_tenant_table(connection);
    return p;
}

/* SQLite numbers parameters by their first appearance in the text; we go by their name. */
static bool bind(struct connection *connection, sqlite3_stmt *stmt, struct db_values values,
                 struct err *err)
{
    if ((size_t)sqlite3_bind_parameter_count(stmt) != values.n)
        return err_set(err, ERR_BROKEN,
                       "the statement has %d parameters, %zu values were given",
                       sqlite3_bind_parameter_count(stmt), values.n);
    for (size_t i = 0; i < values.n; i++) {
        const struct db_value *v = &values.at[i];
        int code = SQLITE_OK;
        char name[24];

        (void)snprintf(name, sizeof name, "$%zu", i + 1);
        int position = sqlite3_bind_parameter_index(stmt, name);
        if (!position)
            return err_set(err, ERR_BROKEN, "the statement does not use %s", name);
        switch (v->type) {
        case DB_NULL:
            code = sqlite3_bind_null(stmt, position);
            break;
        case DB_TEXT:
            code = sqlite3_bind_text64(stmt, position, v->text.n ? v->text.p : "", v->text.n,
                                       SQLITE_STATIC, SQLITE_UTF8);
            break;
        case DB_BYTES:
            code = sqlite3_bind_blob64(stmt, position, v->text.n ? v->text.p : "", v->text.n,
                                       SQLITE_STATIC);
            break;
        case DB_INT:
            code = sqlite3_bind_int64(stmt, position, v->integer);
            break;
        case DB_REAL:
            code = sqlite3_bind_double(stmt, position, v->real);
            break;
        }
        if (code != SQLITE_OK)
            return sqlite_failed(connection, err);
    }
    return true;
}

static void keep_cell(struct result *result, sqlite3_stmt *stmt, int column, struct cell *cell)
{
    struct str bytes;

    switch (sqlite3_column_type(stmt, column)) {
    case SQLITE_INTEGER:
        cell->type = DB_INT;
        cell->integer = sqlite3_column_int64(stmt, column);
        return;
    case SQLITE_FLOAT:
        cell->type = DB_REAL;
        cell->real = sqlite3_column_double(stmt, column);
        return;
    case SQLITE_NULL:
        return;
    case SQLITE_BLOB:
        bytes.p = sqlite3_column_blob(stmt, column);
        cell->type = DB_BYTES;
        break;
    default:
        bytes.p = (const char *)sqlite3_column_text(stmt, column);
        cell->type = DB_TEXT;
        break;
    }
    bytes.n = (size_t)sqlite3_column_bytes(stmt, column);
    cell->text = str_dup(result->arena, bytes).p;
    cell->n = (uint32_t)bytes.n;
}

static int step_all(sqlite3_stmt *stmt, struct result *result)
{
    int code;

    result->columns = sqlite3_column_count(stmt);
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        if (!result->arena)
            continue;
        struct row *row = result_row(result);
        for (int i = 0; i < result->columns; i++)
            keep_cell(result, stmt, i, &row->cells[i]);
    }
    return code;
}

bool connection_run(struct connection *connection, const struct db *db, const struct ask *ask,
                    struct result *result, struct err *err)
{
    struct prepared *p = prepare(connection, ask->sql, err);

    if (!p)
        return false;
    /* What row-level security does on PostgreSQL, as far as SQLite can. */
    if (p->tenant && db->scope == SCOPE_NONE)
        return err_set(err, ERR_BROKEN,
                       "a statement on a tenant table without db_scope: %.200s", ask->sql);
    bool ok = bind(connection, p->stmt, ask->values, err);
    connection->last_code = 0;
    connection->deadline_mono_ms = clock_mono_ms() + LIMIT_STATEMENT_MS;
    if (ok && step_all(p->stmt, result) != SQLITE_DONE)
        ok = sqlite_failed(connection, err);
    if (ok && !sqlite3_stmt_readonly(p->stmt))
        result->changed = sqlite3_changes64(connection->sqlite);
    sqlite3_reset(p->stmt);
    sqlite3_clear_bindings(p->stmt);
    return ok;
}

bool connection_exec(struct connection *connection, const char *sql, struct err *err)
{
    connection->last_code = 0;
    connection->deadline_mono_ms = 0;
    return sqlite3_exec(connection->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK ||
           sqlite_failed(connection, err);
}

static int keep_finding(void *arg, int columns, char **values, char **names)
{
    struct err *err = arg;

    (void)names;
    if (err->kind == ERR_NONE && columns == 1 && strcmp(values[0], "ok") != 0) {
        err_set(err, ERR_BROKEN, "the database file is damaged: %s", values[0]);
        err_hint(err, "restore the last good backup");
    }
    return 0;
}

bool connection_quick_check(struct connection *connection, struct err *err)
{
    struct err finding = {0};

    connection->deadline_mono_ms = 0;
    if (sqlite3_exec(connection->sqlite, "PRAGMA quick_check", keep_finding, &finding, NULL) !=
        SQLITE_OK)
        return sqlite_failed(connection, err);
    if (finding.kind != ERR_NONE)
        *err = finding;
    return finding.kind == ERR_NONE;
}

/* One plain INSERT: without a statement journal, SQLite gives up the whole transaction. */
void connection_fill(struct connection *connection, struct err *err)
{
    struct err ignored = {0};
    bool held = connection_exec(connection,
                                "CREATE TABLE fill (b); PRAGMA max_page_count=1;"
                                "INSERT INTO fill VALUES (zeroblob(16777216))",
                                err);
    int code = connection->last_code;

    must(!held);
    (void)!connection_exec(connection, "PRAGMA max_page_count=1073741823", &ignored);
    connection->last_code = code;
}
