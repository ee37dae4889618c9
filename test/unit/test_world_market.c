/* The auction: prices, budgets, pacing, learning, weariness, events, review. */

#include "world_help.h"

#include <inttypes.h>
#include <math.h>

/* One group with an average creative, no learning, nothing that disturbs. */
#define PLAIN                                                                                  \
    "{\"format\":\"adwright-world/1\",\"seed\":1,\"market\":{\"cpm_ref\":1000,\"sd\":0,"       \
    "\"hour_sd\":0,\"dow_supply\":[1,1,1,1,1,1,1],\"dow_cvr\":[1,1,1,1,1,1,1]},"               \
    "\"direction\":[{\"id\":\"d\",\"ctr0\":0.01,\"cvr0\":0.05,\"q0\":0.4,\"r0\":0.2,"          \
    "\"call_back\":1,\"invalid\":0.1,\"repeat\":0}],"                                          \
    "\"group\":[{\"id\":\"g\",\"budget\":20000,\"cpm_ref\":1000,\"f_ref\":%s,\"sigma\":%s,"    \
    "\"freq7\":1,\"appeal\":1,\"cvr\":1,\"learning\":{\"delta\":%s,\"n0\":20,\"reset\":0.5},"  \
    "\"noise\":{\"sd\":0},\"ad\":[{\"id\":\"a\",\"hook\":0,\"conv\":0,\"qual\":0,\"tau\":%s,"  \
    "\"eta\":%s}]}],\"event\":[%s]}"

static struct world *plain(const char *f_ref, const char *sigma, const char *delta,
                           const char *tau, const char *eta, const char *events)
{
    char text[2048];
    snprintf(text, sizeof text, PLAIN, f_ref, sigma, delta, tau, eta, events);
    return world_of(1, "", text, true);
}

static struct world *calm(const char *events)
{
    return plain("0.02", "0.8", "0", "0", "0", events);
}

static void the_reference_point_is_met(void)
{
    struct world *w = calm("");
    struct world_day day;
    world_group_expect(w, 0, 20000 * UNIT, &day);
    CHECK(fabs(day.impressions - 20000) < 0.01, "%g impressions", day.impressions);
    CHECK(fabs(day.clicks - 200) < 0.01, "%g clicks", day.clicks);
    CHECK(fabs(day.leads - 10) < 0.001, "%g leads", day.leads);
    world_free(w);
}

/* d ln I / d ln S at the reference budget. */
static void elasticity_is_that_of_the_model(void)
{
    static const struct {
        const char *sigma, *f;
        double elasticity;
    } table[] = {
        {"0.5", "0.001", .86}, {"0.5", "0.02", .82}, {"0.5", "0.1", .77}, {"0.5", "0.6", .60},
        {"0.8", "0.005", .75}, {"0.8", "0.02", .72}, {"0.8", "0.3", .54}, {"1.1", "0.001", .70},
        {"1.1", "0.1", .52},   {"1.1", "0.6", .27},
    };
    for (size_t i = 0; i < countof(table); i++) {
        struct world *w = plain(table[i].f, table[i].sigma, "0", "0", "0", "");
        struct world_day low, high;
        world_group_expect(w, 0, 19990 * UNIT, &low);
        world_group_expect(w, 0, 20010 * UNIT, &high);
        double e = log(high.impressions / low.impressions) / log(20010.0 / 19990.0);
        CHECK(fabs(e - table[i].elasticity) < 0.006, "sigma %s f %s: %g", table[i].sigma,
              table[i].f, e);
        world_free(w);
    }
}

static void more_money_buys_less_of_it(void)
{
    struct world *w = calm("");
    double before_rate = 1e9, before = 0;
    for (int64_t budget = 1000; budget < 2000000; budget = budget * 3 / 2) {
        struct world_day day;
        world_group_expect(w, 0, budget * UNIT, &day);
        CHECK(day.spend_micros <= (double)(budget * UNIT), "spends more than it has");
        CHECK(day.impressions >= before, "falls at %" PRId64, budget);
        double rate = day.impressions / day.spend_micros;
        CHECK(rate <= before_rate * (1 + 1e-12), "cheaper at %" PRId64, budget);
        before_rate = rate;
        before = day.impressions;
    }
    struct world_day all;
    world_group_expect(w, 0, 100000000 * UNIT, &all);
    CHECK(all.spend_micros < 20000.0 * UNIT * 60, "the inventory is finite: %g",
          all.spend_micros);
    world_free(w);
}

