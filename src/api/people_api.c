/* people_api.c - the first run, orgs, members, invitations. */

#include "api/api.h"
#include "api/common.h"
#include "api/people_api.h"
#include "auth/people.h"
#include "conf/app.h"
#include "conf/conf.h"

bool people_need_person(const struct request *rq, struct err *err)
{
    if (rq->caller.session_id.n)
        return true;
    (void)err_set(err, ERR_DENIED, "an API key is no person");
    return err_hint(err, "sign in with e-mail and password");
}

/* GET /api/setup - is there nobody yet who could sign in? */
static bool get_setup(struct request *rq, struct reply *rp, struct err *err)
{
    struct reply_json json;
    bool needed;

    if (!setup_needed(rq->db, rq->arena, &needed, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_bool_member(&json.w, "needed", needed);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* POST /api/setup {org_name, country, currency, email, password, token} - the first owner; the
 * token stands in the address that `adwright serve` prints. */
static bool post_setup(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"org_name", "country", "currency", "email",
                                          "password", "token",   NULL};
    const struct app *app = rq->app;
    struct visitor visitor = visitor_of(rq);
    struct first_owner wish;
    struct session session;
    const struct json *body;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !json_need_text(body, "org_name", LIMIT_NAME, &wish.org_name, err) ||
        !json_need_text(body, "country", LIMIT_NAME, &wish.country, err) ||
        !json_need_text(body, "currency", LIMIT_NAME, &wish.currency, err) ||
        !json_need_text(body, "email", LIMIT_EMAIL, &wish.email, err) ||
        !json_need_text(body, "password", LIMIT_PASSWORD, &wish.password, err) ||
        !json_need_text(body, "token", LIMIT_NAME, &wish.token, err))
        return false;
    if (!setup_first_owner(rq->db, rq->arena, app->ring, &wish, &visitor, &session, err)) {
        if (err->kind == ERR_DENIED)
            rp->status = 403;
        return auth_tell_throttled(rq, rp, &visitor, err);
    }
    return people_put_session(rq, rp, &session, 201, err);
}

/* POST /api/orgs {name, country, currency} - one more org, with the caller as its owner. */
static bool post_org(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"name", "country", "currency", NULL};
    struct str name, country, currency;
    const struct json *body;
    struct reply_json json;
    struct org_row org;

    if (!people_need_person(rq, err) || !request_json(rq, &body, err) ||
        !json_only(body, allowed, err) ||
        !json_need_text(body, "name", LIMIT_NAME, &name, err) ||
        !json_need_text(body, "country", LIMIT_NAME, &country, err) ||
        !json_need_text(body, "currency", LIMIT_NAME, &currency, err))
        return false;
    db_scope_system(rq->db); /* the new org is none that the caller's scope could hold */
    if (!org_add_by(rq->db, rq->arena, rq->caller.user_id, name, country, currency, &org, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "id", org.org_id);
    json_text_member(&json.w, "name", org.name);
    json_text_member(&json.w, "country", org.country);
    json_text_member(&json.w, "currency", org.currency);
    json_end(&json.w);
    return reply_json_end(&json, rp, 201, err);
}

/* POST /api/session/org {org_id} - go on in another org of mine; answers the new CSRF token. */
static bool post_session_org(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"org_id", NULL};
    struct str org_id, csrf;
    const struct json *body;
    struct reply_json json;

    if (!people_need_person(rq, err) || !request_json(rq, &body, err) ||
        !json_only(body, allowed, err) ||
        !json_need_text(body, "org_id", LIMIT_NAME, &org_id, err))
        return false;
    db_scope_system(rq->db); /* the session and the membership are of another org */
    if (!session_enter_org(rq->db, rq->arena, rq->caller.session_id, rq->caller.user_id, org_id,
                           &csrf, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "org_id", org_id);
    json_text_member(&json.w, "csrf", csrf);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* --- members --------------------------------------------------------------------------------
 */

/* GET /api/users - the members of the org. */
static bool get_users(struct request *rq, struct reply *rp, struct err *err)
{
    struct user_rows users = {0};
    struct reply_json json;

    if (!user_list(rq->db, rq->arena, rq->caller.org_id, &users, err))
        return false;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < users.n; i++) {
        json_object(&json.w);
        json_text_member(&json.w, "id", users.at[i].user_id);
        json_text_member(&json.w, "email", users.at[i].email);
        json_text_member(&json.w, "role", users.at[i].role);
        api_time_member(&json.w, rq->arena, "created_at", users.at[i].created_ms);
        json_end(&json.w);
    }
    return api_list_end(rq, rp, &json, false, 0, STR(""), err);
}

/* PATCH /api/users/:id {role} - another role; the member's sessions end. */
static bool patch_user(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"role", NULL};
    const struct json *body;
    struct str role;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !json_need_text(body, "role", LIMIT_NAME, &role, err) ||
        !member_set_role(rq->db, rq->arena, request_arg(rq, "id"), role, rq->caller.actor, err))
        return false;
    return reply_body(rp, 204, "application/json", STR(""));
}

