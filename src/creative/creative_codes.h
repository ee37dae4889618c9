#ifndef CREATIVE_CREATIVE_CODES_H
#define CREATIVE_CREATIVE_CODES_H

/* What a check says of a file, as codes (text/says.h); their words are in
 * ui/src/words/<language>/creatives.ts. */

/* What is allowed, and what was measured. */
#define CREATIVE_LIMITS(CODE)                                                                  \
    CODE(LIMIT_BETWEEN, "limit_between")                                                       \
    CODE(LIMIT_AT_MOST, "limit_at_most")                                                       \
    CODE(LIMIT_AT_LEAST, "limit_at_least")                                                     \
    CODE(LIMIT_KNOWN, "limit_known")                                                           \
    CODE(LIMIT_SHAPE, "limit_shape")                                                           \
    CODE(LIMIT_MEASURED, "limit_measured")                                                     \
    CODE(LIMIT_SILENT, "limit_silent")

/* How to mend it. */
#define CREATIVE_MENDS(CODE)                                                                   \
    CODE(MEND_REMUX, "mend_remux")                                                             \
    CODE(MEND_ENCODE, "mend_encode")                                                           \
    CODE(MEND_SHORTER, "mend_shorter")                                                         \
    CODE(MEND_FEWER_BITS_OR_SHORTER, "mend_fewer_bits_or_shorter")                             \
    CODE(MEND_CUT_TO, "mend_cut_to")                                                           \
    CODE(MEND_LONGER, "mend_longer")                                                           \
    CODE(MEND_LENGTH_UNKNOWN, "mend_length_unknown")                                           \
    CODE(MEND_MORE_BITS, "mend_more_bits")                                                     \
    CODE(MEND_FEWER_BITS, "mend_fewer_bits")                                                   \
    CODE(MEND_FRAMES, "mend_frames")                                                           \
    CODE(MEND_SHAPE, "mend_shape")                                                             \
    CODE(MEND_SOUND, "mend_sound")                                                             \
    CODE(MEND_JPEG, "mend_jpeg")                                                               \
    CODE(MEND_SMALLER_JPEG, "mend_smaller_jpeg")

/* Fields that are checked, and the unit of each that is a number. */
#define CREATIVE_FIELDS(CODE)                                                                  \
    CODE(FIELD_CONTAINER, "container", "")                                                     \
    CODE(FIELD_VIDEO_CODEC, "video_codec", "")                                                 \
    CODE(FIELD_SIZE, "size", "MB")                                                             \
    CODE(FIELD_DURATION, "duration", "s")                                                      \
    CODE(FIELD_BIT_RATE, "bit_rate", "kbit/s")                                                 \
    CODE(FIELD_FRAME_RATE, "frame_rate", "fps")                                                \
    CODE(FIELD_RESOLUTION, "resolution", "")                                                   \
    CODE(FIELD_ASPECT, "aspect", "")                                                           \
    CODE(FIELD_AUDIO, "audio", "")                                                             \
    CODE(FIELD_PIXELS, "pixels", "megapixels")                                                 \
    CODE(FIELD_ANIMATED, "animated", "")                                                       \
    CODE(FIELD_NEAR_DUPLICATE, "near_duplicate", "")

#define CREATIVE_ENUM(code_, ...) code_,
enum creative_code { CREATIVE_LIMITS(CREATIVE_ENUM) CREATIVE_MENDS(CREATIVE_ENUM) };
enum creative_field { CREATIVE_FIELDS(CREATIVE_ENUM) };

/* "limit_at_most" */
const char *creative_code(enum creative_code code);
/* "kbit/s"; "" for what is no number. */
const char *creative_unit(const char *field);

#endif
