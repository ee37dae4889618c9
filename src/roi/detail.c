/* detail.c - the rows behind a figure, and the figure in words. */

#include "base/arena.h"
#include "roi/figure.h"
#include "roi/roi_parts.h"
#include "text/json.h"
#include "text/money.h"

#include <inttypes.h>

struct detail {
    struct roi_frame frame;
    const struct roi_figure *figure;
    struct roi_page page;
    size_t part;     /* of the frame's, where the page begins */
    struct str next; /* cursor; "" = this is the last page */
    struct json_writer *w;
};

/* --- which figure --------------------------------------------------------------------- */

static bool find_figure(struct str name, const struct roi_figure **out, struct err *err)
{
    *out = roi_figure_find(name);
    return *out || err_input(err, "figure", "one of GET /api/roi's figures, such as spend",
                             "\"" STR_FMT "\" is not a figure", STR_ARG(str_sub(name, 0, 40)));
}

static bool need_rows(const struct roi_figure *figure, const struct roi_filter *filter,
                      struct err *err)
{
    if (figure->rows == ROI_OF_OTHERS)
        return err_input(err, "figure", "ask for the rows of its inputs",
                         "%s is made from %s and %s", figure->name, figure->inputs[0],
                         figure->inputs[1]);
    if (figure->rows != ROI_OF_SPEND && filter->basis == ROI_BY_IMPRESSION)
        return err_input(err, "basis", "choose lead, payment or click",
                         "%s cannot be dated by impressions", figure->name);
    return true;
}

/* --- the cursor: where the page before ended -------------------------------------------- */

/* "PART~MS~KEY", of spend "DAY~KEY". */
static bool read_cursor(struct detail *d, struct str cursor, struct err *err)
{
    int64_t part = 0, ms = -1;
    struct str rest = cursor;
    bool ok = true;

    d->page.after_ms = -1;
    if (cursor.n && d->figure->rows == ROI_OF_SPEND) {
        d->page.after_day = str_cut(&rest, '~');
        d->page.after_key = rest;
        ok = day_valid(d->page.after_day) && rest.n;
    } else if (cursor.n) {
        ok = str_int(str_cut(&rest, '~'), &part) && str_int(str_cut(&rest, '~'), &ms) &&
             part >= 0 && (uint64_t)part < d->frame.parts.n;
        d->part = (size_t)part;
        d->page.after_ms = ms;
        d->page.after_key = rest;
    }
    return ok ||
           err_input(err, "cursor", "give next_cursor as it came", "the cursor cannot be read");
}

static struct str people_cursor(struct detail *d, size_t part, int64_t ms, struct str key)
{
    return str_fmt(d->frame.arena, "%zu~%" PRId64 "~" STR_FMT, part, ms, STR_ARG(key));
}

/* --- rows ------------------------------------------------------------------------------- */

static void put_rate(struct json_writer *w, const struct currency_rate *rate)
{
    json_key(w, "rate");
    if (!rate) {
        json_put_null(w);
        return;
    }
    json_object(w);
    json_text_member(w, "base", rate->base);
    json_text_member(w, "quote", rate->quote);
    json_text_member(w, "day", rate->day);
    json_micros_member(w, "rate", rate->rate_micros);
    json_text_member(w, "source", rate->source);
    json_end(w);
}

static bool is_figure(const struct detail *d, const char *name)
{
    return str_eq(str(d->figure->name), str(name));
}

static bool put_spend_row(struct detail *d, const struct roi_spend_day *row, struct err *err)
{
    struct json_writer *w = d->w;
    const struct currency_rate *rate;
    struct roi_money spend;

    if (!roi_convert(&d->frame, row->spend_micros, row->currency, row->day, &spend, &rate, err))
        return false;
    json_object(w);
    json_text_member(w, "day", row->day);
    json_text_member(w, "ad_account_id", row->ad_account_id);
    json_text_member(w, "platform", row->platform);
    json_text_or_null_member(w, "creative_id", row->creative_id);
    json_text_member(w, "currency", row->currency);
    json_int_member(w, "spend_micros", row->spend_micros);
    json_int_member(w, "impressions", row->impressions);
    json_int_member(w, "clicks", row->clicks);
    json_int_member(w, "platform_leads", row->platform_leads);
    put_rate(w, rate);
    if (is_figure(d, "spend"))
        roi_put_known(w, "value", spend.known, spend.micros);
    else
        json_int_member(w, "value",
                        is_figure(d, "impressions") ? row->impressions
                        : is_figure(d, "clicks")    ? row->clicks
                                                    : row->platform_leads);
    json_end(w);
    return true;
}

