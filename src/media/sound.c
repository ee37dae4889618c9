/* sound.c - the sound track: decoded, converted, measured, written as WAV. */

#include "media/movie.h"

#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define PIECE          8192 /* samples handed on at once */
#define MOST_RATE      384000
#define MOST_PARTS     16 /* channels */
#define LISTEN_SECONDS 60
#define FLOOR_DB       (-91.0) /* what ffmpeg's volumedetect says of 16 bits of silence */
#define WAV_RATE       16000
#define WAV_HEADER     44

/* --- reading --- */

bool sound_open(struct hearing *h, struct movie *movie, const struct sound_form *form,
                struct err *err)
{
    *h = (struct hearing){.movie = movie, .form = *form};
    if (!movie->sound)
        return err_set(err, ERR_INVALID, "it has no sound track");
    if (!movie_decoder(movie->sound, &h->decoder, err))
        return false;
    for (unsigned i = 0; i < movie->format->nb_streams; i++)
        if (movie->format->streams[i] != movie->sound)
            movie->format->streams[i]->discard = AVDISCARD_ALL;
    h->packet = av_packet_alloc();
    h->frame = av_frame_alloc();
    h->piece = av_malloc(PIECE * MOST_PARTS * sizeof(float));
    if (h->packet && h->frame && h->piece)
        return true;
    sound_close(h);
    return err_set(err, ERR_INVALID, "it needs too much memory");
}

void sound_close(struct hearing *h)
{
    swr_free(&h->converter);
    avcodec_free_context(&h->decoder);
    av_packet_free(&h->packet);
    av_frame_free(&h->frame);
    av_freep(&h->piece);
}

/* From what the frame in hand is to what is wanted; where nothing is wanted, the first frame's.
 */
static bool make_converter(struct hearing *h)
{
    AVChannelLayout in = {0}, out = {0};
    const AVFrame *frame = h->frame;
    int channels = frame->ch_layout.nb_channels;
    bool ok;

    if (frame->sample_rate <= 0 || frame->sample_rate > MOST_RATE || channels <= 0 ||
        channels > MOST_PARTS)
        return false;
    if (!h->form.channels)
        h->form.channels = channels;
    if (!h->form.rate)
        h->form.rate = frame->sample_rate;
    av_channel_layout_default(&in, channels);
    av_channel_layout_default(&out, h->form.channels);
    swr_free(&h->converter);
    ok = swr_alloc_set_opts2(&h->converter, &out, h->form.format, h->form.rate, &in,
                             (enum AVSampleFormat)frame->format, frame->sample_rate, 0,
                             NULL) >= 0 &&
         swr_init(h->converter) >= 0;
    h->in_rate = frame->sample_rate;
    h->in_channels = channels;
    h->in_format = frame->format;
    return ok;
}

/* The next packet of the sound into the decoder, or the word that there are no more. */
static void feed(struct hearing *h)
{
    while (av_read_frame(h->movie->format, h->packet) >= 0) {
        bool ours = h->packet->stream_index == h->movie->sound->index;

        if (ours)
            (void)avcodec_send_packet(h->decoder, h->packet); /* a broken one is left out */
        av_packet_unref(h->packet);
        if (ours)
            return;
    }
    h->drained = true;
    (void)avcodec_send_packet(h->decoder, NULL);
}

/* What the converter gives for `count` samples at `in` (0: of what it still holds). */
static int convert(struct hearing *h, const uint8_t **in, int count)
{
    int n = swr_convert(h->converter, &h->piece, PIECE, in, count);

    return n > 0 ? n : 0;
}

static bool take_frame(struct hearing *h)
{
    const AVFrame *frame = h->frame;

    if (!h->heard) {
        int64_t at = frame->best_effort_timestamp;

        h->begins_ms = at == AV_NOPTS_VALUE ? 0
                                            : av_rescale_q(at, h->movie->sound->time_base,
                                                           (AVRational){1, 1000});
        h->heard = true;
    }
    return (frame->sample_rate == h->in_rate && frame->format == h->in_format &&
            frame->ch_layout.nb_channels == h->in_channels) ||
           make_converter(h);
}

