/* creative_library.c - pages of creatives with what stands around them; deleting. */

#include "creative/creative_db.h"
#include "creative/creative_file.h"
#include "creative/creative_library_db.h"
#include "creative/creative_parts.h"

#include "auth/auth_db.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/log.h"
#include "conf/app.h"
#include "db/db.h"
#include "text/json.h"

#define SHOWN_OF_TRANSCRIPT 200 /* characters of each in a list */

/* --- the question --- */

static bool one_of(struct str text, const char *const *allowed)
{
    for (; *allowed; allowed++)
        if (str_eq(text, str(*allowed)))
            return true;
    return false;
}

static bool check_question(const struct creative_question *q, struct err *err)
{
    static const char *const sorts[] = {"newest", "title", "size", "used", "relevance", NULL};
    static const char *const states[] = {"", "processing", "ready", "failed", NULL};
    static const char *const types[] = {"", "video", "image", "carousel", NULL};
    static const char *const flags[] = {"", "true", "false", NULL};

    if (!one_of(q->sort, sorts))
        return err_input(err, "sort", "newest, title, size, used or relevance",
                         "creatives are not sorted by that");
    if (!one_of(q->status, states))
        return err_input(err, "status", "processing, ready or failed", "no such status");
    if (!one_of(q->media_type, types))
        return err_input(err, "media_type", "video, image or carousel", "no such type");
    if (!one_of(q->used, flags))
        return err_input(err, "used", "true or false", "used is a yes or no");
    if (str_length(q->text) > LIMIT_QUESTION)
        return err_input(err, "q", "at most 200 characters", "the question is too long");
    return true;
}

/* A word that ends in a space is whole; one that is being typed may be only begun. */
static bool last_word_is_begun(struct str text, const struct words *words)
{
    return words->n && words->at[words->n - 1].to == text.n;
}

/* --- rows --- */

static struct str id_list(struct arena *arena, const struct strs *ids)
{
    struct json_writer w;
    struct buf buf;

    buf_init(&buf, arena, (ids->n + 1) * (LIMIT_NAME * 6 + 3));
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < ids->n; i++)
        json_put_text(&w, ids->at[i]);
    json_end(&w);
    return buf_str(&buf);
}

static const struct creative *creative_at(const struct creatives *list, struct str id)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->at[i].id, id))
            return &list->at[i];
    return NULL;
}

/* The rows of the page in its order; one that was deleted a moment ago is left out. */
static bool rows_of(struct db *db, struct arena *arena, const struct creative_places *places,
                    size_t n, struct creative_rows *out, struct err *err)
{
    struct creatives list = {0};
    struct strs ids = {0};

    for (size_t i = 0; i < n; i++)
        *strs_add(&ids, arena) = places->at[i].id;
    if (!creative_list_known(db, arena, id_list(arena, &ids), &list, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct creative_place *place = &places->at[i];
        const struct creative *creative = creative_at(&list, place->id);
        if (creative)
            *creative_rows_add(out, arena) = (struct creative_row){
                .creative = *creative,
                .platform = place->platform,
                .ad_account_id = place->ad_account_id,
                .direction_name = place->direction_name,
                .sort_number = place->number,
                .sort_text = place->text,
            };
    }
    return true;
}

static bool fill(struct db *db, struct arena *arena, struct creative_rows *rows,
                 int64_t transcript_characters, bool segments, struct err *err)
{
    struct strs ids = {0};

    for (size_t i = 0; i < rows->n; i++)
        *strs_add(&ids, arena) = rows->at[i].creative.id;

    struct creative_page page = {rows, id_list(arena, &ids)};

    return creative_page_tags(db, arena, &page, err) &&
           creative_page_siblings(db, arena, &page, err) &&
           creative_page_duplicates(db, arena, &page, err) &&
           creative_page_uses(db, arena, &page, err) &&
           creative_page_posters(db, arena, &page, err) &&
           creative_page_copies(db, arena, &page, err) &&
           creative_page_transcripts(db, arena, &page, transcript_characters, segments, err);
}

/* --- what was found where --- */

static struct str tags_line(struct arena *arena, const struct strs *tags)
{
    struct buf buf;

    buf_init(&buf, arena, LIMIT_TAGS_PER_CREATIVE * (LIMIT_TAG * 4 + 2) + 1);
    for (size_t i = 0; i < tags->n; i++) {
        if (i)
            buf_add(&buf, STR(", "));
        buf_add(&buf, tags->at[i]);
    }
    return buf_str(&buf);
}

/* The moment in the video where most of the words are said. */
static int64_t moment(struct arena *arena, struct str segments, const struct words *words,
                      bool begun)
{
    const struct json *list;
    struct err unreadable = {0};
    int64_t at_ms = -1;
    size_t best = 0;

    if (!segments.n || !json_parse(arena, segments, &list, &unreadable))
        return -1;
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *segment = json_item(list, i);
        struct creative_match match;
        size_t found = creative_match_text(arena, json_text(segment, "text", STR("")), words,
                                           begun, &match);
        if (found > best && json_int(segment, "start_ms", &at_ms))
            best = found;
    }
    return best ? at_ms : -1;
}

