/* auth_api.c - signing in and out, who I am, keys, the audit log. */

#include "api/api.h"
#include "api/common.h"
#include "api/people_api.h"
#include "auth/audit.h"
#include "auth/auth_db.h"
#include "text/zone.h"

#include <inttypes.h>

/* POST /api/session {email, password} - sign in: sets the cookie, answers the CSRF token. */
static bool post_session(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"email", "password", NULL};
    const struct json *body;
    struct str email, password;
    struct visitor visitor = visitor_of(rq);
    struct session session;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !json_need_text(body, "email", LIMIT_EMAIL, &email, err) ||
        !json_need_text(body, "password", LIMIT_PASSWORD, &password, err))
        return false;
    if (!session_sign_in(rq->db, rq->arena, email, password, &visitor, &session, err))
        return auth_tell_throttled(rq, rp, &visitor, err);
    return people_put_session(rq, rp, &session, 200, err);
}

/* DELETE /api/session - sign out. */
static bool delete_session(struct request *rq, struct reply *rp, struct err *err)
{
    if (rq->caller.session_id.n && !session_end(rq->db, rq->caller.session_id, err))
        return false;
    auth_set_cookie(rq, rp, STR(""));
    return reply_body(rp, 204, "application/json", STR(""));
}

bool people_put_session(struct request *rq, struct reply *rp, const struct session *session,
                        int status, struct err *err)
{
    struct reply_json json;

    auth_set_cookie(rq, rp, session->token);
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "org_id", session->org_id);
    json_text_member(&json.w, "user_id", session->user_id);
    json_text_member(&json.w, "csrf", session->csrf);
    json_end(&json.w);
    return reply_json_end(&json, rp, status, err);
}

static void put_rights(struct json_writer *w, unsigned rights)
{
    static const char *const names[] = {"read", "edit", "spend", "admin"};

    json_key(w, "rights");
    json_list(w);
    for (size_t i = 0; i < countof(names); i++)
        if (rights & right_by_name(str(names[i])))
            json_put_text(w, str(names[i]));
    json_end(w);
}

static void put_org(struct json_writer *w, const struct org_row *org)
{
    json_key(w, "org");
    json_object(w);
    json_text_member(w, "id", org->org_id);
    json_text_member(w, "name", org->name);
    json_text_member(w, "country", org->country);
    json_text_member(w, "currency", org->currency);
    json_end(w);
}

/* A person and their orgs; a key has the one org and no name. */
struct who {
    struct user_row user;
    struct str role, preferences;
    struct membership_rows orgs;
};

static bool read_person(struct request *rq, struct who *who, struct err *err)
{
    bool found;

    db_scope_system(rq->db); /* the person's own orgs, all of them */
    bool ok =
        user_by_id(rq->db, rq->arena, rq->caller.user_id, &found, &who->user, err) &&
        (found || err_set(err, ERR_NOT_FOUND, "there is no such user")) &&
        user_preferences_get(rq->db, rq->arena, rq->caller.user_id, &who->preferences, err) &&
        membership_list_of_user(rq->db, rq->arena, rq->caller.user_id, &who->orgs, err);
    db_scope(rq->db, rq->caller.org_id);
    for (size_t i = 0; i < who->orgs.n; i++)
        if (str_eq(who->orgs.at[i].org_id, rq->caller.org_id))
            who->role = who->orgs.at[i].role;
    return ok;
}

static void put_orgs(struct json_writer *w, const struct membership_rows *orgs)
{
    json_key(w, "orgs");
    json_list(w);
    for (size_t i = 0; i < orgs->n; i++) {
        json_object(w);
        json_text_member(w, "id", orgs->at[i].org_id);
        json_text_member(w, "name", orgs->at[i].name);
        json_text_or_null_member(w, "role", orgs->at[i].role);
        json_end(w);
    }
    json_end(w);
}

