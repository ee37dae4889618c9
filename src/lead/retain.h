#ifndef LEAD_RETAIN_H
#define LEAD_RETAIN_H

#include "job/job.h"

struct app;

/*
 * Persons are kept for lead_retention_days (0: until somebody erases them):
 * once a day the leads that were left longer ago are erased as by hand
 * (lead/edit.h), each in the audit log; counts, ledger and sales stay.
 */

/* Called by the scheduler, in system scope: a job for each org that has any. */
MUST_CHECK bool lead_retention_schedule(const struct app *app, struct db *db,
                                        struct arena *arena, int64_t now_ms, struct err *err);
/* Job "lead.retain". */
MUST_CHECK bool lead_run_retain(struct job *job, struct err *err);

#endif
