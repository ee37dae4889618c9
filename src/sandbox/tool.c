/* tool.c - tool/...: places, languages, interests, zones (TikTok: targeting helpers). */

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/rules.h"
#include "sandbox/targeting.h"
#include "text/url.h"
#include "text/zone.h"

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

static int depth_of(struct str level)
{
    return str_eq(level, STR("COUNTRY"))    ? 0
           : str_eq(level, STR("PROVINCE")) ? 1
           : str_eq(level, STR("CITY"))     ? 2
                                            : 3;
}

static int depth_wanted(struct str range)
{
    return str_eq(range, STR("TO_COUNTRY"))    ? 0
           : str_eq(range, STR("TO_PROVINCE")) ? 1
           : str_eq(range, STR("TO_CITY"))     ? 2
                                               : 3;
}

static void put_region(struct call *call, const struct json *place)
{
    const struct json *places = json_at(call->box->targeting, "places");
    struct json_writer *w = call_data(call);

    json_object(w);
    json_text_member(w, "location_id", text(place, "location_id"));
    json_text_member(w, "name", text(place, "name"));
    json_text_member(w, "parent_id", text(place, "parent_id"));
    json_text_member(w, "region_code", text(place, "region_code"));
    json_text_member(w, "country_code", text(place, "region_code"));
    json_text_member(w, "level", text(place, "level"));
    json_text_member(w, "area_type", STR("ADMIN"));
    json_bool_member(w, "support_below_18", json_bool(place, "support_below_18", false));
    json_key(w, "next_level_ids");
    json_list(w);
    for (size_t i = 0; i < json_count(places); i++)
        if (str_eq(text(json_item(places, i), "parent_id"), text(place, "location_id")))
            json_put_text(w, text(json_item(places, i), "location_id"));
    json_end(w);
    json_end(w);
}

bool tool_region(struct call *call)
{
    const struct json *places = json_at(call->box->targeting, "places");
    int deepest = depth_wanted(call_text(call, "level_range"));
    struct json_writer *w = call_data(call);

    json_object(w);
    json_key(w, "region_list");
    json_list(w);
    for (size_t i = 0; i < json_count(places); i++)
        if (depth_of(text(json_item(places, i), "level")) <= deepest)
            json_put_text(w, text(json_item(places, i), "region_code"));
    json_end(w);
    json_key(w, "region_info");
    json_list(w);
    for (size_t i = 0; i < json_count(places); i++)
        if (depth_of(text(json_item(places, i), "level")) <= deepest)
            put_region(call, json_item(places, i));
    json_end(w);
    json_end(w);
    return true;
}

/* --- search -------------------------------------------------------------- */

static void put_tag(struct call *call, struct str keyword, const struct json *place)
{
    struct json_writer *w = call_data(call);

    json_object(w);
    json_text_member(w, "keyword", keyword);
    json_text_member(w, "name", text(place, "name"));
    json_text_member(w, "targeting_type", STR("GEO"));
    json_key(w, "status_info");
    json_object(w);
    json_text_member(w, "status", STR("ENABLED"));
    json_text_or_null_member(w, "reason", STR(""));
    json_end(w);
    json_key(w, "geo");
    json_object(w);
    json_text_member(w, "geo_id", text(place, "location_id"));
    json_text_member(w, "geo_type", text(place, "level"));
    json_text_member(w, "description", text(place, "name"));
    json_text_member(w, "region_code", text(place, "region_code"));
    json_text_member(w, "parent_id", text(place, "parent_id"));
    json_end(w);
    json_end(w);
}

static bool named(struct call *call, const struct json *place, struct str keyword, bool fuzzy)
{
    struct str name = str_lower(call->arena, text(place, "name"));
    struct str wanted = str_lower(call->arena, keyword);

    return (fuzzy ? str_has(name, wanted) : str_eq(name, wanted)) &&
           filter_has(call->args, "geo_types", text(place, "level")) &&
           filter_has(call->args, "region_codes", text(place, "region_code"));
}

