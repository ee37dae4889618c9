/* direction.c - directions: added on one platform or both, changed, switched off. */

#include "ads/direction.h"
#include "ads/account_db.h"
#include "ads/launch.h"
#include "ads/targeting.h"

#include "auth/audit.h"
#include "base/limits.h"
#include "base/random.h"
#include "db/db.h"
#include "text/json.h"
#include "text/money.h"

#include <inttypes.h>
#include <string.h>

#define NAME_LEAST 2

/* Facebook's side of a direction, in its own cents of a dollar. */
#define FACEBOOK_CURRENCY        "USD"
#define FACEBOOK_LEAST_CPL       (MICROS_PER_UNIT / 2)
#define FACEBOOK_LEAST_CPL_VISIT (MICROS_PER_UNIT / 10)

struct str direction_currency(struct str platform, struct str account_currency)
{
    return str_eq(platform, STR("facebook")) ? STR(FACEBOOK_CURRENCY) : account_currency;
}

/* --- settings --- */

static void add_texts(struct arena *arena, const struct json *json, const char *name,
                      struct strs *out)
{
    const struct json *list = json_at(json, name);

    for (size_t i = 0; i < json_count(list); i++) {
        struct str item = json_id(json_item(list, i), "", arena);

        *strs_add(out, arena) = item;
    }
}

static bool check_lists(const struct json *json, struct err *err)
{
    static const char *const lists[] = {"locations", "cities",  "location_ids",
                                        "languages", "locales", "interests"};

    for (size_t i = 0; i < countof(lists); i++) {
        const struct json *list = json_at(json, lists[i]);
        enum json_type type = json_type(list);

        if (type != JSON_LIST && type != JSON_MISSING && type != JSON_NULL)
            return err_input(err, lists[i], "a list of texts", "%s is not a list", lists[i]);
        if (json_count(list) > LIMIT_TARGETS_CHOSEN)
            return err_input(err, lists[i], "at most 1000 entries", "%s is too long", lists[i]);
        for (size_t k = 0; k < json_count(list); k++) {
            enum json_type item = json_type(json_item(list, k));

            if (item != JSON_TEXT && item != JSON_INT)
                return err_input(err, lists[i], "texts, or ids of the platform",
                                 "%s holds something that is no text", lists[i]);
        }
    }
    return true;
}

/* {id: name}, as the chosen ids were called then. */
static bool check_target_names(const struct json *json, struct err *err)
{
    const struct json *names = json_at(json, "target_names"), *value;
    enum json_type type = json_type(names);
    struct str key;
    void *cursor = NULL;

    if (type == JSON_MISSING || type == JSON_NULL)
        return true;
    if (type != JSON_OBJECT || json_count(names) > 3 * LIMIT_TARGETS_CHOSEN)
        return err_input(err, "target_names", "an object: id to name, at most 3000",
                         "target_names is no object of names");
    while (json_each(names, &cursor, &key, &value))
        if (json_type(value) != JSON_TEXT || json_text(value, "", STR("")).n > 4 * LIMIT_LABEL)
            return err_input(err, "target_names", "names of at most 512 characters",
                             "the name of " STR_FMT " is no text",
                             STR_ARG(str_sub(key, 0, 40)));
    return true;
}

static bool first_text(const struct json *json, const char *a, const char *b, size_t limit,
                       struct str *out, struct err *err)
{
    struct str other;

    if (!json_want_text(json, a, limit, STR(""), out, err) ||
        !json_want_text(json, b, limit, STR(""), &other, err))
        return false;
    if (!out->n)
        *out = other;
    return true;
}

static bool read_settings(struct arena *arena, const struct json *json,
                          struct direction_settings *out, struct err *err)
{
    if (!check_lists(json, err) || !check_target_names(json, err) ||
        !json_want_int(json, "age_min", 13, 100, 0, &out->audience.age_min, err) ||
        !json_want_int(json, "age_max", 13, 100, 0, &out->audience.age_max, err) ||
        !json_want_text(json, "gender", 20, STR(""), &out->audience.gender, err) ||
        !first_text(json, "landing_page_url", "site_url", LIMIT_URL_TEXT,
                    &out->landing_page_url, err) ||
        !json_want_text(json, "utm_tag", LIMIT_URL_TEXT, STR(""), &out->utm_tag, err) ||
        !first_text(json, "ad_text", "description", LIMIT_TEXT, &out->ad_text, err) ||
        !json_want_text(json, "call_to_action", 60, STR(""), &out->call_to_action, err) ||
        !json_want_text(json, "app_id", 40, STR(""), &out->app_id, err) ||
        !json_want_text(json, "app_os", 10, STR(""), &out->app_os, err))
        return false;
    add_texts(arena, json, "locations", &out->audience.places);
    add_texts(arena, json, "cities", &out->audience.places);
    add_texts(arena, json, "location_ids", &out->audience.places);
    add_texts(arena, json, "languages", &out->audience.languages);
    add_texts(arena, json, "locales", &out->audience.languages);
    add_texts(arena, json, "interests", &out->audience.interests);
    return true;
}

