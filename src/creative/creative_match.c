/* creative_match.c - the piece of a text that answers a question, and where its words stand. */

#include "creative/creative_library.h"

#include "base/arena.h"
#include "base/limits.h"

enum { WORDS_BEFORE = 6, WORDS_OF_PIECE = 28, TAIL_BYTES = 40 };

struct looking {
    const struct words *words;  /* of the text */
    const struct words *wanted; /* of the question */
    bool last_is_begun;
};

/* Which word of the question this one is; wanted->n = none. */
static size_t which(const struct looking *l, struct str word)
{
    size_t n = l->wanted->n;

    for (size_t i = 0; i < n; i++)
        if (str_eq(word, l->wanted->at[i].text) ||
            (l->last_is_begun && i + 1 == n && str_starts(word, l->wanted->at[i].text)))
            return i;
    return n;
}

/* How many different words of the question stand in `n` words from `first`. */
static size_t distinct(const struct looking *l, size_t first, size_t n)
{
    bool seen[LIMIT_QUESTION_WORDS] = {false};
    size_t count = 0;

    for (size_t i = first; i < first + n && i < l->words->n; i++) {
        size_t w = which(l, l->words->at[i].text);
        if (w < l->wanted->n && !seen[w]) {
            seen[w] = true;
            count++;
        }
    }
    return count;
}

/* The first place with the most of them; false: there is none. */
static size_t best_place(const struct looking *l, size_t *place)
{
    size_t best = 0;

    for (size_t i = 0; i < l->words->n && best < l->wanted->n; i++) {
        if (which(l, l->words->at[i].text) == l->wanted->n)
            continue;
        size_t count = distinct(l, i, WORDS_OF_PIECE - WORDS_BEFORE);
        if (count > best) {
            best = count;
            *place = i;
        }
    }
    return best;
}

static void mark(struct arena *arena, const struct looking *l, struct str text, size_t first,
                 size_t end, size_t from, struct creative_marks *marks)
{
    for (size_t i = first; i < end; i++) {
        const struct word *word = &l->words->at[i];
        if (which(l, word->text) < l->wanted->n)
            *creative_marks_add(marks, arena) = (struct creative_mark){
                (int64_t)str_length(str_sub(text, from, word->from - from)),
                (int64_t)str_length(str_sub(text, word->from, word->to - word->from)),
            };
    }
}

size_t creative_match_text(struct arena *arena, struct str text, const struct words *words,
                           bool last_is_begun, struct creative_match *out)
{
    struct words mine = {0};
    struct looking l = {&mine, words, last_is_begun};
    size_t place = 0;

    must(words->n <= LIMIT_QUESTION_WORDS);
    words_of(arena, text, LIMIT_INDEXED_WORDS, &mine);

    size_t found = best_place(&l, &place);

    if (!found)
        return 0;

    size_t first = place > WORDS_BEFORE ? place - WORDS_BEFORE : 0;
    size_t end = first + WORDS_OF_PIECE < mine.n ? first + WORDS_OF_PIECE : mine.n;
    /* The signs before the first word and behind the last one belong to it, if they are few. */
    size_t from = first == 0 && mine.at[0].from < TAIL_BYTES ? 0 : mine.at[first].from;
    size_t to = end == mine.n && text.n - mine.at[end - 1].to < TAIL_BYTES
                    ? text.n
                    : mine.at[end - 1].to;

    out->text = str_sub(text, from, to - from);
    out->cut_before = from > 0;
    out->cut_after = to < text.n;
    out->at_ms = -1;
    out->marks = (struct creative_marks){0};
    mark(arena, &l, text, first, end, from, &out->marks);
    return found;
}
