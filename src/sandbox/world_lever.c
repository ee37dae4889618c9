/* world_lever.c - what the advertiser owns and can change, and in which state it is. */

#include "sandbox/world_inside.h"
#include "sandbox/world_math.h"

#include "base/arena.h"

#include <stdio.h>
#include <string.h>

/* Whatever is done is done at the hour that is running then, and remembered. */
static void deed(struct world *w, struct deed d)
{
    int64_t now = world_now_ms(w);
    d.at_ms = d.at_ms < now ? now : d.at_ms;
    d.text = str_dup(w->arena, d.text);
    d.text2 = str_dup(w->arena, d.text2);
    *deeds_add(&w->deeds, w->arena) = d;
}

static struct campaign *campaign_at(const struct world *w, int campaign)
{
    must(campaign >= 0 && (size_t)campaign < w->campaigns.n);
    return &w->campaigns.at[campaign];
}

static struct group *group_at(const struct world *w, int group)
{
    must(group >= 0 && (size_t)group < w->groups.n);
    return &w->groups.at[group];
}

static struct ad *ad_at(const struct world *w, int ad)
{
    must(ad >= 0 && (size_t)ad < w->ads.n);
    return &w->ads.at[ad];
}

/* --- making things --------------------------------------------------------------- */

static int add_campaign(struct world *w, const struct world_campaign *campaign)
{
    *campaigns_add(&w->campaigns, w->arena) =
        (struct campaign){.on = campaign->on,
                          .mode = campaign->mode,
                          .shared = campaign->budget_shared,
                          .budget = campaign->budget_micros};
    return (int)w->campaigns.n - 1;
}

/* The name under which a key's traits are drawn: itself, or its hash where it is long. */
static void name_of(struct str key, char out[WORLD_KEY_SIZE])
{
    if (key.n < WORLD_KEY_SIZE)
        snprintf(out, WORLD_KEY_SIZE, STR_FMT, STR_ARG(key));
    else
        snprintf(out, WORLD_KEY_SIZE, "long-%08x%08x", world_entity(key, 0),
                 world_entity(key, 1));
}

static const struct audience *audience_of(struct world *w, struct str key)
{
    for (size_t i = 0; i < w->p.group_count; i++)
        if (str_eq(key, str(w->p.groups[i].id)))
            return &w->p.groups[i];
    struct audience *a = NEW(w->arena, struct audience);
    name_of(key, a->id);
    a->direction = (int)(world_entity(key, 0) % w->p.direction_count);
    world_draw_group(&w->p, a);
    a->b_ref = a->budget;
    return a;
}

/* Prices and conversion rates that change for this group: given for all, for it, or drawn. */
static void collect_events(struct world *w, struct group *g)
{
    bool of_file = false;
    for (size_t i = 0; i < w->p.group_count; i++)
        of_file = of_file || g->audience == &w->p.groups[i];
    g->events = NEW_ARRAY(w->arena, struct event, w->p.event_count + 4);
    for (size_t i = 0; i < w->p.event_count; i++) {
        const struct event *e = &w->p.events[i];
        bool priced = e->kind == EVENT_REGIME || e->kind == EVENT_FX;
        if (priced && (!e->group[0] || str_eq(g->key, str(e->group))))
            g->events[g->event_count++] = *e;
    }
    if (!of_file)
        g->event_count += world_draw_group_events(&w->p, g->key, g->events + g->event_count);
}

/* From three readable numbers to the market's own: supply and median price. */
static void set_market(struct group *g)
{
    const struct audience *a = g->audience;
    double impressions = 1000 * a->b_ref / a->cpm_ref;
    g->supply = impressions / world_phi(a->sigma + world_phi_inverse(a->f_ref));
    g->price = a->b_ref / (a->f_ref * g->supply * world_exp(a->sigma * a->sigma / 2));
    g->core = DAYS_A_WEEK * impressions / a->freq7;
}

