/*
 * stream_direct.c - the rest of a large body, past the library: from the socket
 * into the pieces.
 *
 * The library reads 10 KB at a time, and each read costs it a turn: half of what
 * the loop thread does for a large body.  More memory for the library would be more
 * for every connection, and cleared for every request.  So the loop thread reads
 * the socket itself while the library has the connection suspended.
 *
 * The library never learns how the body ended: the answer goes past it, too, and
 * the connection ends with it.  That is one reconnection for each 16 MB at most.
 */

#include "web/stream_parts.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum {
    LARGE = 16 * 1024 * 1024,
    IN_A_ROW = 4, /* reads, before another stream has its turn */
    EVENTS = 64,
};

bool stream_is_large(const struct stream *st)
{
    return !st->head.chunked && st->head.length - st->received > LARGE;
}

/* While no piece is spare, and when the body has ended, the client is not to blame. */
static void listen_to(struct stream *st, bool on)
{
    struct web *web = st->x->web;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = st};

    must(epoll_ctl(web->direct_fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, st->x->conn->fd,
                   &event) == 0);
    web->direct += on ? 1 : -1;
    intake_phase(st->x->conn, on ? PHASE_BODY : PHASE_HELD);
}

void stream_take_over(struct stream *st)
{
    st->direct = true;
    intake_hold(st->x);
    listen_to(st, true);
}

void stream_read_on(struct stream *st)
{
    listen_to(st, true);
}

static bool end(struct stream *st, bool whole)
{
    listen_to(st, false);
    stream_end(st, whole);
    return false;
}

/* As if the client had gone: nobody is answered. */
static bool lose(struct stream *st)
{
    (void)shutdown(st->x->conn->fd, SHUT_RDWR);
    return end(st, false);
}

/* As much as fits into the piece; false when there is no more for now. */
static bool read_some(struct stream *st)
{
    if (atomic_load(&st->cut))
        return lose(st);
    if (atomic_load(&st->failed))
        return end(st, false);
    if (!st->filling)
        st->filling = stream_take_spare(st);
    if (!st->filling) {
        listen_to(st, false);
        return false;
    }
    struct piece *p = st->filling;
    size_t left = st->head.length - st->received;
    size_t room = PIECE - p->n < left ? PIECE - p->n : left;
    ssize_t n = recv(st->x->conn->fd, p->bytes + p->n, room, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n <= 0)
        return lose(st);
    p->n += (size_t)n;
    stream_received(st->x, (size_t)n);
    if (p->n == PIECE)
        stream_send_piece(st);
    return st->received < st->head.length || end(st, true);
}

void stream_read_direct(struct web *web)
{
    struct epoll_event events[EVENTS];
    int n = web->direct ? epoll_wait(web->direct_fd, events, EVENTS, 0) : 0;

    for (int i = 0; i < n; i++)
        for (int k = 0; k < IN_A_ROW && read_some(events[i].data.ptr); k++)
            continue;
}
