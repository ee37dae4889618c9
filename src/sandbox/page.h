#ifndef SANDBOX_PAGE_H
#define SANDBOX_PAGE_H

#include "sandbox/call.h"

/* Endpoints that take advertiser_id or library_id: settle call->advertiser_id. */
MUST_CHECK bool page_owner(struct call *call);

/* The page of args.page_id; NULL after call_refuse. */
const struct json *page_named(struct call *call);

#endif
