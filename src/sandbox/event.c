/* event.c - event/track (TikTok: Events API 2.0). */

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/gate.h"
#include "sandbox/rules.h"
#include "text/money.h"

#define SECOND_MS    INT64_C(1000)
#define DAY_S        INT64_C(86400)
#define DEDUPE_MS    INT64_C(172800000) /* 48 h */
#define YEAR_2001_S  INT64_C(978307200)
#define MILLISECONDS INT64_C(100000000000) /* more is no unix time in seconds */

static const char offline_events[] =
    "AddPaymentInfo AddToCart AddToWishlist ApplicationApproval CompleteRegistration Contact "
    "CustomizeProduct Download FindLocation InitiateCheckout Lead Purchase Schedule Search "
    "StartTrial SubmitApplication Subscribe ViewContent CompletePayment PlaceAnOrder "
    "SubmitForm "
    "ClickButton";

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

/* --- the source ---------------------------------------------------------- */

/* web: the pixel's code, not its id; crm: an event set. */
static const struct json *source(struct call *call)
{
    struct str kind = call_text(call, "event_source"), id = call_text(call, "event_source_id");
    enum kind where = str_eq(kind, STR("web")) ? KIND_PIXEL : KIND_CRM_SET;
    const char *member = where == KIND_PIXEL ? "pixel_code" : "event_set_id";

    for (size_t i = 0; i < store_count(call->box->store, where); i++) {
        const struct json *one = store_at(call->box->store, where, i);
        if (one && str_eq(text(one, member), id) &&
            gate_covers(call->grant, text(one, "advertiser_id")))
            return one;
    }
    (void)call_refuse(
        call, "event_source_id: the %s " STR_FMT " does not exist or is not yours.",
        where == KIND_PIXEL ? "pixel code" : "event set", STR_ARG(str_sub(id, 0, 64)));
    return NULL;
}

/* --- one event ----------------------------------------------------------- */

static bool bad(struct call *call, size_t position, const char *field, const char *why)
{
    return call_refuse(call, "data[%zu].%s: %s", position, field, why);
}

static bool is_hash(struct str value)
{
    if (value.n != 64)
        return false;
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
            return false;
    }
    return true;
}

static bool hashed(const struct json *value)
{
    if (json_type(value) == JSON_TEXT)
        return is_hash(json_text(value, "", STR("")));
    for (size_t i = 0; i < json_count(value); i++)
        if (!is_hash(json_text(json_item(value, i), "", STR(""))))
            return false;
    return true;
}

static bool user_good(struct call *call, const struct json *event, size_t position)
{
    static const char *const fields[] = {"user.email", "user.phone", "user.external_id"};

    for (size_t i = 0; i < countof(fields); i++)
        if (!hashed(json_at(event, fields[i])))
            return bad(call, position, fields[i], "must be SHA-256 as 64 hexadecimal digits.");
    return true;
}

static bool time_good(struct call *call, const struct json *event, size_t position)
{
    bool web = str_eq(call_text(call, "event_source"), STR("web"));
    int64_t now_s = call->now_ms / SECOND_MS, at_s = 0;

    (void)json_int(event, "event_time", &at_s);
    if (at_s >= MILLISECONDS || at_s < YEAR_2001_S)
        return bad(call, position, "event_time", "must be a unix time in seconds.");
    if (at_s > now_s)
        return bad(call, position, "event_time", "must not be in the future.");
    if (at_s < now_s - (web ? 7 : 28) * DAY_S)
        return bad(call, position, "event_time", "is too long ago.");
    return true;
}

static bool context_good(struct call *call, const struct json *event, size_t position)
{
    struct str kind = call_text(call, "event_source");

    if (str_eq(kind, STR("web")) && !text(event, "page.url").n)
        return bad(call, position, "page.url", "Missing data for required field.");
    if (str_eq(kind, STR("crm")) && !text(event, "lead.lead_id").n)
        return bad(call, position, "lead.lead_id", "Missing data for required field.");
    if (str_eq(kind, STR("app")) && !json_given(event, "app"))
        return bad(call, position, "app", "Missing data for required field.");
    if (str_eq(kind, STR("offline")) && !word_in(offline_events, text(event, "event")))
        return bad(call, position, "event", "only standard events are accepted offline.");
    return true;
}

static bool properties_good(struct call *call, const struct json *event, size_t position)
{
    const struct json *properties = json_at(event, "properties");
    struct str type = text(properties, "content_type");

    if (json_given(properties, "currency") &&
        !money_currency_known(text(properties, "currency")))
        return bad(call, position, "properties.currency", "must be an ISO 4217 code.");
    if (json_given(properties, "value") && !json_given(properties, "currency"))
        return bad(call, position, "properties.currency", "Missing data for required field.");
    if (type.n && !word_in("product product_group", type))
        return bad(call, position, "properties.content_type",
                   "value is invalid, correct is product, product_group");
    return true;
}

static bool event_good(struct call *call, const struct json *event, size_t position)
{
    if (!text(event, "event").n)
        return bad(call, position, "event", "Missing data for required field.");
    return time_good(call, event, position) && context_good(call, event, position) &&
           user_good(call, event, position) && properties_good(call, event, position);
}

/* --- counting ------------------------------------------------------------ */

