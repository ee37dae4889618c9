/* world_phone.c - all the ways in which people type their phone number. */

#include "sandbox/world_people.h"

#include <string.h>

/*
 * A spelling: `#` is the next digit of the national number, everything else
 * stands for itself.  Digits of the pattern are written in the same script as
 * those of the number.
 */
enum digits { ASCII, ARABIC_INDIC, PERSIAN, FULL_WIDTH, DEVANAGARI };

struct spelling {
    const char *pattern;
    enum digits digits;
};

/* +7, ten national digits. The common ones stand several times. */
static const struct spelling seven[] = {
    {"+7##########", ASCII},
    {"+7##########", ASCII},
    {"8##########", ASCII},
    {"8##########", ASCII},
    {"+7 ### ### ## ##", ASCII},
    {"+7 (###) ###-##-##", ASCII},
    {"+7(###)###-##-##", ASCII},
    {"8 ### ### ## ##", ASCII},
    {"8 (###) ###-##-##", ASCII},
    {"8(###)#######", ASCII},
    {"8-###-###-##-##", ASCII},
    {"8 ### #######", ASCII},
    {"7##########", ASCII},
    {"##########", ASCII},
    {"### ### ## ##", ASCII},
    {"(###) ### ## ##", ASCII},
    {"+7-###-###-####", ASCII},
    {"+7.###.###.##.##", ASCII},
    {"007##########", ASCII},
    {"00 7 ### ### ## ##", ASCII},
    {" +7 ### ###-##-## ", ASCII},
    {"+7\u00a0###\u00a0###\u00a0##\u00a0##", ASCII},
    {"+7 ### ### ## ## доб. 12", ASCII},
    {"\u202a+7 ### ### ## ##\u202c", ASCII},
    {"+7##########", FULL_WIDTH},
};

/* Saudi Arabia, +966, nine national digits. */
static const struct spelling saudi[] = {
    {"+966#########", ASCII},
    {"0#########", ASCII},
    {"0#########", ASCII},
    {"+966 ## ### ####", ASCII},
    {"+966 0## ### ####", ASCII},
    {"+966 (0)## ### ####", ASCII},
    {"00966#########", ASCII},
    {"00 966 ## ### ####", ASCII},
    {"966#########", ASCII},
    {"#########", ASCII},
    {"0## ### ####", ASCII},
    {"0##-###-####", ASCII},
    {"\u200e+966 ## ### ####", ASCII},
    {"0#########", ARABIC_INDIC},
    {"0## ### ####", ARABIC_INDIC},
    {"+966#########", ARABIC_INDIC},
    {"00966#########", ARABIC_INDIC},
    {"+966#########", FULL_WIDTH},
};

/* The Emirates, +971, nine national digits. */
static const struct spelling emirates[] = {
    {"+971#########", ASCII},
    {"0#########", ASCII},
    {"0#########", ASCII},
    {"+971 ## ### ####", ASCII},
    {"+971 0## ### ####", ASCII},
    {"+971 (0)## ### ####", ASCII},
    {"00971#########", ASCII},
    {"00 971 ## ### ####", ASCII},
    {"971#########", ASCII},
    {"#########", ASCII},
    {"0## ### ####", ASCII},
    {"0##-#######", ASCII},
    {"+971 ## ### #### ext. 4", ASCII},
    {"\u200e+971 ## ### ####", ASCII},
    {"0#########", ARABIC_INDIC},
    {"+971#########", ARABIC_INDIC},
    {"0## ### ####", PERSIAN},
    {"0#########", DEVANAGARI},
};

struct country {
    const struct spelling *spellings;
    int n;
    size_t code; /* length of "+" and the country code */
};

static struct country country_of(const char *country)
{
    if (strcmp(country, "SA") == 0)
        return (struct country){saudi, (int)countof(saudi), 4};
    if (strcmp(country, "AE") == 0)
        return (struct country){emirates, (int)countof(emirates), 4};
    return (struct country){seven, (int)countof(seven), 2};
}

int world_phone_spellings(const char *country)
{
    return country_of(country).n;
}

/* Zero of the script, as a code point. */
static unsigned zero_of(enum digits digits)
{
    switch (digits) {
    case ARABIC_INDIC:
        return 0x660;
    case PERSIAN:
        return 0x6f0;
    case FULL_WIDTH:
        return 0xff10;
    case DEVANAGARI:
        return 0x966;
    case ASCII:
        break;
    }
    return '0';
}

struct pen {
    char *p;
    size_t n, room;
};

static void put(struct pen *pen, unsigned code)
{
    char bytes[3];
    size_t n = 0;
    if (code < 0x80) {
        bytes[n++] = (char)code;
    } else if (code < 0x800) {
        bytes[n++] = (char)(0xc0 | code >> 6);
        bytes[n++] = (char)(0x80 | (code & 0x3f));
    } else {
        bytes[n++] = (char)(0xe0 | code >> 12);
        bytes[n++] = (char)(0x80 | (code >> 6 & 0x3f));
        bytes[n++] = (char)(0x80 | (code & 0x3f));
    }
    must(pen->n + n < pen->room);
    memcpy(pen->p + pen->n, bytes, n);
    pen->n += n;
    pen->p[pen->n] = 0;
}

void world_phone_spell(const char *country, int spelling, const char *e164, char *out, size_t n)
{
    struct country where = country_of(country);
    must(spelling >= 0 && spelling < where.n && strlen(e164) > where.code);
    const struct spelling *s = &where.spellings[spelling];
    const char *digit = e164 + where.code;
    unsigned zero = zero_of(s->digits);
    struct pen pen = {out, 0, n};

    for (const char *c = s->pattern; *c; c++) {
        if (*c == '#' && *digit)
            put(&pen, zero + (unsigned)(*digit++ - '0'));
        else if (*c >= '0' && *c <= '9')
            put(&pen, zero + (unsigned)(*c - '0'));
        else if ((unsigned char)*c < 0x80)
            put(&pen, s->digits == FULL_WIDTH && *c == '+' ? 0xff0b : (unsigned)*c);
        else {
            must(pen.n + 1 < pen.room);
            pen.p[pen.n++] = *c; /* a byte of a longer character of the pattern */
            pen.p[pen.n] = 0;
        }
    }
}
