/* words.c - texts as a search compares them. */

#include "text/words.h"
#include "base/arena.h"
#include "base/buf.h"
#include "text/fold.h"

#include <string.h>

#define BREVE   0x306
#define CYR_I   0x438 /* и */
#define CYR_I_J 0x439 /* й: the one letter whose mark makes another letter of it */

struct span {
    uint32_t from, to;
};

static bool within(uint32_t c, const struct span *spans, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c >= spans[i].from && c <= spans[i].to)
            return true;
    return false;
}

/* --- what a code point is --- */

/* Signs above and below letters, vowel signs, stretching: as if they were not there. */
static bool is_mark(uint32_t c)
{
    static const struct span marks[] = {
        {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x5bf, 0x5bf},
        {0x5c1, 0x5c2},   {0x5c4, 0x5c5},   {0x5c7, 0x5c7},   {0x610, 0x61a},
        {0x640, 0x640},   {0x64b, 0x65f},   {0x670, 0x670},   {0x6d6, 0x6dc},
        {0x6df, 0x6e4},   {0x6e7, 0x6e8},   {0x6ea, 0x6ed},   {0x1ab0, 0x1aff},
        {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
    };

    return c == 0 || (c >= 0x300 && within(c, marks, countof(marks)));
}

/* Spaces, punctuation, symbols, pictures.  Letters of every script are what is left. */
static bool is_between(uint32_t c)
{
    static const struct span between[] = {
        {0x80, 0xa9},        {0xab, 0xb1},     {0xb4, 0xb4},       {0xb6, 0xb8},
        {0xbb, 0xbf},        {0xd7, 0xd7},     {0xf7, 0xf7},       {0x2c2, 0x2c5},
        {0x2d2, 0x2df},      {0x2e5, 0x2ed},   {0x2ef, 0x2ff},     {0x375, 0x375},
        {0x37e, 0x37e},      {0x384, 0x385},   {0x387, 0x387},     {0x3f6, 0x3f6},
        {0x482, 0x482},      {0x55a, 0x55f},   {0x589, 0x58f},     {0x5be, 0x5be},
        {0x5c0, 0x5c0},      {0x5c3, 0x5c3},   {0x5c6, 0x5c6},     {0x5f3, 0x5f4},
        {0x600, 0x60f},      {0x61b, 0x61f},   {0x66a, 0x66d},     {0x6d4, 0x6d4},
        {0x6dd, 0x6de},      {0x6e9, 0x6e9},   {0x6fd, 0x6fe},     {0x700, 0x70f},
        {0x964, 0x965},      {0x970, 0x970},   {0xe3f, 0xe3f},     {0xe4f, 0xe4f},
        {0xe5a, 0xe5b},      {0x10fb, 0x10fb}, {0x1680, 0x1680},   {0x2000, 0x206f},
        {0x207a, 0x207e},    {0x208a, 0x208e}, {0x20a0, 0x20cf},   {0x2190, 0x245f},
        {0x249c, 0x24e9},    {0x2500, 0x2775}, {0x2794, 0x2bff},   {0x2e00, 0x2e7f},
        {0x2ff0, 0x3004},    {0x3008, 0x3020}, {0x3030, 0x3030},   {0x303d, 0x303f},
        {0x309b, 0x309c},    {0x30a0, 0x30a0}, {0x30fb, 0x30fb},   {0xd800, 0xf8ff},
        {0xfd3e, 0xfd3f},    {0xfe10, 0xfe1f}, {0xfe30, 0xfe6f},   {0xfeff, 0xfeff},
        {0xff5f, 0xff65},    {0xffe0, 0xffff}, {0x1d000, 0x1d3ff}, {0x1f000, 0x1faff},
        {0xe0000, 0x10ffff},
    };

    if (c < 0x80)
        return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
    return within(c, between, countof(between));
}

/* --- small letters without their marks --- */

static uint32_t plain_latin(uint32_t c)
{
    /* U+00C0 to U+017F, one letter each; '_' is looked at elsewhere or is none. */
    static const char letters[] = "aaaaaa_ceeeeiiiidnooooo_ouuuuy__"
                                  "aaaaaa_ceeeeiiiidnooooo_ouuuuy_y"
                                  "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiii"
                                  "iiiiiii__jjkkkllllllllllnnnnnnnnnoooooo__rr"
                                  "rrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
    static const struct {
        uint32_t from, to;
        char letter;
    } more[] = {
        {0x1a0, 0x1a1, 'o'},   {0x1af, 0x1b0, 'u'},   {0x1cd, 0x1ce, 'a'},
        {0x1cf, 0x1d0, 'i'},   {0x1d1, 0x1d2, 'o'},   {0x1d3, 0x1dc, 'u'},
        {0x1e6, 0x1e7, 'g'},   {0x218, 0x219, 's'},   {0x21a, 0x21b, 't'},
        {0x1e80, 0x1e85, 'w'}, {0x1ea0, 0x1eb7, 'a'}, {0x1eb8, 0x1ec7, 'e'},
        {0x1ec8, 0x1ecb, 'i'}, {0x1ecc, 0x1ee3, 'o'}, {0x1ee4, 0x1ef1, 'u'},
        {0x1ef2, 0x1ef9, 'y'},
    };

    if (c >= 0xc0 && c <= 0x17f && letters[c - 0xc0] != '_')
        return (uint32_t)letters[c - 0xc0];
    for (size_t i = 0; i < countof(more); i++)
        if (c >= more[i].from && c <= more[i].to)
            return (uint32_t)more[i].letter;
    if (c == 0x18f) /* Ə */
        return 0x259;
    return c >= 0x1e00 && c <= 0x1eff ? c | 1 : c;
}

static uint32_t plain_greek(uint32_t c)
{
    static const uint32_t accents[][2] = {
        {0x386, 0x3b1}, {0x388, 0x3b5}, {0x389, 0x3b7}, {0x38a, 0x3b9}, {0x38c, 0x3bf},
        {0x38e, 0x3c5}, {0x38f, 0x3c9}, {0x390, 0x3b9}, {0x3aa, 0x3b9}, {0x3ab, 0x3c5},
        {0x3ac, 0x3b1}, {0x3ad, 0x3b5}, {0x3ae, 0x3b7}, {0x3af, 0x3b9}, {0x3b0, 0x3c5},
        {0x3ca, 0x3b9}, {0x3cb, 0x3c5}, {0x3cc, 0x3bf}, {0x3cd, 0x3c5}, {0x3ce, 0x3c9},
    };

    for (size_t i = 0; i < countof(accents); i++)
        if (accents[i][0] == c)
            return accents[i][1];
    if (c >= 0x391 && c <= 0x3a9)
        c += 0x20;
    return c == 0x3c2 ? 0x3c3
                      : c; /* the sigma of a word's end; U+03A2, which is no letter, too */
}

static uint32_t small_cyrillic(uint32_t c)
{
    if (c >= 0x410 && c <= 0x42f)
        return c + 0x20;
    if (c < 0x410)
        return c + 0x50;
    if (c >= 0x4c1 && c <= 0x4ce)
        return c + (c & 1);
    if (c == 0x4c0)
        return 0x4cf;
    return c >= 0x460 && c != 0x4cf ? c | 1 : c;
}

/* Letters that are also typed as a letter and a mark. */
static uint32_t plain_cyrillic(uint32_t c)
{
    static const uint32_t marked[][2] = {
        {0x450, 0x435}, {0x451, 0x435}, {0x453, 0x433}, {0x457, 0x456}, {0x45c, 0x43a},
        {0x45d, 0x438}, {0x45e, 0x443}, {0x4c2, 0x436}, {0x4d1, 0x430}, {0x4d3, 0x430},
        {0x4d7, 0x435}, {0x4db, 0x4d9}, {0x4dd, 0x436}, {0x4df, 0x437}, {0x4e3, 0x438},
        {0x4e5, 0x438}, {0x4e7, 0x43e}, {0x4eb, 0x4e9}, {0x4ed, 0x44d}, {0x4ef, 0x443},
        {0x4f1, 0x443}, {0x4f3, 0x443}, {0x4f5, 0x447}, {0x4f9, 0x44b},
    };

    c = small_cyrillic(c);
    for (size_t i = 0; i < countof(marked); i++)
        if (marked[i][0] == c)
            return marked[i][1];
    return c;
}

static uint32_t plain_arabic(uint32_t c)
{
    static const uint32_t same[][2] = {
        {0x622, 0x627}, {0x623, 0x627}, {0x625, 0x627}, {0x671, 0x627},
        {0x624, 0x648}, {0x626, 0x64a}, {0x649, 0x64a}, {0x6cc, 0x64a},
        {0x629, 0x647}, {0x6c0, 0x647}, {0x6c1, 0x647}, {0x6a9, 0x643},
    };

    for (size_t i = 0; i < countof(same); i++)
        if (same[i][0] == c)
            return same[i][1];
    return c;
}

static uint32_t plain(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
    if (c < 0x250 || (c >= 0x1e00 && c <= 0x1eff))
        return plain_latin(c);
    if (c >= 0x370 && c <= 0x3ff)
        return plain_greek(c);
    if (c >= 0x400 && c <= 0x52f)
        return plain_cyrillic(c);
    if (c >= 0x531 && c <= 0x556) /* Armenian */
        return c + 0x30;
    if (c >= 0x1c90 && c <= 0x1cbf) /* Georgian capitals */
        return c - 0xbc0;
    return c >= 0x600 && c <= 0x6ff ? plain_arabic(c) : c;
}

/* Two letters that are written as one. */
static const char *two_letters(uint32_t c)
{
    switch (c) {
    case 0xc6:
    case 0xe6:
        return "ae";
    case 0xde:
    case 0xfe:
        return "th";
    case 0xdf:
    case 0x1e9e:
        return "ss";
    case 0x132:
    case 0x133:
        return "ij";
    case 0x152:
    case 0x153:
        return "oe";
    default:
        return NULL;
    }
}

/* --- words --- */

struct maker {
    struct arena *arena;
    struct words *out;
    char bytes[WORDS_LONGEST];
    size_t n;
    size_t from, to;
    uint32_t before; /* the letter before this one */
};

static size_t encode(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};

    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(first[n] | c);
    return n;
}

