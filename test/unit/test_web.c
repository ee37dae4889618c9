/* web/: routes, requests, replies, limits, time, and stopping; over real sockets. */
#include "web/web.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "test.h"
#include "web/router.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- a server ------------------------------------------------------------ */

static bool say_hello(struct request *rq, struct reply *rp, struct err *err)
{
    (void)rq, (void)err;
    return reply_body(rp, 200, "text/plain", STR("hello"));
}

/* What arrived, as lines. */
static bool echo(struct request *rq, struct reply *rp, struct err *err)
{
    struct str name = rq->path_args.n ? request_arg(rq, "name") : STR("");

    (void)err;
    return reply_body(
        rp, 200, "text/plain",
        str_fmt(rq->arena, "%s|" STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT,
                rq->method.p, STR_ARG(rq->path), STR_ARG(name), STR_ARG(request_query(rq, "q")),
                STR_ARG(request_cookie(rq, "b")), STR_ARG(rq->address)));
}

static bool length(struct request *rq, struct reply *rp, struct err *err)
{
    int64_t sum = 0;

    (void)err;
    for (size_t i = 0; i < rq->body.n; i++)
        sum += (unsigned char)rq->body.p[i];
    return reply_body(rp, 200, "text/plain",
                      str_fmt(rq->arena, "%zu bytes, sum %lld", rq->body.n, (long long)sum));
}

static bool want_json(struct request *rq, struct reply *rp, struct err *err)
{
    const struct json *body;
    struct reply_json json;

    if (!request_json(rq, &body, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "got", json_text(body, "name", STR("nothing")));
    json_end(&json.w);
    return reply_json_end(&json, rp, 201, err);
}

static bool refused(struct request *rq, struct reply *rp, struct err *err)
{
    (void)rq, (void)rp;
    err_set(err, ERR_REFUSED, "the platform said no");
    err_field(err, "budget");
    err_hint(err, "raise it");
    err->platform_code = 40002;
    (void)snprintf(err->platform_message, sizeof err->platform_message, "budget \"too\" low");
    (void)snprintf(err->platform_request_id, sizeof err->platform_request_id, "20250101ABC");
    return false;
}

static bool broken(struct request *rq, struct reply *rp, struct err *err)
{
    (void)rq, (void)rp;
    return err_set(err, ERR_BROKEN, "disk sda1 says EIO");
}

static bool too_many(struct request *rq, struct reply *rp, struct err *err)
{
    rp->status = 429;
    reply_header(rq, rp, "Retry-After", STR("7"));
    return err_set(err, ERR_DENIED, "too many attempts");
}

static bool drop(struct request *rq, struct reply *rp, struct err *err)
{
    (void)rq, (void)err;
    return rp->drop_connection = true;
}

static bool later(struct request *rq, struct reply *rp, struct err *err)
{
    int64_t ms = 0;

    (void)err;
    (void)str_int(request_query(rq, "ms"), &ms);
    rp->delay_ms = ms;
    return reply_body(rp, 200, "text/plain", STR("late"));
}

static bool page(struct request *rq, struct reply *rp, struct err *err)
{
    (void)rq, (void)err;
    return reply_body(rp, 200, "text/html; charset=utf-8", STR("<p>hello</p>"));
}

static bool odd_header(struct request *rq, struct reply *rp, struct err *err)
{
    (void)err;
    reply_header(rq, rp, "X-Odd", STR("a\r\nSet-Cookie: stolen=1"));
    return reply_body(rp, 200, "text/plain", STR("ok"));
}

static bool big(struct request *rq, struct reply *rp, struct err *err)
{
    size_t n = 16 * 1024 * 1024;
    char *p = arena_alloc(rq->arena, n);

    (void)err;
    memset(p, 'x', n);
    return reply_body(rp, 200, "text/plain", (struct str){p, n});
}

static char file_path[64];

static bool file(struct request *rq, struct reply *rp, struct err *err)
{
    (void)rq, (void)err;
    rp->file_path = file_path;
    rp->type = STR("video/mp4");
    return true;
}

static bool who(struct request *rq, struct reply *rp, struct err *err)
{
    (void)err;
    return reply_body(rp, 200, "text/plain", str_dup(rq->arena, rq->caller.actor));
}

/* A door that handlers wait at. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool shut;
    int waiting;
} door = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0};

static void door_set(bool shut)
{
    pthread_mutex_lock(&door.lock);
    door.shut = shut;
    pthread_cond_broadcast(&door.changed);
    pthread_mutex_unlock(&door.lock);
}

static void door_pass(void)
{
    pthread_mutex_lock(&door.lock);
    door.waiting++;
    pthread_cond_broadcast(&door.changed);
    while (door.shut)
        pthread_cond_wait(&door.changed, &door.lock);
    door.waiting--;
    pthread_mutex_unlock(&door.lock);
}

static void door_wait_for(int n)
{
    pthread_mutex_lock(&door.lock);
    while (door.waiting < n)
        pthread_cond_wait(&door.changed, &door.lock);
    pthread_mutex_unlock(&door.lock);
}

static bool behind_the_door(struct request *rq, struct reply *rp, struct err *err)
{
    (void)rq, (void)err;
    door_pass();
    return reply_body(rp, 200, "text/plain", STR("through"));
}

static atomic_int batch_calls, largest_batch;

static void batch(struct request **requests, struct reply *replies, bool *ok, struct err *errs,
                  size_t n)
{
    door_pass();
    batch_calls++;
    if ((int)n > largest_batch)
        largest_batch = (int)n;
    for (size_t i = 0; i < n; i++) {
        ok[i] = !str_eq(requests[i]->body, STR("bad"));
        if (ok[i])
            reply_body(&replies[i], 200, "text/plain", requests[i]->body);
        else
            err_set(&errs[i], ERR_INVALID, "this one is bad");
    }
}

/* A sink that sums what comes, in its order.  "X-Refuse" refuses before the body, "X-Fail: n"
 * after n bytes, "X-Blind" has no follower and takes no pipe, "X-Stall" writes behind the door.
 */
struct sum {
    _Atomic int64_t n;
    int64_t fail_at, followed;
    uint64_t sum;
    bool stalls;
    atomic_bool following;
};
static atomic_int sums_open, sums_closed, sums_partial, sums_drained, sums_unlike;
static _Atomic int64_t last_sum_n;

static uint64_t add_up(uint64_t sum, struct str bytes)
{
    for (size_t i = 0; i < bytes.n; i++)
        sum = sum * 31 + (unsigned char)bytes.p[i];
    return sum;
}

static bool sum_write(void *arg, struct str bytes)
{
    struct sum *s = arg;

    if (s->stalls)
        door_pass();
    s->sum = add_up(s->sum, bytes);
    s->n += (int64_t)bytes.n;
    return !s->fail_at || s->n < s->fail_at;
}

static bool sum_drain(void *arg, int pipe, size_t n)
{
    char bytes[65536];
    bool ok = true;

    sums_drained++;
    while (ok && n) {
        ssize_t got = read(pipe, bytes, n < sizeof bytes ? n : sizeof bytes);
        ok = got > 0 && sum_write(arg, (struct str){bytes, (size_t)got});
        n -= (size_t)got;
    }
    return ok;
}

static void sum_follow(void *arg)
{
    struct sum *s = arg;

    if (atomic_exchange(&s->following, true))
        sums_unlike++;
    s->followed = s->n;
    atomic_store(&s->following, false);
}

static bool sum_close(struct request *rq, struct reply *rp, void *arg, bool whole,
                      struct err *err)
{
    struct sum *s = arg;

    last_sum_n = s->n;
    if (!whole)
        sums_partial++;
    if (atomic_load(&s->following) || (!request_header(rq, "x-blind").n && s->followed != s->n))
        sums_unlike++;
    sums_closed++;
    if (s->fail_at && s->n >= s->fail_at)
        return err_set(err, ERR_BUSY, "the disk is full");
    return reply_body(rp, 200, "text/plain",
                      str_fmt(rq->arena, "%lld bytes, sum %llu, " STR_FMT, (long long)s->n,
                              (unsigned long long)s->sum,
                              STR_ARG(request_header(rq, "x-name"))));
}

static bool sum_stream(struct request *rq, struct reply *rp, struct err *err)
{
    struct sum *s = NEW(rq->arena, struct sum);
    bool blind = request_header(rq, "x-blind").n > 0;

    if (request_header(rq, "x-refuse").n) {
        rp->status = 409;
        return err_set(err, ERR_CONFLICT, "not at this offset");
    }
    if (request_header(rq, "x-wait").n)
        door_pass();
    (void)str_int(request_header(rq, "x-fail"), &s->fail_at);
    s->stalls = request_header(rq, "x-stall").n > 0;
    sums_open++;
    rq->sink = (struct web_sink){.write = sum_write,
                                 .drain = blind ? NULL : sum_drain,
                                 .follow = blind ? NULL : sum_follow,
                                 .close = sum_close,
                                 .arg = s,
                                 .key = request_header(rq, "x-name")};
    return true;
}

/* An answer of ?n= pieces of 100,000 letters; ?fail= makes no such piece, ?door=1 waits for
 * each. */
enum { PIECE_BYTES = 100000 };
struct pieces {
    int64_t n, fail, made;
    bool waits, named;
};

static bool make_piece(struct request *rq, void *arg, struct buf *out, bool *end,
                       struct err *err)
{
    struct pieces *p = arg;
    char *bytes = arena_alloc(rq->arena, PIECE_BYTES);

    if (p->waits && p->made)
        door_pass();
    if (++p->made == p->fail)
        return err_set(err, ERR_BUSY, "the database is away");
    memset(bytes, (int)('a' + (p->made - 1) % 26), PIECE_BYTES);
    buf_add(out, (struct str){bytes, PIECE_BYTES});
    *end = p->made == p->n;
    return !p->named || str_eq(request_header(rq, "x-name"), STR("kept")) ||
           err_set(err, ERR_BROKEN, "the request is another one");
}

static bool in_pieces(struct request *rq, struct reply *rp, struct err *err)
{
    struct pieces *p = NEW(rq->arena, struct pieces);
    bool end = false;
    struct buf buf;

    p->named = request_header(rq, "x-name").n > 0;
    (void)str_int(request_query(rq, "n"), &p->n);
    (void)str_int(request_query(rq, "fail"), &p->fail);
    p->waits = request_query(rq, "door").n > 0;
    buf_init(&buf, rq->arena, PIECE_BYTES);
    if (!make_piece(rq, p, &buf, &end, err))
        return false;
    if (!end)
        rp->source = (struct web_source){make_piece, p};
    return reply_body(rp, 200, "text/plain", buf_str(&buf));
}

static bool authenticate(struct request *rq, struct err *err)
{
    struct str key = request_header(rq, "authorization");

    if (str_eq(key, STR("Bearer forged")))
        return err_set(err, ERR_DENIED, "the key is not known");
    if (key.n) {
        rq->caller.org_id = STR("org1");
        rq->caller.actor = STR("key:1");
        rq->caller.rights = str_eq(key, STR("Bearer owner")) ? CAN_READ | CAN_SPEND : CAN_READ;
    }
    return true;
}

static bool unknown(struct request *rq, struct reply *rp, struct err *err)
{
    (void)err;
    return reply_body(rp, 200, "text/plain",
                      str_fmt(rq->arena, "fallback " STR_FMT, STR_ARG(rq->path)));
}

static const struct route routes[] = {
    {"GET", "/hello", PUBLIC, say_hello, NULL, 0},
    {"GET", "/echo/:name", PUBLIC, echo, NULL, 0},
    {"GET", "/echo/fixed", PUBLIC, echo, NULL, 0},
    {"GET", "/rest/*name", PUBLIC, echo, NULL, 0},
    {"POST", "/length", PUBLIC, length, NULL, 0},
    {"POST", "/small", PUBLIC, length, NULL, 100},
    {"POST", "/video", PUBLIC, length, NULL, 64 * 1024 * 1024},
    {"POST", "/json", PUBLIC, want_json, NULL, 0},
    {"GET", "/refused", PUBLIC, refused, NULL, 0},
    {"GET", "/broken", PUBLIC, broken, NULL, 0},
    {"GET", "/many", PUBLIC, too_many, NULL, 0},
    {"GET", "/drop", PUBLIC, drop, NULL, 0},
    {"GET", "/later", PUBLIC, later, NULL, 0},
    {"GET", "/page", PUBLIC, page, NULL, 0},
    {"GET", "/odd", PUBLIC, odd_header, NULL, 0},
    {"GET", "/big", PUBLIC, big, NULL, 0},
    {"GET", "/file", PUBLIC, file, NULL, 0},
    {"GET", "/door", PUBLIC, behind_the_door, NULL, 0},
    {"POST", "/batch", PUBLIC, NULL, batch, 0},
    {"GET", "/pieces", PUBLIC, in_pieces, NULL, 0},
    {"GET", "/read", CAN_READ, who, NULL, 0},
    {"POST", "/read", CAN_SPEND, who, NULL, 0},
    {"POST", "/stream", PUBLIC, sum_stream, NULL, WEB_STREAM},
    {"POST", "/stream/mine", CAN_READ, sum_stream, NULL, WEB_STREAM},
    ROUTES_END,
};
static const struct route *const tables[] = {routes, NULL};

static struct web_settings settings(void)
{
    return (struct web_settings){.name = "test",
                                 .address = STR("127.0.0.1"),
                                 .workers = 2,
                                 .batch_workers = 1,
                                 .queue_age_ms = 10000,
                                 .request_deadline_ms = 10000,
                                 .connection_limit = 600,
                                 .routes = tables,
                                 .authenticate = authenticate};
}

static struct web *serve(struct web_settings s)
{
    struct web *web = NULL;
    struct err err = {0};

    CHECK(web_start(&s, &web, &err), "%s", err.text);
    return web;
}

/* --- a client ------------------------------------------------------------ */

static int dial_with(int port, int receive_buffer)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (receive_buffer)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&to, sizeof to)) {
        close(fd);
        return -1;
    }
    return fd;
}

