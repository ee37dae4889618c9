/* forget_db.c - attempts and events of pages that are old enough go. */

#include "event/event.h"

#include "base/arena.h"
#include "base/strs.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"
#include "lead/conversion.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS    (24 * 60 * MINUTE_MS)
#define EVERY_MS  (10 * MINUTE_MS)
#define PAGE      500
#define PAGES     40 /* of one turn: the scheduler has other things to do */

static bool forget_pages(struct db *db, int64_t now_ms, struct err *err)
{
    int64_t gone = PAGE;

    for (int i = 0; i < PAGES && gone == PAGE; i++)
        if (!conversion_forget_pages(db, now_ms, PAGE, &gone, err))
            return false;
    return true;
}

static bool forget_log_of(struct db *db, struct str org_id, int64_t before_ms, struct err *err)
{
    int64_t gone = PAGE;

    for (int i = 0; i < PAGES && gone == PAGE; i++)
        if (!db_run(db, &gone, err,
                    "DELETE FROM capi_events_log WHERE org_id = $1 AND log_id IN"
                    " (SELECT log_id FROM capi_events_log WHERE org_id = $1 AND at_ms < $2"
                    "  ORDER BY at_ms, log_id LIMIT $3)",
                    TEXT(org_id), INT(before_ms), INT(PAGE)))
            return false;
    return true;
}

/* Org by org, by the index that the log is listed by. */
static bool forget_log(struct db *db, struct arena *arena, int64_t before_ms, struct err *err)
{
    struct strs orgs = {0};
    struct db_rows rows;

    db_select(db, arena, &rows, "SELECT org_id FROM orgs");
    while (db_next(&rows))
        *strs_add(&orgs, arena) = db_text(&rows, 0);
    bool ok = db_done(&rows, err);
    for (size_t i = 0; ok && i < orgs.n; i++)
        ok = forget_log_of(db, orgs.at[i], before_ms, err);
    return ok;
}

bool event_forget(const struct app *app, struct db *db, struct arena *arena, int64_t now_ms,
                  struct err *err)
{
    bool mine = false;

    if (!schedule_claim(db, STR("event.forget"),
                        str_fmt(arena, "%lld", (long long)(now_ms / EVERY_MS)), &mine, err))
        return false;
    return !mine || (forget_pages(db, now_ms, err) &&
                     forget_log(db, arena, now_ms - app->conf->event_log_days * DAY_MS, err));
}
