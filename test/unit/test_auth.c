/* auth/: people, roles, sessions, keys, the audit chain; on both databases. */
#include "auth/audit.h"
#include "auth/auth.h"
#include "auth/auth_db.h"
#include "base/clock.h"
#include "seal/seal.h"
#include "test.h"
#include "test_db.h"

static struct arena *a;

static struct str add_org(struct db *db, const char *name)
{
    struct str id = {0};
    struct err err = {0};

    db_scope_system(db);
    CHECK(org_add(db, a, str(name), STR("kz"), STR("kzt"), &id, &err), "%s", err.text);
    return id;
}

static struct visitor *from(const char *address)
{
    struct visitor *visitor = NEW(a, struct visitor);

    visitor->address = str(address);
    visitor->agent = STR("Browser/1.0");
    return visitor;
}

static struct str add_user(struct db *db, struct str org, const char *email, const char *role)
{
    struct str id = {0};
    struct err err = {0};

    CHECK(user_add(db, a, org, str(email), STR("correct horse"), str(role), &id, &err), "%s",
          err.text);
    return id;
}

static const struct {
    const char *email, *password, *role, *field;
} refused_users[] = {
    {"not an address", "correct horse", "owner", "email"},
    {"a@example.com", "short", "owner", "password"},
    {"a@example.com", "PASSWORD", "owner", "password"},
    {"a@example.com", "correct horse", "king", "role"},
};

static void people_are_checked(struct database *database, struct db *db)
{
    struct err err = {0};
    struct str id;

    (void)database;
    a = arena_new("test");
    struct str org = add_org(db, "Org");
    for (size_t i = 0; i < countof(refused_users); i++) {
        bool ok =
            user_add(db, a, org, str(refused_users[i].email), str(refused_users[i].password),
                     str(refused_users[i].role), &id, &err);
        CHECK(!ok && err.kind == ERR_INVALID, "case %zu", i);
        CHECK(strcmp(err.field, refused_users[i].field) == 0, "case %zu: %s", i, err.field);
        CHECK(err.hint[0], "case %zu has no way out", i);
    }
    add_user(db, org, " Owner@Example.com ", "owner");
    bool again = user_add(db, a, org, STR("owner@example.com"), STR("correct horse"),
                          STR("owner"), &id, &err);
    CHECK(!again && err.kind == ERR_CONFLICT, "the same person twice: %s", err.text);
    CHECK(!org_add(db, a, STR("x"), STR("KZ"), STR("XXQ"), &id, &err) &&
              strcmp(err.field, "currency") == 0,
          "%s", err.text);
    arena_free(a);
}

static void sign_in_is_throttled_and_tells_nothing(struct database *database, struct db *db)
{
    struct err wrong = {0}, unknown = {0}, err = {0};
    struct session session;

    (void)database;
    a = arena_new("test");
    struct str org = add_org(db, "Org");
    add_user(db, org, "owner@example.com", "owner");
    db_scope_system(db);
    CHECK(!session_sign_in(db, a, STR("owner@example.com"), STR("no"), from("10.0.0.1"),
                           &session, &wrong),
          "wrong password");
    CHECK(!session_sign_in(db, a, STR("nobody@example.com"), STR("no"), from("10.0.0.1"),
                           &session, &unknown),
          "unknown person");
    CHECK(strcmp(wrong.text, unknown.text) == 0 && wrong.kind == unknown.kind, "%s / %s",
          wrong.text, unknown.text);
    CHECK(session_sign_in(db, a, STR("OWNER@example.com"), STR("correct horse"),
                          from("10.0.0.1"), &session, &err),
          "%s", err.text);
    CHECK(str_eq(session.org_id, org), "the org of the membership");
    for (int i = 0; i < 5; i++)
        CHECK(!session_sign_in(db, a, STR("owner@example.com"), STR("no"), from("10.0.0.2"),
                               &session, &err),
              "wrong %d", i);
    CHECK(!session_sign_in(db, a, STR("owner@example.com"), STR("correct horse"),
                           from("10.0.0.3"), &session, &err) &&
              err.kind == ERR_BUSY,
          "the door is closed: %s", err.text);
    int64_t now_ms = clock_wall_ms();
    clock_set_wall(now_ms + 16 * 60 * 1000);
    CHECK(session_sign_in(db, a, STR("owner@example.com"), STR("correct horse"),
                          from("10.0.0.3"), &session, &err),
          "open again: %s", err.text);
    arena_free(a);
}

