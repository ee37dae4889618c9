#ifndef TEXT_WORDS_H
#define TEXT_WORDS_H

#include "base/list.h"
#include "base/str.h"

/*
 * The words of a text as a search compares them: small letters, without
 * diacritics (Latin, Greek; Cyrillic where a letter and its mark may be typed
 * as two, so "ё" is "е" but "й" stays), Arabic with one alef, one yeh and no
 * vowel signs, digits of other scripts as ASCII.  Whatever is neither letter
 * nor digit stands between words and is not part of any.
 *
 * Both what is searched and what is asked for go through here, so the two
 * databases see the same words and text of users is never syntax: a word holds
 * ASCII letters and digits and bytes above 127, nothing else.
 *
 * A change of these rules is a new WORDS_RULES: what was indexed by older ones
 * is then indexed again.
 */
#define WORDS_RULES 1

#define WORDS_LONGEST 96 /* bytes; the rest of a longer word is left out */

struct word {
    struct str text;
    size_t from, to; /* where it stood: bytes of the source, to = one past it */
};
LIST(words, struct word);

/* The first `most` words, in order. */
void words_of(struct arena *arena, struct str text, size_t most, struct words *out);
/* The same as one line, separated by spaces. */
struct str words_line(struct arena *arena, struct str text, size_t most);

#endif
