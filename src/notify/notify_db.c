/* notify_db.c - the tables endpoints and handoffs. */

#include "notify/notify_db.h"

#include "auth/audit.h"
#include "base/arena.h"
#include "base/strs.h"
#include "db/db.h"
#include "lead/handoff.h"

/* --- endpoints ---------------------------------------------------------------- */

#define ENDPOINT_COLUMNS                                                                       \
    "endpoint_id, kind, name, address, secret_sealed, previous_sealed, previous_until_ms,"     \
    " topics, mapping, is_active, stopped_text, created_ms, updated_ms"

static bool read_endpoints(struct db_rows *rows, struct endpoints *out, struct err *err)
{
    while (db_next(rows))
        *endpoints_add(out, rows->arena) = (struct endpoint){
            .endpoint_id = db_text(rows, 0),
            .kind = db_text(rows, 1),
            .name = db_text(rows, 2),
            .address = db_text(rows, 3),
            .secret_sealed = db_text(rows, 4),
            .previous_sealed = db_text(rows, 5),
            .previous_until_ms = db_int(rows, 6),
            .topics = db_text(rows, 7),
            .mapping = db_text(rows, 8),
            .is_active = db_int(rows, 9) == 1,
            .stopped_text = db_text(rows, 10),
            .created_ms = db_int(rows, 11),
            .updated_ms = db_int(rows, 12),
        };
    return db_done(rows, err);
}

bool endpoint_get(struct db *db, struct arena *arena, struct str endpoint_id,
                  struct endpoint *out, struct err *err)
{
    struct endpoints found = {0};
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " ENDPOINT_COLUMNS
              " FROM endpoints WHERE org_id = $1 AND endpoint_id = $2",
              TEXT(db_scope_org(db)), TEXT(endpoint_id));
    if (!read_endpoints(&rows, &found, err))
        return false;
    if (found.n == 0)
        return err_set(err, ERR_NOT_FOUND, "no endpoint " STR_FMT,
                       STR_ARG(str_sub(endpoint_id, 0, 60)));
    *out = found.at[0];
    return true;
}

bool endpoint_list(struct db *db, struct arena *arena, struct endpoints *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " ENDPOINT_COLUMNS " FROM endpoints WHERE org_id = $1"
              " ORDER BY created_ms, endpoint_id",
              TEXT(db_scope_org(db)));
    return read_endpoints(&rows, out, err);
}

bool endpoint_count(struct db *db, struct arena *arena, int64_t *n, struct err *err)
{
    struct db_rows rows;

    *n = 0;
    db_select(db, arena, &rows, "SELECT count(*) FROM endpoints WHERE org_id = $1",
              TEXT(db_scope_org(db)));
    while (db_next(&rows))
        *n = db_int(&rows, 0);
    return db_done(&rows, err);
}

bool endpoint_insert(struct db *db, const struct endpoint *e, struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO endpoints (org_id, endpoint_id, kind, name, address,"
                  " secret_sealed, topics, mapping, is_active, created_ms, updated_ms)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
                  TEXT(db_scope_org(db)), TEXT(e->endpoint_id), TEXT(e->kind), TEXT(e->name),
                  TEXT(e->address), TEXT(e->secret_sealed), TEXT(e->topics), TEXT(e->mapping),
                  INT(e->is_active), INT(e->created_ms));
}

bool endpoint_store(struct db *db, const struct endpoint *e, int64_t now_ms, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE endpoints SET name = $3, address = $4, secret_sealed = $5,"
                  " previous_sealed = $6, previous_until_ms = $7, topics = $8, mapping = $9,"
                  " is_active = $10, stopped_text = $11, updated_ms = $12"
                  " WHERE org_id = $1 AND endpoint_id = $2",
                  TEXT(db_scope_org(db)), TEXT(e->endpoint_id), TEXT(e->name), TEXT(e->address),
                  TEXT(e->secret_sealed), TEXT(e->previous_sealed), INT(e->previous_until_ms),
                  TEXT(e->topics), TEXT(e->mapping), INT(e->is_active), TEXT(e->stopped_text),
                  INT(now_ms));
}

bool endpoint_remove(struct db *db, struct str endpoint_id, struct err *err)
{
    return db_run(db, NULL, err, "DELETE FROM handoffs WHERE org_id = $1 AND endpoint_id = $2",
                  TEXT(db_scope_org(db)), TEXT(endpoint_id)) &&
           db_run(db, NULL, err, "DELETE FROM endpoints WHERE org_id = $1 AND endpoint_id = $2",
                  TEXT(db_scope_org(db)), TEXT(endpoint_id));
}

