/* accounts_api.c - ad accounts, their connection by OAuth, instant pages. */

#include "ads/account.h"
#include "api/accounts_api.h"
#include "api/api.h"
#include "api/common.h"
#include "base/arena.h"
#include "conf/app.h"
#include "db/db.h"
#include "job/job.h"

/* --- cards --- */

void api_put_advertisers(struct json_writer *w, const struct platform_advertisers *list)
{
    json_list(w);
    for (size_t i = 0; i < list->n; i++) {
        json_object(w);
        json_text_member(w, "id", list->at[i].id);
        json_text_member(w, "name", list->at[i].name);
        json_text_member(w, "currency", list->at[i].currency);
        json_text_member(w, "time_zone", list->at[i].zone);
        json_text_or_null_member(w, "country", list->at[i].country);
        json_text_member(w, "status", list->at[i].status);
        json_bool_member(w, "deliverable", list->at[i].deliverable);
        json_end(w);
    }
    json_end(w);
}

/* The fields of a card that name a platform's advertiser and identity. */
static const struct card_words {
    const char *platform;
    const char *advertiser; /* null disconnects */
    const char *identity;
} card_words[] = {
    {"tiktok", "tiktok_business_id", "tiktok_account_id"},
    {"facebook", "facebook_ad_account_id", "facebook_page_id"},
};

static const struct card_words *words_of(struct str platform)
{
    return &card_words[str_eq(platform, STR("facebook"))];
}

/* Are leads of this advertiser sent to us?  pending, off (no public address), subscribed,
 * failed. */
static void put_lead_webhook(struct json_writer *w, struct arena *arena,
                             const struct ad_connection *connection)
{
    json_key(w, "lead_webhook");
    json_object(w);
    json_text_member(w, "state",
                     connection->leads_state.n ? connection->leads_state : STR("pending"));
    json_text_or_null_member(w, "why", connection->leads_error);
    api_time_member(w, arena, "seen_at", connection->leads_ms);
    json_end(w);
}

/* Everything but the token. */
static bool put_connection(struct json_writer *w, struct arena *arena,
                           const struct ad_connection *connection, struct err *err)
{
    struct platform_advertisers reached = {0};

    if (!advertisers_read(arena, connection->advertisers_json, &reached, err))
        return false;
    json_key_str(w, connection->platform);
    json_object(w);
    json_text_member(w, "status", connection->state);
    /* A disconnected card shows none; the row keeps it, so that a reconnect revives it. */
    json_text_or_null_member(
        w, words_of(connection->platform)->advertiser,
        str_eq(connection->state, STR("disconnected")) ? STR("") : connection->advertiser_id);
    json_text_member(w, "advertiser_name", connection->advertiser_name);
    json_text_member(w, "currency", connection->currency);
    json_text_member(w, "time_zone", connection->zone);
    json_text_or_null_member(w, "country", connection->country);
    json_text_or_null_member(w, words_of(connection->platform)->identity,
                             connection->identity_id);
    json_text_or_null_member(w, "identity_type", connection->identity_type);
    json_text_or_null_member(w, "identity_name", connection->identity_name);
    api_time_member(w, arena, "connected_at", connection->connected_ms);
    api_time_member(w, arena, "token_expires_at", connection->token_expires_ms);
    api_time_member(w, arena, "last_sync_at", connection->last_sync_ms);
    json_text_or_null_member(w, "last_error", connection->last_error);
    put_lead_webhook(w, arena, connection);
    json_key(w, "advertisers");
    api_put_advertisers(w, &reached);
    json_end(w);
    return true;
}

static void put_not_connected(struct json_writer *w, const char *platform)
{
    json_key(w, platform);
    json_object(w);
    json_text_member(w, "status", STR("not_connected"));
    json_end(w);
}

static bool put_connections(struct request *rq, struct json_writer *w,
                            const struct ad_account *account, struct err *err)
{
    static const char *const platforms[] = {"tiktok", "facebook"};
    struct ad_connections connections = {0};

    if (!ad_account_connections(rq->db, rq->arena, account->id, &connections, err))
        return false;
    json_key(w, "connections");
    json_object(w);
    for (size_t i = 0; i < countof(platforms); i++) {
        bool connected = false;

        if (!api_platform_shown(rq, str(platforms[i])))
            continue;
        for (size_t k = 0; k < connections.n; k++)
            if (str_eq(connections.at[k].platform, str(platforms[i]))) {
                connected = true;
                if (!put_connection(w, rq->arena, &connections.at[k], err))
                    return false;
            }
        if (!connected)
            put_not_connected(w, platforms[i]);
    }
    json_end(w);
    return true;
}

