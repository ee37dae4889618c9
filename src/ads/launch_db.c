/* launch_db.c - what launches write down of the platform's objects, and looks at workflows. */

#include "ads/launch_db.h"

#include "base/clock.h"
#include "db/db.h"
#include "text/json.h"

/* --- objects --- */

bool launch_store_campaign(struct db *db, struct str platform,
                           const struct launch_object *object, int64_t now_ms, struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO campaigns (org_id, platform, campaign_id, ad_account_id,"
                  " direction_id, name, objective, status, budget_micros, workflow_id,"
                  " created_ms, updated_ms)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $10)"
                  " ON CONFLICT (org_id, platform, campaign_id) DO UPDATE SET"
                  " name = excluded.name, status = excluded.status,"
                  " direction_id = COALESCE(NULLIF(excluded.direction_id, ''),"
                  " campaigns.direction_id),"
                  " workflow_id = COALESCE(NULLIF(excluded.workflow_id, ''),"
                  " campaigns.workflow_id), updated_ms = excluded.updated_ms",
                  TEXT(db_scope_org(db)), TEXT(platform), TEXT(object->id),
                  TEXT(object->ad_account_id), TEXT(object->direction_id), TEXT(object->name),
                  TEXT(object->objective), TEXT(object->status), TEXT(object->workflow_id),
                  INT(now_ms));
}

bool launch_store_adgroup(struct db *db, struct str platform,
                          const struct launch_object *object, int64_t now_ms, struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO adgroups (org_id, platform, adgroup_id, campaign_id,"
                  " ad_account_id, direction_id, name, status, daily_budget_micros, ads_count,"
                  " workflow_id, last_used_ms, created_ms, updated_ms)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $12)"
                  " ON CONFLICT (org_id, platform, adgroup_id) DO UPDATE SET"
                  " name = excluded.name, status = excluded.status,"
                  " daily_budget_micros = excluded.daily_budget_micros,"
                  " direction_id = COALESCE(NULLIF(excluded.direction_id, ''),"
                  " adgroups.direction_id),"
                  " workflow_id = COALESCE(NULLIF(excluded.workflow_id, ''),"
                  " adgroups.workflow_id),"
                  " ads_count = CASE WHEN excluded.ads_count > adgroups.ads_count"
                  " THEN excluded.ads_count ELSE adgroups.ads_count END,"
                  " updated_ms = excluded.updated_ms",
                  TEXT(db_scope_org(db)), TEXT(platform), TEXT(object->id),
                  TEXT(object->campaign_id), TEXT(object->ad_account_id),
                  TEXT(object->direction_id), TEXT(object->name), TEXT(object->status),
                  INT(object->budget_micros), INT(object->ads_count), TEXT(object->workflow_id),
                  INT(now_ms));
}

bool launch_store_ad(struct db *db, struct str platform, const struct launch_object *object,
                     int64_t now_ms, struct err *err)
{
    return db_run(
        db, NULL, err,
        "INSERT INTO ads (org_id, platform, ad_id, adgroup_id, campaign_id,"
        " ad_account_id, direction_id, creative_id, name, status, workflow_id,"
        " created_ms, updated_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)"
        " ON CONFLICT (org_id, platform, ad_id) DO UPDATE SET"
        " name = excluded.name, status = excluded.status,"
        " direction_id = COALESCE(NULLIF(excluded.direction_id, ''), ads.direction_id),"
        " creative_id = COALESCE(NULLIF(excluded.creative_id, ''), ads.creative_id),"
        " workflow_id = COALESCE(NULLIF(excluded.workflow_id, ''), ads.workflow_id),"
        " updated_ms = excluded.updated_ms",
        TEXT(db_scope_org(db)), TEXT(platform), TEXT(object->id), TEXT(object->adgroup_id),
        TEXT(object->campaign_id), TEXT(object->ad_account_id), TEXT(object->direction_id),
        TEXT(object->creative_id), TEXT(object->name), TEXT(object->status),
        TEXT(object->workflow_id), INT(now_ms));
}

