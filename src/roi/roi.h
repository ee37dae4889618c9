#ifndef ROI_ROI_H
#define ROI_ROI_H

#include "base/list.h"
#include "base/str.h"

struct db;
struct json_writer;

/*
 * What each creative cost and earned.
 *
 *   spend, impressions, clicks, platform leads   stored daily figures, by days of the ad
 *                                                account's zone
 *   leads        persons, not forms: a second form of the same phone or e-mail is a duplicate,
 *                shown beside; dated by the day the lead was created
 *   qualified    of these persons, those who ever reached the stage qualified or beyond
 *   sales, revenue   sales, and what they brought net of refunds; by default those of the
 *                leads created in the range (basis lead), else those paid in it (basis payment)
 *
 * Every sale counts once, at its lead's creative.  What has no creative (leads
 * of unmapped ads, sales without a lead, spend of ads made elsewhere) is one
 * row "unattributed", so that the rows add up to the totals; sales without a
 * lead are dated by payment.  Ratios come from sums.
 *
 * Money is converted into one currency: spend by the rate of its day, payments
 * by the rate of theirs.  Where a rate is missing the figure is unknown, and
 * the report says which rate; nothing is guessed.
 */
enum roi_basis { ROI_BY_LEAD, ROI_BY_PAYMENT };

struct roi_question {
    struct str first_day, last_day;                   /* "" = 30 days until today */
    struct str platform, ad_account_id, direction_id; /* "" = all */
    struct str currency;                              /* "" = the org's */
    enum roi_basis basis;
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

struct roi_row {
    struct str creative_id, title; /* "" in the rows unattributed and total */
    struct str direction_id, direction_name, platform;
    bool advertised; /* has an ad that is not deleted */
    bool measured;   /* the platform reported at least one day */
    int64_t impressions, clicks, platform_leads;
    int64_t leads, duplicate_leads, qualified, sales;
    struct roi_money spend, revenue, refunds; /* refunds as a positive amount */
    struct roi_money cpc, cpl, cpql;
    struct roi_ratio ctr, roi, roas;
};
LIST(roi_rows, struct roi_row);

struct roi_missing { /* a rate that some figure needed */
    struct str from, to, first_day, last_day;
};
LIST(roi_missings, struct roi_missing);

struct roi_report {
    struct roi_rows rows; /* most spend first */
    bool has_unattributed;
    struct roi_row unattributed, total;
    struct str currency, first_day, last_day, zone; /* zone of the default ad account */
    enum roi_basis basis;
    struct roi_missings missing;
    int64_t
        collected_ms; /* the least fresh of the accounts concerned; 0 = one was never read */
    int64_t made_ms;
};

/* ERR_NOT_FOUND for a foreign ad account or direction. */
MUST_CHECK bool roi_report(struct db *db, struct arena *arena,
                           const struct roi_question *question, struct roi_report *out,
                           struct err *err);

/* The report as one JSON object, with formulas, window, currency and age of the data. */
void roi_put_json(struct json_writer *w, struct arena *arena, const struct roi_report *report);

/* For a terminal: aligned whatever the script of the titles, a dash for the unknown; `colour`
 * adds ANSI colours.  Ends in a newline. */
struct str roi_text_table(struct arena *arena, const struct roi_report *report, bool colour);

#endif