bool endpoint_stop(struct db *db, struct str endpoint_id, struct str why, int64_t now_ms,
                   struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE endpoints SET is_active = 0, stopped_text = $3, updated_ms = $4"
                  " WHERE org_id = $1 AND endpoint_id = $2",
                  TEXT(db_scope_org(db)), TEXT(endpoint_id), TEXT(why), INT(now_ms));
}

bool endpoint_move(struct db *db, struct str endpoint_id, struct str address, int64_t now_ms,
                   struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE endpoints SET address = $3, updated_ms = $4"
                  " WHERE org_id = $1 AND endpoint_id = $2",
                  TEXT(db_scope_org(db)), TEXT(endpoint_id), TEXT(address), INT(now_ms));
}

/* --- handoffs ------------------------------------------------------------------- */

#define HANDOFF_COLUMNS                                                                        \
    "handoff_id, endpoint_id, lead_id, topic, detail, state, at_ms, attempts, next_ms,"        \
    " last_status, last_error, created_ms, delivered_ms"

static bool read_handoffs(struct db_rows *rows, struct handoffs *out, struct err *err)
{
    while (db_next(rows))
        *handoffs_add(out, rows->arena) = (struct handoff){
            .handoff_id = db_text(rows, 0),
            .endpoint_id = db_text(rows, 1),
            .lead_id = db_text(rows, 2),
            .topic = db_text(rows, 3),
            .detail = db_text(rows, 4),
            .state = db_text(rows, 5),
            .at_ms = db_int(rows, 6),
            .attempts = db_int(rows, 7),
            .next_ms = db_int(rows, 8),
            .last_status = db_int(rows, 9),
            .last_error = db_text(rows, 10),
            .created_ms = db_int(rows, 11),
            .delivered_ms = db_int(rows, 12),
        };
    return db_done(rows, err);
}

/* handoff_id is time-ordered, so it is the order in which things happened.  The sum keeps the
 * planner from sorting all that is due: the queue's own index is in order already. */
bool handoff_take(struct db *db, struct arena *arena, struct str endpoint_id, int64_t limit,
                  int64_t now_ms, int64_t until_ms, struct handoffs *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "WITH mine AS (SELECT h.handoff_id FROM handoffs h"
              "  WHERE h.org_id = $1 AND h.endpoint_id = $2 AND h.state = 'waiting'"
              "   AND h.next_ms + 0 <= $3 AND NOT EXISTS (SELECT 1 FROM handoffs b"
              "    WHERE b.org_id = h.org_id AND b.endpoint_id = h.endpoint_id"
              "     AND b.lead_id = h.lead_id AND b.state = 'waiting'"
              "     AND b.handoff_id < h.handoff_id)"
              "  ORDER BY h.handoff_id LIMIT $4)"
              " UPDATE handoffs SET attempts = attempts + 1, next_ms = $5, taken = 1"
              " WHERE org_id = $1 AND state = 'waiting' AND next_ms <= $3"
              "  AND handoff_id IN (SELECT handoff_id FROM mine)"
              " RETURNING " HANDOFF_COLUMNS,
              TEXT(db_scope_org(db)), TEXT(endpoint_id), INT(now_ms), INT(limit),
              INT(until_ms));
    return read_handoffs(&rows, out, err);
}

bool handoff_release(struct db *db, struct str endpoint_id, int64_t now_ms, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE handoffs SET taken = 0, next_ms = $3"
                  " WHERE org_id = $1 AND endpoint_id = $2 AND taken = 1",
                  TEXT(db_scope_org(db)), TEXT(endpoint_id), INT(now_ms));
}

bool handoff_next_due(struct db *db, struct arena *arena, struct str endpoint_id,
                      int64_t *due_ms, struct err *err)
{
    struct db_rows rows;

    *due_ms = 0;
    db_select(db, arena, &rows,
              "SELECT COALESCE(min(h.next_ms), -1) FROM handoffs h"
              " WHERE h.org_id = $1 AND h.endpoint_id = $2 AND h.state = 'waiting'"
              "  AND NOT EXISTS (SELECT 1 FROM handoffs b WHERE b.org_id = h.org_id"
              "   AND b.endpoint_id = h.endpoint_id AND b.lead_id = h.lead_id"
              "   AND b.state = 'waiting' AND b.handoff_id < h.handoff_id)",
              TEXT(db_scope_org(db)), TEXT(endpoint_id));
    while (db_next(&rows))
        if (db_int(&rows, 0) >= 0)
            *due_ms = db_int(&rows, 0) ? db_int(&rows, 0) : 1;
    return db_done(&rows, err);
}

