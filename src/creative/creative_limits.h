#ifndef CREATIVE_CREATIVE_LIMITS_H
#define CREATIVE_CREATIVE_LIMITS_H

#include "base/str.h"
#include "text/says.h"

/*
 * What platforms take, as data: one row for each limit.  creative_check reads
 * them, docs/creative-limits.md is printed from them.
 */
struct creative_limit {
    const char *platform;  /* "" = every one */
    const char *placement; /* "" = every one */
    const char *kind;      /* video, image */
    const char *field;     /* of creative_fields */
    bool error;            /* otherwise a recommendation */
    /* What is allowed: a range in the field's unit (high 0 = open), one of these words
     * (separated by spaces), or for the field "resolution" a least size for one shape. */
    double low, high;
    const char *words;
    const char *shape; /* "9:16" */
    int width, height;
    const char *source; /* who says so */
};
extern const struct creative_limit creative_limits[];
extern const size_t creative_limits_n;

/* "3 to 60 s", "mp4 or mov", "9:16 from 540x960" */
const char *creative_limit_allowed(struct arena *arena, const struct creative_limit *limit);

/* The same as a code and values; nothing for words ("mp4 or mov"), which need none. */
struct says creative_limit_says(struct arena *arena, const struct creative_limit *limit);

/* The table as Markdown, the text of docs/creative-limits.md. */
struct str creative_limits_print(struct arena *arena);

#endif
