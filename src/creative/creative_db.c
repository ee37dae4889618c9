/* creative_db.c - the only file that knows creatives. */

#include "creative/creative_db.h"

#include "base/arena.h"
#include "db/db.h"

#define COLUMNS                                                                                \
    "c.creative_id, c.direction_id, c.creative_group_id, c.title, c.media_type, c.status,"     \
    " c.error_text, c.media_path, c.media_url, c.content_sha256, c.content_md5, c.size_bytes," \
    " c.duration_ms, c.width, c.height, c.probe_json, c.ad_text, c.call_to_action,"            \
    " c.landing_page_url, c.version, c.created_ms, c.updated_ms, c.push_state, c.push_text,"   \
    " c.failure_json, c.original_path, c.fingerprint, c.poster, c.workflow_id"

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
        .push_state = db_text(rows, 22),
        .push_text = db_text(rows, 23),
        .failure_json = db_text(rows, 24),
        .original_path = db_text(rows, 25),
        .fingerprint = db_text(rows, 26),
        .poster = db_int(rows, 27),
        .workflow_id = db_text(rows, 28),
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
              " AND (CAST($3 AS TEXT) = '' OR c.status = $3"
              " OR ($3 = 'failed' AND c.push_state = 'failed'))"
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
                  " call_to_action, landing_page_url, created_ms, updated_ms, push_state,"
                  " push_text, original_path, fingerprint, workflow_id)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
                  " $16, $17, $18, $19, $20, $20, $21, $22, $23, $24, $25)",
                  TEXT(db_scope_org(db)), TEXT(creative->id), TEXT(creative->direction_id),
                  TEXT(creative->group_id), TEXT(creative->title), TEXT(creative->media_type),
                  TEXT(creative->status), TEXT(creative->media_path), TEXT(creative->media_url),
                  TEXT(creative->sha256), TEXT(creative->md5), INT(creative->size_bytes),
                  INT(creative->duration_ms), INT(creative->width), INT(creative->height),
                  TEXT(creative->probe_json), TEXT(creative->ad_text),
                  TEXT(creative->call_to_action), TEXT(creative->landing_page_url),
                  INT(creative->created_ms), TEXT(creative->push_state),
                  TEXT(creative->push_text), TEXT(creative->original_path),
                  TEXT(creative->fingerprint), TEXT(creative->workflow_id));
}

bool creative_store_texts(struct db *db, const struct creative *creative, int64_t version,
                          int64_t now_ms, bool *changed, struct err *err)
{
    int64_t n = 0;

    if (!db_run(db, &n, err,
                "UPDATE creatives SET direction_id = $3, title = $4, ad_text = $5,"
                " call_to_action = $6, landing_page_url = $7, push_state = $8, push_text = $9,"
                " version = version + 1, updated_ms = $10"
                " WHERE org_id = $1 AND creative_id = $2 AND version = $11 AND deleted_ms = 0",
                TEXT(db_scope_org(db)), TEXT(creative->id), TEXT(creative->direction_id),
                TEXT(creative->title), TEXT(creative->ad_text), TEXT(creative->call_to_action),
                TEXT(creative->landing_page_url), TEXT(creative->push_state),
                TEXT(creative->push_text), INT(now_ms), INT(version)))
        return false;
    *changed = n == 1;
    return true;
}

bool creative_store_status(struct db *db, const struct creative *creative, int64_t now_ms,
                           bool *changed, struct err *err)
{
    int64_t n = 0;

    if (!db_run(db, &n, err,
                "UPDATE creatives SET status = $3, error_text = $4, failure_json = $5,"
                " push_state = $6, push_text = $7, version = version + 1, updated_ms = $8"
                " WHERE org_id = $1 AND creative_id = $2 AND version = $9 AND deleted_ms = 0",
                TEXT(db_scope_org(db)), TEXT(creative->id), TEXT(creative->status),
                TEXT(creative->error_text), TEXT(creative->failure_json),
                TEXT(creative->push_state), TEXT(creative->push_text), INT(now_ms),
                INT(creative->version)))
        return false;
    *changed = n == 1;
    return true;
}

