/* dialogs_api.c - chats with leads, and the rules that read them. */

#include "api/api.h"
#include "api/common.h"
#include "auth/audit.h"
#include "base/arena.h"
#include "base/strs.h"
#include "conf/app.h"
#include "db/db.h"
#include "lead/dialog.h"

/* POST /api/dialogs/messages {dialog_id, text, sender?, message_id?, lead_id?, phone?, email?,
 * at?}
 */
static bool post_message(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"dialog_id",     "message_id",      "sender", "text",
                                          "lead_id",       "phone",           "email",  "at",
                                          "userAccountId", "user_account_id", NULL};
    struct dialog_wish wish = {.actor = rq->caller.actor, .now_ms = rq->now_ms};
    const struct app *app = rq->app;
    struct str sender, dialog_id, lead_id;
    const struct json *body;
    struct reply_json json;
    bool added;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) ||
        !json_need_text(body, "dialog_id", LIMIT_LABEL, &wish.external_id, err) ||
        !json_want_text(body, "message_id", LIMIT_LABEL, STR(""), &wish.message_external_id,
                        err) ||
        !json_need_text(body, "text", LIMIT_TEXT, &wish.text, err) ||
        !json_want_text(body, "sender", 10, STR("person"), &sender, err) ||
        !json_want_text(body, "lead_id", LIMIT_NAME, STR(""), &wish.lead_id, err) ||
        !json_want_text(body, "phone", LIMIT_PHONE, STR(""), &wish.phone, err) ||
        !json_want_text(body, "email", LIMIT_EMAIL, STR(""), &wish.email, err) ||
        !api_body_time(body, "at", &wish.at_ms, err))
        return false;
    wish.ours = str_eq(sender, STR("us"));
    if (!wish.ours && !str_eq(sender, STR("person")))
        return err_input(err, "sender", "person or us", "\"" STR_FMT "\" is not a sender",
                         STR_ARG(sender));
    if (!dialog_add(rq->app, rq->db, rq->arena, &wish, &dialog_id, &lead_id, &added, err))
        return false;
    if (app->runner)
        job_wake(app->runner);
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "id", dialog_id);
    json_text_or_null_member(&json.w, "lead_id", lead_id);
    json_bool_member(&json.w, "added", added);
    json_end(&json.w);
    return reply_json_end(&json, rp, added ? 201 : 200, err);
}

static void put_dialog(struct json_writer *w, struct arena *arena, const struct dialog *dialog)
{
    json_text_member(w, "id", dialog->dialog_id);
    json_text_member(w, "dialog_id", dialog->external_id);
    json_text_or_null_member(w, "lead_id", dialog->lead_id);
    api_time_member(w, arena, "created_at", dialog->created_ms);
    api_time_member(w, arena, "updated_at", dialog->updated_ms);
}

/* GET /api/dialogs?lead_id= - without their texts. */
static bool get_dialogs(struct request *rq, struct reply *rp, struct err *err)
{
    struct dialogs list = {0};
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) ||
        !dialog_list(rq->db, rq->arena, request_query(rq, "lead_id"), &list, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < list.n; i++) {
        json_object(&json.w);
        put_dialog(&json.w, rq->arena, &list.at[i]);
        json_end(&json.w);
    }
    json_end(&json.w);
    json_text_or_null_member(&json.w, "next_cursor", STR(""));
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* GET /api/dialogs/:id - with its texts; who read them is in the audit log. */
static bool get_dialog(struct request *rq, struct reply *rp, struct err *err)
{
    struct audit_entry entry = {
        .actor = rq->caller.actor, .action = "dialog.read", .object_id = request_arg(rq, "id")};
    struct dialog_messages messages = {0};
    struct dialog dialog;
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) ||
        !dialog_get(rq->db, rq->arena, request_arg(rq, "id"), &dialog, err) ||
        !db_begin(rq->db, err) ||
        !db_end(rq->db, audit_add(rq->db, rq->arena, &entry, err), err) ||
        !dialog_message_list(rq->db, rq->arena, dialog.dialog_id, &messages, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    put_dialog(&json.w, rq->arena, &dialog);
    json_key(&json.w, "messages");
    json_list(&json.w);
    for (size_t i = 0; i < messages.n; i++) {
        json_object(&json.w);
        json_text_member(&json.w, "id", messages.at[i].message_id);
        json_text_member(&json.w, "sender",
                         messages.at[i].line.ours ? STR("us") : STR("person"));
        json_text_member(&json.w, "text", messages.at[i].line.text);
        api_time_member(&json.w, rq->arena, "at", messages.at[i].at_ms);
        json_end(&json.w);
    }
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static bool reply_rules(struct request *rq, struct reply *rp, struct err *err)
{
    struct strs rules = {0};
    struct reply_json json;

    if (!dialog_rules_get(rq->db, rq->arena, &rules, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "rules");
    json_list(&json.w);
    for (size_t i = 0; i < rules.n; i++)
        json_put_raw(&json.w, rules.at[i]);
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static bool get_rules(struct request *rq, struct reply *rp, struct err *err)
{
    return api_check_org(rq, NULL, err) && reply_rules(rq, rp, err);
}

/* PUT {"rules":[...]} - all of them, in their order. */
static bool put_rules(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"rules", "userAccountId", "user_account_id", NULL};
    struct strs rules = {0};
    const struct json *body;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err))
        return false;
    const struct json *list = json_at(body, "rules");
    if (json_type(list) != JSON_LIST)
        return err_input(err, "rules", "a list of rules, [] for none", "rules is not a list");
    for (size_t i = 0; i < json_count(list); i++)
        *strs_add(&rules, rq->arena) = json_print(rq->arena, json_item(list, i));
    return dialog_rules_set(rq->db, rq->arena, &rules, rq->caller.actor, rq->now_ms, err) &&
           reply_rules(rq, rp, err);
}

const struct route dialogs_routes[] = {
    {"POST", "/api/dialogs/messages", CAN_EDIT, post_message, NULL, 0},
    {"GET", "/api/dialogs", CAN_READ, get_dialogs, NULL, 0},
    {"GET", "/api/dialogs/:id", CAN_EDIT, get_dialog, NULL, 0},
    {"GET", "/api/dialog-rules", CAN_READ, get_rules, NULL, 0},
    {"PUT", "/api/dialog-rules", CAN_EDIT, put_rules, NULL, 0},
    ROUTES_END,
};
