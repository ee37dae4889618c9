/* action_guard.c - may this action be sent? */
#include "brain/action_guard.h"

#include "brain/snapshot.h"

#define UNLIMITED (INT64_MAX / 4)

static bool runs(const struct brain_group *g)
{
    return g->live && g->daily;
}

static const struct brain_direction *managed(const struct brain_inputs *in,
                                             const struct brain_group *g)
{
    const struct brain_direction *d = inputs_direction(in, g->direction_id);

    return d && d->active ? d : NULL;
}

static int64_t running_of(const struct brain_inputs *in, struct str direction_id)
{
    int64_t sum = 0;

    for (size_t i = 0; i < in->groups.n; i++) {
        if (runs(&in->groups.at[i]) && str_eq(in->groups.at[i].direction_id, direction_id))
            sum += in->groups.at[i].budget_micros;
    }
    return sum;
}

static int64_t running_of_all(const struct brain_inputs *in)
{
    int64_t sum = 0;

    for (size_t i = 0; i < in->groups.n; i++) {
        if (runs(&in->groups.at[i]) && managed(in, &in->groups.at[i]))
            sum += in->groups.at[i].budget_micros;
    }
    return sum;
}

static struct guard_case account_case(const struct brain_inputs *in, struct action_asker asker,
                                      struct str direction_id)
{
    const struct brain_direction *d = inputs_direction(in, direction_id);
    bool capped = in->cap_micros > 0 || (d && d->active);

    return (struct guard_case){
        .policy = policy_find(str(policy_current)),
        .now_ms = in->as_of_ms,
        .local_minutes = in->local_minutes,
        .unit_micros = in->unit_micros,
        .minimum_micros = in->minimum_micros,
        .daily = true,
        .judged = asker.judged,
        .restoring = asker.restoring,
        .direction_room_micros =
            d ? d->budget_micros - running_of(in, direction_id) : UNLIMITED,
        .account_room_micros = capped ? inputs_cap(in) - running_of_all(in) : UNLIMITED,
    };
}

static struct guard_case group_case(const struct brain_inputs *in, struct action_asker asker,
                                    const struct brain_group *g)
{
    struct guard_case c = account_case(in, asker, g->direction_id);

    c.budget_micros = g->budget_micros;
    c.day_start_micros = g->day_start_micros;
    c.spent_today_micros = inputs_sum(g, 0, 0).spend_micros;
    c.created_ms = g->created_ms;
    c.changed_ms = g->changed_ms;
    c.daily = g->daily;
    c.uncertain = g->uncertain;
    if (!runs(g)) /* a stopped group's budget spends nothing until it is resumed */
        c.direction_room_micros = c.account_room_micros = UNLIMITED;
    return c;
}

static struct guard_why explain(struct arena *arena, const struct brain_inputs *in,
                                const struct guard_case *c, enum guard guard)
{
    return (struct guard_why){guard_words(arena, c, guard, in->currency), guard_says(c, guard)};
}

static enum guard group_guard(struct arena *arena, const struct brain_inputs *in,
                              const struct brain_group *g, bool resume, int64_t budget,
                              struct action_asker asker, struct guard_why *why)
{
    struct guard_case c = group_case(in, asker, g);
    enum guard guard;

    if (resume) {
        struct guard_case room = account_case(in, asker, g->direction_id);
        c.direction_room_micros = room.direction_room_micros;
        c.account_room_micros = room.account_room_micros;
        guard = !g->campaign_enabled || g->enabled ? GUARD_NONE : guard_check_resume(&c);
    } else {
        guard = guard_check_budget(&c, budget);
    }
    *why = explain(arena, in, &c, guard);
    return guard;
}

/* Resuming a campaign sets all its enabled groups running at once. */
static enum guard campaign_guard(struct arena *arena, const struct brain_inputs *in,
                                 struct str campaign_id, struct action_asker asker,
                                 struct guard_why *why)
{
    struct brain_inputs after = *in;

    after.groups.at = NEW_ARRAY(arena, struct brain_group, in->groups.n + 1);
    for (size_t i = 0; i < in->groups.n; i++)
        after.groups.at[i] = in->groups.at[i];
    for (size_t i = 0; i < in->groups.n; i++) {
        struct brain_group *g = &after.groups.at[i];
        if (!str_eq(g->campaign_id, campaign_id) || !g->enabled || g->live)
            continue;
        struct guard_case c = group_case(&after, asker, g);
        struct guard_case room = account_case(&after, asker, g->direction_id);
        c.direction_room_micros = room.direction_room_micros;
        c.account_room_micros = room.account_room_micros;
        enum guard guard = guard_check_resume(&c);
        if (guard) {
            *why = explain(arena, in, &c, guard);
            return guard;
        }
        g->live = true;
    }
    return GUARD_NONE;
}

