/*
 * world_hour.c - one hour: what each group would spend, what the account lets
 * it spend, and what people do with the impressions.
 */

#include "sandbox/world_inside.h"
#include "sandbox/world_math.h"

#include "base/arena.h"

/* Draws of an ad-hour. */
enum process {
    HOUR_IMPRESSIONS = 1,
    HOUR_CLICKS,
    HOUR_LEADS,
    HOUR_CREDIT_CLICKS,
    HOUR_WATCH, /* and the next two: twelve small numbers */
};

/* One group's hour while it is planned. */
struct turn {
    struct group *group;
    struct splits splits;
    struct conditions market;
    int64_t spend;
};

/* --- the day begins ----------------------------------------------------------------- */

void world_begin_day(struct world *w, int day)
{
    struct world_draw d = world_draw_for(w, STREAM_MARKET, 0, (uint32_t)day, 1);
    bool monday = world_weekday_of_day(w, day) == 0;
    double kept = world_exp(-1.0 / 21);

    w->log_price = w->p.market.phi * w->log_price + w->p.market.sd * world_normal(&d, 1);
    w->spent_today = 0;
    for (size_t i = 0; i < w->campaigns.n; i++) {
        struct campaign *c = &w->campaigns.at[i];
        c->spent_today = 0;
        c->spent_week = monday ? 0 : c->spent_week;
    }
    for (size_t i = 0; i < w->groups.n; i++) {
        struct group *g = &w->groups.at[i];
        double *late = &g->late_learned[day % LATE_DAYS];
        g->spent_today = 0;
        g->spent_week = monday ? 0 : g->spent_week;
        g->learned += *late;
        *late = 0;
    }
    for (size_t i = 0; i < w->ads.n; i++) {
        struct ad *ad = &w->ads.at[i];
        double reached = (double)ad->impressions_today / w->groups.at[ad->group].core;
        ad->exposure = ad->exposure * kept + reached;
        ad->impressions_today = 0;
    }
}

/* --- what each group would spend -------------------------------------------------------- */

/* The running hour's part of what is left of the day, by the people who will be there. */
static double part_of_day(const struct world *w, const struct group *g)
{
    double now = 0, rest = 0;
    for (uint32_t h = w->hour;; h++) {
        double weight =
            w->hour_w[world_hour_of_day(w, h)] * (g ? world_group_open(w, g, h) : 1);
        now = h == w->hour ? weight : now;
        rest += weight;
        if (world_hour_of_day(w, h) == HOURS_A_DAY - 1)
            break;
    }
    return rest > 0 ? now / rest : 0;
}

/* Money as money: never above `most` units, whole hundredths. */
static int64_t spendable(double micros, double most_units)
{
    double most = (most_units < MOST_AN_HOUR ? most_units : MOST_AN_HOUR) * 1e6;
    double x = micros < most ? micros : most;
    return x > 0 ? world_to_cents((int64_t)x) : 0;
}

static void plan_group(struct world *w, struct group *g, struct turn *turn)
{
    const struct campaign *c = &w->campaigns.at[g->campaign];
    struct world_draw d = world_draw_for(w, STREAM_MARKET, 0, w->hour, 0);
    double open = world_group_open(w, g, w->hour);
    double part = w->hour_w[world_hour_of_day(w, w->hour)] * open;

    turn->group = g;
    turn->spend = 0;
    if (!g->on || !c->on) {
        g->learned *= world_exp(-1.0 / (DAYS_A_WEEK * HOURS_A_DAY)); /* e-fold a week */
        return;
    }
    if (open <= 0)
        return;
    world_market_split(w, g, w->hour, w->scratch, &turn->splits);
    if (turn->splits.n == 0)
        return;
    double mood = world_noise(w->p.market.hour_sd, world_normal(&d, 1));
    world_market_conditions(w, g, w->hour, part, mood, &turn->splits, &turn->market);
    if (c->shared)
        return; /* its campaign decides */
    double left = (double)world_group_left(w, g);
    turn->spend = spendable(g->fast ? left : left * part_of_day(w, g), turn->market.most);
}

