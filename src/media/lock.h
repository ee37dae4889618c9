#ifndef MEDIA_LOCK_H
#define MEDIA_LOCK_H

#include <stdint.h>

/*
 * The lock-down of confine.h, on the child's side.  Each takes effect at once
 * and for good.
 */
struct lock_limits {
    int64_t cpu_seconds;
    int64_t memory_bytes; /* of addresses */
    int64_t output_bytes; /* the largest file */
};

/* Processor time, memory, file size, no core: before anything is opened. */
void lock_limits(const struct lock_limits *limits);

/* The rest, of what `wanted` (enum confine_layer) asks; returns what holds. */
unsigned lock_down(unsigned wanted);

#endif
