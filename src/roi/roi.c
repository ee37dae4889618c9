/* roi.c - joining spend with money: the report. */

#include "roi/roi.h"
#include "base/arena.h"
#include "lead/fact.h"
#include "metric/key_index.h"
#include "roi/days.h"
#include "roi/roi_parts.h"
#include "text/day.h"
#include "text/json.h"
#include "text/money.h"

#include <math.h>
#include <stdlib.h>

struct making {
    struct roi_frame frame;
    struct roi_report *report;
    struct key_index index; /* of the rows, by creative */
    bool from_truth;
};

/* --- rows ------------------------------------------------------------------------------ */

static const struct roi_money nothing = {true, 0};

static void index_rows(struct making *m)
{
    const struct roi_rows *rows = &m->report->rows;

    key_index_init(&m->index, m->frame.arena, rows->n * 2 + 100);
    for (size_t i = 0; i < rows->n; i++)
        key_index_put(&m->index, rows->at[i].creative_id, i);
}

/* The creative's row, new where there is none yet; without a creative the unattributed one. */
static struct roi_row *row_of(struct making *m, struct str creative_id)
{
    struct roi_report *report = m->report;

    if (creative_id.n == 0) {
        report->has_unattributed = true;
        return &report->unattributed;
    }
    size_t at = key_index_find(&m->index, creative_id);
    if (at != KEY_NONE)
        return &report->rows.at[at];
    struct roi_row *row = roi_rows_add(&report->rows, m->frame.arena);
    *row = (struct roi_row){
        .creative_id = creative_id, .spend = nothing, .revenue = nothing, .refunds = nothing};
    if (m->index.n * 2 + 2 >= m->index.room)
        index_rows(m);
    else
        key_index_put(&m->index, creative_id, report->rows.n - 1);
    return row;
}

static void add_money(struct roi_money *sum, const struct roi_money *more)
{
    sum->known = sum->known && more->known;
    sum->micros += more->micros;
}

/* --- spend ------------------------------------------------------------------------------ */

static bool add_foreign(struct making *m, const struct roi_spend_days *days, struct err *err)
{
    struct roi_money spend;

    for (size_t i = 0; i < days->n; i++) {
        const struct roi_spend_day *day = &days->at[i];
        if (!roi_convert(&m->frame, day->spend_micros, day->currency, day->day, &spend, NULL,
                         err))
            return false;
        add_money(&row_of(m, day->creative_id)->spend, &spend);
    }
    return true;
}

/* The roll-ups know no directions: an ad's direction is asked of the figures by ad. */
static bool add_spend_truth(struct making *m, struct err *err)
{
    struct roi_spend_days days = {0};

    if (!roi_spend_truth(m->frame.db, m->frame.arena, &m->frame.filter, &days, err))
        return false;
    for (size_t i = 0; i < days.n; i++) {
        struct roi_row *row = row_of(m, days.at[i].creative_id);
        row->spend_rows++;
        row->impressions += days.at[i].impressions;
        row->clicks += days.at[i].clicks;
        row->platform_leads += days.at[i].platform_leads;
    }
    return add_foreign(m, &days, err);
}

static bool add_spend(struct making *m, struct err *err)
{
    const struct roi_filter *filter = &m->frame.filter;
    struct roi_span spans[ROI_SPANS];
    struct day today = zone_day(m->frame.zone, m->frame.now_ms);
    struct roi_spends sums = {0};
    int64_t first = 0, last = 0, now = 0, foreign = 0;

    if (m->from_truth || filter->direction_id.n)
        return add_spend_truth(m, err);
    must(day_to_days(filter->first_day, &first) && day_to_days(filter->last_day, &last) &&
         day_to_days(day_str(&today), &now));
    roi_spans(first, last + 1, 1, now, spans);
    if (!roi_spend_sums(m->frame.db, m->frame.arena, filter, spans, &sums, err))
        return false;
    for (size_t i = 0; i < sums.n; i++) {
        const struct roi_spend *sum = &sums.at[i];
        struct roi_row *row = row_of(m, sum->creative_id);
        row->spend_rows += sum->rows;
        row->spend.micros += sum->spend_micros;
        row->impressions += sum->impressions;
        row->clicks += sum->clicks;
        row->platform_leads += sum->platform_leads;
        foreign += sum->foreign;
    }
    if (foreign == 0)
        return true;
    struct roi_spend_days days = {0};
    return roi_foreign_spend(m->frame.db, m->frame.arena, filter, &days, err) &&
           add_foreign(m, &days, err);
}

