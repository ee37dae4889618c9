#ifndef SANDBOX_ADGROUP_RULES_H
#define SANDBOX_ADGROUP_RULES_H

#include "sandbox/call.h"

/*
 * What makes an ad group acceptable.  `group` is its full document: on create
 * the request, on update the stored one with the request over it.  False after
 * call_refuse or another refusal.
 */
MUST_CHECK bool adgroup_good(struct call *call, const struct json *campaign,
                             const struct json *group, bool creating);

/* Minimum of the group's budget: daily, or over the scheduled days for a lifetime budget. */
int64_t adgroup_minimum_micros(struct call *call, const struct json *group);

/* Instant forms: LEAD_GENERATION with promotion_target_type INSTANT_PAGE. */
bool adgroup_is_form(const struct json *group);
/* Does it deliver on TikTok (automatic placement does)? */
bool adgroup_on_tiktok(const struct json *group);

#endif
