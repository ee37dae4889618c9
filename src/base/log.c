/* log.c - one event, one line, one write. */

#include "base/log.h"
#include "base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096, CORRELATION_MAX = 64 };

static enum log_level lowest_level = LOG_INFO;
static int as_json = -1;
static _Atomic uint64_t dropped;
static _Thread_local char correlation[CORRELATION_MAX + 1];

/* A line under construction; silently cut at its end. */
struct line {
    char text[LINE_MAX_BYTES];
    size_t n;
};

static void put(struct line *line, struct str s)
{
    size_t room = sizeof line->text - 2 - line->n; /* keep the newline's place */
    size_t n = s.n < room ? s.n : room;

    if (n)
        memcpy(line->text + line->n, s.p, n);
    line->n += n;
}

/* One byte at a time, so that no control character reaches a terminal or a parser. */
static void put_escaped(struct line *line, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        char hex[8];
        /* U+2028/2029 (e2 80 a8/a9) break lines in some readers. */
        if (c == 0xe2 && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0x80 &&
            ((unsigned char)s.p[i + 2] & 0xfe) == 0xa8) {
            put(line, (unsigned char)s.p[i + 2] == 0xa8 ? STR("\\u2028") : STR("\\u2029"));
            i += 2;
        } else if (c < 0x20 || c == 0x7f) {
            (void)snprintf(hex, sizeof hex, "\\u%04x", c);
            put(line, str(hex));
        } else if (c == '"' || c == '\\') {
            put(line, STR("\\"));
            put(line, (struct str){(const char *)&s.p[i], 1});
        } else {
            put(line, (struct str){(const char *)&s.p[i], 1});
        }
    }
}

static void stamp(char *out, size_t n)
{
    int64_t ms = clock_wall_ms();
    time_t s = (time_t)(ms / 1000);
    struct tm tm;

    must(gmtime_r(&s, &tm));
    size_t len = strftime(out, n, "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(out + len, n - len, ".%03dZ", (int)(ms % 1000));
}

void log_mask_phone(struct str phone, char *out, size_t n)
{
    if (phone.n < 8) {
        (void)snprintf(out, n, "***");
        return;
    }
    (void)snprintf(out, n, "%.4s***%.2s", phone.p, phone.p + phone.n - 2);
}

void log_mask_email(struct str email, char *out, size_t n)
{
    size_t at = str_find(email, '@');
    struct str domain = str_sub(email, at, email.n);

    (void)snprintf(out, n, "%.*s***" STR_FMT, at ? 1 : 0, email.n ? email.p : "",
                   STR_ARG(domain));
}

static void put_value(struct line *line, const struct log_field *f)
{
    char text[96];

    switch (f->kind) {
    case LOG_KIND_INT:
        (void)snprintf(text, sizeof text, "%" PRId64, f->number);
        put(line, str(text));
        return;
    case LOG_KIND_PHONE:
        log_mask_phone(f->text, text, sizeof text);
        break;
    case LOG_KIND_EMAIL:
        log_mask_email(f->text, text, sizeof text);
        break;
    case LOG_KIND_TEXT:
        put(line, STR("\""));
        put_escaped(line, f->text);
        put(line, STR("\""));
        return;
    }
    put(line, STR("\""));
    put_escaped(line, str(text));
    put(line, STR("\""));
}

/* A full or stuck sink loses lines, never workers' time. */
static void emit(struct line *line)
{
    struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};

    line->text[line->n++] = '\n';
    if (poll(&p, 1, 0) != 1 || !(p.revents & POLLOUT)) {
        atomic_fetch_add(&dropped, 1);
        return;
    }
    ssize_t done = write(STDERR_FILENO, line->text, line->n);
    if (done < 0 || (size_t)done < line->n)
        atomic_fetch_add(&dropped, 1);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    struct line line = {.n = 0};
    char when[40];

    if (level < lowest_level)
        return;
    bool json = as_json == 1 || (as_json < 0 && !isatty(STDERR_FILENO));
    stamp(when, sizeof when);
    if (json) {
        put(&line, STR("{\"time\":\""));
        put(&line, str(when));
        put(&line, STR("\",\"level\":\""));
        put(&line, str(names[level]));
        put(&line, STR("\",\"event\":\""));
        put_escaped(&line, str(event));
        put(&line, STR("\""));
        if (correlation[0]) {
            put(&line, STR(",\"correlation_id\":\""));
            put_escaped(&line, str(correlation));
            put(&line, STR("\""));
        }
    } else {
        put(&line, str_sub(str(when), 11, 8));
        put(&line, STR(" "));
        put(&line, str(names[level]));
        put(&line, STR(" "));
        put(&line, str(event));
    }
    for (const struct log_field *f = fields; f->name; f++) {
        put(&line, json ? STR(",\"") : STR(" "));
        put(&line, str(f->name));
        put(&line, json ? STR("\":") : STR("="));
        put_value(&line, f);
    }
    if (json) {
        if (line.n > sizeof line.text - 4) /* cut: close what is open */
            line.n = sizeof line.text - 4, put(&line, STR("\""));
        put(&line, STR("}"));
    }
    emit(&line);
}

void log_err(const char *event, const struct err *err)
{
    bool ours = err->kind == ERR_BROKEN || err->kind == ERR_UNCERTAIN;

    log_write(
        ours ? LOG_ERROR : LOG_WARN, event,
        LOG_FIELDS(LOG_CSTR("kind", err_kind_name(err->kind)), LOG_CSTR("text", err->text),
                   LOG_CSTR("hint", err->hint), LOG_CSTR("field", err->field),
                   LOG_CSTR("file", err->file ? err->file : ""), LOG_INT("line", err->line),
                   LOG_CSTR("platform_request_id", err->platform_request_id)));
}

void log_correlation(struct str id)
{
    size_t n = id.n < CORRELATION_MAX ? id.n : CORRELATION_MAX;

    if (n)
        memcpy(correlation, id.p, n);
    correlation[n] = 0;
}

struct str log_correlation_now(void)
{
    return str(correlation);
}

void log_setup(enum log_level lowest, int json)
{
    lowest_level = lowest;
    as_json = json;
}

uint64_t log_dropped(void)
{
    return atomic_load(&dropped);
}
