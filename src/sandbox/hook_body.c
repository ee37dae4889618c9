/* hook_body.c - bodies and signatures of lead webhooks. */

#include "sandbox/hook_body.h"

#include "base/arena.h"
#include "base/limits.h"
#include "sandbox/doc.h"
#include "sandbox/market.h"
#include "seal/seal.h"
#include "text/hex.h"

bool hook_lead_of(struct sandbox *box, const struct market *market, struct arena *arena,
                  const struct world_lead *lead, struct hook_lead *out)
{
    const struct json *ad = market_ad_doc(box, market, lead->ad);
    const struct json *group = market_group_doc(box, market, lead->group);
    const struct json *campaign = market_campaign_doc(box, market, lead->campaign);
    const struct json *advertiser =
        store_find(box->store, KIND_ADVERTISER, market->advertiser_id);
    const struct json *page;

    if (!ad || !group || !campaign || !json_given(ad, "page_id"))
        return false;
    *out = (struct hook_lead){
        .lead_id = str(lead->id),
        .page_id = json_id(ad, "page_id", arena),
        .advertiser_id = market->advertiser_id,
        .advertiser_name = json_text(advertiser, "name", STR("")),
        .campaign_id = json_text(campaign, "campaign_id", STR("")),
        .campaign_name = json_text(campaign, "campaign_name", STR("")),
        .adgroup_id = json_text(group, "adgroup_id", STR("")),
        .adgroup_name = json_text(group, "adgroup_name", STR("")),
        .ad_id = json_text(ad, "ad_id", STR("")),
        .ad_name = json_text(ad, "ad_name", STR("")),
        .name = str(lead->person.name),
        .phone = str(lead->person.phone),
        .email = str(lead->person.email),
        .city = str(lead->person.city),
        .at_ms = lead->at_ms,
    };
    page = store_find(box->store, KIND_PAGE, out->page_id);
    out->page_name = page ? json_text(page, "title", STR("")) : STR("");
    return true;
}

void hook_lead_mock(struct arena *arena, struct str advertiser_id, const struct json *lead,
                    struct hook_lead *out)
{
    (void)arena;
    *out = (struct hook_lead){
        .lead_id = json_text(lead, "lead_id", STR("")),
        .page_id = json_text(lead, "page_id", STR("")),
        .page_name = json_text(lead, "page_name", STR("")),
        .advertiser_id = advertiser_id,
        .name = json_text(lead, "name", STR("")),
        .phone = json_text(lead, "phone_number", STR("")),
        .email = json_text(lead, "email", STR("")),
    };
    (void)json_int(lead, "create_ms", &out->at_ms);
}

struct member {
    const char *name;
    struct str value;
};

/* Ids as text, or as the JSON numbers that some receivers have seen. */
static void put_id(struct sandbox *box, struct json_writer *w, const char *name, struct str id)
{
    int64_t number;

    json_key(w, name);
    if (box->settings.webhook_ids_as_numbers && str_int(id, &number))
        json_put_raw(w, id);
    else
        json_put_text(w, id);
}

static void put_answers(struct json_writer *w, const struct hook_lead *lead,
                        const char *name_key, const char *value_key)
{
    const struct member answers[] = {
        {"name", lead->name},
        {"phone_number", lead->phone},
        {"email", lead->email},
        {"city", lead->city},
    };

    json_list(w);
    for (size_t i = 0; i < countof(answers); i++) {
        if (!answers[i].value.n)
            continue;
        json_object(w);
        json_text_member(w, name_key, str(answers[i].name));
        json_text_member(w, value_key, answers[i].value);
        json_end(w);
    }
    json_end(w);
}

static void put_documented(struct sandbox *box, struct json_writer *w,
                           const struct hook_lead *lead, struct str request_id)
{
    json_object(w);
    json_text_member(w, "request_id", request_id);
    json_int_member(w, "object", 1);
    json_int_member(w, "time", lead->at_ms / 1000);
    json_key(w, "entry");
    json_list(w);
    json_object(w);
    put_id(box, w, "id", lead->lead_id);
    json_text_member(w, "lead_source", STR("INSTANT_FORM"));
    put_id(box, w, "page_id", lead->page_id);
    json_text_member(w, "page_name", lead->page_name);
    put_id(box, w, "advertiser_id", lead->advertiser_id);
    json_text_member(w, "advertiser_name", lead->advertiser_name);
    put_id(box, w, "campaign_id", lead->campaign_id);
    json_text_member(w, "campaign_name", lead->campaign_name);
    put_id(box, w, "adgroup_id", lead->adgroup_id);
    json_text_member(w, "adgroup_name", lead->adgroup_name);
    put_id(box, w, "ad_id", lead->ad_id);
    json_text_member(w, "ad_name", lead->ad_name);
    json_int_member(w, "create_time", lead->at_ms / 1000);
    json_key(w, "changes");
    put_answers(w, lead, "field", "value");
    json_end(w);
    json_end(w);
    json_end(w);
}

