/*
 * postgres.c - the PostgreSQL driver: transactions and what may be repeated.
 *
 * A statement outside a transaction is repeated after a conflict with others
 * (40001, 40P01, 55P03), and after a lost connection when it only reads or
 * surely was not done.  Inside a transaction nothing is repeated here but its
 * first statement on a connection found dead: the caller ends it and decides.  A connection
 * lost while a commit was under way is ERR_UNCERTAIN.
 */

#include "db/postgres_parts.h"

#include "base/clock.h"
#include "base/random.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

enum { ATTEMPTS = 5 };

static struct session *session_of(const struct db *db)
{
    return db->impl;
}

/* --- the store ------------------------------------------------------------------------------
 */

static bool postgres_open(struct database *database, struct str place, struct err *err)
{
    struct server *server = calloc(1, sizeof *server);
    struct session *session = calloc(1, sizeof *session);

    must(server && session);
    must((server->url = strndup(place.p, place.n)));
    session->url = server->url;
    bool ok = session_connect(session, err) && roles_settings(session, err);
    session_close(session);
    if (!ok) {
        free(server->url);
        free(server);
        return false;
    }
    database->impl = server;
    return true;
}

static void postgres_close(struct database *database)
{
    struct server *server = database->impl;

    free(server->url);
    free(server);
}

static bool postgres_handle_open(struct db *db, struct err *err)
{
    struct server *server = db->database->impl;
    struct session *session = calloc(1, sizeof *session);

    must(session);
    session->url = server->url;
    session->role = "none";
    if (!session_connect(session, err) || (!db->owner && !roles_choose(session, err))) {
        session_close(session);
        return false;
    }
    db->impl = session;
    return true;
}

static void postgres_handle_close(struct db *db)
{
    session_close(session_of(db));
}

/* --- failing on purpose
 * ----------------------------------------------------------------------- */

/* What to run in place of the statement; NULL when it may run (on a line cut, perhaps). */
static const char *fault_here(struct db *db)
{
    struct session *session = session_of(db);
    enum db_fault fault;

    if (!database_fault(db->database, &fault))
        return NULL;
    switch (fault) {
    case DB_FAULT_ERROR:
        return "DO $$BEGIN RAISE SQLSTATE 'XX000' USING MESSAGE = 'an error on purpose'; END$$";
    case DB_FAULT_FULL:
        return "DO $$BEGIN RAISE SQLSTATE '53100' USING MESSAGE = 'full on purpose'; END$$";
    case DB_FAULT_SERIALIZATION:
        return "DO $$BEGIN RAISE SQLSTATE '40001' USING MESSAGE = 'a conflict on purpose'; "
               "END$$";
    case DB_FAULT_DISCONNECT:
        session_break(session);
        return NULL;
    case DB_FAULT_ANSWER_LOST:
        session->lose_answer = true;
        return NULL;
    }
    return NULL;
}

/* --- transactions
 * ------------------------------------------------------------------------------- */

/* BEGIN travels with the first statement. */
static bool postgres_begin(struct db *db, struct err *err)
{
    struct session *session = session_of(db);

    session->begun = false;
    session->implicit = false;
    session->lost = false;
    return session_ready(session, err);
}

static void begin_now(struct db *db)
{
    struct session *session = session_of(db);

    if (session->begun)
        return;
    session->begun = true;
    session_queue(session, "BEGIN");
    session_queue_scope(session, db, false);
}

/* Before COMMIT: what is lost is surely not stored. */
static bool settle(struct session *session, const struct outcome *outcome, struct err *err)
{
    if (outcome->state == OUTCOME_DONE)
        return true;
    *err = outcome->err;
    if (outcome->state == OUTCOME_LOST) {
        session->lost = true;
        err->kind = ERR_BUSY;
        err_hint(err, "nothing of this transaction is stored");
    }
    return false;
}

static bool not_lost(const struct session *session, struct err *err)
{
    return !session->lost ||
           err_set(err, ERR_BUSY, "the connection broke earlier in this transaction");
}

/* A server that is found gone with the first statement has done nothing of this transaction. */
static bool begin_again(struct db *db, const struct outcome *outcome)
{
    struct session *session = session_of(db);
    struct err ignored = {0};

    if (outcome->state != OUTCOME_LOST || !session_ready(session, &ignored))
        return false;
    session->begun = false;
    begin_now(db);
    return true;
}

static bool postgres_run(struct db *db, const struct ask *ask, struct result *result,
                         struct err *err)
{
    struct session *session = session_of(db);
    bool first = !session->begun;

    if (!not_lost(session, err))
        return false;
    const char *instead = fault_here(db);
    begin_now(db);
    if (instead)
        session_queue(session, instead);
    else if (!session_queue_ask(session, ask, result, err))
        return false;
    struct outcome outcome = session_wait(session);
    if (first && begin_again(db, &outcome)) {
        *result = (struct result){.arena = result->arena};
        if (!session_queue_ask(session, ask, result, err))
            return false;
        outcome = session_wait(session);
    }
    return settle(session, &outcome, err);
}

static void roll_back(struct session *session)
{
    if (!session->connection || PQtransactionStatus(session->connection) == PQTRANS_IDLE)
        return;
    session_queue(session, "ROLLBACK");
    (void)session_wait(session);
}

static bool uncertain(struct err *err)
{
    err->kind = ERR_UNCERTAIN;
    return err_hint(err, "the answer to the commit was lost: look whether it is stored");
}

