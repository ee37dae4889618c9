/* truth_db.c - the report's figures from the stored rows themselves, and these rows, page by
 * page.  Sums and pages share their conditions, so they cannot differ. */

#include "base/arena.h"
#include "db/db.h"
#include "metric/metric.h"
#include "roi/roi_db.h"

/* --- spend: one account, creative and day ---------------------------------------------- */

static void read_days(struct db_rows *rows, struct arena *arena, struct roi_spend_days *out)
{
    while (db_next(rows))
        *roi_spend_days_add(out, arena) =
            (struct roi_spend_day){.ad_account_id = db_text(rows, 0),
                                   .platform = db_text(rows, 1),
                                   .creative_id = db_text(rows, 2),
                                   .day = db_text(rows, 3),
                                   .currency = db_text(rows, 4),
                                   .spend_micros = db_int(rows, 5),
                                   .impressions = db_int(rows, 6),
                                   .clicks = db_int(rows, 7),
                                   .platform_leads = db_int(rows, 8)};
}

#define SPEND_KEY "h.ad_account_id, h.platform, h.creative_id, h.day, h.currency"
/* An ad's direction is that of its mapping; the figures by ad do not name it.  Four texts: an
 * optional condition would keep the databases from going straight to the account's days. */
#define ACCOUNT     " AND h.ad_account_id = $3"
#define ANY_ACCOUNT " AND $3 = ''"
#define DIRECTION                                                                              \
    " AND a.direction_id = $6 AND h.ad_account_id IN (SELECT d.ad_account_id"                  \
    " FROM directions d WHERE d.org_id = $1 AND d.direction_id = $6)"
#define ANY_DIRECTION " AND $6 = ''"
#define SPEND_BY_AD(account, direction)                                                        \
    "SELECT " SPEND_KEY ", CAST(sum(h.spend_micros) AS BIGINT),"                               \
    " CAST(sum(h.impressions) AS BIGINT), CAST(sum(h.clicks) AS BIGINT),"                      \
    " CAST(sum(CASE WHEN h.result_kind = 'leads' THEN h.results ELSE 0 END) AS BIGINT)"        \
    " FROM creative_metrics_history h LEFT JOIN ads a ON a.org_id = h.org_id"                  \
    " AND a.platform = h.platform AND a.ad_id = h.ad_id WHERE h.org_id = $1" account direction \
    " AND ($2 = '' OR h.platform = $2) AND h.day >= $4 AND h.day <= $5"
#define SPEND_VALUES                                                                           \
    TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id),               \
        TEXT(filter->first_day), TEXT(filter->last_day), TEXT(filter->direction_id)
#define SPEND_SUMS(account, direction) SPEND_BY_AD(account, direction) " GROUP BY " SPEND_KEY

bool roi_spend_truth(struct db *db, struct arena *arena, const struct roi_filter *filter,
                     struct roi_spend_days *out, struct err *err)
{
    bool account = filter->ad_account_id.n > 0, direction = filter->direction_id.n > 0;
    struct db_rows rows;

    if (account && direction)
        db_select(db, arena, &rows, SPEND_SUMS(ACCOUNT, DIRECTION), SPEND_VALUES);
    else if (account)
        db_select(db, arena, &rows, SPEND_SUMS(ACCOUNT, ANY_DIRECTION), SPEND_VALUES);
    else if (direction)
        db_select(db, arena, &rows, SPEND_SUMS(ANY_ACCOUNT, DIRECTION), SPEND_VALUES);
    else
        db_select(db, arena, &rows, SPEND_SUMS(ANY_ACCOUNT, ANY_DIRECTION), SPEND_VALUES);
    read_days(&rows, arena, out);
    return db_done(&rows, err);
}

/* The row `t` belongs to the figure of creative `id`, of none (`unattributed`), or of all. */
#define OF_CREATIVE(t, id, unattributed)                                                       \
    " AND ((" unattributed " = 0 AND (" id " = '' OR " t ".creative_id = " id "))"             \
    "  OR (" unattributed " = 1 AND " id " = '' AND NOT EXISTS (SELECT 1 FROM creatives v"     \
    "   WHERE v.org_id = $1 AND v.creative_id = " t ".creative_id)))"

#define PLACE                                                                                  \
    "h.ad_account_id || ' ' || h.platform || ' ' || h.creative_id || ' ' || h.currency"
