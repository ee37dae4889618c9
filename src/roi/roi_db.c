/* roi_db.c - the sums behind the ROI report. */

#include "roi/roi_db.h"
#include "base/arena.h"
#include "db/db.h"

bool roi_account_list(struct db *db, struct arena *arena, struct str platform,
                      struct str ad_account_id, struct roi_accounts *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT c.zone, c.state, c.last_sync_ms, a.is_default"
              " FROM ad_account_connections c JOIN ad_accounts a"
              " ON a.org_id = c.org_id AND a.ad_account_id = c.ad_account_id"
              " WHERE c.org_id = $1 AND ($2 = '' OR c.platform = $2)"
              " AND ($3 = '' OR c.ad_account_id = $3)"
              " ORDER BY a.is_default DESC, a.created_ms, a.ad_account_id, c.platform DESC",
              TEXT(db_scope_org(db)), TEXT(platform), TEXT(ad_account_id));
    while (db_next(&rows))
        *roi_accounts_add(out, arena) =
            (struct roi_account){.zone = db_text(&rows, 0),
                                 .state = db_text(&rows, 1),
                                 .last_sync_ms = db_int(&rows, 2),
                                 .is_default = db_int(&rows, 3) != 0};
    return db_done(&rows, err);
}

bool roi_check_filter(struct db *db, struct arena *arena, const struct roi_filter *filter,
                      struct err *err)
{
    struct db_rows rows;
    bool account = false, direction = false;

    db_select(db, arena, &rows,
              "SELECT (SELECT count(*) FROM ad_accounts WHERE org_id = $1"
              " AND ad_account_id = $2), (SELECT count(*) FROM directions WHERE org_id = $1"
              " AND direction_id = $3)",
              TEXT(db_scope_org(db)), TEXT(filter->ad_account_id), TEXT(filter->direction_id));
    while (db_next(&rows)) {
        account = filter->ad_account_id.n == 0 || db_int(&rows, 0) > 0;
        direction = filter->direction_id.n == 0 || db_int(&rows, 1) > 0;
    }
    if (!db_done(&rows, err))
        return false;
    if (!account)
        return err_set(err, ERR_NOT_FOUND, "no ad account " STR_FMT,
                       STR_ARG(filter->ad_account_id)),
               err_field(err, "account_id");
    if (!direction)
        return err_set(err, ERR_NOT_FOUND, "no direction " STR_FMT,
                       STR_ARG(filter->direction_id)),
               err_field(err, "direction_id");
    return true;
}

static void read_spend(struct db_rows *rows, struct arena *arena, struct roi_spends *out)
{
    while (db_next(rows))
        *roi_spends_add(out, arena) = (struct roi_spend){.creative_id = db_text(rows, 0),
                                                         .currency = db_text(rows, 1),
                                                         .day = db_text(rows, 2),
                                                         .spend_micros = db_int(rows, 3),
                                                         .impressions = db_int(rows, 4),
                                                         .clicks = db_int(rows, 5),
                                                         .platform_leads = db_int(rows, 6)};
}

/* The roll-up knows no directions: an ad's direction is asked of the figures by ad. */
bool roi_spend_list(struct db *db, struct arena *arena, const struct roi_filter *filter,
                    struct roi_spends *out, struct err *err)
{
    struct db_rows rows;

