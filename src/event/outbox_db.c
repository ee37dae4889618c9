/* outbox_db.c - the table conversion_events, from the sender's side; lead/ writes it. */

#include "base/arena.h"
#include "base/random.h"
#include "db/db.h"
#include "event/event_db.h"
#include "auth/audit.h"
#include "lead/conversion.h"

#define COLUMNS                                                                                \
    "conversion_id, lead_id, stage, purchase_id, platform, direction_id, name, event_id,"      \
    " pixel_code, touch_sealed, state, reason, at_ms, value_micros, currency, attempts,"       \
    " next_ms, sent_ms, created_ms, page_event_id"

static bool read_rows(struct db_rows *rows, struct conversions *out, struct err *err)
{
    while (db_next(rows))
        *conversions_add(out, rows->arena) = (struct conversion){
            .conversion_id = db_text(rows, 0),
            .lead_id = db_text(rows, 1),
            .stage = db_text(rows, 2),
            .purchase_id = db_text(rows, 3),
            .platform = db_text(rows, 4),
            .direction_id = db_text(rows, 5),
            .name = db_text(rows, 6),
            .event_id = db_text(rows, 7),
            .pixel_code = db_text(rows, 8),
            .touch_sealed = db_text(rows, 9),
            .state = db_text(rows, 10),
            .reason = db_text(rows, 11),
            .at_ms = db_int(rows, 12),
            .value_micros = db_int(rows, 13),
            .currency = db_text(rows, 14),
            .attempts = db_int(rows, 15),
            .next_ms = db_int(rows, 16),
            .sent_ms = db_int(rows, 17),
            .created_ms = db_int(rows, 18),
            .page_event_id = db_text(rows, 19),
        };
    return db_done(rows, err);
}

bool conversion_take(struct db *db, struct arena *arena, struct str direction_id, int64_t limit,
                     int64_t now_ms, int64_t until_ms, struct conversions *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "WITH mine AS (SELECT conversion_id FROM conversion_events"
              "  WHERE org_id = $1 AND direction_id = $2 AND state = 'waiting'"
              "    AND next_ms <= $3 ORDER BY next_ms, conversion_id LIMIT $4 {skip_locked})"
              " UPDATE conversion_events SET attempts = attempts + 1, next_ms = $5,"
              "   taken = 1, updated_ms = $3"
              " WHERE org_id = $1 AND conversion_id IN (SELECT conversion_id FROM mine)"
              " RETURNING " COLUMNS,
              TEXT(db_scope_org(db)), TEXT(direction_id), INT(now_ms), INT(limit),
              INT(until_ms));
    return read_rows(&rows, out, err);
}

bool conversion_release(struct db *db, struct str direction_id, int64_t now_ms, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE conversion_events SET taken = 0, next_ms = $3, updated_ms = $3"
                  " WHERE org_id = $1 AND direction_id = $2 AND taken = 1",
                  TEXT(db_scope_org(db)), TEXT(direction_id), INT(now_ms));
}

bool conversion_next_due(struct db *db, struct arena *arena, struct str direction_id,
                         int64_t *due_ms, struct err *err)
{
    struct db_rows rows;

    *due_ms = 0;
    db_select(db, arena, &rows,
              "SELECT COALESCE(min(next_ms), -1) FROM conversion_events"
              " WHERE org_id = $1 AND direction_id = $2 AND state = 'waiting'",
              TEXT(db_scope_org(db)), TEXT(direction_id));
    while (db_next(&rows))
        if (db_int(&rows, 0) >= 0)
            *due_ms = db_int(&rows, 0) ? db_int(&rows, 0) : 1;
    return db_done(&rows, err);
}

bool conversion_put_off(struct db *db, struct str direction_id, struct str reason,
                        int64_t now_ms, int64_t until_ms, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE conversion_events SET next_ms = $4, reason = $5, updated_ms = $3"
                  " WHERE org_id = $1 AND direction_id = $2 AND state = 'waiting'"
                  "   AND next_ms <= $3",
                  TEXT(db_scope_org(db)), TEXT(direction_id), INT(now_ms), INT(until_ms),
                  TEXT(reason));
}

