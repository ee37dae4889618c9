#ifndef CREATIVE_CREATIVE_TRANSCRIBE_H
#define CREATIVE_CREATIVE_TRANSCRIBE_H

#include "creative/creative.h"

/* The job creative.transcribe.  Private to creative/. */
MUST_CHECK bool creative_transcribe_run(struct job *job, struct err *err);
MUST_CHECK bool creative_transcribe_dead(struct job *job, const struct err *why,
                                         struct err *err);
/* A transcript is to be made: the row and the job; nothing where there is one. */
MUST_CHECK bool creative_transcribe_ask(struct db *db, struct arena *arena,
                                        const struct creative *creative, int64_t now_ms,
                                        struct err *err);

#endif
