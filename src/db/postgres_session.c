/* postgres_session.c - one connection, in pipeline mode. */

#include "db/postgres_parts.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"

#include <endian.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25, OID_FLOAT8 = 701 };
enum { BACKOFF_FIRST_MS = 50, BACKOFF_MOST_MS = 2000 };

/* --- connecting
 * -------------------------------------------------------------------------------- */

static void be_silent(void *arg, const PGresult *notice)
{
    (void)arg, (void)notice;
}

/* Ours come first: what the URL says about the same keyword wins. */
static PGconn *connect_to(const char *url)
{
    char timeouts[200];

    (void)snprintf(timeouts, sizeof timeouts,
                   "-c statement_timeout=%d -c lock_timeout=%d"
                   " -c idle_in_transaction_session_timeout=%d",
                   LIMIT_STATEMENT_MS, LIMIT_LOCK_MS, LIMIT_IDLE_TRANSACTION_MS);
    const char *const keywords[] = {"options",
                                    "client_encoding",
                                    "application_name",
                                    "connect_timeout",
                                    "tcp_user_timeout",
                                    "keepalives_idle",
                                    "target_session_attrs",
                                    "dbname",
                                    NULL};
    const char *const values[] = {timeouts, "UTF8",       "adwright", "5", "35000",
                                  "30",     "read-write", url,        NULL};
    return PQconnectdbParams(keywords, values, 1);
}

bool session_connect(struct session *session, struct err *err)
{
    PGconn *connection = connect_to(session->url);

    must(connection);
    if (PQstatus(connection) != CONNECTION_OK || !PQenterPipelineMode(connection)) {
        struct str text = str(PQerrorMessage(connection));
        err_set(err, ERR_BUSY, "cannot connect to PostgreSQL: " STR_FMT,
                STR_ARG(str_trim(str_cut(&text, '\n'))));
        PQfinish(connection);
        return err_hint(err, "is the server running, and is the URL in --db right?");
    }
    PQsetNoticeReceiver(connection, be_silent, NULL);
    session->connection = connection;
    return true;
}

static void forget(struct session_slot *slot)
{
    free(slot->text);
    free(slot->types);
    memset(slot, 0, sizeof *slot);
}

static void disconnect(struct session *session)
{
    for (size_t i = 0; i < SESSION_SLOTS; i++)
        forget(&session->slots[i]);
    PQfinish(session->connection);
    session->connection = NULL;
    session->queue_n = 0;
    session->send_failed = false;
    session->lose_answer = false;
    session->stale = false;
}

void session_close(struct session *session)
{
    if (!session)
        return;
    disconnect(session);
    free(session->queue);
    free(session);
}

/* A server that said goodbye while we were idle: nothing of ours was under way. */
static bool still_there(struct session *session)
{
    struct pollfd p = {.events = POLLIN};

    if (!session->connection || PQstatus(session->connection) != CONNECTION_OK)
        return false;
    p.fd = PQsocket(session->connection);
    while (poll(&p, 1, 0) > 0)
        if (!PQconsumeInput(session->connection))
            return false;
    return PQstatus(session->connection) == CONNECTION_OK;
}

/* Wait longer from failure to failure, and not in step with the others. */
static void back_off(struct session *session)
{
    int64_t ms = session->backoff_ms ? session->backoff_ms * 2 : BACKOFF_FIRST_MS;

    session->backoff_ms = ms < BACKOFF_MOST_MS ? ms : BACKOFF_MOST_MS;
    session->next_attempt_mono_ms =
        clock_mono_ms() + session->backoff_ms / 2 +
        (int64_t)(random_u64() % (uint64_t)(session->backoff_ms / 2 + 1));
}

