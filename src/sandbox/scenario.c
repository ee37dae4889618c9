/* scenario.c - which objective allows what. */

#include "sandbox/scenario.h"

#include "base/arena.h"
#include "sandbox/adgroup_rules.h"
#include "sandbox/doc.h"
#include "sandbox/rules.h"

enum opening {
    OPEN,
    ALLOWLIST, /* a feature that most accounts do not have: 40118 */
};

static const struct row {
    const char *objective;
    const char *promotions; /* "-" = promotion_type absent */
    const char *target;     /* promotion_target_type, "" = any */
    const char *goal;
    const char *billing;
    enum opening opening;
} rows[] = {
    {"REACH", "- WEBSITE_OR_DISPLAY", "", "REACH", "CPM", OPEN},
    {"VIDEO_VIEWS", "- WEBSITE_OR_DISPLAY", "", "ENGAGED_VIEW", "CPV", OPEN},
    {"VIDEO_VIEWS", "- WEBSITE_OR_DISPLAY", "", "ENGAGED_VIEW_FIFTEEN", "CPV", ALLOWLIST},
    {"ENGAGEMENT", "- EXTERNAL_OR_DISPLAY", "", "FOLLOWERS", "OCPM", OPEN},
    {"ENGAGEMENT", "- EXTERNAL_OR_DISPLAY", "", "PAGE_VISIT", "OCPM", OPEN},
    {"TRAFFIC", "WEBSITE APP_ANDROID APP_IOS", "", "CLICK", "CPC", OPEN},
    {"TRAFFIC", "WEBSITE", "", "TRAFFIC_LANDING_PAGE_VIEW", "OCPM", OPEN},
    {"TRAFFIC", "WEBSITE", "", "DESTINATION_VISIT", "OCPM", ALLOWLIST},
    {"LEAD_GENERATION", "LEAD_GENERATION", "INSTANT_PAGE", "LEAD_GENERATION", "OCPM", OPEN},
    {"LEAD_GENERATION", "LEAD_GENERATION", "INSTANT_PAGE", "CONVERSION_LEADS", "OCPM", OPEN},
    {"LEAD_GENERATION", "LEAD_GENERATION", "INSTANT_PAGE", "CLICK", "CPC", OPEN},
    {"LEAD_GENERATION", "LEAD_GENERATION", "EXTERNAL_WEBSITE", "CONVERT", "OCPM", OPEN},
    {"LEAD_GENERATION", "LEAD_GENERATION", "EXTERNAL_WEBSITE", "CLICK", "CPC", OPEN},
    {"LEAD_GENERATION",
     "LEAD_GEN_CLICK_TO_TT_DIRECT_MESSAGE LEAD_GEN_CLICK_TO_SOCIAL_MEDIA_APP_MESSAGE", "",
     "CONVERSATION", "OCPM", ALLOWLIST},
    {"LEAD_GENERATION",
     "LEAD_GEN_CLICK_TO_TT_DIRECT_MESSAGE LEAD_GEN_CLICK_TO_SOCIAL_MEDIA_APP_MESSAGE", "",
     "CLICK", "CPC", ALLOWLIST},
    {"LEAD_GENERATION", "LEAD_GEN_CLICK_TO_CALL", "", "CLICK", "CPC", ALLOWLIST},
    {"APP_PROMOTION", "APP_ANDROID APP_IOS", "", "CLICK", "CPC", OPEN},
    {"APP_PROMOTION", "APP_ANDROID APP_IOS", "", "INSTALL", "OCPM", OPEN},
    {"APP_PROMOTION", "APP_ANDROID APP_IOS", "", "IN_APP_EVENT", "OCPM", OPEN},
    {"APP_PROMOTION", "APP_ANDROID APP_IOS", "", "VALUE", "OCPM", OPEN},
    {"APP_PROMOTION", "WEBSITE", "", "CONVERT", "OCPM", OPEN},
    {"WEB_CONVERSIONS", "WEBSITE", "", "CLICK", "CPC", OPEN},
    {"WEB_CONVERSIONS", "WEBSITE", "", "CONVERT", "OCPM", OPEN},
    {"WEB_CONVERSIONS", "WEBSITE", "", "VALUE", "OCPM", OPEN},
    {"WEB_CONVERSIONS", "WEBSITE", "", "AUTOMATIC_VALUE_OPTIMIZATION", "OCPM", OPEN},
    {"PRODUCT_SALES", "WEBSITE APP_ANDROID APP_IOS", "", "CONVERT", "OCPM", OPEN},
    {"PRODUCT_SALES", "WEBSITE APP_ANDROID APP_IOS", "", "VALUE", "OCPM", OPEN},
    {"PRODUCT_SALES", "WEBSITE APP_ANDROID APP_IOS", "", "CLICK", "CPC", OPEN},
    {"PRODUCT_SALES", "APP_ANDROID APP_IOS", "", "INSTALL", "OCPM", OPEN},
    {"PRODUCT_SALES", "APP_ANDROID APP_IOS", "", "IN_APP_EVENT", "OCPM", OPEN},
    {"PRODUCT_SALES", "VIDEO_SHOPPING LIVE_SHOPPING PSA_PRODUCT", "", "CLICK", "CPC", OPEN},
    {"PRODUCT_SALES", "VIDEO_SHOPPING LIVE_SHOPPING PSA_PRODUCT", "", "CONVERT", "OCPM", OPEN},
    {"PRODUCT_SALES", "VIDEO_SHOPPING LIVE_SHOPPING PSA_PRODUCT", "", "VALUE", "OCPM", OPEN},
};

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

