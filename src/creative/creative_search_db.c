/*
 * creative_search_db.c - the only file that knows creative_words and creative_search, and the
 * statements that find a page of creatives.
 *
 * On PostgreSQL a search looks at the words of every creative of the org (some 13 ms for
 * 20,000 of them): row-level security keeps an index on the words from being asked before the
 * org is known, so there is none.
 */

#include "creative/creative_library_db.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "db/db.h"

/* --- what is indexed --- */

struct texts {
    bool found; /* the creative is there and not deleted */
    struct str title, ad_text, transcript, tags;
};

static bool read_tags(struct db *db, struct arena *arena, struct str id, struct str *line,
                      struct err *err)
{
    struct db_rows rows;
    struct buf buf;

    buf_init(&buf, arena, LIMIT_INDEXED_BYTES);
    db_select(db, arena, &rows,
              "SELECT tag_key FROM creative_tags WHERE org_id = $1 AND creative_id = $2"
              " ORDER BY tag_key",
              TEXT(db_scope_org(db)), TEXT(id));
    while (db_next(&rows)) {
        buf_add(&buf, db_text(&rows, 0));
        buf_char(&buf, ' ');
    }
    *line = buf_str(&buf);
    return db_done(&rows, err);
}

static bool read_texts(struct db *db, struct arena *arena, struct str id, struct texts *out,
                       struct err *err)
{
    struct db_rows rows;

    *out = (struct texts){0};
    db_select(db, arena, &rows,
              "SELECT c.title, c.ad_text, t.text FROM creatives c"
              " LEFT JOIN creative_transcripts t ON t.org_id = c.org_id"
              " AND t.creative_id = c.creative_id"
              " WHERE c.org_id = $1 AND c.creative_id = $2 AND c.deleted_ms = 0",
              TEXT(db_scope_org(db)), TEXT(id));
    while (db_next(&rows)) {
        out->found = true;
        out->title = db_text(&rows, 0);
        out->ad_text = db_text(&rows, 1);
        out->transcript = db_text(&rows, 2);
    }
    return db_done(&rows, err) && read_tags(db, arena, id, &out->tags, err);
}

/* The beginning of a text that the index takes, as words. */
static struct words indexed_words(struct arena *arena, struct str text)
{
    struct words words = {0};
    size_t bytes = 0, n = 0;

    words_of(arena, text, LIMIT_INDEXED_WORDS, &words);
    while (n < words.n && bytes + words.at[n].text.n < LIMIT_INDEXED_BYTES)
        bytes += words.at[n++].text.n;
    words.n = n;
    return words;
}

static struct str line_of(struct arena *arena, const struct words *words)
{
    struct buf buf;

    buf_init(&buf, arena, LIMIT_INDEXED_BYTES + LIMIT_INDEXED_WORDS);
    for (size_t i = 0; i < words->n; i++) {
        if (i)
            buf_char(&buf, ' ');
        buf_add(&buf, words->at[i].text);
    }
    return buf_str(&buf);
}

/* The org as one word. */
static struct str org_word(struct arena *arena, struct str org_id)
{
    struct buf buf;

    buf_init(&buf, arena, org_id.n + 2);
    buf_char(&buf, 'o');
    for (size_t i = 0; i < org_id.n; i++)
        if ((org_id.p[i] >= 'a' && org_id.p[i] <= 'z') ||
            (org_id.p[i] >= '0' && org_id.p[i] <= '9'))
            buf_char(&buf, org_id.p[i]);
    return buf_str(&buf);
}

/* --- SQLite: a row of the FTS5 table, under the number that creative_words gave --- */

static bool take_place(struct db *db, struct arena *arena, struct str id, struct str title_key,
                       int64_t *place, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              ONLY_SQLITE
              "INSERT INTO creative_words (org_id, creative_id, title_key, rules)"
              " VALUES ($1, $2, $3, $4) ON CONFLICT (org_id, creative_id) DO UPDATE SET"
              " title_key = excluded.title_key, rules = excluded.rules RETURNING place",
              TEXT(db_scope_org(db)), TEXT(id), TEXT(title_key), INT(WORDS_RULES));
    while (db_next(&rows))
        *place = db_int(&rows, 0);
    return db_done(&rows, err);
}

static bool forget_sqlite(struct db *db, struct str id, struct err *err)
{
    return db_run(db, NULL, err,
                  ONLY_SQLITE "DELETE FROM creative_search WHERE rowid ="
                              " (SELECT place FROM creative_words"
                              " WHERE org_id = $1 AND creative_id = $2)",
                  TEXT(db_scope_org(db)), TEXT(id));
}