bool direction_settings_read(struct arena *arena, struct str text,
                             struct direction_settings *out, struct err *err)
{
    static const char *const known[] = {
        "locations",        "cities",           "location_ids",
        "languages",        "locales",          "interests",
        "age_min",          "age_max",          "gender",
        "placements",       "landing_page_url", "site_url",
        "utm_tag",          "tilda_utm_field",  "ad_text",
        "description",      "call_to_action",   "client_question",
        "client_questions", "pixel_id",         "lead_form_id",
        "instagram_url",    "app_store_url",    "app_id",
        "app_os",           "target_names",     NULL};
    struct direction_settings settings = {0};
    const struct json *json;

    if (!json_parse(arena, text.n ? text : STR("{}"), &json, err))
        return err_field(err, "default_settings");
    if (json_type(json) != JSON_OBJECT)
        return err_input(err, "default_settings", "an object",
                         "the settings are not an object");
    if (!json_only(json, known, err) || !read_settings(arena, json, &settings, err))
        return false;
    *out = settings;
    return true;
}

/* --- checks --- */

static bool check_name(struct str name, struct err *err)
{
    size_t length = str_length(str_trim(name));

    return (length >= NAME_LEAST && length <= LIMIT_NAME) ||
           err_input(err, "name", "2 to 100 characters", "the name has %zu characters", length);
}

static bool check_mode(struct str mode, struct err *err)
{
    return str_eq(mode, STR("create_new")) || str_eq(mode, STR("use_existing")) ||
           err_input(err, "tiktok_adgroup_mode", "create_new or use_existing",
                     "\"" STR_FMT "\" is no ad group mode", STR_ARG(str_sub(mode, 0, 40)));
}

/* TikTok: objective, budget in the account's currency, audience. */
static bool check_tiktok(struct arena *arena, struct direction *direction, struct str country,
                         struct err *err)
{
    const struct platform *platform = platform_find(STR("tiktok"));
    struct direction_settings settings;

    if (!platform->objective(direction->objective, &direction->objective, err) ||
        !check_mode(direction->adgroup_mode, err))
        return false;
    if (!platform->check_budget(direction->currency, direction->daily_budget_micros, err))
        return err_field(err, "tiktok_daily_budget");
    if (!direction_settings_read(arena, direction->settings, &settings, err))
        return false;
    settings.audience.country = country;
    return platform->check_audience(arena, &settings.audience, err) &&
           platform->check_ad(settings.ad_text, settings.call_to_action,
                              settings.landing_page_url, err);
}

/* The platform's own, and older words for them. */
static bool facebook_objective(const struct platform *platform, struct str objective)
{
    static const char *const older[] = {"conversions", "traffic", "lead_generation"};
    size_t n;
    const struct platform_objective *list = platform->objectives(&n);

    for (size_t i = 0; i < n; i++)
        if (str_eq(objective, str(list[i].name)))
            return true;
    for (size_t i = 0; i < countof(older); i++)
        if (str_eq(objective, str(older[i])))
            return true;
    return false;
}

static bool check_facebook(struct arena *arena, const struct direction *direction,
                           struct err *err)
{
    const struct platform *platform = platform_find(STR("facebook"));
    struct direction_settings settings;
    bool visits = str_eq(direction->objective, STR("instagram_traffic"));

    if (!facebook_objective(platform, direction->objective))
        return err_input(err, "objective",
                         "whatsapp, instagram_traffic, site_leads or lead_forms",
                         "\"" STR_FMT "\" is no objective of Facebook",
                         STR_ARG(str_sub(direction->objective, 0, 40)));
    if (direction->daily_budget_micros < platform->minimum_budget(STR(FACEBOOK_CURRENCY)))
        return err_input(err, "daily_budget_cents", "at least 500",
                         "the daily budget is below Facebook's minimum");
    if (direction->target_cpl_micros &&
        direction->target_cpl_micros < (visits ? FACEBOOK_LEAST_CPL_VISIT : FACEBOOK_LEAST_CPL))
        return err_input(err, "target_cpl_cents", "at least 50 (10 for instagram_traffic)",
                         "the target is too low");
    return direction_settings_read(arena, direction->settings, &settings, err);
}

