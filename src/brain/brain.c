/* brain.c - a run of the autopilot, step by step. */
#include "brain/brain.h"

#include "auth/stop.h"
#include "base/clock.h"
#include "base/log.h"
#include "brain/action.h"
#include "brain/decide.h"
#include "brain/execution.h"
#include "brain/policy.h"
#include "brain/report.h"
#include "brain/snapshot.h"
#include "brain/snapshot_db.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"
#include "metric/metric.h"
#include "text/zone.h"

#define RUN_ATTEMPTS 4

/* --- starting ----------------------------------------------------------------------- */

static struct str run_key(struct arena *arena, struct str platform, struct str ad_account_id)
{
    return str_fmt(arena, STR_FMT ":" STR_FMT, STR_ARG(platform), STR_ARG(ad_account_id));
}

static bool add_run(struct db *db, struct arena *arena, const struct execution *e,
                    struct str *execution_id, bool *added, struct err *err)
{
    bool job_added = false;

    if (!execution_add(db, arena, e, clock_wall_ms(), execution_id, added, err))
        return false;
    if (!*added)
        return true;
    struct job_wish job = {
        .kind = "brain.run",
        .args = str_fmt(arena, "{\"execution_id\":\"" STR_FMT "\"}", STR_ARG(*execution_id)),
        .unique_key = run_key(arena, e->platform, e->ad_account_id),
    };
    if (!job_add(db, &job, &job_added, err))
        return false;
    if (!job_added) {
        (void)err_set(err, ERR_CONFLICT, "a run of this ad account is under way");
        return err_hint(err, "look at GET /api/autopilot/executions");
    }
    return true;
}

/* The execution that a request key gave before. */
static bool find_same(struct db *db, struct arena *arena, const struct brain_wish *wish,
                      bool *found, struct str *execution_id, struct err *err)
{
    struct execution e;

    *found = false;
    if (!wish->request_key.n)
        return true;
    if (!execution_find_key(db, arena, wish->request_key, found, &e, err))
        return false;
    if (*found && !str_eq(e.fingerprint, wish->fingerprint)) {
        (void)err_set(err, ERR_CONFLICT, "this idempotency key was used for another request");
        (void)err_field(err, "idempotencyKey");
        return err_hint(err, "use a new key for a new request");
    }
    if (*found)
        *execution_id = e.id;
    return true;
}

/* The autopilot measures and changes: where it can do only one of them there is no run. */
static bool runs_on(struct str name, struct err *err)
{
    const struct platform *platform = platform_find(name);

    return platform_can(platform, name, PLATFORM_MEASURES, err) &&
           platform_can(platform, name, PLATFORM_CHANGES, err);
}

bool brain_start(const struct app *app, struct db *db, struct arena *arena,
                 const struct brain_wish *wish, struct str *execution_id, bool *added,
                 struct err *err)
{
    struct ad_connection c;
    bool found, ok;

    *added = false;
    if (!find_same(db, arena, wish, &found, execution_id, err))
        return false;
    if (found)
        return true;
    if (!ad_account_resolve(db, arena, wish->ad_account_id, wish->platform, &c, err) ||
        !runs_on(c.platform, err))
        return false;
    struct execution e = {
        .ad_account_id = c.ad_account_id,
        .platform = c.platform,
        .trigger = str(wish->trigger),
        .request_key = wish->request_key,
        .fingerprint = wish->fingerprint,
        .wants_dispatch = wish->dispatch,
        .wants_report = wish->report,
        .correlation_id = log_correlation_now(),
    };
    if (!db_begin(db, err))
        return false;
    ok = add_run(db, arena, &e, execution_id, added, err);
    if (!db_end(db, ok, err))
        return false;
    if (app->runner)
        job_wake(app->runner);
    return true;
}

/* --- the schedule ----------------------------------------------------------------------- */

/* Claim the account's day and add its run, together or not at all.  A run that is under way
 * leaves the day unclaimed: the next look comes again. */
static bool start_day(struct db *db, struct arena *arena, const struct brain_account *a,
                      struct str day, bool *started, struct err *err)
{
    struct execution e = {
        .ad_account_id = a->ad_account_id,
        .platform = a->platform,
        .trigger = STR("schedule"),
        .wants_dispatch = true,
        .wants_report = true,
        .correlation_id = log_correlation_now(),
    };
    struct str schedule = str_fmt(arena, "brain.run:" STR_FMT ":" STR_FMT, STR_ARG(a->platform),
                                  STR_ARG(a->ad_account_id));
    struct str execution_id;
    struct err why = {0};
    bool mine = false, added = false, ok;

