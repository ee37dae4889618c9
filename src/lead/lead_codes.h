#ifndef LEAD_LEAD_CODES_H
#define LEAD_LEAD_CODES_H

#include "text/says.h"

/*
 * What is said of leads.  It is stored in English; these patterns give it back as codes
 * (text/says.h), whose words are in ui/src/words/<language>/leads.ts.
 */

/* Reasons of the spam score (spam.c). */
#define LEAD_SPAM(CODE)                                                                        \
    CODE(SPAM_PHONE_IMPOSSIBLE, "spam_phone_impossible",                                       \
         "the phone cannot exist: it is too short, too long or no number")                     \
    CODE(SPAM_PHONE_RANGE, "spam_phone_range",                                                 \
         "the phone is of no range that its country has")                                      \
    CODE(SPAM_PHONE_REPEATED, "spam_phone_repeated", "the phone is one digit repeated")        \
    CODE(SPAM_PHONE_ROW, "spam_phone_row", "the phone is a row of digits in order")            \
    CODE(SPAM_EMAIL_WRONG, "spam_email_wrong", "the e-mail is not an address")                 \
    CODE(SPAM_EMAIL_THROWAWAY, "spam_email_throwaway",                                         \
         "the e-mail is of a throw-away service, {domain}")                                    \
    CODE(SPAM_NAME_RANDOM, "spam_name_random", "the name looks typed at random")               \
    CODE(SPAM_NAME_LINK, "spam_name_link", "the name holds a link")                            \
    CODE(SPAM_ANSWER_LINK, "spam_answer_link", "an answer holds a link")                       \
    CODE(SPAM_OTHER_FORM, "spam_other_forms", "the phone came by {n} other form within a day") \
    CODE(SPAM_OTHER_FORMS, "spam_other_forms",                                                 \
         "the phone came by {n} other forms within a day")                                     \
    CODE(SPAM_BURST_OF_ADDRESS, "spam_burst",                                                  \
         "{n} other leads came from the sender's address within ten minutes")                  \
    CODE(SPAM_TOO_FAST, "spam_fast", "the form was filled in within {ms} ms")                  \
    CODE(SPAM_BLOCKED_PHONE, "spam_blocked_phone", "the phone is on the org's blocked list")   \
    CODE(SPAM_BLOCKED_EMAIL, "spam_blocked_email", "the e-mail is on the org's blocked list")  \
    CODE(SPAM_BLOCKED_DOMAIN, "spam_blocked_domain",                                           \
         "the e-mail's domain is on the org's blocked list")                                   \
    CODE(SPAM_BLOCKED_ADDRESS, "spam_blocked_address",                                         \
         "the sender's address is on the org's blocked list")

/* Why a lead belongs to its direction and its creative (link.c); two, separated by "; ". */
#define LEAD_LINK(CODE)                                                                        \
    CODE(LINK_NAMED, "link_named", "named by the caller")                                      \
    CODE(LINK_CAMPAIGN, "link_campaign", "direction by campaign {id}")                         \
    CODE(LINK_AD, "link_ad", "direction by ad {id}")                                           \
    CODE(LINK_CREATIVE_OF_AD, "link_creative_of_ad", "direction by creative of ad {id}")       \
    CODE(LINK_PAGE, "link_page", "direction by page {id}")                                     \
    CODE(LINK_ONLY, "link_only", "direction by the ad account's only direction")               \
    CODE(LINK_MANY_CAMPAIGN, "link_many_campaign",                                             \
         "no direction: {n} directions have campaign {id}")                                    \
    CODE(LINK_MANY_PAGE, "link_many_page", "no direction: {n} directions have page {id}")      \
    CODE(LINK_NO_DIRECTION, "link_no_direction",                                               \
         "no direction: none has {ids}, and the ad account has {n}")                           \
    CODE(LINK_CREATIVE, "link_creative", "creative by ad {id}")                                \
    CODE(LINK_NO_AD, "link_no_ad", "no creative: the lead names no ad")                        \
    CODE(LINK_AD_UNMAPPED, "link_ad_unmapped", "no creative: ad {id} is not mapped to one")    \
    CODE(LINK_AD_UNKNOWN, "link_ad_unknown", "no creative: ad {id} is not known yet")

/* Of the ledger: why a lead changed. */
#define LEAD_CAUSE(CODE)                                                                       \
    CODE(CAUSE_BY_HAND, "cause_by_hand", "set by hand")                                        \
    CODE(CAUSE_ERASED, "cause_erased", "personal data erased")                                 \
    CODE(CAUSE_READ, "cause_read", "contact read")                                             \
    CODE(CAUSE_NO_CONTACT, "cause_no_contact", "no contact given")                             \
    CODE(CAUSE_WEBHOOK, "cause_webhook", "webhook delivery")                                   \
    CODE(CAUSE_RECOVERED, "cause_recovered", "read from the platform")                         \
    CODE(CAUSE_API, "cause_api", "call of the API")                                            \
    CODE(CAUSE_MODEL, "cause_model", "dialog: the model says {words}")                         \
    CODE(CAUSE_SCORE_WHY, "cause_score", "spam score {score}: {reasons}")                      \
    CODE(CAUSE_SCORE, "cause_score", "spam score {score}")                                     \
    CODE(CAUSE_SALE, "cause_sale", "sale {id}")                                                \
    CODE(CAUSE_SAID, "cause_said", "dialog: \"{words}\" was said")                             \
    CODE(CAUSE_RULE, "cause_rule", "dialog: a rule fits")                                      \
    CODE(CAUSE_TAKEN, "cause_taken", "taken by {name}")                                        \
    CODE(CAUSE_CRM, "cause_crm", "CRM, delivery {delivery}, entry {n}")

/* One sentence of any of these lists; nothing said when it is none of them. */
struct says lead_says(struct arena *arena, struct str text);

#endif
