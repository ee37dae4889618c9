/* cohort.c - the leads of each week, and what they brought as they grew older. */

#include "base/arena.h"
#include "roi/cohort_db.h"
#include "roi/roi_parts.h"
#include "text/day.h"
#include "text/json.h"
#include "text/money.h"

#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_WEEKS 12

/* LTV is told for these ages of a lead, in days. */
static const int64_t ages[] = {0, 7, 30, 60, 90, 180, 365};

struct cohort {
    int64_t first; /* Monday, as a number */
    struct roi_money spend, revenue;
    bool measured;
    int64_t leads, qualified, customers;
    struct roi_amounts amounts; /* revenue by age in days, oldest last */
};

struct making {
    struct roi_frame frame;
    struct cohort *cohorts;
    size_t n;
    int64_t today, goods_micros;
    struct str creative_id;
};

static int64_t number_of(struct str day)
{
    int64_t n = 0;

    must(day_to_days(day, &n));
    return n;
}

static struct cohort *cohort_of(struct making *m, int64_t day)
{
    int64_t at = day < m->cohorts[0].first ? -1 : (day - m->cohorts[0].first) / 7;

    return at < 0 || (uint64_t)at >= m->n ? NULL : &m->cohorts[at];
}

/* --- which weeks ------------------------------------------------------------------------- */

/* Whole weeks: the first day is a Monday, the last one a Sunday. */
static bool set_weeks(struct roi_question *question, struct str zone, struct arena *arena,
                      struct err *err)
{
    struct day today = zone_day(zone, question->now_ms);
    struct str last = question->last_day.n ? question->last_day : day_str(&today);

    if (!day_valid(last))
        return err_input(err, "last_day", "write it as 2026-11-24",
                         "\"" STR_FMT "\" is not a day", STR_ARG(str_sub(last, 0, 20)));
    struct day sunday = day_add(last, 6 - day_weekday(last));
    struct day monday = day_add(day_str(&sunday), 1 - 7 * DEFAULT_WEEKS);
    if (question->first_day.n) {
        if (!day_valid(question->first_day))
            return err_input(err, "first_day", "write it as 2026-11-24",
                             "\"" STR_FMT "\" is not a day",
                             STR_ARG(str_sub(question->first_day, 0, 20)));
        monday = day_add(question->first_day, -day_weekday(question->first_day));
    }
    int days = day_diff(day_str(&sunday), day_str(&monday)) + 1;
    if (days < 7 || days > 7 * ROI_MOST_WEEKS)
        return err_input(err, "first_day", "ask for 1 to 60 weeks", "the range has %d weeks",
                         days / 7);
    question->first_day = str_dup(arena, day_str(&monday));
    question->last_day = str_dup(arena, day_str(&sunday));
    return true;
}

static void begin_cohorts(struct making *m)
{
    int64_t first = number_of(m->frame.filter.first_day);
    int64_t last = number_of(m->frame.filter.last_day);

    m->n = (size_t)((last - first + 1) / 7);
    m->cohorts = NEW_ARRAY(m->frame.arena, struct cohort, m->n);
    for (size_t i = 0; i < m->n; i++)
        m->cohorts[i] = (struct cohort){
            .first = first + 7 * (int64_t)i, .spend = {true, 0}, .revenue = {true, 0}};
}

/* --- adding up --------------------------------------------------------------------------- */

static bool add_spend(struct making *m, struct err *err)
{
    struct roi_spend_days days = {0};
    struct roi_money spend;

    if (!roi_cohort_spend(m->frame.db, m->frame.arena, &m->frame.filter, m->creative_id, &days,
                          err))
        return false;
    for (size_t i = 0; i < days.n; i++) {
        const struct roi_spend_day *day = &days.at[i];
        struct cohort *cohort = cohort_of(m, number_of(day->day));
        if (!cohort)
            continue;
        if (!roi_convert(&m->frame, day->spend_micros, day->currency, day->day, &spend, NULL,
                         err))
            return false;
        cohort->measured = true;
        cohort->spend.known = cohort->spend.known && spend.known;
        cohort->spend.micros += spend.micros;
    }
    return true;
}

static int64_t day_of(const struct roi_part *part, int64_t ms)
{
    struct day day = zone_day(part->zone, ms);

    return number_of(day_str(&day));
}

