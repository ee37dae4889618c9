/* report_read.c - what a report request asks for, and whether it makes sense. */

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/report.h"
#include "sandbox/rules.h"
#include "text/zone.h"

static const char conflict[] =
    "Conflict occurs. The input params including metrics and dimensions have no relation.";

static const struct level_words {
    const char *data_level;
    const char *dimension;
    enum world_level level;
    enum metric_level metric;
} level_words[] = {
    {"AUCTION_ADVERTISER", "advertiser_id", WORLD_BY_ACCOUNT, METRIC_ANY},
    {"AUCTION_CAMPAIGN", "campaign_id", WORLD_BY_CAMPAIGN, METRIC_CAMPAIGN},
    {"AUCTION_ADGROUP", "adgroup_id", WORLD_BY_GROUP, METRIC_GROUP},
    {"AUCTION_AD", "ad_id", WORLD_BY_AD, METRIC_AD},
};

/* Dimensions that the platform knows and this market has no figures for. */
static const char other_dimensions[] =
    "ad_id_v2 ad_type page_id component_name room_id post_id image_id video_material_id "
    "search_terms custom_event_type event_source_id province_id ac interest_category "
    "interest_category_v2 contextual_tag device_brand_id dma_id";

/* --- who ----------------------------------------------------------------- */

static bool read_advertisers(struct call *call, const struct json *args, struct report *out)
{
    const struct json *list = json_at(args, "advertiser_ids");

    if (json_given(args, "bc_id"))
        return call_refuse(call, "bc_id: only reports of type BC take it, and this sandbox has "
                                 "none.");
    if (json_given(args, "advertiser_id") == (json_count(list) > 0))
        return call_refuse(call, "advertiser_id: exactly one of advertiser_id and "
                                 "advertiser_ids is required.");
    if (!json_count(list))
        *strs_add(&out->advertisers, call->arena) = json_text(args, "advertiser_id", STR(""));
    for (size_t i = 0; i < json_count(list); i++)
        *strs_add(&out->advertisers, call->arena) = json_text(json_item(list, i), "", STR(""));
    return true;
}

static bool type_good(struct call *call, const struct json *args, struct report *out)
{
    struct str type = json_text(args, "report_type", STR(""));

    out->audience = str_eq(type, STR("AUDIENCE"));
    if (!out->audience && !str_eq(type, STR("BASIC")))
        return call_refuse(call, "report_type: " STR_FMT " is not available in this sandbox.",
                           STR_ARG(type));
    if (str_eq(json_text(args, "service_type", STR("")), STR("RESERVATION")))
        return call_refuse(call, "service_type: RESERVATION has been retired.");
    if (str_eq(json_text(args, "query_mode", STR("")), STR("CHUNK")))
        return call_refuse(call, "query_mode: CHUNK has been retired.");
    return json_given(args, "data_level") ||
           call_refuse(call, "data_level: Missing data for required field.");
}

/* --- dimensions ---------------------------------------------------------- */

static const struct level_words *level_by_dimension(struct str word)
{
    for (size_t i = 0; i < countof(level_words); i++)
        if (str_eq(word, str(level_words[i].dimension)))
            return &level_words[i];
    return NULL;
}

static bool level_is(enum world_level level, struct str data_level)
{
    for (size_t i = 0; i < countof(level_words); i++)
        if (level_words[i].level == level)
            return str_eq(data_level, str(level_words[i].data_level));
    return false;
}

static bool add_dimension(struct call *call, struct str name, struct report *out, int *ids,
                          int *times, int *parts)
{
    size_t n;

    if (level_by_dimension(name)) {
        out->level = level_by_dimension(name)->level;
        ++*ids;
    } else if (str_eq(name, STR("stat_time_day"))) {
        out->bucket = WORLD_PER_DAY;
        ++*times;
    } else if (str_eq(name, STR("stat_time_hour"))) {
        out->bucket = WORLD_PER_HOUR;
        ++*times;
    } else if (report_parts(name, &n)) {
        ++*parts;
    } else if (word_in(other_dimensions, name)) {
        return call_refuse(call, "dimensions: " STR_FMT " is not available in this sandbox.",
                           STR_ARG(name));
    } else {
        return call_refuse(call, "dimensions: value '" STR_FMT "' is invalid.",
                           STR_ARG(str_sub(name, 0, 60)));
    }
    *strs_add(&out->dimensions, call->arena) = name;
    return true;
}

static bool read_dimensions(struct call *call, const struct json *args, struct report *out)
{
    const struct json *list = json_at(args, "dimensions");
    int ids = 0, times = 0, parts = 0;

    if (!json_count(list))
        return call_refuse(call, "dimensions: Missing data for required field.");
    out->bucket = WORLD_IN_ALL;
    for (size_t i = 0; i < json_count(list); i++)
        if (!add_dimension(call, json_text(json_item(list, i), "", STR("")), out, &ids, &times,
                           &parts))
            return false;
    if (ids != 1 || times > 1 || !level_is(out->level, json_text(args, "data_level", STR(""))))
        return call_refuse(call, "%s", conflict);
    if (out->audience ? parts < 1 || parts > 2 : parts > 1)
        return call_refuse(call, "%s", conflict);
    if (!out->audience && parts && !json_list_has(list, STR("country_code")))
        return call_refuse(call, "%s", conflict);
    if (out->audience && out->bucket == WORLD_PER_HOUR)
        return call_refuse(call, "%s", conflict);
    if (json_bool(args, "query_lifetime", false) && (times || parts))
        return call_refuse(call, "query_lifetime: cannot be used with time or audience "
                                 "dimensions.");
    return true;
}

