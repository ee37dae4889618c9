/* invitation_db.c - the only file that knows the table invitations. */

#include "auth/invitation_db.h"
#include "base/arena.h"

bool invitation_insert(struct db *db, const struct invitation *invitation,
                       struct str token_hash, struct err *err)
{
    return db_run(
        db, NULL, err,
        "INSERT INTO invitations (org_id, invitation_id, token_hash, email, role,"
        " invited_by, created_ms, expires_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        TEXT(invitation->org_id), TEXT(invitation->id), TEXT(token_hash),
        TEXT(invitation->email), TEXT(invitation->role), TEXT(invitation->invited_by),
        INT(invitation->created_ms), INT(invitation->expires_ms));
}

#define INVITATION_SELECT                                                                      \
    "SELECT i.invitation_id, i.org_id, o.name, i.email, i.role, i.invited_by, i.created_ms,"   \
    " i.expires_ms, i.used_ms, i.revoked_ms"                                                   \
    " FROM invitations i JOIN orgs o ON o.org_id = i.org_id"

static struct invitation read_invitation(struct db_rows *rows)
{
    return (struct invitation){.id = db_text(rows, 0),
                               .org_id = db_text(rows, 1),
                               .org_name = db_text(rows, 2),
                               .email = db_text(rows, 3),
                               .role = db_text(rows, 4),
                               .invited_by = db_text(rows, 5),
                               .created_ms = db_int(rows, 6),
                               .expires_ms = db_int(rows, 7),
                               .used_ms = db_int(rows, 8),
                               .revoked_ms = db_int(rows, 9)};
}

bool invitation_by_hash(struct db *db, struct arena *arena, struct str token_hash, bool *found,
                        struct invitation *out, struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(db, arena, &rows, INVITATION_SELECT " WHERE i.token_hash = $1", TEXT(token_hash));
    while (db_next(&rows)) {
        *out = read_invitation(&rows);
        *found = true;
    }
    return db_done(&rows, err);
}

bool invitation_list(struct db *db, struct arena *arena, struct invitations *out,
                     struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              INVITATION_SELECT " WHERE i.org_id = $1"
                                " ORDER BY i.created_ms DESC, i.invitation_id DESC LIMIT $2",
              TEXT(db_scope_org(db)), INT(LIMIT_LIST_ROWS));
    while (db_next(&rows))
        *invitations_add(out, arena) = read_invitation(&rows);
    return db_done(&rows, err);
}

bool invitation_count_open(struct db *db, struct arena *arena, int64_t now_ms, int64_t *out,
                           struct err *err)
{
    struct db_rows rows;

    *out = 0;
    db_select(db, arena, &rows,
              "SELECT count(*) FROM invitations WHERE org_id = $1 AND used_ms = 0"
              " AND revoked_ms = 0 AND expires_ms > $2",
              TEXT(db_scope_org(db)), INT(now_ms));
    while (db_next(&rows))
        *out = db_int(&rows, 0);
    return db_done(&rows, err);
}

bool invitation_revoke_of_email(struct db *db, struct str email, int64_t now_ms,
                                struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE invitations SET revoked_ms = $3"
                  " WHERE org_id = $1 AND email = $2 AND used_ms = 0 AND revoked_ms = 0",
                  TEXT(db_scope_org(db)), TEXT(email), INT(now_ms));
}

bool invitation_set_revoked(struct db *db, struct str id, int64_t now_ms, bool *changed,
                            struct err *err)
{
    int64_t n = 0;

    if (!db_run(db, &n, err,
                "UPDATE invitations SET revoked_ms = $3 WHERE org_id = $1"
                " AND invitation_id = $2 AND used_ms = 0 AND revoked_ms = 0"
                " AND expires_ms > $3",
                TEXT(db_scope_org(db)), TEXT(id), INT(now_ms)))
        return false;
    *changed = n > 0;
    return true;
}

bool invitation_set_used(struct db *db, struct str org_id, struct str id, int64_t now_ms,
                         bool *changed, struct err *err)
{
    int64_t n = 0;

    if (!db_run(db, &n, err,
                "UPDATE invitations SET used_ms = $3 WHERE org_id = $1 AND invitation_id = $2"
                " AND used_ms = 0 AND revoked_ms = 0 AND expires_ms > $3",
                TEXT(org_id), TEXT(id), INT(now_ms)))
        return false;
    *changed = n > 0;
    return true;
}
