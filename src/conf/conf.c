/* conf.c - settings from defaults, file, environment and flags. */

#include "base/arena.h"
#include "base/strs.h"
#include "conf/setting.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { LARGEST_FILE = 64 * 1024, LONGEST_VALUE = 4096 };

static void put_defaults(struct conf *conf)
{
    for (size_t i = 0; i < conf_settings_n; i++) {
        const struct setting *s = &conf_settings[i];
        char *field = (char *)conf + s->offset;
        if (s->kind == SETTING_IS_INT)
            memcpy(field, &s->number, sizeof s->number);
        else if (s->kind == SETTING_IS_BOOL)
            memcpy(field, &(bool){s->number != 0}, sizeof(bool));
        else
            memcpy(field, &s->text, sizeof s->text);
    }
}

static bool bool_value(struct str value, bool *out)
{
    static const char *const yes[] = {"true", "yes", "on", "1"};
    static const char *const no[] = {"false", "no", "off", "0"};

    for (size_t i = 0; i < countof(yes); i++) {
        if (str_eq(value, str(yes[i])) || str_eq(value, str(no[i]))) {
            *out = str_eq(value, str(yes[i]));
            return true;
        }
    }
    return false;
}

static bool text_ok(struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7f)
            return false;
    return value.n <= LONGEST_VALUE && str_utf8(value);
}

/* `value` must live as long as the settings.  A secret's value is never repeated. */
static bool put(struct conf *conf, const struct setting *s, struct str value, struct err *err)
{
    char *field = (char *)conf + s->offset;
    struct str shown = str_sub(value, 0, 60);
    int64_t number;
    bool yes;

    switch (s->kind) {
    case SETTING_IS_INT:
        if (!str_int(value, &number) || number < s->low || number > s->high) {
            (void)err_set(err, ERR_INVALID, "%s cannot be \"" STR_FMT "\"", s->name,
                          STR_ARG(shown));
            (void)err_field(err, s->name);
            return err_hint(err, "a whole number from %lld to %lld %s", (long long)s->low,
                            (long long)s->high, s->unit);
        }
        memcpy(field, &number, sizeof number);
        return true;
    case SETTING_IS_BOOL:
        if (!bool_value(value, &yes))
            return err_input(err, s->name, "true or false", "%s cannot be \"" STR_FMT "\"",
                             s->name, STR_ARG(shown));
        memcpy(field, &yes, sizeof yes);
        return true;
    case SETTING_IS_TEXT:
    case SETTING_IS_SECRET:
        if (!text_ok(value))
            return err_input(err, s->name, "one line of UTF-8 text of at most 4096 bytes",
                             "the value of %s is no plain text", s->name);
        memcpy(field, &value, sizeof value);
        return true;
    }
    return true;
}

static bool unknown(struct str name, struct err *err)
{
    const char *nearest = conf_nearest(name);

    (void)err_set(err, ERR_INVALID, "no setting is called \"" STR_FMT "\"",
                  STR_ARG(str_sub(name, 0, 60)));
    if (nearest[0])
        return err_hint(err, "do you mean %s?", nearest);
    return err_hint(err, "`adwright settings` lists them");
}

/* --- file -------------------------------------------------------------------- */

/* One `name = value`; which settings it has set already is in `seen`. */
static bool put_line(struct conf *conf, struct str line, bool *seen, struct err *err)
{
    size_t at = str_find(line, '=');
    struct str name = str_trim(str_sub(line, 0, at));
    struct str value = str_trim(str_sub(line, at + 1, line.n));
    const struct setting *s = setting_find(name);

    if (at == line.n)
        return err_set(err, ERR_INVALID, "not `name = value`");
    if (!s)
        return unknown(name, err);
    if (strcmp(s->name, "settings") == 0)
        return err_input(err, s->name, "name the file with --settings or ADWRIGHT_SETTINGS",
                         "a settings file cannot name another");
    if (seen[s - conf_settings])
        return err_input(err, s->name, "remove one of the lines", "%s is set twice", s->name);
    seen[s - conf_settings] = true;
    return put(conf, s, value, err);
}

bool conf_put_file(struct arena *arena, struct str text, struct conf *conf, struct err *err)
{
    static const struct str mark = STR_INIT("\xef\xbb\xbf");
    bool *seen = NEW_ARRAY(arena, bool, conf_settings_n);

    if (str_starts(text, mark))
        text = str_sub(text, mark.n, text.n);
    for (int number = 1; text.n; number++) {
        struct str line = str_trim(str_cut(&text, '\n'));
        if (line.n && line.p[0] != '#' && !put_line(conf, line, seen, err))
            return err_while(err, "line %d", number);
    }
    return true;
}

/* *absent where there is no such file. */
static bool read_file(struct arena *arena, const char *path, struct str *out, bool *absent,
                      struct err *err)
{
    char *text = arena_alloc(arena, LARGEST_FILE + 1);
    size_t n = 0;
    ssize_t got = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    *absent = fd < 0 && (errno == ENOENT || errno == ENOTDIR);
    if (fd < 0)
        return err_set(err, ERR_INVALID, "opening the settings file %s: %s", path,
                       strerror(errno));
    while (n <= LARGEST_FILE && (got = read(fd, text + n, LARGEST_FILE + 1 - n)) > 0)
        n += (size_t)got;
    int error = errno;
    (void)close(fd);
    if (got < 0)
        return err_set(err, ERR_INVALID, "reading the settings file %s: %s", path,
                       strerror(error));
    if (n > LARGEST_FILE)
        return err_set(err, ERR_INVALID, "the settings file %s is larger than %d bytes", path,
                       LARGEST_FILE);
    *out = (struct str){text, n};
    return true;
}

