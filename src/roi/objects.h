#ifndef ROI_OBJECTS_H
#define ROI_OBJECTS_H

#include "base/strs.h"
#include "platform/platform.h"

struct db;

/*
 * Campaigns, ad groups and ads as people work through them: one level in a
 * list, each with what it is, how it does, and its figures of a range of days.
 * All of it is what we stored: what launches made and the collector saw.
 *
 *   spend, impressions, clicks, platform leads   by days of the ad account's zone
 *   leads, qualified   persons of our own ledger whose ad is known, by the lead's own time;
 *                      a form that came twice counts once (roi.h, model "lead")
 *
 * A campaign's figures are those of its ads, an ad group's of its own.  What
 * the platform said nothing about in the range is unknown, not zero; leads are
 * ours, so their zero is one.
 */

/* Why the figures of the platform are unknown. */
enum object_missing {
    OBJECT_KNOWN,
    OBJECT_NEVER_COLLECTED, /* no collection of the ad account has ended well yet */
    OBJECT_NO_DAYS,         /* the platform reported no day of the range */
    OBJECT_CURRENCIES,      /* totals only: money of several currencies is not added up */
};
const char *object_missing_name(enum object_missing missing);

struct object_figures {
    enum object_missing missing; /* of spend, impressions, clicks, platform_leads */
    int64_t days;                /* with figures, of all ads */
    int64_t spend_micros, impressions, clicks, platform_leads;
    int64_t leads, qualified;
};

struct object_row {
    enum platform_level level;
    struct str id, platform, ad_account_id, ad_account_name, currency;
    struct str name, objective;
    struct str status;          /* enabled, disabled, deleted: its own switch */
    struct str platform_status; /* the platform's word; "" = not read since the last change */
    /* Whether it runs: delivering, off, campaign_off, adgroup_off, nothing_on (below it),
     * disconnected, deleted, unknown, or what the platform's word says (platform.h: delivery).
     */
    const char *delivery;
    struct str direction_id, direction_name;
    struct str campaign_id, campaign_name, adgroup_id, adgroup_name; /* above it */
    struct str creative_id, creative_title;                          /* ads; "" = not ours */
    struct str launch_id;           /* the launch that made it; "" = made elsewhere */
    int64_t budget_micros;          /* a day; campaigns: 0 = its ad groups have theirs */
    int64_t adgroups_budget_micros; /* campaigns: of its enabled ad groups */
    int64_t adgroups, ads;          /* below it, without deleted ones */
    int64_t
        switched_on; /* right below it: enabled ad groups of a campaign, ads of an ad group */
    int64_t created_ms, updated_ms;
    struct object_figures figures;
};
LIST(object_rows, struct object_row);

struct object_question {
    enum platform_level level;
    struct str platform, ad_account_id, direction_id, creative_id; /* "" = all */
    struct strs campaign_ids, adgroup_ids, ids;                    /* none = all */
    struct str status;   /* enabled, disabled, deleted; "" = all but deleted */
    struct str delivery; /* "" = all */
    struct str text;     /* in the name, or the id; "" = all */
    struct str first_day, last_day;
    struct str sort; /* name, status, delivery, budget, created, spend, impressions, clicks,
                        ctr, cpc, leads, cpl, qualified, cpql; "" = spend */
    bool ascending;
    int64_t after;       /* rows before the page ... */
    struct str after_id; /* ... the last of them: found again when the order has moved */
    int64_t limit;
};

struct object_list {
    struct object_rows rows;
    int64_t count;               /* of the whole selection */
    int64_t next;                /* question.after of the next page; 0 = this was the last */
    struct object_figures total; /* of the whole selection */
    struct str currency;         /* of its money; "" = several or none */
    int64_t budget_micros;       /* of its enabled ad groups, or campaigns; 0 where several
                                    currencies */
    int64_t leads_elsewhere;     /* leads of the range and accounts whose ad is not known */
    int64_t
        collected_ms; /* the least fresh of the accounts concerned; 0 = one was never read */
};

bool object_sort_known(struct str sort);

/* ERR_INVALID: `sort` is none of those. */
MUST_CHECK bool object_list_get(struct db *db, struct arena *arena,
                                const struct object_question *question, struct object_list *out,
                                struct err *err);

/* Ratios: false when the denominator is zero or the platform's figures are missing. */
bool object_ctr(const struct object_figures *f, double *out);
bool object_cpc(const struct object_figures *f, int64_t *micros);
bool object_cpm(const struct object_figures *f, int64_t *micros);
bool object_cpl(const struct object_figures *f, int64_t *micros);
bool object_cpql(const struct object_figures *f, int64_t *micros);

#endif
