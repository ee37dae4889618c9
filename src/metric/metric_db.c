/* metric_db.c - daily figures, their revisions, the roll-up, and the runs that wrote them. */

#include "metric/metric_db.h"
#include "base/arena.h"
#include "base/limits.h"
#include "db/db.h"
#include "text/block.h"

struct str metric_source(struct str platform)
{
    return str_eq(platform, STR("facebook")) ? STR("production") : STR("tiktok_batch");
}

bool metric_known_list(struct db *db, struct arena *arena, const struct metric_run *run,
                       struct metric_knowns *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT ad_id, adgroup_id, campaign_id, day, spend_micros, impressions, clicks,"
              " reach, conversions, video_views, video_views_25, video_views_50,"
              " video_views_75, video_views_100, average_play_ms, creative_id, revision,"
              " fetched_ms, result_kind FROM creative_metrics_history"
              " WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3 AND source = $4"
              " AND day >= $5 AND day <= $6",
              TEXT(db_scope_org(db)), TEXT(run->ad_account_id), TEXT(run->platform),
              TEXT(metric_source(run->platform)), TEXT(run->first_day), TEXT(run->last_day));
    while (db_next(&rows))
        *metric_knowns_add(out, arena) =
            (struct metric_known){.row = {.ad_id = db_text(&rows, 0),
                                          .adgroup_id = db_text(&rows, 1),
                                          .campaign_id = db_text(&rows, 2),
                                          .day = db_text(&rows, 3),
                                          .spend_micros = db_int(&rows, 4),
                                          .impressions = db_int(&rows, 5),
                                          .clicks = db_int(&rows, 6),
                                          .reach = db_int(&rows, 7),
                                          .conversions = db_int(&rows, 8),
                                          .video_views = db_int(&rows, 9),
                                          .video_views_25 = db_int(&rows, 10),
                                          .video_views_50 = db_int(&rows, 11),
                                          .video_views_75 = db_int(&rows, 12),
                                          .video_views_100 = db_int(&rows, 13),
                                          .average_play_ms = db_int(&rows, 14)},
                                  .creative_id = db_text(&rows, 15),
                                  .revision = db_int(&rows, 16),
                                  .fetched_ms = db_int(&rows, 17),
                                  .result_kind = result_kind_by_name(db_text(&rows, 18))};
    return db_done(&rows, err);
}

static bool put_revision(struct db *db, const struct metric_run *run,
                         const struct metric_known *before, struct err *err)
{
    const struct platform_metric_row *row = &before->row;

    return db_pipe(db, err,
                   "INSERT INTO creative_metrics_revisions (org_id, ad_account_id, platform,"
                   " ad_id, day, source, revision, spend_micros, impressions, clicks, reach,"
                   " conversions, fetched_ms, replaced_ms)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
                   TEXT(db_scope_org(db)), TEXT(run->ad_account_id), TEXT(run->platform),
                   TEXT(row->ad_id), TEXT(row->day), TEXT(metric_source(run->platform)),
                   INT(before->revision), INT(row->spend_micros), INT(row->impressions),
                   INT(row->clicks), INT(row->reach), INT(row->conversions),
                   INT(before->fetched_ms), INT(run->now_ms));
}

