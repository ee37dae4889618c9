/* link_db.c - what the mappings say about leads, and the links made of it. */

#include "base/arena.h"
#include "db/db.h"
#include "lead/lead_db.h"

/* Facts about a row `l` that has org_id, platform, ad_account_id, campaign_id, ad_id and
 * page_id; from here on their order is read_facts'. */
#define FACT_COLUMNS                                                                           \
    "COALESCE(NULLIF(l.campaign_id, ''), a.campaign_id, ''), l.ad_id, l.page_id,"              \
    " COALESCE(c.direction_id, ''),"                                                           \
    " COALESCE((SELECT min(d.direction_id) FROM directions d WHERE d.org_id = l.org_id"        \
    "  AND d.platform = l.platform AND d.campaign_id <> ''"                                    \
    "  AND d.campaign_id = COALESCE(NULLIF(l.campaign_id, ''), a.campaign_id, '')), ''),"      \
    " (SELECT count(*) FROM directions d WHERE d.org_id = l.org_id"                            \
    "  AND d.platform = l.platform AND d.campaign_id <> ''"                                    \
    "  AND d.campaign_id = COALESCE(NULLIF(l.campaign_id, ''), a.campaign_id, '')),"           \
    " CASE WHEN a.ad_id IS NULL THEN 0 ELSE 1 END, COALESCE(a.direction_id, ''),"              \
    " COALESCE(a.creative_id, ''), COALESCE(r.direction_id, ''),"                              \
    " COALESCE((SELECT min(d.direction_id) FROM directions d WHERE d.org_id = l.org_id"        \
    "  AND d.platform = l.platform AND d.instant_page_id <> ''"                                \
    "  AND d.instant_page_id = l.page_id AND d.deleted_ms = 0), ''),"                          \
    " (SELECT count(*) FROM directions d WHERE d.org_id = l.org_id"                            \
    "  AND d.platform = l.platform AND d.instant_page_id <> ''"                                \
    "  AND d.instant_page_id = l.page_id AND d.deleted_ms = 0),"                               \
    " COALESCE((SELECT min(d.direction_id) FROM directions d WHERE d.org_id = l.org_id"        \
    "  AND d.platform = l.platform AND d.ad_account_id = l.ad_account_id"                      \
    "  AND d.deleted_ms = 0 AND d.is_active = 1), ''),"                                        \
    " (SELECT count(*) FROM directions d WHERE d.org_id = l.org_id"                            \
    "  AND d.platform = l.platform AND d.ad_account_id = l.ad_account_id"                      \
    "  AND d.deleted_ms = 0 AND d.is_active = 1),"                                             \
    " COALESCE(a.ad_account_id, c.ad_account_id, '')"
#define FACT_JOINS                                                                             \
    " LEFT JOIN ads a ON a.org_id = l.org_id AND a.platform = l.platform"                      \
    "  AND a.ad_id = l.ad_id"                                                                  \
    " LEFT JOIN campaigns c ON c.org_id = l.org_id AND c.platform = l.platform"                \
    "  AND c.campaign_id = COALESCE(NULLIF(l.campaign_id, ''), a.campaign_id, '')"             \
    " LEFT JOIN creatives r ON r.org_id = a.org_id AND r.creative_id = a.creative_id"

static struct link_facts read_facts(struct db_rows *rows, int first)
{
    return (struct link_facts){.campaign_id = db_text(rows, first),
                               .ad_id = db_text(rows, first + 1),
                               .page_id = db_text(rows, first + 2),
                               .campaign_direction = db_text(rows, first + 3),
                               .directions_campaign = db_text(rows, first + 4),
                               .directions_campaign_n = db_int(rows, first + 5),
                               .ad_known = db_int(rows, first + 6) != 0,
                               .ad_direction = db_text(rows, first + 7),
                               .ad_creative = db_text(rows, first + 8),
                               .creative_direction = db_text(rows, first + 9),
                               .page_direction = db_text(rows, first + 10),
                               .page_n = db_int(rows, first + 11),
                               .account_direction = db_text(rows, first + 12),
                               .account_n = db_int(rows, first + 13)};
}

