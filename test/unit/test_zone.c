/* text/zone: offsets, days of 23 and 25 hours, the calendar, instants as text. */
#include "base/arena.h"
#include "test.h"
#include "text/zone.h"

#include <inttypes.h>

static struct arena *a;

static int64_t at(const char *text)
{
    int64_t ms = 0;
    struct err err = {0};

    CHECK(time_parse_rfc3339(str(text), &ms, &err), "%s: %s", text, err.text);
    return ms;
}

static const struct {
    const char *zone, *instant;
    int offset_minutes;
} offsets[] = {
    {"Asia/Almaty", "2024-02-29T17:59:59Z", 360},
    {"Asia/Almaty", "2024-02-29T18:00:00Z", 300}, /* the whole country moved to +5 */
    {"Asia/Almaty", "2026-11-24T00:00:00Z", 300},
    {"Asia/Almaty", "2099-07-01T00:00:00Z", 300},
    {"Asia/Riyadh", "2026-07-01T00:00:00Z", 180},
    {"Asia/Kathmandu", "2026-07-01T00:00:00Z", 345},
    {"Asia/Kolkata", "2026-07-01T00:00:00Z", 330},
    {"Etc/UTC", "2026-07-01T00:00:00Z", 0},
    {"Etc/GMT+5", "2026-07-01T00:00:00Z", -300},
    {"Pacific/Kiritimati", "2026-07-01T00:00:00Z", 840},
    {"Europe/Berlin", "2026-03-29T00:59:59Z", 60},
    {"Europe/Berlin", "2026-03-29T01:00:00Z", 120},
    {"Europe/Berlin", "2026-10-25T00:59:59Z", 120},
    {"Europe/Berlin", "2026-10-25T01:00:00Z", 60},
    {"Europe/Berlin", "2090-07-01T00:00:00Z", 120}, /* by the rule in the file's last line */
    {"Europe/Berlin", "2090-12-31T23:30:00Z", 60},
    {"Europe/Dublin", "2090-01-15T00:00:00Z", 0}, /* winter is its negative summer time */
    {"Europe/Dublin", "2090-07-15T00:00:00Z", 60},
    {"America/New_York", "2060-03-14T06:59:59Z", -300},
    {"America/New_York", "2060-03-14T07:00:00Z", -240},
    {"Africa/Cairo", "2026-04-23T21:59:59Z", 120},
    {"Africa/Cairo", "2026-04-23T22:00:00Z", 180}, /* the last Friday of April, at midnight */
    {"Africa/Cairo", "2026-10-29T20:59:59Z", 180},
    {"Africa/Cairo", "2026-10-29T21:00:00Z", 120}, /* the last Thursday of October, at 24:00 */
    {"Africa/Cairo", "2022-07-01T00:00:00Z", 120}, /* no summer time from 2015 to 2022 */
    {"America/Sao_Paulo", "2018-11-04T02:59:59Z", -180},
    {"America/Sao_Paulo", "2018-11-04T03:00:00Z", -120},
    {"America/Sao_Paulo", "2026-12-01T00:00:00Z", -180}, /* abolished in 2019 */
    {"Australia/Lord_Howe", "2026-07-01T00:00:00Z", 630},
    {"Australia/Lord_Howe", "2026-12-01T00:00:00Z", 660}, /* half an hour of summer time */
    {"Australia/Lord_Howe", "2080-12-31T12:00:00Z", 660},
    {"Australia/Lord_Howe", "2081-01-01T12:00:00Z", 660},
    {"Australia/Lord_Howe", "2080-07-01T00:00:00Z", 630},
};

static void offsets_are_those_of_the_zone_files(void)
{
    for (size_t i = 0; i < countof(offsets); i++) {
        int got = zone_offset_s(str(offsets[i].zone), at(offsets[i].instant));
        CHECK(got == offsets[i].offset_minutes * 60, "%s at %s: %d", offsets[i].zone,
              offsets[i].instant, got);
    }
}

static const struct {
    const char *zone, *day, *start;
    int hours2; /* half hours of the day */
} days[] = {
    {"Asia/Almaty", "2026-11-24", "2026-11-23T19:00:00Z", 48},
    {"Asia/Almaty", "2024-02-29", "2024-02-28T18:00:00Z", 50}, /* clocks back at midnight */
    {"Asia/Almaty", "2024-03-01", "2024-02-29T19:00:00Z", 48},
    {"Etc/UTC", "2026-11-24", "2026-11-24T00:00:00Z", 48},
    {"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", 46},
    {"Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", 50},
    {"Europe/Berlin", "2026-10-26", "2026-10-25T23:00:00Z", 48},
    {"Europe/Berlin", "2091-03-25", "2091-03-24T23:00:00Z", 46},
    {"Africa/Cairo", "2026-04-23", "2026-04-22T22:00:00Z", 48},
    {"Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z", 46}, /* begins at one o'clock */
    {"Africa/Cairo", "2026-10-29", "2026-10-28T21:00:00Z", 50}, /* has 23 o'clock twice */
    {"Africa/Cairo", "2026-10-30", "2026-10-29T22:00:00Z", 48},
    {"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", 46}, /* begins at one */
    {"America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", 50},
    {"Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", 47},
    {"Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", 49},
    {"America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", 50},
    {"Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", 48},
    {"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", 48},     /* there was no 30th */
    {"America/St_Johns", "2007-11-04", "2007-11-04T02:30:00Z", 50}, /* back at 00:01 */
};

