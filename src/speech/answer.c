/* answer.c - what transcription servers answer. */

#include "speech/answer.h"

#include "base/arena.h"
#include "base/limits.h"
#include "speech/parts.h"
#include "text/json.h"

#include <math.h>
#include <stdio.h>

#define ERROR_WORDS  300
#define LONGEST_MS   (24 * INT64_C(3600000))
#define SILENCE_PROB 0.6 /* above this, and below the next: no speech, says the model */
#define SILENCE_LOG  (-1.0)

static bool not_understood(struct err *err, const char *what)
{
    err_set(err, ERR_REFUSED, "the transcription server's answer makes no sense: %s", what);
    return err_hint(err, "does transcription_url lead to a transcription server?");
}

/* --- errors --- */

/* At most `most` bytes, no character cut in two, no space left at the end. */
static struct str clipped(struct str s, size_t most)
{
    if (s.n <= most)
        return s;
    while (most && ((unsigned char)s.p[most] & 0xc0) == 0x80)
        most--;
    return str_trim(str_sub(s, 0, most));
}

static const struct json *document(struct arena *arena, struct str body)
{
    const struct json *value = NULL;
    struct err ignored = {0};

    return json_parse(arena, body, &value, &ignored) ? value : NULL;
}

struct str speech_error_words(struct arena *arena, struct str body)
{
    /* OpenAI; whisper.cpp and Ollama; vLLM; FastAPI's two */
    static const char *const places[] = {"error.message", "error",  "message",
                                         "detail.0.msg",  "detail", NULL};
    const struct json *value = document(arena, body);

    for (const char *const *place = places; value && *place; place++) {
        struct str words = json_text(value, *place, STR(""));

        if (words.n)
            return clipped(speech_line(arena, words), ERROR_WORDS);
    }
    if (value || str_starts(str_trim(body), STR("<")) || !str_utf8(body))
        return STR("");
    return clipped(speech_line(arena, clipped(body, 4 * ERROR_WORDS)), ERROR_WORDS);
}

struct str speech_error_code(struct arena *arena, struct str body)
{
    const struct json *value = document(arena, body);

    return value ? json_text(value, "error.code", STR("")) : STR("");
}

static bool refused(struct arena *arena, struct str body, struct err *err)
{
    struct str words = speech_error_words(arena, body);

    err_set(err, ERR_REFUSED, "the transcription server refused: " STR_FMT,
            STR_ARG(words.n ? words : STR("it did not say why")));
    (void)snprintf(err->platform_message, sizeof err->platform_message, STR_FMT,
                   STR_ARG(words));
    return false;
}

/* --- segments --- */

static int64_t milliseconds(const struct json *item, const char *field, int64_t least)
{
    double seconds = json_real(item, field, 0);
    int64_t ms = seconds > 0 && seconds < (double)LONGEST_MS / 1000 ? llround(seconds * 1000)
                 : seconds > 0                                      ? LONGEST_MS
                                                                    : 0;

    return ms > least ? ms : least;
}

static bool is_silence(const struct json *segment)
{
    return json_real(segment, "no_speech_prob", 0) > SILENCE_PROB &&
           json_real(segment, "avg_logprob", 0) < SILENCE_LOG;
}

/* Lines of the subtitle files that Whisper learnt from; it writes them over music. */
static bool is_credit(struct str text)
{
    static const char *const marks[] = {"DimaTorzok", "Amara.org", "Редактор субтитров"};

    for (size_t i = 0; i < countof(marks); i++)
        if (text.n < 160 && str_has(text, str(marks[i])))
            return true;
    return false;
}

struct reading {
    struct arena *arena;
    struct speech_transcript *out;
    bool left_out; /* something was, so the answer's whole text does not hold */
    double weight, sure;
};

