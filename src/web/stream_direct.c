/*
 * stream_direct.c - the rest of a large body, past the library: from the socket
 * into the sink.
 *
 * The library reads 10 KB at a time, and each read costs it a turn; more memory for
 * it would be more for every connection, and cleared for every request.  So it has
 * the connection suspended while the loop thread waits for the socket and a pump
 * moves what is there by splice(2): the kernel hands the pages of the socket to a
 * pipe and copies them once, into the file.
 *
 * The library never learns how the body ended: the answer goes past it, too, and
 * the connection ends with it.  That is one dialling for each 16 MB at most.
 */

#include "web/stream_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum {
    LARGE = 16 * 1024 * 1024,
    STEP = 1024 * 1024,
    IN_A_ROW = 4, /* steps, before another stream has its turn */
    EVENTS = 64,
};

bool stream_is_large(const struct stream *st)
{
    return st->rq.sink.drain && !st->head.chunked && st->head.length - st->received > LARGE;
}

/* --- the loop thread ------------------------------------------------------ */

/* The socket says once that there is something, or that the client is gone. */
static void wait_for_socket(struct stream *st, int operation)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.ptr = st};

    must(epoll_ctl(st->x->web->direct_fd, operation, st->x->conn->fd, &event) == 0);
    intake_phase(st->x->conn, PHASE_BODY);
}

void stream_take_over(struct stream *st)
{
    st->direct = true;
    st->x->web->direct++;
    intake_hold(st->x);
    if (st->filling)
        stream_send_piece(st);
    wait_for_socket(st, EPOLL_CTL_ADD);
}

void stream_direct_turn(struct web *web)
{
    struct epoll_event events[EVENTS];
    int n = web->direct ? epoll_wait(web->direct_fd, events, EVENTS, 0) : 0;

    for (int i = 0; i < n; i++) {
        struct stream *st = events[i].data.ptr;
        intake_phase(st->x->conn, PHASE_HELD); /* a slow disk is not the client's fault */
        stream_read_by_pump(st);
    }
}

static void end(struct stream *st, bool whole)
{
    struct web *web = st->x->web;

    must(epoll_ctl(web->direct_fd, EPOLL_CTL_DEL, st->x->conn->fd, NULL) == 0);
    web->direct--;
    stream_end(st, whole);
}

void stream_direct_returned(struct stream *st)
{
    bool lost = st->gone || atomic_load(&st->cut);

    if (lost) /* nobody is answered */
        (void)shutdown(st->x->conn->fd, SHUT_RDWR);
    if (lost || atomic_load(&st->failed))
        end(st, false);
    else if (st->received == st->head.length)
        end(st, true);
    else
        wait_for_socket(st, EPOLL_CTL_MOD);
}

/* --- a pump --------------------------------------------------------------- */

bool stream_splice(struct stream *st, const int pipe[2])
{
    const struct web_sink *sink = &st->rq.sink;

    for (int i = 0; i < IN_A_ROW && st->received < st->head.length; i++) {
        size_t left = st->head.length - st->received;
        if (atomic_load(&st->cut) || atomic_load(&st->failed))
            break;
        ssize_t n = splice(st->x->conn->fd, NULL, pipe[1], NULL, left < STEP ? left : STEP,
                           SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (n <= 0) {
            st->gone = true;
            break;
        }
        if (!sink->drain(sink->arg, pipe[0], (size_t)n)) {
            atomic_store(&st->failed, true);
            return false;
        }
        st->received += (size_t)n;
        stream_wrote(st);
    }
    return true;
}