static int add_group(struct world *w, const struct world_group *group)
{
    uint32_t before = 0;
    (void)campaign_at(w, group->campaign);
    for (size_t i = 0; i < w->groups.n; i++)
        before += str_eq(w->groups.at[i].key, group->key);

    struct group *g = groups_add(&w->groups, w->arena);
    g->campaign = group->campaign;
    g->key = str_dup(w->arena, group->key);
    g->entity = world_entity(group->key, before);
    w->campaigns.at[group->campaign].entity += g->entity; /* known by its groups */
    g->audience = audience_of(w, group->key);
    g->direction = &w->p.directions[g->audience->direction];
    g->on = group->on;
    g->website = group->website;
    g->fast = group->fast;
    g->mode = group->mode;
    g->budget = group->budget_micros;
    g->start_ms = group->start_ms;
    g->end_ms = group->end_ms;
    memcpy(g->daypart, group->daypart, sizeof g->daypart);
    for (size_t i = 0; i < sizeof g->daypart; i++)
        g->dayparted = g->dayparted || g->daypart[i];
    g->first_day = -1;
    g->last_lead = -1;
    g->mood_day = -1;
    set_market(g);
    collect_events(w, g);
    return (int)w->groups.n - 1;
}

static const char *role_of(const struct world *w, struct str creative)
{
    for (size_t i = 0; i < w->roles.n; i++)
        if (str_eq(creative, str(w->roles.at[i].creative)))
            return w->roles.at[i].role;
    for (size_t i = 0; i < w->p.role_count; i++)
        if (str_eq(creative, str(w->p.roles[i].creative)))
            return w->p.roles[i].role;
    return NULL;
}

static struct traits traits_of(const struct world *w, struct str creative)
{
    struct traits t = {0};
    const char *role = role_of(w, creative);
    name_of(creative, t.id);
    if (role && world_draw_role(&w->p, str(role), &t))
        return t;
    for (size_t g = 0; g < w->p.group_count; g++)
        for (size_t i = 0; i < w->p.groups[g].ad_count; i++)
            if (str_eq(creative, str(w->p.groups[g].ads[i].id)))
                return w->p.groups[g].ads[i];
    world_draw_traits(&w->p, &t);
    return t;
}

static void begin_review(struct world *w, struct ad *ad, int64_t at_ms)
{
    const struct account *a = &w->p.account;
    struct world_draw d = world_draw_for(w, STREAM_REVIEW, ad->entity, 0, ad->reviews++);
    ad->review_ms = at_ms;
    ad->rejected = false;
    if (!w->setup.review)
        return;
    double sd = world_log(a->review_p99_h / a->review_median_h) / 2.3263478740408408;
    double hours = world_lognormal(a->review_median_h, sd, world_normal(&d, 1));
    hours = hours < LONGEST_DAYS ? hours : LONGEST_DAYS;
    ad->review_ms += (int64_t)(hours * MS_AN_HOUR);
    ad->rejected = world_uniform(&d, 2) < a->review_reject;
}

/* In the order of their entities, so that sums do not depend on the order of creation. */
static void place_ad(struct world *w, struct group *g, int handle)
{
    size_t i = 0, n = 0;
    for (i = 0; i < g->ads.n; i++) /* take it out, if it was there */
        if (g->ads.at[i] != handle)
            g->ads.at[n++] = g->ads.at[i];
    g->ads.n = n;
    (void)members_add(&g->ads, w->arena);
    for (i = n; i > 0 && w->ads.at[g->ads.at[i - 1]].entity > w->ads.at[handle].entity; i--)
        g->ads.at[i] = g->ads.at[i - 1];
    g->ads.at[i] = handle;
}

