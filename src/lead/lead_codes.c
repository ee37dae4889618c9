/* lead_codes.c - what is said of leads, from English to codes. */
#include "lead/lead_codes.h"

#define PATTERN(code_, name_, english_) {(name_), (english_)},

struct says lead_says(struct arena *arena, struct str text)
{
    static const struct says_pattern patterns[] = {LEAD_SPAM(PATTERN) LEAD_LINK(PATTERN)
                                                       LEAD_CAUSE(PATTERN){NULL, NULL}};

    return says_read(arena, patterns, text);
}
