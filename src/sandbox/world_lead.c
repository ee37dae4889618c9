/*
 * world_lead.c - who leaves a lead and what becomes of it.  Everything about
 * lead k of an ad's hour is drawn by (ad, hour, k): its fate is the same
 * whether or not the lead comes to be.  Only whose repeated lead it is depends
 * on who was there before, in the same group.
 */

#include "sandbox/world_inside.h"
#include "sandbox/world_math.h"

#include "base/arena.h"

#include <stdio.h>

enum process {
    LEAD_MOMENT = 1,
    LEAD_TYPING,
    LEAD_SITE_TODAY,
    LEAD_SITE_LATER,
    LEAD_VALID,
    LEAD_REPEAT,
    LEAD_REPEAT_OF,
    LEAD_QUALIFIED,
    LEAD_QUALIFIED_DELAY,
    LEAD_QUALIFIED_HOUR,
    LEAD_SOLD,
    LEAD_SOLD_DELAY,
    LEAD_SOLD_HOUR,
    LEAD_MARGIN,
    LEAD_REFUND,
    LEAD_REFUND_DELAY,
    LEAD_MARK_QUALIFIED,
    LEAD_MARK_QUALIFIED_DELAY,
    LEAD_MARK_SOLD,
    LEAD_MARK_SOLD_DELAY,
    LEAD_WEBHOOK,
    LEAD_ID,
};

enum { REPEATS_LOOK_BACK = 20 };

/* --- chances ------------------------------------------------------------------------ */

double world_lead_valid(const struct direction *d)
{
    return (1 - d->invalid) * (1 - d->repeat);
}

double world_lead_qualified(const struct group *g, const struct ad *ad, int day)
{
    double logit = world_logit(g->direction->q0) + ad->traits.qual;
    for (size_t i = 0; i < g->event_count; i++)
        if (world_event_on(&g->events[i], day)) {
            if (!(g->events[i].quality > 0))
                return 0;
            logit += world_log(g->events[i].quality);
        }
    return g->direction->call_back * world_logistic(logit);
}

double world_lead_sold(const struct group *g, const struct ad *ad)
{
    return world_logistic(world_logit(g->direction->r0) + 0.5 * ad->traits.qual);
}

double world_lead_worth(const struct group *g, const struct ad *ad, int day)
{
    const struct direction *d = g->direction;
    return world_lead_valid(d) * world_lead_qualified(g, ad, day) * world_lead_sold(g, ad) *
           d->margin_mean * (1 - d->refund);
}

/* --- times ---------------------------------------------------------------------------- */

static bool desk_works(const struct world *w, int day)
{
    if (w->p.desk.works[world_weekday_of_day(w, day)] < 0.5)
        return false;
    for (size_t i = 0; i < w->p.event_count; i++)
        if (w->p.events[i].kind == EVENT_TEAM_OFF && world_event_on(&w->p.events[i], day))
            return false;
    return true;
}

/* That instant, or some time in the next two hours in which the desk works. */
static int64_t at_desk(const struct world *w, int64_t ms, double u)
{
    const struct desk *desk = &w->p.desk;
    for (int day = world_day_at(w, ms), tries = 0; tries < 30; day++, tries++) {
        int64_t open = world_day_begins_ms(w, day) + (int64_t)(desk->open_h * MS_AN_HOUR);
        int64_t close = world_day_begins_ms(w, day) + (int64_t)(desk->close_h * MS_AN_HOUR);
        if (!desk_works(w, day) || ms >= close)
            continue;
        return ms >= open ? ms : open + (int64_t)(u * 2 * MS_AN_HOUR);
    }
    return ms;
}

static int64_t days_later(const struct world_draw *d, enum process process, double median,
                          double sd)
{
    double days = world_lognormal(median, sd, world_normal(d, process));
    return (int64_t)((days < LONGEST_DAYS ? days : LONGEST_DAYS) * (double)MS_A_DAY);
}

static int64_t sent_ms(const struct world_draw *d, bool website, int64_t click_ms)
{
    if (!website) {
        double seconds = 5 + world_lognormal(70, 0.6, world_normal(d, LEAD_TYPING));
        return click_ms + (int64_t)(seconds * 1000);
    }
    double u = world_uniform(d, LEAD_SITE_LATER);
    double days = world_uniform(d, LEAD_SITE_TODAY) < 0.42 ? u * u : -7 * world_log(u);
    return click_ms + (int64_t)(days * (double)MS_A_DAY);
}

/* What is done is not always written down, and seldom at once. */
static int64_t mark_ms(const struct world *w, const struct direction *dir,
                       const struct world_draw *d, enum process process, int64_t done_ms)
{
    double delay = dir->crm_delay_d * world_uniform(d, process + 1);
    if (!done_ms || world_uniform(d, process) >= dir->crm_mark)
        return 0;
    return at_desk(w, done_ms + (int64_t)(delay * (double)MS_A_DAY), delay - (int)delay);
}

/* --- the lead ---------------------------------------------------------------------------- */

