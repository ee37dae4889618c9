/*
 * creative_check.c - what a video must and should be.
 *
 * Errors are limits of the platform (TikTok: files, video) and of our own
 * formats; recommendations come from experience: a video of more than a minute
 * may be taken and then be refused in ads with a message about image sizes.
 */

#include "creative/creative_check.h"

#include "base/arena.h"
#include "base/limits.h"
#include "text/json.h"

#define LONGEST_MS      (10 * 60 * 1000)
#define ADVISED_LOW_MS  3000
#define ADVISED_HIGH_MS 60000
#define LEAST_BIT_RATE  516000
#define RATIO_SLACK     0.02

struct checking {
    struct arena *arena;
    bool tiktok;
    const struct media_facts *facts;
    struct creative_findings *out;
};

static void find(struct checking *c, bool error, const char *field, struct str measured,
                 const char *allowed)
{
    *creative_findings_add(c->out, c->arena) = (struct creative_finding){
        .error = error, .field = field, .measured = measured, .allowed = allowed};
}

static bool is_one_of(struct str s, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(s, str(*words)))
            return true;
    return false;
}

static void check_file(struct checking *c)
{
    static const char *const containers[] = {"mp4", "mov", "webm", NULL};
    static const char *const codecs[] = {"h264", "hevc", "vp8", "vp9", "av1", NULL};
    const struct media_facts *facts = c->facts;

    if (!is_one_of(facts->container, containers))
        find(c, true, "container", facts->container, "mp4, mov or webm");
    else if (str_eq(facts->container, STR("webm")))
        find(c, false, "container", facts->container,
             "mp4 or mov: TikTok's list of formats does not name webm");
    if (!is_one_of(facts->video_codec, codecs))
        find(c, true, "video_codec", facts->video_codec, "H.264 or H.265");
    if (facts->size_bytes > LIMIT_VIDEO)
        find(c, true, "size",
             str_fmt(c->arena, "%lld MB", (long long)(facts->size_bytes >> 20)),
             "at most 500 MB");
    if (!facts->audio_codec.n)
        find(c, false, "audio", STR("none"), "a sound track");
}

static void check_time(struct checking *c)
{
    const struct media_facts *facts = c->facts;
    struct str seconds = str_fmt(c->arena, "%.1f s", (double)facts->duration_ms / 1000);

    if (facts->duration_ms <= 0 || facts->duration_ms > LONGEST_MS)
        find(c, true, "duration", seconds, "at most 10 min");
    else if (facts->duration_ms < ADVISED_LOW_MS || facts->duration_ms > ADVISED_HIGH_MS)
        find(c, false, "duration", seconds, "3 to 60 s: longer videos may be refused in ads");
    if (facts->frame_rate > 0 && (facts->frame_rate < 23 || facts->frame_rate > 61))
        find(c, false, "frame_rate", str_fmt(c->arena, "%.0f", facts->frame_rate), "23 to 60");
    if (c->tiktok && facts->bit_rate > 0 && facts->bit_rate < LEAST_BIT_RATE)
        find(c, true, "bit_rate",
             str_fmt(c->arena, "%lld kbit/s", (long long)(facts->bit_rate / 1000)),
             "at least 516 kbit/s");
}

/* The three shapes of ads, with the smallest size of each. */
static const struct shape {
    double ratio;
    int64_t width, height;
    const char *allowed;
} shapes[] = {
    {9.0 / 16, 540, 960, "9:16 from 540x960"},
    {16.0 / 9, 960, 540, "16:9 from 960x540"},
    {1, 640, 640, "1:1 from 640x640"},
};

static void check_shape(struct checking *c)
{
    const struct media_facts *facts = c->facts;
    struct str measured =
        str_fmt(c->arena, "%lldx%lld", (long long)facts->width, (long long)facts->height);
    double ratio = facts->height > 0 ? (double)facts->width / (double)facts->height : 0;

    for (size_t i = 0; i < countof(shapes); i++) {
        const struct shape *shape = &shapes[i];

        if (ratio < shape->ratio * (1 - RATIO_SLACK) ||
            ratio > shape->ratio * (1 + RATIO_SLACK))
            continue;
        if (facts->width < shape->width || facts->height < shape->height)
            find(c, true, "resolution", measured, shape->allowed);
        return;
    }
    find(c, false, "aspect", measured,
         "9:16, 16:9 or 1:1: other shapes get bars or are refused");
}

void creative_check(struct arena *arena, const struct media_facts *facts, struct str platform,
                    struct str placement, struct creative_findings *out)
{
    struct checking checking = {arena, str_eq(platform, STR("tiktok")), facts, out};

    (void)placement; /* none of these limits is one placement's own */
    check_file(&checking);
    check_time(&checking);
    if (checking.tiktok)
        check_shape(&checking);
}

bool creative_verdict(const struct creative_findings *findings, struct err *err)
{
    for (size_t i = 0; i < findings->n; i++) {
        const struct creative_finding *finding = &findings->at[i];

        if (!finding->error)
            continue;
        err_set(err, ERR_INVALID, "the video's %s is " STR_FMT, finding->field,
                STR_ARG(finding->measured));
        err_hint(err, "allowed: %s", finding->allowed);
        return err_field(err, "media");
    }
    return true;
}

struct str creative_probe_print(struct arena *arena, const struct media_facts *facts,
                                const struct creative_findings *findings)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 64 * 1024);
    json_writer(&w, &buf);
    json_object(&w);
    json_key(&w, "facts");
    json_object(&w);
    json_text_member(&w, "container", facts->container);
    json_text_member(&w, "video_codec", facts->video_codec);
    json_text_or_null_member(&w, "audio_codec", facts->audio_codec);
    json_int_member(&w, "duration_ms", facts->duration_ms);
    json_int_member(&w, "width", facts->width);
    json_int_member(&w, "height", facts->height);
    json_int_member(&w, "size_bytes", facts->size_bytes);
    json_int_member(&w, "bit_rate", facts->bit_rate);
    json_key(&w, "frame_rate");
    json_put_real(&w, facts->frame_rate);
    json_end(&w);
    json_key(&w, "findings");
    json_list(&w);
    for (size_t i = 0; i < findings->n; i++) {
        json_object(&w);
        json_text_member(&w, "level",
                         findings->at[i].error ? STR("error") : STR("recommendation"));
        json_text_member(&w, "field", str(findings->at[i].field));
        json_text_member(&w, "measured", findings->at[i].measured);
        json_text_member(&w, "allowed", str(findings->at[i].allowed));
        json_end(&w);
    }
    json_end(&w);
    json_end(&w);
    return buf_str(&buf);
}
