#ifndef SANDBOX_HOOKS_H
#define SANDBOX_HOOKS_H

#include "sandbox/box.h"

struct net;

/*
 * Webhooks.  A lead of the market becomes one waiting delivery per matching
 * subscription; deliveries are sent when the wall clock has reached them, in
 * order, repeated with back-off until the receiver answers 200 or 72 hours
 * have passed.  A revoked token ends its subscriptions without a word.
 */

/* Deliveries for the leads that came before `until_ms`. */
void hooks_make(struct sandbox *box, struct market *market, int64_t until_ms);

/* A test lead of a form (TikTok: mock leads), due at once. */
void hooks_mock(struct sandbox *box, struct str advertiser_id, const struct json *lead);

/* A delivery of Facebook's side ("graph"), signed when it is sent. */
void hooks_add(struct sandbox *box, struct arena *arena, const char *side, struct str url,
               struct str body, struct str lead_id, int64_t due_ms);

/*
 * Send everything that is due, then return; the lock is held only between the
 * calls, never during them.  Call without the lock.
 */
void hooks_deliver(struct sandbox *box, struct net *net);

/* What was attempted since box->hooks_total was `before`, by whichever thread. With the lock.
 */
struct hooks_done hooks_since(struct sandbox *box, const struct hooks_done *before);

/* The thread that delivers when nobody asks. */
MUST_CHECK bool hooks_start(struct sandbox *box, struct err *err);
void hooks_stop(struct sandbox *box);

#endif
