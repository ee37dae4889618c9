#ifndef SANDBOX_MARKET_H
#define SANDBOX_MARKET_H

#include "sandbox/call.h"

/*
 * The bridge between the platform's objects and the market of world.h.
 * Documents of campaigns, ad groups and ads carry their handle as `_world`.
 */
struct market *market_find(struct sandbox *box, struct str advertiser_id);
/* Of the call's advertiser; every seeded advertiser has one. */
struct market *market_of(const struct call *call);

/* Play all markets up to now and make the webhooks of the leads that came (hooks.c). */
void market_tick(struct sandbox *box, int64_t now_ms);

int market_handle(const struct json *doc);

/* A document has a scheduled_budget that begins at `at_ms` (its _scheduled_ms). */
void market_budget_due(struct sandbox *box, int64_t at_ms);

/* After a restart: which ids stand behind the world's handles. */
void market_relearn(struct sandbox *box, struct market *market);

/* Put a new object into the market; the handle to keep. */
int market_add_campaign(struct call *call, const struct json *campaign);
int market_add_group(struct call *call, const struct json *campaign, const struct json *group);
int market_add_ad(struct call *call, const struct json *group, const struct json *ad);
/* What the ad shows: the MD5 of its video, or its post. */
struct str market_creative(struct call *call, const struct json *ad);

/* Budgets: false after call_refuse. */
MUST_CHECK bool market_campaign_budget(struct call *call, const struct json *campaign,
                                       int64_t micros);
MUST_CHECK bool market_group_budget(struct call *call, const struct json *group,
                                    int64_t micros);

/* The ad of a world handle; NULL where none is known. */
const struct json *market_ad_doc(struct sandbox *box, const struct market *market, int ad);
const struct json *market_group_doc(struct sandbox *box, const struct market *market,
                                    int group);
const struct json *market_campaign_doc(struct sandbox *box, const struct market *market,
                                       int campaign);

#endif
