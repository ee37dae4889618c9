/* phrase.c - from words to lines that a person reads. */

#include "speech/parts.h"

#include "base/arena.h"
#include "base/buf.h"

#define PHRASE_MS 6000

struct str speech_line(struct arena *arena, struct str text)
{
    char *p = arena_alloc(arena, text.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool space = c <= ' ' || c == 0x7f;

        if (!space)
            p[n++] = text.p[i];
        else if (n && p[n - 1] != ' ')
            p[n++] = ' ';
    }
    while (n && p[n - 1] == ' ')
        n--;
    p[n] = 0;
    return (struct str){p, n};
}

struct str speech_join(struct arena *arena, const struct speech_segments *segments)
{
    struct buf buf;

    buf_init(&buf, arena, LIMIT_SPEECH_TEXT);
    for (size_t i = 0; i < segments->n; i++) {
        if (i)
            buf_char(&buf, ' ');
        buf_add(&buf, segments->at[i].text);
    }
    return buf_str(&buf);
}

static struct str words_joined(struct arena *arena, const struct speech_words *words,
                               size_t from, size_t to)
{
    struct buf buf;

    buf_init(&buf, arena, LIMIT_SPEECH_TEXT);
    for (size_t i = from; i < to; i++) {
        if (buf.n)
            buf_char(&buf, ' ');
        buf_add(&buf, words->at[i].text);
    }
    return buf_str(&buf);
}

void speech_phrases(struct arena *arena, const struct speech_words *words,
                    struct speech_segments *segments)
{
    for (size_t from = 0, to; from < words->n; from = to) {
        const struct speech_word *first = &words->at[from];

        for (to = from + 1; to < words->n; to++)
            if (words->at[to].start_ms - words->at[to - 1].end_ms >= SPEECH_PAUSE_MS ||
                words->at[to].end_ms - first->start_ms > PHRASE_MS)
                break;
        *speech_segments_add(segments, arena) =
            (struct speech_segment){.start_ms = first->start_ms,
                                    .end_ms = words->at[to - 1].end_ms,
                                    .text = words_joined(arena, words, from, to)};
    }
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

struct str speech_word_text(struct arena *arena, struct str word)
{
    struct str text = str_sub(word, 0, str_find(word, '('));
    char *p;

    if (!text.n || text.p[0] == '<' || text.p[0] == '[' || str_starts(text, STR("++")))
        return STR("");
    p = arena_alloc(arena, text.n + 1);
    memcpy(p, text.p, text.n);
    if (p[0] == 'i' && (text.n == 1 || p[1] == '\''))
        p[0] = 'I';
    return (struct str){p, text.n};
}

void speech_punctuate(struct arena *arena, struct speech_segments *phrases)
{
    int64_t before = -SPEECH_PAUSE_MS;

    for (size_t i = 0; i < phrases->n; i++) {
        struct speech_segment *phrase = &phrases->at[i];
        bool begins = phrase->start_ms - before >= SPEECH_PAUSE_MS;
        bool ends = i + 1 == phrases->n ||
                    phrases->at[i + 1].start_ms - phrase->end_ms >= SPEECH_PAUSE_MS;
        char first = begins ? upper(phrase->text.p[0]) : phrase->text.p[0];

        phrase->text =
            str_fmt(arena, "%c" STR_FMT "%s", first,
                    STR_ARG(str_sub(phrase->text, 1, phrase->text.n)), ends ? "." : "");
        before = phrase->end_ms;
    }
}