static void find_match(struct arena *arena, const struct words *words, bool begun,
                       struct creative_row *row)
{
    const struct {
        const char *field;
        struct str text;
    } fields[] = {
        {"title", row->creative.title},
        {"transcript", row->transcript},
        {"tags", tags_line(arena, &row->tags)},
        {"ad_text", row->creative.ad_text},
    };
    size_t best = 0;

    for (size_t i = 0; i < countof(fields); i++) {
        struct creative_match match = {.field = fields[i].field};
        size_t found = creative_match_text(arena, fields[i].text, words, begun, &match);
        if (found > best) {
            best = found;
            row->match = match;
        }
    }
    if (best && str_eq(str(row->match.field), STR("transcript")))
        row->match.at_ms = moment(arena, row->segments, words, begun);
}

static void find_matches(struct arena *arena, const struct words *words, bool begun,
                         struct creative_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        struct creative_row *row = &rows->at[i];
        find_match(arena, words, begun, row);
        row->segments = STR("");
    }
}

/* --- the list --- */

/* A question as the statements take it. */
struct asking {
    struct creative_question q;
    struct words words;
    struct str tag_key;
    bool begun;   /* the last word may be only begun */
    bool nowhere; /* signs without a word, a tag without one */
};

static bool read_question(struct arena *arena, const struct creative_question *question,
                          struct asking *out, struct err *err)
{
    bool asked = str_trim(question->text).n > 0;

    *out = (struct asking){.q = *question, .tag_key = creative_tag_key(arena, question->tag)};
    if (!out->q.sort.n)
        out->q.sort = asked ? STR("relevance") : STR("newest");
    if (!check_question(&out->q, err))
        return false;
    words_of(arena, out->q.text, LIMIT_QUESTION_WORDS, &out->words);
    out->nowhere = (asked && !out->words.n) || (out->q.tag.n && !out->tag_key.n);
    if (!out->words.n && str_eq(out->q.sort, STR("relevance")))
        out->q.sort = STR("newest");
    out->begun = last_word_is_begun(out->q.text, &out->words);
    return true;
}

bool creative_library_list(struct db *db, struct arena *arena,
                           const struct creative_question *question, struct creative_rows *out,
                           bool *more, struct err *err)
{
    struct creative_places places = {0};
    struct asking a;

    *more = false;
    if (!read_question(arena, question, &a, err))
        return false;
    if (a.nowhere)
        return true;
    if (!creative_search_page(db, arena, &a.q, a.tag_key, &a.words, a.begun, a.q.limit + 1,
                              &places, err))
        return false;
    *more = (int64_t)places.n > a.q.limit;
    if (!rows_of(db, arena, &places, *more ? (size_t)a.q.limit : places.n, out, err) ||
        !fill(db, arena, out, a.words.n ? INT32_MAX : SHOWN_OF_TRANSCRIPT, a.words.n > 0, err))
        return false;
    if (a.words.n)
        find_matches(arena, &a.words, a.begun, out);
    return true;
}

bool creative_library_count(struct db *db, struct arena *arena,
                            const struct creative_question *question, int64_t *total,
                            struct err *err)
{
    struct asking a;

    *total = 0;
    return read_question(arena, question, &a, err) &&
           (a.nowhere ||
            creative_search_count(db, arena, &a.q, a.tag_key, &a.words, a.begun, total, err));
}

bool creative_library_get(struct db *db, struct arena *arena, struct str id,
                          struct creative_row *out, struct err *err)
{
    struct creative_rows rows = {0};
    struct strs ids = {0};

    *strs_add(&ids, arena) = id;

    struct creative_row *row = creative_rows_add(&rows, arena);
    struct creative_page page = {&rows, id_list(arena, &ids)};

    *row = (struct creative_row){0};
    if (!creative_get(db, arena, id, &row->creative, err) ||
        !creative_page_directions(db, arena, &page, err) ||
        !fill(db, arena, &rows, INT32_MAX, true, err))
        return false;
    *out = *row;
    return true;
}

