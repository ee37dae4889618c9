/* delivery_db.c - the intake's side of the table webhook_deliveries. */

#include "lead/delivery_db.h"
#include "base/arena.h"
#include "base/log.h"
#include "db/db.h"
#include "seal/seal.h"

#include <stdlib.h>

#define DELIVERY_COLUMNS                                                                       \
    "delivery_id, source, body, body_hash, entries_done, state, received_ms, attempts,"        \
    " body_sealed, owner_org_id, headers"

static struct seal_place place_of(struct str delivery_id)
{
    return (struct seal_place){STR(""), "webhook_deliveries", "body", delivery_id};
}

/* One that does not open is "": it fails as a body that cannot be read, and stays as it is. */
static struct str open_body(struct db_rows *rows, struct str delivery_id, struct str sealed)
{
    struct secret opened;
    struct err err = {0};

    if (ring_unseal(db_ring(rows->db), rows->arena, place_of(delivery_id), sealed, &opened,
                    &err))
        return seal_reveal(opened);
    log_err("delivery.sealed", &err);
    return STR("");
}

static struct delivery read_delivery(struct db_rows *rows)
{
    struct delivery delivery = {.delivery_id = db_text(rows, 0),
                                .source = db_text(rows, 1),
                                .body = db_text(rows, 2),
                                .body_hash = db_text(rows, 3),
                                .entries_done = db_text(rows, 4),
                                .state = db_text(rows, 5),
                                .received_ms = db_int(rows, 6),
                                .attempts = db_int(rows, 7),
                                .sealed = db_int(rows, 8) == 1,
                                .owner_org_id = db_text(rows, 9),
                                .headers = db_text(rows, 10)};

    if (delivery.sealed && delivery.body.n)
        delivery.body = open_body(rows, delivery.delivery_id, delivery.body);
    return delivery;
}

static int by_arrival(const void *a, const void *b)
{
    const struct delivery *x = a, *y = b;

    if (x->received_ms != y->received_ms)
        return x->received_ms < y->received_ms ? -1 : 1;
    return str_cmp(x->delivery_id, y->delivery_id);
}

bool delivery_take_fresh(struct db *db, struct arena *arena, int64_t limit, int64_t now_ms,
                         struct deliveries *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "UPDATE webhook_deliveries SET attempts = attempts + 1, tried_ms = $2"
              " WHERE state = 'received' AND attempts = 0 AND delivery_id IN"
              " (SELECT delivery_id FROM webhook_deliveries"
              "  WHERE state = 'received' AND attempts = 0"
              "  ORDER BY received_ms, delivery_id LIMIT $1)"
              " RETURNING " DELIVERY_COLUMNS,
              INT(limit), INT(now_ms));
    while (db_next(&rows))
        *deliveries_add(out, arena) = read_delivery(&rows);
    if (!db_done(&rows, err))
        return false;
    if (out->n > 1)
        qsort(out->at, out->n, sizeof(*out->at), by_arrival);
    return true;
}

/* After the 1st, 2nd, 3rd and 4th try: ms until the next. */
#define DUE_AGAIN                                                                              \
    "tried_ms + CASE attempts WHEN 1 THEN 2000 WHEN 2 THEN 8000 WHEN 3 THEN 32000"             \
    " ELSE 128000 END <= "

bool delivery_take_again(struct db *db, struct arena *arena, int64_t now_ms, bool *taken,
                         struct delivery *out, struct err *err)
{
    struct db_rows rows;

    *taken = false;
    db_select(db, arena, &rows,
              "UPDATE webhook_deliveries SET attempts = attempts + 1, tried_ms = $1"
              " WHERE state = 'received' AND attempts > 0 AND " DUE_AGAIN "$1"
              " AND delivery_id IN"
              " (SELECT delivery_id FROM webhook_deliveries"
              "  WHERE state = 'received' AND attempts > 0 AND " DUE_AGAIN "$1"
              "  ORDER BY attempts, received_ms, delivery_id LIMIT 1)"
              " RETURNING " DELIVERY_COLUMNS,
              INT(now_ms));
    while (db_next(&rows)) {
        *taken = true;
        *out = read_delivery(&rows);
    }
    return db_done(&rows, err);
}

