#ifndef BRAIN_ACTION_GUARD_H
#define BRAIN_ACTION_GUARD_H

#include "brain/action.h"
#include "brain/guard.h"
#include "brain/inputs.h"

/*
 * The guardrails asked about one action, over an account as it stands
 * (snapshot_for_guards).  What stops spending is always allowed.
 */
struct action_asker {
    bool judged;    /* the autopilot: decided from figures */
    bool restoring; /* an undo */
};

struct guard_why { /* in English, and as a code and its values */
    struct str words;
    struct says says;
};

/* *why says why not, where the answer is not GUARD_NONE. */
enum guard action_guard(struct arena *arena, const struct brain_inputs *account,
                        const struct action_kind *kind, struct str object_id,
                        int64_t budget_micros, struct action_asker asker,
                        struct guard_why *why);

/* The account as it stands once the action is done: for the next one of a batch. */
void action_guard_apply(struct brain_inputs *account, const struct action_kind *kind,
                        struct str object_id, int64_t budget_micros);

#endif
