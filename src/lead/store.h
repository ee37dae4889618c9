#ifndef LEAD_STORE_H
#define LEAD_STORE_H

#include "lead/lead.h"

/*
 * Writing one lead: normal contact, link, person, ledger, and the sales that
 * were waiting for it.  For intake and API alike.
 */

/* Where phones without a country code are from: the connection's country, else the org's. */
MUST_CHECK bool lead_country(struct db *db, struct arena *arena, struct str ad_account_id,
                             struct str platform, struct str *country, struct err *err);

/* phone, email and their hashes from phone_typed and email_typed; `country` is the default for
 * phones without a country code. */
void lead_fill_contact(const struct ring *ring, struct arena *arena, struct str org_id,
                       struct str country, struct lead *lead);

/*
 * Inside the caller's transaction, which holds lead_lock_org.  Where the lead
 * brings direction or creative they stay; else they are looked up.  *added
 * false: the platform lead id is known, one more delivery is counted, and
 * lead->lead_id is the known lead's.
 */
MUST_CHECK bool lead_store(struct db *db, struct arena *arena, struct lead *lead,
                           struct str actor, int64_t now_ms, bool *added, struct err *err);

#endif
