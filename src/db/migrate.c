/*
 * migrate.c - numbered, checksummed, forward only; each in one transaction.
 *
 * A migration is one text for both databases.  Where they differ, a line
 * `-- only sqlite` or `-- only postgres` begins what is for that one, and
 * `-- both` ends it.  The checksum is of the whole file.
 */

#include "base/clock.h"
#include "base/embedded.h"
#include "base/list.h"
#include "base/log.h"
#include "db/driver.h"
#include "seal/seal.h"

#include <stdlib.h>
#include <string.h>

struct migration {
    int64_t version;
    struct str name;
    struct str checksum;
};
LIST(migrations, struct migration);

static int64_t version_of(const struct embedded *file)
{
    int64_t version = 0;
    struct str digits = str_sub(str(file->name), 0, 4);

    must(str_int(digits, &version) && version > 0);
    return version;
}

static struct str checksum_of(struct arena *arena, const struct embedded *file)
{
    return seal_sha256_hex(arena, (struct str){file->bytes, file->n});
}

static int64_t newest_known(void)
{
    int64_t newest = 0;

    for (const struct embedded *file = embedded_migrations; file->name; file++)
        newest = version_of(file);
    return newest;
}

/* --- one text, two databases ----------------------------------------------------------------
 */

char *driver_migration(const char *sql, bool postgres)
{
    char *text = strdup(sql);
    bool ours = true;

    must(text);
    for (char *line = text; *line;) {
        size_t n = strcspn(line, "\n");
        struct str words = str_trim((struct str){line, n});
        if (str_eq(words, STR("-- only sqlite")))
            ours = !postgres;
        else if (str_eq(words, STR("-- only postgres")))
            ours = postgres;
        else if (str_eq(words, STR("-- both")))
            ours = true;
        else if (!ours)
            memset(line, ' ', n); /* lines keep their numbers, for messages */
        line += n + (line[n] == '\n');
    }
    return text;
}

/* --- what is there ------------------------------------------------------------------------ */

static bool table_exists(struct db *db, struct arena *arena, bool *exists, struct err *err)
{
    struct db_rows rows;

    db_select_values(db, arena, &rows, db->database->driver->table_exists,
                     DB_VALUES(TEXT(STR("schema_migrations"))));
    while (db_next(&rows))
        *exists = db_int(&rows, 0) > 0;
    return db_done(&rows, err);
}

static bool load(struct db *db, struct arena *arena, struct migrations *out, struct err *err)
{
    struct db_rows rows;
    bool exists = false;

    if (!table_exists(db, arena, &exists, err))
        return false;
    if (!exists)
        return true;
    db_select(db, arena, &rows,
              "SELECT version, name, checksum FROM schema_migrations ORDER BY version");
    while (db_next(&rows))
        *migrations_add(out, arena) = (struct migration){
            .version = db_int(&rows, 0),
            .name = db_text(&rows, 1),
            .checksum = db_text(&rows, 2),
        };
    return db_done(&rows, err);
}

/* What is applied must be what we know, from the first on. */
static bool compare(struct arena *arena, const struct migrations *present, struct err *err)
{
    const struct embedded *file = embedded_migrations;

    for (size_t i = 0; i < present->n; i++, file++) {
        const struct migration *m = &present->at[i];
        if (!file->name) {
            err_set(err, ERR_CONFLICT,
                    "the database is at version %lld, newer than this program (%lld)",
                    (long long)present->at[present->n - 1].version, (long long)newest_known());
            return err_hint(err,
                            "start the newer program, or restore a backup that fits this one");
        }
        if (m->version != version_of(file) || !str_eq(m->checksum, checksum_of(arena, file))) {
            err_set(err, ERR_CONFLICT, "migration %s differs from what was applied as " STR_FMT,
                    file->name, STR_ARG(m->name));
            return err_hint(err,
                            "use the program that made this database, or a fresh database");
        }
    }
    return true;
}

/* --- moving forward ------------------------------------------------------------------------
 */

static bool record(struct db *db, struct arena *arena, const struct embedded *file,
                   struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO schema_migrations (version, name, checksum, applied_ms)"
                  " VALUES ($1, $2, $3, $4)",
                  INT(version_of(file)), TEXT(str(file->name)), TEXT(checksum_of(arena, file)),
                  INT(clock_wall_ms()));
}

static bool apply(struct db *db, const struct embedded *file, struct err *err)
{
    const struct driver *driver = db->database->driver;
    char *text = driver_migration(file->bytes, db_is_postgres(db));
    bool ok = driver->script(db, text, err);

    free(text);
    return ok || err_while(err, "applying migration %s", file->name);
}

/* Inside a transaction: apply the first missing migration, if any; *more when one was. */
static bool step(struct db *db, struct arena *arena, bool *more, struct err *err)
{
    static const char table[] = "CREATE TABLE IF NOT EXISTS schema_migrations ("
                                " version BIGINT PRIMARY KEY,"
                                " name TEXT NOT NULL,"
                                " checksum TEXT NOT NULL,"
                                " applied_ms BIGINT NOT NULL)";
    const struct driver *driver = db->database->driver;
    struct migrations present = {0};

    if (driver->lock_schema && !driver->script(db, driver->lock_schema, err))
        return false;
    if (!driver->script(db, table, err) || !load(db, arena, &present, err) ||
        !compare(arena, &present, err))
        return false;
    const struct embedded *file = &embedded_migrations[present.n];
    *more = file->name;
    if (*more) {
        if (!apply(db, file, err) || !record(db, arena, file, err))
            return false;
        log_debug("db.migrated", LOG_CSTR("migration", file->name));
    }
    return driver->secure(db, err);
}

/* On a handle of its own: what it has cached may not fit the tables any more. */
static bool one_step(struct database *database, bool *more, struct err *err)
{
    struct arena *arena = arena_new("migration");
    struct db *db = NULL;
    bool ok = driver_owner_open(database, &db, err) && db_begin(db, err);

    if (ok) {
        ok = step(db, arena, more, err);
        ok = db_end(db, ok, err);
    }
    db_close(db);
    arena_free(arena);
    return ok;
}

bool database_migrate(struct database *database, int *applied, struct err *err)
{
    bool more = true;
    bool ok = true;
    int count = 0;

    while (ok && more) {
        ok = one_step(database, &more, err);
        count += ok && more;
    }
    if (applied)
        *applied = count;
    return ok;
}

bool database_versions(struct database *database, int *known, int *present, struct err *err)
{
    struct arena *arena = arena_new("versions");
    struct migrations there = {0};
    struct db *db = NULL;
    bool ok = driver_owner_open(database, &db, err) && load(db, arena, &there, err);

    if (ok) {
        *known = (int)newest_known();
        *present = there.n ? (int)there.at[there.n - 1].version : 0;
    }
    db_close(db);
    arena_free(arena);
    return ok;
}

bool database_check(struct database *database, struct err *err)
{
    struct arena *arena = arena_new("versions");
    struct migrations there = {0};
    struct db *db = NULL;
    bool ok = driver_owner_open(database, &db, err) && load(db, arena, &there, err) &&
              compare(arena, &there, err);

    if (ok && embedded_migrations[there.n].name) {
        ok = err_set(err, ERR_CONFLICT,
                     "the database is at version %lld, the program needs %lld",
                     there.n ? (long long)there.at[there.n - 1].version : 0LL,
                     (long long)newest_known());
        err_hint(err, "run `adwright migrate` once");
    }
    db_close(db);
    arena_free(arena);
    return ok && database->driver->check(database, err);
}
