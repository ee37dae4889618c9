/* oauth.c - whose ads we may run: the dialog, tokens, ad accounts. */

#include "platform/meta/meta.h"

#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "text/url.h"
#include "text/zone.h"

#define ACCOUNTS_PAGE  100
#define LONG_LIFE_MS   INT64_C(5184000000) /* Facebook: a long-lived token lives 60 days */
#define ACCOUNT_FIELDS "account_id,name,currency,timezone_name,account_status,disable_reason"

/* Facebook: permissions.  The first is the least without which nothing here works. */
static const char *const scopes[] = {
    "ads_management",        "ads_read",         "pages_show_list", "pages_read_engagement",
    "pages_manage_metadata", "pages_manage_ads", "leads_retrieval"};

static struct str scope_list(struct arena *arena)
{
    struct str list = STR("");

    for (size_t i = 0; i < countof(scopes); i++)
        list = str_fmt(arena, STR_FMT "%s%s", STR_ARG(list), i ? "," : "", scopes[i]);
    return list;
}

struct str meta_authorize_url(const struct conf *conf, struct arena *arena, struct str state,
                              struct str redirect_uri)
{
    struct str base = conf->facebook_dialog_url;

    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    return str_fmt(arena,
                   STR_FMT "/" STR_FMT "/dialog/oauth?client_id=" STR_FMT
                           "&redirect_uri=" STR_FMT "&state=" STR_FMT "&scope=" STR_FMT
                           "&response_type=code",
                   STR_ARG(base), STR_ARG(conf->facebook_api_version),
                   STR_ARG(url_encode(arena, conf->facebook_app_id)),
                   STR_ARG(url_encode(arena, redirect_uri)), STR_ARG(url_encode(arena, state)),
                   STR_ARG(url_encode(arena, scope_list(arena))));
}

bool meta_check_settings(const struct conf *conf, struct err *err)
{
    if (conf->facebook_app_id.n && conf->facebook_app_secret.n)
        return true;
    err_set(err, ERR_CONFLICT, "the Facebook developer app is not set up");
    return err_hint(err, "set facebook_app_id and facebook_app_secret, then restart");
}

/* --- tokens --- */

/* The app speaks for itself. */
static struct platform_session app_session(struct platform_session *s, struct str token)
{
    struct platform_session app = *s;

    app.token = (struct secret){token};
    app.advertiser_id = STR("");
    return app;
}

static bool ask_token(struct platform_session *s, struct meta_args *args, struct str *token,
                      int64_t *life_ms, struct err *err)
{
    struct platform_session app = app_session(s, STR(""));
    const struct json *data;
    int64_t seconds = 0;

    meta_arg(s, args, "client_id", s->conf->facebook_app_id);
    meta_arg(s, args, "client_secret", s->conf->facebook_app_secret);
    if (!meta_get(&app, STR("oauth/access_token"), args, &data, err))
        return false;
    *token = json_text(data, "access_token", STR(""));
    *life_ms = json_int(data, "expires_in", &seconds) && seconds > 0 ? seconds * 1000 : 0;
    return token->n ||
           err_set(err, ERR_BROKEN, "Facebook's answer to the exchange carries no token");
}

/* The code's token lives an hour or two; it is changed at once for one of 60 days. */
static bool long_lived(struct platform_session *s, struct str code, struct str redirect_uri,
                       struct str *token, int64_t *life_ms, struct err *err)
{
    struct meta_args args;
    struct str brief;

    meta_args(s, &args);
    meta_arg(s, &args, "redirect_uri", redirect_uri);
    meta_arg(s, &args, "code", code);
    if (!ask_token(s, &args, &brief, life_ms, err))
        return false;
    meta_args(s, &args);
    meta_arg(s, &args, "grant_type", STR("fb_exchange_token"));
    meta_arg(s, &args, "fb_exchange_token", brief);
    return ask_token(s, &args, token, life_ms, err) ||
           err_while(err, "asking for a long-lived token");
}

static bool granted(const struct json *list, const char *scope)
{
    for (size_t i = 0; i < json_count(list); i++)
        if (str_eq(json_text(json_item(list, i), "", STR("")), str(scope)))
            return true;
    return false;
}

/* People may untick permissions in the dialog: the first is needed, the others are missed. */
static bool check_scopes(const struct json *list, struct err *err)
{
    if (!granted(list, scopes[0])) {
        err_set(err, ERR_REFUSED, "the permission %s was not granted", scopes[0]);
        return err_hint(err, "connect again and leave every permission ticked");
    }
    for (size_t i = 1; i < countof(scopes); i++)
        if (!granted(list, scopes[i]))
            log_warn("facebook.scope_missing", LOG_CSTR("scope", scopes[i]));
    return true;
}

