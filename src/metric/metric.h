#ifndef METRIC_METRIC_H
#define METRIC_METRIC_H

#include "job/job.h"

struct app;
struct ad_connection;
struct net;

/*
 * The collector: reads the platform's daily figures by ad for the last
 * `days` days (today included) and stores them.  Upserts: a later correction
 * replaces, never doubles, and what it replaced is kept as a revision.  A
 * failure is recorded (metric_collections) and returned.
 */
struct metric_counts {
    int64_t collected, changed, skipped, failed;
};
MUST_CHECK bool metric_collect(const struct app *app, struct db *db, struct net *net,
                               struct arena *arena, const struct ad_connection *connection,
                               int days, struct metric_counts *counts, struct err *err);

extern const struct job_kind metric_jobs[];

/*
 * Dated currency rates: micros of `from` in `to` by the rate of that day, or
 * the last one before it.  The inverse pair serves too.  False in *known when
 * there is no rate: the caller shows a dash, never an invented figure.
 */
MUST_CHECK bool currency_rate_set(struct db *db, struct str base, struct str quote, struct str day,
                                  int64_t rate_micros, struct str source, struct err *err);
MUST_CHECK bool currency_convert(struct db *db, struct arena *arena, int64_t micros,
                                 struct str from, struct str to, struct str day, bool *known,
                                 int64_t *out, struct err *err);

#endif
