#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include "base/list.h"
#include "web/web.h"

struct db;

/*
 * Orgs, users, roles, sessions, API keys.
 *
 * Roles: owner (everything), manager (read, edit, spend), analyst (read).
 * A browser has a session cookie (HttpOnly, SameSite=Lax; `__Host-` and Secure
 * when the public URL is https) and sends the session's CSRF token as
 * X-CSRF-Token, or as the form field `csrf`, on writes.  A program sends
 * `Authorization: Bearer adw_...`, an API key with its own rights.  Keys and
 * session tokens are stored as SHA-256 only.
 */
#define SESSION_IDLE_MS (INT64_C(12) * 60 * 60 * 1000)
#define SESSION_LIFE_MS (INT64_C(30) * 24 * 60 * 60 * 1000)

/* The rights of a role; 0 for a word that is no role. */
unsigned role_rights(struct str role);
/* "read", "edit", "spend", "admin" to the bit; 0 for unknown words. */
unsigned right_by_name(struct str name);

/* Each in its own transaction.  System scope or none is expected of the handle for org_add; the
 * others work for any handle that may see the org. */
MUST_CHECK bool org_add(struct db *db, struct arena *arena, struct str name, struct str country,
                        struct str currency, struct str *org_id, struct err *err);
/* The e-mail is normalised; a known user (by e-mail) becomes a member and keeps the password,
 * whatever `password` says.  Passwords have 8 to 256 characters. */
MUST_CHECK bool user_add(struct db *db, struct arena *arena, struct str org_id,
                         struct str email, struct str password, struct str role,
                         struct str *user_id, struct err *err);
MUST_CHECK bool user_set_password(struct db *db, struct arena *arena, struct str email,
                                  struct str password, struct err *err);
/* The key is shown once: *key is the only copy of its text. */
MUST_CHECK bool api_key_add(struct db *db, struct arena *arena, struct str org_id,
                            struct str name, unsigned rights, struct str actor, struct str *id,
                            struct str *key, struct err *err);

struct session {
    struct str token; /* for the cookie; only here in clear */
    struct str csrf;
    struct str org_id;
    struct str user_id;
};
/* Where somebody comes from: throttled by the address, recognised by both in lists of sessions.
 * `closed_until_ms` is an answer: of a throttled attempt, when the next one is heard. */
struct visitor {
    struct str address;
    struct str agent; /* the browser's own name; cut to LIMIT_AGENT */
    int64_t closed_until_ms;
};
struct visitor visitor_of(const struct request *rq);
/*
 * Check e-mail and password, throttled by account and by address (ERR_BUSY with
 * the waiting time in the hint and in the visitor).  Wrong e-mail and wrong
 * password are one answer and take the same time.
 */
MUST_CHECK bool session_sign_in(struct db *db, struct arena *arena, struct str email,
                                struct str password, struct visitor *visitor,
                                struct session *out, struct err *err);
/* A session without a password: single-use sign-in links of the demo and of the CLI. */
MUST_CHECK bool session_for_user(struct db *db, struct arena *arena, struct str org_id,
                                 struct str user_id, const struct visitor *visitor,
                                 struct session *out, struct err *err);
MUST_CHECK bool session_end(struct db *db, struct str session_id, struct err *err);

/* ERR_BUSY became 429: Retry-After, and `retry_at` in the problem's body.  Other errors are
 * left alone; returns false always, so that `return auth_tell_throttled(...)` reads well. */
bool auth_tell_throttled(struct request *rq, struct reply *rp, const struct visitor *visitor,
                         const struct err *err);
/* web_settings.authenticate of the product server. */
bool auth_authenticate(struct request *rq, struct err *err);
/* Set-Cookie for a new session; an empty token clears it. */
void auth_set_cookie(struct request *rq, struct reply *rp, struct str token);

#endif
