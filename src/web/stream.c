/*
 * stream.c - bodies that go to a web_sink as they arrive.
 *
 * The loop thread copies what the library has read into pieces, a pump writes
 * full pieces, workers open before the first and close after the last.
 * One stream is in the hands of one pump or worker at a time; the lock guards
 * the pieces between the loop thread and the pump.  When all pieces are out, the
 * connection is suspended until one comes back: the socket's own flow control
 * slows the client down.
 *
 * The library (0.9.75) queues an answer only before the body or after it.  So a
 * refusal of a small body waits until that has been read and thrown away; of a
 * large one the answer is written to the socket here, and what the client still
 * sends is read until it has heard us or two seconds have passed: a close with
 * unread bytes would send a reset, which can overtake the answer.
 */

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/strs.h"
#include "web/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    PIECE = 128 * 1024,
    PIECES = 3,   /* of one stream: being filled, waiting, being written */
    IN_A_ROW = 4, /* pieces, before another stream has its turn */
    DISCARD = 1024 * 1024,
    LINGER_MS = 2000,
    LINGER_STEP = 1024 * 1024,
    LINGER_STEPS = 16, /* in one turn */
};

struct piece {
    struct piece *next;
    size_t n;
    char bytes[PIECE];
};

enum stream_state {
    UNOPENED, /* in the queue, or at `open` */
    OPENED,   /* on its way back to the loop thread */
    RECEIVING,
    ENDED, /* no more comes: the pumps finish, then `close` */
};

struct stream {
    struct exchange *x;
    struct stream *next, **to_me; /* among web->streams, from opened to answered */
    struct arena *arena;
    struct request rq;
    bool opened; /* the sink is set */

    /* of the loop thread */
    enum stream_state state;
    struct stream_head head;
    size_t received;
    struct piece *filling;
    bool discarding; /* read to the end, then answer */
    struct stream *next_lingering;
    int64_t linger_until_ms;

    /* set before the last push to the pumps */
    bool whole;
    bool unread; /* the body was not read to its end */

    char *raw; /* the answer in bytes, where the library cannot send it */
    size_t raw_n;

    atomic_bool cut;
    atomic_bool failed; /* write said no */

    pthread_mutex_t lock;
    struct piece *first, *last; /* full ones */
    struct piece *spare;
    int pieces;
    bool pumping; /* in web->pumps, or at one */
    bool starved; /* suspended until a piece is spare */
    bool ended;
};

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

/* --- pieces -------------------------------------------------------------- */

static struct piece *take_spare(struct stream *st)
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
static bool wake_pump(struct stream *st)
{
    bool idle = !st->pumping;

    struct work_pool *pumps = st->x->web->pumps;

    st->pumping = true;
    return !idle || (pumps && work_push(pumps, st->x));
}

static void send_piece(struct stream *st)
{
    struct piece *p = st->filling;

    st->filling = NULL;
    pthread_mutex_lock(&st->lock);
    if (st->first)
        st->last->next = p;
    else
        st->first = p;
    st->last = p;
    if (!wake_pump(st))
        atomic_store(&st->failed, true);
    pthread_mutex_unlock(&st->lock);
}

static void end(struct stream *st, bool whole)
{
    st->state = ENDED;
    st->whole = whole;
    st->unread = !whole;
    if (st->filling && st->filling->n)
        send_piece(st);
    pthread_mutex_lock(&st->lock);
    st->ended = true;
    (void)wake_pump(st);
    pthread_mutex_unlock(&st->lock);
}

/* One piece written and given back; false when none waits. */
static bool pump_one(struct stream *st)
{
    struct web *web = st->x->web;
    struct piece *p;
    bool starved;

    pthread_mutex_lock(&st->lock);
    p = st->first;
    if (p)
        st->first = p->next;
    pthread_mutex_unlock(&st->lock);
    if (!p)
        return false;
    if (!atomic_load(&st->failed)) {
        log_correlation(st->rq.id);
        if (!st->rq.sink.write(st->rq.sink.arg, (struct str){p->bytes, p->n}))
            atomic_store(&st->failed, true);
        log_correlation(STR(""));
    }
    pthread_mutex_lock(&st->lock);
    p->next = st->spare;
    st->spare = p;
    starved = st->starved;
    st->starved = false;
    if (starved) /* under the lock: afterwards the stream may end elsewhere */
        web_finish(web, st->x, st->x);
    pthread_mutex_unlock(&st->lock);
    return true;
}