static bool add_leads(struct making *m, const struct roi_part *part, struct err *err)
{
    struct roi_quarters quarters = {0};

    if (!roi_cohort_leads(m->frame.db, m->frame.arena, &m->frame.filter, part, m->creative_id,
                          &quarters, err))
        return false;
    for (size_t i = 0; i < quarters.n; i++) {
        struct cohort *cohort = cohort_of(m, day_of(part, quarters.at[i].from_ms));
        if (!cohort)
            continue;
        cohort->leads += quarters.at[i].leads;
        cohort->qualified += quarters.at[i].qualified;
    }
    return true;
}

static bool add_sales(struct making *m, const struct roi_part *part, struct err *err)
{
    struct roi_cohort_sales sales = {0};
    struct roi_money amount;
    struct str person = STR("");

    if (!roi_cohort_sale_list(m->frame.db, m->frame.arena, &m->frame.filter, part,
                              m->creative_id, &sales, err))
        return false;
    for (size_t i = 0; i < sales.n; i++) {
        const struct roi_cohort_sale *sale = &sales.at[i];
        int64_t born = day_of(part, sale->lead_ms), paid = day_of(part, sale->paid_ms);
        struct cohort *cohort = cohort_of(m, born);
        if (!cohort)
            continue;
        if (!roi_convert(&m->frame, sale->amount_micros, sale->currency,
                         roi_paid_day(&m->frame, part, sale->paid_ms), &amount, NULL, err))
            return false;
        cohort->revenue.known = cohort->revenue.known && amount.known;
        cohort->revenue.micros += amount.micros;
        /* A sale that was entered with a date before its lead's counts at once. */
        *roi_amounts_add(&cohort->amounts, m->frame.arena) =
            (struct roi_amount){paid > born ? paid - born : 0, amount.micros};
        if (sale->refund || str_eq(sale->person, person))
            continue;
        person = sale->person; /* the list has each person's sales together */
        cohort->customers++;
    }
    return true;
}

/* --- what came of them ---------------------------------------------------------------------
 */

static int by_age(const void *a, const void *b)
{
    const struct roi_amount *x = a, *y = b;

    return x->age < y->age ? -1 : x->age > y->age;
}

/* So many days every lead of the cohort has lived through. */
static int64_t age_of(const struct making *m, const struct cohort *cohort)
{
    return m->today - (cohort->first + 6);
}

static int64_t revenue_until(const struct cohort *cohort, int64_t age)
{
    int64_t micros = 0;

    for (size_t i = 0; i < cohort->amounts.n && cohort->amounts.at[i].age <= age; i++)
        micros += cohort->amounts.at[i].micros;
    return micros;
}

/* The first day of age on which what is left of the revenue covers the spend; -1 = not yet. */
static int64_t break_even(const struct making *m, const struct cohort *cohort)
{
    int64_t micros = 0;

    for (size_t i = 0; i < cohort->amounts.n; i++) {
        micros += cohort->amounts.at[i].micros;
        bool day_ends = i + 1 == cohort->amounts.n ||
                        cohort->amounts.at[i + 1].age != cohort->amounts.at[i].age;
        int64_t margin =
            money_scale(micros, MICROS_PER_UNIT - m->goods_micros, MICROS_PER_UNIT);
        if (day_ends && margin >= cohort->spend.micros)
            return cohort->amounts.at[i].age;
    }
    return -1;
}

static void put_weeks(struct json_writer *w, const struct making *m,
                      const struct cohort *cohort)
{
    int64_t lived = m->today - cohort->first, before = 0, whole = age_of(m, cohort);

    json_key(w, "revenue_by_week_micros");
    json_list(w);
    for (int64_t week = 0; week * 7 <= lived; week++) {
        int64_t until = revenue_until(cohort, week * 7 + 6);
        if (cohort->revenue.known)
            json_put_int(w, until - before);
        else
            json_put_null(w);
        before = until;
    }
    json_end(w);
    /* The weeks of age that all its leads have behind them: later figures still grow. */
    json_int_member(w, "whole_weeks", whole < 0 ? 0 : whole / 7);
}

