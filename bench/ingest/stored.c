/* stored - how many webhook deliveries a database holds:  stored DB_URL */
#include "base/arena.h"
#include "base/log.h"
#include "db/db.h"
#include "seal/seal.h"

#include <stdio.h>

static bool count(struct database *database, int64_t *n, struct err *err)
{
    struct arena *arena = arena_new("stored");
    struct db_rows rows;
    struct db *db;

    if (!db_open(database, &db, err))
        return false;
    db_scope_system(db);
    db_select(db, arena, &rows, "SELECT count(*) FROM webhook_deliveries");
    while (db_next(&rows))
        *n = db_int(&rows, 0);
    bool ok = db_done(&rows, err);
    db_close(db);
    arena_free(arena);
    return ok;
}

int main(int argc, char **argv)
{
    struct database *database;
    struct err err = {0};
    int64_t n = 0;

    log_setup(LOG_ERROR, 1);
    if (argc != 2 || !seal_setup(&err) || !database_open(str(argv[1]), &database, &err) ||
        !count(database, &n, &err)) {
        fprintf(stderr, "stored: %s\n", err.text);
        return 1;
    }
    printf("%lld\n", (long long)n);
    database_close(database);
    return 0;
}
