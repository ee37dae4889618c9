/* market.c - the platform's objects in the market. */

#include "sandbox/market.h"

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/hooks.h"
#include "text/zone.h"

#include <string.h>

struct market *market_find(struct sandbox *box, struct str advertiser_id)
{
    for (size_t i = 0; i < box->markets.n; i++)
        if (str_eq(box->markets.at[i].advertiser_id, advertiser_id))
            return &box->markets.at[i];
    return NULL;
}

struct market *market_of(const struct call *call)
{
    struct market *market = market_find(call->box, call->advertiser_id);

    must(market != NULL);
    return market;
}

static void step(struct sandbox *box, int64_t now_ms)
{
    for (size_t i = 0; i < box->markets.n; i++) {
        struct market *market = &box->markets.at[i];
        world_step(market->world, now_ms);
        hooks_make(box, market, world_now_ms(market->world));
    }
}

static void apply_scheduled(struct sandbox *box, struct arena *arena, const struct json *group,
                            int64_t at_ms)
{
    struct market *market = market_find(box, json_text(group, "advertiser_id", STR("")));
    int64_t micros = 0;
    struct doc doc;

    (void)json_micros(group, "scheduled_budget", &micros);
    doc_from(&doc, arena, group);
    doc_remove(&doc, "scheduled_budget");
    doc_remove(&doc, "_scheduled_ms");
    if (world_group_set_budget(market->world, market_handle(group), micros, at_ms) ==
        WORLD_DONE)
        doc_micros(&doc, "budget", micros);
    (void)store_put(box->store, KIND_ADGROUP, json_text(group, "adgroup_id", STR("")),
                    doc_print(&doc));
}

/* Budgets that were set for the next day: at 00:00 of the account, before that day is played.
 */
static void apply_due(struct sandbox *box)
{
    struct arena *arena = arena_new("sandbox budgets");
    int64_t next_ms = 0;

    step(box, box->scheduled_ms);
    for (size_t i = 0; i < store_count(box->store, KIND_ADGROUP); i++) {
        const struct json *group = store_at(box->store, KIND_ADGROUP, i);
        int64_t at_ms = 0;
        if (!group || !json_int(group, "_scheduled_ms", &at_ms))
            continue;
        if (at_ms <= box->scheduled_ms)
            apply_scheduled(box, arena, group, box->scheduled_ms);
        else if (!next_ms || at_ms < next_ms)
            next_ms = at_ms;
    }
    box->scheduled_ms = next_ms;
    arena_free(arena);
}

void market_tick(struct sandbox *box, int64_t now_ms)
{
    while (box->scheduled_ms && box->scheduled_ms <= now_ms)
        apply_due(box);
    step(box, now_ms);
}

int market_handle(const struct json *doc)
{
    int64_t handle = -1;

    must(json_int(doc, "_world", &handle));
    return (int)handle;
}

static int64_t at(const struct call *call, const struct market *market)
{
    int64_t played = world_now_ms(market->world);

    return call->now_ms > played ? call->now_ms : played;
}

static enum world_budget_mode budget_mode(struct str word)
{
    if (str_eq(word, STR("BUDGET_MODE_DAY")))
        return WORLD_BUDGET_DAY;
    if (str_eq(word, STR("BUDGET_MODE_DYNAMIC_DAILY_BUDGET")))
        return WORLD_BUDGET_DYNAMIC;
    if (str_eq(word, STR("BUDGET_MODE_TOTAL")))
        return WORLD_BUDGET_TOTAL;
    return WORLD_BUDGET_NONE;
}

static bool is_on(const struct json *doc)
{
    return str_eq(json_text(doc, "operation_status", STR("")), STR("ENABLE"));
}

/* The world numbers its objects from 0, so the position in the list is the handle. */
static int remember(struct call *call, struct strs *ids, int handle, const struct json *doc,
                    const char *id)
{
    must(handle == (int)ids->n);
    *strs_add(ids, call->box->market_arena) =
        str_dup(call->box->market_arena, json_text(doc, id, STR("")));
    return handle;
}

int market_add_campaign(struct call *call, const struct json *campaign)
{
    struct market *market = market_of(call);
    struct world_campaign wish = {
        .on = is_on(campaign),
        .mode = budget_mode(json_text(campaign, "budget_mode", STR(""))),
        .budget_shared = json_bool(campaign, "budget_optimize_on", false),
    };

    (void)json_micros(campaign, "budget", &wish.budget_micros);
    return remember(call, &market->campaigns,
                    world_campaign_add(market->world, &wish, at(call, market)), campaign,
                    "campaign_id");
}

/* Who is reached: the same targeting is the same audience, whoever asks for it. */
static struct str audience_key(struct call *call, const struct json *group)
{
    static const char *const parts[] = {
        "location_ids",
        "zipcode_ids",
        "gender",
        "age_groups",
        "languages",
        "audience_ids",
        "interest_category_ids",
        "actions",
        "excluded_audience_ids",
    };
    struct doc doc;

    doc_init(&doc, call->arena);
    for (size_t i = 0; i < countof(parts); i++)
        if (json_given(group, parts[i]))
            doc_raw(&doc, parts[i], json_print(call->arena, json_at(group, parts[i])));
    return str_fmt(call->arena, "audience-%016llx",
                   (unsigned long long)str_hash(doc_print(&doc)));
}

