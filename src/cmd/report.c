/* report.c - `adwright report` and `adwright brain`. */

#include "auth/auth_db.h"
#include "base/clock.h"
#include "brain/brain.h"
#include "brain/execution.h"
#include "cmd/server.h"
#include "net/net.h"
#include "roi/roi.h"
#include "text/zone.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const settings[] = {"data", "db", NULL};

static bool colour_wanted(void)
{
    return isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}

static bool print_report(struct boot *boot, struct db *db, const struct roi_question *question,
                         bool json, struct err *err)
{
    struct roi_report report = {0};
    struct json_writer w;
    struct buf buf;
    struct str text;

    if (!roi_report(db, boot->arena, question, &report, err))
        return false;
    if (!json) {
        printf(STR_FMT, STR_ARG(roi_text_table(boot->arena, &report, colour_wanted())));
        return true;
    }
    buf_init(&buf, boot->arena, LIMIT_REPLY_BODY);
    json_writer(&w, &buf);
    roi_put_json(&w, boot->arena, &report, NULL);
    if (!buf_done(&buf, "the report", &text, err))
        return false;
    printf(STR_FMT "\n", STR_ARG(text));
    return true;
}

static bool report(struct boot *boot, struct db *db, struct err *err)
{
    struct roi_question question = {.now_ms = clock_wall_ms()};
    struct str org_id, basis = STR(""), model = STR("");

    (void)cmd_option(boot, "--first-day", &question.first_day);
    (void)cmd_option(boot, "--last-day", &question.last_day);
    (void)cmd_option(boot, "--platform", &question.platform);
    (void)cmd_option(boot, "--ad-account", &question.ad_account_id);
    (void)cmd_option(boot, "--direction", &question.direction_id);
    (void)cmd_option(boot, "--currency", &question.currency);
    (void)cmd_option(boot, "--basis", &basis);
    (void)cmd_option(boot, "--model", &model);
    bool json = cmd_flag(boot, "--json");
    if (!roi_basis_by_name(basis, &question.basis))
        return err_input(err, "basis", "lead, payment, click or impression",
                         "\"" STR_FMT "\" is not a date basis", STR_ARG(basis));
    if (!roi_model_by_name(model, &question.model))
        return err_input(err, "model", "lead, first or last",
                         "\"" STR_FMT "\" is not a model of attribution", STR_ARG(model));
    if (question.platform.n && !str_eq(question.platform, STR("tiktok")) &&
        !str_eq(question.platform, STR("facebook")))
        return err_input(err, "platform", "tiktok or facebook",
                         "\"" STR_FMT "\" is not a platform", STR_ARG(question.platform));
    if (!cmd_org_option(boot, db, &org_id, err) || !cmd_rest(boot, 0, err))
        return false;
    db_scope(db, org_id);
    return print_report(boot, db, &question, json, err);
}

int cmd_report(int argc, char **argv)
{
    static const char help[] =
        "usage: adwright report [--org ID] [--first-day DAY --last-day DAY] [--platform "
        "tiktok]\n"
        "                       [--ad-account ID] [--direction ID] [--currency KZT]\n"
        "                       [--basis lead|payment|click|impression] [--model "
        "lead|first|last]\n"
        "                       [--json]\n\n"
        "What each creative cost and earned: by default the last 30 days, sales of the leads\n"
        "created in them, in the org's currency.  A dash is a figure that is not known.\n";

    return cmd_with_db(argc, argv, help, settings, report);
}

/* --- brain ---------------------------------------------------------------- */

static bool one_execution(struct boot *boot, struct db *db, struct str *id, struct err *err)
{
    struct str org_id;

    if (!cmd_org_option(boot, db, &org_id, err) || !cmd_rest(boot, 2, err))
        return false;
    db_scope(db, org_id);
    if (boot->rest.n == 2) {
        *id = boot->rest.at[1];
        return true;
    }
    /* Without an id, the newest. */
    struct execution_filter filter = {.limit = 1};
    struct executions list = {0};
    if (!execution_list(db, boot->arena, &filter, &list, err))
        return false;
    if (list.n == 0)
        return err_set(err, ERR_NOT_FOUND, "this org has no execution yet");
    *id = list.at[0].id;
    return true;
}

