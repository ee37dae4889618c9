/* upload_stream.c - the bytes of one piece, from the network to the disk. */

#include "creative/upload_db.h"
#include "creative/upload_parts.h"

#include "base/arena.h"
#include "base/log.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Written back as we go, so that little is left for the sync at the end. */
#define WRITE_BACK (INT64_C(8) << 20)

struct upload_stream {
    struct upload_hold hold; /* as it was at the beginning of the piece */
    _Atomic int64_t offset;  /* written so far */
    int64_t hashed;          /* the hashes below are of the bytes up to here */
    int64_t most;            /* where it must end at the latest */
    int64_t written_back;
    int64_t length; /* told with the piece, or known before */
    struct seal_run run;
    bool checked;
    struct seal_run check;
    struct str sum;
    bool overflow;
    bool unreadable; /* what was written cannot be read for its hash */
    int failure;     /* errno of a write; 0 = none */
    const struct conf *conf;
};

/* --- the beginning --- */

static bool elsewhere(struct err *err, enum upload_why *why, int64_t at)
{
    *why = UPLOAD_ELSEWHERE;
    err_set(err, ERR_CONFLICT, "the upload goes on at offset %lld", (long long)at);
    err_field(err, "Upload-Offset");
    return err_hint(err, "ask with HEAD where to go on");
}

static bool too_large(struct err *err, enum upload_why *why, int64_t most)
{
    *why = UPLOAD_TOO_LARGE;
    return err_input(err, "body", "send no more than the upload's length",
                     "the piece goes beyond the upload's end at %lld", (long long)most);
}

/* The length may be told once, later than at the beginning. */
static bool set_length(const struct conf *conf, struct upload *u, int64_t length,
                       enum upload_why *why, struct err *err)
{
    if (length < 0 || length == u->length)
        return true;
    if (u->length >= 0)
        return err_input(err, "Upload-Length", "leave it away",
                         "the length of the upload is known and does not change");
    if (length == 0 || length < u->offset)
        return err_input(err, "Upload-Length", "the length of the whole file",
                         "the length is less than what is here, or nothing");
    if (length > upload_ceiling(conf)) {
        *why = UPLOAD_TOO_LARGE;
        return err_input(err, "Upload-Length", "a smaller file",
                         "the file is larger than %lld MB",
                         (long long)(upload_ceiling(conf) >> 20));
    }
    u->length = length;
    return true;
}

static bool fits(const struct app *app, struct arena *arena, struct upload *u,
                 const struct upload_piece *piece, enum upload_why *why, struct err *err)
{
    if (str_eq(u->kind, STR("final"))) {
        *why = UPLOAD_FINAL;
        return err_set(err, ERR_DENIED, "a final upload takes no bytes of its own");
    }
    if (piece->offset != u->offset)
        return elsewhere(err, why, u->offset);
    if (!set_length(app->conf, u, piece->length, why, err))
        return false;
    int64_t most = u->length >= 0 ? u->length : upload_ceiling(app->conf);
    if (piece->size > most - u->offset)
        return too_large(err, why, most);
    return upload_disk_has(app->conf, arena, piece->size > 0 ? piece->size : 0, err);
}

bool upload_begin(const struct app *app, struct db *db, struct arena *arena, struct str id,
                  const struct upload_piece *piece, const struct upload_evict *evict,
                  int64_t now_ms, struct upload_stream **out, struct upload *upload,
                  enum upload_why *why, struct err *err)
{
    struct upload_stream *s = NEW(arena, struct upload_stream);

    *out = NULL;
    *why = UPLOAD_OTHER;
    if (!upload_take(app, db, arena, id, evict, now_ms, &s->hold, why, err))
        return false;
    *upload = s->hold.upload;
    if (!fits(app, arena, &s->hold.upload, piece, why, err)) {
        upload_release(&s->hold);
        return false;
    }
    if (s->hold.fd < 0) /* done, and the piece adds nothing */
        return true;
    s->hashed = s->written_back = upload->offset;
    s->offset = upload->offset;
    s->length = s->hold.upload.length;
    s->most = s->length >= 0 ? s->length : upload_ceiling(app->conf);
    s->run = s->hold.run;
    s->checked = piece->checked;
    s->conf = app->conf;
    s->sum = piece->sum;
    if (s->checked)
        seal_run_begin(&s->check, piece->hash);
    *out = s;
    return true;
}

/* --- the bytes --- */

/* The database and everybody else need the room that is left. */
static bool reserve_is_left(const struct upload_stream *s)
{
    struct statvfs disk;

    return fstatvfs(s->hold.fd, &disk) != 0 ||
           (int64_t)disk.f_bavail * (int64_t)disk.f_frsize >= s->conf->disk_reserve_mb << 20;
}

static void count(struct upload_stream *s, size_t written)
{
    int64_t offset = s->offset += (int64_t)written;

    if (offset - s->written_back < WRITE_BACK)
        return;
    if (s->conf->upload_sync)
        (void)sync_file_range(s->hold.fd, s->written_back, offset - s->written_back,
                              SYNC_FILE_RANGE_WRITE);
    s->written_back = offset;
    if (!reserve_is_left(s))
        s->failure = ENOSPC;
}

static bool has_room(struct upload_stream *s, size_t n)
{
    s->overflow = (int64_t)n > s->most - s->offset;
    return !s->overflow;
}

