#ifndef LEAD_FACEBOOK_PAYLOAD_H
#define LEAD_FACEBOOK_PAYLOAD_H

#include "base/list.h"
#include "base/str.h"

/*
 * What Facebook's webhook of a page carries: that there are new leads, not
 * what they say (Facebook: webhooks, field leadgen).
 *
 *   {"object":"page","entry":[{"id":PAGE,"changes":[{"field":"leadgen","value":
 *     {"leadgen_id","page_id","form_id","ad_id","created_time"}}]}]}
 *
 * Ids come as strings or as numbers and leave as text.
 */
struct facebook_notice {
    size_t position; /* of the change, counted over the whole body */
    struct str lead_id, page_id, form_id, ad_id;
    int64_t created_ms; /* 0 = the payload does not say */
};
LIST(facebook_notices, struct facebook_notice);

struct facebook_payload {
    struct str other; /* what it told besides leads: "feed"; "" = nothing */
    struct facebook_notices leads;
};

/* ERR_INVALID: not JSON, or not of this shape. */
MUST_CHECK bool facebook_payload_parse(struct arena *arena, struct str body,
                                       struct facebook_payload *out, struct err *err);

#endif
