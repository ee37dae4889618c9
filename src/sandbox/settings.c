/* settings.c - the switches of the sandbox. */

#include "sandbox/settings.h"

#include <stddef.h>
#include <string.h>

enum setting_kind { KIND_WORD, KIND_NUMBER, KIND_FLAG };

static const struct setting {
    const char *name;
    enum setting_kind kind;
    size_t offset;
    const char *word; /* default and choice of words */
    const char *words;
    int64_t number; /* default and bounds */
    int64_t low, high;
} settings_table[] = {
#define SETTING_W(name, otherwise, words)                                                      \
    {#name, KIND_WORD, offsetof(struct settings, name), otherwise, words, 0, 0, 0},
#define SETTING_N(name, otherwise, low, high)                                                  \
    {#name, KIND_NUMBER, offsetof(struct settings, name), NULL, NULL, otherwise, low, high},
#define SETTING_B(name, otherwise)                                                             \
    {#name, KIND_FLAG, offsetof(struct settings, name), NULL, NULL, otherwise, 0, 1},
    SANDBOX_SETTINGS(SETTING_W, SETTING_N, SETTING_B)
#undef SETTING_W
#undef SETTING_N
#undef SETTING_B
};

static void *place(struct settings *settings, const struct setting *setting)
{
    return (char *)settings + setting->offset;
}

static void set_word(struct settings *settings, const struct setting *setting, struct str word)
{
    char *at = place(settings, setting);

    must(word.n < SETTING_WORD_SIZE);
    memcpy(at, word.p, word.n);
    at[word.n] = 0;
}

static void set_number(struct settings *settings, const struct setting *setting, int64_t value)
{
    if (setting->kind == KIND_FLAG)
        *(bool *)place(settings, setting) = value != 0;
    else
        *(int64_t *)place(settings, setting) = value;
}

void settings_default(struct settings *settings)
{
    for (size_t i = 0; i < countof(settings_table); i++) {
        const struct setting *setting = &settings_table[i];
        if (setting->kind == KIND_WORD)
            set_word(settings, setting, str(setting->word));
        else
            set_number(settings, setting, setting->number);
    }
}

static const struct setting *find(struct str name)
{
    for (size_t i = 0; i < countof(settings_table); i++)
        if (str_eq(str(settings_table[i].name), name))
            return &settings_table[i];
    return NULL;
}

static bool word_allowed(const struct setting *setting, struct str word)
{
    struct str rest = str(setting->words);

    while (rest.n)
        if (str_eq(str_cut(&rest, ' '), word))
            return true;
    return false;
}

static bool change_one(struct settings *settings, const struct setting *setting,
                       const struct json *value, struct err *err)
{
    struct str word = json_text(value, "", STR(""));
    int64_t number;

    switch (setting->kind) {
    case KIND_WORD:
        if (!word_allowed(setting, word))
            return err_input(err, setting->name, setting->words, "this word is not one of: %s",
                             setting->words);
        set_word(settings, setting, word);
        return true;
    case KIND_NUMBER:
        if (json_type(value) != JSON_INT || !json_int(value, "", &number) ||
            number < setting->low || number > setting->high)
            return err_input(err, setting->name, "send an integer inside the bounds",
                             "must be an integer from %lld to %lld", (long long)setting->low,
                             (long long)setting->high);
        set_number(settings, setting, number);
        return true;
    case KIND_FLAG:
        if (json_type(value) != JSON_BOOL)
            return err_input(err, setting->name, "send true or false", "must be true or false");
        set_number(settings, setting, json_bool(value, "", false));
        return true;
    }
    return true;
}

bool settings_change(struct settings *settings, const struct json *change, struct err *err)
{
    struct settings copy = *settings;
    void *cursor = NULL;
    struct str name;
    const struct json *value;

    while (json_each(change, &cursor, &name, &value)) {
        const struct setting *setting = find(name);
        if (!setting) {
            (void)err_set(err, ERR_INVALID, "no setting is called '" STR_FMT "'",
                          STR_ARG(str_sub(name, 0, 40)));
            return err_hint(err, "GET /sandbox/settings lists them");
        }
        if (!change_one(&copy, setting, value, err))
            return false;
    }
    *settings = copy;
    return true;
}

void settings_put(const struct settings *settings, struct json_writer *w)
{
    struct settings copy = *settings;

    json_object(w);
    for (size_t i = 0; i < countof(settings_table); i++) {
        const struct setting *setting = &settings_table[i];
        const void *at = place(&copy, setting);
        if (setting->kind == KIND_WORD)
            json_text_member(w, setting->name, str(at));
        else if (setting->kind == KIND_NUMBER)
            json_int_member(w, setting->name, *(const int64_t *)at);
        else
            json_bool_member(w, setting->name, *(const bool *)at);
    }
    json_end(w);
}
