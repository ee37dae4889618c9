/* tiktok_hook.c - TikTok's webhooks: verify, store, answer. */

#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "hook/counter.h"
#include "hook/hook.h"
#include "hook/inbox_db.h"
#include "hook/quarantine.h"
#include "hook/signature.h"
#include "job/job.h"
#include "lead/lead.h"

#include <stdatomic.h>

enum {
    POUR_MS = 200,    /* so many good ones ... */
    POUR_COUNT = 200, /* ... in so long: they pour in */
    ASK_MS = 1000,
};

static bool answer_challenge(struct request *rq, struct reply *rp, struct err *err)
{
    struct str challenge = request_query(rq, "challenge");

    if (!challenge.n)
        return err_input(err, "challenge",
                         "TikTok sends ?challenge=... when it checks the address",
                         "the challenge is missing");
    return reply_body(rp, 200, "text/plain; charset=utf-8", challenge);
}

static bool pour_in(size_t fitting)
{
    static _Atomic int64_t lately;

    return counter_up(&lately, clock_mono_ms() / POUR_MS, (int64_t)fitting) >= POUR_COUNT;
}

/* --- deliveries ------------------------------------------------------------------ */

/* The batch, and the entries made of it: all but bad ones beyond the quarantine's bounds. */
struct intake {
    struct request **requests;
    size_t n;
    struct inbox_entry *entries;
    size_t *request_of; /* of each entry */
    size_t entries_n;
};

static bool read_rules(const struct app *app, struct signature_rules *out, struct err *err)
{
    const struct conf *conf = app->conf;

    out->secret =
        conf->tiktok_webhook_secret.n ? conf->tiktok_webhook_secret : conf->tiktok_app_secret;
    return signature_rules_read(conf->tiktok_webhook_signatures, out, err);
}

static bool denied(const struct signature_rules *rules, const char *judgement, struct err *err)
{
    err_set(err, ERR_DENIED, "the signature of this delivery is %s", judgement);
    if (!rules->secret.n)
        return err_hint(err, "set tiktok_app_secret or tiktok_webhook_secret");
    return err_hint(err, "sign with the app's secret: X-Open-Signature, TikTok-Signature or "
                         "X-TikTok-Signature");
}

/* Judge one; it becomes an entry unless it is one bad delivery too many. */
static bool receive(struct intake *in, size_t i, const struct signature_rules *rules,
                    struct err *err)
{
    struct request *rq = in->requests[i];
    struct signature_headers headers = {request_header(rq, "x-open-signature"),
                                        request_header(rq, "tiktok-signature"),
                                        request_header(rq, "x-tiktok-signature")};
    const char *judgement = signature_judge(rules, &headers, rq->body, rq->now_ms, rq->arena);
    bool fits = signature_fits(judgement);

    if (!fits) {
        bool kept = quarantine_has_room();
        log_warn("webhook.refused", LOG_CSTR("signature", judgement),
                 LOG_TEXT("address", rq->address), LOG_INT("kept", kept));
        if (!kept)
            return denied(rules, judgement, err);
        (void)denied(rules, judgement, err);
    }
    in->request_of[in->entries_n] = i;
    in->entries[in->entries_n++] = (struct inbox_entry){.body = rq->body,
                                                        .signature = judgement,
                                                        .quarantined = !fits,
                                                        .received_ms = rq->now_ms};
    return fits;
}

/*
 * A job is asked for with each batch, but while one is held (deliveries pour
 * in) once a second is enough: it is still there.  Where it is not after all,
 * lead_sweep sees to it.
 */
static bool should_ask(size_t fitting)
{
    static _Atomic int64_t asked_ms;
    int64_t now = clock_mono_ms();

    if (!fitting || (lead_intake_held() && now - atomic_load(&asked_ms) < ASK_MS))
        return false;
    atomic_store(&asked_ms, now);
    return true;
}

/* The transaction of all failed: each alone, so that one bad member harms only itself. */
static void store_alone(struct intake *in, bool *ok, struct err *errs)
{
    struct request *first = in->requests[0];
    struct err gone = {0};

    for (size_t e = 0; e < in->entries_n; e++) {
        const struct inbox_entry *entry = &in->entries[e];
        size_t i = in->request_of[e];
        struct err err = gone;
        bool late = clock_mono_ms() > in->requests[i]->deadline_mono_ms;

        bool stored = !late && !gone.kind &&
                      inbox_add(first->db, first->arena, entry, 1, !entry->quarantined, &err);
        if (!stored && err.kind == ERR_BUSY)
            gone = err; /* the database is away: do not wait for it once per member */
        if (entry->quarantined || stored)
            continue;
        ok[i] = false;
        errs[i] = err;
        log_err("webhook.not_stored", &err);
        err_set(&errs[i], ERR_BUSY, "the delivery could not be stored");
        err_hint(&errs[i], "send it again");
    }
}

static void answer_all(struct intake *in, struct reply *replies, const bool *ok)
{
    for (size_t i = 0; i < in->n; i++)
        if (ok[i])
            reply_body(&replies[i], 200, "application/json", STR("{\"code\":0}"));
}

static void take_deliveries(struct request **requests, struct reply *replies, bool *ok,
                            struct err *errs, size_t n)
{
    struct request *first = requests[0];
    const struct app *app = first->app;
    struct signature_rules rules;
    struct err err = {0};
    struct intake in = {.requests = requests,
                        .n = n,
                        .entries = NEW_ARRAY(first->arena, struct inbox_entry, n),
                        .request_of = NEW_ARRAY(first->arena, size_t, n)};

    log_correlation(first->id);
    bool known = read_rules(app, &rules, &err);
    size_t fitting = 0;
    for (size_t i = 0; i < n; i++) {
        ok[i] = known && receive(&in, i, &rules, &errs[i]);
        if (!known)
            errs[i] = err;
        fitting += ok[i];
    }
    bool ask = should_ask(fitting);
    if (in.entries_n &&
        !inbox_add(first->db, first->arena, in.entries, in.entries_n, ask, &err)) {
        log_err("webhook.batch", &err);
        store_alone(&in, ok, errs);
    }
    if (pour_in(fitting))
        lead_intake_hold();
    else if (app->runner)
        job_wake(app->runner);
    answer_all(&in, replies, ok);
}

const struct route hook_routes[] = {
    {"GET", "/tiktok/webhook", PUBLIC, answer_challenge, NULL, 0},
    {"POST", "/tiktok/webhook", PUBLIC, NULL, take_deliveries, LIMIT_WEBHOOK_BODY},
    {"GET", "/api/tiktok/webhook", PUBLIC, answer_challenge, NULL, 0},
    {"POST", "/api/tiktok/webhook", PUBLIC, NULL, take_deliveries, LIMIT_WEBHOOK_BODY},
    ROUTES_END,
};
