/* intake.c - from stored webhook bodies to leads. */

#include "ads/account.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/app.h"
#include "db/db.h"
#include "lead/crm.h"
#include "lead/delivery_db.h"
#include "lead/facebook_intake.h"
#include "lead/lead_db.h"
#include "lead/payload.h"
#include "lead/pull.h"
#include "lead/retain.h"
#include "lead/sealing.h"
#include "lead/site_intake.h"
#include "lead/store.h"

#include <inttypes.h>

#define BATCH              100
#define MAX_TRIES          5
#define TURN_MS            5000 /* stop taking when less is left of the job's deadline */
#define AHEAD_MS           (INT64_C(24) * 60 * 60 * 1000)
#define RERESOLVE_EVERY_MS (10 * 60 * 1000)

/* Whose advertiser, asked once a batch. */
struct owner {
    struct str advertiser_id;
    struct str org_id; /* "" = nobody's, or several orgs' */
    struct str ad_account_id;
    struct str country; /* for phones */
    bool several;
};
LIST(owners, struct owner);

struct intake {
    const struct app *app;
    struct db *db;
    struct net *net;
    int64_t until_mono_ms; /* stop taking then */
    struct arena *arena;   /* of the batch */
    struct str actor;
    int64_t now_ms;
    struct owners owners;
};

/* --- whose lead is it ----------------------------------------------------------- */

static bool find_country(struct intake *in, struct owner *owner, struct err *err)
{
    db_scope(in->db, owner->org_id);
    bool ok = lead_country(in->db, in->arena, owner->ad_account_id, STR("tiktok"),
                           &owner->country, err);
    db_scope_system(in->db);
    return ok;
}

static bool find_owner(struct intake *in, struct str advertiser_id, struct owner *out,
                       struct err *err)
{
    for (size_t i = 0; i < in->owners.n; i++)
        if (str_eq(in->owners.at[i].advertiser_id, advertiser_id)) {
            *out = in->owners.at[i];
            return true;
        }
    *out = (struct owner){.advertiser_id = advertiser_id};
    if (advertiser_id.n &&
        !ad_account_of_advertiser(in->db, in->arena, STR("tiktok"), advertiser_id, &out->org_id,
                                  &out->ad_account_id, &out->several, err))
        return false;
    if (out->several)
        out->org_id = STR("");
    if (out->org_id.n && !find_country(in, out, err))
        return false;
    *owners_add(&in->owners, in->arena) = *out;
    return true;
}

/* --- one delivery ----------------------------------------------------------------- */

static bool entry_is_done(struct str done, size_t position)
{
    while (done.n) {
        int64_t value;
        if (str_int(str_cut(&done, ','), &value) && value == (int64_t)position)
            return true;
    }
    return false;
}

static struct str add_done(struct arena *arena, struct str done, size_t position)
{
    return str_fmt(arena, STR_FMT "%s%zu", STR_ARG(done), done.n ? "," : "", position);
}

/* What PostgreSQL stores: valid UTF-8. */
static struct str storable(struct arena *arena, const char *text)
{
    struct str s = str(text);
    char *p;

