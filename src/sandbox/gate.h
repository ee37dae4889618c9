#ifndef SANDBOX_GATE_H
#define SANDBOX_GATE_H

#include "sandbox/call.h"

/*
 * Who may pass: token or app secret, rate, the endpoint table, the advertiser,
 * scope and role, in this order.
 */
MUST_CHECK bool gate_pass(struct call *call);

/* The app id and secret of the parameters; 40113 or 40101 otherwise. */
MUST_CHECK bool gate_app(struct call *call, struct str app_id, struct str secret);

/* Lead data and lead webhooks want an ADMIN of the ad account. */
MUST_CHECK bool gate_admin(struct call *call);

/* Does the grant cover the advertiser? */
bool gate_covers(const struct json *grant, struct str advertiser_id);

#endif
