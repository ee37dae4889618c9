#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include "web/body.h"
#include "web/router.h"
#include "web/web.h"
#include "work/work.h"

#include <pthread.h>
#include <stdatomic.h>

/*
 * Inside web/ only.  Two structures and who owns them when:
 *
 *   connection  one socket; only the loop thread touches it.
 *   exchange    one request and its answer.  The loop thread owns it until the
 *               request is whole, then a worker (by the queue), then the loop
 *               thread again (by web->finished).
 *
 * The library is called by the loop thread alone, but for two things that a
 * worker does with an exchange in its hands: it reads the headers, which stay
 * as they are while the connection is suspended, and it makes the response.
 */
struct MHD_Daemon;
struct MHD_Connection;
struct MHD_Response;

enum phase {
    PHASE_WAITING, /* for the headers of the next request */
    PHASE_BODY,
    PHASE_HELD,    /* in the queue, at a worker, or delayed: the client is not to blame */
    PHASE_WRITING, /* the answer */
};

struct connection {
    struct connection *previous;
    struct connection *next;
    int fd;
    enum phase phase;
    int64_t since_ms; /* monotonic, of the phase */
    int64_t bytes;    /* received of the body, or to be sent of the answer */
    bool served;      /* has had an answer: may be idle */
    bool streaming;   /* since_ms is that of the last bytes */
};

struct stream;   /* stream.c */
struct listener; /* live.c */
struct source;   /* source.c */

struct exchange {
    struct web *web;
    struct MHD_Connection *connection;
    struct connection *conn;
    const char *method; /* the library's, as long as the exchange */
    struct router_match match;
    struct body body;
    size_t body_limit;
    size_t body_too_long;  /* bytes thrown away beyond the limit */
    struct stream *stream; /* of a route that takes the body as it comes */
    struct err body_err;
    int64_t arrived_ms;  /* monotonic, the request line */
    int64_t deadline_ms; /* monotonic, from when the request was whole */
    bool begun;
    bool answered;
    int status_hint; /* what a refusal answers instead of its kind's status; 0 = none */

    int status;
    struct source *source;         /* of an answer that is made piece by piece */
    struct MHD_Response *response; /* NULL with `answered`: cut the connection */
    int64_t size;                  /* of the response's body */
    bool close;                    /* the connection ends with this answer */
    int64_t due_ms;                /* monotonic; 0 = at once */

    struct exchange *next; /* in web->ready or web->finished */
    size_t target_n;
    char target[]; /* path and query as sent */
};

struct timers { /* a heap of exchanges by due_ms */
    struct exchange **at;
    size_t n;
    size_t room;
};

struct web {
    struct web_settings settings;
    char address[64];
    int port;
    struct router *router;
    struct MHD_Daemon *daemon;
    int epoll_fd; /* the library's */
    int wake_fd;
    int direct_fd; /* an epoll of the sockets that are read past the library */
    int listen_fd;
    struct work_pool *workers;
    struct work_pool *batchers; /* NULL without batch routes */
    /* Of streams, NULL without streaming routes.  Who opens one may wait for another to be
     * closed: two pools. */
    struct work_pool *openers, *closers;
    struct work_pool *pumps;     /* write their bytes */
    struct work_pool *followers; /* follow what was written */
    struct work_loop *loop;

    /* of the loop thread */
    struct arena *arena;           /* of the refusals it makes itself */
    struct connection connections; /* a ring with this head */
    struct exchange *ready;        /* whole requests of this turn, last first */
    struct timers timers;
    int held;                 /* suspended connections */
    int direct;               /* those of them in direct_fd */
    struct stream *lingering; /* answered, and read until the client has heard it */
    bool busy, batch_busy;    /* the queue is too old: refuse */
    bool quiesced;
    int64_t swept_ms, looked_ms;

    pthread_mutex_t lock;
    struct exchange *finished;  /* answered by workers, last first */
    struct stream *streams;     /* open ones */
    struct listener *listeners; /* answers that go on */
    pthread_cond_t idle;        /* draining, and nothing in hand */

