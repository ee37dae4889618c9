/* account_db.c - the only file that knows ad_accounts, ad_account_connections, oauth_states. */

#include "ads/account_db.h"

#include "base/arena.h"
#include "db/db.h"

#define ACCOUNT_COLUMNS                                                                        \
    "a.ad_account_id, a.name, a.is_default, a.autopilot_tiktok, a.autopilot_facebook,"         \
    " a.schedule_hour, a.daily_cap_micros, a.created_ms"

#define CONNECTION_COLUMNS                                                                     \
    "a.org_id, a.ad_account_id, a.name, COALESCE(c.platform, ''), COALESCE(c.state, ''),"      \
    " c.advertiser_id, c.advertiser_name, c.currency, c.zone, c.country, c.identity_id,"       \
    " c.identity_type, c.identity_bc_id, c.identity_name, c.token_sealed, c.advertisers_json," \
    " c.last_error, c.connected_ms, c.token_expires_ms, c.last_sync_ms,"                       \
    " CASE WHEN c.platform = 'tiktok' THEN a.autopilot_tiktok ELSE a.autopilot_facebook END,"  \
    " a.schedule_hour, a.daily_cap_micros, c.leads_state, c.leads_error, c.leads_ms,"          \
    " c.updated_ms"

static struct ad_account read_account(struct db_rows *rows)
{
    return (struct ad_account){
        .id = db_text(rows, 0),
        .name = db_text(rows, 1),
        .is_default = db_int(rows, 2) != 0,
        .autopilot_tiktok = db_int(rows, 3) != 0,
        .autopilot_facebook = db_int(rows, 4) != 0,
        .schedule_hour = db_int(rows, 5),
        .daily_cap_micros = db_int(rows, 6),
        .created_ms = db_int(rows, 7),
    };
}

static struct ad_connection read_connection(struct db_rows *rows)
{
    return (struct ad_connection){
        .org_id = db_text(rows, 0),
        .ad_account_id = db_text(rows, 1),
        .ad_account_name = db_text(rows, 2),
        .platform = db_text(rows, 3),
        .state = db_text(rows, 4),
        .advertiser_id = db_text(rows, 5),
        .advertiser_name = db_text(rows, 6),
        .currency = db_text(rows, 7),
        .zone = db_text(rows, 8),
        .country = db_text(rows, 9),
        .identity_id = db_text(rows, 10),
        .identity_type = db_text(rows, 11),
        .identity_bc_id = db_text(rows, 12),
        .identity_name = db_text(rows, 13),
        .token_sealed = db_text(rows, 14),
        .advertisers_json = db_text(rows, 15),
        .last_error = db_text(rows, 16),
        .connected_ms = db_int(rows, 17),
        .token_expires_ms = db_int(rows, 18),
        .last_sync_ms = db_int(rows, 19),
        .autopilot = db_int(rows, 20) != 0,
        .schedule_hour = db_int(rows, 21),
        .daily_cap_micros = db_int(rows, 22),
        .leads_state = db_text(rows, 23),
        .leads_error = db_text(rows, 24),
        .leads_ms = db_int(rows, 25),
        .updated_ms = db_int(rows, 26),
    };
}

/* --- cards --- */

bool ad_account_get(struct db *db, struct arena *arena, struct str id, struct ad_account *out,
                    struct err *err)
{
    struct db_rows rows;
    bool found = false;

    db_select(db, arena, &rows,
              "SELECT " ACCOUNT_COLUMNS " FROM ad_accounts a"
              " WHERE a.org_id = $1 AND (a.ad_account_id = $2"
              " OR (CAST($2 AS TEXT) = '' AND a.is_default = 1))",
              TEXT(db_scope_org(db)), TEXT(id));
    while (db_next(&rows)) {
        *out = read_account(&rows);
        found = true;
    }
    if (!db_done(&rows, err))
        return false;
    if (found)
        return true;
    if (id.n)
        return err_set(err, ERR_NOT_FOUND, "no ad account " STR_FMT, STR_ARG(id));
    err_set(err, ERR_NOT_FOUND, "there is no default ad account");
    return err_hint(err, "connect an ad account, or name one");
}

