/* people.c - the first owner, further orgs, members. */

#include "auth/people.h"
#include "auth/audit.h"
#include "auth/auth_parts.h"
#include "auth/view.h"
#include "base/arena.h"
#include "base/random.h"
#include "seal/seal.h"

#include <string.h>

enum { SETUP_TOKEN_LENGTH = 32 };

bool setup_needed(struct db *db, struct arena *arena, bool *needed, struct err *err)
{
    bool any;

    if (!user_any(db, arena, &any, err))
        return false;
    *needed = !any;
    return true;
}

struct str setup_token(const struct ring *ring, struct arena *arena)
{
    return str_sub(ring_hash(ring, arena, "setup", STR(""), STR("first owner")), 0,
                   SETUP_TOKEN_LENGTH);
}

static bool still_needed(struct db *db, struct arena *arena, struct err *err)
{
    bool needed;

    if (!setup_needed(db, arena, &needed, err))
        return false;
    return needed || err_set(err, ERR_CONFLICT, "this installation has an owner already") ||
           err_hint(err, "sign in, or ask an owner for an invitation");
}

static bool check_token(struct db *db, struct arena *arena, const struct ring *ring,
                        struct str token, struct visitor *visitor, struct err *err)
{
    if (!guess_allowed(db, arena, visitor, err))
        return false;
    if (seal_equal(token, setup_token(ring, arena)))
        return true;
    if (!guess_was_wrong(db, arena, visitor, err))
        return false;
    (void)err_set(err, ERR_DENIED, "the setup token is wrong");
    (void)err_field(err, "token");
    return err_hint(err, "open the address that `adwright serve` printed when it started");
}

/* Of two who come at once, the second one waits here for the first and finds the name taken. */
static bool claim_setup(struct db *db, struct arena *arena, struct str user_id, struct err *err)
{
    bool mine;

    if (!db_installation_claim(db, STR("first_owner"), user_id, &mine, err))
        return false;
    return (mine || err_set(err, ERR_CONFLICT, "somebody else was quicker")) &&
           still_needed(db, arena, err);
}

bool setup_first_owner(struct db *db, struct arena *arena, const struct ring *ring,
                       const struct first_owner *wish, struct visitor *visitor,
                       struct session *out, struct err *err)
{
    struct org_row org;
    struct user_row user;
    struct str address;

    if (!still_needed(db, arena, err) ||
        !check_token(db, arena, ring, wish->token, visitor, err) ||
        !email_acceptable(arena, wish->email, &address, err))
        return false;
    if (!org_prepare(arena, wish->org_name, wish->country, wish->currency, &org, err))
        return strcmp(err->field, "name") == 0 ? err_field(err, "org_name") : false;
    if (!user_prepare(arena, address, wish->password, &user, err) || !db_begin(db, err))
        return false;
    struct str actor = str_fmt(arena, "user:" STR_FMT, STR_ARG(user.user_id));
    bool ok = claim_setup(db, arena, user.user_id, err) &&
              org_store(db, arena, &org, actor, err) &&
              member_store(db, arena, org.org_id, &user, false, STR("owner"), actor, err) &&
              session_for_user(db, arena, org.org_id, user.user_id, visitor, out, err);
    return db_end(db, ok, err);
}

bool org_add_by(struct db *db, struct arena *arena, struct str user_id, struct str name,
                struct str country, struct str currency, struct org_row *out, struct err *err)
{
    struct str actor = str_fmt(arena, "user:" STR_FMT, STR_ARG(user_id));
    struct user_row user = {.user_id = user_id};
    struct membership_rows mine = {0};

    if (!org_prepare(arena, name, country, currency, out, err) ||
        !membership_list_of_user(db, arena, user_id, &mine, err))
        return false;
    if (mine.n >= LIMIT_ORGS_PER_USER)
        return err_set(err, ERR_CONFLICT, "one person can be in %d orgs", LIMIT_ORGS_PER_USER);
    if (!db_begin(db, err))
        return false;
    bool ok = org_store(db, arena, out, actor, err) &&
              member_store(db, arena, out->org_id, &user, true, STR("owner"), actor, err);
    return db_end(db, ok, err);
}

bool session_enter_org(struct db *db, struct arena *arena, struct str session_id,
                       struct str user_id, struct str org_id, struct str *csrf, struct err *err)
{
    struct str fresh = seal_token(arena, STR(""));
    struct audit_entry entry = {.actor = str_fmt(arena, "user:" STR_FMT, STR_ARG(user_id)),
                                .action = "session.enter",
                                .object_id = session_id};
    bool moved = false;

