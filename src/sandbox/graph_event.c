/* graph_event.c - <pixel>/events: the Conversions API, all or nothing. */

#include "sandbox/graph.h"

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/rules.h"
#include "seal/seal.h"
#include "text/money.h"

#define EVENTS_MOST      1000
#define DAY_S            INT64_C(86400)
#define AHEAD_S          60
#define DEDUPE_MS        INT64_C(172800000)    /* 48 h */
#define MILLISECONDS     INT64_C(100000000000) /* more is no unix time in seconds */
#define SUBCODE_TOO_OLD  2804003
#define SUBCODE_PURCHASE 2804009
#define SUBCODE_BROAD    2804050
/* SHA-256 of nothing: somebody hashed an empty value. */
#define HASH_OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const char event_members[] =
    "event_name event_time event_id action_source event_source_url user_data custom_data "
    "opt_out data_processing_options data_processing_options_country "
    "data_processing_options_state referrer_url customer_segmentation original_event_data "
    "attribution_data messaging_channel app_data";
static const char user_members[] =
    "em ph fn ln db ge ct st zp country external_id client_ip_address client_user_agent fbc "
    "fbp "
    "subscription_id fb_login_id lead_id anon_id madid page_id page_scoped_user_id ctwa_clid "
    "ig_account_id ig_sid";
static const char hashed_members[] = "em ph fn ln db ge ct st zp country";
/* One of these names a person; address, browser, sex or country alone do not. */
static const char naming_members[] =
    "em ph external_id fbc fbp subscription_id fb_login_id lead_id anon_id madid "
    "page_scoped_user_id ctwa_clid ig_sid";
static const char sources[] = "email website app phone_call chat physical_store "
                              "system_generated business_messaging other";

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

/* --- one event ----------------------------------------------------------------- */

/* The message does not say which event it was: whoever sent them finds out. */
static bool bad(struct graph *g, int subcode, struct str title, struct str words)
{
    (void)graph_fail(g, 400, 100, subcode, "Invalid parameter");
    return graph_for_people(g, title, words);
}

#define INVALID(g, ...) bad((g), 0, STR("Invalid Parameter"), str_fmt((g)->arena, __VA_ARGS__))

static bool members_known(struct graph *g, const struct json *object, const char *known,
                          const char *where)
{
    void *cursor = NULL;
    const struct json *value;
    struct str key;

    if (json_type(object) != JSON_OBJECT)
        return INVALID(g, "%s must be an object.", where);
    while (json_each(object, &cursor, &key, &value))
        if (!word_in(known, key))
            return INVALID(g, "Unexpected key \"" STR_FMT "\" on param %s.",
                           STR_ARG(str_sub(key, 0, 60)), where);
    return true;
}

static bool is_hash(struct str value)
{
    if (value.n != 64 || str_eq_nocase(value, STR(HASH_OF_NOTHING)))
        return false;
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
            return false;
    }
    return true;
}

/* One text or a list of texts, each a hash. */
static bool hashed(const struct json *value)
{
    if (json_type(value) != JSON_LIST)
        return is_hash(json_text(value, "", STR("")));
    for (size_t i = 0; i < json_count(value); i++)
        if (!is_hash(json_text(json_item(value, i), "", STR(""))))
            return false;
    return json_count(value) > 0;
}

static bool all_in(struct str s, const char *from)
{
    for (size_t i = 0; i < s.n; i++)
        if (!strchr(from, s.p[i]))
            return false;
    return s.n > 0;
}

#define DIGITS  "0123456789"
#define LETTERS DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"

/* fb.<level>.<first seen, s or ms>.<click id or random>[.<appendix>] */
static bool cookie_good(struct str value)
{
    struct str level, seen, id;

    if (!str_eq(str_cut(&value, '.'), STR("fb")))
        return false;
    level = str_cut(&value, '.');
    seen = str_cut(&value, '.');
    id = str_cut(&value, '.');
    return all_in(level, DIGITS) && all_in(seen, DIGITS) && seen.n >= 10 && seen.n <= 13 &&
           all_in(id, LETTERS) &&
           (!value.n || (all_in(value, LETTERS) && value.n >= 2 && value.n <= 8));
}

