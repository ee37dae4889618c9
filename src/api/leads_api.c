/* leads_api.c - leads, their stages, and what they bought. */

#include "api/api.h"
#include "api/common.h"
#include "auth/audit.h"
#include "base/arena.h"
#include "base/log.h"
#include "conf/app.h"
#include "db/db.h"
#include "lead/lead.h"
#include "lead/purchase.h"

/* --- showing leads -------------------------------------------------------------- */

static struct str masked(struct arena *arena, struct str text,
                         void (*mask)(struct str, char *, size_t))
{
    char shown[LIMIT_EMAIL + 8];

    if (text.n == 0)
        return text;
    mask(text, shown, sizeof(shown));
    return str_dup(arena, str(shown));
}

static void put_contact(struct json_writer *w, struct arena *arena, const struct lead *lead,
                        bool reveal)
{
    struct str phone = lead->phone.n ? lead->phone : lead->phone_typed;
    struct str email = lead->email.n ? lead->email : lead->email_typed;

    json_text_member(w, "name", lead->name);
    json_text_or_null_member(w, "phone", reveal ? phone : masked(arena, phone, log_mask_phone));
    json_text_or_null_member(w, "email", reveal ? email : masked(arena, email, log_mask_email));
    json_bool_member(w, "has_contact", lead->phone.n || lead->email.n);
    json_bool_member(w, "revealed", reveal);
    if (reveal) { /* answers may hold the phone in any of their words */
        json_text_or_null_member(w, "phone_typed", lead->phone_typed);
        json_text_or_null_member(w, "email_typed", lead->email_typed);
        json_key(w, "answers");
        json_put_raw(w, lead->answers);
    }
}

static void put_lead(struct json_writer *w, struct arena *arena, const struct lead *lead,
                     bool reveal)
{
    json_text_member(w, "id", lead->lead_id);
    json_text_member(w, "platform", lead->platform);
    json_text_member(w, "source", lead->source);
    json_text_member(w, "platform_lead_id", lead->platform_lead_id);
    json_text_member(w, "state", lead->state);
    json_text_member(w, "stage", lead->stage);
    put_contact(w, arena, lead, reveal);
    json_text_or_null_member(w, "direction_id", lead->direction_id);
    json_text_or_null_member(w, "creative_id", lead->creative_id);
    json_text_member(w, "link_cause", lead->link_cause);
    json_text_or_null_member(w, "ad_account_id", lead->ad_account_id);
    json_text_or_null_member(w, "campaign_id", lead->campaign_id);
    json_text_or_null_member(w, "adgroup_id", lead->adgroup_id);
    json_text_or_null_member(w, "ad_id", lead->ad_id);
    json_text_or_null_member(w, "page_id", lead->page_id);
    json_text_or_null_member(w, "click_id", lead->click_id);
    json_text_or_null_member(w, "duplicate_of", lead->duplicate_of);
    json_int_member(w, "duplicate_deliveries", lead->duplicate_deliveries);
    api_time_member(w, arena, "created_at", lead->created_ms);
    api_time_member(w, arena, "received_at", lead->received_ms);
    api_time_member(w, arena, "updated_at", lead->updated_ms);
}

/* ?reveal=1 shows phones, e-mails and answers to those who may edit; the audit log has it. */
static bool may_reveal(struct request *rq, struct str object_id, bool *reveal, struct err *err)
{
    struct audit_entry entry = {
        .actor = rq->caller.actor, .action = "lead.reveal", .object_id = object_id};

    *reveal = str_eq(request_query(rq, "reveal"), STR("1"));
    if (!*reveal)
        return true;
    if (!(rq->caller.rights & CAN_EDIT))
        return err_set(err, ERR_DENIED, "contacts are shown to those who may edit leads"),
               err_hint(err, "leave reveal out, or ask an owner for the right to edit");
    return db_begin(rq->db, err) &&
           db_end(rq->db, audit_add(rq->db, rq->arena, &entry, err), err);
}

/* --- handlers: leads ------------------------------------------------------------------ */

static bool read_stage(struct str stage, struct err *err)
{
    return stage.n == 0 || lead_stage_known(stage) ||
           err_input(err, "stage", "one of interest, qualified, scheduled, purchase, lost",
                     "\"" STR_FMT "\" is not a stage", STR_ARG(str_sub(stage, 0, 40)));
}

static bool read_state(struct str state, struct err *err)
{
    static const char *const states[] = {"stored", "parsed", "linked", "unlinked"};

    for (size_t i = 0; i < countof(states); i++)
        if (str_eq(state, str(states[i])))
            return true;
    return state.n == 0 ||
           err_input(err, "state", "one of stored, parsed, linked, unlinked",
                     "\"" STR_FMT "\" is not a state", STR_ARG(str_sub(state, 0, 40)));
}