static bool check_direction(struct arena *arena, struct direction *direction,
                            struct str country, struct err *err)
{
    if (!check_name(direction->name, err))
        return false;
    if (direction->target_cpl_micros < 0)
        return err_input(err, "target_cpl", "zero or more", "the target is negative");
    return str_eq(direction->platform, STR("tiktok"))
               ? check_tiktok(arena, direction, country, err)
               : check_facebook(arena, direction, err);
}

/* Against the platform's lists as far as they are kept. */
static bool check_targets(struct db *db, struct arena *arena, const struct direction *direction,
                          const struct ad_connection *connection, int64_t now_ms,
                          struct err *err)
{
    struct direction_settings settings;

    return direction_settings_read(arena, direction->settings, &settings, err) &&
           targeting_check(db, arena, connection, &settings.audience, now_ms, err);
}

static bool check_kzt(const struct direction_part *part, struct str currency, struct err *err)
{
    return !part->target_is_kzt || str_eq(currency, STR("KZT")) ||
           err_input(err, "tiktok_target_cpl_kzt",
                     "send tiktok_target_cpl in the ad account's own currency",
                     "the ad account counts in " STR_FMT ", not in KZT", STR_ARG(currency));
}

/* --- adding --- */

static struct str direction_json(struct arena *arena, const struct direction *direction)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 256 * 1024);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "name", direction->name);
    json_text_member(&w, "platform", direction->platform);
    json_text_member(&w, "objective", direction->objective);
    json_int_member(&w, "daily_budget_micros", direction->daily_budget_micros);
    json_int_member(&w, "target_cpl_micros", direction->target_cpl_micros);
    json_text_member(&w, "currency", direction->currency);
    json_text_member(&w, "adgroup_mode", direction->adgroup_mode);
    json_text_member(&w, "campaign_id", direction->campaign_id);
    json_bool_member(&w, "is_active", direction->is_active);
    json_key(&w, "settings");
    json_put_raw(&w, direction->settings);
    json_end(&w);
    return buf_str(&buf);
}

static struct direction direction_of(struct arena *arena, const struct direction_wish *wish,
                                     const struct direction_part *part, const char *platform,
                                     struct str ad_account_id, struct str currency,
                                     int64_t now_ms)
{
    return (struct direction){
        .id = id_new(arena),
        .ad_account_id = ad_account_id,
        .platform = str(platform),
        .name = str_trim(wish->name),
        .objective = part->objective.n ? part->objective : STR("traffic"),
        .currency = currency,
        .daily_budget_micros = part->daily_budget_micros,
        .target_cpl_micros = part->target_cpl_micros,
        .adgroup_mode = part->adgroup_mode.n ? part->adgroup_mode : STR("create_new"),
        .pixel_id = part->pixel_id,
        .optimization_event = part->optimization_event,
        .identity_id = part->identity_id,
        .instant_page_id = part->instant_page_id,
        .campaign_id = part->campaign_id,
        .settings = part->settings.n ? part->settings : STR("{}"),
        .is_active = true,
        .created_ms = now_ms,
        .updated_ms = now_ms,
    };
}

/* Both rows of a wish, checked; nothing is stored yet. */
static bool prepare(struct db *db, struct arena *arena, const struct direction_wish *wish,
                    int64_t now_ms, struct directions *out, struct err *err)
{
    bool both = str_eq(wish->platform, STR("both"));
    bool tiktok = both || str_eq(wish->platform, STR("tiktok"));
    bool facebook = both || str_eq(wish->platform, STR("facebook"));
    struct ad_account account;

    if (!tiktok && !facebook)
        return err_input(err, "platform", "tiktok, facebook or both",
                         "\"" STR_FMT "\" is no platform",
                         STR_ARG(str_sub(wish->platform, 0, 40)));
    if (!ad_account_get(db, arena, wish->ad_account_id, &account, err))
        return false;
    if (tiktok) {
        struct ad_connection connection;
        struct direction *direction;

        if (!ad_account_resolve(db, arena, account.id, STR("tiktok"), &connection, err) ||
            !check_kzt(&wish->tiktok, connection.currency, err))
            return false;
        direction = directions_add(out, arena);
        *direction = direction_of(arena, wish, &wish->tiktok, "tiktok", account.id,
                                  connection.currency, now_ms);
        if (!check_direction(arena, direction, connection.country, err) ||
            !check_targets(db, arena, direction, &connection, now_ms, err))
            return false;
    }
    if (facebook) {
        struct direction *direction = directions_add(out, arena);

        *direction = direction_of(arena, wish, &wish->facebook, "facebook", account.id,
                                  STR(FACEBOOK_CURRENCY), now_ms);
        if (!check_direction(arena, direction, STR(""), err))
            return false;
    }
    return true;
}

