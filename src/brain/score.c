/* score.c - how healthy an ad group is, and why. */
#include "brain/score.h"

#include "text/money.h"

typedef __int128 wide; /* products of money and counts */

const char *health_name(enum health health)
{
    static const char *const names[] = {
        [HEALTH_BAD] = "bad",
        [HEALTH_NEUTRAL_LOW] = "neutral_low",
        [HEALTH_NEUTRAL] = "neutral",
        [HEALTH_GOOD] = "good",
        [HEALTH_VERY_GOOD] = "very_good",
    };

    return names[health];
}

/* Little at night, most in the evening.  Per mille of a day's delivery in each local hour: an
 * assumption that is the same for every account, stated here and nowhere else. */
static const int hour_permille[24] = {15, 15, 15, 15, 15, 15, 15, 45, 45, 45, 45, 45,
                                      45, 45, 45, 45, 45, 45, 68, 68, 68, 68, 68, 60};

int64_t score_day_part_permille(int64_t local_minutes)
{
    int64_t hour = local_minutes / 60, part = 0;

    for (int64_t h = 0; h < hour && h < 24; h++)
        part += hour_permille[h];
    if (hour < 24)
        part += hour_permille[hour] * (local_minutes % 60) / 60;
    return part;
}

int64_t score_cost(const struct score_window *w)
{
    return w->results > 0 ? money_scale(w->spend_micros, 1, w->results) : 0;
}

bool score_dearer(const struct score_window *w, int64_t target, int64_t permille)
{
    return w->results > 0 &&
           (wide)w->spend_micros * 1000 > (wide)w->results * target * permille;
}

/* Is a result of `a` dearer than permille/1000 of a result of `b`?  Both have results. */
static bool dearer_than(const struct score_window *a, const struct score_window *b,
                        int64_t permille)
{
    wide left = (wide)a->spend_micros * (wide)(b->results) * 1000;
    wide right = (wide)b->spend_micros * (wide)(a->results) * permille;

    return left > right;
}

static struct str money(struct arena *arena, const struct score_case *c, int64_t micros)
{
    return str_fmt(arena, STR_FMT " " STR_FMT, STR_ARG(money_show(arena, micros, c->currency)),
                   STR_ARG(c->currency));
}

static struct str number(struct arena *arena, int64_t n)
{
    return str_fmt(arena, "%lld", (long long)n);
}

static struct score_part *add(struct score *out, const char *factor, struct str value,
                              int points, struct str reason)
{
    struct score_part *part = &out->parts[out->n++];

    must(out->n <= SCORE_PARTS);
    *part = (struct score_part){factor, value, points, reason};
    return part;
}

/* --- the parts ------------------------------------------------------------- */

static int cost_points(const struct score_case *c)
{
    for (size_t i = 0; i < countof(c->policy->cost); i++) {
        if (!score_dearer(&c->yesterday, c->target_micros, c->policy->cost[i].ratio_permille))
            return c->policy->cost[i].points;
    }
    return c->policy->cost_beyond;
}

static int64_t percent_of(const struct score_window *w, int64_t target)
{
    wide percent = (wide)w->spend_micros * 100 / ((wide)target * w->results);

    return percent > 1000000 ? 1000000 : (int64_t)percent;
}

/* Yesterday's cost of a result against the target. */
static int part_cost(struct arena *arena, const struct score_case *c, struct score *out)
{
    int points = cost_points(c);
    int64_t percent = percent_of(&c->yesterday, c->target_micros);

    add(out, "cost", number(arena, score_cost(&c->yesterday)), points,
        str_fmt(arena, "a %s cost " STR_FMT " yesterday, %lld %% of the target of " STR_FMT,
                result_word(c->kind, 1), STR_ARG(money(arena, c, score_cost(&c->yesterday))),
                (long long)percent, STR_ARG(money(arena, c, c->target_micros))));
    return points;
}

/* Money spent without a result, judged by the target. */
static int part_silence(struct arena *arena, const struct score_case *c, struct score *out)
{
    const struct policy *p = c->policy;
    wide spent = (wide)c->silent_micros * 1000;
    int points = 0;
    const char *so = "too little to judge";

    if (c->silent_impressions < p->silent_impressions)
        so = "too few impressions to judge";
    else if (spent >= (wide)c->target_micros * p->silent_worst_permille)
        points = p->silent_worst, so = "much more than a result may cost";
    else if (spent >= (wide)c->target_micros * p->silent_bad_permille)
        points = p->silent_bad, so = "more than a result may cost";
    add(out, "silence", number(arena, c->silent_micros), points,
        str_fmt(arena,
                STR_FMT " spent over complete days since the last %s, target " STR_FMT ": %s",
                STR_ARG(money(arena, c, c->silent_micros)), result_word(c->kind, 1),
                STR_ARG(money(arena, c, c->target_micros)), so));
    return points;
}