bool metric_put(struct db *db, const struct metric_run *run,
                const struct platform_metric_row *row, const struct metric_meaning *meaning,
                const struct metric_known *before, bool revise, struct err *err)
{
    int64_t revision = before ? before->revision + revise : 1;
    int64_t fetched_ms = before && !revise ? before->fetched_ms : run->now_ms;

    if (revise && !put_revision(db, run, before, err))
        return false;
    return db_pipe(
        db, err,
        "INSERT INTO creative_metrics_history (org_id, ad_account_id, platform, source,"
        " advertiser_id, campaign_id, adgroup_id, ad_id, creative_id, day, currency,"
        " spend_micros, impressions, clicks, reach, conversions, video_views, video_views_25,"
        " video_views_50, video_views_75, video_views_100, average_play_ms, revision,"
        " fetched_ms, result_kind, results) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
        " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)"
        " ON CONFLICT (org_id, ad_account_id, platform, ad_id, day, source) DO UPDATE SET"
        " advertiser_id = excluded.advertiser_id, campaign_id = excluded.campaign_id,"
        " adgroup_id = excluded.adgroup_id, creative_id = excluded.creative_id,"
        " currency = excluded.currency, spend_micros = excluded.spend_micros,"
        " impressions = excluded.impressions, clicks = excluded.clicks, reach = excluded.reach,"
        " conversions = excluded.conversions, video_views = excluded.video_views,"
        " video_views_25 = excluded.video_views_25, video_views_50 = excluded.video_views_50,"
        " video_views_75 = excluded.video_views_75, video_views_100 = excluded.video_views_100,"
        " average_play_ms = excluded.average_play_ms, revision = excluded.revision,"
        " fetched_ms = excluded.fetched_ms, result_kind = excluded.result_kind,"
        " results = excluded.results",
        TEXT(db_scope_org(db)), TEXT(run->ad_account_id), TEXT(run->platform),
        TEXT(metric_source(run->platform)), TEXT(run->advertiser_id), TEXT(row->campaign_id),
        TEXT(row->adgroup_id), TEXT(row->ad_id), TEXT(meaning->creative_id), TEXT(row->day),
        TEXT(run->currency), INT(row->spend_micros), INT(row->impressions), INT(row->clicks),
        INT(row->reach), INT(row->conversions), INT(row->video_views), INT(row->video_views_25),
        INT(row->video_views_50), INT(row->video_views_75), INT(row->video_views_100),
        INT(row->average_play_ms), INT(revision), INT(fetched_ms),
        TEXT(result_kind_name(meaning->result_kind)),
        INT(result_of_platform(meaning->result_kind, row->clicks, row->conversions,
                               row->video_views)));
}

bool metric_map_creatives(struct db *db, struct arena *arena, const struct metric_run *run,
                          struct str *first_day, struct err *err)
{
    struct db_rows rows;

    /* Not min(h.day): for that SQLite would walk the account's days, all of them, in their
     * order instead of going to the few rows without a creative. */
    *first_day = STR("");
    db_select(db, arena, &rows,
              "SELECT min(h.day || '') FROM creative_metrics_history h JOIN ads a"
              " ON a.org_id = h.org_id AND a.platform = h.platform AND a.ad_id = h.ad_id"
              " WHERE h.org_id = $1 AND h.ad_account_id = $2 AND h.platform = $3"
              " AND h.creative_id = '' AND a.creative_id <> ''",
              TEXT(db_scope_org(db)), TEXT(run->ad_account_id), TEXT(run->platform));
    while (db_next(&rows))
        *first_day = db_text(&rows, 0);
    if (!db_done(&rows, err))
        return false;
    if (first_day->n == 0)
        return true;
    return db_run(db, NULL, err,
                  "UPDATE creative_metrics_history SET creative_id ="
                  " (SELECT a.creative_id FROM ads a"
                  "  WHERE a.org_id = creative_metrics_history.org_id"
                  "  AND a.platform = creative_metrics_history.platform"
                  "  AND a.ad_id = creative_metrics_history.ad_id)"
                  " WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3"
                  " AND creative_id = '' AND ad_id IN (SELECT b.ad_id FROM ads b"
                  "  WHERE b.org_id = $1 AND b.platform = $3 AND b.creative_id <> '')",
                  TEXT(db_scope_org(db)), TEXT(run->ad_account_id), TEXT(run->platform));
}

