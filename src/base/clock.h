#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/err.h"

/*
 * Time, as a seam.  Instants are int64 milliseconds UTC since 1970 (`_ms`);
 * waiting and deadlines use the monotonic clock, which nobody can turn.
 *
 * The wall clock of the whole process can be moved: the demo and the tests
 * live two weeks in seconds.  Product code never asks the system for the time.
 */
int64_t clock_wall_ms(void);
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);

/* Do nothing for so long (monotonic).  For pauses between attempts; waits have a condition. */
void clock_sleep_ms(int64_t ms);

/* Move the wall clock of this process so that it now shows `wall_ms`. */
void clock_set_wall(int64_t wall_ms);

/*
 * Stop the wall clock of this process: it moves by clock_set_wall alone, so
 * that how fast the machine is decides nothing (the demo).  Thawed, it runs on
 * from where it stands.
 */
void clock_freeze(bool frozen);

/*
 * Follow a file of 8 bytes that holds an offset in milliseconds (int64, host
 * order), mapped and shared: whoever writes the file moves our clock at once.
 * For tests that drive the real binary.
 */
MUST_CHECK bool clock_follow_file(const char *path, struct err *err);

#endif
