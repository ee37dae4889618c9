/* adgroup.c - adgroup/create, update, status, budget, get, quota, review (TikTok: ad group). */

#include "base/arena.h"
#include "sandbox/adgroup_rules.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/market.h"
#include "sandbox/objects.h"
#include "sandbox/rules.h"
#include "sandbox/status.h"
#include "text/zone.h"

#include <string.h>

#define QUOTA_PAUSE_MS 5000

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

static bool name_free(struct call *call, struct str campaign_id, struct str name,
                      struct str except)
{
    for (size_t i = 0; i < store_count(call->box->store, KIND_ADGROUP); i++) {
        const struct json *other = store_at(call->box->store, KIND_ADGROUP, i);
        if (other && own(call, other) && !status_deleted(other) &&
            !str_eq(text(other, "adgroup_id"), except) &&
            str_eq(text(other, "campaign_id"), campaign_id) &&
            str_eq(text(other, "adgroup_name"), name))
            return call_refuse(call, "adgroup_name: Ad group name already exists.");
    }
    return true;
}

/* --- quota --------------------------------------------------------------- */

static int64_t groups_used(struct call *call)
{
    int64_t n = 0;

    for (size_t i = 0; i < store_count(call->box->store, KIND_ADGROUP); i++) {
        const struct json *group = store_at(call->box->store, KIND_ADGROUP, i);
        n += group && own(call, group) && !status_deleted(group);
    }
    return n;
}

bool adgroup_quota(struct call *call)
{
    struct json_writer *w = call_data(call);

    json_object(w);
    json_int_member(w, "total_adgroup_quota", call->box->settings.adgroup_quota);
    json_int_member(w, "used_adgroup_quota", groups_used(call));
    json_end(w);
    return true;
}

/* --- create -------------------------------------------------------------- */

/* Omitted, all 0 and all 1 mean always, and read back as 336 ones. */
static void set_dayparting(struct call *call, struct doc *doc)
{
    struct str parts = call_text(call, "dayparting");
    bool always = parts.n != 336 || str_find(parts, '1') == parts.n;
    char ones[336];

    memset(ones, '1', sizeof ones);
    doc_text(doc, "dayparting", always ? (struct str){ones, sizeof ones} : parts);
}

static void set_default(struct call *call, struct doc *doc, const char *name, const char *word)
{
    if (!call_given(call, name))
        doc_text(doc, name, str(word));
}

static void set_defaults(struct call *call, const struct json *campaign, struct doc *doc)
{
    struct str goal = call_text(call, "optimization_goal");

    set_default(call, doc, "operation_status", "ENABLE");
    set_default(call, doc, "placement_type", "PLACEMENT_TYPE_NORMAL");
    set_default(call, doc, "bid_type", "BID_TYPE_NO_BID");
    set_default(call, doc, "gender", "GENDER_UNLIMITED");
    set_default(call, doc, "creative_material_mode", "CUSTOM");
    set_default(call, doc, "brand_safety_type", "NO_BRAND_SAFETY");
    if (str_eq(call_text(call, "placement_type"), STR("PLACEMENT_TYPE_AUTOMATIC")))
        doc_remove(doc, "placements");
    if (str_eq(goal, STR("TRAFFIC_LANDING_PAGE_VIEW")))
        doc_text(doc, "optimization_event", STR("LANDING_PAGE_VIEW"));
    if (str_eq(goal, STR("ENGAGED_VIEW")))
        doc_text(doc, "optimization_event", STR("ENGAGED_VIEW"));
    if (str_eq(goal, STR("PAGE_VISIT")))
        doc_text(doc, "optimization_event", STR("PAGE_VISIT"));
    if (json_bool(campaign, "budget_optimize_on", false)) {
        doc_int(doc, "budget", 0);
        doc_text(doc, "pacing", STR("PACING_MODE_SMOOTH"));
    }
    set_default(call, doc, "click_attribution_window", "SEVEN_DAYS");
    set_default(call, doc, "view_attribution_window", "ONE_DAY");
    set_default(call, doc, "attribution_event_count", "UNSET");
    doc_bool(doc, "comment_disabled", json_bool(call->args, "comment_disabled", false));
    doc_bool(doc, "skip_learning_phase", json_bool(call->args, "skip_learning_phase", false));
    set_dayparting(call, doc);
}

