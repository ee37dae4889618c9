/* oauth.c - authorization page, codes, tokens. */

#include "sandbox/oauth.h"

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/gate.h"
#include "seal/seal.h"
#include "text/html.h"
#include "text/url.h"
#include "text/zone.h"

#define CODE_LIFE_MS INT64_C(3600000)

/* --- the page ------------------------------------------------------------ */

static const char page_style[] =
    "<style>body{font:16px system-ui,sans-serif;max-width:34em;margin:4em auto;padding:0 1em}"
    "button{font:inherit;padding:.5em 1.5em;margin-right:1em}</style>";

static bool page_error(struct request *rq, struct reply *rp, struct str text)
{
    struct buf buf;

    buf_init(&buf, rq->arena, 65536);
    buf_fmt(&buf,
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
            "<title>Authorization</title>%s<h1>Authorization failed</h1><p>",
            page_style);
    html_put(&buf, text);
    buf_add(&buf, STR("</p></html>"));
    return reply_body(rp, 400, "text/html; charset=utf-8", buf_str(&buf));
}

static bool redirect_known(struct request *rq, struct str uri)
{
    struct url url;
    struct err err = {0};

    return url_parse(rq->arena, uri, &url, &err);
}

static void hidden(struct buf *buf, const char *name, struct str value)
{
    buf_fmt(buf, "<input type=\"hidden\" name=\"%s\" value=\"", name);
    html_put(buf, value);
    buf_add(buf, STR("\">"));
}

static void put_advertisers(struct sandbox *box, struct buf *buf)
{
    for (size_t i = 0; i < store_count(box->store, KIND_ADVERTISER); i++) {
        const struct json *advertiser = store_at(box->store, KIND_ADVERTISER, i);
        buf_add(buf, STR("<p><label><input type=\"checkbox\" name=\"advertiser_id\" checked "
                         "value=\""));
        html_put(buf, json_text(advertiser, "advertiser_id", STR("")));
        buf_add(buf, STR("\"> "));
        html_put(buf, json_text(advertiser, "name", STR("")));
        buf_add(buf, STR(" ("));
        html_put(buf, json_text(advertiser, "currency", STR("")));
        buf_add(buf, STR(", "));
        html_put(buf, json_text(advertiser, "advertiser_id", STR("")));
        buf_add(buf, STR(")</label></p>"));
    }
}

bool oauth_page(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = rq->app;
    struct str app_id = request_query(rq, "app_id");
    struct str redirect_uri = request_query(rq, "redirect_uri");
    struct buf buf;

    (void)err;
    if (!str_eq(app_id, box->app_id))
        return page_error(rq, rp, STR("This app does not exist or has been blocked."));
    if (!redirect_known(rq, redirect_uri))
        return page_error(rq, rp,
                          STR("The redirect_uri is not an absolute http or https URL."));
    buf_init(&buf, rq->arena, 1024 * 1024);
    buf_fmt(&buf,
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
            "<title>Authorize an app</title>%s<h1>Allow app ",
            page_style);
    html_put(&buf, app_id);
    buf_add(&buf, STR(" to access these ad accounts?</h1>"
                      "<form method=\"get\" action=\"/portal/auth/confirm\">"));
    box_lock(box);
    put_advertisers(box, &buf);
    box_unlock(box);
    hidden(&buf, "app_id", app_id);
    hidden(&buf, "state", request_query(rq, "state"));
    hidden(&buf, "redirect_uri", redirect_uri);
    buf_add(&buf, STR("<p><button name=\"answer\" value=\"confirm\">Confirm</button>"
                      "<button name=\"answer\" value=\"cancel\">Cancel</button></p></form>"
                      "<p>This is the adwright sandbox, not TikTok.</p></html>"));
    /* The form leads to the app's own host, so form-action must allow any. */
    reply_header(rq, rp, "Content-Security-Policy",
                 STR("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"));
    return reply_body(rp, 200, "text/html; charset=utf-8", buf_str(&buf));
}

/* The advertisers that were ticked; all of them where the query names none. */
static struct str chosen(struct sandbox *box, struct request *rq)
{
    struct buf buf;
    struct json_writer w;
    bool some = request_query(rq, "advertiser_id").n > 0;

    buf_init(&buf, rq->arena, 65536);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < store_count(box->store, KIND_ADVERTISER); i++) {
        struct str id = store_id_at(box->store, KIND_ADVERTISER, i);
        bool ticked = !some;
        for (size_t k = 0; k < rq->query.n; k++)
            ticked |= str_eq(rq->query.at[k].name, STR("advertiser_id")) &&
                      str_eq(rq->query.at[k].value, id);
        if (ticked)
            json_put_text(&w, id);
    }
    json_end(&w);
    return buf_str(&buf);
}

static struct str with_query(struct arena *arena, struct str uri, struct str query)
{
    char join = str_find(uri, '?') < uri.n ? '&' : '?';

    return str_fmt(arena, STR_FMT "%c" STR_FMT, STR_ARG(uri), join, STR_ARG(query));
}

static struct str new_code(struct sandbox *box, struct request *rq)
{
    struct str code = seal_token(rq->arena, STR("ac"));
    struct doc doc;

    doc_init(&doc, rq->arena);
    doc_text(&doc, "app_id", request_query(rq, "app_id"));
    doc_raw(&doc, "advertiser_ids", chosen(box, rq));
    doc_int(&doc, "expires_ms", rq->now_ms + CODE_LIFE_MS);
    (void)store_put(box->store, KIND_AUTH_CODE, code, doc_print(&doc));
    return code;
}

