/* handoff.c - the queue of one endpoint is emptied, lead by lead in order. */

#include "notify/lanes.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/app.h"
#include "db/db.h"
#include "lead/handoff.h"

#define SECOND_MS INT64_C(1000)
#define BATCH     20
#define ROUNDS    50
#define LEASE_MS  (BATCH * HANDOFF_TIMEOUT_MS + 60 * SECOND_MS)

static int64_t wait_after(int64_t attempts)
{
    static const int64_t seconds[] = {5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800};
    size_t i = attempts < 1 ? 0 : (size_t)attempts - 1;

    return (i < countof(seconds) ? seconds[i] : seconds[countof(seconds) - 1]) * SECOND_MS;
}

static struct handoff_outcome outcome_of(struct sender *s, const struct handoff *handoff,
                                         const struct send_verdict *verdict)
{
    struct handoff_outcome outcome = {.handoff = handoff,
                                      .state = "waiting",
                                      .status = verdict->result.status,
                                      .error = verdict->result.text};

    if (verdict->result.delivered) {
        outcome.state = "delivered";
        outcome.error = STR("");
    } else if (handoff->attempts >= HANDOFF_ATTEMPTS && !verdict->moved_to.n) {
        outcome.state = "dead";
    } else {
        int64_t wait_ms = verdict->wait_ms ? verdict->wait_ms : wait_after(handoff->attempts);
        outcome.next_ms = s->now_ms + (verdict->moved_to.n ? 0 : wait_ms);
    }
    return outcome;
}

/* The lead is gone: there is nothing to tell. */
static bool bury(struct sender *s, const struct handoff *handoff, struct err *err)
{
    struct handoff_outcome outcome = {
        .handoff = handoff, .state = "dead", .error = STR("the lead is gone")};

    return handoff_settle(s->db, &outcome, s->now_ms, err);
}

static bool store(struct sender *s, const struct handoff *handoff,
                  const struct send_verdict *verdict, struct err *err)
{
    struct handoff_outcome outcome = outcome_of(s, handoff, verdict);

    if (!db_begin(s->db, err))
        return false;
    bool ok = !verdict->result.delivered || !str_eq(handoff->topic, STR("lead.created")) ||
              handoff_told(s->db, s->arena, handoff->lead_id, s->endpoint.name, s->now_ms, err);
    ok = ok && handoff_settle(s->db, &outcome, s->now_ms, err);
    if (ok && verdict->stop)
        ok = endpoint_stop(s->db, s->endpoint.endpoint_id,
                           verdict->result.text.n ? verdict->result.text
                                                  : STR("the receiver answered 410 Gone"),
                           s->now_ms, err);
    if (ok && verdict->moved_to.n)
        ok = endpoint_move(s->db, s->endpoint.endpoint_id, verdict->moved_to, s->now_ms, err);
    return db_end(s->db, ok, err);
}

/* *there false: it is settled already. */
static bool gather(struct sender *s, const struct handoff *handoff, struct handed_lead *out,
                   bool *there, struct err *err)
{
    struct err why = {0};

    *there = payload_gather(s->app, s->db, s->arena, handoff, out, &why);
    if (*there)
        return true;
    if (why.kind == ERR_NOT_FOUND)
        return bury(s, handoff, err);
    return *err = why, false;
}

static bool conclude(struct sender *s, const struct handoff *handoff,
                     const struct send_verdict *verdict, bool *stopped, struct err *err)
{
    *stopped = *stopped || verdict->stop;
    if (verdict->moved_to.n)
        s->endpoint.address = verdict->moved_to;
    log_info("handoff.sent", LOG_TEXT("endpoint_id", s->endpoint.endpoint_id),
             LOG_TEXT("lead_id", handoff->lead_id), LOG_INT("status", verdict->result.status),
             LOG_INT("delivered", verdict->result.delivered));
    return store(s, handoff, verdict, err);
}

static bool deliver(struct sender *s, const struct handoff *handoff, bool *stopped,
                    struct err *err)
{
    struct send_verdict verdict;
    struct handed_lead handed;
    bool there;

    s->now_ms = clock_wall_ms();
    if (!gather(s, handoff, &handed, &there, err))
        return false;
    return !there || (send_any(s, handoff->handoff_id, &handed, &verdict, err) &&
                      conclude(s, handoff, &verdict, stopped, err));
}

/* Each is of another lead: `take` gives of each lead the first alone. */
static bool deliver_together(struct sender *s, struct lanes *lanes,
                             const struct handoffs *taken, bool *stopped, struct err *err)
{
    struct letter *letters = NEW_ARRAY(s->arena, struct letter, taken->n);
    size_t n = 0;
    bool there;

    for (size_t i = 0; i < taken->n; i++) {
        letters[n].handoff = &taken->at[i];
        if (!gather(s, &taken->at[i], &letters[n].handed, &there, err))
            return false;
        n += there;
    }
    if (!lanes_send(lanes, s, letters, n, err))
        return false;
    s->now_ms = clock_wall_ms();
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        if (!letters[i].tried)
            continue; /* it is taken still: the next run begins with it */
        ok = letters[i].ok ? conclude(s, letters[i].handoff, &letters[i].verdict, stopped, err)
                           : (*err = letters[i].why, false);
    }
    lanes_clear(lanes);
    return ok;
}

