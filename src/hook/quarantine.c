/* quarantine.c - how many deliveries that nobody vouches for are kept. */

#include "hook/quarantine.h"
#include "base/clock.h"
#include "hook/counter.h"
#include "hook/hook.h"

bool quarantine_has_room(void)
{
    static _Atomic int64_t this_minute, this_day;
    int64_t now = clock_mono_ms();

    return counter_up(&this_minute, now / 60000, 1) <= HOOK_QUARANTINE_MINUTE &&
           counter_up(&this_day, now / 86400000, 1) <= HOOK_QUARANTINE_DAY;
}