/* The shape that an older integration describes; no document has it. */
static void put_founding(struct sandbox *box, struct json_writer *w,
                         const struct hook_lead *lead)
{
    json_object(w);
    json_text_member(w, "event_type", STR("lead"));
    json_int_member(w, "timestamp", lead->at_ms / 1000);
    json_key(w, "data");
    json_object(w);
    put_id(box, w, "lead_id", lead->lead_id);
    put_id(box, w, "page_id", lead->page_id);
    put_id(box, w, "ad_id", lead->ad_id);
    put_id(box, w, "adgroup_id", lead->adgroup_id);
    put_id(box, w, "campaign_id", lead->campaign_id);
    put_id(box, w, "advertiser_id", lead->advertiser_id);
    json_int_member(w, "create_time", lead->at_ms / 1000);
    json_key(w, "field_data");
    put_answers(w, lead, "field_name", "field_value");
    json_end(w);
    json_end(w);
}

struct str hook_body(struct sandbox *box, struct arena *arena, const struct hook_lead *lead)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, LIMIT_WEBHOOK_BODY);
    json_writer(&w, &buf);
    if (setting_is(box->settings.webhook_shape, "founding"))
        put_founding(box, &w, lead);
    else
        put_documented(box, &w, lead, envelope_request_id(box, arena, lead->at_ms));
    must(!buf.full);
    return buf_str(&buf);
}

struct str hook_rejection(struct sandbox *box, struct arena *arena, const struct json *ad,
                          int object, int64_t at_ms)
{
    static const char *const ids[] = {"campaign_id", "adgroup_id", "ad_id"};
    const struct json *group =
        store_find(box->store, KIND_ADGROUP, json_text(ad, "adgroup_id", STR("")));
    const struct json *campaign =
        store_find(box->store, KIND_CAMPAIGN, json_text(ad, "campaign_id", STR("")));
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, LIMIT_WEBHOOK_BODY);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "request_id", envelope_request_id(box, arena, at_ms));
    json_int_member(&w, "object", object);
    json_int_member(&w, "time", at_ms / 1000);
    json_key(&w, "entry");
    json_list(&w);
    json_object(&w);
    put_id(box, &w, "log_id", store_new_id(box->store, arena));
    put_id(box, &w, "adv_id", json_text(ad, "advertiser_id", STR("")));
    for (int i = 0; i < object; i++)
        put_id(box, &w, ids[i], json_text(ad, ids[i], STR("")));
    json_text_member(&w, "campaign_name", json_text(campaign, "campaign_name", STR("")));
    json_text_member(&w, "adgroup_name", json_text(group, "adgroup_name", STR("")));
    if (object == 3)
        json_text_member(&w, "ad_name", json_text(ad, "ad_name", STR("")));
    json_text_member(&w, "reject_reason",
                     STR("The ad promises a result that cannot be guaranteed."));
    json_end(&w);
    json_end(&w);
    json_end(&w);
    must(!buf.full);
    return buf_str(&buf);
}

/* --- signatures ---------------------------------------------------------- */

/* One well-formed UTF-8 sequence at `p`; its length in bytes. */
static size_t decode(const unsigned char *p, unsigned *point)
{
    if (p[0] < 0xe0) {
        *point = (unsigned)(p[0] & 0x1f) << 6 | (p[1] & 0x3fu);
        return 2;
    }
    if (p[0] < 0xf0) {
        *point = (unsigned)(p[0] & 0x0f) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
        return 3;
    }
    *point = (unsigned)(p[0] & 0x07) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 |
             (p[3] & 0x3fu);
    return 4;
}

struct str hook_escape(struct arena *arena, struct str body)
{
    struct buf buf;

    must(str_utf8(body));
    buf_init(&buf, arena, body.n * 6 + 1);
    for (size_t i = 0; i < body.n;) {
        const unsigned char *p = (const unsigned char *)body.p + i;
        unsigned point;
        if (*p < 0x80) {
            buf_char(&buf, (char)*p);
            i++;
            continue;
        }
        i += decode(p, &point);
        if (point >= 0x10000)
            buf_fmt(&buf, "\\u%04x\\u%04x", 0xd800 + ((point - 0x10000) >> 10),
                    0xdc00 + ((point - 0x10000) & 0x3ff));
        else
            buf_fmt(&buf, "\\u%04x", point);
    }
    return buf_str(&buf);
}

static struct str hmac_hex(struct arena *arena, struct str key, struct str message)
{
    return hex_encode(arena, seal_hmac_sha256(arena, key, message));
}

void hook_sign(struct sandbox *box, struct arena *arena, struct str body, int64_t now_ms,
               struct net_headers *headers)
{
    struct str key = box->app_secret;
    struct net_header header;

    if (setting_is(box->settings.webhook_signature, "open")) {
        header = (struct net_header){STR("X-Open-Signature"),
                                     hmac_hex(arena, key, hook_escape(arena, body))};
    } else if (setting_is(box->settings.webhook_signature, "timestamped")) {
        long long t = (long long)(now_ms / 1000);
        struct str signed_text = str_fmt(arena, "%lld." STR_FMT, t, STR_ARG(body));
        header = (struct net_header){
            STR("TikTok-Signature"),
            str_fmt(arena, "t=%lld,s=" STR_FMT, t, STR_ARG(hmac_hex(arena, key, signed_text)))};
    } else {
        header = (struct net_header){STR("x-tiktok-signature"), hmac_hex(arena, key, body)};
    }
    *net_headers_add(headers, arena) = header;
    *net_headers_add(headers, arena) =
        (struct net_header){STR("Content-Type"), STR("application/json")};
}