bool ad_account_list(struct db *db, struct arena *arena, struct ad_accounts *out,
                     struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " ACCOUNT_COLUMNS " FROM ad_accounts a WHERE a.org_id = $1"
              " ORDER BY a.is_default DESC, a.created_ms, a.ad_account_id",
              TEXT(db_scope_org(db)));
    while (db_next(&rows))
        *ad_accounts_add(out, arena) = read_account(&rows);
    return db_done(&rows, err);
}

bool ad_account_has_default(struct db *db, struct arena *arena, bool *has, struct err *err)
{
    struct db_rows rows;

    *has = false;
    db_select(db, arena, &rows,
              "SELECT 1 FROM ad_accounts WHERE org_id = $1 AND is_default = 1",
              TEXT(db_scope_org(db)));
    while (db_next(&rows))
        *has = true;
    return db_done(&rows, err);
}

bool ad_account_insert(struct db *db, const struct ad_account *account, struct err *err)
{
    return db_run(
        db, NULL, err,
        "INSERT INTO ad_accounts (org_id, ad_account_id, name, is_default, created_ms,"
        " updated_ms) VALUES ($1, $2, $3, $4, $5, $5)",
        TEXT(db_scope_org(db)), TEXT(account->id), TEXT(account->name),
        INT(account->is_default), INT(account->created_ms));
}

bool ad_account_store(struct db *db, const struct ad_account *account, int64_t now_ms,
                      struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE ad_accounts SET name = $3, autopilot_tiktok = $4,"
                  " autopilot_facebook = $5, schedule_hour = $6, daily_cap_micros = $7,"
                  " updated_ms = $8 WHERE org_id = $1 AND ad_account_id = $2",
                  TEXT(db_scope_org(db)), TEXT(account->id), TEXT(account->name),
                  INT(account->autopilot_tiktok), INT(account->autopilot_facebook),
                  INT(account->schedule_hour), INT(account->daily_cap_micros), INT(now_ms));
}

bool ad_account_make_default(struct db *db, struct str id, int64_t now_ms, struct err *err)
{
    /* In this order: the index allows one default at a time. */
    return db_run(db, NULL, err,
                  "UPDATE ad_accounts SET is_default = 0, updated_ms = $2"
                  " WHERE org_id = $1 AND is_default = 1",
                  TEXT(db_scope_org(db)), INT(now_ms)) &&
           db_run(db, NULL, err,
                  "UPDATE ad_accounts SET is_default = 1, updated_ms = $3"
                  " WHERE org_id = $1 AND ad_account_id = $2",
                  TEXT(db_scope_org(db)), TEXT(id), INT(now_ms));
}

bool ad_account_lock(struct db *db, struct str id, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE ad_accounts SET updated_ms = updated_ms"
                  " WHERE org_id = $1 AND ad_account_id = $2",
                  TEXT(db_scope_org(db)), TEXT(id));
}

/* --- connections --- */

bool ad_connection_find(struct db *db, struct arena *arena, struct str ad_account_id,
                        struct str platform, bool *account_found, bool *connection_found,
                        struct ad_connection *out, struct err *err)
{
    struct db_rows rows;

    *account_found = *connection_found = false;
    db_select(db, arena, &rows,
              "SELECT " CONNECTION_COLUMNS " FROM ad_accounts a"
              " LEFT JOIN ad_account_connections c ON c.org_id = a.org_id"
              " AND c.ad_account_id = a.ad_account_id AND c.platform = $3"
              " WHERE a.org_id = $1 AND (a.ad_account_id = $2"
              " OR (CAST($2 AS TEXT) = '' AND a.is_default = 1))",
              TEXT(db_scope_org(db)), TEXT(ad_account_id), TEXT(platform));
    while (db_next(&rows)) {
        *account_found = true;
        *connection_found = db_text(&rows, 3).n > 0;
        *out = read_connection(&rows);
    }
    return db_done(&rows, err);
}

