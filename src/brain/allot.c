/* allot.c - what to do with the money: protect it, keep the caps, then spend it. */
#include "brain/plan.h"

#include "brain/brain_codes.h"
#include "text/money.h"

#include <stdlib.h>

int64_t judged_budget_after(const struct judged *j)
{
    if (!judged_counts(j))
        return 0;
    if (j->deferred)
        return j->group->budget_micros;
    return j->verdict == VERDICT_PAUSE ? 0 : j->to_micros;
}

int64_t plan_sum(const struct plan *plan, const struct brain_direction *direction)
{
    int64_t sum = 0;

    for (size_t i = 0; i < plan->n; i++) {
        const struct judged *j = &plan->judged[i];
        if (!direction || j->direction == direction)
            sum += judged_budget_after(j);
    }
    for (size_t i = 0; i < plan->launches.n; i++) {
        const struct new_group *n = &plan->launches.at[i];
        if (!direction || n->direction == direction)
            sum += n->budget_micros;
    }
    return sum;
}

struct guard_case plan_guard(const struct plan *plan, const struct judged *j)
{
    const struct brain_inputs *in = plan->inputs;
    const struct brain_group *g = j->group;

    return (struct guard_case){
        .policy = plan->policy,
        .now_ms = in->as_of_ms,
        .local_minutes = in->local_minutes,
        .unit_micros = in->unit_micros,
        .minimum_micros = in->minimum_micros,
        .budget_micros = g->budget_micros,
        .day_start_micros = g->day_start_micros ? g->day_start_micros : g->budget_micros,
        .spent_today_micros = j->facts.today.spend_micros,
        .created_ms = g->created_ms,
        .changed_ms = g->changed_ms,
        .daily = g->daily,
        .uncertain = g->uncertain,
        .judged = true,
        .direction_room_micros =
            j->direction ? j->direction->budget_micros - plan_sum(plan, j->direction) : 0,
        .account_room_micros = plan->cap_micros - plan_sum(plan, NULL),
    };
}

/* --- order --------------------------------------------------------------------- */

static int rank_of(const struct judged *j)
{
    return j->scored ? j->score.points : 0;
}

static int worst_first(const void *a, const void *b)
{
    const struct judged *x = *(struct judged *const *)a, *y = *(struct judged *const *)b;
    int order = (rank_of(x) > rank_of(y)) - (rank_of(x) < rank_of(y));

    if (!order)
        order = str_cmp(x->group->id, y->group->id);
    return order ? order : (x > y) - (x < y);
}

static int best_first(const void *a, const void *b)
{
    const struct judged *x = *(struct judged *const *)a, *y = *(struct judged *const *)b;

    if (rank_of(x) != rank_of(y))
        return rank_of(x) < rank_of(y) ? 1 : -1;
    return worst_first(a, b); /* equal rank: by id */
}

static struct judged **ordered(const struct plan *plan,
                               int (*order)(const void *, const void *))
{
    struct judged **list = NEW_ARRAY(plan->arena, struct judged *, plan->n + 1);

    for (size_t i = 0; i < plan->n; i++)
        list[i] = &plan->judged[i];
    qsort(list, plan->n, sizeof(struct judged *), order);
    return list;
}

/* --- the limit of changes --------------------------------------------------------- */

/* Takes one of the run's changes; false when none is left: the change is deferred. */
static bool take_change(struct plan *plan)
{
    if (plan->changes == plan->policy->most_changes)
        return false;
    plan->changes++;
    return true;
}

struct str plan_deferred_words(const struct plan *plan)
{
    return str_fmt(
        plan->arena,
        "at most %zu changes a run; more urgent ones came first, it is looked at again "
        "next time",
        plan->policy->most_changes);
}

struct says plan_deferred_says(const struct plan *plan)
{
    return SAYS(brain_code(WHY_MOST_CHANGES),
                SAYS_NUMBER("n", (int64_t)plan->policy->most_changes));
}

/* --- protect ------------------------------------------------------------------------ */

static struct str target_words(const struct plan *plan, const struct judged *j)
{
    return str_fmt(plan->arena, "the target of " STR_FMT,
                   STR_ARG(plan_money(plan, j->facts.target_micros)));
}

