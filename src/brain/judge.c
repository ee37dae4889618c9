/* judge.c - gates and scores: what the figures say, before any money moves. */
#include "brain/plan.h"

#include "brain/brain_codes.h"
#include "text/money.h"
#include "text/zone.h"

#include <stdlib.h>

#define HOUR_MS INT64_C(3600000)

struct str plan_money(const struct plan *plan, int64_t micros)
{
    return str_fmt(plan->arena, STR_FMT " " STR_FMT,
                   STR_ARG(money_show(plan->arena, micros, plan->inputs->currency)),
                   STR_ARG(plan->inputs->currency));
}

bool judged_counts(const struct judged *j)
{
    return j->direction && j->group->live && j->group->daily;
}

/* --- gates ------------------------------------------------------------------- */

static void gate_add(struct plan *plan, const char *name, bool leads_only, struct str words,
                     struct says says)
{
    *gates_add(&plan->gates, plan->arena) = (struct gate){name, leads_only, words, says};
}

const struct gate *plan_gate(const struct plan *plan, enum result_kind kind)
{
    for (size_t i = 0; i < plan->gates.n; i++) {
        if (!plan->gates.at[i].leads_only || kind == RESULT_LEADS)
            return &plan->gates.at[i];
    }
    return NULL;
}

static void gate_fresh(struct plan *plan)
{
    const struct brain_inputs *in = plan->inputs;
    int64_t age_ms = in->as_of_ms - in->collected_ms;

    if (!in->collected_ms)
        gate_add(plan, "no_figures", false, STR("no figures were ever collected"),
                 SAYS(brain_code(WHY_NO_FIGURES)));
    else if (age_ms > plan->policy->fresh_ms)
        gate_add(plan, "stale", false,
                 str_fmt(plan->arena,
                         "the newest figures are %lld h old, at most %lld h are allowed",
                         (long long)(age_ms / HOUR_MS),
                         (long long)(plan->policy->fresh_ms / HOUR_MS)),
                 SAYS(brain_code(WHY_STALE), SAYS_NUMBER("hours", age_ms / HOUR_MS),
                      SAYS_NUMBER("most_hours", plan->policy->fresh_ms / HOUR_MS)));
}

static void gate_missing_day(struct plan *plan)
{
    const struct brain_inputs *in = plan->inputs;
    struct str days = {0};

    for (int i = 1; i < BRAIN_DAYS; i++) {
        struct day day = day_add(in->today, -i);
        if (!in->covered[i])
            days = str_fmt(plan->arena, STR_FMT "%s" STR_FMT, STR_ARG(days), days.n ? ", " : "",
                           STR_ARG(day_str(&day)));
    }
    if (days.n)
        gate_add(plan, "missing_day", false,
                 str_fmt(plan->arena, "these days were not read to their end: " STR_FMT,
                         STR_ARG(days)),
                 SAYS(brain_code(WHY_MISSING_DAY), SAYS_WORD("days", days)));
}

/*
 * Are leads reaching us at all?  If yesterday's clicks should have brought
 * some, or the platform counted some, and our ledger has none, then the way
 * they come is broken, and "no leads" says nothing about the ads.
 */
static void gate_tracking(struct plan *plan)
{
    struct brain_counts y = {0}, past = {0};
    __int128 expected;

    for (size_t i = 0; i < plan->n; i++) {
        const struct judged *j = &plan->judged[i];
        if (!j->direction || j->facts.kind != RESULT_LEADS)
            continue;
        struct brain_counts one = inputs_sum(j->group, 1, 1);
        struct brain_counts old = inputs_sum(j->group, 2, BRAIN_DAYS_KNOWN);
        y.clicks += one.clicks;
        y.conversions += one.conversions;
        y.leads += one.leads;
        past.clicks += old.clicks;
        past.leads += old.leads;
    }
    if (y.leads)
        return;
    expected = past.clicks ? (__int128)y.clicks * past.leads / past.clicks : 0;
    if (expected >= plan->policy->tracking_expected)
        gate_add(
            plan, "tracking", true,
            str_fmt(plan->arena,
                    "yesterday's %lld clicks should have brought about %lld leads and none "
                    "arrived: check the form and the webhook",
                    (long long)y.clicks, (long long)expected),
            SAYS(brain_code(WHY_TRACKING), SAYS_NUMBER("clicks", y.clicks),
                 SAYS_NUMBER("expected", (int64_t)expected)));
    else if (y.conversions >= plan->policy->tracking_platform)
        gate_add(
            plan, "lead_source", true,
            str_fmt(plan->arena,
                    "the platform counted %lld results yesterday and none reached us: check "
                    "the webhook",
                    (long long)y.conversions),
            SAYS(brain_code(WHY_LEAD_SOURCE), SAYS_NUMBER("n", y.conversions)));
}

