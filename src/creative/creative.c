/* creative.c - creatives: their files, changed, deleted, tried again. */

#include "creative/creative_db.h"
#include "creative/creative_file.h"
#include "creative/creative_library.h"
#include "creative/creative_parts.h"
#include "creative/creative_transcribe.h"

#include "auth/audit.h"
#include "base/limits.h"
#include "conf/conf.h"
#include "db/db.h"
#include "text/json.h"

const char *creative_path(const struct conf *conf, struct arena *arena,
                          const struct creative *creative)
{
    return creative_file_path(conf, arena, creative->media_path, "");
}

/* --- jobs and the record --- */

static bool ask(struct db *db, struct arena *arena, const char *kind, struct str creative_id,
                struct str key, struct err *err)
{
    struct job_wish wish = {
        .kind = kind,
        .args = str_fmt(arena, "{\"creative_id\":\"" STR_FMT "\"}", STR_ARG(creative_id)),
        .unique_key = key,
    };

    return job_add(db, &wish, NULL, err);
}

bool creative_ask(struct db *db, struct arena *arena, const char *kind, struct str creative_id,
                  struct err *err)
{
    return ask(db, arena, kind, creative_id, creative_id, err);
}

bool creative_ask_again(struct db *db, struct arena *arena, const char *kind,
                        struct str creative_id, int64_t now_ms, struct err *err)
{
    return ask(db, arena, kind, creative_id,
               str_fmt(arena, STR_FMT ":%lld", STR_ARG(creative_id), (long long)now_ms), err);
}

bool creative_note(struct db *db, struct arena *arena, struct str actor, const char *action,
                   struct str id, struct err *err)
{
    struct audit_entry entry = {.actor = actor, .action = action, .object_id = id};

    return audit_add(db, arena, &entry, err);
}

bool creative_of_job(struct job *job, struct creative *out, struct err *err)
{
    const struct json *args;

    return json_parse(job->arena, job->args, &args, err) &&
           creative_get(job->db, job->arena, json_text(args, "creative_id", STR("")), out, err);
}

bool creative_start(struct db *db, struct arena *arena, struct creative *creative,
                    struct str actor, struct err *err)
{
    bool added;

    return workflow_add(
               db, arena, "creative", creative->id,
               str_fmt(arena, "{\"creative_id\":\"" STR_FMT "\"}", STR_ARG(creative->id)), NULL,
               &creative->workflow_id, &added, err) &&
           creative_insert(db, creative, err) && creative_index(db, arena, creative->id, err) &&
           creative_note(db, arena, actor, "creative.add", creative->id, err) &&
           (str_eq(creative->status, STR("ready")) ||
            creative_ask(db, arena, "creative.prepare", creative->id, err));
}

/* A creative from before there were workflows gets one. */
bool creative_workflow(struct job *job, const struct creative *creative, struct workflow *out,
                       struct err *err)
{
    struct str id = creative->workflow_id;
    bool added;

    if (!id.n && !workflow_add(job->db, job->arena, "creative", creative->id,
                               str_fmt(job->arena, "{\"creative_id\":\"" STR_FMT "\"}",
                                       STR_ARG(creative->id)),
                               NULL, &id, &added, err))
        return false;
    return workflow_load(job, id, out, err);
}

bool creative_ask_next(struct db *db, struct arena *arena, struct creative *creative,
                       int64_t now_ms, struct err *err)
{
    creative->push_text = STR("");
    creative->push_state = creative->direction_id.n ? STR("waiting") : STR("");
    return creative_transcribe_ask(db, arena, creative, now_ms, err) &&
           (!creative->direction_id.n ||
            creative_ask_again(db, arena, "creative.push", creative->id, now_ms, err));
}

/* --- changing --- */

