/* roi_json.c - the ROI report for programs. */

#include "base/arena.h"
#include "roi/roi.h"
#include "text/json.h"
#include "text/zone.h"

static void put_money(struct json_writer *w, const char *key, struct roi_money money)
{
    json_key(w, key);
    if (money.known)
        json_put_int(w, money.micros);
    else
        json_put_null(w);
}

static void put_ratio(struct json_writer *w, const char *key, struct roi_ratio ratio)
{
    json_key(w, key);
    if (ratio.known)
        json_put_real(w, ratio.value);
    else
        json_put_null(w);
}

static void put_measured(struct json_writer *w, const char *key, const struct roi_row *row,
                         int64_t value)
{
    json_key(w, key);
    if (row->measured)
        json_put_int(w, value);
    else
        json_put_null(w);
}

static void put_figures(struct json_writer *w, const struct roi_row *row)
{
    struct roi_money spend = row->spend;

    spend.known = spend.known && row->measured;
    put_money(w, "spend_micros", spend);
    put_measured(w, "impressions", row, row->impressions);
    put_measured(w, "clicks", row, row->clicks);
    put_ratio(w, "ctr", row->ctr);
    put_money(w, "cpc_micros", row->cpc);
    json_int_member(w, "leads", row->leads);
    json_int_member(w, "duplicate_leads", row->duplicate_leads);
    put_measured(w, "platform_leads", row, row->platform_leads);
    put_money(w, "cpl_micros", row->cpl);
    json_int_member(w, "qualified", row->qualified);
    put_money(w, "cpql_micros", row->cpql);
    json_int_member(w, "sales", row->sales);
    put_money(w, "revenue_micros", row->revenue);
    put_money(w, "refunds_micros", row->refunds);
    put_ratio(w, "roi", row->roi);
    put_ratio(w, "roas", row->roas);
}

static void put_row(struct json_writer *w, const struct roi_row *row)
{
    json_object(w);
    json_text_member(w, "creative_id", row->creative_id);
    json_text_member(w, "title", row->title);
    json_text_or_null_member(w, "direction_id", row->direction_id);
    json_text_or_null_member(w, "direction_name", row->direction_name);
    json_text_or_null_member(w, "platform", row->platform);
    put_figures(w, row);
    json_end(w);
}

static void put_formulas(struct json_writer *w)
{
    static const struct {
        const char *name, *formula;
    } formulas[] = {
        {"ctr", "clicks / impressions"},
        {"cpc", "spend / clicks"},
        {"leads", "persons by phone or e-mail; further forms are duplicate_leads"},
        {"cpl", "spend / leads"},
        {"qualified", "leads that ever reached qualified, scheduled or purchase"},
        {"cpql", "spend / qualified"},
        {"revenue", "sales - refunds"},
        {"roi", "(revenue - spend) / spend"},
        {"roas", "revenue / spend"},
    };

    json_key(w, "formulas");
    json_object(w);
    for (size_t i = 0; i < countof(formulas); i++)
        json_text_member(w, formulas[i].name, str(formulas[i].formula));
    json_end(w);
}

static void put_missing(struct json_writer *w, const struct roi_report *report)
{
    json_key(w, "missing_rates");
    json_list(w);
    for (size_t i = 0; i < report->missing.n; i++) {
        json_object(w);
        json_text_member(w, "base", report->missing.at[i].from);
        json_text_member(w, "quote", report->missing.at[i].to);
        json_text_member(w, "first_day", report->missing.at[i].first_day);
        json_text_member(w, "last_day", report->missing.at[i].last_day);
        json_end(w);
    }
    json_end(w);
}

static void put_window(struct json_writer *w, const struct roi_report *report)
{
    json_key(w, "window");
    json_object(w);
    json_text_member(w, "first_day", report->first_day);
    json_text_member(w, "last_day", report->last_day);
    json_text_member(w, "zone", report->zone);
    json_text_member(w, "days", STR("of each ad account's own time zone"));
    json_text_member(w, "basis", report->basis == ROI_BY_LEAD ? STR("lead") : STR("payment"));
    json_end(w);
}

static void put_age(struct json_writer *w, struct arena *arena, const struct roi_report *report)
{
    json_text_member(w, "made_at", time_rfc3339(arena, report->made_ms));
    json_text_or_null_member(w, "metrics_collected_at",
                             report->collected_ms ? time_rfc3339(arena, report->collected_ms)
                                                  : STR(""));
    json_key(w, "metrics_age_ms");
    if (report->collected_ms)
        json_put_int(w, report->made_ms - report->collected_ms);
    else
        json_put_null(w);
}

void roi_put_json(struct json_writer *w, struct arena *arena, const struct roi_report *report)
{
    json_object(w);
    json_text_member(w, "currency", report->currency);
    put_window(w, report);
    put_age(w, arena, report);
    put_formulas(w);
    put_missing(w, report);
    json_key(w, "data");
    json_list(w);
    for (size_t i = 0; i < report->rows.n; i++)
        put_row(w, &report->rows.at[i]);
    json_end(w);
    json_key(w, "unattributed");
    if (report->has_unattributed) {
        json_object(w);
        put_figures(w, &report->unattributed);
        json_end(w);
    } else {
        json_put_null(w);
    }
    json_key(w, "total");
    json_object(w);
    put_figures(w, &report->total);
    json_end(w);
    json_end(w);
}