bool ad_account_connections(struct db *db, struct arena *arena, struct str id,
                            struct ad_connections *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " CONNECTION_COLUMNS " FROM ad_accounts a"
              " JOIN ad_account_connections c ON c.org_id = a.org_id"
              " AND c.ad_account_id = a.ad_account_id"
              " WHERE a.org_id = $1 AND a.ad_account_id = $2 ORDER BY c.platform",
              TEXT(db_scope_org(db)), TEXT(id));
    while (db_next(&rows))
        *ad_connections_add(out, arena) = read_connection(&rows);
    return db_done(&rows, err);
}

bool ad_account_list_connected(struct db *db, struct arena *arena, struct str platform,
                               struct ad_connections *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " CONNECTION_COLUMNS " FROM ad_accounts a"
              " JOIN ad_account_connections c ON c.org_id = a.org_id"
              " AND c.ad_account_id = a.ad_account_id"
              " WHERE a.org_id = $1 AND c.platform = $2 AND c.state = 'connected'"
              " ORDER BY a.is_default DESC, a.created_ms, a.ad_account_id",
              TEXT(db_scope_org(db)), TEXT(platform));
    while (db_next(&rows))
        *ad_connections_add(out, arena) = read_connection(&rows);
    return db_done(&rows, err);
}

bool ad_connection_upsert(struct db *db, const struct ad_connection *connection, int64_t now_ms,
                          struct err *err)
{
    return db_run(
        db, NULL, err,
        "INSERT INTO ad_account_connections (org_id, ad_account_id, platform, state,"
        " advertiser_id, advertiser_name, currency, zone, country, identity_id, identity_type,"
        " identity_bc_id, identity_name, token_sealed, advertisers_json, connected_ms,"
        " token_expires_ms, updated_ms)"
        " VALUES ($1, $2, $3, 'connected', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
        "$15,"
        " $16, $17)"
        " ON CONFLICT (org_id, ad_account_id, platform) DO UPDATE SET state = 'connected',"
        " advertiser_id = excluded.advertiser_id, advertiser_name = excluded.advertiser_name,"
        " currency = excluded.currency, zone = excluded.zone, country = excluded.country,"
        " identity_id = excluded.identity_id, identity_type = excluded.identity_type,"
        " identity_bc_id = excluded.identity_bc_id, identity_name = excluded.identity_name,"
        " token_sealed = excluded.token_sealed, advertisers_json = excluded.advertisers_json,"
        " connected_ms = excluded.connected_ms, token_expires_ms = excluded.token_expires_ms,"
        " last_error = '', leads_state = '', leads_error = '', leads_ms = 0,"
        " updated_ms = excluded.updated_ms",
        TEXT(db_scope_org(db)), TEXT(connection->ad_account_id), TEXT(connection->platform),
        TEXT(connection->advertiser_id), TEXT(connection->advertiser_name),
        TEXT(connection->currency), TEXT(connection->zone), TEXT(connection->country),
        TEXT(connection->identity_id), TEXT(connection->identity_type),
        TEXT(connection->identity_bc_id), TEXT(connection->identity_name),
        TEXT(connection->token_sealed), TEXT(connection->advertisers_json),
        INT(connection->connected_ms), INT(connection->token_expires_ms), INT(now_ms));
}

