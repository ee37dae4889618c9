/*
 * child.c - the confined child that opens strangers' files with libav.
 *
 * It lives for one file and gives everything back by ending, so nothing is
 * freed one by one.  What goes wrong is said in one line on stdout, exit 2.
 */

#include "media/media.h"

#include "base/arena.h"
#include "base/buf.h"
#include "text/json.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define CPU_SECONDS  30
#define MEMORY_BYTES (2048LL * 1024 * 1024)
#define OPEN_FILES   16

#define POSTER_LONG_SIDE 1280
#define POSTER_SQUARE    640
#define JPEG_QUALITY     3 /* 2 best, 31 worst */

/* The containers we take; anything else is not even tried. */
#define DEMUXERS "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts"

static bool say(const char *what)
{
    printf("%s", what);
    return false;
}

static void limit(__rlimit_resource_t what, rlim_t most)
{
    struct rlimit limits = {most, most};

    (void)setrlimit(what, &limits);
}

static void confine(void)
{
    limit(RLIMIT_CPU, CPU_SECONDS);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, OPEN_FILES);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    limit(RLIMIT_AS, MEMORY_BYTES); /* sanitizers reserve terabytes of addresses */
#endif
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* --- opening --- */

struct video {
    AVFormatContext *format;
    AVStream *stream;
    int rotation; /* clockwise: 0, 90, 180, 270 */
};

static int rotation_of(const AVStream *stream)
{
    const uint8_t *matrix = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, NULL);
    double degrees =
        matrix ? -av_display_rotation_get((const int32_t *)(const void *)matrix) : 0;
    int quarter = (int)(degrees / 90 + (degrees < 0 ? -0.5 : 0.5));

    return ((quarter % 4) + 4) % 4 * 90;
}

static bool open_video(struct video *video, const char *path)
{
    char address[4200];
    AVDictionary *options = NULL;
    int found;

    av_log_set_level(AV_LOG_QUIET);
    (void)snprintf(address, sizeof address, "file:%s", path);
    av_dict_set(&options, "protocol_whitelist", "file", 0);
    av_dict_set(&options, "format_whitelist", DEMUXERS, 0);
    if (avformat_open_input(&video->format, address, NULL, &options) < 0)
        return say("it is not a video file of a kind we know");
    if (avformat_find_stream_info(video->format, NULL) < 0)
        return say("its header is broken");
    found = av_find_best_stream(video->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (found < 0)
        return say("it has no video track");
    video->stream = video->format->streams[found];
    video->rotation = rotation_of(video->stream);
    if (video->stream->codecpar->width <= 0 || video->stream->codecpar->height <= 0)
        return say("its picture has no size");
    return true;
}

/* --- facts --- */

static const char *container_of(const struct video *video)
{
    const char *name = video->format->iformat->name;
    const AVDictionaryEntry *brand =
        av_dict_get(video->format->metadata, "major_brand", NULL, 0);
    enum AVCodecID codec = video->stream->codecpar->codec_id;

    if (strstr(name, "mp4"))
        return brand && strncmp(brand->value, "qt", 2) == 0 ? "mov" : "mp4";
    if (strstr(name, "matroska"))
        return codec == AV_CODEC_ID_VP8 || codec == AV_CODEC_ID_VP9 || codec == AV_CODEC_ID_AV1
                   ? "webm"
                   : "matroska";
    return name;
}

static int64_t duration_ms(const struct video *video)
{
    if (video->format->duration > 0)
        return video->format->duration / (AV_TIME_BASE / 1000);
    if (video->stream->duration > 0)
        return av_rescale_q(video->stream->duration, video->stream->time_base,
                            (AVRational){1, 1000});
    return 0;
}

static bool tell_facts(struct arena *arena, struct video *video)
{
    const AVCodecParameters *picture = video->stream->codecpar;
    int audio = av_find_best_stream(video->format, AVMEDIA_TYPE_AUDIO, -1, -1, NULL, 0);
    bool lying = video->rotation % 180 != 0;
    int64_t size = video->format->pb ? avio_size(video->format->pb) : 0;
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 4096);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "container", str(container_of(video)));
    json_text_member(&w, "video_codec", str(avcodec_get_name(picture->codec_id)));
    json_text_member(
        &w, "audio_codec",
        audio < 0 ? STR("")
                  : str(avcodec_get_name(video->format->streams[audio]->codecpar->codec_id)));
    json_int_member(&w, "duration_ms", duration_ms(video));
    json_int_member(&w, "width", lying ? picture->height : picture->width);
    json_int_member(&w, "height", lying ? picture->width : picture->height);
    json_int_member(&w, "size_bytes", size > 0 ? size : 0);
    json_int_member(&w, "bit_rate", video->format->bit_rate > 0 ? video->format->bit_rate : 0);
    json_key(&w, "frame_rate");
    json_put_real(&w, video->stream->avg_frame_rate.den ? av_q2d(video->stream->avg_frame_rate)
                                                        : 0);
    json_end(&w);
    return fwrite(buf.p, 1, buf.n, stdout) == buf.n;
}

