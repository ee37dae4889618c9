#ifndef LEAD_PULL_H
#define LEAD_PULL_H

#include "ads/account.h"
#include "lead/lead.h"

/*
 * Leads that no webhook brought, read from the platform.
 *
 *   poller       every lead_poll_minutes (30) per connected account, 48 hours
 *                back
 *   gap_finder   each night, over the platform's 90 days, form by form
 *   backfill     by hand, `adwright leads backfill`
 *
 * All three compare the ids that a form has with those that are here, and
 * store what is missing, marked recovered_by, received now: the delay is
 * received - created.  What is younger than PULL_GRACE_MS may still come by
 * its webhook and is left to it.  Each form's reading is a row of lead_pulls,
 * also one that failed; a recovered lead is an incident in the log.
 */
#define PULL_BACK_MS   (INT64_C(48) * 60 * 60 * 1000)
#define PULL_DAYS_MOST 90 /* the platforms keep no older ones */
#define PULL_GRACE_MS  (10 * 60 * 1000)

/* Jobs "lead.pull" {"ad_account_id","platform","kind","days"}. */
MUST_CHECK bool lead_run_pull(struct job *job, struct err *err);
/* Jobs "lead.find_ad" {"ad_account_id","platform","ad_id"}: an ad that a lead names and nobody
 * here knows is read from the platform, and the lead linked. */
MUST_CHECK bool lead_run_find_ad(struct job *job, struct err *err);
/* Inside the transaction of the lead. */
MUST_CHECK bool lead_ask_for_ad(struct db *db, struct arena *arena, const struct lead *lead,
                                struct err *err);

/* By the clock: what is due becomes jobs.  System scope, before and after. */
MUST_CHECK bool lead_pull_schedule(const struct app *app, struct db *db, struct arena *arena,
                                   int64_t now_ms, struct err *err);

/* A backfill of each connected account of the org, by jobs; one that waits already serves. */
MUST_CHECK bool lead_pull_ask(struct db *db, struct arena *arena, int64_t days,
                              int64_t *accounts, struct err *err);

struct pull_counts {
    int64_t forms, failed; /* forms read, and forms that could not be */
    int64_t seen, recovered, worst_delay_ms;
    struct str why; /* of the last failure; "" = none */
};
/* One account now.  False where no form can be read at all. */
MUST_CHECK bool lead_pull_account(const struct app *app, struct db *db, struct net *net,
                                  struct arena *arena, const struct ad_connection *connection,
                                  const char *kind, int64_t since_ms, struct str actor,
                                  int64_t now_ms, struct pull_counts *out, struct err *err);

struct lead_pull {
    struct str pull_id, ad_account_id, platform, page_id, kind, error_text;
    int64_t since_ms, started_ms, finished_ms, seen, recovered, worst_delay_ms;
};
LIST(lead_pulls, struct lead_pull);
/* Newest first; `troubled`: only those that recovered something or failed. */
MUST_CHECK bool lead_pull_list(struct db *db, struct arena *arena, int64_t since_ms,
                               bool troubled, int64_t limit, struct lead_pulls *out,
                               struct err *err);

#endif
