#ifndef ROI_SPAN_H
#define ROI_SPAN_H

#include "base/str.h"
#include "text/zone.h"

/*
 * A range of days or instants, as whole blocks of 30 days and what they have
 * too much or too little at both ends: few rows to read, whatever the length.
 *
 *     range         |-----------------------------|
 *     blocks    |---------|---------|---------|
 *     spans     +blocks, -rest before, +rest behind
 *
 * A range without a whole block is all rest.
 */
struct roi_span {
    bool blocks;
    int64_t sign;     /* +1 or -1: added to the sum or taken out */
    int64_t from, to; /* [from, to): numbers of blocks, of days, or milliseconds */
};
enum { ROI_BLOCKS, ROI_BEFORE, ROI_BEHIND, ROI_SPANS };

/*
 * All three, the empty ones too (from == to).  `unit` = so many of [from, to)'s
 * units make a block.  `now` in these units: from it on nothing is to be
 * expected, so a block that ends later costs nothing to take whole.
 */
void roi_spans(int64_t from, int64_t to, int64_t unit, int64_t now,
               struct roi_span out[ROI_SPANS]);

#endif
