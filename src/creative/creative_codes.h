#ifndef CREATIVE_CREATIVE_CODES_H
#define CREATIVE_CREATIVE_CODES_H

#include "text/says.h"

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

/* Why a step waits, failed or is off, where it is a sentence of its own; stored in English. */
#define CREATIVE_REASONS(CODE)                                                                 \
    CODE(REASON_NO_SOUND, "reason_no_sound", "the video has no sound")                         \
    CODE(REASON_TRANSCRIPTION_OFF, "reason_transcription_off",                                 \
         "transcription_provider is off")                                                      \
    CODE(REASON_TRANSCRIPTION_UNSET, "reason_transcription_unset",                             \
         "set transcription_url to a transcription server, or, when the videos speak English," \
         " transcription_language to en")                                                      \
    CODE(REASON_TRANSCRIPTION_ENGLISH, "reason_transcription_english",                         \
         "the engine of this machine speaks English, not {language}:"                          \
         " set transcription_url to a transcription server")                                   \
    CODE(REASON_PROCESSING, "reason_processing", "the platform is still processing the video") \
    CODE(REASON_LOST, "reason_lost", "the platform lost the video; it is sent again")          \
    CODE(REASON_NO_ACCOUNT, "reason_no_account", "no connected account: {why}")                \
    CODE(REASON_SAME_BYTES, "reason_same_bytes", "the same bytes as creative {id}")            \
    CODE(REASON_NO_MENDING, "reason_no_mending", "the video cannot be mended")                 \
    CODE(REASON_NO_VIDEO, "reason_no_video", "it has no video track")                          \
    CODE(REASON_EMPTY, "reason_empty", "it is empty")                                          \
    CODE(REASON_UNKNOWN_KIND, "reason_unknown_kind",                                           \
         "it is not a video or image of a kind we know")                                       \
    CODE(REASON_BROKEN_HEADER, "reason_broken_header", "its header is broken")                 \
    CODE(REASON_NO_FRAMES, "reason_no_frames", "none of its frames can be decoded")            \
    CODE(REASON_UNFIT, "reason_unfit", "the file's {field} is {measured}")

#define CREATIVE_ENUM(code_, ...) code_,
enum creative_code { CREATIVE_LIMITS(CREATIVE_ENUM) CREATIVE_MENDS(CREATIVE_ENUM) };
enum creative_field { CREATIVE_FIELDS(CREATIVE_ENUM) };

/* "limit_at_most" */
const char *creative_code(enum creative_code code);
/* "kbit/s"; "" for what is no number. */
const char *creative_unit(const char *field);

/* Of a stored reason, without its hint; nothing said when it is of no such sentence. */
struct says creative_reason(struct arena *arena, struct str text);

#endif
