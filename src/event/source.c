/* source.c - which pixel hears of a direction's conversions. */

#include "ads/direction.h"
#include "auth/audit.h"
#include "base/arena.h"
#include "base/limits.h"
#include "conf/app.h"
#include "db/db.h"
#include "event/event_db.h"
#include "lead/conversion.h"
#include "text/url.h"

static bool is_code(struct str code)
{
    if (code.n == 0 || code.n > LIMIT_NAME)
        return false;
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
              c == '-' || c == '_'))
            return false;
    }
    return true;
}

static bool check(struct arena *arena, const struct event_source_wish *wish, struct err *err)
{
    struct url url;

    if (!str_eq(wish->source, STR("web")) && !str_eq(wish->source, STR("crm")))
        return err_input(err, "source", "web for a pixel, crm for an event set of leads",
                         "\"" STR_FMT "\" is not a source",
                         STR_ARG(str_sub(wish->source, 0, 40)));
    if (!is_code(wish->pixel_code))
        return err_input(
            err, "pixel_code", "the code that the platform shows beside the pixel's name",
            "the pixel code is empty or holds other signs than letters and digits");
    if (wish->page_url.n && !url_parse(arena, wish->page_url, &url, err))
        return err_field(err, "page_url");
    return true;
}

bool event_source_set(const struct app *app, struct db *db, struct arena *arena,
                      const struct event_source_wish *wish, int64_t now_ms, struct err *err)
{
    struct seal_place place = {db_scope_org(db), "event_sources", "token_sealed",
                               wish->direction_id};
    struct audit_entry entry = {
        .actor = wish->actor, .action = "event_source.set", .object_id = wish->direction_id};
    struct event_source source = {0};
    struct direction direction;
    bool found;

    if (!check(arena, wish, err) ||
        !direction_get(db, arena, wish->direction_id, &direction, err) ||
        !event_source_find(db, arena, wish->direction_id, &found, &source, err))
        return false;
    source.direction_id = wish->direction_id;
    source.source = wish->source;
    source.pixel_code = wish->pixel_code;
    source.page_url = wish->page_url;
    source.test_code = wish->test_code;
    source.is_active = wish->is_active;
    if (wish->set_token)
        source.token_sealed =
            wish->token.n ? ring_seal(app->ring, arena, place, wish->token) : STR("");
    if (!db_begin(db, err))
        return false;
    return db_end(db,
                  event_source_store(db, &source, now_ms, err) &&
                      conversion_ask(db, arena, wish->direction_id, now_ms, err) &&
                      audit_add(db, arena, &entry, err),
                  err);
}

bool event_source_delete(struct db *db, struct arena *arena, struct str direction_id,
                         struct str actor, struct err *err)
{
    struct audit_entry entry = {
        .actor = actor, .action = "event_source.delete", .object_id = direction_id};
    bool removed;

    if (!db_begin(db, err))
        return false;
    bool ok = event_source_remove(db, direction_id, &removed, err);
    if (ok && !removed)
        ok = err_set(err, ERR_NOT_FOUND, "direction " STR_FMT " has no pixel for events",
                     STR_ARG(str_sub(direction_id, 0, 60)));
    return db_end(db, ok && audit_add(db, arena, &entry, err), err);
}
