#ifndef ROI_ROI_DB_H
#define ROI_ROI_DB_H

#include "base/list.h"
#include "base/str.h"
#include "roi/roi.h"
#include "roi/span.h"

/*
 * The sums behind the report: a handful of grouped queries over the handle's
 * org, however many creatives there are.  Two ways to the same figures: the
 * roll-ups (sum_db.c), and the stored rows themselves (truth_db.c), which also
 * list what a figure is made of.
 */

struct roi_filter {
    struct str platform, ad_account_id, direction_id; /* "" = all */
    struct str first_day, last_day;
    struct str currency; /* of the report */
    enum roi_basis basis;
    enum roi_model model;
};

/* The same days mean other instants in each zone.  Leads and sales of these accounts and
 * platforms: */
struct roi_part {
    struct str zone;
    int64_t from_ms, to_ms;
    enum { ROI_PART_ALL, ROI_PART_THESE, ROI_PART_OTHERS } kind;
    struct str members; /* JSON list of "account platform" */
};
LIST(roi_parts, struct roi_part);

/* --- names (roi_db.c) ------------------------------------------------------------ */

struct roi_account {
    struct str ad_account_id, platform, zone, state;
    int64_t last_sync_ms;
    bool is_default;
};
LIST(roi_accounts, struct roi_account);
/* What the report stands on: the accounts of the filter, the default one first, and the org's
 * own currency.  ERR_NOT_FOUND where the filter names what the org has not. */
MUST_CHECK bool roi_ground(struct db *db, struct arena *arena, const struct roi_filter *filter,
                           struct roi_accounts *accounts, struct str *currency,
                           struct err *err);

struct roi_name {
    struct str creative_id, title, direction_id, direction_name, platform;
};
LIST(roi_names, struct roi_name);
/* The creatives that have an ad which the filter admits and is not deleted. */
MUST_CHECK bool roi_advertised_list(struct db *db, struct arena *arena,
                                    const struct roi_filter *filter, struct roi_names *out,
                                    struct err *err);
/* The creatives of these ids (a JSON list), as far as they exist. */
MUST_CHECK bool roi_name_list(struct db *db, struct arena *arena, struct str creative_ids,
                              struct roi_names *out, struct err *err);

/* --- sums -------------------------------------------------------------------------- */

struct roi_spend {
    struct str creative_id;
    int64_t rows; /* of the daily roll-up */
    int64_t spend_micros, impressions, clicks, platform_leads;
    int64_t foreign; /* of the rows, those in other currencies, not in spend_micros */
};
LIST(roi_spends, struct roi_spend);
/* Spend in the report's currency; the rests of the spans in days.  A creative has any number of
 * sums, those to be taken out negative; so below. */
MUST_CHECK bool roi_spend_sums(struct db *db, struct arena *arena,
                               const struct roi_filter *filter,
                               const struct roi_span spans[ROI_SPANS], struct roi_spends *out,
                               struct err *err);

/* One account, creative and day: what is converted by itself. */
struct roi_spend_day {
    struct str ad_account_id, platform, creative_id, day, currency;
    int64_t spend_micros, impressions, clicks, platform_leads;
};
LIST(roi_spend_days, struct roi_spend_day);
MUST_CHECK bool roi_foreign_spend(struct db *db, struct arena *arena,
                                  const struct roi_filter *filter, struct roi_spend_days *out,
                                  struct err *err);
/* From the figures by ad. */
MUST_CHECK bool roi_spend_truth(struct db *db, struct arena *arena,
                                const struct roi_filter *filter, struct roi_spend_days *out,
                                struct err *err);

struct roi_leads {
    struct str creative_id;
    int64_t leads, duplicates, qualified;
};
LIST(roi_lead_sums, struct roi_leads);
/* Model and basis lead; the rests of the spans in ms. */
MUST_CHECK bool roi_lead_list(struct db *db, struct arena *arena,
                              const struct roi_filter *filter, const struct roi_part *part,
                              const struct roi_span spans[ROI_SPANS], struct roi_lead_sums *out,
                              struct err *err);
MUST_CHECK bool roi_lead_truth(struct db *db, struct arena *arena,
                               const struct roi_filter *filter, const struct roi_part *part,
                               struct roi_lead_sums *out, struct err *err);

struct roi_sales {
    struct str creative_id;
    int64_t sales, refunds;
    int64_t revenue_micros, refund_micros; /* revenue is net of refunds */
    int64_t foreign;                       /* purchases in other currencies, not in the money */
};
LIST(roi_sale_sums, struct roi_sales);
/* Model lead, basis lead or payment. */
MUST_CHECK bool roi_sale_list(struct db *db, struct arena *arena,
                              const struct roi_filter *filter, const struct roi_part *part,
                              const struct roi_span spans[ROI_SPANS], struct roi_sale_sums *out,
                              struct err *err);

struct roi_payment { /* one sale or refund */
    struct str creative_id, currency;
    int64_t paid_ms, amount_micros;
    bool refund;
};
LIST(roi_payments, struct roi_payment);
MUST_CHECK bool roi_foreign_payments(struct db *db, struct arena *arena,
                                     const struct roi_filter *filter,
                                     const struct roi_part *part, struct roi_payments *out,
                                     struct err *err);
MUST_CHECK bool roi_payment_truth(struct db *db, struct arena *arena,
                                  const struct roi_filter *filter, const struct roi_part *part,
                                  struct roi_payments *out, struct err *err);

/* --- what a figure is made of (truth_db.c) ------------------------------------------ */

/* A page of rows behind one figure, oldest first. */
struct roi_page {
    struct str creative_id; /* "" = all */
    bool unattributed;      /* those without a creative instead */
    int64_t after_ms;       /* cursor: the last row's time and key */
    struct str after_day, after_key;
    int64_t limit;
};
MUST_CHECK bool roi_spend_rows(struct db *db, struct arena *arena,
                               const struct roi_filter *filter, const struct roi_page *page,
                               struct roi_spend_days *out, struct err *err);

struct roi_lead_row {
    struct str lead_id, creative_id, direction_id, ad_account_id, platform, ad_id, stage;
    struct str duplicate_of;
    bool counted;   /* the person counts here */
    bool qualified; /* the person is */
    int64_t created_ms, clicked_ms, at_ms;
};
LIST(roi_lead_rows, struct roi_lead_row);
enum roi_lead_figure { ROI_LEADS, ROI_DUPLICATES, ROI_QUALIFIED };
MUST_CHECK bool roi_lead_page(struct db *db, struct arena *arena,
                              const struct roi_filter *filter, const struct roi_part *part,
                              enum roi_lead_figure figure, const struct roi_page *page,
                              struct roi_lead_rows *out, struct err *err);

struct roi_sale_row {
    struct str purchase_id, external_id, kind, refund_of, currency, match_cause;
    struct str lead_id, creative_id; /* of the credited lead */
    int64_t amount_micros, paid_ms, at_ms;
};
LIST(roi_sale_rows, struct roi_sale_row);
enum roi_sale_figure { ROI_SALES, ROI_REVENUE, ROI_REFUNDS };
MUST_CHECK bool roi_sale_page(struct db *db, struct arena *arena,
                              const struct roi_filter *filter, const struct roi_part *part,
                              enum roi_sale_figure figure, const struct roi_page *page,
                              struct roi_sale_rows *out, struct err *err);

#endif
