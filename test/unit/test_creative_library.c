/* The library: found by words as a plain reading would find them, tags, pages, use, deleting.
 */

#include "base/limits.h"
#include "creative/creative.h"
#include "creative/creative_library.h"
#include "job/job.h"
#include "test_ground.h"
#include "test_platform.h"

#include <sys/stat.h>

static struct str account;
static char folder[] = "/tmp/adwright_library_XXXXXX";

static const struct job_kind *const kinds[] = {creative_library_jobs, NULL};

static void begin(struct ground *g, struct database *database, struct db *db)
{
    ground_begin(g, database, db);
    fake_begin();
    g->conf.data = str(folder);
    account = ground_account(g, "9100", "KZT", "Asia/Almaty", "KZ");
    ground_direction(g, "d1", account, "", "");
}

static void transcript(struct ground *g, struct str id, const char *text, const char *segments)
{
    CHECK_OK(db_run(g->db, NULL, &g->err,
                    "INSERT INTO creative_transcripts (org_id, creative_id, state, language,"
                    " provider, text, segments, updated_ms)"
                    " VALUES ($1, $2, 'done', 'en', 'test', $3, $4, 1)",
                    TEXT(db_scope_org(g->db)), TEXT(id), TEXT(str(text)), TEXT(str(segments))),
             g->err);
}

static void index_one(struct ground *g, struct str id)
{
    CHECK_OK(db_begin(g->db, &g->err) &&
                 db_end(g->db, creative_index(g->db, g->arena, id, &g->err), &g->err),
             g->err);
}

static struct creative_question question(const char *text)
{
    return (struct creative_question){.text = str(text), .limit = LIMIT_LIST_ROWS};
}

/* The ids of the answer, joined by spaces; as many as are counted. */
static struct str ask(struct ground *g, const struct creative_question *q)
{
    struct creative_rows rows = {0};
    struct str ids = STR("");
    int64_t total;
    bool more;

    CHECK_OK(creative_library_list(g->db, g->arena, q, &rows, &more, &g->err), g->err);
    CHECK_OK(creative_library_count(g->db, g->arena, q, &total, &g->err), g->err);
    CHECK(more ? total > (int64_t)rows.n : total == (int64_t)rows.n, "%zu rows, %lld counted",
          rows.n, (long long)total);
    for (size_t i = 0; i < rows.n; i++)
        ids = str_fmt(g->arena, STR_FMT "%s" STR_FMT, STR_ARG(ids), i ? " " : "",
                      STR_ARG(rows.at[i].creative.id));
    return ids;
}

static struct str search(struct ground *g, const char *text)
{
    struct creative_question q = question(text);

    return ask(g, &q);
}

/* --- search --- */

static const char *const vocabulary[] = {
    "Қазақша", "сабақ", "қазақстан", "Ағылшын", "Урок",    "уроки", "Ёлка",      "мой",
    "мои",     "НОВЫЙ", "курс",      "إعلان",   "الأَوَّل",   "مدرسة", "english",   "Lesson",
    "lessons", "café",  "cafe",      "straße",  "STRASSE", "4K",    "1080x1920", "50%",
    "it's",    "OR",    "AND",       "NOT",     "NEAR",    "title", "null",      "a",
    "ab",      "abc",   "2026",      "٢٠٢٦",    "don't",   "org",   "rowid",     "o",
};
static const char *const noise[] = {
    "\"", "'",  "*",       "(", ")",  ":", "&",      "|",           "!",      "<->",
    "-",  "^",  "{title}", ";", "--", "%", "\\",     "' OR 1=1 --", "title:", "NEAR(",
    ":*", "$1", "🎬",       "«", "»",  "،", "\u200b", "/*",
};

static uint32_t draw(uint32_t *seed, uint32_t n)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % n;
}

static struct str some_text(struct ground *g, uint32_t *seed, uint32_t words)
{
    struct str out = STR("");

    for (uint32_t i = 0; i < words; i++) {
        const char *space = draw(seed, 4) ? " " : noise[draw(seed, countof(noise))];
        out = str_fmt(g->arena, STR_FMT "%s%s", STR_ARG(out), space,
                      vocabulary[draw(seed, countof(vocabulary))]);
    }
    return out;
}

static bool model_finds(const struct words *all, const struct words *wanted, bool begun)
{
    for (size_t i = 0; i < wanted->n; i++) {
        bool found = false;
        for (size_t k = 0; k < all->n && !found; k++)
            found = str_eq(all->at[k].text, wanted->at[i].text) ||
                    (begun && i + 1 == wanted->n &&
                     str_starts(all->at[k].text, wanted->at[i].text));
        if (!found)
            return false;
    }
    return wanted->n > 0;
}

