#ifndef JOB_JOB_H
#define JOB_JOB_H

#include "base/list.h"
#include "base/str.h"
#include "text/json.h"

struct db;
struct database;
struct net;

/*
 * Durable jobs.  A job is a row: added in the same transaction as the wish it
 * carries out, claimed by one worker at a time under a lease, repeated with
 * back-off until it succeeds or runs out of attempts (then it is dead, kept
 * with its last error, and can be replayed).
 *
 * Attempts are counted at the claim, and the attempt number is a fencing
 * token: everything a job writes about itself carries it, so a worker that was
 * only slow cannot overwrite its successor.  A lease is extended by heartbeat
 * (the worker's, automatic, while the handler runs inside its deadline).  A
 * handler must be safe to run again from the start.
 */
struct job {
    struct str id;
    struct str org_id;
    struct str kind;          /* "launch.run", "lead.parse" */
    struct str args;          /* JSON object */
    int64_t attempt;          /* 1 = first */
    int64_t deadline_mono_ms; /* every wait of the handler ends before this */
    struct str correlation_id;

    struct arena *arena;
    struct db *db; /* scoped to the job's org */
    struct net *net;
    void *app;
    int64_t now_ms;
    int64_t retry_after_ms; /* a failing handler may set its own wait (rate limits) */
    bool snooze; /* with retry_after_ms: come back then, without counting as a failed attempt */
};

struct job_kind {
    const char *kind;
    bool (*run)(struct job *job, struct err *err);
    int64_t deadline_ms; /* of one attempt; the lease is longer */
    int max_attempts;    /* ERR_INVALID, ERR_DENIED, ERR_NOT_FOUND and ERR_REFUSED end a job at
                            once */
    /* Called once when the job is given up (dead), inside the same transaction; may be NULL. */
    bool (*dead)(struct job *job, const struct err *why, struct err *err);
};
#define JOB_KINDS_END                                                                          \
    {                                                                                          \
        0                                                                                      \
    }

struct job_wish {
    const char *kind;
    struct str args;       /* JSON object; "" = {} */
    int64_t run_at_ms;     /* 0 = now */
    struct str unique_key; /* "" = none; else at most one open job per (org, kind, key) */
};

/* Inside the caller's transaction or as its own; org = the handle's scope, none in system
 * scope.  When an open job has the unique key already, nothing is added and *added (may be
 * NULL) is false. */
MUST_CHECK bool job_add(struct db *db, const struct job_wish *wish, bool *added,
                        struct err *err);

/* The waiting job of this kind and key runs at `run_at_ms`, where it would run later. */
MUST_CHECK bool job_hasten(struct db *db, const char *kind, struct str unique_key,
                           int64_t run_at_ms, struct err *err);

/* An err as it is stored beside what failed: {"kind","text","hint","field","platform_..."}. */
struct str job_error_json(struct arena *arena, const struct err *err);

/* A dead job becomes a waiting one, with all its attempts before it again.  ERR_NOT_FOUND when
 * the org has no dead job of this id; ERR_CONFLICT when an open job has its unique key. */
MUST_CHECK bool job_replay(struct db *db, struct str job_id, struct err *err);

/* Run the jobs that are due, in this thread, until none is due (tests, demo, `brain run`).
 * `db` comes back in the scope it had. */
MUST_CHECK bool job_run_due(struct database *database, const struct job_kind *const *kinds,
                            struct db *db, struct net *net, void *app, int *ran,
                            struct err *err);

/* The job workers of a server. */
struct job_runner;
MUST_CHECK bool job_start(struct database *database, const struct job_kind *const *kinds,
                          int workers, void *app, struct job_runner **out, struct err *err);
void job_stop(struct job_runner *runner, int64_t drain_ms);
/* A hint that a job was added: look now instead of at the next poll. Thread-safe. */
void job_wake(struct job_runner *runner);

/* Wait (tests, demo) until no job of the org is due or running; false at the deadline. */
MUST_CHECK bool job_idle(struct db *db, struct str org_id, int64_t deadline_mono_ms,
                         struct err *err);