    uint64_t request_prefix; /* of the ids that we give */
    _Atomic uint64_t request_serial;
    atomic_bool draining;
    atomic_bool cut_wanted; /* some stream is to be cut */
    atomic_bool told;       /* some listener has something to be sent */
    atomic_int streaming;   /* streams from open to close */
    _Atomic int64_t in_hand;
    _Atomic int64_t requests, refused_busy, connections_now;
    _Atomic int64_t by_class[6];
};

/* server.c: from any thread */
void web_wake(struct web *web);
void web_finish(struct web *web, struct exchange *first, struct exchange *last);

/* No place for another connection: those that have one make room between requests. */
bool web_crowded(const struct web *web);

/* intake.c: building exchanges; the library's callbacks */
MUST_CHECK bool intake_start(struct web *web, struct err *err);
void intake_send(struct exchange *x); /* resume: the answer is there, or the cut */
/* An answer made by the loop thread itself; x->answered afterwards. */
void intake_refuse(struct exchange *x, int status, const struct err *why);

/*
 * stream.c, stream_*.c: bodies that go to a web_sink as they arrive.  On the loop
 * thread: */
struct stream_head {
    bool has_body;
    bool expects; /* the client waits for 100 Continue */
    bool chunked;
    size_t length;
};
void stream_begin(struct exchange *x, struct stream_head head);
bool stream_on_request(struct exchange *x, const char *bytes, size_t *n); /* false: cut */
/* The connection is gone; true: the exchange lives on until its stream is closed. */
bool stream_broken(struct exchange *x);
/* It comes back from another thread; true: there is no connection to be resumed now. */
bool stream_returned(struct exchange *x);
void stream_turn(struct web *web);
void stream_hurry(struct web *web); /* the server stops: no more lingering */
void stream_free(struct exchange *x);
/* For worker.c: what is next, and what came of it. */
bool stream_unopened(const struct exchange *x);
bool stream_whole(const struct exchange *x);
bool stream_unheard(const struct exchange *x); /* no connection: nobody to answer */
struct request *stream_request(struct exchange *x);
struct arena *stream_arena(struct exchange *x);
void stream_opened(struct exchange *x);
void stream_answered(struct exchange *x, const struct reply *rp);
/* The pools of streams. */
MUST_CHECK bool stream_start_pools(struct web *web, struct err *err);
void stream_stop_pools(struct web *web, int64_t deadline_ms);

/* live.c: answers that go on.  On a worker, the reply's response (false: no place for it); on
 * the loop thread, a look at those that wait. */
bool live_make(struct exchange *x, const struct reply *rp);
void live_turn(struct web *web);
int64_t live_count(struct web *web);

/* source.c: answers that are made piece by piece.  On a worker, the reply's response; it takes
 * over the request's arena.  Then, each time when the exchange comes to a worker again: */
void source_make(struct exchange *x, const struct request *rq, const struct reply *rp);
struct request *source_request(struct exchange *x);
MUST_CHECK bool source_more(struct exchange *x, struct err *err);
void source_fail(struct exchange *x); /* cut, when the loop thread has it again */

/* intake.c, only in a callback of the library: queue the answer (false: cut); suspend. */
bool intake_answer(struct exchange *x);
void intake_hold(struct exchange *x);
void intake_phase(struct connection *conn, enum phase phase);

/* worker.c */
void worker_run_stream(void *state, void **items, size_t n);
void *worker_start(void *shared, int index);
void worker_stop(void *state);
void worker_run(void *state, void **items, size_t n);
void worker_run_batch(void *state, void **items, size_t n);
void worker_drop(void *item);

/* request.c: fill from the exchange; false with err on bad encodings */
MUST_CHECK bool request_open(struct request *rq, struct exchange *x, struct arena *arena,
                             struct err *err);
/* The id that the client sent, or a new one. */
struct str request_id(struct exchange *x, struct arena *arena);

/* response.c: the reply becomes the exchange's response */
void response_make(struct exchange *x, struct request *rq, struct reply *rp);
/* One access log line; counts. `why` is NULL for a success. */
void response_log(struct exchange *x, const struct request *rq, const struct err *why);

#endif
