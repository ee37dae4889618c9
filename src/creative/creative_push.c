/* creative_push.c - the platform half of the workflow: upload, usable, poster. */

#include "creative/creative_db.h"
#include "creative/creative_parts.h"
#include "creative/creative_sending.h"

#include "base/limits.h"
#include "base/log.h"
#include "db/db.h"

/* C3: a send that failed is tried again after these waits, then it has failed. */
static const int64_t waits_ms[] = {2000, 5000, 10000};
#define LOOK_MS       1000 /* how often to ask whether the video is usable: at first, */
#define LOOK_LATER_MS 5000 /* and when it takes its time */
#define SOON          20

struct pushing {
    struct job *job;
    struct creative_sending sending;
    struct workflow wf;
};

/* --- the steps --- */

static struct str print_copy(struct arena *arena, const struct creative_copy *copy)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 8192);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "file_name", copy->file_name);
    json_text_or_null_member(&w, "video_id", copy->video_id);
    json_text_or_null_member(&w, "image_id", copy->image_id);
    json_text_or_null_member(&w, "shared_with", copy->shared_with);
    json_end(&w);
    return buf_str(&buf);
}

static bool run_upload(struct workflow *wf, void *arg, struct str request, struct str *result,
                       struct err *err)
{
    struct pushing *p = arg;

    (void)request;
    if (!creative_send_file(&p->sending, err))
        return false;
    *result = print_copy(wf->arena, &p->sending.copy);
    return true;
}

static bool run_usable(struct workflow *wf, void *arg, struct str request, struct str *result,
                       struct err *err)
{
    struct pushing *p = arg;

    (void)request;
    if (!creative_await_usable(&p->sending, err))
        return false;
    *result = print_copy(wf->arena, &p->sending.copy);
    return true;
}

static bool run_poster(struct workflow *wf, void *arg, struct str request, struct str *result,
                       struct err *err)
{
    struct pushing *p = arg;

    (void)request;
    if (!creative_send_poster(&p->sending, err))
        return false;
    *result = print_copy(wf->arena, &p->sending.copy);
    return true;
}

/* A step is one of this upload to this advertiser: another one has steps of its own. */
static bool go(struct pushing *p, const char *name, int64_t number,
               bool (*run)(struct workflow *wf, void *arg, struct str request,
                           struct str *result, struct err *err),
               struct err *err)
{
    struct arena *arena = p->job->arena;
    struct workflow_step step = {
        .name = str_fmt(arena, "%s:" STR_FMT ":" STR_FMT ":%lld", name,
                        STR_ARG(p->sending.session->advertiser_id),
                        STR_ARG(p->sending.copy.file_name), (long long)number)
                    .p,
        .request = str_fmt(arena, "{\"advertiser_id\":\"" STR_FMT "\"}",
                           STR_ARG(p->sending.session->advertiser_id)),
        .run = run,
        .arg = p};
    struct str result;

    return workflow_do(&p->wf, &step, &result, err);
}

static bool send_all(struct pushing *p, struct err *err)
{
    bool image = str_eq(p->sending.creative->media_type, STR("image"));

    if (!go(p, "upload", 0, run_upload, err))
        return false;
    return image || (go(p, "usable", 0, run_usable, err) &&
                     go(p, "poster", p->sending.copy.poster_number, run_poster, err));
}

/* A poster may have been chosen while the other one was sent. */
static bool check_complete(struct pushing *p, struct err *err)
{
    struct creative_sending *s = &p->sending;
    bool found;

    if (!creative_copy_find(s->db, s->arena, s->creative->id, str(s->platform->name),
                            s->session->advertiser_id, &found, &s->copy, err))
        return false;
    if (found && creative_sending_complete(s))
        return true;
    s->waiting = true;
    return err_set(err, ERR_BUSY, "another poster was chosen");
}

static bool push_file(struct pushing *p, struct err *err)
{
    if (!creative_sending_begin(&p->sending, err))
        return false;
    if (creative_sending_complete(&p->sending))
        return true;

    bool ok = send_all(p, err);

    creative_sending_end(&p->sending);
    return ok && check_complete(p, err);
}

static bool push_all(struct pushing *p, struct err *err)
{
    struct creative_copy copy;

    return str_eq(p->sending.creative->media_type, STR("carousel"))
               ? creative_sending_run(&p->sending, &copy, err)
               : push_file(p, err);
}

/* --- how it ends --- */

static bool show(struct pushing *p, const char *state, struct str text, struct err *err)
{
    const struct creative *creative = p->sending.creative;

    if (str_eq(creative->push_state, str(state)) && str_eq(creative->push_text, text))
        return true;
    return creative_store_push(p->job->db, creative->id, str(state), text, STR(""),
                               p->job->now_ms, err);
}

/* Of a direction that it has left meanwhile there is nothing to tell. */
static bool store_ready(struct pushing *p, struct err *err)
{
    struct job *job = p->job;
    struct creative now;
    struct err gone = {0};

    if (!creative_get(job->db, job->arena, p->sending.creative->id, &now, &gone))
        return gone.kind == ERR_NOT_FOUND || (*err = gone, false);
    if (!str_eq(now.direction_id, p->sending.creative->direction_id))
        return true;
    return creative_store_push(job->db, now.id, STR("ready"), STR(""), STR(""), job->now_ms,
                               err) &&
           workflow_set_state(&p->wf, "done", STR(""), NULL, err);
}

