/* roi_cmd.c - `adwright roi` and `adwright rates`. */

#include "auth/auth_db.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "cmd/cmd.h"
#include "db/db.h"
#include "lead/fact.h"
#include "metric/metric.h"
#include "net/net.h"
#include "text/money.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const settings[] = {"data", "db", NULL};
static const char *const fetch_settings[] = {"data", "db", "rates_feed_url", NULL};

static bool unknown_verb(struct str verb, const char *verbs, struct err *err)
{
    return err_input(err, "command", verbs, "\"" STR_FMT "\" is nothing to do here",
                     STR_ARG(verb));
}

/* --- roi ------------------------------------------------------------------------------- */

static bool rebuild_org(struct boot *boot, struct db *db, struct str org_id, struct err *err)
{
    struct fact_counts counts;
    int64_t blocks;

    db_scope(db, org_id);
    if (!metric_rebuild(db, boot->arena, &blocks, err) ||
        !fact_rebuild(db, boot->arena, &counts, err))
        return false;
    printf(STR_FMT "  %" PRId64 " blocks of metrics, %" PRId64 " leads, %" PRId64
                   " purchases\n",
           STR_ARG(org_id), blocks, counts.leads, counts.purchases);
    return true;
}

static bool roi(struct boot *boot, struct db *db, struct err *err)
{
    struct str verb = boot->rest.n ? boot->rest.at[0] : STR(""), only = STR("");
    struct org_rows orgs = {0};

    if (!str_eq(verb, STR("rebuild")))
        return unknown_verb(verb, "adwright roi rebuild", err);
    (void)cmd_option(boot, "--org", &only);
    if (!cmd_rest(boot, 1, err) || !org_list(db, boot->arena, &orgs, err))
        return false;
    for (size_t i = 0; i < orgs.n; i++)
        if ((only.n == 0 || str_eq(only, orgs.at[i].org_id)) &&
            !rebuild_org(boot, db, orgs.at[i].org_id, err))
            return false;
    return true;
}

int cmd_roi(int argc, char **argv)
{
    static const char help[] =
        "usage: adwright roi rebuild [--org ID]\n\n"
        "Make everything that reports read and that is derived anew from what is stored: the\n"
        "roll-ups of metrics, and the facts and blocks of leads and sales.  Without --org, of\n"
        "all orgs.  Nothing is lost by it, and reports stay right meanwhile; on SQLite the\n"
        "server has to be stopped.\n";

    return cmd_with_db(argc, argv, help, settings, roi);
}

/* --- rates ------------------------------------------------------------------------------ */

static bool read_text(struct arena *arena, const char *path, struct str *out, struct err *err)
{
    FILE *file = fopen(path, "rbe");
    char *bytes = arena_alloc(arena, LIMIT_FEED_BODY + 1);

    if (!file)
        return err_input(err, "file", "give the path of a CSV file", "cannot read %s: %s", path,
                         strerror(errno));
    size_t n = fread(bytes, 1, LIMIT_FEED_BODY + 1, file);
    bool whole = !ferror(file);
    fclose(file);
    *out = (struct str){bytes, n};
    return (whole && n <= LIMIT_FEED_BODY) ||
           err_input(err, "file", "give a file of at most 1 MB", "cannot read %s", path);
}

static bool import_file(struct boot *boot, struct db *db, struct err *err)
{
    struct str text;
    int64_t n;

    if (boot->rest.n != 2)
        return err_input(err, "file", "adwright rates import rates.csv", "there is no file");
    if (!read_text(boot->arena, str_c(boot->arena, boot->rest.at[1]), &text, err) ||
        !currency_rate_import(db, boot->arena, text, STR("cli"), &n, err))
        return false;
    printf("%" PRId64 " rates stored\n", n);
    return true;
}

static bool list(struct boot *boot, struct db *db, struct err *err)
{
    struct currency_rates rates = {0};

    if (!currency_rate_list(db, boot->arena, STR(""), STR(""), &rates, err))
        return false;
    for (size_t i = 0; i < rates.n; i++)
        printf(STR_FMT "  1 " STR_FMT " = " STR_FMT " " STR_FMT "  " STR_FMT "\n",
               STR_ARG(rates.at[i].day), STR_ARG(rates.at[i].base),
               STR_ARG(money_decimal(boot->arena, rates.at[i].rate_micros)),
               STR_ARG(rates.at[i].quote), STR_ARG(rates.at[i].source));
    return true;
}

static bool fetch_days(struct boot *boot, struct db *db, struct net *net, struct str first_day,
                       struct str last_day, struct err *err)
{
    int64_t all = 0, n;

    for (struct day day = day_add(first_day, 0); str_cmp(day_str(&day), last_day) <= 0;
         day = day_add(day_str(&day), 1)) {
        if (!currency_rate_fetch(&boot->app, db, net, boot->arena, day_str(&day), &n, err))
            return false;
        all += n;
    }
    printf("%" PRId64 " rates are new or other than before\n", all);
    return true;
}

static bool fetch(struct boot *boot, struct db *db, struct str first_day, struct str last_day,
                  struct err *err)
{
    struct day today = zone_day(STR("Asia/Almaty"), clock_wall_ms());
    struct net *net;

    if (last_day.n == 0)
        last_day = day_str(&today);
    if (first_day.n == 0)
        first_day = last_day;
    if (!day_valid(first_day) || !day_valid(last_day) || day_diff(last_day, first_day) < 0 ||
        day_diff(last_day, first_day) > 400)
        return err_input(err, "first_day", "give up to 401 days, written as 2026-11-24",
                         "these days cannot be asked for");
    if (!net_open(&net, err))
        return false;
    bool ok = fetch_days(boot, db, net, first_day, last_day, err);
    net_close(net);
    return ok;
}

static bool rates(struct boot *boot, struct db *db, struct err *err)
{
    struct str verb = boot->rest.n ? boot->rest.at[0] : STR(""), org_id;
    struct str first_day = STR(""), last_day = STR("");

    (void)cmd_option(boot, "--first-day", &first_day);
    (void)cmd_option(boot, "--last-day", &last_day);
    if (!cmd_org_option(boot, db, &org_id, err) || !cmd_rest(boot, 2, err))
        return false;
    db_scope(db, org_id);
    if (str_eq(verb, STR("import")))
        return import_file(boot, db, err);
    if (str_eq(verb, STR("list")))
        return list(boot, db, err);
    if (str_eq(verb, STR("fetch")))
        return fetch(boot, db, first_day, last_day, err);
    return unknown_verb(verb, "one of list, import, fetch; see --help", err);
}

int cmd_rates(int argc, char **argv)
{
    static const char help[] =
        "usage: adwright rates list [--org ID]\n"
        "       adwright rates import FILE.csv [--org ID]\n"
        "       adwright rates fetch [--first-day DAY --last-day DAY] [--org ID]\n\n"
        "import  a CSV file with the header base,quote,day,rate: units of quote for one unit "
        "of\n"
        "        base on that day; all of it or nothing\n"
        "fetch   ask the feed of the setting rates_feed_url; by default for today.  What was\n"
        "        set by hand stays\n";

    return cmd_with_db(argc, argv, help, fetch_settings, rates);
}