    *started = false;
    if (!db_begin(db, err))
        return false;
    ok = schedule_claim(db, schedule, day, &mine, &why) &&
         (!mine || add_run(db, arena, &e, &execution_id, &added, &why));
    if (db_end(db, ok, &why)) {
        *started = mine;
        return true;
    }
    if (why.kind == ERR_CONFLICT)
        return true;
    *err = why;
    return false;
}

/* A hidden platform is left alone. */
static bool shown(const struct app *app, struct str platform)
{
    return str_eq(platform, STR("tiktok")) ? app->conf->feature_tiktok
                                           : app->conf->feature_facebook;
}

bool brain_schedule(const struct app *app, struct db *db, struct arena *arena, int64_t now_ms,
                    int *started, struct err *err)
{
    struct brain_accounts accounts = {0};
    int n = 0;
    bool ok = true;

    if (!execution_accounts(db, arena, &accounts, err))
        return false;
    for (size_t i = 0; ok && i < accounts.n; i++) {
        const struct brain_account *a = &accounts.at[i];
        struct day today = zone_day(a->zone, now_ms);
        bool one = false;
        struct err unable = {0};
        /* Looked at every second: a day that is claimed costs no write. */
        if (!runs_on(a->platform, &unable) || !shown(app, a->platform) ||
            zone_hour(a->zone, now_ms) < a->schedule_hour ||
            str_eq(a->last_day, day_str(&today)))
            continue;
        db_scope(db, a->org_id);
        ok = start_day(db, arena, a, day_str(&today), &one, err);
        n += one;
    }
    db_scope_system(db);
    if (n && app->runner)
        job_wake(app->runner);
    if (started)
        *started = n;
    return ok;
}

/* --- looking
 * ---------------------------------------------------------------------------------- */

struct run {
    struct job *job;
    const struct app *app;
    struct execution execution;
    struct ad_connection connection;
    const struct platform *platform;
    struct platform_session session;
    struct platform_advertiser advertiser;
};

static bool load(struct job *job, struct run *run, struct err *err)
{
    const struct json *args;

    *run = (struct run){.job = job, .app = job->app};
    return json_parse(job->arena, job->args, &args, err) &&
           execution_get(job->db, job->arena, json_text(args, "execution_id", STR("")),
                         &run->execution, err);
}

static bool open_account(struct run *run, struct err *err)
{
    const struct execution *e = &run->execution;
    struct job *job = run->job;

    if (!ad_account_resolve(job->db, job->arena, e->ad_account_id, e->platform,
                            &run->connection, err))
        return false;
    run->platform = platform_find(e->platform);
    return runs_on(e->platform, err) && ad_account_session(run->app, &run->connection, job->net,
                                                           job->arena, &run->session, err);
}

/* The first run reads the whole month, later ones the days that may still change. */
static int days_to_read(struct run *run, const struct brain_inputs *known)
{
    for (int back = BRAIN_DAYS; back <= BRAIN_DAYS_KNOWN; back++) {
        if (!known->covered[back])
            return BRAIN_DAYS_KNOWN + 1;
    }
    return (int)run->app->conf->collect_days;
}

static struct snapshot_of snapshot_now(struct run *run)
{
    return (struct snapshot_of){
        .connection = &run->connection,
        .platform = run->platform,
        .as_of_ms = clock_wall_ms(),
        .deliverable = run->advertiser.deliverable,
        .account_status = run->advertiser.status,
    };
}

/* A collection that fails is tried again with the job; the last try goes on without it, and the
 * freshness gate holds what the old figures cannot carry. */
static bool collect(struct run *run, struct err *err)
{
    struct job *job = run->job;
    struct snapshot_of of = snapshot_now(run);
    struct brain_inputs known;
    struct metric_counts counts = {0};
    struct err why = {0};

    if (!snapshot_take(job->db, job->arena, &of, &known, err))
        return false;
    if (metric_collect(run->app, job->db, job->net, job->arena, &run->connection,
                       days_to_read(run, &known), &counts, &why))
        return true;
    log_err("brain.collect", &why);
    if (why.kind != ERR_DENIED && job->attempt >= RUN_ATTEMPTS)
        return true;
    *err = why;
    return false;
}

/* In order: advertiser, campaigns, ad groups, ads, reports; leads come from our own ledger. */
static bool look(struct run *run, struct err *err)
{
    struct job *job = run->job;

    return run->platform->advertiser(&run->session, &run->advertiser, err) &&
           action_settle_uncertain(run->app, job->db, job->net, job->arena, &run->connection,
                                   err) &&
           sync_objects(job->db, job->arena, &run->connection, run->platform, &run->session,
                        err) &&
           collect(run, err);
}

/* --- deciding
 * ------------------------------------------------------------------------------------ */

