/* stage_rules.c - the stages of the funnel, and which moves between them are legal. */

#include "lead/lead.h"

/* What a person or program may do.  An appointment can fall through (scheduled to qualified)
 * and a lost lead can come back; what was bought stays bought, refunds are events of their own.
 */
static const struct {
    const char *from, *to;
} moves[] = {
    {"interest", "qualified"},  {"interest", "scheduled"}, {"interest", "lost"},
    {"qualified", "scheduled"}, {"qualified", "lost"},     {"scheduled", "qualified"},
    {"scheduled", "lost"},      {"lost", "qualified"},     {"lost", "scheduled"},
    {"lost", "interest"},
};

bool lead_stage_move_legal(struct str from, struct str to)
{
    for (size_t i = 0; i < countof(moves); i++)
        if (str_eq(from, str(moves[i].from)) && str_eq(to, str(moves[i].to)))
            return true;
    return false;
}

bool lead_stage_known(struct str stage)
{
    static const char *const stages[] = {"interest", "qualified", "scheduled", "purchase",
                                         "lost"};

    for (size_t i = 0; i < countof(stages); i++)
        if (str_eq(stage, str(stages[i])))
            return true;
    return false;
}
