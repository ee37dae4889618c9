/*
 * intake.c - from sockets to exchanges, and answers back: the library's
 * callbacks, all on the loop thread.
 */

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "web/server.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONNECTION_MEMORY = 20 * 1024, /* a request's URL and headers, what is being read, and our
                                      headers; cleared for each request */
    READ_STEP = 4 * 1024,
    DISCARD = 1024 * 1024, /* bytes read past a body limit before the connection is cut */
};

void intake_phase(struct connection *conn, enum phase phase)
{
    conn->phase = phase;
    conn->since_ms = clock_mono_ms();
    conn->bytes = 0;
}

/* --- answers ------------------------------------------------------------- */

void intake_refuse(struct exchange *x, int status, const struct err *why)
{
    struct web *web = x->web;
    struct request rq = {.arena = web->arena, .method = str(x->method), .impl = x};
    struct reply rp = {.status = status};

    rq.id = request_id(x, web->arena);
    if (status == 405) {
        struct str path = str_sub((struct str){x->target, x->target_n}, 0, x->target_n);
        reply_header(&rq, &rp, "Allow",
                     router_allow(web->router, web->arena, str_cut(&path, '?')));
    }
    reply_problem(&rq, &rp, why);
    response_make(x, &rq, &rp);
    log_correlation(rq.id);
    response_log(x, &rq, why);
    log_correlation(STR(""));
    arena_reset(web->arena);
}

void intake_hold(struct exchange *x)
{
    intake_phase(x->conn, PHASE_HELD);
    MHD_suspend_connection(x->connection);
    x->web->held++;
}

static enum MHD_Result queue_answer(struct exchange *x)
{
    struct MHD_Response *response = x->response;

    if (!response)
        return MHD_NO; /* cuts the connection */
    if (x->close || atomic_load(&x->web->draining) || web_crowded(x->web))
        (void)MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result queued = MHD_queue_response(x->connection, (unsigned)x->status, response);
    MHD_destroy_response(response);
    x->response = NULL;
    intake_phase(x->conn, PHASE_WRITING);
    x->conn->bytes = x->size;
    return queued;
}

bool intake_answer(struct exchange *x)
{
    return queue_answer(x) == MHD_YES;
}

void intake_send(struct exchange *x)
{
    x->web->held--;
    MHD_resume_connection(x->connection);
}

static enum MHD_Result refuse(struct exchange *x, int status, struct err *why)
{
    intake_refuse(x, status, why);
    return queue_answer(x);
}

/* --- requests ------------------------------------------------------------ */

static void *on_target(void *arg, const char *target, struct MHD_Connection *connection)
{
    struct web *web = arg;
    size_t n = strlen(target);
    struct exchange *x = calloc(1, sizeof *x + n + 1);

    must(x);
    memcpy(x->target, target, n);
    x->target_n = n;
    x->web = web;
    x->connection = connection;
    x->arrived_ms = clock_mono_ms();
    body_init(&x->body, 0);
    return x;
}

/* What the headers say about the request's frame: the length of the body, and where it ends. */
struct head {
    int hosts;
    int lengths;
    int encodings;
    bool malformed;    /* a name that is no token, a control character in a value */
    bool odd_transfer; /* an encoding other than chunked */
    bool odd_content;
    bool expects; /* 100 Continue */
    size_t length;
};

static bool is_token(struct str s)
{
    static const char others[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            (!c || !strchr(others, c)))
            return false;
    }
    return s.n > 0;
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f)
            return true;
    return false;
}

static enum MHD_Result see_header(void *arg, enum MHD_ValueKind kind, const char *name_p,
                                  size_t name_n, const char *value_p, size_t value_n)
{
    struct head *head = arg;
    struct str name = {name_p, name_n}, value = str_trim((struct str){value_p, value_n});
    int64_t length;

    (void)kind;
    head->malformed |= !is_token(name) || has_control(value);
    if (str_eq_nocase(name, STR("host"))) {
        head->hosts++;
    } else if (str_eq_nocase(name, STR("content-length"))) {
        head->lengths++;
        if (str_int(value, &length) && length > 0)
            head->length = (size_t)length;
    } else if (str_eq_nocase(name, STR("transfer-encoding"))) {
        head->encodings++;
        head->odd_transfer |= !str_eq_nocase(value, STR("chunked"));
    } else if (str_eq_nocase(name, STR("content-encoding"))) {
        head->odd_content |= !str_eq_nocase(value, STR("identity"));
    } else if (str_eq_nocase(name, STR("expect"))) {
        head->expects = true;
    }
    return MHD_YES;
}

