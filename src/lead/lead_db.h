#ifndef LEAD_LEAD_DB_H
#define LEAD_LEAD_DB_H

#include "base/strs.h"
#include "db/db.h"
#include "lead/lead.h"
#include "lead/link.h"

/*
 * The tables leads and lead_transitions, for the files of lead/ only.  Every
 * statement names the org of the handle's scope.
 */

/*
 * Hold the org's row until the transaction ends.  Every transaction of lead/
 * begins so: two leads of one person cannot pass each other unseen, and all
 * of them take their locks in one order (the audit log takes this one too).
 */
MUST_CHECK bool lead_lock_org(struct db *db, struct err *err);

/* The columns of a lead, and what a SELECT of them finds. */
#define LEAD_COLUMNS                                                                           \
    "lead_id, platform, source, platform_lead_id, delivery_id, ad_account_id, advertiser_id,"  \
    " campaign_id, adgroup_id, ad_id, page_id, direction_id, creative_id, link_cause, state,"  \
    " stage, name, phone, phone_typed, email, email_typed, phone_hash, email_hash, answers,"   \
    " click_id, duplicate_of, duplicate_deliveries, created_ms, received_ms, updated_ms,"      \
    " form_id, spam_score, spam_reasons, is_test, recovered_by, assigned_to, erased_ms,"       \
    " contact_sealed, direction_weak"
MUST_CHECK bool lead_read_rows(struct db_rows *rows, struct leads *out, struct err *err);

/* *added false: (platform, platform_lead_id) is there already. */
MUST_CHECK bool lead_insert(struct db *db, struct arena *arena, const struct lead *lead,
                            bool *added, struct err *err);
/* What the lead is searched by. */
MUST_CHECK bool lead_words_store(struct db *db, struct arena *arena, const struct lead *lead,
                                 struct err *err);

/* Contacts that were stored in the open, before they were sealed, and their sealing. */
MUST_CHECK bool lead_list_unsealed(struct db *db, struct arena *arena, int64_t limit,
                                   struct leads *out, struct err *err);
MUST_CHECK bool lead_seal_contact(struct db *db, struct arena *arena, const struct lead *lead,
                                  struct err *err);
/* One more delivery of a known lead; "" in *lead_id when it is not known. */
MUST_CHECK bool lead_count_delivery(struct db *db, struct arena *arena, struct str platform,
                                    struct str platform_lead_id, int64_t now_ms,
                                    struct str *lead_id, struct err *err);

/* What the mappings say about the lead's ids. `ad_account_id` of the ad or campaign, or "". */
MUST_CHECK bool lead_link_facts(struct db *db, struct arena *arena, const struct lead *lead,
                                struct link_facts *out, struct str *ad_account_id,
                                struct err *err);

/* The first leads of the persons who have this phone or this e-mail, `but` aside. */
struct lead_first {
    struct str lead_id, platform_lead_id;
    int64_t created_ms;
};
LIST(lead_firsts, struct lead_first);
MUST_CHECK bool lead_firsts_of(struct db *db, struct arena *arena, struct str phone_hash,
                               struct str email_hash, struct str but, struct lead_firsts *out,
                               struct err *err);
MUST_CHECK bool lead_set_duplicate_of(struct db *db, struct str lead_id, struct str first,
                                      struct err *err);
/* `old_first` and its duplicates now belong to `new_first`. */
MUST_CHECK bool lead_move_person(struct db *db, struct str old_first, struct str new_first,
                                 int64_t now_ms, struct err *err);

/* With the next number; its time is never before that of the one before (of its kind). */
MUST_CHECK bool lead_transition_add(struct db *db, struct str lead_id,
                                    const struct lead_transition *transition, struct err *err);
/* The five of a new lead: stored, parsed, linked or unlinked, scored (`scored` says how), and
 * the stage it begins with. */
MUST_CHECK bool lead_transitions_begin(struct db *db, const struct lead *lead, struct str actor,
                                       struct str scored, int64_t now_ms, struct err *err);
/* The state that the ledger ends in. */
MUST_CHECK bool lead_state_before(struct db *db, struct arena *arena, struct str lead_id,
                                  struct str *state, struct err *err);
/* When the lead came to the stage it is in. */
MUST_CHECK bool lead_stage_since(struct db *db, struct arena *arena, struct str lead_id,
                                 int64_t *at_ms, struct err *err);
/* Guarded by the stage it had: *changed false when it has another one by now. */
MUST_CHECK bool lead_update_stage(struct db *db, struct str lead_id, struct str from,
                                  struct str to, int64_t now_ms, bool *changed,
                                  struct err *err);

/* Leads that lack a creative and whose ad has one by now. */
struct lead_gap {
    struct str lead_id, state, direction_id, creative_id, ad_account_id;
    int64_t created_ms;
    bool weak; /* the direction it has may give way to a better one */
    struct link_facts facts;
};
LIST(lead_gaps, struct lead_gap);
MUST_CHECK bool lead_gaps_creative(struct db *db, struct arena *arena, int64_t limit,
                                   struct lead_gaps *out, struct err *err);
/* Leads that lack a direction, or have a weak one, after (created_ms, lead_id). */
MUST_CHECK bool lead_gaps_direction(struct db *db, struct arena *arena, int64_t after_ms,
                                    struct str after_id, int64_t limit, struct lead_gaps *out,
                                    struct err *err);
/* Guarded by the link it had: *changed false when somebody else was faster. */
MUST_CHECK bool lead_update_link(struct db *db, const struct lead_gap *gap,
                                 const struct link *link, int64_t now_ms, bool *changed,
                                 struct err *err);

/* The last lead with that phone ("" = look by e-mail) created in (from_ms, to_ms]; "" if none.
 */
MUST_CHECK bool lead_last_of_contact(struct db *db, struct arena *arena, struct str phone_hash,
                                     struct str email_hash, int64_t from_ms, int64_t to_ms,
                                     struct str *lead_id, struct err *err);

/* Is there an ad of this id?  On *platform, or (not `only_there`) on whichever has it: then
 * *platform says so. */
MUST_CHECK bool lead_find_ad(struct db *db, struct arena *arena, struct str ad_id,
                             struct str *platform, bool only_there, bool *found,
                             struct err *err);

/* Does the object exist in the org?  With the direction's platform and account. */
MUST_CHECK bool lead_check_direction(struct db *db, struct arena *arena,
                                     struct str direction_id, struct str *platform,
                                     struct str *ad_account_id, struct err *err);
MUST_CHECK bool lead_check_creative(struct db *db, struct arena *arena, struct str creative_id,
                                    struct err *err);
MUST_CHECK bool lead_check_account(struct db *db, struct arena *arena, struct str ad_account_id,
                                   struct err *err);

#endif
