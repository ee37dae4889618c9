/* conversion_db.c - the outbox of conversions is written; event/ empties it. */

#include "lead/conversion.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/random.h"
#include "db/db.h"
#include "seal/seal.h"

#define DAY_MS INT64_C(86400000)

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
                            struct str from, struct str direction_id, int64_t now_ms,
                            struct err *err)
{
    int64_t moved = 0;

    if (!db_run(
            db, &moved, err,
            "UPDATE conversion_events SET direction_id = $3, updated_ms = $4"
            " WHERE org_id = $1 AND lead_id = $2 AND direction_id = $5 AND state = 'waiting'"
            "  AND attempts = 0",
            TEXT(db_scope_org(db)), TEXT(lead_id), TEXT(direction_id), INT(now_ms), TEXT(from)))
        return false;
    return moved == 0 ||
           conversion_ask(db, arena, direction_id, now_ms + CONVERSION_GATHER_MS, err);
}

bool conversion_share_page_id(struct db *db, struct str lead_id, struct str page_event_id,
                              struct err *err)
{
    must(db_in_transaction(db));
    return page_event_id.n == 0 || page_event_id.n > LIMIT_EVENT_ID ||
           db_run(db, NULL, err,
                  "UPDATE conversion_events SET page_event_id = $3"
                  " WHERE org_id = $1 AND lead_id = $2 AND stage = 'interest'"
                  "  AND NOT EXISTS (SELECT 1 FROM conversion_events o WHERE o.org_id = $1"
                  "   AND o.page_event_id = $3 AND o.page_event_id <> '')",
                  TEXT(db_scope_org(db)), TEXT(lead_id), TEXT(page_event_id));
}

/* --- events of pages --------------------------------------------------------------- */

static struct str seal_touch(struct db *db, struct arena *arena, struct str conversion_id,
                             const struct lead_touch *touch)
{
    struct seal_place place = {db_scope_org(db), "conversion_events", "touch_sealed",
                               conversion_id};
    struct lead_touch no = {.consent = STR("no")};
    bool refused = str_eq(touch->consent, STR("no"));

    return ring_seal(db_ring(db), arena, place, lead_touch_print(arena, refused ? &no : touch));
}

/* Whom it is told. */
struct listener {
    struct str direction_id, platform;
};
LIST(listeners, struct listener);

/* The key's direction, and its sibling on the other platform where that one has a pixel: they
 * bear the same name. */
static bool find_listeners(struct db *db, struct arena *arena, struct str direction_id,
                           struct listeners *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT d.direction_id, d.platform FROM directions d"
              " WHERE d.org_id = $1 AND d.deleted_ms = 0 AND (d.direction_id = $2"
              "   OR (d.name = (SELECT k.name FROM directions k"
              "         WHERE k.org_id = $1 AND k.direction_id = $2 AND k.deleted_ms = 0)"
              "     AND EXISTS (SELECT 1 FROM event_sources s WHERE s.org_id = $1"
              "       AND s.direction_id = d.direction_id AND s.is_active = 1)))",
              TEXT(db_scope_org(db)), TEXT(direction_id));
    while (db_next(&rows))
        *listeners_add(out, arena) = (struct listener){db_text(&rows, 0), db_text(&rows, 1)};
    return db_done(&rows, err);
}

static bool insert_page(struct db *db, struct arena *arena, const struct conversion_page *page,
                        const struct listener *to, int64_t now_ms, bool *added, struct err *err)
{
    struct str id = id_new(arena);
    bool nobody = to->direction_id.n == 0;
    struct str key =
        str_fmt(arena, "page:" STR_FMT ":" STR_FMT ":" STR_FMT, STR_ARG(to->direction_id),
                STR_ARG(page->name), STR_ARG(page->event_id));
    int64_t n = 0;

    if (!db_run(db, &n, err,
                "INSERT INTO conversion_events (org_id, conversion_id, event_key, platform,"
                "  direction_id, name, event_id, touch_sealed, at_ms, value_micros, currency,"
                "  state, reason, next_ms, created_ms, updated_ms)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, $14, $14)"
                " ON CONFLICT (org_id, event_key) DO NOTHING",
                TEXT(db_scope_org(db)), TEXT(id), TEXT(key), TEXT(to->platform),
                TEXT(to->direction_id), TEXT(page->name), TEXT(page->event_id),
                TEXT(seal_touch(db, arena, id, &page->touch)), INT(page->at_ms),
                INT(page->value_micros), TEXT(page->currency),
                TEXT(nobody ? STR("skipped") : STR("waiting")),
                TEXT(nobody ? STR("the lead key has no direction") : STR("")), INT(now_ms)))
        return false;
    *added = *added || n > 0;
    return n == 0 ||
           conversion_ask(db, arena, to->direction_id, now_ms + CONVERSION_GATHER_MS, err);
}

bool conversion_add_page(struct db *db, struct arena *arena, const struct conversion_page *page,
                         int64_t now_ms, bool *added, struct err *err)
{
    struct listeners listeners = {0};

    must(db_in_transaction(db));
    *added = false;
    if (!find_listeners(db, arena, page->direction_id, &listeners, err))
        return false;
    if (listeners.n == 0)
        *listeners_add(&listeners, arena) = (struct listener){STR(""), STR("")};
    for (size_t i = 0; i < listeners.n; i++)
        if (!insert_page(db, arena, page, &listeners.at[i], now_ms, added, err))
            return false;
    return true;
}

bool conversion_forget_pages(struct db *db, int64_t now_ms, int64_t most, int64_t *gone,
                             struct err *err)
{
    return db_run(db, gone, err,
                  "DELETE FROM conversion_events WHERE (org_id, conversion_id) IN"
                  " (SELECT org_id, conversion_id FROM conversion_events"
                  "  WHERE lead_id = '' AND created_ms < $1 LIMIT $2)",
                  INT(now_ms - CONVERSION_PAGE_DAYS * DAY_MS), INT(most));
}
