/* purchases_api.c - sales and refunds. */

#include "api/api.h"
#include "api/common.h"
#include "api/leads_json.h"
#include "base/arena.h"
#include "conf/app.h"
#include "lead/purchase.h"

void purchase_put_json(struct json_writer *w, struct arena *arena,
                       const struct purchase *purchase)
{
    json_object(w);
    json_text_member(w, "id", purchase->purchase_id);
    json_text_member(w, "external_id", purchase->external_id);
    json_text_member(w, "kind", purchase->kind);
    json_text_or_null_member(w, "refund_of", purchase->refund_of);
    json_int_member(w, "amount_micros", purchase->amount_micros);
    json_text_member(w, "currency", purchase->currency);
    api_time_member(w, arena, "paid_at", purchase->paid_ms);
    json_text_or_null_member(w, "lead_id", purchase->lead_id);
    json_text_or_null_member(w, "creative_id", purchase->creative_id);
    json_text_or_null_member(w, "ad_account_id", purchase->ad_account_id);
    json_text_or_null_member(w, "matched_by", purchase->match_cause);
    api_time_member(w, arena, "created_at", purchase->created_ms);
    json_end(w);
}

/* POST /api/purchases - a sale or a refund; once for each external_id. */
static bool post_purchase(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {
        "lead_id",     "phone", "email",     "amount",        "currency",        "paid_at",
        "external_id", "kind",  "refund_of", "userAccountId", "user_account_id", NULL};
    struct purchase_wish wish = {.actor = rq->caller.actor, .now_ms = rq->now_ms};
    const struct json *body;
    struct purchase purchase;
    struct reply_json json;
    bool added;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) ||
        !json_want_text(body, "kind", 20, STR("sale"), &wish.kind, err) ||
        !json_want_text(body, "external_id", 200, STR(""), &wish.external_id, err) ||
        !json_want_text(body, "lead_id", 64, STR(""), &wish.lead_id, err) ||
        !json_want_text(body, "phone", LIMIT_PHONE, STR(""), &wish.phone, err) ||
        !json_want_text(body, "email", LIMIT_EMAIL, STR(""), &wish.email, err) ||
        !json_want_text(body, "refund_of", 200, STR(""), &wish.refund_of, err) ||
        !json_need_text(body, "currency", 3, &wish.currency, err) ||
        !json_want_micros(body, "amount", 0, &wish.amount_micros, err) ||
        !api_body_time(body, "paid_at", &wish.paid_ms, err) ||
        !purchase_add(rq->app, rq->db, rq->arena, &wish, &purchase, &added, err))
        return false;
    reply_json_begin(rq, &json);
    purchase_put_json(&json.w, rq->arena, &purchase);
    return reply_json_end(&json, rp, added ? 201 : 200, err);
}

static bool read_matched(struct request *rq, int *matched, struct err *err)
{
    struct str text = request_query(rq, "matched");

    *matched = -1;
    if (str_eq(text, STR("true")) || str_eq(text, STR("1")))
        *matched = 1;
    else if (str_eq(text, STR("false")) || str_eq(text, STR("0")))
        *matched = 0;
    else if (text.n)
        return err_input(err, "matched", "true, false, or nothing for all",
                         "\"" STR_FMT "\" is neither", STR_ARG(str_sub(text, 0, 20)));
    return true;
}

/* GET /api/purchases - newest first; ?matched=false lists the sales that found no lead. */
static bool get_purchases(struct request *rq, struct reply *rp, struct err *err)
{
    struct purchase_filter filter = {.lead_id = request_query(rq, "lead_id")};
    struct purchases purchases = {0};
    struct reply_json json;
    int64_t limit;

    if (!api_check_org(rq, NULL, err) || !read_matched(rq, &filter.matched, err) ||
        !api_query_time(rq, "from", &filter.from_ms, err) ||
        !api_query_time(rq, "to", &filter.to_ms, err) || !api_limit(rq, &limit, err) ||
        !api_cursor(rq, &filter.before_ms, &filter.before_id, err))
        return false;
    filter.limit = limit + 1;
    if (!purchase_list(rq->db, rq->arena, &filter, &purchases, err))
        return false;
    bool more = (int64_t)purchases.n > limit;
    size_t n = more ? (size_t)limit : purchases.n;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < n; i++)
        purchase_put_json(&json.w, rq->arena, &purchases.at[i]);
    return api_list_end(rq, rp, &json, more, n ? purchases.at[n - 1].paid_ms : 0,
                        n ? purchases.at[n - 1].purchase_id : STR(""), err);
}

const struct route purchases_routes[] = {
    {"GET", "/api/purchases", CAN_READ, get_purchases, NULL, 0},
    {"POST", "/api/purchases", CAN_EDIT, post_purchase, NULL, 0},
    ROUTES_END,
};
