/* dialog.c - messages come in, and what they mean for the lead's stage. */

#include "lead/dialog.h"

#include "auth/auth_db.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"
#include "base/strs.h"
#include "conf/app.h"
#include "db/db.h"
#include "lead/dialog_db.h"
#include "lead/dialog_model.h"
#include "lead/lead_db.h"
#include "seal/seal.h"
#include "text/phone.h"

#define AHEAD_MS  (5 * 60 * 1000)
#define GATHER_MS 2000 /* people write in several lines */
#define MATCH_MS  (INT64_C(365) * 24 * 60 * 60 * 1000)

/* --- whose dialog --------------------------------------------------------------------- */

struct contact_of_dialog {
    struct str lead_id, phone_hash, email_hash;
};

static bool find_lead(const struct app *app, struct db *db, struct arena *arena,
                      const struct dialog_wish *wish, struct contact_of_dialog *out,
                      struct err *err)
{
    struct org_row org;
    struct lead lead;

    if (wish->lead_id.n) {
        out->lead_id = wish->lead_id;
        return lead_get(db, arena, wish->lead_id, &lead, err) || err_field(err, "lead_id");
    }
    if (!org_get(db, arena, db_scope_org(db), &org, err))
        return false;
    struct str phone = phone_normal(arena, wish->phone, org.country);
    struct str email = email_normal(arena, wish->email);
    if (phone.n)
        out->phone_hash = ring_hash(app->ring, arena, "phone", db_scope_org(db), phone);
    if (email.n)
        out->email_hash = ring_hash(app->ring, arena, "email", db_scope_org(db), email);
    if (out->phone_hash.n &&
        !lead_last_of_contact(db, arena, out->phone_hash, STR(""), wish->now_ms - MATCH_MS,
                              wish->now_ms + AHEAD_MS, &out->lead_id, err))
        return false;
    return out->lead_id.n || !out->email_hash.n ||
           lead_last_of_contact(db, arena, STR(""), out->email_hash, wish->now_ms - MATCH_MS,
                                wish->now_ms + AHEAD_MS, &out->lead_id, err);
}

static bool check(const struct dialog_wish *wish, struct err *err)
{
    if (wish->external_id.n == 0)
        return err_input(err, "dialog_id", "the chat system's id of the dialog",
                         "the message names no dialog");
    if (wish->text.n == 0)
        return err_input(err, "text", "what was written", "the message is empty");
    return (wish->at_ms >= 0 && wish->at_ms <= wish->now_ms + AHEAD_MS) ||
           err_input(err, "at", "give the time when it was written, or leave it out",
                     "the message lies in the future");
}

static bool ask_judge(struct db *db, struct arena *arena, struct str dialog_id, int64_t now_ms,
                      struct err *err)
{
    struct job_wish judge = {
        .kind = "dialog.judge",
        .args = str_fmt(arena, "{\"dialog_id\":\"" STR_FMT "\"}", STR_ARG(dialog_id)),
        .run_at_ms = now_ms + GATHER_MS,
    };

    return job_add(db, &judge, NULL, err);
}

static bool store(struct db *db, struct arena *arena, const struct dialog_wish *wish,
                  const struct contact_of_dialog *contact, struct dialog *dialog, bool *added,
                  struct err *err)
{
    struct str id = id_new(arena);
    struct dialog_message message = {
        .message_id = id,
        .external_id = wish->message_external_id.n ? wish->message_external_id : id,
        .line = {wish->ours, wish->text},
        .at_ms = wish->at_ms ? wish->at_ms : wish->now_ms};

    if (!dialog_upsert(db, arena, wish->external_id, contact->lead_id, contact->phone_hash,
                       contact->email_hash, wish->now_ms, dialog, err) ||
        !dialog_message_insert(db, arena, dialog->dialog_id, &message, wish->now_ms, added,
                               err))
        return false;
    return !*added || ask_judge(db, arena, dialog->dialog_id, wish->now_ms, err);
}