static bool conclude_ready(struct pushing *p, struct err *err)
{
    return db_begin(p->job->db, err) && db_end(p->job->db, store_ready(p, err), err);
}

static bool conclude_failed(struct pushing *p, const struct err *why, struct err *err)
{
    struct job *job = p->job;

    log_err("creative.push_failed", why);
    if (!db_begin(job->db, err))
        return false;
    return db_end(job->db,
                  creative_push_failed(job->db, job->arena, p->sending.creative->id, why,
                                       job->now_ms, err) &&
                      workflow_set_state(&p->wf, "failed", STR(""), why, err),
                  err);
}

static bool again_after(struct pushing *p, int64_t wait_ms, const struct err *why,
                        struct err *err)
{
    if (!show(p, "sending", creative_said(p->job->arena, why), err))
        return false;
    p->job->snooze = true;
    p->job->retry_after_ms = wait_ms;
    *err = *why;
    return false;
}

static bool arrange(struct pushing *p, const struct err *why, struct err *err)
{
    int64_t tries = p->sending.copy.tries;
    bool passing = why->kind == ERR_BUSY || why->kind == ERR_UNCERTAIN;

    if (p->sending.waiting)
        return again_after(p, p->job->attempt < SOON ? LOOK_MS : LOOK_LATER_MS, why, err);
    if (passing && tries > 0 && tries <= (int64_t)countof(waits_ms))
        return again_after(p, waits_ms[tries - 1], why, err);
    if ((passing && tries > 0) || why->kind == ERR_INVALID || why->kind == ERR_REFUSED ||
        why->kind == ERR_DENIED)
        return conclude_failed(p, why, err);
    *err = *why; /* ours, or a read: the job's own waits */
    return false;
}

bool creative_push(struct job *job, const struct platform *platform,
                   struct platform_session *session, const struct creative *creative,
                   struct err *err)
{
    struct pushing p = {.job = job,
                        .sending = {.db = job->db,
                                    .arena = job->arena,
                                    .platform = platform,
                                    .session = session,
                                    .creative = creative,
                                    .holder = job->id,
                                    .now_ms = job->now_ms}};
    struct err why = {0};

    if (str_eq(creative->status, STR("failed")))
        return true;
    bool resumed = str_eq(creative->push_state, STR("sending")); /* what it waited for stays */
    if (!creative_workflow(job, creative, &p.wf, err) ||
        (!resumed && !show(&p, "sending", STR(""), err)))
        return false;
    return push_all(&p, &why) ? conclude_ready(&p, err) : arrange(&p, &why, err);
}

bool creative_push_waits(struct db *db, const struct creative *creative, struct str why,
                         int64_t now_ms, struct err *err)
{
    return creative_store_push(db, creative->id, STR("waiting"), why, STR(""), now_ms, err);
}

/* Which step it was, by what is there. */
static bool failed_step(struct db *db, struct arena *arena, const struct creative *creative,
                        const char **step, struct err *err)
{
    struct creative_copy copy = {0};
    bool found;

    if (!creative_copy_latest(db, arena, creative->id, &found, &copy, err))
        return false;
    *step = !copy.video_id.n ? "upload" : !copy.usable ? "usable" : "poster";
    return true;
}

/* What the platform refuses is not ready here either: a launch would be refused as well. */
bool creative_push_failed(struct db *db, struct arena *arena, struct str creative_id,
                          const struct err *why, int64_t now_ms, struct err *err)
{
    bool refused = why->kind == ERR_REFUSED || why->kind == ERR_INVALID;
    struct creative creative;
    struct err gone = {0};
    const char *step;
    bool changed;

    if (!creative_get(db, arena, creative_id, &creative, &gone))
        return gone.kind == ERR_NOT_FOUND || (*err = gone, false);
    if (!failed_step(db, arena, &creative, &step, err))
        return false;

    struct str said = creative_said(arena, why);
    struct str failure = creative_failure_print(arena, &creative, step, why);

    if (!refused)
        return creative_store_push(db, creative_id, STR("failed"), said, failure, now_ms, err);
    creative.status = STR("failed");
    creative.error_text = creative.push_text = said;
    creative.failure_json = failure;
    creative.push_state = STR("failed");
    return creative_store_status(db, &creative, now_ms, &changed, err) &&
           (changed || err_set(err, ERR_BUSY, "the creative was changed meanwhile"));
}

bool creative_account_connected(struct db *db, struct arena *arena, struct str ad_account_id,
                                struct str platform, int64_t now_ms, struct err *err)
{
    struct strs ids = {0};

    if (!creative_waiting(db, arena, ad_account_id, platform, LIMIT_CREATIVES_RESUMED, &ids,
                          err))
        return false;
    for (size_t i = 0; i < ids.n; i++)
        if (!creative_copies_forgive(db, ids.at[i], err) ||
            !creative_ask_again(db, arena, "creative.push", ids.at[i], now_ms, err))
            return false;
    return true;
}
