/* fact_db.c - the tables lead_facts, lead_blocks, sale_facts, sale_blocks. */

#include "base/arena.h"
#include "db/db.h"
#include "lead/fact.h"
#include "lead/lead_db.h"
#include "text/block.h"

/* The SQL below has these numbers. */
_Static_assert(FACT_DAY_MS == 86400000 && BLOCK_SMALL_DAYS == 6 && BLOCK_MIDDLE_DAYS == 30 &&
                   BLOCK_LARGE_DAYS == 180,
               "the numbers in SQL");
#define SIZES "(SELECT 6 AS days UNION ALL SELECT 30 UNION ALL SELECT 180) z"

/* --- leads ------------------------------------------------------------------------ */

#define LEAD_FACT_COLUMNS                                                                      \
    "org_id, lead_id, ad_account_id, platform, direction_id, creative_id, created_ms, ad_id,"  \
    " person, qualified"

/* A person is qualified by any of the leads that are one person's.  Nested, so that SQLite goes
 * from the lead to its transitions and not the other way round. */
#define REACHED(lead)                                                                          \
    "EXISTS (SELECT 1 FROM lead_transitions t WHERE t.org_id = " lead ".org_id"                \
    " AND t.lead_id = " lead ".lead_id AND t.kind = 'stage'"                                   \
    " AND t.to_value IN ('qualified', 'scheduled', 'purchase'))"
#define SELECT_LEAD_FACTS                                                                      \
    "SELECT l.org_id, l.lead_id, l.ad_account_id, l.platform, l.direction_id, l.creative_id,"  \
    " l.created_ms, l.ad_id, CASE WHEN l.duplicate_of = '' THEN 1 ELSE 0 END,"                 \
    " CASE WHEN l.duplicate_of = '' AND (" REACHED(                                            \
        "l") " OR EXISTS (SELECT 1 FROM leads o"                                               \
             "  WHERE o.org_id = l.org_id AND o.duplicate_of = l.lead_id AND o.duplicate_of "  \
             "<> ''"                                                                           \
             "  AND " REACHED("o") ")) THEN 1 ELSE 0 END"                                      \
                                   " FROM leads l WHERE l.org_id = $1 AND l.is_test = 0 AND "

/* The leads of the person whose lead is $2. */
#define FIRST                                                                                  \
    "(SELECT CASE WHEN x.duplicate_of = '' THEN x.lead_id ELSE x.duplicate_of END"             \
    " FROM leads x WHERE x.org_id = $1 AND x.lead_id = $2)"
#define PERSON                                                                                 \
    "(SELECT m.lead_id FROM leads m WHERE m.org_id = $1 AND m.lead_id = " FIRST                \
    " UNION ALL SELECT d.lead_id FROM leads d WHERE d.org_id = $1"                             \
    "  AND d.duplicate_of = " FIRST " AND d.duplicate_of <> '')"

#define LEAD_BLOCK_COLUMNS                                                                     \
    "org_id, ad_account_id, block_days, block, creative_id, platform, direction_id, leads,"    \
    " duplicates, qualified"
/* The sums of facts `f` by blocks of each size `z`, times a sign. */
#define INSERT_LEAD_BLOCKS(sign, facts)                                                        \
    "INSERT INTO lead_blocks (" LEAD_BLOCK_COLUMNS ")"                                         \
    " SELECT f.org_id, f.ad_account_id, z.days, f.created_ms / 86400000 / z.days,"             \
    " f.creative_id, f.platform, f.direction_id, CAST(sum(f.person) AS BIGINT)" sign           \
    ", CAST(sum(1 - f.person) AS BIGINT)" sign ", CAST(sum(f.qualified) AS BIGINT)" sign       \
    " FROM " facts " GROUP BY 1, 2, 3, 4, 5, 6, 7"
#define ADD_LEAD_BLOCKS                                                                        \
    " ON CONFLICT (org_id, ad_account_id, block_days, block, creative_id, platform,"           \
    " direction_id) DO UPDATE SET leads = lead_blocks.leads + excluded.leads,"                 \
    " duplicates = lead_blocks.duplicates + excluded.duplicates,"                              \
    " qualified = lead_blocks.qualified + excluded.qualified"

