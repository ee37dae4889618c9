/* account.c - what happens to ad accounts: added, connected, chosen, disconnected. */

#include "ads/account.h"
#include "ads/account_db.h"

#include "auth/audit.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/app.h"
#include "creative/process.h"
#include "db/db.h"
#include "job/job.h"
#include "text/json.h"

/* --- credentials --- */

static bool connect_first(const struct ad_connection *connection, struct str platform,
                          struct err *err)
{
    const char *state = str_eq(connection->state, STR("revoked")) ? "no longer authorised on"
                                                                  : "not connected to";

    err_set(err, ERR_CONFLICT, "the ad account " STR_FMT " is %s " STR_FMT,
            STR_ARG(connection->ad_account_name), state, STR_ARG(platform));
    return err_hint(err, "open the ad account's card and connect it");
}

bool ad_account_resolve(struct db *db, struct arena *arena, struct str ad_account_id,
                        struct str platform, struct ad_connection *out, struct err *err)
{
    struct ad_connection connection = {0};
    bool account_found, connection_found;

    if (!ad_connection_find(db, arena, ad_account_id, platform, &account_found,
                            &connection_found, &connection, err))
        return false;
    if (!account_found && ad_account_id.n)
        return err_set(err, ERR_NOT_FOUND, "no ad account " STR_FMT, STR_ARG(ad_account_id));
    if (!account_found) {
        err_set(err, ERR_NOT_FOUND, "there is no default ad account");
        return err_hint(err, "connect an ad account, or name one");
    }
    if (!connection_found || !str_eq(connection.state, STR("connected")))
        return connect_first(&connection, platform, err);
    *out = connection;
    return true;
}

/* A sealed token opens only in the row that it was sealed for. */
static struct seal_place token_place(struct arena *arena, struct str org_id,
                                     struct str ad_account_id, struct str platform)
{
    return (struct seal_place){
        .org_id = org_id,
        .table = "ad_account_connections",
        .column = "token_sealed",
        .row_id =
            str_fmt(arena, STR_FMT ":" STR_FMT, STR_ARG(ad_account_id), STR_ARG(platform)),
    };
}

bool ad_account_session(const struct app *app, const struct ad_connection *connection,
                        struct net *net, struct arena *arena, struct platform_session *out,
                        struct err *err)
{
    struct platform_session session = {
        .net = net,
        .arena = arena,
        .conf = app->conf,
        .advertiser_id = connection->advertiser_id,
        .identity_id = connection->identity_id,
        .currency = connection->currency,
        .zone = connection->zone,
    };

    if (!ring_unseal(app->ring, arena,
                     token_place(arena, connection->org_id, connection->ad_account_id,
                                 connection->platform),
                     connection->token_sealed, &session.token, err))
        return err_while(err, "opening the token of ad account " STR_FMT,
                         STR_ARG(connection->ad_account_id));
    *out = session;
    return true;
}

/* --- texts --- */

struct str advertisers_print(struct arena *arena, const struct platform_advertisers *list)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < list->n; i++) {
        json_object(&w);
        json_text_member(&w, "id", list->at[i].id);
        json_text_member(&w, "name", list->at[i].name);
        json_text_member(&w, "currency", list->at[i].currency);
        json_text_member(&w, "zone", list->at[i].zone);
        json_text_member(&w, "country", list->at[i].country);
        json_text_member(&w, "status", list->at[i].status);
        json_bool_member(&w, "deliverable", list->at[i].deliverable);
        json_end(&w);
    }
    json_end(&w);
    return buf_str(&buf);
}

bool advertisers_read(struct arena *arena, struct str text, struct platform_advertisers *out,
                      struct err *err)
{
    const struct json *list;

    if (!json_parse(arena, text.n ? text : STR("[]"), &list, err))
        return false;
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *row = json_item(list, i);

        *platform_advertisers_add(out, arena) = (struct platform_advertiser){
            .id = json_text(row, "id", STR("")),
            .name = json_text(row, "name", STR("")),
            .currency = json_text(row, "currency", STR("")),
            .zone = json_text(row, "zone", STR("")),
            .country = json_text(row, "country", STR("")),
            .status = json_text(row, "status", STR("")),
            .deliverable = json_bool(row, "deliverable", false),
        };
    }
    return true;
}

/* What the audit log keeps of a connection: never the token. */
static struct str connection_json(struct arena *arena, const struct ad_connection *connection)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 16 * 1024);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "platform", connection->platform);
    json_text_member(&w, "state", connection->state);
    json_text_member(&w, "advertiser_id", connection->advertiser_id);
    json_text_member(&w, "identity_id", connection->identity_id);
    json_text_member(&w, "advertiser_name", connection->advertiser_name);
    json_text_member(&w, "currency", connection->currency);
    json_text_member(&w, "zone", connection->zone);
    json_text_member(&w, "country", connection->country);
    json_end(&w);
    return buf_str(&buf);
}