    if (str_utf8(s))
        return s;
    p = arena_alloc(arena, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        p[i] = (unsigned char)s.p[i] < 0x80 ? s.p[i] : '?';
    return (struct str){p, s.n};
}

/* Outside a transaction: write down how it ended. */
static bool close_delivery(struct intake *in, const struct delivery *delivery,
                           const char *state, struct str text, struct err *err)
{
    struct delivery_outcome outcome = {
        .state = state, .error_text = text, .entries_done = delivery->entries_done};
    bool changed;

    return delivery_close(in->db, delivery, &outcome, in->now_ms, &changed, err);
}

static struct lead make_lead(struct intake *in, const struct delivery *delivery,
                             const struct owner *owner, const struct lead_arrival *arrival)
{
    struct lead lead = {.lead_id = id_new(in->arena),
                        .platform = STR("tiktok"),
                        .source = arrival->source,
                        .platform_lead_id = arrival->platform_lead_id,
                        .delivery_id = delivery->delivery_id,
                        .ad_account_id = owner->ad_account_id,
                        .advertiser_id = arrival->advertiser_id,
                        .campaign_id = arrival->campaign_id,
                        .adgroup_id = arrival->adgroup_id,
                        .ad_id = arrival->ad_id,
                        .page_id = arrival->page_id,
                        .name = arrival->name,
                        .phone_typed = arrival->phone,
                        .email_typed = arrival->email,
                        .answers = arrival->answers.n ? arrival->answers : STR("[]"),
                        .click_id = arrival->click_id,
                        .created_ms = arrival->created_ms,
                        .received_ms = delivery->received_ms};

    if (lead.created_ms <= 0 || lead.created_ms > delivery->received_ms + AHEAD_MS)
        lead.created_ms = delivery->received_ms;
    lead_fill_contact(in->app->ring, in->arena, owner->org_id, owner->country, &lead);
    return lead;
}

/* The delivery's leads of one org, and the mark that they are stored: together or not at all.
 */
static bool store_part(struct intake *in, struct delivery *delivery,
                       const struct lead_payload *payload, const struct owner *owner,
                       const struct delivery_outcome *outcome, struct err *err)
{
    struct owner other;
    bool added, mine = false;

    if (!lead_lock_org(in->db, err) ||
        !delivery_close(in->db, delivery, outcome, in->now_ms, &mine, err))
        return false;
    if (!mine) /* another worker stored them */
        return err_set(err, ERR_CONFLICT, "delivery " STR_FMT " is being processed elsewhere",
                       STR_ARG(delivery->delivery_id));
    for (size_t i = 0; i < payload->leads.n; i++) {
        const struct lead_arrival *arrival = &payload->leads.at[i];
        if (entry_is_done(delivery->entries_done, arrival->position))
            continue;
        if (!find_owner(in, arrival->advertiser_id, &other, err))
            return false;
        if (!str_eq(other.org_id, owner->org_id))
            continue;
        struct lead lead = make_lead(in, delivery, &other, arrival);
        if (!lead_store(in->db, in->arena, &lead, in->actor, in->now_ms, &added, err))
            return false;
    }
    return true;
}

static bool store_for(struct intake *in, struct delivery *delivery,
                      const struct lead_payload *payload, const struct owner *owner,
                      const struct delivery_outcome *outcome, struct err *err)
{
    db_scope(in->db, owner->org_id);
    bool ok = db_begin(in->db, err);
    if (ok)
        ok = db_end(in->db, store_part(in, delivery, payload, owner, outcome, err), err);
    db_scope_system(in->db);
    if (!ok)
        return false;
    delivery->entries_done = outcome->entries_done;
    delivery->state = str(outcome->state);
    return true;
}

static struct str why_unresolved(struct arena *arena, const struct owner *owner)
{
    if (owner->advertiser_id.n == 0)
        return STR("the lead names no advertiser");
    if (owner->several)
        return str_fmt(arena, "advertiser " STR_FMT " is connected by several orgs",
                       STR_ARG(owner->advertiser_id));
    return str_fmt(arena, "advertiser " STR_FMT " is connected by nobody here",
                   STR_ARG(owner->advertiser_id));
}

/* Where the pending entries belong: the first org's owner, and what will be left after it. */
struct split {
    struct owner owner; /* org_id "" = nobody's entry is pending any more */
    struct str entries_done;
    bool others;           /* another org's entries are pending */
    struct str unresolved; /* why entries stay; "" = none */
};

static bool split_entries(struct intake *in, const struct delivery *delivery,
                          const struct lead_payload *payload, struct split *out,
                          struct err *err)
{
    struct owner owner;

