/* key_db.c - the table lead_keys. */

#include "lead/key.h"
#include "auth/audit.h"
#include "base/arena.h"
#include "base/random.h"
#include "db/db.h"
#include "lead/lead_db.h"
#include "seal/seal.h"
#include "text/zone.h"

#define PREFIX_SHOWN 9
#define MINUTE_MS    60000

static bool check_room(struct db *db, struct arena *arena, struct err *err)
{
    struct db_rows rows;
    int64_t n = 0;

    db_select(db, arena, &rows,
              "SELECT count(*) FROM lead_keys WHERE org_id = $1 AND revoked_ms = 0",
              TEXT(db_scope_org(db)));
    while (db_next(&rows))
        n = db_int(&rows, 0);
    if (!db_done(&rows, err))
        return false;
    return n < LEAD_KEYS_MOST ||
           (err_set(err, ERR_CONFLICT, "the org has %d lead keys already", LEAD_KEYS_MOST),
            err_hint(err, "revoke those that no site uses"));
}

static bool add(struct db *db, struct arena *arena, const struct lead_key *key, struct str hash,
                struct str actor, struct err *err)
{
    struct audit_entry entry = {
        .actor = actor, .action = "lead_key.add", .object_id = key->lead_key_id};

    return check_room(db, arena, err) &&
           db_run(db, NULL, err,
                  "INSERT INTO lead_keys (org_id, lead_key_id, name, key_hash, prefix,"
                  " direction_id, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                  TEXT(db_scope_org(db)), TEXT(key->lead_key_id), TEXT(key->name), TEXT(hash),
                  TEXT(key->prefix), TEXT(key->direction_id), INT(key->created_ms)) &&
           audit_add(db, arena, &entry, err);
}

bool lead_key_add(struct db *db, struct arena *arena, struct str name, struct str direction_id,
                  struct str actor, int64_t now_ms, struct str *lead_key_id, struct str *key,
                  struct err *err)
{
    struct str text = seal_token(arena, STR("lead_"));
    struct lead_key row = {.lead_key_id = id_new(arena),
                           .name = name,
                           .prefix = str_sub(text, 0, PREFIX_SHOWN),
                           .direction_id = direction_id,
                           .created_ms = now_ms};
    struct str platform, account;

    if (direction_id.n &&
        !lead_check_direction(db, arena, direction_id, &platform, &account, err))
        return false;
    if (!db_begin(db, err) ||
        !db_end(db, add(db, arena, &row, seal_sha256_hex(arena, text), actor, err), err))
        return false;
    *lead_key_id = row.lead_key_id;
    *key = text;
    return true;
}

#define COLUMNS                                                                                \
    "lead_key_id, name, prefix, direction_id, created_ms, last_used_ms, revoked_ms,"           \
    " forwards_page_views"

static struct lead_key read_key(struct db_rows *rows)
{
    return (struct lead_key){.lead_key_id = db_text(rows, 0),
                             .name = db_text(rows, 1),
                             .prefix = db_text(rows, 2),
                             .direction_id = db_text(rows, 3),
                             .created_ms = db_int(rows, 4),
                             .last_used_ms = db_int(rows, 5),
                             .revoked_ms = db_int(rows, 6),
                             .forwards_page_views = db_int(rows, 7) != 0};
}

