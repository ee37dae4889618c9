/* operation_api.c - health, readiness, counters: what the person who hosts it watches. */

#include "api/api.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/app.h"
#include "db/db.h"
#include "job/job.h"

#include <inttypes.h>

/* GET /healthz - the process runs. */
static bool get_health(struct request *rq, struct reply *rp, struct err *err)
{
    (void)rq;
    (void)err;
    return reply_body(rp, 200, "application/json", STR("{\"status\":\"ok\"}"));
}

/* GET /readyz - it can do its work: the database answers and has our schema. */
static bool get_ready(struct request *rq, struct reply *rp, struct err *err)
{
    const struct app *app = rq->app;
    int known, present;

    if (!database_versions(app->database, &known, &present, err))
        return err_while(err, "asking the database for its version");
    if (known != present) {
        (void)err_set(err, ERR_BUSY, "the schema is at version %d, the program at %d", present,
                      known);
        return err_hint(err, "run adwright migrate");
    }
    return reply_body(rp, 200, "application/json", STR("{\"status\":\"ready\"}"));
}

static void put_metric(struct buf *buf, const char *name, const char *type, const char *help,
                       int64_t value)
{
    buf_fmt(buf, "# HELP %s %s\n# TYPE %s %s\n%s %" PRId64 "\n", name, help, name, type, name,
            value);
}

/* GET /metrics - Prometheus text; no label names a person, an org or an object. */
static bool get_metrics(struct request *rq, struct reply *rp, struct err *err)
{
    struct buf buf;
    struct job_counts jobs;
    struct web_counts web = web_counts(request_web(rq));
    struct str text;

    db_scope_system(rq->db); /* counts of the whole process, no org's rows */
    if (!job_count(rq->db, rq->arena, rq->now_ms, &jobs, err))
        return false;
    buf_init(&buf, rq->arena, 64 * 1024);
    put_metric(&buf, "adwright_http_requests_total", "counter", "Requests answered.",
               web.requests);
    put_metric(&buf, "adwright_http_refused_busy_total", "counter",
               "Requests refused because the queue was too old.", web.refused_busy);
    put_metric(&buf, "adwright_http_connections", "gauge", "Open connections.",
               web.connections_now);
    put_metric(&buf, "adwright_http_live", "gauge", "Clients of /api/live.", web.live_now);
    put_metric(&buf, "adwright_http_waiting", "gauge", "Requests waiting for a worker.",
               web.waiting_now);
    buf_add(&buf, STR("# HELP adwright_http_replies_total Replies by class.\n"
                      "# TYPE adwright_http_replies_total counter\n"));
    for (int class = 2; class <= 5; class ++)
        buf_fmt(&buf, "adwright_http_replies_total{class=\"%dxx\"} %" PRId64 "\n", class,
                web.by_class[class]);
    put_metric(&buf, "adwright_jobs_waiting", "gauge", "Jobs not started.", jobs.waiting);
    put_metric(&buf, "adwright_jobs_running", "gauge", "Jobs under a lease.", jobs.running);
    put_metric(&buf, "adwright_jobs_dead", "gauge", "Jobs given up, kept for replay.",
               jobs.dead);
    put_metric(&buf, "adwright_jobs_oldest_running_seconds", "gauge",
               "Age of the oldest running job.", jobs.oldest_running_ms / 1000);
    put_metric(&buf, "adwright_log_dropped_total", "counter",
               "Log lines lost because the sink was full.", (int64_t)log_dropped());
    return buf_done(&buf, "the metrics", &text, err) &&
           reply_body(rp, 200, "text/plain; version=0.0.4; charset=utf-8", text);
}

const struct route operation_routes[] = {
    {"GET", "/healthz", PUBLIC, .handler = get_health},
    {"GET", "/livez", PUBLIC, .handler = get_health},
    {"GET", "/readyz", PUBLIC, .handler = get_ready},
    {"GET", "/metrics", CAN_ADMIN, .handler = get_metrics},
    ROUTES_END,
};
