#ifndef BRAIN_ACTION_DB_H
#define BRAIN_ACTION_DB_H

#include "brain/action.h"

/* Tables action_batches and actions, and what an action changes in ours. */

/* False in *added (and the id of the one that is there) when the key is taken. */
bool action_db_add_batch(struct db *db, struct arena *arena, const struct action_batch *batch,
                         int64_t now_ms, struct str *batch_id, bool *added, struct err *err);
bool action_db_find_key(struct db *db, struct arena *arena, struct str key, bool *found,
                        struct action_batch_row *out, struct err *err);
bool action_db_add(struct db *db, struct arena *arena, const struct ad_connection *c,
                   struct str batch_id, struct str execution_id, size_t position,
                   const struct action_wish *wish, int64_t now_ms, struct str *action_id,
                   struct err *err);

bool action_db_batch(struct db *db, struct arena *arena, struct str batch_id, bool *found,
                     struct action_batch_row *out, struct err *err);
bool action_db_list(struct db *db, struct arena *arena, struct str batch_id,
                    struct actions *out, struct err *err);
bool action_db_list_execution(struct db *db, struct arena *arena, struct str execution_id,
                              struct actions *out, struct err *err);
bool action_db_find(struct db *db, struct arena *arena, struct str action_id, bool *found,
                    struct action *out, struct err *err);
/* Uncertain ones of an account whose batch is no longer worked on. */
bool action_db_uncertain(struct db *db, struct arena *arena, const struct ad_connection *c,
                         struct actions *out, struct err *err);
/* A later finished change of the same object, other than `action_id`? */
bool action_db_changed_later(struct db *db, struct arena *arena, const struct action *action,
                             bool *changed, struct err *err);

/* Each tells by *moved whether the action was still in the state `from`. */
bool action_db_sending(struct db *db, const struct action *a, struct str from, bool *moved,
                       struct err *err);
bool action_db_uncertain_since(struct db *db, const struct action *a, int64_t since_ms,
                               bool *moved, struct err *err);
bool action_db_back_to_waiting(struct db *db, const struct action *a, bool *moved,
                               struct err *err);
bool action_db_settle(struct db *db, const struct action *a, struct str from, struct str to,
                      int64_t now_ms, bool *moved, struct err *err);
bool action_db_answer(struct db *db, const struct action *a, struct err *err);
bool action_db_undone_by(struct db *db, struct str action_id, struct str undo_id, bool *moved,
                         struct err *err);
bool action_db_not_undone(struct db *db, struct str action_id, struct str undo_id,
                          struct err *err);
bool action_db_batch_state(struct db *db, struct str batch_id, const char *state,
                           int64_t now_ms, struct err *err);
/* All of the batch that were never sent. */
bool action_db_fail_waiting(struct db *db, struct str batch_id, struct str error_json,
                            int64_t now_ms, struct err *err);

/* Is the object one of this account?  And its name and state as we know them. */
bool action_db_object(struct db *db, struct arena *arena, const struct ad_connection *c,
                      enum platform_level level, struct str id, bool *found, struct str *name,
                      struct action_state *state, struct err *err);
bool action_db_direction(struct db *db, struct arena *arena, const struct ad_connection *c,
                         struct str id, bool *found, struct err *err);
bool action_db_creative(struct db *db, struct arena *arena, struct str direction_id,
                        struct str creative_id, bool *found, struct err *err);
/* What was read back goes into our row of the object. */
bool action_db_object_state(struct db *db, struct str platform, enum platform_level level,
                            const struct platform_object *shown, int64_t now_ms,
                            struct err *err);
/* The ad group that a launch made; "" while there is none. */
bool action_db_launched(struct db *db, struct arena *arena, struct str workflow_id,
                        struct str *adgroup_id, int64_t *budget_micros, struct err *err);

#endif
