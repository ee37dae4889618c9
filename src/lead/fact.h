#ifndef LEAD_FACT_H
#define LEAD_FACT_H

#include "base/str.h"

struct db;
struct arena;

/*
 * What reports count: one fact a lead and one a purchase (tables lead_facts,
 * sale_facts; test leads are none), and their sums by creative and block (lead_blocks,
 * sale_blocks; text/block.h, days of UTC).  Reports read the blocks, and facts only for what
 * does not fill one.
 *
 * A fact says what has been counted, so renewing takes exactly that out of the
 * blocks and puts the new state in: safe to repeat, never drifting.  Whoever
 * changes a lead's link, person, stage or time, or a purchase, renews inside
 * the same transaction, which holds lead_lock_org.
 */
#define FACT_DAY_MS INT64_C(86400000)

/* All leads of the person that the lead belongs to.  `is_new`: it is the person's only one and
 * was not counted yet. */
MUST_CHECK bool lead_facts_renew(struct db *db, struct str lead_id, bool is_new,
                                 struct err *err);
/* A purchase and its refunds.  `is_new`: it has none and was not counted yet. */
MUST_CHECK bool sale_facts_renew(struct db *db, struct str purchase_id, bool is_new,
                                 struct err *err);
/* All purchases of a lead. */
MUST_CHECK bool sale_facts_renew_of_lead(struct db *db, struct str lead_id, struct err *err);

/* When the ad of the lead was clicked, where that is known (0 = it is not): reports by click
 * date it so.  Never after the lead itself.  Inside the lead's transaction. */
MUST_CHECK bool lead_note_click(struct db *db, struct str lead_id, int64_t clicked_ms,
                                struct err *err);
/* Facebook's click cookie carries the time: fb.1.1554763741205.AbCd...; 0 where it does not. */
int64_t lead_click_ms(struct str fbc);

/* All facts and blocks of the org in scope made anew from leads and purchases, 30 days by 30 in
 * transactions of their own: reports stay right meanwhile. */
struct fact_counts {
    int64_t leads, purchases;
};
MUST_CHECK bool fact_rebuild(struct db *db, struct arena *arena, struct fact_counts *out,
                             struct err *err);

#endif
