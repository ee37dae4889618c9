/*
 * child.c - PocketSphinx.  Everything here runs inside the confined child and is
 * given back by its end.
 *
 * The sound is cut at its pauses and recognised piece by piece: each piece gets
 * its own level and its own exact times, silence costs nothing, and when the
 * time is up what was heard until then is there.
 */

#include "speech/child.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "speech/parts.h"
#include "text/json.h"

#include <errno.h>
#include <pocketsphinx.h>
#include <sphinxbase/err.h>
#include <unistd.h>

#define ANSWER_BYTES (2 * 1024 * 1024)
#define FRAME_MS     10
/* A hum or a whistle is matched by one endless word; people take half a second for a long one.
 */
#define LONGEST_WORD_MS 1500
/* Mean probability of a piece's words below which it was no speech. */
#define LEAST_SURE 0.25

static bool warm_up(struct confine_call *call)
{
    struct speech_model model;
    cmd_ln_t *settings;

    err_set_logfp(NULL); /* it narrates */
    if (call->argc != 2 || !speech_model_find(call->arena, str(call->argv[0]), &model))
        return confine_refuse("the model is not there");
    /* Ads are spoken over music, which opens too many ways to go on: at most so many are
     * followed, which halves the time under noise and changes nothing in clear speech. */
    settings = cmd_ln_init(NULL, ps_args(), TRUE, "-hmm", model.acoustic, "-lm", model.language,
                           "-dict", model.words, "-maxhmmpf", "4000", "-maxwpf", "20",
                           "-remove_silence", "no", "-logfn", "/dev/null", NULL);
    call->warm = settings ? ps_init(settings) : NULL;
    return call->warm || confine_refuse("the engine cannot read the model");
}

/* All of file 0. */
static bool read_sound(struct confine_call *call, struct str *samples)
{
    size_t n = (size_t)call->input_bytes, done = 0;
    const char *why;
    char *bytes;

    if (call->input_bytes <= 0 || call->input_bytes > LIMIT_SPEECH_FILE)
        return confine_refuse("the sound is empty or too long");
    bytes = arena_alloc(call->arena, n);
    while (done < n) {
        ssize_t got = read(0, bytes + done, n - done);

        if (got == 0 || (got < 0 && errno != EINTR))
            break;
        done += got > 0 ? (size_t)got : 0;
    }
    return speech_wav((struct str){bytes, done}, samples, &why) || confine_refuse("%s", why);
}

struct hearing {
    struct confine_call *call;
    ps_decoder_t *decoder;
    const int16_t *samples;
    struct json_writer w;
    double sure; /* sum over words */
    int64_t words;
};

struct heard {
    int64_t start_ms, end_ms;
    const char *word;
    double sure;
};
LIST(heard_words, struct heard);

static void list_words(struct hearing *h, int64_t from_ms, struct heard_words *list)
{
    logmath_t *logs = ps_get_logmath(h->decoder);

    for (ps_seg_t *s = ps_seg_iter(h->decoder); s; s = ps_seg_next(s)) {
        int first, last;
        int32 acoustic, language, back;
        const char *word = ps_seg_word(s);
        double sure = logmath_exp(logs, ps_seg_prob(s, &acoustic, &language, &back));

        ps_seg_frames(s, &first, &last);
        if ((last + 1 - first) * FRAME_MS > LONGEST_WORD_MS ||
            !speech_word_text(h->call->arena, str(word)).n)
            continue;
        *heard_words_add(list, h->call->arena) =
            (struct heard){.start_ms = from_ms + first * FRAME_MS,
                           .end_ms = from_ms + (last + 1) * FRAME_MS,
                           .word = word,
                           .sure = sure};
    }
}

static void put_words(struct hearing *h, const struct heard_words *list)
{
    double sure = 0;

    for (size_t i = 0; i < list->n; i++)
        sure += list->at[i].sure;
    if (sure < LEAST_SURE * (double)list->n)
        return;
    for (size_t i = 0; i < list->n; i++) {
        json_list(&h->w);
        json_put_int(&h->w, list->at[i].start_ms);
        json_put_int(&h->w, list->at[i].end_ms);
        json_put_text(&h->w, str(list->at[i].word));
        json_end(&h->w);
    }
    h->sure += sure;
    h->words += (int64_t)list->n;
}

static bool recognise(struct hearing *h, const struct speech_piece *piece)
{
    struct heard_words list = {0};

    if (ps_start_utt(h->decoder) < 0 ||
        ps_process_raw(h->decoder, h->samples + piece->from, piece->to - piece->from, FALSE,
                       TRUE) < 0 ||
        ps_end_utt(h->decoder) < 0)
        return confine_refuse("the engine gives up");
    list_words(h, (int64_t)piece->from * 1000 / SPEECH_RATE, &list);
    put_words(h, &list);
    return true;
}

/* Will piece i be done in time, if it goes on as until now? */
static bool in_time(const struct speech_pieces *pieces, size_t i, int64_t began,
                    int64_t may_take)
{
    double done = (double)pieces->at[i].from + 1, all = (double)pieces->at[i].to;
    double took = (double)(clock_mono_ms() - began);

    return i == 0 ? took < (double)may_take : took * all / done < (double)may_take;
}

static bool work(struct confine_call *call)
{
    int64_t began = clock_mono_ms(), may_take, heard_ms;
    struct hearing h = {.call = call, .decoder = call->warm};
    struct speech_pieces pieces = {0};
    struct str samples;
    struct buf buf;

    if (!str_int(str(call->argv[1]), &may_take) || !read_sound(call, &samples))
        return false;
    heard_ms = (int64_t)samples.n / 2 * 1000 / SPEECH_RATE;
    h.samples = (const int16_t *)(const void *)samples.p;
    speech_cut(call->arena, h.samples, samples.n / 2, &pieces);
    buf_init(&buf, call->arena, ANSWER_BYTES);
    json_writer(&h.w, &buf);
    json_object(&h.w);
    json_key(&h.w, "words");
    json_list(&h.w);
    for (size_t i = 0; i < pieces.n; i++) {
        if (!in_time(&pieces, i, began, may_take)) {
            heard_ms = (int64_t)pieces.at[i].from * 1000 / SPEECH_RATE;
            break;
        }
        if (!recognise(&h, &pieces.at[i]))
            return false;
    }
    json_end(&h.w);
    json_int_member(&h.w, "heard_ms", heard_ms);
    json_key(&h.w, "confidence");
    json_put_real(&h.w, h.words ? h.sure / (double)h.words : -1);
    json_end(&h.w);
    confine_answer(buf.p, buf.n);
    return true;
}

const struct confine_work speech_works[] = {{SPEECH_CHILD, warm_up, work}, {0}};
