#ifndef METRIC_OBJECT_DB_H
#define METRIC_OBJECT_DB_H

#include "metric/metric_db.h"

/* The collector's side of the tables campaigns, adgroups and ads: names, states, budgets as the
 * platform shows them.  What the launch wrote (mappings, workflow) is never taken away. */

struct object_known {
    struct str id, name, status, platform_status;
    int64_t budget_micros;
    struct str creative_id, adgroup_id, campaign_id; /* ads */
    struct str objective; /* campaigns and ads: the direction's, else the campaign's */
    int64_t updated_ms;
};
LIST(object_knowns, struct object_known);
MUST_CHECK bool object_known_list(struct db *db, struct arena *arena,
                                  const struct metric_run *run, enum platform_level level,
                                  struct object_knowns *out, struct err *err);

/* Which creative a video of this advertiser belongs to. */
struct video_known {
    struct str video_id, creative_id;
};
LIST(video_knowns, struct video_known);
MUST_CHECK bool video_known_list(struct db *db, struct arena *arena,
                                 const struct metric_run *run, struct video_knowns *out,
                                 struct err *err);

/* Inside a pipe.  An object that we changed after the reading began keeps our value. */
MUST_CHECK bool object_put(struct db *db, const struct metric_run *run,
                           enum platform_level level, const struct platform_object *object,
                           struct str creative_id, struct err *err);
/* Inside a pipe: the platform shows it no more. */
MUST_CHECK bool object_gone(struct db *db, const struct metric_run *run,
                            enum platform_level level, struct str id, struct err *err);

#endif
