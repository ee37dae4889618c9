/* workflow_db.c - the only file that knows the tables of workflows and their steps. */

#include "base/clock.h"
#include "base/random.h"
#include "job/job_parts.h"
#include "job/workflow_parts.h"

#include <string.h>

/* --- adding ----------------------------------------------------------------------------------
 */

static bool insert(struct db *db, const char *kind, struct str id, struct str request_key,
                   struct str input, int64_t *changed, struct err *err)
{
    return db_run(db, changed, err,
                  "INSERT INTO workflows (org_id, workflow_id, kind, request_key, state, input,"
                  "                       created_ms, updated_ms)"
                  " VALUES ($1, $2, $3, $4, 'running', $5, $6, $6)"
                  " ON CONFLICT (org_id, kind, request_key) WHERE request_key <> '' DO NOTHING",
                  TEXT(db_scope_org(db)), TEXT(id), TEXT(str(kind)), TEXT(request_key),
                  TEXT(input), INT(clock_wall_ms()));
}

static bool find_by_key(struct db *db, struct arena *arena, const char *kind,
                        struct str request_key, struct str *id, struct err *err)
{
    struct db_rows rows;
    bool found = false;

    db_select(db, arena, &rows,
              "SELECT workflow_id FROM workflows"
              " WHERE org_id = $1 AND kind = $2 AND request_key = $3",
              TEXT(db_scope_org(db)), TEXT(str(kind)), TEXT(request_key));
    while (db_next(&rows)) {
        *id = db_text(&rows, 0);
        found = true;
    }
    return db_done(&rows, err) &&
           (found || err_set(err, ERR_BUSY,
                             "the workflow that has this request key is just "
                             "being removed: the same call may work later"));
}

static bool add(struct db *db, struct arena *arena, const char *kind, struct str request_key,
                struct str input, const char *job_kind, struct str *id, bool *added,
                struct err *err)
{
    struct str new_id = id_new(arena);
    int64_t changed = 0;

    if (!insert(db, kind, new_id, request_key, input, &changed, err))
        return false;
    *added = changed == 1;
    if (!*added)
        return find_by_key(db, arena, kind, request_key, id, err);
    *id = new_id;
    return !job_kind || job_add(db,
                                &(struct job_wish){
                                    .kind = job_kind,
                                    .args = str_fmt(arena, "{\"workflow_id\":\"" STR_FMT "\"}",
                                                    STR_ARG(new_id)),
                                    .unique_key = new_id,
                                },
                                NULL, err);
}

bool workflow_add(struct db *db, struct arena *arena, const char *kind, struct str request_key,
                  struct str input, const char *job_kind, struct str *id, bool *added,
                  struct err *err)
{
    bool own = !db_in_transaction(db);
    bool is_new = false;

    if (own && !db_begin(db, err))
        return false;
    bool ok = add(db, arena, kind, request_key, input, job_kind, id, &is_new, err);
    if (own)
        ok = db_end(db, ok, err);
    if (ok && added)
        *added = is_new;
    return ok;
}

/* --- reading
 * ----------------------------------------------------------------------------------- */

bool workflow_load(struct job *job, struct str id, struct workflow *out, struct err *err)
{
    struct db_rows rows;
    bool found = false;

    db_select(job->db, job->arena, &rows,
              "SELECT kind, state, input FROM workflows WHERE org_id = $1 AND workflow_id = $2",
              TEXT(job->org_id), TEXT(id));
    while (db_next(&rows)) {
        *out = (struct workflow){
            .id = str_dup(job->arena, id),
            .kind = db_text(&rows, 0),
            .state = db_text(&rows, 1),
            .input = db_text(&rows, 2),
            .db = job->db,
            .arena = job->arena,
            .job = job,
        };
        found = true;
    }
    return db_done(&rows, err) &&
           (found || err_set(err, ERR_NOT_FOUND, "there is no workflow " STR_FMT, STR_ARG(id)));
}

static bool list_steps(struct db *db, struct arena *arena, struct str id,
                       struct workflow_step_views *out, struct err *err)
{
    struct db_rows rows;

    db_select(
        db, arena, &rows,
        "SELECT name, state, request, result, error_json, attempt, started_ms, finished_ms"
        " FROM workflow_steps WHERE org_id = $1 AND workflow_id = $2 ORDER BY position",
        TEXT(db_scope_org(db)), TEXT(id));
    while (db_next(&rows))
        *workflow_step_views_add(out, arena) = (struct workflow_step_view){
            .name = db_text(&rows, 0),
            .state = db_text(&rows, 1),
            .request = db_text(&rows, 2),
            .result = db_text(&rows, 3),
            .error_json = db_text(&rows, 4),
            .attempt = db_int(&rows, 5),
            .started_ms = db_int(&rows, 6),
            .finished_ms = db_int(&rows, 7),
        };
    return db_done(&rows, err);
}

bool workflow_get(struct db *db, struct arena *arena, struct str id, struct workflow_view *out,
                  struct err *err)
{
    struct db_rows rows;
    bool found = false;

