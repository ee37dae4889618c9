/* status.c - the platform's words for why something runs or does not. */

#include "sandbox/status.h"

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/market.h"
#include "sandbox/rules.h"
#include "text/zone.h"

bool status_deleted(const struct json *doc)
{
    return json_bool(doc, "_deleted", false);
}

static bool is_off(const struct json *doc)
{
    return str_eq(json_text(doc, "operation_status", STR("")), STR("DISABLE"));
}

static const struct json *parent(const struct call *call, enum kind kind,
                                 const struct json *doc, const char *id)
{
    const struct json *found = store_find(call->box->store, kind, json_text(doc, id, STR("")));

    must(found != NULL);
    return found;
}

static const struct market *market_behind(const struct call *call, const struct json *doc)
{
    const struct market *market =
        market_find(call->box, json_text(doc, "advertiser_id", STR("")));

    must(market != NULL);
    return market;
}

struct str status_campaign(const struct call *call, const struct json *campaign)
{
    const struct market *market = market_behind(call, campaign);

    if (status_deleted(campaign))
        return STR("CAMPAIGN_STATUS_DELETE");
    if (is_off(campaign))
        return STR("CAMPAIGN_STATUS_DISABLE");
    switch (world_campaign_state(market->world, market_handle(campaign))) {
    case WORLD_BUDGET_SPENT:
    case WORLD_CAMPAIGN_SPENT:
        return STR("CAMPAIGN_STATUS_BUDGET_EXCEED");
    case WORLD_BALANCE_OUT:
        return STR("ADVERTISER_ACCOUNT_BALANCE_EXCEED");
    case WORLD_FROZEN:
        return STR("ADVERTISER_ACCOUNT_PUNISH");
    default:
        return STR("CAMPAIGN_STATUS_ENABLE");
    }
}

static bool past(const struct call *call, const struct json *doc, const char *name)
{
    struct str text = json_text(doc, name, STR(""));
    struct err err = {0};
    int64_t ms;

    return text.n && time_parse_platform(text, &ms, &err) && ms <= call->now_ms;
}

/* Over the account's quota: paused a few seconds after its creation. */
static bool quota_paused(const struct call *call, const struct json *group)
{
    int64_t paused_ms;

    return json_int(group, "_quota_pause_ms", &paused_ms) && call->now_ms >= paused_ms;
}

/* Before its first hour a group is still a fresh one, or one that waits for review. */
static struct str not_started(const struct market *market, const struct json *group)
{
    int handle = market_handle(group), ads = 0, waiting = 0;

    for (int i = 0; i < world_ad_count(market->world); i++) {
        bool rejected;
        if (world_ad_group(market->world, i) != handle)
            continue;
        ads++;
        waiting +=
            world_ad_review_ms(market->world, i, &rejected) > world_now_ms(market->world);
    }
    if (!ads)
        return STR("ADGROUP_STATUS_CREATE");
    return ads == waiting ? STR("ADGROUP_STATUS_AUDIT") : STR("ADGROUP_STATUS_NOT_START");
}

struct str status_adgroup(const struct call *call, const struct json *group)
{
    const struct market *market = market_behind(call, group);
    const struct json *campaign = parent(call, KIND_CAMPAIGN, group, "campaign_id");

    if (status_deleted(campaign))
        return STR("ADGROUP_STATUS_CAMPAIGN_DELETE");
    if (status_deleted(group))
        return STR("ADGROUP_STATUS_DELETE");
    if (quota_paused(call, group))
        return STR("ADGROUP_STATUS_ADGROUP_QUOTA_LIMIT");
    if (is_off(group))
        return STR("ADGROUP_STATUS_DISABLE");
    if (is_off(campaign))
        return STR("ADGROUP_STATUS_CAMPAIGN_DISABLE");
    switch (world_group_state(market->world, market_handle(group))) {
    case WORLD_NO_ADS:
        return STR("ADGROUP_STATUS_CREATE");
    case WORLD_ENDED:
        return STR("ADGROUP_STATUS_TIME_DONE");
    case WORLD_IN_REVIEW:
        return STR("ADGROUP_STATUS_AUDIT");
    case WORLD_REJECTED:
        return STR("ADGROUP_STATUS_AUDIT_DENY");
    case WORLD_NOT_STARTED:
        return not_started(market, group);
    case WORLD_BUDGET_SPENT:
        return STR("ADGROUP_STATUS_BUDGET_EXCEED");
    case WORLD_CAMPAIGN_SPENT:
        return STR("ADGROUP_STATUS_CAMPAIGN_EXCEED");
    case WORLD_BALANCE_OUT:
        return STR("ADGROUP_STATUS_BALANCE_EXCEED");
    case WORLD_FROZEN:
        return STR("ADVERTISER_ACCOUNT_PUNISH");
    case WORLD_OFF:
        return STR("ADGROUP_STATUS_DISABLE");
    case WORLD_PARENT_OFF:
        return STR("ADGROUP_STATUS_CAMPAIGN_DISABLE");
    case WORLD_DELIVERING:
        break;
    }
    return STR("ADGROUP_STATUS_DELIVERY_OK");
}

