/* builder_live.c - the campaign builder's reads, asked of the platform while the client waits.
 */

#include "ads/account.h"
#include "api/builder.h"
#include "api/common.h"
#include "base/arena.h"
#include "creative/creative.h"
#include "text/zone.h"

#define REPORT_DAYS      7
#define REPORT_MOST_DAYS 92

struct live {
    struct ad_connection connection;
    const struct platform *platform;
    struct platform_session session;
};

static bool open_live(struct request *rq, struct live *live, struct err *err)
{
    struct str account_id;

    if (!api_check_org(rq, NULL, err) || !api_need_platform(rq, STR("tiktok"), err) ||
        !api_account_id(rq, NULL, &account_id, err) ||
        !ad_account_resolve(rq->db, rq->arena, account_id, STR("tiktok"), &live->connection,
                            err))
        return false;
    live->platform = platform_find(STR("tiktok"));
    return ad_account_session(rq->app, &live->connection, rq->net, rq->arena, &live->session,
                              err);
}

/* GET .../campaigns - every campaign of the advertiser. */
bool get_builder_campaigns(struct request *rq, struct reply *rp, struct err *err)
{
    struct platform_objects list = {0};
    struct reply_json json;
    struct live live;

    if (!open_live(rq, &live, err) ||
        !live.platform->objects(&live.session, LEVEL_CAMPAIGN, NULL, STR(""), &list, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_bool_member(&json.w, "success", true);
    json_key(&json.w, "campaigns");
    json_list(&json.w);
    for (size_t i = 0; i < list.n; i++) {
        const struct platform_object *campaign = &list.at[i];

        json_object(&json.w);
        json_text_member(&json.w, "campaign_id", campaign->id);
        json_text_member(&json.w, "campaign_name", campaign->name);
        json_text_member(&json.w, "objective", campaign->objective);
        json_text_member(&json.w, "status", campaign->status);
        json_text_or_null_member(&json.w, "platform_status", campaign->secondary_status);
        json_text_or_null_member(&json.w, "budget_mode", campaign->budget_mode);
        json_int_member(&json.w, "budget_micros", campaign->budget_micros);
        api_time_member(&json.w, rq->arena, "created_at", campaign->created_ms);
        json_end(&json.w);
    }
    json_end(&json.w);
    json_int_member(&json.w, "total", (int64_t)list.n);
    json_text_member(&json.w, "currency", live.connection.currency);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* --- report --- */

struct period {
    struct day first, last;
};

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

static bool read_period(struct request *rq, struct str zone, struct period *out,
                        struct err *err)
{
    out->last = zone_day(zone, rq->now_ms);
    if (!read_day(rq, "end_date", &out->last, err))
        return false;
    out->first = day_add(day_str(&out->last), 1 - REPORT_DAYS);
    if (!read_day(rq, "start_date", &out->first, err))
        return false;

    int days = day_diff(day_str(&out->last), day_str(&out->first));

    return (days >= 0 && days < REPORT_MOST_DAYS) ||
           err_input(err, "start_date", "at most 92 days, the first before the last",
                     "the period has %d days", days + 1);
}

static bool wanted(struct str list, struct str id)
{
    if (!list.n)
        return true;
    while (list.n)
        if (str_eq(str_trim(str_cut(&list, ',')), id))
            return true;
    return false;
}

LIST(figures, struct platform_metric_row);

static struct platform_metric_row *row_of(struct figures *list, struct arena *arena,
                                          struct str campaign_id)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->at[i].campaign_id, campaign_id))
            return &list->at[i];

    struct platform_metric_row *row = figures_add(list, arena);

    row->campaign_id = campaign_id;
    return row;
}

static void sum(struct figures *out, struct arena *arena,
                const struct platform_metric_rows *rows, struct str campaign_ids)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct platform_metric_row *from = &rows->at[i];
        struct platform_metric_row *to;

        if (!wanted(campaign_ids, from->campaign_id))
            continue;
        to = row_of(out, arena, from->campaign_id);
        to->spend_micros += from->spend_micros;
        to->impressions += from->impressions;
        to->clicks += from->clicks;
        to->conversions += from->conversions;
        to->video_views += from->video_views;
    }
}

static void put_ratio(struct json_writer *w, const char *key, double a, double b)
{
    json_key(w, key);
    if (b > 0)
        json_put_real(w, a / b);
    else
        json_put_null(w);
}