bool oauth_confirm(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = rq->app;
    struct str uri = request_query(rq, "redirect_uri");
    struct str state = url_encode(rq->arena, request_query(rq, "state"));
    struct str code;

    (void)err;
    if (!str_eq(request_query(rq, "app_id"), box->app_id))
        return page_error(rq, rp, STR("This app does not exist or has been blocked."));
    if (!redirect_known(rq, uri))
        return page_error(rq, rp,
                          STR("The redirect_uri is not an absolute http or https URL."));
    if (str_eq(request_query(rq, "answer"), STR("cancel")))
        return reply_redirect(
            rq, rp,
            with_query(
                rq->arena, uri,
                str_fmt(rq->arena, "error=access_denied&state=" STR_FMT, STR_ARG(state))));
    box_lock(box);
    code = new_code(box, rq);
    box_unlock(box);
    return reply_redirect(
        rq, rp,
        with_query(rq->arena, uri,
                   str_fmt(rq->arena, "auth_code=" STR_FMT "&code=" STR_FMT "&state=" STR_FMT,
                           STR_ARG(code), STR_ARG(code), STR_ARG(state))));
}

/* --- exchange ------------------------------------------------------------ */

static struct str new_grant(struct call *call, const struct json *code)
{
    struct str token = seal_token(call->arena, STR("tt"));
    struct doc doc;

    doc_init(&doc, call->arena);
    doc_text(&doc, "app_id", call->app_id);
    doc_raw(&doc, "advertiser_ids", json_print(call->arena, json_at(code, "advertiser_ids")));
    doc_raw(&doc, "scope", STR("[1,2,3,4,5,6,7,8,9,10,11,12,14,16,17,18,19]"));
    doc_bool(&doc, "revoked", false);
    doc_int(&doc, "create_ms", call->now_ms);
    (void)store_put(call->box->store, KIND_GRANT, token, doc_print(&doc));
    return token;
}

static bool exchange(struct call *call, struct str app_id, struct str secret, struct str code)
{
    struct sandbox *box = call->box;
    const struct json *known;
    const struct json *grant;
    struct json_writer *w;
    int64_t expires_ms = 0;
    struct str token;

    if (!gate_app(call, app_id, secret))
        return false;
    known = store_find(box->store, KIND_AUTH_CODE, code);
    if (!known || !json_int(known, "expires_ms", &expires_ms) || expires_ms <= call->now_ms ||
        !str_eq(json_text(known, "app_id", STR("")), app_id))
        return call_fail(call, CODE_BAD_CODE, "Auth code is invalid, expired or already used.");
    token = new_grant(call, known);
    store_remove(box->store, KIND_AUTH_CODE, code);
    grant = store_find(box->store, KIND_GRANT, token);
    w = call_data(call);
    json_object(w);
    json_text_member(w, "access_token", token);
    if (json_bool(call->args, "return_advertiser_ids", true)) {
        json_key(w, "advertiser_ids");
        json_put_raw(w, json_print(call->arena, json_at(grant, "advertiser_ids")));
    }
    json_key(w, "scope");
    json_put_raw(w, json_print(call->arena, json_at(grant, "scope")));
    json_end(w);
    return true;
}

bool oauth_access_token(struct call *call)
{
    return exchange(call, call_text(call, "app_id"), call_text(call, "secret"),
                    call_text(call, "auth_code"));
}

bool oauth_token(struct call *call)
{
    return exchange(call, call_text(call, "client_id"), call_text(call, "client_secret"),
                    call_text(call, "code"));
}

bool oauth_advertiser_get(struct call *call)
{
    const struct json *ids = json_at(call->grant, "advertiser_ids");
    struct json_writer *w = call_data(call);

    json_object(w);
    json_key(w, "list");
    json_list(w);
    for (size_t i = 0; i < json_count(ids); i++) {
        struct str id = json_text(json_item(ids, i), "", STR(""));
        const struct json *advertiser = store_find(call->box->store, KIND_ADVERTISER, id);
        if (!advertiser)
            continue;
        json_object(w);
        json_text_member(w, "advertiser_id", id);
        json_text_member(w, "advertiser_name", json_text(advertiser, "name", STR("")));
        json_end(w);
    }
    json_end(w);
    json_end(w);
    return true;
}

bool oauth_revoke(struct call *call)
{
    struct sandbox *box = call->box;
    struct str token = call_text(call, "access_token");
    const struct json *grant;
    struct json_writer *w;
    struct doc doc;

    if (!gate_app(call, call_text(call, "app_id"), call_text(call, "secret")))
        return false;
    grant = store_find(box->store, KIND_GRANT, token);
    if (!grant || json_bool(grant, "revoked", false))
        return call_fail(call, CODE_BAD_TOKEN,
                         "Access token is incorrect or has been revoked.");
    w = call_data(call);
    json_object(w);
    json_text_member(w, "app_id", call->app_id);
    json_key(w, "advertiser_ids");
    json_put_raw(w, json_print(call->arena, json_at(grant, "advertiser_ids")));
    json_end(w);
    doc_from(&doc, call->arena, grant);
    doc_bool(&doc, "revoked", true);
    (void)store_put(box->store, KIND_GRANT, token, doc_print(&doc));
    return true;
}

bool user_info(struct call *call)
{
    struct json_writer *w = call_data(call);

    json_object(w);
    json_text_member(w, "display_name", STR("Sandbox Owner"));
    json_text_member(w, "email", STR("o***r@example.com"));
    json_text_member(w, "core_user_id", STR("7000000000000000011"));
    json_int_member(w, "create_time", 1759305600);
    json_text_or_null_member(w, "avatar_url", STR(""));
    json_end(w);
    return true;
}
