/* movie.c - a file given to libav under our rules. */

#include "media/movie.h"

#include <errno.h>
#include <libavutil/display.h>
#include <string.h>
#include <unistd.h>

#define WINDOW      (64 * 1024)
#define PROBE_BYTES "16777216"
#define ANALYZE     "10000000" /* microseconds of the video that are looked at for its facts */
#define MAX_PIXELS  "67108864" /* MOVIE_LONGEST_SIDE squared */
#define MOST_TRACKS "64"       /* libav stops there; we say so above MOVIE_STREAMS */

/* Anything else is not even tried: no playlists, no lists of files, no session descriptions. */
#define DEMUXERS                                                                               \
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,jpeg_pipe,png_pipe,webp_pipe,apng"

static const char decoders[] =
    "h264,hevc,vp8,vp9,libdav1d,mpeg4,mpeg1video,mpeg2video,h263,prores,mjpeg,png,apng,webp,"
    "aac,mp3float,mp3,mp2float,mp2,opus,vorbis,flac,ac3,eac3,alac,amrnb,amrwb,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s32le,pcm_f32le,pcm_u8,pcm_mulaw,pcm_alaw";

size_t movie_peek(const struct movie_source *source, int64_t at, void *bytes, size_t n)
{
    int64_t left = source->size - at;

    if (at < 0 || left <= 0)
        return 0;
    if ((int64_t)n > left)
        n = (size_t)left;
    if (source->bytes) {
        memcpy(bytes, source->bytes + at, n);
        return n;
    }
    ssize_t got = pread(source->fd, bytes, n, at);

    return got > 0 ? (size_t)got : 0;
}

static int read_window(void *arg, uint8_t *bytes, int n)
{
    struct movie *movie = arg;
    size_t got = movie_peek(&movie->source, movie->position, bytes, (size_t)n);

    if (got == 0)
        return AVERROR_EOF;
    movie->position += (int64_t)got;
    return (int)got;
}

static int64_t seek_window(void *arg, int64_t offset, int whence)
{
    struct movie *movie = arg;
    int64_t from = whence == SEEK_CUR   ? movie->position
                   : whence == SEEK_END ? movie->source.size
                                        : 0;

    if (whence == AVSEEK_SIZE)
        return movie->source.size;
    if (offset < -from || offset > INT64_MAX / 2 - from)
        return AVERROR(EINVAL);
    movie->position = from + offset;
    return movie->position;
}

/* What a file says about other files is not followed. */
static int open_nothing(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
                        AVDictionary **options)
{
    (void)format, (void)io, (void)url, (void)flags, (void)options;
    return AVERROR(EPERM);
}

static bool set_up(struct movie *movie)
{
    uint8_t *window = av_malloc(WINDOW);

    if (!window)
        return false;
    movie->io = avio_alloc_context(window, WINDOW, 0, movie, read_window, NULL, seek_window);
    if (!movie->io) {
        av_free(window);
        return false;
    }
    movie->format = avformat_alloc_context();
    if (!movie->format)
        return false;
    movie->format->pb = movie->io;
    movie->format->io_open = open_nothing;
    movie->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    return true;
}

static int open_format(struct movie *movie)
{
    AVDictionary *options = NULL;
    int failed;

    av_dict_set(&options, "protocol_whitelist", "none", 0);
    av_dict_set(&options, "format_whitelist", DEMUXERS, 0);
    av_dict_set(&options, "codec_whitelist", decoders, 0);
    av_dict_set(&options, "max_streams", MOST_TRACKS, 0);
    av_dict_set(&options, "probesize", PROBE_BYTES, 0);
    av_dict_set(&options, "analyzeduration", ANALYZE, 0);
    failed = avformat_open_input(&movie->format, NULL, NULL, &options);
    av_dict_free(&options);
    return failed;
}

static bool find_info(struct movie *movie)
{
    AVDictionary *options[MOVIE_STREAMS] = {0};
    unsigned n = movie->format->nb_streams;
    int failed;

    for (unsigned i = 0; i < n; i++) {
        av_dict_set(&options[i], "threads", "1", 0);
        av_dict_set(&options[i], "max_pixels", MAX_PIXELS, 0);
    }
    failed = avformat_find_stream_info(movie->format, options);
    for (unsigned i = 0; i < n; i++)
        av_dict_free(&options[i]);
    return failed >= 0;
}

static int rotation_of(const AVStream *stream)
{
    size_t bytes = 0;
    const uint8_t *matrix = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &bytes);
    double degrees = matrix && bytes >= 9 * sizeof(int32_t)
                         ? -av_display_rotation_get((const int32_t *)(const void *)matrix)
                         : 0;

    if (!(degrees >= -360 && degrees <= 360)) /* a matrix of nonsense gives no number */
        return 0;
    return (((int)(degrees / 90 + (degrees < 0 ? -0.5 : 0.5)) % 4) + 4) % 4 * 90;
}

/* Of an animated WebP libav tells no size; the file's own header does: canvas less one, 24
 * bits. */
static void find_webp_size(struct movie *movie)
{
    AVCodecParameters *shape = movie->picture->codecpar;
    uint8_t head[30];

    if (shape->width > 0 || strcmp(movie->format->iformat->name, "webp_pipe") != 0 ||
        movie_peek(&movie->source, 0, head, sizeof head) != sizeof head ||
        memcmp(head + 12, "VP8X", 4) != 0)
        return;
    shape->width = 1 + (head[24] | head[25] << 8 | head[26] << 16);
    shape->height = 1 + (head[27] | head[28] << 8 | head[29] << 16);
}

