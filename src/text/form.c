/* form.c - form bodies and query strings. */

#include "text/form.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "text/url.h"

#include <string.h>

enum { LONGEST_BOUNDARY = 70, LONGEST_PART_HEAD = 8192 };

static bool too_many(const struct form_fields *fields, struct err *err)
{
    if (fields->n < LIMIT_FORM_FIELDS)
        return false;
    (void)err_set(err, ERR_INVALID, "the form has more than %d fields", LIMIT_FORM_FIELDS);
    return true;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* A '%' that begins no escape stands for itself, as in every browser: "50%25off" and "50%off".
 */
static struct str mend_percents(struct arena *arena, struct str s)
{
    char *p = NULL;
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        bool loose =
            s.p[i] == '%' && !(i + 2 < s.n && is_hex(s.p[i + 1]) && is_hex(s.p[i + 2]));
        if (loose && !p) {
            p = arena_alloc_array(arena, s.n + 1, 3);
            memcpy(p, s.p, i);
            n = i;
        }
        if (p) {
            p[n++] = s.p[i];
            if (loose)
                p[n++] = '2', p[n++] = '5';
        }
    }
    return p ? (struct str){p, n} : s;
}

static bool decode(struct arena *arena, struct str s, struct str *out)
{
    return url_decode(arena, mend_percents(arena, s), true, out) && str_utf8(*out);
}

bool form_parse(struct arena *arena, struct str body, struct form_fields *out, struct err *err)
{
    struct form_fields fields = {0};

    while (body.n) {
        struct str value = str_cut(&body, '&');
        if (!value.n)
            continue;
        if (too_many(&fields, err))
            return false;
        struct form_field *field = form_fields_add(&fields, arena);
        struct str name = str_cut(&value, '=');
        if (!decode(arena, name, &field->name) || !decode(arena, value, &field->value)) {
            (void)err_set(err, ERR_INVALID,
                          "form field " STR_FMT " is not percent-encoded UTF-8 text",
                          STR_ARG(str_sub(name, 0, 60)));
            (void)err_field(err, str_c(arena, str_sub(name, 0, 60)));
            return err_hint(err, "send the form in UTF-8, without NUL characters");
        }
    }
    *out = fields;
    return true;
}

/*
 * The value of `wanted` in `form-data; name="a"; filename="b"`.  In quotes a
 * backslash guards a quote, and only that: old browsers send C:\path as it is.
 */
static struct str parameter(struct arena *arena, struct str header, struct str wanted)
{
    struct str rest = header;

    (void)str_cut(&rest, ';');
    while (rest.n) {
        struct str value = {0};
        struct str name = str_trim(str_sub(rest, 0, str_find(rest, '=')));
        if (str_find(name, ';') < name.n) { /* a parameter without value */
            (void)str_cut(&rest, ';');
            continue;
        }
        (void)str_cut(&rest, '=');
        while (rest.n && (rest.p[0] == ' ' || rest.p[0] == '\t'))
            rest = str_sub(rest, 1, rest.n);
        if (rest.n && rest.p[0] == '"') {
            char *p = arena_alloc(arena, rest.n);
            size_t i = 1, n = 0;
            for (; i < rest.n && rest.p[i] != '"'; i++) {
                if (rest.p[i] == '\\' && i + 1 < rest.n && rest.p[i + 1] == '"')
                    i++;
                p[n++] = rest.p[i];
            }
            value = (struct str){p, n};
            rest = str_sub(rest, i + 1, rest.n);
            (void)str_cut(&rest, ';');
        } else {
            value = str_trim(str_cut(&rest, ';'));
        }
        if (str_eq_nocase(name, wanted))
            return value;
    }
    return STR("");
}

static size_t find(struct str s, struct str part)
{
    const char *at = s.n >= part.n && s.n ? memmem(s.p, s.n, part.p, part.n) : NULL;

    return at ? (size_t)(at - s.p) : s.n;
}

/* Up to `sep`, and past it; false where there is none. */
static bool cut_at(struct str *s, struct str sep, struct str *head)
{
    size_t at = find(*s, sep);

    if (at == s->n)
        return false;
    *head = str_sub(*s, 0, at);
    *s = str_sub(*s, at + sep.n, s->n);
    return true;
}

