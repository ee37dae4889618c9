/* registry.c - which platforms this build speaks. */
#include "platform/platform.h"

static const struct platform *in_test;

void platform_register_for_tests(const struct platform *platform)
{
    in_test = platform;
}

const struct platform *platform_find(struct str name)
{
    const struct platform *known[] = {in_test, &platform_tiktok, &platform_meta};

    for (size_t i = 0; i < countof(known); i++) {
        if (known[i] && str_eq(name, str(known[i]->name)))
            return known[i];
    }
    return NULL;
}

static bool offers(const struct platform *platform, enum platform_ability ability)
{
    switch (ability) {
    case PLATFORM_LAUNCHES:
        return platform->write_campaign != NULL;
    case PLATFORM_CHANGES:
        return platform->write_status != NULL;
    case PLATFORM_MEASURES:
        return platform->metrics != NULL;
    }
    return false;
}

bool platform_can(const struct platform *platform, struct str name,
                  enum platform_ability ability, struct err *err)
{
    static const char *const words[] = {
        [PLATFORM_LAUNCHES] = "launch ads",
        [PLATFORM_CHANGES] = "change campaigns",
        [PLATFORM_MEASURES] = "read figures",
    };

    if (!platform)
        return err_input(err, "platform", "tiktok or facebook",
                         "this program does not speak to \"" STR_FMT "\"",
                         STR_ARG(str_sub(name, 0, 40)));
    if (offers(platform, ability))
        return true;
    return err_input(err, "platform", "use the platform's own Ads Manager for this",
                     "this program does not %s on %s", words[ability], platform->name);
}

/* TikTok: budget modes; BUDGET_MODE_DAY and BUDGET_MODE_DYNAMIC_DAILY_BUDGET go by the day. */
int64_t platform_daily_budget(const struct platform_object *adgroup)
{
    bool daily = !adgroup->budget_mode.n || str_has(adgroup->budget_mode, STR("_DAY")) ||
                 str_has(adgroup->budget_mode, STR("_DAILY"));

    return daily ? adgroup->budget_micros : 0;
}
