/* job_db.c - the only file that knows the table of jobs. */

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "job/job_parts.h"

/* --- adding ----------------------------------------------------------------------------------
 */

bool job_add(struct db *db, const struct job_wish *wish, bool *added, struct err *err)
{
    struct arena *arena = arena_new("job");
    struct str id = id_new(arena);
    struct str correlation = log_correlation_now();
    int64_t now_ms = clock_wall_ms();
    int64_t changed = 0;

    bool ok =
        db_run(db, &changed, err,
               "INSERT INTO jobs (org_id, job_id, kind, args, state, run_at_ms, unique_key,"
               "                  correlation_id, created_ms)"
               " VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $7, $8)"
               " ON CONFLICT (org_id, kind, unique_key)"
               "   WHERE unique_key <> '' AND state IN ('waiting', 'running')"
               "   DO NOTHING",
               TEXT(db_scope_org(db)), TEXT(id), TEXT(str(wish->kind)),
               TEXT(wish->args.n ? wish->args : STR("{}")),
               INT(wish->run_at_ms ? wish->run_at_ms : now_ms), TEXT(wish->unique_key),
               TEXT(correlation.n ? correlation : id), INT(now_ms));
    if (ok && added)
        *added = changed == 1;
    arena_free(arena);
    return ok;
}

bool job_hasten(struct db *db, const char *kind, struct str unique_key, int64_t run_at_ms,
                struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE jobs SET run_at_ms = $4"
                  " WHERE org_id = $1 AND kind = $2 AND unique_key = $3 AND unique_key <> ''"
                  "   AND state = 'waiting' AND run_at_ms > $4",
                  TEXT(db_scope_org(db)), TEXT(str(kind)), TEXT(unique_key), INT(run_at_ms));
}

bool job_replay(struct db *db, struct str job_id, struct err *err)
{
    int64_t changed = 0;

    if (!db_run(
            db, &changed, err,
            "UPDATE jobs SET state = 'waiting', snoozes = attempt, deaths = 0, run_at_ms = $3,"
            "                finished_ms = 0"
            " WHERE org_id = $1 AND job_id = $2 AND state = 'dead'",
            TEXT(db_scope_org(db)), TEXT(job_id), INT(clock_wall_ms())))
        return false;
    return changed ||
           err_set(err, ERR_NOT_FOUND, "there is no dead job " STR_FMT, STR_ARG(job_id));
}

/* --- claiming
 * --------------------------------------------------------------------------------- */

#define COLUMNS "org_id, job_id, kind, args, correlation_id, attempt, snoozes, deaths"

static bool read_rows(struct db_rows *rows, struct job_rows *out, struct err *err)
{
    while (db_next(rows))
        *job_rows_add(out, rows->arena) = (struct job_row){
            .org_id = db_text(rows, 0),
            .id = db_text(rows, 1),
            .kind = db_text(rows, 2),
            .args = db_text(rows, 3),
            .correlation_id = db_text(rows, 4),
            .attempt = db_int(rows, 5),
            .snoozes = db_int(rows, 6),
            .deaths = db_int(rows, 7),
        };
    return db_done(rows, err);
}

#define DUE                                                                                    \
    " FROM jobs WHERE state = 'waiting' AND run_at_ms <= $1"                                   \
    " AND $2 LIKE '%,' || kind || ',%' ORDER BY run_at_ms, job_id"
#define TAKE                                                                                   \
    " UPDATE jobs SET state = 'running', attempt = attempt + 1, lease_until_ms = $3,"          \
    "                 holder = $4"                                                             \
    " WHERE (org_id, job_id) IN (SELECT org_id, job_id FROM mine)"                             \
    " RETURNING " COLUMNS

static bool any_due(struct db *db, struct arena *arena, const struct job_claim *claim,
                    bool *any, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows, "SELECT job_id" DUE " LIMIT 1", INT(claim->now_ms),
              TEXT(claim->kinds));
    *any = db_next(&rows);
    return db_done(&rows, err);
}

