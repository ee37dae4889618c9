/* graph_lead.c - leads of forms: subscriptions, webhooks, reading. */

#include "sandbox/graph.h"

#include "base/arena.h"
#include "base/clock.h"
#include "net/net.h"
#include "sandbox/doc.h"
#include "sandbox/hooks.h"
#include "sandbox/rules.h"
#include "seal/seal.h"
#include "text/hex.h"
#include "text/url.h"

#define LEAD_LIFE_MS INT64_C(7776000000) /* 90 days */
#define BATCH_MOST   1000

static const char lead_fields[] =
    "id created_time ad_id ad_name adset_id adset_name campaign_id campaign_name form_id "
    "field_data is_organic platform custom_disclaimer_responses partner_name vehicle "
    "retailer_item_id";
static const char lead_default[] = "created_time field_data";

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

/* --- who wants them -------------------------------------------------------------- */

/* POST <app>/subscriptions: the app's one address, which must answer the challenge. */
bool graph_subscriptions(struct graph *g)
{
    struct doc doc;

    if (!graph_app_token(g, g->token))
        return graph_fail(g, 400, 15, 0,
                          "(#15) This method must be called with an app access "
                          "token");
    if (!str_eq(graph_param(g, "object"), STR("page")))
        return graph_refuse(g, "(#100) Param object must be page here");
    if (!word_in("leadgen", graph_param(g, "fields")))
        return graph_refuse(g, "(#100) Param fields must be leadgen here");
    if (!g->fetched.ok)
        return graph_fail(g, 400, 2200, 0, "(#2200) callback verification failed: " STR_FMT,
                          STR_ARG(g->fetched.why));
    doc_init(&doc, g->arena);
    doc_text(&doc, "callback_url", graph_param(g, "callback_url"));
    (void)store_put(g->box->store, KIND_GRAPH_CALLBACK, g->object_id, doc_print(&doc));
    return graph_success(g);
}

/* The challenge itself; never under the lock. */
void graph_challenge(struct graph *g)
{
    struct str challenge = str_fmt(g->arena, "%lld", (long long)clock_mono_us());
    struct str url = graph_param(g, "callback_url");
    struct net_request request = {
        .method = STR("GET"),
        .url = str_fmt(g->arena,
                       STR_FMT "%chub.mode=subscribe&hub.challenge=" STR_FMT
                               "&hub.verify_token=" STR_FMT,
                       STR_ARG(url), str_find(url, '?') < url.n ? '&' : '?', STR_ARG(challenge),
                       STR_ARG(url_encode(g->arena, graph_param(g, "verify_token")))),
        .deadline_ms = 5000,
        .allow_private = true, /* the sandbox serves local tests */
    };
    struct net_answer answer = {0};
    struct err err = {0};

    if (!net_call(g->rq->net, g->arena, &request, &answer, &err))
        g->fetched.why = str_fmt(g->arena, "%s", err.text);
    else if (answer.status != 200)
        g->fetched.why = str_fmt(g->arena, "HTTP status %d", answer.status);
    else if (!str_eq(answer.body, challenge))
        g->fetched.why = STR("the answer is not the challenge");
    else
        g->fetched.ok = true;
}

static struct str subscription_id(struct graph *g)
{
    return str_fmt(g->arena, STR_FMT ":" STR_FMT, STR_ARG(g->object_id),
                   STR_ARG(g->box->graph_app_id));
}

bool graph_page_subscribe(struct graph *g)
{
    struct str fields = graph_param(g, "subscribed_fields");
    struct doc doc;

    if (!graph_need_page_token(g))
        return false;
    if (!str_eq(fields, STR("leadgen")))
        return graph_refuse(g, "(#100) Param subscribed_fields must be leadgen here");
    if (!graph_need_scope(g, "leads_retrieval"))
        return false;
    doc_init(&doc, g->arena);
    doc_text(&doc, "id", g->box->graph_app_id);
    doc_text(&doc, "name", STR("Sandbox app"));
    doc_raw(&doc, "subscribed_fields", STR("[\"leadgen\"]"));
    doc_text(&doc, "_token", g->token);
    (void)store_put(g->box->store, KIND_GRAPH_SUBSCRIBED, subscription_id(g), doc_print(&doc));
    return graph_success(g);
}

