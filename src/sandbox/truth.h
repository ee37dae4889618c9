#ifndef SANDBOX_TRUTH_H
#define SANDBOX_TRUTH_H

#include "web/web.h"

/*
 * What no platform tells: ids and secrets of the sandbox, the hidden quality
 * of creatives, every lead with its fate, what the advertiser's sales team has
 * written down, and the webhooks that wait.
 */
web_handler truth_state, truth_world, truth_crm, truth_leads, truth_hooks;

#endif
