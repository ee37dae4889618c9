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
#include "base/limits.h"
#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { BATCH_MEMBERS = 128, BATCH_US = 5000, DISK_FAILURES_APART_MS = 60 * 1000 };

struct turn {
    struct turn *next;
    bool granted;
    pthread_cond_t granted_now;
};

static void condition_setup(pthread_cond_t *condition)
{
    pthread_condattr_t monotonic;

    must(pthread_condattr_init(&monotonic) == 0);
    must(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    must(pthread_cond_init(condition, &monotonic) == 0);
    pthread_condattr_destroy(&monotonic);
}

void writer_setup(struct store *store)
{
    must(pthread_mutex_init(&store->mutex, NULL) == 0);
    store->disk_failed_mono_ms = -DISK_FAILURES_APART_MS;
}

/* --- turns: first come, first served -------------------------------------------- */

static void leave_queue(struct store *store, struct turn *turn)
{
    struct turn *before = NULL;

    for (struct turn *t = store->first; t != turn; t = t->next)
        before = t;
    if (before)
        before->next = turn->next;
    else
        store->first = turn->next;
    if (store->last == turn)
        store->last = before;
}

static bool wait_for_turn(struct store *store, struct turn *turn)
{
    int64_t until_ms = clock_mono_ms() + LIMIT_LOCK_MS;
    struct timespec until = {until_ms / 1000, until_ms % 1000 * 1000000};

    while (!turn->granted)
        if (pthread_cond_timedwait(&turn->granted_now, &store->mutex, &until) == ETIMEDOUT &&
            !turn->granted) {
            leave_queue(store, turn);
            return false;
        }
    return true;
}

static bool take_turn(struct store *store, struct err *err)
{
    struct turn turn = {0};
    bool mine = true;

    pthread_mutex_lock(&store->mutex);
    if (!store->taken) {
        store->taken = true;
    } else {
        condition_setup(&turn.granted_now);
        if (store->last)
            store->last->next = &turn;
        else
            store->first = &turn;
        store->last = &turn;
        mine = wait_for_turn(store, &turn);
        pthread_cond_destroy(&turn.granted_now);
    }
    pthread_mutex_unlock(&store->mutex);
    return mine || err_set(err, ERR_BUSY, "the database is busy: no turn to write within %d s",
                           LIMIT_LOCK_MS / 1000);
}

/* With the mutex held. */
static void pass_turn(struct store *store)
{
    struct turn *next = store->first;

    if (!next) {
        store->taken = false;
        return;
    }
    store->first = next->next;
    if (!store->first)
        store->last = NULL;
    next->granted = true;
    pthread_cond_signal(&next->granted_now);
}

/* --- a disk that fails ------------------------------------------------------------ */

/*
 * After a failed fsync the data are gone though the next fsync says they are
 * there, so it is not repeated: the connection starts anew from what is on the
 * disk.  A second time within a minute, the supervisor has to look.
 */
static void reopen(struct store *store)
{
    struct err err = {0};
    int64_t now = clock_mono_ms();

    if (now - store->disk_failed_mono_ms < DISK_FAILURES_APART_MS) {
        log_error("db.disk_failed_again", LOG_CSTR("path", store->path));
        abort();
    }
    store->disk_failed_mono_ms = now;
    log_error("db.disk_failed", LOG_CSTR("path", store->path));
    connection_close(&store->writer);
    if (!connection_open(&store->writer, store->path, true, &err) ||
        !connection_quick_check(&store->writer, &err)) {
        log_err("db.reopen", &err);
        connection_close(&store->writer);
    }
}

/* --- batches ------------------------------------------------------------------------ */

/* The outer transaction is lost, or has to be: remember why, for all its members. */
static void kill_batch(struct store *store, const struct err *why)
{
    struct err ignored = {0};
    struct batch *batch = store->batch;

    if (batch->dead)
        return;
    batch->dead = true;
    batch->err = *why;
    if (why->kind == ERR_CONFLICT || why->kind == ERR_INVALID)
        batch->err.kind = ERR_BROKEN;
    err_while(&batch->err, "nothing of this group of transactions is stored");
    if (connection_broke(&store->writer))
        reopen(store);
    else if (!connection_idle(&store->writer))
        (void)!connection_exec(&store->writer, "ROLLBACK", &ignored);
}

/* After any error inside the batch. */
static void look_after(struct store *store, const struct err *why)
{
    if (connection_idle(&store->writer) || connection_broke(&store->writer))
        kill_batch(store, why);
}

static bool open_batch(struct store *store, struct err *err)
{
    if (!store->writer.sqlite && !connection_open(&store->writer, store->path, true, err))
        return false;
    if (!connection_exec(&store->writer, "BEGIN IMMEDIATE", err)) {
        if (connection_broke(&store->writer))
            reopen(store);
        return false;
    }
    struct batch *batch = calloc(1, sizeof *batch);
    must(batch);
    batch->started_us = clock_mono_us();
    condition_setup(&batch->over_now);
    pthread_mutex_lock(&store->mutex);
    store->batch = batch;
    pthread_mutex_unlock(&store->mutex);
    return true;
}

/* With the mutex held: the outcome is known, those who wait may go. */
static void close_batch(struct store *store)
{
    struct batch *batch = store->batch;

    store->batch = NULL;
    batch->over = true;
    pthread_cond_broadcast(&batch->over_now);
    if (batch->waiting == 0) {
        pthread_cond_destroy(&batch->over_now);
        free(batch);
    }
}

static void commit(struct store *store)
{
    struct err err = {0};

    if (connection_exec(&store->writer, "COMMIT", &err))
        return;
    /* After an I/O error the log may hold it all the same. */
    if (connection_broke(&store->writer))
        err.kind = ERR_UNCERTAIN;
    kill_batch(store, &err);
}

/* The end of a turn: hand on, or commit for all.  With the mutex held, before and after. */
static void end_turn(struct store *store)
{
    struct batch *batch = store->batch;

    if (batch && !batch->dead) {
        bool hand_on = store->first && batch->members < BATCH_MEMBERS &&
                       clock_mono_us() - batch->started_us < BATCH_US;
        if (hand_on) {
            pass_turn(store);
            return;
        }
        pthread_mutex_unlock(&store->mutex);
        commit(store);
        pthread_mutex_lock(&store->mutex);
    }
    if (batch)
        close_batch(store);
    pass_turn(store);
}

/* --- one member ---------------------------------------------------------------------- */

static bool fault_here(struct db *db, struct err *err)
{
    struct store *store = ((struct handle *)db->impl)->store;
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
        connection_fill(&store->writer, err);
        look_after(store, err);
        break;
    case DB_FAULT_DISCONNECT:
    case DB_FAULT_ANSWER_LOST:
        err_set(err, ERR_BROKEN, "the database is lost on purpose");
        kill_batch(store, err);
        break;
    }
    return true;
}

