#ifndef API_CONSOLE_H
#define API_CONSOLE_H

#include "web/web.h"

/*
 * The web console: files that Vite made of ui/, a part of the program.  Files
 * with a hash in their names are cached for ever; the page itself is asked for
 * again each time and answered 304.  Each is there as it is, as gzip and as
 * Brotli, and goes out as the browser takes it.
 */

/* web_settings.fallback: an address of the console gives its page, whatever stands behind it;
 * the rest is not found.  What reads JSON, or another method than GET, is no browser. */
bool console_page(struct request *rq, struct reply *rp, struct err *err);

bool get_snippet(struct request *rq, struct reply *rp, struct err *err); /* /t.js, snippet.c */

/* A file of src/api/pages/; must exist. */
struct str page_file(const char *name);

#endif
