#ifndef NOTIFY_NOTIFY_DB_H
#define NOTIFY_NOTIFY_DB_H

#include "notify/notify.h"

/* The tables endpoints and handoffs, for the files of notify/. */
MUST_CHECK bool endpoint_count(struct db *db, struct arena *arena, int64_t *n, struct err *err);
MUST_CHECK bool endpoint_insert(struct db *db, const struct endpoint *endpoint,
                                struct err *err);
MUST_CHECK bool endpoint_store(struct db *db, const struct endpoint *endpoint, int64_t now_ms,
                               struct err *err);
MUST_CHECK bool endpoint_remove(struct db *db, struct str endpoint_id, struct err *err);
/* It says that it is not there any more: off, until somebody switches it on. */
MUST_CHECK bool endpoint_stop(struct db *db, struct str endpoint_id, struct str why,
                              int64_t now_ms, struct err *err);
MUST_CHECK bool endpoint_move(struct db *db, struct str endpoint_id, struct str address,
                              int64_t now_ms, struct err *err);

/* Lease the oldest due ones, of each lead the first that waits alone. */
MUST_CHECK bool handoff_take(struct db *db, struct arena *arena, struct str endpoint_id,
                             int64_t limit, int64_t now_ms, int64_t until_ms,
                             struct handoffs *out, struct err *err);
/* What is taken and was not settled is due now. */
MUST_CHECK bool handoff_release(struct db *db, struct str endpoint_id, int64_t now_ms,
                                struct err *err);
MUST_CHECK bool handoff_next_due(struct db *db, struct arena *arena, struct str endpoint_id,
                                 int64_t *due_ms, struct err *err);
struct handoff_outcome {
    const struct handoff *handoff;
    const char *state;
    int64_t next_ms;
    int status;
    struct str error;
};
/* Guarded by the attempt. */
MUST_CHECK bool handoff_settle(struct db *db, const struct handoff_outcome *outcome,
                               int64_t now_ms, struct err *err);

#endif
