#ifndef TEXT_HEX_H
#define TEXT_HEX_H

#include "base/str.h"

struct str hex_encode(struct arena *arena, struct str bytes);
MUST_CHECK bool hex_decode(struct arena *arena, struct str hex, struct str *out);
/* URL-safe alphabet, no padding. */
struct str base64url_encode(struct arena *arena, struct str bytes);
MUST_CHECK bool base64url_decode(struct arena *arena, struct str text, struct str *out);
struct str base64_encode(struct arena *arena, struct str bytes); /* standard, padded */
/* The one standard, padded text of some bytes; nothing else. */
MUST_CHECK bool base64_decode(struct arena *arena, struct str text, struct str *out);

#endif
