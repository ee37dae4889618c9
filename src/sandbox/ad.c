/* ad.c - ad/create, update, status, get, review, audience size (TikTok: ads). */

#include "base/arena.h"
#include "sandbox/ad_rules.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/market.h"
#include "sandbox/objects.h"
#include "sandbox/rules.h"
#include "sandbox/status.h"
#include "sandbox/targeting.h"
#include "text/zone.h"

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

static struct str place(struct call *call, size_t position)
{
    return str_fmt(call->arena, "creatives[%zu]", position);
}

/* --- create -------------------------------------------------------------- */

static bool room(struct call *call, struct str group_id, size_t more)
{
    int64_t most = call->box->settings.ads_per_adgroup;
    int64_t used = 0;

    for (size_t i = 0; i < store_count(call->box->store, KIND_AD); i++) {
        const struct json *ad = store_at(call->box->store, KIND_AD, i);
        used += ad && !status_deleted(ad) && str_eq(text(ad, "adgroup_id"), group_id);
    }
    return used + (int64_t)more <= most ||
           call_refuse(call, "creatives: an ad group can have at most %lld ads.",
                       (long long)most);
}

/* Defaults that read back (TikTok: ad fields). */
static void set_defaults(struct doc *doc, const struct json *creative)
{
    if (!json_given(creative, "ad_format"))
        doc_text(doc, "ad_format", STR("SINGLE_VIDEO"));
    if (!json_given(creative, "operation_status"))
        doc_text(doc, "operation_status", STR("ENABLE"));
    if (ad_is_push(creative)) {
        if (!json_given(creative, "dark_post_status"))
            doc_text(doc, "dark_post_status", STR("ON"));
        if (!json_given(creative, "item_duet_status"))
            doc_text(doc, "item_duet_status", STR("ENABLE"));
        if (!json_given(creative, "item_stitch_status"))
            doc_text(doc, "item_stitch_status", STR("ENABLE"));
    }
    if (!json_given(creative, "promotional_music_disabled"))
        doc_bool(doc, "promotional_music_disabled", true);
    if (!json_given(creative, "aigc_disclosure_type"))
        doc_text(doc, "aigc_disclosure_type", STR("NOT_DECLARED"));
    doc_bool(doc, "creative_authorized", json_bool(creative, "creative_authorized", false));
}

static void set_profile(struct call *call, struct doc *doc, const struct json *creative)
{
    const struct json *identity = own_find(call, KIND_IDENTITY, text(creative, "identity_id"));

    if (!json_given(creative, "display_name"))
        doc_text(doc, "display_name", text(identity, "display_name"));
}

static const struct json *make(struct call *call, const struct json *group,
                               const struct json *creative)
{
    struct str id = store_new_id(call->box->store, call->arena);
    struct str now = time_platform(call->arena, call->now_ms);
    const struct json *doc;
    struct err err = {0};
    struct doc new;

    doc_from(&new, call->arena, creative);
    set_defaults(&new, creative);
    set_profile(call, &new, creative);
    doc_text(&new, "advertiser_id", call->advertiser_id);
    doc_text(&new, "campaign_id", text(group, "campaign_id"));
    doc_text(&new, "adgroup_id", text(group, "adgroup_id"));
    doc_text(&new, "ad_id", id);
    if (!text(creative, "ad_name").n)
        doc_text(&new, "ad_name", id);
    if (json_given(group, "optimization_event"))
        doc_text(&new, "optimization_event", text(group, "optimization_event"));
    doc_text(&new, "campaign_system_origin", STR("TT_ADS_PLATFORM"));
    doc_bool(&new, "is_aco", false);
    doc_bool(&new, "is_new_structure", true);
    doc_text(&new, "create_time", now);
    doc_text(&new, "modify_time", now);
    must(json_parse(call->arena, doc_print(&new), &doc, &err));
    doc_int(&new, "_world", market_add_ad(call, group, doc));
    return store_put(call->box->store, KIND_AD, id, doc_print(&new));
}

static void put_ads(struct call *call, const struct docs *ads)
{
    struct json_writer *w = call_data(call);

    json_key(w, "ad_ids");
    json_list(w);
    for (size_t i = 0; i < ads->n; i++)
        json_put_text(w, text(ads->at[i], "ad_id"));
    json_end(w);
    json_key(w, "creatives");
    json_list(w);
    for (size_t i = 0; i < ads->n; i++)
        put_object(call, "ad", object_view(call, KIND_AD, ads->at[i]));
    json_end(w);
}

