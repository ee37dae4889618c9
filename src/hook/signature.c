/* signature.c - does a webhook come from the platform? */

#include "hook/signature.h"
#include "base/arena.h"
#include "seal/seal.h"
#include "text/hex.h"

#include <string.h>

enum { MAC_HEX = 64, WINDOW_MS = 5 * 60 * 1000 };

bool signature_rules_read(struct str schemes, struct signature_rules *out, struct err *err)
{
    *out = (struct signature_rules){.secret = out->secret};
    while (schemes.n) {
        struct str scheme = str_trim(str_cut(&schemes, ','));
        if (str_eq(scheme, STR("open")))
            out->open = true;
        else if (str_eq(scheme, STR("timestamped")))
            out->timestamped = true;
        else if (str_eq(scheme, STR("plain")))
            out->plain = true;
        else if (scheme.n)
            return err_input(err, "tiktok_webhook_signatures", "open, timestamped, plain",
                             "no signature scheme is called \"" STR_FMT "\"", STR_ARG(scheme));
    }
    return true;
}

/* --- the escaped body ------------------------------------------------------ */

/* One character of well-formed UTF-8; returns its length. */
static size_t read_character(const char *p, unsigned *code)
{
    unsigned char c = (unsigned char)p[0];
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};

    *code = c & first_bits[n];
    for (size_t i = 1; i < n; i++)
        *code = *code << 6 | ((unsigned char)p[i] & 0x3f);
    return n;
}

static char *put_escape(char *q, unsigned unit)
{
    static const char digits[] = "0123456789abcdef";

    *q++ = '\\';
    *q++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
        *q++ = digits[unit >> shift & 15];
    return q;
}

bool signature_escape(struct arena *arena, struct str body, struct str *out)
{
    if (str_ascii(body) == body.n) {
        *out = body;
        return true;
    }
    if (!str_utf8(body))
        return false;
    /* the worst: two bytes become six */
    char *start = arena_alloc_array(arena, body.n, 3), *q = start;
    for (size_t i = 0; i < body.n;) {
        unsigned code;
        i += read_character(body.p + i, &code);
        if (code < 0x80) {
            *q++ = (char)code;
        } else if (code < 0x10000) {
            q = put_escape(q, code);
        } else {
            q = put_escape(q, 0xd800 + ((code - 0x10000) >> 10));
            q = put_escape(q, 0xdc00 + ((code - 0x10000) & 0x3ff));
        }
    }
    *out = (struct str){start, (size_t)(q - start)};
    return true;
}

/* --- judging ----------------------------------------------------------------- */

/* In constant time for anything that has the shape of a signature. */
static bool mac_fits(struct arena *arena, struct str secret, struct str message, struct str hex)
{
    struct str given;

    if (hex.n != MAC_HEX || !hex_decode(arena, hex, &given))
        return false;
    return seal_equal(seal_hmac_sha256(arena, secret, message), given);
}

static bool open_fits(struct arena *arena, struct str secret, struct str body, struct str hex)
{
    struct str escaped;

    if (!signature_escape(arena, body, &escaped))
        escaped = body;
    return mac_fits(arena, secret, escaped, hex) ||
           (escaped.p != body.p && mac_fits(arena, secret, body, hex));
}

bool signature_read_timestamped(struct str header, int64_t *t_seconds, struct str *hex)
{
    bool t = false, s = false;

    while (header.n) {
        struct str value = str_trim(str_cut(&header, ','));
        struct str name = str_cut(&value, '=');
        if (str_eq(name, STR("t"))) {
            if (t || !str_int(value, t_seconds) || *t_seconds < 0)
                return false;
            t = true;
        } else if (str_eq(name, STR("s"))) {
            if (s || value.n != MAC_HEX)
                return false;
            *hex = value;
            s = true;
        }
    }
    return t && s;
}

static const char *judge_timestamped(struct arena *arena, struct str secret, struct str body,
                                     struct str header, int64_t now_ms)
{
    int64_t t;
    struct str hex;

    if (!signature_read_timestamped(header, &t, &hex))
        return "bad";
    struct str message = str_fmt(arena, "%lld." STR_FMT, (long long)t, STR_ARG(body));
    if (!mac_fits(arena, secret, message, hex))
        return "bad";
    bool near = t <= INT64_MAX / 1000 && t * 1000 >= now_ms - WINDOW_MS &&
                t * 1000 <= now_ms + WINDOW_MS;
    return near ? "timestamped" : "stale";
}

static const char *judge_by(const struct signature_rules *rules, struct str secret,
                            const struct signature_headers *headers, struct str body,
                            int64_t now_ms, struct arena *arena)
{
    const char *judgement = "missing";

    if (rules->timestamped && headers->timestamped.n) {
        judgement = secret.n
                        ? judge_timestamped(arena, secret, body, headers->timestamped, now_ms)
                        : "bad";
        if (signature_fits(judgement))
            return judgement;
    }
    if (rules->open && headers->open.n) {
        if (secret.n && open_fits(arena, secret, body, str_trim(headers->open)))
            return "open";
        judgement = "bad";
    }
    if (rules->plain && headers->plain.n) {
        if (secret.n && mac_fits(arena, secret, body, str_trim(headers->plain)))
            return "plain";
        judgement = "bad";
    }
    return judgement;
}

/* While a secret is being changed the old and the new one hold; the first that fits decides. */
const char *signature_judge(const struct signature_rules *rules,
                            const struct signature_headers *headers, struct str body,
                            int64_t now_ms, struct arena *arena)
{
    struct str secrets = rules->secret;
    const char *best = NULL;

    do {
        struct str secret = str_trim(str_cut(&secrets, ','));
        const char *judgement = judge_by(rules, secret, headers, body, now_ms, arena);
        if (signature_fits(judgement))
            return judgement;
        if (!best || !strcmp(judgement, "stale"))
            best = judgement;
    } while (secrets.n);
    return best;
}

bool signature_fits(const char *judgement)
{
    return !strcmp(judgement, "open") || !strcmp(judgement, "timestamped") ||
           !strcmp(judgement, "plain");
}