static bool user_good(struct graph *g, const struct json *event)
{
    const struct json *user = json_at(event, "user_data");
    struct str rest = str(hashed_members);
    bool named = false;

    if (!members_known(g, user, user_members, "user_data"))
        return false;
    while (rest.n) {
        const char *name = str_c(g->arena, str_cut(&rest, ' '));
        if (json_given(user, name) && !hashed(json_at(user, name)))
            return INVALID(g, "user_data.%s must be SHA-256 as 64 hexadecimal digits.", name);
    }
    rest = str(naming_members);
    while (rest.n)
        named |= json_given(user, str_c(g->arena, str_cut(&rest, ' ')));
    if (!named)
        return bad(g, SUBCODE_BROAD, STR("Combination of Customer Information Too Broad"),
                   STR("Your event has not enough customer information parameters."));
    if (json_given(user, "fbc") && !cookie_good(text(user, "fbc")))
        return INVALID(g, "user_data.fbc is not of the form fb.1.<time>.<fbclid>.");
    if (json_given(user, "fbp") && !cookie_good(text(user, "fbp")))
        return INVALID(g, "user_data.fbp is not of the form fb.1.<time>.<random>.");
    if (json_given(user, "lead_id")) {
        struct str id = json_id(user, "lead_id", g->arena);
        if (!all_in(id, DIGITS) || id.n < 15 || id.n > 17)
            return INVALID(g, "user_data.lead_id must be 15 to 17 digits.");
    }
    return true;
}

static bool time_good(struct graph *g, const struct json *event)
{
    int64_t now_s = g->now_ms / 1000, at_s = 0;
    bool shop = str_eq(text(event, "action_source"), STR("physical_store"));

    if (json_type(json_at(event, "event_time")) != JSON_INT ||
        !json_int(event, "event_time", &at_s) || at_s <= 0 || at_s >= MILLISECONDS)
        return INVALID(g, "event_time must be a unix time in seconds.");
    if (at_s > now_s + AHEAD_S)
        return INVALID(g, "event_time lies in the future.");
    if (at_s < now_s - (shop ? 62 : 7) * DAY_S)
        return bad(g, SUBCODE_TOO_OLD, STR("Event Timestamp Too Old"),
                   STR("The timestamp for this event is too far in the past."));
    return true;
}

static bool source_good(struct graph *g, const struct json *event)
{
    struct str source = text(event, "action_source");

    if (!source.n || !word_in(sources, source))
        return INVALID(g, "action_source must be one of %s.", sources);
    if (str_eq(source, STR("website")) && !text(event, "event_source_url").n)
        return INVALID(g, "event_source_url is required for website events.");
    if (str_eq(source, STR("website")) && !text(event, "user_data.client_user_agent").n)
        return INVALID(g, "user_data.client_user_agent is required for website events.");
    if (str_eq(source, STR("business_messaging")) &&
        !word_in("whatsapp messenger instagram", text(event, "messaging_channel")))
        return INVALID(g, "messaging_channel is required for business_messaging events.");
    return true;
}

/* Stages of a CRM belong to a lead of an instant form. */
static bool crm_good(struct graph *g, const struct json *event)
{
    if (!str_eq(text(event, "custom_data.event_source"), STR("crm")))
        return true;
    if (!str_eq(text(event, "action_source"), STR("system_generated")))
        return INVALID(g, "action_source must be system_generated for events of a CRM.");
    if (!text(event, "custom_data.lead_event_source").n)
        return INVALID(g, "custom_data.lead_event_source is required for events of a CRM.");
    return json_given(event, "user_data.lead_id") ||
           INVALID(g, "user_data.lead_id is required for events of a CRM.");
}

static bool custom_good(struct graph *g, const struct json *event)
{
    const struct json *custom = json_at(event, "custom_data");
    enum json_type value = json_type(json_at(custom, "value"));
    bool number = value == JSON_INT || value == JSON_REAL;

    if (json_given(event, "custom_data") && json_type(custom) != JSON_OBJECT)
        return INVALID(g, "custom_data must be an object.");
    if (json_given(custom, "value") && !number)
        return INVALID(g, "custom_data.value must be a number.");
    if (json_given(custom, "currency") && !money_currency_known(text(custom, "currency")))
        return INVALID(g, "custom_data.currency must be an ISO 4217 code.");
    if (str_eq(text(event, "event_name"), STR("Purchase")) &&
        (!number || !json_given(custom, "currency")))
        return bad(g, SUBCODE_PURCHASE, STR("Missing Required Parameter"),
                   STR("Purchase events need a value and a currency."));
    return true;
}

