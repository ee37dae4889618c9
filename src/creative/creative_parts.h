#ifndef CREATIVE_CREATIVE_PARTS_H
#define CREATIVE_CREATIVE_PARTS_H

#include "creative/creative.h"

/* What the files of creative/ share.  Private to creative/. */

/* Ask for a job of a creative; one open job of a kind for each creative. */
MUST_CHECK bool creative_ask(struct db *db, struct arena *arena, const char *kind,
                             struct str creative_id, struct err *err);
MUST_CHECK bool creative_note(struct db *db, struct arena *arena, struct str actor,
                              const char *action, struct str id, struct err *err);
/* The creative that a job is about. */
MUST_CHECK bool creative_of_job(struct job *job, struct creative *out, struct err *err);

/* A direction that is there, or none; its texts as its platform takes them. */
MUST_CHECK bool creative_check_direction(struct db *db, struct arena *arena,
                                         struct str direction_id, struct str *platform,
                                         struct err *err);
MUST_CHECK bool creative_check_texts(struct str platform, struct str ad_text,
                                     struct str call_to_action, struct str landing,
                                     struct err *err);

/* Facts, verdict, hash and a still of the file in its place.  Findings are kept even when the
 * verdict is no. */
MUST_CHECK bool creative_look(const struct conf *conf, struct arena *arena,
                              struct creative *creative, struct err *err);
void creative_remove_files(const struct conf *conf, struct arena *arena,
                           const struct creative *creative);

#endif
