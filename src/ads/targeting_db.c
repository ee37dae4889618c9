/* targeting_db.c - the only file that knows targeting_lists. */

#include "ads/targeting.h"

#include "base/limits.h"
#include "db/db.h"

bool targeting_row_get(struct db *db, struct arena *arena, struct targeting_row *row,
                       struct err *err)
{
    struct db_rows rows;

    row->read_ms = 0;
    row->entries = STR("");
    db_select(db, arena, &rows,
              "SELECT entries, read_ms FROM targeting_lists WHERE org_id = $1"
              " AND platform = $2 AND advertiser_id = $3 AND kind = $4 AND question = $5",
              TEXT(db_scope_org(db)), TEXT(row->platform), TEXT(row->advertiser_id),
              TEXT(str(row->kind)), TEXT(row->question));
    while (db_next(&rows)) {
        row->entries = db_text(&rows, 0);
        row->read_ms = db_int(&rows, 1);
    }
    return db_done(&rows, err);
}

static bool put(struct db *db, const struct targeting_row *row, struct err *err)
{
    return db_run(
               db, NULL, err,
               "INSERT INTO targeting_lists (org_id, platform, advertiser_id, kind, question,"
               " entries, read_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)"
               " ON CONFLICT (org_id, platform, advertiser_id, kind, question)"
               " DO UPDATE SET entries = excluded.entries, read_ms = excluded.read_ms",
               TEXT(db_scope_org(db)), TEXT(row->platform), TEXT(row->advertiser_id),
               TEXT(str(row->kind)), TEXT(row->question), TEXT(row->entries),
               INT(row->read_ms)) &&
           db_run(db, NULL, err,
                  "DELETE FROM targeting_lists WHERE org_id = $1 AND platform = $2"
                  " AND advertiser_id = $3 AND kind = $4 AND question <> ''"
                  " AND question NOT IN (SELECT question FROM targeting_lists WHERE org_id = $1"
                  " AND platform = $2 AND advertiser_id = $3 AND kind = $4 AND question <> ''"
                  " ORDER BY read_ms DESC, question LIMIT $5)",
                  TEXT(db_scope_org(db)), TEXT(row->platform), TEXT(row->advertiser_id),
                  TEXT(str(row->kind)), INT(LIMIT_TARGET_QUESTIONS));
}

bool targeting_row_put(struct db *db, const struct targeting_row *row, struct err *err)
{
    return db_begin(db, err) && db_end(db, put(db, row, err), err);
}
