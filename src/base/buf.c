/* buf.c - growing text with a ceiling. */

#include "base/buf.h"
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void buf_init(struct buf *buf, struct arena *arena, size_t ceiling)
{
    *buf = (struct buf){.arena = arena, .ceiling = ceiling};
    buf->room = ceiling < 256 ? ceiling : 256;
    buf->p = arena_alloc(arena, buf->room + 1);
}

/* Make room for n more bytes; false (and full) beyond the ceiling. */
static bool reserve(struct buf *buf, size_t n)
{
    if (buf->full || n > buf->ceiling - buf->n) {
        buf->full = true;
        return false;
    }
    if (buf->n + n <= buf->room)
        return true;
    size_t room = buf->room * 2;
    if (room < buf->n + n)
        room = buf->n + n;
    if (room > buf->ceiling)
        room = buf->ceiling;
    char *p = arena_alloc(buf->arena, room + 1);
    memcpy(p, buf->p, buf->n);
    buf->p = p;
    buf->room = room;
    return true;
}

void buf_add(struct buf *buf, struct str s)
{
    if (s.n == 0 || !reserve(buf, s.n))
        return;
    memcpy(buf->p + buf->n, s.p, s.n);
    buf->n += s.n;
    buf->p[buf->n] = 0;
}

void buf_char(struct buf *buf, char c)
{
    buf_add(buf, (struct str){&c, 1});
}

void buf_fmt(struct buf *buf, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    must(n >= 0);
    if (!reserve(buf, (size_t)n))
        return;
    va_start(ap, fmt);
    (void)vsnprintf(buf->p + buf->n, (size_t)n + 1, fmt, ap);
    va_end(ap);
    buf->n += (size_t)n;
}

struct str buf_str(const struct buf *buf)
{
    return (struct str){buf->p, buf->n};
}

bool buf_done(const struct buf *buf, const char *what, struct str *out, struct err *err)
{
    if (buf->full)
        return err_set(err, ERR_INVALID, "%s is longer than %zu bytes", what, buf->ceiling);
    *out = buf_str(buf);
    return true;
}