/* Another reader of these bytes could see another request in them: answer and cut. */
static int ambiguous(struct exchange *x, struct err *err, const char *what)
{
    x->close = true;
    err_set(err, ERR_INVALID, "%s", what);
    return 400;
}

/* 0, or the status to refuse with. */
static int judge_head(struct exchange *x, struct head *head, struct err *err)
{
    int headers = MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, see_header, head);

    if (head->malformed)
        return ambiguous(x, err, "a header is malformed");
    if (head->hosts > 1)
        return ambiguous(x, err, "the host is said more than once");
    if (head->lengths > 1 || head->encodings > 1 || (head->lengths && head->encodings))
        return ambiguous(x, err, "the length of the body is said more than once");
    if (head->odd_transfer)
        return ambiguous(x, err, "only the transfer encoding chunked is read here");
    if (x->target_n > LIMIT_URL) {
        err_input(err, "url", "shorten it", "the URL is longer than %d bytes", LIMIT_URL);
        return 414;
    }
    if (headers > LIMIT_HEADERS_COUNT) {
        err_set(err, ERR_INVALID, "there are more than %d headers", LIMIT_HEADERS_COUNT);
        return 431;
    }
    if (head->odd_content) {
        err_input(err, "content-encoding", "send the body as it is",
                  "encoded bodies are not read here");
        return 415;
    }
    if (x->target[0] != '/') {
        err_input(err, "path", "ask for a path that starts with /", "the path is not absolute");
        return 400;
    }
    return 0;
}

static int judge_route(struct exchange *x, struct err *err)
{
    struct web *web = x->web;
    struct str query = {x->target, x->target_n};
    struct str path = str_cut(&query, '?');

    router_find(web->router, str(x->method), path, &x->match);
    if (x->match.route)
        x->body_limit = x->match.route->body_limit;
    if (!x->body_limit)
        x->body_limit = LIMIT_REQUEST_BODY;
    if (x->match.route || (!x->match.path_known && web->settings.fallback))
        return 0;
    if (x->match.path_known) {
        err_set(err, ERR_INVALID, "this path does not take the method %.32s", x->method);
        return 405;
    }
    err_set(err, ERR_NOT_FOUND, "there is nothing at this path");
    return 404;
}

static int judge_length(struct exchange *x, size_t length, struct err *err)
{
    if (length <= x->body_limit)
        return 0;
    err_input(err, "body", "send less", "the body is longer than %zu bytes", x->body_limit);
    return 413;
}

static enum MHD_Result begin(struct exchange *x)
{
    struct head head = {0};
    struct err err = {0};
    int status = judge_head(x, &head, &err);

    if (!status)
        status = judge_route(x, &err);
    if (!status)
        status = judge_length(x, head.length, &err);
    if (status)
        return refuse(x, status, &err);
    if (x->match.route && x->match.route->body_limit == WEB_STREAM) {
        stream_begin(x, (struct stream_head){.has_body = head.length || head.encodings,
                                             .expects = head.expects,
                                             .chunked = head.encodings,
                                             .length = head.length});
        return MHD_YES;
    }
    body_init(&x->body, head.length);
    intake_phase(x->conn, PHASE_BODY);
    return MHD_YES;
}

static enum MHD_Result take_body(struct exchange *x, const char *bytes, size_t *n)
{
    x->conn->bytes += (int64_t)*n;
    if (x->body.n + *n > x->body_limit) {
        x->body_too_long += *n;
        if (x->body_too_long > DISCARD)
            return MHD_NO;
    } else if (!x->body_err.kind && !body_add(&x->body, bytes, *n, &x->body_err)) {
        body_free(&x->body); /* answered when all has been read */
    }
    *n = 0;
    return MHD_YES;
}

