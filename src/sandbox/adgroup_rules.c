/* adgroup_rules.c - budget, schedule, placement, bid; the scenario is in scenario.c. */

#include "sandbox/adgroup_rules.h"

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/rules.h"
#include "sandbox/scenario.h"
#include "sandbox/targeting.h"
#include "text/zone.h"

#define DAY_MS INT64_C(86400000)

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

static bool is(const struct json *doc, const char *name, const char *word)
{
    return str_eq(text(doc, name), str(word));
}

bool adgroup_is_form(const struct json *group)
{
    return is(group, "promotion_type", "LEAD_GENERATION") &&
           is(group, "promotion_target_type", "INSTANT_PAGE");
}

bool adgroup_on_tiktok(const struct json *group)
{
    return is(group, "placement_type", "PLACEMENT_TYPE_AUTOMATIC") ||
           json_list_has(json_at(group, "placements"), STR("PLACEMENT_TIKTOK"));
}

/* --- placement ----------------------------------------------------------- */

static bool placement_good(struct call *call, const struct json *campaign,
                           const struct json *group)
{
    const struct json *placements = json_at(group, "placements");

    if (is(group, "placement_type", "PLACEMENT_TYPE_AUTOMATIC"))
        return true;
    if (!json_count(placements))
        return call_refuse(call, "placements: Missing data for required field.");
    if (is(campaign, "objective_type", "PRODUCT_SALES") &&
        (json_count(placements) > 1 || !json_list_has(placements, STR("PLACEMENT_TIKTOK"))))
        return call_refuse(call, "placements: value is invalid, correct is PLACEMENT_TIKTOK");
    if (adgroup_is_form(group) && !json_list_has(placements, STR("PLACEMENT_TIKTOK")))
        return call_refuse(call, "placements: instant forms need PLACEMENT_TIKTOK.");
    if (json_count(json_at(group, "zipcode_ids")) &&
        (json_count(placements) > 1 || !json_list_has(placements, STR("PLACEMENT_TIKTOK"))))
        return call_refuse(call, "zipcode_ids: only PLACEMENT_TIKTOK supports zip codes.");
    return true;
}

/* --- schedule ------------------------------------------------------------ */

static bool end_good(struct call *call, const struct json *group, int64_t start_ms)
{
    int64_t end_ms;

    if (!json_given(group, "schedule_end_time")) {
        if (is(group, "schedule_type", "SCHEDULE_START_END"))
            return call_refuse(call, "schedule_end_time: Missing data for required field.");
        return true;
    }
    if (!rule_time(call, group, "schedule_end_time", &end_ms))
        return false;
    if (end_ms <= start_ms)
        return call_refuse(call, "schedule_end_time: must be later than schedule_start_time.");
    if (end_ms <= call->now_ms)
        return call_refuse(call, "schedule_end_time: must be in the future.");
    return true;
}

static bool schedule_good(struct call *call, const struct json *group, bool creating)
{
    bool start_changes =
        creating || (json_given(call->args, "schedule_start_time") && !call->same_start);
    int64_t start_ms;

    if (!rule_time(call, group, "schedule_start_time", &start_ms))
        return false;
    /* Whole seconds: the second that is running counts as now. */
    if (start_changes && start_ms / 1000 < call->now_ms / 1000)
        return call_refuse(call, "schedule_start_time: must not be in the past (UTC).");
    if (is(group, "budget_mode", "BUDGET_MODE_TOTAL") &&
        !is(group, "schedule_type", "SCHEDULE_START_END"))
        return call_refuse(call, "schedule_type: BUDGET_MODE_TOTAL needs SCHEDULE_START_END.");
    return end_good(call, group, start_ms);
}

static bool dayparting_good(struct call *call, const struct json *group)
{
    struct str parts = text(group, "dayparting");

    if (!json_given(group, "dayparting"))
        return true;
    for (size_t i = 0; i < parts.n; i++)
        if (parts.p[i] != '0' && parts.p[i] != '1')
            return call_refuse(call, "dayparting: must be 336 characters of 0 and 1.");
    return parts.n == 336 ||
           call_refuse(call, "dayparting: must be 336 characters of 0 and 1.");
}

