/* name_db.c - what a stage is called on a platform: presets, and the org's own table. */

#include "auth/audit.h"
#include "base/arena.h"
#include "base/limits.h"
#include "db/db.h"
#include "event/event_db.h"

static const char *const stages[EVENT_STAGES] = {"interest", "qualified", "scheduled",
                                                 "purchase", "lost"};

/* `founding` is what the systems before this one sent, so their audiences go on; `current` are
 * the names that the platforms recommend today (PlaceAnOrder is retired at TikTok). */
static const struct {
    const char *platform, *preset;
    const char *names[EVENT_STAGES];
} presets[] = {
    {"tiktok",
     "founding",
     {"ViewContent", "CompleteRegistration", "PlaceAnOrder", "Purchase", ""}},
    {"tiktok", "current", {"Lead", "CompleteRegistration", "Schedule", "Purchase", ""}},
    {"facebook",
     "founding",
     {"ViewContent", "CompleteRegistration", "Schedule", "Purchase", ""}},
    {"facebook", "current", {"Lead", "CompleteRegistration", "Schedule", "Purchase", ""}},
};

bool event_names_preset(struct str platform, struct str preset, struct event_names *out,
                        struct err *err)
{
    for (size_t i = 0; i < countof(presets); i++) {
        if (!str_eq(platform, str(presets[i].platform)) ||
            !str_eq(preset, str(presets[i].preset)))
            continue;
        for (size_t k = 0; k < EVENT_STAGES; k++) {
            out->stage[k] = str(stages[k]);
            out->name[k] = str(presets[i].names[k]);
        }
        return true;
    }
    return err_input(err, "preset", "founding or current", "there is no preset \"" STR_FMT "\"",
                     STR_ARG(str_sub(preset, 0, 40)));
}

bool event_names_get(struct db *db, struct arena *arena, struct str platform,
                     struct event_names *out, struct err *err)
{
    struct db_rows rows;

    if (!event_names_preset(platform, STR("founding"), out, err))
        return false;
    db_select(db, arena, &rows,
              "SELECT stage, name FROM event_names WHERE org_id = $1 AND platform = $2",
              TEXT(db_scope_org(db)), TEXT(platform));
    while (db_next(&rows))
        for (size_t k = 0; k < EVENT_STAGES; k++)
            if (str_eq(out->stage[k], db_text(&rows, 0)))
                out->name[k] = db_text(&rows, 1);
    return db_done(&rows, err);
}

/* A name of the platform or one of the user's: letters, digits, spaces, underscores. */
static bool check_name(struct str stage, struct str name, struct err *err)
{
    bool good = name.n <= LIMIT_EVENT_NAME;

    for (size_t i = 0; good && i < name.n; i++) {
        char c = name.p[i];
        good = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               c == '_' || c == ' ';
    }
    return good || (err_set(err, ERR_INVALID, "the event of stage " STR_FMT " has a bad name",
                            STR_ARG(stage)),
                    err_field(err, "names"),
                    err_hint(err, "up to %d letters, digits, spaces and underscores",
                             LIMIT_EVENT_NAME));
}

bool event_names_set(struct db *db, struct arena *arena, struct str platform,
                     const struct event_names *names, struct str actor, int64_t now_ms,
                     struct err *err)
{
    struct audit_entry entry = {
        .actor = actor, .action = "event_names.set", .object_id = platform};
    struct event_names known;

    if (!event_names_preset(platform, STR("founding"), &known, err))
        return false;
    for (size_t k = 0; k < EVENT_STAGES; k++)
        if (!check_name(known.stage[k], names->name[k], err))
            return false;
    if (!db_begin(db, err))
        return false;
    bool ok = true;
    for (size_t k = 0; ok && k < EVENT_STAGES; k++)
        ok = db_run(db, NULL, err,
                    "INSERT INTO event_names (org_id, platform, stage, name, updated_ms)"
                    " VALUES ($1, $2, $3, $4, $5)"
                    " ON CONFLICT (org_id, platform, stage) DO UPDATE SET name = excluded.name,"
                    "  updated_ms = excluded.updated_ms",
                    TEXT(db_scope_org(db)), TEXT(platform), TEXT(known.stage[k]),
                    TEXT(names->name[k]), INT(now_ms));
    return db_end(db, ok && audit_add(db, arena, &entry, err), err);
}

struct str event_name_of(const struct event_names *names, struct str stage)
{
    for (size_t k = 0; k < EVENT_STAGES; k++)
        if (str_eq(names->stage[k], stage))
            return names->name[k];
    return STR("");
}