/* --- budgets ------------------------------------------------------------------------- */

static int64_t spent(const struct world *w, int group, int64_t from, int64_t to)
{
    struct arena *arena = arena_new("spent");
    struct world_rows rows = {0};
    int64_t sum = 0;
    /* gross: what was shown before any credit came */
    world_report(w,
                 &(struct world_query){.level = WORLD_BY_GROUP,
                                       .bucket = WORLD_PER_DAY,
                                       .from_ms = from,
                                       .to_ms = to,
                                       .truth = true},
                 arena, &rows);
    for (size_t i = 0; i < rows.n; i++)
        if (group < 0 || rows.at[i].id == group)
            sum += rows.at[i].figures.spend_micros;
    arena_free(arena);
    return sum;
}

static void a_day_budget_is_never_passed_and_nearly_used(void)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct world *w = world_of(seed, "mixed", "", true);
        for (int h = 1; h < 20 * 24; h++) {
            world_step(w, START + h * HOUR);
            for (int g = 0; g < world_group_count(w); g++)
                CHECK(world_group_spent_today(w, g) <= world_group_budget_micros(w, g),
                      "seed %" PRIu64 " hour %d group %d", seed, h, g);
        }
        for (int g = 0; g < world_group_count(w); g++) {
            int64_t budget = world_group_budget_micros(w, g);
            int64_t first = spent(w, g, START, START + DAY), later = 0;
            for (int d = 2; d < 10; d++)
                later += spent(w, g, START + d * DAY, START + (d + 1) * DAY);
            CHECK(first >= budget * 45 / 100, "first day %" PRId64 " of %" PRId64, first,
                  budget);
            CHECK(later > budget * 8 * 92 / 100, "later %" PRId64 " of %" PRId64, later,
                  budget);
        }
        world_free(w);
    }
}

static int add_mode(struct world *w, int campaign, const char *key, enum world_budget_mode mode,
                    int64_t units, int64_t end_ms)
{
    int g = world_group_add(w,
                            &(struct world_group){.campaign = campaign,
                                                  .key = str(key),
                                                  .on = true,
                                                  .mode = mode,
                                                  .budget_micros = units * UNIT,
                                                  .end_ms = end_ms},
                            world_now_ms(w));
    world_ad_add(w, g, STR("clip"), true, world_now_ms(w));
    return g;
}

static void a_dynamic_budget_may_pass_a_day_but_not_a_week(void)
{
    struct world *w = world_of(2, "mixed", "", false);
    int c = world_campaign_add(w, &(struct world_campaign){.on = true}, START);
    int g = add_mode(w, c, "dynamic", WORLD_BUDGET_DYNAMIC, 20000, 0);
    int above = 0;
    for (int week = 0; week < 8; week++) {
        int64_t week_sum = 0;
        for (int d = 0; d < 7; d++) {
            world_step(w, START + (week * 7 + d + 1) * DAY - HOUR);
            int64_t today = world_group_spent_today(w, g);
            CHECK(today <= 25000 * UNIT, "%" PRId64 " on a day", today);
            above += today > 20000 * UNIT;
            week_sum += today;
        }
        CHECK(week_sum <= 7 * 20000 * UNIT, "%" PRId64 " in a week", week_sum);
    }
    CHECK(above > 5, "only %d days above the average", above);
    world_free(w);
}

static void a_total_budget_lasts_until_the_end(void)
{
    struct world *w = world_of(2, "mixed", "", false);
    int c = world_campaign_add(w, &(struct world_campaign){.on = true}, START);
    int g = add_mode(w, c, "total", WORLD_BUDGET_TOTAL, 100000, START + 5 * DAY);
    world_step(w, START + 4 * DAY);
    CHECK(world_group_state(w, g) == WORLD_DELIVERING, "state %d", world_group_state(w, g));
    world_step(w, START + 8 * DAY);
    CHECK(world_group_state(w, g) == WORLD_ENDED, "state %d", world_group_state(w, g));
    int64_t sum = spent(w, g, START, START + 8 * DAY);
    CHECK(sum <= 100000 * UNIT && sum > 80000 * UNIT, "%" PRId64, sum);
    CHECK(spent(w, g, START + 5 * DAY, START + 8 * DAY) == 0, "after the end");
    world_free(w);
}

