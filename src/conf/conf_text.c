/* conf_text.c - the settings for people: --help and docs/settings.md. */

#include "base/buf.h"
#include "conf/setting.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST_MANUAL = 256 * 1024 };

static struct str default_text(struct arena *arena, const struct setting *s)
{
    switch (s->kind) {
    case SETTING_IS_INT:
        return str_fmt(arena, "%lld", (long long)s->number);
    case SETTING_IS_BOOL:
        return s->number ? STR("true") : STR("false");
    case SETTING_IS_TEXT:
        return s->text;
    case SETTING_IS_SECRET:
        break;
    }
    return STR("");
}

static struct str kind_text(struct arena *arena, const struct setting *s)
{
    switch (s->kind) {
    case SETTING_IS_INT:
        return str_fmt(arena, "%lld to %lld%s%s", (long long)s->low, (long long)s->high,
                       s->unit[0] ? " " : "", s->unit);
    case SETTING_IS_BOOL:
        return STR("true or false");
    case SETTING_IS_SECRET:
        return STR("secret");
    case SETTING_IS_TEXT:
        break;
    }
    return STR("text");
}

/* "<data>" would be taken for markup. */
static void put_sentence(struct buf *b, const char *sentence)
{
    for (; *sentence; sentence++) {
        if (*sentence == '<' || *sentence == '>')
            buf_char(b, '\\');
        buf_char(b, *sentence);
    }
}

struct str conf_manual(struct arena *arena)
{
    struct buf b;

    buf_init(&b, arena, LONGEST_MANUAL);
    buf_add(&b,
            STR("# Settings\n"
                "\n"
                "<!-- made by `adwright settings --manual > docs/settings.md` -->\n"
                "\n"
                "Later sources win:\n"
                "\n"
                "1. the defaults below,\n"
                "2. the file `adwright.conf` of the data folder, or the one that `--settings`"
                " names: lines `name = value`, and comments after `#`,\n"
                "3. the environment: `ADWRIGHT_` and the name in capitals"
                " (`ADWRIGHT_PORT=8081`); an empty variable counts as not set,\n"
                "4. flags: `--name VALUE` or `--name=VALUE`, with dashes or underscores; a"
                " true-or-false flag may stand alone.\n"
                "\n"
                "`TIKTOK_APP_ID`, `TIKTOK_APP_SECRET`, `TIKTOK_API_VERSION` and"
                " `TIKTOK_WEBHOOK_SECRET` are read from the environment too; an `ADWRIGHT_`"
                " name wins over them.\n"
                "A name that is not in this table is refused, in every source. Secrets are"
                " never printed.\n"
                "\n"
                "| Name | Default | Values | Meaning |\n"
                "|---|---|---|---|\n"));
    for (size_t i = 0; i < conf_settings_n; i++) {
        const struct setting *s = &conf_settings[i];
        struct str otherwise = default_text(arena, s);
        const char *tick = otherwise.n ? "`" : "";
        buf_fmt(&b, "| `%s` | %s" STR_FMT "%s | " STR_FMT " | ", s->name, tick,
                STR_ARG(otherwise), tick, STR_ARG(kind_text(arena, s)));
        put_sentence(&b, s->sentence);
        buf_add(&b, STR(" |\n"));
    }
    must(!b.full);
    return buf_str(&b);
}

static bool wanted(const char *name, const char *const *names)
{
    if (!names)
        return true;
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static void put_flag(struct buf *b, struct arena *arena, const struct setting *s)
{
    static const char *const values[] = {
        [SETTING_IS_TEXT] = " TEXT",
        [SETTING_IS_SECRET] = " SECRET",
        [SETTING_IS_INT] = " N",
        [SETTING_IS_BOOL] = "",
    };
    char flag[64];

    (void)snprintf(flag, sizeof flag, "--%s%s", s->name, values[s->kind]);
    for (char *p = flag; *p; p++)
        *p = *p == '_' ? '-' : *p;
    buf_fmt(b, "  %-32s %s", flag, s->sentence);
    if (s->kind == SETTING_IS_INT)
        buf_fmt(b, " (" STR_FMT ")", STR_ARG(kind_text(arena, s)));
    struct str otherwise = default_text(arena, s);
    if (otherwise.n)
        buf_fmt(b, " [" STR_FMT "]", STR_ARG(otherwise));
    buf_char(b, '\n');
}

struct str conf_help(struct arena *arena, const char *const *names)
{
    struct buf b;

    buf_init(&b, arena, LONGEST_MANUAL);
    for (size_t i = 0; i < conf_settings_n; i++)
        if (wanted(conf_settings[i].name, names))
            put_flag(&b, arena, &conf_settings[i]);
    must(!b.full);
    return buf_str(&b);
}
