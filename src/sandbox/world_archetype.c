/*
 * world_archetype.c - kinds of worlds, and the draws of everything that a
 * world file does not say.  Each draw has a number of its own: giving one
 * member in a file leaves all others as they were.
 */

#include "sandbox/world_inside.h"
#include "sandbox/world_math.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct archetype archetypes[] = {
    /*                         pi         groups   budget    rho    traits' sd       tau  ever  k   bench  sale, d */
    {"mixed",                2.10, .35,   4,  8,   5,  20,  -.45,  .40, .35,  .55,  20,  .12, 1.0,  0, 2,  4, 10, TWIST_NONE},
    {"one-winner",           1.20, .35,   4,  8,   5,  20,  -.45,  .20, .175, .275, 20,  .12, 1.0,  0, 2,  4, 10, TWIST_ONE_WINNER},
    {"all-bad",              0.75, .10,   4,  8,   5,  20,  -.45,  .40, .35,  .55,  20,  .12, 1.0,  0, 2,  4, 10, TWIST_NONE},
    {"late-bloomer",         2.10, .35,   4,  8,   5,  20,  -.45,  .40, .35,  .55,  20,  .12, 1.0,  0, 2,  4, 10, TWIST_LATE_BLOOMER},
    {"fast-fatigue",         2.10, .35,   4,  8,   5,  20,  -.45,  .40, .35,  .55,   6,  .12, 1.6,  2, 3,  4, 10, TWIST_NONE},
    {"cheap-click-bad-lead", 2.10, .35,   4,  8,   5,  20,  -.85,  .55, .35,  .80,  20,  .12, 1.0,  0, 2,  4, 10, TWIST_NONE},
    {"weekend-heavy",        2.10, .35,   4,  8,   5,  20,  -.45,  .40, .35,  .55,  20,  .12, 1.0,  0, 2,  4, 10, TWIST_WEEKEND},
    {"lagging-sales",        2.10, .35,   4,  8,   5,  20,  -.45,  .40, .35,  .55,  20,  .12, 1.0,  0, 2, 14, 24, TWIST_NONE},
    {"tiny-budget",          2.10, .35,   3,  3,   2,   2,  -.45,  .40, .35,  .55,  20,  .12, 1.0,  0, 2,  4, 10, TWIST_NONE},
    {"regime-flip",          2.10, .35,   4,  8,   5,  20,  -.45,  .40, .35,  .55,  20,  .12, 1.0,  0, 2,  4, 10, TWIST_REGIME},
    {"many-small",           2.10, .35,  18, 18, 2.5, 2.5,  -.45,  .40, .35,  .55,  20,  .12, 1.0,  0, 0,  4, 10, TWIST_NONE},
    {"currency-shock",       2.10, .35,   4,  8,   5,  20,  -.45,  .40, .35,  .55,  20,  .12, 1.0,  0, 2,  4, 10, TWIST_CURRENCY},
    {"broken-tracking",      2.10, .35,   4,  8,   5,  20,  -.45,  .40, .35,  .55,  20,  .12, 1.0,  0, 2,  4, 10, TWIST_BROKEN_TRACKING},
    {"demo",                 1.20, .00,   3,  3,   6,   6,  -.45,  .40, .35,  .55,  40,  .50, 0.6,  0, 0,  2,  2, TWIST_DEMO},
};
/* clang-format on */

const char *const world_archetypes[] = {
    "mixed",           "one-winner",    "all-bad",
    "late-bloomer",    "fast-fatigue",  "cheap-click-bad-lead",
    "weekend-heavy",   "lagging-sales", "tiny-budget",
    "regime-flip",     "many-small",    "currency-shock",
    "broken-tracking", "demo",          NULL,
};

const struct archetype *world_archetype_find(struct str name)
{
    for (size_t i = 0; i < countof(archetypes); i++)
        if (str_eq(name, str(archetypes[i].name)))
            return &archetypes[i];
    return NULL;
}

