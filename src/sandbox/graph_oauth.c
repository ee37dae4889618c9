/* graph_oauth.c - the dialog, codes, tokens, permissions. */

#include "sandbox/graph.h"

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/rules.h"
#include "seal/seal.h"
#include "text/html.h"
#include "text/url.h"

#define CODE_LIFE_MS  INT64_C(600000)
#define SHORT_LIFE_MS INT64_C(7200000)
#define LONG_LIFE_MS  INT64_C(5184000000) /* 60 days */
#define DATA_LIFE_MS  INT64_C(7776000000) /* 90 days */
#define USER_ID       "102290000000000011"

static const char permissions[] =
    "public_profile email ads_management ads_read business_management pages_show_list "
    "pages_read_engagement pages_manage_metadata pages_manage_ads leads_retrieval "
    "instagram_basic";

/* --- the dialog ------------------------------------------------------------------ */

static bool page(struct graph *g, int status, struct str body)
{
    g->raw = true;
    reply_header(g->rq, g->rp, "Content-Security-Policy",
                 STR("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"));
    return reply_body(g->rp, status, "text/html; charset=utf-8", body);
}

static void page_begin(struct buf *buf, const char *title)
{
    buf_fmt(buf,
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>%s</title>"
            "<style>body{font:16px system-ui,sans-serif;max-width:34em;margin:4em auto;"
            "padding:0 1em}button{font:inherit;padding:.5em 1.5em;margin-right:1em}</style>"
            "<h1>%s</h1>",
            title, title);
}

static bool page_error(struct graph *g, const char *text)
{
    struct buf buf;

    buf_init(&buf, g->arena, 65536);
    page_begin(&buf, "Error");
    buf_fmt(&buf, "<p>%s</p></html>", text);
    (void)page(g, 400, buf_str(&buf));
    return false;
}

static bool dialog_good(struct graph *g)
{
    struct err err = {0};
    struct url url;

    if (!str_eq(graph_param(g, "client_id"), g->box->graph_app_id))
        return page_error(g, "Invalid App ID: The provided app ID does not look like a valid "
                             "app ID.");
    if (!url_parse(g->arena, graph_param(g, "redirect_uri"), &url, &err))
        return page_error(g, "URL Blocked: This redirect failed because the redirect URI is "
                             "not an absolute http or https URL.");
    if (graph_param(g, "response_type").n &&
        !str_eq(graph_param(g, "response_type"), STR("code")))
        return page_error(g, "response_type must be code here.");
    return true;
}

static void hidden(struct buf *buf, const char *name, struct str value)
{
    buf_fmt(buf, "<input type=\"hidden\" name=\"%s\" value=\"", name);
    html_put(buf, value);
    buf_add(buf, STR("\">"));
}

static void tick_box(struct buf *buf, const char *name, struct str value, struct str label)
{
    buf_fmt(buf, "<p><label><input type=\"checkbox\" name=\"%s\" checked value=\"", name);
    html_put(buf, value);
    buf_add(buf, STR("\"> "));
    html_put(buf, label);
    buf_add(buf, STR("</label></p>"));
}

static void tick_boxes(struct graph *g, struct buf *buf, enum kind kind, const char *name)
{
    for (size_t i = 0; i < store_count(g->box->store, kind); i++)
        tick_box(buf, name, store_id_at(g->box->store, kind, i),
                 json_text(store_at(g->box->store, kind, i), "name", STR("")));
}

bool graph_dialog(struct graph *g)
{
    static const char *const kept[] = {"client_id", "redirect_uri", "state", "scope"};
    struct str scopes = graph_param(g, "scope");
    struct buf buf;

    if (!dialog_good(g))
        return false;
    buf_init(&buf, g->arena, 1024 * 1024);
    page_begin(&buf, "Continue as Sandbox Owner?");
    buf_fmt(&buf, "<form method=\"get\" action=\"/" STR_FMT "/dialog/oauth/confirm\">",
            STR_ARG(g->version));
    tick_boxes(g, &buf, KIND_GRAPH_ACCOUNT, "account_id");
    tick_boxes(g, &buf, KIND_GRAPH_PAGE, "page_id");
    while (scopes.n) {
        struct str scope = str_trim(str_cut(&scopes, ','));
        tick_box(&buf, "granted", scope, scope);
    }
    for (size_t i = 0; i < countof(kept); i++)
        hidden(&buf, kept[i], graph_param(g, kept[i]));
    buf_add(&buf, STR("<p><button name=\"answer\" value=\"confirm\">Continue</button>"
                      "<button name=\"answer\" value=\"cancel\">Cancel</button></p></form>"
                      "<p>This is the adwright sandbox, not Facebook.</p></html>"));
    return page(g, 200, buf_str(&buf));
}

