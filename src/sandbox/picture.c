/* picture.c - a small PNG writer: palette of two, one bit a pixel, stored blocks. */

#include "sandbox/picture.h"

#include "base/arena.h"
#include "base/buf.h"

enum { STORED_MOST = 65535, SIDE_MOST = 4096 };

static void put32(struct buf *buf, uint32_t v)
{
    buf_char(buf, (char)(v >> 24));
    buf_char(buf, (char)(v >> 16));
    buf_char(buf, (char)(v >> 8));
    buf_char(buf, (char)v);
}

static uint32_t crc32(struct str s)
{
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < s.n; i++) {
        crc ^= (unsigned char)s.p[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

static uint32_t adler32(struct str s)
{
    uint32_t a = 1, b = 0;

    for (size_t i = 0; i < s.n; i++) {
        a = (a + (unsigned char)s.p[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static void put_chunk(struct buf *png, struct arena *arena, const char *type, struct str data)
{
    struct str body = str_fmt(arena, "%s", type);
    struct buf both;

    buf_init(&both, arena, data.n + 4);
    buf_add(&both, body);
    buf_add(&both, data);
    put32(png, (uint32_t)data.n);
    buf_add(png, buf_str(&both));
    put32(png, crc32(buf_str(&both)));
}

static struct str rows(struct arena *arena, int64_t width, int64_t height, uint64_t seed)
{
    struct buf raw;
    int64_t period = 24 + (int64_t)(seed % 40);

    buf_init(&raw, arena, (size_t)((width / 8 + 2) * height));
    for (int64_t y = 0; y < height; y++) {
        buf_char(&raw, 0);
        for (int64_t x = 0; x < width; x += 8) {
            unsigned byte = 0;
            for (int64_t bit = 0; bit < 8; bit++)
                byte = byte << 1 | ((x + bit + y) / period % 2 != 0);
            buf_char(&raw, (char)byte);
        }
    }
    return buf_str(&raw);
}

static struct str deflate_stored(struct arena *arena, struct str raw)
{
    struct buf out;
    struct str rest = raw;

    buf_init(&out, arena, raw.n + raw.n / 1000 + 64);
    buf_char(&out, 0x78);
    buf_char(&out, 0x01);
    do {
        struct str part = str_sub(rest, 0, STORED_MOST);
        rest = str_sub(rest, part.n, rest.n);
        buf_char(&out, rest.n == 0);
        buf_char(&out, (char)(part.n & 0xff));
        buf_char(&out, (char)(part.n >> 8));
        buf_char(&out, (char)(~part.n & 0xff));
        buf_char(&out, (char)(~part.n >> 8 & 0xff));
        buf_add(&out, part);
    } while (rest.n);
    put32(&out, adler32(raw));
    return buf_str(&out);
}

struct str picture_png(struct arena *arena, int64_t width, int64_t height, uint64_t seed)
{
    struct buf png, head;
    char palette[6];

    must(width > 0 && height > 0 && width <= SIDE_MOST && height <= SIDE_MOST);
    for (int i = 0; i < 6; i++)
        palette[i] = (char)(seed >> (8 * i));
    buf_init(&head, arena, 16);
    put32(&head, (uint32_t)width);
    put32(&head, (uint32_t)height);
    buf_add(&head, ((struct str){"\x01\x03\x00\x00\x00", 5}));
    buf_init(&png, arena, (size_t)((width / 8 + 8) * height * 2 + 4096));
    buf_add(&png, ((struct str){"\x89PNG\r\n\x1a\n", 8}));
    put_chunk(&png, arena, "IHDR", buf_str(&head));
    put_chunk(&png, arena, "PLTE", (struct str){palette, sizeof palette});
    put_chunk(&png, arena, "IDAT", deflate_stored(arena, rows(arena, width, height, seed)));
    put_chunk(&png, arena, "IEND", STR(""));
    must(!png.full);
    return buf_str(&png);
}