static bool event_good(struct graph *g, const struct json *event)
{
    if (!members_known(g, event, event_members, "data"))
        return false;
    if (!text(event, "event_name").n || str_length(text(event, "event_name")) > 100)
        return INVALID(g, "event_name is required, at most 100 characters.");
    return source_good(g, event) && time_good(g, event) && user_good(g, event) &&
           crm_good(g, event) && custom_good(g, event);
}

/* --- what came -------------------------------------------------------------------- */

/* First of its name and id within 48 hours?  Without an id each one counts. */
static bool is_double(struct graph *g, const struct json *event)
{
    struct str id = text(event, "event_id"), key;
    const struct json *seen;
    int64_t first_ms = 0;

    if (!id.n)
        return false;
    key = str_fmt(g->arena, "graph|" STR_FMT "|" STR_FMT "|" STR_FMT, STR_ARG(g->object_id),
                  STR_ARG(text(event, "event_name")), STR_ARG(id));
    seen = store_find(g->box->store, KIND_EVENT, key);
    if (seen && json_int(seen, "first_ms", &first_ms) && g->now_ms - first_ms <= DEDUPE_MS)
        return true;
    (void)store_put(g->box->store, KIND_EVENT, key,
                    str_fmt(g->arena, "{\"first_ms\":%lld}", (long long)g->now_ms));
    return false;
}

/* A phone that was hashed with its plus matches nobody: known for the people of our leads. */
static bool phone_with_plus(struct graph *g, const struct json *event)
{
    const struct json *hash = json_at(event, "user_data.ph");
    struct str value = json_type(hash) == JSON_LIST ? json_text(json_item(hash, 0), "", STR(""))
                                                    : json_text(hash, "", STR(""));

    for (size_t i = 0; value.n && i < store_count(g->box->store, KIND_GRAPH_LEAD); i++) {
        const struct json *lead = store_at(g->box->store, KIND_GRAPH_LEAD, i);
        struct str phone = lead ? text(lead, "_phone") : STR("");
        if (str_starts(phone, STR("+")) &&
            str_eq_nocase(seal_sha256_hex(g->arena, phone), value))
            return true;
    }
    return false;
}

static void keep(struct graph *g, const struct json *event)
{
    struct str id = store_new_id(g->box->store, g->arena);
    struct doc doc;

    doc_from(&doc, g->arena, event);
    doc_text(&doc, "pixel_id", g->object_id);
    doc_text(&doc, "test_event_code", graph_param(g, "test_event_code"));
    doc_bool(&doc, "duplicate", is_double(g, event));
    doc_bool(&doc, "phone_with_plus", phone_with_plus(g, event));
    doc_int(&doc, "received_ms", g->now_ms);
    (void)store_put(g->box->store, KIND_GRAPH_EVENT, id, doc_print(&doc));
}

bool graph_events(struct graph *g)
{
    const struct json *list;
    struct json_writer *w;

    if (!graph_param(g, "data").n)
        return graph_refuse(g, "(#100) The parameter data is required");
    if (!graph_json(g, "data", &list))
        return false;
    if (json_type(list) != JSON_LIST || !json_count(list))
        return graph_refuse(g, "(#100) Param data must be a non-empty array");
    if (json_count(list) > EVENTS_MOST)
        return graph_refuse(g, "(#100) Param data must have at most 1000 events");
    if (str_has(graph_param(g, "partner_agent"), STR(" ")) ||
        graph_param(g, "partner_agent").n > 23)
        return graph_refuse(g, "(#100) Param partner_agent is not valid");
    for (size_t i = 0; i < json_count(list); i++)
        if (!event_good(g, json_item(list, i)))
            return false;
    for (size_t i = 0; i < json_count(list); i++)
        keep(g, json_item(list, i));
    w = graph_data(g);
    json_object(w);
    json_int_member(w, "events_received", (int64_t)json_count(list));
    json_key(w, "messages");
    json_put_raw(w, STR("[]"));
    json_text_member(w, "fbtrace_id", g->trace_id);
    json_end(w);
    return true;
}
