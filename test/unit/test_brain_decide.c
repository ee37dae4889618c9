/* brain/decide: what follows from the figures, and what nothing passes. */
#include "brain_inputs.h"

#include "base/random.h"
#include "brain/guard.h"

static const struct json *group_of(const struct json *root, const char *id)
{
    return find_by_id(json_at(root, "groups"), "id", str(id));
}

static const struct json *action_of(const struct json *root, const char *object_id)
{
    return find_by_id(json_at(root, "actions"), "object_id", str(object_id));
}

static bool is(const struct json *v, const char *path, const char *text)
{
    return str_eq(json_text(v, path, STR("")), str(text));
}

/* --- policy by class ------------------------------------------------------------------ */

/* One group at `budget`, the same day again and again: spend and leads; target 1000. */
static const struct {
    const char *name;
    int64_t budget, spend, leads;
    const char *decision, *cause;
    int64_t to;
    int64_t age_h, rest_h; /* 0 = long */
} policies[] = {
    {"very good with a high score: +30 %", 10000, 7000, 10, "raise", "health", 13000, 0, 0},
    {"very good: +20 %", 10000, 8000, 10, "raise", "health", 12000, 0, 0},
    {"good holds without freed money", 10000, 10000, 10, "hold", "health", 10000, 0, 0},
    {"bad: half", 10000, 11500, 10, "lower", "health", 5000, 0, 0},
    {"bad near the minimum: to the minimum", 4000, 4600, 4, "lower", "health", 2500, 0, 0},
    {"bad at the minimum: pause", 2500, 2875, 2, "pause", "floor", 0, 0, 0},
    {"over 3 x the target: pause", 40000, 31000, 10, "pause", "cost", 0, 0, 0},
    {"exactly 3 x the target: half", 40000, 30000, 10, "lower", "health", 20000, 0, 0},
    {"3 x the target without a lead: pause", 10000, 500, 0, "pause", "silence", 0, 0, 0},
    {"2 x the target without a lead: half", 10000, 300, 0, "lower", "health", 5000, 0, 0},
    {"1 x the target without a lead: half", 10000, 150, 0, "lower", "health", 5000, 0, 0},
    {"under 1 x it: nothing to judge", 10000, 130, 0, "hold", "thin", 10000, 0, 0},
    {"no delivery: empty is not zero", 10000, 0, 0, "hold", "no_data", 10000, 0, 0},
    {"learning: a bad one is lowered gently", 10000, 11500, 10, "lower", "health", 7500, 24, 0},
    {"learning: a silent one is not paused", 10000, 600, 0, "lower", "health", 7500, 24, 0},
    {"learning: a very good one waits", 10000, 7000, 10, "hold", "health", 10000, 24, 0},
    {"changed yesterday: a very good one waits", 10000, 7000, 10, "hold", "health", 10000, 0,
     24},
    {"changed yesterday: a bad one is cut all the same", 10000, 11500, 10, "lower", "health",
     5000, 0, 24},
};

static void each_class_has_its_policy(void)
{
    for (size_t i = 0; i < countof(policies); i++) {
        struct arena *arena = arena_new("test");
        struct brain_inputs in = make_inputs(arena, 100000, 1000);
        struct brain_group *g = make_group(arena, &in, "g1", policies[i].budget);
        make_days(&g->ads.at[0], 1, 30, policies[i].spend, policies[i].leads);
        if (policies[i].age_h)
            g->created_ms = NOW - policies[i].age_h * HOUR;
        if (policies[i].rest_h)
            g->changed_ms = NOW - policies[i].rest_h * HOUR;
        const struct json *root = make_decisions(arena, &in, NULL), *d = group_of(root, "g1");
        CHECK(is(d, "decision", policies[i].decision), "%s: " STR_FMT, policies[i].name,
              STR_ARG(json_text(d, "decision", STR("?"))));
        CHECK(is(d, "cause", policies[i].cause), "%s: " STR_FMT, policies[i].name,
              STR_ARG(json_text(d, "cause", STR("?"))));
        CHECK(json_whole(d, "to_micros") == policies[i].to * U, "%s: to %lld", policies[i].name,
              (long long)(json_whole(d, "to_micros") / U));
        CHECK(json_count(json_at(d, "reason")) == 3 && json_text(d, "reason.0", STR("")).n &&
                  json_text(d, "reason.1", STR("")).n && json_text(d, "reason.2", STR("")).n,
              "%s: three lines of reason", policies[i].name);
        CHECK(json_count(json_at(root, "actions")) == (is(d, "decision", "hold") ? 0u : 1u),
              "%s", policies[i].name);
        arena_free(arena);
    }
}

