#ifndef LEAD_KEY_H
#define LEAD_KEY_H

#include "base/list.h"
#include "base/str.h"

struct db;

/*
 * Lead keys: what a site puts beside its posts so that they are taken for its
 * org (POST /api/leads/{org}/{key}).  A key can only bring leads in; it is shown
 * once, and a hash of it is stored.
 */
struct lead_key {
    struct str lead_key_id, name, prefix;
    struct str direction_id;  /* of leads that name none; "" = none */
    bool forwards_page_views; /* to the platform; else they are only counted */
    int64_t created_ms, last_used_ms, revoked_ms;
    int64_t page_views; /* of LEAD_KEY_VIEW_DAYS; filled by lead_key_list */
};
LIST(lead_keys, struct lead_key);

#define LEAD_KEYS_MOST 100 /* of an org, revoked ones aside */

/* *key is the text to hand out.  ERR_NOT_FOUND for a foreign direction. */
MUST_CHECK bool lead_key_add(struct db *db, struct arena *arena, struct str name,
                             struct str direction_id, struct str actor, int64_t now_ms,
                             struct str *lead_key_id, struct str *key, struct err *err);
MUST_CHECK bool lead_key_list(struct db *db, struct arena *arena, int64_t now_ms,
                              struct lead_keys *out, struct err *err);
MUST_CHECK bool lead_key_revoke(struct db *db, struct arena *arena, struct str lead_key_id,
                                struct str actor, int64_t now_ms, struct err *err);

MUST_CHECK bool lead_key_forward_page_views(struct db *db, struct arena *arena,
                                            struct str lead_key_id, bool forward,
                                            struct str actor, struct err *err);

/* A page that carries the key was looked at. */
#define LEAD_KEY_VIEW_DAYS 30
MUST_CHECK bool lead_key_count_view(struct db *db, struct str lead_key_id, int64_t now_ms,
                                    struct err *err);

/* Whose key is it?  System scope; *org_id "" when it is nobody's or revoked. */
MUST_CHECK bool lead_key_find(struct db *db, struct arena *arena, struct str key,
                              struct str *org_id, struct lead_key *out, struct err *err);
/* Noted once a minute at most. */
MUST_CHECK bool lead_key_used(struct db *db, struct str org_id, struct str lead_key_id,
                              int64_t now_ms, struct err *err);

#endif
