/* web/: answers that go on, over real sockets. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/strs.h"
#include "test.h"
#include "web/web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static bool listen_to(struct request *rq, struct reply *rp, struct err *err)
{
    (void)err;
    rp->live_topic = str_dup(rq->arena, request_arg(rq, "topic"));
    return reply_body(rp, 200, "text/event-stream", STR("retry: 1\n\n"));
}

static bool say_hello(struct request *rq, struct reply *rp, struct err *err)
{
    (void)rq, (void)err;
    return reply_body(rp, 200, "text/plain", STR("hello"));
}

static const struct route routes[] = {
    {"GET", "/live/:topic", PUBLIC, listen_to, NULL, 0},
    {"GET", "/hello", PUBLIC, say_hello, NULL, 0},
    ROUTES_END,
};
static const struct route *const tables[] = {routes, NULL};

static struct web *start(int limit, int topic_limit, int64_t heartbeat_ms, int64_t life_ms)
{
    struct web_settings settings = {.name = "live",
                                    .address = STR("127.0.0.1"),
                                    .workers = 1,
                                    .request_deadline_ms = 10000,
                                    .connection_limit = 200,
                                    .slow_client_ms = 2000,
                                    .live_limit = limit,
                                    .live_topic_limit = topic_limit,
                                    .live_heartbeat_ms = heartbeat_ms,
                                    .live_life_ms = life_ms,
                                    .routes = tables};
    struct web *web = NULL;
    struct err err = {0};

    must(web_start(&settings, &web, &err));
    return web;
}

/* A client: its socket, and all that it has read. */
struct client {
    int fd;
    size_t n;
    char text[256 * 1024];
};

static struct client *client_open(struct web *web, const char *path, int receive_bytes)
{
    struct client *c = calloc(1, sizeof *c);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)web_port(web))};
    char head[256];

    must(c);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (receive_bytes)
        must(!setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes));
    must(c->fd >= 0 && !connect(c->fd, (struct sockaddr *)&to, sizeof to));
    int n = snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
    must(send(c->fd, head, (size_t)n, MSG_NOSIGNAL) == n);
    return c;
}

static void client_close(struct client *c)
{
    (void)close(c->fd);
    free(c);
}

/* Read until the text is there (NULL: until the end of the connection); false after 8 s. */
static bool client_reads(struct client *c, const char *wanted)
{
    int64_t until = clock_mono_ms() + 8000;

    for (;;) {
        c->text[c->n] = 0;
        if (wanted && strstr(c->text, wanted))
            return true;
        struct pollfd fd = {.fd = c->fd, .events = POLLIN};
        int64_t left = until - clock_mono_ms();
        if (left <= 0 || poll(&fd, 1, (int)left) <= 0 || c->n + 1 >= sizeof c->text)
            return false;
        ssize_t n = recv(c->fd, c->text + c->n, sizeof c->text - 1 - c->n, 0);
        if (n <= 0)
            return !wanted;
        c->n += (size_t)n;
    }
}

static bool live_becomes(struct web *web, int64_t n)
{
    for (int64_t until = clock_mono_ms() + 8000; clock_mono_ms() < until; clock_sleep_ms(10))
        if (web_counts(web).live_now == n)
            return true;
    return false;
}

static void a_topic_is_told_to_those_who_listen_to_it(void)
{
    struct web *web = start(10, 10, 0, 0);
    struct client *a = client_open(web, "/live/a", 0), *also = client_open(web, "/live/a", 0);
    struct client *b = client_open(web, "/live/b", 0);
    struct arena *arena = arena_new("test");
    struct strs topics = {0};

    CHECK(client_reads(a, "retry: 1\n\n") && client_reads(also, "retry: 1") &&
              client_reads(b, "retry: 1"),
          "the first bytes come at once");
    CHECK(strstr(a->text, "text/event-stream") && strstr(a->text, "no-store"), "%s", a->text);
    web_live_topics(web, arena, &topics);
    CHECK(topics.n == 2, "%zu topics", topics.n);
    for (int i = 0; i < 200; i++) {
        char text[32];
        int n = snprintf(text, sizeof text, "data: %d.\n\n", i);
        web_tell(web, STR("a"), (struct str){text, (size_t)n});
    }
    web_tell(web, STR("b"), STR("data: only b\n\n"));
    web_tell(web, STR("c"), STR("data: nobody\n\n"));
    CHECK(client_reads(a, "data: 199.") && client_reads(also, "data: 199."), "all of it");
    CHECK(client_reads(b, "data: only b"), "b");
    CHECK(strstr(a->text, "data: 0.") && !strstr(a->text, "only b") &&
              !strstr(b->text, "data: 1"),
          "each its own");
    CHECK(web_counts(web).live_now == 3, "three listen");
    arena_free(arena);
    client_close(a);
    client_close(also);
    client_close(b);
    web_stop(web, 1000);
}

