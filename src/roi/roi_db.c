/* roi_db.c - accounts and names of the ROI report. */

#include "roi/roi_db.h"
#include "base/arena.h"
#include "db/db.h"

bool roi_account_list(struct db *db, struct arena *arena, struct str platform,
                      struct str ad_account_id, struct roi_accounts *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT c.ad_account_id, c.platform, c.zone, c.state, c.last_sync_ms,"
              " a.is_default FROM ad_account_connections c JOIN ad_accounts a"
              " ON a.org_id = c.org_id AND a.ad_account_id = c.ad_account_id"
              " WHERE c.org_id = $1 AND ($2 = '' OR c.platform = $2)"
              " AND ($3 = '' OR c.ad_account_id = $3)"
              " ORDER BY a.is_default DESC, a.created_ms, a.ad_account_id, c.platform DESC",
              TEXT(db_scope_org(db)), TEXT(platform), TEXT(ad_account_id));
    while (db_next(&rows))
        *roi_accounts_add(out, arena) =
            (struct roi_account){.ad_account_id = db_text(&rows, 0),
                                 .platform = db_text(&rows, 1),
                                 .zone = db_text(&rows, 2),
                                 .state = db_text(&rows, 3),
                                 .last_sync_ms = db_int(&rows, 4),
                                 .is_default = db_int(&rows, 5) != 0};
    return db_done(&rows, err);
}

bool roi_check_filter(struct db *db, struct arena *arena, const struct roi_filter *filter,
                      struct err *err)
{
    struct db_rows rows;
    bool account = false, direction = false;

    db_select(db, arena, &rows,
              "SELECT (SELECT count(*) FROM ad_accounts WHERE org_id = $1"
              " AND ad_account_id = $2), (SELECT count(*) FROM directions WHERE org_id = $1"
              " AND direction_id = $3)",
              TEXT(db_scope_org(db)), TEXT(filter->ad_account_id), TEXT(filter->direction_id));
    while (db_next(&rows)) {
        account = filter->ad_account_id.n == 0 || db_int(&rows, 0) > 0;
        direction = filter->direction_id.n == 0 || db_int(&rows, 1) > 0;
    }
    if (!db_done(&rows, err))
        return false;
    if (!account)
        return err_set(err, ERR_NOT_FOUND, "no ad account " STR_FMT,
                       STR_ARG(filter->ad_account_id)),
               err_field(err, "account_id");
    if (!direction)
        return err_set(err, ERR_NOT_FOUND, "no direction " STR_FMT,
                       STR_ARG(filter->direction_id)),
               err_field(err, "direction_id");
    return true;
}

static bool read_names(struct db_rows *rows, struct arena *arena, struct roi_names *out,
                       struct err *err)
{
    while (db_next(rows))
        *roi_names_add(out, arena) = (struct roi_name){.creative_id = db_text(rows, 0),
                                                       .title = db_text(rows, 1),
                                                       .direction_id = db_text(rows, 2),
                                                       .direction_name = db_text(rows, 3),
                                                       .platform = db_text(rows, 4)};
    return db_done(rows, err);
}

#define SELECT_NAMES                                                                           \
    "SELECT r.creative_id, r.title, r.direction_id, COALESCE(d.name, ''),"                     \
    " COALESCE(d.platform, '') FROM "
#define JOIN_DIRECTION                                                                         \
    " LEFT JOIN directions d ON d.org_id = r.org_id AND d.direction_id = r.direction_id"

/* Two texts: an optional condition would keep the index from being used. */
#define ADVERTISED(account)                                                                    \
    SELECT_NAMES "(SELECT a.creative_id FROM ads a WHERE a.org_id = $1" account                \
                 " AND a.creative_id <> '' AND ($2 = '' OR a.platform = $2)"                   \
                 " AND ($4 = '' OR a.direction_id = $4) AND a.status <> 'deleted'"             \
                 " GROUP BY a.creative_id) s JOIN creatives r ON r.org_id = $1"                \
                 " AND r.creative_id = s.creative_id" JOIN_DIRECTION " WHERE r.deleted_ms = 0"

bool roi_advertised_list(struct db *db, struct arena *arena, const struct roi_filter *filter,
                         struct roi_names *out, struct err *err)
{
    struct db_rows rows;

    if (filter->ad_account_id.n)
        db_select(db, arena, &rows, ADVERTISED(" AND a.ad_account_id = $3"),
                  TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id),
                  TEXT(filter->direction_id));
    else
        db_select(db, arena, &rows, ADVERTISED(" AND $3 = ''"), TEXT(db_scope_org(db)),
                  TEXT(filter->platform), TEXT(filter->ad_account_id),
                  TEXT(filter->direction_id));
    return read_names(&rows, arena, out, err);
}

bool roi_name_list(struct db *db, struct arena *arena, struct str creative_ids,
                   struct roi_names *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              SELECT_NAMES "creatives r" JOIN_DIRECTION
                           " WHERE r.org_id = $1 AND r.creative_id IN {members $2}",
              TEXT(db_scope_org(db)), TEXT(creative_ids));
    return read_names(&rows, arena, out, err);
}
