/* people.c - `adwright org` and `adwright user`. */

#include "auth/auth.h"
#include "auth/auth_db.h"
#include "cmd/cmd.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const char *const settings[] = {"data", "db", NULL};

static bool org_add_action(struct boot *boot, struct db *db, struct err *err)
{
    struct str country = STR("KZ"), currency = STR("KZT"), id;

    (void)cmd_option(boot, "--country", &country);
    (void)cmd_option(boot, "--currency", &currency);
    if (!cmd_rest(boot, 1, err))
        return false;
    if (boot->rest.n == 0)
        return err_input(err, "name", "adwright org add \"My agency\"", "the org needs a name");
    if (!org_add(db, boot->arena, boot->rest.at[0], country, currency, &id, err))
        return false;
    printf(STR_FMT "\n", STR_ARG(id));
    return true;
}

static bool org_list_action(struct boot *boot, struct db *db, struct err *err)
{
    struct org_rows orgs = {0};

    if (!cmd_rest(boot, 0, err) || !org_list(db, boot->arena, &orgs, err))
        return false;
    for (size_t i = 0; i < orgs.n; i++)
        printf(STR_FMT "  " STR_FMT "  " STR_FMT "  " STR_FMT "\n", STR_ARG(orgs.at[i].org_id),
               STR_ARG(orgs.at[i].country), STR_ARG(orgs.at[i].currency),
               STR_ARG(orgs.at[i].name));
    return true;
}

static bool org_key_action(struct boot *boot, struct db *db, struct err *err)
{
    struct str org_id, id, key, names = STR("read"), name = STR("made on the command line");
    unsigned rights = 0;

    (void)cmd_option(boot, "--rights", &names);
    (void)cmd_option(boot, "--name", &name);
    if (!cmd_org_option(boot, db, &org_id, err) || !cmd_rest(boot, 0, err))
        return false;
    while (names.n) {
        struct str word = str_trim(str_cut(&names, ','));
        if (right_by_name(word) == 0)
            return err_input(err, "rights",
                             "a comma-separated list of read, edit, spend, admin",
                             "\"" STR_FMT "\" is not a right", STR_ARG(word));
        rights |= right_by_name(word);
    }
    if (!api_key_add(db, boot->arena, org_id, name, rights, STR("cli"), &id, &key, err))
        return false;
    printf(STR_FMT "\n", STR_ARG(key));
    return true;
}

static bool org(struct boot *boot, struct db *db, struct err *err)
{
    if (cmd_flag(boot, "add"))
        return org_add_action(boot, db, err);
    if (cmd_flag(boot, "list"))
        return org_list_action(boot, db, err);
    if (cmd_flag(boot, "key"))
        return org_key_action(boot, db, err);
    return err_input(err, "command", "one of add, list, key; see --help",
                     "say what to do with orgs");
}

int cmd_org(int argc, char **argv)
{
    static const char help[] =
        "usage: adwright org add NAME [--country KZ] [--currency KZT]\n"
        "       adwright org list\n"
        "       adwright org key [--org ID] [--rights read,edit,spend,admin] [--name TEXT]\n\n"
        "An org is a tenant.  `add` prints its id, `key` an API key, once.\n";

    return cmd_with_db(argc, argv, help, settings, org);
}

/* From the terminal without echo, else one line of standard input. */
static bool read_password(struct boot *boot, struct str *password, struct err *err)
{
    char line[LIMIT_PASSWORD + 2];
    struct termios old, quiet;
    bool terminal = tcgetattr(STDIN_FILENO, &old) == 0;

    if (terminal) {
        quiet = old;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
        fputs("Password (8 characters or more): ", stderr);
    }
    bool got = fgets(line, sizeof line, stdin) != NULL;
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
        fputc('\n', stderr);
    }
    if (!got)
        return err_input(err, "password", "type it, or pass it on standard input",
                         "no password was given");
    struct str text = str(line);
    while (text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
        text.n--;
    *password = str_dup(boot->arena, text);
    return true;
}

static bool user_add_action(struct boot *boot, struct db *db, struct err *err)
{
    struct str email = STR(""), role = STR("owner"), org_id, password, id;

    (void)cmd_option(boot, "--email", &email);
    (void)cmd_option(boot, "--role", &role);
    if (!cmd_org_option(boot, db, &org_id, err) || !cmd_rest(boot, 0, err) ||
        !read_password(boot, &password, err) ||
        !user_add(db, boot->arena, org_id, email, password, role, &id, err))
        return false;
    printf(STR_FMT "\n", STR_ARG(id));
    return true;
}

static bool user_password_action(struct boot *boot, struct db *db, struct err *err)
{
    struct str email = STR(""), password;

    (void)cmd_option(boot, "--email", &email);
    return cmd_rest(boot, 0, err) && read_password(boot, &password, err) &&
           user_set_password(db, boot->arena, email, password, err);
}

static bool user_list_action(struct boot *boot, struct db *db, struct err *err)
{
    struct user_rows users = {0};
    struct str org_id;

    if (!cmd_org_option(boot, db, &org_id, err) || !cmd_rest(boot, 0, err) ||
        !user_list(db, boot->arena, org_id, &users, err))
        return false;
    for (size_t i = 0; i < users.n; i++)
        printf(STR_FMT "  %-8s " STR_FMT "%s\n", STR_ARG(users.at[i].user_id),
               str_c(boot->arena, users.at[i].role), STR_ARG(users.at[i].email),
               users.at[i].disabled ? "  (disabled)" : "");
    return true;
}

static bool user(struct boot *boot, struct db *db, struct err *err)
{
    if (cmd_flag(boot, "add"))
        return user_add_action(boot, db, err);
    if (cmd_flag(boot, "list"))
        return user_list_action(boot, db, err);
    if (cmd_flag(boot, "password"))
        return user_password_action(boot, db, err);
    return err_input(err, "command", "one of add, list, password; see --help",
                     "say what to do with users");
}

int cmd_user(int argc, char **argv)
{
    static const char help[] =
        "usage: adwright user add --email ADDRESS [--role owner|manager|analyst] [--org ID]\n"
        "       adwright user list [--org ID]\n"
        "       adwright user password --email ADDRESS\n\n"
        "Passwords are asked for on the terminal or read from standard input.  A new password\n"
        "ends all sessions of the user.\n";

    return cmd_with_db(argc, argv, help, settings, user);
}
