/*
 * load - signed lead webhooks in a closed loop.
 *
 *     load -p PORT -u PATH -k SECRET -c CONNECTIONS -s SECONDS [-w WARM_SECONDS]
 *          [-g GET_PATH] [-l N]
 *
 * Each keep-alive connection has one request under way at any time: a lead of
 * about 1 KB with an id of its own, signed freshly.  For the soak test: with -g
 * every second connection asks for GET_PATH instead, and with -l every N-th
 * one is slow: it writes its request and reads the answer a few bytes at a
 * time.
 *
 * Prints one JSON object: what was acknowledged in all (warming included, to
 * compare with what is stored), rate and latency of the measured time, and the
 * connections whose last request was not answered within ten seconds.  Exits
 * with 1 when there are any, or an answer was not 200.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    BODY_BYTES = 1024,
    REQUEST_ROOM = 2048,
    ANSWER_ROOM = 64 * 1024,
    BUCKETS = 200000,
    SLOW_BYTES = 97, /* of a slow connection, each tick */
    TICK_US = 20000,
    PATIENCE_US = 10000000,
};

struct line {
    int fd;
    bool gets;
    bool slow;
    char request[REQUEST_ROOM];
    size_t request_n, sent;
    char answer[ANSWER_ROOM];
    size_t answer_n;
    int64_t began_us;
};

static const char *secret, *path, *get_path;
static int port, connections, slow_every;
static double seconds, warm_seconds;
static uint64_t serial;
static int64_t acknowledged, answered, refused, measured, longest_us;
static uint32_t histogram[BUCKETS]; /* of 10 us */

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t scatter(uint64_t z) /* ids in no order, none twice */
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Where the ids of a lead stand in the body, so that making one costs little. */
static char body[BODY_BYTES + 1];
static char *request_id_at, *lead_id_at, *phone_at, *email_at;

static void make_body(void)
{
    long long now = (long long)time(NULL);
    int n = snprintf(
        body, sizeof body,
        "{\"request_id\":\"0000000000000000\",\"object\":1,\"time\":%lld,"
        "\"entry\":[{\"id\":\"7000000000000000\",\"lead_source\":\"INSTANT_FORM\","
        "\"page_id\":\"7012345678901234567\",\"page_name\":\"Trial lesson\","
        "\"advertiser_id\":\"7000000000000000001\",\"advertiser_name\":\"School\","
        "\"library_id\":\"7099999999999999999\",\"campaign_id\":\"1790000000000000001\","
        "\"campaign_name\":\"Autumn\",\"adgroup_id\":\"1790000000000000002\","
        "\"adgroup_name\":\"Almaty 25-44\",\"ad_id\":\"1790000000000000003\","
        "\"ad_name\":\"Clip 3\",\"create_time\":%lld,\"changes\":["
        "{\"field\":\"name\",\"value\":\"Aigul Serikova\"},"
        "{\"field\":\"phone_number\",\"value\":\"+77010000000\"},"
        "{\"field\":\"email\",\"value\":\"a0000000000000000@example.com\"},"
        "{\"field\":\"comment\",\"value\":\"",
        now, now);

    memset(body + n, 'x', (size_t)(BODY_BYTES - n - 6));
    memcpy(body + BODY_BYTES - 6, "\"}]}]}", 6);
    request_id_at = strstr(body, "\"request_id\":\"") + 14;
    lead_id_at = strstr(body, "\"id\":\"") + 6;
    phone_at = strstr(body, "+7701") + 5;
    email_at = strstr(body, "\"a0") + 2;
}

static void put_digits(char *at, uint64_t value, int n, const char *digits, unsigned base)
{
    while (n--) {
        at[n] = digits[value % base];
        value /= base;
    }
}

static void next_lead(void)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t id = scatter(++serial);

    put_digits(request_id_at, serial, 16, digits, 16);
    put_digits(lead_id_at, id % 10000000000000000u, 16, digits, 10);
    put_digits(phone_at, id, 7, digits, 10);
    put_digits(email_at, id, 16, digits, 16);
}

/* HMAC by its definition; the two key blocks are hashed once. */
static EVP_MD_CTX *inner, *outer, *scratch;

