/* subscription.c - who wants webhooks (TikTok: webhook subscription). */

#include "base/arena.h"
#include "net/net.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/gate.h"
#include "sandbox/rules.h"

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

static bool app_good(struct call *call)
{
    return gate_app(call, call_text(call, "app_id"), call_text(call, "secret"));
}

/* The token inside the detail stands for the advertiser's consent. */
static bool token_good(struct call *call, const struct json *detail)
{
    struct str token = text(detail, "access_token");
    struct str advertiser = text(detail, "advertiser_id");
    const struct json *grant = store_find(call->box->store, KIND_GRANT, token);

    if (!token.n)
        return call_refuse(
            call, "subscription_detail.access_token: Missing data for required field.");
    if (!grant || json_bool(grant, "revoked", false))
        return call_fail(call, CODE_BAD_TOKEN,
                         "Access token is incorrect or has been revoked.");
    call->grant = grant;
    if (advertiser.n && !gate_covers(grant, advertiser))
        return call_fail(call, CODE_ADVERTISER,
                         "Advertiser does not exist or no permission to operate it.");
    call->advertiser_id = advertiser;
    return true;
}

static bool lead_good(struct call *call, const struct json *detail)
{
    if (!text(detail, "advertiser_id").n && !text(detail, "library_id").n)
        return call_refuse(
            call, "subscription_detail.advertiser_id: Missing data for required field.");
    if (json_given(detail, "page_id") &&
        str_eq(text(detail, "lead_source"), STR("DIRECT_MESSAGE")))
        return call_refuse(call, "subscription_detail.page_id: only for INSTANT_FORM.");
    if (json_given(detail, "page_id") && !own_find(call, KIND_PAGE, text(detail, "page_id")))
        return call_refuse(call, "subscription_detail.page_id: The page does not exist.");
    return gate_admin(call);
}

static bool detail_good(struct call *call, const struct json *detail)
{
    struct str entity = call_text(call, "subscribe_entity");

    if (!token_good(call, detail))
        return false;
    if (str_eq(entity, STR("LEAD")))
        return lead_good(call, detail);
    if (str_eq(entity, STR("AD")) || str_eq(entity, STR("AD_GROUP"))) {
        const char *id = str_eq(entity, STR("AD")) ? "ad_id" : "adgroup_id";
        if (!text(detail, "advertiser_id").n)
            return call_refuse(
                call, "subscription_detail.advertiser_id: Missing data for required field.");
        return json_given(detail, id) ||
               call_refuse(call, "subscription_detail.%s: Missing data for required field.",
                           id);
    }
    return call_refuse(call, "subscribe_entity: " STR_FMT " is not available in this sandbox.",
                       STR_ARG(entity));
}

static bool callback_good(struct call *call)
{
    return rule_https(call, call_text(call, "callback_url"), true) ||
           call_refuse(call, "callback_url: must be a valid https URL.");
}

/* Some receivers expect to be asked first (a setting): GET ?challenge=..., echoed. */
static bool challenge_met(struct call *call)
{
    struct str token = envelope_request_id(call->box, call->arena, call->now_ms);
    struct str url = call_text(call, "callback_url");
    struct net_request request = {
        .method = STR("GET"), .deadline_ms = 5000, .allow_private = true};
    struct net_answer answer = {0};
    struct err err = {0};
    bool ok;

    if (!call->box->settings.webhook_challenge)
        return true;
    request.url = str_fmt(call->arena, STR_FMT "%cchallenge=" STR_FMT, STR_ARG(url),
                          str_find(url, '?') < url.n ? '&' : '?', STR_ARG(token));
    box_unlock(call->box);
    ok = net_call(call->rq->net, call->arena, &request, &answer, &err) &&
         answer.status == 200 && str_has(answer.body, token);
    box_lock(call->box);
    return ok || call_refuse(call, "callback_url: the challenge was not answered.");
}

bool subscription_add(struct call *call)
{
    const struct json *detail = json_at(call->args, "subscription_detail");
    struct str id;
    struct json_writer *w;
    struct doc doc;

    if (!app_good(call) || !callback_good(call) || !detail_good(call, detail) ||
        !challenge_met(call))
        return false;
    id = store_new_id(call->box->store, call->arena);
    doc_from(&doc, call->arena, call->args);
    doc_remove(&doc, "secret");
    doc_text(&doc, "subscription_id", id);
    (void)store_put(call->box->store, KIND_SUBSCRIPTION, id, doc_print(&doc));
    w = call_data(call);
    json_object(w);
    json_text_member(w, "subscription_id", id);
    json_end(w);
    return true;
}

/* A revoked token has ended its subscriptions without a word. */
static bool alive(struct call *call, const struct json *subscription)
{
    const struct json *grant =
        store_find(call->box->store, KIND_GRANT,
                   json_text(subscription, "subscription_detail.access_token", STR("")));

    return grant && !json_bool(grant, "revoked", false);
}

bool subscription_get(struct call *call)
{
    struct docs found = {0};
    struct json_writer *w;
    struct page page;

    if (!app_good(call))
        return false;
    for (size_t i = 0; i < store_count(call->box->store, KIND_SUBSCRIPTION); i++) {
        const struct json *one = store_at(call->box->store, KIND_SUBSCRIPTION, i);
        if (one && alive(call, one) &&
            str_eq(text(one, "subscribe_entity"), call_text(call, "subscribe_entity")))
            *docs_add(&found, call->arena) = one;
    }
    page = page_of(call, found.n, 10);
    w = call_data(call);
    json_object(w);
    json_key(w, "subscriptions");
    json_list(w);
    for (size_t i = page.first; i < page.end; i++)
        json_put_raw(w, json_print(call->arena, found.at[i]));
    json_end(w);
    page_info(call, &page);
    json_end(w);
    return true;
}

bool subscription_end(struct call *call)
{
    struct str id = call_text(call, "subscription_id");
    const struct json *one = store_find(call->box->store, KIND_SUBSCRIPTION, id);
    struct json_writer *w;

    if (!app_good(call))
        return false;
    if (!one || !alive(call, one))
        return call_refuse(call, "subscription_id: The subscription does not exist.");
    store_remove(call->box->store, KIND_SUBSCRIPTION, id);
    w = call_data(call);
    json_object(w);
    json_text_member(w, "subscription_id", id);
    json_end(w);
    return true;
}
