/* gate.c - tokens, scopes, advertisers, rates. */

#include "sandbox/gate.h"

#include "base/arena.h"
#include "base/clock.h"
#include "sandbox/doc.h"
#include "sandbox/rates.h"
#include "sandbox/validate.h"
#include "seal/seal.h"

/* Which scope a path needs; the first match counts. */
static const struct {
    const char *path;
    const char *scope;
} scopes[] = {
    {"lead/", "lead"},    {"page/lead/", "lead"}, {"report/", "report"},
    {"campaign/", "ads"}, {"adgroup/", "ads"},    {"ad/", "ads"},
};

bool gate_app(struct call *call, struct str app_id, struct str secret)
{
    if (!str_eq(app_id, call->box->app_id))
        return call_fail(call, CODE_NO_APP, "The app does not exist or has been blocked.");
    if (!seal_equal(secret, call->box->app_secret))
        return call_fail(call, CODE_APP_SECRET, "App id or secret is incorrect.");
    call->app_id = app_id;
    return true;
}

static bool token_known(struct call *call)
{
    call->token = request_header(call->rq, "access-token");
    if (!call->token.n)
        return call_fail(call, CODE_NO_TOKEN, "Access token is empty or missing.");
    call->grant = store_find(call->box->store, KIND_GRANT, call->token);
    if (!call->grant || json_bool(call->grant, "revoked", false))
        return call_fail(call, CODE_BAD_TOKEN,
                         "Access token is incorrect or has been revoked.");
    call->app_id = json_text(call->grant, "app_id", STR(""));
    return true;
}

static bool rate_free(struct call *call)
{
    struct sandbox *box = call->box;
    const char *unit = "";
    int limit = 0;

    if (call->rated)
        return true;
    call->rated = true;
    if (rates_take(box->rates, box->settings.rate_level,
                   call->app_id.n ? call->app_id : box->app_id, call->endpoint->bucket,
                   call->endpoint->path, clock_mono_ms(), call->now_ms, &limit, &unit))
        return true;
    return call_fail(call, CODE_THROTTLED, "App reaches the %s limit %d", unit, limit);
}

static bool is_type(struct call *call, struct str type)
{
    struct str header = request_header(call->rq, "content-type");

    return str_starts(str_lower(call->arena, header), type);
}

static bool read_body(struct call *call, struct str *message)
{
    struct err err = {0};

    if (is_type(call, STR("multipart/form-data"))) {
        if (!call->endpoint->multipart) {
            *message = STR("Content-Type must be application/json.");
            return false;
        }
        if (!call->parts.n &&
            !form_parse_multipart(call->arena, request_header(call->rq, "content-type"),
                                  call->rq->body, &call->parts, &err)) {
            *message = str_fmt(call->arena, "Malformed form: %s", err.text);
            return false;
        }
        return validate_form(call->arena, call->endpoint, &call->parts, &call->args, message);
    }
    if (!is_type(call, STR("application/json"))) {
        *message = STR("Content-Type must be application/json.");
        return false;
    }
    if (!json_parse(call->arena, call->rq->body, &call->args, &err)) {
        *message = str_fmt(call->arena, "Malformed JSON: %s", err.text);
        return false;
    }
    return validate_object(call->arena, call->endpoint, call->args, message);
}

static bool parameters_good(struct call *call)
{
    struct str message = STR("");
    bool good = str_eq(call->endpoint->method, STR("GET"))
                    ? validate_query(call->arena, call->endpoint, &call->rq->query, &call->args,
                                     &message)
                    : read_body(call, &message);

    return good || call_fail(call, CODE_PARAMETER, STR_FMT, STR_ARG(message));
}

bool gate_covers(const struct json *grant, struct str advertiser_id)
{
    return json_list_has(json_at(grant, "advertiser_ids"), advertiser_id);
}

static bool advertiser_allowed(struct call *call)
{
    const struct json *list = json_at(call->args, "advertiser_ids");

    call->advertiser_id = call_text(call, "advertiser_id");
    for (size_t i = 0; i < json_count(list); i++)
        if (!gate_covers(call->grant, json_text(json_item(list, i), "", STR(""))))
            return call_fail(call, CODE_ADVERTISER,
                             "Advertiser does not exist or no permission to operate it.");
    if (!call->advertiser_id.n)
        return true;
    call->advertiser = store_find(call->box->store, KIND_ADVERTISER, call->advertiser_id);
    if (!call->advertiser || !gate_covers(call->grant, call->advertiser_id))
        return call_fail(call, CODE_ADVERTISER,
                         "Advertiser does not exist or no permission to operate it.");
    return true;
}

static bool scope_denied(const struct settings *settings, const char *scope)
{
    return (settings->deny_lead_scope && setting_is(scope, "lead")) ||
           (settings->deny_report_scope && setting_is(scope, "report")) ||
           (settings->deny_ads_scope && setting_is(scope, "ads"));
}

static bool scope_held(struct call *call)
{
    for (size_t i = 0; i < countof(scopes); i++) {
        if (!str_starts(call->endpoint->path, str(scopes[i].path)))
            continue;
        if (scope_denied(&call->box->settings, scopes[i].scope))
            return call_fail(call, CODE_PERMISSION,
                             "Permission error: The access token lacks the required scope for "
                             "/v1.3/" STR_FMT ".",
                             STR_ARG(call->endpoint->path));
        if (setting_is(scopes[i].scope, "lead"))
            return gate_admin(call);
        return true;
    }
    return true;
}

bool gate_admin(struct call *call)
{
    if (setting_is(call->box->settings.user_role, "ADMIN"))
        return true;
    return call_fail(call, CODE_PERMISSION,
                     "Permission error: only an ADMIN of the ad account can access its leads.");
}

bool gate_pass(struct call *call)
{
    if (call->endpoint->auth == AUTH_NONE)
        return rate_free(call) && parameters_good(call);
    if (!token_known(call) || !rate_free(call) || !parameters_good(call))
        return false;
    if (call->endpoint->auth == AUTH_APP &&
        !gate_app(call, call_text(call, "app_id"), call_text(call, "secret")))
        return false;
    return advertiser_allowed(call) && scope_held(call);
}
