#ifndef TEXT_ZONE_H
#define TEXT_ZONE_H

#include "base/str.h"

/*
 * Time zones by IANA name ("Asia/Almaty", "Etc/UTC"), from the system's
 * zone files (package tzdata), read once and kept.  A metric day is the text
 * `YYYY-MM-DD` in the ad account's zone.
 */
bool zone_known(struct str name);

/* Seconds east of UTC at that instant; must be a known zone. */
int zone_offset_s(struct str name, int64_t at_ms);

/* The day of an instant in the zone. 11 bytes with NUL. */
struct day {
    char text[11];
};
struct str day_str(const struct day *day);
struct day zone_day(struct str zone, int64_t at_ms);
/* First instant of that day in the zone (days may have 23 or 25 hours). */
int64_t zone_day_start_ms(struct str zone, struct str day);
/* Local hour 0-23. */
int zone_hour(struct str zone, int64_t at_ms);

bool day_valid(struct str day);
/* Calendar arithmetic, no zone. */
struct day day_add(struct str day, int days);
int day_diff(struct str a, struct str b); /* a - b in days */
int day_weekday(struct str day);          /* 0 = Monday */

/* "2026-11-24T08:30:00Z" (RFC 3339, UTC). */
struct str time_rfc3339(struct arena *arena, int64_t ms);
MUST_CHECK bool time_parse_rfc3339(struct str s, int64_t *ms, struct err *err);
/* "2026-11-24 08:30:00", the platforms' own form, in UTC. */
struct str time_platform(struct arena *arena, int64_t ms);
MUST_CHECK bool time_parse_platform(struct str s, int64_t *ms, struct err *err);

#endif
