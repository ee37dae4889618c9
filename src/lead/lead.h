#ifndef LEAD_LEAD_H
#define LEAD_LEAD_H

#include "base/list.h"
#include "base/str.h"
#include "job/job.h"

struct app;
struct db;
struct ring;

/*
 * Leads: from a webhook's stored body (or a call of the API) to a person with
 * direction, creative and funnel stage, every change in a ledger.
 *
 *   delivery  received -> processed | unresolved | failed     (raw bodies)
 *   lead      stored -> parsed -> linked | unlinked -> scored (-> linked) (-> delivered)
 *             (-> erased)
 *   stage     interest -> qualified -> scheduled -> purchase, and lost
 *
 * Nothing that arrived is dropped: a lead without contact is kept (phone and
 * email ""), one that matches nothing is `unlinked`, one whose advertiser is
 * nobody's stays an `unresolved` delivery and is tried again.  The same
 * platform lead id again raises duplicate_deliveries; another lead with the
 * phone or e-mail of an earlier one names the person's first lead in
 * duplicate_of ("first" by the platform's time, so the order of arrival does
 * not matter).
 */
struct lead {
    struct str lead_id, platform, source, platform_lead_id, delivery_id;
    struct str ad_account_id, advertiser_id, campaign_id, adgroup_id, ad_id, page_id;
    struct str direction_id, creative_id, link_cause;
    struct str state, stage;
    struct str name, phone, phone_typed, email, email_typed;
    struct str phone_hash, email_hash;
    struct str answers; /* JSON [{"field","value"}] */
    struct str click_id;
    struct str duplicate_of;
    int64_t duplicate_deliveries;
    struct str form_id;      /* of the platform or the site */
    int64_t spam_score;      /* 0 to 100; never deletes anything */
    struct str spam_reasons; /* JSON list of texts */
    bool is_test;
    struct str recovered_by; /* poller, gap_finder, backfill: the webhook missed it */
    struct str assigned_to;  /* user_id */
    bool direction_weak;     /* it is the account's only one, and nothing better was known */
    /* Known at the arrival only: what the score is made of. */
    struct str address;      /* the sender's; "" = not known */
    struct str address_hash; /* keyed; this alone is kept of the address */
    bool ad_unknown;         /* it names an ad that nobody here knows */
    int64_t filled_ms;       /* how long the form took, where it tells; 0 = not told */
    int64_t erased_ms;       /* its personal data are gone since */
    int64_t created_ms, received_ms, updated_ms;
};
LIST(leads, struct lead);

/* --- intake ---------------------------------------------------------------- */

/*
 * Jobs: "lead.intake" (deliveries in state received), "lead.reresolve"
 * (unresolved ones, again), "lead.relink" (args {}: links of the job's org
 * again), "lead.pull" and "lead.find_ad" (lead/pull.h).  The first two belong to no org;
 * lead.reresolve may also be added by an org whose account has just connected.
 */
extern const struct job_kind lead_jobs[];

/* Ask for an intake run; the handle is in system scope.  One open job at most. */
MUST_CHECK bool lead_intake_ask(struct db *db, struct err *err);

/*
 * While webhooks pour in, storing them comes first: each hold makes this
 * process's intake jobs wait for LEAD_HOLD_MS, but never for more than
 * LEAD_HOLD_LONGEST_MS on end.  Thread-safe.
 */
#define LEAD_HOLD_MS         500
#define LEAD_HOLD_LONGEST_MS 30000
void lead_intake_hold(void);
bool lead_intake_held(void);

/*
 * The safety net, called every second or so by the server's scheduler loop in
 * system scope: asks for an intake when a received delivery is older than
 * LEAD_SWEEP_MS (its job was lost or never added), and for a re-resolve every
 * ten minutes while unresolved ones exist.
 */
#define LEAD_SWEEP_MS 5000
MUST_CHECK bool lead_sweep(struct db *db, int64_t now_ms, struct err *err);

/* How many deliveries wait or need a look (doctor, /metrics).  System scope. */
struct delivery_counts {
    int64_t received, unresolved, quarantined, failed;
    int64_t oldest_received_ms; /* 0 = none */
};
MUST_CHECK bool lead_delivery_counts(struct db *db, struct arena *arena,
                                     struct delivery_counts *out, struct err *err);

