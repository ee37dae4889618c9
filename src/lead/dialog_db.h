#ifndef LEAD_DIALOG_DB_H
#define LEAD_DIALOG_DB_H

#include "lead/dialog.h"

/* Rows of dialogs. Private to lead/. */

/* New, or the one of this external id; what it did not know of its lead yet is filled in. */
MUST_CHECK bool dialog_upsert(struct db *db, struct arena *arena, struct str external_id,
                              struct str lead_id, struct str phone_hash, struct str email_hash,
                              int64_t now_ms, struct dialog *out, struct err *err);
MUST_CHECK bool dialog_message_insert(struct db *db, struct arena *arena, struct str dialog_id,
                                      const struct dialog_message *message, int64_t now_ms,
                                      bool *added, struct err *err);

#endif
