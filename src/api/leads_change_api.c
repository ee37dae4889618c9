/* leads_change_api.c - what people do with leads: stage, notes, who works on them, erasing. */

#include "api/api.h"
#include "api/common.h"
#include "api/leads_json.h"
#include "base/arena.h"
#include "lead/blocked.h"
#include "lead/edit.h"
#include "lead/lead.h"

static bool reply_with(struct request *rq, struct reply *rp, struct str lead_id, int status,
                       struct err *err)
{
    struct lead lead;

    return lead_get(rq->db, rq->arena, lead_id, &lead, err) &&
           lead_reply(rq, rp, &lead, false, status, err);
}

/* POST /api/leads/:id/stage {stage, at?, cause?} - move it along the funnel. */
static bool post_stage(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"stage",           "at", "cause", "userAccountId",
                                          "user_account_id", NULL};
    struct lead_stage_wish wish = {
        .lead_id = request_arg(rq, "id"), .actor = rq->caller.actor, .now_ms = rq->now_ms};
    const struct json *body;
    bool changed;

    return request_json(rq, &body, err) && json_only(body, allowed, err) &&
           api_check_org(rq, body, err) &&
           json_need_text(body, "stage", 40, &wish.stage, err) &&
           json_want_text(body, "cause", LIMIT_TITLE, STR(""), &wish.cause, err) &&
           api_body_time(body, "at", &wish.at_ms, err) &&
           lead_set_stage(rq->db, rq->arena, &wish, &changed, err) &&
           reply_with(rq, rp, wish.lead_id, 200, err);
}

/* POST /api/leads/relink - look again at the leads without direction or creative. */
static bool post_relink(struct request *rq, struct reply *rp, struct err *err)
{
    struct reply_json json;
    int64_t changed;

    if (!api_check_org(rq, NULL, err) ||
        !lead_relink(rq->db, rq->arena, rq->now_ms, rq->caller.actor, &changed, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_int_member(&json.w, "linked", changed);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* --- notes, who works on it, tests, erasing -------------------------------------------- */

/* POST /api/leads/:id/notes {text} */
static bool post_note(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"text", "userAccountId", "user_account_id", NULL};
    const struct json *body;
    struct reply_json json;
    struct lead_note note;
    struct str text;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) ||
        !json_need_text(body, "text", LIMIT_TEXT, &text, err) ||
        !lead_note_add(rq->db, rq->arena, request_arg(rq, "id"), text, rq->caller.actor,
                       rq->now_ms, &note, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "id", note.note_id);
    json_text_member(&json.w, "actor", note.actor);
    api_time_member(&json.w, rq->arena, "at", note.at_ms);
    json_text_member(&json.w, "text", note.text);
    json_end(&json.w);
    return reply_json_end(&json, rp, 201, err);
}

/* POST /api/leads/:id/assign {user_id} - null or "" = nobody, "me" = the caller. */
static bool post_assign(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"user_id", "userAccountId", "user_account_id", NULL};
    struct str lead_id = request_arg(rq, "id"), user_id;
    const struct json *body;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) ||
        !json_want_text(body, "user_id", LIMIT_NAME, STR(""), &user_id, err))
        return false;
    if (str_eq(user_id, STR("me")))
        user_id = rq->caller.user_id;
    return lead_assign(rq->db, rq->arena, lead_id, user_id, rq->caller.actor, rq->now_ms,
                       err) &&
           reply_with(rq, rp, lead_id, 200, err);
}

/* POST /api/leads/:id/test {is_test} */
static bool post_test(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"is_test", "userAccountId", "user_account_id", NULL};
    struct str lead_id = request_arg(rq, "id");
    const struct json *body;
    bool is_test;

    return request_json(rq, &body, err) && json_only(body, allowed, err) &&
           api_check_org(rq, body, err) &&
           json_want_bool(body, "is_test", true, &is_test, err) &&
           lead_mark_test(rq->db, rq->arena, lead_id, is_test, rq->caller.actor, rq->now_ms,
                          err) &&
           reply_with(rq, rp, lead_id, 200, err);
}

