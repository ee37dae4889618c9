#ifndef BRAIN_ACTION_STATE_H
#define BRAIN_ACTION_STATE_H

#include "ads/launch.h"
#include "brain/action.h"
#include "text/says.h"

/* Pure helpers of action_run.c: what an action wants, and the JSON that is kept of it. */

/* {"status", "budget_micros" (ad groups), "platform_status"} */
struct str action_state_json(struct arena *arena, enum platform_level level,
                             const struct platform_object *o);
/* {"kind", "text", "hint"?, "says"?, "platform_code"?, "platform_message"?,
 * "platform_request_id"?} */
struct str action_error_json(struct arena *arena, const char *kind, const struct err *err);
struct str action_said(struct arena *arena, const char *kind, struct str words,
                       const struct says *says, struct str currency);
/* {"path", "body"}: exactly what is sent. */
struct str action_write_json(struct arena *arena, const struct platform_write *write);

/* The budget that its params name; 0 = none. */
int64_t action_wanted_budget(struct arena *arena, const struct action *a);
bool action_is_as_wanted(struct arena *arena, const struct action *a,
                         const struct action_kind *kind, const struct platform_object *o);
/* Does the object still look like what was expected when the change was planned? */
bool action_is_as_expected(struct arena *arena, const struct action *a,
                           const struct platform_object *o);
MUST_CHECK bool action_launch_wish(struct arena *arena, const struct action *a,
                                   struct launch_wish *wish, struct err *err);

#endif
