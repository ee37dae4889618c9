/* edit_db.c - notes, assignment, test mark and erasure of leads. */

#include "lead/edit.h"

#include "auth/audit.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"
#include "db/db.h"
#include "lead/contact.h"
#include "lead/delivery_db.h"
#include "lead/fact.h"
#include "lead/lead_db.h"
#include "lead/touch.h"
#include "seal/seal.h"

/* --- notes ------------------------------------------------------------------- */

static struct seal_place note_place(struct db *db, struct str note_id)
{
    return (struct seal_place){db_scope_org(db), "lead_notes", "text_sealed", note_id};
}

static bool count_notes(struct db *db, struct arena *arena, struct str lead_id, int64_t *n,
                        struct err *err)
{
    struct db_rows rows;

    *n = 0;
    db_select(db, arena, &rows,
              "SELECT count(*) FROM lead_notes WHERE org_id = $1 AND lead_id = $2",
              TEXT(db_scope_org(db)), TEXT(lead_id));
    while (db_next(&rows))
        *n = db_int(&rows, 0);
    return db_done(&rows, err);
}

static bool add_note(struct db *db, struct arena *arena, struct str lead_id,
                     const struct lead_note *note, struct err *err)
{
    struct audit_entry entry = {
        .actor = note->actor, .action = "lead.note", .object_id = lead_id};
    struct lead lead;
    int64_t n;

    if (!lead_lock_org(db, err) || !lead_get(db, arena, lead_id, &lead, err) ||
        !count_notes(db, arena, lead_id, &n, err))
        return false;
    if (lead.erased_ms)
        return err_set(err, ERR_CONFLICT, "the person of lead " STR_FMT " was erased",
                       STR_ARG(lead_id));
    if (n >= LEAD_NOTES_MOST)
        return err_set(err, ERR_CONFLICT, "the lead has %d notes already", LEAD_NOTES_MOST);
    return db_run(
               db, NULL, err,
               "INSERT INTO lead_notes (org_id, note_id, lead_id, actor, text_sealed, at_ms)"
               " VALUES ($1, $2, $3, $4, $5, $6)",
               TEXT(db_scope_org(db)), TEXT(note->note_id), TEXT(lead_id), TEXT(note->actor),
               TEXT(ring_seal(db_ring(db), arena, note_place(db, note->note_id), note->text)),
               INT(note->at_ms)) &&
           audit_add(db, arena, &entry, err);
}

bool lead_note_add(struct db *db, struct arena *arena, struct str lead_id, struct str text,
                   struct str actor, int64_t now_ms, struct lead_note *out, struct err *err)
{
    text = str_trim(text);
    if (text.n == 0 || str_length(text) > LIMIT_TEXT)
        return err_input(err, "text", "1 to 4096 characters",
                         text.n ? "the note is too long" : "the note is empty");
    *out = (struct lead_note){
        .note_id = id_new(arena), .actor = actor, .text = text, .at_ms = now_ms};
    return db_begin(db, err) && db_end(db, add_note(db, arena, lead_id, out, err), err);
}

bool lead_note_list(struct db *db, struct arena *arena, struct str lead_id,
                    struct lead_notes *out, struct err *err)
{
    struct strs sealed = {0};
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT note_id, actor, at_ms, text_sealed FROM lead_notes"
              " WHERE org_id = $1 AND lead_id = $2 ORDER BY at_ms, note_id",
              TEXT(db_scope_org(db)), TEXT(lead_id));
    while (db_next(&rows)) {
        *lead_notes_add(out, arena) = (struct lead_note){.note_id = db_text(&rows, 0),
                                                         .actor = db_text(&rows, 1),
                                                         .at_ms = db_int(&rows, 2)};
        *strs_add(&sealed, arena) = db_text(&rows, 3);
    }
    if (!db_done(&rows, err))
        return false;
    for (size_t i = 0; i < out->n; i++) {
        struct secret opened;
        if (!ring_unseal(db_ring(db), arena, note_place(db, out->at[i].note_id), sealed.at[i],
                         &opened, err))
            return false;
        out->at[i].text = seal_reveal(opened);
    }
    return true;
}

