/* launch.c - launches: begun by a wish, carried out by a job, undone when refused. */

#include "ads/launch.h"
#include "ads/launch_parts.h"
#include "ads/launch_steps.h"

#include "auth/audit.h"
#include "auth/stop.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/app.h"
#include "db/db.h"
#include "text/json.h"

/* The same wish again within this time is a double click. */
#define DOUBLE_CLICK_MS 10000

#define PROCESSING_LOOK_MS  1000  /* how often to ask whether a video is usable: at first, */
#define PROCESSING_LATER_MS 5000  /* and when it takes its time */
#define STOPPED_LOOK_MS     15000 /* while the emergency stop is on */
#define UNCERTAIN_LOOK_MS   500

/* --- starting --- */

static bool note_start(struct db *db, struct arena *arena, const struct launch_input *input,
                       struct str launch_id, struct err *err)
{
    struct audit_entry entry = {.actor = input->actor,
                                .action = "launch.start",
                                .object_id = launch_id,
                                .after = launch_input_print(arena, input)};

    return audit_add(db, arena, &entry, err);
}

static bool store_wish(struct db *db, struct arena *arena, const struct launch_input *input,
                       struct str request_key, struct str *id, bool *added, struct err *err)
{
    /* Under the direction's lock two equal wishes cannot pass each other. */
    if (!direction_lock(db, input->direction_id, err))
        return false;
    *added = false;
    if (!request_key.n && (!launch_by_fingerprint(db, arena, input->fingerprint,
                                                  clock_wall_ms() - DOUBLE_CLICK_MS, id, err) ||
                           id->n))
        return id->n > 0;
    return workflow_add(db, arena, "launch", request_key, launch_input_print(arena, input),
                        "launch.run", id, added, err) &&
           (!*added || note_start(db, arena, input, *id, err));
}

/* The launch that was started under this key; "" when there is none. */
static bool find_by_key(struct db *db, struct arena *arena, const struct launch_wish *wish,
                        struct str *id, struct err *err)
{
    struct str asked;

    if (!launch_by_key(db, arena, wish->request_key, id, &asked, err))
        return false;
    if (!id->n || !asked.n || str_eq(asked, launch_asked(arena, wish)))
        return true;
    (void)err_set(err, ERR_CONFLICT, "this idempotency key was used for another launch");
    (void)err_field(err, "Idempotency-Key");
    return err_hint(err, "use a new key for a new launch");
}

bool launch_start(const struct app *app, struct db *db, struct arena *arena,
                  const struct launch_wish *wish, struct str *launch_id, bool *added,
                  struct err *err)
{
    struct launch_input input;
    struct creatives creatives = {0};
    struct str id;
    bool is_new = false;

    if (!find_by_key(db, arena, wish, &id, err))
        return false;
    if (!id.n) {
        if (!launch_input_make(db, arena, wish, clock_wall_ms(), &input, &creatives, err) ||
            !db_begin(db, err) ||
            !db_end(db, store_wish(db, arena, &input, wish->request_key, &id, &is_new, err),
                    err))
            return false;
    }
    if (is_new && app->runner)
        job_wake(app->runner);
    *launch_id = id;
    if (added)
        *added = is_new;
    return true;
}

/* --- the outcome, in the founding shape --- */

static const char *mode_word(struct str way, bool campaign_made)
{
    if (str_eq(way, STR("existing_adgroup")))
        return "use_existing";
    return campaign_made ? "create_new" : "create_adgroup";
}

static void put_ads(struct json_writer *w, const struct launching *l, bool made)
{
    json_key(w, made ? "ads" : "refused");
    json_list(w);
    for (size_t i = 0; i < l->ads.n; i++) {
        const struct launch_made *ad = &l->ads.at[i];

        if ((ad->ad_id.n > 0) != made)
            continue;
        json_object(w);
        json_text_member(w, "creative_id", ad->creative->id);
        if (made) {
            json_text_member(w, "ad_id", ad->ad_id);
            json_text_member(w, "name", ad->name);
            json_text_member(w, "video_id", ad->copy.video_id);
        } else {
            json_key(w, "error");
            json_put_raw(w, ad->refused.n ? ad->refused : STR("null"));
        }
        json_end(w);
    }
    json_end(w);
}

