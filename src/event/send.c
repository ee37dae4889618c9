/* send.c - the outbox is emptied, direction by direction. */

#include "event/prepare.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "db/db.h"
#include "lead/conversion.h"
#include "seal/seal.h"

#define SECOND_MS INT64_C(1000)
/* How many time-outs a sender may take over a batch before another may send it again. */
#define LEASE_TIMEOUTS 4
/* Without a connection we look again after so long. */
#define RECONNECT_MS (10 * 60 * SECOND_MS)
/* Rounds of one run, so that one direction does not keep a worker for ever. */
#define ROUNDS 20

/* After the n-th failure.  The platform's age limit ends it. */
static int64_t wait_after(int64_t attempts)
{
    static const int64_t seconds[] = {1, 2, 4, 60, 300, 1800, 7200, 21600};
    size_t i = attempts < 1 ? 0 : (size_t)attempts - 1;

    return (i < countof(seconds) ? seconds[i] : seconds[countof(seconds) - 1]) * SECOND_MS;
}

/* --- one batch -------------------------------------------------------------- */

struct item {
    struct conversion *conversion;
    struct platform_event event;
};

struct batch {
    struct item *items;
    size_t n;
    struct conversion_outcome *outcomes;
    struct conversion_log *logs;
    size_t n_outcomes, n_logs, room;
    bool failed;  /* the platform or the way to it failed: for the breaker */
    bool reached; /* the platform answered sensibly */
    bool stopped; /* the target itself is refused */
    struct err why;
};

static void settle(struct batch *b, const struct conversion *c, const char *state,
                   struct str reason, int64_t next_ms)
{
    must(b->n_outcomes < b->room);
    b->outcomes[b->n_outcomes++] = (struct conversion_outcome){c, state, reason, next_ms};
}

static void note(struct sending *s, struct batch *b, const struct item *item, size_t batch_size,
                 const char *outcome, struct str answer, const struct err *why, int64_t took_ms)
{
    const struct conversion *c = item->conversion;
    const struct platform_event *one = &item->event;

    must(b->n_logs < b->room * 2);
    b->logs[b->n_logs++] = (struct conversion_log){
        .conversion_id = c->conversion_id,
        .lead_id = c->lead_id,
        .direction_id = c->direction_id,
        .platform = c->platform,
        .pixel_code = c->pixel_code,
        .event_name = c->name,
        .event_id = c->event_id,
        .event_ms = c->at_ms,
        .outcome = str(outcome),
        .request = s->platform->event_body(s->job->arena, &s->target, &one, 1, true),
        .answer = answer,
        .error_json = why ? job_error_json(s->job->arena, why) : STR(""),
        .batch_size = (int64_t)batch_size,
        .retries = c->attempts - 1,
        .duration_ms = took_ms,
        .correlation_id = s->job->correlation_id,
        .at_ms = s->job->now_ms,
    };
}

static struct str reason_of(struct sending *s, const struct err *why)
{
    return str_dup(s->job->arena,
                   str(why->platform_message[0] ? why->platform_message : why->text));
}

/* All of them sent, or none: then they wait. */
static void all_sent(struct sending *s, struct batch *b, const struct item *items, size_t n,
                     struct str answer, int64_t took_ms)
{
    b->reached = true;
    for (size_t i = 0; i < n; i++) {
        settle(b, items[i].conversion, "sent", STR(""), 0);
        note(s, b, &items[i], n, "sent", answer, NULL, took_ms);
    }
}

static void all_wait(struct sending *s, struct batch *b, const struct item *items, size_t n,
                     const struct err *why, int64_t took_ms)
{
    const char *outcome = why->kind == ERR_UNCERTAIN ? "uncertain" : "failed";
    int64_t now_ms = clock_wall_ms(); /* a time-out is longer than the first waits */

    b->why = *why;
    for (size_t i = 0; i < n; i++) {
        settle(b, items[i].conversion, "waiting", reason_of(s, why),
               now_ms + wait_after(items[i].conversion->attempts));
        note(s, b, &items[i], n, outcome, STR(""), why, took_ms);
    }
}

