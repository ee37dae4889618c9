/* action_run.c - the job that carries actions out, one by one. */
#include "ads/launch.h"
#include "auth/audit.h"
#include "auth/stop.h"
#include "base/clock.h"
#include "base/log.h"
#include "brain/action_db.h"
#include "brain/action_guard.h"
#include "brain/action_state.h"
#include "brain/brain_codes.h"
#include "brain/execution.h"
#include "brain/snapshot.h"
#include "conf/app.h"
#include "db/db.h"
#include "text/json.h"

/* Two readings so far apart prove that a lost write did not happen. */
#define PROOF_MS       5000
#define MOST_SENDS     3
#define LAUNCH_LOOK_MS 2000

struct runner {
    struct db *db;
    struct arena *arena;
    const struct app *app;
    struct job *job; /* NULL outside actions.run */
    struct ad_connection connection;
    const struct platform *platform;
    struct platform_session session;
    int64_t later_ms; /* 0 = nothing to come back for */
};

static struct platform_write build(struct runner *r, const struct action *a,
                                   const struct action_kind *kind)
{
    if (kind->verb == VERB_BUDGET)
        return r->platform->write_adgroup_budget(&r->session, a->object_id,
                                                 action_wanted_budget(r->arena, a));
    return r->platform->write_status(&r->session, kind->level, a->object_id,
                                     kind->verb == VERB_RESUME);
}

/* --- settling
 * --------------------------------------------------------------------------------- */

static const char *audit_name(const struct action_kind *kind)
{
    static const char *const names[][3] = {
        [VERB_READ] = {"campaign.read", "adgroup.read", "ad.read"},
        [VERB_PAUSE] = {"campaign.pause", "adgroup.pause", "ad.pause"},
        [VERB_RESUME] = {"campaign.resume", "adgroup.resume", "ad.resume"},
        [VERB_BUDGET] = {"campaign.budget", "adgroup.budget", "ad.budget"},
        [VERB_LAUNCH] = {"direction.launch", "direction.launch", "direction.launch"},
    };

    return names[kind->verb][kind->level];
}

static bool write_settled(struct runner *r, struct action *a, const struct action_kind *kind,
                          struct str to, const struct platform_object *after, struct err *err)
{
    int64_t now_ms = clock_wall_ms();
    bool moved = false, done = str_eq(to, STR("done"));

    if (!action_db_settle(r->db, a, a->state, to, now_ms, &moved, err))
        return false;
    if (!moved)
        return err_set(err, ERR_CONFLICT, "action " STR_FMT " was settled by another worker",
                       STR_ARG(a->id));
    if (done && after &&
        !action_db_object_state(r->db, a->platform, kind->level, after, now_ms, err))
        return false;
    if (!done && a->undo_of.n && !action_db_not_undone(r->db, a->undo_of, a->id, err))
        return false;
    return audit_add(r->db, r->arena,
                     &(struct audit_entry){.actor = a->actor,
                                           .action = audit_name(kind),
                                           .object_id = a->object_id,
                                           .before = a->before,
                                           .after = done ? a->after : a->error},
                     err);
}

/* One transaction: the action's end, our row of the object, the audit line. */
static bool settle(struct runner *r, struct action *a, const struct action_kind *kind,
                   const char *to, const struct platform_object *after, struct err *err)
{
    bool ok;

    if (after)
        a->after = action_state_json(r->arena, kind->level, after);
    if (!db_begin(r->db, err))
        return false;
    ok = write_settled(r, a, kind, str(to), after, err);
    if (!db_end(r->db, ok, err))
        return false;
    a->state = str(to);
    log_info("action.settled", LOG_TEXT("action_id", a->id), LOG_TEXT("type", a->type),
             LOG_TEXT("object_id", a->object_id), LOG_CSTR("state", to));
    return true;
}

static bool refuse(struct runner *r, struct action *a, const struct action_kind *kind,
                   const char *why, struct str words, struct says says, struct err *err)
{
    a->error = action_said(r->arena, why, words, &says, r->connection.currency);
    return settle(r, a, kind, "refused", NULL, err);
}

/* What a failed platform call means: settled here where it is final, else the err is left for
 * the job, which comes again. */
