/* worker.c - plain blocking handlers, each with its own database handle, net and arena. */

#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include "net/net.h"
#include "web/server.h"

#include <stdlib.h>

struct worker {
    struct web *web;
    struct arena *arena; /* as new for each request, or each batch */
    struct db *db;
    struct net *net;
};

void *worker_start(void *shared, int index)
{
    struct worker *w = calloc(1, sizeof *w);

    (void)index;
    must(w);
    w->web = shared;
    w->arena = arena_new("request");
    return w;
}

void worker_stop(void *state)
{
    struct worker *w = state;

    db_close(w->db);
    net_close(w->net);
    arena_free(w->arena);
    free(w);
}

/* The handles are made when first needed, so that a server whose database is away answers 503
 * and recovers by itself. */
static bool equip(struct worker *w, struct request *rq, struct err *err)
{
    struct database *database = w->web->settings.database;

    if (database && !w->db && !db_open(database, &w->db, err))
        return false;
    if (!w->net && !net_open(&w->net, err))
        return false;
    if (w->db)
        db_scope_system(w->db);
    rq->db = w->db;
    rq->net = w->net;
    return true;
}

static bool in_time(const struct request *rq, struct err *err)
{
    if (clock_mono_ms() < rq->deadline_mono_ms)
        return true;
    return err_set(err, ERR_BUSY, "the request waited longer than its deadline");
}

/* Who calls, and may they?  Afterwards the handle sees the caller's org only. */
static bool admit(struct worker *w, struct request *rq, struct err *err)
{
    const struct web_settings *s = &w->web->settings;
    unsigned right = rq->route ? rq->route->right : PUBLIC;

    if (right == PUBLIC || !s->authenticate)
        return true;
    if (!s->authenticate(rq, err))
        return false;
    if (!rq->caller.org_id.n)
        return err_set(err, ERR_DENIED, "you are not signed in") ||
               err_hint(err, "sign in, or send Authorization: Bearer with an API key");
    if ((rq->caller.rights & right) != right)
        return err_set(err, ERR_DENIED, "your role does not allow this") ||
               err_hint(err, "ask an owner of the organisation");
    if (rq->db)
        db_scope(rq->db, rq->caller.org_id);
    return true;
}

static void answer(struct exchange *x, struct request *rq, struct reply *rp, bool ok,
                   const struct err *err)
{
    if (!ok)
        reply_problem(rq, rp, err);
    response_make(x, rq, rp);
    response_log(x, rq, ok ? NULL : err);
}

/* The headers move when a body is read, and are gone when the connection is. */
static void keep_headers(struct request *rq)
{
    rq->method = str_dup(rq->arena, rq->method);
    for (size_t i = 0; i < rq->headers.n; i++)
        rq->headers.at[i].value = str_dup(rq->arena, rq->headers.at[i].value);
}

static void run_one(struct worker *w, struct exchange *x)
{
    web_handler *handler = x->match.route ? x->match.route->handler : w->web->settings.fallback;
    struct request rq;
    struct reply rp = {0};
    struct err err = {0};
    bool opened = request_open(&rq, x, w->arena, &err);

    log_correlation(rq.id);
    bool ok = opened && in_time(&rq, &err) && equip(w, &rq, &err) && admit(w, &rq, &err) &&
              handler(&rq, &rp, &err);
    must(!w->db || !db_in_transaction(w->db));
    if (rp.source.more)
        keep_headers(&rq);
    answer(x, &rq, &rp, ok, &err);
    log_correlation(STR(""));
    if (x->source)
        w->arena = arena_new("request"); /* the answer has the other one */
    else
        arena_reset(w->arena);
}

/* The next piece of an answer. */
static void run_source(struct worker *w, struct exchange *x)
{
    struct request *rq = source_request(x);
    struct err err = {0};

    log_correlation(rq->id);
    rq->arena = w->arena;
    rq->now_ms = clock_wall_ms();
    rq->deadline_mono_ms = clock_mono_ms() + w->web->settings.request_deadline_ms;
    bool ok = equip(w, rq, &err);
    if (ok && rq->db && rq->caller.org_id.n)
        db_scope(rq->db, rq->caller.org_id);
    if (!ok || !source_more(x, &err)) {
        source_fail(x);
        log_err("http.cut_short", &err);
    }
    must(!w->db || !db_in_transaction(w->db));
    log_correlation(STR(""));
    arena_reset(w->arena);
}

void worker_run(void *state, void **items, size_t n)
{
    struct worker *w = state;

    for (size_t i = 0; i < n; i++) {
        struct exchange *x = items[i];
        if (x->source)
            run_source(w, x);
        else
            run_one(w, x);
        web_finish(w->web, x, x);
    }
}

/* --- streams ------------------------------------------------------------- */

