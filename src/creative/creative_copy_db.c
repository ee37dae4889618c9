/* creative_copy_db.c - the only file that knows creative_platform_files. */

#include "creative/creative_db.h"

#include "base/arena.h"
#include "db/db.h"

#define COPY_COLUMNS                                                                           \
    "f.file_name, f.video_id, f.usable, f.cover_url, f.image_id, f.uploaded_ms, f.tries,"      \
    " f.sent_bytes, f.poster_number, f.shared_with"

static struct creative_copy read_copy(struct db_rows *rows)
{
    return (struct creative_copy){
        .file_name = db_text(rows, 0),
        .video_id = db_text(rows, 1),
        .usable = db_int(rows, 2) != 0,
        .cover_url = db_text(rows, 3),
        .image_id = db_text(rows, 4),
        .uploaded_ms = db_int(rows, 5),
        .tries = db_int(rows, 6),
        .sent_bytes = db_int(rows, 7),
        .poster_number = db_int(rows, 8),
        .shared_with = db_text(rows, 9),
    };
}

bool creative_copy_find(struct db *db, struct arena *arena, struct str creative_id,
                        struct str platform, struct str advertiser_id, bool *found,
                        struct creative_copy *out, struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(db, arena, &rows,
              "SELECT " COPY_COLUMNS
              " FROM creative_platform_files f WHERE f.org_id = $1 AND f.creative_id = $2"
              " AND f.platform = $3 AND f.advertiser_id = $4",
              TEXT(db_scope_org(db)), TEXT(creative_id), TEXT(platform), TEXT(advertiser_id));
    while (db_next(&rows)) {
        *out = read_copy(&rows);
        *found = true;
    }
    return db_done(&rows, err);
}

bool creative_copy_latest(struct db *db, struct arena *arena, struct str creative_id,
                          bool *found, struct creative_copy *out, struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(db, arena, &rows,
              "SELECT " COPY_COLUMNS
              " FROM creative_platform_files f WHERE f.org_id = $1 AND f.creative_id = $2"
              " ORDER BY f.updated_ms DESC LIMIT 1",
              TEXT(db_scope_org(db)), TEXT(creative_id));
    while (db_next(&rows)) {
        *out = read_copy(&rows);
        *found = true;
    }
    return db_done(&rows, err);
}

bool creative_copy_twin(struct db *db, struct arena *arena, const struct creative *creative,
                        struct str platform, struct str advertiser_id, bool *found,
                        struct creative_copy *out, struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(db, arena, &rows,
              "SELECT " COPY_COLUMNS
              ", f.creative_id FROM creative_platform_files f JOIN creatives c"
              " ON c.org_id = f.org_id AND c.creative_id = f.creative_id"
              " WHERE f.org_id = $1 AND f.platform = $2 AND f.advertiser_id = $3"
              " AND f.creative_id <> $4 AND f.video_id <> '' AND f.usable = 1"
              " AND c.content_sha256 = $5 AND c.media_type = $6"
              " ORDER BY f.uploaded_ms, f.creative_id LIMIT 1",
              TEXT(db_scope_org(db)), TEXT(platform), TEXT(advertiser_id), TEXT(creative->id),
              TEXT(creative->sha256), TEXT(creative->media_type));
    while (db_next(&rows)) {
        *out = read_copy(&rows);
        out->shared_with = db_text(&rows, 10);
        *found = true;
    }
    return db_done(&rows, err);
}

bool creative_copy_claim(struct db *db, struct str creative_id, struct str platform,
                         struct str advertiser_id, struct str file_name, struct str holder,
                         int64_t now_ms, int64_t until_ms, bool *mine, struct err *err)
{
    int64_t n = 0;
    bool ok = db_run(
        db, &n, err,
        "INSERT INTO creative_platform_files (org_id, creative_id, platform, advertiser_id,"
        " file_name, holder, held_until_ms, updated_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (org_id, creative_id, platform, advertiser_id) DO UPDATE SET"
        " holder = excluded.holder, held_until_ms = excluded.held_until_ms"
        " WHERE creative_platform_files.holder IN ('', excluded.holder)"
        " OR creative_platform_files.held_until_ms < excluded.updated_ms",
        TEXT(db_scope_org(db)), TEXT(creative_id), TEXT(platform), TEXT(advertiser_id),
        TEXT(file_name), TEXT(holder), INT(until_ms), INT(now_ms));

    *mine = n == 1;
    return ok;
}

bool creative_copy_store(struct db *db, struct str creative_id, struct str platform,
                         struct str advertiser_id, const struct creative_copy *copy,
                         struct str holder, int64_t now_ms, struct err *err)
{
    int64_t n = 0;

    if (!db_run(db, &n, err,
                "UPDATE creative_platform_files SET file_name = $5, video_id = $6, usable = $7,"
                /* A poster that was chosen meanwhile is another one than this. */
                " cover_url = $8, image_id = CASE WHEN poster_number = $13 THEN $9"
                " ELSE image_id END, uploaded_ms = $10, tries = $11,"
                " sent_bytes = $12, shared_with = $14, updated_ms = $15"
                " WHERE org_id = $1 AND creative_id = $2 AND platform = $3"
                " AND advertiser_id = $4 AND holder = $16",
                TEXT(db_scope_org(db)), TEXT(creative_id), TEXT(platform), TEXT(advertiser_id),
                TEXT(copy->file_name), TEXT(copy->video_id), INT(copy->usable),
                TEXT(copy->cover_url), TEXT(copy->image_id), INT(copy->uploaded_ms),
                INT(copy->tries), INT(copy->sent_bytes), INT(copy->poster_number),
                TEXT(copy->shared_with), INT(now_ms), TEXT(holder)))
        return false;
    return n == 1 || err_set(err, ERR_BUSY, "another job has taken the upload over");
}

bool creative_copy_sent(struct db *db, struct str creative_id, struct str platform,
                        struct str advertiser_id, int64_t sent_bytes, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE creative_platform_files SET sent_bytes = $5 WHERE org_id = $1"
                  " AND creative_id = $2 AND platform = $3 AND advertiser_id = $4",
                  TEXT(db_scope_org(db)), TEXT(creative_id), TEXT(platform),
                  TEXT(advertiser_id), INT(sent_bytes));
}

bool creative_copy_release(struct db *db, struct str creative_id, struct str platform,
                           struct str advertiser_id, struct str holder, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE creative_platform_files SET holder = '', held_until_ms = 0"
                  " WHERE org_id = $1 AND creative_id = $2 AND platform = $3"
                  " AND advertiser_id = $4 AND holder = $5",
                  TEXT(db_scope_org(db)), TEXT(creative_id), TEXT(platform),
                  TEXT(advertiser_id), TEXT(holder));
}

bool creative_copies_forgive(struct db *db, struct str creative_id, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE creative_platform_files SET tries = -1"
                  " WHERE org_id = $1 AND creative_id = $2",
                  TEXT(db_scope_org(db)), TEXT(creative_id));
}

bool creative_copies_new_poster(struct db *db, struct str creative_id, int64_t now_ms,
                                struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE creative_platform_files SET image_id = '',"
                  " poster_number = poster_number + 1, updated_ms = $3"
                  " WHERE org_id = $1 AND creative_id = $2 AND video_id <> ''",
                  TEXT(db_scope_org(db)), TEXT(creative_id), INT(now_ms));
}
