#ifndef SANDBOX_API_H
#define SANDBOX_API_H

#include "sandbox/box.h"
#include "web/web.h"

/* /open_api/v1.3/...: every answer is HTTP 200 with an envelope. */
web_handler api_call;

/* Anything else: the bare text that the platform sends for unknown paths. */
web_handler api_unknown;

#endif