bool creative_store_facts(struct db *db, const struct creative *creative, int64_t now_ms,
                          struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE creatives SET media_type = $3, media_path = $4, original_path = $5,"
                  " content_sha256 = $6, content_md5 = $7, size_bytes = $8, duration_ms = $9,"
                  " width = $10, height = $11, probe_json = $12, fingerprint = $13,"
                  " updated_ms = $14 WHERE org_id = $1 AND creative_id = $2",
                  TEXT(db_scope_org(db)), TEXT(creative->id), TEXT(creative->media_type),
                  TEXT(creative->media_path), TEXT(creative->original_path),
                  TEXT(creative->sha256), TEXT(creative->md5), INT(creative->size_bytes),
                  INT(creative->duration_ms), INT(creative->width), INT(creative->height),
                  TEXT(creative->probe_json), TEXT(creative->fingerprint), INT(now_ms));
}

bool creative_store_push(struct db *db, struct str id, struct str push_state,
                         struct str push_text, struct str failure_json, int64_t now_ms,
                         struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE creatives SET push_state = $3, push_text = $4, failure_json = $5,"
                  " updated_ms = $6 WHERE org_id = $1 AND creative_id = $2 AND deleted_ms = 0",
                  TEXT(db_scope_org(db)), TEXT(id), TEXT(push_state), TEXT(push_text),
                  TEXT(failure_json), INT(now_ms));
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

/* --- near-duplicates --- */

bool creative_looks(struct db *db, struct arena *arena, const struct creative *creative,
                    int64_t most, struct creative_look_list *out, struct err *err)
{
    struct db_rows rows;

    db_select(
        db, arena, &rows,
        "SELECT c.creative_id, c.fingerprint FROM creatives c"
        " LEFT JOIN directions d ON d.org_id = c.org_id AND d.direction_id = c.direction_id"
        " LEFT JOIN directions mine ON mine.org_id = c.org_id AND mine.direction_id = $3"
        " WHERE c.org_id = $1 AND c.creative_id <> $2 AND c.fingerprint <> ''"
        " AND c.content_sha256 <> $4 AND c.deleted_ms = 0 AND c.status <> 'failed'"
        " AND COALESCE(d.ad_account_id, '') = COALESCE(mine.ad_account_id, '')"
        " AND (c.creative_group_id = '' OR c.creative_group_id <> $5)"
        " ORDER BY c.created_ms DESC, c.creative_id LIMIT $6",
        TEXT(db_scope_org(db)), TEXT(creative->id), TEXT(creative->direction_id),
        TEXT(creative->sha256), TEXT(creative->group_id), INT(most));
    while (db_next(&rows))
        *creative_look_list_add(out, arena) =
            (struct creative_look_row){db_text(&rows, 0), db_text(&rows, 1)};
    return db_done(&rows, err);
}

bool creative_store_poster(struct db *db, struct str id, int64_t poster, int64_t now_ms,
                           struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE creatives SET poster = $3, version = version + 1, updated_ms = $4"
                  " WHERE org_id = $1 AND creative_id = $2 AND deleted_ms = 0",
                  TEXT(db_scope_org(db)), TEXT(id), INT(poster), INT(now_ms));
}

bool creative_waiting(struct db *db, struct arena *arena, struct str ad_account_id,
                      struct str platform, int64_t most, struct strs *ids, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT c.creative_id FROM creatives c JOIN directions d"
              " ON d.org_id = c.org_id AND d.direction_id = c.direction_id"
              " WHERE c.org_id = $1 AND d.ad_account_id = $2 AND d.platform = $3"
              " AND d.deleted_ms = 0 AND c.deleted_ms = 0 AND c.status = 'ready'"
              " AND (c.push_state = 'waiting' OR (c.push_state = 'failed'"
              " AND c.failure_json LIKE '%\"kind\":\"denied\"%'))"
              " ORDER BY c.created_ms, c.creative_id LIMIT $4",
              TEXT(db_scope_org(db)), TEXT(ad_account_id), TEXT(platform), INT(most));
    while (db_next(&rows))
        *strs_add(ids, arena) = db_text(&rows, 0);
    return db_done(&rows, err);
}
