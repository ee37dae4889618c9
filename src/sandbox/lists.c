/* lists.c - pages, objects with their documented members, shared lookups. */

#include "sandbox/call.h"
#include "sandbox/doc.h"

#include "base/arena.h"

struct page page_of(const struct call *call, size_t total, int64_t default_size)
{
    struct page page = {.page = 1, .size = default_size, .total = (int64_t)total};

    (void)json_int(call->args, "page", &page.page);
    (void)json_int(call->args, "page_size", &page.size);
    if (page.page > 1 + page.total / page.size)
        page.first = total;
    else
        page.first = (size_t)((page.page - 1) * page.size);
    page.end = page.first + (size_t)page.size;
    if (page.end > total)
        page.end = total;
    return page;
}

void page_info(struct call *call, const struct page *page)
{
    struct json_writer *w = call_data(call);

    json_key(w, "page_info");
    json_object(w);
    json_int_member(w, "page", page->page);
    json_int_member(w, "page_size", page->size);
    json_int_member(w, "total_number", page->total);
    json_int_member(w, "total_page", (page->total + page->size - 1) / page->size);
    json_end(w);
}

bool fields_known(struct call *call, const char *object)
{
    const struct strs *names = table_object(call->box->table, object);
    const struct json *fields = json_at(call->args, "fields");

    for (size_t i = 0; i < json_count(fields); i++) {
        struct str field = json_text(json_item(fields, i), "", STR(""));
        size_t k = 0;
        while (k < names->n && !str_eq(names->at[k], field))
            k++;
        if (k == names->n)
            return call_refuse(call, "fields: field name '" STR_FMT "' is invalid.",
                               STR_ARG(str_sub(field, 0, 100)));
    }
    return true;
}

void put_object(struct call *call, const char *object, const struct json *doc)
{
    const struct strs *names = table_object(call->box->table, object);
    const struct json *fields = json_at(call->args, "fields");
    bool no_nulls = json_list_has(json_at(call->args, "exclude_field_types_in_response"),
                                  STR("NULL_FIELD"));
    struct json_writer *w = call_data(call);

    json_object(w);
    for (size_t i = 0; i < names->n; i++) {
        const char *name = str_c(call->arena, names->at[i]);
        bool there = json_given(doc, name);
        if (json_count(fields) && !json_list_has(fields, names->at[i]))
            continue;
        if (!there && no_nulls)
            continue;
        json_key(w, name);
        if (there)
            json_put_raw(w, json_print(call->arena, json_at(doc, name)));
        else
            json_put_null(w);
    }
    json_end(w);
}

bool own(const struct call *call, const struct json *doc)
{
    return doc && str_eq(json_text(doc, "advertiser_id", STR("")), call->advertiser_id);
}

const struct json *own_find(const struct call *call, enum kind kind, struct str id)
{
    const struct json *doc = store_find(call->box->store, kind, id);

    return own(call, doc) ? doc : NULL;
}
