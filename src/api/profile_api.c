/* profile_api.c - one's own account: password, sessions, how pages look. */

#include "api/api.h"
#include "api/common.h"
#include "api/people_api.h"
#include "auth/people.h"
#include "auth/view.h"

/* A person spans orgs: their sessions and their password are not of one. */
static bool begin(struct request *rq, struct err *err)
{
    if (!people_need_person(rq, err))
        return false;
    db_scope_system(rq->db);
    return true;
}

/* POST /api/profile/password {old_password, new_password} - all other sessions end. */
static bool post_password(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"old_password", "new_password", NULL};
    struct visitor visitor = visitor_of(rq);
    struct str before, after;
    const struct json *body;

    if (!begin(rq, err) || !request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !json_need_text(body, "old_password", LIMIT_PASSWORD, &before, err) ||
        !json_need_text(body, "new_password", LIMIT_PASSWORD, &after, err))
        return false;
    if (!password_change(rq->db, rq->arena, &rq->caller, before, after, &visitor, err))
        return auth_tell_throttled(rq, rp, &visitor, err);
    return reply_body(rp, 204, "application/json", STR(""));
}

/* GET /api/profile/sessions - where I am signed in, in whichever org. */
static bool get_sessions(struct request *rq, struct reply *rp, struct err *err)
{
    struct session_rows sessions = {0};
    struct reply_json json;

    if (!begin(rq, err) || !session_list_of_user(rq->db, rq->arena, rq->caller.user_id,
                                                 rq->now_ms, &sessions, err))
        return false;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < sessions.n; i++) {
        const struct session_row *session = &sessions.at[i];
        json_object(&json.w);
        json_text_member(&json.w, "id", session->session_id);
        json_text_member(&json.w, "org_id", session->org_id);
        json_text_or_null_member(&json.w, "address", session->address);
        json_text_or_null_member(&json.w, "agent", session->agent);
        api_time_member(&json.w, rq->arena, "created_at", session->created_ms);
        api_time_member(&json.w, rq->arena, "last_seen_at", session->last_seen_ms);
        api_time_member(&json.w, rq->arena, "expires_at", session->expires_ms);
        json_bool_member(&json.w, "current",
                         str_eq(session->session_id, rq->caller.session_id));
        json_end(&json.w);
    }
    return api_list_end(rq, rp, &json, false, 0, STR(""), err);
}

/* DELETE /api/profile/sessions/:id - end one of mine. */
static bool delete_one_session(struct request *rq, struct reply *rp, struct err *err)
{
    return begin(rq, err) &&
           session_end_own(rq->db, rq->arena, &rq->caller, request_arg(rq, "id"), err) &&
           reply_body(rp, 204, "application/json", STR(""));
}

/* DELETE /api/profile/sessions - end all of mine but this one. */
static bool delete_other_sessions(struct request *rq, struct reply *rp, struct err *err)
{
    return begin(rq, err) && session_end_own(rq->db, rq->arena, &rq->caller, STR(""), err) &&
           reply_body(rp, 204, "application/json", STR(""));
}

/* What may be preferred; the first value is what holds where nothing is chosen. */
static const struct preference {
    const char *name;
    const char *values[5];
} preferences[] = {
    {"language", {"auto", "en", "ar", "ru", NULL}},
    {"theme", {"system", "light", "dark", NULL}},
    {"digits", {"auto", "latin", "native", NULL}},
};

static bool check_value(const struct preference *preference, struct str value, struct err *err)
{
    for (const char *const *known = preference->values; *known; known++)
        if (str_eq(value, str(*known)))
            return true;
    (void)err_set(err, ERR_INVALID, "\"" STR_FMT "\" is not a %s that can be chosen",
                  STR_ARG(str_sub(value, 0, 40)), preference->name);
    (void)err_field(err, preference->name);
    return err_hint(err, "the usual one is %s", preference->values[0]);
}

/* The stored ones with the sent ones laid over them, as JSON. */
static bool merge(struct request *rq, const struct json *stored, const struct json *sent,
                  struct str *out, struct err *err)
{
    struct reply_json json;

    reply_json_begin(rq, &json);
    json_object(&json.w);
    for (size_t i = 0; i < countof(preferences); i++) {
        const char *name = preferences[i].name;
        struct str value = json_text(stored, name, str(preferences[i].values[0]));
        if (!json_want_text(sent, name, LIMIT_NAME, value, &value, err) ||
            !check_value(&preferences[i], value, err))
            return false;
        json_text_member(&json.w, name, value);
    }
    json_end(&json.w);
    return buf_done(&json.buf, "the preferences", out, err);
}

