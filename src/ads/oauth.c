/* oauth.c - to the platform and back. */

#include "ads/oauth.h"
#include "ads/account_db.h"

#include "base/log.h"
#include "base/random.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"
#include "text/json.h"

#define STATE_LIFE_MS (10 * 60 * 1000)
#define PURPOSE       "oauth_state"

static struct str redirect_uri(const struct conf *conf, struct arena *arena)
{
    struct str base = conf->public_url;

    if (!base.n)
        base = str_fmt(arena, "http://" STR_FMT ":%lld", STR_ARG(conf->address),
                       (long long)conf->port);
    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    return str_fmt(arena, STR_FMT "/oauth/callback", STR_ARG(base));
}

static bool find_platform(struct str name, const struct platform **out, struct err *err)
{
    *out = platform_find(name);
    return *out ||
           err_input(err, "platform", "tiktok or facebook", "cannot connect to \"" STR_FMT "\"",
                     STR_ARG(str_sub(name, 0, 40)));
}

static struct str state_text(struct arena *arena, const struct oauth_state *state)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 4096);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "id", state->id);
    json_text_member(&w, "org", state->org_id);
    json_text_member(&w, "user", state->user_id);
    json_text_member(&w, "account", state->ad_account_id);
    json_text_member(&w, "platform", state->platform);
    json_end(&w);
    return buf_str(&buf);
}

bool oauth_start(const struct app *app, struct db *db, struct arena *arena,
                 const struct oauth_wish *wish, int64_t now_ms, struct str *url,
                 struct err *err)
{
    const struct platform *platform;
    struct ad_account account;
    struct oauth_state state = {
        .id = id_new(arena),
        .org_id = db_scope_org(db),
        .user_id = wish->user_id,
        .ad_account_id = wish->ad_account_id,
        .platform = wish->platform,
        .expires_ms = now_ms + STATE_LIFE_MS,
    };

    if (!find_platform(wish->platform, &platform, err) ||
        !platform->check_settings(app->conf, err))
        return false;
    if (wish->ad_account_id.n && !ad_account_get(db, arena, wish->ad_account_id, &account, err))
        return false;
    if (!oauth_state_insert(db, &state, err))
        return false;

    struct str sealed =
        ring_sign(app->ring, arena, PURPOSE, state_text(arena, &state), state.expires_ms);

    *url = platform->authorize_url(app->conf, arena, sealed, redirect_uri(app->conf, arena));
    return true;
}

static bool open_state(const struct app *app, struct arena *arena, struct str text,
                       int64_t now_ms, struct oauth_state *out, struct err *err)
{
    const struct json *json;
    struct str payload;

    if (!ring_verify(app->ring, arena, PURPOSE, text, now_ms, &payload, err) ||
        !json_parse(arena, payload, &json, err)) {
        err_set(err, ERR_INVALID, "the state is not ours, or older than ten minutes");
        err_hint(err, "start the connection again from the ad account's card");
        return err_field(err, "state");
    }
    *out = (struct oauth_state){
        .id = json_text(json, "id", STR("")),
        .org_id = json_text(json, "org", STR("")),
        .user_id = json_text(json, "user", STR("")),
        .ad_account_id = json_text(json, "account", STR("")),
        .platform = json_text(json, "platform", STR("")),
    };
    return true;
}

struct str oauth_platform(const struct app *app, struct arena *arena, struct str state,
                          int64_t now_ms)
{
    struct oauth_state opened;
    struct err err = {0};

    return open_state(app, arena, state, now_ms, &opened, &err) ? opened.platform : STR("");
}

/* The state, if it is ours, fresh and this caller's. */
static bool read_state(const struct app *app, struct arena *arena, struct str text,
                       struct oauth_caller caller, int64_t now_ms, struct oauth_state *out,
                       struct err *err)
{
    if (!open_state(app, arena, text, now_ms, out, err))
        return false;
    if (caller.org_id.n &&
        (!str_eq(caller.org_id, out->org_id) ||
         (caller.user_id.n && out->user_id.n && !str_eq(caller.user_id, out->user_id)))) {
        err_set(err, ERR_DENIED, "this connection was started by somebody else");
        return err_hint(err, "start the connection again yourself");
    }
    return true;
}

static bool use_state(struct db *db, const struct oauth_state *state, int64_t now_ms,
                      struct err *err)
{
    bool mine;

    db_scope(db, state->org_id);
    if (!oauth_state_use(db, state->id, now_ms, &mine, err))
        return false;
    return mine || err_input(err, "state", "start the connection again from the card",
                             "the state was used already, or is older than ten minutes");
}

static size_t choose_advertiser(const struct platform_advertisers *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i].deliverable)
            return i;
    return 0;
}

/* The identity is a help, not a condition: without one, the card asks for it. */
static const struct platform_identity *find_identity(const struct platform *platform,
                                                     struct platform_session *s)
{
    struct platform_identities identities = {0};
    struct err err = {0};

    if (!platform->identities(s, &identities, &err)) {
        log_err("oauth.identities", &err);
        return NULL;
    }
    return platform->best_identity(&identities);
}

bool oauth_finish(const struct app *app, struct db *db, struct net *net, struct arena *arena,
                  struct str code, struct str state_signed, struct oauth_caller caller,
                  int64_t now_ms, struct oauth_result *out, struct err *err)
{
    struct platform_session session = {.net = net, .arena = arena, .conf = app->conf};
    const struct platform *platform;
    struct oauth_state state;
    struct ad_grant grant = {0};
    struct oauth_result result = {0};

    if (!code.n)
        return err_input(err, "auth_code", "the code that the platform sent back",
                         "the code is missing");
    if (!read_state(app, arena, state_signed, caller, now_ms, &state, err) ||
        !find_platform(state.platform, &platform, err) ||
        !platform->check_settings(app->conf, err) || !use_state(db, &state, now_ms, err) ||
        !platform->exchange(&session, code, redirect_uri(app->conf, arena), &grant.token,
                            &grant.advertisers, err))
        return false;
    if (!grant.advertisers.n) {
        err_set(err, ERR_REFUSED, "the authorization reaches no ad account");
        return err_hint(err, "choose at least one ad account on the platform's page");
    }
    grant.platform = state.platform;
    grant.ad_account_id = state.ad_account_id;
    grant.chosen = choose_advertiser(&grant.advertisers);
    session.token = grant.token.secret;
    session.advertiser_id = grant.advertisers.at[grant.chosen].id;
    grant.identity = find_identity(platform, &session);

    struct str actor = state.user_id.n ? str_fmt(arena, "user:" STR_FMT, STR_ARG(state.user_id))
                                       : STR("oauth");

    if (!ad_account_connect(app, db, arena, &grant, actor, now_ms, &result.ad_account_id, err))
        return false;
    result.advertisers = grant.advertisers;
    result.chosen = grant.advertisers.at[grant.chosen];
    result.choose = grant.advertisers.n > 1;
    if (grant.identity)
        result.identity = *grant.identity;
    *out = result;
    return true;
}
