/* rates.c - the rate limits of the platform. */

#include "sandbox/rates.h"

#include "base/arena.h"
#include "base/list.h"
#include "sandbox/settings.h"

#define DAY_MS     INT64_C(86400000)
#define PENALTY_MS INT64_C(300000)

struct limits {
    int qps, qpm, qpd;
};

static const struct {
    const char *level;
    struct limits limits;
} levels[] = {
    {"basic", {10, 600, 864000}},     {"advanced", {20, 1200, 1728000}},
    {"premium", {30, 1800, 2592000}}, {"ultimate", {50, 3000, 4320000}},
    {"sandbox", {1, 30, 1000}},
};

struct counter {
    struct str app_id;
    int bucket;
    int64_t second, minute, day; /* windows being counted */
    int in_second, in_minute, in_day;
    int64_t penalty_until_ms;
};
LIST(counters, struct counter);

struct rates {
    struct arena *arena;
    struct counters counters;
};

struct rates *rates_new(struct arena *arena)
{
    struct rates *rates = NEW(arena, struct rates);

    rates->arena = arena;
    return rates;
}

void rates_reset(struct rates *rates)
{
    rates->counters.n = 0;
}

/* Single endpoints with numbers of their own (TikTok: rate limits, special cases). */
static struct limits limits_for(const char *level, struct str path)
{
    struct limits limits = {0, 0, 0};

    for (size_t i = 0; i < countof(levels); i++)
        if (setting_is(level, levels[i].level))
            limits = levels[i].limits;
    if (!limits.qps || setting_is(level, "sandbox"))
        return limits;
    if (str_eq(path, STR("ad/create/")))
        limits = (struct limits){limits.qps / 2, limits.qpm / 4, limits.qpd / 10};
    else if (str_eq(path, STR("report/task/create/")))
        limits = (struct limits){1, limits.qpm, 4500};
    return limits;
}

static struct counter *counter_for(struct rates *rates, struct str app_id, int bucket)
{
    for (size_t i = 0; i < rates->counters.n; i++)
        if (rates->counters.at[i].bucket == bucket &&
            str_eq(rates->counters.at[i].app_id, app_id))
            return &rates->counters.at[i];
    struct counter *counter = counters_add(&rates->counters, rates->arena);
    *counter = (struct counter){.app_id = str_dup(rates->arena, app_id), .bucket = bucket};
    return counter;
}

static void roll(int64_t window, int64_t *counted, int *count)
{
    if (*counted != window) {
        *counted = window;
        *count = 0;
    }
}

static bool over(int value, const char *word, int *limit, const char **unit)
{
    *limit = value;
    *unit = word;
    return false;
}

bool rates_take(struct rates *rates, const char *level, struct str app_id, int bucket,
                struct str path, int64_t mono_ms, int64_t wall_ms, int *limit,
                const char **unit)
{
    struct limits limits = limits_for(level, path);
    struct counter *counter;

    if (!limits.qps)
        return true;
    counter = counter_for(rates, app_id, bucket);
    roll(mono_ms / 1000, &counter->second, &counter->in_second);
    roll(mono_ms / 60000, &counter->minute, &counter->in_minute);
    roll(wall_ms / DAY_MS, &counter->day, &counter->in_day);
    if (mono_ms < counter->penalty_until_ms)
        return over(limits.qpm, "QPM", limit, unit);
    if (counter->in_day >= limits.qpd)
        return over(limits.qpd, "QPD", limit, unit);
    if (counter->in_minute >= limits.qpm) {
        counter->penalty_until_ms = mono_ms + PENALTY_MS;
        return over(limits.qpm, "QPM", limit, unit);
    }
    if (counter->in_second >= limits.qps)
        return over(limits.qps, "QPS", limit, unit);
    counter->in_second++;
    counter->in_minute++;
    counter->in_day++;
    return true;
}
