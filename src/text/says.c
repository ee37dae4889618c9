/* says.c - sentences as codes and values. */
#include "text/says.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_money(const char *name)
{
    const char *tail = "_micros";
    size_t n = strlen(name), t = strlen(tail);

    return n > t && strcmp(name + n - t, tail) == 0;
}

static void put(struct json_writer *w, const struct says *says, struct str currency)
{
    bool money = false;

    json_object(w);
    json_text_member(w, "code", str(says->code));
    for (size_t i = 0; i < SAYS_VALUES && says->values[i].name; i++) {
        const struct says_value *value = &says->values[i];

        json_key(w, value->name);
        if (value->kind == SAYS_IS_WORD)
            json_put_text(w, value->text);
        else if (value->kind == SAYS_IS_REAL)
            json_put_real(w, value->real);
        else
            json_put_int(w, value->number);
        money = money || (value->kind == SAYS_IS_NUMBER && is_money(value->name));
    }
    if (money)
        json_text_member(w, "currency", currency);
    json_end(w);
}

void says_member(struct json_writer *w, const char *key, const struct says *says,
                 struct str currency)
{
    if (!says->code)
        return;
    json_key(w, key);
    put(w, says, currency);
}

void says_put(struct json_writer *w, const struct says *says, struct str currency)
{
    if (says->code)
        put(w, says, currency);
    else
        json_put_null(w);
}

/* --- reading ------------------------------------------------------------------------ */

/* Cuts what stands before `end` off *text; all of it where `end` is empty. */
static bool take_until(struct str *text, struct str end, struct str *out)
{
    size_t n = 0;

    while (n + end.n <= text->n && !str_starts(str_sub(*text, n, text->n), end))
        n++;
    if (end.n == 0)
        n = text->n;
    if (n == 0 || n + end.n > text->n)
        return false;
    *out = str_sub(*text, 0, n);
    *text = str_sub(*text, n, text->n);
    return true;
}

static bool fits(struct arena *arena, struct str pattern, struct str text, struct says *out)
{
    size_t values = 0;

    while (pattern.n) {
        struct str literal = str_sub(pattern, 0, str_find(pattern, '{'));
        if (!str_starts(text, literal))
            return false;
        text = str_sub(text, literal.n, text.n);
        pattern = str_sub(pattern, literal.n, pattern.n);
        if (!pattern.n)
            break;
        pattern = str_sub(pattern, 1, pattern.n);
        struct str name = str_cut(&pattern, '}'), value;
        struct str end = str_sub(pattern, 0, str_find(pattern, '{'));
        if (values == SAYS_VALUES || !take_until(&text, end, &value))
            return false;
        out->values[values++] = SAYS_WORD(str_c(arena, name), value);
    }
    return text.n == 0;
}

struct says says_read(struct arena *arena, const struct says_pattern *patterns, struct str text)
{
    for (; patterns->code; patterns++) {
        struct says found = {.code = patterns->code};
        if (fits(arena, str(patterns->english), text, &found))
            return found;
    }
    return (struct says){0};
}

/* --- errors ------------------------------------------------------------------------- */

bool says_error(struct err *err, struct arena *arena, const struct says *says,
                struct str currency)
{
    struct json_writer w;
    struct buf buf;

    if (!says->code)
        return false;
    buf_init(&buf, arena, sizeof err->says - 1);
    json_writer(&w, &buf);
    put(&w, says, currency);
    if (!buf.full)
        memcpy(err->says, buf.p, buf.n);
    return false;
}

bool says_numbers(struct err *err, const char *code, const char *first, int64_t n,
                  const char *second, int64_t m)
{
    char one[80] = "", two[80] = "";

    if (first)
        (void)snprintf(one, sizeof one, ",\"%s\":%" PRId64, first, n);
    if (second)
        (void)snprintf(two, sizeof two, ",\"%s\":%" PRId64, second, m);
    (void)snprintf(err->says, sizeof err->says, "{\"code\":\"%s\"%s%s}", code, one, two);
    return false;
}
