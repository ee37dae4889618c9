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

/* One that came to an org's own address: whose it is, and what was said beside it, are known.
 */
struct inbox_site_entry {
    struct str source;       /* site, facebook */
    struct str owner_org_id; /* "" = the body tells */
    struct str body;
    struct str headers; /* JSON */
    const char *signature;
    bool quarantined;
    int64_t received_ms;
};
/* Durable on return, together with the wish for the job that reads it. */
MUST_CHECK bool inbox_add_site(struct db *db, struct arena *arena,
                               const struct inbox_site_entry *entry, struct err *err);

#endif