bool delivery_list_unresolved(struct db *db, struct arena *arena, int64_t after_ms,
                              struct str after_id, int64_t limit, struct deliveries *out,
                              struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " DELIVERY_COLUMNS " FROM webhook_deliveries WHERE state = 'unresolved'"
              " AND (received_ms, delivery_id) > ($1, $2)"
              " ORDER BY received_ms, delivery_id LIMIT $3",
              INT(after_ms), TEXT(after_id), INT(limit));
    while (db_next(&rows))
        *deliveries_add(out, arena) = read_delivery(&rows);
    return db_done(&rows, err);
}

bool delivery_close(struct db *db, const struct delivery *delivery,
                    const struct delivery_outcome *outcome, int64_t now_ms, bool *changed,
                    struct err *err)
{
    struct arena *arena = arena_new("delivery");
    /* Read, the body is no longer needed in the open. */
    struct str sealed =
        delivery->sealed
            ? STR("")
            : ring_seal(db_ring(db), arena, place_of(delivery->delivery_id), delivery->body);
    int64_t n = 0;
    bool ok =
        db_run(db, &n, err,
               "UPDATE webhook_deliveries SET state = $3, error_text = $4,"
               " resolved_org_id = CASE WHEN $5 = '' THEN resolved_org_id ELSE $5 END,"
               " entries_done = $6, processed_ms = $7,"
               " body = CASE WHEN body_sealed = 0 THEN $9 ELSE body END, body_sealed = 1"
               " WHERE delivery_id = $1 AND state = $2 AND entries_done = $8",
               TEXT(delivery->delivery_id), TEXT(delivery->state), TEXT(str(outcome->state)),
               TEXT(outcome->error_text), TEXT(outcome->org_id), TEXT(outcome->entries_done),
               INT(now_ms), TEXT(delivery->entries_done), TEXT(sealed));

    *changed = n == 1;
    arena_free(arena);
    return ok;
}

bool delivery_erase_body(struct db *db, struct str delivery_id, int64_t now_ms, struct err *err)
{
    return delivery_id.n == 0 ||
           db_run(db, NULL, err,
                  "UPDATE webhook_deliveries SET body = '', body_sealed = 1, headers = '',"
                  " erased_ms = $2 WHERE delivery_id = $1 AND erased_ms = 0"
                  " AND state NOT IN ('received', 'unresolved')",
                  TEXT(delivery_id), INT(now_ms));
}

static bool read_any(struct db_rows *rows, bool *any, struct err *err)
{
    *any = false;
    while (db_next(rows))
        *any = true;
    return db_done(rows, err);
}

bool delivery_waiting(struct db *db, struct arena *arena, int64_t received_before_ms,
                      int64_t now_ms, bool *any, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT 1 FROM webhook_deliveries WHERE state = 'received'"
              " AND ((attempts = 0 AND received_ms <= $1) OR (attempts > 0 AND " DUE_AGAIN
              "$2)) LIMIT 1",
              INT(received_before_ms), INT(now_ms));
    return read_any(&rows, any, err);
}

bool delivery_any_unresolved(struct db *db, struct arena *arena, bool *any, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT 1 FROM webhook_deliveries WHERE state = 'unresolved' LIMIT 1");
    return read_any(&rows, any, err);
}

bool lead_delivery_counts(struct db *db, struct arena *arena, struct delivery_counts *out,
                          struct err *err)
{
    struct db_rows rows;

    *out = (struct delivery_counts){0};
    db_select(db, arena, &rows,
              "SELECT (SELECT count(*) FROM webhook_deliveries WHERE state = 'received'),"
              " (SELECT min(received_ms) FROM webhook_deliveries WHERE state = 'received'),"
              " (SELECT count(*) FROM webhook_deliveries WHERE state = 'unresolved'),"
              " (SELECT count(*) FROM webhook_deliveries WHERE state = 'quarantined'),"
              " (SELECT count(*) FROM webhook_deliveries WHERE state = 'failed')");
    while (db_next(&rows))
        *out = (struct delivery_counts){.received = db_int(&rows, 0),
                                        .oldest_received_ms = db_int(&rows, 1),
                                        .unresolved = db_int(&rows, 2),
                                        .quarantined = db_int(&rows, 3),
                                        .failed = db_int(&rows, 4)};
    return db_done(&rows, err);
}
