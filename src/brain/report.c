/* report.c - what a person reads about an execution. */
#include "brain/report.h"

#include "brain/inputs.h"
#include "text/json.h"
#include "text/money.h"
#include "text/zone.h"

#define MOST_REPORT ((size_t)256 * 1024)

struct telling {
    struct arena *arena;
    struct buf *out;
    const struct execution *execution;
    const struct actions *actions;
    const struct brain_inputs *inputs; /* NULL: nothing was seen */
    const struct json *decisions;
};

static struct str money(const struct telling *t, int64_t micros)
{
    return str_fmt(t->arena, STR_FMT " " STR_FMT,
                   STR_ARG(money_show(t->arena, micros, t->inputs->currency)),
                   STR_ARG(t->inputs->currency));
}

static struct str cost(const struct telling *t, int64_t micros, int64_t n)
{
    return n > 0 ? money(t, money_scale(micros, 1, n)) : STR("-");
}

static struct str percent(const struct telling *t, int64_t part, int64_t whole)
{
    return whole > 0 ? str_fmt(t->arena, "%lld %%", (long long)money_scale(part, 100, whole))
                     : STR("-");
}

/* Over the groups of a campaign, or of all ("" id). */
static struct brain_counts counts_of(const struct telling *t, struct str campaign_id, int first,
                                     int last)
{
    struct brain_counts sum = {0};

    for (size_t i = 0; i < t->inputs->groups.n; i++) {
        const struct brain_group *g = &t->inputs->groups.at[i];
        if (campaign_id.n && !str_eq(g->campaign_id, campaign_id))
            continue;
        struct brain_counts one = inputs_sum(g, first, last);
        inputs_add(&sum, &one);
    }
    return sum;
}

/* --- sections ------------------------------------------------------------------------- */

static void tell_status(const struct telling *t)
{
    const struct json *gates = json_at(t->decisions, "gates");

    buf_fmt(t->out, "\n1. Account\n");
    if (str_eq(t->execution->state, STR("failed")))
        buf_fmt(t->out, "The run failed: " STR_FMT "\n", STR_ARG(t->execution->error_text));
    if (!t->inputs)
        return;
    buf_fmt(t->out, "%s (" STR_FMT "), the autopilot %s.\n",
            t->inputs->deliverable ? "It can deliver" : "It cannot deliver",
            STR_ARG(t->inputs->account_status.n ? t->inputs->account_status : STR("-")),
            t->execution->dispatch ? "acts" : "only reports");
    for (size_t i = 0; i < json_count(gates); i++)
        buf_fmt(t->out, "On hold: " STR_FMT "\n",
                STR_ARG(json_text(json_item(gates, i), "reason", STR(""))));
}

static void tell_summary(const struct telling *t, const struct brain_counts *y)
{
    buf_fmt(t->out,
            "\n2. Summary\nSpend: " STR_FMT "\nLeads: %lld\nCost per lead: " STR_FMT
            "\nQualified leads: %lld\nCost per qualified lead: " STR_FMT "\n",
            STR_ARG(money(t, y->spend_micros)), (long long)y->leads,
            STR_ARG(cost(t, y->spend_micros, y->leads)), (long long)y->qualified,
            STR_ARG(cost(t, y->spend_micros, y->qualified)));
}

static bool told_before(const struct telling *t, size_t position)
{
    for (size_t i = 0; i < position; i++) {
        if (str_eq(t->inputs->groups.at[i].campaign_id,
                   t->inputs->groups.at[position].campaign_id))
            return true;
    }
    return false;
}

static bool campaign_live(const struct telling *t, struct str campaign_id)
{
    for (size_t i = 0; i < t->inputs->groups.n; i++) {
        if (str_eq(t->inputs->groups.at[i].campaign_id, campaign_id) &&
            t->inputs->groups.at[i].live)
            return true;
    }
    return false;
}

static void tell_groups(const struct telling *t, struct str campaign_id)
{
    for (size_t i = 0; i < t->inputs->groups.n; i++) {
        const struct brain_group *g = &t->inputs->groups.at[i];
        struct brain_counts y = inputs_sum(g, 1, 1);
        if (!str_eq(g->campaign_id, campaign_id) || (!g->live && !y.spend_micros))
            continue;
        buf_fmt(t->out, "  " STR_FMT " (%s): spend " STR_FMT ", leads %lld, each " STR_FMT "\n",
                STR_ARG(g->name), g->live ? "running" : "stopped",
                STR_ARG(money(t, y.spend_micros)), (long long)y.leads,
                STR_ARG(cost(t, y.spend_micros, y.leads)));
    }
}

