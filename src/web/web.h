#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "base/list.h"
#include "base/str.h"
#include "text/form.h"
#include "text/json.h"

struct db;
struct database;
struct net;
struct conf;
struct ring;

/*
 * Incoming HTTP.  The only module with libmicrohttpd.
 *
 * One poll loop builds complete requests (headers and body under their
 * ceilings, deadlines against slow clients); a pool of workers runs plain
 * blocking handlers and the loop sends the finished replies.  A worker owns a
 * database handle, a `struct net`, and one arena that dies with the request.
 *
 * The queue is bounded by age: when the oldest request has waited longer than
 * `queue_age_ms`, new ones are answered 503 with Retry-After.
 */

/* Who is calling.  Filled by the server's `authenticate`. */
enum web_right {
    PUBLIC = 0, /* no sign-in: health, OAuth callback, signed webhooks, sign-in itself */
    CAN_READ = 1 << 0,
    CAN_EDIT = 1 << 1,  /* directions, creatives, leads */
    CAN_SPEND = 1 << 2, /* launches, budgets, actions, autopilot */
    CAN_ADMIN = 1 << 3, /* accounts, users, keys */
};

struct caller {
    struct str org_id;  /* "" = not signed in */
    struct str user_id; /* "" for API keys */
    struct str actor;   /* "user:<id>", "key:<id>": what the audit log records */
    unsigned rights;
    struct str session_id; /* browser sessions only */
    struct str csrf;
};

struct web_header {
    struct str name; /* lower case */
    struct str value;
};
LIST(web_headers, struct web_header);

struct request;
struct reply;

/*
 * Bodies that are not gathered: each piece goes to disk, or wherever, as it
 * arrives, whatever the size of the whole.  The handler of a route with the body
 * limit WEB_STREAM is called when the headers are here and nothing of the body
 * is read.  It sets rq->sink, and the body comes; or it leaves it alone, its reply
 * (or err) is the answer, and the body is thrown away.
 *
 * Handlers of streams and `close` run on workers of their own, so that a slow
 * disk does not hold up other requests; `write`, `drain` and `follow` on threads that
 * do nothing else.  The client is read no faster than the sink takes the bytes.
 *
 * A connection ends with the answer to a body that was drained (more than 16 MB of
 * a known length) or not read to its end.
 */
#define WEB_STREAM SIZE_MAX
struct web_sink {
    /* In order, one call at a time for one stream.  After a false nothing more is written; the
     * sink remembers why, for `close`. */
    bool (*write)(void *arg, struct str bytes);
    /* As `write`, for the rest of a large body: exactly n bytes out of this pipe.  NULL: all
     * bytes come by `write`. */
    bool (*drain)(void *arg, int pipe, size_t n);
    /* On another thread, after something was written and while more is: for what may lag
     * behind, such as a hash of the file.  One call at a time, none during `close`, and perhaps
     * none at all: `close` does what is left.  NULL = nothing follows. */
    void (*follow)(void *arg);
    /* Once for each sink that was set, whatever happened: with what was allocated on the
     * request's arena, with rq->db NULL while the database is away.  Not `whole`: the client
     * went away, was cut, or a write failed; the reply goes to whoever still listens. */
    bool (*close)(struct request *rq, struct reply *rp, void *arg, bool whole, struct err *err);
    void *arg;
    struct str key; /* what web_cut_streams knows the stream by */
};

/*
 * Answers that are made piece by piece, whatever the size of the whole.  The handler
 * fills the reply with the first piece as its body, so that what fails at once is an
 * ordinary problem, and sets rp->source; `arg` and all that it holds is allocated on
 * the request's arena, which lives as long as the answer.
 *
 * `more` is called on a worker when the client has taken the piece before, with the
 * handler's scope on rq->db and rq->arena for what is needed for one piece: it adds at most
 * LIMIT_REPLY_PIECE bytes, and says with *end that these were the last.  After a false
 * the connection is cut and the reason is in the log: no client takes a part for the whole
 * (one of HTTP/1.0 cannot see it).
 *
 * Not for batch routes, nor for those with WEB_STREAM.
 */