static void make_key(void)
{
    unsigned char pad[64] = {0};

    inner = EVP_MD_CTX_new();
    outer = EVP_MD_CTX_new();
    scratch = EVP_MD_CTX_new();
    if (!inner || !outer || !scratch || strlen(secret) > sizeof pad)
        fail("the secret");
    memcpy(pad, secret, strlen(secret));
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36;
    EVP_DigestInit_ex(inner, EVP_sha256(), NULL);
    EVP_DigestUpdate(inner, pad, sizeof pad);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    EVP_DigestInit_ex(outer, EVP_sha256(), NULL);
    EVP_DigestUpdate(outer, pad, sizeof pad);
}

static void sign(char *hex)
{
    unsigned char mac[32];

    EVP_MD_CTX_copy_ex(scratch, inner);
    EVP_DigestUpdate(scratch, body, BODY_BYTES);
    EVP_DigestFinal_ex(scratch, mac, NULL);
    EVP_MD_CTX_copy_ex(scratch, outer);
    EVP_DigestUpdate(scratch, mac, sizeof mac);
    EVP_DigestFinal_ex(scratch, mac, NULL);
    for (size_t i = 0; i < sizeof mac; i++)
        put_digits(hex + 2 * i, mac[i], 2, "0123456789abcdef", 16);
}

static void make_request(struct line *line)
{
    char hex[65] = "";
    size_t n = 0;
    int head;

    if (line->gets) {
        head = snprintf(line->request, sizeof line->request,
                        "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", get_path);
    } else {
        next_lead();
        sign(hex);
        n = BODY_BYTES;
        head = snprintf(line->request, sizeof line->request,
                        "POST %s HTTP/1.1\r\nHost: localhost\r\n"
                        "Content-Type: application/json\r\nX-Open-Signature: %s\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        path, hex, n);
        memcpy(line->request + head, body, n);
    }
    line->request_n = (size_t)head + n;
    line->sent = line->answer_n = 0;
    line->began_us = now_us();
}

/* Sends what the socket takes; the rest when it is writable again, or at the next tick. */
static void push(struct line *line)
{
    while (line->sent < line->request_n) {
        size_t left = line->request_n - line->sent;
        ssize_t n = send(line->fd, line->request + line->sent,
                         line->slow && left > SLOW_BYTES ? SLOW_BYTES : left, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0)
            fail("send");
        line->sent += (size_t)n;
        if (line->slow)
            return;
    }
}

static void dial(struct line *line, int epoll)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int one = 1;

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    line->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (line->fd < 0 || connect(line->fd, (struct sockaddr *)&to, sizeof to))
        fail("connect");
    setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(line->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = line};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, line->fd, &event))
        fail("epoll_ctl");
}

/* Is the answer whole?  Content-Length only, as both servers send it. */
static bool whole(const struct line *line, int *status)
{
    const char *end = memmem(line->answer, line->answer_n, "\r\n\r\n", 4);
    const char *length;

    if (!end)
        return false;
    length = strcasestr(line->answer, "\r\nContent-Length:");
    if (!length || length > end)
        return false;
    *status = (int)strtol(line->answer + 9, NULL, 10);
    size_t head = (size_t)(end - line->answer) + 4;
    return line->answer_n >= head + (size_t)strtoul(length + 17, NULL, 10);
}

static void record(const struct line *line, int status, bool measuring)
{
    int64_t took = now_us() - line->began_us;

    answered++;
    if (status != 200)
        refused++;
    else if (!line->gets)
        acknowledged++;
    if (!measuring || line->slow)
        return;
    measured++;
    histogram[took / 10 < BUCKETS ? took / 10 : BUCKETS - 1]++;
    if (took > longest_us)
        longest_us = took;
}

static void pull(struct line *line, bool measuring, bool again)
{
    int status;

    while (line->request_n) {
        size_t room = sizeof line->answer - 1 - line->answer_n;
        ssize_t n = recv(line->fd, line->answer + line->answer_n,
                         line->slow && room > SLOW_BYTES ? SLOW_BYTES : room, 0);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0)
            fail("the server closed a connection");
        line->answer_n += (size_t)n;
        line->answer[line->answer_n] = 0;
        if (whole(line, &status)) {
            record(line, status, measuring);
            line->request_n = 0;
            if (again) {
                make_request(line);
                push(line);
            }
        }
        if (line->slow)
            return;
    }
}

