/*
 * postgres_roles.c - what the server must be like, and row-level security.
 *
 * Tables belong to the role that migrates; the program works as adwright_app,
 * which may read and write rows and nothing else, and sees the rows of one org:
 * the one that the transaction names.  Where the role cannot be made (a server
 * without CREATEROLE), the connecting role is bound by the same policies,
 * because they are FORCEd; but it must not be one that passes them by.
 */

#include "db/postgres_parts.h"

#include <stdlib.h>
#include <string.h>

static const char app_role[] = "adwright_app";

static bool one_row(struct session *session, struct arena *arena, const char *sql,
                    struct db_rows *rows, struct err *err)
{
    struct result *result = NEW(arena, struct result);
    struct ask ask = {.sql = sql};

    result->arena = arena;
    if (!session_queue_ask(session, &ask, result, err))
        return false;
    struct outcome outcome = session_wait(session);
    if (outcome.state != OUTCOME_DONE) {
        *err = outcome.err;
        return false;
    }
    *rows = (struct db_rows){.arena = arena, .impl = result};
    must(db_next(rows));
    return true;
}

/* --- the server's settings ------------------------------------------------------------------
 */

static bool refuse_if_off(struct db_rows *rows, int column, const char *name, struct err *err)
{
    if (!str_eq(db_text(rows, column), STR("off")))
        return true;
    err_set(err, ERR_CONFLICT,
            "PostgreSQL runs with %s = off: a crash would lose what was answered", name);
    return err_hint(err, "set %s = on in postgresql.conf and restart the server", name);
}

bool roles_settings(struct session *session, struct err *err)
{
    struct arena *arena = arena_new("server settings");
    struct db_rows rows;
    bool ok =
        one_row(session, arena,
                "SELECT current_setting('fsync'), current_setting('full_page_writes'),"
                " current_setting('synchronous_commit'), current_setting('server_encoding')",
                &rows, err) &&
        refuse_if_off(&rows, 0, "fsync", err) &&
        refuse_if_off(&rows, 1, "full_page_writes", err) &&
        refuse_if_off(&rows, 2, "synchronous_commit", err);

    if (ok && !str_eq(db_text(&rows, 3), STR("UTF8"))) {
        ok = err_set(err, ERR_CONFLICT, "the database is not encoded in UTF8");
        err_hint(err, "make it with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0");
    }
    arena_free(arena);
    return ok;
}

/* --- the role we work as
 * ------------------------------------------------------------------------ */

bool roles_choose(struct session *session, struct err *err)
{
    enum { NAME, PASSES_BY, APP_OURS, APP_PASSES_BY };
    struct arena *arena = arena_new("roles");
    struct db_rows rows;
    bool ok = one_row(session, arena,
                      "SELECT me.rolname, me.rolsuper OR me.rolbypassrls,"
                      " coalesce(pg_has_role(me.oid, app.oid, 'MEMBER'), false),"
                      " coalesce(app.rolsuper OR app.rolbypassrls, false)"
                      " FROM pg_roles me LEFT JOIN pg_roles app ON app.rolname = 'adwright_app'"
                      " WHERE me.rolname = session_user",
                      &rows, err);

    if (ok && db_int(&rows, APP_OURS)) {
        session->role = app_role;
        if (db_int(&rows, APP_PASSES_BY)) {
            ok = err_set(err, ERR_CONFLICT, "the role %s passes row-level security by",
                         app_role);
            err_hint(err, "ALTER ROLE %s NOSUPERUSER NOBYPASSRLS", app_role);
        }
    } else if (ok && db_int(&rows, PASSES_BY)) {
        ok = err_set(err, ERR_CONFLICT,
                     "the role " STR_FMT
                     " passes row-level security by, and there is no role %s",
                     STR_ARG(db_text(&rows, NAME)), app_role);
        err_hint(err, "run `adwright migrate` with this role, or connect with a plain one");
    }
    arena_free(arena);
    return ok;
}

/* --- after migrations
 * ------------------------------------------------------------------------------ */

/* Make what is missing; what is there is left alone, so no table is locked for nothing.  The
 * settings are read in subqueries, once a statement: asked of each row they took a third of
 * the time of a report. Policies of earlier versions did so, and are altered. */
