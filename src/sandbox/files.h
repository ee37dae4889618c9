#ifndef SANDBOX_FILES_H
#define SANDBOX_FILES_H

#include "sandbox/call.h"

/*
 * The bytes behind videos and images, in a folder, and their public links
 * under /sandbox/files/: signed by nothing, but expiring, and refused to the
 * platform's own fetcher, as its links are.
 */

/* Make the folder: beside the state file, or a temporary one in the data folder. */
MUST_CHECK bool files_open(struct sandbox *box, struct err *err);
void files_clear(struct sandbox *box);
/* Remove a temporary folder. */
void files_close(struct sandbox *box);

/* Keep the bytes under a name of our making (an id). */
MUST_CHECK bool files_put(struct sandbox *box, struct str name, struct str bytes,
                          struct err *err);
/* The bytes from `at` on are these (what stood there before is gone). */
MUST_CHECK bool files_append(struct sandbox *box, struct str name, struct str bytes, int64_t at,
                             struct err *err);
MUST_CHECK bool files_read(struct sandbox *box, struct arena *arena, struct str name,
                           struct str *out, struct err *err);

/* A link that works until `until_ms`; `kind` is "video", "image", "cover" or "profile". */
struct str files_link(struct call *call, const char *kind, struct str name, int64_t until_ms);
/* The same for a request to `host` ("" = ours). */
struct str files_link_at(struct sandbox *box, struct arena *arena, struct str host,
                         const char *kind, struct str name, int64_t until_ms);

/* GET /sandbox/files/:kind/:name */
web_handler files_get;

#endif
