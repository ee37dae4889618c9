#ifndef ROI_DAYS_H
#define ROI_DAYS_H

#include "roi/roi.h"

/*
 * The same figures day by day, for charts and sparklines, and their sums.
 *
 * Days are those of each ad account's own zone.  Leads, qualified leads, sales and revenue are
 * as in the report (basis lead, model lead): they stand at the day of the lead.  Spend is
 * converted by accounts and days, where the report converts by creatives and days: the sums may
 * differ by some micros.  A day of which the platform has reported nothing has no spend: it is
 * unknown, not zero.
 */
struct roi_day {
    struct str day;
    bool measured; /* the platform has reported it */
    struct roi_money spend, revenue;
    int64_t impressions, clicks, platform_leads; /* 0 where it is not measured */
    int64_t leads, duplicate_leads, qualified, sales;
};
LIST(roi_day_list, struct roi_day);

struct roi_days {
    struct roi_day_list days; /* every day of the range, oldest first */
    struct roi_row total;     /* with its ratios; no names */
    struct str currency, first_day, last_day, zone;
    struct str today; /* of that zone: not over yet */
    bool connected;   /* some ad account concerned is */
    int64_t measured_days;
    int64_t
        collected_ms; /* the least fresh of the accounts concerned; 0 = one was never read */
    struct roi_missings missing;
    struct roi_rate_uses rates;
};

/* `question`: days, platform, ad account and currency; the rest must be empty.  Without a
 * currency that of the ad account, where one is named, else the org's. */
MUST_CHECK bool roi_by_day(struct db *db, struct arena *arena,
                           const struct roi_question *question, struct roi_days *out,
                           struct err *err);

/* One JSON object: `now` and, where there is one, `before`, the range compared with by the word
 * `compare`. */
void roi_put_days(struct json_writer *w, struct arena *arena, const struct roi_days *now,
                  struct str compare, const struct roi_days *before, int64_t made_ms);

/* Ratios of a row from its sums: cost per click, lead, ...; unknown where nothing is there to
 * divide by. */
void roi_set_ratios(struct roi_row *row, enum roi_basis basis, int64_t goods_micros);

#endif
