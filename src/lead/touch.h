#ifndef LEAD_TOUCH_H
#define LEAD_TOUCH_H

#include "base/str.h"

#include "text/json.h"

struct db;
struct ring;

/*
 * What the browser knew when a lead was left on a site: click ids, cookies,
 * address, page.  The platforms match their users by it.  Kept sealed, as it
 * came: click ids are case-sensitive.
 */
struct lead_touch {
    struct str ttclid, ttp;      /* TikTok's click and browser id */
    struct str fbclid, fbc, fbp; /* Meta's */
    struct str gclid, yclid;     /* Google's and Yandex's click ids */
    struct str ip, user_agent;
    struct str page_url, referrer;
    struct str utm;          /* JSON object of the utm_* fields; "" = none */
    struct str first_touch;  /* the person's first visit, as a query: utm_source=..&ttclid=.. */
    struct str consent;      /* "yes", "no", or "" where nobody asked */
    struct str consent_text; /* the words that were agreed to, where the form sent them */
    struct str event_id;     /* that the pixel of the page used; "" = none */
};

/* Nothing in it? */
bool lead_touch_empty(const struct lead_touch *touch);

/* As JSON, and back (unknown members are passed over). */
struct str lead_touch_print(struct arena *arena, const struct lead_touch *touch);
MUST_CHECK bool lead_touch_read(struct arena *arena, struct str json, struct lead_touch *out,
                                struct err *err);

/* Inside the transaction of the lead.  An empty one is not stored. */
MUST_CHECK bool lead_touch_store(const struct ring *ring, struct db *db, struct arena *arena,
                                 struct str lead_id, const struct lead_touch *touch,
                                 int64_t now_ms, struct err *err);
/* All "" where the lead brought none. */
MUST_CHECK bool lead_touch_find(const struct ring *ring, struct db *db, struct arena *arena,
                                struct str lead_id, struct lead_touch *out, struct err *err);
/* Erased with the person. */
MUST_CHECK bool lead_touch_erase(struct db *db, struct str lead_id, struct err *err);

#endif