static bool is(const struct json *doc, const char *name, const char *word)
{
    return str_eq(text(doc, name), str(word));
}

/* --- the table ----------------------------------------------------------- */

static bool row_meant(const struct row *row, const struct json *campaign,
                      const struct json *group)
{
    struct str promotion = text(group, "promotion_type");

    return is(campaign, "objective_type", row->objective) &&
           word_in(row->promotions, promotion.n ? promotion : STR("-")) &&
           (!row->target[0] || is(group, "promotion_target_type", row->target));
}

/* What the rows of this scenario (or of the goal) would accept: "A, B". */
static struct str accepted(struct call *call, const struct json *campaign,
                           const struct json *group, bool billing)
{
    struct str list = STR("");

    for (size_t i = 0; i < countof(rows); i++) {
        const char *word = billing ? rows[i].billing : rows[i].goal;
        if (!row_meant(&rows[i], campaign, group) ||
            (billing && !is(group, "optimization_goal", rows[i].goal)) ||
            str_has(list, str(word)))
            continue;
        list = list.n ? str_fmt(call->arena, STR_FMT ", %s", STR_ARG(list), word) : str(word);
    }
    return list;
}

static bool promotion_good(struct call *call, const struct json *campaign,
                           const struct json *group)
{
    struct str objective = text(campaign, "objective_type");
    struct str list = STR("");

    if (!json_given(group, "promotion_type") &&
        !word_in("REACH VIDEO_VIEWS ENGAGEMENT", objective))
        return call_refuse(call, "promotion_type: Missing data for required field.");
    if (is(group, "promotion_type", "LEAD_GENERATION") &&
        !json_given(group, "promotion_target_type"))
        return call_refuse(call, "promotion_target_type: Missing data for required field.");
    for (size_t i = 0; i < countof(rows); i++) {
        if (!is(campaign, "objective_type", rows[i].objective))
            continue;
        if (row_meant(&rows[i], campaign, group))
            return true;
        if (!str_has(list, str(rows[i].promotions)))
            list = str_fmt(call->arena, STR_FMT " %s", STR_ARG(list), rows[i].promotions);
    }
    return call_refuse(
        call,
        "promotion_type: value '" STR_FMT "' is invalid for " STR_FMT ", correct is" STR_FMT,
        STR_ARG(text(group, "promotion_type")), STR_ARG(objective), STR_ARG(list));
}

static bool combination_good(struct call *call, const struct json *campaign,
                             const struct json *group)
{
    bool goal_known = false;

    for (size_t i = 0; i < countof(rows); i++) {
        if (!row_meant(&rows[i], campaign, group) ||
            !is(group, "optimization_goal", rows[i].goal))
            continue;
        goal_known = true;
        if (!is(group, "billing_event", rows[i].billing))
            continue;
        if (rows[i].opening == ALLOWLIST)
            return call_fail(call, CODE_ALLOWLIST,
                             "optimization_goal: %s with this promotion type needs to be "
                             "enabled for this account.",
                             rows[i].goal);
        return true;
    }
    if (!goal_known)
        return call_refuse(
            call, "optimization_goal: value '" STR_FMT "' is invalid, correct is " STR_FMT,
            STR_ARG(text(group, "optimization_goal")),
            STR_ARG(accepted(call, campaign, group, false)));
    return call_refuse(
        call, "billing_event: value '" STR_FMT "' is invalid, correct is " STR_FMT,
        STR_ARG(text(group, "billing_event")), STR_ARG(accepted(call, campaign, group, true)));
}

