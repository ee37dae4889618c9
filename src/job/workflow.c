/*
 * workflow.c - one step, done once.
 *
 * What the stored state of a step means when we come (back) to it:
 *   none, failed   it surely did not happen: run it
 *   sending        we died, or broke, while it was under way: it may have happened
 *   uncertain      the answer was lost: it may have happened
 *   done           here is its result
 * What may have happened is looked up (check) before it is run again, and not
 * run again while the look-up has no answer.
 */

#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include "job/job_parts.h"
#include "job/workflow_parts.h"

enum { LOOK_AFTER_MS = 300 }; /* a platform shows a write a moment after it did it */

static bool is(struct str state, const char *name)
{
    return str_eq(state, str(name));
}

/* A stored outcome must not get lost to a busy database: the remote side has acted. */
static bool settle(struct workflow *wf, const struct workflow_step *step, const char *state,
                   struct str result, struct str error_json, struct err *err)
{
    int attempt = 1;

    while (!workflow_db_settle(wf, step->name, state, result, error_json, err))
        if (!job_pause_and_retry(attempt++, err))
            return false;
    return true;
}

static bool keep_done(struct workflow *wf, const struct workflow_step *step, struct str done,
                      struct str *result, struct err *err)
{
    struct err trouble = {0};

    if (!settle(wf, step, "done", done, STR(""), &trouble)) {
        /* The row still says sending: the next attempt reads back. */
        *err = trouble;
        return err_while(err, "storing the result of step %s", step->name);
    }
    *result = done;
    return true;
}

/* Did it happen?  found: the result is stored.  not found: nothing changed. */
static bool look(struct workflow *wf, const struct workflow_step *step, struct str request,
                 bool *found, struct str *result, struct err *err)
{
    struct str seen = STR("");

    *found = false;
    if (!step->check(wf, step->arg, request, found, &seen, err))
        return err_while(err, "reading back step %s", step->name);
    log_info("workflow.read_back", LOG_TEXT("workflow_id", wf->id),
             LOG_CSTR("step", step->name), LOG_INT("found", *found));
    return !*found || keep_done(wf, step, seen, result, err);
}

/* The answer was lost.  Found right away, the step is done; else a later attempt looks again.
 */
static bool uncertain(struct workflow *wf, const struct workflow_step *step, struct str request,
                      struct str *result, struct err *err)
{
    struct err why = *err;
    struct err ignored = {0};
    bool found = false;

    if (!settle(wf, step, "uncertain", STR(""), job_error_json(wf->arena, &why), err))
        return false;
    if (!step->check)
        return false;
    clock_sleep_ms(LOOK_AFTER_MS);
    if (!look(wf, step, request, &found, result, &ignored))
        log_err("workflow.read_back", &ignored);
    else if (found)
        return true;
    *err = why;
    return false;
}

/* The kinds after which the remote side surely did nothing. */
static bool surely_not(enum err_kind kind)
{
    switch (kind) {
    case ERR_INVALID:
    case ERR_DENIED:
    case ERR_NOT_FOUND:
    case ERR_CONFLICT:
    case ERR_BUSY:
    case ERR_REFUSED:
        return true;
    default:
        return false;
    }
}

static bool run(struct workflow *wf, const struct workflow_step *step, struct str request,
                struct str *result, struct err *err)
{
    struct err trouble = {0};
    struct str done = STR("");

    if (!workflow_db_sending(wf, step->name, request, err))
        return false;
    if (step->run(wf, step->arg, request, &done, err))
        return keep_done(wf, step, done, result, err);
    if (err->kind == ERR_UNCERTAIN)
        return uncertain(wf, step, request, result, err);
    if (surely_not(err->kind) &&
        !settle(wf, step, "failed", STR(""), job_error_json(wf->arena, err), &trouble))
        log_err("workflow.not_written", &trouble);
    return false; /* ERR_BROKEN leaves it at sending: we do not know how far it came */
}

bool workflow_do(struct workflow *wf, const struct workflow_step *step, struct str *result,
                 struct err *err)
{
    struct step_row row;
    bool found = false;

    must(!db_in_transaction(wf->db));
    if (!workflow_db_step(wf, step->name, &row, err))
        return false;
    if (row.exists && is(row.state, "done")) {
        *result = row.result;
        return true;
    }
    bool open = row.exists && (is(row.state, "sending") || is(row.state, "uncertain"));
    /* What may have been sent is looked for, and repeated, exactly as it was stored. */
    struct str request = open ? row.request : step->request;
    if (open && step->check) {
        if (!look(wf, step, request, &found, result, err))
            return false;
        if (found)
            return true;
    }
    return run(wf, step, request, result, err);
}
