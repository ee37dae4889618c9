#ifndef DB_SQLITE_PARTS_H
#define DB_SQLITE_PARTS_H

#include "db/driver.h"

struct sqlite3;
struct sqlite3_stmt;

/*
 * The SQLite driver in three files:
 *
 *   sqlite_connection.c  one connection: opening, cached statements, rows, errors
 *   sqlite_writer.c      the one connection that writes: turns, batches, commits
 *   sqlite.c             the driver: store, handles, lock file
 *
 * SQLite up to 3.51.2 can corrupt a WAL database when one connection
 * checkpoints while another commits, so exactly one connection of one process
 * does both: the store's writer.  Handles have a connection that only reads.
 */

enum { STATEMENT_SLOTS = 512, STATEMENT_PROBES = 8, TABLES_OF_STATEMENT = 16 };

/* A prepared statement; the key is the address of the caller's literal. */
struct prepared {
    const char *key;
    char *text;
    struct sqlite3_stmt *stmt;
    bool tenant; /* names a table with org_id */
};

struct connection {
    struct sqlite3 *sqlite;
    bool writes;
    struct prepared slots[STATEMENT_SLOTS];
    int64_t deadline_mono_ms; /* of the statement that runs now; 0 = none */
    int last_code;            /* of the last statement, 0 when it went well */

    int64_t next_truncate_mono_ms; /* of the log */

    char tables[TABLES_OF_STATEMENT][64]; /* named by the statement being prepared */
    int tables_n;
};

bool connection_open(struct connection *connection, const char *path, bool writes,
                     struct err *err);
void connection_close(struct connection *connection);
/* Prepare (or find), bind, step to the end. */
bool connection_run(struct connection *connection, const struct db *db, const struct ask *ask,
                    struct result *result, struct err *err);
/* Statements without values and rows, not cached. */
bool connection_exec(struct connection *connection, const char *sql, struct err *err);
/* ERR_BROKEN when the file is damaged. */
bool connection_quick_check(struct connection *connection, struct err *err);
/* Is no transaction open (any more)? */
bool connection_idle(const struct connection *connection);
/* Did the last error come from the disk (SQLITE_IOERR...)? */
bool connection_broke(const struct connection *connection);
/* Make the disk look full: a real SQLITE_FULL from the open transaction. */
void connection_fill(struct connection *connection, struct err *err);

struct writer;

bool writer_open(struct database *database, const char *path, struct writer **out,
                 struct err *err);
void writer_close(struct writer *writer);
bool writer_begin(struct db *db, struct err *err);
bool writer_end(struct db *db, bool ok, struct err *err);
bool writer_run(struct db *db, const struct ask *ask, struct result *result, struct err *err);
bool writer_script(struct db *db, const char *sql, struct err *err);

struct store { /* database->impl */
    char *path;
    int lock_fd;
    struct writer *writer;
};

struct handle { /* db->impl */
    struct connection reader;
    struct writer *writer;
    int64_t *pipe_changed; /* rows changed by each statement of the open pipe */
    size_t pipe_n;
    size_t pipe_room;
};

#endif
