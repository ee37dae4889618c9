/* leads.c - `adwright leads`: pulling, importing, and deliveries that need a look. */

#include "ads/account.h"
#include "auth/auth_db.h"
#include "base/clock.h"
#include "cmd/cmd.h"
#include "db/db.h"
#include "lead/delivery.h"
#include "lead/import.h"
#include "lead/pull.h"
#include "net/net.h"
#include "text/zone.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

static bool days_option(struct boot *boot, int64_t usual, int64_t *days, struct err *err)
{
    struct str text;

    *days = usual;
    if (!cmd_option(boot, "--days", &text))
        return true;
    return (str_int(text, days) && *days >= 1 && *days <= PULL_DAYS_MOST) ||
           err_input(err, "days", "1 to 90: the platforms keep leads for 90 days",
                     "\"" STR_FMT "\" is not a number of days", STR_ARG(text));
}

static void print_pull(const struct ad_connection *connection, const struct pull_counts *counts)
{
    printf("%-9.*s " STR_FMT ": %" PRId64 " forms, %" PRId64 " leads, %" PRId64 " recovered",
           STR_ARG(connection->platform), STR_ARG(connection->ad_account_name), counts->forms,
           counts->seen, counts->recovered);
    if (counts->recovered)
        printf(", the latest %" PRId64 " min after it was left",
               counts->worst_delay_ms / 60000);
    printf("\n");
    if (counts->failed)
        printf("          %" PRId64 " forms could not be read: " STR_FMT "\n", counts->failed,
               STR_ARG(counts->why));
}

/* Every connected account of the org, then the links of leads that lack one. */
static bool pull(struct boot *boot, struct db *db, const char *kind, int64_t days,
                 struct err *err)
{
    int64_t now_ms = clock_wall_ms(), linked;
    struct ad_connections list = {0};
    struct net *net;
    bool ok = ad_account_list_connected(db, boot->arena, STR("tiktok"), &list, err) &&
              ad_account_list_connected(db, boot->arena, STR("facebook"), &list, err) &&
              net_open(&net, err);

    if (!ok)
        return false;
    for (size_t i = 0; ok && i < list.n; i++) {
        struct pull_counts counts;
        ok = lead_pull_account(&boot->app, db, net, boot->arena, &list.at[i], kind,
                               now_ms - days * DAY_MS, STR("cli"), now_ms, &counts, err);
        if (ok)
            print_pull(&list.at[i], &counts);
    }
    net_close(net);
    if (ok && list.n == 0)
        printf("no ad account is connected: there is nothing to read from\n");
    if (!ok || !lead_relink(db, boot->arena, now_ms, STR("cli"), &linked, err))
        return false;
    printf("%" PRId64 " leads gained a direction or creative\n", linked);
    return true;
}

static bool backfill(struct boot *boot, struct db *db, const char *kind, struct err *err)
{
    struct str org_id;
    int64_t days;

    if (!cmd_org_option(boot, db, &org_id, err) ||
        !days_option(boot, kind[0] == 'g' ? 90 : 2, &days, err) || !cmd_rest(boot, 0, err))
        return false;
    db_scope(db, org_id);
    return pull(boot, db, kind, days, err);
}

static bool read_file(struct boot *boot, struct str path, struct str *out, struct err *err)
{
    FILE *file = fopen(str_c(boot->arena, path), "rb");
    char *text = arena_alloc(boot->arena, LIMIT_IMPORT_BODY + 1);

    if (!file)
        return err_input(err, "file", "give the path of a CSV file",
                         STR_FMT " cannot be opened", STR_ARG(path));
    size_t n = fread(text, 1, LIMIT_IMPORT_BODY + 1, file);
    bool whole = !ferror(file);
    (void)fclose(file);
    *out = (struct str){text, n};
    return (whole && n <= LIMIT_IMPORT_BODY) ||
           err_input(err, "file", "import it in parts", STR_FMT " is longer than %d MB",
                     STR_ARG(path), LIMIT_IMPORT_BODY / 1024 / 1024);
}

