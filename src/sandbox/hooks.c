/* hooks.c - webhook deliveries: made, sent, repeated. */

#include "sandbox/hooks.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "net/net.h"
#include "sandbox/doc.h"
#include "sandbox/graph.h"
#include "sandbox/hook_body.h"
#include "sandbox/market.h"
#include "work/work.h"

#include <stdlib.h>
#include <time.h>

#define FIRST_RETRY_MS INT64_C(1000)
#define MOST_RETRY_MS  INT64_C(3600000)
#define GIVE_UP_MS     INT64_C(259200000) /* 72 h */
#define CALL_MS        5000

/* --- making -------------------------------------------------------------- */

static bool subscription_alive(struct sandbox *box, const struct json *subscription)
{
    struct str token = json_text(subscription, "subscription_detail.access_token", STR(""));
    const struct json *grant = store_find(box->store, KIND_GRANT, token);

    return grant && !json_bool(grant, "revoked", false);
}

static bool wants_lead(struct sandbox *box, const struct json *subscription,
                       struct str advertiser_id, struct str page_id)
{
    struct str page = json_text(subscription, "subscription_detail.page_id", STR(""));

    return str_eq(json_text(subscription, "subscribe_entity", STR("")), STR("LEAD")) &&
           str_eq(json_text(subscription, "subscription_detail.advertiser_id", STR("")),
                  advertiser_id) &&
           (!page.n || str_eq(page, page_id)) && subscription_alive(box, subscription);
}

static void put(struct sandbox *box, struct arena *arena, struct doc *doc, struct str url,
                struct str body, struct str lead_id, int64_t due_ms)
{
    struct str id = str_fmt(arena, "%019lld", (long long)++box->deliveries);

    doc_text(doc, "url", url);
    doc_text(doc, "lead_id", lead_id);
    doc_text(doc, "body", body);
    doc_int(doc, "first_ms", due_ms);
    doc_int(doc, "due_ms", due_ms);
    doc_int(doc, "attempts", 0);
    (void)store_put(box->store, KIND_DELIVERY, id, doc_print(doc));
}

static void make(struct sandbox *box, struct arena *arena, const struct json *subscription,
                 struct str body, struct str lead_id, int64_t due_ms)
{
    struct doc doc;

    doc_init(&doc, arena);
    doc_text(&doc, "subscription_id", json_text(subscription, "subscription_id", STR("")));
    put(box, arena, &doc, json_text(subscription, "callback_url", STR("")), body, lead_id,
        due_ms);
}

void hooks_add(struct sandbox *box, struct arena *arena, const char *side, struct str url,
               struct str body, struct str lead_id, int64_t due_ms)
{
    int64_t every = box->settings.webhook_duplicate_every;
    struct doc doc;

    doc_init(&doc, arena);
    doc_text(&doc, "side", str(side));
    put(box, arena, &doc, url, body, lead_id, due_ms);
    if (every && box->deliveries % every == 0)
        put(box, arena, &doc, url, body, lead_id, due_ms);
    (void)pthread_cond_signal(&box->woken);
}

static void make_for(struct sandbox *box, struct arena *arena, struct str advertiser_id,
                     const struct hook_lead *lead)
{
    int64_t every = box->settings.webhook_duplicate_every;

    for (size_t i = 0; i < store_count(box->store, KIND_SUBSCRIPTION); i++) {
        const struct json *subscription = store_at(box->store, KIND_SUBSCRIPTION, i);
        if (!subscription || !wants_lead(box, subscription, advertiser_id, lead->page_id))
            continue;
        struct str body = hook_body(box, arena, lead);
        make(box, arena, subscription, body, lead->lead_id, lead->at_ms);
        if (every && box->deliveries % every == 0)
            make(box, arena, subscription, body, lead->lead_id, lead->at_ms);
    }
}

static void make_leads(struct sandbox *box, struct market *market, struct arena *arena,
                       int64_t until_ms)
{
    struct world_leads leads = {0};

    world_leads_between(market->world, market->hooked_ms, until_ms, arena, &leads);
    for (size_t i = 0; i < leads.n; i++) {
        const struct world_lead *lead = leads.at[i];
        struct arena_mark mark = arena_mark(arena);
        struct hook_lead full;
        if (!lead->website && !lead->webhook_lost &&
            hook_lead_of(box, market, arena, lead, &full))
            make_for(box, arena, market->advertiser_id, &full);
        arena_rewind(arena, mark);
    }
}