/* When the next waiting job of the org falls due; 0 when none waits.  With job_idle, for who
 * moves the clock by hand. */
MUST_CHECK bool job_next_due(struct db *db, struct arena *arena, struct str org_id,
                             int64_t *run_at_ms, struct err *err);

/* How the queue stands over all orgs, for /metrics and doctor.  System scope. */
struct job_counts {
    int64_t waiting, running, dead;
    int64_t oldest_running_ms; /* how long the oldest running job has been under way */
};
MUST_CHECK bool job_count(struct db *db, struct arena *arena, int64_t now_ms,
                          struct job_counts *out, struct err *err);

/*
 * Schedules: one row per (schedule, slot), so a slot fires once however many
 * processes look.  True in *mine when this call took the slot.
 */
MUST_CHECK bool schedule_claim(struct db *db, struct str schedule, struct str slot, bool *mine,
                               struct err *err);

/*
 * Workflows: a job that goes through recorded steps.  Each step is done once:
 * its result is stored, and a restarted workflow continues after the last one
 * that is done.  A step that writes to a platform stores its exact request
 * first (state sending); when the answer is lost it is `uncertain`, and `check`
 * is called to read back before anything is repeated.
 */
struct workflow {
    struct str id;
    struct str kind;
    struct str state; /* running, done, failed, undoing, undone */
    struct str input; /* JSON */
    struct db *db;
    struct arena *arena;
    struct job *job;
};

struct workflow_step {
    const char *name;   /* unique in the workflow: "campaign", "ad:3" */
    struct str request; /* JSON: what will be asked, stored before it is sent */
    /* Do it.  On success *result (JSON) is stored. */
    bool (*run)(struct workflow *wf, void *arg, struct str request, struct str *result,
                struct err *err);
    /* After an uncertain run or a crash while sending: did it happen?  *found with *result, or
     * not found (then run is called again).  NULL: the step is safe to repeat. */
    bool (*check)(struct workflow *wf, void *arg, struct str request, bool *found,
                  struct str *result, struct err *err);
    void *arg;
};

/* Add the row (and its job `job_kind` with args {"workflow_id":...}) inside the caller's
 * transaction; no job where job_kind is NULL.  `request_key` makes it unique per org ("" =
 * none): a second start with the same key returns the first one's id and *added=false. */
MUST_CHECK bool workflow_add(struct db *db, struct arena *arena, const char *kind,
                             struct str request_key, struct str input, const char *job_kind,
                             struct str *id, bool *added, struct err *err);
MUST_CHECK bool workflow_load(struct job *job, struct str id, struct workflow *out,
                              struct err *err);
MUST_CHECK bool workflow_do(struct workflow *wf, const struct workflow_step *step,
                            struct str *result, struct err *err);
/* The stored result of a step; "" when it is not done. */
MUST_CHECK bool workflow_result(struct workflow *wf, const char *step, struct str *out,
                                struct err *err);
/* What people are shown of a workflow.  ERR_NOT_FOUND when the org has none of this id. */
struct workflow_step_view {
    struct str name;
    struct str state; /* sending, uncertain, done, failed */
    struct str request;
    struct str result;
    struct str error_json; /* {kind, text, hint, field, platform_...}; "" = none */
    int64_t attempt;
    int64_t started_ms;
    int64_t finished_ms;
};
LIST(workflow_step_views, struct workflow_step_view);
struct workflow_view {
    struct str id;
    struct str kind;
    struct str state;
    struct str input;
    struct str output;
    struct str error_json;
    int64_t created_ms;
    int64_t updated_ms;
    struct workflow_step_views steps; /* in the order they were begun */
};
MUST_CHECK bool workflow_get(struct db *db, struct arena *arena, struct str id,
                             struct workflow_view *out, struct err *err);

/* Terminal (or undoing) states; `why` is kept for failed. */
MUST_CHECK bool workflow_set_state(struct workflow *wf, const char *state, struct str output,
                                   const struct err *why, struct err *err);

#endif
