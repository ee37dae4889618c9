/* upload.c - uploads: begun, looked up, finished, removed. */

#include "creative/upload.h"
#include "creative/creative_file.h"
#include "creative/upload_db.h"
#include "creative/upload_parts.h"

#include "base/arena.h"
#include "base/limits.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"
#include "text/hex.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define HOUR_MS (INT64_C(60) * 60 * 1000)

int64_t upload_ceiling(const struct conf *conf)
{
    return conf->upload_max_mb ? conf->upload_max_mb << 20 : LIMIT_VIDEO;
}

int64_t upload_expiry(const struct conf *conf, int64_t now_ms)
{
    return now_ms + (conf->upload_hours ? conf->upload_hours : 24) * HOUR_MS;
}

bool upload_is_whole(const struct upload *upload)
{
    return upload->length >= 0 && upload->offset == upload->length;
}

/* --- begun --- */

static bool quota(struct err *err, enum upload_why *why, bool for_good, const char *hint)
{
    if (for_good)
        *why = UPLOAD_TOO_LARGE;
    err_set(err, for_good ? ERR_INVALID : ERR_BUSY,
            for_good ? "the organisation's videos would take more room than it has"
                     : "the organisation has too much on its way already");
    return err_hint(err, "%s", hint);
}

static bool check_quotas(const struct app *app, struct db *db, struct arena *arena,
                         const struct upload *u, int64_t now_ms, enum upload_why *why,
                         struct err *err)
{
    const struct conf *conf = app->conf;
    int64_t ceiling = upload_ceiling(conf), bytes = u->length < 0 ? 0 : u->length;
    struct upload_usage use = {0};

    if (!upload_use(db, arena, now_ms, ceiling, &use, err))
        return false;
    if (conf->uploads_per_org && use.open >= conf->uploads_per_org)
        return quota(err, why, false, "let some uploads finish, or delete them");
    if (conf->upload_org_mb && use.open_bytes + bytes > conf->upload_org_mb << 20)
        return quota(err, why, false, "let some uploads finish, or delete them");
    if (conf->media_org_mb && use.media_bytes + use.open_bytes + bytes > conf->media_org_mb
                                                                             << 20)
        return quota(err, why, true, "delete creatives that are not used any more");
    return upload_disk_has(conf, arena, bytes, err);
}

static bool check_length(const struct conf *conf, int64_t length, enum upload_why *why,
                         struct err *err)
{
    if (length == 0)
        return err_input(err, "Upload-Length", "choose a file with something in it",
                         "the file is empty");
    if (length <= upload_ceiling(conf))
        return true;
    *why = UPLOAD_TOO_LARGE;
    return err_input(err, "Upload-Length", "a smaller file", "the file is larger than %lld MB",
                     (long long)(upload_ceiling(conf) >> 20));
}

static bool check_metadata(struct db *db, struct arena *arena, const struct upload *u,
                           enum upload_why *why, struct err *err)
{
    struct creative_wish wish;
    struct creative_source file;

    if (!upload_read_wish(arena, u, &wish, &file, why, err))
        return false;
    if (str_starts(file.file_type, STR("image/")))
        wish.media_type = STR("image");
    return creative_wish_check(db, arena, &wish, true, err);
}

static bool make_file(const struct conf *conf, struct db *db, struct arena *arena,
                      struct str id, struct err *err)
{
    const char *path = upload_path(conf, db, arena, id);

    if (!creative_file_folders(conf, arena, upload_place(db, arena, id), err))
        return false;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return upload_file_failed(err, "make", errno);
    (void)close(fd);
    creative_file_sync_folder(path);
    return true;
}

static bool add_final(const struct app *app, struct db *db, struct arena *arena,
                      struct upload *u, const struct strs *parts, int64_t now_ms,
                      enum upload_why *why, struct err *err)
{
    struct upload_hold hold;

    if (!upload_take(app, db, arena, u->id, NULL, now_ms, &hold, why, err))
        return false;
    bool ok = upload_join(app, db, arena, &hold, parts, now_ms, why, err) &&
              upload_complete(app, db, arena, &hold, now_ms, err);
    *u = hold.upload;
    upload_release(&hold);
    return ok;
}

bool upload_add(const struct app *app, struct db *db, struct arena *arena,
                const struct upload_wish *wish, int64_t now_ms, struct upload *out,
                enum upload_why *why, struct err *err)
{
    struct seal_run run;
    struct strs parts = {0};
    bool final = false;
    struct upload u = {.kind = STR("whole"),
                       .state = STR("open"),
                       .length = wish->length,
                       .metadata = wish->metadata,
                       .concat = wish->concat,
                       .actor = wish->actor,
                       .expires_ms = upload_expiry(app->conf, now_ms),
                       .created_ms = now_ms,
                       .updated_ms = now_ms};

