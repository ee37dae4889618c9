/* stage.c - the funnel: interest, qualified, scheduled, purchase, lost. */

#include "lead/stage.h"
#include "auth/audit.h"
#include "base/arena.h"
#include "db/db.h"
#include "lead/conversion.h"
#include "lead/handoff.h"
#include "lead/fact.h"
#include "lead/lead_db.h"
#include "text/zone.h"

/* A clock that runs ahead of ours by so much is no reason to refuse. */
#define AHEAD_MS (5 * 60 * 1000)

/* The row, guarded by the stage it had, and the ledger. */
static bool move(struct db *db, struct arena *arena, const struct lead *lead, struct str to,
                 int64_t at_ms, struct str actor, struct str cause, int64_t now_ms,
                 struct err *err)
{
    struct lead_transition transition = {.at_ms = at_ms,
                                         .actor = actor,
                                         .kind = STR("stage"),
                                         .from = lead->stage,
                                         .to = to,
                                         .cause = cause};
    bool changed;

    if (!lead_update_stage(db, lead->lead_id, lead->stage, to, now_ms, &changed, err))
        return false;
    if (!changed)
        return err_set(err, ERR_CONFLICT, "lead " STR_FMT " was moved by someone else",
                       STR_ARG(lead->lead_id)),
               err_hint(err, "read the lead again");
    struct str detail = str_fmt(arena, "{\"from\":\"" STR_FMT "\",\"to\":\"" STR_FMT "\"}",
                                STR_ARG(lead->stage), STR_ARG(to));

    /* A sale is reported by itself, with its amount. */
    return lead_transition_add(db, lead->lead_id, &transition, err) &&
           handoff_add(db, arena, lead->lead_id, "lead.stage", detail, at_ms, now_ms, err) &&
           lead_facts_renew(db, lead->lead_id, false, err) &&
           (str_eq(to, STR("purchase")) ||
            conversion_add_stage(db, arena, lead, to, at_ms, now_ms, err));
}

bool lead_bought(struct db *db, struct arena *arena, const struct lead *lead, int64_t paid_ms,
                 struct str actor, struct str cause, int64_t now_ms, struct err *err)
{
    int64_t since;

    if (str_eq(lead->stage, STR("purchase")))
        return true;
    if (!lead_stage_since(db, arena, lead->lead_id, &since, err))
        return false;
    /* Times of the ledger do not decrease; the purchase keeps its own date. */
    return move(db, arena, lead, STR("purchase"), paid_ms > since ? paid_ms : since, actor,
                cause, now_ms, err);
}

static bool check_time(const struct lead_stage_wish *wish, struct arena *arena, int64_t since,
                       int64_t *at_ms, struct err *err)
{
    *at_ms = wish->at_ms ? wish->at_ms : wish->now_ms;
    if (*at_ms > wish->now_ms + AHEAD_MS)
        return err_input(err, "at", "give the time when it happened, or leave it out",
                         "the time lies in the future");
    if (*at_ms >= since)
        return true;
    if (wish->at_ms == 0) { /* our clock was set back meanwhile */
        *at_ms = since;
        return true;
    }
    return err_input(err, "at", "give a time that is not earlier",
                     "the lead came to the stage it is in later, at " STR_FMT,
                     STR_ARG(time_rfc3339(arena, since)));
}

static bool set_stage(struct db *db, struct arena *arena, const struct lead_stage_wish *wish,
                      bool *changed, struct err *err)
{
    struct lead lead;
    int64_t since, at_ms;

    if (!lead_lock_org(db, err) || !lead_get(db, arena, wish->lead_id, &lead, err))
        return false;
    if (str_eq(lead.stage, wish->stage))
        return true;
    if (!lead_stage_move_legal(lead.stage, wish->stage))
        return err_set(err, ERR_CONFLICT, "a lead cannot go from " STR_FMT " to " STR_FMT,
                       STR_ARG(lead.stage), STR_ARG(wish->stage)),
               err_field(err, "stage");
    if (!lead_stage_since(db, arena, lead.lead_id, &since, err) ||
        !check_time(wish, arena, since, &at_ms, err))
        return false;
    struct audit_entry entry = {
        .actor = wish->actor,
        .action = "lead.stage",
        .object_id = lead.lead_id,
        .before = str_fmt(arena, "{\"stage\":\"" STR_FMT "\"}", STR_ARG(lead.stage)),
        .after = str_fmt(arena, "{\"stage\":\"" STR_FMT "\"}", STR_ARG(wish->stage))};
    *changed = true;
    return move(db, arena, &lead, wish->stage, at_ms, wish->actor,
                wish->cause.n ? wish->cause : STR("set by hand"), wish->now_ms, err) &&
           audit_add(db, arena, &entry, err);
}

bool lead_set_stage(struct db *db, struct arena *arena, const struct lead_stage_wish *wish,
                    bool *changed, struct err *err)
{
    bool moved = false;

    if (!lead_stage_known(wish->stage))
        return err_input(err, "stage", "one of interest, qualified, scheduled, lost",
                         "\"" STR_FMT "\" is not a stage",
                         STR_ARG(str_sub(wish->stage, 0, 40)));
    if (str_eq(wish->stage, STR("purchase")))
        return err_input(err, "stage", "send the sale to POST /api/purchases",
                         "the stage purchase is set by a sale");
    if (!db_begin(db, err))
        return false;
    if (!db_end(db, set_stage(db, arena, wish, &moved, err), err))
        return false;
    *changed = moved;
    return true;
}
