/* report.c - daily figures by ad. */

#include "platform/tiktok/tiktok.h"

#include "base/limits.h"
#include "text/money.h"
#include "text/zone.h"

#define REPORT_PAGE 1000
#define REPORT_DAYS 30 /* TikTok: report range with stat_time_day, both ends counted */

static const char *const report_metrics[] = {
    "campaign_id",
    "adgroup_id",
    "spend",
    "impressions",
    "clicks",
    "reach",
    "conversion",
    "video_play_actions",
    "video_views_p25",
    "video_views_p50",
    "video_views_p75",
    "video_views_p100",
    "average_video_play",
    NULL,
};

struct report_reading {
    struct platform_session *s;
    struct platform_metric_rows *out;
};

/* Every value is text: "12.34", "7", "-" or absent where there is nothing. */
static struct str value_of(struct report_reading *reading, const struct json *row,
                           const char *name)
{
    struct str value = json_number_text(json_at(row, "metrics"), name, reading->s->arena);

    return str_eq(value, STR("-")) ? STR("") : value;
}

static bool count_of(struct report_reading *reading, const struct json *row, const char *name,
                     int64_t *out, struct err *err)
{
    struct str value = value_of(reading, row, name);
    struct str whole = str_sub(value, 0, str_find(value, '.'));

    if (!value.n)
        return true; /* stays 0 */
    return str_int(whole, out) ||
           err_set(err, ERR_BROKEN, "TikTok's report says \"" STR_FMT "\" for %s",
                   STR_ARG(value), name);
}

static bool micros_of(struct report_reading *reading, const struct json *row, const char *name,
                      int64_t *out, struct err *err)
{
    struct str value = value_of(reading, row, name);

    return !value.n || money_parse(value, out, err) ||
           err_while(err, "reading %s of TikTok's report", name);
}

static bool read_row(void *arg, const struct json *row, struct err *err)
{
    struct report_reading *reading = arg;
    struct arena *arena = reading->s->arena;

    if (reading->out->n == LIMIT_REPORT_ROWS)
        return err_set(err, ERR_INVALID, "the report has more than %d rows", LIMIT_REPORT_ROWS);

    struct platform_metric_row *out = platform_metric_rows_add(reading->out, arena);
    int64_t play_micros = 0;

    out->ad_id = json_id(row, "dimensions.ad_id", arena);
    out->day = str_sub(json_text(row, "dimensions.stat_time_day", STR("")), 0, 10);
    out->adgroup_id = value_of(reading, row, "adgroup_id");
    out->campaign_id = value_of(reading, row, "campaign_id");
    if (!out->ad_id.n || !day_valid(out->day))
        return err_set(err, ERR_BROKEN, "a row of TikTok's report lacks its ad or its day");

    bool ok = micros_of(reading, row, "spend", &out->spend_micros, err) &&
              count_of(reading, row, "impressions", &out->impressions, err) &&
              count_of(reading, row, "clicks", &out->clicks, err) &&
              count_of(reading, row, "reach", &out->reach, err) &&
              count_of(reading, row, "conversion", &out->conversions, err) &&
              count_of(reading, row, "video_play_actions", &out->video_views, err) &&
              count_of(reading, row, "video_views_p25", &out->video_views_25, err) &&
              count_of(reading, row, "video_views_p50", &out->video_views_50, err) &&
              count_of(reading, row, "video_views_p75", &out->video_views_75, err) &&
              count_of(reading, row, "video_views_p100", &out->video_views_100, err) &&
              micros_of(reading, row, "average_video_play", &play_micros, err);

    out->average_play_ms = play_micros / 1000; /* seconds in text, millionths as read */
    return ok;
}

static bool read_range(struct report_reading *reading, struct str first, struct str last,
                       struct err *err)
{
    struct platform_session *s = reading->s;
    struct tiktok_args args;

    tiktok_args(s, &args);
    tiktok_arg(s, &args, "report_type", STR("BASIC"));
    tiktok_arg(s, &args, "data_level", STR("AUCTION_AD"));
    tiktok_arg(s, &args, "dimensions", STR("[\"ad_id\",\"stat_time_day\"]"));
    tiktok_arg(s, &args, "metrics", tiktok_json_list(s, report_metrics));
    tiktok_arg(s, &args, "start_date", first);
    tiktok_arg(s, &args, "end_date", last);
    return tiktok_get_pages(s, "report/integrated/get/", &args, REPORT_PAGE, "list", read_row,
                            reading, err);
}

bool tiktok_metrics(struct platform_session *s, struct str first_day, struct str last_day,
                    struct platform_metric_rows *out, struct err *err)
{
    struct report_reading reading = {s, out};
    int days = day_diff(last_day, first_day);

    for (int from = 0; from <= days; from += REPORT_DAYS) {
        int to = from + REPORT_DAYS - 1 < days ? from + REPORT_DAYS - 1 : days;
        struct day first = day_add(first_day, from), last = day_add(first_day, to);

        if (!read_range(&reading, str_dup(s->arena, day_str(&first)),
                        str_dup(s->arena, day_str(&last)), err))
            return false;
    }
    return true;
}
