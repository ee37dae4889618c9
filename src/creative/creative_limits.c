/*
 * creative_limits.c - the limits, and their words.
 *
 * Rows are tried in this order, errors before recommendations, and a field is
 * found wanting once: the platform's own row stands before the general one.
 * TikTok's rows follow its advertiser documentation of video and image files;
 * the recommendations for videos are the founding rule of the product (100 MB,
 * 3 to 60 s, 9:16, 24 to 60 frames, 3 to 8 Mbit/s, with sound).
 */

#include "creative/creative_limits.h"

#include "base/buf.h"
#include "creative/creative_check.h"
#include "creative/creative_codes.h"

#include <string.h>

#define TIKTOK_VIDEO "TikTok: video files of ads"
#define TIKTOK_IMAGE "TikTok: image files of ads"
#define META_VIDEO   "Meta: advideos"
#define META_IMAGE   "Meta: adimages"
#define META_GUIDE   "Meta: ads guide, by placement"
#define FOUNDING     "adwright: what has worked"
#define OURS         "adwright: what it can read and store"

#define VIDEO(platform_, placement_, field_, error_)                                           \
    .platform = (platform_), .placement = (placement_), .kind = "video", .field = (field_),    \
    .error = (error_)
#define IMAGE(platform_, field_, error_)                                                       \
    .platform = (platform_), .placement = "", .kind = "image", .field = (field_),              \
    .error = (error_)

const struct creative_limit creative_limits[] = {
    {VIDEO("tiktok", "", "container", true), .words = "mp4 mov mpeg avi",
     .source = TIKTOK_VIDEO},
    {VIDEO("tiktok", "", "size", true), .high = 500, .source = TIKTOK_VIDEO},
    {VIDEO("tiktok", "", "duration", true), .low = 0.001, .high = 600, .source = TIKTOK_VIDEO},
    {VIDEO("tiktok", "", "bit_rate", true), .low = 516, .source = TIKTOK_VIDEO},
    {VIDEO("tiktok", "", "resolution", true), .shape = "9:16", .width = 540, .height = 960,
     .source = TIKTOK_VIDEO},
    {VIDEO("tiktok", "", "resolution", true), .shape = "16:9", .width = 960, .height = 540,
     .source = TIKTOK_VIDEO},
    {VIDEO("tiktok", "", "resolution", true), .shape = "1:1", .width = 640, .height = 640,
     .source = TIKTOK_VIDEO},
    {VIDEO("tiktok", "", "aspect", false), .words = "9:16 16:9 1:1", .source = TIKTOK_VIDEO},

    {VIDEO("facebook", "", "container", true), .words = "mp4 mov", .source = META_VIDEO},
    {VIDEO("facebook", "", "size", true), .high = 4096, .source = META_VIDEO},
    {VIDEO("facebook", "", "duration", true), .low = 0.001, .high = 14400,
     .source = META_VIDEO},
    {VIDEO("facebook", "feed", "aspect", false), .words = "4:5 1:1 9:16", .source = META_GUIDE},
    {VIDEO("facebook", "stories", "aspect", false), .words = "9:16", .source = META_GUIDE},
    {VIDEO("facebook", "reels", "aspect", false), .words = "9:16", .source = META_GUIDE},

    {VIDEO("", "", "container", true), .words = "mp4 mov webm mpeg avi", .source = OURS},
    {VIDEO("", "", "video_codec", true), .words = "h264 hevc", .source = FOUNDING},
    {VIDEO("", "", "size", true), .high = 500, .source = OURS},
    {VIDEO("", "", "duration", true), .low = 0.001, .source = OURS},
    {VIDEO("", "", "container", false), .words = "mp4 mov webm", .source = FOUNDING},
    {VIDEO("", "", "size", false), .high = 100, .source = FOUNDING},
    {VIDEO("", "", "duration", false), .low = 3, .high = 60, .source = FOUNDING},
    {VIDEO("", "", "bit_rate", false), .low = 3000, .high = 8000, .source = FOUNDING},
    {VIDEO("", "", "frame_rate", false), .low = 24, .high = 60, .source = FOUNDING},
    {VIDEO("", "", "resolution", false), .shape = "9:16", .width = 1080, .height = 1920,
     .source = FOUNDING},
    {VIDEO("", "", "aspect", false), .words = "9:16", .source = FOUNDING},
    {VIDEO("", "", "audio", false), .words = "present", .source = FOUNDING},

    {IMAGE("facebook", "container", true), .words = "jpeg png", .source = META_IMAGE},
    {IMAGE("facebook", "size", true), .high = 30, .source = META_IMAGE},
    {IMAGE("tiktok", "container", true), .words = "jpeg png", .source = TIKTOK_IMAGE},
    {IMAGE("tiktok", "size", true), .high = 50, .source = TIKTOK_IMAGE},
    {IMAGE("tiktok", "pixels", true), .high = 3.6864, .source = TIKTOK_IMAGE},
    {IMAGE("", "container", true), .words = "jpeg png webp", .source = OURS},
    {IMAGE("", "animated", false), .words = "no", .source = FOUNDING},
};
const size_t creative_limits_n = countof(creative_limits);