bool session_ready(struct session *session, struct err *err)
{
    must(session->queue_n == 0);
    if (!session->stale && still_there(session))
        return true;
    if (session->connection)
        disconnect(session);
    if (clock_mono_ms() < session->next_attempt_mono_ms) {
        err_set(err, ERR_BUSY, "the database does not answer");
        return err_hint(err, "it is tried again every few seconds");
    }
    if (!session_connect(session, err)) {
        back_off(session);
        return false;
    }
    session->backoff_ms = 0;
    return true;
}

void session_break(struct session *session)
{
    if (session->connection)
        shutdown(PQsocket(session->connection), SHUT_RDWR);
}

/* --- queueing
 * ------------------------------------------------------------------------------------ */

static struct queued *enqueue(struct session *session)
{
    if (session->queue_n == session->queue_room) {
        session->queue_room = session->queue_room ? session->queue_room * 2 : 16;
        session->queue =
            reallocarray(session->queue, session->queue_room, sizeof *session->queue);
        must(session->queue);
    }
    memset(&session->queue[session->queue_n], 0, sizeof *session->queue);
    return &session->queue[session->queue_n++];
}

/* A send fails only when the connection is gone; session_wait finds out. */
static void sent(struct session *session, int ok)
{
    if (!ok)
        session->send_failed = true;
}

void session_queue(struct session *session, const char *command)
{
    enqueue(session)->type = QUEUED_PLAIN;
    sent(session,
         PQsendQueryParams(session->connection, command, 0, NULL, NULL, NULL, NULL, 0));
}

void session_queue_commit(struct session *session)
{
    session_queue(session, "COMMIT");
    session->queue[session->queue_n - 1].type = QUEUED_COMMIT;
}

/* Values in binary: no copy, no quoting, and a type that does not depend on the statement. */
struct packed {
    unsigned types[SESSION_VALUES];
    const char *at[SESSION_VALUES];
    int lengths[SESSION_VALUES];
    int formats[SESSION_VALUES];
    uint64_t numbers[SESSION_VALUES];
};

static void pack(struct packed *packed, struct db_values values)
{
    for (size_t i = 0; i < values.n; i++) {
        const struct db_value *v = &values.at[i];

        packed->formats[i] = 1;
        packed->at[i] = (const char *)&packed->numbers[i];
        packed->lengths[i] = 8;
        switch (v->type) {
        case DB_NULL:
            packed->types[i] = 0;
            packed->at[i] = NULL;
            break;
        case DB_INT:
            packed->types[i] = OID_INT8;
            packed->numbers[i] = htobe64((uint64_t)v->integer);
            break;
        case DB_REAL:
            packed->types[i] = OID_FLOAT8;
            memcpy(&packed->numbers[i], &v->real, 8);
            packed->numbers[i] = htobe64(packed->numbers[i]);
            break;
        case DB_TEXT:
        case DB_BYTES:
            packed->types[i] = v->type == DB_TEXT ? OID_TEXT : OID_BYTEA;
            packed->at[i] = v->text.n ? v->text.p : "";
            packed->lengths[i] = (int)v->text.n;
            break;
        }
    }
}

static bool same(const struct session_slot *slot, const char *sql, const struct packed *packed,
                 size_t n)
{
    return slot->key == sql && slot->types_n == n &&
           (n == 0 || memcmp(slot->types, packed->types, n * sizeof *slot->types) == 0) &&
           strcmp(slot->text, sql) == 0;
}

/* The slot of a statement with values of these types; -1 when there is no room. */
static int slot_of(struct session *session, const char *sql, const struct packed *packed,
                   size_t n)
{
    uint64_t hash = str_hash((struct str){(const char *)packed->types, n * sizeof(unsigned)});

    hash = (hash ^ (uintptr_t)sql >> 2) * 0x9e3779b97f4a7c15u >> 40;
    for (uint64_t i = 0; i < SESSION_PROBES; i++) {
        int at = (int)((hash + i) % SESSION_SLOTS);
        if (!session->slots[at].key || same(&session->slots[at], sql, packed, n))
            return at;
    }
    return -1;
}

