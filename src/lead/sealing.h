#ifndef LEAD_SEALING_H
#define LEAD_SEALING_H

#include "lead/lead.h"

/*
 * Contacts that an earlier version stored in the open are sealed by a job of
 * each org; new ones never stand open.  Private to lead/.
 */
MUST_CHECK bool lead_run_seal(struct job *job, struct err *err); /* "lead.seal" */
/* Ask for the job in each org that has such contacts.  System scope. */
MUST_CHECK bool lead_sealing_sweep(struct db *db, struct arena *arena, struct err *err);

#endif
