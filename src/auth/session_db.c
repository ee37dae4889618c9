/* session_db.c - the only file that knows the table sessions. */

#include "auth/auth_db.h"
#include "base/arena.h"

bool session_insert(struct db *db, const struct session_row *session, struct str token_hash,
                    struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO sessions (org_id, session_id, token_hash, csrf, user_id,"
                  " created_ms, last_seen_ms, expires_ms, address, agent)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9)",
                  TEXT(session->org_id), TEXT(session->session_id), TEXT(token_hash),
                  TEXT(session->csrf), TEXT(session->user_id), INT(session->created_ms),
                  INT(session->expires_ms), TEXT(session->address), TEXT(session->agent));
}

#define SESSION_COLUMNS                                                                        \
    "s.org_id, s.session_id, s.csrf, s.user_id, m.role, s.last_seen_ms, s.expires_ms,"         \
    " u.disabled, s.created_ms, s.address, s.agent FROM sessions s"                            \
    " JOIN memberships m ON m.org_id = s.org_id AND m.user_id = s.user_id"                     \
    " JOIN users u ON u.user_id = s.user_id"

static struct session_row read_session(struct db_rows *rows)
{
    return (struct session_row){.org_id = db_text(rows, 0),
                                .session_id = db_text(rows, 1),
                                .csrf = db_text(rows, 2),
                                .user_id = db_text(rows, 3),
                                .role = db_text(rows, 4),
                                .last_seen_ms = db_int(rows, 5),
                                .expires_ms = db_int(rows, 6),
                                .disabled = db_int(rows, 7) != 0,
                                .created_ms = db_int(rows, 8),
                                .address = db_text(rows, 9),
                                .agent = db_text(rows, 10)};
}

bool session_by_hash(struct db *db, struct arena *arena, struct str token_hash, bool *found,
                     struct session_row *out, struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(db, arena, &rows, "SELECT " SESSION_COLUMNS " WHERE s.token_hash = $1",
              TEXT(token_hash));
    while (db_next(&rows)) {
        *out = read_session(&rows);
        *found = true;
    }
    return db_done(&rows, err);
}

bool session_list_of_user(struct db *db, struct arena *arena, struct str user_id,
                          int64_t now_ms, struct session_rows *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " SESSION_COLUMNS
              " WHERE s.user_id = $1 AND s.expires_ms > $2 AND s.last_seen_ms > $3"
              " ORDER BY s.last_seen_ms DESC, s.session_id",
              TEXT(user_id), INT(now_ms), INT(now_ms - SESSION_IDLE_MS));
    while (db_next(&rows))
        *session_rows_add(out, arena) = read_session(&rows);
    return db_done(&rows, err);
}

bool session_touch(struct db *db, struct str session_id, int64_t now_ms, struct err *err)
{
    return db_run(db, NULL, err, "UPDATE sessions SET last_seen_ms = $2 WHERE session_id = $1",
                  TEXT(session_id), INT(now_ms));
}

bool session_update_org(struct db *db, struct str session_id, struct str user_id,
                        struct str org_id, struct str csrf, bool *moved, struct err *err)
{
    int64_t n = 0;

    if (!db_run(
            db, &n, err,
            "UPDATE sessions SET org_id = $3, csrf = $4"
            " WHERE session_id = $1 AND user_id = $2 AND EXISTS (SELECT 1 FROM memberships m"
            "   WHERE m.org_id = CAST($3 AS TEXT) AND m.user_id = $2)",
            TEXT(session_id), TEXT(user_id), TEXT(org_id), TEXT(csrf)))
        return false;
    *moved = n > 0;
    return true;
}

bool session_delete(struct db *db, struct str session_id, struct err *err)
{
    return db_run(db, NULL, err, "DELETE FROM sessions WHERE session_id = $1",
                  TEXT(session_id));
}

bool session_delete_of_user(struct db *db, struct str user_id, struct str keep, struct err *err)
{
    return db_run(db, NULL, err, "DELETE FROM sessions WHERE user_id = $1 AND session_id <> $2",
                  TEXT(user_id), TEXT(keep));
}

bool session_delete_own(struct db *db, struct str user_id, struct str session_id, bool *changed,
                        struct err *err)
{
    int64_t n = 0;

    if (!db_run(db, &n, err, "DELETE FROM sessions WHERE user_id = $1 AND session_id = $2",
                TEXT(user_id), TEXT(session_id)))
        return false;
    *changed = n > 0;
    return true;
}

bool session_delete_of_member(struct db *db, struct str org_id, struct str user_id,
                              struct err *err)
{
    return db_run(db, NULL, err, "DELETE FROM sessions WHERE org_id = $1 AND user_id = $2",
                  TEXT(org_id), TEXT(user_id));
}