bool graph_page_subscribed(struct graph *g)
{
    const struct json *one =
        store_find(g->box->store, KIND_GRAPH_SUBSCRIBED, subscription_id(g));
    struct docs docs = {0};

    if (!graph_need_page_token(g) || !graph_fields_good(g, "id name subscribed_fields"))
        return false;
    if (one)
        *docs_add(&docs, g->arena) = one;
    return graph_list(g, &docs, NULL, "name subscribed_fields");
}

bool graph_page_unsubscribe(struct graph *g)
{
    if (!graph_need_page_token(g))
        return false;
    store_remove(g->box->store, KIND_GRAPH_SUBSCRIBED, subscription_id(g));
    return graph_success(g);
}

/* --- reading ------------------------------------------------------------------------ */

static bool lead_kept(const struct graph *g, const struct json *lead)
{
    int64_t at_ms = 0;

    return json_int(lead, "_at_ms", &at_ms) && g->now_ms - at_ms < LEAD_LIFE_MS;
}

bool graph_lead(struct graph *g)
{
    if (!lead_kept(g, g->object))
        return graph_no_object(g, g->object_id);
    if (!graph_fields_good(g, lead_fields))
        return false;
    graph_put(g, g->object, lead_default);
    return true;
}

bool graph_lead_end(struct graph *g)
{
    if (!json_bool(g->object, "_test", false))
        return graph_refuse(g, "(#100) Only test leads can be deleted");
    store_remove(g->box->store, KIND_GRAPH_LEAD, g->object_id);
    return graph_success(g);
}

/* filtering=[{"field":"time_created","operator":"GREATER_THAN","value":<unix>}] */
static bool read_since(struct graph *g, int64_t *since_ms)
{
    const struct json *list, *one;
    int64_t at_s = 0;

    *since_ms = INT64_MIN;
    if (!graph_param(g, "filtering").n)
        return true;
    if (!graph_json(g, "filtering", &list))
        return false;
    one = json_item(list, 0);
    if (json_count(list) != 1 || !str_eq(text(one, "field"), STR("time_created")) ||
        !str_eq(text(one, "operator"), STR("GREATER_THAN")) || !json_int(one, "value", &at_s))
        return graph_refuse(g,
                            "(#100) Param filtering must be one filter of time_created here");
    *since_ms = at_s * 1000;
    return true;
}

bool graph_form_leads(struct graph *g)
{
    struct docs docs = {0};
    int64_t since_ms, at_ms = 0;

    if (!graph_fields_good(g, lead_fields) || !read_since(g, &since_ms))
        return false;
    for (size_t i = store_count(g->box->store, KIND_GRAPH_LEAD); i-- > 0;) {
        const struct json *lead = store_at(g->box->store, KIND_GRAPH_LEAD, i);
        if (lead && str_eq(text(lead, "form_id"), g->object_id) && lead_kept(g, lead) &&
            json_int(lead, "_at_ms", &at_ms) && at_ms / 1000 * 1000 > since_ms)
            *docs_add(&docs, g->arena) = lead;
    }
    return graph_list(g, &docs, NULL, lead_default);
}

/* --- new ones --------------------------------------------------------------------------- */

/* What a lead says; members of `wish` over what is made up. */
static struct str new_lead(struct sandbox *box, struct arena *arena, const struct json *wish,
                           struct str form_id, bool test, int64_t now_ms)
{
    static const char *const copied[] = {"ad_id",      "ad_name",     "adset_id",
                                         "adset_name", "campaign_id", "campaign_name",
                                         "field_data", "platform"};
    struct str serial = store_new_id(box->store, arena);
    struct str id = str_fmt(arena, "1" STR_FMT, STR_ARG(str_sub(serial, serial.n - 15, 15)));
    struct doc doc;

    doc_init(&doc, arena);
    doc_text(&doc, "id", id);
    doc_text(&doc, "created_time", graph_time(arena, now_ms));
    doc_text(&doc, "form_id", form_id);
    doc_text(&doc, "platform", STR("fb"));
    doc_raw(&doc, "field_data",
            str_fmt(arena,
                    "[{\"name\":\"full_name\",\"values\":[\"Алия Проба\"]},"
                    "{\"name\":\"phone_number\",\"values\":[\"+7701" STR_FMT "\"]},"
                    "{\"name\":\"email\",\"values\":[\"lead" STR_FMT "@example.com\"]}]",
                    STR_ARG(str_sub(serial, serial.n - 7, 7)),
                    STR_ARG(str_sub(serial, serial.n - 7, 7))));
    for (size_t i = 0; i < countof(copied); i++)
        if (json_given(wish, copied[i]))
            doc_raw(&doc, copied[i], json_print(arena, json_at(wish, copied[i])));
    doc_bool(&doc, "is_organic", !json_given(wish, "ad_id"));
    doc_bool(&doc, "_test", test);
    doc_int(&doc, "_at_ms", now_ms);
    (void)store_put(box->store, KIND_GRAPH_LEAD, id, doc_print(&doc));
    return id;
}

