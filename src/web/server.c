/*
 * server.c - start, loop, stop.
 *
 * The loop is ours because the library's own epoll thread freezes when exactly
 * 128, 256, ... sockets are ready at once, and its external mode can lose a
 * resume that comes from another thread (version 0.9.75).  So: the library
 * without a thread; one poll over its epoll, our own eventfd and the sockets that
 * are read past it (stream_direct.c); then MHD_run, which never blocks.  Workers
 * hand their exchanges back through a list and write the eventfd once per batch;
 * resuming is done here.
 */

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "web/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    TURN_MS = 500,
    SWEEP_MS = 250,
    RUNS_A_TURN = 16,
    LINGER_TURN_MS = 20, /* while answered clients still send */
    STREAM_IDLE = 3,     /* times SLOW_MS: between two pieces of a stream */
    CLOSE_STREAMS_MS = 5000,
    SLOW_MS = 20000,         /* to send headers or a body, or to read an answer ... */
    SLOW_BYTES = 320 * 1024, /* ... and as long again for each so many bytes: 16 KB/s */
    IDLE_MS = 75000,         /* between two requests of a connection ... */
    CROWDED_IDLE_MS = 1000,  /* ... while others wait for a place */
    BATCH = 128,
    BACKLOG = 4096,
    SPARE_FDS = 256, /* for everything but connections */
};

/* --- handing over between threads ---------------------------------------- */

void web_wake(struct web *web)
{
    uint64_t one = 1;

    must(write(web->wake_fd, &one, sizeof one) == sizeof one || errno == EAGAIN);
}

void web_finish(struct web *web, struct exchange *first, struct exchange *last)
{
    pthread_mutex_lock(&web->lock);
    last->next = web->finished;
    web->finished = first;
    pthread_mutex_unlock(&web->lock);
    web_wake(web);
}

bool web_crowded(const struct web *web)
{
    return atomic_load(&web->connections_now) >= web->settings.connection_limit;
}

/* --- timers -------------------------------------------------------------- */

static void timers_add(struct timers *t, struct exchange *x)
{
    if (t->n == t->room) {
        t->room = t->room ? t->room * 2 : 64;
        t->at = realloc(t->at, t->room * sizeof(struct exchange *));
        must(t->at);
    }
    size_t i = t->n++;
    for (; i && t->at[(i - 1) / 2]->due_ms > x->due_ms; i = (i - 1) / 2)
        t->at[i] = t->at[(i - 1) / 2];
    t->at[i] = x;
}

static struct exchange *timers_take(struct timers *t)
{
    struct exchange *first = t->at[0];
    struct exchange *last = t->at[--t->n];
    size_t i = 0;

    for (size_t child; (child = 2 * i + 1) < t->n; i = child) {
        if (child + 1 < t->n && t->at[child + 1]->due_ms < t->at[child]->due_ms)
            child++;
        if (t->at[child]->due_ms >= last->due_ms)
            break;
        t->at[i] = t->at[child];
    }
    t->at[i] = last;
    return first;
}

/* --- one turn ------------------------------------------------------------ */

static int wait_ms(struct web *web)
{
    MHD_UNSIGNED_LONG_LONG library;
    int64_t wait = TURN_MS;

    if (MHD_get_timeout(web->daemon, &library) == MHD_YES && (int64_t)library < wait)
        wait = (int64_t)library;
    if (web->lingering && wait > LINGER_TURN_MS)
        wait = LINGER_TURN_MS;
    if (web->timers.n) {
        int64_t due = web->timers.at[0]->due_ms - clock_mono_ms();
        if (due < wait)
            wait = due < 0 ? 0 : due;
    }
    return (int)wait;
}

static void wait_for_events(struct web *web)
{
    struct pollfd fds[] = {{.fd = web->epoll_fd, .events = POLLIN},
                           {.fd = web->wake_fd, .events = POLLIN},
                           {.fd = web->direct_fd, .events = POLLIN}};
    uint64_t count;

    if (poll(fds, countof(fds), wait_ms(web)) > 0 && (fds[1].revents & POLLIN))
        must(read(web->wake_fd, &count, sizeof count) == sizeof count || errno == EAGAIN);
}

/* Answered by workers: to be sent now, or at their time. */
static void send_finished(struct web *web)
{
    int64_t now = clock_mono_ms();

    pthread_mutex_lock(&web->lock);
    struct exchange *x = web->finished;
    web->finished = NULL;
    pthread_mutex_unlock(&web->lock);
    while (x) {
        struct exchange *next = x->next;
        x->next = NULL;
        if (x->stream && stream_returned(x))
            (void)x;
        else if (x->due_ms > now)
            timers_add(&web->timers, x);
        else
            intake_send(x);
        x = next;
    }
    while (web->timers.n && web->timers.at[0]->due_ms <= now)
        intake_send(timers_take(&web->timers));
}