bool ad_create(struct call *call)
{
    struct str group_id = call_text(call, "adgroup_id");
    const struct json *creatives = json_at(call->args, "creatives");
    const struct json *group = object_live(call, KIND_ADGROUP, "adgroup_id", group_id);
    const struct json *campaign;
    struct docs made = {0};
    struct json_writer *w;

    if (!group || !room(call, group_id, json_count(creatives)))
        return false;
    campaign = object_parent(call, KIND_CAMPAIGN, group);
    for (size_t i = 0; i < json_count(creatives); i++)
        if (!ad_good(call, campaign, group, json_item(creatives, i), place(call, i)))
            return false;
    for (size_t i = 0; i < json_count(creatives); i++)
        *docs_add(&made, call->arena) = make(call, group, json_item(creatives, i));
    w = call_data(call);
    json_object(w);
    put_ads(call, &made);
    json_bool_member(w, "need_audit", true);
    json_end(w);
    return true;
}

/* --- update -------------------------------------------------------------- */

static const char patchable[] = "ad_id ad_name identity_type identity_id "
                                "identity_authorized_bc_id video_id image_ids music_id "
                                "tiktok_item_id ad_text";
static const char *const kept[] = {"ad_id",
                                   "advertiser_id",
                                   "campaign_id",
                                   "adgroup_id",
                                   "create_time",
                                   "operation_status",
                                   "_world",
                                   "is_aco",
                                   "is_new_structure",
                                   "_deleted",
                                   "_changed",
                                   "optimization_event",
                                   "campaign_system_origin"};
static const char *const material[] = {"video_id",    "image_ids", "tiktok_item_id",  "ad_text",
                                       "identity_id", "page_id",   "landing_page_url"};

static bool patch_allowed(struct call *call, const struct json *creative, size_t position)
{
    void *cursor = NULL;
    struct str name;
    const struct json *value;

    while (json_each(creative, &cursor, &name, &value))
        if (!word_in(patchable, name))
            return call_refuse(call,
                               "'creatives[%zu]." STR_FMT
                               "' is not supported with patch_update in /v1.3/ad/update/.",
                               position, STR_ARG(name));
    return true;
}

/* The new full document: the patch over the old one, or the request instead of it. */
static void merge(struct call *call, const struct json *old, const struct json *creative,
                  struct doc *out)
{
    if (json_bool(call->args, "patch_update", false)) {
        doc_from(out, call->arena, old);
        if (json_given(creative, "tiktok_item_id")) {
            doc_remove(out, "video_id");
            doc_remove(out, "image_ids");
            doc_remove(out, "ad_text");
        } else if (json_given(creative, "video_id")) {
            doc_remove(out, "tiktok_item_id");
        }
        doc_merge(out, creative);
        return;
    }
    doc_from(out, call->arena, creative);
    set_defaults(out, creative);
    set_profile(call, out, creative);
    for (size_t i = 0; i < countof(kept); i++)
        if (json_given(old, kept[i]))
            doc_raw(out, kept[i], json_print(call->arena, json_at(old, kept[i])));
    if (!text(creative, "ad_name").n)
        doc_text(out, "ad_name", text(old, "ad_id"));
}

static bool differs(struct call *call, const struct json *a, const struct json *b)
{
    for (size_t i = 0; i < countof(material); i++)
        if (!str_eq(json_print(call->arena, json_at(a, material[i])),
                    json_print(call->arena, json_at(b, material[i]))))
            return true;
    return false;
}

static const struct json *parse(struct call *call, const struct doc *doc)
{
    const struct json *json;
    struct err err = {0};

    must(json_parse(call->arena, doc_print(doc), &json, &err));
    return json;
}

/* A patch is judged as the ad it makes: what only reads back must not count as sent. */
static bool judge(struct call *call, const struct json *group, const struct json *new,
                  size_t position)
{
    static const char *const push_only[] = {"dark_post_status", "item_duet_status",
                                            "item_stitch_status"};
    struct doc plain;

    doc_from(&plain, call->arena, new);
    if (!ad_is_push(new))
        for (size_t i = 0; i < countof(push_only); i++)
            doc_remove(&plain, push_only[i]);
    return ad_good(call, object_parent(call, KIND_CAMPAIGN, group), group, parse(call, &plain),
                   place(call, position));
}

