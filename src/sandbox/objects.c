/* objects.c - what campaigns, ad groups and ads have in common. */

#include "sandbox/objects.h"

#include "base/arena.h"
#include "sandbox/rules.h"
#include "sandbox/status.h"
#include "text/zone.h"

static const char *kind_word(enum kind kind)
{
    return kind == KIND_CAMPAIGN ? "campaign" : kind == KIND_ADGROUP ? "ad group" : "ad";
}

const struct json *object_parent(struct call *call, enum kind kind, const struct json *doc)
{
    const char *id = kind == KIND_CAMPAIGN ? "campaign_id" : "adgroup_id";
    const struct json *found = store_find(call->box->store, kind, json_text(doc, id, STR("")));

    must(found != NULL);
    return found;
}

static struct str status_of(struct call *call, enum kind kind, const struct json *doc)
{
    if (kind == KIND_CAMPAIGN)
        return status_campaign(call, doc);
    if (kind == KIND_ADGROUP)
        return status_adgroup(call, doc);
    return status_ad(call, doc);
}

const struct json *object_live(struct call *call, enum kind kind, const char *field,
                               struct str id)
{
    const struct json *doc = own_find(call, kind, id);

    if (!doc) {
        (void)call_refuse(call, "%s: The %s " STR_FMT " does not exist.", field,
                          kind_word(kind), STR_ARG(str_sub(id, 0, 64)));
        return NULL;
    }
    if (str_ends(status_of(call, kind, doc), STR("_DELETE"))) {
        (void)call_refuse(call, "%s: The %s " STR_FMT " has been deleted.", field,
                          kind_word(kind), STR_ARG(id));
        return NULL;
    }
    return doc;
}

const struct json *object_view(struct call *call, enum kind kind, const struct json *doc)
{
    struct str status = status_of(call, kind, doc);
    const struct json *view;
    struct err err = {0};
    struct doc full;

    doc_from(&full, call->arena, doc);
    doc_text(&full, "secondary_status", status);
    if (str_eq(status, STR("ADGROUP_STATUS_ADGROUP_QUOTA_LIMIT")))
        doc_text(&full, "operation_status", STR("DISABLE"));
    if (kind != KIND_CAMPAIGN)
        doc_text(&full, "campaign_name",
                 json_text(object_parent(call, KIND_CAMPAIGN, doc), "campaign_name", STR("")));
    if (kind == KIND_AD)
        doc_text(&full, "adgroup_name",
                 json_text(object_parent(call, KIND_ADGROUP, doc), "adgroup_name", STR("")));
    must(json_parse(call->arena, doc_print(&full), &view, &err));
    return view;
}

const struct json *object_save(struct call *call, enum kind kind, struct str id,
                               struct doc *doc)
{
    doc_text(doc, "modify_time", time_platform(call->arena, call->now_ms));
    return store_put(call->box->store, kind, id, doc_print(doc));
}

bool object_status_check(struct call *call, const struct status_change *change, struct str id)
{
    return object_live(call, change->kind, change->list, id) != NULL;
}

void object_status_set(struct call *call, const struct status_change *change, struct str id)
{
    struct str status = call_text(call, "operation_status");
    const struct json *old = own_find(call, change->kind, id);
    struct doc doc;

    doc_from(&doc, call->arena, old);
    if (str_eq(status, STR("DELETE")))
        doc_bool(&doc, "_deleted", true);
    else
        doc_text(&doc, "operation_status", status);
    change->set_on(call, object_save(call, change->kind, id, &doc),
                   str_eq(status, STR("ENABLE")));
}

void object_list(struct call *call, enum kind kind, const char *object, object_filter *filter,
                 void *arg)
{
    struct docs found = {0};
    struct json_writer *w = call_data(call);
    struct page page;

    for (size_t i = store_count(call->box->store, kind); i-- > 0;) {
        const struct json *doc = store_at(call->box->store, kind, i);
        if (!doc || !own(call, doc))
            continue;
        doc = object_view(call, kind, doc);
        if (filter(call, doc, arg))
            *docs_add(&found, call->arena) = doc;
    }
    page = page_of(call, found.n, 10);
    json_object(w);
    json_key(w, "list");
    json_list(w);
    for (size_t i = page.first; i < page.end; i++)
        put_object(call, object, found.at[i]);
    json_end(w);
    page_info(call, &page);
    json_end(w);
}