static bool replay(struct boot *boot, struct db *db, struct err *err)
{
    struct str id, explanation;
    bool same;

    if (!one_execution(boot, db, &id, err) ||
        !brain_replay(db, boot->arena, id, &same, &explanation, err))
        return false;
    printf(STR_FMT ": " STR_FMT "\n", STR_ARG(id), STR_ARG(explanation));
    return same || err_set(err, ERR_CONFLICT, "the decisions do not come out the same");
}

static bool show(struct boot *boot, struct db *db, struct err *err)
{
    struct execution e = {0};
    struct str id;

    if (!one_execution(boot, db, &id, err) || !execution_get(db, boot->arena, id, &e, err))
        return false;
    printf("execution " STR_FMT ", " STR_FMT ", " STR_FMT "\n", STR_ARG(e.id), STR_ARG(e.state),
           STR_ARG(time_rfc3339(boot->arena, e.as_of_ms)));
    if (e.error_text.n)
        printf("  " STR_FMT "\n", STR_ARG(e.error_text));
    if (e.decisions.n)
        printf(STR_FMT, STR_ARG(brain_text(boot->arena, e.decisions, colour_wanted())));
    return true;
}

static bool list(struct boot *boot, struct db *db, struct err *err)
{
    struct execution_filter filter = {.limit = 50};
    struct executions executions = {0};
    struct str org_id;

    if (!cmd_org_option(boot, db, &org_id, err) || !cmd_rest(boot, 1, err))
        return false;
    db_scope(db, org_id);
    if (!execution_list(db, boot->arena, &filter, &executions, err))
        return false;
    for (size_t i = 0; i < executions.n; i++) {
        const struct execution *e = &executions.at[i];
        printf(STR_FMT "  " STR_FMT "  " STR_FMT "  " STR_FMT "  %s\n", STR_ARG(e->id),
               STR_ARG(time_rfc3339(boot->arena, e->started_ms)), STR_ARG(e->platform),
               STR_ARG(e->state), e->dispatch ? "acting" : "report only");
    }
    return true;
}

/* A run in this process: the job is added and all due jobs are carried out. */
static bool run(struct boot *boot, struct db *db, struct err *err)
{
    struct brain_wish wish = {.platform = STR("tiktok"),
                              .trigger = "manual",
                              .dispatch = cmd_flag(boot, "--act"),
                              .report = true};
    struct str org_id, id;
    struct net *net;
    bool added;
    int ran;

    (void)cmd_option(boot, "--ad-account", &wish.ad_account_id);
    if (!cmd_org_option(boot, db, &org_id, err) || !cmd_rest(boot, 1, err))
        return false;
    db_scope(db, org_id);
    if (!brain_start(&boot->app, db, boot->arena, &wish, &id, &added, err) ||
        !net_open(&net, err))
        return false;
    bool ok = job_run_due(boot->app.database, server_job_kinds, db, net, &boot->app, &ran, err);
    net_close(net);
    boot->rest.at[0] = STR("show");
    *strs_add(&boot->rest, boot->arena) = id;
    return ok && show(boot, db, err);
}

static bool brain(struct boot *boot, struct db *db, struct err *err)
{
    struct str verb = boot->rest.n ? boot->rest.at[0] : STR("");

    if (str_eq(verb, STR("replay")))
        return replay(boot, db, err);
    if (str_eq(verb, STR("show")))
        return show(boot, db, err);
    if (str_eq(verb, STR("list")))
        return list(boot, db, err);
    if (str_eq(verb, STR("run")))
        return run(boot, db, err);
    return err_input(err, "command", "one of run, list, show, replay; see --help",
                     "\"" STR_FMT "\" is nothing the brain can do", STR_ARG(verb));
}

int cmd_brain(int argc, char **argv)
{
    static const char help[] =
        "usage: adwright brain run [--ad-account ID] [--act] [--org ID]\n"
        "       adwright brain list [--org ID]\n"
        "       adwright brain show [EXECUTION] [--org ID]\n"
        "       adwright brain replay [EXECUTION] [--org ID]\n\n"
        "run     collect, decide, and (with --act, where the autopilot is on) change budgets\n"
        "show    the decisions of an execution with their reasons; the newest without an id\n"
        "replay  decide again from the stored inputs: the same, byte for byte, or it fails\n";

    return cmd_with_db(argc, argv, help, settings, brain);
}
