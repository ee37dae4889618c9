/* direction_db.c - the only file that changes the directions table. */

#include "ads/direction.h"

#include "db/db.h"

#define COLUMNS                                                                                \
    "direction_id, ad_account_id, platform, name, objective, currency, daily_budget_micros,"   \
    " target_cpl_micros, adgroup_mode, pixel_id, optimization_event, identity_id,"             \
    " instant_page_id, campaign_id, settings, is_active, created_ms, updated_ms,"              \
    " deleted_ms"

static struct direction read_direction(struct db_rows *rows)
{
    return (struct direction){
        .id = db_text(rows, 0),
        .ad_account_id = db_text(rows, 1),
        .platform = db_text(rows, 2),
        .name = db_text(rows, 3),
        .objective = db_text(rows, 4),
        .currency = db_text(rows, 5),
        .daily_budget_micros = db_int(rows, 6),
        .target_cpl_micros = db_int(rows, 7),
        .adgroup_mode = db_text(rows, 8),
        .pixel_id = db_text(rows, 9),
        .optimization_event = db_text(rows, 10),
        .identity_id = db_text(rows, 11),
        .instant_page_id = db_text(rows, 12),
        .campaign_id = db_text(rows, 13),
        .settings = db_text(rows, 14),
        .is_active = db_int(rows, 15) != 0,
        .created_ms = db_int(rows, 16),
        .updated_ms = db_int(rows, 17),
        .archived_ms = db_int(rows, 18),
    };
}

static bool get(struct db *db, struct arena *arena, struct str id, bool archived,
                struct direction *out, struct err *err)
{
    struct db_rows rows;
    bool found = false;

    db_select(db, arena, &rows,
              "SELECT " COLUMNS " FROM directions WHERE org_id = $1 AND direction_id = $2"
              " AND CASE WHEN deleted_ms = 0 THEN 0 ELSE 1 END = CAST($3 AS BIGINT)",
              TEXT(db_scope_org(db)), TEXT(id), INT(archived));
    while (db_next(&rows)) {
        *out = read_direction(&rows);
        found = true;
    }
    if (!db_done(&rows, err))
        return false;
    return found ||
           err_set(err, ERR_NOT_FOUND, "no direction " STR_FMT, STR_ARG(str_sub(id, 0, 60)));
}

bool direction_get(struct db *db, struct arena *arena, struct str id, struct direction *out,
                   struct err *err)
{
    return get(db, arena, id, false, out, err);
}

bool direction_get_archived(struct db *db, struct arena *arena, struct str id,
                            struct direction *out, struct err *err)
{
    return get(db, arena, id, true, out, err);
}

bool direction_list_archived(struct db *db, struct arena *arena, struct str ad_account_id,
                             struct str platform, struct directions *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " COLUMNS " FROM directions WHERE org_id = $1 AND deleted_ms > 0"
              " AND (CAST($2 AS TEXT) = '' OR ad_account_id = $2)"
              " AND (CAST($3 AS TEXT) = '' OR platform = $3)"
              " ORDER BY deleted_ms DESC, direction_id",
              TEXT(db_scope_org(db)), TEXT(ad_account_id), TEXT(platform));
    while (db_next(&rows))
        *directions_add(out, arena) = read_direction(&rows);
    return db_done(&rows, err);
}

bool direction_list(struct db *db, struct arena *arena, struct str ad_account_id,
                    struct str platform, bool active_only, struct directions *out,
                    struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " COLUMNS " FROM directions WHERE org_id = $1 AND deleted_ms = 0"
              " AND (CAST($2 AS TEXT) = '' OR ad_account_id = $2)"
              " AND (CAST($3 AS TEXT) = '' OR platform = $3)"
              " AND is_active >= $4 ORDER BY name, platform, direction_id",
              TEXT(db_scope_org(db)), TEXT(ad_account_id), TEXT(platform), INT(active_only));
    while (db_next(&rows))
        *directions_add(out, arena) = read_direction(&rows);
    return db_done(&rows, err);
}

bool direction_count_active(struct db *db, struct arena *arena, struct str ad_account_id,
                            int64_t *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT COUNT(*) FROM directions WHERE org_id = $1 AND ad_account_id = $2"
              " AND is_active = 1 AND deleted_ms = 0",
              TEXT(db_scope_org(db)), TEXT(ad_account_id));
    while (db_next(&rows))
        *out = db_int(&rows, 0);
    return db_done(&rows, err);
}

