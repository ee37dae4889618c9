/*
 * sqlite_writer.c - one connection writes for all.
 *
 * Threads take turns.  The first one opens the outer transaction (BEGIN
 * IMMEDIATE), each runs inside a savepoint of its own, and the last one out
 * commits: who ends while others wait hands the writer on without a commit and
 * sleeps until the batch is over.  So while one fsync runs, those who arrive
 * form the next batch, and a lone writer never waits for company.
 *
 * Some errors (disk full, I/O) end the outer transaction and take the earlier
 * members along.  sqlite3_get_autocommit() tells; then nobody of the batch is
 * told that his work is stored, and nobody runs in it any more.
 */

#include "db/sqlite_parts.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH_MEMBERS = 128, BATCH_US = 5000, DISK_FAILURES_APART_MS = 60 * 1000 };

/* Transactions that are committed together.  Guarded by the mutex, except that the thread
 * whose turn it is may use `dead`, `err` and `members`. */
struct batch {
    int members;
    int waiting; /* threads that will read the outcome */
    int64_t started_us;
    bool dead;      /* the outer transaction is gone, nothing is stored */
    bool over;      /* the outcome is known */
    struct err err; /* ERR_NONE: committed */
    pthread_cond_t over_now;
};

/* A thread that waits for the writer. */
struct turn {
    struct turn *next;
    bool granted;
    pthread_cond_t granted_now;
};

struct writer {
    struct database *database;
    char *path;
    struct connection connection; /* used by the thread whose turn it is */
    pthread_mutex_t mutex;
    bool taken;
    struct turn *first;
    struct turn *last;
    struct batch *batch; /* open, or NULL */
    int64_t disk_failed_mono_ms;
};

static struct writer *writer_of(const struct db *db)
{
    return ((struct handle *)db->impl)->writer;
}

