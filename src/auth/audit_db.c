/* audit_db.c - the only file that knows the audit_log table; it reads who its actors are. */

#include "auth/audit.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/random.h"
#include "db/db.h"
#include "seal/seal.h"

#include <inttypes.h>

/* The hash of a line covers the one before it, so that no line can go or change unseen. */
static struct str line_hash(struct arena *arena, struct str previous,
                            const struct audit_line *line)
{
    struct str text =
        str_fmt(arena,
                STR_FMT "\n%" PRId64 "\n%" PRId64 "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT
                        "\n" STR_FMT "\n" STR_FMT,
                STR_ARG(previous), line->sequence, line->at_ms, STR_ARG(line->actor),
                STR_ARG(line->action), STR_ARG(line->object_id), STR_ARG(line->before),
                STR_ARG(line->after));
    return seal_sha256_hex(arena, text);
}

/* Take the next number; the update holds the org's row until the transaction ends, so two
 * writers cannot take the same one. */
static bool take_sequence(struct db *db, struct arena *arena, struct str org_id,
                          int64_t *sequence, struct str *previous, struct err *err)
{
    struct db_rows rows;
    bool found = false;

    db_select(db, arena, &rows,
              "UPDATE orgs SET audit_sequence = audit_sequence + 1 WHERE org_id = $1"
              " RETURNING audit_sequence, audit_hash",
              TEXT(org_id));
    while (db_next(&rows)) {
        found = true;
        *sequence = db_int(&rows, 0);
        *previous = db_text(&rows, 1);
    }
    if (!db_done(&rows, err))
        return false;
    return found || err_set(err, ERR_NOT_FOUND, "no org " STR_FMT, STR_ARG(org_id));
}

bool audit_add_for(struct db *db, struct arena *arena, struct str org_id,
                   const struct audit_entry *entry, struct err *err)
{
    struct audit_line line = {.at_ms = clock_wall_ms(),
                              .actor = entry->actor,
                              .action = str(entry->action),
                              .object_id = entry->object_id,
                              .before = entry->before,
                              .after = entry->after};
    struct str previous;

    must(db_in_transaction(db));
    if (!take_sequence(db, arena, org_id, &line.sequence, &previous, err))
        return false;
    struct str hash = line_hash(arena, previous, &line);
    return db_run(db, NULL, err,
                  "INSERT INTO audit_log (org_id, audit_id, sequence, at_ms, actor, action,"
                  " object_id, before_json, after_json, previous_hash, hash)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                  TEXT(org_id), TEXT(id_new(arena)), INT(line.sequence), INT(line.at_ms),
                  TEXT(line.actor), TEXT(line.action), TEXT(line.object_id), TEXT(line.before),
                  TEXT(line.after), TEXT(previous), TEXT(hash)) &&
           db_run(db, NULL, err, "UPDATE orgs SET audit_hash = $2 WHERE org_id = $1",
                  TEXT(org_id), TEXT(hash));
}

bool audit_add(struct db *db, struct arena *arena, const struct audit_entry *entry,
               struct err *err)
{
    return audit_add_for(db, arena, db_scope_org(db), entry, err);
}

#define LINE_COLUMNS                                                                           \
    "a.sequence, a.at_ms, a.actor, a.action, a.object_id, a.before_json, a.after_json"

static struct audit_line read_line(struct db_rows *rows)
{
    return (struct audit_line){.sequence = db_int(rows, 0),
                               .at_ms = db_int(rows, 1),
                               .actor = db_text(rows, 2),
                               .action = db_text(rows, 3),
                               .object_id = db_text(rows, 4),
                               .before = db_text(rows, 5),
                               .after = db_text(rows, 6)};
}

