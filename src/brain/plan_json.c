/* plan_json.c - a finished plan as the text that is stored, shown and replayed. */
#include "brain/plan.h"

#include "text/json.h"
#include "text/zone.h"

/* --- what was seen ------------------------------------------------------------- */

static void print_window(struct json_writer *w, const char *name,
                         const struct score_window *win)
{
    json_key(w, name);
    json_object(w);
    json_bool_member(w, "known", win->known);
    json_int_member(w, "spend_micros", win->spend_micros);
    json_int_member(w, "impressions", win->impressions);
    json_int_member(w, "clicks", win->clicks);
    json_int_member(w, "results", win->results);
    json_key(w, "cost_micros");
    if (win->results)
        json_put_int(w, score_cost(win));
    else
        json_put_null(w);
    json_end(w);
}

static void print_windows(struct json_writer *w, const struct score_case *f)
{
    json_key(w, "windows");
    json_object(w);
    print_window(w, "today", &f->today);
    print_window(w, "yesterday", &f->yesterday);
    print_window(w, "days3", &f->days3);
    print_window(w, "days7", &f->days7);
    print_window(w, "days30", &f->days30);
    json_end(w);
}

/* The sentence of the member before it as code and values, where the policy keeps them. */
static void print_says(const struct plan *plan, struct json_writer *w, const struct says *says)
{
    if (plan->policy->says)
        says_member(w, "says", says, plan->inputs->currency);
}

/* Tenths as a decimal, exactly: -75 -> -7.5 */
static struct str tenths(struct arena *arena, int n)
{
    int size = n < 0 ? -n : n;

    if (size % 10 == 0)
        return str_fmt(arena, "%d", n / 10);
    return str_fmt(arena, "%s%d.%d", n < 0 ? "-" : "", size / 10, size % 10);
}

static void print_score(const struct plan *plan, struct json_writer *w, const struct judged *j)
{
    json_int_member(w, "score", j->score.points);
    json_text_member(w, "health", str(health_name(j->score.health)));
    json_int_member(w, "target_micros", j->facts.target_micros);
    json_text_member(w, "target_from", str(j->target_from));
    json_key(w, "trace");
    json_list(w);
    for (size_t i = 0; i < j->score.n; i++) {
        const struct score_part *part = &j->score.parts[i];
        json_object(w);
        json_text_member(w, "factor", str(part->factor));
        json_text_member(w, "value", part->value);
        json_key(w, "points");
        json_put_raw(w, tenths(plan->arena, part->points));
        json_text_member(w, "reason", part->reason);
        print_says(plan, w, &part->says);
        json_end(w);
    }
    json_end(w);
}

/* --- what follows from it --------------------------------------------------------- */

static int percent_change(int64_t from, int64_t to)
{
    __int128 change = (__int128)(to - from) * 1000;

    if (!from)
        return 0;
    change = change / from;
    return (int)((change < 0 ? change - 5 : change + 5) / 10);
}

static struct str what_words(const struct plan *plan, const struct judged *j)
{
    int64_t from = j->group->budget_micros;

    switch (j->verdict) {
    case VERDICT_PAUSE:
        return str_fmt(plan->arena, "pause (" STR_FMT " a day)",
                       STR_ARG(plan_money(plan, from)));
    case VERDICT_RAISE:
    case VERDICT_LOWER:
        return str_fmt(plan->arena, STR_FMT " -> " STR_FMT " a day (%+d %%)",
                       STR_ARG(plan_money(plan, from)), STR_ARG(plan_money(plan, j->to_micros)),
                       percent_change(from, j->to_micros));
    case VERDICT_HOLD:
        break;
    }
    return str_fmt(plan->arena, "hold at " STR_FMT " a day", STR_ARG(plan_money(plan, from)));
}

static const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {
        [VERDICT_HOLD] = "hold",
        [VERDICT_RAISE] = "raise",
        [VERDICT_LOWER] = "lower",
        [VERDICT_PAUSE] = "pause",
    };

    return names[verdict];
}

/* Where it stands alone, the group is named. */
static struct str named(const struct plan *plan, const struct judged *j)
{
    return str_fmt(plan->arena, STR_FMT ": " STR_FMT,
                   STR_ARG(j->group->name.n ? j->group->name : j->group->id),
                   STR_ARG(what_words(plan, j)));
}

/* Three lines: what, why in money, on what evidence. */
static void print_reason(struct json_writer *w, struct str what, struct str why,
                         struct str evidence)
{
    json_key(w, "reason");
    json_list(w);
    json_put_text(w, what);
    json_put_text(w, why);
    json_put_text(w, evidence);
    json_end(w);
}