bool launch_store_status(struct db *db, struct str platform, enum platform_level level,
                         struct str id, struct str status, struct str platform_status,
                         int64_t now_ms, struct err *err)
{
    struct db_value org = TEXT(db_scope_org(db)), word = TEXT(platform_status);

    if (level == LEVEL_CAMPAIGN)
        return db_run(db, NULL, err,
                      "UPDATE campaigns SET status = $4, updated_ms = $5, platform_status = $6"
                      " WHERE org_id = $1 AND platform = $2 AND campaign_id = $3",
                      org, TEXT(platform), TEXT(id), TEXT(status), INT(now_ms), word);
    if (level == LEVEL_ADGROUP)
        return db_run(db, NULL, err,
                      "UPDATE adgroups SET status = $4, updated_ms = $5, platform_status = $6"
                      " WHERE org_id = $1 AND platform = $2 AND adgroup_id = $3",
                      org, TEXT(platform), TEXT(id), TEXT(status), INT(now_ms), word);
    return db_run(db, NULL, err,
                  "UPDATE ads SET status = $4, updated_ms = $5, platform_status = $6"
                  " WHERE org_id = $1 AND platform = $2 AND ad_id = $3",
                  org, TEXT(platform), TEXT(id), TEXT(status), INT(now_ms), word);
}

bool launch_owner_of(struct db *db, struct arena *arena, enum platform_level level,
                     struct str id, struct str *ad_account_id, struct err *err)
{
    struct str org = db_scope_org(db);
    struct db_rows rows;

    *ad_account_id = STR("");
    if (level == LEVEL_CAMPAIGN)
        db_select(db, arena, &rows,
                  "SELECT ad_account_id FROM campaigns WHERE org_id = $1 AND campaign_id = $2"
                  " UNION SELECT ad_account_id FROM directions"
                  " WHERE org_id = $1 AND campaign_id = $2 AND deleted_ms = 0",
                  TEXT(org), TEXT(id));
    else if (level == LEVEL_ADGROUP)
        db_select(db, arena, &rows,
                  "SELECT ad_account_id FROM adgroups WHERE org_id = $1 AND adgroup_id = $2",
                  TEXT(org), TEXT(id));
    else
        db_select(db, arena, &rows,
                  "SELECT ad_account_id FROM ads WHERE org_id = $1 AND ad_id = $2", TEXT(org),
                  TEXT(id));
    while (db_next(&rows))
        *ad_account_id = db_text(&rows, 0);
    return db_done(&rows, err);
}

/* --- prepared ad groups --- */

static bool claimed_before(struct db *db, struct arena *arena, const struct launch_claim *claim,
                           bool *found, struct str *adgroup_id, struct str *campaign_id,
                           struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(db, arena, &rows,
              "SELECT adgroup_id, campaign_id FROM adgroups"
              " WHERE org_id = $1 AND platform = $2 AND workflow_id = $3",
              TEXT(db_scope_org(db)), TEXT(claim->platform), TEXT(claim->workflow_id));
    while (db_next(&rows)) {
        *found = true;
        *adgroup_id = db_text(&rows, 0);
        *campaign_id = db_text(&rows, 1);
    }
    return db_done(&rows, err);
}

bool launch_claim_adgroup(struct db *db, struct arena *arena, const struct launch_claim *claim,
                          bool *found, struct str *adgroup_id, struct str *campaign_id,
                          struct err *err)
{
    struct db_rows rows;

