/* creative_db.c - the only file that knows creatives and creative_platform_files. */

#include "creative/creative_db.h"

#include "base/arena.h"
#include "db/db.h"

#define COLUMNS                                                                                \
    "c.creative_id, c.direction_id, c.creative_group_id, c.title, c.media_type, c.status,"     \
    " c.error_text, c.media_path, c.media_url, c.content_sha256, c.content_md5, c.size_bytes," \
    " c.duration_ms, c.width, c.height, c.probe_json, c.ad_text, c.call_to_action,"            \
    " c.landing_page_url, c.version, c.created_ms, c.updated_ms"

static struct creative read_creative(struct db_rows *rows)
{
    return (struct creative){
        .id = db_text(rows, 0),
        .direction_id = db_text(rows, 1),
        .group_id = db_text(rows, 2),
        .title = db_text(rows, 3),
        .media_type = db_text(rows, 4),
        .status = db_text(rows, 5),
        .error_text = db_text(rows, 6),
        .media_path = db_text(rows, 7),
        .media_url = db_text(rows, 8),
        .sha256 = db_text(rows, 9),
        .md5 = db_text(rows, 10),
        .size_bytes = db_int(rows, 11),
        .duration_ms = db_int(rows, 12),
        .width = db_int(rows, 13),
        .height = db_int(rows, 14),
        .probe_json = db_text(rows, 15),
        .ad_text = db_text(rows, 16),
        .call_to_action = db_text(rows, 17),
        .landing_page_url = db_text(rows, 18),
        .version = db_int(rows, 19),
        .created_ms = db_int(rows, 20),
        .updated_ms = db_int(rows, 21),
    };
}

bool creative_get(struct db *db, struct arena *arena, struct str id, struct creative *out,
                  struct err *err)
{
    struct db_rows rows;
    bool found = false;

    db_select(db, arena, &rows,
              "SELECT " COLUMNS " FROM creatives c"
              " WHERE c.org_id = $1 AND c.creative_id = $2 AND c.deleted_ms = 0",
              TEXT(db_scope_org(db)), TEXT(id));
    while (db_next(&rows)) {
        *out = read_creative(&rows);
        found = true;
    }
    if (!db_done(&rows, err))
        return false;
    return found ||
           err_set(err, ERR_NOT_FOUND, "no creative " STR_FMT, STR_ARG(str_sub(id, 0, 60)));
}

bool creative_list(struct db *db, struct arena *arena, const struct creative_filter *filter,
                   struct creatives *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " COLUMNS " FROM creatives c"
              " WHERE c.org_id = $1 AND c.deleted_ms = 0"
              " AND (CAST($2 AS TEXT) = '' OR c.direction_id = $2)"
              " AND (CAST($3 AS TEXT) = '' OR c.status = $3)"
              " AND (CAST($4 AS BIGINT) = 0 OR c.created_ms < $4"
              " OR (c.created_ms = $4 AND c.creative_id < $5))"
              " ORDER BY c.created_ms DESC, c.creative_id DESC LIMIT $6",
              TEXT(db_scope_org(db)), TEXT(filter->direction_id), TEXT(filter->status),
              INT(filter->before_ms), TEXT(filter->before_id), INT(filter->limit));
    while (db_next(&rows))
        *creatives_add(out, arena) = read_creative(&rows);
    return db_done(&rows, err);
}

bool creative_group(struct db *db, struct arena *arena, struct str group_id,
                    struct creatives *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " COLUMNS " FROM creatives c WHERE c.org_id = $1"
              " AND c.creative_group_id = $2 AND c.creative_group_id <> ''"
              " AND c.deleted_ms = 0 ORDER BY c.created_ms, c.creative_id",
              TEXT(db_scope_org(db)), TEXT(group_id));
    while (db_next(&rows))
        *creatives_add(out, arena) = read_creative(&rows);
    return db_done(&rows, err);
}

bool creative_list_known(struct db *db, struct arena *arena, struct str ids,
                         struct creatives *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " COLUMNS " FROM creatives c WHERE c.org_id = $1 AND c.deleted_ms = 0"
              " AND c.creative_id IN {members $2} ORDER BY c.creative_id",
              TEXT(db_scope_org(db)), TEXT(ids));
    while (db_next(&rows))
        *creatives_add(out, arena) = read_creative(&rows);
    return db_done(&rows, err);
}

bool creative_list_ids(struct db *db, struct arena *arena, const struct strs *ids,
                       struct creatives *out, struct err *err)
{
    for (size_t i = 0; i < ids->n; i++)
        if (!creative_get(db, arena, ids->at[i], creatives_add(out, arena), err))
            return false;
    return true;
}