/* --- deleting --- */

static bool holds(const struct creative_usage *usage, struct str *first)
{
    for (size_t i = 0; i < usage->ads.n; i++)
        if (!str_eq(usage->ads.at[i].status, STR("deleted"))) {
            *first = usage->ads.at[i].ad_id;
            return true;
        }
    if (usage->launches.n)
        *first = usage->launches.at[0].id;
    else if (usage->carousels.n)
        *first = usage->carousels.at[0];
    return usage->launches.n || usage->carousels.n;
}

static bool check_free(struct db *db, struct arena *arena, struct str id,
                       struct creative_usage *used, struct err *err)
{
    struct str first = STR("");

    if (!creative_usage(db, arena, id, used, err))
        return false;
    if (!holds(used, &first))
        return true;
    err_set(err, ERR_CONFLICT,
            "the creative is used by %lld ads, %zu launches under way and %zu carousels, first"
            " by " STR_FMT,
            (long long)used->ads_count, used->launches.n, used->carousels.n, STR_ARG(first));
    return err_hint(err, "delete its ads on the platform and take it out of carousels, and let"
                         " launches end");
}

static bool delete (struct db *db, struct arena *arena, struct str id, struct str actor,
                    int64_t now_ms, struct creative_usage *used, struct err *err)
{
    struct creative creative;
    bool changed;

    if (!creative_get(db, arena, id, &creative, err) ||
        !creative_mark_deleted(db, id, now_ms, &changed, err))
        return false;
    if (!changed)
        return err_set(err, ERR_NOT_FOUND, "no creative " STR_FMT, STR_ARG(str_sub(id, 0, 60)));
    /* Looked at with the row held, so that nobody else deletes it meanwhile. */
    return check_free(db, arena, id, used, err) && creative_index(db, arena, id, err) &&
           creative_note(db, arena, actor, "creative.delete", id, err) &&
           creative_ask(db, arena, "creative.remove_files", id, err);
}

bool creative_library_delete(struct db *db, struct arena *arena, struct str id,
                             struct str actor, int64_t now_ms, struct creative_usage *used,
                             struct err *err)
{
    *used = (struct creative_usage){0};
    return db_begin(db, err) &&
           db_end(db, delete (db, arena, id, actor, now_ms, used, err), err);
}

/* --- jobs --- */

static bool run_remove_files(struct job *job, struct err *err)
{
    const struct app *app = job->app;
    const struct json *args;
    struct strs places = {0};

    if (!json_parse(job->arena, job->args, &args, err) ||
        !creative_deleted_places(job->db, job->arena, json_text(args, "creative_id", STR("")),
                                 &places, err))
        return false;
    for (size_t i = 0; i < places.n; i++)
        creative_file_remove(creative_file_path(app->conf, job->arena, places.at[i], ""));
    log_info("creative.files_removed", LOG_INT("files", (int64_t)places.n));
    return true;
}

static bool run_index(struct job *job, struct err *err)
{
    int64_t indexed, total = 0;

    do {
        if (!creative_index_missing(job->db, job->arena, 100, &indexed, err))
            return false;
        total += indexed;
    } while (indexed);
    log_info("creative.indexed", LOG_INT("creatives", total));
    return true;
}

const struct job_kind creative_library_jobs[] = {
    {.kind = "creative.index",
     .run = run_index,
     .deadline_ms = 10 * 60 * 1000,
     .max_attempts = 5},
    {.kind = "creative.remove_files",
     .run = run_remove_files,
     .deadline_ms = 60 * 1000,
     .max_attempts = 10},
    JOB_KINDS_END,
};

static bool ask_each_org(struct db *db, struct arena *arena, struct err *err)
{
    struct job_wish wish = {.kind = "creative.index", .unique_key = STR("index")};
    struct org_rows orgs = {0};
    bool ok = org_list(db, arena, &orgs, err);

    for (size_t i = 0; ok && i < orgs.n; i++) {
        db_scope(db, orgs.at[i].org_id);
        ok = job_add(db, &wish, NULL, err);
    }
    db_scope_system(db);
    return ok;
}

bool creative_index_ask(struct db *db, struct arena *arena, struct err *err)
{
    struct str rules = str_fmt(arena, "%d", WORDS_RULES), done;

    if (!db_installation_get(db, arena, STR("creative_words_rules"), &done, err))
        return false;
    return str_eq(done, rules) ||
           (ask_each_org(db, arena, err) &&
            db_installation_set(db, STR("creative_words_rules"), rules, err));
}
