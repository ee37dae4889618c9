/* What is inside videos and images, seen through the confined child. */

#include "base/embedded.h"
#include "clips.h"
#include "media/media.h"

#include <math.h>

static const char *demo_clip(const char *name)
{
    for (const struct embedded *e = embedded_demo; e->name; e++)
        if (strstr(e->name, name))
            return clip_of_bytes(name, e->bytes, e->n);
    CHECK(false, "%s is not embedded", name);
    return "";
}

static struct media_facts facts_of(const char *path)
{
    struct media_facts facts = {0};
    struct err err = {0};

    CHECK(media_probe(arena, path, &facts, &err), "%s: %s", path, err.text);
    return facts;
}

static void a_clip_shows_what_is_in_it(void)
{
    struct media_facts facts = facts_of(demo_clip("trial-lesson.mp4"));

    CHECK(str_eq(facts.kind, STR("video")) && str_eq(facts.container, STR("mp4")) &&
              str_eq(facts.video_codec, STR("h264")) && str_eq(facts.audio_codec, STR("aac")),
          "%.*s %.*s %.*s", STR_ARG(facts.container), STR_ARG(facts.video_codec),
          STR_ARG(facts.audio_codec));
    CHECK(facts.width == 540 && facts.height == 960 && facts.duration_ms == 4000 &&
              facts.frame_rate == 24 && facts.size_bytes > 200000 && facts.bit_rate > 516000,
          "%lldx%lld %lld ms", (long long)facts.width, (long long)facts.height,
          (long long)facts.duration_ms);
    CHECK(facts.streams == 2 && facts.pixel_aspect == 1 && facts.rotation == 0 &&
              facts.has_audio && !facts.audio_silent && facts.audio_channels > 0 &&
              facts.audio_rate > 8000 && facts.video_bit_rate > 100000 &&
              str_eq(facts.pixel_format, STR("yuv420p")) && facts.video_profile.n,
          "%lld streams, %lld channels", (long long)facts.streams,
          (long long)facts.audio_channels);
}

/* --- codecs and containers --- */

static const struct {
    const char *name, *arguments;
    const char *container, *video, *audio;
    int width, height;
    double rate;
    int duration_ms;
} kinds[] = {
    {"h264.mp4", MOVING TONE H264 "-c:a aac", "mp4", "h264", "aac", 180, 320, 30, 2000},
    {"hevc.mov",
     MOVING TONE
     "-c:v libx265 -preset ultrafast -x265-params log-level=none -tag:v hvc1 -c:a aac",
     "mov", "hevc", "aac", 180, 320, 30, 2000},
    {"vp9.webm", MOVING TONE "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus",
     "webm", "vp9", "opus", 180, 320, 30, 2000},
    {"vp8.webm", MOVING TONE "-c:v libvpx -deadline realtime -cpu-used 8 -c:a libvorbis",
     "webm", "vp8", "vorbis", 180, 320, 30, 2000},
    {"av1.mp4", MOVING "-t 0.5 -c:v libaom-av1 -usage realtime -cpu-used 8", "mp4", "av1", "",
     180, 320, 30, 500},
    {"mpeg4.avi", MOVING TONE "-c:v mpeg4 -c:a libmp3lame", "avi", "mpeg4", "mp3", 180, 320, 30,
     2000},
    {"mpeg2.mpg", MOVING TONE "-c:v mpeg2video -c:a mp2", "mpeg", "mpeg2video", "mp2", 180, 320,
     30, 2000},
    {"h264.mkv", MOVING TONE H264 "-c:a pcm_s16le", "matroska", "h264", "pcm_s16le", 180, 320,
     30, 2000},
    {"wide.mp4", "-f lavfi -i testsrc2=s=320x180:r=24000/1001:d=1 " H264, "mp4", "h264", "",
     320, 180, 23.976, 1001},
    {"square.mp4", "-f lavfi -i testsrc2=s=240x240:r=60000/1001:d=1 " H264, "mp4", "h264", "",
     240, 240, 59.94, 1001},
    {"slow.mp4", "-f lavfi -i testsrc2=s=64x64:r=7:d=3 " H264, "mp4", "h264", "", 64, 64, 7,
     3000},
    {"pixels.mp4", "-f lavfi -i testsrc2=s=160x320:r=25:d=1,setsar=2/1 " H264, "mp4", "h264",
     "", 320, 320, 25, 1000},
    {"second.mp4", "-f lavfi -i testsrc2=s=180x320:r=30:d=1 " H264, "mp4", "h264", "", 180, 320,
     30, 1000},
    {"minutes.mp4", "-f lavfi -i color=s=32x32:r=1:d=660 " H264, "mp4", "h264", "", 32, 32, 1,
     660000},
    {"long.mkv", "-f lavfi -i color=s=32x32:r=1:d=660 " H264, "matroska", "h264", "", 32, 32, 1,
     660000},
};