static void queue_prepare(struct session *session, int at, const char *sql,
                          const struct packed *packed, size_t n)
{
    char *text = driver_expand(sql, true);
    struct session_slot *slot = &session->slots[at];
    struct queued *queued = enqueue(session);
    char name[24];

    slot->key = sql;
    must((slot->text = strdup(sql)));
    must((slot->types = calloc(n + 1, sizeof *slot->types)));
    memcpy(slot->types, packed->types, n * sizeof *slot->types);
    slot->types_n = n;
    slot->number = ++session->statements;
    queued->type = QUEUED_PREPARE;
    queued->slot = at;
    (void)snprintf(name, sizeof name, "s%d", slot->number);
    sent(session, PQsendPrepare(session->connection, name, text, (int)n, packed->types));
    free(text);
}

static void queue_unprepared(struct session *session, const char *sql,
                             const struct packed *packed, size_t n)
{
    char *text = driver_expand(sql, true);

    sent(session, PQsendQueryParams(session->connection, text, (int)n, packed->types,
                                    packed->at, packed->lengths, packed->formats, 0));
    free(text);
}

bool session_queue_ask(struct session *session, const struct ask *ask, struct result *result,
                       struct err *err)
{
    struct packed packed;
    size_t n = ask->values.n;
    char name[24];

    if (n > SESSION_VALUES)
        return err_set(err, ERR_BROKEN, "a statement with more than %d values", SESSION_VALUES);
    pack(&packed, ask->values);
    int at = slot_of(session, ask->sql, &packed, n);
    if (at >= 0 && !session->slots[at].key)
        queue_prepare(session, at, ask->sql, &packed, n);
    struct queued *queued = enqueue(session);
    queued->type = QUEUED_ASK;
    queued->result = result;
    if (at < 0) {
        queue_unprepared(session, ask->sql, &packed, n);
        return true;
    }
    (void)snprintf(name, sizeof name, "s%d", session->slots[at].number);
    sent(session, PQsendQueryPrepared(session->connection, name, (int)n, packed.at,
                                      packed.lengths, packed.formats, 0));
    return true;
}

/* Transaction-local, always: nothing is left on the connection for the next org. */
void session_queue_scope(struct session *session, const struct db *db, bool reads)
{
    static const char both[] = "SELECT set_config('role', $1, true),"
                               " set_config('app.org_id', $2, true),"
                               " set_config('app.system', $3, true)";
    static const char read[] = "SELECT set_config('role', $1, true),"
                               " set_config('app.org_id', $2, true),"
                               " set_config('app.system', $3, true),"
                               " set_config('transaction_read_only', 'on', true)";
    static const char owner[] = "SELECT set_config('role', $1, true),"
                                " set_config('app.org_id', $2, true),"
                                " set_config('app.system', $3, true),"
                                " set_config('statement_timeout', '0', true),"
                                " set_config('lock_timeout', '60000', true)";
    struct err err = {0};
    struct ask ask = {
        .sql = db->owner ? owner
               : reads   ? read
                         : both,
        .values =
            DB_VALUES(TEXT(str(db->owner ? "none" : session->role)), TEXT(db_scope_org(db)),
                      TEXT(db->scope == SCOPE_SYSTEM ? STR("on") : STR("off"))),
    };
    must(session_queue_ask(session, &ask, NULL, &err));
    session->queue[session->queue_n - 1].type = QUEUED_SCOPE;
}

/* --- reading answers
 * -------------------------------------------------------------------------------- */

static int64_t changed_by(PGresult *answer)
{
    int64_t changed = 0;

    if (strncmp(PQcmdStatus(answer), "SELECT", 6) != 0)
        (void)str_int(str(PQcmdTuples(answer)), &changed);
    return changed;
}