bool creative_duplicate_of(struct db *db, struct arena *arena, const struct creative *creative,
                           struct str *id, struct err *err)
{
    struct db_rows rows;

    *id = STR("");
    if (!creative->sha256.n)
        return true;
    db_select(
        db, arena, &rows,
        "SELECT c.creative_id FROM creatives c"
        " LEFT JOIN directions d ON d.org_id = c.org_id AND d.direction_id = c.direction_id"
        " LEFT JOIN directions mine ON mine.org_id = c.org_id AND mine.direction_id = $4"
        " WHERE c.org_id = $1 AND c.content_sha256 = $2 AND c.creative_id <> $3"
        " AND c.deleted_ms = 0 AND c.status <> 'failed'"
        " AND COALESCE(d.ad_account_id, '') = COALESCE(mine.ad_account_id, '')"
        " ORDER BY c.created_ms, c.creative_id LIMIT 1",
        TEXT(db_scope_org(db)), TEXT(creative->sha256), TEXT(creative->id),
        TEXT(creative->direction_id));
    while (db_next(&rows))
        *id = db_text(&rows, 0);
    return db_done(&rows, err);
}

bool creative_insert(struct db *db, const struct creative *creative, struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO creatives (org_id, creative_id, direction_id, creative_group_id,"
                  " title, media_type, status, media_path, media_url, content_sha256,"
                  " content_md5, size_bytes, duration_ms, width, height, probe_json, ad_text,"
                  " call_to_action, landing_page_url, created_ms, updated_ms)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
                  " $16, $17, $18, $19, $20, $20)",
                  TEXT(db_scope_org(db)), TEXT(creative->id), TEXT(creative->direction_id),
                  TEXT(creative->group_id), TEXT(creative->title), TEXT(creative->media_type),
                  TEXT(creative->status), TEXT(creative->media_path), TEXT(creative->media_url),
                  TEXT(creative->sha256), TEXT(creative->md5), INT(creative->size_bytes),
                  INT(creative->duration_ms), INT(creative->width), INT(creative->height),
                  TEXT(creative->probe_json), TEXT(creative->ad_text),
                  TEXT(creative->call_to_action), TEXT(creative->landing_page_url),
                  INT(creative->created_ms));
}

bool creative_store(struct db *db, const struct creative *creative, int64_t version,
                    int64_t now_ms, bool *changed, struct err *err)
{
    int64_t n = 0;

    if (!db_run(
            db, &n, err,
            "UPDATE creatives SET direction_id = $3, title = $4, status = $5,"
            " error_text = $6, media_path = $7, content_sha256 = $8, content_md5 = $9,"
            " size_bytes = $10, duration_ms = $11, width = $12, height = $13,"
            " probe_json = $14, ad_text = $15, call_to_action = $16, landing_page_url = $17,"
            " version = version + 1, updated_ms = $18"
            " WHERE org_id = $1 AND creative_id = $2 AND version = $19 AND deleted_ms = 0",
            TEXT(db_scope_org(db)), TEXT(creative->id), TEXT(creative->direction_id),
            TEXT(creative->title), TEXT(creative->status), TEXT(creative->error_text),
            TEXT(creative->media_path), TEXT(creative->sha256), TEXT(creative->md5),
            INT(creative->size_bytes), INT(creative->duration_ms), INT(creative->width),
            INT(creative->height), TEXT(creative->probe_json), TEXT(creative->ad_text),
            TEXT(creative->call_to_action), TEXT(creative->landing_page_url), INT(now_ms),
            INT(version)))
        return false;
    *changed = n == 1;
    return true;
}

bool creative_mark_deleted(struct db *db, struct str id, int64_t now_ms, bool *changed,
                           struct err *err)
{
    int64_t n = 0;

    if (!db_run(db, &n, err,
                "UPDATE creatives SET deleted_ms = $3, version = version + 1, updated_ms = $3"
                " WHERE org_id = $1 AND creative_id = $2 AND deleted_ms = 0",
                TEXT(db_scope_org(db)), TEXT(id), INT(now_ms)))
        return false;
    *changed = n == 1;
    return true;
}