static struct str account_json(struct arena *arena, const struct ad_account *account)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 16 * 1024);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "name", account->name);
    json_bool_member(&w, "is_default", account->is_default);
    json_bool_member(&w, "autopilot_tiktok", account->autopilot_tiktok);
    json_bool_member(&w, "autopilot_facebook", account->autopilot_facebook);
    json_int_member(&w, "schedule_hour", account->schedule_hour);
    json_int_member(&w, "daily_cap_micros", account->daily_cap_micros);
    json_end(&w);
    return buf_str(&buf);
}

/* --- cards --- */

/* Inside the caller's transaction. */
static bool add_account(struct db *db, struct arena *arena, struct str id, struct str name,
                        struct str actor, int64_t now_ms, struct err *err)
{
    struct ad_account account = {.id = id, .name = name, .created_ms = now_ms};
    bool has_default;

    if (!ad_account_has_default(db, arena, &has_default, err))
        return false;
    account.is_default = !has_default;

    struct audit_entry entry = {.actor = actor,
                                .action = "ad_account.add",
                                .object_id = id,
                                .after = account_json(arena, &account)};

    return ad_account_insert(db, &account, err) && audit_add(db, arena, &entry, err);
}

bool ad_account_add(struct db *db, struct arena *arena, struct str name, struct str actor,
                    int64_t now_ms, struct str *id, struct err *err)
{
    struct str new_id = id_new(arena);

    if (!db_begin(db, err) ||
        !db_end(db, add_account(db, arena, new_id, name, actor, now_ms, err), err))
        return false;
    *id = new_id;
    return true;
}

static bool has_changes(const struct ad_account_change *change)
{
    return change->set_name || change->set_autopilot_tiktok || change->set_autopilot_facebook ||
           change->set_schedule_hour || change->set_daily_cap;
}

static bool change_account(struct db *db, struct arena *arena, struct str id,
                           const struct ad_account_change *change, struct str actor,
                           int64_t now_ms, struct err *err)
{
    struct ad_account account;

    if (!ad_account_get(db, arena, id, &account, err))
        return false;

    struct audit_entry entry = {.actor = actor,
                                .action = "ad_account.change",
                                .object_id = account.id,
                                .before = account_json(arena, &account)};

    if (change->set_name)
        account.name = change->name;
    if (change->set_autopilot_tiktok)
        account.autopilot_tiktok = change->autopilot_tiktok;
    if (change->set_autopilot_facebook)
        account.autopilot_facebook = change->autopilot_facebook;
    if (change->set_schedule_hour)
        account.schedule_hour = change->schedule_hour;
    if (change->set_daily_cap)
        account.daily_cap_micros = change->daily_cap_micros;
    if (change->set_default && !account.is_default) {
        if (!ad_account_make_default(db, account.id, now_ms, err))
            return false;
        account.is_default = true;
    } else if (!has_changes(change)) {
        return true;
    }
    entry.after = account_json(arena, &account);
    return ad_account_store(db, &account, now_ms, err) && audit_add(db, arena, &entry, err);
}

bool ad_account_update(struct db *db, struct arena *arena, struct str id,
                       const struct ad_account_change *change, struct str actor, int64_t now_ms,
                       struct err *err)
{
    return db_begin(db, err) &&
           db_end(db, change_account(db, arena, id, change, actor, now_ms, err), err);
}

/* --- connections --- */

static struct ad_connection connection_of(struct arena *arena, const struct app *app,
                                          struct str org_id, const struct ad_grant *grant,
                                          struct str ad_account_id, int64_t now_ms)
{
    const struct platform_advertiser *advertiser = &grant->advertisers.at[grant->chosen];
    struct ad_connection connection = {
        .org_id = org_id,
        .ad_account_id = ad_account_id,
        .platform = grant->platform,
        .state = STR("connected"),
        .advertiser_id = advertiser->id,
        .advertiser_name = advertiser->name,
        .currency = advertiser->currency,
        .zone = advertiser->zone,
        .country = advertiser->country,
        .advertisers_json = advertisers_print(arena, &grant->advertisers),
        .connected_ms = now_ms,
        .token_expires_ms = grant->token.expires_ms,
    };

    if (grant->identity) {
        connection.identity_id = grant->identity->id;
        connection.identity_type = grant->identity->type;
        connection.identity_bc_id = grant->identity->bc_id;
        connection.identity_name = grant->identity->display_name;
    }
    connection.token_sealed =
        ring_seal(app->ring, arena, token_place(arena, org_id, ad_account_id, grant->platform),
                  seal_reveal(grant->token.secret));
    return connection;
}

