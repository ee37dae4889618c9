#ifndef BRAIN_BRAIN_H
#define BRAIN_BRAIN_H

#include "job/job.h"

struct app;

/*
 * The autopilot.  A run for one ad account is an execution: a job reads the
 * platform and our database, stores what it saw, decides from that text alone,
 * stores the decisions, sends them as a batch of actions where the account's
 * autopilot is on, and writes a report.  Each step is stored by itself: a
 * failing report never decides again, a repeated job never sends twice.
 */
struct brain_wish {
    struct str ad_account_id; /* "" = the default one */
    struct str platform;
    const char *trigger;    /* schedule, manual, api */
    struct str request_key; /* of the caller; "" = none */
    struct str fingerprint; /* of the caller's request */
    bool dispatch;          /* false: report only; true sends only where the autopilot is on */
    bool report;
};

/* Write the execution and its job.  *added = false: the request key gave one that exists.
 * ERR_CONFLICT: a run of this account is under way, or the key was used for another request. */
MUST_CHECK bool brain_start(const struct app *app, struct db *db, struct arena *arena,
                            const struct brain_wish *wish, struct str *execution_id,
                            bool *added, struct err *err);

/*
 * Start the runs that are due: every connected account whose local hour has
 * come and whose local day has no run yet.  One run a day and account however
 * many processes look; a missed hour is made up for on the same day.  The
 * handle's scope must be the system's; it comes back so.  *started may be NULL.
 */
MUST_CHECK bool brain_schedule(const struct app *app, struct db *db, struct arena *arena,
                               int64_t now_ms, int *started, struct err *err);

/*
 * Recompute an execution from its stored inputs.  *same: the decisions come
 * out byte for byte; *explanation says so, or where they first differ.
 */
MUST_CHECK bool brain_replay(struct db *db, struct arena *arena, struct str execution_id,
                             bool *same, struct str *explanation, struct err *err);

/* Decisions as lines for a terminal: what, why in money, on what evidence. */
struct str brain_text(struct arena *arena, struct str decisions, bool colour);

extern const struct job_kind brain_jobs[]; /* brain.run, brain.report */

#endif
