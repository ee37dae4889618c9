/*
 * mend.c - a video made into the MP4 that platforms take.
 *
 * Picture and sound are read by two readers of the same file, so that the sound
 * can always be fetched up to where the picture is.  The picture comes out at
 * an even pace: frames are shown again or left out.
 */

#include "media/movie.h"

#include <errno.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
#include <string.h>
#include <unistd.h>

#define WINDOW         (64 * 1024)
#define LONGEST_MS     (11 * 60 * 1000)
#define KEY_SECONDS    2
#define SOUND_RATE     48000
#define SOUND_BIT_RATE 128000
#define SOUND_FRAME    1024
#define QUALITY        "20"    /* x264: lower is better */
#define MOST_BIT_RATE  8000000 /* of the picture, where quality decides */

struct mend {
    struct movie *movie, sounds;
    const struct media_plan *plan;
    int64_t begins_ms; /* of the file's own clock: our 0 */

    AVFormatContext *out;
    int64_t position, size; /* in file 3 */
    AVPacket *packet;

    AVStream *picture;
    AVCodecContext *painter; /* NULL = copied */
    struct SwsContext *sws;
    AVFrame *shown; /* the last picture, as it goes out */
    int64_t slots;  /* pictures that have gone out */

    AVStream *sound;
    AVCodecContext *singer; /* NULL = copied */
    struct hearing hearing;
    bool hears, sound_ended;
    AVFrame *bar; /* samples waiting until there are SOUND_FRAME */
    int64_t samples;
};

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_INVALID, "it needs too much memory");
}

/* --- file 3 --- */

static int put_bytes(void *arg, uint8_t *bytes, int n)
{
    struct mend *m = arg;
    int left = n;

    while (left > 0) {
        ssize_t done = pwrite(3, bytes + (n - left), (size_t)left, m->position);

        if (done <= 0)
            return AVERROR(EIO);
        m->position += done;
        left -= (int)done;
    }
    if (m->position > m->size)
        m->size = m->position;
    return n;
}

static int64_t seek_output(void *arg, int64_t offset, int whence)
{
    struct mend *m = arg;

    if (whence == AVSEEK_SIZE)
        return m->size;
    if (whence != SEEK_SET || offset < 0)
        return AVERROR(EINVAL);
    m->position = offset;
    return offset;
}

/* libav reads the file back when it moves the index to the front. */
struct rereader {
    int64_t position;
};

static int get_bytes(void *arg, uint8_t *bytes, int n)
{
    struct rereader *reader = arg;
    ssize_t got = pread(3, bytes, (size_t)n, reader->position);

    if (got <= 0)
        return got == 0 ? AVERROR_EOF : AVERROR(EIO);
    reader->position += got;
    return (int)got;
}

static int64_t seek_reader(void *arg, int64_t offset, int whence)
{
    struct rereader *reader = arg;

    if (whence != SEEK_SET || offset < 0)
        return AVERROR(EINVAL);
    reader->position = offset;
    return offset;
}

static AVIOContext *window_on(void *arg, bool writes)
{
    uint8_t *window = av_malloc(WINDOW);
    AVIOContext *io = NULL;

    if (window)
        io = avio_alloc_context(window, WINDOW, writes, arg, writes ? NULL : get_bytes,
                                writes ? put_bytes : NULL, writes ? seek_output : seek_reader);
    if (!io)
        av_free(window);
    return io;
}

static int open_again(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
                      AVDictionary **options)
{
    struct rereader *reader = av_mallocz(sizeof *reader);

    (void)format, (void)url, (void)options;
    if (!reader || flags != AVIO_FLAG_READ || !(*io = window_on(reader, false))) {
        av_free(reader);
        return AVERROR(EPERM);
    }
    return 0;
}

static int close_again(AVFormatContext *format, AVIOContext *io)
{
    (void)format;
    av_freep(&io->opaque);
    av_freep(&io->buffer);
    avio_context_free(&io);
    return 0;
}

/* --- packets out --- */

/* All that the encoder has ready. */
static bool drain(struct mend *m, AVCodecContext *encoder, AVStream *stream, struct err *err)
{
    while (avcodec_receive_packet(encoder, m->packet) >= 0) {
        av_packet_rescale_ts(m->packet, encoder->time_base, stream->time_base);
        m->packet->stream_index = stream->index;
        if (av_interleaved_write_frame(m->out, m->packet) < 0)
            return err_set(err, ERR_INVALID, "the mended file grows too large");
    }
    return true;
}

