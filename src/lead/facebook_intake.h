#ifndef LEAD_FACEBOOK_INTAKE_H
#define LEAD_FACEBOOK_INTAKE_H

#include "lead/delivery_db.h"

struct app;
struct net;

/*
 * A webhook of Facebook only says that there are leads: each is read with the
 * page's token and stored, with the mark that it is, in one transaction.  What
 * cannot be read yet (a page that nobody here has chosen, a permission that is
 * missing, a token that is dead) leaves the delivery unresolved with the
 * reason: it is read again with every connect and every ten minutes.  A lead
 * that cannot be read for 90 days is gone at Facebook; then it is stored as
 * what the webhook told.
 */
struct facebook_intake {
    const struct app *app;
    struct db *db; /* in system scope, before and after */
    struct net *net;
    struct arena *arena;
    struct str actor;
    int64_t now_ms;
    int64_t until_mono_ms; /* begin no more calls then */
};
MUST_CHECK bool facebook_intake(const struct facebook_intake *in, struct delivery *delivery,
                                struct err *err);

#endif
