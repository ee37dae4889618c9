/* cohort_db.c - the rows behind the cohorts. */

#include "roi/cohort_db.h"
#include "base/arena.h"
#include "db/db.h"

#define QUARTER_MS (15 * 60 * 1000)

/* An ad's direction is that of its mapping; the figures by ad do not name it. */
static bool of_direction(struct db *db, struct arena *arena, const struct roi_filter *filter,
                         struct str creative_id, struct roi_spend_days *out, struct err *err)
{
    struct roi_spend_days all = {0};

    if (!roi_spend_truth(db, arena, filter, &all, err))
        return false;
    for (size_t i = 0; i < all.n; i++)
        if (creative_id.n == 0 || str_eq(all.at[i].creative_id, creative_id))
            *roi_spend_days_add(out, arena) = all.at[i];
    return true;
}

bool roi_cohort_spend(struct db *db, struct arena *arena, const struct roi_filter *filter,
                      struct str creative_id, struct roi_spend_days *out, struct err *err)
{
    struct db_rows rows;

    if (filter->direction_id.n)
        return of_direction(db, arena, filter, creative_id, out, err);
    db_select(db, arena, &rows,
              "SELECT CASE WHEN f.currency = $6 THEN '' ELSE f.ad_account_id END,"
              " CASE WHEN f.currency = $6 THEN '' ELSE f.platform END,"
              " CASE WHEN f.currency = $6 THEN '' ELSE f.creative_id END,"
              " f.day, f.currency, CAST(sum(f.spend_micros) AS BIGINT)"
              " FROM creative_metrics_daily f WHERE f.org_id = $1"
              " AND ($2 = '' OR f.platform = $2) AND ($3 = '' OR f.ad_account_id = $3)"
              " AND f.day >= $4 AND f.day <= $5 AND ($7 = '' OR f.creative_id = $7)"
              " GROUP BY 1, 2, 3, 4, 5",
              TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id),
              TEXT(filter->first_day), TEXT(filter->last_day), TEXT(filter->currency),
              TEXT(creative_id));
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

/* Of the accounts of one time zone: $7 says which, $8 lists them. */
#define FILTERS                                                                                \
    " AND ($2 = '' OR f.platform = $2) AND ($3 = '' OR f.ad_account_id = $3)"                  \
    " AND ($4 = '' OR f.direction_id = $4) AND ($9 = '' OR f.creative_id = $9)"                \
    " AND ($7 = 0 OR (f.ad_account_id || ' ' || f.platform IN {members $8}) = ($7 = 1))"

bool roi_cohort_leads(struct db *db, struct arena *arena, const struct roi_filter *filter,
                      const struct roi_part *part, struct str creative_id,
                      struct roi_quarters *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT f.created_ms / 900000, CAST(sum(f.person) AS BIGINT),"
              " CAST(sum(f.qualified) AS BIGINT) FROM lead_facts f WHERE f.org_id = $1"
              " AND f.created_ms >= $5 AND f.created_ms < $6" FILTERS " GROUP BY 1",
              TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id),
              TEXT(filter->direction_id), INT(part->from_ms), INT(part->to_ms), INT(part->kind),
              TEXT(part->members), TEXT(creative_id));
    while (db_next(&rows))
        *roi_quarters_add(out, arena) =
            (struct roi_quarter){.from_ms = db_int(&rows, 0) * QUARTER_MS,
                                 .leads = db_int(&rows, 1),
                                 .qualified = db_int(&rows, 2)};
    return db_done(&rows, err);
}

bool roi_cohort_sale_list(struct db *db, struct arena *arena, const struct roi_filter *filter,
                          const struct roi_part *part, struct str creative_id,
                          struct roi_cohort_sales *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT CASE WHEN l.duplicate_of = '' THEN l.lead_id ELSE l.duplicate_of END,"
              " f.currency, f.lead_ms, f.paid_ms, f.amount_micros, f.sales"
              " FROM sale_facts f JOIN purchases p ON p.org_id = f.org_id"
              " AND p.purchase_id = f.purchase_id JOIN leads l ON l.org_id = p.org_id"
              " AND l.lead_id = p.lead_id WHERE f.org_id = $1"
              " AND f.lead_ms >= $5 AND f.lead_ms < $6" FILTERS
              " ORDER BY 1, f.lead_ms, f.paid_ms, f.purchase_id",
              TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id),
              TEXT(filter->direction_id), INT(part->from_ms), INT(part->to_ms), INT(part->kind),
              TEXT(part->members), TEXT(creative_id));
    while (db_next(&rows))
        *roi_cohort_sales_add(out, arena) =
            (struct roi_cohort_sale){.person = db_text(&rows, 0),
                                     .currency = db_text(&rows, 1),
                                     .lead_ms = db_int(&rows, 2),
                                     .paid_ms = db_int(&rows, 3),
                                     .amount_micros = db_int(&rows, 4),
                                     .refund = db_int(&rows, 5) == 0};
    return db_done(&rows, err);
}
