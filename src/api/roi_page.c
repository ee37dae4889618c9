/* roi_page.c - GET / : what each creative cost and earned. */

#include "ads/account.h"
#include "ads/direction.h"
#include "api/common.h"
#include "api/page.h"
#include "api/pages.h"
#include "db/db.h"
#include "roi/roi.h"
#include "text/html.h"
#include "text/money.h"
#include "text/zone.h"

static void put_money(struct buf *html, struct roi_money money, struct str currency)
{
    buf_add(html, STR("<td>"));
    if (money.known)
        html_put(html, money_show(html->arena, money.micros, currency));
    else
        buf_add(html, STR("—"));
    buf_add(html, STR("</td>"));
}

static void put_percent(struct buf *html, struct roi_ratio ratio, bool judged)
{
    if (!ratio.known) {
        buf_add(html, STR("<td>—</td>"));
        return;
    }
    const char *tone = !judged ? "" : ratio.value >= 0 ? " class=\"good\"" : " class=\"bad\"";
    buf_fmt(html, "<td%s>%.*f %%</td>", tone, judged ? 0 : 2, ratio.value * 100);
}

static void put_count(struct buf *html, int64_t n)
{
    buf_fmt(html, "<td>" STR_FMT "</td>", STR_ARG(page_count(html->arena, n)));
}

static void put_row(struct buf *html, const struct roi_row *row, struct str title,
                    struct str currency)
{
    buf_add(html, STR("<tr><td>"));
    html_put(html, title);
    if (row->direction_name.n) {
        buf_add(html, STR("<br><small class=\"soft\">"));
        html_put(html, row->direction_name);
        buf_add(html, STR("</small>"));
    }
    buf_add(html, STR("</td>"));
    put_money(html, row->spend, currency);
    put_count(html, row->impressions);
    put_count(html, row->clicks);
    put_percent(html, row->ctr, false);
    put_money(html, row->cpc, currency);
    put_count(html, row->leads);
    put_money(html, row->cpl, currency);
    put_count(html, row->qualified);
    put_money(html, row->cpql, currency);
    put_count(html, row->sales);
    put_money(html, row->revenue, currency);
    put_percent(html, row->roi, true);
    buf_add(html, STR("</tr>\n"));
}

static void put_figure(struct buf *html, const char *name, struct str value)
{
    buf_fmt(html, "<div><dt>%s</dt><dd>", name);
    html_put(html, value);
    buf_add(html, STR("</dd></div>"));
}

static struct str money_or_dash(struct buf *html, struct roi_money money, struct str currency)
{
    if (!money.known)
        return STR("—");
    return str_fmt(html->arena, STR_FMT " " STR_FMT,
                   STR_ARG(money_show(html->arena, money.micros, currency)), STR_ARG(currency));
}

static void put_figures(struct buf *html, const struct roi_report *report)
{
    const struct roi_row *total = &report->total;
    struct str roi =
        total->roi.known ? str_fmt(html->arena, "%.0f %%", total->roi.value * 100) : STR("—");

    buf_add(html, STR("<dl class=\"figures\">"));
    put_figure(html, "Spend", money_or_dash(html, total->spend, report->currency));
    put_figure(html, "Leads", page_count(html->arena, total->leads));
    put_figure(html, "Cost per lead", money_or_dash(html, total->cpl, report->currency));
    put_figure(html, "Qualified", page_count(html->arena, total->qualified));
    put_figure(html, "Sales", page_count(html->arena, total->sales));
    put_figure(html, "Revenue", money_or_dash(html, total->revenue, report->currency));
    put_figure(html, "ROI", roi);
    buf_add(html, STR("</dl>"));
}

static void put_table(struct buf *html, const struct roi_report *report)
{
    static const char *const heads[] = {
        "Creative", "Spend",     "Impressions", "Clicks", "CTR",     "CPC", "Leads",
        "CPL",      "Qualified", "CPQL",        "Sales",  "Revenue", "ROI"};

    buf_add(html, STR("<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>"));
    for (size_t i = 0; i < countof(heads); i++)
        buf_fmt(html, "<th scope=\"col\">%s</th>", heads[i]);
    buf_add(html, STR("</tr></thead><tbody>\n"));
    for (size_t i = 0; i < report->rows.n; i++)
        put_row(html, &report->rows.at[i], report->rows.at[i].title, report->currency);
    if (report->has_unattributed)
        put_row(html, &report->unattributed, STR("Unattributed"), report->currency);
    buf_add(html, STR("</tbody><tfoot>"));
    put_row(html, &report->total, STR("Total"), report->currency);
    buf_add(html, STR("</tfoot></table></div>"));
}

static void put_option(struct buf *html, struct str value, struct str label, struct str chosen)
{
    buf_add(html, STR("<option value=\""));
    html_put(html, value);
    buf_add(html, str_eq(value, chosen) ? STR("\" selected>") : STR("\">"));
    html_put(html, label);
    buf_add(html, STR("</option>"));
}

