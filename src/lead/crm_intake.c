/* crm_intake.c - from a CRM's stored body to stages and sales. */

#include "base/arena.h"
#include "base/log.h"
#include "conf/app.h"
#include "db/db.h"
#include "lead/crm.h"
#include "lead/delivery_db.h"
#include "lead/lead_db.h"
#include "lead/purchase.h"
#include "text/json.h"

#define PATIENCE_MS (INT64_C(7) * 24 * 60 * 60 * 1000)

struct crm_work {
    const struct app *app;
    struct db *db; /* in the org's scope */
    struct arena *arena;
    const struct delivery *delivery;
    struct str actor;
    int64_t now_ms;
};

/* How an entry ended. */
enum crm_end { CRM_DONE, CRM_NOBODY, CRM_REFUSED };

static struct str cause_of(struct crm_work *work, size_t position)
{
    return str_fmt(work->arena, "CRM, delivery " STR_FMT ", entry %zu",
                   STR_ARG(work->delivery->delivery_id), position);
}

static bool find_lead(struct crm_work *work, const struct crm_entry *entry, struct lead *out,
                      bool *found, struct err *err)
{
    struct str lead_id = entry->lead_id;
    struct err why = {0};

    *found = false;
    if (!lead_id.n && !purchase_match_contact(work->app, work->db, work->arena, entry->phone,
                                              entry->email, work->now_ms, &lead_id, err))
        return false;
    if (!lead_id.n)
        return true;
    if (lead_get(work->db, work->arena, lead_id, out, &why)) {
        *found = true;
        return true;
    }
    if (why.kind == ERR_NOT_FOUND)
        return true;
    *err = why;
    return false;
}

/* The ledger says whether this entry was carried out before the process died. */
static bool done_before(struct crm_work *work, struct str lead_id, struct str cause, bool *done,
                        struct err *err)
{
    struct lead_transitions ledger = {0};

    *done = false;
    if (!lead_transition_list(work->db, work->arena, lead_id, &ledger, err))
        return false;
    for (size_t i = 0; i < ledger.n; i++)
        *done = *done || str_eq(ledger.at[i].cause, cause);
    return true;
}

static bool set_stage(struct crm_work *work, const struct crm_entry *entry, size_t position,
                      enum crm_end *end, struct err *err)
{
    struct lead_stage_wish wish = {.stage = entry->stage,
                                   .at_ms = entry->at_ms,
                                   .cause = cause_of(work, position),
                                   .actor = work->actor,
                                   .now_ms = work->now_ms};
    struct lead lead;
    bool found, done, changed;

    if (!find_lead(work, entry, &lead, &found, err))
        return false;
    *end = found ? CRM_DONE : CRM_NOBODY;
    if (!found)
        return true;
    wish.lead_id = lead.lead_id;
    return done_before(work, lead.lead_id, wish.cause, &done, err) &&
           (done || lead_set_stage(work->db, work->arena, &wish, &changed, err));
}

/* A sale without a lead is kept and adopted later: it never waits. */
static bool add_sale(struct crm_work *work, const struct crm_entry *entry, size_t position,
                     struct err *err)
{
    struct purchase_wish wish = {.kind = entry->kind,
                                 .external_id = entry->external_id,
                                 .lead_id = entry->lead_id,
                                 .phone = entry->phone,
                                 .email = entry->email,
                                 .refund_of = entry->refund_of,
                                 .amount_micros = entry->amount_micros,
                                 .currency = entry->currency,
                                 .paid_ms = entry->paid_ms,
                                 .actor = work->actor,
                                 .now_ms = work->now_ms};
    struct purchase purchase;
    bool added;

    if (!wish.kind.n && wish.refund_of.n)
        wish.kind = STR("refund");
    if (!wish.external_id.n)
        wish.external_id =
            str_fmt(work->arena, "crm-" STR_FMT "-%zu",
                    STR_ARG(str_sub(work->delivery->body_hash, 0, 40)), position);
    return purchase_add(work->app, work->db, work->arena, &wish, &purchase, &added, err);
}

/* What the entry itself is to blame for is told; the rest is tried again. */
static bool carry_out(struct crm_work *work, const struct crm_entry *entry, size_t position,
                      enum crm_end *end, struct str *why, struct err *err)
{
    struct err refused = {0};

    *end = CRM_DONE;
    if ((!entry->has_sale || add_sale(work, entry, position, &refused)) &&
        (!entry->stage.n || set_stage(work, entry, position, end, &refused))) {
        if (*end == CRM_NOBODY)
            *why = str_fmt(work->arena, "entry %zu: no lead of this person", position);
        return true;
    }
    if (refused.kind == ERR_NOT_FOUND && str_eq(str(refused.field), STR("refund_of"))) {
        *end = CRM_NOBODY; /* the sale may come late */
    } else if (refused.kind == ERR_INVALID || refused.kind == ERR_CONFLICT ||
               refused.kind == ERR_NOT_FOUND) {
        *end = CRM_REFUSED;
    } else {
        *err = refused;
        return false;
    }
    *why = str_fmt(work->arena, "entry %zu: %s", position, refused.text);
    return true;
}

static bool is_done(struct str done, size_t position)
{
    while (done.n) {
        int64_t value;
        if (str_int(str_cut(&done, ','), &value) && value == (int64_t)position)
            return true;
    }
    return false;
}

static bool carry_out_all(struct crm_work *work, const struct crm_entries *entries,
                          struct delivery_outcome *outcome, struct err *err)
{
    bool waits = false, refused = false;

    for (size_t i = 0; i < entries->n; i++) {
        struct str why = STR("");
        enum crm_end end;
        if (is_done(outcome->entries_done, i))
            continue;
        if (!carry_out(work, &entries->at[i], i, &end, &why, err))
            return false;
        if (end == CRM_DONE)
            outcome->entries_done =
                str_fmt(work->arena, STR_FMT "%s%zu", STR_ARG(outcome->entries_done),
                        outcome->entries_done.n ? "," : "", i);
        else if (!outcome->error_text.n || (end == CRM_REFUSED && !refused))
            outcome->error_text = why;
        waits = waits || end == CRM_NOBODY;
        refused = refused || end == CRM_REFUSED;
    }
    if (waits && work->now_ms - work->delivery->received_ms < PATIENCE_MS)
        outcome->state = "unresolved";
    else if (waits || refused)
        outcome->state = "failed";
    return true;
}

static bool run(struct crm_work *work, struct err *err)
{
    struct delivery_outcome outcome = {.state = "processed",
                                       .org_id = db_scope_org(work->db),
                                       .error_text = STR(""),
                                       .entries_done = work->delivery->entries_done};
    struct crm_entries entries = {0};
    const struct json *headers;
    bool mine;

    return json_parse(work->arena, work->delivery->headers, &headers, err) &&
           crm_read(work->arena, json_text(headers, "content_type", STR("")),
                    work->delivery->body, &entries, err) &&
           carry_out_all(work, &entries, &outcome, err) &&
           delivery_close(work->db, work->delivery, &outcome, work->now_ms, &mine, err);
}

bool crm_intake(const struct app *app, struct db *db, struct arena *arena,
                const struct delivery *delivery, struct str actor, int64_t now_ms,
                struct err *err)
{
    struct crm_work work = {.app = app,
                            .db = db,
                            .arena = arena,
                            .delivery = delivery,
                            .actor = actor,
                            .now_ms = now_ms};

    db_scope(db, delivery->owner_org_id);
    bool ok = run(&work, err);
    db_scope_system(db);
    return ok;
}
