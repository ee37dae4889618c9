/* fold.c - typed characters in their plain form. */

#include "text/fold.h"

/* The code point at the start of s and its bytes; U+FFFD for one malformed byte. */
static uint32_t decode(struct str s, size_t *n)
{
    unsigned char c = (unsigned char)s.p[0];
    size_t bytes = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

    *n = 1;
    if (c < 0x80)
        return c ? c : 0xfffd;
    if (s.n < bytes || !str_utf8(str_sub(s, 0, bytes)))
        return 0xfffd;
    uint32_t v = c & (0x7fu >> bytes);
    for (size_t i = 1; i < bytes; i++)
        v = v << 6 | ((unsigned char)s.p[i] & 0x3fu);
    *n = bytes;
    return v;
}

static bool invisible(uint32_t c)
{
    return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x2069) || c == 0x61c || c == 0xad || c == 0xfeff;
}

uint32_t fold_next(struct str *s)
{
    static const uint32_t zeros[] = {0x660, 0x6f0, 0x966}; /* Arabic, Persian, Devanagari */
    size_t n;
    uint32_t c = decode(*s, &n);

    *s = str_sub(*s, n, s->n);
    for (size_t i = 0; i < countof(zeros); i++)
        if (c >= zeros[i] && c <= zeros[i] + 9)
            return '0' + (c - zeros[i]);
    if (c >= 0xff01 && c <= 0xff5e) /* full-width ASCII */
        return c - 0xff01 + '!';
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
        return '-';
    if (c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x3000)
        return ' ';
    return invisible(c) ? 0 : c;
}