static void pump(struct stream *st)
{
    struct web *web = st->x->web;
    bool more, ended;
    int i = 0;

    while (i < IN_A_ROW && pump_one(st))
        i++;
    pthread_mutex_lock(&st->lock);
    more = st->first != NULL;
    ended = !more && st->ended;
    st->pumping = more || ended;
    pthread_mutex_unlock(&st->lock);
    if (more && !work_push(web->pumps, st->x))
        atomic_store(&st->failed, true); /* stopping */
    if (ended && !work_push(web->closers, st->x))
        atomic_store(&st->failed, true);
}

void stream_pump(void *state, void **items, size_t n)
{
    (void)state;
    for (size_t i = 0; i < n; i++)
        pump(((struct exchange *)items[i])->stream);
}

/* --- the library's callbacks --------------------------------------------- */

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
    end(st, false);
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
            st->filling = take_spare(st);
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
            send_piece(st);
    }
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
    end(st, true);
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
    end(st, false);
    return true;
}

/* --- answers past the library -------------------------------------------- */

struct raw {
    char *text;
    size_t n, room;
};

static void raw_add(struct raw *raw, struct str s)
{
    while (raw->n + s.n > raw->room) {
        raw->room = raw->room ? raw->room * 2 : 1024;
        raw->text = realloc(raw->text, raw->room);
        must(raw->text);
    }
    if (s.n)
        memcpy(raw->text + raw->n, s.p, s.n);
    raw->n += s.n;
}

static enum MHD_Result raw_header(void *arg, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    (void)kind;
    raw_add(arg, str(name));
    raw_add(arg, STR(": "));
    raw_add(arg, str(value));
    raw_add(arg, STR("\r\n"));
    return MHD_YES;
}

static void make_raw(struct exchange *x, const struct reply *rp)
{
    struct stream *st = x->stream;
    struct raw raw = {0};
    char line[128];

    (void)snprintf(line, sizeof line, "HTTP/1.1 %d %s\r\n", x->status,
                   MHD_get_reason_phrase_for((unsigned)x->status));
    raw_add(&raw, str(line));
    (void)MHD_get_response_headers(x->response, raw_header, &raw);
    (void)snprintf(line, sizeof line, "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                   rp->body.n);
    raw_add(&raw, str(line));
    raw_add(&raw, rp->body);
    st->raw = raw.text;
    st->raw_n = raw.n;
}

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
        make_raw(x, rp);
    leave_list(st);
    arena_free(st->arena);
    st->arena = NULL;
}

/* The little that fits into the socket's buffer; then no more comes from us. */
static void send_raw(struct exchange *x)
{
    struct stream *st = x->stream;

    if (send(x->conn->fd, st->raw, st->raw_n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        st->linger_until_ms = 0;
    else
        st->linger_until_ms = clock_mono_ms() + LINGER_MS;
    (void)shutdown(x->conn->fd, SHUT_WR);
    MHD_destroy_response(x->response);
    x->response = NULL; /* resumed, the connection is cut */
    st->next_lingering = x->web->lingering;
    x->web->lingering = st;
}

bool stream_returned(struct exchange *x)
{
    struct stream *st = x->stream;

    if (!x->connection) {
        stream_free(x);
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
    send_raw(x);
    return true;
}

/* True when the client has closed, or had its time. */
static bool linger(struct stream *st)
{
    for (int i = 0; i < LINGER_STEPS; i++) {
        ssize_t n =
            recv(st->x->conn->fd, NULL, LINGER_STEP, MSG_TRUNC | MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return true;
        if (n < 0)
            break;
    }
    return clock_mono_ms() >= st->linger_until_ms;
}

static void linger_all(struct web *web)
{
    struct stream **at = &web->lingering;

    while (*at) {
        struct stream *st = *at;
        if (!linger(st)) {
            at = &st->next_lingering;
            continue;
        }
        *at = st->next_lingering;
        (void)shutdown(st->x->conn->fd, SHUT_RDWR);
        intake_send(st->x);
    }
}

void stream_hurry(struct web *web)
{
    for (struct stream *st = web->lingering; st; st = st->next_lingering)
        st->linger_until_ms = 0;
    linger_all(web);
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
    if (web->lingering)
        linger_all(web);
}

/* --- the end ------------------------------------------------------------- */

static void free_pieces(struct piece *p)
{
    while (p) {
        struct piece *next = p->next;
        free(p);
        p = next;
    }
}

void stream_free(struct exchange *x)
{
    struct stream *st = x->stream;
    struct web *web = x->web;

    leave_list(st); /* still there when the server stopped before it could be closed */
    free_pieces(st->first);
    free_pieces(st->spare);
    free(st->filling);
    free(st->raw);
    arena_free(st->arena);
    pthread_mutex_destroy(&st->lock);
    free(st);
    if (x->response)
        MHD_destroy_response(x->response);
    atomic_fetch_sub(&web->in_hand, 1);
    free(x);
}
