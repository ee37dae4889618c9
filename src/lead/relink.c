/* relink.c - leads that arrived before their mapping get it. */

#include "base/arena.h"
#include "base/log.h"
#include "db/db.h"
#include "lead/conversion.h"
#include "lead/handoff.h"
#include "lead/fact.h"
#include "lead/lead_db.h"
#include "lead/purchase.h"

#define PAGE 200

/* What the lead has, it keeps, but a weak direction gives way; the rest comes from the new
 * facts. */
static bool better_link(struct arena *arena, const struct lead_gap *gap, struct link *out)
{
    struct link found = lead_link_decide(arena, &gap->facts);

    *out = found;
    bool better = gap->weak && found.direction_id.n && !found.weak;
    if (gap->direction_id.n && !better) {
        out->direction_id = gap->direction_id;
        out->weak = gap->weak;
    }
    if (gap->creative_id.n)
        out->creative_id = gap->creative_id;
    return better || !str_eq(out->direction_id, gap->direction_id) ||
           !str_eq(out->creative_id, gap->creative_id);
}

static bool relink_one(struct db *db, struct arena *arena, const struct lead_gap *gap,
                       const struct link *link, int64_t now_ms, struct str actor, int64_t *n,
                       struct err *err)
{
    bool changed;
    struct str from;

    if (!lead_state_before(db, arena, gap->lead_id, &from, err))
        return false;
    struct lead_transition transition = {.at_ms = now_ms,
                                         .actor = actor,
                                         .kind = STR("state"),
                                         .from = from,
                                         .to = lead_link_state(link),
                                         .cause = link->cause};

    if (!lead_update_link(db, gap, link, now_ms, &changed, err))
        return false;
    if (!changed)
        return true;
    (*n)++;
    return lead_transition_add(db, gap->lead_id, &transition, err) &&
           purchase_follow_lead(db, gap->lead_id, link->creative_id, gap->ad_account_id, err) &&
           lead_facts_renew(db, gap->lead_id, false, err) &&
           sale_facts_renew_of_lead(db, gap->lead_id, err) &&
           handoff_add(db, arena, gap->lead_id, "lead.linked", STR(""), now_ms, now_ms, err) &&
           (str_eq(link->direction_id, gap->direction_id) ||
            conversion_follow_lead(db, arena, gap->lead_id, gap->direction_id,
                                   link->direction_id, now_ms, err));
}

/* One page in one transaction; none where nothing is gained. */
static bool relink_page(struct db *db, struct arena *arena, const struct lead_gaps *gaps,
                        int64_t now_ms, struct str actor, int64_t *changed, struct err *err)
{
    struct link *links = NEW_ARRAY(arena, struct link, gaps->n);
    bool *better = NEW_ARRAY(arena, bool, gaps->n);
    bool any = false;
    int64_t n = 0;

    for (size_t i = 0; i < gaps->n; i++) {
        better[i] = better_link(arena, &gaps->at[i], &links[i]);
        any = any || better[i];
    }
    if (!any)
        return true;
    if (!db_begin(db, err))
        return false;
    bool ok = lead_lock_org(db, err);
    for (size_t i = 0; ok && i < gaps->n; i++)
        ok = !better[i] ||
             relink_one(db, arena, &gaps->at[i], &links[i], now_ms, actor, &n, err);
    if (!db_end(db, ok, err))
        return false;
    *changed += n;
    return true;
}

static bool relink_creatives(struct db *db, struct arena *arena, int64_t now_ms,
                             struct str actor, int64_t *changed, struct err *err)
{
    int64_t before;
    size_t n;

    do { /* what is linked leaves the list */
        struct arena_mark mark = arena_mark(arena);
        struct lead_gaps gaps = {0};
        before = *changed;
        bool ok = lead_gaps_creative(db, arena, PAGE, &gaps, err) &&
                  (gaps.n == 0 || relink_page(db, arena, &gaps, now_ms, actor, changed, err));
        n = gaps.n;
        arena_rewind(arena, mark);
        if (!ok)
            return false;
    } while (n == PAGE && *changed > before);
    return true;
}

static bool relink_directions(struct db *db, struct arena *arena, int64_t now_ms,
                              struct str actor, int64_t *changed, struct err *err)
{
    int64_t after_ms = -1;
    struct str after_id = STR("");
    size_t n;

    do { /* what stays unlinked stays on the list: walk it */
        struct lead_gaps gaps = {0};
        if (!lead_gaps_direction(db, arena, after_ms, after_id, PAGE, &gaps, err))
            return false;
        if (gaps.n && !relink_page(db, arena, &gaps, now_ms, actor, changed, err))
            return false;
        n = gaps.n;
        if (n) {
            after_ms = gaps.at[n - 1].created_ms;
            after_id = gaps.at[n - 1].lead_id;
        }
    } while (n == PAGE);
    return true;
}

bool lead_relink(struct db *db, struct arena *arena, int64_t now_ms, struct str actor,
                 int64_t *changed, struct err *err)
{
    *changed = 0;
    if (!relink_creatives(db, arena, now_ms, actor, changed, err) ||
        !relink_directions(db, arena, now_ms, actor, changed, err))
        return false;
    if (*changed)
        log_info("lead.relinked", LOG_INT("leads", *changed));
    return true;
}