/* A fresh creative: nothing learned about it, nobody tired of it. */
static void show(struct world *w, int handle, struct str creative)
{
    struct ad *ad = ad_at(w, handle);
    struct group *g = group_at(w, ad->group);
    uint32_t before = 0;
    for (size_t i = 0; i < g->ads.n; i++)
        before += g->ads.at[i] != handle && str_eq(creative, w->ads.at[g->ads.at[i]].creative);
    ad->creative = str_dup(w->arena, creative);
    ad->entity = world_entity_join(g->entity, world_entity(creative, before));
    ad->traits = traits_of(w, creative);
    ad->first_day = -1;
    ad->today.day = -1;
    ad->exposure = 0;
    ad->impressions = ad->impressions_today = 0;
    place_ad(w, g, handle);
}

static int add_ad(struct world *w, int group, struct str creative, bool on, int64_t at_ms,
                  bool reviewed)
{
    (void)group_at(w, group);
    struct ad *ad = ads_add(&w->ads, w->arena);
    int handle = (int)w->ads.n - 1;
    ad->group = group;
    ad->on = on;
    show(w, handle, creative);
    if (reviewed)
        ad->review_ms = at_ms;
    else
        begin_review(w, ad, at_ms);
    return handle;
}

void world_populate(struct world *w)
{
    int campaigns[64];
    for (size_t i = 0; i < w->p.direction_count; i++)
        campaigns[i] = add_campaign(w, &(struct world_campaign){.on = true});
    for (size_t i = 0; i < w->p.group_count; i++) {
        const struct audience *a = &w->p.groups[i];
        int g = add_group(w, &(struct world_group){
                                 .campaign = campaigns[a->direction],
                                 .key = str(a->id),
                                 .on = true,
                                 .mode = WORLD_BUDGET_DAY,
                                 .budget_micros = world_to_cents(world_to_micros(a->budget)),
                             });
        for (size_t k = 0; k < a->ad_count; k++)
            if (a->ads[k].live)
                add_ad(w, g, str(a->ads[k].id), true, w->start_ms, true);
    }
}

int world_campaign_add(struct world *w, const struct world_campaign *campaign, int64_t at_ms)
{
    world_step(w, at_ms);
    deed(w, (struct deed){.op = 'C',
                          .at_ms = at_ms,
                          .a = campaign->on,
                          .b = campaign->budget_shared,
                          .x = campaign->mode,
                          .y = campaign->budget_micros});
    return add_campaign(w, campaign);
}

int world_group_add(struct world *w, const struct world_group *group, int64_t at_ms)
{
    world_step(w, at_ms);
    char parts[2 * sizeof group->daypart + 1];
    for (size_t i = 0; i < sizeof group->daypart; i++)
        snprintf(parts + 2 * i, 3, "%02x", group->daypart[i]);
    deed(w, (struct deed){.op = 'G',
                          .at_ms = at_ms,
                          .a = group->campaign,
                          .b = group->on | group->website << 1 | group->fast << 2 |
                               (int)group->mode << 3,
                          .x = group->budget_micros,
                          .text = group->key,
                          .text2 = str(parts)});
    int handle = add_group(w, group);
    if (group->start_ms || group->end_ms)
        world_group_set_schedule(w, handle, group->start_ms, group->end_ms, at_ms);
    return handle;
}

int world_ad_add(struct world *w, int group, struct str creative, bool on, int64_t at_ms)
{
    world_step(w, at_ms);
    deed(w, (struct deed){.op = 'A', .at_ms = at_ms, .a = group, .b = on, .text = creative});
    return add_ad(w, group, creative, on, at_ms < world_now_ms(w) ? world_now_ms(w) : at_ms,
                  false);
}

bool world_creative_role(struct world *w, struct str creative, struct str role, int64_t at_ms)
{
    struct traits t = {0};
    if (!world_draw_role(&w->p, role, &t))
        return false;
    world_step(w, at_ms);
    deed(w, (struct deed){.op = 'R', .at_ms = at_ms, .text = creative, .text2 = role});
    struct role *r = roles_add(&w->roles, w->arena);
    name_of(creative, r->creative);
    snprintf(r->role, sizeof r->role, STR_FMT, STR_ARG(role));
    return true;
}