bool tool_search(struct call *call)
{
    const struct json *places = json_at(call->box->targeting, "places");
    const struct json *keywords = json_at(call->args, "keywords");
    bool fuzzy = str_eq(call_text(call, "search_type"), STR("FUZZY_SEARCH"));
    struct json_writer *w;

    if (fuzzy && json_count(keywords) != 1)
        return call_refuse(call, "keywords: FUZZY_SEARCH takes exactly one keyword.");
    if (!fuzzy && !call_given(call, "region_codes"))
        return call_refuse(call, "region_codes: Missing data for required field.");
    w = call_data(call);
    json_object(w);
    json_key(w, "targeting_tag_list");
    json_list(w);
    for (size_t k = 0; k < json_count(keywords); k++) {
        struct str keyword = json_text(json_item(keywords, k), "", STR(""));
        for (size_t i = 0; i < json_count(places) && keyword.n; i++)
            if (named(call, json_item(places, i), keyword, fuzzy))
                put_tag(call, keyword, json_item(places, i));
    }
    json_end(w);
    json_end(w);
    return true;
}

bool tool_info(struct call *call)
{
    const struct json *ids = json_at(call->args, "targeting_ids");
    struct json_writer *w = call_data(call);

    json_object(w);
    json_key(w, "targeting_tag_list");
    json_list(w);
    for (size_t i = 0; i < json_count(ids); i++) {
        struct str id = json_text(json_item(ids, i), "", STR(""));
        const struct json *place = targeting_place(call->box, id);
        if (place)
            put_tag(call, id, place);
    }
    json_end(w);
    json_end(w);
    return true;
}

/* --- plain lists --------------------------------------------------------- */

static bool put_list(struct call *call, const char *list, const char *name)
{
    struct json_writer *w = call_data(call);

    json_object(w);
    json_key(w, name);
    json_put_raw(w, json_print(call->arena, json_at(call->box->targeting, list)));
    json_end(w);
    return true;
}

bool tool_language(struct call *call)
{
    return put_list(call, "languages", "languages");
}

bool tool_interest(struct call *call)
{
    return put_list(call, "interests", "interest_categories");
}

bool tool_action(struct call *call)
{
    return put_list(call, "actions", "action_categories");
}

bool tool_timezone(struct call *call)
{
    const struct json *zones = json_at(call->box->targeting, "timezones");
    struct json_writer *w = call_data(call);

    json_object(w);
    json_key(w, "timezone");
    json_list(w);
    for (size_t i = 0; i < json_count(zones); i++) {
        struct str name = json_text(json_item(zones, i), "", STR(""));
        json_object(w);
        json_text_member(w, "name", name);
        json_int_member(w, "gmt_offset_seconds", zone_offset_s(name, call->now_ms));
        json_end(w);
    }
    json_end(w);
    json_end(w);
    return true;
}

bool tool_keyword(struct call *call)
{
    const struct json *keywords = json_at(call->box->targeting, "keywords");
    struct str wanted = str_lower(call->arena, call_text(call, "keyword"));
    struct json_writer *w = call_data(call);

    json_object(w);
    json_key(w, "recommended_keywords");
    json_list(w);
    for (size_t i = 0; i < json_count(keywords); i++) {
        const struct json *keyword = json_item(keywords, i);
        if (!wanted.n || !str_has(text(keyword, "keyword"), wanted))
            continue;
        json_object(w);
        json_text_member(w, "input_keyword", call_text(call, "keyword"));
        json_text_member(w, "keyword", text(keyword, "keyword"));
        json_text_member(w, "keyword_id", text(keyword, "keyword_id"));
        json_text_member(w, "language", STR("en"));
        json_text_member(w, "status", STR("EFFECTIVE"));
        json_end(w);
    }
    json_end(w);
    json_end(w);
    return true;
}

bool tool_url(struct call *call)
{
    struct url url;
    struct err err = {0};
    bool good = url_parse(call->arena, call_text(call, "url"), &url, &err);
    struct json_writer *w = call_data(call);

    json_object(w);
    json_key(w, "landing_page_url_info");
    json_object(w);
    json_key(w, "validate_info");
    json_object(w);
    json_bool_member(w, "is_scheme_link", false);
    json_bool_member(w, "is_valid_url",
                     good && rule_https(call, call_text(call, "url"), false));
    json_bool_member(w, "is_valid_scheme", good && str_eq(url.scheme, STR("https")));
    json_end(w);
    json_end(w);
    json_end(w);
    return true;
}