static void refuse_full(struct exchange *x)
{
    struct err err = {0};

    atomic_fetch_add(&x->web->refused_busy, 1);
    err_set(&err, ERR_BUSY, "the server has no room for this request");
    intake_refuse(x, 503, &err);
    intake_send(x);
}

static bool is_batch(const struct exchange *x)
{
    return x->match.route && x->match.route->batch;
}

static bool is_stream(const struct exchange *x)
{
    return x->match.route && x->match.route->body_limit == WEB_STREAM;
}

static void push(struct work_pool *pool, void **items, size_t n)
{
    for (size_t i = pool && n ? work_push_many(pool, items, n) : 0; i < n; i++)
        refuse_full(items[i]);
}

/* The requests that became whole in this turn, to the workers, in the order they came. */
static void hand_over(struct web *web)
{
    void *plain[BATCH], *batch[BATCH];
    size_t plains = 0, batches = 0;
    struct exchange *x = web->ready, *first = NULL;

    web->ready = NULL;
    while (x) { /* the list is last first */
        struct exchange *next = x->next;
        x->next = first;
        first = x;
        x = next;
    }
    while (first) {
        x = first;
        first = x->next;
        x->next = NULL;
        if (is_stream(x))
            push(web->openers, (void *[]){x}, 1);
        else if (is_batch(x))
            batch[batches++] = x;
        else
            plain[plains++] = x;
        if (batches == BATCH || plains == BATCH || !first) {
            push(web->workers, plain, plains);
            push(web->batchers, batch, batches);
            plains = batches = 0;
        }
    }
}

static int64_t allowed_ms(const struct web *web, const struct connection *conn)
{
    int64_t slow = web->settings.slow_client_ms ? web->settings.slow_client_ms : SLOW_MS;

    switch (conn->phase) {
    case PHASE_WAITING:
        if (!conn->served)
            return slow;
        return web_crowded(web) ? CROWDED_IDLE_MS : IDLE_MS;
    case PHASE_BODY:
        if (conn->streaming)
            return STREAM_IDLE * slow;
        return slow + slow * conn->bytes / SLOW_BYTES;
    case PHASE_WRITING:
        return slow + slow * conn->bytes / SLOW_BYTES;
    case PHASE_HELD:
        break;
    }
    return INT64_MAX;
}

/* The library (0.9.75) misses the end of a connection that comes together with the last bytes
 * of a burst: nothing is to be read, and the other side has closed. */
