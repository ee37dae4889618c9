#ifndef NOTIFY_LANES_H
#define NOTIFY_LANES_H

#include "notify/send.h"

/*
 * Several webhooks of one endpoint at once: threads with a connection each, for
 * when many leads wait.  What is sent together concerns different leads, so
 * that the order of each stays.
 */
#define LANES 4

struct letter {
    const struct handoff *handoff;
    struct handed_lead handed;
    /* what came of it; nothing (`tried` false) where the lanes could not be opened */
    bool tried, ok;
    struct send_verdict verdict; /* until lanes_clear */
    struct err why;              /* where not ok */
};

struct lane {
    struct sender sender; /* a copy with its own net and arena */
    struct net *net;
    struct arena *arena;
};
struct lanes {
    struct lane lane[LANES];
    int open; /* how many; 0 = none yet */
};

/* Opens the lanes where they are not; returns when every letter has its answer. */
MUST_CHECK bool lanes_send(struct lanes *lanes, const struct sender *s, struct letter *letters,
                           size_t n, struct err *err);
/* The verdicts are stored: their memory may go. */
void lanes_clear(struct lanes *lanes);
void lanes_close(struct lanes *lanes);

#endif
