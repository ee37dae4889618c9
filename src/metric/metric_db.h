#ifndef METRIC_METRIC_DB_H
#define METRIC_METRIC_DB_H

#include "metric/metric.h"
#include "metric/result.h"
#include "platform/platform.h"

/* The tables of metrics, for the files of metric/ only.  All within the handle's org. */

/* One collection: which account, which days, when. */
struct metric_run {
    struct str ad_account_id, platform, advertiser_id, currency;
    struct str first_day, last_day;
    struct str collection_id, correlation_id;
    int64_t started_ms;
    int64_t now_ms; /* of the writing */
};
LIST(metric_runs, struct metric_run);

/* Inside a transaction that writes figures or roll-ups, first of all. */
MUST_CHECK bool metric_lock(struct db *db, const struct metric_run *run, struct err *err);

/* What is stored of an ad and a day. */
struct metric_known {
    struct platform_metric_row row;
    struct str creative_id;
    enum result_kind result_kind;
    int64_t revision, fetched_ms;
};
LIST(metric_knowns, struct metric_known);
MUST_CHECK bool metric_known_list(struct db *db, struct arena *arena,
                                  const struct metric_run *run, struct metric_knowns *out,
                                  struct err *err);

/* What a row belongs to. */
struct metric_meaning {
    struct str creative_id;
    enum result_kind result_kind;
};
/* Inside a pipe: the row, new or in place of `before` (NULL = new), whose figures go to the
 * revisions when `revise`. */
MUST_CHECK bool metric_put(struct db *db, const struct metric_run *run,
                           const struct platform_metric_row *row,
                           const struct metric_meaning *meaning,
                           const struct metric_known *before, bool revise, struct err *err);

/* Rows whose ad was mapped after they were written get its creative.  *first_day = the oldest
 * day touched; "" = none. */
MUST_CHECK bool metric_map_creatives(struct db *db, struct arena *arena,
                                     const struct metric_run *run, struct str *first_day,
                                     struct err *err);
/* The roll-ups by creative, from that day to the run's last one, made anew. */
MUST_CHECK bool metric_roll_up(struct db *db, const struct metric_run *run,
                               struct str first_day, struct err *err);

/* Of these days, the figures by ad (table ad_metrics_days); metric_roll_up and metric_rebuild
 * call it. */
MUST_CHECK bool ad_days_roll_up(struct db *db, const struct metric_run *run,
                                struct str first_day, struct str last_day, struct err *err);

MUST_CHECK bool metric_collection_add(struct db *db, const struct metric_run *run,
                                      const struct metric_counts *counts, struct str error_text,
                                      struct err *err);
#endif