/* Cost on target +10, CTR 0.5 % -8, three days dearer -7.5: -5.5, rounded to -6. */
static void neutral_low_is_lowered_by_a_quarter_and_rests(void)
{
    struct arena *arena = arena_new("test");

    for (int rested = 0; rested < 2; rested++) {
        struct brain_inputs in = make_inputs(arena, 100000, 1000);
        struct brain_group *g = make_group(arena, &in, "g1", 10000);
        make_days(&g->ads.at[0], 1, 30, 8000, 10);
        make_days(&g->ads.at[0], 1, 3, 10000, 10);
        g->ads.at[0].day[1].clicks = 50;
        g->changed_ms = rested ? 0 : NOW - 24 * HOUR;
        const struct json *d = group_of(make_decisions(arena, &in, NULL), "g1");
        CHECK(is(d, "health", "neutral_low") && json_whole(d, "score") == -6, "score %lld",
              (long long)json_whole(d, "score"));
        CHECK(json_whole(d, "to_micros") == (rested ? 7500 * U : 10000 * U), "to %lld",
              (long long)json_whole(d, "to_micros"));
        CHECK(rested || is(d, "limit.guardrail", "cool_down"), "rest is named");
    }
    arena_free(arena);
}

static void a_raise_needs_results(void)
{
    struct arena *arena = arena_new("test");
    struct brain_inputs in = make_inputs(arena, 100000, 1000);
    struct brain_group *g = make_group(arena, &in, "g1", 10000);

    make_days(&g->ads.at[0], 1, 7, 300, 0);
    make_days(&g->ads.at[0], 1, 1, 1400, 2);
    const struct json *d = group_of(make_decisions(arena, &in, NULL), "g1");
    CHECK(is(d, "health", "very_good") && is(d, "decision", "hold"), "two leads are no quorum");
    CHECK(str_has(json_text(d, "reason.1", STR("")), STR("too few")), "says why");
    arena_free(arena);
}

/* --- what holds ------------------------------------------------------------------------- */

enum state_fault {
    NOT_OURS,
    INACTIVE,
    STOPPED,
    CAMPAIGN_MONEY,
    UNKNOWN_WRITE,
    CURRENCY,
    REACH
};
static const struct {
    enum state_fault fault;
    const char *cause;
} states[] = {
    {NOT_OURS, "not_ours"},
    {INACTIVE, "not_ours"},
    {STOPPED, "not_running"},
    {CAMPAIGN_MONEY, "not_daily"},
    {UNKNOWN_WRITE, "uncertain_write"},
    {CURRENCY, "currency"},
    {REACH, "no_result_kind"},
};

static void states_hold_with_their_reason(void)
{
    for (size_t i = 0; i < countof(states); i++) {
        struct arena *arena = arena_new("test");
        struct brain_inputs in = make_inputs(arena, 100000, 1000);
        struct brain_group *g = make_group(arena, &in, "g1", 10000);
        make_days(&g->ads.at[0], 1, 30, 40000, 10); /* would be paused */
        if (states[i].fault == NOT_OURS)
            g->direction_id = STR("");
        in.directions.at[0].active = states[i].fault != INACTIVE;
        g->live = states[i].fault != STOPPED;
        g->daily = states[i].fault != CAMPAIGN_MONEY;
        g->uncertain = states[i].fault == UNKNOWN_WRITE;
        g->mixed_currency = states[i].fault == CURRENCY;
        if (states[i].fault == REACH)
            in.directions.at[0].objective = STR("reach");
        const struct json *root = make_decisions(arena, &in, NULL), *d = group_of(root, "g1");
        CHECK(is(d, "decision", "hold") && is(d, "cause", states[i].cause), "%s: " STR_FMT,
              states[i].cause, STR_ARG(json_text(d, "cause", STR("?"))));
        CHECK(json_count(json_at(root, "actions")) == 0, "%s", states[i].cause);
        arena_free(arena);
    }
}

enum gate_fault { NEVER, STALE, MISSING, NO_DELIVERY, TRACKING, SOURCE };
static const struct {
    enum gate_fault fault;
    const char *name;
} gate_faults[] = {
    {NEVER, "no_figures"},    {STALE, "stale"},
    {MISSING, "missing_day"}, {NO_DELIVERY, "not_deliverable"},
    {TRACKING, "tracking"},   {SOURCE, "lead_source"},
};

static void gates_hold_everything_they_speak_for(void)
{
    for (size_t i = 0; i < countof(gate_faults); i++) {
        struct arena *arena = arena_new("test");
        struct brain_inputs in = make_inputs(arena, 5000, 1000); /* over its cap as well */
        struct brain_group *g = make_group(arena, &in, "g1", 10000);
        make_days(&g->ads.at[0], 1, 30, 40000, 10);
        switch (gate_faults[i].fault) {
        case NEVER:
            in.collected_ms = 0;
            break;
        case STALE:
            in.collected_ms = NOW - 3 * HOUR - 1;
            break;
        case MISSING:
            in.covered[7] = false;
            break;
        case NO_DELIVERY:
            in.deliverable = false;
            break;
        case TRACKING: /* 800 clicks, a lead for 80 of them, and none came */
            g->ads.at[0].day[1].leads = g->ads.at[0].day[1].conversions = 0;
            break;
        case SOURCE: /* few clicks, but the platform counted leads */
            make_days(&g->ads.at[0], 1, 30, 4000, 1);
            g->ads.at[0].day[1].leads = 0;
            g->ads.at[0].day[1].conversions = 3;
            break;
        }
        bool leads_only = gate_faults[i].fault >= TRACKING;
        if (leads_only)
            in.directions.at[0].budget_micros = 100000 * U;
        const struct json *root = make_decisions(arena, &in, NULL);
        CHECK(is(root, "gates.0.name", gate_faults[i].name), "%s: " STR_FMT,
              gate_faults[i].name, STR_ARG(json_text(root, "gates.0.name", STR("none"))));
        CHECK(is(group_of(root, "g1"), "cause", gate_faults[i].name), "%s",
              gate_faults[i].name);
        CHECK(json_count(json_at(root, "actions")) == 0, "%s acts", gate_faults[i].name);
        arena_free(arena);
    }
}