/* --- changing things ------------------------------------------------------------------- */

void world_campaign_set_on(struct world *w, int campaign, bool on, int64_t at_ms)
{
    world_step(w, at_ms);
    deed(w, (struct deed){.op = 'c', .at_ms = at_ms, .a = campaign, .b = on});
    campaign_at(w, campaign)->on = on;
}

void world_group_set_on(struct world *w, int group, bool on, int64_t at_ms)
{
    world_step(w, at_ms);
    deed(w, (struct deed){.op = 'g', .at_ms = at_ms, .a = group, .b = on});
    group_at(w, group)->on = on;
}

void world_ad_set_on(struct world *w, int ad, bool on, int64_t at_ms)
{
    world_step(w, at_ms);
    deed(w, (struct deed){.op = 'a', .at_ms = at_ms, .a = ad, .b = on});
    ad_at(w, ad)->on = on;
}

void world_group_set_schedule(struct world *w, int group, int64_t start_ms, int64_t end_ms,
                              int64_t at_ms)
{
    world_step(w, at_ms);
    deed(w, (struct deed){.op = 's', .at_ms = at_ms, .a = group, .x = start_ms, .y = end_ms});
    group_at(w, group)->start_ms = start_ms;
    group_at(w, group)->end_ms = end_ms;
}

void world_ad_set_creative(struct world *w, int ad, struct str creative, int64_t at_ms)
{
    world_step(w, at_ms);
    deed(w, (struct deed){.op = 'v', .at_ms = at_ms, .a = ad, .text = creative});
    show(w, ad, creative);
    begin_review(w, ad_at(w, ad), at_ms < world_now_ms(w) ? world_now_ms(w) : at_ms);
}

/* A large change of the budget makes the platform forget what it has learned. */
static void unlearn(struct group *g, int64_t before, int64_t after, int64_t at_ms)
{
    static const int64_t soon = 48 * (int64_t)MS_AN_HOUR;
    double reset = g->audience->reset;
    if (before <= 0 || after <= 0 || before == after)
        return;
    double ratio =
        after > before ? (double)after / (double)before : (double)before / (double)after;
    if (reset > 0 && ratio > 1 + reset)
        g->learned *= 0.3;
    else if (ratio > 1.2 && g->last_edit_ms && at_ms - g->last_edit_ms < soon)
        g->learned *= 0.85;
    g->last_edit_ms = at_ms;
}

/* What the platform says to a new budget. */
static enum world_answer judge_budget(const struct world *w, enum world_budget_mode mode,
                                      int64_t micros, int64_t spent_today, int64_t spent,
                                      int64_t at_ms)
{
    int64_t into_day = at_ms - world_day_begins_ms(w, world_day_at(w, at_ms));
    int64_t floor = mode == WORLD_BUDGET_TOTAL ? spent : spent_today;
    if (into_day >= MS_A_DAY - 5 * (int64_t)MS_A_MINUTE)
        return WORLD_LOCKED;
    if (micros < world_min_daily_micros(w))
        return WORLD_BELOW_MINIMUM;
    if (floor > 0 && (double)micros < (double)floor * 1.05)
        return WORLD_BELOW_SPENT;
    return WORLD_DONE;
}

enum world_answer world_group_set_budget(struct world *w, int group, int64_t micros,
                                         int64_t at_ms)
{
    world_step(w, at_ms);
    struct group *g = group_at(w, group);
    enum world_answer answer =
        judge_budget(w, g->mode, micros, g->spent_today, g->spent, at_ms);
    if (answer != WORLD_DONE)
        return answer;
    deed(w, (struct deed){.op = 'b', .at_ms = at_ms, .a = group, .x = micros});
    unlearn(g, g->budget, micros, at_ms);
    g->budget = micros;
    return WORLD_DONE;
}

