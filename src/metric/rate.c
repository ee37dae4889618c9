/* rate.c - currency rates that come by files and by the bank's feed. */

#include "auth/audit.h"
#include "auth/auth_db.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/log.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"
#include "metric/rate_read.h"
#include "net/net.h"
#include "text/json.h"

#include <inttypes.h>

static bool set_all(struct db *db, struct arena *arena, const struct currency_rates *rates,
                    struct str actor, struct err *err)
{
    struct audit_entry entry = {.actor = actor,
                                .action = "currency_rate.import",
                                .object_id = STR("currency_rates"),
                                .after = str_fmt(arena, "{\"rates\":%zu}", rates->n)};

    for (size_t i = 0; i < rates->n; i++) {
        const struct currency_rate *rate = &rates->at[i];
        if (!currency_rate_set(db, rate->base, rate->quote, rate->day, rate->rate_micros,
                               STR("manual"), err))
            return false;
    }
    return audit_add(db, arena, &entry, err);
}

bool currency_rate_import(struct db *db, struct arena *arena, struct str csv, struct str actor,
                          int64_t *n, struct err *err)
{
    struct currency_rates rates = {0};

    if (!rate_csv_read(arena, csv, &rates, err) || !db_begin(db, err) ||
        !db_end(db, set_all(db, arena, &rates, actor, err), err))
        return false;
    *n = (int64_t)rates.n;
    return true;
}

/* --- the bank's feed ------------------------------------------------------------------------
 */

static bool ask_feed(const struct app *app, struct net *net, struct arena *arena,
                     struct str day, struct currency_rates *out, struct err *err)
{
    struct str url = app->conf->rates_feed_url;
    struct net_answer answer;

    if (url.n == 0)
        return err_input(err, "rates_feed_url",
                         "set it to https://nationalbank.kz/rss/get_rates.cfm",
                         "no feed of currency rates is set");
    struct net_request request = {
        .method = STR("GET"),
        .url = str_fmt(arena, STR_FMT "?fdate=" STR_FMT "." STR_FMT "." STR_FMT, STR_ARG(url),
                       STR_ARG(str_sub(day, 8, 2)), STR_ARG(str_sub(day, 5, 2)),
                       STR_ARG(str_sub(day, 0, 4))),
        .deadline_ms = 20 * 1000,
        .answer_limit = LIMIT_FEED_BODY,
        .allow_private = true};
    if (!net_call(net, arena, &request, &answer, err))
        return err_while(err, "asking for the rates of " STR_FMT, STR_ARG(day));
    if (answer.status != 200)
        return err_set(err, ERR_BUSY, "the feed of currency rates answered %d", answer.status);
    return rate_feed_read(arena, answer.body, day, out, err);
}

bool currency_rate_fetch(const struct app *app, struct db *db, struct net *net,
                         struct arena *arena, struct str day, int64_t *n, struct err *err)
{
    struct currency_rates rates = {0};

    *n = 0;
    if (!ask_feed(app, net, arena, day, &rates, err))
        return false;
    for (size_t i = 0; i < rates.n; i++)
        if (!currency_rate_offer(db, &rates.at[i], n, err))
            return false;
    return true;
}

/* --- each day --------------------------------------------------------------------------------
 */

/* Fetched once, kept for every org. */
static bool run_fetch(struct job *job, struct err *err)
{
    struct currency_rates rates = {0};
    struct org_rows orgs = {0};
    const struct json *args;
    int64_t stored = 0;

    if (!json_parse(job->arena, job->args, &args, err))
        return false;
    struct str day = json_text(args, "day", STR(""));
    if (!day_valid(day))
        return err_set(err, ERR_INVALID, "the job names no day");
    if (!ask_feed(job->app, job->net, job->arena, day, &rates, err) ||
        !org_list(job->db, job->arena, &orgs, err))
        return false;
    for (size_t i = 0; i < orgs.n; i++) {
        db_scope(job->db, orgs.at[i].org_id);
        for (size_t k = 0; k < rates.n; k++)
            if (!currency_rate_offer(job->db, &rates.at[k], &stored, err))
                return false;
    }
    db_scope_system(job->db);
    log_info("rates.fetched", LOG_TEXT("day", day), LOG_INT("rates", (int64_t)rates.n),
             LOG_INT("stored", stored));
    return true;
}

const struct job_kind rate_jobs[] = {
    {.kind = "rates.fetch", .run = run_fetch, .deadline_ms = 60 * 1000, .max_attempts = 10},
    JOB_KINDS_END,
};

static bool ask_for(struct db *db, struct arena *arena, struct str day, struct err *err)
{
    struct job_wish wish = {.kind = "rates.fetch",
                            .args = str_fmt(arena, "{\"day\":\"" STR_FMT "\"}", STR_ARG(day)),
                            .unique_key = day};
    bool mine = false, added;

    return schedule_claim(db, STR("rates.fetch"), day, &mine, err) &&
           (!mine || job_add(db, &wish, &added, err));
}

bool rate_schedule(const struct app *app, struct db *db, struct arena *arena, int64_t now_ms,
                   struct err *err)
{
    struct day today = zone_day(STR("Asia/Almaty"), now_ms);

    if (app->conf->rates_feed_url.n == 0)
        return true;
    return db_begin(db, err) && db_end(db, ask_for(db, arena, day_str(&today), err), err);
}
