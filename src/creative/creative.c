/* creative.c - creatives: added, looked at, changed. */

#include "creative/creative.h"
#include "creative/creative_check.h"
#include "creative/creative_db.h"
#include "creative/creative_file.h"

#include "auth/audit.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"
#include "net/net.h"
#include "text/url.h"

#include <string.h>

#define FETCH_DEADLINE_MS (5 * 60 * 1000)
#define STILL_AT_MS       1000 /* the first second is often black */

const char *creative_path(const struct conf *conf, struct arena *arena,
                          const struct creative *creative)
{
    return creative_file_path(conf, arena, creative->media_path, "");
}

const char *creative_poster_path(const struct conf *conf, struct arena *arena,
                                 const struct creative *creative)
{
    return creative->media_path.n
               ? creative_file_path(conf, arena, creative->media_path, ".jpg")
               : "";
}

/* --- adding --- */

/* TikTok directions take video only, and so does this server. */
static bool check_media_type(struct str media_type, struct err *err)
{
    if (!media_type.n || str_eq(media_type, STR("video")))
        return true;
    return err_input(err, "media_type", "video",
                     "a TikTok direction takes videos, not \"" STR_FMT "\"",
                     STR_ARG(str_sub(media_type, 0, 40)));
}

static bool check_direction(struct db *db, struct arena *arena, struct str direction_id,
                            struct err *err)
{
    struct str platform, ad_account_id;
    bool found;

    if (!direction_id.n)
        return true;
    if (!creative_direction(db, arena, direction_id, &found, &platform, &ad_account_id, err))
        return false;
    if (found)
        return true;
    err_set(err, ERR_NOT_FOUND, "no direction " STR_FMT, STR_ARG(str_sub(direction_id, 0, 60)));
    return err_field(err, "direction_id");
}

static bool check_texts(struct str ad_text, struct str call_to_action, struct str landing,
                        struct err *err)
{
    const struct platform *tiktok = platform_find(STR("tiktok"));

    return tiktok->check_ad(ad_text, call_to_action, landing, err);
}

static bool check_wish(struct db *db, struct arena *arena, const struct creative_wish *wish,
                       struct err *err)
{
    if (!wish->title.n)
        return err_input(err, "title", "1 to 200 characters", "the creative has no title");
    return check_media_type(wish->media_type, err) &&
           check_texts(wish->ad_text, wish->call_to_action, wish->landing_page_url, err) &&
           check_direction(db, arena, wish->direction_id, err);
}

static struct creative creative_of(struct db *db, struct arena *arena,
                                   const struct creative_wish *wish, int64_t now_ms)
{
    struct creative creative = {
        .id = id_new(arena),
        .direction_id = wish->direction_id,
        .group_id = wish->group_id,
        .title = wish->title,
        .media_type = STR("video"),
        .status = STR("processing"),
        .media_url = wish->media_url,
        .ad_text = wish->ad_text,
        .call_to_action = wish->call_to_action,
        .landing_page_url = wish->landing_page_url,
        .version = 1,
        .created_ms = now_ms,
        .updated_ms = now_ms,
    };

    (void)db;
    return creative;
}

static bool ask(struct db *db, struct arena *arena, const char *kind, struct str creative_id,
                struct err *err)
{
    struct job_wish wish = {
        .kind = kind,
        .args = str_fmt(arena, "{\"creative_id\":\"" STR_FMT "\"}", STR_ARG(creative_id)),
        .unique_key = creative_id,
    };

    return job_add(db, &wish, NULL, err);
}

static bool note(struct db *db, struct arena *arena, struct str actor, const char *action,
                 struct str id, struct err *err)
{
    struct audit_entry entry = {.actor = actor, .action = action, .object_id = id};

    return audit_add(db, arena, &entry, err);
}

