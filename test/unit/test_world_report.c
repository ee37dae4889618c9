/* What is shown and when; who leaves leads; what the sales desk makes of them. */

#include "world_help.h"

#include <inttypes.h>
#include <math.h>

static bool same(const struct world_figures *a, const struct world_figures *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* --- lag and corrections ---------------------------------------------------------------- */

static void an_hour_appears_half_an_hour_to_two_hours_late(void)
{
    struct world *w = world_of(2, "mixed", "", true);
    int64_t hour = START + 2 * DAY + 20 * HOUR;
    int early = 0;
    world_step(w, START + 5 * DAY);
    for (int ad = 0; ad < world_ad_count(w); ad++) {
        struct world_figures f;
        f = figures_of(w, WORLD_BY_AD, ad, hour, hour + HOUR, hour + HOUR + HOUR / 2 - 1);
        CHECK(f.impressions == 0 && f.spend_micros == 0, "ad %d before its time", ad);
        f = figures_of(w, WORLD_BY_AD, ad, hour, hour + HOUR, hour + 2 * HOUR + HOUR / 4);
        early += f.impressions > 0;
        f = figures_of(w, WORLD_BY_AD, ad, hour, hour + HOUR, hour + 3 * HOUR);
        CHECK(f.impressions > 0 && f.spend_micros > 0, "ad %d after two hours", ad);
    }
    CHECK(early > 0 && early < world_ad_count(w), "%d of %d", early, world_ad_count(w));
    world_free(w);
}

static void what_was_shown_then_can_be_asked_for_ever(void)
{
    struct world *w = world_of(2, "mixed", "", true);
    struct world_figures then[40], again;
    int n = 0;
    for (int h = 30; h < 110; h += 2, n++) {
        int64_t now = START + h * HOUR;
        world_step(w, now);
        then[n] = figures_of(w, WORLD_BY_ACCOUNT, 0, START, now, now);
    }
    world_step(w, START + 20 * DAY);
    n = 0;
    for (int h = 30; h < 110; h += 2, n++) {
        int64_t now = START + h * HOUR;
        again = figures_of(w, WORLD_BY_ACCOUNT, 0, START, now, now);
        CHECK(same(&then[n], &again), "hour %d", h);
    }
    struct world_figures early =
        figures_of(w, WORLD_BY_ACCOUNT, 0, START, START + DAY, START + DAY + 10 * DAY);
    CHECK(early.impressions > 0, "nothing shown");
    /* not even a decision or a new creative of later may change it */
    int64_t now = START + 50 * HOUR;
    world_ad_set_creative(w, 0, STR("another"), world_now_ms(w));
    world_step(w, START + 22 * DAY);
    again = figures_of(w, WORLD_BY_ACCOUNT, 0, START, now, now);
    CHECK(same(&then[10], &again), "after a change of creative");
    world_free(w);
}

static void corrections_are_small_and_come_within_three_days(void)
{
    struct world *w = world_of(2, "mixed", "", true);
    int corrected = 0, same_days = 0;
    world_step(w, START + 30 * DAY);
    for (int ad = 0; ad < world_ad_count(w); ad++)
        for (int d = 0; d < 12; d++) {
            int64_t from = START + d * DAY, to = from + DAY;
            struct world_figures first =
                figures_of(w, WORLD_BY_AD, ad, from, to, to + 2 * HOUR - 1);
            struct world_figures third = figures_of(w, WORLD_BY_AD, ad, from, to, to + 2 * DAY);
            struct world_figures final =
                figures_of(w, WORLD_BY_AD, ad, from, to, to + 20 * DAY);
            struct world_figures truth = figures_of(w, WORLD_BY_AD, ad, from, to, 0);
            CHECK(third.spend_micros == final.spend_micros && third.clicks == final.clicks,
                  "ad %d day %d changes after 72 h", ad, d);
            CHECK(truth.spend_micros == final.spend_micros, "truth is net of credits");
            int64_t back = first.spend_micros - final.spend_micros;
            CHECK(back <= first.spend_micros * 3 / 100 + 10000 * 24, "%" PRId64 " of %" PRId64,
                  back, first.spend_micros);
            corrected += back > 0;
            same_days += back == 0;
        }
    CHECK(corrected > 20 && same_days > 20, "%d corrected, %d not", corrected, same_days);
    world_free(w);
}

static void reach_comes_sixteen_hours_late(void)
{
    struct world *w = world_of(2, "mixed", "", true);
    int64_t day = START + 3 * DAY, end = day + DAY;
    world_step(w, START + 12 * DAY);
    struct world_figures young = figures_of(w, WORLD_BY_GROUP, 0, day, end, day + 16 * HOUR);
    struct world_figures half = figures_of(w, WORLD_BY_GROUP, 0, day, end, end);
    struct world_figures old = figures_of(w, WORLD_BY_GROUP, 0, day, end, end + 17 * HOUR);
    CHECK(young.reach == 0 && young.impressions > 0, "%" PRId64, young.reach);
    CHECK(half.reach > 0 && half.reach < old.reach, "%" PRId64 " then %" PRId64, half.reach,
          old.reach);
    CHECK(old.reach <= old.impressions, "more people than impressions");
    struct world_figures week =
        figures_of(w, WORLD_BY_GROUP, 0, day, day + 7 * DAY, world_now_ms(w));
    CHECK(week.reach < 7 * old.reach * 12 / 10 && week.reach > old.reach, "not a sum");
    world_free(w);
}

static void all_levels_and_buckets_add_up(void)
{
    struct arena *arena = arena_new("test");
    struct world *w = world_of(2, "mixed", "", true);
    struct world_figures sums[4][3] = {0};
    world_step(w, START + 9 * DAY);
    for (int level = 0; level < 4; level++)
        for (int bucket = 0; bucket < 3; bucket++) {
            struct world_rows rows = {0};
            struct world_figures *sum = &sums[level][bucket];
            int last_id = -1;
            int64_t last_ms = 0;
            world_report(w,
                         &(struct world_query){.level = (enum world_level)level,
                                               .bucket = (enum world_bucket)bucket,
                                               .from_ms = START + DAY,
                                               .to_ms = START + 8 * DAY,
                                               .as_of_ms = START + 8 * DAY + 7 * HOUR},
                         arena, &rows);
            for (size_t i = 0; i < rows.n; i++) {
                const struct world_row *r = &rows.at[i];
                CHECK(r->id > last_id || (r->id == last_id && r->begins_ms > last_ms), "order");
                last_id = r->id;
                last_ms = r->begins_ms;
                sum->spend_micros += r->figures.spend_micros;
                sum->impressions += r->figures.impressions;
                sum->clicks += r->figures.clicks;
                sum->conversions += r->figures.conversions;
                sum->real_time_conversions += r->figures.real_time_conversions;
                sum->video_p100 += r->figures.video_p100;
            }
            CHECK(rows.n > 0, "no rows");
            CHECK(same(sum, &sums[0][0]), "level %d bucket %d", level, bucket);
        }
    CHECK(sums[0][0].conversions > 50, "%" PRId64, sums[0][0].conversions);
    world_free(w);
    arena_free(arena);
}

static void figures_are_plausible(void)
{
    struct world *w = world_of(2, "mixed", "", true);
    world_step(w, START + 10 * DAY);
    for (int ad = 0; ad < world_ad_count(w); ad++) {
        struct world_figures f = figures_of(w, WORLD_BY_AD, ad, START, START + 10 * DAY, 0);
        CHECK(f.video_plays <= f.impressions && f.video_2s <= f.video_plays &&
                  f.video_6s <= f.video_2s && f.video_p25 <= f.video_plays &&
                  f.video_p50 <= f.video_p25 && f.video_p75 <= f.video_p50 &&
                  f.video_p100 <= f.video_p75,
              "ad %d: the funnel of watching widens", ad);
        CHECK(f.clicks <= f.impressions && f.conversions <= f.clicks, "ad %d: funnel", ad);
        CHECK(f.video_p100 > 0 && f.likes > 0 && f.video_play_ms > f.video_plays, "ad %d", ad);
    }
    world_free(w);
}

static void nothing_is_shown_where_nothing_ran(void)
{
    struct arena *arena = arena_new("test");
    struct world *w = world_of(2, "mixed", "", false);
    struct world_rows rows = {0};
    int g = group_of(w, "g", 20000);
    world_ad_add(w, g, STR("clip"), false, START);
    world_step(w, START + 3 * DAY);
    struct world_query q = {.level = WORLD_BY_AD,
                            .bucket = WORLD_PER_DAY,
                            .from_ms = START - 5 * DAY,
                            .to_ms = START + 50 * DAY,
                            .as_of_ms = START + 50 * DAY};
    world_report(w, &q, arena, &rows);
    CHECK(rows.n == 0, "%zu rows", rows.n);
    q.to_ms = q.from_ms;
    world_report(w, &q, arena, &rows);
    CHECK(rows.n == 0, "empty range");
    world_free(w);
    arena_free(arena);
}

/* --- website conversions --------------------------------------------------------------------
 */

static void website_leads_come_late_and_are_booked_on_the_click(void)
{
    struct world *w = world_of(5, "mixed", "", false);
    int c = world_campaign_add(w, &(struct world_campaign){.on = true}, START);
    int g = world_group_add(w,
                            &(struct world_group){.campaign = c,
                                                  .key = STR("site"),
                                                  .on = true,
                                                  .website = true,
                                                  .mode = WORLD_BUDGET_DAY,
                                                  .budget_micros = 300000 * UNIT},
                            START);
    world_creative_role(w, STR("clip"), STR("winner"), START);
    world_ad_add(w, g, STR("clip"), true, START);
    world_step(w, START + 60 * DAY);

    int in_a_day = 0, after_two_weeks = 0, all = 0;
    for (size_t i = 0; i < world_lead_count(w); i++) {
        const struct world_lead *lead = world_lead(w, i);
        CHECK(lead->website && !lead->webhook_lost && lead->at_ms > lead->click_ms, "lead %zu",
              i);
        all++;
        in_a_day += lead->at_ms - lead->click_ms < DAY;
        after_two_weeks += lead->at_ms - lead->click_ms > 14 * DAY;
    }
    CHECK(all > 300, "%d leads", all);
    CHECK(fabs(in_a_day / (double)all - 0.497) < 0.08, "%d of %d in a day", in_a_day, all);
    CHECK(fabs(after_two_weeks / (double)all - 0.078) < 0.04, "%d of %d late", after_two_weeks,
          all);

    int64_t from = START + 5 * DAY, to = from + 5 * DAY;
    struct world_figures day1 = figures_of(w, WORLD_BY_AD, 0, from, to, to + 3 * HOUR);
    struct world_figures day7 = figures_of(w, WORLD_BY_AD, 0, from, to, to + 7 * DAY);
    struct world_figures now = figures_of(w, WORLD_BY_AD, 0, from, to, world_now_ms(w));
    CHECK(day1.conversions < day7.conversions && day7.conversions < now.conversions,
          "%" PRId64 " %" PRId64 " %" PRId64, day1.conversions, day7.conversions,
          now.conversions);
    CHECK(now.real_time_conversions != now.conversions, "by event day is another figure");
    world_free(w);
}

/* --- leads
 * --------------------------------------------------------------------------------------- */

static void every_lead_arrives_once_and_in_order(void)
{
    struct arena *arena = arena_new("test");
    struct world *w = world_of(5, "mixed", "", true);
    size_t seen = 0;
    int64_t from = START;
    for (int h = 5; h < 15 * 24; h += 5) {
        struct world_leads leads = {0};
        world_step(w, START + h * HOUR + 1000);
        world_leads_between(w, from, START + h * HOUR + 1000, arena, &leads);
        int64_t last = from;
        for (size_t i = 0; i < leads.n; i++) {
            CHECK(leads.at[i]->at_ms >= last && leads.at[i]->at_ms < world_now_ms(w), "order");
            last = leads.at[i]->at_ms;
        }
        seen += leads.n;
        from = world_now_ms(w);
    }
    size_t due = 0;
    for (size_t i = 0; i < world_lead_count(w); i++)
        due += world_lead(w, i)->at_ms < from;
    CHECK(seen == due && due + 30 > world_lead_count(w), "%zu of %zu", seen, due);
    world_free(w);
    arena_free(arena);
}

static int by_id(const void *a, const void *b)
{
    return strcmp((const char *)a, (const char *)b);
}

static void leads_have_the_shares_of_the_model(void)
{
    enum { MOST = 20000 };
    static char ids[MOST][WORLD_ID_SIZE];
    size_t n = 0;
    int invalid = 0, repeats = 0, lost = 0, nonsense = 0, minutes = 0;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct world *w = world_of(seed, "mixed", "", true);
        world_step(w, START + 30 * DAY);
        for (size_t i = 0; i < world_lead_count(w) && n < MOST; i++) {
            const struct world_lead *lead = world_lead(w, i);
            memcpy(ids[n++], lead->id, WORLD_ID_SIZE);
            CHECK(strlen(lead->id) == 19 && lead->id[0] == '7', "id %s", lead->id);
            invalid += !lead->valid;
            repeats += lead->repeat;
            lost += lead->webhook_lost;
            nonsense += lead->person.e164[0] == 0;
            minutes += lead->at_ms - lead->click_ms < 10 * 60000;
            CHECK(lead->valid || (!lead->qualified_ms && !lead->sold_ms), "a false lead buys");
            CHECK(!lead->repeat || !lead->qualified_ms, "a repeated lead qualifies");
            if (lead->duplicate_of >= 0) {
                const struct world_lead *first = world_lead(w, (size_t)lead->duplicate_of);
                CHECK(lead->duplicate_of < (int)i && lead->group == first->group &&
                          strcmp(lead->person.e164, first->person.e164) == 0,
                      "duplicate of another person");
            }
        }
        world_free(w);
    }
    double all = (double)n;
    CHECK(n > 4000, "%zu leads", n);
    CHECK(invalid / all > 0.08 && invalid / all < 0.28, "invalid %g", invalid / all);
    CHECK(repeats / all > 0.02 && repeats / all < 0.06, "repeats %g", repeats / all);
    CHECK(lost / all > 0.01 && lost / all < 0.03, "webhooks lost %g", lost / all);
    CHECK(nonsense / all > 0.02 && nonsense / all < 0.12, "unreadable phones %g",
          nonsense / all);
    CHECK(minutes == (int)n, "an instant form is sent within minutes");
    qsort(ids, n, WORLD_ID_SIZE, by_id);
    for (size_t i = 1; i < n; i++)
        CHECK(strcmp(ids[i - 1], ids[i]) != 0, "id %s twice", ids[i]);
}