static void three_hours_old_is_still_fresh(void)
{
    struct arena *arena = arena_new("test");
    struct brain_inputs in = make_inputs(arena, 100000, 1000);

    make_days(&make_group(arena, &in, "g1", 10000)->ads.at[0], 1, 30, 7000, 10);
    in.collected_ms = NOW - 3 * HOUR;
    in.covered[8] = false; /* only the month is not whole: the week can be judged */
    const struct json *root = make_decisions(arena, &in, NULL);
    CHECK(json_count(json_at(root, "gates")) == 0, "no gate");
    CHECK(is(group_of(root, "g1"), "decision", "raise"), "acts");
    arena_free(arena);
}

/* --- targets -------------------------------------------------------------------------------
 */

static void each_direction_has_its_own_target(void)
{
    struct arena *arena = arena_new("test");
    struct brain_inputs in = make_inputs(arena, 100000, 2000);
    struct brain_group *dear, *cheap;

    make_direction(arena, &in, "d2", 100000, 500);
    make_days(&make_group(arena, &in, "g1", 10000)->ads.at[0], 1, 30, 10000, 10);
    make_days(&make_group(arena, &in, "g2", 10000)->ads.at[0], 1, 30, 10000, 10);
    cheap = &in.groups.at[0], dear = &in.groups.at[1];
    dear->direction_id = STR("d2");
    (void)cheap;
    const struct json *root = make_decisions(arena, &in, NULL);
    CHECK(is(group_of(root, "g1"), "health", "very_good"), "1000 of 2000");
    CHECK(is(group_of(root, "g2"), "health", "bad"), "1000 of 500");
    CHECK(json_whole(group_of(root, "g2"), "target_micros") == 500 * U, "its own target");
    arena_free(arena);
}

static void without_a_target_the_median_serves_or_nothing(void)
{
    struct arena *arena = arena_new("test");
    struct brain_inputs in = make_inputs(arena, 100000, 0);

    make_days(&make_group(arena, &in, "g1", 10000)->ads.at[0], 1, 30, 6000, 10);
    make_days(&make_group(arena, &in, "g2", 10000)->ads.at[0], 1, 30, 10000, 10);
    const struct json *root = make_decisions(arena, &in, NULL);
    CHECK(is(group_of(root, "g1"), "cause", "no_target"), "two groups tell no median");
    make_days(&make_group(arena, &in, "g3", 10000)->ads.at[0], 1, 30, 15000, 10);
    root = make_decisions(arena, &in, NULL);
    CHECK(json_whole(group_of(root, "g1"), "target_micros") == 1000 * U, "median");
    CHECK(is(group_of(root, "g1"), "target_from", "median"), "says so");
    arena_free(arena);
}

/* --- windows ---------------------------------------------------------------------------------
 */

static void windows_are_complete_days_and_never_today(void)
{
    struct arena *arena = arena_new("test");
    struct brain_inputs in = make_inputs(arena, 100000, 1000);
    struct brain_ad *ad = &make_group(arena, &in, "g1", 10000)->ads.at[0];

    for (int day = 0; day < BRAIN_DAYS; day++) /* 1, 10, 100 ... units by day */
        ad->day[day].spend_micros = ad->day[day].impressions = (day + 1) * 1000 * U;
    ad->older.spend_micros = 7 * U;
    const struct json *d = group_of(make_decisions(arena, &in, NULL), "g1");
    CHECK(json_whole(d, "windows.today.spend_micros") == 1000 * U, "today");
    CHECK(json_whole(d, "windows.yesterday.spend_micros") == 2000 * U, "yesterday");
    CHECK(json_whole(d, "windows.days3.spend_micros") == 9000 * U, "2+3+4");
    CHECK(json_whole(d, "windows.days7.spend_micros") == 35000 * U, "2+..+8");
    CHECK(json_whole(d, "windows.days30.spend_micros") == 35007 * U, "and the rest");
    CHECK(json_type(json_at(d, "windows.yesterday.cost_micros")) == JSON_NULL,
          "no lead, no cost");
    arena_free(arena);
}

