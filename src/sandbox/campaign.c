/* campaign.c - campaign/create, update, status/update, get (TikTok: campaign). */

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/market.h"
#include "sandbox/objects.h"
#include "sandbox/rules.h"
#include "sandbox/status.h"
#include "text/zone.h"

/* Goals that campaign budget optimisation allows (TikTok: CBO constraints). */
static const struct {
    const char *objective;
    const char *goals;
    const char *allowlist;
} cbo_goals[] = {
    {"REACH", "REACH", ""},
    {"VIDEO_VIEWS", "ENGAGED_VIEW", "ENGAGED_VIEW_FIFTEEN"},
    {"TRAFFIC", "CLICK TRAFFIC_LANDING_PAGE_VIEW", ""},
    {"WEB_CONVERSIONS", "CONVERT VALUE", "AUTOMATIC_VALUE_OPTIMIZATION"},
    {"APP_PROMOTION", "INSTALL IN_APP_EVENT VALUE", ""},
    {"LEAD_GENERATION", "LEAD_GENERATION", ""},
    {"ENGAGEMENT", "FOLLOWERS PAGE_VISIT", ""},
    {"PRODUCT_SALES", "INSTALL IN_APP_EVENT CONVERT", ""},
};

static bool objective_open(struct call *call)
{
    struct str objective = call_text(call, "objective_type");

    if (str_eq(objective, STR("RF_REACH")))
        return call_fail(call, CODE_ALLOWLIST,
                         "objective_type: RF_REACH needs to be enabled for this account.");
    if (str_eq(objective, STR("APP_PROMOTION")) && !call_given(call, "app_promotion_type"))
        return call_refuse(call, "app_promotion_type: Missing data for required field.");
    if (str_eq(objective, STR("PRODUCT_SALES")) && !call_given(call, "campaign_product_source"))
        return call_refuse(call, "campaign_product_source: Missing data for required field.");
    if (call_given(call, "sales_destination") && !call_given(call, "virtual_objective_type"))
        return call_refuse(call, "virtual_objective_type: Missing data for required field.");
    return true;
}

static bool cbo_consistent(struct call *call)
{
    struct str goal = call_text(call, "optimization_goal");

    if (!json_bool(call->args, "budget_optimize_on", false))
        return true;
    if (!goal.n)
        return call_refuse(call, "optimization_goal: Missing data for required field.");
    if (!call_given(call, "bid_type"))
        return call_refuse(call, "bid_type: Missing data for required field.");
    for (size_t i = 0; i < countof(cbo_goals); i++) {
        if (!str_eq(str(cbo_goals[i].objective), call_text(call, "objective_type")))
            continue;
        if (word_in(cbo_goals[i].allowlist, goal))
            return call_fail(call, CODE_ALLOWLIST,
                             "optimization_goal: " STR_FMT
                             " needs to be enabled for this account.",
                             STR_ARG(goal));
        if (word_in(cbo_goals[i].goals, goal))
            return true;
        return call_refuse(call,
                           "optimization_goal: value '" STR_FMT
                           "' is invalid with budget_optimize_on, correct is %s",
                           STR_ARG(goal), cbo_goals[i].goals);
    }
    return true;
}

static int64_t budget_base(const struct json *campaign)
{
    return str_eq(json_text(campaign, "campaign_product_source", STR("")), STR("STORE")) ? 10
                                                                                         : 50;
}

static bool budget_good(struct call *call, const struct json *campaign)
{
    struct str mode = json_text(campaign, "budget_mode", STR(""));
    bool cbo = json_bool(campaign, "budget_optimize_on", false);
    int64_t micros = 0;

    if (!mode.n)
        return call_refuse(call, "budget_mode: Missing data for required field.");
    if (cbo ? str_eq(mode, STR("BUDGET_MODE_INFINITE"))
            : str_eq(mode, STR("BUDGET_MODE_DYNAMIC_DAILY_BUDGET")))
        return call_refuse(call, "Budget mode is invalid");
    if (str_eq(mode, STR("BUDGET_MODE_INFINITE")))
        return true;
    if (!json_micros(campaign, "budget", &micros))
        return call_refuse(call, "budget: Missing data for required field.");
    return rule_budget(call, "budget", micros,
                       rule_minimum_micros(call, budget_base(campaign)));
}

/* Another live campaign of this name stands in the way unless a request_id tells them apart. */
static bool name_free(struct call *call, struct str name, struct str except)
{
    for (size_t i = 0; i < store_count(call->box->store, KIND_CAMPAIGN); i++) {
        const struct json *other = store_at(call->box->store, KIND_CAMPAIGN, i);
        if (other && own(call, other) && !status_deleted(other) &&
            !str_eq(json_text(other, "campaign_id", STR("")), except) &&
            str_eq(json_text(other, "campaign_name", STR("")), name))
            return call_refuse(call, "campaign_name: Campaign name already exists.");
    }
    return true;
}

