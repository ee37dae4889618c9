#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

/*
 * Text that grows, with a ceiling given at the start.  Writing past the
 * ceiling writes nothing more and sets `full`; the one who began the buffer
 * asks once, at the end (buf_str asserts nothing, buf_done asks).
 */
struct buf {
    struct arena *arena;
    char *p;
    size_t n;
    size_t room;
    size_t ceiling;
    bool full;
};

void buf_init(struct buf *buf, struct arena *arena, size_t ceiling);

void buf_add(struct buf *buf, struct str s);
void buf_char(struct buf *buf, char c);
void buf_fmt(struct buf *buf, const char *fmt, ...) PRINTF(2, 3);

/* What was written so far; NUL-terminated; valid until the next write. */
struct str buf_str(const struct buf *buf);

/* As buf_str, but false with ERR_INVALID "<what> is longer than <ceiling> bytes". */
MUST_CHECK bool buf_done(const struct buf *buf, const char *what, struct str *out,
                         struct err *err);

#endif