/* --- poster --- */

static AVCodecContext *open_decoder(const struct video *video)
{
    const AVCodec *codec = avcodec_find_decoder(video->stream->codecpar->codec_id);
    AVCodecContext *decoder = codec ? avcodec_alloc_context3(codec) : NULL;

    if (!decoder || avcodec_parameters_to_context(decoder, video->stream->codecpar) < 0)
        return NULL;
    decoder->thread_count = 1;
    return avcodec_open2(decoder, codec, NULL) < 0 ? NULL : decoder;
}

/* Frames until one that is shown at `want` (in the stream's time) or later; keeps the last. */
static bool take_frames(AVCodecContext *decoder, int64_t want, AVFrame *kept, bool *reached)
{
    AVFrame *frame = av_frame_alloc();

    while (frame && avcodec_receive_frame(decoder, frame) == 0) {
        int64_t at = frame->best_effort_timestamp;

        av_frame_unref(kept);
        av_frame_move_ref(kept, frame);
        if (at == AV_NOPTS_VALUE || at >= want) {
            *reached = true;
            break;
        }
    }
    av_frame_free(&frame);
    return kept->width > 0;
}

static bool decode_at(const struct video *video, int64_t at_ms, AVFrame *kept)
{
    AVCodecContext *decoder = open_decoder(video);
    AVPacket *packet = av_packet_alloc();
    int64_t start = video->stream->start_time == AV_NOPTS_VALUE ? 0 : video->stream->start_time;
    int64_t want = start + av_rescale_q(at_ms, (AVRational){1, 1000}, video->stream->time_base);
    bool reached = false;

    if (!decoder || !packet)
        return say("its codec is not known here");
    (void)av_seek_frame(video->format, video->stream->index, want, AVSEEK_FLAG_BACKWARD);
    while (!reached && av_read_frame(video->format, packet) == 0) {
        if (packet->stream_index == video->stream->index &&
            avcodec_send_packet(decoder, packet) == 0)
            (void)take_frames(decoder, want, kept, &reached);
        av_packet_unref(packet);
    }
    if (!reached && avcodec_send_packet(decoder, NULL) == 0)
        (void)take_frames(decoder, want, kept, &reached);
    return kept->width > 0 || say("none of its frames can be decoded");
}

/* The poster's size: the video's shape, long side fixed, both sides even. */
static void poster_size(int width, int height, int *out_width, int *out_height)
{
    if (width == height)
        *out_width = *out_height = POSTER_SQUARE;
    else if (width < height) {
        *out_height = POSTER_LONG_SIDE;
        *out_width = (int)((int64_t)POSTER_LONG_SIDE * width / height) & ~1;
    } else {
        *out_width = POSTER_LONG_SIDE;
        *out_height = (int)((int64_t)POSTER_LONG_SIDE * height / width) & ~1;
    }
    if (*out_width < 2)
        *out_width = 2;
    if (*out_height < 2)
        *out_height = 2;
}