#define SPEND_PAGE(account, direction)                                                         \
    SPEND_BY_AD(account, direction)                                                            \
    OF_CREATIVE("h", "$7", "$8")                                                               \
    " AND h.day >= $9 AND (h.day, " PLACE ") > ($9, $10) GROUP BY " SPEND_KEY                  \
    " ORDER BY h.day, " PLACE " LIMIT $11"
#define SPEND_PAGE_VALUES                                                                      \
    SPEND_VALUES, TEXT(page->creative_id), INT(page->unattributed), TEXT(page->after_day),     \
        TEXT(page->after_key), INT(page->limit)

bool roi_spend_rows(struct db *db, struct arena *arena, const struct roi_filter *filter,
                    const struct roi_page *page, struct roi_spend_days *out, struct err *err)
{
    bool account = filter->ad_account_id.n > 0, direction = filter->direction_id.n > 0;
    struct db_rows rows;

    if (account && direction)
        db_select(db, arena, &rows, SPEND_PAGE(ACCOUNT, DIRECTION), SPEND_PAGE_VALUES);
    else if (account)
        db_select(db, arena, &rows, SPEND_PAGE(ACCOUNT, ANY_DIRECTION), SPEND_PAGE_VALUES);
    else if (direction)
        db_select(db, arena, &rows, SPEND_PAGE(ANY_ACCOUNT, DIRECTION), SPEND_PAGE_VALUES);
    else
        db_select(db, arena, &rows, SPEND_PAGE(ANY_ACCOUNT, ANY_DIRECTION), SPEND_PAGE_VALUES);
    read_days(&rows, arena, out);
    return db_done(&rows, err);
}

/* --- leads ------------------------------------------------------------------------------- */

/* A row `l` of leads; its person is the first of its leads. */
#define PERSON(l)                                                                              \
    "CASE WHEN " l ".duplicate_of = '' THEN " l ".lead_id ELSE " l ".duplicate_of END"
#define CLICKED(l)                                                                             \
    "CASE WHEN " l ".clicked_ms > 0 THEN " l ".clicked_ms ELSE " l ".created_ms END"
#define ORDER_OF(l) l ".created_ms, " l ".platform_lead_id, " l ".lead_id"

/* $9: the model, $10: the basis, as roi.h numbers them.  A lead is never clicked after it came,
 * so its own time bounds the click's from above. */
#define LEAD_TIME "CASE $10 WHEN 2 THEN " CLICKED("l") " ELSE l.created_ms END"
/* Does the person count at this lead?  At the last one: when no later one is known. */
#define COUNTED                                                                                \
    "CASE WHEN $9 <> 2 THEN CASE WHEN l.duplicate_of = '' THEN 1 ELSE 0 END"                   \
    " WHEN EXISTS (SELECT 1 FROM leads n WHERE n.org_id = l.org_id"                            \
    "  AND (n.lead_id = l.duplicate_of"                                                        \
    "   OR (n.duplicate_of = " PERSON("l") " AND n.duplicate_of <> ''))"                       \
                                           "  AND (" ORDER_OF("n") ") > (" ORDER_OF(           \
                                               "l") ")) THEN 0 ELSE 1 END"
#define PERSON_QUALIFIED                                                                       \
    "CASE WHEN EXISTS (SELECT 1 FROM lead_transitions u WHERE u.org_id = l.org_id"             \
    " AND u.lead_id IN (SELECT " PERSON(                                                       \
        "l") " UNION ALL SELECT o.lead_id FROM leads o"                                        \
             "  WHERE o.org_id = l.org_id AND o.duplicate_of = " PERSON(                       \
                 "l") "  AND o.duplicate_of <> '') AND u.kind = 'stage'"                       \
                      " AND u.to_value IN ('qualified', 'scheduled', 'purchase')) THEN 1 "     \
                      "ELSE 0 END"
/* Of the accounts of one time zone: $7 says which, $8 lists them. */
#define IN_PART(account, platform)                                                             \
    " AND ($7 = 0 OR (" account " || ' ' || " platform " IN {members $8}) = ($7 = 1))"
#define LEADS                                                                                  \
    " FROM leads l WHERE l.org_id = $1 AND l.is_test = 0 AND ($2 = '' OR l.platform = $2)"     \
    " AND ($3 = '' OR l.ad_account_id = $3) AND ($4 = '' OR l.direction_id = $4)"              \
    " AND l.created_ms >= $5 AND " LEAD_TIME " >= $5 AND " LEAD_TIME                           \
    " < $6" IN_PART("l.ad_account_id", "l.platform")

