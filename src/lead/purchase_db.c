/* purchase_db.c - the table purchases. */

#include "lead/purchase_db.h"
#include "base/arena.h"
#include "db/db.h"

#define PURCHASE_COLUMNS                                                                       \
    "purchase_id, external_id, lead_id, creative_id, ad_account_id, lead_ms, kind, refund_of," \
    " amount_micros, currency, paid_ms, match_cause, phone_hash, email_hash, created_ms"

static struct purchase read_purchase(struct db_rows *rows)
{
    return (struct purchase){.purchase_id = db_text(rows, 0),
                             .external_id = db_text(rows, 1),
                             .lead_id = db_text(rows, 2),
                             .creative_id = db_text(rows, 3),
                             .ad_account_id = db_text(rows, 4),
                             .lead_ms = db_int(rows, 5),
                             .kind = db_text(rows, 6),
                             .refund_of = db_text(rows, 7),
                             .amount_micros = db_int(rows, 8),
                             .currency = db_text(rows, 9),
                             .paid_ms = db_int(rows, 10),
                             .match_cause = db_text(rows, 11),
                             .phone_hash = db_text(rows, 12),
                             .email_hash = db_text(rows, 13),
                             .created_ms = db_int(rows, 14)};
}

bool purchase_insert(struct db *db, const struct purchase *purchase, struct err *err)
{
    return db_run(
        db, NULL, err,
        "INSERT INTO purchases (org_id, " PURCHASE_COLUMNS ") VALUES ($1, $2, $3, $4,"
        " $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        TEXT(db_scope_org(db)), TEXT(purchase->purchase_id), TEXT(purchase->external_id),
        TEXT(purchase->lead_id), TEXT(purchase->creative_id), TEXT(purchase->ad_account_id),
        INT(purchase->lead_ms), TEXT(purchase->kind), TEXT(purchase->refund_of),
        INT(purchase->amount_micros), TEXT(purchase->currency), INT(purchase->paid_ms),
        TEXT(purchase->match_cause), TEXT(purchase->phone_hash), TEXT(purchase->email_hash),
        INT(purchase->created_ms));
}

bool purchase_find(struct db *db, struct arena *arena, struct str id, bool or_own_id,
                   bool *found, struct purchase *out, struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(db, arena, &rows,
              "SELECT " PURCHASE_COLUMNS " FROM purchases WHERE org_id = $1"
              " AND (external_id = $2 OR ($3 = 1 AND purchase_id = $2))"
              " ORDER BY CASE WHEN external_id = $2 THEN 1 ELSE 0 END",
              TEXT(db_scope_org(db)), TEXT(id), INT(or_own_id));
    while (db_next(&rows)) { /* the external id comes last and wins */
        *found = true;
        *out = read_purchase(&rows);
    }
    return db_done(&rows, err);
}

bool purchase_refunded(struct db *db, struct arena *arena, struct str purchase_id,
                       int64_t *micros, struct err *err)
{
    struct db_rows rows;

    *micros = 0;
    db_select(db, arena, &rows,
              "SELECT CAST(COALESCE(sum(amount_micros), 0) AS BIGINT) FROM purchases"
              " WHERE org_id = $1 AND refund_of = $2 AND refund_of <> ''",
              TEXT(db_scope_org(db)), TEXT(purchase_id));
    while (db_next(&rows))
        *micros = db_int(&rows, 0);
    return db_done(&rows, err);
}

static bool read_purchases(struct db_rows *rows, struct purchases *out, struct err *err)
{
    while (db_next(rows))
        *purchases_add(out, rows->arena) = read_purchase(rows);
    return db_done(rows, err);
}

#define FITS_FILTER                                                                            \
    " AND ($3 < 0 OR ($3 = 0 AND lead_id = '') OR ($3 > 0 AND lead_id <> ''))"                 \
    " AND paid_ms >= $4 AND ($5 = 0 OR paid_ms < $5)"                                          \
    " AND ($6 = 0 OR (paid_ms, purchase_id) < ($6, $7))"                                       \
    " ORDER BY paid_ms DESC, purchase_id DESC LIMIT $8"
#define FILTER_VALUES(filter)                                                                  \
    TEXT(db_scope_org(db)), TEXT((filter)->lead_id), INT((filter)->matched),                   \
        INT((filter)->from_ms), INT((filter)->to_ms), INT((filter)->before_ms),                \
        TEXT((filter)->before_id), INT((filter)->limit)

/* Those of one lead by their own index: an org has very many. */
bool purchase_list(struct db *db, struct arena *arena, const struct purchase_filter *filter,
                   struct purchases *out, struct err *err)
{
    struct db_rows rows;

    if (filter->lead_id.n)
        db_select(db, arena, &rows,
                  "SELECT " PURCHASE_COLUMNS
                  " FROM purchases WHERE org_id = $1 AND lead_id = $2" FITS_FILTER,
                  FILTER_VALUES(filter));
    else
        db_select(db, arena, &rows,
                  "SELECT " PURCHASE_COLUMNS
                  " FROM purchases WHERE org_id = $1 AND CAST($2 AS TEXT) = ''" FITS_FILTER,
                  FILTER_VALUES(filter));
    return read_purchases(&rows, out, err);
}

bool purchase_list_waiting(struct db *db, struct arena *arena, struct str phone_hash,
                           struct str email_hash, int64_t from_ms, int64_t to_ms,
                           struct purchases *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " PURCHASE_COLUMNS " FROM purchases WHERE org_id = $1 AND lead_id = ''"
              " AND kind = 'sale' AND paid_ms >= $4 AND paid_ms <= $5"
              " AND ((phone_hash = $2 AND phone_hash <> '')"
              "  OR (email_hash = $3 AND email_hash <> ''))"
              " ORDER BY paid_ms, purchase_id",
              TEXT(db_scope_org(db)), TEXT(phone_hash), TEXT(email_hash), INT(from_ms),
              INT(to_ms));
    return read_purchases(&rows, out, err);
}

bool purchase_set_lead(struct db *db, struct str purchase_id, const struct lead *lead,
                       struct str match_cause, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE purchases SET lead_id = $3, creative_id = $4, ad_account_id = $5,"
                  " lead_ms = $6,"
                  " match_cause = CASE WHEN kind = 'sale' THEN $7 ELSE match_cause END"
                  " WHERE org_id = $1 AND purchase_id IN (SELECT CAST($2 AS TEXT)"
                  " UNION ALL SELECT r.purchase_id FROM purchases r WHERE r.org_id = $1"
                  "  AND r.refund_of = $2 AND r.refund_of <> '')",
                  TEXT(db_scope_org(db)), TEXT(purchase_id), TEXT(lead->lead_id),
                  TEXT(lead->creative_id), TEXT(lead->ad_account_id), INT(lead->created_ms),
                  TEXT(match_cause));
}

bool purchase_follow_lead(struct db *db, struct str lead_id, struct str creative_id,
                          struct str ad_account_id, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE purchases SET creative_id = $3, ad_account_id = $4"
                  " WHERE org_id = $1 AND lead_id = $2",
                  TEXT(db_scope_org(db)), TEXT(lead_id), TEXT(creative_id),
                  TEXT(ad_account_id));
}