struct web_source {
    bool (*more)(struct request *rq, void *arg, struct buf *out, bool *end, struct err *err);
    void *arg;
};

struct request {
    struct str method;
    struct str path; /* decoded once, no query */
    struct str raw_query;
    struct form_fields query;
    struct web_headers headers;
    struct str body;    /* the bytes as received */
    struct str address; /* of the client: "203.0.113.5" */
    struct str id;      /* X-Request-ID or generated; in the reply and every log line */
    int64_t now_ms;     /* wall clock when a worker took it */
    int64_t deadline_mono_ms;

    struct arena *arena;
    struct db *db; /* scope is the caller's org; system for PUBLIC routes */
    struct net *net;
    struct caller caller;
    void *app; /* what the server was started with (see app/app.h) */
    struct web_sink sink;

    /* of the router */
    const struct route *route;
    struct form_fields path_args;
    void *impl;
};

struct reply {
    int status;      /* 0 = 200 */
    struct str type; /* default application/json */
    struct str body;
    struct web_headers headers;
    /* Send this file instead of body.  Ranges, If-Range and If-None-Match are honoured: the
     * file is one that is never changed in its place, only replaced whole. */
    const char *file_path;
    /* A member of a problem's body beyond the usual ones, as JSON; NULL = none. */
    const char *problem_member;
    struct str problem_json;
    /* Not empty: the answer goes on after `body` with what web_tell tells this topic, until the
     * client leaves or live_life_ms are over.  No worker and no thread waits meanwhile. */
    struct str live_topic;
    struct web_source source; /* with `more`: the answer goes on after `body` */
    bool drop_connection;     /* sandbox only: cut the connection instead of answering */
    bool cut_body;            /* sandbox only: after cut_after_bytes of the body, cut it */
    size_t cut_after_bytes;
    int64_t delay_ms; /* sandbox only: answer after that long; no worker waits meanwhile */
};

/*
 * A handler fills the reply and returns true, or sets the err and returns
 * false: one place turns errors into RFC 9457 bodies with kind, field, hint,
 * request_id, and the platform's own words.  A failing handler may set
 * rp->status (429, 412) where the kind's own is not exact enough, and headers.
 */
typedef bool web_handler(struct request *rq, struct reply *rp, struct err *err);

/* Batch routes, PUBLIC ones only: a worker takes all requests that wait (at most 128) in one
 * call and fills ok[i], rp[i], err[i]. All share one arena and one db (requests[0]->arena,
 * ->db). */
typedef void web_batch_handler(struct request **requests, struct reply *replies, bool *ok,
                               struct err *errs, size_t n);

struct route {
    const char *method;
    const char *path; /* "/api/directions/:id"; a trailing "*name" takes the rest */
    unsigned right;   /* one of web_right */
    web_handler *handler;
    web_batch_handler *batch; /* instead of handler */
    size_t body_limit;        /* 0 = LIMIT_REQUEST_BODY; WEB_STREAM: see struct web_sink */
};
#define ROUTES_END                                                                             \
    {                                                                                          \
        0                                                                                      \
    }

