/* sum_db.c - the report's sums from the roll-ups: metric/ and lead/ keep them. */

#include "base/arena.h"
#include "db/db.h"
#include "metric/metric.h"
#include "roi/roi_db.h"
#include "text/day.h"

/*
 * A range is summed by one statement: its blocks, the rest before and the rest
 * behind (span.h), each with its number in front.  One look at the database, so
 * a correction that comes meanwhile is in all of them or in none.
 *
 * Each text stands twice, with the ad account and without: an optional
 * condition would keep the databases from going straight to the account's rows.
 * ACCOUNT and ANY_ACCOUNT both use $3.
 */
#define ACCOUNT     " AND f.ad_account_id = $3"
#define ANY_ACCOUNT " AND $3 = ''"

static int64_t sign_of(struct db_rows *rows, const struct roi_span *spans)
{
    int64_t span = db_int(rows, 0);

    return span >= 0 && span < ROI_SPANS ? spans[span].sign : 0;
}

/* --- spend ---------------------------------------------------------------------- */

#define SPEND_OF(span, table, day, days, from, to, account)                                    \
    "SELECT " span ", f.creative_id, CAST(sum(" days ") AS BIGINT),"                           \
    " CAST(sum(CASE WHEN f.currency = $4 THEN f.spend_micros ELSE 0 END) AS BIGINT),"          \
    " CAST(sum(f.impressions) AS BIGINT), CAST(sum(f.clicks) AS BIGINT),"                      \
    " CAST(sum(f.platform_leads) AS BIGINT),"                                                  \
    " CAST(sum(CASE WHEN f.currency = $4 THEN 0 ELSE " days " END) AS BIGINT)"                 \
    " FROM " table " f WHERE f.org_id = $1" account " AND ($2 = '' OR f.platform = $2)"        \
    " AND f." day " >= " from " AND f." day " < " to " GROUP BY f.creative_id"
#define DAYS_SPEND(span, from, to, account)                                                    \
    " UNION ALL " SPEND_OF(span, "creative_metrics_daily", "day", "1", from, to, account)
#define SPEND_SUMS(account)                                                                    \
    SPEND_OF("0", "creative_metrics_blocks", "first_day", "f.days", "$5", "$6", account)       \
    DAYS_SPEND("1", "$7", "$8", account) DAYS_SPEND("2", "$9", "$10", account)

bool roi_spend_sums(struct db *db, struct arena *arena, const struct roi_filter *filter,
                    const struct roi_span spans[ROI_SPANS], struct roi_spends *out,
                    struct err *err)
{
    struct day from[ROI_SPANS], to[ROI_SPANS];
    struct db_rows rows;

    for (int i = 0; i < ROI_SPANS; i++) {
        int64_t unit = spans[i].blocks ? METRIC_BLOCK_DAYS : 1;
        from[i] = day_from_days(spans[i].from * unit);
        to[i] = day_from_days(spans[i].to * unit);
    }
#define ASK(text)                                                                              \
    db_select(db, arena, &rows, text, TEXT(db_scope_org(db)), TEXT(filter->platform),          \
              TEXT(filter->ad_account_id), TEXT(filter->currency), TEXT(day_str(&from[0])),    \
              TEXT(day_str(&to[0])), TEXT(day_str(&from[1])), TEXT(day_str(&to[1])),           \
              TEXT(day_str(&from[2])), TEXT(day_str(&to[2])))
    if (filter->ad_account_id.n)
        ASK(SPEND_SUMS(ACCOUNT));
    else
        ASK(SPEND_SUMS(ANY_ACCOUNT));
#undef ASK
    while (db_next(&rows)) {
        int64_t sign = sign_of(&rows, spans);
        *roi_spends_add(out, arena) =
            (struct roi_spend){.creative_id = db_text(&rows, 1),
                               .rows = sign * db_int(&rows, 2),
                               .spend_micros = sign * db_int(&rows, 3),
                               .impressions = sign * db_int(&rows, 4),
                               .clicks = sign * db_int(&rows, 5),
                               .platform_leads = sign * db_int(&rows, 6),
                               .foreign = sign * db_int(&rows, 7)};
    }
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

/* Of the accounts of one time zone: $5 says which, $6 lists them. */
#define IN_PART                                                                                \
    " AND ($5 = 0 OR (f.ad_account_id || ' ' || f.platform IN {members $6}) = ($5 = 1))"
#define FILTERS " AND ($2 = '' OR f.platform = $2) AND ($4 = '' OR f.direction_id = $4)" IN_PART
#define FILTER_VALUES                                                                          \
    TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id),               \
        TEXT(filter->direction_id), INT(part->kind), TEXT(part->members)

#define LEADS_OF(span, table, time, leads, duplicates, from, to, account)                      \
    "SELECT " span ", f.creative_id, CAST(sum(" leads ") AS BIGINT),"                          \
    " CAST(sum(" duplicates ") AS BIGINT), CAST(sum(f.qualified) AS BIGINT)"                   \
    " FROM " table " f WHERE f.org_id = $1" account " AND f." time " >= " from " AND f." time  \
    " < " to FILTERS " GROUP BY f.creative_id"
#define FACT_LEADS(span, from, to, account)                                                    \
    " UNION ALL " LEADS_OF(span, "lead_facts", "created_ms", "f.person", "1 - f.person", from, \
                           to, account)
