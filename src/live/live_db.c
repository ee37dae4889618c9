/* live_db.c - what was stored lately, in every table that the console shows. */

#include "live/live_db.h"

#include "base/arena.h"
#include "base/limits.h"
#include "db/db.h"

#include <inttypes.h>

/* Below each id (UUIDv7) that was made from this instant on. */
static struct str first_id(struct arena *arena, int64_t ms)
{
    uint64_t at = ms > 0 ? (uint64_t)ms : 0;

    return str_fmt(arena, "%08" PRIx64 "-%04" PRIx64, at >> 16 & 0xffffffff, at & 0xffff);
}

/* Each part is a range of an index. What has no time of its own there is bounded by the time
 * in its id: an execution and a batch are over within an hour of their start, or they wait. */
#define HOUR_MS INT64_C(3600000)

bool live_rows_since(struct db *db, struct arena *arena, int64_t since_ms,
                     struct live_rows *out, struct err *err)
{
    struct db_rows rows;

    db_select(
        db, arena, &rows,
        "SELECT kind, id, stamp, at_ms FROM ("
        " SELECT 'lead' AS kind, lead_id AS id, CAST(updated_ms AS TEXT) AS stamp,"
        "   updated_ms AS at_ms"
        "  FROM leads WHERE org_id = $1 AND lead_id >= $3 ORDER BY lead_id DESC LIMIT $5) a"
        " UNION ALL SELECT kind, id, stamp, at_ms FROM ("
        " SELECT 'lead' AS kind, lead_id AS id, to_value || CAST(sequence AS TEXT) AS stamp,"
        "   at_ms"
        "  FROM lead_transitions WHERE org_id = $1 AND kind = 'stage'"
        "   AND to_value IN ('interest', 'qualified', 'scheduled', 'purchase', 'lost')"
        "   AND at_ms >= $2 ORDER BY at_ms DESC LIMIT $5) b"
        " UNION ALL SELECT kind, id, stamp, at_ms FROM ("
        " SELECT 'purchase' AS kind, purchase_id AS id, '' AS stamp, created_ms AS at_ms"
        "  FROM purchases WHERE org_id = $1 AND purchase_id >= $3"
        "  ORDER BY purchase_id DESC LIMIT $5) c"
        " UNION ALL SELECT kind, id, stamp, at_ms FROM ("
        " SELECT 'creative' AS kind, creative_id AS id, CAST(version AS TEXT) AS stamp,"
        "   updated_ms AS at_ms"
        "  FROM creatives WHERE org_id = $1 AND updated_ms >= $2"
        "  ORDER BY updated_ms DESC LIMIT $5) d"
        " UNION ALL SELECT kind, id, stamp, at_ms FROM ("
        " SELECT 'creative' AS kind, creative_id AS id,"
        "   platform || CAST(updated_ms AS TEXT) AS stamp, updated_ms AS at_ms"
        "  FROM creative_platform_files WHERE org_id = $1 AND updated_ms >= $2"
        "  ORDER BY updated_ms DESC LIMIT $5) e"
        " UNION ALL SELECT kind, id, stamp, at_ms FROM ("
        " SELECT 'creative' AS kind, creative_id AS id,"
        "   state || CAST(updated_ms AS TEXT) AS stamp, updated_ms AS at_ms"
        "  FROM creative_transcripts WHERE org_id = $1 AND updated_ms >= $2"
        "  ORDER BY updated_ms DESC LIMIT $5) f"
        " UNION ALL SELECT kind, id, stamp, at_ms FROM ("
        " SELECT 'launch' AS kind, workflow_id AS id, state AS stamp, updated_ms AS at_ms"
        "  FROM workflows WHERE org_id = $1 AND updated_ms >= $2"
        "   AND kind IN ('launch', 'status') ORDER BY updated_ms DESC LIMIT $5) g"
        " UNION ALL SELECT kind, id, stamp, at_ms FROM ("
        " SELECT 'launch' AS kind, w.workflow_id AS id,"
        "   s.state || CAST(count(*) AS TEXT) || ',' || CAST(max(s.attempt) AS TEXT) AS stamp,"
        "   CAST(max(CASE WHEN s.finished_ms > s.started_ms THEN s.finished_ms"
        "    ELSE s.started_ms END) AS BIGINT) AS at_ms"
        "  FROM workflows w JOIN workflow_steps s ON s.org_id = w.org_id"
        "   AND s.workflow_id = w.workflow_id"
        "  WHERE w.org_id = $1 AND w.kind IN ('launch', 'status')"
        "   AND w.state IN ('running', 'undoing') GROUP BY w.workflow_id, s.state LIMIT $5) h"
        " UNION ALL SELECT kind, id, stamp, at_ms FROM ("
        " SELECT 'execution' AS kind, execution_id AS id, state AS stamp,"
        "   CASE WHEN finished_ms > 0 THEN finished_ms WHEN state = 'waiting' THEN started_ms"
        "    ELSE $6 END AS at_ms"
        "  FROM brain_executions WHERE org_id = $1 AND started_ms >= $2 - $7"
        "  ORDER BY started_ms DESC LIMIT $5) i"
        " UNION ALL SELECT kind, id, stamp, at_ms FROM ("
        " SELECT 'action_batch' AS kind, action_batch_id AS id, state AS stamp,"
        "   CASE WHEN finished_ms > 0 THEN finished_ms WHEN state = 'waiting' THEN created_ms"
        "    ELSE $6 END AS at_ms"
        "  FROM action_batches WHERE org_id = $1 AND action_batch_id >= $4"
        "  ORDER BY action_batch_id DESC LIMIT $5) j"
        " UNION ALL SELECT 'ad_account', ad_account_id,"
        "   platform || state || CAST(updated_ms AS TEXT), updated_ms"
        "  FROM ad_account_connections WHERE org_id = $1 AND updated_ms >= $2"
        " UNION ALL SELECT 'metric', ad_account_id, platform || CAST(last_sync_ms AS TEXT),"
        "   last_sync_ms"
        "  FROM ad_account_connections WHERE org_id = $1 AND last_sync_ms >= $2"
        " UNION ALL SELECT action, object_id, CAST(sequence AS TEXT), at_ms FROM ("
        " SELECT action, object_id, sequence, at_ms FROM audit_log WHERE org_id = $1"
        "   AND sequence > (SELECT o.audit_sequence - $5 FROM orgs o WHERE o.org_id = $1)"
        "   AND at_ms >= $2) k",
        TEXT(db_scope_org(db)), INT(since_ms), TEXT(first_id(arena, since_ms)),
        TEXT(first_id(arena, since_ms - HOUR_MS)), INT(LIMIT_LIVE_ROWS), INT(INT64_MAX),
        INT(HOUR_MS));
    while (db_next(&rows))
        *live_rows_add(out, arena) = (struct live_row){db_text(&rows, 0), db_text(&rows, 1),
                                                       db_text(&rows, 2), db_int(&rows, 3)};
    return db_done(&rows, err);
}
