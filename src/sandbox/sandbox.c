/* sandbox.c - life of the sandbox and its routes. */

#include "sandbox/sandbox.h"

#include "base/arena.h"
#include "base/limits.h"
#include "base/log.h"
#include "conf/conf.h"
#include "sandbox/api.h"
#include "sandbox/control.h"
#include "sandbox/faults.h"
#include "sandbox/files.h"
#include "sandbox/graph.h"
#include "sandbox/hooks.h"
#include "sandbox/journal.h"
#include "sandbox/oauth.h"
#include "sandbox/rates.h"
#include "sandbox/table.h"
#include "sandbox/targeting.h"
#include "web/web.h"

#define DEFAULT_APP_ID     "7000000000000000001"
#define DEFAULT_APP_SECRET "sandbox-secret-of-app-7000000000000000001"
#define GRAPH_APP_ID       "800000000000000001"
#define GRAPH_APP_SECRET   "sandbox-secret-of-app-800000000000000001"

static const struct route api_routes[] = {
    {"GET", "/open_api/*rest", PUBLIC, api_call, NULL, 0},
    {"POST", "/open_api/*rest", PUBLIC, api_call, NULL, LIMIT_SANDBOX_BODY},
    {"GET", "/portal/auth", PUBLIC, oauth_page, NULL, 0},
    {"GET", "/portal/auth/confirm", PUBLIC, oauth_confirm, NULL, 0},
    {"GET", "/sandbox/files/:kind/:name", PUBLIC, files_get, NULL, 0},
    ROUTES_END,
};

/* Each face has its own words for a path that is not there. */
static bool unknown_path(struct request *rq, struct reply *rp, struct err *err)
{
    return graph_path(rq->path) ? graph_call(rq, rp, err) : api_unknown(rq, rp, err);
}

void box_lock(struct sandbox *box)
{
    must(pthread_mutex_lock(&box->lock) == 0);
}

void box_unlock(struct sandbox *box)
{
    must(pthread_mutex_unlock(&box->lock) == 0);
}

static struct sandbox *box_new(const struct conf *conf)
{
    struct arena *arena = arena_new("sandbox");
    struct sandbox *box = NEW(arena, struct sandbox);

    box->arena = arena;
    box->conf = conf;
    box->app_id = conf->tiktok_app_id.n ? conf->tiktok_app_id : STR(DEFAULT_APP_ID);
    box->app_secret =
        conf->tiktok_app_secret.n ? conf->tiktok_app_secret : STR(DEFAULT_APP_SECRET);
    box->graph_app_id = conf->facebook_app_id.n ? conf->facebook_app_id : STR(GRAPH_APP_ID);
    box->graph_app_secret =
        conf->facebook_app_secret.n ? conf->facebook_app_secret : STR(GRAPH_APP_SECRET);
    box->table = table_load(arena);
    box->targeting = targeting_load(arena);
    box->rates = rates_new(arena);
    box->graph_usage = graph_usage_new(arena);
    box->faults = faults_new();
    box->journal = journal_new();
    box->store = store_new();
    box->market_arena = arena_new("sandbox markets");
    settings_default(&box->settings);
    must(pthread_mutex_init(&box->lock, NULL) == 0);
    must(pthread_cond_init(&box->woken, NULL) == 0);
    return box;
}

static void box_free(struct sandbox *box)
{
    box_clear(box);
    files_close(box);
    store_free(box->store);
    arena_free(box->market_arena);
    faults_free(box->faults);
    journal_free(box->journal);
    (void)pthread_cond_destroy(&box->woken);
    (void)pthread_mutex_destroy(&box->lock);
    arena_free(box->arena);
}

static bool first_faults(struct sandbox *box, struct err *err)
{
    const struct json *json;

    if (!box->conf->sandbox_faults.n)
        return true;
    if (json_parse(box->arena, box->conf->sandbox_faults, &json, err) &&
        faults_add_json(box->faults, json, err))
        return true;
    (void)err_field(err, "sandbox_faults");
    return false;
}

static bool fill(struct sandbox *box, struct err *err)
{
    bool found = false;
    const struct json *nothing;

    if (!state_load(box, &found, err))
        return false;
    if (found)
        return true;
    must(json_parse(box->arena, STR("{}"), &nothing, err));
    return box_seed(box, nothing, err);
}

static bool listen_for(struct sandbox *box, struct err *err)
{
    const struct route *const routes[] = {api_routes, graph_routes, control_routes, NULL};
    struct web_settings settings = {
        .name = "sandbox",
        .address = box->conf->address,
        .port = (int)box->conf->port,
        .workers = 4,
        .queue_age_ms = 30000, /* a busy platform is slow, not shut */
        .request_deadline_ms = 120000,
        .connection_limit = 512,
        .routes = routes,
        .app = box,
        .fallback = unknown_path,
    };

    return web_start(&settings, &box->web, err);
}

bool sandbox_start(const struct conf *conf, struct sandbox **out, struct err *err)
{
    struct sandbox *box = box_new(conf);

    if (files_open(box, err) && fill(box, err) && first_faults(box, err) &&
        listen_for(box, err)) {
        if (hooks_start(box, err)) {
            *out = box;
            return true;
        }
        web_stop(box->web, 0);
    }
    box_free(box);
    return false;
}

int sandbox_port(const struct sandbox *sandbox)
{
    return web_port(sandbox->web);
}

void sandbox_stop(struct sandbox *sandbox)
{
    struct err err = {0};

    if (!sandbox)
        return;
    hooks_stop(sandbox);
    web_stop(sandbox->web, 5000);
    if (!state_save(sandbox, &err))
        log_err("sandbox.save", &err);
    box_free(sandbox);
}
