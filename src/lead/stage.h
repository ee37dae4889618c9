#ifndef LEAD_STAGE_H
#define LEAD_STAGE_H

#include "lead/lead.h"

/* Inside the caller's transaction, which holds lead_lock_org: the lead bought. No-op where it
 * has the stage already.  `cause` names the sale. */
MUST_CHECK bool lead_bought(struct db *db, struct arena *arena, const struct lead *lead,
                            int64_t paid_ms, struct str actor, struct str cause, int64_t now_ms,
                            struct err *err);

#endif
