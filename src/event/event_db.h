#ifndef EVENT_EVENT_DB_H
#define EVENT_EVENT_DB_H

#include "event/event.h"

/* The tables of event/, for its own files. */

MUST_CHECK bool event_source_store(struct db *db, const struct event_source *source,
                                   int64_t now_ms, struct err *err);
/* The platform refuses the target itself: nothing is sent to it until somebody changes it. */
MUST_CHECK bool event_source_block(struct db *db, struct str direction_id, struct str why,
                                   int64_t now_ms, struct err *err);
MUST_CHECK bool event_source_remove(struct db *db, struct str direction_id, bool *removed,
                                    struct err *err);

/* Lease up to `limit` due ones of a direction until `until_ms`; each counts an attempt. */
MUST_CHECK bool conversion_take(struct db *db, struct arena *arena, struct str direction_id,
                                int64_t limit, int64_t now_ms, int64_t until_ms,
                                struct conversions *out, struct err *err);
/* What is taken and was not settled is due now. */
MUST_CHECK bool conversion_release(struct db *db, struct str direction_id, int64_t now_ms,
                                   struct err *err);
/* When the next one of the direction falls due; 0 = none waits. */
MUST_CHECK bool conversion_next_due(struct db *db, struct arena *arena, struct str direction_id,
                                    int64_t *due_ms, struct err *err);

/* What is due and nobody's waits until `until_ms`, for this reason. */
MUST_CHECK bool conversion_put_off(struct db *db, struct str direction_id, struct str reason,
                                   int64_t now_ms, int64_t until_ms, struct err *err);

/* What became of leased ones.  Guarded by the attempt: a sender that was only slow changes
 * nothing that its successor did. */
struct conversion_outcome {
    const struct conversion *conversion;
    const char *state; /* waiting, sent, refused, skipped */
    struct str reason;
    int64_t next_ms; /* waiting */
};
/* One pipe, part of the caller's transaction. */
MUST_CHECK bool conversion_settle(struct db *db, const struct conversion_outcome *outcomes,
                                  size_t n, int64_t now_ms, struct err *err);
/* Name, event id and pixel, before anything is sent. */
MUST_CHECK bool conversion_name(struct db *db, const struct conversion *const *list, size_t n,
                                struct err *err);
MUST_CHECK bool conversion_log_add(struct db *db, struct arena *arena,
                                   const struct conversion_log *logs, size_t n,
                                   struct err *err);

/* --- breakers -------------------------------------------------------------- */

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_PROBE };
/* BREAKER_PROBE to one caller alone: it may send one event.  *again_ms: when an open one lets a
 * probe through. */
MUST_CHECK bool breaker_enter(struct db *db, struct arena *arena, struct str platform,
                              struct str pixel_code, int64_t now_ms, enum breaker_state *out,
                              int64_t *again_ms, struct err *err);
MUST_CHECK bool breaker_success(struct db *db, struct str platform, struct str pixel_code,
                                int64_t now_ms, struct err *err);
MUST_CHECK bool breaker_failure(struct db *db, struct arena *arena, struct str platform,
                                struct str pixel_code, int64_t now_ms, struct err *err);

#endif