/* PATCH /api/profile {language?, theme?, digits?} - how pages look for me; GET /api/me has it.
 */
static bool patch_profile(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"language", "theme", "digits", NULL};
    const struct json *body, *before;
    struct str stored, merged;

    if (!begin(rq, err) || !request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !user_preferences_get(rq->db, rq->arena, rq->caller.user_id, &stored, err) ||
        !json_parse(rq->arena, stored.n ? stored : STR("{}"), &before, err) ||
        !merge(rq, before, body, &merged, err) ||
        !user_preferences_set(rq->db, rq->caller.user_id, merged, err))
        return false;
    return reply_body(rp, 200, "application/json", merged);
}

/* --- views that I have named, in the org that I am in
 * ----------------------------------------- */

static bool check_page(struct str page, struct err *err)
{
    static const char *const pages[] = {"leads", "roi", "campaigns"};

    for (size_t i = 0; i < countof(pages); i++)
        if (str_eq(page, str(pages[i])))
            return true;
    return err_input(err, "page", "leads, roi or campaigns",
                     "\"" STR_FMT "\" has no views that can be saved",
                     STR_ARG(str_sub(page, 0, 40)));
}

static void put_view(struct json_writer *w, struct arena *arena, const struct saved_view *view)
{
    json_object(w);
    json_text_member(w, "page", view->page);
    json_text_member(w, "name", view->name);
    json_text_member(w, "query", view->query);
    api_time_member(w, arena, "created_at", view->created_ms);
    json_end(w);
}

/* GET /api/profile/views?page= */
static bool get_views(struct request *rq, struct reply *rp, struct err *err)
{
    struct str page = request_query(rq, "page");
    struct saved_views views = {0};
    struct reply_json json;

    if (!people_need_person(rq, err) || (page.n && !check_page(page, err)) ||
        !view_list(rq->db, rq->arena, rq->caller.user_id, page, &views, err))
        return false;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < views.n; i++)
        put_view(&json.w, rq->arena, &views.at[i]);
    return api_list_end(rq, rp, &json, false, 0, STR(""), err);
}

/* PUT /api/profile/views {page, name, query?} - new, or the one of this name as it is now. */
static bool put_views(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"page", "name", "query", NULL};
    struct saved_view view = {.created_ms = rq->now_ms};
    const struct json *body;
    struct reply_json json;

    if (!people_need_person(rq, err) || !request_json(rq, &body, err) ||
        !json_only(body, allowed, err) ||
        !json_need_text(body, "page", LIMIT_NAME, &view.page, err) ||
        !check_page(view.page, err) ||
        !json_need_text(body, "name", LIMIT_NAME, &view.name, err) ||
        !json_want_text(body, "query", LIMIT_URL_TEXT, STR(""), &view.query, err))
        return false;
    if (view.query.n && view.query.p[0] != '?')
        return err_input(err, "query", "the address from its question mark on, or nothing",
                         "this is no query of an address");
    if (!view_save(rq->db, rq->caller.user_id, &view, err))
        return false;
    reply_json_begin(rq, &json);
    put_view(&json.w, rq->arena, &view);
    return reply_json_end(&json, rp, 200, err);
}

/* DELETE /api/profile/views?page=&name= */
static bool delete_view(struct request *rq, struct reply *rp, struct err *err)
{
    return people_need_person(rq, err) &&
           view_remove(rq->db, rq->caller.user_id, request_query(rq, "page"),
                       request_query(rq, "name"), err) &&
           reply_body(rp, 204, "application/json", STR(""));
}

const struct route profile_routes[] = {
    {"GET", "/api/profile/views", CAN_READ, .handler = get_views},
    {"PUT", "/api/profile/views", CAN_READ, .handler = put_views, .body_limit = 16384},
    {"DELETE", "/api/profile/views", CAN_READ, .handler = delete_view},
    {"PATCH", "/api/profile", CAN_READ, .handler = patch_profile, .body_limit = 4096},
    {"POST", "/api/profile/password", CAN_READ, .handler = post_password, .body_limit = 4096},
    {"GET", "/api/profile/sessions", CAN_READ, .handler = get_sessions},
    {"DELETE", "/api/profile/sessions", CAN_READ, .handler = delete_other_sessions},
    {"DELETE", "/api/profile/sessions/:id", CAN_READ, .handler = delete_one_session},
    ROUTES_END,
};
