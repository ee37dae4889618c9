/* world.c - the life of a world, its calendar, and what can be read off it. */

#include "sandbox/world_inside.h"
#include "sandbox/world_math.h"

#include "base/arena.h"

#include <string.h>

/* --- calendar and chance ----------------------------------------------------------- */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t world_hour_ms(const struct world *w, uint32_t hour)
{
    return w->start_ms + (int64_t)hour * MS_AN_HOUR;
}

int world_day_of(const struct world *w, uint32_t hour)
{
    int64_t local = w->first_local_hour + hour;
    return (int)(local / HOURS_A_DAY - w->first_local_hour / HOURS_A_DAY);
}

int world_hour_of_day(const struct world *w, uint32_t hour)
{
    return (int)((w->first_local_hour + hour) % HOURS_A_DAY);
}

/* 1 January 1970 was a Thursday. */
int world_weekday_of_day(const struct world *w, int day)
{
    return (int)((w->first_local_hour / HOURS_A_DAY + day + 3) % DAYS_A_WEEK);
}

int64_t world_day_begins_ms(const struct world *w, int day)
{
    int64_t hours = (int64_t)day * HOURS_A_DAY - w->first_local_hour % HOURS_A_DAY;
    return w->start_ms + hours * MS_AN_HOUR;
}

int world_day_at(const struct world *w, int64_t ms)
{
    return (int)floor_div(ms - world_day_begins_ms(w, 0), MS_A_DAY);
}

int64_t world_to_micros(double units)
{
    static const double most = 9e12; /* what int64 can hold */
    return (int64_t)((units < most ? units : most) * 1e6 + 0.5);
}

int64_t world_to_cents(int64_t micros)
{
    return micros - micros % CENT;
}

struct world_draw world_draw_for(const struct world *w, enum world_stream stream,
                                 uint32_t entity, uint32_t time, uint32_t index)
{
    return (struct world_draw){w->p.seed, stream, entity, time, index};
}

uint64_t world_stir(uint64_t hash, uint64_t word)
{
    return world_mix(hash * 0x9e3779b97f4a7c15u + word + 1);
}

/* --- life ------------------------------------------------------------------------------ */

static void copy_setup(struct world *w, const struct world_setup *setup)
{
    w->setup = *setup;
    w->setup.archetype = str_dup(w->arena, setup->archetype);
    w->setup.file = str_dup(w->arena, setup->file);
    w->setup.currency = str_dup(w->arena, setup->currency);
}

static void begin(struct world *w)
{
    double sum = 0;
    int64_t offset_ms = (int64_t)w->setup.utc_offset_s * 1000;
    w->first_local_hour = floor_div(w->setup.start_ms + offset_ms, MS_AN_HOUR);
    w->start_ms = w->first_local_hour * MS_AN_HOUR - offset_ms;
    w->balance = -1;
    for (int h = 0; h < HOURS_A_DAY; h++)
        sum += w->p.market.hour_w[h];
    for (int h = 0; h < HOURS_A_DAY; h++)
        w->hour_w[h] = sum > 0 ? w->p.market.hour_w[h] / sum : 1.0 / HOURS_A_DAY;
    world_begin_day(w, 0);
    if (w->setup.populate)
        world_populate(w);
}

bool world_new(const struct world_setup *setup, struct world **out, struct err *err)
{
    if (setup->start_ms < 0 || setup->utc_offset_s < -24 * 3600 ||
        setup->utc_offset_s > 24 * 3600)
        return err_set(err, ERR_INVALID, "a world begins after 1970 and within a day of UTC");
    struct arena *arena = arena_new("world");
    struct world *w = NEW(arena, struct world);
    w->arena = arena;
    w->scratch = arena_new("hour of a world");
    copy_setup(w, setup);
    if (!world_parameters_read(arena, &w->setup, &w->p, err)) {
        world_free(w);
        return false;
    }
    begin(w);
    *out = w;
    return true;
}

void world_free(struct world *w)
{
    if (!w)
        return;
    arena_free(w->scratch);
    arena_free(w->arena);
}

struct str world_expand(const struct world *w, struct arena *arena)
{
    return world_parameters_print(&w->p, arena);
}

void world_step(struct world *w, int64_t to_ms)
{
    while (world_hour_ms(w, w->hour + 1) <= to_ms)
        world_play_hour(w);
}

/* --- reading ------------------------------------------------------------------------------ */

int64_t world_start_ms(const struct world *w)
{
    return w->start_ms;
}

int64_t world_now_ms(const struct world *w)
{
    return world_hour_ms(w, w->hour);
}

struct str world_currency(const struct world *w)
{
    return str(w->p.account.currency);
}

int world_utc_offset_s(const struct world *w)
{
    return w->setup.utc_offset_s;
}

uint64_t world_seed(const struct world *w)
{
    return w->p.seed;
}

struct str world_archetype(const struct world *w)
{
    return str(w->p.archetype->name);
}

uint64_t world_hash(const struct world *w)
{
    return world_stir(world_stir(w->hash, w->ledger.n), w->leads.n);
}

int64_t world_balance_micros(const struct world *w)
{
    return w->balance;
}

int64_t world_min_daily_micros(const struct world *w)
{
    return world_to_micros(w->p.account.min_daily_budget);
}

int world_campaign_count(const struct world *w)
{
    return (int)w->campaigns.n;
}

int world_group_count(const struct world *w)
{
    return (int)w->groups.n;
}

int world_ad_count(const struct world *w)
{
    return (int)w->ads.n;
}

static const struct group *group_at(const struct world *w, int group)
{
    must(group >= 0 && (size_t)group < w->groups.n);
    return &w->groups.at[group];
}

static const struct ad *ad_at(const struct world *w, int ad)
{
    must(ad >= 0 && (size_t)ad < w->ads.n);
    return &w->ads.at[ad];
}

int world_group_campaign(const struct world *w, int group)
{
    return group_at(w, group)->campaign;
}

int world_ad_group(const struct world *w, int ad)
{
    return ad_at(w, ad)->group;
}

struct str world_group_key(const struct world *w, int group)
{
    return group_at(w, group)->key;
}

struct str world_ad_creative(const struct world *w, int ad)
{
    return ad_at(w, ad)->creative;
}

int64_t world_group_budget_micros(const struct world *w, int group)
{
    return group_at(w, group)->budget;
}

int64_t world_group_spent_today(const struct world *w, int group)
{
    return group_at(w, group)->spent_today;
}

int64_t world_campaign_spent_today(const struct world *w, int campaign)
{
    must(campaign >= 0 && (size_t)campaign < w->campaigns.n);
    return w->campaigns.at[campaign].spent_today;
}

int64_t world_spent_today(const struct world *w)
{
    return w->spent_today;
}