static void a_campaign_budget_holds_its_groups(void)
{
    struct world *w = world_of(6, "mixed", "", false);
    int cap = world_campaign_add(w,
                                 &(struct world_campaign){.on = true,
                                                          .mode = WORLD_BUDGET_DAY,
                                                          .budget_micros = 30000 * UNIT},
                                 START);
    int shared = world_campaign_add(w,
                                    &(struct world_campaign){.on = true,
                                                             .mode = WORLD_BUDGET_DAY,
                                                             .budget_micros = 30000 * UNIT,
                                                             .budget_shared = true},
                                    START);
    add_mode(w, cap, "a", WORLD_BUDGET_DAY, 20000, 0);
    add_mode(w, cap, "b", WORLD_BUDGET_DAY, 20000, 0);
    int x = add_mode(w, shared, "c", WORLD_BUDGET_NONE, 0, 0);
    int y = add_mode(w, shared, "d", WORLD_BUDGET_NONE, 0, 0);
    for (int h = 1; h < 10 * 24; h++) {
        world_step(w, START + h * HOUR);
        CHECK(world_campaign_spent_today(w, cap) <= 30000 * UNIT, "cap, hour %d", h);
        CHECK(world_campaign_spent_today(w, shared) <= 30000 * UNIT, "shared, hour %d", h);
        if (h % 24 == 23)
            CHECK(world_campaign_spent_today(w, shared) > 24000 * UNIT, "shared unused");
    }
    CHECK(spent(w, x, START, START + 9 * DAY) > 0 && spent(w, y, START, START + 9 * DAY) > 0,
          "both get some");
    world_free(w);
}

static void the_account_stops_at_its_cap_and_its_balance(void)
{
    struct world *w = world_of(3, "mixed", "", true);
    int64_t all = 0;
    for (int g = 0; g < world_group_count(w); g++)
        all += world_group_budget_micros(w, g);
    world_set_daily_cap(w, all / 2, START);
    for (int h = 1; h <= 3 * 24; h++) {
        world_step(w, START + h * HOUR);
        CHECK(world_spent_today(w) <= all / 2, "hour %d", h);
    }
    world_set_daily_cap(w, 0, world_now_ms(w));
    world_set_balance(w, all / 4, world_now_ms(w));
    int64_t from = world_now_ms(w), gross = 0;
    for (int h = 1; h <= 24; h++) {
        world_step(w, from + h * HOUR);
        gross = world_spent_today(w) > gross ? world_spent_today(w) : gross;
    }
    /* credits of earlier days may come in and be spent too: at most 3 % of three days */
    CHECK(gross <= all / 4 + all * 9 / 100 && gross > all / 5, "%" PRId64 " of %" PRId64, gross,
          all / 4);
    world_set_balance(w, 0, world_now_ms(w));
    CHECK(world_group_state(w, 0) == WORLD_BALANCE_OUT, "state %d", world_group_state(w, 0));
    world_free(w);
}

static void levers_are_refused_as_the_platform_does(void)
{
    struct world *w = world_of(3, "mixed", "", false);
    int g = group_of(w, "g", 20000);
    world_ad_add(w, g, STR("clip"), true, START);
    int64_t at = START + DAY + 20 * HOUR;
    world_step(w, at);
    int64_t today = world_group_spent_today(w, g);
    CHECK(today > 5000 * UNIT, "%" PRId64, today);
    CHECK(world_group_set_budget(w, g, 2499 * UNIT, at) == WORLD_BELOW_MINIMUM, "minimum");
    CHECK(world_group_set_budget(w, g, today / 100 * 104, at) == WORLD_BELOW_SPENT, "spent");
    CHECK(world_group_set_budget(w, g, today / 100 * 106, at) == WORLD_DONE, "enough");
    int64_t late = START + DAY + 23 * HOUR + 56 * 60000;
    CHECK(world_group_set_budget(w, g, 40000 * UNIT, late) == WORLD_LOCKED, "23:56");
    CHECK(world_group_set_budget(w, g, 40000 * UNIT, late - 2 * 60000) == WORLD_DONE, "23:54");
    CHECK(world_group_set_budget(w, g, 2500 * UNIT, late + 10 * 60000) == WORLD_DONE,
          "next day");
    CHECK(world_group_budget_micros(w, g) == 2500 * UNIT, "set");
    world_free(w);
}