/* --- the sales desk
 * --------------------------------------------------------------------------------- */

static void the_desk_works_by_day_and_after_the_lead(void)
{
    struct arena *arena = arena_new("test");
    struct world *w = world_of(5, "weekend-heavy", "", true);
    struct world_desk_events desk = {0};
    int qualified = 0, sold = 0;
    world_step(w, START + 60 * DAY);
    world_desk_between(w, START, START + 90 * DAY, arena, &desk);
    for (size_t i = 0; i < desk.n; i++) {
        const struct world_desk_event *e = &desk.at[i];
        int64_t local = (e->at_ms - START) % DAY;
        int weekday = (int)((e->at_ms - START) / DAY % 7);
        CHECK(i == 0 || e->at_ms >= desk.at[i - 1].at_ms, "order");
        CHECK(e->at_ms < world_now_ms(w) && e->at_ms > e->lead->at_ms, "time");
        if (e->kind == WORLD_REFUNDED)
            continue;
        CHECK(local >= 9 * HOUR && local < 19 * HOUR && weekday < 5,
              "works at %" PRId64 " h of day %d", local / HOUR, weekday);
        qualified += e->kind == WORLD_QUALIFIED;
        sold += e->kind == WORLD_SOLD;
    }
    CHECK(qualified > 100 && sold > 10 && sold < qualified, "%d %d", qualified, sold);
    size_t whole = desk.n;
    desk = (struct world_desk_events){0};
    for (int d = 0; d < 60; d++)
        world_desk_between(w, START + d * DAY, START + (d + 1) * DAY, arena, &desk);
    CHECK(desk.n == whole, "by days %zu, at once %zu", desk.n, whole);
    world_free(w);
    arena_free(arena);
}