static struct str outcome_print(const struct launching *l)
{
    int64_t made = 0;
    struct buf buf;
    struct json_writer w;

    for (size_t i = 0; i < l->ads.n; i++)
        made += l->ads.at[i].ad_id.n > 0;
    buf_init(&buf, l->job->arena, LIMIT_REQUEST_BODY);
    json_writer(&w, &buf);
    json_object(&w);
    json_bool_member(&w, "success", true);
    json_text_member(&w, "direction_id", l->in.direction_id);
    json_text_member(&w, "direction_name", l->in.direction_name);
    json_text_member(&w, "mode", str(mode_word(l->in.way, l->campaign_made)));
    json_text_member(&w, "campaign_id", l->campaign_id);
    json_text_member(&w, "adgroup_id", l->adgroup_id);
    json_text_member(&w, "tiktok_adgroup_id", l->adgroup_id);
    json_bool_member(&w, "published", !l->in.start_paused);
    json_bool_member(&w, "campaign_paused",
                     l->campaign_disabled || (l->campaign_made && l->in.start_paused));
    json_int_member(&w, "ads_created", made);
    put_ads(&w, l, true);
    put_ads(&w, l, false);
    json_end(&w);
    return buf_str(&buf);
}

/* --- carrying out --- */

static bool note_end(struct launching *l, const char *action, struct str after, struct err *err)
{
    struct audit_entry entry = {.actor =
                                    str_fmt(l->job->arena, "job:" STR_FMT, STR_ARG(l->job->id)),
                                .action = action,
                                .object_id = l->wf.id,
                                .after = after};

    return audit_add(l->job->db, l->job->arena, &entry, err);
}

static bool finish(struct launching *l, struct err *err)
{
    struct str outcome = outcome_print(l);
    bool own = l->campaign_made && !str_eq(l->in.mode, STR("create_campaign"));

    if (!db_begin(l->job->db, err))
        return false;

    bool ok = (!own || direction_set_campaign(l->job->db, l->in.direction_id, l->campaign_id,
                                              l->in.campaign_id, l->job->now_ms, err)) &&
              workflow_set_state(&l->wf, "done", outcome, NULL, err) &&
              note_end(l, "launch.done", outcome, err);

    return db_end(l->job->db, ok, err);
}

static bool go_forward(struct launching *l, struct err *err)
{
    return launch_make(l, err) && (l->in.start_paused || launch_enable(l, err)) &&
           finish(l, err);
}

static bool set_state(struct launching *l, const char *state, const char *action,
                      const struct err *why, struct err *err)
{
    struct str error = launch_error_print(l->job->arena, why);

    if (!db_begin(l->job->db, err))
        return false;
    return db_end(l->job->db,
                  workflow_set_state(&l->wf, state, STR(""), why, err) &&
                      note_end(l, action, error, err),
                  err);
}

/* Why the launch is being undone, as it was stored when that began. */
static bool stored_why(struct launching *l, struct err *why, struct err *err)
{
    struct workflow_view view = {0};

    if (!workflow_get(l->job->db, l->job->arena, l->wf.id, &view, err))
        return false;
    (void)launch_error_read(l->job->arena, view.error_json, why);
    return true;
}

/*
 * Disable what was made.  Where even that is refused (a dead token), the launch
 * ends as failed: what was made was never enabled, or only its ad group was.
 */
