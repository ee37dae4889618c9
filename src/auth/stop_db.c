/* stop_db.c - the emergency stop, three columns of orgs. */

#include "auth/audit.h"
#include "auth/stop.h"
#include "base/arena.h"
#include "base/log.h"
#include "db/db.h"
#include "text/json.h"

bool autopilot_stop_get(struct db *db, struct arena *arena, struct autopilot_stop *out,
                        struct err *err)
{
    struct db_rows rows;

    *out = (struct autopilot_stop){0};
    db_select(db, arena, &rows,
              "SELECT autopilot_stopped_ms, autopilot_stopped_by, autopilot_stopped_text"
              " FROM orgs WHERE org_id = $1",
              TEXT(db_scope_org(db)));
    while (db_next(&rows))
        *out = (struct autopilot_stop){db_int(&rows, 0) > 0, db_int(&rows, 0),
                                       db_text(&rows, 1), db_text(&rows, 2)};
    return db_done(&rows, err);
}

static struct str text_json(struct arena *arena, struct str text)
{
    struct json_writer w;
    struct buf buf;

    buf_init(&buf, arena, 8 * LIMIT_TEXT);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_or_null_member(&w, "reason", text);
    json_end(&w);
    return buf_str(&buf);
}

static bool set(struct db *db, struct arena *arena, bool on, struct str text, struct str actor,
                int64_t now_ms, bool *changed, struct err *err)
{
    struct audit_entry entry = {.actor = actor,
                                .action = on ? "autopilot.stop" : "autopilot.resume",
                                .object_id = db_scope_org(db),
                                .after = on ? text_json(arena, text) : STR("")};
    int64_t rows = 0;

    if (!db_run(db, &rows, err,
                "UPDATE orgs SET autopilot_stopped_ms = $2, autopilot_stopped_by = $3,"
                " autopilot_stopped_text = $4"
                " WHERE org_id = $1 AND (autopilot_stopped_ms = 0) = ($2 > 0)",
                TEXT(db_scope_org(db)), INT(on ? now_ms : 0), TEXT(on ? actor : STR("")),
                TEXT(on ? text : STR(""))))
        return false;
    *changed = rows == 1;
    return !*changed || audit_add(db, arena, &entry, err);
}

bool autopilot_stop_set(struct db *db, struct arena *arena, bool on, struct str text,
                        struct str actor, int64_t now_ms, bool *changed, struct err *err)
{
    if (!db_begin(db, err) ||
        !db_end(db, set(db, arena, on, text, actor, now_ms, changed, err), err))
        return false;
    if (*changed)
        log_warn(on ? "autopilot.stopped" : "autopilot.resumed", LOG_TEXT("actor", actor));
    return true;
}
