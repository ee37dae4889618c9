/* roi_json.c - the ROI report for programs. */

#include "base/arena.h"
#include "roi/figure.h"
#include "roi/roi_parts.h"
#include "text/json.h"
#include "text/zone.h"

static void put_money(struct json_writer *w, const char *key, struct roi_money money)
{
    roi_put_known(w, key, money.known, money.micros);
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
    roi_put_known(w, key, row->measured, value);
}

/* Of few events only a range is worth showing. */
static void put_share(struct json_writer *w, const char *key, const struct roi_share *share)
{
    json_key(w, key);
    if (!share->known) {
        json_put_null(w);
        return;
    }
    json_object(w);
    json_int_member(w, "events", share->events);
    json_key(w, "value");
    if (share->events < ROI_FEW_EVENTS)
        json_put_null(w);
    else
        json_put_real(w, share->value);
    json_key(w, "low");
    json_put_real(w, share->low);
    json_key(w, "high");
    json_put_real(w, share->high);
    json_end(w);
}

/* Our own leads and sales cannot be dated by impressions. */
static void put_ours(struct json_writer *w, const char *key, const struct roi_report *report,
                     int64_t value)
{
    roi_put_known(w, key, report->basis != ROI_BY_IMPRESSION, value);
}

static void put_figures(struct json_writer *w, const struct roi_report *report,
                        const struct roi_row *row)
{
    struct roi_money spend = row->spend;

    spend.known = spend.known && row->measured;
    put_money(w, "spend_micros", spend);
    put_measured(w, "impressions", row, row->impressions);
    put_measured(w, "clicks", row, row->clicks);
    put_ratio(w, "ctr", row->ctr);
    put_money(w, "cpc_micros", row->cpc);
    put_ours(w, "leads", report, row->leads);
    put_ours(w, "duplicate_leads", report, row->duplicate_leads);
    put_measured(w, "platform_leads", row, row->platform_leads);
    put_money(w, "cpl_micros", row->cpl);
    put_ours(w, "qualified", report, row->qualified);
    put_share(w, "qualified_share", &row->qualified_share);
    put_money(w, "cpql_micros", row->cpql);
    put_ours(w, "sales", report, row->sales);
    put_share(w, "sold_share", &row->sold_share);
    put_money(w, "cac_micros", row->cac);
    put_money(w, "revenue_micros", row->revenue);
    put_ours(w, "refund_count", report, row->refund_count);
    put_money(w, "refunds_micros", row->refunds);
    put_money(w, "profit_micros", row->profit);
    put_money(w, "margin_micros", row->margin);
    put_ratio(w, "roi", row->roi);
    put_ratio(w, "roas", row->roas);
    put_ratio(w, "romi", row->romi);
}

static void put_row(struct json_writer *w, const struct roi_report *report,
                    const struct roi_row *row)
{
    json_object(w);
    json_text_member(w, "creative_id", row->creative_id);
    json_text_member(w, "title", row->title);
    json_text_or_null_member(w, "direction_id", row->direction_id);
    json_text_or_null_member(w, "direction_name", row->direction_name);
    json_text_or_null_member(w, "platform", row->platform);
    put_figures(w, report, row);
    json_end(w);
}

static void put_formulas(struct json_writer *w)
{
    json_key(w, "formulas");
    json_object(w);
    for (const struct roi_figure *figure = roi_figures; figure->name; figure++)
        if (figure->formula)
            json_text_member(w, figure->name, str(figure->formula));
    json_end(w);
}

void roi_put_missing(struct json_writer *w, const struct roi_missings *missing)
{
    json_key(w, "missing_rates");
    json_list(w);
    for (size_t i = 0; i < missing->n; i++) {
        json_object(w);
        json_text_member(w, "base", missing->at[i].from);
        json_text_member(w, "quote", missing->at[i].to);
        json_text_member(w, "first_day", missing->at[i].first_day);
        json_text_member(w, "last_day", missing->at[i].last_day);
        json_end(w);
    }
    json_end(w);
}

