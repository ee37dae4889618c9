#ifndef LEAD_DELIVERY_H
#define LEAD_DELIVERY_H

#include "base/list.h"
#include "base/str.h"

struct app;
struct db;

/*
 * Raw bodies that need a look: failed (could not be read), unresolved (of an
 * advertiser that is nobody's here), quarantined (nobody vouches for them).
 *
 * They belong to no org before they are read, so an org sees those that came
 * to its own address or that were found to be its; the command line sees all.
 * A quarantined one is gone after DELIVERY_QUARANTINE_MS; the body of one that
 * was read is erased after inbox_days (90), that of a failed or unresolved one
 * after inbox_failed_days (90); the row stays.
 */
#define DELIVERY_QUARANTINE_MS (INT64_C(7) * 24 * 60 * 60 * 1000)

struct delivery_view {
    struct str delivery_id, source, state, signature, error_text;
    int64_t received_ms, attempts, tried_ms, processed_ms, erased_ms, bytes;
};
LIST(delivery_views, struct delivery_view);

struct delivery_filter {
    struct str org_id; /* "" = all: the command line */
    struct str state;  /* "" = failed, unresolved and quarantined (without org: of these) */
    int64_t before_ms; /* cursor; 0 = first page */
    struct str before_id;
    int64_t limit;
};
/* Newest first. */
MUST_CHECK bool delivery_list(struct db *db, struct arena *arena,
                              const struct delivery_filter *filter, struct delivery_views *out,
                              struct err *err);

/* A failed or unresolved one is read again, with all its tries before it.  ERR_NOT_FOUND where
 * the org (""= any) has none of this id; ERR_CONFLICT for one in another state, or erased. */
MUST_CHECK bool delivery_replay(struct db *db, struct arena *arena, struct str org_id,
                                struct str delivery_id, struct str actor, struct err *err);

/* What is older than it may be goes; once an hour, however often it is called.  System scope.
 */
MUST_CHECK bool delivery_sweep(const struct app *app, struct db *db, int64_t now_ms,
                               struct err *err);

#endif
