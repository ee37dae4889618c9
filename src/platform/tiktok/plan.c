/* plan.c - the bodies of campaign/create/, adgroup/create/ and ad/create/. */

#include "platform/tiktok/tiktok.h"

#include "seal/seal.h"
#include "text/money.h"
#include "text/zone.h"

#include <inttypes.h>

/* TikTok: schedule_start_time is UTC and must lie in the future when the call arrives. */
#define START_AHEAD_MS (3 * 60 * 1000)

/* REACH: each person at most so often in so many days. */
#define FREQUENCY      3
#define FREQUENCY_DAYS 7

struct writing {
    struct buf buf;
    struct json_writer w;
};

static void begin(struct writing *writing, struct platform_session *s)
{
    buf_init(&writing->buf, s->arena, 64 * 1024);
    json_writer(&writing->w, &writing->buf);
    json_object(&writing->w);
    json_text_member(&writing->w, "advertiser_id", s->advertiser_id);
}

static struct platform_write end(struct writing *writing, const char *path)
{
    json_end(&writing->w);
    return (struct platform_write){str(path), buf_str(&writing->buf)};
}

static void word(struct json_writer *w, const char *key, const char *value)
{
    if (*value)
        json_text_member(w, key, str(value));
}

static void list(struct json_writer *w, const char *key, const struct strs *items)
{
    if (!items->n)
        return;
    json_key(w, key);
    json_list(w);
    for (size_t i = 0; i < items->n; i++)
        json_put_text(w, items->at[i]);
    json_end(w);
}

static void one(struct json_writer *w, const char *key, const char *item)
{
    json_key(w, key);
    json_list(w);
    json_put_text(w, str(item));
    json_end(w);
}

/* TikTok's own guard against doubles: an int64 in text, the same for every repeat. */
static void request_id(struct platform_session *s, struct json_writer *w, const char *what,
                       struct str seed)
{
    struct str hash =
        seal_sha256(s->arena, str_fmt(s->arena, "%s:" STR_FMT, what, STR_ARG(seed)));
    uint64_t number = 0;

    for (size_t i = 0; i < 8; i++)
        number = number << 8 | (unsigned char)hash.p[i];
    json_text_member(w, "request_id",
                     str_fmt(s->arena, "%" PRIu64, number & (uint64_t)INT64_MAX));
}

struct platform_write tiktok_write_campaign(struct platform_session *s,
                                            const struct platform_plan *plan,
                                            const struct platform_names *names)
{
    const struct tiktok_capability *way = tiktok_capability_of(plan);
    struct writing writing;
    struct json_writer *w = &writing.w;

    must(way);
    begin(&writing, s);
    json_text_member(w, "campaign_name", names->campaign);
    json_text_member(w, "objective_type", str(way->objective_type));
    if (way->needs_app)
        json_text_member(w, "app_promotion_type", STR("APP_INSTALL"));
    /* Budgets stand on the ad groups, where they are raised and lowered. */
    json_text_member(w, "budget_mode", STR("BUDGET_MODE_INFINITE"));
    json_text_member(w, "operation_status", STR("DISABLE"));
    request_id(s, w, "campaign", names->request_seed);
    return end(&writing, "campaign/create/");
}

static void audience(struct platform_session *s, struct json_writer *w,
                     const struct platform_plan *plan)
{
    struct tiktok_targeting targeting;
    struct err err;

    must(tiktok_targeting(s->arena, &plan->audience, &targeting, &err)); /* check_plan saw it */
    list(w, "location_ids", &targeting.location_ids);
    list(w, "age_groups", &targeting.age_groups);
    json_text_member(w, "gender", str(targeting.gender));
    list(w, "languages", &targeting.languages);
    list(w, "interest_category_ids", &targeting.interest_ids);
}