static void a_key_is_stored_as_hash_and_dies_when_revoked(struct database *database,
                                                          struct db *db)
{
    struct str id, key, org_of_key;
    struct key_row row;
    struct err err = {0};
    bool found, changed;

    (void)database;
    a = arena_new("test");
    struct str org = add_org(db, "Org");
    struct str other = add_org(db, "Other");
    CHECK(api_key_add(db, a, org, STR("robot"), CAN_READ, STR("cli"), &id, &key, &err), "%s",
          err.text);
    db_scope_system(db);
    CHECK(key_by_hash(db, a, seal_sha256_hex(a, key), &found, &org_of_key, &row, &err) && found,
          "%s", err.text);
    CHECK(str_eq(org_of_key, org) && row.rights == CAN_READ, "whose and what");
    CHECK(key_by_hash(db, a, key, &found, &org_of_key, &row, &err) && !found,
          "the text itself is not in the table");
    db_scope(db, other);
    CHECK(key_revoke(db, id, 1, &changed, &err) && !changed, "another org cannot revoke it");
    db_scope(db, org);
    CHECK(key_revoke(db, id, 1, &changed, &err) && changed, "%s", err.text);
    arena_free(a);
}

static bool write_line(struct db *db, struct err *err)
{
    struct audit_entry entry = {.actor = STR("user:x"),
                                .action = "thing.change",
                                .object_id = STR("42"),
                                .after = STR("{\"a\":1}")};

    if (!db_begin(db, err))
        return false;
    return db_end(db, audit_add(db, a, &entry, err), err);
}

static void the_audit_chain_notices_a_changed_line(struct database *database, struct db *db)
{
    struct err err = {0};
    struct audit_lines lines = {0};
    int64_t broken_at, changed;
    bool intact;

    (void)database;
    a = arena_new("test");
    struct str org = add_org(db, "Org");
    struct str other = add_org(db, "Other");
    db_scope(db, org);
    for (int i = 0; i < 5; i++)
        CHECK(write_line(db, &err), "%s", err.text);
    CHECK(audit_verify(db, a, &intact, &broken_at, &err) && intact, "whole: %s", err.text);
    CHECK(audit_list(db, a, &(struct audit_filter){0}, 200, &lines, &(int64_t){0}, &err) &&
              lines.n == 6,
          "org.add and five: %zu", lines.n);
    CHECK(lines.at[0].sequence == 6, "numbered without holes");
    CHECK(db_run(
              db, &changed, &err,
              "UPDATE audit_log SET actor = 'somebody else' WHERE org_id = $1 AND sequence = 3",
              TEXT(org)) &&
              changed == 1,
          "%s", err.text);
    CHECK(audit_verify(db, a, &intact, &broken_at, &err) && !intact && broken_at == 3,
          "broken at %d", (int)broken_at);
    db_scope(db, other);
    lines = (struct audit_lines){0};
    CHECK(audit_list(db, a, &(struct audit_filter){0}, 200, &lines, &(int64_t){0}, &err) &&
              lines.n == 1,
          "another org's log is its own");
    arena_free(a);
}

/* Everything or nothing, for a failure at each statement in turn. */
static void org_and_user_are_whole_or_absent(struct database *database, struct db *db)
{
    struct err err = {0};
    struct str id;

    a = arena_new("test");
    for (int k = 1; k < 20; k++) {
        struct org_rows before = {0}, after = {0};
        db_scope_system(db);
        CHECK(org_list(db, a, &before, &err), "%s", err.text);
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ok = org_add(db, a, STR("Whole"), STR("KZ"), STR("KZT"), &id, &err);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        CHECK(org_list(db, a, &after, &err), "%s", err.text);
        CHECK(after.n == before.n + (ok ? 1 : 0), "statement %d", k);
        for (size_t i = 0; i < after.n; i++) {
            int64_t broken_at;
            bool intact;
            db_scope(db, after.at[i].org_id);
            CHECK(audit_verify(db, a, &intact, &broken_at, &err) && intact, "statement %d", k);
        }
        if (ok)
            break;
        CHECK(k < 19, "never succeeded");
    }
    arena_free(a);
}

int main(void)
{
    struct err err = {0};

    if (!seal_setup(&err))
        return 1;
    RUN_ON_DATABASES(people_are_checked);
    RUN_ON_DATABASES(sign_in_is_throttled_and_tells_nothing);
    RUN_ON_DATABASES(a_key_is_stored_as_hash_and_dies_when_revoked);
    RUN_ON_DATABASES(the_audit_chain_notices_a_changed_line);
    RUN_ON_DATABASES(org_and_user_are_whole_or_absent);
    return test_report();
}
