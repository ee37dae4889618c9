/* postgres_result.c - what the server answers: rows, and errors by their SQLSTATE. */

#include "base/limits.h"
#include "base/log.h"
#include "db/postgres_parts.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OID_BOOL = 16, OID_BYTEA = 17 };

/* --- errors ---------------------------------------------------------------------------------
 */

/* Class 08, and what a server says that shuts down or is not the primary any more. */
static bool goes_away(const char *state)
{
    static const char *const states[] = {"57P01", "57P02", "57P03", "57P05", "25006", "25P03"};

    for (size_t i = 0; i < countof(states); i++)
        if (strcmp(state, states[i]) == 0)
            return true;
    return strncmp(state, "08", 2) == 0;
}

static bool worth_repeating(const char *state)
{
    return strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0 ||
           strcmp(state, "55P03") == 0;
}

static enum err_kind kind_of(const char *state)
{
    if (strcmp(state, "23505") == 0)
        return ERR_CONFLICT;
    if (strcmp(state, "22021") == 0)
        return ERR_INVALID;
    if (worth_repeating(state) || goes_away(state) || strcmp(state, "57014") == 0 ||
        strncmp(state, "53", 2) == 0)
        return ERR_BUSY;
    return ERR_BROKEN;
}

static void hint_of(const char *state, struct err *err)
{
    if (strcmp(state, "53100") == 0)
        err_hint(err,
                 "the database server's disk is full: free some space; nothing was stored");
    else if (strcmp(state, "53300") == 0)
        err_hint(err, "raise max_connections of the server, or lower workers and job_workers");
    else if (strcmp(state, "57014") == 0)
        err_hint(err, "the statement took longer than %d s", LIMIT_STATEMENT_MS / 1000);
    else if (strcmp(state, "42501") == 0)
        err_hint(err, "a row of another org, or a table this role may not use");
}

static struct str first_line(const char *text)
{
    struct str s = str(text);

    return str_trim(str_cut(&s, '\n'));
}

/* Without the server's DETAIL: it quotes values, possibly another org's. */
void outcome_of_error(struct outcome *outcome, const PGresult *error, PGconn *connection)
{
    const char *state = error ? PQresultErrorField(error, PG_DIAG_SQLSTATE) : NULL;
    struct err *err = &outcome->err;

    if (!state) {
        struct str text = first_line(PQerrorMessage(connection));
        outcome->state = OUTCOME_LOST;
        err_set(err, ERR_BUSY, "the connection to the database broke: " STR_FMT, STR_ARG(text));
        return;
    }
    struct str text = str(PQresultErrorField(error, PG_DIAG_MESSAGE_PRIMARY));
    err_set(err, kind_of(state), "the database said: " STR_FMT " (PostgreSQL %s)",
            STR_ARG(text), state);
    hint_of(state, err);
    /* Another process has migrated. */
    if (strcmp(state, "0A000") == 0 && str_has(text, STR("cached plan"))) {
        err->kind = ERR_BUSY;
        outcome->stale = outcome->again = true;
        outcome->state = OUTCOME_FAILED;
        return;
    }
    outcome->state = goes_away(state) ? OUTCOME_LOST : OUTCOME_FAILED;
    outcome->told = true;
    outcome->again = worth_repeating(state);
}

/* --- rows ------------------------------------------------------------------------------------
 */

static void clear(void *arg)
{
    PQclear(arg);
}

static void keep_bytes(struct cell *cell, struct arena *arena, const char *escaped)
{
    size_t n = 0;
    unsigned char *bytes = PQunescapeBytea((const unsigned char *)escaped, &n);

    must(bytes);
    cell->type = DB_BYTES;
    cell->text = str_dup(arena, (struct str){(const char *)bytes, n}).p;
    cell->n = (uint32_t)n;
    PQfreemem(bytes);
}

/* Numbers stay text until someone asks. */
static void keep_cell(struct cell *cell, struct arena *arena, const PGresult *rows, int row,
                      int column)
{
    const char *text = PQgetvalue(rows, row, column);

    if (PQgetisnull(rows, row, column))
        return;
    if (PQftype(rows, column) == OID_BOOL) {
        cell->type = DB_INT;
        cell->integer = text[0] == 't';
    } else if (PQftype(rows, column) == OID_BYTEA) {
        keep_bytes(cell, arena, text);
    } else {
        cell->type = DB_TEXT;
        cell->text = text;
        cell->n = (uint32_t)PQgetlength(rows, row, column);
    }
}

void keep_rows(PGresult *rows, struct result *result)
{
    if (!result->arena) {
        PQclear(rows);
        return;
    }
    arena_defer(result->arena, clear, rows);
    result->columns = PQnfields(rows);
    for (int i = 0; i < PQntuples(rows); i++) {
        struct row *row = result_row(result);
        for (int column = 0; column < result->columns; column++)
            keep_cell(&row->cells[column], result->arena, rows, i, column);
    }
}
