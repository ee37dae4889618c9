/* oauth.c - whose ads we may run: authorization, advertisers, identities, instant pages. */

#include "platform/tiktok/tiktok.h"

#include "base/log.h"
#include "conf/conf.h"
#include "text/url.h"
#include "text/zone.h"

#define INFO_CHUNK    100 /* advertiser/info/ takes so many ids at once */
#define IDENTITY_PAGE 100
#define PAGES_PAGE    100

struct str tiktok_authorize_url(const struct conf *conf, struct arena *arena, struct str state,
                                struct str redirect_uri)
{
    struct str base = conf->tiktok_auth_url;

    return str_fmt(arena,
                   STR_FMT "%sapp_id=" STR_FMT "&state=" STR_FMT "&redirect_uri=" STR_FMT,
                   STR_ARG(base), str_has(base, STR("?")) ? "&" : "?",
                   STR_ARG(url_encode(arena, conf->tiktok_app_id)),
                   STR_ARG(url_encode(arena, state)), STR_ARG(url_encode(arena, redirect_uri)));
}

/* TikTok gives an IANA name; some old accounts carry a display name only. */
static struct str zone_of(const struct json *row)
{
    struct str zone = json_text(row, "timezone", STR(""));

    if (zone_known(zone))
        return zone;
    if (zone_known(json_text(row, "display_timezone", STR(""))))
        return json_text(row, "display_timezone", STR(""));
    log_warn("tiktok.zone_unknown", LOG_TEXT("zone", zone));
    return STR("Etc/UTC");
}

static void read_advertiser(struct platform_session *s, const struct json *row,
                            struct platform_advertiser *out)
{
    out->id = json_id(row, "advertiser_id", s->arena);
    out->name = json_text(row, "name", out->name);
    out->currency = json_text(row, "currency", STR(""));
    out->zone = zone_of(row);
    out->country = json_text(row, "country", STR(""));
    out->status = json_text(row, "status", STR(""));
    out->deliverable = str_eq(out->status, STR("STATUS_ENABLE"));
}

/* advertiser/info/ of up to INFO_CHUNK ids, into the members of `list` with those ids. */
static bool fill_advertisers(struct platform_session *s, struct platform_advertiser *list,
                             size_t n, struct err *err)
{
    struct tiktok_args args;
    const struct json *data;
    struct strs ids = {0};

    for (size_t i = 0; i < n; i++)
        *strs_add(&ids, s->arena) = list[i].id;
    buf_init(&args.query, s->arena, 64 * 1024);
    tiktok_arg(s, &args, "advertiser_ids", tiktok_json_ids(s, ids.at, ids.n));
    if (!tiktok_get(s, "advertiser/info/", &args, &data, err))
        return false;

    const struct json *rows = json_at(data, "list");

    for (size_t r = 0; r < json_count(rows); r++) {
        struct str id = json_id(json_item(rows, r), "advertiser_id", s->arena);

        for (size_t i = 0; i < n; i++)
            if (str_eq(list[i].id, id))
                read_advertiser(s, json_item(rows, r), &list[i]);
    }
    return true;
}

static struct str exchange_body(struct platform_session *s, struct str code)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, s->arena, 16 * 1024);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "app_id", s->conf->tiktok_app_id);
    json_text_member(&w, "secret", s->conf->tiktok_app_secret);
    json_text_member(&w, "auth_code", code);
    json_end(&w);
    return buf_str(&buf);
}

static bool list_advertisers(struct platform_session *s, struct platform_advertisers *out,
                             struct err *err)
{
    struct tiktok_args args;
    const struct json *data;

    buf_init(&args.query, s->arena, 16 * 1024);
    tiktok_arg(s, &args, "app_id", s->conf->tiktok_app_id);
    tiktok_arg(s, &args, "secret", s->conf->tiktok_app_secret);
    if (!tiktok_get(s, "oauth2/advertiser/get/", &args, &data, err))
        return false;

    const struct json *rows = json_at(data, "list");

    for (size_t i = 0; i < json_count(rows); i++) {
        struct platform_advertiser *advertiser = platform_advertisers_add(out, s->arena);

        advertiser->id = json_id(json_item(rows, i), "advertiser_id", s->arena);
        advertiser->name = json_text(json_item(rows, i), "advertiser_name", STR(""));
    }
    for (size_t i = 0; i < out->n; i += INFO_CHUNK) {
        size_t n = out->n - i < INFO_CHUNK ? out->n - i : INFO_CHUNK;

        if (!fill_advertisers(s, out->at + i, n, err))
            return false;
    }
    return true;
}

bool tiktok_check_settings(const struct conf *conf, struct err *err)
{
    if (conf->tiktok_app_id.n && conf->tiktok_app_secret.n)
        return true;
    err_set(err, ERR_CONFLICT, "the TikTok developer app is not set up");
    return err_hint(err, "set tiktok_app_id and tiktok_app_secret, then restart");
}

