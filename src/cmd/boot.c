/* boot.c - what every subcommand does first. */

#include "auth/auth_db.h"
#include "base/clock.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "db/db.h"
#include "seal/seal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

int cmd_fail(const struct err *err)
{
    fprintf(stderr, "adwright: %s\n", err->text);
    if (err->field[0])
        fprintf(stderr, "  setting or field: %s\n", err->field);
    if (err->hint[0])
        fprintf(stderr, "  %s\n", err->hint);
    return 1;
}

static bool setup_log(const struct conf *conf, struct err *err)
{
    static const char *const levels[] = {"debug", "info", "warn", "error"};
    static const char *const formats[] = {"auto", "text", "json"};

    for (size_t level = 0; level < countof(levels); level++)
        for (size_t format = 0; format < countof(formats); format++)
            if (str_eq(conf->log, str(levels[level])) &&
                str_eq(conf->log_format, str(formats[format]))) {
                log_setup((enum log_level)level, (int)format - 1);
                return true;
            }
    return err_input(err, "log",
                     "log is debug, info, warn or error; log_format auto, text or json",
                     "no such log level or format");
}

bool boot_settings(struct boot *boot, int argc, char **argv, const char *help,
                   const char *const *settings, bool *asked, struct err *err)
{
    *boot = (struct boot){.arena = arena_new("process")};
    *asked = false;
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            struct str text = settings ? conf_help(boot->arena, settings) : STR("");
            printf("%s", help);
            if (text.n)
                printf(
                    "\nSettings (also in <data>/adwright.conf and as ADWRIGHT_NAME):\n" STR_FMT,
                    STR_ARG(text));
            *asked = true;
            return true;
        }
    if (!conf_load(boot->arena, argc, argv, environ, &boot->conf, &boot->rest, err) ||
        !setup_log(&boot->conf, err) || !seal_setup(err))
        return false;
    if (boot->conf.clock_file.n &&
        !clock_follow_file(str_c(boot->arena, boot->conf.clock_file), err))
        return false;
    boot->app.conf = &boot->conf;
    return true;
}

/* mkdir -p, readable by us alone. */
static bool make_folder(struct arena *arena, struct str path, struct err *err)
{
    char *text = (char *)arena_alloc(arena, path.n + 1);

    memcpy(text, path.p, path.n);
    for (size_t i = 1; i <= path.n; i++) {
        if (text[i] != '/' && text[i] != 0)
            continue;
        char keep = text[i];
        text[i] = 0;
        if (mkdir(text, 0700) != 0 && errno != EEXIST) {
            (void)err_set(err, ERR_INVALID, "cannot make the data folder %s: %s", text,
                          strerror(errno));
            return err_hint(err, "choose a folder that you may write: --data FOLDER");
        }
        text[i] = keep;
    }
    if (access(text, W_OK | X_OK) != 0) {
        (void)err_set(err, ERR_INVALID, "the data folder %s is not writable: %s", text,
                      strerror(errno));
        return err_hint(
            err, "give it to the user who runs adwright, or choose another: --data FOLDER");
    }
    return true;
}

/* A ring that did not make this database's secrets would only fail later, one by one. */
static bool check_key(struct boot *boot, struct err *err)
{
    struct str ours = ring_check_value(boot->app.ring, boot->arena);
    struct str stored;
    struct db *db;

    if (!db_open(boot->app.database, &db, err))
        return false;
    db_scope_system(db);
    bool ok = db_installation_get(db, boot->arena, STR("key_check"), &stored, err);
    if (ok && stored.n == 0)
        ok = db_installation_set(db, STR("key_check"), ours, err);
    else if (ok && !seal_equal(stored, ours)) {
        ok = err_set(err, ERR_DENIED,
                     "the key file " STR_FMT "/key does not belong to this database",
                     STR_ARG(boot->conf.data));
        (void)err_hint(err,
                       "put back the key file that this database was made with; without it "
                       "the stored tokens cannot be read");
    }
    db_close(db);
    return ok;
}

/* postgres://user:password@host/name, to be shown to people. */
static struct str without_password(struct arena *arena, struct str url)
{
    struct str rest = url;
    struct str scheme = str_cut(&rest, ':');
    size_t at = str_find(rest, '@');

    if (!str_starts(scheme, STR("postgres")) || at == rest.n)
        return url;
    return str_fmt(arena, STR_FMT "://" STR_FMT, STR_ARG(scheme),
                   STR_ARG(str_sub(rest, at + 1, rest.n)));
}