bool conversion_settle(struct db *db, const struct conversion_outcome *outcomes, size_t n,
                       int64_t now_ms, struct err *err)
{
    if (n == 0)
        return true;
    if (!db_pipe_begin(db, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct conversion_outcome *o = &outcomes[i];
        bool sent = str_eq(str(o->state), STR("sent"));
        if (!db_pipe(db, err,
                     "UPDATE conversion_events SET state = $4, reason = $5, next_ms = $6,"
                     "  sent_ms = $7, taken = 0, updated_ms = $8"
                     " WHERE org_id = $1 AND conversion_id = $2 AND attempts = $3"
                     "   AND state = 'waiting'",
                     TEXT(db_scope_org(db)), TEXT(o->conversion->conversion_id),
                     INT(o->conversion->attempts), TEXT(str(o->state)), TEXT(o->reason),
                     INT(o->next_ms), INT(sent ? now_ms : 0), INT(now_ms))) {
            db_pipe_cancel(db);
            return false;
        }
    }
    return db_pipe_end(db, NULL, n, err);
}

bool conversion_name(struct db *db, const struct conversion *const *list, size_t n,
                     struct err *err)
{
    if (n == 0)
        return true;
    if (!db_pipe_begin(db, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!db_pipe(db, err,
                     "UPDATE conversion_events SET name = $3, event_id = $4, pixel_code = $5"
                     " WHERE org_id = $1 AND conversion_id = $2 AND attempts = $6"
                     "   AND state = 'waiting'",
                     TEXT(db_scope_org(db)), TEXT(list[i]->conversion_id), TEXT(list[i]->name),
                     TEXT(list[i]->event_id), TEXT(list[i]->pixel_code),
                     INT(list[i]->attempts))) {
            db_pipe_cancel(db);
            return false;
        }
    return db_pipe_end(db, NULL, n, err);
}

/* By its own index: an org has millions. */
static bool list_of_lead(struct db *db, struct arena *arena,
                         const struct conversion_filter *filter, struct conversions *out,
                         struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " COLUMNS " FROM conversion_events WHERE org_id = $1 AND lead_id = $4"
              " AND ($2 = '' OR state = $2) AND ($3 = '' OR direction_id = $3)"
              " AND ($5 = 0 OR created_ms < $5 OR (created_ms = $5 AND conversion_id < $6))"
              " ORDER BY created_ms DESC, conversion_id DESC LIMIT $7",
              TEXT(db_scope_org(db)), TEXT(filter->state), TEXT(filter->direction_id),
              TEXT(filter->lead_id), INT(filter->before_ms), TEXT(filter->before_id),
              INT(filter->limit));
    return read_rows(&rows, out, err);
}

static bool list_of_org(struct db *db, struct arena *arena,
                        const struct conversion_filter *filter, struct conversions *out,
                        struct err *err)
{
    struct db_rows rows;

    if (filter->state.n)
        db_select(db, arena, &rows,
                  "SELECT " COLUMNS " FROM conversion_events WHERE org_id = $1 AND state = $2"
                  " AND ($3 = '' OR direction_id = $3)"
                  " AND ($4 = 0 OR (created_ms, conversion_id) < ($4, $5))"
                  " ORDER BY created_ms DESC, conversion_id DESC LIMIT $6",
                  TEXT(db_scope_org(db)), TEXT(filter->state), TEXT(filter->direction_id),
                  INT(filter->before_ms), TEXT(filter->before_id), INT(filter->limit));
    else
        db_select(db, arena, &rows,
                  "SELECT " COLUMNS " FROM conversion_events WHERE org_id = $1"
                  " AND ($2 = '' OR direction_id = $2)"
                  " AND ($3 = 0 OR (created_ms, conversion_id) < ($3, $4))"
                  " ORDER BY created_ms DESC, conversion_id DESC LIMIT $5",
                  TEXT(db_scope_org(db)), TEXT(filter->direction_id), INT(filter->before_ms),
                  TEXT(filter->before_id), INT(filter->limit));
    return read_rows(&rows, out, err);
}

bool conversion_list(struct db *db, struct arena *arena, const struct conversion_filter *filter,
                     struct conversions *out, struct err *err)
{
    return filter->lead_id.n ? list_of_lead(db, arena, filter, out, err)
                             : list_of_org(db, arena, filter, out, err);
}

static bool find_direction(struct db *db, struct arena *arena, struct str conversion_id,
                           bool *found, struct str *direction_id, struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(db, arena, &rows,
              "SELECT direction_id FROM conversion_events"
              " WHERE org_id = $1 AND conversion_id = $2",
              TEXT(db_scope_org(db)), TEXT(conversion_id));
    while (db_next(&rows)) {
        *found = true;
        *direction_id = db_text(&rows, 0);
    }
    return db_done(&rows, err);
}

static bool replay(struct db *db, struct arena *arena, struct str conversion_id,
                   struct str actor, int64_t now_ms, struct err *err)
{
    struct audit_entry entry = {
        .actor = actor, .action = "event.replay", .object_id = conversion_id};
    struct str direction_id = STR("");
    int64_t changed = 0;
    bool found;

    if (!find_direction(db, arena, conversion_id, &found, &direction_id, err))
        return false;
    if (!found)
        return err_set(err, ERR_NOT_FOUND, "no event " STR_FMT,
                       STR_ARG(str_sub(conversion_id, 0, 60)));
    if (!db_run(db, &changed, err,
                "UPDATE conversion_events SET state = 'waiting', reason = '', next_ms = 0,"
                "  updated_ms = $3"
                " WHERE org_id = $1 AND conversion_id = $2 AND state IN ('refused', 'skipped')",
                TEXT(db_scope_org(db)), TEXT(conversion_id), INT(now_ms)))
        return false;
    if (changed == 0)
        return err_set(err, ERR_CONFLICT, "the event waits or is sent already"),
               err_hint(err, "only refused and skipped events can be sent again");
    return conversion_ask(db, arena, direction_id, now_ms, err) &&
           audit_add(db, arena, &entry, err);
}

bool conversion_replay(struct db *db, struct arena *arena, struct str conversion_id,
                       struct str actor, int64_t now_ms, struct err *err)
{
    if (!db_begin(db, err))
        return false;
    return db_end(db, replay(db, arena, conversion_id, actor, now_ms, err), err);
}

/* Both by indexes of what waits alone: much may have been sent, and much may wait. */
static bool count_due(struct db *db, struct arena *arena, struct conversion_counts *out,
                      struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT count(*) FROM event_sources s CROSS JOIN conversion_events c"
              " WHERE s.org_id = $1 AND s.is_active = 1 AND c.org_id = $1"
              " AND c.direction_id = s.direction_id AND c.state = 'waiting'",
              TEXT(db_scope_org(db)));
    while (db_next(&rows))
        out->due = db_int(&rows, 0);
    if (!db_done(&rows, err))
        return false;
    db_select(db, arena, &rows,
              "SELECT c.created_ms, c.reason FROM conversion_events c JOIN event_sources s"
              " ON s.org_id = c.org_id AND s.direction_id = c.direction_id"
              " WHERE c.org_id = $1 AND c.state = 'waiting' AND s.is_active = 1"
              " ORDER BY c.created_ms, c.conversion_id LIMIT 1",
              TEXT(db_scope_org(db)));
    while (db_next(&rows)) {
        out->oldest_due_ms = db_int(&rows, 0);
        out->oldest_due_text = db_text(&rows, 1);
    }
    return db_done(&rows, err);
}