/* TikTok knows the app's address from its portal: redirect_uri is not asked for again. */
bool tiktok_exchange(struct platform_session *s, struct str code, struct str redirect_uri,
                     struct platform_token *token, struct platform_advertisers *advertisers,
                     struct err *err)
{
    struct platform_session app = *s; /* the app speaks for itself here */
    const struct json *data;
    struct str text;

    (void)redirect_uri;
    app.token = (struct secret){0};
    app.advertiser_id = STR("");
    if (!tiktok_post(&app, STR("oauth2/access_token/"), exchange_body(&app, code), &data, err))
        return false;
    text = json_text(data, "access_token", STR(""));
    if (!text.n)
        return err_set(err, ERR_BROKEN, "TikTok's answer to the exchange carries no token");
    app.token = (struct secret){text};
    if (!list_advertisers(&app, advertisers, err))
        return err_while(err, "reading what the new token reaches");
    *token = (struct platform_token){.secret = app.token}; /* good until it is revoked */
    return true;
}

bool tiktok_advertiser(struct platform_session *s, struct platform_advertiser *out,
                       struct err *err)
{
    *out = (struct platform_advertiser){.id = s->advertiser_id};
    if (!fill_advertisers(s, out, 1, err))
        return false;
    if (!out->status.n)
        return err_set(err, ERR_NOT_FOUND, "TikTok knows no advertiser " STR_FMT,
                       STR_ARG(s->advertiser_id));
    return true;
}

struct identity_reading {
    struct platform_session *s;
    struct platform_identities *out;
};

static bool read_identity(void *arg, const struct json *row, struct err *err)
{
    struct identity_reading *reading = arg;
    struct platform_identity *identity =
        platform_identities_add(reading->out, reading->s->arena);

    (void)err;
    identity->id = json_id(row, "identity_id", reading->s->arena);
    identity->type = json_text(row, "identity_type", STR(""));
    identity->bc_id = json_id(row, "identity_authorized_bc_id", reading->s->arena);
    identity->display_name = json_text(row, "display_name", STR(""));
    identity->available =
        str_eq(json_text(row, "available_status", STR("AVAILABLE")), STR("AVAILABLE"));
    identity->can_push_video = json_bool(row, "can_push_video", false);
    return true;
}

bool tiktok_identities(struct platform_session *s, struct platform_identities *out,
                       struct err *err)
{
    struct identity_reading reading = {s, out};
    struct tiktok_args args;

    tiktok_args(s, &args);
    return tiktok_get_pages(s, "identity/get/", &args, IDENTITY_PAGE, "identity_list",
                            read_identity, &reading, err);
}

bool tiktok_check_identity(const struct platform_identity *identity, struct err *err)
{
    bool own = str_eq(identity->type, STR("TT_USER"));

    if (!own && !str_eq(identity->type, STR("BC_AUTH_TT")))
        return err_input(
            err, "tiktok_account_id", "choose a TikTok account (TT_USER or BC_AUTH_TT)",
            "ads cannot run as an identity of the kind " STR_FMT, STR_ARG(identity->type));
    if (!own && !identity->bc_id.n)
        return err_input(err, "tiktok_account_id",
                         "share the account through a Business Center",
                         "the identity lacks its Business Center");
    if (!identity->available)
        return err_input(err, "tiktok_account_id",
                         "open the account in TikTok and make it a public business account",
                         "the TikTok account is not available for ads");
    return true;
}

/* The person's own account before one that a Business Center shares; both must push videos,
 * else the first available own one has to do. */
const struct platform_identity *tiktok_best_identity(const struct platform_identities *list)
{
    const struct platform_identity *shared = NULL, *last = NULL;
    struct err unfit;

    for (size_t i = 0; i < list->n; i++) {
        const struct platform_identity *identity = &list->at[i];
        bool own = str_eq(identity->type, STR("TT_USER"));

        if (!tiktok_check_identity(identity, &unfit))
            continue;
        if (own && identity->can_push_video)
            return identity;
        if (!own && identity->can_push_video && !shared)
            shared = identity;
        if (own && !last)
            last = identity;
    }
    return shared ? shared : last;
}

struct page_reading {
    struct platform_session *s;
    struct platform_pages *out;
    const char *type;
};

static bool read_page(void *arg, const struct json *row, struct err *err)
{
    struct page_reading *reading = arg;
    struct platform_page *page = platform_pages_add(reading->out, reading->s->arena);

    (void)err;
    page->id = json_id(row, "page_id", reading->s->arena);
    page->name = json_text(row, "title", STR(""));
    page->type = str(reading->type);
    page->status = json_text(row, "status", STR(""));
    return true;
}

bool tiktok_pages(struct platform_session *s, struct platform_pages *out, struct err *err)
{
    static const char *const types[] = {"LEAD_GEN", "TIKTOK_INSTANT_PAGE"};

    for (size_t i = 0; i < countof(types); i++) {
        struct page_reading reading = {s, out, types[i]};
        struct tiktok_args args;

        tiktok_args(s, &args);
        tiktok_arg(s, &args, "business_type", str(types[i]));
        if (!tiktok_get_pages(s, "page/get/", &args, PAGES_PAGE, "list", read_page, &reading,
                              err))
            return false;
    }
    return true;
}