static void take(struct session *session, struct queued *queued, PGresult *answer,
                 struct outcome *outcome)
{
    switch (PQresultStatus(answer)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
        if (queued->type == QUEUED_COMMIT && strcmp(PQcmdStatus(answer), "COMMIT") != 0 &&
            outcome->state == OUTCOME_DONE) {
            outcome->state = OUTCOME_FAILED;
            err_set(&outcome->err, ERR_BROKEN, "the database rolled the transaction back");
        }
        if (queued->type != QUEUED_ASK)
            break;
        queued->changed = changed_by(answer);
        if (!queued->result)
            break;
        queued->result->changed = queued->changed;
        keep_rows(answer, queued->result);
        return;
    case PGRES_PIPELINE_ABORTED:
        if (queued->type == QUEUED_PREPARE)
            forget(&session->slots[queued->slot]);
        break;
    default:
        if (queued->type == QUEUED_PREPARE)
            forget(&session->slots[queued->slot]);
        if (outcome->state == OUTCOME_DONE)
            outcome_of_error(outcome, answer, session->connection);
        break;
    }
    PQclear(answer);
}

/* A fault: let the server do all of it, then cut the line before we read. */
static void cut_the_answer(struct session *session)
{
    struct pollfd p = {.fd = PQsocket(session->connection), .events = POLLIN};

    (void)PQflush(session->connection);
    (void)poll(&p, 1, 5000);
    session_break(session);
    /* What has arrived already must not be read. */
    char thrown_away[4096];
    while (recv(p.fd, thrown_away, sizeof thrown_away, MSG_DONTWAIT) > 0)
        continue;
}

static bool read_answers(struct session *session, struct outcome *outcome)
{
    PGresult *answer;
    bool first = true;

    for (size_t i = 0; i < session->queue_n; i++) {
        while ((answer = PQgetResult(session->connection))) {
            take(session, &session->queue[i], answer, outcome);
            if (outcome->state == OUTCOME_LOST) {
                outcome->not_done = first && outcome->told;
                return false;
            }
        }
        if (PQstatus(session->connection) != CONNECTION_OK)
            return false;
        /* The scope, BEGIN and Parse change nothing; the caller's statements do. */
        if (session->queue[i].type == QUEUED_ASK)
            first = false;
    }
    answer = PQgetResult(session->connection);
    ExecStatusType status = PQresultStatus(answer);
    if (status != PGRES_PIPELINE_SYNC && answer)
        outcome_of_error(outcome, answer, session->connection); /* the implicit commit failed */
    PQclear(answer);
    return status == PGRES_PIPELINE_SYNC;
}

struct outcome session_wait(struct session *session)
{
    struct outcome outcome = {0};
    bool ok =
        session->connection && !session->send_failed && PQpipelineSync(session->connection);

    if (ok && session->lose_answer)
        cut_the_answer(session);
    if (ok)
        ok = read_answers(session, &outcome);
    if (!ok && outcome.state == OUTCOME_DONE)
        outcome_of_error(&outcome, NULL, session->connection);
    session->stale = session->stale || outcome.stale;
    if (!ok)
        disconnect(session);
    session->queue_n = 0;
    return outcome;
}

bool session_script(struct session *session, const char *sql, struct err *err)
{
    struct outcome outcome = {0};
    PGresult *answer =
        PQexitPipelineMode(session->connection) ? PQexec(session->connection, sql) : NULL;
    ExecStatusType status = PQresultStatus(answer);

    if ((status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) ||
        !PQenterPipelineMode(session->connection))
        outcome_of_error(&outcome, answer, session->connection);
    if (outcome.state == OUTCOME_FAILED && !PQenterPipelineMode(session->connection))
        outcome.state = OUTCOME_LOST;
    PQclear(answer);
    if (outcome.state == OUTCOME_LOST)
        disconnect(session);
    if (outcome.state != OUTCOME_DONE)
        *err = outcome.err;
    return outcome.state == OUTCOME_DONE;
}
