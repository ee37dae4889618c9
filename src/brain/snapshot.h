#ifndef BRAIN_SNAPSHOT_H
#define BRAIN_SNAPSHOT_H

#include "ads/account.h"
#include "brain/inputs.h"

struct db;
struct platform;

/*
 * What we know of an ad account at an instant, from our own database: the
 * inputs of an execution, and the figures that guardrails ask for when an
 * action is sent.
 */
struct snapshot_of {
    const struct ad_connection *connection;
    const struct platform *platform;
    int64_t as_of_ms;
    bool deliverable;
    struct str account_status;
    struct str sending; /* for guards: the action that asks; its own write is no open one */
};

/* Everything: objects, past changes, figures and leads of 30 complete days and today. */
MUST_CHECK bool snapshot_take(struct db *db, struct arena *arena, const struct snapshot_of *of,
                              struct brain_inputs *out, struct err *err);
/* Objects and past changes, and the figures of today only. */
MUST_CHECK bool snapshot_for_guards(struct db *db, struct arena *arena,
                                    const struct snapshot_of *of, struct brain_inputs *out,
                                    struct err *err);

struct brain_group *snapshot_group(struct brain_inputs *inputs, struct str adgroup_id);

/*
 * Read campaigns, ad groups and ads from the platform and bring our rows up to
 * what it shows.  What a person changed there is noticed: an audit line, and
 * the autopilot's rest after a change.  Remote calls first, then one
 * transaction.
 */
MUST_CHECK bool sync_objects(struct db *db, struct arena *arena,
                             const struct ad_connection *connection,
                             const struct platform *platform, struct platform_session *session,
                             struct err *err);

#endif
