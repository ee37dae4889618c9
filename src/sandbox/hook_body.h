#ifndef SANDBOX_HOOK_BODY_H
#define SANDBOX_HOOK_BODY_H

#include "net/net.h"
#include "sandbox/box.h"

/* What a lead webhook says and how it is signed (TikTok: webhook delivery). */
struct hook_lead {
    struct str lead_id, page_id, page_name;
    struct str advertiser_id, advertiser_name;
    struct str campaign_id, campaign_name;
    struct str adgroup_id, adgroup_name;
    struct str ad_id, ad_name;
    struct str name, phone, email, city;
    int64_t at_ms;
};

/* A lead of the market with the platform's ids; false for ads without a form. */
bool hook_lead_of(struct sandbox *box, const struct market *market, struct arena *arena,
                  const struct world_lead *lead, struct hook_lead *out);
/* A test lead, from its stored document. */
void hook_lead_mock(struct arena *arena, struct str advertiser_id, const struct json *lead,
                    struct hook_lead *out);

/* In the shape that the settings choose. */
struct str hook_body(struct sandbox *box, struct arena *arena, const struct hook_lead *lead);

/* A rejected review: `object` 2 for the ad group, 3 for the ad. */
struct str hook_rejection(struct sandbox *box, struct arena *arena, const struct json *ad,
                          int object, int64_t at_ms);

/* The signature header that the settings choose, and the content type. */
void hook_sign(struct sandbox *box, struct arena *arena, struct str body, int64_t now_ms,
               struct net_headers *headers);

/* Every character outside ASCII as lower-case \uXXXX, in surrogate pairs beyond the BMP. */
struct str hook_escape(struct arena *arena, struct str body);

#endif