static bool store_sqlite(struct db *db, struct arena *arena, struct str id,
                         const struct words *title, const struct words *tags,
                         const struct words *transcript, const struct words *ad_text,
                         struct err *err)
{
    struct str title_key = line_of(arena, title);
    int64_t place = 0;

    return forget_sqlite(db, id, err) && take_place(db, arena, id, title_key, &place, err) &&
           db_run(db, NULL, err,
                  ONLY_SQLITE
                  "INSERT INTO creative_search (rowid, org, title, tags, transcript, ad_text)"
                  " SELECT w.place, $3, $4, $5, $6, $7 FROM creative_words w"
                  " WHERE w.org_id = $1 AND w.place = $2",
                  TEXT(db_scope_org(db)), INT(place), TEXT(org_word(arena, db_scope_org(db))),
                  TEXT(title_key), TEXT(line_of(arena, tags)), TEXT(line_of(arena, transcript)),
                  TEXT(line_of(arena, ad_text)));
}

/* --- PostgreSQL: a tsvector, written out so that no parser of the server splits our words ---
 */

static void put_vector(struct buf *buf, const struct words *words, char weight)
{
    enum { LAST_POSITION = 16383 };

    for (size_t i = 0; i < words->n; i++)
        buf_fmt(buf, "'" STR_FMT "':%d%c ", STR_ARG(words->at[i].text),
                i < LAST_POSITION ? (int)i + 1 : LAST_POSITION, weight);
}

static bool store_postgres(struct db *db, struct arena *arena, struct str id,
                           const struct words *title, const struct words *tags,
                           const struct words *transcript, const struct words *ad_text,
                           struct err *err)
{
    struct str vector;
    struct buf buf;

    buf_init(&buf, arena, 4 * (LIMIT_INDEXED_BYTES + 12 * LIMIT_INDEXED_WORDS));
    put_vector(&buf, title, 'A');
    put_vector(&buf, tags, 'B');
    put_vector(&buf, ad_text, 'C');
    put_vector(&buf, transcript, 'D');
    return buf_done(&buf, "the words of the creative", &vector, err) &&
           db_run(db, NULL, err,
                  ONLY_POSTGRES
                  "INSERT INTO creative_words (org_id, creative_id, title_key, rules, words)"
                  " VALUES ($1, $2, $3, $4, CAST(CAST($5 AS TEXT) AS tsvector))"
                  " ON CONFLICT (org_id, creative_id) DO UPDATE SET"
                  " title_key = excluded.title_key, rules = excluded.rules,"
                  " words = excluded.words",
                  TEXT(db_scope_org(db)), TEXT(id), TEXT(line_of(arena, title)),
                  INT(WORDS_RULES), TEXT(vector));
}

/* --- both --- */

static bool forget(struct db *db, struct str id, struct err *err)
{
    return (db_is_postgres(db) || forget_sqlite(db, id, err)) &&
           db_run(db, NULL, err,
                  "DELETE FROM creative_words WHERE org_id = $1 AND creative_id = $2",
                  TEXT(db_scope_org(db)), TEXT(id));
}

bool creative_index(struct db *db, struct arena *arena, struct str creative_id, struct err *err)
{
    struct texts texts;

    must(db_in_transaction(db));
    if (!read_texts(db, arena, creative_id, &texts, err))
        return false;
    if (!texts.found)
        return forget(db, creative_id, err);

    struct words title = indexed_words(arena, texts.title);
    struct words tags = indexed_words(arena, texts.tags);
    struct words transcript = indexed_words(arena, texts.transcript);
    struct words ad_text = indexed_words(arena, texts.ad_text);

    return db_is_postgres(db) ? store_postgres(db, arena, creative_id, &title, &tags,
                                               &transcript, &ad_text, err)
                              : store_sqlite(db, arena, creative_id, &title, &tags, &transcript,
                                             &ad_text, err);
}

static bool missing(struct db *db, struct arena *arena, int64_t most, struct strs *ids,
                    struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT c.creative_id FROM creatives c LEFT JOIN creative_words w"
              " ON w.org_id = c.org_id AND w.creative_id = c.creative_id"
              " WHERE c.org_id = $1 AND c.deleted_ms = 0"
              " AND (w.rules IS NULL OR w.rules <> $2) ORDER BY c.creative_id LIMIT $3",
              TEXT(db_scope_org(db)), INT(WORDS_RULES), INT(most));
    while (db_next(&rows))
        *strs_add(ids, arena) = db_text(&rows, 0);
    return db_done(&rows, err);
}

