/* platform.c - the platforms that this build speaks. */

#include "platform/platform.h"
#include "platform/tiktok/tiktok.h"

const struct platform *platform_find(struct str name)
{
    static const struct platform *const platforms[] = {&tiktok_platform};

    for (size_t i = 0; i < countof(platforms); i++)
        if (str_eq(name, str(platforms[i]->name)))
            return platforms[i];
    return NULL;
}