/* --- leads of the handle's org ---------------------------------------------- */

/* A lead that came by the API: a site, a CRM, a person. */
struct lead_wish {
    struct str platform;    /* "" = tiktok */
    struct str source;      /* "" = manual */
    struct str external_id; /* the caller's own id: a second lead with it is the same one */
    struct str ad_account_id;
    struct str campaign_id, adgroup_id, ad_id, page_id, click_id;
    struct str direction_id, creative_id; /* given = taken as they are; must exist in the org */
    struct str name, phone, email;        /* as typed */
    struct str answers;                   /* JSON list of {"field","value"}, or "" */
    int64_t created_ms;                   /* 0 = now */
    int64_t clicked_ms;                   /* when its ad was clicked; 0 = not known */
    int64_t now_ms;
    struct str actor;
};
/* *added false: external_id is known, *out is the lead it names. */
MUST_CHECK bool lead_add(const struct app *app, struct db *db, struct arena *arena,
                         const struct lead_wish *wish, struct lead *out, bool *added,
                         struct err *err);

/* The same inside the caller's transaction: many in one.  What it refuses, it refuses before it
 * writes. */
MUST_CHECK bool lead_add_within(const struct app *app, struct db *db, struct arena *arena,
                                const struct lead_wish *wish, struct str *lead_id, bool *added,
                                struct err *err);

MUST_CHECK bool lead_get(struct db *db, struct arena *arena, struct str lead_id,
                         struct lead *out, struct err *err);

enum lead_choice { LEADS_ALL, LEADS_ONLY, LEADS_WITHOUT };
struct lead_filter {
    /* "" = any */
    struct str direction_id, creative_id, stage, state, platform, ad_account_id;
    struct str platform_lead_id, source, assigned_to, form_id;
    int64_t spam_min; /* score at least that */
    enum lead_choice recovered, test, duplicate, erased;
    struct str search;      /* words of name, e-mail or phone, whole; all must be found */
    int64_t from_ms, to_ms; /* created_ms in [from, to); to 0 = open */
    int64_t received_from_ms, received_to_ms;
    int64_t before_ms; /* cursor: the last lead of the page before; 0 = first page */
    struct str before_id;
    int64_t limit;
};
/* Newest first, by created_ms and lead_id. */
MUST_CHECK bool lead_list(struct db *db, struct arena *arena, const struct lead_filter *filter,
                          struct leads *out, struct err *err);
/* How many fit the filter (its cursor and limit aside); `most` at most are counted. */
MUST_CHECK bool lead_count(struct db *db, struct arena *arena, const struct lead_filter *filter,
                           int64_t most, int64_t *count, struct err *err);

struct lead_transition {
    int64_t sequence, at_ms;
    struct str actor, kind, from, to, cause; /* kind: state, stage */
};
LIST(lead_transitions, struct lead_transition);
MUST_CHECK bool lead_transition_list(struct db *db, struct arena *arena, struct str lead_id,
                                     struct lead_transitions *out, struct err *err);

/* May a person or program move a lead so?  (purchase is set by a sale alone.) */
bool lead_stage_move_legal(struct str from, struct str to);
bool lead_stage_known(struct str stage);

struct lead_stage_wish {
    struct str lead_id, stage;
    int64_t at_ms; /* when it happened; 0 = now; not before the stage before it */
    struct str cause;
    struct str actor;
    int64_t now_ms;
};
/* ERR_CONFLICT for an illegal move; the stage it has already is no change (*changed false). */
MUST_CHECK bool lead_set_stage(struct db *db, struct arena *arena,
                               const struct lead_stage_wish *wish, bool *changed,
                               struct err *err);

/*
 * Look again at the leads that lack direction or creative: mappings appear
 * after launches and collections.  Sales follow their lead's creative.
 * *changed = leads that gained a link.
 */
MUST_CHECK bool lead_relink(struct db *db, struct arena *arena, int64_t now_ms,
                            struct str actor, int64_t *changed, struct err *err);

#endif