bool creative_index_missing(struct db *db, struct arena *arena, int64_t most, int64_t *indexed,
                            struct err *err)
{
    struct strs ids = {0};

    *indexed = 0;
    if (!missing(db, arena, most, &ids, err))
        return false;
    if (!ids.n)
        return true;
    if (!db_begin(db, err))
        return false;

    bool ok = true;

    for (size_t i = 0; ok && i < ids.n; i++)
        ok = creative_index(db, arena, ids.at[i], err);
    if (!db_end(db, ok, err))
        return false;
    *indexed = (int64_t)ids.n;
    return true;
}

/* --- finding --- */

/* Parameters $1 to $15 are the same in all of them. */
#define FILTERS                                                                                \
    " c.org_id = $1 AND c.deleted_ms = 0"                                                      \
    " AND (CAST($2 AS TEXT) = '' OR c.direction_id = $2)"                                      \
    " AND (CAST($3 AS TEXT) = '' OR d.ad_account_id = $3)"                                     \
    " AND (CAST($4 AS TEXT) = '' OR d.platform = $4)"                                          \
    " AND (CAST($5 AS TEXT) = '' OR c.status = $5"                                             \
    " OR ($5 = 'failed' AND c.push_state = 'failed'))"                                         \
    " AND (CAST($6 AS TEXT) = '' OR c.media_type = $6)"                                        \
    " AND (CAST($7 AS TEXT) = '' OR c.creative_group_id = $7)"                                 \
    " AND (CAST($8 AS TEXT) = '' OR EXISTS (SELECT 1 FROM creative_tags t"                     \
    " WHERE t.org_id = c.org_id AND t.creative_id = c.creative_id AND t.tag_key = $8))"        \
    " AND (CAST($9 AS TEXT) = '' OR (CAST($9 AS TEXT) = 'true') ="                             \
    " EXISTS (SELECT 1 FROM ads a WHERE a.org_id = c.org_id"                                   \
    " AND a.creative_id = c.creative_id AND a.status <> 'deleted'))"                           \
    " AND (CAST($10 AS BIGINT) = 0 OR EXISTS (" DUPLICATES "))"                                \
    " AND (CAST($11 AS BIGINT) = 0 OR c.creative_group_id = '' OR NOT EXISTS ("                \
    " SELECT 1 FROM creatives g WHERE g.org_id = c.org_id"                                     \
    " AND g.creative_group_id = c.creative_group_id AND g.deleted_ms = 0"                      \
    " AND g.creative_id < c.creative_id))"

/* The same content in the same ad account; siblings of a group are the same on purpose. */
#define DUPLICATES                                                                             \
    "SELECT 1 FROM creatives o LEFT JOIN directions od"                                        \
    " ON od.org_id = o.org_id AND od.direction_id = o.direction_id"                            \
    " WHERE o.org_id = c.org_id AND o.content_sha256 = c.content_sha256"                       \
    " AND c.content_sha256 <> '' AND o.creative_id <> c.creative_id AND o.deleted_ms = 0"      \
    " AND o.status <> 'failed'"                                                                \
    " AND (o.creative_group_id = '' OR o.creative_group_id <> c.creative_group_id)"            \
    " AND COALESCE(od.ad_account_id, '') = COALESCE(d.ad_account_id, '')"

#define DIRECTION                                                                              \
    " LEFT JOIN directions d ON d.org_id = c.org_id AND d.direction_id = c.direction_id"
#define WHAT                                                                                   \
    "SELECT c.creative_id, COALESCE(d.platform, '') AS platform,"                              \
    " COALESCE(d.ad_account_id, '') AS ad_account_id, COALESCE(d.name, '') AS direction_name,"
#define KEYS(relevance)                                                                        \
    " CASE CAST($15 AS TEXT) WHEN 'newest' THEN c.created_ms WHEN 'size' THEN c.size_bytes"    \
    " WHEN 'used' THEN (SELECT count(*) FROM ads a WHERE a.org_id = c.org_id"                  \
    " AND a.creative_id = c.creative_id AND a.status <> 'deleted')"                            \
    " WHEN 'relevance' THEN " relevance " ELSE 0 END AS sort_number,"                          \
    " CASE CAST($15 AS TEXT) WHEN 'title' THEN COALESCE(w.title_key, '') ELSE '' END"          \
    " AS sort_text"
