/*
 * fuzz_media - what the confined child does with a stranger's file: facts, a
 * still, a hash, the sound.  Whatever comes in, it is refused with a reason or
 * the answer is within bounds; nothing is lost or left over.
 */
#include "base/arena.h"
#include "media/movie.h"
#include "text/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_refused(const struct err *err)
{
    must(err->kind == ERR_INVALID && err->text[0]);
}

static void check_facts(struct arena *arena, const struct movie_source *source)
{
    const struct json *facts;
    struct err err = {0};
    struct str json;
    int64_t width, height;

    if (!facts_find(arena, source, &json, &err)) {
        check_refused(&err);
        return;
    }
    must(json_parse(arena, json, &facts, &err));
    must(json_int(facts, "width", &width) && json_int(facts, "height", &height));
    must(width > 0 && height > 0);
}

static void check_pictures(struct movie *movie)
{
    struct still still = {0};
    struct reel reel;
    struct err err = {0};

    if (!reel_open(&reel, movie, &err)) {
        check_refused(&err);
        return;
    }
    if (still_take(&reel, 100, &still, &err)) {
        uint8_t gray[PICTURE_SMALL * PICTURE_SMALL];

        must(still.jpeg->size > 0 && still.width <= 1280 && still.height <= 1280);
        if (picture_small(reel.frame, 90, gray))
            (void)picture_hash(gray);
        av_packet_free(&still.jpeg);
    } else {
        check_refused(&err);
    }
    reel_close(&reel);
}

static void check_sound(struct movie *movie)
{
    const struct sound_form form = {AV_SAMPLE_FMT_S16, 1, 16000};
    struct hearing hearing;
    struct err err = {0};
    int64_t heard = 0;
    int n;

    if (!sound_open(&hearing, movie, &form, &err)) {
        check_refused(&err);
        return;
    }
    while (heard < 160000 && (n = sound_next(&hearing)) > 0)
        heard += n;
    sound_close(&hearing);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new("fuzz");
    struct movie_source source = {.bytes = bytes, .size = (int64_t)n};
    struct movie movie;
    struct err err = {0};

    check_facts(arena, &source);
    if (movie_open(&movie, &source, &err)) {
        check_pictures(&movie);
        movie_close(&movie);
    } else {
        check_refused(&err);
    }
    if (movie_open(&movie, &source, &err)) {
        check_sound(&movie);
        movie_close(&movie);
    }
    arena_free(arena);
    return 0;
}
