/* brain/score: every part of the health score, by hand. */
#include "base/arena.h"
#include "brain/score.h"
#include "test.h"

#include <string.h>

#define U INT64_C(1000000) /* micros of a unit */
#define W(spend, impressions, clicks, results)                                                 \
    {                                                                                          \
        true, (spend)*U, (impressions), (clicks), (results)                                    \
    }
#define UNKNOWN(spend, impressions, clicks, results)                                           \
    {                                                                                          \
        false, (spend)*U, (impressions), (clicks), (results)                                   \
    }
#define NONE                                                                                   \
    {                                                                                          \
        true, 0, 0, 0, 0                                                                       \
    }

/* The target is 1000 everywhere.  Longer windows cost as much as the target, so that trends
 * give nothing unless a row says otherwise. */
struct row {
    const char *name;
    const char *factor; /* the part looked at */
    int points;         /* of it, in tenths */
    int total;          /* whole points of the group */
    enum health health;
    struct score_window y, d3, d7, d30, today;
    int64_t day_part, peers_cpm, silent, silent_impressions;
};

#define D3   W(3000, 30000, 600, 3)
#define D7   W(7000, 70000, 1400, 7)
#define D30  W(30000, 300000, 6000, 30)
#define FLAT .d3 = D3, .d7 = D7, .d30 = D30