static void days_begin_and_end_where_the_zone_says(void)
{
    for (size_t i = 0; i < countof(days); i++) {
        struct str zone = str(days[i].zone), day = str(days[i].day);
        struct day next = day_add(day, 1), before, first, last;
        int64_t start = zone_day_start_ms(zone, day),
                end = zone_day_start_ms(zone, day_str(&next));

        CHECK(start == at(days[i].start), "%s %s: " STR_FMT, days[i].zone, days[i].day,
              STR_ARG(time_rfc3339(a, start)));
        CHECK(end - start == days[i].hours2 * 1800000, "%s %s: %" PRId64 " minutes",
              days[i].zone, days[i].day, (end - start) / 60000);
        before = zone_day(zone, start - 1);
        first = zone_day(zone, start);
        last = zone_day(zone, end - 1);
        CHECK(str_cmp(day_str(&before), day) < 0, "%s %s", days[i].zone, days[i].day);
        CHECK(str_eq(day_str(&first), day), "%s %s: %s", days[i].zone, days[i].day, first.text);
        CHECK(str_eq(day_str(&last), day), "%s %s: %s", days[i].zone, days[i].day, last.text);
    }
}

static void every_instant_lies_in_its_own_day(void)
{
    static const char *const zones[] = {
        "Asia/Almaty",     "Africa/Cairo",        "Europe/Berlin", "Asia/Kolkata",
        "America/Bogota",  "Australia/Lord_Howe", "Asia/Tehran",   "Africa/Casablanca",
        "Pacific/Chatham", "America/Havana"};
    int64_t hour = 3600 * 1000, from = at("2018-01-01T00:00:00Z"),
            to = at("2042-01-01T00:00:00Z");

    for (size_t i = 0; i < countof(zones); i++) {
        struct str zone = str(zones[i]);
        for (int64_t t = from; t < to; t += 7 * hour) {
            struct day day = zone_day(zone, t), next = day_add(day_str(&day), 1);
            bool inside = zone_day_start_ms(zone, day_str(&day)) <= t &&
                          t < zone_day_start_ms(zone, day_str(&next));
            CHECK(inside, "%s " STR_FMT " in %s", zones[i], STR_ARG(time_rfc3339(a, t)),
                  day.text);
            if (!inside)
                break;
        }
    }
}

static void hours_are_local(void)
{
    CHECK(zone_hour(STR("Asia/Almaty"), at("2026-11-24T03:59:59Z")) == 8, "Almaty");
    CHECK(zone_hour(STR("Asia/Kathmandu"), at("2026-11-24T18:14:59Z")) == 23, "Kathmandu");
    CHECK(zone_hour(STR("Asia/Kathmandu"), at("2026-11-24T18:15:00Z")) == 0, "Kathmandu");
    CHECK(zone_hour(STR("America/New_York"), -1) == 18, "before 1970");
}

static void only_real_zones_are_known(void)
{
    static const char *const unknown[] = {
        "",          "Mars/Olympus", "../../../etc/passwd", "/etc/localtime",
        "Asia",      "asia/almaty",  "posix/UTC",           "right/UTC",
        "zone.tab",  "Asia/Almaty/", "Asia/../UTC",         "Asia/Almaty\n",
        "localtime", "posixrules",   "tzdata.zi",
    };

    CHECK(zone_known(STR("Asia/Almaty")) && zone_known(STR("UTC")) &&
              zone_known(STR("EST5EDT")),
          "known");
    CHECK(zone_known(STR("America/Argentina/Buenos_Aires")), "two folders");
    for (size_t i = 0; i < countof(unknown); i++)
        CHECK(!zone_known(str(unknown[i])), "\"%s\"", unknown[i]);
    CHECK(!zone_known(STR("UTC\0")), "NUL");
}

static const struct {
    const char *day;
    bool ok;
} valid[] = {
    {"2026-11-24", true},  {"2024-02-29", true},   {"2026-02-29", false}, {"1900-02-29", false},
    {"2000-02-29", true},  {"2026-13-01", false},  {"2026-00-10", false}, {"2026-04-31", false},
    {"2026-1-1", false},   {"2026-11-24 ", false}, {"26-11-24", false},   {"", false},
    {"2026-11-0x", false}, {"2026/11/24", false},  {"0001-01-01", true},  {"9999-12-31", true},
};