/* Ask the guardrails for a budget, and keep what bound it in words. */
static int64_t guarded(const struct plan *plan, struct judged *j, int64_t wish)
{
    struct guard_case guard = plan_guard(plan, j);
    int64_t to = guard_budget(&guard, wish, &j->bound);

    j->bound_words = guard_words(plan->arena, &guard, j->bound, plan->inputs->currency);
    j->bound_says = guard_says(&guard, j->bound);
    return to;
}

static void stop(struct judged *j, const char *cause, struct str why, struct says says)
{
    j->why_says = says;
    j->verdict = VERDICT_PAUSE;
    j->cause = cause;
    j->to_micros = 0;
    j->why = why;
}

/* Lower by a share, as far as the guardrails let; held where they do not.  Why is what
 * yesterday's figures say, set before. */
static void lower(const struct plan *plan, struct judged *j, const char *cause,
                  int64_t permille)
{
    int64_t wish = money_scale(j->group->budget_micros, 1000 - permille, 1000);

    j->cause = cause;
    j->to_micros = guarded(plan, j, wish);
    if (j->to_micros < j->group->budget_micros)
        j->verdict = VERDICT_LOWER;
}

static bool still_learning(const struct plan *plan, const struct judged *j)
{
    return plan->inputs->as_of_ms - j->group->created_ms < plan->policy->learning_ms;
}

static bool silent_too_long(const struct plan *plan, const struct judged *j)
{
    const struct score_case *f = &j->facts;

    return f->silent_impressions >= plan->policy->silent_impressions &&
           (__int128)f->silent_micros * 1000 >=
               (__int128)f->target_micros * plan->policy->silent_pause_permille;
}

static struct str yesterday_words(const struct plan *plan, const struct judged *j)
{
    const struct score_case *f = &j->facts;

    if (f->yesterday.results)
        return str_fmt(plan->arena, "a %s cost " STR_FMT " yesterday against " STR_FMT,
                       result_word(f->kind, 1),
                       STR_ARG(plan_money(plan, score_cost(&f->yesterday))),
                       STR_ARG(target_words(plan, j)));
    return str_fmt(plan->arena, STR_FMT " spent since the last %s against " STR_FMT,
                   STR_ARG(plan_money(plan, f->silent_micros)), result_word(f->kind, 1),
                   STR_ARG(target_words(plan, j)));
}

static struct says_value result_value(const struct judged *j)
{
    return SAYS_WORD("result", str(result_word(j->facts.kind, 2)));
}

static struct says_value target_value(const struct judged *j)
{
    return SAYS_NUMBER("target_micros", j->facts.target_micros);
}

/* `cost` where yesterday had results, otherwise `spent`. */
static struct says yesterday_says(const struct judged *j, enum brain_code cost,
                                  enum brain_code spent)
{
    const struct score_case *f = &j->facts;

    if (f->yesterday.results)
        return SAYS(brain_code(cost), result_value(j),
                    SAYS_NUMBER("cost_micros", score_cost(&f->yesterday)), target_value(j));
    return SAYS(brain_code(spent), result_value(j),
                SAYS_NUMBER("spend_micros", f->silent_micros), target_value(j));
}

static void protect_bad(const struct plan *plan, struct judged *j)
{
    const struct policy *p = plan->policy;
    const struct score_case *f = &j->facts;

    if (still_learning(plan, j))
        lower(plan, j, "health", p->gentle_down_permille);
    else if (silent_too_long(plan, j))
        stop(j, "silence",
             str_fmt(plan->arena, STR_FMT " spent since the last %s, %lld x " STR_FMT,
                     STR_ARG(plan_money(plan, f->silent_micros)), result_word(f->kind, 1),
                     (long long)(f->silent_micros / f->target_micros),
                     STR_ARG(target_words(plan, j))),
             SAYS(brain_code(WHY_SILENCE), result_value(j),
                  SAYS_NUMBER("spend_micros", f->silent_micros),
                  SAYS_NUMBER("times", f->silent_micros / f->target_micros), target_value(j)));
    else if (f->days3.known &&
             score_dearer(&f->days3, f->target_micros, p->pause_cost_permille))
        stop(j, "cost",
             str_fmt(plan->arena, "a %s cost " STR_FMT " over 3 days, more than 3 x " STR_FMT,
                     result_word(f->kind, 1), STR_ARG(plan_money(plan, score_cost(&f->days3))),
                     STR_ARG(target_words(plan, j))),
             SAYS(brain_code(WHY_COST_3_DAYS), result_value(j),
                  SAYS_NUMBER("cost_micros", score_cost(&f->days3)), target_value(j)));
    else if (j->group->budget_micros <= plan->inputs->minimum_micros)
        stop(j, "floor",
             str_fmt(plan->arena, STR_FMT ", and the budget is at the platform's least already",
                     STR_ARG(yesterday_words(plan, j))),
             yesterday_says(j, WHY_FLOOR_COST, WHY_FLOOR_SPENT));
    else
        lower(plan, j, "health", p->halve_permille);
}