bool writer_begin(struct store *store, struct err *err)
{
    if (!take_turn(store, err))
        return false;
    if (store->batch || open_batch(store, err)) {
        if (connection_exec(&store->writer, "SAVEPOINT member", err)) {
            store->batch->members++;
            return true;
        }
        look_after(store, err);
    }
    pthread_mutex_lock(&store->mutex);
    end_turn(store);
    pthread_mutex_unlock(&store->mutex);
    return false;
}

static bool alive(struct store *store, struct err *err)
{
    if (!store->batch->dead)
        return true;
    *err = store->batch->err;
    return false;
}

bool writer_run(struct db *db, const struct ask *ask, struct result *result, struct err *err)
{
    struct store *store = ((struct handle *)db->impl)->store;

    if (!alive(store, err) || fault_here(db, err))
        return false;
    if (connection_run(&store->writer, db, ask, result, err))
        return true;
    look_after(store, err);
    return false;
}

bool writer_script(struct db *db, const char *sql, struct err *err)
{
    struct store *store = ((struct handle *)db->impl)->store;

    if (!alive(store, err) || fault_here(db, err))
        return false;
    if (connection_exec(&store->writer, sql, err))
        return true;
    look_after(store, err);
    return false;
}

/* Leave the savepoint, with or without its work. */
static bool leave(struct db *db, bool ok, struct err *err)
{
    struct store *store = ((struct handle *)db->impl)->store;
    struct err cause = {0};
    struct err *why = ok ? err : &cause; /* a rollback keeps the caller's reason */

    if (store->batch->dead)
        return false;
    if (ok && fault_here(db, err)) {
        ok = false;
        why = &cause;
    }
    if (store->batch->dead)
        return false;
    if ((ok || connection_exec(&store->writer, "ROLLBACK TO member", why)) &&
        connection_exec(&store->writer, "RELEASE member", why))
        return ok;
    kill_batch(store, why);
    return false;
}

/*
 * A member that rolls back waits as well: what it read (and took for a
 * duplicate, say) may be the work of earlier members, and is only true once
 * they are stored.
 */
bool writer_end(struct db *db, bool ok, struct err *err)
{
    struct store *store = ((struct handle *)db->impl)->store;
    struct batch *batch = store->batch;

    ok = leave(db, ok, err);
    pthread_mutex_lock(&store->mutex);
    batch->waiting++;
    end_turn(store);
    while (!batch->over)
        pthread_cond_wait(&batch->over_now, &store->mutex);
    if (batch->err.kind != ERR_NONE) {
        *err = batch->err;
        ok = false;
    }
    if (--batch->waiting == 0) {
        pthread_cond_destroy(&batch->over_now);
        free(batch);
    }
    pthread_mutex_unlock(&store->mutex);
    return ok;
}
