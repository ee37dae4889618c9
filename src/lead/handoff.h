#ifndef LEAD_HANDOFF_H
#define LEAD_HANDOFF_H

#include "lead/lead.h"

/*
 * Handing leads on, the writing side: what happens to a lead is written down
 * for every endpoint of the org that wants to hear of it, in the transaction
 * that makes it happen; notify/ delivers.
 *
 *   lead.created     stored, whatever its state
 *   lead.linked      found its direction or creative later
 *   lead.stage       moved along the funnel; detail {"from","to"}
 *   purchase.created a sale or refund; detail {"purchase_id","kind","amount_micros","currency"}
 */
MUST_CHECK bool handoff_add(struct db *db, struct arena *arena, struct str lead_id,
                            const char *topic, struct str detail, int64_t at_ms, int64_t now_ms,
                            struct err *err);

/* An endpoint has taken the lead: the ledger says so.  In the transaction that settles the
 * hand-off, before it. */
MUST_CHECK bool handoff_told(struct db *db, struct arena *arena, struct str lead_id,
                             struct str endpoint_name, int64_t now_ms, struct err *err);

/* Ask for the job "handoff.send" of an endpoint; one that waits already serves. */
MUST_CHECK bool handoff_ask(struct db *db, struct arena *arena, struct str endpoint_id,
                            int64_t run_at_ms, struct err *err);

#endif
