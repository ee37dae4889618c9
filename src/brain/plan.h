#ifndef BRAIN_PLAN_H
#define BRAIN_PLAN_H

#include "brain/guard.h"
#include "brain/inputs.h"
#include "brain/score.h"

/*
 * The working state of one decision: shared by judge.c (gates, scores),
 * allot.c (what to do with the money) and plan_json.c (how it is told).
 * Not for others: they call decide().
 */
struct gate {
    const char *name;
    bool leads_only; /* speaks only for groups judged by leads */
    struct str words;
    struct says says;
};
LIST(gates, struct gate);

enum verdict { VERDICT_HOLD, VERDICT_RAISE, VERDICT_LOWER, VERDICT_PAUSE };

struct judged {
    const struct brain_group *group;
    const struct brain_direction *direction; /* NULL: not ours to touch */
    struct score_case facts;
    const char *target_from; /* direction, median */
    bool scored;
    struct score score;

    const char *hold; /* why nothing is decided from figures; NULL = judged */
    struct str hold_words;
    struct says hold_says;

    enum verdict verdict;
    const char *cause; /* what led to it: "health", "silence", "cap", ... */
    int64_t to_micros; /* budget after the run; unchanged where held */
    enum guard bound;  /* the guardrail that limited it */
    struct str bound_words;
    struct says bound_says;
    struct str why, evidence;
    struct says why_says;
    bool deferred;

    const struct brain_ad *eater; /* this ad is to be paused */
    struct str eater_why, eater_evidence;
    struct says eater_says;
    bool eater_deferred;
};

struct new_group {
    const struct brain_direction *direction;
    struct strs creatives;
    int64_t budget_micros;
    struct str why, evidence;
    struct says why_says;
};
LIST(new_groups, struct new_group);

struct deferral { /* of a new ad group; those of groups and ads are flags above */
    const struct brain_direction *direction;
    struct str words;
    struct says says;
};
LIST(deferrals, struct deferral);

struct plan {
    struct arena *arena;
    const struct policy *policy;
    const struct brain_inputs *inputs;
    struct gates gates;
    struct judged *judged; /* one per group of the inputs, same order */
    size_t n;
    /* Medians; 0 = too few to tell. */
    int64_t account_cpm;
    int64_t *direction_cpm; /* by position of the direction */
    int64_t median_cost[RESULT_VIEWS + 1];
    struct new_groups launches;
    struct deferrals deferrals;
    size_t changes; /* counted against the limit of a run */
    int64_t cap_micros, before_micros, after_micros;
};

/* judge.c: fills gates and judged. */
void plan_judge(struct plan *plan);
/* allot.c: verdicts, launches, deferrals. */
void plan_allot(struct plan *plan);
/* plan_json.c */
MUST_CHECK bool plan_print(const struct plan *plan, struct str *text, struct err *err);

/* Ours, running, with a budget of its own: its money counts against the caps. */
bool judged_counts(const struct judged *j);
/* What it may spend a day after the run as planned so far. */
int64_t judged_budget_after(const struct judged *j);
/* Sum over all that count; `direction` NULL = all. */
int64_t plan_sum(const struct plan *plan, const struct brain_direction *direction);
/* The guardrails' view of a group, with the room that the plan so far leaves. */
struct guard_case plan_guard(const struct plan *plan, const struct judged *j);
/* Does a gate speak against this group? NULL = none. */
const struct gate *plan_gate(const struct plan *plan, enum result_kind kind);

/* Why the limit of changes leaves something for the next run. */
struct str plan_deferred_words(const struct plan *plan);
struct says plan_deferred_says(const struct plan *plan);

/* "12 500 KZT" */
struct str plan_money(const struct plan *plan, int64_t micros);
/* "14 leads for 21 900 KZT in 7 complete days (1 564 KZT each); health 41, very good" */
struct str plan_evidence(const struct plan *plan, const struct judged *j);

#endif