static void off_is_off_and_a_new_budget_counts_today(void)
{
    struct world *w = world_of(3, "mixed", "", false);
    int g = group_of(w, "g", 10000);
    int ad = world_ad_add(w, g, STR("clip"), true, START);
    world_step(w, START + 2 * DAY);
    world_ad_set_on(w, ad, false, START + 2 * DAY + 1000);
    CHECK(world_ad_state(w, ad) == WORLD_OFF, "ad");
    CHECK(world_group_state(w, g) == WORLD_NO_ADS, "group without a live ad");
    world_ad_set_on(w, ad, true, START + 3 * DAY);
    world_group_set_on(w, g, false, START + 3 * DAY + 1000);
    CHECK(world_ad_state(w, ad) == WORLD_PARENT_OFF, "parent");
    world_group_set_on(w, g, true, START + 4 * DAY);
    world_campaign_set_on(w, 0, false, START + 4 * DAY + 1000);
    CHECK(world_group_state(w, g) == WORLD_PARENT_OFF, "campaign");
    world_campaign_set_on(w, 0, true, START + 5 * DAY);
    CHECK(spent(w, g, START + 2 * DAY, START + 5 * DAY) == 0, "spends while off");
    world_group_set_budget(w, g, 30000 * UNIT, START + 5 * DAY + 12 * HOUR);
    world_step(w, START + 6 * DAY);
    CHECK(spent(w, g, START + 5 * DAY, START + 6 * DAY) > 20000 * UNIT,
          "re-planned the same day");
    world_free(w);
}

static void schedules_and_dayparts_are_kept(void)
{
    struct world *w = world_of(3, "mixed", "", false);
    int c = world_campaign_add(w, &(struct world_campaign){.on = true}, START);
    struct world_group group = {.campaign = c,
                                .key = STR("nights"),
                                .on = true,
                                .mode = WORLD_BUDGET_DAY,
                                .budget_micros = 20000 * UNIT,
                                .start_ms = START + DAY + 6 * HOUR};
    for (int day = 0; day < 7; day++)
        for (int half = 44; half < 48; half++) /* 22:00 to 24:00 */
            group.daypart[(day * 48 + half) / 8] |= (uint8_t)(1 << (day * 48 + half) % 8);
    int g = world_group_add(w, &group, START);
    world_ad_add(w, g, STR("clip"), true, START);
    CHECK(world_group_state(w, g) == WORLD_NOT_STARTED, "state %d", world_group_state(w, g));
    world_step(w, START + 5 * DAY);
    CHECK(spent(w, g, START, START + DAY) == 0, "before its start");
    CHECK(spent(w, g, START + 2 * DAY, START + 2 * DAY + 22 * HOUR) == 0, "outside its hours");
    CHECK(spent(w, g, START + 2 * DAY + 22 * HOUR, START + 3 * DAY) > 10000 * UNIT, "inside");
    world_free(w);
}

static void fast_pacing_spends_early(void)
{
    struct world *w = world_of(3, "mixed", "", false);
    int c = world_campaign_add(w, &(struct world_campaign){.on = true}, START);
    int g = world_group_add(w,
                            &(struct world_group){.campaign = c,
                                                  .key = STR("fast"),
                                                  .on = true,
                                                  .fast = true,
                                                  .mode = WORLD_BUDGET_DAY,
                                                  .budget_micros = 10000 * UNIT},
                            START);
    world_ad_add(w, g, STR("clip"), true, START);
    world_step(w, START + DAY + 14 * HOUR);
    CHECK(world_group_spent_today(w, g) > 9000 * UNIT, "%" PRId64,
          world_group_spent_today(w, g));
    CHECK(world_group_state(w, g) == WORLD_BUDGET_SPENT, "state %d", world_group_state(w, g));
    world_free(w);
}