void roi_put_rates(struct json_writer *w, const struct roi_rate_uses *rates)
{
    json_key(w, "rates");
    json_list(w);
    for (size_t i = 0; i < rates->n; i++) {
        const struct roi_rate_use *use = &rates->at[i];
        json_object(w);
        json_text_member(w, "base", use->from);
        json_text_member(w, "quote", use->to);
        json_int_member(w, "amounts", use->amounts);
        json_text_member(w, "first_day", use->first_day);
        json_text_member(w, "first_source", use->first_source);
        json_text_member(w, "last_day", use->last_day);
        json_text_member(w, "last_source", use->last_source);
        json_int_member(w, "oldest_days", use->oldest_days);
        json_end(w);
    }
    json_end(w);
}

void roi_put_window(struct json_writer *w, const struct roi_filter *filter, struct str zone)
{
    json_key(w, "window");
    json_object(w);
    json_text_member(w, "first_day", filter->first_day);
    json_text_member(w, "last_day", filter->last_day);
    json_text_member(w, "zone", zone);
    json_text_member(w, "days", STR("of each ad account's own time zone"));
    json_text_member(w, "basis", roi_basis_name(filter->basis));
    json_text_member(w, "model", roi_model_name(filter->model));
    json_end(w);
}

void roi_put_age(struct json_writer *w, struct arena *arena, int64_t made_ms,
                 int64_t collected_ms)
{
    json_text_member(w, "made_at", time_rfc3339(arena, made_ms));
    json_text_or_null_member(w, "metrics_collected_at",
                             collected_ms ? time_rfc3339(arena, collected_ms) : STR(""));
    roi_put_known(w, "metrics_age_ms", collected_ms != 0, made_ms - collected_ms);
}

void roi_put_known(struct json_writer *w, const char *key, bool known, int64_t value)
{
    json_key(w, key);
    if (known)
        json_put_int(w, value);
    else
        json_put_null(w);
}

static void put_window(struct json_writer *w, const struct roi_report *report)
{
    struct roi_filter filter = {.first_day = report->first_day,
                                .last_day = report->last_day,
                                .basis = report->basis,
                                .model = report->model};

    roi_put_window(w, &filter, report->zone);
}

static void put_rows(struct json_writer *w, const struct roi_report *report)
{
    json_key(w, "data");
    json_list(w);
    for (size_t i = 0; i < report->rows.n; i++)
        put_row(w, report, &report->rows.at[i]);
    json_end(w);
    json_key(w, "unattributed");
    if (report->has_unattributed) {
        json_object(w);
        put_figures(w, report, &report->unattributed);
        json_end(w);
    } else {
        json_put_null(w);
    }
    json_key(w, "total");
    json_object(w);
    put_figures(w, report, &report->total);
    json_end(w);
}

static void put_unknown(struct json_writer *w, const struct roi_report *report)
{
    json_key(w, "unknown");
    json_list(w);
    if (report->basis == ROI_BY_IMPRESSION)
        json_put_text(w, STR("leads, sales and revenue of ours cannot be dated by impressions: "
                             "no platform says which impression led to them"));
    if (report->missing.n)
        json_put_text(w, STR("money in a currency without a rate is not shown: see "
                             "missing_rates"));
    json_end(w);
}

void roi_put_json(struct json_writer *w, struct arena *arena, const struct roi_report *report,
                  const struct roi_report *previous)
{
    json_object(w);
    json_text_member(w, "currency", report->currency);
    put_window(w, report);
    json_micros_member(w, "goods_percent", report->goods_micros * 100);
    roi_put_age(w, arena, report->made_ms, report->collected_ms);
    put_formulas(w);
    roi_put_missing(w, &report->missing);
    roi_put_rates(w, &report->rates);
    put_unknown(w, report);
    put_rows(w, report);
    if (previous) {
        json_key(w, "previous");
        json_object(w);
        put_window(w, previous);
        roi_put_missing(w, &previous->missing);
        put_rows(w, previous);
        json_end(w);
    }
    json_end(w);
}
