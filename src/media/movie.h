#ifndef MEDIA_MOVIE_H
#define MEDIA_MOVIE_H

#include "base/str.h"
#include "media/media.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

struct SwsContext;
struct SwrContext;

/*
 * A stranger's file opened by libav, inside the confined child.  libav sees a
 * window on the bytes and nothing else: no name, no protocol, only the
 * containers and codecs of our lists, one thread.
 */
struct movie_source {
    int fd;               /* used when bytes is NULL */
    const uint8_t *bytes; /* for the fuzzer */
    int64_t size;
};

struct movie {
    AVFormatContext *format;
    AVIOContext *io;
    struct movie_source source;
    int64_t position;
    AVStream *picture; /* never NULL after opening */
    AVStream *sound;   /* NULL = there is none */
    int rotation;      /* clockwise: 0, 90, 180, 270 */
    bool image;        /* a still format; may be animated */
};

#define MOVIE_LONGEST_SIDE 8192
#define MOVIE_STREAMS      16

MUST_CHECK bool movie_open(struct movie *movie, const struct movie_source *source,
                           struct err *err);
void movie_close(struct movie *movie);

/* The first `n` bytes at `at`; how many there were. */
size_t movie_peek(const struct movie_source *source, int64_t at, void *bytes, size_t n);

/* A decoder for one of its streams. */
MUST_CHECK bool movie_decoder(const AVStream *stream, AVCodecContext **decoder,
                              struct err *err);

/* When a frame of the stream is shown, in ms from the stream's start; -1 = it does not say. */
int64_t movie_ms(const AVStream *stream, int64_t stamp);

/* Width and height of a picture that is turned so when it is shown. */
void movie_shown_size(const struct movie *movie, int rotation, int64_t *width, int64_t *height);
/* The pixels' width to their height; 1 where nothing sensible is said. */
double movie_pixel_aspect(const struct movie *movie);

/* --- picture.c: frames --- */

struct reel {
    struct movie *movie;
    AVCodecContext *decoder;
    AVPacket *packet;
    AVFrame *frame; /* the last one taken */
    bool fast;      /* leave out what only makes it prettier */
    bool drained;
    bool any;
};
MUST_CHECK bool reel_open(struct reel *reel, struct movie *movie, struct err *err);
void reel_close(struct reel *reel);
/* The next frame is in reel->frame; false = no more. */
bool reel_next(struct reel *reel);
/* The frame shown at `at_ms`, or the last one there is. */
MUST_CHECK bool reel_at(struct reel *reel, int64_t at_ms, struct err *err);

/* How far the frame is turned when it is shown: the track says so, or the frame (EXIF of JPEG).
 */
int picture_rotation(const struct movie *movie, const AVFrame *frame);

/* A new frame of this size with the picture scaled into it and turned as it is shown; to be
 * freed with av_frame_free.  NULL = it cannot be done.  *kept serves many frames of one video
 * (sws_freeContext at the end). */
AVFrame *picture_shown(const AVFrame *from, int rotation, enum AVPixelFormat format, int width,
                       int height, struct SwsContext **kept);
AVFrame *picture_new(enum AVPixelFormat format, int width, int height);
/* 32 x 32 gray pixels of the frame, as shown. */
#define PICTURE_SMALL 32
bool picture_small(const AVFrame *from, int rotation,
                   uint8_t gray[PICTURE_SMALL * PICTURE_SMALL]);
/* 64 bits that stay nearly the same when the picture is scaled or encoded again. */
uint64_t picture_hash(const uint8_t gray[PICTURE_SMALL * PICTURE_SMALL]);

/* --- sound.c --- */

struct sound_form {
    enum AVSampleFormat format; /* interleaved */
    int channels, rate;         /* 0 = as the track has it */
};
struct hearing {
    struct movie *movie;
    struct sound_form form; /* of the samples in piece; complete after the first one */
    uint8_t *piece;
    int64_t begins_ms; /* when the first one is heard, on the file's own clock */
    AVCodecContext *decoder;
    struct SwrContext *converter;
    AVPacket *packet;
    AVFrame *frame;
    int in_rate, in_channels, in_format;
    bool heard, drained;
};
MUST_CHECK bool sound_open(struct hearing *hearing, struct movie *movie,
                           const struct sound_form *form, struct err *err);
void sound_close(struct hearing *hearing);
/* So many more samples (of each channel) are in piece; 0 = that was all. */
int sound_next(struct hearing *hearing);

struct loudness {
    double mean_db, max_db;
};
MUST_CHECK bool sound_loudness(struct movie *movie, struct loudness *out, struct err *err);

/* --- the works; each says what went wrong in err --- */

/* All facts as JSON. */
MUST_CHECK bool facts_find(struct arena *arena, const struct movie_source *source,
                           struct str *json, struct err *err);
/* The still nearest to at_ms that shows something. */
struct still {
    int64_t at_ms;
    int width, height;
    AVPacket *jpeg; /* av_packet_free */
};
MUST_CHECK bool still_take(struct reel *reel, int64_t at_ms, struct still *out,
                           struct err *err);
/* WAV into file 3. */
MUST_CHECK bool wav_write(struct movie *movie, int64_t longest_ms, int64_t *samples,
                          struct err *err);
MUST_CHECK bool mend_write(struct movie *movie, const struct media_plan *plan, struct err *err);

#endif