static bool choose_streams(struct movie *movie, struct err *err)
{
    int picture = av_find_best_stream(movie->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    int sound = av_find_best_stream(movie->format, AVMEDIA_TYPE_AUDIO, -1, -1, NULL, 0);
    const AVCodecParameters *shape;

    /* The cover of a song is a picture, but no video. */
    if (picture < 0 ||
        (movie->format->streams[picture]->disposition & AV_DISPOSITION_ATTACHED_PIC))
        return err_set(err, ERR_INVALID, "it has no video track");
    movie->picture = movie->format->streams[picture];
    movie->sound = sound < 0 ? NULL : movie->format->streams[sound];
    movie->rotation = rotation_of(movie->picture);
    movie->image = strstr(movie->format->iformat->name, "_pipe") != NULL ||
                   strcmp(movie->format->iformat->name, "apng") == 0;
    find_webp_size(movie);
    shape = movie->picture->codecpar;
    if (shape->width <= 0 || shape->height <= 0)
        return err_set(err, ERR_INVALID, "its picture has no size");
    if (shape->width > MOVIE_LONGEST_SIDE || shape->height > MOVIE_LONGEST_SIDE)
        return err_set(err, ERR_INVALID, "its picture of %dx%d pixels is larger than %dx%d",
                       shape->width, shape->height, MOVIE_LONGEST_SIDE, MOVIE_LONGEST_SIDE);
    return true;
}

static bool open_and_look(struct movie *movie, struct err *err)
{
    int failed;

    if (movie->source.size <= 0)
        return err_set(err, ERR_INVALID, "it is empty");
    if (!set_up(movie))
        return err_set(err, ERR_INVALID, "it needs too much memory");
    failed = open_format(movie);
    if (failed == AVERROR(ENOMEM))
        return err_set(err, ERR_INVALID, "it has too many tracks, or needs too much memory");
    if (failed < 0)
        return err_set(err, ERR_INVALID, "it is not a video or image of a kind we know");
    if (movie->format->nb_streams > MOVIE_STREAMS)
        return err_set(err, ERR_INVALID, "it has %u tracks; more than %d are not read",
                       movie->format->nb_streams, MOVIE_STREAMS);
    if (!find_info(movie))
        return err_set(err, ERR_INVALID, "its header is broken");
    if (movie->format->nb_streams > MOVIE_STREAMS) /* some show up later */
        return err_set(err, ERR_INVALID, "it has too many tracks");
    return choose_streams(movie, err);
}

bool movie_open(struct movie *movie, const struct movie_source *source, struct err *err)
{
    av_log_set_level(AV_LOG_QUIET);
    *movie = (struct movie){.source = *source};
    if (open_and_look(movie, err))
        return true;
    movie_close(movie);
    return false;
}

void movie_close(struct movie *movie)
{
    avformat_close_input(&movie->format);
    if (movie->io)
        av_freep(&movie->io->buffer);
    avio_context_free(&movie->io);
    movie->picture = movie->sound = NULL;
}

/* Is the decoder one of our list? */
static bool listed(const char *name)
{
    struct str rest = str(decoders);

    while (rest.n)
        if (str_eq(str_cut(&rest, ','), str(name)))
            return true;
    return false;
}

bool movie_decoder(const AVStream *stream, AVCodecContext **decoder, struct err *err)
{
    const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
    const char *name = avcodec_get_name(stream->codecpar->codec_id);
    AVCodecContext *opened;

    if (!codec || !listed(codec->name))
        return err_set(err, ERR_INVALID, "its codec %s is not one that we decode", name);
    opened = avcodec_alloc_context3(codec);
    if (!opened || avcodec_parameters_to_context(opened, stream->codecpar) < 0) {
        avcodec_free_context(&opened);
        return err_set(err, ERR_INVALID, "it needs too much memory");
    }
    opened->thread_count = 1;
    opened->max_pixels = (int64_t)MOVIE_LONGEST_SIDE * MOVIE_LONGEST_SIDE;
    opened->max_samples = 1 << 24;
    opened->pkt_timebase = stream->time_base;
    if (avcodec_open2(opened, codec, NULL) < 0) {
        avcodec_free_context(&opened);
        return err_set(err, ERR_INVALID, "its %s data cannot be decoded", name);
    }
    *decoder = opened;
    return true;
}

int64_t movie_ms(const AVStream *stream, int64_t stamp)
{
    int64_t start = stream->start_time == AV_NOPTS_VALUE ? 0 : stream->start_time;
    int64_t since;

    if (stamp == AV_NOPTS_VALUE || __builtin_sub_overflow(stamp, start, &since))
        return -1;
    since = av_rescale_q(since, stream->time_base, (AVRational){1, 1000});
    return since < 0 ? 0 : since;
}

double movie_pixel_aspect(const struct movie *movie)
{
    AVRational aspect = av_guess_sample_aspect_ratio(movie->format, movie->picture, NULL);
    double ratio = aspect.num > 0 && aspect.den > 0 ? av_q2d(aspect) : 1;

    return ratio >= 0.1 && ratio <= 10 ? ratio : 1;
}

void movie_shown_size(const struct movie *movie, int rotation, int64_t *width, int64_t *height)
{
    const AVCodecParameters *shape = movie->picture->codecpar;
    int64_t wide = (int64_t)((double)shape->width * movie_pixel_aspect(movie) + 0.5);

    *width = rotation % 180 ? shape->height : wide;
    *height = rotation % 180 ? wide : shape->height;
}
