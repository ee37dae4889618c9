/* roi.c - joining spend with money. */

#include "roi/roi.h"
#include "auth/auth_db.h"
#include "base/arena.h"
#include "base/strs.h"
#include "db/db.h"
#include "metric/metric.h"
#include "roi/roi_db.h"
#include "text/money.h"
#include "text/zone.h"

#include <stdlib.h>

#define DEFAULT_DAYS 30
#define MOST_DAYS    3660

struct making {
    struct db *db;
    struct arena *arena;
    struct roi_filter filter;
    struct roi_accounts accounts;
    struct currency_rates rates;
    bool rates_read;
    struct roi_report *report;
    struct roi_names names;
};

/* --- which days, which currency ----------------------------------------------------- */

static bool set_days(struct making *m, const struct roi_question *question, struct err *err)
{
    struct day today = zone_day(m->report->zone, question->now_ms);
    struct str last =
        question->last_day.n ? question->last_day : str_dup(m->arena, day_str(&today));

    if (!day_valid(last))
        return err_input(err, "last_day", "write it as 2026-11-24",
                         "\"" STR_FMT "\" is not a day", STR_ARG(str_sub(last, 0, 20)));
    struct day month = day_add(last, 1 - DEFAULT_DAYS);
    struct str first =
        question->first_day.n ? question->first_day : str_dup(m->arena, day_str(&month));
    if (!day_valid(first))
        return err_input(err, "first_day", "write it as 2026-11-24",
                         "\"" STR_FMT "\" is not a day", STR_ARG(str_sub(first, 0, 20)));
    if (day_diff(last, first) < 0 || day_diff(last, first) >= MOST_DAYS)
        return err_input(err, "first_day", "give a first day before the last one",
                         "the range from " STR_FMT " to " STR_FMT " cannot be reported",
                         STR_ARG(first), STR_ARG(last));
    m->filter.first_day = m->report->first_day = first;
    m->filter.last_day = m->report->last_day = last;
    return true;
}

static bool set_currency(struct making *m, struct str currency, struct err *err)
{
    struct org_row org;

    if (currency.n && !money_currency_known(currency))
        return err_input(err, "currency", "give an ISO 4217 code such as KZT",
                         "\"" STR_FMT "\" is not a currency we know",
                         STR_ARG(str_sub(currency, 0, 10)));
    if (currency.n == 0) {
        if (!org_get(m->db, m->arena, db_scope_org(m->db), &org, err))
            return false;
        currency = org.currency;
    }
    m->filter.currency = m->report->currency = currency;
    return true;
}

static void set_age(struct making *m)
{
    int64_t oldest = 0;
    bool any = false;

    for (size_t i = 0; i < m->accounts.n; i++) {
        if (!str_eq(m->accounts.at[i].state, STR("connected")))
            continue;
        if (!any || m->accounts.at[i].last_sync_ms < oldest)
            oldest = m->accounts.at[i].last_sync_ms;
        any = true;
    }
    m->report->collected_ms = oldest;
}

static bool prepare(struct making *m, const struct roi_question *question, struct err *err)
{
    m->filter = (struct roi_filter){.platform = question->platform,
                                    .ad_account_id = question->ad_account_id,
                                    .direction_id = question->direction_id};
    m->report->basis = question->basis;
    m->report->made_ms = question->now_ms;
    if ((m->filter.ad_account_id.n || m->filter.direction_id.n) &&
        !roi_check_filter(m->db, m->arena, &m->filter, err))
        return false;
    if (!roi_account_list(m->db, m->arena, question->platform, question->ad_account_id,
                          &m->accounts, err))
        return false;
    m->report->zone = STR("Etc/UTC");
    if (m->accounts.n && zone_known(m->accounts.at[0].zone))
        m->report->zone = m->accounts.at[0].zone;
    set_age(m);
    return set_currency(m, question->currency, err) && set_days(m, question, err);
}

/* --- rows ------------------------------------------------------------------------------ */

static int by_id(const void *key, const void *member)
{
    const struct roi_row *row = member;

    return str_cmp(*(const struct str *)key, row->creative_id);
}

static int rows_by_id(const void *a, const void *b)
{
    const struct roi_row *x = a;

    return by_id(&x->creative_id, b);
}

static const struct roi_money nothing = {true, 0};

