#ifndef EVENT_PREPARE_H
#define EVENT_PREPARE_H

#include "ads/direction.h"
#include "conf/app.h"
#include "event/event_db.h"

/* One run of a direction's sender. Private to event/. */
struct sending {
    struct job *job;
    const struct app *app;
    const struct platform *platform;
    struct direction direction;
    struct event_source source;
    struct platform_event_target target;
    struct event_names names;
    struct ad_connection connection; /* unused where the source has a token of its own */
    bool own_token;
    struct platform_session session;
};

/*
 * From a row of the outbox to what the platform is told: the lead's contact
 * hashed as the platform hashes it, its click ids, its page.  Sets the row's
 * name, event id and pixel if this is its first sending.  *skip says why it
 * need not be told ("" = it must).
 */
MUST_CHECK bool event_prepare(struct sending *s, struct conversion *conversion,
                              struct platform_event *out, struct str *skip, struct err *err);

#endif
