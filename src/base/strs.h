#ifndef BASE_STRS_H
#define BASE_STRS_H

#include "base/list.h"
#include "base/str.h"

/* A list of strings: the one list that every module needs. */
LIST(strs, struct str);

#endif
