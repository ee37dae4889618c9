/* db/: one face over both databases. */
#include "base/arena.h"
#include "test_db.h"

static struct arena *arena;

static bool add_org(struct db *db, const char *id, struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO orgs (org_id, name, country, currency, created_ms)"
                  " VALUES ($1, $2, $3, $4, $5)",
                  TEXT(str(id)), TEXT(STR("Алматы")), TEXT(STR("KZ")), TEXT(STR("KZT")),
                  INT(7));
}

static int64_t count_orgs(struct db *db)
{
    struct db_rows rows;
    struct err err = {0};
    int64_t n = -1;

    db_select(db, arena, &rows, "SELECT count(*) FROM orgs");
    while (db_next(&rows))
        n = db_int(&rows, 0);
    CHECK_OK(db_done(&rows, &err), err);
    return n;
}

static void reads_back_what_was_written(struct database *database, struct db *db)
{
    struct db_rows rows;
    struct err err = {0};
    int64_t changed = 0;
    int seen = 0;

    (void)database;
    db_scope(db, STR("o1"));
    CHECK_OK(add_org(db, "o1", &err), err);
    db_select(db, arena, &rows,
              "SELECT name, created_ms, CAST(created_ms AS DOUBLE PRECISION) / 2, NULL, country"
              " FROM orgs WHERE org_id = $2 AND created_ms < $1",
              INT(INT64_MAX), TEXT(STR("o1")));
    while (db_next(&rows)) {
        seen++;
        CHECK(str_eq(db_text(&rows, 0), STR("Алматы")), "text");
        CHECK(db_int(&rows, 1) == 7, "integer");
        CHECK(db_real(&rows, 2) == 3.5, "real");
        CHECK(db_null(&rows, 3) && db_int(&rows, 3) == 0 && db_text(&rows, 3).n == 0, "null");
    }
    CHECK_OK(db_done(&rows, &err), err);
    CHECK(seen == 1, "%d rows", seen);
    CHECK_OK(db_run(db, &changed, &err, "UPDATE orgs SET name = $1 WHERE org_id = $2",
                    TEXT(STR("x")), TEXT(STR("o1"))),
             err);
    CHECK(changed == 1, "%d changed", (int)changed);
}

static void a_transaction_is_all_or_nothing(struct database *database, struct db *db)
{
    struct err err = {0};

    (void)database;
    db_scope_system(db);
    CHECK_OK(db_begin(db, &err), err);
    bool ok = add_org(db, "a", &err) && add_org(db, "b", &err);
    CHECK(count_orgs(db) == 2, "seen inside");
    CHECK(!db_end(db, false, &err), "rolled back");
    CHECK(count_orgs(db) == 0, "gone");
    CHECK_OK(db_begin(db, &err), err);
    ok = ok && add_org(db, "a", &err) && add_org(db, "b", &err);
    CHECK_OK(db_end(db, ok, &err), err);
    CHECK(count_orgs(db) == 2, "there");
}

static void a_failed_transaction_runs_nothing_more(struct database *database, struct db *db)
{
    struct err err = {0};

    (void)database;
    db_scope_system(db);
    CHECK_OK(db_begin(db, &err), err);
    CHECK_OK(add_org(db, "a", &err), err);
    CHECK(!add_org(db, "a", &err) && err.kind == ERR_CONFLICT, "unique key: %s", err.text);
    CHECK(!add_org(db, "b", &err), "refused after a failure");
    CHECK(!db_end(db, true, &err), "cannot be committed");
    CHECK(count_orgs(db) == 0, "nothing stored");
}

int main(void)
{
    arena = arena_new("test");
    RUN_ON_DATABASES(reads_back_what_was_written);
    RUN_ON_DATABASES(a_transaction_is_all_or_nothing);
    RUN_ON_DATABASES(a_failed_transaction_runs_nothing_more);
    arena_free(arena);
    return test_report();
}
