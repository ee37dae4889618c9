/* dialog_db.c - the tables dialogs, dialog_messages and dialog_rules. */

#include "lead/dialog_db.h"

#include "auth/audit.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/strs.h"
#include "db/db.h"
#include "seal/seal.h"
#include "text/json.h"

static struct seal_place place_of(struct db *db, struct str message_id)
{
    return (struct seal_place){db_scope_org(db), "dialog_messages", "text_sealed", message_id};
}

#define DIALOG_COLUMNS "dialog_id, external_id, lead_id, created_ms, updated_ms"

static bool read_dialogs(struct db_rows *rows, struct dialogs *out, struct err *err)
{
    while (db_next(rows))
        *dialogs_add(out, rows->arena) = (struct dialog){.dialog_id = db_text(rows, 0),
                                                         .external_id = db_text(rows, 1),
                                                         .lead_id = db_text(rows, 2),
                                                         .created_ms = db_int(rows, 3),
                                                         .updated_ms = db_int(rows, 4)};
    return db_done(rows, err);
}

bool dialog_get(struct db *db, struct arena *arena, struct str dialog_id, struct dialog *out,
                struct err *err)
{
    struct dialogs found = {0};
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " DIALOG_COLUMNS " FROM dialogs WHERE org_id = $1 AND dialog_id = $2",
              TEXT(db_scope_org(db)), TEXT(dialog_id));
    if (!read_dialogs(&rows, &found, err))
        return false;
    if (found.n == 0)
        return err_set(err, ERR_NOT_FOUND, "no dialog " STR_FMT,
                       STR_ARG(str_sub(dialog_id, 0, 60)));
    *out = found.at[0];
    return true;
}

bool dialog_list(struct db *db, struct arena *arena, struct str lead_id, struct dialogs *out,
                 struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " DIALOG_COLUMNS " FROM dialogs WHERE org_id = $1"
              " AND ($2 = '' OR lead_id = $2) ORDER BY updated_ms DESC, dialog_id LIMIT $3",
              TEXT(db_scope_org(db)), TEXT(lead_id), INT(LIMIT_LIST_ROWS));
    return read_dialogs(&rows, out, err);
}

bool dialog_upsert(struct db *db, struct arena *arena, struct str external_id,
                   struct str lead_id, struct str phone_hash, struct str email_hash,
                   int64_t now_ms, struct dialog *out, struct err *err)
{
    struct dialogs stored = {0};
    struct db_rows rows;

    db_select(db, arena, &rows,
              "INSERT INTO dialogs (org_id, dialog_id, external_id, lead_id, phone_hash,"
              "  email_hash, created_ms, updated_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)"
              " ON CONFLICT (org_id, external_id) DO UPDATE SET"
              "  lead_id = CASE WHEN dialogs.lead_id = '' THEN excluded.lead_id"
              "   ELSE dialogs.lead_id END,"
              "  phone_hash = CASE WHEN dialogs.phone_hash = '' THEN excluded.phone_hash"
              "   ELSE dialogs.phone_hash END,"
              "  email_hash = CASE WHEN dialogs.email_hash = '' THEN excluded.email_hash"
              "   ELSE dialogs.email_hash END,"
              "  updated_ms = excluded.updated_ms RETURNING " DIALOG_COLUMNS,
              TEXT(db_scope_org(db)), TEXT(id_new(arena)), TEXT(external_id), TEXT(lead_id),
              TEXT(phone_hash), TEXT(email_hash), INT(now_ms));
    if (!read_dialogs(&rows, &stored, err))
        return false;
    must(stored.n == 1);
    *out = stored.at[0];
    return true;
}

bool dialog_message_insert(struct db *db, struct arena *arena, struct str dialog_id,
                           const struct dialog_message *message, int64_t now_ms, bool *added,
                           struct err *err)
{
    int64_t n = 0;

