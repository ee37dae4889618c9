/* objects_api.c - campaigns, ad groups and ads, listed with their figures. */

#include "ads/account.h"
#include "api/api.h"
#include "api/common.h"
#include "base/arena.h"
#include "roi/objects.h"
#include "text/zone.h"

#include <inttypes.h>

#define DEFAULT_DAYS 7
#define MOST_DAYS    366

/* --- the question ---------------------------------------------------------------------- */

static bool read_ids(struct request *rq, const char *name, struct strs *out, struct err *err)
{
    struct str rest = request_query(rq, name);

    while (rest.n) {
        struct str id = str_trim(str_cut(&rest, ','));
        if (!id.n)
            continue;
        if (out->n == LIMIT_OBJECT_IDS || id.n > LIMIT_NAME)
            return err_input(err, name, "name fewer, or none for all", "at most %d ids",
                             LIMIT_OBJECT_IDS);
        *strs_add(out, rq->arena) = id;
    }
    return true;
}

static bool one_of(struct request *rq, const char *name, const char *words, struct str *out,
                   struct err *err)
{
    struct str rest = str(words);

    *out = request_query(rq, name);
    while (rest.n)
        if (str_eq(str_cut(&rest, ','), *out))
            return true;
    return !out->n || err_input(err, name, words, "\"" STR_FMT "\" is none of them",
                                STR_ARG(str_sub(*out, 0, 30)));
}

/* The zone that "today" is meant in: of the account asked for, else the default one. */
static struct str zone_of(struct request *rq, struct str ad_account_id)
{
    struct ad_connections list = {0};
    struct err unknown = {0};
    struct ad_account account;

    if (ad_account_get(rq->db, rq->arena, ad_account_id, &account, &unknown) &&
        ad_account_connections(rq->db, rq->arena, account.id, &list, &unknown) && list.n)
        return list.at[0].zone;
    return STR("Etc/UTC");
}

static bool read_day(struct request *rq, const char *name, struct day *out, struct err *err)
{
    struct str text = request_query(rq, name);

    if (!text.n)
        return true;
    if (!day_valid(text))
        return err_input(err, name, "write it as 2026-11-24", "\"" STR_FMT "\" is not a day",
                         STR_ARG(str_sub(text, 0, 20)));
    *out = day_add(text, 0);
    return true;
}

static bool read_range(struct request *rq, struct object_question *q, struct err *err)
{
    struct day first, last = zone_day(zone_of(rq, q->ad_account_id), rq->now_ms);
    int days;

    if (!read_day(rq, "to", &last, err))
        return false;
    first = day_add(day_str(&last), 1 - DEFAULT_DAYS);
    if (!read_day(rq, "from", &first, err))
        return false;
    days = day_diff(day_str(&last), day_str(&first)) + 1;
    if (days < 1 || days > MOST_DAYS)
        return err_input(err, "from", "1 to 366 days, the first before the last",
                         "the range has %d days", days);
    q->first_day = str_dup(rq->arena, day_str(&first));
    q->last_day = str_dup(rq->arena, day_str(&last));
    return true;
}

/* next_cursor is "rows_id": how many rows stand before the page, and the last of them. */
static bool read_cursor(struct request *rq, struct object_question *q, struct err *err)
{
    struct str rest = request_query(rq, "cursor"), whole = rest;

    if (!whole.n)
        return true;
    if (!str_int(str_cut(&rest, '_'), &q->after) || q->after < 1 || !rest.n ||
        rest.n > LIMIT_NAME)
        return err_input(err, "cursor", "send next_cursor of the page before as it is",
                         "the cursor cannot be read");
    q->after_id = rest;
    return true;
}

static bool read_limit(struct request *rq, struct object_question *q, struct err *err)
{
    struct str text = request_query(rq, "limit");

    q->limit = 50;
    return !text.n ||
           (str_int(text, &q->limit) && q->limit >= 1 && q->limit <= LIMIT_OBJECT_ROWS) ||
           err_input(err, "limit", "give 1 to 1000", "\"" STR_FMT "\" is not a number of rows",
                     STR_ARG(str_sub(text, 0, 20)));
}