/* --- people and their money ------------------------------------------------------------------
 */

static void add_lead_sums(struct making *m, const struct roi_lead_sums *sums)
{
    for (size_t i = 0; i < sums->n; i++) {
        struct roi_row *row = row_of(m, sums->at[i].creative_id);
        row->leads += sums->at[i].leads;
        row->duplicate_leads += sums->at[i].duplicates;
        row->qualified += sums->at[i].qualified;
    }
}

/* Amounts that are not counted yet; the sales and refunds themselves are when `count`. */
static bool add_payments(struct making *m, const struct roi_part *part,
                         const struct roi_payments *payments, bool count, struct err *err)
{
    struct roi_money revenue, refund;

    for (size_t i = 0; i < payments->n; i++) {
        const struct roi_payment *p = &payments->at[i];
        struct roi_row *row = row_of(m, p->creative_id);
        struct str day = roi_paid_day(&m->frame, part, p->paid_ms);
        if (!roi_convert(&m->frame, p->amount_micros, p->currency, day, &revenue, NULL, err))
            return false;
        add_money(&row->revenue, &revenue);
        row->sales += count && !p->refund;
        row->refund_count += count && p->refund;
        if (!p->refund)
            continue;
        refund = (struct roi_money){revenue.known, -revenue.micros};
        add_money(&row->refunds, &refund);
    }
    return true;
}

static bool add_people_truth(struct making *m, const struct roi_part *part, struct err *err)
{
    struct roi_lead_sums leads = {0};
    struct roi_payments payments = {0};

    if (!roi_lead_truth(m->frame.db, m->frame.arena, &m->frame.filter, part, &leads, err) ||
        !roi_payment_truth(m->frame.db, m->frame.arena, &m->frame.filter, part, &payments, err))
        return false;
    add_lead_sums(m, &leads);
    return add_payments(m, part, &payments, true, err);
}

static int64_t add_sale_sums(struct making *m, const struct roi_sale_sums *sums)
{
    int64_t foreign = 0;

    for (size_t i = 0; i < sums->n; i++) {
        const struct roi_sales *sum = &sums->at[i];
        struct roi_row *row = row_of(m, sum->creative_id);
        row->sales += sum->sales;
        row->refund_count += sum->refunds;
        row->revenue.micros += sum->revenue_micros;
        row->refunds.micros += sum->refund_micros;
        foreign += sum->foreign;
    }
    return foreign;
}

static bool add_people_sums(struct making *m, const struct roi_part *part, struct err *err)
{
    const struct roi_filter *filter = &m->frame.filter;
    struct roi_span spans[ROI_SPANS];
    struct roi_lead_sums leads = {0};
    struct roi_sale_sums sales = {0};
    struct roi_payments payments = {0};

    roi_spans(part->from_ms, part->to_ms, FACT_DAY_MS, m->frame.now_ms, spans);
    if (!roi_lead_list(m->frame.db, m->frame.arena, filter, part, spans, &leads, err) ||
        !roi_sale_list(m->frame.db, m->frame.arena, filter, part, spans, &sales, err))
        return false;
    add_lead_sums(m, &leads);
    if (add_sale_sums(m, &sales) == 0)
        return true;
    return roi_foreign_payments(m->frame.db, m->frame.arena, filter, part, &payments, err) &&
           add_payments(m, part, &payments, false, err);
}

/* Leads and sales, zone by zone. */
static bool add_people(struct making *m, struct err *err)
{
    const struct roi_filter *filter = &m->frame.filter;
    bool rolled = !m->from_truth && filter->model == ROI_LEAD_TOUCH &&
                  (filter->basis == ROI_BY_LEAD || filter->basis == ROI_BY_PAYMENT);

    if (filter->basis == ROI_BY_IMPRESSION) /* nothing of ours can be dated so */
        return true;
    for (size_t i = 0; i < m->frame.parts.n; i++) {
        const struct roi_part *part = &m->frame.parts.at[i];
        if (rolled ? !add_people_sums(m, part, err) : !add_people_truth(m, part, err))
            return false;
    }
    return true;
}