/* The phone, for whoever checks how it was hashed. */
static void note_phone(struct sandbox *box, struct arena *arena, struct str id)
{
    const struct json *lead = store_find(box->store, KIND_GRAPH_LEAD, id);
    const struct json *fields = json_at(lead, "field_data");
    struct doc doc;

    doc_from(&doc, arena, lead);
    for (size_t i = 0; i < json_count(fields); i++)
        if (str_eq(text(json_item(fields, i), "name"), STR("phone_number")))
            doc_text(&doc, "_phone", text(json_item(fields, i), "values.0"));
    (void)store_put(box->store, KIND_GRAPH_LEAD, id, doc_print(&doc));
}

static bool page_subscribed(struct sandbox *box, struct arena *arena, struct str page_id)
{
    const struct json *one = store_find(
        box->store, KIND_GRAPH_SUBSCRIBED,
        str_fmt(arena, STR_FMT ":" STR_FMT, STR_ARG(page_id), STR_ARG(box->graph_app_id)));
    const struct json *token =
        one ? store_find(box->store, KIND_GRAPH_TOKEN, text(one, "_token")) : NULL;
    int64_t dead = 0;

    return token && json_int(token, "dead", &dead) && !dead;
}

static void put_id(struct sandbox *box, struct json_writer *w, const char *key, struct str id)
{
    json_key(w, key);
    if (box->settings.webhook_ids_as_numbers)
        json_put_raw(w, id);
    else
        json_put_text(w, id);
}

static void put_change(struct sandbox *box, struct json_writer *w, struct str page_id,
                       const struct json *lead)
{
    int64_t at_ms = 0;

    (void)json_int(lead, "_at_ms", &at_ms);
    json_object(w);
    json_text_member(w, "field", STR("leadgen"));
    json_key(w, "value");
    json_object(w);
    put_id(box, w, "leadgen_id", text(lead, "id"));
    put_id(box, w, "page_id", page_id);
    put_id(box, w, "form_id", text(lead, "form_id"));
    if (text(lead, "ad_id").n) {
        put_id(box, w, "adgroup_id", text(lead, "ad_id")); /* the ad, by its old name */
        put_id(box, w, "ad_id", text(lead, "ad_id"));
    }
    json_int_member(w, "created_time", at_ms / 1000);
    json_end(w);
    json_end(w);
}

static struct str hook_text(struct sandbox *box, struct arena *arena, struct str page_id,
                            const struct str *ids, size_t n, int64_t now_ms)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 1024 * 1024);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "object", STR("page"));
    json_key(&w, "entry");
    json_list(&w);
    json_object(&w);
    put_id(box, &w, "id", page_id);
    json_int_member(&w, "time", now_ms / 1000);
    json_key(&w, "changes");
    json_list(&w);
    for (size_t i = 0; i < n; i++)
        put_change(box, &w, page_id, store_find(box->store, KIND_GRAPH_LEAD, ids[i]));
    json_end(&w);
    json_end(&w);
    json_end(&w);
    json_end(&w);
    return buf_str(&buf);
}

/* One POST for all of them, or one each. */
static void deliver(struct sandbox *box, struct arena *arena, struct str page_id,
                    const struct str *ids, size_t n, bool batch, int64_t now_ms)
{
    const struct json *callback =
        store_find(box->store, KIND_GRAPH_CALLBACK, box->graph_app_id);
    size_t step = batch ? n : 1;

    if (!callback || !page_subscribed(box, arena, page_id))
        return;
    for (size_t i = 0; i < n; i += step)
        hooks_add(box, arena, "graph", text(callback, "callback_url"),
                  hook_text(box, arena, page_id, ids + i, step, now_ms), ids[i], now_ms);
}

void graph_hook_sign(struct sandbox *box, struct arena *arena, struct str body,
                     struct net_headers *headers)
{
    *net_headers_add(headers, arena) =
        (struct net_header){STR("Content-Type"), STR("application/json")};
    *net_headers_add(headers, arena) = (struct net_header){
        STR("X-Hub-Signature-256"),
        str_fmt(
            arena, "sha256=" STR_FMT,
            STR_ARG(hex_encode(arena, seal_hmac_sha256(arena, box->graph_app_secret, body))))};
}