enum { CREATIVES = 60, QUESTIONS = 150 };

static void what_is_found_is_what_a_plain_reading_finds(struct database *database,
                                                        struct db *db)
{
    static struct words model[CREATIVES];
    struct ground g;
    uint32_t seed = 7;
    int found_some = 0;

    begin(&g, database, db);
    for (int i = 0; i < CREATIVES; i++) {
        struct str id = str_fmt(g.arena, "c%02d", i), all;
        struct str title = some_text(&g, &seed, 1 + draw(&seed, 4));
        struct str said = some_text(&g, &seed, draw(&seed, 12));
        struct str tag = str(vocabulary[draw(&seed, countof(vocabulary))]);
        struct strs tags = {&tag, 1, 1};
        ground_creative(&g, str_c(g.arena, id), str_c(g.arena, title), "d1");
        transcript(&g, id, str_c(g.arena, said), "[]");
        CHECK_OK(creative_tag_add(db, g.arena, id, &tags, 1, &g.err), g.err);
        all = str_fmt(g.arena, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(title), STR_ARG(said),
                      STR_ARG(tag));
        model[i] = (struct words){0};
        words_of(g.arena, all, 1000, &model[i]);
    }
    for (int k = 0; k < QUESTIONS; k++) {
        struct str text = some_text(&g, &seed, 1 + draw(&seed, 3));
        struct str expected = STR("");
        struct words wanted = {0};
        if (draw(&seed, 3) == 0) /* begun: without its last letter */
            text = str_sub(text, 0, text.n - 1);
        else if (draw(&seed, 3) == 0)
            text = str_fmt(g.arena, STR_FMT " ", STR_ARG(text));
        if (!str_utf8(text) || !str_trim(text).n)
            continue;
        words_of(g.arena, text, LIMIT_QUESTION_WORDS, &wanted);
        bool begun = wanted.n && wanted.at[wanted.n - 1].to == text.n;
        for (int i = CREATIVES - 1; i >= 0; i--)
            if (model_finds(&model[i], &wanted, begun))
                expected = str_fmt(g.arena, STR_FMT "%sc%02d", STR_ARG(expected),
                                   expected.n ? " " : "", i);
        struct creative_question q = question(str_c(g.arena, text));
        q.sort = STR("newest");
        struct str got = ask(&g, &q);
        CHECK(str_eq(got, expected), "\"" STR_FMT "\": " STR_FMT ", not " STR_FMT,
              STR_ARG(text), STR_ARG(got), STR_ARG(expected));
        found_some += expected.n > 0;
        q.sort = STR("relevance");
        CHECK(ask(&g, &q).n == expected.n, "by relevance other ones: " STR_FMT, STR_ARG(text));
    }
    CHECK(found_some > QUESTIONS / 3, "only %d questions found anything", found_some);
    ground_end(&g);
}

static void words_are_found_as_people_type_them(struct database *database, struct db *db)
{
    static const struct {
        const char *question, *found;
    } rows[] = {
        {"қазақша сабақ", "c1"},
        {"ҚАЗАҚША", "c1"},
        {"қаз", "c1"},
        {"қаз ", ""}, /* a space behind it: a whole word */
        {"елка", "c2"},
        {"Ёл", "c2"},
        {"И\u0306од", "c2"},
        {"и\u0306од", "c2"}, /* "йод", the letter typed as two */
        {"اعلان", "c3"},
        {"الإعلان", ""},
        {"cafe strasse", "c4"},
        {"learn speaking", "c4"}, /* one word of the title, one that is said */
        {"speaking learn", "c4"},
        {"spring", "c4"}, /* a tag */
        {"нет такого", ""},
        {"", "c5 c4 c3 c2 c1"},
        {"   ", "c5 c4 c3 c2 c1"},
        {"!!! --", ""},
        {"* OR title:*", ""},
        {"\"", ""},
        {"o", "c5"}, /* not the word that stands for the org */
    };
    struct ground g;

    begin(&g, database, db);
    ground_creative(&g, "c1", "Қазақша сабақ — 4 апта", "d1");
    ground_creative(&g, "c2", "Ёлка и йод", "d1");
    ground_creative(&g, "c3", "إِعْلان جديد", "d1");
    ground_creative(&g, "c4", "Learn at the Café, Straße 7", "d1");
    ground_creative(&g, "c5", "o", "d1");
    transcript(&g, STR("c4"), "We begin with speaking.", "[]");
    for (int i = 1; i <= 5; i++)
        index_one(&g, str_fmt(g.arena, "c%d", i));
    struct str tag = STR("Spring sale");
    CHECK_OK(creative_tag_set(db, g.arena, STR("c4"), &(struct strs){&tag, 1, 1}, 1, &g.err),
             g.err);
    for (size_t i = 0; i < countof(rows); i++) {
        struct str got = search(&g, rows[i].question);
        CHECK(IS(got, rows[i].found), "\"%s\": " STR_FMT, rows[i].question, STR_ARG(got));
    }
    CHECK(!str_utf8(STR("\xff")) && search(&g, "\xff").n == 0, "what is no text is not found");
    db_scope(db, g.other);
    CHECK(search(&g, "cafe").n == 0 && search(&g, "").n == 0, "another org finds nothing");
    ground_end(&g);
}

