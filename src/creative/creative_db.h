#ifndef CREATIVE_CREATIVE_DB_H
#define CREATIVE_CREATIVE_DB_H

#include "creative/creative.h"

/* Rows of creatives and creative_platform_files.  Private to creative/. */

MUST_CHECK bool creative_insert(struct db *db, const struct creative *creative,
                                struct err *err);
/* Every column that may change; where the version is still `version`. */
MUST_CHECK bool creative_store(struct db *db, const struct creative *creative, int64_t version,
                               int64_t now_ms, bool *changed, struct err *err);
MUST_CHECK bool creative_mark_deleted(struct db *db, struct str id, int64_t now_ms,
                                      bool *changed, struct err *err);
/* Of these ids (a JSON list), in any order; missing ones are left out. */
MUST_CHECK bool creative_list_known(struct db *db, struct arena *arena, struct str ids,
                                    struct creatives *out, struct err *err);
/* The platform and ad account of a live direction of this org. */
MUST_CHECK bool creative_direction(struct db *db, struct arena *arena, struct str direction_id,
                                   bool *found, struct str *platform, struct str *ad_account_id,
                                   struct err *err);

/* The live direction of the same name in the same ad account on another platform. */
MUST_CHECK bool creative_direction_sibling(struct db *db, struct arena *arena,
                                           struct str direction_id, bool *found,
                                           struct str *sibling_id, struct err *err);
/* The creative whose file has this place, deleted ones too; "" = none. */
MUST_CHECK bool creative_at_place(struct db *db, struct arena *arena, struct str place,
                                  struct str *id, struct err *err);

/* Insert or replace the copy's row. */
MUST_CHECK bool creative_copy_store(struct db *db, struct str creative_id, struct str platform,
                                    struct str advertiser_id, const struct creative_copy *copy,
                                    int64_t now_ms, struct err *err);

#endif