/* A row for every creative; those without any figure or ad leave at the end. */
static void begin_rows(struct making *m)
{
    struct roi_rows *rows = &m->report->rows;

    for (size_t i = 0; i < m->names.n; i++) {
        const struct roi_name *name = &m->names.at[i];
        *roi_rows_add(rows, m->arena) = (struct roi_row){.creative_id = name->creative_id,
                                                         .title = name->title,
                                                         .direction_id = name->direction_id,
                                                         .direction_name = name->direction_name,
                                                         .platform = name->platform,
                                                         .advertised = name->advertised,
                                                         .spend = nothing,
                                                         .revenue = nothing,
                                                         .refunds = nothing};
    }
    if (rows->n)
        qsort(rows->at, rows->n, sizeof(*rows->at), rows_by_id);
    m->report->unattributed =
        (struct roi_row){.spend = nothing, .revenue = nothing, .refunds = nothing};
    m->report->total = m->report->unattributed;
}

/* The creative's row, or the unattributed one (a creative that is gone has no name to show). */
static struct roi_row *row_of(struct making *m, struct str creative_id)
{
    struct roi_rows *rows = &m->report->rows;
    struct roi_row *row = NULL;

    if (creative_id.n && rows->n)
        row = bsearch(&creative_id, rows->at, rows->n, sizeof(*rows->at), by_id);
    if (row)
        return row;
    m->report->has_unattributed = true;
    return &m->report->unattributed;
}

/* --- money in one currency --------------------------------------------------------------- */

static void note_missing(struct making *m, struct str from, struct str day)
{
    struct roi_missings *missing = &m->report->missing;

    for (size_t i = 0; i < missing->n; i++) {
        struct roi_missing *known = &missing->at[i];
        if (!str_eq(known->from, from))
            continue;
        if (str_cmp(day, known->first_day) < 0)
            known->first_day = day;
        if (str_cmp(day, known->last_day) > 0)
            known->last_day = day;
        return;
    }
    *roi_missings_add(missing, m->arena) =
        (struct roi_missing){from, m->report->currency, day, day};
}

/* All rates that matter, read when the first foreign amount is met. */
static bool read_rates(struct making *m, struct err *err)
{
    if (m->rates_read)
        return true;
    m->rates_read = true;
    return currency_rate_list(m->db, m->arena, m->report->currency, STR(""), &m->rates, err);
}

static void add_money(struct roi_money *sum, const struct roi_money *more)
{
    sum->known = sum->known && more->known;
    sum->micros += more->micros;
}

static bool convert(struct making *m, int64_t micros, struct str currency, struct str day,
                    struct roi_money *out, struct err *err)
{
    *out = (struct roi_money){true, micros};
    if (micros == 0 || str_eq(currency, m->report->currency))
        return true;
    if (!read_rates(m, err))
        return false;
    out->known = currency_convert_by(&m->rates, micros, currency, m->report->currency, day,
                                     &out->micros);
    if (!out->known) {
        out->micros = 0;
        note_missing(m, currency, day);
    }
    return true;
}

/* --- adding up ------------------------------------------------------------------------------
 */

static bool add_spend(struct making *m, struct err *err)
{
    struct roi_spends spends = {0};
    struct roi_money spend;

    if (!roi_spend_list(m->db, m->arena, &m->filter, &spends, err))
        return false;
    for (size_t i = 0; i < spends.n; i++) {
        const struct roi_spend *sum = &spends.at[i];
        struct roi_row *row = row_of(m, sum->creative_id);
        if (!convert(m, sum->spend_micros, sum->currency, sum->day, &spend, err))
            return false;
        add_money(&row->spend, &spend);
        row->measured = true;
        row->impressions += sum->impressions;
        row->clicks += sum->clicks;
        row->platform_leads += sum->platform_leads;
    }
    return true;
}

static bool add_leads(struct making *m, const struct roi_range *range, struct err *err)
{
    struct roi_lead_sums sums = {0};

    if (!roi_lead_list(m->db, m->arena, &m->filter, range, &sums, err))
        return false;
    for (size_t i = 0; i < sums.n; i++) {
        struct roi_row *row = row_of(m, sums.at[i].creative_id);
        row->leads += sums.at[i].leads;
        row->duplicate_leads += sums.at[i].duplicates;
        row->qualified += sums.at[i].qualified;
    }
    return true;
}

