/* truth.c - what the bench may see and no client. */

#include "sandbox/truth.h"

#include "base/arena.h"
#include "base/clock.h"
#include "sandbox/doc.h"
#include "sandbox/market.h"
#include "text/zone.h"

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

/* --- state: ids ---------------------------------------------------------- */

struct shown {
    const char *list;
    enum kind kind;
    const char *members; /* blank-separated */
};

static void put_members(struct arena *arena, struct json_writer *w, const struct json *doc,
                        const char *members)
{
    struct str rest = str(members);

    json_object(w);
    while (rest.n) {
        const char *name = str_c(arena, str_cut(&rest, ' '));
        if (!json_given(doc, name))
            continue;
        json_key(w, name[0] == '_' ? name + 1 : name);
        json_put_raw(w, json_print(arena, json_at(doc, name)));
    }
    json_end(w);
}

bool truth_state(struct request *rq, struct reply *rp, struct err *err)
{
    static const struct shown all[] = {
        {"advertisers", KIND_ADVERTISER, "advertiser_id name currency timezone _terms"},
        {"identities", KIND_IDENTITY,
         "advertiser_id identity_id identity_type identity_authorized_bc_id display_name"},
        {"posts", KIND_POST, "item_id identity_id auth_code text"},
        {"pages", KIND_PAGE, "advertiser_id page_id title status business_type"},
        {"pixels", KIND_PIXEL, "advertiser_id pixel_id pixel_code pixel_name"},
        {"crm_event_sets", KIND_CRM_SET, "advertiser_id event_set_id name"},
        {"subscriptions", KIND_SUBSCRIPTION, "subscription_id subscribe_entity callback_url"},
        {"facebook_accounts", KIND_GRAPH_ACCOUNT, "account_id name currency timezone_name"},
        {"facebook_pages", KIND_GRAPH_PAGE, "id name"},
        {"facebook_forms", KIND_GRAPH_FORM, "id page_id name status"},
        {"facebook_pixels", KIND_GRAPH_PIXEL, "id account_id name"},
        {"facebook_videos", KIND_GRAPH_VIDEO, "id account_id title _uploaded _good"},
        {"facebook_images", KIND_GRAPH_IMAGE, "account_id hash name width height"},
    };
    struct sandbox *box = rq->app;
    struct reply_json json;

    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "app_id", box->app_id);
    json_text_member(&json.w, "app_secret", box->app_secret);
    json_text_member(&json.w, "facebook_app_id", box->graph_app_id);
    json_text_member(&json.w, "facebook_app_secret", box->graph_app_secret);
    json_text_member(&json.w, "now", time_rfc3339(rq->arena, clock_wall_ms()));
    box_lock(box);
    for (size_t i = 0; i < countof(all); i++) {
        json_key(&json.w, all[i].list);
        json_list(&json.w);
        for (size_t k = 0; k < store_count(box->store, all[i].kind); k++)
            if (store_at(box->store, all[i].kind, k))
                put_members(rq->arena, &json.w, store_at(box->store, all[i].kind, k),
                            all[i].members);
        json_end(&json.w);
    }
    box_unlock(box);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* --- world --------------------------------------------------------------- */

static void put_ad_truth(struct sandbox *box, const struct market *market, int ad,
                         struct json_writer *w)
{
    struct world_ad_truth truth;
    const struct json *doc = market_ad_doc(box, market, ad);

    world_ad_truth(market->world, ad, &truth);
    json_object(w);
    json_text_or_null_member(w, "ad_id", doc ? text(doc, "ad_id") : STR(""));
    json_text_member(w, "creative", world_ad_creative(market->world, ad));
    json_key(w, "ctr");
    json_put_real(w, truth.ctr);
    json_key(w, "cvr");
    json_put_real(w, truth.cvr);
    json_key(w, "valid");
    json_put_real(w, truth.valid);
    json_key(w, "qualified");
    json_put_real(w, truth.qualified);
    json_key(w, "sold");
    json_put_real(w, truth.sold);
    json_key(w, "worth_micros");
    json_put_real(w, truth.worth_micros);
    json_key(w, "share");
    json_put_real(w, truth.share);
    json_end(w);
}

