/*
 * stream_pump.c - the bytes of a stream on their way to the sink.
 *
 * One stream is in the hands of one pump at a time: it writes the full pieces, and
 * then, where the loop thread says so, reads on from the socket itself.  A follower
 * (a hash, say) works beside it on another thread.  Who of the two finishes last
 * hands the stream on to be closed.
 */

#include "base/log.h"
#include "web/stream_parts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    IN_A_ROW = 4, /* pieces, before another stream has its turn */
    PIPE_SIZE = 1024 * 1024,
};

/* --- the loop thread's side ---------------------------------------------- */

struct piece *stream_take_spare(struct stream *st)
{
    struct piece *p;

    pthread_mutex_lock(&st->lock);
    p = st->spare;
    if (p)
        st->spare = p->next;
    bool more = !p && st->pieces < PIECES;
    st->pieces += more;
    st->starved = !p && !more;
    pthread_mutex_unlock(&st->lock);
    if (more) {
        p = malloc(sizeof *p);
        must(p);
    }
    if (p) {
        p->next = NULL;
        p->n = 0;
    }
    return p;
}

/* Under the lock.  A full queue or stopping pumps: the process ends without these bytes, which
 * were never acknowledged. */
static void wake_pump(struct stream *st)
{
    struct work_pool *pumps = st->x->web->pumps;

    if (st->pumping)
        return;
    st->pumping = true;
    if (!pumps || !work_push(pumps, st->x))
        atomic_store(&st->failed, true);
}

void stream_send_piece(struct stream *st)
{
    struct piece *p = st->filling;

    st->filling = NULL;
    pthread_mutex_lock(&st->lock);
    if (st->first)
        st->last->next = p;
    else
        st->first = p;
    st->last = p;
    wake_pump(st);
    pthread_mutex_unlock(&st->lock);
}

void stream_read_by_pump(struct stream *st)
{
    pthread_mutex_lock(&st->lock);
    st->readable = true;
    wake_pump(st);
    pthread_mutex_unlock(&st->lock);
}

void stream_last_piece(struct stream *st)
{
    if (st->filling && st->filling->n)
        stream_send_piece(st);
    pthread_mutex_lock(&st->lock);
    st->ended = true;
    wake_pump(st);
    pthread_mutex_unlock(&st->lock);
}

static void free_pieces(struct piece *p)
{
    while (p) {
        struct piece *next = p->next;
        free(p);
        p = next;
    }
}

void stream_free_pieces(struct stream *st)
{
    free_pieces(st->first);
    free_pieces(st->spare);
    free(st->filling);
}

/* --- the pumps ------------------------------------------------------------ */

/* One piece written and given back; false when none waits. */
static bool pump_one(struct stream *st)
{
    struct web *web = st->x->web;
    const struct web_sink *sink = &st->rq.sink;
    struct piece *p;

    pthread_mutex_lock(&st->lock);
    p = st->first;
    if (p)
        st->first = p->next;
    pthread_mutex_unlock(&st->lock);
    if (!p)
        return false;
    if (!atomic_load(&st->failed)) {
        if (sink->write(sink->arg, (struct str){p->bytes, p->n}))
            stream_wrote(st);
        else
            atomic_store(&st->failed, true);
    }
    pthread_mutex_lock(&st->lock);
    p->next = st->spare;
    st->spare = p;
    bool starved = st->starved;
    st->starved = false;
    if (starved) /* under the lock: afterwards the stream may end elsewhere */
        web_finish(web, st->x, st->x);
    pthread_mutex_unlock(&st->lock);
    return true;
}

static void open_pipe(int fds[2])
{
    must(pipe2(fds, O_CLOEXEC) == 0);
    (void)fcntl(fds[1], F_SETPIPE_SZ, PIPE_SIZE); /* or as large as we may */
}

static void close_pipe(int fds[2])
{
    (void)close(fds[0]);
    (void)close(fds[1]);
}

/* Back to the loop thread, which waits for it. */
static void read_socket(struct stream *st, int pipe[2])
{
    struct exchange *x = st->x;

    if (!stream_splice(st, pipe)) {
        close_pipe(pipe);
        open_pipe(pipe);
    }
    pthread_mutex_lock(&st->lock);
    st->pumping = false;
    pthread_mutex_unlock(&st->lock);
    web_finish(x->web, x, x);
}

/* Under the lock: nobody works for it any more, and nobody will. */
static bool is_finished(const struct stream *st)
{
    return st->ended && !st->pumping && !st->following && !st->first;
}

static void close_later(struct exchange *x, struct work_pool *closers)
{
    if (!work_push(closers, x))
        atomic_store(&x->stream->failed, true); /* stopping */
}

static void pump(struct stream *st, int pipe[2])
{
    struct exchange *x = st->x;
    struct web *web = x->web;

    log_correlation(st->rq.id);
    for (int i = 0; i < IN_A_ROW && pump_one(st); i++)
        continue;
    pthread_mutex_lock(&st->lock);
    bool more = st->first != NULL;
    bool reads = !more && st->readable;
    st->readable = st->readable && more;
    st->pumping = more || reads;
    bool finished = is_finished(st);
    pthread_mutex_unlock(&st->lock);
    if (reads)
        read_socket(st, pipe);
    else if (more && !work_push(web->pumps, x))
        atomic_store(&st->failed, true); /* stopping */
    else if (finished)
        close_later(x, web->closers);
    log_correlation(STR(""));
}

void *stream_pump_start(void *shared, int index)
{
    int *pipe = malloc(2 * sizeof *pipe);

    (void)shared, (void)index;
    must(pipe);
    open_pipe(pipe);
    return pipe;
}

void stream_pump_stop(void *state)
{
    close_pipe(state);
    free(state);
}

void stream_pump(void *state, void **items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        pump(((struct exchange *)items[i])->stream, state);
}

/* --- the followers -------------------------------------------------------- */

void stream_wrote(struct stream *st)
{
    struct work_pool *followers = st->x->web->followers;

    if (!st->rq.sink.follow)
        return;
    pthread_mutex_lock(&st->lock);
    st->written = true;
    if (!st->following)
        st->following = work_push(followers, st->x);
    pthread_mutex_unlock(&st->lock);
}

static void follow(struct stream *st)
{
    struct exchange *x = st->x;
    struct web *web = x->web;

    pthread_mutex_lock(&st->lock);
    st->written = false;
    pthread_mutex_unlock(&st->lock);
    log_correlation(st->rq.id);
    st->rq.sink.follow(st->rq.sink.arg);
    log_correlation(STR(""));
    pthread_mutex_lock(&st->lock);
    st->following = st->written && work_push(web->followers, x);
    bool finished = is_finished(st);
    pthread_mutex_unlock(&st->lock);
    if (finished)
        close_later(x, web->closers);
}

void stream_follow(void *state, void **items, size_t n)
{
    (void)state;
    for (size_t i = 0; i < n; i++)
        follow(((struct exchange *)items[i])->stream);
}

void stream_unfollowed(void *item)
{
    struct stream *st = ((struct exchange *)item)->stream;
    struct work_pool *closers = st->x->web->closers;

    pthread_mutex_lock(&st->lock);
    st->following = false;
    bool finished = is_finished(st);
    pthread_mutex_unlock(&st->lock);
    if (finished)
        close_later(item, closers);
}
