/* pull.c - leads and ads that are read from the platform, because nothing brought them. */

#include "lead/pull_db.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"
#include "lead/lead_db.h"
#include "lead/site.h"
#include "lead/store.h"
#include "text/zone.h"

#include <inttypes.h>

#define STORE_PAGE     50
#define FIND_AD_MS     (60 * 1000)
#define NIGHT_HOUR     3
#define DAY_MS         (INT64_C(24) * 60 * 60 * 1000)
#define KEPT_MS        (INT64_C(90) * 24 * 60 * 60 * 1000)
#define MINUTE_MS      INT64_C(60000)
#define PULL_ACTOR_MAX 80

struct pulling {
    const struct app *app;
    struct db *db;
    struct arena *arena;
    const struct ad_connection *connection;
    const struct platform *platform;
    struct platform_session session;
    const char *kind;
    int64_t since_ms, now_ms;
    struct str actor, country;
};

/* --- one lead of the platform --------------------------------------------------- */

static struct str answers_of(struct arena *arena, const struct platform_lead *found)
{
    struct json_writer w;
    struct buf buf;

    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < found->fields.n; i++) {
        json_object(&w);
        json_text_member(&w, "field", found->fields.at[i].name);
        json_text_member(&w, "value", found->fields.at[i].value);
        json_end(&w);
    }
    json_end(&w);
    return buf_str(&buf);
}

static struct lead lead_of(struct pulling *p, const struct platform_page *page,
                           const struct platform_lead *found)
{
    bool tiktok = str_eq(p->connection->platform, STR("tiktok"));
    struct lead_answers answers = {0};
    struct lead lead = {.lead_id = id_new(p->arena),
                        .platform = p->connection->platform,
                        .source = tiktok ? STR("tiktok_form") : STR("facebook_form"),
                        .platform_lead_id = found->id,
                        .ad_account_id = p->connection->ad_account_id,
                        .advertiser_id = p->connection->advertiser_id,
                        .campaign_id = found->campaign_id,
                        .adgroup_id = found->adgroup_id,
                        .ad_id = found->ad_id,
                        .page_id = tiktok ? page->id : p->connection->identity_id,
                        .form_id = tiktok ? STR("") : page->id, /* as its webhook says */
                        .answers = answers_of(p->arena, found),
                        .recovered_by = str(p->kind),
                        .created_ms = found->created_ms,
                        .received_ms = p->now_ms};

    for (size_t i = 0; i < found->fields.n; i++)
        *lead_answers_add(&answers, p->arena) =
            (struct lead_answer){found->fields.at[i].name, found->fields.at[i].value};
    lead_site_contact(p->arena, &answers, &lead.name, &lead.phone_typed, &lead.email_typed);
    if (lead.created_ms <= 0 || lead.created_ms > p->now_ms)
        lead.created_ms = p->now_ms;
    lead_fill_contact(p->app->ring, p->arena, db_scope_org(p->db), p->country, &lead);
    return lead;
}

/* Those of a few that are not here, in one transaction. */
static bool store_some(struct pulling *p, const struct platform_page *page,
                       const struct platform_lead *found, size_t n, struct lead_pull *row,
                       struct err *err)
{
    int64_t recovered = 0, worst = row->worst_delay_ms;
    bool ok = lead_lock_org(p->db, err);

    for (size_t i = 0; ok && i < n; i++) {
        bool known, added;
        ok = pull_known(p->db, p->arena, p->connection->platform, found[i].id, &known, err);
        if (!ok || known || found[i].created_ms > p->now_ms - PULL_GRACE_MS)
            continue;
        struct lead lead = lead_of(p, page, &found[i]);
        ok = lead_store(p->db, p->arena, &lead, p->actor, p->now_ms, &added, err);
        if (!ok || !added)
            continue;
        int64_t delay = lead.received_ms - lead.created_ms;
        recovered++;
        worst = delay > worst ? delay : worst;
        log_warn("lead.recovered", LOG_TEXT("lead_id", lead.lead_id), LOG_CSTR("by", p->kind),
                 LOG_INT("delay_ms", delay));
    }
    if (!db_end(p->db, ok, err))
        return false;
    row->recovered += recovered;
    row->worst_delay_ms = worst;
    return true;
}

static bool pull_form(struct pulling *p, const struct platform_page *page,
                      struct lead_pull *row, struct err *err)
{
    bool tiktok = str_eq(p->connection->platform, STR("tiktok"));
    struct str owner = tiktok ? page->id : p->connection->identity_id;
    struct platform_leads found = {0};

    if (!p->platform->leads(&p->session, owner, page->id, p->since_ms, &found, err))
        return false;
    row->seen = (int64_t)found.n;
    for (size_t i = 0; i < found.n; i += STORE_PAGE) {
        size_t n = found.n - i < STORE_PAGE ? found.n - i : STORE_PAGE;
        if (!db_begin(p->db, err) || !store_some(p, page, found.at + i, n, row, err))
            return false;
    }
    return true;
}

