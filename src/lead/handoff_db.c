/* handoff_db.c - what endpoints are to hear is written down; notify/ tells them. */

#include "lead/handoff.h"
#include "base/arena.h"
#include "base/random.h"
#include "base/strs.h"
#include "db/db.h"
#include "lead/lead_db.h"

bool handoff_ask(struct db *db, struct arena *arena, struct str endpoint_id, int64_t run_at_ms,
                 struct err *err)
{
    struct job_wish wish = {
        .kind = "handoff.send",
        .args = str_fmt(arena, "{\"endpoint_id\":\"" STR_FMT "\"}", STR_ARG(endpoint_id)),
        .run_at_ms = run_at_ms,
        .unique_key = endpoint_id,
    };

    return job_add(db, &wish, NULL, err);
}

bool handoff_add(struct db *db, struct arena *arena, struct str lead_id, const char *topic,
                 struct str detail, int64_t at_ms, int64_t now_ms, struct err *err)
{
    struct strs endpoints = {0};
    struct db_rows rows;

    must(db_in_transaction(db));
    db_select(db, arena, &rows,
              "INSERT INTO handoffs (org_id, handoff_id, endpoint_id, lead_id, topic, detail,"
              "  at_ms, state, next_ms, created_ms)"
              " SELECT e.org_id, CAST($2 AS TEXT) || '_' || e.endpoint_id, e.endpoint_id,"
              "  CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS BIGINT),"
              "  'waiting', 0, CAST($7 AS BIGINT)"
              " FROM endpoints e WHERE e.org_id = $1 AND e.is_active = 1"
              "  AND e.topics LIKE '%,' || CAST($4 AS TEXT) || ',%'"
              " RETURNING endpoint_id",
              TEXT(db_scope_org(db)), TEXT(id_new(arena)), TEXT(lead_id), TEXT(str(topic)),
              TEXT(detail), INT(at_ms), INT(now_ms));
    while (db_next(&rows))
        *strs_add(&endpoints, arena) = db_text(&rows, 0);
    bool ok = db_done(&rows, err);
    for (size_t i = 0; ok && i < endpoints.n; i++)
        ok = handoff_ask(db, arena, endpoints.at[i], now_ms, err);
    return ok;
}

bool handoff_told(struct db *db, struct arena *arena, struct str lead_id,
                  struct str endpoint_name, int64_t now_ms, struct err *err)
{
    struct lead_transition transition = {
        .at_ms = now_ms,
        .actor = STR("job:handoff.send"),
        .kind = STR("state"),
        .to = STR("delivered"),
        .cause = str_fmt(arena, "taken by " STR_FMT, STR_ARG(endpoint_name))};

    must(db_in_transaction(db));
    return lead_state_before(db, arena, lead_id, &transition.from, err) &&
           lead_transition_add(db, lead_id, &transition, err);
}
