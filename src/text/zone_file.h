#ifndef TEXT_ZONE_FILE_H
#define TEXT_ZONE_FILE_H

#include "base/arena.h"
#include "base/str.h"

/* A zone as its file tells it (RFC 8536), for zone.c. */

/* When clocks change in a year: "M3.5.0/2", "J60", "59". */
struct zone_change {
    char form; /* 'M' month, week, weekday; 'J' day 1-365 without 29 February; '0' day 0-365 */
    int month, week, weekday, day;
    int time_s; /* local, may be negative or beyond a day */
};

/* The rule for all time after the last listed change: "EST5EDT,M3.2.0,M11.1.0". */
struct zone_rule {
    int standard_s; /* seconds east of UTC */
    bool has_summer;
    int summer_s;
    struct zone_change begin, end; /* of summer time */
};

struct zone_file {
    size_t n;
    int64_t *times_s;   /* at which the offset changes */
    int *offsets_s;     /* from that time on */
    int first_offset_s; /* before all of them */
    bool has_rule;
    struct zone_rule rule;
};

/* False when there is no such zone or its file cannot be understood.  The zone lives on
 * `arena`, the bytes of its file only on `scratch`. */
bool zone_file_read(struct arena *arena, struct arena *scratch, struct str name,
                    struct zone_file *out);

#endif
