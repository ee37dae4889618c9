/* zone_file.c - the system's zone files: TZif version 2 and later. */

#include "text/zone_file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define ZONE_FOLDER "/usr/share/zoneinfo/"

enum { LARGEST_FILE = 256 * 1024, HEADER = 44, LONGEST_NAME = 64 };

/* Zone names begin with a capital; what else lies in the folder (posix/, right/) does not. */
static bool name_ok(struct str name)
{
    if (name.n == 0 || name.n > LONGEST_NAME || name.p[0] < 'A' || name.p[0] > 'Z')
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  (c && strchr("_+-/", c));
        if (!ok)
            return false;
    }
    return true;
}

static bool read_all(struct arena *scratch, struct str name, struct str *out)
{
    char path[sizeof ZONE_FOLDER + LONGEST_NAME];
    size_t n = 0;
    ssize_t got = 0;

    memcpy(path, ZONE_FOLDER, sizeof ZONE_FOLDER - 1);
    memcpy(path + sizeof ZONE_FOLDER - 1, name.p, name.n);
    path[sizeof ZONE_FOLDER - 1 + name.n] = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    char *p = arena_alloc(scratch, LARGEST_FILE);
    while (n < LARGEST_FILE && (got = read(fd, p + n, LARGEST_FILE - n)) > 0)
        n += (size_t)got;
    (void)close(fd);
    *out = (struct str){p, n};
    return got == 0;
}

/* --- the rule in the footer ------------------------------------------------ */

static bool eat(struct str *s, char c)
{
    if (!s->n || s->p[0] != c)
        return false;
    *s = str_sub(*s, 1, s->n);
    return true;
}

static bool number(struct str *s, int highest, int *out)
{
    int v = 0;
    size_t n = 0;

    for (; n < s->n && n < 4 && s->p[n] >= '0' && s->p[n] <= '9'; n++)
        v = v * 10 + (s->p[n] - '0');
    *s = str_sub(*s, n, s->n);
    *out = v;
    return n > 0 && v <= highest;
}

/* "5", "-5:30", "167:00:00" in seconds */
static bool clock_time(struct str *s, int *out)
{
    int sign = eat(s, '-') ? -1 : 1;
    int hour = 0, minute = 0, second = 0;

    (void)eat(s, '+');
    if (!number(s, 167, &hour) || (eat(s, ':') && !number(s, 59, &minute)) ||
        (eat(s, ':') && !number(s, 59, &second)))
        return false;
    *out = sign * (hour * 3600 + minute * 60 + second);
    return true;
}

/* "EST" or "<+03>" */
static bool abbreviation(struct str *s)
{
    size_t n = 0;

    if (eat(s, '<')) {
        n = str_find(*s, '>');
        if (n == s->n)
            return false;
        *s = str_sub(*s, n + 1, s->n);
        return true;
    }
    while (n < s->n && ((s->p[n] | 32) >= 'a' && (s->p[n] | 32) <= 'z'))
        n++;
    *s = str_sub(*s, n, s->n);
    return n >= 3;
}

static bool change(struct str *s, struct zone_change *out)
{
    *out = (struct zone_change){.form = '0', .time_s = 2 * 3600};
    if (!eat(s, ','))
        return false;
    if (eat(s, 'M')) {
        out->form = 'M';
        if (!number(s, 12, &out->month) || !eat(s, '.') || !number(s, 5, &out->week) ||
            !eat(s, '.') || !number(s, 6, &out->weekday) || !out->month || !out->week)
            return false;
    } else {
        if (eat(s, 'J'))
            out->form = 'J';
        if (!number(s, 365, &out->day))
            return false;
    }
    return !eat(s, '/') || clock_time(s, &out->time_s);
}

static bool parse_rule(struct str s, struct zone_rule *out)
{
    struct zone_rule rule = {0};
    int west_s;

    if (!abbreviation(&s) || !clock_time(&s, &west_s))
        return false;
    rule.standard_s = -west_s;
    if (s.n) {
        rule.has_summer = true;
        rule.summer_s = rule.standard_s + 3600;
        if (!abbreviation(&s))
            return false;
        if (s.n && s.p[0] != ',') {
            if (!clock_time(&s, &west_s))
                return false;
            rule.summer_s = -west_s;
        }
        if (!change(&s, &rule.begin) || !change(&s, &rule.end) || s.n)
            return false;
    }
    *out = rule;
    return true;
}

/* --- the listed changes ----------------------------------------------------- */

static uint64_t big_endian(const char *p, int bytes)
{
    uint64_t v = 0;

    for (int i = 0; i < bytes; i++)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

struct counts {
    size_t utc, standard, leap, times, types, chars;
};

static bool header(struct str s, struct counts *out)
{
    size_t *const fields[] = {&out->utc,   &out->standard, &out->leap,
                              &out->times, &out->types,    &out->chars};

    if (s.n < HEADER || !str_starts(s, STR("TZif")) || s.p[4] < '2')
        return false;
    for (size_t i = 0; i < countof(fields); i++) {
        *fields[i] = (size_t)big_endian(s.p + 20 + 4 * i, 4);
        if (*fields[i] > LARGEST_FILE)
            return false;
    }
    return out->types > 0 && out->types <= 256;
}

static size_t body_size(const struct counts *c, size_t time_bytes)
{
    return c->times * (time_bytes + 1) + c->types * 6 + c->chars + c->leap * (time_bytes + 4) +
           c->standard + c->utc;
}

bool zone_file_read(struct arena *arena, struct arena *scratch, struct str name,
                    struct zone_file *out)
{
    struct zone_file zone = {0};
    struct counts c;
    struct str s;

    if (!name_ok(name) || !read_all(scratch, name, &s) || !header(s, &c))
        return false;
    s = str_sub(s, HEADER + body_size(&c, 4), s.n); /* the 32-bit part */
    if (!header(s, &c) || s.n < HEADER + body_size(&c, 8))
        return false;
    const char *times = s.p + HEADER;
    const char *kinds = times + c.times * 8;
    const char *types = kinds + c.times;

    zone.n = c.times;
    zone.times_s = NEW_ARRAY(arena, int64_t, c.times);
    zone.offsets_s = NEW_ARRAY(arena, int, c.times);
    zone.first_offset_s = (int)(int32_t)big_endian(types, 4);
    for (size_t i = 0; i < c.times; i++) {
        size_t kind = (unsigned char)kinds[i];
        if (kind >= c.types)
            return false;
        zone.times_s[i] = (int64_t)big_endian(times + 8 * i, 8);
        zone.offsets_s[i] = (int)(int32_t)big_endian(types + 6 * kind, 4);
    }
    s = str_sub(s, HEADER + body_size(&c, 8), s.n);
    if (!eat(&s, '\n') || str_find(s, '\n') == s.n)
        return false;
    struct str footer = str_cut(&s, '\n');
    zone.has_rule = footer.n > 0;
    if (zone.has_rule && !parse_rule(footer, &zone.rule))
        return false;
    *out = zone;
    return true;
}