static void every_codec_is_named_and_measured(void)
{
    for (size_t i = 0; i < countof(kinds); i++) {
        struct media_facts facts = facts_of(clip(kinds[i].name, kinds[i].arguments));

        CHECK(str_eq(facts.container, str(kinds[i].container)) &&
                  str_eq(facts.video_codec, str(kinds[i].video)) &&
                  str_eq(facts.audio_codec, str(kinds[i].audio)),
              "%s: %.*s, %.*s, %.*s", kinds[i].name, STR_ARG(facts.container),
              STR_ARG(facts.video_codec), STR_ARG(facts.audio_codec));
        CHECK(facts.width == kinds[i].width && facts.height == kinds[i].height, "%s: %lldx%lld",
              kinds[i].name, (long long)facts.width, (long long)facts.height);
        CHECK(fabs(facts.frame_rate - kinds[i].rate) < 0.01, "%s: %f frames a second",
              kinds[i].name, facts.frame_rate);
        CHECK(llabs(facts.duration_ms - kinds[i].duration_ms) < 120, "%s: %lld ms",
              kinds[i].name, (long long)facts.duration_ms);
        CHECK(facts.bit_rate > 0 && facts.has_audio == (*kinds[i].audio != 0) &&
                  !facts.audio_silent,
              "%s: %lld bit/s, mean %f dB", kinds[i].name, (long long)facts.bit_rate,
              facts.audio_mean_db);
    }
}

/* The judge of what is up is ffmpeg, which turns the picture when it encodes it again. */
static void rotation_is_seen_and_shown(void)
{
    static const int rotations[] = {270, 180, 90}; /* clockwise, what ffmpeg makes of its tag */
    const char *upright = clip(kinds[0].name, kinds[0].arguments);

    for (int i = 0; i < 3; i++) {
        int tag = 90 * (i + 1);
        const char *path =
            clip(str_fmt(arena, "turned%d.mp4", tag).p,
                 str_fmt(arena, "-i '%s' -c copy -metadata:s:v rotate=%d", upright, tag).p);
        const char *again =
            clip(str_fmt(arena, "again%d.mp4", tag).p, str_fmt(arena, "-i '%s' " H264, path).p);
        struct media_facts facts = facts_of(path), shown = facts_of(again);
        struct media_fingerprint ours = {0}, theirs = {0};
        struct media_still still = {0};
        int64_t at_ms = 500;
        struct err err = {0};

        CHECK(facts.width == shown.width && facts.height == shown.height &&
                  facts.rotation == rotations[i] && shown.rotation == 0,
              "%d: %lldx%lld, %lld", tag, (long long)facts.width, (long long)facts.height,
              (long long)facts.rotation);
        CHECK(media_posters(arena, path, &at_ms, 1, &still, &err), "%s", err.text);
        CHECK((still.width > still.height) == (shown.width > shown.height), "%lldx%lld",
              (long long)still.width, (long long)still.height);
        CHECK(media_fingerprint(arena, path, &ours, &err) &&
                  media_fingerprint(arena, again, &theirs, &err) &&
                  media_fingerprint_distance(&ours, &theirs) <= 2,
              "%d: %s, %d bits", tag, err.text, media_fingerprint_distance(&ours, &theirs));
    }
}

static void the_index_in_front_is_seen(void)
{
    const char *behind = clip(kinds[0].name, kinds[0].arguments);
    const char *front =
        clip("front.mp4", str_fmt(arena, "-i '%s' -c copy -movflags +faststart", behind).p);

    CHECK(!facts_of(behind).fast_start && facts_of(front).fast_start, "the index");
}

