/* advertiser.c - advertiser/info, term/... (TikTok: advertiser, lead terms). */

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/market.h"

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

static const struct json *view(struct call *call, const struct json *advertiser)
{
    const struct market *market = market_find(call->box, text(advertiser, "advertiser_id"));
    bool custom =
        json_bool(advertiser, "can_use_custom_identity", call->box->settings.custom_identity);
    const struct json *json;
    struct err err = {0};
    struct doc doc;

    doc_from(&doc, call->arena, advertiser);
    doc_bool(&doc, "can_use_custom_identity", custom);
    if (market && world_balance_micros(market->world) >= 0)
        doc_micros(&doc, "balance", world_balance_micros(market->world));
    must(json_parse(call->arena, doc_print(&doc), &json, &err));
    return json;
}

/* company_name_editable is shown only when it is all that was asked for. */
static bool editable_alone(struct call *call)
{
    const struct json *fields = json_at(call->args, "fields");

    if (!json_list_has(fields, STR("company_name_editable")) || json_count(fields) == 1)
        return true;
    return call_refuse(call, "fields: company_name_editable must be the only field.");
}

bool advertiser_info(struct call *call)
{
    const struct json *ids = json_at(call->args, "advertiser_ids");
    bool default_fields = !json_count(json_at(call->args, "fields"));
    struct json_writer *w;

    if (!fields_known(call, "advertiser") || !editable_alone(call))
        return false;
    w = call_data(call);
    json_object(w);
    json_key(w, "list");
    json_list(w);
    for (size_t i = 0; i < json_count(ids); i++) {
        const struct json *advertiser = store_find(call->box->store, KIND_ADVERTISER,
                                                   json_text(json_item(ids, i), "", STR("")));
        struct err err = {0};
        struct doc doc;
        if (!advertiser)
            continue;
        doc_from(&doc, call->arena, view(call, advertiser));
        if (default_fields)
            doc_remove(&doc, "company_name_editable");
        must(json_parse(call->arena, doc_print(&doc), &advertiser, &err));
        put_object(call, "advertiser", advertiser);
    }
    json_end(w);
    json_end(w);
    return true;
}

/* --- terms --------------------------------------------------------------- */

bool term_check(struct call *call)
{
    struct json_writer *w = call_data(call);

    json_object(w);
    json_bool_member(
        w, "confirmed",
        json_list_has(json_at(call->advertiser, "_terms"), call_text(call, "term_type")));
    json_end(w);
    return true;
}

bool term_get(struct call *call)
{
    struct json_writer *w = call_data(call);

    json_object(w);
    json_key(w, "terms");
    json_list(w);
    json_put_text(w, str_fmt(call->arena,
                             "Sandbox terms of " STR_FMT ": the advertiser tells people what "
                             "happens with the data that they leave, and uses them for nothing "
                             "else.",
                             STR_ARG(call_text(call, "term_type"))));
    json_end(w);
    json_end(w);
    return true;
}

bool term_confirm(struct call *call)
{
    const struct json *terms = json_at(call->advertiser, "_terms");
    struct str type = call_text(call, "term_type");
    struct buf buf;
    struct json_writer w;
    struct doc doc;

    if (json_list_has(terms, type))
        return true;
    buf_init(&buf, call->arena, 4096);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < json_count(terms); i++)
        json_put_text(&w, json_text(json_item(terms, i), "", STR("")));
    json_put_text(&w, type);
    json_end(&w);
    doc_from(&doc, call->arena, call->advertiser);
    doc_raw(&doc, "_terms", buf_str(&buf));
    (void)store_put(call->box->store, KIND_ADVERTISER, call->advertiser_id, doc_print(&doc));
    return true;
}
