/* Files held against the limits of platforms, and what is said of each. */

#include "base/arena.h"
#include "base/buf.h"
#include "creative/creative_check.h"
#include "creative/creative_limits.h"
#include "test.h"

static struct arena *arena;

#define GOOD                                                                                   \
    .kind = STR_INIT("video"), .container = STR_INIT("mp4"), .video_codec = STR_INIT("h264"),  \
    .audio_codec = STR_INIT("aac"), .has_audio = true, .duration_ms = 20000, .width = 1080,    \
    .height = 1920, .size_bytes = 9000000, .bit_rate = 3600000, .frame_rate = 30,              \
    .pixel_aspect = 1, .audio_mean_db = -20, .audio_max_db = -3, .streams = 2
#define PICTURE                                                                                \
    .kind = STR_INIT("image"), .container = STR_INIT("jpeg"),                                  \
    .video_codec = STR_INIT("mjpeg"), .width = 1080, .height = 1080, .size_bytes = 300000,     \
    .pixel_aspect = 1, .streams = 1, .audio_mean_db = -91, .audio_max_db = -91

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init" /* a good one, but for one thing */
static const struct {
    struct media_facts facts;
    const char *platform, *placement;
    const char *expected; /* "field!" is an error, "field" a recommendation */
    const char *command;  /* a part of the first finding's */
} rows[] = {
    {{GOOD}, "tiktok", "", "", ""},
    {{GOOD}, "facebook", "", "", ""},
    {{GOOD, .container = STR_INIT("mov"), .video_codec = STR_INIT("hevc")},
     "tiktok",
     "",
     "",
     ""},
    /* WebM may be uploaded; TikTok does not name it, so it has to be mended. */
    {{GOOD, .container = STR_INIT("webm"), .video_codec = STR_INIT("vp9")},
     "tiktok",
     "",
     "container! video_codec!",
     "ffmpeg -i INPUT -c:v libx264"},
    {{GOOD, .container = STR_INIT("webm"), .video_codec = STR_INIT("vp9")},
     "",
     "",
     "video_codec!",
     "libx264"},
    {{GOOD, .container = STR_INIT("matroska")}, "tiktok", "", "container!", "-c:v copy"},
    {{GOOD, .container = STR_INIT("matroska")}, "", "", "container!", "-c:v copy"},
    {{GOOD, .container = STR_INIT("avi")}, "tiktok", "", "container", "-c:v copy"},
    {{GOOD, .container = STR_INIT("avi")}, "facebook", "", "container!", "-c:v copy"},
    {{GOOD, .container = STR_INIT("mpegts")}, "tiktok", "", "container!", "-c:v copy"},
    {{GOOD, .video_codec = STR_INIT("mpeg4")}, "tiktok", "", "video_codec!", "libx264"},
    {{GOOD, .audio_codec = STR_INIT(""), .has_audio = false},
     "tiktok",
     "",
     "audio",
     "anullsrc"},
    {{GOOD, .audio_silent = true, .audio_mean_db = -70}, "tiktok", "", "audio", "anullsrc"},
    {{GOOD, .duration_ms = 2900}, "tiktok", "", "duration", "-stream_loop 1"},
    {{GOOD, .duration_ms = 61000}, "tiktok", "", "duration", "-t 60"},
    {{GOOD, .duration_ms = 600001}, "tiktok", "", "duration!", "-t 600"},
    {{GOOD, .duration_ms = 600001}, "facebook", "", "duration", "-t 60"},
    {{GOOD, .duration_ms = 14400001}, "facebook", "", "duration!", "-t 14400"},
    {{GOOD, .duration_ms = 0}, "tiktok", "", "duration!", "libx264"},
    {{GOOD, .duration_ms = 0}, "", "", "duration!", "libx264"},
    {{GOOD, .size_bytes = (100LL << 20) + 1}, "tiktok", "", "size", "-b:v"},
    {{GOOD, .size_bytes = (500LL << 20) + 1}, "tiktok", "", "size!", "-b:v"},
    {{GOOD, .size_bytes = (500LL << 20) + 1}, "", "", "size!", "-b:v"},
    {{GOOD, .size_bytes = (4096LL << 20) + 1}, "facebook", "", "size!", "-b:v"},
    {{GOOD, .bit_rate = 515999}, "tiktok", "", "bit_rate!", "-b:v 4000k"},
    {{GOOD, .bit_rate = 515999}, "facebook", "", "bit_rate", "-b:v 4000k"},
    {{GOOD, .bit_rate = 9000000}, "tiktok", "", "bit_rate", "-maxrate 7200k"},
    {{GOOD, .bit_rate = 0}, "tiktok", "", "", ""},
    {{GOOD, .width = 360, .height = 640}, "tiktok", "", "resolution!", "scale=1080:1920"},
    {{GOOD, .width = 540, .height = 960}, "tiktok", "", "resolution", "scale=1080:1920"},
    {{GOOD, .width = 360, .height = 640}, "facebook", "", "resolution", "scale=1080:1920"},
    {{GOOD, .width = 1280, .height = 720}, "tiktok", "", "", ""},
    {{GOOD, .width = 1280, .height = 720}, "facebook", "reels", "aspect", "scale=1080:1920"},
    {{GOOD, .width = 1280, .height = 720}, "facebook", "stories", "aspect", "scale=1080:1920"},
    {{GOOD, .width = 1080, .height = 1350}, "facebook", "feed", "", ""},
    {{GOOD, .width = 1080, .height = 1350}, "", "", "aspect", "scale=1080:1920"},
    {{GOOD, .width = 640, .height = 640}, "tiktok", "", "", ""},
    {{GOOD, .width = 600, .height = 600}, "tiktok", "", "resolution!", "scale=1080:1080"},
    {{GOOD, .width = 900, .height = 500}, "tiktok", "", "resolution!", "scale=1920:1080"},
    {{GOOD, .width = 1000, .height = 1500}, "tiktok", "", "aspect", "scale=1080:1920"},
    {{GOOD, .frame_rate = 12}, "tiktok", "", "frame_rate", "-r 30"},
    {{GOOD, .frame_rate = 23.976}, "tiktok", "", "", ""},
    {{GOOD, .frame_rate = 120}, "tiktok", "", "frame_rate", "-r 30"},
    {{PICTURE}, "facebook", "", "", ""},
    {{PICTURE, .container = STR_INIT("png")}, "facebook", "", "", ""},
    {{PICTURE, .container = STR_INIT("webp")}, "facebook", "", "container!", "OUTPUT.jpg"},
    {{PICTURE, .size_bytes = (30LL << 20) + 1}, "facebook", "", "size!", "OUTPUT.jpg"},
    {{PICTURE, .size_bytes = (50LL << 20) + 1}, "tiktok", "", "size!", "OUTPUT.jpg"},
    {{PICTURE, .width = 1921, .height = 1920}, "tiktok", "", "pixels!", "OUTPUT.jpg"},
    {{PICTURE, .width = 1921, .height = 1920}, "facebook", "", "", ""},
    {{PICTURE, .animated = true}, "facebook", "", "animated", "OUTPUT.jpg"},
};
#pragma GCC diagnostic pop

