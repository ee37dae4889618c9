/* log_db.c - the table capi_events_log: every attempt. */

#include "base/arena.h"
#include "base/random.h"
#include "db/db.h"
#include "event/event_db.h"

static bool add_one(struct db *db, struct arena *arena, const struct conversion_log *log,
                    struct err *err)
{
    return db_pipe(
        db, err,
        "INSERT INTO capi_events_log (org_id, log_id, conversion_id, lead_id, direction_id,"
        "  platform, pixel_code, event_name, event_id, event_ms, outcome, request, answer,"
        "  error_json, batch_size, retries, duration_ms, correlation_id, at_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
        "  $18, $19)",
        TEXT(db_scope_org(db)), TEXT(id_new(arena)), TEXT(log->conversion_id),
        TEXT(log->lead_id), TEXT(log->direction_id), TEXT(log->platform), TEXT(log->pixel_code),
        TEXT(log->event_name), TEXT(log->event_id), INT(log->event_ms), TEXT(log->outcome),
        TEXT(log->request), TEXT(log->answer), TEXT(log->error_json), INT(log->batch_size),
        INT(log->retries), INT(log->duration_ms), TEXT(log->correlation_id), INT(log->at_ms));
}

bool conversion_log_add(struct db *db, struct arena *arena, const struct conversion_log *logs,
                        size_t n, struct err *err)
{
    if (n == 0)
        return true;
    if (!db_pipe_begin(db, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!add_one(db, arena, &logs[i], err)) {
            db_pipe_cancel(db);
            return false;
        }
    return db_pipe_end(db, NULL, n, err);
}

bool conversion_log_list(struct db *db, struct arena *arena,
                         const struct conversion_filter *filter, struct conversion_logs *out,
                         struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT log_id, conversion_id, lead_id, direction_id, platform, pixel_code,"
              "  event_name, event_id, outcome, request, answer, error_json, correlation_id,"
              "  event_ms, batch_size, retries, duration_ms, at_ms"
              " FROM capi_events_log WHERE org_id = $1 AND ($2 = '' OR direction_id = $2)"
              " AND ($3 = '' OR lead_id = $3)"
              " AND ($4 = 0 OR at_ms < $4 OR (at_ms = $4 AND log_id < $5))"
              " ORDER BY at_ms DESC, log_id DESC LIMIT $6",
              TEXT(db_scope_org(db)), TEXT(filter->direction_id), TEXT(filter->lead_id),
              INT(filter->before_ms), TEXT(filter->before_id), INT(filter->limit));
    while (db_next(&rows))
        *conversion_logs_add(out, arena) = (struct conversion_log){
            .log_id = db_text(&rows, 0),
            .conversion_id = db_text(&rows, 1),
            .lead_id = db_text(&rows, 2),
            .direction_id = db_text(&rows, 3),
            .platform = db_text(&rows, 4),
            .pixel_code = db_text(&rows, 5),
            .event_name = db_text(&rows, 6),
            .event_id = db_text(&rows, 7),
            .outcome = db_text(&rows, 8),
            .request = db_text(&rows, 9),
            .answer = db_text(&rows, 10),
            .error_json = db_text(&rows, 11),
            .correlation_id = db_text(&rows, 12),
            .event_ms = db_int(&rows, 13),
            .batch_size = db_int(&rows, 14),
            .retries = db_int(&rows, 15),
            .duration_ms = db_int(&rows, 16),
            .at_ms = db_int(&rows, 17),
        };
    return db_done(&rows, err);
}