    if (!db_begin(db, err))
        return false;
    bool ok = session_update_org(db, session_id, user_id, org_id, fresh, &moved, err) &&
              (moved || err_set(err, ERR_NOT_FOUND, "you are no member of such an org")) &&
              user_set_last_org(db, user_id, org_id, err) &&
              audit_add_for(db, arena, org_id, &entry, err);
    if (!db_end(db, ok, err))
        return false;
    *csrf = fresh;
    return true;
}

static bool find_member(struct db *db, struct arena *arena, struct str user_id,
                        struct str *role, struct err *err)
{
    bool found;

    if (!membership_get(db, arena, db_scope_org(db), user_id, &found, role, err))
        return false;
    return found || err_set(err, ERR_NOT_FOUND, "this org has no such member");
}

static bool last_owner(struct err *err)
{
    (void)err_set(err, ERR_CONFLICT, "this is the only owner of the org, or changed meanwhile");
    return err_hint(err, "make somebody else an owner first");
}

/* The audit line comes first: it holds the org's row, so that two owners who demote each other
 * take turns and the second one is refused. */
bool member_set_role(struct db *db, struct arena *arena, struct str user_id, struct str role,
                     struct str actor, struct err *err)
{
    struct str org_id = db_scope_org(db), before;
    bool changed = false;

    if (!role_acceptable(role, err) || !find_member(db, arena, user_id, &before, err))
        return false;
    if (str_eq(before, role))
        return true;
    struct audit_entry entry = {.actor = actor,
                                .action = "user.role",
                                .object_id = user_id,
                                .before = role_fact(arena, before),
                                .after = role_fact(arena, role)};
    if (!db_begin(db, err))
        return false;
    bool ok = audit_add(db, arena, &entry, err) &&
              membership_update_role(db, org_id, user_id, before, role, &changed, err) &&
              (changed || last_owner(err)) &&
              session_delete_of_member(db, org_id, user_id, err);
    return db_end(db, ok, err);
}

bool member_remove(struct db *db, struct arena *arena, struct str user_id, struct str actor,
                   struct err *err)
{
    struct str org_id = db_scope_org(db), role;
    bool changed = false;

    if (!find_member(db, arena, user_id, &role, err))
        return false;
    struct audit_entry entry = {.actor = actor,
                                .action = "user.remove",
                                .object_id = user_id,
                                .before = role_fact(arena, role)};
    if (!db_begin(db, err))
        return false;
    bool ok = audit_add(db, arena, &entry, err) &&
              session_delete_of_member(db, org_id, user_id, err) &&
              view_forget(db, user_id, err) &&
              membership_delete(db, org_id, user_id, role, &changed, err) &&
              (changed || last_owner(err));
    return db_end(db, ok, err);
}

bool password_change(struct db *db, struct arena *arena, const struct caller *caller,
                     struct str old_password, struct str new_password, struct visitor *visitor,
                     struct err *err)
{
    struct audit_entry entry = {
        .actor = caller->actor, .action = "user.password", .object_id = caller->user_id};
    struct user_row user, checked;
    bool found;

    if (!user_by_id(db, arena, caller->user_id, &found, &user, err))
        return false;
    if (!found)
        return err_set(err, ERR_NOT_FOUND, "there is no such user");
    if (!password_acceptable(new_password, err))
        return err_field(err, "new_password");
    if (!password_check(db, arena, user.email, old_password, visitor, &checked, err)) {
        if (err->kind != ERR_DENIED)
            return false;
        return err_input(err, "old_password", "type the password that you sign in with now",
                         "this is not your password");
    }
    struct str hash = seal_password_hash(arena, new_password);
    if (!db_begin(db, err))
        return false;
    bool ok = user_update_password(db, user.user_id, hash, err) &&
              session_delete_of_user(db, user.user_id, caller->session_id, err) &&
              audit_add_for(db, arena, caller->org_id, &entry, err);
    return db_end(db, ok, err);
}

bool session_end_own(struct db *db, struct arena *arena, const struct caller *caller,
                     struct str session_id, struct err *err)
{
    struct audit_entry entry = {.actor = caller->actor,
                                .action = "session.end",
                                .object_id = session_id.n ? session_id : caller->user_id};
    bool changed = true;

    if (!db_begin(db, err))
        return false;
    bool ok = session_id.n
                  ? session_delete_own(db, caller->user_id, session_id, &changed, err)
                  : session_delete_of_user(db, caller->user_id, caller->session_id, err);
    ok = ok && (changed || err_set(err, ERR_NOT_FOUND, "you have no such session")) &&
         audit_add_for(db, arena, caller->org_id, &entry, err);
    return db_end(db, ok, err);
}
