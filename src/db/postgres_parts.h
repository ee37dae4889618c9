#ifndef DB_POSTGRES_PARTS_H
#define DB_POSTGRES_PARTS_H

#include "db/driver.h"

struct pg_conn;

/*
 * The PostgreSQL driver in four files:
 *
 *   postgres_session.c   one connection: connecting, cached statements, the pipeline
 *   postgres_result.c    rows and errors
 *   postgres_roles.c     row-level security, roles, server settings
 *   postgres.c           the driver: transactions, retries
 *
 * A session is always in libpq's pipeline mode: statements are queued, and one
 * session_wait sends what is queued and reads all answers: one round trip.
 * What is queued between two waits without BEGIN is one transaction of its own,
 * which the server commits at the end (Sync) or gives up at the first error.
 */

enum { SESSION_SLOTS = 512, SESSION_PROBES = 8, SESSION_VALUES = 512 };

enum outcome_state {
    OUTCOME_DONE,
    OUTCOME_FAILED, /* the server said no: nothing of it is stored */
    OUTCOME_LOST,   /* the connection broke: unknown when a commit was under way */
};

struct outcome {
    enum outcome_state state;
    bool again;    /* a conflict with others: the same may work at once */
    bool stale;    /* a cached statement no longer fits its table */
    bool told;     /* lost, and the server said so itself */
    bool not_done; /* lost, but told in place of the first answer: surely not done */
    struct err err;
};

/* A statement on its way. */
struct queued {
    enum { QUEUED_PREPARE, QUEUED_PLAIN, QUEUED_SCOPE, QUEUED_ASK, QUEUED_COMMIT } type;
    int slot;              /* PREPARE */
    struct result *result; /* ASK; NULL: only its count is wanted */
    int64_t changed;       /* ASK */
};

struct session_slot {
    const char *key; /* address of the caller's literal; NULL = free */
    char *text;
    unsigned *types;
    size_t types_n;
    int number; /* the server's name for it is s<number> */
};

struct session {
    struct pg_conn *connection;
    const char *url;
    const char *role; /* "adwright_app", or "none" for the connecting role */

    struct session_slot slots[SESSION_SLOTS];
    int statements; /* names given so far */

    struct queued *queue;
    size_t queue_n;
    size_t queue_room;
    bool send_failed;
    bool lose_answer; /* a fault: the answer must not arrive */

    bool begun;    /* BEGIN was queued or sent */
    bool implicit; /* a pipe that is a transaction of its own */
    bool lost;     /* in this transaction */
    bool stale;    /* connect anew: what is cached does not fit any more */

    int64_t next_attempt_mono_ms;
    int64_t backoff_ms;
};

struct server { /* database->impl */
    char *url;
};

/* postgres_session.c */
bool session_connect(struct session *session, struct err *err);
void session_close(struct session *session);
/* Connect anew if the server went away; ERR_BUSY while it does not answer. */
bool session_ready(struct session *session, struct err *err);
void session_queue(struct session *session, const char *command); /* no values, no rows */
void session_queue_commit(struct session *session);
void session_queue_scope(struct session *session, const struct db *db, bool reads);
bool session_queue_ask(struct session *session, const struct ask *ask, struct result *result,
                       struct err *err);
/* Send what is queued, read all answers. */
struct outcome session_wait(struct session *session);
void session_break(struct session *session); /* a fault: cut the line */
/* Many statements in one text, inside the open transaction. */
bool session_script(struct session *session, const char *sql, struct err *err);

/* postgres_result.c */
struct pg_result;
void outcome_of_error(struct outcome *outcome, const struct pg_result *error,
                      struct pg_conn *connection);
/* Takes the result over. */
void keep_rows(struct pg_result *rows, struct result *result);

/* postgres_roles.c */
bool roles_settings(struct session *session, struct err *err);
bool roles_choose(struct session *session, struct err *err);
bool roles_secure(struct db *db, struct err *err);
bool roles_check(struct database *database, struct err *err);

#endif
