#ifndef LEAD_SITE_H
#define LEAD_SITE_H

#include "base/strs.h"
#include "lead/payload.h"
#include "lead/touch.h"

/*
 * What the forms of sites send: Tilda, plain HTML forms, form builders of
 * WordPress (Contact Form 7, Elementor), Typeform, and JSON of anything that
 * can post.  Pure: bytes in, a lead out.
 *
 * A field that names the person is recognised by its name in English or
 * Russian; what is neither that nor a service field is an answer, kept as it
 * came.  Click ids and UTMs come from fields, from the page's address, and from
 * the cookies that Tilda sends along (TILDAUTM).  A macro that nobody filled in
 * ("__CID__", "{{ad.id}}") is nothing.
 */
struct lead_site {
    bool is_ping;             /* Tilda looks whether the address answers: no lead */
    struct str submission_id; /* of the sender: tranid, event_id, token; "" = none */
    struct str form_id;
    struct str direction_id; /* that the form names; "" = none */
    struct str campaign_id, adgroup_id, ad_id;
    struct strs ad_candidates; /* other numbers that may be the ad, by utm field: best first */
    struct str name, phone, email; /* as typed */
    struct str answers;            /* JSON [{"field","value"}] */
    struct lead_touch touch;
    int64_t created_ms; /* 0 = not said */
    int64_t filled_ms;  /* how long filling it in took; 0 = not said */
    bool is_test;
};

/* `type` is the Content-Type; `utm_field` is where the direction has the ad's id ("" =
 * utm_medium). */
MUST_CHECK bool lead_site_parse(struct arena *arena, struct str type, struct str body,
                                struct str utm_field, struct lead_site *out, struct err *err);

/* The person's contact out of answers, by their names in English or Russian. */
void lead_site_contact(struct arena *arena, const struct lead_answers *answers,
                       struct str *name, struct str *phone, struct str *email);

/* The pairs of a raw cookie text that we know, into the touch; TILDAUTM's fields into `utm`. */
void lead_site_cookies(struct arena *arena, struct str cookies, struct lead_touch *touch,
                       struct lead_answers *utm);

/* A macro that no platform has filled in. */
bool lead_site_is_macro(struct str value);

#endif