static void decide_fate(const struct world *w, const struct group *g, const struct ad *ad,
                        const struct world_draw *d, int day, struct world_lead *lead)
{
    const struct direction *dir = g->direction;
    double sd = world_sqrt(world_log(1 + dir->margin_cv * dir->margin_cv));
    lead->valid = world_uniform(d, LEAD_VALID) >= dir->invalid;
    lead->repeat = world_uniform(d, LEAD_REPEAT) < dir->repeat;
    if (!lead->valid || lead->repeat ||
        world_uniform(d, LEAD_QUALIFIED) >= world_lead_qualified(g, ad, day))
        return;

    int64_t ms = lead->at_ms + days_later(d, LEAD_QUALIFIED_DELAY, dir->qualified_median_d,
                                          dir->qualified_sd);
    lead->qualified_ms = at_desk(w, ms, world_uniform(d, LEAD_QUALIFIED_HOUR));
    lead->qualified_marked_ms = mark_ms(w, dir, d, LEAD_MARK_QUALIFIED, lead->qualified_ms);
    if (world_uniform(d, LEAD_SOLD) >= world_lead_sold(g, ad))
        return;

    ms = lead->qualified_ms + days_later(d, LEAD_SOLD_DELAY, dir->sale_median_d, dir->sale_sd);
    lead->sold_ms = at_desk(w, ms, world_uniform(d, LEAD_SOLD_HOUR));
    lead->sold_marked_ms = mark_ms(w, dir, d, LEAD_MARK_SOLD, lead->sold_ms);
    if (lead->sold_marked_ms && lead->sold_marked_ms < lead->qualified_marked_ms)
        lead->sold_marked_ms = lead->qualified_marked_ms;
    double margin = dir->margin_mean * world_noise(sd, world_normal(d, LEAD_MARGIN));
    lead->margin_micros = world_to_cents(world_to_micros(margin));
    lead->amount_micros = world_to_cents(world_to_micros(margin / dir->margin_share));
    if (world_uniform(d, LEAD_REFUND) < dir->refund) {
        double days = world_between(d, LEAD_REFUND_DELAY, 7, 30);
        lead->refunded_ms = lead->sold_ms + (int64_t)(days * (double)MS_A_DAY);
    }
}

/* The earlier lead of the same person: one of the last of the group. */
static int repeated(const struct world *w, const struct group *g, const struct world_draw *d)
{
    int back = 1 + (int)world_below(d, LEAD_REPEAT_OF, REPEATS_LOOK_BACK);
    int found = -1;
    for (int i = g->last_lead; i >= 0 && back > 0; i--)
        if (&w->groups.at[w->leads.at[i].group] == g) {
            found = i;
            back--;
        }
    return found;
}

static void find_person(const struct world *w, const struct group *g,
                        const struct world_draw *d, struct world_lead *lead)
{
    struct world_draw person = *d;
    person.stream = STREAM_PERSON;
    lead->duplicate_of = lead->repeat ? repeated(w, g, d) : -1;
    if (lead->duplicate_of >= 0) {
        lead->person = w->leads.at[lead->duplicate_of].person;
        world_person_again(&person, &lead->person);
        return;
    }
    world_person_draw(&person, w->p.people, &lead->person);
    if (!lead->valid)
        world_person_spoil(&person, &lead->person);
}

/* The platform learns from the leads that it sees, when it sees them. */
static void teach(const struct world *w, struct group *g, const struct world_lead *lead)
{
    if (lead->unseen)
        return;
    int days = world_day_at(w, lead->at_ms) - world_day_of(w, w->hour);
    if (days <= 0)
        g->learned += 1;
    else if (days < LATE_DAYS)
        g->late_learned[world_day_at(w, lead->at_ms) % LATE_DAYS] += 1;
}

static uint64_t lead_hash(const struct world_lead *lead)
{
    uint64_t h = world_entity(str(lead->id), 0);
    const int64_t words[] = {lead->click_ms,      lead->at_ms,       lead->valid,
                             lead->repeat,        lead->unseen,      lead->webhook_lost,
                             lead->qualified_ms,  lead->sold_ms,     lead->margin_micros,
                             lead->amount_micros, lead->refunded_ms, lead->qualified_marked_ms,
                             lead->sold_marked_ms};
    for (size_t i = 0; i < countof(words); i++)
        h = world_stir(h, (uint64_t)words[i]);
    h = world_stir(h, world_entity(str(lead->person.name), 0));
    h = world_stir(h, world_entity(str(lead->person.phone), 0));
    return world_stir(h, world_entity(str(lead->person.email), 0));
}

void world_lead_make(struct world *w, int ad_handle, uint32_t hour, uint32_t index)
{
    const struct ad *ad = &w->ads.at[ad_handle];
    struct group *g = &w->groups.at[ad->group];
    struct world_draw d = world_draw_for(w, STREAM_LEAD, ad->entity, hour, index);
    struct world_lead lead = {
        .ad = ad_handle, .group = ad->group, .campaign = g->campaign, .website = g->website};
    uint64_t id = UINT64_C(7000000000000000000) +
                  world_draw_bits(&d, LEAD_ID).a % UINT64_C(600000000000000000);

    snprintf(lead.id, sizeof lead.id, "%llu", (unsigned long long)id);
    lead.click_ms =
        world_hour_ms(w, hour) + (int64_t)(world_uniform(&d, LEAD_MOMENT) * MS_AN_HOUR);
    lead.at_ms = sent_ms(&d, g->website, lead.click_ms);
    lead.unseen = world_tracking_lost(w, lead.at_ms);
    lead.webhook_lost = !g->website && (lead.unseen || world_uniform(&d, LEAD_WEBHOOK) <
                                                           w->p.fault.webhook_loss);
    decide_fate(w, g, ad, &d, world_day_of(w, hour), &lead);
    find_person(w, g, &d, &lead);
    teach(w, g, &lead);
    w->hash += lead_hash(&lead);
    g->last_lead = (int)w->leads.n;
    *lead_list_add(&w->leads, w->arena) = lead;
    *lead_rows_add(&w->lead_rows, w->arena) = w->ledger.n - 1;
}
