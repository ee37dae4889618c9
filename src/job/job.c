/* job.c - one claimed job: run it, and write down how it went. */

#include "job/job.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "job/job_parts.h"

#include <string.h>

enum { FIRST_WAIT_MS = 2000, LONGEST_WAIT_MS = 10 * 60 * 1000, WRITE_ATTEMPTS = 6 };

/* --- kinds
 * ------------------------------------------------------------------------------------ */

const struct job_kind *job_kind_find(const struct job_kind *const *kinds, struct str name)
{
    for (size_t i = 0; kinds[i]; i++)
        for (const struct job_kind *kind = kinds[i]; kind->kind; kind++)
            if (str_eq(str(kind->kind), name))
                return kind;
    return NULL;
}

/* Jobs of other kinds wait for a program that knows them. */
struct str job_kinds_text(struct arena *arena, const struct job_kind *const *kinds)
{
    struct str text = STR(",");

    for (size_t i = 0; kinds[i]; i++)
        for (const struct job_kind *kind = kinds[i]; kind->kind; kind++)
            text = str_fmt(arena, STR_FMT "%s,", STR_ARG(text), kind->kind);
    return text;
}

/* --- writing down
 * ------------------------------------------------------------------------------ */

struct str job_error_json(struct arena *arena, const struct err *err)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 16 * 1024);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "kind", str(err_kind_name(err->kind)));
    json_text_member(&w, "text", str(err->text));
    json_text_or_null_member(&w, "hint", str(err->hint));
    json_text_or_null_member(&w, "field", str(err->field));
    if (err->kind == ERR_REFUSED) {
        json_int_member(&w, "platform_code", err->platform_code);
        json_text_member(&w, "platform_message", str(err->platform_message));
        json_text_member(&w, "platform_request_id", str(err->platform_request_id));
    }
    json_end(&w);
    return buf_str(&buf);
}

/* Repeating a fenced write is safe: the second one meets no row. */
bool job_pause_and_retry(int attempt, const struct err *err)
{
    if (attempt >= WRITE_ATTEMPTS || (err->kind != ERR_BUSY && err->kind != ERR_UNCERTAIN))
        return false;
    clock_sleep_ms(20 << attempt);
    return true;
}

static void tell_lost(const struct job_row *row)
{
    log_warn("job.lost_lease", LOG_TEXT("job_id", row->id), LOG_TEXT("job", row->kind),
             LOG_INT("attempt", row->attempt));
}

/* What cannot be written stays as it is: the lease lapses and the job runs again. */
static void told(const struct job_row *row, bool ok, bool ours, struct err *err)
{
    if (!ok)
        log_err("job.not_written", err);
    else if (!ours)
        tell_lost(row);
}

static void finish(struct db *db, const struct job_row *row)
{
    struct err err = {0};
    bool ours = true;
    int attempt = 1;

    while (!job_db_done(db, row, clock_wall_ms(), &ours, &err))
        if (!job_pause_and_retry(attempt++, &err)) {
            told(row, false, ours, &err);
            return;
        }
    /* After an unclear answer the first write may have been the one that counted. */
    told(row, true, ours || attempt > 1, &err);
}

static void run_again(struct db *db, const struct job_row *row, const struct job_again *again)
{
    struct err err = {0};
    bool ours = true;
    int attempt = 1;

    while (!job_db_again(db, row, again, &ours, &err))
        if (!job_pause_and_retry(attempt++, &err)) {
            told(row, false, ours, &err);
            return;
        }
    told(row, true, ours || attempt > 1, &err);
}

static bool bury_once(const struct job_hands *hands, const struct job_kind *kind,
                      struct job *job, const struct job_row *row, const struct err *why,
                      struct err *err)
{
    bool ours = false;

    if (!db_begin(hands->db, err))
        return false;
    bool ok = job_db_dead(hands->db, row, job_error_json(hands->arena, why), job->now_ms, &ours,
                          err) &&
              (!ours || !kind->dead || kind->dead(job, why, err));
    ok = db_end(hands->db, ok, err);
    if (ok && !ours)
        tell_lost(row);
    return ok;
}

/*
 * Give the job up, with what its kind has to write about that.  When even this
 * cannot be stored, the job is left running under a lease of a minute, and is
 * buried when that lapses: what its kind writes is never skipped.
 */
static void bury(const struct job_hands *hands, const struct job_kind *kind, struct job *job,
                 const struct job_row *row, const struct err *why)
{
    struct err err = {0};
    int attempt = 1;

    log_err("job.dead", why);
    while (!bury_once(hands, kind, job, row, why, &err))
        if (!job_pause_and_retry(attempt++, &err)) {
            log_err("job.not_buried", &err);
            if (!job_db_extend(hands->db, &row, 1, clock_wall_ms() + 60 * 1000, &err))
                log_err("job.not_written", &err);
            return;
        }
}

/* --- how it went
 * ---------------------------------------------------------------------------------- */