static void tell_campaigns(const struct telling *t)
{
    bool any = false;

    buf_fmt(t->out, "\n3. Campaigns\n");
    for (size_t i = 0; i < t->inputs->groups.n; i++) {
        const struct brain_group *g = &t->inputs->groups.at[i];
        struct brain_counts y = counts_of(t, g->campaign_id, 1, 1);
        bool live = campaign_live(t, g->campaign_id);
        if (told_before(t, i) || (!live && !y.spend_micros && !y.leads))
            continue;
        any = true;
        buf_fmt(t->out,
                STR_FMT " (" STR_FMT ", %s): spend " STR_FMT ", leads %lld, each " STR_FMT
                        ", qualified %lld, each " STR_FMT "\n",
                STR_ARG(g->campaign_name.n ? g->campaign_name : STR("-")),
                STR_ARG(g->campaign_id), live ? "running" : "stopped",
                STR_ARG(money(t, y.spend_micros)), (long long)y.leads,
                STR_ARG(cost(t, y.spend_micros, y.leads)), (long long)y.qualified,
                STR_ARG(cost(t, y.spend_micros, y.qualified)));
        tell_groups(t, g->campaign_id);
    }
    if (!any)
        buf_fmt(t->out, "-\n");
}

static void tell_quality(const struct telling *t, const struct brain_counts *y)
{
    struct brain_counts week = counts_of(t, STR(""), 1, 7);

    buf_fmt(t->out,
            "\n4. Lead quality\nQualified of yesterday's leads: " STR_FMT
            "\nQualified of the last 7 days' leads: " STR_FMT "\n",
            STR_ARG(percent(t, y->qualified, y->leads)),
            STR_ARG(percent(t, week.qualified, week.leads)));
}

static const char *outcome_words(struct str state)
{
    if (str_eq(state, STR("done")))
        return "done";
    if (str_eq(state, STR("refused")))
        return "not made";
    if (str_eq(state, STR("uncertain")))
        return "outcome unknown, it is read back at the next run";
    return str_eq(state, STR("failed")) ? "failed" : "under way";
}

static struct str error_words(const struct telling *t, const struct action *a)
{
    const struct json *error;
    struct err ignored = {0};

    if (!a->error.n || !json_parse(t->arena, a->error, &error, &ignored))
        return STR("");
    return json_text(error, "text", STR(""));
}

static void tell_lines(const struct telling *t, struct str lines, const char *outcome)
{
    struct str first = str_cut(&lines, '\n');

    buf_fmt(t->out, "- " STR_FMT ": %s\n", STR_ARG(first), outcome);
    while (lines.n) {
        struct str line = str_cut(&lines, '\n');
        if (line.n)
            buf_fmt(t->out, "  " STR_FMT "\n", STR_ARG(line));
    }
}

static void tell_actions(const struct telling *t)
{
    const struct json *planned = json_at(t->decisions, "actions");

    buf_fmt(t->out, "\n5. Changes\n");
    for (size_t i = 0; i < t->actions->n; i++) {
        const struct action *a = &t->actions->at[i];
        struct str why = error_words(t, a);
        tell_lines(t, a->reason.n ? a->reason : a->type, outcome_words(a->state));
        if (why.n)
            buf_fmt(t->out, "  " STR_FMT "\n", STR_ARG(why));
    }
    for (size_t i = 0; !t->actions->n && i < json_count(planned); i++) {
        const struct json *reason = json_at(json_item(planned, i), "reason");
        buf_fmt(t->out, "- " STR_FMT ": planned only\n  " STR_FMT "\n  " STR_FMT "\n",
                STR_ARG(json_text(reason, "0", STR(""))),
                STR_ARG(json_text(reason, "1", STR(""))),
                STR_ARG(json_text(reason, "2", STR(""))));
    }
    if (!t->actions->n && !json_count(planned))
        buf_fmt(t->out, "None.\n");
}

static void tell_dynamics(const struct telling *t, const struct brain_counts *y)
{
    struct brain_counts three = counts_of(t, STR(""), 1, 3), week = counts_of(t, STR(""), 1, 7);

    buf_fmt(
        t->out,
        "\n6. Dynamics\nSpend a day: yesterday " STR_FMT ", 3 days " STR_FMT ", 7 days " STR_FMT
        "\nCost per lead: yesterday " STR_FMT ", 3 days " STR_FMT ", 7 days " STR_FMT "\n",
        STR_ARG(money(t, y->spend_micros)), STR_ARG(money(t, three.spend_micros / 3)),
        STR_ARG(money(t, week.spend_micros / 7)), STR_ARG(cost(t, y->spend_micros, y->leads)),
        STR_ARG(cost(t, three.spend_micros, three.leads)),
        STR_ARG(cost(t, week.spend_micros, week.leads)));
}

