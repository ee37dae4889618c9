/* days_db.c - sums by day. */

#include "roi/days_db.h"

#include "base/arena.h"
#include "db/db.h"

/* As in sum_db.c: each text stands twice, with the ad account and without. */
#define ACCOUNT     " AND f.ad_account_id = $3"
#define ANY_ACCOUNT " AND $3 = ''"

#define ACCOUNT_DAYS(account)                                                                  \
    "SELECT f.day, f.currency, f.spend_micros, f.impressions, f.clicks, f.platform_leads"      \
    " FROM ad_metrics_days f WHERE f.org_id = $1" account                                      \
    " AND ($2 = '' OR f.platform = $2) AND f.day >= $4 AND f.day <= $5"

bool roi_account_day_list(struct db *db, struct arena *arena, const struct roi_filter *filter,
                          struct roi_account_days *out, struct err *err)
{
    struct db_rows rows;

#define ASK(text)                                                                              \
    db_select(db, arena, &rows, text, TEXT(db_scope_org(db)), TEXT(filter->platform),          \
              TEXT(filter->ad_account_id), TEXT(filter->first_day), TEXT(filter->last_day))
    if (filter->ad_account_id.n)
        ASK(ACCOUNT_DAYS(ACCOUNT));
    else
        ASK(ACCOUNT_DAYS(ANY_ACCOUNT));
#undef ASK
    while (db_next(&rows))
        *roi_account_days_add(out, arena) =
            (struct roi_account_day){.day = db_text(&rows, 0),
                                     .currency = db_text(&rows, 1),
                                     .spend_micros = db_int(&rows, 2),
                                     .impressions = db_int(&rows, 3),
                                     .clicks = db_int(&rows, 4),
                                     .platform_leads = db_int(&rows, 5)};
    return db_done(&rows, err);
}

/* Of the accounts of one time zone: $4 says which, $5 lists them. */
#define IN_PART                                                                                \
    " AND ($4 = 0 OR (f.ad_account_id || ' ' || f.platform IN {members $5}) = ($4 = 1))"

/* Three sums of small numbers in one, so that the facts are read once: at most two million
 * leads a day. */
#define PACK   2097152 /* 2^21 */
#define PACKED "f.person * 4398046511104 + (1 - f.person) * 2097152 + f.qualified"

#define LEAD_DAYS(account)                                                                     \
    "WITH RECURSIVE d (n, t) AS (SELECT CAST(0 AS BIGINT), CAST($6 AS BIGINT)"                 \
    "  UNION ALL SELECT n + 1, t + $8 FROM d WHERE n + 1 < $7)"                                \
    " SELECT d.n, (SELECT CAST(sum(" PACKED ") AS BIGINT) FROM lead_facts f"                   \
    "  WHERE f.org_id = $1" account " AND f.created_ms >= d.t"                                 \
    "  AND f.created_ms < d.t + $8 AND ($2 = '' OR f.platform = $2)" IN_PART " ) FROM d"

bool roi_lead_day_list(struct db *db, struct arena *arena, const struct roi_filter *filter,
                       const struct roi_part *part, int64_t from_ms, int64_t step_ms, int64_t n,
                       struct roi_lead_days *out, struct err *err)
{
    struct db_rows rows;

#define ASK(text)                                                                              \
    db_select(db, arena, &rows, text, TEXT(db_scope_org(db)), TEXT(filter->platform),          \
              TEXT(filter->ad_account_id), INT(part->kind), TEXT(part->members), INT(from_ms), \
              INT(n), INT(step_ms))
    if (filter->ad_account_id.n)
        ASK(LEAD_DAYS(ACCOUNT));
    else
        ASK(LEAD_DAYS(ANY_ACCOUNT));
#undef ASK
    while (db_next(&rows)) {
        int64_t packed = db_int(&rows, 1);
        *roi_lead_days_add(out, arena) =
            (struct roi_lead_day){.n = db_int(&rows, 0),
                                  .leads = packed / PACK / PACK,
                                  .duplicates = packed / PACK % PACK,
                                  .qualified = packed % PACK};
    }
    return db_done(&rows, err);
}

#define PAYMENTS(account)                                                                      \
    "SELECT f.currency, f.lead_ms, f.paid_ms, f.amount_micros, f.sales FROM sale_facts f"      \
    " WHERE f.org_id = $1" account " AND f.lead_ms >= $6 AND f.lead_ms < $7"                   \
    " AND ($2 = '' OR f.platform = $2)" IN_PART

bool roi_dated_payment_list(struct db *db, struct arena *arena, const struct roi_filter *filter,
                            const struct roi_part *part, struct roi_dated_payments *out,
                            struct err *err)
{
    struct db_rows rows;

#define ASK(text)                                                                              \
    db_select(db, arena, &rows, text, TEXT(db_scope_org(db)), TEXT(filter->platform),          \
              TEXT(filter->ad_account_id), INT(part->kind), TEXT(part->members),               \
              INT(part->from_ms), INT(part->to_ms))
    if (filter->ad_account_id.n)
        ASK(PAYMENTS(ACCOUNT));
    else
        ASK(PAYMENTS(ANY_ACCOUNT));
#undef ASK
    while (db_next(&rows))
        *roi_dated_payments_add(out, arena) =
            (struct roi_dated_payment){.currency = db_text(&rows, 0),
                                       .lead_ms = db_int(&rows, 1),
                                       .paid_ms = db_int(&rows, 2),
                                       .amount_micros = db_int(&rows, 3),
                                       .refund = db_int(&rows, 4) == 0};
    return db_done(&rows, err);
}

bool roi_account_currency(struct db *db, struct arena *arena, struct str ad_account_id,
                          struct str platform, struct str *out, struct err *err)
{
    struct db_rows rows;

    *out = STR("");
    db_select(db, arena, &rows,
              "SELECT currency FROM ad_account_connections WHERE org_id = $1"
              " AND ad_account_id = $2 AND ($3 = '' OR platform = $3)"
              " ORDER BY CASE state WHEN 'connected' THEN 0 ELSE 1 END, platform DESC LIMIT 1",
              TEXT(db_scope_org(db)), TEXT(ad_account_id), TEXT(platform));
    while (db_next(&rows))
        *out = db_text(&rows, 0);
    return db_done(&rows, err);
}
