#ifndef SANDBOX_BOX_H
#define SANDBOX_BOX_H

#include "base/list.h"
#include "base/strs.h"
#include "sandbox/settings.h"
#include "sandbox/store.h"
#include "sandbox/world.h"

#include <pthread.h>

/*
 * The inside of a running sandbox, for its own files.  Everything below `lock`
 * is read and written with the lock held; handlers have it.
 */
struct conf;
struct web;
struct work_loop;
struct table;
struct rates;
struct faults;
struct journal;
struct graph_usage;
struct net;

/* Attempts to deliver webhooks. */
struct hooks_done {
    int64_t sent, accepted, failed;
    int64_t waiting; /* still undelivered, due or not */
};

/* The market of one advertiser. */
struct market {
    struct str advertiser_id;
    struct world *world;
    int64_t hooked_ms;                  /* webhooks of leads before this instant were made */
    struct strs campaigns, groups, ads; /* platform ids by the world's handles */
};
LIST(markets, struct market);

struct sandbox {
    struct arena *arena;
    const struct conf *conf;
    const struct table *table;
    const struct json *targeting; /* places, languages, interests (targeting.c) */
    struct str app_id, app_secret;
    struct str graph_app_id, graph_app_secret; /* Facebook's */
    struct web *web;
    struct work_loop *hooks;
    struct net *hooks_net; /* of the hooks thread */
    char files[4096];      /* folder with the bytes of uploaded media */
    bool files_temporary, data_made;

    pthread_mutex_t lock;
    pthread_cond_t woken; /* the webhook loop should look now */
    struct settings settings;
    struct store *store;
    struct arena *market_arena;
    struct markets markets;
    struct rates *rates;
    struct graph_usage *graph_usage;
    struct faults *faults;
    struct journal *journal;
    int64_t scheduled_ms; /* when the next scheduled budget begins; 0 = none waits */
    uint64_t seed;
    int64_t deliveries;            /* webhooks made so far */
    int64_t sending;               /* webhooks that are on their way now */
    struct hooks_done hooks_total; /* since the start; `waiting` unused */
    int64_t requests;              /* request ids given so far */
};

void box_lock(struct sandbox *box);
void box_unlock(struct sandbox *box);

/* The default content of a new sandbox, its markets included (seed.c). */
MUST_CHECK bool box_seed(struct sandbox *box, const struct json *wish, struct err *err);
/* Forget everything but the settings. */
void box_clear(struct sandbox *box);

/* The whole state to, and from, conf.sandbox_state (state.c). */
MUST_CHECK bool state_save(struct sandbox *box, struct err *err);
/* *found is false when there is no such file. */
MUST_CHECK bool state_load(struct sandbox *box, bool *found, struct err *err);

#endif
