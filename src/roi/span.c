/* span.c - ranges in whole blocks and their rests. */

#include "roi/span.h"
#include "text/day.h"

/* The nearer end; or the later one, where nothing lies between. */
static int64_t nearest(int64_t at, int64_t unit, int64_t now)
{
    int64_t block = floor_div(at, unit);
    int64_t over = at - block * unit;

    return over * 2 >= unit || (over > 0 && at >= now) ? block + 1 : block;
}

/* The range itself where it is right, else what lies too much before it. */
static struct roi_span rest(int64_t from, int64_t to)
{
    return from <= to ? (struct roi_span){false, 1, from, to}
                      : (struct roi_span){false, -1, to, from};
}

void roi_spans(int64_t from, int64_t to, int64_t unit, int64_t now,
               struct roi_span out[ROI_SPANS])
{
    int64_t first = nearest(from, unit, now), end = nearest(to, unit, now);

    if (first >= end) {
        out[ROI_BLOCKS] = (struct roi_span){true, 1, 0, 0};
        out[ROI_BEFORE] = (struct roi_span){false, 1, from, to};
        out[ROI_BEHIND] = (struct roi_span){false, 1, to, to};
        return;
    }
    out[ROI_BLOCKS] = (struct roi_span){true, 1, first, end};
    out[ROI_BEFORE] = rest(from, first * unit);
    out[ROI_BEHIND] = rest(end * unit, to);
}
