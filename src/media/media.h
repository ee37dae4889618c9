#ifndef MEDIA_MEDIA_H
#define MEDIA_MEDIA_H

#include "base/str.h"

/*
 * What is inside a video, and a still of it.  The only module with libav.
 *
 * The file comes from strangers, so it is opened by a child: our own program
 * started again as `media-probe`, under limits on processor time, memory, file
 * size and open files, with nothing but the file's path and a pipe.  The child
 * may crash or be killed; the caller gets ERR_INVALID ("cannot be read").
 */
struct media_facts {
    struct str container;   /* mp4, mov, webm, matroska, avi, mpeg, or libav's own name */
    struct str video_codec; /* libav's names: h264, hevc, vp9 */
    struct str audio_codec; /* "" = no audio */
    int64_t duration_ms;
    int64_t width, height; /* as shown: after rotation */
    int64_t size_bytes;
    int64_t bit_rate; /* bits a second, of the whole file */
    double frame_rate;
};

/* ERR_INVALID when there is no video in it; ERR_BROKEN when the child cannot be started. */
MUST_CHECK bool media_probe(struct arena *arena, const char *path, struct media_facts *out,
                            struct err *err);

/* The frame shown at `at_ms` (the last one before it where the video is shorter) as JPEG in the
 * video's own shape, its longer side 1280 pixels (640 where it is square). */
MUST_CHECK bool media_poster(struct arena *arena, const char *path, int64_t at_ms,
                             struct str *jpeg, struct err *err);

/* The child's side: `media-probe facts PATH` and `media-probe poster PATH AT_MS`.  main() calls
 * it, with its own arguments, when the first one is "media-probe". */
int media_child(int argc, char **argv);

#endif
