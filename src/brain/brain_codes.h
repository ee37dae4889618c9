#ifndef BRAIN_BRAIN_CODES_H
#define BRAIN_BRAIN_CODES_H

/*
 * What the autopilot says, as codes (text/says.h): the words of a code are the
 * key of the same name in ui/src/words/<language>/brain.ts.  A code that is in
 * use keeps its meaning; decisions are stored with them.
 */

/* Sentences: why an ad group is held, lowered, paused, raised; what holds all of them. */
#define BRAIN_WHY(CODE)                                                                        \
    CODE(WHY_NOT_OURS, "why_not_ours")                                                         \
    CODE(WHY_NOT_RUNNING, "why_not_running")                                                   \
    CODE(WHY_NOT_DAILY, "why_not_daily")                                                       \
    CODE(WHY_UNCERTAIN, "why_uncertain_write")                                                 \
    CODE(WHY_CURRENCY, "why_currency")                                                         \
    CODE(WHY_NO_RESULT_KIND, "why_no_result_kind")                                             \
    CODE(WHY_NO_FIGURES, "why_no_figures")                                                     \
    CODE(WHY_STALE, "why_stale")                                                               \
    CODE(WHY_MISSING_DAY, "why_missing_day")                                                   \
    CODE(WHY_TRACKING, "why_tracking")                                                         \
    CODE(WHY_LEAD_SOURCE, "why_lead_source")                                                   \
    CODE(WHY_NOT_DELIVERABLE, "why_not_deliverable")                                           \
    CODE(WHY_NO_DATA, "why_no_data")                                                           \
    CODE(WHY_NO_TARGET, "why_no_target")                                                       \
    CODE(WHY_THIN_IMPRESSIONS, "why_thin_impressions")                                         \
    CODE(WHY_THIN_SPEND, "why_thin_spend")                                                     \
    CODE(WHY_COST_YESTERDAY, "why_cost_yesterday")                                             \
    CODE(WHY_SPENT_SINCE, "why_spent_since")                                                   \
    CODE(WHY_SILENCE, "why_silence")                                                           \
    CODE(WHY_COST_3_DAYS, "why_cost_3_days")                                                   \
    CODE(WHY_FLOOR_COST, "why_floor_cost")                                                     \
    CODE(WHY_FLOOR_SPENT, "why_floor_spent")                                                   \
    CODE(WHY_ACCOUNT_CAP, "why_account_cap")                                                   \
    CODE(WHY_DIRECTION_CAP, "why_direction_cap")                                               \
    CODE(WHY_FEW_RESULTS, "why_few_results")                                                   \
    CODE(WHY_EATER_COST, "why_eater_cost")                                                     \
    CODE(WHY_EATER_NONE, "why_eater_none")                                                     \
    CODE(WHY_UNUSED_CREATIVES, "why_unused_creatives")                                         \
    CODE(WHY_MOST_CHANGES, "why_most_changes")                                                 \
    CODE(WHY_LAUNCH_REST, "why_launch_rest")

/* Lines of a score's trace; most end in a judgement, the value "so". */
#define BRAIN_TRACE(CODE)                                                                      \
    CODE(TRACE_COST, "trace_cost")                                                             \
    CODE(TRACE_SILENCE, "trace_silence")                                                       \
    CODE(TRACE_TREND, "trace_trend")                                                           \
    CODE(TRACE_CTR, "trace_ctr")                                                               \
    CODE(TRACE_CPM, "trace_cpm")                                                               \
    CODE(TRACE_CPM_UNKNOWN, "trace_cpm_unknown")                                               \
    CODE(TRACE_TODAY, "trace_today")                                                           \
    CODE(TRACE_VOLUME, "trace_volume")

