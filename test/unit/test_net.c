/* net/: outcomes of calls, against our own server and against a rude one. */
#include "net/net.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "net/address.h"
#include "test.h"
#include "web/web.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- a polite server ------------------------------------------------------ */

static atomic_int acted; /* how often a handler ran */

static bool echo(struct request *rq, struct reply *rp, struct err *err)
{
    (void)err;
    reply_header(rq, rp, "Retry-After", STR("12"));
    return reply_body(rp, 418, "text/plain",
                      str_fmt(rq->arena, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(rq->method),
                              STR_ARG(request_header(rq, "x-token")), STR_ARG(rq->body)));
}

static bool act_and_drop(struct request *rq, struct reply *rp, struct err *err)
{
    (void)rq, (void)err;
    acted++;
    return rp->drop_connection = true;
}

static bool late(struct request *rq, struct reply *rp, struct err *err)
{
    (void)rq, (void)err;
    acted++;
    rp->delay_ms = 400;
    return reply_body(rp, 200, "text/plain", STR("late"));
}

static bool big(struct request *rq, struct reply *rp, struct err *err)
{
    char *p = arena_alloc(rq->arena, 100000);

    (void)err;
    memset(p, 'x', 100000);
    return reply_body(rp, 200, "text/plain", (struct str){p, 100000});
}

static bool redirect(struct request *rq, struct reply *rp, struct err *err)
{
    (void)err;
    return reply_redirect(rq, rp, STR("/echo"));
}

/* Names, file names, types and sizes of the parts. */
static bool parts(struct request *rq, struct reply *rp, struct err *err)
{
    struct form_fields fields = {0};
    struct buf out;

    if (!form_parse_multipart(rq->arena, request_header(rq, "content-type"), rq->body, &fields,
                              err))
        return false;
    buf_init(&out, rq->arena, 10000);
    for (size_t i = 0; i < fields.n; i++) {
        struct form_field *f = &fields.at[i];
        buf_fmt(&out, STR_FMT "|" STR_FMT "|" STR_FMT "|%zu;", STR_ARG(f->name),
                STR_ARG(f->filename), STR_ARG(f->type), f->value.n);
    }
    return reply_body(rp, 200, "text/plain", buf_str(&out));
}

static const struct route routes[] = {
    {"GET", "/echo", PUBLIC, echo, NULL, 0},
    {"POST", "/echo", PUBLIC, echo, NULL, 0},
    {"PUT", "/echo", PUBLIC, echo, NULL, 0},
    {"GET", "/drop", PUBLIC, act_and_drop, NULL, 0},
    {"POST", "/drop", PUBLIC, act_and_drop, NULL, 0},
    {"POST", "/late", PUBLIC, late, NULL, 0},
    {"GET", "/big", PUBLIC, big, NULL, 0},
    {"GET", "/redirect", PUBLIC, redirect, NULL, 0},
    {"POST", "/parts", PUBLIC, parts, NULL, 64 * 1024 * 1024},
    ROUTES_END,
};
static const struct route *const tables[] = {routes, NULL};

static struct web *web;
static struct net *net;
static struct arena *arena;

static struct net_request to(const char *method, const char *path)
{
    return (struct net_request){
        .method = str(method),
        .url = str_fmt(arena, "http://127.0.0.1:%d%s", web_port(web), path),
        .allow_private = true,
        .deadline_ms = 5000};
}

static enum err_kind call(struct net_request request, struct net_answer *answer)
{
    struct err err = {0};

    if (net_call(net, arena, &request, answer, &err))
        return ERR_NONE;
    CHECK(err.text[0], "an error without a text");
    return err.kind;
}

/* --- a rude server: takes one connection and says what it was told ---------- */

struct rude {
    int listener;
    int port;
    struct str says;
    int times;
    pthread_t thread;
};

static void *be_rude(void *arg)
{
    struct rude *rude = arg;
    char request[65536];

    for (int i = 0; i < rude->times; i++) {
        int fd = accept(rude->listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        if (recv(fd, request, sizeof request, 0) > 0)
            (void)send(fd, rude->says.p, rude->says.n, MSG_NOSIGNAL);
        close(fd);
    }
    return NULL;
}

static void rude_start(struct rude *rude, struct str says, int times)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t n = sizeof at;

    *rude = (struct rude){.says = says, .times = times};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    rude->listener = socket(AF_INET, SOCK_STREAM, 0);
    must(!bind(rude->listener, (struct sockaddr *)&at, sizeof at) &&
         !listen(rude->listener, 5));
    must(!getsockname(rude->listener, (struct sockaddr *)&at, &n));
    rude->port = ntohs(at.sin_port);
    must(!pthread_create(&rude->thread, NULL, be_rude, rude));
}