/* Inside a transaction that holds the ad account's row: nobody else counts at the same time. */
static bool check_room(struct db *db, struct arena *arena, struct str ad_account_id,
                       size_t more, struct err *err)
{
    int64_t active = 0;

    if (!ad_account_lock(db, ad_account_id, err) ||
        !direction_count_active(db, arena, ad_account_id, &active, err))
        return false;
    if (active + (int64_t)more <= LIMIT_DIRECTIONS_PER_ACCOUNT)
        return true;
    err_set(err, ERR_CONFLICT,
            "the ad account has %" PRId64 " active directions; %d is the most", active,
            LIMIT_DIRECTIONS_PER_ACCOUNT);
    return err_hint(err, "switch one off first");
}

static bool name_taken(const struct direction *direction, struct err *err)
{
    err_set(err, ERR_CONFLICT, "there is a " STR_FMT " direction \"" STR_FMT "\" already",
            STR_ARG(direction->platform), STR_ARG(direction->name));
    err_hint(err, "choose another name");
    return err_field(err, "name");
}

static bool note(struct db *db, struct arena *arena, struct str actor, const char *action,
                 struct str id, struct str before, struct str after, struct err *err)
{
    struct audit_entry entry = {
        .actor = actor, .action = action, .object_id = id, .before = before, .after = after};

    return audit_add(db, arena, &entry, err);
}

static bool store_all(struct db *db, struct arena *arena, const struct directions *directions,
                      struct str actor, struct err *err)
{
    if (!check_room(db, arena, directions->at[0].ad_account_id, directions->n, err))
        return false;
    for (size_t i = 0; i < directions->n; i++) {
        const struct direction *direction = &directions->at[i];
        bool added;

        if (!direction_insert(db, direction, &added, err))
            return false;
        if (!added)
            return name_taken(direction, err);
        if (!note(db, arena, actor, "direction.add", direction->id, STR(""),
                  direction_json(arena, direction), err))
            return false;
    }
    return true;
}

bool direction_add(struct db *db, struct arena *arena, const struct direction_wish *wish,
                   int64_t now_ms, struct directions *out, struct err *err)
{
    struct directions directions = {0};

    if (!prepare(db, arena, wish, now_ms, &directions, err) || !db_begin(db, err) ||
        !db_end(db, store_all(db, arena, &directions, wish->actor, err), err))
        return false;
    *out = directions;
    return true;
}

/* --- changing --- */

static void apply(struct direction *direction, const struct direction_change *change)
{
    const struct direction_part *part = &change->part;

    if (change->set_name)
        direction->name = str_trim(change->name);
    if (change->set_objective)
        direction->objective = part->objective;
    if (change->set_daily_budget)
        direction->daily_budget_micros = part->daily_budget_micros;
    if (change->set_target_cpl)
        direction->target_cpl_micros = part->target_cpl_micros;
    if (change->set_adgroup_mode)
        direction->adgroup_mode = part->adgroup_mode;
    if (change->set_pixel)
        direction->pixel_id = part->pixel_id;
    if (change->set_event)
        direction->optimization_event = part->optimization_event;
    if (change->set_identity)
        direction->identity_id = part->identity_id;
    if (change->set_page)
        direction->instant_page_id = part->instant_page_id;
    if (change->set_campaign)
        direction->campaign_id = part->campaign_id;
    if (change->set_settings)
        direction->settings = part->settings;
    if (change->set_active)
        direction->is_active = change->is_active;
}

/* The campaign follows the switch; the platform is told by a recorded job. */
static bool switch_campaign(struct db *db, struct arena *arena,
                            const struct direction *direction, bool enabled, struct str actor,
                            struct err *err)
{
    struct launch_status_wish wish = {
        .ad_account_id = direction->ad_account_id,
        .level = LEVEL_CAMPAIGN,
        .id = direction->campaign_id,
        .enabled = enabled,
        .actor = actor,
    };
    struct str workflow_id;

    if (!direction->campaign_id.n || !str_eq(direction->platform, STR("tiktok")))
        return true;
    return launch_ask_status(db, arena, &wish, &workflow_id, err);
}

