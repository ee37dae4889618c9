/* day.c - the calendar, and instants as text. */

#include "base/arena.h"
#include "text/day.h"

#include <stdio.h>
#include <string.h>

enum { DAY_S = 86400 };

/* Days since 1970-01-01 of a date in the Gregorian calendar (years begin in March here). */
int64_t days_from_date(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

struct date date_from_days(int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t mp = (5 * day_of_year + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);

    return (struct date){
        .year = (int)(year_of_era + era * 400 + (month <= 2)),
        .month = month,
        .day = (int)(day_of_year - (153 * mp + 2) / 5 + 1),
    };
}

int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Exactly `n` digits at `*s`, which is moved past them. */
static bool digits(struct str *s, size_t n, int *out)
{
    int v = 0;

    if (s->n < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        v = v * 10 + (s->p[i] - '0');
    }
    *s = str_sub(*s, n, s->n);
    *out = v;
    return true;
}

static bool literal(struct str *s, char c)
{
    if (!s->n || s->p[0] != c)
        return false;
    *s = str_sub(*s, 1, s->n);
    return true;
}

static bool date(struct str *s, int64_t *days)
{
    struct date d;

    if (!digits(s, 4, &d.year) || !literal(s, '-') || !digits(s, 2, &d.month) ||
        !literal(s, '-') || !digits(s, 2, &d.day) || d.month < 1 || d.month > 12 || d.day < 1)
        return false;
    *days = days_from_date(d.year, d.month, d.day);
    struct date back = date_from_days(*days);
    return back.month == d.month && back.day == d.day;
}

static bool hms(struct str *s, int64_t *seconds)
{
    int hour, minute, second;

    if (!digits(s, 2, &hour) || !literal(s, ':') || !digits(s, 2, &minute) ||
        !literal(s, ':') || !digits(s, 2, &second) || hour > 23 || minute > 59 || second > 59)
        return false;
    *seconds = hour * 3600 + minute * 60 + second;
    return true;
}

bool day_to_days(struct str day, int64_t *days)
{
    return day.n == 10 && date(&day, days);
}

bool day_valid(struct str day)
{
    int64_t days;

    return day_to_days(day, &days);
}

struct day day_from_days(int64_t days)
{
    static const int64_t last = 2932896;  /* 9999-12-31 */
    static const int64_t first = -719528; /* 0000-01-01 */
    struct date d = date_from_days(days < first ? first : days > last ? last : days);
    struct day day;
    char text[40];

    (void)snprintf(text, sizeof text, "%04d-%02d-%02d", d.year, d.month, d.day);
    memcpy(day.text, text, sizeof day.text);
    return day;
}

static int64_t days_of(struct str day)
{
    int64_t days = 0;

    must(day_to_days(day, &days));
    return days;
}

struct str day_str(const struct day *day)
{
    return (struct str){day->text, sizeof day->text - 1};
}

struct day day_add(struct str day, int days)
{
    return day_from_days(days_of(day) + days);
}

int day_diff(struct str a, struct str b)
{
    return (int)(days_of(a) - days_of(b));
}

int day_weekday(struct str day)
{
    int64_t n = (days_of(day) + 3) % 7; /* 1970-01-01 was a Thursday */

    return (int)(n < 0 ? n + 7 : n);
}

static struct str instant(struct arena *arena, int64_t ms, const char *between, const char *end)
{
    int64_t s = floor_div(ms, 1000);
    int64_t days = floor_div(s, DAY_S);
    int in_day = (int)(s - days * DAY_S);
    struct day day = day_from_days(days);

    return str_fmt(arena, "%s%s%02d:%02d:%02d%s", day.text, between, in_day / 3600,
                   in_day / 60 % 60, in_day % 60, end);
}

struct str time_rfc3339(struct arena *arena, int64_t ms)
{
    return instant(arena, ms, "T", "Z");
}

struct str time_platform(struct arena *arena, int64_t ms)
{
    return instant(arena, ms, " ", "");
}

/* ".5", ".123456": milliseconds, the rest cut off. */
static bool fraction(struct str *s, int64_t *ms)
{
    int64_t v = 0, unit = 100;

    if (!literal(s, '.'))
        return true;
    if (!s->n || s->p[0] < '0' || s->p[0] > '9')
        return false;
    for (; s->n && s->p[0] >= '0' && s->p[0] <= '9'; *s = str_sub(*s, 1, s->n)) {
        v += (s->p[0] - '0') * unit;
        unit /= 10;
    }
    *ms = v;
    return true;
}

/* "Z", "+05:00", "-0330" is not one */
static bool zone_suffix(struct str *s, int64_t *offset_s)
{
    int hour, minute, sign;

    if (literal(s, 'Z') || literal(s, 'z'))
        return true;
    if (literal(s, '+'))
        sign = 1;
    else if (literal(s, '-'))
        sign = -1;
    else
        return false;
    if (!digits(s, 2, &hour) || !literal(s, ':') || !digits(s, 2, &minute) || hour > 23 ||
        minute > 59)
        return false;
    *offset_s = sign * (hour * 3600 + minute * 60);
    return true;
}

bool time_parse_rfc3339(struct str s, int64_t *ms, struct err *err)
{
    struct str rest = s;
    int64_t days, in_day, millis = 0, offset_s = 0;

    if (!date(&rest, &days) || !(literal(&rest, 'T') || literal(&rest, 't')) ||
        !hms(&rest, &in_day) || !fraction(&rest, &millis) || !zone_suffix(&rest, &offset_s) ||
        rest.n) {
        (void)err_set(err, ERR_INVALID, "\"" STR_FMT "\" is no instant",
                      STR_ARG(str_sub(s, 0, 40)));
        return err_hint(err, "RFC 3339, such as 2026-11-24T08:30:00Z or ...T13:30:00+05:00");
    }
    *ms = (days * DAY_S + in_day - offset_s) * 1000 + millis;
    return true;
}

bool time_parse_platform(struct str s, int64_t *ms, struct err *err)
{
    struct str rest = s;
    int64_t days, in_day;

    if (!date(&rest, &days) || !literal(&rest, ' ') || !hms(&rest, &in_day) || rest.n) {
        (void)err_set(err, ERR_INVALID, "\"" STR_FMT "\" is no date and time",
                      STR_ARG(str_sub(s, 0, 40)));
        return err_hint(err, "such as 2026-11-24 08:30:00");
    }
    *ms = (days * DAY_S + in_day) * 1000;
    return true;
}

struct str day_http(struct arena *arena, int64_t ms)
{
    static const char days[][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t second = floor_div(ms, 1000);
    int64_t day = floor_div(second, 86400);
    struct date date = date_from_days(day);
    int s = (int)(second - day * 86400);

    return str_fmt(arena, "%s, %02d %s %04d %02d:%02d:%02d GMT",
                   days[day - floor_div(day, 7) * 7], date.day, months[date.month - 1],
                   date.year, s / 3600, s / 60 % 60, s % 60);
}
