#ifndef ADS_LAUNCH_H
#define ADS_LAUNCH_H

#include "base/strs.h"
#include "job/job.h"

struct app;
struct db;

/*
 * Launches: recorded workflows that end in running ads.  All kinds go through
 * launch_start, which writes the workflow and its job in one transaction; the
 * job `launch.run` carries it out.
 */
struct launch_wish {
    const char *mode; /* auto, manual, create_campaign, adgroup (new ad group in the direction's
                         campaign) */
    struct str direction_id;
    struct strs creative_ids;
    int64_t daily_budget_micros; /* 0 = the direction's */
    struct str objective;        /* "" = the direction's */
    struct str campaign_name;    /* "" = made from the direction */
    struct str adgroup_name;
    bool start_paused;
    struct str request_key; /* of the caller; a second start with it returns the first launch */
    struct str actor;
};

/* *launch_id = the workflow's id.  GET /api/launches/:id shows steps and outcome. */
MUST_CHECK bool launch_start(const struct app *app, struct db *db, struct arena *arena,
                             const struct launch_wish *wish, struct str *launch_id, bool *added,
                             struct err *err);

extern const struct job_kind launch_jobs[];

#endif
