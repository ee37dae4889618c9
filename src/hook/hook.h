#ifndef HOOK_HOOK_H
#define HOOK_HOOK_H

#include "web/web.h"

/*
 * Webhooks of the platforms.
 *
 *     GET  /tiktok/webhook?challenge=...   the challenge, as text
 *     POST /tiktok/webhook                 a signed delivery (also under /api)
 *
 * A delivery is answered 200 only when its bytes are durable in the inbox
 * (table webhook_deliveries), together with the wish for the job that reads
 * it (while they pour in, one wish a second; lead_sweep is the safety net):
 * nothing is parsed before it is stored, so that a body we cannot read
 * today is still there tomorrow.  Whoever waits at the same time shares one
 * transaction.  The same delivery twice is stored twice; the lead's own key
 * makes them one lead.
 *
 * A delivery whose signature is missing or does not fit is answered 401 and
 * kept as quarantined, up to HOOK_QUARANTINE_MINUTE a minute and
 * HOOK_QUARANTINE_DAY a day, since anybody can send one.
 */
#define HOOK_QUARANTINE_MINUTE 20
#define HOOK_QUARANTINE_DAY    1000

extern const struct route hook_routes[]; /* `app` is a struct app */

/*
 * Facebook's webhook of a page's leads.
 *
 *     GET  /facebook/webhook?hub.mode=subscribe&hub.verify_token&hub.challenge
 *     POST /facebook/webhook   signed by X-Hub-Signature-256 (also under /api)
 *
 * Stored as it came before the answer; the job reads each lead with the page's
 * token.  Another signature: 401, and kept as quarantined within the bounds.
 */
extern const struct route facebook_hook_routes[];

/*
 * Leads of sites.
 *
 *     POST /api/leads/{org}/{key}     or the key as X-Lead-Key or ?key=
 *
 * Forms (Tilda, plain HTML, form builders), multipart and JSON: the body is
 * stored as it came, the answer is "ok", and lead/site.h reads it.  Without a
 * key of that org: 401, and kept as quarantined within the same bounds.
 *
 *     POST /api/crm/{org}/{key}       stages and sales, see lead/crm.h
 */
extern const struct route site_hook_routes[];

/*
 * Events of pages that carry the snippet (docs/snippet.md).
 *
 *     POST /t/{key}      {"event", "event_id", "page_url", "ttclid", ...}, any content type
 *     GET  /t/{key}?d=   the same, where nothing better than an image works
 *
 * 204 when the event is durable in the outbox (lead/conversion.h); a view of a
 * page is only counted, unless the key says otherwise; robots that say so are
 * passed over.  Without a known key: 401 and no word.  Beyond
 * LIMIT_PAGE_EVENTS_KEY or LIMIT_PAGE_EVENTS_ADDRESS a minute: 429.
 */
extern const struct route page_hook_routes[];

#endif
