/*
 * runner.c - the job workers of a server, and jobs run in one's own thread.
 *
 * One loop thread does everything that is about many jobs: it claims into free
 * slots, extends the leases of busy ones, takes over what other processes left
 * behind.  A pool of workers runs the slots.  A slot belongs to the loop while
 * it is free and to its worker while it is busy; the one atomic is the handing
 * over, and nobody else shares anything.
 */

#include "job/job.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "job/job_parts.h"
#include "net/net.h"
#include "work/work.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    POLL_MS = 250,
    LOOK_FOR_EXPIRED_MS = 1000,
    SWEEP_MS = 3600 * 1000,
    AFTER_TROUBLE_MS = 900,
};

struct slot {
    struct job_runner *runner;
    struct job_hands hands;
    atomic_bool busy;
    struct job_row row;
    const struct job_kind *kind;
    int64_t deadline_mono_ms;
};

struct job_runner {
    const struct job_kind *const *kinds;
    struct arena *arena; /* as long as the runner */
    struct arena *scratch;
    struct db *db; /* the loop's */
    struct str kinds_text;
    struct str holder;
    struct slot *slots;
    int slots_n;
    struct work_pool *pool;
    struct work_loop *loop;
    int event; /* something to do before the next poll */
    atomic_bool draining;

    int64_t next_beat_ms; /* monotonic */
    int64_t next_look_ms;
    int64_t next_sweep_ms;
};

/* --- the workers -----------------------------------------------------------------------------
 */

static void ring(struct job_runner *runner)
{
    uint64_t one = 1;

    (void)!write(runner->event, &one, sizeof one);
}

static void run_slot(void *state, void **items, size_t n)
{
    struct slot *slot = items[0];

    (void)state, (void)n;
    job_perform(&slot->hands, slot->kind, &slot->row, slot->deadline_mono_ms);
    atomic_store(&slot->busy, false);
    ring(slot->runner);
}

/* --- the loop: claiming
 * ------------------------------------------------------------------------- */

static int free_slots(struct job_runner *runner)
{
    int n = 0;

    for (int i = 0; i < runner->slots_n; i++)
        n += !atomic_load(&runner->slots[i].busy);
    return n;
}

static struct slot *free_slot(struct job_runner *runner)
{
    for (int i = 0; i < runner->slots_n; i++)
        if (!atomic_load(&runner->slots[i].busy))
            return &runner->slots[i];
    return NULL;
}

static void hand_out(struct job_runner *runner, const struct job_row *row)
{
    struct slot *slot = free_slot(runner);
    struct arena *arena = slot->hands.arena;

    arena_reset(arena);
    slot->row = *row;
    slot->row.org_id = str_dup(arena, row->org_id);
    slot->row.id = str_dup(arena, row->id);
    slot->row.kind = str_dup(arena, row->kind);
    slot->row.args = str_dup(arena, row->args);
    slot->row.correlation_id = str_dup(arena, row->correlation_id);
    slot->kind = job_kind_find(runner->kinds, row->kind);
    slot->deadline_mono_ms = clock_mono_ms() + slot->kind->deadline_ms;
    atomic_store(&slot->busy, true);
    must(work_push(runner->pool, slot));
}

