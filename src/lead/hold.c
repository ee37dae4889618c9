/* hold.c - reading deliveries waits while they pour in. */

#include "base/clock.h"
#include "lead/lead.h"

#include <stdatomic.h>

static _Atomic int64_t began_ms; /* monotonic, of the present stream of holds */
static _Atomic int64_t last_ms;  /* 0 = never */

void lead_intake_hold(void)
{
    int64_t now = clock_mono_ms();
    int64_t last = atomic_exchange(&last_ms, now);

    if (!last || now - last > LEAD_HOLD_MS)
        atomic_store(&began_ms, now);
}

bool lead_intake_held(void)
{
    int64_t now = clock_mono_ms();
    int64_t last = atomic_load(&last_ms);

    return last && now - last <= LEAD_HOLD_MS &&
           now - atomic_load(&began_ms) <= LEAD_HOLD_LONGEST_MS;
}
