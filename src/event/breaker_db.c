/* breaker_db.c - a pixel that fails again and again is left alone for a while. */

#include "base/log.h"
#include "db/db.h"
#include "event/event_db.h"

/* A probe whose sender never came back lets the next one through. */
#define PROBE_MS 60000

struct breaker {
    int64_t failures, opened_ms, probe_ms;
};

static bool read_breaker(struct db *db, struct arena *arena, struct str platform,
                         struct str pixel_code, struct breaker *out, struct err *err)
{
    struct db_rows rows;

    *out = (struct breaker){0};
    db_select(db, arena, &rows,
              "SELECT failures, opened_ms, probe_ms FROM event_breakers"
              " WHERE org_id = $1 AND platform = $2 AND pixel_code = $3",
              TEXT(db_scope_org(db)), TEXT(platform), TEXT(pixel_code));
    while (db_next(&rows)) {
        out->failures = db_int(&rows, 0);
        out->opened_ms = db_int(&rows, 1);
        out->probe_ms = db_int(&rows, 2);
    }
    return db_done(&rows, err);
}

bool breaker_enter(struct db *db, struct arena *arena, struct str platform,
                   struct str pixel_code, int64_t now_ms, enum breaker_state *out,
                   int64_t *again_ms, struct err *err)
{
    struct breaker breaker;
    int64_t mine = 0;

    *out = BREAKER_CLOSED;
    if (!read_breaker(db, arena, platform, pixel_code, &breaker, err))
        return false;
    if (breaker.opened_ms == 0)
        return true;
    *out = BREAKER_OPEN;
    *again_ms = breaker.opened_ms + EVENT_BREAKER_MS;
    if (breaker.probe_ms && breaker.probe_ms + PROBE_MS > *again_ms)
        *again_ms = breaker.probe_ms + PROBE_MS;
    if (now_ms < *again_ms)
        return true;
    /* Who changes the row is the one that probes. */
    if (!db_run(db, &mine, err,
                "UPDATE event_breakers SET probe_ms = $4, updated_ms = $4"
                " WHERE org_id = $1 AND platform = $2 AND pixel_code = $3 AND opened_ms = $5"
                "   AND probe_ms = $6",
                TEXT(db_scope_org(db)), TEXT(platform), TEXT(pixel_code), INT(now_ms),
                INT(breaker.opened_ms), INT(breaker.probe_ms)))
        return false;
    if (mine)
        *out = BREAKER_PROBE;
    else
        *again_ms = now_ms + PROBE_MS;
    return true;
}

bool breaker_success(struct db *db, struct str platform, struct str pixel_code, int64_t now_ms,
                     struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE event_breakers SET failures = 0, opened_ms = 0, probe_ms = 0,"
                  "  updated_ms = $4"
                  " WHERE org_id = $1 AND platform = $2 AND pixel_code = $3"
                  "   AND (failures > 0 OR opened_ms > 0)",
                  TEXT(db_scope_org(db)), TEXT(platform), TEXT(pixel_code), INT(now_ms));
}

bool breaker_failure(struct db *db, struct arena *arena, struct str platform,
                     struct str pixel_code, int64_t now_ms, struct err *err)
{
    struct breaker breaker;

    if (!db_run(
            db, NULL, err,
            "INSERT INTO event_breakers (org_id, platform, pixel_code, failures, updated_ms)"
            " VALUES ($1, $2, $3, 1, $4)"
            " ON CONFLICT (org_id, platform, pixel_code) DO UPDATE"
            " SET failures = event_breakers.failures + 1, updated_ms = excluded.updated_ms",
            TEXT(db_scope_org(db)), TEXT(platform), TEXT(pixel_code), INT(now_ms)) ||
        !read_breaker(db, arena, platform, pixel_code, &breaker, err))
        return false;
    if (breaker.failures < EVENT_BREAKER_FAILURES)
        return true;
    log_warn("event.breaker_open", LOG_TEXT("platform", platform),
             LOG_TEXT("pixel_code", pixel_code), LOG_INT("failures", breaker.failures));
    return db_run(db, NULL, err,
                  "UPDATE event_breakers SET opened_ms = $4, probe_ms = 0"
                  " WHERE org_id = $1 AND platform = $2 AND pixel_code = $3",
                  TEXT(db_scope_org(db)), TEXT(platform), TEXT(pixel_code), INT(now_ms));
}
