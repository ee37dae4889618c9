#ifndef SANDBOX_PROBE_H
#define SANDBOX_PROBE_H

#include "base/str.h"

/* What the headers of an uploaded file say.  Bounded readers, no decoding. */
struct probe {
    char format[8]; /* "mp4", "mov", "mpeg", "avi", "3gp"; "png", "jpeg" */
    int64_t width, height;
    int64_t duration_ms; /* video; 0 = the headers do not say */
};

/* False: not a container that the platform takes (WebM is one such). */
bool probe_video(struct str bytes, struct probe *out);
/* False: neither JPEG nor PNG. */
bool probe_image(struct str bytes, struct probe *out);

#endif
