/* sum_db.c - the report's sums from the roll-ups: metric/ and lead/ keep them. */

#include "base/arena.h"
#include "db/db.h"
#include "metric/metric.h"
#include "roi/roi_db.h"
#include "text/day.h"

/*
 * Each text stands twice, with the ad account and without: an optional
 * condition would keep the databases from going straight to the account's rows.
 * ACCOUNT and ANY_ACCOUNT both use $3.
 */
#define ACCOUNT     " AND f.ad_account_id = $3"
#define ANY_ACCOUNT " AND $3 = ''"

/* --- spend ---------------------------------------------------------------------- */

#define SPEND_SUMS(table, day, days, account)                                                  \
    "SELECT f.creative_id, CAST(sum(" days ") AS BIGINT),"                                     \
    " CAST(sum(CASE WHEN f.currency = $6 THEN f.spend_micros ELSE 0 END) AS BIGINT),"          \
    " CAST(sum(f.impressions) AS BIGINT), CAST(sum(f.clicks) AS BIGINT),"                      \
    " CAST(sum(f.platform_leads) AS BIGINT),"                                                  \
    " CAST(sum(CASE WHEN f.currency = $6 THEN 0 ELSE " days " END) AS BIGINT)"                 \
    " FROM " table " f WHERE f.org_id = $1" account " AND ($2 = '' OR f.platform = $2)"        \
    " AND f." day " >= $4 AND f." day " < $5 GROUP BY f.creative_id"
#define BLOCK_SPEND(account)                                                                   \
    SPEND_SUMS("creative_metrics_blocks", "first_day", "f.days", account)
#define DAY_SPEND(account) SPEND_SUMS("creative_metrics_daily", "day", "1", account)

bool roi_spend_sums(struct db *db, struct arena *arena, const struct roi_filter *filter,
                    const struct roi_span *span, struct roi_spends *out, struct err *err)
{
    int64_t unit = span->blocks ? METRIC_BLOCK_DAYS : 1;
    struct day from = day_from_days(span->from * unit), to = day_from_days(span->to * unit);
    const struct db_value org = TEXT(db_scope_org(db)), platform = TEXT(filter->platform),
                          account = TEXT(filter->ad_account_id), first = TEXT(day_str(&from)),
                          end = TEXT(day_str(&to)), currency = TEXT(filter->currency);
    struct db_rows rows;

    if (span->blocks && filter->ad_account_id.n)
        db_select(db, arena, &rows, BLOCK_SPEND(ACCOUNT), org, platform, account, first, end,
                  currency);
    else if (span->blocks)
        db_select(db, arena, &rows, BLOCK_SPEND(ANY_ACCOUNT), org, platform, account, first,
                  end, currency);
    else if (filter->ad_account_id.n)
        db_select(db, arena, &rows, DAY_SPEND(ACCOUNT), org, platform, account, first, end,
                  currency);
    else
        db_select(db, arena, &rows, DAY_SPEND(ANY_ACCOUNT), org, platform, account, first, end,
                  currency);
    while (db_next(&rows))
        *roi_spends_add(out, arena) =
            (struct roi_spend){.creative_id = db_text(&rows, 0),
                               .rows = span->sign * db_int(&rows, 1),
                               .spend_micros = span->sign * db_int(&rows, 2),
                               .impressions = span->sign * db_int(&rows, 3),
                               .clicks = span->sign * db_int(&rows, 4),
                               .platform_leads = span->sign * db_int(&rows, 5),
                               .foreign = span->sign * db_int(&rows, 6)};
    return db_done(&rows, err);
}

#define FOREIGN_SPEND(account)                                                                 \
    "SELECT f.ad_account_id, f.platform, f.creative_id, f.day, f.currency, f.spend_micros"     \
    " FROM creative_metrics_daily f WHERE f.org_id = $1" account                               \
    " AND ($2 = '' OR f.platform = $2) AND f.day >= $4 AND f.day <= $5"                        \
    " AND f.currency <> $6 AND f.spend_micros <> 0"

bool roi_foreign_spend(struct db *db, struct arena *arena, const struct roi_filter *filter,
                       struct roi_spend_days *out, struct err *err)
{
    struct db_rows rows;

