#ifndef AUTH_AUTH_DB_H
#define AUTH_AUTH_DB_H

#include "auth/auth.h"
#include "db/db.h"

/* Rows of orgs, users, memberships, sessions (session_db.c), api_keys and sign_in_failures. */

struct user_row {
    struct str user_id, email, password_hash, role, org_id;
    bool disabled;
    int64_t created_ms;
};
LIST(user_rows, struct user_row);

struct key_row {
    struct str id, name, prefix;
    int64_t rights, created_ms, last_used_ms, revoked_ms;
};
LIST(key_rows, struct key_row);

struct session_row {
    struct str org_id, session_id, csrf, user_id, role, address, agent;
    int64_t created_ms, last_seen_ms, expires_ms;
    bool disabled;
};
LIST(session_rows, struct session_row);

/* An org that a person is a member of. */
struct membership_row {
    struct str org_id, name, role;
};
LIST(membership_rows, struct membership_row);

struct org_row {
    struct str org_id, name, country, currency;
    int64_t created_ms;
};
LIST(org_rows, struct org_row);

MUST_CHECK bool org_insert(struct db *db, const struct org_row *org, struct err *err);
/* Of the handle's scope. */
MUST_CHECK bool org_get(struct db *db, struct arena *arena, struct str org_id,
                        struct org_row *out, struct err *err);
MUST_CHECK bool org_list(struct db *db, struct arena *arena, struct org_rows *out,
                         struct err *err); /* system scope: every org */

/* *found false when nobody has the e-mail; org and role are of the org that the person worked
 * in last, else of the first membership, if any. */
MUST_CHECK bool user_by_email(struct db *db, struct arena *arena, struct str email, bool *found,
                              struct user_row *out, struct err *err);
MUST_CHECK bool user_by_id(struct db *db, struct arena *arena, struct str user_id, bool *found,
                           struct user_row *out, struct err *err);
/* Is there anybody at all? */
MUST_CHECK bool user_any(struct db *db, struct arena *arena, bool *any, struct err *err);
MUST_CHECK bool user_insert(struct db *db, const struct user_row *user, struct err *err);
MUST_CHECK bool user_update_password(struct db *db, struct str user_id, struct str hash,
                                     struct err *err);
MUST_CHECK bool membership_insert(struct db *db, struct str org_id, struct str user_id,
                                  struct str role, int64_t now_ms, struct err *err);
MUST_CHECK bool user_list(struct db *db, struct arena *arena, struct str org_id,
                          struct user_rows *out, struct err *err);
/* The role of a member of the org; *found false for others. */
MUST_CHECK bool membership_get(struct db *db, struct arena *arena, struct str org_id,
                               struct str user_id, bool *found, struct str *role,
                               struct err *err);
/* The orgs of a person, by name.  System scope. */
MUST_CHECK bool membership_list_of_user(struct db *db, struct arena *arena, struct str user_id,
                                        struct membership_rows *out, struct err *err);
/* *changed false where that would leave the org without an owner, or the role is no longer
 * `from`.  The sessions of a member go before the membership does. */
MUST_CHECK bool membership_update_role(struct db *db, struct str org_id, struct str user_id,
                                       struct str from, struct str to, bool *changed,
                                       struct err *err);
MUST_CHECK bool membership_delete(struct db *db, struct str org_id, struct str user_id,
                                  struct str from, bool *changed, struct err *err);
/* JSON, "" where nothing was ever chosen. */
MUST_CHECK bool user_preferences_get(struct db *db, struct arena *arena, struct str user_id,
                                     struct str *json, struct err *err);
MUST_CHECK bool user_preferences_set(struct db *db, struct str user_id, struct str json,
                                     struct err *err);
MUST_CHECK bool user_set_last_org(struct db *db, struct str user_id, struct str org_id,
                                  struct err *err);

/* created_ms is last_seen_ms as well. */
MUST_CHECK bool session_insert(struct db *db, const struct session_row *session,
                               struct str token_hash, struct err *err);
MUST_CHECK bool session_by_hash(struct db *db, struct arena *arena, struct str token_hash,
                                bool *found, struct session_row *out, struct err *err);
MUST_CHECK bool session_touch(struct db *db, struct str session_id, int64_t now_ms,
                              struct err *err);
MUST_CHECK bool session_delete(struct db *db, struct str session_id, struct err *err);
/* All of a person's sessions but `keep` ("" = all). */
MUST_CHECK bool session_delete_of_user(struct db *db, struct str user_id, struct str keep,
                                       struct err *err);
/* One of a person's own; *changed false for another's. */
MUST_CHECK bool session_delete_own(struct db *db, struct str user_id, struct str session_id,
                                   bool *changed, struct err *err);
MUST_CHECK bool session_delete_of_member(struct db *db, struct str org_id, struct str user_id,
                                         struct err *err);
/* Those that still work, last seen first.  System scope: in all orgs. */
MUST_CHECK bool session_list_of_user(struct db *db, struct arena *arena, struct str user_id,
                                     int64_t now_ms, struct session_rows *out, struct err *err);
/* *moved false where the person is no member of `org_id`.  System scope. */
MUST_CHECK bool session_update_org(struct db *db, struct str session_id, struct str user_id,
                                   struct str org_id, struct str csrf, bool *moved,
                                   struct err *err);

MUST_CHECK bool key_insert(struct db *db, struct str org_id, const struct key_row *key,
                           struct str hash, struct err *err);
MUST_CHECK bool key_by_hash(struct db *db, struct arena *arena, struct str hash, bool *found,
                            struct str *org_id, struct key_row *out, struct err *err);
MUST_CHECK bool key_touch(struct db *db, struct str key_id, int64_t now_ms, struct err *err);
MUST_CHECK bool key_list(struct db *db, struct arena *arena, struct key_rows *out,
                         struct err *err);
/* *changed false when the org has no such live key. */
MUST_CHECK bool key_revoke(struct db *db, struct str key_id, int64_t now_ms, bool *changed,
                           struct err *err);

/* Failures of a subject since `since_ms`, and adding or clearing them. */
MUST_CHECK bool failures_count(struct db *db, struct arena *arena, struct str subject,
                               int64_t since_ms, int64_t *count, int64_t *first_ms,
                               struct err *err);
MUST_CHECK bool failures_add(struct db *db, struct str subject, int64_t now_ms,
                             int64_t since_ms, struct err *err);
MUST_CHECK bool failures_clear(struct db *db, struct str subject, struct err *err);

#endif
