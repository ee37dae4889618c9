/* span.c - ranges in whole blocks and their rests. */

#include "roi/span.h"

/* From the largest size to the units themselves. */
enum { SIZES = 4 };

/* The border of blocks of so many units that is nearer; the later one where nothing lies
 * between. */
static int64_t nearest(int64_t at, int64_t unit, int64_t now)
{
    int64_t block = floor_div(at, unit);
    int64_t over = at - block * unit;

    return (over * 2 >= unit || (over > 0 && at >= now) ? block + 1 : block) * unit;
}

/* From one border to the other, backwards where what came before was too much. */
static struct roi_span between(int64_t from, int64_t to, int64_t unit)
{
    return from <= to ? (struct roi_span){1, from / unit, to / unit}
                      : (struct roi_span){-1, to / unit, from / unit};
}

void roi_spans(int64_t from, int64_t to, int64_t day, int64_t now,
               struct roi_span out[ROI_SPANS])
{
    const int64_t units[SIZES] = {BLOCK_LARGE_DAYS * day, BLOCK_MIDDLE_DAYS * day,
                                  BLOCK_SMALL_DAYS * day, 1};
    int64_t first = 0, end = 0; /* what the sizes so far make up */

    for (int i = 0; i < SIZES; i++) {
        int64_t unit = units[i];
        int64_t next_first = nearest(from, unit, now), next_end = nearest(to, unit, now);
        struct roi_span *before = &out[i ? 2 * i - 1 : 0], *behind = &out[2 * i];
        *before = *behind = (struct roi_span){1, 0, 0};
        if (first == end && (next_first >= next_end || (to - from) * 2 < unit))
            continue;
        if (first == end) {
            *before = between(next_first, next_end, unit);
        } else {
            *before = between(next_first, first, unit);
            *behind = between(end, next_end, unit);
        }
        first = next_first;
        end = next_end;
    }
}
