/* delivery_care_db.c - deliveries that need a look, and how long bodies are kept. */

#include "auth/audit.h"
#include "base/arena.h"
#include "base/log.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"
#include "lead/delivery.h"
#include "job/job.h"
#include "lead/lead.h"

#define HOUR_MS (INT64_C(60) * 60 * 1000)
#define DAY_MS  (24 * HOUR_MS)

#define OF_ORG " ($1 = '' OR owner_org_id = $1 OR (owner_org_id = '' AND resolved_org_id = $1))"

#define VIEW_COLUMNS                                                                           \
    "d.delivery_id, d.source, d.state, d.signature, d.error_text, d.received_ms, d.attempts,"  \
    " d.tried_ms, d.processed_ms, d.erased_ms, length(d.body)"
#define NEWEST_FIRST                                                                           \
    " AND ($3 = 0 OR (d.received_ms, d.delivery_id) < ($3, $4))"                               \
    " ORDER BY d.received_ms DESC, d.delivery_id DESC LIMIT $5"
#define NEEDS_CARE "d.state IN ('failed', 'unresolved', 'quarantined')"

static bool read_views(struct db_rows *rows, struct delivery_views *out, struct err *err)
{
    while (db_next(rows))
        *delivery_views_add(out, rows->arena) =
            (struct delivery_view){.delivery_id = db_text(rows, 0),
                                   .source = db_text(rows, 1),
                                   .state = db_text(rows, 2),
                                   .signature = db_text(rows, 3),
                                   .error_text = db_text(rows, 4),
                                   .received_ms = db_int(rows, 5),
                                   .attempts = db_int(rows, 6),
                                   .tried_ms = db_int(rows, 7),
                                   .processed_ms = db_int(rows, 8),
                                   .erased_ms = db_int(rows, 9),
                                   .bytes = db_int(rows, 10)};
    return db_done(rows, err);
}

/* Those of one org: that came to its address, or that turned out to be its. */
static bool list_of_org(struct db *db, struct arena *arena,
                        const struct delivery_filter *filter, struct delivery_views *out,
                        struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " VIEW_COLUMNS " FROM webhook_deliveries d WHERE d.delivery_id IN"
              " (SELECT o.delivery_id FROM webhook_deliveries o"
              "   WHERE o.owner_org_id = $1 AND o.owner_org_id <> ''"
              "  UNION SELECT r.delivery_id FROM webhook_deliveries r"
              "   WHERE r.resolved_org_id = $1 AND r.resolved_org_id <> ''"
              "    AND r.owner_org_id = '')"
              " AND (($2 = '' AND " NEEDS_CARE ") OR d.state = $2)" NEWEST_FIRST,
              TEXT(filter->org_id), TEXT(filter->state), INT(filter->before_ms),
              TEXT(filter->before_id), INT(filter->limit));
    return read_views(&rows, out, err);
}

/* The command line's: whoever they belong to, what needs care alone. */
static bool list_of_all(struct db *db, struct arena *arena,
                        const struct delivery_filter *filter, struct delivery_views *out,
                        struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " VIEW_COLUMNS " FROM webhook_deliveries d WHERE " NEEDS_CARE
              " AND ($1 = '' OR d.state = $2)" NEWEST_FIRST,
              TEXT(filter->state), TEXT(filter->state), INT(filter->before_ms),
              TEXT(filter->before_id), INT(filter->limit));
    return read_views(&rows, out, err);
}

bool delivery_list(struct db *db, struct arena *arena, const struct delivery_filter *filter,
                   struct delivery_views *out, struct err *err)
{
    return filter->org_id.n ? list_of_org(db, arena, filter, out, err)
                            : list_of_all(db, arena, filter, out, err);
}

static bool replay(struct db *db, struct arena *arena, struct str org_id,
                   struct str delivery_id, struct str actor, struct err *err)
{
    struct audit_entry entry = {
        .actor = actor, .action = "delivery.replay", .object_id = delivery_id};
    struct str state = STR("");
    struct db_rows rows;
    int64_t changed = 0;
    bool erased = false;

