/* pixel.c - pixel/... and crm/list (TikTok: pixels). */

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/rules.h"
#include "text/zone.h"

/* What an event type optimises for; page views cannot be optimised. */
static const struct {
    const char *type;
    const char *optimization;
} optimizations[] = {
    {"ADD_BILLING", "ADD_BILLING"},
    {"CONSULT", "CONSULT"},
    {"DOWNLOAD_START", "DOWNLOAD_START"},
    {"FORM", "FORM"},
    {"INITIATE_ORDER", "INITIATE_ORDER"},
    {"ON_WEB_ADD_TO_WISHLIST", "ON_WEB_ADD_TO_WISHLIST"},
    {"ON_WEB_CART", "ON_WEB_CART"},
    {"ON_WEB_DETAIL", "ON_WEB_DETAIL"},
    {"ON_WEB_REGISTER", "ON_WEB_REGISTER"},
    {"ON_WEB_SEARCH", "ON_WEB_SEARCH"},
    {"ON_WEB_SUBSCRIBE", "ON_WEB_SUBSCRIBE"},
    {"SHOPPING", "SHOPPING"},
};

/* Events API names and the pixel's event types. */
static const struct {
    const char *event;
    const char *type;
} event_types[] = {
    {"Purchase", "SHOPPING"},
    {"CompletePayment", "SHOPPING"},
    {"InitiateCheckout", "INITIATE_ORDER"},
    {"AddPaymentInfo", "ADD_BILLING"},
    {"AddToCart", "ON_WEB_CART"},
    {"ViewContent", "ON_WEB_DETAIL"},
    {"CompleteRegistration", "ON_WEB_REGISTER"},
    {"Lead", "FORM"},
    {"SubmitForm", "FORM"},
    {"Contact", "CONSULT"},
    {"Subscribe", "ON_WEB_SUBSCRIBE"},
    {"Search", "ON_WEB_SEARCH"},
    {"Download", "DOWNLOAD_START"},
    {"PlaceAnOrder", "ON_WEB_ORDER"},
    {"AddToWishlist", "ON_WEB_ADD_TO_WISHLIST"},
};

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

static const struct json *view(struct call *call, const struct json *pixel)
{
    const struct json *json;
    struct err err = {0};
    struct doc doc;

    doc_from(&doc, call->arena, pixel);
    doc_text(&doc, "pixel_script",
             str_fmt(call->arena, "<script>/* sandbox pixel " STR_FMT " */</script>",
                     STR_ARG(text(pixel, "pixel_code"))));
    must(json_parse(call->arena, doc_print(&doc), &json, &err));
    return json;
}

static bool meant(struct call *call, const struct json *pixel)
{
    return own(call, pixel) && filter_is(call->args, "pixel_id", text(pixel, "pixel_id")) &&
           filter_is(call->args, "code", text(pixel, "pixel_code")) &&
           str_has(text(pixel, "pixel_name"), call_text(call, "name"));
}

bool pixel_list(struct call *call)
{
    bool latest = str_eq(call_text(call, "order_by"), STR("LATEST_CREATE"));
    struct docs found = {0};
    struct json_writer *w = call_data(call);
    struct page page;

    for (size_t i = 0; i < store_count(call->box->store, KIND_PIXEL); i++) {
        const struct json *pixel = store_at(call->box->store, KIND_PIXEL, i);
        if (pixel && meant(call, pixel))
            *docs_add(&found, call->arena) = pixel;
    }
    page = page_of(call, found.n, 10);
    json_object(w);
    json_key(w, "pixels");
    json_list(w);
    for (size_t i = page.first; i < page.end; i++)
        put_object(call, "pixel", view(call, found.at[latest ? found.n - 1 - i : i]));
    json_end(w);
    page_info(call, &page);
    json_end(w);
    return true;
}

bool pixel_create(struct call *call)
{
    struct str id, name = call_text(call, "pixel_name");
    struct doc doc;

    if (rule_has_emoji(name))
        return call_refuse(call, "pixel_name: emojis are not supported.");
    id = store_new_id(call->box->store, call->arena);
    doc_from(&doc, call->arena, call->args);
    doc_text(&doc, "pixel_id", id);
    doc_text(&doc, "pixel_code",
             str_upper(call->arena,
                       str_fmt(call->arena, "C0%018llx", (unsigned long long)str_hash(id))));
    doc_text(&doc, "create_time", time_platform(call->arena, call->now_ms));
    doc_text(&doc, "pixel_setup_mode", STR("DEVELOPER_MODE"));
    doc_raw(&doc, "events", STR("[]"));
    put_object(call, "pixel",
               view(call, store_put(call->box->store, KIND_PIXEL, id, doc_print(&doc))));
    return true;
}

