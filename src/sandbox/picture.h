#ifndef SANDBOX_PICTURE_H
#define SANDBOX_PICTURE_H

#include "base/str.h"

/* A two-coloured striped PNG: the sandbox's covers and profile pictures. */
struct str picture_png(struct arena *arena, int64_t width, int64_t height, uint64_t seed);

#endif
