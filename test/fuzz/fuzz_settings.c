/*
 * fuzz_settings - any settings file and any name: refused with a line and a
 * reason, or every number is inside its range.
 */
#include "base/arena.h"
#include "conf/setting.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_ranges(const struct conf *conf, const struct conf *before)
{
    for (size_t i = 0; i < conf_settings_n; i++) {
        const struct setting *s = &conf_settings[i];
        const char *field = (const char *)conf + s->offset;
        int64_t number;
        struct str text;

        if (s->kind == SETTING_IS_INT) {
            memcpy(&number, field, sizeof number);
            must((number >= s->low && number <= s->high) ||
                 memcmp(field, (const char *)before + s->offset, sizeof number) == 0);
        } else if (s->kind != SETTING_IS_BOOL) {
            memcpy(&text, field, sizeof text);
            must(str_utf8(text) && str_find(text, '\n') == text.n);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new("fuzz");
    struct str text = {(const char *)bytes, n};
    struct conf conf = {0}, before = {0};
    struct err err = {0};

    if (conf_put_file(arena, text, &conf, &err))
        check_ranges(&conf, &before);
    else
        must(err.kind == ERR_INVALID && str_starts(str(err.text), STR("line ")));
    struct str name = str_sub(text, 0, str_find(text, '='));
    must(conf_nearest(name)[0] == 0 || setting_find(str(conf_nearest(name))));
    must(!setting_find(name) || strcmp(conf_nearest(name), setting_find(name)->name) == 0);
    arena_free(arena);
    return 0;
}
