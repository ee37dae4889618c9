#ifndef TEXT_BLOCK_H
#define TEXT_BLOCK_H

#include "text/day.h"

/*
 * What reports count is kept added up by blocks of days, counted from
 * 1970-01-01, in three sizes (column block_days), each of whole smaller ones:
 * whatever a range's length and ends, a handful of blocks and at most three
 * days at each end make it up (roi/span.h).
 *
 * The texts of SQL have the sizes as numbers.
 */
enum { BLOCK_SMALL_DAYS = 6, BLOCK_MIDDLE_DAYS = 30, BLOCK_LARGE_DAYS = 180 };

_Static_assert(BLOCK_MIDDLE_DAYS % BLOCK_SMALL_DAYS == 0 &&
                   BLOCK_LARGE_DAYS % BLOCK_MIDDLE_DAYS == 0,
               "blocks are made of whole smaller ones");

#endif
