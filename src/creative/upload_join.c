/* upload_join.c - a final upload is made of partial ones (TUS concatenation). */

#include "creative/upload_db.h"
#include "creative/upload_parts.h"

#include "base/arena.h"
#include "conf/app.h"
#include "db/db.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool upload_parts_length(struct db *db, struct arena *arena, const struct strs *parts,
                         int64_t now_ms, int64_t *length, struct err *err)
{
    struct upload part;

    *length = 0;
    for (size_t i = 0; i < parts->n; i++) {
        if (!upload_get(db, arena, parts->at[i], now_ms, &part, err))
            return err_field(err, "Upload-Concat");
        if (!str_eq(part.kind, STR("partial")))
            return err_input(err, "Upload-Concat", "name partial uploads",
                             "upload " STR_FMT " is not a partial one", STR_ARG(part.id));
        if (!upload_is_whole(&part))
            return err_input(err, "Upload-Concat", "finish the parts first",
                             "upload " STR_FMT " is not finished", STR_ARG(part.id));
        *length += part.length;
    }
    return true;
}

static bool copy(int from, int to, int64_t n, struct err *err)
{
    while (n > 0) {
        ssize_t got = copy_file_range(from, NULL, to, NULL, (size_t)n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return upload_file_failed(err, "put together", got < 0 ? errno : EIO);
        n -= got;
    }
    return true;
}

static bool append(const struct app *app, struct db *db, struct arena *arena,
                   struct upload_hold *whole, struct str id, int64_t now_ms,
                   enum upload_why *why, struct err *err)
{
    struct upload_hold part;

    if (!upload_take(app, db, arena, id, NULL, now_ms, &part, why, err))
        return false;
    bool ok = part.fd >= 0 && lseek(part.fd, 0, SEEK_SET) == 0 &&
              copy(part.fd, whole->fd, part.upload.length, err);
    whole->upload.offset += part.upload.length;
    upload_release(&part);
    return ok;
}

/* The hash of the whole cannot be had from those of the parts: this reads the file once. */
bool upload_join(const struct app *app, struct db *db, struct arena *arena,
                 struct upload_hold *whole, const struct strs *parts, int64_t now_ms,
                 enum upload_why *why, struct err *err)
{
    if (lseek(whole->fd, 0, SEEK_SET) != 0 || ftruncate(whole->fd, 0))
        return upload_file_failed(err, "begin", errno);
    whole->upload.offset = 0;
    for (size_t i = 0; i < parts->n; i++)
        if (!append(app, db, arena, whole, parts->at[i], now_ms, why, err))
            return false;
    if (!upload_is_whole(&whole->upload))
        return err_set(err, ERR_BUSY, "a part changed while it was put together");
    if (whole->hashed) {
        seal_run_begin(&whole->run, SEAL_SHA256);
        if (!upload_hash(whole->fd, 0, whole->upload.offset, &whole->run, err))
            return false;
    }
    if (fdatasync(whole->fd))
        return upload_file_failed(err, "sync", errno);
    return true;
}
