/* view_db.c - the table saved_views. */

#include "auth/view.h"
#include "base/limits.h"
#include "db/db.h"

bool view_list(struct db *db, struct arena *arena, struct str user_id, struct str page,
               struct saved_views *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT page, name, query, created_ms FROM saved_views"
              " WHERE org_id = $1 AND user_id = $2 AND (CAST($3 AS TEXT) = '' OR page = $3)"
              " ORDER BY page, name",
              TEXT(db_scope_org(db)), TEXT(user_id), TEXT(page));
    while (db_next(&rows))
        *saved_views_add(out, arena) = (struct saved_view){.page = db_text(&rows, 0),
                                                           .name = db_text(&rows, 1),
                                                           .query = db_text(&rows, 2),
                                                           .created_ms = db_int(&rows, 3)};
    return db_done(&rows, err);
}

/* The count is part of the statement; of two that come at once, one may be too many. */
bool view_save(struct db *db, struct str user_id, const struct saved_view *view,
               struct err *err)
{
    int64_t changed;

    if (!db_run(db, &changed, err,
                "INSERT INTO saved_views (org_id, user_id, page, name, query, created_ms)"
                " SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT),"
                "   CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS BIGINT)"
                " WHERE (SELECT count(*) FROM saved_views v WHERE v.org_id = $1"
                "   AND v.user_id = $2 AND v.page = $3 AND v.name <> $4) < $7"
                " ON CONFLICT (org_id, user_id, page, name)"
                " DO UPDATE SET query = excluded.query",
                TEXT(db_scope_org(db)), TEXT(user_id), TEXT(view->page), TEXT(view->name),
                TEXT(view->query), INT(view->created_ms), INT(LIMIT_SAVED_VIEWS)))
        return false;
    if (changed == 1)
        return true;
    (void)err_set(err, ERR_CONFLICT, "a page has at most %d saved views", LIMIT_SAVED_VIEWS);
    return err_hint(err, "remove one that is no longer used");
}

bool view_remove(struct db *db, struct str user_id, struct str page, struct str name,
                 struct err *err)
{
    int64_t changed;

    if (!db_run(db, &changed, err,
                "DELETE FROM saved_views"
                " WHERE org_id = $1 AND user_id = $2 AND page = $3 AND name = $4",
                TEXT(db_scope_org(db)), TEXT(user_id), TEXT(page), TEXT(name)))
        return false;
    return changed == 1 || err_set(err, ERR_NOT_FOUND, "no saved view has this name");
}

bool view_forget(struct db *db, struct str user_id, struct err *err)
{
    return db_run(db, NULL, err, "DELETE FROM saved_views WHERE org_id = $1 AND user_id = $2",
                  TEXT(db_scope_org(db)), TEXT(user_id));
}
