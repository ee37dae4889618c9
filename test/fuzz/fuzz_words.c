/*
 * fuzz_words - every word is well-formed, in order, folded once and for all, and holds nothing
 * that a search could take for syntax.
 */
#include "base/arena.h"
#include "text/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_word(struct arena *arena, struct str text, const struct word *word,
                       size_t after)
{
    struct words again = {0};

    must(word->text.n && word->text.n <= WORDS_LONGEST && str_utf8(word->text));
    must(word->from >= after && word->to > word->from && word->to <= text.n);
    for (size_t i = 0; i < word->text.n; i++) {
        unsigned char c = (unsigned char)word->text.p[i];
        must(c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'));
    }
    words_of(arena, word->text, 10, &again);
    must(again.n == 1 && str_eq(again.at[0].text, word->text));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new("fuzz");
    struct str text = {(const char *)bytes, n};
    struct words words = {0}, first = {0}, again = {0};
    size_t after = 0;

    words_of(arena, text, n + 1, &words);
    for (size_t i = 0; i < words.n; i++) {
        check_word(arena, text, &words.at[i], after);
        after = words.at[i].to;
    }
    words_of(arena, text, 2, &first);
    must(first.n == (words.n < 2 ? words.n : 2));
    words_of(arena, words_line(arena, text, n + 1), n + 1, &again);
    must(again.n == words.n);
    arena_free(arena);
    return 0;
}