/* The daily roll-up of these days of one account. */
static bool roll_up_days(struct db *db, const struct metric_run *run, struct str first_day,
                         struct str last_day, struct err *err)
{
    return db_run(db, NULL, err,
                  "DELETE FROM creative_metrics_daily WHERE org_id = $1 AND ad_account_id = $2"
                  " AND platform = $3 AND day >= $4 AND day <= $5",
                  TEXT(db_scope_org(db)), TEXT(run->ad_account_id), TEXT(run->platform),
                  TEXT(first_day), TEXT(last_day)) &&
           db_run(
               db, NULL, err,
               "INSERT INTO creative_metrics_daily (org_id, ad_account_id, platform,"
               " creative_id, day, currency, spend_micros, impressions, clicks, conversions,"
               " platform_leads)"
               " SELECT org_id, ad_account_id, platform, creative_id, day, currency,"
               " CAST(sum(spend_micros) AS BIGINT), CAST(sum(impressions) AS BIGINT),"
               " CAST(sum(clicks) AS BIGINT), CAST(sum(conversions) AS BIGINT),"
               " CAST(sum(CASE WHEN result_kind = 'leads' THEN results ELSE 0 END) AS BIGINT)"
               " FROM creative_metrics_history WHERE org_id = $1 AND ad_account_id = $2"
               " AND platform = $3 AND source = $6 AND day >= $4 AND day <= $5"
               " GROUP BY org_id, ad_account_id, platform, creative_id, day, currency",
               TEXT(db_scope_org(db)), TEXT(run->ad_account_id), TEXT(run->platform),
               TEXT(first_day), TEXT(last_day), TEXT(metric_source(run->platform))) &&
           ad_days_roll_up(db, run, first_day, last_day, err);
}

#define INSERT_BLOCKS                                                                          \
    "INSERT INTO creative_metrics_blocks (org_id, ad_account_id, block_days, block,"           \
    " creative_id, platform, currency, days, spend_micros, impressions, clicks,"               \
    " platform_leads) "
#define BLOCK_SUMS                                                                             \
    ", CAST(sum(spend_micros) AS BIGINT), CAST(sum(impressions) AS BIGINT),"                   \
    " CAST(sum(clicks) AS BIGINT), CAST(sum(platform_leads) AS BIGINT)"

/* The account's blocks of a size in [from, to). */
static bool forget_blocks(struct db *db, const struct metric_run *run, int size, int64_t from,
                          int64_t to, struct err *err)
{
    return db_run(db, NULL, err,
                  "DELETE FROM creative_metrics_blocks WHERE org_id = $1"
                  " AND ad_account_id = $2 AND platform = $3 AND block_days = $4"
                  " AND block >= $5 AND block < $6",
                  TEXT(db_scope_org(db)), TEXT(run->ad_account_id), TEXT(run->platform),
                  INT(size), INT(from), INT(to));
}

/* A small block, from its days in the daily roll-up. */
static bool sum_days(struct db *db, const struct metric_run *run, int64_t block,
                     struct err *err)
{
    struct day first = day_from_days(block * BLOCK_SMALL_DAYS);
    struct day end = day_from_days((block + 1) * BLOCK_SMALL_DAYS);

    return db_run(
        db, NULL, err,
        INSERT_BLOCKS "SELECT org_id, ad_account_id, CAST($6 AS INTEGER), CAST($7 AS BIGINT),"
                      " creative_id, platform, currency, count(*)" BLOCK_SUMS
                      " FROM creative_metrics_daily WHERE org_id = $1 AND ad_account_id = $2"
                      " AND platform = $3 AND day >= $4 AND day < $5"
                      " GROUP BY org_id, ad_account_id, creative_id, platform, currency",
        TEXT(db_scope_org(db)), TEXT(run->ad_account_id), TEXT(run->platform),
        TEXT(day_str(&first)), TEXT(day_str(&end)), INT(BLOCK_SMALL_DAYS), INT(block));
}

/* Blocks of a size in [from, to), each from its `n` blocks of the next smaller size. */
static bool sum_blocks(struct db *db, const struct metric_run *run, int size, int64_t n,
                       int64_t from, int64_t to, struct err *err)
{
    return db_run(
        db, NULL, err,
        INSERT_BLOCKS
        "SELECT org_id, ad_account_id, CAST($7 AS INTEGER), block / $8,"
        " creative_id, platform, currency, CAST(sum(days) AS BIGINT)" BLOCK_SUMS
        " FROM creative_metrics_blocks WHERE org_id = $1 AND ad_account_id = $2"
        " AND platform = $3 AND block_days = $4 AND block >= $5 AND block < $6"
        " GROUP BY org_id, ad_account_id, block / $8, creative_id, platform, currency",
        TEXT(db_scope_org(db)), TEXT(run->ad_account_id), TEXT(run->platform), INT(size / n),
        INT(from * n), INT(to * n), INT(size), INT(n));
}

