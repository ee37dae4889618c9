/* creative_prepare.c - the job creative.prepare: fetch, probe, mend, posters. */

#include "creative/creative_db.h"
#include "creative/creative_file.h"
#include "creative/creative_parts.h"
#include "creative/creative_transcribe.h"

#include "base/limits.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"
#include "net/net.h"

#include <string.h>

#define FETCH_DEADLINE_MS (5 * 60 * 1000)
#define CARDS_LOOK_MS     2000 /* how often a carousel asks for its cards */

struct preparing {
    struct job *job;
    const struct conf *conf;
    struct creative creative;
    struct workflow wf;
    struct creative_looking look;
    const char *step; /* under way: whom to blame */
};

/* --- steps --- */

static bool fetch(struct preparing *p, struct err *err)
{
    struct job *job = p->job;
    const char *part = creative_file_path(p->conf, job->arena, p->creative.media_path, ".part");
    struct net_request rq = {
        .method = STR("GET"),
        .url = p->creative.media_url,
        .deadline_ms = FETCH_DEADLINE_MS,
        .answer_limit = LIMIT_VIDEO,
        .allow_private = p->conf->allow_private_urls,
        .save_path = part,
    };
    struct net_answer answer = {0};

    if (!creative_file_folders(p->conf, job->arena, p->creative.media_path, err))
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
    return creative_file_settle(part, creative_path(p->conf, job->arena, &p->creative), err);
}

static bool run_fetch(struct workflow *wf, void *arg, struct str request, struct str *result,
                      struct err *err)
{
    struct preparing *p = arg;

    (void)request;
    p->creative.media_path = creative_file_place(wf->arena, p->job->org_id, p->creative.id);
    *result = STR("{}");
    return fetch(p, err) && creative_store_facts(p->job->db, &p->creative, p->job->now_ms, err);
}

/* What was found out is shown even where the verdict is no. */
static bool run_probe(struct workflow *wf, void *arg, struct str request, struct str *result,
                      struct err *err)
{
    struct preparing *p = arg;

    (void)wf, (void)request;
    if (!creative_probe(&p->look, err) ||
        !creative_store_facts(p->job->db, &p->creative, p->job->now_ms, err) ||
        !creative_check_media_type(p->creative.media_type, p->look.platform, err))
        return false;
    *result = p->creative.probe_json;
    return creative_wants_mending(&p->look) || creative_verdict(&p->look.findings, err);
}

static bool run_mend(struct workflow *wf, void *arg, struct str request, struct str *result,
                     struct err *err)
{
    struct preparing *p = arg;

    (void)wf, (void)request;
    *result = STR("{}");
    return creative_mend_file(&p->look, err) &&
           creative_store_facts(p->job->db, &p->creative, p->job->now_ms, err) &&
           creative_verdict(&p->look.findings, err);
}

static bool run_posters(struct workflow *wf, void *arg, struct str request, struct str *result,
                        struct err *err)
{
    struct preparing *p = arg;

    (void)request;
    p->look.posters = (struct creative_poster_list){0};
    if (!creative_make_posters(p->conf, wf->arena, &p->creative, &p->look.posters, err))
        return false;
    for (size_t i = 0; i < p->look.posters.n; i++)
        if (!creative_poster_store(p->job->db, p->creative.id, &p->look.posters.at[i],
                                   p->job->now_ms, err))
            return false;
    *result = STR("{}");
    return true;
}

/* Recorded where the creative has a workflow. */
static bool go(struct preparing *p, const char *name, const char *recorded,
               bool (*run)(struct workflow *wf, void *arg, struct str request,
                           struct str *result, struct err *err),
               struct err *err)
{
    struct workflow_step step = {.name = recorded, .request = STR("{}"), .run = run, .arg = p};
    struct str result;

    p->step = name;
    return workflow_do(&p->wf, &step, &result, err);
}

/* A fetch of an earlier try does not count: its file was thrown away. */
static bool bring(struct preparing *p, struct err *err)
{
    if (p->creative.media_path.n)
        return true;
    return go(p, "fetch",
              str_fmt(p->job->arena, "fetch:%lld", (long long)p->creative.version).p, run_fetch,
              err);
}

/* Findings are not kept over a restart, so a file that is done is looked at once more. */
static bool look_again(struct preparing *p, struct err *err)
{
    return p->look.facts.kind.n || creative_probe(&p->look, err);
}

static bool prepare_file(struct preparing *p, struct err *err)
{
    if (!bring(p, err) || !go(p, "probe", "probe", run_probe, err) || !look_again(p, err))
        return false;
    if (creative_wants_mending(&p->look) && !go(p, "mend", "mend", run_mend, err))
        return false;
    return go(p, "posters", "posters", run_posters, err);
}

