#ifndef HOOK_QUARANTINE_H
#define HOOK_QUARANTINE_H

#include <stdbool.h>

/* May one more delivery that nobody vouches for be kept?  Counted against
 * HOOK_QUARANTINE_MINUTE and HOOK_QUARANTINE_DAY of this process. */
bool quarantine_has_room(void);

#endif
