#ifndef ROI_ROI_DB_H
#define ROI_ROI_DB_H

#include "base/list.h"
#include "base/str.h"
#include "roi/roi.h"

/* The sums behind the report: a handful of grouped queries over the handle's org, however many
 * creatives there are. */

struct roi_filter {
    struct str platform, ad_account_id, direction_id; /* "" = all */
    struct str first_day, last_day;
    struct str currency; /* of the report: sums of this one need no day */
};

struct roi_account {
    struct str zone, state;
    int64_t last_sync_ms;
    bool is_default;
};
LIST(roi_accounts, struct roi_account);
MUST_CHECK bool roi_account_list(struct db *db, struct arena *arena, struct str platform,
                                 struct str ad_account_id, struct roi_accounts *out,
                                 struct err *err);
/* ERR_NOT_FOUND where the filter names what the org has not. */
MUST_CHECK bool roi_check_filter(struct db *db, struct arena *arena,
                                 const struct roi_filter *filter, struct err *err);

struct roi_spend {
    struct str creative_id, currency;
    struct str day; /* "" in the report's currency: all days together */
    int64_t spend_micros, impressions, clicks, platform_leads;
};
LIST(roi_spends, struct roi_spend);
MUST_CHECK bool roi_spend_list(struct db *db, struct arena *arena,
                               const struct roi_filter *filter, struct roi_spends *out,
                               struct err *err);

/* The same days mean other instants in each zone: one question a zone.  Leads of no known
 * account belong to the `fallback` zone. */
struct roi_range {
    struct str zone, fallback;
    int64_t from_ms, to_ms;
};
struct roi_leads {
    struct str creative_id;
    int64_t leads, duplicates, qualified;
};
LIST(roi_lead_sums, struct roi_leads);
MUST_CHECK bool roi_lead_list(struct db *db, struct arena *arena,
                              const struct roi_filter *filter, const struct roi_range *range,
                              struct roi_lead_sums *out, struct err *err);

struct roi_sales {
    struct str creative_id, currency;
    int64_t paid_ms;                              /* 0 in the report's currency: all together */
    int64_t sales, revenue_micros, refund_micros; /* revenue is net of refunds */
};
LIST(roi_sale_sums, struct roi_sales);
MUST_CHECK bool roi_sale_list(struct db *db, struct arena *arena,
                              const struct roi_filter *filter, const struct roi_range *range,
                              enum roi_basis basis, struct roi_sale_sums *out, struct err *err);

struct roi_name {
    struct str creative_id, title, direction_id, direction_name, platform;
    bool advertised; /* has an ad that the filter admits */
};
LIST(roi_names, struct roi_name);
MUST_CHECK bool roi_name_list(struct db *db, struct arena *arena,
                              const struct roi_filter *filter, struct roi_names *out,
                              struct err *err);

#endif