static bool put_account(struct request *rq, struct json_writer *w,
                        const struct ad_account *account, struct err *err)
{
    json_object(w);
    json_text_member(w, "id", account->id);
    json_text_member(w, "name", account->name);
    json_bool_member(w, "is_default", account->is_default);
    json_bool_member(w, "autopilot_tiktok", account->autopilot_tiktok);
    json_bool_member(w, "autopilot_facebook", account->autopilot_facebook);
    json_int_member(w, "schedule_hour", account->schedule_hour);
    json_int_member(w, "daily_cap_micros", account->daily_cap_micros);
    api_time_member(w, rq->arena, "created_at", account->created_ms);
    if (!put_connections(rq, w, account, err))
        return false;
    json_end(w);
    return true;
}

static bool reply_account(struct request *rq, struct reply *rp, struct str id, int status,
                          struct err *err)
{
    struct ad_account account;
    struct reply_json json;

    if (!ad_account_get(rq->db, rq->arena, id, &account, err))
        return false;
    reply_json_begin(rq, &json);
    return put_account(rq, &json.w, &account, err) && reply_json_end(&json, rp, status, err);
}

/* GET /api/ad-accounts - every card of the org with its connections. */
static bool get_accounts(struct request *rq, struct reply *rp, struct err *err)
{
    struct ad_accounts accounts = {0};
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) || !ad_account_list(rq->db, rq->arena, &accounts, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < accounts.n; i++)
        if (!put_account(rq, &json.w, &accounts.at[i], err))
            return false;
    json_end(&json.w);
    json_text_or_null_member(&json.w, "next_cursor", STR(""));
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* GET /api/ad-accounts/:id - one card; the org's own id lists all, as founding clients ask. */
static bool get_account(struct request *rq, struct reply *rp, struct err *err)
{
    struct str id = request_arg(rq, "id");

    if (str_eq(id, rq->caller.org_id))
        return get_accounts(rq, rp, err);
    return api_check_org(rq, NULL, err) && reply_account(rq, rp, id, 200, err);
}

/* POST /api/ad-accounts {name} - an empty card; connecting comes next. */
static bool post_account(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"name", "userAccountId", "user_account_id", NULL};
    const struct json *body;
    struct str name, id;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) ||
        !json_need_text(body, "name", LIMIT_NAME, &name, err) ||
        !ad_account_add(rq->db, rq->arena, name, rq->caller.actor, rq->now_ms, &id, err))
        return false;
    return reply_account(rq, rp, id, 201, err);
}

/* --- changing a card --- */

static bool is_there(const struct json *body, const char *field)
{
    return json_type(json_at(body, field)) != JSON_MISSING;
}

static bool read_card_change(const struct json *body, struct ad_account_change *change,
                             bool *make_default, struct err *err)
{
    change->set_name = is_there(body, "name");
    change->set_autopilot_tiktok = is_there(body, "autopilot_tiktok");
    change->set_autopilot_facebook = is_there(body, "autopilot_facebook");
    change->set_schedule_hour =
        is_there(body, "schedule_hour") || is_there(body, "brain_schedule_hour");
    change->set_daily_cap = is_there(body, "daily_cap");
    if ((change->set_name && !json_need_text(body, "name", LIMIT_NAME, &change->name, err)) ||
        !json_want_bool(body, "autopilot_tiktok", false, &change->autopilot_tiktok, err) ||
        !json_want_bool(body, "autopilot_facebook", false, &change->autopilot_facebook, err) ||
        !json_want_int(body, "brain_schedule_hour", 0, 23, 8, &change->schedule_hour, err) ||
        !json_want_int(body, "schedule_hour", 0, 23, change->schedule_hour,
                       &change->schedule_hour, err) ||
        !json_want_micros(body, "daily_cap", 0, &change->daily_cap_micros, err) ||
        !json_want_bool(body, "is_default", false, make_default, err))
        return false;
    if (change->daily_cap_micros < 0)
        return err_input(err, "daily_cap", "an amount in the account's currency, 0 for none",
                         "the cap is negative");
    change->set_default = *make_default;
    return true;
}

/* What touches the connection, the name or the default is for those who run the org. */
static bool check_right(struct request *rq, const struct json *body, struct err *err)
{
    static const char *const admin[] = {"name",
                                        "is_default",
                                        "tiktok_business_id",
                                        "tiktok_account_id",
                                        "facebook_ad_account_id",
                                        "facebook_page_id"};

    for (size_t i = 0; i < countof(admin); i++)
        if (is_there(body, admin[i]) && !(rq->caller.rights & CAN_ADMIN)) {
            err_set(err, ERR_DENIED, "changing %s needs the right to administer", admin[i]);
            return err_field(err, admin[i]);
        }
    return true;
}

