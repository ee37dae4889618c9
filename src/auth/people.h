#ifndef AUTH_PEOPLE_H
#define AUTH_PEOPLE_H

#include "auth/auth.h"
#include "auth/auth_db.h"

struct ring;

/*
 * People come, change and go: the first owner of an installation, further
 * orgs, members, invitations, and what a person may do with their own account.
 * Every change is in the audit log of the org that it concerns.
 *
 * "System scope" below: the person spans orgs, so the handle must see them all.
 */

/* --- the first run ------------------------------------------------------------------------ */

/* While there is no user at all, whoever knows the setup token may become the first owner. */
MUST_CHECK bool setup_needed(struct db *db, struct arena *arena, bool *needed, struct err *err);
/* The same for every process and start that has this key ring; 128 bits. */
struct str setup_token(const struct ring *ring, struct arena *arena);

struct first_owner {
    struct str org_name, country, currency, email, password, token;
};
/* Org, owner and session in one transaction.  ERR_CONFLICT when there is a user, also one who
 * came in the same moment; ERR_DENIED for a wrong token; throttled by address.  System scope.
 */
MUST_CHECK bool setup_first_owner(struct db *db, struct arena *arena, const struct ring *ring,
                                  const struct first_owner *wish, struct visitor *visitor,
                                  struct session *out, struct err *err);

/* --- orgs and members --------------------------------------------------------------------- */

/* Another org, with this person as its owner.  System scope. */
MUST_CHECK bool org_add_by(struct db *db, struct arena *arena, struct str user_id,
                           struct str name, struct str country, struct str currency,
                           struct org_row *out, struct err *err);
/* The session goes on in another org of the person, with a new CSRF token: what a page of the
 * org before sends is refused.  ERR_NOT_FOUND: no member there.  System scope. */
MUST_CHECK bool session_enter_org(struct db *db, struct arena *arena, struct str session_id,
                                  struct str user_id, struct str org_id, struct str *csrf,
                                  struct err *err);
/* Of the handle's org.  Their sessions in it end.  ERR_CONFLICT for the last owner. */
MUST_CHECK bool member_set_role(struct db *db, struct arena *arena, struct str user_id,
                                struct str role, struct str actor, struct err *err);
MUST_CHECK bool member_remove(struct db *db, struct arena *arena, struct str user_id,
                              struct str actor, struct err *err);

/* --- invitations -------------------------------------------------------------------------- */

#define INVITATION_LIFE_MS (INT64_C(7) * 24 * 60 * 60 * 1000)

struct invitation {
    struct str id, org_id, org_name, email, role, invited_by;
    int64_t created_ms, expires_ms, used_ms, revoked_ms;
};
LIST(invitations, struct invitation);

/* "open", "used", "revoked", "expired" */
const char *invitation_state(const struct invitation *invitation, int64_t now_ms);
/* Of the handle's org.  An open one of the same e-mail is revoked: the newest link counts.
 * `*token` is the only copy.  ERR_CONFLICT: a member already, or too many are open. */
MUST_CHECK bool invitation_add(struct db *db, struct arena *arena, struct str email,
                               struct str role, struct str actor, struct invitation *out,
                               struct str *token, struct err *err);
/* Newest first, at most LIMIT_LIST_ROWS. */
MUST_CHECK bool invitation_list(struct db *db, struct arena *arena, struct invitations *out,
                                struct err *err);
/* ERR_NOT_FOUND unless it is open. */
MUST_CHECK bool invitation_revoke(struct db *db, struct arena *arena, struct str id,
                                  struct str actor, struct err *err);
/* By the link's token; *known: a user has the e-mail already.  ERR_NOT_FOUND.  System scope. */
MUST_CHECK bool invitation_find(struct db *db, struct arena *arena, struct str token,
                                struct invitation *out, bool *known, struct err *err);
/* Open, else ERR_CONFLICT that says why not. */
MUST_CHECK bool invitation_need_open(const struct invitation *invitation, struct err *err);
/*
 * A new person chooses the password; a known one gives theirs (throttled), or is signed in
 * already: `signed_in` is their user id, else "".  One session, in the invitation's org.
 * System scope.
 */
MUST_CHECK bool invitation_accept(struct db *db, struct arena *arena,
                                  const struct invitation *invitation, struct str password,
                                  struct str signed_in, struct visitor *visitor,
                                  struct session *out, struct err *err);

/* --- one's own account -------------------------------------------------------------------- */

/* Needs the old password (throttled as signing in); all sessions but this one end. */
MUST_CHECK bool password_change(struct db *db, struct arena *arena, const struct caller *caller,
                                struct str old_password, struct str new_password,
                                struct visitor *visitor, struct err *err);
/* One of one's own, wherever it is; with "" all but the caller's.  ERR_NOT_FOUND. */
MUST_CHECK bool session_end_own(struct db *db, struct arena *arena, const struct caller *caller,
                                struct str session_id, struct err *err);

#endif