static void what_comes_of_leads_agrees_with_the_truth(void)
{
    double qualified = 0, sold = 0, margin = 0, want_qualified = 0, want_sold = 0,
           want_margin = 0;
    int marked = 0, done = 0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct world *w = world_of(seed, "mixed", "", true);
        int64_t spend;
        double worth;
        world_step(w, START + 40 * DAY);
        for (size_t i = 0; i < world_lead_count(w); i++) {
            const struct world_lead *lead = world_lead(w, i);
            struct world_ad_truth t;
            world_ad_truth(w, lead->ad, &t);
            want_qualified += t.valid * t.qualified;
            want_sold += t.valid * t.qualified * t.sold;
            qualified += lead->qualified_ms > 0;
            sold += lead->sold_ms > 0;
            margin += lead->refunded_ms ? 0 : (double)lead->margin_micros;
            done += lead->qualified_ms > 0;
            marked += lead->qualified_marked_ms > 0;
            CHECK(lead->margin_micros < lead->amount_micros || !lead->sold_ms, "margin");
            CHECK(!lead->qualified_marked_ms || lead->qualified_marked_ms >= lead->qualified_ms,
                  "marked before it happened");
        }
        world_score(w, START, START + 40 * DAY, &worth, &spend);
        want_margin += worth;
        world_free(w);
    }
    CHECK(fabs(qualified / want_qualified - 1) < 0.06, "%g of %g", qualified, want_qualified);
    CHECK(fabs(sold / want_sold - 1) < 0.12, "%g of %g", sold, want_sold);
    CHECK(fabs(margin / want_margin - 1) < 0.15, "%g of %g", margin, want_margin);
    CHECK(marked < done && marked > done * 7 / 10, "%d of %d are written down", marked, done);
}

int main(void)
{
    RUN(an_hour_appears_half_an_hour_to_two_hours_late);
    RUN(what_was_shown_then_can_be_asked_for_ever);
    RUN(corrections_are_small_and_come_within_three_days);
    RUN(reach_comes_sixteen_hours_late);
    RUN(all_levels_and_buckets_add_up);
    RUN(figures_are_plausible);
    RUN(nothing_is_shown_where_nothing_ran);
    RUN(website_leads_come_late_and_are_booked_on_the_click);
    RUN(every_lead_arrives_once_and_in_order);
    RUN(leads_have_the_shares_of_the_model);
    RUN(the_desk_works_by_day_and_after_the_lead);
    RUN(what_comes_of_leads_agrees_with_the_truth);
    return test_report();
}