static void the_index_follows_its_creative(struct database *database, struct db *db)
{
    struct ground g;
    struct creative_wish wish = {.title = STR("First title"),
                                 .media_url = STR("https://example.com/a.mp4"),
                                 .ad_text = STR("Sunny"),
                                 .actor = STR("test")};
    struct creative_change change = {.set_title = true, .title = STR("Second title")};
    struct creative_usage used;
    struct str id;
    int64_t indexed;

    begin(&g, database, db);
    CHECK_OK(creative_add(db, g.arena, &wish, 1, &id, &g.err), g.err);
    CHECK(str_eq(search(&g, "first sunny"), id), "a new one is found");
    CHECK_OK(creative_update(db, g.arena, id, &change, STR("test"), 2, &g.err), g.err);
    CHECK(!search(&g, "first").n && str_eq(search(&g, "second"), id), "by its new title only");
    transcript(&g, id, "Hello world", "[]");
    CHECK(!search(&g, "hello").n, "not before it is indexed");
    index_one(&g, id);
    CHECK(str_eq(search(&g, "hello"), id), "by what is said");

    /* A transaction that is taken back takes the words back. */
    CHECK_OK(db_begin(db, &g.err), g.err);
    CHECK_OK(
        db_run(db, NULL, &g.err,
               "UPDATE creatives SET title = 'Third' WHERE org_id = $1 AND creative_id = $2",
               TEXT(g.org), TEXT(id)) &&
            creative_index(db, g.arena, id, &g.err),
        g.err);
    CHECK(!db_end(db, false, &g.err), "taken back");
    CHECK(!search(&g, "third").n && str_eq(search(&g, "second"), id), "as it was");

    /* Rows from before the index, or indexed by older rules. */
    ground_creative(&g, "old", "Ancient", "d1");
    CHECK_OK(
        db_run(db, NULL, &g.err,
               "UPDATE creative_words SET rules = 0 WHERE org_id = $1 AND creative_id = $2",
               TEXT(g.org), TEXT(id)),
        g.err);
    CHECK(!search(&g, "ancient").n, "not indexed yet");
    CHECK_OK(creative_index_missing(db, g.arena, 100, &indexed, &g.err), g.err);
    CHECK(indexed == 2 && IS(search(&g, "ancient"), "old"), "%lld", (long long)indexed);
    CHECK_OK(creative_index_missing(db, g.arena, 100, &indexed, &g.err), g.err);
    CHECK(indexed == 0, "%lld", (long long)indexed);

    CHECK_OK(creative_library_delete(db, g.arena, id, STR("test"), 3, &used, &g.err), g.err);
    CHECK(!search(&g, "second").n, "deleted");
    ground_end(&g);
}

static void rows_from_before_are_indexed_by_a_job(struct database *database, struct db *db)
{
    struct ground g;
    int ran = 0;

    begin(&g, database, db);
    ground_creative(&g, "old", "Ancient", "d1");
    db_scope_system(db);
    CHECK_OK(creative_index_ask(db, g.arena, &g.err), g.err);
    CHECK_OK(job_run_due(database, kinds, db, NULL, &g.app, &ran, &g.err), g.err);
    CHECK(ran == 2, "%d jobs, one for each org", ran);
    CHECK_OK(creative_index_ask(db, g.arena, &g.err), g.err);
    CHECK_OK(job_run_due(database, kinds, db, NULL, &g.app, &ran, &g.err), g.err);
    CHECK(ran == 0, "%d jobs at the next start", ran);
    db_scope(db, g.org);
    CHECK(IS(search(&g, "ancient"), "old"), "found");
    ground_end(&g);
}