/* Events for the quick ones, a tick for the slow ones. */
static void turn(int epoll, struct line *lines, bool measuring, bool again)
{
    static int64_t next_tick_us;
    struct epoll_event events[512];
    int n = epoll_wait(epoll, events, 512, slow_every ? TICK_US / 1000 : 100);

    for (int i = 0; i < n; i++) {
        struct line *line = events[i].data.ptr;
        if (line->slow)
            continue;
        if (events[i].events & EPOLLOUT)
            push(line);
        if (events[i].events & (EPOLLIN | EPOLLHUP))
            pull(line, measuring, again);
    }
    if (!slow_every || now_us() < next_tick_us)
        return;
    next_tick_us = now_us() + TICK_US;
    for (int i = 0; i < connections; i++)
        if (lines[i].slow) {
            push(&lines[i]);
            pull(&lines[i], measuring, again);
        }
}

static double percentile(double p)
{
    int64_t want = (int64_t)((double)measured * p), seen = 0;

    for (int i = 0; i < BUCKETS; i++)
        if ((seen += histogram[i]) > want)
            return (double)i / 100;
    return (double)BUCKETS / 100;
}

static void read_options(int argc, char **argv)
{
    for (int option; (option = getopt(argc, argv, "p:u:k:c:s:w:g:l:")) != -1;)
        switch (option) {
        case 'p':
            port = (int)strtol(optarg, NULL, 10);
            break;
        case 'u':
            path = optarg;
            break;
        case 'k':
            secret = optarg;
            break;
        case 'c':
            connections = (int)strtol(optarg, NULL, 10);
            break;
        case 's':
            seconds = atof(optarg);
            break;
        case 'w':
            warm_seconds = atof(optarg);
            break;
        case 'g':
            get_path = optarg;
            break;
        case 'l':
            slow_every = (int)strtol(optarg, NULL, 10);
            break;
        default:
            exit(2);
        }
    if (!port || !path || !secret || connections < 1 || seconds <= 0) {
        fprintf(stderr, "load -p PORT -u PATH -k SECRET -c CONNECTIONS -s SECONDS\n");
        exit(2);
    }
}

static int waiting(const struct line *lines)
{
    int n = 0;

    for (int i = 0; i < connections; i++)
        n += lines[i].request_n > 0;
    return n;
}

int main(int argc, char **argv)
{
    read_options(argc, argv);
    int epoll = epoll_create1(0);
    struct line *lines = calloc((size_t)connections, sizeof *lines);

    make_body();
    make_key();
    serial = (uint64_t)now_us() << 20; /* other ids than those of the run before */
    for (int i = 0; i < connections; i++) {
        lines[i].gets = get_path && i % 2;
        lines[i].slow = slow_every && i / 2 % slow_every == 0; /* of both kinds */
        dial(&lines[i], epoll);
        make_request(&lines[i]);
        push(&lines[i]);
    }
    int64_t start = now_us() + (int64_t)(warm_seconds * 1e6);
    int64_t end = start + (int64_t)(seconds * 1e6), now;
    while ((now = now_us()) < end)
        turn(epoll, lines, now >= start, true);
    double took = (double)(now_us() - start) / 1e6;
    int64_t in_time = measured;

    /* what is under way must be answered as well, and counts for the stored rows */
    while (waiting(lines) && now_us() < end + PATIENCE_US)
        turn(epoll, lines, false, false);
    printf("{\"connections\":%d,\"acknowledged\":%" PRId64 ",\"answered\":%" PRId64
           ",\"refused\":%" PRId64 ",\"stuck\":%d,\"rps\":%.0f,\"p50_ms\":%.2f,"
           "\"p99_ms\":%.2f,\"longest_ms\":%.0f}\n",
           connections, acknowledged, answered, refused, waiting(lines), (double)in_time / took,
           percentile(0.5), percentile(0.99), (double)longest_us / 1000);
    return waiting(lines) || refused ? 1 : 0;
}