bool lead_link_facts(struct db *db, struct arena *arena, const struct lead *lead,
                     struct link_facts *out, struct str *ad_account_id, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " FACT_COLUMNS
              " FROM (SELECT CAST($1 AS TEXT) AS org_id, CAST($2 AS TEXT) AS platform,"
              " CAST($3 AS TEXT) AS ad_account_id, CAST($4 AS TEXT) AS campaign_id,"
              " CAST($5 AS TEXT) AS ad_id, CAST($6 AS TEXT) AS page_id) l" FACT_JOINS,
              TEXT(db_scope_org(db)), TEXT(lead->platform), TEXT(lead->ad_account_id),
              TEXT(lead->campaign_id), TEXT(lead->ad_id), TEXT(lead->page_id));
    while (db_next(&rows)) {
        *out = read_facts(&rows, 0);
        *ad_account_id = db_text(&rows, 14);
    }
    return db_done(&rows, err);
}

#define GAP_COLUMNS                                                                            \
    "l.lead_id, l.state, l.direction_id, l.creative_id, l.ad_account_id, l.created_ms,"        \
    " l.direction_weak, "

static void read_gaps(struct db_rows *rows, struct arena *arena, struct lead_gaps *out)
{
    while (db_next(rows))
        *lead_gaps_add(out, arena) = (struct lead_gap){.lead_id = db_text(rows, 0),
                                                       .state = db_text(rows, 1),
                                                       .direction_id = db_text(rows, 2),
                                                       .creative_id = db_text(rows, 3),
                                                       .ad_account_id = db_text(rows, 4),
                                                       .created_ms = db_int(rows, 5),
                                                       .weak = db_int(rows, 6) == 1,
                                                       .facts = read_facts(rows, 7)};
}

bool lead_gaps_creative(struct db *db, struct arena *arena, int64_t limit,
                        struct lead_gaps *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " GAP_COLUMNS FACT_COLUMNS " FROM leads l" FACT_JOINS
              " WHERE l.org_id = $1 AND l.creative_id = '' AND l.ad_id <> ''"
              " AND a.creative_id <> '' LIMIT $2",
              TEXT(db_scope_org(db)), INT(limit));
    read_gaps(&rows, arena, out);
    return db_done(&rows, err);
}

bool lead_gaps_direction(struct db *db, struct arena *arena, int64_t after_ms,
                         struct str after_id, int64_t limit, struct lead_gaps *out,
                         struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " GAP_COLUMNS FACT_COLUMNS " FROM leads l" FACT_JOINS
              " WHERE l.org_id = $1 AND (l.direction_id = '' OR l.direction_weak = 1)"
              " AND (l.created_ms, l.lead_id) > ($2, $3)"
              " ORDER BY l.created_ms, l.lead_id LIMIT $4",
              TEXT(db_scope_org(db)), INT(after_ms), TEXT(after_id), INT(limit));
    read_gaps(&rows, arena, out);
    return db_done(&rows, err);
}

bool lead_update_link(struct db *db, const struct lead_gap *gap, const struct link *link,
                      int64_t now_ms, bool *changed, struct err *err)
{
    int64_t n;

    if (!db_run(db, &n, err,
                "UPDATE leads SET direction_id = $5, creative_id = $6, link_cause = $7,"
                " state = $8, updated_ms = $9, direction_weak = $10 WHERE org_id = $1 AND "
                "lead_id = $2"
                " AND direction_id = $3 AND creative_id = $4",
                TEXT(db_scope_org(db)), TEXT(gap->lead_id), TEXT(gap->direction_id),
                TEXT(gap->creative_id), TEXT(link->direction_id), TEXT(link->creative_id),
                TEXT(link->cause), TEXT(lead_link_state(link)), INT(now_ms), INT(link->weak)))
        return false;
    *changed = n == 1;
    return true;
}
