/* object_db.c - campaigns, ad groups and ads, as a collection sees them. */

#include "metric/object_db.h"
#include "base/arena.h"
#include "db/db.h"

static void read_known(struct db_rows *rows, struct arena *arena, struct object_knowns *out)
{
    while (db_next(rows))
        *object_knowns_add(out, arena) =
            (struct object_known){.id = db_text(rows, 0),
                                  .name = db_text(rows, 1),
                                  .status = db_text(rows, 2),
                                  .budget_micros = db_int(rows, 3),
                                  .creative_id = db_text(rows, 4),
                                  .adgroup_id = db_text(rows, 5),
                                  .campaign_id = db_text(rows, 6),
                                  .updated_ms = db_int(rows, 7),
                                  .objective = db_text(rows, 8),
                                  .platform_status = db_text(rows, 9)};
}

bool object_known_list(struct db *db, struct arena *arena, const struct metric_run *run,
                       enum platform_level level, struct object_knowns *out, struct err *err)
{
    struct db_rows rows;

    if (level == LEVEL_CAMPAIGN)
        db_select(db, arena, &rows,
                  "SELECT campaign_id, name, status, budget_micros, '', '', '', updated_ms,"
                  " objective, platform_status FROM campaigns WHERE org_id = $1 AND "
                  "ad_account_id = $2 AND "
                  "platform = $3",
                  TEXT(db_scope_org(db)), TEXT(run->ad_account_id), TEXT(run->platform));
    else if (level == LEVEL_ADGROUP)
        db_select(db, arena, &rows,
                  "SELECT adgroup_id, name, status, daily_budget_micros, '', '', campaign_id,"
                  " updated_ms, '', platform_status FROM adgroups"
                  " WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3",
                  TEXT(db_scope_org(db)), TEXT(run->ad_account_id), TEXT(run->platform));
    else
        db_select(db, arena, &rows,
                  "SELECT a.ad_id, a.name, a.status, 0, a.creative_id, a.adgroup_id,"
                  " a.campaign_id, a.updated_ms,"
                  " COALESCE(NULLIF(d.objective, ''), c.objective, ''), a.platform_status"
                  " FROM ads a"
                  " LEFT JOIN directions d ON d.org_id = a.org_id"
                  " AND d.direction_id = a.direction_id"
                  " LEFT JOIN campaigns c ON c.org_id = a.org_id AND c.platform = a.platform"
                  " AND c.campaign_id = a.campaign_id"
                  " WHERE a.org_id = $1 AND a.ad_account_id = $2 AND a.platform = $3",
                  TEXT(db_scope_org(db)), TEXT(run->ad_account_id), TEXT(run->platform));
    read_known(&rows, arena, out);
    return db_done(&rows, err);
}

bool video_known_list(struct db *db, struct arena *arena, const struct metric_run *run,
                      struct video_knowns *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT video_id, creative_id FROM creative_platform_files WHERE org_id = $1"
              " AND platform = $2 AND advertiser_id = $3 AND video_id <> ''"
              " ORDER BY creative_id",
              TEXT(db_scope_org(db)), TEXT(run->platform), TEXT(run->advertiser_id));
    while (db_next(&rows))
        *video_knowns_add(out, arena) =
            (struct video_known){db_text(&rows, 0), db_text(&rows, 1)};
    return db_done(&rows, err);
}

/* The direction of a campaign made elsewhere: the one that names it, where exactly one does. */
static bool put_campaign(struct db *db, const struct metric_run *run,
                         const struct platform_object *object, struct err *err)
{
    return db_pipe(
        db, err,
        "INSERT INTO campaigns (org_id, platform, campaign_id, ad_account_id, direction_id,"
        " name, objective, status, budget_micros, created_ms, updated_ms, platform_status)"
        " VALUES ($1, $2, $3, $4,"
        "  COALESCE((SELECT CASE WHEN count(*) = 1 THEN min(d.direction_id) ELSE '' END"
        "   FROM directions d WHERE d.org_id = $1 AND d.platform = $2 AND d.campaign_id = $3"
        "   AND d.campaign_id <> ''), ''),"
        "  $5, $6, $7, $8, $9, $10, $12)"
        " ON CONFLICT (org_id, platform, campaign_id) DO UPDATE SET"
        " name = excluded.name, status = excluded.status,"
        " platform_status = excluded.platform_status,"
        " budget_micros = excluded.budget_micros, updated_ms = excluded.updated_ms"
        " WHERE campaigns.updated_ms <= $11",
        TEXT(db_scope_org(db)), TEXT(run->platform), TEXT(object->id), TEXT(run->ad_account_id),
        TEXT(object->name), TEXT(object->objective), TEXT(object->status),
        INT(object->budget_micros), INT(object->created_ms ? object->created_ms : run->now_ms),
        INT(run->now_ms), INT(run->started_ms), TEXT(object->secondary_status));
}

