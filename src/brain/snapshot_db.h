#ifndef BRAIN_SNAPSHOT_DB_H
#define BRAIN_SNAPSHOT_DB_H

#include "brain/snapshot.h"

/* The queries of snapshot.c; they fill lists in the order of their ids. */

bool snapshot_db_directions(struct db *db, struct arena *arena, const struct ad_connection *c,
                            struct brain_inputs *out, struct err *err);
bool snapshot_db_unused(struct db *db, struct arena *arena, const struct ad_connection *c,
                        struct brain_inputs *out, struct err *err);
/* Groups and their ads; those deleted before `since_ms` are left out. */
bool snapshot_db_groups(struct db *db, struct arena *arena, const struct ad_connection *c,
                        int64_t since_ms, struct brain_inputs *out, struct err *err);

struct past_action {
    struct str id, type, object_id, state, source, before, after, params;
    int64_t finished_ms;
    bool undone;
};
LIST(past_actions, struct past_action);
/* Finished since `since_ms`, and all that are open; in the order in which they were made. */
bool snapshot_db_actions(struct db *db, struct arena *arena, const struct ad_connection *c,
                         int64_t since_ms, struct past_actions *out, struct err *err);

struct metric_fact {
    struct str adgroup_id, ad_id, day, currency;
    struct brain_counts counts;
};
LIST(metric_facts, struct metric_fact);
bool snapshot_db_metrics(struct db *db, struct arena *arena, const struct ad_connection *c,
                         struct str first_day, struct str last_day, struct metric_facts *out,
                         struct err *err);

struct lead_fact {
    struct str adgroup_id, ad_id;
    int64_t created_ms;
    bool qualified;
};
LIST(lead_facts, struct lead_fact);
bool snapshot_db_leads(struct db *db, struct arena *arena, const struct ad_connection *c,
                       int64_t since_ms, int64_t as_of_ms, struct lead_facts *out,
                       struct err *err);

struct collection_fact {
    struct str first_day, last_day;
    int64_t finished_ms;
};
LIST(collection_facts, struct collection_fact);
/* Good collections that reach to `first_day` or later. */
bool snapshot_db_collections(struct db *db, struct arena *arena, const struct ad_connection *c,
                             struct str first_day, struct collection_facts *out,
                             struct err *err);

/* sync.c */
struct known_object {
    struct str id, campaign_id, status;
    struct str platform_status; /* as it was read just now */
    int64_t budget_micros;
};
LIST(known_objects, struct known_object);
bool sync_db_known(struct db *db, struct arena *arena, const struct ad_connection *c,
                   enum platform_level level, struct known_objects *out, struct err *err);
/* Unless the row was touched after `read_ms`: then what we read of the platform may be older
 * than what we know.  *changed tells. */
bool sync_db_set(struct db *db, const struct ad_connection *c, enum platform_level level,
                 const struct known_object *now, int64_t read_ms, int64_t now_ms, bool *changed,
                 struct err *err);

#endif
