/* pixel_db.c - how the conversions of each pixel fare. */

#include "event/pixel.h"
#include "base/limits.h"
#include "db/db.h"
#include "event/event.h"

#include <stdlib.h>

const char *event_breaker_word(enum event_breaker state)
{
    switch (state) {
    case EVENT_BREAKER_OPEN:
        return "open";
    case EVENT_BREAKER_HALF_OPEN:
        return "half_open";
    case EVENT_BREAKER_CLOSED:
        break;
    }
    return "closed";
}

static struct event_pixel *pixel_of(struct event_pixels *list, struct arena *arena,
                                    struct str platform, struct str code)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->at[i].platform, platform) && str_eq(list->at[i].pixel_code, code))
            return &list->at[i];
    struct event_pixel *made = event_pixels_add(list, arena);
    *made = (struct event_pixel){.platform = platform, .pixel_code = code};
    return made;
}

/* --- who uses it ------------------------------------------------------------ */

static bool add_uses(struct db *db, struct arena *arena,
                     const struct event_pixel_filter *filter, struct event_pixels *out,
                     struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT d.platform, s.pixel_code, s.direction_id, d.name, s.source,"
              "  s.blocked_text, s.is_active"
              " FROM event_sources s JOIN directions d"
              "   ON d.org_id = s.org_id AND d.direction_id = s.direction_id"
              " WHERE s.org_id = $1 AND ($2 = '' OR d.platform = $2)"
              "   AND ($3 = '' OR d.ad_account_id = $3)"
              " ORDER BY d.name, s.direction_id",
              TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id));
    while (db_next(&rows)) {
        struct event_pixel *pixel = pixel_of(out, arena, db_text(&rows, 0), db_text(&rows, 1));
        *event_pixel_uses_add(&pixel->uses, arena) =
            (struct event_pixel_use){.direction_id = db_text(&rows, 2),
                                     .name = db_text(&rows, 3),
                                     .source = db_text(&rows, 4),
                                     .blocked_text = db_text(&rows, 5),
                                     .is_active = db_int(&rows, 6) == 1};
    }
    return db_done(&rows, err);
}

/* --- how many --------------------------------------------------------------- */

/*
 * Of so many at most, by the index of states: what is asked for on every look at the
 * dashboard does not go through millions.  One that was not tried yet belongs to the pixel
 * that its direction has now.
 */
#define COUNT_BY(order)                                                                        \
    "SELECT platform, pixel, count(*), CAST(sum(again) AS BIGINT), max(sent_ms),"              \
    "  min(created_ms)"                                                                        \
    " FROM (SELECT c.platform AS platform, c.sent_ms AS sent_ms, c.created_ms AS created_ms,"  \
    "   CASE WHEN c.attempts > 1 THEN 1 ELSE 0 END AS again,"                                  \
    "   CASE WHEN c.pixel_code <> '' THEN c.pixel_code ELSE COALESCE(s.pixel_code, '') END"    \
    "    AS pixel"                                                                             \
    "  FROM conversion_events c"                                                               \
    "  LEFT JOIN event_sources s ON s.org_id = c.org_id AND s.direction_id = c.direction_id"   \
    "  LEFT JOIN directions d ON d.org_id = c.org_id AND d.direction_id = c.direction_id"      \
    "  WHERE c.org_id = $1 AND c.state = $4 AND c.created_ms >= $5"                            \
    "   AND ($2 = '' OR c.platform = $2) AND ($3 = '' OR d.ad_account_id = $3)"                \
    "  ORDER BY " order " LIMIT $6) counted GROUP BY platform, pixel"
#define COUNT_VALUES(filter, state, since_ms)                                                  \
    TEXT(db_scope_org(db)), TEXT((filter)->platform), TEXT((filter)->ad_account_id),           \
        TEXT(state), INT(since_ms), INT(LIMIT_COUNTED)

/* Whether all were counted is not known of one pixel: it is said of all. */
static bool add_counts(struct db_rows *rows, struct arena *arena, struct str state,
                       struct event_pixels *out, struct err *err)
{
    int64_t counted = 0;

