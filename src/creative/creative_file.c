/* creative_file.c - files of creatives below the data folder. */

#include "creative/creative_file.h"

#include "base/arena.h"
#include "conf/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct str creative_file_place(struct arena *arena, struct str org_id, struct str creative_id)
{
    return str_fmt(arena, "media/" STR_FMT "/" STR_FMT, STR_ARG(org_id), STR_ARG(creative_id));
}

const char *creative_file_path(const struct conf *conf, struct arena *arena, struct str place,
                               const char *ending)
{
    return str_fmt(arena, STR_FMT "/" STR_FMT "%s", STR_ARG(conf->data), STR_ARG(place), ending)
        .p;
}

static bool failed(struct err *err, const char *doing, const char *path)
{
    int why = errno;

    err_set(err, why == ENOSPC || why == EDQUOT ? ERR_BUSY : ERR_BROKEN, "cannot %s %s: %s",
            doing, path, strerror(why));
    return err_hint(err, "%s",
                    why == ENOSPC || why == EDQUOT ? "free space on the data folder's disk"
                                                   : "");
}

bool creative_file_folders(const struct conf *conf, struct arena *arena, struct str place,
                           struct err *err)
{
    const char *path = creative_file_path(conf, arena, place, "");
    char *folder = arena_alloc(arena, strlen(path) + 1);
    size_t data = conf->data.n;

    memcpy(folder, path, strlen(path) + 1);
    for (size_t i = data + 1; folder[i]; i++) {
        if (folder[i] != '/')
            continue;
        folder[i] = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            return failed(err, "make the folder", folder);
        folder[i] = '/';
    }
    return true;
}

static bool write_whole(int fd, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = write(fd, bytes.p, bytes.n);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes = str_sub(bytes, (size_t)n, bytes.n);
    }
    return true;
}

void creative_file_sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[4096];

    if (!slash || (size_t)(slash - path) >= sizeof folder)
        return;
    memcpy(folder, path, (size_t)(slash - path));
    folder[slash - path] = '\0';

    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
}

bool creative_file_settle(const char *part, const char *path, struct err *err)
{
    int fd = open(part, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return failed(err, "open", part);

    bool synced = fsync(fd) == 0;

    close(fd);
    if (!synced || rename(part, path) != 0)
        return failed(err, "store", path);
    creative_file_sync_folder(path);
    return true;
}

bool creative_file_link(const char *from, const char *to, int64_t size, struct err *err)
{
    struct stat about;

    if (link(from, to) != 0 && errno != EEXIST)
        return failed(err, "link", to);
    if (stat(to, &about) != 0)
        return failed(err, "look at", to);
    if (about.st_size != size)
        return err_set(err, ERR_BROKEN, "%s has %lld bytes instead of %lld", to,
                       (long long)about.st_size, (long long)size);
    creative_file_sync_folder(to);
    return true;
}

bool creative_file_write(struct arena *arena, const char *path, struct str bytes,
                         struct err *err)
{
    const char *part = str_fmt(arena, "%s.part", path).p;
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0)
        return failed(err, "make", part);
    if (!write_whole(fd, bytes)) {
        failed(err, "write", part);
        close(fd);
        unlink(part);
        return false;
    }
    close(fd);
    return creative_file_settle(part, path, err);
}

static bool copy_pieces(int from, int to, int64_t most, const char *name, struct err *err)
{
    char piece[65536];
    int64_t copied = 0;

    for (;;) {
        ssize_t n = read(from, piece, sizeof piece);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed(err, "read", name);
        if (n == 0)
            return true;
        copied += n;
        if (copied > most)
            return err_input(err, "media", "a smaller file", "the file is larger than %lld MB",
                             (long long)(most >> 20));
        if (!write_whole(to, (struct str){piece, (size_t)n}))
            return failed(err, "copy", name);
    }
}

bool creative_file_copy(struct arena *arena, const char *from, const char *to, int64_t most,
                        struct err *err)
{
    const char *part = str_fmt(arena, "%s.part", to).p;
    int source = open(from, O_RDONLY | O_CLOEXEC);

    if (source < 0) {
        err_set(err, ERR_INVALID, "cannot open %s: %s", from, strerror(errno));
        return err_field(err, "media_path");
    }

    int target = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok =
        target >= 0 ? copy_pieces(source, target, most, from, err) : failed(err, "make", part);

    close(source);
    if (target >= 0)
        close(target);
    if (!ok) {
        unlink(part);
        return false;
    }
    return creative_file_settle(part, to, err);
}

void creative_file_remove(const char *path)
{
    (void)unlink(path);
}

bool creative_file_read(struct arena *arena, const char *path, size_t most, struct str *out,
                        struct err *err)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return failed(err, "open", path);
    if (fstat(fd, &about) != 0 || about.st_size < 0 || (uint64_t)about.st_size > most) {
        close(fd);
        return err_set(err, ERR_BROKEN, "%s is larger than %zu bytes", path, most);
    }

    size_t size = (size_t)about.st_size, n = 0;
    char *bytes = arena_alloc(arena, size + 1);

    while (n < size) {
        ssize_t got = read(fd, bytes + n, size - n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    close(fd);
    if (n < size)
        return failed(err, "read", path);
    *out = (struct str){bytes, n};
    return true;
}