/* --- pixel and event ----------------------------------------------------- */

static bool unsupported(struct call *call, const char *field)
{
    return call_refuse(call, "'%s' is not supported in /v1.3/" STR_FMT ".", field,
                       STR_ARG(call->endpoint->path));
}

static bool on_pixel(struct call *call, const struct json *group)
{
    struct str id = text(group, "pixel_id"), event = text(group, "optimization_event");
    const struct json *pixel = own_find(call, KIND_PIXEL, id);
    const struct json *events = json_at(pixel, "events");

    if (!pixel)
        return call_refuse(call, "pixel_id: the pixel " STR_FMT " does not exist.",
                           STR_ARG(str_sub(id, 0, 64)));
    for (size_t i = 0; i < json_count(events); i++)
        if (is(json_item(events, i), "optimization_event", str_c(call->arena, event)) &&
            !json_bool(json_item(events, i), "deprecated", false))
            return true;
    return call_refuse(
        call, "optimization_event: the event " STR_FMT " is not on the pixel " STR_FMT ".",
        STR_ARG(event), STR_ARG(id));
}

static bool traffic_event_good(struct call *call, const struct json *group)
{
    if (json_given(group, "pixel_id"))
        return unsupported(call, "pixel_id");
    if (!is(group, "optimization_goal", "TRAFFIC_LANDING_PAGE_VIEW")) {
        if (json_given(call->args, "optimization_event"))
            return unsupported(call, "optimization_event");
        return true;
    }
    if (json_given(group, "optimization_event") &&
        !is(group, "optimization_event", "LANDING_PAGE_VIEW"))
        return call_refuse(call, "optimization_event: value is invalid, correct is "
                                 "LANDING_PAGE_VIEW");
    if (!adgroup_on_tiktok(group) &&
        json_list_has(json_at(group, "placements"), STR("PLACEMENT_GLOBAL_APP_BUNDLE")))
        return call_refuse(call, "placements: TRAFFIC_LANDING_PAGE_VIEW cannot run on "
                                 "PLACEMENT_GLOBAL_APP_BUNDLE only.");
    return true;
}

static bool pixel_good(struct call *call, const struct json *campaign, const struct json *group)
{
    bool value_goal =
        word_in("VALUE AUTOMATIC_VALUE_OPTIMIZATION", text(group, "optimization_goal"));

    if (is(campaign, "objective_type", "TRAFFIC"))
        return traffic_event_good(call, group);
    if (adgroup_is_form(group) && json_given(group, "pixel_id"))
        return unsupported(call, "pixel_id");
    if (adgroup_is_form(group) && json_given(call->args, "optimization_event"))
        return unsupported(call, "optimization_event");
    if (is(group, "optimization_goal", "CONVERT") || value_goal) {
        if (!json_given(group, "pixel_id"))
            return call_refuse(call, "pixel_id: Missing data for required field.");
        if (!json_given(group, "optimization_event"))
            return call_refuse(call, "optimization_event: Missing data for required field.");
        if (value_goal && !is(group, "optimization_event", "SHOPPING"))
            return call_refuse(call, "optimization_event: value is invalid, correct is "
                                     "SHOPPING");
    }
    if (!json_given(group, "pixel_id"))
        return true;
    if (!json_given(group, "optimization_event"))
        return call_refuse(call, "optimization_event: Missing data for required field.");
    return on_pixel(call, group);
}

/* --- attribution windows ------------------------------------------------- */

/* Website conversions (TikTok: attribution windows by scenario). */
static bool windows_apply(const struct json *campaign, const struct json *group)
{
    if (is(campaign, "objective_type", "LEAD_GENERATION"))
        return is(group, "promotion_target_type", "EXTERNAL_WEBSITE") &&
               is(group, "optimization_goal", "CONVERT");
    return is(campaign, "objective_type", "WEB_CONVERSIONS") &&
           !is(group, "optimization_goal", "CLICK");
}