/* A carousel is ready when its cards are. */
static bool prepare_cards(struct preparing *p, struct err *err)
{
    struct creative_card_list cards = {0};

    p->step = "probe";
    if (!creative_cards(p->job->db, p->job->arena, p->creative.id, &cards, err))
        return false;
    for (size_t i = 0; i < cards.n; i++) {
        struct creative card;

        if (!creative_get(p->job->db, p->job->arena, cards.at[i].card_id, &card, err)) {
            if (err->kind == ERR_NOT_FOUND)
                err->kind = ERR_INVALID;
            return err_while(err, "card %zu", i + 1);
        }
        if (str_eq(card.status, STR("failed")))
            return err_set(err, ERR_INVALID, "card %zu failed: " STR_FMT, i + 1,
                           STR_ARG(card.error_text));
        if (str_eq(card.status, STR("processing"))) {
            p->job->snooze = true;
            p->job->retry_after_ms = CARDS_LOOK_MS;
            return err_set(err, ERR_BUSY, "card %zu is still being prepared", i + 1);
        }
    }
    return true;
}

/* --- how it ends --- */

/* Store the outcome if nobody else changed the creative meanwhile; else another run sees to
 * it. */
static bool conclude(struct preparing *p, const char *status, const struct err *why,
                     struct err *err)
{
    struct job *job = p->job;
    bool changed, ready = strcmp(status, "ready") == 0;

    p->creative.status = str(status);
    if (!db_begin(job->db, err))
        return false;

    bool ok =
        (!ready || creative_ask_next(job->db, job->arena, &p->creative, job->now_ms, err)) &&
        creative_store_status(job->db, &p->creative, job->now_ms, &changed, err) &&
        workflow_set_state(&p->wf, ready ? "running" : "failed", STR(""), why, err);

    if (ok && !changed)
        ok = err_set(err, ERR_BUSY, "the creative was changed while it was being prepared");
    return db_end(job->db, ok, err);
}

static bool conclude_ready(struct preparing *p, struct err *err)
{
    p->creative.error_text = STR("");
    p->creative.failure_json = STR("");
    return conclude(p, "ready", NULL, err);
}

/* Said on the creative: nothing is left for the job to do.  What was fetched is fetched anew by
 * a retry; what was uploaded cannot be had again. */
static bool conclude_failed(struct preparing *p, const struct err *why, struct err *err)
{
    struct job *job = p->job;

    if (p->creative.media_url.n && p->creative.media_path.n) {
        creative_remove_files(p->conf, job->arena, &p->creative);
        p->creative.media_path = p->creative.original_path = STR("");
        p->creative.sha256 = STR("");
        if (!creative_store_facts(job->db, &p->creative, job->now_ms, err))
            return false;
    }
    p->creative.error_text = creative_said(job->arena, why);
    p->creative.failure_json = creative_failure_print(job->arena, &p->creative, p->step, why);
    return conclude(p, "failed", why, err);
}

static bool last_word(const struct err *err)
{
    return err->kind == ERR_INVALID || err->kind == ERR_REFUSED || err->kind == ERR_DENIED;
}

static bool open_preparing(struct preparing *p, struct job *job, struct err *err)
{
    const struct app *app = job->app;

    *p = (struct preparing){.job = job, .conf = app->conf, .step = "probe"};
    if (!creative_of_job(job, &p->creative, err) ||
        !creative_workflow(job, &p->creative, &p->wf, err))
        return false;
    p->look = (struct creative_looking){
        .conf = app->conf, .db = job->db, .arena = job->arena, .creative = &p->creative};
    struct err gone = {0};
    if (creative_check_direction(job->db, job->arena, p->creative.direction_id,
                                 &p->look.platform, &gone) ||
        gone.kind == ERR_NOT_FOUND)
        return true;
    *err = gone;
    return false;
}

static bool run_prepare(struct job *job, struct err *err)
{
    struct preparing p;
    struct err why = {0};

    if (!open_preparing(&p, job, err))
        return err->kind == ERR_NOT_FOUND; /* deleted meanwhile */
    if (!str_eq(p.creative.status, STR("processing")))
        return true;
    if (str_eq(p.creative.media_type, STR("carousel")) ? prepare_cards(&p, &why)
                                                       : prepare_file(&p, &why))
        return conclude_ready(&p, err);
    if (last_word(&why))
        return conclude_failed(&p, &why, err);
    *err = why;
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
    creative.error_text = creative_said(job->arena, why);
    creative.failure_json = creative_failure_print(
        job->arena, &creative, creative.media_path.n ? "probe" : "fetch", why);
    return creative_store_status(job->db, &creative, job->now_ms, &changed, err);
}

const struct job_kind creative_jobs[] = {
    {.kind = "creative.prepare",
     .run = run_prepare,
     .deadline_ms = FETCH_DEADLINE_MS + 30 * 60 * 1000, /* mending is slow */
     .max_attempts = 5,
     .dead = dead_prepare},
    {.kind = "creative.transcribe",
     .run = creative_transcribe_run,
     .deadline_ms = 10 * 60 * 1000,
     .max_attempts = 12,
     .dead = creative_transcribe_dead},
    JOB_KINDS_END,
};