/* All blocks that have a day of these, the small ones first. */
static bool roll_up_blocks(struct db *db, const struct metric_run *run, struct str first_day,
                           struct str last_day, struct err *err)
{
    static const int sizes[] = {BLOCK_SMALL_DAYS, BLOCK_MIDDLE_DAYS, BLOCK_LARGE_DAYS};
    int64_t first, last;

    must(day_to_days(first_day, &first) && day_to_days(last_day, &last));
    for (size_t i = 0; i < countof(sizes); i++) {
        int64_t from = floor_div(first, sizes[i]), to = floor_div(last, sizes[i]) + 1;
        if (!forget_blocks(db, run, sizes[i], from, to, err))
            return false;
        for (int64_t block = from; i == 0 && block < to; block++)
            if (!sum_days(db, run, block, err))
                return false;
        if (i > 0 && !sum_blocks(db, run, sizes[i], sizes[i] / sizes[i - 1], from, to, err))
            return false;
    }
    return true;
}

bool metric_roll_up(struct db *db, const struct metric_run *run, struct str first_day,
                    struct err *err)
{
    return roll_up_days(db, run, first_day, run->last_day, err) &&
           roll_up_blocks(db, run, first_day, run->last_day, err);
}

/* Whoever writes figures of one account on one platform takes turns. */
bool metric_lock(struct db *db, const struct metric_run *run, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE ad_account_connections SET last_sync_ms = last_sync_ms"
                  " WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3",
                  TEXT(db_scope_org(db)), TEXT(run->ad_account_id), TEXT(run->platform));
}

static void widen(struct metric_run *run, struct str first_day, struct str last_day)
{
    if (first_day.n && (run->first_day.n == 0 || str_cmp(first_day, run->first_day) < 0))
        run->first_day = first_day;
    if (last_day.n && str_cmp(last_day, run->last_day) > 0)
        run->last_day = last_day;
}

/* The connections whose accounts have figures or roll-ups, each from its first to its last day:
 * a look at both ends of an index, however many figures there are, and at the blocks. */
static bool list_spans(struct db *db, struct arena *arena, struct metric_runs *out,
                       struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT c.ad_account_id, c.platform,"
              " (SELECT min(h.day) FROM creative_metrics_history h WHERE h.org_id = c.org_id"
              "  AND h.ad_account_id = c.ad_account_id),"
              " (SELECT max(h.day) FROM creative_metrics_history h WHERE h.org_id = c.org_id"
              "  AND h.ad_account_id = c.ad_account_id),"
              " (SELECT min(m.day) FROM creative_metrics_daily m WHERE m.org_id = c.org_id"
              "  AND m.ad_account_id = c.ad_account_id),"
              " (SELECT max(m.day) FROM creative_metrics_daily m WHERE m.org_id = c.org_id"
              "  AND m.ad_account_id = c.ad_account_id),"
              " (SELECT min(b.block * b.block_days) FROM creative_metrics_blocks b"
              "  WHERE b.org_id = c.org_id AND b.ad_account_id = c.ad_account_id),"
              " (SELECT max(b.block * b.block_days) FROM creative_metrics_blocks b"
              "  WHERE b.org_id = c.org_id AND b.ad_account_id = c.ad_account_id)"
              " FROM ad_account_connections c WHERE c.org_id = $1"
              " ORDER BY c.ad_account_id, c.platform",
              TEXT(db_scope_org(db)));
    while (db_next(&rows)) {
        struct metric_run run = {.ad_account_id = db_text(&rows, 0),
                                 .platform = db_text(&rows, 1)};
        for (int i = 2; i < 6; i += 2)
            widen(&run, db_text(&rows, i), db_text(&rows, i + 1));
        if (!db_null(&rows, 6)) {
            struct day from = day_from_days(db_int(&rows, 6));
            struct day to = day_from_days(db_int(&rows, 7));
            widen(&run, str_dup(arena, day_str(&from)), str_dup(arena, day_str(&to)));
        }
        if (run.first_day.n)
            *metric_runs_add(out, arena) = run;
    }
    return db_done(&rows, err);
}

