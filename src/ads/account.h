#ifndef ADS_ACCOUNT_H
#define ADS_ACCOUNT_H

#include "base/list.h"
#include "platform/platform.h"

struct app;
struct db;

/*
 * Ad accounts: a client's account with at most one connection per platform,
 * each with its own token, advertiser, currency and time zone.
 */
struct ad_connection {
    struct str org_id;
    struct str ad_account_id;
    struct str ad_account_name;
    struct str platform;
    struct str state; /* connected, disconnected, revoked */
    struct str advertiser_id, advertiser_name, currency, zone, country;
    struct str identity_id, identity_type, identity_bc_id, identity_name;
    struct str token_sealed;
    bool autopilot;
    int64_t schedule_hour;
    int64_t daily_cap_micros; /* 0 = sum of the directions' daily budgets */
    int64_t last_sync_ms;
};
LIST(ad_connections, struct ad_connection);

/*
 * The one function that resolves credentials: the explicit ad account, else
 * the org's default one (`ad_account_id` "").  Missing or foreign: not found.
 * Disconnected or revoked: conflict, with what to do.
 */
MUST_CHECK bool ad_account_resolve(struct db *db, struct arena *arena, struct str ad_account_id,
                                   struct str platform, struct ad_connection *out,
                                   struct err *err);

/* A session for platform calls, with the token unsealed. */
MUST_CHECK bool ad_account_session(const struct app *app, const struct ad_connection *connection,
                                   struct net *net, struct arena *arena,
                                   struct platform_session *out, struct err *err);

/* All connected accounts of the handle's org on a platform. */
MUST_CHECK bool ad_account_list_connected(struct db *db, struct arena *arena, struct str platform,
                                          struct ad_connections *out, struct err *err);

/* A call was answered "token dead": mark the connection revoked, once, with an audit line. */
MUST_CHECK bool ad_account_mark_revoked(struct db *db, struct arena *arena,
                                        const struct ad_connection *connection, const char *why,
                                        struct err *err);

/* Whose advertiser is it?  System scope; "" when nobody's (or several orgs': `several`). */
MUST_CHECK bool ad_account_of_advertiser(struct db *db, struct arena *arena, struct str platform,
                                         struct str advertiser_id, struct str *org_id,
                                         struct str *ad_account_id, bool *several,
                                         struct err *err);

#endif