static bool store_connection(struct db *db, struct arena *arena,
                             const struct ad_connection *connection, const char *action,
                             struct str before, struct str actor, int64_t now_ms,
                             struct err *err)
{
    struct audit_entry entry = {.actor = actor,
                                .action = action,
                                .object_id = connection->ad_account_id,
                                .before = before,
                                .after = connection_json(arena, connection)};

    return ad_connection_upsert(db, connection, now_ms, err) &&
           audit_add(db, arena, &entry, err);
}

/* Leads of this advertiser may have waited for it: the job of lead/ looks at them again. */
static bool ask_reresolve(struct db *db, struct err *err)
{
    return job_add(db,
                   &(struct job_wish){.kind = "lead.reresolve", .unique_key = STR("reresolve")},
                   NULL, err);
}

bool ad_account_connect(const struct app *app, struct db *db, struct arena *arena,
                        const struct ad_grant *grant, struct str actor, int64_t now_ms,
                        struct str *ad_account_id, struct err *err)
{
    struct ad_connection before = {0};
    bool account_found, connection_found;

    if (!ad_connection_find(db, arena, grant->ad_account_id, grant->platform, &account_found,
                            &connection_found, &before, err))
        return false;
    if (!account_found && grant->ad_account_id.n)
        return err_set(err, ERR_NOT_FOUND, "no ad account " STR_FMT,
                       STR_ARG(grant->ad_account_id));

    struct str id = account_found ? before.ad_account_id : id_new(arena);
    struct str name = grant->advertisers.at[grant->chosen].name;
    struct ad_connection connection =
        connection_of(arena, app, db_scope_org(db), grant, id, now_ms);

    if (!db_begin(db, err))
        return false;

    bool ok = account_found ||
              add_account(db, arena, id, name.n ? name : STR("Ad account"), actor, now_ms, err);

    ok = ok &&
         store_connection(db, arena, &connection, "ad_account.connect",
                          connection_found ? connection_json(arena, &before) : STR(""), actor,
                          now_ms, err) &&
         ask_reresolve(db, err) &&
         ad_account_ask_subscription(db, arena, id, grant->platform, err) &&
         creative_account_connected(db, arena, id, grant->platform, now_ms, err);
    if (!db_end(db, ok, err))
        return false;
    *ad_account_id = id;
    return true;
}

/* Another choice for a connection that is still the one that was read. */
static bool choose(struct db *db, struct arena *arena, const struct ad_connection *before,
                   const struct ad_connection *after, const char *action, struct str actor,
                   int64_t now_ms, struct err *err)
{
    struct audit_entry entry = {.actor = actor,
                                .action = action,
                                .object_id = after->ad_account_id,
                                .before = connection_json(arena, before),
                                .after = connection_json(arena, after)};
    bool changed;

    if (!db_begin(db, err))
        return false;

    bool ok = ad_connection_choose(db, after, now_ms, &changed, err);

    if (ok && !changed)
        ok = err_set(err, ERR_CONFLICT, "the ad account was connected anew meanwhile");
    return db_end(
        db,
        ok && audit_add(db, arena, &entry, err) && ask_reresolve(db, err) &&
            ad_account_ask_subscription(db, arena, after->ad_account_id, after->platform, err),
        err);
}

/* Leave the connected state, once, with the audit line. */
static bool leave(struct db *db, struct arena *arena, const struct ad_connection *connection,
                  struct str state, struct str token_sealed, struct str why, struct str actor,
                  int64_t now_ms, struct err *err)
{
    struct ad_connection after = *connection;
    bool changed;

    after.state = state;
    if (!db_begin(db, err))
        return false;

    bool ok = ad_connection_set_state(db, connection, state, token_sealed, why, now_ms,
                                      &changed, err);

    if (ok && changed) {
        struct audit_entry entry = {.actor = actor,
                                    .action = str_eq(state, STR("revoked"))
                                                  ? "ad_account.revoked"
                                                  : "ad_account.disconnect",
                                    .object_id = connection->ad_account_id,
                                    .before = connection_json(arena, connection),
                                    .after = connection_json(arena, &after)};

        ok = audit_add(db, arena, &entry, err);
    }
    return db_end(db, ok, err);
}

bool ad_account_disconnect(struct db *db, struct arena *arena,
                           const struct ad_connection *connection, struct str actor,
                           int64_t now_ms, struct err *err)
{
    return leave(db, arena, connection, STR("disconnected"), STR(""), STR(""), actor, now_ms,
                 err);
}

