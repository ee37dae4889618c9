/* zone.c - offsets and days of time zones. */

#include "base/arena.h"
#include "text/day.h"
#include "text/zone_file.h"

#include <stdatomic.h>

enum { DAY_S = 86400 };

/* Zones that were asked for, newest first; only ever grows, so reading needs no lock. */
struct zone {
    struct zone *next;
    struct arena *arena; /* of its own; as long as the process */
    struct str name;
    struct zone_file file;
};
static _Atomic(struct zone *) zones;

static const struct zone *zone_find(struct str name)
{
    for (const struct zone *z = atomic_load(&zones); z; z = z->next)
        if (str_eq(z->name, name))
            return z;

    struct arena *scratch = arena_new("zone file");
    struct arena *arena = arena_new("zone");
    struct zone *zone = NEW(arena, struct zone);
    zone->arena = arena;
    if (zone_file_read(arena, scratch, name, &zone->file)) {
        zone->name = str_dup(arena, name);
        zone->next = atomic_load(&zones);
        while (!atomic_compare_exchange_weak(&zones, &zone->next, zone))
            ;
    } else {
        zone = NULL;
        arena_free(arena);
    }
    arena_free(scratch);
    return zone;
}

bool zone_known(struct str name)
{
    return zone_find(name) != NULL;
}

static const struct zone_file *zone_must(struct str name)
{
    const struct zone *zone = zone_find(name);

    must(zone && "the zone is known");
    return &zone->file;
}

/* The day of the year on which a change falls, as days since 1970. */
static int64_t day_of_change(const struct zone_change *change, int year)
{
    int64_t first = days_from_date(year, 1, 1);

    if (change->form == '0')
        return first + change->day;
    if (change->form == 'J') { /* 1 March is day 60 in every year */
        bool leap = days_from_date(year + 1, 1, 1) - first == 366;
        return first + change->day - 1 + (leap && change->day >= 60);
    }
    int64_t month = days_from_date(year, change->month, 1);
    int64_t next_month = change->month == 12 ? days_from_date(year + 1, 1, 1)
                                             : days_from_date(year, change->month + 1, 1);
    int64_t weekday = ((month + 4) % 7 + 7) % 7; /* 0 = Sunday; 1970-01-01 was a Thursday */
    int64_t day = month + (change->weekday - weekday + 7) % 7 + 7 * (change->week - 1);
    return day >= next_month ? day - 7 : day;
}

static int rule_offset_s(const struct zone_rule *rule, int64_t at_s)
{
    if (!rule->has_summer)
        return rule->standard_s;
    int year = date_from_days(floor_div(at_s + rule->standard_s, DAY_S)).year;
    int64_t begin =
        day_of_change(&rule->begin, year) * DAY_S + rule->begin.time_s - rule->standard_s;
    int64_t end = day_of_change(&rule->end, year) * DAY_S + rule->end.time_s - rule->summer_s;
    bool summer = begin < end ? at_s >= begin && at_s < end : at_s >= begin || at_s < end;
    return summer ? rule->summer_s : rule->standard_s;
}

static int offset_s(const struct zone_file *zone, int64_t at_s)
{
    size_t low = 0, high = zone->n; /* changes before `low` have happened, from `high` on not */

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->times_s[middle] <= at_s)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->n && zone->has_rule)
        return rule_offset_s(&zone->rule, at_s);
    return low == 0 ? zone->first_offset_s : zone->offsets_s[low - 1];
}

int zone_offset_s(struct str name, int64_t at_ms)
{
    return offset_s(zone_must(name), floor_div(at_ms, 1000));
}

static int64_t local_s(const struct zone_file *zone, int64_t at_ms)
{
    int64_t at_s = floor_div(at_ms, 1000);

    return at_s + offset_s(zone, at_s);
}

struct day zone_day(struct str zone, int64_t at_ms)
{
    return day_from_days(floor_div(local_s(zone_must(zone), at_ms), DAY_S));
}

int zone_hour(struct str zone, int64_t at_ms)
{
    int64_t local = local_s(zone_must(zone), at_ms);

    return (int)((local - floor_div(local, DAY_S) * DAY_S) / 3600);
}

int64_t zone_day_start_ms(struct str name, struct str day)
{
    const struct zone_file *zone = zone_must(name);
    int64_t days = 0;

    must(day_to_days(day, &days));
    int64_t midnight = days * DAY_S;                        /* as if local time were UTC */
    int64_t earlier = offset_s(zone, midnight - 26 * 3600); /* offsets are within 26 hours, */
    int64_t later = offset_s(zone, midnight + 26 * 3600);   /* and change once at most here */
    int64_t first = midnight - earlier, second = midnight - later;

    if (offset_s(zone, first) == earlier)
        return first * 1000;
    if (offset_s(zone, second) == later)
        return second * 1000;
    /* Clocks jump over midnight, from `earlier` to `later`: the day begins with the change. */
    int64_t low = second, high = first;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (middle + offset_s(zone, middle) >= midnight)
            high = middle;
        else
            low = middle;
    }
    return high * 1000;
}
