/* connect_api.c - connecting a platform with a browser, and the forms that it has. */

#include "ads/oauth.h"
#include "api/accounts_api.h"
#include "api/api.h"
#include "api/common.h"
#include "auth/auth.h"
#include "base/arena.h"
#include "text/html.h"

/* GET /api/ad-accounts/oauth/start?platform=tiktok&ad_account_id= - where to send the browser.
 */
static bool get_oauth_start(struct request *rq, struct reply *rp, struct err *err)
{
    struct oauth_wish wish = {.user_id = rq->caller.user_id};
    struct reply_json json;
    struct str url;

    if (!api_check_org(rq, NULL, err) || !api_account_id(rq, NULL, &wish.ad_account_id, err) ||
        !api_asked_platform(rq, &wish.platform, err) ||
        !oauth_start(rq->app, rq->db, rq->arena, &wish, rq->now_ms, &url, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "url", url);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* Public routes do not ask who calls; where somebody is signed in, the state must be theirs. */
static bool finish(struct request *rq, struct str code, struct str state,
                   struct oauth_result *out, struct err *err)
{
    struct oauth_caller caller;

    if (!auth_authenticate(rq, err))
        return false;
    caller.org_id = rq->caller.org_id;
    caller.user_id = rq->caller.user_id;
    return oauth_finish(rq->app, rq->db, rq->net, rq->arena, code, state, caller, rq->now_ms,
                        out, err);
}

/* Without a session in this browser: a page that says how it went. */
static bool callback_page(struct request *rq, struct reply *rp, int status, const char *title,
                          struct str text, struct str hint)
{
    struct buf html;

    buf_init(&html, rq->arena, LIMIT_REPLY_BODY);
    buf_add(&html,
            STR("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n<title>"));
    html_put(&html, str(title));
    buf_add(&html, STR(" · adwright</title>\n</head>\n<body>\n<main>\n<h1>"));
    html_put(&html, str(title));
    buf_add(&html, STR("</h1>\n<p>"));
    html_put(&html, text);
    buf_add(&html, STR("</p>\n"));
    if (hint.n) {
        buf_add(&html, STR("<p>"));
        html_put(&html, hint);
        buf_add(&html, STR("</p>\n"));
    }
    buf_add(
        &html,
        STR("<p><a href=\"/accounts\">Back to adwright</a></p>\n</main>\n</body>\n</html>\n"));
    return reply_body(rp, status, "text/html; charset=utf-8", buf_str(&html));
}

/* With one: the console, at the card, which offers the other advertisers. */
static bool to_the_card(struct request *rq, struct reply *rp, const struct oauth_result *result,
                        struct str platform)
{
    reply_header(rq, rp, "Location",
                 str_fmt(rq->arena, "/accounts?connected=" STR_FMT "&card=" STR_FMT "%s",
                         STR_ARG(platform), STR_ARG(result->ad_account_id),
                         result->choose ? "&choose=1" : ""));
    return reply_body(rp, 303, "text/plain; charset=utf-8", STR(""));
}

/* What people call the platform. */
static const char *shown_name(struct str platform)
{
    return str_eq(platform, STR("facebook")) ? "Facebook" : "TikTok";
}

static bool failure_page(struct request *rq, struct reply *rp, const char *name,
                         const struct err *err)
{
    struct str text = *err->platform_message
                          ? str_fmt(rq->arena, "%s says: %s (code %lld, request %s)", name,
                                    err->platform_message, (long long)err->platform_code,
                                    err->platform_request_id)
                          : str(err->text);
    int status = err->kind == ERR_BROKEN ? 500 : err->kind == ERR_BUSY ? 503 : 400;

    return callback_page(rq, rp, status, str_fmt(rq->arena, "%s was not connected", name).p,
                         text, str(err->hint));
}

/* Facebook says access_denied with error_reason user_denied, TikTok only the first. */
static struct str refusal_of(struct request *rq)
{
    static const char *const names[] = {"error_description", "error_reason", "error"};

    for (size_t i = 0; i < countof(names); i++)
        if (request_query(rq, names[i]).n)
            return request_query(rq, names[i]);
    return STR("");
}

/* GET /oauth/callback - the browser comes back from the platform. */
static bool get_callback(struct request *rq, struct reply *rp, struct err *err)
{
    struct str code = request_query(rq, "auth_code");
    struct str state = request_query(rq, "state");
    struct str refusal = refusal_of(rq);
    struct str platform = oauth_platform(rq->app, rq->arena, state, rq->now_ms);
    const char *name = shown_name(platform);
    struct oauth_result result;
    struct err why = {0};

    (void)err;
    if (refusal.n)
        return callback_page(
            rq, rp, 400, str_fmt(rq->arena, "%s was not connected", name).p,
            str_fmt(rq->arena, "%s says: " STR_FMT, name, STR_ARG(str_sub(refusal, 0, 500))),
            STR(""));
    if (!code.n)
        code = request_query(rq, "code");
    if (!finish(rq, code, state, &result, &why))
        return failure_page(rq, rp, name, &why);
    if (rq->caller.user_id.n)
        return to_the_card(rq, rp, &result, platform);
    return callback_page(
        rq, rp, 200, str_fmt(rq->arena, "%s is connected", name).p,
        str_fmt(rq->arena, "Advertiser " STR_FMT " (" STR_FMT "), " STR_FMT ".",
                STR_ARG(result.chosen.name), STR_ARG(result.chosen.id),
                STR_ARG(result.chosen.currency)),
        result.choose ? STR("The authorization reaches several advertisers: choose another one "
                            "on the ad account's card if this is not the right one.")
                      : STR(""));
}

/*
 * POST /tiktok/oauth/exchange {code | auth_code, state} - what a page of its
 * own does instead of the callback.  The state names the org; a caller that is
 * signed in must belong to it.  The token stays here.
 */
static bool post_exchange(struct request *rq, struct reply *rp, struct err *err)
{
    const struct json *body;
    struct str code, auth_code, state;
    struct oauth_result result;
    struct reply_json json;

    if (!request_json(rq, &body, err) ||
        !json_want_text(body, "code", LIMIT_TEXT, STR(""), &code, err) ||
        !json_want_text(body, "auth_code", LIMIT_TEXT, code, &auth_code, err) ||
        !json_need_text(body, "state", LIMIT_TEXT, &state, err) ||
        !finish(rq, auth_code, state, &result, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_bool_member(&json.w, "success", true);
    json_text_member(&json.w, "ad_account_id", result.ad_account_id);
    json_text_member(&json.w, "account_id", result.ad_account_id);
    json_text_member(&json.w, "business_id", result.chosen.id);
    json_text_member(&json.w, "advertiser_name", result.chosen.name);
    json_text_member(&json.w, "currency", result.chosen.currency);
    json_text_or_null_member(&json.w, "identity_id", result.identity.id);
    json_text_or_null_member(&json.w, "identity_type", result.identity.type);
    json_bool_member(&json.w, "choose", result.choose);
    json_key(&json.w, "advertisers");
    api_put_advertisers(&json.w, &result.advertisers);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* --- instant pages, lead forms --- */

/* The advertiser must be the one that the caller's ad account is connected to. */
static bool check_advertiser(struct request *rq, const struct ad_connection *connection,
                             struct err *err)
{
    struct str wanted = request_query(rq, "advertiserId");

    if (!wanted.n)
        wanted = request_query(rq, "advertiser_id");
    return !wanted.n || str_eq(wanted, connection->advertiser_id) ||
           err_set(err, ERR_NOT_FOUND, "no advertiser " STR_FMT,
                   STR_ARG(str_sub(wanted, 0, 60)));
}

static bool reply_pages(struct request *rq, struct reply *rp, const char *platform_name,
                        struct err *err)
{
    const struct platform *platform = platform_find(str(platform_name));
    struct ad_connection connection;
    struct platform_session session;
    struct platform_pages pages = {0};
    struct reply_json json;
    struct str account_id = request_query(rq, "adAccountId");

    if (!api_check_org(rq, NULL, err) || !api_need_platform(rq, str(platform_name), err) ||
        (!account_id.n && !api_account_id(rq, NULL, &account_id, err)) ||
        !ad_account_resolve(rq->db, rq->arena, account_id, str(platform_name), &connection,
                            err) ||
        !check_advertiser(rq, &connection, err) ||
        !ad_account_session(rq->app, &connection, rq->net, rq->arena, &session, err) ||
        !platform->pages(&session, &pages, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_bool_member(&json.w, "success", true);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < pages.n; i++) {
        json_object(&json.w);
        json_text_member(&json.w, "page_id", pages.at[i].id);
        json_text_member(&json.w, "page_name", pages.at[i].name);
        json_text_member(&json.w, "page_type", pages.at[i].type);
        json_text_member(&json.w, "status", pages.at[i].status);
        json_end(&json.w);
    }
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* GET /tiktok/instant-pages?adAccountId=&advertiserId= - live from the platform. */
static bool get_instant_pages(struct request *rq, struct reply *rp, struct err *err)
{
    return reply_pages(rq, rp, "tiktok", err);
}

/* GET /api/facebook/lead-forms?adAccountId=&advertiserId= - of the chosen page, live. */
static bool get_lead_forms(struct request *rq, struct reply *rp, struct err *err)
{
    return reply_pages(rq, rp, "facebook", err);
}

const struct route connect_routes[] = {
    {"GET", "/api/ad-accounts/oauth/start", CAN_ADMIN, .handler = get_oauth_start},
    {"GET", "/oauth/callback", PUBLIC, .handler = get_callback},
    {"GET", "/oauth/tiktok/callback", PUBLIC, .handler = get_callback},
    {"POST", "/tiktok/oauth/exchange", PUBLIC, .handler = post_exchange},
    {"POST", "/api/tiktok/oauth/exchange", PUBLIC, .handler = post_exchange},
    {"GET", "/tiktok/instant-pages", CAN_READ, .handler = get_instant_pages},
    {"GET", "/api/tiktok/instant-pages", CAN_READ, .handler = get_instant_pages},
    {"GET", "/oauth/facebook/callback", PUBLIC, .handler = get_callback},
    {"GET", "/api/facebook/lead-forms", CAN_READ, .handler = get_lead_forms},
    ROUTES_END,
};
