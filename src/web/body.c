/* body.c - request bodies in memory, large ones in a nameless file. */

#include "web/body.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { IN_MEMORY = 1024 * 1024, FIRST_ROOM = 2048 };

void body_init(struct body *body, size_t expected)
{
    *body = (struct body){.fd = -1, .expected = expected};
}

static bool file_trouble(struct err *err, const char *what)
{
    int reason = errno;

    err_set(err, ERR_BUSY, "cannot %s a temporary file for the body: %s", what,
            strerror(reason));
    return err_hint(err, "make room in the folder TMPDIR (or /tmp) of the server");
}

static bool open_nameless(struct body *body, struct err *err)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];

    if (!folder || !*folder)
        folder = "/tmp";
    body->fd = open(folder, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
    if (body->fd >= 0)
        return true;
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)
        return file_trouble(err, "make");
    int n = snprintf(path, sizeof path, "%s/adwright-body-XXXXXX", folder);
    if (n < 0 || (size_t)n >= sizeof path)
        return err_set(err, ERR_BROKEN, "the folder TMPDIR has too long a name");
    body->fd = mkostemp(path, O_CLOEXEC);
    if (body->fd < 0)
        return file_trouble(err, "make");
    (void)unlink(path);
    return true;
}

static bool write_all(int fd, const char *bytes, size_t n, struct err *err)
{
    while (n) {
        ssize_t wrote = write(fd, bytes, n);
        if (wrote < 0 && errno != EINTR)
            return file_trouble(err, "write");
        if (wrote > 0) {
            bytes += wrote;
            n -= (size_t)wrote;
        }
    }
    return true;
}

static bool move_to_file(struct body *body, struct err *err)
{
    if (!open_nameless(body, err) || !write_all(body->fd, body->memory, body->n, err))
        return false;
    free(body->memory);
    body->memory = NULL;
    body->room = 0;
    return true;
}

static void grow(struct body *body, size_t need)
{
    size_t room = body->room ? body->room : FIRST_ROOM;

    if (body->expected && body->expected <= IN_MEMORY && need <= body->expected)
        room = body->expected;
    while (room < need)
        room *= 2;
    char *longer = realloc(body->memory, room);
    must(longer);
    body->memory = longer;
    body->room = room;
}

bool body_add(struct body *body, const char *bytes, size_t n, struct err *err)
{
    if (body->fd < 0 && (body->n + n > IN_MEMORY || body->expected > IN_MEMORY) &&
        !move_to_file(body, err))
        return false;
    if (body->fd >= 0) {
        if (!write_all(body->fd, bytes, n, err))
            return false;
    } else {
        if (body->n + n > body->room)
            grow(body, body->n + n);
        memcpy(body->memory + body->n, bytes, n);
    }
    body->n += n;
    return true;
}

bool body_whole(struct body *body, struct str *out, struct err *err)
{
    if (body->fd < 0) {
        *out = (struct str){body->memory, body->n};
        return true;
    }
    if (!body->map) {
        void *map = mmap(NULL, body->n, PROT_READ, MAP_PRIVATE, body->fd, 0);
        if (map == MAP_FAILED)
            return file_trouble(err, "map");
        body->map = map;
    }
    *out = (struct str){body->map, body->n};
    return true;
}

void body_free(struct body *body)
{
    if (body->map)
        (void)munmap(body->map, body->n);
    if (body->fd >= 0)
        (void)close(body->fd);
    free(body->memory);
    *body = (struct body){.fd = -1};
}
