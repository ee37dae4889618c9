#ifndef API_ACTIONS_API_H
#define API_ACTIONS_API_H

#include "brain/action.h"

/* An action as every answer shows it. */
void api_put_action(struct json_writer *w, struct arena *arena, const struct action *action);

#endif
