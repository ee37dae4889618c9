/* csv.c - comma-separated values after RFC 4180. */

#include "text/csv.h"
#include "base/arena.h"
#include "base/limits.h"

#include <string.h>

static const struct str byte_order_mark = STR_INIT("\xef\xbb\xbf");

void csv_reader(struct csv_reader *reader, struct str text)
{
    if (str_starts(text, byte_order_mark))
        text = str_sub(text, byte_order_mark.n, text.n);
    *reader = (struct csv_reader){.rest = text, .line = 0, .next_line = 1, .separator = ','};
}

char csv_guess_separator(struct str text)
{
    size_t commas = 0, semicolons = 0, tabs = 0;
    bool quotes = false;

    for (size_t i = 0; i < text.n && (quotes || text.p[i] != '\n'); i++) {
        quotes = text.p[i] == '"' ? !quotes : quotes;
        commas += !quotes && text.p[i] == ',';
        semicolons += !quotes && text.p[i] == ';';
        tabs += !quotes && text.p[i] == '\t';
    }
    if (semicolons > commas && semicolons >= tabs)
        return ';';
    return tabs > commas ? '\t' : ',';
}

static bool malformed(const struct csv_reader *reader, const char *why, struct err *err)
{
    return err_set(err, ERR_INVALID, "CSV, line %lld: %s", (long long)reader->next_line, why);
}

/* A field in quotes: reader->rest stands after the opening one. */
static bool quoted(struct csv_reader *reader, struct arena *arena, struct str *out,
                   struct err *err)
{
    struct str s = reader->rest;
    bool doubled = false;
    size_t end = 0;

    for (;; end++) {
        if (end >= s.n || end > 2 * LIMIT_CSV_FIELD)
            return malformed(reader,
                             end >= s.n ? "a quote is not closed" : "a field is too long", err);
        if (s.p[end] != '"')
            continue;
        if (end + 1 >= s.n || s.p[end + 1] != '"')
            break;
        doubled = true;
        end++;
    }
    *out = str_sub(s, 0, end);
    for (size_t i = 0; i < end; i++)
        reader->next_line += s.p[i] == '\n';
    reader->rest = str_sub(s, end + 1, s.n);
    if (!doubled)
        return true;
    char *p = arena_alloc(arena, end + 1);
    size_t n = 0;
    for (size_t i = 0; i < end; i++) {
        p[n++] = s.p[i];
        i += s.p[i] == '"';
    }
    *out = (struct str){p, n};
    return true;
}

static bool plain(struct csv_reader *reader, struct str *out, struct err *err)
{
    struct str s = reader->rest;
    size_t n = 0;

    while (n < s.n && s.p[n] != reader->separator && s.p[n] != '\n') {
        if (s.p[n] == '"')
            return malformed(reader, "a quote in the middle of a field", err);
        n++;
    }
    reader->rest = str_sub(s, n, s.n);
    if (n < s.n && n > 0 && s.p[n] == '\n' && s.p[n - 1] == '\r')
        n--;
    *out = str_sub(s, 0, n);
    return true;
}

/* One field and the separator behind it; *more is false where the record ends. */
static bool field(struct csv_reader *reader, struct arena *arena, struct str *out, bool *more,
                  struct err *err)
{
    bool in_quotes = reader->rest.n && reader->rest.p[0] == '"';

    if (in_quotes)
        reader->rest = str_sub(reader->rest, 1, reader->rest.n);
    if (!(in_quotes ? quoted(reader, arena, out, err) : plain(reader, out, err)))
        return false;
    if (out->n > LIMIT_CSV_FIELD)
        return malformed(reader, "a field is too long", err);
    if (!str_utf8(*out))
        return malformed(reader, "not UTF-8 text", err);
    if (in_quotes && str_starts(reader->rest, STR("\r\n")))
        reader->rest = str_sub(reader->rest, 1, reader->rest.n);
    *more = reader->rest.n && reader->rest.p[0] == reader->separator;
    if (reader->rest.n && !*more && reader->rest.p[0] != '\n')
        return malformed(reader, "text after a closing quote", err);
    reader->next_line += reader->rest.n && !*more;
    reader->rest = str_sub(reader->rest, 1, reader->rest.n);
    return true;
}

static void skip_blank_lines(struct csv_reader *reader)
{
    for (;;) {
        size_t n = str_starts(reader->rest, STR("\n"))     ? 1
                   : str_starts(reader->rest, STR("\r\n")) ? 2
                                                           : 0;
        if (n == 0)
            return;
        reader->rest = str_sub(reader->rest, n, reader->rest.n);
        reader->next_line++;
    }
}

bool csv_next(struct csv_reader *reader, struct arena *arena, struct strs *out, struct err *err)
{
    struct strs record = {0};
    bool more = true;

    skip_blank_lines(reader);
    if (!reader->rest.n)
        return false;
    reader->line = reader->next_line;
    while (more) {
        if (record.n == LIMIT_CSV_COLUMNS)
            return malformed(reader, "too many columns", err);
        if (!field(reader, arena, strs_add(&record, arena), &more, err))
            return false;
    }
    *out = record;
    return true;
}

/* "-12.5": a spreadsheet reads it as a number, and a number is what is meant. */
static bool negative_number(struct str s)
{
    size_t digits = 0, points = 0;

    for (size_t i = 1; i < s.n; i++) {
        points += s.p[i] == '.';
        digits += s.p[i] >= '0' && s.p[i] <= '9';
    }
    return s.n > 1 && s.p[0] == '-' && digits > 0 && points <= 1 && digits + points == s.n - 1;
}

/* Would a spreadsheet run it?  The last four are the full-width = + - @. */
static bool formula(struct str s)
{
    static const char *const starts[] = {"=",  "+",  "-",  "@",  "\t", "\r",
                                         "\n", "＝", "＋", "－", "＠"};

    for (size_t i = 0; i < countof(starts); i++)
        if (str_starts(s, str(starts[i])))
            return !negative_number(s);
    return false;
}

void csv_put_separated(struct buf *buf, char separator, bool first, struct str s)
{
    bool quotes = s.n && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');

    if (str_starts(s, byte_order_mark)) /* first in a file it would be no part of the text */
        quotes = true;
    for (size_t i = 0; i < s.n; i++)
        quotes = quotes || s.p[i] == separator || (s.p[i] && strchr(",\"\r\n", s.p[i]));
    if (!first)
        buf_char(buf, separator);
    if (quotes)
        buf_char(buf, '"');
    if (formula(s))
        buf_char(buf, '\'');
    for (size_t at; s.n; s = str_sub(s, at + 1, s.n)) {
        at = str_find(s, '"');
        buf_add(buf, str_sub(s, 0, at));
        if (at < s.n)
            buf_add(buf, STR("\"\""));
    }
    if (quotes)
        buf_char(buf, '"');
}

void csv_put(struct buf *buf, bool first, struct str s)
{
    csv_put_separated(buf, ',', first, s);
}

void csv_end_row(struct buf *buf)
{
    buf_add(buf, STR("\r\n"));
}
