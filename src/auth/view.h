#ifndef AUTH_VIEW_H
#define AUTH_VIEW_H

#include "base/list.h"
#include "base/str.h"

struct db;

/*
 * Views that a person has named: filters, columns and order of a page, as its
 * address holds them.  They are the person's own and belong to the org of the
 * handle's scope: in another org the same filters would name other things.  They go
 * with the membership.
 */
struct saved_view {
    struct str page, name, query;
    int64_t created_ms;
};
LIST(saved_views, struct saved_view);

/* By page and name. `page` "" = of all. */
MUST_CHECK bool view_list(struct db *db, struct arena *arena, struct str user_id,
                          struct str page, struct saved_views *out, struct err *err);
/* Replaces the one of the same name; ERR_CONFLICT beyond LIMIT_SAVED_VIEWS of a page. */
MUST_CHECK bool view_save(struct db *db, struct str user_id, const struct saved_view *view,
                          struct err *err);
/* ERR_NOT_FOUND. */
MUST_CHECK bool view_remove(struct db *db, struct str user_id, struct str page, struct str name,
                            struct err *err);
/* All of a person who leaves the org. */
MUST_CHECK bool view_forget(struct db *db, struct str user_id, struct err *err);

#endif