/* Numbers of the draws: part of every world ever published. */
enum process {
    /* STREAM_SETUP */
    WORLD_CPM = 1,
    WORLD_DIRECTIONS,
    WORLD_GROUPS,
    WORLD_BUDGET,
    WORLD_RESET,
    WORLD_REJECT,
    WORLD_WEBHOOK_LOSS,
    WORLD_SHOCK_DAY,
    WORLD_SHOCK_SIZE,
    WORLD_WINNER,
    WORLD_DOW_SUPPLY = 32, /* + weekday */
    WORLD_DOW_CVR = 40,    /* + weekday */
    /* STREAM_DIRECTION */
    DIRECTION_CTR = 1,
    DIRECTION_CVR,
    DIRECTION_INVALID,
    DIRECTION_REPEAT,
    DIRECTION_Q,
    DIRECTION_R,
    DIRECTION_PI,
    DIRECTION_MARGIN_SHARE,
    DIRECTION_QUALIFIED_DELAY,
    DIRECTION_SALE_DELAY,
    DIRECTION_REFUND,
    DIRECTION_CRM,
    DIRECTION_TARGET,
    DIRECTION_CALL_BACK,
    /* STREAM_GROUP */
    GROUP_BUDGET = 1,
    GROUP_CPM,
    GROUP_SIGMA,
    GROUP_F,
    GROUP_FREQUENCY,
    GROUP_APPEAL,
    GROUP_DELTA,
    GROUP_NOISE_SD,
    GROUP_NOISE_PHI,
    GROUP_LIVE,
    GROUP_BENCH,
    GROUP_LATE,
    GROUP_N0,
    GROUP_EVENT_DAY,
    GROUP_EVENT_SIGN,
    GROUP_EVENT_CPM,
    /* STREAM_CREATIVE */
    CREATIVE_Z1 = 1,
    CREATIVE_Z2,
    CREATIVE_Z3,
    CREATIVE_WINNER,
    CREATIVE_WINNER_SPLIT,
    CREATIVE_TAU,
    CREATIVE_EVERGREEN,
    CREATIVE_ETA,
    CREATIVE_ROLE,
};

static struct world_draw setup_draw(const struct parameters *p)
{
    return (struct world_draw){.seed = p->seed, .stream = STREAM_SETUP};
}

static struct world_draw named_draw(const struct parameters *p, enum world_stream stream,
                                    const char *id)
{
    return (struct world_draw){
        .seed = p->seed, .stream = stream, .entity = world_entity(str(id), 0)};
}

/* --- account ------------------------------------------------------------------- */

/*
 * What an invented market of that currency is like: price level against the
 * tenge (about what such an advertiser pays there, not an exchange rate) and
 * the least daily budget of an ad group.
 */
struct currency {
    char code[4];
    double level, min_daily;
};

static struct currency currency_of(const struct parameters *p)
{
    static const struct currency known[] = {
        {"KZT", 1, 2500},         {"USD", 1.0 / 520, 20}, {"EUR", 1.0 / 600, 20},
        {"RUB", 1.0 / 6.2, 2000}, {"SAR", 1.0 / 139, 20}, {"AED", 1.0 / 142, 20},
    };
    for (size_t i = 0; i < countof(known); i++)
        if (strcmp(p->account.currency, known[i].code) == 0)
            return known[i];
    return (struct currency){.level = 1.0 / 520, .min_daily = 20};
}

static bool demo(const struct parameters *p)
{
    return p->archetype->twist == TWIST_DEMO;
}

void world_draw_account(const struct parameters *p, struct account *account)
{
    struct world_draw d = setup_draw(p);
    account->min_daily_budget = currency_of(p).min_daily;
    account->daily_cap = 0; /* follows from the groups: see parameters_read */
    account->review_median_h = 6;
    account->review_p99_h = 48;
    account->review_reject = demo(p) ? 0 : world_between(&d, WORLD_REJECT, 0.03, 0.08);
}

void world_draw_market(const struct parameters *p, struct market *market)
{
    static const double hour_w[HOURS_A_DAY] = {2.9, 1.8, 1.1, .8,  .7,  .9,  1.6, 2.8,
                                               3.8, 4.0, 4.1, 4.3, 4.8, 4.9, 4.6, 4.4,
                                               4.5, 4.8, 5.3, 6.2, 7.2, 8.0, 7.6, 4.9};
    static const double weekend_cvr[DAYS_A_WEEK] = {.75, .72, .74, .78, 1.05, 1.55, 1.41};
    struct world_draw d = setup_draw(p);
    double sum = 0, cvr_sd = demo(p) ? 0.03 : 0.08;

    market->cpm_ref =
        currency_of(p).level *
        (demo(p) ? 1600 : world_lognormal(800, 0.35, world_normal(&d, WORLD_CPM)));
    market->phi = 0.8;
    market->sd = demo(p) ? 0.03 : 0.06;
    market->hour_sd = 0.1;
    memcpy(market->hour_w, hour_w, sizeof hour_w);
    for (uint32_t i = 0; i < DAYS_A_WEEK; i++) {
        market->dow_supply[i] = world_between(&d, WORLD_DOW_SUPPLY + i, 0.96, 1.04);
        market->dow_cvr[i] = world_noise(cvr_sd, world_normal(&d, WORLD_DOW_CVR + i));
        sum += market->dow_cvr[i];
    }
    for (int i = 0; i < DAYS_A_WEEK; i++)
        market->dow_cvr[i] *= DAYS_A_WEEK / sum;
    if (p->archetype->twist == TWIST_WEEKEND)
        memcpy(market->dow_cvr, weekend_cvr, sizeof weekend_cvr);
}

