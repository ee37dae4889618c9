#ifndef WEB_STREAM_PARTS_H
#define WEB_STREAM_PARTS_H

#include "web/server.h"

#include <stdatomic.h>

/*
 * What the files stream*.c share.  Private to web/.
 *
 *   stream.c          from the headers to the end of the body; cutting
 *   stream_direct.c   the rest of a large body, from the socket past the library
 *   stream_pump.c     pieces, from the loop thread to the sink
 *   stream_answer.c   answers past the library
 */

enum {
    PIECE = 128 * 1024,
    PIECES = 8,            /* of one stream: being filled, waiting, being written */
    DISCARD = 1024 * 1024, /* so much is read and thrown away to keep a connection */
};

struct piece {
    size_t n;
    char bytes[PIECE];
};

/* Who takes each piece, in order: the sink's `write`, and its `watch`. */
enum lane_name { WRITES, WATCHES, LANES };
struct lane {
    bool used;
    bool busy;   /* in its pool, or at a thread of it */
    size_t done; /* pieces */
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
    bool direct;     /* read from the socket; the library has suspended the connection */
    bool discarding; /* read to the end, then answer */
    struct stream *next_lingering;
    int64_t linger_until_ms;

    /* set before the last piece is sent */
    bool whole;
    bool unread; /* the library has not seen the body's end */

    char *raw; /* the answer in bytes, where the library cannot send it */
    size_t raw_n;

    atomic_bool cut;
    atomic_bool failed; /* write said no */

    pthread_mutex_t lock;
    struct piece *ring[PIECES]; /* sent % PIECES is the next free place */
    struct piece *spare[PIECES];
    int spares;
    size_t sent, passed; /* pieces; passed: taken by all lanes, spare again */
    struct lane lanes[LANES];
    bool starved; /* nothing is read until a piece is spare */
    bool ended;
};

/* stream_pump.c, on the loop thread.  NULL: all pieces are on their way; the exchange comes
 * back (stream_returned) when there is room again. */
struct piece *stream_take_spare(struct stream *st);
void stream_send_piece(struct stream *st); /* st->filling */
void stream_last_piece(struct stream *st); /* what is filled goes, then `close` */
void stream_free_pieces(struct stream *st);
/* The pools web->pumps and web->watchers; and what no watcher will take any more. */
void stream_pump(void *state, void **items, size_t n);
void stream_watch(void *state, void **items, size_t n);
void stream_drop_watch(void *item);

/* stream.c */
void stream_end(struct stream *st, bool whole);
void stream_received(struct exchange *x, size_t n);

/* stream_direct.c */
bool stream_is_large(const struct stream *st); /* what is left is worth it */
void stream_take_over(struct stream *st);
void stream_read_on(struct stream *st); /* a piece is spare */
void stream_read_direct(struct web *web);

/* stream_answer.c: the answer as bytes; sent, and the client heard out for a while */
void stream_make_raw(struct exchange *x, const struct reply *rp);
void stream_send_raw(struct exchange *x);
void stream_linger(struct web *web);

#endif
