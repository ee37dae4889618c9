/* registry.c - which platforms this build speaks. */
#include "platform/platform.h"

static const struct platform *in_test;

void platform_register_for_tests(const struct platform *platform)
{
    in_test = platform;
}

const struct platform *platform_find(struct str name)
{
    const struct platform *known[] = {in_test, &platform_tiktok};

    for (size_t i = 0; i < countof(known); i++) {
        if (known[i] && str_eq(name, str(known[i]->name)))
            return known[i];
    }
    return NULL;
}

/* TikTok: budget modes; BUDGET_MODE_DAY and BUDGET_MODE_DYNAMIC_DAILY_BUDGET go by the day. */
int64_t platform_daily_budget(const struct platform_object *adgroup)
{
    bool daily = !adgroup->budget_mode.n || str_has(adgroup->budget_mode, STR("_DAY")) ||
                 str_has(adgroup->budget_mode, STR("_DAILY"));

    return daily ? adgroup->budget_micros : 0;
}
