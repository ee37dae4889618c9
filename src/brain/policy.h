#ifndef BRAIN_POLICY_H
#define BRAIN_POLICY_H

#include "base/str.h"

/*
 * The numbers that the autopilot decides by.  A version is never edited once
 * executions were made with it: a changed number is a new version, so that a
 * stored execution replays with the numbers it was made with.
 *
 * Points are tenths of a point, shares are per mille, both whole numbers.
 */
struct policy {
    const char *version;
    bool says; /* decisions also name each sentence by code and values (brain_codes.h) */

    /* Cost of a result yesterday against the target, and the points for it. */
    struct policy_step {
        int64_t ratio_permille; /* up to and including */
        int points;
    } cost[4];
    int cost_beyond; /* above the last step */

    /* Money spent since the last result, as a share of the target. */
    int64_t silent_bad_permille, silent_worst_permille, silent_pause_permille;
    int silent_bad, silent_worst;
    int64_t silent_impressions; /* fewer in that spell: not judged */

    int trend_better, trend_worse;
    int64_t trend_worse_permille; /* dearer than so much of the longer window */

    int64_t ctr_permille;
    int ctr_low;
    int64_t ctr_impressions; /* fewer yesterday: not judged */

    int64_t cpm_permille; /* of the median of its peers */
    int cpm_high;
    size_t peers; /* fewer to compare with: no median */

    int64_t today_impressions, today_impressions_with_result;
    int64_t today_results_expected; /* fewer by yesterday's cost: today may not harm */

    int64_t volume_full, volume_least; /* impressions yesterday */
    int64_t volume_least_permille;

    int very_good, good, neutral_low, bad; /* whole points; >=, >=, <=, <= */

    /* What may be done. */
    int64_t raise_permille, raise_most_permille; /* of the budget */
    int raise_most_from;                         /* whole points */
    int64_t raise_good_permille;
    int64_t raise_results; /* fewer in 7 days: no raise */
    int64_t lower_permille, halve_permille;
    int64_t pause_cost_permille; /* of the target, 3 days */
    int64_t thin_impressions;    /* fewer in 7 days: nothing to judge */
    int64_t eater_share_permille, eater_cost_permille, eater_spend_permille;
    int64_t eater_impressions;
    int64_t launch_share_permille; /* of the direction's budget, for one new ad group */
    int64_t launch_rest_ms;        /* between two in one direction */
    size_t launch_creatives;

    /* Guardrails. */
    int64_t step_up_permille, step_down_permille; /* of the budget the day began with */
    int64_t gentle_down_permille;                 /* while learning */
    int64_t cool_down_ms, learning_ms, fresh_ms;
    int64_t least_raise_permille; /* smaller raises are not worth a change */
    size_t most_changes;          /* a run */
    int64_t tracking_expected;
    int64_t tracking_platform;
};

extern const char policy_current[]; /* version of new executions */

/* NULL for a version that this program does not know. */
const struct policy *policy_find(struct str version);

#endif
