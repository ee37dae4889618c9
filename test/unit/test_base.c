/* base/: arenas, strings, buffers, ids. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/random.h"
#include "base/strs.h"
#include "test.h"

static void note(void *arg)
{
    strcat(arg, "x");
}

static void arena_gives_zeroed_memory_and_runs_deferred_last_first(void)
{
    struct arena *a = arena_new("test");
    char notes[8] = "";

    arena_defer(a, note, notes);
    struct arena_mark m = arena_mark(a);
    char *p = arena_alloc(a, 100000);
    for (int i = 0; i < 100000; i++)
        CHECK(p[i] == 0, "byte %d", i);
    arena_defer(a, note, notes);
    arena_rewind(a, m);
    CHECK(strcmp(notes, "x") == 0, "after rewind: %s", notes);
    arena_free(a);
    CHECK(strcmp(notes, "xx") == 0, "after free: %s", notes);
}

static void arena_that_begins_small_grows_all_the_same(void)
{
    struct arena *a = arena_new_sized("test", 100);
    char *first = arena_alloc(a, 64);

    memset(first, 'a', 64);
    for (size_t n = 1; n < 100000; n *= 3)
        memset(arena_alloc(a, n), 'b', n);
    CHECK(first[63] == 'a', "what was handed out stays");
    arena_reset(a);
    CHECK(arena_used(a) == 0, "%zu", arena_used(a));
    arena_free(a);
}

static const struct {
    const char *in;
    bool ok;
    int64_t value;
} integers[] = {
    {"0", true, 0},
    {"-0", true, 0},
    {"9223372036854775807", true, INT64_MAX},
    {"9223372036854775808", false, 0},
    {"-9223372036854775808", true, INT64_MIN},
    {"-9223372036854775809", false, 0},
    {"12x", false, 0},
    {"", false, 0},
    {"-", false, 0},
    {"+7", true, 7},
};

static void reads_integers_exactly(void)
{
    for (size_t i = 0; i < countof(integers); i++) {
        int64_t v = 0;
        bool ok = str_int(str(integers[i].in), &v);
        CHECK(ok == integers[i].ok, "\"%s\"", integers[i].in);
        CHECK(v == integers[i].value, "\"%s\"", integers[i].in);
    }
}

static void cuts_and_trims(void)
{
    struct str s = STR("a=b=c");
    struct str head = str_cut(&s, '=');

    CHECK(str_eq(head, STR("a")) && str_eq(s, STR("b=c")), "cut");
    head = str_cut(&s, '#');
    CHECK(str_eq(head, STR("b=c")) && s.n == 0, "no separator");
    CHECK(str_eq(str_trim(STR(" \t x y\r\n")), STR("x y")), "trim");
}

static void tells_utf8_from_noise(void)
{
    CHECK(str_utf8(STR("Алматы محمد 😀")), "good text");
    CHECK(!str_utf8(STR("\xc0\x80")), "overlong NUL");
    CHECK(!str_utf8(STR("\xed\xa0\x80")), "surrogate");
    CHECK(!str_utf8(STR("a\0b")), "NUL");
    CHECK(!str_utf8(STR("\xf4\x90\x80\x80")), "beyond Unicode");
    CHECK(str_length(STR("Алматы")) == 6, "length");
}

static void counts_ascii_at_the_start(void)
{
    char text[64];

    for (size_t n = 0; n < sizeof text; n++)
        for (int odd = -1; odd <= 1; odd++) { /* 0xff, NUL, 0x80 after n of them */
            memset(text, 0x7f, sizeof text);
            text[0] = 1;
            text[n] = (char)(odd < 0 ? 0xff : odd ? 0x80 : 0);
            size_t got = str_ascii((struct str){text, sizeof text});
            CHECK(got == n, "%zu, not %zu", got, n);
            CHECK(str_ascii((struct str){text, n}) == n, "all %zu", n);
        }
    CHECK(str_ascii(STR("")) == 0, "nothing");
}

static void buffer_stops_at_its_ceiling(void)
{
    struct arena *a = arena_new("test");
    struct buf b;
    struct str out;
    struct err err = {0};

    buf_init(&b, a, 10);
    buf_add(&b, STR("12345"));
    buf_fmt(&b, "%d", 67890);
    CHECK(str_eq(buf_str(&b), STR("1234567890")), "exactly full");
    CHECK(buf_done(&b, "text", &out, &err), "still fine");
    buf_char(&b, 'x');
    CHECK(!buf_done(&b, "text", &out, &err) && err.kind == ERR_INVALID, "one more is refused");
    arena_free(a);
}

static void ids_are_ordered_and_unique(void)
{
    struct arena *a = arena_new("test");
    struct str last = STR("");

    for (int i = 0; i < 1000; i++) {
        struct str id = id_new(a);
        CHECK(id_valid(id), STR_FMT, STR_ARG(id));
        CHECK(str_cmp(last, id) != 0, STR_FMT, STR_ARG(id));
        last = id;
    }
    arena_free(a);
}

int main(void)
{
    RUN(arena_gives_zeroed_memory_and_runs_deferred_last_first);
    RUN(arena_that_begins_small_grows_all_the_same);
    RUN(reads_integers_exactly);
    RUN(cuts_and_trims);
    RUN(tells_utf8_from_noise);
    RUN(counts_ascii_at_the_start);
    RUN(buffer_stops_at_its_ceiling);
    RUN(ids_are_ordered_and_unique);
    return test_report();
}
