/* database.c - the face: rules that are equal on both databases. */

#include "base/guard.h"
#include "base/limits.h"
#include "db/driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the store ----------------------------------------------------------- */

bool database_open(struct str url, struct database **out, struct err *err)
{
    const struct driver *driver = NULL;
    struct str place = url;

    if (str_starts(url, STR("sqlite:"))) {
        driver = &sqlite_driver;
        place = str_sub(url, strlen("sqlite:"), url.n);
    } else if (str_starts(url, STR("postgres://")) || str_starts(url, STR("postgresql://"))) {
        driver = &postgres_driver;
    } else {
        /* Not the text itself: a URL may hold a password. */
        return err_input(err, "db", "write sqlite:PATH or postgres://user@host/name",
                         "the database URL has an unknown scheme");
    }
    struct database *database = calloc(1, sizeof *database);
    must(database);
    database->driver = driver;
    database->lock_ms = LIMIT_LOCK_MS;
    if (!driver->open(database, place, err)) {
        free(database);
        return false;
    }
    *out = database;
    return true;
}

void database_close(struct database *database)
{
    if (!database)
        return;
    database->driver->close(database);
    free(database);
}

bool database_is_postgres(const struct database *database)
{
    return database->driver == &postgres_driver;
}

bool db_is_postgres(const struct db *db)
{
    return database_is_postgres(db->database);
}

/* --- failing on purpose --------------------------------------------------- */

void database_fail_at(struct database *database, int64_t k, enum db_fault fault)
{
    atomic_store(&database->fault, (int)fault);
    atomic_store(&database->statements, 0);
    atomic_store(&database->fail_at, k);
}

int64_t database_statements(const struct database *database)
{
    return atomic_load(&database->statements);
}

bool database_fault(struct database *database, enum db_fault *fault)
{
    int64_t number = atomic_fetch_add(&database->statements, 1) + 1;
    int64_t k = number;

    /* Once: whoever takes the number switches it off. */
    if (!atomic_compare_exchange_strong(&database->fail_at, &k, 0))
        return false;
    *fault = (enum db_fault)atomic_load(&database->fault);
    return true;
}

/* --- handles --------------------------------------------------------------- */

static bool handle_open(struct database *database, bool owner, struct db **out, struct err *err)
{
    struct db *db = calloc(1, sizeof *db);

    must(db);
    db->database = database;
    db->owner = owner;
    if (!database->driver->handle_open(db, err)) {
        free(db);
        return false;
    }
    *out = db;
    return true;
}

bool db_open(struct database *database, struct db **out, struct err *err)
{
    return handle_open(database, false, out, err);
}

bool driver_owner_open(struct database *database, struct db **out, struct err *err)
{
    if (!handle_open(database, true, out, err))
        return false;
    db_scope_system(*out);
    return true;
}

void db_close(struct db *db)
{
    struct err err = {0};

    if (!db)
        return;
    if (db->in_transaction)
        (void)!db_end(db, false, &err);
    db->database->driver->handle_close(db);
    free(db);
}

void db_scope(struct db *db, struct str org_id)
{
    must(!db->in_transaction);
    must(org_id.n > 0 && org_id.n < sizeof db->org);
    memcpy(db->org, org_id.p, org_id.n);
    db->org[org_id.n] = 0;
    db->org_n = org_id.n;
    db->scope = SCOPE_ORG;
}

void db_scope_system(struct db *db)
{
    must(!db->in_transaction);
    db->org[0] = 0;
    db->org_n = 0;
    db->scope = SCOPE_SYSTEM;
}

struct str db_scope_org(const struct db *db)
{
    return (struct str){db->org, db->org_n};
}

/* --- transactions ---------------------------------------------------------- */

bool db_begin(struct db *db, struct err *err)
{
    /* A second transaction of one thread would wait for its own first one. */
    must(!db->in_transaction && !guard_in_transaction());
    if (!db->database->driver->begin(db, err))
        return false;
    db->in_transaction = true;
    db->failed = false;
    guard_transaction_begin();
    return true;
}

bool db_end(struct db *db, bool ok, struct err *err)
{
    must(db->in_transaction);
    if (db->piping)
        db_pipe_cancel(db);
    if (ok && db->failed) {
        *err = db->why;
        ok = false;
    }
    bool done = db->database->driver->end(db, ok, err);
    db->in_transaction = false;
    db->failed = false;
    guard_transaction_end();
    return done;
}

bool db_in_transaction(const struct db *db)
{
    return db->in_transaction;
}

/* --- statements ------------------------------------------------------------ */

