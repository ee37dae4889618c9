/* media.c - our side: what is asked of the child, and whether its answer can be believed. */

#include "media/media.h"

#include "base/arena.h"
#include "base/limits.h"
#include "text/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ANSWER_BYTES   16384
#define LONGEST_MS     (100LL * 3600 * 1000)
#define MOST_BIT_RATE  10000000000LL
#define MOST_SIDE      100000 /* 8192 pixels that are ten times as wide as high, and some */
#define MOST_CHANNELS  64
#define MOST_RATE      768000
#define WAV_RATE       16000
#define WAV_LONGEST_MS 3600000

#define DECODE_SECONDS 120
#define MEND_SECONDS   900
#define MEND_MEMORY    (1536LL * 1024 * 1024)

/* What everybody says about a file that was refused. */
static bool ask(struct arena *arena, const struct confine_job *job, struct str *answer,
                struct err *err)
{
    struct err why = {0};

    if (confine_run(arena, job, answer, &why))
        return true;
    if (why.kind != ERR_INVALID) {
        *err = why;
        return false;
    }
    return err_input(err, "media",
                     "an MP4, MOV or WebM file with a video track, or a JPEG or PNG",
                     "the file cannot be read: %s", why.text);
}

static bool disbelieve(struct err *err, const char *what)
{
    return err_input(err, "media", "encode it again with any video editor",
                     "the file cannot be read: its %s makes no sense", what);
}

static bool int_within(const struct json *facts, const char *name, int64_t low, int64_t high,
                       int64_t *out, struct err *err)
{
    return (json_int(facts, name, out) && *out >= low && *out <= high) || disbelieve(err, name);
}

static bool real_within(const struct json *facts, const char *name, double low, double high,
                        double *out, struct err *err)
{
    *out = json_real(facts, name, low - 1);
    return (*out >= low && *out <= high) || disbelieve(err, name);
}

/* Names of codecs and formats are libav's own: short words. */
static bool word(const struct json *facts, const char *name, struct str *out, struct err *err)
{
    *out = json_text(facts, name, STR(""));
    return out->n <= 60 || disbelieve(err, name);
}

static bool believe(const struct json *facts, int64_t size_bytes, struct media_facts *out,
                    struct err *err)
{
    struct media_facts f = {
        .fast_start = json_bool(facts, "fast_start", false),
        .animated = json_bool(facts, "animated", false),
        .has_audio = json_bool(facts, "has_audio", false),
        .size_bytes = size_bytes,
    };

    if (!word(facts, "kind", &f.kind, err) || !word(facts, "container", &f.container, err) ||
        !word(facts, "video_codec", &f.video_codec, err) ||
        !word(facts, "video_profile", &f.video_profile, err) ||
        !word(facts, "pixel_format", &f.pixel_format, err) ||
        !word(facts, "audio_codec", &f.audio_codec, err) ||
        !int_within(facts, "duration_ms", 0, LONGEST_MS, &f.duration_ms, err) ||
        !int_within(facts, "bit_rate", 0, MOST_BIT_RATE, &f.bit_rate, err) ||
        !int_within(facts, "video_bit_rate", 0, MOST_BIT_RATE, &f.video_bit_rate, err) ||
        !int_within(facts, "audio_bit_rate", 0, MOST_BIT_RATE, &f.audio_bit_rate, err) ||
        !int_within(facts, "streams", 1, 16, &f.streams, err) ||
        !int_within(facts, "width", 1, MOST_SIDE, &f.width, err) ||
        !int_within(facts, "height", 1, MOST_SIDE, &f.height, err) ||
        !int_within(facts, "rotation", 0, 270, &f.rotation, err) ||
        !int_within(facts, "audio_channels", 0, MOST_CHANNELS, &f.audio_channels, err) ||
        !int_within(facts, "audio_rate", 0, MOST_RATE, &f.audio_rate, err) ||
        !real_within(facts, "pixel_aspect", 0.01, 100, &f.pixel_aspect, err) ||
        !real_within(facts, "frame_rate", 0, 100000, &f.frame_rate, err) ||
        !real_within(facts, "audio_mean_db", -91, 0, &f.audio_mean_db, err) ||
        !real_within(facts, "audio_max_db", -91, 0, &f.audio_max_db, err))
        return false;
    f.audio_silent = f.has_audio && f.audio_mean_db < MEDIA_SILENT_DB;
    *out = f;
    return true;
}

bool media_probe(struct arena *arena, const char *path, struct media_facts *out,
                 struct err *err)
{
    struct confine_job job = {
        .work = "facts", .input_path = path, .answer_bytes = ANSWER_BYTES};
    const struct json *facts;
    struct str answer;
    struct stat st;

    if (stat(path, &st) != 0)
        return err_input(err, "media", "upload it again",
                         "the file cannot be read: it is not there");
    return ask(arena, &job, &answer, err) && json_parse(arena, answer, &facts, err) &&
           believe(facts, st.st_size, out, err);
}

/* --- stills --- */

static bool take_still(struct str *answer, struct media_still *out)
{
    struct str line = str_cut(answer, '\n');
    int64_t bytes;

    if (!str_int(str_cut(&line, ' '), &out->at_ms) ||
        !str_int(str_cut(&line, ' '), &out->width) ||
        !str_int(str_cut(&line, ' '), &out->height) || !str_int(line, &bytes) ||
        out->at_ms < 0 || out->width < 2 || out->width > 1280 || out->height < 2 ||
        out->height > 1280 || bytes < 4 || (uint64_t)bytes > answer->n)
        return false;
    out->jpeg = str_sub(*answer, 0, (size_t)bytes);
    *answer = str_sub(*answer, (size_t)bytes, answer->n);
    return str_starts(out->jpeg, STR("\xFF\xD8\xFF"));
}

