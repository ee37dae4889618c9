#ifndef LEAD_CRM_H
#define LEAD_CRM_H

#include "base/list.h"
#include "base/str.h"

/*
 * What a CRM tells of leads: stages that they came to, and sales.
 *
 *     {"lead_id" | "phone" | "email": whom,
 *      "stage": "qualified", "at": "2026-11-24T08:30:00Z",
 *      "amount": 150000, "currency": "KZT", "external_id": "deal-7",
 *      "paid_at": ..., "kind": "sale" | "refund", "refund_of": "deal-6"}
 *
 * One object, a list of them, or {"events": [...]}; or a form of the same
 * names.  Stage and sale may stand in one object.  Pure: bytes in, wishes out.
 */
struct crm_entry {
    struct str lead_id, phone, email;
    struct str stage; /* "" = none is told */
    int64_t at_ms;    /* of the stage; 0 = not said */
    bool has_sale;
    struct str kind, external_id, refund_of, currency;
    int64_t amount_micros, paid_ms;
};
LIST(crm_entries, struct crm_entry);

/* ERR_INVALID names the field, and the position where there are several. */
MUST_CHECK bool crm_read(struct arena *arena, struct str type, struct str body,
                         struct crm_entries *out, struct err *err);

struct app;
struct db;
struct delivery;
/*
 * A stored delivery of source "crm" carried out, entry by entry, each once.
 * One whose person is no lead yet leaves the delivery unresolved: it is tried
 * again for a week, for the lead may come late.  Private to lead/.
 */
MUST_CHECK bool crm_intake(const struct app *app, struct db *db, struct arena *arena,
                           const struct delivery *delivery, struct str actor, int64_t now_ms,
                           struct err *err);

#endif