static void clicks_are_what_traffic_is_judged_by(void)
{
    struct arena *arena = arena_new("test");
    struct brain_inputs in = make_inputs(arena, 100000, 100);

    in.directions.at[0].objective = STR("traffic");
    make_days(&make_group(arena, &in, "g1", 10000)->ads.at[0], 1, 30, 10000, 0);
    const struct json *d = group_of(make_decisions(arena, &in, NULL), "g1");
    CHECK(is(d, "result", "clicks") && json_whole(d, "windows.yesterday.results") == 200,
          "clicks");
    CHECK(is(d, "health", "very_good"), "50 a click of 100");
    arena_free(arena);
}

/* --- the ad that eats its group
 * ----------------------------------------------------------------- */

static const struct {
    const char *name;
    int64_t spend_a, leads_a, spend_b, leads_b; /* a day */
    bool b_live, uncertain, unowned_lead;
    bool eats;
} eaters[] = {
    {"half of the money and no lead", 1000, 0, 1000, 2, true, false, false, true},
    {"half of the money at 1.3 x the target is not dear", 1300, 1, 1300, 2, true, false, false,
     false},
    {"half of the money over 1.3 x the target", 1400, 1, 1400, 3, true, false, false, true},
    {"under half of the money", 900, 0, 1000, 2, true, false, false, false},
    {"the only live ad is never paused", 1000, 0, 1000, 2, false, false, false, false},
    {"under 2 x the target spent", 280, 0, 200, 1, true, false, false, false},
    {"an ad with an unknown write is left", 1000, 0, 1000, 2, true, true, false, false},
    {"leads that no ad owns could be its own", 1000, 0, 1000, 2, true, false, true, false},
};

static void an_ad_that_eats_the_group_is_paused(void)
{
    for (size_t i = 0; i < countof(eaters); i++) {
        struct arena *arena = arena_new("test");
        struct brain_inputs in = make_inputs(arena, 100000, 1000);
        struct brain_group *g = make_group(arena, &in, "g1", 10000);
        struct brain_ad *b = brain_ads_add(&g->ads, arena);
        *b = (struct brain_ad){.id = STR("g1b"), .name = STR("b"), .live = eaters[i].b_live};
        struct brain_ad *a = &g->ads.at[0];
        make_days(a, 1, 7, eaters[i].spend_a, eaters[i].leads_a);
        make_days(b, 1, 7, eaters[i].spend_b, eaters[i].leads_b);
        a->uncertain = eaters[i].uncertain;
        if (eaters[i].unowned_lead)
            brain_ads_add(&g->ads, arena)->day[2].leads = 1;
        const struct json *root = make_decisions(arena, &in, NULL);
        CHECK(is(action_of(root, "g1a"), "type", "TikTok.PauseAd") == eaters[i].eats, "%s",
              eaters[i].name);
        arena_free(arena);
    }
}

/* --- money
 * ------------------------------------------------------------------------------------------ */

static void freed_money_starts_an_unused_creative(void)
{
    struct arena *arena = arena_new("test");
    struct brain_inputs in = make_inputs(arena, 20000, 1000);
    struct brain_direction *d = &in.directions.at[0];

    make_days(&make_group(arena, &in, "g1", 10000)->ads.at[0], 1, 30, 11500, 10);
    make_days(&make_group(arena, &in, "g2", 10000)->ads.at[0], 1, 30, 10000, 10);
    *strs_add(&d->unused_creatives, arena) = STR("k1");
    const struct json *root = make_decisions(arena, &in, NULL), *a = action_of(root, "d1");
    CHECK(is(a, "type", "Direction.CreateAdGroupWithCreatives"), "starts it");
    CHECK(json_whole(a, "params.daily_budget") == 5000, "with the freed half: %lld",
          (long long)json_whole(a, "params.daily_budget"));
    CHECK(is(a, "params.user_creative_ids.0", "k1"), "this one");
    CHECK(json_whole(root, "after_micros") == 20000 * U, "nothing more than before");

    d->launched_ms = NOW - 71 * HOUR;
    root = make_decisions(arena, &in, NULL);
    CHECK(json_type(action_of(root, "d1")) == JSON_MISSING, "not within 72 h of the last");
    CHECK(is(root, "deferred.0.object_id", "d1"), "and it is listed as deferred");
    arena_free(arena);
}

static void freed_money_goes_to_good_groups_in_order_of_score(void)
{
    struct arena *arena = arena_new("test");
    struct brain_inputs in = make_inputs(arena, 40000, 1000);

    make_days(&make_group(arena, &in, "g1", 20000)->ads.at[0], 1, 30, 23000, 20); /* bad */
    make_days(&make_group(arena, &in, "g2", 10000)->ads.at[0], 1, 30, 10000, 10); /* good, 10 */
    make_days(&make_group(arena, &in, "g3", 10000)->ads.at[0], 1, 30, 8000, 10);  /* 30 */
    const struct json *root = make_decisions(arena, &in, NULL);
    CHECK(json_whole(group_of(root, "g1"), "to_micros") == 10000 * U, "frees 10 000");
    CHECK(json_whole(group_of(root, "g3"), "to_micros") == 12000 * U, "the best one first");
    CHECK(json_whole(group_of(root, "g2"), "to_micros") == 12000 * U, "then the good one");
    CHECK(is(group_of(root, "g2"), "cause", "freed_money"), "and says from what");
    arena_free(arena);
}

