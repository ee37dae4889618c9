#ifndef NOTIFY_SEND_H
#define NOTIFY_SEND_H

#include "notify/notify_db.h"
#include "notify/payload.h"
#include "seal/seal.h"

/* One attempt, by kind. Private to notify/. */

struct seal_place endpoint_place(struct db *db, struct str endpoint_id);

struct sender {
    const struct app *app;
    struct db *db;
    struct net *net;
    struct arena *arena;
    struct endpoint endpoint;
    int64_t now_ms;
};

/* What the other side's answer means for the queue. */
struct send_verdict {
    struct handoff_result result;
    int64_t wait_ms;     /* it asked for so long; 0 = our own schedule */
    bool stop;           /* nobody is there any more: switch the endpoint off */
    struct str moved_to; /* Telegram: the chat has another number now */
};

MUST_CHECK bool send_webhook(struct sender *s, struct str id, const struct handed_lead *handed,
                             struct send_verdict *out, struct err *err);
MUST_CHECK bool send_telegram(struct sender *s, const struct handed_lead *handed,
                              struct send_verdict *out, struct err *err);
MUST_CHECK bool send_any(struct sender *s, struct str id, const struct handed_lead *handed,
                         struct send_verdict *out, struct err *err);

/* "v1,<base64>" over id.timestamp.body; `secret` as whsec_... */
MUST_CHECK bool webhook_signature(struct arena *arena, struct str secret, struct str id,
                                  int64_t timestamp_s, struct str body, struct str *out,
                                  struct err *err);
/* The message of a chat, as Telegram's HTML. */
struct str telegram_text(struct arena *arena, const struct handed_lead *handed);

#endif