static void put_platforms(struct buf *html, struct request *rq, struct str chosen)
{
    buf_add(html, STR("<label>Platform<select name=\"platform\">"));
    put_option(html, STR(""), STR("All"), chosen);
    if (api_platform_shown(rq, STR("facebook")))
        put_option(html, STR("facebook"), STR("Instagram"), chosen);
    if (api_platform_shown(rq, STR("tiktok")))
        put_option(html, STR("tiktok"), STR("TikTok"), chosen);
    buf_add(html, STR("</select></label>"));
}

static bool put_directions(struct buf *html, struct request *rq, struct str chosen,
                           struct err *err)
{
    struct directions list = {0};

    if (!direction_list(rq->db, rq->arena, STR(""), STR(""), false, &list, err))
        return false;
    buf_add(html, STR("<label>Direction<select name=\"direction_id\">"));
    put_option(html, STR(""), STR("All"), chosen);
    for (size_t i = 0; i < list.n; i++)
        if (api_platform_shown(rq, list.at[i].platform))
            put_option(
                html, list.at[i].id,
                str_fmt(rq->arena, STR_FMT " (%s)", STR_ARG(list.at[i].name),
                        str_eq(list.at[i].platform, STR("tiktok")) ? "TikTok" : "Instagram"),
                chosen);
    buf_add(html, STR("</select></label>"));
    return true;
}

static bool put_accounts(struct buf *html, struct request *rq, struct str chosen,
                         struct err *err)
{
    struct ad_accounts list = {0};

    if (!ad_account_list(rq->db, rq->arena, &list, err))
        return false;
    buf_add(html, STR("<label>Ad account<select name=\"account_id\">"));
    put_option(html, STR(""), STR("All"), chosen);
    for (size_t i = 0; i < list.n; i++)
        put_option(html, list.at[i].id, list.at[i].name, chosen);
    buf_add(html, STR("</select></label>"));
    return true;
}

static bool put_filters(struct buf *html, struct request *rq,
                        const struct roi_question *question, const struct roi_report *report,
                        struct err *err)
{
    buf_add(html, STR("<form class=\"filters\" method=\"get\"><label>From<input type=\"date\" "
                      "name=\"first_day\" value=\""));
    html_put(html, report->first_day);
    buf_add(html, STR("\"></label><label>To<input type=\"date\" name=\"last_day\" value=\""));
    html_put(html, report->last_day);
    buf_fmt(
        html,
        "\"></label><label>Sales of<select name=\"basis\"><option value=\"lead\"%s>leads of "
        "this period</option><option value=\"payment\"%s>this period</option></select>"
        "</label>",
        report->basis == ROI_BY_LEAD ? " selected" : "",
        report->basis == ROI_BY_PAYMENT ? " selected" : "");
    put_platforms(html, rq, question->platform);
    if (!put_directions(html, rq, question->direction_id, err) ||
        !put_accounts(html, rq, question->ad_account_id, err))
        return false;
    buf_add(html, STR("<button>Show</button></form>"));
    return true;
}

static void put_notes(struct buf *html, const struct roi_report *report)
{
    buf_add(html, STR("<p class=\"soft\">Money in "));
    html_put(html, report->currency);
    buf_add(html, STR(", converted by the rate of each day; days of "));
    html_put(html, report->zone);
    buf_add(html, STR(". A dash means that there is nothing to divide by, or no rate. "));
    if (report->collected_ms) {
        buf_add(html, STR("Figures were read at "));
        html_put(html, time_rfc3339(html->arena, report->collected_ms));
        buf_add(html, STR("."));
    } else {
        buf_add(html, STR("No figures have been read from the platform yet."));
    }
    buf_add(html, STR("</p>"));
    for (size_t i = 0; i < report->missing.n; i++) {
        buf_add(html, STR("<p class=\"warn\">No rate from "));
        html_put(html, report->missing.at[i].from);
        buf_add(html, STR(" to "));
        html_put(html, report->missing.at[i].to);
        buf_add(html, STR(" for "));
        html_put(html, report->missing.at[i].first_day);
        buf_add(html, STR(": set it with PUT /api/currency-rates.</p>"));
    }
}

bool get_roi_page(struct request *rq, struct reply *rp, struct err *err)
{
    struct roi_question question = {.first_day = request_query(rq, "first_day"),
                                    .last_day = request_query(rq, "last_day"),
                                    .direction_id = request_query(rq, "direction_id"),
                                    .basis = str_eq(request_query(rq, "basis"), STR("payment"))
                                                 ? ROI_BY_PAYMENT
                                                 : ROI_BY_LEAD,
                                    .now_ms = rq->now_ms};
    struct roi_report report = {0};
    struct page page;

    if (!page_open(rq, rp, &page, "ROI", err))
        return page.done;
    if (!api_platform(rq, &question.platform, err) ||
        !api_account_id(rq, NULL, &question.ad_account_id, err) ||
        !roi_report(rq->db, rq->arena, &question, &report, err))
        return false;
    struct buf *html = &page.html;
    buf_add(html, STR("<h1>What each creative earns</h1><section class=\"card\">"));
    if (!put_filters(html, rq, &question, &report, err))
        return false;
    buf_add(html, STR("</section><section class=\"card\">"));
    put_figures(html, &report);
    buf_add(html, STR("</section><section class=\"card\">"));
    put_table(html, &report);
    put_notes(html, &report);
    buf_add(html, STR("</section>"));
    return page_close(&page, rq, rp, err);
}
