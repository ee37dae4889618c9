/* inbox_db.c - storing webhook bodies. */

#include "hook/inbox_db.h"
#include "base/arena.h"
#include "base/random.h"
#include "db/db.h"
#include "lead/lead.h"
#include "seal/seal.h"
#include "text/hex.h"

/* A row as the statement takes it. */
struct row {
    struct str id, signature, body, body_hash, state;
    int64_t received_ms;
};

static struct row row_of(struct arena *arena, const struct inbox_entry *entry)
{
    return (struct row){
        .id = id_new(arena),
        .received_ms = entry->received_ms,
        .signature = str(entry->signature),
        /* a text column holds UTF-8 only */
        .body = str_utf8(entry->body) ? entry->body : base64_encode(arena, entry->body),
        .body_hash = seal_sha256_hex(arena, entry->body),
        .state = entry->quarantined ? STR("quarantined") : STR("received"),
    };
}

#define INSERT                                                                                 \
    "INSERT INTO webhook_deliveries"                                                           \
    " (delivery_id, received_ms, signature, body, body_hash, state, source) VALUES "
#define ONE_ROW "($1, $2, $3, $4, $5, $6, 'tiktok')"
#define EIGHT_ROWS                                                                             \
    "($1, $2, $3, $4, $5, $6, 'tiktok'), "                                                     \
    "($7, $8, $9, $10, $11, $12, 'tiktok'), "                                                  \
    "($13, $14, $15, $16, $17, $18, 'tiktok'), "                                               \
    "($19, $20, $21, $22, $23, $24, 'tiktok'), "                                               \
    "($25, $26, $27, $28, $29, $30, 'tiktok'), "                                               \
    "($31, $32, $33, $34, $35, $36, 'tiktok'), "                                               \
    "($37, $38, $39, $40, $41, $42, 'tiktok'), "                                               \
    "($43, $44, $45, $46, $47, $48, 'tiktok')"
#define VALUES_OF(r)                                                                           \
    TEXT((r).id), INT((r).received_ms), TEXT((r).signature), TEXT((r).body),                   \
        TEXT((r).body_hash), TEXT((r).state)

static bool add_one(struct db *db, const struct row *r, struct err *err)
{
    return db_pipe(db, err, INSERT ONE_ROW, VALUES_OF(*r));
}

/* For PostgreSQL what is done once a statement (checks, indexes, answers) costs more than the
 * row itself. */
static bool add_eight(struct db *db, const struct row *r, struct err *err)
{
    return db_pipe(db, err, INSERT EIGHT_ROWS, VALUES_OF(r[0]), VALUES_OF(r[1]),
                   VALUES_OF(r[2]), VALUES_OF(r[3]), VALUES_OF(r[4]), VALUES_OF(r[5]),
                   VALUES_OF(r[6]), VALUES_OF(r[7]));
}

static bool add_rows(struct db *db, const struct row *rows, size_t n, struct err *err)
{
    for (; n >= 8; n -= 8, rows += 8)
        if (!add_eight(db, rows, err))
            return false;
    for (; n; n--, rows++)
        if (!add_one(db, rows, err))
            return false;
    return true;
}

static bool add_all(struct db *db, struct arena *arena, const struct inbox_entry *entries,
                    size_t n, struct err *err)
{
    struct row *rows = NEW_ARRAY(arena, struct row, n);

    for (size_t i = 0; i < n; i++)
        rows[i] = row_of(arena, &entries[i]);
    if (!db_pipe_begin(db, err))
        return false;
    if (add_rows(db, rows, n, err))
        return db_pipe_end(db, NULL, 0, err);
    db_pipe_cancel(db);
    return false;
}

bool inbox_add(struct db *db, struct arena *arena, const struct inbox_entry *entries, size_t n,
               bool ask, struct err *err)
{
    if (!ask) /* the pipe is its own transaction: one round trip */
        return add_all(db, arena, entries, n, err);
    return db_begin(db, err) &&
           db_end(db, add_all(db, arena, entries, n, err) && lead_intake_ask(db, err), err);
}

static bool add_site(struct db *db, struct arena *arena, const struct inbox_site_entry *entry,
                     struct err *err)
{
    /* a text column holds UTF-8 only */
    struct str body = str_utf8(entry->body) ? entry->body : base64_encode(arena, entry->body);

    return db_run(db, NULL, err,
                  "INSERT INTO webhook_deliveries (delivery_id, received_ms, signature, body,"
                  " body_hash, state, source, owner_org_id, headers)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                  TEXT(id_new(arena)), INT(entry->received_ms), TEXT(str(entry->signature)),
                  TEXT(body), TEXT(seal_sha256_hex(arena, entry->body)),
                  TEXT(entry->quarantined ? STR("quarantined") : STR("received")),
                  TEXT(entry->source), TEXT(entry->owner_org_id), TEXT(entry->headers));
}

bool inbox_add_site(struct db *db, struct arena *arena, const struct inbox_site_entry *entry,
                    struct err *err)
{
    if (!db_begin(db, err))
        return false;
    return db_end(
        db, add_site(db, arena, entry, err) && (entry->quarantined || lead_intake_ask(db, err)),
        err);
}