/* GET /api/me - who am I, in which org, with which rights, and where else. */
static bool get_me(struct request *rq, struct reply *rp, struct err *err)
{
    struct org_row org;
    struct who who = {0};
    struct reply_json json;

    if (!org_get(rq->db, rq->arena, rq->caller.org_id, &org, err) ||
        (rq->caller.user_id.n && !read_person(rq, &who, err)))
        return false;
    if (who.orgs.n == 0)
        *membership_rows_add(&who.orgs, rq->arena) =
            (struct membership_row){.org_id = org.org_id, .name = org.name};
    reply_json_begin(rq, &json);
    json_object(&json.w);
    put_org(&json.w, &org);
    json_text_or_null_member(&json.w, "user_id", rq->caller.user_id);
    json_text_or_null_member(&json.w, "email", who.user.email);
    json_text_or_null_member(&json.w, "role", who.role);
    json_text_member(&json.w, "actor", rq->caller.actor);
    put_rights(&json.w, rq->caller.rights);
    json_text_or_null_member(&json.w, "csrf", rq->caller.csrf);
    put_orgs(&json.w, &who.orgs);
    json_key(&json.w, "preferences");
    json_put_raw(&json.w, who.preferences.n ? who.preferences : STR("{}"));
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static bool read_rights(const struct json *body, unsigned *rights, struct err *err)
{
    const struct json *list = json_at(body, "rights");

    *rights = 0;
    if (json_type(list) != JSON_LIST)
        return err_input(err, "rights", "a list of read, edit, spend, admin",
                         "rights is not a list");
    for (size_t i = 0; i < json_count(list); i++) {
        struct str name = json_text(json_item(list, i), "", STR(""));
        unsigned right = right_by_name(name);
        if (right == 0)
            return err_input(err, "rights", "a list of read, edit, spend, admin",
                             "\"" STR_FMT "\" is not a right", STR_ARG(str_sub(name, 0, 40)));
        *rights |= right;
    }
    return true;
}

/* POST /api/keys {name, rights[]} - a key for a program; its text is in this answer only. */
static bool post_key(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"name", "rights", NULL};
    const struct json *body;
    struct str name, id, key;
    unsigned rights;
    struct reply_json json;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !json_need_text(body, "name", LIMIT_NAME, &name, err) ||
        !read_rights(body, &rights, err))
        return false;
    if (rights & ~rq->caller.rights)
        return err_input(err, "rights", "a key can have your own rights at most",
                         "you cannot give a right that you do not have");
    if (!api_key_add(rq->db, rq->arena, rq->caller.org_id, name, rights, rq->caller.actor, &id,
                     &key, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "id", id);
    json_text_member(&json.w, "key", key);
    json_end(&json.w);
    return reply_json_end(&json, rp, 201, err);
}

