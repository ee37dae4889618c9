/* counter.c - how many in this period. */

#include "hook/counter.h"

int64_t counter_up(_Atomic int64_t *counter, int64_t period, int64_t more)
{
    const int64_t most = 0xffffff; /* the counter is period << 24 | count */
    int64_t now = atomic_load(counter), count;

    do {
        count = (now >> 24 == period ? now & most : 0) + more;
        if (count > most)
            count = most;
    } while (!atomic_compare_exchange_weak(counter, &now, period << 24 | count));
    return count;
}
