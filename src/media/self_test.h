#ifndef MEDIA_SELF_TEST_H
#define MEDIA_SELF_TEST_H

#include "media/confine.h"

/* The confined child's work for confine_try: tries the one word it was given, answers "refused"
 * or "escaped". */
extern const struct confine_work self_test_work;

/* Its words, ended by NULL. */
extern const char *const self_test_attempts[];

#endif