/* --- one account ---------------------------------------------------------------------- */

static bool note_form(struct pulling *p, const struct platform_page *page,
                      struct pull_counts *out, struct err *err)
{
    struct lead_pull row = {.pull_id = id_new(p->arena),
                            .ad_account_id = p->connection->ad_account_id,
                            .platform = p->connection->platform,
                            .page_id = page->id,
                            .kind = str(p->kind),
                            .since_ms = p->since_ms,
                            .started_ms = p->now_ms};
    struct err why = {0};
    bool ok = pull_form(p, page, &row, &why);

    row.finished_ms = clock_wall_ms();
    if (!ok) {
        row.error_text = str_utf8(str(why.text)) ? str_dup(p->arena, str(why.text))
                                                 : STR("an answer that is no text");
        out->failed++;
        out->why = row.error_text;
        log_err("lead.pull", &why);
    }
    out->forms++;
    out->seen += row.seen;
    out->recovered += row.recovered;
    if (row.worst_delay_ms > out->worst_delay_ms)
        out->worst_delay_ms = row.worst_delay_ms;
    return pull_insert(p->db, &row, err);
}

bool lead_pull_account(const struct app *app, struct db *db, struct net *net,
                       struct arena *arena, const struct ad_connection *connection,
                       const char *kind, int64_t since_ms, struct str actor, int64_t now_ms,
                       struct pull_counts *out, struct err *err)
{
    struct pulling p = {.app = app,
                        .db = db,
                        .arena = arena,
                        .connection = connection,
                        .platform = platform_find(connection->platform),
                        .kind = kind,
                        .since_ms = since_ms,
                        .now_ms = now_ms,
                        .actor = actor};
    struct platform_pages pages = {0};

    *out = (struct pull_counts){.why = STR("")};
    if (!p.platform || !p.platform->leads)
        return true; /* its leads come by webhook alone */
    if (!ad_account_session(app, connection, net, arena, &p.session, err) ||
        !lead_country(db, arena, connection->ad_account_id, connection->platform, &p.country,
                      err))
        return false;
    if (str_eq(connection->platform, STR("facebook")) && connection->identity_id.n == 0)
        return true; /* no page is chosen, and forms are a page's */
    if (!p.platform->pages(&p.session, &pages, err))
        return err_while(err, "listing the forms");
    for (size_t i = 0; i < pages.n; i++)
        if (pages.at[i].id.n && !note_form(&p, &pages.at[i], out, err))
            return false;
    if (out->recovered)
        log_warn("lead.gap", LOG_CSTR("by", kind), LOG_INT("leads", out->recovered),
                 LOG_INT("worst_delay_ms", out->worst_delay_ms));
    return pull_forget(db, now_ms - KEPT_MS, err);
}

/* --- the jobs ---------------------------------------------------------------------------- */

static bool read_args(struct job *job, const struct json **args,
                      struct ad_connection *connection, struct err *err)
{
    return json_parse(job->arena, job->args, args, err) &&
           ad_account_resolve(job->db, job->arena, json_text(*args, "ad_account_id", STR("")),
                              json_text(*args, "platform", STR("")), connection, err);
}

static struct str actor_of(struct job *job)
{
    return str_fmt(job->arena, "job:" STR_FMT, STR_ARG(str_sub(job->id, 0, PULL_ACTOR_MAX)));
}

bool lead_run_pull(struct job *job, struct err *err)
{
    struct ad_connection connection;
    const struct json *args;
    struct pull_counts counts;

    if (!read_args(job, &args, &connection, err))
        return err->kind == ERR_CONFLICT; /* disconnected meanwhile: nothing to do */
    const char *kind = str_c(job->arena, json_text(args, "kind", STR("poller")));
    int64_t days = PULL_BACK_MS / DAY_MS;
    if (json_int(args, "days", &days) && (days < 1 || days > PULL_DAYS_MOST))
        days = PULL_DAYS_MOST;
    if (!lead_pull_account(job->app, job->db, job->net, job->arena, &connection, kind,
                           job->now_ms - days * DAY_MS, actor_of(job), job->now_ms, &counts,
                           err))
        return false;
    return counts.forms == 0 || counts.failed < counts.forms ||
           err_set(err, ERR_BUSY, "no form could be read: " STR_FMT, STR_ARG(counts.why));
}

bool lead_run_find_ad(struct job *job, struct err *err)
{
    struct ad_connection connection;
    struct platform_session session;
    struct platform_object ad;
    const struct json *args;
    const struct platform *platform;
    int64_t changed;
    bool found;

    if (!read_args(job, &args, &connection, err))
        return err->kind == ERR_CONFLICT;
    struct str ad_id = json_text(args, "ad_id", STR(""));
    platform = platform_find(connection.platform);
    if (!platform || !platform->object)
        return true;
    if (!ad_account_session(job->app, &connection, job->net, job->arena, &session, err) ||
        !platform->object(&session, LEVEL_AD, ad_id, &found, &ad, err))
        return false;
    if (!found) {
        log_info("lead.ad_unknown", LOG_TEXT("ad_id", ad_id));
        return true; /* another account's, or a number that is no ad */
    }
    return pull_put_ad(job->db, &connection, &ad, job->now_ms, err) &&
           lead_relink(job->db, job->arena, job->now_ms, actor_of(job), &changed, err);
}

