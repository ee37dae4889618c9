#ifndef SANDBOX_RATES_H
#define SANDBOX_RATES_H

#include "base/str.h"

/*
 * Requests per (app, endpoint): per second, minute and day, by access level
 * (TikTok: rate limits).  Over the second limit: refused until the next
 * second; over the minute limit: refused for five minutes; over the day limit:
 * refused until 00:00 UTC.  Seconds and minutes are real time, so that a moved
 * clock neither helps nor hurts.
 */
struct rates;

struct rates *rates_new(struct arena *arena);

/*
 * Count one request.  False when it is over the limit; `limit` then holds the
 * number and `unit` "QPS", "QPM" or "QPD".  `level` is a rate_level setting.
 */
bool rates_take(struct rates *rates, const char *level, struct str app_id, int bucket,
                struct str path, int64_t mono_ms, int64_t wall_ms, int *limit,
                const char **unit);

/* Forget all counts. */
void rates_reset(struct rates *rates);

#endif