static const struct json *make(struct call *call, const struct json *campaign)
{
    struct str id = store_new_id(call->box->store, call->arena);
    struct str now = time_platform(call->arena, call->now_ms);
    const struct json *doc;
    struct err err = {0};
    struct doc new;

    doc_from(&new, call->arena, call->args);
    doc_remove(&new, "request_id");
    set_defaults(call, campaign, &new);
    doc_text(&new, "adgroup_id", id);
    doc_text(&new, "campaign_system_origin", STR("TT_ADS_PLATFORM"));
    doc_bool(&new, "is_smart_performance_campaign", false);
    doc_bool(&new, "is_new_structure", true);
    doc_text(&new, "create_time", now);
    doc_text(&new, "modify_time", now);
    if (groups_used(call) >= call->box->settings.adgroup_quota)
        doc_int(&new, "_quota_pause_ms", call->now_ms + QUOTA_PAUSE_MS);
    must(json_parse(call->arena, doc_print(&new), &doc, &err));
    doc_int(&new, "_world", market_add_group(call, campaign, doc));
    return store_put(call->box->store, KIND_ADGROUP, id, doc_print(&new));
}

bool adgroup_create(struct call *call)
{
    struct str campaign_id = call_text(call, "campaign_id");
    const struct json *campaign;

    if (!rule_request_id(call))
        return false;
    campaign = object_live(call, KIND_CAMPAIGN, "campaign_id", campaign_id);
    if (!campaign || !adgroup_good(call, campaign, call->args, true))
        return false;
    if (!call_given(call, "request_id") &&
        !name_free(call, campaign_id, call_text(call, "adgroup_name"), STR("")))
        return false;
    const struct json *group = make(call, campaign);
    rule_request_id_used(call);
    put_object(call, "adgroup", object_view(call, KIND_ADGROUP, group));
    return true;
}

/* --- update -------------------------------------------------------------- */

static bool start_may_move(struct call *call, const struct json *old)
{
    int64_t start_ms;

    if (!call_given(call, "schedule_start_time") ||
        str_eq(call_text(call, "schedule_start_time"), text(old, "schedule_start_time")))
        return true;
    if (!rule_time(call, old, "schedule_start_time", &start_ms))
        return false;
    return start_ms > call->now_ms ||
           call_refuse(call, "schedule_start_time: the ad group has started already.");
}

static bool budget_moves(struct call *call, const struct json *campaign,
                         const struct json *group, int64_t *micros)
{
    return json_micros(call->args, "budget", micros) &&
           !json_bool(campaign, "budget_optimize_on", false) && group;
}

static void reschedule(struct call *call, const struct json *group)
{
    int64_t start_ms = 0, end_ms = 0;
    struct err err = {0};

    if (!time_parse_platform(text(group, "schedule_start_time"), &start_ms, &err))
        start_ms = 0;
    if (!time_parse_platform(text(group, "schedule_end_time"), &end_ms, &err))
        end_ms = 0;
    world_group_set_schedule(market_of(call)->world, market_handle(group), start_ms, end_ms,
                             call->now_ms);
}

bool adgroup_update(struct call *call)
{
    struct str id = call_text(call, "adgroup_id");
    const struct json *old = object_live(call, KIND_ADGROUP, "adgroup_id", id);
    const struct json *campaign, *new;
    struct err err = {0};
    int64_t micros = 0;
    struct doc doc;

    if (!old || !start_may_move(call, old))
        return false;
    campaign = object_parent(call, KIND_CAMPAIGN, old);
    doc_from(&doc, call->arena, old);
    doc_merge(&doc, call->args);
    if (call_given(call, "dayparting"))
        set_dayparting(call, &doc);
    must(json_parse(call->arena, doc_print(&doc), &new, &err));
    if (str_eq(call_text(call, "schedule_start_time"), text(old, "schedule_start_time")) &&
        call_given(call, "schedule_start_time"))
        call->same_start = true;
    if (!adgroup_good(call, campaign, new, false) ||
        (call_given(call, "adgroup_name") &&
         !name_free(call, text(old, "campaign_id"), call_text(call, "adgroup_name"), id)))
        return false;
    if (budget_moves(call, campaign, new, &micros) && !market_group_budget(call, old, micros))
        return false;
    new = object_save(call, KIND_ADGROUP, id, &doc);
    reschedule(call, new);
    put_object(call, "adgroup", object_view(call, KIND_ADGROUP, new));
    return true;
}

/* --- status -------------------------------------------------------------- */

