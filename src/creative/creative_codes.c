/* creative_codes.c - the codes of what a check says. */
#include "creative/creative_codes.h"

#include "base/str.h"

#include <string.h>

#define CODE_NAME(code_, name_)         [code_] = (name_),
#define FIELD_NAME(code_, name_, unit_) {(name_), (unit_)},

const char *creative_code(enum creative_code code)
{
    static const char *const names[] = {CREATIVE_LIMITS(CODE_NAME) CREATIVE_MENDS(CODE_NAME)};

    return names[code];
}

const char *creative_unit(const char *field)
{
    static const struct {
        const char *name, *unit;
    } fields[] = {CREATIVE_FIELDS(FIELD_NAME)};

    for (size_t i = 0; i < countof(fields); i++)
        if (strcmp(fields[i].name, field) == 0)
            return fields[i].unit;
    return "";
}

#define PATTERN(code_, name_, english_) {(name_), (english_)},

struct says creative_reason(struct arena *arena, struct str text)
{
    static const struct says_pattern patterns[] = {CREATIVE_REASONS(PATTERN){NULL, NULL}};
    struct says whole = says_read(arena, patterns, text);

    for (size_t i = 0; !whole.code && i + 2 <= text.n; i++)
        if (str_starts(str_sub(text, i, text.n), STR("; ")))
            return says_read(arena, patterns, str_sub(text, 0, i));
    return whole;
}
