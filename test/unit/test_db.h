#ifndef TEST_UNIT_TEST_DB_H
#define TEST_UNIT_TEST_DB_H

/*
 * A fresh migrated database for a test: always a SQLite file in a folder of
 * its own, and, when TEST_POSTGRES names a server, a new PostgreSQL database
 * there as well.
 *
 *     static void stores_leads(struct database *database, struct db *db) { ... }
 *     RUN_ON_DATABASES(stores_leads);
 *
 * Each run counts as one test.  `db` has no scope yet.  Both are closed and
 * removed afterwards.  A program migrates once on each database; its tests get copies.
 */
#include "db/db.h"
#include "test.h"

#include <libpq-fe.h>
#include <unistd.h>

#define RUN_ON_DATABASES(function)                                                             \
    do {                                                                                       \
        test_db_run(#function " (SQLite)", (function), false);                                 \
        if (getenv("TEST_POSTGRES"))                                                           \
            test_db_run(#function " (PostgreSQL)", (function), true);                          \
    } while (0)

#define CHECK_OK(condition, err) CHECK((condition), "%s %s", (err).text, (err).hint)

struct test_place {
    char url[600];
    char folder[64]; /* SQLite */
    char name[64];   /* PostgreSQL: of the new database */
};

static inline void test_db_command(const char *command)
{
    PGconn *server = PQconnectdb(getenv("TEST_POSTGRES"));
    PGresult *result = PQexec(server, command);

    CHECK(PQresultStatus(result) == PGRES_COMMAND_OK, "%s: %s", command,
          PQerrorMessage(server));
    PQclear(result);
    PQfinish(server);
}

/* The URL of TEST_POSTGRES with another database name, and other credentials if `user`. */
static inline void test_db_url(char *out, size_t n, const char *user, const char *name)
{
    const char *url = getenv("TEST_POSTGRES");
    const char *host = strstr(url, "://") + 3;
    const char *slash = strchr(host, '/');
    const char *at = strchr(host, '@');
    const char *parameters = strchr(host, '?');

    if (!slash || (parameters && parameters < slash))
        slash = parameters ? parameters : host + strlen(host);
    if (user && at && at < slash)
        host = at + 1;
    snprintf(out, n, "postgres://%s%s%.*s/%s%s", user ? user : "", user ? "@" : "",
             (int)(slash - host), host, name, parameters ? parameters : "");
}

/* `with`: more clauses of CREATE DATABASE instead of an empty database in locale C. */
static inline void test_db_make(struct test_place *place, bool postgres, const char *with)
{
    static int made;

    memset(place, 0, sizeof *place);
    if (postgres) {
        char command[200];

        snprintf(place->name, sizeof place->name, "adwright_test_%ld_%d", (long)getpid(),
                 ++made);
        snprintf(command, sizeof command, "CREATE DATABASE %s %s", place->name,
                 with ? with : "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
        test_db_command(command);
        test_db_url(place->url, sizeof place->url, NULL, place->name);
    } else {
        const char *under = getenv("TMPDIR");
        snprintf(place->folder, sizeof place->folder, "%s/adwright_test_XXXXXX",
                 under && *under ? under : "/tmp");
        if (!mkdtemp(place->folder))
            abort();
        snprintf(place->url, sizeof place->url, "sqlite:%s/a.db", place->folder);
    }
}

static inline void test_db_remove(struct test_place *place)
{
    static const char *const files[] = {"a.db", "a.db-wal", "a.db-shm", "a.db.lock"};

    if (place->name[0]) {
        char command[200];

        snprintf(command, sizeof command, "DROP DATABASE %s WITH (FORCE)", place->name);
        test_db_command(command);
        return;
    }
    for (size_t i = 0; i < countof(files); i++) {
        char path[128];

        snprintf(path, sizeof path, "%s/%s", place->folder, files[i]);
        unlink(path);
    }
    rmdir(place->folder);
}

/* --- the migrated database that tests get copies of --------------------------- */

static struct test_place test_db_models[2];

static inline void test_db_remove_models(void)
{
    for (size_t i = 0; i < countof(test_db_models); i++)
        if (test_db_models[i].url[0])
            test_db_remove(&test_db_models[i]);
}

static inline const struct test_place *test_db_model(bool postgres)
{
    struct test_place *model = &test_db_models[postgres];
    struct database *database = NULL;
    struct err err = {0};

    if (model->url[0])
        return model;
    if (!test_db_models[!postgres].url[0])
        atexit(test_db_remove_models);
    test_db_make(model, postgres, NULL);
    bool ok = database_open(str(model->url), &database, &err) &&
              database_migrate(database, NULL, &err);
    CHECK_OK(ok, err);
    database_close(database);
    return model;
}

static inline void test_db_copy_file(const char *from_folder, const char *to_folder)
{
    char from[128], to[128], bytes[65536];
    size_t n;

    snprintf(from, sizeof from, "%s/a.db", from_folder);
    snprintf(to, sizeof to, "%s/a.db", to_folder);
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    if (!in || !out)
        abort();
    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
        if (fwrite(bytes, 1, n, out) != n)
            abort();
    if (fclose(in) || fclose(out))
        abort();
}

static inline void test_db_make_copy(struct test_place *place, bool postgres)
{
    const struct test_place *model = test_db_model(postgres);
    char with[100];

    snprintf(with, sizeof with, "TEMPLATE %s", model->name);
    test_db_make(place, postgres, with);
    if (!postgres)
        test_db_copy_file(model->folder, place->folder);
}

static inline void test_db_run(const char *name,
                               void (*function)(struct database *database, struct db *db),
                               bool postgres)
{
    const char *only = getenv("TEST_ONLY");
    struct test_place place;
    struct database *database = NULL;
    struct db *db = NULL;
    struct err err = {0};

    if (only && !strstr(name, only))
        return;
    test_failures_now = 0;
    test_db_make_copy(&place, postgres);
    bool ok = database_open(str(place.url), &database, &err) && db_open(database, &db, &err);
    CHECK_OK(ok, err);
    if (ok)
        function(database, db);
    db_close(db);
    database_close(database);
    test_db_remove(&place);
    if (test_failures_now)
        test_failed++;
    else
        test_passed++;
    if (test_failures_now)
        fprintf(stderr, "FAILED %s\n", name);
}

#endif
