/* snapshot.c - what we know of an ad account at an instant. */
#include "brain/snapshot.h"

#include "brain/snapshot_db.h"
#include "text/json.h"
#include "text/money.h"
#include "text/zone.h"

#define DAY_MS  INT64_C(86400000)
#define WEEK_MS (7 * DAY_MS)

struct brain_group *snapshot_group(struct brain_inputs *in, struct str id)
{
    size_t low = 0, high = in->groups.n;

    while (low < high) { /* in order of ids */
        size_t middle = (low + high) / 2;
        int order = str_cmp(in->groups.at[middle].id, id);
        if (!order)
            return &in->groups.at[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The ad of that id, else the nameless one that takes what no ad owns. */
static struct brain_ad *ad_of(struct arena *arena, struct brain_group *g, struct str ad_id)
{
    struct brain_ad *nameless = NULL;

    for (size_t i = 0; i < g->ads.n; i++) {
        struct brain_ad *ad = &g->ads.at[i];
        if (ad->id.n && str_eq(ad->id, ad_id))
            return ad;
        if (!ad->id.n)
            nameless = ad;
    }
    return nameless ? nameless : brain_ads_add(&g->ads, arena);
}

static void add_fact(struct brain_ad *ad, int days_back, const struct brain_counts *counts)
{
    if (days_back >= 0 && days_back <= BRAIN_DAYS_KNOWN)
        inputs_add(days_back < BRAIN_DAYS ? &ad->day[days_back] : &ad->older, counts);
}

/* --- figures ------------------------------------------------------------------------ */

static bool take_metrics(struct db *db, struct arena *arena, const struct snapshot_of *of,
                         int days_back, struct brain_inputs *in, struct err *err)
{
    struct day first = day_add(in->today, -days_back);
    struct metric_facts facts = {0};

    if (!snapshot_db_metrics(db, arena, of->connection, day_str(&first), in->today, &facts,
                             err))
        return false;
    for (size_t i = 0; i < facts.n; i++) {
        const struct metric_fact *f = &facts.at[i];
        struct brain_group *g = snapshot_group(in, f->adgroup_id);
        if (!g)
            continue;
        if (!str_eq(f->currency, in->currency))
            g->mixed_currency = true;
        add_fact(ad_of(arena, g, f->ad_id), day_diff(in->today, f->day), &f->counts);
    }
    return true;
}

/* The group of a lead: its own word, else the group of its ad. */
static struct brain_group *group_of_lead(struct brain_inputs *in, const struct lead_fact *lead)
{
    struct brain_group *g = snapshot_group(in, lead->adgroup_id);

    for (size_t i = 0; !g && lead->ad_id.n && i < in->groups.n; i++) {
        for (size_t k = 0; k < in->groups.at[i].ads.n; k++) {
            if (str_eq(in->groups.at[i].ads.at[k].id, lead->ad_id))
                g = &in->groups.at[i];
        }
    }
    return g;
}

static bool take_leads(struct db *db, struct arena *arena, const struct snapshot_of *of,
                       int days_back, struct brain_inputs *in, struct err *err)
{
    struct day first = day_add(in->today, -days_back);
    struct lead_facts leads = {0};

    if (!snapshot_db_leads(db, arena, of->connection,
                           zone_day_start_ms(in->zone, day_str(&first)), of->as_of_ms, &leads,
                           err))
        return false;
    for (size_t i = 0; i < leads.n; i++) {
        const struct lead_fact *lead = &leads.at[i];
        struct brain_group *g = group_of_lead(in, lead);
        struct day day = zone_day(in->zone, lead->created_ms);
        struct brain_counts one = {.leads = 1, .qualified = lead->qualified};
        if (g)
            add_fact(ad_of(arena, g, lead->ad_id), day_diff(in->today, day_str(&day)), &one);
    }
    return true;
}

/* A day counts as read when a collection that reaches over it ended after the day did. */
static bool take_collections(struct db *db, struct arena *arena, const struct snapshot_of *of,
                             struct brain_inputs *in, struct err *err)
{
    struct day first = day_add(in->today, -BRAIN_DAYS_KNOWN);
    struct collection_facts facts = {0};

    if (!snapshot_db_collections(db, arena, of->connection, day_str(&first), &facts, err))
        return false;
    for (int back = 1; back <= BRAIN_DAYS_KNOWN; back++) {
        struct day day = day_add(in->today, -back), next = day_add(in->today, 1 - back);
        int64_t end_ms = zone_day_start_ms(in->zone, day_str(&next));
        for (size_t i = 0; i < facts.n; i++) {
            const struct collection_fact *f = &facts.at[i];
            if (str_cmp(f->first_day, day_str(&day)) <= 0 &&
                str_cmp(f->last_day, day_str(&day)) >= 0 && f->finished_ms >= end_ms)
                in->covered[back] = true;
        }
    }
    for (size_t i = 0; i < facts.n; i++) {
        if (facts.at[i].finished_ms > in->collected_ms)
            in->collected_ms = facts.at[i].finished_ms;
    }
    return true;
}

/* --- past changes --------------------------------------------------------------------- */

/* What a group was set to spend a day, by the JSON of a state read before or after a change. */
static int64_t state_budget(struct arena *arena, struct str state)
{
    const struct json *v;
    struct err ignored = {0};
    int64_t micros = 0;

    if (!state.n || !json_parse(arena, state, &v, &ignored))
        return 0;
    if (!str_eq(json_text(v, "status", STR("enabled")), STR("enabled")))
        return 0;
    (void)json_int(v, "budget_micros", &micros);
    return micros;
}

static bool open_state(struct str state)
{
    return str_eq(state, STR("waiting")) || str_eq(state, STR("sending")) ||
           str_eq(state, STR("uncertain"));
}

static struct brain_direction *direction_of(struct brain_inputs *in, struct str id)
{
    for (size_t i = 0; i < in->directions.n; i++) {
        if (str_eq(in->directions.at[i].id, id))
            return &in->directions.at[i];
    }
    return NULL;
}

/* The daily budget that a launch asks for; 0 = the direction's. */
static int64_t launch_budget(struct arena *arena, const struct past_action *a)
{
    const struct json *params;
    struct err ignored = {0};
    int64_t micros = 0;

    if (!json_parse(arena, a->params, &params, &ignored) ||
        !json_want_micros(params, "daily_budget", 0, &micros, &ignored))
        return 0;
    return micros;
}

/* A group that is being made has no row yet: its money is taken from the room already. */
static void note_open_launch(struct arena *arena, struct brain_inputs *in,
                             struct brain_direction *d, const struct past_action *a)
{
    int64_t taken = launch_budget(arena, a);

    d->launching = true;
    if (!taken || taken > d->budget_micros)
        taken = d->budget_micros;
    d->budget_micros -= taken;
    if (in->cap_micros > 0)
        in->cap_micros = in->cap_micros > taken ? in->cap_micros - taken : 1;
}

/* `waiting_too`: what is still to be sent counts as open as well; not when it is being sent. */
static void note_open(struct arena *arena, struct brain_inputs *in, const struct past_action *a,
                      bool waiting_too)
{
    struct brain_group *g = snapshot_group(in, a->object_id);
    struct brain_direction *d = direction_of(in, a->object_id);

    if (str_eq(a->state, STR("waiting")) && !waiting_too)
        return;
    if (d)
        note_open_launch(arena, in, d, a);
    if (g)
        g->uncertain = true;
    for (size_t i = 0; i < in->groups.n; i++) {
        struct brain_group *other = &in->groups.at[i];
        if (str_eq(other->campaign_id, a->object_id))
            other->uncertain = true;
        for (size_t k = 0; k < other->ads.n; k++) {
            if (str_eq(other->ads.at[k].id, a->object_id))
                other->ads.at[k].uncertain = true;
        }
    }
}

static void note_done(struct arena *arena, struct brain_inputs *in, int64_t day_start_ms,
                      const struct past_action *a, struct strs *seen_today)
{
    struct brain_group *g = snapshot_group(in, a->object_id);
    struct brain_direction *d = g ? direction_of(in, g->direction_id) : NULL;
    bool seen = false;

    if (!g)
        return;
    int64_t before = state_budget(arena, a->before), after = state_budget(arena, a->after);
    if (d && str_eq(a->source, STR("brain")) && !a->undone)
        d->freed_micros += before - after;
    if (!str_ends(a->type, STR("UpdateAdGroupBudget")) || a->finished_ms < day_start_ms)
        return;
    for (size_t i = 0; i < seen_today->n; i++)
        seen = seen || str_eq(seen_today->at[i], g->id);
    if (!seen && before > 0) { /* the first change of the day tells what the day began with */
        g->day_start_micros = before;
        *strs_add(seen_today, arena) = g->id;
    }
}

/* A new group that the autopilot made took its budget from what was freed. */
static void note_launches(struct arena *arena, struct brain_inputs *in,
                          const struct past_action *a)
{
    struct brain_direction *d = direction_of(in, a->object_id);

    if (d && str_eq(a->source, STR("brain")) && !a->undone)
        d->freed_micros -= launch_budget(arena, a);
}

static bool take_past(struct db *db, struct arena *arena, const struct snapshot_of *of,
                      bool waiting_too, struct brain_inputs *in, struct err *err)
{
    int64_t day_start_ms = zone_day_start_ms(in->zone, in->today);
    struct past_actions past = {0};
    struct strs seen_today = {0};

    if (!snapshot_db_actions(db, arena, of->connection, of->as_of_ms - WEEK_MS, &past, err))
        return false;
    for (size_t i = 0; i < past.n; i++) {
        const struct past_action *a = &past.at[i];
        if (open_state(a->state) && !str_eq(a->id, of->sending))
            note_open(arena, in, a, waiting_too);
        if (str_eq(a->state, STR("done"))) {
            note_done(arena, in, day_start_ms, a, &seen_today);
            note_launches(arena, in, a);
        }
    }
    for (size_t i = 0; i < in->directions.n; i++) {
        struct brain_direction *d = &in->directions.at[i];
        if (d->freed_micros < 0)
            d->freed_micros = 0;
    }
    for (size_t i = 0; i < in->groups.n; i++) {
        struct brain_direction *d = direction_of(in, in->groups.at[i].direction_id);
        if (d && in->groups.at[i].created_ms > d->launched_ms)
            d->launched_ms = in->groups.at[i].created_ms;
    }
    return true;
}

/* --- the whole --------------------------------------------------------------------------- */

static void begin(const struct snapshot_of *of, struct arena *arena, struct brain_inputs *in)
{
    const struct ad_connection *c = of->connection;
    struct day today = zone_day(c->zone, of->as_of_ms);
    int64_t unit = MICROS_PER_UNIT;

    if (money_currency_digits(c->currency) == 2)
        unit = MICROS_PER_UNIT / 100;
    *in = (struct brain_inputs){
        .as_of_ms = of->as_of_ms,
        .today = str_dup(arena, day_str(&today)),
        .local_minutes = zone_hour(c->zone, of->as_of_ms) * 60 +
                         (of->as_of_ms / 1000 + zone_offset_s(c->zone, of->as_of_ms)) / 60 % 60,
        .zone = c->zone,
        .platform = c->platform,
        .currency = c->currency,
        .unit_micros = unit,
        .minimum_micros = of->platform->minimum_budget(c->currency),
        .cap_micros = c->daily_cap_micros,
        .deliverable = of->deliverable,
        .account_status = of->account_status,
    };
    if (in->minimum_micros < unit) /* not published: then only the platform can tell */
        in->minimum_micros = unit;
}

static bool take(struct db *db, struct arena *arena, const struct snapshot_of *of,
                 int days_back, struct brain_inputs *in, struct err *err)
{
    const struct ad_connection *c = of->connection;
    int64_t since_ms = of->as_of_ms - (BRAIN_DAYS_KNOWN + 1) * DAY_MS;

    begin(of, arena, in);
    return snapshot_db_directions(db, arena, c, in, err) &&
           snapshot_db_groups(db, arena, c, since_ms, in, err) &&
           take_past(db, arena, of, days_back > 0, in, err) &&
           take_metrics(db, arena, of, days_back, in, err) &&
           take_leads(db, arena, of, days_back, in, err);
}

bool snapshot_take(struct db *db, struct arena *arena, const struct snapshot_of *of,
                   struct brain_inputs *out, struct err *err)
{
    return take(db, arena, of, BRAIN_DAYS_KNOWN, out, err) &&
           snapshot_db_unused(db, arena, of->connection, out, err) &&
           take_collections(db, arena, of, out, err);
}

bool snapshot_for_guards(struct db *db, struct arena *arena, const struct snapshot_of *of,
                         struct brain_inputs *out, struct err *err)
{
    return take(db, arena, of, 0, out, err);
}
