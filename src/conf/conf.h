#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "base/str.h"

/*
 * Settings: one table (conf.c's SETTINGS in conf_table.h) gives each its name,
 * type, default, unit and sentence; it yields this struct, the readers, --help
 * and docs/settings.md.  Later sources win: defaults, file (`adwright.conf` of
 * the data folder, `name = value` lines), environment ADWRIGHT_NAME (and the
 * founding names TIKTOK_APP_ID ...), flags --name VALUE or --name=VALUE.
 * Unknown names are refused, with the nearest known one as a hint.
 */
#include "conf/conf_table.h"

struct conf {
#define SETTING_TEXT(name, otherwise, sentence)                 struct str name;
#define SETTING_SECRET(name, otherwise, sentence)               struct str name;
#define SETTING_INT(name, otherwise, low, high, unit, sentence) int64_t name;
#define SETTING_BOOL(name, otherwise, sentence)                 bool name;
    SETTINGS(SETTING_TEXT, SETTING_SECRET, SETTING_INT, SETTING_BOOL)
#undef SETTING_TEXT
#undef SETTING_SECRET
#undef SETTING_INT
#undef SETTING_BOOL
};

/* argv after the subcommand; what is not a setting stays in *rest: positional arguments, flags
 * of the subcommand (whoever knows those refuses the others, see conf_nearest), all behind
 * "--". `environ_` is NULL-ended "NAME=value".  File: --settings PATH or <data>/adwright.conf.
 */
struct strs;
MUST_CHECK bool conf_load(struct arena *arena, int argc, char **argv, char **environ_,
                          struct conf *out, struct strs *rest, struct err *err);
/* Lines of a settings file into *conf, over what is there; texts borrow from `text`. */
MUST_CHECK bool conf_put_file(struct arena *arena, struct str text, struct conf *conf,
                              struct err *err);
/* The setting whose name is spelled most alike, for "do you mean ...?"; "" where none is. */
const char *conf_nearest(struct str name);
/* The manual of all settings, Markdown, for docs/settings.md. */
struct str conf_manual(struct arena *arena);
/* For --help of a subcommand: the settings named in `names` (NULL-ended; NULL = all). */
struct str conf_help(struct arena *arena, const char *const *names);

#endif