static const struct json *make(struct call *call)
{
    struct str id = store_new_id(call->box->store, call->arena);
    struct str now = time_platform(call->arena, call->now_ms);
    bool app = str_eq(call_text(call, "objective_type"), STR("APP_PROMOTION"));
    const struct json *doc;
    struct err err = {0};
    struct doc new;

    doc_from(&new, call->arena, call->args);
    doc_remove(&new, "request_id");
    doc_text(&new, "campaign_id", id);
    doc_text(&new, "objective", app ? STR("APP") : STR("LANDING_PAGE"));
    if (!call_given(call, "operation_status"))
        doc_text(&new, "operation_status", STR("ENABLE"));
    if (!call_given(call, "campaign_type"))
        doc_text(&new, "campaign_type", STR("REGULAR_CAMPAIGN"));
    if (str_eq(call_text(call, "budget_mode"), STR("BUDGET_MODE_INFINITE")))
        doc_int(&new, "budget", 0);
    doc_bool(&new, "budget_optimize_on", json_bool(call->args, "budget_optimize_on", false));
    doc_bool(&new, "is_new_structure", true);
    doc_bool(&new, "is_smart_performance_campaign", false);
    doc_bool(&new, "is_search_campaign", json_bool(call->args, "is_search_campaign", false));
    doc_text(&new, "campaign_system_origin", STR("TT_ADS_PLATFORM"));
    doc_text(&new, "create_time", now);
    doc_text(&new, "modify_time", now);
    must(json_parse(call->arena, doc_print(&new), &doc, &err));
    doc_int(&new, "_world", market_add_campaign(call, doc));
    return store_put(call->box->store, KIND_CAMPAIGN, id, doc_print(&new));
}

bool campaign_create(struct call *call)
{
    struct str name = call_text(call, "campaign_name");
    const struct json *doc;

    if (!rule_request_id(call) || !rule_name(call, "campaign_name", name, 512) ||
        !objective_open(call) || !budget_good(call, call->args) || !cbo_consistent(call) ||
        !(call_given(call, "request_id") || name_free(call, name, STR(""))))
        return false;
    doc = make(call);
    rule_request_id_used(call);
    put_object(call, "campaign", object_view(call, KIND_CAMPAIGN, doc));
    return true;
}

static bool new_budget(struct call *call, const struct json *campaign)
{
    struct str mode = json_text(campaign, "budget_mode", STR(""));
    int64_t micros = 0;

    if (!json_micros(call->args, "budget", &micros))
        return true;
    if (str_eq(mode, STR("BUDGET_MODE_INFINITE")))
        return call_refuse(call, "Budget mode is invalid");
    return rule_budget(call, "budget", micros,
                       rule_minimum_micros(call, budget_base(campaign))) &&
           market_campaign_budget(call, campaign, micros);
}

bool campaign_update(struct call *call)
{
    struct str id = call_text(call, "campaign_id");
    struct str name = call_text(call, "campaign_name");
    const struct json *old = object_live(call, KIND_CAMPAIGN, "campaign_id", id);
    struct doc doc;

    if (!old)
        return false;
    if (call_given(call, "campaign_name") &&
        (!rule_name(call, "campaign_name", name, 512) || !name_free(call, name, id)))
        return false;
    if (!new_budget(call, old))
        return false;
    doc_from(&doc, call->arena, old);
    doc_merge(&doc, call->args);
    put_object(call, "campaign",
               object_view(call, KIND_CAMPAIGN, object_save(call, KIND_CAMPAIGN, id, &doc)));
    return true;
}

static void set_on(struct call *call, const struct json *doc, bool on)
{
    world_campaign_set_on(market_of(call)->world, market_handle(doc), on, call->now_ms);
}

bool campaign_status(struct call *call)
{
    const struct status_change change = {KIND_CAMPAIGN, "campaign_ids", "campaign_id", set_on};
    const struct json *ids = json_at(call->args, "campaign_ids");
    struct str status = call_text(call, "operation_status");
    struct json_writer *w;

    for (size_t i = 0; i < json_count(ids); i++)
        if (!object_status_check(call, &change, json_text(json_item(ids, i), "", STR(""))))
            return false;
    w = call_data(call);
    json_object(w);
    json_key(w, "campaign_ids");
    json_put_raw(w, json_print(call->arena, ids));
    json_text_member(w, "status", status);
    json_key(w, "campaign_list");
    json_list(w);
    for (size_t i = 0; i < json_count(ids); i++) {
        struct str id = json_text(json_item(ids, i), "", STR(""));
        object_status_set(call, &change, id);
        json_object(w);
        json_text_member(w, "campaign_id", id);
        json_text_member(w, "status", status);
        json_text_or_null_member(w, "postback_window_mode",
                                 call_text(call, "postback_window_mode"));
        json_end(w);
    }
    json_end(w);
    json_end(w);
    return true;
}

static bool passes(struct call *call, const struct json *doc, void *arg)
{
    const struct json *f = json_at(call->args, "filtering");
    struct str name = json_text(f, "campaign_name", STR(""));

    return status_passes(call, json_text(doc, "secondary_status", STR(""))) &&
           filter_has(f, "campaign_ids", json_text(doc, "campaign_id", STR(""))) &&
           str_has(json_text(doc, "campaign_name", STR("")), name) &&
           filter_is(f, "objective_type", json_text(doc, "objective_type", STR(""))) &&
           filter_is(f, "campaign_type", json_text(doc, "campaign_type", STR(""))) &&
           filter_is(f, "optimization_goal", json_text(doc, "optimization_goal", STR(""))) &&
           filter_is(f, "campaign_product_source",
                     json_text(doc, "campaign_product_source", STR(""))) &&
           filter_is(f, "sales_destination", json_text(doc, "sales_destination", STR(""))) &&
           filter_has(f, "buying_types", STR("AUCTION")) &&
           filter_has(f, "campaign_system_origins", STR("TT_ADS_PLATFORM")) &&
           !json_bool(f, "is_smart_performance_campaign", false) &&
           !json_bool(f, "split_test_enabled", false) &&
           json_count(json_at(f, "gmv_max_promotion_types")) == 0 &&
           json_count(json_at(f, "store_ids")) == 0 && creation_matches(arg, doc);
}

bool campaign_get(struct call *call)
{
    struct creation_filter created;

    if (!fields_known(call, "campaign") || !rule_creation_filter(call, &created))
        return false;
    object_list(call, KIND_CAMPAIGN, "campaign", passes, &created);
    return true;
}