    if (!claimed_before(db, arena, claim, found, adgroup_id, campaign_id, err) || *found)
        return *found;
    db_select(db, arena, &rows,
              "UPDATE adgroups SET workflow_id = $4, ads_count = ads_count + $5,"
              " last_used_ms = $7, updated_ms = $7"
              " WHERE org_id = $1 AND platform = $2 AND status = 'disabled'"
              " AND ads_count + $5 <= $6"
              " AND adgroup_id = (SELECT g.adgroup_id FROM adgroups g"
              " WHERE g.org_id = $1 AND g.platform = $2 AND g.direction_id = $3"
              " AND g.status = 'disabled' AND g.ads_count + $5 <= $6"
              " ORDER BY g.ads_count, g.last_used_ms, g.adgroup_id LIMIT 1)"
              " RETURNING adgroup_id, campaign_id",
              TEXT(db_scope_org(db)), TEXT(claim->platform), TEXT(claim->direction_id),
              TEXT(claim->workflow_id), INT(claim->ads), INT(claim->most), INT(claim->now_ms));
    while (db_next(&rows)) {
        *found = true;
        *adgroup_id = db_text(&rows, 0);
        *campaign_id = db_text(&rows, 1);
    }
    return db_done(&rows, err);
}

bool launch_lower_count(struct db *db, struct str platform, struct str adgroup_id, int64_t by,
                        struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE adgroups SET ads_count = CASE WHEN ads_count > $4"
                  " THEN ads_count - $4 ELSE 0 END"
                  " WHERE org_id = $1 AND platform = $2 AND adgroup_id = $3",
                  TEXT(db_scope_org(db)), TEXT(platform), TEXT(adgroup_id), INT(by));
}

/* --- workflows --- */

bool direction_lock(struct db *db, struct str id, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE directions SET updated_ms = updated_ms"
                  " WHERE org_id = $1 AND direction_id = $2",
                  TEXT(db_scope_org(db)), TEXT(id));
}

bool launch_by_key(struct db *db, struct arena *arena, struct str request_key, struct str *id,
                   struct str *asked, struct err *err)
{
    struct db_rows rows;
    struct str stored = STR("");
    const struct json *input;

    *id = *asked = STR("");
    if (!request_key.n)
        return true;
    db_select(db, arena, &rows,
              "SELECT workflow_id, input FROM workflows"
              " WHERE org_id = $1 AND kind = 'launch' AND request_key = $2"
              " AND request_key <> ''",
              TEXT(db_scope_org(db)), TEXT(request_key));
    while (db_next(&rows)) {
        *id = db_text(&rows, 0);
        stored = db_text(&rows, 1);
    }
    if (!db_done(&rows, err))
        return false;
    if (stored.n && !json_parse(arena, stored, &input, err))
        return false;
    if (stored.n)
        *asked = json_text(input, "asked", STR(""));
    return true;
}

bool launch_by_fingerprint(struct db *db, struct arena *arena, struct str fingerprint,
                           int64_t since_ms, struct str *id, struct err *err)
{
    struct db_rows rows;

    *id = STR("");
    db_select(db, arena, &rows,
              "SELECT workflow_id, input FROM workflows WHERE org_id = $1 AND kind = 'launch'"
              " AND (state = 'running' OR created_ms > $2)"
              " AND state IN ('running', 'done')"
              " ORDER BY created_ms DESC LIMIT 200",
              TEXT(db_scope_org(db)), INT(since_ms));
    while (db_next(&rows)) {
        const struct json *input;
        struct err unread;

        if (!id->n && json_parse(arena, db_text(&rows, 1), &input, &unread) &&
            str_eq(json_text(input, "fingerprint", STR("")), fingerprint))
            *id = db_text(&rows, 0);
    }
    return db_done(&rows, err);
}

bool launch_mark_failed(struct db *db, struct str id, struct str error_json, int64_t now_ms,
                        struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE workflows SET state = 'failed', error_json = $3, updated_ms = $4"
                  " WHERE org_id = $1 AND workflow_id = $2 AND state IN ('running', 'undoing')",
                  TEXT(db_scope_org(db)), TEXT(id), TEXT(error_json), INT(now_ms));
}

bool launch_get(struct db *db, struct arena *arena, struct str id, struct workflow_view *out,
                struct err *err)
{
    struct workflow_view view = {0};

