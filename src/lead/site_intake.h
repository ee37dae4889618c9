#ifndef LEAD_SITE_INTAKE_H
#define LEAD_SITE_INTAKE_H

#include "lead/delivery_db.h"

struct app;

/*
 * A delivery of a site becomes a lead of the org whose address it came to.
 * The same submission again (the sender's own id; else form, contact and ten
 * minutes) is the same lead again.  The handle is in system scope, before and
 * after.  Private to lead/.
 */
MUST_CHECK bool site_intake(const struct app *app, struct db *db, struct arena *arena,
                            const struct delivery *delivery, struct str actor, int64_t now_ms,
                            struct err *err);

#endif
