#ifndef HOOK_INBOX_DB_H
#define HOOK_INBOX_DB_H

#include "base/err.h"
#include "base/str.h"

struct arena;
struct db;

/* The inbox's first side: bodies go in.  lead/delivery_db.h takes them out. */
struct inbox_entry {
    struct str body;       /* the bytes */
    const char *signature; /* the scheme that fitted, or bad, missing, stale */
    bool quarantined;
    int64_t received_ms;
};

/*
 * Store all in one transaction, durable on return; with `ask`, together with
 * the wish for the job that reads them.  The handle is in system scope.
 */
MUST_CHECK bool inbox_add(struct db *db, struct arena *arena, const struct inbox_entry *entries,
                          size_t n, bool ask, struct err *err);

#endif