bool creative_add(struct db *db, struct arena *arena, const struct creative_wish *wish,
                  int64_t now_ms, struct str *id, struct err *err)
{
    struct creative creative = creative_of(db, arena, wish, now_ms);
    struct url url;

    if (!check_wish(db, arena, wish, err))
        return false;
    if (!url_parse(arena, wish->media_url, &url, err))
        return err_field(err, "media_url");
    if (!db_begin(db, err))
        return false;

    bool ok = creative_insert(db, &creative, err) &&
              note(db, arena, wish->actor, "creative.add", creative.id, err) &&
              ask(db, arena, "creative.prepare", creative.id, err);

    if (!db_end(db, ok, err))
        return false;
    *id = creative.id;
    return true;
}

/* --- looking at the file --- */

/* Facts, verdict, hashes and a still.  Findings are kept even when the verdict is no. */
static bool look(const struct conf *conf, struct arena *arena, struct creative *creative,
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
    return creative_verdict(&findings, err) &&
           seal_sha256_file_hex(arena, path, &creative->sha256, err) &&
           seal_md5_file_hex(arena, path, &creative->md5, err) &&
           media_poster(arena, path,
                        facts.duration_ms > 2 * STILL_AT_MS ? STILL_AT_MS
                                                            : facts.duration_ms / 2,
                        &still, err) &&
           creative_file_write(arena, creative_poster_path(conf, arena, creative), still, err);
}

static void remove_files(const struct conf *conf, struct arena *arena,
                         const struct creative *creative)
{
    if (!creative->media_path.n)
        return;
    creative_file_remove(creative_path(conf, arena, creative));
    creative_file_remove(creative_poster_path(conf, arena, creative));
}

/* The file is in its place: look, then store the row and what is to be done next. */
static bool finish_adding(const struct app *app, struct db *db, struct arena *arena,
                          const struct creative_wish *wish, struct creative *creative,
                          struct err *err)
{
    if (!look(app->conf, arena, creative, err))
        return false;
    creative->status = STR("ready");
    if (!db_begin(db, err))
        return false;

    bool ok = creative_insert(db, creative, err) &&
              note(db, arena, wish->actor, "creative.add", creative->id, err) &&
              (!creative->direction_id.n || ask(db, arena, "creative.push", creative->id, err));

    return db_end(db, ok, err);
}

static bool add_here(const struct app *app, struct db *db, struct arena *arena,
                     const struct creative_wish *wish, struct str bytes, const char *path,
                     int64_t now_ms, struct creative *out, struct err *err)
{
    struct creative creative = creative_of(db, arena, wish, now_ms);

    if (!check_wish(db, arena, wish, err))
        return false;
    creative.media_path = creative_file_place(arena, db_scope_org(db), creative.id);

    const char *place = creative_path(app->conf, arena, &creative);
    bool ok = creative_file_folders(app->conf, arena, creative.media_path, err) &&
              (path ? creative_file_copy(arena, path, place, LIMIT_VIDEO, err)
                    : creative_file_write(arena, place, bytes, err)) &&
              finish_adding(app, db, arena, wish, &creative, err);

    if (!ok) {
        remove_files(app->conf, arena, &creative);
        return false;
    }
    *out = creative;
    return true;
}

bool creative_add_from_bytes(const struct app *app, struct db *db, struct arena *arena,
                             const struct creative_wish *wish, struct str bytes, int64_t now_ms,
                             struct creative *out, struct err *err)
{
    return add_here(app, db, arena, wish, bytes, NULL, now_ms, out, err);
}

bool creative_add_from_file(const struct app *app, struct db *db, struct arena *arena,
                            const struct creative_wish *wish, const char *path, int64_t now_ms,
                            struct creative *out, struct err *err)
{
    return add_here(app, db, arena, wish, STR(""), path, now_ms, out, err);
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
                ask(job->db, job->arena, "creative.push", creative->id, err));
    return db_end(job->db, ok, err);
}

static bool last_word(const struct err *err)
{
    return err->kind == ERR_INVALID || err->kind == ERR_REFUSED || err->kind == ERR_DENIED;
}

