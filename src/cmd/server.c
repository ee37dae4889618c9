/* server.c - what runs while adwright runs, in boot order. */

#include "cmd/server.h"
#include "ads/account.h"
#include "ads/launch.h"
#include "api/api.h"
#include "api/console.h"
#include "auth/auth.h"
#include "base/clock.h"
#include "base/log.h"
#include "brain/action.h"
#include "brain/brain.h"
#include "base/strs.h"
#include "creative/creative.h"
#include "creative/creative_library.h"
#include "creative/upload.h"
#include "db/db.h"
#include "event/event.h"
#include "hook/hook.h"
#include "job/job.h"
#include "lead/dialog.h"
#include "lead/delivery.h"
#include "lead/lead.h"
#include "lead/pull.h"
#include "lead/retain.h"
#include "live/live.h"
#include "metric/metric.h"
#include "notify/notify.h"
#include "work/work.h"

#include <poll.h>
#include <stdio.h>

/* One a line, so that additions do not meet. */
/* clang-format off */
const struct job_kind *const server_job_kinds[] = {
    account_jobs,
    creative_jobs,
    creative_library_jobs,
    upload_jobs,
    launch_jobs,
    lead_jobs,
    metric_jobs,
    rate_jobs,
    brain_jobs,
    action_jobs,
    event_jobs,
    notify_jobs,
    dialog_jobs,
    NULL,
};

static const struct route *const routes[] = {
    operation_routes,
    live_routes,
    auth_routes,
    people_routes,
    profile_routes,
    accounts_routes,
    connect_routes,
    directions_routes,
    targeting_routes,
    creatives_routes,
    uploads_routes,
    creatives_library_routes,
    creatives_files_routes,
    builder_routes,
    leads_routes,
    leads_change_routes,
    leads_export_routes,
    leads_import_routes,
    deliveries_routes,
    purchases_routes,
    lead_keys_routes,
    endpoints_routes,
    dialogs_routes,
    metrics_routes,
    roi_routes,
    dashboard_routes,
    alerts_routes,
    brain_routes,
    autopilot_routes,
    actions_routes,
    objects_routes,
    events_routes,
    hook_routes,
    site_hook_routes,
    facebook_hook_routes,
    page_hook_routes,
    page_routes,
    NULL,
};
/* clang-format on */

struct server {
    struct boot *boot;
    struct job_runner *runner;
    struct web *web;
    struct live *live;
    struct work_loop *scheduler;
    struct db *scheduler_db;
    int64_t next_sweep_mono_ms;
};

/* Another process on the same data folder wants an upload that we receive: it goes. */
static void look_at_uploads(struct server *server, struct arena *arena)
{
    struct strs keys = {0}, wanted = {0};
    struct err err = {0};

    web_stream_keys(server->web, arena, &keys);
    if (!keys.n)
        return;
    if (!upload_wanted(server->scheduler_db, arena, &keys, &wanted, &err))
        log_err("scheduler.uploads", &err);
    for (size_t i = 0; i < wanted.n; i++)
        web_cut_streams(server->web, wanted.at[i]);
}

/* Once a second: what is due by the clock becomes jobs.  Claims make a slot fire once. */
static void scheduler_turn(void *arg)
{
    struct server *server = arg;
    struct arena *arena = arena_new("scheduler");
    struct err err = {0};

    (void)poll(NULL, 0, 1000);
    look_at_uploads(server, arena);
    if (clock_mono_ms() >= server->next_sweep_mono_ms) {
        server->next_sweep_mono_ms = clock_mono_ms() + 5000;
        db_scope_system(server->scheduler_db);
        if (!lead_sweep(server->scheduler_db, clock_wall_ms(), &err))
            log_err("scheduler.lead_sweep", &err);
        if (!delivery_sweep(&server->boot->app, server->scheduler_db, clock_wall_ms(), &err))
            log_err("scheduler.delivery_sweep", &err);
        if (!lead_retention_schedule(&server->boot->app, server->scheduler_db, arena,
                                     clock_wall_ms(), &err))
            log_err("scheduler.lead_retention", &err);
        if (!upload_schedule(server->scheduler_db, arena, clock_wall_ms(), &err))
            log_err("scheduler.uploads", &err);
        if (!server->boot->by_hand &&
            !lead_pull_schedule(&server->boot->app, server->scheduler_db, arena,
                                clock_wall_ms(), &err))
            log_err("scheduler.lead_pull", &err);
        if (!event_sweep(server->scheduler_db, arena, clock_wall_ms(), &err))
            log_err("scheduler.event_sweep", &err);
        if (!event_forget(&server->boot->app, server->scheduler_db, arena, clock_wall_ms(),
                          &err))
            log_err("scheduler.event_forget", &err);
        if (!ad_account_watch_tokens(server->scheduler_db, arena, clock_wall_ms(), &err))
            log_err("scheduler.tokens", &err);
        if (!notify_sweep(server->scheduler_db, arena, clock_wall_ms(), &err))
            log_err("scheduler.notify_sweep", &err);
        if (!rate_schedule(&server->boot->app, server->scheduler_db, arena, clock_wall_ms(),
                           &err))
            log_err("scheduler.rates", &err);
        if (!server->boot->by_hand && !brain_schedule(&server->boot->app, server->scheduler_db,
                                                      arena, clock_wall_ms(), NULL, &err))
            log_err("scheduler.brain", &err);
        job_wake(server->runner);
    }
    arena_free(arena);
}

