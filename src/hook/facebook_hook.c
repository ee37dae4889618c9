/* facebook_hook.c - Facebook's webhooks of leads: verify, store, answer. */

#include "base/log.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "base/arena.h"
#include "base/limits.h"
#include "hook/hook.h"
#include "hook/inbox_db.h"
#include "hook/quarantine.h"
#include "job/job.h"
#include "seal/seal.h"
#include "text/hex.h"

/* Facebook asks the address itself when it is set: the token shows that the asker knows us. */
static bool answer_challenge(struct request *rq, struct reply *rp, struct err *err)
{
    const struct app *app = rq->app;
    struct str token = app->conf->facebook_verify_token;

    if (!token.n || !str_eq(request_query(rq, "hub.mode"), STR("subscribe")) ||
        !seal_equal(request_query(rq, "hub.verify_token"), token)) {
        rp->status = 403;
        err_set(err, ERR_DENIED, "the verify token is not ours");
        return err_hint(err, "set facebook_verify_token, here and in Facebook's dashboard");
    }
    return reply_body(rp, 200, "text/plain; charset=utf-8", request_query(rq, "hub.challenge"));
}

/* "sha256=<hex HMAC of the bytes as they came>". */
static const char *judge(struct request *rq, struct str secret)
{
    struct str header = request_header(rq, "x-hub-signature-256");
    struct str mac;

    if (!header.n || !secret.n)
        return "missing";
    mac = hex_encode(rq->arena, seal_hmac_sha256(rq->arena, secret, rq->body));
    return str_starts(header, STR("sha256=")) && seal_equal(str_sub(header, 7, header.n), mac)
               ? "hub"
               : "bad";
}

static bool refuse(struct request *rq, const struct inbox_site_entry *entry, struct err *err)
{
    struct err not_kept = {0};
    bool kept = rq->body.n && quarantine_has_room();

    log_warn("webhook.refused", LOG_CSTR("signature", entry->signature),
             LOG_TEXT("address", rq->address), LOG_INT("kept", kept));
    if (kept && !inbox_add_site(rq->db, rq->arena, entry, &not_kept))
        log_err("webhook.not_kept", &not_kept);
    err_set(err, ERR_DENIED, "the signature of this delivery is %s", entry->signature);
    return err_hint(err, "sign with the app's secret: X-Hub-Signature-256");
}

static bool take(struct request *rq, struct reply *rp, struct err *err)
{
    const struct app *app = rq->app;
    struct inbox_site_entry entry = {
        .source = STR("facebook"),
        .body = rq->body,
        .headers = STR("{}"),
        .signature = judge(rq, app->conf->facebook_app_secret),
        .received_ms = rq->now_ms,
    };

    if (!str_eq(str(entry.signature), STR("hub"))) {
        entry.quarantined = true;
        rp->status = 401;
        return refuse(rq, &entry, err);
    }
    if (!inbox_add_site(rq->db, rq->arena, &entry, err))
        return false;
    if (app->runner)
        job_wake(app->runner);
    return reply_body(rp, 200, "text/plain; charset=utf-8", STR("ok"));
}

const struct route facebook_hook_routes[] = {
    {"GET", "/facebook/webhook", PUBLIC, answer_challenge, NULL, 0},
    {"POST", "/facebook/webhook", PUBLIC, take, NULL, LIMIT_WEBHOOK_BODY},
    {"GET", "/api/facebook/webhook", PUBLIC, answer_challenge, NULL, 0},
    {"POST", "/api/facebook/webhook", PUBLIC, take, NULL, LIMIT_WEBHOOK_BODY},
    ROUTES_END,
};
