#ifndef LEAD_DIALOG_H
#define LEAD_DIALOG_H

#include "lead/dialog_rule.h"
#include "lead/lead.h"

/*
 * Chats with leads: their messages come in by API, rules of the org or a
 * language model say which stage was reached, and the stage moves like by hand,
 * so the platform hears of it.
 *
 * A dialog belongs to the lead that it names, or to the last one with its phone
 * or e-mail; without one it is kept, and looked up again with each message.
 * Messages are kept sealed.  A dialog never moves a lead back along the funnel.
 */
#define DIALOG_LINES_MOST 200 /* of the newest, that are judged */

struct dialog_wish {
    struct str external_id;         /* of the chat */
    struct str message_external_id; /* "" = ours: then every call is a new message */
    bool ours;                      /* written by us, not by the person */
    struct str text;
    struct str lead_id, phone, email; /* any may be missing */
    int64_t at_ms;                    /* 0 = now */
    struct str actor;
    int64_t now_ms;
};
/* Store it, and ask for the job that judges.  The same message again is stored once (*added
 * false). */
MUST_CHECK bool dialog_add(const struct app *app, struct db *db, struct arena *arena,
                           const struct dialog_wish *wish, struct str *dialog_id,
                           struct str *lead_id, bool *added, struct err *err);

extern const struct job_kind dialog_jobs[]; /* "dialog.judge" {"dialog_id"} */

struct dialog {
    struct str dialog_id, external_id, lead_id;
    int64_t created_ms, updated_ms;
};
LIST(dialogs, struct dialog);
struct dialog_message {
    struct str message_id, external_id;
    struct dialog_line line;
    int64_t at_ms;
};
LIST(dialog_messages, struct dialog_message);

MUST_CHECK bool dialog_get(struct db *db, struct arena *arena, struct str dialog_id,
                           struct dialog *out, struct err *err);
/* Of one lead ("" = all), newest first, at most LIMIT_LIST_ROWS. */
MUST_CHECK bool dialog_list(struct db *db, struct arena *arena, struct str lead_id,
                            struct dialogs *out, struct err *err);
/* The newest DIALOG_LINES_MOST, oldest first. */
MUST_CHECK bool dialog_message_list(struct db *db, struct arena *arena, struct str dialog_id,
                                    struct dialog_messages *out, struct err *err);

struct strs;
/* The org's rules as JSON texts, in their order; set all at once. */
MUST_CHECK bool dialog_rules_get(struct db *db, struct arena *arena, struct strs *out,
                                 struct err *err);
MUST_CHECK bool dialog_rules_set(struct db *db, struct arena *arena, const struct strs *rules,
                                 struct str actor, int64_t now_ms, struct err *err);

#endif
