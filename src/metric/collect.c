/* collect.c - from the platform's report to stored figures. */

#include "ads/account.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"
#include "lead/lead.h"
#include "metric/metric_db.h"
#include "metric/object.h"
#include "text/zone.h"

#define PIPE_ROWS 500 /* one round trip carries so many rows */
#define MOST_DAYS 90

struct collection {
    struct db *db;
    struct arena *arena;
    const struct ad_connection *connection;
    struct metric_run run;
    struct metric_counts counts;
    struct platform_metric_rows read;
    struct platform_metric_rows valid; /* one an ad and day */
    struct object_reading objects;
};

/* --- what the platform said ---------------------------------------------------- */

static bool read_platform(struct collection *c, const struct platform *platform,
                          struct platform_session *session, struct err *err)
{
    if (!platform->metrics(session, c->run.first_day, c->run.last_day, &c->read, err))
        return err_while(err, "reading the daily report");
    return object_read(platform, session, &c->objects, err);
}

static bool row_possible(const struct collection *c, const struct platform_metric_row *row)
{
    const int64_t figures[] = {row->spend_micros,    row->impressions,    row->clicks,
                               row->reach,           row->conversions,    row->video_views,
                               row->video_views_25,  row->video_views_50, row->video_views_75,
                               row->video_views_100, row->average_play_ms};

    for (size_t i = 0; i < countof(figures); i++)
        if (figures[i] < 0)
            return false;
    return row->ad_id.n && row->ad_id.n <= 64 && row->adgroup_id.n <= 64 &&
           row->campaign_id.n <= 64 && day_valid(row->day) &&
           str_cmp(row->day, c->run.first_day) >= 0 && str_cmp(row->day, c->run.last_day) <= 0;
}

static struct str row_key(struct arena *arena, const struct platform_metric_row *row)
{
    return str_fmt(arena, STR_FMT " " STR_FMT, STR_ARG(row->ad_id), STR_ARG(row->day));
}

/* Impossible rows are counted and left out; of two for one ad and day the later one counts. */
static void sift_rows(struct collection *c)
{
    struct key_index index;

    key_index_init(&index, c->arena, c->read.n);
    for (size_t i = 0; i < c->read.n; i++) {
        const struct platform_metric_row *row = &c->read.at[i];
        if (!row_possible(c, row)) {
            c->counts.failed++;
            continue;
        }
        struct str key = row_key(c->arena, row);
        size_t at = key_index_find(&index, key);
        if (at != KEY_NONE) {
            c->counts.skipped++;
            c->valid.at[at] = *row;
            continue;
        }
        key_index_put(&index, key, c->valid.n);
        *platform_metric_rows_add(&c->valid, c->arena) = *row;
    }
    c->counts.collected = (int64_t)c->valid.n;
    if (c->counts.failed)
        log_warn("metric.rows.impossible", LOG_TEXT("ad_account_id", c->run.ad_account_id),
                 LOG_INT("rows", c->counts.failed));
}

/* --- what changes here ------------------------------------------------------------ */

static bool same_figures(const struct platform_metric_row *a,
                         const struct platform_metric_row *b)
{
    return a->spend_micros == b->spend_micros && a->impressions == b->impressions &&
           a->clicks == b->clicks && a->reach == b->reach && a->conversions == b->conversions;
}

static bool same_rest(const struct platform_metric_row *a, const struct platform_metric_row *b)
{
    return a->video_views == b->video_views && a->video_views_25 == b->video_views_25 &&
           a->video_views_50 == b->video_views_50 && a->video_views_75 == b->video_views_75 &&
           a->video_views_100 == b->video_views_100 &&
           a->average_play_ms == b->average_play_ms && str_eq(a->adgroup_id, b->adgroup_id) &&
           str_eq(a->campaign_id, b->campaign_id);
}

/* The report may leave out where the ad belongs; our mapping knows. */
static void complete_row(struct platform_metric_row *row, const struct object_known *ad)
{
    if (row->adgroup_id.n == 0)
        row->adgroup_id = ad->adgroup_id;
    if (row->campaign_id.n == 0)
        row->campaign_id = ad->campaign_id;
}

/* *wrote counts the rows put into the pipe, changed figures or not. */
static bool put_row(struct collection *c, struct platform_metric_row row,
                    const struct metric_known *before, const struct ad_map *map, size_t *wrote,
                    struct err *err)
{
    const struct object_known *ad = ad_map_find(map, row.ad_id);
    struct metric_meaning meaning = {STR(""), RESULT_NONE};

