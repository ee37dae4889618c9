/* graph_account.c - the person, ad accounts, pages and their forms. */

#include "sandbox/graph.h"

#include "base/arena.h"
#include "sandbox/doc.h"
#include "text/zone.h"

#define HOUR_S 3600.0
#define DAY_MS INT64_C(86400000)

static const char me_fields[] = "id name email";
static const char account_fields[] =
    "id account_id name currency timezone_name timezone_offset_hours_utc account_status "
    "disable_reason amount_spent spend_cap balance";
static const char page_fields[] = "id name access_token tasks category";
static const char form_fields_known[] =
    "id name status locale questions leads_count privacy_policy created_time page";
static const char pixel_fields[] = "id name";

static const struct json *parsed(struct arena *arena, const struct doc *doc)
{
    const struct json *json;
    struct err err = {0};

    must(json_parse(arena, doc_print(doc), &json, &err));
    return json;
}

static bool no_person(struct graph *g)
{
    return graph_fail(g, 400, 2500, 0,
                      "An active access token must be used to query information about the "
                      "current user.");
}

/* A page's token speaks for the page. */
bool graph_me(struct graph *g)
{
    struct str page_id;
    struct doc doc;

    if (!g->grant)
        return no_person(g);
    if (!graph_fields_good(g, me_fields))
        return false;
    page_id = json_text(g->grant, "page_id", STR(""));
    if (page_id.n) {
        graph_put(g, store_find(g->box->store, KIND_GRAPH_PAGE, page_id), "name");
        return true;
    }
    doc_init(&doc, g->arena);
    doc_text(&doc, "id", json_text(g->grant, "user_id", STR("")));
    doc_text(&doc, "name", STR("Sandbox Owner"));
    if (graph_has_scope(g, "email"))
        doc_text(&doc, "email", STR("owner@example.com"));
    graph_put(g, parsed(g->arena, &doc), "name");
    return true;
}

/* --- ad accounts -------------------------------------------------------------------- */

static const struct json *view_account(struct graph *g, const struct json *account)
{
    struct str zone = json_text(account, "timezone_name", STR("UTC"));
    struct doc doc;

    doc_from(&doc, g->arena, account);
    doc_text(
        &doc, "id",
        str_fmt(g->arena, "act_" STR_FMT, STR_ARG(json_text(account, "account_id", STR("")))));
    doc_raw(&doc, "timezone_offset_hours_utc",
            str_fmt(g->arena, "%g", zone_offset_s(zone, g->now_ms) / HOUR_S));
    return parsed(g->arena, &doc);
}

bool graph_account(struct graph *g)
{
    if (!graph_fields_good(g, account_fields))
        return false;
    graph_put(g, view_account(g, g->object), "account_id");
    return true;
}

bool graph_my_accounts(struct graph *g)
{
    struct docs docs = {0};

    if (!graph_fields_good(g, account_fields))
        return false;
    for (size_t i = 0; i < store_count(g->box->store, KIND_GRAPH_ACCOUNT); i++)
        if (graph_sees_account(g, store_id_at(g->box->store, KIND_GRAPH_ACCOUNT, i)))
            *docs_add(&docs, g->arena) = store_at(g->box->store, KIND_GRAPH_ACCOUNT, i);
    return graph_list(g, &docs, view_account, "account_id");
}

bool graph_pixels(struct graph *g)
{
    struct docs docs = {0};

    if (!graph_fields_good(g, pixel_fields))
        return false;
    for (size_t i = 0; i < store_count(g->box->store, KIND_GRAPH_PIXEL); i++) {
        const struct json *pixel = store_at(g->box->store, KIND_GRAPH_PIXEL, i);
        if (pixel && str_eq(json_text(pixel, "account_id", STR("")), g->object_id))
            *docs_add(&docs, g->arena) = pixel;
    }
    return graph_list(g, &docs, NULL, "");
}

/* --- pages ---------------------------------------------------------------------------- */

/* The page's own token for this caller: made once, kept. */
static struct str page_token(struct graph *g, struct str page_id)
{
    int64_t issued_ms = 0, expires_ms = 0;
    struct str token;
    struct doc doc;

    for (size_t i = 0; i < store_count(g->box->store, KIND_GRAPH_TOKEN); i++) {
        const struct json *one = store_at(g->box->store, KIND_GRAPH_TOKEN, i);
        if (one && str_eq(json_text(one, "page_id", STR("")), page_id) &&
            str_eq(json_text(one, "parent", STR("")), g->token))
            return store_id_at(g->box->store, KIND_GRAPH_TOKEN, i);
    }
    token = graph_new_token(g->arena);
    doc_from(&doc, g->arena, g->grant);
    doc_text(&doc, "page_id", page_id);
    doc_text(&doc, "parent", g->token);
    /* From a long-lived token it does not expire by itself. */
    (void)json_int(g->grant, "issued_ms", &issued_ms);
    (void)json_int(g->grant, "expires_ms", &expires_ms);
    if (expires_ms - issued_ms > DAY_MS)
        doc_int(&doc, "expires_ms", 0);
    (void)store_put(g->box->store, KIND_GRAPH_TOKEN, token, doc_print(&doc));
    return token;
}

static const struct json *view_page(struct graph *g, const struct json *page)
{
    struct doc doc;

    doc_from(&doc, g->arena, page);
    doc_text(&doc, "access_token", page_token(g, json_text(page, "id", STR(""))));
    return parsed(g->arena, &doc);
}

bool graph_page(struct graph *g)
{
    if (!graph_fields_good(g, page_fields))
        return false;
    graph_put(g, view_page(g, g->object), "name");
    return true;
}

bool graph_my_pages(struct graph *g)
{
    struct docs docs = {0};

    if (!g->grant || json_text(g->grant, "page_id", STR("")).n)
        return no_person(g);
    if (!graph_fields_good(g, page_fields))
        return false;
    for (size_t i = 0; i < store_count(g->box->store, KIND_GRAPH_PAGE); i++)
        if (graph_has_scope(g, "pages_show_list") &&
            graph_sees_page(g, store_id_at(g->box->store, KIND_GRAPH_PAGE, i)))
            *docs_add(&docs, g->arena) = store_at(g->box->store, KIND_GRAPH_PAGE, i);
    return graph_list(g, &docs, view_page, "access_token category name tasks");
}

/* --- forms ------------------------------------------------------------------------------ */

bool graph_page_forms(struct graph *g)
{
    struct docs docs = {0};

    if (!graph_need_page_token(g) || !graph_fields_good(g, form_fields_known))
        return false;
    for (size_t i = 0; i < store_count(g->box->store, KIND_GRAPH_FORM); i++) {
        const struct json *form = store_at(g->box->store, KIND_GRAPH_FORM, i);
        if (form && str_eq(json_text(form, "page_id", STR("")), g->object_id))
            *docs_add(&docs, g->arena) = form;
    }
    return graph_list(g, &docs, NULL, "name status locale");
}

bool graph_form(struct graph *g)
{
    if (!graph_fields_good(g, form_fields_known))
        return false;
    graph_put(g, g->object, "name status locale");
    return true;
}