static void goal(struct json_writer *w, const struct platform_plan *plan,
                 const struct tiktok_capability *way)
{
    bool ios = str_eq(plan->app_os, STR("ios"));

    word(w, "promotion_type", way->needs_app && ios ? "APP_IOS" : way->promotion_type);
    word(w, "promotion_target_type", way->promotion_target_type);
    json_text_member(w, "optimization_goal", str(way->goal));
    json_text_member(w, "billing_event", str(way->billing));
    json_text_member(w, "bid_type", STR("BID_TYPE_NO_BID"));
    json_text_member(w, "pacing", STR("PACING_MODE_SMOOTH"));
    if (way->cpv_display)
        json_text_member(w, "bid_display_mode", STR("CPV"));
    if (way->needs_pixel) {
        json_text_member(w, "pixel_id", plan->pixel_id);
        json_text_member(w, "optimization_event",
                         plan->optimization_event.n
                             ? tiktok_event_word(plan->optimization_event)
                             : str(way->event));
    }
    if (way->needs_app) {
        json_text_member(w, "app_id", plan->app_id);
        one(w, "operating_systems", ios ? "IOS" : "ANDROID");
    }
    if (way->frequency) {
        json_int_member(w, "frequency", FREQUENCY);
        json_int_member(w, "frequency_schedule", FREQUENCY_DAYS);
    }
}

struct platform_write tiktok_write_adgroup(struct platform_session *s,
                                           const struct platform_plan *plan,
                                           const struct platform_names *names,
                                           struct str campaign_id, int64_t now_ms)
{
    const struct tiktok_capability *way = tiktok_capability_of(plan);
    struct writing writing;
    struct json_writer *w = &writing.w;

    must(way);
    begin(&writing, s);
    json_text_member(w, "campaign_id", campaign_id);
    json_text_member(w, "adgroup_name", names->adgroup);
    json_text_member(w, "placement_type", STR("PLACEMENT_TYPE_NORMAL"));
    one(w, "placements", "PLACEMENT_TIKTOK");
    json_text_member(w, "budget_mode", STR("BUDGET_MODE_DAY"));
    json_micros_member(w, "budget", money_round(plan->daily_budget_micros, s->currency));
    json_text_member(w, "schedule_type", STR("SCHEDULE_FROM_NOW"));
    json_text_member(w, "schedule_start_time",
                     time_platform(s->arena, now_ms + START_AHEAD_MS));
    goal(w, plan, way);
    audience(s, w, plan);
    json_text_member(w, "operation_status", STR("DISABLE"));
    request_id(s, w, "adgroup", names->request_seed);
    return end(&writing, "adgroup/create/");
}

static struct str first_given(struct str a, struct str b, const char *otherwise)
{
    return a.n ? a : b.n ? b : str(otherwise);
}

struct platform_write tiktok_write_ad(struct platform_session *s,
                                      const struct platform_plan *plan, struct str adgroup_id,
                                      const struct platform_ad *ad)
{
    const struct tiktok_capability *way = tiktok_capability_of(plan);
    struct writing writing;
    struct json_writer *w = &writing.w;

    must(way);
    begin(&writing, s);
    json_text_member(w, "adgroup_id", adgroup_id);
    json_key(w, "creatives");
    json_list(w);
    json_object(w);
    json_text_member(w, "ad_name", ad->name);
    json_text_member(w, "ad_format", STR("SINGLE_VIDEO"));
    json_text_member(w, "identity_type", ad->identity.type);
    json_text_member(w, "identity_id", ad->identity.id);
    if (ad->identity.bc_id.n)
        json_text_member(w, "identity_authorized_bc_id", ad->identity.bc_id);
    json_text_member(w, "video_id", ad->video_id);
    json_key(w, "image_ids");
    json_list(w);
    json_put_text(w, ad->image_id);
    json_end(w);
    json_text_member(w, "ad_text", first_given(ad->text, plan->ad_text, ""));
    json_text_member(
        w, "call_to_action",
        first_given(ad->call_to_action, plan->call_to_action, way->call_to_action));
    if (way->needs_landing)
        json_text_member(w, "landing_page_url",
                         first_given(ad->landing_page_url, plan->landing_page_url, ""));
    if (way->needs_page) {
        json_key(w, "page_id"); /* the one id that goes as a number */
        json_put_raw(w, plan->page_id);
    }
    json_text_member(w, "operation_status", STR("ENABLE"));
    json_end(w);
    json_end(w);
    return end(&writing, "ad/create/");
}