static bool decide_once(struct run *run, struct err *err)
{
    struct job *job = run->job;
    struct execution *e = &run->execution;
    struct snapshot_of of = snapshot_now(run);
    struct brain_inputs inputs;
    bool moved = false;

    e->policy_version = str(policy_current);
    e->as_of_ms = of.as_of_ms;
    if (!snapshot_take(job->db, job->arena, &of, &inputs, err) ||
        !inputs_print(job->arena, &inputs, &e->inputs, err) ||
        !decide(job->arena, e->inputs, e->policy_version, &e->decisions, err))
        return false;
    e->decisions_hash = seal_sha256_hex(job->arena, e->decisions);
    if (!execution_decided(job->db, e, &moved, err))
        return false;
    if (!moved)
        return err_set(err, ERR_CONFLICT, "this execution was decided by another worker");
    e->state = STR("decided");
    log_info("brain.decided", LOG_TEXT("execution_id", e->id),
             LOG_TEXT("decisions_hash", e->decisions_hash),
             LOG_INT("groups", (int64_t)inputs.groups.n));
    return true;
}

/* --- dispatching
 * ------------------------------------------------------------------------------------ */

static struct str expected_of(struct arena *arena, const struct json *action)
{
    int64_t micros = 0;

    if (!str_ends(json_text(action, "type", STR("")), STR("UpdateAdGroupBudget")) ||
        !json_int(action, "from_micros", &micros))
        return STR("");
    return str_fmt(arena, "{\"budget_micros\":%lld}", (long long)micros);
}

static struct str reason_of(struct arena *arena, const struct json *action)
{
    const struct json *lines = json_at(action, "reason");

    return str_fmt(
        arena, STR_FMT "\n" STR_FMT "\n" STR_FMT, STR_ARG(json_text(lines, "0", STR(""))),
        STR_ARG(json_text(lines, "1", STR(""))), STR_ARG(json_text(lines, "2", STR(""))));
}

/* The decided group of an action, without its trace. */
static const struct json *group_of(const struct json *root, struct str object_id)
{
    const struct json *groups = json_at(root, "groups");

    for (size_t i = 0; i < json_count(groups); i++)
        if (str_eq(json_text(json_item(groups, i), "id", STR("")), object_id))
            return json_item(groups, i);
    return NULL;
}

static void put_member(struct arena *arena, struct json_writer *w, const struct json *of,
                       const char *key)
{
    const struct json *value = of ? json_at(of, key) : NULL;

    if (!value || json_type(value) == JSON_MISSING)
        return;
    json_key(w, key);
    json_put_raw(w, json_print(arena, value));
}

/* What people are told of a decision, in figures: the page makes the sentence. */
static struct str decision_of(struct arena *arena, const struct json *root,
                              const struct json *action)
{
    static const char *const of_group[] = {"name",  "direction_id",  "result", "health",
                                           "score", "target_micros", "windows"};
    const struct json *group = group_of(root, json_text(action, "object_id", STR("")));
    struct json_writer w;
    struct buf buf;

    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "currency", json_text(root, "currency", STR("")));
    put_member(arena, &w, action, "cause");
    put_member(arena, &w, action, "from_micros");
    put_member(arena, &w, action, "to_micros");
    put_member(arena, &w, action, "says");
    for (size_t i = 0; i < countof(of_group); i++)
        put_member(arena, &w, group, of_group[i]);
    json_end(&w);
    return buf_str(&buf);
}

static bool wishes_of(struct arena *arena, struct str decisions, struct action_wishes *wishes,
                      struct err *err)
{
    const struct json *root;

    if (!json_parse(arena, decisions, &root, err))
        return false;
    const struct json *actions = json_at(root, "actions");
    for (size_t i = 0; i < json_count(actions); i++) {
        const struct json *one = json_item(actions, i);
        struct action_wish *wish = action_wishes_add(wishes, arena);
        if (!action_parse(arena, one, i, wish, err))
            return false;
        wish->reason = reason_of(arena, one);
        wish->decision = decision_of(arena, root, one);
        wish->expected = expected_of(arena, one);
    }
    return true;
}

static bool report_next(struct run *run, struct err *err)
{
    struct job_wish wish = {
        .kind = "brain.report",
        .args = str_fmt(run->job->arena, "{\"execution_id\":\"" STR_FMT "\"}",
                        STR_ARG(run->execution.id)),
        .unique_key = run->execution.id,
    };

    return job_add(run->job->db, &wish, NULL, err);
}

