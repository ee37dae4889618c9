#ifndef TEXT_FOLD_H
#define TEXT_FOLD_H

#include "base/str.h"

/*
 * The next code point of a text that people typed, in its plain form, and *s
 * moved past it: digits of other scripts and full-width signs become ASCII,
 * all dashes '-', all spaces ' '; marks that nobody sees (direction, zero
 * width) become 0, malformed bytes and NUL U+FFFD.
 */
uint32_t fold_next(struct str *s);

#endif