static void the_calendar_counts_days(void)
{
    for (size_t i = 0; i < countof(valid); i++)
        CHECK(day_valid(str(valid[i].day)) == valid[i].ok, "%s", valid[i].day);

    struct day day = day_add(STR("2024-02-28"), 2);
    CHECK(strcmp(day.text, "2024-03-01") == 0, "%s", day.text);
    day = day_add(STR("2026-01-01"), -1);
    CHECK(strcmp(day.text, "2025-12-31") == 0, "%s", day.text);
    day = day_add(STR("9999-12-31"), 1);
    CHECK(strcmp(day.text, "9999-12-31") == 0, "%s", day.text);
    CHECK(day_diff(STR("2026-11-24"), STR("2025-11-24")) == 365, "a year");
    CHECK(day_diff(STR("1969-12-31"), STR("1970-01-01")) == -1, "before 1970");
    CHECK(day_weekday(STR("2026-11-24")) == 1, "a Tuesday");
    CHECK(day_weekday(STR("1969-12-28")) == 6, "a Sunday");
    int64_t n = 0;
    for (day = day_add(STR("1899-12-31"), 1); n < 100000; n++) { /* each day follows the last */
        struct day next = day_add(day_str(&day), 1);
        CHECK(day_diff(day_str(&next), day_str(&day)) == 1, "%s", day.text);
        CHECK(day_weekday(day_str(&next)) == (day_weekday(day_str(&day)) + 1) % 7, "%s",
              day.text);
        day = next;
    }
}

static const struct {
    const char *text;
    bool ok;
    int64_t ms;
} instants[] = {
    {"2026-11-24T08:30:00Z", true, 1795509000000},
    {"2026-11-24t08:30:00z", true, 1795509000000},
    {"2026-11-24T13:30:00+05:00", true, 1795509000000},
    {"2026-11-24T03:30:00-05:00", true, 1795509000000},
    {"2026-11-24T08:30:00.5Z", true, 1795509000500},
    {"2026-11-24T08:30:00.123999Z", true, 1795509000123},
    {"1969-12-31T23:59:59Z", true, -1000},
    {"2026-11-24T08:30:00", false, 0},
    {"2026-11-24 08:30:00Z", false, 0},
    {"2026-11-24T8:30:00Z", false, 0},
    {"2026-11-24T24:00:00Z", false, 0},
    {"2026-11-24T08:60:00Z", false, 0},
    {"2026-11-24T08:30:60Z", false, 0},
    {"2026-11-24T08:30Z", false, 0},
    {"2026-02-30T08:30:00Z", false, 0},
    {"2026-11-24T08:30:00.Z", false, 0},
    {"2026-11-24T08:30:00+0500", false, 0},
    {"2026-11-24T08:30:00Zx", false, 0},
    {"", false, 0},
};

static void instants_are_read_and_written(void)
{
    for (size_t i = 0; i < countof(instants); i++) {
        struct err err = {0};
        int64_t ms = 0;
        bool ok = time_parse_rfc3339(str(instants[i].text), &ms, &err);
        CHECK(ok == instants[i].ok && ms == instants[i].ms, "%s -> %" PRId64, instants[i].text,
              ms);
        CHECK(ok || (err.kind == ERR_INVALID && err.hint[0]), "%s", instants[i].text);
    }
    CHECK(str_eq(time_rfc3339(a, 1795509000999), STR("2026-11-24T08:30:00Z")), "RFC 3339");
    CHECK(str_eq(time_rfc3339(a, -1), STR("1969-12-31T23:59:59Z")), "before 1970");
    CHECK(str_eq(time_platform(a, 1795509000000), STR("2026-11-24 08:30:00")), "platform");

    int64_t ms = 0;
    struct err err = {0};
    CHECK(time_parse_platform(STR("2026-11-24 08:30:00"), &ms, &err) && ms == 1795509000000,
          "%s", err.text);
    CHECK(!time_parse_platform(STR("2026-11-24T08:30:00"), &ms, &err), "T");
    CHECK(!time_parse_platform(STR("2026-11-24 08:30"), &ms, &err), "no seconds");
    CHECK(!time_parse_platform(STR("2026-11-24 08:30:00 "), &ms, &err), "a space behind it");
}

int main(void)
{
    a = arena_new("test");
    RUN(offsets_are_those_of_the_zone_files);
    RUN(days_begin_and_end_where_the_zone_says);
    RUN(every_instant_lies_in_its_own_day);
    RUN(hours_are_local);
    RUN(only_real_zones_are_known);
    RUN(the_calendar_counts_days);
    RUN(instants_are_read_and_written);
    arena_free(a);
    return test_report();
}