/* A recording that was never closed does not say how long it is. */
static void an_unknown_length_is_counted(void)
{
    const char *path = clip_path("live.webm");
    const char *command =
        str_fmt(arena,
                "ffmpeg -nostdin -v error " MOVING
                "-c:v libvpx -deadline realtime -cpu-used 8 -f webm -live 1 - >'%s'",
                path)
            .p;

    CHECK(system(command) == 0, "%s", command);
    struct media_facts facts = facts_of(path);
    CHECK(llabs(facts.duration_ms - 2000) < 60 && facts.bit_rate > 0, "%lld ms",
          (long long)facts.duration_ms);
}

static void silence_is_heard(void)
{
    static const struct {
        const char *name, *sound;
        bool audio, silent;
    } sounds[] = {
        {"none.mp4", "", false, false},
        {"silent.mp4", "-f lavfi -i anullsrc=r=44100:cl=stereo -c:a aac -shortest ", true,
         true},
        {"quiet.mp4", "-f lavfi -i sine=f=440:d=2 -af volume=-60dB -c:a aac ", true, true},
        {"soft.mp4", "-f lavfi -i sine=f=440:d=2 -af volume=-20dB -c:a aac ", true, false},
        {"left.mp4", "-f lavfi -i aevalsrc='0.3*sin(2000*t)|0':d=2 -c:a aac ", true, false},
        {"against.mp4", "-f lavfi -i aevalsrc='0.3*sin(2000*t)|-0.3*sin(2000*t)':d=2 -c:a aac ",
         true, false},
    };

    for (size_t i = 0; i < countof(sounds); i++) {
        struct media_facts facts =
            facts_of(clip(sounds[i].name, str_fmt(arena, MOVING "%s" H264, sounds[i].sound).p));

        CHECK(facts.has_audio == sounds[i].audio && facts.audio_silent == sounds[i].silent,
              "%s: %d, mean %.1f dB", sounds[i].name, facts.has_audio, facts.audio_mean_db);
    }
}

/* --- images --- */

/* A JPEG that says in EXIF that it is shown turned by a quarter. */
static const char *turned_jpeg(void)
{
    static const char exif[] = "\xFF\xE1\x00\x22"
                               "Exif\0\0MM\0\x2A\0\0\0\x08\0\x01"
                               "\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    struct str plain =
        clip_bytes(clip("plain.jpg", "-f lavfi -i testsrc2=s=160x90 -frames:v 1"));
    struct buf buf;

    buf_init(&buf, arena, 1 << 20);
    buf_add(&buf, str_sub(plain, 0, 2));
    buf_add(&buf, (struct str){exif, sizeof exif - 1});
    buf_add(&buf, str_sub(plain, 2, plain.n));
    return clip_of_bytes("turned.jpg", buf.p, buf.n);
}

static void images_are_measured_too(void)
{
    static const struct {
        const char *name, *arguments, *container;
        bool animated;
    } images[] = {
        {"plain.jpg", "-f lavfi -i testsrc2=s=160x90 -frames:v 1", "jpeg", false},
        {"plain.png", "-f lavfi -i testsrc2=s=160x90 -frames:v 1", "png", false},
        {"plain.webp", "-f lavfi -i testsrc2=s=160x90 -frames:v 1 -c:v libwebp", "webp", false},
        {"moving.png", "-f lavfi -i testsrc2=s=160x90:r=5:d=1 -f apng", "png", true},
        {"moving.webp", "-f lavfi -i testsrc2=s=160x90:r=5:d=1 -c:v libwebp_anim", "webp",
         true},
    };
    struct media_facts facts;
    struct str jpeg = {0};
    struct err err = {0};

    for (size_t i = 0; i < countof(images); i++) {
        facts = facts_of(clip(images[i].name, images[i].arguments));
        CHECK(str_eq(facts.kind, STR("image")) &&
                  str_eq(facts.container, str(images[i].container)) && facts.width == 160 &&
                  facts.height == 90 && facts.animated == images[i].animated &&
                  facts.duration_ms == 0 && !facts.has_audio,
              "%s: %.*s %.*s %lldx%lld", images[i].name, STR_ARG(facts.kind),
              STR_ARG(facts.container), (long long)facts.width, (long long)facts.height);
    }
    facts = facts_of(turned_jpeg());
    CHECK(facts.width == 90 && facts.height == 160 && facts.rotation == 90, "%lldx%lld",
          (long long)facts.width, (long long)facts.height);
    CHECK(media_poster(arena, clip(images[1].name, images[1].arguments), 5000, &jpeg, &err) &&
              jpeg.n > 500,
          "%s", err.text);
}