/* Judgements, with their English. */
#define BRAIN_SO(CODE)                                                                         \
    CODE(SO_LITTLE, "so_little", "too little to judge")                                        \
    CODE(SO_FEW_IMPRESSIONS, "so_few_impressions", "too few impressions to judge")             \
    CODE(SO_MUCH_MORE, "so_much_more", "much more than a result may cost")                     \
    CODE(SO_MORE, "so_more", "more than a result may cost")                                    \
    CODE(SO_UNREAD, "so_unread", "not known: a day of it was not read")                        \
    CODE(SO_NO_RESULT, "so_no_result", "not known: no result in one of them")                  \
    CODE(SO_CHEAPER, "so_cheaper", "cheaper of late")                                          \
    CODE(SO_DEARER, "so_dearer", "over 10 % dearer of late")                                   \
    CODE(SO_SAME, "so_same", "about the same")                                                 \
    CODE(SO_NO_EXCUSE, "so_no_excuse",                                                         \
         "cheaper before, but that does not excuse what was spent without a result since")     \
    CODE(SO_FINE, "so_fine", "fine")                                                           \
    CODE(SO_CTR_LOW, "so_ctr_low", "below 1 %")                                                \
    CODE(SO_CPM_HIGH, "so_cpm_high", "over 30 % dearer")                                       \
    CODE(SO_AGAIN_CHEAP, "so_again_cheap", "results again, cheap")                             \
    CODE(SO_AGAIN_WITHIN, "so_again_within", "results again, within the target")               \
    CODE(SO_AGAIN_NEAR, "so_again_near", "results again, near the target")                     \
    CODE(SO_AGAIN_DEAR, "so_again_dear", "results again, but dear")                            \
    CODE(SO_HALF, "so_half", "at most half of yesterday's cost")                               \
    CODE(SO_70, "so_70", "at most 70 % of yesterday's cost")                                   \
    CODE(SO_BELOW_YESTERDAY, "so_below_yesterday", "cheaper than yesterday")                   \
    CODE(SO_LITTLE_AGAINST, "so_little_against",                                               \
         "too little spent to hold it against the group")                                      \
    CODE(SO_TWICE, "so_twice", "over twice yesterday's cost")                                  \
    CODE(SO_150, "so_150", "over 150 % of yesterday's cost")                                   \
    CODE(SO_130, "so_130", "over 130 % of yesterday's cost")                                   \
    CODE(SO_AS_YESTERDAY, "so_as_yesterday", "about as yesterday")                             \
    CODE(SO_NONE_DUE, "so_none_due", "no result yet, none is due either")                      \
    CODE(SO_NONE_TWICE, "so_none_twice", "no result for over twice the target")                \
    CODE(SO_NONE_TARGET, "so_none_target", "no result for over the target")                    \
    CODE(SO_NONE_LITTLE, "so_none_little", "no result yet, little spent")                      \
    CODE(SO_FEW_YET, "so_few_yet", "too few impressions yet")

/* Guardrails (brain/guard.h), by name: GUARD_STEP_UP is "step_up", its words "guard_step_up".
 */
#define BRAIN_GUARD(CODE)                                                                      \
    CODE(GUARD_MINIMUM, "minimum")                                                             \
    CODE(GUARD_STEP_UP, "step_up")                                                             \
    CODE(GUARD_STEP_DOWN, "step_down")                                                         \
    CODE(GUARD_DIRECTION_CAP, "direction_cap")                                                 \
    CODE(GUARD_ACCOUNT_CAP, "account_cap")                                                     \
    CODE(GUARD_SPENT, "spent_today")                                                           \
    CODE(GUARD_LOCKED_HOUR, "locked_hour")                                                     \
    CODE(GUARD_UNCERTAIN, "uncertain_write")                                                   \
    CODE(GUARD_NOT_DAILY, "not_daily")                                                         \
    CODE(GUARD_COOL_DOWN, "cool_down")                                                         \
    CODE(GUARD_LEARNING, "learning")                                                           \
    CODE(GUARD_LAST_AD, "last_ad")

/* Why an action was not carried out, beside guardrails and what the platform says. */
#define BRAIN_UNDONE(CODE)                                                                     \
    CODE(UNDONE_STOPPED, "undone_stopped")                                                     \
    CODE(UNDONE_GONE, "undone_gone")                                                           \
    CODE(UNDONE_CHANGED_SINCE, "undone_changed_since")                                         \
    CODE(UNDONE_OTHER_VALUE, "undone_other_value")                                             \
    CODE(UNDONE_LAUNCH, "undone_launch")                                                       \
    CODE(UNDONE_LATER, "undone_later")

#define BRAIN_ENUM(code_, ...) code_,
enum brain_code { BRAIN_WHY(BRAIN_ENUM) BRAIN_TRACE(BRAIN_ENUM) BRAIN_UNDONE(BRAIN_ENUM) };
enum brain_so { BRAIN_SO(BRAIN_ENUM) };

/* "why_cost_yesterday" */
const char *brain_code(enum brain_code code);
/* "so_cheaper", "cheaper of late" */
const char *brain_so(enum brain_so so);
const char *brain_so_words(enum brain_so so);

#endif