static void print_bound(const struct plan *plan, struct json_writer *w, const struct judged *j)
{
    json_key(w, "limit");
    if (!j->bound) {
        json_put_null(w);
        return;
    }
    json_object(w);
    json_text_member(w, "guardrail", str(guard_name(j->bound)));
    json_text_member(w, "words", j->bound_words);
    print_says(plan, w, &j->bound_says);
    json_end(w);
}

static void print_group(const struct plan *plan, struct json_writer *w, const struct judged *j)
{
    json_object(w);
    json_text_member(w, "id", j->group->id);
    json_text_member(w, "name", j->group->name);
    json_text_member(w, "direction_id", j->group->direction_id);
    json_text_member(w, "result", str(result_word(j->facts.kind, 2)));
    json_text_member(w, "decision", str(verdict_name(j->verdict)));
    json_int_member(w, "from_micros", j->group->budget_micros);
    json_int_member(w, "to_micros", j->to_micros);
    json_bool_member(w, "deferred", j->deferred);
    if (j->hold && j->verdict == VERDICT_HOLD) {
        json_text_member(w, "cause", str(j->hold));
        print_reason(w, what_words(plan, j), j->hold_words, plan_evidence(plan, j));
        print_says(plan, w, &j->hold_says);
    } else {
        json_text_member(w, "cause", str(j->cause ? j->cause : "health"));
        print_reason(w, what_words(plan, j), j->why, j->evidence);
        print_says(plan, w, &j->why_says);
    }
    print_bound(plan, w, j);
    if (j->scored)
        print_score(plan, w, j);
    if (judged_counts(j)) /* what does not run is named, not measured */
        print_windows(w, &j->facts);
    json_end(w);
}

/* --- the actions, in the order in which they are to be sent ---------------------------- */

static void action_begin(struct json_writer *w, const char *type, struct str object_id,
                         const char *cause)
{
    json_object(w);
    json_text_member(w, "type", str(type));
    json_text_member(w, "object_id", object_id);
    json_text_member(w, "cause", str(cause));
}

static void print_pause(const struct plan *plan, struct json_writer *w, const struct judged *j)
{
    action_begin(w, "TikTok.PauseAdGroup", j->group->id, j->cause);
    json_key(w, "params");
    json_object(w);
    json_text_member(w, "adgroup_id", j->group->id);
    json_end(w);
    json_int_member(w, "from_micros", j->group->budget_micros);
    json_int_member(w, "to_micros", 0);
    print_reason(w, named(plan, j), j->why, j->evidence);
    print_says(plan, w, &j->why_says);
    json_end(w);
}

static void print_budget(const struct plan *plan, struct json_writer *w, const struct judged *j)
{
    action_begin(w, "TikTok.UpdateAdGroupBudget", j->group->id, j->cause);
    json_key(w, "params");
    json_object(w);
    json_text_member(w, "adgroup_id", j->group->id);
    json_micros_member(w, "new_budget", j->to_micros);
    json_end(w);
    json_int_member(w, "from_micros", j->group->budget_micros);
    json_int_member(w, "to_micros", j->to_micros);
    print_reason(w, named(plan, j), j->why, j->evidence);
    print_says(plan, w, &j->why_says);
    json_end(w);
}

static void print_eater(const struct plan *plan, struct json_writer *w, const struct judged *j)
{
    action_begin(w, "TikTok.PauseAd", j->eater->id, "ad_eater");
    json_key(w, "params");
    json_object(w);
    json_text_member(w, "ad_id", j->eater->id);
    json_end(w);
    print_reason(w,
                 str_fmt(plan->arena, "pause ad " STR_FMT " of ad group " STR_FMT,
                         STR_ARG(j->eater->name.n ? j->eater->name : j->eater->id),
                         STR_ARG(j->group->name)),
                 j->eater_why, j->eater_evidence);
    print_says(plan, w, &j->eater_says);
    json_end(w);
}

static void print_launch(const struct plan *plan, struct json_writer *w,
                         const struct new_group *n)
{
    action_begin(w, "Direction.CreateAdGroupWithCreatives", n->direction->id,
                 "unused_creatives");
    json_key(w, "params");
    json_object(w);
    json_text_member(w, "direction_id", n->direction->id);
    json_key(w, "user_creative_ids");
    json_list(w);
    for (size_t i = 0; i < n->creatives.n; i++)
        json_put_text(w, n->creatives.at[i]);
    json_end(w);
    json_micros_member(w, "daily_budget", n->budget_micros);
    json_end(w);
    json_int_member(w, "from_micros", 0);
    json_int_member(w, "to_micros", n->budget_micros);
    print_reason(w,
                 str_fmt(plan->arena,
                         "start %zu unused creative%s in a new ad group at " STR_FMT " a day",
                         n->creatives.n, n->creatives.n == 1 ? "" : "s",
                         STR_ARG(plan_money(plan, n->budget_micros))),
                 n->why, n->evidence);
    print_says(plan, w, &n->why_says);
    json_end(w);
}

