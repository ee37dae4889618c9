/* json_write.c - building JSON text. */

#include "text/json.h"
#include "text/money.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void json_writer(struct json_writer *w, struct buf *buf)
{
    *w = (struct json_writer){.buf = buf};
}

/* What stands between the last thing written and the next value. */
static void before_value(struct json_writer *w)
{
    bool in_object = w->depth > 0 && w->open[w->depth - 1] == '{';

    must(in_object == w->keyed);     /* a value of an object needs its key first */
    must(w->depth > 0 || !w->comma); /* one value at the top */
    if (w->comma && !w->keyed)
        buf_char(w->buf, ',');
    w->keyed = false;
    w->comma = true;
}

static void open_container(struct json_writer *w, char c)
{
    before_value(w);
    must(w->depth < LIMIT_JSON_WRITER_DEPTH);
    w->open[w->depth++] = c;
    buf_char(w->buf, c);
    w->comma = false;
}

void json_object(struct json_writer *w)
{
    open_container(w, '{');
}

void json_list(struct json_writer *w)
{
    open_container(w, '[');
}

void json_end(struct json_writer *w)
{
    must(w->depth > 0 && !w->keyed);
    w->depth--;
    buf_char(w->buf, w->open[w->depth] == '{' ? '}' : ']');
    w->comma = true;
}

/* Bytes of the well-formed code point at the start of s; 0 where it is none. */
static size_t code_point(struct str s)
{
    for (size_t n = 2; n <= 4 && n <= s.n; n++)
        if (str_utf8(str_sub(s, 0, n)))
            return n;
    return 0;
}

static bool plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

static void put_quoted(struct buf *buf, struct str s)
{
    static const char replacement[] = "\xef\xbf\xbd";

    buf_char(buf, '"');
    while (s.n) {
        size_t n = 0;
        while (n < s.n && plain((unsigned char)s.p[n]))
            n++;
        buf_add(buf, str_sub(s, 0, n));
        s = str_sub(s, n, s.n);
        if (!s.n)
            break;
        unsigned char c = (unsigned char)s.p[0];
        n = 1;
        if (c >= 0x80) {
            n = code_point(s);
            buf_add(buf, n ? str_sub(s, 0, n) : str(replacement));
        } else if (c == '"' || c == '\\') {
            buf_char(buf, '\\');
            buf_char(buf, (char)c);
        } else if (c == '\n') {
            buf_add(buf, STR("\\n"));
        } else if (c == 0) { /* "\u0000" is what our own reader refuses */
            buf_add(buf, str(replacement));
        } else {
            buf_fmt(buf, "\\u%04x", c);
        }
        s = str_sub(s, n ? n : 1, s.n);
    }
    buf_char(buf, '"');
}

void json_key_str(struct json_writer *w, struct str key)
{
    must(w->depth > 0 && w->open[w->depth - 1] == '{' && !w->keyed);
    if (w->comma)
        buf_char(w->buf, ',');
    put_quoted(w->buf, key);
    buf_char(w->buf, ':');
    w->keyed = true;
}

void json_key(struct json_writer *w, const char *key)
{
    json_key_str(w, str(key));
}

void json_put_text(struct json_writer *w, struct str s)
{
    before_value(w);
    put_quoted(w->buf, s);
}

void json_put_text_or_null(struct json_writer *w, struct str s)
{
    if (s.n)
        json_put_text(w, s);
    else
        json_put_null(w);
}

void json_put_raw(struct json_writer *w, struct str json)
{
    before_value(w);
    buf_add(w->buf, json);
}

void json_put_int(struct json_writer *w, int64_t v)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%lld", (long long)v);

    json_put_raw(w, (struct str){text, (size_t)n});
}

void json_put_bool(struct json_writer *w, bool v)
{
    json_put_raw(w, v ? STR("true") : STR("false"));
}

void json_put_null(struct json_writer *w)
{
    json_put_raw(w, STR("null"));
}

void json_put_real(struct json_writer *w, double v)
{
    char text[40];

    if (!isfinite(v)) {
        json_put_null(w);
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        (void)snprintf(text, sizeof text, "%.*g", precision, v);
        if (strtod(text, NULL) == v)
            break;
    }
    json_put_raw(w, str(text));
}

void json_put_micros(struct json_writer *w, int64_t micros)
{
    json_put_raw(w, money_decimal(w->buf->arena, micros));
}

void json_text_member(struct json_writer *w, const char *key, struct str s)
{
    json_key(w, key);
    json_put_text(w, s);
}

void json_text_or_null_member(struct json_writer *w, const char *key, struct str s)
{
    json_key(w, key);
    json_put_text_or_null(w, s);
}

void json_int_member(struct json_writer *w, const char *key, int64_t v)
{
    json_key(w, key);
    json_put_int(w, v);
}

void json_bool_member(struct json_writer *w, const char *key, bool v)
{
    json_key(w, key);
    json_put_bool(w, v);
}

void json_micros_member(struct json_writer *w, const char *key, int64_t micros)
{
    json_key(w, key);
    json_put_micros(w, micros);
}