/* --- stills --- */

static bool jpeg_size(struct str jpeg, int *width, int *height)
{
    const unsigned char *p = (const unsigned char *)jpeg.p;

    for (size_t k = 2; k + 9 < jpeg.n; k++)
        if (p[k] == 0xFF && p[k + 1] == 0xC0) {
            *height = p[k + 5] << 8 | p[k + 6];
            *width = p[k + 7] << 8 | p[k + 8];
            return true;
        }
    return false;
}

static void stills_are_jpegs_of_the_videos_shape(void)
{
    static const int64_t moments[] = {0, 1000, 999999999};
    struct media_still stills[3] = {0};
    struct err err = {0};

    CHECK(media_posters(arena, demo_clip("trial-lesson.mp4"), moments, 3, stills, &err), "%s",
          err.text);
    for (size_t i = 0; i < countof(stills); i++) {
        int width = 0, height = 0;

        CHECK(stills[i].jpeg.n > 1000 && jpeg_size(stills[i].jpeg, &width, &height) &&
                  width == 720 && height == 1280 && stills[i].width == width &&
                  stills[i].height == height,
              "%dx%d", width, height);
    }
    CHECK(stills[0].at_ms < 100 && llabs(stills[1].at_ms - 1000) < 100 &&
              stills[2].at_ms > 3500,
          "%lld, %lld, %lld ms", (long long)stills[0].at_ms, (long long)stills[1].at_ms,
          (long long)stills[2].at_ms);
}

static void black_beginnings_are_passed_over(void)
{
    const char *path = clip("fade.mp4", "-f lavfi -i testsrc2=s=180x320:r=30:d=3 "
                                        "-vf fade=in:st=1:d=0.5:color=black " H264);
    const char *black = clip("black.mp4", "-f lavfi -i color=black:s=180x320:r=30:d=1 " H264);
    struct media_still still = {0};
    int64_t at_ms = 0;
    struct err err = {0};

    CHECK(media_posters(arena, path, &at_ms, 1, &still, &err) && still.at_ms > 1000 &&
              still.at_ms <= 2000,
          "%s at %lld", err.text, (long long)still.at_ms);
    CHECK(media_posters(arena, black, &at_ms, 1, &still, &err) && still.at_ms < 100,
          "%s: a black one has a black still, at %lld", err.text, (long long)still.at_ms);
}

/* --- sound --- */

static void the_sound_becomes_a_wav(void)
{
    const char *wav = clip_path("out.wav");
    int64_t duration_ms = 0;
    struct err err = {0};

    for (size_t i = 0; i < countof(kinds); i++) {
        if (!*kinds[i].audio)
            continue;
        CHECK(media_audio(arena, clip(kinds[i].name, kinds[i].arguments), wav, 60000,
                          &duration_ms, &err) &&
                  llabs(duration_ms - 2000) < 150,
              "%s: %s, %lld ms", kinds[i].name, err.text, (long long)duration_ms);
        struct str bytes = clip_bytes(wav);
        const char *head = "RIFF";
        int loud = 0;

        CHECK(memcmp(bytes.p, head, 4) == 0 && memcmp(bytes.p + 8, "WAVEfmt ", 8) == 0 &&
                  bytes.p[20] == 1 && bytes.p[22] == 1 && bytes.p[34] == 16 &&
                  bytes.n == 44 + (size_t)duration_ms * 32 + (bytes.n - 44) % 32,
              "%s: %zu bytes", kinds[i].name, bytes.n);
        for (size_t k = 45; k < bytes.n; k += 2)
            loud += bytes.p[k] > 4 || bytes.p[k] < -5;
        CHECK(loud > 1000, "%s: a tone of %d loud samples", kinds[i].name, loud);
    }
    CHECK(media_audio(arena, clip(kinds[0].name, kinds[0].arguments), wav, 700, &duration_ms,
                      &err) &&
              duration_ms == 700,
          "cut at %lld ms", (long long)duration_ms);
    CHECK(!media_audio(arena, clip(kinds[4].name, kinds[4].arguments), wav, 700, &duration_ms,
                       &err) &&
              err.kind == ERR_INVALID && strstr(err.text, "no sound") && access(wav, F_OK) != 0,
          "%s", err.text);
}

