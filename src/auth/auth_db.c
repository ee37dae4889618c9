/* auth_db.c - the only file that knows the tables of orgs, people and keys. */

#include "auth/auth_db.h"
#include "base/arena.h"

bool org_insert(struct db *db, const struct org_row *org, struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO orgs (org_id, name, country, currency, created_ms)"
                  " VALUES ($1, $2, $3, $4, $5)",
                  TEXT(org->org_id), TEXT(org->name), TEXT(org->country), TEXT(org->currency),
                  INT(org->created_ms));
}

static struct org_row read_org(struct db_rows *rows)
{
    return (struct org_row){.org_id = db_text(rows, 0),
                            .name = db_text(rows, 1),
                            .country = db_text(rows, 2),
                            .currency = db_text(rows, 3),
                            .created_ms = db_int(rows, 4)};
}

bool org_get(struct db *db, struct arena *arena, struct str org_id, struct org_row *out,
             struct err *err)
{
    struct db_rows rows;
    bool found = false;

    db_select(db, arena, &rows,
              "SELECT org_id, name, country, currency, created_ms FROM orgs WHERE org_id = $1",
              TEXT(org_id));
    while (db_next(&rows)) {
        *out = read_org(&rows);
        found = true;
    }
    if (!db_done(&rows, err))
        return false;
    return found || err_set(err, ERR_NOT_FOUND, "no org " STR_FMT, STR_ARG(org_id));
}

bool org_list(struct db *db, struct arena *arena, struct org_rows *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT org_id, name, country, currency, created_ms FROM orgs"
              " ORDER BY created_ms, org_id");
    while (db_next(&rows))
        *org_rows_add(out, arena) = read_org(&rows);
    return db_done(&rows, err);
}

static struct user_row read_user(struct db_rows *rows)
{
    return (struct user_row){.user_id = db_text(rows, 0),
                             .email = db_text(rows, 1),
                             .password_hash = db_text(rows, 2),
                             .disabled = db_int(rows, 3) != 0,
                             .created_ms = db_int(rows, 4),
                             .org_id = db_text(rows, 5),
                             .role = db_text(rows, 6)};
}

#define USER_COLUMNS                                                                           \
    "u.user_id, u.email, u.password_hash, u.disabled, u.created_ms,"                           \
    " COALESCE(m.org_id, ''), COALESCE(m.role, '')"
#define LAST_ORG_FIRST                                                                         \
    " ORDER BY CASE WHEN m.org_id = u.last_org_id THEN 0 ELSE 1 END, m.created_ms, m.org_id"   \
    " LIMIT 1"

bool user_by_email(struct db *db, struct arena *arena, struct str email, bool *found,
                   struct user_row *out, struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(db, arena, &rows,
              "SELECT " USER_COLUMNS
              " FROM users u LEFT JOIN memberships m ON m.user_id = u.user_id"
              " WHERE u.email = $1" LAST_ORG_FIRST,
              TEXT(email));
    while (db_next(&rows)) {
        *out = read_user(&rows);
        *found = true;
    }
    return db_done(&rows, err);
}

bool user_by_id(struct db *db, struct arena *arena, struct str user_id, bool *found,
                struct user_row *out, struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(db, arena, &rows,
              "SELECT " USER_COLUMNS
              " FROM users u LEFT JOIN memberships m ON m.user_id = u.user_id"
              " WHERE u.user_id = $1" LAST_ORG_FIRST,
              TEXT(user_id));
    while (db_next(&rows)) {
        *out = read_user(&rows);
        *found = true;
    }
    return db_done(&rows, err);
}

bool user_any(struct db *db, struct arena *arena, bool *any, struct err *err)
{
    struct db_rows rows;

    *any = false;
    db_select(db, arena, &rows, "SELECT 1 FROM users LIMIT 1");
    while (db_next(&rows))
        *any = true;
    return db_done(&rows, err);
}

bool user_insert(struct db *db, const struct user_row *user, struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO users (user_id, email, password_hash, created_ms)"
                  " VALUES ($1, $2, $3, $4)",
                  TEXT(user->user_id), TEXT(user->email), TEXT(user->password_hash),
                  INT(user->created_ms));
}

