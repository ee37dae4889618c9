#ifndef SANDBOX_SCENARIO_H
#define SANDBOX_SCENARIO_H

#include "sandbox/call.h"

/*
 * Objective x promotion type x goal x billing event, and what each of them
 * wants: pixel, event, attribution windows (TikTok: objective, goal, billing).
 */
MUST_CHECK bool scenario_good(struct call *call, const struct json *campaign,
                              const struct json *group);

#endif
