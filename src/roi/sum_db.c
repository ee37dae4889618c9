/* sum_db.c - the report's sums from the roll-ups: metric/ and lead/ keep them. */

#include "base/arena.h"
#include "db/db.h"
#include "roi/roi_db.h"
#include "text/block.h"

/*
 * A range is summed by one statement: its blocks and rests (span.h), each with
 * its number in front.  One look at the database, so a correction that comes
 * meanwhile is in all of them or in none.
 *
 * Each text stands twice.  Of one account, blocks and days come row by row: a
 * creative has at most a few, and adding them up here takes half the time of a
 * GROUP BY.
 * Without an account they are sought account by account, for a range of blocks
 * is a stretch of the key only within one, and added up by the database.
 */
#define FROM(table)     " FROM " table " f WHERE f.org_id = $1 AND f.ad_account_id = $3"
#define FROM_ANY(table) " FROM " table " f WHERE f.org_id = $1 AND $3 = ''"
#define FROM_EACH(table)                                                                       \
    " FROM accounts a CROSS JOIN " table " f WHERE f.org_id = $1"                              \
    " AND f.ad_account_id = a.ad_account_id AND $3 = ''"
/* The accounts that have blocks: a step from one to the next along the key. */
#define WITH_ACCOUNTS(table)                                                                   \
    "WITH RECURSIVE accounts (ad_account_id) AS (SELECT min(b.ad_account_id) FROM " table      \
    " b WHERE b.org_id = $1 UNION ALL SELECT (SELECT min(c.ad_account_id) FROM " table         \
    " c WHERE c.org_id = $1 AND c.ad_account_id > a.ad_account_id) FROM accounts a"            \
    "  WHERE a.ad_account_id IS NOT NULL) "
#define ADD_UP(sums, spans)                                                                    \
    "SELECT u.span, u.creative_id, " sums " FROM (" spans ") u GROUP BY u.span, u.creative_id"

/* $4 to $17 are the ends of the spans. */
#define UNION_ALL " UNION ALL "
#define BLOCK_SPAN(n, days, first, end, columns, from)                                         \
    "SELECT " n " AS span, f.creative_id, " columns from " AND f.block_days = " days           \
    " AND f.block >= " first " AND f.block < " end
#define BLOCK_SPANS(columns, from)                                                             \
    BLOCK_SPAN("0", "180", "$4", "$5", columns, from)                                          \
    UNION_ALL BLOCK_SPAN("1", "30", "$6", "$7", columns, from)                                 \
    UNION_ALL BLOCK_SPAN("2", "30", "$8", "$9", columns, from)                                 \
    UNION_ALL BLOCK_SPAN("3", "6", "$10", "$11", columns, from)                                \
    UNION_ALL BLOCK_SPAN("4", "6", "$12", "$13", columns, from)
#define REST_SPAN(n, first, end, columns, from, time, group)                                   \
    UNION_ALL "SELECT " n ", f.creative_id, " columns from " AND f." time " >= " first         \
              " AND f." time " < " end group
#define REST_SPANS(columns, from, time, group)                                                 \
    REST_SPAN("5", "$14", "$15", columns, from, time, group)                                   \
    REST_SPAN("6", "$16", "$17", columns, from, time, group)
#define GROUP " GROUP BY f.creative_id"
_Static_assert(BLOCK_LARGE_DAYS == 180 && BLOCK_MIDDLE_DAYS == 30 && BLOCK_SMALL_DAYS == 6 &&
                   ROI_LARGE == 0 && ROI_SMALL_BEHIND == 4 && ROI_SPANS == 7,
               "the texts say so");
#define ENDS(span) INT((span).from), INT((span).to)
#define BLOCK_ENDS(spans)                                                                      \
    ENDS((spans)[0]), ENDS((spans)[1]), ENDS((spans)[2]), ENDS((spans)[3]), ENDS((spans)[4])

static int64_t sign_of(struct db_rows *rows, const struct roi_span *spans)
{
    int64_t span = db_int(rows, 0);

    return span >= 0 && span < ROI_SPANS ? spans[span].sign : 0;
}

/* --- spend ---------------------------------------------------------------------- */

#define OF_PLATFORM " AND ($2 = '' OR f.platform = $2)"
#define SPEND(days)                                                                            \
    days " AS days, CASE WHEN f.currency = $18 THEN f.spend_micros ELSE 0 END AS micros,"      \
         " f.impressions, f.clicks, f.platform_leads,"                                         \
         " CASE WHEN f.currency = $18 THEN 0 ELSE " days " END AS others"
#define SPEND_BLOCKS(from) BLOCK_SPANS(SPEND("f.days"), from OF_PLATFORM)
#define SPEND_DAYS(from)   REST_SPANS(SPEND("1"), from OF_PLATFORM, "day", "")
#define SPEND_OF_ACCOUNT                                                                       \
    SPEND_BLOCKS(FROM("creative_metrics_blocks")) SPEND_DAYS(FROM("creative_metrics_daily"))