/* Longest for what is sent together. */
#define ROUND_MS ((BATCH / LANES + 1) * HANDOFF_TIMEOUT_MS)
static bool time_left(const struct job *job)
{
    return clock_mono_ms() < job->deadline_mono_ms - ROUND_MS;
}

/* Many wait: several at once.  Chats count the messages of a second, and get one at a time. */
static bool is_crowd(const struct sender *s, const struct handoffs *taken)
{
    return taken->n == BATCH && str_eq(s->endpoint.kind, STR("webhook"));
}

static bool run_round(struct sender *s, struct lanes *lanes, const struct job *job, bool *done,
                      struct err *err)
{
    struct handoffs taken = {0};
    bool stopped = false;

    s->now_ms = clock_wall_ms();
    if (!handoff_take(s->db, s->arena, s->endpoint.endpoint_id, BATCH, s->now_ms,
                      s->now_ms + LEASE_MS, &taken, err))
        return false;
    if (is_crowd(s, &taken)) {
        if (!deliver_together(s, lanes, &taken, &stopped, err))
            return false;
    } else {
        for (size_t i = 0; i < taken.n && !stopped && time_left(job); i++)
            if (!deliver(s, &taken.at[i], &stopped, err))
                return false;
    }
    *done = taken.n == 0 || stopped;
    return true;
}

static bool come_back(struct job *job, int64_t after_ms, struct err *err)
{
    job->snooze = true;
    job->retry_after_ms = after_ms > SECOND_MS / 10 ? after_ms : SECOND_MS / 10;
    return err_set(err, ERR_BUSY, "deliveries of this endpoint wait");
}

static bool run_rounds(struct sender *s, struct job *job, struct err *err)
{
    struct lanes lanes = {0};
    bool done = false, ok = true;

    for (int round = 0; ok && round < ROUNDS && !done && time_left(job); round++)
        ok = run_round(s, &lanes, job, &done, err);
    lanes_close(&lanes);
    return ok;
}

/* handoff.send - until nothing is due; then it sleeps until something is. */
static bool run_handoff(struct job *job, struct err *err)
{
    struct sender s = {.app = job->app, .db = job->db, .net = job->net, .arena = job->arena};
    const struct json *args;
    struct err gone = {0};
    int64_t due_ms;

    if (!json_parse(job->arena, job->args, &args, err))
        return false;
    if (!endpoint_get(job->db, job->arena, json_text(args, "endpoint_id", STR("")), &s.endpoint,
                      &gone))
        return gone.kind == ERR_NOT_FOUND || (*err = gone, false);
    if (!s.endpoint.is_active)
        return true; /* what waits goes on waiting */
    if (!handoff_release(job->db, s.endpoint.endpoint_id, clock_wall_ms(), err))
        return false;
    if (!run_rounds(&s, job, err))
        return false;
    if (!handoff_next_due(job->db, job->arena, s.endpoint.endpoint_id, &due_ms, err))
        return false;
    return due_ms == 0 || come_back(job, due_ms - clock_wall_ms(), err);
}

const struct job_kind notify_jobs[] = {
    {.kind = "handoff.send", .run = run_handoff, .deadline_ms = 600 * 1000, .max_attempts = 20},
    JOB_KINDS_END,
};

/* --- the test button ----------------------------------------------------------- */

static bool newest_lead(struct db *db, struct arena *arena, struct str *lead_id,
                        struct err *err)
{
    struct lead_filter filter = {.limit = 1};
    struct leads newest = {0};

    if (!lead_list(db, arena, &filter, &newest, err))
        return false;
    if (newest.n == 0)
        return err_set(err, ERR_CONFLICT, "the org has no lead to send"),
               err_hint(err, "add one by POST /api/leads, then test again");
    *lead_id = newest.at[0].lead_id;
    return true;
}

bool endpoint_test(const struct app *app, struct db *db, struct net *net, struct arena *arena,
                   struct str endpoint_id, struct str lead_id, int64_t now_ms,
                   struct handoff_result *out, struct err *err)
{
    struct sender s = {.app = app, .db = db, .net = net, .arena = arena, .now_ms = now_ms};
    struct handoff handoff = {.topic = STR("test"), .lead_id = lead_id, .at_ms = now_ms};
    struct send_verdict verdict;
    struct handed_lead handed;

    if (!endpoint_get(db, arena, endpoint_id, &s.endpoint, err) ||
        (lead_id.n == 0 && !newest_lead(db, arena, &handoff.lead_id, err)) ||
        !payload_gather(app, db, arena, &handoff, &handed, err) ||
        !send_any(&s, str_fmt(arena, "test_" STR_FMT, STR_ARG(id_new(arena))), &handed,
                  &verdict, err))
        return false;
    *out = verdict.result;
    return true;
}
