#ifndef AUTH_STOP_H
#define AUTH_STOP_H

#include "base/str.h"

struct db;

/*
 * The emergency stop of an org: while it is on, nothing automatic acts.  Runs
 * of the autopilot look and decide, and send nothing; actions that it had
 * written already are refused before they are sent, and a launch that it began
 * waits.  What people and programs ask for is not concerned.  A request that is
 * on its way to a platform cannot be called back: it is read back and shown.
 */
struct autopilot_stop {
    bool on;
    int64_t since_ms;
    struct str actor; /* who stopped it */
    struct str text;  /* why, in their words; "" */
};

/* Of the handle's org. */
MUST_CHECK bool autopilot_stop_get(struct db *db, struct arena *arena,
                                   struct autopilot_stop *out, struct err *err);

/* On or off, with an audit line; *changed false where it was so already (then it stays as it
 * was).  Begins and ends its own transaction. */
MUST_CHECK bool autopilot_stop_set(struct db *db, struct arena *arena, bool on, struct str text,
                                   struct str actor, int64_t now_ms, bool *changed,
                                   struct err *err);

#endif
