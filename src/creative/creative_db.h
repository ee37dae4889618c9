#ifndef CREATIVE_CREATIVE_DB_H
#define CREATIVE_CREATIVE_DB_H

#include "creative/creative.h"
#include "creative/process.h"

/* Rows.  Private to creative/. */

/* --- creatives --- */

MUST_CHECK bool creative_insert(struct db *db, const struct creative *creative,
                                struct err *err);
/* What people change; where the version is still `version`. */
MUST_CHECK bool creative_store_texts(struct db *db, const struct creative *creative,
                                     int64_t version, int64_t now_ms, bool *changed,
                                     struct err *err);
/* Status, its reason and what is to be sent; where the version is still creative->version. */
MUST_CHECK bool creative_store_status(struct db *db, const struct creative *creative,
                                      int64_t now_ms, bool *changed, struct err *err);
/* What was found out about the file: nobody else writes these columns. */
MUST_CHECK bool creative_store_facts(struct db *db, const struct creative *creative,
                                     int64_t now_ms, struct err *err);
MUST_CHECK bool creative_store_push(struct db *db, struct str id, struct str push_state,
                                    struct str push_text, struct str failure_json,
                                    int64_t now_ms, struct err *err);
MUST_CHECK bool creative_store_poster(struct db *db, struct str id, int64_t poster,
                                      int64_t now_ms, struct err *err);
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
/* Those whose platform half waits for an account of the platform, or failed for its token. */
MUST_CHECK bool creative_waiting(struct db *db, struct arena *arena, struct str ad_account_id,
                                 struct str platform, int64_t most, struct strs *ids,
                                 struct err *err);

struct creative_look_row {
    struct str id, fingerprint;
};
LIST(creative_look_list, struct creative_look_row);
/* Fingerprints of other content in the same ad account, newest first. */
MUST_CHECK bool creative_looks(struct db *db, struct arena *arena,
                               const struct creative *creative, int64_t most,
                               struct creative_look_list *out, struct err *err);

/* --- copies on platforms --- */

/* One holder at a time; a dead one's claim ends at until_ms, or when it comes again.  Makes the
 * row where there is none. */
MUST_CHECK bool creative_copy_claim(struct db *db, struct str creative_id, struct str platform,
                                    struct str advertiser_id, struct str file_name,
                                    struct str holder, int64_t now_ms, int64_t until_ms,
                                    bool *mine, struct err *err);
/* ERR_BUSY when the holder has lost its claim. */
MUST_CHECK bool creative_copy_store(struct db *db, struct str creative_id, struct str platform,
                                    struct str advertiser_id, const struct creative_copy *copy,
                                    struct str holder, int64_t now_ms, struct err *err);
MUST_CHECK bool creative_copy_release(struct db *db, struct str creative_id,
                                      struct str platform, struct str advertiser_id,
                                      struct str holder, struct err *err);
/* How far the send under way is: for people, not for deciding. */
MUST_CHECK bool creative_copy_sent(struct db *db, struct str creative_id, struct str platform,
                                   struct str advertiser_id, int64_t sent_bytes,
                                   struct err *err);
/* The copy that was touched last. */
MUST_CHECK bool creative_copy_latest(struct db *db, struct arena *arena, struct str creative_id,
                                     bool *found, struct creative_copy *out, struct err *err);
/* A usable copy of the same content at the same advertiser, another creative's. */
MUST_CHECK bool creative_copy_twin(struct db *db, struct arena *arena,
                                   const struct creative *creative, struct str platform,
                                   struct str advertiser_id, bool *found,
                                   struct creative_copy *out, struct err *err);
/* Failed sends are forgotten, and one more upload is allowed where they were used up. */
MUST_CHECK bool creative_copies_forgive(struct db *db, struct str creative_id, struct err *err);
/* The poster is to be sent again, under a new name. */
MUST_CHECK bool creative_copies_new_poster(struct db *db, struct str creative_id,
                                           int64_t now_ms, struct err *err);

/* --- posters, transcripts, cards --- */

MUST_CHECK bool creative_poster_store(struct db *db, struct str creative_id,
                                      const struct creative_poster *poster, int64_t now_ms,
                                      struct err *err);
MUST_CHECK bool creative_transcript_store(struct db *db, struct str creative_id,
                                          const struct creative_transcript *transcript,
                                          int64_t now_ms, struct err *err);
MUST_CHECK bool creative_card_store(struct db *db, struct str creative_id, int64_t position,
                                    const struct creative_card *card, struct err *err);

#endif
