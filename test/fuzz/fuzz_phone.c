/*
 * fuzz_phone - what comes out is nothing, or E.164 that stays as it is in any
 * country; likewise for e-mail addresses, and for days and instants.
 *
 * Input: two letters of a country, then what was typed.
 */
#include "base/arena.h"
#include "base/limits.h"
#include "text/phone.h"
#include "text/zone.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_phone(struct arena *arena, struct str typed, struct str country)
{
    struct str phone = phone_normal(arena, typed, country);

    if (!phone.n)
        return;
    must(phone.n >= 9 && phone.n <= 16 && phone.p[0] == '+' && phone.p[1] != '0');
    for (size_t i = 1; i < phone.n; i++)
        must(phone.p[i] >= '0' && phone.p[i] <= '9');
    must(str_eq(phone, phone_normal(arena, phone, country)));
    must(str_eq(phone, phone_normal(arena, phone, STR("US"))));
}

static void check_email(struct arena *arena, struct str typed)
{
    struct str email = email_normal(arena, typed);

    if (!email.n)
        return;
    must(email.n <= LIMIT_EMAIL && str_utf8(email) && str_find(email, '@') < email.n);
    must(str_eq(email, str_lower(arena, email)));
    must(str_eq(email, email_normal(arena, email)));
}

static void check_time(struct arena *arena, struct str text)
{
    struct err err = {0};
    int64_t ms, again;

    if (time_parse_rfc3339(text, &ms, &err)) {
        int64_t within = (ms % 1000 + 1000) % 1000;
        must(time_parse_rfc3339(time_rfc3339(arena, ms), &again, &err));
        must(again == ms - within || ms < -62167219200000 || ms >= 253402300800000);
    }
    if (day_valid(text)) {
        struct day next = day_add(text, 1);
        must(day_valid(day_str(&next)));
    }
    (void)zone_known(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new("fuzz");
    struct str text = {(const char *)bytes, n};
    struct str country = str_sub(text, 0, 2), typed = str_sub(text, 2, n);

    check_phone(arena, typed, country);
    check_email(arena, typed);
    check_time(arena, typed);
    arena_free(arena);
    return 0;
}
