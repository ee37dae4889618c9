/* works.c - what the confined child can be asked for: one word of media_works each. */

#include "media/movie.h"

#include "base/arena.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool number(const struct confine_call *call, int place, int64_t *out)
{
    return place < call->argc && str_int(str(call->argv[place]), out) && *out >= 0;
}

static bool open_input(const struct confine_call *call, struct movie *movie, struct err *err)
{
    struct movie_source source = {.fd = 0, .size = call->input_bytes};

    return movie_open(movie, &source, err);
}

static bool tell(bool ok, const struct err *err)
{
    return ok || confine_refuse("%s", err->text);
}

static bool tell_facts(struct confine_call *call)
{
    struct movie_source source = {.fd = 0, .size = call->input_bytes};
    struct err err = {0};
    struct str json;
    bool ok = facts_find(call->arena, &source, &json, &err);

    if (ok)
        confine_answer(json.p, json.n);
    return tell(ok, &err);
}

/* Each still as a line "at_ms width height bytes" and its bytes. */
static bool tell_stills(struct confine_call *call)
{
    struct movie movie;
    struct reel reel;
    struct err err = {0};
    bool ok = open_input(call, &movie, &err) && reel_open(&reel, &movie, &err);

    for (int i = 0; ok && i < call->argc; i++) {
        struct still still = {0};
        int64_t at_ms = 0;
        char line[100];
        int n;

        ok = number(call, i, &at_ms) && still_take(&reel, at_ms, &still, &err);
        if (!ok)
            break;
        n = snprintf(line, sizeof line, "%" PRId64 " %d %d %d\n",
                     still.at_ms < 0 ? at_ms : still.at_ms, still.width, still.height,
                     still.jpeg->size);
        confine_answer(line, (size_t)n);
        confine_answer(still.jpeg->data, (size_t)still.jpeg->size);
        av_packet_free(&still.jpeg);
    }
    return tell(ok, &err);
}

/* How many samples there are; the WAV is in file 3. */
static bool tell_sound(struct confine_call *call)
{
    struct movie movie;
    struct err err = {0};
    int64_t longest_ms = 0, samples = 0;
    bool ok = number(call, 0, &longest_ms) && open_input(call, &movie, &err) &&
              wav_write(&movie, longest_ms, &samples, &err);
    char said[32];

    if (ok)
        confine_answer(said, (size_t)snprintf(said, sizeof said, "%" PRId64, samples));
    return tell(ok, &err);
}

/* The hashes in hexadecimal, 16 digits each. */
static bool tell_print(struct confine_call *call)
{
    struct movie movie;
    struct reel reel;
    struct err err = {0};
    int64_t duration_ms = 0;
    bool ok = number(call, 0, &duration_ms) && open_input(call, &movie, &err) &&
              reel_open(&reel, &movie, &err);

    reel.fast = true;
    for (int64_t i = 0; ok && i < MEDIA_FRAMES; i++) {
        uint8_t gray[PICTURE_SMALL * PICTURE_SMALL];
        char digits[17];

        ok = reel_at(&reel, duration_ms * (2 * i + 1) / (2 * MEDIA_FRAMES), &err) &&
             picture_small(reel.frame, picture_rotation(&movie, reel.frame), gray);
        if (ok)
            confine_answer(digits, (size_t)snprintf(digits, sizeof digits, "%016" PRIx64,
                                                    picture_hash(gray)));
    }
    return tell(ok, &err);
}

static bool tell_mended(struct confine_call *call)
{
    struct movie movie;
    struct err err = {0};
    int64_t transcode = 0, silence = 0;
    struct media_plan plan = {0};
    bool ok = number(call, 0, &transcode) && number(call, 1, &plan.width) &&
              number(call, 2, &plan.height) && number(call, 3, &plan.frame_rate) &&
              number(call, 4, &plan.video_bit_rate) && number(call, 5, &silence);

    plan.transcode = transcode != 0;
    plan.add_silence = silence != 0;
    ok = ok && open_input(call, &movie, &err) && mend_write(&movie, &plan, &err);
    return tell(ok, &err);
}

const struct confine_work media_works[] = {
    {"facts", NULL, tell_facts}, {"stills", NULL, tell_stills}, {"sound", NULL, tell_sound},
    {"print", NULL, tell_print}, {"mend", NULL, tell_mended},   {0},
};
