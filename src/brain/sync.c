/* sync.c - our rows of campaigns, ad groups and ads, brought up to what the platform shows. */
#include "auth/audit.h"
#include "base/clock.h"
#include "brain/snapshot.h"
#include "brain/snapshot_db.h"
#include "db/db.h"
#include "text/json.h"

static const struct platform_object *shown(const struct platform_objects *list, struct str id)
{
    for (size_t i = 0; i < list->n; i++) {
        if (str_eq(list->at[i].id, id))
            return &list->at[i];
    }
    return NULL;
}

static struct str state_json(struct arena *arena, enum platform_level level,
                             const struct known_object *o)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, LIMIT_TEXT);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "status", o->status);
    if (level == LEVEL_ADGROUP)
        json_int_member(&w, "budget_micros", o->budget_micros);
    json_end(&w);
    return buf_str(&buf);
}

static bool update_one(struct db *db, struct arena *arena, const struct ad_connection *c,
                       enum platform_level level, const struct known_object *old,
                       const struct platform_object *o, int64_t read_ms, struct err *err)
{
    static const char *const actions[] = {
        [LEVEL_CAMPAIGN] = "campaign.changed_elsewhere",
        [LEVEL_ADGROUP] = "adgroup.changed_elsewhere",
        [LEVEL_AD] = "ad.changed_elsewhere",
    };
    struct known_object now = *old;
    bool changed = false;

    now.status = o ? o->status : STR("deleted");
    now.platform_status = o ? o->secondary_status : STR("");
    if (level == LEVEL_ADGROUP && o)
        now.budget_micros = platform_daily_budget(o);
    if (str_eq(now.status, old->status) && now.budget_micros == old->budget_micros)
        return true;
    if (!sync_db_set(db, c, level, &now, read_ms, clock_wall_ms(), &changed, err))
        return false;
    return !changed || audit_add(db, arena,
                                 &(struct audit_entry){.actor = STR("platform"),
                                                       .action = actions[level],
                                                       .object_id = old->id,
                                                       .before = state_json(arena, level, old),
                                                       .after = state_json(arena, level, &now)},
                                 err);
}

static bool update_level(struct db *db, struct arena *arena, const struct ad_connection *c,
                         enum platform_level level, const struct known_objects *known,
                         const struct platform_objects *objects, int64_t read_ms,
                         struct err *err)
{
    for (size_t i = 0; i < known->n; i++) {
        if (!update_one(db, arena, c, level, &known->at[i], shown(objects, known->at[i].id),
                        read_ms, err))
            return false;
    }
    return true;
}

bool sync_objects(struct db *db, struct arena *arena, const struct ad_connection *c,
                  const struct platform *platform, struct platform_session *session,
                  struct err *err)
{
    const enum platform_level levels[] = {LEVEL_CAMPAIGN, LEVEL_ADGROUP, LEVEL_AD};
    struct known_objects known[countof(levels)] = {0};
    struct platform_objects objects[countof(levels)] = {0};
    struct strs campaigns = {0};
    int64_t read_ms = clock_wall_ms();
    bool ok = true;

    for (size_t i = 0; i < countof(levels); i++) {
        if (!sync_db_known(db, arena, c, levels[i], &known[i], err))
            return false;
    }
    for (size_t i = 0; i < known[0].n; i++)
        *strs_add(&campaigns, arena) = known[0].at[i].id;
    if (!campaigns.n)
        return true;
    for (size_t i = 0; i < countof(levels); i++) {
        if (!platform->objects(session, levels[i], &campaigns, STR(""), &objects[i], err))
            return false;
    }
    if (!db_begin(db, err))
        return false;
    for (size_t i = 0; ok && i < countof(levels); i++)
        ok = update_level(db, arena, c, levels[i], &known[i], &objects[i], read_ms, err);
    return db_end(db, ok, err);
}