enum world_answer world_campaign_set_budget(struct world *w, int campaign, int64_t micros,
                                            int64_t at_ms)
{
    world_step(w, at_ms);
    struct campaign *c = campaign_at(w, campaign);
    enum world_answer answer =
        judge_budget(w, c->mode, micros, c->spent_today, c->spent, at_ms);
    if (answer != WORLD_DONE)
        return answer;
    deed(w, (struct deed){.op = 'B', .at_ms = at_ms, .a = campaign, .x = micros});
    for (size_t i = 0; c->shared && i < w->groups.n; i++)
        if (w->groups.at[i].campaign == campaign)
            unlearn(&w->groups.at[i], c->budget, micros, at_ms);
    c->budget = micros;
    return WORLD_DONE;
}

void world_set_balance(struct world *w, int64_t micros, int64_t at_ms)
{
    world_step(w, at_ms);
    deed(w, (struct deed){.op = 'm', .at_ms = at_ms, .x = micros});
    w->balance = micros;
}

void world_set_daily_cap(struct world *w, int64_t micros, int64_t at_ms)
{
    world_step(w, at_ms);
    deed(w, (struct deed){.op = 'd', .at_ms = at_ms, .x = micros});
    w->daily_cap = micros;
}

/* --- what is left to spend ---------------------------------------------------------------- */

/* The plan of the running day for a budget; `nu` is how much of it the platform manages. */
static double plan(const struct world *w, enum world_budget_mode mode, int64_t budget,
                   int64_t spent_today, int64_t spent_week, int64_t spent, int64_t end_ms,
                   const struct world_draw *d, double nu)
{
    double b = (double)budget, today;
    double week = 7 * b - (double)(spent_week - spent_today);
    switch (mode) {
    case WORLD_BUDGET_DAY:
        today = b;
        break;
    case WORLD_BUDGET_DYNAMIC:
        today = b * world_between(d, 2, 0.8, 1.25);
        today = today < week ? today : week;
        break;
    case WORLD_BUDGET_TOTAL: {
        int day = world_day_of(w, w->hour);
        double days =
            end_ms ? (double)(end_ms - world_day_begins_ms(w, day)) / (double)MS_A_DAY : 30;
        today = (b - (double)(spent - spent_today)) / (days > 1 ? days : 1);
        break;
    }
    case WORLD_BUDGET_NONE:
    default:
        return 1e18;
    }
    return today * nu;
}

int64_t world_group_left(const struct world *w, const struct group *g)
{
    int day = world_day_of(w, w->hour);
    struct world_draw d = world_draw_for(w, STREAM_GROUP_DAY, g->entity, (uint32_t)day, 0);
    double u = world_uniform(&d, 1);
    bool first = g->first_day < 0 || g->first_day == day;
    double nu = first ? 0.5 + 0.5 * u : 1 - 0.03 * u;
    double left = plan(w, g->mode, g->budget, g->spent_today, g->spent_week, g->spent,
                       g->end_ms, &d, nu) -
                  (double)g->spent_today;
    return left > 0 ? (int64_t)left : 0;
}

int64_t world_campaign_left(const struct world *w, const struct campaign *c)
{
    int day = world_day_of(w, w->hour);
    struct world_draw d = world_draw_for(w, STREAM_GROUP_DAY, c->entity, (uint32_t)day, 1);
    double left =
        plan(w, c->mode, c->budget, c->spent_today, c->spent_week, c->spent, 0, &d, 1) -
        (double)c->spent_today;
    return left > 0 ? (int64_t)left : 0;
}

int64_t world_account_left(const struct world *w)
{
    int64_t left = w->balance < 0 ? INT64_MAX : w->balance;
    if (w->daily_cap > 0 && w->daily_cap - w->spent_today < left)
        left = w->daily_cap - w->spent_today;
    return left > 0 ? left : 0;
}

/* --- states
 * ------------------------------------------------------------------------------------ */