static void condition_setup(pthread_cond_t *condition)
{
    pthread_condattr_t monotonic;

    must(pthread_condattr_init(&monotonic) == 0);
    must(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    must(pthread_cond_init(condition, &monotonic) == 0);
    pthread_condattr_destroy(&monotonic);
}

bool writer_open(struct database *database, const char *path, struct writer **out,
                 struct err *err)
{
    struct writer *writer = calloc(1, sizeof *writer);

    must(writer);
    if (!connection_open(&writer->connection, path, true, err)) {
        free(writer);
        return false;
    }
    writer->database = database;
    must((writer->path = strdup(path)));
    must(pthread_mutex_init(&writer->mutex, NULL) == 0);
    writer->disk_failed_mono_ms = -DISK_FAILURES_APART_MS;
    *out = writer;
    return true;
}

void writer_close(struct writer *writer)
{
    if (!writer)
        return;
    must(!writer->taken);
    connection_close(&writer->connection);
    pthread_mutex_destroy(&writer->mutex);
    free(writer->path);
    free(writer);
}

/* --- turns: first come, first served -------------------------------------------- */

static void leave_queue(struct writer *writer, struct turn *turn)
{
    struct turn *before = NULL;

    for (struct turn *t = writer->first; t != turn; t = t->next)
        before = t;
    if (before)
        before->next = turn->next;
    else
        writer->first = turn->next;
    if (writer->last == turn)
        writer->last = before;
}

static bool wait_for_turn(struct writer *writer, struct turn *turn, int64_t wait_ms)
{
    int64_t until_ms = clock_mono_ms() + wait_ms;
    struct timespec until = {until_ms / 1000, until_ms % 1000 * 1000000};

    while (!turn->granted)
        if (pthread_cond_timedwait(&turn->granted_now, &writer->mutex, &until) == ETIMEDOUT &&
            !turn->granted) {
            leave_queue(writer, turn);
            return false;
        }
    return true;
}

static bool take_turn(struct writer *writer, struct err *err)
{
    int64_t wait_ms = writer->database->lock_ms;
    struct turn turn = {0};
    bool mine = true;

    pthread_mutex_lock(&writer->mutex);
    if (!writer->taken) {
        writer->taken = true;
    } else {
        condition_setup(&turn.granted_now);
        if (writer->last)
            writer->last->next = &turn;
        else
            writer->first = &turn;
        writer->last = &turn;
        mine = wait_for_turn(writer, &turn, wait_ms);
        pthread_cond_destroy(&turn.granted_now);
    }
    pthread_mutex_unlock(&writer->mutex);
    return mine ||
           err_set(err, ERR_BUSY, "the database is busy: no turn to write within %lld ms",
                   (long long)wait_ms);
}

/* With the mutex held. */
static void pass_turn(struct writer *writer)
{
    struct turn *next = writer->first;

    if (!next) {
        writer->taken = false;
        return;
    }
    writer->first = next->next;
    if (!writer->first)
        writer->last = NULL;
    next->granted = true;
    pthread_cond_signal(&next->granted_now);
}

/* --- a disk that fails ------------------------------------------------------------ */

/*
 * After a failed fsync the data are gone though the next fsync says they are
 * there, so it is not repeated: the connection starts anew from what is on the
 * disk.  A second time within a minute, the supervisor has to look.
 */
static void reopen(struct writer *writer)
{
    struct err err = {0};
    int64_t now = clock_mono_ms();

    if (now - writer->disk_failed_mono_ms < DISK_FAILURES_APART_MS) {
        log_error("db.disk_failed_again", LOG_CSTR("path", writer->path));
        abort();
    }
    writer->disk_failed_mono_ms = now;
    log_error("db.disk_failed", LOG_CSTR("path", writer->path));
    connection_close(&writer->connection);
    if (!connection_open(&writer->connection, writer->path, true, &err) ||
        !connection_quick_check(&writer->connection, &err)) {
        log_err("db.reopen", &err);
        connection_close(&writer->connection);
    }
}

/* --- batches ------------------------------------------------------------------------ */

/* The outer transaction is lost, or has to be: remember why, for all its members. */
static void kill_batch(struct writer *writer, const struct err *why)
{
    struct err ignored = {0};
    struct batch *batch = writer->batch;

    if (batch->dead)
        return;
    batch->dead = true;
    batch->err = *why;
    if (why->kind == ERR_CONFLICT || why->kind == ERR_INVALID)
        batch->err.kind = ERR_BROKEN;
    err_while(&batch->err, "nothing of this group of transactions is stored");
    if (connection_broke(&writer->connection))
        reopen(writer);
    else if (!connection_idle(&writer->connection))
        (void)!connection_exec(&writer->connection, "ROLLBACK", &ignored);
}

/* After any error inside the batch. */
static void look_after(struct writer *writer, const struct err *why)
{
    if (connection_idle(&writer->connection) || connection_broke(&writer->connection))
        kill_batch(writer, why);
}

static bool open_batch(struct writer *writer, struct err *err)
{
    if (!writer->connection.sqlite &&
        !connection_open(&writer->connection, writer->path, true, err))
        return false;
    if (!connection_exec(&writer->connection, "BEGIN IMMEDIATE", err)) {
        if (connection_broke(&writer->connection))
            reopen(writer);
        return false;
    }
    struct batch *batch = calloc(1, sizeof *batch);
    must(batch);
    batch->started_us = clock_mono_us();
    condition_setup(&batch->over_now);
    pthread_mutex_lock(&writer->mutex);
    writer->batch = batch;
    pthread_mutex_unlock(&writer->mutex);
    return true;
}

/* With the mutex held: the outcome is known, those who wait may go. */
static void close_batch(struct writer *writer)
{
    struct batch *batch = writer->batch;

    writer->batch = NULL;
    batch->over = true;
    pthread_cond_broadcast(&batch->over_now);
    if (batch->waiting == 0) {
        pthread_cond_destroy(&batch->over_now);
        free(batch);
    }
}

static void commit(struct writer *writer)
{
    struct err err = {0};

    if (connection_exec(&writer->connection, "COMMIT", &err)) {
        atomic_fetch_add(&writer->database->commits, 1);
        return;
    }
    /* After an I/O error the log may hold it all the same. */
    if (connection_broke(&writer->connection))
        err.kind = ERR_UNCERTAIN;
    kill_batch(writer, &err);
}

/* The end of a turn: hand on, or commit for all.  With the mutex held, before and after. */
static void end_turn(struct writer *writer)
{
    struct batch *batch = writer->batch;

    if (batch && !batch->dead) {
        bool hand_on = writer->first && batch->members < BATCH_MEMBERS &&
                       clock_mono_us() - batch->started_us < BATCH_US;
        if (hand_on) {
            pass_turn(writer);
            return;
        }
        pthread_mutex_unlock(&writer->mutex);
        commit(writer);
        pthread_mutex_lock(&writer->mutex);
    }
    if (batch)
        close_batch(writer);
    pass_turn(writer);
}

/* --- one member ---------------------------------------------------------------------- */

static bool fault_here(struct db *db, struct err *err)
{
    struct writer *writer = writer_of(db);
    enum db_fault fault;

    if (!database_fault(db->database, &fault))
        return false;
    switch (fault) {
    case DB_FAULT_ERROR:
        err_set(err, ERR_BROKEN, "an error on purpose");
        break;
    case DB_FAULT_SERIALIZATION:
        err_set(err, ERR_BUSY, "a conflict on purpose: the same call may work later");
        break;
    case DB_FAULT_FULL:
        connection_fill(&writer->connection, err);
        look_after(writer, err);
        break;
    case DB_FAULT_DISCONNECT:
    case DB_FAULT_ANSWER_LOST:
        err_set(err, ERR_BROKEN, "the database is lost on purpose");
        kill_batch(writer, err);
        break;
    }
    return true;
}

bool writer_begin(struct db *db, struct err *err)
{
    struct writer *writer = writer_of(db);

    if (!take_turn(writer, err))
        return false;
    if (writer->batch || open_batch(writer, err)) {
        if (connection_exec(&writer->connection, "SAVEPOINT member", err)) {
            writer->batch->members++;
            return true;
        }
        look_after(writer, err);
    }
    pthread_mutex_lock(&writer->mutex);
    end_turn(writer);
    pthread_mutex_unlock(&writer->mutex);
    return false;
}

static bool alive(struct writer *writer, struct err *err)
{
    if (!writer->batch->dead)
        return true;
    *err = writer->batch->err;
    return false;
}

bool writer_run(struct db *db, const struct ask *ask, struct result *result, struct err *err)
{
    struct writer *writer = writer_of(db);

    if (!alive(writer, err) || fault_here(db, err))
        return false;
    if (connection_run(&writer->connection, db, ask, result, err))
        return true;
    look_after(writer, err);
    return false;
}

bool writer_script(struct db *db, const char *sql, struct err *err)
{
    struct writer *writer = writer_of(db);

    if (!alive(writer, err) || fault_here(db, err))
        return false;
    if (connection_exec(&writer->connection, sql, err))
        return true;
    look_after(writer, err);
    return false;
}

/* Leave the savepoint, with or without its work. */
static bool leave(struct db *db, bool ok, struct err *err)
{
    struct writer *writer = writer_of(db);
    struct err cause = {0};
    struct err *why = ok ? err : &cause; /* a rollback keeps the caller's reason */

    if (writer->batch->dead)
        return false;
    if (ok && fault_here(db, err)) {
        ok = false;
        why = &cause;
    }
    if (writer->batch->dead)
        return false;
    if ((ok || connection_exec(&writer->connection, "ROLLBACK TO member", why)) &&
        connection_exec(&writer->connection, "RELEASE member", why))
        return ok;
    kill_batch(writer, why);
    return false;
}

/*
 * A member that rolls back waits as well: what it read (and took for a
 * duplicate, say) may be the work of earlier members, and is only true once
 * they are stored.
 */
bool writer_end(struct db *db, bool ok, struct err *err)
{
    struct writer *writer = writer_of(db);
    struct batch *batch = writer->batch;

    ok = leave(db, ok, err);
    pthread_mutex_lock(&writer->mutex);
    batch->waiting++;
    end_turn(writer);
    while (!batch->over)
        pthread_cond_wait(&batch->over_now, &writer->mutex);
    if (batch->err.kind != ERR_NONE) {
        *err = batch->err;
        ok = false;
    }
    if (--batch->waiting == 0) {
        pthread_cond_destroy(&batch->over_now);
        free(batch);
    }
    pthread_mutex_unlock(&writer->mutex);
    return ok;
}
