/*
 * stream.c - bodies that go to a web_sink as they arrive.
 *
 * Workers open a stream before its first byte and close it after the last; between
 * them the loop thread copies what the library has read into pieces, and pumps give
 * full pieces to the sink.  The lock guards the pieces between the loop thread and
 * the pumps.  When all pieces are on their way, the connection is suspended until
 * one is spare: the socket's own flow control slows the client down.
 */

#include "base/arena.h"
#include "base/clock.h"
#include "base/strs.h"
#include "web/stream_parts.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    OPENERS = 4, /* threads; and as many that close */
    PUMPS = 2,   /* and as many that follow */
};

/* --- the pools ----------------------------------------------------------- */

bool stream_start_pools(struct web *web, struct err *err)
{
    /* More streams than connections: those whose connection broke are still to be closed. */
    struct work_settings pool = {.name = "open",
                                 .threads = OPENERS,
                                 .queue_limit = 4 * (size_t)web->settings.connection_limit,
                                 .start = worker_start,
                                 .run = worker_run_stream,
                                 .stop = worker_stop,
                                 .shared = web};

    if (!work_start(&pool, &web->openers, err))
        return false;
    pool.name = "close";
    if (!work_start(&pool, &web->closers, err))
        return false;
    pool.name = "pump";
    pool.threads = PUMPS;
    pool.start = stream_pump_start;
    pool.run = stream_pump;
    pool.stop = stream_pump_stop;
    if (!work_start(&pool, &web->pumps, err))
        return false;
    pool.name = "follow";
    pool.start = NULL;
    pool.run = stream_follow;
    pool.stop = NULL;
    return work_start(&pool, &web->followers, err);
}

void stream_stop_pools(struct web *web, int64_t deadline_ms)
{
    work_stop(web->openers, deadline_ms, worker_drop);
    work_stop(web->pumps, deadline_ms, worker_drop);
    work_stop(web->followers, deadline_ms, stream_unfollowed);
    work_stop(web->closers, deadline_ms, worker_drop);
    web->openers = web->pumps = web->followers = web->closers = NULL;
}

/* --- the beginning ------------------------------------------------------- */

void stream_begin(struct exchange *x, struct stream_head head)
{
    struct stream *st = calloc(1, sizeof *st);

    must(st);
    st->x = x;
    st->head = head;
    st->arena = arena_new("stream");
    pthread_mutex_init(&st->lock, NULL);
    x->stream = st;
    x->deadline_ms = clock_mono_ms() + x->web->settings.request_deadline_ms;
    intake_hold(x);
    x->next = x->web->ready;
    x->web->ready = x;
}

struct request *stream_request(struct exchange *x)
{
    return &x->stream->rq;
}

struct arena *stream_arena(struct exchange *x)
{
    return x->stream->arena;
}

bool stream_unopened(const struct exchange *x)
{
    return !x->stream->opened;
}

bool stream_whole(const struct exchange *x)
{
    return x->stream->whole && !atomic_load(&x->stream->failed);
}

bool stream_unheard(const struct exchange *x)
{
    return !x->connection;
}

void stream_opened(struct exchange *x)
{
    struct stream *st = x->stream;
    struct web *web = x->web;

    st->opened = true;
    atomic_fetch_add(&web->streaming, 1);
    pthread_mutex_lock(&web->lock);
    st->next = web->streams;
    st->to_me = &web->streams;
    if (st->next)
        st->next->to_me = &st->next;
    web->streams = st;
    /* Opened while the server began to stop, and the others were cut. */
    if (atomic_load(&web->draining)) {
        atomic_store(&st->cut, true);
        atomic_store(&web->cut_wanted, true);
    }
    pthread_mutex_unlock(&web->lock);
}

/* --- the library's callbacks --------------------------------------------- */

void stream_end(struct stream *st, bool whole)
{
    st->state = ENDED;
    st->whole = whole;
    st->unread = !whole || st->direct;
    stream_last_piece(st);
}

static void received(struct exchange *x, size_t n)
{
    x->stream->received += n;
    x->conn->bytes += (int64_t)n;
    x->conn->since_ms = clock_mono_ms();
}

static bool discard(struct exchange *x, size_t *n)
{
    struct stream *st = x->stream;

    received(x, *n);
    *n = 0;
    return st->received <= st->head.length || st->received <= DISCARD;
}

/* A write failed.  What is left is thrown away when it is little; else answered at once. */
static bool give_up(struct exchange *x, size_t *n)
{
    struct stream *st = x->stream;

    if (!st->head.chunked && st->head.length - st->received <= DISCARD)
        return discard(x, n);
    stream_end(st, false);
    intake_hold(x);
    return true;
}

static bool take(struct exchange *x, const char *bytes, size_t *n)
{
    struct stream *st = x->stream;

    if (atomic_load(&st->cut))
        return false;
    if (atomic_load(&st->failed))
        return give_up(x, n);
    while (*n) {
        if (!st->filling)
            st->filling = stream_take_spare(st);
        if (!st->filling) {
            intake_hold(x); /* the library keeps the rest */
            return true;
        }
        struct piece *p = st->filling;
        size_t fits = PIECE - p->n < *n ? PIECE - p->n : *n;
        memcpy(p->bytes + p->n, bytes, fits);
        p->n += fits;
        bytes += fits;
        *n -= fits;
        received(x, fits);
        if (p->n == PIECE)
            stream_send_piece(st);
    }
    if (stream_is_large(st))
        stream_take_over(st);
    return true;
}

