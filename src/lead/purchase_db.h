#ifndef LEAD_PURCHASE_DB_H
#define LEAD_PURCHASE_DB_H

#include "lead/purchase.h"

/* The table purchases, for the files of lead/ only. */

MUST_CHECK bool purchase_insert(struct db *db, const struct purchase *purchase,
                                struct err *err);
/* By external id, or (`or_own_id`) by our id. */
MUST_CHECK bool purchase_find(struct db *db, struct arena *arena, struct str id, bool or_own_id,
                              bool *found, struct purchase *out, struct err *err);
/* Sum of the sale's refunds so far: 0 or negative. */
MUST_CHECK bool purchase_refunded(struct db *db, struct arena *arena, struct str purchase_id,
                                  int64_t *micros, struct err *err);
/* Sales without a lead, of this phone or e-mail, paid in [from_ms, to_ms], oldest first. */
MUST_CHECK bool purchase_list_waiting(struct db *db, struct arena *arena, struct str phone_hash,
                                      struct str email_hash, int64_t from_ms, int64_t to_ms,
                                      struct purchases *out, struct err *err);
/* The sale and its refunds now belong to that lead. */
MUST_CHECK bool purchase_set_lead(struct db *db, struct str purchase_id,
                                  const struct lead *lead, struct str match_cause,
                                  struct err *err);

#endif