static bool settle_failure(struct runner *r, struct action *a, const struct action_kind *kind,
                           const struct err *why, struct err *err)
{
    struct err ignored = {0};

    if (why->kind == ERR_BUSY || why->kind == ERR_UNCERTAIN || why->kind == ERR_BROKEN) {
        *err = *why;
        return false;
    }
    if (why->kind == ERR_DENIED &&
        !ad_account_mark_revoked(r->db, r->arena, &r->connection, why->text, &ignored))
        log_err("action.mark_revoked", &ignored);
    a->error = action_error_json(r->arena, err_kind_name(why->kind), why);
    return settle(r, a, kind, why->kind == ERR_DENIED ? "failed" : "refused", NULL, err);
}

static void come_back(struct runner *r, int64_t ms)
{
    if (!r->later_ms || ms < r->later_ms)
        r->later_ms = ms;
}

/* --- reading back
 * --------------------------------------------------------------------------------- */

static bool mark_uncertain(struct runner *r, struct action *a, struct err *err)
{
    bool moved = false;

    if (!action_db_uncertain_since(r->db, a, clock_wall_ms(), &moved, err))
        return false;
    if (!moved)
        return err_set(err, ERR_CONFLICT, "action " STR_FMT " was settled by another worker",
                       STR_ARG(a->id));
    a->state = STR("uncertain");
    a->uncertain_ms = clock_wall_ms();
    log_warn("action.uncertain", LOG_TEXT("action_id", a->id), LOG_TEXT("type", a->type));
    return true;
}

/* *shown: did the object look as wanted (then the action is settled)? */
static bool read_back(struct runner *r, struct action *a, const struct action_kind *kind,
                      bool *shown, struct err *err)
{
    struct platform_object o = {0};
    struct err why = {0};
    bool found = false;

    *shown = false;
    if (!r->platform->object(&r->session, kind->level, a->object_id, &found, &o, &why)) {
        *shown = why.kind != ERR_BUSY && why.kind != ERR_UNCERTAIN && why.kind != ERR_BROKEN;
        return settle_failure(r, a, kind, &why, err);
    }
    if (!found || !action_is_as_wanted(r->arena, a, kind, &o))
        return true;
    *shown = true;
    a->error = STR("");
    if (!a->answer.n)
        a->answer = STR("{\"read_back\":true}");
    return settle(r, a, kind, "done", &o, err);
}

/* --- sending
 * ----------------------------------------------------------------------------------------- */

static bool guards_allow(struct runner *r, struct action *a, const struct action_kind *kind,
                         bool *allowed, struct err *err)
{
    struct snapshot_of of = {
        .connection = &r->connection,
        .platform = r->platform,
        .as_of_ms = clock_wall_ms(),
        .deliverable = true,
        .sending = a->id,
    };
    struct action_asker asker = {
        .judged = str_eq(a->source, STR("brain")),
        .restoring = a->undo_of.n > 0,
    };
    struct brain_inputs account;
    struct autopilot_stop stop = {0};
    struct guard_why why;
    enum guard guard;

    *allowed = false;
    if (asker.judged && !autopilot_stop_get(r->db, r->arena, &stop, err))
        return false;
    if (stop.on)
        return refuse(r, a, kind, "stopped",
                      STR("the emergency stop is on: nothing automatic acts"),
                      SAYS(brain_code(UNDONE_STOPPED)), err);
    if (!snapshot_for_guards(r->db, r->arena, &of, &account, err))
        return false;
    guard = action_guard(r->arena, &account, kind, a->object_id,
                         action_wanted_budget(r->arena, a), asker, &why);
    if (guard == GUARD_LOCKED_HOUR) { /* passes at midnight */
        come_back(r, (24 * 60 - account.local_minutes) * 60000);
        return true;
    }
    *allowed = guard == GUARD_NONE;
    return *allowed ||
           refuse(r, a, kind, "guardrail",
                  str_fmt(r->arena, "%s: " STR_FMT, guard_name(guard), STR_ARG(why.words)),
                  why.says, err);
}