static void open_stream(struct worker *w, struct exchange *x)
{
    struct request *rq = stream_request(x);
    struct reply rp = {0};
    struct err err = {0};
    bool opened = request_open(rq, x, stream_arena(x), &err);

    keep_headers(rq);
    log_correlation(rq->id);
    bool ok = opened && in_time(rq, &err) && equip(w, rq, &err) && admit(w, rq, &err) &&
              x->match.route->handler(rq, &rp, &err);
    if (ok && rq->sink.close) {
        stream_opened(x);
    } else {
        answer(x, rq, &rp, ok, &err);
        stream_answered(x, &rp);
    }
}

/* Always reaches the stream's `close`, which gives back what it holds, database or not. */
static void close_stream(struct worker *w, struct exchange *x)
{
    struct request *rq = stream_request(x);
    struct reply rp = {0};
    struct err err = {0}, away = {0};

    log_correlation(rq->id);
    rq->now_ms = clock_wall_ms();
    rq->deadline_mono_ms = clock_mono_ms() + w->web->settings.request_deadline_ms;
    rq->db = NULL;
    if (!equip(w, rq, &away))
        rq->db = NULL;
    else if (rq->db && rq->caller.org_id.n)
        db_scope(rq->db, rq->caller.org_id);
    bool ok = rq->sink.close(rq, &rp, rq->sink.arg, stream_whole(x), &err);
    if (stream_unheard(x)) {
        x->answered = true;
        response_log(x, rq, ok ? NULL : &err);
    } else {
        answer(x, rq, &rp, ok, &err);
    }
    stream_answered(x, &rp);
}

void worker_run_stream(void *state, void **items, size_t n)
{
    struct worker *w = state;

    for (size_t i = 0; i < n; i++) {
        struct exchange *x = items[i];
        if (stream_unopened(x))
            open_stream(w, x);
        else
            close_stream(w, x);
        must(!w->db || !db_in_transaction(w->db));
        log_correlation(STR(""));
        web_finish(w->web, x, x);
    }
}

/* --- batches ------------------------------------------------------------- */

struct batch {
    size_t n;
    struct exchange **exchanges;
    struct request **requests;
    struct reply *replies;
    bool *ok;
    struct err *errs;
};

static void batch_init(struct batch *b, struct arena *arena, size_t room)
{
    *b = (struct batch){.exchanges = NEW_ARRAY(arena, struct exchange *, room),
                        .requests = NEW_ARRAY(arena, struct request *, room),
                        .replies = NEW_ARRAY(arena, struct reply, room),
                        .ok = NEW_ARRAY(arena, bool, room),
                        .errs = NEW_ARRAY(arena, struct err, room)};
}

/* Those of one route that can be opened; the others are answered at once. */
static void batch_fill(struct worker *w, struct batch *b, void **items, size_t n)
{
    const struct route *route = ((struct exchange *)items[0])->match.route;

    for (size_t i = 0; i < n; i++) {
        struct exchange *x = items[i];
        struct request *rq = NEW(w->arena, struct request);
        struct reply rp = {0};
        struct err err = {0};

        if (x->answered || x->match.route != route)
            continue;
        if (request_open(rq, x, w->arena, &err) && in_time(rq, &err) && equip(w, rq, &err)) {
            b->exchanges[b->n] = x;
            b->requests[b->n++] = rq;
        } else {
            answer(x, rq, &rp, false, &err);
        }
    }
}

static void batch_answer(struct batch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        log_correlation(b->requests[i]->id);
        answer(b->exchanges[i], b->requests[i], &b->replies[i], b->ok[i], &b->errs[i]);
    }
    log_correlation(STR(""));
}

void worker_run_batch(void *state, void **items, size_t n)
{
    struct worker *w = state;

    for (size_t first = 0; first < n; first++) {
        struct batch b;

        if (((struct exchange *)items[first])->answered)
            continue;
        batch_init(&b, w->arena, n - first);
        batch_fill(w, &b, items + first, n - first);
        if (b.n)
            b.requests[0]->route->batch(b.requests, b.replies, b.ok, b.errs, b.n);
        must(!w->db || !db_in_transaction(w->db));
        batch_answer(&b);
        arena_reset(w->arena);
    }
    for (size_t i = 0; i < n; i++) {
        struct exchange *x = items[i];
        x->next = i + 1 < n ? items[i + 1] : NULL;
    }
    web_finish(w->web, items[0], items[n - 1]);
}

static void refuse_stopping(struct exchange *x)
{
    struct arena *arena = arena_new("drop");
    struct request rq = {.arena = arena, .method = str(x->method), .impl = x};
    struct reply rp = {0};
    struct err err = {0};

    rq.id = request_id(x, arena);
    err_set(&err, ERR_BUSY, "the server is stopping");
    answer(x, &rq, &rp, false, &err);
    arena_free(arena);
}

/* At the end of draining: no worker will take it. */
void worker_drop(void *item)
{
    struct exchange *x = item;

    if (x->source)
        source_fail(x);
    else
        refuse_stopping(x);
    web_finish(x->web, x, x);
}
