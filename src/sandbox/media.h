#ifndef SANDBOX_MEDIA_H
#define SANDBOX_MEDIA_H

#include "sandbox/call.h"

/* What videos and images have in common (TikTok: files). */

/* Metadata and cover are there: some time after the upload. */
bool media_ready(const struct call *call, const struct json *file);

/* A file name: 1..100 characters, used once per account; "" gets one of ours. */
MUST_CHECK bool media_name(struct call *call, enum kind kind, struct str suffix,
                           struct str *name);
bool media_name_taken(const struct call *call, enum kind kind, struct str name);

/*
 * The bytes of an upload: from the form's file with its MD5, from a URL that
 * was fetched, from a finished chunked upload.  `what` is "video" or "image".
 */
MUST_CHECK bool media_bytes(struct call *call, const char *what, struct str *bytes);

/* ISO 8601 with Z, as file times are. */
struct str media_time(struct arena *arena, int64_t ms);

#endif