static void protect_weak(const struct plan *plan, struct judged *j)
{
    /* A cut needs its time to show: the next one waits as a raise does. */
    if (plan->inputs->as_of_ms - j->group->changed_ms < plan->policy->cool_down_ms) {
        struct guard_case guard = plan_guard(plan, j);
        j->bound = GUARD_COOL_DOWN;
        j->bound_words =
            guard_words(plan->arena, &guard, GUARD_COOL_DOWN, plan->inputs->currency);
        j->bound_says = guard_says(&guard, GUARD_COOL_DOWN);
        return;
    }
    lower(plan, j, "health", plan->policy->lower_permille);
}

static void protect(struct plan *plan)
{
    struct judged **list = ordered(plan, worst_first);

    for (size_t i = 0; i < plan->n; i++) {
        if (!list[i]->scored)
            continue;
        list[i]->evidence = plan_evidence(plan, list[i]);
        list[i]->why = yesterday_words(plan, list[i]);
        list[i]->why_says = yesterday_says(list[i], WHY_COST_YESTERDAY, WHY_SPENT_SINCE);
        if (list[i]->score.health == HEALTH_BAD)
            protect_bad(plan, list[i]);
        else if (list[i]->score.health == HEALTH_NEUTRAL_LOW)
            protect_weak(plan, list[i]);
    }
    /* Pauses before cuts, worst first within each. */
    for (size_t i = 0; i < plan->n; i++) {
        if (list[i]->verdict == VERDICT_PAUSE)
            list[i]->deferred = !take_change(plan);
    }
    for (size_t i = 0; i < plan->n; i++) {
        if (list[i]->verdict == VERDICT_LOWER)
            list[i]->deferred = !take_change(plan);
    }
}

/* --- the ad that eats its group ------------------------------------------------------ */

static struct score_window ad_week(const struct judged *j, const struct brain_ad *ad)
{
    struct brain_counts sum = inputs_sum_ad(ad, 1, 7);

    return (struct score_window){true, sum.spend_micros, sum.impressions, sum.clicks,
                                 result_count(j->facts.kind, &sum)};
}

/* The live ad with the most spend in 7 days; NULL when the group could not do without one, or
 * when results of the group have no ad to belong to. */
static const struct brain_ad *top_ad(const struct judged *j, struct score_window *week)
{
    const struct brain_ad *top = NULL;
    size_t live = 0;

    for (size_t i = 0; i < j->group->ads.n; i++) {
        const struct brain_ad *ad = &j->group->ads.at[i];
        struct score_window w = ad_week(j, ad);
        if (!ad->id.n && w.results)
            return NULL;
        if (!ad->live)
            continue;
        live++;
        if (!top || w.spend_micros > week->spend_micros ||
            (w.spend_micros == week->spend_micros && str_cmp(ad->id, top->id) < 0)) {
            top = ad;
            *week = w;
        }
    }
    return live >= 2 ? top : NULL;
}

static bool eats(const struct plan *plan, const struct judged *j, const struct score_window *ad)
{
    const struct policy *p = plan->policy;
    __int128 spend = ad->spend_micros;

    return spend * 1000 >= (__int128)j->facts.days7.spend_micros * p->eater_share_permille &&
           spend * 1000 >= (__int128)j->facts.target_micros * p->eater_spend_permille &&
           ad->impressions >= p->eater_impressions &&
           (!ad->results || score_dearer(ad, j->facts.target_micros, p->eater_cost_permille));
}