struct web_settings {
    const char *name;   /* for logs */
    struct str address; /* "127.0.0.1" */
    int port;           /* 0 = any free one; see web_port */
    int workers;
    int batch_workers;
    int64_t queue_age_ms;
    int64_t request_deadline_ms;
    int connection_limit;
    /* What a client may take for its headers, for a body or for reading an answer, and as long
     * again for each 320 KB of it; who is slower is cut.  0 = 20 s. */
    int64_t slow_client_ms;
    /* Answers that go on (reply.live_topic): so many at a time, and of one topic; a comment
     * after so long a silence (0 = 15 s), the end after so long a life (0 = 5 min: the client
     * comes again, and is asked who it is). */
    int live_limit, live_topic_limit;
    int64_t live_heartbeat_ms, live_life_ms;
    const struct route *const *routes; /* NULL-ended list of tables */
    struct database *database;         /* NULL = requests have no db (the sandbox) */
    void *app;
    /* Fill rq->caller from cookie or key; false = refuse with err.  NULL: all are PUBLIC.
     * Leaving caller.org_id empty means "not signed in", which only PUBLIC routes accept. */
    bool (*authenticate)(struct request *rq, struct err *err);
    /* For paths that no route knows; NULL = the 404 problem body. */
    web_handler *fallback;
    /* Last hand at every reply, also at those that web/ makes itself (then only the method and
     * request_target and request_sent are there); may be NULL. */
    void (*dress)(struct request *rq, struct reply *rp);
    bool access_log;
};

struct web;
MUST_CHECK bool web_start(const struct web_settings *settings, struct web **out,
                          struct err *err);
int web_port(const struct web *web);
/* Stop accepting, finish what is in hand until the deadline, close. */
void web_stop(struct web *web, int64_t drain_ms);
bool web_draining(const struct web *web);

/* For /metrics: counters since start. */
struct web_counts {
    int64_t requests, refused_busy, by_class[6]; /* by_class[2] = 2xx ... */
    int64_t connections_now, live_now, waiting_now, oldest_wait_ms;
};
struct web_counts web_counts(struct web *web);
/*
 * Answers that go on.  A client gets what is told while it listens; what was told before or
 * between two connections is lost to it, so tell what changed and let it ask.  Who leaves
 * LIMIT_LIVE_WAITING bytes unread is cut.  Where there is no place, the answer is 503.  All
 * from any thread.
 */
void web_tell(struct web *web, struct str topic, struct str bytes);
/* Who is listened to now: each topic once. */
struct strs;
void web_live_topics(struct web *web, struct arena *arena, struct strs *out);

/* The server that a request came to. */
struct web *request_web(const struct request *rq);

/* Break off the streams of this key ("" = all): as if their clients had gone away.  Returns at
 * once; from any thread. */
void web_cut_streams(struct web *web, struct str key);
/* The keys of the streams that are open now. */
void web_stream_keys(struct web *web, struct arena *arena, struct strs *out);

/* Reading a request. */
struct str request_header(const struct request *rq,
                          const char *lower_case_name);               /* "" absent */
struct str request_query(const struct request *rq, const char *name); /* "" absent */
struct str request_arg(const struct request *rq,
                       const char *name); /* of the path; must exist */
struct str request_cookie(const struct request *rq, const char *name);
/* For web_settings.dress: path and query as sent, and a header of a request that is not read.
 */
struct str request_target(const struct request *rq);
struct str request_sent(const struct request *rq, const char *name);
void *request_app(const struct request *rq);
/* The body as JSON object; ERR_INVALID otherwise (415-like for other content types). */
MUST_CHECK bool request_json(struct request *rq, const struct json **out, struct err *err);

/* Filling a reply. */
void reply_header(struct request *rq, struct reply *rp, const char *name, struct str value);
bool reply_body(struct reply *rp, int status, const char *type, struct str body); /* true */
bool reply_redirect(struct request *rq, struct reply *rp, struct str where); /* 303, true */
/* JSON: begin, write with *w, end.  The buffer's ceiling is LIMIT_REPLY_BODY. */
struct reply_json {
    struct buf buf;
    struct json_writer w;
};
void reply_json_begin(struct request *rq, struct reply_json *json);
MUST_CHECK bool reply_json_end(struct reply_json *json, struct reply *rp, int status,
                               struct err *err);
/* The RFC 9457 body of an err. */
void reply_problem(struct request *rq, struct reply *rp, const struct err *err);
/* The status that reply_problem gives an error. */
int reply_status_of(const struct request *rq, const struct err *err);

#endif
