/* hex.c - bytes as hexadecimal and Base64 text. */

#include "text/hex.h"
#include "base/arena.h"

static const char standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_safe[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct str hex_encode(struct arena *arena, struct str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *out = arena_alloc_array(arena, bytes.n + 1, 2);

    for (size_t i = 0; i < bytes.n; i++) {
        unsigned char c = (unsigned char)bytes.p[i];
        out[2 * i] = digits[c >> 4];
        out[2 * i + 1] = digits[c & 15];
    }
    return (struct str){out, 2 * bytes.n};
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool hex_decode(struct arena *arena, struct str hex, struct str *out)
{
    if (hex.n % 2)
        return false;
    char *p = arena_alloc(arena, hex.n / 2 + 1);
    for (size_t i = 0; i < hex.n / 2; i++) {
        int high = hex_digit(hex.p[2 * i]);
        int low = hex_digit(hex.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        p[i] = (char)(high * 16 + low);
    }
    *out = (struct str){p, hex.n / 2};
    return true;
}

static struct str encode64(struct arena *arena, struct str bytes, const char *alphabet,
                           bool pad)
{
    char *out = arena_alloc_array(arena, bytes.n / 3 + 2, 4);
    size_t n = 0;

    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t left = bytes.n - i;
        unsigned v = (unsigned)(unsigned char)bytes.p[i] << 16;
        if (left > 1)
            v |= (unsigned)(unsigned char)bytes.p[i + 1] << 8;
        if (left > 2)
            v |= (unsigned)(unsigned char)bytes.p[i + 2];
        out[n++] = alphabet[v >> 18];
        out[n++] = alphabet[v >> 12 & 63];
        if (left > 1 || pad)
            out[n++] = left > 1 ? alphabet[v >> 6 & 63] : '=';
        if (left > 2 || pad)
            out[n++] = left > 2 ? alphabet[v & 63] : '=';
    }
    return (struct str){out, n};
}

struct str base64url_encode(struct arena *arena, struct str bytes)
{
    return encode64(arena, bytes, url_safe, false);
}

struct str base64_encode(struct arena *arena, struct str bytes)
{
    return encode64(arena, bytes, standard, true);
}

static int digit64(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

bool base64url_decode(struct arena *arena, struct str text, struct str *out)
{
    char *p = arena_alloc(arena, text.n / 4 * 3 + 4);
    unsigned v = 0;
    int bits = 0;
    size_t n = 0;

    if (text.n % 4 == 1)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        int d = digit64(text.p[i]);
        if (d < 0)
            return false;
        v = (v << 6 | (unsigned)d) & 0xffff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            p[n++] = (char)(v >> bits & 0xff);
        }
    }
    if (v & ((1u << bits) - 1)) /* one text only for the same bytes */
        return false;
    *out = (struct str){p, n};
    return true;
}

bool base64_decode(struct arena *arena, struct str text, struct str *out)
{
    char *url = arena_alloc(arena, text.n + 1);
    size_t n = text.n;

    if (text.n % 4)
        return false;
    while (n && n + 2 > text.n && text.p[n - 1] == '=')
        n--;
    for (size_t i = 0; i < n; i++) {
        char c = text.p[i];
        if (c == '-' || c == '_')
            return false;
        url[i] = c == '+' ? '-' : c == '/' ? '_' : c;
    }
    return base64url_decode(arena, (struct str){url, n}, out);
}