/* --- how ads fare ------------------------------------------------------------------------- */

static void learning_takes_a_penalty_that_leads_wear_off(void)
{
    struct world *w = plain("0.02", "0.8", "0.4", "0", "0", "");
    struct world_ad_truth at_first, later, after;
    world_ad_truth(w, 0, &at_first);
    CHECK(fabs(at_first.cvr - 0.05 * 0.6) < 1e-12, "at first %g", at_first.cvr);
    world_step(w, START + 12 * DAY);
    world_ad_truth(w, 0, &later);
    CHECK(later.cvr > 0.05 * 0.97, "later %g", later.cvr);
    world_group_set_budget(w, 0, 31000 * UNIT,
                           world_now_ms(w)); /* +55 %, the world resets at 50 */
    world_ad_truth(w, 0, &after);
    CHECK(after.cvr < later.cvr, "a large raise resets");
    world_free(w);

    w = plain("0.02", "0.8", "0.4", "0", "0", "");
    world_step(w, START + 4 * DAY);
    world_ad_truth(w, 0, &later);
    world_group_set_budget(w, 0, 26000 * UNIT, world_now_ms(w)); /* +30 %, first edit */
    world_ad_truth(w, 0, &after);
    CHECK(after.cvr == later.cvr, "a small raise does not");
    world_group_set_on(w, 0, false, world_now_ms(w));
    world_step(w, START + 11 * DAY);
    world_ad_truth(w, 0, &after);
    CHECK(after.cvr < later.cvr, "a pause is forgetting");
    world_free(w);
}

static void creatives_tire_and_age(void)
{
    struct world *tired = plain("0.02", "0.8", "0", "0", "0.4", ""),
                 *old = plain("0.02", "0.8", "0", "6", "0", ""), *fresh = calm("");
    struct world_ad_truth t;
    world_step(tired, START + 15 * DAY);
    world_step(old, START + 15 * DAY);
    world_step(fresh, START + 15 * DAY);
    world_ad_truth(fresh, 0, &t);
    CHECK(fabs(t.ctr - 0.01) < 1e-9, "evergreen %g", t.ctr);
    world_ad_truth(tired, 0, &t);
    CHECK(t.ctr < 0.0085 && t.ctr > 0.005, "tired %g", t.ctr);
    CHECK(t.cvr / 0.05 > t.ctr / 0.01 + 0.1, "conversion suffers less: %g", t.cvr);
    double before = t.ctr;
    world_ad_truth(old, 0, &t);
    CHECK(t.ctr < 0.007, "old %g", t.ctr);
    CHECK(fabs(t.qualified - 0.4) < 1e-9, "quality never suffers: %g", t.qualified);
    /* rest heals weariness, not age */
    double aged = t.ctr;
    world_group_set_on(tired, 0, false, world_now_ms(tired));
    world_group_set_on(old, 0, false, world_now_ms(old));
    world_step(tired, START + 40 * DAY);
    world_step(old, START + 40 * DAY);
    world_ad_truth(tired, 0, &t);
    CHECK(t.ctr > before + 0.0005, "rested %g", t.ctr);
    world_ad_truth(old, 0, &t);
    CHECK(t.ctr < aged, "older %g", t.ctr);
    world_free(tired);
    world_free(old);
    world_free(fresh);
}