/* First of its key within 48 hours?  Without an event_id each one counts. */
static bool counts(struct call *call, const struct json *event)
{
    struct str id = text(event, "event_id");
    const struct json *seen;
    int64_t first_ms = 0;
    struct str key;

    if (!id.n)
        return true;
    key = str_fmt(call->arena, STR_FMT "|" STR_FMT "|" STR_FMT,
                  STR_ARG(call_text(call, "event_source_id")), STR_ARG(text(event, "event")),
                  STR_ARG(id));
    seen = store_find(call->box->store, KIND_EVENT, key);
    if (seen && json_int(seen, "first_ms", &first_ms) && call->now_ms - first_ms <= DEDUPE_MS)
        return false;
    (void)store_put(call->box->store, KIND_EVENT, key,
                    str_fmt(call->arena, "{\"first_ms\":%lld}", (long long)call->now_ms));
    return true;
}

static void count(struct call *call, const struct json *source_doc, const struct json *event)
{
    struct str where = json_given(source_doc, "pixel_id") ? text(source_doc, "pixel_id")
                                                          : text(source_doc, "event_set_id");
    int64_t at_s = 0, total = 0, attributed = 0;
    struct str key;
    const struct json *old;
    struct doc doc;

    (void)json_int(event, "event_time", &at_s);
    key = str_fmt(call->arena, STR_FMT "|" STR_FMT "|%lld", STR_ARG(where),
                  STR_ARG(text(event, "event")), (long long)(at_s / DAY_S));
    old = store_find(call->box->store, KIND_EVENT_COUNT, key);
    if (old) {
        (void)json_int(old, "total", &total);
        (void)json_int(old, "attributed", &attributed);
    }
    doc_init(&doc, call->arena);
    doc_text(&doc, "source", where);
    doc_text(&doc, "event", text(event, "event"));
    doc_int(&doc, "day", at_s / DAY_S);
    doc_int(&doc, "total", total + 1);
    doc_int(&doc, "attributed",
            attributed + (text(event, "user.ttclid").n || json_given(event, "ad.callback") ||
                          json_given(event, "lead.lead_id")));
    (void)store_put(call->box->store, KIND_EVENT_COUNT, key, doc_print(&doc));
}

/* Kept as text: tens of thousands come in a test, and a tree costs ten times as much. */
static void keep(struct call *call, const struct json *event, bool duplicate)
{
    struct doc shown, doc;

    doc_from(&shown, call->arena, event);
    doc_text(&shown, "event_source_id", call_text(call, "event_source_id"));
    doc_text(&shown, "test_event_code", call_text(call, "test_event_code"));
    doc_bool(&shown, "duplicate", duplicate);
    doc_int(&shown, "received_ms", call->now_ms);
    doc_init(&doc, call->arena);
    doc_text(&doc, "event_source_id", call_text(call, "event_source_id"));
    doc_text(&doc, "shown", doc_print(&shown));
    (void)store_put(call->box->store, KIND_EVENT_TAKEN,
                    store_new_id(call->box->store, call->arena), doc_print(&doc));
}

static bool read_page(struct request *rq, int64_t *after, int64_t *limit, struct err *err)
{
    struct str from = request_query(rq, "after"), most = request_query(rq, "limit");

    *after = 0;
    *limit = INT64_MAX;
    if ((!from.n || str_int(from, after)) && (!most.n || str_int(most, limit)) && *after >= 0 &&
        *limit > 0)
        return true;
    return err_input(err, "after", "send the `next` of the last page",
                     "after and limit are whole numbers");
}

/* GET /sandbox/events?pixel_code=&after=&limit= - every event that was taken, as it came. */
bool events_get(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = rq->app;
    struct str code = request_query(rq, "pixel_code");
    struct reply_json json;
    int64_t after, limit;

    if (!read_page(rq, &after, &limit, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    box_lock(box);
    size_t n = store_count(box->store, KIND_EVENT_TAKEN), i = (size_t)after;
    for (; i < n && limit > 0; i++) {
        const struct json *one = store_at(box->store, KIND_EVENT_TAKEN, i);
        if (!one || (code.n && !str_eq(text(one, "event_source_id"), code)))
            continue;
        json_put_raw(&json.w, text(one, "shown"));
        limit--;
    }
    box_unlock(box);
    json_end(&json.w);
    json_key(&json.w, "next");
    if (i < n)
        json_put_int(&json.w, (int64_t)i);
    else
        json_put_null(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

bool event_track(struct call *call)
{
    const struct json *events = json_at(call->args, "data");
    struct str kind = call_text(call, "event_source");
    const struct json *source_doc;

    if (str_eq(kind, STR("app")) || str_eq(kind, STR("offline")))
        return call_refuse(call, "event_source_id: the %s does not exist or is not yours.",
                           str_eq(kind, STR("app")) ? "app" : "event set");
    source_doc = source(call);
    if (!source_doc)
        return false;
    for (size_t i = 0; i < json_count(events); i++)
        if (!event_good(call, json_item(events, i), i))
            return false;
    bool test = call_given(call, "test_event_code");
    for (size_t i = 0; i < json_count(events); i++) {
        const struct json *event = json_item(events, i);
        bool first = test || counts(call, event);
        keep(call, event, !first);
        if (first && !test)
            count(call, source_doc, event);
    }
    return true;
}