static bool change_creative(struct db *db, struct arena *arena, struct str id,
                            const struct creative_change *change, struct str actor,
                            int64_t now_ms, struct err *err)
{
    struct creative creative;
    struct str platform;
    struct err gone = {0};
    bool changed;

    if (!creative_get(db, arena, id, &creative, err))
        return false;

    int64_t version = change->version ? change->version : creative.version;

    if (change->set_title)
        creative.title = change->title;
    bool moved = change->set_direction && !str_eq(creative.direction_id, change->direction_id);

    if (moved) {
        creative.direction_id = change->direction_id;
        creative.push_state = STR("");
        creative.push_text = STR("");
    }
    if (change->set_ad_text)
        creative.ad_text = change->ad_text;
    if (change->set_call_to_action)
        creative.call_to_action = change->call_to_action;
    if (change->set_landing_page_url)
        creative.landing_page_url = change->landing_page_url;
    if (!creative_check_direction(db, arena, creative.direction_id, &platform, &gone) &&
        (change->set_direction || gone.kind != ERR_NOT_FOUND))
        return *err = gone, false;
    if (!creative_check_texts(platform, creative.ad_text, creative.call_to_action,
                              creative.landing_page_url, err) ||
        (moved && !creative_check_media_type(creative.media_type, platform, err)))
        return false;
    if (moved && str_eq(creative.status, STR("ready")) &&
        !creative_ask_next(db, arena, &creative, now_ms, err))
        return false;
    if (!creative_store_texts(db, &creative, version, now_ms, &changed, err))
        return false;
    if (!changed) {
        err_set(err, ERR_CONFLICT, "the creative was changed by somebody else");
        return err_hint(err, "read it again and repeat your change");
    }
    return creative_index(db, arena, id, err) &&
           creative_note(db, arena, actor, "creative.change", id, err);
}

bool creative_update(struct db *db, struct arena *arena, struct str id,
                     const struct creative_change *change, struct str actor, int64_t now_ms,
                     struct err *err)
{
    if (db_in_transaction(db))
        return change_creative(db, arena, id, change, actor, now_ms, err);
    return db_begin(db, err) &&
           db_end(db, change_creative(db, arena, id, change, actor, now_ms, err), err);
}

/* --- once more --- */

static bool retry_whole(struct db *db, struct arena *arena, struct creative *creative,
                        int64_t now_ms, struct err *err)
{
    bool changed;

    creative->status = STR("processing");
    creative->error_text = creative->failure_json = STR("");
    creative->push_state = creative->push_text = STR("");
    if (!creative_store_status(db, creative, now_ms, &changed, err))
        return false;
    if (!changed)
        return err_set(err, ERR_CONFLICT, "the creative was changed by somebody else");
    return creative_copies_forgive(db, creative->id, err) &&
           creative_ask_again(db, arena, "creative.prepare", creative->id, now_ms, err);
}

static bool retry_push(struct db *db, struct arena *arena, const struct creative *creative,
                       int64_t now_ms, struct err *err)
{
    return creative_store_push(db, creative->id, STR("waiting"), STR(""), STR(""), now_ms,
                               err) &&
           creative_copies_forgive(db, creative->id, err) &&
           creative_ask_again(db, arena, "creative.push", creative->id, now_ms, err);
}

static bool retry(struct db *db, struct arena *arena, struct str id, struct str actor,
                  int64_t now_ms, struct err *err)
{
    struct creative creative;

    if (!creative_get(db, arena, id, &creative, err))
        return false;
    if (!str_eq(creative.status, STR("failed")) && !str_eq(creative.push_state, STR("failed")))
        return err_set(err, ERR_CONFLICT,
                       "only a failed creative can be retried; this one is " STR_FMT,
                       STR_ARG(creative.status));
    return (str_eq(creative.status, STR("failed"))
                ? retry_whole(db, arena, &creative, now_ms, err)
                : retry_push(db, arena, &creative, now_ms, err)) &&
           creative_note(db, arena, actor, "creative.retry", id, err);
}

bool creative_retry(struct db *db, struct arena *arena, struct str id, struct str actor,
                    int64_t now_ms, struct err *err)
{
    return db_begin(db, err) && db_end(db, retry(db, arena, id, actor, now_ms, err), err);
}

bool creative_retry_all(struct db *db, struct arena *arena, struct str direction_id,
                        struct str actor, int64_t now_ms, int64_t *retried, struct err *err)
{
    struct creative_filter filter = {.direction_id = direction_id,
                                     .status = STR("failed"),
                                     .limit = LIMIT_CREATIVES_RESUMED};
    struct creatives failed = {0};
    struct creative_failure failure;

    *retried = 0;
    if (!creative_list(db, arena, &filter, &failed, err))
        return false;
    for (size_t i = 0; i < failed.n; i++) {
        if (!creative_failure_read(arena, &failed.at[i], &failure) || !failure.retriable)
            continue;
        if (!creative_retry(db, arena, failed.at[i].id, actor, now_ms, err)) {
            if (err->kind != ERR_CONFLICT && err->kind != ERR_NOT_FOUND)
                return false;
            continue; /* somebody was faster */
        }
        ++*retried;
    }
    return true;
}