static void the_platform_favours_cheap_leads_not_good_ones(void)
{
    struct world *w = world_of(1, "demo", "", false);
    int g = group_of(w, "both", 30000);
    world_creative_role(w, STR("good"), STR("average"), START);
    world_creative_role(w, STR("cheap"), STR("winner"), START);
    world_creative_role(w, STR("dull"), STR("weak"), START);
    int good = world_ad_add(w, g, STR("good"), true, START);
    int cheap = world_ad_add(w, g, STR("cheap"), true, START);
    int dull = world_ad_add(w, g, STR("dull"), true, START);
    world_step(w, START + 10 * DAY);
    int64_t end = START + 10 * DAY;
    int64_t a = figures_of(w, WORLD_BY_AD, good, START, end, 0).impressions;
    int64_t b = figures_of(w, WORLD_BY_AD, cheap, START, end, 0).impressions;
    int64_t c = figures_of(w, WORLD_BY_AD, dull, START, end, 0).impressions;
    CHECK(b > a && a > c, "%" PRId64 " %" PRId64 " %" PRId64, a, b, c);
    CHECK(c > 0.02 * (double)(a + b + c), "the last keeps a floor share: %" PRId64, c);
    struct world_ad_truth t;
    double sum = 0;
    for (int ad = 0; ad < 3; ad++) {
        world_ad_truth(w, ad, &t);
        sum += t.share;
    }
    CHECK(fabs(sum - 1) < 1e-12, "shares add up to %g", sum);
    world_free(w);
}

static void hours_and_people_follow_the_day(void)
{
    struct world *w = calm("");
    world_step(w, START + 8 * DAY);
    int64_t night = 0, evening = 0;
    for (int d = 1; d < 8; d++) {
        int64_t day = START + d * DAY;
        night +=
            figures_of(w, WORLD_BY_ACCOUNT, 0, day + 3 * HOUR, day + 4 * HOUR, 0).impressions;
        evening +=
            figures_of(w, WORLD_BY_ACCOUNT, 0, day + 21 * HOUR, day + 22 * HOUR, 0).impressions;
    }
    CHECK(evening > 8 * night && night > 0, "%" PRId64 " and %" PRId64, night, evening);
    world_free(w);
}

/* --- events
 * ------------------------------------------------------------------------------------ */

static double per_impression(const struct world *w, int64_t from, int64_t to)
{
    struct world_figures f = figures_of(w, WORLD_BY_ACCOUNT, 0, from, to, 0);
    return (double)f.spend_micros / (double)f.impressions;
}

static void prices_and_rates_change_with_events(void)
{
    struct world *w =
        calm("{\"kind\":\"fx\",\"day\":10,\"cpm\":1.3},"
             "{\"kind\":\"regime\",\"day\":20,\"group\":\"g\",\"cvr\":0.5,\"quality\":0.5},"
             "{\"kind\":\"regime\",\"day\":0,\"group\":\"other\",\"cvr\":9}");
    struct world_ad_truth t;
    world_step(w, START + 20 * DAY);
    double before = per_impression(w, START + 2 * DAY, START + 10 * DAY);
    double after = per_impression(w, START + 10 * DAY, START + 20 * DAY);
    CHECK(after / before > 1.15 && after / before < 1.45, "dearer by %g", after / before);
    world_ad_truth(w, 0, &t);
    CHECK(fabs(t.cvr - 0.025) < 1e-6, "cvr %g", t.cvr);
    CHECK(fabs(t.qualified - 0.25) < 1e-6, "odds halved: %g", t.qualified);
    world_free(w);
}

static void a_frozen_account_stands_still(void)
{
    struct world *w = calm("{\"kind\":\"freeze\",\"day\":5}");
    world_step(w, START + 5 * DAY);
    CHECK(world_group_state(w, 0) == WORLD_FROZEN, "state");
    world_step(w, START + 7 * DAY);
    CHECK(spent(w, 0, START + 5 * DAY, START + 6 * DAY) == 0, "spends");
    CHECK(spent(w, 0, START + 6 * DAY, START + 7 * DAY) > 0, "goes on the next day");
    world_free(w);
}

static void broken_tracking_hides_leads_that_still_come(void)
{
    struct world *w = calm("{\"kind\":\"tracking_loss\",\"day\":5,\"days\":3}");
    world_step(w, START + 10 * DAY);
    int64_t from = START + 5 * DAY + HOUR, to = START + 8 * DAY;
    struct world_figures shown = figures_of(w, WORLD_BY_ACCOUNT, 0, from, to, world_now_ms(w));
    struct world_figures truth = figures_of(w, WORLD_BY_ACCOUNT, 0, from, to, 0);
    CHECK(shown.conversions == 0 && shown.clicks > 300, "%" PRId64, shown.conversions);
    CHECK(truth.conversions > 10, "%" PRId64 " leads", truth.conversions);
    int lost = 0, all = 0;
    for (size_t i = 0; i < world_lead_count(w); i++) {
        const struct world_lead *lead = world_lead(w, i);
        if (lead->at_ms < from || lead->at_ms >= to)
            continue;
        all++;
        lost += lead->unseen && lead->webhook_lost;
    }
    CHECK(all > 10 && lost == all, "%d of %d", lost, all);
    world_free(w);
}