static bool rebuild_block(struct db *db, const struct metric_run *run, struct err *err)
{
    return db_begin(db, err) &&
           db_end(db,
                  metric_lock(db, run, err) &&
                      roll_up_days(db, run, run->first_day, run->last_day, err) &&
                      roll_up_blocks(db, run, run->first_day, run->last_day, err),
                  err);
}

bool metric_rebuild(struct db *db, struct arena *arena, int64_t *blocks, struct err *err)
{
    struct metric_runs runs = {0};
    int64_t n = 0;

    if (!list_spans(db, arena, &runs, err))
        return false;
    for (size_t i = 0; i < runs.n; i++) {
        int64_t first, last;
        must(day_to_days(runs.at[i].first_day, &first) &&
             day_to_days(runs.at[i].last_day, &last));
        for (int64_t block = floor_div(first, BLOCK_MIDDLE_DAYS);
             block <= floor_div(last, BLOCK_MIDDLE_DAYS); block++) {
            struct day from = day_from_days(block * BLOCK_MIDDLE_DAYS);
            struct day to = day_from_days((block + 1) * BLOCK_MIDDLE_DAYS - 1);
            struct metric_run run = runs.at[i];
            run.first_day = day_str(&from);
            run.last_day = day_str(&to);
            if (!rebuild_block(db, &run, err))
                return false;
            n++;
        }
    }
    if (blocks)
        *blocks = n;
    return true;
}

bool metric_collection_add(struct db *db, const struct metric_run *run,
                           const struct metric_counts *counts, struct str error_text,
                           struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO metric_collections (org_id, collection_id, ad_account_id,"
                  " platform, first_day, last_day, state, collected, changed, skipped, failed,"
                  " error_text, correlation_id, started_ms, finished_ms)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
                  TEXT(db_scope_org(db)), TEXT(run->collection_id), TEXT(run->ad_account_id),
                  TEXT(run->platform), TEXT(run->first_day), TEXT(run->last_day),
                  TEXT(error_text.n ? STR("failed") : STR("done")), INT(counts->collected),
                  INT(counts->changed), INT(counts->skipped), INT(counts->failed),
                  TEXT(error_text), TEXT(run->correlation_id), INT(run->started_ms),
                  INT(run->now_ms));
}

/* --- reading ----------------------------------------------------------------------- */

bool metric_as_of(struct db *db, struct arena *arena, const struct metric_question *question,
                  struct metric_days *out, struct err *err)
{
    int64_t as_of_ms = question->as_of_ms ? question->as_of_ms : INT64_MAX;
    struct db_rows rows;