static void rude_stop(struct rude *rude)
{
    (void)shutdown(rude->listener, SHUT_RDWR);
    pthread_join(rude->thread, NULL);
    close(rude->listener);
}

/* --- answers --------------------------------------------------------------- */

static void an_answer_is_a_success_whatever_its_status(void)
{
    struct net_request rq = to("POST", "/echo");
    struct net_answer answer;
    *net_headers_add(&rq.headers, arena) = (struct net_header){STR("X-Token"), STR("t1")};
    *net_headers_add(&rq.headers, arena) =
        (struct net_header){STR("Content-Type"), STR("application/json")};
    rq.body = STR("{\"a\":1}");

    CHECK(call(rq, &answer) == ERR_NONE, "call");
    CHECK(answer.status == 418, "status %d", answer.status);
    CHECK(str_eq(answer.body, STR("POST t1 {\"a\":1}")), STR_FMT, STR_ARG(answer.body));
    CHECK(str_eq(answer.type, STR("text/plain")), STR_FMT, STR_ARG(answer.type));
    CHECK(str_eq(answer.retry_after, STR("12")), STR_FMT, STR_ARG(answer.retry_after));

    rq = to("PUT", "/echo");
    rq.body = STR("x");
    CHECK(call(rq, &answer) == ERR_NONE && str_eq(answer.body, STR("PUT  x")), STR_FMT,
          STR_ARG(answer.body));
    CHECK(call(to("GET", "/echo"), &answer) == ERR_NONE && str_eq(answer.body, STR("GET  ")),
          STR_FMT, STR_ARG(answer.body));
}

static void redirects_are_answers(void)
{
    struct net_answer answer;

    CHECK(call(to("GET", "/redirect"), &answer) == ERR_NONE && answer.status == 303,
          "status %d", answer.status);
}

static void a_lost_answer_is_uncertain_and_never_repeated(void)
{
    static const char *const methods[] = {"POST", "GET"};
    struct net_answer answer;

    for (size_t i = 0; i < countof(methods); i++) {
        CHECK(call(to("GET", "/echo"), &answer) == ERR_NONE, "a connection to reuse");
        acted = 0;
        CHECK(call(to(methods[i], "/drop"), &answer) == ERR_UNCERTAIN, "%s", methods[i]);
        if (i == 0)
            CHECK(acted == 1, "the server acted %d times on one write", acted);
    }
    acted = 0;
    struct net_request rq = to("POST", "/late");
    rq.deadline_ms = 100;
    int64_t began = clock_mono_ms();
    CHECK(call(rq, &answer) == ERR_UNCERTAIN, "beyond the deadline");
    CHECK(clock_mono_ms() - began < 350, "the deadline was not kept");
}

static void an_unreached_server_is_busy(void)
{
    struct net_answer answer;
    struct rude rude;

    rude_start(&rude, STR(""), 0);
    struct net_request rq = to("POST", "/echo");
    rq.url = str_fmt(arena, "http://127.0.0.1:%d/", rude.port);
    rude_stop(&rude);
    CHECK(call(rq, &answer) == ERR_BUSY, "nobody listens");
    rq.url = STR("http://no-such-name.invalid/");
    CHECK(call(rq, &answer) == ERR_BUSY, "no such name");
    rude_start(&rude, STR("this is not TLS"), 1);
    rq.url = str_fmt(arena, "https://127.0.0.1:%d/", rude.port);
    CHECK(call(rq, &answer) == ERR_BUSY, "no TLS there");
    rude_stop(&rude);
}

static const struct {
    const char *says;
    bool whole;
} rude_answers[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true},
    {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", false},
    {"HTTP/1.1 200 OK\r\nContent-Le", false},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", true},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", false},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n", false},
    {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok", false},
    {"220 smtp.example.com ready\r\n", false},
    {"", false},
};

