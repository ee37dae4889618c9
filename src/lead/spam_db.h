#ifndef LEAD_SPAM_DB_H
#define LEAD_SPAM_DB_H

#include "lead/lead.h"
#include "lead/spam.h"

/* The facts of a lead that arrives, from itself, the other leads and the blocked list.  Before
 * it is stored.  Private to lead/. */
MUST_CHECK bool spam_facts_read(struct db *db, struct arena *arena, const struct lead *lead,
                                struct spam_facts *out, struct err *err);

/* As contacts are hashed in the blocked list. */
struct str spam_domain_hash(const struct ring *ring, struct arena *arena, struct str org_id,
                            struct str domain);

#endif
