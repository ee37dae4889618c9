/* days.c - the report's figures day by day. */

#include "roi/days.h"

#include "base/arena.h"
#include "roi/days_db.h"
#include "roi/roi_parts.h"
#include "text/day.h"

#define DAY_MS       INT64_C(86400000)
#define HALF_HOUR_MS INT64_C(1800000) /* clocks are turned by one or two */
#define MOST_DAYS    800              /* two years, and some */

struct making {
    struct roi_frame frame;
    struct roi_days *out;
    int64_t first; /* days since 1970 */
};

static const struct roi_money nothing = {true, 0};

static void add_money(struct roi_money *sum, const struct roi_money *more)
{
    sum->known = sum->known && more->known;
    sum->micros += more->micros;
}

/* NULL outside of the range. */
static struct roi_day *day_of(struct making *m, struct str day)
{
    int64_t n;

    if (!day_to_days(day, &n) || n < m->first || n >= m->first + (int64_t)m->out->days.n)
        return NULL;
    return &m->out->days.at[n - m->first];
}

static bool make_days(struct making *m, struct err *err)
{
    struct roi_days *out = m->out;
    int n = day_diff(out->last_day, out->first_day) + 1;

    if (n > MOST_DAYS)
        return err_input(err, "from", "choose a shorter range",
                         "more than %d days are not shown day by day", MOST_DAYS);
    must(day_to_days(out->first_day, &m->first));
    for (int i = 0; i < n; i++) {
        struct day day = day_add(out->first_day, i);
        *roi_day_list_add(&out->days, m->frame.arena) =
            (struct roi_day){.day = str_dup(m->frame.arena, day_str(&day)),
                             .spend = nothing,
                             .revenue = nothing};
    }
    return true;
}

/* --- spend ---------------------------------------------------------------------------- */

static bool add_spend(struct making *m, struct err *err)
{
    struct roi_account_days list = {0};

    if (!roi_account_day_list(m->frame.db, m->frame.arena, &m->frame.filter, &list, err))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        const struct roi_account_day *one = &list.at[i];
        struct roi_day *day = day_of(m, one->day);
        struct roi_money spend;
        if (!day)
            continue;
        if (!roi_convert(&m->frame, one->spend_micros, one->currency, one->day, &spend, NULL,
                         err))
            return false;
        day->measured = true;
        day->impressions += one->impressions;
        day->clicks += one->clicks;
        day->platform_leads += one->platform_leads;
        add_money(&day->spend, &spend);
    }
    return true;
}

/* --- leads and their money -------------------------------------------------------------- */

/* Days of the zone that are 24 hours long, one after another, from day `n` on. */
static int64_t even_days(struct making *m, const struct roi_part *part, size_t n)
{
    int64_t start = zone_day_start_ms(part->zone, m->out->days.at[n].day), count = 0;

    while (n + (size_t)count < m->out->days.n) {
        struct day next = day_add(m->out->days.at[n].day, (int)count + 1);
        if (zone_day_start_ms(part->zone, day_str(&next)) != start + (count + 1) * DAY_MS)
            break;
        count++;
    }
    return count;
}

static void add_lead_day(struct roi_day *day, const struct roi_lead_day *more)
{
    day->leads += more->leads;
    day->duplicate_leads += more->duplicates;
    day->qualified += more->qualified;
}

/* A day of 23 or 25 hours, when clocks are turned. */
static bool add_odd_day(struct making *m, const struct roi_part *part, size_t n, int64_t start,
                        struct err *err)
{
    struct day next = day_add(m->out->days.at[n].day, 1);
    int64_t end = zone_day_start_ms(part->zone, day_str(&next));
    struct roi_lead_days sums = {0};

    if (!roi_lead_day_list(m->frame.db, m->frame.arena, &m->frame.filter, part, start,
                           HALF_HOUR_MS, (end - start) / HALF_HOUR_MS, &sums, err))
        return false;
    for (size_t i = 0; i < sums.n; i++)
        add_lead_day(&m->out->days.at[n], &sums.at[i]);
    return true;
}

