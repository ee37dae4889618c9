/* creative_mend.c - how a file that breaks a limit is made fit: words, a command, a plan. */

#include "creative/creative_mend.h"

#include "base/arena.h"
#include "creative/creative_codes.h"

#include <string.h>

#define X264   "-c:v libx264 -preset medium -crf 20 -pix_fmt yuv420p"
#define AAC    "-c:a aac -b:a 128k"
#define TO_MP4 "-movflags +faststart OUTPUT.mp4"
#define FIT_IN                                                                                 \
    "scale=%d:%d:force_original_aspect_ratio=decrease,pad=%d:%d:(ow-iw)/2:(oh-ih)/2,setsar=1"

#define SOUND_KBPS    128
#define WANTED_KBPS   4000 /* of the picture, where too little was there */
#define LEAST_KBPS    1000 /* below that a smaller file is no longer a video worth showing */
#define SIZE_HEADROOM 0.93
#define WANTED_FPS    30
#define ADVISED_MB    100
#define LARGEST_MB    500

/* The size in which ads of this shape are made. */
static void wanted_size(const struct media_facts *facts, int *width, int *height)
{
    double ratio = facts->height > 0 ? (double)facts->width / (double)facts->height : 1;

    *width = ratio > 1.3 ? 1920 : 1080;
    *height = ratio < 0.8 ? 1920 : 1080;
}

/* The picture's bit rate with which the file comes out just below `mb`. */
static int64_t kbps_for(const struct media_facts *facts, double mb)
{
    double seconds = (double)facts->duration_ms / 1000;

    return seconds > 0 ? (int64_t)(mb * 8389 * SIZE_HEADROOM / seconds) - SOUND_KBPS : 0;
}

static bool is_h26x(const struct media_facts *facts)
{
    return str_eq(facts->video_codec, STR("h264")) || str_eq(facts->video_codec, STR("hevc"));
}

static bool mp4_sound(const struct media_facts *facts)
{
    return !facts->has_audio || str_eq(facts->audio_codec, STR("aac")) ||
           str_eq(facts->audio_codec, STR("mp3"));
}

static void video_container(struct arena *arena, const struct media_facts *facts,
                            const struct creative_limit *limit, struct creative_finding *f)
{
    (void)limit;
    f->mendable = true;
    if (is_h26x(facts)) {
        f->mend = STR("put the same tracks into an MP4");
        f->mend_says = SAYS(creative_code(MEND_REMUX));
        f->command =
            str_fmt(arena, "ffmpeg -i INPUT -map 0:v:0 -map 0:a:0? -c:v copy %s " TO_MP4,
                    mp4_sound(facts) ? "-c:a copy" : AAC);
    } else {
        f->mend = STR("encode it again as H.264 in an MP4");
        f->mend_says = SAYS(creative_code(MEND_ENCODE));
        f->command = STR("ffmpeg -i INPUT " X264 " " AAC " " TO_MP4);
    }
}

static void codec(struct arena *arena, const struct media_facts *facts,
                  const struct creative_limit *limit, struct creative_finding *f)
{
    (void)arena, (void)facts, (void)limit;
    f->mendable = true;
    f->mend = STR("encode it again as H.264 in an MP4");
    f->mend_says = SAYS(creative_code(MEND_ENCODE));
    f->command = STR("ffmpeg -i INPUT " X264 " " AAC " " TO_MP4);
}

static void video_size(struct arena *arena, const struct media_facts *facts,
                       const struct creative_limit *limit, struct creative_finding *f)
{
    int64_t kbps = kbps_for(facts, limit->high);

    f->mend = STR("cut it shorter");
    f->mend_says = SAYS(creative_code(MEND_SHORTER));
    if (kbps < LEAST_KBPS)
        return;
    f->mendable = true;
    f->mend = STR("encode it again with fewer bits, or cut it shorter");
    f->mend_says = SAYS(creative_code(MEND_FEWER_BITS_OR_SHORTER));
    f->command = str_fmt(arena,
                         "ffmpeg -i INPUT -c:v libx264 -preset medium -b:v %lldk -maxrate "
                         "%lldk -bufsize %lldk -pix_fmt yuv420p " AAC " " TO_MP4,
                         (long long)kbps, (long long)kbps, (long long)kbps);
}

