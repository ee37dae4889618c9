/* page.c - instant forms and pages, and their fields (TikTok: forms). */

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/files.h"
#include "sandbox/page.h"
#include "sandbox/rules.h"
#include "text/zone.h"

#define LINK_LIFE_MS INT64_C(21600000)

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

bool page_owner(struct call *call)
{
    const struct json *page;

    if (call->advertiser_id.n)
        return true;
    if (!call_given(call, "library_id"))
        return call_refuse(call, "advertiser_id: Missing data for required field.");
    /* A library belongs to the advertiser of its forms. */
    for (size_t i = 0; i < store_count(call->box->store, KIND_PAGE); i++) {
        page = store_at(call->box->store, KIND_PAGE, i);
        if (!page || !str_eq(text(page, "_library_id"), call_text(call, "library_id")) ||
            !json_list_has(json_at(call->grant, "advertiser_ids"), text(page, "advertiser_id")))
            continue;
        call->advertiser_id = text(page, "advertiser_id");
        call->advertiser = store_find(call->box->store, KIND_ADVERTISER, call->advertiser_id);
        return true;
    }
    return call_refuse(call, "library_id: The library does not exist.");
}

const struct json *page_named(struct call *call)
{
    const struct json *page = own_find(call, KIND_PAGE, call_text(call, "page_id"));

    if (!page)
        (void)call_refuse(call, "page_id: The page does not exist.");
    return page;
}

static bool type_meant(struct call *call, const struct json *page)
{
    struct str type = text(page, "business_type");

    if (call_given(call, "business_types"))
        return filter_has(call->args, "business_types", type);
    return str_eq(type, call_given(call, "business_type") ? call_text(call, "business_type")
                                                          : STR("LEAD_GEN"));
}

static bool meant(struct call *call, const struct json *page)
{
    const struct json *range = json_at(call->args, "update_time_range");
    struct str updated = text(page, "update_time");

    return own(call, page) && type_meant(call, page) &&
           filter_is(call->args, "page_status", text(page, "status")) &&
           str_has(text(page, "title"), call_text(call, "title")) &&
           (!json_given(range, "start") || str_cmp(updated, text(range, "start")) >= 0) &&
           (!json_given(range, "end") || str_cmp(updated, text(range, "end")) <= 0);
}

static const struct json *view(struct call *call, const struct json *page)
{
    struct str id = text(page, "page_id");
    const struct json *json;
    struct err err = {0};
    struct doc doc;

    doc_from(&doc, call->arena, page);
    doc_text(&doc, "preview_url", files_link(call, "cover", id, call->now_ms + LINK_LIFE_MS));
    doc_text(&doc, "thumbnail", files_link(call, "cover", id, call->now_ms + LINK_LIFE_MS));
    must(json_parse(call->arena, doc_print(&doc), &json, &err));
    return json;
}

bool page_get(struct call *call)
{
    struct docs found = {0};
    struct json_writer *w;
    struct page page;

    if (!page_owner(call))
        return false;
    for (size_t i = 0; i < store_count(call->box->store, KIND_PAGE); i++) {
        const struct json *one = store_at(call->box->store, KIND_PAGE, i);
        if (one && meant(call, one))
            *docs_add(&found, call->arena) = one;
    }
    page = page_of(call, found.n, 10);
    w = call_data(call);
    json_object(w);
    json_key(w, "list");
    json_list(w);
    for (size_t i = page.first; i < page.end; i++)
        put_object(call, "page", view(call, found.at[i]));
    json_end(w);
    page_info(call, &page);
    json_end(w);
    return true;
}

static void put_fields(struct call *call, const struct json *page)
{
    static const char *const fields[] = {"name", "phone_number", "email", "city"};
    struct json_writer *w = call_data(call);

    json_object(w);
    json_key(w, "fields");
    json_list(w);
    for (size_t i = 0; i < countof(fields); i++)
        json_put_text(w, str(fields[i]));
    json_end(w);
    json_key(w, "meta");
    json_object(w);
    json_text_member(w, "page_id", text(page, "page_id"));
    json_text_member(w, "page_name", text(page, "title"));
    json_text_member(
        w, "page_url",
        files_link(call, "cover", text(page, "page_id"), call->now_ms + LINK_LIFE_MS));
    json_text_member(w, "create_time", text(page, "create_time"));
    json_end(w);
    json_end(w);
}

bool page_field_get(struct call *call)
{
    const struct json *page;

    if (!page_owner(call) || !(page = page_named(call)))
        return false;
    put_fields(call, page);
    return true;
}

bool lead_field_get(struct call *call)
{
    return page_field_get(call);
}

static bool library_seen(const struct strs *seen, struct str id)
{
    for (size_t i = 0; i < seen->n; i++)
        if (str_eq(seen->at[i], id))
            return true;
    return false;
}

bool page_library_get(struct call *call)
{
    struct strs seen = {0};
    struct docs found = {0};
    struct json_writer *w = call_data(call);
    struct page page;

    for (size_t i = 0; i < store_count(call->box->store, KIND_PAGE); i++) {
        const struct json *one = store_at(call->box->store, KIND_PAGE, i);
        if (!one || !json_given(one, "_library_id") ||
            library_seen(&seen, text(one, "_library_id")) ||
            !json_list_has(json_at(call->grant, "advertiser_ids"), text(one, "advertiser_id")))
            continue;
        *strs_add(&seen, call->arena) = text(one, "_library_id");
        *docs_add(&found, call->arena) = one;
    }
    page = page_of(call, found.n, 10);
    json_object(w);
    json_key(w, "list");
    json_list(w);
    for (size_t i = page.first; i < page.end; i++) {
        json_object(w);
        json_text_member(w, "library_id", text(found.at[i], "_library_id"));
        json_text_member(w, "library_name", STR("Sandbox library"));
        json_text_member(w, "advertiser_id", text(found.at[i], "advertiser_id"));
        json_text_member(w, "create_time", text(found.at[i], "create_time"));
        json_text_member(w, "update_time", text(found.at[i], "update_time"));
        json_end(w);
    }
    json_end(w);
    page_info(call, &page);
    json_end(w);
    return true;
}