/* The names come from the tables of people and keys: those who left are still named. */
#define LINES_THAT_FIT                                                                         \
    "SELECT " LINE_COLUMNS ", COALESCE(u.email, k.name, '') FROM audit_log a"                  \
    " LEFT JOIN users u ON u.user_id = substr(a.actor, 6)"                                     \
    "   AND substr(a.actor, 1, 5) = 'user:'"                                                   \
    " LEFT JOIN api_keys k ON k.org_id = a.org_id"                                             \
    "   AND k.api_key_id = substr(a.actor, 5) AND substr(a.actor, 1, 4) = 'key:'"              \
    " WHERE a.org_id = $1 AND a.sequence >= $2 AND a.sequence < $3"                            \
    " AND (CAST($4 AS TEXT) = '' OR a.actor = $4"                                              \
    "   OR substr(a.actor, 1, length($4) + 1) = CAST($4 AS TEXT) || ':')"                      \
    " AND (CAST($5 AS TEXT) = '' OR a.action = $5"                                             \
    "   OR substr(a.action, 1, length($5) + 1) = CAST($5 AS TEXT) || '.')"                     \
    " AND a.at_ms >= $6 AND ($7 = 0 OR a.at_ms < $7)"
#define FITTING(db, filter, from, below)                                                       \
    TEXT(db_scope_org(db)), INT(from), INT(below), TEXT((filter)->actor),                      \
        TEXT((filter)->action), INT((filter)->from_ms), INT((filter)->to_ms)

static bool read_lines(struct db_rows *rows, struct arena *arena, struct audit_lines *out,
                       struct err *err)
{
    while (db_next(rows)) {
        struct audit_line line = read_line(rows);
        line.actor_name = db_text(rows, 7);
        *audit_lines_add(out, arena) = line;
    }
    return db_done(rows, err);
}

static bool list_of_object(struct db *db, struct arena *arena,
                           const struct audit_filter *filter, int64_t below, int64_t limit,
                           struct audit_lines *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              LINES_THAT_FIT " AND a.object_id = $8 ORDER BY a.sequence DESC LIMIT $9",
              FITTING(db, filter, 0, below), TEXT(filter->object_id), INT(limit));
    return read_lines(&rows, arena, out, err);
}

static bool find_head(struct db *db, struct arena *arena, int64_t *head, struct err *err)
{
    struct db_rows rows;

    *head = 0;
    db_select(db, arena, &rows, "SELECT audit_sequence FROM orgs WHERE org_id = $1",
              TEXT(db_scope_org(db)));
    while (db_next(&rows))
        *head = db_int(&rows, 0);
    return db_done(&rows, err);
}

bool audit_list(struct db *db, struct arena *arena, const struct audit_filter *filter,
                int64_t limit, struct audit_lines *out, int64_t *looked_down_to,
                struct err *err)
{
    int64_t head = 0, below = filter->before_sequence;
    struct db_rows rows;

    *looked_down_to = 0;
    if (!find_head(db, arena, &head, err))
        return false;
    if (below == 0 || below > head)
        below = head + 1;
    if (filter->object_id.n)
        return list_of_object(db, arena, filter, below, limit, out, err);
    int64_t from = below > LIMIT_AUDIT_LINES ? below - LIMIT_AUDIT_LINES : 0;
    db_select(db, arena, &rows, LINES_THAT_FIT " ORDER BY a.sequence DESC LIMIT $8",
              FITTING(db, filter, from, below), INT(limit));
    if (!read_lines(&rows, arena, out, err))
        return false;
    if ((int64_t)out->n < limit && from > 1)
        *looked_down_to = from;
    return true;
}

bool audit_verify(struct db *db, struct arena *arena, bool *intact, int64_t *broken_at,
                  struct err *err)
{
    struct db_rows rows;
    struct str previous = STR("");
    int64_t expected = 1;

    *intact = true;
    *broken_at = 0;
    db_select(db, arena, &rows,
              "SELECT " LINE_COLUMNS
              ", a.hash FROM audit_log a WHERE a.org_id = $1 ORDER BY a.sequence",
              TEXT(db_scope_org(db)));
    while (db_next(&rows)) {
        struct audit_line line = read_line(&rows);
        struct str hash = line_hash(arena, previous, &line);
        if (*intact && (line.sequence != expected || !str_eq(hash, db_text(&rows, 7)))) {
            *intact = false;
            *broken_at = expected;
        }
        previous = hash;
        expected++;
    }
    return db_done(&rows, err);
}
