#ifndef LEAD_BLOCKED_H
#define LEAD_BLOCKED_H

#include "base/list.h"
#include "base/str.h"

struct app;
struct db;

/*
 * Contacts that an org wants marked as spam: phones, e-mails, domains of
 * e-mails, addresses of senders.  Kept as keyed hashes; shown masked.
 */
struct blocked_contact {
    struct str blocked_id;
    struct str kind;  /* phone, email, domain, address */
    struct str shown; /* masked; a domain as it is */
    struct str note, actor;
    int64_t created_ms;
};
LIST(blocked_contacts, struct blocked_contact);

#define BLOCKED_CONTACTS_MOST 10000 /* of an org */

/* What it is, is seen from the text.  The same contact again is the one that is there (*added
 * false). */
MUST_CHECK bool blocked_add(const struct app *app, struct db *db, struct arena *arena,
                            struct str contact, struct str note, struct str actor,
                            int64_t now_ms, struct blocked_contact *out, bool *added,
                            struct err *err);
/* Newest first, below (before_ms, before_id); 0 = from the newest. */
MUST_CHECK bool blocked_list(struct db *db, struct arena *arena, int64_t before_ms,
                             struct str before_id, int64_t limit, struct blocked_contacts *out,
                             struct err *err);
MUST_CHECK bool blocked_delete(struct db *db, struct arena *arena, struct str blocked_id,
                               struct str actor, struct err *err);

#endif