static bool read_order(struct request *rq, struct object_question *q, struct err *err)
{
    struct str order;

    q->sort = request_query(rq, "sort");
    if (!object_sort_known(q->sort))
        return err_input(err, "sort", "for instance spend, leads, cpl or name",
                         "\"" STR_FMT "\" is no column to sort by",
                         STR_ARG(str_sub(q->sort, 0, 30)));
    if (!one_of(rq, "order", "asc,desc", &order, err))
        return false;
    q->ascending = order.n ? str_eq(order, STR("asc")) : str_eq(q->sort, STR("name"));
    return true;
}

static bool read_question(struct request *rq, struct object_question *q, struct err *err)
{
    q->text = str_trim(request_query(rq, "q"));
    q->direction_id = request_query(rq, "direction_id");
    q->creative_id = request_query(rq, "creative_id");
    q->delivery = request_query(rq, "delivery");
    if (q->text.n > LIMIT_TEXT)
        return err_input(err, "q", "a few words are enough", "the text is too long");
    return api_check_org(rq, NULL, err) && api_platform(rq, &q->platform, err) &&
           api_account_id(rq, NULL, &q->ad_account_id, err) &&
           one_of(rq, "status", "enabled,disabled,deleted", &q->status, err) &&
           read_ids(rq, "campaign_id", &q->campaign_ids, err) &&
           read_ids(rq, "adgroup_id", &q->adgroup_ids, err) &&
           read_ids(rq, "ids", &q->ids, err) && read_order(rq, q, err) &&
           read_cursor(rq, q, err) && read_limit(rq, q, err) && read_range(rq, q, err);
}

/* --- the answer -------------------------------------------------------------------------- */

static void put_if(struct json_writer *w, const char *key, bool known, int64_t value)
{
    json_key(w, key);
    if (known)
        json_put_int(w, value);
    else
        json_put_null(w);
}

static void put_cost(struct json_writer *w, const char *key, const struct object_figures *f,
                     bool (*cost)(const struct object_figures *f, int64_t *micros))
{
    int64_t micros = 0;
    bool known = cost(f, &micros);

    put_if(w, key, known, micros);
}

static void put_figures(struct json_writer *w, const struct object_figures *f)
{
    bool seen = f->missing == OBJECT_KNOWN, counted = seen || f->missing == OBJECT_CURRENCIES;
    double ratio;

    json_key(w, "figures");
    json_object(w);
    json_text_or_null_member(w, "missing", str(object_missing_name(f->missing)));
    put_if(w, "spend_micros", seen, f->spend_micros);
    put_if(w, "impressions", counted, f->impressions);
    put_if(w, "clicks", counted, f->clicks);
    put_if(w, "platform_leads", counted, f->platform_leads);
    json_key(w, "ctr");
    if (object_ctr(f, &ratio))
        json_put_real(w, ratio);
    else
        json_put_null(w);
    put_cost(w, "cpc_micros", f, object_cpc);
    put_cost(w, "cpm_micros", f, object_cpm);
    json_int_member(w, "leads", f->leads);
    json_int_member(w, "qualified", f->qualified);
    put_cost(w, "cpl_micros", f, object_cpl);
    put_cost(w, "cpql_micros", f, object_cpql);
    json_end(w);
}

static void put_named(struct json_writer *w, const char *id_key, struct str id,
                      const char *name_key, struct str name)
{
    json_text_or_null_member(w, id_key, id);
    json_text_or_null_member(w, name_key, name);
}

