#ifndef ALERT_ALERT_H
#define ALERT_ALERT_H

#include "base/err.h"
#include "base/list.h"
#include "base/str.h"

struct db;

/*
 * What needs somebody's attention in an org, computed from what is stored each
 * time it is asked: an alert is there as long as its cause is.  A person may
 * put one aside for a time; that alone is kept.
 *
 *   token_revoked, token_ended      the platform took the token back; its time is over
 *   token_ends                      within AD_TOKEN_WARN_MS
 *   figures_stale                   not read for AD_FIGURES_STALE_MS
 *   leads_silent                    leads used to come from the platform, and no longer do
 *   webhook_missed                  leads of the last two days came by no webhook
 *   under_delivery                  less than half of the running budgets is spent
 *   creative_failed                 a file that could not be prepared or sent
 *   ad_rejected                     running ads that the platform does not admit
 *   pixel_refused, pixel_rests      conversions that the platform does not take
 *   conversions_wait                they wait for more than an hour
 *   handoff_dead, handoffs_wait, endpoint_off   leads that reach no CRM or chat
 *   autopilot_stopped               the emergency stop is on
 */
enum alert_severity { ALERT_INFO, ALERT_WARNING, ALERT_CRITICAL };
const char *alert_severity_name(enum alert_severity severity);

struct alert {
    const char *kind;
    enum alert_severity severity;
    struct str object_kind, object_id, object_name; /* ad_account, creative, direction, ... */
    struct str ad_account_id, platform;             /* "" where it belongs to none */
    int64_t since_ms;                               /* 0 = not known */
    struct str text;                                /* the platform's own words, or ours; "" */
    int64_t count;                                  /* so many things of this kind; 0 = one */
    /* of under_delivery, a day */
    int64_t budget_micros, spend_micros;
    struct str currency;
    /* of leads_silent */
    int64_t gap_ms;             /* usual time between two leads */
    struct str key;             /* kind and object: what it is put aside by */
    int64_t dismissed_until_ms; /* 0 = shown */
};
LIST(alerts, struct alert);

struct alert_filter {
    struct str platform, ad_account_id; /* "" = all; what belongs to none is always shown */
    bool dismissed;                     /* also those that were put aside */
};

/* Most severe first, then the newest. */
MUST_CHECK bool alert_list(struct db *db, struct arena *arena,
                           const struct alert_filter *filter, int64_t now_ms,
                           struct alerts *out, struct err *err);

/* Why, and what to do, as sentences; the page has its own in each language. */
struct str alert_why(struct arena *arena, const struct alert *alert, int64_t now_ms);
const char *alert_act(const struct alert *alert);

/* Put aside until then; `until_ms` in the past brings it back. */
MUST_CHECK bool alert_dismiss(struct db *db, struct str key, int64_t until_ms, struct str actor,
                              int64_t now_ms, struct err *err);

#endif