static void money_that_a_person_freed_stays_unspent(void)
{
    struct arena *arena = arena_new("test");
    struct brain_inputs in = make_inputs(arena, 20000, 1000);

    make_group(arena, &in, "g1", 10000)->live = false;
    make_days(&make_group(arena, &in, "g2", 10000)->ads.at[0], 1, 30, 10000, 10);
    *strs_add(&in.directions.at[0].unused_creatives, arena) = STR("k1");
    const struct json *root = make_decisions(arena, &in, NULL);
    CHECK(json_count(json_at(root, "actions")) == 0, "nothing is started or raised");
    in.directions.at[0].freed_micros = 5000 * U; /* freed by an earlier run */
    root = make_decisions(arena, &in, NULL);
    CHECK(is(action_of(root, "d1"), "type", "Direction.CreateAdGroupWithCreatives"),
          "now it is");
    arena_free(arena);
}

static void the_caps_have_the_last_word(void)
{
    struct arena *arena = arena_new("test");
    struct brain_inputs in = make_inputs(arena, 12000, 1000);

    make_days(&make_group(arena, &in, "g1", 10000)->ads.at[0], 1, 30, 8000, 10);
    make_days(&make_group(arena, &in, "g2", 10000)->ads.at[0], 1, 30, 10000, 10);
    make_days(&make_group(arena, &in, "g3", 10000)->ads.at[0], 1, 30, 9500, 10);
    const struct json *root = make_decisions(arena, &in, NULL);
    /* 30 000 over 12 000: halving all leaves 15 000, so the worst one stops. */
    CHECK(json_whole(root, "after_micros") <= 12000 * U, "%lld",
          (long long)json_whole(root, "after_micros"));
    CHECK(is(group_of(root, "g2"), "decision", "pause") &&
              is(group_of(root, "g2"), "cause", "cap"),
          "the worst score stops");
    CHECK(is(group_of(root, "g1"), "decision", "lower"), "the best is only lowered");

    in.directions.at[0].budget_micros = 100000 * U;
    in.cap_micros = 25000 * U; /* of the account */
    root = make_decisions(arena, &in, NULL);
    CHECK(json_whole(root, "after_micros") == 25000 * U, "%lld",
          (long long)json_whole(root, "after_micros"));
    CHECK(json_whole(group_of(root, "g2"), "to_micros") == 5000 * U, "worst first");
    arena_free(arena);
}

static void a_raise_stops_at_the_direction_budget(void)
{
    struct arena *arena = arena_new("test");
    struct brain_inputs in = make_inputs(arena, 11000, 1000);

    make_days(&make_group(arena, &in, "g1", 10000)->ads.at[0], 1, 30, 7000, 10);
    const struct json *d = group_of(make_decisions(arena, &in, NULL), "g1");
    CHECK(json_whole(d, "to_micros") == 11000 * U, "clipped");
    CHECK(is(d, "limit.guardrail", "direction_cap"), "and named");
    arena_free(arena);
}

static void no_change_is_lost_to_the_limit(void)
{
    struct arena *arena = arena_new("test");
    struct brain_inputs in = make_inputs(arena, 1000000, 1000);

    for (int i = 0; i < 6; i++) {
        const char *bad = str_fmt(arena, "bad%d", i).p, *dead = str_fmt(arena, "dead%d", i).p;
        make_days(&make_group(arena, &in, bad, 10000)->ads.at[0], 1, 30, 11500, 10);
        make_days(&make_group(arena, &in, dead, 10000)->ads.at[0], 1, 30, 1000, 0);
    }
    const struct json *root = make_decisions(arena, &in, NULL);
    const struct json *actions = json_at(root, "actions"),
                      *deferred = json_at(root, "deferred");
    CHECK(json_count(actions) == 10 && json_count(deferred) == 2, "%zu and %zu",
          json_count(actions), json_count(deferred));
    for (size_t i = 0; i < 6; i++)
        CHECK(is(json_item(actions, i), "type", "TikTok.PauseAdGroup"), "pauses come first");
    CHECK(str_has(json_text(deferred, "0.reason", STR("")), STR("at most 10 changes")), "why");
    arena_free(arena);
}

/* --- replay
 * --------------------------------------------------------------------------------------- */

static struct str read_file(struct arena *arena, const char *path)
{
    FILE *f = fopen(path, "rb");
    char *p = arena_alloc(arena, 1 << 20);
    size_t n = f ? fread(p, 1, 1 << 20, f) : 0;

    CHECK(f, "%s", path);
    if (f)
        fclose(f);
    return (struct str){p, n};
}

static void write_file(const char *path, struct str text)
{
    FILE *f = fopen(path, "wb");

    CHECK(f && fwrite(text.p, 1, text.n, f) == text.n, "%s", path);
    if (f)
        fclose(f);
}

static struct brain_inputs golden_account(struct arena *arena)
{
    struct brain_inputs in = make_inputs(arena, 60000, 1000);