/* The file that `named` (flags and environment only) points to, or the data folder's own. */
static bool put_named_file(struct arena *arena, const struct conf *named, struct conf *conf,
                           struct err *err)
{
    bool own = named->settings.n == 0;
    const char *path = own ? str_fmt(arena, STR_FMT "/adwright.conf", STR_ARG(named->data)).p
                           : str_c(arena, named->settings);
    struct err failed = {0};
    struct str text, data = conf->data;
    bool absent;

    if (!read_file(arena, path, &text, &absent, &failed)) {
        if (absent && own)
            return true;
        *err = failed;
        return false;
    }
    if (!conf_put_file(arena, text, conf, err))
        return err_while(err, "%s", path);
    if (own && !str_eq(data, conf->data))
        return err_input(err, "data", "give --data or ADWRIGHT_DATA instead",
                         "%s lies in the data folder and cannot move it", path);
    return true;
}

/* --- environment --------------------------------------------------------------- */

/* The names of the system that this program replaces. */
static bool founding_name(struct str name)
{
    static const char *const names[] = {"TIKTOK_APP_ID", "TIKTOK_APP_SECRET",
                                        "TIKTOK_API_VERSION", "TIKTOK_WEBHOOK_SECRET"};

    for (size_t i = 0; i < countof(names); i++)
        if (str_eq(name, str(names[i])))
            return true;
    return false;
}

/* One pass over the environment: the founding names, or ADWRIGHT_*.  Empty is not set. */
static bool put_environment(struct arena *arena, char **environment, bool founding,
                            struct conf *conf, struct err *err)
{
    static const struct str prefix = STR_INIT("ADWRIGHT_");

    for (; environment && *environment; environment++) {
        struct str value = str(*environment);
        struct str full = str_cut(&value, '=');
        if (founding ? !founding_name(full) : !str_starts(full, prefix))
            continue;
        struct str upper = founding ? full : str_sub(full, prefix.n, full.n);
        struct str name = str_lower(arena, upper);
        const struct setting *s =
            str_eq(upper, str_upper(arena, upper)) ? setting_find(name) : NULL;
        if (!s || str_find(name, '-') < name.n) {
            const char *nearest = conf_nearest(name);
            (void)unknown(name, err);
            if (nearest[0])
                (void)err_hint(err, "do you mean ADWRIGHT_" STR_FMT "?",
                               STR_ARG(str_upper(arena, str(nearest))));
            return err_while(err, "environment variable " STR_FMT, STR_ARG(full));
        }
        if (value.n && !put(conf, s, str_dup(arena, value), err))
            return err_while(err, "environment variable " STR_FMT, STR_ARG(full));
    }
    return true;
}

/* --- flags ---------------------------------------------------------------------- */

/* The value of the flag at argv[*i]; *i is moved past it. */
static bool flag_value(const struct setting *s, int argc, char **argv, int *i,
                       struct str *value, struct err *err)
{
    struct str word = str(argv[*i]), next = str(*i + 1 < argc ? argv[*i + 1] : NULL);
    size_t at = str_find(word, '=');
    bool yes;

    if (at < word.n) {
        *value = str_sub(word, at + 1, word.n);
        return true;
    }
    if (s->kind == SETTING_IS_BOOL && !bool_value(next, &yes)) {
        *value = STR("true"); /* stands alone */
        return true;
    }
    if (*i + 1 >= argc || str_starts(next, STR("--")))
        return err_input(err, s->name, "--name VALUE or --name=VALUE", "a value is missing");
    *value = next;
    ++*i;
    return true;
}

static bool put_flags(struct arena *arena, int argc, char **argv, struct conf *conf,
                      struct strs *rest, struct err *err)
{
    bool flags = true;

    for (int i = 0; i < argc; i++) {
        struct str word = str(argv[i]), value;
        const struct setting *s = NULL;

        if (flags && str_eq(word, STR("--"))) {
            flags = false;
            continue;
        }
        if (flags && str_starts(word, STR("--")))
            s = setting_find(str_sub(word, 2, str_find(word, '=') - 2));
        if (!s) {
            *strs_add(rest, arena) = word;
            continue;
        }
        if (!flag_value(s, argc, argv, &i, &value, err) || !put(conf, s, value, err))
            return err_while(err, "flag --%s", s->name);
    }
    return true;
}

bool conf_load(struct arena *arena, int argc, char **argv, char **environ_, struct conf *out,
               struct strs *rest, struct err *err)
{
    struct conf named, conf;
    struct strs words = {0}, again = {0};

    put_defaults(&named);
    put_defaults(&conf);
    bool ok = put_environment(arena, environ_, true, &named, err) &&
              put_environment(arena, environ_, false, &named, err) &&
              put_flags(arena, argc, argv, &named, &words, err) &&
              put_named_file(arena, &named, &conf, err) &&
              put_environment(arena, environ_, true, &conf, err) &&
              put_environment(arena, environ_, false, &conf, err) &&
              put_flags(arena, argc, argv, &conf, &again, err);
    if (!ok)
        return false;
    *out = conf;
    *rest = words;
    return true;
}