static bool undo(struct launching *l, struct err *err)
{
    struct err why = {0}, trouble = {0};

    if (!stored_why(l, &why, err))
        return false;
    if ((l->session.conf || launch_connect(l, &trouble)) && launch_disable_made(l, &trouble))
        return set_state(l, "undone", "launch.undone", &why, err);
    if (!launch_last_word(&trouble) && trouble.kind != ERR_DENIED) {
        *err = trouble;
        return false;
    }
    log_err("launch.not_undone", &trouble);
    return set_state(l, "failed", "launch.failed", &why, err);
}

static void note_dead_token(struct launching *l, const struct err *why)
{
    struct err unsaved = {0};

    if (why->kind == ERR_DENIED && why->platform_code && l->connection.ad_account_id.n &&
        !ad_account_mark_revoked(l->job->db, l->job->arena, &l->connection, why->text,
                                 &unsaved))
        log_err("launch.not_written", &unsaved);
}

/* When to come back: soon for a video that is being processed or an answer that was lost. */
static void choose_wait(struct launching *l, const struct err *why)
{
    if (l->processing) {
        l->job->snooze = true;
        l->job->retry_after_ms =
            l->job->attempt < 20 ? PROCESSING_LOOK_MS : PROCESSING_LATER_MS;
    } else if (why->kind == ERR_UNCERTAIN && l->job->attempt <= 4) {
        l->job->retry_after_ms = UNCERTAIN_LOOK_MS;
    }
}

/* A launch that the autopilot asked for waits while the emergency stop is on. */
static bool held_by_stop(struct launching *l, bool *held, struct err *err)
{
    struct autopilot_stop stop = {0};

    if (str_eq(l->wf.state, STR("running")) && str_starts(l->in.actor, STR("brain:")) &&
        !autopilot_stop_get(l->job->db, l->job->arena, &stop, err))
        return false;
    *held = stop.on;
    if (stop.on) {
        l->job->snooze = true;
        l->job->retry_after_ms = STOPPED_LOOK_MS;
    }
    return true;
}

static bool run_launch(struct job *job, struct err *err)
{
    struct launching l = {.job = job, .app = job->app};
    const struct json *args;
    struct err why = {0};
    bool held;

    if (!json_parse(job->arena, job->args, &args, err) ||
        !workflow_load(job, json_text(args, "workflow_id", STR("")), &l.wf, err) ||
        !launch_input_read(job->arena, l.wf.input, &l.in, err) || !held_by_stop(&l, &held, err))
        return false;
    if (held)
        return err_set(err, ERR_BUSY, "the emergency stop is on: the launch waits");
    if (str_eq(l.wf.state, STR("running"))) {
        if (go_forward(&l, &why))
            return true;
        if (!launch_last_word(&why) && why.kind != ERR_DENIED) {
            choose_wait(&l, &why);
            *err = why;
            return false;
        }
        note_dead_token(&l, &why);
        if (!set_state(&l, "undoing", "launch.refused", &why, err))
            return false;
    }
    return !str_eq(l.wf.state, STR("undoing")) || undo(&l, err);
}

bool launch_dead(struct job *job, const struct err *why, struct err *err)
{
    const struct json *args;

    return json_parse(job->arena, job->args, &args, err) &&
           launch_mark_failed(job->db, json_text(args, "workflow_id", STR("")),
                              launch_error_print(job->arena, why), job->now_ms, err);
}

const struct job_kind launch_jobs[] = {
    /* Uploads of large videos take their time; the worker's heartbeat keeps the lease. */
    {.kind = "launch.run",
     .run = run_launch,
     .deadline_ms = 3 * 60 * 60 * 1000,
     .max_attempts = 12,
     .dead = launch_dead},
    {.kind = "launch.status",
     .run = launch_run_status,
     .deadline_ms = 5 * 60 * 1000,
     .max_attempts = 12,
     .dead = launch_dead},
    {.kind = "creative.push",
     .run = launch_push_creative,
     .deadline_ms = 2 * 60 * 60 * 1000,
     .max_attempts = 8,
     .dead = launch_push_dead},
    JOB_KINDS_END,
};
