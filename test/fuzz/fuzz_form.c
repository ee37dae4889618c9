/*
 * fuzz_form - a form that is accepted, encoded again, is the same form; the
 * files of a multipart body lie inside it, its plain fields are text.
 *
 * Input: the body; for multipart the Content-Type is the first line before it.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "text/form.h"
#include "text/url.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static bool is_text(struct str s)
{
    return str_utf8(s) && !(s.n && memchr(s.p, 0, s.n));
}

static void check_form(struct arena *arena, struct str body)
{
    struct form_fields fields, again;
    struct err err = {0};
    struct buf buf;
    struct str text;

    if (!form_parse(arena, body, &fields, &err)) {
        must(err.kind == ERR_INVALID);
        return;
    }
    must(fields.n <= LIMIT_FORM_FIELDS);
    buf_init(&buf, arena, 4 * body.n + 1000);
    for (size_t i = 0; i < fields.n; i++) {
        must(is_text(fields.at[i].name) && is_text(fields.at[i].value));
        buf_add(&buf, url_encode(arena, fields.at[i].name));
        buf_char(&buf, '=');
        buf_add(&buf, url_encode(arena, fields.at[i].value));
        buf_char(&buf, '&');
    }
    must(buf_done(&buf, "form", &text, &err) && form_parse(arena, text, &again, &err));
    must(again.n == fields.n);
    for (size_t i = 0; i < fields.n; i++)
        must(str_eq(again.at[i].name, fields.at[i].name) &&
             str_eq(again.at[i].value, fields.at[i].value) &&
             form_find(&fields, fields.at[i].name));
}

static void check_multipart(struct arena *arena, struct str type, struct str body)
{
    struct form_fields fields;
    struct err err = {0};

    if (!form_parse_multipart(arena, type, body, &fields, &err)) {
        must(err.kind == ERR_INVALID);
        return;
    }
    must(fields.n <= LIMIT_FORM_FIELDS);
    for (size_t i = 0; i < fields.n; i++) {
        const struct form_field *f = &fields.at[i];
        must(f->name.n && is_text(f->name) && is_text(f->filename) && is_text(f->type));
        if (f->filename.n)
            must(f->value.n == 0 ||
                 (f->value.p >= body.p && f->value.p + f->value.n <= body.p + body.n));
        else
            must(is_text(f->value));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new("fuzz");
    struct str body = {(const char *)bytes, n};

    check_form(arena, body);
    struct str type = str_cut(&body, '\n');
    check_multipart(arena, type, body);
    check_multipart(arena, STR("multipart/form-data; boundary=B"), body);
    arena_free(arena);
    return 0;
}