/* An ad that was rejected, to those who watch it or its ad group. */
static void make_rejection(struct sandbox *box, struct arena *arena, const struct json *ad,
                           int64_t at_ms)
{
    static const struct {
        const char *entity, *member;
        int object;
    } watched[] = {{"AD_GROUP", "adgroup_id", 2}, {"AD", "ad_id", 3}};

    for (size_t i = 0; i < store_count(box->store, KIND_SUBSCRIPTION); i++) {
        const struct json *one = store_at(box->store, KIND_SUBSCRIPTION, i);
        const struct json *detail = one ? json_at(one, "subscription_detail") : NULL;
        for (size_t k = 0; one && k < countof(watched); k++)
            if (str_eq(json_text(one, "subscribe_entity", STR("")), str(watched[k].entity)) &&
                str_eq(json_text(detail, watched[k].member, STR("")),
                       json_text(ad, watched[k].member, STR("-"))) &&
                subscription_alive(box, one))
                make(box, arena, one, hook_rejection(box, arena, ad, watched[k].object, at_ms),
                     json_text(ad, "ad_id", STR("")), at_ms);
    }
}

static void make_reviews(struct sandbox *box, struct market *market, struct arena *arena,
                         int64_t until_ms)
{
    for (int i = 0; i < world_ad_count(market->world); i++) {
        bool rejected = false;
        int64_t at_ms = world_ad_review_ms(market->world, i, &rejected);
        const struct json *ad = market_ad_doc(box, market, i);
        if (rejected && ad && at_ms >= market->hooked_ms && at_ms < until_ms)
            make_rejection(box, arena, ad, at_ms);
    }
}

void hooks_make(struct sandbox *box, struct market *market, int64_t until_ms)
{
    struct arena *arena;

    if (until_ms <= market->hooked_ms)
        return;
    arena = arena_new("sandbox hooks");
    make_leads(box, market, arena, until_ms);
    make_reviews(box, market, arena, until_ms);
    market->hooked_ms = until_ms;
    arena_free(arena);
}

void hooks_mock(struct sandbox *box, struct str advertiser_id, const struct json *lead)
{
    struct arena *arena = arena_new("sandbox mock hook");
    struct hook_lead full;

    hook_lead_mock(arena, advertiser_id, lead, &full);
    make_for(box, arena, advertiser_id, &full);
    arena_free(arena);
    (void)pthread_cond_signal(&box->woken);
}

/* --- sending ------------------------------------------------------------- */

struct sending {
    struct str id; /* of the delivery; "" = nothing is due */
    struct str url;
    struct net_headers headers;
    struct str body;
};

struct due {
    struct str id;
    int64_t due_ms;
};
LIST(dues, struct due);

static int by_time(const void *a, const void *b)
{
    const struct due *x = a, *y = b;

    if (x->due_ms != y->due_ms)
        return x->due_ms < y->due_ms ? -1 : 1;
    return str_cmp(x->id, y->id);
}

/* What is due by now, in order; with webhook_reorder the latest first. */
static void list_due(struct sandbox *box, struct arena *arena, int64_t now_ms, struct dues *out)
{
    for (size_t i = 0; i < store_count(box->store, KIND_DELIVERY); i++) {
        const struct json *delivery = store_at(box->store, KIND_DELIVERY, i);
        int64_t due_ms = 0;
        if (delivery && json_int(delivery, "due_ms", &due_ms) && due_ms <= now_ms)
            *dues_add(out, arena) =
                (struct due){str_dup(arena, store_id_at(box->store, KIND_DELIVERY, i)), due_ms};
    }
    if (out->n)
        qsort(out->at, out->n, sizeof *out->at, by_time);
    for (size_t i = 0; box->settings.webhook_reorder && i < out->n / 2; i++) {
        struct due first = out->at[i];
        out->at[i] = out->at[out->n - 1 - i];
        out->at[out->n - 1 - i] = first;
    }
}

static void mark(struct sandbox *box, struct arena *arena, struct str id, bool sending,
                 int64_t attempts, int64_t due_ms)
{
    struct doc doc;

    doc_from(&doc, arena, store_find(box->store, KIND_DELIVERY, id));
    doc_bool(&doc, "sending", sending);
    doc_int(&doc, "attempts", attempts);
    doc_int(&doc, "due_ms", due_ms);
    (void)store_put(box->store, KIND_DELIVERY, id, doc_print(&doc));
}

/* False: somebody else sends it, or it is gone. */
static bool begin(struct sandbox *box, struct arena *arena, struct str id, int64_t now_ms,
                  struct sending *sending)
{
    const struct json *delivery = store_find(box->store, KIND_DELIVERY, id);
    int64_t attempts = 0, due_ms = 0;

    *sending = (struct sending){.id = id};
    if (!delivery || json_bool(delivery, "sending", false) ||
        !json_int(delivery, "due_ms", &due_ms) || due_ms > now_ms)
        return false;
    (void)json_int(delivery, "attempts", &attempts);
    sending->url = str_dup(arena, json_text(delivery, "url", STR("")));
    sending->body = str_dup(arena, json_text(delivery, "body", STR("")));
    if (str_eq(json_text(delivery, "side", STR("")), STR("graph")))
        graph_hook_sign(box, arena, sending->body, &sending->headers);
    else
        hook_sign(box, arena, sending->body, now_ms, &sending->headers);
    mark(box, arena, id, true, attempts + 1, now_ms);
    box->sending++;
    return true;
}