static bool import(struct boot *boot, struct db *db, enum import_kind kind, struct err *err)
{
    bool dry_run = cmd_flag(boot, "--dry-run");
    struct import_result result;
    struct str org_id, csv;

    if (!cmd_org_option(boot, db, &org_id, err) || !cmd_rest(boot, 1, err))
        return false;
    if (boot->rest.n == 0)
        return err_input(err, "file", "give the path of a CSV file", "no file is named");
    if (!read_file(boot, boot->rest.at[0], &csv, err))
        return false;
    db_scope(db, org_id);
    if (!import_run(&boot->app, db, boot->arena, csv, kind, dry_run, STR("cli"),
                    clock_wall_ms(), &result, err))
        return false;
    for (size_t i = 0; i < result.errors.n; i++)
        printf("line %" PRId64 ": " STR_FMT ": " STR_FMT "\n", result.errors.at[i].line,
               STR_ARG(result.errors.at[i].field), STR_ARG(result.errors.at[i].text));
    printf("%s%" PRId64 " rows: %" PRId64 " added, %" PRId64 " known, %" PRId64 " failed\n",
           dry_run ? "a try, nothing is kept: " : "", result.rows, result.added, result.known,
           result.failed);
    return result.failed == 0 || err_set(err, ERR_INVALID, "some rows failed, see above");
}

static bool state_option(struct boot *boot, struct str *state, struct err *err)
{
    static const char *const states[] = {"failed", "unresolved", "quarantined"};

    if (!cmd_option(boot, "--state", state))
        return true;
    for (size_t i = 0; i < countof(states); i++)
        if (str_eq(*state, str(states[i])))
            return true;
    return err_input(err, "state", "one of failed, unresolved, quarantined",
                     "\"" STR_FMT "\" is not a state", STR_ARG(*state));
}

static bool deliveries(struct boot *boot, struct db *db, struct err *err)
{
    struct delivery_filter filter = {.limit = LIMIT_LIST_ROWS};
    struct delivery_views list = {0};

    if (!state_option(boot, &filter.state, err) || !cmd_rest(boot, 0, err) ||
        !delivery_list(db, boot->arena, &filter, &list, err))
        return false;
    for (size_t i = 0; i < list.n; i++)
        printf(STR_FMT "  " STR_FMT "  %-11.*s %-8.*s " STR_FMT "\n",
               STR_ARG(list.at[i].delivery_id),
               STR_ARG(time_rfc3339(boot->arena, list.at[i].received_ms)),
               STR_ARG(list.at[i].state), STR_ARG(list.at[i].source),
               STR_ARG(list.at[i].error_text));
    printf("%zu deliveries%s\n", list.n, list.n == LIMIT_LIST_ROWS ? " or more" : "");
    return true;
}

static bool replay(struct boot *boot, struct db *db, struct err *err)
{
    if (!cmd_rest(boot, 1, err))
        return false;
    if (boot->rest.n == 0)
        return err_input(err, "id", "adwright leads deliveries lists them",
                         "no delivery is named");
    return delivery_replay(db, boot->arena, STR(""), boot->rest.at[0], STR("cli"), err);
}

static bool leads(struct boot *boot, struct db *db, struct err *err)
{
    if (cmd_flag(boot, "backfill"))
        return backfill(boot, db, "backfill", err);
    if (cmd_flag(boot, "gaps"))
        return backfill(boot, db, "gap_finder", err);
    if (cmd_flag(boot, "import"))
        return import(boot, db, IMPORT_LEADS, err);
    if (cmd_flag(boot, "import-purchases"))
        return import(boot, db, IMPORT_PURCHASES, err);
    if (cmd_flag(boot, "deliveries"))
        return deliveries(boot, db, err);
    if (cmd_flag(boot, "replay"))
        return replay(boot, db, err);
    return err_input(err, "command",
                     "one of backfill, gaps, import, import-purchases, deliveries, replay; "
                     "see --help",
                     "say what to do with leads");
}

int cmd_leads(int argc, char **argv)
{
    static const char *const settings[] = {"data", "db", NULL};
    static const char help[] =
        "usage: adwright leads backfill [--days 2] [--org ID]\n"
        "       adwright leads gaps [--days 90] [--org ID]\n"
        "       adwright leads import FILE.csv [--dry-run] [--org ID]\n"
        "       adwright leads import-purchases FILE.csv [--dry-run] [--org ID]\n"
        "       adwright leads deliveries [--state failed|unresolved|quarantined]\n"
        "       adwright leads replay DELIVERY\n\n"
        "`backfill` and `gaps` read the leads of every form from the platforms, store those\n"
        "that no webhook brought, and link leads that came before their ad was known.\n"
        "`deliveries` lists raw bodies that need a look; `replay` reads one again.\n";

    return cmd_with_db(argc, argv, help, settings, leads);
}
