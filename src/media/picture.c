/* picture.c - frames: taken, scaled, turned, hashed. */

#include "media/movie.h"

#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- taking --- */

bool reel_open(struct reel *reel, struct movie *movie, struct err *err)
{
    *reel = (struct reel){.movie = movie};
    if (!movie_decoder(movie->picture, &reel->decoder, err))
        return false;
    reel->packet = av_packet_alloc();
    reel->frame = av_frame_alloc();
    if (reel->packet && reel->frame) {
        for (unsigned i = 0; i < movie->format->nb_streams; i++)
            if (movie->format->streams[i] != movie->picture)
                movie->format->streams[i]->discard = AVDISCARD_ALL;
        return true;
    }
    reel_close(reel);
    return err_set(err, ERR_INVALID, "it needs too much memory");
}

void reel_close(struct reel *reel)
{
    avcodec_free_context(&reel->decoder);
    av_packet_free(&reel->packet);
    av_frame_free(&reel->frame);
}

/* One packet of the picture into the decoder; at the end the order to give what it holds. */
static void feed(struct reel *reel)
{
    int stream = reel->movie->picture->index;

    while (av_read_frame(reel->movie->format, reel->packet) >= 0) {
        bool ours = reel->packet->stream_index == stream;

        if (ours)
            (void)avcodec_send_packet(reel->decoder, reel->packet);
        av_packet_unref(reel->packet);
        if (ours)
            return;
    }
    reel->drained = true;
    (void)avcodec_send_packet(reel->decoder, NULL);
}

/* sws_scale believes the size, so it is asked once more. */
static bool usable(const AVFrame *frame)
{
    return frame->width > 0 && frame->height > 0 && frame->width <= MOVIE_LONGEST_SIDE &&
           frame->height <= MOVIE_LONGEST_SIDE && frame->data[0];
}

bool reel_next(struct reel *reel)
{
    AVFrame *next = av_frame_alloc();
    bool got = false;

    if (!next)
        return false;
    reel->decoder->skip_loop_filter = reel->fast ? AVDISCARD_ALL : AVDISCARD_DEFAULT;
    for (;;) {
        int failed = avcodec_receive_frame(reel->decoder, next);

        if (failed == AVERROR(EAGAIN) && !reel->drained) {
            feed(reel);
            continue;
        }
        if (failed < 0 && failed != AVERROR_EOF && failed != AVERROR(EAGAIN) &&
            !reel->drained) {
            feed(reel); /* a broken frame: the next one may be whole */
            continue;
        }
        got = failed >= 0 && usable(next);
        if (failed >= 0 && !got) {
            av_frame_unref(next);
            continue;
        }
        break;
    }
    if (got) {
        av_frame_unref(reel->frame);
        av_frame_move_ref(reel->frame, next);
        reel->any = true;
    }
    av_frame_free(&next);
    return got;
}

bool reel_at(struct reel *reel, int64_t at_ms, struct err *err)
{
    AVStream *stream = reel->movie->picture;
    int64_t start = stream->start_time == AV_NOPTS_VALUE ? 0 : stream->start_time;
    int64_t want = av_rescale_q(at_ms, (AVRational){1, 1000}, stream->time_base);

    if (at_ms > 0 || reel->any) {
        if (av_seek_frame(reel->movie->format, stream->index, start + want,
                          AVSEEK_FLAG_BACKWARD) >= 0) {
            avcodec_flush_buffers(reel->decoder);
            reel->drained = false;
        }
    }
    reel->any = false;
    while (reel_next(reel)) {
        int64_t at = movie_ms(stream, reel->frame->best_effort_timestamp);

        if (at < 0 || at >= at_ms)
            break;
    }
    return reel->any || reel->frame->data[0] ||
           err_set(err, ERR_INVALID, "none of its frames can be decoded");
}

/* --- scaling and turning --- */

/* JPEGs from phones lie on their side and say so in EXIF; libav tells it with the frame. */
int picture_rotation(const struct movie *movie, const AVFrame *frame)
{
    const AVDictionaryEntry *entry =
        movie->image ? av_dict_get(frame->metadata, "Orientation", NULL, 0) : NULL;
    int64_t orientation = 0;

    if (!entry || !str_int(str_trim(str(entry->value)), &orientation))
        return movie->rotation;
    return orientation == 3 ? 180 : orientation == 6 ? 90 : orientation == 8 ? 270 : 0;
}

AVFrame *picture_new(enum AVPixelFormat format, int width, int height)
{
    AVFrame *frame = av_frame_alloc();

    if (!frame)
        return NULL;
    frame->format = format;
    frame->width = width;
    frame->height = height;
    if (av_frame_get_buffer(frame, 0) < 0)
        av_frame_free(&frame);
    return frame;
}

static bool scale(const AVFrame *from, AVFrame *to, int how, struct SwsContext **kept)
{
    *kept = sws_getCachedContext(*kept, from->width, from->height,
                                 (enum AVPixelFormat)from->format, to->width, to->height,
                                 (enum AVPixelFormat)to->format, how, NULL, NULL, NULL);
    return *kept && sws_scale(*kept, (const uint8_t *const *)from->data, from->linesize, 0,
                              from->height, to->data, to->linesize) > 0;
}

