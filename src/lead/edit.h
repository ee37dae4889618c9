#ifndef LEAD_EDIT_H
#define LEAD_EDIT_H

#include "lead/lead.h"

/*
 * What people do with a lead beside its stage: notes, who works on it, the mark
 * that it is only a test, and erasing the person.  Each is one transaction with
 * its audit line; ERR_NOT_FOUND for another org's lead.
 */

struct lead_note {
    struct str note_id, actor, text;
    int64_t at_ms;
};
LIST(lead_notes, struct lead_note);
#define LEAD_NOTES_MOST 500 /* of one lead */

/* The text is sealed in the table. */
MUST_CHECK bool lead_note_add(struct db *db, struct arena *arena, struct str lead_id,
                              struct str text, struct str actor, int64_t now_ms,
                              struct lead_note *out, struct err *err);
/* Oldest first. */
MUST_CHECK bool lead_note_list(struct db *db, struct arena *arena, struct str lead_id,
                               struct lead_notes *out, struct err *err);

/* `user_id` "" = nobody; ERR_NOT_FOUND where the org has no such user. */
MUST_CHECK bool lead_assign(struct db *db, struct arena *arena, struct str lead_id,
                            struct str user_id, struct str actor, int64_t now_ms,
                            struct err *err);

/* Test leads are kept and counted nowhere. */
MUST_CHECK bool lead_mark_test(struct db *db, struct arena *arena, struct str lead_id,
                               bool is_test, struct str actor, int64_t now_ms, struct err *err);

/*
 * The person's data go: name, phone, e-mail, answers, click id, what the
 * browser knew, notes, chats, the words it is found by, the keyed hashes of contact
 * (here and on its purchases), and the body that it came in where nothing else
 * waits in it.  What is counted stays: the row, its links, stage and ledger,
 * its purchases' amounts.  The same lead brought again by the platform stays
 * erased.  Erased already: nothing to do, *erased false.
 */
MUST_CHECK bool lead_erase(struct db *db, struct arena *arena, struct str lead_id,
                           struct str actor, int64_t now_ms, bool *erased, struct err *err);

#endif