static bool connection_of(struct db *db, struct arena *arena, const struct direction *direction,
                          struct ad_connection *connection, struct err *err)
{
    bool account_found, connection_found;

    *connection = (struct ad_connection){0};
    return ad_connection_find(db, arena, direction->ad_account_id, direction->platform,
                              &account_found, &connection_found, connection, err);
}

static bool change_direction(struct db *db, struct arena *arena, struct str id,
                             const struct direction_change *change, struct str actor,
                             int64_t now_ms, struct direction *out, struct err *err)
{
    struct direction before, after;
    struct ad_connection connection;
    bool changed, name_free;

    if (!direction_get(db, arena, id, &before, err))
        return false;
    after = before;
    apply(&after, change);
    if (!check_kzt(&change->part, before.currency, err) ||
        !connection_of(db, arena, &before, &connection, err) ||
        !check_direction(arena, &after, connection.country, err) ||
        (change->set_settings && !check_targets(db, arena, &after, &connection, now_ms, err)) ||
        !direction_name_free(db, arena, &after, &name_free, err))
        return false;
    if (!name_free)
        return name_taken(&after, err);
    if (after.is_active && !before.is_active &&
        !check_room(db, arena, after.ad_account_id, 1, err))
        return false;
    if (!direction_store(db, &after, now_ms, &changed, err))
        return false;
    if (!changed)
        return err_set(err, ERR_CONFLICT, "the direction was changed by somebody else");
    if (after.is_active != before.is_active &&
        !switch_campaign(db, arena, &after, after.is_active, actor, err))
        return false;
    after.updated_ms = now_ms;
    *out = after;
    return note(db, arena, actor, "direction.change", id, direction_json(arena, &before),
                direction_json(arena, &after), err);
}

bool direction_update(struct db *db, struct arena *arena, struct str id,
                      const struct direction_change *change, struct str actor, int64_t now_ms,
                      struct direction *out, struct err *err)
{
    struct direction direction;

    if (!db_begin(db, err) ||
        !db_end(db, change_direction(db, arena, id, change, actor, now_ms, &direction, err),
                err))
        return false;
    *out = direction;
    return true;
}

static bool delete_direction(struct db *db, struct arena *arena, struct str id,
                             struct str actor, int64_t now_ms, struct err *err)
{
    struct direction direction;
    bool changed;

    if (!direction_get(db, arena, id, &direction, err) ||
        !direction_mark_deleted(db, id, now_ms, &changed, err))
        return false;
    if (!changed)
        return err_set(err, ERR_NOT_FOUND, "no direction " STR_FMT, STR_ARG(id));
    return (!direction.is_active ||
            switch_campaign(db, arena, &direction, false, actor, err)) &&
           note(db, arena, actor, "direction.delete", id, direction_json(arena, &direction),
                STR(""), err);
}

bool direction_delete(struct db *db, struct arena *arena, struct str id, struct str actor,
                      int64_t now_ms, struct err *err)
{
    return db_begin(db, err) &&
           db_end(db, delete_direction(db, arena, id, actor, now_ms, err), err);
}

static bool restore_direction(struct db *db, struct arena *arena, struct str id, bool active,
                              struct str actor, int64_t now_ms, struct direction *out,
                              struct err *err)
{
    struct direction direction;
    bool changed, name_free;

    if (!direction_get_archived(db, arena, id, &direction, err) ||
        !direction_name_free(db, arena, &direction, &name_free, err))
        return false;
    if (!name_free)
        return name_taken(&direction, err);
    if ((active && !check_room(db, arena, direction.ad_account_id, 1, err)) ||
        !direction_mark_restored(db, id, active, now_ms, &changed, err))
        return false;
    if (!changed)
        return err_set(err, ERR_NOT_FOUND, "no archived direction " STR_FMT, STR_ARG(id));
    direction.is_active = active;
    direction.archived_ms = 0;
    direction.updated_ms = now_ms;
    *out = direction;
    return (!active || switch_campaign(db, arena, &direction, true, actor, err)) &&
           note(db, arena, actor, "direction.restore", id, STR(""),
                direction_json(arena, &direction), err);
}

bool direction_restore(struct db *db, struct arena *arena, struct str id, bool active,
                       struct str actor, int64_t now_ms, struct direction *out, struct err *err)
{
    struct direction direction;

    if (!db_begin(db, err) ||
        !db_end(db, restore_direction(db, arena, id, active, actor, now_ms, &direction, err),
                err))
        return false;
    *out = direction;
    return true;
}