bool upload_write(struct upload_stream *s, struct str bytes)
{
    if (!has_room(s, bytes.n))
        return false;
    while (bytes.n) {
        ssize_t n = pwrite(s->hold.fd, bytes.p, bytes.n, s->offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            s->failure = n < 0 ? errno : ENOSPC;
            return false;
        }
        count(s, (size_t)n);
        bytes = str_sub(bytes, (size_t)n, bytes.n);
    }
    return !s->failure;
}

/* For file systems that do not splice. */
static bool copy(struct upload_stream *s, int pipe, size_t n)
{
    char bytes[16 * 1024];

    while (n) {
        ssize_t got = read(pipe, bytes, n < sizeof bytes ? n : sizeof bytes);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            s->failure = got < 0 ? errno : EIO;
            return false;
        }
        if (!upload_write(s, (struct str){bytes, (size_t)got}))
            return false;
        n -= (size_t)got;
    }
    return true;
}

bool upload_drain(struct upload_stream *s, int pipe, size_t n)
{
    if (!has_room(s, n))
        return false;
    while (n) {
        off_t at = s->offset;
        ssize_t moved = splice(pipe, NULL, s->hold.fd, &at, n, SPLICE_F_MOVE);
        if (moved < 0 && errno == EINTR)
            continue;
        if (moved < 0 && errno == EINVAL)
            return copy(s, pipe, n);
        if (moved <= 0) {
            s->failure = moved < 0 ? errno : ENOSPC;
            return false;
        }
        count(s, (size_t)moved);
        n -= (size_t)moved;
    }
    return !s->failure;
}

bool upload_is_hashed(const struct upload_stream *s)
{
    return s->hold.hashed || s->checked;
}

void upload_hash_on(struct upload_stream *s)
{
    struct err err = {0};
    int64_t from = s->hashed, to = s->offset;

    if (!upload_is_hashed(s) || s->unreadable || from == to)
        return;
    s->hashed = to;
    if ((s->hold.hashed && !upload_hash(s->hold.fd, from, to, &s->run, &err)) ||
        (s->checked && !upload_hash(s->hold.fd, from, to, &s->check, &err))) {
        s->unreadable = true;
        log_err("upload.hash", &err);
    }
}

/* --- the end --- */

/* As if the piece had never come. */
static bool take_back(struct upload_stream *s, struct err *err)
{
    s->offset = s->hashed = s->hold.upload.offset;
    s->run = s->hold.run;
    return ftruncate(s->hold.fd, s->offset) == 0 || upload_file_failed(err, "cut", errno);
}

static bool check_sum(struct arena *arena, struct upload_stream *s, bool whole, struct str *bad)
{
    struct str sum = STR("");

    /* What came of a piece that broke off is kept: its checksum is of the whole piece. */
    if (s->checked && whole)
        sum = seal_run_sum(arena, &s->check);
    *bad = sum;
    return !sum.n || seal_equal(sum, s->sum);
}

/* The bytes are right, or gone, and on stable storage; s->offset says how many. */
static bool settle_bytes(struct arena *arena, struct upload_stream *s, bool whole,
                         enum upload_why *why, struct err *err)
{
    struct str sum;
    bool ok = true;

    upload_hash_on(s); /* what is left of it */
    if (s->unreadable) {
        ok = take_back(s, err) && upload_file_failed(err, "read", EIO);
    } else if (s->overflow) {
        ok = take_back(s, err) && too_large(err, why, s->most);
    } else if (!check_sum(arena, s, whole, &sum)) {
        if ((ok = take_back(s, err))) {
            *why = UPLOAD_CHECKSUM;
            ok = err_input(err, "Upload-Checksum", "send the piece again",
                           "the bytes that arrived have another checksum");
        }
    }
    if (s->conf->upload_sync && fdatasync(s->hold.fd)) {
        int reason = errno;
        struct err unused;
        /* What a failed sync leaves behind is unknown: nothing of the piece counts. */
        (void)take_back(s, &unused);
        *why = UPLOAD_OTHER;
        return upload_file_failed(err, "sync", reason);
    }
    if (ok && s->failure)
        return upload_file_failed(err, "write", s->failure);
    return ok;
}

static bool store(const struct app *app, struct db *db, struct arena *arena,
                  struct upload_stream *s, int64_t now_ms, enum upload_why *why,
                  struct err *err)
{
    struct upload_hold *hold = &s->hold;
    bool changed;

    hold->upload.offset = s->offset;
    hold->upload.length = s->length;
    hold->upload.expires_ms = upload_expiry(app->conf, now_ms);
    hold->run = s->run;
    if (upload_is_whole(&hold->upload) && !str_eq(hold->upload.kind, STR("partial")))
        return upload_complete(app, db, arena, hold, now_ms, err);
    hold->upload.hash_state = upload_hash_state(arena, hold);
    if (!upload_store(db, &hold->upload, now_ms, &changed, err))
        return false;
    if (changed)
        return true;
    *why = UPLOAD_HELD;
    return err_set(err, ERR_BUSY, "another request took the upload over");
}

bool upload_end(const struct app *app, struct db *db, struct arena *arena,
                struct upload_stream *s, bool whole, int64_t now_ms, struct upload *out,
                enum upload_why *why, struct err *err)
{
    struct err unstored = {0};
    bool ok, stored = false;

    *why = UPLOAD_OTHER;
    ok = settle_bytes(arena, s, whole, why, err);
    if (!db)
        err_set(&unstored, ERR_BUSY, "the database is away");
    else
        stored = store(app, db, arena, s, now_ms, why, &unstored);
    *out = s->hold.upload;
    upload_release(&s->hold);
    if (ok && !stored)
        *err = unstored;
    else if (!stored)
        log_err("upload.store", &unstored);
    return ok && stored;
}
