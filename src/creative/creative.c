/* creative.c - creatives: their files, changed, deleted, tried again. */

#include "creative/creative_db.h"
#include "creative/creative_file.h"
#include "creative/creative_library.h"
#include "creative/creative_parts.h"

#include "auth/audit.h"
#include "conf/conf.h"
#include "db/db.h"
#include "text/json.h"

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

/* --- jobs and the record --- */

bool creative_ask(struct db *db, struct arena *arena, const char *kind, struct str creative_id,
                  struct err *err)
{
    struct job_wish wish = {
        .kind = kind,
        .args = str_fmt(arena, "{\"creative_id\":\"" STR_FMT "\"}", STR_ARG(creative_id)),
        .unique_key = creative_id,
    };

    return job_add(db, &wish, NULL, err);
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
    if (change->set_direction)
        creative.direction_id = change->direction_id;
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
        !creative_store(db, &creative, version, now_ms, &changed, err))
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
    return db_end(db, ok && creative_note(db, arena, actor, "creative.delete", id, err), err);
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
    return creative_note(db, arena, actor, "creative.retry", id, err) &&
           creative_ask(db, arena, "creative.prepare", id, err);
}

bool creative_retry(struct db *db, struct arena *arena, struct str id, struct str actor,
                    int64_t now_ms, struct err *err)
{
    return db_begin(db, err) && db_end(db, retry(db, arena, id, actor, now_ms, err), err);
}