void world_draw_desk(const struct parameters *p, struct desk *desk)
{
    bool weekends_off = p->archetype->twist == TWIST_WEEKEND;
    desk->open_h = 9;
    desk->close_h = demo(p) ? 21 : 19;
    for (int i = 0; i < DAYS_A_WEEK; i++)
        desk->works[i] = i < 5 || (!weekends_off && (i == 5 || demo(p)));
}

void world_draw_people(const struct parameters *p, double people[WORLD_COUNTRIES])
{
    static const struct {
        char currency[4];
        double shares[WORLD_COUNTRIES];
    } known[] = {
        {"KZT", {.86, .06, .04, .04}},
        {"RUB", {.05, .93, .01, .01}},
        {"SAR", {.01, .01, .88, .10}},
        {"AED", {.01, .03, .16, .80}},
    };
    for (int k = 0; k < WORLD_COUNTRIES; k++)
        people[k] = 0.25;
    for (size_t i = 0; i < countof(known); i++)
        if (strcmp(p->account.currency, known[i].currency) == 0)
            memcpy(people, known[i].shares, sizeof known[i].shares);
}

/* --- directions ------------------------------------------------------------------ */

size_t world_draw_direction_count(const struct parameters *p)
{
    struct world_draw d = setup_draw(p);
    return demo(p) ? 1 : 1 + world_below(&d, WORLD_DIRECTIONS, 2);
}

static double around(const struct parameters *p, double x)
{
    return demo(p) ? 0 : x;
}

void world_draw_direction(const struct parameters *p, struct direction *d)
{
    struct world_draw draw = named_draw(p, STREAM_DIRECTION, d->id);
    const struct archetype *a = p->archetype;

    d->ctr0 = world_lognormal(demo(p) ? 0.009 : 0.01, around(p, 0.30),
                              world_normal(&draw, DIRECTION_CTR));
    d->cvr0 = world_lognormal(demo(p) ? 0.045 : 0.06, around(p, 0.35),
                              world_normal(&draw, DIRECTION_CVR));
    d->invalid = demo(p) ? 0.1 : world_between(&draw, DIRECTION_INVALID, 0.05, 0.30);
    d->repeat = world_between(&draw, DIRECTION_REPEAT, 0.02, 0.06);
    /* People who are called late qualify less often. */
    d->call_back = demo(p) ? 1 : world_between(&draw, DIRECTION_CALL_BACK, 0.6, 1);
    d->q0 = demo(p) ? 0.42 : world_between(&draw, DIRECTION_Q, 0.25, 0.55);
    d->r0 = demo(p) ? 0.32 : world_between(&draw, DIRECTION_R, 0.10, 0.30);
    d->margin_cv = demo(p) ? 0.3 : 0.5;
    d->margin_share = demo(p) ? 0.65 : world_between(&draw, DIRECTION_MARGIN_SHARE, 0.35, 0.60);
    d->qualified_median_d =
        demo(p) ? 0.3 : world_between(&draw, DIRECTION_QUALIFIED_DELAY, 0.5, 2);
    d->qualified_sd = demo(p) ? 0.6 : 0.9;
    d->sale_median_d =
        world_between(&draw, DIRECTION_SALE_DELAY, a->sale_low_d, a->sale_high_d);
    d->sale_sd = demo(p) ? 0.6 : 0.8;
    d->refund = demo(p) ? 0.02 : world_between(&draw, DIRECTION_REFUND, 0, 0.05);
    d->crm_mark = demo(p) ? 1 : world_between(&draw, DIRECTION_CRM, 0.75, 1);
    d->crm_delay_d = demo(p) ? 0.1 : 3;
}

double world_base_cpl(const struct parameters *p, const struct direction *d)
{
    return p->market.cpm_ref / 1000 / d->ctr0 / d->cvr0;
}

