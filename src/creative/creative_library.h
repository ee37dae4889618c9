#ifndef CREATIVE_CREATIVE_LIBRARY_H
#define CREATIVE_CREATIVE_LIBRARY_H

#include "base/strs.h"
#include "creative/creative.h"
#include "text/words.h"

struct app;

/*
 * The library: creatives as people look for them, with what stands around
 * each: tags, siblings of the group, duplicates, posters, transcript, copies on
 * platforms, where it is used.  A page costs the same few statements whatever
 * its length.
 *
 * Search.  The words of title, tags, ad text and transcript (text/words.h) are
 * kept in an index beside the rows: FTS5 on SQLite, a tsvector on PostgreSQL.
 * A question is words too: each must be there, the last one may be only begun.
 * Both databases find the same creatives for the same question; their order
 * by relevance may differ a little.
 */

/* --- search --- */

/* Bring the index up to date with the creative's row, tags and transcript, or take a deleted
 * one out.  In the caller's transaction, which is the one that changes them. */
MUST_CHECK bool creative_index(struct db *db, struct arena *arena, struct str creative_id,
                               struct err *err);
/* Index what has no words yet, or words by older rules, at most `most`; its own transaction. */
MUST_CHECK bool creative_index_missing(struct db *db, struct arena *arena, int64_t most,
                                       int64_t *indexed, struct err *err);
/* At the server's start: after a change of the rules, a job for each org (system scope). */
MUST_CHECK bool creative_index_ask(struct db *db, struct arena *arena, struct err *err);

/* Where the words of a question stand in a text of the creative. */
struct creative_mark {
    int64_t start, length; /* in characters (code points) of `text` */
};
LIST(creative_marks, struct creative_mark);
struct creative_match {
    const char *field;          /* title, tags, ad_text, transcript; NULL = none */
    struct str text;            /* a piece of it, plain text */
    bool cut_before, cut_after; /* it is a piece from the middle */
    struct creative_marks marks;
    int64_t at_ms; /* in the video, where the transcript has times; -1 = unknown */
};
/* The best piece of `text` for the words, and how many of them are in it; 0: *out is left
 * alone. `last_is_begun`: the last word may be the beginning of one. */
size_t creative_match_text(struct arena *arena, struct str text, const struct words *words,
                           bool last_is_begun, struct creative_match *out);

/* --- tags --- */

/* Tags are compared by their words: "Лето", "лето!" and "ЛЕТО" are one.  ERR_INVALID for a tag
 * without a word, longer than LIMIT_TAG characters, or more than LIMIT_TAGS_PER_CREATIVE. */
MUST_CHECK bool creative_tag_add(struct db *db, struct arena *arena, struct str creative_id,
                                 const struct strs *tags, int64_t now_ms, struct err *err);
/* Would they be taken? */
MUST_CHECK bool creative_tag_check(struct arena *arena, const struct strs *tags,
                                   struct err *err);
/* One that is not there is no error. */
MUST_CHECK bool creative_tag_remove(struct db *db, struct arena *arena, struct str creative_id,
                                    const struct strs *tags, struct err *err);
/* Exactly these. */
MUST_CHECK bool creative_tag_set(struct db *db, struct arena *arena, struct str creative_id,
                                 const struct strs *tags, int64_t now_ms, struct err *err);
/* All three work inside the caller's transaction or as their own, and index the creative. */

struct creative_tag {
    struct str tag;
    int64_t count;
};
LIST(creative_tags, struct creative_tag);
/* Every tag of the org's creatives, most used first, at most `limit`. */
MUST_CHECK bool creative_tag_list(struct db *db, struct arena *arena, int64_t limit,
                                  struct creative_tags *out, struct err *err);

/* --- the list --- */

