/* installation_db.c - values of the installation; the only file that knows its table. */

#include "base/arena.h"
#include "db/db.h"

bool db_installation_get(struct db *db, struct arena *arena, struct str name, struct str *out,
                         struct err *err)
{
    struct db_rows rows;
    struct str value = STR("");

    db_select(db, arena, &rows, "SELECT value FROM installation WHERE name = $1", TEXT(name));
    while (db_next(&rows))
        value = db_text(&rows, 0);
    if (!db_done(&rows, err))
        return false;
    *out = value;
    return true;
}

bool db_installation_set(struct db *db, struct str name, struct str value, struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO installation (name, value) VALUES ($1, $2)"
                  " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                  TEXT(name), TEXT(value));
}

bool db_installation_claim(struct db *db, struct str name, struct str value, bool *mine,
                           struct err *err)
{
    int64_t n = 0;

    if (!db_run(db, &n, err,
                "INSERT INTO installation (name, value) VALUES ($1, $2)"
                " ON CONFLICT (name) DO NOTHING",
                TEXT(name), TEXT(value)))
        return false;
    *mine = n > 0;
    return true;
}