bool dialog_add(const struct app *app, struct db *db, struct arena *arena,
                const struct dialog_wish *wish, struct str *dialog_id, struct str *lead_id,
                bool *added, struct err *err)
{
    struct contact_of_dialog contact = {.lead_id = STR("")};
    struct dialog dialog = {.lead_id = STR("")};
    bool is_new = false;

    if (!check(wish, err) || !find_lead(app, db, arena, wish, &contact, err) ||
        !db_begin(db, err))
        return false;
    if (!db_end(db, store(db, arena, wish, &contact, &dialog, &is_new, err), err))
        return false;
    *dialog_id = dialog.dialog_id;
    *lead_id = dialog.lead_id;
    *added = is_new;
    return true;
}

/* --- what it means ------------------------------------------------------------------------ */

/* How far along; lost can be said at any time before a sale. */
static int rank(struct str stage)
{
    static const char *const order[] = {"interest", "qualified", "scheduled", "purchase"};

    for (int i = 0; i < (int)countof(order); i++)
        if (str_eq(stage, str(order[i])))
            return i;
    return -1;
}

static bool moves_on(struct str from, struct str to)
{
    if (str_eq(to, STR("lost")))
        return lead_stage_move_legal(from, to);
    return rank(to) > rank(from) && lead_stage_move_legal(from, to);
}

/* The rules in their order: the first that fits and moves the lead on. */
static bool judge_by_rules(struct job *job, const struct lead *lead,
                           const struct dialog_lines *lines, struct str *stage, struct str *why,
                           struct err *err)
{
    struct strs rules = {0};
    struct str to, reason;

    *stage = STR("");
    if (!dialog_rules_get(job->db, job->arena, &rules, err))
        return false;
    for (size_t i = 0; i < rules.n; i++) {
        if (!dialog_rule_fits(job->arena, rules.at[i], lines, lead->answers, &to, &reason) ||
            !moves_on(lead->stage, to))
            continue;
        *stage = to;
        *why = reason;
        return true;
    }
    return true;
}

static bool set_stage(struct job *job, const struct lead *lead, struct str stage,
                      struct str why, struct err *err)
{
    struct lead_stage_wish wish = {.lead_id = lead->lead_id,
                                   .stage = stage,
                                   .cause = why,
                                   .actor =
                                       str_fmt(job->arena, "job:" STR_FMT, STR_ARG(job->id)),
                                   .now_ms = job->now_ms};
    struct err why_not = {0};
    bool changed;

    if (lead_set_stage(job->db, job->arena, &wish, &changed, &why_not))
        return true;
    /* Somebody moved it meanwhile: their word counts. */
    if (why_not.kind == ERR_CONFLICT)
        return true;
    *err = why_not;
    return false;
}

/* dialog.judge - a dialog's newest messages, against the rules, then the model. */
static bool run_judge(struct job *job, struct err *err)
{
    struct dialog_messages messages = {0};
    struct dialog_lines lines = {0};
    struct str stage = STR(""), why = STR("");
    const struct json *args;
    struct dialog dialog;
    struct lead lead;

    if (!json_parse(job->arena, job->args, &args, err) ||
        !dialog_get(job->db, job->arena, json_text(args, "dialog_id", STR("")), &dialog, err))
        return false;
    if (dialog.lead_id.n == 0)
        return true; /* the next message looks for its lead again */
    if (!lead_get(job->db, job->arena, dialog.lead_id, &lead, err) ||
        !dialog_message_list(job->db, job->arena, dialog.dialog_id, &messages, err))
        return false;
    for (size_t i = 0; i < messages.n; i++)
        *dialog_lines_add(&lines, job->arena) = messages.at[i].line;
    if (!judge_by_rules(job, &lead, &lines, &stage, &why, err))
        return false;
    if (stage.n == 0 && !dialog_model_judge(job->app, job->net, job->arena, lead.stage, &lines,
                                            &stage, &why, err))
        return false;
    if (stage.n == 0 || !moves_on(lead.stage, stage))
        return true;
    log_info("dialog.judged", LOG_TEXT("lead_id", lead.lead_id), LOG_TEXT("stage", stage));
    return set_stage(job, &lead, stage, why, err);
}

const struct job_kind dialog_jobs[] = {
    {.kind = "dialog.judge", .run = run_judge, .deadline_ms = 120 * 1000, .max_attempts = 8},
    JOB_KINDS_END,
};