/* Look at the object before it is changed. *go = false: settled already, nothing to send. */
static bool look_before(struct runner *r, struct action *a, const struct action_kind *kind,
                        bool *go, struct err *err)
{
    struct platform_object o = {0};
    struct err why = {0};
    bool found = false;

    *go = false;
    if (!r->platform->object(&r->session, kind->level, a->object_id, &found, &o, &why))
        return settle_failure(r, a, kind, &why, err);
    if (!found || str_eq(o.status, STR("deleted")))
        return refuse(r, a, kind, "not_found", STR("the platform does not have it any more"),
                      SAYS(brain_code(UNDONE_GONE)), err);
    if (!a->before.n)
        a->before = action_state_json(r->arena, kind->level, &o);
    if (kind->verb == VERB_READ || action_is_as_wanted(r->arena, a, kind, &o)) {
        a->answer = kind->verb == VERB_READ ? STR("{}") : STR("{\"unchanged\":true}");
        return settle(r, a, kind, "done", &o, err);
    }
    if (!action_is_as_expected(r->arena, a, &o))
        return refuse(r, a, kind, "changed_since",
                      STR("somebody changed it since this was planned: it is left alone"),
                      SAYS(brain_code(UNDONE_CHANGED_SINCE)), err);
    *go = true;
    return true;
}

static bool store_request(struct runner *r, struct action *a, struct err *err)
{
    bool moved = false;

    a->sends++;
    if (!action_db_sending(r->db, a, a->state, &moved, err))
        return false;
    if (!moved)
        return err_set(err, ERR_CONFLICT, "action " STR_FMT " is sent by another worker",
                       STR_ARG(a->id));
    a->state = STR("sending");
    return true;
}

static bool send_change(struct runner *r, struct action *a, const struct action_kind *kind,
                        struct err *err)
{
    const struct json *data = NULL;
    struct platform_write write;
    struct err why = {0};
    bool go = false, shown = false, moved = false;

    if (!look_before(r, a, kind, &go, err))
        return false;
    if (!go)
        return true;
    if (!guards_allow(r, a, kind, &go, err))
        return false;
    if (!go)
        return true;
    write = build(r, a, kind);
    a->request = action_write_json(r->arena, &write);
    if (!store_request(r, a, err))
        return false;
    if (r->platform->send(&r->session, &write, &data, &why)) {
        a->answer = json_print(r->arena, data);
        if (!read_back(r, a, kind, &shown, err))
            return false;
        if (shown)
            return true;
        come_back(r, PROOF_MS);
        return mark_uncertain(r, a, err);
    }
    if (why.kind == ERR_UNCERTAIN || why.kind == ERR_BROKEN) {
        a->error = action_error_json(r->arena, "uncertain", &why);
        if (!mark_uncertain(r, a, err) || !read_back(r, a, kind, &shown, err))
            return false;
        if (!shown)
            come_back(r, PROOF_MS);
        return true;
    }
    if (why.kind == ERR_BUSY && !action_db_back_to_waiting(r->db, a, &moved, err))
        return false; /* it surely did not arrive */
    return settle_failure(r, a, kind, &why, err);
}

/* Sent, and nobody knows: read back; send again only when two readings apart prove that it did
 * not happen. */
static bool resolve(struct runner *r, struct action *a, const struct action_kind *kind,
                    struct err *err)
{
    int64_t waited_ms = clock_wall_ms() - a->uncertain_ms;
    bool shown = false;

    if (!read_back(r, a, kind, &shown, err))
        return false;
    if (shown)
        return true;
    if (waited_ms < PROOF_MS) {
        come_back(r, PROOF_MS - waited_ms);
        return true;
    }
    if (a->sends < MOST_SENDS)
        return send_change(r, a, kind, err);
    if (!a->error.n)
        a->error = action_said(r->arena, "uncertain",
                               STR("the platform accepted it and still shows another value"),
                               &SAYS(brain_code(UNDONE_OTHER_VALUE)), STR(""));
    return settle(r, a, kind, "failed", NULL, err);
}

/* --- launches
 * ---------------------------------------------------------------------------------------------
 */

static bool start_launch(struct runner *r, struct action *a, const struct action_kind *kind,
                         struct str *launch_id, struct err *err)
{
    struct launch_wish wish;
    struct err why = {0};
    bool added = false;

    *launch_id = STR("");
    if (!action_launch_wish(r->arena, a, &wish, err))
        return false;
    if (!launch_start(r->app, r->db, r->arena, &wish, launch_id, &added, &why)) {
        *launch_id = STR("");
        return settle_failure(r, a, kind, &why, err);
    }
    a->answer = str_fmt(r->arena, "{\"launch_id\":\"" STR_FMT "\"}", STR_ARG(*launch_id));
    return action_db_answer(r->db, a, err);
}

