#ifndef ADS_LAUNCH_PARTS_H
#define ADS_LAUNCH_PARTS_H

#include "job/job.h"

/* The runs of launch_jobs that live in files of their own.  Private to ads/. */
bool launch_run_status(struct job *job, struct err *err);
bool launch_push_creative(struct job *job, struct err *err);
bool launch_push_dead(struct job *job, const struct err *why, struct err *err);
/* Given up: the workflow of the job becomes failed. */
bool launch_dead(struct job *job, const struct err *why, struct err *err);

#endif
