#ifndef HOOK_COUNTER_H
#define HOOK_COUNTER_H

#include <stdatomic.h>
#include <stdint.h>

/* Adds to a count that begins anew with each period, and returns it.  Thread-safe. */
int64_t counter_up(_Atomic int64_t *counter, int64_t period, int64_t more);

#endif
