#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H

#include "base/list.h"
#include "job/job.h"

struct app;
struct db;
struct net;

/*
 * Leads handed on: to a CRM by a signed webhook, to a chat by Telegram.
 *
 *   handoff   waiting -> delivered | dead (a day of failures; replay makes it wait again)
 *
 * Webhooks follow Standard Webhooks: webhook-id (the same at every attempt),
 * webhook-timestamp, webhook-signature "v1,<base64 HMAC-SHA256 of
 * id.timestamp.body>"; after a change of the secret both sign for a day.  2xx
 * is success, redirects are not followed, 410 switches the endpoint off,
 * Retry-After is heeded.
 *
 * One job empties one endpoint; what is still taken when its run begins was left
 * by one that died, and goes out again at once.  What concerns one lead is delivered in the
 * order in which it happened: what follows waits until it is delivered or dead.
 * Where many leads wait, webhooks go out four at a time, each of another lead.
 * The body is made when it is sent, so a lead that was erased meanwhile is told
 * without its personal data.
 */
#define HANDOFF_TIMEOUT_MS   20000
#define HANDOFF_ATTEMPTS     11 /* 5 s, 30 s, 2 min ... 8 h between them: a day */
#define HANDOFF_BOTH_SIGN_MS (24 * 60 * 60 * 1000)
#define ENDPOINTS_MOST       50 /* of an org */
#define MAPPING_MOST         100

extern const struct job_kind notify_jobs[]; /* "handoff.send" {"endpoint_id"} */

/* The safety net, called by the scheduler in system scope: an endpoint with deliveries that are
 * due gets a job, or its own is brought forward. */
#define HANDOFF_SWEEP_MS 5000
MUST_CHECK bool notify_sweep(struct db *db, struct arena *arena, int64_t now_ms,
                             struct err *err);

struct endpoint {
    struct str endpoint_id;
    struct str kind; /* webhook, telegram */
    struct str name;
    struct str address; /* URL; Telegram: the chat's id */
    struct str secret_sealed, previous_sealed;
    int64_t previous_until_ms;
    struct str topics;  /* ",lead.created,lead.stage," */
    struct str mapping; /* JSON list; "" = the whole lead */
    bool is_active;
    struct str stopped_text; /* why it was switched off by itself */
    int64_t created_ms, updated_ms;
};
LIST(endpoints, struct endpoint);

struct endpoint_wish {
    struct str kind, name, address;
    struct str token;   /* Telegram: the bot's; "" = the stored one stays */
    struct str topics;  /* comma-separated; "" = lead.created */
    struct str mapping; /* JSON list of {field, from | value}; "" = none */
    bool is_active;
    struct str actor;
};
/* *secret: the signing secret of a new webhook, shown once; "" for Telegram. */
MUST_CHECK bool endpoint_add(const struct app *app, struct db *db, struct arena *arena,
                             const struct endpoint_wish *wish, int64_t now_ms,
                             struct str *endpoint_id, struct str *secret, struct err *err);
/* Switched on again, it forgets why it was stopped. */
MUST_CHECK bool endpoint_update(const struct app *app, struct db *db, struct arena *arena,
                                struct str endpoint_id, const struct endpoint_wish *wish,
                                int64_t now_ms, struct err *err);
MUST_CHECK bool endpoint_delete(struct db *db, struct arena *arena, struct str endpoint_id,
                                struct str actor, struct err *err);
/* A new signing secret; the old one signs beside it for a day. */
MUST_CHECK bool endpoint_rotate(const struct app *app, struct db *db, struct arena *arena,
                                struct str endpoint_id, struct str actor, int64_t now_ms,
                                struct str *secret, struct err *err);
MUST_CHECK bool endpoint_get(struct db *db, struct arena *arena, struct str endpoint_id,
                             struct endpoint *out, struct err *err);
MUST_CHECK bool endpoint_list(struct db *db, struct arena *arena, struct endpoints *out,
                              struct err *err);

/* What came of one attempt. */
struct handoff_result {
    bool delivered;
    int status; /* of HTTP; 0 = no answer */
    int64_t took_ms;
    struct str text; /* the answer's beginning, or why there is none */
    struct str body; /* what was sent */
};
/* Send the lead ("" = the newest) to the endpoint now, as topic "test", outside the queue. */
MUST_CHECK bool endpoint_test(const struct app *app, struct db *db, struct net *net,
                              struct arena *arena, struct str endpoint_id, struct str lead_id,
                              int64_t now_ms, struct handoff_result *out, struct err *err);

struct handoff {
    struct str handoff_id, endpoint_id, lead_id, topic, detail, state;
    int64_t at_ms, attempts, next_ms, last_status;
    struct str last_error;
    int64_t created_ms, delivered_ms;
};
LIST(handoffs, struct handoff);
struct handoff_filter {
    struct str endpoint_id, lead_id, state; /* "" = any */
    int64_t before_ms;                      /* cursor: created_ms; 0 = first page */
    struct str before_id;
    int64_t limit;
};
/* Newest first. */
MUST_CHECK bool handoff_list(struct db *db, struct arena *arena,
                             const struct handoff_filter *filter, struct handoffs *out,
                             struct err *err);
/* How it stands, over all endpoints that are in use. */
struct handoff_counts {
    int64_t waiting, dead;
    int64_t oldest_waiting_ms; /* when it was written down; 0 = none waits */
    struct str oldest_text;    /* the last error of that one; "" = it was not tried */
    int64_t stopped;           /* endpoints that were switched off by themselves */
    struct str stopped_name, stopped_text; /* of one of them */
};
MUST_CHECK bool handoff_count(struct db *db, struct arena *arena, struct handoff_counts *out,
                              struct err *err);

/* A dead or delivered one waits again, with the same id.  "" = all dead ones of the endpoint.
 */
MUST_CHECK bool handoff_replay(struct db *db, struct arena *arena, struct str endpoint_id,
                               struct str handoff_id, struct str actor, int64_t now_ms,
                               int64_t *replayed, struct err *err);

#endif