static bool put_spend(struct detail *d, struct err *err)
{
    struct roi_spend_days days = {0};
    int64_t limit = d->page.limit;

    d->page.limit++;
    if (!roi_spend_rows(d->frame.db, d->frame.arena, &d->frame.filter, &d->page, &days, err))
        return false;
    for (size_t i = 0; i < days.n && (int64_t)i < limit; i++) {
        const struct roi_spend_day *day = &days.at[i];
        if (!put_spend_row(d, day, err))
            return false;
        if ((int64_t)i + 1 == limit && (int64_t)days.n > limit)
            d->next =
                str_fmt(d->frame.arena, STR_FMT "~" STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT,
                        STR_ARG(day->day), STR_ARG(day->ad_account_id), STR_ARG(day->platform),
                        STR_ARG(day->creative_id), STR_ARG(day->currency));
    }
    return true;
}

static void put_lead_row(struct detail *d, const struct roi_lead_row *row)
{
    struct json_writer *w = d->w;
    struct arena *arena = d->frame.arena;

    json_object(w);
    json_text_member(w, "lead_id", row->lead_id);
    json_text_or_null_member(w, "duplicate_of", row->duplicate_of);
    json_text_or_null_member(w, "creative_id", row->creative_id);
    json_text_or_null_member(w, "direction_id", row->direction_id);
    json_text_or_null_member(w, "ad_account_id", row->ad_account_id);
    json_text_member(w, "platform", row->platform);
    json_text_or_null_member(w, "ad_id", row->ad_id);
    json_text_member(w, "stage", row->stage);
    json_bool_member(w, "qualified", row->qualified);
    json_text_member(w, "created_at", time_rfc3339(arena, row->created_ms));
    json_text_or_null_member(w, "clicked_at",
                             row->clicked_ms ? time_rfc3339(arena, row->clicked_ms) : STR(""));
    json_int_member(w, "value", 1);
    json_end(w);
}

static bool put_sale_row(struct detail *d, const struct roi_part *part,
                         const struct roi_sale_row *row, struct err *err)
{
    struct json_writer *w = d->w;
    struct arena *arena = d->frame.arena;
    const struct currency_rate *rate;
    struct roi_money amount;

    if (!roi_convert(&d->frame, row->amount_micros, row->currency,
                     roi_paid_day(&d->frame, part, row->paid_ms), &amount, &rate, err))
        return false;
    json_object(w);
    json_text_member(w, "purchase_id", row->purchase_id);
    json_text_member(w, "external_id", row->external_id);
    json_text_member(w, "kind", row->kind);
    json_text_or_null_member(w, "refund_of", row->refund_of);
    json_text_or_null_member(w, "lead_id", row->lead_id);
    json_text_or_null_member(w, "creative_id", row->creative_id);
    json_text_or_null_member(w, "match_cause", row->match_cause);
    json_text_member(w, "paid_at", time_rfc3339(arena, row->paid_ms));
    json_text_member(w, "currency", row->currency);
    json_int_member(w, "amount_micros", row->amount_micros);
    put_rate(w, rate);
    if (is_figure(d, "sales"))
        json_int_member(w, "value", 1);
    else
        roi_put_known(w, "value", amount.known,
                      is_figure(d, "refunds") ? -amount.micros : amount.micros);
    json_end(w);
    return true;
}

static bool put_lead_part(struct detail *d, size_t part, int64_t *left, struct err *err)
{
    struct roi_lead_rows rows = {0};
    enum roi_lead_figure figure = is_figure(d, "qualified")         ? ROI_QUALIFIED
                                  : is_figure(d, "duplicate_leads") ? ROI_DUPLICATES
                                                                    : ROI_LEADS;

    if (!roi_lead_page(d->frame.db, d->frame.arena, &d->frame.filter, &d->frame.parts.at[part],
                       figure, &d->page, &rows, err))
        return false;
    for (size_t i = 0; i<rows.n && * left> 0; i++, (*left)--) {
        put_lead_row(d, &rows.at[i]);
        if (*left == 1 && i + 1 < rows.n)
            d->next = people_cursor(d, part, rows.at[i].at_ms, rows.at[i].lead_id);
    }
    return true;
}