static void print_budgets(const struct plan *plan, struct json_writer *w, enum verdict verdict)
{
    for (size_t i = 0; i < plan->n; i++) {
        const struct judged *j = &plan->judged[i];
        if (j->verdict == verdict && !j->deferred)
            print_budget(plan, w, j);
    }
}

/* What frees money goes before what spends it, so that a cap is never passed on the way. */
static void print_actions(const struct plan *plan, struct json_writer *w)
{
    json_key(w, "actions");
    json_list(w);
    for (size_t i = 0; i < plan->n; i++) {
        if (plan->judged[i].verdict == VERDICT_PAUSE && !plan->judged[i].deferred)
            print_pause(plan, w, &plan->judged[i]);
    }
    for (size_t i = 0; i < plan->n; i++) {
        const struct judged *j = &plan->judged[i];
        bool group_stops = j->verdict == VERDICT_PAUSE && !j->deferred;
        if (j->eater && !j->eater_deferred && !group_stops)
            print_eater(plan, w, j);
    }
    print_budgets(plan, w, VERDICT_LOWER);
    for (size_t i = 0; i < plan->launches.n; i++)
        print_launch(plan, w, &plan->launches.at[i]);
    print_budgets(plan, w, VERDICT_RAISE);
    json_end(w);
}

static void print_deferral(const struct plan *plan, struct json_writer *w, const char *type,
                           struct str object_id, struct str words, struct says says)
{
    json_object(w);
    json_text_member(w, "type", str(type));
    json_text_member(w, "object_id", object_id);
    json_text_member(w, "reason", words);
    print_says(plan, w, &says);
    json_end(w);
}

static void print_deferrals(const struct plan *plan, struct json_writer *w)
{
    struct str words = plan_deferred_words(plan);
    struct says says = plan_deferred_says(plan);

    json_key(w, "deferred");
    json_list(w);
    for (size_t i = 0; i < plan->n; i++) {
        const struct judged *j = &plan->judged[i];
        if (j->deferred)
            print_deferral(plan, w,
                           j->verdict == VERDICT_PAUSE ? "TikTok.PauseAdGroup"
                                                       : "TikTok.UpdateAdGroupBudget",
                           j->group->id, words, says);
        if (j->eater_deferred)
            print_deferral(plan, w, "TikTok.PauseAd", j->eater->id, words, says);
    }
    for (size_t i = 0; i < plan->deferrals.n; i++)
        print_deferral(plan, w, "Direction.CreateAdGroupWithCreatives",
                       plan->deferrals.at[i].direction->id, plan->deferrals.at[i].words,
                       plan->deferrals.at[i].says);
    json_end(w);
}

static void print_gates(const struct plan *plan, struct json_writer *w)
{
    json_key(w, "gates");
    json_list(w);
    for (size_t i = 0; i < plan->gates.n; i++) {
        json_object(w);
        json_text_member(w, "name", str(plan->gates.at[i].name));
        json_text_member(w, "holds",
                         plan->gates.at[i].leads_only ? STR("lead groups") : STR("everything"));
        json_text_member(w, "reason", plan->gates.at[i].words);
        print_says(plan, w, &plan->gates.at[i].says);
        json_end(w);
    }
    json_end(w);
}

bool plan_print(const struct plan *plan, struct str *text, struct err *err)
{
    const struct brain_inputs *in = plan->inputs;
    struct day yesterday = day_add(in->today, -1);
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, plan->arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "format", STR("brain-decisions/1"));
    json_text_member(&w, "policy", str(plan->policy->version));
    json_text_member(&w, "day", day_str(&yesterday));
    json_text_member(&w, "currency", in->currency);
    json_int_member(&w, "cap_micros", plan->cap_micros);
    json_int_member(&w, "before_micros", plan->before_micros);
    json_int_member(&w, "after_micros", plan->after_micros);
    print_gates(plan, &w);
    json_key(&w, "groups");
    json_list(&w);
    for (size_t i = 0; i < plan->n; i++)
        print_group(plan, &w, &plan->judged[i]);
    json_end(&w);
    print_actions(plan, &w);
    print_deferrals(plan, &w);
    json_end(&w);
    return buf_done(&buf, "the decisions of this account", text, err);
}