static bool commit(struct db *db, struct err *err)
{
    struct session *session = session_of(db);
    const char *instead = fault_here(db);

    if (!session->begun && !instead)
        return true;
    begin_now(db);
    if (instead)
        session_queue(session, instead);
    else
        session_queue_commit(session);
    struct outcome outcome = session_wait(session);
    if (outcome.state == OUTCOME_DONE)
        return true;
    *err = outcome.err;
    if (outcome.state == OUTCOME_LOST && !outcome.told)
        return uncertain(err);
    roll_back(session);
    return false;
}

static bool postgres_end(struct db *db, bool ok, struct err *err)
{
    struct session *session = session_of(db);

    if (session->implicit) /* db_pipe_end has committed */
        return ok;
    if (!ok && session->queue_n) /* a pipe that was given up */
        (void)session_wait(session);
    if (ok)
        return commit(db, err);
    roll_back(session);
    return false;
}

/* --- single statements
 * -------------------------------------------------------------------------- */

static void pause_before(int attempt)
{
    clock_sleep_ms((int64_t)(random_u64() % (uint64_t)(10 << attempt)) + 1);
}

static bool try_alone(struct db *db, const struct ask *ask, struct result *result,
                      struct outcome *outcome, struct err *err)
{
    struct session *session = session_of(db);

    if (!session_ready(session, err))
        return false;
    const char *instead = fault_here(db);
    const char *at_commit = ask->reads ? NULL : fault_here(db);
    session_queue_scope(session, db, ask->reads);
    if (instead)
        session_queue(session, instead);
    else if (!session_queue_ask(session, ask, result, err))
        return false;
    if (at_commit)
        session_queue(session, at_commit);
    *outcome = session_wait(session);
    return true;
}

static bool postgres_run_alone(struct db *db, const struct ask *ask, struct result *result,
                               struct err *err)
{
    for (int attempt = 1;; attempt++) {
        struct outcome outcome;

        *result = (struct result){.arena = result->arena};
        if (!try_alone(db, ask, result, &outcome, err))
            return false;
        if (outcome.state == OUTCOME_DONE)
            return true;
        bool lost = outcome.state == OUTCOME_LOST;
        bool again = outcome.again || (lost && (ask->reads || outcome.not_done));
        if (!again || attempt == ATTEMPTS) {
            *err = outcome.err;
            return lost && !again ? uncertain(err) : false;
        }
        pause_before(attempt);
    }
}

/* --- pipes
 * ------------------------------------------------------------------------------------------ */

static bool postgres_pipe_send(struct db *db, const struct ask *ask, struct err *err)
{
    struct session *session = session_of(db);

    if (!not_lost(session, err))
        return false;
    const char *instead = fault_here(db);
    if (!session->begun && db->pipe_is_transaction) {
        session->begun = session->implicit = true;
        session_queue_scope(session, db, false);
    } else {
        begin_now(db);
    }
    if (!instead)
        return session_queue_ask(session, ask, NULL, err);
    session_queue(session, instead);
    return true;
}

static bool collected(struct db *db, const struct outcome *outcome, struct err *err)
{
    struct session *session = session_of(db);

    if (!session->implicit)
        return settle(session, outcome, err);
    if (outcome->state == OUTCOME_DONE)
        return true;
    *err = outcome->err;
    return outcome->state == OUTCOME_LOST && !outcome->not_done ? uncertain(err) : false;
}

static bool postgres_pipe_collect(struct db *db, int64_t *changed, size_t n, struct err *err)
{
    struct session *session = session_of(db);
    size_t done = 0;

    if (!session->queue_n)
        return true;
    if (session->implicit) {
        /* Sync commits; where it must not, an error goes before it. */
        const char *instead = db->failed ? "ROLLBACK TO given_up" : fault_here(db);
        if (instead)
            session_queue(session, instead);
    }
    size_t queued = session->queue_n;
    struct outcome outcome = session_wait(session);
    for (size_t i = 0; i < queued && changed; i++)
        if (session->queue[i].type == QUEUED_ASK && done < n)
            changed[done++] = session->queue[i].changed;
    return collected(db, &outcome, err);
}

/* --- migrations
 * --------------------------------------------------------------------------------------- */

static bool postgres_script(struct db *db, const char *sql, struct err *err)
{
    struct session *session = session_of(db);

    if (!not_lost(session, err))
        return false;
    const char *instead = fault_here(db);
    begin_now(db);
    struct outcome outcome = session_wait(session);
    if (!settle(session, &outcome, err))
        return false;
    bool ok = session_script(session, instead ? instead : sql, err);
    session->lost = !session->connection;
    return ok;
}

const struct driver postgres_driver = {
    .table_exists = "SELECT count(*) FROM pg_catalog.pg_tables"
                    " WHERE schemaname = current_schema() AND tablename = $1",
    .lock_schema = "SELECT pg_advisory_xact_lock(4203771)",
    .open = postgres_open,
    .close = postgres_close,
    .handle_open = postgres_handle_open,
    .handle_close = postgres_handle_close,
    .begin = postgres_begin,
    .end = postgres_end,
    .run = postgres_run,
    .run_alone = postgres_run_alone,
    .pipe_send = postgres_pipe_send,
    .pipe_collect = postgres_pipe_collect,
    .script = postgres_script,
    .secure = roles_secure,
    .check = roles_check,
};
