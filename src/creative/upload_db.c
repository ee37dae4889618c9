/* upload_db.c - the only file that knows the table uploads. */

#include "creative/upload_db.h"

#include "base/arena.h"
#include "db/db.h"

#define COLUMNS                                                                                \
    "upload_id, kind, state, length, offset_bytes, hash_state, metadata, concat, actor,"       \
    " creative_id, holder, epoch, expires_ms, created_ms, updated_ms"

static struct upload read_upload(struct db_rows *rows)
{
    return (struct upload){
        .id = db_text(rows, 0),
        .kind = db_text(rows, 1),
        .state = db_text(rows, 2),
        .length = db_int(rows, 3),
        .offset = db_int(rows, 4),
        .hash_state = db_text(rows, 5),
        .metadata = db_text(rows, 6),
        .concat = db_text(rows, 7),
        .actor = db_text(rows, 8),
        .creative_id = db_text(rows, 9),
        .holder = db_text(rows, 10),
        .epoch = db_int(rows, 11),
        .expires_ms = db_int(rows, 12),
        .created_ms = db_int(rows, 13),
        .updated_ms = db_int(rows, 14),
    };
}

static bool one(struct db_rows *rows, bool *found, struct upload *out, struct err *err)
{
    *found = false;
    while (db_next(rows)) {
        *out = read_upload(rows);
        *found = true;
    }
    return db_done(rows, err);
}

bool upload_insert(struct db *db, const struct upload *u, struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO uploads (org_id, upload_id, kind, state, length, offset_bytes,"
                  " hash_state, metadata, concat, actor, expires_ms, created_ms, updated_ms)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)",
                  TEXT(db_scope_org(db)), TEXT(u->id), TEXT(u->kind), TEXT(u->state),
                  INT(u->length), INT(u->offset), TEXT(u->hash_state), TEXT(u->metadata),
                  TEXT(u->concat), TEXT(u->actor), INT(u->expires_ms), INT(u->created_ms));
}

bool upload_find(struct db *db, struct arena *arena, struct str id, bool *found,
                 struct upload *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " COLUMNS " FROM uploads WHERE org_id = $1 AND upload_id = $2",
              TEXT(db_scope_org(db)), TEXT(id));
    return one(&rows, found, out, err);
}

bool upload_claim(struct db *db, struct arena *arena, struct str id, struct str holder,
                  bool *found, struct upload *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "UPDATE uploads SET epoch = epoch + 1, holder = $3"
              " WHERE org_id = $1 AND upload_id = $2 RETURNING " COLUMNS,
              TEXT(db_scope_org(db)), TEXT(id), TEXT(holder));
    return one(&rows, found, out, err);
}

bool upload_want(struct db *db, struct str id, struct str who, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE uploads SET holder = $3"
                  " WHERE org_id = $1 AND upload_id = $2 AND holder <> $3",
                  TEXT(db_scope_org(db)), TEXT(id), TEXT(who));
}

bool upload_store(struct db *db, const struct upload *u, int64_t now_ms, bool *changed,
                  struct err *err)
{
    int64_t rows;

    if (!db_run(db, &rows, err,
                "UPDATE uploads SET state = $4, length = $5, offset_bytes = $6,"
                " hash_state = $7, creative_id = $8, expires_ms = $9, updated_ms = $10"
                " WHERE org_id = $1 AND upload_id = $2 AND epoch = $3",
                TEXT(db_scope_org(db)), TEXT(u->id), INT(u->epoch), TEXT(u->state),
                INT(u->length), INT(u->offset), TEXT(u->hash_state), TEXT(u->creative_id),
                INT(u->expires_ms), INT(now_ms)))
        return false;
    *changed = rows > 0;
    return true;
}

bool upload_delete(struct db *db, struct str id, struct err *err)
{
    return db_run(db, NULL, err, "DELETE FROM uploads WHERE org_id = $1 AND upload_id = $2",
                  TEXT(db_scope_org(db)), TEXT(id));
}

bool upload_use(struct db *db, struct arena *arena, int64_t now_ms, int64_t ceiling,
                struct upload_usage *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT (SELECT COUNT(*) FROM uploads WHERE org_id = $1 AND state = 'open'"
              " AND expires_ms > $2),"
              " (SELECT CAST(COALESCE(SUM(CASE WHEN length < 0 THEN $3 ELSE length END), 0)"
              " AS BIGINT) FROM uploads WHERE org_id = $1 AND state = 'open'"
              " AND expires_ms > $2),"
              " (SELECT CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT) FROM creatives"
              " WHERE org_id = $1 AND media_path <> '' AND deleted_ms = 0)",
              TEXT(db_scope_org(db)), INT(now_ms), INT(ceiling));
    while (db_next(&rows))
        *out = (struct upload_usage){db_int(&rows, 0), db_int(&rows, 1), db_int(&rows, 2)};
    return db_done(&rows, err);
}

bool upload_expired(struct db *db, struct arena *arena, int64_t now_ms, struct strs *orgs,
                    struct strs *ids, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT org_id, upload_id FROM uploads WHERE expires_ms <= $1"
              " ORDER BY expires_ms, org_id, upload_id LIMIT 200",
              INT(now_ms));
    while (db_next(&rows)) {
        *strs_add(orgs, arena) = db_text(&rows, 0);
        *strs_add(ids, arena) = db_text(&rows, 1);
    }
    return db_done(&rows, err);
}