static const struct json *named(struct call *call)
{
    const struct json *pixel = own_find(call, KIND_PIXEL, call_text(call, "pixel_id"));

    if (!pixel)
        (void)call_refuse(call, "pixel_id: The pixel does not exist.");
    return pixel;
}

bool pixel_update(struct call *call)
{
    const struct json *pixel = named(call);
    struct doc doc;

    if (!pixel)
        return false;
    if (rule_has_emoji(call_text(call, "pixel_name")))
        return call_refuse(call, "pixel_name: emojis are not supported.");
    doc_from(&doc, call->arena, pixel);
    doc_merge(&doc, call->args);
    (void)store_put(call->box->store, KIND_PIXEL, text(pixel, "pixel_id"), doc_print(&doc));
    return true;
}

/* --- events on a pixel --------------------------------------------------- */

static const char *optimization_of(struct str type)
{
    for (size_t i = 0; i < countof(optimizations); i++)
        if (str_eq(type, str(optimizations[i].type)))
            return optimizations[i].optimization;
    return NULL;
}

static void put_event(struct call *call, struct json_writer *w, const struct json *event)
{
    struct str type = text(event, "event_type");
    struct doc doc;

    doc_from(&doc, call->arena, event);
    if (!json_given(event, "event_id"))
        doc_text(&doc, "event_id", store_new_id(call->box->store, call->arena));
    if (!json_given(event, "name"))
        doc_text(&doc, "name", text(event, "event_name"));
    if (!json_given(event, "optimization_event") && optimization_of(type))
        doc_text(&doc, "optimization_event", str(optimization_of(type)));
    doc_bool(&doc, "deprecated", false);
    json_put_raw(w, doc_print(&doc));
}

bool pixel_event_create(struct call *call)
{
    const struct json *pixel = named(call);
    const struct json *events = json_at(call->args, "pixel_events");
    struct buf buf;
    struct json_writer w;
    struct doc doc;

    if (!pixel)
        return false;
    for (size_t i = 0; i < json_count(events); i++)
        if (!json_given(json_item(events, i), "event_type"))
            return call_refuse(
                call, "pixel_events[%zu].event_type: Missing data for required field.", i);
    buf_init(&buf, call->arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < json_count(json_at(pixel, "events")); i++)
        json_put_raw(&w, json_print(call->arena, json_item(json_at(pixel, "events"), i)));
    for (size_t i = 0; i < json_count(events); i++)
        put_event(call, &w, json_item(events, i));
    json_end(&w);
    doc_from(&doc, call->arena, pixel);
    doc_raw(&doc, "events", buf_str(&buf));
    (void)store_put(call->box->store, KIND_PIXEL, text(pixel, "pixel_id"), doc_print(&doc));
    return true;
}

static const struct json *pixel_of_event(struct call *call, struct str event_id)
{
    for (size_t i = 0; i < store_count(call->box->store, KIND_PIXEL); i++) {
        const struct json *pixel = store_at(call->box->store, KIND_PIXEL, i);
        const struct json *events = json_at(pixel, "events");
        for (size_t k = 0; pixel && own(call, pixel) && k < json_count(events); k++)
            if (str_eq(text(json_item(events, k), "event_id"), event_id))
                return pixel;
    }
    (void)call_refuse(call, "event_id: The event does not exist.");
    return NULL;
}

/* Rewrite the events of a pixel: the named one changed, or left out. */
static bool rewrite(struct call *call, bool keep)
{
    struct str event_id = call_text(call, "event_id");
    const struct json *pixel = pixel_of_event(call, event_id);
    const struct json *events = json_at(pixel, "events");
    struct buf buf;
    struct json_writer w;
    struct doc doc;

    if (!pixel)
        return false;
    buf_init(&buf, call->arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < json_count(events); i++) {
        const struct json *event = json_item(events, i);
        struct doc changed;
        if (!str_eq(text(event, "event_id"), event_id)) {
            json_put_raw(&w, json_print(call->arena, event));
        } else if (keep) {
            doc_from(&changed, call->arena, event);
            doc_merge(&changed, call->args);
            doc_remove(&changed, "advertiser_id");
            json_put_raw(&w, doc_print(&changed));
        }
    }
    json_end(&w);
    doc_from(&doc, call->arena, pixel);
    doc_raw(&doc, "events", buf_str(&buf));
    (void)store_put(call->box->store, KIND_PIXEL, text(pixel, "pixel_id"), doc_print(&doc));
    return true;
}

bool pixel_event_update(struct call *call)
{
    return rewrite(call, true);
}

