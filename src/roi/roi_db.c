/* roi_db.c - accounts and names of the ROI report. */

#include "roi/roi_db.h"
#include "base/arena.h"
#include "db/db.h"

static bool not_found(const char *what, struct str id, const char *field, struct err *err)
{
    err_set(err, ERR_NOT_FOUND, "no %s " STR_FMT, what, STR_ARG(id));
    return err_field(err, field);
}

bool roi_ground(struct db *db, struct arena *arena, const struct roi_filter *filter,
                struct roi_accounts *accounts, struct str *currency, struct err *err)
{
    struct db_rows rows;
    bool org = false, account = filter->ad_account_id.n == 0,
         direction = filter->direction_id.n == 0;

    db_select(db, arena, &rows,
              "SELECT o.currency, (SELECT count(*) FROM ad_accounts x WHERE x.org_id = $1"
              "  AND x.ad_account_id = $3), (SELECT count(*) FROM directions d"
              "  WHERE d.org_id = $1 AND d.direction_id = $4),"
              " s.ad_account_id, s.platform, s.zone, s.state, s.last_sync_ms, s.is_default"
              " FROM orgs o LEFT JOIN (SELECT c.org_id, c.ad_account_id, c.platform, c.zone,"
              "  c.state, c.last_sync_ms, a.is_default, a.created_ms"
              "  FROM ad_account_connections c JOIN ad_accounts a"
              "  ON a.org_id = c.org_id AND a.ad_account_id = c.ad_account_id"
              "  WHERE c.org_id = $1 AND ($2 = '' OR c.platform = $2)"
              "  AND ($3 = '' OR c.ad_account_id = $3)) s ON s.org_id = o.org_id"
              " WHERE o.org_id = $1"
              " ORDER BY s.is_default DESC, s.created_ms, s.ad_account_id, s.platform DESC",
              TEXT(db_scope_org(db)), TEXT(filter->platform), TEXT(filter->ad_account_id),
              TEXT(filter->direction_id));
    while (db_next(&rows)) {
        org = true;
        *currency = db_text(&rows, 0);
        account = account || db_int(&rows, 1) > 0;
        direction = direction || db_int(&rows, 2) > 0;
        if (!db_null(&rows, 3))
            *roi_accounts_add(accounts, arena) =
                (struct roi_account){.ad_account_id = db_text(&rows, 3),
                                     .platform = db_text(&rows, 4),
                                     .zone = db_text(&rows, 5),
                                     .state = db_text(&rows, 6),
                                     .last_sync_ms = db_int(&rows, 7),
                                     .is_default = db_int(&rows, 8) != 0};
    }
    if (!db_done(&rows, err))
        return false;
    if (!org)
        return not_found("org", db_scope_org(db), "org_id", err);
    return (account || not_found("ad account", filter->ad_account_id, "account_id", err)) &&
           (direction || not_found("direction", filter->direction_id, "direction_id", err));
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
    SELECT_NAMES "(SELECT DISTINCT a.creative_id FROM ads a WHERE a.org_id = $1" account       \
                 " AND a.creative_id <> '' AND ($2 = '' OR a.platform = $2)"                   \
                 " AND ($4 = '' OR a.direction_id = $4) AND a.status <> 'deleted'"             \
                 ") s JOIN creatives r ON r.org_id = $1"                                       \
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