int sound_next(struct hearing *h)
{
    static const uint8_t *nothing[MOST_PARTS];
    int n = 0;

    if (h->converter)
        n = convert(h, nothing, 0);
    while (n == 0) {
        int failed = avcodec_receive_frame(h->decoder, h->frame);

        if (failed >= 0) {
            if (!take_frame(h))
                return 0;
            n = convert(h, (const uint8_t **)h->frame->extended_data, h->frame->nb_samples);
            av_frame_unref(h->frame);
        } else if (!h->drained) {
            feed(h); /* also after a broken frame: the next one may be whole */
        } else {
            return h->converter ? convert(h, NULL, 0) : 0;
        }
    }
    return n;
}

/* --- measuring --- */

struct meter {
    double squares, highest;
    int64_t n;
};

/* Channels are not mixed: two that cancel each other out are still heard. */
static void measure(struct meter *meter, const float *p, int count)
{
    for (int i = 0; i < count; i++) {
        double value = fabs((double)p[i]);

        if (!(value <= 1)) /* also what is no number */
            value = 1;
        meter->squares += value * value;
        if (value > meter->highest)
            meter->highest = value;
    }
    meter->n += count;
}

static double decibels(double part)
{
    double db = part > 0 ? 20 * log10(part) : FLOOR_DB;

    return db < FLOOR_DB ? FLOOR_DB : db;
}

bool sound_loudness(struct movie *movie, struct loudness *out, struct err *err)
{
    struct sound_form form = {.format = AV_SAMPLE_FMT_FLT};
    struct meter meter = {0};
    struct hearing h;
    int64_t left = INT64_MAX;
    int n;

    if (!sound_open(&h, movie, &form, err))
        return false;
    while (left > 0 && (n = sound_next(&h)) > 0) {
        if (left == INT64_MAX)
            left = (int64_t)h.form.rate * LISTEN_SECONDS;
        measure(&meter, (const float *)(const void *)h.piece, n * h.form.channels);
        left -= n;
    }
    sound_close(&h);
    if (meter.n == 0)
        return err_set(err, ERR_INVALID, "nothing of its sound track can be decoded");
    *out = (struct loudness){decibels(sqrt(meter.squares / (double)meter.n)),
                             decibels(meter.highest)};
    return true;
}

/* --- WAV --- */

static bool put_wav(const void *bytes, size_t n, off_t at)
{
    const char *p = bytes;

    while (n) {
        ssize_t done = pwrite(3, p, n, at);

        if (done <= 0)
            return false;
        p += done;
        at += done;
        n -= (size_t)done;
    }
    return true;
}

static void little(uint8_t *out, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

static bool put_header(int64_t samples)
{
    uint8_t header[WAV_HEADER] = "RIFF----WAVEfmt ";

    little(header + 4, (uint32_t)(WAV_HEADER - 8 + samples * 2), 4);
    little(header + 16, 16, 4);
    little(header + 20, 1, 2); /* PCM */
    little(header + 22, 1, 2); /* mono */
    little(header + 24, WAV_RATE, 4);
    little(header + 28, WAV_RATE * 2, 4);
    little(header + 32, 2, 2);
    little(header + 34, 16, 2);
    memcpy(header + 36, "data", 4);
    little(header + 40, (uint32_t)(samples * 2), 4);
    return put_wav(header, sizeof header, 0);
}

bool wav_write(struct movie *movie, int64_t longest_ms, int64_t *samples, struct err *err)
{
    struct sound_form form = {.format = AV_SAMPLE_FMT_S16, .channels = 1, .rate = WAV_RATE};
    int64_t most = longest_ms * (WAV_RATE / 1000), done = 0;
    struct hearing h;
    bool ok = true;
    int n;

    if (!sound_open(&h, movie, &form, err))
        return false;
    while (ok && done < most && (n = sound_next(&h)) > 0) {
        if (n > most - done)
            n = (int)(most - done);
        ok = put_wav(h.piece, (size_t)n * 2, WAV_HEADER + done * 2);
        done += n;
    }
    sound_close(&h);
    if (!ok || !put_header(done))
        return err_set(err, ERR_INVALID, "its sound cannot be written");
    if (done == 0)
        return err_set(err, ERR_INVALID, "nothing of its sound track can be decoded");
    *samples = done;
    return true;
}