static bool has_ended(const struct connection *conn)
{
    char c;

    return conn->streaming && conn->phase == PHASE_BODY &&
           recv(conn->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* Cut those who trickle: a deadline on each phase, however often a byte comes. */
static void sweep(struct web *web)
{
    int64_t now = clock_mono_ms();

    if (now - web->swept_ms < SWEEP_MS)
        return;
    web->swept_ms = now;
    for (struct connection *c = web->connections.next; c != &web->connections; c = c->next)
        if (now - c->since_ms > allowed_ms(web, c) || has_ended(c))
            (void)shutdown(c->fd, SHUT_RDWR); /* the library sees the end and closes */
}

static void look_at_queues(struct web *web)
{
    int64_t limit = web->settings.queue_age_ms;

    web->busy = limit && work_oldest_ms(web->workers) > limit;
    web->batch_busy = limit && web->batchers && work_oldest_ms(web->batchers) > limit;
}

static void drain(struct web *web)
{
    if (!web->quiesced) {
        int fd = MHD_quiesce_daemon(web->daemon);
        if (fd >= 0)
            (void)close(fd);
        web->listen_fd = -1;
        web->quiesced = true;
        web_cut_streams(web, STR(""));
    }
    if (atomic_load(&web->in_hand) == 0) {
        pthread_mutex_lock(&web->lock);
        pthread_cond_broadcast(&web->idle);
        pthread_mutex_unlock(&web->lock);
    }
}

/* A body that comes faster than one read takes it is read several times a turn. */
static void run_library(struct web *web)
{
    MHD_UNSIGNED_LONG_LONG wait;

    must(MHD_run(web->daemon) == MHD_YES);
    for (int i = 1; i < RUNS_A_TURN && atomic_load(&web->streaming) &&
                    MHD_get_timeout(web->daemon, &wait) == MHD_YES && wait == 0;
         i++)
        must(MHD_run(web->daemon) == MHD_YES);
}

static void turn(void *arg)
{
    struct web *web = arg;

    wait_for_events(web);
    send_finished(web);
    live_turn(web);
    look_at_queues(web);
    run_library(web);
    hand_over(web);
    stream_turn(web);
    sweep(web);
    if (atomic_load(&web->draining))
        drain(web);
}

static void wake(void *arg)
{
    web_wake(arg);
}

/* --- start --------------------------------------------------------------- */

static bool listen_failed(struct web *web, int reason, struct err *err)
{
    const struct web_settings *s = &web->settings;

    err_set(err, reason == EADDRINUSE ? ERR_CONFLICT : ERR_BROKEN,
            "cannot listen on " STR_FMT " port %d: %s", STR_ARG(s->address), s->port,
            strerror(reason));
    if (reason == EADDRINUSE)
        return err_hint(err, "another program listens there: stop it, or choose --port N "
                             "(0 is any free one)");
    if (reason == EACCES)
        return err_hint(err, "ports below 1024 need more rights: choose --port N");
    return err_hint(err, "choose another --address");
}

static bool try_listen(struct web *web, const struct addrinfo *to)
{
    int yes = 1, no = 0;
    int fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return false;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (to->ai_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    if (bind(fd, to->ai_addr, to->ai_addrlen) || listen(fd, BACKLOG)) {
        int reason = errno;
        (void)close(fd);
        errno = reason;
        return false;
    }
    web->listen_fd = fd;
    return true;
}

static void read_port(struct web *web)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } name;
    socklen_t n = sizeof name;

    must(!getsockname(web->listen_fd, &name.any, &n));
    web->port = ntohs(name.any.sa_family == AF_INET6 ? name.v6.sin6_port : name.v4.sin_port);
}

static bool open_listener(struct web *web, struct err *err)
{
    const struct web_settings *s = &web->settings;
    struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    char host[256], port[16];

    (void)snprintf(host, sizeof host, STR_FMT, STR_ARG(s->address));
    (void)snprintf(port, sizeof port, "%d", s->port);
    int failed = getaddrinfo(host, port, &wanted, &found);
    if (failed)
        return err_input(err, "address", "give an address of this machine, such as 127.0.0.1",
                         "cannot listen on %s: %s", host, gai_strerror(failed));
    bool ok = try_listen(web, found);
    int reason = errno;
    freeaddrinfo(found);
    if (!ok)
        return listen_failed(web, reason, err);
    read_port(web);
    return true;
}

/* One descriptor a connection, and some for the rest; as many connections as fit. */
static void make_room_for_connections(struct web *web)
{
    rlim_t want = (rlim_t)web->settings.connection_limit + SPARE_FDS;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= want)
        return;
    limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < want) {
        int fits = (int)(limit.rlim_cur > 2 * SPARE_FDS ? limit.rlim_cur - SPARE_FDS
                                                        : limit.rlim_cur / 2);
        log_warn("http.few_descriptors", LOG_INT("wanted", web->settings.connection_limit),
                 LOG_INT("connections", fits));
        web->settings.connection_limit = fits;
    }
}

static void look_at_routes(const struct route *const *tables, bool *batches, bool *streams)
{
    for (const struct route *const *t = tables; *t; t++)
        for (const struct route *r = *t; r->method; r++) {
            *batches |= r->batch != NULL;
            *streams |= r->body_limit == WEB_STREAM;
        }
}

static bool start_pools(struct web *web, struct err *err)
{
    const struct web_settings *s = &web->settings;
    struct work_settings pool = {.name = s->name,
                                 .threads = s->workers,
                                 .queue_limit = (size_t)s->connection_limit,
                                 .start = worker_start,
                                 .run = worker_run,
                                 .stop = worker_stop,
                                 .shared = web};

    bool batches = false, streams = false;

    look_at_routes(s->routes, &batches, &streams);
    if (!work_start(&pool, &web->workers, err) || (streams && !stream_start_pools(web, err)))
        return false;
    if (!batches)
        return true;
    pool.name = "batch";
    pool.threads = s->batch_workers > 0 ? s->batch_workers : 1;
    pool.batch = BATCH;
    pool.run = worker_run_batch;
    return work_start(&pool, &web->batchers, err);
}

static void release(struct web *web)
{
    if (web->held) { /* the library must not be stopped now, nor what it reaches freed */
        log_warn("http.stuck", LOG_INT("requests", web->held));
        return;
    }
    if (web->daemon)
        MHD_stop_daemon(web->daemon); /* closes the listening socket, unless quiesced */
    else if (web->listen_fd >= 0)
        (void)close(web->listen_fd);
    if (web->wake_fd >= 0)
        (void)close(web->wake_fd);
    if (web->direct_fd >= 0)
        (void)close(web->direct_fd);
    router_free(web->router);
    arena_free(web->arena);
    pthread_cond_destroy(&web->idle);
    pthread_mutex_destroy(&web->lock);
    free(web->timers.at);
    free(web);
}

