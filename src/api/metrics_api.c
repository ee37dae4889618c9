/* metrics_api.c - collected figures, collections, currency rates. */

#include "ads/account.h"
#include "api/api.h"
#include "api/common.h"
#include "auth/audit.h"
#include "base/arena.h"
#include "conf/app.h"
#include "db/db.h"
#include "metric/metric.h"
#include "text/money.h"
#include "text/zone.h"

#include <inttypes.h>

#define MOST_RATES 1000

/* --- collecting --------------------------------------------------------------------- */

/* POST /api/metrics/collect {account_id?, platform?, days?} - ask for a collection. */
static bool post_collect(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"accountId",       "account_id", "ad_account_id",
                                          "platform",        "days",       "userAccountId",
                                          "user_account_id", NULL};
    struct ad_connection connection;
    const struct json *body;
    struct str account_id, platform;
    struct reply_json json;
    const struct app *app = rq->app;
    int64_t days;
    bool added;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) || !api_account_id(rq, body, &account_id, err) ||
        !json_want_text(body, "platform", 20, STR("tiktok"), &platform, err) ||
        !json_want_int(body, "days", 1, 30, 0, &days, err) ||
        !api_need_platform(rq, platform, err) ||
        !ad_account_resolve(rq->db, rq->arena, account_id, platform, &connection, err) ||
        !metric_collect_ask(rq->db, rq->arena, connection.ad_account_id, platform, (int)days,
                            &added, err))
        return false;
    if (app->runner)
        job_wake(app->runner);
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "ad_account_id", connection.ad_account_id);
    json_text_member(&json.w, "platform", platform);
    json_bool_member(&json.w, "already_running", !added);
    json_end(&json.w);
    return reply_json_end(&json, rp, 202, err);
}

static void put_collection(struct json_writer *w, struct arena *arena,
                           const struct metric_collection *collection)
{
    json_object(w);
    json_text_member(w, "id", collection->collection_id);
    json_text_member(w, "ad_account_id", collection->ad_account_id);
    json_text_member(w, "platform", collection->platform);
    json_text_member(w, "first_day", collection->first_day);
    json_text_member(w, "last_day", collection->last_day);
    json_text_member(w, "state", collection->state);
    json_int_member(w, "collected", collection->counts.collected);
    json_int_member(w, "changed", collection->counts.changed);
    json_int_member(w, "skipped", collection->counts.skipped);
    json_int_member(w, "failed", collection->counts.failed);
    json_text_or_null_member(w, "error", collection->error_text);
    json_text_or_null_member(w, "correlation_id", collection->correlation_id);
    api_time_member(w, arena, "started_at", collection->started_ms);
    api_time_member(w, arena, "finished_at", collection->finished_ms);
    json_end(w);
}

/* GET /api/metrics/collections - what was collected, when, and what went wrong. */
static bool get_collections(struct request *rq, struct reply *rp, struct err *err)
{
    struct metric_collections list = {0};
    struct reply_json json;
    struct str account_id, before_id;
    int64_t limit, before_ms;

    if (!api_check_org(rq, NULL, err) || !api_account_id(rq, NULL, &account_id, err) ||
        !api_limit(rq, &limit, err) || !api_cursor(rq, &before_ms, &before_id, err) ||
        !metric_collection_list(rq->db, rq->arena, account_id, before_ms, before_id, limit + 1,
                                &list, err))
        return false;
    bool more = (int64_t)list.n > limit;
    size_t n = more ? (size_t)limit : list.n;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < n; i++)
        put_collection(&json.w, rq->arena, &list.at[i]);
    return api_list_end(rq, rp, &json, more, n ? list.at[n - 1].finished_ms : 0,
                        n ? list.at[n - 1].collection_id : STR(""), err);
}

/* --- figures ------------------------------------------------------------------------------ */

static bool read_day(struct request *rq, const char *name, struct str *out, struct err *err)
{
    *out = request_query(rq, name);
    return day_valid(*out) ||
           err_input(err, name, "write it as 2026-11-24", "\"" STR_FMT "\" is not a day",
                     STR_ARG(str_sub(*out, 0, 20)));
}

static void put_day(struct json_writer *w, struct arena *arena, const struct metric_day *day)
{
    json_object(w);
    json_text_member(w, "ad_account_id", day->ad_account_id);
    json_text_member(w, "platform", day->platform);
    json_text_member(w, "source", metric_source(day->platform));
    json_text_member(w, "day", day->day);
    json_text_member(w, "ad_id", day->ad_id);
    json_text_or_null_member(w, "adgroup_id", day->adgroup_id);
    json_text_or_null_member(w, "campaign_id", day->campaign_id);
    json_text_or_null_member(w, "creative_id", day->creative_id);
    json_text_member(w, "currency", day->currency);
    json_int_member(w, "spend_micros", day->spend_micros);
    json_int_member(w, "impressions", day->impressions);
    json_int_member(w, "clicks", day->clicks);
    json_int_member(w, "reach", day->reach);
    json_int_member(w, "conversions", day->conversions);
    json_text_or_null_member(w, "result_kind", day->result_kind);
    json_int_member(w, "results", day->results);
    json_int_member(w, "revision", day->revision);
    api_time_member(w, arena, "fetched_at", day->fetched_ms);
    json_end(w);
}

/* GET /api/metrics?first_day&last_day&account_id&platform&as_of - daily figures by ad; as known
 * at an instant where as_of is given. */
