/* inbox_db.c - storing webhook bodies. */

#include "hook/inbox_db.h"
#include "base/arena.h"
#include "base/random.h"
#include "db/db.h"
#include "lead/lead.h"
#include "seal/seal.h"
#include "text/hex.h"

static bool add_one(struct db *db, struct arena *arena, const struct inbox_entry *entry,
                    struct err *err)
{
    /* a text column holds UTF-8 only */
    struct str body = str_utf8(entry->body) ? entry->body : base64_encode(arena, entry->body);

    return db_pipe(
        db, err,
        "INSERT INTO webhook_deliveries (delivery_id, source, received_ms, signature,"
        "                                body, body_hash, state)"
        " VALUES ($1, 'tiktok', $2, $3, $4, $5, $6)",
        TEXT(id_new(arena)), INT(entry->received_ms), TEXT(str(entry->signature)), TEXT(body),
        TEXT(seal_sha256_hex(arena, entry->body)),
        TEXT(entry->quarantined ? STR("quarantined") : STR("received")));
}

static bool add_all(struct db *db, struct arena *arena, const struct inbox_entry *entries,
                    size_t n, struct err *err)
{
    if (!db_pipe_begin(db, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!add_one(db, arena, &entries[i], err)) {
            db_pipe_cancel(db);
            return false;
        }
    return db_pipe_end(db, NULL, 0, err);
}

bool inbox_add(struct db *db, struct arena *arena, const struct inbox_entry *entries, size_t n,
               bool ask, struct err *err)
{
    if (!ask) /* the pipe is its own transaction: one round trip */
        return add_all(db, arena, entries, n, err);
    return db_begin(db, err) &&
           db_end(db, add_all(db, arena, entries, n, err) && lead_intake_ask(db, err), err);
}
