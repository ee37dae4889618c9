#ifndef AUTH_AUDIT_H
#define AUTH_AUDIT_H

#include "base/list.h"
#include "base/str.h"

struct db;

/*
 * The audit log: who did what to which object, written in the transaction of
 * the doing.  `before` and `after` are JSON or "".  Lines of an org are
 * numbered without holes and chained by hash.
 */
struct audit_entry {
    struct str actor;   /* rq->caller.actor, "job:<id>", "brain:<execution>", "cli" */
    const char *action; /* "direction.add", "ad_account.connect" */
    struct str object_id;
    struct str before;
    struct str after;
};

/* Inside the caller's transaction; the org is the handle's scope. */
MUST_CHECK bool audit_add(struct db *db, struct arena *arena, const struct audit_entry *entry,
                          struct err *err);
/* The same for a named org, where the handle's scope is the system's (CLI, sign-up). */
MUST_CHECK bool audit_add_for(struct db *db, struct arena *arena, struct str org_id,
                              const struct audit_entry *entry, struct err *err);

struct audit_line {
    int64_t sequence, at_ms;
    struct str actor, action, object_id, before, after;
    struct str actor_name; /* e-mail of a user, name of an API key, else "" */
};
LIST(audit_lines, struct audit_line);

/* Which lines; what is empty or 0 does not filter. */
struct audit_filter {
    int64_t before_sequence; /* only lines below it */
    struct str actor;        /* "user:<id>", or a kind of actor: "user", "brain", "cli" */
    struct str action;       /* "direction.add", or all of a thing: "direction" */
    struct str object_id;
    int64_t from_ms, to_ms; /* `to_ms` is not included */
};
/*
 * Newest first.  A filter by object has an index; any other one is a walk down the log that
 * ends after LIMIT_AUDIT_LINES lines, so that a log of years does not hold up who asks.
 * *looked_down_to: older lines than this sequence were not looked at; 0 = the whole log was, or
 * `out` is full and its last line says where to go on.
 */
MUST_CHECK bool audit_list(struct db *db, struct arena *arena,
                           const struct audit_filter *filter, int64_t limit,
                           struct audit_lines *out, int64_t *looked_down_to, struct err *err);
/* Recompute the chain; *intact false names the first broken line in *broken_at. */
MUST_CHECK bool audit_verify(struct db *db, struct arena *arena, bool *intact,
                             int64_t *broken_at, struct err *err);

#endif
