/* creative_tag_db.c - the only file that writes creative_tags. */

#include "creative/creative_library_db.h"

#include "base/arena.h"
#include "base/limits.h"
#include "db/db.h"

struct str creative_tag_key(struct arena *arena, struct str tag)
{
    return words_line(arena, tag, LIMIT_TAG);
}

static bool check_tag(struct arena *arena, struct str tag, struct str *key, struct err *err)
{
    *key = creative_tag_key(arena, tag);
    if (!key->n)
        return err_input(err, "tags", "letters or digits", "a tag has no word in it");
    if (str_length(tag) > LIMIT_TAG)
        return err_input(err, "tags", "at most 50 characters", "a tag has %zu characters",
                         str_length(tag));
    return true;
}

bool creative_tag_check(struct arena *arena, const struct strs *tags, struct err *err)
{
    struct str key;

    if (tags->n > LIMIT_TAGS_PER_CREATIVE)
        return err_input(err, "tags", "at most 30 tags for each creative", "%zu tags", tags->n);
    for (size_t i = 0; i < tags->n; i++)
        if (!check_tag(arena, str_trim(tags->at[i]), &key, err))
            return false;
    return true;
}

static bool insert(struct db *db, struct arena *arena, struct str id, struct str tag,
                   int64_t now_ms, struct err *err)
{
    struct str trimmed = str_trim(tag), key;

    return check_tag(arena, trimmed, &key, err) &&
           db_run(db, NULL, err,
                  "INSERT INTO creative_tags (org_id, creative_id, tag_key, tag, created_ms)"
                  " VALUES ($1, $2, $3, $4, $5)"
                  " ON CONFLICT (org_id, creative_id, tag_key) DO NOTHING",
                  TEXT(db_scope_org(db)), TEXT(id), TEXT(key), TEXT(trimmed), INT(now_ms));
}

/* After the adding, so that the same tag again counts once. */
static bool check_number(struct db *db, struct arena *arena, struct str id, struct err *err)
{
    struct db_rows rows;
    int64_t n = 0;

    db_select(db, arena, &rows,
              "SELECT count(*) FROM creative_tags WHERE org_id = $1 AND creative_id = $2",
              TEXT(db_scope_org(db)), TEXT(id));
    while (db_next(&rows))
        n = db_int(&rows, 0);
    if (!db_done(&rows, err))
        return false;
    return n <= LIMIT_TAGS_PER_CREATIVE ||
           err_input(err, "tags", "at most 30 tags for each creative",
                     "the creative would have %lld tags", (long long)n);
}

static bool insert_all(struct db *db, struct arena *arena, struct str id,
                       const struct strs *tags, int64_t now_ms, struct err *err)
{
    for (size_t i = 0; i < tags->n; i++)
        if (!insert(db, arena, id, tags->at[i], now_ms, err))
            return false;
    return check_number(db, arena, id, err) && creative_index(db, arena, id, err);
}

static bool remove_all(struct db *db, struct str id, struct err *err)
{
    return db_run(db, NULL, err,
                  "DELETE FROM creative_tags WHERE org_id = $1 AND creative_id = $2",
                  TEXT(db_scope_org(db)), TEXT(id));
}

static bool remove_some(struct db *db, struct arena *arena, struct str id,
                        const struct strs *tags, struct err *err)
{
    for (size_t i = 0; i < tags->n; i++)
        if (!db_run(db, NULL, err,
                    "DELETE FROM creative_tags"
                    " WHERE org_id = $1 AND creative_id = $2 AND tag_key = $3",
                    TEXT(db_scope_org(db)), TEXT(id),
                    TEXT(creative_tag_key(arena, tags->at[i]))))
            return false;
    return creative_index(db, arena, id, err);
}

/* A creative of this org that is not deleted, or ERR_NOT_FOUND. */
static bool check_there(struct db *db, struct arena *arena, struct str id, struct err *err)
{
    struct creative creative;

    return creative_get(db, arena, id, &creative, err);
}

/* Inside the caller's transaction, or as one of its own. */
static bool begin(struct db *db, bool *own, struct err *err)
{
    *own = !db_in_transaction(db);
    return !*own || db_begin(db, err);
}

static bool end(struct db *db, bool own, bool ok, struct err *err)
{
    return own ? db_end(db, ok, err) : ok;
}

bool creative_tag_add(struct db *db, struct arena *arena, struct str creative_id,
                      const struct strs *tags, int64_t now_ms, struct err *err)
{
    bool own;

    return begin(db, &own, err) &&
           end(db, own,
               check_there(db, arena, creative_id, err) &&
                   insert_all(db, arena, creative_id, tags, now_ms, err),
               err);
}

bool creative_tag_remove(struct db *db, struct arena *arena, struct str creative_id,
                         const struct strs *tags, struct err *err)
{
    bool own;

    return begin(db, &own, err) && end(db, own,
                                       check_there(db, arena, creative_id, err) &&
                                           remove_some(db, arena, creative_id, tags, err),
                                       err);
}

bool creative_tag_set(struct db *db, struct arena *arena, struct str creative_id,
                      const struct strs *tags, int64_t now_ms, struct err *err)
{
    bool own;

    return begin(db, &own, err) &&
           end(db, own,
               check_there(db, arena, creative_id, err) && remove_all(db, creative_id, err) &&
                   insert_all(db, arena, creative_id, tags, now_ms, err),
               err);
}

bool creative_tag_list(struct db *db, struct arena *arena, int64_t limit,
                       struct creative_tags *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT min(t.tag), count(*) FROM creative_tags t JOIN creatives c"
              " ON c.org_id = t.org_id AND c.creative_id = t.creative_id AND c.deleted_ms = 0"
              " WHERE t.org_id = $1 GROUP BY t.tag_key"
              " ORDER BY count(*) DESC, t.tag_key LIMIT $2",
              TEXT(db_scope_org(db)), INT(limit));
    while (db_next(&rows))
        *creative_tags_add(out, arena) = (struct creative_tag){
            .tag = db_text(&rows, 0),
            .count = db_int(&rows, 1),
        };
    return db_done(&rows, err);
}