static bool get_metrics(struct request *rq, struct reply *rp, struct err *err)
{
    struct metric_question question = {.platform = request_query(rq, "platform")};
    struct metric_days days = {0};
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) ||
        !api_account_id(rq, NULL, &question.ad_account_id, err) ||
        !read_day(rq, "first_day", &question.first_day, err) ||
        !read_day(rq, "last_day", &question.last_day, err) ||
        !api_query_time(rq, "as_of", &question.as_of_ms, err))
        return false;
    if (day_diff(question.last_day, question.first_day) < 0 ||
        day_diff(question.last_day, question.first_day) > 92)
        return err_input(err, "last_day", "ask for at most 93 days at once",
                         "the range from " STR_FMT " to " STR_FMT " cannot be listed",
                         STR_ARG(question.first_day), STR_ARG(question.last_day));
    question.limit = 20001;
    if (!metric_as_of(rq->db, rq->arena, &question, &days, err))
        return false;
    if (days.n == 20001)
        return err_input(err, "last_day", "ask for fewer days or for one ad account",
                         "the range has more than 20000 rows");
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "days", STR("of each ad account's own time zone"));
    api_time_member(&json.w, rq->arena, "as_of", question.as_of_ms);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < days.n; i++)
        put_day(&json.w, rq->arena, &days.at[i]);
    json_end(&json.w);
    json_key(&json.w, "next_cursor");
    json_put_null(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* --- currency rates --------------------------------------------------------------------------
 */

static bool set_rate(struct request *rq, const struct json *rate, struct err *err)
{
    static const char *const allowed[] = {"base",          "quote",           "day", "rate",
                                          "userAccountId", "user_account_id", NULL};
    struct str base, quote, day;
    int64_t micros;

    return json_only(rate, allowed, err) && json_need_text(rate, "base", 3, &base, err) &&
           json_need_text(rate, "quote", 3, &quote, err) &&
           json_need_text(rate, "day", 10, &day, err) &&
           json_want_micros(rate, "rate", 0, &micros, err) &&
           currency_rate_set(rq->db, base, quote, day, micros, STR("manual"), err);
}

static bool set_rates(struct request *rq, const struct json *body, int64_t *n, struct err *err)
{
    const struct json *list = json_at(body, "rates");
    static const char *const allowed[] = {"rates", "userAccountId", "user_account_id", NULL};

    *n = 1;
    if (json_type(list) == JSON_MISSING)
        return set_rate(rq, body, err);
    if (!json_only(body, allowed, err))
        return false;
    *n = (int64_t)json_count(list);
    if (json_type(list) != JSON_LIST || *n < 1 || *n > MOST_RATES)
        return err_input(err, "rates", "give a list of 1 to 1000 {base, quote, day, rate}",
                         "the list of rates cannot be read");
    for (size_t i = 0; i < json_count(list); i++)
        if (!set_rate(rq, json_item(list, i), err))
            return err_while(err, "rate %zu of the list", i);
    return true;
}

static bool put_rates_in_transaction(struct request *rq, const struct json *body, int64_t *n,
                                     struct err *err)
{
    struct audit_entry entry = {.actor = rq->caller.actor,
                                .action = "currency_rate.set",
                                .object_id = STR("currency_rates"),
                                .after = json_print(rq->arena, body)};

    return set_rates(rq, body, n, err) && audit_add(rq->db, rq->arena, &entry, err);
}

/* PUT /api/currency-rates {base, quote, day, rate} or {rates: [...]} - units of quote for one
 * unit of base; a second rate for the day replaces the first. */
static bool put_rates(struct request *rq, struct reply *rp, struct err *err)
{
    const struct json *body;
    struct reply_json json;
    int64_t n;

    if (!request_json(rq, &body, err) || !api_check_org(rq, body, err) ||
        !db_begin(rq->db, err) ||
        !db_end(rq->db, put_rates_in_transaction(rq, body, &n, err), err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_int_member(&json.w, "stored", n);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* POST /api/currency-rates/import - a CSV file with the header base,quote,day,rate; all of it
 * or nothing. */
static bool post_rates_file(struct request *rq, struct reply *rp, struct err *err)
{
    struct reply_json json;
    int64_t n;

    if (!api_check_org(rq, NULL, err) ||
        !currency_rate_import(rq->db, rq->arena, rq->body, rq->caller.actor, &n, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_int_member(&json.w, "stored", n);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* GET /api/currency-rates?currency - all rates, oldest first. */
static bool get_rates(struct request *rq, struct reply *rp, struct err *err)
{
    struct currency_rates rates = {0};
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) ||
        !currency_rate_list(rq->db, rq->arena, request_query(rq, "currency"), STR(""), &rates,
                            err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < rates.n; i++) {
        const struct currency_rate *rate = &rates.at[i];
        json_object(&json.w);
        json_text_member(&json.w, "base", rate->base);
        json_text_member(&json.w, "quote", rate->quote);
        json_text_member(&json.w, "day", rate->day);
        json_micros_member(&json.w, "rate", rate->rate_micros);
        json_text_member(&json.w, "source", rate->source);
        api_time_member(&json.w, rq->arena, "set_at", rate->set_ms);
        json_end(&json.w);
    }
    json_end(&json.w);
    json_key(&json.w, "next_cursor");
    json_put_null(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

const struct route metrics_routes[] = {
    {.method = "GET", .path = "/api/metrics", .right = CAN_READ, .handler = get_metrics},
    {.method = "POST",
     .path = "/api/metrics/collect",
     .right = CAN_EDIT,
     .handler = post_collect},
    {.method = "GET",
     .path = "/api/metrics/collections",
     .right = CAN_READ,
     .handler = get_collections},
    {.method = "GET", .path = "/api/currency-rates", .right = CAN_READ, .handler = get_rates},
    {.method = "PUT", .path = "/api/currency-rates", .right = CAN_EDIT, .handler = put_rates},
    {.method = "POST",
     .path = "/api/currency-rates/import",
     .right = CAN_EDIT,
     .handler = post_rates_file},
    ROUTES_END,
};