/* CROSS JOIN: SQLite goes from the few leads to their facts, whatever order the groups ask. */
static bool count_leads(struct db *db, struct str lead_id, int64_t sign, struct err *err)
{
    return db_pipe(db, err,
                   INSERT_LEAD_BLOCKS(" * CAST($3 AS BIGINT)",
                                      PERSON " s CROSS JOIN lead_facts f CROSS JOIN " SIZES
                                             " WHERE f.org_id = $1 AND f.lead_id = s.lead_id")
                       ADD_LEAD_BLOCKS,
                   TEXT(db_scope_org(db)), TEXT(lead_id), INT(sign));
}

/* A lead that was counted may be marked as a test later. */
static bool forget_test(struct db *db, struct str lead_id, struct err *err)
{
    return db_pipe(db, err,
                   "DELETE FROM lead_facts WHERE org_id = $1 AND lead_id = $2 AND EXISTS"
                   " (SELECT 1 FROM leads l WHERE l.org_id = $1 AND l.lead_id = $2"
                   "  AND l.is_test = 1)",
                   TEXT(db_scope_org(db)), TEXT(lead_id));
}

bool lead_facts_renew(struct db *db, struct str lead_id, bool is_new, struct err *err)
{
    must(db_in_transaction(db));
    if (!db_pipe_begin(db, err))
        return false;
    bool ok =
        (is_new || (count_leads(db, lead_id, -1, err) && forget_test(db, lead_id, err))) &&
        db_pipe(db, err,
                "INSERT INTO lead_facts (" LEAD_FACT_COLUMNS ") " SELECT_LEAD_FACTS
                "l.lead_id IN " PERSON " ON CONFLICT (org_id, lead_id) DO UPDATE SET"
                " ad_account_id = excluded.ad_account_id, platform = excluded.platform,"
                " direction_id = excluded.direction_id, creative_id = excluded.creative_id,"
                " created_ms = excluded.created_ms, ad_id = excluded.ad_id,"
                " person = excluded.person, qualified = excluded.qualified",
                TEXT(db_scope_org(db)), TEXT(lead_id)) &&
        count_leads(db, lead_id, 1, err);
    return db_pipe_end(db, NULL, 0, err) && ok;
}

bool lead_note_click(struct db *db, struct str lead_id, int64_t clicked_ms, struct err *err)
{
    return clicked_ms <= 0 ||
           db_run(db, NULL, err,
                  "UPDATE leads SET clicked_ms = CASE WHEN created_ms < $3 THEN created_ms"
                  " ELSE CAST($3 AS BIGINT) END WHERE org_id = $1 AND lead_id = $2",
                  TEXT(db_scope_org(db)), TEXT(lead_id), INT(clicked_ms));
}

int64_t lead_click_ms(struct str fbc)
{
    int64_t ms = 0;
    struct str rest = fbc;

    if (!str_eq(str_cut(&rest, '.'), STR("fb")))
        return 0;
    (void)str_cut(&rest, '.'); /* on which level of the domain the cookie stands */
    return str_int(str_cut(&rest, '.'), &ms) && ms > 0 && rest.n ? ms : 0;
}

/* --- purchases ---------------------------------------------------------------------- */

#define SALE_FACT_COLUMNS                                                                      \
    "org_id, purchase_id, ad_account_id, platform, direction_id, creative_id, lead_ms,"        \
    " paid_ms, currency, sales, amount_micros"
/* What has no lead is dated by its payment. */
#define SELECT_SALE_FACTS                                                                      \
    "SELECT p.org_id, p.purchase_id, p.ad_account_id, COALESCE(l.platform, ''),"               \
    " COALESCE(l.direction_id, ''), p.creative_id,"                                            \
    " CASE WHEN p.lead_id = '' THEN p.paid_ms ELSE p.lead_ms END, p.paid_ms, p.currency,"      \
    " CASE WHEN p.kind = 'sale' THEN 1 ELSE 0 END, p.amount_micros"                            \
    " FROM purchases p LEFT JOIN leads l ON l.org_id = p.org_id AND l.lead_id = p.lead_id"     \
    " WHERE p.org_id = $1"

/* Purchase $2 with its refunds, or all of lead $3; the other one is ''. */
#define PURCHASES                                                                              \
    "(SELECT a.purchase_id FROM purchases a WHERE a.org_id = $1 AND a.purchase_id = $2"        \
    " UNION ALL SELECT b.purchase_id FROM purchases b WHERE b.org_id = $1"                     \
    "  AND b.refund_of = $2 AND b.refund_of <> ''"                                             \
    " UNION ALL SELECT c.purchase_id FROM purchases c WHERE c.org_id = $1"                     \
    "  AND c.lead_id = $3 AND c.lead_id <> '')"

