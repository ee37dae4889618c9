/*
 * upload - a plain client of resumable uploads: creates, then sends all in one
 * PATCH, by sendfile, so that the client costs next to nothing.
 *
 *     upload -p PORT -f FILE [-k KEY] [-n PARALLEL] [-u]
 *
 * -u leaves the upload unfinished: it tells of one byte more than it sends.
 * Prints {"seconds":..,"uploads":..}: from before the first creation until the
 * last PATCH is answered.  Exits with 1 when an answer is not the expected one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 4096, STEP = 1 << 20, PARALLEL_MAX = 500 };

static int port;
static const char *path, *key = "none";
static int64_t size;
static bool unfinished;

static _Noreturn void fail(const char *what, const char *why)
{
    fprintf(stderr, "upload: %s: %s\n", what, why);
    exit(1);
}

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int connect_server(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at))
        fail("connect", strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void send_all(int fd, const char *text)
{
    size_t n = strlen(text);

    while (n) {
        ssize_t sent = send(fd, text, n, MSG_NOSIGNAL);

        if (sent <= 0)
            fail("send", strerror(errno));
        text += sent;
        n -= (size_t)sent;
    }
}

/* The head of an answer, which has no body that matters. */
static int read_answer(int fd, char answer[ROOM])
{
    size_t n = 0;

    for (;;) {
        ssize_t got = recv(fd, answer + n, ROOM - 1 - n, 0);

        if (got <= 0)
            fail("answer", got ? strerror(errno) : "the server closed the connection");
        n += (size_t)got;
        answer[n] = '\0';
        if (strstr(answer, "\r\n\r\n"))
            return (int)strtol(answer + strlen("HTTP/1.1 "), NULL, 10);
        if (n == ROOM - 1)
            fail("answer", "too long");
    }
}

/* The path of Location, absolute or not. */
static void read_location(const char *answer, char location[ROOM])
{
    const char *at = strcasestr(answer, "\r\nlocation:");
    const char *files = at ? strstr(at, "/files/") : NULL;
    size_t n = files ? strcspn(files, "\r\n") : 0;

    if (!n)
        fail("creation", answer);
    memcpy(location, files, n);
    location[n] = '\0';
}

static void *upload(void *unused)
{
    char request[ROOM], answer[ROOM], location[ROOM];
    int fd = connect_server(), file = open(path, O_RDONLY | O_CLOEXEC);
    off_t at = 0;

    (void)unused;
    if (file < 0)
        fail(path, strerror(errno));
    snprintf(request, sizeof request,
             "POST /files HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nTus-Resumable: 1.0.0\r\n"
             "Authorization: Bearer %s\r\nUpload-Length: %" PRId64 "\r\n"
             "Upload-Metadata: filename YmVuY2gubXA0,filetype dmlkZW8vbXA0,title QmVuY2g=\r\n"
             "Content-Length: 0\r\n\r\n",
             port, key, size + unfinished);
    send_all(fd, request);
    if (read_answer(fd, answer) != 201)
        fail("creation", answer);
    read_location(answer, location);
    close(fd); /* a body of the answer to the creation is not waited for */

    fd = connect_server();
    snprintf(request, sizeof request,
             "PATCH %.200s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nTus-Resumable: 1.0.0\r\n"
             "Authorization: Bearer %s\r\nUpload-Offset: 0\r\nContent-Length: %" PRId64 "\r\n"
             "Content-Type: application/offset+octet-stream\r\n\r\n",
             location, port, key, size);
    send_all(fd, request);
    while (at < size) {
        ssize_t sent = sendfile(fd, file, &at, STEP);

        if (sent < 0 && errno == EPIPE)
            break; /* refused in the middle: the answer says why */
        if (sent <= 0)
            fail("sendfile", strerror(errno));
    }
    if (read_answer(fd, answer) != 204)
        fail("patch", answer);
    close(file);
    close(fd);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[PARALLEL_MAX];
    struct stat st;
    int option, parallel = 1;
    double began;

    while ((option = getopt(argc, argv, "p:f:k:n:u")) != -1) {
        switch (option) {
        case 'p':
            port = (int)strtol(optarg, NULL, 10);
            break;
        case 'f':
            path = optarg;
            break;
        case 'k':
            key = optarg;
            break;
        case 'n':
            parallel = (int)strtol(optarg, NULL, 10);
            break;
        case 'u':
            unfinished = true;
            break;
        default:
            return 2;
        }
    }
    if (!path || port < 1 || port > 65535 || parallel < 1 || parallel > PARALLEL_MAX)
        fail("usage", "-p PORT -f FILE [-k KEY] [-n PARALLEL] [-u]");
    if (stat(path, &st))
        fail(path, strerror(errno));
    size = st.st_size;
    began = now_s();
    for (int i = 0; i < parallel; i++) {
        if (pthread_create(&threads[i], NULL, upload, NULL))
            fail("thread", strerror(errno));
    }
    for (int i = 0; i < parallel; i++)
        pthread_join(threads[i], NULL);
    printf("{\"seconds\":%.6f,\"uploads\":%d}\n", now_s() - began, parallel);
    return 0;
}
