#ifndef SANDBOX_FETCH_H
#define SANDBOX_FETCH_H

#include "sandbox/call.h"

/* UPLOAD_BY_URL: the platform itself fetches the client's file (TikTok: upload limits). */

/* Does this call want a fetch that was not done yet? */
bool fetch_wanted(const struct call *call);

/* Do it, within ten seconds, into call->fetched.  Without the lock. */
void fetch_url(struct call *call);

/* The same for any URL: the file's bytes, or why they cannot be had. */
void fetch_bytes(struct net *net, struct arena *arena, struct str url, struct fetched *out);

/* Is this request one of our own fetches?  (Our media links refuse those with 403.) */
bool fetch_ours(const struct request *rq);

#endif