static bool add_sales(struct making *m, const struct roi_range *range, struct err *err)
{
    struct roi_sale_sums sums = {0};
    struct roi_money revenue, refunds;

    if (!roi_sale_list(m->db, m->arena, &m->filter, range, m->report->basis, &sums, err))
        return false;
    for (size_t i = 0; i < sums.n; i++) {
        const struct roi_sales *sum = &sums.at[i];
        struct roi_row *row = row_of(m, sum->creative_id);
        struct day day = zone_day(range->zone, sum->paid_ms);
        struct str text = str_dup(m->arena, day_str(&day));
        if (!convert(m, sum->revenue_micros, sum->currency, text, &revenue, err) ||
            !convert(m, sum->refund_micros, sum->currency, text, &refunds, err))
            return false;
        row->sales += sum->sales;
        add_money(&row->revenue, &revenue);
        add_money(&row->refunds, &refunds);
    }
    return true;
}

/* Leads and sales, zone by zone: a day begins at another instant in each. */
static bool add_people(struct making *m, struct err *err)
{
    struct day after = day_add(m->report->last_day, 1);
    struct strs zones = {0};

    *strs_add(&zones, m->arena) = m->report->zone;
    for (size_t i = 0; i < m->accounts.n; i++) {
        bool seen = !zone_known(m->accounts.at[i].zone);
        for (size_t k = 0; k < zones.n; k++)
            seen = seen || str_eq(zones.at[k], m->accounts.at[i].zone);
        if (!seen)
            *strs_add(&zones, m->arena) = m->accounts.at[i].zone;
    }
    for (size_t i = 0; i < zones.n; i++) {
        struct roi_range range = {.zone = zones.at[i],
                                  .fallback = m->report->zone,
                                  .from_ms =
                                      zone_day_start_ms(zones.at[i], m->report->first_day),
                                  .to_ms = zone_day_start_ms(zones.at[i], day_str(&after))};
        if (!add_leads(m, &range, err) || !add_sales(m, &range, err))
            return false;
    }
    return true;
}

/* --- ratios, from sums -----------------------------------------------------------------------
 */

static struct roi_money cost_of(const struct roi_row *row, int64_t n)
{
    if (!row->measured || !row->spend.known || n == 0)
        return (struct roi_money){0};
    return (struct roi_money){true, money_scale(row->spend.micros, 1, n)};
}

static void set_ratios(struct roi_row *row)
{
    bool spent = row->measured && row->spend.known && row->spend.micros > 0;

    if (row->impressions > 0)
        row->ctr = (struct roi_ratio){true, (double)row->clicks / (double)row->impressions};
    row->cpc = cost_of(row, row->clicks);
    row->cpl = cost_of(row, row->leads);
    row->cpql = cost_of(row, row->qualified);
    if (!spent || !row->revenue.known)
        return;
    double spend = (double)row->spend.micros, revenue = (double)row->revenue.micros;
    row->roi = (struct roi_ratio){true, (revenue - spend) / spend};
    row->roas = (struct roi_ratio){true, revenue / spend};
}

static void add_to_total(struct roi_row *total, const struct roi_row *row)
{
    total->measured = total->measured || row->measured;
    total->impressions += row->impressions;
    total->clicks += row->clicks;
    total->platform_leads += row->platform_leads;
    total->leads += row->leads;
    total->duplicate_leads += row->duplicate_leads;
    total->qualified += row->qualified;
    total->sales += row->sales;
    add_money(&total->spend, &row->spend);
    add_money(&total->revenue, &row->revenue);
    add_money(&total->refunds, &row->refunds);
}

static bool is_empty(const struct roi_row *row)
{
    return !row->measured && row->leads == 0 && row->duplicate_leads == 0 && row->sales == 0 &&
           row->refunds.micros == 0 && row->revenue.known;
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

static void finish(struct making *m)
{
    struct roi_report *report = m->report;
    size_t kept = 0;

    for (size_t i = 0; i < report->rows.n; i++) {
        struct roi_row *row = &report->rows.at[i];
        if (is_empty(row) && !row->advertised)
            continue;
        add_to_total(&report->total, row);
        set_ratios(row);
        report->rows.at[kept++] = *row;
    }
    report->rows.n = kept;
    if (kept)
        qsort(report->rows.at, kept, sizeof(*report->rows.at), by_spend);
    add_to_total(&report->total, &report->unattributed);
    set_ratios(&report->unattributed);
    set_ratios(&report->total);
}

bool roi_report(struct db *db, struct arena *arena, const struct roi_question *question,
                struct roi_report *out, struct err *err)
{
    struct making m = {.db = db, .arena = arena, .report = out};

    *out = (struct roi_report){0};
    if (!prepare(&m, question, err) || !roi_name_list(db, arena, &m.filter, &m.names, err))
        return false;
    begin_rows(&m);
    if (!add_spend(&m, err) || !add_people(&m, err))
        return false;
    finish(&m);
    return true;
}