bool user_update_password(struct db *db, struct str user_id, struct str hash, struct err *err)
{
    return db_run(db, NULL, err, "UPDATE users SET password_hash = $2 WHERE user_id = $1",
                  TEXT(user_id), TEXT(hash));
}

bool membership_insert(struct db *db, struct str org_id, struct str user_id, struct str role,
                       int64_t now_ms, struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO memberships (org_id, user_id, role, created_ms)"
                  " VALUES ($1, $2, $3, $4)",
                  TEXT(org_id), TEXT(user_id), TEXT(role), INT(now_ms));
}

bool user_list(struct db *db, struct arena *arena, struct str org_id, struct user_rows *out,
               struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT u.user_id, u.email, '', u.disabled, u.created_ms, m.org_id, m.role"
              " FROM memberships m JOIN users u ON u.user_id = m.user_id"
              " WHERE m.org_id = $1 ORDER BY m.created_ms, u.user_id",
              TEXT(org_id));
    while (db_next(&rows))
        *user_rows_add(out, arena) = read_user(&rows);
    return db_done(&rows, err);
}

bool membership_get(struct db *db, struct arena *arena, struct str org_id, struct str user_id,
                    bool *found, struct str *role, struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(db, arena, &rows,
              "SELECT role FROM memberships WHERE org_id = $1 AND user_id = $2", TEXT(org_id),
              TEXT(user_id));
    while (db_next(&rows)) {
        *role = db_text(&rows, 0);
        *found = true;
    }
    return db_done(&rows, err);
}

bool membership_list_of_user(struct db *db, struct arena *arena, struct str user_id,
                             struct membership_rows *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT m.org_id, o.name, m.role FROM memberships m"
              " JOIN orgs o ON o.org_id = m.org_id WHERE m.user_id = $1"
              " ORDER BY o.name, m.org_id",
              TEXT(user_id));
    while (db_next(&rows))
        *membership_rows_add(out, arena) = (struct membership_row){
            .org_id = db_text(&rows, 0), .name = db_text(&rows, 1), .role = db_text(&rows, 2)};
    return db_done(&rows, err);
}

bool membership_update_role(struct db *db, struct str org_id, struct str user_id,
                            struct str from, struct str to, bool *changed, struct err *err)
{
    int64_t n = 0;

    if (!db_run(db, &n, err,
                "UPDATE memberships SET role = $4"
                " WHERE org_id = $1 AND user_id = $2 AND role = $3"
                " AND (role <> 'owner' OR CAST($4 AS TEXT) = 'owner' OR (SELECT count(*)"
                "   FROM memberships m WHERE m.org_id = $1 AND m.role = 'owner') > 1)",
                TEXT(org_id), TEXT(user_id), TEXT(from), TEXT(to)))
        return false;
    *changed = n > 0;
    return true;
}

bool membership_delete(struct db *db, struct str org_id, struct str user_id, struct str from,
                       bool *changed, struct err *err)
{
    int64_t n = 0;

    if (!db_run(db, &n, err,
                "DELETE FROM memberships WHERE org_id = $1 AND user_id = $2 AND role = $3"
                " AND (role <> 'owner' OR (SELECT count(*) FROM memberships m"
                "   WHERE m.org_id = $1 AND m.role = 'owner') > 1)",
                TEXT(org_id), TEXT(user_id), TEXT(from)))
        return false;
    *changed = n > 0;
    return true;
}

bool user_preferences_get(struct db *db, struct arena *arena, struct str user_id,
                          struct str *json, struct err *err)
{
    struct db_rows rows;

    *json = STR("");
    db_select(db, arena, &rows, "SELECT preferences FROM users WHERE user_id = $1",
              TEXT(user_id));
    while (db_next(&rows))
        *json = db_text(&rows, 0);
    return db_done(&rows, err);
}

bool user_preferences_set(struct db *db, struct str user_id, struct str json, struct err *err)
{
    return db_run(db, NULL, err, "UPDATE users SET preferences = $2 WHERE user_id = $1",
                  TEXT(user_id), TEXT(json));
}

