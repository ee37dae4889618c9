#ifndef WORK_THREAD_H
#define WORK_THREAD_H

#include "base/err.h"

#include <pthread.h>
#include <stddef.h>

/* What pool.c and loop.c share.  Nobody outside work/ includes this. */

/* A thread named "<name>-<index>" (index < 0: "<name>"), cut to the kernel's 15 characters,
 * with all signals blocked: they belong to the main thread. */
MUST_CHECK bool thread_start(pthread_t *out, const char *name, int index,
                             void *(*run)(void *arg), void *arg, struct err *err);

/* A condition whose timed waits use the monotonic clock. */
void thread_cond_init(pthread_cond_t *cond);
void thread_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t mono_ms);

/* Zeroed memory; never NULL (a server that cannot start says so by ending). */
void *thread_array(size_t n, size_t size);

#endif
