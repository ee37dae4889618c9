#ifndef TEXT_PHONE_PATTERN_H
#define TEXT_PHONE_PATTERN_H

#include "base/str.h"

/*
 * The regular expressions of libphonenumber's metadata over digits: digits,
 * \d, [1-35], groups with and without (?:, |, ?, {n}, {n,m} and $.
 * Alternatives are tried in their order and repetitions are greedy, as in the
 * library.  Patterns are our own table's, never a caller's: a malformed one
 * ends the program.
 */
enum { PHONE_GROUPS = 4 };

struct phone_match {
    size_t n;        /* digits matched */
    struct str last; /* the pattern's last group with brackets, p NULL: not met */
    struct str group[PHONE_GROUPS]; /* [0] is $1 */
};

bool phone_pattern_all(const char *pattern, struct str digits);
/* out may be NULL */
bool phone_pattern_begins(const char *pattern, struct str digits, struct phone_match *out);

#endif