static bool put_sale_part(struct detail *d, size_t part, int64_t *left, struct err *err)
{
    struct roi_sale_rows rows = {0};
    enum roi_sale_figure figure = is_figure(d, "sales")     ? ROI_SALES
                                  : is_figure(d, "refunds") ? ROI_REFUNDS
                                                            : ROI_REVENUE;
    const struct roi_part *of = &d->frame.parts.at[part];

    if (!roi_sale_page(d->frame.db, d->frame.arena, &d->frame.filter, of, figure, &d->page,
                       &rows, err))
        return false;
    for (size_t i = 0; i<rows.n && * left> 0; i++, (*left)--) {
        if (!put_sale_row(d, of, &rows.at[i], err))
            return false;
        if (*left == 1 && i + 1 < rows.n)
            d->next = people_cursor(d, part, rows.at[i].at_ms, rows.at[i].purchase_id);
    }
    return true;
}

/* Zone by zone; a page may end in one and go on in the next. */
static bool put_people(struct detail *d, struct err *err)
{
    int64_t left = d->page.limit;

    for (size_t part = d->part; part < d->frame.parts.n && d->next.n == 0; part++) {
        if (left == 0) {
            d->next = people_cursor(d, part, -1, STR(""));
            return true;
        }
        d->page.limit = left + 1;
        if (d->figure->rows == ROI_OF_LEADS ? !put_lead_part(d, part, &left, err)
                                            : !put_sale_part(d, part, &left, err))
            return false;
        d->page.after_ms = -1;
        d->page.after_key = STR("");
    }
    return true;
}

bool roi_put_detail(struct json_writer *w, struct db *db, struct arena *arena,
                    const struct roi_detail_question *question, struct err *err)
{
    struct detail d = {.w = w,
                       .page = {.creative_id = question->creative_id,
                                .unattributed = question->unattributed,
                                .limit = question->limit}};

    if (!find_figure(question->figure, &d.figure, err) ||
        !roi_frame(db, arena, &question->of, &d.frame, err) ||
        !need_rows(d.figure, &d.frame.filter, err) || !read_cursor(&d, question->cursor, err))
        return false;
    json_object(w);
    json_text_member(w, "figure", str(d.figure->name));
    json_text_member(w, "currency", d.frame.filter.currency);
    roi_put_window(w, &d.frame.filter, d.frame.zone);
    json_key(w, "data");
    json_list(w);
    if (d.figure->rows == ROI_OF_SPEND ? !put_spend(&d, err) : !put_people(&d, err))
        return false;
    json_end(w);
    roi_put_missing(w, &d.frame.missing);
    json_text_or_null_member(w, "next_cursor", d.next);
    json_end(w);
    return true;
}

/* --- in words ---------------------------------------------------------------------------- */

static const struct roi_row *row_of(const struct roi_report *report,
                                    const struct roi_detail_question *question)
{
    if (question->unattributed)
        return &report->unattributed;
    if (question->creative_id.n == 0)
        return &report->total;
    for (size_t i = 0; i < report->rows.n; i++)
        if (str_eq(report->rows.at[i].creative_id, question->creative_id))
            return &report->rows.at[i];
    return NULL;
}

static void put_value(struct json_writer *w, const struct roi_value *value)
{
    json_text_member(w, "unit",
                     value->kind == ROI_COUNT   ? STR("count")
                     : value->kind == ROI_MONEY ? STR("micros")
                                                : STR("ratio"));
    json_key(w, "value");
    if (!value->known)
        json_put_null(w);
    else if (value->kind == ROI_RATIO)
        json_put_real(w, value->ratio);
    else
        json_put_int(w, value->number);
}

/* How many stored rows the figure is added up from; -1 = it is made from others. */
static int64_t count_rows(const struct roi_figure *figure, const struct roi_row *row)
{
    struct str name = str(figure->name);

    if (figure->rows == ROI_OF_SPEND)
        return row->spend_rows;
    if (str_eq(name, STR("revenue")))
        return row->sales + row->refund_count;
    if (str_eq(name, STR("sales")))
        return row->sales;
    if (str_eq(name, STR("refunds")))
        return row->refund_count;
    if (str_eq(name, STR("leads")))
        return row->leads;
    if (str_eq(name, STR("duplicate_leads")))
        return row->duplicate_leads;
    return str_eq(name, STR("qualified")) ? row->qualified : -1;
}

