#ifndef WEB_BODY_H
#define WEB_BODY_H

#include "base/str.h"

/*
 * The body of a request while it arrives: in memory up to a megabyte, beyond
 * that in a file without a name that is mapped when it is complete, so that a
 * video of 500 MB is never held in memory.
 */
struct body {
    char *memory;
    size_t n;
    size_t room;
    size_t expected; /* 0 = not told */
    int fd;          /* -1 while in memory */
    void *map;
};

void body_init(struct body *body, size_t expected);
/* ERR_BUSY when the disk is full. */
MUST_CHECK bool body_add(struct body *body, const char *bytes, size_t n, struct err *err);
/* All of it; lives until body_free. */
MUST_CHECK bool body_whole(struct body *body, struct str *out, struct err *err);
void body_free(struct body *body);

#endif