/* PostgreSQL refuses such text, SQLite would keep it: refuse it on both. */
static bool values_fit(struct db_values values, struct err *err)
{
    for (size_t i = 0; i < values.n; i++)
        if (values.at[i].type == DB_TEXT && !str_utf8(values.at[i].text))
            return err_set(err, ERR_INVALID, "a text is not UTF-8 or holds a NUL byte");
    return true;
}

/* SELECT, VALUES, and WITH in front of a SELECT. */
static bool reads_only(const char *sql)
{
    while (*sql == ' ' || *sql == '\n')
        sql++;
    if (strncmp(sql, "WITH", 4) == 0)
        return !strstr(sql, "UPDATE ") && !strstr(sql, "INSERT ") && !strstr(sql, "DELETE ");
    return strncmp(sql, "SELECT", 6) == 0 || strncmp(sql, "VALUES", 6) == 0;
}

static bool fail(struct db *db, const struct err *err)
{
    if (db->in_transaction && !db->failed) {
        db->failed = true;
        db->why = *err;
    }
    return false;
}

static bool refuse_after_failure(const struct db *db, struct err *err)
{
    if (!db->failed)
        return true;
    *err = db->why;
    return err_while(err, "an earlier statement of this transaction failed");
}

/* A text for the other database is our mistake, whatever would come of it. */
static const char *for_this(const struct db *db, const char *sql)
{
    must(driver_only(&sql, db_is_postgres(db)));
    return sql;
}

static bool run(struct db *db, const char *text, struct db_values values, struct result *result,
                struct err *err)
{
    const char *sql = for_this(db, text);
    struct ask ask = {sql, values, reads_only(sql)};
    const struct driver *driver = db->database->driver;

    must(!db->piping);
    if (!refuse_after_failure(db, err))
        return false;
    if (!values_fit(values, err))
        return fail(db, err);
    if (db->in_transaction)
        return driver->run(db, &ask, result, err) || fail(db, err);
    must(ask.reads || !guard_in_transaction());
    return driver->run_alone(db, &ask, result, err);
}

bool db_run_values(struct db *db, int64_t *changed, const char *sql, struct db_values values,
                   struct err *err)
{
    struct result result = {0};

    if (!run(db, sql, values, &result, err))
        return false;
    if (changed)
        *changed = result.changed;
    return true;
}

void db_select_values(struct db *db, struct arena *arena, struct db_rows *rows, const char *sql,
                      struct db_values values)
{
    struct result *result = NEW(arena, struct result);

    memset(rows, 0, sizeof *rows);
    rows->db = db;
    rows->arena = arena;
    rows->impl = result;
    result->arena = arena;
    rows->failed = !run(db, sql, values, result, &rows->err);
}

bool db_next(struct db_rows *rows)
{
    struct result *result = rows->impl;

    if (rows->failed || rows->finished)
        return false;
    result->now = result->now ? result->now->next : result->first;
    rows->finished = !result->now;
    return !rows->finished;
}

bool db_done(struct db_rows *rows, struct err *err)
{
    if (rows->failed)
        *err = rows->err;
    return !rows->failed;
}

/* --- reading a row --------------------------------------------------------- */

static const struct cell *cell_at(struct db_rows *rows, int column)
{
    struct result *result = rows->impl;

    must(result->now && column >= 0 && column < result->columns);
    return &result->now->cells[column];
}

/* A column that does not hold what the program expects: a bug, told by db_done. */
static void misread(struct db_rows *rows, int column, const char *expected)
{
    if (rows->failed)
        return;
    rows->failed = true;
    err_set(&rows->err, ERR_BROKEN, "column %d of the result is not %s", column, expected);
    fail(rows->db, &rows->err);
}

struct str db_text(struct db_rows *rows, int column)
{
    const struct cell *cell = cell_at(rows, column);

    switch (cell->type) {
    case DB_INT:
        return str_fmt(rows->arena, "%lld", (long long)cell->integer);
    case DB_REAL:
        return str_fmt(rows->arena, "%.17g", cell->real);
    case DB_TEXT:
    case DB_BYTES:
        return (struct str){cell->text, cell->n};
    default:
        return STR("");
    }
}

int64_t db_int(struct db_rows *rows, int column)
{
    const struct cell *cell = cell_at(rows, column);
    int64_t value = 0;

    if (cell->type == DB_INT)
        return cell->integer;
    if (cell->type == DB_NULL)
        return 0;
    if (cell->type != DB_TEXT || !str_int((struct str){cell->text, cell->n}, &value))
        misread(rows, column, "an integer");
    return value;
}