static bool find_identity(struct request *rq, const struct ad_connection *connection,
                          struct platform_identities *list, struct err *err)
{
    const struct platform *platform = platform_find(connection->platform);
    struct platform_session session;

    return ad_account_session(rq->app, connection, rq->net, rq->arena, &session, err) &&
           platform->identities(&session, list, err);
}

static bool change_identity(struct request *rq, const struct ad_connection *connection,
                            struct str id, struct err *err)
{
    const struct platform *platform = platform_find(connection->platform);
    struct platform_identities list = {0};
    struct platform_identity none = {0};
    const struct platform_identity *chosen = id.n ? NULL : &none;

    if (id.n) {
        if (!find_identity(rq, connection, &list, err))
            return false;
        for (size_t i = 0; i < list.n; i++)
            if (str_eq(list.at[i].id, id))
                chosen = &list.at[i];
        if (!chosen)
            return err_input(
                err, words_of(connection->platform)->identity, "GET .../identities lists them",
                "the ad account has no identity " STR_FMT, STR_ARG(str_sub(id, 0, 60)));
        if (!platform->check_identity(chosen, err))
            return false;
    }
    return ad_account_set_identity(rq->db, rq->arena, connection, chosen, rq->caller.actor,
                                   rq->now_ms, err);
}

/* Another advertiser starts with the identity that fits it best, if there is one. */
static bool change_advertiser(struct request *rq, struct ad_connection *connection,
                              struct str advertiser_id, struct err *err)
{
    const struct platform *platform = platform_find(connection->platform);
    struct platform_identities list = {0};
    const struct platform_identity *best;
    struct err unread = {0};

    if (str_eq(connection->advertiser_id, advertiser_id))
        return true;
    if (!ad_account_choose_advertiser(rq->db, rq->arena, connection, advertiser_id,
                                      rq->caller.actor, rq->now_ms, err) ||
        !ad_account_resolve(rq->db, rq->arena, connection->ad_account_id, connection->platform,
                            connection, err))
        return false;
    if (!find_identity(rq, connection, &list, &unread))
        return true; /* the card shows that none is chosen */
    best = platform->best_identity(&list);
    return !best || ad_account_set_identity(rq->db, rq->arena, connection, best,
                                            rq->caller.actor, rq->now_ms, err);
}

static bool change_connection(struct request *rq, const struct json *body, struct str id,
                              const struct card_words *words, struct err *err)
{
    bool of_advertiser = is_there(body, words->advertiser);
    bool of_identity = is_there(body, words->identity);
    struct str platform = str(words->platform);
    struct ad_connection connection;
    struct str advertiser, identity;
    struct err absent = {0};

    if (!of_advertiser && !of_identity)
        return true;
    if (!json_want_text(body, words->advertiser, LIMIT_NAME, STR(""), &advertiser, err) ||
        !json_want_text(body, words->identity, LIMIT_NAME, STR(""), &identity, err))
        return false;
    if (!ad_account_resolve(rq->db, rq->arena, id, platform, &connection, &absent)) {
        /* Disconnecting what is not connected is done already. */
        if (absent.kind == ERR_CONFLICT && of_advertiser && !advertiser.n)
            return true;
        *err = absent;
        return false;
    }
    if (of_advertiser && !advertiser.n)
        return ad_account_disconnect(rq->db, rq->arena, &connection, rq->caller.actor,
                                     rq->now_ms, err);
    if (advertiser.n && !change_advertiser(rq, &connection, advertiser, err))
        return false;
    if (!of_identity)
        return true;
    return ad_account_resolve(rq->db, rq->arena, id, platform, &connection, err) &&
           change_identity(rq, &connection, identity, err);
}

static bool change_connections(struct request *rq, const struct json *body, struct str id,
                               struct err *err)
{
    for (size_t i = 0; i < countof(card_words); i++)
        if (!change_connection(rq, body, id, &card_words[i], err))
            return false;
    return true;
}

/*
 * PATCH /api/ad-accounts/:id - name, is_default, autopilot_tiktok,
 * autopilot_facebook, schedule_hour, daily_cap; tiktok_business_id and
 * facebook_ad_account_id (null disconnects), tiktok_account_id and
 * facebook_page_id (null: none).
 */
