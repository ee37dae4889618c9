#ifndef METRIC_OBJECT_H
#define METRIC_OBJECT_H

#include "metric/key_index.h"
#include "metric/object_db.h"

/* The three levels as one reading of the platform shows them. */
struct object_reading {
    struct platform_objects levels[3]; /* by enum platform_level */
};

MUST_CHECK bool object_read(const struct platform *platform, struct platform_session *session,
                            struct object_reading *out, struct err *err);

/* Which creative, ad group and campaign each known ad belongs to, and its objective, after
 * object_store. */
struct ad_map {
    struct key_index index;
    struct object_knowns ads;
};
const struct object_known *ad_map_find(const struct ad_map *map, struct str ad_id);

/*
 * Inside the collection's transaction: store what is new or different, mark
 * what the platform shows no more.  An ad made elsewhere gets the creative
 * whose video it plays.
 */
MUST_CHECK bool object_store(struct db *db, struct arena *arena, const struct metric_run *run,
                             const struct object_reading *reading, struct ad_map *map,
                             struct err *err);

#endif
