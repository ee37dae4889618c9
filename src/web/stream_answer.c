/*
 * stream_answer.c - answers past the library.
 *
 * The library (0.9.75) queues an answer only before the body or after it.  So a
 * refusal of a small body waits until that has been read and thrown away; of a
 * large one, and of a body that the library has not seen the end of, the answer is
 * written to the socket here, and what the client still sends is read until it has
 * heard us or two seconds have passed: a close with unread bytes would send a
 * reset, which can overtake the answer.
 */

#include "base/arena.h"
#include "base/clock.h"
#include "text/day.h"
#include "web/stream_parts.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    LINGER_MS = 2000,
    LINGER_STEP = 1024 * 1024,
    LINGER_STEPS = 16, /* in one turn */
};

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

void stream_make_raw(struct exchange *x, const struct reply *rp)
{
    struct stream *st = x->stream;
    struct raw raw = {0};

    raw_add(&raw, str_fmt(st->arena, "HTTP/1.1 %d %s\r\n", x->status,
                          MHD_get_reason_phrase_for((unsigned)x->status)));
    (void)MHD_get_response_headers(x->response, raw_header, &raw);
    raw_add(&raw, str_fmt(st->arena, "Date: " STR_FMT "\r\n",
                          STR_ARG(day_http(st->arena, clock_wall_ms()))));
    if (x->status != 204)
        raw_add(&raw, str_fmt(st->arena, "Content-Length: %zu\r\n", rp->body.n));
    raw_add(&raw, STR("Connection: close\r\n\r\n"));
    raw_add(&raw, rp->body);
    st->raw = raw.text;
    st->raw_n = raw.n;
}

/* The little that fits into the socket's buffer; then no more comes from us. */
void stream_send_raw(struct exchange *x)
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

void stream_linger(struct web *web)
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
    stream_linger(web);
}