    if (filter->direction_id.n)
        db_select(
            db, arena, &rows,
            "SELECT h.creative_id, h.currency,"
            " CASE WHEN h.currency = $6 THEN '' ELSE h.day END,"
            " CAST(sum(h.spend_micros) AS BIGINT), CAST(sum(h.impressions) AS BIGINT),"
            " CAST(sum(h.clicks) AS BIGINT), "
            " CAST(sum(CASE WHEN h.result_kind = 'leads' THEN h.results ELSE 0 END) AS BIGINT)"
            " FROM creative_metrics_history h JOIN ads a ON a.org_id = h.org_id"
            " AND a.platform = h.platform AND a.ad_id = h.ad_id"
            " WHERE h.org_id = $1 AND ($2 = '' OR h.platform = $2)"
            " AND ($3 = '' OR h.ad_account_id = $3) AND h.day >= $4 AND h.day <= $5"
            " AND h.ad_account_id IN (SELECT d.ad_account_id FROM directions d"
            "  WHERE d.org_id = $1 AND d.direction_id = $7)"
            " AND a.direction_id = $7 GROUP BY 1, 2, 3",
            TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id),
            TEXT(filter->first_day), TEXT(filter->last_day), TEXT(filter->currency),
            TEXT(filter->direction_id));
    else
        db_select(db, arena, &rows,
                  "SELECT m.creative_id, m.currency,"
                  " CASE WHEN m.currency = $6 THEN '' ELSE m.day END,"
                  " CAST(sum(m.spend_micros) AS BIGINT), CAST(sum(m.impressions) AS BIGINT),"
                  " CAST(sum(m.clicks) AS BIGINT), CAST(sum(m.platform_leads) AS BIGINT)"
                  " FROM creative_metrics_daily m WHERE m.org_id = $1"
                  " AND ($2 = '' OR m.platform = $2) AND ($3 = '' OR m.ad_account_id = $3)"
                  " AND m.day >= $4 AND m.day <= $5 GROUP BY 1, 2, 3",
                  TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id),
                  TEXT(filter->first_day), TEXT(filter->last_day), TEXT(filter->currency));
    read_spend(&rows, arena, out);
    return db_done(&rows, err);
}

#define QUALIFIED "('qualified', 'scheduled', 'purchase')"

bool roi_lead_list(struct db *db, struct arena *arena, const struct roi_filter *filter,
                   const struct roi_range *range, struct roi_lead_sums *out, struct err *err)
{
    struct db_rows rows;

    /* A person is qualified by any of the leads that are one person's. */
    db_select(
        db, arena, &rows,
        "SELECT l.creative_id,"
        " CAST(sum(CASE WHEN l.duplicate_of = '' THEN 1 ELSE 0 END) AS BIGINT),"
        " CAST(sum(CASE WHEN l.duplicate_of = '' THEN 0 ELSE 1 END) AS BIGINT),"
        " CAST(sum(CASE WHEN l.duplicate_of = '' AND (EXISTS (SELECT 1 FROM lead_transitions t"
        "  WHERE t.org_id = l.org_id AND t.lead_id = l.lead_id AND t.kind = 'stage'"
        "  AND t.to_value IN " QUALIFIED ") OR EXISTS (SELECT 1 FROM leads o"
        "  JOIN lead_transitions u ON u.org_id = o.org_id AND u.lead_id = o.lead_id"
        "  WHERE o.org_id = l.org_id AND o.duplicate_of = l.lead_id AND o.duplicate_of <> ''"
        "  AND u.kind = 'stage' AND u.to_value IN " QUALIFIED ")) THEN 1 ELSE 0 END) AS BIGINT)"
        " FROM leads l LEFT JOIN ad_account_connections c ON c.org_id = l.org_id"
        " AND c.ad_account_id = l.ad_account_id AND c.platform = l.platform"
        " WHERE l.org_id = $1 AND ($2 = '' OR l.platform = $2)"
        " AND ($3 = '' OR l.ad_account_id = $3) AND ($4 = '' OR l.direction_id = $4)"
        " AND l.created_ms >= $5 AND l.created_ms < $6 AND COALESCE(c.zone, $8) = $7"
        " GROUP BY l.creative_id",
        TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id),
        TEXT(filter->direction_id), INT(range->from_ms), INT(range->to_ms), TEXT(range->zone),
        TEXT(range->fallback));
    while (db_next(&rows))
        *roi_lead_sums_add(out, arena) = (struct roi_leads){.creative_id = db_text(&rows, 0),
                                                            .leads = db_int(&rows, 1),
                                                            .duplicates = db_int(&rows, 2),
                                                            .qualified = db_int(&rows, 3)};
    return db_done(&rows, err);
}

