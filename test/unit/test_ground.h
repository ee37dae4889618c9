#ifndef TEST_UNIT_TEST_GROUND_H
#define TEST_UNIT_TEST_GROUND_H

/*
 * The ground that domain tests stand on: two orgs on a fresh database, ad
 * accounts connected by the real code, and rows that launches would have
 * written.  The clock stands at GROUND_NOW.
 */
#include "ads/account.h"
#include "auth/auth.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "seal/seal.h"
#include "test_db.h"

#include <inttypes.h>

#define MINUTE_MS  INT64_C(60000)
#define HOUR_MS    (60 * MINUTE_MS)
#define DAY_MS     (24 * HOUR_MS)
#define GROUND_NOW INT64_C(1795240800000) /* 2026-11-21T06:00:00Z, 11:00 in Almaty */

struct ground {
    struct arena *arena;
    struct database *database;
    struct db *db;
    struct app app;
    struct conf conf;
    struct str org, other; /* "Kazakh" (KZ, KZT) and "Other" (DE, EUR) */
    struct err err;
};

static struct ring *ground_ring;

static inline struct ring *ground_open_ring(void)
{
    char path[64];
    struct err err = {0};

    if (ground_ring)
        return ground_ring;
    if (!seal_setup(&err))
        abort();
    snprintf(path, sizeof path, "/tmp/adwright_ring_%ld", (long)getpid());
    if (!ring_open(path, &ground_ring, &err)) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    unlink(path);
    return ground_ring;
}

static inline void ground_begin(struct ground *g, struct database *database, struct db *db)
{
    memset(g, 0, sizeof *g);
    g->arena = arena_new("test");
    g->database = database;
    g->db = db;
    g->conf.collect_days = 7;
    g->conf.event_timeout_seconds = 30;
    g->conf.inbox_failed_days = 90;
    g->app = (struct app){.conf = &g->conf, .ring = ground_open_ring(), .database = database};
    database_set_ring(database, g->app.ring);
    clock_set_wall(GROUND_NOW);
    db_scope_system(db);
    CHECK_OK(org_add(db, g->arena, STR("Kazakh"), STR("KZ"), STR("KZT"), &g->org, &g->err) &&
                 org_add(db, g->arena, STR("Other"), STR("DE"), STR("EUR"), &g->other, &g->err),
             g->err);
    db_scope(db, g->org);
}

static inline void ground_end(struct ground *g)
{
    arena_free(g->arena);
}

/* A new ad account of the org in scope, connected; the id. */
static inline struct str ground_account(struct ground *g, const char *advertiser_id,
                                        const char *currency, const char *zone,
                                        const char *country)
{
    struct ad_grant grant = {.platform = STR("tiktok"),
                             .token = {.secret = {STR("secret-token")}}};
    struct str id = STR("");

    *platform_advertisers_add(&grant.advertisers, g->arena) =
        (struct platform_advertiser){.id = str(advertiser_id),
                                     .name = str_fmt(g->arena, "Account %s", advertiser_id),
                                     .currency = str(currency),
                                     .zone = str(zone),
                                     .country = str(country),
                                     .status = STR("STATUS_ENABLE"),
                                     .deliverable = true};
    CHECK_OK(ad_account_add(g->db, g->arena, str_fmt(g->arena, "Card %s", advertiser_id),
                            STR("test"), clock_wall_ms(), &grant.ad_account_id, &g->err) &&
                 ad_account_connect(&g->app, g->db, g->arena, &grant, STR("test"),
                                    clock_wall_ms(), &id, &g->err),
             g->err);
    return id;
}

static inline struct ad_connection ground_connection(struct ground *g, struct str account)
{
    struct ad_connection connection = {0};

    CHECK_OK(ad_account_resolve(g->db, g->arena, account, STR("tiktok"), &connection, &g->err),
             g->err);
    return connection;
}

static inline void ground_direction(struct ground *g, const char *id, struct str account,
                                    const char *campaign_id, const char *page_id)
{
    CHECK_OK(db_run(g->db, NULL, &g->err,
                    "INSERT INTO directions (org_id, direction_id, ad_account_id, platform,"
                    " name, objective, currency, daily_budget_micros, instant_page_id,"
                    " campaign_id, created_ms, updated_ms)"
                    " VALUES ($1, $2, $3, 'tiktok', $6, 'lead_generation', 'KZT', 5000000000,"
                    " $5, $4, 0, 0)",
                    TEXT(db_scope_org(g->db)), TEXT(str(id)), TEXT(account),
                    TEXT(str(campaign_id)), TEXT(str(page_id)),
                    TEXT(str_fmt(g->arena, "Direction %s", id))),
             g->err);
}

static inline void ground_creative(struct ground *g, const char *id, const char *title,
                                   const char *direction_id)
{
    CHECK_OK(db_run(g->db, NULL, &g->err,
                    "INSERT INTO creatives (org_id, creative_id, direction_id, title,"
                    " media_type, status, created_ms, updated_ms)"
                    " VALUES ($1, $2, $3, $4, 'video', 'ready', 0, 0)",
                    TEXT(db_scope_org(g->db)), TEXT(str(id)), TEXT(str(direction_id)),
                    TEXT(str(title))),
             g->err);
}

static inline void ground_ad(struct ground *g, const char *ad_id, const char *campaign_id,
                             struct str account, const char *direction_id,
                             const char *creative_id)
{
    CHECK_OK(db_run(g->db, NULL, &g->err,
                    "INSERT INTO ads (org_id, platform, ad_id, adgroup_id, campaign_id,"
                    " ad_account_id, direction_id, creative_id, name, status, created_ms,"
                    " updated_ms) VALUES ($1, 'tiktok', $2, 'g1', $3, $4, $5, $6, 'ad',"
                    " 'enabled', 0, 0)",
                    TEXT(db_scope_org(g->db)), TEXT(str(ad_id)), TEXT(str(campaign_id)),
                    TEXT(account), TEXT(str(direction_id)), TEXT(str(creative_id))),
             g->err);
}

/* First column of the first row as text. */
#define ground_ask(g, ...)                                                                     \
    ({                                                                                         \
        struct db_rows ground_rows;                                                            \
        db_select((g)->db, (g)->arena, &ground_rows, __VA_ARGS__);                             \
        ground_read((g), &ground_rows);                                                        \
    })
static inline struct str ground_read(struct ground *g, struct db_rows *rows)
{
    struct str out = STR("(no row)");

    if (db_next(rows))
        out = db_null(rows, 0) ? STR("(null)") : db_text(rows, 0);
    while (db_next(rows))
        continue;
    CHECK_OK(db_done(rows, &g->err), g->err);
    return out;
}

/* All rows of one text column, joined by newlines. */
static inline struct str ground_lines(struct ground *g, struct db_rows *rows)
{
    struct str out = STR("");

    while (db_next(rows))
        out = str_fmt(g->arena, STR_FMT STR_FMT "\n", STR_ARG(out), STR_ARG(db_text(rows, 0)));
    CHECK_OK(db_done(rows, &g->err), g->err);
    return out;
}

#define IS(got, expected) (str_eq((got), str(expected)))

#endif