static bool encode(struct mend *m, AVCodecContext *encoder, AVStream *stream,
                   const AVFrame *frame, struct err *err)
{
    int failed = avcodec_send_frame(encoder, frame);

    if (failed < 0 && failed != AVERROR_EOF)
        return err_set(err, ERR_INVALID, "it cannot be encoded again");
    return drain(m, encoder, stream, err);
}

/* A packet of the source as it is, on our clock. */
static bool copy(struct mend *m, AVPacket *packet, const AVStream *from, AVStream *to,
                 struct err *err)
{
    int64_t begin = av_rescale_q(m->begins_ms, (AVRational){1, 1000}, from->time_base);

    if (packet->pts != AV_NOPTS_VALUE)
        packet->pts -= begin;
    if (packet->dts != AV_NOPTS_VALUE)
        packet->dts -= begin;
    av_packet_rescale_ts(packet, from->time_base, to->time_base);
    packet->stream_index = to->index;
    packet->pos = -1;
    return av_interleaved_write_frame(m->out, packet) >= 0 ||
           err_set(err, ERR_INVALID, "its tracks cannot be put into an MP4 as they are");
}

/* --- sound --- */

static bool sing(struct mend *m, struct err *err)
{
    m->bar->pts = m->samples - m->bar->nb_samples;
    if (!encode(m, m->singer, m->sound, m->bar, err))
        return false;
    m->bar->nb_samples = 0;
    return av_frame_make_writable(m->bar) >= 0 || no_memory(err);
}

/* `n` pairs of samples; NULL = silence. */
static bool add_samples(struct mend *m, const float *pairs, int64_t n, struct err *err)
{
    for (int64_t i = 0; i < n; i++) {
        int at = m->bar->nb_samples++;

        ((float *)(void *)m->bar->data[0])[at] = pairs ? pairs[2 * i] : 0;
        ((float *)(void *)m->bar->data[1])[at] = pairs ? pairs[2 * i + 1] : 0;
        m->samples++;
        if (m->bar->nb_samples == SOUND_FRAME && !sing(m, err))
            return false;
    }
    return true;
}

/* The next piece of the source's sound, or of silence. */
static bool add_sound(struct mend *m, struct err *err)
{
    bool first = !m->hearing.heard;
    int64_t late;
    int n;

    if (!m->hears)
        return add_samples(m, NULL, SOUND_FRAME, err);
    n = sound_next(&m->hearing);
    m->sound_ended = n == 0;
    late = m->hearing.begins_ms - m->begins_ms;
    if (first && n > 0 && late > 0 && late < LONGEST_MS &&
        !add_samples(m, NULL, late * SOUND_RATE / 1000, err))
        return false;
    return add_samples(m, (const float *)(const void *)m->hearing.piece, n, err);
}

static bool sound_until(struct mend *m, int64_t ms, struct err *err)
{
    while (m->singer && !m->sound_ended && m->samples < ms * SOUND_RATE / 1000)
        if (!add_sound(m, err))
            return false;
    return true;
}

static bool end_sound(struct mend *m, int64_t ms, struct err *err)
{
    if (!m->singer)
        return true;
    if (!sound_until(m, ms, err) || (m->bar->nb_samples > 0 && !sing(m, err)))
        return false;
    return encode(m, m->singer, m->sound, NULL, err);
}

/* --- pictures --- */

static int64_t slot_ms(const struct mend *m, int64_t slot)
{
    return av_rescale_q(slot, m->painter->time_base, (AVRational){1, 1000});
}

static bool paint(struct mend *m, struct err *err)
{
    m->shown->pts = m->slots++;
    m->shown->pict_type = AV_PICTURE_TYPE_NONE;
    return encode(m, m->painter, m->picture, m->shown, err) &&
           sound_until(m, slot_ms(m, m->slots), err);
}

static void blacken(AVFrame *frame)
{
    for (int plane = 0; plane < 3; plane++)
        memset(frame->data[plane], plane ? 128 : 16,
               (size_t)frame->linesize[plane] *
                   (size_t)((frame->height + (plane ? 1 : 0)) >> (plane ? 1 : 0)));
}

