#ifndef ADS_LAUNCH_H
#define ADS_LAUNCH_H

#include "base/strs.h"
#include "job/job.h"
#include "platform/platform.h"

struct app;
struct db;

/*
 * Launches: recorded workflows that end in running ads.  All kinds go through
 * launch_start, which writes the workflow and its job in one transaction; the
 * job `launch.run` carries it out.
 *
 * What is made is made disabled and enabled last, so a launch that breaks off
 * spends nothing.  A launch that a platform refuses is undone: what it made is
 * disabled, and the refusal is kept with it.  Names carry a tag of the launch,
 * so that a lost answer is read back exactly and nothing is made twice.
 */
struct launch_wish {
    const char *mode; /* auto, manual, create_campaign, adgroup (new ad group in the
                         direction's campaign) */
    struct str direction_id;
    struct strs creative_ids;    /* auto: none; the newest eligible ones are taken */
    int64_t daily_budget_micros; /* 0 = the direction's */
    struct str objective;        /* any word for it; "" = the direction's */
    struct str page_id;          /* "" = the direction's */
    struct str campaign_name;    /* "" = made from the direction */
    struct str adgroup_name;
    bool start_paused;
    struct str request_key; /* of the caller; the same wish with it again returns the first
                               launch, another wish is ERR_CONFLICT */
    struct str actor;
};

/*
 * *launch_id = the workflow's id.  GET /api/launches/:id shows steps and
 * outcome.  Everything that can be known to fail is refused here, by field,
 * before anything is stored or sent.  The same wish again within seconds, or
 * while the first one runs, is the first one (*added false).
 */
MUST_CHECK bool launch_start(const struct app *app, struct db *db, struct arena *arena,
                             const struct launch_wish *wish, struct str *launch_id, bool *added,
                             struct err *err);

/*
 * What launch_start would lead to, as a JSON object; nothing is stored or sent:
 * the calls in order, each with the step that it belongs to (ids that only the
 * platform can give stand as "{campaign_id}"; tokens are in no body), what may
 * be spent, what to think of before (warnings), and all of it as a sentence.
 */
MUST_CHECK bool launch_preview(const struct app *app, struct db *db, struct arena *arena,
                               const struct launch_wish *wish, int64_t now_ms, struct str *json,
                               struct err *err);

/*
 * Enable or disable one object, by a recorded write that is read back.  Inside
 * the caller's transaction or as its own.  The object must be known to belong
 * to the ad account: launch_owner_of finds that out.
 */
struct launch_status_wish {
    struct str ad_account_id;
    enum platform_level level;
    struct str id;
    bool enabled;
    struct str request_key; /* "" = none */
    struct str actor;
};
MUST_CHECK bool launch_ask_status(struct db *db, struct arena *arena,
                                  const struct launch_status_wish *wish,
                                  struct str *workflow_id, struct err *err);
/* Enable what a paused launch made: its ad group, then its campaign. */
MUST_CHECK bool launch_publish(struct db *db, struct arena *arena, struct str launch_id,
                               struct str actor, struct str *workflow_id, struct err *err);

/* --- what is known of the platform's objects --- */

/* The ad account of an object of this org; "" when we do not know the object. */
MUST_CHECK bool launch_owner_of(struct db *db, struct arena *arena, enum platform_level level,
                                struct str id, struct str *ad_account_id, struct err *err);

/* --- looking at launches --- */

/* A launch or a status change, with its steps.  ERR_NOT_FOUND for other workflows too. */
MUST_CHECK bool launch_get(struct db *db, struct arena *arena, struct str id,
                           struct workflow_view *out, struct err *err);
/* Why a launch failed or was undone, as the platform said it.  Returns false, err filled. */
bool launch_error_read(struct arena *arena, struct str error_json, struct err *err);
/* The names of the steps that a launch goes through when nothing breaks off, in order: as its
 * stored input says. */
MUST_CHECK bool launch_plan_of(struct arena *arena, struct str input, struct strs *names,
                               struct err *err);
LIST(launch_views, struct workflow_view);
/* Launches, newest first, without their steps; `before_ms`/`before_id` of the page's last row,
 * 0 and "" to begin. */
MUST_CHECK bool launch_list(struct db *db, struct arena *arena, int64_t before_ms,
                            struct str before_id, int64_t limit, struct launch_views *out,
                            struct err *err);
/* Wait until the launch is over (done, failed, undone) or the deadline; *over tells which. */
MUST_CHECK bool launch_wait(struct db *db, struct arena *arena, struct str id,
                            int64_t deadline_mono_ms, bool *over, struct err *err);

/* launch.run, launch.status, creative.push */
extern const struct job_kind launch_jobs[];

#endif
