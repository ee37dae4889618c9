/* retain_db.c - leads that were kept long enough lose the person. */

#include "lead/retain.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/strs.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"
#include "lead/edit.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define PAGE   200
#define NEARLY 5000 /* the rest of a job's time in which nothing new is begun */

static int64_t kept_since(const struct app *app, int64_t now_ms)
{
    return now_ms - app->conf->lead_retention_days * DAY_MS;
}

static bool ask(struct db *db, struct arena *arena, int64_t before_ms, struct err *err)
{
    struct strs orgs = {0};
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT o.org_id FROM orgs o WHERE EXISTS (SELECT 1 FROM leads l"
              " WHERE l.org_id = o.org_id AND l.created_ms < $1 AND l.erased_ms = 0)",
              INT(before_ms));
    while (db_next(&rows))
        *strs_add(&orgs, arena) = db_text(&rows, 0);
    bool ok = db_done(&rows, err);
    for (size_t i = 0; ok && i < orgs.n; i++) {
        db_scope(db, orgs.at[i]);
        ok = job_add(db, &(struct job_wish){.kind = "lead.retain", .unique_key = STR("retain")},
                     NULL, err);
    }
    db_scope_system(db);
    return ok;
}

bool lead_retention_schedule(const struct app *app, struct db *db, struct arena *arena,
                             int64_t now_ms, struct err *err)
{
    bool mine = false;

    if (app->conf->lead_retention_days == 0)
        return true;
    return schedule_claim(db, STR("lead.retain"),
                          str_fmt(arena, "%lld", (long long)(now_ms / DAY_MS)), &mine, err) &&
           (!mine || ask(db, arena, kept_since(app, now_ms), err));
}

/* The oldest that are still there. */
static bool erase_page(struct job *job, int64_t before_ms, size_t *n, struct err *err)
{
    struct strs ids = {0};
    struct db_rows rows;
    bool erased;

    db_select(job->db, job->arena, &rows,
              "SELECT lead_id FROM leads WHERE org_id = $1 AND created_ms < $2"
              " AND erased_ms = 0 ORDER BY created_ms, lead_id LIMIT $3",
              TEXT(db_scope_org(job->db)), INT(before_ms), INT(PAGE));
    while (db_next(&rows))
        *strs_add(&ids, job->arena) = db_text(&rows, 0);
    bool ok = db_done(&rows, err);
    for (size_t i = 0; ok && i < ids.n; i++)
        ok = lead_erase(job->db, job->arena, ids.at[i], STR("job:lead.retain"), clock_wall_ms(),
                        &erased, err);
    *n = ids.n;
    return ok;
}

bool lead_run_retain(struct job *job, struct err *err)
{
    const struct app *app = job->app;
    int64_t before_ms = kept_since(app, job->now_ms);
    int64_t erased = 0;
    size_t n = PAGE;

    if (app->conf->lead_retention_days == 0)
        return true; /* switched off meanwhile */
    while (n == PAGE && clock_mono_ms() < job->deadline_mono_ms - NEARLY) {
        struct arena_mark mark = arena_mark(job->arena);
        bool ok = erase_page(job, before_ms, &n, err);
        arena_rewind(job->arena, mark);
        if (!ok)
            return false;
        erased += (int64_t)n;
    }
    log_info("lead.retention", LOG_INT("erased", erased));
    job->snooze = n == PAGE; /* the rest in another run */
    return true;
}