/* --- names
 * ------------------------------------------------------------------------------------ */

static void put_name(struct roi_row *row, const struct roi_name *name)
{
    row->named = true;
    row->creative_id = name->creative_id;
    row->title = name->title;
    row->direction_id = name->direction_id;
    row->direction_name = name->direction_name;
    row->platform = name->platform;
}

static bool is_empty(const struct roi_row *row)
{
    return row->spend_rows == 0 && row->leads == 0 && row->duplicate_leads == 0 &&
           row->sales == 0 && row->refund_count == 0;
}

static struct str without_name(struct making *m)
{
    struct json_writer w;
    struct buf buf;

    buf_init(&buf, m->frame.arena, LIMIT_REPLY_BODY);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < m->report->rows.n; i++)
        if (!m->report->rows.at[i].advertised)
            json_put_text(&w, m->report->rows.at[i].creative_id);
    json_end(&w);
    return buf_str(&buf);
}

/* Every creative with an ad has a row; every row has its names. */
static bool add_names(struct making *m, struct err *err)
{
    struct roi_names advertised = {0}, others = {0};
    size_t named = 0;

    if (!roi_advertised_list(m->frame.db, m->frame.arena, &m->frame.filter, &advertised, err))
        return false;
    for (size_t i = 0; i < advertised.n; i++) {
        struct roi_row *row = row_of(m, advertised.at[i].creative_id);
        put_name(row, &advertised.at[i]);
        row->advertised = true;
        named++;
    }
    if (named == m->report->rows.n)
        return true;
    if (!roi_name_list(m->frame.db, m->frame.arena, without_name(m), &others, err))
        return false;
    for (size_t i = 0; i < others.n; i++)
        put_name(row_of(m, others.at[i].creative_id), &others.at[i]);
    return true;
}

/* --- ratios, from sums -----------------------------------------------------------------------
 */

static struct roi_money cost_of(const struct roi_row *row, int64_t n)
{
    if (!row->measured || !row->spend.known || n <= 0)
        return (struct roi_money){0};
    return (struct roi_money){true, money_scale(row->spend.micros, 1, n)};
}

/* Wilson's interval at 95 %. */
static struct roi_share share_of(int64_t part, int64_t whole)
{
    if (whole <= 0 || part < 0 || part > whole)
        return (struct roi_share){0};
    double n = (double)whole, p = (double)part / n, z = 1.959963984540054;
    double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return (struct roi_share){.known = true,
                              .events = whole,
                              .value = p,
                              .low = part == 0 ? 0 : middle - half,
                              .high = part == whole ? 1 : middle + half};
}

static void set_money_ratios(struct roi_row *row, int64_t goods_micros)
{
    if (!row->measured || !row->spend.known || !row->revenue.known)
        return;
    int64_t goods = money_scale(row->revenue.micros, goods_micros, MICROS_PER_UNIT);
    row->profit = (struct roi_money){true, row->revenue.micros - row->spend.micros};
    row->margin = (struct roi_money){true, row->profit.micros - goods};
    if (row->spend.micros <= 0)
        return;
    double spend = (double)row->spend.micros, revenue = (double)row->revenue.micros;
    row->roi = (struct roi_ratio){true, (revenue - spend) / spend};
    row->roas = (struct roi_ratio){true, revenue / spend};
    row->romi = (struct roi_ratio){true, (double)row->margin.micros / spend};
}

void roi_set_ratios(struct roi_row *row, enum roi_basis basis, int64_t goods_micros)
{
    bool by_impression = basis == ROI_BY_IMPRESSION;

    row->measured = row->spend_rows > 0;
    if (by_impression)
        row->revenue.known = row->refunds.known = false;
    if (row->impressions > 0)
        row->ctr = (struct roi_ratio){true, (double)row->clicks / (double)row->impressions};
    row->cpc = cost_of(row, row->clicks);
    row->cpl = cost_of(row, by_impression ? row->platform_leads : row->leads);
    row->cpql = cost_of(row, row->qualified);
    row->cac = cost_of(row, row->sales);
    row->qualified_share = share_of(row->qualified, row->leads);
    row->sold_share = share_of(row->sales, row->qualified);
    set_money_ratios(row, goods_micros);
}

