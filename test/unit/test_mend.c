/* Videos that platforms do not take, mended by us and by the commands that we tell people. */

#include "creative/creative_check.h"
#include "media/media.h"

#include "clips.h"

static struct media_facts facts_of(const char *path)
{
    struct media_facts facts = {0};
    struct err err = {0};

    CHECK(media_probe(arena, path, &facts, &err), "%s: %s", path, err.text);
    return facts;
}

static int difference(const char *a, const char *b)
{
    struct media_fingerprint left = {0}, right = {0};
    struct err err = {0};

    CHECK(media_fingerprint(arena, a, &left, &err) && media_fingerprint(arena, b, &right, &err),
          "%s", err.text);
    return media_fingerprint_distance(&left, &right);
}

static const char *turned(void)
{
    const char *upright = clip("upright.mp4", MOVING TONE H264 "-c:a aac");

    return clip("turned.mp4",
                str_fmt(arena, "-i '%s' -c copy -metadata:s:v rotate=90", upright).p);
}

static const char *web(void)
{
    return clip("clip.webm",
                MOVING TONE "-c:v libvpx -deadline realtime -cpu-used 8 -c:a libopus");
}

/* Sound that begins half a second after the picture. */
static const char *late_sound(void)
{
    return clip("late.mkv",
                MOVING "-itsoffset 0.5 -f lavfi -i sine=f=440:d=1.5 " H264 "-c:a libvorbis");
}

static void a_plan_is_carried_out(void)
{
    const struct {
        const char *source;
        struct media_plan plan;
        int width, height;
        double rate;
        int64_t duration_ms;
        bool audio, silent, looks_alike;
    } rows[] = {
        {web(), {.transcode = true}, 180, 320, 30, 2000, true, false, true},
        {web(),
         {.transcode = true, .width = 270, .height = 480, .frame_rate = 25},
         270,
         480,
         25,
         2000,
         true,
         false,
         true},
        {clip("pcm.mkv", MOVING TONE H264 "-c:a pcm_s16le"),
         {0},
         180,
         320,
         30,
         2000,
         true,
         false,
         true},
        {clip("upright.mp4", MOVING TONE H264 "-c:a aac"),
         {0},
         180,
         320,
         30,
         2000,
         true,
         false,
         true},
        {clip("mute.mkv", MOVING H264),
         {.add_silence = true},
         180,
         320,
         30,
         2000,
         true,
         true,
         true},
        {clip("mute.mkv", MOVING H264),
         {.transcode = true, .add_silence = true},
         180,
         320,
         30,
         2000,
         true,
         true,
         true},
        {clip("mute.mkv", MOVING H264),
         {.transcode = true},
         180,
         320,
         30,
         2000,
         false,
         false,
         true},
        {turned(), {.transcode = true}, 320, 180, 30, 2000, true, false, true},
        {turned(), {0}, 320, 180, 30, 2000, true, false, true},
        {late_sound(), {.transcode = true}, 180, 320, 30, 2000, true, false, true},
        {clip("slow.avi", "-f lavfi -i testsrc2=s=240x240:r=7:d=3 -c:v mpeg4"),
         {.transcode = true, .frame_rate = 30, .width = 180, .height = 320},
         180,
         320,
         30,
         3000,
         false,
         false,
         false},
        {clip("tiny.mov", "-f lavfi -i testsrc2=s=50x90:r=24000/1001:d=1 -c:v mjpeg"),
         {.transcode = true, .video_bit_rate = 1500000},
         50,
         90,
         23.976,
         1000,
         false,
         false,
         true},
    };
    const char *out = clip_path("mended.mp4");

    for (size_t i = 0; i < countof(rows); i++) {
        struct err err = {0};

        CHECK(media_mend(arena, rows[i].source, out, &rows[i].plan, &err), "%zu: %s", i,
              err.text);
        struct media_facts facts = facts_of(out);
        CHECK(str_eq(facts.container, STR("mp4")) && str_eq(facts.video_codec, STR("h264")) &&
                  facts.fast_start &&
                  (!facts.has_audio || str_eq(facts.audio_codec, STR("aac"))),
              "%zu: %.*s, %.*s, %.*s", i, STR_ARG(facts.container), STR_ARG(facts.video_codec),
              STR_ARG(facts.audio_codec));
        CHECK(facts.width == rows[i].width && facts.height == rows[i].height &&
                  (int)(facts.frame_rate * 10) == (int)(rows[i].rate * 10),
              "%zu: %lldx%lld, %f", i, (long long)facts.width, (long long)facts.height,
              facts.frame_rate);
        CHECK(llabs(facts.duration_ms - rows[i].duration_ms) < 150 &&
                  facts.has_audio == rows[i].audio && facts.audio_silent == rows[i].silent,
              "%zu: %lld ms, audio %d", i, (long long)facts.duration_ms, facts.has_audio);
        CHECK(facts.video_bit_rate >= rows[i].plan.video_bit_rate * 9 / 10, "%zu: %lld bit/s",
              i, (long long)facts.video_bit_rate);
        CHECK(!rows[i].plan.transcode || facts.rotation == 0, "%zu: turned", i);
        CHECK(!rows[i].looks_alike || difference(rows[i].source, out) <= MEDIA_NEAR, "%zu: %d",
              i, difference(rows[i].source, out));
    }
}

