/* email.c - e-mail addresses as people type them. */

#include "base/arena.h"
#include "base/limits.h"
#include "text/fold.h"
#include "text/phone.h"

#include <string.h>

enum { LONGEST_LOCAL = 64, LONGEST_LABEL = 63 };

/* Without invisible marks, with plain signs, in lower case. */
static struct str plain(struct arena *arena, struct str typed)
{
    char *p = arena_alloc(arena, typed.n + 1);
    size_t n = 0;

    while (typed.n) {
        struct str before = typed;
        uint32_t c = fold_next(&typed);
        size_t bytes = before.n - typed.n;
        if (c >= 'A' && c <= 'Z')
            c += 'a' - 'A';
        if (c >= 1 && c <= 127) {
            p[n++] = (char)c;
        } else if (c) {
            memcpy(p + n, before.p, bytes);
            n += bytes;
        }
    }
    return (struct str){p, n};
}

/* Letters and digits of all scripts, and `others`. */
static bool made_of(struct str s, const char *others)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool ok = c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  (c && strchr(others, c));
        if (!ok)
            return false;
    }
    return str_utf8(s);
}

static bool local_ok(struct str local)
{
    return local.n > 0 && local.n <= LONGEST_LOCAL && made_of(local, ".!#$%&'*+-/=?^_`{|}~") &&
           local.p[0] != '.' && local.p[local.n - 1] != '.' && !str_has(local, STR(".."));
}

static bool domain_ok(struct str domain)
{
    struct str label = {0};
    int labels = 0;
    int64_t number;

    if (domain.n == 0 || domain.p[domain.n - 1] == '.')
        return false;
    for (; domain.n; labels++) {
        label = str_cut(&domain, '.');
        if (label.n == 0 || label.n > LONGEST_LABEL || !made_of(label, "-") ||
            label.p[0] == '-' || label.p[label.n - 1] == '-')
            return false;
    }
    return labels > 1 && label.n > 1 && !str_int(label, &number);
}

static struct str without_brackets(struct str s)
{
    while (s.n && strchr(" \"'<([{", s.p[0]))
        s = str_sub(s, 1, s.n);
    return s;
}

struct str email_normal(struct arena *arena, struct str typed)
{
    static const struct str mailto = STR_INIT("mailto:");

    if (typed.n > 4 * LIMIT_EMAIL)
        return STR("");
    struct str s = str_trim(plain(arena, typed));
    size_t open = str_find(s, '<'), close = str_find(s, '>');

    if (open < close && close < s.n) /* Name <a@b.kz> */
        s = str_trim(str_sub(s, open + 1, close - open - 1));
    s = without_brackets(s);
    if (str_starts(s, mailto)) {
        s = without_brackets(str_sub(s, mailto.n, s.n));
        s.n = str_find(s, '?');
    }
    while (s.n && strchr(" \t\r\n\"'>)]}.,;", s.p[s.n - 1]))
        s.n--;
    struct str domain = s;
    struct str local = str_trim(str_cut(&domain, '@'));
    domain = str_trim(domain);
    if (local.n + 1 + domain.n > LIMIT_EMAIL || !local_ok(local) || !domain_ok(domain))
        return STR("");
    return str_fmt(arena, STR_FMT "@" STR_FMT, STR_ARG(local), STR_ARG(domain));
}
