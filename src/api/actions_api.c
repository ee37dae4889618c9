/* actions_api.c - changes of what runs: ask, look, undo. */

#include "api/actions_api.h"
#include "api/api.h"
#include "api/common.h"
#include "brain/action.h"
#include "conf/app.h"
#include "seal/seal.h"

/* Keys of people and keys of ours (executions, undos) never meet. */
#define KEY_PREFIX "key:"

/* --- asking ----------------------------------------------------------------------- */

static bool read_key(const struct json *body, struct str *key, struct err *err)
{
    if (!json_need_text(body, "idempotencyKey", LIMIT_TITLE, key, err))
        return false;
    if (key->n < 5)
        return err_input(err, "idempotencyKey", "use a fresh random text for each request",
                         "the key is shorter than 5 characters");
    return true;
}

/* Who asked, in the caller's own word; only a note. */
static bool read_source(struct request *rq, const struct json *body, struct str *source,
                        struct err *err)
{
    struct str word;

    if (!json_want_text(body, "source", 40, STR(""), &word, err))
        return false;
    *source = word.n ? str_fmt(rq->arena, "api:" STR_FMT, STR_ARG(word)) : STR("api");
    return true;
}

static bool read_actions(struct request *rq, const struct json *body, struct action_wishes *out,
                         struct err *err)
{
    const struct json *list = json_at(body, "actions");
    size_t n = json_count(list);

    if (json_type(list) != JSON_LIST || n == 0 || n > LIMIT_ACTIONS_PER_BATCH)
        return err_input(err, "actions", "give a list of {\"type\", \"params\"}",
                         "1 to %d actions are needed", LIMIT_ACTIONS_PER_BATCH);
    for (size_t i = 0; i < n; i++) {
        if (!action_parse(rq->arena, json_item(list, i), i, action_wishes_add(out, rq->arena),
                          err))
            return false;
    }
    return true;
}

/* The founding clients put the ids into `account`, others beside it. */
static bool read_account(struct request *rq, const struct json *body,
                         struct ad_connection *connection, struct err *err)
{
    const struct json *account = json_at(body, "account");
    struct str id = STR(""), inner = STR("");

    if (!api_need_platform(rq, STR("tiktok"), err) || !api_check_org(rq, body, err) ||
        !api_account_id(rq, body, &id, err))
        return false;
    if (json_type(account) == JSON_OBJECT &&
        (!api_check_org(rq, account, err) || !api_account_id(rq, account, &inner, err)))
        return false;
    return ad_account_resolve(rq->db, rq->arena, inner.n ? inner : id, STR("tiktok"),
                              connection, err);
}

static bool put_accepted(struct request *rq, struct reply *rp, struct str batch_id,
                         struct err *err)
{
    struct action_batch_row batch;
    struct actions actions = {0};
    struct reply_json json;

    if (!action_batch_get(rq->db, rq->arena, batch_id, &batch, &actions, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "action_batch_id", batch.id);
    json_key(&json.w, "actions");
    json_list(&json.w);
    for (size_t i = 0; i < actions.n; i++) {
        json_object(&json.w);
        json_text_member(&json.w, "id", actions.at[i].id);
        json_int_member(&json.w, "position", actions.at[i].position);
        json_text_member(&json.w, "type", actions.at[i].type);
        json_text_member(&json.w, "object_id", actions.at[i].object_id);
        json_end(&json.w);
    }
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 202, err);
}

/* POST /api/actions - a list of changes, all accepted or none; carried out by a job.  The same
 * key with the same body gives the same answer again. */
static bool post_actions(struct request *rq, struct reply *rp, struct err *err)
{
    struct ad_connection connection;
    struct action_wishes wishes = {0};
    struct action_batch batch = {.actor = rq->caller.actor};
    const struct json *body;
    struct str key, batch_id;
    bool added;

    if (!request_json(rq, &body, err) || !read_key(body, &key, err) ||
        !read_source(rq, body, &batch.source, err) ||
        !read_account(rq, body, &connection, err) || !read_actions(rq, body, &wishes, err))
        return false;
    batch.idempotency_key = str_fmt(rq->arena, KEY_PREFIX STR_FMT, STR_ARG(key));
    batch.fingerprint = seal_sha256_hex(rq->arena, json_print(rq->arena, body));
    if (!action_batch_add(rq->app, rq->db, rq->arena, &connection, &batch, &wishes, &batch_id,
                          &added, err))
        return false;
    if (!added)
        reply_header(rq, rp, "Idempotent-Replayed", STR("true"));
    return put_accepted(rq, rp, batch_id, err);
}

