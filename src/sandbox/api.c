/* api.c - one API call: fault, gate, handler, envelope, journal. */

#include "sandbox/api.h"

#include "base/arena.h"
#include "base/clock.h"
#include "sandbox/faces.h"
#include "sandbox/faults.h"
#include "sandbox/fetch.h"
#include "sandbox/gate.h"
#include "sandbox/journal.h"
#include "sandbox/market.h"

static const char prefix[] = "/open_api/v1.3/";

bool api_unknown(struct request *rq, struct reply *rp, struct err *err)
{
    (void)rq;
    (void)err;
    return reply_body(rp, 404, "text/plain; charset=utf-8", STR("404 page not found"));
}

static void record(struct call *call, bool acted)
{
    struct sandbox *box = call->box;
    bool text = str_starts(request_header(call->rq, "content-type"), STR("application/json"));
    struct journal_entry entry = {
        .at_ms = call->now_ms,
        .method = call->rq->method,
        .path = call->endpoint->path,
        .request_id = call->request_id,
        .advertiser_id = call->advertiser_id,
        .status = call->rp->drop_connection ? 0 : call->rp->status,
        .code = call->code,
        .message = call->message,
        .acted = acted,
    };

    if (call->args)
        entry.args = json_print(call->arena, call->args);
    else
        entry.args = text ? call->rq->body : call->rq->raw_query;
    journal_add(box->journal, &entry);
}

static bool act(struct call *call)
{
    call_handler *handler = face_find(call->endpoint->path);

    if (!gate_pass(call))
        return false;
    if (fetch_wanted(call)) {
        /* Never fetch under the lock: the URL may well be one of our own. */
        box_unlock(call->box);
        fetch_url(call);
        box_lock(call->box);
        if (!gate_pass(call))
            return false;
    }
    if (!handler)
        return call_refuse(call, "/v1.3/" STR_FMT " is not available in this sandbox.",
                           STR_ARG(call->endpoint->path));
    return handler(call);
}

/* A fault that answers by itself, before anything happens. */
static bool fault_answers(struct call *call, const struct fault *fault)
{
    if (fault->drop_before_acting) {
        call->rp->drop_connection = true;
        return true;
    }
    if (fault->code) {
        call->rp->status = (int)fault->status;
        (void)call_fail(call, (int)fault->code, STR_FMT,
                        STR_ARG(fault->message.n ? fault->message : STR("Injected fault.")));
        envelope(call);
        return true;
    }
    if (fault->status && fault->status != 200) {
        (void)reply_body(call->rp, (int)fault->status, "text/plain",
                         fault->message.n ? str_dup(call->arena, fault->message)
                                          : STR("injected fault"));
        return true;
    }
    return false;
}

static void fault_after(struct call *call, const struct fault *fault)
{
    if (fault->drop_answer_after_acting)
        call->rp->drop_connection = true;
    if (fault->cut_after_bytes >= 0) {
        call->rp->cut_body = true;
        call->rp->cut_after_bytes = (size_t)fault->cut_after_bytes;
    }
}

static void answer(struct call *call)
{
    const struct fault *found =
        faults_take(call->box->faults, call->rq->method, call->endpoint->path);
    struct fault fault = found ? *found : (struct fault){.cut_after_bytes = -1};
    bool acted = false;

    fault.message = str_dup(call->arena, fault.message);
    call->rp->delay_ms = fault.delay_ms;
    if (!fault_answers(call, &fault)) {
        acted = act(call);
        envelope(call);
        fault_after(call, &fault);
    }
    record(call, acted);
}

bool api_call(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = rq->app;
    struct str path = rq->path;
    struct call call = {.box = box, .rq = rq, .rp = rp, .arena = rq->arena};

    if (!str_starts(path, str(prefix)))
        return api_unknown(rq, rp, err);
    path = str_sub(path, sizeof prefix - 1, path.n);
    call.endpoint = table_find(box->table, rq->method, path);
    if (!call.endpoint)
        return api_unknown(rq, rp, err);
    box_lock(box);
    call.now_ms = clock_wall_ms();
    call.request_id = envelope_request_id(box, call.arena, call.now_ms);
    market_tick(box, call.now_ms);
    answer(&call);
    store_sweep(box->store);
    box_unlock(box);
    return true;
}
