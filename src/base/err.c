/* err.c - how failures are recorded. */

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool err_set_at(struct err *err, enum err_kind kind, const char *file, int line,
                const char *fmt, ...)
{
    va_list ap;

    must(kind != ERR_NONE);
    memset(err, 0, sizeof *err);
    err->kind = kind;
    err->file = file;
    err->line = line;
    va_start(ap, fmt);
    (void)vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    return false;
}

bool err_field(struct err *err, const char *field)
{
    (void)snprintf(err->field, sizeof err->field, "%s", field);
    return false;
}

bool err_hint(struct err *err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(err->hint, sizeof err->hint, fmt, ap);
    va_end(ap);
    return false;
}

bool err_while(struct err *err, const char *fmt, ...)
{
    char doing[sizeof err->text];
    char text[sizeof err->text];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(doing, sizeof doing, fmt, ap);
    va_end(ap);
    (void)snprintf(text, sizeof text, "%.*s: %.*s", 200, doing, 300, err->text);
    memcpy(err->text, text, sizeof text);
    return false;
}

#define ERR_NAME(kind_, name_) [kind_] = (name_),

const char *err_kind_name(enum err_kind kind)
{
    static const char *const names[] = {[ERR_NONE] = "none", ERR_KINDS(ERR_NAME)};

    must((size_t)kind < sizeof names / sizeof names[0]);
    return names[kind];
}

void err_bug(const char *file, int line, const char *what)
{
    fprintf(stderr, "adwright: bug at %s:%d: %s\n", file, line, what);
    fflush(stderr);
    abort();
}
