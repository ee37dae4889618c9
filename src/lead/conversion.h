#ifndef LEAD_CONVERSION_H
#define LEAD_CONVERSION_H

#include "lead/purchase.h"

/*
 * The outbox of conversions, its writing side: what happened to a lead is
 * written down in the transaction that makes it happen, and event/ tells the
 * platform.  Whether and where it is told is decided there: a direction may get
 * its pixel after its first leads.
 *
 * One row for each stage that a lead reaches, the first time it does, and one
 * for each sale.
 */

/* Jobs "event.send" {"direction_id"} send what waits of one direction; so long they gather. */
#define CONVERSION_GATHER_MS 1000

/* The lead came to `stage`. */
MUST_CHECK bool conversion_add_stage(struct db *db, struct arena *arena,
                                     const struct lead *lead, struct str stage, int64_t at_ms,
                                     int64_t now_ms, struct err *err);
MUST_CHECK bool conversion_add_sale(struct db *db, struct arena *arena, const struct lead *lead,
                                    const struct purchase *sale, int64_t now_ms,
                                    struct err *err);
/* The lead has found its direction: what waited for that belongs there. */
MUST_CHECK bool conversion_follow_lead(struct db *db, struct arena *arena, struct str lead_id,
                                       struct str direction_id, int64_t now_ms,
                                       struct err *err);

/* Ask for the job; one that waits already serves. */
MUST_CHECK bool conversion_ask(struct db *db, struct arena *arena, struct str direction_id,
                               int64_t run_at_ms, struct err *err);

#endif