bool lead_key_list(struct db *db, struct arena *arena, int64_t now_ms, struct lead_keys *out,
                   struct err *err)
{
    struct day today = zone_day(STR("UTC"), now_ms);
    struct day since = day_add(day_str(&today), 1 - LEAD_KEY_VIEW_DAYS);
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " COLUMNS ", COALESCE((SELECT CAST(sum(v.views) AS BIGINT)"
              "   FROM page_views v WHERE v.org_id = $1"
              "   AND v.lead_key_id = lead_keys.lead_key_id AND v.day >= $2), 0)"
              " FROM lead_keys WHERE org_id = $1"
              " ORDER BY created_ms DESC, lead_key_id DESC",
              TEXT(db_scope_org(db)), TEXT(day_str(&since)));
    while (db_next(&rows)) {
        struct lead_key *key = lead_keys_add(out, arena);
        *key = read_key(&rows);
        key->page_views = db_int(&rows, 8);
    }
    return db_done(&rows, err);
}

static bool not_in_use(struct str lead_key_id, struct err *err)
{
    return err_set(err, ERR_NOT_FOUND, "no lead key " STR_FMT " in use",
                   STR_ARG(str_sub(lead_key_id, 0, 60)));
}

static bool set_forward(struct db *db, struct arena *arena, struct str lead_key_id,
                        bool forward, struct str actor, struct err *err)
{
    struct audit_entry entry = {
        .actor = actor, .action = "lead_key.page_views", .object_id = lead_key_id};
    int64_t changed = 0;

    if (!db_run(db, &changed, err,
                "UPDATE lead_keys SET forwards_page_views = $3"
                " WHERE org_id = $1 AND lead_key_id = $2 AND revoked_ms = 0",
                TEXT(db_scope_org(db)), TEXT(lead_key_id), INT(forward)))
        return false;
    if (changed == 0)
        return not_in_use(lead_key_id, err);
    return audit_add(db, arena, &entry, err);
}

bool lead_key_forward_page_views(struct db *db, struct arena *arena, struct str lead_key_id,
                                 bool forward, struct str actor, struct err *err)
{
    return db_begin(db, err) &&
           db_end(db, set_forward(db, arena, lead_key_id, forward, actor, err), err);
}

bool lead_key_count_view(struct db *db, struct str lead_key_id, int64_t now_ms, struct err *err)
{
    struct day today = zone_day(STR("UTC"), now_ms);

    return db_run(db, NULL, err,
                  "INSERT INTO page_views (org_id, lead_key_id, day, views)"
                  " VALUES ($1, $2, $3, 1) ON CONFLICT (org_id, lead_key_id, day)"
                  " DO UPDATE SET views = page_views.views + 1",
                  TEXT(db_scope_org(db)), TEXT(lead_key_id), TEXT(day_str(&today)));
}

static bool revoke(struct db *db, struct arena *arena, struct str lead_key_id, struct str actor,
                   int64_t now_ms, struct err *err)
{
    struct audit_entry entry = {
        .actor = actor, .action = "lead_key.revoke", .object_id = lead_key_id};
    int64_t changed = 0;

    if (!db_run(db, &changed, err,
                "UPDATE lead_keys SET revoked_ms = $3"
                " WHERE org_id = $1 AND lead_key_id = $2 AND revoked_ms = 0",
                TEXT(db_scope_org(db)), TEXT(lead_key_id), INT(now_ms)))
        return false;
    if (changed == 0)
        return not_in_use(lead_key_id, err);
    return audit_add(db, arena, &entry, err);
}

bool lead_key_revoke(struct db *db, struct arena *arena, struct str lead_key_id,
                     struct str actor, int64_t now_ms, struct err *err)
{
    return db_begin(db, err) &&
           db_end(db, revoke(db, arena, lead_key_id, actor, now_ms, err), err);
}

bool lead_key_find(struct db *db, struct arena *arena, struct str key, struct str *org_id,
                   struct lead_key *out, struct err *err)
{
    struct db_rows rows;

    *org_id = STR("");
    db_select(db, arena, &rows,
              "SELECT " COLUMNS
              ", org_id FROM lead_keys WHERE key_hash = $1 AND revoked_ms = 0",
              TEXT(seal_sha256_hex(arena, key)));
    while (db_next(&rows)) {
        *out = read_key(&rows);
        *org_id = db_text(&rows, 8);
    }
    return db_done(&rows, err);
}

bool lead_key_used(struct db *db, struct str org_id, struct str lead_key_id, int64_t now_ms,
                   struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE lead_keys SET last_used_ms = $3"
                  " WHERE org_id = $1 AND lead_key_id = $2 AND last_used_ms < $4",
                  TEXT(org_id), TEXT(lead_key_id), INT(now_ms), INT(now_ms - MINUTE_MS));
}
