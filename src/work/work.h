#ifndef WORK_WORK_H
#define WORK_WORK_H

#include "base/err.h"

#include <stddef.h>

/*
 * Threads.  The only module that starts one.  Product code runs inside: plain
 * blocking functions, no locks.
 *
 * A pool is N threads that take items from one bounded queue.  `run` is called
 * with up to `batch` items at once (1 for ordinary pools): a pool with a batch
 * takes all that wait, so that one transaction can serve many.
 *
 * The queue is bounded by count (never exceeded) and its age is visible, so the
 * feeder can refuse when the oldest entry has waited too long.
 */
struct work_pool;

struct work_settings {
    const char *name; /* thread names and logs */
    int threads;
    size_t batch;                                   /* most items per call of run; 0 means 1 */
    size_t queue_limit;                             /* most waiting items */
    void *(*start)(void *shared, int thread_index); /* per-thread state; may be NULL */
    void (*run)(void *state, void **items, size_t n);
    void (*stop)(void *state); /* may be NULL */
    void *shared;
};

MUST_CHECK bool work_start(const struct work_settings *settings, struct work_pool **out,
                           struct err *err);
/* False when the queue is full or the pool is stopping. Thread-safe. */
MUST_CHECK bool work_push(struct work_pool *pool, void *item);
/* Push what fits, in order, at once: returns how many were taken. Thread-safe. */
MUST_CHECK size_t work_push_many(struct work_pool *pool, void **items, size_t n);
/* How long the oldest waiting item has waited; 0 when none waits. Thread-safe. */
int64_t work_oldest_ms(struct work_pool *pool);
size_t work_waiting(struct work_pool *pool);
/*
 * No new items; those waiting are run until `deadline_mono_ms`, the rest is
 * handed to `drop` (may be NULL).  Joins the threads, frees the pool.
 */
void work_stop(struct work_pool *pool, int64_t deadline_mono_ms, void (*drop)(void *item));

/*
 * A loop thread of our own (the HTTP poll loop, the job claimer): calls `turn`
 * until work_loop_stop.  `turn` must return within a second; `wake` (may be
 * NULL) is called from the stopping thread to cut a wait short.
 */
struct work_loop;
MUST_CHECK bool work_loop_start(const char *name, void (*turn)(void *arg),
                                void (*wake)(void *arg), void *arg, struct work_loop **out,
                                struct err *err);
void work_loop_stop(struct work_loop *loop);

#endif