bool ad_connection_choose(struct db *db, const struct ad_connection *connection, int64_t now_ms,
                          bool *changed, struct err *err)
{
    int64_t n = 0;

    if (!db_run(
            db, &n, err,
            "UPDATE ad_account_connections SET advertiser_id = $4, advertiser_name = $5,"
            " currency = $6, zone = $7, country = $8, identity_id = $9, identity_type = $10,"
            " identity_bc_id = $11, identity_name = $12, updated_ms = $13"
            " WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3"
            " AND state = 'connected' AND token_sealed = $14",
            TEXT(db_scope_org(db)), TEXT(connection->ad_account_id), TEXT(connection->platform),
            TEXT(connection->advertiser_id), TEXT(connection->advertiser_name),
            TEXT(connection->currency), TEXT(connection->zone), TEXT(connection->country),
            TEXT(connection->identity_id), TEXT(connection->identity_type),
            TEXT(connection->identity_bc_id), TEXT(connection->identity_name), INT(now_ms),
            TEXT(connection->token_sealed)))
        return false;
    *changed = n == 1;
    return true;
}

bool ad_connection_note_leads(struct db *db, const struct ad_connection *connection,
                              struct str state, struct str why, int64_t now_ms, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE ad_account_connections SET leads_state = $4, leads_error = $5,"
                  " leads_ms = $6 WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3"
                  " AND token_sealed = $7",
                  TEXT(db_scope_org(db)), TEXT(connection->ad_account_id),
                  TEXT(connection->platform), TEXT(state), TEXT(why), INT(now_ms),
                  TEXT(connection->token_sealed));
}

bool ad_connection_store_facts(struct db *db, const struct ad_connection *connection,
                               int64_t now_ms, bool *changed, struct err *err)
{
    int64_t n = 0;

    if (!db_run(db, &n, err,
                "UPDATE ad_account_connections SET advertiser_name = $4, currency = $5,"
                " zone = $6, country = $7, advertisers_json = $8, updated_ms = $9"
                " WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3"
                " AND state = 'connected' AND token_sealed = $10",
                TEXT(db_scope_org(db)), TEXT(connection->ad_account_id),
                TEXT(connection->platform), TEXT(connection->advertiser_name),
                TEXT(connection->currency), TEXT(connection->zone), TEXT(connection->country),
                TEXT(connection->advertisers_json), INT(now_ms),
                TEXT(connection->token_sealed)))
        return false;
    *changed = n == 1;
    return true;
}

bool ad_account_mark_synced(struct db *db, const struct ad_connection *connection,
                            int64_t now_ms, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE ad_account_connections SET last_sync_ms = $4, last_error = ''"
                  " WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3",
                  TEXT(db_scope_org(db)), TEXT(connection->ad_account_id),
                  TEXT(connection->platform), INT(now_ms));
}

bool ad_connection_set_state(struct db *db, const struct ad_connection *connection,
                             struct str state, struct str token_sealed, struct str why,
                             int64_t now_ms, bool *changed, struct err *err)
{
    int64_t n = 0;

    if (!db_run(db, &n, err,
                "UPDATE ad_account_connections SET state = $4, token_sealed = $5,"
                " last_error = $6, updated_ms = $7"
                " WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3"
                " AND state <> $4 AND token_sealed = $8",
                TEXT(db_scope_org(db)), TEXT(connection->ad_account_id),
                TEXT(connection->platform), TEXT(state), TEXT(token_sealed), TEXT(why),
                INT(now_ms), TEXT(connection->token_sealed)))
        return false;
    *changed = n == 1;
    return true;
}

bool ad_connections_ending(struct db *db, struct arena *arena, int64_t now_ms, int64_t until_ms,
                           struct ad_endings *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT org_id, ad_account_id, platform, token_expires_ms"
              " FROM ad_account_connections WHERE state = 'connected' AND token_expires_ms > 0"
              " AND (token_expires_ms <= $1 OR (token_expires_ms <= $2 AND last_error = ''))"
              " ORDER BY org_id, ad_account_id, platform",
              INT(now_ms), INT(until_ms));
    while (db_next(&rows))
        *ad_endings_add(out, arena) = (struct ad_ending){.org_id = db_text(&rows, 0),
                                                         .ad_account_id = db_text(&rows, 1),
                                                         .platform = db_text(&rows, 2),
                                                         .token_expires_ms = db_int(&rows, 3)};
    return db_done(&rows, err);
}

