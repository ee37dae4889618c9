#ifndef ADS_TARGETING_H
#define ADS_TARGETING_H

#include "ads/account.h"

/*
 * What a direction's ads may be aimed at: places, interests and languages from
 * the platform's own lists, read through the advertiser's connection and kept
 * for a week (a list that a platform gives as a whole) or as long as the
 * question's answer (where it only answers questions).
 *
 * When the platform cannot be asked, what was kept is answered, however old,
 * and where nothing was, the places that the program knows (`source`).
 */
struct targeting_question {
    struct str platform;
    struct str ad_account_id; /* "" = the default account */
    enum platform_target_kind kind;
    struct str text; /* what a person typed; "" = the first of the list */
    struct strs ids; /* not empty: these entries instead, as far as they are known */
};

struct targeting_answer {
    struct platform_targets targets; /* at most LIMIT_TARGETS, best first */
    const char *source;              /* platform, table */
    int64_t read_ms;                 /* 0 = never read */
    bool stale;                      /* older than it should be */
    struct str why;                  /* the platform could not be asked; "" = it could */
    bool more;                       /* there are more than these */
};

/* May talk to the platform: not inside a transaction.  ERR_NOT_FOUND without the ad account. */
MUST_CHECK bool targeting_find(const struct app *app, struct db *db, struct net *net,
                               struct arena *arena, const struct targeting_question *question,
                               int64_t now_ms, struct targeting_answer *out, struct err *err);

/*
 * Ids of an audience against the kept lists of the advertiser, without asking
 * anybody: refused are an id that a fresh whole list does not have, and a
 * place together with one inside it.  What is not kept cannot refuse.
 */
MUST_CHECK bool targeting_check(struct db *db, struct arena *arena,
                                const struct ad_connection *connection,
                                const struct platform_audience *audience, int64_t now_ms,
                                struct err *err);

/* --- private to ads/ --- */

/* targeting_list.c: entries as text, one a line, and back; search in it.  Pure. */
MUST_CHECK bool targeting_print(struct arena *arena, const struct platform_targets *list,
                                struct str *out, struct err *err);
/* The next entry of a text, *rest moved past it; false at the end. */
struct targeting_entry {
    struct platform_target target;
    struct str words; /* its name's words, as a search compares them */
};
bool targeting_next(struct str *rest, struct targeting_entry *out);
/* Entries whose words hold those of the question: whole beginnings before beginnings of a word
 * before anything else, then as the list has them. */
void targeting_search(struct arena *arena, struct str entries, struct str text, size_t most,
                      struct platform_targets *out, bool *more);

/* targeting_db.c: rows of targeting_lists. */
struct targeting_row {
    struct str platform, advertiser_id, question, entries;
    const char *kind;
    int64_t read_ms; /* 0 = not kept */
};
/* Fills entries and read_ms. */
MUST_CHECK bool targeting_row_get(struct db *db, struct arena *arena, struct targeting_row *row,
                                  struct err *err);
/* Kept in place of an older one; the oldest questions beyond the ceiling go. */
MUST_CHECK bool targeting_row_put(struct db *db, const struct targeting_row *row,
                                  struct err *err);

#endif