double db_real(struct db_rows *rows, int column)
{
    const struct cell *cell = cell_at(rows, column);
    char *end = NULL;

    switch (cell->type) {
    case DB_INT:
        return (double)cell->integer;
    case DB_REAL:
        return cell->real;
    case DB_TEXT:
        break;
    default:
        return 0;
    }
    double value = strtod(cell->text, &end);
    if (end != cell->text + cell->n || cell->n == 0)
        misread(rows, column, "a number");
    return value;
}

bool db_null(struct db_rows *rows, int column)
{
    return cell_at(rows, column)->type == DB_NULL;
}

struct row *result_row(struct result *result)
{
    struct row *row =
        arena_alloc(result->arena, sizeof *row + (size_t)result->columns * sizeof(struct cell));
    if (result->last)
        result->last->next = row;
    else
        result->first = row;
    result->last = row;
    return row;
}

/* --- pipes ------------------------------------------------------------------ */

bool db_pipe_begin(struct db *db, struct err *err)
{
    must(!db->piping);
    if (db->in_transaction) {
        db->pipe_is_transaction = false;
        if (!refuse_after_failure(db, err))
            return false;
    } else {
        if (!db_begin(db, err))
            return false;
        db->pipe_is_transaction = true;
    }
    db->piping = true;
    return true;
}

bool db_pipe_values(struct db *db, const char *sql, struct db_values values, struct err *err)
{
    struct ask ask = {for_this(db, sql), values, false};

    must(db->piping);
    if (db->failed)
        return true; /* db_pipe_end tells why */
    if (!values_fit(values, err) || !db->database->driver->pipe_send(db, &ask, err))
        fail(db, err);
    return true;
}

bool db_pipe_end(struct db *db, int64_t *changed, size_t n, struct err *err)
{
    must(db->piping);
    bool ok = db->database->driver->pipe_collect(db, changed, n, err) || fail(db, err);
    db->piping = false;
    if (db->failed) {
        *err = db->why;
        ok = false;
    }
    return db->pipe_is_transaction ? db_end(db, ok, err) : ok;
}

void db_pipe_cancel(struct db *db)
{
    struct err err = {0};

    must(db->piping);
    if (!db->failed) {
        err_set(&err, ERR_BROKEN, "the pipe was cancelled");
        fail(db, &err);
    }
    (void)!db->database->driver->pipe_collect(db, NULL, 0, &err);
    db->piping = false;
    if (db->pipe_is_transaction)
        (void)!db_end(db, false, &err);
}

/* --- for the drivers --------------------------------------------------------- */

/* {members $2}: the parameter, and how many bytes the token has; 0 = it is another one. */
static size_t members_token(const char *sql, int *digits)
{
    static const char begin[] = "{members $";
    const char *number = sql + strlen(begin);

    if (strncmp(sql, begin, strlen(begin)) != 0)
        return 0;
    *digits = (int)strspn(number, "0123456789");
    must(*digits > 0 && number[*digits] == '}');
    return strlen(begin) + (size_t)*digits + 1;
}

static size_t put_token(FILE *out, const char *sql, bool postgres)
{
    static const char skip_locked[] = "{skip_locked}";
    int digits = 0;
    size_t n = members_token(sql, &digits);

    if (n) {
        (void)fprintf(out,
                      postgres ? "(SELECT jsonb_array_elements_text(CAST(%.*s AS jsonb)))"
                               : "(SELECT value FROM json_each(%.*s))",
                      digits + 1, sql + n - 2 - digits);
        return n;
    }
    if (strncmp(sql, skip_locked, strlen(skip_locked)) != 0)
        return 0;
    (void)fputs(postgres ? "FOR UPDATE SKIP LOCKED" : "", out);
    return strlen(skip_locked);
}

char *driver_expand(const char *sql, bool postgres)
{
    char *text = NULL;
    size_t room = 0;
    FILE *out = open_memstream(&text, &room);

    must(out);
    while (*sql) {
        size_t n = *sql == '{' ? put_token(out, sql, postgres) : 0;
        if (!n)
            (void)fputc(*sql, out);
        sql += n ? n : 1;
    }
    must(fclose(out) == 0);
    return text;
}

bool driver_only(const char **sql, bool postgres)
{
    static const struct {
        const char *token;
        bool postgres;
    } only[] = {{ONLY_SQLITE, false}, {ONLY_POSTGRES, true}};

    for (size_t i = 0; i < countof(only); i++)
        if (strncmp(*sql, only[i].token, strlen(only[i].token)) == 0) {
            *sql += strlen(only[i].token);
            return only[i].postgres == postgres;
        }
    return true;
}

void database_set_ring(struct database *database, const struct ring *ring)
{
    database->ring = ring;
}

const struct ring *db_ring(const struct db *db)
{
    must(db->database->ring);
    return db->database->ring;
}