static bool creative_of_job(struct job *job, struct creative *out, struct err *err)
{
    const struct json *args;

    return json_parse(job->arena, job->args, &args, err) &&
           creative_get(job->db, job->arena, json_text(args, "creative_id", STR("")), out, err);
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

    if (bring(job, app->conf, &creative, err) && look(app->conf, job->arena, &creative, err)) {
        creative.error_text = STR("");
        return conclude(job, &creative, "ready", err);
    }
    if (!last_word(err))
        return false;

    struct err unsaved = {0};

    if (fetched) {
        remove_files(app->conf, job->arena, &creative);
        creative.media_path = STR("");
    }
    creative.error_text = said(job->arena, err);
    if (conclude(job, &creative, "failed", &unsaved))
        return true; /* said on the creative: nothing is left for the job to do */
    *err = unsaved;
    return false;
}

bool creative_mark_failed(struct db *db, struct arena *arena, const struct creative *creative,
                          const struct err *why, int64_t now_ms, struct err *err)
{
    struct creative failed = *creative;
    bool changed;

    failed.status = STR("failed");
    failed.error_text = said(arena, why);
    return creative_store(db, &failed, creative->version, now_ms, &changed, err);
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

/* --- changing --- */

static bool change_creative(struct db *db, struct arena *arena, struct str id,
                            const struct creative_change *change, struct str actor,
                            int64_t now_ms, struct err *err)
{
    struct creative creative;
    bool changed;

    if (!creative_get(db, arena, id, &creative, err))
        return false;

    int64_t version = change->version ? change->version : creative.version;

    if (change->set_title)
        creative.title = change->title;
    if (change->set_direction)
        creative.direction_id = change->direction_id;
    if (change->set_ad_text)
        creative.ad_text = change->ad_text;
    if (change->set_call_to_action)
        creative.call_to_action = change->call_to_action;
    if (change->set_landing_page_url)
        creative.landing_page_url = change->landing_page_url;
    if (!check_texts(creative.ad_text, creative.call_to_action, creative.landing_page_url,
                     err) ||
        (change->set_direction && !check_direction(db, arena, creative.direction_id, err)) ||
        !creative_store(db, &creative, version, now_ms, &changed, err))
        return false;
    if (!changed) {
        err_set(err, ERR_CONFLICT, "the creative was changed by somebody else");
        return err_hint(err, "read it again and repeat your change");
    }
    return note(db, arena, actor, "creative.change", id, err);
}

bool creative_update(struct db *db, struct arena *arena, struct str id,
                     const struct creative_change *change, struct str actor, int64_t now_ms,
                     struct err *err)
{
    return db_begin(db, err) &&
           db_end(db, change_creative(db, arena, id, change, actor, now_ms, err), err);
}

bool creative_delete(struct db *db, struct arena *arena, struct str id, struct str actor,
                     int64_t now_ms, struct err *err)
{
    bool changed;

    if (!db_begin(db, err))
        return false;

    bool ok = creative_mark_deleted(db, id, now_ms, &changed, err);

    if (ok && !changed)
        ok = err_set(err, ERR_NOT_FOUND, "no creative " STR_FMT, STR_ARG(str_sub(id, 0, 60)));
    return db_end(db, ok && note(db, arena, actor, "creative.delete", id, err), err);
}

static bool retry(struct db *db, struct arena *arena, struct str id, struct str actor,
                  int64_t now_ms, struct err *err)
{
    struct creative creative;
    bool changed;

    if (!creative_get(db, arena, id, &creative, err))
        return false;
    if (!str_eq(creative.status, STR("failed")))
        return err_set(err, ERR_CONFLICT,
                       "only a failed creative can be retried; this one is " STR_FMT,
                       STR_ARG(creative.status));
    creative.status = STR("processing");
    creative.error_text = STR("");
    if (!creative_store(db, &creative, creative.version, now_ms, &changed, err))
        return false;
    if (!changed)
        return err_set(err, ERR_CONFLICT, "the creative was changed by somebody else");
    return note(db, arena, actor, "creative.retry", id, err) &&
           ask(db, arena, "creative.prepare", id, err);
}

bool creative_retry(struct db *db, struct arena *arena, struct str id, struct str actor,
                    int64_t now_ms, struct err *err)
{
    return db_begin(db, err) && db_end(db, retry(db, arena, id, actor, now_ms, err), err);
}