static bool ticked(const struct graph *g, const char *name, struct str value)
{
    bool some = false, found = false;

    for (size_t i = 0; i < g->params.n; i++) {
        some |= str_eq(g->params.at[i].name, str(name));
        found |=
            str_eq(g->params.at[i].name, str(name)) && str_eq(g->params.at[i].value, value);
    }
    return found || !some; /* where nothing is named, all are */
}

static struct str chosen(struct graph *g, enum kind kind, const char *name)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, g->arena, 65536);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < store_count(g->box->store, kind); i++)
        if (ticked(g, name, store_id_at(g->box->store, kind, i)))
            json_put_text(&w, store_id_at(g->box->store, kind, i));
    json_end(&w);
    return buf_str(&buf);
}

/* The scopes of the request that were granted, or those that were not. */
static struct str scope_list(struct graph *g, bool granted)
{
    struct str scopes = graph_param(g, "scope");
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, g->arena, 65536);
    json_writer(&w, &buf);
    json_list(&w);
    if (granted)
        json_put_text(&w, STR("public_profile"));
    while (scopes.n) {
        struct str scope = str_trim(str_cut(&scopes, ','));
        if (word_in(permissions, scope) && ticked(g, "granted", scope) == granted)
            json_put_text(&w, scope);
    }
    json_end(&w);
    return buf_str(&buf);
}

static bool unknown_scope(const struct graph *g)
{
    struct str scopes = graph_param(g, "scope");

    while (scopes.n)
        if (!word_in(permissions, str_trim(str_cut(&scopes, ','))))
            return true;
    return false;
}

static bool redirect(struct graph *g, struct str query)
{
    struct str uri = graph_param(g, "redirect_uri");
    char join = str_find(uri, '?') < uri.n ? '&' : '?';

    g->raw = true;
    return reply_redirect(g->rq, g->rp,
                          str_fmt(g->arena, STR_FMT "%c" STR_FMT "&state=" STR_FMT "#_=_",
                                  STR_ARG(uri), join, STR_ARG(query),
                                  STR_ARG(url_encode(g->arena, graph_param(g, "state")))));
}

bool graph_dialog_confirm(struct graph *g)
{
    struct str code;
    struct doc doc;

    if (!dialog_good(g))
        return false;
    if (unknown_scope(g))
        return page_error(g, "Invalid Scopes: one of the scopes does not exist.");
    if (str_eq(graph_param(g, "answer"), STR("cancel")))
        return redirect(g,
                        STR("error=access_denied&error_code=200&error_description=Permissions"
                            "+error&error_reason=user_denied"));
    code = seal_token(g->arena, STR("AQ"));
    doc_init(&doc, g->arena);
    doc_text(&doc, "redirect_uri", graph_param(g, "redirect_uri"));
    doc_raw(&doc, "account_ids", chosen(g, KIND_GRAPH_ACCOUNT, "account_id"));
    doc_raw(&doc, "page_ids", chosen(g, KIND_GRAPH_PAGE, "page_id"));
    doc_raw(&doc, "scopes", scope_list(g, true));
    doc_raw(&doc, "declined", scope_list(g, false));
    doc_int(&doc, "expires_ms", g->now_ms + CODE_LIFE_MS);
    doc_bool(&doc, "used", false);
    (void)store_put(g->box->store, KIND_GRAPH_CODE, code, doc_print(&doc));
    return redirect(g, str_fmt(g->arena, "code=" STR_FMT, STR_ARG(code)));
}

/* --- tokens ------------------------------------------------------------------------- */

