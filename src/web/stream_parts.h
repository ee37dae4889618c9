#ifndef WEB_STREAM_PARTS_H
#define WEB_STREAM_PARTS_H

#include "web/server.h"

#include <stdatomic.h>

/*
 * What the files stream*.c share.  Private to web/.
 *
 *   stream.c          from the headers to the end of the body; cutting
 *   stream_direct.c   the rest of a large body, from the socket past the library
 *   stream_pump.c     pieces, from the loop thread to the sink; who follows them
 *   stream_answer.c   answers past the library
 */

enum {
    PIECE = 128 * 1024,
    PIECES = 3,            /* of one stream: being filled, waiting, being written */
    DISCARD = 1024 * 1024, /* so much is read and thrown away to keep a connection */
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
    struct piece *filling;
    bool direct;     /* past the library, which has suspended the connection */
    bool discarding; /* read to the end, then answer */
    struct stream *next_lingering;
    int64_t linger_until_ms;

    /* of the loop thread, or of the pump that reads the socket for it */
    size_t received;
    bool gone; /* the client */

    /* set before the last push to the pumps */
    bool whole;
    bool unread; /* the library has not seen the body's end */

    char *raw; /* the answer in bytes, where the library cannot send it */
    size_t raw_n;

    atomic_bool cut;
    atomic_bool failed; /* write or drain said no */

    pthread_mutex_t lock;
    struct piece *first, *last; /* full ones */
    struct piece *spare;
    int pieces;
    bool pumping;   /* in web->pumps, or at one */
    bool readable;  /* a pump is to read the socket, when the pieces are written */
    bool starved;   /* suspended until a piece is spare */
    bool following; /* in web->followers, or at one */
    bool written;   /* something, since the follower was last called */
    bool ended;
};

/* stream.c */
void stream_end(struct stream *st, bool whole);

/* stream_pump.c, on the loop thread.  NULL: all pieces are on their way; the exchange comes
 * back (stream_returned) when one is spare. */
struct piece *stream_take_spare(struct stream *st);
void stream_send_piece(struct stream *st);   /* st->filling */
void stream_read_by_pump(struct stream *st); /* the exchange comes back */
void stream_last_piece(struct stream *st);   /* what is filled goes, then `close` */
void stream_free_pieces(struct stream *st);
/* The pools: web->pumps, whose threads have a pipe each, and web->followers; and what no
 * follower will take any more. */
void *stream_pump_start(void *shared, int index);
void stream_pump(void *state, void **items, size_t n);
void stream_pump_stop(void *state);
void stream_follow(void *state, void **items, size_t n);
void stream_unfollowed(void *item);
/* On a pump: something was written. */
void stream_wrote(struct stream *st);

/* stream_direct.c */
bool stream_is_large(const struct stream *st); /* what is left is worth it */
void stream_take_over(struct stream *st);
void stream_direct_turn(struct web *web);
void stream_direct_returned(struct stream *st); /* from a pump */
/* On a pump: from the socket to the sink by way of an empty pipe, as long as bytes are there or
 * for a while.  False: bytes are left in the pipe. */
MUST_CHECK bool stream_splice(struct stream *st, const int pipe[2]);

/* stream_answer.c: the answer as bytes; sent, and the client heard out for a while */
void stream_make_raw(struct exchange *x, const struct reply *rp);
void stream_send_raw(struct exchange *x);
void stream_linger(struct web *web);

#endif
