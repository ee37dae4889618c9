/* dashboard_api.c - the key figures of a range, beside those of another one. */

#include "api/api.h"
#include "api/common.h"
#include "base/arena.h"
#include "roi/days.h"
#include "text/day.h"

#define MOST_DAYS 366 /* that can be asked for by their number */

/* --- the question ------------------------------------------------------------------- */

enum compare { COMPARE_NONE, COMPARE_PREVIOUS, COMPARE_WEEKDAYS, COMPARE_YEAR };
static const char *const compare_words[] = {"none", "previous", "weekdays", "year"};

/* The last so many days: who asks need not know which day it is in the account's zone. */
static bool read_days(struct request *rq, int *out, struct err *err)
{
    struct str text = request_query(rq, "days");
    int64_t n = 0;

    if (!text.n)
        return true;
    if (!str_int(text, &n) || n < 1 || n > MOST_DAYS)
        return err_input(err, "days", "a number from 1 to 366; for others give from and to",
                         "\"" STR_FMT "\" is no number of days", STR_ARG(str_sub(text, 0, 20)));
    *out = (int)n;
    return true;
}

static bool read_question(struct request *rq, struct roi_question *out, enum compare *compare,
                          struct err *err)
{
    struct str word = request_query(rq, "compare");

    *out = (struct roi_question){.first_day = request_query(rq, "from"),
                                 .last_day = request_query(rq, "to"),
                                 .currency = request_query(rq, "currency"),
                                 .now_ms = rq->now_ms};
    *compare = word.n ? COMPARE_NONE : COMPARE_PREVIOUS;
    for (size_t i = 0; word.n && i < countof(compare_words); i++)
        if (str_eq(word, str(compare_words[i])))
            *compare = (enum compare)i;
    if (word.n && !str_eq(word, str(compare_words[*compare])))
        return err_input(err, "compare", "previous, weekdays, year or none",
                         "\"" STR_FMT "\" is nothing to compare with",
                         STR_ARG(str_sub(word, 0, 20)));
    return read_days(rq, &out->days, err) && api_check_org(rq, NULL, err) &&
           api_platform(rq, &out->platform, err) &&
           api_account_id(rq, NULL, &out->ad_account_id, err);
}

static struct str year_before(struct arena *arena, struct str day)
{
    int64_t n = 0;

    must(day_to_days(day, &n));
    struct date date = date_from_days(n);
    int last = date.month == 2 && date.day == 29 ? 28 : date.day;
    struct day before = day_from_days(days_from_date(date.year - 1, date.month, last));
    return str_dup(arena, day_str(&before));
}

/*
 * previous: as many days just before; weekdays: so many whole weeks before that the ranges do
 * not meet, so that Mondays stand beside Mondays; year: the same dates a year ago.
 */
static void set_days(struct arena *arena, enum compare compare, const struct roi_days *now,
                     struct roi_question *out)
{
    int days = day_diff(now->last_day, now->first_day) + 1;
    int back = compare == COMPARE_WEEKDAYS ? (days + 6) / 7 * 7 : days;
    struct day first = day_add(now->first_day, -back), last = day_add(now->last_day, -back);

    out->first_day = str_dup(arena, day_str(&first));
    out->last_day = str_dup(arena, day_str(&last));
    if (compare == COMPARE_YEAR) {
        out->first_day = year_before(arena, now->first_day);
        out->last_day = year_before(arena, now->last_day);
    }
    out->currency = now->currency;
}

/*
 * GET /api/dashboard - key figures with those of the range compared with, and both day by day.
 *
 *   platform, ad_account_id, currency
 *   from, to   or days: so many until today in the ad account's zone (30)
 *   compare    previous (default), weekdays, year, none
 *
 * Money is in the ad account's currency, or the org's where all accounts are asked for, by
 * dated rates; days are those of each account's own zone.  A figure that is not there is null
 * and has a reason: not_connected, never_collected, no_figures, rate_missing, no_impressions,
 * no_clicks, no_leads, no_qualified, no_sales, no_spend.
 */
static bool get_dashboard(struct request *rq, struct reply *rp, struct err *err)
{
    struct roi_question question;
    struct roi_days now, before = {0};
    struct reply_json json;
    enum compare compare;

    if (!read_question(rq, &question, &compare, err) ||
        !roi_by_day(rq->db, rq->arena, &question, &now, err))
        return false;
    if (compare != COMPARE_NONE) {
        set_days(rq->arena, compare, &now, &question);
        if (!roi_by_day(rq->db, rq->arena, &question, &before, err))
            return false;
    }
    reply_json_begin(rq, &json);
    roi_put_days(&json.w, rq->arena, &now, str(compare_words[compare]),
                 compare == COMPARE_NONE ? NULL : &before, rq->now_ms);
    return reply_json_end(&json, rp, 200, err);
}

const struct route dashboard_routes[] = {
    {"GET", "/api/dashboard", CAN_READ, get_dashboard, NULL, 0},
    ROUTES_END,
};