/* The oldest job of an org that has few running. */
static bool claim_fairly(struct db *db, struct arena *arena, const struct job_claim *claim,
                         struct job_rows *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "WITH due AS (SELECT org_id, job_id, run_at_ms" DUE " LIMIT $6),"
              " busy AS (SELECT org_id FROM jobs WHERE state = 'running'"
              "          GROUP BY org_id HAVING count(*) >= $5),"
              " pick AS (SELECT org_id, job_id FROM due"
              "          WHERE org_id NOT IN (SELECT org_id FROM busy)"
              "          ORDER BY run_at_ms, job_id LIMIT 1),"
              " mine AS (SELECT j.org_id, j.job_id FROM pick"
              "          JOIN jobs j ON j.org_id = pick.org_id AND j.job_id = pick.job_id"
              "          WHERE j.state = 'waiting' {skip_locked})" TAKE,
              INT(claim->now_ms), TEXT(claim->kinds), INT(claim->lease_until_ms),
              TEXT(claim->holder), INT(claim->most_per_org), INT(JOB_ORG_WINDOW));
    return read_rows(&rows, out, err);
}

static bool claim_oldest(struct db *db, struct arena *arena, const struct job_claim *claim,
                         int64_t most, struct job_rows *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "WITH mine AS (SELECT org_id, job_id" DUE " LIMIT $5 {skip_locked})" TAKE,
              INT(claim->now_ms), TEXT(claim->kinds), INT(claim->lease_until_ms),
              TEXT(claim->holder), INT(most));
    return read_rows(&rows, out, err);
}

/* Orgs with little running go first; no worker is idle while anything is due. */
static bool claim_all(struct db *db, struct arena *arena, const struct job_claim *claim,
                      struct job_rows *out, struct err *err)
{
    while ((int64_t)out->n < claim->most) {
        size_t before = out->n;
        if (!claim_fairly(db, arena, claim, out, err))
            return false;
        if (out->n == before)
            break;
    }
    return (int64_t)out->n == claim->most ||
           claim_oldest(db, arena, claim, claim->most - (int64_t)out->n, out, err);
}

bool job_db_claim(struct db *db, struct arena *arena, const struct job_claim *claim,
                  struct job_rows *out, struct err *err)
{
    bool any = false;

    db_scope_system(db);
    if (!any_due(db, arena, claim, &any, err))
        return false;
    if (!any)
        return true;
    if (!db_begin(db, err))
        return false;
    bool ok = claim_all(db, arena, claim, out, err);
    ok = db_end(db, ok, err);
    if (!ok)
        out->n = 0;
    return ok;
}

/* --- what a claimed job writes about itself
 * ------------------------------------------------------ */

#define FENCE             " WHERE org_id = $1 AND job_id = $2 AND attempt = $3 AND state = 'running'"
#define FENCE_VALUES(row) TEXT((row)->org_id), TEXT((row)->id), INT((row)->attempt)

bool job_db_done(struct db *db, const struct job_row *row, int64_t now_ms, bool *ours,
                 struct err *err)
{
    int64_t changed = 0;
    bool ok = db_run(db, &changed, err,
                     "UPDATE jobs SET state = 'done', holder = '', lease_until_ms = 0,"
                     " last_error = '', finished_ms = $4" FENCE,
                     FENCE_VALUES(row), INT(now_ms));

    *ours = changed == 1;
    return ok;
}

bool job_db_again(struct db *db, const struct job_row *row, const struct job_again *again,
                  bool *ours, struct err *err)
{
    int64_t changed = 0;
    bool ok = db_run(db, &changed, err,
                     "UPDATE jobs SET state = 'waiting', holder = '', lease_until_ms = 0,"
                     " run_at_ms = $4, last_error = $5, snoozes = snoozes + $6,"
                     " deaths = CASE WHEN $6 > 0 THEN $7 ELSE deaths + $7 END" FENCE,
                     FENCE_VALUES(row), INT(again->run_at_ms), TEXT(again->error_json),
                     INT(again->snoozes), INT(again->deaths));

    *ours = changed == 1;
    return ok;
}

bool job_db_dead(struct db *db, const struct job_row *row, struct str error_json,
                 int64_t now_ms, bool *ours, struct err *err)
{
    int64_t changed = 0;
    bool ok = db_run(db, &changed, err,
                     "UPDATE jobs SET state = 'dead', holder = '', lease_until_ms = 0,"
                     " last_error = $4, finished_ms = $5" FENCE,
                     FENCE_VALUES(row), TEXT(error_json), INT(now_ms));

    *ours = changed == 1;
    return ok;
}