bool media_posters(struct arena *arena, const char *path, const int64_t *at_ms, size_t n,
                   struct media_still *out, struct err *err)
{
    const char *words[MEDIA_STILLS + 1] = {0};
    struct media_still stills[MEDIA_STILLS];
    struct confine_job job = {.work = "stills",
                              .words = words,
                              .input_path = path,
                              .answer_bytes = LIMIT_POSTER,
                              .cpu_seconds = DECODE_SECONDS / 2};
    struct str answer;

    must(n > 0 && n <= MEDIA_STILLS);
    for (size_t i = 0; i < n; i++)
        words[i] = str_fmt(arena, "%" PRId64, at_ms[i] > 0 ? at_ms[i] : 0).p;
    if (!ask(arena, &job, &answer, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!take_still(&answer, &stills[i]))
            return disbelieve(err, "still");
    memcpy(out, stills, n * sizeof *out);
    return true;
}

bool media_poster(struct arena *arena, const char *path, int64_t at_ms, struct str *jpeg,
                  struct err *err)
{
    struct media_still still;

    if (!media_posters(arena, path, &at_ms, 1, &still, err))
        return false;
    *jpeg = still.jpeg;
    return true;
}

/* --- sound --- */

bool media_audio(struct arena *arena, const char *path, const char *wav_path,
                 int64_t longest_ms, int64_t *duration_ms, struct err *err)
{
    int64_t ms = longest_ms > WAV_LONGEST_MS ? WAV_LONGEST_MS : longest_ms, samples;
    const char *words[] = {str_fmt(arena, "%" PRId64, ms).p, NULL};
    struct confine_job job = {.work = "sound",
                              .words = words,
                              .input_path = path,
                              .output_path = wav_path,
                              .output_bytes = 1024 + ms * (WAV_RATE / 1000) * 2,
                              .answer_bytes = ANSWER_BYTES,
                              .cpu_seconds = DECODE_SECONDS,
                              .wall_seconds = DECODE_SECONDS};
    struct str answer;

    if (!ask(arena, &job, &answer, err))
        return false;
    if (!str_int(answer, &samples) || samples < 1 || samples > ms * (WAV_RATE / 1000))
        return disbelieve(err, "sound");
    *duration_ms = samples / (WAV_RATE / 1000);
    return true;
}

/* --- fingerprints --- */

bool media_fingerprint(struct arena *arena, const char *path, struct media_fingerprint *out,
                       struct err *err)
{
    const char *words[] = {NULL, NULL};
    struct confine_job job = {.work = "print",
                              .words = words,
                              .input_path = path,
                              .answer_bytes = ANSWER_BYTES,
                              .cpu_seconds = DECODE_SECONDS,
                              .wall_seconds = DECODE_SECONDS};
    struct media_facts facts;
    struct str answer;

    if (!media_probe(arena, path, &facts, err))
        return false;
    words[0] = str_fmt(arena, "%" PRId64, facts.duration_ms).p;
    return ask(arena, &job, &answer, err) &&
           (media_fingerprint_parse(answer, out) || disbelieve(err, "picture"));
}

int media_fingerprint_distance(const struct media_fingerprint *a,
                               const struct media_fingerprint *b)
{
    int bits = 0;

    for (size_t i = 0; i < MEDIA_FRAMES; i++)
        bits += __builtin_popcountll(a->frames[i] ^ b->frames[i]);
    return (bits + MEDIA_FRAMES / 2) / MEDIA_FRAMES;
}

struct str media_fingerprint_print(struct arena *arena, const struct media_fingerprint *print)
{
    struct buf buf;

    buf_init(&buf, arena, MEDIA_FRAMES * 16 + 1);
    for (size_t i = 0; i < MEDIA_FRAMES; i++)
        buf_fmt(&buf, "%016" PRIx64, print->frames[i]);
    return buf_str(&buf);
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool media_fingerprint_parse(struct str text, struct media_fingerprint *out)
{
    struct media_fingerprint print = {0};

    if (text.n != MEDIA_FRAMES * 16)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        int value = digit(text.p[i]);

        if (value < 0)
            return false;
        print.frames[i / 16] = print.frames[i / 16] << 4 | (uint64_t)value;
    }
    *out = print;
    return true;
}

/* --- mending --- */

bool media_mend(struct arena *arena, const char *path, const char *out_path,
                const struct media_plan *plan, struct err *err)
{
    const char *words[7] = {
        plan->transcode ? "1" : "0",
        str_fmt(arena, "%" PRId64, plan->width).p,
        str_fmt(arena, "%" PRId64, plan->height).p,
        str_fmt(arena, "%" PRId64, plan->frame_rate).p,
        str_fmt(arena, "%" PRId64, plan->video_bit_rate).p,
        plan->add_silence ? "1" : "0",
    };
    struct confine_job job = {.work = "mend",
                              .words = words,
                              .input_path = path,
                              .output_path = out_path,
                              .output_bytes = LIMIT_VIDEO,
                              .answer_bytes = ANSWER_BYTES,
                              .cpu_seconds = MEND_SECONDS,
                              .wall_seconds = 2 * MEND_SECONDS,
                              .memory_bytes = MEND_MEMORY};
    struct str answer;

    return ask(arena, &job, &answer, err);
}