static enum guard launch_guard(struct arena *arena, const struct brain_inputs *in,
                               struct str direction_id, int64_t budget,
                               struct action_asker asker, struct guard_why *why)
{
    const struct brain_direction *d = inputs_direction(in, direction_id);
    struct guard_case c = account_case(in, asker, direction_id);
    enum guard guard = guard_check_launch(&c, budget ? budget : d ? d->budget_micros : 0);

    *why = explain(arena, in, &c, guard);
    return guard;
}

static size_t live_ads_beside(const struct brain_inputs *in, struct str ad_id, bool *known)
{
    for (size_t i = 0; i < in->groups.n; i++) {
        const struct brain_ads *ads = &in->groups.at[i].ads;
        size_t others = 0;
        bool here = false;
        for (size_t k = 0; k < ads->n; k++) {
            here = here || str_eq(ads->at[k].id, ad_id);
            others += ads->at[k].live && !str_eq(ads->at[k].id, ad_id);
        }
        if (here) {
            *known = true;
            return others;
        }
    }
    *known = false;
    return 0;
}

enum guard action_guard(struct arena *arena, const struct brain_inputs *in,
                        const struct action_kind *kind, struct str id, int64_t budget,
                        struct action_asker asker, struct guard_why *why)
{
    const struct brain_group *g = NULL;
    bool known;

    *why = (struct guard_why){0};
    for (size_t i = 0; i < in->groups.n; i++) {
        if (kind->level == LEVEL_ADGROUP && str_eq(in->groups.at[i].id, id))
            g = &in->groups.at[i];
    }
    switch (kind->verb) {
    case VERB_BUDGET:
        return g ? group_guard(arena, in, g, false, budget, asker, why) : GUARD_NONE;
    case VERB_RESUME:
        if (kind->level == LEVEL_CAMPAIGN)
            return campaign_guard(arena, in, id, asker, why);
        return g ? group_guard(arena, in, g, true, 0, asker, why) : GUARD_NONE;
    case VERB_LAUNCH:
        return launch_guard(arena, in, id, budget, asker, why);
    case VERB_PAUSE:
        if (kind->level == LEVEL_AD && asker.judged && !live_ads_beside(in, id, &known) &&
            known) {
            *why = explain(arena, in, NULL, GUARD_LAST_AD);
            return GUARD_LAST_AD;
        }
        return GUARD_NONE;
    case VERB_READ:
        break;
    }
    return GUARD_NONE;
}

static void set_live(struct brain_group *g)
{
    g->live = g->enabled && g->campaign_enabled;
}

void action_guard_apply(struct brain_inputs *in, const struct action_kind *kind, struct str id,
                        int64_t budget)
{
    for (size_t i = 0; i < in->groups.n; i++) {
        struct brain_group *g = &in->groups.at[i];
        bool campaign = kind->level == LEVEL_CAMPAIGN && str_eq(g->campaign_id, id);
        bool group = kind->level == LEVEL_ADGROUP && str_eq(g->id, id);
        if (campaign && (kind->verb == VERB_PAUSE || kind->verb == VERB_RESUME))
            g->campaign_enabled = kind->verb == VERB_RESUME;
        if (group && (kind->verb == VERB_PAUSE || kind->verb == VERB_RESUME))
            g->enabled = kind->verb == VERB_RESUME;
        if (group && kind->verb == VERB_BUDGET)
            g->budget_micros = budget;
        set_live(g);
        for (size_t k = 0; kind->level == LEVEL_AD && k < g->ads.n; k++) {
            if (str_eq(g->ads.at[k].id, id))
                g->ads.at[k].live = kind->verb == VERB_RESUME;
        }
    }
    for (size_t i = 0; kind->verb == VERB_LAUNCH && i < in->directions.n; i++) {
        /* What is about to run takes its room now. */
        if (str_eq(in->directions.at[i].id, id)) {
            int64_t taken = budget ? budget : in->directions.at[i].budget_micros;
            in->directions.at[i].budget_micros -= taken;
            if (in->cap_micros > 0)
                in->cap_micros -= taken;
        }
    }
}
