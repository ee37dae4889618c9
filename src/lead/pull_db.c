/* pull_db.c - the table lead_pulls. */

#include "lead/pull_db.h"
#include "base/arena.h"
#include "db/db.h"

bool pull_insert(struct db *db, const struct lead_pull *pull, struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO lead_pulls (org_id, pull_id, ad_account_id, platform, page_id,"
                  " kind, since_ms, started_ms, finished_ms, seen, recovered, worst_delay_ms,"
                  " error_text)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                  TEXT(db_scope_org(db)), TEXT(pull->pull_id), TEXT(pull->ad_account_id),
                  TEXT(pull->platform), TEXT(pull->page_id), TEXT(pull->kind),
                  INT(pull->since_ms), INT(pull->started_ms), INT(pull->finished_ms),
                  INT(pull->seen), INT(pull->recovered), INT(pull->worst_delay_ms),
                  TEXT(pull->error_text));
}

bool pull_forget(struct db *db, int64_t before_ms, struct err *err)
{
    return db_run(db, NULL, err, "DELETE FROM lead_pulls WHERE org_id = $1 AND started_ms < $2",
                  TEXT(db_scope_org(db)), INT(before_ms));
}

bool lead_pull_list(struct db *db, struct arena *arena, int64_t since_ms, bool troubled,
                    int64_t limit, struct lead_pulls *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT pull_id, ad_account_id, platform, page_id, kind, since_ms, started_ms,"
              " finished_ms, seen, recovered, worst_delay_ms, error_text FROM lead_pulls"
              " WHERE org_id = $1 AND started_ms >= $2"
              " AND ($3 = 0 OR recovered > 0 OR error_text <> '')"
              " ORDER BY started_ms DESC, pull_id DESC LIMIT $4",
              TEXT(db_scope_org(db)), INT(since_ms), INT(troubled), INT(limit));
    while (db_next(&rows))
        *lead_pulls_add(out, arena) = (struct lead_pull){.pull_id = db_text(&rows, 0),
                                                         .ad_account_id = db_text(&rows, 1),
                                                         .platform = db_text(&rows, 2),
                                                         .page_id = db_text(&rows, 3),
                                                         .kind = db_text(&rows, 4),
                                                         .since_ms = db_int(&rows, 5),
                                                         .started_ms = db_int(&rows, 6),
                                                         .finished_ms = db_int(&rows, 7),
                                                         .seen = db_int(&rows, 8),
                                                         .recovered = db_int(&rows, 9),
                                                         .worst_delay_ms = db_int(&rows, 10),
                                                         .error_text = db_text(&rows, 11)};
    return db_done(&rows, err);
}

bool pull_accounts_connected(struct db *db, struct arena *arena, struct pull_accounts *out,
                             struct err *err)
{
    struct db_rows rows;

    db_select(
        db, arena, &rows,
        "SELECT org_id, ad_account_id, platform, zone, connected_ms FROM ad_account_connections"
        " WHERE state = 'connected' ORDER BY org_id, ad_account_id, platform");
    while (db_next(&rows))
        *pull_accounts_add(out, arena) =
            (struct pull_account){.org_id = db_text(&rows, 0),
                                  .ad_account_id = db_text(&rows, 1),
                                  .platform = db_text(&rows, 2),
                                  .zone = db_text(&rows, 3),
                                  .connected_ms = db_int(&rows, 4)};
    return db_done(&rows, err);
}

bool pull_known(struct db *db, struct arena *arena, struct str platform,
                struct str platform_lead_id, bool *known, struct err *err)
{
    struct db_rows rows;

    *known = false;
    db_select(db, arena, &rows,
              "SELECT 1 FROM leads WHERE org_id = $1 AND platform = $2"
              " AND platform_lead_id = $3",
              TEXT(db_scope_org(db)), TEXT(platform), TEXT(platform_lead_id));
    while (db_next(&rows))
        *known = true;
    return db_done(&rows, err);
}

bool pull_put_ad(struct db *db, const struct ad_connection *connection,
                 const struct platform_object *ad, int64_t now_ms, struct err *err)
{
    return db_run(
        db, NULL, err,
        "INSERT INTO ads (org_id, platform, ad_id, adgroup_id, campaign_id, ad_account_id,"
        " direction_id, creative_id, name, status, created_ms, updated_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6,"
        "  COALESCE(NULLIF((SELECT g.direction_id FROM adgroups g WHERE g.org_id = $1"
        "   AND g.platform = $2 AND g.adgroup_id = $4), ''),"
        "   (SELECT c.direction_id FROM campaigns c WHERE c.org_id = $1"
        "   AND c.platform = $2 AND c.campaign_id = $5), ''),"
        "  COALESCE((SELECT min(f.creative_id) FROM creative_platform_files f"
        "   WHERE f.org_id = $1 AND f.platform = $2 AND f.advertiser_id = $10"
        "   AND f.video_id = $11 AND f.video_id <> ''), ''),"
        "  $7, $8, $9, $9)"
        " ON CONFLICT (org_id, platform, ad_id) DO NOTHING",
        TEXT(db_scope_org(db)), TEXT(connection->platform), TEXT(ad->id), TEXT(ad->parent_id),
        TEXT(ad->campaign_id), TEXT(connection->ad_account_id), TEXT(ad->name),
        TEXT(ad->status), INT(now_ms), TEXT(connection->advertiser_id), TEXT(ad->video_id));
}