static bool launch_over(struct runner *r, struct action *a, const struct action_kind *kind,
                        struct str launch_id, struct err *err)
{
    struct str adgroup_id;
    int64_t budget_micros = 0;
    struct workflow wf;

    if (!workflow_load(r->job, launch_id, &wf, err))
        return false;
    if (str_eq(wf.state, STR("running")) || str_eq(wf.state, STR("undoing"))) {
        come_back(r, LAUNCH_LOOK_MS);
        return true;
    }
    if (!str_eq(wf.state, STR("done"))) {
        a->error = action_said(r->arena, "failed",
                               str_fmt(r->arena, "launch " STR_FMT " " STR_FMT,
                                       STR_ARG(launch_id), STR_ARG(wf.state)),
                               &SAYS(brain_code(UNDONE_LAUNCH)), STR(""));
        return settle(r, a, kind, "failed", NULL, err);
    }
    if (!action_db_launched(r->db, r->arena, launch_id, &adgroup_id, &budget_micros, err))
        return false;
    a->after = str_fmt(r->arena,
                       "{\"adgroup_id\":\"" STR_FMT "\",\"launch_id\":\"" STR_FMT
                       "\",\"budget_micros\":%lld}",
                       STR_ARG(adgroup_id), STR_ARG(launch_id), (long long)budget_micros);
    return settle(r, a, kind, "done", NULL, err);
}

/* A launch is a workflow of its own: safe to start again by its request key, done when it is.
 */
static bool run_launch(struct runner *r, struct action *a, const struct action_kind *kind,
                       struct err *err)
{
    struct str launch_id;
    bool allowed = true;

    if (str_eq(a->state, STR("waiting"))) {
        if (!guards_allow(r, a, kind, &allowed, err))
            return false;
        if (!allowed)
            return true;
        a->request = a->params;
        if (!store_request(r, a, err))
            return false;
    }
    if (!start_launch(r, a, kind, &launch_id, err))
        return false;
    return !launch_id.n || launch_over(r, a, kind, launch_id, err);
}

/* --- the batch
 * ---------------------------------------------------------------------------------------------
 */

static bool settled(const struct action *a)
{
    return !str_eq(a->state, STR("waiting")) && !str_eq(a->state, STR("sending")) &&
           !str_eq(a->state, STR("uncertain"));
}

static bool run_one(struct runner *r, struct action *a, struct err *err)
{
    const struct action_kind *kind = action_kind_find(a->type);

    must(kind != NULL);
    if (kind->verb == VERB_LAUNCH)
        return run_launch(r, a, kind, err);
    if (str_eq(a->state, STR("waiting")))
        return send_change(r, a, kind, err);
    if (str_eq(a->state, STR("sending"))) { /* a worker died between storing and settling */
        if (!mark_uncertain(r, a, err))
            return false;
    }
    return resolve(r, a, kind, err);
}

static bool open_runner(struct runner *r, struct str ad_account_id, struct str platform,
                        struct net *net, struct err *err)
{
    if (!ad_account_resolve(r->db, r->arena, ad_account_id, platform, &r->connection, err))
        return false;
    r->platform = platform_find(platform);
    return platform_can(r->platform, platform, PLATFORM_CHANGES, err) &&
           ad_account_session(r->app, &r->connection, net, r->arena, &r->session, err);
}

static bool finish_batch(struct runner *r, const struct action_batch_row *batch,
                         const struct actions *actions, struct err *err)
{
    int64_t now_ms = clock_wall_ms(), not_made = 0;
    bool ok;

    for (size_t i = 0; i < actions->n; i++)
        not_made += !str_eq(actions->at[i].state, STR("done"));
    if (!db_begin(r->db, err))
        return false;
    ok = action_db_batch_state(r->db, batch->id, "done", now_ms, err) &&
         (!batch->execution_id.n ||
          execution_dispatched(r->db, r->arena, batch->execution_id, (int64_t)actions->n,
                               not_made, now_ms, err));
    return db_end(r->db, ok, err);
}