static void find_gates(struct plan *plan)
{
    const struct brain_inputs *in = plan->inputs;

    if (!in->deliverable)
        gate_add(
            plan, "not_deliverable", false,
            str_fmt(plan->arena, "the account cannot deliver: its status is " STR_FMT,
                    STR_ARG(in->account_status)),
            SAYS(brain_code(WHY_NOT_DELIVERABLE), SAYS_WORD("status", in->account_status)));
    gate_fresh(plan);
    gate_missing_day(plan);
    gate_tracking(plan);
}

/* --- facts of one group -------------------------------------------------------- */

static struct score_window window(const struct plan *plan, const struct judged *j, int first,
                                  int last)
{
    struct brain_counts sum = inputs_sum(j->group, first, last);
    struct score_window w = {true, sum.spend_micros, sum.impressions, sum.clicks,
                             result_count(j->facts.kind, &sum)};

    for (int i = first; i <= last; i++)
        w.known = w.known && (i == 0 || plan->inputs->covered[i]);
    return w;
}

static void find_silence(struct judged *j)
{
    for (int day = 1; day < BRAIN_DAYS; day++) {
        struct brain_counts sum = inputs_sum(j->group, day, day);
        if (result_count(j->facts.kind, &sum) > 0)
            return;
        j->facts.silent_micros += sum.spend_micros;
        j->facts.silent_impressions += sum.impressions;
    }
}