#define SPEND_OF_ALL                                                                           \
    WITH_ACCOUNTS("creative_metrics_blocks")                                                   \
    ADD_UP("CAST(sum(u.days) AS BIGINT), CAST(sum(u.micros) AS BIGINT),"                       \
           " CAST(sum(u.impressions) AS BIGINT), CAST(sum(u.clicks) AS BIGINT),"               \
           " CAST(sum(u.platform_leads) AS BIGINT), CAST(sum(u.others) AS BIGINT)",            \
           SPEND_BLOCKS(FROM_EACH("creative_metrics_blocks"))                                  \
               SPEND_DAYS(FROM_ANY("creative_metrics_daily")))

bool roi_spend_sums(struct db *db, struct arena *arena, const struct roi_filter *filter,
                    const struct roi_span spans[ROI_SPANS], struct roi_spends *out,
                    struct err *err)
{
    const struct roi_span *before = &spans[ROI_REST_BEFORE], *behind = &spans[ROI_REST_BEHIND];
    struct day days[] = {day_from_days(before->from), day_from_days(before->to),
                         day_from_days(behind->from), day_from_days(behind->to)};
    struct db_rows rows;

#define ASK(text)                                                                              \
    db_select(db, arena, &rows, text, TEXT(db_scope_org(db)), TEXT(filter->platform),          \
              TEXT(filter->ad_account_id), BLOCK_ENDS(spans), TEXT(day_str(&days[0])),         \
              TEXT(day_str(&days[1])), TEXT(day_str(&days[2])), TEXT(day_str(&days[3])),       \
              TEXT(filter->currency))
    if (filter->ad_account_id.n)
        ASK(SPEND_OF_ACCOUNT);
    else
        ASK(SPEND_OF_ALL);
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

#define FOREIGN_SPEND(from)                                                                    \
    "SELECT f.ad_account_id, f.platform, f.creative_id, f.day, f.currency,"                    \
    " f.spend_micros" from("creative_metrics_daily") OF_PLATFORM                               \
        " AND f.day >= $4 AND f.day <= $5 AND f.currency <> $6 AND f.spend_micros <> 0"

bool roi_foreign_spend(struct db *db, struct arena *arena, const struct roi_filter *filter,
                       struct roi_spend_days *out, struct err *err)
{
    struct db_rows rows;