/* --- budget -------------------------------------------------------------- */

int64_t adgroup_minimum_micros(struct call *call, const struct json *group)
{
    bool store =
        is(group, "product_source", "STORE") || is(group, "product_source", "SHOWCASE");
    int64_t daily = rule_minimum_micros(call, store ? 10 : 20);
    int64_t start_ms, end_ms;
    struct err err = {0};

    if (!is(group, "budget_mode", "BUDGET_MODE_TOTAL") ||
        !time_parse_platform(text(group, "schedule_start_time"), &start_ms, &err) ||
        !time_parse_platform(text(group, "schedule_end_time"), &end_ms, &err))
        return daily;
    return daily * ((end_ms - start_ms + DAY_MS - 1) / DAY_MS);
}

static bool budget_good(struct call *call, const struct json *campaign,
                        const struct json *group, bool creating)
{
    int64_t micros = 0;

    if (json_bool(campaign, "budget_optimize_on", false))
        return true; /* the campaign's budget counts */
    if (is(group, "budget_mode", "BUDGET_MODE_INFINITE"))
        return call_refuse(call, "Budget mode is invalid");
    if (is(campaign, "budget_mode", "BUDGET_MODE_DAY") &&
        is(group, "budget_mode", "BUDGET_MODE_TOTAL"))
        return call_refuse(call, "Budget mode is invalid");
    if (!json_micros(group, "budget", &micros))
        return call_refuse(call, "budget: Missing data for required field.");
    if (!creating && !json_given(call->args, "budget"))
        return true;
    return rule_budget(call, "budget", micros, adgroup_minimum_micros(call, group));
}

/* --- bid and pacing ------------------------------------------------------ */

static bool price_good(struct call *call, const struct json *group, const char *field)
{
    int64_t price = 0, budget = 0;

    if (!json_micros(group, field, &price) || price <= 0)
        return call_refuse(call, "%s: Missing data for required field.", field);
    if (json_micros(group, "budget", &budget) && budget > 0 && price >= budget)
        return call_refuse(call, "%s: The bid must be less than the budget.", field);
    return rule_decimals(call, field, price);
}

static bool bid_good(struct call *call, const struct json *campaign, const struct json *group)
{
    bool custom = is(group, "bid_type", "BID_TYPE_CUSTOM");
    bool cbo = json_bool(campaign, "budget_optimize_on", false);

    if (is(group, "pacing", "PACING_MODE_FAST") && (!custom || cbo))
        return call_refuse(call, "pacing: PACING_MODE_FAST needs BID_TYPE_CUSTOM and no "
                                 "campaign budget optimization.");
    if (!custom)
        return true;
    if (is(group, "billing_event", "OCPM"))
        return price_good(call, group, "conversion_bid_price");
    return price_good(call, group, "bid_price");
}

static bool frequency_good(struct call *call, const struct json *campaign,
                           const struct json *group)
{
    int64_t frequency = 0, days = 0;

    if (!is(campaign, "objective_type", "REACH"))
        return true;
    if (!json_int(group, "frequency", &frequency))
        return call_refuse(call, "frequency: Missing data for required field.");
    if (!json_int(group, "frequency_schedule", &days))
        return call_refuse(call, "frequency_schedule: Missing data for required field.");
    return true;
}

bool adgroup_good(struct call *call, const struct json *campaign, const struct json *group,
                  bool creating)
{
    return rule_name(call, "adgroup_name", text(group, "adgroup_name"), 512) &&
           scenario_good(call, campaign, group) && placement_good(call, campaign, group) &&
           targeting_good(call, group) && schedule_good(call, group, creating) &&
           dayparting_good(call, group) && budget_good(call, campaign, group, creating) &&
           bid_good(call, campaign, group) && frequency_good(call, campaign, group);
}