static void put_figures(struct json_writer *w, const struct platform_metric_row *row)
{
    json_object(w);
    json_text_member(w, "campaign_id", row->campaign_id);
    json_int_member(w, "spend_micros", row->spend_micros);
    json_int_member(w, "impressions", row->impressions);
    json_int_member(w, "clicks", row->clicks);
    json_int_member(w, "conversions", row->conversions);
    json_int_member(w, "video_views", row->video_views);
    put_ratio(w, "ctr", (double)row->clicks, (double)row->impressions);
    put_ratio(w, "cpc_micros", (double)row->spend_micros, (double)row->clicks);
    json_end(w);
}

/* GET .../report?campaign_ids=a,b&start_date=&end_date= - sums by campaign, days of the
 * account's zone. */
bool get_builder_report(struct request *rq, struct reply *rp, struct err *err)
{
    struct platform_metric_rows rows = {0};
    struct figures figures = {0};
    struct reply_json json;
    struct period period;
    struct live live;

    if (!open_live(rq, &live, err) || !read_period(rq, live.connection.zone, &period, err) ||
        !live.platform->metrics(&live.session, day_str(&period.first), day_str(&period.last),
                                &rows, err))
        return false;
    sum(&figures, rq->arena, &rows, request_query(rq, "campaign_ids"));
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_bool_member(&json.w, "success", true);
    json_key(&json.w, "report");
    json_list(&json.w);
    for (size_t i = 0; i < figures.n; i++)
        put_figures(&json.w, &figures.at[i]);
    json_end(&json.w);
    json_text_member(&json.w, "currency", live.connection.currency);
    json_key(&json.w, "period");
    json_object(&json.w);
    json_text_member(&json.w, "start_date", day_str(&period.first));
    json_text_member(&json.w, "end_date", day_str(&period.last));
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* --- the rest --- */

/* GET .../available-creatives?direction_id= - videos that a launch may name. */
bool get_builder_creatives(struct request *rq, struct reply *rp, struct err *err)
{
    struct creative_filter filter = {.direction_id = request_query(rq, "direction_id"),
                                     .status = STR("ready"),
                                     .limit = LIMIT_LIST_ROWS};
    struct creatives list = {0};
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) || !creative_list(rq->db, rq->arena, &filter, &list, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_bool_member(&json.w, "success", true);
    json_key(&json.w, "creatives");
    json_list(&json.w);
    for (size_t i = 0; i < list.n; i++) {
        json_object(&json.w);
        json_text_member(&json.w, "id", list.at[i].id);
        json_text_member(&json.w, "title", list.at[i].title);
        json_text_or_null_member(&json.w, "direction_id", list.at[i].direction_id);
        json_int_member(&json.w, "duration_ms", list.at[i].duration_ms);
        api_time_member(&json.w, rq->arena, "created_at", list.at[i].created_ms);
        json_end(&json.w);
    }
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* GET .../advertiser-info - the connected advertiser as the platform shows it now. */
bool get_builder_advertiser(struct request *rq, struct reply *rp, struct err *err)
{
    struct platform_advertiser advertiser;
    struct reply_json json;
    struct live live;

    if (!open_live(rq, &live, err) ||
        !live.platform->advertiser(&live.session, &advertiser, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_bool_member(&json.w, "success", true);
    json_text_member(&json.w, "advertiser_id", advertiser.id);
    json_text_member(&json.w, "name", advertiser.name);
    json_text_member(&json.w, "currency", advertiser.currency);
    json_text_member(&json.w, "time_zone", advertiser.zone);
    json_text_member(&json.w, "country", advertiser.country);
    json_text_member(&json.w, "status", advertiser.status);
    json_bool_member(&json.w, "deliverable", advertiser.deliverable);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static void put_words(struct json_writer *w, const char *key, const char *words)
{
    struct str rest = str(words);

    json_key(w, key);
    json_list(w);
    while (rest.n)
        json_put_text(w, str_cut(&rest, ','));
    json_end(w);
}

/* GET .../objectives - what can be run: needs, buttons, figures to judge by, placements. */
bool get_builder_objectives(struct request *rq, struct reply *rp, struct err *err)
{
    const struct platform *platform = platform_find(STR("tiktok"));
    size_t n;
    const struct platform_objective *list = platform->objectives(&n);
    struct reply_json json;

    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < n; i++) {
        json_object(&json.w);
        json_text_member(&json.w, "objective", str(list[i].name));
        json_text_member(&json.w, "label", str(list[i].label));
        json_text_member(&json.w, "destination", str(list[i].destination));
        json_text_member(&json.w, "call_to_action", str(list[i].call_to_action));
        put_words(&json.w, "needs", list[i].needs);
        put_words(&json.w, "recommended_metrics", list[i].metrics);
        put_words(&json.w, "placements", list[i].placements);
        json_end(&json.w);
    }
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}
