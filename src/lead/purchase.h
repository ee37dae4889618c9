#ifndef LEAD_PURCHASE_H
#define LEAD_PURCHASE_H

#include "lead/lead.h"

/*
 * Sales and refunds: dated events with amount and currency.
 *
 * A sale belongs to one lead at most: the one it names, else the last lead
 * with its phone that came before the sale (within PURCHASE_MATCH_DAYS), else
 * with its e-mail.  A sale that matches none is kept, listed, and adopted when
 * such a lead arrives late.  So the sum over leads is the sum of sales, and
 * revenue is counted once.  A refund names its sale, is stored negative, and
 * follows the sale's lead; together they never exceed it.
 */
#define PURCHASE_MATCH_DAYS 365

struct purchase {
    struct str purchase_id, external_id;
    struct str lead_id, creative_id, ad_account_id; /* "" = matched no lead */
    int64_t lead_ms;                                /* the lead's created_ms */
    struct str kind;                                /* sale, refund */
    struct str refund_of;                           /* purchase_id of the sale */
    int64_t amount_micros;                          /* refunds are negative */
    struct str currency;
    int64_t paid_ms;
    struct str match_cause; /* lead_id, phone, email, sale; "" = not matched */
    struct str phone_hash, email_hash;
    int64_t created_ms;
};
LIST(purchases, struct purchase);

struct purchase_wish {
    struct str kind;                  /* "" = sale */
    struct str external_id;           /* "" = ours: then every call is a new purchase */
    struct str lead_id, phone, email; /* of a sale; any may be missing */
    struct str refund_of;             /* of a refund: external_id or purchase_id of the sale */
    int64_t amount_micros;            /* above 0, refunds too */
    struct str currency;
    int64_t paid_ms; /* 0 = now */
    struct str actor;
    int64_t now_ms;
};

/*
 * Store it; a sale moves its lead to the stage purchase.  The same external_id
 * with the same content again answers the stored one (*added false), with
 * other content ERR_CONFLICT.
 */
MUST_CHECK bool purchase_add(const struct app *app, struct db *db, struct arena *arena,
                             const struct purchase_wish *wish, struct purchase *out,
                             bool *added, struct err *err);

/* The same inside the caller's transaction: many in one.  What it refuses (ERR_INVALID,
 * ERR_CONFLICT, ERR_NOT_FOUND), it refuses before it writes. */
MUST_CHECK bool purchase_add_within(const struct app *app, struct db *db, struct arena *arena,
                                    const struct purchase_wish *wish, struct purchase *out,
                                    bool *added, struct err *err);

struct purchase_filter {
    struct str lead_id;
    int matched;            /* -1 = all, 0 = without a lead, 1 = with one */
    int64_t from_ms, to_ms; /* paid_ms in [from, to); to 0 = open */
    int64_t before_ms;      /* cursor; 0 = first page */
    struct str before_id;
    int64_t limit;
};
/* Newest first, by paid_ms and purchase_id. */
MUST_CHECK bool purchase_list(struct db *db, struct arena *arena,
                              const struct purchase_filter *filter, struct purchases *out,
                              struct err *err);

/* The last lead of this phone, else of this e-mail, as they are typed; "" where there is none.
 */
MUST_CHECK bool purchase_match_contact(const struct app *app, struct db *db,
                                       struct arena *arena, struct str phone, struct str email,
                                       int64_t now_ms, struct str *lead_id, struct err *err);

/* Inside the transaction of a new lead: the waiting sales of its contact become its. */
MUST_CHECK bool purchase_adopt(struct db *db, struct arena *arena, const struct lead *lead,
                               struct str actor, int64_t now_ms, struct err *err);
/* Inside the transaction of a new link: the lead's purchases follow. */
MUST_CHECK bool purchase_follow_lead(struct db *db, struct str lead_id, struct str creative_id,
                                     struct str ad_account_id, struct err *err);

#endif
