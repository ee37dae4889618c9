/*
 * fuzz_url - decoding undoes encoding, for URLs, hex and Base64; a URL that is
 * accepted can be put together again and means the same.
 */
#include "base/arena.h"
#include "text/hex.h"
#include "text/url.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_codes(struct arena *arena, struct str s)
{
    struct str back;

    if (!s.n || !memchr(s.p, 0, s.n)) {
        must(url_decode(arena, url_encode(arena, s), false, &back) && str_eq(back, s));
        must(url_decode(arena, url_encode(arena, s), true, &back) && str_eq(back, s));
    }
    if (url_decode(arena, s, true, &back))
        must(back.n <= s.n && !(back.n && memchr(back.p, 0, back.n)));
    must(hex_decode(arena, hex_encode(arena, s), &back) && str_eq(back, s));
    must(base64url_decode(arena, base64url_encode(arena, s), &back) && str_eq(back, s));
    if (base64url_decode(arena, s, &back))
        must(str_eq(base64url_encode(arena, back), s));
}

static void check_url(struct arena *arena, struct str s)
{
    struct url url, again;
    struct err err = {0};

    if (!url_parse(arena, s, &url, &err)) {
        must(err.kind == ERR_INVALID && err.hint[0]);
        return;
    }
    must(url.host.n && url.path.n && url.path.p[0] == '/' && url.port > 0 && url.port < 65536);
    must(str_find(url.host, '@') == url.host.n && str_find(url.host, '/') == url.host.n);
    bool address = str_find(url.host, ':') < url.host.n;
    struct str text =
        str_fmt(arena, STR_FMT "://%s" STR_FMT "%s:%d" STR_FMT "?" STR_FMT, STR_ARG(url.scheme),
                address ? "[" : "", STR_ARG(url.host), address ? "]" : "", url.port,
                STR_ARG(url.path), STR_ARG(url.query));
    if (text.n > 8192) /* it grew by its port */
        return;
    must(url_parse(arena, text, &again, &err));
    must(str_eq(url.scheme, again.scheme) && str_eq(url.host, again.host) &&
         url.port == again.port && str_eq(url.path, again.path) &&
         str_eq(url.query, again.query));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new("fuzz");
    struct str s = {(const char *)bytes, n};

    check_codes(arena, s);
    check_url(arena, s);
    check_url(arena, str_fmt(arena, "https://" STR_FMT, STR_ARG(s)));
    arena_free(arena);
    return 0;
}