    db_select(db, arena, &rows,
              "SELECT state, erased_ms FROM webhook_deliveries WHERE" OF_ORG
              " AND delivery_id = $2",
              TEXT(org_id), TEXT(delivery_id));
    while (db_next(&rows)) {
        state = db_text(&rows, 0);
        erased = db_int(&rows, 1) > 0;
    }
    if (!db_done(&rows, err))
        return false;
    if (state.n == 0)
        return err_set(err, ERR_NOT_FOUND, "no delivery " STR_FMT,
                       STR_ARG(str_sub(delivery_id, 0, 60)));
    if (erased)
        return err_set(err, ERR_CONFLICT, "the body of delivery " STR_FMT " is erased",
                       STR_ARG(delivery_id));
    if (!db_run(db, &changed, err,
                "UPDATE webhook_deliveries SET state = 'received', attempts = 0, tried_ms = 0,"
                " error_text = '' WHERE delivery_id = $1 AND state IN ('failed', 'unresolved')",
                TEXT(delivery_id)))
        return false;
    if (changed == 0)
        return err_set(err, ERR_CONFLICT, "delivery " STR_FMT " is " STR_FMT,
                       STR_ARG(delivery_id), STR_ARG(state)),
               err_hint(err, "failed and unresolved ones are read again");
    return org_id.n == 0 || audit_add(db, arena, &entry, err);
}

bool delivery_replay(struct db *db, struct arena *arena, struct str org_id,
                     struct str delivery_id, struct str actor, struct err *err)
{
    struct str scope = str_dup(arena, db_scope_org(db));

    if (!db_begin(db, err) ||
        !db_end(db, replay(db, arena, org_id, delivery_id, actor, err), err))
        return false;
    /* The job belongs to no org; where it is lost, the sweep asks again. */
    db_scope_system(db);
    bool ok = lead_intake_ask(db, err);
    if (scope.n)
        db_scope(db, scope);
    return ok;
}

bool delivery_sweep(const struct app *app, struct db *db, int64_t now_ms, struct err *err)
{
    struct arena *arena = arena_new("inbox sweep");
    int64_t gone = 0, erased = 0, given_up = 0;
    bool mine = false;
    bool claimed =
        schedule_claim(db, STR("inbox.sweep"),
                       str_fmt(arena, "%lld", (long long)(now_ms / HOUR_MS)), &mine, err);

    arena_free(arena);
    if (!claimed || !mine)
        return claimed;
    /* The last condition names the states as the index webhook_deliveries_care does. */
    if (!db_run(
            db, &gone, err,
            "DELETE FROM webhook_deliveries WHERE state = 'quarantined' AND received_ms < $1",
            INT(now_ms - DELIVERY_QUARANTINE_MS)) ||
        !db_run(db, &erased, err,
                "UPDATE webhook_deliveries SET body = '', body_sealed = 1, headers = '',"
                " erased_ms = $2 WHERE state = 'processed' AND processed_ms < $1"
                " AND erased_ms = 0",
                INT(now_ms - app->conf->inbox_days * DAY_MS), INT(now_ms)) ||
        !db_run(db, &given_up, err,
                "UPDATE webhook_deliveries SET body = '', body_sealed = 1, headers = '',"
                " erased_ms = $2, state = 'failed',"
                " error_text = CASE WHEN state = 'failed' THEN error_text"
                "  ELSE 'it belonged to nobody here: ' || error_text END"
                " WHERE state IN ('failed', 'unresolved', 'quarantined')"
                " AND state <> 'quarantined' AND received_ms < $1 AND erased_ms = 0",
                INT(now_ms - app->conf->inbox_failed_days * DAY_MS), INT(now_ms)))
        return false;
    if (given_up)
        log_warn("inbox.given_up", LOG_INT("bodies_erased", given_up));
    if (gone || erased)
        log_info("inbox.swept", LOG_INT("quarantined_gone", gone),
                 LOG_INT("bodies_erased", erased));
    return true;
}