static bool start_web(struct server *server, struct err *err)
{
    const struct conf *conf = &server->boot->conf;
    struct web_settings settings = {
        .name = "adwright",
        .address = conf->address,
        .port = (int)conf->port,
        .workers = (int)conf->workers,
        /* One batch is made while another commits, on SQLite's one writer as well. */
        .batch_workers = 3,
        .queue_age_ms = conf->queue_age_ms,
        .request_deadline_ms = conf->request_seconds * 1000,
        .connection_limit = (int)conf->connections,
        .live_limit = conf->connections / 2 < LIMIT_LIVE_CLIENTS ? (int)conf->connections / 2
                                                                 : LIMIT_LIVE_CLIENTS,
        .live_topic_limit = LIMIT_LIVE_PER_ORG,
        .routes = routes,
        .database = server->boot->app.database,
        .app = &server->boot->app,
        .authenticate = auth_authenticate,
        .fallback = console_page,
        .dress = uploads_dress,
        .access_log = true,
    };

    if (!web_start(&settings, &server->web, err))
        return false;
    /* Port 0 has become a real one: our own address, as told to platforms, has it. */
    server->boot->conf.port = web_port(server->web);
    return true;
}

/* What a newer program derives in another way is made again, by jobs. */
static bool ask_for_what_is_missing(struct server *server, struct err *err)
{
    db_scope_system(server->scheduler_db);
    return creative_index_ask(server->scheduler_db, server->boot->arena, err);
}

bool server_start(struct boot *boot, struct server **out, struct err *err)
{
    struct server *server = NEW(boot->arena, struct server);

    server->boot = boot;
    bool ok = db_open(boot->app.database, &server->scheduler_db, err) &&
              ask_for_what_is_missing(server, err) &&
              job_start(boot->app.database, server_job_kinds, (int)boot->conf.job_workers,
                        &boot->app, &server->runner, err);
    boot->app.runner = server->runner;
    ok = ok && start_web(server, err) &&
         live_start(boot->arena, boot->app.database, server->web, &server->live, err) &&
         work_loop_start("scheduler", scheduler_turn, NULL, server, &server->scheduler, err);
    if (!ok) {
        server_stop(server);
        return false;
    }
    *out = server;
    return true;
}

int server_port(const struct server *server)
{
    return web_port(server->web);
}

void server_stop(struct server *server)
{
    int64_t drain_ms = server->boot->conf.drain_seconds * 1000;

    /* The reverse of the start: the scheduler, no new requests, then no new jobs. */
    if (server->scheduler)
        work_loop_stop(server->scheduler);
    live_stop(server->live);
    if (server->web)
        web_stop(server->web, drain_ms);
    if (server->runner)
        job_stop(server->runner, drain_ms);
    server->boot->app.runner = NULL;
    if (server->scheduler_db)
        db_close(server->scheduler_db);
}

void server_print_routes(void)
{
    for (const struct route *const *table = routes; *table; table++)
        for (const struct route *route = *table; route->method; route++)
            printf("%-6s %-56s %s\n", route->method, route->path,
                   route->right == CAN_READ    ? "read"
                   : route->right == CAN_EDIT  ? "edit"
                   : route->right == CAN_SPEND ? "spend"
                   : route->right == CAN_ADMIN ? "admin"
                                               : "public");
}