void world_draw_direction_worth(const struct parameters *p, struct direction *d)
{
    struct world_draw draw = named_draw(p, STREAM_DIRECTION, d->id);
    const struct archetype *a = p->archetype;
    double pi = world_lognormal(a->pi_median, a->pi_sd, world_normal(&draw, DIRECTION_PI));
    double cpl = world_base_cpl(p, d);

    d->margin_mean = pi * cpl / ((1 - d->invalid) * d->q0 * d->r0);
    d->user_target_cpl =
        pi * cpl * (demo(p) ? 1.05 : 0.75) *
        world_lognormal(1, around(p, 0.25), world_normal(&draw, DIRECTION_TARGET));
    d->user_margin = d->margin_mean;
}

/* --- groups -------------------------------------------------------------------------- */

size_t world_draw_group_count(const struct parameters *p)
{
    struct world_draw d = setup_draw(p);
    const struct archetype *a = p->archetype;
    return (
        size_t)(a->groups_low +
                world_below(&d, WORLD_GROUPS, (uint32_t)(a->groups_high - a->groups_low + 1)));
}

static double log_between(const struct world_draw *draw, uint32_t process, double low,
                          double high)
{
    return world_exp(world_between(draw, process, world_log(low), world_log(high)));
}

void world_draw_group(const struct parameters *p, struct audience *g)
{
    struct world_draw world = setup_draw(p), draw = named_draw(p, STREAM_GROUP, g->id);
    const struct archetype *a = p->archetype;
    const struct direction *d = &p->directions[g->direction];
    double budget = log_between(&world, WORLD_BUDGET, a->budget_low, a->budget_high) *
                    world_base_cpl(p, d) *
                    world_lognormal(1, around(p, 0.35), world_normal(&draw, GROUP_BUDGET));
    double reset = world_uniform(&world, WORLD_RESET);

    g->budget = budget < p->account.min_daily_budget ? p->account.min_daily_budget : budget;
    g->cpm_ref = world_lognormal(p->market.cpm_ref, demo(p) ? 0.03 : 0.1,
                                 world_normal(&draw, GROUP_CPM));
    g->sigma = demo(p) ? 0.8 : world_between(&draw, GROUP_SIGMA, 0.6, 1.2);
    g->f_ref = demo(p) ? 0.02 : log_between(&draw, GROUP_F, 0.005, 0.2);
    g->freq7 = demo(p) ? 1.3 : world_lognormal(1.3, 0.4, world_normal(&draw, GROUP_FREQUENCY));
    g->appeal = world_lognormal(1, demo(p) ? 0.04 : 0.15, world_normal(&draw, GROUP_APPEAL));
    g->cvr = 1;
    g->fatigue_k = a->fatigue_k;
    g->ageless = 0;
    g->delta = demo(p) ? 0.22 : world_between(&draw, GROUP_DELTA, 0.20, 0.45);
    g->n0 = demo(p) ? 10 : 20;
    g->reset = reset < 0.3 ? 0.2 : reset < 0.8 ? 0.5 : 0;
    g->noise_sd = demo(p) ? 0.08 : world_between(&draw, GROUP_NOISE_SD, 0.08, 0.20);
    g->noise_phi = world_between(&draw, GROUP_NOISE_PHI, 0.3, 0.6);
    if (a->twist == TWIST_LATE_BLOOMER && world_uniform(&draw, GROUP_LATE) < 0.5) {
        g->delta = 0.65;
        g->n0 = world_between(&draw, GROUP_N0, 35, 60);
        g->cvr = 1.15;
        g->ageless = 1;
    }
}

void world_draw_ad_counts(const struct parameters *p, const struct audience *g, size_t *live,
                          size_t *bench)
{
    struct world_draw draw = named_draw(p, STREAM_GROUP, g->id);
    const struct archetype *a = p->archetype;
    *live = demo(p) ? 1 : 1 + world_below(&draw, GROUP_LIVE, 3);
    *bench = (size_t)(a->bench_low + world_below(&draw, GROUP_BENCH,
                                                 (uint32_t)(a->bench_high - a->bench_low + 1)));
}

/* --- creatives -------------------------------------------------------------------------- */

static const struct {
    const char *name;
    double hook, conv, qual;
} creative_roles[] = {
    {"winner", 0.25, 0.45, 0.7},
    {"average", 0, 0, 0},
    {"bad-leads", 0.8, -0.9, -1.9}, /* everybody clicks, nobody buys */
    {"weak", -0.4, -0.3, -0.3},
};

static void set_role(struct traits *t, size_t role)
{
    t->hook = creative_roles[role].hook;
    t->conv = creative_roles[role].conv;
    t->qual = creative_roles[role].qual;
}

