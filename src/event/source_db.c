/* source_db.c - the table event_sources. */

#include "db/db.h"
#include "event/event_db.h"

bool event_source_find(struct db *db, struct arena *arena, struct str direction_id, bool *found,
                       struct event_source *out, struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(db, arena, &rows,
              "SELECT direction_id, source, pixel_code, page_url, test_code, token_sealed,"
              "       is_active, blocked_text, created_ms, updated_ms"
              " FROM event_sources WHERE org_id = $1 AND direction_id = $2",
              TEXT(db_scope_org(db)), TEXT(direction_id));
    while (db_next(&rows)) {
        *found = true;
        *out = (struct event_source){
            .direction_id = db_text(&rows, 0),
            .source = db_text(&rows, 1),
            .pixel_code = db_text(&rows, 2),
            .page_url = db_text(&rows, 3),
            .test_code = db_text(&rows, 4),
            .token_sealed = db_text(&rows, 5),
            .is_active = db_int(&rows, 6) == 1,
            .blocked_text = db_text(&rows, 7),
            .created_ms = db_int(&rows, 8),
            .updated_ms = db_int(&rows, 9),
        };
    }
    return db_done(&rows, err);
}

bool event_source_store(struct db *db, const struct event_source *source, int64_t now_ms,
                        struct err *err)
{
    return db_run(
        db, NULL, err,
        "INSERT INTO event_sources (org_id, direction_id, source, pixel_code, page_url,"
        "  test_code, token_sealed, is_active, blocked_text, created_ms, updated_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $9)"
        " ON CONFLICT (org_id, direction_id) DO UPDATE SET source = excluded.source,"
        "  pixel_code = excluded.pixel_code, page_url = excluded.page_url,"
        "  test_code = excluded.test_code, token_sealed = excluded.token_sealed,"
        "  is_active = excluded.is_active, blocked_text = '', updated_ms = excluded.updated_ms",
        TEXT(db_scope_org(db)), TEXT(source->direction_id), TEXT(source->source),
        TEXT(source->pixel_code), TEXT(source->page_url), TEXT(source->test_code),
        TEXT(source->token_sealed), INT(source->is_active), INT(now_ms));
}

bool event_source_block(struct db *db, struct str direction_id, struct str why, int64_t now_ms,
                        struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE event_sources SET blocked_text = $3, updated_ms = $4"
                  " WHERE org_id = $1 AND direction_id = $2",
                  TEXT(db_scope_org(db)), TEXT(direction_id), TEXT(why), INT(now_ms));
}

bool event_source_remove(struct db *db, struct str direction_id, bool *removed, struct err *err)
{
    int64_t changed = 0;

    if (!db_run(db, &changed, err,
                "DELETE FROM event_sources WHERE org_id = $1 AND direction_id = $2",
                TEXT(db_scope_org(db)), TEXT(direction_id)))
        return false;
    *removed = changed == 1;
    return true;
}
