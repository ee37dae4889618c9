#ifndef EVENT_PIXEL_H
#define EVENT_PIXEL_H

#include "base/list.h"
#include "base/str.h"

struct db;

/*
 * How the conversions of each pixel fare: for people who look whether the
 * platform hears of what its ads brought.
 *
 * A platform's own judgement of the events ("match quality") is no part of it: it
 * stands in the platform's events manager.
 */
struct event_pixel_use {
    struct str direction_id, name, source; /* source: web, crm */
    struct str blocked_text; /* why the platform refuses the pixel; "" = it does not */
    bool is_active;
};
LIST(event_pixel_uses, struct event_pixel_use);

enum event_breaker {
    EVENT_BREAKER_CLOSED,
    EVENT_BREAKER_OPEN,     /* nothing is sent until again_ms */
    EVENT_BREAKER_HALF_OPEN /* the next event goes alone, as a probe */
};
const char *event_breaker_word(enum event_breaker state); /* closed, open, half_open */

struct event_pixel {
    struct str platform;
    struct str pixel_code; /* "" = their directions have none yet, or they have no direction */
    struct event_pixel_uses uses;
    int64_t sent, refused, skipped; /* written down since */
    int64_t waiting;                /* all of them */
    int64_t retried;                /* of these four: tried more than once */
    bool more; /* LIMIT_COUNTED of a state were counted, of all pixels together: there may be
                  more */
    int64_t last_sent_ms, oldest_waiting_ms; /* 0 = none */
    enum event_breaker breaker;
    int64_t failures, opened_ms, again_ms;
    /* The last attempt since then that did not go well; error_ms 0 = all went well. */
    int64_t error_ms;
    struct str error_event, error_outcome; /* refused, uncertain, failed */
    struct str error_json;                 /* as in conversion_log */
};
LIST(event_pixels, struct event_pixel);

struct event_pixel_filter {
    struct str platform, ad_account_id; /* "" = any */
    int64_t since_ms, now_ms;
};
/* By platform and code. */
MUST_CHECK bool event_pixel_list(struct db *db, struct arena *arena,
                                 const struct event_pixel_filter *filter,
                                 struct event_pixels *out, struct err *err);

#endif