bool roi_lead_truth(struct db *db, struct arena *arena, const struct roi_filter *filter,
                    const struct roi_part *part, struct roi_lead_sums *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT s.creative_id, CAST(sum(s.counted) AS BIGINT),"
              " CAST(sum(s.duplicate) AS BIGINT), CAST(sum(s.counted * s.qualified) AS BIGINT)"
              " FROM (SELECT l.creative_id AS creative_id, " COUNTED " AS counted,"
              " CASE WHEN l.duplicate_of = '' THEN 0 ELSE 1 END AS duplicate, " PERSON_QUALIFIED
              " AS qualified" LEADS ") s GROUP BY s.creative_id",
              TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id),
              TEXT(filter->direction_id), INT(part->from_ms), INT(part->to_ms), INT(part->kind),
              TEXT(part->members), INT(filter->model), INT(filter->basis));
    while (db_next(&rows))
        *roi_lead_sums_add(out, arena) = (struct roi_leads){.creative_id = db_text(&rows, 0),
                                                            .leads = db_int(&rows, 1),
                                                            .duplicates = db_int(&rows, 2),
                                                            .qualified = db_int(&rows, 3)};
    return db_done(&rows, err);
}

bool roi_lead_page(struct db *db, struct arena *arena, const struct roi_filter *filter,
                   const struct roi_part *part, enum roi_lead_figure figure,
                   const struct roi_page *page, struct roi_lead_rows *out, struct err *err)
{
    struct db_rows rows;

    db_select(
        db, arena, &rows,
        "SELECT s.lead_id, s.creative_id, s.direction_id, s.ad_account_id, s.platform,"
        " s.ad_id, s.stage, s.duplicate_of, s.counted, s.qualified, s.created_ms,"
        " s.clicked_ms, s.at_ms FROM (SELECT l.lead_id, l.creative_id, l.direction_id,"
        " l.ad_account_id, l.platform, l.ad_id, l.stage, l.duplicate_of, l.created_ms,"
        " l.clicked_ms, " LEAD_TIME " AS at_ms, " COUNTED " AS counted, " PERSON_QUALIFIED
        " AS qualified" LEADS OF_CREATIVE(
            "l", "$12",
            "$13") ") s"
                   " WHERE ((s.counted = 1 AND $11 <> 1 AND (s.qualified = 1 OR $11 <> 2))"
                   "  OR (s.duplicate_of <> '' AND $11 = 1))"
                   " AND (s.at_ms, s.lead_id) > ($14, $15)"
                   " ORDER BY s.at_ms, s.lead_id LIMIT $16",
        TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id),
        TEXT(filter->direction_id), INT(part->from_ms), INT(part->to_ms), INT(part->kind),
        TEXT(part->members), INT(filter->model), INT(filter->basis), INT(figure),
        TEXT(page->creative_id), INT(page->unattributed), INT(page->after_ms),
        TEXT(page->after_key), INT(page->limit));
    while (db_next(&rows))
        *roi_lead_rows_add(out, arena) =
            (struct roi_lead_row){.lead_id = db_text(&rows, 0),
                                  .creative_id = db_text(&rows, 1),
                                  .direction_id = db_text(&rows, 2),
                                  .ad_account_id = db_text(&rows, 3),
                                  .platform = db_text(&rows, 4),
                                  .ad_id = db_text(&rows, 5),
                                  .stage = db_text(&rows, 6),
                                  .duplicate_of = db_text(&rows, 7),
                                  .counted = db_int(&rows, 8) != 0,
                                  .qualified = db_int(&rows, 9) != 0,
                                  .created_ms = db_int(&rows, 10),
                                  .clicked_ms = db_int(&rows, 11),
                                  .at_ms = db_int(&rows, 12)};
    return db_done(&rows, err);
}

/* --- sales ----------------------------------------------------------------------------------
 */

/* `q`: of a refund its sale, whose time decides; `o`: the purchase's own lead; `l`: the lead
 * that is credited by the model $9. */
#define CREDITED                                                                               \
    "CASE $9 WHEN 0 THEN o.lead_id WHEN 1 THEN " PERSON(                                       \
        "o") " ELSE COALESCE((SELECT n.lead_id FROM leads n WHERE n.org_id = p.org_id"         \
             "  AND (n.lead_id = " PERSON("o") " OR (n.duplicate_of = " PERSON(                \
                 "o") "   AND n.duplicate_of <> '')) AND n.created_ms <= COALESCE(q.paid_ms, " \
                      "p.paid_ms)"                                                             \
                      "  ORDER BY n.created_ms DESC, n.platform_lead_id DESC, n.lead_id DESC " \
                      "LIMIT 1),"                                                              \
                      "  o.lead_id) END"
