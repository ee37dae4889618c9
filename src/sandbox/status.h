#ifndef SANDBOX_STATUS_H
#define SANDBOX_STATUS_H

#include "sandbox/call.h"

/* secondary_status as the platform words it, from the documents and the market. */
struct str status_campaign(const struct call *call, const struct json *campaign);
struct str status_adgroup(const struct call *call, const struct json *group);
struct str status_ad(const struct call *call, const struct json *ad);

/* Was it deleted, itself? */
bool status_deleted(const struct json *doc);

/*
 * Does an object with this secondary status pass primary_status and
 * secondary_status of args.filtering?  Without either, deleted ones do not.
 */
bool status_passes(const struct call *call, struct str secondary);
/* The same for one primary_status word. */
bool status_is_primary(struct str primary, struct str secondary);

#endif