static bool update_one(struct call *call, const struct json *group, const struct json *creative,
                       size_t position, struct docs *out)
{
    struct str id = text(creative, "ad_id");
    const struct json *old = object_live(call, KIND_AD, "ad_id", id);
    const struct json *new;
    struct doc doc;

    if (!old)
        return false;
    if (!str_eq(text(old, "adgroup_id"), text(group, "adgroup_id")))
        return call_refuse(call, "creatives[%zu].ad_id: The ad belongs to another ad group.",
                           position);
    if (json_bool(call->args, "patch_update", false)) {
        if (!patch_allowed(call, creative, position))
            return false;
    } else if (!json_given(creative, "identity_type") || !json_given(creative, "identity_id")) {
        return call_refuse(call, "creatives[%zu].identity_id: Missing data for required field.",
                           position);
    }
    merge(call, old, creative, &doc);
    new = parse(call, &doc);
    if (!judge(call, group, new, position))
        return false;
    *docs_add(out, call->arena) = new;
    return true;
}

static const struct json *store_one(struct call *call, const struct json *new)
{
    struct str id = text(new, "ad_id");
    const struct json *old = own_find(call, KIND_AD, id);
    struct doc doc;

    doc_from(&doc, call->arena, new);
    if (differs(call, old, new)) {
        doc_bool(&doc, "_changed", true);
        world_ad_set_creative(market_of(call)->world, market_handle(new),
                              market_creative(call, new), call->now_ms);
    }
    return object_save(call, KIND_AD, id, &doc);
}

bool ad_update(struct call *call)
{
    const struct json *creatives = json_at(call->args, "creatives");
    const struct json *group =
        object_live(call, KIND_ADGROUP, "adgroup_id", call_text(call, "adgroup_id"));
    struct docs updated = {0};
    struct json_writer *w;

    if (!group)
        return false;
    for (size_t i = 0; i < json_count(creatives); i++)
        if (!update_one(call, group, json_item(creatives, i), i, &updated))
            return false;
    for (size_t i = 0; i < updated.n; i++)
        updated.at[i] = store_one(call, updated.at[i]);
    w = call_data(call);
    json_object(w);
    put_ads(call, &updated);
    json_end(w);
    return true;
}

/* --- status -------------------------------------------------------------- */

static void set_on(struct call *call, const struct json *doc, bool on)
{
    world_ad_set_on(market_of(call)->world, market_handle(doc), on, call->now_ms);
}

bool ad_status(struct call *call)
{
    const struct status_change change = {KIND_AD, "ad_ids", "ad_id", set_on};
    const struct json *ids = json_at(call->args, "ad_ids");
    struct json_writer *w;

    if (call_given(call, "aco_ad_ids"))
        return call_refuse(call, "aco_ad_ids: The ad does not exist.");
    if (!call_given(call, "ad_ids"))
        return call_refuse(call, "ad_ids: Missing data for required field.");
    for (size_t i = 0; i < json_count(ids); i++)
        if (!object_status_check(call, &change, json_text(json_item(ids, i), "", STR(""))))
            return false;
    for (size_t i = 0; i < json_count(ids); i++)
        object_status_set(call, &change, json_text(json_item(ids, i), "", STR("")));
    w = call_data(call);
    json_object(w);
    json_key(w, "ad_ids");
    json_put_raw(w, json_print(call->arena, ids));
    json_text_member(w, "status", call_text(call, "operation_status"));
    json_end(w);
    return true;
}

/* --- get ----------------------------------------------------------------- */

struct ad_filter {
    struct creation_filter created;
    struct str modified_after;
};

static bool destination_is(const struct json *filtering, const struct json *ad)
{
    struct str wanted = text(filtering, "destination");

    if (!wanted.n)
        return true;
    if (str_eq(wanted, STR("TIKTOK_INSTANT_PAGE")))
        return json_given(ad, "page_id");
    if (str_eq(wanted, STR("WEBSITE")))
        return json_given(ad, "landing_page_url");
    return str_eq(wanted, STR("PHONE_CALL")) && json_given(ad, "phone_number");
}

