/* creatives_library_api.c - tags, where a creative is used, deleting, many at once. */

#include "api/api.h"
#include "api/common.h"
#include "api/creatives_json.h"
#include "base/arena.h"
#include "conf/app.h"
#include "creative/process.h"

#define TAGS_LISTED 500

/* --- tags --- */

/* GET /api/creatives/tags - every tag with the number of its creatives. */
static bool get_tags(struct request *rq, struct reply *rp, struct err *err)
{
    struct creative_tags tags = {0};
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) ||
        !creative_tag_list(rq->db, rq->arena, TAGS_LISTED, &tags, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < tags.n; i++) {
        json_object(&json.w);
        json_text_member(&json.w, "tag", tags.at[i].tag);
        json_int_member(&json.w, "count", tags.at[i].count);
        json_end(&json.w);
    }
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* PUT /api/creatives/:id/tags {tags} - exactly these. */
static bool put_tags(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"tags", "userAccountId", "user_account_id", NULL};
    struct str id = request_arg(rq, "id");
    struct strs tags = {0};
    const struct json *body;

    return request_json(rq, &body, err) && json_only(body, allowed, err) &&
           api_check_org(rq, body, err) && creatives_read_tags(rq, body, &tags, err) &&
           creative_tag_set(rq->db, rq->arena, id, &tags, rq->now_ms, err) &&
           creatives_reply(rq, rp, id, 200, err);
}

/* PUT and DELETE /api/creatives/:id/tags/:tag - one; safe to repeat. */
static bool put_tag(struct request *rq, struct reply *rp, struct err *err)
{
    struct str id = request_arg(rq, "id"), tag = request_arg(rq, "tag");
    struct strs tags = {&tag, 1, 1};

    return api_check_org(rq, NULL, err) &&
           creative_tag_add(rq->db, rq->arena, id, &tags, rq->now_ms, err) &&
           creatives_reply(rq, rp, id, 200, err);
}

static bool delete_tag(struct request *rq, struct reply *rp, struct err *err)
{
    struct str id = request_arg(rq, "id"), tag = request_arg(rq, "tag");
    struct strs tags = {&tag, 1, 1};

    return api_check_org(rq, NULL, err) &&
           creative_tag_remove(rq->db, rq->arena, id, &tags, err) &&
           creatives_reply(rq, rp, id, 200, err);
}

/* --- where it is used --- */

/* GET /api/creatives/:id/usage */
static bool get_usage(struct request *rq, struct reply *rp, struct err *err)
{
    struct str id = request_arg(rq, "id");
    struct creative_usage usage;
    struct creative creative;
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) || !creative_get(rq->db, rq->arena, id, &creative, err) ||
        !creative_usage(rq->db, rq->arena, id, &usage, err))
        return false;
    reply_json_begin(rq, &json);
    creatives_put_usage(rq, &json.w, &usage);
    return reply_json_end(&json, rp, 200, err);
}

/* --- deleting --- */

static struct str usage_json(struct request *rq, const struct creative_usage *usage)
{
    struct json_writer w;
    struct buf buf;

    buf_init(&buf, rq->arena, LIMIT_REPLY_BODY);
    json_writer(&w, &buf);
    creatives_put_usage(rq, &w, usage);
    return buf_str(&buf);
}

/* DELETE /api/creatives/:id - 409 with used_in where something still needs it. */
static bool delete_creative(struct request *rq, struct reply *rp, struct err *err)
{
    const struct app *app = rq->app;
    struct creative_usage used = {0};

    if (!api_check_org(rq, NULL, err))
        return false;
    if (!creative_library_delete(rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor,
                                 rq->now_ms, &used, err)) {
        if (err->kind == ERR_CONFLICT) {
            rp->problem_member = "used_in";
            rp->problem_json = usage_json(rq, &used);
        }
        return false;
    }
    if (app->runner)
        job_wake(app->runner);
    return reply_body(rp, 204, "application/json", STR(""));
}

/* --- many at once --- */

struct bulk {
    struct request *rq;
    struct str action;
    struct strs ids, tags;
    struct str direction_id;
    struct creative_usage used;
};

static bool do_one(struct bulk *b, struct str id, struct err *err)
{
    struct request *rq = b->rq;
    struct creative_change move = {.set_direction = true, .direction_id = b->direction_id};

    if (str_eq(b->action, STR("tag")))
        return creative_tag_add(rq->db, rq->arena, id, &b->tags, rq->now_ms, err);
    if (str_eq(b->action, STR("untag")))
        return creative_tag_remove(rq->db, rq->arena, id, &b->tags, err);
    if (str_eq(b->action, STR("delete")))
        return creative_library_delete(rq->db, rq->arena, id, rq->caller.actor, rq->now_ms,
                                       &b->used, err);
    if (str_eq(b->action, STR("move")))
        return creative_update(rq->db, rq->arena, id, &move, rq->caller.actor, rq->now_ms, err);
    return creative_retry(rq->db, rq->arena, id, rq->caller.actor, rq->now_ms, err);
}

