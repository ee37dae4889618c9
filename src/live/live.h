#ifndef LIVE_LIVE_H
#define LIVE_LIVE_H

#include "base/err.h"
#include "base/list.h"
#include "base/str.h"

struct database;
struct db;
struct web;

/*
 * The live view: who listens at GET /api/live hears within about a second that
 * something of the org changed, as "data: {"kind","id"}", and asks for it again.
 *
 * Nothing is written for it.  Once a second a thread looks, for each org that
 * somebody listens to, at what was stored in the last minute, and tells what
 * was not there in the look before.  So every writer is seen: other nodes on
 * the same PostgreSQL, jobs, the command line; and a transaction that commits
 * some seconds after its own times.  A look costs one statement of index
 * ranges an org, whatever the number of its leads (docs/why/0005-live.md).
 *
 * Telling is best effort: a client that was away asks for everything again.
 */
struct live;

/* `arena` and `web` must outlive it. */
MUST_CHECK bool live_start(struct arena *arena, struct database *database, struct web *web,
                           struct live **out, struct err *err);
void live_stop(struct live *live);

/*
 * One look, for tests: what changed in the handle's org since the look before.
 * `memory` begins zeroed and belongs to one org; the caller frees its arena.
 */
struct live_change {
    struct str kind; /* lead, purchase, creative, launch, execution, action_batch, metric,
                        ad_account, direction, alert, ...: of the audit log's own words */
    struct str id;   /* "" = several: ask for the list */
};
LIST(live_changes, struct live_change);
struct live_memory {
    struct arena *arena; /* of what the last look saw */
    uint64_t *seen;      /* sorted */
    size_t n;
    int64_t alerts_ms; /* when alerts were looked at last */
    uint64_t alerts;   /* a mark of those that were there */
};
MUST_CHECK bool live_look(struct db *db, struct arena *arena, int64_t now_ms,
                          struct live_memory *memory, struct live_changes *out,
                          struct err *err);

#endif