/* The answer came before the body was read, which is little or nothing: the library would close
 * the connection of an answer queued now. */
static bool answer_early(struct exchange *x)
{
    x->stream->discarding = true;
    intake_phase(x->conn, PHASE_BODY);
    return true;
}

bool stream_on_request(struct exchange *x, const char *bytes, size_t *n)
{
    struct stream *st = x->stream;

    if (x->answered) {
        if (!x->response)
            return false;
        if (st->discarding)
            return *n ? discard(x, n) : intake_answer(x);
        return st->state == UNOPENED ? answer_early(x) : intake_answer(x);
    }
    if (st->state == UNOPENED || st->state == OPENED) {
        st->state = RECEIVING;
        intake_phase(x->conn, PHASE_BODY);
        x->conn->streaming = true;
        return !atomic_load(&st->cut);
    }
    if (*n)
        return take(x, bytes, n);
    stream_end(st, true);
    intake_hold(x);
    return true;
}

bool stream_broken(struct exchange *x)
{
    struct stream *st = x->stream;

    if (x->answered || !st->opened)
        return false;
    x->connection = NULL;
    x->conn = NULL;
    stream_end(st, false);
    return true;
}

/* --- the answer ---------------------------------------------------------- */

/* Is more of the body to come than is worth reading? */
static bool much_is_left(const struct stream *st)
{
    if (st->opened)
        return st->unread;
    return st->head.has_body &&
           (st->head.expects || st->head.chunked || st->head.length > DISCARD);
}

static void leave_list(struct stream *st)
{
    struct web *web = st->x->web;
    bool listed;

    pthread_mutex_lock(&web->lock);
    listed = st->to_me != NULL;
    if (listed) {
        *st->to_me = st->next;
        if (st->next)
            st->next->to_me = st->to_me;
        st->to_me = NULL;
    }
    pthread_mutex_unlock(&web->lock);
    if (listed)
        atomic_fetch_sub(&web->streaming, 1);
}

void stream_answered(struct exchange *x, const struct reply *rp)
{
    struct stream *st = x->stream;

    if (x->response && x->connection && much_is_left(st))
        stream_make_raw(x, rp);
    leave_list(st);
    arena_free(st->arena);
    st->arena = NULL;
}

bool stream_returned(struct exchange *x)
{
    struct stream *st = x->stream;

    if (!x->connection) {
        stream_free(x);
        return true;
    }
    if (!x->answered && st->direct) {
        stream_direct_returned(st);
        return true;
    }
    if (!x->answered) {
        if (st->state == UNOPENED && st->opened)
            st->state = OPENED;
        else
            intake_phase(x->conn, PHASE_BODY);
        return false;
    }
    if (!st->raw)
        return false;
    stream_send_raw(x);
    return true;
}

/* --- cutting ------------------------------------------------------------- */

void web_cut_streams(struct web *web, struct str key)
{
    bool found = false;

    pthread_mutex_lock(&web->lock);
    for (struct stream *st = web->streams; st; st = st->next)
        if (!key.n || str_eq(st->rq.sink.key, key)) {
            atomic_store(&st->cut, true);
            found = true;
        }
    pthread_mutex_unlock(&web->lock);
    if (found) {
        atomic_store(&web->cut_wanted, true);
        web_wake(web);
    }
}

void web_stream_keys(struct web *web, struct arena *arena, struct strs *out)
{
    pthread_mutex_lock(&web->lock);
    for (struct stream *st = web->streams; st; st = st->next)
        *strs_add(out, arena) = str_dup(arena, st->rq.sink.key);
    pthread_mutex_unlock(&web->lock);
}

/* The library sees the end of the connection, as if the client had gone. */
static void cut_all(struct web *web)
{
    pthread_mutex_lock(&web->lock);
    for (struct stream *st = web->streams; st; st = st->next)
        if (atomic_load(&st->cut) && st->x->conn && st->state == RECEIVING)
            (void)shutdown(st->x->conn->fd, SHUT_RDWR);
    pthread_mutex_unlock(&web->lock);
}

void stream_turn(struct web *web)
{
    if (atomic_exchange(&web->cut_wanted, false))
        cut_all(web);
    stream_direct_turn(web);
    if (web->lingering)
        stream_linger(web);
}

/* --- the end ------------------------------------------------------------- */

void stream_free(struct exchange *x)
{
    struct stream *st = x->stream;
    struct web *web = x->web;

    leave_list(st); /* still there when the server stopped before it could be closed */
    stream_free_pieces(st);
    free(st->raw);
    arena_free(st->arena);
    pthread_mutex_destroy(&st->lock);
    free(st);
    if (x->response)
        MHD_destroy_response(x->response);
    atomic_fetch_sub(&web->in_hand, 1);
    free(x);
}