struct creative_question {
    struct str direction_id, ad_account_id, platform, media_type, group_id, tag;
    struct str status; /* failed = also those that a platform did not take */
    struct str text;   /* searched for; "" = no search */
    struct str used;   /* "true": has ads; "false": has none; "" = both */
    bool duplicates;   /* only those whose content is there twice in their ad account */
    bool grouped;      /* of a group only its first creative */
    struct str sort;   /* newest, title, size, used, relevance */
    int64_t limit;
    /* the page's beginning: where the last row of the page before stood; after_id "" = first */
    int64_t after_number;
    struct str after_text, after_id;
};

struct creative_sibling { /* the same creative on another platform */
    struct str id, platform, status;
};
LIST(creative_siblings, struct creative_sibling);

struct creative_poster_row { /* one that may be chosen */
    int64_t position;
    struct str source, path;
    int64_t at_ms;
};
LIST(creative_poster_rows, struct creative_poster_row);

struct creative_copy_row {
    struct str platform, advertiser_id, video_id, image_id;
    bool usable;
    int64_t uploaded_ms, sent_bytes;
};
LIST(creative_copy_rows, struct creative_copy_row);

struct creative_row {
    struct creative creative;
    struct str platform, ad_account_id, direction_name; /* of its direction; "" = none */
    struct strs tags;
    struct creative_siblings siblings;
    struct creative_poster_rows posters;
    struct creative_copy_rows copies;
    struct str duplicate_of;                        /* the oldest; "" = none */
    int64_t ads, active_ads, campaigns;             /* deleted ads are not counted */
    struct str transcript_state, transcript_reason; /* "" = none was asked for */
    struct str transcript_language, transcript_provider;
    struct str transcript; /* its beginning in a list, whole for one */
    struct str segments;   /* JSON [{start_ms,end_ms,text}]; only for one */
    struct creative_match match;
    int64_t sort_number; /* with sort_text and the id: the place in the list */
    struct str sort_text;
};
LIST(creative_rows, struct creative_row);

/* At most question->limit rows; *more tells that the list goes on. */
MUST_CHECK bool creative_library_list(struct db *db, struct arena *arena,
                                      const struct creative_question *question,
                                      struct creative_rows *out, bool *more, struct err *err);
/* How many there are on all its pages; where the question's page begins does not matter. */
MUST_CHECK bool creative_library_count(struct db *db, struct arena *arena,
                                       const struct creative_question *question, int64_t *total,
                                       struct err *err);
/* One, with everything. */
MUST_CHECK bool creative_library_get(struct db *db, struct arena *arena, struct str id,
                                     struct creative_row *out, struct err *err);

/* --- where it is used --- */

struct creative_use_ad {
    struct str platform, ad_id, name, status, adgroup_id, campaign_id, direction_id, launch_id;
};
LIST(creative_use_ads, struct creative_use_ad);
struct creative_use_launch { /* under way */
    struct str id, state;
    int64_t created_ms;
};
LIST(creative_use_launches, struct creative_use_launch);
struct creative_use_figures { /* of all its ads, by currency */
    struct str currency, first_day, last_day;
    int64_t spend_micros, impressions, clicks, conversions, platform_leads;
};
LIST(creative_use_figure_list, struct creative_use_figures);

struct creative_usage {
    struct creative_use_ads ads; /* active first; at most LIMIT_USAGE_ROWS */
    struct creative_use_launches launches;
    struct strs carousels; /* ids of the carousels that it is a card of */
    struct creative_use_figure_list figures;
    int64_t ads_count, leads;
};
MUST_CHECK bool creative_usage(struct db *db, struct arena *arena, struct str id,
                               struct creative_usage *out, struct err *err);

/* --- deleting --- */

/*
 * Refused (ERR_CONFLICT, *used filled) while an ad of it is enabled or could be
 * enabled again, a launch with it is under way, or a carousel shows it; there
 * is no way around.  Deleted ads do not hold it.  The files go by a job after
 * the transaction.
 */
MUST_CHECK bool creative_library_delete(struct db *db, struct arena *arena, struct str id,
                                        struct str actor, int64_t now_ms,
                                        struct creative_usage *used, struct err *err);

/* creative.index, creative.remove_files */
extern const struct job_kind creative_library_jobs[];

#endif