bool world_ad_may_deliver(const struct world *w, const struct ad *ad, uint32_t hour)
{
    return ad->on && !ad->rejected && ad->review_ms <= world_hour_ms(w, hour);
}

double world_group_open(const struct world *w, const struct group *g, uint32_t hour)
{
    int64_t begins = world_hour_ms(w, hour), ends = begins + MS_AN_HOUR;
    if (ends <= g->start_ms || (g->end_ms && begins >= g->end_ms))
        return 0;
    if (!g->dayparted)
        return 1;
    int slot =
        world_weekday_of_day(w, world_day_of(w, hour)) * 48 + world_hour_of_day(w, hour) * 2;
    int open = 0;
    for (int k = slot; k < slot + 2; k++)
        open += g->daypart[k / 8] >> (k % 8) & 1;
    return open / 2.0;
}

static enum world_state ads_state(const struct world *w, const struct group *g)
{
    bool waiting = false, rejected = false;
    for (size_t i = 0; i < g->ads.n; i++) {
        const struct ad *ad = &w->ads.at[g->ads.at[i]];
        if (world_ad_may_deliver(w, ad, w->hour))
            return WORLD_DELIVERING;
        waiting = waiting || ad->review_ms > world_hour_ms(w, w->hour);
        rejected = rejected || ad->rejected;
    }
    return waiting ? WORLD_IN_REVIEW : rejected ? WORLD_REJECTED : WORLD_NO_ADS;
}

static enum world_state money_state(const struct world *w, const struct campaign *c)
{
    if (c->mode != WORLD_BUDGET_NONE && world_campaign_left(w, c) < CENT)
        return WORLD_CAMPAIGN_SPENT;
    if (world_account_left(w) < CENT)
        return WORLD_BALANCE_OUT;
    return WORLD_DELIVERING;
}

enum world_state world_campaign_state(const struct world *w, int campaign)
{
    const struct campaign *c = campaign_at(w, campaign);
    if (!c->on)
        return WORLD_OFF;
    if (world_account_frozen(w, world_day_of(w, w->hour)))
        return WORLD_FROZEN;
    enum world_state money = money_state(w, c);
    return money == WORLD_CAMPAIGN_SPENT ? WORLD_BUDGET_SPENT : money;
}

enum world_state world_group_state(const struct world *w, int group)
{
    const struct group *g = group_at(w, group);
    const struct campaign *c = campaign_at(w, g->campaign);
    int64_t now = world_now_ms(w);
    if (!g->on)
        return WORLD_OFF;
    if (!c->on)
        return WORLD_PARENT_OFF;
    if (now + MS_AN_HOUR <= g->start_ms)
        return WORLD_NOT_STARTED;
    if (g->end_ms && now >= g->end_ms)
        return WORLD_ENDED;
    if (world_account_frozen(w, world_day_of(w, w->hour)))
        return WORLD_FROZEN;
    enum world_state ads = ads_state(w, g);
    if (ads != WORLD_DELIVERING)
        return ads;
    if (!c->shared && g->mode != WORLD_BUDGET_NONE && world_group_left(w, g) < CENT)
        return WORLD_BUDGET_SPENT;
    return money_state(w, c);
}

enum world_state world_ad_state(const struct world *w, int handle)
{
    const struct ad *ad = ad_at(w, handle);
    if (!ad->on)
        return WORLD_OFF;
    enum world_state group = world_group_state(w, ad->group);
    if (group == WORLD_OFF || group == WORLD_PARENT_OFF)
        return WORLD_PARENT_OFF;
    if (ad->review_ms > world_now_ms(w))
        return WORLD_IN_REVIEW;
    if (ad->rejected)
        return WORLD_REJECTED;
    return group;
}

int64_t world_ad_review_ms(const struct world *w, int ad, bool *rejected)
{
    *rejected = ad_at(w, ad)->rejected;
    return ad_at(w, ad)->review_ms;
}