static void a_cut_answer_is_uncertain(void)
{
    for (size_t i = 0; i < countof(rude_answers); i++) {
        struct net_answer answer;
        struct net_request rq = to("POST", "/");
        struct rude rude;

        rude_start(&rude, str(rude_answers[i].says), 1);
        rq.url = str_fmt(arena, "http://127.0.0.1:%d/", rude.port);
        enum err_kind kind = call(rq, &answer);
        CHECK(kind == (rude_answers[i].whole ? ERR_NONE : ERR_UNCERTAIN), "%s: %s",
              rude_answers[i].says, err_kind_name(kind));
        if (rude_answers[i].whole)
            CHECK(str_eq(answer.body, STR("ok")), STR_FMT, STR_ARG(answer.body));
        rude_stop(&rude);
    }
}

static void an_answer_has_a_ceiling(void)
{
    struct net_answer answer;
    struct net_request rq = to("GET", "/big");

    rq.answer_limit = 100000;
    CHECK(call(rq, &answer) == ERR_NONE && answer.body.n == 100000 && !answer.too_long,
          "exactly");
    rq.answer_limit = 99999;
    CHECK(call(rq, &answer) == ERR_UNCERTAIN && answer.too_long, "one more");
}

/* --- files ------------------------------------------------------------------ */

static char path[64];

static void make_file(size_t n)
{
    (void)snprintf(path, sizeof path, "/tmp/adwright-test-net-%d", (int)getpid());
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    must(fd >= 0 && !ftruncate(fd, (off_t)n));
    close(fd);
}

static void parts_are_sent_from_memory_and_files(void)
{
    struct net_request rq = to("POST", "/parts");
    struct net_answer answer;

    make_file(3 * 1024 * 1024);
    *net_parts_add(&rq.parts, arena) =
        (struct net_part){.name = STR("advertiser_id"), .value = STR("7000")};
    *net_parts_add(&rq.parts, arena) = (struct net_part){.name = STR("video_file"),
                                                         .filename = STR("клип.mp4"),
                                                         .type = STR("video/mp4"),
                                                         .path = path};
    *net_parts_add(&rq.parts, arena) =
        (struct net_part){.name = STR("data"), .path = path}; /* our path stays with us */
    CHECK(call(rq, &answer) == ERR_NONE && answer.status == 200, "status %d", answer.status);
    CHECK(str_starts(answer.body, STR("advertiser_id|||4;video_file|клип.mp4|video/mp4|3145728;"
                                      "data||")),
          STR_FMT, STR_ARG(answer.body));
    CHECK(!str_has(answer.body, STR("adwright")), STR_FMT, STR_ARG(answer.body));
    (void)unlink(path);
    CHECK(call(rq, &answer) == ERR_BROKEN, "a file that is gone");
}

static void an_answer_is_saved_to_a_file(void)
{
    struct net_request rq = to("GET", "/big");
    struct net_answer answer;

    make_file(0);
    rq.save_path = path;
    CHECK(call(rq, &answer) == ERR_NONE && answer.body.n == 0, "saved");
    int fd = open(path, O_RDONLY);
    CHECK(lseek(fd, 0, SEEK_END) == 100000, "its size");
    close(fd);
    rq.answer_limit = 50000;
    CHECK(call(rq, &answer) == ERR_UNCERTAIN, "too long");
    CHECK(access(path, F_OK), "half a file is left");
}

/* --- refusals ---------------------------------------------------------------- */

static const char *const refused_urls[] = {
    "http://127.0.0.1:%d/",           "http://127.1:%d/",
    "http://2130706433:%d/",          "http://0x7f000001:%d/",
    "http://017700000001:%d/",        "http://0:%d/",
    "http://localhost:%d/",           "http://[::1]:%d/",
    "http://[::ffff:127.0.0.1]:%d/",  "http://[64:ff9b::7f00:1]:%d/",
    "http://user:pass@127.0.0.1:%d/", "ftp://127.0.0.1:%d/",
    "file:///etc/passwd?%d",          "gopher://127.0.0.1:%d/",
    "http://127.0.0.1:%d/a b",        "http://127.0.0.1:%d/a\nb",
};

