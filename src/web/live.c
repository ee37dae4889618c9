/*
 * live.c - answers that go on: a connection is parked in the library until
 * something is told to its topic, so that it costs a few hundred bytes and no
 * worker.
 *
 * A listener belongs to its response: the library gives it back when the
 * connection is over, whoever ends it.  What it still has to send stands in its
 * own buffer, under web->lock; the loop thread alone suspends and resumes.
 */

#include "base/clock.h"
#include "base/limits.h"
#include "base/strs.h"
#include "web/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    HEARTBEAT_MS = 15000,
    LIFE_MS = 5 * 60 * 1000,
    LOOK_MS = 250,      /* at those that wait: are they still there, is a heartbeat due? */
    BLOCK_BYTES = 4096, /* handed to the library at once */
    KEPT_BYTES = 1024,  /* of the buffer, while there is nothing to be sent */
};

struct listener {
    struct listener *next, *previous; /* in web->listeners */
    struct web *web;
    struct exchange *x; /* while it is parked or sends; gone before the response is */
    char topic[LIMIT_LIVE_TOPIC + 1];
    char *bytes;
    size_t n, room, sent;
    bool parked;               /* suspended, with nothing to send */
    bool cut;                  /* it did not read fast enough */
    int64_t until_ms, said_ms; /* monotonic */
};

/* --- who listens -------------------------------------------------------------- */

/* Under the lock. */
static void append(struct listener *l, struct str bytes)
{
    if (l->cut || l->n - l->sent + bytes.n > LIMIT_LIVE_WAITING) {
        l->cut = true;
        return;
    }
    if (l->sent == l->n)
        l->sent = l->n = 0;
    if (l->n + bytes.n > l->room) {
        l->room = l->n + bytes.n + KEPT_BYTES;
        l->bytes = realloc(l->bytes, l->room);
        must(l->bytes);
    }
    memcpy(l->bytes + l->n, bytes.p, bytes.n);
    l->n += bytes.n;
}

static bool has_place(const struct web *web, struct str topic)
{
    int all = 0, same = 0;

    for (const struct listener *l = web->listeners; l; l = l->next) {
        all++;
        same += str_eq(topic, str(l->topic));
    }
    return all < web->settings.live_limit && same < web->settings.live_topic_limit;
}

/* The library is done with the response: the listener is gone. */
static void forget(void *arg)
{
    struct listener *l = arg;
    struct web *web = l->web;

    pthread_mutex_lock(&web->lock);
    if (l->previous)
        l->previous->next = l->next;
    else
        web->listeners = l->next;
    if (l->next)
        l->next->previous = l->previous;
    pthread_mutex_unlock(&web->lock);
    free(l->bytes);
    free(l);
}

/* --- what is sent --------------------------------------------------------------- */

static size_t take(struct listener *l, char *out, size_t most)
{
    size_t n = l->n - l->sent < most ? l->n - l->sent : most;

    if (n)
        memcpy(out, l->bytes + l->sent, n);
    l->sent += n;
    if (l->sent == l->n && l->room > KEPT_BYTES) { /* a burst's memory is given back */
        free(l->bytes);
        l->bytes = NULL;
        l->n = l->sent = l->room = 0;
    }
    return n;
}

/* The library asks for more, on the loop thread: some bytes, the end, or wait. */
static ssize_t read_more(void *arg, uint64_t at, char *out, size_t most)
{
    struct listener *l = arg;
    struct web *web = l->web;
    int64_t now = clock_mono_ms();

    (void)at;
    pthread_mutex_lock(&web->lock);
    size_t n = l->cut ? 0 : take(l, out, most);
    bool over = n == 0 && (now >= l->until_ms || atomic_load(&web->draining));
    l->parked = n == 0 && !l->cut && !over;
    bool cut = l->cut;
    pthread_mutex_unlock(&web->lock);
    if (cut)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (over)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (n) {
        l->said_ms = now;
        return (ssize_t)n;
    }
    intake_hold(l->x);
    return 0;
}

/* --- on the loop thread ----------------------------------------------------------- */