static bool read_ids(struct request *rq, const struct json *body, struct strs *out,
                     struct err *err)
{
    const struct json *list = json_at(body, "ids");

    if (json_type(list) != JSON_LIST || !json_count(list) ||
        json_count(list) > LIMIT_CREATIVES_PER_BULK)
        return err_input(err, "ids", "a list of 1 to 100 ids of creatives",
                         "ids is not a list of so many ids");
    for (size_t i = 0; i < json_count(list); i++) {
        struct str id = json_text(json_item(list, i), "", STR(""));
        if (!id.n || id.n > LIMIT_NAME)
            return err_input(err, "ids", "ids of creatives", "id %zu is none", i + 1);
        *strs_add(out, rq->arena) = id;
    }
    return true;
}

static bool check_action(const struct bulk *b, const struct json *body, struct err *err)
{
    static const char *const actions[] = {"tag", "untag", "delete", "move", "retry"};
    bool known = false;

    for (size_t i = 0; i < countof(actions); i++)
        known = known || str_eq(b->action, str(actions[i]));
    if (!known)
        return err_input(err, "action", "tag, untag, delete, move or retry",
                         "nothing is known by that name");
    if (str_ends(b->action, STR("tag")) && !b->tags.n)
        return err_input(err, "tags", "a list of tags", "no tag is named");
    if (str_eq(b->action, STR("move")) &&
        json_type(json_at(body, "direction_id")) == JSON_MISSING)
        return err_input(err, "direction_id", "a direction, or \"\" for none",
                         "no direction is named");
    return true;
}

static void put_outcome(struct json_writer *w, struct str id, const struct err *why)
{
    json_object(w);
    json_text_member(w, "id", id);
    json_text_member(w, "status", why ? STR("failed") : STR("done"));
    if (why) {
        bool inside = why->kind == ERR_BROKEN || why->kind == ERR_NONE;
        json_key(w, "error");
        json_object(w);
        json_text_member(w, "kind", str(err_kind_name(inside ? ERR_BROKEN : why->kind)));
        json_text_member(w, "detail",
                         inside ? STR("something broke on our side") : str(why->text));
        json_text_or_null_member(w, "hint", str(why->hint));
        json_text_or_null_member(w, "field", str(why->field));
        json_end(w);
    }
    json_end(w);
}

/* POST /api/creatives/bulk {action, ids, tags?, direction_id?} - each for itself: what is
 * refused of one leaves the others done. */
static bool post_bulk(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {
        "action", "ids", "tags", "direction_id", "userAccountId", "user_account_id", NULL};
    const struct app *app = rq->app;
    struct bulk b = {.rq = rq};
    const struct json *body;
    struct reply_json json;
    int64_t failed = 0;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) ||
        !json_need_text(body, "action", LIMIT_NAME, &b.action, err) ||
        !read_ids(rq, body, &b.ids, err) || !creatives_read_tags(rq, body, &b.tags, err) ||
        !json_want_text(body, "direction_id", LIMIT_NAME, STR(""), &b.direction_id, err) ||
        !check_action(&b, body, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < b.ids.n; i++) {
        struct err why = {0};
        bool ok = do_one(&b, b.ids.at[i], &why);
        failed += !ok;
        put_outcome(&json.w, b.ids.at[i], ok ? NULL : &why);
    }
    json_end(&json.w);
    json_int_member(&json.w, "done", (int64_t)b.ids.n - failed);
    json_int_member(&json.w, "failed", failed);
    json_end(&json.w);
    if (app->runner)
        job_wake(app->runner);
    return reply_json_end(&json, rp, 200, err);
}

const struct route creatives_library_routes[] = {
    {"GET", "/api/creatives/tags", CAN_READ, .handler = get_tags},
    {"PUT", "/api/creatives/:id/tags", CAN_EDIT, .handler = put_tags},
    {"PUT", "/api/creatives/:id/tags/:tag", CAN_EDIT, .handler = put_tag},
    {"DELETE", "/api/creatives/:id/tags/:tag", CAN_EDIT, .handler = delete_tag},
    {"GET", "/api/creatives/:id/usage", CAN_READ, .handler = get_usage},
    {"DELETE", "/api/creatives/:id", CAN_EDIT, .handler = delete_creative},
    {"POST", "/api/creatives/bulk", CAN_EDIT, .handler = post_bulk},
    ROUTES_END,
};
