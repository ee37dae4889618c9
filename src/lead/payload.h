#ifndef LEAD_PAYLOAD_H
#define LEAD_PAYLOAD_H

#include "base/list.h"
#include "base/str.h"

/*
 * What TikTok's lead webhooks carry, in both shapes that are seen:
 *
 *   documented  {"object":1,"entry":[{"id":...,"changes":[{"field","value"}]}]}
 *   founding    {"event_type":"lead","data":{"lead_id":...,"field_data":[...]}}
 *
 * Ids come as strings or as numbers and leave as text.  Other objects of the
 * same callback (ad and ad-group reviews, suspensions, fatigue ...) are
 * recognised and named, and carry no leads.
 */
struct lead_answer {
    struct str field; /* the question, as received */
    struct str value; /* text of the answer; lists are joined by ", " */
};
LIST(lead_answers, struct lead_answer);

struct lead_arrival {
    size_t position; /* of the entry in the body */
    struct str platform_lead_id;
    struct str source; /* tiktok_form, or the platform's other lead sources in lower case */
    struct str advertiser_id, campaign_id, adgroup_id, ad_id, page_id;
    struct str click_id;
    int64_t created_ms;            /* 0 = the payload does not say */
    struct str name, phone, email; /* as typed; "" where the form did not ask */
    struct str answers;            /* JSON [{"field","value"}], values as received */
};
LIST(lead_arrivals, struct lead_arrival);

struct lead_payload {
    struct str event; /* "" for leads; else what it is: "ad review (object 3)" */
    struct lead_arrivals leads;
};

/* ERR_INVALID: not JSON, or neither of the shapes.  `body_hash` names leads without an id, so
 * that the same body again is the same lead again. */
MUST_CHECK bool lead_payload_parse(struct arena *arena, struct str body, struct str body_hash,
                                   struct lead_payload *out, struct err *err);

/*
 * Name, phone and e-mail out of the answers: exact field names only (in any
 * case, with blanks, hyphens or underscores), the first one wins.  So "company
 * name" is an answer and never the person's name.
 */
void lead_contact(struct arena *arena, const struct lead_answers *answers, struct str *name,
                  struct str *phone, struct str *email);

#endif