static void one_refused(struct sending *s, struct batch *b, const struct item *item,
                        const struct err *why, int64_t took_ms)
{
    b->reached = true;
    settle(b, item->conversion, "refused", reason_of(s, why), 0);
    note(s, b, item, 1, "refused", STR(""), why, took_ms);
}

/* A platform refuses a batch for one bad event: halve it until that one is alone. */
static void send_items(struct sending *s, struct batch *b, const struct item *items, size_t n)
{
    const struct platform_event **events =
        NEW_ARRAY(s->job->arena, const struct platform_event *, n);
    int64_t began_ms = clock_mono_ms();
    struct str answer = STR("");
    struct err why = {0};

    for (size_t i = 0; i < n; i++)
        events[i] = &items[i].event;
    struct str body = s->platform->event_body(s->job->arena, &s->target, events, n, false);
    bool ok = s->platform->send_events(&s->session, &s->target, body, &answer, &why);
    int64_t took_ms = clock_mono_ms() - began_ms;

    if (ok) {
        all_sent(s, b, items, n, answer, took_ms);
    } else if (why.kind == ERR_DENIED || str_eq(str(why.field), STR("pixel_code"))) {
        b->stopped = true;
        all_wait(s, b, items, n, &why, took_ms);
    } else if (why.kind != ERR_REFUSED) {
        b->failed = true;
        all_wait(s, b, items, n, &why, took_ms);
    } else if (n == 1 && str_eq(str(why.field), STR("event_time"))) {
        b->reached = true; /* its clock is behind ours: the time will come */
        all_wait(s, b, items, n, &why, took_ms);
    } else if (n == 1) {
        one_refused(s, b, items, &why, took_ms);
    } else {
        send_items(s, b, items, n / 2);
        if (b->failed || b->stopped)
            all_wait(s, b, items + n / 2, n - n / 2, &b->why, 0);
        else
            send_items(s, b, items + n / 2, n - n / 2);
    }
}

/* What need not be told, or would be refused, is settled here. */
static bool prepare_all(struct sending *s, struct conversions *taken, struct batch *b,
                        struct err *err)
{
    b->room = taken->n;
    b->items = NEW_ARRAY(s->job->arena, struct item, taken->n);
    b->outcomes = NEW_ARRAY(s->job->arena, struct conversion_outcome, taken->n);
    b->logs = NEW_ARRAY(s->job->arena, struct conversion_log, taken->n * 2);
    for (size_t i = 0; i < taken->n; i++) {
        struct conversion *c = &taken->at[i];
        struct item *item = &b->items[b->n];
        struct err why = {0};
        struct str skip;

        item->conversion = c;
        if (!event_prepare(s, c, &item->event, &skip, err))
            return false;
        if (skip.n)
            settle(b, c, "skipped", skip, 0);
        else if (!s->platform->check_event(&s->target, &item->event, s->job->now_ms, &why))
            settle(b, c, str_eq(str(why.field), STR("event_time")) ? "skipped" : "refused",
                   reason_of(s, &why), 0);
        else
            b->n++;
    }
    return true;
}

static bool name_all(struct sending *s, const struct batch *b, struct err *err)
{
    const struct conversion **list =
        NEW_ARRAY(s->job->arena, const struct conversion *, b->n + 1);

    for (size_t i = 0; i < b->n; i++)
        list[i] = b->items[i].conversion;
    return conversion_name(s->job->db, list, b->n, err);
}

static bool store_breaker(struct sending *s, const struct batch *b, struct err *err)
{
    struct str platform = str(s->platform->name);

    if (b->failed)
        return breaker_failure(s->job->db, s->job->arena, platform, s->source.pixel_code,
                               s->job->now_ms, err);
    return !b->reached ||
           breaker_success(s->job->db, platform, s->source.pixel_code, s->job->now_ms, err);
}