bool job_db_extend(struct db *db, const struct job_row *const *rows, size_t n,
                   int64_t lease_until_ms, struct err *err)
{
    db_scope_system(db);
    if (!db_pipe_begin(db, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!db_pipe(db, err, "UPDATE jobs SET lease_until_ms = $4" FENCE,
                     FENCE_VALUES(rows[i]), INT(lease_until_ms))) {
            db_pipe_cancel(db);
            return false;
        }
    return db_pipe_end(db, NULL, 0, err);
}

/* --- looking after
 * -------------------------------------------------------------------------------- */

bool job_db_expired(struct db *db, struct arena *arena, int64_t before_ms, struct job_rows *out,
                    struct err *err)
{
    struct db_rows rows;

    db_scope_system(db);
    db_select(db, arena, &rows,
              "SELECT " COLUMNS " FROM jobs WHERE state = 'running' AND lease_until_ms < $1"
              " ORDER BY lease_until_ms LIMIT $2",
              INT(before_ms), INT(JOB_EXPIRED_LOOK));
    return read_rows(&rows, out, err);
}

/* Finished jobs are history for two weeks, slots for as long as a clock may be wrong. */
bool job_db_sweep(struct db *db, int64_t now_ms, struct err *err)
{
    enum { DAY_MS = 24 * 3600 * 1000 };

    db_scope_system(db);
    return db_run(db, NULL, err,
                  "DELETE FROM jobs WHERE (org_id, job_id) IN"
                  " (SELECT org_id, job_id FROM jobs WHERE state = 'done' AND finished_ms < $1"
                  "  ORDER BY finished_ms LIMIT 1000)",
                  INT(now_ms - 14LL * DAY_MS)) &&
           db_run(db, NULL, err, "DELETE FROM schedule_slots WHERE taken_ms < $1",
                  INT(now_ms - 90LL * DAY_MS));
}

static bool count_open(struct db *db, struct str org_id, int64_t *open, struct err *err)
{
    struct arena *arena = arena_new("job");
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT (SELECT count(*) FROM jobs WHERE org_id = $1 AND state = 'running')"
              "  + (SELECT count(*) FROM jobs WHERE org_id = $1 AND state = 'waiting'"
              "     AND run_at_ms <= $2)",
              TEXT(org_id), INT(clock_wall_ms()));
    while (db_next(&rows))
        *open = db_int(&rows, 0);
    bool ok = db_done(&rows, err);
    arena_free(arena);
    return ok;
}

bool job_idle(struct db *db, struct str org_id, int64_t deadline_mono_ms, struct err *err)
{
    int64_t open = 0;

    for (;;) {
        if (!count_open(db, org_id, &open, err))
            return false;
        if (!open)
            return true;
        if (clock_mono_ms() >= deadline_mono_ms)
            return err_set(err, ERR_BUSY, "%lld jobs are still open", (long long)open);
        clock_sleep_ms(10);
    }
}

bool job_count(struct db *db, struct arena *arena, int64_t now_ms, struct job_counts *out,
               struct err *err)
{
    struct db_rows rows;

    *out = (struct job_counts){0};
    /* A lease is extended while its worker lives, so the creation is the age that can be told.
     */
    db_select(db, arena, &rows,
              "SELECT (SELECT count(*) FROM jobs WHERE state = 'waiting'),"
              "  (SELECT count(*) FROM jobs WHERE state = 'running'),"
              "  (SELECT COALESCE(min(created_ms), 0) FROM jobs WHERE state = 'running'),"
              "  (SELECT count(*) FROM jobs WHERE state = 'dead')");
    while (db_next(&rows)) {
        out->waiting = db_int(&rows, 0);
        out->running = db_int(&rows, 1);
        out->oldest_running_ms = out->running ? now_ms - db_int(&rows, 2) : 0;
        out->dead = db_int(&rows, 3);
    }
    return db_done(&rows, err);
}

bool job_next_due(struct db *db, struct arena *arena, struct str org_id, int64_t *run_at_ms,
                  struct err *err)
{
    struct db_rows rows;

    *run_at_ms = 0;
    db_select(db, arena, &rows,
              "SELECT run_at_ms FROM jobs WHERE org_id = $1 AND state = 'waiting'"
              " ORDER BY run_at_ms LIMIT 1",
              TEXT(org_id));
    while (db_next(&rows))
        *run_at_ms = db_int(&rows, 0);
    return db_done(&rows, err);
}
