/* conversion_db.c - the outbox of conversions is written; event/ empties it. */

#include "lead/conversion.h"
#include "base/arena.h"
#include "base/random.h"
#include "db/db.h"

bool conversion_ask(struct db *db, struct arena *arena, struct str direction_id,
                    int64_t run_at_ms, struct err *err)
{
    struct job_wish wish = {
        .kind = "event.send",
        .args = str_fmt(arena, "{\"direction_id\":\"" STR_FMT "\"}", STR_ARG(direction_id)),
        .run_at_ms = run_at_ms,
        .unique_key = direction_id,
    };

    return direction_id.n == 0 || job_add(db, &wish, NULL, err);
}

static bool add(struct db *db, struct arena *arena, const struct lead *lead, struct str stage,
                int64_t at_ms, const struct purchase *sale, int64_t now_ms, struct err *err)
{
    struct str purchase_id = sale ? sale->purchase_id : STR("");
    struct str key = str_fmt(arena, "lead:" STR_FMT ":" STR_FMT ":" STR_FMT,
                             STR_ARG(lead->lead_id), STR_ARG(stage), STR_ARG(purchase_id));
    int64_t added = 0;

    must(db_in_transaction(db));
    if (!db_run(
            db, &added, err,
            "INSERT INTO conversion_events (org_id, conversion_id, event_key, lead_id, stage,"
            "  purchase_id, platform, direction_id, at_ms, value_micros, currency, state,"
            "  next_ms, created_ms, updated_ms)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting', 0, $12, $12)"
            " ON CONFLICT (org_id, event_key) DO NOTHING",
            TEXT(db_scope_org(db)), TEXT(id_new(arena)), TEXT(key), TEXT(lead->lead_id),
            TEXT(stage), TEXT(purchase_id), TEXT(lead->platform), TEXT(lead->direction_id),
            INT(at_ms), INT(sale ? sale->amount_micros : 0),
            TEXT(sale ? sale->currency : STR("")), INT(now_ms)))
        return false;
    return added == 0 ||
           conversion_ask(db, arena, lead->direction_id, now_ms + CONVERSION_GATHER_MS, err);
}

bool conversion_add_stage(struct db *db, struct arena *arena, const struct lead *lead,
                          struct str stage, int64_t at_ms, int64_t now_ms, struct err *err)
{
    return add(db, arena, lead, stage, at_ms, NULL, now_ms, err);
}

bool conversion_add_sale(struct db *db, struct arena *arena, const struct lead *lead,
                         const struct purchase *sale, int64_t now_ms, struct err *err)
{
    return add(db, arena, lead, STR("purchase"), sale->paid_ms, sale, now_ms, err);
}

bool conversion_follow_lead(struct db *db, struct arena *arena, struct str lead_id,
                            struct str direction_id, int64_t now_ms, struct err *err)
{
    int64_t moved = 0;

    if (!db_run(
            db, &moved, err,
            "UPDATE conversion_events SET direction_id = $3, updated_ms = $4"
            " WHERE org_id = $1 AND lead_id = $2 AND direction_id = '' AND state = 'waiting'",
            TEXT(db_scope_org(db)), TEXT(lead_id), TEXT(direction_id), INT(now_ms)))
        return false;
    return moved == 0 ||
           conversion_ask(db, arena, direction_id, now_ms + CONVERSION_GATHER_MS, err);
}
