#ifndef ROI_ROI_H
#define ROI_ROI_H

#include "base/list.h"
#include "base/str.h"

struct db;
struct json_writer;

/*
 * What each creative cost and earned.  docs/roi.md has every formula.
 *
 *   spend, impressions, clicks, platform leads   stored daily figures, by days of the ad
 *                                                account's zone
 *   leads        persons, not forms: a second form of the same phone or e-mail is a duplicate,
 *                shown beside
 *   qualified    of these persons, those who ever reached the stage qualified or beyond
 *   sales, revenue   sales, and what they brought net of refunds; a refund is an event with a
 *                date of its own and follows its sale's creative
 *
 * Four date bases, the same events by other dates:
 *   lead         leads, and the sales of these leads whenever paid (default)
 *   payment      leads as above; sales and refunds by the day of their own payment
 *   click        leads, and their sales, by the day the ad was clicked (the lead's own time
 *                where the click's is not known)
 *   impression   the day of the spend, to compare with the platform's own table: leads are the
 *                platform's count; what was sold cannot be dated so, and is unknown
 *
 * Three models of which ad is credited.  A person's touches are its leads, the
 * first one and its duplicates:
 *   lead         a person counts at the first lead, a sale at the lead it belongs to (default)
 *   first        both at the person's first lead
 *   last         a person at the last lead, a sale at the last one before the payment
 *
 * Every sale counts once.  What has no creative (leads of unmapped ads, sales
 * without a lead, spend of ads made elsewhere) is one row "unattributed", so
 * that the rows add up to the totals; sales without a lead are dated by
 * payment.  Ratios come from sums.
 *
 * Money is converted into one currency: spend by the rate of its day, each
 * account, creative and day by itself; each payment by the rate of its own
 * day; rounded to micros, half away from zero.  Where a rate is missing the
 * figure is unknown, and the report says which rate; nothing is guessed.
 */
enum roi_basis { ROI_BY_LEAD, ROI_BY_PAYMENT, ROI_BY_CLICK, ROI_BY_IMPRESSION };
enum roi_model { ROI_LEAD_TOUCH, ROI_FIRST_TOUCH, ROI_LAST_TOUCH };

/* By name ("" = the default); false when there is none of this name. */
bool roi_basis_by_name(struct str name, enum roi_basis *out);
bool roi_model_by_name(struct str name, enum roi_model *out);
struct str roi_basis_name(enum roi_basis basis);
struct str roi_model_name(enum roi_model model);

struct roi_question {
    struct str first_day, last_day;                   /* "" = `days` days until today */
    int days;                                         /* 0 = 30 */
    struct str platform, ad_account_id, direction_id; /* "" = all */
    struct str currency;                              /* "" = the org's */
    enum roi_basis basis;
    enum roi_model model;
    int64_t goods_micros; /* cost of goods, of 1,000,000 of revenue; 0 = none */
    bool from_truth; /* add up the stored rows themselves instead of the roll-ups: slower, and
                        the same */
    int64_t now_ms;
};

/* A figure that may be unknown: a zero denominator, no data, a missing rate. */
struct roi_money {
    bool known;
    int64_t micros;
};
struct roi_ratio {
    bool known;
    double value; /* 0.25 = 25 % */
};

/* A share of so many events, with the bounds of a 95 % interval (Wilson): of fewer than
 * ROI_FEW_EVENTS, only the range is worth showing. */
#define ROI_FEW_EVENTS 30
struct roi_share {
    bool known;
    int64_t events;
    double value, low, high;
};