bool creative_direction(struct db *db, struct arena *arena, struct str direction_id,
                        bool *found, struct str *platform, struct str *ad_account_id,
                        struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(db, arena, &rows,
              "SELECT platform, ad_account_id FROM directions"
              " WHERE org_id = $1 AND direction_id = $2 AND deleted_ms = 0",
              TEXT(db_scope_org(db)), TEXT(direction_id));
    while (db_next(&rows)) {
        *platform = db_text(&rows, 0);
        *ad_account_id = db_text(&rows, 1);
        *found = true;
    }
    return db_done(&rows, err);
}

bool creative_direction_sibling(struct db *db, struct arena *arena, struct str direction_id,
                                bool *found, struct str *sibling_id, struct err *err)
{
    struct db_rows rows;

    *found = false;
    *sibling_id = STR("");
    db_select(db, arena, &rows,
              "SELECT s.direction_id FROM directions d JOIN directions s"
              " ON s.org_id = d.org_id AND s.ad_account_id = d.ad_account_id"
              " AND s.name = d.name AND s.platform <> d.platform AND s.deleted_ms = 0"
              " WHERE d.org_id = $1 AND d.direction_id = $2 AND d.deleted_ms = 0",
              TEXT(db_scope_org(db)), TEXT(direction_id));
    while (db_next(&rows)) {
        *sibling_id = db_text(&rows, 0);
        *found = true;
    }
    return db_done(&rows, err);
}

bool creative_at_place(struct db *db, struct arena *arena, struct str place, struct str *id,
                       struct err *err)
{
    struct db_rows rows;

    *id = STR("");
    db_select(db, arena, &rows,
              "SELECT creative_id FROM creatives WHERE org_id = $1 AND media_path = $2",
              TEXT(db_scope_org(db)), TEXT(place));
    while (db_next(&rows))
        *id = db_text(&rows, 0);
    return db_done(&rows, err);
}

/* --- copies on platforms --- */

bool creative_copy_find(struct db *db, struct arena *arena, struct str creative_id,
                        struct str platform, struct str advertiser_id, bool *found,
                        struct creative_copy *out, struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(db, arena, &rows,
              "SELECT file_name, video_id, usable, cover_url, image_id, uploaded_ms"
              " FROM creative_platform_files WHERE org_id = $1 AND creative_id = $2"
              " AND platform = $3 AND advertiser_id = $4",
              TEXT(db_scope_org(db)), TEXT(creative_id), TEXT(platform), TEXT(advertiser_id));
    while (db_next(&rows)) {
        *out = (struct creative_copy){
            .file_name = db_text(&rows, 0),
            .video_id = db_text(&rows, 1),
            .usable = db_int(&rows, 2) != 0,
            .cover_url = db_text(&rows, 3),
            .image_id = db_text(&rows, 4),
            .uploaded_ms = db_int(&rows, 5),
        };
        *found = true;
    }
    return db_done(&rows, err);
}

bool creative_copy_store(struct db *db, struct str creative_id, struct str platform,
                         struct str advertiser_id, const struct creative_copy *copy,
                         int64_t now_ms, struct err *err)
{
    return db_run(
        db, NULL, err,
        "INSERT INTO creative_platform_files (org_id, creative_id, platform,"
        " advertiser_id, file_name, video_id, usable, cover_url, image_id, uploaded_ms,"
        " updated_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " ON CONFLICT (org_id, creative_id, platform, advertiser_id) DO UPDATE SET"
        /* What one worker found out, another that knows less does not wipe out. */
        " video_id = CASE WHEN excluded.video_id <> ''"
        " OR excluded.file_name <> creative_platform_files.file_name"
        " THEN excluded.video_id ELSE creative_platform_files.video_id END,"
        " usable = CASE WHEN excluded.usable = 1"
        " OR excluded.file_name <> creative_platform_files.file_name"
        " THEN excluded.usable ELSE creative_platform_files.usable END,"
        " cover_url = CASE WHEN excluded.cover_url <> ''"
        " OR excluded.file_name <> creative_platform_files.file_name"
        " THEN excluded.cover_url ELSE creative_platform_files.cover_url END,"
        " image_id = CASE WHEN excluded.image_id <> ''"
        " OR excluded.file_name <> creative_platform_files.file_name"
        " THEN excluded.image_id ELSE creative_platform_files.image_id END,"
        " file_name = excluded.file_name, uploaded_ms = excluded.uploaded_ms,"
        " updated_ms = excluded.updated_ms",
        TEXT(db_scope_org(db)), TEXT(creative_id), TEXT(platform), TEXT(advertiser_id),
        TEXT(copy->file_name), TEXT(copy->video_id), INT(copy->usable), TEXT(copy->cover_url),
        TEXT(copy->image_id), INT(copy->uploaded_ms), INT(now_ms));
}
