#ifndef DB_DB_H
#define DB_DB_H

#include "base/err.h"
#include "base/str.h"

/*
 * One face over SQLite and PostgreSQL.
 *
 * A `struct database` is the opened store; a `struct db` is one worker's
 * handle on it, used by one thread at a time.  SQL stands as literals in the
 * `_db.c` of its table (a variable does not compile), one text for both
 * databases, placeholders `$1`... bound by number, values typed by the macros
 * below.  db/README.md lists the portable subset.  Dialect tokens inside a
 * text: {skip_locked}, {members $1}.  Where the databases have nothing in common
 * (full text), there are two texts behind one function of the `_db.c`, each
 * begun with ONLY_SQLITE or ONLY_POSTGRES and chosen by db_is_postgres.
 *
 * Tenancy: a handle has a scope, one org, set from the authenticated caller
 * (db_scope).  Every query on a tenant table still names org_id itself; on
 * PostgreSQL row-level security enforces it under us.  Work that spans orgs
 * (claiming jobs, finding the owner of a webhook) says so with
 * db_scope_system, which is greppable.
 *
 * Transactions: db_begin .. db_end.  On SQLite all writers share one
 * connection: each transaction is a savepoint, and many that wait are
 * committed with one fsync; the caller cannot tell, except by speed.  db_end
 * returns only when the work is durable.  Outside a transaction a db_select
 * reads the last committed state; db_run, and a db_select that writes (INSERT,
 * UPDATE, DELETE ... RETURNING), are transactions of their own.  A thread has
 * at most one transaction open (asserted).  No remote call inside a
 * transaction: net/ asserts it.
 *
 * After any failure inside a transaction the caller ends it with ok=false.
 */
struct database;
struct db;
struct db_rows;
struct ring;

/* "sqlite:PATH" or "postgres://...".  Does not migrate (db_migrate does). */
MUST_CHECK bool database_open(struct str url, struct database **out, struct err *err);
void database_close(struct database *database);
bool database_is_postgres(const struct database *database);
/* The keys that sealed columns are read and written with; set once, before the first handle
 * needs them. */
void database_set_ring(struct database *database, const struct ring *ring);

/* Apply the embedded migrations that are missing.  Refuses a database that is newer than
 * the program, and one whose applied migrations differ from ours. `applied` may be NULL. */
MUST_CHECK bool database_migrate(struct database *database, int *applied, struct err *err);
/* Newest migration known to the program, and the one in the database. */
MUST_CHECK bool database_versions(struct database *database, int *known, int *present,
                                  struct err *err);
/* Is the schema at our version? ERR_CONFLICT names `adwright migrate` as the way out. */
MUST_CHECK bool database_check(struct database *database, struct err *err);

/* In front of a text that only one database understands; on the other it is a bug. */
#define ONLY_SQLITE   "{sqlite}"
#define ONLY_POSTGRES "{postgres}"
bool db_is_postgres(const struct db *db);

MUST_CHECK bool db_open(struct database *database, struct db **out, struct err *err);
void db_close(struct db *db);

/* Set the org for all that follows on this handle.  Not inside a transaction. */
void db_scope(struct db *db, struct str org_id);
void db_scope_system(struct db *db);
struct str db_scope_org(const struct db *db);    /* "" for none or system */
const struct ring *db_ring(const struct db *db); /* asserted: it is set */

/* A lost connection or 40001 in a single-statement write is retried inside. */
MUST_CHECK bool db_begin(struct db *db, struct err *err);
/* Commits if ok, else rolls back.  Returns ok and committed.  When the outcome of COMMIT is
 * not known (connection lost), ERR_UNCERTAIN: look your row up before you decide. */
MUST_CHECK bool db_end(struct db *db, bool ok, struct err *err);
bool db_in_transaction(const struct db *db);

struct db_value {
    enum { DB_NULL, DB_TEXT, DB_INT, DB_REAL, DB_BYTES } type;
    struct str text;
    int64_t integer;
    double real;
};
#define TEXT(s)    ((struct db_value){.type = DB_TEXT, .text = (s)})
#define INT(v)     ((struct db_value){.type = DB_INT, .integer = (v)})
#define REAL(v)    ((struct db_value){.type = DB_REAL, .real = (v)})
#define BYTES(s)   ((struct db_value){.type = DB_BYTES, .text = (s)})
#define NULL_VALUE ((struct db_value){.type = DB_NULL})
/* NULL where the text is empty. */
#define TEXT_OR_NULL(s) ((s).n ? TEXT(s) : NULL_VALUE)