static bool holds_of(const struct telling *t, const char *cause)
{
    const struct json *groups = json_at(t->decisions, "groups");

    for (size_t i = 0; i < json_count(groups); i++) {
        if (str_eq(json_text(json_item(groups, i), "cause", STR("")), str(cause)))
            return true;
    }
    return false;
}

static bool bound_by_direction(const struct telling *t)
{
    const struct json *groups = json_at(t->decisions, "groups");

    for (size_t i = 0; i < json_count(groups); i++) {
        const struct json *g = json_item(groups, i);
        if (str_eq(json_text(g, "limit.guardrail", STR("")), STR("direction_cap")) &&
            str_eq(json_text(g, "health", STR("")), STR("very_good")))
            return true;
    }
    return false;
}

static void tell_advice(const struct telling *t)
{
    const struct json *deferred = json_at(t->decisions, "deferred");
    bool any = false;

    buf_fmt(t->out, "\n7. What you can do\n");
    if (holds_of(t, "no_target")) {
        buf_fmt(t->out, "- Set a target cost in the directions that have none.\n");
        any = true;
    }
    if (bound_by_direction(t)) {
        buf_fmt(t->out, "- A very good ad group is held by its direction's daily budget: raise "
                        "that budget to let it grow.\n");
        any = true;
    }
    for (size_t i = 0; i < t->inputs->directions.n; i++) {
        const struct brain_direction *d = &t->inputs->directions.at[i];
        if (!d->active || d->unused_creatives.n)
            continue;
        buf_fmt(t->out,
                "- Direction " STR_FMT " has no creative in reserve: upload a new one.\n",
                STR_ARG(d->name));
        any = true;
    }
    for (size_t i = 0; i < json_count(deferred); i++) {
        const struct json *d = json_item(deferred, i);
        buf_fmt(t->out, "- Left for the next run: " STR_FMT " " STR_FMT " (" STR_FMT ")\n",
                STR_ARG(json_text(d, "type", STR(""))),
                STR_ARG(json_text(d, "object_id", STR(""))),
                STR_ARG(json_text(d, "reason", STR(""))));
        any = true;
    }
    if (!any)
        buf_fmt(t->out, "Nothing.\n");
}

/* --- the whole ---------------------------------------------------------------------------- */

static void tell(const struct telling *t, struct str day)
{
    struct brain_counts y = {0};

    buf_fmt(t->out, "Report for " STR_FMT "\n", STR_ARG(day.n ? day : STR("-")));
    tell_status(t);
    if (!t->inputs)
        return;
    y = counts_of(t, STR(""), 1, 1);
    tell_summary(t, &y);
    tell_campaigns(t);
    tell_quality(t, &y);
    tell_actions(t);
    tell_dynamics(t, &y);
    tell_advice(t);
}

static struct str data_json(struct arena *arena, const struct telling *t, struct str text,
                            struct str day)
{
    int64_t done = 0;
    struct buf buf;
    struct json_writer w;

    for (size_t i = 0; i < t->actions->n; i++)
        done += str_eq(t->actions->at[i].state, STR("done"));
    buf_init(&buf, arena, 2 * MOST_REPORT);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "text", text);
    json_text_or_null_member(&w, "day", day);
    json_text_member(&w, "state", t->execution->state);
    json_bool_member(&w, "dispatched", t->execution->dispatch);
    json_int_member(&w, "actions_planned",
                    (int64_t)json_count(json_at(t->decisions, "actions")));
    json_int_member(&w, "actions_done", done);
    json_end(&w);
    return buf_str(&buf);
}

bool report_make(struct arena *arena, const struct execution *e, const struct actions *actions,
                 int64_t now_ms, struct brain_report *out, struct err *err)
{
    struct brain_inputs inputs;
    struct buf buf;
    struct str text, day;
    struct telling t = {.arena = arena, .out = &buf, .execution = e, .actions = actions};

    buf_init(&buf, arena, MOST_REPORT);
    if (e->inputs.n && !inputs_parse(arena, e->inputs, &inputs, err))
        return false;
    if (e->inputs.n)
        t.inputs = &inputs;
    if (!json_parse(arena, e->decisions.n ? e->decisions : STR("{}"), &t.decisions, err))
        return false;
    day = json_text(t.decisions, "day", STR(""));
    tell(&t, day);
    if (!buf_done(&buf, "the report", &text, err))
        return false;
    *out = (struct brain_report){
        .id = e->id,
        .execution_id = e->id,
        .ad_account_id = e->ad_account_id,
        .platform = e->platform,
        .day = day,
        .data = data_json(arena, &t, text, day),
        .created_ms = now_ms,
    };
    return true;
}