struct roi_row {
    struct str creative_id, title; /* "" in the rows unattributed and total */
    struct str direction_id, direction_name, platform;
    bool named;      /* the creative exists */
    bool advertised; /* has an ad that is not deleted */
    bool measured;   /* the platform reported at least one day */
    int64_t impressions, clicks, platform_leads;
    int64_t leads, duplicate_leads, qualified, sales, refund_count;
    int64_t spend_rows; /* accounts, creatives and days with spend figures */
    struct roi_money spend, revenue, refunds; /* refunds as a positive amount */
    struct roi_money cpc, cpl, cpql, cac;     /* cac: spend a sale */
    struct roi_money profit, margin;          /* revenue - spend; revenue - goods - spend */
    struct roi_ratio ctr, roi, roas, romi;
    struct roi_share qualified_share, sold_share; /* of leads; of qualified leads */
};
LIST(roi_rows, struct roi_row);

struct roi_missing { /* a rate that some figure needed */
    struct str from, to, first_day, last_day;
};
LIST(roi_missings, struct roi_missing);

/* Which rates the figures were made with, one line a currency. */
struct roi_rate_use {
    struct str from, to;
    int64_t amounts;                      /* so many were converted */
    struct str first_day, last_day;       /* days of the rates used */
    int oldest_days;                      /* the rate that was oldest on its amount's day */
    struct str first_source, last_source; /* of the rates of the first and the last day */
};
LIST(roi_rate_uses, struct roi_rate_use);

struct roi_report {
    struct roi_rows rows; /* most spend first */
    bool has_unattributed;
    struct roi_row unattributed, total;
    struct str currency, first_day, last_day, zone; /* zone of the default ad account */
    enum roi_basis basis;
    enum roi_model model;
    int64_t goods_micros;
    struct roi_missings missing;
    struct roi_rate_uses rates;
    int64_t
        collected_ms; /* the least fresh of the accounts concerned; 0 = one was never read */
    int64_t made_ms;
};

/* ERR_NOT_FOUND for a foreign ad account or direction. */
MUST_CHECK bool roi_report(struct db *db, struct arena *arena,
                           const struct roi_question *question, struct roi_report *out,
                           struct err *err);

/* The same question about as many days just before. */
MUST_CHECK bool roi_previous(struct arena *arena, const struct roi_question *question,
                             const struct roi_report *report, struct roi_question *out,
                             struct err *err);

/* The report as one JSON object, with formulas, window, currency and age of the data. */
void roi_put_json(struct json_writer *w, struct arena *arena, const struct roi_report *report,
                  const struct roi_report *previous); /* NULL = none to compare with */

/*
 * What a figure is made of: the stored rows, a page at a time.  The values of
 * all pages add up to the figure of the report, exactly.  The figures that are
 * added up (roi_figures) have rows; those made from others are ERR_INVALID and
 * name what to ask for.
 */
struct roi_detail_question {
    struct roi_question of;
    struct str figure;
    struct str creative_id; /* "" = of all rows, as in the total */
    bool unattributed;      /* of the row unattributed instead */
    struct str cursor;      /* "" = the first page */
    int64_t limit;
};
MUST_CHECK bool roi_put_detail(struct json_writer *w, struct db *db, struct arena *arena,
                               const struct roi_detail_question *question, struct err *err);

/* How a figure comes about: formula, inputs with their values and row counts, window, basis,
 * model, rates, age, and why it is unknown where it is.  `cursor` and `limit` are not used. */
MUST_CHECK bool roi_put_explanation(struct json_writer *w, struct db *db, struct arena *arena,
                                    const struct roi_detail_question *question,
                                    struct err *err);

/*
 * Cohorts: the leads of each week (Monday to Sunday, of the default account's
 * zone) with what was spent in it, and what they brought by the age of the
 * lead: revenue by week, LTV, the day on which they paid back.  Basis and model
 * lead.  At most ROI_MOST_WEEKS; by default the last 12.
 */
#define ROI_MOST_WEEKS 60
MUST_CHECK bool roi_put_cohorts(struct json_writer *w, struct db *db, struct arena *arena,
                                const struct roi_question *question, struct str creative_id,
                                struct err *err);

/* For a terminal: aligned whatever the script of the titles, a dash for the unknown; `colour`
 * adds ANSI colours.  Ends in a newline. */
struct str roi_text_table(struct arena *arena, const struct roi_report *report, bool colour);

#endif