static void finish(struct sandbox *box, struct arena *arena, const struct sending *sending,
                   bool accepted)
{
    const struct json *delivery = store_find(box->store, KIND_DELIVERY, sending->id);
    int64_t attempts = 1, first_ms = 0, wait_ms = FIRST_RETRY_MS;
    int64_t now_ms = clock_wall_ms();

    box->sending--;
    box->hooks_total.sent++;
    box->hooks_total.accepted += accepted;
    box->hooks_total.failed += !accepted;
    (void)pthread_cond_broadcast(&box->woken);
    if (!delivery)
        return; /* reset meanwhile */
    (void)json_int(delivery, "attempts", &attempts);
    (void)json_int(delivery, "first_ms", &first_ms);
    for (int64_t i = 1; i < attempts && wait_ms < MOST_RETRY_MS; i++)
        wait_ms *= 2;
    if (accepted || now_ms - first_ms > GIVE_UP_MS)
        store_remove(box->store, KIND_DELIVERY, sending->id);
    else
        mark(box, arena, sending->id, false, attempts, now_ms + wait_ms);
}

static bool send_one(struct net *net, struct arena *arena, const struct sending *sending)
{
    struct net_request request = {
        .method = STR("POST"),
        .url = sending->url,
        .headers = sending->headers,
        .body = sending->body,
        .deadline_ms = CALL_MS,
        .allow_private = true,
    };
    struct net_answer answer = {0};
    struct err err = {0};

    if (!net_call(net, arena, &request, &answer, &err)) {
        log_info("sandbox.hook_failed", LOG_TEXT("url", sending->url),
                 LOG_CSTR("why", err.text));
        return false;
    }
    return answer.status == 200;
}

static void deliver_one(struct sandbox *box, struct net *net, struct arena *arena,
                        struct str id, int64_t now_ms)
{
    struct sending sending;
    bool accepted, mine;

    box_lock(box);
    mine = begin(box, arena, id, now_ms, &sending);
    store_sweep(box->store);
    box_unlock(box);
    if (!mine)
        return;
    accepted = send_one(net, arena, &sending);
    box_lock(box);
    finish(box, arena, &sending, accepted);
    store_sweep(box->store);
    box_unlock(box);
}

static int64_t waiting(struct sandbox *box)
{
    int64_t n = 0;

    for (size_t i = 0; i < store_count(box->store, KIND_DELIVERY); i++)
        n += store_at(box->store, KIND_DELIVERY, i) != NULL;
    return n;
}

void hooks_deliver(struct sandbox *box, struct net *net)
{
    struct arena *list_arena = arena_new("sandbox due deliveries");
    struct arena *arena = arena_new("sandbox delivery");
    int64_t now_ms = clock_wall_ms(); /* what becomes due again meanwhile waits */
    struct dues dues = {0};

    box_lock(box);
    list_due(box, list_arena, now_ms, &dues);
    box_unlock(box);
    for (size_t i = 0; i < dues.n; i++) {
        deliver_one(box, net, arena, dues.at[i].id, now_ms);
        arena_reset(arena);
    }
    arena_free(arena);
    arena_free(list_arena);
    box_lock(box);
    while (box->sending > 0) /* the other thread's, at most CALL_MS */
        (void)pthread_cond_wait(&box->woken, &box->lock);
    box_unlock(box);
}

struct hooks_done hooks_since(struct sandbox *box, const struct hooks_done *before)
{
    return (struct hooks_done){
        .sent = box->hooks_total.sent - before->sent,
        .accepted = box->hooks_total.accepted - before->accepted,
        .failed = box->hooks_total.failed - before->failed,
        .waiting = waiting(box),
    };
}

/* --- the thread ---------------------------------------------------------- */

static void wait_for_work(struct sandbox *box)
{
    struct timespec until;

    must(clock_gettime(CLOCK_REALTIME, &until) == 0);
    until.tv_nsec += 400 * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    box_lock(box);
    (void)pthread_cond_timedwait(&box->woken, &box->lock, &until);
    market_tick(box, clock_wall_ms());
    store_sweep(box->store);
    box_unlock(box);
}

static void turn(void *arg)
{
    struct sandbox *box = arg;

    if (!box->hooks_net) {
        struct err err = {0};
        if (!net_open(&box->hooks_net, &err)) {
            log_err("sandbox.hooks", &err);
            box->hooks_net = NULL;
        }
    }
    wait_for_work(box);
    if (box->hooks_net)
        hooks_deliver(box, box->hooks_net);
}

static void wake(void *arg)
{
    (void)pthread_cond_broadcast(&((struct sandbox *)arg)->woken);
}

bool hooks_start(struct sandbox *box, struct err *err)
{
    return work_loop_start("sandbox-hooks", turn, wake, box, &box->hooks, err);
}

void hooks_stop(struct sandbox *box)
{
    if (box->hooks)
        work_loop_stop(box->hooks);
    box->hooks = NULL;
    if (box->hooks_net)
        net_close(box->hooks_net);
    box->hooks_net = NULL;
}