    while (db_next(rows)) {
        struct event_pixel *pixel = pixel_of(out, arena, db_text(rows, 0), db_text(rows, 1));
        int64_t n = db_int(rows, 2);
        counted += n;
        pixel->retried += db_int(rows, 3);
        if (str_eq(state, STR("waiting"))) {
            pixel->waiting = n;
            pixel->oldest_waiting_ms = db_int(rows, 5);
        } else if (str_eq(state, STR("sent"))) {
            pixel->sent = n;
            pixel->last_sent_ms = db_int(rows, 4);
        } else if (str_eq(state, STR("refused"))) {
            pixel->refused = n;
        } else {
            pixel->skipped = n;
        }
    }
    for (size_t i = 0; counted >= LIMIT_COUNTED && i < out->n; i++)
        out->at[i].more = true;
    return db_done(rows, err);
}

/* The newest of what is done, the oldest of what waits. */
static bool count(struct db *db, struct arena *arena, const struct event_pixel_filter *filter,
                  struct event_pixels *out, struct err *err)
{
    static const char *const done[] = {"sent", "refused", "skipped"};
    struct db_rows rows;

    for (size_t i = 0; i < countof(done); i++) {
        db_select(db, arena, &rows, COUNT_BY("c.created_ms DESC, c.conversion_id DESC"),
                  COUNT_VALUES(filter, str(done[i]), filter->since_ms));
        if (!add_counts(&rows, arena, str(done[i]), out, err))
            return false;
    }
    db_select(db, arena, &rows, COUNT_BY("c.created_ms, c.conversion_id"),
              COUNT_VALUES(filter, STR("waiting"), 0));
    return add_counts(&rows, arena, STR("waiting"), out, err);
}

/* --- what went wrong ----------------------------------------------------------- */

static bool add_breaker(struct db *db, struct arena *arena, int64_t now_ms,
                        struct event_pixel *pixel, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT failures, opened_ms FROM event_breakers"
              " WHERE org_id = $1 AND platform = $2 AND pixel_code = $3",
              TEXT(db_scope_org(db)), TEXT(pixel->platform), TEXT(pixel->pixel_code));
    while (db_next(&rows)) {
        pixel->failures = db_int(&rows, 0);
        pixel->opened_ms = db_int(&rows, 1);
    }
    if (pixel->opened_ms) {
        pixel->again_ms = pixel->opened_ms + EVENT_BREAKER_MS;
        pixel->breaker =
            now_ms < pixel->again_ms ? EVENT_BREAKER_OPEN : EVENT_BREAKER_HALF_OPEN;
    }
    return db_done(&rows, err);
}

static bool add_error(struct db *db, struct arena *arena, int64_t since_ms,
                      struct event_pixel *pixel, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT at_ms, event_name, outcome, error_json FROM capi_events_log"
              " WHERE org_id = $1 AND platform = $2 AND pixel_code = $3"
              "   AND outcome <> 'sent' AND at_ms >= $4"
              " ORDER BY at_ms DESC, log_id DESC LIMIT 1",
              TEXT(db_scope_org(db)), TEXT(pixel->platform), TEXT(pixel->pixel_code),
              INT(since_ms));
    while (db_next(&rows)) {
        pixel->error_ms = db_int(&rows, 0);
        pixel->error_event = db_text(&rows, 1);
        pixel->error_outcome = db_text(&rows, 2);
        pixel->error_json = db_text(&rows, 3);
    }
    return db_done(&rows, err);
}

static int by_platform_and_code(const void *a, const void *b)
{
    const struct event_pixel *one = a, *other = b;
    int order = str_cmp(one->platform, other->platform);

    return order ? order : str_cmp(one->pixel_code, other->pixel_code);
}

bool event_pixel_list(struct db *db, struct arena *arena,
                      const struct event_pixel_filter *filter, struct event_pixels *out,
                      struct err *err)
{
    bool ok = add_uses(db, arena, filter, out, err) && count(db, arena, filter, out, err);

    for (size_t i = 0; ok && i < out->n; i++)
        ok = add_breaker(db, arena, filter->now_ms, &out->at[i], err) &&
             add_error(db, arena, filter->since_ms, &out->at[i], err);
    if (ok && out->n)
        qsort(out->at, out->n, sizeof out->at[0], by_platform_and_code);
    return ok;
}