bool ad_connection_note(struct db *db, const struct ad_connection *connection, struct str text,
                        int64_t now_ms, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE ad_account_connections SET last_error = $4, updated_ms = $5"
                  " WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3"
                  " AND token_sealed = $6",
                  TEXT(db_scope_org(db)), TEXT(connection->ad_account_id),
                  TEXT(connection->platform), TEXT(text), INT(now_ms),
                  TEXT(connection->token_sealed));
}

/* Several accounts of one org may share an advertiser: its default or oldest one stands for
 * them.  Several orgs: nobody may guess. */
static bool read_one_org(struct db_rows *rows, struct str *org_id, struct str *ad_account_id,
                         bool *several, struct err *err)
{
    *org_id = *ad_account_id = STR("");
    *several = false;
    while (db_next(rows)) {
        if (!org_id->n) {
            *org_id = db_text(rows, 0);
            *ad_account_id = db_text(rows, 1);
        } else if (!str_eq(*org_id, db_text(rows, 0))) {
            *several = true;
        }
    }
    if (*several)
        *org_id = *ad_account_id = STR("");
    return db_done(rows, err);
}

bool ad_account_of_advertiser(struct db *db, struct arena *arena, struct str platform,
                              struct str advertiser_id, struct str *org_id,
                              struct str *ad_account_id, bool *several, struct err *err)
{
    struct str scope = str_dup(arena, db_scope_org(db));
    struct db_rows rows;

    db_scope_system(db);
    db_select(db, arena, &rows,
              "SELECT a.org_id, a.ad_account_id FROM ad_account_connections c"
              " JOIN ad_accounts a ON a.org_id = c.org_id AND a.ad_account_id = c.ad_account_id"
              " WHERE c.platform = $1 AND c.advertiser_id = $2 AND c.state <> 'disconnected'"
              " ORDER BY a.is_default DESC, a.created_ms, a.ad_account_id",
              TEXT(platform), TEXT(advertiser_id));

    bool ok = read_one_org(&rows, org_id, ad_account_id, several, err);

    if (scope.n)
        db_scope(db, scope);
    return ok;
}

bool ad_account_of_identity(struct db *db, struct arena *arena, struct str platform,
                            struct str identity_id, struct str *org_id,
                            struct str *ad_account_id, bool *several, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT a.org_id, a.ad_account_id FROM ad_account_connections c"
              " JOIN ad_accounts a ON a.org_id = c.org_id AND a.ad_account_id = c.ad_account_id"
              " WHERE c.platform = $1 AND c.identity_id = $2 AND c.state <> 'disconnected'"
              " ORDER BY a.is_default DESC, a.created_ms, a.ad_account_id",
              TEXT(platform), TEXT(identity_id));
    return read_one_org(&rows, org_id, ad_account_id, several, err);
}

/* --- OAuth runs --- */

bool oauth_state_insert(struct db *db, const struct oauth_state *state, struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO oauth_states (org_id, oauth_state_id, user_id, ad_account_id,"
                  " platform, expires_ms) VALUES ($1, $2, $3, $4, $5, $6)",
                  TEXT(state->org_id), TEXT(state->id), TEXT(state->user_id),
                  TEXT(state->ad_account_id), TEXT(state->platform), INT(state->expires_ms));
}

bool oauth_state_use(struct db *db, struct str id, int64_t now_ms, bool *mine, struct err *err)
{
    int64_t n = 0;

    if (!db_run(
            db, &n, err,
            "UPDATE oauth_states SET used_ms = $3"
            " WHERE org_id = $1 AND oauth_state_id = $2 AND used_ms = 0 AND expires_ms > $3",
            TEXT(db_scope_org(db)), TEXT(id), INT(now_ms)))
        return false;
    *mine = n == 1;
    return true;
}