    make_days(&make_group(arena, &in, "g1", 10000)->ads.at[0], 0, 30, 7000, 10);
    make_days(&make_group(arena, &in, "g2", 20000)->ads.at[0], 1, 30, 23000, 20);
    make_days(&make_group(arena, &in, "g3", 10000)->ads.at[0], 0, 30, 500, 0);
    make_days(&make_group(arena, &in, "g4", 10000)->ads.at[0], 1, 2, 50, 0);
    make_group(arena, &in, "g5", 10000)->live = false;
    *strs_add(&in.directions.at[0].unused_creatives, arena) = STR("k1");
    return in;
}

/* What was decided stays what it was: a change of this text is a change of policy, and a policy
 * that was used is never changed: add a version.  GOLDEN=1 writes the files anew. */
static void decisions_of_a_version_never_change(void)
{
    struct arena *arena = arena_new("test");
    struct brain_inputs in = golden_account(arena);
    const char *in_path = "test/golden/brain_inputs_p1.json";
    const char *out_path = "test/golden/brain_decisions_p1.json";
    struct str inputs = {0}, decisions = {0};
    struct err err = {0};

    if (getenv("GOLDEN")) {
        CHECK(inputs_print(arena, &in, &inputs, &err), "%s", err.text);
        CHECK(decide(arena, inputs, STR("p1"), &decisions, &err), "%s", err.text);
        write_file(in_path, inputs);
        write_file(out_path, decisions);
    }
    CHECK(decide(arena, read_file(arena, in_path), STR("p1"), &decisions, &err), "%s",
          err.text);
    CHECK(str_eq(decisions, read_file(arena, out_path)), "the decisions differ from %s",
          out_path);
    arena_free(arena);
}

static bool says_or_silent(const struct json *holder, const char *words)
{
    bool worded = json_text(holder, words, STR("")).n > 0;

    return (json_text(holder, "says.code", STR("")).n > 0) == worded;
}

/* The console writes each sentence in the reader's language from its code and values. */
static void p2_decides_as_p1_and_says_each_sentence_as_a_code(void)
{
    struct arena *arena = arena_new("test");
    struct str inputs = read_file(arena, "test/golden/brain_inputs_p1.json");
    const struct json *one = NULL, *two = NULL, *groups, *g;
    struct str p1, p2;
    struct err err = {0};
    int64_t n = 0;

    CHECK(decide(arena, inputs, STR("p1"), &p1, &err) &&
              decide(arena, inputs, STR("p2"), &p2, &err) &&
              json_parse(arena, p1, &one, &err) && json_parse(arena, p2, &two, &err),
          "%s", err.text);
    CHECK(!str_has(p1, STR("\"says\"")), "p1 says nothing");
    groups = json_at(two, "groups");
    CHECK(json_count(groups) == 5 && json_count(json_at(one, "groups")) == 5, "groups");
    for (size_t i = 0; i < json_count(groups); i++) {
        const struct json *group = json_item(groups, i), *trace = json_at(group, "trace");
        const struct json *before = json_item(json_at(one, "groups"), i);
        CHECK(str_eq(json_text(group, "decision", STR("")),
                     json_text(before, "decision", STR(""))) &&
                  str_eq(json_text(json_at(group, "reason"), "1", STR("")),
                         json_text(json_at(before, "reason"), "1", STR(""))),
              "group %zu decides and reads as under p1", i);
        CHECK(says_or_silent(group, "reason.1"), "group %zu", i);
        if (json_type(json_at(group, "limit")) == JSON_OBJECT)
            CHECK(says_or_silent(json_at(group, "limit"), "words"), "limit of group %zu", i);
        for (size_t k = 0; k < json_count(trace); k++)
            CHECK(says_or_silent(json_item(trace, k), "reason"), "trace %zu.%zu", i, k);
    }
    g = group_of(two, "g1");
    CHECK(is(g, "says.code", "why_cost_yesterday") && is(g, "says.result", "leads") &&
              is(g, "says.currency", "KZT") && json_int(g, "says.cost_micros", &n) && n > 0,
          "g1: %s", p2.p);
    CHECK(is(json_item(json_at(g, "trace"), 0), "says.code", "trace_cost") &&
              is(json_item(json_at(g, "trace"), 1), "says.so", "so_same"),
          "its trace");
    CHECK(is(group_of(two, "g5"), "says.code", "why_not_running"), "g5");
    for (size_t i = 0; i < json_count(json_at(two, "actions")); i++)
        CHECK(says_or_silent(json_item(json_at(two, "actions"), i), "reason.1"), "action %zu",
              i);
    arena_free(arena);
}

static void inputs_survive_the_way_through_text(void)
{
    struct arena *arena = arena_new("test");
    struct brain_inputs in = golden_account(arena), back;
    struct str first, second;
    struct err err = {0};

    CHECK(inputs_print(arena, &in, &first, &err) && inputs_parse(arena, first, &back, &err) &&
              inputs_print(arena, &back, &second, &err),
          "%s", err.text);
    CHECK(str_eq(first, second), "print(parse(x)) = x");
    arena_free(arena);
}