static bool store_batch(struct sending *s, const struct batch *b, struct err *err)
{
    struct db *db = s->job->db;

    if (!db_begin(db, err))
        return false;
    bool ok = conversion_settle(db, b->outcomes, b->n_outcomes, s->job->now_ms, err) &&
              conversion_log_add(db, s->job->arena, b->logs, b->n_logs, err) &&
              store_breaker(s, b, err);
    if (ok && b->stopped && (s->own_token || b->why.kind != ERR_DENIED))
        ok = event_source_block(db, s->source.direction_id, reason_of(s, &b->why),
                                s->job->now_ms, err);
    return db_end(db, ok, err);
}

/* --- a run --------------------------------------------------------------------- */

static bool come_back(struct job *job, int64_t after_ms, const char *why, struct err *err)
{
    job->snooze = true;
    job->retry_after_ms = after_ms > SECOND_MS / 10 ? after_ms : SECOND_MS / 10;
    return err_set(err, ERR_BUSY, "%s", why);
}

/* Nothing can be sent now: what is due says so, and when it is tried again. */
static bool put_off(struct sending *s, int64_t until_ms, const char *why, struct err *err)
{
    struct job *job = s->job;

    if (!conversion_put_off(job->db, s->source.direction_id, str_dup(job->arena, str(why)),
                            job->now_ms, until_ms, err))
        return false;
    return come_back(job, until_ms - job->now_ms, why, err);
}

/* The source's own token, else the connection's. */
static bool open_session(struct sending *s, struct err *err)
{
    struct job *job = s->job;
    struct seal_place place = {db_scope_org(job->db), "event_sources", "token_sealed",
                               s->source.direction_id};

    s->own_token = s->source.token_sealed.n > 0;
    if (!s->own_token) {
        if (!ad_account_resolve(job->db, job->arena, s->direction.ad_account_id,
                                s->direction.platform, &s->connection, err) ||
            !ad_account_session(s->app, &s->connection, job->net, job->arena, &s->session, err))
            return false;
    } else {
        s->session = (struct platform_session){.net = job->net,
                                               .arena = job->arena,
                                               .conf = s->app->conf,
                                               .currency = s->direction.currency};
        if (!ring_unseal(s->app->ring, job->arena, place, s->source.token_sealed,
                         &s->session.token, err))
            return false;
    }
    s->session.deadline_ms = s->app->conf->event_timeout_seconds * SECOND_MS;
    return true;
}

/* One batch at most: *done when nothing is due now. */
static bool send_round(struct sending *s, bool *done, struct err *err)
{
    struct job *job = s->job;
    struct conversions taken = {0};
    enum breaker_state breaker;
    struct batch batch = {0};
    int64_t again_ms = 0;

    if (!breaker_enter(job->db, job->arena, str(s->platform->name), s->source.pixel_code,
                       job->now_ms, &breaker, &again_ms, err))
        return false;
    if (breaker == BREAKER_OPEN)
        return put_off(s, again_ms, "the pixel failed too often and rests for a minute", err);
    if (!conversion_take(job->db, job->arena, s->source.direction_id,
                         breaker == BREAKER_PROBE ? 1 : (int64_t)s->platform->event_batch,
                         job->now_ms, job->now_ms + LEASE_TIMEOUTS * s->session.deadline_ms,
                         &taken, err))
        return false;
    *done = taken.n == 0;
    if (*done)
        return true;
    if (!prepare_all(s, &taken, &batch, err) || !name_all(s, &batch, err))
        return false;
    if (batch.n)
        send_items(s, &batch, batch.items, batch.n);
    if (!store_batch(s, &batch, err))
        return false;
    log_info("event.sent", LOG_TEXT("direction_id", s->source.direction_id),
             LOG_INT("events", (int64_t)batch.n),
             LOG_INT("failed", batch.failed || batch.stopped));
    if (batch.stopped && batch.why.kind == ERR_DENIED && !s->own_token)
        return ad_account_mark_revoked(job->db, job->arena, &s->connection, batch.why.text,
                                       err);
    *done = batch.stopped;
    return true;
}