/* The request is whole: into the queue, or refused when the queue is too old. */
static enum MHD_Result complete(struct exchange *x)
{
    struct web *web = x->web;
    struct err err = {0};

    if (x->body_too_long)
        return refuse(x, judge_length(x, SIZE_MAX, &err), &err);
    bool batch = x->match.route && x->match.route->batch;
    if (batch ? web->batch_busy : web->busy) {
        atomic_fetch_add(&web->refused_busy, 1);
        err_set(&err, ERR_BUSY, "the server has more requests than it can answer in time");
        err_hint(&err, "try again after a moment");
        return refuse(x, 503, &err);
    }
    x->deadline_ms = clock_mono_ms() + web->settings.request_deadline_ms;
    intake_hold(x);
    x->next = web->ready;
    web->ready = x;
    return MHD_YES;
}

static struct connection *connection_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    must(info && info->socket_context);
    return info->socket_context;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *n, void **context)
{
    struct exchange *x = *context;

    (void)arg, (void)url, (void)version;
    if (x->stream)
        return stream_on_request(x, bytes, n) ? MHD_YES : MHD_NO;
    if (x->answered)
        return queue_answer(x);
    if (!x->begun) {
        x->begun = true;
        atomic_fetch_add(&x->web->in_hand, 1);
        x->method = method;
        x->conn = connection_of(connection);
        return begin(x);
    }
    return *n ? take_body(x, bytes, n) : complete(x);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode how)
{
    struct web *web = arg;
    struct exchange *x = *context;

    (void)connection, (void)how;
    if (!x)
        return;
    *context = NULL;
    if (x->conn) {
        intake_phase(x->conn, PHASE_WAITING);
        x->conn->served = true;
        x->conn->streaming = false;
    }
    if (x->stream && stream_broken(x))
        return;
    if (x->stream) {
        stream_free(x);
        return;
    }
    if (x->response)
        MHD_destroy_response(x->response);
    body_free(&x->body);
    if (x->begun)
        atomic_fetch_sub(&web->in_hand, 1);
    free(x);
}

/* --- connections --------------------------------------------------------- */

static void on_connection(void *arg, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct web *web = arg;
    struct connection *head = &web->connections;
    struct connection *conn = *context;

    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        conn->previous->next = conn->next;
        conn->next->previous = conn->previous;
        free(conn);
        *context = NULL;
        atomic_fetch_sub(&web->connections_now, 1);
        return;
    }
    conn = calloc(1, sizeof *conn);
    must(conn);
    conn->fd =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    conn->next = head->next;
    conn->previous = head;
    head->next->previous = conn;
    head->next = conn;
    intake_phase(conn, PHASE_WAITING);
    *context = conn;
    atomic_fetch_add(&web->connections_now, 1);
}

/* --- the library --------------------------------------------------------- */

/* Paths are decoded once, by us, after they are cut into segments. */
static size_t leave_encoded(void *arg, struct MHD_Connection *connection, char *s)
{
    (void)arg, (void)connection;
    return strlen(s);
}

static void on_library_log(void *arg, const char *format, va_list values)
{
    char text[512];

    (void)arg;
    (void)vsnprintf(text, sizeof text, format, values);
    log_debug("http.library", LOG_TEXT("text", str_trim(str(text))));
}

bool intake_start(struct web *web, struct err *err)
{
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_CONNECTION_LIMIT, web->settings.connection_limit, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, 0, NULL}, /* server.c has deadlines of its own */
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, web},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, web},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, web},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_encoded, NULL},
        {MHD_OPTION_END, 0, NULL},
    };

    /* The logger comes first, or the library says so on the logger before it. */
    web->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, web, MHD_OPTION_EXTERNAL_LOGGER, on_library_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, web->listen_fd, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)READ_STEP,
        MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (!web->daemon)
        return err_set(err, ERR_BROKEN, "libmicrohttpd does not start");
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    must(info && info->epoll_fd >= 0);
    web->epoll_fd = info->epoll_fd;
    return true;
}