static struct str words_list(struct arena *arena, const char *words)
{
    struct str rest = str(words);
    struct buf buf;

    buf_init(&buf, arena, 300);
    while (rest.n) {
        struct str word = str_cut(&rest, ' ');

        buf_fmt(&buf, "%s" STR_FMT, buf.n == 0 ? "" : rest.n ? ", " : " or ", STR_ARG(word));
    }
    return buf_str(&buf);
}

const char *creative_limit_allowed(struct arena *arena, const struct creative_limit *limit)
{
    const char *unit = creative_unit(limit->field);

    if (limit->shape)
        return str_fmt(arena, "%s from %dx%d", limit->shape, limit->width, limit->height).p;
    if (limit->words)
        return words_list(arena, limit->words).p;
    if (limit->high > 0 && limit->low >= 1)
        return str_fmt(arena, "%g to %g %s", limit->low, limit->high, unit).p;
    if (limit->high > 0)
        return str_fmt(arena, "at most %g %s", limit->high, unit).p;
    if (limit->low >= 1)
        return str_fmt(arena, "at least %g %s", limit->low, unit).p;
    return str_fmt(arena, "known, and more than 0 %s", unit).p;
}

struct says creative_limit_says(struct arena *arena, const struct creative_limit *limit)
{
    struct says_value unit = SAYS_WORD("unit", str(creative_unit(limit->field)));

    if (limit->shape)
        return SAYS(creative_code(LIMIT_SHAPE), SAYS_WORD("shape", str(limit->shape)),
                    SAYS_WORD("size", str_fmt(arena, "%d×%d", limit->width, limit->height)));
    if (limit->words)
        return (struct says){0};
    if (limit->high > 0 && limit->low >= 1)
        return SAYS(creative_code(LIMIT_BETWEEN), SAYS_REAL("low", limit->low),
                    SAYS_REAL("high", limit->high), unit);
    if (limit->high > 0)
        return SAYS(creative_code(LIMIT_AT_MOST), SAYS_REAL("high", limit->high), unit);
    if (limit->low >= 1)
        return SAYS(creative_code(LIMIT_AT_LEAST), SAYS_REAL("low", limit->low), unit);
    return SAYS(creative_code(LIMIT_KNOWN), unit);
}

static const char *or_all(const char *word)
{
    return *word ? word : "all";
}

struct str creative_limits_print(struct arena *arena)
{
    struct buf buf;

    buf_init(&buf, arena, 64 * 1024);
    buf_add(&buf,
            STR("# What platforms take\n\n"
                "Printed from the table in `src/creative/creative_limits.c` (`TEST_WRITE=1 "
                "build/asan/unit/test_creative_check` writes it anew).\n"
                "An error blocks; a recommendation warns. A field is found wanting once: "
                "errors first, a platform's own row before the general one.\n\n"
                "| platform | placement | kind | field | level | allowed | says |\n"
                "| --- | --- | --- | --- | --- | --- | --- |\n"));
    for (size_t i = 0; i < creative_limits_n; i++) {
        const struct creative_limit *limit = &creative_limits[i];

        buf_fmt(&buf, "| %s | %s | %s | %s | %s | %s | %s |\n", or_all(limit->platform),
                or_all(limit->placement), limit->kind, limit->field,
                limit->error ? "error" : "recommendation", creative_limit_allowed(arena, limit),
                limit->source);
    }
    return buf_str(&buf);
}
