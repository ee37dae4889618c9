#ifndef TEXT_DAY_H
#define TEXT_DAY_H

#include "text/zone.h"

/* The calendar's arithmetic, shared by day.c and zone*.c.  Days count from 1970-01-01. */
struct date {
    int year, month, day; /* month and day from 1 */
};
int64_t days_from_date(int year, int month, int day);
struct date date_from_days(int64_t days);

bool day_to_days(struct str day, int64_t *days); /* false when it is no day */
struct day day_from_days(int64_t days);          /* years 0000 to 9999; clipped beyond */

/* As HTTP writes an instant: "Tue, 24 Nov 2026 08:30:00 GMT". */
struct str day_http(struct arena *arena, int64_t ms);

int64_t floor_div(int64_t a, int64_t b); /* b > 0, towards minus infinity */

#endif
