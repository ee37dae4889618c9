#ifndef METRIC_METRIC_H
#define METRIC_METRIC_H

#include "base/list.h"
#include "job/job.h"
#include "text/zone.h"

struct app;
struct ad_connection;
struct net;
struct platform;
struct platform_session;

/*
 * The collector: reads the platform's daily figures by ad for the last
 * `days` days (today included) and stores them, with the names and states of
 * the campaigns, ad groups and ads they belong to.  Upserts: a later
 * correction replaces, never doubles, and what it replaced is kept as a
 * revision.  A failure is recorded (metric_collections) and returned; a dead
 * token marks the connection revoked.
 *
 *   collected  rows taken in (stored, or equal to what is stored)
 *   changed    of these: new, or with other figures than before
 *   skipped    rows given twice in one answer (the later one counts)
 *   failed     rows that cannot be: no ad, a day outside the range, negative
 */
struct metric_counts {
    int64_t collected, changed, skipped, failed;
};
MUST_CHECK bool metric_collect(const struct app *app, struct db *db, struct net *net,
                               struct arena *arena, const struct ad_connection *connection,
                               int days, struct metric_counts *counts, struct err *err);

/* Job "metric.collect", args {"ad_account_id","platform","days"}: repeated after 2, 5 and 10 s
 * where the platform did not answer. */
extern const struct job_kind metric_jobs[];

/* `days` 0 = the setting collect_days.  One open job per ad account and platform. */
MUST_CHECK bool metric_collect_ask(struct db *db, struct arena *arena, struct str ad_account_id,
                                   struct str platform, int days, bool *added, struct err *err);

/*
 * Where a figure came from: one enumeration for writer and readers, so that
 * what is collected is what reports show.
 */
struct str
metric_source(struct str platform); /* tiktok -> tiktok_batch, facebook -> production */

/* --- reading -------------------------------------------------------------------- */

struct metric_day { /* one ad, one day of the account's zone */
    struct str ad_account_id, platform, campaign_id, adgroup_id, ad_id, creative_id, day;
    struct str currency;
    int64_t spend_micros, impressions, clicks, reach, conversions;
    struct str result_kind; /* what the objective is judged by, metric/result.h; "" = nothing */
    int64_t results;        /* so many, as the platform counts */
    int64_t revision;
    int64_t fetched_ms; /* these figures were shown from here on */
};
LIST(metric_days, struct metric_day);

struct metric_question {
    struct str ad_account_id; /* "" = all of the org */
    struct str platform;      /* "" = all */
    struct str first_day, last_day;
    int64_t as_of_ms; /* as known then; 0 = now */
    int64_t limit;    /* 0 = LIMIT_REPORT_ROWS */
};
/* By ad account, day and ad. */
MUST_CHECK bool metric_as_of(struct db *db, struct arena *arena,
                             const struct metric_question *question, struct metric_days *out,
                             struct err *err);

/*
 * What each ad did in a range of days, for lists of thousands of ads: read
 * from days that are kept packed, so that the cost is a few rows, whatever the
 * number of ads.  `ads` says at which position of `sums` an ad stands; what
 * belongs to an ad that is not in it goes to *others (may be NULL).
 */
struct metric_ad_sum {
    int64_t days; /* on which the platform reported something */
    int64_t spend_micros, impressions, clicks, platform_leads;
};
struct key_index;
MUST_CHECK bool metric_ad_sums(struct db *db, struct str ad_account_id, struct str platform,
                               struct str first_day, struct str last_day,
                               const struct key_index *ads, struct metric_ad_sum *sums,
                               struct metric_ad_sum *others, struct err *err);

struct metric_collection {
    struct str collection_id, ad_account_id, platform, first_day, last_day, state, error_text;
    struct str correlation_id;
    struct metric_counts counts;
    int64_t started_ms, finished_ms;
};
LIST(metric_collections, struct metric_collection);
/* Newest first; `before_ms` and `before_id` are the cursor (0 = first page). */
MUST_CHECK bool metric_collection_list(struct db *db, struct arena *arena,
                                       struct str ad_account_id, int64_t before_ms,
                                       struct str before_id, int64_t limit,
                                       struct metric_collections *out, struct err *err);

/*
 * The roll-ups, derived from the figures by ad in the same transaction: by
 * creative and day, and by creative and block of days (text/block.h).
 */

/* All roll-ups of the org in scope made anew, each 30 days in a transaction of their own.
 * *blocks (may be NULL) = how many of these. */
MUST_CHECK bool metric_rebuild(struct db *db, struct arena *arena, int64_t *blocks,
                               struct err *err);

/* --- currency -------------------------------------------------------------------- */

/*
 * Dated currency rates: micros of `from` in `to` by the rate of that day, or
 * the last one before it.  The inverse pair serves too; of two the later dated
 * wins.  False in *known when there is no rate: the caller shows a dash, never
 * an invented figure.
 */
MUST_CHECK bool currency_rate_set(struct db *db, struct str base, struct str quote,
                                  struct str day, int64_t rate_micros, struct str source,
                                  struct err *err);
MUST_CHECK bool currency_convert(struct db *db, struct arena *arena, int64_t micros,
                                 struct str from, struct str to, struct str day, bool *known,
                                 int64_t *out, struct err *err);

struct currency_rate {
    struct str base, quote, day, source;
    int64_t rate_micros, set_ms;
};
LIST(currency_rates, struct currency_rate);

/* Would it be taken?  ERR_INVALID names the field. */
MUST_CHECK bool currency_rate_check(const struct currency_rate *rate, struct err *err);
/* A rate from elsewhere: what a person has set stays.  *stored grows when it is new or other.
 */
MUST_CHECK bool currency_rate_offer(struct db *db, const struct currency_rate *rate,
                                    int64_t *stored, struct err *err);
/* A CSV file (metric/rate_read.h) as if set by hand, all or nothing; *n = how many. */
MUST_CHECK bool currency_rate_import(struct db *db, struct arena *arena, struct str csv,
                                     struct str actor, int64_t *n, struct err *err);
/* Ask the bank's feed for a day, for the org in scope; *n = new or other than before. */
MUST_CHECK bool currency_rate_fetch(const struct app *app, struct db *db, struct net *net,
                                    struct arena *arena, struct str day, int64_t *n,
                                    struct err *err);
/* Job "rates.fetch" of no org, args {"day"}: asks once, for all orgs.  rate_schedule, called
 * every few seconds in system scope, adds it once a day where rates_feed_url is set. */
extern const struct job_kind rate_jobs[];
MUST_CHECK bool rate_schedule(const struct app *app, struct db *db, struct arena *arena,
                              int64_t now_ms, struct err *err);

/* All rates that convert to or from `currency` ("" = every rate) up to `last_day`, oldest
 * first: one query for a whole report.  currency_convert_by then works in memory. */
MUST_CHECK bool currency_rate_list(struct db *db, struct arena *arena, struct str currency,
                                   struct str last_day, struct currency_rates *out,
                                   struct err *err);
/* The rate of that day or the last one before it, either way round; NULL when none is known. */
const struct currency_rate *currency_rate_find(const struct currency_rates *rates,
                                               struct str from, struct str to, struct str day);
/* By that rate, out of `from` into its other currency; rounded half away from zero. */
int64_t currency_scale(const struct currency_rate *rate, int64_t micros, struct str from);
/* False when no rate is known. */
bool currency_convert_by(const struct currency_rates *rates, int64_t micros, struct str from,
                         struct str to, struct str day, int64_t *out);

#endif
