/* upload_sweep.c - what nobody goes on with is removed. */

#include "creative/creative_file.h"
#include "creative/upload_db.h"
#include "creative/upload_parts.h"

#include "base/arena.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EVERY_MS  (INT64_C(10) * 60 * 1000)
#define ORPHAN_MS (INT64_C(60) * 60 * 1000) /* a file without a row, so old */

bool upload_wanted(struct db *db, struct arena *arena, const struct strs *keys,
                   struct strs *wanted, struct err *err)
{
    struct str own = upload_own_name(arena);
    struct upload upload;
    bool found;

    for (size_t i = 0; i < keys->n; i++) {
        struct str id = keys->at[i], org = str_cut(&id, '/');
        db_scope(db, org);
        if (!upload_find(db, arena, id, &found, &upload, err))
            return false;
        if (found && !str_eq(upload.holder, own))
            *strs_add(wanted, arena) = keys->at[i];
    }
    return true;
}

bool upload_schedule(struct db *db, struct arena *arena, int64_t now_ms, struct err *err)
{
    struct job_wish wish = {.kind = "upload.sweep", .unique_key = STR("sweep")};
    bool mine;

    struct str slot = str_fmt(arena, "%lld", (long long)(now_ms / EVERY_MS));
    return schedule_claim(db, STR("upload.sweep"), slot, &mine, err) &&
           (!mine || job_add(db, &wish, NULL, err));
}

/* An expired one whose bytes are all here (the last answer was lost, the client never came
 * back) is finished instead. */
static bool remove_expired(struct job *job, struct str id, struct err *err)
{
    const struct app *app = job->app;
    struct upload_hold hold = {.fd = -1};
    enum upload_why why = UPLOAD_OTHER;
    bool found;

    if (!upload_find(job->db, job->arena, id, &found, &hold.upload, err) || !found)
        return !err->kind;
    int64_t before_expiry = hold.upload.expires_ms - 1;
    if (!upload_take(app, job->db, job->arena, id, NULL, before_expiry, &hold, &why, err))
        return false;
    bool finish = hold.fd >= 0 && upload_is_whole(&hold.upload) &&
                  !str_eq(hold.upload.kind, STR("partial"));
    bool ok = finish ? upload_complete(app, job->db, job->arena, &hold, job->now_ms, err)
                     : upload_delete(job->db, id, err);
    if (ok && hold.fd >= 0)
        (void)unlink(hold.path);
    upload_release(&hold);
    return ok;
}

static void sweep_rows(struct job *job, const struct strs *orgs, const struct strs *ids)
{
    for (size_t i = 0; i < ids->n; i++) {
        struct err err = {0};
        db_scope(job->db, orgs->at[i]);
        if (!remove_expired(job, ids->at[i], &err))
            log_err("upload.sweep", &err); /* the next sweep finds it again */
    }
}

static bool sweep_file(struct job *job, const char *folder, struct str id, struct err *err)
{
    const char *path = str_fmt(job->arena, "%s/" STR_FMT, folder, STR_ARG(id)).p;
    struct upload upload;
    struct stat about;
    bool found;

    if (stat(path, &about) || (int64_t)about.st_mtime * 1000 > job->now_ms - ORPHAN_MS)
        return true;
    if (!upload_find(job->db, job->arena, id, &found, &upload, err))
        return false;
    if (found && !str_eq(upload.state, STR("done")))
        return true;
    log_info("upload.orphan", LOG_TEXT("file", id));
    (void)unlink(path);
    return true;
}

static bool sweep_folder(struct job *job, struct str org, struct err *err)
{
    const struct app *app = job->app;
    struct str place = str_fmt(job->arena, "uploads/" STR_FMT, STR_ARG(org));
    const char *folder = creative_file_path(app->conf, job->arena, place, "");
    DIR *files = opendir(folder);
    struct dirent *entry;
    bool ok = true;

    db_scope(job->db, org);
    while (ok && files && (entry = readdir(files)))
        if (tus_id_valid(str(entry->d_name)))
            ok = sweep_file(job, folder, str_dup(job->arena, str(entry->d_name)), err);
    if (files)
        (void)closedir(files);
    return ok;
}

static bool sweep_folders(struct job *job, struct err *err)
{
    const struct app *app = job->app;
    DIR *orgs = opendir(creative_file_path(app->conf, job->arena, STR("uploads"), ""));
    struct dirent *entry;
    bool ok = true;

    while (ok && orgs && (entry = readdir(orgs)))
        if (id_valid(str(entry->d_name))) /* of an org; what else lies there is not ours */
            ok = sweep_folder(job, str_dup(job->arena, str(entry->d_name)), err);
    if (orgs)
        (void)closedir(orgs);
    return ok;
}

static bool run_sweep(struct job *job, struct err *err)
{
    struct strs orgs = {0}, ids = {0};

    db_scope_system(job->db);
    if (!upload_expired(job->db, job->arena, job->now_ms, &orgs, &ids, err))
        return false;
    sweep_rows(job, &orgs, &ids);
    bool ok = sweep_folders(job, err);
    db_scope_system(job->db);
    return ok;
}

const struct job_kind upload_jobs[] = {
    {.kind = "upload.sweep",
     .run = run_sweep,
     .deadline_ms = 10 * 60 * 1000,
     .max_attempts = 3},
    JOB_KINDS_END,
};
