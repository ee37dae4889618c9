#ifndef BRAIN_INPUTS_H
#define BRAIN_INPUTS_H

#include "base/strs.h"
#include "metric/result.h"

/*
 * Everything that the decisions of one execution are made from.  The snapshot
 * fills this struct and prints it; the text is stored, and decisions are
 * computed from that text alone, so that a replay sees what the run saw.
 *
 * The text is canonical: fixed order of keys, lists in order of their ids.
 */
#define BRAIN_DAYS       8  /* one by one: today (0, not over yet) and 7 complete days */
#define BRAIN_DAYS_KNOWN 30 /* complete days looked back at; 8..30 are one sum */

struct brain_counts {
    int64_t spend_micros, impressions, clicks, conversions, video_views;
    int64_t leads;     /* of our own ledger, each person once */
    int64_t qualified; /* of those leads, qualified or further today */
};

struct brain_ad {
    struct str id; /* "" = figures and leads of the group that no ad owns */
    struct str name;
    bool live;
    int64_t changed_ms; /* last change of its status by us */
    bool uncertain;     /* a write to it has an unknown outcome */
    struct brain_counts day[BRAIN_DAYS];
    struct brain_counts older; /* days 8..30 back */
};
LIST(brain_ads, struct brain_ad);

struct brain_group {
    struct str id, name, campaign_id, campaign_name;
    struct str direction_id;        /* "" = not ours to touch */
    bool live;                      /* it and its campaign are enabled */
    bool enabled, campaign_enabled; /* the two parts of it; not printed */
    bool daily;          /* its own daily budget rules, not its campaign's or a total */
    bool mixed_currency; /* figures in another currency than the account's */
    bool uncertain;      /* a write to it or to one of its ads has an unknown outcome */
    int64_t budget_micros;
    int64_t day_start_micros; /* the budget that today began with */
    int64_t created_ms;
    int64_t changed_ms; /* last change of budget or status, by us or seen */
    struct brain_ads ads;
};
LIST(brain_groups, struct brain_group);

struct brain_direction {
    struct str id, name, objective;
    bool active;
    int64_t budget_micros;        /* the most a day for all its groups */
    int64_t target_micros;        /* cost per result; 0 = none set */
    int64_t freed_micros;         /* a day: taken by the autopilot lately, not given out yet */
    int64_t launched_ms;          /* last new ad group */
    bool launching;               /* one is being made now */
    struct strs unused_creatives; /* ready, never run; oldest first */
};
LIST(brain_directions, struct brain_direction);

struct brain_inputs {
    int64_t as_of_ms;
    struct str today;      /* the account's day at as_of_ms */
    int64_t local_minutes; /* since local midnight */
    struct str zone, platform, currency;
    int64_t unit_micros;    /* smallest step of the currency's budgets */
    int64_t minimum_micros; /* the platform's least daily budget of a group */
    int64_t cap_micros;     /* the account's own; 0 = sum of the active directions */
    bool deliverable;
    struct str account_status;          /* the platform's word */
    int64_t collected_ms;               /* end of the last good collection; 0 = never */
    bool covered[BRAIN_DAYS_KNOWN + 1]; /* day i back was read after it was over; [0] unused */
    struct brain_directions directions;
    struct brain_groups groups;
};

/* ERR_INVALID above the ceiling of stored JSON (thousands of ads). */
MUST_CHECK bool inputs_print(struct arena *arena, const struct brain_inputs *inputs,
                             struct str *text, struct err *err);
/* Any text: what is not inputs gives ERR_INVALID; amounts are held to sane bounds. */
MUST_CHECK bool inputs_parse(struct arena *arena, struct str text, struct brain_inputs *out,
                             struct err *err);

/* NULL when there is none. */
const struct brain_direction *inputs_direction(const struct brain_inputs *inputs,
                                               struct str id);
/* The cap that holds: the account's own, else what its active directions add up to. */
int64_t inputs_cap(const struct brain_inputs *inputs);

void inputs_add(struct brain_counts *sum, const struct brain_counts *more);
/* Days first..last back (0 = today), all ads of the group together. */
struct brain_counts inputs_sum(const struct brain_group *group, int first, int last);
struct brain_counts inputs_sum_ad(const struct brain_ad *ad, int first, int last);

/* How many results of a kind (metric/result.h); leads are those of our ledger. */
int64_t result_count(enum result_kind kind, const struct brain_counts *counts);
/* "lead", "leads", ... */
const char *result_word(enum result_kind kind, int64_t n);

#endif