/* GET /api/keys - names, prefixes and use; never the keys. */
static bool get_keys(struct request *rq, struct reply *rp, struct err *err)
{
    struct key_rows keys = {0};
    struct reply_json json;

    if (!key_list(rq->db, rq->arena, &keys, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < keys.n; i++) {
        const struct key_row *key = &keys.at[i];
        json_object(&json.w);
        json_text_member(&json.w, "id", key->id);
        json_text_member(&json.w, "name", key->name);
        json_text_member(&json.w, "prefix", key->prefix);
        put_rights(&json.w, (unsigned)key->rights);
        json_text_member(&json.w, "created_at", time_rfc3339(rq->arena, key->created_ms));
        json_text_or_null_member(&json.w, "last_used_at",
                                 key->last_used_ms ? time_rfc3339(rq->arena, key->last_used_ms)
                                                   : STR(""));
        json_text_or_null_member(&json.w, "revoked_at",
                                 key->revoked_ms ? time_rfc3339(rq->arena, key->revoked_ms)
                                                 : STR(""));
        json_end(&json.w);
    }
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* DELETE /api/keys/:id - the key stops working at once. */
static bool delete_key(struct request *rq, struct reply *rp, struct err *err)
{
    struct str id = request_arg(rq, "id");
    struct audit_entry entry = {
        .actor = rq->caller.actor, .action = "api_key.revoke", .object_id = id};
    bool changed = false;

    if (!db_begin(rq->db, err))
        return false;
    bool ok = key_revoke(rq->db, id, rq->now_ms, &changed, err) &&
              (changed || err_set(err, ERR_NOT_FOUND, "no live key has this id")) &&
              audit_add(rq->db, rq->arena, &entry, err);
    return db_end(rq->db, ok, err) && reply_body(rp, 204, "application/json", STR(""));
}

static bool read_filter(struct request *rq, struct audit_filter *filter, struct err *err)
{
    struct str typed = request_query(rq, "before");

    if (!typed.n)
        typed = request_query(rq, "cursor");
    if (typed.n && (!str_int(typed, &filter->before_sequence) || filter->before_sequence < 1))
        return err_input(err, "before", "a sequence number from a line of this log",
                         "\"" STR_FMT "\" is not a sequence number",
                         STR_ARG(str_sub(typed, 0, 40)));
    filter->actor = request_query(rq, "actor");
    filter->action = request_query(rq, "action");
    filter->object_id = request_query(rq, "object_id");
    return api_query_time(rq, "from", &filter->from_ms, err) &&
           api_query_time(rq, "to", &filter->to_ms, err);
}

/* GET /api/audit?before=SEQUENCE&actor=&action=&object_id=&from=&to=&limit= - who did what,
 * newest first.  A page may have few lines or none and still a next one: the filter was looked
 * for in so much of the log. */
static bool get_audit(struct request *rq, struct reply *rp, struct err *err)
{
    struct audit_lines lines = {0};
    struct audit_filter filter = {0};
    struct reply_json json;
    int64_t limit, looked_down_to;

    if (!read_filter(rq, &filter, err) || !api_limit(rq, &limit, err))
        return false;
    if (!request_query(rq, "limit").n)
        limit = LIMIT_LIST_ROWS;
    if (!audit_list(rq->db, rq->arena, &filter, limit + 1, &lines, &looked_down_to, err))
        return false;
    bool more = lines.n > (size_t)limit;
    size_t n = more ? (size_t)limit : lines.n;
    int64_t next = more ? lines.at[n - 1].sequence : looked_down_to;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < n; i++) {
        const struct audit_line *line = &lines.at[i];
        json_object(&json.w);
        json_int_member(&json.w, "sequence", line->sequence);
        json_text_member(&json.w, "at", time_rfc3339(rq->arena, line->at_ms));
        json_text_member(&json.w, "actor", line->actor);
        json_text_or_null_member(&json.w, "actor_name", line->actor_name);
        json_text_member(&json.w, "action", line->action);
        json_text_member(&json.w, "object_id", line->object_id);
        json_text_or_null_member(&json.w, "before", line->before);
        json_text_or_null_member(&json.w, "after", line->after);
        json_end(&json.w);
    }
    json_end(&json.w);
    json_text_or_null_member(&json.w, "next_cursor",
                             next ? str_fmt(rq->arena, "%" PRId64, next) : STR(""));
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

const struct route auth_routes[] = {
    {"POST", "/api/session", PUBLIC, .handler = post_session, .body_limit = 4096},
    {"DELETE", "/api/session", CAN_READ, .handler = delete_session},
    {"GET", "/api/me", CAN_READ, .handler = get_me},
    {"GET", "/api/keys", CAN_ADMIN, .handler = get_keys},
    {"POST", "/api/keys", CAN_ADMIN, .handler = post_key},
    {"DELETE", "/api/keys/:id", CAN_ADMIN, .handler = delete_key},
    {"GET", "/api/audit", CAN_ADMIN, .handler = get_audit},
    ROUTES_END,
};
