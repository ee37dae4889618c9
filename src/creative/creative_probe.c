/* creative_probe.c - facts and findings as JSON, and facts back from it. */

#include "base/arena.h"
#include "creative/creative_check.h"
#include "text/json.h"

static void put_picture(struct json_writer *w, const struct media_facts *facts)
{
    json_text_member(w, "video_codec", facts->video_codec);
    json_text_or_null_member(w, "video_profile", facts->video_profile);
    json_text_or_null_member(w, "pixel_format", facts->pixel_format);
    json_int_member(w, "width", facts->width);
    json_int_member(w, "height", facts->height);
    json_int_member(w, "rotation", facts->rotation);
    json_int_member(w, "video_bit_rate", facts->video_bit_rate);
    json_key(w, "pixel_aspect");
    json_put_real(w, facts->pixel_aspect);
    json_key(w, "frame_rate");
    json_put_real(w, facts->frame_rate);
    json_bool_member(w, "animated", facts->animated);
}

static void put_sound(struct json_writer *w, const struct media_facts *facts)
{
    json_bool_member(w, "has_audio", facts->has_audio);
    json_text_or_null_member(w, "audio_codec", facts->audio_codec);
    json_int_member(w, "audio_channels", facts->audio_channels);
    json_int_member(w, "audio_rate", facts->audio_rate);
    json_int_member(w, "audio_bit_rate", facts->audio_bit_rate);
    json_bool_member(w, "audio_silent", facts->audio_silent);
    json_key(w, "audio_mean_db");
    json_put_real(w, facts->audio_mean_db);
    json_key(w, "audio_max_db");
    json_put_real(w, facts->audio_max_db);
}

static void put_facts(struct json_writer *w, const struct media_facts *facts)
{
    json_object(w);
    json_text_member(w, "kind", facts->kind);
    json_text_member(w, "container", facts->container);
    json_int_member(w, "size_bytes", facts->size_bytes);
    json_int_member(w, "duration_ms", facts->duration_ms);
    json_int_member(w, "bit_rate", facts->bit_rate);
    json_int_member(w, "streams", facts->streams);
    json_bool_member(w, "fast_start", facts->fast_start);
    put_picture(w, facts);
    put_sound(w, facts);
    json_end(w);
}

static void put_finding(struct json_writer *w, const struct creative_finding *finding)
{
    json_object(w);
    json_text_member(w, "level", finding->error ? STR("error") : STR("recommendation"));
    json_text_member(w, "field", str(finding->field));
    json_text_member(w, "measured", finding->measured);
    says_member(w, "measured_says", &finding->measured_says, STR(""));
    json_text_member(w, "allowed", str(finding->allowed));
    says_member(w, "allowed_says", &finding->allowed_says, STR(""));
    json_text_member(w, "mend", finding->mend);
    says_member(w, "mend_says", &finding->mend_says, STR(""));
    json_text_or_null_member(w, "command", finding->command);
    json_text_member(w, "source", str(finding->source));
    json_bool_member(w, "mendable", finding->mendable);
    json_end(w);
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
    put_facts(&w, facts);
    json_key(&w, "findings");
    json_list(&w);
    for (size_t i = 0; i < findings->n; i++)
        put_finding(&w, &findings->at[i]);
    json_end(&w);
    json_end(&w);
    return buf_str(&buf);
}

bool creative_probe_parse(struct arena *arena, struct str text, struct media_facts *facts)
{
    const struct json *document, *f;
    struct media_facts out = {0};
    struct err unread = {0};

    if (!json_parse(arena, text, &document, &unread))
        return false;
    f = json_at(document, "facts");
    out.container = json_text(f, "container", STR(""));
    /* Rows from before images were read have no kind. */
    out.kind = json_text(f, "kind", STR("video"));
    out.video_codec = json_text(f, "video_codec", STR(""));
    out.video_profile = json_text(f, "video_profile", STR(""));
    out.pixel_format = json_text(f, "pixel_format", STR(""));
    out.audio_codec = json_text(f, "audio_codec", STR(""));
    (void)json_int(f, "bit_rate", &out.bit_rate);
    (void)json_int(f, "streams", &out.streams);
    (void)json_int(f, "rotation", &out.rotation);
    (void)json_int(f, "video_bit_rate", &out.video_bit_rate);
    (void)json_int(f, "audio_channels", &out.audio_channels);
    (void)json_int(f, "audio_rate", &out.audio_rate);
    (void)json_int(f, "audio_bit_rate", &out.audio_bit_rate);
    out.pixel_aspect = json_real(f, "pixel_aspect", 1);
    out.frame_rate = json_real(f, "frame_rate", 0);
    out.audio_mean_db = json_real(f, "audio_mean_db", -91);
    out.audio_max_db = json_real(f, "audio_max_db", -91);
    out.fast_start = json_bool(f, "fast_start", false);
    out.animated = json_bool(f, "animated", false);
    out.has_audio = json_bool(f, "has_audio", out.audio_codec.n > 0);
    out.audio_silent = json_bool(f, "audio_silent", false);
    if (!out.container.n || !json_int(f, "size_bytes", &out.size_bytes) ||
        !json_int(f, "duration_ms", &out.duration_ms) || !json_int(f, "width", &out.width) ||
        !json_int(f, "height", &out.height))
        return false;
    *facts = out;
    return true;
}