    if (ad) {
        complete_row(&row, ad);
        meaning = (struct metric_meaning){ad->creative_id, result_kind_of(ad->objective)};
    }
    if (meaning.creative_id.n == 0 && before)
        meaning.creative_id = before->creative_id;
    if (meaning.result_kind == RESULT_NONE && before)
        meaning.result_kind = before->result_kind;
    bool revise = before && !same_figures(&row, &before->row);
    if (before && !revise && same_rest(&row, &before->row) &&
        str_eq(meaning.creative_id, before->creative_id) &&
        meaning.result_kind == before->result_kind)
        return true;
    if (!before || revise)
        c->counts.changed++;
    (*wrote)++;
    return metric_put(c->db, &c->run, &row, &meaning, before, revise, err);
}

static bool put_rows(struct collection *c, const struct metric_knowns *known,
                     const struct ad_map *map, size_t *wrote, struct err *err)
{
    struct key_index index;

    key_index_init(&index, c->arena, known->n);
    for (size_t i = 0; i < known->n; i++)
        key_index_put(&index, row_key(c->arena, &known->at[i].row), i);

    for (size_t i = 0; i < c->valid.n;) {
        if (!db_pipe_begin(c->db, err))
            return false;
        bool ok = true;
        for (size_t end = *wrote + PIPE_ROWS; ok && i < c->valid.n && *wrote < end; i++) {
            size_t at = key_index_find(&index, row_key(c->arena, &c->valid.at[i]));
            ok = put_row(c, c->valid.at[i], at == KEY_NONE ? NULL : &known->at[at], map, wrote,
                         err);
        }
        if (!db_pipe_end(c->db, NULL, 0, err) || !ok)
            return false;
    }
    return true;
}

/* The roll-up is made anew from the oldest day that changed. */
static bool roll_up(struct collection *c, size_t wrote, struct err *err)
{
    struct str first_day;

    if (!metric_map_creatives(c->db, c->arena, &c->run, &first_day, err))
        return false;
    if (wrote && (first_day.n == 0 || str_cmp(c->run.first_day, first_day) < 0))
        first_day = c->run.first_day;
    return first_day.n == 0 || metric_roll_up(c->db, &c->run, first_day, err);
}

static bool store_in_transaction(struct collection *c, struct err *err)
{
    struct metric_knowns known = {0};
    struct ad_map map = {0};
    size_t wrote = 0;

    return metric_lock(c->db, &c->run, err) &&
           object_store(c->db, c->arena, &c->run, &c->objects, &map, err) &&
           metric_known_list(c->db, c->arena, &c->run, &known, err) &&
           put_rows(c, &known, &map, &wrote, err) && roll_up(c, wrote, err) &&
           ad_account_mark_synced(c->db, c->connection, c->run.now_ms, err) &&
           metric_collection_add(c->db, &c->run, &c->counts, STR(""), err);
}

static bool store(struct collection *c, struct err *err)
{
    c->run.now_ms = clock_wall_ms();
    c->counts.changed = 0;
    return db_begin(c->db, err) && db_end(c->db, store_in_transaction(c, err), err);
}

/* --- when it does not work ----------------------------------------------------------- */

/* The err's text was cut at some byte perhaps: only whole characters are stored. */
static struct str storable(struct arena *arena, const char *text)
{
    struct str s = str_dup(arena, str(text));

    while (s.n && !str_utf8(s))
        s.n--;
    return s;
}

static bool note_failure(struct collection *c, const struct err *why, struct err *err)
{
    struct str text = storable(c->arena, why->text);

    c->run.now_ms = clock_wall_ms();
    if (text.n == 0)
        text = str(err_kind_name(why->kind));
    return metric_collection_add(c->db, &c->run, &c->counts, text, err);
}

static bool give_up(struct collection *c, struct err *err)
{
    struct err other = {0};

    if (!note_failure(c, err, &other))
        log_err("metric.collect.note", &other);
    if (err->kind == ERR_DENIED &&
        !ad_account_mark_revoked(c->db, c->arena, c->connection, err->text, &other))
        log_err("metric.collect.revoke", &other);
    return false;
}

/* --- the whole ---------------------------------------------------------------------------- */