static void listeners_hold_no_worker_and_their_number_has_a_ceiling(void)
{
    struct web *web = start(12, 8, 0, 0);
    struct client *c[13], *hello = NULL;

    for (int i = 0; i < 8; i++) {
        c[i] = client_open(web, "/live/a", 0);
        CHECK(client_reads(c[i], "retry: 1"), "listener %d", i);
    }
    hello = client_open(web, "/hello", 0);
    CHECK(client_reads(hello, "hello"), "the only worker is free");
    c[8] = client_open(web, "/live/a", 0);
    CHECK(client_reads(c[8], "\"busy\"") && strstr(c[8]->text, " 503 "), "the topic is full");
    for (int i = 9; i < 13; i++) {
        c[i] = client_open(web, "/live/b", 0);
        CHECK(client_reads(c[i], "retry: 1"), "listener %d of b", i);
    }
    client_close(hello);
    hello = client_open(web, "/live/c", 0);
    CHECK(client_reads(hello, " 503 "), "the server is full");
    for (int i = 0; i < 13; i++)
        client_close(c[i]);
    CHECK(live_becomes(web, 0), "who left is noticed, %d listen",
          (int)web_counts(web).live_now);
    client_close(hello);
    hello = client_open(web, "/live/c", 0);
    CHECK(client_reads(hello, "retry: 1"), "there is place again");
    client_close(hello);
    web_stop(web, 1000);
}

static void who_does_not_read_is_cut(void)
{
    struct web *web = start(10, 10, 0, 0);
    struct client *slow = client_open(web, "/live/a", 4096);
    struct client *quick = client_open(web, "/live/b", 0);
    char *much = calloc(1, 32 * 1024 + 1);

    must(much);
    memset(much, 'x', 32 * 1024);
    CHECK(live_becomes(web, 2), "two listen");
    for (int i = 0; i < 2000 && web_counts(web).live_now == 2; i++) {
        web_tell(web, STR("a"), (struct str){much, 32 * 1024});
        clock_sleep_ms(1);
    }
    CHECK(live_becomes(web, 1), "%d listen", (int)web_counts(web).live_now);
    web_tell(web, STR("b"), STR("data: quick\n\n"));
    CHECK(client_reads(quick, "data: quick"), "the others go on");
    free(much);
    client_close(slow);
    client_close(quick);
    web_stop(web, 1000);
}

static void a_silent_topic_has_a_heartbeat_and_every_answer_an_end(void)
{
    struct web *web = start(10, 10, 200, 800);
    struct client *c = client_open(web, "/live/a", 0);

    CHECK(client_reads(c, ": still here"), "a heartbeat: %s", c->text);
    CHECK(client_reads(c, "\r\n0\r\n"), "ends by itself: %s", c->text);
    CHECK(live_becomes(web, 0), "nobody listens");
    client_close(c);
    web_stop(web, 1000);
}

static void stopping_ends_them(void)
{
    struct web *web = start(20, 20, 0, 0);
    struct client *c[12];
    int64_t began;

    for (int i = 0; i < 12; i++)
        c[i] = client_open(web, i < 6 ? "/live/a" : "/live/b", 0);
    CHECK(live_becomes(web, 12), "all listen");
    web_tell(web, STR("a"), STR("data: last words\n\n"));
    began = clock_mono_ms();
    web_stop(web, 20000);
    CHECK(clock_mono_ms() - began < 5000, "it took %lld ms",
          (long long)(clock_mono_ms() - began));
    for (int i = 0; i < 12; i++) {
        CHECK(client_reads(c[i], NULL), "the end");
        CHECK(!strstr(c[i]->text, "data: last words") == (i >= 6), "%d: %s", i, c[i]->text);
        client_close(c[i]);
    }
    web = start(20, 20, 0, 0);
    c[0] = client_open(web, "/live/a", 0);
    CHECK(live_becomes(web, 1), "one listens");
    web_stop(web, 0);
    CHECK(client_reads(c[0], NULL), "the end, without a moment's time");
    client_close(c[0]);
}

int main(void)
{
    RUN(a_topic_is_told_to_those_who_listen_to_it);
    RUN(listeners_hold_no_worker_and_their_number_has_a_ceiling);
    RUN(who_does_not_read_is_cut);
    RUN(a_silent_topic_has_a_heartbeat_and_every_answer_an_end);
    RUN(stopping_ends_them);
    return test_report();
}
