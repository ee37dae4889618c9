/*
 * fuzz_signature - any header and body: no crash, and nothing fits a secret
 * that the input cannot know.  Two properties beside: an escaped body is ASCII
 * and escaping it again changes nothing; what is signed with the secret fits.
 *
 * Input: three header lines, then the body.
 */
#include "base/arena.h"
#include "hook/signature.h"
#include "seal/seal.h"
#include "text/hex.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_escaping(struct arena *arena, struct str body)
{
    struct str escaped, again;

    if (!signature_escape(arena, body, &escaped))
        return;
    for (size_t i = 0; i < escaped.n; i++)
        must((unsigned char)escaped.p[i] < 0x80);
    must(signature_escape(arena, escaped, &again) && str_eq(escaped, again));
}

static void check_own_signature(struct arena *arena, const struct signature_rules *rules,
                                struct str body)
{
    struct signature_headers own = {0};
    struct str escaped = body;

    (void)!signature_escape(arena, body, &escaped);
    own.open = hex_encode(arena, seal_hmac_sha256(arena, rules->secret, escaped));
    must(!strcmp(signature_judge(rules, &own, body, 0, arena), "open"));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new("fuzz");
    struct str rest = {(const char *)bytes, n};
    struct signature_rules rules = {STR("a secret of the fuzzer"), true, true, true};
    struct signature_headers headers;
    int64_t t;
    struct str hex;

    headers.open = str_cut(&rest, '\n');
    headers.timestamped = str_cut(&rest, '\n');
    headers.plain = str_cut(&rest, '\n');
    must(!signature_fits(signature_judge(&rules, &headers, rest, 0, arena)));
    if (signature_read_timestamped(headers.timestamped, &t, &hex))
        must(t >= 0 && hex.n == 64);
    check_escaping(arena, rest);
    check_own_signature(arena, &rules, rest);
    arena_free(arena);
    return 0;
}