/* Nothing is sent to a client that went away; nobody polls it while it is parked. */
static bool has_left(const struct listener *l)
{
    char c;
    ssize_t n = recv(l->x->conn->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);

    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

static int64_t heartbeat_ms(const struct web *web)
{
    return web->settings.live_heartbeat_ms ? web->settings.live_heartbeat_ms : HEARTBEAT_MS;
}

/* Under the lock.  Something to send, or an end? */
static bool wants_out(struct web *web, struct listener *l, bool look, int64_t now)
{
    if (look && l->sent == l->n && now - l->said_ms >= heartbeat_ms(web))
        append(l, STR(": still here\n\n"));
    if (look && has_left(l))
        l->cut = true;
    return l->cut || l->sent < l->n || now >= l->until_ms || atomic_load(&web->draining);
}

static void unpark(struct listener *l)
{
    size_t waiting = l->n - l->sent;

    l->parked = false;
    intake_send(l->x);
    intake_phase(l->x->conn, PHASE_WRITING);
    l->x->conn->bytes = (int64_t)waiting;
}

void live_turn(struct web *web)
{
    int64_t now = clock_mono_ms();
    bool look = now - web->looked_ms >= LOOK_MS;

    if (!look && !atomic_load(&web->told) && !atomic_load(&web->draining))
        return;
    if (look)
        web->looked_ms = now;
    atomic_store(&web->told, false);
    pthread_mutex_lock(&web->lock);
    for (struct listener *l = web->listeners; l; l = l->next)
        if (l->parked && wants_out(web, l, look, now))
            unpark(l);
        else if (l->cut && !l->parked) /* the library waits for it to read */
            (void)shutdown(l->x->conn->fd, SHUT_RDWR);
    pthread_mutex_unlock(&web->lock);
}

/* --- from a worker ------------------------------------------------------------------ */

bool live_make(struct exchange *x, const struct reply *rp)
{
    struct web *web = x->web;
    struct listener *l = calloc(1, sizeof *l);

    must(l && rp->live_topic.n <= LIMIT_LIVE_TOPIC);
    l->web = web;
    l->x = x;
    memcpy(l->topic, rp->live_topic.p, rp->live_topic.n);
    l->said_ms = clock_mono_ms();
    l->until_ms =
        l->said_ms + (web->settings.live_life_ms ? web->settings.live_life_ms : LIFE_MS);
    append(l, rp->body);
    pthread_mutex_lock(&web->lock);
    bool place = has_place(web, rp->live_topic);
    if (place) {
        l->next = web->listeners;
        if (l->next)
            l->next->previous = l;
        web->listeners = l;
    }
    pthread_mutex_unlock(&web->lock);
    if (!place) {
        free(l->bytes);
        free(l);
        return false;
    }
    x->size = (int64_t)rp->body.n;
    x->response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_more, l, forget);
    must(x->response);
    return true;
}

/* --- from any thread ------------------------------------------------------------------- */

void web_tell(struct web *web, struct str topic, struct str bytes)
{
    bool any = false;

    pthread_mutex_lock(&web->lock);
    for (struct listener *l = web->listeners; l; l = l->next)
        if (str_eq(topic, str(l->topic))) {
            append(l, bytes);
            any = true;
        }
    pthread_mutex_unlock(&web->lock);
    if (!any)
        return;
    atomic_store(&web->told, true);
    web_wake(web);
}

static bool is_in(const struct strs *list, struct str s)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->at[i], s))
            return true;
    return false;
}

void web_live_topics(struct web *web, struct arena *arena, struct strs *out)
{
    pthread_mutex_lock(&web->lock);
    for (struct listener *l = web->listeners; l; l = l->next)
        if (!is_in(out, str(l->topic)))
            *strs_add(out, arena) = str_dup(arena, str(l->topic));
    pthread_mutex_unlock(&web->lock);
}

int64_t live_count(struct web *web)
{
    int64_t n = 0;

    pthread_mutex_lock(&web->lock);
    for (struct listener *l = web->listeners; l; l = l->next)
        n++;
    pthread_mutex_unlock(&web->lock);
    return n;
}
