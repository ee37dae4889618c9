/* store.c - one lead becomes a row, with everything that belongs to it. */

#include "lead/store.h"
#include "ads/account.h"
#include "auth/auth_db.h"
#include "base/arena.h"
#include "base/log.h"
#include "db/db.h"
#include "lead/conversion.h"
#include "lead/handoff.h"
#include "lead/fact.h"
#include "lead/lead_db.h"
#include "lead/pull.h"
#include "lead/purchase.h"
#include "lead/spam_db.h"
#include "seal/seal.h"
#include "text/phone.h"

bool lead_country(struct db *db, struct arena *arena, struct str ad_account_id,
                  struct str platform, struct str *country, struct err *err)
{
    struct ad_connections connections = {0};
    struct org_row org;

    if (!org_get(db, arena, db_scope_org(db), &org, err))
        return false;
    *country = org.country;
    if (ad_account_id.n == 0)
        return true;
    if (!ad_account_connections(db, arena, ad_account_id, &connections, err))
        return false;
    for (size_t i = 0; i < connections.n; i++)
        if (str_eq(connections.at[i].platform, platform) && connections.at[i].country.n)
            *country = connections.at[i].country;
    return true;
}

void lead_fill_contact(const struct ring *ring, struct arena *arena, struct str org_id,
                       struct str country, struct lead *lead)
{
    lead->phone = phone_normal(arena, lead->phone_typed, country);
    lead->email = email_normal(arena, lead->email_typed);
    if (lead->phone.n)
        lead->phone_hash = ring_hash(ring, arena, "phone", org_id, lead->phone);
    if (lead->email.n)
        lead->email_hash = ring_hash(ring, arena, "email", org_id, lead->email);
    if (lead->address.n)
        lead->address_hash = ring_hash(ring, arena, "address", org_id, lead->address);
}

static bool link_lead(struct db *db, struct arena *arena, struct lead *lead, struct err *err)
{
    struct link_facts facts = {0};
    struct str account;

    if (!lead_link_facts(db, arena, lead, &facts, &account, err))
        return false;
    struct link link = lead_link_decide(arena, &facts);
    if (lead->direction_id.n || lead->creative_id.n)
        lead->link_cause = STR("named by the caller");
    else
        lead->link_cause = link.cause;
    if (lead->direction_id.n == 0) {
        lead->direction_id = link.direction_id;
        lead->direction_weak = link.weak;
    }
    if (lead->creative_id.n == 0)
        lead->creative_id = link.creative_id;
    if (lead->ad_account_id.n == 0)
        lead->ad_account_id = account;
    lead->ad_unknown = lead->ad_id.n && !facts.ad_known;
    lead->state = lead_link_state(
        &(struct link){.direction_id = lead->direction_id, .creative_id = lead->creative_id});
    return true;
}

/* Earlier by the platform's time; its id decides between equals, never the order of arrival. */
static bool is_earlier(int64_t a_ms, struct str a_id, int64_t b_ms, struct str b_id)
{
    return a_ms != b_ms ? a_ms < b_ms : str_cmp(a_id, b_id) < 0;
}

/*
 * The persons that this lead's phone or e-mail belong to become one: all their
 * leads name the earliest as the first.  Two persons meet where the phone is
 * the one's and the e-mail the other's.
 */
static bool join_person(struct db *db, struct lead *lead, const struct lead_firsts *firsts,
                        int64_t now_ms, struct err *err)
{
    struct lead_first first = {lead->lead_id, lead->platform_lead_id, lead->created_ms};

    for (size_t i = 0; i < firsts->n; i++)
        if (is_earlier(firsts->at[i].created_ms, firsts->at[i].platform_lead_id,
                       first.created_ms, first.platform_lead_id))
            first = firsts->at[i];
    for (size_t i = 0; i < firsts->n; i++)
        if (!str_eq(firsts->at[i].lead_id, first.lead_id) &&
            !lead_move_person(db, firsts->at[i].lead_id, first.lead_id, now_ms, err))
            return false;
    if (str_eq(first.lead_id, lead->lead_id))
        return true;
    lead->duplicate_of = first.lead_id;
    return lead_set_duplicate_of(db, lead->lead_id, first.lead_id, err);
}

static bool count_again(struct db *db, struct arena *arena, struct lead *lead, int64_t now_ms,
                        struct err *err)
{
    struct str lead_id;

    if (!lead_count_delivery(db, arena, lead->platform, lead->platform_lead_id, now_ms,
                             &lead_id, err))
        return false;
    if (lead_id.n == 0)
        return err_set(err, ERR_CONFLICT, "lead " STR_FMT " is being changed",
                       STR_ARG(lead->platform_lead_id));
    lead->lead_id = lead_id;
    log_info("lead.repeated", LOG_TEXT("lead_id", lead_id));
    return true;
}

static bool score(struct db *db, struct arena *arena, struct lead *lead, struct str *cause,
                  struct err *err)
{
    struct spam_facts facts;

    if (!spam_facts_read(db, arena, lead, &facts, err))
        return false;
    struct spam_verdict verdict = lead_spam_judge(arena, &facts);
    lead->spam_score = verdict.score;
    lead->spam_reasons = lead_spam_reasons(arena, &verdict);
    *cause = lead_spam_cause(arena, &verdict);
    return true;
}

bool lead_store(struct db *db, struct arena *arena, struct lead *lead, struct str actor,
                int64_t now_ms, bool *added, struct err *err)
{
    struct lead_firsts firsts = {0};
    struct str scored;

    must(db_in_transaction(db));
    lead->stage = STR("interest");
    lead->updated_ms = now_ms;
    if (!link_lead(db, arena, lead, err) || !score(db, arena, lead, &scored, err) ||
        !lead_insert(db, arena, lead, added, err))
        return false;
    if (!*added)
        return count_again(db, arena, lead, now_ms, err);
    if ((lead->phone_hash.n || lead->email_hash.n) &&
        (!lead_firsts_of(db, arena, lead->phone_hash, lead->email_hash, lead->lead_id, &firsts,
                         err) ||
         !join_person(db, lead, &firsts, now_ms, err)))
        return false;
    if (!lead_transitions_begin(db, lead, actor, scored, now_ms, err) ||
        !lead_facts_renew(db, lead->lead_id, firsts.n == 0, err) ||
        !conversion_add_stage(db, arena, lead, lead->stage, lead->created_ms, now_ms, err) ||
        !handoff_add(db, arena, lead->lead_id, "lead.created", STR(""), lead->created_ms,
                     now_ms, err) ||
        !purchase_adopt(db, arena, lead, actor, now_ms, err) ||
        (lead->ad_unknown && lead->ad_account_id.n && !lead_ask_for_ad(db, arena, lead, err)))
        return false;
    log_info("lead.stored", LOG_TEXT("lead_id", lead->lead_id), LOG_TEXT("state", lead->state),
             LOG_TEXT("direction_id", lead->direction_id),
             LOG_TEXT("creative_id", lead->creative_id), LOG_PHONE("phone", lead->phone),
             LOG_EMAIL("email", lead->email));
    return true;
}