static bool answer_token(struct graph *g, struct str token, int64_t life_ms)
{
    struct json_writer *w = graph_data(g);

    json_object(w);
    json_text_member(w, "access_token", token);
    json_text_member(w, "token_type", STR("bearer"));
    if (!g->box->settings.graph_no_expires_in)
        json_int_member(w, "expires_in", life_ms / 1000);
    json_end(w);
    return true;
}

static struct str put_token(struct graph *g, const struct json *from, int64_t life_ms)
{
    static const char *const kept[] = {"account_ids", "page_ids", "scopes", "declined"};
    struct str token = graph_new_token(g->arena);
    struct doc doc;

    doc_init(&doc, g->arena);
    for (size_t i = 0; i < countof(kept); i++)
        doc_raw(&doc, kept[i], json_print(g->arena, json_at(from, kept[i])));
    doc_text(&doc, "user_id", STR(USER_ID));
    doc_text(&doc, "page_id", STR(""));
    doc_text(&doc, "parent", STR(""));
    doc_int(&doc, "dead", 0);
    doc_int(&doc, "issued_ms", g->now_ms);
    doc_int(&doc, "expires_ms", g->now_ms + life_ms);
    doc_int(&doc, "data_expires_ms", g->now_ms + DATA_LIFE_MS);
    (void)store_put(g->box->store, KIND_GRAPH_TOKEN, token, doc_print(&doc));
    return token;
}

static bool from_code(struct graph *g)
{
    struct str code = graph_param(g, "code");
    const struct json *known = store_find(g->box->store, KIND_GRAPH_CODE, code);
    int64_t expires_ms = 0;
    struct doc doc;
    struct str token;

    if (!code.n)
        return graph_refuse(g, "Missing authorization code");
    if (!known)
        return graph_refuse(g, "Invalid verification code format.");
    if (json_bool(known, "used", false))
        return graph_fail(g, 400, 100, 36009, "This authorization code has been used.");
    if (!json_int(known, "expires_ms", &expires_ms) || expires_ms <= g->now_ms)
        return graph_fail(g, 400, 100, 36007, "This authorization code has expired.");
    if (!str_eq(json_text(known, "redirect_uri", STR("")), graph_param(g, "redirect_uri")))
        return graph_fail(g, 400, 100, 36008,
                          "Error validating verification code. Please make sure your "
                          "redirect_uri is identical to the one you used in the OAuth dialog "
                          "request");
    token = put_token(g, known, SHORT_LIFE_MS);
    doc_from(&doc, g->arena, known);
    doc_bool(&doc, "used", true);
    (void)store_put(g->box->store, KIND_GRAPH_CODE, code, doc_print(&doc));
    return answer_token(g, token, SHORT_LIFE_MS);
}

static bool from_token(struct graph *g)
{
    int subcode;
    const struct json *grant =
        graph_grant_alive(g, graph_param(g, "fb_exchange_token"), &subcode);

    if (!grant)
        return graph_fail(g, 400, 190, subcode,
                          "Error validating access token: the token cannot be exchanged.");
    return answer_token(g, put_token(g, grant, LONG_LIFE_MS), LONG_LIFE_MS);
}

bool graph_access_token(struct graph *g)
{
    struct str type = graph_param(g, "grant_type");
    struct json_writer *w;

    if (!str_eq(graph_param(g, "client_id"), g->box->graph_app_id))
        return graph_fail(g, 400, 101, 0,
                          "Error validating application. Cannot get application "
                          "info due to a system error.");
    if (!seal_equal(graph_param(g, "client_secret"), g->box->graph_app_secret))
        return graph_fail(g, 400, 101, 0, "Error validating client secret.");
    if (str_eq(type, STR("fb_exchange_token")))
        return from_token(g);
    if (!type.n || str_eq(type, STR("authorization_code")))
        return from_code(g);
    if (!str_eq(type, STR("client_credentials")))
        return graph_refuse(g, "Invalid grant_type: " STR_FMT, STR_ARG(str_sub(type, 0, 40)));
    w = graph_data(g);
    json_object(w);
    json_text_member(w, "access_token",
                     str_fmt(g->arena, STR_FMT "|" STR_FMT, STR_ARG(g->box->graph_app_id),
                             STR_ARG(g->box->graph_app_secret)));
    json_text_member(w, "token_type", STR("bearer"));
    json_end(w);
    return true;
}

