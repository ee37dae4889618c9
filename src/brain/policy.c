/* policy.c - the numbers, by version. */
#include "brain/policy.h"

#define HOUR_MS INT64_C(3600000)
/* Runs come at the same hour of each day, some seconds early or late: that must not cost a day.
 */
#define SLACK_MS (HOUR_MS / 2)

const char policy_current[] = "p2";

#define NUMBERS_OF_P1                                                                          \
    .cost = {{700, 450}, {900, 300}, {1100, 100}, {1300, -300}}, .cost_beyond = -450,          \
    .silent_bad_permille = 1000, .silent_worst_permille = 2000, .silent_pause_permille = 3000, \
    .silent_bad = -300, .silent_worst = -450, .silent_impressions = 300, .trend_better = 150,  \
    .trend_worse = -75, .trend_worse_permille = 1100, .ctr_permille = 10, .ctr_low = -80,      \
    .ctr_impressions = 300, .cpm_permille = 1300, .cpm_high = -120, .peers = 3,                \
    .today_impressions = 300, .today_impressions_with_result = 100,                            \
    .today_results_expected = 2, .volume_full = 1000, .volume_least = 100,                     \
    .volume_least_permille = 600, .very_good = 25, .good = 5, .neutral_low = -5, .bad = -25,   \
    .raise_permille = 200, .raise_most_permille = 300, .raise_most_from = 45,                  \
    .raise_good_permille = 200, .raise_results = 3, .lower_permille = 250,                     \
    .halve_permille = 500, .pause_cost_permille = 3000, .thin_impressions = 300,               \
    .eater_share_permille = 500, .eater_cost_permille = 1300, .eater_spend_permille = 2000,    \
    .eater_impressions = 300, .launch_share_permille = 400,                                    \
    .launch_rest_ms = 72 * HOUR_MS - SLACK_MS, .launch_creatives = 3, .step_up_permille = 300, \
    .step_down_permille = 500, .gentle_down_permille = 250,                                    \
    .cool_down_ms = 48 * HOUR_MS - SLACK_MS, .learning_ms = 48 * HOUR_MS - SLACK_MS,           \
    .fresh_ms = 3 * HOUR_MS, .least_raise_permille = 50, .most_changes = 10,                   \
    .tracking_expected = 5, .tracking_platform = 3

static const struct policy policies[] = {
    {.version = "p1", .says = false, NUMBERS_OF_P1},
    {.version = "p2", .says = true, NUMBERS_OF_P1},
};

const struct policy *policy_find(struct str version)
{
    for (size_t i = 0; i < countof(policies); i++) {
        if (str_eq(version, str(policies[i].version)))
            return &policies[i];
    }
    return NULL;
}