static bool malformed(const char *why, struct err *err)
{
    return err_set(err, ERR_INVALID, "malformed multipart body: %s", why);
}

/* What is no UTF-8, or NUL, becomes U+FFFD, so that the rest of the form is not lost. */
static struct str mend_text(struct arena *arena, struct str s)
{
    enum { LONGEST_SIGN = 4 };
    struct buf out;

    if (str_utf8(s) && !(s.n && memchr(s.p, 0, s.n)))
        return s;
    buf_init(&out, arena, s.n * 3 + 1);
    while (s.n) {
        size_t n = 1;
        while (n < LONGEST_SIGN && n < s.n && !str_utf8(str_sub(s, 0, n)))
            n++;
        bool sign = s.p[0] && str_utf8(str_sub(s, 0, n));
        buf_add(&out, sign ? str_sub(s, 0, n) : STR("\uFFFD"));
        s = str_sub(s, sign ? n : 1, s.n);
    }
    return buf_str(&out);
}

static bool read_head(struct arena *arena, struct str head, struct form_field *field,
                      struct err *err)
{
    struct str disposition = {0};

    if (head.n > LONGEST_PART_HEAD)
        return malformed("the header of a part is too long", err);
    while (head.n) {
        struct str line = str_cut(&head, '\n');
        struct str name = str_trim(str_cut(&line, ':'));
        if (str_eq_nocase(name, STR("Content-Disposition")))
            disposition = str_trim(line);
        else if (str_eq_nocase(name, STR("Content-Type")))
            field->type = str_trim(line);
    }
    field->name = mend_text(arena, parameter(arena, disposition, STR("name")));
    field->filename = mend_text(arena, parameter(arena, disposition, STR("filename")));
    field->type = mend_text(arena, field->type);
    struct str kind = str_trim(str_sub(disposition, 0, str_find(disposition, ';')));
    if (!str_eq_nocase(kind, STR("form-data")) || !field->name.n)
        return malformed("a part has no name", err);
    return true;
}

bool form_parse_multipart(struct arena *arena, struct str type, struct str body,
                          struct form_fields *out, struct err *err)
{
    struct form_fields fields = {0};
    struct str kind = str_trim(str_sub(type, 0, str_find(type, ';')));
    struct str boundary = parameter(arena, type, STR("boundary"));
    struct str skipped, head;

    if (!str_eq_nocase(kind, STR("multipart/form-data")) || !boundary.n ||
        boundary.n > LONGEST_BOUNDARY)
        return err_input(err, "Content-Type", "multipart/form-data; boundary=...",
                         "the multipart boundary is missing or too long");
    struct str between = str_fmt(arena, "\r\n--" STR_FMT, STR_ARG(boundary));
    struct str first = str_sub(between, 2, between.n);

    if (str_starts(body, first))
        body = str_sub(body, first.n, body.n);
    else if (!cut_at(&body, between, &skipped))
        return malformed("the boundary does not occur", err);
    while (!str_starts(body, STR("--"))) {
        if (!cut_at(&body, STR("\r\n"), &skipped) || str_trim(skipped).n)
            return malformed("a boundary is not followed by a line break", err);
        if (too_many(&fields, err))
            return false;
        struct form_field *field = form_fields_add(&fields, arena);
        if (!cut_at(&body, STR("\r\n\r\n"), &head))
            return malformed("the header of a part does not end", err);
        if (!read_head(arena, head, field, err))
            return false;
        if (!cut_at(&body, between, &field->value))
            return malformed("the last boundary is missing", err);
        if (!field->filename.n)
            field->value = mend_text(arena, field->value);
    }
    *out = fields;
    return true;
}

const struct form_field *form_find(const struct form_fields *fields, struct str name)
{
    for (size_t i = 0; i < fields->n; i++)
        if (str_eq(fields->at[i].name, name))
            return &fields->at[i];
    return NULL;
}

struct str form_value(const struct form_fields *fields, struct str name)
{
    const struct form_field *field = form_find(fields, name);

    return field ? field->value : STR("");
}
