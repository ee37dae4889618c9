/* webhook.c - one signed delivery (Standard Webhooks). */

#include "notify/send.h"

#include "base/arena.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "net/net.h"
#include "text/hex.h"

#define ANSWER_LIMIT (64 * 1024)
#define SHOWN        300
#define MOST_WAIT_MS (INT64_C(60) * 60 * 1000)

bool webhook_signature(struct arena *arena, struct str secret, struct str id,
                       int64_t timestamp_s, struct str body, struct str *out, struct err *err)
{
    struct str prefix = STR("whsec_"), key;

    if (!str_starts(secret, prefix) ||
        !base64_decode(arena, str_sub(secret, prefix.n, secret.n), &key))
        return err_set(err, ERR_BROKEN, "the endpoint's secret is not whsec_<base64>");
    struct str signed_text = str_fmt(arena, STR_FMT ".%lld." STR_FMT, STR_ARG(id),
                                     (long long)timestamp_s, STR_ARG(body));
    *out = str_fmt(arena, "v1," STR_FMT,
                   STR_ARG(base64_encode(arena, seal_hmac_sha256(arena, key, signed_text))));
    return true;
}

/* Both secrets while one replaces the other. */
static bool sign(struct sender *s, struct str id, struct str body, struct str *out,
                 struct err *err)
{
    struct seal_place place = endpoint_place(s->db, s->endpoint.endpoint_id);
    struct secret secret, previous;
    struct str second;

    if (!ring_unseal(s->app->ring, s->arena, place, s->endpoint.secret_sealed, &secret, err) ||
        !webhook_signature(s->arena, seal_reveal(secret), id, s->now_ms / 1000, body, out, err))
        return false;
    if (!s->endpoint.previous_sealed.n || s->now_ms > s->endpoint.previous_until_ms)
        return true;
    if (!ring_unseal(s->app->ring, s->arena, place, s->endpoint.previous_sealed, &previous,
                     err) ||
        !webhook_signature(s->arena, seal_reveal(previous), id, s->now_ms / 1000, body, &second,
                           err))
        return false;
    *out = str_fmt(s->arena, STR_FMT " " STR_FMT, STR_ARG(*out), STR_ARG(second));
    return true;
}

static void add_header(struct sender *s, struct net_request *rq, const char *name,
                       struct str value)
{
    *net_headers_add(&rq->headers, s->arena) = (struct net_header){str(name), value};
}

/* Seconds; a date is as good as our own schedule. */
static int64_t retry_after_ms(struct str header)
{
    int64_t seconds;

    if (!str_int(header, &seconds) || seconds <= 0)
        return 0;
    return seconds * 1000 < MOST_WAIT_MS ? seconds * 1000 : MOST_WAIT_MS;
}

/* The beginning of an answer, printable. */
static struct str shown(struct arena *arena, struct str body)
{
    struct str begin = str_sub(body, 0, SHOWN);
    char *p = arena_alloc(arena, begin.n + 1);

    for (size_t i = 0; i < begin.n; i++)
        p[i] = (unsigned char)begin.p[i] < 32 || (unsigned char)begin.p[i] > 126 ? ' '
                                                                                 : begin.p[i];
    return (struct str){p, begin.n};
}

bool send_webhook(struct sender *s, struct str id, const struct handed_lead *handed,
                  struct send_verdict *out, struct err *err)
{
    struct str body = payload_body(s->arena, handed, s->endpoint.mapping), signature;
    struct net_request rq = {.method = STR("POST"),
                             .url = s->endpoint.address,
                             .body = body,
                             .deadline_ms = HANDOFF_TIMEOUT_MS,
                             .answer_limit = ANSWER_LIMIT,
                             .allow_private = s->app->conf->allow_private_urls};
    struct net_answer answer = {0};
    struct err why = {0};

    *out = (struct send_verdict){.result.body = body};
    if (!sign(s, id, body, &signature, err))
        return false;
    add_header(s, &rq, "Content-Type", STR("application/json"));
    add_header(s, &rq, "User-Agent", STR("adwright"));
    add_header(s, &rq, "webhook-id", id);
    add_header(s, &rq, "webhook-timestamp",
               str_fmt(s->arena, "%lld", (long long)s->now_ms / 1000));
    add_header(s, &rq, "webhook-signature", signature);
    if (!net_call(s->net, s->arena, &rq, &answer, &why)) {
        out->result.text = str_dup(s->arena, str(why.text));
        return true;
    }
    out->result.status = answer.status;
    out->result.took_ms = answer.took_ms;
    out->result.delivered = answer.status >= 200 && answer.status < 300;
    out->result.text = shown(s->arena, answer.body);
    out->stop = answer.status == 410;
    if (answer.status == 429 || answer.status == 503)
        out->wait_ms = retry_after_ms(answer.retry_after);
    return true;
}