static void place(const AVFrame *from, AVFrame *to)
{
    int left = (to->width - from->width) / 2 & ~1, top = (to->height - from->height) / 2 & ~1;

    for (int plane = 0; plane < 3; plane++) {
        int less = plane ? 1 : 0;

        for (int y = 0; y < from->height >> less; y++)
            memcpy(to->data[plane] + (ptrdiff_t)(y + (top >> less)) * to->linesize[plane] +
                       (left >> less),
                   from->data[plane] + (ptrdiff_t)y * from->linesize[plane],
                   (size_t)(from->width >> less));
    }
}

/* The frame scaled to fit, in the middle of black. */
static bool show(struct mend *m, const AVFrame *frame, struct err *err)
{
    int rotation = picture_rotation(m->movie, frame);
    AVFrame *whole = picture_new(AV_PIX_FMT_YUV420P, m->painter->width, m->painter->height);
    AVFrame *inner;
    int64_t width, height;
    double by;

    movie_shown_size(m->movie, rotation, &width, &height);
    by = FFMIN((double)m->painter->width / (double)width,
               (double)m->painter->height / (double)height);
    int wide = FFMIN(m->painter->width, (int)((double)width * by + 1) & ~1);
    int high = FFMIN(m->painter->height, (int)((double)height * by + 1) & ~1);

    inner = picture_shown(frame, rotation, AV_PIX_FMT_YUV420P, FFMAX(wide, 2), FFMAX(high, 2),
                          &m->sws);
    if (whole && inner) {
        blacken(whole);
        place(inner, whole);
        av_frame_free(&m->shown);
        m->shown = whole;
    } else {
        av_frame_free(&whole);
    }
    av_frame_free(&inner);
    return m->shown || no_memory(err);
}

/* The frame takes over at `at_ms`; until then the one before it is shown. */
static bool next_picture(struct mend *m, const AVFrame *frame, int64_t at_ms, struct err *err)
{
    if (at_ms > LONGEST_MS)
        return err_set(err, ERR_INVALID, "it is longer than %d minutes", LONGEST_MS / 60000);
    while (m->shown && slot_ms(m, m->slots) < at_ms)
        if (!paint(m, err))
            return false;
    return show(m, frame, err);
}

static bool paint_all(struct mend *m, struct err *err)
{
    struct reel reel;
    int64_t at_ms = 0;
    bool ok = reel_open(&reel, m->movie, err);

    while (ok && reel_next(&reel)) {
        int64_t stamp = reel.frame->best_effort_timestamp;

        if (stamp != AV_NOPTS_VALUE)
            at_ms = av_rescale_q(stamp, m->movie->picture->time_base, (AVRational){1, 1000}) -
                    m->begins_ms;
        ok = next_picture(m, reel.frame, at_ms, err);
    }
    reel_close(&reel);
    if (ok && !m->shown)
        return err_set(err, ERR_INVALID, "none of its frames can be decoded");
    return ok && paint(m, err) && encode(m, m->painter, m->picture, NULL, err) &&
           end_sound(m, slot_ms(m, m->slots), err);
}