/* DELETE /api/users/:id - no member any more, from this moment. */
static bool delete_user(struct request *rq, struct reply *rp, struct err *err)
{
    return member_remove(rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor, err) &&
           reply_body(rp, 204, "application/json", STR(""));
}

/* --- invitations ----------------------------------------------------------------------------
 */

static void put_invitation(struct request *rq, struct json_writer *w,
                           const struct invitation *invitation)
{
    json_text_member(w, "id", invitation->id);
    json_text_member(w, "email", invitation->email);
    json_text_member(w, "role", invitation->role);
    json_text_member(w, "state", str(invitation_state(invitation, rq->now_ms)));
    json_text_member(w, "invited_by", invitation->invited_by);
    api_time_member(w, rq->arena, "created_at", invitation->created_ms);
    api_time_member(w, rq->arena, "expires_at", invitation->expires_ms);
    api_time_member(w, rq->arena, "used_at", invitation->used_ms);
    api_time_member(w, rq->arena, "revoked_at", invitation->revoked_ms);
}

/* POST /api/invitations {email, role} - the link is in this answer only; nothing is mailed. */
static bool post_invitation(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"email", "role", NULL};
    const struct app *app = rq->app;
    struct str email, role, token;
    struct invitation invitation;
    const struct json *body;
    struct reply_json json;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !json_need_text(body, "email", LIMIT_EMAIL, &email, err) ||
        !json_need_text(body, "role", LIMIT_NAME, &role, err) ||
        !invitation_add(rq->db, rq->arena, email, role, rq->caller.actor, &invitation, &token,
                        err))
        return false;
    struct str path = str_fmt(rq->arena, "/invitation/" STR_FMT, STR_ARG(token));
    reply_json_begin(rq, &json);
    json_object(&json.w);
    put_invitation(rq, &json.w, &invitation);
    json_text_member(&json.w, "token", token);
    json_text_member(&json.w, "path", path);
    /* Without a public URL only the browser knows how it reached us. */
    json_text_or_null_member(
        &json.w, "url",
        app->conf->public_url.n
            ? str_fmt(rq->arena, STR_FMT STR_FMT, STR_ARG(app->conf->public_url), STR_ARG(path))
            : STR(""));
    json_end(&json.w);
    return reply_json_end(&json, rp, 201, err);
}

/* GET /api/invitations - the newest, with what became of them. */
static bool get_invitations(struct request *rq, struct reply *rp, struct err *err)
{
    struct invitations list = {0};
    struct reply_json json;

    if (!invitation_list(rq->db, rq->arena, &list, err))
        return false;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < list.n; i++) {
        json_object(&json.w);
        put_invitation(rq, &json.w, &list.at[i]);
        json_end(&json.w);
    }
    return api_list_end(rq, rp, &json, false, 0, STR(""), err);
}

/* DELETE /api/invitations/:id - the link stops working. */
static bool delete_invitation(struct request *rq, struct reply *rp, struct err *err)
{
    return invitation_revoke(rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor, err) &&
           reply_body(rp, 204, "application/json", STR(""));
}

