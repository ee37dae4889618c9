/* span.c - ranges in whole blocks and their rests. */

#include "roi/span.h"
#include "text/day.h"

static int put(struct roi_span *out, int n, bool blocks, int64_t sign, int64_t from, int64_t to)
{
    if (from >= to)
        return n;
    out[n] = (struct roi_span){.blocks = blocks, .sign = sign, .from = from, .to = to};
    return n + 1;
}

/* The nearer end; or the later one, where nothing lies between. */
static int64_t nearest(int64_t at, int64_t unit, int64_t now)
{
    int64_t block = floor_div(at, unit);
    int64_t over = at - block * unit;

    return over * 2 >= unit || (over > 0 && at >= now) ? block + 1 : block;
}

int roi_spans(int64_t from, int64_t to, int64_t unit, int64_t now,
              struct roi_span out[ROI_SPANS])
{
    int64_t first = nearest(from, unit, now), end = nearest(to, unit, now);
    int64_t start = first * unit, stop = end * unit;
    int n = 0;

    if (first >= end)
        return put(out, 0, false, 1, from, to);
    n = put(out, n, true, 1, first, end);
    n = from < start ? put(out, n, false, 1, from, start) : put(out, n, false, -1, start, from);
    return to > stop ? put(out, n, false, 1, stop, to) : put(out, n, false, -1, to, stop);
}