#define BASES "(SELECT 'lead' AS basis UNION ALL SELECT 'payment') b"
#define INSERT_SALE_BLOCKS(sign, facts)                                                        \
    "INSERT INTO sale_blocks (org_id, ad_account_id, basis, block_days, block, creative_id,"   \
    " platform, direction_id, currency, sales, refunds, amount_micros, refund_micros)"         \
    " SELECT f.org_id, f.ad_account_id, b.basis, z.days,"                                      \
    " CASE b.basis WHEN 'lead' THEN f.lead_ms ELSE f.paid_ms END / 86400000 / z.days,"         \
    " f.creative_id, f.platform, f.direction_id, f.currency,"                                  \
    " CAST(sum(f.sales) AS BIGINT)" sign ", CAST(sum(1 - f.sales) AS BIGINT)" sign             \
    ", CAST(sum(f.amount_micros) AS BIGINT)" sign                                              \
    ", CAST(sum(CASE f.sales WHEN 1 THEN 0 ELSE -f.amount_micros END) AS BIGINT)" sign         \
    " FROM " facts " GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9"
#define ADD_SALE_BLOCKS                                                                        \
    " ON CONFLICT (org_id, ad_account_id, basis, block_days, block, creative_id, platform,"    \
    " direction_id, currency) DO UPDATE SET sales = sale_blocks.sales + excluded.sales,"       \
    " refunds = sale_blocks.refunds + excluded.refunds,"                                       \
    " amount_micros = sale_blocks.amount_micros + excluded.amount_micros,"                     \
    " refund_micros = sale_blocks.refund_micros + excluded.refund_micros"

static bool count_sales(struct db *db, struct str purchase_id, struct str lead_id, int64_t sign,
                        struct err *err)
{
    return db_pipe(db, err,
                   INSERT_SALE_BLOCKS(" * CAST($4 AS BIGINT)", PURCHASES
                                      " s CROSS JOIN sale_facts f CROSS JOIN " BASES
                                      " CROSS JOIN " SIZES " WHERE f.org_id = $1"
                                      " AND f.purchase_id = s.purchase_id") ADD_SALE_BLOCKS,
                   TEXT(db_scope_org(db)), TEXT(purchase_id), TEXT(lead_id), INT(sign));
}

static bool renew_sales(struct db *db, struct str purchase_id, struct str lead_id, bool is_new,
                        struct err *err)
{
    must(db_in_transaction(db));
    if (!db_pipe_begin(db, err))
        return false;
    bool ok =
        (is_new || count_sales(db, purchase_id, lead_id, -1, err)) &&
        db_pipe(db, err,
                "INSERT INTO sale_facts (" SALE_FACT_COLUMNS ") " SELECT_SALE_FACTS
                " AND p.purchase_id IN " PURCHASES
                " ON CONFLICT (org_id, purchase_id) DO UPDATE SET"
                " ad_account_id = excluded.ad_account_id, platform = excluded.platform,"
                " direction_id = excluded.direction_id, creative_id = excluded.creative_id,"
                " lead_ms = excluded.lead_ms, paid_ms = excluded.paid_ms,"
                " currency = excluded.currency, sales = excluded.sales,"
                " amount_micros = excluded.amount_micros",
                TEXT(db_scope_org(db)), TEXT(purchase_id), TEXT(lead_id)) &&
        count_sales(db, purchase_id, lead_id, 1, err);
    return db_pipe_end(db, NULL, 0, err) && ok;
}

bool sale_facts_renew(struct db *db, struct str purchase_id, bool is_new, struct err *err)
{
    return renew_sales(db, purchase_id, STR(""), is_new, err);
}

bool sale_facts_renew_of_lead(struct db *db, struct str lead_id, struct err *err)
{
    return renew_sales(db, STR(""), lead_id, false, err);
}

/* --- all of them ---------------------------------------------------------------------- */

/* The middle blocks in which the org has leads or facts of them. */
static bool lead_span(struct db *db, struct arena *arena, int64_t *first, int64_t *last,
                      struct err *err)
{
    struct db_rows rows;