static bool add_leads(struct making *m, const struct roi_part *part, struct err *err)
{
    size_t n = 0;

    while (n < m->out->days.n) {
        int64_t start = zone_day_start_ms(part->zone, m->out->days.at[n].day);
        int64_t days = even_days(m, part, n);
        struct roi_lead_days sums = {0};
        if (days == 0) {
            if (!add_odd_day(m, part, n++, start, err))
                return false;
            continue;
        }
        if (!roi_lead_day_list(m->frame.db, m->frame.arena, &m->frame.filter, part, start,
                               DAY_MS, days, &sums, err))
            return false;
        for (size_t i = 0; i < sums.n; i++)
            add_lead_day(&m->out->days.at[n + (size_t)sums.at[i].n], &sums.at[i]);
        n += (size_t)days;
    }
    return true;
}

static bool add_payments(struct making *m, const struct roi_part *part, struct err *err)
{
    struct roi_dated_payments list = {0};

    if (!roi_dated_payment_list(m->frame.db, m->frame.arena, &m->frame.filter, part, &list,
                                err))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        const struct roi_dated_payment *p = &list.at[i];
        struct day of_lead = zone_day(part->zone, p->lead_ms);
        struct roi_day *day = day_of(m, day_str(&of_lead));
        struct roi_money amount;
        if (!day)
            continue;
        if (!roi_convert(&m->frame, p->amount_micros, p->currency,
                         roi_paid_day(&m->frame, part, p->paid_ms), &amount, NULL, err))
            return false;
        day->sales += !p->refund;
        add_money(&day->revenue, &amount);
    }
    return true;
}

/* --- the whole -----------------------------------------------------------------------------
 */

static void add_up(struct making *m)
{
    struct roi_row *total = &m->out->total;

    *total = (struct roi_row){.spend = nothing, .revenue = nothing, .refunds = nothing};
    for (size_t i = 0; i < m->out->days.n; i++) {
        struct roi_day *day = &m->out->days.at[i];
        m->out->measured_days += day->measured;
        total->spend_rows += day->measured;
        total->impressions += day->impressions;
        total->clicks += day->clicks;
        total->platform_leads += day->platform_leads;
        total->leads += day->leads;
        total->duplicate_leads += day->duplicate_leads;
        total->qualified += day->qualified;
        total->sales += day->sales;
        add_money(&total->spend, &day->spend);
        add_money(&total->revenue, &day->revenue);
        day->spend.known = day->spend.known && day->measured;
    }
    roi_set_ratios(total, ROI_BY_LEAD, 0);
}

static bool set_currency(struct db *db, struct arena *arena, struct roi_question *question,
                         struct err *err)
{
    if (question->currency.n || !question->ad_account_id.n)
        return true;
    return roi_account_currency(db, arena, question->ad_account_id, question->platform,
                                &question->currency, err);
}

bool roi_by_day(struct db *db, struct arena *arena, const struct roi_question *asked,
                struct roi_days *out, struct err *err)
{
    struct making m = {.out = out};
    struct roi_question question = *asked;

    *out = (struct roi_days){0};
    if (!set_currency(db, arena, &question, err) ||
        !roi_frame(db, arena, &question, &m.frame, err))
        return false;
    struct day today = zone_day(m.frame.zone, m.frame.now_ms);
    out->currency = m.frame.filter.currency;
    out->first_day = m.frame.filter.first_day;
    out->last_day = m.frame.filter.last_day;
    out->zone = m.frame.zone;
    out->today = str_dup(arena, day_str(&today));
    out->collected_ms = m.frame.collected_ms;
    for (size_t i = 0; i < m.frame.accounts.n; i++)
        out->connected |= str_eq(m.frame.accounts.at[i].state, STR("connected"));
    if (!make_days(&m, err) || !add_spend(&m, err))
        return false;
    for (size_t i = 0; i < m.frame.parts.n; i++)
        if (!add_leads(&m, &m.frame.parts.at[i], err) ||
            !add_payments(&m, &m.frame.parts.at[i], err))
            return false;
    add_up(&m);
    out->missing = m.frame.missing;
    out->rates = m.frame.uses;
    return true;
}