static bool count_stopped(struct db *db, struct arena *arena, struct conversion_counts *out,
                          struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT count(*) FROM event_breakers WHERE org_id = $1 AND opened_ms > 0",
              TEXT(db_scope_org(db)));
    while (db_next(&rows))
        out->open_breakers = db_int(&rows, 0);
    if (!db_done(&rows, err))
        return false;
    db_select(db, arena, &rows,
              "SELECT direction_id, blocked_text FROM event_sources"
              " WHERE org_id = $1 AND is_active = 1 AND blocked_text <> ''"
              " ORDER BY direction_id",
              TEXT(db_scope_org(db)));
    while (db_next(&rows))
        if (out->blocked++ == 0) {
            out->blocked_direction = db_text(&rows, 0);
            out->blocked_text = db_text(&rows, 1);
        }
    return db_done(&rows, err);
}

bool conversion_trouble(struct db *db, struct arena *arena, struct conversion_counts *out,
                        struct err *err)
{
    *out = (struct conversion_counts){0};
    return count_due(db, arena, out, err) && count_stopped(db, arena, out, err);
}

bool conversion_count(struct db *db, struct arena *arena, struct conversion_counts *out,
                      struct err *err)
{
    struct db_rows rows;

    if (!conversion_trouble(db, arena, out, err))
        return false;
    db_select(db, arena, &rows,
              "SELECT state, count(*) FROM conversion_events WHERE org_id = $1 GROUP BY state",
              TEXT(db_scope_org(db)));
    while (db_next(&rows)) {
        struct str state = db_text(&rows, 0);
        int64_t n = db_int(&rows, 1);
        if (str_eq(state, STR("waiting"))) {
            out->waiting = n;
        } else if (str_eq(state, STR("sent"))) {
            out->sent = n;
        } else if (str_eq(state, STR("refused"))) {
            out->refused = n;
        } else {
            out->skipped = n;
        }
    }
    if (!db_done(&rows, err))
        return false;
    db_select(db, arena, &rows,
              "SELECT at_ms FROM conversion_events WHERE org_id = $1 AND state = 'waiting'"
              " ORDER BY created_ms, conversion_id LIMIT 1",
              TEXT(db_scope_org(db)));
    while (db_next(&rows))
        out->oldest_waiting_ms = db_int(&rows, 0);
    return db_done(&rows, err);
}