/* Rows of a query.  The struct is opaque but allocatable; statements end in db_done. */
struct db_rows {
    struct db *db;
    struct arena *arena;
    void *impl;
    bool failed;
    bool finished;
    struct err err;
};

/*
 * Start a query.  Then: while (db_next(&rows)) { db_text(&rows, 0) ... }
 * return db_done(&rows, err);  "a row", "no more rows" and "it broke" are three
 * answers.  Text of a row lives as long as `arena`.
 */
#define db_select(db, arena, rows, sql, ...)                                                   \
    db_select_values((db), (arena), (rows), "" sql "", DB_VALUES(__VA_ARGS__))
bool db_next(struct db_rows *rows);
MUST_CHECK bool db_done(struct db_rows *rows, struct err *err);

struct str db_text(struct db_rows *rows, int column); /* NULL reads as "" */
int64_t db_int(struct db_rows *rows, int column);     /* NULL reads as 0 */
double db_real(struct db_rows *rows, int column);
bool db_null(struct db_rows *rows, int column);

/* A statement without rows.  *changed (may be NULL) = rows inserted, updated or deleted. */
#define db_run(db, changed, err, sql, ...)                                                     \
    db_run_values((db), (changed), "" sql "", DB_VALUES(__VA_ARGS__), (err))

/*
 * Many statements in one transaction with one round trip (PostgreSQL pipeline
 * mode; on SQLite they simply run).  Between db_pipe_begin and db_pipe_end only
 * db_pipe is called.  All or nothing; changed[i] tells the rows of statement i.
 *
 * Begun inside a transaction, a pipe is a part of it; else it is its own.  A
 * statement that fails is told by db_pipe_end (db_pipe itself returns true), so
 * a pipe that was begun always reaches its end; who has to give up in the
 * middle calls db_pipe_cancel, and nothing is stored.
 */
MUST_CHECK bool db_pipe_begin(struct db *db, struct err *err);
#define db_pipe(db, err, sql, ...)                                                             \
    db_pipe_values((db), "" sql "", DB_VALUES(__VA_ARGS__), (err))
MUST_CHECK bool db_pipe_end(struct db *db, int64_t *changed, size_t n, struct err *err);
void db_pipe_cancel(struct db *db);

struct db_values {
    const struct db_value *at;
    size_t n;
};
#define DB_VALUES(...)                                                                         \
    ((struct db_values){                                                                       \
        (const struct db_value[]){NULL_VALUE __VA_OPT__(, ) __VA_ARGS__} + 1,                  \
        sizeof((const struct db_value[]){NULL_VALUE __VA_OPT__(, ) __VA_ARGS__}) /             \
                sizeof(struct db_value) -                                                      \
            1})

/* The functions behind the macros; the macros are what to call. */
void db_select_values(struct db *db, struct arena *arena, struct db_rows *rows, const char *sql,
                      struct db_values values);
MUST_CHECK bool db_run_values(struct db *db, int64_t *changed, const char *sql,
                              struct db_values values, struct err *err);
MUST_CHECK bool db_pipe_values(struct db *db, const char *sql, struct db_values values,
                               struct err *err);

/*
 * For tests: fail at the k-th statement from now (1 = the next) of any handle
 * of this database, once; 0 switches it off.  Statements are counted since
 * then.
 */
enum db_fault {
    DB_FAULT_ERROR,
    DB_FAULT_DISCONNECT, /* before the statement is sent */
    DB_FAULT_FULL,
    DB_FAULT_SERIALIZATION,
    DB_FAULT_ANSWER_LOST, /* the server has done it, the answer does not arrive (PostgreSQL) */
};
void database_fail_at(struct database *database, int64_t k, enum db_fault fault);
int64_t database_statements(const struct database *database);

/*
 * Small values that belong to the installation, not to an org: key check
 * value, last clock seen.  Table `installation`.
 */
MUST_CHECK bool db_installation_get(struct db *db, struct arena *arena, struct str name,
                                    struct str *out, struct err *err); /* "" when absent */
MUST_CHECK bool db_installation_set(struct db *db, struct str name, struct str value,
                                    struct err *err);
/* Set it unless it is there; *mine false when it was.  Inside a transaction a second one waits
 * for the first to end. */
MUST_CHECK bool db_installation_claim(struct db *db, struct str name, struct str value,
                                      bool *mine, struct err *err);

#endif