    if (filter->ad_account_id.n)
        db_select(db, arena, &rows, FOREIGN_SPEND(ACCOUNT), TEXT(db_scope_org(db)),
                  TEXT(filter->platform), TEXT(filter->ad_account_id), TEXT(filter->first_day),
                  TEXT(filter->last_day), TEXT(filter->currency));
    else
        db_select(db, arena, &rows, FOREIGN_SPEND(ANY_ACCOUNT), TEXT(db_scope_org(db)),
                  TEXT(filter->platform), TEXT(filter->ad_account_id), TEXT(filter->first_day),
                  TEXT(filter->last_day), TEXT(filter->currency));
    while (db_next(&rows))
        *roi_spend_days_add(out, arena) =
            (struct roi_spend_day){.ad_account_id = db_text(&rows, 0),
                                   .platform = db_text(&rows, 1),
                                   .creative_id = db_text(&rows, 2),
                                   .day = db_text(&rows, 3),
                                   .currency = db_text(&rows, 4),
                                   .spend_micros = db_int(&rows, 5)};
    return db_done(&rows, err);
}

/* --- leads -------------------------------------------------------------------------- */

/* Of the accounts of one time zone: $7 says which, $8 lists them. */
#define IN_PART                                                                                \
    " AND ($7 = 0 OR (f.ad_account_id || ' ' || f.platform IN {members $8}) = ($7 = 1))"
#define FILTERS " AND ($2 = '' OR f.platform = $2) AND ($4 = '' OR f.direction_id = $4)" IN_PART

#define LEAD_SUMS(table, time, leads, duplicates, account)                                     \
    "SELECT f.creative_id, CAST(sum(" leads ") AS BIGINT),"                                    \
    " CAST(sum(" duplicates ") AS BIGINT), CAST(sum(f.qualified) AS BIGINT)"                   \
    " FROM " table " f WHERE f.org_id = $1" account " AND f." time " >= $5"                    \
    " AND f." time " < $6" FILTERS " GROUP BY f.creative_id"
#define BLOCK_LEADS(account)                                                                   \
    LEAD_SUMS("lead_blocks", "block", "f.leads", "f.duplicates", account)
#define FACT_LEADS(account)                                                                    \
    LEAD_SUMS("lead_facts", "created_ms", "f.person", "1 - f.person", account)

bool roi_lead_list(struct db *db, struct arena *arena, const struct roi_filter *filter,
                   const struct roi_part *part, const struct roi_span *span,
                   struct roi_lead_sums *out, struct err *err)
{
    const struct db_value org = TEXT(db_scope_org(db)), platform = TEXT(filter->platform),
                          account = TEXT(filter->ad_account_id),
                          direction = TEXT(filter->direction_id), from = INT(span->from),
                          to = INT(span->to), kind = INT(part->kind),
                          members = TEXT(part->members);
    struct db_rows rows;

    if (span->blocks && filter->ad_account_id.n)
        db_select(db, arena, &rows, BLOCK_LEADS(ACCOUNT), org, platform, account, direction,
                  from, to, kind, members);
    else if (span->blocks)
        db_select(db, arena, &rows, BLOCK_LEADS(ANY_ACCOUNT), org, platform, account, direction,
                  from, to, kind, members);
    else if (filter->ad_account_id.n)
        db_select(db, arena, &rows, FACT_LEADS(ACCOUNT), org, platform, account, direction,
                  from, to, kind, members);
    else
        db_select(db, arena, &rows, FACT_LEADS(ANY_ACCOUNT), org, platform, account, direction,
                  from, to, kind, members);
    while (db_next(&rows))
        *roi_lead_sums_add(out, arena) =
            (struct roi_leads){.creative_id = db_text(&rows, 0),
                               .leads = span->sign * db_int(&rows, 1),
                               .duplicates = span->sign * db_int(&rows, 2),
                               .qualified = span->sign * db_int(&rows, 3)};
    return db_done(&rows, err);
}

/* --- sales ---------------------------------------------------------------------------- */

#define SALE_SUMS(table, basis, time, refunds, refund_micros, account)                         \
    "SELECT f.creative_id, CAST(sum(f.sales) AS BIGINT), CAST(sum(" refunds ") AS BIGINT),"    \
    " CAST(sum(CASE WHEN f.currency = $9 THEN f.amount_micros ELSE 0 END) AS BIGINT),"         \
    " CAST(sum(CASE WHEN f.currency = $9 THEN " refund_micros " ELSE 0 END) AS BIGINT),"       \
    " CAST(sum(CASE WHEN f.currency = $9 THEN 0 ELSE f.sales + " refunds " END) AS BIGINT)"    \
    " FROM " table " f WHERE f.org_id = $1" basis account " AND f." time " >= $5"              \
    " AND f." time " < $6" FILTERS " GROUP BY f.creative_id"