static void a_piece_shows_where_the_words_stand(struct database *database, struct db *db)
{
    static const char segments[] =
        "[{\"start_ms\":0,\"end_ms\":900,\"text\":\"Сәлем достар!\"},"
        "{\"start_ms\":900,\"end_ms\":2500,\"text\":\"Бүгін ағылшын тілі сабағы\"}]";
    struct creative_question q = question("ағылшын саб");
    struct creative_rows rows = {0};
    struct ground g;
    bool more;

    begin(&g, database, db);
    ground_creative(&g, "c1", "Video", "d1");
    transcript(&g, STR("c1"), "Сәлем достар! Бүгін ағылшын тілі сабағы", segments);
    index_one(&g, STR("c1"));
    CHECK_OK(creative_library_list(db, g.arena, &q, &rows, &more, &g.err), g.err);
    CHECK(rows.n == 1, "%zu rows", rows.n);
    if (rows.n == 1) {
        const struct creative_match *m = &rows.at[0].match;
        CHECK(m->field && strcmp(m->field, "transcript") == 0 && m->at_ms == 900 &&
                  m->marks.n == 2 && !m->cut_before && !m->cut_after,
              "%s at %lld, %zu marks", m->field ? m->field : "-", (long long)m->at_ms,
              m->marks.n);
        CHECK(m->marks.n == 2 && m->marks.at[0].start == 20 && m->marks.at[0].length == 7 &&
                  m->marks.at[1].start == 33 && m->marks.at[1].length == 6,
              "%lld+%lld", (long long)m->marks.at[0].start, (long long)m->marks.at[0].length);
    }

    /* From the middle of a long text, at word boundaries. */
    struct words words = {0};
    struct creative_match m = {0};
    struct str text = STR("");
    for (int i = 0; i < 400; i++)
        text =
            str_fmt(g.arena, STR_FMT "word%d%s ", STR_ARG(text), i, i == 300 ? " needle" : "");
    words_of(g.arena, STR("needle"), 5, &words);
    CHECK(creative_match_text(g.arena, text, &words, false, &m) == 1, "found");
    CHECK(m.cut_before && m.cut_after && m.text.n < 400 && str_has(m.text, STR("needle")) &&
              m.marks.n == 1 &&
              str_eq(str_sub(m.text, (size_t)m.marks.at[0].start, 6), STR("needle")),
          STR_FMT, STR_ARG(m.text));
    CHECK(creative_match_text(g.arena, STR("no such"), &words, false, &m) == 0, "none");
    ground_end(&g);
}

/* --- tags --- */

static struct str tags_of(struct ground *g, const char *id)
{
    struct creative_row row;
    struct str out = STR("");

    CHECK_OK(creative_library_get(g->db, g->arena, str(id), &row, &g->err), g->err);
    for (size_t i = 0; i < row.tags.n; i++)
        out = str_fmt(g->arena, STR_FMT "%s" STR_FMT, STR_ARG(out), i ? "," : "",
                      STR_ARG(row.tags.at[i]));
    return out;
}