static bool send_all(struct sending *s, struct err *err)
{
    int64_t due_ms;
    bool done = false;

    for (int round = 0; round < ROUNDS && !done; round++) {
        s->job->now_ms = clock_wall_ms();
        if (!send_round(s, &done, err))
            return false;
    }
    if (!conversion_next_due(s->job->db, s->job->arena, s->source.direction_id, &due_ms, err))
        return false;
    return due_ms == 0 ||
           come_back(s->job, due_ms - clock_wall_ms(), "events of this direction wait", err);
}

static bool run_send(struct job *job, struct err *err)
{
    struct sending s = {.job = job, .app = job->app};
    const struct json *args;
    struct err why = {0};
    bool found;

    if (!json_parse(job->arena, job->args, &args, err))
        return false;
    struct str direction_id = json_text(args, "direction_id", STR(""));
    if (!event_source_find(job->db, job->arena, direction_id, &found, &s.source, err))
        return false;
    if (!found || !s.source.is_active || s.source.blocked_text.n)
        return true; /* what waits goes on waiting; event_source_set asks again */
    if (!direction_get(job->db, job->arena, direction_id, &s.direction, err) ||
        !event_names_get(job->db, job->arena, s.direction.platform, &s.names, err))
        return false;
    s.platform = platform_find(s.direction.platform);
    if (!s.platform || !s.platform->send_events)
        return err_set(err, ERR_INVALID, "events cannot be sent to " STR_FMT,
                       STR_ARG(s.direction.platform));
    s.target = (struct platform_event_target){s.source.source, s.source.pixel_code,
                                              s.source.test_code};
    if (!conversion_release(job->db, direction_id, job->now_ms, err))
        return false;
    if (!open_session(&s, &why))
        return put_off(&s, job->now_ms + RECONNECT_MS, why.text, err);
    return send_all(&s, err);
}

/* --- the safety net ------------------------------------------------------------ */

struct forgotten {
    struct str org_id, direction_id;
};
LIST(forgottens, struct forgotten);

bool event_sweep(struct db *db, struct arena *arena, int64_t now_ms, struct err *err)
{
    struct forgottens list = {0};
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT s.org_id, s.direction_id FROM event_sources s"
              " WHERE s.is_active = 1 AND s.blocked_text = ''"
              " AND (EXISTS (SELECT 1 FROM conversion_events c WHERE c.org_id = s.org_id"
              "   AND c.direction_id = s.direction_id AND c.state = 'waiting'"
              "   AND c.next_ms <= $1 AND c.created_ms <= $1)"
              "  OR EXISTS (SELECT 1 FROM conversion_events t WHERE t.org_id = s.org_id"
              "   AND t.direction_id = s.direction_id AND t.taken = 1))"
              " AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.org_id = s.org_id"
              "   AND j.kind = 'event.send' AND j.unique_key = s.direction_id"
              "   AND (j.state = 'running' OR (j.state = 'waiting' AND j.run_at_ms <= $2)))",
              INT(now_ms - EVENT_SWEEP_MS), INT(now_ms));
    while (db_next(&rows))
        *forgottens_add(&list, arena) =
            (struct forgotten){db_text(&rows, 0), db_text(&rows, 1)};
    bool ok = db_done(&rows, err);
    for (size_t i = 0; ok && i < list.n; i++) {
        db_scope(db, list.at[i].org_id);
        ok = conversion_ask(db, arena, list.at[i].direction_id, now_ms, err) &&
             job_hasten(db, "event.send", list.at[i].direction_id, now_ms, err);
    }
    db_scope_system(db);
    return ok;
}

const struct job_kind event_jobs[] = {
    {.kind = "event.send", .run = run_send, .deadline_ms = 5 * 60 * 1000, .max_attempts = 20},
    JOB_KINDS_END,
};
