#ifndef ROI_DAYS_DB_H
#define ROI_DAYS_DB_H

#include "roi/roi_db.h"

/* --- sums by day (days_db.c), for the handle's org ------------------------------------ */

struct roi_account_day {
    struct str day, currency;
    int64_t spend_micros, impressions, clicks, platform_leads;
};
LIST(roi_account_days, struct roi_account_day);
/* Of each account, day and currency. */
MUST_CHECK bool roi_account_day_list(struct db *db, struct arena *arena,
                                     const struct roi_filter *filter,
                                     struct roi_account_days *out, struct err *err);

struct roi_lead_day {
    int64_t n; /* 0 = the first */
    int64_t leads, duplicates, qualified;
};
LIST(roi_lead_days, struct roi_lead_day);
/* `n` spans of `step_ms` from `from_ms` on. */
MUST_CHECK bool roi_lead_day_list(struct db *db, struct arena *arena,
                                  const struct roi_filter *filter, const struct roi_part *part,
                                  int64_t from_ms, int64_t step_ms, int64_t n,
                                  struct roi_lead_days *out, struct err *err);

struct roi_dated_payment {
    struct str currency;
    int64_t lead_ms, paid_ms, amount_micros;
    bool refund;
};
LIST(roi_dated_payments, struct roi_dated_payment);
/* Of the leads of the part's days. */
MUST_CHECK bool roi_dated_payment_list(struct db *db, struct arena *arena,
                                       const struct roi_filter *filter,
                                       const struct roi_part *part,
                                       struct roi_dated_payments *out, struct err *err);

/* "" where the account has no connection to the platform ("" = to any). */
MUST_CHECK bool roi_account_currency(struct db *db, struct arena *arena,
                                     struct str ad_account_id, struct str platform,
                                     struct str *out, struct err *err);

#endif
