/* targeting.c - the targeting fields of an ad group. */

#include "sandbox/targeting.h"

#include "base/arena.h"
#include "base/embedded.h"
#include "sandbox/doc.h"

#include <math.h>

const struct json *targeting_load(struct arena *arena)
{
    const struct embedded *file = embedded_sandbox;
    const struct json *json;
    struct err err = {0};

    while (file->name && !str_eq(str(file->name), STR("targeting.json")))
        file++;
    must(file->name != NULL);
    must(json_parse(arena, (struct str){file->bytes, file->n}, &json, &err));
    return json;
}

static const struct json *find(const struct sandbox *box, const char *list, const char *id,
                               struct str value)
{
    const struct json *entries = json_at(box->targeting, list);

    for (size_t i = 0; i < json_count(entries); i++)
        if (str_eq(json_text(json_item(entries, i), id, STR("")), value))
            return json_item(entries, i);
    return NULL;
}

const struct json *targeting_place(const struct sandbox *box, struct str location_id)
{
    return find(box, "places", "location_id", location_id);
}

static struct str item(const struct json *list, size_t position)
{
    return json_text(json_item(list, position), "", STR(""));
}

/* Is one of the listed places an ancestor of `place`? */
static bool under_another(struct call *call, const struct json *list, const struct json *place)
{
    struct str parent = json_text(place, "parent_id", STR("0"));

    while (!str_eq(parent, STR("0"))) {
        if (json_list_has(list, parent))
            return true;
        place = targeting_place(call->box, parent);
        parent = place ? json_text(place, "parent_id", STR("0")) : STR("0");
    }
    return false;
}

static bool places_good(struct call *call, const struct json *group, bool *below_18)
{
    const struct json *places = json_at(group, "location_ids");
    const struct json *zipcodes = json_at(group, "zipcode_ids");

    if (json_count(places) + json_count(zipcodes) == 0)
        return call_refuse(call, "location_ids: Missing data for required field.");
    if (json_count(places) + json_count(zipcodes) > 3000)
        return call_refuse(call, "location_ids: maximum number of items is 3000");
    for (size_t i = 0; i < json_count(places); i++) {
        const struct json *place = targeting_place(call->box, item(places, i));
        if (!place)
            return call_refuse(call, "Invalid targeting countries");
        if (under_another(call, places, place))
            return call_refuse(call,
                               "location_ids: " STR_FMT " is part of another listed location.",
                               STR_ARG(item(places, i)));
        *below_18 &= json_bool(place, "support_below_18", false);
    }
    for (size_t i = 0; i < json_count(zipcodes); i++)
        if (!find(call->box, "zipcodes", "zipcode_id", item(zipcodes, i)))
            return call_refuse(call, "zipcode_ids: the zip code " STR_FMT " is not supported.",
                               STR_ARG(str_sub(item(zipcodes, i), 0, 40)));
    return true;
}

static bool ages_good(struct call *call, const struct json *group, bool below_18)
{
    if (!below_18 && json_list_has(json_at(group, "age_groups"), STR("AGE_13_17")))
        return call_refuse(call, "age_groups: AGE_13_17 is not supported in the targeted "
                                 "locations.");
    return true;
}

static bool known(struct call *call, const struct json *group, const char *field,
                  const char *list, const char *id)
{
    const struct json *values = json_at(group, field);

    for (size_t i = 0; i < json_count(values); i++)
        if (!find(call->box, list, id, item(values, i)))
            return call_refuse(call, "%s: value '" STR_FMT "' is invalid.", field,
                               STR_ARG(str_sub(item(values, i), 0, 60)));
    return true;
}

static bool audiences_good(struct call *call, const struct json *group, const char *field)
{
    const struct json *ids = json_at(group, field);

    for (size_t i = 0; i < json_count(ids); i++) {
        const struct json *audience = own_find(call, KIND_AUDIENCE, item(ids, i));
        int64_t valid_ms = INT64_MAX;
        if (!audience || json_bool(audience, "_deleted", false))
            return call_refuse(call, "%s: the audience " STR_FMT " does not exist.", field,
                               STR_ARG(str_sub(item(ids, i), 0, 60)));
        if (!json_int(audience, "_valid_ms", &valid_ms) || valid_ms > call->now_ms)
            return call_refuse(call, "%s: the audience " STR_FMT " is not valid yet.", field,
                               STR_ARG(item(ids, i)));
    }
    return true;
}