    *why = UPLOAD_OTHER;
    if (wish->concat.n) {
        if (!tus_concat(arena, wish->concat, &final, &parts, err))
            return false;
        u.kind = final ? STR("final") : STR("partial");
    }
    if (final && !upload_parts_length(db, arena, &parts, now_ms, &u.length, err))
        return false;
    seal_run_begin(&run, SEAL_SHA256);
    u.id = tus_id_new(arena);
    u.hash_state = seal_run_save(arena, &run);
    /* A part of a file says nothing of the file: its metadata is the final one's business. */
    if (!check_length(app->conf, u.length, why, err) ||
        (!str_eq(u.kind, STR("partial")) && !check_metadata(db, arena, &u, why, err)) ||
        !check_quotas(app, db, arena, &u, now_ms, why, err) ||
        !make_file(app->conf, db, arena, u.id, err))
        return false;
    if (!upload_insert(db, &u, err) ||
        (final && !add_final(app, db, arena, &u, &parts, now_ms, why, err))) {
        (void)unlink(upload_path(app->conf, db, arena, u.id));
        return false;
    }
    *out = u;
    return true;
}

bool upload_get(struct db *db, struct arena *arena, struct str id, int64_t now_ms,
                struct upload *out, struct err *err)
{
    bool found = false;

    if (tus_id_valid(id) && !upload_find(db, arena, id, &found, out, err))
        return false;
    if (found && out->expires_ms > now_ms)
        return true;
    err_set(err, ERR_NOT_FOUND, "no upload " STR_FMT, STR_ARG(str_sub(id, 0, 60)));
    return err_hint(err, "uploads that nobody goes on with are removed; begin again");
}

/* --- finished --- */

static bool become_creative(const struct app *app, struct db *db, struct arena *arena,
                            struct upload *u, const struct creative_wish *wish,
                            const struct creative_source *file, int64_t now_ms, struct err *err)
{
    bool changed;

    if (!creative_add_from_upload(app, db, arena, wish, file, now_ms, &u->creative_id, err) ||
        !upload_store(db, u, now_ms, &changed, err))
        return false;
    return changed || err_set(err, ERR_BUSY, "another request took the upload over");
}

bool upload_complete(const struct app *app, struct db *db, struct arena *arena,
                     struct upload_hold *hold, int64_t now_ms, struct err *err)
{
    struct upload done = hold->upload;
    enum upload_why why;
    struct creative_wish wish;
    struct creative_source file;

    if (!upload_read_wish(arena, &done, &wish, &file, &why, err))
        return false;
    file.path = upload_place(db, arena, done.id);
    file.size_bytes = done.length;
    if (hold->hashed)
        file.sha256 = hex_encode(arena, seal_run_sum(arena, &hold->run));
    done.state = STR("done");
    done.hash_state = STR("");
    done.expires_ms = upload_expiry(app->conf, now_ms);
    if (!db_begin(db, err) ||
        !db_end(db, become_creative(app, db, arena, &done, &wish, &file, now_ms, err), err))
        return false;
    hold->upload = done;
    (void)unlink(hold->path); /* the creative has a name of its own for it */
    if (app->runner)
        job_wake(app->runner);
    return true;
}

/* A part waits for its final upload. */
static bool is_to_be_finished(const struct upload *u)
{
    return str_eq(u->state, STR("open")) && upload_is_whole(u) &&
           !str_eq(u->kind, STR("partial"));
}

bool upload_settle(const struct app *app, struct db *db, struct arena *arena, struct str id,
                   const struct upload_evict *evict, int64_t now_ms, struct upload *out,
                   enum upload_why *why, struct err *err)
{
    struct upload_hold hold;

    *why = UPLOAD_OTHER;
    if (!upload_take(app, db, arena, id, evict, now_ms, &hold, why, err))
        return false;
    bool ok =
        !is_to_be_finished(&hold.upload) || upload_complete(app, db, arena, &hold, now_ms, err);
    *out = hold.upload;
    upload_release(&hold);
    return ok;
}

/* --- removed --- */

bool upload_remove(const struct app *app, struct db *db, struct arena *arena, struct str id,
                   const struct upload_evict *evict, int64_t now_ms, enum upload_why *why,
                   struct err *err)
{
    struct upload_hold hold;

    *why = UPLOAD_OTHER;
    if (!upload_take(app, db, arena, id, evict, now_ms, &hold, why, err))
        return false;
    bool ok = upload_delete(db, id, err);
    if (ok && hold.fd >= 0)
        (void)unlink(hold.path);
    upload_release(&hold);
    return ok;
}