#define SALE_TIME                                                                              \
    "CASE WHEN $10 = 1 OR l.lead_id IS NULL THEN p.paid_ms WHEN $10 = 2 THEN " CLICKED(        \
        "l") " ELSE l.created_ms END"
#define SALES                                                                                  \
    " FROM purchases p LEFT JOIN purchases q ON q.org_id = p.org_id"                           \
    " AND q.purchase_id = p.refund_of"                                                         \
    " LEFT JOIN leads o ON o.org_id = p.org_id AND o.lead_id = p.lead_id"                      \
    " LEFT JOIN leads l ON l.org_id = p.org_id AND l.lead_id = " CREDITED                      \
    " WHERE p.org_id = $1 AND ($2 = '' OR l.platform = $2)"                                    \
    " AND ($3 = '' OR l.ad_account_id = $3) AND ($4 = '' OR l.direction_id = $4)"              \
    " AND " SALE_TIME " >= $5 AND " SALE_TIME                                                  \
    " < $6" IN_PART("COALESCE(l.ad_account_id, '')", "COALESCE(l.platform, '')")
#define SALE_VALUES                                                                            \
    TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id),               \
        TEXT(filter->direction_id), INT(part->from_ms), INT(part->to_ms), INT(part->kind),     \
        TEXT(part->members), INT(filter->model), INT(filter->basis)

bool roi_payment_truth(struct db *db, struct arena *arena, const struct roi_filter *filter,
                       const struct roi_part *part, struct roi_payments *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT COALESCE(l.creative_id, ''), p.currency, p.paid_ms, p.amount_micros,"
              " CASE WHEN p.kind = 'refund' THEN 1 ELSE 0 END" SALES,
              SALE_VALUES);
    while (db_next(&rows))
        *roi_payments_add(out, arena) = (struct roi_payment){.creative_id = db_text(&rows, 0),
                                                             .currency = db_text(&rows, 1),
                                                             .paid_ms = db_int(&rows, 2),
                                                             .amount_micros = db_int(&rows, 3),
                                                             .refund = db_int(&rows, 4) != 0};
    return db_done(&rows, err);
}

bool roi_sale_page(struct db *db, struct arena *arena, const struct roi_filter *filter,
                   const struct roi_part *part, enum roi_sale_figure figure,
                   const struct roi_page *page, struct roi_sale_rows *out, struct err *err)
{
    struct db_rows rows;

    db_select(
        db, arena, &rows,
        "SELECT h.purchase_id, h.external_id, h.kind, h.refund_of, h.currency,"
        " h.match_cause, h.lead_id, h.creative_id, h.amount_micros, h.paid_ms, h.at_ms"
        " FROM (SELECT p.purchase_id, p.external_id, p.kind, p.refund_of, p.currency,"
        " p.match_cause, COALESCE(l.lead_id, '') AS lead_id,"
        " COALESCE(l.creative_id, '') AS creative_id, p.amount_micros, p.paid_ms, " SALE_TIME
        " AS at_ms" SALES ") h WHERE ($11 = 1 OR ($11 = 0 AND h.kind = 'sale')"
        "  OR ($11 = 2 AND h.kind = 'refund'))" OF_CREATIVE(
            "h", "$12", "$13") " AND (h.at_ms, h.purchase_id) > ($14, $15)"
                               " ORDER BY h.at_ms, h.purchase_id LIMIT $16",
        SALE_VALUES, INT(figure), TEXT(page->creative_id), INT(page->unattributed),
        INT(page->after_ms), TEXT(page->after_key), INT(page->limit));
    while (db_next(&rows))
        *roi_sale_rows_add(out, arena) =
            (struct roi_sale_row){.purchase_id = db_text(&rows, 0),
                                  .external_id = db_text(&rows, 1),
                                  .kind = db_text(&rows, 2),
                                  .refund_of = db_text(&rows, 3),
                                  .currency = db_text(&rows, 4),
                                  .match_cause = db_text(&rows, 5),
                                  .lead_id = db_text(&rows, 6),
                                  .creative_id = db_text(&rows, 7),
                                  .amount_micros = db_int(&rows, 8),
                                  .paid_ms = db_int(&rows, 9),
                                  .at_ms = db_int(&rows, 10)};
    return db_done(&rows, err);
}
