#ifndef SANDBOX_CLOCKWORK_H
#define SANDBOX_CLOCKWORK_H

#include "sandbox/box.h"

/*
 * Move the wall clock forward to `to_ms`; not at all when it is past already.
 * Where the process follows a clock file, the file is written, so that every
 * process that follows it moves too.
 */
MUST_CHECK bool clockwork_move(struct sandbox *box, int64_t to_ms, struct err *err);

#endif