/* One that cannot be accepted any more is gone, not missing. */
static bool find_open(struct request *rq, struct reply *rp, struct invitation *invitation,
                      bool *known, struct err *err)
{
    if (!invitation_find(rq->db, rq->arena, request_arg(rq, "token"), invitation, known, err))
        return false;
    if (invitation_need_open(invitation, err))
        return true;
    rp->status = 410;
    return false;
}

/* The e-mail of the session that the browser has, "" for none: accepting may need no password.
 */
static bool who_looks(struct request *rq, struct str *email, struct err *err)
{
    struct user_row user;
    bool found = false;

    *email = STR("");
    if (!auth_authenticate(rq, err))
        return false;
    if (rq->caller.user_id.n &&
        !user_by_id(rq->db, rq->arena, rq->caller.user_id, &found, &user, err))
        return false;
    if (found)
        *email = user.email;
    return true;
}

/* GET /api/invitations/:token - for whoever holds the link: who is invited, and where. */
static bool get_invitation(struct request *rq, struct reply *rp, struct err *err)
{
    struct invitation invitation;
    struct reply_json json;
    struct str signed_in_as;
    bool known;

    if (!find_open(rq, rp, &invitation, &known, err) || !who_looks(rq, &signed_in_as, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "org_name", invitation.org_name);
    json_text_member(&json.w, "email", invitation.email);
    json_text_member(&json.w, "role", invitation.role);
    json_bool_member(&json.w, "known", known);
    json_text_or_null_member(&json.w, "signed_in_as", signed_in_as);
    api_time_member(&json.w, rq->arena, "expires_at", invitation.expires_ms);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* POST /api/invitations/:token {password?} - become a member: a new person with a password of
 * their choice, a known one with theirs or by being signed in.  Answers as POST /api/session.
 */
static bool accept_invitation(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"password", NULL};
    struct visitor visitor = visitor_of(rq);
    struct invitation invitation;
    struct session session;
    struct str password;
    const struct json *body;
    bool known;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !json_want_text(body, "password", LIMIT_PASSWORD, STR(""), &password, err) ||
        !find_open(rq, rp, &invitation, &known, err))
        return false;
    if (!password.n && !auth_authenticate(rq, err))
        return false;
    if (!invitation_accept(rq->db, rq->arena, &invitation, password, rq->caller.user_id,
                           &visitor, &session, err))
        return auth_tell_throttled(rq, rp, &visitor, err);
    /* The session that accepted is replaced by the new one. */
    if (rq->caller.session_id.n && !session_end(rq->db, rq->caller.session_id, err))
        return false;
    return people_put_session(rq, rp, &session, 200, err);
}

const struct route people_routes[] = {
    {"GET", "/api/setup", PUBLIC, .handler = get_setup},
    {"POST", "/api/setup", PUBLIC, .handler = post_setup, .body_limit = 4096},
    {"POST", "/api/orgs", CAN_ADMIN, .handler = post_org, .body_limit = 4096},
    {"POST", "/api/session/org", CAN_READ, .handler = post_session_org, .body_limit = 4096},
    {"GET", "/api/users", CAN_ADMIN, .handler = get_users},
    {"PATCH", "/api/users/:id", CAN_ADMIN, .handler = patch_user, .body_limit = 4096},
    {"DELETE", "/api/users/:id", CAN_ADMIN, .handler = delete_user},
    {"GET", "/api/invitations", CAN_ADMIN, .handler = get_invitations},
    {"POST", "/api/invitations", CAN_ADMIN, .handler = post_invitation, .body_limit = 4096},
    {"DELETE", "/api/invitations/:id", CAN_ADMIN, .handler = delete_invitation},
    {"GET", "/api/invitations/:token", PUBLIC, .handler = get_invitation},
    {"POST", "/api/invitations/:token", PUBLIC, .handler = accept_invitation,
     .body_limit = 4096},
    ROUTES_END,
};
