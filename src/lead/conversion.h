#ifndef LEAD_CONVERSION_H
#define LEAD_CONVERSION_H

#include "lead/purchase.h"
#include "lead/touch.h"

/*
 * The outbox of conversions, its writing side: what happened to a lead is
 * written down in the transaction that makes it happen, and event/ tells the
 * platform.  Whether and where it is told is decided there: a direction may get
 * its pixel after its first leads.
 *
 * One row for each stage that a lead reaches, the first time it does, and one
 * for each sale.
 */

/* Jobs "event.send" {"direction_id"} send what waits of one direction; so long they gather. */
#define CONVERSION_GATHER_MS 1000

/* The lead came to `stage`. */
MUST_CHECK bool conversion_add_stage(struct db *db, struct arena *arena,
                                     const struct lead *lead, struct str stage, int64_t at_ms,
                                     int64_t now_ms, struct err *err);
MUST_CHECK bool conversion_add_sale(struct db *db, struct arena *arena, const struct lead *lead,
                                    const struct purchase *sale, int64_t now_ms,
                                    struct err *err);
/* The lead has found its direction, or a better one than `from`: what waits and was not tried
 * belongs there.  What was tried stays: the pixel of `from` may have it. */
MUST_CHECK bool conversion_follow_lead(struct db *db, struct arena *arena, struct str lead_id,
                                       struct str from, struct str direction_id, int64_t now_ms,
                                       struct err *err);
/* The page that the lead's form stood on has told its pixels of it under this id: the lead's
 * interest is told under the same one.  One lead's alone: a second form of the same page view
 * keeps an id of its own.  In the transaction that stores the lead. */
MUST_CHECK bool conversion_share_page_id(struct db *db, struct str lead_id,
                                         struct str page_event_id, struct err *err);

/*
 * What somebody did on a page that carries the snippet.  The pixel of that page
 * may have told the platform of it under the same event id.
 */
struct conversion_page {
    struct str direction_id; /* "" = the key has none: it is kept, and told to nobody */
    struct str name;         /* the platform's word: ViewContent, SubmitForm */
    struct str event_id;
    struct lead_touch touch; /* without consent only that is kept of it */
    int64_t at_ms, value_micros;
    struct str currency;
};
/* Once for each name and event id of a direction; told to its sibling of the same name on the
 * other platform as well, where that has a pixel.  *added false: it was there. */
MUST_CHECK bool conversion_add_page(struct db *db, struct arena *arena,
                                    const struct conversion_page *page, int64_t now_ms,
                                    bool *added, struct err *err);
/* Events of pages are forgotten after so long, in system scope; some at a time. */
#define CONVERSION_PAGE_DAYS 30
MUST_CHECK bool conversion_forget_pages(struct db *db, int64_t now_ms, int64_t most,
                                        int64_t *gone, struct err *err);

/* Ask for the job; one that waits already serves. */
MUST_CHECK bool conversion_ask(struct db *db, struct arena *arena, struct str direction_id,
                               int64_t run_at_ms, struct err *err);

#endif
