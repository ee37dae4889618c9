/*
 * fuzz_site - a site's form of any kind is read or refused.  The first byte
 * chooses the content type, the second the direction's UTM field.
 */
#include "base/arena.h"
#include "base/limits.h"
#include "lead/site.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const char *const types[] = {"application/x-www-form-urlencoded", "application/json",
                                        "multipart/form-data; boundary=b", "text/plain", ""};
    static const char *const fields[] = {"", "utm_medium", "utm_content"};
    struct arena *arena;
    struct lead_site site;
    struct err err = {0};

    if (n < 2)
        return 0;
    arena = arena_new("fuzz");
    if (lead_site_parse(arena, str(types[bytes[0] % countof(types)]),
                        (struct str){(const char *)bytes + 2, n - 2},
                        str(fields[bytes[1] % countof(fields)]), &site, &err)) {
        must(site.phone.n <= LIMIT_PHONE * 4 && site.email.n <= LIMIT_EMAIL * 4);
        must(str_utf8(site.name) && str_utf8(site.answers) && site.filled_ms >= 0);
        must(site.ad_id.n <= 64);
        if (site.answers.n) {
            const struct json *answers;
            must(json_parse(arena, site.answers, &answers, &err));
        }
    } else {
        must(err.kind == ERR_INVALID);
    }
    arena_free(arena);
    return 0;
}
