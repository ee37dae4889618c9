#ifndef LEAD_SPAM_H
#define LEAD_SPAM_H

#include "base/strs.h"

/*
 * How much a lead looks like spam, from 0 (nothing speaks for it) to 100, with
 * a reason for each part of the score.  A judgement, never an action: nothing
 * is refused, hidden or deleted because of it.
 *
 * Pure: facts in, score out; spam_db.c reads the facts that other leads give.
 */
struct spam_facts {
    struct str name;
    struct str phone_typed, phone; /* as typed, and E.164 or "" */
    struct str email_typed, email;
    struct str answers;        /* JSON [{"field","value"}] */
    int64_t phone_other_forms; /* other forms that this phone came by in SPAM_WINDOW_MS */
    int64_t address_burst;     /* leads of this address within SPAM_BURST_MS, this one aside */
    int64_t filled_ms;         /* how long the form took; 0 = not told */
    bool blocked_phone, blocked_email, blocked_domain, blocked_address;
};
#define SPAM_WINDOW_MS (INT64_C(24) * 60 * 60 * 1000)
#define SPAM_BURST_MS  (10 * 60 * 1000)
#define SPAM_BURST     3    /* so many others from one address are a burst */
#define SPAM_FAST_MS   3000 /* nobody types a phone faster */

struct spam_verdict {
    int64_t score;
    struct strs reasons; /* sentences for people */
};
struct spam_verdict lead_spam_judge(struct arena *arena, const struct spam_facts *facts);

/* One line for the ledger, and the list as JSON for the row. */
struct str lead_spam_cause(struct arena *arena, const struct spam_verdict *verdict);
struct str lead_spam_reasons(struct arena *arena, const struct spam_verdict *verdict);

/* Is the domain one of those that give an address to whoever comes by, for ten minutes? */
bool lead_spam_disposable(struct str domain);

#endif