static void find_facts(const struct plan *plan, struct judged *j)
{
    struct score_case *f = &j->facts;

    f->policy = plan->policy;
    f->currency = plan->inputs->currency;
    f->kind = j->direction ? result_kind_of(j->direction->objective) : RESULT_NONE;
    f->day_part_permille = score_day_part_permille(plan->inputs->local_minutes);
    f->today = window(plan, j, 0, 0);
    f->yesterday = window(plan, j, 1, 1);
    f->days3 = window(plan, j, 1, 3);
    f->days7 = window(plan, j, 1, 7);
    f->days30 = window(plan, j, 1, BRAIN_DAYS_KNOWN);
    find_silence(j);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int64_t median(int64_t *values, size_t n)
{
    qsort(values, n, sizeof(*values), by_value);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* Median price of 1000 impressions yesterday in a direction, NULL = the account; 0 = too few.
 */
static int64_t median_cpm(const struct plan *plan, const struct brain_direction *direction,
                          int64_t *scratch)
{
    size_t n = 0;

    for (size_t i = 0; i < plan->n; i++) {
        const struct judged *j = &plan->judged[i];
        const struct score_window *y = &j->facts.yesterday;
        if (judged_counts(j) && (!direction || j->direction == direction) &&
            y->impressions >= plan->policy->thin_impressions)
            scratch[n++] = money_scale(y->spend_micros, 1000, y->impressions);
    }
    return n >= plan->policy->peers ? median(scratch, n) : 0;
}

static int64_t median_cost(const struct plan *plan, enum result_kind kind, int64_t *scratch)
{
    size_t n = 0;

    for (size_t i = 0; i < plan->n; i++) {
        const struct judged *j = &plan->judged[i];
        int64_t cost = score_cost(&j->facts.days7);
        if (judged_counts(j) && j->facts.kind == kind && cost > 0)
            scratch[n++] = cost;
    }
    return n >= plan->policy->peers ? median(scratch, n) : 0;
}

static void find_medians(struct plan *plan)
{
    const struct brain_directions *directions = &plan->inputs->directions;
    int64_t *scratch = NEW_ARRAY(plan->arena, int64_t, plan->n + 1);

    plan->account_cpm = median_cpm(plan, NULL, scratch);
    plan->direction_cpm = NEW_ARRAY(plan->arena, int64_t, directions->n + 1);
    for (size_t i = 0; i < directions->n; i++)
        plan->direction_cpm[i] = median_cpm(plan, &directions->at[i], scratch);
    for (int kind = RESULT_LEADS; kind <= RESULT_VIEWS; kind++)
        plan->median_cost[kind] = median_cost(plan, (enum result_kind)kind, scratch);
}

static int64_t peers_cpm(const struct plan *plan, const struct brain_direction *direction)
{
    int64_t cpm = plan->direction_cpm[direction - plan->inputs->directions.at];

    return cpm ? cpm : plan->account_cpm;
}

/* The direction's own target, else the median cost of the account's groups of the same kind;
 * 0 when there are too few to tell. */
static int64_t target_of(const struct plan *plan, const struct judged *j, const char **from)
{
    if (j->direction->target_micros > 0) {
        *from = "direction";
        return j->direction->target_micros;
    }
    *from = "median";
    return plan->median_cost[j->facts.kind];
}

/* --- judgement ------------------------------------------------------------------- */

static void hold(struct judged *j, const char *name, struct str words, struct says says)
{
    j->hold = name;
    j->hold_words = words;
    j->hold_says = says;
}

/* What keeps a group from being judged, whatever its figures are. */
static bool held_by_state(const struct plan *plan, struct judged *j)
{
    const struct brain_group *g = j->group;
    const struct gate *gate;

    if (!j->direction)
        hold(j, "not_ours", STR("it belongs to no active direction, so it is left alone"),
             SAYS(brain_code(WHY_NOT_OURS)));
    else if (!g->live)
        hold(j, "not_running", STR("it is switched off"), SAYS(brain_code(WHY_NOT_RUNNING)));
    else if (!g->daily)
        hold(j, "not_daily",
             STR("its money is set on the campaign or for its whole life, not by the day"),
             SAYS(brain_code(WHY_NOT_DAILY)));
    else if (g->uncertain)
        hold(j, "uncertain_write",
             STR("an earlier change has an unknown outcome: it is read back first"),
             SAYS(brain_code(WHY_UNCERTAIN)));
    else if (g->mixed_currency)
        hold(j, "currency", STR("its figures are in another currency than the account's"),
             SAYS(brain_code(WHY_CURRENCY)));
    else if (j->facts.kind == RESULT_NONE)
        hold(j, "no_result_kind",
             STR("its objective buys no result that money can be judged by"),
             SAYS(brain_code(WHY_NO_RESULT_KIND)));
    else if ((gate = plan_gate(plan, j->facts.kind)))
        hold(j, gate->name, gate->words, gate->says);
    return j->hold != NULL;
}

static bool held_by_figures(const struct plan *plan, struct judged *j)
{
    const struct score_window *week = &j->facts.days7;

    if (!week->impressions && !week->spend_micros)
        hold(j, "no_data", STR("nothing was delivered in 7 complete days: empty is not zero"),
             SAYS(brain_code(WHY_NO_DATA)));
    else if (!j->facts.target_micros)
        hold(j, "no_target",
             str_fmt(plan->arena,
                     "no target cost is set for direction " STR_FMT
                     " and too few groups have results to compare with",
                     STR_ARG(j->direction->name)),
             SAYS(brain_code(WHY_NO_TARGET), SAYS_WORD("name", j->direction->name)));
    else if (week->impressions < plan->policy->thin_impressions)
        hold(j, "thin",
             str_fmt(plan->arena,
                     "%lld impressions in 7 complete days, %lld are needed to judge",
                     (long long)week->impressions, (long long)plan->policy->thin_impressions),
             SAYS(brain_code(WHY_THIN_IMPRESSIONS), SAYS_NUMBER("n", week->impressions),
                  SAYS_NUMBER("needed", plan->policy->thin_impressions)));
    else if (!week->results && week->spend_micros < j->facts.target_micros)
        hold(j, "thin",
             str_fmt(plan->arena,
                     "no %s yet, but only " STR_FMT " spent in 7 complete days of the " STR_FMT
                     " that one may cost",
                     result_word(j->facts.kind, 1),
                     STR_ARG(plan_money(plan, week->spend_micros)),
                     STR_ARG(plan_money(plan, j->facts.target_micros))),
             SAYS(brain_code(WHY_THIN_SPEND),
                  SAYS_WORD("result", str(result_word(j->facts.kind, 2))),
                  SAYS_NUMBER("spend_micros", week->spend_micros),
                  SAYS_NUMBER("target_micros", j->facts.target_micros)));
    return j->hold != NULL;
}

struct str plan_evidence(const struct plan *plan, const struct judged *j)
{
    const struct score_window *week = &j->facts.days7;
    struct str each = STR("");

    if (week->results)
        each = str_fmt(plan->arena, " (" STR_FMT " each)",
                       STR_ARG(plan_money(plan, score_cost(week))));
    struct str figures =
        str_fmt(plan->arena, "%lld %s for " STR_FMT " in 7 complete days" STR_FMT,
                (long long)week->results, result_word(j->facts.kind, week->results),
                STR_ARG(plan_money(plan, week->spend_micros)), STR_ARG(each));
    if (!j->scored)
        return figures;
    return str_fmt(plan->arena, STR_FMT "; health %d, %s", STR_ARG(figures), j->score.points,
                   health_name(j->score.health));
}

static void judge(struct plan *plan, struct judged *j)
{
    if (held_by_state(plan, j))
        return;
    j->facts.target_micros = target_of(plan, j, &j->target_from);
    if (held_by_figures(plan, j))
        return;
    j->facts.peers_cpm_micros = peers_cpm(plan, j->direction);
    score_group(plan->arena, &j->facts, &j->score);
    j->scored = true;
}

void plan_judge(struct plan *plan)
{
    const struct brain_inputs *in = plan->inputs;

    plan->n = in->groups.n;
    plan->judged = NEW_ARRAY(plan->arena, struct judged, plan->n + 1);
    for (size_t i = 0; i < plan->n; i++) {
        struct judged *j = &plan->judged[i];
        j->group = &in->groups.at[i];
        j->direction = inputs_direction(in, j->group->direction_id);
        if (j->direction && !j->direction->active)
            j->direction = NULL;
        j->to_micros = j->group->budget_micros;
        find_facts(plan, j);
    }
    find_medians(plan);
    find_gates(plan);
    for (size_t i = 0; i < plan->n; i++)
        judge(plan, &plan->judged[i]);
}