    *out = (struct split){.entries_done = delivery->entries_done};
    for (size_t i = 0; i < payload->leads.n; i++) {
        const struct lead_arrival *arrival = &payload->leads.at[i];
        if (entry_is_done(delivery->entries_done, arrival->position))
            continue;
        if (!find_owner(in, arrival->advertiser_id, &owner, err))
            return false;
        if (owner.org_id.n == 0) {
            out->unresolved = why_unresolved(in->arena, &owner);
            continue;
        }
        if (out->owner.org_id.n == 0)
            out->owner = owner;
        if (str_eq(out->owner.org_id, owner.org_id))
            out->entries_done = add_done(in->arena, out->entries_done, arrival->position);
        else
            out->others = true;
    }
    return true;
}

static struct delivery_outcome outcome_of(struct intake *in, const struct delivery *delivery,
                                          const struct split *split)
{
    return (struct delivery_outcome){
        .state = split->others ? str_c(in->arena, delivery->state)
                               : (split->unresolved.n ? "unresolved" : "processed"),
        .error_text = split->unresolved,
        .org_id = split->owner.org_id,
        .entries_done = split->entries_done};
}

/* Org by org until no entry is left that has an owner. */
static bool store_leads(struct intake *in, struct delivery *delivery,
                        const struct lead_payload *payload, struct err *err)
{
    struct split split;

    for (;;) {
        if (!split_entries(in, delivery, payload, &split, err))
            return false;
        if (split.owner.org_id.n == 0)
            break;
        struct delivery_outcome outcome = outcome_of(in, delivery, &split);
        if (!store_for(in, delivery, payload, &split.owner, &outcome, err))
            return false;
    }
    if (split.unresolved.n == 0 || str_eq(delivery->state, STR("unresolved")))
        return true;
    log_warn("lead.unresolved", LOG_TEXT("delivery_id", delivery->delivery_id),
             LOG_TEXT("cause", split.unresolved));
    return close_delivery(in, delivery, "unresolved", split.unresolved, err);
}

static bool process_facebook(struct intake *in, struct delivery *delivery, struct err *err)
{
    struct facebook_intake facebook = {.app = in->app,
                                       .db = in->db,
                                       .net = in->net,
                                       .arena = in->arena,
                                       .actor = in->actor,
                                       .now_ms = in->now_ms,
                                       .until_mono_ms = in->until_mono_ms};

    return facebook_intake(&facebook, delivery, err);
}

static bool process(struct intake *in, struct delivery *delivery, struct err *err)
{
    struct lead_payload payload;

    if (str_eq(delivery->source, STR("facebook")))
        return process_facebook(in, delivery, err);
    if (str_eq(delivery->source, STR("site")))
        return site_intake(in->app, in->db, in->arena, delivery, in->actor, in->now_ms, err);
    if (str_eq(delivery->source, STR("crm")))
        return crm_intake(in->app, in->db, in->arena, delivery, in->actor, in->now_ms, err);
    if (!lead_payload_parse(in->arena, delivery->body, delivery->body_hash, &payload, err))
        return false;
    if (payload.event.n == 0 && payload.leads.n)
        return store_leads(in, delivery, &payload, err);
    struct str text = payload.event.n
                          ? str_fmt(in->arena, "no lead: " STR_FMT, STR_ARG(payload.event))
                          : STR("no lead: the list of entries is empty");
    log_info("webhook.event", LOG_TEXT("delivery_id", delivery->delivery_id),
             LOG_TEXT("what", text));
    return close_delivery(in, delivery, "processed", text, err);
}

/* Its own failure stays its own: written down, tried again or given up; the others go on. */
static bool process_or_note(struct intake *in, struct delivery *delivery, struct err *err)
{
    struct err why = {0};

    if (delivery->attempts > MAX_TRIES)
        (void)err_set(&why, ERR_BROKEN, "the process died %d times while reading this delivery",
                      MAX_TRIES);
    else if (process(in, delivery, &why))
        return true;
    bool again = why.kind != ERR_INVALID && delivery->attempts < MAX_TRIES;
    struct str id = delivery->delivery_id;
    if (again)
        log_warn("lead.intake.again", LOG_TEXT("delivery_id", id), LOG_CSTR("why", why.text));
    else
        log_error("lead.intake.failed", LOG_TEXT("delivery_id", id), LOG_CSTR("why", why.text));
    return close_delivery(in, delivery, again ? "received" : "failed",
                          storable(in->arena, why.text), err);
}

/* --- many deliveries in one transaction ------------------------------------------------- */

/* A delivery all of whose leads are one org's: the usual kind. */
struct plan {
    struct lead_payload payload;
    struct split split;
    bool plain;
    bool stored;
};

static bool make_plan(struct intake *in, const struct delivery *delivery, struct plan *plan)
{
    struct err why = {0};

    return str_eq(delivery->source, STR("tiktok")) &&
           lead_payload_parse(in->arena, delivery->body, delivery->body_hash, &plan->payload,
                              &why) &&
           plan->payload.event.n == 0 && plan->payload.leads.n &&
           split_entries(in, delivery, &plan->payload, &plan->split, &why) &&
           plan->split.owner.org_id.n && !plan->split.others && plan->split.unresolved.n == 0;
}

static bool same_group(const struct plan *plan, const struct owner *owner)
{
    return plan->plain && !plan->stored && str_eq(plan->split.owner.org_id, owner->org_id);
}

/* All the org's plain deliveries: one wait for the disk instead of one each. */
static bool store_group(struct intake *in, struct deliveries *batch, struct plan *plans,
                        const struct owner *owner, struct err *err)
{
    db_scope(in->db, owner->org_id);
    bool ok = db_begin(in->db, err);
    if (ok) {
        for (size_t i = 0; ok && i < batch->n; i++) {
            if (!same_group(&plans[i], owner))
                continue;
            struct delivery_outcome outcome = outcome_of(in, &batch->at[i], &plans[i].split);
            ok = store_part(in, &batch->at[i], &plans[i].payload, owner, &outcome, err);
        }
        ok = db_end(in->db, ok, err);
    }
    db_scope_system(in->db);
    return ok;
}

/* What a group cannot store is left for a try of each delivery by itself. */
static void store_groups(struct intake *in, struct deliveries *batch, struct plan *plans)
{
    for (size_t i = 0; i < batch->n; i++)
        plans[i].plain = make_plan(in, &batch->at[i], &plans[i]);
    for (size_t i = 0; i < batch->n; i++) {
        struct owner owner = plans[i].split.owner;
        struct err why = {0};
        if (!same_group(&plans[i], &owner))
            continue;
        bool ok = store_group(in, batch, plans, &owner, &why);
        if (!ok)
            log_err("lead.intake.group", &why);
        for (size_t k = i; k < batch->n; k++)
            if (same_group(&plans[k], &owner)) {
                plans[k].stored = ok;
                plans[k].plain = false;
            }
    }
}

/* --- the jobs ------------------------------------------------------------------------ */

static bool time_left(const struct job *job)
{
    return clock_mono_ms() < job->deadline_mono_ms - TURN_MS;
}

static struct intake intake_of(struct job *job)
{
    return (struct intake){.app = job->app,
                           .db = job->db,
                           .net = job->net,
                           .until_mono_ms = job->deadline_mono_ms - TURN_MS,
                           .arena = job->arena,
                           .actor = str_fmt(job->arena, "job:" STR_FMT, STR_ARG(job->id)),
                           .now_ms = job->now_ms};
}

static bool run_fresh(struct intake *in, size_t *n, struct err *err)
{
    struct deliveries batch = {0};

    in->now_ms = clock_wall_ms();
    in->owners = (struct owners){0};
    if (!delivery_take_fresh(in->db, in->arena, BATCH, in->now_ms, &batch, err))
        return false;
    struct plan *plans = NEW_ARRAY(in->arena, struct plan, batch.n + 1);
    store_groups(in, &batch, plans);
    for (size_t i = 0; i < batch.n; i++)
        if (!plans[i].stored && !process_or_note(in, &batch.at[i], err))
            return false;
    *n = batch.n;
    return true;
}

static bool run_again(struct intake *in, size_t *n, struct err *err)
{
    struct delivery delivery;
    bool taken;

    in->now_ms = clock_wall_ms();
    in->owners = (struct owners){0};
    if (!delivery_take_again(in->db, in->arena, in->now_ms, &taken, &delivery, err))
        return false;
    *n = taken;
    return !taken || process_or_note(in, &delivery, err);
}

/* lead.intake - until nothing is due, the job's time is nearly over, or webhooks pour in. */
static bool run_intake(struct job *job, struct err *err)
{
    struct intake in = intake_of(job);
    size_t fresh, again;
    bool more = true;

    db_scope_system(job->db);
    while (more && time_left(job) && !lead_intake_held()) {
        struct arena_mark mark = arena_mark(job->arena);
        bool ok = run_fresh(&in, &fresh, err) && run_again(&in, &again, err);
        arena_rewind(job->arena, mark);
        if (!ok)
            return false;
        more = fresh || again;
    }
    if (more) { /* re-arm: more may be waiting */
        job->snooze = true;
        job->retry_after_ms = lead_intake_held() ? LEAD_HOLD_MS : 0;
    }
    return true;
}

static bool reresolve_all(struct job *job, struct err *err)
{
    struct intake in = intake_of(job);
    int64_t after_ms = 0;
    struct str after_id = STR("");
    size_t n;

    do {
        struct deliveries batch = {0};
        if (!delivery_list_unresolved(in.db, in.arena, after_ms, after_id, BATCH, &batch, err))
            return false;
        for (size_t i = 0; i < batch.n; i++) {
            struct err why = {0};
            if (!process(&in, &batch.at[i], &why))
                log_err("lead.reresolve", &why);
            after_ms = batch.at[i].received_ms;
            after_id = batch.at[i].delivery_id;
        }
        n = batch.n;
    } while (n && time_left(job));
    return true;
}

/* lead.reresolve - every unresolved delivery once; an org that connects an account asks for it.
 */
static bool run_reresolve(struct job *job, struct err *err)
{
    db_scope_system(job->db);
    bool ok = reresolve_all(job, err);
    if (job->org_id.n)
        db_scope(job->db, job->org_id);
    return ok;
}

/* lead.relink - the links of the job's org again. */
static bool run_relink(struct job *job, struct err *err)
{
    int64_t changed;

    return lead_relink(job->db, job->arena, job->now_ms,
                       str_fmt(job->arena, "job:" STR_FMT, STR_ARG(job->id)), &changed, err);
}

const struct job_kind lead_jobs[] = {
    {.kind = "lead.intake", .run = run_intake, .deadline_ms = 60 * 1000, .max_attempts = 10},
    {.kind = "lead.reresolve",
     .run = run_reresolve,
     .deadline_ms = 60 * 1000,
     .max_attempts = 3},
    {.kind = "lead.seal", .run = lead_run_seal, .deadline_ms = 600 * 1000, .max_attempts = 10},
    {.kind = "lead.relink", .run = run_relink, .deadline_ms = 120 * 1000, .max_attempts = 3},
    {.kind = "lead.pull", .run = lead_run_pull, .deadline_ms = 600 * 1000, .max_attempts = 4},
    {.kind = "lead.find_ad",
     .run = lead_run_find_ad,
     .deadline_ms = 60 * 1000,
     .max_attempts = 5},
    {.kind = "lead.retain",
     .run = lead_run_retain,
     .deadline_ms = 600 * 1000,
     .max_attempts = 5},
    JOB_KINDS_END,
};

bool lead_intake_ask(struct db *db, struct err *err)
{
    return job_add(db, &(struct job_wish){.kind = "lead.intake", .unique_key = STR("intake")},
                   NULL, err);
}

bool lead_sweep(struct db *db, int64_t now_ms, struct err *err)
{
    struct arena *arena = arena_new("lead sweep");
    struct str slot = str_fmt(arena, "%" PRId64, now_ms / RERESOLVE_EVERY_MS);
    bool waiting = false, unresolved = false, mine = false;

    bool ok = delivery_waiting(db, arena, now_ms - LEAD_SWEEP_MS, now_ms, &waiting, err) &&
              (!waiting || lead_intake_ask(db, err)) && lead_sealing_sweep(db, arena, err) &&
              delivery_any_unresolved(db, arena, &unresolved, err) &&
              (!unresolved || schedule_claim(db, STR("lead.reresolve"), slot, &mine, err));
    if (ok && mine)
        ok = job_add(
            db, &(struct job_wish){.kind = "lead.reresolve", .unique_key = STR("reresolve")},
            NULL, err);
    arena_free(arena);
    return ok;
}