    db_select(db, arena, &rows,
              "SELECT kind, state, input, output, error_json, created_ms, updated_ms"
              " FROM workflows WHERE org_id = $1 AND workflow_id = $2",
              TEXT(db_scope_org(db)), TEXT(id));
    while (db_next(&rows)) {
        *out = (struct workflow_view){
            .id = str_dup(arena, id),
            .kind = db_text(&rows, 0),
            .state = db_text(&rows, 1),
            .input = db_text(&rows, 2),
            .output = db_text(&rows, 3),
            .error_json = db_text(&rows, 4),
            .created_ms = db_int(&rows, 5),
            .updated_ms = db_int(&rows, 6),
        };
        found = true;
    }
    if (!db_done(&rows, err))
        return false;
    if (!found)
        return err_set(err, ERR_NOT_FOUND, "there is no workflow " STR_FMT, STR_ARG(id));
    return list_steps(db, arena, id, &out->steps, err);
}

bool workflow_db_step(struct workflow *wf, const char *name, struct step_row *out,
                      struct err *err)
{
    struct db_rows rows;

    *out = (struct step_row){0};
    db_select(wf->db, wf->arena, &rows,
              "SELECT state, request, result FROM workflow_steps"
              " WHERE org_id = $1 AND workflow_id = $2 AND name = $3",
              TEXT(wf->job->org_id), TEXT(wf->id), TEXT(str(name)));
    while (db_next(&rows))
        *out = (struct step_row){
            .exists = true,
            .state = db_text(&rows, 0),
            .request = db_text(&rows, 1),
            .result = db_text(&rows, 2),
        };
    return db_done(&rows, err);
}

bool workflow_result(struct workflow *wf, const char *step, struct str *out, struct err *err)
{
    struct step_row row;

    if (!workflow_db_step(wf, step, &row, err))
        return false;
    *out = str_eq(row.state, STR("done")) ? row.result : STR("");
    return true;
}

/* --- writing, under the job's fence
 * ---------------------------------------------------------------- */

#define HELD                                                                                   \
    " EXISTS (SELECT 1 FROM jobs WHERE org_id = $1 AND job_id = $2 AND attempt = $3"           \
    "         AND state = 'running')"
#define HELD_VALUES(wf) TEXT((wf)->job->org_id), TEXT((wf)->job->id), INT((wf)->job->attempt)

static bool one_changed(bool ok, int64_t changed, struct err *err)
{
    return ok && (changed == 1 ||
                  err_set(err, ERR_CONFLICT, "another worker has taken this job over"));
}

bool workflow_db_sending(struct workflow *wf, const char *name, struct str request,
                         struct err *err)
{
    int64_t changed = 0;
    bool ok = db_run(
        wf->db, &changed, err,
        "INSERT INTO workflow_steps (org_id, workflow_id, name, position, state, request,"
        "                            attempt, started_ms)"
        " SELECT CAST($1 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT),"
        "   (SELECT count(*) + 1 FROM workflow_steps WHERE org_id = $1"
        "     AND workflow_id = $4),"
        "   'sending', CAST($6 AS TEXT), 1, CAST($7 AS BIGINT)"
        " WHERE" HELD " ON CONFLICT (org_id, workflow_id, name) DO UPDATE SET"
        "   state = 'sending', request = excluded.request, error_json = '',"
        "   attempt = workflow_steps.attempt + 1, started_ms = excluded.started_ms,"
        "   finished_ms = 0",
        HELD_VALUES(wf), TEXT(wf->id), TEXT(str(name)), TEXT(request), INT(clock_wall_ms()));

    return one_changed(ok, changed, err);
}

bool workflow_db_settle(struct workflow *wf, const char *name, const char *state,
                        struct str result, struct str error_json, struct err *err)
{
    int64_t changed = 0;
    bool ok =
        db_run(wf->db, &changed, err,
               "UPDATE workflow_steps SET state = $6, result = $7, error_json = $8,"
               "                          finished_ms = $9"
               " WHERE org_id = $1 AND workflow_id = $4 AND name = $5 AND" HELD,
               HELD_VALUES(wf), TEXT(wf->id), TEXT(str(name)), TEXT(str(state)), TEXT(result),
               TEXT(error_json), INT(strcmp(state, "uncertain") == 0 ? 0 : clock_wall_ms()));

    return one_changed(ok, changed, err);
}

bool workflow_set_state(struct workflow *wf, const char *state, struct str output,
                        const struct err *why, struct err *err)
{
    int64_t changed = 0;
    bool failed = why && why->kind != ERR_NONE;
    bool ok =
        db_run(wf->db, &changed, err,
               "UPDATE workflows SET state = $5, output = $6, error_json = $7,"
               "                     updated_ms = $8"
               " WHERE org_id = $1 AND workflow_id = $4 AND" HELD,
               HELD_VALUES(wf), TEXT(wf->id), TEXT(str(state)), TEXT(output),
               TEXT(failed ? job_error_json(wf->arena, why) : STR("")), INT(clock_wall_ms()));

    if (!one_changed(ok, changed, err))
        return false;
    wf->state = str_dup(wf->arena, str(state));
    return true;
}