/* POST <form>/test_leads: one at a time. */
bool graph_test_lead(struct graph *g)
{
    struct str page_id = text(g->object, "page_id"), id;
    const struct json *wish;
    struct err err = {0};
    struct json_writer *w;

    for (size_t i = 0; i < store_count(g->box->store, KIND_GRAPH_LEAD); i++) {
        const struct json *one = store_at(g->box->store, KIND_GRAPH_LEAD, i);
        if (one && json_bool(one, "_test", false) && str_eq(text(one, "form_id"), g->object_id))
            return graph_refuse(g, "(#100) The form has a test lead already: delete it first");
    }
    if (!json_parse(g->arena,
                    graph_param(g, "field_data").n
                        ? str_fmt(g->arena, "{\"field_data\":" STR_FMT "}",
                                  STR_ARG(graph_param(g, "field_data")))
                        : STR("{}"),
                    &wish, &err))
        return graph_refuse(g, "(#100) Param field_data must be an array");
    id = new_lead(g->box, g->arena, wish, g->object_id, true, g->now_ms);
    note_phone(g->box, g->arena, id);
    deliver(g->box, g->arena, page_id, &id, 1, false, g->now_ms);
    w = graph_data(g);
    json_object(w);
    json_text_member(w, "id", id);
    json_end(w);
    return true;
}

/* --- the bench ---------------------------------------------------------------------------- */

static bool read_wish(struct sandbox *box, const struct json *body, struct str *form_id,
                      int64_t *count, bool *batch, struct err *err)
{
    static const char *const allowed[] = {
        "form_id",    "count",       "batch",         "ad_id",      "ad_name",  "adset_id",
        "adset_name", "campaign_id", "campaign_name", "field_data", "platform", NULL};

    if (!json_only(body, allowed, err) ||
        !json_want_text(body, "form_id", 30, STR("130000000000000301"), form_id, err) ||
        !json_want_int(body, "count", 1, BATCH_MOST, 1, count, err) ||
        !json_want_bool(body, "batch", false, batch, err))
        return false;
    return store_find(box->store, KIND_GRAPH_FORM, *form_id) ||
           err_input(err, "form_id", "GET /sandbox/state lists them", "no such form");
}

static void make_leads(struct sandbox *box, struct arena *arena, const struct json *body,
                       struct str form_id, int64_t count, bool batch, struct str *ids)
{
    const struct json *form = store_find(box->store, KIND_GRAPH_FORM, form_id);
    struct str page_id = text(form, "page_id");
    int64_t now_ms = clock_wall_ms();

    for (int64_t i = 0; i < count; i++) {
        ids[i] = new_lead(box, arena, body, form_id, false, now_ms);
        note_phone(box, arena, ids[i]);
    }
    deliver(box, arena, page_id, ids, (size_t)count, batch, now_ms);
}

bool graph_leads_post(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = rq->app;
    const struct json *body;
    struct reply_json json;
    struct str form_id, *ids;
    int64_t count;
    bool batch, ok;

    if (!request_json(rq, &body, err))
        return false;
    box_lock(box);
    ok = read_wish(box, body, &form_id, &count, &batch, err);
    ids = ok ? NEW_ARRAY(rq->arena, struct str, (size_t)count) : NULL;
    if (ok)
        make_leads(box, rq->arena, body, form_id, count, batch, ids);
    store_sweep(box->store);
    box_unlock(box);
    if (!ok)
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "ids");
    json_list(&json.w);
    for (int64_t i = 0; i < count; i++)
        json_put_text(&json.w, ids[i]);
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* GET /sandbox/graph/events?pixel_id= - every event that was taken, as it came. */
bool graph_events_get(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = rq->app;
    struct str pixel = request_query(rq, "pixel_id");
    struct reply_json json;

    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    box_lock(box);
    for (size_t i = 0; i < store_count(box->store, KIND_GRAPH_EVENT); i++) {
        const struct json *one = store_at(box->store, KIND_GRAPH_EVENT, i);
        if (one && (!pixel.n || str_eq(text(one, "pixel_id"), pixel)))
            json_put_raw(&json.w, json_print(rq->arena, one));
    }
    box_unlock(box);
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}
