#ifndef SANDBOX_AD_RULES_H
#define SANDBOX_AD_RULES_H

#include "sandbox/call.h"

/*
 * What makes an ad acceptable in its ad group (TikTok: ads).  `ad` is the full
 * creative, `where` its place in the request ("creatives[0]").  False after a
 * refusal.
 */
MUST_CHECK bool ad_good(struct call *call, const struct json *campaign,
                        const struct json *group, const struct json *ad, struct str where);

/* Spark push: a video published through the identity. */
bool ad_is_push(const struct json *ad);

#endif
