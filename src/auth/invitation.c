/* invitation.c - a link brings one person into one org, once. */

#include "auth/audit.h"
#include "auth/auth_parts.h"
#include "auth/invitation_db.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/random.h"
#include "seal/seal.h"
#include "text/json.h"

#include <string.h>

const char *invitation_state(const struct invitation *invitation, int64_t now_ms)
{
    if (invitation->used_ms)
        return "used";
    if (invitation->revoked_ms)
        return "revoked";
    return invitation->expires_ms <= now_ms ? "expired" : "open";
}

static bool not_a_member(struct db *db, struct arena *arena, struct str address,
                         struct err *err)
{
    struct user_row user;
    struct str role;
    bool known, member = false;

    if (!user_by_email(db, arena, address, &known, &user, err) ||
        (known &&
         !membership_get(db, arena, db_scope_org(db), user.user_id, &member, &role, err)))
        return false;
    if (!member)
        return true;
    (void)err_set(err, ERR_CONFLICT, STR_FMT " is a member of this org already",
                  STR_ARG(address));
    return err_field(err, "email");
}

static bool not_too_many(struct db *db, struct arena *arena, int64_t now_ms, struct err *err)
{
    int64_t open;

    if (!invitation_count_open(db, arena, now_ms, &open, err))
        return false;
    if (open < LIMIT_OPEN_INVITATIONS)
        return true;
    (void)err_set(err, ERR_CONFLICT, "%d invitations are open", LIMIT_OPEN_INVITATIONS);
    return err_hint(err, "revoke some that nobody will use");
}

static struct str invited_fact(struct arena *arena, const struct invitation *invitation)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 4 * (LIMIT_EMAIL + LIMIT_NAME));
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "email", invitation->email);
    json_text_member(&w, "role", invitation->role);
    json_end(&w);
    return buf_str(&buf);
}

bool invitation_add(struct db *db, struct arena *arena, struct str email, struct str role,
                    struct str actor, struct invitation *out, struct str *token,
                    struct err *err)
{
    struct str text = seal_token(arena, STR(""));
    int64_t now_ms = clock_wall_ms();
    struct str address;

    if (!email_acceptable(arena, email, &address, err) || !role_acceptable(role, err) ||
        !not_a_member(db, arena, address, err) || !not_too_many(db, arena, now_ms, err))
        return false;
    struct invitation invitation = {.id = id_new(arena),
                                    .org_id = db_scope_org(db),
                                    .email = address,
                                    .role = role,
                                    .invited_by = actor,
                                    .created_ms = now_ms,
                                    .expires_ms = now_ms + INVITATION_LIFE_MS};
    struct audit_entry entry = {.actor = actor,
                                .action = "invitation.add",
                                .object_id = invitation.id,
                                .after = invited_fact(arena, &invitation)};
    if (!db_begin(db, err))
        return false;
    bool ok = invitation_revoke_of_email(db, address, now_ms, err) &&
              invitation_insert(db, &invitation, seal_sha256_hex(arena, text), err) &&
              audit_add(db, arena, &entry, err);
    if (!db_end(db, ok, err))
        return false;
    *out = invitation;
    *token = text;
    return true;
}

bool invitation_revoke(struct db *db, struct arena *arena, struct str id, struct str actor,
                       struct err *err)
{
    struct audit_entry entry = {.actor = actor, .action = "invitation.revoke", .object_id = id};
    bool changed = false;

    if (!db_begin(db, err))
        return false;
    bool ok = invitation_set_revoked(db, id, clock_wall_ms(), &changed, err) &&
              (changed || err_set(err, ERR_NOT_FOUND, "no open invitation has this id")) &&
              audit_add(db, arena, &entry, err);
    return db_end(db, ok, err);
}

bool invitation_find(struct db *db, struct arena *arena, struct str token,
                     struct invitation *out, bool *known, struct err *err)
{
    struct user_row user;
    bool found;

    if (!invitation_by_hash(db, arena, seal_sha256_hex(arena, token), &found, out, err))
        return false;
    if (!found) {
        (void)err_set(err, ERR_NOT_FOUND, "there is no such invitation");
        return err_hint(err, "copy the whole link, or ask for a new one");
    }
    return user_by_email(db, arena, out->email, known, &user, err);
}

bool invitation_need_open(const struct invitation *invitation, struct err *err)
{
    const char *state = invitation_state(invitation, clock_wall_ms());

    if (strcmp(state, "open") == 0)
        return true;
    if (strcmp(state, "used") == 0) {
        (void)err_set(err, ERR_CONFLICT, "this invitation has been used");
        return err_hint(err, "sign in with the e-mail and password that you have");
    }
    (void)err_set(err, ERR_CONFLICT, "this invitation %s",
                  strcmp(state, "expired") == 0 ? "has expired" : "was withdrawn");
    return err_hint(err, "ask whoever sent it for a new one");
}

/* Who accepts: new, with a password of their own choice; known, by password or session. */
static bool who_accepts(struct db *db, struct arena *arena, const struct invitation *invitation,
                        struct str password, struct str signed_in, struct visitor *visitor,
                        bool *known, struct user_row *user, struct err *err)
{
    if (!user_by_email(db, arena, invitation->email, known, user, err))
        return false;
    if (!*known)
        return user_prepare(arena, invitation->email, password, user, err);
    if (password.n)
        return password_check(db, arena, invitation->email, password, visitor, user, err);
    if (signed_in.n && str_eq(signed_in, user->user_id) && !user->disabled)
        return true;
    if (signed_in.n)
        return err_input(err, "password", "give the password of the invited e-mail",
                         "the invitation is for " STR_FMT ", and you are somebody else",
                         STR_ARG(invitation->email));
    return err_input(err, "password", "give the password that you sign in with",
                     STR_FMT " is known here", STR_ARG(invitation->email));
}

bool invitation_accept(struct db *db, struct arena *arena, const struct invitation *invitation,
                       struct str password, struct str signed_in, struct visitor *visitor,
                       struct session *out, struct err *err)
{
    struct user_row user;
    bool known, mine = false;

    if (!invitation_need_open(invitation, err) ||
        !who_accepts(db, arena, invitation, password, signed_in, visitor, &known, &user, err) ||
        !db_begin(db, err))
        return false;
    struct str actor = str_fmt(arena, "user:" STR_FMT, STR_ARG(user.user_id));
    struct audit_entry entry = {.actor = actor,
                                .action = "invitation.accept",
                                .object_id = invitation->id,
                                .after = invited_fact(arena, invitation)};
    struct str org_id = invitation->org_id;
    bool ok = invitation_set_used(db, org_id, invitation->id, clock_wall_ms(), &mine, err) &&
              (mine || err_set(err, ERR_CONFLICT, "this invitation has been used")) &&
              audit_add_for(db, arena, org_id, &entry, err) &&
              member_store(db, arena, org_id, &user, known, invitation->role, actor, err) &&
              user_set_last_org(db, user.user_id, org_id, err) &&
              session_for_user(db, arena, org_id, user.user_id, visitor, out, err);
    if (db_end(db, ok, err))
        return true;
    if (err->kind == ERR_CONFLICT && mine)
        (void)err_set(err, ERR_CONFLICT, STR_FMT " is a member of this org already",
                      STR_ARG(invitation->email));
    return false;
}