static bool copy_all(struct mend *m, struct err *err)
{
    AVFormatContext *in = m->movie->format;
    AVPacket *packet = av_packet_alloc();
    int64_t end_ms = 0;
    bool ok = packet != NULL || no_memory(err);

    while (ok && av_read_frame(in, packet) >= 0) {
        const AVStream *from = in->streams[packet->stream_index];

        if (from == m->movie->picture) {
            int64_t stamp = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;

            if (stamp != AV_NOPTS_VALUE)
                end_ms = av_rescale_q(stamp + packet->duration, from->time_base,
                                      (AVRational){1, 1000}) -
                         m->begins_ms;
            ok = (end_ms <= LONGEST_MS ||
                  err_set(err, ERR_INVALID, "it is longer than %d minutes",
                          LONGEST_MS / 60000)) &&
                 copy(m, packet, from, m->picture, err) && sound_until(m, end_ms, err);
        } else if (from == m->movie->sound && m->sound && !m->singer) {
            ok = copy(m, packet, from, m->sound, err);
        }
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    return ok && end_sound(m, end_ms, err);
}

/* --- setting up --- */

static AVRational pace(const struct mend *m)
{
    AVRational rate = m->movie->picture->avg_frame_rate;

    if (m->plan->frame_rate > 0)
        return (AVRational){(int)FFMIN(m->plan->frame_rate, 120), 1};
    if (rate.num > 0 && rate.den > 0 && av_q2d(rate) >= 23 && av_q2d(rate) <= 61)
        return rate;
    return (AVRational){30, 1};
}

static void choose_size(const struct mend *m, int *width, int *height)
{
    int64_t wide = m->plan->width, high = m->plan->height;

    if (wide <= 0 || high <= 0)
        movie_shown_size(m->movie, m->movie->rotation, &wide, &high);
    *width = (int)FFMAX(FFMIN(wide, 4096) & ~1, 2);
    *height = (int)FFMAX(FFMIN(high, 4096) & ~1, 2);
}

/* A wanted bit rate is kept also where there is little to see: platforms refuse less. */
static void choose_rate(const struct mend *m, AVDictionary **options)
{
    int64_t wanted = FFMIN(m->plan->video_bit_rate, 50000000);

    av_dict_set(options, "preset", "veryfast", 0);
    av_dict_set(options, "profile", "high", 0);
    if (wanted > 0) {
        m->painter->bit_rate = m->painter->rc_min_rate = m->painter->rc_max_rate = wanted;
        m->painter->rc_buffer_size = (int)wanted;
        av_dict_set(options, "x264-params", "nal-hrd=cbr:force-cfr=1", 0);
    } else {
        m->painter->rc_max_rate = MOST_BIT_RATE;
        m->painter->rc_buffer_size = 2 * MOST_BIT_RATE;
        av_dict_set(options, "crf", QUALITY, 0);
    }
}

static bool open_encoder(struct mend *m, AVCodecContext *encoder, AVStream *stream,
                         AVDictionary **options, struct err *err)
{
    encoder->thread_count = 1;
    if (m->out->oformat->flags & AVFMT_GLOBALHEADER)
        encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;

    bool ok = avcodec_open2(encoder, encoder->codec, options) >= 0 &&
              avcodec_parameters_from_context(stream->codecpar, encoder) >= 0;

    av_dict_free(options);
    stream->time_base = encoder->time_base;
    return ok || err_set(err, ERR_INVALID, "it cannot be encoded again in this size");
}

static bool add_painter(struct mend *m, struct err *err)
{
    const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
    AVDictionary *options = NULL;
    AVRational rate = pace(m);

    if (!codec)
        return err_set(err, ERR_INVALID, "this machine's libavcodec has no H.264 encoder");
    m->painter = avcodec_alloc_context3(codec);
    if (!m->painter)
        return no_memory(err);
    choose_size(m, &m->painter->width, &m->painter->height);
    m->painter->pix_fmt = AV_PIX_FMT_YUV420P;
    m->painter->time_base = av_inv_q(rate);
    m->painter->framerate = rate;
    m->painter->gop_size = (int)(av_q2d(rate) * KEY_SECONDS + 0.5);
    m->painter->sample_aspect_ratio = (AVRational){1, 1};
    choose_rate(m, &options);
    m->picture->avg_frame_rate = rate;
    return open_encoder(m, m->painter, m->picture, &options, err);
}

static bool add_copy(const AVStream *from, AVStream *to, struct err *err)
{
    if (avcodec_parameters_copy(to->codecpar, from->codecpar) < 0)
        return no_memory(err);
    to->codecpar->codec_tag =
        from->codecpar->codec_id == AV_CODEC_ID_HEVC ? MKTAG('h', 'v', 'c', '1') : 0;
    to->time_base = from->time_base;
    to->sample_aspect_ratio = from->sample_aspect_ratio;
    to->avg_frame_rate = from->avg_frame_rate;
    for (int i = 0; i < from->nb_side_data; i++) {
        const AVPacketSideData *said = &from->side_data[i];
        uint8_t *kept = said->type == AV_PKT_DATA_DISPLAYMATRIX
                            ? av_stream_new_side_data(to, said->type, said->size)
                            : NULL;

        if (kept)
            memcpy(kept, said->data, said->size);
    }
    return true;
}

static bool add_singer(struct mend *m, struct err *err)
{
    const struct sound_form form = {AV_SAMPLE_FMT_FLT, 2, SOUND_RATE};
    const AVCodec *codec = avcodec_find_encoder_by_name("aac");
    AVDictionary *options = NULL;

    m->singer = codec ? avcodec_alloc_context3(codec) : NULL;
    m->bar = av_frame_alloc();
    if (!m->singer || !m->bar)
        return no_memory(err);
    m->singer->sample_fmt = AV_SAMPLE_FMT_FLTP;
    m->singer->sample_rate = SOUND_RATE;
    m->singer->bit_rate = SOUND_BIT_RATE;
    m->singer->time_base = (AVRational){1, SOUND_RATE};
    av_channel_layout_default(&m->singer->ch_layout, 2);
    m->bar->format = AV_SAMPLE_FMT_FLTP;
    m->bar->sample_rate = SOUND_RATE;
    m->bar->nb_samples = SOUND_FRAME;
    av_channel_layout_default(&m->bar->ch_layout, 2);
    if (av_frame_get_buffer(m->bar, 0) < 0)
        return no_memory(err);
    m->bar->nb_samples = 0;
    m->hears = m->movie->sound != NULL;
    return open_encoder(m, m->singer, m->sound, &options, err) &&
           (!m->hears || (movie_open(&m->sounds, &m->movie->source, err) &&
                          sound_open(&m->hearing, &m->sounds, &form, err)));
}

static bool mp4_takes(enum AVCodecID codec)
{
    return codec == AV_CODEC_ID_AAC || codec == AV_CODEC_ID_MP3;
}

static bool add_tracks(struct mend *m, struct err *err)
{
    const AVStream *picture = m->movie->picture, *sound = m->movie->sound;
    enum AVCodecID codec = picture->codecpar->codec_id;

    if (!m->plan->transcode && codec != AV_CODEC_ID_H264 && codec != AV_CODEC_ID_HEVC)
        return err_set(err, ERR_INVALID, "its %s track has to be encoded again",
                       avcodec_get_name(codec));
    m->picture = avformat_new_stream(m->out, NULL);
    if (!m->picture)
        return no_memory(err);
    if (!(m->plan->transcode ? add_painter(m, err) : add_copy(picture, m->picture, err)))
        return false;
    if (!sound && !m->plan->add_silence)
        return true;
    m->sound = avformat_new_stream(m->out, NULL);
    if (!m->sound)
        return no_memory(err);
    return !m->plan->transcode && sound && mp4_takes(sound->codecpar->codec_id)
               ? add_copy(sound, m->sound, err)
               : add_singer(m, err);
}

static bool begin(struct mend *m, struct err *err)
{
    AVDictionary *options = NULL;
    int failed;

    if (m->movie->image)
        return err_set(err, ERR_INVALID, "it is an image");
    if (m->movie->format->start_time != AV_NOPTS_VALUE)
        m->begins_ms = m->movie->format->start_time / (AV_TIME_BASE / 1000);
    if (avformat_alloc_output_context2(&m->out, NULL, "mp4", NULL) < 0)
        return no_memory(err);
    m->packet = av_packet_alloc();
    m->out->pb = window_on(m, true);
    m->out->flags |= AVFMT_FLAG_CUSTOM_IO;
    m->out->io_open = open_again;
    m->out->io_close2 = close_again;
    if (!m->packet || !m->out->pb)
        return no_memory(err);
    if (!add_tracks(m, err))
        return false;
    av_dict_set(&options, "movflags", "+faststart", 0);
    failed = avformat_write_header(m->out, &options);
    av_dict_free(&options);
    return failed >= 0 ||
           err_set(err, ERR_INVALID, "its tracks cannot be put into an MP4 as they are");
}

static void end(struct mend *m)
{
    avcodec_free_context(&m->painter);
    avcodec_free_context(&m->singer);
    sws_freeContext(m->sws);
    av_frame_free(&m->shown);
    av_frame_free(&m->bar);
    av_packet_free(&m->packet);
    sound_close(&m->hearing);
    movie_close(&m->sounds);
    if (m->out && m->out->pb) {
        av_freep(&m->out->pb->buffer);
        avio_context_free(&m->out->pb);
    }
    avformat_free_context(m->out);
}

bool mend_write(struct movie *movie, const struct media_plan *plan, struct err *err)
{
    struct mend m = {.movie = movie, .plan = plan};
    bool ok = begin(&m, err) && (plan->transcode ? paint_all(&m, err) : copy_all(&m, err)) &&
              (av_write_trailer(m.out) >= 0 ||
               err_set(err, ERR_INVALID, "the mended file cannot be finished"));

    end(&m);
    return ok;
}
