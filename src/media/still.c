/* still.c - a frame as JPEG. */

#include "media/movie.h"

#include <libswscale/swscale.h>

#define LONG_SIDE    1280
#define SQUARE       640
#define JPEG_QUALITY 3 /* 2 best, 31 worst */

/* A mean outside of these shows nothing; 16 and 235 are black and white of video. */
#define NEARLY_BLACK 28
#define NEARLY_WHITE 230
#define LOOK_ON_MS   2000
#define LOOK_EACH_MS 200

/* The still's size: the video's shape, long side fixed, both sides even. */
static void still_size(int64_t width, int64_t height, int *out_width, int *out_height)
{
    int64_t longest = width > height ? width : height;
    int64_t side = width == height ? SQUARE : LONG_SIDE;

    *out_width = (int)(side * width / longest) & ~1;
    *out_height = (int)(side * height / longest) & ~1;
    if (*out_width < 2)
        *out_width = 2;
    if (*out_height < 2)
        *out_height = 2;
}

static bool encode(AVFrame *frame, AVPacket **jpeg)
{
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    AVCodecContext *encoder = codec ? avcodec_alloc_context3(codec) : NULL;
    AVPacket *packet = av_packet_alloc();
    bool ok = false;

    if (encoder && packet) {
        encoder->width = frame->width;
        encoder->height = frame->height;
        encoder->pix_fmt = AV_PIX_FMT_YUVJ420P;
        encoder->color_range = AVCOL_RANGE_JPEG;
        encoder->time_base = (AVRational){1, 25};
        encoder->thread_count = 1;
        encoder->flags |= AV_CODEC_FLAG_QSCALE;
        encoder->global_quality = FF_QP2LAMBDA * JPEG_QUALITY;
        frame->quality = encoder->global_quality;
        frame->pts = 0;
        ok = avcodec_open2(encoder, codec, NULL) >= 0 &&
             avcodec_send_frame(encoder, frame) >= 0 &&
             avcodec_send_frame(encoder, NULL) >= 0 &&
             avcodec_receive_packet(encoder, packet) >= 0;
    }
    avcodec_free_context(&encoder);
    if (!ok)
        av_packet_free(&packet);
    *jpeg = packet;
    return ok;
}

static bool shows_something(const AVFrame *frame)
{
    uint8_t gray[PICTURE_SMALL * PICTURE_SMALL];
    int sum = 0;

    if (!picture_small(frame, 0, gray))
        return true;
    for (size_t i = 0; i < sizeof gray; i++)
        sum += gray[i];
    sum /= (int)sizeof gray;
    return sum >= NEARLY_BLACK && sum <= NEARLY_WHITE;
}

/* From the frame in hand on: the first that shows something, looked at now and then; otherwise
 * the one in hand. */
static AVFrame *choose(struct reel *reel, int64_t at_ms)
{
    AVFrame *first = av_frame_clone(reel->frame);
    int64_t looked = at_ms;

    if (!first || shows_something(first))
        return first;
    while (reel_next(reel)) {
        int64_t now = movie_ms(reel->movie->picture, reel->frame->best_effort_timestamp);

        if (now < 0 || now > at_ms + LOOK_ON_MS)
            break;
        if (now < looked + LOOK_EACH_MS)
            continue;
        looked = now;
        if (shows_something(reel->frame)) {
            av_frame_unref(first);
            if (av_frame_ref(first, reel->frame) < 0)
                av_frame_free(&first);
            break;
        }
    }
    return first;
}

bool still_take(struct reel *reel, int64_t at_ms, struct still *out, struct err *err)
{
    struct movie *movie = reel->movie;
    struct SwsContext *sws = NULL;
    AVFrame *frame, *picture;
    int64_t width, height;
    int rotation;
    bool ok;

    if (!reel_at(reel, at_ms, err))
        return false;
    frame = choose(reel, at_ms);
    if (!frame)
        return err_set(err, ERR_INVALID, "it needs too much memory");
    rotation = picture_rotation(movie, frame);
    movie_shown_size(movie, rotation, &width, &height);
    still_size(width, height, &out->width, &out->height);
    out->at_ms = movie_ms(movie->picture, frame->best_effort_timestamp);
    picture =
        picture_shown(frame, rotation, AV_PIX_FMT_YUVJ420P, out->width, out->height, &sws);
    ok = picture && encode(picture, &out->jpeg);
    sws_freeContext(sws);
    av_frame_free(&picture);
    av_frame_free(&frame);
    return ok || err_set(err, ERR_INVALID, "a still of it cannot be made");
}
