#ifndef API_LEADS_JSON_H
#define API_LEADS_JSON_H

#include "lead/lead.h"
#include "lead/purchase.h"
#include "web/web.h"

/* How leads and their purchases are shown. */

/* The members of one lead inside an open object.  Contacts are masked unless `reveal`. */
void lead_put_json(struct json_writer *w, struct arena *arena, const struct lead *lead,
                   bool reveal);
/* The same with ledger, notes, what the browser knew, events, purchases and hand-offs, as a
 * reply.  Notes and answers are shown with `reveal` alone. */
MUST_CHECK bool lead_reply(struct request *rq, struct reply *rp, const struct lead *lead,
                           bool reveal, int status, struct err *err);
/* How it came: webhook, site, api, or what recovered it. */
struct str lead_arrived_by(const struct lead *lead);

/* One purchase as an object. */
void purchase_put_json(struct json_writer *w, struct arena *arena,
                       const struct purchase *purchase);

/* The members of one hand-off inside an open object. */
struct handoff;
void handoff_put_json(struct json_writer *w, struct arena *arena,
                      const struct handoff *handoff);

/* ?reveal=1 shows phones, e-mails and answers to those who may edit; the audit log has it. */
MUST_CHECK bool lead_may_reveal(struct request *rq, struct str object_id, bool *reveal,
                                struct err *err);

/* The filters of GET /api/leads and the export, without page. */
MUST_CHECK bool lead_read_filter(struct request *rq, struct lead_filter *out, struct err *err);

#endif