#define LEAD_SUMS(account)                                                                     \
    LEADS_OF("0", "lead_blocks", "block", "f.leads", "f.duplicates", "$7", "$8", account)      \
    FACT_LEADS("1", "$9", "$10", account) FACT_LEADS("2", "$11", "$12", account)

bool roi_lead_list(struct db *db, struct arena *arena, const struct roi_filter *filter,
                   const struct roi_part *part, const struct roi_span spans[ROI_SPANS],
                   struct roi_lead_sums *out, struct err *err)
{
    struct db_rows rows;

#define ASK(text)                                                                              \
    db_select(db, arena, &rows, text, FILTER_VALUES, INT(spans[0].from), INT(spans[0].to),     \
              INT(spans[1].from), INT(spans[1].to), INT(spans[2].from), INT(spans[2].to))
    if (filter->ad_account_id.n)
        ASK(LEAD_SUMS(ACCOUNT));
    else
        ASK(LEAD_SUMS(ANY_ACCOUNT));
#undef ASK
    while (db_next(&rows)) {
        int64_t sign = sign_of(&rows, spans);
        *roi_lead_sums_add(out, arena) =
            (struct roi_leads){.creative_id = db_text(&rows, 1),
                               .leads = sign * db_int(&rows, 2),
                               .duplicates = sign * db_int(&rows, 3),
                               .qualified = sign * db_int(&rows, 4)};
    }
    return db_done(&rows, err);
}

/* --- sales ---------------------------------------------------------------------------- */

#define SALES_OF(span, table, basis, time, refunds, refund_micros, from, to, account)          \
    "SELECT " span ", f.creative_id, CAST(sum(f.sales) AS BIGINT),"                            \
    " CAST(sum(" refunds ") AS BIGINT),"                                                       \
    " CAST(sum(CASE WHEN f.currency = $7 THEN f.amount_micros ELSE 0 END) AS BIGINT),"         \
    " CAST(sum(CASE WHEN f.currency = $7 THEN " refund_micros " ELSE 0 END) AS BIGINT),"       \
    " CAST(sum(CASE WHEN f.currency = $7 THEN 0 ELSE f.sales + " refunds " END) AS BIGINT)"    \
    " FROM " table " f WHERE f.org_id = $1" basis account " AND f." time " >= " from           \
    " AND f." time " < " to FILTERS " GROUP BY f.creative_id"
#define FACT_SALES(span, time, from, to, account)                                              \
    " UNION ALL " SALES_OF(span, "sale_facts", "", time, "1 - f.sales",                        \
                           "CASE f.sales WHEN 1 THEN 0 ELSE -f.amount_micros END", from, to,   \
                           account)
#define SALE_SUMS(basis, time, account)                                                        \
    SALES_OF("0", "sale_blocks", " AND f.basis = '" basis "'", "block", "f.refunds",           \
             "f.refund_micros", "$8", "$9", account)                                           \
    FACT_SALES("1", time, "$10", "$11", account) FACT_SALES("2", time, "$12", "$13", account)

bool roi_sale_list(struct db *db, struct arena *arena, const struct roi_filter *filter,
                   const struct roi_part *part, const struct roi_span spans[ROI_SPANS],
                   struct roi_sale_sums *out, struct err *err)
{
    bool one = filter->ad_account_id.n > 0, paid = filter->basis == ROI_BY_PAYMENT;
    struct db_rows rows;

#define ASK(text)                                                                              \
    db_select(db, arena, &rows, text, FILTER_VALUES, TEXT(filter->currency),                   \
              INT(spans[0].from), INT(spans[0].to), INT(spans[1].from), INT(spans[1].to),      \
              INT(spans[2].from), INT(spans[2].to))
    if (paid && one)
        ASK(SALE_SUMS("payment", "paid_ms", ACCOUNT));
    else if (paid)
        ASK(SALE_SUMS("payment", "paid_ms", ANY_ACCOUNT));
    else if (one)
        ASK(SALE_SUMS("lead", "lead_ms", ACCOUNT));
    else
        ASK(SALE_SUMS("lead", "lead_ms", ANY_ACCOUNT));
#undef ASK
    while (db_next(&rows)) {
        int64_t sign = sign_of(&rows, spans);
        *roi_sale_sums_add(out, arena) =
            (struct roi_sales){.creative_id = db_text(&rows, 1),
                               .sales = sign * db_int(&rows, 2),
                               .refunds = sign * db_int(&rows, 3),
                               .revenue_micros = sign * db_int(&rows, 4),
                               .refund_micros = sign * db_int(&rows, 5),
                               .foreign = sign * db_int(&rows, 6)};
    }
    return db_done(&rows, err);
}

#define FOREIGN_PAYMENTS(time, account)                                                        \
    "SELECT f.creative_id, f.currency, f.paid_ms, f.amount_micros, f.sales FROM sale_facts f"  \
    " WHERE f.org_id = $1" account " AND f." time " >= $8 AND f." time " < $9" FILTERS         \
    " AND f.currency <> $7"

bool roi_foreign_payments(struct db *db, struct arena *arena, const struct roi_filter *filter,
                          const struct roi_part *part, struct roi_payments *out,
                          struct err *err)
{
    bool one = filter->ad_account_id.n > 0, paid = filter->basis == ROI_BY_PAYMENT;
    struct db_rows rows;

#define ASK(text)                                                                              \
    db_select(db, arena, &rows, text, FILTER_VALUES, TEXT(filter->currency),                   \
              INT(part->from_ms), INT(part->to_ms))
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
