/* subscribe.c - after a connect: let the platform send this advertiser's leads to us. */

#include "ads/account.h"
#include "ads/account_db.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "text/json.h"

bool ad_account_ask_subscription(struct db *db, struct arena *arena, struct str ad_account_id,
                                 struct str platform, struct err *err)
{
    struct job_wish subscribe = {
        .kind = "account.subscribe",
        .args =
            str_fmt(arena, "{\"ad_account_id\":\"" STR_FMT "\",\"platform\":\"" STR_FMT "\"}",
                    STR_ARG(ad_account_id), STR_ARG(platform)),
        .unique_key =
            str_fmt(arena, STR_FMT ":" STR_FMT, STR_ARG(ad_account_id), STR_ARG(platform))};

    return job_add(db, &subscribe, NULL, err);
}

/* Failed attempts are told too: the card shows them while the job tries again. */
static bool subscribe(struct job *job, const struct ad_connection *connection, struct err *err)
{
    const struct app *app = job->app;
    const struct platform *platform = platform_find(connection->platform);
    struct platform_session session;
    struct str callback_url;
    bool added = false;

    must(platform);
    callback_url = str_fmt(job->arena, STR_FMT "/api/%s/webhook",
                           STR_ARG(app->conf->public_url), platform->name);
    if (!ad_account_session(app, connection, job->net, job->arena, &session, err) ||
        !platform->subscribe_leads(&session, callback_url, &added, err))
        return err_while(err, "subscribing to the leads of advertiser " STR_FMT,
                         STR_ARG(connection->advertiser_id));
    log_info("account.subscribed", LOG_TEXT("advertiser_id", connection->advertiser_id),
             LOG_INT("added", added));
    return true;
}

static bool run_subscribe(struct job *job, struct err *err)
{
    const struct app *app = job->app;
    struct ad_connection connection;
    const struct json *args;
    struct err unnoted = {0};
    bool ok;

    if (!json_parse(job->arena, job->args, &args, err) ||
        !ad_account_resolve(job->db, job->arena, json_text(args, "ad_account_id", STR("")),
                            json_text(args, "platform", STR("")), &connection, err))
        return false;
    if (app->conf->public_url.n == 0)
        return ad_connection_note_leads(job->db, &connection, STR("off"), STR(""),
                                        clock_wall_ms(), err);
    ok = subscribe(job, &connection, err);
    if (ok)
        return ad_connection_note_leads(job->db, &connection, STR("subscribed"), STR(""),
                                        clock_wall_ms(), err);
    if (!ad_connection_note_leads(
            job->db, &connection, STR("failed"),
            str(*err->platform_message ? err->platform_message : err->text), clock_wall_ms(),
            &unnoted))
        log_err("account.leads_unnoted", &unnoted);
    return false;
}

const struct job_kind account_jobs[] = {
    {.kind = "account.subscribe",
     .run = run_subscribe,
     .deadline_ms = 60000,
     .max_attempts = 10},
    JOB_KINDS_END,
};