    if (!workflow_get(db, arena, id, &view, err)) {
        if (err->kind == ERR_NOT_FOUND)
            err_set(err, ERR_NOT_FOUND, "no launch " STR_FMT, STR_ARG(str_sub(id, 0, 60)));
        return false;
    }
    if (!str_eq(view.kind, STR("launch")) && !str_eq(view.kind, STR("status")))
        return err_set(err, ERR_NOT_FOUND, "no launch " STR_FMT, STR_ARG(str_sub(id, 0, 60)));
    *out = view;
    return true;
}

bool launch_list(struct db *db, struct arena *arena, int64_t before_ms, struct str before_id,
                 int64_t limit, struct launch_views *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT workflow_id, kind, state, input, output, error_json, created_ms,"
              " updated_ms FROM workflows WHERE org_id = $1 AND kind = 'launch'"
              " AND (CAST($2 AS BIGINT) = 0 OR created_ms < $2"
              " OR (created_ms = $2 AND workflow_id < $3))"
              " ORDER BY created_ms DESC, workflow_id DESC LIMIT $4",
              TEXT(db_scope_org(db)), INT(before_ms), TEXT(before_id), INT(limit));
    while (db_next(&rows))
        *launch_views_add(out, arena) = (struct workflow_view){
            .id = db_text(&rows, 0),
            .kind = db_text(&rows, 1),
            .state = db_text(&rows, 2),
            .input = db_text(&rows, 3),
            .output = db_text(&rows, 4),
            .error_json = db_text(&rows, 5),
            .created_ms = db_int(&rows, 6),
            .updated_ms = db_int(&rows, 7),
        };
    return db_done(&rows, err);
}

static bool state_of(struct db *db, struct arena *arena, struct str id, bool *over,
                     struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT state FROM workflows WHERE org_id = $1 AND workflow_id = $2",
              TEXT(db_scope_org(db)), TEXT(id));
    while (db_next(&rows))
        *over = !str_eq(db_text(&rows, 0), STR("running")) &&
                !str_eq(db_text(&rows, 0), STR("undoing"));
    return db_done(&rows, err);
}

bool launch_wait(struct db *db, struct arena *arena, struct str id, int64_t deadline_mono_ms,
                 bool *over, struct err *err)
{
    for (int64_t pause_ms = 20;; pause_ms = pause_ms < 200 ? pause_ms * 2 : 200) {
        struct arena_mark mark = arena_mark(arena);

        *over = false;
        if (!state_of(db, arena, id, over, err))
            return false;
        arena_rewind(arena, mark);
        if (*over || clock_mono_ms() + pause_ms >= deadline_mono_ms)
            return true;
        clock_sleep_ms(pause_ms);
    }
}

bool launch_stands(struct db *db, struct arena *arena, struct str platform,
                   struct str direction_id, struct str campaign_id, struct launch_standing *out,
                   struct err *err)
{
    struct db_rows rows;

    *out = (struct launch_standing){0};
    db_select(db, arena, &rows,
              "SELECT COALESCE((SELECT CAST(sum(g.daily_budget_micros) AS BIGINT)"
              "  FROM adgroups g JOIN campaigns c ON c.org_id = g.org_id"
              "   AND c.platform = g.platform AND c.campaign_id = g.campaign_id"
              "  WHERE g.org_id = $1 AND g.platform = $2 AND g.direction_id = $3"
              "  AND g.status = 'enabled' AND c.status = 'enabled'), 0),"
              " COALESCE((SELECT status FROM campaigns WHERE org_id = $1 AND platform = $2"
              "  AND campaign_id = $4), '')",
              TEXT(db_scope_org(db)), TEXT(platform), TEXT(direction_id), TEXT(campaign_id));
    if (db_next(&rows))
        *out = (struct launch_standing){db_int(&rows, 0), db_text(&rows, 1)};
    return db_done(&rows, err);
}