static bool fail_batch(struct db *db, struct arena *arena, const struct action_batch_row *batch,
                       const struct err *why, struct err *err)
{
    int64_t now_ms = clock_wall_ms();

    return action_db_fail_waiting(db, batch->id,
                                  action_error_json(arena, err_kind_name(why->kind), why),
                                  now_ms, err) &&
           action_db_batch_state(db, batch->id, "failed", now_ms, err) &&
           (!batch->execution_id.n ||
            execution_failed(db, arena, batch->execution_id, why, now_ms, err));
}

static bool load_batch(struct job *job, struct action_batch_row *batch, struct actions *actions,
                       struct err *err)
{
    const struct json *args;

    if (!json_parse(job->arena, job->args, &args, err))
        return false;
    return action_batch_get(job->db, job->arena, json_text(args, "action_batch_id", STR("")),
                            batch, actions, err);
}

static bool over(const struct action_batch_row *batch)
{
    return str_eq(batch->state, STR("done")) || str_eq(batch->state, STR("failed"));
}

/* The account is gone or disconnected: nothing can be sent, and it will not change by waiting.
 */
static bool give_up(struct runner *r, const struct action_batch_row *batch,
                    const struct err *why, struct err *err)
{
    bool ok;

    if (!db_begin(r->db, err))
        return false;
    ok = fail_batch(r->db, r->arena, batch, why, err);
    return db_end(r->db, ok, err);
}

static bool run_batch(struct job *job, struct err *err)
{
    struct action_batch_row batch;
    struct actions actions = {0};
    struct runner r = {.db = job->db, .arena = job->arena, .app = job->app, .job = job};
    struct err why = {0};

    if (!load_batch(job, &batch, &actions, err))
        return false;
    if (over(&batch))
        return true;
    if (actions.n &&
        !open_runner(&r, actions.at[0].ad_account_id, actions.at[0].platform, job->net, &why)) {
        if (why.kind == ERR_CONFLICT || why.kind == ERR_NOT_FOUND || why.kind == ERR_INVALID)
            return give_up(&r, &batch, &why, err);
        *err = why;
        return false;
    }
    if (!action_db_batch_state(job->db, batch.id, "running", 0, err))
        return false;
    for (size_t i = 0; i < actions.n; i++) {
        if (!settled(&actions.at[i]) && !run_one(&r, &actions.at[i], err))
            return false;
    }
    if (r.later_ms) {
        job->snooze = true;
        job->retry_after_ms = r.later_ms;
        return err_set(err, ERR_BUSY, "an action waits for its outcome");
    }
    return finish_batch(&r, &batch, &actions, err);
}

static bool batch_dead(struct job *job, const struct err *why, struct err *err)
{
    struct action_batch_row batch;
    struct actions actions = {0};

    if (!load_batch(job, &batch, &actions, err))
        return false;
    return over(&batch) || fail_batch(job->db, job->arena, &batch, why, err);
}

bool action_settle_uncertain(const struct app *app, struct db *db, struct net *net,
                             struct arena *arena, const struct ad_connection *connection,
                             struct err *err)
{
    struct runner r = {.db = db, .arena = arena, .app = app};
    struct actions open = {0};

    if (!action_db_uncertain(db, arena, connection, &open, err))
        return false;
    if (!open.n)
        return true;
    if (!open_runner(&r, connection->ad_account_id, connection->platform, net, err))
        return false;
    for (size_t i = 0; i < open.n; i++) {
        struct action *a = &open.at[i];
        const struct action_kind *kind = action_kind_find(a->type);
        bool shown = false;
        if (!kind || kind->verb == VERB_LAUNCH)
            continue; /* the launch itself is a workflow that settles */
        if (!read_back(&r, a, kind, &shown, err))
            return false;
        if (shown)
            continue;
        a->error = action_said(arena, "uncertain", STR("read back later: it did not happen"),
                               &SAYS(brain_code(UNDONE_LATER)), STR(""));
        if (!settle(&r, a, kind, "failed", NULL, err))
            return false;
    }
    return true;
}

const struct job_kind action_jobs[] = {
    {
        .kind = "actions.run",
        .run = run_batch,
        .deadline_ms = 300000,
        .max_attempts = 8,
        .dead = batch_dead,
    },
    JOB_KINDS_END,
};
