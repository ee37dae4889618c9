/* autopilot_page.c - GET /autopilot : what the autopilot did and why; undo. */

#include "api/page.h"
#include "api/pages.h"
#include "auth/auth.h"
#include "brain/action.h"
#include "brain/execution.h"
#include "conf/app.h"
#include "db/db.h"
#include "text/html.h"
#include "text/money.h"
#include "text/zone.h"

#include <inttypes.h>

enum { EXECUTIONS_SHOWN = 30 };

static void put_when(struct buf *html, int64_t at_ms)
{
    html_put(html, str_sub(time_platform(html->arena, at_ms), 0, 16));
    buf_add(html, STR(" UTC"));
}

static void put_reason(struct buf *html, const struct json *holder)
{
    const struct json *reason = json_at(holder, "reason");

    for (size_t i = 0; i < json_count(reason); i++) {
        struct str line = json_text(json_item(reason, i), "", STR(""));
        if (line.n == 0)
            continue;
        buf_add(html, i == 0 ? STR("<p>") : STR("<p class=\"soft\">"));
        html_put(html, line);
        buf_add(html, STR("</p>"));
    }
}

static struct str tone_of(struct str decision)
{
    if (str_eq(decision, STR("pause")))
        return STR("stopped");
    return str_eq(decision, STR("hold")) ? STR("") : STR("changed");
}

static void put_group(struct buf *html, const struct json *group)
{
    struct str decision = json_text(group, "decision", STR("hold"));
    struct str limit = json_text(group, "limit.words", STR(""));
    int64_t score = 0;

    buf_fmt(html, "<li class=\"" STR_FMT "\"><p><strong>", STR_ARG(tone_of(decision)));
    html_put(html, decision);
    buf_add(html, STR("</strong> "));
    html_put(html, json_text(group, "name", STR("")));
    if (json_int(group, "score", &score)) {
        buf_fmt(html, " <span class=\"soft\">score %" PRId64 ", ", score);
        html_put(html, json_text(group, "health", STR("")));
        buf_add(html, STR("</span>"));
    }
    buf_add(html, STR("</p>"));
    put_reason(html, group);
    if (limit.n) {
        buf_add(html, STR("<p class=\"warn\">Limit: "));
        html_put(html, limit);
        buf_add(html, STR("</p>"));
    }
    buf_add(html, STR("</li>\n"));
}

static bool put_decisions(struct buf *html, const struct execution *e, struct err *err)
{
    const struct json *root;

    if (e->decisions.n == 0)
        return true;
    if (!json_parse(html->arena, e->decisions, &root, err))
        return err_while(err, "reading the decisions of execution " STR_FMT, STR_ARG(e->id));
    const struct json *gates = json_at(root, "gates");
    for (size_t i = 0; i < json_count(gates); i++) {
        buf_add(html, STR("<p class=\"warn\">Holds: "));
        html_put(html, json_text(json_item(gates, i), "reason", STR("")));
        buf_add(html, STR("</p>"));
    }
    const struct json *groups = json_at(root, "groups");
    buf_add(html, STR("<ol class=\"decisions\">"));
    for (size_t i = 0; i < json_count(groups); i++)
        put_group(html, json_item(groups, i));
    buf_add(html, STR("</ol>"));
    return true;
}

static void put_summary(struct buf *html, const struct execution *e, bool link)
{
    buf_add(html, STR("<h2>"));
    if (link)
        buf_fmt(html, "<a href=\"/autopilot/" STR_FMT "\">", STR_ARG(e->id));
    put_when(html, e->as_of_ms ? e->as_of_ms : e->started_ms);
    buf_add(html, link ? STR("</a></h2><p class=\"soft\">") : STR("</h2><p class=\"soft\">"));
    html_put(html, e->platform);
    buf_add(html, e->dispatch ? STR(", acting, ") : STR(", report only, "));
    html_put(html, e->state);
    buf_add(html, STR("</p>"));
    if (e->error_text.n) {
        buf_add(html, STR("<p class=\"bad\">"));
        html_put(html, e->error_text);
        buf_add(html, STR("</p>"));
    }
}

