#ifndef TEXT_URL_H
#define TEXT_URL_H

#include "base/str.h"

/* Percent-decoding, once; `plus` turns '+' into a space.  False on "%zz" or "%00". */
MUST_CHECK bool url_decode(struct arena *arena, struct str s, bool plus, struct str *out);
/* Everything but unreserved characters (RFC 3986) becomes %XX. */
struct str url_encode(struct arena *arena, struct str s);

struct url {
    struct str scheme; /* lower case: "https" */
    struct str host;   /* lower case, without brackets */
    int port;          /* explicit or the scheme's own */
    struct str path;   /* starts with '/', undecoded */
    struct str query;  /* without '?', undecoded */
};

/* An absolute http or https URL; user information and fragments are refused. */
MUST_CHECK bool url_parse(struct arena *arena, struct str s, struct url *out, struct err *err);

#endif