static const struct row rows[] = {
    /* Cost against the target: 0.7, 0.9, 1.1, 1.3 are the last of their step. */
    {"70 % of the target", "cost", 450, 45, HEALTH_VERY_GOOD, .y = W(7000, 10000, 200, 10),
     FLAT},
    {"71 %", "cost", 300, 30, HEALTH_VERY_GOOD, .y = W(7100, 10000, 200, 10), FLAT},
    {"90 %", "cost", 300, 30, HEALTH_VERY_GOOD, .y = W(9000, 10000, 200, 10), FLAT},
    {"91 %", "cost", 100, 10, HEALTH_GOOD, .y = W(9100, 10000, 200, 10), FLAT},
    {"110 %", "cost", 100, 10, HEALTH_GOOD, .y = W(11000, 10000, 200, 10), FLAT},
    {"111 %", "cost", -300, -30, HEALTH_BAD, .y = W(11100, 10000, 200, 10), FLAT},
    {"130 %", "cost", -300, -30, HEALTH_BAD, .y = W(13000, 10000, 200, 10), FLAT},
    {"131 %", "cost", -450, -45, HEALTH_BAD, .y = W(13100, 10000, 200, 10), FLAT},

    /* Money without a result, since the last day that had one. */
    {"0.99 x the target is not judged", "silence", 0, 0, HEALTH_NEUTRAL,
     .y = W(990, 9000, 200, 0), FLAT, .silent = 990, .silent_impressions = 9000},
    {"1 x is bad", "silence", -300, -30, HEALTH_BAD, .y = W(1000, 9000, 200, 0), FLAT,
     .silent = 1000, .silent_impressions = 9000},
    {"1.99 x is bad", "silence", -300, -30, HEALTH_BAD, .y = W(1000, 9000, 200, 0), FLAT,
     .silent = 1990, .silent_impressions = 9000},
    {"2 x is worst", "silence", -450, -45, HEALTH_BAD, .y = W(1000, 9000, 200, 0), FLAT,
     .silent = 2000, .silent_impressions = 9000},
    {"2 x over 299 impressions is not judged", "silence", 0, 0, HEALTH_NEUTRAL,
     .y = W(2000, 299, 10, 0), FLAT, .silent = 2000, .silent_impressions = 299},
    {"few impressions yesterday do not soften it", "silence", -450, -45, HEALTH_BAD,
     .y = W(200, 100, 2, 0), FLAT, .silent = 2000, .silent_impressions = 2000},
    {"a good trend before does not excuse it", "trend_3_7", 0, -30, HEALTH_BAD,
     .y = W(1000, 9000, 200, 0), .d3 = W(3000, 30000, 600, 6), .d7 = D7, .d30 = D30,
     .silent = 1000, .silent_impressions = 9000},

    /* Trends: better at any size, worse only beyond 10 %. */
    {"3 days cheaper than 7", "trend_3_7", 150, 25, HEALTH_VERY_GOOD,
     .y = W(10000, 10000, 200, 10), .d3 = W(2999, 30000, 600, 3), .d7 = D7,
     .d30 = W(30000, 300000, 6000, 30)},
    {"3 days 10 % dearer is no worsening", "trend_3_7", 0, 10, HEALTH_GOOD,
     .y = W(10000, 10000, 200, 10), .d3 = W(3300, 30000, 600, 3), .d7 = D7, .d30 = D30},
    {"3 days over 10 % dearer", "trend_3_7", -75, 3, HEALTH_NEUTRAL,
     .y = W(10000, 10000, 200, 10), .d3 = W(3301, 30000, 600, 3), .d7 = D7, .d30 = D30},
    {"7 days cheaper than 30", "trend_7_30", 150, 25, HEALTH_VERY_GOOD,
     .y = W(10000, 10000, 200, 10), .d3 = D3, .d7 = D7, .d30 = W(30001, 300000, 6000, 30)},
    {"7 days over 10 % dearer than 30", "trend_7_30", -75, 3, HEALTH_NEUTRAL,
     .y = W(10000, 10000, 200, 10), .d3 = W(3600, 30000, 600, 3), .d7 = W(8400, 70000, 1400, 7),
     .d30 = D30},
    {"a window without a result gives nothing", "trend_7_30", 0, 10, HEALTH_GOOD,
     .y = W(10000, 10000, 200, 10), .d3 = D3, .d7 = D7, .d30 = W(30001, 300000, 6000, 0)},
    {"a window with an unread day gives nothing", "trend_7_30", 0, 10, HEALTH_GOOD,
     .y = W(10000, 10000, 200, 10), .d3 = D3, .d7 = D7,
     .d30 = UNKNOWN(30001, 300000, 6000, 30)},

    /* CTR: below 1 % on at least 300 impressions. */
    {"CTR of 1 % is fine", "ctr", 0, 10, HEALTH_GOOD, .y = W(10000, 10000, 100, 10), FLAT},
    {"CTR of 0.99 %", "ctr", -80, 2, HEALTH_NEUTRAL, .y = W(10000, 10000, 99, 10), FLAT},
    {"no click on 299 impressions is not punished", "ctr", 0, 7, HEALTH_GOOD,
     .y = W(1000, 299, 0, 1), FLAT},
    {"no click on many impressions is", "ctr", -80, 2, HEALTH_NEUTRAL,
     .y = W(1000, 10000, 0, 1), FLAT},

    /* Price of impressions against the peers' median. */
    {"130 % of the median is fine", "cpm", 0, 10, HEALTH_GOOD, .y = W(13000, 10000, 200, 13),
     FLAT, .peers_cpm = 1000},
    {"131 % of the median", "cpm", -120, -2, HEALTH_NEUTRAL, .y = W(13100, 10000, 200, 13),
     FLAT, .peers_cpm = 1000},
    {"without peers nothing", "cpm", 0, 10, HEALTH_GOOD, .y = W(13100, 10000, 200, 13), FLAT},

    /* Today, in proportion to the part of the day (here all of it, then half). */
    {"half of yesterday's cost returns the whole penalty", "today", 600, 15, HEALTH_GOOD,
     .y = W(14000, 10000, 200, 10), FLAT, .today = W(2100, 5000, 100, 3), .day_part = 1000},
    {"70 % of it returns 60 %", "today", 370, -8, HEALTH_NEUTRAL_LOW,
     .y = W(14000, 10000, 200, 10), FLAT, .today = W(2940, 5000, 100, 3), .day_part = 1000},
    {"90 % of it", "today", 50, -40, HEALTH_BAD, .y = W(14000, 10000, 200, 10), FLAT,
     .today = W(3780, 5000, 100, 3), .day_part = 1000},
    {"half a day counts half", "today", 300, -15, HEALTH_NEUTRAL_LOW,
     .y = W(14000, 10000, 200, 10), FLAT, .today = W(2100, 5000, 100, 3), .day_part = 500},
    {"over 130 % of yesterday's cost harms", "today", -50, 5, HEALTH_GOOD,
     .y = W(10000, 10000, 200, 10), FLAT, .today = W(3930, 5000, 100, 3), .day_part = 1000},
    {"over 150 %", "today", -100, 0, HEALTH_NEUTRAL, .y = W(10000, 10000, 200, 10), FLAT,
     .today = W(4530, 5000, 100, 3), .day_part = 1000},
    {"over 200 %", "today", -150, -5, HEALTH_NEUTRAL_LOW, .y = W(10000, 10000, 200, 10), FLAT,
     .today = W(6030, 5000, 100, 3), .day_part = 1000},
    {"dear, but too little spent to tell", "today", 0, 10, HEALTH_GOOD,
     .y = W(10000, 10000, 200, 10), FLAT, .today = W(1900, 5000, 100, 1), .day_part = 1000},
    {"no result for over the target harms", "today", -100, 0, HEALTH_NEUTRAL,
     .y = W(10000, 10000, 200, 10), FLAT, .today = W(1000, 5000, 100, 0), .day_part = 1000},
    {"for over twice the target", "today", -150, -5, HEALTH_NEUTRAL_LOW,
     .y = W(10000, 10000, 200, 10), FLAT, .today = W(2000, 5000, 100, 0), .day_part = 1000},
    {"none is due yet", "today", 0, 10, HEALTH_GOOD, .y = W(1000, 10000, 200, 1), FLAT,
     .today = W(2000, 5000, 100, 0), .day_part = 1000},
    {"299 impressions are too few", "today", 0, 10, HEALTH_GOOD, .y = W(10000, 10000, 200, 10),
     FLAT, .today = W(2000, 299, 5, 0), .day_part = 1000},
    {"100 are enough with a result", "today", 150, 25, HEALTH_VERY_GOOD,
     .y = W(10000, 10000, 200, 10), FLAT, .today = W(100, 100, 5, 1), .day_part = 1000},
    {"recovery within 70 % of the target returns all", "today", 450, 15, HEALTH_GOOD,
     .y = W(1000, 9000, 200, 0), FLAT, .silent = 1000, .silent_impressions = 9000,
     .today = W(700, 5000, 100, 1), .day_part = 1000},
    {"recovery within the target", "today", 310, 1, HEALTH_NEUTRAL, .y = W(1000, 9000, 200, 0),
     FLAT, .silent = 1000, .silent_impressions = 9000, .today = W(1000, 5000, 100, 1),
     .day_part = 1000},
    {"recovery within 130 % of it", "today", 90, -21, HEALTH_NEUTRAL_LOW,
     .y = W(1000, 9000, 200, 0), FLAT, .silent = 1000, .silent_impressions = 9000,
     .today = W(1300, 5000, 100, 1), .day_part = 1000},
    {"recovery that is dear returns nothing", "today", 0, -30, HEALTH_BAD,
     .y = W(1000, 9000, 200, 0), FLAT, .silent = 1000, .silent_impressions = 9000,
     .today = W(1310, 5000, 100, 1), .day_part = 1000},

    /* Volume: 0.6 up to 100 impressions, then in a line to 1 at 1000. */
    {"100 impressions count 60 %", "volume", -180, 27, HEALTH_VERY_GOOD, .y = W(700, 100, 2, 1),
     FLAT},
    {"550 impressions count 80 %", "volume", -90, 36, HEALTH_VERY_GOOD, .y = W(700, 550, 11, 1),
     FLAT},
    {"1000 impressions count in full", "volume", 0, 45, HEALTH_VERY_GOOD,
     .y = W(700, 1000, 20, 1), FLAT},
};