/* A campaign that owns the budget gives it to its groups as a group does to its ads. */
static void share_campaign(struct world *w, int campaign, struct turn *turns)
{
    const struct campaign *c = &w->campaigns.at[campaign];
    double best = 0, sum = 0;
    double pot = (double)world_campaign_left(w, c) * part_of_day(w, NULL);

    for (int pass = 0; pass < 3; pass++)
        for (size_t i = 0; i < w->groups.n; i++) {
            struct turn *t = &turns[i];
            if (t->group->campaign != campaign || t->splits.n == 0)
                continue;
            double relative = best > 0 ? t->market.score / best : 1;
            double weight = 0.03 + relative * relative;
            if (pass == 0)
                best = t->market.score > best ? t->market.score : best;
            else if (pass == 1)
                sum += weight;
            else
                t->spend = spendable(pot * weight / sum, t->market.most);
        }
}

/* Cut all turns of a campaign (-1: of the account) alike, so that they fit. */
static void fit(struct world *w, struct turn *turns, int campaign, int64_t most)
{
    int64_t sum = 0;
    for (size_t i = 0; i < w->groups.n; i++)
        if (campaign < 0 || turns[i].group->campaign == campaign)
            sum += turns[i].spend;
    if (sum <= most)
        return;
    for (size_t i = 0; i < w->groups.n; i++)
        if (campaign < 0 || turns[i].group->campaign == campaign)
            turns[i].spend = world_to_cents((int64_t)((__int128)turns[i].spend * most / sum));
}

/* --- what people do ------------------------------------------------------------------------
 */

static int32_t count(const struct world_draw *d, enum process process, double mean,
                     int64_t most)
{
    int64_t n = world_poisson(mean, world_uniform(d, process));
    return (int32_t)(n < most ? n : most);
}

/*
 * How many of so many, for figures that decide nothing: a mean, a fitting
 * spread, no care for the tails.
 */
static int32_t about(uint32_t word, double rate, int32_t of)
{
    double mean = rate * of, u = (word + 0.5) * 0x1p-32;
    double n = mean < 9 ? mean + u : mean + 0.5 + world_sqrt(3 * mean) * (2 * u - 1);
    return n < of ? (int32_t)n : of;
}

/* How long they watch and whether they like it: the hook counts most at the beginning. */
static void watch(struct ledger_row *row, const struct world_draw *d, const struct ad *ad)
{
    double hook = ad->today.hook, story = ad->today.story;
    uint32_t u[12];
    for (uint32_t i = 0; i < 3; i++) {
        struct world_bits bits = world_draw_bits(d, HOUR_WATCH + i);
        u[4 * i] = (uint32_t)bits.a;
        u[4 * i + 1] = (uint32_t)(bits.a >> 32);
        u[4 * i + 2] = (uint32_t)bits.b;
        u[4 * i + 3] = (uint32_t)(bits.b >> 32);
    }
    row->plays = about(u[0], 0.97, row->impressions);
    row->v2 = about(u[1], 0.42 * hook, row->plays);
    row->v6 = about(u[2], 0.40 * story, row->v2);
    row->p25 = about(u[3], 0.62, row->v2);
    row->p50 = about(u[4], 0.52 * story, row->p25);
    row->p75 = about(u[5], 0.60, row->p50);
    row->p100 = about(u[6], 0.62, row->p75);
    row->play_ms = 900 * (int64_t)row->plays + 1500 * (int64_t)row->v2 +
                   3500 * (int64_t)row->v6 + 3000 * (int64_t)row->p75;
    row->likes = about(u[7], 0.006 * hook, row->impressions);
    row->comments = about(u[8], 0.0004 * hook, row->impressions);
    row->shares = about(u[9], 0.0006 * hook, row->impressions);
    row->follows = about(u[10], 0.0003 * story, row->impressions);
    row->visits = about(u[11], 0.0015 * story, row->impressions);
}

