/* action_parse.c - the nine types of action, and reading a request for one. */
#include "brain/action.h"

#include "base/random.h"
#include "text/json.h"

#include <stdio.h>

static const struct action_kind kinds[] = {
    {"TikTok.GetCampaignStatus", "campaign_id", VERB_READ, LEVEL_CAMPAIGN},
    {"TikTok.PauseCampaign", "campaign_id", VERB_PAUSE, LEVEL_CAMPAIGN},
    {"TikTok.ResumeCampaign", "campaign_id", VERB_RESUME, LEVEL_CAMPAIGN},
    {"TikTok.PauseAdGroup", "adgroup_id", VERB_PAUSE, LEVEL_ADGROUP},
    {"TikTok.ResumeAdGroup", "adgroup_id", VERB_RESUME, LEVEL_ADGROUP},
    {"TikTok.UpdateAdGroupBudget", "adgroup_id", VERB_BUDGET, LEVEL_ADGROUP},
    {"TikTok.PauseAd", "ad_id", VERB_PAUSE, LEVEL_AD},
    {"TikTok.ResumeAd", "ad_id", VERB_RESUME, LEVEL_AD},
    {"Direction.CreateAdGroupWithCreatives", "direction_id", VERB_LAUNCH, LEVEL_ADGROUP},
};

const struct action_kind *action_kind_find(struct str type)
{
    for (size_t i = 0; i < countof(kinds); i++) {
        struct str known = str(kinds[i].type), tail = known;
        (void)str_cut(&tail, '.');
        if (str_eq(type, known) || str_eq(type, tail) ||
            (str_starts(type, STR("TikTok.")) && str_eq(str_sub(type, 7, type.n), known)))
            return &kinds[i];
    }
    return NULL;
}

/* The field of an error, seen from the whole request. */
static bool at_position(struct err *err, size_t position, const char *inside)
{
    char field[sizeof(err->field)];
    struct str old = str(err->field);
    int n = snprintf(field, sizeof(field), "actions[%zu]%s%s%.*s", position, inside,
                     old.n ? "." : "", (int)(old.n > 30 ? 30 : old.n), old.p);

    (void)n;
    return err_field(err, field);
}

static bool need_id(const struct json *params, const struct action_kind *kind,
                    struct arena *arena, struct str *out, struct err *err)
{
    *out = json_id(params, kind->id_field, arena);
    if (out->n && out->n <= LIMIT_NAME)
        return true;
    return err_input(err, kind->id_field, "give the id as text", "%s is missing or no id",
                     kind->id_field);
}

static const struct json *creative_list(const struct json *params)
{
    const struct json *list = json_at(params, "user_creative_ids");

    return json_type(list) == JSON_LIST ? list : json_at(params, "creative_ids");
}

static bool parse_launch(struct arena *arena, const struct json *params,
                         struct action_wish *wish, struct err *err)
{
    static const char *const allowed[] = {"direction_id",
                                          "user_creative_ids",
                                          "creative_ids",
                                          "daily_budget",
                                          "adgroup_name",
                                          "auto_activate",
                                          NULL};
    const struct json *list = creative_list(params);
    bool activate = true;

    if (!json_only(params, allowed, err) ||
        !json_want_micros(params, "daily_budget", 0, &wish->budget_micros, err) ||
        !json_want_text(params, "adgroup_name", LIMIT_LABEL, STR(""), &wish->adgroup_name,
                        err) ||
        !json_want_bool(params, "auto_activate", true, &activate, err))
        return false;
    if (wish->budget_micros < 0)
        return err_input(err, "daily_budget", "give the money per day", "it is negative");
    wish->start_paused = !activate;
    if (!json_count(list) || json_count(list) > LIMIT_CREATIVES_PER_LAUNCH)
        return err_input(err, "user_creative_ids", "give a list of creative ids",
                         "1 to %d creatives are needed", LIMIT_CREATIVES_PER_LAUNCH);
    for (size_t i = 0; i < json_count(list); i++) {
        struct str id = json_text(json_item(list, i), "", STR(""));
        if (!id_valid(id))
            return err_input(err, "user_creative_ids", "creative ids are UUIDs of ours",
                             "member %zu is no id of a creative", i);
        *strs_add(&wish->creative_ids, arena) = id;
    }
    return true;
}

static bool parse_budget(const struct json *params, struct action_wish *wish, struct err *err)
{
    static const char *const allowed[] = {"adgroup_id", "new_budget", NULL};

    if (!json_only(params, allowed, err) ||
        !json_want_micros(params, "new_budget", -1, &wish->budget_micros, err))
        return false;
    if (wish->budget_micros <= 0)
        return err_input(err, "new_budget",
                         "give the new money per day in the account's currency",
                         "a positive amount is needed");
    return true;
}

static bool parse_params(struct arena *arena, const struct json *params,
                         struct action_wish *wish, struct err *err)
{
    const char *const only_id[] = {wish->kind->id_field, NULL};

    if (!need_id(params, wish->kind, arena, &wish->object_id, err))
        return false;
    if (wish->kind->verb == VERB_LAUNCH)
        return parse_launch(arena, params, wish, err);
    if (wish->kind->verb == VERB_BUDGET)
        return parse_budget(params, wish, err);
    return json_only(params, only_id, err);
}

bool action_parse(struct arena *arena, const struct json *value, size_t position,
                  struct action_wish *out, struct err *err)
{
    const struct json *params = json_at(value, "params");
    struct str type;

    *out = (struct action_wish){0};
    if (json_type(value) != JSON_OBJECT) {
        (void)err_input(err, "", "each action is {\"type\": ..., \"params\": {...}}",
                        "an action is no object");
        return at_position(err, position, "");
    }
    if (!json_need_text(value, "type", LIMIT_NAME, &type, err))
        return at_position(err, position, "");
    out->kind = action_kind_find(type);
    if (!out->kind) {
        (void)err_input(err, "type",
                        "for instance TikTok.PauseAdGroup or TikTok.UpdateAdGroupBudget",
                        "there is no action of the type \"" STR_FMT "\"", STR_ARG(type));
        return at_position(err, position, "");
    }
    if (json_type(params) != JSON_OBJECT) {
        (void)err_input(err, "params", "give an object", "params are missing");
        return at_position(err, position, "");
    }
    if (!parse_params(arena, params, out, err))
        return at_position(err, position, ".params");
    out->params = json_print(arena, params);
    return true;
}