static bool passes(struct call *call, const struct json *doc, void *arg)
{
    const struct ad_filter *filter = arg;
    const struct json *f = json_at(call->args, "filtering");
    const struct json *campaign = object_parent(call, KIND_CAMPAIGN, doc);
    const struct json *group = object_parent(call, KIND_ADGROUP, doc);

    return status_passes(call, text(doc, "secondary_status")) &&
           filter_has(f, "ad_ids", text(doc, "ad_id")) &&
           filter_has(f, "adgroup_ids", text(doc, "adgroup_id")) &&
           filter_has(f, "campaign_ids", text(doc, "campaign_id")) &&
           str_has(text(doc, "ad_name"), text(f, "ad_name")) &&
           filter_has(f, "buying_types", STR("AUCTION")) &&
           filter_has(f, "campaign_system_origins", STR("TT_ADS_PLATFORM")) &&
           filter_is(f, "creative_material_mode", text(group, "creative_material_mode")) &&
           filter_is(f, "objective_type", text(campaign, "objective_type")) &&
           filter_is(f, "optimization_goal", text(group, "optimization_goal")) &&
           destination_is(f, doc) &&
           str_cmp(text(doc, "modify_time"), filter->modified_after) >= 0 &&
           creation_matches(&filter->created, doc);
}

bool ad_get(struct call *call)
{
    const struct json *filtering = json_at(call->args, "filtering");
    struct ad_filter filter = {.modified_after = text(filtering, "modified_after")};
    int64_t ms;

    if (!fields_known(call, "ad") || !rule_creation_filter(call, &filter.created) ||
        (filter.modified_after.n && !rule_time(call, filtering, "modified_after", &ms)))
        return false;
    object_list(call, KIND_AD, "ad", passes, &filter);
    return true;
}

/* --- review -------------------------------------------------------------- */

static void put_review(struct call *call, const struct json *ad)
{
    struct json_writer *w = call_data(call);
    enum world_state state = world_ad_state(
        market_find(call->box, text(ad, "advertiser_id"))->world, market_handle(ad));
    bool denied = state == WORLD_REJECTED, waiting = state == WORLD_IN_REVIEW;

    json_key_str(w, text(ad, "ad_id"));
    json_object(w);
    json_bool_member(w, "is_approved", !denied && !waiting);
    json_text_member(w, "review_status",
                     denied    ? STR("UNAVAILABLE")
                     : waiting ? STR("PENDING")
                               : STR("ALL_AVAILABLE"));
    json_text_member(w, "appeal_status", STR("NOT_APPEALED"));
    json_key(w, "reject_info");
    json_list(w);
    if (denied) {
        json_object(w);
        json_key(w, "reasons");
        json_list(w);
        json_put_text(w, STR("The ad promises a result that cannot be guaranteed."));
        json_end(w);
        json_text_member(w, "suggestion",
                         STR("Change the video or the text and submit again."));
        json_end(w);
    }
    json_end(w);
    json_end(w);
}

bool ad_review(struct call *call)
{
    const struct json *ids = json_at(call->args, "ad_ids");
    struct json_writer *w = call_data(call);

    json_object(w);
    json_key(w, "ad_review_map");
    json_object(w);
    for (size_t i = 0; i < json_count(ids); i++) {
        const struct json *ad =
            own_find(call, KIND_AD, json_text(json_item(ids, i), "", STR("")));
        if (ad)
            put_review(call, ad);
    }
    json_end(w);
    json_end(w);
    return true;
}

/* --- audience size ------------------------------------------------------- */

/* People on the platform by place, in thousands; narrower targeting reaches fewer. */
static int64_t people(const struct json *place)
{
    bool country = str_eq(text(place, "level"), STR("COUNTRY"));

    return (country ? 9000 : 900) + (int64_t)(str_hash(text(place, "name")) % 4000);
}

bool audience_size(struct call *call)
{
    const struct json *places = json_at(call->args, "location_ids");
    int64_t thousands = 0;
    struct json_writer *w;

    if (!targeting_good(call, call->args))
        return false;
    for (size_t i = 0; i < json_count(places); i++)
        thousands +=
            people(targeting_place(call->box, json_text(json_item(places, i), "", STR(""))));
    if (call_given(call, "gender") &&
        !str_eq(call_text(call, "gender"), STR("GENDER_UNLIMITED")))
        thousands /= 2;
    if (call_given(call, "age_groups"))
        thousands = thousands * (int64_t)json_count(json_at(call->args, "age_groups")) / 6;
    if (call_given(call, "interest_category_ids"))
        thousands /= 3;
    w = call_data(call);
    json_object(w);
    json_key(w, "user_count");
    json_object(w);
    json_int_member(w, "lower_end", thousands * 900);
    json_int_member(w, "upper_end", thousands * 1100);
    json_end(w);
    json_end(w);
    return true;
}