static bool windows_good(struct call *call, const struct json *campaign,
                         const struct json *group)
{
    static const char wrong[] = "Attribution window combination is invalid in this ad scenario";
    struct str click = text(group, "click_attribution_window");
    struct str view = text(group, "view_attribution_window");
    struct str count = text(group, "attribution_event_count");
    bool value_goal =
        word_in("VALUE AUTOMATIC_VALUE_OPTIMIZATION", text(group, "optimization_goal"));

    if (!json_given(call->args, "click_attribution_window") &&
        !json_given(call->args, "view_attribution_window") &&
        !json_given(call->args, "engaged_view_attribution_window") &&
        !json_given(call->args, "attribution_event_count"))
        return true;
    if (!windows_apply(campaign, group) || json_given(group, "engaged_view_attribution_window"))
        return call_refuse(call, "%s", wrong);
    if ((click.n && !word_in("ONE_DAY SEVEN_DAYS FOURTEEN_DAYS TWENTY_EIGHT_DAYS", click)) ||
        (view.n && !word_in("OFF ONE_DAY SEVEN_DAYS", view)) ||
        (count.n && !word_in(value_goal ? "EVERY" : "ONCE EVERY", count)))
        return call_refuse(call, "%s", wrong);
    return true;
}

/* --- other wants --------------------------------------------------------- */

static bool extras_good(struct call *call, const struct json *campaign,
                        const struct json *group)
{
    if (is(campaign, "objective_type", "APP_PROMOTION") && !json_given(group, "app_id") &&
        !is(group, "promotion_type", "WEBSITE"))
        return call_refuse(call, "app_id: Missing data for required field.");
    if (json_given(group, "app_id"))
        return call_refuse(call, "app_id: the app " STR_FMT " does not exist.",
                           STR_ARG(str_sub(text(group, "app_id"), 0, 64)));
    if (is(campaign, "objective_type", "PRODUCT_SALES")) {
        if (!json_given(group, "shopping_ads_type"))
            return call_refuse(call, "shopping_ads_type: Missing data for required field.");
        if (!json_given(group, "product_source"))
            return call_refuse(call, "product_source: Missing data for required field.");
    }
    if (json_given(group, "catalog_id"))
        return call_refuse(call, "catalog_id: the catalog does not exist.");
    if (json_given(group, "store_id"))
        return call_refuse(call, "store_id: the store does not exist.");
    if (is(campaign, "objective_type", "VIDEO_VIEWS") &&
        json_given(group, "bid_display_mode") && !is(group, "bid_display_mode", "CPV"))
        return call_refuse(call, "bid_display_mode: value is invalid, correct is CPV");
    return true;
}

/* --- campaign budget optimisation ---------------------------------------- */

static const struct json *first_group(struct call *call, const struct json *campaign,
                                      const struct json *except)
{
    for (size_t i = 0; i < store_count(call->box->store, KIND_ADGROUP); i++) {
        const struct json *group = store_at(call->box->store, KIND_ADGROUP, i);
        if (group && !json_bool(group, "_deleted", false) &&
            str_eq(text(group, "campaign_id"), text(campaign, "campaign_id")) &&
            !str_eq(text(group, "adgroup_id"), text(except, "adgroup_id")))
            return group;
    }
    return NULL;
}

static bool cbo_good(struct call *call, const struct json *campaign, const struct json *group)
{
    static const char *const same[] = {"optimization_goal", "bid_type", "optimization_event"};
    const struct json *first;

    if (!json_bool(campaign, "budget_optimize_on", false))
        return true;
    if (!is(group, "optimization_goal",
            str_c(call->arena, text(campaign, "optimization_goal"))))
        return call_refuse(call,
                           "optimization_goal: must be " STR_FMT
                           ", the goal of the campaign with budget_optimize_on.",
                           STR_ARG(text(campaign, "optimization_goal")));
    first = first_group(call, campaign, group);
    for (size_t i = 0; first && i < countof(same); i++)
        if (!str_eq(text(first, same[i]), text(group, same[i])))
            return call_refuse(call,
                               "%s: must be '" STR_FMT
                               "' as in the first ad group of the campaign with "
                               "budget_optimize_on.",
                               same[i], STR_ARG(text(first, same[i])));
    return true;
}

bool scenario_good(struct call *call, const struct json *campaign, const struct json *group)
{
    return promotion_good(call, campaign, group) && combination_good(call, campaign, group) &&
           extras_good(call, campaign, group) && pixel_good(call, campaign, group) &&
           windows_good(call, campaign, group) && cbo_good(call, campaign, group);
}
