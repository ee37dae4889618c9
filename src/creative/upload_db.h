#ifndef CREATIVE_UPLOAD_DB_H
#define CREATIVE_UPLOAD_DB_H

#include "creative/upload.h"

/* Rows of uploads.  Private to creative/. */

MUST_CHECK bool upload_insert(struct db *db, const struct upload *upload, struct err *err);
MUST_CHECK bool upload_find(struct db *db, struct arena *arena, struct str id, bool *found,
                            struct upload *out, struct err *err);
/* Raises the epoch and names the holder. */
MUST_CHECK bool upload_claim(struct db *db, struct arena *arena, struct str id,
                             struct str holder, bool *found, struct upload *out,
                             struct err *err);
/* Names who wants it, for its holder to see. */
MUST_CHECK bool upload_want(struct db *db, struct str id, struct str who, struct err *err);
/* Offset, hash, length, state, creative, expiry; where the epoch is still the upload's. */
MUST_CHECK bool upload_store(struct db *db, const struct upload *upload, int64_t now_ms,
                             bool *changed, struct err *err);
MUST_CHECK bool upload_delete(struct db *db, struct str id, struct err *err);

/* Open uploads of the org: how many, and what they may still take up; the bytes of its
 * creatives' files. */
struct upload_usage {
    int64_t open, open_bytes, media_bytes;
};
MUST_CHECK bool upload_use(struct db *db, struct arena *arena, int64_t now_ms, int64_t ceiling,
                           struct upload_usage *out, struct err *err);

/* System scope: pairs of org and id of those that expired. */
MUST_CHECK bool upload_expired(struct db *db, struct arena *arena, int64_t now_ms,
                               struct strs *orgs, struct strs *ids, struct err *err);

#endif