/* True figures of each ad over its whole life. */
static void put_finals(struct request *rq, struct sandbox *box, const struct market *market,
                       struct json_writer *w)
{
    struct world_query query = {.level = WORLD_BY_AD,
                                .bucket = WORLD_IN_ALL,
                                .from_ms = 0,
                                .to_ms = INT64_MAX / 4,
                                .as_of_ms = INT64_MAX / 4,
                                .truth = true};
    struct world_rows rows = {0};

    world_report(market->world, &query, rq->arena, &rows);
    json_key(w, "finals");
    json_list(w);
    for (size_t i = 0; i < rows.n; i++) {
        const struct json *doc = market_ad_doc(box, market, rows.at[i].id);
        json_object(w);
        json_text_or_null_member(w, "ad_id", doc ? text(doc, "ad_id") : STR(""));
        json_int_member(w, "spend_micros", rows.at[i].figures.spend_micros);
        json_int_member(w, "impressions", rows.at[i].figures.impressions);
        json_int_member(w, "clicks", rows.at[i].figures.clicks);
        json_int_member(w, "conversions", rows.at[i].figures.conversions);
        json_end(w);
    }
    json_end(w);
}

static void put_market(struct request *rq, struct sandbox *box, const struct market *market,
                       struct json_writer *w)
{
    json_object(w);
    json_text_member(w, "advertiser_id", market->advertiser_id);
    json_text_member(w, "archetype", world_archetype(market->world));
    json_text_member(w, "seed",
                     str_fmt(rq->arena, "%llu", (unsigned long long)world_seed(market->world)));
    json_text_member(
        w, "hash",
        str_fmt(rq->arena, "%016llx", (unsigned long long)world_hash(market->world)));
    json_text_member(w, "played_until", time_rfc3339(rq->arena, world_now_ms(market->world)));
    json_int_member(w, "leads", (int64_t)world_lead_count(market->world));
    json_key(w, "ads");
    json_list(w);
    for (int i = 0; i < world_ad_count(market->world); i++)
        put_ad_truth(box, market, i, w);
    json_end(w);
    put_finals(rq, box, market, w);
    json_end(w);
}