static void read_daypart(struct str text, uint8_t *bits)
{
    for (size_t i = 0; i < text.n && i < WORLD_DAYPARTS; i++)
        if (text.p[i] == '1')
            bits[i / 8] = (uint8_t)(bits[i / 8] | (1u << (i % 8)));
}

static int64_t read_time(const struct json *doc, const char *name)
{
    struct str text = json_text(doc, name, STR(""));
    struct err err = {0};
    int64_t ms;

    return text.n && time_parse_platform(text, &ms, &err) ? ms : 0;
}

int market_add_group(struct call *call, const struct json *campaign, const struct json *group)
{
    struct market *market = market_of(call);
    struct str target = json_text(group, "promotion_target_type", STR(""));
    struct str promotion = json_text(group, "promotion_type", STR(""));
    struct world_group wish = {
        .campaign = market_handle(campaign),
        .key = audience_key(call, group),
        .on = is_on(group),
        .website = str_eq(target, STR("EXTERNAL_WEBSITE")) || str_eq(promotion, STR("WEBSITE")),
        .mode = budget_mode(json_text(group, "budget_mode", STR(""))),
        .start_ms = read_time(group, "schedule_start_time"),
        .end_ms = read_time(group, "schedule_end_time"),
    };

    (void)json_micros(group, "budget", &wish.budget_micros);
    read_daypart(json_text(group, "dayparting", STR("")), wish.daypart);
    return remember(call, &market->groups,
                    world_group_add(market->world, &wish, at(call, market)), group,
                    "adgroup_id");
}

struct str market_creative(struct call *call, const struct json *ad)
{
    struct str video_id = json_text(ad, "video_id", STR(""));
    const struct json *video = store_find(call->box->store, KIND_VIDEO, video_id);

    if (video)
        return json_text(video, "signature", STR(""));
    if (json_given(ad, "tiktok_item_id"))
        return json_text(ad, "tiktok_item_id", STR(""));
    return json_text(ad, "ad_id", STR("ad"));
}

int market_add_ad(struct call *call, const struct json *group, const struct json *ad)
{
    struct market *market = market_of(call);

    return remember(call, &market->ads,
                    world_ad_add(market->world, market_handle(group), market_creative(call, ad),
                                 is_on(ad), at(call, market)),
                    ad, "ad_id");
}

static bool budget_answer(struct call *call, enum world_answer answer)
{
    switch (answer) {
    case WORLD_DONE:
        return true;
    case WORLD_BELOW_MINIMUM:
        return call_refuse(call, "The budget is below the minimum.");
    case WORLD_BELOW_SPENT:
        return call_refuse(call, "The budget must be at least 105%% of the current spend.");
    case WORLD_LOCKED:
        return call_refuse(call, "Budgets cannot be changed between 23:55 and 00:00 of the "
                                 "account's time zone.");
    }
    return true;
}

bool market_campaign_budget(struct call *call, const struct json *campaign, int64_t micros)
{
    struct market *market = market_of(call);

    return budget_answer(call, world_campaign_set_budget(market->world, market_handle(campaign),
                                                         micros, at(call, market)));
}

bool market_group_budget(struct call *call, const struct json *group, int64_t micros)
{
    struct market *market = market_of(call);

    return budget_answer(call, world_group_set_budget(market->world, market_handle(group),
                                                      micros, at(call, market)));
}

static const struct json *by_handle(struct sandbox *box, enum kind kind, const struct strs *ids,
                                    int handle)
{
    if (handle < 0 || (size_t)handle >= ids->n)
        return NULL;
    return store_find(box->store, kind, ids->at[handle]);
}

const struct json *market_ad_doc(struct sandbox *box, const struct market *market, int ad)
{
    return by_handle(box, KIND_AD, &market->ads, ad);
}

const struct json *market_group_doc(struct sandbox *box, const struct market *market, int group)
{
    return by_handle(box, KIND_ADGROUP, &market->groups, group);
}

const struct json *market_campaign_doc(struct sandbox *box, const struct market *market,
                                       int campaign)
{
    return by_handle(box, KIND_CAMPAIGN, &market->campaigns, campaign);
}

static void relearn(struct sandbox *box, const struct market *market, enum kind kind,
                    struct strs *ids)
{
    for (size_t i = 0; i < store_count(box->store, kind); i++) {
        const struct json *doc = store_at(box->store, kind, i);
        if (!doc || !str_eq(json_text(doc, "advertiser_id", STR("")), market->advertiser_id))
            continue;
        must(market_handle(doc) == (int)ids->n);
        *strs_add(ids, box->market_arena) =
            str_dup(box->market_arena, store_id_at(box->store, kind, i));
    }
}

void market_relearn(struct sandbox *box, struct market *market)
{
    relearn(box, market, KIND_CAMPAIGN, &market->campaigns);
    relearn(box, market, KIND_ADGROUP, &market->groups);
    relearn(box, market, KIND_AD, &market->ads);
    for (size_t i = 0; i < store_count(box->store, KIND_ADGROUP); i++) {
        int64_t at_ms = 0;
        if (json_int(store_at(box->store, KIND_ADGROUP, i), "_scheduled_ms", &at_ms))
            market_budget_due(box, at_ms);
    }
}

void market_budget_due(struct sandbox *box, int64_t at_ms)
{
    if (!box->scheduled_ms || at_ms < box->scheduled_ms)
        box->scheduled_ms = at_ms;
}