    /* A figure is shown from the reading that brought it until the one that replaced it. */
    db_select(
        db, arena, &rows,
        "SELECT h.ad_account_id, h.platform, h.campaign_id, h.adgroup_id, h.ad_id,"
        " h.creative_id, h.day, h.currency, h.spend_micros, h.impressions, h.clicks, h.reach,"
        " h.conversions, h.revision, h.fetched_ms, h.result_kind, h.results"
        " FROM creative_metrics_history h WHERE h.org_id = $1"
        " AND ($2 = '' OR h.ad_account_id = $2) AND ($3 = '' OR h.platform = $3)"
        " AND h.day >= $4 AND h.day <= $5 AND h.fetched_ms <= $6"
        " UNION ALL "
        "SELECT h.ad_account_id, h.platform, h.campaign_id, h.adgroup_id, h.ad_id,"
        " h.creative_id, h.day, h.currency, r.spend_micros, r.impressions, r.clicks, r.reach,"
        " r.conversions, r.revision, r.fetched_ms, h.result_kind,"
        " CASE h.result_kind WHEN 'clicks' THEN r.clicks WHEN '' THEN 0"
        "  WHEN 'video_views' THEN h.results ELSE r.conversions END"
        " FROM creative_metrics_history h JOIN creative_metrics_revisions r"
        " ON r.org_id = h.org_id AND r.ad_account_id = h.ad_account_id"
        " AND r.platform = h.platform AND r.ad_id = h.ad_id AND r.day = h.day"
        " AND r.source = h.source WHERE h.org_id = $1"
        " AND ($2 = '' OR h.ad_account_id = $2) AND ($3 = '' OR h.platform = $3)"
        " AND h.day >= $4 AND h.day <= $5 AND h.fetched_ms > $6 AND r.fetched_ms <= $6"
        " AND r.replaced_ms > $6"
        " ORDER BY 1, 7, 5 LIMIT $7",
        TEXT(db_scope_org(db)), TEXT(question->ad_account_id), TEXT(question->platform),
        TEXT(question->first_day), TEXT(question->last_day), INT(as_of_ms),
        INT(question->limit ? question->limit : LIMIT_REPORT_ROWS));
    while (db_next(&rows))
        *metric_days_add(out, arena) = (struct metric_day){.ad_account_id = db_text(&rows, 0),
                                                           .platform = db_text(&rows, 1),
                                                           .campaign_id = db_text(&rows, 2),
                                                           .adgroup_id = db_text(&rows, 3),
                                                           .ad_id = db_text(&rows, 4),
                                                           .creative_id = db_text(&rows, 5),
                                                           .day = db_text(&rows, 6),
                                                           .currency = db_text(&rows, 7),
                                                           .spend_micros = db_int(&rows, 8),
                                                           .impressions = db_int(&rows, 9),
                                                           .clicks = db_int(&rows, 10),
                                                           .reach = db_int(&rows, 11),
                                                           .conversions = db_int(&rows, 12),
                                                           .revision = db_int(&rows, 13),
                                                           .fetched_ms = db_int(&rows, 14),
                                                           .result_kind = db_text(&rows, 15),
                                                           .results = db_int(&rows, 16)};
    return db_done(&rows, err);
}

bool metric_collection_list(struct db *db, struct arena *arena, struct str ad_account_id,
                            int64_t before_ms, struct str before_id, int64_t limit,
                            struct metric_collections *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT collection_id, ad_account_id, platform, first_day, last_day, state,"
              " error_text, correlation_id, collected, changed, skipped, failed, started_ms,"
              " finished_ms FROM metric_collections WHERE org_id = $1"
              " AND ($2 = '' OR ad_account_id = $2)"
              " AND ($3 = 0 OR (finished_ms, collection_id) < ($3, $4))"
              " ORDER BY finished_ms DESC, collection_id DESC LIMIT $5",
              TEXT(db_scope_org(db)), TEXT(ad_account_id), INT(before_ms), TEXT(before_id),
              INT(limit));
    while (db_next(&rows))
        *metric_collections_add(out, arena) =
            (struct metric_collection){.collection_id = db_text(&rows, 0),
                                       .ad_account_id = db_text(&rows, 1),
                                       .platform = db_text(&rows, 2),
                                       .first_day = db_text(&rows, 3),
                                       .last_day = db_text(&rows, 4),
                                       .state = db_text(&rows, 5),
                                       .error_text = db_text(&rows, 6),
                                       .correlation_id = db_text(&rows, 7),
                                       .counts = {.collected = db_int(&rows, 8),
                                                  .changed = db_int(&rows, 9),
                                                  .skipped = db_int(&rows, 10),
                                                  .failed = db_int(&rows, 11)},
                                       .started_ms = db_int(&rows, 12),
                                       .finished_ms = db_int(&rows, 13)};
    return db_done(&rows, err);
}