/* What is the same for the ad all day, worked out once. */
static void begin_ad_day(const struct world *w, struct ad *ad, int day)
{
    const struct group *g = &w->groups.at[ad->group];
    struct world_draw d = world_draw_for(w, STREAM_AD_DAY, ad->entity, (uint32_t)day, 1);
    struct world_draw report = world_draw_for(w, STREAM_REPORT, ad->entity, (uint32_t)day, 1);
    double tired = world_fatigue(g, ad, day);

    ad->today = (struct ad_day){
        .day = day,
        .entity = ad->entity,
        .click_noise = world_noise(0.08, world_normal(&d, 1)),
        .worth = world_to_micros(world_lead_worth(g, ad, day)),
        .hook = world_exp(0.4 * ad->traits.hook) * (0.6 + 0.4 * tired),
        .story = world_exp(0.3 * (ad->traits.hook + ad->traits.conv)),
    };
    if (world_uniform(&report, 2) < 0.4)
        return; /* nothing to correct that day */
    ad->today.credit = w->p.fault.credit * world_uniform(&report, 1);
    ad->today.credit_ms = world_day_begins_ms(w, day + 1) +
                          (int64_t)(world_between(&report, 3, 2, 47) * MS_AN_HOUR);
}

/* When it is shown, what is credited of it, and when. */
static void report_later(struct world *w, struct ledger_row *row, const struct ad *ad,
                         const struct world_draw *d)
{
    struct world_draw lag = world_draw_for(w, STREAM_REPORT, ad->entity, row->hour, 0);
    int64_t late = (int64_t)(world_between(&lag, 1, 0.5, 2) * MS_AN_HOUR);
    row->shown_ms = world_hour_ms(w, row->hour + 1) + late;
    for (size_t i = 0; i < countof(w->p.fault.report_gap_days); i++)
        if (w->p.fault.report_gap_days[i] == ad->today.day)
            row->shown_ms = world_day_begins_ms(w, ad->today.day + 2) + late;
    if (!ad->today.credit_ms)
        return;
    row->credit_ms = ad->today.credit_ms;
    row->credit = world_to_cents((int64_t)((double)row->spend * ad->today.credit));
    row->credit_clicks = (int32_t)world_round(row->clicks * ad->today.credit,
                                              world_uniform(d, HOUR_CREDIT_CLICKS));
    w->credit_due[(row->credit_ms - w->start_ms) / MS_AN_HOUR % CREDIT_HOURS] += row->credit;
}

static void keep(struct world *w, const struct ledger_row *row)
{
    uint64_t h = world_stir(w->ads.at[row->ad].entity, row->hour);
    const int64_t words[] = {
        row->spend,     row->credit,  row->impressions, row->clicks,  row->credit_clicks,
        row->leads,     row->plays,   row->v2,          row->v6,      row->p25,
        row->p50,       row->p75,     row->p100,        row->likes,   row->comments,
        row->shares,    row->follows, row->visits,      row->play_ms, row->shown_ms,
        row->credit_ms, row->worth};
    for (size_t i = 0; i < countof(words); i++)
        h = world_stir(h, (uint64_t)words[i]);
    w->hash += h; /* a sum: the order in which ads were made does not matter */
    *ledger_add(&w->ledger, w->arena) = *row;
}

/* An autocorrelated normal of the group's day that needs no history: a weighted window. */
static double group_mood(const struct world *w, struct group *g, int day)
{
    double phi = g->audience->noise_phi, weight = world_sqrt(1 - phi * phi), sum = 0;
    if (g->mood_day == day)
        return g->mood;
    for (int back = 0; back < 12 && back <= day; back++) {
        struct world_draw d =
            world_draw_for(w, STREAM_GROUP_DAY, g->entity, (uint32_t)(day - back), 0);
        sum += weight * world_normal(&d, 3);
        weight *= phi;
    }
    g->mood_day = day;
    g->mood = sum;
    return sum;
}

