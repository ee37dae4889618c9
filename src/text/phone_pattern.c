/* phone_pattern.c - a matcher for the patterns of phone_metadata.c. */

#include "text/phone_pattern.h"

#include <string.h>

struct match {
    const char *pattern;
    struct str digits;
    bool whole; /* to the end of the digits */
    size_t end;
    struct str group[PHONE_GROUPS];
};

/* One item of a pattern with how often it may still come, and what follows it. */
struct item {
    const char *from, *to; /* a group without its brackets, a digit or a class with them */
    bool is_group;
    int number; /* of the group in the pattern, from 0; -1: it is not kept */
    int least, most;
    const char *rest, *end;    /* what follows, within the same alternative */
    const struct item *parent; /* the group that the item stands in; NULL: none */
    size_t began;              /* where in the digits the group began this time */
};

static bool match_any(struct match *m, const char *p, const char *end, size_t at,
                      const struct item *parent);

/* Behind one item: a digit, a class or the group that begins here. */
static const char *skip(const char *p)
{
    int depth = 0;

    if (*p == '\\')
        return p + 2;
    if (*p == '[')
        return strchr(p, ']') + 1;
    if (*p != '(')
        return p + 1;
    do {
        depth += (*p == '(') - (*p == ')');
        p++;
    } while (depth);
    return p;
}

static int group_number(const char *pattern, const char *group)
{
    int n = 0;

    if (group[1] == '?')
        return -1;
    for (const char *p = pattern; p < group; p++)
        n += *p == '(' && p[1] != '?';
    must(n < PHONE_GROUPS);
    return n;
}

static int number(const char **p)
{
    int n = 0;

    while (**p >= '0' && **p <= '9')
        n = n * 10 + (*(*p)++ - '0');
    return n;
}

static const char *read_times(const char *p, struct item *out)
{
    out->least = out->most = 1;
    if (*p == '?') {
        out->least = 0;
        return p + 1;
    }
    if (*p != '{')
        return p;
    p++;
    out->least = out->most = number(&p);
    if (*p == ',') {
        p++;
        out->most = number(&p);
    }
    must(*p == '}');
    return p + 1;
}

static struct item read_item(const struct match *m, const char *p, const char *end,
                             const struct item *parent)
{
    struct item item = {.from = p, .to = skip(p), .number = -1, .end = end, .parent = parent};

    item.rest = read_times(item.to, &item);
    if (*p == '(') {
        item.is_group = true;
        item.number = group_number(m->pattern, p);
        item.from += p[1] == '?' ? 3 : 1;
        item.to--;
    }
    return item;
}

static bool is_one_of(const struct item *item, char digit)
{
    if (*item->from == '\\')
        return true;
    if (*item->from != '[')
        return *item->from == digit;
    for (const char *p = item->from + 1; p < item->to - 1; p++) {
        if (*p == '\\')
            return true;
        if (p[1] == '-') {
            if (digit >= p[0] && digit <= p[2])
                return true;
            p += 2;
        } else if (*p == digit) {
            return true;
        }
    }
    return false;
}

static bool match_rest(struct match *m, const char *p, const char *end, size_t at,
                       const struct item *parent);

/* The item as often as it may come, then what follows it. */
static bool match_item(struct match *m, struct item item, size_t at)
{
    if (item.most > 0) {
        struct item next = item;
        next.least--;
        next.most--;
        next.began = at;
        if (item.is_group) {
            if (match_any(m, item.from, item.to, at, &next))
                return true;
        } else if (at < m->digits.n && is_one_of(&item, m->digits.p[at]) &&
                   match_item(m, next, at + 1)) {
            return true;
        }
    }
    return item.least <= 0 && match_rest(m, item.rest, item.end, at, item.parent);
}

/* A group has matched once: keep it while what follows is tried. */
static bool match_again(struct match *m, const struct item *group, size_t at)
{
    struct str before;

    if (group->number < 0)
        return match_item(m, *group, at);
    before = m->group[group->number];
    m->group[group->number] = str_sub(m->digits, group->began, at - group->began);
    if (match_item(m, *group, at))
        return true;
    m->group[group->number] = before;
    return false;
}

static bool match_rest(struct match *m, const char *p, const char *end, size_t at,
                       const struct item *parent)
{
    if (p < end && *p == '$')
        return at == m->digits.n && match_rest(m, p + 1, end, at, parent);
    if (p < end)
        return match_item(m, read_item(m, p, end, parent), at);
    if (parent)
        return match_again(m, parent, at);
    m->end = at;
    return !m->whole || at == m->digits.n;
}

static bool match_any(struct match *m, const char *p, const char *end, size_t at,
                      const struct item *parent)
{
    for (;;) {
        const char *bar = p;
        while (bar < end && *bar != '|')
            bar = skip(bar);
        if (match_rest(m, p, bar, at, parent))
            return true;
        if (bar == end)
            return false;
        p = bar + 1;
    }
}

static bool run(struct match *m)
{
    return match_any(m, m->pattern, m->pattern + strlen(m->pattern), 0, NULL);
}

bool phone_pattern_all(const char *pattern, struct str digits)
{
    struct match m = {.pattern = pattern, .digits = digits, .whole = true};

    return run(&m);
}

bool phone_pattern_begins(const char *pattern, struct str digits, struct phone_match *out)
{
    struct match m = {.pattern = pattern, .digits = digits};
    int last = -1;

    if (!run(&m))
        return false;
    if (!out)
        return true;
    *out = (struct phone_match){.n = m.end};
    memcpy(out->group, m.group, sizeof m.group);
    for (const char *p = pattern; *p; p++)
        last += *p == '(' && p[1] != '?';
    if (last >= 0)
        out->last = m.group[last];
    return true;
}
