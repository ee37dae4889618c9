#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/*
 * Text or bytes: pointer and length, by value, never modified through it.
 * Strings made on an arena are also NUL-terminated, for libraries.
 * The empty string is {NULL or anything, 0}.
 */
struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_INIT(literal)                                                                      \
    {                                                                                          \
        "" literal, sizeof(literal) - 1                                                        \
    }
#define STR_FMT        "%.*s"
#define STR_ARG(s)     (int)(s).n, (s).n ? (s).p : ""
#define countof(array) (sizeof(array) / sizeof((array)[0]))

struct str str(const char *cstr); /* borrows; str(NULL) is empty */

bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */
int str_cmp(struct str a, struct str b);        /* by bytes, then by length */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_has(struct str s, struct str part);

/* Offset of the first `c`, or s.n. */
size_t str_find(struct str s, char c);
/* From `from`, at most `n` bytes; both are clipped to the string. */
struct str str_sub(struct str s, size_t from, size_t n);
/* Without ASCII white space at both ends. */
struct str str_trim(struct str s);
/*
 * Cut at the first `sep`: returns what stands before it and leaves in *s what
 * stands after it (all of it, and nothing, where there is no `sep`).
 */
struct str str_cut(struct str *s, char sep);

struct str str_dup(struct arena *arena, struct str s);
struct str str_fmt(struct arena *arena, const char *fmt, ...) PRINTF(2, 3);
struct str str_lower(struct arena *arena, struct str s); /* ASCII letters only */
struct str str_upper(struct arena *arena, struct str s); /* ASCII letters only */
/* NUL-terminated copy, for libraries. */
const char *str_c(struct arena *arena, struct str s);

/* A whole decimal int64, sign allowed; false when anything else is in the text. */
bool str_int(struct str s, int64_t *out);

/* Well-formed UTF-8 without NUL? */
bool str_utf8(struct str s);
/* How many bytes at the start are ASCII other than NUL. */
size_t str_ascii(struct str s);
/* How many code points; malformed bytes count one each. */
size_t str_length(struct str s);

/* 64-bit FNV-1a, for tables in memory; not for anything an attacker chooses. */
uint64_t str_hash(struct str s);

#endif
