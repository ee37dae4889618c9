/* ring_file.c - the key ring's file: read strictly, made once, never overwritten. */

#include "seal/ring.h"
#include "base/random.h"
#include "text/hex.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST_FILE = 4096 };

static bool bad_file(const char *path, const char *what, struct err *err)
{
    (void)err_set(err, ERR_BROKEN, "the key file %s %s", path, what);
    return err_hint(err,
                    "restore it from your backup: without it stored tokens cannot be read");
}

static bool key_id_ok(struct str id)
{
    if (id.n == 0 || id.n >= sizeof((struct ring_key *)0)->id)
        return false;
    for (size_t i = 0; i < id.n; i++)
        if (!((id.p[i] >= 'a' && id.p[i] <= 'z') || (id.p[i] >= '0' && id.p[i] <= '9')))
            return false;
    return true;
}

/* `<key id> <64 hex digits>` */
static bool read_line(struct arena *scratch, struct ring *ring, struct str line)
{
    struct str id = str_cut(&line, ' ');
    struct str bytes;

    if (!key_id_ok(id) || ring->n == countof(ring->keys) || ring_find(ring, id) ||
        !hex_decode(scratch, line, &bytes) || bytes.n != RING_KEY_BYTES)
        return false;
    struct ring_key *key = &ring->keys[ring->n++];
    memcpy(key->id, id.p, id.n);
    memcpy(key->bytes, bytes.p, bytes.n);
    return true;
}

bool ring_read(struct arena *scratch, const char *path, struct ring *ring, bool *absent,
               struct err *err)
{
    char text[LARGEST_FILE + 1];
    struct stat st;
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    *absent = fd < 0 && errno == ENOENT;
    if (*absent)
        return true;
    if (fd < 0) {
        (void)err_set(err, ERR_BROKEN, "opening the key file %s: %s", path, strerror(errno));
        return err_hint(err, "it must be readable by the user that runs adwright");
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        (void)close(fd);
        return bad_file(path, "is no ordinary file", err);
    }
    if (st.st_mode & 077) {
        (void)close(fd);
        (void)err_set(err, ERR_BROKEN, "others may read the key file %s", path);
        return err_hint(err, "run: chmod 400 %s", path);
    }
    n = read(fd, text, sizeof text);
    (void)close(fd);
    if (n < 0)
        return err_set(err, ERR_BROKEN, "reading the key file %s: %s", path, strerror(errno));

    struct str rest = {text, (size_t)n};
    bool ok = n <= LARGEST_FILE;
    while (ok && rest.n) {
        struct str line = str_trim(str_cut(&rest, '\n'));
        ok = line.n == 0 || read_line(scratch, ring, line);
    }
    sodium_memzero(text, sizeof text);
    return (ok && ring->n > 0) || bad_file(path, "is malformed", err);
}

static bool write_synced(int fd, struct str text)
{
    while (text.n) {
        ssize_t n = write(fd, text.p, text.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text = str_sub(text, (size_t)n, text.n);
    }
    return fsync(fd) == 0;
}

static bool sync_folder(struct arena *scratch, const char *path)
{
    char *copy = (char *)(uintptr_t)str_c(scratch, str(path));
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        (void)close(fd);
    return ok;
}

/* Into place without replacing what another process has put there in the meantime. */
static bool put_in_place(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0 || errno == EEXIST)
        return true;
    return errno == EINVAL && link(from, to) == 0;
}

bool ring_make(struct arena *scratch, const char *path, struct err *err)
{
    char id[4], key[RING_KEY_BYTES];

    random_bytes(id, sizeof id);
    random_bytes(key, sizeof key);
    struct str id_hex = hex_encode(scratch, (struct str){id, sizeof id});
    struct str key_hex = hex_encode(scratch, (struct str){key, sizeof key});
    struct str text =
        str_fmt(scratch, STR_FMT " " STR_FMT "\n", STR_ARG(id_hex), STR_ARG(key_hex));
    const char *temp =
        str_fmt(scratch, "%s.new-%016llx", path, (unsigned long long)random_u64()).p;
    int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    bool ok = fd >= 0 && write_synced(fd, text);

    if (fd >= 0)
        ok = close(fd) == 0 && ok;
    ok = ok && put_in_place(temp, path) && sync_folder(scratch, path);
    int error = errno;
    (void)unlink(temp);
    sodium_memzero(key, sizeof key);
    sodium_memzero((char *)(uintptr_t)key_hex.p, key_hex.n);
    sodium_memzero((char *)(uintptr_t)text.p, text.n);
    if (ok)
        return true;
    (void)err_set(err, ERR_BROKEN, "making the key file %s: %s", path, strerror(error));
    return err_hint(err, "the data folder must exist, be writable, and have room");
}