/* --- review
 * --------------------------------------------------------------------------------------- */

static void new_ads_wait_for_review(void)
{
    struct world *w = NULL;
    struct err err = {0};
    struct world_setup setup = {
        .seed = 9, .start_ms = START, .utc_offset_s = ALMATY, .review = true};
    CHECK(world_new(&setup, &w, &err), "%s", err.text);
    int g = group_of(w, "g", 20000);
    int rejected_count = 0, under_6h = 0, over_48h = 0;
    enum { ADS = 400 };
    for (int i = 0; i < ADS; i++) {
        char key[16];
        bool rejected;
        snprintf(key, sizeof key, "clip %d", i);
        int ad = world_ad_add(w, g, str(key), true, START);
        int64_t ends = world_ad_review_ms(w, ad, &rejected);
        rejected_count += rejected;
        under_6h += ends < START + 6 * HOUR;
        over_48h += ends > START + 48 * HOUR;
        CHECK(world_ad_state(w, ad) == WORLD_IN_REVIEW, "ad %d", i);
    }
    CHECK(world_group_state(w, g) == WORLD_IN_REVIEW, "group");
    CHECK(under_6h > ADS * 4 / 10 && under_6h < ADS * 6 / 10, "%d under 6 h", under_6h);
    CHECK(over_48h < ADS * 3 / 100, "%d over 48 h", over_48h);
    CHECK(rejected_count > ADS / 100 && rejected_count < ADS * 12 / 100, "%d rejected",
          rejected_count);
    CHECK(spent(w, g, START, START + HOUR) == 0, "delivers before");
    world_step(w, START + 10 * DAY);
    CHECK(world_group_state(w, g) == WORLD_DELIVERING, "group delivers");
    bool rejected;
    for (int ad = 0; ad < ADS; ad++) {
        (void)world_ad_review_ms(w, ad, &rejected);
        CHECK((world_ad_state(w, ad) == WORLD_REJECTED) == rejected, "ad %d", ad);
        struct world_figures f = figures_of(w, WORLD_BY_AD, ad, START, START + 10 * DAY, 0);
        CHECK(!rejected || f.impressions == 0, "a rejected ad delivers");
        if (ad > 40)
            break;
    }
    int64_t before = world_ad_review_ms(w, 0, &rejected);
    world_ad_set_creative(w, 0, STR("new clip"), START + 11 * DAY);
    CHECK(world_ad_review_ms(w, 0, &rejected) > START + 11 * DAY && before < START + 11 * DAY,
          "reviewed again");
    world_free(w);
}

int main(void)
{
    RUN(the_reference_point_is_met);
    RUN(elasticity_is_that_of_the_model);
    RUN(more_money_buys_less_of_it);
    RUN(a_day_budget_is_never_passed_and_nearly_used);
    RUN(a_dynamic_budget_may_pass_a_day_but_not_a_week);
    RUN(a_total_budget_lasts_until_the_end);
    RUN(a_campaign_budget_holds_its_groups);
    RUN(the_account_stops_at_its_cap_and_its_balance);
    RUN(levers_are_refused_as_the_platform_does);
    RUN(off_is_off_and_a_new_budget_counts_today);
    RUN(schedules_and_dayparts_are_kept);
    RUN(fast_pacing_spends_early);
    RUN(learning_takes_a_penalty_that_leads_wear_off);
    RUN(creatives_tire_and_age);
    RUN(the_platform_favours_cheap_leads_not_good_ones);
    RUN(hours_and_people_follow_the_day);
    RUN(prices_and_rates_change_with_events);
    RUN(a_frozen_account_stands_still);
    RUN(broken_tracking_hides_leads_that_still_come);
    RUN(new_ads_wait_for_review);
    return test_report();
}