static void put_inspected(struct graph *g, struct json_writer *w, struct str token)
{
    const struct json *known = store_find(g->box->store, KIND_GRAPH_TOKEN, token);
    int64_t expires_ms = 0, data_ms = 0, issued_ms = 0;
    int subcode;
    bool alive = graph_grant_alive(g, token, &subcode) != NULL;

    (void)json_int(known, "expires_ms", &expires_ms);
    (void)json_int(known, "data_expires_ms", &data_ms);
    (void)json_int(known, "issued_ms", &issued_ms);
    json_text_member(w, "app_id", g->box->graph_app_id);
    json_text_member(w, "type",
                     json_text(known, "page_id", STR("")).n ? STR("PAGE") : STR("USER"));
    json_text_member(w, "application", STR("Sandbox app"));
    json_int_member(w, "expires_at", expires_ms / 1000);
    json_int_member(w, "data_access_expires_at", data_ms / 1000);
    json_bool_member(w, "is_valid", alive);
    json_int_member(w, "issued_at", issued_ms / 1000);
    json_key(w, "scopes");
    json_put_raw(w, json_print(g->arena, json_at(known, "scopes")));
    json_text_member(w, "user_id", json_text(known, "user_id", STR("")));
    if (alive)
        return;
    json_key(w, "error");
    json_object(w);
    json_int_member(w, "code", 190);
    json_text_member(w, "message", STR("Error validating access token"));
    json_int_member(w, "subcode", subcode);
    json_end(w);
}

bool graph_debug_token(struct graph *g)
{
    struct str input = graph_param(g, "input_token");
    struct json_writer *w;

    if (!graph_app_token(g, g->token))
        return graph_fail(g, 400, 100, 0,
                          "(#100) You must provide an app access token, or a user access token "
                          "that is an owner or developer of the app");
    if (!input.n)
        return graph_refuse(g, "(#100) The parameter input_token is required");
    w = graph_data(g);
    json_object(w);
    json_key(w, "data");
    json_object(w);
    if (store_find(g->box->store, KIND_GRAPH_TOKEN, input)) {
        put_inspected(g, w, input);
    } else {
        json_key(w, "error");
        json_object(w);
        json_int_member(w, "code", 190);
        json_text_member(w, "message", STR("Invalid OAuth access token."));
        json_end(w);
        json_bool_member(w, "is_valid", false);
        json_key(w, "scopes");
        json_put_raw(w, STR("[]"));
    }
    json_end(w);
    json_end(w);
    return true;
}

/* --- permissions ----------------------------------------------------------------------- */

static void put_permissions(struct json_writer *w, const struct json *list, const char *status)
{
    for (size_t i = 0; i < json_count(list); i++) {
        json_object(w);
        json_text_member(w, "permission", json_text(json_item(list, i), "", STR("")));
        json_text_member(w, "status", str(status));
        json_end(w);
    }
}

static bool need_user(struct graph *g)
{
    return (g->grant && !json_text(g->grant, "page_id", STR("")).n) ||
           graph_fail(g, 400, 2500, 0,
                      "An active access token must be used to query information about the "
                      "current user.");
}

bool graph_my_permissions(struct graph *g)
{
    struct json_writer *w;

    if (!need_user(g))
        return false;
    w = graph_data(g);
    json_object(w);
    json_key(w, "data");
    json_list(w);
    put_permissions(w, json_at(g->grant, "scopes"), "granted");
    put_permissions(w, json_at(g->grant, "declined"), "declined");
    json_end(w);
    json_end(w);
    return true;
}

/* The app is removed: every token of the person dies. */
bool graph_my_permissions_end(struct graph *g)
{
    if (!need_user(g))
        return false;
    for (size_t i = 0; i < store_count(g->box->store, KIND_GRAPH_TOKEN); i++) {
        const struct json *one = store_at(g->box->store, KIND_GRAPH_TOKEN, i);
        struct doc doc;
        if (!one)
            continue;
        doc_from(&doc, g->arena, one);
        doc_int(&doc, "dead", 458);
        (void)store_put(g->box->store, KIND_GRAPH_TOKEN,
                        store_id_at(g->box->store, KIND_GRAPH_TOKEN, i), doc_print(&doc));
    }
    return graph_success(g);
}