static bool claim(struct job_runner *runner, struct err *err)
{
    struct job_rows rows = {0};
    int64_t now_ms = clock_wall_ms();
    int free = free_slots(runner);

    if (!free || atomic_load(&runner->draining))
        return true;
    if (!job_db_claim(runner->db, runner->scratch,
                      &(struct job_claim){.kinds = runner->kinds_text,
                                          .holder = runner->holder,
                                          .now_ms = now_ms,
                                          .lease_until_ms = now_ms + JOB_LEASE_MS,
                                          .most = free,
                                          .most_per_org = (runner->slots_n + 1) / 2},
                      &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        hand_out(runner, &rows.at[i]);
    return true;
}

/* --- the loop: leases
 * ------------------------------------------------------------------------------ */

/* Past its deadline a job's lease is left to lapse. */
static bool beat(struct job_runner *runner, struct err *err)
{
    int64_t now = clock_mono_ms();
    size_t n = 0;

    if (now < runner->next_beat_ms)
        return true;
    const struct job_row **rows =
        NEW_ARRAY(runner->scratch, const struct job_row *, (size_t)runner->slots_n);
    for (int i = 0; i < runner->slots_n; i++) {
        const struct slot *slot = &runner->slots[i];
        if (atomic_load(&slot->busy) && now < slot->deadline_mono_ms + JOB_LEASE_MS)
            rows[n++] = &slot->row;
    }
    if (n && !job_db_extend(runner->db, rows, n, clock_wall_ms() + JOB_LEASE_MS, err))
        return false;
    runner->next_beat_ms = now + JOB_HEARTBEAT_MS;
    return true;
}

/* Whatever the clock says (tests turn it by days), what runs here is not abandoned. */
static bool runs_here(struct job_runner *runner, const struct job_row *row)
{
    for (int i = 0; i < runner->slots_n; i++) {
        const struct slot *slot = &runner->slots[i];
        if (atomic_load(&slot->busy) && str_eq(slot->row.id, row->id) &&
            slot->row.attempt == row->attempt)
            return true;
    }
    return false;
}

/* Takes over what was due back before the instant; *all is false when more waits. */
static bool take_over_before(struct job_runner *runner, int64_t before_ms, bool *all,
                             struct err *err)
{
    struct job_hands hands = {
        .db = runner->db, .arena = runner->scratch, .app = runner->slots[0].hands.app};
    struct job_rows rows = {0};

    if (!job_db_expired(runner->db, runner->scratch, before_ms, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        if (!runs_here(runner, &rows.at[i]))
            job_reclaim(&hands, runner->kinds, &rows.at[i]);
    *all = rows.n < JOB_EXPIRED_LOOK;
    return true;
}

static bool take_over(struct job_runner *runner, struct err *err)
{
    int64_t now = clock_mono_ms();
    bool all = true;

    if (now < runner->next_look_ms)
        return true;
    if (!take_over_before(runner, clock_wall_ms(), &all, err))
        return false;
    if (all)
        runner->next_look_ms = now + LOOK_FOR_EXPIRED_MS;
    return true;
}

/* SQLite has one server: whatever runs when it starts was left by one that died.  Done before
 * our own workers claim anything; beyond one look the leases lapse by themselves. */
static bool take_over_everything(struct job_runner *runner, struct err *err)
{
    bool all;

    return take_over_before(runner, INT64_MAX, &all, err);
}

static bool sweep(struct job_runner *runner, struct err *err)
{
    int64_t now = clock_mono_ms();

    if (now < runner->next_sweep_ms)
        return true;
    runner->next_sweep_ms = now + SWEEP_MS;
    return job_db_sweep(runner->db, clock_wall_ms(), err);
}

/* --- the loop
 * ------------------------------------------------------------------------------------------ */

static void wait_for_work(struct job_runner *runner, int ms)
{
    struct pollfd p = {.fd = runner->event, .events = POLLIN};
    uint64_t rings;

    if (poll(&p, 1, ms) > 0)
        (void)!read(runner->event, &rings, sizeof rings);
}

static void turn(void *arg)
{
    struct job_runner *runner = arg;
    struct err err = {0};

    arena_reset(runner->scratch);
    if (beat(runner, &err) && take_over(runner, &err) && claim(runner, &err) &&
        sweep(runner, &err)) {
        wait_for_work(runner, POLL_MS);
    } else {
        log_err("job.loop", &err);
        clock_sleep_ms(AFTER_TROUBLE_MS);
    }
}

static void wake(void *arg)
{
    ring(arg);
}

void job_wake(struct job_runner *runner)
{
    ring(runner);
}

/* --- starting and stopping
 * ------------------------------------------------------------------------------- */

static void free_runner(struct job_runner *runner)
{
    for (int i = 0; i < runner->slots_n; i++) {
        struct slot *slot = &runner->slots[i];
        db_close(slot->hands.db);
        net_close(slot->hands.net);
        arena_free(slot->hands.arena);
    }
    db_close(runner->db);
    if (runner->event >= 0)
        close(runner->event);
    arena_free(runner->scratch);
    arena_free(runner->arena);
}

static bool open_slots(struct job_runner *runner, struct database *database, int workers,
                       void *app, struct err *err)
{
    runner->slots = NEW_ARRAY(runner->arena, struct slot, (size_t)workers);
    for (int i = 0; i < workers; i++) {
        struct slot *slot = &runner->slots[i];
        slot->runner = runner;
        slot->hands.app = app;
        slot->hands.arena = arena_new("job");
        runner->slots_n++;
        if (!db_open(database, &slot->hands.db, err) || !net_open(&slot->hands.net, err))
            return false;
    }
    return true;
}

static bool start_threads(struct job_runner *runner, struct err *err)
{
    struct work_settings settings = {
        .name = "job",
        .threads = runner->slots_n,
        .queue_limit = (size_t)runner->slots_n,
        .run = run_slot,
    };

    if (!work_start(&settings, &runner->pool, err))
        return false;
    if (work_loop_start("job-loop", turn, wake, runner, &runner->loop, err))
        return true;
    work_stop(runner->pool, clock_mono_ms(), NULL);
    return false;
}

bool job_start(struct database *database, const struct job_kind *const *kinds, int workers,
               void *app, struct job_runner **out, struct err *err)
{
    struct arena *arena = arena_new("job runner");
    struct job_runner *runner = NEW(arena, struct job_runner);

    runner->arena = arena;
    runner->scratch = arena_new("job loop");
    runner->kinds = kinds;
    runner->kinds_text = job_kinds_text(arena, kinds);
    runner->holder = id_new(arena); /* never the host's name: a restart is somebody else */
    runner->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    must(runner->event >= 0);
    if (!db_open(database, &runner->db, err) ||
        !open_slots(runner, database, workers, app, err) ||
        !(database_is_postgres(database) || take_over_everything(runner, err)) ||
        !start_threads(runner, err)) {
        free_runner(runner);
        return false;
    }
    *out = runner;
    return true;
}

/* Others may have what we cannot finish; what our workers still write meets no row. */
static void release(struct job_runner *runner)
{
    struct err err = {0};
    bool ours;

    for (int i = 0; i < runner->slots_n; i++) {
        struct slot *slot = &runner->slots[i];
        if (!atomic_load(&slot->busy))
            continue;
        db_scope_system(runner->db);
        if (!job_db_again(runner->db, &slot->row,
                          &(struct job_again){.run_at_ms = clock_wall_ms(), .snoozes = 1},
                          &ours, &err))
            log_err("job.not_released", &err);
    }
}

void job_stop(struct job_runner *runner, int64_t drain_ms)
{
    int64_t until_ms = clock_mono_ms() + drain_ms;

    if (!runner)
        return;
    atomic_store(&runner->draining, true);
    while (free_slots(runner) < runner->slots_n && clock_mono_ms() < until_ms)
        clock_sleep_ms(5);
    work_loop_stop(runner->loop);
    release(runner);
    work_stop(runner->pool, clock_mono_ms(), NULL);
    free_runner(runner);
}

/* --- in one's own thread
 * ------------------------------------------------------------------------------------ */

static int64_t longest_deadline_ms(const struct job_kind *const *kinds)
{
    int64_t longest = 0;

    for (size_t i = 0; kinds[i]; i++)
        for (const struct job_kind *kind = kinds[i]; kind->kind; kind++)
            longest = kind->deadline_ms > longest ? kind->deadline_ms : longest;
    return longest;
}

static bool reclaim_expired(const struct job_hands *hands, const struct job_kind *const *kinds,
                            struct err *err)
{
    struct job_rows rows = {0};

    if (!job_db_expired(hands->db, hands->arena, clock_wall_ms(), &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        job_reclaim(hands, kinds, &rows.at[i]);
    return true;
}

/* One job; *more is false when none is due. */
static bool run_one(const struct job_hands *hands, const struct job_kind *const *kinds,
                    struct str holder, bool *more, struct err *err)
{
    struct job_rows rows = {0};

    if (!reclaim_expired(hands, kinds, err))
        return false;
    int64_t now_ms = clock_wall_ms(); /* what was reclaimed is due by now */
    if (!job_db_claim(hands->db, hands->arena,
                      &(struct job_claim){.kinds = job_kinds_text(hands->arena, kinds),
                                          .holder = holder,
                                          .now_ms = now_ms,
                                          .lease_until_ms = now_ms + JOB_LEASE_MS +
                                                            longest_deadline_ms(kinds),
                                          .most = 1,
                                          .most_per_org = 1},
                      &rows, err))
        return false;
    *more = rows.n > 0;
    if (*more) {
        const struct job_kind *kind = job_kind_find(kinds, rows.at[0].kind);
        job_perform(hands, kind, &rows.at[0], clock_mono_ms() + kind->deadline_ms);
    }
    return true;
}

bool job_run_due(struct database *database, const struct job_kind *const *kinds, struct db *db,
                 struct net *net, void *app, int *ran, struct err *err)
{
    struct arena *outer = arena_new("jobs");
    struct arena *inner = arena_new("job");
    struct job_hands hands = {.db = db, .net = net, .arena = inner, .app = app};
    struct str holder = id_new(outer);
    struct str org_id = str_dup(outer, db_scope_org(db));
    bool more = true;
    bool ok = true;
    int n = 0;

    (void)database;
    while (ok && more) {
        arena_reset(inner);
        ok = run_one(&hands, kinds, holder, &more, err);
        n += ok && more;
    }
    if (org_id.n)
        db_scope(db, org_id);
    else
        db_scope_system(db);
    if (ran)
        *ran = n;
    arena_free(inner);
    arena_free(outer);
    return ok;
}
