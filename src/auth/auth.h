#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include "web/web.h"

struct db;

/*
 * Orgs, users, roles, sessions, API keys, audit.
 *
 * Roles: owner (everything), manager (read, edit, spend), analyst (read).
 * A browser has a session cookie (HttpOnly, SameSite=Lax; `__Host-` and Secure
 * over TLS) and sends the session's CSRF token as X-CSRF-Token on writes.
 * A program sends `Authorization: Bearer adw_...`, an API key with its own
 * rights.  Keys and session ids are stored as SHA-256 only.
 */
unsigned role_rights(struct str role); /* 0 for unknown roles */

/* ids are of the new rows.  The e-mail is normalised and unique; passwords of 8..256. */
MUST_CHECK bool org_add(struct db *db, struct arena *arena, struct str name, struct str country,
                        struct str currency, struct str *org_id, struct err *err);
MUST_CHECK bool user_add(struct db *db, struct arena *arena, struct str org_id, struct str email,
                         struct str password, struct str role, struct str *user_id,
                         struct err *err);
/* The key is shown once: *key is the only copy of its text. */
MUST_CHECK bool api_key_add(struct db *db, struct arena *arena, struct str org_id, struct str name,
                            unsigned rights, struct str actor, struct str *id, struct str *key,
                            struct err *err);

/* web_settings.authenticate of the product server. */
bool auth_authenticate(struct request *rq, struct err *err);

extern const struct route auth_routes[]; /* POST /api/session, DELETE, GET /api/me, keys, ... */

/*
 * The audit log: who did what to which object, in the same transaction as the
 * doing.  `before` and `after` are JSON or "".  Lines of an org are chained by
 * hash.  Call inside the transaction of the change.
 */
struct audit_entry {
    struct str actor;  /* rq->caller.actor, "job:<id>", "brain:<execution>" */
    const char *action; /* "direction.add", "ad_account.connect" */
    struct str object_id;
    struct str before;
    struct str after;
};
MUST_CHECK bool audit_add(struct db *db, struct arena *arena, const struct audit_entry *entry,
                          struct err *err);

#endif