static void begin(struct collection *c, int days)
{
    const struct ad_connection *connection = c->connection;
    int64_t now_ms = clock_wall_ms();
    struct day last = zone_day(connection->zone, now_ms);
    struct day first = day_add(day_str(&last), 1 - days);

    c->run = (struct metric_run){.ad_account_id = connection->ad_account_id,
                                 .platform = connection->platform,
                                 .advertiser_id = connection->advertiser_id,
                                 .currency = connection->currency,
                                 .first_day = str_dup(c->arena, day_str(&first)),
                                 .last_day = str_dup(c->arena, day_str(&last)),
                                 .collection_id = id_new(c->arena),
                                 .correlation_id = str_dup(c->arena, log_correlation_now()),
                                 .started_ms = now_ms,
                                 .now_ms = now_ms};
}

static bool read_and_store(struct collection *c, const struct app *app, struct net *net,
                           struct err *err)
{
    const struct ad_connection *connection = c->connection;
    const struct platform *platform = platform_find(connection->platform);
    struct platform_session session = {0};

    if (!platform_can(platform, connection->platform, PLATFORM_MEASURES, err) ||
        !ad_account_session(app, connection, net, c->arena, &session, err) ||
        !read_platform(c, platform, &session, err))
        return false;
    sift_rows(c);
    return store(c, err);
}

bool metric_collect(const struct app *app, struct db *db, struct net *net, struct arena *arena,
                    const struct ad_connection *connection, int days,
                    struct metric_counts *counts, struct err *err)
{
    struct collection c = {.db = db, .arena = arena, .connection = connection};
    int64_t relinked;

    if (days < 1 || days > MOST_DAYS)
        return err_input(err, "days", "give 1 to 90 days", "%d days cannot be read", days);
    if (!zone_known(connection->zone))
        return err_set(err, ERR_BROKEN, "the time zone \"" STR_FMT "\" is not known",
                       STR_ARG(connection->zone));
    begin(&c, days);
    if (!read_and_store(&c, app, net, err))
        return give_up(&c, err);
    *counts = c.counts;
    log_info("metric.collected", LOG_TEXT("ad_account_id", c.run.ad_account_id),
             LOG_TEXT("platform", c.run.platform), LOG_TEXT("first_day", c.run.first_day),
             LOG_TEXT("last_day", c.run.last_day), LOG_INT("collected", c.counts.collected),
             LOG_INT("changed", c.counts.changed), LOG_INT("skipped", c.counts.skipped),
             LOG_INT("failed", c.counts.failed),
             LOG_INT("ms", c.run.now_ms - c.run.started_ms));
    /* Ads that were unknown may be mapped now: their leads follow. */
    return lead_relink(db, arena, c.run.now_ms, STR("metric.collect"), &relinked, err);
}

/* --- the job -------------------------------------------------------------------------------
 */

/* Repeat what the platform did not answer, after 2, 5 and 10 s. */
static bool run_collect(struct job *job, struct err *err)
{
    static const int64_t waits_ms[] = {2000, 5000, 10000};
    const struct app *app = job->app;
    struct ad_connection connection;
    struct metric_counts counts;
    const struct json *args;
    int64_t days;

    if (!json_parse(job->arena, job->args, &args, err))
        return false;
    struct str platform = json_text(args, "platform", STR("tiktok"));
    if (!json_int(args, "days", &days) || days == 0)
        days = app->conf->collect_days;
    if (job->attempt >= 1 && job->attempt <= (int64_t)countof(waits_ms))
        job->retry_after_ms = waits_ms[job->attempt - 1];
    return ad_account_resolve(job->db, job->arena, json_text(args, "ad_account_id", STR("")),
                              platform, &connection, err) &&
           metric_collect(app, job->db, job->net, job->arena, &connection, (int)days, &counts,
                          err);
}

const struct job_kind metric_jobs[] = {
    {.kind = "metric.collect",
     .run = run_collect,
     .deadline_ms = 300 * 1000,
     .max_attempts = 4},
    JOB_KINDS_END,
};

bool metric_collect_ask(struct db *db, struct arena *arena, struct str ad_account_id,
                        struct str platform, int days, bool *added, struct err *err)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 1000);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "ad_account_id", ad_account_id);
    json_text_member(&w, "platform", platform);
    json_int_member(&w, "days", days);
    json_end(&w);
    struct job_wish wish = {.kind = "metric.collect",
                            .args = buf_str(&buf),
                            .unique_key = str_fmt(arena, STR_FMT ":" STR_FMT,
                                                  STR_ARG(ad_account_id), STR_ARG(platform))};
    return job_add(db, &wish, added, err);
}
