/* alert_db.c - what alerts are made of, and table alert_dismissals. */

#include "alert/alert_db.h"

#include "alert/alert.h"
#include "base/arena.h"
#include "db/db.h"

/* Sites have no webhook of the platform: their leads are no sign of it. */
bool alert_lead_gap(struct db *db, struct arena *arena, struct str ad_account_id,
                    struct str platform, int64_t since_ms, int64_t most,
                    struct alert_lead_gap *out, struct err *err)
{
    struct db_rows rows;

    *out = (struct alert_lead_gap){.ad_account_id = ad_account_id, .platform = platform};
    db_select(db, arena, &rows,
              "SELECT count(*), max(created_ms), min(created_ms) FROM (SELECT created_ms"
              " FROM leads WHERE org_id = $1 AND ad_account_id = $2 AND created_ms >= $4"
              " AND source = $6 AND platform = $3 AND is_test = 0"
              " ORDER BY created_ms DESC LIMIT $5) l",
              TEXT(db_scope_org(db)), TEXT(ad_account_id), TEXT(platform), INT(since_ms),
              INT(most), TEXT(str_fmt(arena, STR_FMT "_form", STR_ARG(platform))));
    while (db_next(&rows)) {
        out->count = db_int(&rows, 0);
        out->newest_ms = db_int(&rows, 1);
        out->oldest_ms = db_int(&rows, 2);
    }
    return db_done(&rows, err);
}

bool alert_delivery(struct db *db, struct arena *arena, struct str ad_account_id,
                    struct str platform, struct str first_day, struct str last_day,
                    int64_t before_ms, struct alert_delivery *out, struct err *err)
{
    struct db_rows rows;

    *out = (struct alert_delivery){0};
    db_select(db, arena, &rows,
              "SELECT (SELECT CAST(sum(g.daily_budget_micros) AS BIGINT) FROM adgroups g"
              "  JOIN campaigns c ON c.org_id = g.org_id AND c.platform = g.platform"
              "   AND c.campaign_id = g.campaign_id"
              "  WHERE g.org_id = $1 AND g.ad_account_id = $2 AND g.platform = $3"
              "   AND g.status = 'enabled' AND c.status = 'enabled'"
              "   AND g.created_ms < $6 AND g.changed_ms < $6),"
              " count(*), CAST(sum(m.spend_micros) AS BIGINT), max(m.currency)"
              " FROM ad_metrics_days m WHERE m.org_id = $1 AND m.ad_account_id = $2"
              "  AND m.platform = $3 AND m.day >= $4 AND m.day <= $5",
              TEXT(db_scope_org(db)), TEXT(ad_account_id), TEXT(platform), TEXT(first_day),
              TEXT(last_day), INT(before_ms));
    while (db_next(&rows))
        *out = (struct alert_delivery){db_int(&rows, 0), db_int(&rows, 1), db_int(&rows, 2),
                                       db_text(&rows, 3)};
    return db_done(&rows, err);
}

bool alert_failed_creatives(struct db *db, struct arena *arena, int64_t limit,
                            struct alert_creatives *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT creative_id, title, CASE WHEN status = 'failed' THEN error_text"
              "  ELSE push_text END, updated_ms FROM creatives"
              " WHERE org_id = $1 AND (status = 'failed' OR push_state = 'failed')"
              " AND deleted_ms = 0 ORDER BY created_ms DESC LIMIT $2",
              TEXT(db_scope_org(db)), INT(limit));
    while (db_next(&rows))
        *alert_creatives_add(out, arena) = (struct alert_creative){
            db_text(&rows, 0), db_text(&rows, 1), db_text(&rows, 2), db_int(&rows, 3)};
    return db_done(&rows, err);
}

bool alert_rejected_ads(struct db *db, struct arena *arena, struct alert_rejecteds *out,
                        struct err *err)
{
    struct db_rows rows;

    db_select(
        db, arena, &rows,
        "SELECT ad_account_id, platform, min(name), count(*), min(updated_ms) FROM ads"
        " WHERE org_id = $1 AND status = 'enabled' AND (platform_status LIKE '%AUDIT_DENY'"
        "  OR platform_status LIKE '%DISAPPROVED%' OR platform_status LIKE '%REJECT%')"
        " GROUP BY ad_account_id, platform ORDER BY ad_account_id, platform",
        TEXT(db_scope_org(db)));
    while (db_next(&rows))
        *alert_rejecteds_add(out, arena) =
            (struct alert_rejected){db_text(&rows, 0), db_text(&rows, 1), db_text(&rows, 2),
                                    db_int(&rows, 3), db_int(&rows, 4)};
    return db_done(&rows, err);
}

/* --- put aside ------------------------------------------------------------------------ */

bool alert_dismissal_list(struct db *db, struct arena *arena, int64_t now_ms,
                          struct alert_dismissals *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT alert_key, until_ms FROM alert_dismissals"
              " WHERE org_id = $1 AND until_ms > $2",
              TEXT(db_scope_org(db)), INT(now_ms));
    while (db_next(&rows))
        *alert_dismissals_add(out, arena) =
            (struct alert_dismissal){db_text(&rows, 0), db_int(&rows, 1)};
    return db_done(&rows, err);
}

/* What is over is swept with the next one that is put aside. */
bool alert_dismiss(struct db *db, struct str key, int64_t until_ms, struct str actor,
                   int64_t now_ms, struct err *err)
{
    return db_run(db, NULL, err,
                  "DELETE FROM alert_dismissals WHERE org_id = $1 AND until_ms <= $2",
                  TEXT(db_scope_org(db)), INT(now_ms)) &&
           db_run(
               db, NULL, err,
               "INSERT INTO alert_dismissals (org_id, alert_key, until_ms, actor, created_ms)"
               " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (org_id, alert_key) DO UPDATE"
               " SET until_ms = excluded.until_ms, actor = excluded.actor,"
               " created_ms = excluded.created_ms",
               TEXT(db_scope_org(db)), TEXT(key), INT(until_ms), TEXT(actor), INT(now_ms));
}