static struct str listed(const struct creative_findings *findings)
{
    struct buf buf;

    buf_init(&buf, arena, 1000);
    for (size_t i = 0; i < findings->n; i++)
        buf_fmt(&buf, "%s%s%s", i ? " " : "", findings->at[i].field,
                findings->at[i].error ? "!" : "");
    return buf_str(&buf);
}

/* "mp4 or mov", "9:16": words that need no translation. */
static bool only_words(const char *allowed)
{
    struct str s = str(allowed);

    return str_has(s, STR(" or ")) || str_find(s, ' ') == s.n;
}

static void errors_block_and_recommendations_warn(void)
{
    for (size_t i = 0; i < countof(rows); i++) {
        struct creative_findings findings = {0};
        struct err err = {0};
        struct str fields;
        bool ok;

        creative_check(arena, &rows[i].facts, str(rows[i].platform), str(rows[i].placement),
                       &findings);
        fields = listed(&findings);
        CHECK(str_eq(fields, str(rows[i].expected)), "row %zu (%s): %.*s instead of %s", i,
              rows[i].platform, STR_ARG(fields), rows[i].expected);
        ok = creative_verdict(&findings, &err);
        CHECK(ok == !strchr(rows[i].expected, '!'), "%zu: %s", i, err.text);
        CHECK(ok || (strstr(err.hint, "allowed: ") && strcmp(err.field, "media") == 0),
              "%zu: %s; %s", i, err.text, err.hint);
        for (size_t k = 0; k < findings.n; k++)
            CHECK(findings.at[k].measured.n && *findings.at[k].allowed &&
                      findings.at[k].mend.n && *findings.at[k].source,
                  "%zu: %s is not whole", i, findings.at[k].field);
        for (size_t k = 0; k < findings.n; k++)
            CHECK(findings.at[k].mend_says.code &&
                      (findings.at[k].allowed_says.code || only_words(findings.at[k].allowed)),
                  "%zu: %s is no code", i, findings.at[k].field);
        CHECK(findings.n == 0 || str_has(findings.at[0].command, str(rows[i].command)),
              "%zu: %.*s", i, STR_ARG(findings.at[0].command));
    }
}

