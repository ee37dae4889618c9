#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "base/strs.h"
#include "conf/app.h"
#include "conf/conf.h"

struct db;
struct database;
struct ring;

/*
 * The subcommands.  Each gets argv after its own name and returns the exit
 * status: 0 done, 1 failed (said on stderr), 2 the command line makes no sense.
 */
int cmd_serve(int argc, char **argv);
int cmd_sandbox(int argc, char **argv);
int cmd_demo(int argc, char **argv);
int cmd_migrate(int argc, char **argv);
int cmd_org(int argc, char **argv);
int cmd_user(int argc, char **argv);
int cmd_leads(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_brain(int argc, char **argv);
int cmd_roi(int argc, char **argv);
int cmd_rates(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_settings(int argc, char **argv);
int cmd_routes(int argc, char **argv);
int cmd_version(int argc, char **argv);

/* Say an err on stderr in words: text, then the hint on its own line. Returns 1. */
int cmd_fail(const struct err *err);

/*
 * The boot: settings, logging, data folder, key ring, database, in this order.
 * Refusals say what to do.  Everything lives until boot_close.
 */
struct boot {
    struct arena *arena;
    struct conf conf;
    struct strs rest; /* what is not a setting */
    struct app app;
    bool by_hand; /* time is moved by hand (the demo): the server starts no run by the clock */
    struct str db_url;   /* as used, sqlite:... or postgres://... */
    struct str db_shown; /* the same without a password */
};
/* Settings, log and clock only.  `help`: printed for --help with the settings named after it
 * (NULL-ended; NULL = none); then *asked is true and nothing else was done. */
MUST_CHECK bool boot_settings(struct boot *boot, int argc, char **argv, const char *help,
                              const char *const *settings, bool *asked, struct err *err);
/* Data folder, ring, database; with `migrate` the schema is brought up to date, else it must
 * be. */
MUST_CHECK bool boot_open(struct boot *boot, bool migrate, struct err *err);
void boot_close(struct boot *boot);

/* A whole command that works on the database: settings, --help, boot, action with a handle in
 * system scope, close. Returns the exit status. */
int cmd_with_db(int argc, char **argv, const char *help, const char *const *settings,
                bool (*action)(struct boot *boot, struct db *db, struct err *err));
/* The org named by --org, or the only one there is. */
MUST_CHECK bool cmd_org_option(struct boot *boot, struct db *db, struct str *org_id,
                               struct err *err);

/* The positional argument or flag value; flags that are no settings look like --flag[=value].
 */
bool cmd_flag(struct boot *boot, const char *name); /* takes it out of rest */
bool cmd_option(struct boot *boot, const char *name,
                struct str *value); /* same, with a value */
/* Nothing must be left but `most` positional arguments. */
MUST_CHECK bool cmd_rest(const struct boot *boot, size_t most, struct err *err);

#endif