static bool put_adgroup(struct db *db, const struct metric_run *run,
                        const struct platform_object *object, struct err *err)
{
    return db_pipe(
        db, err,
        "INSERT INTO adgroups (org_id, platform, adgroup_id, campaign_id, ad_account_id,"
        " direction_id, name, status, daily_budget_micros, created_ms, updated_ms,"
        " platform_status)"
        " VALUES ($1, $2, $3, $4, $5,"
        "  COALESCE((SELECT c.direction_id FROM campaigns c WHERE c.org_id = $1"
        "   AND c.platform = $2 AND c.campaign_id = $4), ''),"
        "  $6, $7, $8, $9, $10, $12)"
        " ON CONFLICT (org_id, platform, adgroup_id) DO UPDATE SET"
        " name = excluded.name, status = excluded.status,"
        " platform_status = excluded.platform_status,"
        " daily_budget_micros = excluded.daily_budget_micros,"
        " changed_ms = CASE WHEN adgroups.status <> excluded.status"
        "  OR adgroups.daily_budget_micros <> excluded.daily_budget_micros"
        "  THEN excluded.updated_ms ELSE adgroups.changed_ms END,"
        " updated_ms = excluded.updated_ms"
        " WHERE adgroups.updated_ms <= $11",
        TEXT(db_scope_org(db)), TEXT(run->platform), TEXT(object->id),
        TEXT(object->campaign_id), TEXT(run->ad_account_id), TEXT(object->name),
        TEXT(object->status), INT(platform_daily_budget(object)),
        INT(object->created_ms ? object->created_ms : run->now_ms), INT(run->now_ms),
        INT(run->started_ms), TEXT(object->secondary_status));
}

static bool put_ad(struct db *db, const struct metric_run *run,
                   const struct platform_object *object, struct str creative_id,
                   struct err *err)
{
    return db_pipe(
        db, err,
        "INSERT INTO ads (org_id, platform, ad_id, adgroup_id, campaign_id, ad_account_id,"
        " direction_id, creative_id, name, status, created_ms, updated_ms, platform_status)"
        " VALUES ($1, $2, $3, $4, $5, $6,"
        "  COALESCE(NULLIF((SELECT g.direction_id FROM adgroups g WHERE g.org_id = $1"
        "   AND g.platform = $2 AND g.adgroup_id = $4), ''),"
        "   (SELECT c.direction_id FROM campaigns c WHERE c.org_id = $1"
        "   AND c.platform = $2 AND c.campaign_id = $5), ''),"
        "  $7, $8, $9, $10, $11, $13)"
        " ON CONFLICT (org_id, platform, ad_id) DO UPDATE SET"
        " name = excluded.name,"
        " status = CASE WHEN ads.updated_ms <= $12 THEN excluded.status ELSE ads.status END,"
        " platform_status = CASE WHEN ads.updated_ms <= $12 THEN excluded.platform_status"
        "  ELSE ads.platform_status END,"
        " creative_id = CASE WHEN ads.creative_id = '' THEN excluded.creative_id"
        "  ELSE ads.creative_id END,"
        " updated_ms = CASE WHEN ads.updated_ms <= $12 THEN excluded.updated_ms"
        "  ELSE ads.updated_ms END",
        TEXT(db_scope_org(db)), TEXT(run->platform), TEXT(object->id), TEXT(object->parent_id),
        TEXT(object->campaign_id), TEXT(run->ad_account_id), TEXT(creative_id),
        TEXT(object->name), TEXT(object->status),
        INT(object->created_ms ? object->created_ms : run->now_ms), INT(run->now_ms),
        INT(run->started_ms), TEXT(object->secondary_status));
}

bool object_put(struct db *db, const struct metric_run *run, enum platform_level level,
                const struct platform_object *object, struct str creative_id, struct err *err)
{
    if (level == LEVEL_CAMPAIGN)
        return put_campaign(db, run, object, err);
    if (level == LEVEL_ADGROUP)
        return put_adgroup(db, run, object, err);
    return put_ad(db, run, object, creative_id, err);
}

bool object_gone(struct db *db, const struct metric_run *run, enum platform_level level,
                 struct str id, struct err *err)
{
    if (level == LEVEL_CAMPAIGN)
        return db_pipe(db, err,
                       "UPDATE campaigns SET status = 'deleted', updated_ms = $4"
                       " WHERE org_id = $1 AND platform = $2 AND campaign_id = $3"
                       " AND updated_ms <= $5",
                       TEXT(db_scope_org(db)), TEXT(run->platform), TEXT(id), INT(run->now_ms),
                       INT(run->started_ms));
    if (level == LEVEL_ADGROUP)
        return db_pipe(db, err,
                       "UPDATE adgroups SET status = 'deleted', updated_ms = $4"
                       " WHERE org_id = $1 AND platform = $2 AND adgroup_id = $3"
                       " AND updated_ms <= $5",
                       TEXT(db_scope_org(db)), TEXT(run->platform), TEXT(id), INT(run->now_ms),
                       INT(run->started_ms));
    return db_pipe(db, err,
                   "UPDATE ads SET status = 'deleted', updated_ms = $4"
                   " WHERE org_id = $1 AND platform = $2 AND ad_id = $3 AND updated_ms <= $5",
                   TEXT(db_scope_org(db)), TEXT(run->platform), TEXT(id), INT(run->now_ms),
                   INT(run->started_ms));
}