    if (filter->ad_account_id.n)
        db_select(db, arena, &rows, FOREIGN_SPEND(FROM), TEXT(db_scope_org(db)),
                  TEXT(filter->platform), TEXT(filter->ad_account_id), TEXT(filter->first_day),
                  TEXT(filter->last_day), TEXT(filter->currency));
    else
        db_select(db, arena, &rows, FOREIGN_SPEND(FROM_ANY), TEXT(db_scope_org(db)),
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

/* Of the accounts of one time zone: `kind` says which, `members` lists them. */
#define FILTERS(direction, kind, members)                                                      \
    " AND ($2 = '' OR f.platform = $2) AND (" direction " = '' OR f.direction_id = " direction \
    ") AND (" kind " = 0 OR (f.ad_account_id || ' ' || f.platform IN {members " members        \
    "}) = (" kind " = 1))"
#define FILTER_VALUES  TEXT(filter->direction_id), INT(part->kind), TEXT(part->members)
#define FILTERED       FILTERS("$18", "$19", "$20")
#define OTHER_FILTERED FILTERS("$4", "$5", "$6")
#define SPAN_VALUES                                                                            \
    TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id),               \
        BLOCK_ENDS(spans), ENDS(spans[ROI_REST_BEFORE]), ENDS(spans[ROI_REST_BEHIND]),         \
        FILTER_VALUES

#define LEAD_BLOCKS(from)                                                                      \
    BLOCK_SPANS("f.leads AS leads, f.duplicates AS duplicates, f.qualified AS qualified",      \
                from FILTERED)
#define LEAD_FACTS(from)                                                                       \
    REST_SPANS("CAST(sum(f.person) AS BIGINT), CAST(sum(1 - f.person) AS BIGINT),"             \
               " CAST(sum(f.qualified) AS BIGINT)",                                            \
               from FILTERED, "created_ms", GROUP)
#define LEADS_OF_ACCOUNT LEAD_BLOCKS(FROM("lead_blocks")) LEAD_FACTS(FROM("lead_facts"))
#define LEADS_OF_ALL                                                                           \
    WITH_ACCOUNTS("lead_blocks")                                                               \
    ADD_UP("CAST(sum(u.leads) AS BIGINT), CAST(sum(u.duplicates) AS BIGINT),"                  \
           " CAST(sum(u.qualified) AS BIGINT)",                                                \
           LEAD_BLOCKS(FROM_EACH("lead_blocks")) LEAD_FACTS(FROM_ANY("lead_facts")))

bool roi_lead_list(struct db *db, struct arena *arena, const struct roi_filter *filter,
                   const struct roi_part *part, const struct roi_span spans[ROI_SPANS],
                   struct roi_lead_sums *out, struct err *err)
{
    struct db_rows rows;

#define ASK(text) db_select(db, arena, &rows, text, SPAN_VALUES)
    if (filter->ad_account_id.n)
        ASK(LEADS_OF_ACCOUNT);
    else
        ASK(LEADS_OF_ALL);
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

#define SALE_BLOCKS(from, basis)                                                               \
    BLOCK_SPANS("f.sales AS sales, f.refunds AS refunds,"                                      \
                " CASE WHEN f.currency = $21 THEN f.amount_micros ELSE 0 END AS money,"        \
                " CASE WHEN f.currency = $21 THEN f.refund_micros ELSE 0 END AS back,"         \
                " CASE WHEN f.currency = $21 THEN 0 ELSE f.sales + f.refunds END AS others",   \
                from FILTERED " AND f.basis = '" basis "'")
#define SALE_FACTS(from, time)                                                                 \
    REST_SPANS("CAST(sum(f.sales) AS BIGINT), CAST(sum(1 - f.sales) AS BIGINT),"               \
               " CAST(sum(CASE WHEN f.currency = $21 THEN f.amount_micros ELSE 0 END)"         \
               "  AS BIGINT), CAST(sum(CASE WHEN f.currency = $21 AND f.sales = 0"             \
               "  THEN -f.amount_micros ELSE 0 END) AS BIGINT),"                               \
               " CAST(sum(CASE WHEN f.currency = $21 THEN 0 ELSE 1 END) AS BIGINT)",           \
               from FILTERED, time, GROUP)
#define SALES_OF_ACCOUNT(basis, time)                                                          \
    SALE_BLOCKS(FROM("sale_blocks"), basis) SALE_FACTS(FROM("sale_facts"), time)
#define SALES_OF_ALL(basis, time)                                                              \
    WITH_ACCOUNTS("sale_blocks")                                                               \
    ADD_UP("CAST(sum(u.sales) AS BIGINT), CAST(sum(u.refunds) AS BIGINT),"                     \
           " CAST(sum(u.money) AS BIGINT), CAST(sum(u.back) AS BIGINT),"                       \
           " CAST(sum(u.others) AS BIGINT)",                                                   \
           SALE_BLOCKS(FROM_EACH("sale_blocks"), basis)                                        \
               SALE_FACTS(FROM_ANY("sale_facts"), time))

bool roi_sale_list(struct db *db, struct arena *arena, const struct roi_filter *filter,
                   const struct roi_part *part, const struct roi_span spans[ROI_SPANS],
                   struct roi_sale_sums *out, struct err *err)
{
    bool one = filter->ad_account_id.n > 0, paid = filter->basis == ROI_BY_PAYMENT;
    struct db_rows rows;

#define ASK(text) db_select(db, arena, &rows, text, SPAN_VALUES, TEXT(filter->currency))
    if (paid && one)
        ASK(SALES_OF_ACCOUNT("payment", "paid_ms"));
    else if (paid)
        ASK(SALES_OF_ALL("payment", "paid_ms"));
    else if (one)
        ASK(SALES_OF_ACCOUNT("lead", "lead_ms"));
    else
        ASK(SALES_OF_ALL("lead", "lead_ms"));
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

#define FOREIGN_PAYMENTS(time, from)                                                           \
    "SELECT f.creative_id, f.currency, f.paid_ms, f.amount_micros, f.sales" from("sale_facts") \
        OTHER_FILTERED " AND f." time " >= $8 AND f." time " < $9 AND f.currency <> $7"

bool roi_foreign_payments(struct db *db, struct arena *arena, const struct roi_filter *filter,
                          const struct roi_part *part, struct roi_payments *out,
                          struct err *err)
{
    bool one = filter->ad_account_id.n > 0, paid = filter->basis == ROI_BY_PAYMENT;
    struct db_rows rows;

#define ASK(text)                                                                              \
    db_select(db, arena, &rows, text, TEXT(db_scope_org(db)), TEXT(filter->platform),          \
              TEXT(filter->ad_account_id), FILTER_VALUES, TEXT(filter->currency),              \
              INT(part->from_ms), INT(part->to_ms))
    if (paid && one)
        ASK(FOREIGN_PAYMENTS("paid_ms", FROM));
    else if (paid)
        ASK(FOREIGN_PAYMENTS("paid_ms", FROM_ANY));
    else if (one)
        ASK(FOREIGN_PAYMENTS("lead_ms", FROM));
    else
        ASK(FOREIGN_PAYMENTS("lead_ms", FROM_ANY));
#undef ASK
    while (db_next(&rows))
        *roi_payments_add(out, arena) = (struct roi_payment){.creative_id = db_text(&rows, 0),
                                                             .currency = db_text(&rows, 1),
                                                             .paid_ms = db_int(&rows, 2),
                                                             .amount_micros = db_int(&rows, 3),
                                                             .refund = db_int(&rows, 4) == 0};
    return db_done(&rows, err);
}