/* What the token is good for and until when; Facebook leaves expires_in out at times. */
static bool inspect(struct platform_session *s, struct str token, int64_t life_ms,
                    int64_t *expires_ms, struct err *err)
{
    struct platform_session app =
        app_session(s, str_fmt(s->arena, STR_FMT "|" STR_FMT, STR_ARG(s->conf->facebook_app_id),
                               STR_ARG(s->conf->facebook_app_secret)));
    const struct json *data;
    struct meta_args args;
    int64_t at_s = 0;

    *expires_ms = clock_wall_ms() + (life_ms ? life_ms : LONG_LIFE_MS);
    meta_args(s, &args);
    meta_arg(s, &args, "input_token", token);
    if (!meta_get(&app, STR("debug_token"), &args, &data, err))
        return false;
    if (json_int(data, "data.expires_at", &at_s))
        *expires_ms = at_s * 1000; /* 0: never */
    return check_scopes(json_at(data, "data.scopes"), err);
}

/* --- ad accounts --- */

static struct str status_word(int64_t status)
{
    static const struct {
        int64_t status;
        const char *word;
    } words[] = {
        {1, "ACTIVE"},
        {2, "DISABLED"},
        {3, "UNSETTLED"},
        {7, "PENDING_RISK_REVIEW"},
        {8, "PENDING_SETTLEMENT"},
        {9, "IN_GRACE_PERIOD"},
        {100, "PENDING_CLOSURE"},
        {101, "CLOSED"},
        {201, "ANY_ACTIVE"},
        {202, "ANY_CLOSED"},
    };

    for (size_t i = 0; i < countof(words); i++)
        if (words[i].status == status)
            return str(words[i].word);
    return STR("UNKNOWN");
}

static void read_account(struct platform_session *s, const struct json *row,
                         struct platform_advertiser *out)
{
    int64_t status = 0;

    out->id = json_id(row, "account_id", s->arena);
    out->name = json_text(row, "name", STR(""));
    out->currency = json_text(row, "currency", STR(""));
    out->zone = json_text(row, "timezone_name", STR(""));
    if (!zone_known(out->zone)) {
        log_warn("facebook.zone_unknown", LOG_TEXT("zone", out->zone));
        out->zone = STR("Etc/UTC");
    }
    (void)json_int(row, "account_status", &status);
    out->status = status_word(status);
    out->deliverable = status == 1 || status == 9 || status == 201;
}

struct accounts_reading {
    struct platform_session *s;
    struct platform_advertisers *out;
};

static bool add_account(void *arg, const struct json *row, bool *stop, struct err *err)
{
    struct accounts_reading *reading = arg;

    (void)stop;
    (void)err;
    read_account(reading->s, row, platform_advertisers_add(reading->out, reading->s->arena));
    return true;
}

bool meta_exchange(struct platform_session *s, struct str code, struct str redirect_uri,
                   struct platform_token *token, struct platform_advertisers *advertisers,
                   struct err *err)
{
    struct platform_session person = *s;
    struct accounts_reading reading = {&person, advertisers};
    struct meta_args args;
    struct str text;
    int64_t life_ms, expires_ms;

    if (!long_lived(s, code, redirect_uri, &text, &life_ms, err) ||
        !inspect(s, text, life_ms, &expires_ms, err))
        return false;
    person.token = (struct secret){text};
    meta_args(&person, &args);
    meta_arg(&person, &args, "fields", STR(ACCOUNT_FIELDS));
    if (!meta_get_all(&person, STR("me/adaccounts"), &args, ACCOUNTS_PAGE, add_account,
                      &reading, err))
        return err_while(err, "reading what the new token reaches");
    *token = (struct platform_token){.secret = person.token, .expires_ms = expires_ms};
    return true;
}

bool meta_advertiser(struct platform_session *s, struct platform_advertiser *out,
                     struct err *err)
{
    const struct json *data;
    struct meta_args args;

    *out = (struct platform_advertiser){.id = s->advertiser_id};
    meta_args(s, &args);
    meta_arg(s, &args, "fields", STR(ACCOUNT_FIELDS));
    if (!meta_get(s, meta_account_path(s, ""), &args, &data, err))
        return false;
    read_account(s, data, out);
    return true;
}