/* --- who works on it, and is it one at all ------------------------------------------ */

static bool check_user(struct db *db, struct arena *arena, struct str user_id, struct err *err)
{
    struct db_rows rows;
    bool found = false;

    db_select(db, arena, &rows, "SELECT 1 FROM memberships WHERE org_id = $1 AND user_id = $2",
              TEXT(db_scope_org(db)), TEXT(user_id));
    while (db_next(&rows))
        found = true;
    if (!db_done(&rows, err))
        return false;
    return found || (err_set(err, ERR_NOT_FOUND, "the org has no user " STR_FMT,
                             STR_ARG(str_sub(user_id, 0, 60))),
                     err_field(err, "user_id"));
}

static bool assign(struct db *db, struct arena *arena, struct str lead_id, struct str user_id,
                   struct str actor, int64_t now_ms, struct err *err)
{
    struct lead lead;

    if (!lead_lock_org(db, err) || !lead_get(db, arena, lead_id, &lead, err) ||
        (user_id.n && !check_user(db, arena, user_id, err)))
        return false;
    if (str_eq(lead.assigned_to, user_id))
        return true;
    struct audit_entry entry = {
        .actor = actor,
        .action = "lead.assign",
        .object_id = lead_id,
        .before = str_fmt(arena, "{\"user_id\":\"" STR_FMT "\"}", STR_ARG(lead.assigned_to)),
        .after = str_fmt(arena, "{\"user_id\":\"" STR_FMT "\"}", STR_ARG(user_id))};
    return db_run(db, NULL, err,
                  "UPDATE leads SET assigned_to = $3, updated_ms = $4"
                  " WHERE org_id = $1 AND lead_id = $2",
                  TEXT(db_scope_org(db)), TEXT(lead_id), TEXT(user_id), INT(now_ms)) &&
           audit_add(db, arena, &entry, err);
}

bool lead_assign(struct db *db, struct arena *arena, struct str lead_id, struct str user_id,
                 struct str actor, int64_t now_ms, struct err *err)
{
    return db_begin(db, err) &&
           db_end(db, assign(db, arena, lead_id, user_id, actor, now_ms, err), err);
}

static bool mark_test(struct db *db, struct arena *arena, struct str lead_id, bool is_test,
                      struct str actor, int64_t now_ms, struct err *err)
{
    struct audit_entry entry = {.actor = actor,
                                .action = "lead.test",
                                .object_id = lead_id,
                                .after = is_test ? STR("{\"is_test\":true}")
                                                 : STR("{\"is_test\":false}")};
    struct lead lead;

    if (!lead_lock_org(db, err) || !lead_get(db, arena, lead_id, &lead, err))
        return false;
    if (lead.is_test == is_test)
        return true;
    return db_run(db, NULL, err,
                  "UPDATE leads SET is_test = $3, updated_ms = $4"
                  " WHERE org_id = $1 AND lead_id = $2",
                  TEXT(db_scope_org(db)), TEXT(lead_id), INT(is_test), INT(now_ms)) &&
           lead_facts_renew(db, lead_id, false, err) &&
           sale_facts_renew_of_lead(db, lead_id, err) && audit_add(db, arena, &entry, err);
}

bool lead_mark_test(struct db *db, struct arena *arena, struct str lead_id, bool is_test,
                    struct str actor, int64_t now_ms, struct err *err)
{
    return db_begin(db, err) &&
           db_end(db, mark_test(db, arena, lead_id, is_test, actor, now_ms, err), err);
}

/* --- erasing ------------------------------------------------------------------------ */