static void set_ratios(const struct roi_report *report, struct roi_row *row)
{
    roi_set_ratios(row, report->basis, report->goods_micros);
}

static void add_to(struct roi_row *sum, const struct roi_row *row)
{
    sum->spend_rows += row->spend_rows;
    sum->impressions += row->impressions;
    sum->clicks += row->clicks;
    sum->platform_leads += row->platform_leads;
    sum->leads += row->leads;
    sum->duplicate_leads += row->duplicate_leads;
    sum->qualified += row->qualified;
    sum->sales += row->sales;
    sum->refund_count += row->refund_count;
    add_money(&sum->spend, &row->spend);
    add_money(&sum->revenue, &row->revenue);
    add_money(&sum->refunds, &row->refunds);
}

static int by_spend(const void *a, const void *b)
{
    const struct roi_row *x = a, *y = b;

    if (x->spend.micros != y->spend.micros)
        return x->spend.micros > y->spend.micros ? -1 : 1;
    if (x->leads != y->leads)
        return x->leads > y->leads ? -1 : 1;
    return str_cmp(x->creative_id, y->creative_id);
}

/* A creative that is gone has no name to show: its figures are the unattributed row's. */
static void finish(struct making *m)
{
    struct roi_report *report = m->report;
    size_t kept = 0;

    for (size_t i = 0; i < report->rows.n; i++) {
        struct roi_row *row = &report->rows.at[i];
        if (is_empty(row) && !row->advertised)
            continue;
        if (!row->named) {
            report->has_unattributed = true;
            add_to(&report->unattributed, row);
            continue;
        }
        add_to(&report->total, row);
        set_ratios(report, row);
        report->rows.at[kept++] = *row;
    }
    report->rows.n = kept;
    if (kept)
        qsort(report->rows.at, kept, sizeof(*report->rows.at), by_spend);
    /* What was added and taken out again leaves nothing to show. */
    report->has_unattributed = report->has_unattributed && !is_empty(&report->unattributed);
    add_to(&report->total, &report->unattributed);
    set_ratios(report, &report->unattributed);
    set_ratios(report, &report->total);
}

bool roi_report(struct db *db, struct arena *arena, const struct roi_question *question,
                struct roi_report *out, struct err *err)
{
    struct making m = {.report = out, .from_truth = question->from_truth};

    if (!roi_frame(db, arena, question, &m.frame, err))
        return false;
    *out = (struct roi_report){.currency = m.frame.filter.currency,
                               .first_day = m.frame.filter.first_day,
                               .last_day = m.frame.filter.last_day,
                               .zone = m.frame.zone,
                               .basis = question->basis,
                               .model = question->model,
                               .goods_micros = question->goods_micros,
                               .collected_ms = m.frame.collected_ms,
                               .made_ms = question->now_ms};
    out->unattributed =
        (struct roi_row){.spend = nothing, .revenue = nothing, .refunds = nothing};
    out->total = out->unattributed;
    index_rows(&m);
    if (!add_spend(&m, err) || !add_people(&m, err) || !add_names(&m, err))
        return false;
    finish(&m);
    out->missing = m.frame.missing;
    out->rates = m.frame.uses;
    return true;
}

bool roi_previous(struct arena *arena, const struct roi_question *question,
                  const struct roi_report *report, struct roi_question *out, struct err *err)
{
    int days = day_diff(report->last_day, report->first_day) + 1;
    struct day first = day_add(report->first_day, -days), last = day_add(report->first_day, -1);

    *out = *question;
    out->first_day = str_dup(arena, day_str(&first));
    out->last_day = str_dup(arena, day_str(&last));
    out->currency = report->currency;
    return day_valid(out->first_day) ||
           err_input(err, "compare", "choose a later first day",
                     "there are no such days before " STR_FMT, STR_ARG(report->first_day));
}