static void an_unknown_policy_is_refused(void)
{
    struct arena *arena = arena_new("test");
    struct str out;
    struct err err = {0};

    CHECK(!decide(arena, STR("{}"), STR("p0"), &out, &err) && err.kind == ERR_NOT_FOUND, "p0");
    CHECK(!decide(arena, STR("{}"), STR("p1"), &out, &err) && err.kind == ERR_INVALID,
          "no inputs");
    arena_free(arena);
}

/* --- nothing passes the guardrails
 * ------------------------------------------------------------------- */

static uint64_t dice_state;

static int64_t dice(int64_t n)
{
    dice_state ^= dice_state << 13;
    dice_state ^= dice_state >> 7;
    dice_state ^= dice_state << 17;
    return (int64_t)(dice_state % (uint64_t)n);
}

static struct brain_inputs random_account(struct arena *arena)
{
    struct brain_inputs in =
        make_inputs(arena, 3000 + dice(60000), dice(5) ? 200 + dice(4000) : 0);
    static const char *const objectives[] = {"lead_generation", "traffic", "conversions",
                                             "reach"};

    in.local_minutes = dice(24 * 60);
    in.cap_micros = dice(2) ? 0 : (5000 + dice(100000)) * U;
    in.collected_ms = dice(20) ? NOW - dice(3) * HOUR : 0;
    in.unit_micros = dice(2) ? U : U / 100;
    in.covered[1 + dice(30)] = dice(8) > 0;
    make_direction(arena, &in, "d2", 2500 + dice(40000), 500 + dice(2000));
    for (size_t d = 0; d < 2; d++) {
        in.directions.at[d].objective = str(objectives[dice(5) ? 0 : dice(4)]);
        in.directions.at[d].active = dice(10) > 0;
        in.directions.at[d].freed_micros = dice(3) ? 0 : dice(20000) * U;
        in.directions.at[d].launched_ms = NOW - dice(200) * HOUR;
        for (int64_t k = dice(3); k > 0; k--)
            *strs_add(&in.directions.at[d].unused_creatives, arena) =
                str_fmt(arena, "k%zu%lld", d, (long long)k);
    }
    for (int64_t i = 1 + dice(14); i > 0; i--) {
        const char *id = str_fmt(arena, "g%02lld", (long long)i).p;
        struct brain_group *g = make_group(arena, &in, id, 2500 + dice(20000));
        g->direction_id = str(dice(12) ? dice(2) ? "d1" : "d2" : "");
        g->live = dice(6) > 0;
        g->daily = dice(15) > 0;
        g->uncertain = dice(15) == 0;
        g->created_ms = NOW - dice(200) * HOUR;
        g->changed_ms = dice(2) ? NOW - dice(100) * HOUR : 0;
        if (dice(4) == 0)
            g->day_start_micros = g->budget_micros * (70 + dice(60)) / 100;
        for (int64_t k = dice(3); k > 0; k--) {
            struct brain_ad *ad = brain_ads_add(&g->ads, arena);
            ad->id = str_fmt(arena, "%s%c", id, (char)('b' + k));
            ad->live = dice(4) > 0;
        }
        for (size_t a = 0; a < g->ads.n; a++) {
            for (int day = 0; day < BRAIN_DAYS; day++)
                make_days(&g->ads.at[a], day, day, dice(4) ? dice(12000) : 0,
                          dice(3) * dice(6));
        }
    }
    return in;
}

static int64_t budget_after(const struct json *root, const struct brain_group *g)
{
    const struct json *d = find_by_id(json_at(root, "groups"), "id", g->id);

    if (!g->live || !g->daily)
        return 0;
    if (json_bool(d, "deferred", false))
        return g->budget_micros;
    return is(d, "decision", "pause") ? 0 : json_whole(d, "to_micros");
}

static void check_caps(const struct brain_inputs *in, const struct json *root, int round)
{
    int64_t all = 0, all_fixed = 0, launches = 0;

    for (size_t d = 0; d < in->directions.n; d++) {
        const struct brain_direction *direction = &in->directions.at[d];
        int64_t sum = 0, fixed = 0;
        if (!direction->active)
            continue;
        for (size_t i = 0; i < in->groups.n; i++) {
            const struct brain_group *g = &in->groups.at[i];
            if (!str_eq(g->direction_id, direction->id))
                continue;
            sum += budget_after(root, g);
            fixed += g->uncertain ? budget_after(root, g) : 0;
        }
        const struct json *launch =
            find_by_id(json_at(root, "actions"), "object_id", direction->id);
        if (json_type(launch) == JSON_OBJECT) {
            sum += json_whole(launch, "to_micros");
            launches++;
            CHECK(json_whole(launch, "to_micros") >= in->minimum_micros, "%d: launch", round);
            CHECK(NOW - direction->launched_ms >= 72 * HOUR, "%d: launch rest", round);
        }
        CHECK(sum <= direction->budget_micros || sum <= fixed,
              "%d: direction %zu: %lld of %lld", round, d, (long long)sum,
              (long long)direction->budget_micros);
        all += sum;
        all_fixed += fixed;
    }
    CHECK(all <= inputs_cap(in) || all <= all_fixed, "%d: account: %lld of %lld", round,
          (long long)all, (long long)inputs_cap(in));
    CHECK(all == json_whole(root, "after_micros"), "%d: the sum that is told", round);
}

