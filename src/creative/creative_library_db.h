#ifndef CREATIVE_CREATIVE_LIBRARY_DB_H
#define CREATIVE_CREATIVE_LIBRARY_DB_H

#include "creative/creative_library.h"

/* Rows of the library.  Private to creative/. */

/* A line of the list: which creative, and where it stands in the order. */
struct creative_place {
    struct str id, platform, ad_account_id, direction_name;
    int64_t number;
    struct str text;
};
LIST(creative_places, struct creative_place);
/* At most `limit`.  `words` are the question's; none = no search. */
MUST_CHECK bool creative_search_page(struct db *db, struct arena *arena,
                                     const struct creative_question *question,
                                     struct str tag_key, const struct words *words,
                                     bool last_is_begun, int64_t limit,
                                     struct creative_places *out, struct err *err);
/* How many there are on all pages. */
MUST_CHECK bool creative_search_count(struct db *db, struct arena *arena,
                                      const struct creative_question *question,
                                      struct str tag_key, const struct words *words,
                                      bool last_is_begun, int64_t *total, struct err *err);

/* A row of the page by its creative's id. */
struct creative_page {
    struct creative_rows *rows;
    struct str ids; /* JSON list */
};
/* One statement each, whatever the length of the page. */
MUST_CHECK bool creative_page_tags(struct db *db, struct arena *arena,
                                   struct creative_page *page, struct err *err);
MUST_CHECK bool creative_page_siblings(struct db *db, struct arena *arena,
                                       struct creative_page *page, struct err *err);
MUST_CHECK bool creative_page_duplicates(struct db *db, struct arena *arena,
                                         struct creative_page *page, struct err *err);
MUST_CHECK bool creative_page_uses(struct db *db, struct arena *arena,
                                   struct creative_page *page, struct err *err);
MUST_CHECK bool creative_page_posters(struct db *db, struct arena *arena,
                                      struct creative_page *page, struct err *err);
MUST_CHECK bool creative_page_copies(struct db *db, struct arena *arena,
                                     struct creative_page *page, struct err *err);
/* `most` characters of each text; with its segments if `whole`. */
MUST_CHECK bool creative_page_transcripts(struct db *db, struct arena *arena,
                                          struct creative_page *page, int64_t most, bool whole,
                                          struct err *err);
/* Platform, ad account and name of the rows' directions. */
MUST_CHECK bool creative_page_directions(struct db *db, struct arena *arena,
                                         struct creative_page *page, struct err *err);

/* Every file of a deleted creative, below the data folder. */
MUST_CHECK bool creative_deleted_places(struct db *db, struct arena *arena, struct str id,
                                        struct strs *out, struct err *err);

/* What makes two tags the same one; "" = no word is in it. */
struct str creative_tag_key(struct arena *arena, struct str tag);

#endif
