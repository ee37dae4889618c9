/* brain_codes.c - the codes of what the autopilot says. */
#include "brain/brain_codes.h"

#define CODE_NAME(code_, name_)            [code_] = (name_),
#define SO_NAME(code_, name_, english_)    [code_] = (name_),
#define SO_ENGLISH(code_, name_, english_) [code_] = (english_),

const char *brain_code(enum brain_code code)
{
    static const char *const names[] = {BRAIN_WHY(CODE_NAME) BRAIN_TRACE(CODE_NAME)
                                            BRAIN_UNDONE(CODE_NAME)};

    return names[code];
}

const char *brain_so(enum brain_so so)
{
    static const char *const names[] = {BRAIN_SO(SO_NAME)};

    return names[so];
}

const char *brain_so_words(enum brain_so so)
{
    static const char *const english[] = {BRAIN_SO(SO_ENGLISH)};

    return english[so];
}