/* --- looking ahead ------------------------------------------------------------------- */

static void put_state(struct json_writer *w, const char *key, const struct action_state *state)
{
    json_key(w, key);
    json_object(w);
    json_text_or_null_member(w, "status", state->status);
    json_key(w, "budget_micros");
    if (state->budget_micros)
        json_put_int(w, state->budget_micros);
    else
        json_put_null(w);
    json_end(w);
}

static void put_forecast(struct json_writer *w, size_t position, const struct action_wish *wish,
                         const struct action_forecast *f)
{
    json_object(w);
    json_int_member(w, "position", (int64_t)position);
    json_text_member(w, "type", str(wish->kind->type));
    json_text_member(w, "object_id", wish->object_id);
    json_text_or_null_member(w, "name", f->name);
    put_state(w, "before", &f->before);
    put_state(w, "after", &f->after);
    json_bool_member(w, "changes", f->changes);
    json_bool_member(w, "allowed", f->allowed);
    json_int_member(w, "daily_change_micros", f->daily_change_micros);
    json_key(w, "why");
    if (f->allowed) {
        json_put_null(w);
    } else {
        json_object(w);
        json_text_member(w, "kind", str(err_kind_name(f->why.kind)));
        json_text_member(w, "text", str(f->why.text));
        json_text_or_null_member(w, "hint", str(f->why.hint));
        json_text_or_null_member(w, "field", str(f->why.field));
        if (f->why.says[0]) {
            json_key(w, "says");
            json_put_raw(w, str(f->why.says));
        }
        json_end(w);
    }
    json_end(w);
}

/* POST /api/actions/preview - the body of POST /api/actions without its key: what each change
 * would do, which are allowed, and the money a day before and after.  Does nothing. */