static bool start(struct web *web, struct err *err)
{
    web->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    web->direct_fd = epoll_create1(EPOLL_CLOEXEC);
    if (web->wake_fd < 0 || web->direct_fd < 0)
        return err_set(err, ERR_BROKEN, "no eventfd or epoll: %s", strerror(errno));
    make_room_for_connections(web);
    return open_listener(web, err) && start_pools(web, err) && intake_start(web, err) &&
           work_loop_start(web->settings.name, turn, wake, web, &web->loop, err);
}

bool web_start(const struct web_settings *settings, struct web **out, struct err *err)
{
    struct web *web = calloc(1, sizeof *web);
    pthread_condattr_t attr;

    must(web && settings->workers > 0 && settings->connection_limit > 0);
    web->settings = *settings;
    web->listen_fd = web->wake_fd = web->direct_fd = -1;
    web->connections.next = web->connections.previous = &web->connections;
    web->arena = arena_new("http");
    web->request_prefix = random_u64();
    web->router = router_new(settings->routes);
    pthread_mutex_init(&web->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&web->idle, &attr);
    pthread_condattr_destroy(&attr);
    if (start(web, err)) {
        *out = web;
        return true;
    }
    work_stop(web->workers, 0, NULL);
    work_stop(web->batchers, 0, NULL);
    stream_stop_pools(web, 0);
    release(web);
    return false;
}

int web_port(const struct web *web)
{
    return web->port;
}

bool web_draining(const struct web *web)
{
    return atomic_load(&web->draining);
}

/* --- stop ---------------------------------------------------------------- */

static void wait_until_idle(struct web *web, int64_t deadline_ms)
{
    struct timespec until = {.tv_sec = deadline_ms / 1000,
                             .tv_nsec = deadline_ms % 1000 * 1000000};

    pthread_mutex_lock(&web->lock);
    while (atomic_load(&web->in_hand) && clock_mono_ms() < deadline_ms)
        (void)pthread_cond_timedwait(&web->idle, &web->lock, &until);
    pthread_mutex_unlock(&web->lock);
}

/* What clients sent is worth keeping, even past the deadline; they were cut when draining
 * began. The loop thread is gone: its turns are ours. */
static void close_streams(struct web *web)
{
    int64_t until = clock_mono_ms() + CLOSE_STREAMS_MS;

    while (atomic_load(&web->streaming) && clock_mono_ms() < until)
        turn(web);
}

/* The library must not be stopped while it has suspended connections. */
static void give_back_all(struct web *web)
{
    int64_t until = clock_mono_ms() + CLOSE_STREAMS_MS;

    stream_hurry(web);
    /* A disk that hangs keeps streams for ever: then the process ends with them. */
    while (web->held && clock_mono_ms() < until) {
        send_finished(web);
        while (web->timers.n)
            intake_send(timers_take(&web->timers));
        live_turn(web);
        must(MHD_run(web->daemon) == MHD_YES);
        hand_over(web); /* the pools are gone: refused */
    }
}

void web_stop(struct web *web, int64_t drain_ms)
{
    int64_t deadline = clock_mono_ms() + drain_ms;

    if (!web)
        return;
    atomic_store(&web->draining, true);
    web_wake(web);
    wait_until_idle(web, deadline);
    work_loop_stop(web->loop);
    close_streams(web);
    stream_stop_pools(web, deadline);
    work_stop(web->workers, deadline, worker_drop);
    work_stop(web->batchers, deadline, worker_drop);
    web->workers = web->batchers = NULL;
    give_back_all(web);
    release(web);
}

struct web_counts web_counts(struct web *web)
{
    struct web_counts c = {.requests = atomic_load(&web->requests),
                           .refused_busy = atomic_load(&web->refused_busy),
                           .connections_now = atomic_load(&web->connections_now)};

    for (size_t i = 0; i < countof(c.by_class); i++)
        c.by_class[i] = atomic_load(&web->by_class[i]);
    c.live_now = live_count(web);
    c.waiting_now = (int64_t)work_waiting(web->workers);
    c.oldest_wait_ms = work_oldest_ms(web->workers);
    if (web->batchers) {
        int64_t oldest = work_oldest_ms(web->batchers);
        c.waiting_now += (int64_t)work_waiting(web->batchers);
        if (oldest > c.oldest_wait_ms)
            c.oldest_wait_ms = oldest;
    }
    return c;
}
