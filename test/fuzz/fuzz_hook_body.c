/*
 * fuzz_hook_body - any body at the two readers of webhooks: no crash, and what
 * they call a lead can be stored: ids of Facebook are digits, positions differ,
 * texts are UTF-8.
 */
#include "base/arena.h"
#include "lead/facebook_payload.h"
#include "lead/payload.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_digits(struct str id)
{
    for (size_t i = 0; i < id.n; i++)
        must(id.p[i] >= '0' && id.p[i] <= '9');
    must(id.n <= 30);
}

static void read_facebook(struct arena *arena, struct str body)
{
    struct facebook_payload payload;
    struct err err = {0};

    if (!facebook_payload_parse(arena, body, &payload, &err))
        return;
    for (size_t i = 0; i < payload.leads.n; i++) {
        const struct facebook_notice *notice = &payload.leads.at[i];
        must(notice->lead_id.n && notice->page_id.n && notice->created_ms >= 0);
        check_digits(notice->lead_id);
        check_digits(notice->page_id);
        check_digits(notice->form_id);
        check_digits(notice->ad_id);
        must(i == 0 || notice->position > payload.leads.at[i - 1].position);
    }
}

static void read_tiktok(struct arena *arena, struct str body)
{
    struct lead_payload payload;
    struct err err = {0};

    if (!lead_payload_parse(arena, body, STR("hash"), &payload, &err))
        return;
    for (size_t i = 0; i < payload.leads.n; i++) {
        must(str_utf8(payload.leads.at[i].name) && str_utf8(payload.leads.at[i].phone));
        must(payload.leads.at[i].platform_lead_id.n > 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new("fuzz");
    struct str body = {(const char *)bytes, n};

    read_facebook(arena, body);
    read_tiktok(arena, body);
    arena_free(arena);
    return 0;
}