#define PAGE(from)                                                                             \
    "SELECT creative_id, platform, ad_account_id, direction_name, sort_number, sort_text"      \
    " FROM (" from ") page"                                                                    \
    " WHERE CAST($13 AS TEXT) = '' OR sort_number < $14 OR (sort_number = $14"                 \
    " AND (sort_text > $16 OR (sort_text = $16 AND creative_id < $13)))"                       \
    " ORDER BY sort_number DESC, sort_text, creative_id DESC LIMIT $12"

#define FILTERS_OF(q)                                                                          \
    TEXT(db_scope_org(db)), TEXT((q)->direction_id), TEXT((q)->ad_account_id),                 \
        TEXT((q)->platform), TEXT((q)->status), TEXT((q)->media_type), TEXT((q)->group_id),    \
        TEXT(tag_key), TEXT((q)->used), INT((q)->duplicates), INT((q)->grouped)
#define VALUES_OF(q) FILTERS_OF(q), INT(limit), TEXT((q)->after_id), INT((q)->after_number)

static void read_places(struct db_rows *rows, struct arena *arena, struct creative_places *out)
{
    while (db_next(rows))
        *creative_places_add(out, arena) = (struct creative_place){
            .id = db_text(rows, 0),
            .platform = db_text(rows, 1),
            .ad_account_id = db_text(rows, 2),
            .direction_name = db_text(rows, 3),
            .number = db_int(rows, 4),
            .text = db_text(rows, 5),
        };
}

/* The usual order, along its index. */
static void select_newest(struct db *db, struct arena *arena, struct db_rows *rows,
                          const struct creative_question *q, struct str tag_key, int64_t limit)
{
    db_select(db, arena, rows,
              WHAT " c.created_ms AS sort_number, '' AS sort_text FROM creatives c" DIRECTION
                   " WHERE" FILTERS " AND (CAST($13 AS TEXT) = '' OR c.created_ms < $14"
                   " OR (c.created_ms = $14 AND c.creative_id < $13))"
                   " ORDER BY c.created_ms DESC, c.creative_id DESC LIMIT $12",
              VALUES_OF(q));
}

static void select_sorted(struct db *db, struct arena *arena, struct db_rows *rows,
                          const struct creative_question *q, struct str tag_key, int64_t limit)
{
    db_select(db, arena, rows,
              PAGE(WHAT KEYS("0") " FROM creatives c" DIRECTION
                                  " LEFT JOIN creative_words w ON w.org_id = c.org_id"
                                  " AND w.creative_id = c.creative_id WHERE" FILTERS),
              VALUES_OF(q), TEXT(q->sort), TEXT(q->after_text));
}

/* {title tags transcript ad_text} : ("first" AND "second" AND "beg" *) */
static struct str question_sqlite(struct db *db, struct arena *arena, const struct words *words,
                                  bool last_is_begun)
{
    struct buf buf;

    buf_init(&buf, arena, 1024 + words->n * (WORDS_LONGEST + 16));
    buf_fmt(&buf, "org : \"" STR_FMT "\" AND {title tags transcript ad_text} : (",
            STR_ARG(org_word(arena, db_scope_org(db))));
    for (size_t i = 0; i < words->n; i++)
        buf_fmt(&buf, "%s\"" STR_FMT "\"%s", i ? " AND " : "", STR_ARG(words->at[i].text),
                last_is_begun && i + 1 == words->n ? " *" : "");
    buf_char(&buf, ')');
    return buf_str(&buf);
}

static void search_sqlite(struct db *db, struct arena *arena, struct db_rows *rows,
                          const struct creative_question *q, struct str tag_key,
                          struct str question, int64_t limit)
{
    db_select(db, arena, rows,
              ONLY_SQLITE PAGE(WHAT KEYS(
                  "CAST(-1000000 * bm25(creative_search, 0.0, 10.0, 5.0, 1.0, 2.0)"
                  " AS BIGINT)") " FROM creative_search"
                                 " JOIN creative_words w ON w.place = creative_search.rowid"
                                 " JOIN creatives c ON c.org_id = w.org_id"
                                 " AND c.creative_id = w.creative_id" DIRECTION
                                 " WHERE creative_search MATCH $17 AND w.org_id = $1"
                                 " AND" FILTERS),
              VALUES_OF(q), TEXT(q->sort), TEXT(q->after_text), TEXT(question));
}

/* 'first' & 'second' & 'beg':* */
static struct str question_postgres(struct arena *arena, const struct words *words,
                                    bool last_is_begun)
{
    struct buf buf;

    buf_init(&buf, arena, 64 + words->n * (WORDS_LONGEST + 16));
    for (size_t i = 0; i < words->n; i++)
        buf_fmt(&buf, "%s'" STR_FMT "'%s", i ? " & " : "", STR_ARG(words->at[i].text),
                last_is_begun && i + 1 == words->n ? ":*" : "");
    return buf_str(&buf);
}

