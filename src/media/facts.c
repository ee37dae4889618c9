/* facts.c - what is inside, measured and written as JSON. */

#include "media/movie.h"

#include "base/arena.h"
#include "text/json.h"

#include <libavutil/pixdesc.h>
#include <stdlib.h>
#include <string.h>

struct facts {
    const char *container;
    int64_t duration_ms, bit_rate, width, height, rotation;
    bool fast_start, animated, has_sound;
    struct loudness loudness;
};

/* --- container --- */

static const char *image_container(const char *name)
{
    return strcmp(name, "jpeg_pipe") == 0   ? "jpeg"
           : strcmp(name, "webp_pipe") == 0 ? "webp"
                                            : "png";
}

static const char *container_of(const struct movie *movie)
{
    const char *name = movie->format->iformat->name;
    const AVDictionaryEntry *brand =
        av_dict_get(movie->format->metadata, "major_brand", NULL, 0);
    enum AVCodecID codec = movie->picture->codecpar->codec_id;

    if (movie->image)
        return image_container(name);
    if (strstr(name, "mp4"))
        return brand && strncmp(brand->value, "qt", 2) == 0 ? "mov" : "mp4";
    if (strstr(name, "matroska"))
        return codec == AV_CODEC_ID_VP8 || codec == AV_CODEC_ID_VP9 || codec == AV_CODEC_ID_AV1
                   ? "webm"
                   : "matroska";
    return name;
}

/* MP4 and MOV: does the index (moov) stand before the data (mdat)?  Others have theirs in
 * front. */
static bool index_in_front(const struct movie *movie)
{
    uint8_t box[16];
    int64_t at = 0;

    if (!strstr(movie->format->iformat->name, "mp4"))
        return true;
    for (int i = 0; i < 1000; i++) {
        int64_t size;

        if (movie_peek(&movie->source, at, box, sizeof box) < 8)
            return false;
        if (memcmp(box + 4, "moov", 4) == 0)
            return true;
        if (memcmp(box + 4, "mdat", 4) == 0)
            return false;
        size = (int64_t)box[0] << 24 | box[1] << 16 | box[2] << 8 | box[3];
        for (int k = 8; size == 1 && k < 16; k++)
            size = k == 8 ? box[k] & 0x7F : size << 8 | box[k];
        if (size < 8 || size > movie->source.size)
            return false;
        at += size;
    }
    return false;
}

/* --- time --- */

static int64_t said_duration_ms(const struct movie *movie)
{
    if (movie->format->duration > 0)
        return movie->format->duration / (AV_TIME_BASE / 1000);
    if (movie->picture->duration > 0)
        return av_rescale_q(movie->picture->duration, movie->picture->time_base,
                            (AVRational){1, 1000});
    return 0;
}

