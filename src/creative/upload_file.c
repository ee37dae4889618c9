/* upload_file.c - the file of an upload: its lock, and how far it came. */

#include "creative/creative_file.h"
#include "creative/upload_db.h"
#include "creative/upload_parts.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define LOCK_WAIT_MS INT64_C(8000)
#define LOCK_STEP_MS INT64_C(20)
enum { PIECE = 64 * 1024 }; /* stays in the nearest caches from its reading to its hash */

struct str upload_place(struct db *db, struct arena *arena, struct str id)
{
    return str_fmt(arena, "uploads/" STR_FMT "/" STR_FMT, STR_ARG(db_scope_org(db)),
                   STR_ARG(id));
}

const char *upload_path(const struct conf *conf, struct db *db, struct arena *arena,
                        struct str id)
{
    return creative_file_path(conf, arena, upload_place(db, arena, id), "");
}

struct str upload_key(struct db *db, struct arena *arena, struct str id)
{
    return str_fmt(arena, STR_FMT "/" STR_FMT, STR_ARG(db_scope_org(db)), STR_ARG(id));
}

bool upload_file_failed(struct err *err, const char *doing, int why)
{
    bool full = why == ENOSPC || why == EDQUOT;

    err_set(err, full ? ERR_BUSY : ERR_BROKEN, "cannot %s the upload's file: %s", doing,
            strerror(why));
    return err_hint(err, "%s", full ? "free space on the data folder's disk, then go on" : "");
}

bool upload_disk_has(const struct conf *conf, struct arena *arena, int64_t bytes,
                     struct err *err)
{
    int64_t reserve = conf->disk_reserve_mb << 20;
    struct statvfs disk;

    if (statvfs(str_c(arena, conf->data), &disk))
        return upload_file_failed(err, "measure the disk of", errno);
    int64_t available = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
    if (available - reserve >= bytes)
        return true;
    err_set(err, ERR_BUSY, "the server's disk has no room for this file");
    return err_hint(err, "free space on the data folder's disk, then try again");
}

/* --- the lock --- */

/* The id of the process, and of the name space that gave it. */
struct str upload_own_name(struct arena *arena)
{
    struct stat space;
    long long ino = stat("/proc/self/ns/pid", &space) == 0 ? (long long)space.st_ino : 0;

    return str_fmt(arena, "%lld:%ld", ino, (long)getpid());
}

static void tell_holder(struct db *db, struct arena *arena, struct str id,
                        const struct upload_evict *evict, int64_t waited)
{
    struct err err = {0};

    if (evict && evict->cut)
        evict->cut(evict->arg, upload_key(db, arena, id));
    if (waited == 0 && !upload_want(db, id, upload_own_name(arena), &err))
        log_err("upload.want", &err);
}

/* The file's lock, in the end; the file may be another one by then (removed and made again). */
static bool lock(struct db *db, struct arena *arena, struct str id,
                 const struct upload_evict *evict, int fd, enum upload_why *why,
                 struct err *err)
{
    struct arena_mark mark = arena_mark(arena);
    int64_t since = clock_mono_ms(), waited = 0;
    int64_t most = evict && evict->wait_ms ? evict->wait_ms : LOCK_WAIT_MS;

    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return upload_file_failed(err, "lock", errno);
        if (waited >= most) {
            *why = UPLOAD_HELD;
            err_set(err, ERR_BUSY, "the upload is being received by another request");
            return err_hint(err, "try again in some seconds");
        }
        tell_holder(db, arena, id, evict, waited);
        arena_rewind(arena, mark);
        clock_sleep_ms(LOCK_STEP_MS);
        waited = clock_mono_ms() - since;
    }
    return true;
}

void upload_release(struct upload_hold *hold)
{
    if (hold->fd >= 0)
        (void)close(hold->fd); /* and with it the lock */
    hold->fd = -1;
}

static bool open_locked(const struct app *app, struct db *db, struct arena *arena,
                        struct str id, const struct upload_evict *evict,
                        struct upload_hold *hold, enum upload_why *why, struct err *err)
{
    struct stat about;

