#ifndef ADS_ACCOUNT_H
#define ADS_ACCOUNT_H

#include "base/list.h"
#include "job/job.h"
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
    struct str token_sealed; /* "" once disconnected */
    struct str
        advertisers_json; /* all that the token reaches, as advertisers_print writes them */
    struct str last_error;
    int64_t connected_ms, token_expires_ms; /* expires 0 = does not */
    bool autopilot;
    int64_t schedule_hour;
    int64_t daily_cap_micros; /* 0 = sum of the directions' daily budgets */
    int64_t last_sync_ms;
    int64_t updated_ms;     /* of the row: its state, last error, facts */
    struct str leads_state; /* "" = not asked yet, off, subscribed, failed; see account_jobs */
    struct str leads_error; /* why it failed */
    int64_t leads_ms;       /* when that was seen */
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

/* A card: one client's account. */
struct ad_account {
    struct str id, name;
    bool is_default;
    bool autopilot_tiktok, autopilot_facebook;
    int64_t schedule_hour, daily_cap_micros;
    int64_t created_ms;
};
LIST(ad_accounts, struct ad_account);

/* "" = the default one.  Missing or foreign: not found. */
MUST_CHECK bool ad_account_get(struct db *db, struct arena *arena, struct str id,
                               struct ad_account *out, struct err *err);
MUST_CHECK bool ad_account_list(struct db *db, struct arena *arena, struct ad_accounts *out,
                                struct err *err);
/* Every connection of an account, whatever its state. */
MUST_CHECK bool ad_account_connections(struct db *db, struct arena *arena, struct str id,
                                       struct ad_connections *out, struct err *err);

/* The org's first account becomes its default one. */
MUST_CHECK bool ad_account_add(struct db *db, struct arena *arena, struct str name,
                               struct str actor, int64_t now_ms, struct str *id,
                               struct err *err);

/* What may be changed on a card; what is not `set` stays. */
struct ad_account_change {
    bool set_name, set_default, set_autopilot_tiktok, set_autopilot_facebook;
    bool set_schedule_hour, set_daily_cap;
    struct str name;
    bool autopilot_tiktok, autopilot_facebook;
    int64_t schedule_hour, daily_cap_micros;
};
MUST_CHECK bool ad_account_update(struct db *db, struct arena *arena, struct str id,
                                  const struct ad_account_change *change, struct str actor,
                                  int64_t now_ms, struct err *err);

/* What an authorization brought. */
struct ad_grant {
    struct str ad_account_id; /* "" = the default account, made when there is none */
    struct str platform;
    struct platform_token token;
    struct platform_advertisers advertisers;  /* not empty */
    size_t chosen;                            /* of them */
    const struct platform_identity *identity; /* NULL = none will do */
};
/* Store it: connects, or revives what was disconnected.  One transaction with its audit line.
 */
MUST_CHECK bool ad_account_connect(const struct app *app, struct db *db, struct arena *arena,
                                   const struct ad_grant *grant, struct str actor,
                                   int64_t now_ms, struct str *ad_account_id, struct err *err);
/* The token is thrown away; rows that name the account stay. */
MUST_CHECK bool ad_account_disconnect(struct db *db, struct arena *arena,
                                      const struct ad_connection *connection, struct str actor,
                                      int64_t now_ms, struct err *err);
/* Another advertiser, among those that the token reaches; the identity starts empty. */
MUST_CHECK bool ad_account_choose_advertiser(struct db *db, struct arena *arena,
                                             const struct ad_connection *connection,
                                             struct str advertiser_id, struct str actor,
                                             int64_t now_ms, struct err *err);
MUST_CHECK bool ad_account_set_identity(struct db *db, struct arena *arena,
                                        const struct ad_connection *connection,
                                        const struct platform_identity *identity,
                                        struct str actor, int64_t now_ms, struct err *err);

/* What the platform says of the advertiser now: name, currency, zone, country, state.  Audited
 * where something changed. */
MUST_CHECK bool ad_account_set_facts(struct db *db, struct arena *arena,
                                     const struct ad_connection *connection,
                                     const struct platform_advertiser *advertiser,
                                     struct str actor, int64_t now_ms, struct err *err);
/* Ask the platform again to send the advertiser's leads to us. */
MUST_CHECK bool ad_account_subscribe_again(struct db *db, struct arena *arena,
                                           const struct ad_connection *connection,
                                           struct err *err);

/* [{id,name,currency,zone,country,status,deliverable}] and back. */
struct str advertisers_print(struct arena *arena, const struct platform_advertisers *list);
MUST_CHECK bool advertisers_read(struct arena *arena, struct str json,
                                 struct platform_advertisers *out, struct err *err);

/* A session for platform calls, with the token unsealed. */
MUST_CHECK bool ad_account_session(const struct app *app,
                                   const struct ad_connection *connection, struct net *net,
                                   struct arena *arena, struct platform_session *out,
                                   struct err *err);

/* All connected accounts of the handle's org on a platform. */
MUST_CHECK bool ad_account_list_connected(struct db *db, struct arena *arena,
                                          struct str platform, struct ad_connections *out,
                                          struct err *err);

/* A call was answered "token dead": mark the connection revoked, once, with an audit line. */
MUST_CHECK bool ad_account_mark_revoked(struct db *db, struct arena *arena,
                                        const struct ad_connection *connection, const char *why,
                                        struct err *err);

/* The platform was read to the end for this account. */
MUST_CHECK bool ad_account_mark_synced(struct db *db, const struct ad_connection *connection,
                                       int64_t now_ms, struct err *err);

/* When people are told: so long before a token ends, and when figures are so old. */
#define AD_TOKEN_WARN_MS    (INT64_C(7) * 86400000)
#define AD_FIGURES_STALE_MS (INT64_C(26) * 3600000)

/*
 * Called by the scheduler in system scope: a token that ends within a week is told on the card,
 * in the log and in the audit log, once; one that has ended makes the connection revoked.
 */
MUST_CHECK bool ad_account_watch_tokens(struct db *db, struct arena *arena, int64_t now_ms,
                                        struct err *err);

/* Whose advertiser is it?  Looks across orgs (outside a transaction); "" when nobody's (or
 * several orgs': `several`). */
MUST_CHECK bool ad_account_of_advertiser(struct db *db, struct arena *arena,
                                         struct str platform, struct str advertiser_id,
                                         struct str *org_id, struct str *ad_account_id,
                                         bool *several, struct err *err);

/* The same of a chosen identity (a Facebook page); the handle is in system scope. */
MUST_CHECK bool ad_account_of_identity(struct db *db, struct arena *arena, struct str platform,
                                       struct str identity_id, struct str *org_id,
                                       struct str *ad_account_id, bool *several,
                                       struct err *err);

/*
 * Jobs: "account.subscribe" {ad_account_id, platform}, added with each
 * connect and each choice of advertiser or identity: asks the platform to send this
 * advertiser's leads to our webhook. Nothing to do where no public address is set (then the
 * portal's own setting serves).  A token that was revoked takes its subscriptions along, so a
 * reconnect subscribes again.  How it went stands on the connection (leads_state).
 */
extern const struct job_kind account_jobs[];

#endif