bool lead_ask_for_ad(struct db *db, struct arena *arena, const struct lead *lead,
                     struct err *err)
{
    struct json_writer w;
    struct buf buf;

    buf_init(&buf, arena, LIMIT_TEXT);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "ad_account_id", lead->ad_account_id);
    json_text_member(&w, "platform", lead->platform);
    json_text_member(&w, "ad_id", lead->ad_id);
    json_end(&w);
    return job_add(db,
                   &(struct job_wish){.kind = "lead.find_ad",
                                      .args = buf_str(&buf),
                                      .run_at_ms = clock_wall_ms() + FIND_AD_MS,
                                      .unique_key = str_fmt(arena, STR_FMT ":" STR_FMT,
                                                            STR_ARG(lead->platform),
                                                            STR_ARG(lead->ad_id))},
                   NULL, err);
}

/* --- the schedule --------------------------------------------------------------------------
 */

static bool ask_for_pull(struct db *db, struct arena *arena, struct str ad_account_id,
                         struct str platform, const char *kind, int64_t days, struct err *err)
{
    struct job_wish wish = {
        .kind = "lead.pull",
        .args = str_fmt(arena,
                        "{\"ad_account_id\":\"" STR_FMT "\",\"platform\":\"" STR_FMT
                        "\",\"kind\":\"%s\",\"days\":%" PRId64 "}",
                        STR_ARG(ad_account_id), STR_ARG(platform), kind, days),
        .unique_key = str_fmt(arena, "%s:" STR_FMT ":" STR_FMT, kind, STR_ARG(platform),
                              STR_ARG(ad_account_id))};

    return job_add(db, &wish, NULL, err);
}

bool lead_pull_ask(struct db *db, struct arena *arena, int64_t days, int64_t *accounts,
                   struct err *err)
{
    struct ad_connections list = {0};

    *accounts = 0;
    if (!ad_account_list_connected(db, arena, STR("tiktok"), &list, err) ||
        !ad_account_list_connected(db, arena, STR("facebook"), &list, err))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        const struct platform *platform = platform_find(list.at[i].platform);
        if (!platform || !platform->leads)
            continue;
        (*accounts)++;
        if (!ask_for_pull(db, arena, list.at[i].ad_account_id, list.at[i].platform, "backfill",
                          days, err))
            return false;
    }
    return true;
}

static bool claim(struct db *db, struct arena *arena, const struct pull_account *account,
                  const char *kind, int64_t days, struct str slot, struct err *err)
{
    struct str schedule = str_fmt(arena, "lead.%s:" STR_FMT ":" STR_FMT, kind,
                                  STR_ARG(account->platform), STR_ARG(account->ad_account_id));
    bool mine = false;

    if (!schedule_claim(db, schedule, slot, &mine, err))
        return false;
    if (!mine)
        return true;
    db_scope(db, account->org_id);
    bool ok =
        ask_for_pull(db, arena, account->ad_account_id, account->platform, kind, days, err);
    db_scope_system(db);
    return ok;
}

/* Numbers of whole periods; a connection's first reading waits for the first whole one. */
static bool schedule_one(struct db *db, struct arena *arena, const struct pull_account *account,
                         int64_t period_ms, int64_t now_ms, struct err *err)
{
    int64_t slot = now_ms / period_ms;
    struct day night = zone_day(account->zone, now_ms);

    if (slot * period_ms > account->connected_ms &&
        !claim(db, arena, account, "poller", PULL_BACK_MS / DAY_MS,
               str_fmt(arena, "%" PRId64, slot), err))
        return false;
    if (zone_hour(account->zone, now_ms) < NIGHT_HOUR ||
        zone_day_start_ms(account->zone, day_str(&night)) < account->connected_ms)
        return true;
    return claim(db, arena, account, "gap_finder", PULL_DAYS_MOST, day_str(&night), err);
}

bool lead_pull_schedule(const struct app *app, struct db *db, struct arena *arena,
                        int64_t now_ms, struct err *err)
{
    int64_t period_ms = app->conf->lead_poll_minutes * MINUTE_MS;
    struct pull_accounts accounts = {0};

    if (period_ms == 0)
        return true;
    if (!pull_accounts_connected(db, arena, &accounts, err))
        return false;
    for (size_t i = 0; i < accounts.n; i++) {
        const struct platform *platform = platform_find(accounts.at[i].platform);
        if (platform && platform->leads && zone_known(accounts.at[i].zone) &&
            !schedule_one(db, arena, &accounts.at[i], period_ms, now_ms, err))
            return false;
    }
    return true;
}