/* POST /api/leads/:id/erase - the person's data go; what is counted stays. */
static bool post_erase(struct request *rq, struct reply *rp, struct err *err)
{
    struct str lead_id = request_arg(rq, "id");
    bool erased;

    return api_check_org(rq, NULL, err) &&
           lead_erase(rq->db, rq->arena, lead_id, rq->caller.actor, rq->now_ms, &erased, err) &&
           reply_with(rq, rp, lead_id, 200, err);
}

/* --- blocked contacts ----------------------------------------------------------------- */

static void put_blocked(struct json_writer *w, struct arena *arena,
                        const struct blocked_contact *one)
{
    json_object(w);
    json_text_member(w, "id", one->blocked_id);
    json_text_member(w, "kind", one->kind);
    json_text_member(w, "contact", one->shown);
    json_text_or_null_member(w, "note", one->note);
    json_text_member(w, "actor", one->actor);
    api_time_member(w, arena, "created_at", one->created_ms);
    json_end(w);
}

/* GET /api/blocked-contacts - newest first. */
static bool get_blocked(struct request *rq, struct reply *rp, struct err *err)
{
    struct blocked_contacts list = {0};
    struct reply_json json;
    struct str before_id;
    int64_t limit, before_ms;

    if (!api_check_org(rq, NULL, err) || !api_limit(rq, &limit, err) ||
        !api_cursor(rq, &before_ms, &before_id, err) ||
        !blocked_list(rq->db, rq->arena, before_ms, before_id, limit + 1, &list, err))
        return false;
    bool more = (int64_t)list.n > limit;
    size_t n = more ? (size_t)limit : list.n;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < n; i++)
        put_blocked(&json.w, rq->arena, &list.at[i]);
    return api_list_end(rq, rp, &json, more, n ? list.at[n - 1].created_ms : 0,
                        n ? list.at[n - 1].blocked_id : STR(""), err);
}

/* POST /api/blocked-contacts {contact, note?} - a phone, an e-mail, a domain or an address. */
static bool post_blocked(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"contact", "note", "userAccountId", "user_account_id",
                                          NULL};
    const struct json *body;
    struct blocked_contact one;
    struct str contact, note;
    struct reply_json json;
    bool added;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) ||
        !json_need_text(body, "contact", LIMIT_EMAIL, &contact, err) ||
        !json_want_text(body, "note", LIMIT_TITLE, STR(""), &note, err) ||
        !blocked_add(rq->app, rq->db, rq->arena, contact, note, rq->caller.actor, rq->now_ms,
                     &one, &added, err))
        return false;
    reply_json_begin(rq, &json);
    put_blocked(&json.w, rq->arena, &one);
    return reply_json_end(&json, rp, added ? 201 : 200, err);
}

static bool delete_blocked(struct request *rq, struct reply *rp, struct err *err)
{
    if (!blocked_delete(rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor, err))
        return false;
    rp->status = 204;
    return true;
}

const struct route leads_change_routes[] = {
    {"POST", "/api/leads/relink", CAN_EDIT, post_relink, NULL, 0},
    {"POST", "/api/leads/:id/stage", CAN_EDIT, post_stage, NULL, 0},
    {"POST", "/api/leads/:id/notes", CAN_EDIT, post_note, NULL, 0},
    {"POST", "/api/leads/:id/assign", CAN_EDIT, post_assign, NULL, 0},
    {"POST", "/api/leads/:id/test", CAN_EDIT, post_test, NULL, 0},
    {"POST", "/api/leads/:id/erase", CAN_EDIT, post_erase, NULL, 0},
    {"GET", "/api/blocked-contacts", CAN_READ, get_blocked, NULL, 0},
    {"POST", "/api/blocked-contacts", CAN_EDIT, post_blocked, NULL, 0},
    {"DELETE", "/api/blocked-contacts/:id", CAN_EDIT, delete_blocked, NULL, 0},
    ROUTES_END,
};