    if (!db_run(
            db, &n, err,
            "INSERT INTO dialog_messages (org_id, message_id, dialog_id, external_id, sender,"
            "  text_sealed, at_ms, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
            " ON CONFLICT (org_id, dialog_id, external_id) DO NOTHING",
            TEXT(db_scope_org(db)), TEXT(message->message_id), TEXT(dialog_id),
            TEXT(message->external_id), TEXT(message->line.ours ? STR("us") : STR("person")),
            TEXT(ring_seal(db_ring(db), arena, place_of(db, message->message_id),
                           message->line.text)),
            INT(message->at_ms), INT(now_ms)))
        return false;
    *added = n == 1;
    return true;
}

bool dialog_message_list(struct db *db, struct arena *arena, struct str dialog_id,
                         struct dialog_messages *out, struct err *err)
{
    struct dialog_messages newest = {0};
    struct err unopened = {0};
    struct db_rows rows;
    bool ok = true;

    db_select(db, arena, &rows,
              "SELECT message_id, external_id, sender, text_sealed, at_ms FROM dialog_messages"
              " WHERE org_id = $1 AND dialog_id = $2 ORDER BY at_ms DESC, message_id DESC"
              " LIMIT $3",
              TEXT(db_scope_org(db)), TEXT(dialog_id), INT(DIALOG_LINES_MOST));
    while (db_next(&rows)) {
        struct secret text = {STR("")};
        ok = ok && ring_unseal(db_ring(db), arena, place_of(db, db_text(&rows, 0)),
                               db_text(&rows, 3), &text, &unopened);
        *dialog_messages_add(&newest, arena) = (struct dialog_message){
            .message_id = db_text(&rows, 0),
            .external_id = db_text(&rows, 1),
            .line = {str_eq(db_text(&rows, 2), STR("us")), seal_reveal(text)},
            .at_ms = db_int(&rows, 4)};
    }
    if (!db_done(&rows, err))
        return false;
    if (!ok)
        return *err = unopened, false;
    for (size_t i = newest.n; i-- > 0;)
        *dialog_messages_add(out, arena) = newest.at[i];
    return true;
}

/* --- rules -------------------------------------------------------------------------- */

bool dialog_rules_get(struct db *db, struct arena *arena, struct strs *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT rule FROM dialog_rules WHERE org_id = $1 ORDER BY position",
              TEXT(db_scope_org(db)));
    while (db_next(&rows))
        *strs_add(out, arena) = db_text(&rows, 0);
    return db_done(&rows, err);
}

static bool replace_rules(struct db *db, struct arena *arena, const struct strs *rules,
                          struct str actor, int64_t now_ms, struct err *err)
{
    struct audit_entry entry = {
        .actor = actor, .action = "dialog_rules.set", .object_id = STR("")};
    bool ok = db_run(db, NULL, err, "DELETE FROM dialog_rules WHERE org_id = $1",
                     TEXT(db_scope_org(db)));

    for (size_t i = 0; ok && i < rules->n; i++) {
        const struct json *rule;
        ok = json_parse(arena, rules->at[i], &rule, err) &&
             db_run(db, NULL, err,
                    "INSERT INTO dialog_rules (org_id, position, stage, rule, updated_ms)"
                    " VALUES ($1, $2, $3, $4, $5)",
                    TEXT(db_scope_org(db)), INT((int64_t)i),
                    TEXT(json_text(rule, "stage", STR(""))), TEXT(rules->at[i]), INT(now_ms));
    }
    return ok && audit_add(db, arena, &entry, err);
}

bool dialog_rules_set(struct db *db, struct arena *arena, const struct strs *rules,
                      struct str actor, int64_t now_ms, struct err *err)
{
    if (rules->n > DIALOG_RULES_MOST)
        return err_input(err, "rules", "at most 50 rules", "there are %zu rules", rules->n);
    for (size_t i = 0; i < rules->n; i++)
        if (!dialog_rule_check(arena, rules->at[i], err))
            return err_while(err, "rule %zu", i + 1);
    return db_begin(db, err) &&
           db_end(db, replace_rules(db, arena, rules, actor, now_ms, err), err);
}