static const struct score_part *part_of(const struct score *score, const char *factor)
{
    for (size_t i = 0; i < score->n; i++) {
        if (!strcmp(score->parts[i].factor, factor))
            return &score->parts[i];
    }
    return NULL;
}

static void every_part_gives_its_points(void)
{
    struct arena *arena = arena_new("test");

    for (size_t i = 0; i < countof(rows); i++) {
        const struct row *row = &rows[i];
        struct score_case c = {
            .policy = policy_find(STR("p1")),
            .currency = STR("KZT"),
            .kind = RESULT_LEADS,
            .target_micros = 1000 * U,
            .peers_cpm_micros = row->peers_cpm * U,
            .day_part_permille = row->day_part,
            .yesterday = row->y,
            .days3 = row->d3,
            .days7 = row->d7,
            .days30 = row->d30,
            .today = row->today,
            .silent_micros = row->silent * U,
            .silent_impressions = row->silent_impressions,
        };
        struct score score;

        score_group(arena, &c, &score);
        const struct score_part *part = part_of(&score, row->factor);
        CHECK(part && part->points == row->points, "%s: %d tenths", row->name,
              part ? part->points : -9999);
        CHECK(part && part->reason.n > 0, "%s: no reason", row->name);
        CHECK(score.points == row->total, "%s: %d in all", row->name, score.points);
        CHECK(score.health == row->health, "%s: %s", row->name, health_name(score.health));
    }
    arena_free(arena);
}

static const struct {
    int64_t minutes, permille;
} parts_of_day[] = {{0, 0},         {60, 15},           {7 * 60, 105},
                    {8 * 60, 150},  {8 * 60 + 30, 172}, {18 * 60, 600},
                    {23 * 60, 940}, {24 * 60, 1000}};

static void the_day_has_a_shape(void)
{
    for (size_t i = 0; i < countof(parts_of_day); i++) {
        int64_t got = score_day_part_permille(parts_of_day[i].minutes);
        CHECK(got == parts_of_day[i].permille, "minute %lld: %lld",
              (long long)parts_of_day[i].minutes, (long long)got);
    }
}

static void results_follow_the_objective(void)
{
    struct brain_counts counts = {.clicks = 1, .conversions = 2, .video_views = 3, .leads = 4};
    static const struct {
        struct str objective;
        int64_t results;
    } table[] = {
        {STR_INIT("traffic"), 1},     {STR_INIT("engagement"), 1},
        {STR_INIT("conversions"), 2}, {STR_INIT("app_promotion"), 2},
        {STR_INIT("video_views"), 3}, {STR_INIT("lead_generation"), 4},
        {STR_INIT("reach"), 0},       {STR_INIT("other"), 0},
    };

    for (size_t i = 0; i < countof(table); i++)
        CHECK(result_count(result_kind_of(table[i].objective), &counts) == table[i].results,
              STR_FMT, STR_ARG(table[i].objective));
}

int main(void)
{
    RUN(every_part_gives_its_points);
    RUN(the_day_has_a_shape);
    RUN(results_follow_the_objective);
    return test_report();
}