static void stop_eater(struct plan *plan, struct judged *j)
{
    struct score_window week = {0};
    const struct brain_ad *ad = top_ad(j, &week);

    if (!ad || ad->uncertain || !eats(plan, j, &week))
        return;
    j->eater = ad;
    int64_t share = money_scale(week.spend_micros, 100, j->facts.days7.spend_micros);
    j->eater_why =
        week.results
            ? str_fmt(plan->arena,
                      "it takes %lld %% of the group's money and a %s of it costs " STR_FMT
                      " against " STR_FMT,
                      (long long)share, result_word(j->facts.kind, 1),
                      STR_ARG(plan_money(plan, score_cost(&week))),
                      STR_ARG(target_words(plan, j)))
            : str_fmt(plan->arena,
                      "it takes %lld %% of the group's money and brought no %s for " STR_FMT,
                      (long long)share, result_word(j->facts.kind, 1),
                      STR_ARG(plan_money(plan, week.spend_micros)));
    j->eater_evidence =
        str_fmt(plan->arena, "%lld %s for " STR_FMT " and %lld impressions in 7 complete days",
                (long long)week.results, result_word(j->facts.kind, week.results),
                STR_ARG(plan_money(plan, week.spend_micros)), (long long)week.impressions);
    j->eater_says = week.results
                        ? SAYS(brain_code(WHY_EATER_COST), SAYS_NUMBER("percent", share),
                               result_value(j), SAYS_NUMBER("results", week.results),
                               SAYS_NUMBER("cost_micros", score_cost(&week)), target_value(j),
                               SAYS_NUMBER("spend_micros", week.spend_micros),
                               SAYS_NUMBER("impressions", week.impressions))
                        : SAYS(brain_code(WHY_EATER_NONE), SAYS_NUMBER("percent", share),
                               result_value(j), SAYS_NUMBER("spend_micros", week.spend_micros),
                               SAYS_NUMBER("impressions", week.impressions));
    j->eater_deferred = !take_change(plan);
}

static void stop_eaters(struct plan *plan)
{
    struct judged **list = ordered(plan, worst_first);

    for (size_t i = 0; i < plan->n; i++) {
        struct judged *j = list[i];
        if (j->scored && !still_learning(plan, j) &&
            (j->verdict != VERDICT_PAUSE || j->deferred))
            stop_eater(plan, j);
    }
}

/* --- the caps ---------------------------------------------------------------------------- */

/* Nobody may touch it now: its money stays as it is. */
static bool fixed(const struct judged *j)
{
    return !judged_counts(j) || j->group->uncertain;
}

static struct str cap_words(const struct plan *plan, const struct brain_direction *direction,
                            int64_t sum, int64_t cap)
{
    return str_fmt(plan->arena,
                   "running budgets of %s%s" STR_FMT " add up to " STR_FMT
                   ", the limit is " STR_FMT " a day",
                   direction ? "direction" : "the account", direction ? " " : "",
                   STR_ARG(direction ? direction->name : STR("")),
                   STR_ARG(plan_money(plan, sum)), STR_ARG(plan_money(plan, cap)));
}

static struct says cap_says(const struct brain_direction *direction, int64_t sum, int64_t cap)
{
    if (!direction)
        return SAYS(brain_code(WHY_ACCOUNT_CAP), SAYS_NUMBER("sum_micros", sum),
                    SAYS_NUMBER("cap_micros", cap));
    return SAYS(brain_code(WHY_DIRECTION_CAP), SAYS_WORD("name", direction->name),
                SAYS_NUMBER("sum_micros", sum), SAYS_NUMBER("cap_micros", cap));
}

/* Bring the members of a cap under it: worst first, lower before stop. Not counted against the
 * limit of changes: a cap waits for nobody. */
static void keep_cap(struct plan *plan, const struct brain_direction *direction, int64_t cap)
{
    int64_t sum = plan_sum(plan, direction);
    int64_t over = sum - cap;

    if (over <= 0)
        return;
    struct judged **list = ordered(plan, worst_first);
    struct str why = cap_words(plan, direction, sum, cap);
    struct says says = cap_says(direction, sum, cap);

    for (int stopping = 0; stopping < 2; stopping++) {
        for (size_t i = 0; i < plan->n && over > 0; i++) {
            struct judged *j = list[i];
            int64_t now = judged_budget_after(j);
            if (fixed(j) || !now || (direction && j->direction != direction))
                continue;
            struct guard_case guard = plan_guard(plan, j);
            int64_t wish = now > over ? now - over : 0;
            enum guard bound = GUARD_NONE;
            int64_t to = stopping ? 0 : guard_budget(&guard, wish, &bound);
            if (to >= now)
                continue;
            j->verdict = stopping ? VERDICT_PAUSE : VERDICT_LOWER;
            j->cause = "cap";
            j->bound = direction ? GUARD_DIRECTION_CAP : GUARD_ACCOUNT_CAP;
            j->bound_words = why;
            j->bound_says = says;
            j->deferred = false;
            j->to_micros = to;
            j->why = why;
            j->why_says = says;
            if (!j->evidence.n)
                j->evidence = plan_evidence(plan, j);
            over -= now - to;
        }
    }
}

