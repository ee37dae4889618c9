#ifndef ROI_COHORT_DB_H
#define ROI_COHORT_DB_H

#include "roi/roi_db.h"

/* The rows behind the cohorts.  `creative_id` "" = all. */

struct roi_amount {
    int64_t age; /* of the lead, in days */
    int64_t micros;
};
LIST(roi_amounts, struct roi_amount);

/* Spend of these days: in the report's currency all together, in others one account, creative
 * and day by itself. */
MUST_CHECK bool roi_cohort_spend(struct db *db, struct arena *arena,
                                 const struct roi_filter *filter, struct str creative_id,
                                 struct roi_spend_days *out, struct err *err);

/* Leads of a quarter of an hour: a day begins at one of its ends, in every time zone. */
struct roi_quarter {
    int64_t from_ms, leads, qualified;
};
LIST(roi_quarters, struct roi_quarter);
MUST_CHECK bool roi_cohort_leads(struct db *db, struct arena *arena,
                                 const struct roi_filter *filter, const struct roi_part *part,
                                 struct str creative_id, struct roi_quarters *out,
                                 struct err *err);

/* Sales and refunds of the leads of these days, a person's together. */
struct roi_cohort_sale {
    struct str person, currency;
    int64_t lead_ms, paid_ms, amount_micros;
    bool refund;
};
LIST(roi_cohort_sales, struct roi_cohort_sale);
MUST_CHECK bool roi_cohort_sale_list(struct db *db, struct arena *arena,
                                     const struct roi_filter *filter,
                                     const struct roi_part *part, struct str creative_id,
                                     struct roi_cohort_sales *out, struct err *err);

#endif