static void people_do_not_lead_us_inside(void)
{
    struct net_answer answer;

    acted = 0;
    CHECK(call(to("GET", "/echo"), &answer) == ERR_NONE, "an open private connection");
    for (size_t i = 0; i < countof(refused_urls); i++) {
        struct net_request rq = to("GET", "/");
        struct str url = str(refused_urls[i]);
        size_t at = 0;

        while (at + 1 < url.n && !(url.p[at] == '%' && url.p[at + 1] == 'd'))
            at++;
        rq.url = str_fmt(arena, STR_FMT "%d" STR_FMT, STR_ARG(str_sub(url, 0, at)),
                         web_port(web), STR_ARG(str_sub(url, at + 2, url.n)));
        rq.allow_private = false;
        CHECK(call(rq, &answer) == ERR_INVALID, STR_FMT, STR_ARG(rq.url));
    }
    struct net_request rq = to("GET", "/echo");
    *net_headers_add(&rq.headers, arena) = (struct net_header){STR("X"), STR("a\r\nHost: b")};
    CHECK(call(rq, &answer) == ERR_INVALID, "a header of two lines");
}

static const struct {
    const char *address;
    bool is_public;
} addresses[] = {
    {"8.8.8.8", true},
    {"100.63.255.255", true},
    {"100.64.0.0", false},
    {"100.127.255.255", false},
    {"100.128.0.0", true},
    {"0.0.0.0", false},
    {"0.1.2.3", false},
    {"10.255.255.255", false},
    {"11.0.0.0", true},
    {"127.0.0.1", false},
    {"169.254.169.254", false},
    {"172.15.255.255", true},
    {"172.16.0.0", false},
    {"172.31.255.255", false},
    {"172.32.0.0", true},
    {"192.168.0.1", false},
    {"198.18.0.1", false},
    {"198.20.0.1", true},
    {"203.0.113.9", false},
    {"224.0.0.1", false},
    {"255.255.255.255", false},
    {"2606:4700::1111", true},
    {"::", false},
    {"::1", false},
    {"::127.0.0.1", false},
    {"::ffff:10.0.0.1", false},
    {"::ffff:8.8.8.8", true},
    {"64:ff9b::a00:1", false},
    {"64:ff9b::808:808", true},
    {"64:ff9b:1::1", false},
    {"2001:db8::1", false},
    {"2001::1", false},
    {"2002:7f00:1::", false},
    {"fc00::1", false},
    {"fd12::1", false},
    {"fe80::1", false},
    {"fec0::1", false},
    {"ff02::1", false},
};

static void tells_public_addresses_from_others(void)
{
    for (size_t i = 0; i < countof(addresses); i++) {
        struct sockaddr_in v4 = {.sin_family = AF_INET};
        struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
        bool is4 = inet_pton(AF_INET, addresses[i].address, &v4.sin_addr) == 1;
        bool is6 = !is4 && inet_pton(AF_INET6, addresses[i].address, &v6.sin6_addr) == 1;

        CHECK(is4 || is6, "%s", addresses[i].address);
        CHECK(address_is_public(is4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6) ==
                  addresses[i].is_public,
              "%s", addresses[i].address);
    }
    struct sockaddr other = {.sa_family = AF_UNIX};
    CHECK(!address_is_public(&other), "a socket of this machine");
}

int main(void)
{
    struct web_settings s = {.name = "test",
                             .address = STR("127.0.0.1"),
                             .workers = 2,
                             .queue_age_ms = 10000,
                             .request_deadline_ms = 10000,
                             .connection_limit = 100,
                             .routes = tables};
    struct err err = {0};

    log_setup(getenv("TEST_LOG") ? LOG_DEBUG : LOG_ERROR + 1, 0);
    arena = arena_new("test");
    if (!web_start(&s, &web, &err) || !net_open(&net, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    RUN(an_answer_is_a_success_whatever_its_status);
    RUN(redirects_are_answers);
    RUN(a_lost_answer_is_uncertain_and_never_repeated);
    RUN(an_unreached_server_is_busy);
    RUN(a_cut_answer_is_uncertain);
    RUN(an_answer_has_a_ceiling);
    RUN(parts_are_sent_from_memory_and_files);
    RUN(an_answer_is_saved_to_a_file);
    RUN(people_do_not_lead_us_inside);
    RUN(tells_public_addresses_from_others);
    net_close(net);
    web_stop(web, 1000);
    arena_free(arena);
    return test_report();
}