static bool post_preview(struct request *rq, struct reply *rp, struct err *err)
{
    struct ad_connection connection;
    struct action_wishes wishes = {0};
    struct action_preview preview;
    const struct json *body;
    struct reply_json json;

    if (!request_json(rq, &body, err) || !read_account(rq, body, &connection, err) ||
        !read_actions(rq, body, &wishes, err) ||
        !action_batch_preview(rq->db, rq->arena, &connection, &wishes, &preview, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "currency", connection.currency);
    json_int_member(&json.w, "daily_before_micros", preview.daily_before_micros);
    json_int_member(&json.w, "daily_after_micros", preview.daily_after_micros);
    json_key(&json.w, "actions");
    json_list(&json.w);
    for (size_t i = 0; i < wishes.n; i++)
        put_forecast(&json.w, i, &wishes.at[i], &preview.forecasts.at[i]);
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* --- looking ------------------------------------------------------------------------- */

static void put_json_or_null(struct json_writer *w, const char *key, struct str json)
{
    json_key(w, key);
    if (json.n)
        json_put_raw(w, json);
    else
        json_put_null(w);
}

void api_put_action(struct json_writer *w, struct arena *arena, const struct action *a)
{
    json_object(w);
    json_text_member(w, "id", a->id);
    json_text_member(w, "action_batch_id", a->batch_id);
    json_text_or_null_member(w, "execution_id", a->execution_id);
    json_text_member(w, "type", a->type);
    json_text_member(w, "object_id", a->object_id);
    put_json_or_null(w, "params", a->params);
    json_text_member(w, "reason", a->reason);
    put_json_or_null(w, "decision", a->decision);
    json_text_member(w, "state", a->state);
    put_json_or_null(w, "before", a->before);
    put_json_or_null(w, "request", a->request);
    put_json_or_null(w, "answer", a->answer);
    put_json_or_null(w, "after", a->after);
    put_json_or_null(w, "error", a->error);
    json_text_member(w, "source", a->source);
    json_text_member(w, "actor", a->actor);
    json_int_member(w, "sends", a->sends);
    json_text_or_null_member(w, "undo_of", a->undo_of);
    json_text_or_null_member(w, "undone_by", a->undone_by);
    api_time_member(w, arena, "created_at", a->created_ms);
    api_time_member(w, arena, "finished_at", a->finished_ms);
    json_end(w);
}

/* GET /api/actions/:id - a batch and what became of each action. */
static bool get_batch(struct request *rq, struct reply *rp, struct err *err)
{
    struct action_batch_row batch;
    struct actions actions = {0};
    struct reply_json json;

    if (!action_batch_get(rq->db, rq->arena, request_arg(rq, "id"), &batch, &actions, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "action_batch_id", batch.id);
    if (str_starts(batch.idempotency_key, STR(KEY_PREFIX)))
        json_text_member(
            &json.w, "idempotency_key",
            str_sub(batch.idempotency_key, sizeof(KEY_PREFIX) - 1, batch.idempotency_key.n));
    json_text_member(&json.w, "source", batch.source);
    json_text_or_null_member(&json.w, "execution_id", batch.execution_id);
    json_text_member(&json.w, "actor", batch.actor);
    json_text_member(&json.w, "state", batch.state);
    api_time_member(&json.w, rq->arena, "created_at", batch.created_ms);
    api_time_member(&json.w, rq->arena, "finished_at", batch.finished_ms);
    json_key(&json.w, "actions");
    json_list(&json.w);
    for (size_t i = 0; i < actions.n; i++)
        api_put_action(&json.w, rq->arena, &actions.at[i]);
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* POST /api/actions/:id/undo - bring back what was before one action, once. */
static bool post_undo(struct request *rq, struct reply *rp, struct err *err)
{
    struct str batch_id;

    return action_undo(rq->app, rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor,
                       &batch_id, err) &&
           put_accepted(rq, rp, batch_id, err);
}

/* POST /api/action-batches/:id/undo - all of it that can be undone, last first, as one batch.
 */
static bool post_undo_batch(struct request *rq, struct reply *rp, struct err *err)
{
    struct str undo_id;
    int64_t undone, skipped;

    return action_undo_batch(rq->app, rq->db, rq->arena, request_arg(rq, "id"),
                             rq->caller.actor, &undo_id, &undone, &skipped, err) &&
           put_accepted(rq, rp, undo_id, err);
}

/* POST /api/action-batches/:id/retry - what failed or was refused, once more, as a new batch.
 */
static bool post_retry(struct request *rq, struct reply *rp, struct err *err)
{
    struct str again_id;

    return action_retry(rq->app, rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor,
                        &again_id, err) &&
           put_accepted(rq, rp, again_id, err);
}

/* GET /api/actions - changes, newest first; of an account, a platform or one object. */
static bool get_actions(struct request *rq, struct reply *rp, struct err *err)
{
    struct action_question q = {.object_id = request_query(rq, "object_id")};
    struct actions list = {0};
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) || !api_account_id(rq, NULL, &q.ad_account_id, err) ||
        !api_platform(rq, &q.platform, err) || !api_limit(rq, &q.limit, err) ||
        !api_cursor(rq, &q.before_ms, &q.before_id, err))
        return false;
    q.limit++;
    if (!action_list(rq->db, rq->arena, &q, &list, err))
        return false;
    bool more = (int64_t)list.n == q.limit;
    size_t n = more ? list.n - 1 : list.n;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < n; i++)
        api_put_action(&json.w, rq->arena, &list.at[i]);
    return api_list_end(rq, rp, &json, more, n ? list.at[n - 1].created_ms : 0,
                        n ? list.at[n - 1].id : STR(""), err);
}

const struct route actions_routes[] = {
    {"GET", "/api/actions", CAN_READ, get_actions, NULL, 0},
    {"POST", "/api/actions/preview", CAN_READ, post_preview, NULL, 0},
    {"POST", "/api/action-batches/:id/undo", CAN_SPEND, post_undo_batch, NULL, 0},
    {"POST", "/api/action-batches/:id/retry", CAN_SPEND, post_retry, NULL, 0},
    {"POST", "/api/actions", CAN_SPEND, post_actions, NULL, 0},
    {"GET", "/api/actions/:id", CAN_READ, get_batch, NULL, 0},
    {"POST", "/api/actions/:id/undo", CAN_SPEND, post_undo, NULL, 0},
    ROUTES_END,
};