bool direction_name_free(struct db *db, struct arena *arena, const struct direction *direction,
                         bool *is_free, struct err *err)
{
    struct db_rows rows;

    *is_free = true;
    db_select(db, arena, &rows,
              "SELECT 1 FROM directions WHERE org_id = $1 AND name = $2 AND platform = $3"
              " AND deleted_ms = 0 AND direction_id <> $4",
              TEXT(db_scope_org(db)), TEXT(direction->name), TEXT(direction->platform),
              TEXT(direction->id));
    while (db_next(&rows))
        *is_free = false;
    return db_done(&rows, err);
}

bool direction_insert(struct db *db, const struct direction *direction, bool *added,
                      struct err *err)
{
    int64_t n = 0;

    if (!db_run(
            db, &n, err,
            "INSERT INTO directions (org_id, direction_id, ad_account_id, platform, name,"
            " objective, currency, daily_budget_micros, target_cpl_micros, adgroup_mode,"
            " pixel_id, optimization_event, identity_id, instant_page_id, campaign_id,"
            " settings, is_active, created_ms, updated_ms)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
            " $17, $18, $18)"
            " ON CONFLICT (org_id, name, platform) WHERE deleted_ms = 0 DO NOTHING",
            TEXT(db_scope_org(db)), TEXT(direction->id), TEXT(direction->ad_account_id),
            TEXT(direction->platform), TEXT(direction->name), TEXT(direction->objective),
            TEXT(direction->currency), INT(direction->daily_budget_micros),
            INT(direction->target_cpl_micros), TEXT(direction->adgroup_mode),
            TEXT(direction->pixel_id), TEXT(direction->optimization_event),
            TEXT(direction->identity_id), TEXT(direction->instant_page_id),
            TEXT(direction->campaign_id), TEXT(direction->settings), INT(direction->is_active),
            INT(direction->created_ms)))
        return false;
    *added = n == 1;
    return true;
}

bool direction_store(struct db *db, const struct direction *direction, int64_t now_ms,
                     bool *changed, struct err *err)
{
    int64_t n = 0;

    if (!db_run(db, &n, err,
                "UPDATE directions SET name = $3, objective = $4, daily_budget_micros = $5,"
                " target_cpl_micros = $6, adgroup_mode = $7, pixel_id = $8,"
                " optimization_event = $9, identity_id = $10, instant_page_id = $11,"
                " campaign_id = $12, settings = $13, is_active = $14, updated_ms = $15"
                " WHERE org_id = $1 AND direction_id = $2 AND deleted_ms = 0"
                " AND updated_ms = $16",
                TEXT(db_scope_org(db)), TEXT(direction->id), TEXT(direction->name),
                TEXT(direction->objective), INT(direction->daily_budget_micros),
                INT(direction->target_cpl_micros), TEXT(direction->adgroup_mode),
                TEXT(direction->pixel_id), TEXT(direction->optimization_event),
                TEXT(direction->identity_id), TEXT(direction->instant_page_id),
                TEXT(direction->campaign_id), TEXT(direction->settings),
                INT(direction->is_active), INT(now_ms), INT(direction->updated_ms)))
        return false;
    *changed = n == 1;
    return true;
}

bool direction_mark_deleted(struct db *db, struct str id, int64_t now_ms, bool *changed,
                            struct err *err)
{
    int64_t n = 0;

    if (!db_run(db, &n, err,
                "UPDATE directions SET deleted_ms = $3, is_active = 0, updated_ms = $3"
                " WHERE org_id = $1 AND direction_id = $2 AND deleted_ms = 0",
                TEXT(db_scope_org(db)), TEXT(id), INT(now_ms)))
        return false;
    *changed = n == 1;
    return true;
}

bool direction_mark_restored(struct db *db, struct str id, bool active, int64_t now_ms,
                             bool *changed, struct err *err)
{
    int64_t n = 0;

    if (!db_run(db, &n, err,
                "UPDATE directions SET deleted_ms = 0, is_active = $3, updated_ms = $4"
                " WHERE org_id = $1 AND direction_id = $2 AND deleted_ms > 0",
                TEXT(db_scope_org(db)), TEXT(id), INT(active), INT(now_ms)))
        return false;
    *changed = n == 1;
    return true;
}

bool direction_set_campaign(struct db *db, struct str id, struct str campaign_id,
                            struct str replaces, int64_t now_ms, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE directions SET campaign_id = $3, updated_ms = $4"
                  " WHERE org_id = $1 AND direction_id = $2 AND campaign_id = $5",
                  TEXT(db_scope_org(db)), TEXT(id), TEXT(campaign_id), INT(now_ms),
                  TEXT(replaces));
}
