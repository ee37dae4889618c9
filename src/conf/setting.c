/* setting.c - the table of settings, and looking names up in it. */

#include "conf/setting.h"

#include <string.h>

const struct setting conf_settings[] = {
#define IS_TEXT(name, otherwise, sentence)                                                     \
    {#name, SETTING_IS_TEXT, offsetof(struct conf, name), STR_INIT(otherwise), 0, 0, 0,        \
     "",    sentence},
#define IS_SECRET(name, otherwise, sentence)                                                   \
    {#name, SETTING_IS_SECRET, offsetof(struct conf, name), STR_INIT(otherwise), 0, 0, 0,      \
     "",    sentence},
#define IS_INT(name, otherwise, low, high, unit, sentence)                                     \
    {#name, SETTING_IS_INT, offsetof(struct conf, name), STR_INIT(""), otherwise, low, high,   \
     unit,  sentence},
#define IS_BOOL(name, otherwise, sentence)                                                     \
    {#name, SETTING_IS_BOOL, offsetof(struct conf, name), STR_INIT(""), otherwise, 0, 1,       \
     "",    sentence},
    SETTINGS(IS_TEXT, IS_SECRET, IS_INT, IS_BOOL)
#undef IS_TEXT
#undef IS_SECRET
#undef IS_INT
#undef IS_BOOL
};
const size_t conf_settings_n = countof(conf_settings);

/* Are they the same name, but for dashes? */
static bool same_name(struct str given, const char *name)
{
    size_t n = strlen(name);

    if (given.n != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (given.p[i] != name[i] && !(given.p[i] == '-' && name[i] == '_'))
            return false;
    return true;
}

const struct setting *setting_find(struct str name)
{
    for (size_t i = 0; i < conf_settings_n; i++)
        if (same_name(name, conf_settings[i].name))
            return &conf_settings[i];
    return NULL;
}

enum { LONGEST_NAME = 64 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters to change, add or take out to come from one name to the other. */
static size_t distance(struct str a, const char *b)
{
    size_t n = strlen(b);
    size_t row[LONGEST_NAME + 1];

    must(n <= LONGEST_NAME);
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; i < a.n; i++) {
        char c = a.p[i] == '-' ? '_' : a.p[i];
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            size_t changed = diagonal + (c != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = least(changed, least(row[j], row[j + 1]) + 1);
        }
    }
    return row[n];
}

const char *conf_nearest(struct str name)
{
    const char *nearest = "";
    size_t best = name.n / 3 + 1;

    if (name.n > LONGEST_NAME)
        return "";
    for (size_t i = 0; i < conf_settings_n; i++) {
        size_t d = distance(name, conf_settings[i].name);
        if (d <= best && d < name.n) {
            nearest = conf_settings[i].name;
            best = d - (d > 0);
        }
    }
    return nearest;
}