static void search_postgres(struct db *db, struct arena *arena, struct db_rows *rows,
                            const struct creative_question *q, struct str tag_key,
                            struct str question, int64_t limit)
{
    db_select(db, arena, rows,
              ONLY_POSTGRES PAGE(WHAT KEYS(
                  "CAST(1000000 * ts_rank('{0.1, 0.2, 0.5, 1.0}', w.words,"
                  " CAST(CAST($17 AS TEXT) AS tsquery)) AS BIGINT)") " FROM creative_words w "
                                                                     "JOIN creatives c ON "
                                                                     "c.org_id = w.org_id"
                                                                     " AND c.creative_id = "
                                                                     "w.creative_id" DIRECTION
                                                                     " WHERE w.org_id = $1 AND "
                                                                     "w.words @@ CAST(CAST($17 "
                                                                     "AS TEXT) AS tsquery)"
                                                                     " AND" FILTERS),
              VALUES_OF(q), TEXT(q->sort), TEXT(q->after_text), TEXT(question));
}

bool creative_search_page(struct db *db, struct arena *arena,
                          const struct creative_question *question, struct str tag_key,
                          const struct words *words, bool last_is_begun, int64_t limit,
                          struct creative_places *out, struct err *err)
{
    struct db_rows rows;

    if (words->n && db_is_postgres(db))
        search_postgres(db, arena, &rows, question, tag_key,
                        question_postgres(arena, words, last_is_begun), limit);
    else if (words->n)
        search_sqlite(db, arena, &rows, question, tag_key,
                      question_sqlite(db, arena, words, last_is_begun), limit);
    else if (str_eq(question->sort, STR("newest")))
        select_newest(db, arena, &rows, question, tag_key, limit);
    else
        select_sorted(db, arena, &rows, question, tag_key, limit);
    read_places(&rows, arena, out);
    return db_done(&rows, err);
}

/* --- counting --- */

/* The same filters and words as a page; parameter $12 is the question. */
#define COUNT "SELECT count(*)"

static void count_sqlite(struct db *db, struct arena *arena, struct db_rows *rows,
                         const struct creative_question *q, struct str tag_key,
                         struct str question)
{
    db_select(db, arena, rows,
              ONLY_SQLITE COUNT " FROM creative_search"
                                " JOIN creative_words w ON w.place = creative_search.rowid"
                                " JOIN creatives c ON c.org_id = w.org_id"
                                " AND c.creative_id = w.creative_id" DIRECTION
                                " WHERE creative_search MATCH $12 AND w.org_id = $1"
                                " AND" FILTERS,
              FILTERS_OF(q), TEXT(question));
}

static void count_postgres(struct db *db, struct arena *arena, struct db_rows *rows,
                           const struct creative_question *q, struct str tag_key,
                           struct str question)
{
    db_select(db, arena, rows,
              ONLY_POSTGRES COUNT " FROM creative_words w JOIN creatives c"
                                  " ON c.org_id = w.org_id"
                                  " AND c.creative_id = w.creative_id" DIRECTION
                                  " WHERE w.org_id = $1"
                                  " AND w.words @@ CAST(CAST($12 AS TEXT) AS tsquery)"
                                  " AND" FILTERS,
              FILTERS_OF(q), TEXT(question));
}

static void count_all(struct db *db, struct arena *arena, struct db_rows *rows,
                      const struct creative_question *q, struct str tag_key)
{
    db_select(db, arena, rows, COUNT " FROM creatives c" DIRECTION " WHERE" FILTERS,
              FILTERS_OF(q));
}

bool creative_search_count(struct db *db, struct arena *arena,
                           const struct creative_question *question, struct str tag_key,
                           const struct words *words, bool last_is_begun, int64_t *total,
                           struct err *err)
{
    struct db_rows rows;

    if (words->n && db_is_postgres(db))
        count_postgres(db, arena, &rows, question, tag_key,
                       question_postgres(arena, words, last_is_begun));
    else if (words->n)
        count_sqlite(db, arena, &rows, question, tag_key,
                     question_sqlite(db, arena, words, last_is_begun));
    else
        count_all(db, arena, &rows, question, tag_key);
    while (db_next(&rows))
        *total = db_int(&rows, 0);
    return db_done(&rows, err);
}
