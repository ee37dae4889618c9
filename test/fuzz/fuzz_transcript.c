/*
 * fuzz_transcript - whatever a transcription server answers: one line of well-formed text
 * under its ceiling, segments in order and inside a day, or an error that says what is wrong.
 */
#include "base/arena.h"
#include "base/limits.h"
#include "speech/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_line(struct str text, size_t most)
{
    must(text.n <= most && str_utf8(text) && str_trim(text).n == text.n);
    for (size_t i = 0; i < text.n; i++)
        must((unsigned char)text.p[i] >= ' ' && text.p[i] != 0x7f);
}

static void check_transcript(const struct speech_transcript *out)
{
    int64_t last = 0;

    check_line(out->text, LIMIT_SPEECH_TEXT);
    must(out->segments.n <= LIMIT_SPEECH_SEGMENTS);
    must(out->language.n == 0 || out->language.n == 2 || out->language.n == 3);
    must(out->confidence == -1 || (out->confidence >= 0 && out->confidence <= 1));
    for (size_t i = 0; i < out->segments.n; i++) {
        const struct speech_segment *segment = &out->segments.at[i];

        must(segment->start_ms >= last && segment->end_ms >= segment->start_ms &&
             segment->end_ms <= INT64_C(86400000));
        must(segment->text.n > 0);
        check_line(segment->text, LIMIT_SPEECH_TEXT);
        last = segment->start_ms;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new("fuzz");
    struct str body = {(const char *)bytes, n};
    struct speech_transcript out;
    struct err err = {0};

    if (speech_read_answer(arena, body, &out, &err))
        check_transcript(&out);
    else
        must(err.kind == ERR_REFUSED && err.text[0]);
    check_line(speech_error_words(arena, body), 300);
    arena_free(arena);
    return 0;
}