static void check_group(const struct brain_inputs *in, const struct json *root,
                        const struct brain_group *g, int round)
{
    const struct json *d = find_by_id(json_at(root, "groups"), "id", g->id);
    const struct brain_direction *direction = inputs_direction(in, g->direction_id);
    const struct policy *p = policy_find(STR("p1"));
    int64_t to = json_whole(d, "to_micros"), from = g->budget_micros;
    int64_t start = g->day_start_micros;
    bool changed = !is(d, "decision", "hold"), paused = is(d, "decision", "pause");
    bool raised = is(d, "decision", "raise"), lowered = is(d, "decision", "lower");

    if (!direction || !direction->active || !g->live || !g->daily || g->uncertain)
        CHECK(!changed, "%d: touched what is not to be touched", round);
    if (changed && !paused) {
        CHECK(to >= in->minimum_micros, "%d: minimum", round);
        CHECK(to % in->unit_micros == 0, "%d: units", round);
        CHECK(in->local_minutes < 23 * 60 + 55, "%d: locked hour", round);
    }
    if (raised) {
        CHECK(to > from && to <= start + start * 3 / 10, "%d: step up", round);
        CHECK(NOW - g->changed_ms >= p->cool_down_ms, "%d: rest", round);
        CHECK(NOW - g->created_ms >= p->learning_ms, "%d: learning", round);
        CHECK(json_whole(d, "windows.days7.results") >= 3, "%d: quorum", round);
    }
    if (lowered) {
        CHECK(to < from && to >= start / 2, "%d: step down", round);
        CHECK(to * 100 >= inputs_sum(g, 0, 0).spend_micros * 105 - 100 * in->unit_micros,
              "%d: spent", round);
    }
    if (paused && NOW - g->created_ms < p->learning_ms)
        CHECK(is(d, "cause", "cap"), "%d: paused while learning", round);
    for (size_t a = 0; a < g->ads.n; a++) {
        size_t others = 0;
        if (json_type(find_by_id(json_at(root, "actions"), "object_id", g->ads.at[a].id)) !=
            JSON_OBJECT)
            continue;
        for (size_t b = 0; b < g->ads.n; b++)
            others += b != a && g->ads.at[b].live;
        CHECK(others > 0, "%d: the last live ad", round);
    }
}

static void no_random_account_passes_a_guardrail(void)
{
    int acted = 0, held = 0;

    dice_state = 88172645463325252u;
    for (int round = 0; round < 2000 && !test_failures_now; round++) {
        struct arena *arena = arena_new("test");
        struct brain_inputs in = random_account(arena);
        struct str first, second;
        const struct json *root = make_decisions(arena, &in, &first);
        size_t capped = 0, actions = json_count(json_at(root, "actions"));

        make_decisions(arena, &in, &second);
        CHECK(str_eq(first, second), "%d: twice the same", round);
        for (size_t i = 0; i < in.groups.n; i++)
            check_group(&in, root, &in.groups.at[i], round);
        for (size_t i = 0; i < actions; i++)
            capped += is(json_item(json_at(root, "actions"), i), "cause", "cap");
        CHECK(actions - capped <= 10, "%d: %zu changes", round, actions);
        if (is(root, "gates.0.holds", "everything")) {
            CHECK(!actions, "%d: acts behind a gate", round);
            held++;
        } else {
            check_caps(&in, root, round);
            acted += actions > 0;
        }
        arena_free(arena);
    }
    CHECK(acted > 500 && held > 50, "the accounts are worth it: %d act, %d hold", acted, held);
}

int main(void)
{
    RUN(each_class_has_its_policy);
    RUN(neutral_low_is_lowered_by_a_quarter_and_rests);
    RUN(a_raise_needs_results);
    RUN(states_hold_with_their_reason);
    RUN(gates_hold_everything_they_speak_for);
    RUN(three_hours_old_is_still_fresh);
    RUN(each_direction_has_its_own_target);
    RUN(without_a_target_the_median_serves_or_nothing);
    RUN(windows_are_complete_days_and_never_today);
    RUN(clicks_are_what_traffic_is_judged_by);
    RUN(an_ad_that_eats_the_group_is_paused);
    RUN(freed_money_starts_an_unused_creative);
    RUN(freed_money_goes_to_good_groups_in_order_of_score);
    RUN(money_that_a_person_freed_stays_unspent);
    RUN(the_caps_have_the_last_word);
    RUN(a_raise_stops_at_the_direction_budget);
    RUN(no_change_is_lost_to_the_limit);
    RUN(decisions_of_a_version_never_change);
    RUN(p2_decides_as_p1_and_says_each_sentence_as_a_code);
    RUN(inputs_survive_the_way_through_text);
    RUN(an_unknown_policy_is_refused);
    RUN(no_random_account_passes_a_guardrail);
    return test_report();
}
