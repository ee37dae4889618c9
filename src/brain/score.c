/* score.c - how healthy an ad group is, and why. */
#include "brain/score.h"

#include "brain/brain_codes.h"
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
                              int points, struct str reason, struct says says)
{
    struct score_part *part = &out->parts[out->n++];

    must(out->n <= SCORE_PARTS);
    *part = (struct score_part){factor, value, points, reason, says};
    return part;
}

static struct says_value result(const struct score_case *c)
{
    return SAYS_WORD("result", str(result_word(c->kind, 2)));
}

static struct says_value so_value(enum brain_so so)
{
    return SAYS_WORD("so", str(brain_so(so)));
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
                (long long)percent, STR_ARG(money(arena, c, c->target_micros))),
        SAYS(brain_code(TRACE_COST), result(c),
             SAYS_NUMBER("cost_micros", score_cost(&c->yesterday)),
             SAYS_NUMBER("percent", percent), SAYS_NUMBER("target_micros", c->target_micros)));
    return points;
}

/* Money spent without a result, judged by the target. */
static int part_silence(struct arena *arena, const struct score_case *c, struct score *out)
{
    const struct policy *p = c->policy;
    wide spent = (wide)c->silent_micros * 1000;
    int points = 0;
    enum brain_so so = SO_LITTLE;

    if (c->silent_impressions < p->silent_impressions)
        so = SO_FEW_IMPRESSIONS;
    else if (spent >= (wide)c->target_micros * p->silent_worst_permille)
        points = p->silent_worst, so = SO_MUCH_MORE;
    else if (spent >= (wide)c->target_micros * p->silent_bad_permille)
        points = p->silent_bad, so = SO_MORE;
    add(out, "silence", number(arena, c->silent_micros), points,
        str_fmt(arena,
                STR_FMT " spent over complete days since the last %s, target " STR_FMT ": %s",
                STR_ARG(money(arena, c, c->silent_micros)), result_word(c->kind, 1),
                STR_ARG(money(arena, c, c->target_micros)), brain_so_words(so)),
        SAYS(brain_code(TRACE_SILENCE), result(c),
             SAYS_NUMBER("spend_micros", c->silent_micros),
             SAYS_NUMBER("target_micros", c->target_micros), so_value(so)));
    return points;
}

static int part_trend(struct arena *arena, const struct score_case *c, struct score *out,
                      const char *factor, const struct score_window *near,
                      const struct score_window *far, int near_days, int far_days, bool silent)
{
    const struct policy *p = c->policy;
    int points = 0;
    enum brain_so so;

    if (!near->known || !far->known)
        so = SO_UNREAD;
    else if (!near->results || !far->results)
        so = SO_NO_RESULT;
    else if (dearer_than(far, near, 1000))
        points = p->trend_better, so = SO_CHEAPER;
    else if (dearer_than(near, far, p->trend_worse_permille))
        points = p->trend_worse, so = SO_DEARER;
    else
        so = SO_SAME;
    if (silent && points > 0) {
        points = 0;
        so = SO_NO_EXCUSE;
    }
    add(out, factor,
        near->results && far->results ? str_fmt(arena, "%lld/%lld", (long long)score_cost(near),
                                                (long long)score_cost(far))
                                      : STR(""),
        points,
        str_fmt(arena, "%d days against %d days: %s", near_days, far_days, brain_so_words(so)),
        SAYS(brain_code(TRACE_TREND), SAYS_NUMBER("days", near_days),
             SAYS_NUMBER("of_days", far_days), so_value(so)));
    return points;
}

static int part_ctr(struct arena *arena, const struct score_case *c, struct score *out)
{
    const struct score_window *y = &c->yesterday;
    int64_t hundredths = y->impressions ? money_scale(y->clicks, 10000, y->impressions) : 0;
    int points = 0;
    enum brain_so so = SO_FINE;

    if (y->impressions < c->policy->ctr_impressions)
        so = SO_FEW_IMPRESSIONS;
    else if ((wide)y->clicks * 1000 < (wide)y->impressions * c->policy->ctr_permille)
        points = c->policy->ctr_low, so = SO_CTR_LOW;
    add(out, "ctr",
        str_fmt(arena, "%lld.%02lld", (long long)(hundredths / 100),
                (long long)(hundredths % 100)),
        points,
        str_fmt(arena, "%lld clicks on %lld impressions yesterday: %s", (long long)y->clicks,
                (long long)y->impressions, brain_so_words(so)),
        SAYS(brain_code(TRACE_CTR), SAYS_NUMBER("clicks", y->clicks),
             SAYS_NUMBER("impressions", y->impressions), so_value(so)));
    return points;
}