/* The sound must not run ahead of the picture. */
static void sound_that_begins_late_stays_late(void)
{
    const char *out = clip_path("mended.mp4"), *wav = clip_path("mended.wav");
    const struct media_plan plan = {.transcode = true};
    int64_t duration_ms = 0, quiet = 0;
    struct err err = {0};

    CHECK(media_mend(arena, late_sound(), out, &plan, &err) &&
              media_audio(arena, out, wav, 10000, &duration_ms, &err),
          "%s", err.text);
    struct str bytes = clip_bytes(wav);
    for (size_t i = 45; i < bytes.n && bytes.p[i] < 4 && bytes.p[i] > -4; i += 2)
        quiet++;
    CHECK(llabs(quiet / 16 - 500) < 80, "%lld ms of silence", (long long)quiet / 16);
}

static void what_cannot_be_mended_leaves_nothing(void)
{
    const char *out = clip_path("not.mp4");
    const struct media_plan remux = {0}, transcode = {.transcode = true};
    struct err err = {0};

    CHECK(!media_mend(arena, web(), out, &remux, &err) && err.kind == ERR_INVALID &&
              strstr(err.text, "encoded again"),
          "%s", err.text);
    CHECK(!media_mend(arena, clip("still.png", "-f lavfi -i testsrc2 -frames:v 1"), out,
                      &transcode, &err) &&
              strstr(err.text, "image"),
          "%s", err.text);
    CHECK(!media_mend(arena, clip("long.mkv", "-f lavfi -i color=s=32x32:r=1:d=720 " H264), out,
                      &transcode, &err) &&
              strstr(err.text, "longer than"),
          "%s", err.text);
    CHECK(!media_mend(arena, clip("long.mkv", "-f lavfi -i color=s=32x32:r=1:d=720 " H264), out,
                      &remux, &err) &&
              strstr(err.text, "longer than"),
          "%s", err.text);
    CHECK(access(out, F_OK) != 0, "an output is left");
}

static struct creative_findings findings_of(const char *path)
{
    struct creative_findings findings = {0};
    struct media_facts facts = facts_of(path);

    creative_check(arena, &facts, STR("tiktok"), STR(""), &findings);
    return findings;
}

static void after_mending_the_platform_takes_it(void)
{
    const char *path = clip("bad.webm", "-f lavfi -i testsrc2=s=180x320:r=12:d=0.4 -c:v libvpx "
                                        "-deadline realtime -cpu-used 8");
    const char *out = clip_path("good.mp4");
    struct creative_findings before = findings_of(path), after;
    struct media_facts facts = facts_of(path);
    struct media_plan plan = {0};
    struct err err = {0};

    CHECK(!creative_verdict(&before, &err), "it was good before");
    CHECK(creative_mend_plan(&facts, &before, &plan), "there is no plan");
    err = (struct err){0};
    CHECK(media_mend(arena, path, out, &plan, &err), "%s", err.text);
    after = findings_of(out);
    CHECK(creative_verdict(&after, &err), "%s: %s", err.text, err.hint);
}

static struct str replaced(struct str text, struct str what, const char *with)
{
    struct buf buf;

    buf_init(&buf, arena, 4000);
    while (text.n) {
        if (str_starts(text, what)) {
            buf_fmt(&buf, "'%s'", with);
            text = str_sub(text, what.n, text.n);
        } else {
            buf_char(&buf, text.p[0]);
            text = str_sub(text, 1, text.n);
        }
    }
    return buf_str(&buf);
}

/* Each command, pasted into a shell, makes its finding go away. */
static void the_commands_do_what_they_say(void)
{
    const struct {
        const char *source, *field;
    } rows[] = {
        {clip("bad.mkv", MOVING H264), "container"},
        {clip("bad.mkv", MOVING H264), "audio"},
        {web(), "container"},
        {web(), "video_codec"},
        {clip("brief.mkv", "-f lavfi -i testsrc2=s=90x160:r=24:d=0.3 " H264), "resolution"},
        {clip("short.mp4", "-f lavfi -i testsrc2=s=64x64:r=12:d=1 " H264), "duration"},
        {clip("short.mp4", "-f lavfi -i testsrc2=s=64x64:r=12:d=1 " H264), "frame_rate"},
        {clip("dull.mp4", "-f lavfi -i color=s=540x960:r=24:d=1 " H264), "bit_rate"},
    };

    for (size_t i = 0; i < countof(rows); i++) {
        struct creative_findings before = findings_of(rows[i].source);
        const char *out = clip_path("commanded.mp4");
        const struct creative_finding *finding = NULL;

        for (size_t k = 0; k < before.n; k++)
            if (strcmp(before.at[k].field, rows[i].field) == 0)
                finding = &before.at[k];
        CHECK(finding && finding->command.n, "%zu: nothing about %s", i, rows[i].field);
        if (!finding)
            continue;
        struct str command = replaced(finding->command, STR("INPUT"), rows[i].source);
        command = replaced(command, STR("OUTPUT.mp4"), out);
        command = str_fmt(arena, "%.*s -nostdin -v error -y", STR_ARG(command));
        CHECK(system(command.p) == 0, "%s", command.p);
        struct creative_findings after = findings_of(out);
        for (size_t k = 0; k < after.n; k++)
            CHECK(strcmp(after.at[k].field, rows[i].field) != 0 ||
                      (!after.at[k].error && finding->error) ||
                      str_has(after.at[k].measured, STR("silent")),
                  "%s: still %s %.*s", command.p, rows[i].field, STR_ARG(after.at[k].measured));
    }
}

int main(int argc, char **argv)
{
    confine_main(argc, argv, media_works);
    if (!clips_begin())
        return 1;
    RUN(a_plan_is_carried_out);
    RUN(sound_that_begins_late_stays_late);
    RUN(what_cannot_be_mended_leaves_nothing);
    RUN(after_mending_the_platform_takes_it);
    RUN(the_commands_do_what_they_say);
    return clips_end() ? test_report() : 1;
}
