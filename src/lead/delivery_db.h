#ifndef LEAD_DELIVERY_DB_H
#define LEAD_DELIVERY_DB_H

#include "base/list.h"
#include "base/str.h"
#include "lead/lead.h"

/*
 * The inbox, table webhook_deliveries: raw bodies that hook/ stored before it
 * answered.  It belongs to no org; here only the intake's side of it.
 */
struct delivery {
    struct str delivery_id, source, body, body_hash;
    struct str entries_done; /* "0,2": positions that are leads already */
    struct str state;        /* received or unresolved */
    int64_t received_ms, attempts;
    bool sealed;             /* in the table; `body` is open */
    struct str owner_org_id; /* whose address it came to; "" = the body tells */
    struct str headers;      /* JSON: what the sender said beside it */
};
LIST(deliveries, struct delivery);

/*
 * Take received deliveries for one try each, counting the try before it is
 * made: a body that kills the process is known by its count.  Fresh ones come
 * up to `limit` at once; ones that were tried before come alone, so that the
 * innocent do not share the count, after a wait that grows with the tries.
 */
MUST_CHECK bool delivery_take_fresh(struct db *db, struct arena *arena, int64_t limit,
                                    int64_t now_ms, struct deliveries *out, struct err *err);
MUST_CHECK bool delivery_take_again(struct db *db, struct arena *arena, int64_t now_ms,
                                    bool *taken, struct delivery *out, struct err *err);
/* Unresolved ones in order of arrival, after (received_ms, delivery_id). */
MUST_CHECK bool delivery_list_unresolved(struct db *db, struct arena *arena, int64_t after_ms,
                                         struct str after_id, int64_t limit,
                                         struct deliveries *out, struct err *err);

/* Close it, or write down what happened.  `from` guards: *changed false when another worker was
 * faster.  `org_id` may be "". */
struct delivery_outcome {
    const char *state; /* received (try again), processed, unresolved, failed */
    struct str error_text;
    struct str org_id;
    struct str entries_done;
};
MUST_CHECK bool delivery_close(struct db *db, const struct delivery *delivery,
                               const struct delivery_outcome *outcome, int64_t now_ms,
                               bool *changed, struct err *err);

/* Inside the transaction of an erasure: the body goes, where it is read to its end. */
MUST_CHECK bool delivery_erase_body(struct db *db, struct str delivery_id, int64_t now_ms,
                                    struct err *err);

/* Is there a received one that arrived by then and was never tried, or one due for another try?
 */
MUST_CHECK bool delivery_waiting(struct db *db, struct arena *arena, int64_t received_before_ms,
                                 int64_t now_ms, bool *any, struct err *err);
MUST_CHECK bool delivery_any_unresolved(struct db *db, struct arena *arena, bool *any,
                                        struct err *err);

#endif
