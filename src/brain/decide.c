/* decide.c - from stored inputs to decisions, and decisions for the eye. */
#include "brain/decide.h"

#include "brain/plan.h"

bool decide(struct arena *arena, struct str source, struct str policy_version,
            struct str *decisions, struct err *err)
{
    struct brain_inputs inputs;
    struct plan plan = {
        .arena = arena,
        .policy = policy_find(policy_version),
        .inputs = &inputs,
    };

    if (!plan.policy)
        return err_set(err, ERR_NOT_FOUND,
                       "this program does not know the policy \"" STR_FMT "\"",
                       STR_ARG(policy_version));
    if (!inputs_parse(arena, source, &inputs, err))
        return false;
    plan_judge(&plan);
    plan_allot(&plan);
    return plan_print(&plan, decisions, err);
}
