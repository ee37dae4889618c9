/*
 * stream_pump.c - the pieces of a stream on their way from the loop thread to
 * the sink.
 *
 * Full pieces go into a ring.  Two lanes take them from there, each in order and
 * each by one thread at a time: one writes, the other watches (makes a hash, say),
 * at the same time where there are two cores.  When both have passed a piece it is
 * spare; when none is, nothing is read until half of them are, so that the threads
 * do not wake each other for each piece.
 */

#include "base/log.h"
#include "web/stream_parts.h"

#include <stdlib.h>

enum { IN_A_ROW = 4 }; /* pieces, before another stream has its turn */

static struct work_pool *pool_of(struct stream *st, enum lane_name which)
{
    struct web *web = st->x->web;

    return which == WRITES ? web->pumps : web->watchers;
}

/* Under the lock.  A full queue or stopping pumps: the process ends without these bytes, which
 * were never acknowledged. */
static void wake(struct stream *st, enum lane_name which)
{
    struct lane *lane = &st->lanes[which];
    struct work_pool *pool = pool_of(st, which);

    if (!lane->used || lane->busy)
        return;
    lane->busy = true;
    if (!pool || !work_push(pool, st->x))
        atomic_store(&st->failed, true);
}

/* --- the loop thread's side ---------------------------------------------- */

struct piece *stream_take_spare(struct stream *st)
{
    struct piece *p = NULL;

    pthread_mutex_lock(&st->lock);
    st->starved = st->sent - st->passed == PIECES;
    bool starved = st->starved;
    if (st->spares)
        p = st->spare[--st->spares];
    pthread_mutex_unlock(&st->lock);
    if (!p && !starved) {
        p = malloc(sizeof *p);
        must(p);
    }
    if (p)
        p->n = 0;
    return p;
}

void stream_send_piece(struct stream *st)
{
    struct piece *p = st->filling;

    st->filling = NULL;
    pthread_mutex_lock(&st->lock);
    st->ring[st->sent++ % PIECES] = p;
    wake(st, WRITES);
    wake(st, WATCHES);
    pthread_mutex_unlock(&st->lock);
}

void stream_last_piece(struct stream *st)
{
    if (st->filling && st->filling->n)
        stream_send_piece(st);
    pthread_mutex_lock(&st->lock);
    st->ended = true;
    wake(st, WRITES);
    pthread_mutex_unlock(&st->lock);
}

void stream_free_pieces(struct stream *st)
{
    for (; st->passed < st->sent; st->passed++)
        free(st->ring[st->passed % PIECES]);
    while (st->spares)
        free(st->spare[--st->spares]);
    free(st->filling);
}

/* --- the pumps' side ------------------------------------------------------ */

static void give(struct stream *st, enum lane_name which, const struct piece *p)
{
    const struct web_sink *sink = &st->rq.sink;
    struct str bytes = {p->bytes, p->n};

    if (atomic_load(&st->failed))
        return;
    log_correlation(st->rq.id);
    if (which == WATCHES)
        sink->watch(sink->arg, bytes);
    else if (!sink->write(sink->arg, bytes))
        atomic_store(&st->failed, true);
    log_correlation(STR(""));
}

/* Under the lock: what all lanes have taken is spare. */
static void pass(struct stream *st)
{
    size_t done = SIZE_MAX;

    for (int i = 0; i < LANES; i++)
        if (st->lanes[i].used && st->lanes[i].done < done)
            done = st->lanes[i].done;
    for (; st->passed < done; st->passed++)
        st->spare[st->spares++] = st->ring[st->passed % PIECES];
    if (st->starved && st->sent - st->passed <= PIECES / 2) {
        st->starved = false; /* and afterwards the stream may end elsewhere */
        web_finish(st->x->web, st->x, st->x);
    }
}

/* One piece; false when none waits. */
static bool pump_one(struct stream *st, enum lane_name which)
{
    struct lane *lane = &st->lanes[which];
    struct piece *p = NULL;

    pthread_mutex_lock(&st->lock);
    if (lane->done < st->sent)
        p = st->ring[lane->done % PIECES];
    pthread_mutex_unlock(&st->lock);
    if (!p)
        return false;
    give(st, which, p);
    pthread_mutex_lock(&st->lock);
    lane->done++;
    pass(st);
    pthread_mutex_unlock(&st->lock);
    return true;
}

static bool at_rest(const struct stream *st)
{
    for (int i = 0; i < LANES; i++)
        if (st->lanes[i].used && (st->lanes[i].busy || st->lanes[i].done < st->sent))
            return false;
    return true;
}

/* The lane that comes to rest last hands the stream on.  Under the lock. */
static bool is_finished(const struct stream *st)
{
    return st->ended && at_rest(st);
}

static void pump(struct stream *st, enum lane_name which)
{
    struct lane *lane = &st->lanes[which];
    struct work_pool *pool = pool_of(st, which), *closers = st->x->web->closers;
    struct exchange *x = st->x;

    for (int i = 0; i < IN_A_ROW && pump_one(st, which); i++)
        continue;
    pthread_mutex_lock(&st->lock);
    bool more = lane->busy = lane->done < st->sent;
    bool finished = is_finished(st);
    pthread_mutex_unlock(&st->lock);
    if ((more && !work_push(pool, x)) || (finished && !work_push(closers, x)))
        atomic_store(&st->failed, true); /* stopping */
}

void stream_pump(void *state, void **items, size_t n)
{
    (void)state;
    for (size_t i = 0; i < n; i++)
        pump(((struct exchange *)items[i])->stream, WRITES);
}

void stream_watch(void *state, void **items, size_t n)
{
    (void)state;
    for (size_t i = 0; i < n; i++)
        pump(((struct exchange *)items[i])->stream, WATCHES);
}

void stream_drop_watch(void *item)
{
    struct stream *st = ((struct exchange *)item)->stream;
    struct work_pool *closers = st->x->web->closers;

    atomic_store(&st->failed, true);
    pthread_mutex_lock(&st->lock);
    st->lanes[WATCHES].used = false;
    pass(st);
    bool finished = is_finished(st);
    pthread_mutex_unlock(&st->lock);
    if (finished && !work_push(closers, item))
        atomic_store(&st->failed, true);
}