static void length(struct arena *arena, const struct media_facts *facts,
                   const struct creative_limit *limit, struct creative_finding *f)
{
    double seconds = (double)facts->duration_ms / 1000;

    if (limit->high > 0 && seconds > limit->high) {
        f->mend = str_fmt(arena, "cut it to %g s", limit->high);
        f->mend_says = SAYS(creative_code(MEND_CUT_TO), SAYS_REAL("seconds", limit->high));
        f->command = str_fmt(arena, "ffmpeg -i INPUT -t %g -c copy " TO_MP4, limit->high);
    } else if (facts->duration_ms > 0) {
        f->mend = STR("show it again until it is long enough, or make a longer one");
        f->mend_says = SAYS(creative_code(MEND_LONGER));
        f->command = str_fmt(arena, "ffmpeg -stream_loop %d -i INPUT -c copy " TO_MP4,
                             (int)(limit->low / seconds));
    } else {
        f->mend = STR("encode it again, so that its length can be told");
        f->mend_says = SAYS(creative_code(MEND_LENGTH_UNKNOWN));
        f->command = STR("ffmpeg -i INPUT " X264 " " AAC " " TO_MP4);
    }
}

static void rate(struct arena *arena, const struct media_facts *facts,
                 const struct creative_limit *limit, struct creative_finding *f)
{
    (void)facts;
    f->mendable = true;
    if (limit->low > 0 && (double)facts->bit_rate / 1000 < limit->low) {
        f->mend =
            STR("export it again from the original with a higher bit rate; encoding this file "
                "again satisfies the limit but adds no detail");
        f->mend_says = SAYS(creative_code(MEND_MORE_BITS));
        f->command =
            str_fmt(arena,
                    "ffmpeg -i INPUT -c:v libx264 -preset medium -b:v %dk -minrate %dk "
                    "-maxrate %dk -bufsize %dk -x264-params nal-hrd=cbr -pix_fmt yuv420p " AAC
                    " " TO_MP4,
                    WANTED_KBPS, WANTED_KBPS, WANTED_KBPS, WANTED_KBPS);
    } else {
        f->mend = STR("encode it again with fewer bits");
        f->mend_says = SAYS(creative_code(MEND_FEWER_BITS));
        f->command =
            str_fmt(arena, "ffmpeg -i INPUT " X264 " -maxrate %gk -bufsize %gk " AAC " " TO_MP4,
                    limit->high * 0.9, limit->high * 0.9);
    }
}

static void frames(struct arena *arena, const struct media_facts *facts,
                   const struct creative_limit *limit, struct creative_finding *f)
{
    (void)facts, (void)limit;
    f->mendable = true;
    f->mend = str_fmt(arena, "encode it again with %d frames a second", WANTED_FPS);
    f->mend_says = SAYS(creative_code(MEND_FRAMES), SAYS_NUMBER("frames", WANTED_FPS));
    f->command = str_fmt(arena, "ffmpeg -i INPUT -r %d " X264 " " AAC " " TO_MP4, WANTED_FPS);
}

static void video_shape(struct arena *arena, const struct media_facts *facts,
                        const struct creative_limit *limit, struct creative_finding *f)
{
    int width, height;

    wanted_size(facts, &width, &height);
    if (limit->words && strcmp(limit->words, "9:16") == 0) {
        width = 1080;
        height = 1920;
    }
    f->mendable = true;
    f->mend = str_fmt(arena,
                      "record or export it in %dx%d; fitting this one into that size leaves it "
                      "soft or with bars",
                      width, height);
    f->mend_says = SAYS(creative_code(MEND_SHAPE),
                        SAYS_WORD("size", str_fmt(arena, "%d×%d", width, height)));
    f->command = str_fmt(arena, "ffmpeg -i INPUT -vf \"" FIT_IN "\" " X264 " " AAC " " TO_MP4,
                         width, height, width, height);
}

static void sound(struct arena *arena, const struct media_facts *facts,
                  const struct creative_limit *limit, struct creative_finding *f)
{
    (void)arena, (void)limit;
    f->mendable = !facts->has_audio;
    f->mend =
        STR("add music or speech; a silent track at least passes where a track is asked for");
    f->mend_says = SAYS(creative_code(MEND_SOUND));
    f->command = STR("ffmpeg -i INPUT -f lavfi -i anullsrc=r=48000:cl=stereo -map 0:v:0 -map "
                     "1:a:0 -shortest -c:v copy " AAC " " TO_MP4);
}