    db_select(
        db, arena, &rows,
        "SELECT COALESCE(min(ms), 0) / 86400000 / 30, COALESCE(max(ms), 0) / 86400000 / 30"
        " FROM (SELECT min(created_ms) AS ms FROM leads WHERE org_id = $1"
        "  UNION ALL SELECT max(created_ms) FROM leads WHERE org_id = $1"
        "  UNION ALL SELECT min(created_ms) FROM lead_facts WHERE org_id = $1"
        "  UNION ALL SELECT max(created_ms) FROM lead_facts WHERE org_id = $1) s",
        TEXT(db_scope_org(db)));
    while (db_next(&rows)) {
        *first = db_int(&rows, 0);
        *last = db_int(&rows, 1);
    }
    return db_done(&rows, err);
}

/* A middle block with the small ones in it, and the large one around it. */
static bool rebuild_lead_block(struct db *db, int64_t block, int64_t *n, struct err *err)
{
    struct str org_id = db_scope_org(db);
    int64_t from_ms = block * BLOCK_MIDDLE_DAYS * FACT_DAY_MS;
    int64_t to_ms = from_ms + BLOCK_MIDDLE_DAYS * FACT_DAY_MS;

    return lead_lock_org(db, err) &&
           db_run(db, NULL, err,
                  "DELETE FROM lead_facts WHERE org_id = $1 AND created_ms >= $2"
                  " AND created_ms < $3",
                  TEXT(org_id), INT(from_ms), INT(to_ms)) &&
           db_run(db, NULL, err,
                  "DELETE FROM lead_blocks WHERE org_id = $1 AND ((block_days = 30"
                  " AND block = $2) OR (block_days = 6 AND block / 5 = $2)"
                  " OR (block_days = 180 AND block = $2 / 6))",
                  TEXT(org_id), INT(block)) &&
           db_run(db, n, err,
                  "INSERT INTO lead_facts (" LEAD_FACT_COLUMNS ") " SELECT_LEAD_FACTS
                  "l.created_ms >= $2 AND l.created_ms < $3",
                  TEXT(org_id), INT(from_ms), INT(to_ms)) &&
           db_run(db, NULL, err,
                  INSERT_LEAD_BLOCKS("", "lead_facts f CROSS JOIN " SIZES
                                         " WHERE f.org_id = $1 AND f.created_ms >= $2"
                                         " AND f.created_ms < $3 AND z.days < 180"),
                  TEXT(org_id), INT(from_ms), INT(to_ms)) &&
           db_run(db, NULL, err,
                  "INSERT INTO lead_blocks (" LEAD_BLOCK_COLUMNS ") SELECT b.org_id,"
                  " b.ad_account_id, 180, b.block / 6, b.creative_id, b.platform,"
                  " b.direction_id, CAST(sum(b.leads) AS BIGINT),"
                  " CAST(sum(b.duplicates) AS BIGINT), CAST(sum(b.qualified) AS BIGINT)"
                  " FROM lead_blocks b WHERE b.org_id = $1 AND b.block_days = 30"
                  " AND b.block / 6 = $2 / 6"
                  " GROUP BY b.org_id, b.ad_account_id, b.block / 6, b.creative_id, b.platform,"
                  " b.direction_id",
                  TEXT(org_id), INT(block));
}

static bool rebuild_sales(struct db *db, int64_t *n, struct err *err)
{
    struct str org_id = db_scope_org(db);

    return lead_lock_org(db, err) &&
           db_run(db, NULL, err, "DELETE FROM sale_facts WHERE org_id = $1", TEXT(org_id)) &&
           db_run(db, NULL, err, "DELETE FROM sale_blocks WHERE org_id = $1", TEXT(org_id)) &&
           db_run(db, n, err,
                  "INSERT INTO sale_facts (" SALE_FACT_COLUMNS ") " SELECT_SALE_FACTS,
                  TEXT(org_id)) &&
           db_run(db, NULL, err,
                  INSERT_SALE_BLOCKS("", "sale_facts f CROSS JOIN " BASES " CROSS JOIN " SIZES
                                         " WHERE f.org_id = $1"),
                  TEXT(org_id));
}

bool fact_rebuild(struct db *db, struct arena *arena, struct fact_counts *out, struct err *err)
{
    int64_t first = 0, last = 0, n = 0;

    *out = (struct fact_counts){0};
    if (!lead_span(db, arena, &first, &last, err))
        return false;
    for (int64_t block = first; block <= last; block++) {
        if (!db_begin(db, err) || !db_end(db, rebuild_lead_block(db, block, &n, err), err))
            return false;
        out->leads += n;
    }
    if (!db_begin(db, err) || !db_end(db, rebuild_sales(db, &n, err), err))
        return false;
    out->purchases = n;
    return true;
}