static int part_trend(struct arena *arena, const struct score_case *c, struct score *out,
                      const char *factor, const struct score_window *near,
                      const struct score_window *far, int near_days, int far_days, bool silent)
{
    const struct policy *p = c->policy;
    int points = 0;
    const char *so;

    if (!near->known || !far->known)
        so = "not known: a day of it was not read";
    else if (!near->results || !far->results)
        so = "not known: no result in one of them";
    else if (dearer_than(far, near, 1000))
        points = p->trend_better, so = "cheaper of late";
    else if (dearer_than(near, far, p->trend_worse_permille))
        points = p->trend_worse, so = "over 10 % dearer of late";
    else
        so = "about the same";
    if (silent && points > 0) {
        points = 0;
        so = "cheaper before, but that does not excuse what was spent without a result since";
    }
    add(out, factor,
        near->results && far->results ? str_fmt(arena, "%lld/%lld", (long long)score_cost(near),
                                                (long long)score_cost(far))
                                      : STR(""),
        points, str_fmt(arena, "%d days against %d days: %s", near_days, far_days, so));
    return points;
}

static int part_ctr(struct arena *arena, const struct score_case *c, struct score *out)
{
    const struct score_window *y = &c->yesterday;
    int64_t hundredths = y->impressions ? money_scale(y->clicks, 10000, y->impressions) : 0;
    int points = 0;
    const char *so = "fine";

    if (y->impressions < c->policy->ctr_impressions)
        so = "too few impressions to judge";
    else if ((wide)y->clicks * 1000 < (wide)y->impressions * c->policy->ctr_permille)
        points = c->policy->ctr_low, so = "below 1 %";
    add(out, "ctr",
        str_fmt(arena, "%lld.%02lld", (long long)(hundredths / 100),
                (long long)(hundredths % 100)),
        points,
        str_fmt(arena, "%lld clicks on %lld impressions yesterday: %s", (long long)y->clicks,
                (long long)y->impressions, so));
    return points;
}

static int part_cpm(struct arena *arena, const struct score_case *c, struct score *out)
{
    const struct score_window *y = &c->yesterday;
    int points = 0;

    if (!c->peers_cpm_micros || y->impressions < c->policy->thin_impressions) {
        add(out, "cpm", STR(""), 0, STR("price of impressions: too little to compare with"));
        return 0;
    }
    if ((wide)y->spend_micros * 1000 * 1000 >
        (wide)c->peers_cpm_micros * c->policy->cpm_permille * y->impressions)
        points = c->policy->cpm_high;
    int64_t cpm = money_scale(y->spend_micros, 1000, y->impressions);
    add(out, "cpm", number(arena, cpm), points,
        str_fmt(arena,
                "1000 impressions cost " STR_FMT " yesterday, its peers' median is " STR_FMT
                ": %s",
                STR_ARG(money(arena, c, cpm)), STR_ARG(money(arena, c, c->peers_cpm_micros)),
                points ? "over 30 % dearer" : "fine"));
    return points;
}

/* --- today ------------------------------------------------------------------ */

struct today {
    int points;
    const char *so;
};

static int returned(int penalty, int permille)
{
    return penalty < 0 ? -penalty * permille / 1000 : 0;
}

/* Yesterday none, today some: the penalty comes back as far as today's cost allows. */
static struct today recovery(const struct score_case *c, int penalty)
{
    if (!score_dearer(&c->today, c->target_micros, 700))
        return (struct today){returned(penalty, 1000) + 150, "results again, cheap"};
    if (!score_dearer(&c->today, c->target_micros, 1000))
        return (struct today){returned(penalty, 700) + 100, "results again, within the target"};
    if (!score_dearer(&c->today, c->target_micros, 1300))
        return (struct today){returned(penalty, 300), "results again, near the target"};
    return (struct today){0, "results again, but dear"};
}

static struct today against_yesterday(const struct score_case *c, int penalty)
{
    const struct score_window *t = &c->today, *y = &c->yesterday;

