#ifndef SANDBOX_VALIDATE_H
#define SANDBOX_VALIDATE_H

#include "sandbox/table.h"
#include "text/form.h"
#include "text/json.h"

/*
 * The checks that need only the endpoint table: unknown members, types, words,
 * bounds, required members.  On refusal `message` holds the platform-like text
 * (code 40002), which names the parameter: "creatives[0].ad_name: ...".
 */

/* A request body (or the object made by one of the two below). */
MUST_CHECK bool validate_object(struct arena *arena, const struct endpoint *endpoint,
                                const struct json *args, struct str *message);

/* A query: scalars plain, lists and objects JSON-encoded.  One JSON object out. */
MUST_CHECK bool validate_query(struct arena *arena, const struct endpoint *endpoint,
                               const struct form_fields *query, const struct json **args,
                               struct str *message);

/* A multipart form: text fields as in a query; files stay behind. */
MUST_CHECK bool validate_form(struct arena *arena, const struct endpoint *endpoint,
                              const struct form_fields *form, const struct json **args,
                              struct str *message);

#endif