bool world_draw_role(const struct parameters *p, struct str role, struct traits *t)
{
    for (size_t i = 0; i < countof(creative_roles); i++)
        if (str_eq(role, str(creative_roles[i].name))) {
            world_draw_traits(p, t);
            set_role(t, i);
            return true;
        }
    return false;
}

/* The one winner is the first ad of some group, or one in ten of the advertiser's own. */
static bool the_one(const struct parameters *p, const struct world_draw *draw, const char *id)
{
    struct world_draw world = setup_draw(p);
    char winner[16];
    snprintf(winner, sizeof winner, "g%ua1", 1 + world_below(&world, WORLD_WINNER, 4));
    if (strcmp(id, winner) == 0)
        return true;
    bool of_world = id[0] == 'g' && id[1] >= '1' && id[1] <= '9' && strlen(id) < 6;
    return !of_world && world_uniform(draw, CREATIVE_WINNER) < 0.1;
}

void world_draw_traits(const struct parameters *p, struct traits *t)
{
    struct world_draw draw = named_draw(p, STREAM_CREATIVE, t->id);
    const struct archetype *a = p->archetype;
    double z1 = world_normal(&draw, CREATIVE_Z1), z2 = world_normal(&draw, CREATIVE_Z2),
           z3 = world_normal(&draw, CREATIVE_Z3);
    double bonus = 0, split = world_uniform(&draw, CREATIVE_WINNER_SPLIT);

    t->hook = a->hook_sd * z1;
    t->conv = a->conv_sd * (-0.15 * z1 + 0.99 * z2);
    t->qual = a->qual_sd * (a->rho * z1 + world_sqrt(1 - a->rho * a->rho) * z3);
    if (a->twist == TWIST_ONE_WINNER)
        bonus = the_one(p, &draw, t->id) ? 0.8 : 0;
    else if (world_uniform(&draw, CREATIVE_WINNER) < 0.06)
        bonus = 0.6;
    t->hook += bonus * split;
    t->conv += bonus * (1 - split);
    if (demo(p))
        set_role(t, world_below(&draw, CREATIVE_ROLE, 3));

    t->tau = world_lognormal(a->tau_median, 0.5, world_normal(&draw, CREATIVE_TAU));
    if (world_uniform(&draw, CREATIVE_EVERGREEN) < a->evergreen)
        t->tau = 0;
    t->eta = world_between(&draw, CREATIVE_ETA, 0.18, 0.43);
}

/* --- events and faults ---------------------------------------------------------------------
 */

static double whole(double x)
{
    return (double)(int)x;
}

size_t world_draw_world_events(const struct parameters *p, struct event out[4])
{
    struct world_draw d = setup_draw(p);
    double at = world_uniform(&d, WORLD_SHOCK_DAY), size = world_uniform(&d, WORLD_SHOCK_SIZE);
    struct event e = {.cpm = 1, .cvr = 1, .quality = 1, .day = whole(14 + 21 * at)};

    switch (p->archetype->twist) {
    case TWIST_CURRENCY:
        e.kind = EVENT_FX;
        e.cpm = 1.2 + 0.15 * size;
        break;
    case TWIST_BROKEN_TRACKING:
        e.kind = EVENT_TRACKING_LOSS;
        e.days = whole(4 + 4 * size);
        break;
    default:
        return 0;
    }
    out[0] = e;
    return 1;
}

size_t world_draw_group_events(const struct parameters *p, struct str group,
                               struct event out[4])
{
    if (p->archetype->twist != TWIST_REGIME)
        return 0;
    struct event e = {.kind = EVENT_REGIME, .quality = 1};
    snprintf(e.group, sizeof e.group, STR_FMT, STR_ARG(group));
    struct world_draw d = named_draw(p, STREAM_GROUP, e.group);
    e.day = whole(world_between(&d, GROUP_EVENT_DAY, 18, 33));
    e.cvr = world_uniform(&d, GROUP_EVENT_SIGN) < 0.5 ? 0.6 : 1.45;
    e.cpm = world_between(&d, GROUP_EVENT_CPM, 1, 1.2);
    out[0] = e;
    return 1;
}

void world_draw_fault(const struct parameters *p, struct fault *fault)
{
    struct world_draw d = setup_draw(p);
    fault->webhook_loss = world_between(&d, WORLD_WEBHOOK_LOSS, 0.01, 0.03);
    fault->credit = 0.03;
    for (size_t i = 0; i < countof(fault->report_gap_days); i++)
        fault->report_gap_days[i] = -1;
}