static bool final(enum err_kind kind)
{
    return kind == ERR_INVALID || kind == ERR_DENIED || kind == ERR_NOT_FOUND ||
           kind == ERR_REFUSED;
}

/* 2 s, 4 s, 8 s ... 10 min, the later half of it at random. */
static int64_t wait_after(int64_t failures)
{
    int64_t ms = failures > 9 ? LONGEST_WAIT_MS : (int64_t)FIRST_WAIT_MS << (failures - 1);

    ms = ms < LONGEST_WAIT_MS ? ms : LONGEST_WAIT_MS;
    return ms / 2 + (int64_t)(random_u64() % (uint64_t)(ms / 2 + 1));
}

static int64_t attempts_of(const struct job_row *row)
{
    return row->attempt - row->snoozes;
}

static void failed(const struct job_hands *hands, const struct job_kind *kind, struct job *job,
                   const struct job_row *row, const struct err *why)
{
    if (final(why->kind) || attempts_of(row) >= kind->max_attempts) {
        bury(hands, kind, job, row, why);
        return;
    }
    log_err("job.failed", why);
    int64_t wait_ms =
        job->retry_after_ms > 0 ? job->retry_after_ms : wait_after(attempts_of(row));
    run_again(hands->db, row,
              &(struct job_again){.run_at_ms = clock_wall_ms() + wait_ms,
                                  .error_json = job_error_json(hands->arena, why)});
}

static void snoozed(const struct job_hands *hands, const struct job *job,
                    const struct job_row *row, const struct err *why)
{
    run_again(hands->db, row,
              &(struct job_again){.run_at_ms = clock_wall_ms() + job->retry_after_ms,
                                  .error_json = why->kind == ERR_NONE
                                                    ? STR("")
                                                    : job_error_json(hands->arena, why),
                                  .snoozes = 1});
}

static struct job job_of(const struct job_hands *hands, const struct job_row *row,
                         int64_t deadline_mono_ms)
{
    return (struct job){
        .id = row->id,
        .org_id = row->org_id,
        .kind = row->kind,
        .args = row->args,
        .attempt = row->attempt,
        .deadline_mono_ms = deadline_mono_ms,
        .correlation_id = row->correlation_id,
        .arena = hands->arena,
        .db = hands->db,
        .net = hands->net,
        .app = hands->app,
        .now_ms = clock_wall_ms(),
    };
}

/* The whole installation where the job has no org. */
static void scope(struct db *db, const struct job_row *row)
{
    if (row->org_id.n)
        db_scope(db, row->org_id);
    else
        db_scope_system(db);
}

/* As the work of this job: its org, its correlation id. */
static struct job enter(const struct job_hands *hands, const struct job_row *row,
                        int64_t deadline_mono_ms)
{
    log_correlation(row->correlation_id);
    scope(hands->db, row);
    return job_of(hands, row, deadline_mono_ms);
}

void job_perform(const struct job_hands *hands, const struct job_kind *kind,
                 const struct job_row *row, int64_t deadline_mono_ms)
{
    struct job job = enter(hands, row, deadline_mono_ms);
    int64_t started_ms = clock_mono_ms();
    struct err err = {0};
    bool ok = kind->run(&job, &err);

    must(!db_in_transaction(hands->db));
    scope(hands->db, row); /* a job of no org may have worked for one after the other */
    if (job.snooze)
        snoozed(hands, &job, row, &err);
    else if (ok)
        finish(hands->db, row);
    else
        failed(hands, kind, &job, row, &err);
    log_debug("job.ran", LOG_TEXT("job", row->kind), LOG_TEXT("job_id", row->id),
              LOG_TEXT("org_id", row->org_id), LOG_INT("attempt", row->attempt),
              LOG_CSTR("outcome", job.snooze ? "snoozed"
                                  : ok       ? "done"
                                             : "failed"),
              LOG_INT("ms", clock_mono_ms() - started_ms));
    log_correlation(STR(""));
}

void job_reclaim(const struct job_hands *hands, const struct job_kind *const *kinds,
                 const struct job_row *row)
{
    const struct job_kind *kind = job_kind_find(kinds, row->kind);
    struct job job = enter(hands, row, clock_mono_ms() + JOB_LEASE_MS);
    struct err why = {0};

    err_set(&why, ERR_BROKEN, "the worker of attempt %lld did not come back",
            (long long)row->attempt);
    bool poison = row->deaths + 1 >= JOB_MOST_DEATHS;
    if (kind && (poison || attempts_of(row) >= kind->max_attempts))
        bury(hands, kind, &job, row, &why);
    else
        run_again(hands->db, row,
                  &(struct job_again){.run_at_ms = clock_wall_ms(),
                                      .error_json = job_error_json(hands->arena, &why),
                                      .deaths = 1});
    log_warn("job.reclaimed", LOG_TEXT("job", row->kind), LOG_TEXT("job_id", row->id),
             LOG_INT("attempt", row->attempt));
    log_correlation(STR(""));
}