/* --- metrics ------------------------------------------------------------- */

static bool add_metric(struct call *call, struct str name, struct report *out)
{
    enum metric_level wanted, have = METRIC_ANY;

    for (size_t i = 0; i < countof(level_words); i++)
        if (level_words[i].level == out->level)
            have = level_words[i].metric;
    if (!metric_known(name, &wanted))
        return call_refuse(call, "metrics: invalid metric " STR_FMT ".",
                           STR_ARG(str_sub(name, 0, 60)));
    if (wanted > have)
        return call_refuse(call, "%s", conflict);
    *strs_add(&out->metrics, call->arena) = name;
    return true;
}

static bool read_metrics(struct call *call, const struct json *args, struct report *out)
{
    const struct json *list = json_at(args, "metrics");

    if (!json_count(list))
        return add_metric(call, STR("spend"), out) && add_metric(call, STR("impressions"), out);
    for (size_t i = 0; i < json_count(list); i++)
        if (!add_metric(call, json_text(json_item(list, i), "", STR("")), out))
            return false;
    return true;
}

/* --- range --------------------------------------------------------------- */

static bool read_date(struct call *call, const struct json *args, const char *name,
                      struct str *out)
{
    *out = json_text(args, name, STR(""));
    if (!out->n)
        return call_refuse(call, "%s: Missing data for required field.", name);
    return day_valid(*out) ||
           call_refuse(call, "%s: must be a date of the form YYYY-MM-DD.", name);
}

static bool read_range(struct call *call, const struct json *args, bool capped,
                       struct report *out)
{
    int days;

    if (json_bool(args, "query_lifetime", false))
        return true;
    if (!read_date(call, args, "start_date", &out->start) ||
        !read_date(call, args, "end_date", &out->end))
        return false;
    days = day_diff(out->end, out->start) + 1;
    if (days < 1)
        return call_refuse(call, "end_date: must not be before start_date.");
    if (!capped)
        return true;
    if (out->bucket == WORLD_PER_HOUR && days > 1)
        return call_refuse(call, "max time span is 1 day when use stat_time_hour");
    if (out->bucket == WORLD_PER_DAY && days > 30)
        return call_refuse(call, "max time span is 30 days when use stat_time_day");
    return days <= 365 || call_refuse(call, "max time span is 365 days");
}

/* --- filters and order --------------------------------------------------- */

static const char list_fields[] =
    "campaign_ids adgroup_ids ad_ids campaign_status adgroup_status ad_status objective_type "
    "country_code campaign_name adgroup_name ad_name";

static bool read_filter(struct call *call, const struct json *item, size_t position,
                        struct report *out)
{
    struct report_filter filter = {
        .field = json_text(item, "field_name", STR("")),
        .type = json_text(item, "filter_type", STR("")),
    };
    struct err err = {0};
    enum metric_level level;
    bool listed = word_in("IN NOT_IN CONTAIN_ANY_OF", filter.type);

    if (!word_in(list_fields, filter.field) && !metric_known(filter.field, &level))
        return call_refuse(call, "filtering[%zu].field_name: value '" STR_FMT "' is invalid.",
                           position, STR_ARG(str_sub(filter.field, 0, 60)));
    if (!json_parse(call->arena, json_text(item, "filter_value", STR("")), &filter.value,
                    &err)) {
        if (listed)
            return call_refuse(
                call, "filtering[%zu].filter_value: must be a JSON-encoded list.", position);
        filter.value = json_at(item, "filter_value");
    }
    if (listed && json_type(filter.value) != JSON_LIST)
        return call_refuse(call, "filtering[%zu].filter_value: must be a JSON-encoded list.",
                           position);
    if (listed && json_count(filter.value) > 100 && !str_has(call->endpoint->path, STR("task")))
        return call_refuse(call, "filtering[%zu].filter_value: maximum number of items is 100",
                           position);
    *report_filters_add(&out->filters, call->arena) = filter;
    return true;
}

static bool read_order(struct call *call, const struct json *args, struct report *out)
{
    enum metric_level level;

    out->order_field = json_text(args, "order_field", STR(""));
    out->ascending = str_eq(json_text(args, "order_type", STR("")), STR("ASC"));
    return !out->order_field.n || metric_known(out->order_field, &level) ||
           call_refuse(call, "order_field: invalid metric " STR_FMT ".",
                       STR_ARG(str_sub(out->order_field, 0, 60)));
}

bool report_read(struct call *call, const struct json *args, bool capped, struct report *out)
{
    const struct json *filtering = json_at(args, "filtering");

    *out = (struct report){0};
    if (!read_advertisers(call, args, out) || !type_good(call, args, out) ||
        !read_dimensions(call, args, out) || !read_metrics(call, args, out) ||
        !read_range(call, args, capped, out) || !read_order(call, args, out))
        return false;
    for (size_t i = 0; i < json_count(filtering); i++)
        if (!read_filter(call, json_item(filtering, i), i, out))
            return false;
    return true;
}