static void put_row(struct json_writer *w, struct arena *arena, const struct object_row *row)
{
    json_object(w);
    json_text_member(w, "id", row->id);
    json_text_member(w, "platform", row->platform);
    put_named(w, "ad_account_id", row->ad_account_id, "ad_account_name", row->ad_account_name);
    json_text_member(w, "name", row->name);
    json_text_member(w, "status", row->status);
    json_text_member(w, "delivery", str(row->delivery));
    json_text_or_null_member(w, "platform_status", row->platform_status);
    json_text_or_null_member(w, "objective", row->objective);
    put_named(w, "direction_id", row->direction_id, "direction_name", row->direction_name);
    if (row->level != LEVEL_CAMPAIGN)
        put_named(w, "campaign_id", row->campaign_id, "campaign_name", row->campaign_name);
    if (row->level == LEVEL_AD) {
        put_named(w, "adgroup_id", row->adgroup_id, "adgroup_name", row->adgroup_name);
        put_named(w, "creative_id", row->creative_id, "creative_title", row->creative_title);
    } else {
        put_if(w, "daily_budget_micros", row->budget_micros > 0, row->budget_micros);
        json_int_member(w, "ads", row->ads);
    }
    if (row->level == LEVEL_CAMPAIGN) {
        json_int_member(w, "adgroups", row->adgroups);
        json_int_member(w, "adgroups_budget_micros", row->adgroups_budget_micros);
    }
    json_text_member(w, "currency", row->currency);
    json_text_or_null_member(w, "launch_id", row->launch_id);
    api_time_member(w, arena, "created_at", row->created_ms);
    api_time_member(w, arena, "updated_at", row->updated_ms);
    put_figures(w, &row->figures);
    json_end(w);
}

static void put_end(struct request *rq, struct json_writer *w, const struct object_question *q,
                    const struct object_list *list)
{
    const struct object_rows *rows = &list->rows;

    json_text_or_null_member(w, "next_cursor",
                             list->next ? str_fmt(rq->arena, "%" PRId64 "_" STR_FMT, list->next,
                                                  STR_ARG(rows->at[rows->n - 1].id))
                                        : STR(""));
    json_int_member(w, "count", list->count);
    json_key(w, "total");
    json_object(w);
    json_text_or_null_member(w, "currency", list->currency);
    put_if(w, "daily_budget_micros", list->currency.n > 0, list->budget_micros);
    put_figures(w, &list->total);
    json_end(w);
    json_text_member(w, "from", q->first_day);
    json_text_member(w, "to", q->last_day);
    json_int_member(w, "leads_elsewhere", list->leads_elsewhere);
    api_time_member(w, rq->arena, "collected_at", list->collected_ms);
}

static bool get_list(struct request *rq, struct reply *rp, enum platform_level level,
                     struct err *err)
{
    struct object_question q = {.level = level};
    struct object_list list;
    struct reply_json json;

    if (!read_question(rq, &q, err) || !object_list_get(rq->db, rq->arena, &q, &list, err))
        return false;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < list.rows.n; i++)
        put_row(&json.w, rq->arena, &list.rows.at[i]);
    json_end(&json.w);
    put_end(rq, &json.w, &q, &list);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* GET /api/campaigns - filters platform, account_id, direction_id, campaign_id (several),
 * status, delivery, q; range from, to; sort, order, cursor, limit. */
static bool get_campaigns(struct request *rq, struct reply *rp, struct err *err)
{
    return get_list(rq, rp, LEVEL_CAMPAIGN, err);
}

/* GET /api/ad-groups - the same, and adgroup_id. */
static bool get_adgroups(struct request *rq, struct reply *rp, struct err *err)
{
    return get_list(rq, rp, LEVEL_ADGROUP, err);
}

/* GET /api/ads - the same, and creative_id. */
static bool get_ads(struct request *rq, struct reply *rp, struct err *err)
{
    return get_list(rq, rp, LEVEL_AD, err);
}

const struct route objects_routes[] = {
    {"GET", "/api/campaigns", CAN_READ, .handler = get_campaigns},
    {"GET", "/api/ad-groups", CAN_READ, .handler = get_adgroups},
    {"GET", "/api/ads", CAN_READ, .handler = get_ads},
    ROUTES_END,
};