static int part_cpm(struct arena *arena, const struct score_case *c, struct score *out)
{
    const struct score_window *y = &c->yesterday;
    enum brain_so so = SO_FINE;
    int points = 0;

    if (!c->peers_cpm_micros || y->impressions < c->policy->thin_impressions) {
        add(out, "cpm", STR(""), 0, STR("price of impressions: too little to compare with"),
            SAYS(brain_code(TRACE_CPM_UNKNOWN)));
        return 0;
    }
    if ((wide)y->spend_micros * 1000 * 1000 >
        (wide)c->peers_cpm_micros * c->policy->cpm_permille * y->impressions)
        points = c->policy->cpm_high, so = SO_CPM_HIGH;
    int64_t cpm = money_scale(y->spend_micros, 1000, y->impressions);
    add(out, "cpm", number(arena, cpm), points,
        str_fmt(arena,
                "1000 impressions cost " STR_FMT " yesterday, its peers' median is " STR_FMT
                ": %s",
                STR_ARG(money(arena, c, cpm)), STR_ARG(money(arena, c, c->peers_cpm_micros)),
                brain_so_words(so)),
        SAYS(brain_code(TRACE_CPM), SAYS_NUMBER("cpm_micros", cpm),
             SAYS_NUMBER("peers_micros", c->peers_cpm_micros), so_value(so)));
    return points;
}

/* --- today ------------------------------------------------------------------ */

struct today {
    int points;
    enum brain_so so;
};

static int returned(int penalty, int permille)
{
    return penalty < 0 ? -penalty * permille / 1000 : 0;
}

/* Yesterday none, today some: the penalty comes back as far as today's cost allows. */
static struct today recovery(const struct score_case *c, int penalty)
{
    if (!score_dearer(&c->today, c->target_micros, 700))
        return (struct today){returned(penalty, 1000) + 150, SO_AGAIN_CHEAP};
    if (!score_dearer(&c->today, c->target_micros, 1000))
        return (struct today){returned(penalty, 700) + 100, SO_AGAIN_WITHIN};
    if (!score_dearer(&c->today, c->target_micros, 1300))
        return (struct today){returned(penalty, 300), SO_AGAIN_NEAR};
    return (struct today){0, SO_AGAIN_DEAR};
}

static struct today against_yesterday(const struct score_case *c, int penalty)
{
    const struct score_window *t = &c->today, *y = &c->yesterday;

    if (!dearer_than(t, y, 500))
        return (struct today){returned(penalty, 1000) + 150, SO_HALF};
    if (!dearer_than(t, y, 700))
        return (struct today){returned(penalty, 600) + 100, SO_70};
    if (!dearer_than(t, y, 900))
        return (struct today){50, SO_BELOW_YESTERDAY};
    /* Harm needs as much evidence as help: enough money for some results. */
    if ((wide)t->spend_micros * y->results <
        (wide)y->spend_micros * c->policy->today_results_expected)
        return (struct today){0, SO_LITTLE_AGAINST};
    if (dearer_than(t, y, 2000))
        return (struct today){-150, SO_TWICE};
    if (dearer_than(t, y, 1500))
        return (struct today){-100, SO_150};
    if (dearer_than(t, y, 1300))
        return (struct today){-50, SO_130};
    return (struct today){0, SO_AS_YESTERDAY};
}

/* No result today though money flows. */
static struct today silent_today(const struct score_case *c)
{
    const struct score_window *t = &c->today, *y = &c->yesterday;

    /* By now yesterday's pace would have brought so many results. */
    if (y->results &&
        y->results * c->day_part_permille < c->policy->today_results_expected * 1000)
        return (struct today){0, SO_NONE_DUE};
    if (t->spend_micros >= 2 * c->target_micros)
        return (struct today){-150, SO_NONE_TWICE};
    if (t->spend_micros >= c->target_micros)
        return (struct today){-100, SO_NONE_TARGET};
    return (struct today){0, SO_NONE_LITTLE};
}

static int part_today(struct arena *arena, const struct score_case *c, struct score *out,
                      int penalty)
{
    const struct score_window *t = &c->today;
    int64_t needed =
        t->results ? c->policy->today_impressions_with_result : c->policy->today_impressions;
    struct today today = {0, SO_FEW_YET};

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
                brain_so_words(today.so)),
        SAYS(brain_code(TRACE_TODAY), SAYS_NUMBER("spend_micros", t->spend_micros), result(c),
             SAYS_NUMBER("results", t->results),
             SAYS_NUMBER("percent", c->day_part_permille / 10), so_value(today.so)));
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
                (long long)c->yesterday.impressions, (long long)(volume / 10)),
        SAYS(brain_code(TRACE_VOLUME), SAYS_NUMBER("impressions", c->yesterday.impressions),
             SAYS_NUMBER("percent", volume / 10)));
    out->points = rounded(sum + lost + silence, 10);
    out->health = health_of(c->policy, out->points);
}