static void keep_caps(struct plan *plan)
{
    const struct brain_directions *directions = &plan->inputs->directions;

    for (size_t i = 0; i < directions->n; i++) {
        if (directions->at[i].active)
            keep_cap(plan, &directions->at[i], directions->at[i].budget_micros);
    }
    keep_cap(plan, NULL, plan->cap_micros);
}

/* The last word: after everything, the sums are within the caps, but for money that nobody may
 * touch now. */
static void assert_caps(const struct plan *plan)
{
    const struct brain_directions *directions = &plan->inputs->directions;
    int64_t fixed_all = 0;

    for (size_t i = 0; i < plan->n; i++) {
        if (fixed(&plan->judged[i]))
            fixed_all += judged_budget_after(&plan->judged[i]);
    }
    int64_t sum = plan_sum(plan, NULL);
    must(sum <= plan->cap_micros || sum <= fixed_all);
    for (size_t d = 0; d < directions->n; d++) {
        int64_t held = 0;
        if (!directions->at[d].active)
            continue;
        for (size_t i = 0; i < plan->n; i++) {
            const struct judged *j = &plan->judged[i];
            if (j->direction == &directions->at[d] && fixed(j))
                held += judged_budget_after(j);
        }
        sum = plan_sum(plan, &directions->at[d]);
        must(sum <= directions->at[d].budget_micros || sum <= held);
    }
}

/* --- spend -----------------------------------------------------------------------------------
 */

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What the autopilot itself has taken from a direction, now and lately: only this money may
 * start something new or feed the merely good.  Money that a person freed by stopping a group
 * stays unspent. */
static int64_t pot_of(const struct plan *plan, const struct brain_direction *d)
{
    int64_t freed = d->freed_micros, given = 0;

    for (size_t i = 0; i < plan->n; i++) {
        const struct judged *j = &plan->judged[i];
        if (!judged_counts(j) || j->direction != d)
            continue;
        int64_t change = judged_budget_after(j) - j->group->budget_micros;
        if (change < 0)
            freed -= change;
        else
            given += change;
    }
    for (size_t i = 0; i < plan->launches.n; i++) {
        if (plan->launches.at[i].direction == d)
            given += plan->launches.at[i].budget_micros;
    }
    int64_t room =
        lesser(d->budget_micros - plan_sum(plan, d), plan->cap_micros - plan_sum(plan, NULL));
    int64_t pot = lesser(freed - given, room);
    return pot > 0 ? pot : 0;
}

static void launch_deferred(struct plan *plan, const struct brain_direction *d,
                            struct str words, struct says says)
{
    *deferrals_add(&plan->deferrals, plan->arena) = (struct deferral){d, words, says};
}

