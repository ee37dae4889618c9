#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include "base/str.h"

/*
 * Randomness, as a seam.  From the kernel unless random_seed was called, which
 * makes every later draw of this process a fixed sequence (tests, replay).
 */
void random_bytes(void *out, size_t n);
uint64_t random_u64(void);
void random_seed(uint64_t seed);

/*
 * A new id of ours: UUIDv7 text, 36 characters, time-ordered by the wall
 * clock, unique within the process even inside one millisecond.
 */
struct str id_new(struct arena *arena);

/* Does the text have the shape of a UUID (8-4-4-4-12 lower-case hex)? */
bool id_valid(struct str s);

#endif
