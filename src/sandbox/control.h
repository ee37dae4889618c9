#ifndef SANDBOX_CONTROL_H
#define SANDBOX_CONTROL_H

#include "web/web.h"

/*
 * /sandbox/...: what the person at the bench may do and see that no platform
 * offers.  docs/sandbox.md lists it.  Errors are problem bodies (RFC 9457).
 */
extern const struct route control_routes[];

#endif
