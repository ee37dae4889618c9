/* lead_keys_api.c - the keys that sites post their leads with. */

#include "api/api.h"
#include "api/common.h"
#include "base/arena.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "lead/key.h"

/* GET /api/lead-keys - revoked ones too, newest first. */
static bool get_keys(struct request *rq, struct reply *rp, struct err *err)
{
    struct lead_keys keys = {0};
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) ||
        !lead_key_list(rq->db, rq->arena, rq->now_ms, &keys, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < keys.n; i++) {
        const struct lead_key *key = &keys.at[i];
        json_object(&json.w);
        json_text_member(&json.w, "id", key->lead_key_id);
        json_text_member(&json.w, "name", key->name);
        json_text_member(&json.w, "prefix", key->prefix);
        json_text_or_null_member(&json.w, "direction_id", key->direction_id);
        json_bool_member(&json.w, "forward_page_views", key->forwards_page_views);
        json_int_member(&json.w, "page_views", key->page_views);
        api_time_member(&json.w, rq->arena, "created_at", key->created_ms);
        api_time_member(&json.w, rq->arena, "last_used_at", key->last_used_ms);
        api_time_member(&json.w, rq->arena, "revoked_at", key->revoked_ms);
        json_end(&json.w);
    }
    json_end(&json.w);
    json_text_or_null_member(&json.w, "next_cursor", STR(""));
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* The address to enter at Tilda or as a form's action; a path where no public address is set.
 */
static struct str address_of(struct request *rq, struct str key)
{
    const struct app *app = rq->app;

    return str_fmt(rq->arena, STR_FMT "/api/leads/" STR_FMT "/" STR_FMT,
                   STR_ARG(app->conf->public_url), STR_ARG(rq->caller.org_id), STR_ARG(key));
}

/* POST /api/lead-keys {name, direction_id?} - the key is in this answer and never again. */
static bool post_key(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"name", "direction_id", "userAccountId",
                                          "user_account_id", NULL};
    struct str name, direction_id, id, key;
    const struct json *body;
    struct reply_json json;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) ||
        !json_need_text(body, "name", LIMIT_NAME, &name, err) ||
        !json_want_text(body, "direction_id", LIMIT_NAME, STR(""), &direction_id, err) ||
        !lead_key_add(rq->db, rq->arena, name, direction_id, rq->caller.actor, rq->now_ms, &id,
                      &key, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "id", id);
    json_text_member(&json.w, "key", key);
    json_text_member(&json.w, "address", address_of(rq, key));
    json_end(&json.w);
    return reply_json_end(&json, rp, 201, err);
}

/* PATCH /api/lead-keys/:id {forward_page_views} - are views of pages told to the platform? */
static bool patch_key(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"forward_page_views", "userAccountId",
                                          "user_account_id", NULL};
    const struct json *body;
    bool forward;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) ||
        !json_want_bool(body, "forward_page_views", false, &forward, err) ||
        !lead_key_forward_page_views(rq->db, rq->arena, request_arg(rq, "id"), forward,
                                     rq->caller.actor, err))
        return false;
    rp->status = 204;
    return true;
}

static bool delete_key(struct request *rq, struct reply *rp, struct err *err)
{
    if (!lead_key_revoke(rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor, rq->now_ms,
                         err))
        return false;
    rp->status = 204;
    return true;
}

const struct route lead_keys_routes[] = {
    {"GET", "/api/lead-keys", CAN_READ, get_keys, NULL, 0},
    {"POST", "/api/lead-keys", CAN_ADMIN, post_key, NULL, 0},
    {"PATCH", "/api/lead-keys/:id", CAN_ADMIN, patch_key, NULL, 0},
    {"DELETE", "/api/lead-keys/:id", CAN_ADMIN, delete_key, NULL, 0},
    ROUTES_END,
};
