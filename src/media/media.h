#ifndef MEDIA_MEDIA_H
#define MEDIA_MEDIA_H

#include "base/str.h"
#include "media/confine.h"

/*
 * What is inside a video or a picture, and what can be made of it.  The only
 * module with libav.
 *
 * The file comes from strangers, so it is opened by a confined child
 * (media/confine.h), one per call.  Refused files are ERR_INVALID with a clause
 * for people ("the video cannot be read: it has no video track"); ERR_BROKEN is
 * ours.  What the child answers is checked again on this side.
 */
struct media_facts {
    struct str kind;      /* video, image */
    struct str container; /* mp4, mov, webm, matroska, avi, mpeg; jpeg, png, webp */
    int64_t size_bytes;
    int64_t duration_ms; /* 0 = an image, or not known */
    int64_t bit_rate;    /* bits a second, of the whole file; 0 = not known */
    int64_t streams;     /* tracks of all kinds */
    bool fast_start;     /* the index stands before the pictures: plays while it loads */
    bool animated;       /* an image with more than one frame */

    struct str video_codec;   /* libav's names: h264, hevc, vp9 */
    struct str video_profile; /* High, Main 10; "" = not known */
    struct str pixel_format;  /* yuv420p */
    int64_t width, height;    /* as shown: after rotation, with square pixels */
    int64_t rotation;         /* clockwise, as stored: 0, 90, 180, 270 */
    int64_t video_bit_rate;   /* 0 = not known */
    double pixel_aspect;      /* 1 = square */
    double frame_rate;        /* average; 0 = an image, or not known */

    bool has_audio;
    struct str audio_codec; /* "" = no audio */
    int64_t audio_channels, audio_rate, audio_bit_rate;
    bool audio_silent;    /* there is a track and nothing to hear in it: mean below
                             MEDIA_SILENT_DB in the first minute */
    double audio_mean_db; /* against full scale: 0 loudest; -91 = digital silence or no audio */
    double audio_max_db;
};
#define MEDIA_SILENT_DB (-50.0)

MUST_CHECK bool media_probe(struct arena *arena, const char *path, struct media_facts *out,
                            struct err *err);

/* The frame shown at `at_ms` (the last one before it where the video is shorter) as JPEG in the
 * video's own shape, its longer side 1280 pixels (640 where it is square).  An image has one.
 */
MUST_CHECK bool media_poster(struct arena *arena, const char *path, int64_t at_ms,
                             struct str *jpeg, struct err *err);

/* As media_poster, `n` (at most MEDIA_STILLS) of them by one child.  A frame that is nearly
 * black or nearly white is passed over for a later one within two seconds. */
#define MEDIA_STILLS 10
struct media_still {
    int64_t at_ms; /* of the frame that was taken */
    int64_t width, height;
    struct str jpeg;
};
MUST_CHECK bool media_posters(struct arena *arena, const char *path, const int64_t *at_ms,
                              size_t n, struct media_still *out, struct err *err);

/* The sound as WAV (16 kHz, mono, 16 bits) at `wav_path`, its first `longest_ms` (at most an
 * hour); *duration_ms is what there is of it.  ERR_INVALID when there is no sound. */
MUST_CHECK bool media_audio(struct arena *arena, const char *path, const char *wav_path,
                            int64_t longest_ms, int64_t *duration_ms, struct err *err);

/*
 * What a video looks like: a 64-bit perceptual hash of each of eight frames spread over it.
 * The same clip in another codec, size or bit rate stays within MEDIA_NEAR of itself, different
 * clips are far apart (two random ones: about 32).  Distance: the mean of differing bits.
 */
#define MEDIA_FRAMES 8
#define MEDIA_NEAR   8
struct media_fingerprint {
    uint64_t frames[MEDIA_FRAMES];
};
MUST_CHECK bool media_fingerprint(struct arena *arena, const char *path,
                                  struct media_fingerprint *out, struct err *err);
int media_fingerprint_distance(const struct media_fingerprint *a,
                               const struct media_fingerprint *b);
/* 128 hexadecimal digits, and back. */
struct str media_fingerprint_print(struct arena *arena, const struct media_fingerprint *print);
bool media_fingerprint_parse(struct str text, struct media_fingerprint *out);

/*
 * A video that platforms take: MP4 with its index in front.  Remuxed where only the container
 * is wrong; otherwise decoded and encoded again as H.264 and AAC.  Takes about a second of
 * processor time for a second of 1080x1920; a ceiling of minutes ends it.  ERR_INVALID when it
 * cannot be done, with the reason; out_path then does not exist.
 */
struct media_plan {
    bool transcode;         /* false = remux: the tracks are kept as they are */
    int64_t width, height;  /* scaled into, black bars around; 0 = as it is (both even) */
    int64_t frame_rate;     /* 0 = as it is */
    int64_t video_bit_rate; /* 0 = by quality */
    bool add_silence;       /* a silent sound track where there is none */
};
MUST_CHECK bool media_mend(struct arena *arena, const char *path, const char *out_path,
                           const struct media_plan *plan, struct err *err);

/* The child's side: for confine_main. */
extern const struct confine_work media_works[];

#endif