/* Start unused creatives of a direction in a group of their own, with freed money. */
static void launch(struct plan *plan, const struct brain_direction *d)
{
    const struct brain_inputs *in = plan->inputs;
    const struct policy *p = plan->policy;
    int64_t pot = pot_of(plan, d);
    int64_t hours = (p->launch_rest_ms + 1800000) / 3600000;

    if (!d->active || !d->unused_creatives.n || pot < in->minimum_micros || !in->minimum_micros)
        return;
    if (d->launching || in->as_of_ms - d->launched_ms < p->launch_rest_ms) {
        launch_deferred(
            plan, d,
            str_fmt(plan->arena, "the last new ad group is under %lld h old", (long long)hours),
            SAYS(brain_code(WHY_LAUNCH_REST), SAYS_NUMBER("hours", hours)));
        return;
    }
    int64_t share = money_scale(d->budget_micros, p->launch_share_permille, 1000);
    int64_t budget = lesser(pot, share > in->minimum_micros ? share : in->minimum_micros);
    budget -= budget % in->unit_micros;
    if (budget < in->minimum_micros)
        return;
    if (!take_change(plan)) {
        launch_deferred(plan, d, plan_deferred_words(plan), plan_deferred_says(plan));
        return;
    }
    /* A creative needs money for at least one result. */
    size_t most = p->launch_creatives;
    if (d->target_micros && (size_t)(budget / d->target_micros) < most)
        most = budget / d->target_micros ? (size_t)(budget / d->target_micros) : 1;
    struct new_group *n = new_groups_add(&plan->launches, plan->arena);
    n->direction = d;
    n->budget_micros = budget;
    for (size_t i = 0; i < d->unused_creatives.n && i < most; i++)
        *strs_add(&n->creatives, plan->arena) = d->unused_creatives.at[i];
    n->why = str_fmt(plan->arena,
                     STR_FMT " a day was freed in this direction, and %zu of its "
                             "creatives never ran",
                     STR_ARG(plan_money(plan, pot)), d->unused_creatives.n);
    n->why_says = SAYS(brain_code(WHY_UNUSED_CREATIVES), SAYS_NUMBER("pot_micros", pot),
                       SAYS_NUMBER("n", (int64_t)d->unused_creatives.n));
    n->evidence = str_fmt(plan->arena, "no ad was ever made from %s",
                          n->creatives.n == 1 ? "this creative" : "these creatives");
}

static int64_t raise_wish(const struct plan *plan, const struct judged *j)
{
    const struct policy *p = plan->policy;
    int64_t budget = j->group->budget_micros, step;

    if (j->score.health == HEALTH_VERY_GOOD) {
        step =
            j->score.points >= p->raise_most_from ? p->raise_most_permille : p->raise_permille;
        return money_scale(budget, 1000 + step, 1000);
    }
    step = money_scale(budget, p->raise_good_permille, 1000);
    return budget + lesser(step, pot_of(plan, j->direction));
}

static void raise_group(struct plan *plan, struct judged *j)
{
    const struct policy *p = plan->policy;
    int64_t budget = j->group->budget_micros;

    if (j->facts.days7.results < p->raise_results) {
        j->why = str_fmt(
            plan->arena, "%lld %s in 7 days are too few to raise by, %lld are needed",
            (long long)j->facts.days7.results,
            result_word(j->facts.kind, j->facts.days7.results), (long long)p->raise_results);
        j->why_says = SAYS(brain_code(WHY_FEW_RESULTS), result_value(j),
                           SAYS_NUMBER("results", j->facts.days7.results),
                           SAYS_NUMBER("needed", p->raise_results));
        return;
    }
    int64_t to = guarded(plan, j, raise_wish(plan, j));
    if (to - budget < money_scale(budget, p->least_raise_permille, 1000))
        return;
    j->verdict = VERDICT_RAISE;
    j->cause = j->score.health == HEALTH_VERY_GOOD ? "health" : "freed_money";
    j->deferred = !take_change(plan);
    j->to_micros = to;
}

static void spend(struct plan *plan)
{
    const struct brain_directions *directions = &plan->inputs->directions;
    struct judged **list = ordered(plan, best_first);

    for (size_t i = 0; i < directions->n; i++) {
        if (!plan_gate(plan, result_kind_of(directions->at[i].objective)))
            launch(plan, &directions->at[i]);
    }
    for (size_t i = 0; i < plan->n; i++) {
        struct judged *j = list[i];
        if (j->scored && j->verdict == VERDICT_HOLD && j->score.health >= HEALTH_GOOD)
            raise_group(plan, j);
    }
}

/* --- the whole
 * ---------------------------------------------------------------------------------- */

/* Gates that speak for the whole account hold everything, the caps included: without figures we
 * do not know what we would stop. */
static bool all_held(const struct plan *plan)
{
    return plan_gate(plan, RESULT_NONE) != NULL;
}

void plan_allot(struct plan *plan)
{
    plan->cap_micros = inputs_cap(plan->inputs);
    plan->before_micros = plan_sum(plan, NULL);
    if (!all_held(plan)) {
        protect(plan);
        stop_eaters(plan);
        keep_caps(plan);
        spend(plan);
        assert_caps(plan);
    }
    plan->after_micros = plan_sum(plan, NULL);
}