static bool patch_account(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"name",
                                          "is_default",
                                          "autopilot_tiktok",
                                          "autopilot_facebook",
                                          "schedule_hour",
                                          "brain_schedule_hour",
                                          "daily_cap",
                                          "tiktok_business_id",
                                          "userAccountId",
                                          "user_account_id",
                                          "tiktok_account_id",
                                          "facebook_ad_account_id",
                                          "facebook_page_id",
                                          NULL};
    struct ad_account_change change = {0};
    struct ad_account account;
    const struct json *body;
    bool make_default;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) || !check_right(rq, body, err) ||
        !read_card_change(body, &change, &make_default, err) ||
        !ad_account_get(rq->db, rq->arena, request_arg(rq, "id"), &account, err) ||
        !change_connections(rq, body, account.id, err) ||
        !ad_account_update(rq->db, rq->arena, account.id, &change, rq->caller.actor, rq->now_ms,
                           err))
        return false;
    return reply_account(rq, rp, account.id, 200, err);
}

bool api_asked_platform(struct request *rq, struct str *platform, struct err *err)
{
    *platform = request_query(rq, "platform");
    if (!platform->n)
        *platform = STR("tiktok");
    if (platform_find(*platform) && api_platform_shown(rq, *platform))
        return true;
    return err_input(err, "platform", "tiktok or facebook",
                     "the platform \"" STR_FMT "\" is not offered here",
                     STR_ARG(str_sub(*platform, 0, 40)));
}

/* A refresh asks what the advertiser is now, and again for its leads where that had failed. */
static bool refresh(struct request *rq, const struct ad_connection *connection, struct err *err)
{
    const struct platform *platform = platform_find(connection->platform);
    struct platform_advertiser advertiser;
    struct platform_session session;
    const struct app *app = rq->app;

    if (!ad_account_session(rq->app, connection, rq->net, rq->arena, &session, err))
        return false;
    if (!platform->advertiser(&session, &advertiser, err)) {
        struct err unmarked = {0};

        /* The token is dead: the card says so from now on. */
        if (err->kind == ERR_DENIED &&
            !ad_account_mark_revoked(rq->db, rq->arena, connection, err->text, &unmarked))
            *err = unmarked;
        return false;
    }
    if (!ad_account_set_facts(rq->db, rq->arena, connection, &advertiser, rq->caller.actor,
                              rq->now_ms, err))
        return false;
    if (str_eq(connection->leads_state, STR("subscribed")))
        return true;
    if (!ad_account_subscribe_again(rq->db, rq->arena, connection, err))
        return false;
    if (app->runner)
        job_wake(app->runner);
    return true;
}

/* POST /api/ad-accounts/:id/refresh?platform= - the advertiser's facts, live from the platform.
 */
static bool post_refresh(struct request *rq, struct reply *rp, struct err *err)
{
    struct ad_connection connection;
    struct str name;

    return api_check_org(rq, NULL, err) && api_asked_platform(rq, &name, err) &&
           ad_account_resolve(rq->db, rq->arena, request_arg(rq, "id"), name, &connection,
                              err) &&
           refresh(rq, &connection, err) &&
           reply_account(rq, rp, connection.ad_account_id, 200, err);
}

/* GET /api/ad-accounts/:id/identities?platform= - whom ads may appear as, live from the
 * platform. */
static bool get_identities(struct request *rq, struct reply *rp, struct err *err)
{
    const struct platform *platform;
    struct platform_identities list = {0};
    struct ad_connection connection;
    struct reply_json json;
    struct str name;

    if (!api_asked_platform(rq, &name, err) ||
        !ad_account_resolve(rq->db, rq->arena, request_arg(rq, "id"), name, &connection, err) ||
        !find_identity(rq, &connection, &list, err))
        return false;
    platform = platform_find(name);
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < list.n; i++) {
        struct err unfit = {0};
        bool usable = platform->check_identity(&list.at[i], &unfit);

        json_object(&json.w);
        json_text_member(&json.w, "id", list.at[i].id);
        json_text_member(&json.w, "type", list.at[i].type);
        json_text_member(&json.w, "display_name", list.at[i].display_name);
        json_bool_member(&json.w, "usable", usable);
        json_text_or_null_member(&json.w, "why_not", usable ? STR("") : str(unfit.text));
        json_bool_member(&json.w, "chosen", str_eq(list.at[i].id, connection.identity_id));
        json_end(&json.w);
    }
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

const struct route accounts_routes[] = {
    {"GET", "/api/ad-accounts", CAN_READ, .handler = get_accounts},
    {"POST", "/api/ad-accounts", CAN_ADMIN, .handler = post_account},
    {"GET", "/api/ad-accounts/:id", CAN_READ, .handler = get_account},
    {"PATCH", "/api/ad-accounts/:id", CAN_SPEND, .handler = patch_account},
    {"POST", "/api/ad-accounts/:id/refresh", CAN_EDIT, .handler = post_refresh},
    {"GET", "/api/ad-accounts/:id/identities", CAN_READ, .handler = get_identities},
    ROUTES_END,
};