static const char secure_tables[] =
    "DO $do$\n"
    "DECLARE t record;\n"
    "  ours CONSTANT text := $p$USING (org_id ="
    " (SELECT nullif(current_setting('app.org_id', true), ''))"
    " OR (SELECT current_setting('app.system', true)) = 'on')$p$;\n"
    "BEGIN\n"
    "  FOR t IN SELECT c.oid, c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS "
    "on,\n"
    "        (SELECT pg_get_expr(p.polqual, p.polrelid) FROM pg_policy p"
    " WHERE p.polrelid = c.oid AND p.polname = 'own_org') AS policy\n"
    "      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id'\n"
    "      WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace "
    "LOOP\n"
    "    IF NOT t.on THEN\n"
    "      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t.name);\n"
    "      EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t.name);\n"
    "    END IF;\n"
    "    IF t.policy IS NULL THEN\n"
    "      EXECUTE format('CREATE POLICY own_org ON %I ', t.name) || ours ||\n"
    "        $p$ WITH CHECK (org_id = nullif(current_setting('app.org_id', true), '')\n"
    "               OR current_setting('app.system', true) = 'on')$p$;\n"
    "    ELSIF t.policy NOT LIKE '%SELECT%' THEN\n"
    "      EXECUTE format('ALTER POLICY own_org ON %I ', t.name) || ours;\n"
    "    END IF;\n"
    "  END LOOP;\n"
    "END $do$";

/* Text sorts by bytes on both databases, whatever the locale of this one. */
static const char sort_by_bytes[] =
    "DO $do$\n"
    "DECLARE c record;\n"
    "BEGIN\n"
    "  IF (SELECT datlocprovider = 'c' AND datcollate IN ('C', 'POSIX') FROM pg_database\n"
    "      WHERE datname = current_database()) THEN RETURN; END IF;\n"
    "  FOR c IN SELECT t.relname AS tab, a.attname AS col\n"
    "      FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid\n"
    "      WHERE t.relkind IN ('r', 'p') AND t.relnamespace = current_schema()::regnamespace\n"
    "        AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'text'::regtype\n"
    "        AND a.attcollation <> '\"C\"'::regcollation LOOP\n"
    "    EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE text COLLATE \"C\"', c.tab, "
    "c.col);\n"
    "  END LOOP;\n"
    "END $do$";

static const char make_role[] =
    "DO $do$\n"
    "BEGIN\n"
    "  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'adwright_app') THEN\n"
    "    BEGIN\n"
    "      CREATE ROLE adwright_app NOLOGIN NOBYPASSRLS;\n"
    "    EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN "
    "NULL;\n"
    "    END;\n"
    "  END IF;\n"
    "  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'adwright_app') THEN RETURN; END "
    "IF;\n"
    "  IF NOT pg_has_role(session_user, 'adwright_app', 'MEMBER') THEN\n"
    "    BEGIN\n"
    "      EXECUTE format('GRANT adwright_app TO %I', session_user);\n"
    "    EXCEPTION WHEN insufficient_privilege THEN NULL;\n"
    "    END;\n"
    "  END IF;\n"
    "  EXECUTE format('GRANT USAGE ON SCHEMA %I TO adwright_app', current_schema());\n"
    "  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I'\n"
    "                 ' TO adwright_app', current_schema());\n"
    "  REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM adwright_app;\n"
    "END $do$";

bool roles_secure(struct db *db, struct err *err)
{
    const struct driver *driver = db->database->driver;

    /* Collations first: a column that a policy names cannot be altered any more. */
    return driver->script(db, sort_by_bytes, err) && driver->script(db, secure_tables, err) &&
           driver->script(db, make_role, err);
}

/* --- at start-up
 * ------------------------------------------------------------------------------------- */

/* RLS is proved, not configured: without a scope nobody may see a row of any tenant table. */
static const char prove[] =
    "DO $do$\n"
    "DECLARE t record; seen bigint;\n"
    "BEGIN\n"
    "  FOR t IN SELECT c.relname AS name FROM pg_class c\n"
    "      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id'\n"
    "      WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace "
    "LOOP\n"
    "    EXECUTE format('SELECT count(*) FROM (SELECT FROM %I LIMIT 1) s', t.name) INTO seen;\n"
    "    IF seen > 0 OR NOT (SELECT relrowsecurity AND relforcerowsecurity FROM pg_class\n"
    "        WHERE relname = t.name AND relnamespace = current_schema()::regnamespace) THEN\n"
    "      RAISE 'rows of % are visible without an org', t.name;\n"
    "    END IF;\n"
    "  END LOOP;\n"
    "END $do$";

bool roles_check(struct database *database, struct err *err)
{
    struct db *db = NULL;

    if (!db_open(database, &db, err))
        return false;
    bool ok = db_begin(db, err);
    if (ok) {
        ok = database->driver->script(db, prove, err);
        if (!ok)
            err_hint(err, "run `adwright migrate`: it puts row-level security in place");
        ok = db_end(db, ok, err);
    }
    db_close(db);
    return ok;
}