/* One plane turned clockwise. */
static void turn_plane(const uint8_t *from, int from_line, int width, int height, uint8_t *to,
                       int to_line, int rotation)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            int to_x = rotation == 90 ? height - 1 - y : rotation == 180 ? width - 1 - x : y;
            int to_y = rotation == 90 ? x : rotation == 180 ? height - 1 - y : width - 1 - x;

            to[(ptrdiff_t)to_y * to_line + to_x] = from[(ptrdiff_t)y * from_line + x];
        }
}

/* 8-bit gray or 4:2:0, the formats that we make. */
static AVFrame *turn(const AVFrame *from, int rotation)
{
    bool lying = rotation % 180 != 0;
    AVFrame *to =
        picture_new((enum AVPixelFormat)from->format, lying ? from->height : from->width,
                    lying ? from->width : from->height);

    for (int plane = 0; to && plane < 3 && from->data[plane]; plane++) {
        int less = plane ? 1 : 0;

        turn_plane(from->data[plane], from->linesize[plane], (from->width + less) >> less,
                   (from->height + less) >> less, to->data[plane], to->linesize[plane],
                   rotation);
    }
    return to;
}

AVFrame *picture_shown(const AVFrame *from, int rotation, enum AVPixelFormat format, int width,
                       int height, struct SwsContext **kept)
{
    bool lying = rotation % 180 != 0;
    AVFrame *scaled = picture_new(format, lying ? height : width, lying ? width : height);
    AVFrame *turned;

    if (!scaled || !scale(from, scaled, SWS_BICUBIC, kept)) {
        av_frame_free(&scaled);
        return NULL;
    }
    if (!rotation)
        return scaled;
    turned = turn(scaled, rotation);
    av_frame_free(&scaled);
    return turned;
}

bool picture_small(const AVFrame *from, int rotation,
                   uint8_t gray[PICTURE_SMALL * PICTURE_SMALL])
{
    AVFrame *small = picture_new(AV_PIX_FMT_GRAY8, PICTURE_SMALL, PICTURE_SMALL);
    struct SwsContext *sws = NULL;
    bool ok = small && scale(from, small, SWS_AREA, &sws);

    for (int y = 0; ok && y < PICTURE_SMALL; y++)
        memcpy(gray + (ptrdiff_t)y * PICTURE_SMALL,
               small->data[0] + (ptrdiff_t)y * small->linesize[0], PICTURE_SMALL);
    sws_freeContext(sws);
    av_frame_free(&small);
    if (ok && rotation) {
        uint8_t turned[PICTURE_SMALL * PICTURE_SMALL];

        turn_plane(gray, PICTURE_SMALL, PICTURE_SMALL, PICTURE_SMALL, turned, PICTURE_SMALL,
                   rotation);
        memcpy(gray, turned, sizeof turned);
    }
    return ok;
}

/* --- hashing --- */

#define BITS_SIDE 8

/* The low frequencies (without the constant ones) of the cosine transform, each compared with
 * their median: what survives scaling and another encoder. */
static void low_frequencies(const uint8_t *gray, double out[BITS_SIDE * BITS_SIDE])
{
    double wave[BITS_SIDE][PICTURE_SMALL], rows[BITS_SIDE][PICTURE_SMALL];

    for (int u = 0; u < BITS_SIDE; u++)
        for (int x = 0; x < PICTURE_SMALL; x++)
            wave[u][x] = cos(M_PI * (u + 1) * (2 * x + 1) / (2 * PICTURE_SMALL));
    for (int u = 0; u < BITS_SIDE; u++)
        for (int y = 0; y < PICTURE_SMALL; y++) {
            rows[u][y] = 0;
            for (int x = 0; x < PICTURE_SMALL; x++)
                rows[u][y] += wave[u][x] * gray[y * PICTURE_SMALL + x];
        }
    for (int v = 0; v < BITS_SIDE; v++)
        for (int u = 0; u < BITS_SIDE; u++) {
            double sum = 0;

            for (int y = 0; y < PICTURE_SMALL; y++)
                sum += wave[v][y] * rows[u][y];
            out[v * BITS_SIDE + u] = sum;
        }
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

uint64_t picture_hash(const uint8_t gray[PICTURE_SMALL * PICTURE_SMALL])
{
    double parts[BITS_SIDE * BITS_SIDE], sorted[BITS_SIDE * BITS_SIDE];
    uint64_t bits = 0;

    low_frequencies(gray, parts);
    memcpy(sorted, parts, sizeof parts);
    qsort(sorted, countof(sorted), sizeof sorted[0], by_value);
    double median = (sorted[31] + sorted[32]) / 2;
    for (size_t i = 0; i < countof(parts); i++)
        bits |= (uint64_t)(parts[i] > median) << i;
    return bits;
}
