#ifndef BRAIN_SCORE_H
#define BRAIN_SCORE_H

#include "brain/inputs.h"
#include "brain/policy.h"
#include "text/says.h"

/*
 * The health score of an ad group: a sum of parts, each with the value it saw,
 * its points and a reason in words.  Pure and in whole numbers: points are
 * tenths, shares per mille, money micros; costs are compared by cross
 * multiplication, never by division.
 *
 * Windows are complete days of the account's zone before today, exactly 1, 3,
 * 7 and 30 of them.  Today is a part of its own: it may help and harm, in
 * proportion to the part of the day that has passed.
 */
struct score_window {
    bool known; /* every day of it was read after it was over */
    int64_t spend_micros, impressions, clicks, results;
};

struct score_case {
    const struct policy *policy;
    struct str currency;
    enum result_kind kind;
    int64_t target_micros;     /* cost per result; > 0 */
    int64_t peers_cpm_micros;  /* median of the peers yesterday; 0 = too few peers */
    int64_t day_part_permille; /* how much of today's delivery should have been seen */
    struct score_window yesterday, days3, days7, days30, today;
    /* Since the last complete day with a result (at most 7 days). */
    int64_t silent_micros, silent_impressions;
};

struct score_part {
    const char *factor;
    struct str value;
    int points; /* tenths */
    struct str reason;
    struct says says; /* the reason as a code and its values */
};

enum health { HEALTH_BAD, HEALTH_NEUTRAL_LOW, HEALTH_NEUTRAL, HEALTH_GOOD, HEALTH_VERY_GOOD };

#define SCORE_PARTS 7
struct score {
    struct score_part parts[SCORE_PARTS];
    size_t n;
    int points; /* whole, rounded half away from zero */
    enum health health;
};

void score_group(struct arena *arena, const struct score_case *c, struct score *out);

/* "very_good", "good", "neutral", "neutral_low", "bad" */
const char *health_name(enum health health);

/* Share of a day's delivery before that local minute, by the usual shape of a day. */
int64_t score_day_part_permille(int64_t local_minutes);

/* What one result cost, rounded; 0 without results (ask results first). */
int64_t score_cost(const struct score_window *window);
/* Is spend/results above target * permille / 1000?  False without results. */
bool score_dearer(const struct score_window *window, int64_t target_micros, int64_t permille);

#endif
