#ifndef SANDBOX_TARGETING_H
#define SANDBOX_TARGETING_H

#include "sandbox/call.h"

/*
 * Who may be reached: the lists of data/targeting.json, and the checks of an
 * ad group's targeting fields against them (TikTok: targeting).
 */
const struct json *targeting_load(struct arena *arena);

/* The place with this id; NULL when unknown. */
const struct json *targeting_place(const struct sandbox *box, struct str location_id);

/* The targeting of `group`, an ad group's full document; false after call_refuse. */
MUST_CHECK bool targeting_good(struct call *call, const struct json *group);

#endif