bool roi_sale_list(struct db *db, struct arena *arena, const struct roi_filter *filter,
                   const struct roi_range *range, enum roi_basis basis,
                   struct roi_sale_sums *out, struct err *err)
{
    struct db_rows rows;

    db_select(
        db, arena, &rows,
        "SELECT p.creative_id, p.currency, CASE WHEN p.currency = $9 THEN 0 ELSE p.paid_ms END,"
        " CAST(sum(CASE WHEN p.kind = 'sale' THEN 1 ELSE 0 END) AS BIGINT),"
        " CAST(sum(p.amount_micros) AS BIGINT),"
        " CAST(sum(CASE WHEN p.kind = 'refund' THEN -p.amount_micros ELSE 0 END) AS BIGINT)"
        " FROM purchases p"
        " LEFT JOIN leads l ON l.org_id = p.org_id AND l.lead_id = p.lead_id"
        " LEFT JOIN ad_account_connections c ON c.org_id = p.org_id"
        " AND c.ad_account_id = p.ad_account_id AND c.platform = l.platform"
        " WHERE p.org_id = $1 AND ($2 = '' OR l.platform = $2)"
        " AND ($3 = '' OR p.ad_account_id = $3) AND ($4 = '' OR l.direction_id = $4)"
        " AND ((p.lead_id <> '' AND $10 = 0 AND p.lead_ms >= $5 AND p.lead_ms < $6)"
        "  OR ((p.lead_id = '' OR $10 = 1) AND p.paid_ms >= $5 AND p.paid_ms < $6))"
        " AND COALESCE(c.zone, $8) = $7 GROUP BY 1, 2, 3",
        TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id),
        TEXT(filter->direction_id), INT(range->from_ms), INT(range->to_ms), TEXT(range->zone),
        TEXT(range->fallback), TEXT(filter->currency), INT(basis == ROI_BY_PAYMENT));
    while (db_next(&rows))
        *roi_sale_sums_add(out, arena) = (struct roi_sales){.creative_id = db_text(&rows, 0),
                                                            .currency = db_text(&rows, 1),
                                                            .paid_ms = db_int(&rows, 2),
                                                            .sales = db_int(&rows, 3),
                                                            .revenue_micros = db_int(&rows, 4),
                                                            .refund_micros = db_int(&rows, 5)};
    return db_done(&rows, err);
}

bool roi_name_list(struct db *db, struct arena *arena, const struct roi_filter *filter,
                   struct roi_names *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT r.creative_id, r.title, r.direction_id, COALESCE(d.name, ''),"
              " COALESCE(d.platform, ''), CASE WHEN r.deleted_ms = 0 AND EXISTS"
              "  (SELECT 1 FROM ads a WHERE a.org_id = r.org_id"
              "   AND a.creative_id = r.creative_id AND ($2 = '' OR a.platform = $2)"
              "   AND ($3 = '' OR a.ad_account_id = $3) AND ($4 = '' OR a.direction_id = $4)"
              "   AND a.status <> 'deleted') THEN 1 ELSE 0 END"
              " FROM creatives r LEFT JOIN directions d ON d.org_id = r.org_id"
              " AND d.direction_id = r.direction_id WHERE r.org_id = $1"
              " ORDER BY r.title, r.creative_id",
              TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id),
              TEXT(filter->direction_id));
    while (db_next(&rows))
        *roi_names_add(out, arena) = (struct roi_name){.creative_id = db_text(&rows, 0),
                                                       .title = db_text(&rows, 1),
                                                       .direction_id = db_text(&rows, 2),
                                                       .direction_name = db_text(&rows, 3),
                                                       .platform = db_text(&rows, 4),
                                                       .advertised = db_int(&rows, 5) != 0};
    return db_done(&rows, err);
}
