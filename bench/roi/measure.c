/*
 * measure - our report, asked in process: what GET /api/roi does, without HTTP and JSON.
 *
 *     measure DB_URL          reads commands from standard input, answers one JSON line each
 *       ask DAYS              the report of ad account 0: time and totals
 *       rows DAYS             its rows
 *       correct               what late corrections cost the roll-ups (changes the database)
 *     measure forget PATH...  let the kernel forget what it caches of these files
 */
#include "ads/account.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"
#include "lead/fact.h"
#include "lead/lead.h"
#include "metric/metric.h"
#include "metric/metric_db.h"
#include "platform/platform.h"
#include "roi/roi.h"
#include "seal/seal.h"
#include "text/zone.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* OTHER is corrected, so that the measured one stays as it is. */
#define ORG      "00000000-0000-7000-8000-000000000001"
#define ACCOUNT  "00000000-0000-7000-8000-100000000000"
#define OTHER    "00000000-0000-7000-8000-100000000001"
#define LAST_DAY "2026-11-14"
#define NOW_MS   INT64_C(1794682800000) /* 2026-11-15T00:00 in Almaty */

static void stop(const char *what, const struct err *err)
{
    fprintf(stderr, "measure: %s: %s\n", what, err->text);
    exit(1);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* --- the report ------------------------------------------------------------------------ */

static void ask(struct db *db, int days, bool rows)
{
    struct arena *arena = arena_new("measure");
    struct day first = day_add(STR(LAST_DAY), 1 - days);
    struct roi_question question = {.first_day = day_str(&first),
                                    .last_day = STR(LAST_DAY),
                                    .ad_account_id = STR(ACCOUNT),
                                    .now_ms = NOW_MS};
    struct roi_report report;
    struct err err = {0};
    double begin = now();

    if (!roi_report(db, arena, &question, &report, &err))
        stop("the report", &err);
    double ms = now() - begin;
    const struct roi_row *t = &report.total;
    if (!rows)
        printf("{\"ms\":%.3f,\"rows\":%zu,\"spend\":%" PRId64 ",\"impressions\":%" PRId64
               ",\"clicks\":%" PRId64 ",\"leads\":%" PRId64 ",\"qualified\":%" PRId64
               ",\"sales\":%" PRId64 ",\"revenue\":%" PRId64 "}\n",
               ms, report.rows.n, t->spend.micros, t->impressions, t->clicks, t->leads,
               t->qualified, t->sales, t->revenue.micros);
    for (size_t i = 0; rows && i < report.rows.n; i++) {
        const struct roi_row *r = &report.rows.at[i];
        int64_t number = 0;
        must(str_int(str_sub(r->creative_id, r->creative_id.n - 11, 11), &number));
        printf("%s[%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64
               ",%" PRId64 ",%" PRId64 "]%s",
               i ? "," : "[", number, r->spend.micros, r->impressions, r->clicks, r->leads,
               r->qualified, r->sales, r->revenue.micros, i + 1 < report.rows.n ? "" : "]\n");
    }
    fflush(stdout);
    arena_free(arena);
}

/* --- late corrections --------------------------------------------------------------------- */

/* A platform that corrects one figure in ten of the last seven days. */
static struct db *reader;

static bool say_metrics(struct platform_session *s, struct str first_day, struct str last_day,
                        struct platform_metric_rows *out, struct err *err)
{
    struct db_rows rows;
    uint64_t n = 0;

    db_select(reader, s->arena, &rows,
              "SELECT ad_id, adgroup_id, campaign_id, day, spend_micros, impressions, clicks,"
              " reach, conversions, video_views, average_play_ms FROM creative_metrics_history"
              " WHERE org_id = $1 AND ad_account_id = $2 AND day >= $3 AND day <= $4",
              TEXT(STR(ORG)), TEXT(STR(OTHER)), TEXT(first_day), TEXT(last_day));
    while (db_next(&rows))
        *platform_metric_rows_add(out, s->arena) = (struct platform_metric_row){
            .ad_id = db_text(&rows, 0),
            .adgroup_id = db_text(&rows, 1),
            .campaign_id = db_text(&rows, 2),
            .day = db_text(&rows, 3),
            .spend_micros = db_int(&rows, 4) + (n++ % 10 == 0 ? 10000 : 0),
            .impressions = db_int(&rows, 5),
            .clicks = db_int(&rows, 6),
            .reach = db_int(&rows, 7),
            .conversions = db_int(&rows, 8),
            .video_views = db_int(&rows, 9),
            .average_play_ms = db_int(&rows, 10)};
    return db_done(&rows, err);
}

static bool say_nothing(struct platform_session *s, enum platform_level level,
                        const struct strs *campaign_ids, struct str name,
                        struct platform_objects *out, struct err *err)
{
    (void)s, (void)level, (void)campaign_ids, (void)name, (void)out, (void)err;
    return true;
}

static const struct platform speaker = {
    .name = "tiktok", .metrics = say_metrics, .objects = say_nothing};

static void connect_account(struct app *app, struct db *db, struct arena *arena)
{
    struct ad_grant grant = {.platform = STR("tiktok"),
                             .ad_account_id = STR(OTHER),
                             .token = {.secret = {STR("token")}}};
    struct err err = {0};
    struct str id;

    *platform_advertisers_add(&grant.advertisers, arena) =
        (struct platform_advertiser){.id = STR(OTHER),
                                     .name = STR("Bench"),
                                     .currency = STR("KZT"),
                                     .zone = STR("Asia/Almaty"),
                                     .country = STR("KZ"),
                                     .status = STR("STATUS_ENABLE"),
                                     .deliverable = true};
    if (!ad_account_connect(app, db, arena, &grant, STR("bench"), clock_wall_ms(), &id, &err))
        stop("connecting", &err);
}

/* The roll-ups of the corrected days alone: what the collection pays for them. */
static double roll_up_ms(struct db *db)
{
    struct day first = day_add(STR(LAST_DAY), -6);
    struct metric_run run = {.ad_account_id = STR(OTHER),
                             .platform = STR("tiktok"),
                             .first_day = day_str(&first),
                             .last_day = STR(LAST_DAY)};
    struct err err = {0};
    double begin = now();

    if (!db_begin(db, &err) || !db_end(db, metric_roll_up(db, &run, run.first_day, &err), &err))
        stop("rolling up", &err);
    return now() - begin;
}

enum { LEADS = 200 };

/* So many new leads through the product's door; what renewing their facts costs, apart. */
static void add_leads(struct app *app, struct db *db, struct arena *arena, double *lead_ms,
                      double *fact_ms)
{
    struct lead lead[LEADS];
    struct err err = {0};
    bool added;
    double begin = now();

    for (int i = 0; i < LEADS; i++) {
        struct lead_wish wish = {.ad_id = STR("17000000000200000"),
                                 .phone =
                                     str_fmt(arena, "8705%07d", (int)(random_u64() % 9999999)),
                                 .created_ms = NOW_MS - i * INT64_C(1000),
                                 .actor = STR("bench"),
                                 .now_ms = NOW_MS};
        if (!lead_add(app, db, arena, &wish, &lead[i], &added, &err))
            stop("a lead", &err);
    }
    *lead_ms = (now() - begin) / LEADS;
    if (!db_begin(db, &err))
        stop("beginning", &err);
    begin = now();
    bool ok = true;
    for (int i = 0; ok && i < LEADS; i++)
        ok = lead_facts_renew(db, lead[i].lead_id, false, &err);
    *fact_ms = (now() - begin) / LEADS;
    if (!db_end(db, ok, &err))
        stop("facts", &err);
}

static void correct(struct app *app, struct db *db)
{
    struct arena *arena = arena_new("correct");
    struct ad_connection connection;
    struct metric_counts counts;
    struct err err = {0};
    double lead_ms, fact_ms;

    platform_register_for_tests(&speaker);
    clock_set_wall(NOW_MS - 60000);
    connect_account(app, db, arena);
    if (!ad_account_resolve(db, arena, STR(OTHER), STR("tiktok"), &connection, &err))
        stop("the account", &err);
    double begin = now();
    if (!metric_collect(app, db, NULL, arena, &connection, 7, &counts, &err))
        stop("collecting", &err);
    double collect_ms = now() - begin;
    double roll_ms = roll_up_ms(db);
    add_leads(app, db, arena, &lead_ms, &fact_ms);
    printf("{\"read\":%" PRId64 ",\"corrected\":%" PRId64
           ",\"collect_ms\":%.1f,\"roll_up_ms\":%.1f,"
           "\"lead_ms\":%.3f,\"facts_ms\":%.3f}\n",
           counts.collected, counts.changed, collect_ms, roll_ms, lead_ms, fact_ms);
    fflush(stdout);
    arena_free(arena);
}

/* --- the file cache -------------------------------------------------------------------------
 */

static int forget(int n, char **paths)
{
    for (int i = 0; i < n; i++) {
        int fd = open(paths[i], O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            continue;
        (void)fdatasync(fd);
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
        close(fd);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct conf conf = {.collect_days = 7};
    struct app app = {.conf = &conf};
    struct ring *ring;
    struct err err = {0};
    char line[100];
    struct db *db;

    log_setup(LOG_ERROR, 0);
    if (argc > 1 && strcmp(argv[1], "forget") == 0)
        return forget(argc - 2, argv + 2);
    snprintf(line, sizeof line, "/tmp/adwright-bench-ring-%ld", (long)getpid());
    if (argc != 2 || !seal_setup(&err) || !ring_open(line, &ring, &err) ||
        !database_open(str(argv[1]), &app.database, &err) ||
        !db_open(app.database, &db, &err) || !db_open(app.database, &reader, &err))
        stop("start", &err);
    unlink(line);
    app.ring = ring;
    database_set_ring(app.database, ring);
    db_scope(db, STR(ORG));
    db_scope(reader, STR(ORG));
    while (fgets(line, sizeof line, stdin)) {
        struct str words = str_trim(str(line)), verb = str_cut(&words, ' ');
        int64_t days = 0;
        if (str_eq(verb, STR("correct")))
            correct(&app, db);
        else if (str_int(words, &days) && days > 0 && days <= 3000)
            ask(db, (int)days, str_eq(verb, STR("rows")));
    }
    db_close(reader);
    db_close(db);
    database_close(app.database);
    return 0;
}