static void play_ad(struct world *w, struct turn *turn, const struct split *split,
                    double impressions, int64_t spend, double n2)
{
    struct group *g = turn->group;
    struct ad *ad = &w->ads.at[split->ad];
    int day = world_day_of(w, w->hour);
    struct world_draw d = world_draw_for(w, STREAM_AD_HOUR, ad->entity, w->hour, 0);
    struct ledger_row row = {.hour = w->hour, .ad = split->ad, .spend = spend};

    if (impressions > MOST_IMPRESSIONS)
        impressions = MOST_IMPRESSIONS;
    row.impressions = (int32_t)world_round(impressions, world_uniform(&d, HOUR_IMPRESSIONS));
    if (row.impressions == 0)
        return;
    if (ad->today.day != day || ad->today.entity != ad->entity)
        begin_ad_day(w, ad, day);
    double click_rate = split->ctr * ad->today.click_noise;
    row.clicks = count(&d, HOUR_CLICKS, impressions * click_rate, row.impressions);
    double lead_rate = split->cvr * turn->market.learning * turn->market.weekday_cvr * n2;
    int64_t most_leads = row.clicks < MOST_LEADS ? row.clicks : MOST_LEADS;
    row.leads = count(&d, HOUR_LEADS, row.clicks * lead_rate, most_leads);
    row.worth = row.leads * ad->today.worth;
    watch(&row, &d, ad);
    report_later(w, &row, ad, &d);
    keep(w, &row);

    if (ad->first_day < 0)
        ad->first_day = day;
    ad->impressions += row.impressions;
    ad->impressions_today += row.impressions;
    g->spent_today += spend;
    for (int32_t k = 0; k < row.leads; k++)
        world_lead_make(w, split->ad, w->hour, (uint32_t)k);
}

static void play_group(struct world *w, struct turn *turn)
{
    struct group *g = turn->group;
    struct campaign *c = &w->campaigns.at[g->campaign];
    int day = world_day_of(w, w->hour);
    double impressions = world_market_impressions(&turn->market, (double)turn->spend / 1e6);
    /* Days differ more while the platform is still learning. */
    double sd = g->audience->noise_sd * (1 + 0.5 * world_exp(-g->learned / g->audience->n0));
    double n2 = world_noise(sd, group_mood(w, g, day));
    int64_t before = g->spent_today;

    if (turn->spend == 0)
        return;
    for (size_t i = 0; i < turn->splits.n; i++) {
        const struct split *s = &turn->splits.at[i];
        play_ad(w, turn, s, impressions * s->share,
                world_to_cents((int64_t)((double)turn->spend * s->share)), n2);
    }
    int64_t spent = g->spent_today - before;
    if (spent > 0 && g->first_day < 0)
        g->first_day = day;
    g->spent_week += spent;
    g->spent += spent;
    c->spent_today += spent;
    c->spent_week += spent;
    c->spent += spent;
    w->spent_today += spent;
    if (w->balance >= 0)
        w->balance = w->balance > spent ? w->balance - spent : 0;
}

void world_play_hour(struct world *w)
{
    int day = world_day_of(w, w->hour);
    int64_t *due = &w->credit_due[w->hour % CREDIT_HOURS];

    if (w->balance >= 0)
        w->balance += *due;
    *due = 0;
    if (!world_account_frozen(w, day)) {
        struct arena_mark mark = arena_mark(w->scratch);
        struct turn *turns = NEW_ARRAY(w->scratch, struct turn, w->groups.n + 1);
        for (size_t i = 0; i < w->groups.n; i++)
            plan_group(w, &w->groups.at[i], &turns[i]);
        for (size_t i = 0; i < w->campaigns.n; i++) {
            const struct campaign *c = &w->campaigns.at[i];
            if (c->shared)
                share_campaign(w, (int)i, turns);
            if (c->mode != WORLD_BUDGET_NONE)
                fit(w, turns, (int)i, world_campaign_left(w, c));
        }
        fit(w, turns, -1, world_account_left(w));
        for (size_t i = 0; i < w->groups.n; i++)
            play_group(w, &turns[i]);
        arena_rewind(w->scratch, mark);
    }
    w->hour++;
    if (world_hour_of_day(w, w->hour) == 0)
        world_begin_day(w, day + 1);
}
