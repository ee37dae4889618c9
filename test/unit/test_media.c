/* What is inside a video, seen through the confined child. */

#include "base/arena.h"
#include "base/embedded.h"
#include "media/media.h"
#include "test.h"

#include <unistd.h>

static struct arena *arena;
static char folder[] = "/tmp/adwright_media_XXXXXX";

static const char *file_of(const char *name, const char *bytes, size_t n)
{
    const char *path = str_fmt(arena, "%s/%s", folder, name).p;
    FILE *file = fopen(path, "wb");

    CHECK(file && fwrite(bytes, 1, n, file) == n, "writing %s", path);
    if (file)
        fclose(file);
    return path;
}

static const char *clip(void)
{
    for (const struct embedded *e = embedded_demo; e->name; e++)
        if (strstr(e->name, "trial-lesson.mp4"))
            return file_of("clip.mp4", e->bytes, e->n);
    CHECK(false, "the demo's clip is not embedded");
    return "";
}

static void a_clip_shows_what_is_in_it(void)
{
    struct media_facts facts = {0};
    struct err err = {0};

    CHECK(media_probe(arena, clip(), &facts, &err), "%s", err.text);
    CHECK(str_eq(facts.container, STR("mp4")) && str_eq(facts.video_codec, STR("h264")) &&
              str_eq(facts.audio_codec, STR("aac")),
          "%.*s %.*s %.*s", STR_ARG(facts.container), STR_ARG(facts.video_codec),
          STR_ARG(facts.audio_codec));
    CHECK(facts.width == 540 && facts.height == 960 && facts.duration_ms == 4000 &&
              facts.frame_rate == 24 && facts.size_bytes > 200000 && facts.bit_rate > 516000,
          "%lldx%lld %lld ms", (long long)facts.width, (long long)facts.height,
          (long long)facts.duration_ms);
}

static void a_poster_is_a_jpeg_of_the_videos_shape(void)
{
    static const int64_t moments[] = {0, 1000, 999999999};

    for (size_t i = 0; i < countof(moments); i++) {
        struct str jpeg = {0};
        struct err err = {0};
        const unsigned char *p;
        int width = 0, height = 0;

        CHECK(media_poster(arena, clip(), moments[i], &jpeg, &err), "at %lld: %s",
              (long long)moments[i], err.text);
        p = (const unsigned char *)jpeg.p;
        CHECK(jpeg.n > 1000 && p[0] == 0xFF && p[1] == 0xD8, "%zu bytes", jpeg.n);
        for (size_t k = 2; k + 9 < jpeg.n && !width; k++)
            if (p[k] == 0xFF && p[k + 1] == 0xC0) {
                height = p[k + 5] << 8 | p[k + 6];
                width = p[k + 7] << 8 | p[k + 8];
            }
        CHECK(width == 720 && height == 1280, "%dx%d", width, height);
    }
}

static void strangers_files_are_refused_and_harm_nobody(void)
{
    static const char playlist[] = "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n";
    struct media_facts facts;
    struct str jpeg;
    struct err err = {0};
    const char *whole = clip();
    FILE *file = fopen(whole, "rb");
    char bytes[20000];
    size_t n = file ? fread(bytes, 1, sizeof bytes, file) : 0;

    if (file)
        fclose(file);
    CHECK(n == sizeof bytes, "reading the clip");
    CHECK(!media_probe(arena, file_of("text.mp4", "not a video at all", 18), &facts, &err) &&
              err.kind == ERR_INVALID && *err.hint,
          "a text");
    CHECK(!media_probe(arena, file_of("empty.mp4", "", 0), &facts, &err) &&
              err.kind == ERR_INVALID,
          "an empty file");
    CHECK(!media_probe(arena, "/tmp/there/is/no/such.mp4", &facts, &err), "a missing file");
    CHECK(
        !media_probe(arena, file_of("list.m3u8", playlist, sizeof playlist - 1), &facts, &err),
        "a playlist that points elsewhere");
    for (size_t i = 5000; i < n; i += 3)
        bytes[i] = (char)(bytes[i] ^ 0x5A);
    const char *broken = file_of("broken.mp4", bytes, n);
    if (media_probe(arena, broken, &facts, &err) &&
        !media_poster(arena, broken, 0, &jpeg, &err))
        CHECK(err.kind == ERR_INVALID, "%s", err.text);
    CHECK(media_probe(arena, whole, &facts, &err), "afterwards a good one is read: %s",
          err.text);
}

int main(int argc, char **argv)
{
    confine_main(argc, argv, media_works);
    arena = arena_new("test");
    if (!mkdtemp(folder))
        return 1;
    RUN(a_clip_shows_what_is_in_it);
    RUN(a_poster_is_a_jpeg_of_the_videos_shape);
    RUN(strangers_files_are_refused_and_harm_nobody);
    const char *remove_folder = str_fmt(arena, "rm -rf %s", folder).p;
    if (system(remove_folder) != 0)
        return 1;
    arena_free(arena);
    return test_report();
}