static void set_on(struct call *call, const struct json *doc, bool on)
{
    world_group_set_on(market_of(call)->world, market_handle(doc), on, call->now_ms);
}

static const struct status_change status_change = {KIND_ADGROUP, "adgroup_ids", "adgroup_id",
                                                   set_on};

struct refused {
    struct str id;
    struct str message;
};
LIST(refusals, struct refused);

bool adgroup_status(struct call *call)
{
    const struct json *ids = json_at(call->args, "adgroup_ids");
    bool partial = json_bool(call->args, "allow_partial_success", false);
    struct refusals refusals = {0};
    struct strs done = {0};
    struct json_writer *w;

    for (size_t i = 0; i < json_count(ids); i++) {
        struct str id = json_text(json_item(ids, i), "", STR(""));
        if (object_status_check(call, &status_change, id))
            *strs_add(&done, call->arena) = id;
        else if (partial)
            *refusals_add(&refusals, call->arena) = (struct refused){id, call->message};
        else
            return false;
    }
    if (!done.n)
        return false;
    call->code = refusals.n ? CODE_PARTIAL : CODE_OK;
    call->message = refusals.n ? STR("Partially successful.") : STR("OK");
    w = call_data(call);
    json_object(w);
    json_key(w, "adgroup_ids");
    json_list(w);
    for (size_t i = 0; i < done.n; i++) {
        object_status_set(call, &status_change, done.at[i]);
        json_put_text(w, done.at[i]);
    }
    json_end(w);
    json_text_member(w, "status", call_text(call, "operation_status"));
    json_key(w, "error_list");
    json_list(w);
    for (size_t i = 0; i < refusals.n; i++) {
        json_object(w);
        json_text_member(w, "adgroup_id", refusals.at[i].id);
        json_text_member(w, "error_message", refusals.at[i].message);
        json_end(w);
    }
    json_end(w);
    json_end(w);
    return true;
}

/* --- budgets ------------------------------------------------------------- */

static bool is_lifetime(const struct json *group)
{
    return str_eq(text(group, "budget_mode"), STR("BUDGET_MODE_TOTAL"));
}

static bool budget_item_good(struct call *call, const struct json *item, const char *field,
                             bool lifetime)
{
    struct str id = text(item, "adgroup_id");
    const struct json *group = object_live(call, KIND_ADGROUP, "adgroup_id", id);
    int64_t micros = 0;

    if (!group)
        return false;
    if (json_bool(object_parent(call, KIND_CAMPAIGN, group), "budget_optimize_on", false))
        return call_refuse(call, "%s: the campaign of " STR_FMT " has the budget.", field,
                           STR_ARG(id));
    if (is_lifetime(group) != lifetime)
        return call_refuse(call, "%s: " STR_FMT " has a %s budget; use %s.", field, STR_ARG(id),
                           lifetime ? "daily" : "lifetime",
                           lifetime ? "scheduled_budget" : "budget");
    (void)json_micros(item, field, &micros);
    return rule_budget(call, field, micros, adgroup_minimum_micros(call, group));
}

/* Locked from 23:55 to 00:00 of the account's day. */
static bool hour_open(struct call *call)
{
    struct str zone = json_text(call->advertiser, "timezone", STR("UTC"));
    struct day day = zone_day(zone, call->now_ms);
    struct day next = day_add(day_str(&day), 1);
    int64_t left = zone_day_start_ms(zone, day_str(&next)) - call->now_ms;

    return left > 300000 ||
           call_refuse(call, "Budgets cannot be changed between 23:55 and 00:00 of the "
                             "account's time zone.");
}

static void schedule_budget(struct call *call, const struct json *group, int64_t micros)
{
    struct str zone = json_text(call->advertiser, "timezone", STR("UTC"));
    struct day day = zone_day(zone, call->now_ms);
    struct day next = day_add(day_str(&day), 1);
    struct doc doc;

    doc_from(&doc, call->arena, group);
    doc_micros(&doc, "scheduled_budget", micros);
    doc_int(&doc, "_scheduled_ms", zone_day_start_ms(zone, day_str(&next)));
    market_budget_due(call->box, zone_day_start_ms(zone, day_str(&next)));
    (void)object_save(call, KIND_ADGROUP, text(group, "adgroup_id"), &doc);
}

