#ifndef AUTH_INVITATION_DB_H
#define AUTH_INVITATION_DB_H

#include "auth/people.h"
#include "db/db.h"

/* Rows of invitations.  Without an org_id parameter: of the handle's org. */

MUST_CHECK bool invitation_insert(struct db *db, const struct invitation *invitation,
                                  struct str token_hash, struct err *err);
/* With the name of the org.  System scope. */
MUST_CHECK bool invitation_by_hash(struct db *db, struct arena *arena, struct str token_hash,
                                   bool *found, struct invitation *out, struct err *err);
MUST_CHECK bool invitation_count_open(struct db *db, struct arena *arena, int64_t now_ms,
                                      int64_t *out, struct err *err);
MUST_CHECK bool invitation_revoke_of_email(struct db *db, struct str email, int64_t now_ms,
                                           struct err *err);
/* *changed false unless it was open. */
MUST_CHECK bool invitation_set_revoked(struct db *db, struct str id, int64_t now_ms,
                                       bool *changed, struct err *err);
MUST_CHECK bool invitation_set_used(struct db *db, struct str org_id, struct str id,
                                    int64_t now_ms, bool *changed, struct err *err);

#endif