static bool write_dispatch(struct run *run, const struct action_wishes *wishes, struct err *err)
{
    struct job *job = run->job;
    const struct execution *e = &run->execution;
    struct autopilot_stop stop;
    struct str batch_id;
    bool moved = false;
    struct action_batch batch = {
        .idempotency_key = str_fmt(job->arena, "execution:" STR_FMT, STR_ARG(e->id)),
        .fingerprint = e->decisions_hash,
        .source = STR("brain"),
        .execution_id = e->id,
        .actor = str_fmt(job->arena, "brain:" STR_FMT, STR_ARG(e->id)),
    };

    if (!autopilot_stop_get(job->db, job->arena, &stop, err))
        return false;
    bool dispatch = run->connection.autopilot && e->wants_dispatch && !stop.on;
    bool send = dispatch && wishes->n > 0;
    if (!execution_move(job->db, e->id, "decided", send ? "dispatching" : "done", dispatch,
                        clock_wall_ms(), &moved, err))
        return false;
    if (!moved)
        return err_set(err, ERR_CONFLICT, "this execution was dispatched by another worker");
    if (!send)
        return report_next(run, err);
    return action_batch_write(job->db, job->arena, &run->connection, &batch, wishes, &batch_id,
                              err);
}

static bool dispatch_once(struct run *run, struct err *err)
{
    struct action_wishes wishes = {0};
    bool ok;

    if (!wishes_of(run->job->arena, run->execution.decisions, &wishes, err) ||
        !db_begin(run->job->db, err))
        return false;
    ok = write_dispatch(run, &wishes, err);
    return db_end(run->job->db, ok, err);
}

/* --- the jobs
 * ------------------------------------------------------------------------------------------ */

static bool run_execution(struct job *job, struct err *err)
{
    struct run run;

    if (!load(job, &run, err))
        return false;
    bool waiting = str_eq(run.execution.state, STR("waiting"));
    if (!waiting && !str_eq(run.execution.state, STR("decided")))
        return true;
    if (!open_account(&run, err))
        return false;
    if (waiting && (!look(&run, err) || !decide_once(&run, err))) {
        struct err ignored = {0};
        if (err->kind == ERR_DENIED &&
            !ad_account_mark_revoked(job->db, job->arena, &run.connection, err->text, &ignored))
            log_err("brain.mark_revoked", &ignored);
        return false;
    }
    return dispatch_once(&run, err);
}

static bool run_dead(struct job *job, const struct err *why, struct err *err)
{
    struct run run;

    return load(job, &run, err) &&
           execution_failed(job->db, job->arena, run.execution.id, why, clock_wall_ms(), err);
}

static bool write_report(struct job *job, struct err *err)
{
    struct run run;
    struct actions actions = {0};
    struct brain_report report;

    if (!load(job, &run, err))
        return false;
    if (!run.execution.wants_report)
        return true;
    return action_list_of_execution(job->db, job->arena, run.execution.id, &actions, err) &&
           report_make(job->arena, &run.execution, &actions, clock_wall_ms(), &report, err) &&
           report_add(job->db, &report, err);
}

const struct job_kind brain_jobs[] = {
    {
        .kind = "brain.run",
        .run = run_execution,
        .deadline_ms = 600000,
        .max_attempts = RUN_ATTEMPTS,
        .dead = run_dead,
    },
    {.kind = "brain.report", .run = write_report, .deadline_ms = 60000, .max_attempts = 8},
    JOB_KINDS_END,
};

/* --- replay
 * ----------------------------------------------------------------------------------------------
 */

static struct str difference(struct arena *arena, struct str stored, struct str now)
{
    size_t at = 0;

    while (at < stored.n && at < now.n && stored.p[at] == now.p[at])
        at++;
    size_t from = at > 40 ? at - 40 : 0;
    return str_fmt(arena,
                   "they differ from byte %zu on\n  stored: ..." STR_FMT
                   "\n  now:    ..." STR_FMT "\n",
                   at, STR_ARG(str_sub(stored, from, 120)), STR_ARG(str_sub(now, from, 120)));
}

bool brain_replay(struct db *db, struct arena *arena, struct str execution_id, bool *same,
                  struct str *explanation, struct err *err)
{
    struct execution e;
    struct str now;

    if (!execution_get(db, arena, execution_id, &e, err))
        return false;
    if (!e.inputs.n)
        return err_set(err, ERR_CONFLICT,
                       "execution " STR_FMT " has decided nothing: it is " STR_FMT,
                       STR_ARG(execution_id), STR_ARG(e.state));
    if (!decide(arena, e.inputs, e.policy_version, &now, err))
        return false;
    struct str hash = seal_sha256_hex(arena, now);
    *same = str_eq(now, e.decisions) && str_eq(hash, e.decisions_hash);
    if (*same)
        *explanation =
            str_fmt(arena, "the same %zu bytes, SHA-256 " STR_FMT ", policy " STR_FMT "\n",
                    now.n, STR_ARG(hash), STR_ARG(e.policy_version));
    else if (!str_eq(now, e.decisions))
        *explanation = difference(arena, e.decisions, now);
    else
        *explanation = STR("the decisions are the same, their stored hash is not\n");
    return true;
}