static bool audience_lists_good(struct call *call, const struct json *group)
{
    const struct json *in = json_at(group, "audience_ids");
    const struct json *out = json_at(group, "excluded_audience_ids");

    for (size_t i = 0; i < json_count(in); i++)
        if (json_list_has(out, item(in, i)))
            return call_refuse(call,
                               "excluded_audience_ids: " STR_FMT " is in audience_ids as well.",
                               STR_ARG(item(in, i)));
    return audiences_good(call, group, "audience_ids") &&
           audiences_good(call, group, "excluded_audience_ids");
}

static bool devices_good(struct call *call, const struct json *group)
{
    const struct json *prices = json_at(group, "device_price_ranges");
    bool app = str_starts(json_text(group, "promotion_type", STR("")), STR("APP_"));

    if (json_count(json_at(group, "operating_systems")) > 1)
        return call_refuse(call, "operating_systems: maximum number of items is 1");
    if (app && json_count(json_at(group, "operating_systems")) != 1)
        return call_refuse(call, "operating_systems: Missing data for required field.");
    if (json_count(prices) && json_count(json_at(group, "device_model_ids")))
        return call_refuse(call, "device_price_ranges: cannot be used together with "
                                 "device_model_ids.");
    for (size_t i = 0; i < json_count(prices); i++) {
        double price = json_real(json_item(prices, i), "", -1);
        if (price != 10000 && (price < 0 || price > 1000 || fmod(price, 50) != 0))
            return call_refuse(call, "device_price_ranges: values are steps of 50 up to 1000, "
                                     "or 10000.");
    }
    return true;
}

static bool choices_good(struct call *call, const struct json *group)
{
    static const char *const saved_holds[] = {"gender",       "age_groups",
                                              "languages",    "interest_category_ids",
                                              "audience_ids", "operating_systems"};

    if (json_count(json_at(group, "interest_keyword_ids")) &&
        json_count(json_at(group, "purchase_intention_keyword_ids")))
        return call_refuse(call, "purchase_intention_keyword_ids: cannot be used together with "
                                 "interest_keyword_ids.");
    if (!json_given(group, "saved_audience_id"))
        return true;
    if (!own_find(call, KIND_SAVED_AUDIENCE, json_text(group, "saved_audience_id", STR(""))))
        return call_refuse(call, "saved_audience_id: the saved audience does not exist.");
    for (size_t i = 0; i < countof(saved_holds); i++)
        if (json_given(call->args, saved_holds[i]))
            return call_refuse(call, "saved_audience_id: cannot be used together with %s.",
                               saved_holds[i]);
    return true;
}

static bool actions_good(struct call *call, const struct json *group)
{
    const struct json *actions = json_at(group, "actions");

    for (size_t i = 0; i < json_count(actions); i++) {
        const struct json *action = json_item(actions, i);
        int64_t period = 0;
        if (json_given(action, "action_period") &&
            (!json_int(action, "action_period", &period) ||
             (period != 0 && period != 7 && period != 15)))
            return call_refuse(call,
                               "actions[%zu].action_period: value is invalid, correct is "
                               "0, 7, 15",
                               i);
        if (!known(call, action, "action_category_ids", "actions", "action_category_id"))
            return false;
    }
    return true;
}

bool targeting_good(struct call *call, const struct json *group)
{
    bool below_18 = true;

    return places_good(call, group, &below_18) && ages_good(call, group, below_18) &&
           known(call, group, "languages", "languages", "code") &&
           known(call, group, "interest_category_ids", "interests", "interest_category_id") &&
           known(call, group, "interest_keyword_ids", "keywords", "keyword_id") &&
           known(call, group, "purchase_intention_keyword_ids", "keywords", "keyword_id") &&
           audience_lists_good(call, group) && devices_good(call, group) &&
           choices_good(call, group) && actions_good(call, group);
}