#define BLOCK_SALES(basis, account)                                                            \
    SALE_SUMS("sale_blocks", " AND f.basis = '" basis "'", "block", "f.refunds",               \
              "f.refund_micros", account)
#define FACT_SALES(time, account)                                                              \
    SALE_SUMS("sale_facts", "", time, "1 - f.sales",                                           \
              "CASE f.sales WHEN 1 THEN 0 ELSE -f.amount_micros END", account)

bool roi_sale_list(struct db *db, struct arena *arena, const struct roi_filter *filter,
                   const struct roi_part *part, const struct roi_span *span,
                   struct roi_sale_sums *out, struct err *err)
{
    const struct db_value org = TEXT(db_scope_org(db)), platform = TEXT(filter->platform),
                          account = TEXT(filter->ad_account_id),
                          direction = TEXT(filter->direction_id), from = INT(span->from),
                          to = INT(span->to), kind = INT(part->kind),
                          members = TEXT(part->members), currency = TEXT(filter->currency);
    bool one = filter->ad_account_id.n > 0, paid = filter->basis == ROI_BY_PAYMENT;
    struct db_rows rows;

#define ASK(text)                                                                              \
    db_select(db, arena, &rows, text, org, platform, account, direction, from, to, kind,       \
              members, currency)
    if (span->blocks && paid && one)
        ASK(BLOCK_SALES("payment", ACCOUNT));
    else if (span->blocks && paid)
        ASK(BLOCK_SALES("payment", ANY_ACCOUNT));
    else if (span->blocks && one)
        ASK(BLOCK_SALES("lead", ACCOUNT));
    else if (span->blocks)
        ASK(BLOCK_SALES("lead", ANY_ACCOUNT));
    else if (paid && one)
        ASK(FACT_SALES("paid_ms", ACCOUNT));
    else if (paid)
        ASK(FACT_SALES("paid_ms", ANY_ACCOUNT));
    else if (one)
        ASK(FACT_SALES("lead_ms", ACCOUNT));
    else
        ASK(FACT_SALES("lead_ms", ANY_ACCOUNT));
#undef ASK
    while (db_next(&rows))
        *roi_sale_sums_add(out, arena) =
            (struct roi_sales){.creative_id = db_text(&rows, 0),
                               .sales = span->sign * db_int(&rows, 1),
                               .refunds = span->sign * db_int(&rows, 2),
                               .revenue_micros = span->sign * db_int(&rows, 3),
                               .refund_micros = span->sign * db_int(&rows, 4),
                               .foreign = span->sign * db_int(&rows, 5)};
    return db_done(&rows, err);
}

#define FOREIGN_PAYMENTS(time, account)                                                        \
    "SELECT f.creative_id, f.currency, f.paid_ms, f.amount_micros, f.sales FROM sale_facts f"  \
    " WHERE f.org_id = $1" account " AND f." time " >= $5 AND f." time " < $6" FILTERS         \
    " AND f.currency <> $9"

bool roi_foreign_payments(struct db *db, struct arena *arena, const struct roi_filter *filter,
                          const struct roi_part *part, struct roi_payments *out,
                          struct err *err)
{
    const struct db_value org = TEXT(db_scope_org(db)), platform = TEXT(filter->platform),
                          account = TEXT(filter->ad_account_id),
                          direction = TEXT(filter->direction_id), from = INT(part->from_ms),
                          to = INT(part->to_ms), kind = INT(part->kind),
                          members = TEXT(part->members), currency = TEXT(filter->currency);
    bool one = filter->ad_account_id.n > 0, paid = filter->basis == ROI_BY_PAYMENT;
    struct db_rows rows;

#define ASK(text)                                                                              \
    db_select(db, arena, &rows, text, org, platform, account, direction, from, to, kind,       \
              members, currency)
    if (paid && one)
        ASK(FOREIGN_PAYMENTS("paid_ms", ACCOUNT));
    else if (paid)
        ASK(FOREIGN_PAYMENTS("paid_ms", ANY_ACCOUNT));
    else if (one)
        ASK(FOREIGN_PAYMENTS("lead_ms", ACCOUNT));
    else
        ASK(FOREIGN_PAYMENTS("lead_ms", ANY_ACCOUNT));
#undef ASK
    while (db_next(&rows))
        *roi_payments_add(out, arena) = (struct roi_payment){.creative_id = db_text(&rows, 0),
                                                             .currency = db_text(&rows, 1),
                                                             .paid_ms = db_int(&rows, 2),
                                                             .amount_micros = db_int(&rows, 3),
                                                             .refund = db_int(&rows, 4) == 0};
    return db_done(&rows, err);
}
