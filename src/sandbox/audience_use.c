/* audience_use.c - audiences on ad groups, saved audiences (TikTok: audiences). */

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/objects.h"
#include "sandbox/rules.h"
#include "sandbox/targeting.h"
#include "text/zone.h"

#define SAVED_MOST 100

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

/* --- apply --------------------------------------------------------------- */

/* The list without `id`, or with it. */
static struct str list_with(struct call *call, const struct json *list, struct str id,
                            bool with)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, call->arena, 1024 * 1024);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < json_count(list); i++) {
        struct str one = json_text(json_item(list, i), "", STR(""));
        if (!str_eq(one, id))
            json_put_text(&w, one);
    }
    if (with)
        json_put_text(&w, id);
    json_end(&w);
    return buf_str(&buf);
}

static void apply_to(struct call *call, struct str group_id, struct str id, bool apply,
                     bool include)
{
    const struct json *group = own_find(call, KIND_ADGROUP, group_id);
    struct doc doc;

    doc_from(&doc, call->arena, group);
    doc_raw(&doc, "audience_ids",
            list_with(call, json_at(group, "audience_ids"), id, apply && include));
    doc_raw(&doc, "excluded_audience_ids",
            list_with(call, json_at(group, "excluded_audience_ids"), id, apply && !include));
    (void)object_save(call, KIND_ADGROUP, group_id, &doc);
}

static void log_use(struct call *call, struct str id)
{
    const struct json *audience = own_find(call, KIND_AUDIENCE, id);
    const struct json *log = json_at(audience, "_log");
    const struct json *groups = json_at(call->args, "adgroup_ids");
    struct buf buf;
    struct json_writer w;
    struct doc doc;

    buf_init(&buf, call->arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < json_count(log) && i < 1000; i++)
        json_put_raw(&w, json_print(call->arena, json_item(log, i)));
    for (size_t i = 0; i < json_count(groups); i++) {
        struct str group_id = json_text(json_item(groups, i), "", STR(""));
        json_object(&w);
        json_text_member(&w, "audience_id", id);
        json_text_member(&w, "adgroup_id", group_id);
        json_text_member(&w, "adgroup_name",
                         text(own_find(call, KIND_ADGROUP, group_id), "adgroup_name"));
        json_text_or_null_member(&w, "usage_mode", call_text(call, "usage_mode"));
        json_text_member(&w, "editor", STR("Sandbox Owner"));
        json_text_member(&w, "action_timestamp", time_platform(call->arena, call->now_ms));
        json_end(&w);
    }
    json_end(&w);
    doc_from(&doc, call->arena, audience);
    doc_raw(&doc, "_log", buf_str(&buf));
    (void)store_put(call->box->store, KIND_AUDIENCE, id, doc_print(&doc));
}

bool audience_apply(struct call *call)
{
    struct str id = call_text(call, "custom_audience_id");
    const struct json *audience = own_find(call, KIND_AUDIENCE, id);
    const struct json *groups = json_at(call->args, "adgroup_ids");
    bool apply = str_eq(call_text(call, "action_mode"), STR("Apply"));
    bool include = str_eq(call_text(call, "usage_mode"), STR("Include"));
    int64_t valid_ms = INT64_MAX;

    if (!audience || json_bool(audience, "_deleted", false))
        return call_refuse(call, "custom_audience_id: The audience does not exist.");
    if (!json_int(audience, "_valid_ms", &valid_ms) || valid_ms > call->now_ms)
        return call_refuse(call, "custom_audience_id: The audience is not valid yet.");
    if (apply && !call_given(call, "usage_mode"))
        return call_refuse(call, "usage_mode: Missing data for required field.");
    for (size_t i = 0; i < json_count(groups); i++)
        if (!object_live(call, KIND_ADGROUP, "adgroup_ids",
                         json_text(json_item(groups, i), "", STR(""))))
            return false;
    for (size_t i = 0; i < json_count(groups); i++)
        apply_to(call, json_text(json_item(groups, i), "", STR("")), id, apply, include);
    log_use(call, id);
    return true;
}

bool audience_apply_log(struct call *call)
{
    const struct json *ids = json_at(call->args, "custom_audience_ids");
    struct docs found = {0};
    struct json_writer *w = call_data(call);
    struct page page;

    for (size_t i = 0; i < json_count(ids); i++) {
        const struct json *audience =
            own_find(call, KIND_AUDIENCE, json_text(json_item(ids, i), "", STR("")));
        const struct json *log = audience ? json_at(audience, "_log") : NULL;
        for (size_t k = 0; log && k < json_count(log); k++)
            *docs_add(&found, call->arena) = json_item(log, k);
    }
    page = page_of(call, found.n, 10);
    json_object(w);
    json_text_member(w, "advertiser_id", call->advertiser_id);
    json_key(w, "list");
    json_list(w);
    for (size_t i = page.first; i < page.end; i++)
        json_put_raw(w, json_print(call->arena, found.at[i]));
    json_end(w);
    page_info(call, &page);
    json_end(w);
    return true;
}

/* --- saved audiences ----------------------------------------------------- */

static size_t saved_count(struct call *call)
{
    size_t n = 0;

    for (size_t i = 0; i < store_count(call->box->store, KIND_SAVED_AUDIENCE); i++) {
        const struct json *saved = store_at(call->box->store, KIND_SAVED_AUDIENCE, i);
        n += saved && own(call, saved);
    }
    return n;
}

bool saved_create(struct call *call)
{
    struct str id;
    struct json_writer *w;
    struct doc doc;

    if (saved_count(call) >= SAVED_MOST)
        return call_refuse(call, "an ad account can have at most %d saved audiences.",
                           SAVED_MOST);
    if (!targeting_good(call, call->args))
        return false;
    id = store_new_id(call->box->store, call->arena);
    doc_from(&doc, call->arena, call->args);
    doc_text(&doc, "saved_audience_id", id);
    (void)store_put(call->box->store, KIND_SAVED_AUDIENCE, id, doc_print(&doc));
    w = call_data(call);
    json_object(w);
    json_text_member(w, "saved_audience_id", id);
    json_end(w);
    return true;
}

bool saved_list(struct call *call)
{
    struct docs found = {0};
    struct json_writer *w = call_data(call);
    struct page page;

    for (size_t i = store_count(call->box->store, KIND_SAVED_AUDIENCE); i-- > 0;) {
        const struct json *saved = store_at(call->box->store, KIND_SAVED_AUDIENCE, i);
        if (saved && own(call, saved) &&
            filter_has(call->args, "saved_audience_ids", text(saved, "saved_audience_id")))
            *docs_add(&found, call->arena) = saved;
    }
    page = page_of(call, found.n, 10);
    json_object(w);
    json_key(w, "saved_audiences");
    json_list(w);
    for (size_t i = page.first; i < page.end; i++)
        put_object(call, "saved_audience", found.at[i]);
    json_end(w);
    page_info(call, &page);
    json_end(w);
    return true;
}

bool saved_delete(struct call *call)
{
    const struct json *ids = json_at(call->args, "saved_audience_ids");

    for (size_t i = 0; i < json_count(ids); i++)
        if (!own_find(call, KIND_SAVED_AUDIENCE, json_text(json_item(ids, i), "", STR(""))))
            return call_refuse(call,
                               "saved_audience_ids[%zu]: The saved audience does not "
                               "exist.",
                               i);
    for (size_t i = 0; i < json_count(ids); i++)
        store_remove(call->box->store, KIND_SAVED_AUDIENCE,
                     json_text(json_item(ids, i), "", STR("")));
    return true;
}