bool truth_world(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = rq->app;
    struct reply_json json;

    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    box_lock(box);
    for (size_t i = 0; i < box->markets.n; i++)
        put_market(rq, box, &box->markets.at[i], &json.w);
    box_unlock(box);
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* --- leads and the sales team -------------------------------------------- */

static bool read_instant(struct request *rq, const char *name, int64_t otherwise, int64_t *ms,
                         struct err *err)
{
    struct str value = request_query(rq, name);

    *ms = otherwise;
    if (!value.n || time_parse_rfc3339(value, ms, err))
        return true;
    (void)err_field(err, name);
    return false;
}

static void put_instant(struct arena *arena, struct json_writer *w, const char *name,
                        int64_t ms)
{
    json_text_or_null_member(w, name, ms ? time_rfc3339(arena, ms) : STR(""));
}

static void put_head(struct arena *arena, struct sandbox *box, const struct market *market,
                     const struct world_lead *lead, struct json_writer *w)
{
    const struct json *ad = market_ad_doc(box, market, lead->ad);

    json_text_member(w, "lead_id", str(lead->id));
    json_text_member(w, "advertiser_id", market->advertiser_id);
    json_text_or_null_member(w, "ad_id", ad ? text(ad, "ad_id") : STR(""));
    json_text_or_null_member(w, "adgroup_id", ad ? text(ad, "adgroup_id") : STR(""));
    json_text_or_null_member(w, "campaign_id", ad ? text(ad, "campaign_id") : STR(""));
    put_instant(arena, w, "at", lead->at_ms);
    json_bool_member(w, "website", lead->website);
    json_text_member(w, "name", str(lead->person.name));
    json_text_member(w, "phone", str(lead->person.phone));
    json_text_member(w, "email", str(lead->person.email));
    json_text_member(w, "city", str(lead->person.city));
}

/* What the sales team has written down about a lead in [since, until). */
struct known {
    int64_t qualified_ms, sold_ms, refunded_ms;
};

static void put_known(struct arena *arena, struct sandbox *box, const struct market *market,
                      const struct world_lead *lead, const struct known *known,
                      struct json_writer *w)
{
    json_object(w);
    put_head(arena, box, market, lead, w);
    put_instant(arena, w, "qualified_at", known->qualified_ms);
    put_instant(arena, w, "sold_at", known->sold_ms);
    json_key(w, "amount_micros");
    if (known->sold_ms)
        json_put_int(w, lead->amount_micros);
    else
        json_put_null(w);
    json_text_member(w, "currency", world_currency(market->world));
    put_instant(arena, w, "refunded_at", known->refunded_ms);
    json_end(w);
}

struct entry {
    const struct world_lead *lead;
    struct known known;
};
LIST(entries, struct entry);

static void note(struct entries *entries, struct arena *arena,
                 const struct world_desk_event *event)
{
    struct entry *entry = NULL;

    for (size_t i = 0; i < entries->n && !entry; i++)
        if (entries->at[i].lead == event->lead)
            entry = &entries->at[i];
    if (!entry) {
        entry = entries_add(entries, arena);
        entry->lead = event->lead;
    }
    if (event->kind == WORLD_QUALIFIED)
        entry->known.qualified_ms = event->at_ms;
    else if (event->kind == WORLD_SOLD)
        entry->known.sold_ms = event->at_ms;
    else
        entry->known.refunded_ms = event->at_ms;
}

static void put_crm(struct request *rq, struct sandbox *box, const struct market *market,
                    int64_t since_ms, int64_t until_ms, struct json_writer *w)
{
    struct world_desk_events events = {0};
    struct entries entries = {0};

    world_desk_between(market->world, since_ms, until_ms, rq->arena, &events);
    for (size_t i = 0; i < events.n; i++)
        note(&entries, rq->arena, &events.at[i]);
    for (size_t i = 0; i < entries.n; i++)
        put_known(rq->arena, box, market, entries.at[i].lead, &entries.at[i].known, w);
}

typedef void put_span(struct request *rq, struct sandbox *box, const struct market *market,
                      int64_t since_ms, int64_t until_ms, struct json_writer *w);

static bool answer_span(struct request *rq, struct reply *rp, put_span *put, struct err *err)
{
    struct sandbox *box = rq->app;
    struct str advertiser = request_query(rq, "advertiser_id");
    int64_t since_ms, until_ms;
    struct reply_json json;

    if (!read_instant(rq, "since", 0, &since_ms, err) ||
        !read_instant(rq, "until", clock_wall_ms(), &until_ms, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    box_lock(box);
    market_tick(box, clock_wall_ms());
    for (size_t i = 0; i < box->markets.n; i++)
        if (!advertiser.n || str_eq(advertiser, box->markets.at[i].advertiser_id))
            put(rq, box, &box->markets.at[i], since_ms, until_ms, &json.w);
    store_sweep(box->store);
    box_unlock(box);
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

bool truth_crm(struct request *rq, struct reply *rp, struct err *err)
{
    return answer_span(rq, rp, put_crm, err);
}

static void put_leads(struct request *rq, struct sandbox *box, const struct market *market,
                      int64_t since_ms, int64_t until_ms, struct json_writer *w)
{
    struct world_leads leads = {0};

    world_leads_between(market->world, since_ms, until_ms, rq->arena, &leads);
    for (size_t i = 0; i < leads.n; i++) {
        const struct world_lead *lead = leads.at[i];
        json_object(w);
        put_head(rq->arena, box, market, lead, w);
        json_text_member(w, "e164", str(lead->person.e164));
        json_bool_member(w, "webhook_lost", lead->webhook_lost);
        json_bool_member(w, "valid", lead->valid);
        put_instant(rq->arena, w, "qualified_at", lead->qualified_ms);
        put_instant(rq->arena, w, "sold_at", lead->sold_ms);
        json_int_member(w, "amount_micros", lead->amount_micros);
        put_instant(rq->arena, w, "refunded_at", lead->refunded_ms);
        json_end(w);
    }
}

bool truth_leads(struct request *rq, struct reply *rp, struct err *err)
{
    return answer_span(rq, rp, put_leads, err);
}

/* --- webhooks that wait -------------------------------------------------- */

bool truth_hooks(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = rq->app;
    struct reply_json json;

    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    box_lock(box);
    for (size_t i = 0; i < store_count(box->store, KIND_DELIVERY); i++)
        if (store_at(box->store, KIND_DELIVERY, i))
            put_members(rq->arena, &json.w, store_at(box->store, KIND_DELIVERY, i),
                        "subscription_id url lead_id attempts due_ms sending body");
    box_unlock(box);
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}
