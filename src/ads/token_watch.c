/* token_watch.c - tokens that end by themselves: told a week before, and when it has happened.
 */

#include "ads/account.h"
#include "ads/account_db.h"

#include "auth/audit.h"
#include "base/log.h"
#include "db/db.h"
#include "text/zone.h"

/* Shown on the card; the next connect takes it away. */
static bool warn(struct db *db, struct arena *arena, const struct ad_connection *connection,
                 int64_t now_ms, struct err *err)
{
    struct str text = str_fmt(arena, "the token ends at " STR_FMT ": connect again before that",
                              STR_ARG(time_rfc3339(arena, connection->token_expires_ms)));
    struct audit_entry entry = {.actor = STR("system"),
                                .action = "ad_account.token_ends",
                                .object_id = connection->ad_account_id,
                                .after = str_fmt(arena, "{\"platform\":\"" STR_FMT "\"}",
                                                 STR_ARG(connection->platform))};

    log_warn("ad_account.token_ends", LOG_TEXT("ad_account_id", connection->ad_account_id),
             LOG_TEXT("platform", connection->platform));
    return db_begin(db, err) && db_end(db,
                                       ad_connection_note(db, connection, text, now_ms, err) &&
                                           audit_add(db, arena, &entry, err),
                                       err);
}

static bool look_at(struct db *db, struct arena *arena, const struct ad_ending *ending,
                    int64_t now_ms, struct err *err)
{
    struct ad_connection connection;
    bool account_found, connection_found;

    db_scope(db, ending->org_id);
    if (!ad_connection_find(db, arena, ending->ad_account_id, ending->platform, &account_found,
                            &connection_found, &connection, err))
        return false;
    if (!connection_found || !str_eq(connection.state, STR("connected")) ||
        connection.token_expires_ms != ending->token_expires_ms)
        return true; /* connected anew meanwhile */
    if (connection.token_expires_ms <= now_ms)
        return ad_account_mark_revoked(db, arena, &connection, "the token has ended", err);
    return warn(db, arena, &connection, now_ms, err);
}

bool ad_account_watch_tokens(struct db *db, struct arena *arena, int64_t now_ms,
                             struct err *err)
{
    struct ad_endings list = {0};
    bool ok = ad_connections_ending(db, arena, now_ms, now_ms + AD_TOKEN_WARN_MS, &list, err);

    for (size_t i = 0; ok && i < list.n; i++)
        ok = look_at(db, arena, &list.at[i], now_ms, err);
    db_scope_system(db);
    return ok;
}