static void read_segment(struct reading *reading, const struct json *item)
{
    struct speech_segments *all = &reading->out->segments;
    struct str text = speech_line(reading->arena, json_text(item, "text", STR("")));
    int64_t previous = all->n ? all->at[all->n - 1].start_ms : 0;
    int64_t start = milliseconds(item, "start", previous);
    int64_t end = milliseconds(item, "end", start);
    double log_prob = json_real(item, "avg_logprob", 1);

    if (is_silence(item) || is_credit(text)) {
        reading->left_out = true;
        return;
    }
    if (!text.n)
        return;
    *speech_segments_add(all, reading->arena) =
        (struct speech_segment){.start_ms = start, .end_ms = end, .text = text};
    if (log_prob <= 0) {
        double weight = (double)(end - start) + 1;

        reading->weight += weight;
        reading->sure += weight * exp(log_prob);
    }
}

static void read_words(struct reading *reading, const struct json *list)
{
    struct speech_words words = {0};
    int64_t last = 0;

    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *item = json_item(list, i);
        struct str text = speech_line(reading->arena, json_text(item, "word", STR("")));
        int64_t start = milliseconds(item, "start", last);

        if (!text.n)
            continue;
        *speech_words_add(&words, reading->arena) = (struct speech_word){
            .start_ms = start, .end_ms = milliseconds(item, "end", start), .text = text};
        last = start;
    }
    speech_phrases(reading->arena, &words, &reading->out->segments);
}

/* --- the whole --- */

static bool finish(struct reading *reading, struct str text, struct err *err)
{
    struct speech_transcript *out = reading->out;
    size_t sum = 0;

    for (size_t i = 0; i < out->segments.n; i++)
        sum += out->segments.at[i].text.n + 1;
    if (text.n > LIMIT_SPEECH_TEXT || sum > LIMIT_SPEECH_TEXT ||
        out->segments.n > LIMIT_SPEECH_SEGMENTS)
        return not_understood(err, "its text is longer than speech can be");
    out->text = speech_line(reading->arena, text);
    if (is_credit(out->text) && !out->segments.n)
        out->text = STR("");
    if (reading->left_out || !out->text.n)
        out->text = speech_join(reading->arena, &out->segments);
    out->confidence = reading->weight > 0 ? reading->sure / reading->weight : -1;
    return true;
}

static bool read_object(struct reading *reading, const struct json *value, struct str body,
                        struct err *err)
{
    const struct json *segments = json_at(value, "segments");
    struct str text = json_text(value, "text", STR(""));
    struct str language =
        json_text(value, "language", json_text(value, "detected_language", STR("")));
    enum json_type error = json_type(json_at(value, "error"));

    if ((error != JSON_MISSING && error != JSON_NULL) ||
        str_eq(json_text(value, "object", STR("")), STR("error")))
        return refused(reading->arena, body, err);
    if (json_type(json_at(value, "text")) != JSON_TEXT && json_type(segments) != JSON_LIST)
        return not_understood(err, "there is no text in it");
    for (size_t i = 0; i < json_count(segments); i++)
        read_segment(reading, json_item(segments, i));
    if (!reading->out->segments.n && !reading->left_out)
        read_words(reading, json_at(value, "words"));
    reading->out->language = speech_language(reading->arena, language);
    return finish(reading, text, err);
}

bool speech_read_answer(struct arena *arena, struct str body, struct speech_transcript *out,
                        struct err *err)
{
    struct reading reading = {.arena = arena, .out = out};
    const struct json *value;
    struct err ignored = {0};

    *out = (struct speech_transcript){.confidence = -1};
    if (str_starts(body, STR("\xEF\xBB\xBF")))
        body = str_sub(body, 3, body.n);
    body = str_trim(body);
    if (str_starts(body, STR("{")) || str_starts(body, STR("\""))) {
        if (!json_parse(arena, body, &value, &ignored))
            return not_understood(err, "broken JSON");
        if (json_type(value) == JSON_TEXT) /* bare text, in quotes */
            return finish(&reading, json_text(value, "", STR("")), err);
        return read_object(&reading, value, body, err);
    }
    if (str_starts(body, STR("<")) || str_starts(body, STR("[")))
        return not_understood(err, "a web page or a list");
    if (!str_utf8(body))
        return not_understood(err, "neither JSON nor text");
    if (str_has(body, STR(" --> ")))
        return not_understood(err, "a file of subtitles");
    return finish(&reading, body, err);
}