bool user_set_last_org(struct db *db, struct str user_id, struct str org_id, struct err *err)
{
    return db_run(db, NULL, err, "UPDATE users SET last_org_id = $2 WHERE user_id = $1",
                  TEXT(user_id), TEXT(org_id));
}

bool key_insert(struct db *db, struct str org_id, const struct key_row *key, struct str hash,
                struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO api_keys (org_id, api_key_id, name, key_hash, prefix, rights,"
                  " created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                  TEXT(org_id), TEXT(key->id), TEXT(key->name), TEXT(hash), TEXT(key->prefix),
                  INT(key->rights), INT(key->created_ms));
}

#define KEY_COLUMNS "api_key_id, name, prefix, rights, created_ms, last_used_ms, revoked_ms"

static struct key_row read_key(struct db_rows *rows)
{
    return (struct key_row){.id = db_text(rows, 0),
                            .name = db_text(rows, 1),
                            .prefix = db_text(rows, 2),
                            .rights = db_int(rows, 3),
                            .created_ms = db_int(rows, 4),
                            .last_used_ms = db_int(rows, 5),
                            .revoked_ms = db_int(rows, 6)};
}

bool key_by_hash(struct db *db, struct arena *arena, struct str hash, bool *found,
                 struct str *org_id, struct key_row *out, struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(db, arena, &rows,
              "SELECT " KEY_COLUMNS ", org_id FROM api_keys WHERE key_hash = $1", TEXT(hash));
    while (db_next(&rows)) {
        *out = read_key(&rows);
        *org_id = db_text(&rows, 7);
        *found = true;
    }
    return db_done(&rows, err);
}

bool key_touch(struct db *db, struct str key_id, int64_t now_ms, struct err *err)
{
    return db_run(db, NULL, err, "UPDATE api_keys SET last_used_ms = $2 WHERE api_key_id = $1",
                  TEXT(key_id), INT(now_ms));
}

bool key_list(struct db *db, struct arena *arena, struct key_rows *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " KEY_COLUMNS " FROM api_keys WHERE org_id = $1"
              " ORDER BY created_ms, api_key_id",
              TEXT(db_scope_org(db)));
    while (db_next(&rows))
        *key_rows_add(out, arena) = read_key(&rows);
    return db_done(&rows, err);
}

bool key_revoke(struct db *db, struct str key_id, int64_t now_ms, bool *changed,
                struct err *err)
{
    int64_t n = 0;

    if (!db_run(db, &n, err,
                "UPDATE api_keys SET revoked_ms = $3"
                " WHERE org_id = $1 AND api_key_id = $2 AND revoked_ms = 0",
                TEXT(db_scope_org(db)), TEXT(key_id), INT(now_ms)))
        return false;
    *changed = n > 0;
    return true;
}

bool failures_count(struct db *db, struct arena *arena, struct str subject, int64_t since_ms,
                    int64_t *count, int64_t *first_ms, struct err *err)
{
    struct db_rows rows;

    *count = 0;
    *first_ms = 0;
    db_select(db, arena, &rows,
              "SELECT failures, first_ms FROM sign_in_failures"
              " WHERE subject = $1 AND first_ms > $2",
              TEXT(subject), INT(since_ms));
    while (db_next(&rows)) {
        *count = db_int(&rows, 0);
        *first_ms = db_int(&rows, 1);
    }
    return db_done(&rows, err);
}

bool failures_add(struct db *db, struct str subject, int64_t now_ms, int64_t since_ms,
                  struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO sign_in_failures (subject, failures, first_ms, last_ms)"
                  " VALUES ($1, 1, $2, $2)"
                  " ON CONFLICT (subject) DO UPDATE SET"
                  " failures = CASE WHEN sign_in_failures.first_ms > $3"
                  "   THEN sign_in_failures.failures + 1 ELSE 1 END,"
                  " first_ms = CASE WHEN sign_in_failures.first_ms > $3"
                  "   THEN sign_in_failures.first_ms ELSE $2 END,"
                  " last_ms = $2",
                  TEXT(subject), INT(now_ms), INT(since_ms));
}

bool failures_clear(struct db *db, struct str subject, struct err *err)
{
    return db_run(db, NULL, err, "DELETE FROM sign_in_failures WHERE subject = $1",
                  TEXT(subject));
}