bool handoff_settle(struct db *db, const struct handoff_outcome *o, int64_t now_ms,
                    struct err *err)
{
    bool delivered = str_eq(str(o->state), STR("delivered"));

    return db_run(db, NULL, err,
                  "UPDATE handoffs SET state = $4, next_ms = $5, last_status = $6,"
                  " last_error = $7, delivered_ms = $8, taken = 0"
                  " WHERE org_id = $1 AND handoff_id = $2 AND attempts = $3"
                  "  AND state = 'waiting'",
                  TEXT(db_scope_org(db)), TEXT(o->handoff->handoff_id),
                  INT(o->handoff->attempts), TEXT(str(o->state)), INT(o->next_ms),
                  INT(o->status), TEXT(o->error), INT(delivered ? now_ms : 0));
}

/* By its own index: an org has millions. */
static bool list_of_lead(struct db *db, struct arena *arena,
                         const struct handoff_filter *filter, struct handoffs *out,
                         struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " HANDOFF_COLUMNS " FROM handoffs WHERE org_id = $1 AND lead_id = $3"
              " AND ($2 = '' OR endpoint_id = $2) AND ($4 = '' OR state = $4)"
              " AND ($5 = 0 OR created_ms < $5 OR (created_ms = $5 AND handoff_id < $6))"
              " ORDER BY created_ms DESC, handoff_id DESC LIMIT $7",
              TEXT(db_scope_org(db)), TEXT(filter->endpoint_id), TEXT(filter->lead_id),
              TEXT(filter->state), INT(filter->before_ms), TEXT(filter->before_id),
              INT(filter->limit));
    return read_handoffs(&rows, out, err);
}

static bool list_of_org(struct db *db, struct arena *arena, const struct handoff_filter *filter,
                        struct handoffs *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " HANDOFF_COLUMNS " FROM handoffs WHERE org_id = $1"
              " AND ($2 = '' OR endpoint_id = $2) AND ($3 = '' OR state = $3)"
              " AND ($4 = 0 OR created_ms < $4 OR (created_ms = $4 AND handoff_id < $5))"
              " ORDER BY created_ms DESC, handoff_id DESC LIMIT $6",
              TEXT(db_scope_org(db)), TEXT(filter->endpoint_id), TEXT(filter->state),
              INT(filter->before_ms), TEXT(filter->before_id), INT(filter->limit));
    return read_handoffs(&rows, out, err);
}

bool handoff_list(struct db *db, struct arena *arena, const struct handoff_filter *filter,
                  struct handoffs *out, struct err *err)
{
    return filter->lead_id.n ? list_of_lead(db, arena, filter, out, err)
                             : list_of_org(db, arena, filter, out, err);
}

static bool count_deliveries(struct db *db, struct arena *arena, struct handoff_counts *out,
                             struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT (SELECT count(*) FROM handoffs h JOIN endpoints e ON e.org_id = h.org_id"
              "   AND e.endpoint_id = h.endpoint_id"
              "   WHERE h.org_id = $1 AND h.state = 'waiting' AND e.is_active = 1),"
              " (SELECT count(*) FROM handoffs WHERE org_id = $1 AND state = 'dead')",
              TEXT(db_scope_org(db)));
    while (db_next(&rows)) {
        out->waiting = db_int(&rows, 0);
        out->dead = db_int(&rows, 1);
    }
    if (!db_done(&rows, err))
        return false;
    db_select(db, arena, &rows,
              "SELECT h.created_ms, h.last_error FROM handoffs h JOIN endpoints e"
              " ON e.org_id = h.org_id AND e.endpoint_id = h.endpoint_id"
              " WHERE h.org_id = $1 AND h.state = 'waiting' AND e.is_active = 1"
              " ORDER BY h.created_ms, h.handoff_id LIMIT 1",
              TEXT(db_scope_org(db)));
    while (db_next(&rows)) {
        out->oldest_waiting_ms = db_int(&rows, 0);
        out->oldest_text = db_text(&rows, 1);
    }
    return db_done(&rows, err);
}

