/* list_db.c - lists of leads: the filter, and which index each begins with. */

#include "base/arena.h"
#include "db/db.h"
#include "lead/contact.h"
#include "lead/lead_db.h"

/* The words looked for, as hashes; "" where fewer are. */
struct wanted_words {
    struct str hash[LEAD_SEARCH_WORDS];
    bool too_many;
};

static struct wanted_words hash_words(struct db *db, struct arena *arena, struct str search)
{
    struct strs words = lead_search_words(arena, search);
    struct wanted_words out = {.too_many = words.n > LEAD_SEARCH_WORDS};

    for (size_t i = 0; i < LEAD_SEARCH_WORDS; i++)
        out.hash[i] = i < words.n
                          ? lead_word_hash(db_ring(db), arena, db_scope_org(db), words.at[i])
                          : STR("");
    return out;
}

#define HAS_WORD(n)                                                                            \
    " AND (" n " = '' OR EXISTS (SELECT 1 FROM lead_words w WHERE w.org_id = leads.org_id"     \
    "  AND w.word = " n " AND w.lead_id = leads.lead_id))"
/* Any, only those that, only those that not: enum lead_choice. */
#define CHOSEN(n, condition)                                                                   \
    " AND (" n " = 0 OR (" n " = 1 AND " condition ") OR (" n " = 2 AND NOT (" condition ")))"

#define FITS_FILTER                                                                            \
    "org_id = $1"                                                                              \
    " AND ($2 = '' OR direction_id = $2) AND ($3 = '' OR creative_id = $3)"                    \
    " AND ($4 = '' OR stage = $4) AND ($5 = '' OR state = $5)"                                 \
    " AND ($6 = '' OR platform = $6) AND ($7 = '' OR ad_account_id = $7)"                      \
    " AND created_ms >= $8 AND ($9 = 0 OR created_ms < $9)"                                    \
    " AND ($10 = '' OR platform_lead_id = $10)" HAS_WORD("$11") HAS_WORD("$12")                \
        HAS_WORD("$13") HAS_WORD(                                                              \
            "$14") " AND ($15 = '' OR source = $15)"                                           \
                   " AND ($16 = '' OR assigned_to = $16)"                                      \
                   " AND ($17 = '' OR form_id = $17)"                                          \
                   " AND ($18 = 0 OR spam_score >= $18)"                                       \
                   " AND ($19 = 0 OR received_ms >= $19)"                                      \
                   " AND ($20 = 0 OR received_ms < $20)" CHOSEN("$21", "recovered_by <> ''")   \
                       CHOSEN("$22", "is_test = 1") CHOSEN("$23", "duplicate_of <> ''")        \
                           CHOSEN("$24", "erased_ms > 0")
#define FILTER_VALUES(filter, words)                                                           \
    TEXT(db_scope_org(db)), TEXT((filter)->direction_id), TEXT((filter)->creative_id),         \
        TEXT((filter)->stage), TEXT((filter)->state), TEXT((filter)->platform),                \
        TEXT((filter)->ad_account_id), INT((filter)->from_ms), INT((filter)->to_ms),           \
        TEXT((filter)->platform_lead_id), TEXT((words).hash[0]), TEXT((words).hash[1]),        \
        TEXT((words).hash[2]), TEXT((words).hash[3]), TEXT((filter)->source),                  \
        TEXT((filter)->assigned_to), TEXT((filter)->form_id), INT((filter)->spam_min),         \
        INT((filter)->received_from_ms), INT((filter)->received_to_ms),                        \
        INT((filter)->recovered), INT((filter)->test), INT((filter)->duplicate),               \
        INT((filter)->erased)

static bool read_words(struct db *db, struct arena *arena, const struct lead_filter *filter,
                       struct wanted_words *words, struct err *err)
{
    if (filter->search.n)
        *words = hash_words(db, arena, filter->search);
    if (!words->too_many)
        return true;
    return err_input(err, "search", "up to 4 words", "the search has too many words");
}

/*
 * A text that fits any filter has no use for an index but that of time.  So there is one for
 * each filter that leaves few leads: it names that one first, by itself.
 */
#define WAY(name, from)                                                                        \
    static void list_by_##name(struct db *db, struct arena *arena, struct db_rows *rows,       \
                               const struct lead_filter *filter,                               \
                               const struct wanted_words *words)                               \
    {                                                                                          \
        db_select(db, arena, rows,                                                             \
                  "SELECT " LEAD_COLUMNS " FROM " from FITS_FILTER                             \
                  " AND ($25 = 0 OR (created_ms, lead_id) < ($25, $26))"                       \
                  " ORDER BY created_ms DESC, lead_id DESC LIMIT $27",                         \
                  FILTER_VALUES(filter, *words), INT(filter->before_ms),                       \
                  TEXT(filter->before_id), INT(filter->limit));                                \
    }                                                                                          \
    static void count_by_##name(struct db *db, struct arena *arena, struct db_rows *rows,      \
                                const struct lead_filter *filter,                              \
                                const struct wanted_words *words, int64_t most)                \
    {                                                                                          \
        db_select(db, arena, rows,                                                             \
                  "SELECT count(*) FROM (SELECT lead_id FROM " from FITS_FILTER                \
                  " LIMIT $25) counted",                                                       \
                  FILTER_VALUES(filter, *words), INT(most));                                   \
    }

