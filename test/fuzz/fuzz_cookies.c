/* fuzz_cookies - the raw cookies that Tilda sends along, TILDAUTM among them. */
#include "base/arena.h"
#include "lead/site.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new("fuzz");
    struct lead_touch touch = {0};
    struct lead_answers utm = {0};

    /* As form fields bring them: text without NUL. */
    struct str cookies = {(const char *)bytes, n};
    if (str_utf8(cookies)) {
        lead_site_cookies(arena, cookies, &touch, &utm);
        for (size_t i = 0; i < utm.n; i++)
            must(str_starts(utm.at[i].field, STR("utm_")));
    }
    arena_free(arena);
    return 0;
}