bool get_autopilot_page(struct request *rq, struct reply *rp, struct err *err)
{
    struct execution_filter filter = {.limit = EXECUTIONS_SHOWN};
    struct executions list = {0};
    struct page page;

    if (!page_open(rq, rp, &page, "Autopilot", err))
        return page.done;
    if (!execution_list(rq->db, rq->arena, &filter, &list, err))
        return false;
    struct buf *html = &page.html;
    buf_add(html, STR("<h1>What the autopilot decided</h1>"));
    if (list.n == 0)
        buf_add(html,
                STR("<p class=\"soft\">No execution yet: the autopilot runs each morning at "
                    "the account's hour, or with POST /api/brain/run-tiktok.</p>"));
    for (size_t i = 0; i < list.n; i++) {
        buf_add(html, STR("<section class=\"card\">"));
        put_summary(html, &list.at[i], true);
        if (!put_decisions(html, &list.at[i], err))
            return false;
        buf_add(html, STR("</section>\n"));
    }
    return page_close(&page, rq, rp, err);
}

static void put_action(struct buf *html, struct request *rq, const struct action *action)
{
    bool can_undo = str_eq(action->state, STR("done")) && action->undone_by.n == 0 &&
                    action->undo_of.n == 0 && (rq->caller.rights & CAN_SPEND);

    buf_add(html, STR("<li class=\"changed\"><p><strong>"));
    html_put(html, action->type);
    buf_add(html, STR("</strong> "));
    html_put(html, action->object_id);
    buf_add(html, STR(" <span class=\"soft\">"));
    html_put(html, action->state);
    buf_add(html, action->undone_by.n ? STR(", undone</span></p><p>") : STR("</span></p><p>"));
    html_put(html, action->reason);
    buf_add(html, STR("</p>"));
    if (can_undo) {
        buf_fmt(html, "<form method=\"post\" action=\"/autopilot/undo/" STR_FMT "\">",
                STR_ARG(action->id));
        buf_add(html, STR("<input type=\"hidden\" name=\"csrf\" value=\""));
        html_put(html, rq->caller.csrf);
        buf_add(html, STR("\"><button>Undo</button></form>"));
    }
    buf_add(html, STR("</li>"));
}

bool get_execution_page(struct request *rq, struct reply *rp, struct err *err)
{
    struct actions actions = {0};
    struct execution e = {0};
    struct page page;

    if (!page_open(rq, rp, &page, "Execution", err))
        return page.done;
    struct str id = request_arg(rq, "id");
    if (!execution_get(rq->db, rq->arena, id, &e, err) ||
        !action_list_of_execution(rq->db, rq->arena, id, &actions, err))
        return false;
    struct buf *html = &page.html;
    buf_add(html, STR("<h1>One morning of the autopilot</h1><section class=\"card\">"));
    put_summary(html, &e, false);
    if (!put_decisions(html, &e, err))
        return false;
    buf_add(html, STR("</section><section class=\"card\"><h2>What was changed</h2>"));
    if (actions.n == 0)
        buf_add(html, STR("<p class=\"soft\">Nothing.</p>"));
    buf_add(html, STR("<ol class=\"decisions\">"));
    for (size_t i = 0; i < actions.n; i++)
        put_action(html, rq, &actions.at[i]);
    buf_add(html, STR("</ol></section>"));
    return page_close(&page, rq, rp, err);
}

bool post_undo_page(struct request *rq, struct reply *rp, struct err *err)
{
    struct action action;
    struct str batch_id;
    struct str id = request_arg(rq, "id");

    if (!auth_authenticate(rq, err))
        return false;
    if (!(rq->caller.rights & CAN_SPEND))
        return err_set(err, ERR_DENIED, "undo needs the right to spend");
    db_scope(rq->db, rq->caller.org_id);
    if (!action_get(rq->db, rq->arena, id, &action, err) ||
        !action_undo(rq->app, rq->db, rq->arena, id, rq->caller.actor, &batch_id, err))
        return false;
    return reply_redirect(
        rq, rp, str_fmt(rq->arena, "/autopilot/" STR_FMT, STR_ARG(action.execution_id)));
}