/* An error without a recommendation on top, a recommendation never twice. */
static void a_field_is_found_wanting_once(void)
{
    const struct media_facts bad = {.kind = STR("video"),
                                    .container = STR("webm"),
                                    .video_codec = STR("vp9"),
                                    .size_bytes = 600LL << 20,
                                    .duration_ms = 700000,
                                    .bit_rate = 100000,
                                    .width = 320,
                                    .height = 320,
                                    .frame_rate = 10};
    struct creative_findings findings = {0};

    creative_check(arena, &bad, STR("tiktok"), STR(""), &findings);
    CHECK(findings.n >= 6, "%zu findings", findings.n);
    for (size_t i = 0; i < findings.n; i++)
        for (size_t k = i + 1; k < findings.n; k++)
            CHECK(strcmp(findings.at[i].field, findings.at[k].field) != 0, "%s twice",
                  findings.at[i].field);
    for (size_t i = 1; i < findings.n; i++)
        CHECK(findings.at[i - 1].error >= findings.at[i].error, "%s before %s",
              findings.at[i - 1].field, findings.at[i].field);
}

static bool plan_for(const struct media_facts *facts, struct media_plan *plan)
{
    struct creative_findings findings = {0};

    creative_check(arena, facts, STR("tiktok"), STR(""), &findings);
    return creative_mend_plan(facts, &findings, plan);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static void a_plan_is_made_for_what_can_be_mended(void)
{
    const struct media_facts good = {GOOD};
    const struct media_facts wrapped = {GOOD, .container = STR_INIT("matroska")};
    const struct media_facts web = {GOOD, .container = STR_INIT("webm"),
                                    .video_codec = STR_INIT("vp9"), .frame_rate = 12,
                                    .has_audio = false};
    const struct media_facts small = {GOOD, .width = 320, .height = 320};
    const struct media_facts large = {GOOD, .size_bytes = 600LL << 20, .duration_ms = 300000};
    const struct media_facts endless = {GOOD, .duration_ms = 700000,
                                        .container = STR_INIT("matroska")};
    const struct media_facts image = {PICTURE, .container = STR_INIT("webp")};
    struct media_plan plan = {0};

    CHECK(!plan_for(&good, &plan), "a good one");
    CHECK(plan_for(&wrapped, &plan) && !plan.transcode && !plan.add_silence, "a wrapped one");
    CHECK(plan_for(&web, &plan) && plan.transcode && plan.add_silence && plan.width == 0 &&
              plan.frame_rate == 30 && plan.video_bit_rate == 4000000,
          "a WebM");
    CHECK(plan_for(&small, &plan) && plan.transcode && plan.width == 1080 &&
              plan.height == 1080,
          "a small one");
    CHECK(plan_for(&large, &plan) && plan.video_bit_rate > 2000000 &&
              plan.video_bit_rate < 2600000,
          "a large one: %lld", (long long)plan.video_bit_rate);
    CHECK(!plan_for(&endless, &plan), "one that is too long");
    CHECK(!plan_for(&image, &plan), "an image");
}
#pragma GCC diagnostic pop

static void facts_come_back_from_their_json(void)
{
    const struct media_facts facts = {GOOD,
                                      .rotation = 90,
                                      .video_profile = STR_INIT("High"),
                                      .pixel_format = STR_INIT("yuv420p"),
                                      .fast_start = true,
                                      .audio_channels = 2,
                                      .audio_rate = 48000};
    struct creative_findings findings = {0};
    struct media_facts back = {0};

    creative_check(arena, &facts, STR("tiktok"), STR(""), &findings);
    struct str json = creative_probe_print(arena, &facts, &findings);
    CHECK(creative_probe_parse(arena, json, &back), "%.*s", STR_ARG(json));
    CHECK(str_eq(creative_probe_print(arena, &back, &findings), json), "%.*s", STR_ARG(json));
    CHECK(!creative_probe_parse(arena, STR("{}"), &back) &&
              !creative_probe_parse(arena, STR("nothing"), &back),
          "nothing is read as facts");
}

static void the_documented_table_is_the_data(void)
{
    const char *path = "docs/creative-limits.md";
    struct str want = creative_limits_print(arena);
    char *text = arena_alloc(arena, want.n + 2);
    FILE *f;

    if (getenv("TEST_WRITE")) {
        f = fopen(path, "w");
        CHECK(f && fwrite(want.p, 1, want.n, f) == want.n && fclose(f) == 0, "%s", path);
    }
    f = fopen(path, "r");
    CHECK(f, "%s: run from the repository's root", path);
    if (!f)
        return;
    size_t n = fread(text, 1, want.n + 1, f);
    (void)fclose(f);
    CHECK(str_eq((struct str){text, n}, want), "%s is not what the table says: write it anew",
          path);
}

int main(void)
{
    arena = arena_new("test");
    RUN(errors_block_and_recommendations_warn);
    RUN(a_field_is_found_wanting_once);
    RUN(a_plan_is_made_for_what_can_be_mended);
    RUN(facts_come_back_from_their_json);
    RUN(the_documented_table_is_the_data);
    arena_free(arena);
    return test_report();
}