WAY(time, "leads WHERE ")
WAY(word, "(SELECT lead_id AS found_id FROM lead_words WHERE org_id = $1 AND word = $11) found"
          " CROSS JOIN leads WHERE lead_id = found_id AND ")
WAY(creative, "leads WHERE creative_id = $3 AND ")
WAY(direction, "leads WHERE direction_id = $2 AND ")
WAY(unlinked, "leads WHERE state = 'unlinked' AND ")
WAY(assigned, "leads WHERE assigned_to = $16 AND assigned_to <> '' AND ")
WAY(stage, "leads WHERE stage = $4 AND ")
WAY(account, "leads WHERE ad_account_id = $7 AND ")

struct way {
    void (*list)(struct db *db, struct arena *arena, struct db_rows *rows,
                 const struct lead_filter *filter, const struct wanted_words *words);
    void (*count)(struct db *db, struct arena *arena, struct db_rows *rows,
                  const struct lead_filter *filter, const struct wanted_words *words,
                  int64_t most);
};

/* Words that more leads have are looked for among the newest, where they soon turn up. */
#define RARE_WORD_LEADS 2000

/* Puts the rarest word first; how many leads have it, RARE_WORD_LEADS + 1 at most. */
static bool rarest_first(struct db *db, struct arena *arena, struct wanted_words *words,
                         int64_t *least, struct err *err)
{
    size_t rarest = 0;

    *least = RARE_WORD_LEADS + 1;
    for (size_t i = 0; i < LEAD_SEARCH_WORDS && words->hash[i].n; i++) {
        struct db_rows rows;
        int64_t n = 0;
        db_select(db, arena, &rows,
                  "SELECT count(*) FROM (SELECT 1 FROM lead_words"
                  " WHERE org_id = $1 AND word = $2 LIMIT $3) counted",
                  TEXT(db_scope_org(db)), TEXT(words->hash[i]), INT(RARE_WORD_LEADS + 1));
        while (db_next(&rows))
            n = db_int(&rows, 0);
        if (!db_done(&rows, err))
            return false;
        if (n < *least) {
            *least = n;
            rarest = i;
        }
    }
    struct str first = words->hash[0];
    words->hash[0] = words->hash[rarest];
    words->hash[rarest] = first;
    return true;
}

static bool choose_way(struct db *db, struct arena *arena, const struct lead_filter *filter,
                       struct wanted_words *words, struct way *out, struct err *err)
{
    int64_t found = RARE_WORD_LEADS + 1;

    if (!read_words(db, arena, filter, words, err) ||
        (words->hash[0].n && !rarest_first(db, arena, words, &found, err)))
        return false;
    if (found <= RARE_WORD_LEADS)
        *out = (struct way){list_by_word, count_by_word};
    else if (filter->creative_id.n)
        *out = (struct way){list_by_creative, count_by_creative};
    else if (filter->direction_id.n)
        *out = (struct way){list_by_direction, count_by_direction};
    else if (str_eq(filter->state, STR("unlinked")))
        *out = (struct way){list_by_unlinked, count_by_unlinked};
    else if (filter->assigned_to.n)
        *out = (struct way){list_by_assigned, count_by_assigned};
    else if (filter->stage.n)
        *out = (struct way){list_by_stage, count_by_stage};
    else if (filter->ad_account_id.n)
        *out = (struct way){list_by_account, count_by_account};
    else
        *out = (struct way){list_by_time, count_by_time};
    return true;
}

bool lead_list(struct db *db, struct arena *arena, const struct lead_filter *filter,
               struct leads *out, struct err *err)
{
    struct wanted_words words = {0};
    struct db_rows rows;
    struct way way;

    if (!choose_way(db, arena, filter, &words, &way, err))
        return false;
    way.list(db, arena, &rows, filter, &words);
    return lead_read_rows(&rows, out, err);
}

bool lead_count(struct db *db, struct arena *arena, const struct lead_filter *filter,
                int64_t most, int64_t *count, struct err *err)
{
    struct wanted_words words = {0};
    struct db_rows rows;
    struct way way;

    if (!choose_way(db, arena, filter, &words, &way, err))
        return false;
    way.count(db, arena, &rows, filter, &words, most);
    *count = db_next(&rows) ? db_int(&rows, 0) : 0;
    return db_done(&rows, err);
}