    if (!dearer_than(t, y, 500))
        return (struct today){returned(penalty, 1000) + 150,
                              "at most half of yesterday's cost"};
    if (!dearer_than(t, y, 700))
        return (struct today){returned(penalty, 600) + 100, "at most 70 % of yesterday's cost"};
    if (!dearer_than(t, y, 900))
        return (struct today){50, "cheaper than yesterday"};
    /* Harm needs as much evidence as help: enough money for some results. */
    if ((wide)t->spend_micros * y->results <
        (wide)y->spend_micros * c->policy->today_results_expected)
        return (struct today){0, "too little spent to hold it against the group"};
    if (dearer_than(t, y, 2000))
        return (struct today){-150, "over twice yesterday's cost"};
    if (dearer_than(t, y, 1500))
        return (struct today){-100, "over 150 % of yesterday's cost"};
    if (dearer_than(t, y, 1300))
        return (struct today){-50, "over 130 % of yesterday's cost"};
    return (struct today){0, "about as yesterday"};
}

/* No result today though money flows. */
static struct today silent_today(const struct score_case *c)
{
    const struct score_window *t = &c->today, *y = &c->yesterday;

    /* By now yesterday's pace would have brought so many results. */
    if (y->results &&
        y->results * c->day_part_permille < c->policy->today_results_expected * 1000)
        return (struct today){0, "no result yet, none is due either"};
    if (t->spend_micros >= 2 * c->target_micros)
        return (struct today){-150, "no result for over twice the target"};
    if (t->spend_micros >= c->target_micros)
        return (struct today){-100, "no result for over the target"};
    return (struct today){0, "no result yet, little spent"};
}

static int part_today(struct arena *arena, const struct score_case *c, struct score *out,
                      int penalty)
{
    const struct score_window *t = &c->today;
    int64_t needed =
        t->results ? c->policy->today_impressions_with_result : c->policy->today_impressions;
    struct today today = {0, "too few impressions yet"};

    if (t->impressions >= needed)
        today = !t->results             ? silent_today(c)
                : !c->yesterday.results ? recovery(c, penalty)
                                        : against_yesterday(c, penalty);
    /* A morning counts less than an evening. */
    today.points = (int)(today.points * c->day_part_permille / 1000);
    add(out, "today", number(arena, score_cost(t)), today.points,
        str_fmt(arena, STR_FMT " spent and %lld %s so far today (%lld %% of a day): %s",
                STR_ARG(money(arena, c, t->spend_micros)), (long long)t->results,
                result_word(c->kind, t->results), (long long)(c->day_part_permille / 10),
                today.so));
    return today.points;
}

/* --- the sum ------------------------------------------------------------------ */

static int64_t volume_permille(const struct score_case *c)
{
    const struct policy *p = c->policy;
    int64_t n = c->yesterday.impressions;

    if (n >= p->volume_full)
        return 1000;
    if (n <= p->volume_least)
        return p->volume_least_permille;
    return p->volume_least_permille + (1000 - p->volume_least_permille) *
                                          (n - p->volume_least) /
                                          (p->volume_full - p->volume_least);
}

static int rounded(int64_t n, int64_t d)
{
    return (int)((n < 0 ? n - d / 2 : n + d / 2) / d);
}

static enum health health_of(const struct policy *p, int points)
{
    if (points >= p->very_good)
        return HEALTH_VERY_GOOD;
    if (points >= p->good)
        return HEALTH_GOOD;
    if (points <= p->bad)
        return HEALTH_BAD;
    if (points <= p->neutral_low)
        return HEALTH_NEUTRAL_LOW;
    return HEALTH_NEUTRAL;
}

void score_group(struct arena *arena, const struct score_case *c, struct score *out)
{
    bool answered = c->yesterday.results > 0;
    int sum = 0, silence = 0;

    must(c->target_micros > 0);
    *out = (struct score){0};
    if (answered)
        sum += part_cost(arena, c, out);
    else
        silence = part_silence(arena, c, out);
    int penalty = sum + silence;
    sum += part_trend(arena, c, out, "trend_3_7", &c->days3, &c->days7, 3, 7, silence < 0);
    sum += part_trend(arena, c, out, "trend_7_30", &c->days7, &c->days30, 7, 30, silence < 0);
    sum += part_ctr(arena, c, out);
    sum += part_cpm(arena, c, out);
    sum += part_today(arena, c, out, penalty);

    /* Few impressions make a score uncertain, so it is drawn towards zero.  Money spent
     * without a result is its own evidence: the factor does not soften it. */
    int64_t volume = volume_permille(c);
    int lost = rounded(sum * volume, 1000) - sum;
    add(out, "volume", number(arena, c->yesterday.impressions), lost,
        str_fmt(arena, "%lld impressions yesterday: what they tell counts %lld %%",
                (long long)c->yesterday.impressions, (long long)(volume / 10)));
    out->points = rounded(sum + lost + silence, 10);
    out->health = health_of(c->policy, out->points);
}
