#ifndef ROI_SPAN_H
#define ROI_SPAN_H

#include "text/block.h"

/*
 * A range of days or instants, as blocks of three sizes (text/block.h) and what
 * they have too much or too little at both ends: few rows to read, whatever the
 * length.
 *
 *     range               |-------------------------------------|
 *     large blocks    |---------------|---------------|
 *     middle ones     |---|                           |---|---|---|
 *     small ones          |-|                                   |-|
 *     rest                  -
 *
 *     +large, -middle before, +middle behind, ... each end brought nearer by the next size
 *
 * What is shorter than a block begins with the next size; without any it is
 * all rest.
 */
struct roi_span {
    int64_t sign;     /* +1 or -1: added to the sum or taken out */
    int64_t from, to; /* [from, to): numbers of blocks; the rests: units */
};
enum {
    ROI_LARGE,
    ROI_MIDDLE_BEFORE,
    ROI_MIDDLE_BEHIND,
    ROI_SMALL_BEFORE,
    ROI_SMALL_BEHIND,
    ROI_REST_BEFORE,
    ROI_REST_BEHIND,
    ROI_SPANS
};

/*
 * All of them, the empty ones too (from == to).  `day` = so many units of [from, to) make a
 * day.  `now` in these units: from it on nothing is to be expected, so a block that ends
 * later costs nothing to take whole.
 */
void roi_spans(int64_t from, int64_t to, int64_t day, int64_t now,
               struct roi_span out[ROI_SPANS]);

#endif