static void tags_are_compared_by_their_words(struct database *database, struct db *db)
{
    static struct str many[LIMIT_TAGS_PER_CREATIVE + 1];
    struct str first[] = {STR("Лето"), STR("  SALE "), STR("лето!")};
    struct str gone[] = {STR("ЛЕТО"), STR("never there")};
    struct creative_tags all = {0};
    struct creative_question q = question("");
    struct ground g;

    begin(&g, database, db);
    ground_creative(&g, "c1", "One", "d1");
    ground_creative(&g, "c2", "Two", "d1");
    CHECK_OK(
        creative_tag_add(db, g.arena, STR("c1"), &(struct strs){first, 3, 3}, 1, &g.err) &&
            creative_tag_add(db, g.arena, STR("c2"), &(struct strs){first, 1, 1}, 1, &g.err),
        g.err);
    CHECK(IS(tags_of(&g, "c1"), "SALE,Лето"), STR_FMT, STR_ARG(tags_of(&g, "c1")));
    CHECK_OK(creative_tag_list(db, g.arena, 10, &all, &g.err), g.err);
    CHECK(all.n == 2 && all.at[0].count == 2 && IS(all.at[0].tag, "Лето"), "%zu", all.n);
    q.tag = STR("sale");
    CHECK(IS(ask(&g, &q), "c1"), "by a tag");
    q.tag = STR("?!");
    CHECK(ask(&g, &q).n == 0, "a tag without a word is nobody's");
    CHECK_OK(creative_tag_remove(db, g.arena, STR("c1"), &(struct strs){gone, 2, 2}, &g.err),
             g.err);
    CHECK(IS(tags_of(&g, "c1"), "SALE"), STR_FMT, STR_ARG(tags_of(&g, "c1")));

    for (size_t i = 0; i < countof(many); i++)
        many[i] = str_fmt(g.arena, "tag %zu", i);
    CHECK(!creative_tag_set(db, g.arena, STR("c1"), &(struct strs){many, countof(many), 0}, 1,
                            &g.err) &&
              g.err.kind == ERR_INVALID && strcmp(g.err.field, "tags") == 0,
          "%s", g.err.text);
    CHECK(IS(tags_of(&g, "c1"), "SALE"), "nothing of it is stored");
    many[0] = STR("...");
    CHECK(!creative_tag_add(db, g.arena, STR("c1"), &(struct strs){many, 1, 1}, 1, &g.err) &&
              g.err.kind == ERR_INVALID,
          "%s", g.err.text);
    db_scope(db, g.other);
    CHECK(!creative_tag_add(db, g.arena, STR("c1"), &(struct strs){first, 1, 1}, 1, &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "another org's creative: %s", g.err.text);
    ground_end(&g);
}

/* Named with the first request, for both creatives of a group; refused before anything is made.
 */
static void tags_come_with_the_creative(struct database *database, struct db *db)
{
    struct str tags[] = {STR("Лето"), STR("Sale")}, wrong = STR("!?");
    struct creative_wish wish = {.title = STR("Tagged"),
                                 .media_url = STR("https://example.com/a.mp4"),
                                 .tags = {tags, 2, 2},
                                 .actor = STR("test")};
    struct ground g;
    struct str id;

    begin(&g, database, db);
    CHECK_OK(creative_add(db, g.arena, &wish, 1, &id, &g.err), g.err);
    CHECK(IS(tags_of(&g, str_c(g.arena, id)), "Sale,Лето"), "its tags");
    CHECK(str_eq(search(&g, "tagged лето"), id), "and found by them");
    wish.tags = (struct strs){&wrong, 1, 1};
    CHECK(!creative_add(db, g.arena, &wish, 1, &id, &g.err) && strcmp(g.err.field, "tags") == 0,
          "%s", g.err.text);
    ground_end(&g);
}

/* --- pages --- */

static void make_many(struct ground *g, int n)
{
    CHECK_OK(
        db_run(g->db, NULL, &g->err,
               "INSERT INTO creatives (org_id, creative_id, direction_id, title, media_type,"
               " status, content_sha256, size_bytes, created_ms, updated_ms)"
               " SELECT $1, 'm' || CAST(10000 + i AS TEXT), 'd1', 'Title ' || CAST(i AS TEXT),"
               " 'video', 'ready', 'hash' || CAST(i / 2 AS TEXT), i % 7, 1000 + i / 3, 1 FROM"
               " (WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n"
               " WHERE i + 1 < CAST($2 AS BIGINT)) SELECT i FROM n) numbers",
               TEXT(g->org), INT(n)),
        g->err);
}

static void each_order_shows_everything_once(struct database *database, struct db *db)
{
    static const char *const sorts[] = {"newest", "title", "size", "used", "relevance"};
    struct ground g;
    int64_t indexed;

    begin(&g, database, db);
    make_many(&g, 50);
    CHECK_OK(creative_index_missing(db, g.arena, 100, &indexed, &g.err), g.err);
    ground_ad(&g, "a1", "k1", account, "d1", "m10007");
    ground_ad(&g, "a2", "k1", account, "d1", "m10007");
    for (size_t s = 0; s < countof(sorts); s++) {
        struct creative_question q = {.sort = str(sorts[s]), .limit = 7};
        bool seen[50] = {false}, more = true;
        int pages = 0, rows_n = 0;
        struct str last = STR("");
        if (s == 4)
            q.text = STR("title");
        for (; more && pages < 20; pages++) {
            struct creative_rows rows = {0};
            CHECK_OK(creative_library_list(db, g.arena, &q, &rows, &more, &g.err), g.err);
            for (size_t i = 0; i < rows.n; i++) {
                int64_t number = 0;
                struct str id = rows.at[i].creative.id;
                CHECK(str_int(str_sub(id, 1, 5), &number), STR_FMT, STR_ARG(id));
                CHECK(!seen[number - 10000], "%s: twice " STR_FMT, sorts[s], STR_ARG(id));
                seen[number - 10000] = true;
                rows_n++;
                if (s == 1) {
                    CHECK(str_cmp(rows.at[i].sort_text, last) >= 0, "title order");
                    last = rows.at[i].sort_text;
                }
                if (s == 3 && rows_n == 1)
                    CHECK(IS(id, "m10007") && rows.at[i].ads == 2, "most used first");
                q.after_number = rows.at[i].sort_number;
                q.after_text = rows.at[i].sort_text;
                q.after_id = id;
            }
        }
        CHECK(rows_n == 50 && pages == 8, "%s: %d rows, %d pages", sorts[s], rows_n, pages);
    }
    ground_end(&g);
}

static void filters_leave_what_was_asked_for(struct database *database, struct db *db)
{
    struct ground g;
    struct creative_row row;

    begin(&g, database, db);
    make_many(&g, 4); /* two pairs of equal content */
    struct str second = ground_account(&g, "9200", "KZT", "Asia/Almaty", "KZ");
    ground_direction(&g, "d2", second, "", "");
    ground_creative(&g, "x1", "Elsewhere", "d2");
    CHECK_OK(db_run(db, NULL, &g.err,
                    "UPDATE creatives SET content_sha256 = 'hash0', creative_group_id = 'g1'"
                    " WHERE org_id = $1 AND creative_id = 'x1'",
                    TEXT(g.org)) &&
                 db_run(db, NULL, &g.err,
                        "UPDATE creatives SET creative_group_id = 'g1', status = 'failed'"
                        " WHERE org_id = $1 AND creative_id = 'm10003'",
                        TEXT(g.org)),
             g.err);
    ground_ad(&g, "a1", "k1", account, "d1", "m10002");

    struct {
        struct creative_question q;
        const char *found;
    } rows[] = {
        {{.direction_id = STR("d2")}, "x1"},
        {{.ad_account_id = second}, "x1"},
        {{.platform = STR("facebook")}, ""},
        {{.status = STR("failed")}, "m10003"},
        {{.used = STR("true")}, "m10002"},
        {{.used = STR("false")}, "m10003 m10001 m10000 x1"},
        {{.group_id = STR("g1")}, "m10003 x1"},
        {{.grouped = true}, "m10003 m10002 m10001 m10000"},
        /* x1 has the content of m10000 in another ad account: no duplicate */
        {{.duplicates = true}, "m10003 m10001 m10000"},
        {{.media_type = STR("image")}, ""},
    };
    for (size_t i = 0; i < countof(rows); i++) {
        rows[i].q.limit = 50;
        struct str got = ask(&g, &rows[i].q);
        CHECK(IS(got, rows[i].found), "%zu: " STR_FMT, i, STR_ARG(got));
    }
    static const struct {
        struct creative_question q;
        const char *field;
    } wrong[] = {
        {{.sort = STR_INIT("sideways")}, "sort"},
        {{.status = STR_INIT("lost")}, "status"},
        {{.used = STR_INIT("maybe")}, "used"},
        {{.media_type = STR_INIT("text")}, "media_type"},
    };
    for (size_t i = 0; i < countof(wrong); i++) {
        struct creative_rows none = {0};
        bool more;
        CHECK(!creative_library_list(db, g.arena, &wrong[i].q, &none, &more, &g.err) &&
                  g.err.kind == ERR_INVALID && strcmp(g.err.field, wrong[i].field) == 0,
              "%s: %s", wrong[i].field, g.err.text);
    }
    CHECK_OK(creative_library_get(db, g.arena, STR("m10001"), &row, &g.err), g.err);
    CHECK(IS(row.duplicate_of, "m10000") && IS(row.platform, "tiktok"), "duplicate_of");
    CHECK_OK(creative_library_get(db, g.arena, STR("x1"), &row, &g.err), g.err);
    CHECK(row.siblings.n == 1 && IS(row.siblings.at[0].id, "m10003") && !row.duplicate_of.n,
          "siblings");
    ground_end(&g);
}

static void a_page_of_two_thousand_costs_a_few_statements(struct database *database,
                                                          struct db *db)
{
    struct ground g;
    int64_t indexed, counts[3];
    struct creative_question asked[] = {{.limit = 5},
                                        {.limit = LIMIT_LIST_ROWS},
                                        {.limit = LIMIT_LIST_ROWS, .text = STR("title")}};

    begin(&g, database, db);
    make_many(&g, 2000);
    do
        CHECK_OK(creative_index_missing(db, g.arena, 500, &indexed, &g.err), g.err);
    while (indexed);
    for (size_t i = 0; i < countof(asked); i++) {
        struct creative_rows rows = {0};
        bool more;
        database_fail_at(database, 0, DB_FAULT_ERROR);
        CHECK_OK(creative_library_list(db, g.arena, &asked[i], &rows, &more, &g.err), g.err);
        counts[i] = database_statements(database);
        CHECK((int64_t)rows.n == asked[i].limit && more, "%zu rows", rows.n);
    }
    CHECK(counts[0] == counts[1] && counts[1] == counts[2] && counts[0] <= 10,
          "%lld, %lld, %lld statements", (long long)counts[0], (long long)counts[1],
          (long long)counts[2]);
    ground_end(&g);
}

/* --- use and deleting --- */

static bool delete (struct ground *g, const char *id)
{
    struct creative_usage used;
    bool ok = creative_library_delete(g->db, g->arena, str(id), STR("test"), 5, &used, &g->err);

    if (!ok && g->err.kind == ERR_CONFLICT)
        CHECK(used.ads.n || used.launches.n || used.carousels.n, "nothing is said to use it");
    return ok;
}

static void set_status(struct ground *g, const char *ad_id, const char *status)
{
    CHECK_OK(db_run(g->db, NULL, &g->err,
                    "UPDATE ads SET status = $3 WHERE org_id = $1 AND ad_id = $2", TEXT(g->org),
                    TEXT(str(ad_id)), TEXT(str(status))),
             g->err);
}

static void launch(struct ground *g, const char *id, const char *state, const char *input)
{
    CHECK_OK(db_run(g->db, NULL, &g->err,
                    "INSERT INTO workflows (org_id, workflow_id, kind, state, input,"
                    " created_ms, updated_ms) VALUES ($1, $2, 'launch', $3, $4, 1, 1)"
                    " ON CONFLICT (org_id, workflow_id) DO UPDATE SET state = excluded.state",
                    TEXT(g->org), TEXT(str(id)), TEXT(str(state)), TEXT(str(input))),
             g->err);
}

static void what_is_used_is_not_deleted(struct database *database, struct db *db)
{
    static const char input[] = "{\"mode\":\"manual\",\"creative_ids\":[\"c1\",\"c9\"]}";
    struct creative_usage usage;
    struct ground g;

    begin(&g, database, db);
    ground_creative(&g, "c1", "One", "d1");
    ground_creative(&g, "c2", "Two", "d1");
    ground_ad(&g, "a1", "k1", account, "d1", "c1");
    CHECK_OK(
        db_run(db, NULL, &g.err,
               "INSERT INTO creative_metrics_daily (org_id, ad_account_id, platform,"
               " creative_id, day, currency, spend_micros, impressions, clicks,"
               " conversions, platform_leads)"
               " VALUES ($1, $2, 'tiktok', 'c1', '2026-11-20', 'KZT', 5000000, 100, 7, 3, 2),"
               " ($1, $2, 'tiktok', 'c1', '2026-11-21', 'KZT', 1000000, 50, 1, 0, 1)",
               TEXT(g.org), TEXT(account)),
        g.err);
    CHECK_OK(creative_usage(db, g.arena, STR("c1"), &usage, &g.err), g.err);
    CHECK(usage.ads.n == 1 && usage.ads_count == 1 && usage.figures.n == 1 &&
              usage.figures.at[0].spend_micros == 6000000 &&
              usage.figures.at[0].platform_leads == 3 &&
              IS(usage.figures.at[0].last_day, "2026-11-21"),
          "%zu ads, %zu currencies", usage.ads.n, usage.figures.n);

    CHECK(!delete (&g, "c1") && g.err.kind == ERR_CONFLICT, "an active ad holds it");
    set_status(&g, "a1", "disabled");
    CHECK(!delete (&g, "c1") && g.err.kind == ERR_CONFLICT, "so does one that may be enabled");
    set_status(&g, "a1", "deleted");
    launch(&g, "l1", "running", input);
    CHECK(!delete (&g, "c1") && g.err.kind == ERR_CONFLICT, "so does a launch");
    CHECK_OK(delete (&g, "c2"), g.err);
    launch(&g, "l1", "done", input);
    CHECK_OK(
        db_run(db, NULL, &g.err,
               "INSERT INTO creatives (org_id, creative_id, title, media_type, status,"
               " created_ms, updated_ms) VALUES ($1, 'k1', 'Cards', 'carousel', 'ready', 0, 0)",
               TEXT(g.org)) &&
            db_run(db, NULL, &g.err,
                   "INSERT INTO creative_cards (org_id, creative_id, position, card_id)"
                   " VALUES ($1, 'k1', 1, 'c1')",
                   TEXT(g.org)),
        g.err);
    CHECK(!delete (&g, "c1") && g.err.kind == ERR_CONFLICT, "so does a carousel");
    CHECK_OK(delete (&g, "k1"), g.err);
    db_scope(db, g.other);
    CHECK(!delete (&g, "c1") && g.err.kind == ERR_NOT_FOUND, "another org: %s", g.err.text);
    db_scope(db, g.org);
    CHECK_OK(delete (&g, "c1"), g.err);
    CHECK(!delete (&g, "c1") && g.err.kind == ERR_NOT_FOUND, "twice: %s", g.err.text);
    ground_end(&g);
}

static bool there(struct ground *g, const char *place)
{
    struct stat about;

    return stat(str_c(g->arena, str_fmt(g->arena, "%s/%s", folder, place)), &about) == 0;
}

static void put_file(struct ground *g, const char *place)
{
    FILE *file = fopen(str_c(g->arena, str_fmt(g->arena, "%s/%s", folder, place)), "w");

    CHECK(file && fputs("bytes", file) >= 0 && fclose(file) == 0, "%s", place);
}

static void the_files_go_after_the_row(struct database *database, struct db *db)
{
    static const char *const places[] = {"f1", "f1.jpg", "f1.mov", "f1.2.jpg", "f2"};
    struct ground g;
    int ran = 0;

    begin(&g, database, db);
    ground_creative(&g, "c1", "One", "d1");
    for (size_t i = 0; i < countof(places); i++)
        put_file(&g, places[i]);
    CHECK_OK(db_run(db, NULL, &g.err,
                    "UPDATE creatives SET media_path = 'f1', original_path = 'f1.mov'"
                    " WHERE org_id = $1 AND creative_id = 'c1'",
                    TEXT(g.org)) &&
                 db_run(db, NULL, &g.err,
                        "INSERT INTO creative_posters (org_id, creative_id, position, source,"
                        " path, created_ms) VALUES ($1, 'c1', 1, 'frame', 'f1.2.jpg', 1)",
                        TEXT(g.org)),
             g.err);
    CHECK_OK(delete (&g, "c1"), g.err);
    CHECK(there(&g, "f1"), "not inside the transaction");
    CHECK_OK(job_run_due(database, kinds, db, NULL, &g.app, &ran, &g.err), g.err);
    for (size_t i = 0; i < countof(places); i++)
        CHECK(there(&g, places[i]) == (i == 4), "%s", places[i]);
    ground_end(&g);
}

/* Old or new, never between: whatever statement of a change fails. */
static void a_change_that_fails_anywhere_changes_nothing(struct database *database,
                                                         struct db *db)
{
    struct str tags[] = {STR("one"), STR("two")};
    struct ground g;
    int failures = 0;

    begin(&g, database, db);
    ground_creative(&g, "c1", "Kept", "d1");
    index_one(&g, STR("c1"));
    for (int64_t k = 1; k < 60; k++) {
        struct creative_usage used;
        struct err e = {0};
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ok = creative_tag_set(db, g.arena, STR("c1"), &(struct strs){tags, 2, 2}, 1, &e);
        bool past = database_statements(database) < k;
        database_fail_at(database, 0, DB_FAULT_ERROR);
        CHECK(ok == past, "statement %d: %s", (int)k, e.text);
        CHECK(IS(tags_of(&g, "c1"), ok ? "one,two" : ""), "statement %d: " STR_FMT, (int)k,
              STR_ARG(tags_of(&g, "c1")));
        CHECK(IS(search(&g, "kept"), "c1") && IS(search(&g, "two"), ok ? "c1" : ""),
              "statement %d: the index", (int)k);
        failures += !ok;
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool gone = creative_library_delete(db, g.arena, STR("c1"), STR("test"), 1, &used, &e);
        past = database_statements(database) < k;
        database_fail_at(database, 0, DB_FAULT_ERROR);
        CHECK(gone == past, "statement %d of the deleting: %s", (int)k, e.text);
        CHECK(IS(search(&g, "kept"), gone ? "" : "c1"), "statement %d of the deleting", (int)k);
        if (gone)
            break;
        CHECK_OK(creative_tag_set(db, g.arena, STR("c1"), &(struct strs){0}, 1, &g.err), g.err);
    }
    CHECK(failures > 5, "%d failures", failures);
    ground_end(&g);
}

int main(void)
{
    log_setup(LOG_ERROR + 1, 1);
    if (!mkdtemp(folder))
        return 1;
    RUN_ON_DATABASES(what_is_found_is_what_a_plain_reading_finds);
    RUN_ON_DATABASES(words_are_found_as_people_type_them);
    RUN_ON_DATABASES(the_index_follows_its_creative);
    RUN_ON_DATABASES(rows_from_before_are_indexed_by_a_job);
    RUN_ON_DATABASES(a_piece_shows_where_the_words_stand);
    RUN_ON_DATABASES(tags_are_compared_by_their_words);
    RUN_ON_DATABASES(tags_come_with_the_creative);
    RUN_ON_DATABASES(each_order_shows_everything_once);
    RUN_ON_DATABASES(filters_leave_what_was_asked_for);
    RUN_ON_DATABASES(a_page_of_two_thousand_costs_a_few_statements);
    RUN_ON_DATABASES(what_is_used_is_not_deleted);
    RUN_ON_DATABASES(the_files_go_after_the_row);
    RUN_ON_DATABASES(a_change_that_fails_anywhere_changes_nothing);
    return test_report();
}
