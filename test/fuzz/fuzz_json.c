/*
 * fuzz_json - any text: what is accepted prints to a text that is accepted
 * and prints the same; the writer makes any bytes readable.
 */
#include "base/arena.h"
#include "text/json.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* All readers on all values: they may say no, and nothing else. */
static void look(struct arena *arena, const struct json *value)
{
    void *cursor = NULL;
    struct str key;
    const struct json *member;
    int64_t whole;

    (void)json_int(value, "", &whole);
    (void)json_real(value, "", 0);
    (void)json_bool(value, "", false);
    must(str_utf8(json_id(value, "", arena)) && str_utf8(json_number_text(value, "", arena)));
    must(str_utf8(json_text(value, "", STR(""))));
    for (size_t i = 0; i < json_count(value); i++)
        look(arena, json_item(value, i));
    while (json_each(value, &cursor, &key, &member)) {
        must(str_utf8(key));
        look(arena, member);
    }
}

static void check_reading(struct arena *arena, struct str text)
{
    const struct json *value, *again;
    struct err err = {0};

    if (!json_parse(arena, text, &value, &err)) {
        must(err.kind == ERR_INVALID && strstr(err.text, "JSON"));
        return;
    }
    look(arena, value);
    struct str printed = json_print(arena, value);
    must(json_parse(arena, printed, &again, &err));
    must(str_eq(printed, json_print(arena, again)));
}

static void check_writing(struct arena *arena, struct str text)
{
    const struct json *value;
    struct json_writer w;
    struct err err = {0};
    struct buf buf;

    buf_init(&buf, arena, 6 * text.n + 100);
    json_writer(&w, &buf);
    json_list(&w);
    json_put_text(&w, text);
    json_end(&w);
    must(json_parse(arena, buf_str(&buf), &value, &err));
    if (str_utf8(text))
        must(str_eq(json_text(value, "0", STR("?")), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new("fuzz");
    struct str text = {(const char *)bytes, n};

    check_reading(arena, text);
    check_writing(arena, text);
    arena_free(arena);
    return 0;
}
