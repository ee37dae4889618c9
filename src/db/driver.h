#ifndef DB_DRIVER_H
#define DB_DRIVER_H

#include "base/arena.h"
#include "db/db.h"

#include <stdatomic.h>

/*
 * Inside db/ only: what database.c asks of a driver (sqlite.c, postgres.c).
 *
 * database.c keeps the rules that are equal on both sides (a failed
 * transaction runs nothing more, a pipe is all or nothing, values are checked)
 * and the drivers run statements.
 */

/* One value of one row.  Text points into the result's arena. */
struct cell {
    union {
        const char *text;
        int64_t integer;
        double real;
    };
    uint32_t n; /* of text */
    uint8_t type;
};

struct row {
    struct row *next;
    struct cell cells[];
};

/* All rows of a statement: both drivers read them whole, so no cursor stays open. */
struct result {
    struct arena *arena; /* NULL: the caller wants no rows */
    struct row *first;
    struct row *last;
    struct row *now; /* where db_next stands */
    int columns;
    int64_t changed;
};

/* Append a row of result->columns cells, all NULL. */
struct row *result_row(struct result *result);

struct ask {
    const char *sql;
    struct db_values values;
    bool reads; /* SELECT, WITH or VALUES: may run on a connection that cannot write */
};

struct driver {
    const char *table_exists; /* SQL: one row with a count, for the table named $1 */
    const char *lock_schema;  /* SQL: only one process migrates; NULL where there is only one */
    bool (*open)(struct database *database, struct str place, struct err *err);
    void (*close)(struct database *database);
    bool (*handle_open)(struct db *db, struct err *err);
    void (*handle_close)(struct db *db);
    bool (*begin)(struct db *db, struct err *err);
    /* ok: commit.  Returns whether it is committed; not ok returns false. */
    bool (*end)(struct db *db, bool ok, struct err *err);
    /* Inside the handle's transaction. */
    bool (*run)(struct db *db, const struct ask *ask, struct result *result, struct err *err);
    /* As a transaction of its own. */
    bool (*run_alone)(struct db *db, const struct ask *ask, struct result *result,
                      struct err *err);
    /* Inside a transaction, without waiting for the answer; collected by pipe_collect. */
    bool (*pipe_send)(struct db *db, const struct ask *ask, struct err *err);
    bool (*pipe_collect)(struct db *db, int64_t *changed, size_t n, struct err *err);
    /* Many statements of a migration, inside a transaction, as the owner. */
    bool (*script)(struct db *db, const char *sql, struct err *err);
    /* After migrations, inside the last transaction: row-level security, grants. */
    bool (*secure)(struct db *db, struct err *err);
    /* Start-up check once the schema is there. */
    bool (*check)(struct database *database, struct err *err);
};

extern const struct driver sqlite_driver;
extern const struct driver postgres_driver;

struct database {
    const struct driver *driver;
    void *impl;
    _Atomic int64_t statements;
    _Atomic int64_t fail_at; /* 0 = never */
    _Atomic int fault;
    _Atomic int64_t commits; /* SQLite: each serves a batch of transactions */
    const struct ring *ring;
    int64_t lock_ms; /* longest wait for a turn to write: LIMIT_LOCK_MS, shorter in a test */
};

enum scope { SCOPE_NONE, SCOPE_ORG, SCOPE_SYSTEM };

struct db {
    struct database *database;
    void *impl;
    enum scope scope;
    bool owner; /* the migration runner: as the role that owns the tables */
    char org[80];
    size_t org_n;
    bool in_transaction;
    bool piping;
    bool pipe_is_transaction; /* db_pipe_begin began it */
    bool failed;              /* in this transaction */
    struct err why;
};

/* Count a statement.  True when it has to fail, as *fault says. */
bool database_fault(struct database *database, enum db_fault *fault);

/* The statement with {skip_locked} and {members $n} replaced, malloc'ed. */
char *driver_expand(const char *sql, bool postgres);
/* Past ONLY_SQLITE or ONLY_POSTGRES at the front of *sql; false: it is for the other one. */
bool driver_only(const char **sql, bool postgres);

/* What of a migration is for this database, malloc'ed; see migrate.c. */
char *driver_migration(const char *sql, bool postgres);

/* A handle for the migration runner. */
bool driver_owner_open(struct database *database, struct db **out, struct err *err);

#endif