static int dial(int port)
{
    return dial_with(port, 0);
}

static void say(int fd, struct str text)
{
    while (text.n) {
        ssize_t n = send(fd, text.p, text.n, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        text = str_sub(text, (size_t)n, text.n);
    }
}

/* Everything until the other end closes, or `ms` passed. */
static struct str hear(struct arena *a, int fd, int ms)
{
    size_t room = 1 << 20, n = 0;
    char *p = arena_alloc(a, room);
    int64_t deadline = clock_mono_ms() + ms;

    for (;;) {
        struct pollfd f = {.fd = fd, .events = POLLIN};
        int64_t left = deadline - clock_mono_ms();
        if (left <= 0 || poll(&f, 1, (int)left) <= 0)
            break;
        if (n == room) {
            char *q = arena_alloc(a, room * 2);
            memcpy(q, p, n);
            p = q;
            room *= 2;
        }
        ssize_t got = recv(fd, p + n, room - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    return (struct str){p, n};
}

static struct str ask_raw(struct arena *a, struct web *web, struct str raw)
{
    int fd = dial(web_port(web));

    say(fd, raw);
    struct str answer = hear(a, fd, 10000);
    close(fd);
    return answer;
}

/* One request that ends the connection; `headers` end in \r\n or are "". */
static struct str ask(struct arena *a, struct web *web, const char *method, const char *target,
                      const char *headers, struct str body)
{
    struct str head = str_fmt(a, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s", method,
                              target, headers);
    if (body.n)
        head = str_fmt(a, STR_FMT "Content-Length: %zu\r\n", STR_ARG(head), body.n);
    char *raw = arena_alloc(a, head.n + 2 + body.n);
    memcpy(raw, head.p, head.n);
    memcpy(raw + head.n, "\r\n", 2);
    if (body.n)
        memcpy(raw + head.n + 2, body.p, body.n);
    return ask_raw(a, web, (struct str){raw, head.n + 2 + body.n});
}

static int status_of(struct str answer)
{
    int64_t status = 0;

    if (str_starts(answer, STR("HTTP/1.1 ")))
        (void)str_int(str_sub(answer, 9, 3), &status);
    return (int)status;
}

static struct str body_of(struct str answer)
{
    for (size_t i = 0; i + 4 <= answer.n; i++)
        if (!memcmp(answer.p + i, "\r\n\r\n", 4))
            return str_sub(answer, i + 4, answer.n);
    return STR("");
}

/* --- routes -------------------------------------------------------------- */

static const struct {
    const char *method;
    const char *target;
    int status;
    const char *body;
} routed[] = {
    {"GET", "/hello", 200, "hello"},
    {"GET", "/hello/", 404, NULL},
    {"GET", "/nothing", 404, NULL},
    {"POST", "/hello", 405, NULL},
    {"GET", "/echo/a%2Fb?q=1+2", 200, "GET|/echo/a/b|a/b|1 2||127.0.0.1"},
    {"GET", "/echo/fixed?q=%D0%96", 200, "GET|/echo/fixed||Ж||127.0.0.1"},
    {"GET", "/echo/", 404, NULL},
    {"GET", "/echo/%zz", 400, NULL},
    {"GET", "/echo/%00", 400, NULL},
    {"GET", "/echo/x?q=%zz", 400, NULL},
    {"GET", "/rest/", 200,
     "GET|/rest/|||"
     "|127.0.0.1"},
    {"GET", "/rest/a/b.js", 200, "GET|/rest/a/b.js|a/b.js|||127.0.0.1"},
    {"GET", "/rest/../x", 400, NULL},
    {"GET", "/rest/%2e%2e/x", 400, NULL},
};

static void finds_the_route_of_a_request(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");

    for (size_t i = 0; i < countof(routed); i++) {
        struct str got = ask(a, web, routed[i].method, routed[i].target, "", STR(""));
        CHECK(status_of(got) == routed[i].status, "%s %s: " STR_FMT, routed[i].method,
              routed[i].target, STR_ARG(got));
        if (routed[i].body)
            CHECK(str_eq(body_of(got), str(routed[i].body)), "%s: " STR_FMT, routed[i].target,
                  STR_ARG(body_of(got)));
    }
    web_stop(web, 1000);
    arena_free(a);
}

static void a_known_path_names_its_methods(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");

    struct str got = ask(a, web, "DELETE", "/read", "", STR(""));
    CHECK(status_of(got) == 405 && str_has(got, STR("Allow: GET, HEAD, POST\r\n")), STR_FMT,
          STR_ARG(got));
    got = ask(a, web, "HEAD", "/hello", "", STR(""));
    CHECK(status_of(got) == 200 && str_has(got, STR("Content-Length: 5\r\n")) &&
              body_of(got).n == 0,
          STR_FMT, STR_ARG(got));
    web_stop(web, 1000);
    arena_free(a);
}

static void the_most_specific_route_wins_in_any_order(void)
{
    static const struct route one[] = {
        {"GET", "/*all", PUBLIC, echo, NULL, 0},   {"GET", "/a/:x", PUBLIC, echo, NULL, 0},
        {"PUT", "/a/b", PUBLIC, echo, NULL, 0},    {"GET", "/a/b/:x", PUBLIC, echo, NULL, 0},
        {"GET", "/a/:x/c", PUBLIC, echo, NULL, 0}, ROUTES_END,
    };
    static const struct route *const list[] = {one, NULL};
    static const struct {
        const char *method, *path, *route;
    } cases[] = {
        {"GET", "/a/b/c", "/a/b/:x"}, {"GET", "/a/z/c", "/a/:x/c"}, {"GET", "/a/b", "/a/:x"},
        {"PUT", "/a/b", "/a/b"},      {"GET", "/", "/*all"},        {"HEAD", "/a/q", "/a/:x"},
    };
    struct router *router = router_new(list);

    for (size_t i = 0; i < countof(cases); i++) {
        struct router_match m;
        router_find(router, str(cases[i].method), str(cases[i].path), &m);
        CHECK(m.route && !strcmp(m.route->path, cases[i].route), "%s %s -> %s", cases[i].method,
              cases[i].path, m.route ? m.route->path : "none");
    }
    router_free(router);
}

static void an_unknown_path_goes_to_the_fallback(void)
{
    struct web_settings s = settings();
    s.fallback = unknown;
    struct web *web = serve(s);
    struct arena *a = arena_new("test");

    struct str got = ask(a, web, "GET", "/some/where", "", STR(""));
    CHECK(str_eq(body_of(got), STR("fallback /some/where")), STR_FMT, STR_ARG(got));
    got = ask(a, web, "POST", "/hello", "", STR("x"));
    CHECK(status_of(got) == 405, STR_FMT, STR_ARG(got));
    web_stop(web, 1000);
    arena_free(a);
}

/* --- rights -------------------------------------------------------------- */

static void only_callers_with_the_right_get_in(void)
{
    static const struct {
        const char *method, *headers;
        int status;
    } cases[] = {
        {"GET", "", 401},
        {"GET", "Authorization: Bearer forged\r\n", 401},
        {"GET", "Authorization: Bearer analyst\r\n", 200},
        {"POST", "Authorization: Bearer analyst\r\n", 403},
        {"POST", "Authorization: Bearer owner\r\n", 200},
        {"POST", "", 401},
    };
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");

    for (size_t i = 0; i < countof(cases); i++) {
        struct str got = ask(a, web, cases[i].method, "/read", cases[i].headers, STR(""));
        CHECK(status_of(got) == cases[i].status, "%s %s: " STR_FMT, cases[i].method,
              cases[i].headers, STR_ARG(got));
        if (cases[i].status == 200)
            CHECK(str_eq(body_of(got), STR("key:1")), STR_FMT, STR_ARG(got));
    }
    web_stop(web, 1000);
    arena_free(a);
}

/* --- bodies -------------------------------------------------------------- */

static void a_body_is_whole_or_refused(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");
    char *p = arena_alloc(a, 40 * 1024 * 1024);
    memset(p, 1, 40 * 1024 * 1024);

    static const struct {
        const char *path;
        size_t n;
        int status;
    } cases[] = {
        {"/length", 1, 200},
        {"/length", LIMIT_REQUEST_BODY, 200},
        {"/length", LIMIT_REQUEST_BODY + 1, 413},
        {"/small", 100, 200},
        {"/small", 101, 413},
        {"/video", 40 * 1024 * 1024, 200}, /* by way of a file */
    };
    for (size_t i = 0; i < countof(cases); i++) {
        size_t n = cases[i].n;
        int fd = dial(web_port(web));
        say(fd, str_fmt(a,
                        "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        cases[i].path, n));
        if (cases[i].status == 200)
            say(fd, (struct str){p, n});
        struct str got = hear(a, fd, 20000);
        close(fd);
        CHECK(status_of(got) == cases[i].status, "%s %zu: " STR_FMT, cases[i].path, n,
              STR_ARG(got));
        if (cases[i].status == 200)
            CHECK(str_eq(body_of(got), str_fmt(a, "%zu bytes, sum %zu", n, n)), STR_FMT,
                  STR_ARG(got));
    }
    web_stop(web, 1000);
    arena_free(a);
}

static void a_body_in_chunks_has_the_same_ceiling(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");
    const char *head = "POST /small HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n";

    struct str got = ask_raw(a, web, str_fmt(a, "%s3\r\nabc\r\n4\r\nABCD\r\n0\r\n\r\n", head));
    CHECK(str_has(got, STR("7 bytes")), STR_FMT, STR_ARG(got));
    struct str long_chunk = str_fmt(a, "%0100d", 0);
    got = ask_raw(
        a, web,
        str_fmt(a, "%s64\r\n" STR_FMT "\r\n1\r\nx\r\n0\r\n\r\n", head, STR_ARG(long_chunk)));
    CHECK(status_of(got) == 413, STR_FMT, STR_ARG(got));
    web_stop(web, 1000);
    arena_free(a);
}

static void a_body_said_twice_is_refused_and_cut(void)
{
    static const char *const heads[] = {
        "Content-Length: 3\r\nContent-Length: 3\r\n",
        "Content-Length: 3\r\nContent-Length: 5\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: -3\r\n",
        "Content-Length: 3x\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
    };
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");

    for (size_t i = 0; i < countof(heads); i++) {
        struct str got = ask_raw(a, web,
                                 str_fmt(a,
                                         "POST /length HTTP/1.1\r\nHost: x\r\n%s\r\nabc"
                                         "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n",
                                         heads[i]));
        CHECK(status_of(got) == 400, "%s: " STR_FMT, heads[i], STR_ARG(got));
        CHECK(!str_has(got, STR("hello")), "smuggled by %s: " STR_FMT, heads[i], STR_ARG(got));
    }
    web_stop(web, 1000);
    arena_free(a);
}

static const struct {
    const char *raw; /* "|" is NUL */
    int status;
} malformed[] = {
    {"GET /hello HTTP/1.1\r\nHost: x\r\nX : a\r\n\r\n", 400},
    {"GET /hello HTTP/1.1\r\nHost: x\r\nX(y): a\r\n\r\n", 400},
    {"GET /hello HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n", 400},
    {"GET /hello HTTP/1.1\r\nHost: x\r\nX: a\x01\r\n\r\n", 400},
    {"GET /hello HTTP/1.1\r\nHost: x\r\nX|Y: a\r\n\r\n", 400},
    {"GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
    {"GET http://x/hello HTTP/1.1\r\nHost: x\r\n\r\n", 400},
    {"GET /hello HTTP/3.0\r\nHost: x\r\n\r\n", 505},
    {"GET /hello\r\n", 400},
    {"GET /hello HTTP/1.1\r\nHost: x\r\nX: \ta b\t\r\nConnection: close\r\n\r\n", 200},
    {"GET /hello HTTP/1.0\r\n\r\n", 200},
};

static void a_malformed_head_is_refused(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");

    for (size_t i = 0; i < countof(malformed); i++) {
        struct str raw = str(malformed[i].raw);
        char *p = arena_alloc(a, raw.n);
        for (size_t k = 0; k < raw.n; k++)
            p[k] = raw.p[k] == '|' ? 0 : raw.p[k];
        struct str got = ask_raw(a, web, (struct str){p, raw.n});
        CHECK(status_of(got) == malformed[i].status, "%s: " STR_FMT, malformed[i].raw,
              STR_ARG(got));
    }
    web_stop(web, 1000);
    arena_free(a);
}

/* --- mutations: no parser of ours or the library's may break ------------------------------ */

static const char *const seeds[] = {
    "GET /echo/abc?q=1&x=%41 HTTP/1.1\r\nHost: x\r\nCookie: a=1; b=2\r\n\r\n",
    "POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
    "POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
    "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
    "8\r\n\r\n"
    "{\"a\":1}\n",
    "POST /batch HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nyes"
    "GET /file HTTP/1.1\r\nHost: x\r\nRange: bytes=0-3\r\n\r\n",
    "PUT /video HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    "GET /drop HTTP/1.1\r\nHost: x\r\n\r\nHEAD /hello HTTP/1.0\r\n\r\n",
};

static uint64_t dice; /* a sequence of its own: the same mutations every time */

static size_t roll(size_t sides)
{
    dice = dice * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(dice >> 33) % sides;
}

/* Some bytes changed, left out, doubled, or swapped for ones that mean something. */
static size_t mutate(char *p, size_t n, size_t room)
{
    static const char pieces[][24] = {
        "\r\n",     "\n",      ":", " ",  "%",  "0",       "Content-Length: 9\r\n",
        "\r\n\r\n", "chunked", "/", "..", "\t", "HTTP/1.1"};

    for (size_t times = 1 + roll(4); times-- && n > 4;) {
        size_t at = roll(n), some = 1 + roll(n - at < 20 ? n - at : 20);
        const char *piece = pieces[roll(countof(pieces))];
        switch (roll(5)) {
        case 0:
            p[at] = (char)roll(256);
            break;
        case 1:
            memmove(p + at, p + at + some, n - at - some);
            n -= some;
            break;
        case 2:
            if (n + some > room)
                break;
            memmove(p + at + some, p + at, n - at);
            n += some;
            break;
        case 3:
            n = at;
            break;
        default:
            if (n + strlen(piece) > room)
                break;
            memmove(p + at + strlen(piece), p + at, n - at);
            memcpy(p + at, piece, strlen(piece));
            n += strlen(piece);
        }
    }
    return n;
}

enum { MUTANTS = 512, AT_ONCE = 128 };

static int send_mutant(struct web *web)
{
    char raw[1024];
    const char *seed = seeds[roll(countof(seeds))];
    size_t n = strlen(seed);
    int fd = dial(web_port(web));

    memcpy(raw, seed, n);
    n = mutate(raw, n, sizeof raw);
    say(fd, (struct str){raw, n});
    (void)shutdown(fd, SHUT_WR);
    return fd;
}

static void mutated_requests_do_no_harm(void)
{
    struct web_settings s = settings();
    s.slow_client_ms = 50;
    struct web *web = serve(s);
    struct arena *a = arena_new("test");
    int fds[AT_ONCE];

    dice = 1;
    for (int i = 0; i < MUTANTS; i += AT_ONCE) {
        for (int k = 0; k < AT_ONCE; k++)
            fds[k] = send_mutant(web);
        for (int k = 0; k < AT_ONCE; k++) {
            struct arena_mark mark = arena_mark(a);
            struct str got = hear(a, fds[k], 5000);
            close(fds[k]);
            CHECK(!got.n || str_starts(got, STR("HTTP/1.1 ")), "mutant %d: " STR_FMT, i + k,
                  STR_ARG(got));
            arena_rewind(a, mark);
        }
    }
    CHECK(status_of(ask(a, web, "GET", "/hello", "", STR(""))) == 200, "it still answers");
    web_stop(web, 1000);
    arena_free(a);
}

static void noise_is_refused(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");
    struct str many = STR("");
    char *url = arena_alloc(a, 9001);

    struct str got = ask_raw(a, web, STR("\x16\x03\x01 this is not HTTP\r\n\r\n"));
    CHECK(status_of(got) / 100 != 2, STR_FMT, STR_ARG(got));
    got = ask(a, web, "POST", "/length", "Content-Encoding: gzip\r\n", STR("abc"));
    CHECK(status_of(got) == 415, STR_FMT, STR_ARG(got));
    for (int i = 0; i < 70; i++)
        many = str_fmt(a, STR_FMT "X-%d: y\r\n", STR_ARG(many), i);
    got = ask(a, web, "GET", "/hello", many.p, STR(""));
    CHECK(status_of(got) == 431, STR_FMT, STR_ARG(got));
    memset(url, 'a', LIMIT_URL);
    memcpy(url, "/echo/", 6);
    got = ask(a, web, "GET", url, "", STR(""));
    CHECK(status_of(got) == 200, "the longest URL: " STR_FMT, STR_ARG(got));
    url[LIMIT_URL] = 'a';
    got = ask(a, web, "GET", url, "", STR(""));
    CHECK(status_of(got) == 414, STR_FMT, STR_ARG(got));
    got = ask_raw(a, web, STR("GET /hello HTTP/1.1\r\n\r\n"));
    CHECK(status_of(got) == 400, "no Host: " STR_FMT, STR_ARG(got));
    web_stop(web, 1000);
    arena_free(a);
}

static void json_bodies_are_checked(void)
{
    static const struct {
        const char *type, *body;
        int status;
    } cases[] = {
        {"Content-Type: application/json; charset=utf-8\r\n", "{\"name\":\"Ж\"}", 201},
        {"Content-Type: application/merge-patch+json\r\n", "{\"name\":\"Ж\"}", 201},
        {"Content-Type: application/json\r\n", "{\"name\":", 400},
        {"Content-Type: application/json\r\n", "[1]", 400},
        {"Content-Type: text/plain\r\n", "{}", 415},
        {"", "{}", 415},
    };
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");

    for (size_t i = 0; i < countof(cases); i++) {
        struct str got = ask(a, web, "POST", "/json", cases[i].type, str(cases[i].body));
        CHECK(status_of(got) == cases[i].status, "%s: " STR_FMT, cases[i].body, STR_ARG(got));
        if (cases[i].status == 201)
            CHECK(str_eq(body_of(got), STR("{\"got\":\"Ж\"}")), STR_FMT, STR_ARG(got));
    }
    web_stop(web, 1000);
    arena_free(a);
}

/* --- replies ------------------------------------------------------------- */

static void an_error_is_a_problem_body(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");

    struct str got = ask(a, web, "GET", "/refused", "X-Request-ID: abc-1.2_3\r\n", STR(""));
    CHECK(status_of(got) == 422, STR_FMT, STR_ARG(got));
    CHECK(str_has(got, STR("Content-Type: application/problem+json\r\n")), STR_FMT,
          STR_ARG(got));
    CHECK(str_has(got, STR("X-Request-ID: abc-1.2_3\r\n")), STR_FMT, STR_ARG(got));
    CHECK(str_eq(body_of(got),
                 STR("{\"type\":\"about:blank\",\"title\":\"Unprocessable Content\","
                     "\"status\":422,\"detail\":\"the platform said no\",\"kind\":\"refused\","
                     "\"field\":\"budget\",\"hint\":\"raise it\",\"request_id\":\"abc-1.2_3\","
                     "\"platform\":{\"code\":40002,\"message\":\"budget \\\"too\\\" low\","
                     "\"request_id\":\"20250101ABC\"}}")),
          STR_FMT, STR_ARG(body_of(got)));
    got = ask(a, web, "GET", "/broken", "X-Request-ID: has space\r\n", STR(""));
    CHECK(status_of(got) == 500 && !str_has(got, STR("sda1")), STR_FMT, STR_ARG(got));
    CHECK(!str_has(got, STR("has space")) && str_has(got, STR("X-Request-ID: ")), STR_FMT,
          STR_ARG(got));
    got = ask(a, web, "GET", "/many", "", STR(""));
    CHECK(status_of(got) == 429 && str_has(got, STR("Retry-After: 7\r\n")), STR_FMT,
          STR_ARG(got));
    web_stop(web, 1000);
    arena_free(a);
}

static void every_reply_carries_the_safe_headers(void)
{
    static const char *const paths[] = {"/hello", "/nothing", "/page", "/broken", "/read"};
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");

    for (size_t i = 0; i < countof(paths); i++) {
        struct str got = ask(a, web, "GET", paths[i], "", STR(""));
        CHECK(str_has(got, STR("X-Content-Type-Options: nosniff\r\n")) &&
                  str_has(got, STR("Referrer-Policy: no-referrer\r\n")) &&
                  str_has(got, STR("Cache-Control: no-store\r\n")) &&
                  str_has(got, STR("X-Request-ID: ")),
              "%s: " STR_FMT, paths[i], STR_ARG(got));
        CHECK(str_has(got, STR("Content-Security-Policy: default-src 'self'")) ==
                  !strcmp(paths[i], "/page"),
              "%s: " STR_FMT, paths[i], STR_ARG(got));
    }
    struct str got = ask(a, web, "GET", "/odd", "", STR(""));
    CHECK(status_of(got) == 200 && !str_has(got, STR("stolen")), STR_FMT, STR_ARG(got));
    web_stop(web, 1000);
    arena_free(a);
}

static const struct {
    const char *range;
    int status;
    const char *body;
    const char *content_range;
} ranges[] = {
    {"", 200, "0123456789", NULL},
    {"Range: bytes=0-3\r\n", 206, "0123", "bytes 0-3/10"},
    {"Range: bytes=8-\r\n", 206, "89", "bytes 8-9/10"},
    {"Range: bytes=5-500\r\n", 206, "56789", "bytes 5-9/10"},
    {"Range: bytes=-4\r\n", 206, "6789", "bytes 6-9/10"},
    {"Range: bytes=-400\r\n", 206, "0123456789", "bytes 0-9/10"},
    {"Range: bytes=10-\r\n", 416, NULL, "bytes */10"},
    {"Range: bytes=-0\r\n", 416, NULL, "bytes */10"},
    {"Range: bytes=3-1\r\n", 200, "0123456789", NULL},
    {"Range: bytes=0-1,3-4\r\n", 200, "0123456789", NULL},
    {"Range: lines=1-2\r\n", 200, "0123456789", NULL},
    {"Range: bytes=0-3\r\nIf-Range: \"x\"\r\n", 200, "0123456789", NULL},
};

static void a_file_is_sent_in_ranges(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");

    (void)snprintf(file_path, sizeof file_path, "/tmp/adwright-test-%d", (int)getpid());
    int fd = open(file_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(write(fd, "0123456789", 10) == 10, "%s", file_path);
    close(fd);
    for (size_t i = 0; i < countof(ranges); i++) {
        struct str got = ask(a, web, "GET", "/file", ranges[i].range, STR(""));
        CHECK(status_of(got) == ranges[i].status, "%s: " STR_FMT, ranges[i].range,
              STR_ARG(got));
        if (ranges[i].body)
            CHECK(str_eq(body_of(got), str(ranges[i].body)), "%s: " STR_FMT, ranges[i].range,
                  STR_ARG(got));
        struct str line = ranges[i].content_range
                              ? str_fmt(a, "Content-Range: %s\r\n", ranges[i].content_range)
                              : STR("Accept-Ranges: bytes\r\n");
        CHECK(str_has(got, line), "%s: " STR_FMT, ranges[i].range, STR_ARG(got));
    }
    (void)unlink(file_path);
    CHECK(status_of(ask(a, web, "GET", "/file", "", STR(""))) == 404, "a file that is gone");
    web_stop(web, 1000);
    arena_free(a);
}

static void put_digits(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    CHECK(write(fd, "0123456789", 10) == 10, "%s", path);
    close(fd);
}

static struct str header_of(struct arena *a, struct str got, const char *name)
{
    const char *at = strstr(str_c(a, got), name);

    return at ? str_sub(str(at), strlen(name), strcspn(at, "\r") - strlen(name)) : STR("");
}

/* Who has the file already gets nothing, and parts are only ever of the same file. */
static void a_file_is_known_by_its_tag(void)
{
    static const struct {
        const char *headers; /* %s is the tag */
        int status;
    } rows[] = {
        {"If-None-Match: %s\r\n", 304},
        {"If-None-Match: W/%s\r\n", 304},
        {"If-None-Match: \"other\", %s\r\n", 304},
        {"If-None-Match: *\r\n", 304},
        {"If-None-Match: \"other\"\r\n", 200},
        {"Range: bytes=2-3\r\nIf-Range: %s\r\n", 206},
        {"Range: bytes=2-3\r\nIf-Range: W/%s\r\n", 200}, /* weak: not surely the same bytes */
        {"Range: bytes=2-3\r\nIf-Range: Tue, 24 Nov 2026 08:00:00 GMT\r\n", 200},
        {"Range: bytes=20-30\r\nIf-Range: %s\r\n", 416},
    };
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");
    char other[80];

    (void)snprintf(file_path, sizeof file_path, "/tmp/adwright-test-%d", (int)getpid());
    (void)snprintf(other, sizeof other, "%s.new", file_path);
    put_digits(file_path);
    struct str tag = header_of(a, ask(a, web, "GET", "/file", "", STR("")), "ETag: ");
    CHECK(tag.n > 10 && tag.p[0] == '"' && str_ends(tag, STR("\"")), STR_FMT, STR_ARG(tag));
    for (size_t i = 0; i < countof(rows); i++) {
        struct str before = str(rows[i].headers);
        struct str after = before;
        struct str head = str_cut(&after, '%');
        struct str sent = head.n == before.n
                              ? before
                              : str_fmt(a, STR_FMT STR_FMT STR_FMT, STR_ARG(head), STR_ARG(tag),
                                        STR_ARG(str_sub(after, 1, after.n)));
        struct str got = ask(a, web, "GET", "/file", str_c(a, sent), STR(""));
        CHECK(status_of(got) == rows[i].status, STR_FMT ": " STR_FMT, STR_ARG(sent),
              STR_ARG(got));
        CHECK(str_has(got, tag) && (rows[i].status != 304 || !body_of(got).n), STR_FMT,
              STR_ARG(got));
    }
    put_digits(other);
    CHECK(rename(other, file_path) == 0, "another file in its place");
    struct str stale =
        str_fmt(a, "Range: bytes=2-3\r\nIf-Range: " STR_FMT "\r\n", STR_ARG(tag));
    struct str got = ask(a, web, "GET", "/file", str_c(a, stale), STR(""));
    CHECK(status_of(got) == 200 && str_eq(body_of(got), STR("0123456789")), STR_FMT,
          STR_ARG(got));
    got = ask(a, web, "HEAD", "/file", "Range: bytes=2-3\r\n", STR(""));
    CHECK(status_of(got) == 206 && !body_of(got).n &&
              str_has(got, STR("Content-Length: 2\r\n")),
          STR_FMT, STR_ARG(got));
    (void)unlink(file_path);
    web_stop(web, 1000);
    arena_free(a);
}

static void a_cookie_is_found_among_others(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");

    struct str got = ask(a, web, "GET", "/echo/x", "Cookie: a=1; b=x=y; c=3\r\n", STR(""));
    CHECK(str_has(got, STR("|x=y|")), STR_FMT, STR_ARG(got));
    got = ask(a, web, "GET", "/echo/x", "Cookie: bb=1; ab=2\r\n", STR(""));
    CHECK(str_has(got, STR("|x||"
                           "|127")),
          STR_FMT, STR_ARG(got));
    web_stop(web, 1000);
    arena_free(a);
}

static void a_connection_serves_many_requests(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");
    int fd = dial(web_port(web));
    struct str raw = STR("");

    for (int i = 0; i < 20; i++) /* all at once */
        raw = str_fmt(a, STR_FMT "GET /echo/%d HTTP/1.1\r\nHost: x\r\n%s\r\n", STR_ARG(raw), i,
                      i == 19 ? "Connection: close\r\n" : "");
    say(fd, raw);
    struct str got = hear(a, fd, 10000);
    close(fd);
    for (int i = 0; i < 20; i++)
        CHECK(str_has(got, str_fmt(a, "|/echo/%d|%d|", i, i)), "request %d", i);
    web_stop(web, 1000);
    arena_free(a);
}

/* --- time ---------------------------------------------------------------- */

static void a_full_house_makes_room_for_those_outside(void)
{
    struct web_settings s = settings();
    s.connection_limit = 2;
    struct web *web = serve(s);
    struct arena *a = arena_new("test");
    int first = dial(web_port(web)), second;

    say(first, STR("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"));
    struct pollfd f = {.fd = first, .events = POLLIN};
    CHECK(poll(&f, 1, 5000) == 1, "the first is served, and stays");
    second = dial(web_port(web)); /* says nothing */
    struct str got = ask(a, web, "GET", "/hello", "", STR(""));
    CHECK(status_of(got) == 200, "the third: " STR_FMT, STR_ARG(got));
    CHECK(str_has(hear(a, first, 5000), STR("hello")), "the first had its answer before");
    close(first);
    close(second);
    web_stop(web, 1000);
    arena_free(a);
}

static void a_dropped_request_gets_no_byte(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");

    CHECK(ask(a, web, "GET", "/drop", "", STR("")).n == 0, "nothing came");
    web_stop(web, 1000);
    arena_free(a);
}

static void a_delayed_reply_holds_no_worker(void)
{
    struct web_settings s = settings();
    s.workers = 1;
    struct web *web = serve(s);
    struct arena *a = arena_new("test");
    int fds[10];
    int64_t began = clock_mono_ms();

    for (int i = 0; i < 10; i++) {
        fds[i] = dial(web_port(web));
        say(fds[i], str_fmt(a,
                            "GET /later?ms=%d HTTP/1.1\r\nHost: x\r\n"
                            "Connection: close\r\n\r\n",
                            300 - 20 * i));
    }
    CHECK(status_of(ask(a, web, "GET", "/hello", "", STR(""))) == 200, "meanwhile");
    CHECK(clock_mono_ms() - began < 250, "the worker was held");
    for (int i = 0; i < 10; i++) {
        CHECK(str_has(hear(a, fds[i], 5000), STR("late")), "reply %d", i);
        close(fds[i]);
    }
    int64_t took = clock_mono_ms() - began;
    CHECK(took >= 300 && took < 2500, "all together %lld ms", (long long)took);
    web_stop(web, 1000);
    arena_free(a);
}

static void an_old_queue_refuses_at_once(void)
{
    struct web_settings s = settings();
    s.workers = 1;
    s.queue_age_ms = 50;
    struct web *web = serve(s);
    struct arena *a = arena_new("test");
    int fds[2];

    door_set(true);
    for (int i = 0; i < 2; i++) { /* one at the door, one waits */
        fds[i] = dial(web_port(web));
        say(fds[i], STR("GET /door HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    }
    door_wait_for(1);
    int64_t deadline = clock_mono_ms() + 5000;
    while (web_counts(web).oldest_wait_ms <= 60 && clock_mono_ms() < deadline)
        usleep(2000);
    struct str got = ask(a, web, "GET", "/hello", "", STR(""));
    CHECK(status_of(got) == 503 && str_has(got, STR("Retry-After: ")), STR_FMT, STR_ARG(got));
    CHECK(web_counts(web).refused_busy == 1, "%lld", (long long)web_counts(web).refused_busy);
    door_set(false);
    for (int i = 0; i < 2; i++) {
        CHECK(str_has(hear(a, fds[i], 5000), STR("through")), "request %d", i);
        close(fds[i]);
    }
    CHECK(status_of(ask(a, web, "GET", "/hello", "", STR(""))) == 200, "again");
    web_stop(web, 1000);
    arena_free(a);
}

static void a_request_past_its_deadline_is_not_run(void)
{
    struct web_settings s = settings();
    s.workers = 1;
    s.request_deadline_ms = 30;
    struct web *web = serve(s);
    struct arena *a = arena_new("test");

    door_set(true);
    int first = dial(web_port(web)), second = dial(web_port(web));
    say(first, STR("GET /door HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    door_wait_for(1);
    say(second, STR("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    int64_t deadline = clock_mono_ms() + 5000;
    while (web_counts(web).oldest_wait_ms <= 40 && clock_mono_ms() < deadline)
        usleep(2000);
    door_set(false);
    CHECK(status_of(hear(a, second, 5000)) == 503, "too late");
    CHECK(status_of(hear(a, first, 5000)) == 200, "in hand");
    close(first);
    close(second);
    web_stop(web, 1000);
    arena_free(a);
}

/* Trickles one byte at a time and says how long the server bore it. */
static int64_t trickle(struct web *web, struct str start)
{
    int fd = dial(web_port(web));
    int64_t began = clock_mono_ms();
    char c;

    say(fd, start);
    while (clock_mono_ms() - began < 5000) {
        if (send(fd, "a", 1, MSG_NOSIGNAL) < 0)
            break;
        usleep(10000);
        ssize_t n = recv(fd, &c, 1, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            break;
    }
    close(fd);
    return clock_mono_ms() - began;
}

static void who_trickles_is_cut(void)
{
    struct web_settings s = settings();
    s.slow_client_ms = 60;
    struct web *web = serve(s);
    struct arena *a = arena_new("test");

    int64_t headers = trickle(web, STR("GET /hello HTTP/1.1\r\nX-Slow: "));
    CHECK(headers >= 60 && headers < 3000, "headers: %lld ms", (long long)headers);
    int64_t body = trickle(
        web, STR("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"));
    CHECK(body >= 60 && body < 3000, "body: %lld ms", (long long)body);

    int reader = dial_with(web_port(web), 4096); /* asks for 16 MB and reads none of it */
    say(reader, STR("GET /big HTTP/1.1\r\nHost: x\r\n\r\n"));
    int64_t began = clock_mono_ms();
    while (web_counts(web).connections_now == 0 && clock_mono_ms() - began < 5000)
        usleep(1000);
    while (web_counts(web).connections_now && clock_mono_ms() - began < 5000)
        usleep(10000);
    CHECK(web_counts(web).connections_now == 0, "the slow reader is still there");
    CHECK(hear(a, reader, 1000).n < 16 * 1024 * 1024, "it got everything");
    close(reader);
    web_stop(web, 1000);
    arena_free(a);
}

/* --- batches ------------------------------------------------------------- */

static void a_batch_serves_all_that_wait(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");
    int fds[40];

    batch_calls = largest_batch = 0;
    door_set(true);
    for (int i = 0; i < 40; i++) {
        fds[i] = dial(web_port(web));
        say(fds[i], str_fmt(a,
                            "POST /batch HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                            "Content-Length: 3\r\n\r\n%s",
                            i == 7 ? "bad" : "yes"));
        if (i == 0)
            door_wait_for(1);
    }
    int64_t deadline = clock_mono_ms() + 5000;
    while (web_counts(web).waiting_now < 39 && clock_mono_ms() < deadline)
        usleep(1000);
    door_set(false);
    for (int i = 0; i < 40; i++) {
        struct str got = hear(a, fds[i], 5000);
        CHECK(status_of(got) == (i == 7 ? 400 : 200), "%d: " STR_FMT, i, STR_ARG(got));
        close(fds[i]);
    }
    CHECK(batch_calls == 2 && largest_batch == 39, "%d calls, largest %d", batch_calls,
          largest_batch);
    web_stop(web, 1000);
    arena_free(a);
}

/* --- many, and the end --------------------------------------------------- */

/* The counts at which the library's own loop freezes, and their neighbours. */
static void no_request_is_stuck_at_any_count(void)
{
    static const int counts[] = {1, 127, 128, 129, 256, 257, 512};
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");
    int fds[512];

    for (size_t c = 0; c < countof(counts); c++) {
        for (int i = 0; i < counts[c]; i++)
            CHECK((fds[i] = dial(web_port(web))) >= 0, "connection %d of %d", i, counts[c]);
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < counts[c]; i++)
                say(fds[i], STR("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"));
            int stuck = 0;
            for (int i = 0; i < counts[c]; i++) {
                struct pollfd f = {.fd = fds[i], .events = POLLIN};
                char text[1024];
                if (poll(&f, 1, 5000) != 1 || recv(fds[i], text, sizeof text, 0) <= 0)
                    stuck++;
            }
            CHECK(stuck == 0, "%d of %d, round %d", stuck, counts[c], round);
        }
        for (int i = 0; i < counts[c]; i++)
            close(fds[i]);
    }
    web_stop(web, 1000);
    arena_free(a);
}

static void *open_door(void *arg)
{
    (void)arg;
    usleep(100000);
    door_set(false);
    return NULL;
}

static void stopping_finishes_what_is_in_hand(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");
    int port = web_port(web);
    pthread_t opener;

    door_set(true);
    int busy = dial(port), idle = dial(port), half = dial(port);
    say(busy, STR("GET /door HTTP/1.1\r\nHost: x\r\n\r\n"));
    say(half, STR("GET /door HTTP/1.1\r\nHo"));
    door_wait_for(1);
    CHECK(!pthread_create(&opener, NULL, open_door, NULL), "opener");
    int64_t began = clock_mono_ms();
    web_stop(web, 5000);
    CHECK(clock_mono_ms() - began < 4000, "the drain took its whole time");
    struct str got = hear(a, busy, 5000);
    CHECK(str_has(got, STR("through")) && str_has(got, STR("Connection: close")), STR_FMT,
          STR_ARG(got));
    CHECK(hear(a, idle, 5000).n == 0, "an idle connection is closed");
    CHECK(dial(port) < 0, "nobody listens any more");
    pthread_join(opener, NULL);
    close(busy);
    close(idle);
    close(half);
    arena_free(a);
}

static void what_cannot_be_finished_is_refused_at_the_deadline(void)
{
    struct web_settings s = settings();
    s.workers = 1;
    struct web *web = serve(s);
    struct arena *a = arena_new("test");
    pthread_t opener;
    int fds[5];

    door_set(true);
    for (int i = 0; i < 5; i++) {
        fds[i] = dial(web_port(web));
        say(fds[i], STR("GET /door HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    }
    door_wait_for(1);
    int64_t deadline = clock_mono_ms() + 5000;
    while (web_counts(web).waiting_now < 4 && clock_mono_ms() < deadline)
        usleep(1000);
    CHECK(!pthread_create(&opener, NULL, open_door, NULL), "opener");
    web_stop(web, 20);
    int through = 0, told = 0;
    for (int i = 0; i < 5; i++) {
        struct str got = hear(a, fds[i], 5000);
        through += status_of(got) == 200;
        told += status_of(got) == 503;
        close(fds[i]);
    }
    CHECK(through == 1 && told == 4, "%d through, %d told", through, told);
    pthread_join(opener, NULL);
    arena_free(a);
}

static void a_taken_port_says_what_to_do(void)
{
    struct web *web = serve(settings());
    struct web_settings s = settings();
    struct web *second = NULL;
    struct err err = {0};

    s.port = web_port(web);
    CHECK(!web_start(&s, &second, &err) && err.kind == ERR_CONFLICT, "%s", err.text);
    CHECK(strstr(err.hint, "--port") && strstr(err.text, "127.0.0.1"), "%s; %s", err.text,
          err.hint);
    s.address = STR("203.0.113.1");
    s.port = 0;
    CHECK(!web_start(&s, &second, &err) && strstr(err.hint, "--address"), "%s", err.text);
    web_stop(web, 1000);
}

/* --- streams ------------------------------------------------------------- */

static struct str pattern(struct arena *a, size_t n)
{
    char *p = arena_alloc(a, n + 1);

    for (size_t i = 0; i < n; i++)
        p[i] = (char)(i * 7 + i / 251);
    return (struct str){p, n};
}

static struct str summed(struct arena *a, struct str bytes)
{
    return str_fmt(a, "%zu bytes, sum %llu", bytes.n, (unsigned long long)add_up(0, bytes));
}

static bool wait_for(atomic_int *what, int value)
{
    for (int i = 0; i < 2000 && atomic_load(what) < value; i++)
        clock_sleep_ms(5);
    return atomic_load(what) >= value;
}

static void begin_stream_test(void)
{
    sums_open = sums_closed = sums_partial = sums_drained = sums_unlike = 0;
}

/* One answer with a body; the connection stays. */
static struct str hear_one(struct arena *a, int fd)
{
    struct str all = STR("");
    int64_t length = 0;

    for (;;) {
        struct str got = hear(a, fd, 30);
        all = str_fmt(a, STR_FMT STR_FMT, STR_ARG(all), STR_ARG(got));
        for (size_t i = 0; i + 15 < all.n; i++)
            if (!strncmp(all.p + i, "Content-Length:", 15)) {
                struct str rest = str_sub(all, i + 15, all.n);
                (void)str_int(str_trim(str_cut(&rest, '\n')), &length);
            }
        if (!got.n && all.n && (int64_t)body_of(all).n >= length)
            return all;
        if (!got.n && !all.n)
            continue;
    }
}

static const size_t stream_sizes[] = {0, 1, 1000, 131072, 131073, 5000000, 16000000};

static void a_streamed_body_arrives_in_order_and_the_connection_stays(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");
    int fd = dial(web_port(web));

    begin_stream_test();
    for (size_t i = 0; i < countof(stream_sizes); i++) {
        struct str body = pattern(a, stream_sizes[i]);
        say(fd, str_fmt(a,
                        "POST /stream HTTP/1.1\r\nHost: x\r\nX-Name: n%zu\r\n%s"
                        "Content-Length: %zu\r\n\r\n",
                        i, i % 2 ? "X-Blind: 1\r\n" : "", body.n));
        say(fd, body);
        struct str got = hear_one(a, fd);
        struct str want = str_fmt(a, STR_FMT ", n%zu", STR_ARG(summed(a, body)), i);
        CHECK(status_of(got) == 200 && str_eq(body_of(got), want), STR_FMT, STR_ARG(got));
    }
    CHECK(sums_open == (int)countof(stream_sizes) && sums_closed == sums_open && !sums_unlike,
          "%d %d %d", sums_open, sums_closed, sums_unlike);
    close(fd);
    web_stop(web, 1000);
    arena_free(a);
}

static struct str large_head(struct arena *a, size_t n, const char *more)
{
    return str_fmt(
        a, "POST /stream HTTP/1.1\r\nHost: x\r\n%sX-Name: big\r\nContent-Length: %zu\r\n\r\n",
        more, n);
}

/* The rest of it is read past the library, which ends the connection. */
static void a_large_streamed_body_arrives_and_its_answer_ends_the_connection(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");
    struct str body = pattern(a, 20000000);
    struct str want = str_fmt(a, STR_FMT ", big", STR_ARG(summed(a, body)));

    begin_stream_test();
    for (int expect = 0; expect < 2; expect++) {
        int fd = dial(web_port(web));
        say(fd, large_head(a, body.n, expect ? "Expect: 100-continue\r\n" : ""));
        if (expect) {
            struct str goes_on = hear(a, fd, 300);
            CHECK(str_starts(goes_on, STR("HTTP/1.1 100 ")), STR_FMT, STR_ARG(goes_on));
        }
        say(fd, body);
        say(fd, STR("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")); /* not answered any more */
        struct str got = hear(a, fd, 10000);
        CHECK(status_of(got) == 200 && str_eq(body_of(got), want), STR_FMT, STR_ARG(got));
        CHECK(str_has(got, STR("Connection: close\r\n")) && str_has(got, STR("\r\nDate: ")),
              STR_FMT, STR_ARG(got));
        close(fd);
    }
    CHECK(sums_closed == 2 && !sums_partial && sums_drained && !sums_unlike, "%d %d %d %d",
          sums_closed, sums_partial, sums_drained, sums_unlike);
    web_stop(web, 1000);
    arena_free(a);
}

/* As much as the other side takes within so many ms. */
static size_t push_for(int fd, struct str bytes, int64_t ms)
{
    int64_t until = clock_mono_ms() + ms;
    size_t sent = 0;

    while (clock_mono_ms() < until && sent < bytes.n) {
        ssize_t n = send(fd, bytes.p + sent, bytes.n - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0)
            sent += (size_t)n;
        else
            usleep(1000);
    }
    return sent;
}

/* A sink that does not take the bytes slows the client down and nothing else: the server holds
 * a few pieces, and does not count the time against the client. */
static void a_stalled_sink_holds_the_client_back_and_an_idle_client_is_cut(void)
{
    struct web_settings s = settings();
    s.slow_client_ms = 100; /* three times that between two pieces */
    struct web *web = serve(s);
    struct arena *a = arena_new("test");
    struct str body = pattern(a, 60000000);

    begin_stream_test();
    door_set(true);
    int fd = dial(web_port(web));
    say(fd, large_head(a, body.n, "X-Stall: 1\r\n"));
    size_t sent = push_for(fd, body, 1000);
    CHECK(sent > 100000 && sent < 40000000, "%zu bytes went into a stalled sink", sent);
    door_set(false);
    say(fd, str_sub(body, sent, body.n));
    struct str got = hear(a, fd, 20000);
    CHECK(str_starts(body_of(got), summed(a, body)), STR_FMT, STR_ARG(got));
    close(fd);

    fd = dial(web_port(web));
    say(fd, large_head(a, body.n, ""));
    say(fd, str_sub(body, 0, 1000000));
    int64_t before = clock_mono_ms();
    CHECK(hear(a, fd, 5000).n == 0, "cut");
    CHECK(clock_mono_ms() - before < 3000, "%lld ms", (long long)(clock_mono_ms() - before));
    CHECK(wait_for(&sums_closed, 2) && sums_partial == 1 && last_sum_n == 1000000, "%d %lld",
          sums_partial, (long long)last_sum_n);
    close(fd);
    web_stop(web, 1000);
    arena_free(a);
}

static void a_streamed_body_may_come_in_chunks_or_wait_for_100_continue(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");

    struct str got = ask_raw(a, web,
                             STR("POST /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                 "Transfer-Encoding: chunked\r\n\r\n"
                                 "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
    CHECK(str_starts(body_of(got), summed(a, STR("abcde"))), STR_FMT, STR_ARG(got));

    int fd = dial(web_port(web));
    say(fd, STR("POST /stream HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                "Connection: close\r\nContent-Length: 3\r\n\r\n"));
    got = hear(a, fd, 200);
    CHECK(str_starts(got, STR("HTTP/1.1 100 ")), STR_FMT, STR_ARG(got));
    say(fd, STR("abc"));
    got = hear(a, fd, 5000);
    CHECK(status_of(got) == 200, STR_FMT, STR_ARG(got));
    close(fd);

    fd = dial(web_port(web));
    say(fd, STR("POST /stream HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nX-Refuse: 1\r\n"
                "Content-Length: 300000000\r\n\r\n"));
    got = hear(a, fd, 5000);
    CHECK(status_of(got) == 409 && !str_has(got, STR("100 Continue")), STR_FMT, STR_ARG(got));
    CHECK(str_has(got, STR("Connection: close\r\n")), STR_FMT, STR_ARG(got));
    close(fd);
    web_stop(web, 1000);
    arena_free(a);
}

/* The answer to a large body must reach a client that sends on regardless; after a small one
 * the connection goes on. */
static void a_refused_stream_is_answered_and_nothing_gets_out_of_step(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");
    struct str small = pattern(a, 500000);
    struct str large = pattern(a, 30000000);
    int fd = dial(web_port(web));

    begin_stream_test();
    for (int i = 0; i < 2; i++) {
        say(fd, str_fmt(a,
                        "POST /stream HTTP/1.1\r\nHost: x\r\nX-Refuse: 1\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        small.n));
        say(fd, small);
        struct str got = hear_one(a, fd);
        CHECK(status_of(got) == 409 && str_has(got, STR("not at this offset")), STR_FMT,
              STR_ARG(got));
    }
    close(fd);
    struct str got =
        ask(a, web, "POST", "/stream", "X-Refuse: 1\r\n", large); /* it sends all of it */
    CHECK(status_of(got) == 409 && str_has(got, STR("not at this offset")), STR_FMT,
          STR_ARG(got));
    got = ask(a, web, "POST", "/stream/mine", "", large);
    CHECK(status_of(got) == 401, STR_FMT, STR_ARG(got));
    CHECK(sums_open == 0, "none was opened");
    web_stop(web, 1000);
    arena_free(a);
}

static void a_stream_whose_write_fails_is_answered(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");
    struct str body = pattern(a, 30000000);

    begin_stream_test();
    struct str got = ask(a, web, "POST", "/stream", "X-Fail: 1000000\r\n", body);
    CHECK(status_of(got) == 503 && str_has(got, STR("the disk is full")), STR_FMT,
          STR_ARG(got));
    got = ask(a, web, "POST", "/stream", "X-Fail: 100\r\n", str_sub(body, 0, 400000));
    CHECK(status_of(got) == 503 && str_has(got, STR("the disk is full")), STR_FMT,
          STR_ARG(got));
    got = ask(a, web, "POST", "/stream", "X-Fail: 100\r\nX-Blind: 1\r\n",
              str_sub(body, 0, 9000000));
    CHECK(status_of(got) == 503, STR_FMT, STR_ARG(got));
    CHECK(sums_closed == 3 && sums_partial == 3, "%d %d", sums_closed, sums_partial);
    web_stop(web, 1000);
    arena_free(a);
}

/* What the library reads, and what is read past it, alike. */
static void breaks_off(size_t length)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");
    struct str body = pattern(a, 3000000), head = large_head(a, length, "");

    begin_stream_test();
    int fd = dial(web_port(web));
    say(fd, head);
    say(fd, body);
    close(fd);
    CHECK(wait_for(&sums_closed, 1) && sums_partial == 1 && last_sum_n == 3000000, "%d %d %lld",
          sums_closed, sums_partial, (long long)last_sum_n);

    /* cut from here, as when another request takes over */
    fd = dial(web_port(web));
    say(fd, head);
    say(fd, body);
    CHECK(wait_for(&sums_open, 2), "opened");
    web_cut_streams(web, STR("another"));
    clock_sleep_ms(50);
    CHECK(sums_closed == 1, "only its own key cuts it");
    web_cut_streams(web, STR("big"));
    CHECK(wait_for(&sums_closed, 2) && sums_partial == 2, "%d %d", sums_closed, sums_partial);
    CHECK(hear(a, fd, 5000).n == 0, "the connection ended");
    close(fd);

    /* and by stopping */
    fd = dial(web_port(web));
    say(fd, head);
    say(fd, body);
    CHECK(wait_for(&sums_open, 3), "opened");
    int64_t before = clock_mono_ms();
    web_stop(web, 10000);
    CHECK(sums_closed == 3 && clock_mono_ms() - before < 5000, "closed soon: %lld ms",
          (long long)(clock_mono_ms() - before));
    close(fd);
    arena_free(a);
}

static void a_stream_that_breaks_off_is_closed_with_what_came(void)
{
    breaks_off(90000000);
    breaks_off(10000000);
}

/* A refused client that sends and sends, and one whose stream was never opened, do not keep a
 * server from stopping. */
static void a_server_stops_though_refused_clients_still_send(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");
    int fds[4];

    for (size_t i = 0; i < countof(fds); i++) {
        fds[i] = dial(web_port(web));
        say(fds[i], STR("POST /stream HTTP/1.1\r\nHost: x\r\nX-Refuse: 1\r\n"
                        "Content-Length: 90000000\r\n\r\nabc"));
        struct str got = hear(a, fds[i], i ? 100 : 300);
        CHECK(status_of(got) == 409, STR_FMT, STR_ARG(got));
    }
    int64_t before = clock_mono_ms();
    web_stop(web, 100);
    CHECK(clock_mono_ms() - before < 3000, "%lld ms", (long long)(clock_mono_ms() - before));
    for (size_t i = 0; i < countof(fds); i++)
        close(fds[i]);
    arena_free(a);
}

enum { STREAMERS = 16, SMALL_STREAM = 600000, LARGE_STREAM = 18000000 };
static atomic_int streamed_well, streamers;

static void *stream_many(void *arg)
{
    struct web *web = arg;
    struct arena *a = arena_new("client");
    struct str all = pattern(a, LARGE_STREAM);
    bool large = streamers++ % 4 == 0;

    for (int i = 0; i < 3; i++) {
        struct str body = str_sub(all, 0, large && i == 2 ? LARGE_STREAM : SMALL_STREAM);
        int fd = dial(web_port(web));
        say(fd, large_head(a, body.n,
                           i == 1 ? "X-Blind: 1\r\nConnection: close\r\n"
                                  : "Connection: close\r\n"));
        say(fd, body);
        struct str got = hear(a, fd, 60000); /* slow under the thread sanitizer */
        close(fd);
        if (str_starts(body_of(got), summed(a, body)))
            streamed_well++;
    }
    arena_free(a);
    return NULL;
}

static void many_streams_at_once_do_not_mix(void)
{
    struct web *web = serve(settings());
    pthread_t threads[STREAMERS];

    begin_stream_test();
    streamed_well = 0;
    for (int i = 0; i < STREAMERS; i++)
        pthread_create(&threads[i], NULL, stream_many, web);
    for (int i = 0; i < STREAMERS; i++)
        pthread_join(threads[i], NULL);
    CHECK(streamed_well == 3 * STREAMERS && !sums_unlike, "%d, %d", streamed_well, sums_unlike);
    web_stop(web, 1000);
}

/* --- answers that are made piece by piece ----------------------------------- */

/* The chunks put together; *whole says that the last one came. */
static struct str unchunk(struct arena *a, struct str body, bool *whole)
{
    struct buf out;

    buf_init(&out, a, 64 * 1024 * 1024);
    *whole = false;
    while (body.n) {
        struct str head = str_trim(str_cut(&body, '\n'));
        size_t n = strtoul(str_c(a, head), NULL, 16);
        *whole = head.n && n == 0;
        if (*whole)
            break;
        buf_add(&out, str_sub(body, 0, n));
        body = str_sub(body, n + 2 < body.n ? n + 2 : body.n, body.n);
    }
    return buf_str(&out);
}

static bool are_pieces(struct str text, size_t n)
{
    if (text.n != n * PIECE_BYTES)
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != (char)('a' + i / PIECE_BYTES % 26))
            return false;
    return true;
}

static void an_answer_in_pieces_arrives_whole_or_is_seen_to_be_cut(void)
{
    struct web *web = serve(settings());
    struct arena *a = arena_new("test");
    bool whole;

    struct str got = ask(a, web, "GET", "/pieces?n=40", "X-Name: kept\r\n", STR(""));
    struct str text = unchunk(a, body_of(got), &whole);
    CHECK(status_of(got) == 200 && whole && are_pieces(text, 40), "%zu bytes", text.n);
    got = ask(a, web, "GET", "/pieces?n=1", "", STR(""));
    CHECK(are_pieces(body_of(got), 1) && str_has(got, STR("Content-Length: 100000")),
          "one piece is an ordinary answer");

    got = ask(a, web, "GET", "/pieces?n=9&fail=5", "", STR(""));
    text = unchunk(a, body_of(got), &whole);
    CHECK(status_of(got) == 200 && !whole && are_pieces(text, 4), "four come, and no end: %zu",
          text.n);
    got = ask(a, web, "GET", "/pieces?n=9&fail=1", "", STR(""));
    CHECK(status_of(got) == 503 && str_has(got, STR("the database is away")), STR_FMT,
          STR_ARG(got));

    /* The connection goes on after a whole one. */
    got = ask_raw(a, web,
                  STR("GET /pieces?n=3 HTTP/1.1\r\nHost: x\r\n\r\n"
                      "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    CHECK(str_has(got, STR("hello")), "the next answer follows");
    web_stop(web, 1000);
    arena_free(a);
}

/* Between two pieces no worker waits; who leaves is forgotten; a stop cuts what is not done. */
static void an_answer_in_pieces_waits_for_its_reader_alone(void)
{
    struct web_settings s = settings();
    s.workers = 1;
    struct web *web = serve(s);
    struct arena *a = arena_new("test");
    pthread_t opener;
    int fds[4];
    bool whole;

    for (int i = 0; i < 4; i++) {
        fds[i] = dial_with(web_port(web), 4096);
        say(fds[i], STR("GET /pieces?n=1000 HTTP/1.1\r\nHost: x\r\n\r\n"));
    }
    struct str got = ask(a, web, "GET", "/hello", "", STR(""));
    CHECK(str_has(got, STR("hello")), "four that do not read hold up nobody");
    close(fds[0]);

    door_set(true);
    int waits = dial(web_port(web));
    say(waits, STR("GET /pieces?n=5&door=1 HTTP/1.1\r\nHost: x\r\n\r\n"));
    door_wait_for(1);
    CHECK(!pthread_create(&opener, NULL, open_door, NULL), "opener");
    int64_t began = clock_mono_ms();
    web_stop(web, 20);
    CHECK(clock_mono_ms() - began < 5000, "stopped");
    struct str text = unchunk(a, body_of(hear(a, waits, 5000)), &whole);
    CHECK(!whole && text.n >= PIECE_BYTES, "cut, and seen to be: %zu", text.n);
    pthread_join(opener, NULL);
    close(waits);
    for (int i = 1; i < 4; i++)
        close(fds[i]);
    arena_free(a);
}

int main(void)
{
    log_setup(getenv("TEST_LOG") ? LOG_DEBUG : LOG_ERROR + 1, 0);
    RUN(finds_the_route_of_a_request);
    RUN(a_known_path_names_its_methods);
    RUN(the_most_specific_route_wins_in_any_order);
    RUN(an_unknown_path_goes_to_the_fallback);
    RUN(only_callers_with_the_right_get_in);
    RUN(a_body_is_whole_or_refused);
    RUN(a_body_in_chunks_has_the_same_ceiling);
    RUN(a_body_said_twice_is_refused_and_cut);
    RUN(a_malformed_head_is_refused);
    RUN(noise_is_refused);
    RUN(mutated_requests_do_no_harm);
    RUN(json_bodies_are_checked);
    RUN(an_error_is_a_problem_body);
    RUN(every_reply_carries_the_safe_headers);
    RUN(a_file_is_sent_in_ranges);
    RUN(a_file_is_known_by_its_tag);
    RUN(a_cookie_is_found_among_others);
    RUN(a_connection_serves_many_requests);
    RUN(a_full_house_makes_room_for_those_outside);
    RUN(a_dropped_request_gets_no_byte);
    RUN(a_delayed_reply_holds_no_worker);
    RUN(an_old_queue_refuses_at_once);
    RUN(a_request_past_its_deadline_is_not_run);
    RUN(who_trickles_is_cut);
    RUN(a_batch_serves_all_that_wait);
    RUN(no_request_is_stuck_at_any_count);
    RUN(stopping_finishes_what_is_in_hand);
    RUN(what_cannot_be_finished_is_refused_at_the_deadline);
    RUN(a_taken_port_says_what_to_do);
    RUN(an_answer_in_pieces_arrives_whole_or_is_seen_to_be_cut);
    RUN(an_answer_in_pieces_waits_for_its_reader_alone);
    RUN(a_streamed_body_arrives_in_order_and_the_connection_stays);
    RUN(a_large_streamed_body_arrives_and_its_answer_ends_the_connection);
    RUN(a_stalled_sink_holds_the_client_back_and_an_idle_client_is_cut);
    RUN(a_streamed_body_may_come_in_chunks_or_wait_for_100_continue);
    RUN(a_refused_stream_is_answered_and_nothing_gets_out_of_step);
    RUN(a_stream_whose_write_fails_is_answered);
    RUN(a_stream_that_breaks_off_is_closed_with_what_came);
    RUN(a_server_stops_though_refused_clients_still_send);
    RUN(many_streams_at_once_do_not_mix);
    return test_report();
}