static bool put(struct maker *m, const char *bytes, size_t n)
{
    if (m->n + n > sizeof m->bytes)
        return false;
    memcpy(m->bytes + m->n, bytes, n);
    m->n += n;
    return true;
}

static void put_letter(struct maker *m, uint32_t c)
{
    const char *two = two_letters(c);
    char bytes[4];

    bool done = two ? put(m, two, 2) : put(m, bytes, encode(c, bytes));

    m->before = done ? c : 0;
}

static void end_word(struct maker *m)
{
    if (m->n)
        *words_add(m->out, m->arena) = (struct word){
            str_dup(m->arena, (struct str){m->bytes, m->n}),
            m->from,
            m->to,
        };
    m->n = 0;
    m->before = 0;
}

void words_of(struct arena *arena, struct str text, size_t most, struct words *out)
{
    struct maker m = {.arena = arena, .out = out};
    struct str rest = text;

    while (rest.n && out->n < most) {
        size_t at = text.n - rest.n;
        uint32_t typed = fold_next(&rest);
        uint32_t c = plain(typed);
        size_t end = text.n - rest.n;

        if (typed == BREVE && m.before == CYR_I && m.n >= 2) {
            m.n -= 2;
            put_letter(&m, CYR_I_J);
            m.to = end;
        } else if (is_mark(c)) {
            m.to = m.n ? end : m.to;
        } else if (is_between(c)) {
            end_word(&m);
        } else {
            m.from = m.n ? m.from : at;
            m.to = end;
            put_letter(&m, c);
        }
    }
    if (out->n < most)
        end_word(&m);
}

struct str words_line(struct arena *arena, struct str text, size_t most)
{
    struct words words = {0};
    struct buf buf;

    words_of(arena, text, most, &words);
    buf_init(&buf, arena, words.n * (WORDS_LONGEST + 1) + 1);
    for (size_t i = 0; i < words.n; i++) {
        if (i)
            buf_char(&buf, ' ');
        buf_add(&buf, words.at[i].text);
    }
    return buf_str(&buf);
}