static void put_ltv(struct json_writer *w, const struct making *m, const struct cohort *cohort)
{
    char key[24];

    json_key(w, "ltv_micros");
    json_object(w);
    for (size_t i = 0; i < countof(ages); i++) {
        bool known =
            cohort->customers > 0 && cohort->revenue.known && age_of(m, cohort) > ages[i];
        (void)snprintf(key, sizeof key, "%d", (int)ages[i]);
        roi_put_known(w, key, known,
                      known ? money_scale(revenue_until(cohort, ages[i]), 1, cohort->customers)
                            : 0);
    }
    json_end(w);
}

static void put_cohort(struct json_writer *w, const struct making *m,
                       const struct cohort *cohort)
{
    struct day monday = day_from_days(cohort->first);
    bool spent = cohort->measured && cohort->spend.known;
    bool both = spent && cohort->spend.micros > 0 && cohort->revenue.known;
    int64_t paid_back = both ? break_even(m, cohort) : -1;

    json_object(w);
    json_text_member(w, "week", day_str(&monday));
    roi_put_known(w, "spend_micros", spent, cohort->spend.micros);
    json_int_member(w, "leads", cohort->leads);
    json_int_member(w, "qualified", cohort->qualified);
    json_int_member(w, "customers", cohort->customers);
    roi_put_known(w, "cac_micros", spent && cohort->customers > 0,
                  cohort->customers ? money_scale(cohort->spend.micros, 1, cohort->customers)
                                    : 0);
    roi_put_known(w, "revenue_micros", cohort->revenue.known, cohort->revenue.micros);
    json_key(w, "roi");
    if (both)
        json_put_real(w, (double)(cohort->revenue.micros - cohort->spend.micros) /
                             (double)cohort->spend.micros);
    else
        json_put_null(w);
    put_weeks(w, m, cohort);
    put_ltv(w, m, cohort);
    roi_put_known(w, "break_even_day", paid_back >= 0, paid_back);
    json_end(w);
}

static void put_formulas(struct json_writer *w)
{
    json_key(w, "formulas");
    json_object(w);
    json_text_member(w, "week", STR("Monday of the week in which the leads were created"));
    json_text_member(w, "revenue_by_week_micros",
                     STR("sales - refunds by age of the lead: days 0 to 6, 7 to 13, ..."));
    json_text_member(w, "ltv_micros",
                     STR("revenue up to that age in days / customers; null "
                         "until every lead of the week is older"));
    json_text_member(w, "customers", STR("persons with a sale"));
    json_text_member(w, "break_even_day",
                     STR("first age in days at which revenue - goods_percent of it >= spend"));
    json_end(w);
}

bool roi_put_cohorts(struct json_writer *w, struct db *db, struct arena *arena,
                     const struct roi_question *given, struct str creative_id, struct err *err)
{
    struct roi_question question = *given;
    struct making m = {.goods_micros = given->goods_micros, .creative_id = creative_id};

    question.basis = ROI_BY_LEAD;
    question.model = ROI_LEAD_TOUCH;
    question.first_day = question.last_day = STR("");
    if (!roi_frame(db, arena, &question, &m.frame, err))
        return false;
    question.first_day = given->first_day;
    question.last_day = given->last_day;
    if (!set_weeks(&question, m.frame.zone, arena, err) ||
        !roi_frame(db, arena, &question, &m.frame, err))
        return false;
    struct day today = zone_day(m.frame.zone, question.now_ms);
    m.today = number_of(day_str(&today));
    begin_cohorts(&m);
    if (!add_spend(&m, err))
        return false;
    for (size_t i = 0; i < m.frame.parts.n; i++)
        if (!add_leads(&m, &m.frame.parts.at[i], err) ||
            !add_sales(&m, &m.frame.parts.at[i], err))
            return false;
    json_object(w);
    json_text_member(w, "currency", m.frame.filter.currency);
    roi_put_window(w, &m.frame.filter, m.frame.zone);
    json_micros_member(w, "goods_percent", question.goods_micros * 100);
    roi_put_age(w, arena, question.now_ms, m.frame.collected_ms);
    put_formulas(w);
    roi_put_missing(w, &m.frame.missing);
    roi_put_rates(w, &m.frame.uses);
    json_key(w, "data");
    json_list(w);
    for (size_t i = 0; i < m.n; i++) {
        if (m.cohorts[i].amounts.n)
            qsort(m.cohorts[i].amounts.at, m.cohorts[i].amounts.n, sizeof(struct roi_amount),
                  by_age);
        put_cohort(w, &m, &m.cohorts[i]);
    }
    json_end(w);
    json_end(w);
    return true;
}
