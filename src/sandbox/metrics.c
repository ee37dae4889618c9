/* metrics.c - report metrics by name. */

#include "sandbox/metrics.h"

#include "base/arena.h"
#include "sandbox/rules.h"

typedef double measure(const struct metric_row *row);

static double conversions(const struct metric_row *row)
{
    return row->leads_seen ? (double)row->figures.conversions : 0;
}

static double real_time(const struct metric_row *row)
{
    return row->leads_seen ? (double)row->figures.real_time_conversions : 0;
}

static double spend(const struct metric_row *row)
{
    return (double)row->figures.spend_micros / 1e6;
}

static double impressions(const struct metric_row *row)
{
    return (double)row->figures.impressions;
}

static double clicks(const struct metric_row *row)
{
    return (double)row->figures.clicks;
}

static double reach(const struct metric_row *row)
{
    return (double)row->figures.reach;
}

static double over(double a, double b)
{
    return b > 0 ? a / b : 0;
}

static double one(const struct metric_row *row)
{
    (void)row;
    return 1;
}

/* What the goal counts: leads where they are seen, else clicks. */
static double results(const struct metric_row *row)
{
    return row->leads_seen ? conversions(row) : clicks(row);
}

static double real_time_results(const struct metric_row *row)
{
    return row->leads_seen ? real_time(row) : clicks(row);
}

static double forms(const struct metric_row *row)
{
    return row->form ? conversions(row) : 0;
}

static double site_forms(const struct metric_row *row)
{
    return row->form ? 0 : conversions(row);
}

static double plays(const struct metric_row *row)
{
    return (double)row->figures.video_plays;
}

static double engagements(const struct metric_row *row)
{
    const struct world_figures *f = &row->figures;

    return (double)(f->clicks + f->likes + f->comments + f->shares + f->follows +
                    f->profile_visits);
}

#define FIGURE(name)                                                                           \
    static double figure_##name(const struct metric_row *row)                                  \
    {                                                                                          \
        return (double)row->figures.name;                                                      \
    }
FIGURE(video_2s)
FIGURE(video_6s)
FIGURE(video_p25)
FIGURE(video_p50)
FIGURE(video_p75)
FIGURE(video_p100)
FIGURE(likes)
FIGURE(comments)
FIGURE(shares)
FIGURE(follows)
FIGURE(profile_visits)

static double play_seconds(const struct metric_row *row)
{
    return (double)row->figures.video_play_ms / 1000;
}

enum format { COUNT, DECIMAL, PERCENT };

/* value = factor * top / bottom */
static const struct metric {
    const char *name;
    enum format format;
    measure *top, *bottom;
    double factor;
} metrics[] = {
    {"spend", DECIMAL, spend, one, 1},
    {"billed_cost", DECIMAL, spend, one, 1},
    {"cash_spend", DECIMAL, spend, one, 1},
    {"cpc", DECIMAL, spend, clicks, 1},
    {"cpm", DECIMAL, spend, impressions, 1000},
    {"impressions", COUNT, impressions, one, 1},
    {"gross_impressions", COUNT, impressions, one, 1},
    {"clicks", COUNT, clicks, one, 1},
    {"ctr", PERCENT, clicks, impressions, 100},
    {"reach", COUNT, reach, one, 1},
    {"frequency", DECIMAL, impressions, reach, 1},
    {"cost_per_1000_reached", DECIMAL, spend, reach, 1000},
    {"conversion", COUNT, conversions, one, 1},
    {"cost_per_conversion", DECIMAL, spend, conversions, 1},
    {"conversion_rate", PERCENT, conversions, clicks, 100},
    {"conversion_rate_v2", PERCENT, conversions, impressions, 100},
    {"real_time_conversion", COUNT, real_time, one, 1},
    {"real_time_cost_per_conversion", DECIMAL, spend, real_time, 1},
    {"real_time_conversion_rate", PERCENT, real_time, clicks, 100},
    {"real_time_conversion_rate_v2", PERCENT, real_time, impressions, 100},
    {"result", COUNT, results, one, 1},
    {"cost_per_result", DECIMAL, spend, results, 1},
    {"result_rate", PERCENT, results, impressions, 100},
    {"real_time_result", COUNT, real_time_results, one, 1},
    {"real_time_cost_per_result", DECIMAL, spend, real_time_results, 1},
    {"real_time_result_rate", PERCENT, real_time_results, impressions, 100},
    {"video_play_actions", COUNT, plays, one, 1},
    {"video_watched_2s", COUNT, figure_video_2s, one, 1},
    {"video_watched_6s", COUNT, figure_video_6s, one, 1},
    {"engaged_view", COUNT, figure_video_6s, one, 1},
    {"video_views_p25", COUNT, figure_video_p25, one, 1},
    {"video_views_p50", COUNT, figure_video_p50, one, 1},
    {"video_views_p75", COUNT, figure_video_p75, one, 1},
    {"video_views_p100", COUNT, figure_video_p100, one, 1},
    {"average_video_play", DECIMAL, play_seconds, plays, 1},
    {"average_video_play_per_user", DECIMAL, play_seconds, reach, 1},
    {"engagements", COUNT, engagements, one, 1},
    {"engagement_rate", PERCENT, engagements, impressions, 100},
    {"likes", COUNT, figure_likes, one, 1},
    {"comments", COUNT, figure_comments, one, 1},
    {"shares", COUNT, figure_shares, one, 1},
    {"follows", COUNT, figure_follows, one, 1},
    {"profile_visits", COUNT, figure_profile_visits, one, 1},
    {"profile_visits_rate", PERCENT, figure_profile_visits, impressions, 100},
    {"onsite_form", COUNT, forms, one, 1},
    {"cost_per_onsite_form", DECIMAL, spend, forms, 1},
    {"onsite_form_rate", PERCENT, forms, clicks, 100},
    {"form", COUNT, site_forms, one, 1},
    {"cost_per_form", DECIMAL, spend, site_forms, 1},
    {"form_rate", PERCENT, site_forms, clicks, 100},
};

