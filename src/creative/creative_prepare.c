/* creative_prepare.c - the job creative.prepare: the file is fetched and looked at. */

#include "creative/creative_check.h"
#include "creative/creative_db.h"
#include "creative/creative_file.h"
#include "creative/creative_parts.h"

#include "base/limits.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"
#include "net/net.h"

#include <string.h>

#define FETCH_DEADLINE_MS (5 * 60 * 1000)
#define STILL_AT_MS       1000 /* the first second is often black */

/* --- looking at the file --- */

/* An upload brought its SHA-256 along. */
static bool hash(struct arena *arena, const char *path, struct creative *creative,
                 struct err *err)
{
    return (creative->sha256.n || seal_sha256_file_hex(arena, path, &creative->sha256, err)) &&
           (creative->md5.n || seal_md5_file_hex(arena, path, &creative->md5, err));
}

bool creative_look(const struct conf *conf, struct arena *arena, struct creative *creative,
                   struct err *err)
{
    const char *path = creative_path(conf, arena, creative);
    struct creative_findings findings = {0};
    struct media_facts facts;
    struct str still;

    if (!media_probe(arena, path, &facts, err))
        return false;
    creative_check(arena, &facts, STR("tiktok"), STR(""), &findings);
    creative->probe_json = creative_probe_print(arena, &facts, &findings);
    creative->size_bytes = facts.size_bytes;
    creative->duration_ms = facts.duration_ms;
    creative->width = facts.width;
    creative->height = facts.height;
    return creative_verdict(&findings, err) && hash(arena, path, creative, err) &&
           media_poster(arena, path,
                        facts.duration_ms > 2 * STILL_AT_MS ? STILL_AT_MS
                                                            : facts.duration_ms / 2,
                        &still, err) &&
           creative_file_write(arena, creative_poster_path(conf, arena, creative), still, err);
}

void creative_remove_files(const struct conf *conf, struct arena *arena,
                           const struct creative *creative)
{
    if (!creative->media_path.n)
        return;
    creative_file_remove(creative_path(conf, arena, creative));
    creative_file_remove(creative_poster_path(conf, arena, creative));
}

/* --- the job: fetch and look --- */

static bool fetch(struct job *job, const struct conf *conf, const struct creative *creative,
                  struct err *err)
{
    const char *part = creative_file_path(conf, job->arena, creative->media_path, ".part");
    struct net_request rq = {
        .method = STR("GET"),
        .url = creative->media_url,
        .deadline_ms = FETCH_DEADLINE_MS,
        .answer_limit = LIMIT_VIDEO,
        .allow_private = conf->allow_private_urls,
        .save_path = part,
    };
    struct net_answer answer = {0};

    if (!creative_file_folders(conf, job->arena, creative->media_path, err))
        return false;
    if (!net_call(job->net, job->arena, &rq, &answer, err)) {
        creative_file_remove(part);
        if (err->kind == ERR_UNCERTAIN)
            err->kind = ERR_BUSY; /* fetching changes nothing there */
        err_while(err, "fetching the video");
        return err_field(err, "media_url");
    }
    if (answer.status != 200 || str_starts(answer.type, STR("text/"))) {
        creative_file_remove(part);
        err_set(err, answer.status >= 500 ? ERR_BUSY : ERR_INVALID,
                "the address answered HTTP %d, type \"" STR_FMT "\", not a video",
                answer.status, STR_ARG(str_sub(answer.type, 0, 60)));
        return err_field(err, "media_url");
    }
    return creative_file_settle(part, creative_path(conf, job->arena, creative), err);
}

/* Store the outcome if nobody else changed the creative meanwhile; else another run sees to
 * it. */
static bool conclude(struct job *job, struct creative *creative, const char *status,
                     struct err *err)
{
    bool changed, ready = strcmp(status, "ready") == 0;

    creative->status = str(status);
    if (!db_begin(job->db, err))
        return false;

    bool ok = creative_store(job->db, creative, creative->version, job->now_ms, &changed, err);

    if (ok && !changed)
        ok = err_set(err, ERR_BUSY, "the creative was changed while it was being prepared");
    ok = ok && (!ready || !creative->direction_id.n ||
                creative_ask(job->db, job->arena, "creative.push", creative->id, err));
    return db_end(job->db, ok, err);
}

static bool last_word(const struct err *err)
{
    return err->kind == ERR_INVALID || err->kind == ERR_REFUSED || err->kind == ERR_DENIED;
}

static struct str said(struct arena *arena, const struct err *why)
{
    return str_fmt(arena, "%s%s%s", why->text, *why->hint ? "; " : "", why->hint);
}

/* An uploaded file is here; one that has an address is fetched. */
static bool bring(struct job *job, const struct conf *conf, struct creative *creative,
                  struct err *err)
{
    if (creative->media_path.n)
        return true;
    creative->media_path = creative_file_place(job->arena, job->org_id, creative->id);
    return fetch(job, conf, creative, err);
}

static bool run_prepare(struct job *job, struct err *err)
{
    const struct app *app = job->app;
    struct creative creative;

    if (!creative_of_job(job, &creative, err))
        return false;
    if (!str_eq(creative.status, STR("processing")))
        return true;

    bool fetched = !creative.media_path.n;

    if (bring(job, app->conf, &creative, err) &&
        creative_look(app->conf, job->arena, &creative, err)) {
        creative.error_text = STR("");
        return conclude(job, &creative, "ready", err);
    }
    if (!last_word(err))
        return false;

    struct err unsaved = {0};

    if (fetched) {
        creative_remove_files(app->conf, job->arena, &creative);
        creative.media_path = STR("");
    }
    creative.error_text = said(job->arena, err);
    if (conclude(job, &creative, "failed", &unsaved))
        return true; /* said on the creative: nothing is left for the job to do */
    *err = unsaved;
    return false;
}

/* Given up: the creative must not stay in "processing" for ever. */
static bool dead_prepare(struct job *job, const struct err *why, struct err *err)
{
    struct creative creative;
    struct err gone = {0};
    bool changed;

    if (!creative_of_job(job, &creative, &gone))
        return gone.kind == ERR_NOT_FOUND || (*err = gone, false);
    if (!str_eq(creative.status, STR("processing")))
        return true;
    creative.status = STR("failed");
    creative.error_text = said(job->arena, why);
    return creative_store(job->db, &creative, creative.version, job->now_ms, &changed, err);
}

const struct job_kind creative_jobs[] = {
    {.kind = "creative.prepare",
     .run = run_prepare,
     .deadline_ms = FETCH_DEADLINE_MS + 2 * 60 * 1000,
     .max_attempts = 5,
     .dead = dead_prepare},
    JOB_KINDS_END,
};

bool creative_mark_failed(struct db *db, struct arena *arena, const struct creative *creative,
                          const struct err *why, int64_t now_ms, struct err *err)
{
    struct creative failed = *creative;
    bool changed;

    failed.status = STR("failed");
    failed.error_text = said(arena, why);
    return creative_store(db, &failed, creative->version, now_ms, &changed, err);
}
