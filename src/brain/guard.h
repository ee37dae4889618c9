#ifndef BRAIN_GUARD_H
#define BRAIN_GUARD_H

#include "brain/brain_codes.h"
#include "brain/policy.h"
#include "text/says.h"

/*
 * Guardrails.  Nothing passes them: no rule of the autopilot, no caller of
 * the actions API.  They are asked when a decision is made and again, with
 * fresh figures, when it is sent.
 *
 * Money guardrails hold for everybody: the platform's minimum, the largest
 * step of a day (all changes of a day together, measured from the budget the
 * day began with), the caps of direction and account, what is spent already,
 * the platform's hour of locking, writes with an unknown outcome.
 * Guardrails of judgement (rest after a change, learning phase) hold for what
 * is decided from figures; a person who sets a budget has judged already.
 * An undo restores, so the step does not bind it; the caps do.
 */
enum guard { GUARD_NONE, BRAIN_GUARD(BRAIN_ENUM) };

struct guard_case {
    const struct policy *policy;
    int64_t now_ms, local_minutes;
    int64_t unit_micros;    /* budgets are whole multiples of it */
    int64_t minimum_micros; /* the platform's */
    int64_t budget_micros, day_start_micros, spent_today_micros;
    int64_t created_ms, changed_ms;
    bool daily;     /* the group has a daily budget of its own */
    bool uncertain; /* a write with an unknown outcome is open */
    bool judged;    /* decided from figures: rest and learning bind */
    bool restoring; /* an undo: the step does not bind */
    /* What the caps leave beside all running budgets as they are now; negative = over it. */
    int64_t direction_room_micros, account_room_micros;
};

/* The budget nearest to the wish that is allowed; the present one when no change is.  *bound
 * (may be NULL) = what kept it from the wish, GUARD_NONE when nothing did. */
int64_t guard_budget(const struct guard_case *c, int64_t wish_micros, enum guard *bound);

/* May the budget become exactly this?  GUARD_NONE = yes. */
enum guard guard_check_budget(const struct guard_case *c, int64_t to_micros);
/* May a stopped group run again with its budget? */
enum guard guard_check_resume(const struct guard_case *c);
/* May a new group with this daily budget be made? */
enum guard guard_check_launch(const struct guard_case *c, int64_t budget_micros);

/* "step_up" */
const char *guard_name(enum guard guard);
/* A clause for people: "at most +30 % a day: up to 15 600 KZT". */
struct str guard_words(struct arena *arena, const struct guard_case *c, enum guard guard,
                       struct str currency);
/* The same as a code, "guard_step_up", and its values. */
struct says guard_says(const struct guard_case *c, enum guard guard);

#endif