/* Metrics of features that nothing in this market uses: always nothing. */
static const char always_nothing[] =
    "voucher_spend skan_conversion skan_cost_per_conversion secondary_goal_result "
    "cost_per_secondary_goal_result secondary_goal_result_rate engaged_view_15s "
    "paid_engaged_view clicks_on_music_disc anchor_clicks value_per_onsite_form "
    "total_onsite_form_value onsite_total_filtered_out_form_submission ix_page_duration_avg "
    "ix_page_viewrate_avg ix_video_views ix_video_views_p25 ix_video_views_p50 "
    "ix_video_views_p75 ix_video_views_p100 ix_average_video_play ix_page_view_count "
    "ix_button_click_count ix_product_click_count online_consult user_registration "
    "cost_per_user_registration page_event_search view_content sales_lead complete_payment "
    "cost_per_complete_payment complete_payment_rate value_per_complete_payment "
    "total_complete_payment_rate complete_payment_roas initiate_checkout "
    "web_event_add_to_cart total_landing_page_view cost_per_landing_page_view "
    "landing_page_view_rate page_browse_view button_click app_install cost_per_app_install "
    "registration cost_per_registration purchase cost_per_purchase total_purchase "
    "total_purchase_value total_active_pay_roas onsite_shopping onsite_shopping_roas "
    "total_onsite_shopping_value onsite_initiate_checkout_count live_views "
    "live_product_clicks";

static const struct attribute {
    const char *name;
    enum metric_level level;
    const char *member;
} attributes[] = {
    {"currency", METRIC_ANY, "currency"},
    {"timezone", METRIC_ANY, "timezone"},
    {"advertiser_id", METRIC_ANY, "advertiser_id"},
    {"advertiser_name", METRIC_ANY, "name"},
    {"campaign_id", METRIC_CAMPAIGN, "campaign_id"},
    {"campaign_name", METRIC_CAMPAIGN, "campaign_name"},
    {"objective_type", METRIC_CAMPAIGN, "objective_type"},
    {"campaign_budget", METRIC_CAMPAIGN, "budget"},
    {"adgroup_id", METRIC_GROUP, "adgroup_id"},
    {"adgroup_name", METRIC_GROUP, "adgroup_name"},
    {"promotion_type", METRIC_GROUP, "promotion_type"},
    {"placement_type", METRIC_GROUP, "placement_type"},
    {"billing_event", METRIC_GROUP, "billing_event"},
    {"bid_strategy", METRIC_GROUP, "bid_type"},
    {"budget", METRIC_GROUP, "budget"},
    {"opt_status", METRIC_GROUP, "operation_status"},
    {"ad_name", METRIC_AD, "ad_name"},
    {"ad_text", METRIC_AD, "ad_text"},
    {"call_to_action", METRIC_AD, "call_to_action"},
    {"video_id", METRIC_AD, "video_id"},
    {"tiktok_item_id", METRIC_AD, "tiktok_item_id"},
    {"image_mode", METRIC_AD, "ad_format"},
    {"is_smart_creative", METRIC_AD, "is_aco"},
};

static const struct metric *find(struct str name)
{
    for (size_t i = 0; i < countof(metrics); i++)
        if (str_eq(name, str(metrics[i].name)))
            return &metrics[i];
    return NULL;
}

static const struct attribute *find_attribute(struct str name)
{
    for (size_t i = 0; i < countof(attributes); i++)
        if (str_eq(name, str(attributes[i].name)))
            return &attributes[i];
    return NULL;
}

static bool is_nothing(struct str name)
{
    return name.n > 0 && word_in(always_nothing, name);
}

bool metric_known(struct str name, enum metric_level *level)
{
    const struct attribute *attribute = find_attribute(name);

    *level = attribute ? attribute->level : METRIC_ANY;
    return attribute || find(name) || is_nothing(name);
}

static double value_of(const struct metric *metric, const struct metric_row *row)
{
    return over(metric->factor * metric->top(row), metric->bottom(row));
}

static const struct json *holder(const struct metric_row *row, enum metric_level level)
{
    switch (level) {
    case METRIC_ANY:
        return row->advertiser;
    case METRIC_CAMPAIGN:
        return row->campaign;
    case METRIC_GROUP:
        return row->group;
    case METRIC_AD:
        return row->ad;
    }
    return NULL;
}

static struct str attribute_text(struct arena *arena, const struct attribute *attribute,
                                 const struct metric_row *row)
{
    const struct json *doc = holder(row, attribute->level);
    const struct json *value = doc ? json_at(doc, attribute->member) : NULL;

    if (!value || json_type(value) == JSON_MISSING || json_type(value) == JSON_NULL)
        return STR("-");
    if (json_type(value) == JSON_TEXT)
        return json_text(value, "", STR("-"));
    return json_print(arena, value);
}

struct str metric_text(struct arena *arena, struct str name, const struct metric_row *row)
{
    const struct metric *metric = find(name);
    const struct attribute *attribute = find_attribute(name);

    if (attribute)
        return attribute_text(arena, attribute, row);
    if (!metric)
        return STR("0");
    if (metric->format == COUNT)
        return str_fmt(arena, "%.0f", value_of(metric, row));
    return str_fmt(arena, "%.2f", value_of(metric, row));
}

double metric_number(struct str name, const struct metric_row *row)
{
    const struct metric *metric = find(name);

    return metric ? value_of(metric, row) : 0;
}