static bool set_lifetime(struct call *call, const struct json *group, int64_t micros)
{
    struct doc doc;

    if (!market_group_budget(call, group, micros))
        return false;
    doc_from(&doc, call->arena, group);
    doc_micros(&doc, "budget", micros);
    (void)object_save(call, KIND_ADGROUP, text(group, "adgroup_id"), &doc);
    return true;
}

bool adgroup_budget(struct call *call)
{
    bool lifetime = call_given(call, "budget");
    const char *field = lifetime ? "budget" : "scheduled_budget";
    const struct json *items = json_at(call->args, field);

    if (lifetime == call_given(call, "scheduled_budget"))
        return call_refuse(call, "budget: exactly one of budget and scheduled_budget is "
                                 "required.");
    if (!hour_open(call))
        return false;
    for (size_t i = 0; i < json_count(items); i++)
        if (!budget_item_good(call, json_item(items, i), field, lifetime))
            return false;
    for (size_t i = 0; i < json_count(items); i++) {
        const struct json *item = json_item(items, i);
        const struct json *group = own_find(call, KIND_ADGROUP, text(item, "adgroup_id"));
        int64_t micros = 0;
        (void)json_micros(item, field, &micros);
        if (!lifetime)
            schedule_budget(call, group, micros);
        else if (!set_lifetime(call, group, micros))
            return false;
    }
    return true;
}

/* --- get, review --------------------------------------------------------- */

static struct str bid_strategy(const struct json *doc)
{
    return str_eq(text(doc, "bid_type"), STR("BID_TYPE_CUSTOM"))
               ? STR("BID_STRATEGY_COST_CAP")
               : STR("BID_STRATEGY_LOWEST_COST");
}

static bool passes(struct call *call, const struct json *doc, void *arg)
{
    const struct json *f = json_at(call->args, "filtering");
    const struct json *campaign = object_parent(call, KIND_CAMPAIGN, doc);

    return status_passes(call, text(doc, "secondary_status")) &&
           filter_has(f, "adgroup_ids", text(doc, "adgroup_id")) &&
           filter_has(f, "campaign_ids", text(doc, "campaign_id")) &&
           str_has(text(doc, "adgroup_name"), text(f, "adgroup_name")) &&
           filter_is(f, "bid_strategy", bid_strategy(doc)) &&
           filter_has(f, "billing_events", text(doc, "billing_event")) &&
           filter_has(f, "buying_types", STR("AUCTION")) &&
           filter_has(f, "campaign_system_origins", STR("TT_ADS_PLATFORM")) &&
           filter_is(f, "creative_material_mode", text(doc, "creative_material_mode")) &&
           filter_is(f, "objective_type", text(campaign, "objective_type")) &&
           filter_is(f, "optimization_goal", text(doc, "optimization_goal")) &&
           filter_is(f, "promotion_type", text(doc, "promotion_type")) &&
           !json_bool(f, "split_test_enabled", false) && creation_matches(arg, doc);
}

bool adgroup_get(struct call *call)
{
    struct creation_filter created;

    if (!fields_known(call, "adgroup") || !rule_creation_filter(call, &created))
        return false;
    object_list(call, KIND_ADGROUP, "adgroup", passes, &created);
    return true;
}

bool adgroup_review(struct call *call)
{
    const struct json *ids = json_at(call->args, "adgroup_ids");
    struct json_writer *w = call_data(call);

    json_object(w);
    json_key(w, "adgroup_review_map");
    json_object(w);
    for (size_t i = 0; i < json_count(ids); i++) {
        struct str id = json_text(json_item(ids, i), "", STR(""));
        const struct json *group = own_find(call, KIND_ADGROUP, id);
        struct str status = group ? status_adgroup(call, group) : STR("");
        bool denied = str_ends(status, STR("_AUDIT_DENY"));
        bool waiting = str_ends(status, STR("_AUDIT")) || str_ends(status, STR("_CREATE"));
        if (!group)
            continue;
        json_key_str(w, id);
        json_object(w);
        json_bool_member(w, "is_approved", !denied && !waiting);
        json_text_member(w, "review_status",
                         denied    ? STR("UNAVAILABLE")
                         : waiting ? STR("PENDING")
                                   : STR("ALL_AVAILABLE"));
        json_text_member(w, "appeal_status", STR("NOT_APPEALED"));
        json_key(w, "reject_info");
        json_list(w);
        json_end(w);
        json_end(w);
    }
    json_end(w);
    json_end(w);
    return true;
}