/* A file that does not say how long it is (a live recording) is counted to its end. */
static int64_t counted_duration_ms(struct movie *movie)
{
    AVPacket *packet = av_packet_alloc();
    int64_t longest = 0;

    while (packet && av_read_frame(movie->format, packet) >= 0) {
        const AVStream *stream = movie->format->streams[packet->stream_index];
        int64_t stamp = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
        int64_t end = stamp;

        if (stamp != AV_NOPTS_VALUE &&
            !__builtin_add_overflow(stamp, packet->duration > 0 ? packet->duration : 0, &end) &&
            movie_ms(stream, end) > longest)
            longest = movie_ms(stream, end);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    return longest;
}

/* --- picture --- */

/* PNG with more than one frame is told by its demuxer, WebP by a bit of its header. */
static bool is_animated(const struct movie *movie)
{
    uint8_t head[21];

    if (strcmp(movie->format->iformat->name, "apng") == 0)
        return true;
    return strcmp(movie->format->iformat->name, "webp_pipe") == 0 &&
           movie_peek(&movie->source, 0, head, sizeof head) == sizeof head &&
           memcmp(head + 12, "VP8X", 4) == 0 && (head[20] & 2);
}

/* A file whose frames cannot be decoded is no video, whatever its header says. */
static bool look_at_picture(struct movie *movie, struct facts *facts, struct err *err)
{
    struct reel reel;
    bool ok;

    facts->rotation = movie->rotation;
    movie_shown_size(movie, movie->rotation, &facts->width, &facts->height);
    facts->animated = movie->image && is_animated(movie);
    if (facts->animated && strcmp(movie->format->iformat->name, "webp_pipe") == 0)
        return true; /* libav's decoder does not know these; the size is from the header */
    if (!reel_open(&reel, movie, err))
        return false;
    ok = reel_at(&reel, 0, err);
    if (ok) {
        facts->rotation = picture_rotation(movie, reel.frame);
        movie_shown_size(movie, (int)facts->rotation, &facts->width, &facts->height);
    }
    reel_close(&reel);
    return ok;
}

/* --- all of it --- */

static bool gather(const struct movie_source *source, struct movie *movie, struct facts *facts,
                   struct err *err)
{
    struct movie again;

    facts->container = container_of(movie);
    facts->fast_start = index_in_front(movie);
    facts->has_sound = !movie->image && movie->sound;
    facts->loudness = (struct loudness){-91, -91};
    facts->bit_rate = movie->format->bit_rate;
    facts->duration_ms = movie->image ? 0 : said_duration_ms(movie);
    if (!look_at_picture(movie, facts, err))
        return false;
    if (!movie->image && facts->duration_ms <= 0) {
        if (!movie_open(&again, source, err))
            return false;
        facts->duration_ms = counted_duration_ms(&again);
        movie_close(&again);
    }
    if (facts->bit_rate <= 0 && facts->duration_ms > 0)
        facts->bit_rate = av_rescale(source->size, 8000, facts->duration_ms);
    if (!facts->has_sound)
        return true;
    if (!movie_open(&again, source, err))
        return false;

    struct err unheard = {0};
    /* A track that cannot be decoded is as good as silent. */
    (void)!sound_loudness(&again, &facts->loudness, &unheard);
    movie_close(&again);
    return true;
}

static double rate_of(const AVStream *stream)
{
    AVRational rate =
        stream->avg_frame_rate.num > 0 ? stream->avg_frame_rate : stream->r_frame_rate;

    return rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
}

static void put_picture(struct json_writer *w, const struct movie *movie,
                        const struct facts *facts)
{
    const AVCodecParameters *picture = movie->picture->codecpar;
    const char *profile = avcodec_profile_name(picture->codec_id, picture->profile);
    const char *format = av_get_pix_fmt_name((enum AVPixelFormat)picture->format);

    json_text_member(w, "video_codec", str(avcodec_get_name(picture->codec_id)));
    json_text_member(w, "video_profile", str(profile));
    json_text_member(w, "pixel_format", str(format));
    json_int_member(w, "width", facts->width);
    json_int_member(w, "height", facts->height);
    json_int_member(w, "rotation", facts->rotation);
    json_int_member(w, "video_bit_rate", picture->bit_rate);
    json_bool_member(w, "animated", facts->animated);
    json_key(w, "pixel_aspect");
    json_put_real(w, movie_pixel_aspect(movie));
    json_key(w, "frame_rate");
    json_put_real(w, movie->image ? 0 : rate_of(movie->picture));
}

static void put_sound(struct json_writer *w, const struct movie *movie,
                      const struct facts *facts)
{
    const AVCodecParameters *sound = facts->has_sound ? movie->sound->codecpar : NULL;

    json_bool_member(w, "has_audio", sound != NULL);
    json_text_member(w, "audio_codec",
                     sound ? str(avcodec_get_name(sound->codec_id)) : STR(""));
    json_int_member(w, "audio_channels", sound ? sound->ch_layout.nb_channels : 0);
    json_int_member(w, "audio_rate", sound ? sound->sample_rate : 0);
    json_int_member(w, "audio_bit_rate", sound ? sound->bit_rate : 0);
    json_key(w, "audio_mean_db");
    json_put_real(w, facts->loudness.mean_db);
    json_key(w, "audio_max_db");
    json_put_real(w, facts->loudness.max_db);
}

bool facts_find(struct arena *arena, const struct movie_source *source, struct str *json,
                struct err *err)
{
    struct facts facts = {0};
    struct json_writer w;
    struct movie movie;
    struct buf buf;
    bool ok;

    if (!movie_open(&movie, source, err))
        return false;
    ok = gather(source, &movie, &facts, err);
    if (ok) {
        buf_init(&buf, arena, 8192);
        json_writer(&w, &buf);
        json_object(&w);
        json_text_member(&w, "kind", movie.image ? STR("image") : STR("video"));
        json_text_member(&w, "container", str(facts.container));
        json_int_member(&w, "size_bytes", source->size);
        json_int_member(&w, "duration_ms", facts.duration_ms);
        json_int_member(&w, "bit_rate", facts.bit_rate);
        json_int_member(&w, "streams", movie.format->nb_streams);
        json_bool_member(&w, "fast_start", facts.fast_start);
        put_picture(&w, &movie, &facts);
        put_sound(&w, &movie, &facts);
        json_end(&w);
        *json = buf_str(&buf);
    }
    movie_close(&movie);
    return ok;
}
