#ifndef AUTH_AUTH_PARTS_H
#define AUTH_AUTH_PARTS_H

#include "auth/auth.h"
#include "auth/auth_db.h"

/* What the files of auth/ share.  Checks name the field to blame; `..._store` run in the
 * caller's transaction and write the audit line. */

MUST_CHECK bool password_acceptable(struct str password, struct err *err);
MUST_CHECK bool email_acceptable(struct arena *arena, struct str typed, struct str *email,
                                 struct err *err);
MUST_CHECK bool role_acceptable(struct str role, struct err *err);

/* A row that is not stored yet, its fields checked. */
MUST_CHECK bool org_prepare(struct arena *arena, struct str name, struct str country,
                            struct str currency, struct org_row *out, struct err *err);
MUST_CHECK bool org_store(struct db *db, struct arena *arena, const struct org_row *org,
                          struct str actor, struct err *err);
/* Slow: it hashes the password.  Not inside a transaction. */
MUST_CHECK bool user_prepare(struct arena *arena, struct str address, struct str password,
                             struct user_row *out, struct err *err);
/* The user's own row as well, unless `known`.  ERR_CONFLICT: a member already. */
MUST_CHECK bool member_store(struct db *db, struct arena *arena, struct str org_id,
                             const struct user_row *user, bool known, struct str role,
                             struct str actor, struct err *err);
/* {"role":"..."}, as the audit log tells it. */
struct str role_fact(struct arena *arena, struct str role);

/* Does the password belong to the e-mail?  Throttled and slow as session_sign_in says. */
MUST_CHECK bool password_check(struct db *db, struct arena *arena, struct str email,
                               struct str password, struct visitor *visitor,
                               struct user_row *user, struct err *err);
/* The same door for other secrets that a stranger could guess: by address alone. */
MUST_CHECK bool guess_allowed(struct db *db, struct arena *arena, struct visitor *visitor,
                              struct err *err);
MUST_CHECK bool guess_was_wrong(struct db *db, struct arena *arena,
                                const struct visitor *visitor, struct err *err);

#endif