static AVFrame *new_frame(enum AVPixelFormat format, int width, int height)
{
    AVFrame *frame = av_frame_alloc();

    if (!frame)
        return NULL;
    frame->format = format;
    frame->width = width;
    frame->height = height;
    return av_frame_get_buffer(frame, 0) < 0 ? NULL : frame;
}

static bool scale(const AVFrame *from, AVFrame *to)
{
    struct SwsContext *sws = sws_getContext(
        from->width, from->height, (enum AVPixelFormat)from->format, to->width, to->height,
        (enum AVPixelFormat)to->format, SWS_BICUBIC, NULL, NULL, NULL);

    if (!sws)
        return false;
    (void)sws_scale(sws, (const uint8_t *const *)from->data, from->linesize, 0, from->height,
                    to->data, to->linesize);
    return true;
}

/* RGB pixels turned clockwise by a quarter, a half or three quarters. */
static AVFrame *turn(const AVFrame *from, int rotation)
{
    bool lying = rotation % 180 != 0;
    AVFrame *to = new_frame(AV_PIX_FMT_RGB24, lying ? from->height : from->width,
                            lying ? from->width : from->height);

    for (int y = 0; to && y < from->height; y++)
        for (int x = 0; x < from->width; x++) {
            int to_x = rotation == 90    ? from->height - 1 - y
                       : rotation == 180 ? from->width - 1 - x
                                         : y;
            int to_y = rotation == 90    ? x
                       : rotation == 180 ? from->height - 1 - y
                                         : from->width - 1 - x;

            memcpy(to->data[0] + (ptrdiff_t)to_y * to->linesize[0] + (ptrdiff_t)to_x * 3,
                   from->data[0] + (ptrdiff_t)y * from->linesize[0] + (ptrdiff_t)x * 3, 3);
        }
    return to;
}

static bool write_jpeg(AVFrame *frame)
{
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    AVCodecContext *encoder = codec ? avcodec_alloc_context3(codec) : NULL;
    AVPacket *packet = av_packet_alloc();

    if (!encoder || !packet)
        return say("no JPEG encoder");
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
    if (avcodec_open2(encoder, codec, NULL) < 0 || avcodec_send_frame(encoder, frame) < 0 ||
        avcodec_send_frame(encoder, NULL) < 0 || avcodec_receive_packet(encoder, packet) < 0)
        return say("the still cannot be encoded");
    return fwrite(packet->data, 1, (size_t)packet->size, stdout) == (size_t)packet->size;
}

static bool tell_poster(const struct video *video, int64_t at_ms)
{
    AVFrame *frame = av_frame_alloc();
    int width, height;

    if (!frame || !decode_at(video, at_ms, frame))
        return false;
    poster_size(frame->width, frame->height, &width, &height);

    AVFrame *rgb = new_frame(AV_PIX_FMT_RGB24, width, height);

    if (!rgb || !scale(frame, rgb))
        return say("the still cannot be scaled");
    if (video->rotation)
        rgb = turn(rgb, video->rotation);

    AVFrame *picture = rgb ? new_frame(AV_PIX_FMT_YUVJ420P, rgb->width, rgb->height) : NULL;

    if (!picture || !scale(rgb, picture))
        return say("the still cannot be turned");
    return write_jpeg(picture);
}

int media_child(int argc, char **argv)
{
    struct video video = {0};
    struct arena *arena;
    int64_t at_ms = 0;
    bool ok;

    confine();
    if (argc < 4)
        return 2;
    arena = arena_new("media-probe");
    ok = open_video(&video, argv[3]);
    if (ok && strcmp(argv[2], "poster") == 0)
        ok = argc > 4 && str_int(str(argv[4]), &at_ms) && tell_poster(&video, at_ms);
    else if (ok)
        ok = tell_facts(arena, &video);
    if (fflush(stdout) != 0)
        ok = false;
    _exit(ok ? 0 : 2);
}
