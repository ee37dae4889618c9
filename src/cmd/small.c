/* small.c - `adwright migrate`, `version` and `settings`. */

#include "cmd/server.h"
#include "db/db.h"

#include <stdio.h>

#ifndef ADWRIGHT_VERSION
#define ADWRIGHT_VERSION "0.1.0"
#endif

int cmd_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("adwright " ADWRIGHT_VERSION "\n");
    return 0;
}

static bool migrate(struct boot *boot, struct err *err)
{
    int known, present;

    if (!cmd_rest(boot, 0, err) || !boot_open(boot, true, err) ||
        !database_versions(boot->app.database, &known, &present, err))
        return false;
    printf("schema version %d of %d in " STR_FMT "\n", present, known, STR_ARG(boot->db_shown));
    return true;
}

int cmd_migrate(int argc, char **argv)
{
    static const char *const settings[] = {"data", "db", NULL};
    static const char help[] =
        "usage: adwright migrate [--db URL] [--data FOLDER]\n\n"
        "Bring the database's schema up to date.  Safe to repeat; each migration is one\n"
        "transaction.  `adwright serve` does this by itself at its start.\n";
    struct boot boot;
    struct err err = {0};
    bool asked;

    if (!boot_settings(&boot, argc, argv, help, settings, &asked, &err))
        return cmd_fail(&err);
    if (asked)
        return 0;
    int status = migrate(&boot, &err) ? 0 : cmd_fail(&err);
    boot_close(&boot);
    return status;
}

int cmd_settings(int argc, char **argv)
{
    static const char help[] = "usage: adwright settings [--manual]\n\n"
                               "List all settings; --manual prints docs/settings.md.\n";
    struct boot boot;
    struct err err = {0};
    bool asked;

    if (!boot_settings(&boot, argc, argv, help, NULL, &asked, &err))
        return cmd_fail(&err);
    if (asked)
        return 0;
    bool manual = cmd_flag(&boot, "--manual");
    if (!cmd_rest(&boot, 0, &err))
        return cmd_fail(&err);
    struct str text = manual ? conf_manual(boot.arena) : conf_help(boot.arena, NULL);
    printf(STR_FMT, STR_ARG(text));
    boot_close(&boot);
    return 0;
}

int cmd_routes(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    server_print_routes();
    return 0;
}