bool pixel_event_delete(struct call *call)
{
    return rewrite(call, false);
}

/* --- statistics ---------------------------------------------------------- */

static const char *type_of(struct str event)
{
    for (size_t i = 0; i < countof(event_types); i++)
        if (str_eq(event, str(event_types[i].event)))
            return event_types[i].type;
    return NULL;
}

struct statistic {
    struct str event;
    int64_t total, attributed;
};
LIST(statistics, struct statistic);

static void collect(struct call *call, struct str pixel_id, int64_t from_day, int64_t to_day,
                    struct statistics *out)
{
    for (size_t i = 0; i < store_count(call->box->store, KIND_EVENT_COUNT); i++) {
        const struct json *one = store_at(call->box->store, KIND_EVENT_COUNT, i);
        int64_t day = 0, total = 0, attributed = 0;
        size_t k = 0;
        if (!one || !str_eq(text(one, "source"), pixel_id) || !json_int(one, "day", &day) ||
            day < from_day || day > to_day)
            continue;
        (void)json_int(one, "total", &total);
        (void)json_int(one, "attributed", &attributed);
        while (k < out->n && !str_eq(out->at[k].event, text(one, "event")))
            k++;
        if (k == out->n)
            *statistics_add(out, call->arena) = (struct statistic){text(one, "event"), 0, 0};
        out->at[k].total += total;
        out->at[k].attributed += attributed;
    }
}

static void put_statistics(struct call *call, const struct statistics *list)
{
    struct json_writer *w = call_data(call);

    json_key(w, "statistics");
    json_list(w);
    for (size_t i = 0; i < list->n; i++) {
        const char *type = type_of(list->at[i].event);
        json_object(w);
        json_text_or_null_member(w, "pixel_event_type", type ? str(type) : STR(""));
        json_text_or_null_member(w, "custom_event_type", type ? STR("") : list->at[i].event);
        json_int_member(w, "total_count", list->at[i].total);
        json_int_member(w, "attributed_count", list->at[i].attributed);
        json_int_member(w, "preview_count", 0);
        json_int_member(w, "browser_event_total_count", 0);
        json_int_member(w, "server_event_total_count", list->at[i].total);
        json_end(w);
    }
    json_end(w);
}

static bool day_of(struct call *call, const char *name, int64_t *day)
{
    struct str value = json_text(json_at(call->args, "date_range"), name, STR(""));

    if (!day_valid(value))
        return call_refuse(call, "date_range.%s: must be a date of the form YYYY-MM-DD.", name);
    *day = day_diff(value, STR("1970-01-01"));
    return true;
}

bool pixel_event_stats(struct call *call)
{
    const struct json *ids = json_at(call->args, "pixel_ids");
    int64_t from_day = 0, to_day = 0;
    struct json_writer *w;

    if (!day_of(call, "start_date", &from_day) || !day_of(call, "end_date", &to_day))
        return false;
    if (to_day < from_day)
        return call_refuse(call, "date_range.end_date: must not be before start_date.");
    for (size_t i = 0; i < json_count(ids); i++)
        if (!own_find(call, KIND_PIXEL, json_text(json_item(ids, i), "", STR(""))))
            return call_refuse(call, "pixel_ids: The pixel does not exist.");
    w = call_data(call);
    json_object(w);
    json_key(w, "list");
    json_list(w);
    for (size_t i = 0; i < json_count(ids); i++) {
        struct str id = json_text(json_item(ids, i), "", STR(""));
        struct statistics list = {0};
        collect(call, id, from_day, to_day, &list);
        json_object(w);
        json_text_member(w, "pixel_id", id);
        put_statistics(call, &list);
        json_end(w);
    }
    json_end(w);
    json_end(w);
    return true;
}

bool crm_list(struct call *call)
{
    struct json_writer *w;

    if (!call_given(call, "advertiser_id"))
        return call_refuse(call, "advertiser_id: Missing data for required field.");
    w = call_data(call);
    json_object(w);
    json_key(w, "crm_event_sets");
    json_list(w);
    for (size_t i = 0; i < store_count(call->box->store, KIND_CRM_SET); i++) {
        const struct json *set = store_at(call->box->store, KIND_CRM_SET, i);
        if (!set || !own(call, set) ||
            !filter_has(call->args, "event_set_ids", text(set, "event_set_id")) ||
            !str_has(text(set, "name"), call_text(call, "name")))
            continue;
        json_object(w);
        json_text_member(w, "event_set_id", text(set, "event_set_id"));
        json_text_member(w, "name", text(set, "name"));
        json_text_member(w, "create_time", text(set, "create_time"));
        json_end(w);
    }
    json_end(w);
    json_end(w);
    return true;
}