bool handoff_count(struct db *db, struct arena *arena, struct handoff_counts *out,
                   struct err *err)
{
    struct db_rows rows;

    *out = (struct handoff_counts){0};
    if (!count_deliveries(db, arena, out, err))
        return false;
    db_select(db, arena, &rows,
              "SELECT name, stopped_text FROM endpoints"
              " WHERE org_id = $1 AND is_active = 0 AND stopped_text <> '' ORDER BY name",
              TEXT(db_scope_org(db)));
    while (db_next(&rows))
        if (out->stopped++ == 0) {
            out->stopped_name = db_text(&rows, 0);
            out->stopped_text = db_text(&rows, 1);
        }
    return db_done(&rows, err);
}

static bool replay(struct db *db, struct arena *arena, struct str endpoint_id,
                   struct str handoff_id, struct str actor, int64_t now_ms, int64_t *replayed,
                   struct err *err)
{
    struct audit_entry entry = {.actor = actor,
                                .action = "handoff.replay",
                                .object_id = handoff_id.n ? handoff_id : endpoint_id};

    if (!db_run(
            db, replayed, err,
            "UPDATE handoffs SET state = 'waiting', attempts = 0, next_ms = 0"
            " WHERE org_id = $1 AND endpoint_id = $2"
            "  AND (($3 = '' AND state = 'dead') OR (handoff_id = $3 AND state <> 'waiting'))",
            TEXT(db_scope_org(db)), TEXT(endpoint_id), TEXT(handoff_id)))
        return false;
    if (*replayed == 0 && handoff_id.n)
        return err_set(err, ERR_CONFLICT,
                       "delivery " STR_FMT " waits already, or is none of this "
                       "endpoint's",
                       STR_ARG(str_sub(handoff_id, 0, 80)));
    return handoff_ask(db, arena, endpoint_id, now_ms, err) &&
           audit_add(db, arena, &entry, err);
}

bool handoff_replay(struct db *db, struct arena *arena, struct str endpoint_id,
                    struct str handoff_id, struct str actor, int64_t now_ms, int64_t *replayed,
                    struct err *err)
{
    struct endpoint endpoint;

    *replayed = 0;
    if (!endpoint_get(db, arena, endpoint_id, &endpoint, err) || !db_begin(db, err))
        return false;
    return db_end(db, replay(db, arena, endpoint_id, handoff_id, actor, now_ms, replayed, err),
                  err);
}

/* --- the safety net --------------------------------------------------------------- */

struct forgotten {
    struct str org_id, endpoint_id;
};
LIST(forgottens, struct forgotten);

bool notify_sweep(struct db *db, struct arena *arena, int64_t now_ms, struct err *err)
{
    struct forgottens list = {0};
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT e.org_id, e.endpoint_id FROM endpoints e WHERE e.is_active = 1"
              " AND (EXISTS (SELECT 1 FROM handoffs t WHERE t.org_id = e.org_id"
              "   AND t.endpoint_id = e.endpoint_id AND t.taken = 1)"
              " OR EXISTS (SELECT 1 FROM handoffs h WHERE h.org_id = e.org_id"
              "  AND h.endpoint_id = e.endpoint_id AND h.state = 'waiting' AND h.next_ms <= $1"
              "  AND h.created_ms <= $1 AND NOT EXISTS (SELECT 1 FROM handoffs b"
              "   WHERE b.org_id = h.org_id AND b.endpoint_id = h.endpoint_id"
              "    AND b.lead_id = h.lead_id AND b.state = 'waiting'"
              "    AND b.handoff_id < h.handoff_id)))"
              " AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.org_id = e.org_id"
              "  AND j.kind = 'handoff.send' AND j.unique_key = e.endpoint_id"
              "  AND (j.state = 'running' OR (j.state = 'waiting' AND j.run_at_ms <= $2)))",
              INT(now_ms - HANDOFF_SWEEP_MS), INT(now_ms));
    while (db_next(&rows))
        *forgottens_add(&list, arena) =
            (struct forgotten){db_text(&rows, 0), db_text(&rows, 1)};
    bool ok = db_done(&rows, err);
    for (size_t i = 0; ok && i < list.n; i++) {
        db_scope(db, list.at[i].org_id);
        ok = handoff_ask(db, arena, list.at[i].endpoint_id, now_ms, err) &&
             job_hasten(db, "handoff.send", list.at[i].endpoint_id, now_ms, err);
    }
    db_scope_system(db);
    return ok;
}