struct str status_ad(const struct call *call, const struct json *ad)
{
    const struct market *market = market_behind(call, ad);
    const struct json *campaign = parent(call, KIND_CAMPAIGN, ad, "campaign_id");
    const struct json *group = parent(call, KIND_ADGROUP, ad, "adgroup_id");
    enum world_state state = world_ad_state(market->world, market_handle(ad));

    if (status_deleted(campaign))
        return STR("AD_STATUS_CAMPAIGN_DELETE");
    if (status_deleted(group))
        return STR("AD_STATUS_ADGROUP_DELETE");
    if (status_deleted(ad))
        return STR("AD_STATUS_DELETE");
    if (state == WORLD_REJECTED)
        return STR("AD_STATUS_AUDIT_DENY");
    if (is_off(ad))
        return STR("AD_STATUS_DISABLE");
    if (is_off(group) || quota_paused(call, group))
        return STR("AD_STATUS_ADGROUP_DISABLE");
    if (is_off(campaign))
        return STR("AD_STATUS_CAMPAIGN_DISABLE");
    if (past(call, group, "schedule_end_time"))
        return STR("AD_STATUS_DONE");
    switch (state) {
    case WORLD_IN_REVIEW:
        return json_bool(ad, "_changed", false) ? STR("AD_STATUS_REAUDIT")
                                                : STR("AD_STATUS_AUDIT");
    case WORLD_NOT_STARTED:
        return STR("AD_STATUS_NOT_START");
    case WORLD_ENDED:
        return STR("AD_STATUS_DONE");
    case WORLD_BUDGET_SPENT:
        return STR("AD_STATUS_BUDGET_EXCEED");
    case WORLD_CAMPAIGN_SPENT:
        return STR("AD_STATUS_CAMPAIGN_EXCEED");
    case WORLD_BALANCE_OUT:
        return STR("AD_STATUS_BALANCE_EXCEED");
    case WORLD_FROZEN:
        return STR("ADVERTISER_ACCOUNT_PUNISH");
    case WORLD_OFF:
        return STR("AD_STATUS_DISABLE");
    case WORLD_PARENT_OFF:
        return STR("AD_STATUS_ADGROUP_DISABLE");
    default:
        return STR("AD_STATUS_DELIVERY_OK");
    }
}

/* --- filters ------------------------------------------------------------- */

static struct str primary_of(struct str secondary)
{
    static const struct {
        const char *ending;
        const char *primary;
    } endings[] = {
        {"_DELETE", "STATUS_DELETE"},
        {"_DISABLE", "STATUS_DISABLE"},
        {"_TIME_DONE", "STATUS_TIME_DONE"},
        {"AD_STATUS_DONE", "STATUS_TIME_DONE"},
        {"_DELIVERY_OK", "STATUS_DELIVERY_OK"},
        {"CAMPAIGN_STATUS_ENABLE", "STATUS_DELIVERY_OK"},
        {"_FROZEN", "STATUS_FROZEN"},
    };

    for (size_t i = 0; i < countof(endings); i++)
        if (str_ends(secondary, str(endings[i].ending)))
            return str(endings[i].primary);
    return STR("STATUS_NOT_DELIVERY");
}

bool status_is_primary(struct str primary, struct str secondary)
{
    struct str own = primary_of(secondary);

    if (str_eq(primary, STR("STATUS_ALL")))
        return true;
    if (str_eq(primary, STR("STATUS_NOT_DELETE")))
        return !str_eq(own, STR("STATUS_DELETE"));
    return str_eq(primary, own);
}

bool status_passes(const struct call *call, struct str secondary)
{
    const struct json *filtering = json_at(call->args, "filtering");
    struct str wanted = json_text(filtering, "secondary_status", STR(""));
    struct str primary = json_text(filtering, "primary_status", STR(""));

    if (wanted.n && !str_ends(wanted, STR("_ALL"))) {
        if (str_ends(wanted, STR("_NOT_DELETE"))) {
            if (!status_is_primary(STR("STATUS_NOT_DELETE"), secondary))
                return false;
        } else if (!str_eq(wanted, secondary)) {
            return false;
        }
    }
    if (!primary.n)
        primary = wanted.n ? STR("STATUS_ALL") : STR("STATUS_NOT_DELETE");
    return status_is_primary(primary, secondary);
}