bool ad_account_mark_revoked(struct db *db, struct arena *arena,
                             const struct ad_connection *connection, const char *why,
                             struct err *err)
{
    log_warn("ad_account.revoked", LOG_TEXT("ad_account_id", connection->ad_account_id),
             LOG_CSTR("why", why));
    return leave(db, arena, connection, STR("revoked"), connection->token_sealed, str(why),
                 STR("system"), clock_wall_ms(), err);
}

bool ad_account_choose_advertiser(struct db *db, struct arena *arena,
                                  const struct ad_connection *connection,
                                  struct str advertiser_id, struct str actor, int64_t now_ms,
                                  struct err *err)
{
    struct platform_advertisers reached = {0};
    struct ad_connection changed = *connection;
    const struct platform_advertiser *chosen = NULL;

    if (!advertisers_read(arena, connection->advertisers_json, &reached, err))
        return false;
    for (size_t i = 0; i < reached.n; i++)
        if (str_eq(reached.at[i].id, advertiser_id))
            chosen = &reached.at[i];
    if (!chosen)
        return err_input(err, "tiktok_business_id",
                         "one of the card's advertisers; connect again to reach others",
                         "the connection does not reach advertiser " STR_FMT,
                         STR_ARG(str_sub(advertiser_id, 0, 40)));
    if (str_eq(connection->advertiser_id, advertiser_id))
        return true;
    changed.advertiser_id = chosen->id;
    changed.advertiser_name = chosen->name;
    changed.currency = chosen->currency;
    changed.zone = chosen->zone;
    changed.country = chosen->country;
    changed.identity_id = changed.identity_type = changed.identity_bc_id =
        changed.identity_name = STR("");
    return choose(db, arena, connection, &changed, "ad_account.choose_advertiser", actor,
                  now_ms, err);
}

bool ad_account_set_identity(struct db *db, struct arena *arena,
                             const struct ad_connection *connection,
                             const struct platform_identity *identity, struct str actor,
                             int64_t now_ms, struct err *err)
{
    struct ad_connection changed = *connection;

    changed.identity_id = identity->id;
    changed.identity_type = identity->type;
    changed.identity_bc_id = identity->bc_id;
    changed.identity_name = identity->display_name;
    return choose(db, arena, connection, &changed, "ad_account.set_identity", actor, now_ms,
                  err);
}

/* --- what the platform says now --- */

static bool same_facts(const struct ad_connection *a, const struct ad_connection *b)
{
    return str_eq(a->advertiser_name, b->advertiser_name) && str_eq(a->currency, b->currency) &&
           str_eq(a->zone, b->zone) && str_eq(a->country, b->country);
}

static bool store_facts(struct db *db, struct arena *arena, const struct ad_connection *before,
                        const struct ad_connection *after, struct str actor, int64_t now_ms,
                        struct err *err)
{
    struct audit_entry entry = {.actor = actor,
                                .action = "ad_account.facts",
                                .object_id = after->ad_account_id,
                                .before = connection_json(arena, before),
                                .after = connection_json(arena, after)};
    bool changed;

    if (!ad_connection_store_facts(db, after, now_ms, &changed, err))
        return false;
    if (!changed)
        return err_set(err, ERR_CONFLICT, "the ad account was connected anew meanwhile");
    return same_facts(before, after) || audit_add(db, arena, &entry, err);
}

bool ad_account_set_facts(struct db *db, struct arena *arena,
                          const struct ad_connection *connection,
                          const struct platform_advertiser *advertiser, struct str actor,
                          int64_t now_ms, struct err *err)
{
    struct platform_advertisers reached = {0};
    struct ad_connection after = *connection;

    if (!advertisers_read(arena, connection->advertisers_json, &reached, err))
        return false;
    for (size_t i = 0; i < reached.n; i++)
        if (str_eq(reached.at[i].id, advertiser->id))
            reached.at[i] = *advertiser;
    after.advertisers_json = advertisers_print(arena, &reached);
    after.advertiser_name = advertiser->name;
    /* What metrics and budgets are counted in stays where the platform leaves it out. */
    if (advertiser->currency.n)
        after.currency = advertiser->currency;
    if (advertiser->zone.n)
        after.zone = advertiser->zone;
    if (advertiser->country.n)
        after.country = advertiser->country;
    return db_begin(db, err) &&
           db_end(db, store_facts(db, arena, connection, &after, actor, now_ms, err), err);
}

bool ad_account_subscribe_again(struct db *db, struct arena *arena,
                                const struct ad_connection *connection, struct err *err)
{
    return ad_account_ask_subscription(db, arena, connection->ad_account_id,
                                       connection->platform, err);
}