static bool erase_row(struct db *db, struct arena *arena, struct str lead_id, int64_t now_ms,
                      struct err *err)
{
    struct lead empty = {.lead_id = lead_id, .answers = STR("[]")};
    struct str sealed = lead_contact_seal(db_ring(db), arena, db_scope_org(db), &empty);

    return db_run(db, NULL, err,
                  "UPDATE leads SET contact_sealed = $3, name = '', phone = '',"
                  " phone_typed = '', email = '', email_typed = '', answers = '[]',"
                  " phone_hash = '', email_hash = '', address_hash = '', click_id = '',"
                  " spam_reasons = '[]', erased_ms = $4, updated_ms = $4"
                  " WHERE org_id = $1 AND lead_id = $2",
                  TEXT(db_scope_org(db)), TEXT(lead_id), TEXT(sealed), INT(now_ms));
}

/* What was written in chats with the person. */
static bool erase_dialogs(struct db *db, struct str lead_id, struct err *err)
{
    return db_run(db, NULL, err,
                  "DELETE FROM dialog_messages WHERE org_id = $1 AND dialog_id IN"
                  " (SELECT d.dialog_id FROM dialogs d WHERE d.org_id = $1 AND d.lead_id = $2"
                  "  AND d.lead_id <> '')",
                  TEXT(db_scope_org(db)), TEXT(lead_id)) &&
           db_run(db, NULL, err,
                  "UPDATE dialogs SET phone_hash = '', email_hash = ''"
                  " WHERE org_id = $1 AND lead_id = $2 AND lead_id <> ''",
                  TEXT(db_scope_org(db)), TEXT(lead_id));
}

static bool erase_beside(struct db *db, const struct lead *lead, int64_t now_ms,
                         struct err *err)
{
    return db_run(db, NULL, err, "DELETE FROM lead_words WHERE org_id = $1 AND lead_id = $2",
                  TEXT(db_scope_org(db)), TEXT(lead->lead_id)) &&
           db_run(db, NULL, err, "DELETE FROM lead_notes WHERE org_id = $1 AND lead_id = $2",
                  TEXT(db_scope_org(db)), TEXT(lead->lead_id)) &&
           db_run(db, NULL, err,
                  "UPDATE purchases SET phone_hash = '', email_hash = ''"
                  " WHERE org_id = $1 AND lead_id = $2",
                  TEXT(db_scope_org(db)), TEXT(lead->lead_id)) &&
           lead_touch_erase(db, lead->lead_id, err) && erase_dialogs(db, lead->lead_id, err) &&
           delivery_erase_body(db, lead->delivery_id, now_ms, err);
}

static bool erase(struct db *db, struct arena *arena, struct str lead_id, struct str actor,
                  int64_t now_ms, bool *erased, struct err *err)
{
    struct audit_entry entry = {.actor = actor, .action = "lead.erase", .object_id = lead_id};
    struct lead_transition transition = {.at_ms = now_ms,
                                         .actor = actor,
                                         .kind = STR("state"),
                                         .to = STR("erased"),
                                         .cause = STR("personal data erased")};
    struct lead lead;

    if (!lead_lock_org(db, err) || !lead_get(db, arena, lead_id, &lead, err))
        return false;
    if (lead.erased_ms)
        return true;
    *erased = true;
    return lead_state_before(db, arena, lead_id, &transition.from, err) &&
           erase_row(db, arena, lead_id, now_ms, err) && erase_beside(db, &lead, now_ms, err) &&
           lead_transition_add(db, lead_id, &transition, err) &&
           audit_add(db, arena, &entry, err);
}

bool lead_erase(struct db *db, struct arena *arena, struct str lead_id, struct str actor,
                int64_t now_ms, bool *erased, struct err *err)
{
    bool done = false;

    if (!db_begin(db, err) ||
        !db_end(db, erase(db, arena, lead_id, actor, now_ms, &done, err), err))
        return false;
    *erased = done;
    if (done)
        log_info("lead.erased", LOG_TEXT("lead_id", lead_id));
    return true;
}