/* --- images --- */

static void image_container(struct arena *arena, const struct media_facts *facts,
                            const struct creative_limit *limit, struct creative_finding *f)
{
    (void)arena, (void)facts, (void)limit;
    f->mend = STR("save it as JPEG");
    f->mend_says = SAYS(creative_code(MEND_JPEG));
    f->command = STR("ffmpeg -i INPUT -frames:v 1 -q:v 2 OUTPUT.jpg");
}

static void image_smaller(struct arena *arena, const struct media_facts *facts,
                          const struct creative_limit *limit, struct creative_finding *f)
{
    (void)arena, (void)facts, (void)limit;
    f->mend = STR("save it smaller, as JPEG");
    f->mend_says = SAYS(creative_code(MEND_SMALLER_JPEG));
    f->command = STR("ffmpeg -i INPUT -frames:v 1 -vf "
                     "\"scale=1920:1920:force_original_aspect_ratio=decrease\" -q:v 2 "
                     "OUTPUT.jpg");
}

static const struct {
    const char *kind, *field;
    void (*fill)(struct arena *arena, const struct media_facts *facts,
                 const struct creative_limit *limit, struct creative_finding *f);
} ways[] = {
    {"video", "container", video_container},
    {"video", "video_codec", codec},
    {"video", "size", video_size},
    {"video", "duration", length},
    {"video", "bit_rate", rate},
    {"video", "frame_rate", frames},
    {"video", "resolution", video_shape},
    {"video", "aspect", video_shape},
    {"video", "audio", sound},
    {"image", "container", image_container},
    {"image", "animated", image_container},
    {"image", "size", image_smaller},
    {"image", "pixels", image_smaller},
};

void creative_mend_words(struct arena *arena, const struct media_facts *facts,
                         const struct creative_limit *limit, struct creative_finding *finding)
{
    for (size_t i = 0; i < countof(ways); i++)
        if (strcmp(ways[i].kind, limit->kind) == 0 && strcmp(ways[i].field, limit->field) == 0)
            ways[i].fill(arena, facts, limit, finding);
}

/* --- the plan --- */

/* Enough for every platform, and the file stays within the recommended size where it can. */
static int64_t wanted_bit_rate(const struct media_facts *facts)
{
    int64_t kbps = WANTED_KBPS;

    if (kbps_for(facts, ADVISED_MB) < kbps)
        kbps = kbps_for(facts, ADVISED_MB);
    if (kbps < LEAST_KBPS)
        kbps = kbps_for(facts, LARGEST_MB);
    return kbps > WANTED_KBPS ? WANTED_KBPS * 1000 : kbps * 1000;
}

static void add_to_plan(const struct media_facts *facts, const struct creative_finding *finding,
                        struct media_plan *plan)
{
    const char *field = finding->field;
    int width, height;

    if (strcmp(field, "audio") == 0) {
        plan->add_silence = true;
        return;
    }
    if (strcmp(field, "container") == 0) {
        plan->transcode = plan->transcode || !is_h26x(facts);
        return;
    }
    plan->transcode = true;
    if (strcmp(field, "resolution") == 0) {
        wanted_size(facts, &width, &height);
        plan->width = width;
        plan->height = height;
    }
}

bool creative_mend_plan(const struct media_facts *facts,
                        const struct creative_findings *findings, struct media_plan *plan)
{
    struct media_plan made = {.add_silence = !facts->has_audio};
    bool any = false;

    if (!str_eq(facts->kind, STR("video")))
        return false;
    for (size_t i = 0; i < findings->n; i++) {
        if (findings->at[i].error && !findings->at[i].mendable)
            return false;
        any = any || findings->at[i].error;
        if (findings->at[i].error)
            add_to_plan(facts, &findings->at[i], &made);
    }
    /* Once it is encoded anyway, what is cheap to do better is done better. */
    for (size_t i = 0; made.transcode && i < findings->n; i++)
        if (strcmp(findings->at[i].field, "frame_rate") == 0)
            made.frame_rate = WANTED_FPS;
    if (made.transcode)
        made.video_bit_rate = wanted_bit_rate(facts);
    if (any)
        *plan = made;
    return any;
}