/* GET /api/leads - newest first; filters and pages by query. */
static bool get_leads(struct request *rq, struct reply *rp, struct err *err)
{
    struct lead_filter filter = {.direction_id = request_query(rq, "direction_id"),
                                 .creative_id = request_query(rq, "creative_id"),
                                 .stage = request_query(rq, "stage"),
                                 .state = request_query(rq, "state"),
                                 .platform = request_query(rq, "platform"),
                                 .platform_lead_id = request_query(rq, "platform_lead_id")};
    struct leads leads = {0};
    struct reply_json json;
    int64_t limit;
    bool reveal;

    if (!api_check_org(rq, NULL, err) ||
        !api_account_id(rq, NULL, &filter.ad_account_id, err) ||
        !read_stage(filter.stage, err) || !read_state(filter.state, err) ||
        !api_query_time(rq, "from", &filter.from_ms, err) ||
        !api_query_time(rq, "to", &filter.to_ms, err) || !api_limit(rq, &limit, err) ||
        !api_cursor(rq, &filter.before_ms, &filter.before_id, err) ||
        !may_reveal(rq, STR("list"), &reveal, err))
        return false;
    filter.limit = limit + 1;
    if (!lead_list(rq->db, rq->arena, &filter, &leads, err))
        return false;
    bool more = (int64_t)leads.n > limit;
    size_t n = more ? (size_t)limit : leads.n;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < n; i++) {
        json_object(&json.w);
        put_lead(&json.w, rq->arena, &leads.at[i], reveal);
        json_end(&json.w);
    }
    json_end(&json.w);
    api_put_cursor(&json.w, rq->arena, more, n ? leads.at[n - 1].created_ms : 0,
                   n ? leads.at[n - 1].lead_id : STR(""));
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static bool reply_lead(struct request *rq, struct reply *rp, const struct lead *lead,
                       bool reveal, int status, struct err *err)
{
    struct lead_transitions transitions = {0};
    struct reply_json json;

    if (!lead_transition_list(rq->db, rq->arena, lead->lead_id, &transitions, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    put_lead(&json.w, rq->arena, lead, reveal);
    json_key(&json.w, "transitions");
    json_list(&json.w);
    for (size_t i = 0; i < transitions.n; i++) {
        const struct lead_transition *transition = &transitions.at[i];
        json_object(&json.w);
        json_int_member(&json.w, "sequence", transition->sequence);
        api_time_member(&json.w, rq->arena, "at", transition->at_ms);
        json_text_member(&json.w, "actor", transition->actor);
        json_text_member(&json.w, "kind", transition->kind);
        json_text_or_null_member(&json.w, "from", transition->from);
        json_text_member(&json.w, "to", transition->to);
        json_text_member(&json.w, "cause", transition->cause);
        json_end(&json.w);
    }
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, status, err);
}

/* GET /api/leads/:id - one lead with its ledger. */
static bool get_lead(struct request *rq, struct reply *rp, struct err *err)
{
    struct lead lead;
    bool reveal;

    return api_check_org(rq, NULL, err) &&
           lead_get(rq->db, rq->arena, request_arg(rq, "id"), &lead, err) &&
           may_reveal(rq, lead.lead_id, &reveal, err) &&
           reply_lead(rq, rp, &lead, reveal, 200, err);
}

/* answers: {"question": "answer"} or [{"field","value"}] to the form that leads keep. */
static bool read_answers(struct request *rq, const struct json *body, struct str *out,
                         struct err *err)
{
    const struct json *given = json_at(body, "answers"), *value;
    struct json_writer w;
    struct buf buf;
    struct str key;
    void *cursor = NULL;

    if (json_type(given) == JSON_MISSING || json_type(given) == JSON_NULL)
        return true;
    buf_init(&buf, rq->arena, LIMIT_REQUEST_BODY);
    json_writer(&w, &buf);
    json_list(&w);
    if (json_type(given) == JSON_OBJECT) {
        while (json_each(given, &cursor, &key, &value)) {
            json_object(&w);
            json_text_member(&w, "field", key);
            json_key(&w, "value");
            json_put_raw(&w, json_print(rq->arena, value));
            json_end(&w);
        }
    } else if (json_type(given) == JSON_LIST) {
        for (size_t i = 0; i < json_count(given); i++) {
            const struct json *item = json_item(given, i);
            value = json_at(item, "value");
            if (json_type(json_at(item, "field")) != JSON_TEXT ||
                json_type(value) == JSON_MISSING)
                return err_input(err, "answers", "give {\"field\", \"value\"} for each answer",
                                 "answer %zu has no field or no value", i);
            json_object(&w);
            json_text_member(&w, "field", json_text(item, "field", STR("")));
            json_key(&w, "value");
            json_put_raw(&w, json_print(rq->arena, value));
            json_end(&w);
        }
    } else {
        return err_input(err, "answers", "give an object or a list of {\"field\", \"value\"}",
                         "the answers are neither");
    }
    json_end(&w);
    return buf_done(&buf, "the list of answers", out, err);
}

static bool read_platform(struct str platform, struct err *err)
{
    return platform.n == 0 || str_eq(platform, STR("tiktok")) ||
           str_eq(platform, STR("facebook")) ||
           err_input(err, "platform", "tiktok or facebook", "\"" STR_FMT "\" is not a platform",
                     STR_ARG(str_sub(platform, 0, 40)));
}

static bool read_lead(struct request *rq, const struct json *body, struct lead_wish *wish,
                      struct err *err)
{
    const struct {
        const char *field;
        size_t limit;
        struct str *slot;
    } texts[] = {
        {"platform", 20, &wish->platform},
        {"source", 64, &wish->source},
        {"external_id", 200, &wish->external_id},
        {"campaign_id", 64, &wish->campaign_id},
        {"adgroup_id", 64, &wish->adgroup_id},
        {"ad_id", 64, &wish->ad_id},
        {"page_id", 64, &wish->page_id},
        {"direction_id", 64, &wish->direction_id},
        {"creative_id", 64, &wish->creative_id},
        {"name", LIMIT_LABEL, &wish->name},
        {"phone", LIMIT_PHONE, &wish->phone},
        {"email", LIMIT_EMAIL, &wish->email},
        {"click_id", LIMIT_URL_TEXT, &wish->click_id},
    };

    for (size_t i = 0; i < countof(texts); i++)
        if (!json_want_text(body, texts[i].field, texts[i].limit, STR(""), texts[i].slot, err))
            return false;
    static const char *const clicks[] = {"ttclid", "fbclid"};
    for (size_t i = 0; i < countof(clicks); i++)
        if (wish->click_id.n == 0 &&
            !json_want_text(body, clicks[i], LIMIT_URL_TEXT, STR(""), &wish->click_id, err))
            return false;
    return read_platform(wish->platform, err) &&
           api_body_time(body, "created_at", &wish->created_ms, err) &&
           read_answers(rq, body, &wish->answers, err) &&
           api_account_id(rq, body, &wish->ad_account_id, err);
}

/* POST /api/leads - a lead from a site, a CRM or a person; once for each external_id. */
static bool post_lead(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {
        "platform",      "source",          "external_id", "campaign_id", "adgroup_id",
        "ad_id",         "page_id",         "click_id",    "ttclid",      "fbclid",
        "direction_id",  "creative_id",     "name",        "phone",       "email",
        "answers",       "created_at",      "accountId",   "account_id",  "ad_account_id",
        "userAccountId", "user_account_id", NULL};
    struct lead_wish wish = {.actor = rq->caller.actor, .now_ms = rq->now_ms};
    const struct json *body;
    struct lead lead;
    bool added;

    return request_json(rq, &body, err) && json_only(body, allowed, err) &&
           api_check_org(rq, body, err) && read_lead(rq, body, &wish, err) &&
           lead_add(rq->app, rq->db, rq->arena, &wish, &lead, &added, err) &&
           reply_lead(rq, rp, &lead, false, added ? 201 : 200, err);
}

/* POST /api/leads/:id/stage {stage, at?, cause?} - move it along the funnel. */
static bool post_stage(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"stage",           "at", "cause", "userAccountId",
                                          "user_account_id", NULL};
    struct lead_stage_wish wish = {
        .lead_id = request_arg(rq, "id"), .actor = rq->caller.actor, .now_ms = rq->now_ms};
    const struct json *body;
    struct lead lead;
    bool changed;

    return request_json(rq, &body, err) && json_only(body, allowed, err) &&
           api_check_org(rq, body, err) &&
           json_need_text(body, "stage", 40, &wish.stage, err) &&
           json_want_text(body, "cause", LIMIT_TITLE, STR(""), &wish.cause, err) &&
           api_body_time(body, "at", &wish.at_ms, err) &&
           lead_set_stage(rq->db, rq->arena, &wish, &changed, err) &&
           lead_get(rq->db, rq->arena, wish.lead_id, &lead, err) &&
           reply_lead(rq, rp, &lead, false, 200, err);
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

/* --- handlers: purchases -------------------------------------------------------------------
 */

static void put_purchase(struct json_writer *w, struct arena *arena,
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
    put_purchase(&json.w, rq->arena, &purchase);
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
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < n; i++)
        put_purchase(&json.w, rq->arena, &purchases.at[i]);
    json_end(&json.w);
    api_put_cursor(&json.w, rq->arena, more, n ? purchases.at[n - 1].paid_ms : 0,
                   n ? purchases.at[n - 1].purchase_id : STR(""));
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

const struct route leads_routes[] = {
    {.method = "GET", .path = "/api/leads", .right = CAN_READ, .handler = get_leads},
    {.method = "POST", .path = "/api/leads", .right = CAN_EDIT, .handler = post_lead},
    {.method = "POST", .path = "/api/leads/relink", .right = CAN_EDIT, .handler = post_relink},
    {.method = "GET", .path = "/api/leads/:id", .right = CAN_READ, .handler = get_lead},
    {.method = "POST",
     .path = "/api/leads/:id/stage",
     .right = CAN_EDIT,
     .handler = post_stage},
    {.method = "GET", .path = "/api/purchases", .right = CAN_READ, .handler = get_purchases},
    {.method = "POST", .path = "/api/purchases", .right = CAN_EDIT, .handler = post_purchase},
    ROUTES_END,
};