/* Why a figure is not known; the codes' words are in ui/src/words/<language>/roi.ts. */
#define ROI_UNKNOWN(CODE)                                                                      \
    CODE(UNKNOWN_IMPRESSION, "unknown_impression",                                             \
         "no platform says which impression led to a lead or a sale of ours")                  \
    CODE(UNKNOWN_NO_FIGURES, "unknown_no_figures",                                             \
         "the platform has reported no figures for these days")                                \
    CODE(UNKNOWN_RATE, "unknown_rate", "a currency rate is missing: see missing_rates")        \
    CODE(UNKNOWN_DIVISION, "unknown_division",                                                 \
         "there is nothing to divide by, or too few events for a point")
#define UNKNOWN_ENUM(code_, name_, english_) code_,
#define UNKNOWN_ROW(code_, name_, english_)  [code_] = {(name_), (english_)},
enum unknown { ROI_UNKNOWN(UNKNOWN_ENUM) };

static enum unknown unknown_why(const struct roi_report *report, const struct roi_row *row,
                                const struct roi_value *value)
{
    if (report->basis == ROI_BY_IMPRESSION && value->kind != ROI_COUNT)
        return UNKNOWN_IMPRESSION;
    if (!row->measured)
        return UNKNOWN_NO_FIGURES;
    return !row->spend.known || !row->revenue.known ? UNKNOWN_RATE : UNKNOWN_DIVISION;
}

static void put_reason(struct json_writer *w, const struct roi_report *report,
                       const struct roi_row *row, const struct roi_value *value)
{
    static const struct {
        const char *code, *english;
    } rows[] = {ROI_UNKNOWN(UNKNOWN_ROW)};
    enum unknown why = unknown_why(report, row, value);

    json_text_or_null_member(w, "unknown_because",
                             value->known ? STR("") : str(rows[why].english));
    if (!value->known)
        json_text_member(w, "unknown_code", str(rows[why].code));
}

static void put_inputs(struct json_writer *w, const struct roi_report *report,
                       const struct roi_row *row, const struct roi_figure *figure)
{
    json_key(w, "inputs");
    json_list(w);
    for (size_t i = 0; i < countof(figure->inputs) && figure->inputs[i]; i++) {
        const struct roi_figure *input = roi_figure_find(str(figure->inputs[i]));
        struct roi_value value = roi_value_of(report, row, str(input->name));
        json_object(w);
        json_text_member(w, "figure", str(input->name));
        put_value(w, &value);
        json_text_or_null_member(w, "formula", str(input->formula));
        roi_put_known(w, "rows", count_rows(input, row) >= 0, count_rows(input, row));
        json_end(w);
    }
    json_end(w);
}

bool roi_put_explanation(struct json_writer *w, struct db *db, struct arena *arena,
                         const struct roi_detail_question *question, struct err *err)
{
    const struct roi_figure *figure;
    struct roi_report report;

    if (!find_figure(question->figure, &figure, err) ||
        !roi_report(db, arena, &question->of, &report, err))
        return false;
    const struct roi_row *row = row_of(&report, question);
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "no row of creative " STR_FMT,
                       STR_ARG(str_sub(question->creative_id, 0, 40))),
               err_field(err, "creative_id");
    struct roi_value value = roi_value_of(&report, row, str(figure->name));
    struct roi_filter filter = {.first_day = report.first_day,
                                .last_day = report.last_day,
                                .basis = report.basis,
                                .model = report.model};
    json_object(w);
    json_text_member(w, "figure", str(figure->name));
    put_value(w, &value);
    put_reason(w, &report, row, &value);
    json_text_member(w, "currency", report.currency);
    json_text_or_null_member(w, "formula", str(figure->formula));
    json_text_or_null_member(w, "meaning", str(figure->sentence));
    roi_put_known(w, "rows", count_rows(figure, row) >= 0, count_rows(figure, row));
    put_inputs(w, &report, row, figure);
    json_micros_member(w, "goods_percent", report.goods_micros * 100);
    roi_put_window(w, &filter, report.zone);
    roi_put_rates(w, &report.rates);
    roi_put_missing(w, &report.missing);
    roi_put_age(w, arena, report.made_ms, report.collected_ms);
    json_end(w);
    return true;
}
