/* days_json.c - figures day by day as JSON, each unknown one with its reason. */

#include "roi/days.h"
#include "roi/roi_parts.h"
#include "text/json.h"

/* --- why a figure is not there ---------------------------------------------------------- */

/* A word that the page explains; "" where the figure is there. */
static const char *spend_reason(const struct roi_days *days)
{
    if (days->total.spend_rows && days->total.spend.known)
        return "";
    if (days->total.spend_rows)
        return "rate_missing";
    if (!days->connected)
        return "not_connected";
    return days->collected_ms ? "no_figures" : "never_collected";
}

static void put_figure(struct json_writer *w, const char *key, bool known, const char *reason)
{
    json_key(w, key);
    json_object(w);
    json_text_or_null_member(w, "reason", known ? STR("") : str(reason));
    json_key(w, "value");
    if (!known)
        json_put_null(w);
}

static void put_int(struct json_writer *w, const char *key, bool known, int64_t value,
                    const char *reason)
{
    put_figure(w, key, known, reason);
    if (known)
        json_put_int(w, value);
    json_end(w);
}

static void put_ratio(struct json_writer *w, const char *key, const struct roi_ratio *ratio,
                      const char *reason)
{
    put_figure(w, key, ratio->known, reason);
    if (ratio->known)
        json_put_real(w, ratio->value);
    json_end(w);
}

static void put_figures(struct json_writer *w, const struct roi_days *days)
{
    const struct roi_row *t = &days->total;
    const char *why = spend_reason(days);
    bool measured = t->spend_rows > 0;
    const char *revenue_why = t->revenue.known ? "" : "rate_missing";
    const char *unsold = *why ? why : *revenue_why ? revenue_why : "no_spend";

    json_key(w, "figures");
    json_object(w);
    put_int(w, "spend_micros", !*why, t->spend.micros, why);
    put_int(w, "impressions", measured, t->impressions, why);
    put_int(w, "clicks", measured, t->clicks, why);
    put_ratio(w, "ctr", &t->ctr, measured ? "no_impressions" : why);
    put_int(w, "cpc_micros", t->cpc.known, t->cpc.micros, *why ? why : "no_clicks");
    put_int(w, "leads", true, t->leads, "");
    put_int(w, "duplicate_leads", true, t->duplicate_leads, "");
    put_int(w, "qualified", true, t->qualified, "");
    put_int(w, "cpl_micros", t->cpl.known, t->cpl.micros, *why ? why : "no_leads");
    put_int(w, "cpql_micros", t->cpql.known, t->cpql.micros, *why ? why : "no_qualified");
    put_int(w, "sales", true, t->sales, "");
    put_int(w, "cac_micros", t->cac.known, t->cac.micros, *why ? why : "no_sales");
    put_int(w, "revenue_micros", t->revenue.known, t->revenue.micros, revenue_why);
    put_int(w, "profit_micros", t->profit.known, t->profit.micros, unsold);
    put_ratio(w, "roas", &t->roas, unsold);
    put_ratio(w, "roi", &t->roi, unsold);
    json_end(w);
}

/* --- days ------------------------------------------------------------------------------ */

static void put_day(struct json_writer *w, const struct roi_days *days,
                    const struct roi_day *day)
{
    json_object(w);
    json_text_member(w, "day", day->day);
    json_bool_member(w, "partial", str_cmp(day->day, days->today) >= 0);
    roi_put_known(w, "spend_micros", day->spend.known, day->spend.micros);
    roi_put_known(w, "impressions", day->measured, day->impressions);
    roi_put_known(w, "clicks", day->measured, day->clicks);
    json_int_member(w, "leads", day->leads);
    json_int_member(w, "qualified", day->qualified);
    json_int_member(w, "sales", day->sales);
    roi_put_known(w, "revenue_micros", day->revenue.known, day->revenue.micros);
    json_end(w);
}

static void put_range(struct json_writer *w, const struct roi_days *days)
{
    json_object(w);
    json_text_member(w, "from", days->first_day);
    json_text_member(w, "to", days->last_day);
    put_figures(w, days);
    json_key(w, "days");
    json_list(w);
    for (size_t i = 0; i < days->days.n; i++)
        put_day(w, days, &days->days.at[i]);
    json_end(w);
    json_end(w);
}

void roi_put_days(struct json_writer *w, struct arena *arena, const struct roi_days *now,
                  struct str compare, const struct roi_days *before, int64_t made_ms)
{
    json_object(w);
    json_text_member(w, "currency", now->currency);
    json_text_member(w, "time_zone", now->zone);
    json_text_member(w, "today", now->today);
    json_bool_member(w, "includes_today", str_cmp(now->last_day, now->today) >= 0);
    roi_put_age(w, arena, made_ms, now->collected_ms);
    json_int_member(w, "measured_days", now->measured_days);
    json_text_member(w, "compare", compare);
    json_key(w, "now");
    put_range(w, now);
    json_key(w, "before");
    if (!before)
        json_put_null(w);
    else
        put_range(w, before);
    roi_put_missing(w, &now->missing);
    roi_put_rates(w, &now->rates);
    json_end(w);
}