bool boot_open(struct boot *boot, bool migrate, struct err *err)
{
    struct arena *arena = boot->arena;
    struct ring *ring;

    if (!make_folder(arena, boot->conf.data, err))
        return false;
    boot->db_url = boot->conf.db.n ? boot->conf.db
                                   : str_fmt(arena, "sqlite:" STR_FMT "/adwright.db",
                                             STR_ARG(boot->conf.data));
    boot->db_shown = without_password(arena, boot->db_url);
    if (!ring_open(str_c(arena, str_fmt(arena, STR_FMT "/key", STR_ARG(boot->conf.data))),
                   &ring, err))
        return false;
    boot->app.ring = ring;
    if (!database_open(boot->db_url, &boot->app.database, err))
        return false;
    database_set_ring(boot->app.database, ring);
    if ((migrate && !database_migrate(boot->app.database, NULL, err)) ||
        !database_check(boot->app.database, err))
        return false;
    return check_key(boot, err);
}

void boot_close(struct boot *boot)
{
    if (boot->app.database)
        database_close(boot->app.database);
    ring_free((struct ring *)boot->app.ring);
    arena_free(boot->arena);
    *boot = (struct boot){0};
}

static void take_out(struct strs *list, size_t position, size_t n)
{
    memmove(list->at + position, list->at + position + n,
            (list->n - position - n) * sizeof list->at[0]);
    list->n -= n;
}

bool cmd_flag(struct boot *boot, const char *name)
{
    for (size_t i = 0; i < boot->rest.n; i++)
        if (str_eq(boot->rest.at[i], str(name))) {
            take_out(&boot->rest, i, 1);
            return true;
        }
    return false;
}

bool cmd_option(struct boot *boot, const char *name, struct str *value)
{
    struct str with_sign = str_fmt(boot->arena, "%s=", name);

    for (size_t i = 0; i < boot->rest.n; i++) {
        struct str word = boot->rest.at[i];
        if (str_starts(word, with_sign)) {
            *value = str_sub(word, with_sign.n, word.n);
            take_out(&boot->rest, i, 1);
            return true;
        }
        if (str_eq(word, str(name)) && i + 1 < boot->rest.n) {
            *value = boot->rest.at[i + 1];
            take_out(&boot->rest, i, 2);
            return true;
        }
    }
    return false;
}

bool cmd_rest(const struct boot *boot, size_t most, struct err *err)
{
    for (size_t i = 0; i < boot->rest.n; i++)
        if (str_starts(boot->rest.at[i], STR("-"))) {
            (void)err_set(err, ERR_INVALID, "no flag or setting is called " STR_FMT,
                          STR_ARG(boot->rest.at[i]));
            struct str name = str_sub(boot->rest.at[i], 2, boot->rest.at[i].n);
            const char *nearest = conf_nearest(str_sub(name, 0, str_find(name, '=')));
            return nearest[0] ? err_hint(err, "do you mean --%s?", nearest)
                              : err_hint(err, "--help lists them");
        }
    if (boot->rest.n > most) {
        (void)err_set(err, ERR_INVALID, "\"" STR_FMT "\" is one argument too many",
                      STR_ARG(boot->rest.at[most]));
        return err_hint(err, "--help shows what the command takes");
    }
    return true;
}

int cmd_with_db(int argc, char **argv, const char *help, const char *const *settings,
                bool (*action)(struct boot *boot, struct db *db, struct err *err))
{
    struct boot boot;
    struct err err = {0};
    struct db *db = NULL;
    bool asked = false;
    bool ok = boot_settings(&boot, argc, argv, help, settings, &asked, &err);

    if (ok && !asked) {
        ok = boot_open(&boot, true, &err) && db_open(boot.app.database, &db, &err);
        if (ok) {
            db_scope_system(db);
            ok = action(&boot, db, &err);
            db_close(db);
        }
    }
    int status = ok ? 0 : cmd_fail(&err);
    boot_close(&boot);
    return status;
}

bool cmd_org_option(struct boot *boot, struct db *db, struct str *org_id, struct err *err)
{
    struct org_rows orgs = {0};

    if (cmd_option(boot, "--org", org_id)) {
        struct org_row org;
        return org_get(db, boot->arena, *org_id, &org, err);
    }
    if (!org_list(db, boot->arena, &orgs, err))
        return false;
    if (orgs.n != 1) {
        (void)err_set(err, ERR_INVALID, "there are %zu orgs", orgs.n);
        return err_hint(err, "%s",
                        orgs.n ? "say which: --org ID (adwright org list)"
                               : "make one first: adwright org add NAME");
    }
    *org_id = orgs.at[0].org_id;
    return true;
}