/* --- fingerprints --- */

static void the_same_clip_is_known_again_and_others_are_not(void)
{
    static const char *const sources[] = {
        "-f lavfi -i testsrc2=s=180x320:r=12:d=2 ",
        "-f lavfi -i mandelbrot=s=90x160:r=12:end_scale=0.01,scale=180:320 -t 2 ",
        "-f lavfi -i life=s=18x32:r=12:seed=5:mold=10,scale=180:320 -t 2 ",
    };
    static const char *const forms[] = {
        "-c:v libx264 -preset ultrafast -crf 18 -pix_fmt yuv420p",
        "-c:v libx264 -preset ultrafast -crf 36 -vf scale=90:160 -g 5 -pix_fmt yuv420p",
        "-c:v mpeg4 -q:v 8 -r 30 -vf scale=120:214,eq=brightness=0.05:contrast=1.1",
    };
    struct media_fingerprint prints[countof(sources)][countof(forms)] = {0}, other = {0};
    struct err err = {0};

    for (size_t s = 0; s < countof(sources); s++)
        for (size_t f = 0; f < countof(forms); f++) {
            const char *path = clip(str_fmt(arena, "print%zu%zu.mp4", s, f).p,
                                    str_fmt(arena, "%s%s", sources[s], forms[f]).p);

            CHECK(media_fingerprint(arena, path, &prints[s][f], &err), "%s", err.text);
        }
    CHECK(media_fingerprint(arena, demo_clip("ninety-days.mp4"), &other, &err), "%s", err.text);
    for (size_t a = 0; a < countof(sources); a++)
        for (size_t f = 0; f < countof(forms); f++) {
            for (size_t b = 0; b < countof(sources); b++) {
                int far = media_fingerprint_distance(&prints[a][0], &prints[b][f]);

                CHECK(a == b ? far <= MEDIA_NEAR : far > MEDIA_NEAR + 6,
                      "clip %zu and clip %zu in form %zu: %d", a, b, f, far);
            }
            CHECK(media_fingerprint_distance(&prints[a][f], &other) > MEDIA_NEAR + 6,
                  "clip %zu and a talk: %d", a,
                  media_fingerprint_distance(&prints[a][f], &other));
        }

    struct media_fingerprint back = {0};
    struct str text = media_fingerprint_print(arena, &prints[0][0]);

    CHECK(text.n == 128 && media_fingerprint_parse(text, &back) &&
              memcmp(&back, &prints[0][0], sizeof back) == 0,
          "%.*s", STR_ARG(text));
    CHECK(!media_fingerprint_parse(STR("12"), &back) &&
              !media_fingerprint_parse(str_upper(arena, text), &back),
          "other texts are no fingerprints");
}

int main(int argc, char **argv)
{
    confine_main(argc, argv, media_works);
    if (!clips_begin())
        return 1;
    RUN(a_clip_shows_what_is_in_it);
    RUN(every_codec_is_named_and_measured);
    RUN(rotation_is_seen_and_shown);
    RUN(the_index_in_front_is_seen);
    RUN(an_unknown_length_is_counted);
    RUN(silence_is_heard);
    RUN(images_are_measured_too);
    RUN(stills_are_jpegs_of_the_videos_shape);
    RUN(black_beginnings_are_passed_over);
    RUN(the_sound_becomes_a_wav);
    RUN(the_same_clip_is_known_again_and_others_are_not);
    return clips_end() ? test_report() : 1;
}