    hold->path = upload_path(app->conf, db, arena, id);
    if (!creative_file_folders(app->conf, arena, upload_place(db, arena, id), err))
        return false;
    for (;;) {
        hold->fd = open(hold->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (hold->fd < 0)
            return upload_file_failed(err, "open", errno);
        if (!lock(db, arena, id, evict, hold->fd, why, err))
            break;
        if (fstat(hold->fd, &about)) {
            upload_file_failed(err, "look at", errno);
            break;
        }
        if (about.st_nlink > 0)
            return true;
        upload_release(hold); /* removed while we waited */
    }
    upload_release(hold);
    return false;
}

/* --- file and row agree --- */

bool upload_hash(int fd, int64_t from, int64_t to, struct seal_run *run, struct err *err)
{
    struct arena *arena = arena_new_sized("upload hash", PIECE + 1024);
    char *piece = arena_alloc(arena, PIECE);
    bool ok = true;

    while (ok && from < to) {
        size_t most = to - from < PIECE ? (size_t)(to - from) : PIECE;
        ssize_t n = pread(fd, piece, most, from);
        if (n < 0 && errno == EINTR)
            continue;
        ok = n > 0 || upload_file_failed(err, "read", n < 0 ? errno : EIO);
        if (n > 0) {
            seal_run_add(run, (struct str){piece, (size_t)n});
            from += n;
        }
    }
    arena_free(arena);
    return ok;
}

struct str upload_hash_state(struct arena *arena, const struct upload_hold *hold)
{
    return hold->hashed ? seal_run_save(arena, &hold->run) : STR("");
}

/* The hash as far as the row has it; what it does not have is read, the whole if need be. */
static bool load_hash(struct arena *arena, struct upload_hold *hold, int64_t size,
                      struct err *err)
{
    const struct upload *u = &hold->upload;
    int64_t from = u->offset;

    if (!hold->hashed)
        return true;
    if (size < from || !seal_run_load(arena, u->hash_state, &hold->run)) {
        seal_run_begin(&hold->run, SEAL_SHA256);
        from = 0;
    }
    return upload_hash(hold->fd, from, size, &hold->run, err);
}

/* The file is right.  What the row does not know yet is read once, and made durable. */
static bool agree(struct db *db, struct arena *arena, struct upload_hold *hold, int64_t now_ms,
                  struct err *err)
{
    struct upload *u = &hold->upload;
    struct stat about;
    bool changed;

    if (fstat(hold->fd, &about))
        return upload_file_failed(err, "look at", errno);
    int64_t size = about.st_size;
    if (u->length >= 0 && size > u->length) {
        size = u->length;
        if (ftruncate(hold->fd, size))
            return upload_file_failed(err, "cut", errno);
    }
    if (!load_hash(arena, hold, size, err))
        return false;
    if (size == u->offset)
        return true;
    if (fdatasync(hold->fd))
        return upload_file_failed(err, "sync", errno);
    log_info("upload.recovered", LOG_TEXT("upload", u->id), LOG_INT("row", u->offset),
             LOG_INT("file", size));
    u->offset = size;
    u->hash_state = upload_hash_state(arena, hold);
    return upload_store(db, u, now_ms, &changed, err);
}

static bool claim(struct db *db, struct arena *arena, struct str id, struct upload_hold *hold,
                  struct err *err)
{
    bool found;

    if (!upload_claim(db, arena, id, upload_own_name(arena), &found, &hold->upload, err))
        return false;
    if (found)
        return true;
    (void)unlink(hold->path);
    return err_set(err, ERR_NOT_FOUND, "no upload " STR_FMT, STR_ARG(id));
}

bool upload_take(const struct app *app, struct db *db, struct arena *arena, struct str id,
                 const struct upload_evict *evict, int64_t now_ms, struct upload_hold *out,
                 enum upload_why *why, struct err *err)
{
    *out = (struct upload_hold){.fd = -1, .hashed = app->conf->upload_hash};
    if (!upload_get(db, arena, id, now_ms, &out->upload, err))
        return false;
    if (str_eq(out->upload.state, STR("done")))
        return true;
    if (!open_locked(app, db, arena, id, evict, out, why, err))
        return false;
    if (!claim(db, arena, id, out, err)) {
        upload_release(out);
        return false;
    }
    if (str_eq(out->upload.state, STR("done"))) { /* meanwhile: the file is the creative's */
        (void)unlink(out->path);
        upload_release(out);
        return true;
    }
    if (agree(db, arena, out, now_ms, err))
        return true;
    upload_release(out);
    return false;
}

int64_t upload_size(const struct conf *conf, struct db *db, struct arena *arena,
                    const struct upload *upload)
{
    struct stat about;

    if (str_eq(upload->state, STR("done")) ||
        stat(upload_path(conf, db, arena, upload->id), &about))
        return upload->offset;
    return about.st_size;
}
