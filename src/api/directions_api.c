/* directions_api.c - directions, with the founding clients' field names. */

#include "ads/account.h"
#include "ads/direction.h"
#include "api/api.h"
#include "api/common.h"
#include "base/arena.h"
#include "conf/app.h"
#include "job/job.h"
#include "text/money.h"
#include "text/zone.h"

#include <string.h>

#define MICROS_PER_CENT (MICROS_PER_UNIT / 100)
#define FIGURE_DAYS     30

/* --- answers --- */

static void put_units(struct json_writer *w, const char *key, int64_t micros)
{
    json_key(w, key);
    if (micros)
        json_put_micros(w, micros);
    else
        json_put_null(w);
}

static void put_tiktok(struct json_writer *w, const struct direction *direction)
{
    json_text_member(w, "tiktok_objective", direction->objective);
    put_units(w, "tiktok_daily_budget", direction->daily_budget_micros);
    put_units(w, "tiktok_target_cpl", direction->target_cpl_micros);
    put_units(w, "tiktok_target_cpl_kzt",
              str_eq(direction->currency, STR("KZT")) ? direction->target_cpl_micros : 0);
    json_text_member(w, "tiktok_adgroup_mode", direction->adgroup_mode);
    json_text_or_null_member(w, "tiktok_pixel_id", direction->pixel_id);
    json_text_or_null_member(w, "tiktok_optimization_event", direction->optimization_event);
    json_text_or_null_member(w, "tiktok_identity_id", direction->identity_id);
    json_text_or_null_member(w, "tiktok_instant_page_id", direction->instant_page_id);
    json_text_or_null_member(w, "tiktok_campaign_id", direction->campaign_id);
    json_key(w, "tiktok_default_settings");
    json_put_raw(w, direction->settings);
}

static void put_facebook(struct json_writer *w, const struct direction *direction)
{
    json_int_member(w, "daily_budget_cents", direction->daily_budget_micros / MICROS_PER_CENT);
    json_int_member(w, "target_cpl_cents", direction->target_cpl_micros / MICROS_PER_CENT);
    json_key(w, "facebook_default_settings");
    json_put_raw(w, direction->settings);
}

/* In the object that is open. */
static void put_members(struct json_writer *w, struct arena *arena,
                        const struct direction *direction)
{
    json_text_member(w, "id", direction->id);
    json_text_member(w, "name", direction->name);
    json_text_member(w, "platform", direction->platform);
    json_text_member(w, "ad_account_id", direction->ad_account_id);
    json_text_member(w, "objective", direction->objective);
    json_text_member(w, "currency", direction->currency);
    json_int_member(w, "daily_budget_micros", direction->daily_budget_micros);
    json_int_member(w, "target_cpl_micros", direction->target_cpl_micros);
    json_bool_member(w, "is_active", direction->is_active);
    json_key(w, "default_settings");
    json_put_raw(w, direction->settings);
    if (str_eq(direction->platform, STR("tiktok")))
        put_tiktok(w, direction);
    else
        put_facebook(w, direction);
    api_time_member(w, arena, "created_at", direction->created_ms);
    api_time_member(w, arena, "updated_at", direction->updated_ms);
    api_time_member(w, arena, "archived_at", direction->archived_ms);
}

static void put_direction(struct json_writer *w, struct arena *arena,
                          const struct direction *direction)
{
    json_object(w);
    put_members(w, arena, direction);
    json_end(w);
}

static bool reply_direction(struct request *rq, struct reply *rp,
                            const struct direction *direction, struct err *err)
{
    struct reply_json json;

    reply_json_begin(rq, &json);
    put_direction(&json.w, rq->arena, direction);
    return reply_json_end(&json, rp, 200, err);
}

/* --- reading --- */

static bool is_there(const struct json *body, const char *field)
{
    enum json_type type = json_type(json_at(body, field));

    return type != JSON_MISSING && type != JSON_NULL;
}

/* The first of the names that is there; "" when none is.  `limit` in characters. */
static bool first_text(const struct json *body, const char *const *names, size_t limit,
                       bool *there, struct str *out, struct err *err)
{
    for (; *names; names++)
        if (json_type(json_at(body, *names)) != JSON_MISSING) {
            *there = true;
            return json_want_text(body, *names, limit, STR(""), out, err);
        }
    return true;
}

static bool first_micros(const struct json *body, const char *const *names, bool *there,
                         int64_t *out, struct err *err)
{
    for (; *names; names++)
        if (is_there(body, *names)) {
            *there = true;
            return json_want_micros(body, *names, 0, out, err);
        }
    return true;
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Its own settings, else the shared ones, as JSON text. */
static bool read_settings(struct request *rq, const struct json *body, const char *own,
                          bool *there, struct str *out, struct err *err)
{
    const char *const names[] = {own, "default_settings"};

    for (size_t i = 0; i < countof(names); i++) {
        const struct json *settings = json_at(body, names[i]);

        if (!is_there(body, names[i]))
            continue;
        if (json_type(settings) != JSON_OBJECT)
            return err_input(err, names[i], "an object", "%s is not an object", names[i]);
        *there = true;
        *out = json_print(rq->arena, settings);
        return true;
    }
    return true;
}

static bool read_tiktok(struct request *rq, const struct json *body,
                        struct direction_change *change, struct err *err)
{
    struct direction_part *part = &change->part;

    part->target_is_kzt =
        !is_there(body, "tiktok_target_cpl") && is_there(body, "tiktok_target_cpl_kzt");
    return first_text(body, NAMES("tiktok_objective", "objective"), 60, &change->set_objective,
                      &part->objective, err) &&
           first_micros(body, NAMES("tiktok_daily_budget", "daily_budget"),
                        &change->set_daily_budget, &part->daily_budget_micros, err) &&
           first_micros(body, NAMES("tiktok_target_cpl", "tiktok_target_cpl_kzt", "target_cpl"),
                        &change->set_target_cpl, &part->target_cpl_micros, err) &&
           first_text(body, NAMES("tiktok_adgroup_mode", "adgroup_mode"), 40,
                      &change->set_adgroup_mode, &part->adgroup_mode, err) &&
           first_text(body, NAMES("tiktok_pixel_id", "pixel_id"), 40, &change->set_pixel,
                      &part->pixel_id, err) &&
           first_text(body, NAMES("tiktok_optimization_event", "optimization_event"), 60,
                      &change->set_event, &part->optimization_event, err) &&
           first_text(body, NAMES("tiktok_identity_id", "identity_id"), 80,
                      &change->set_identity, &part->identity_id, err) &&
           first_text(body, NAMES("tiktok_instant_page_id", "instant_page_id", "page_id"), 40,
                      &change->set_page, &part->instant_page_id, err) &&
           first_text(body, NAMES("tiktok_campaign_id", "campaign_id"), 40,
                      &change->set_campaign, &part->campaign_id, err) &&
           read_settings(rq, body, "tiktok_default_settings", &change->set_settings,
                         &part->settings, err);
}

static bool read_cents(const struct json *body, const char *cents, const char *units,
                       bool *there, int64_t *out, struct err *err)
{
    int64_t value;

    if (!is_there(body, cents))
        return first_micros(body, NAMES(units), there, out, err);
    *there = true;
    if (!json_want_int(body, cents, 0, INT64_C(1000000000), 0, &value, err))
        return false;
    *out = value * MICROS_PER_CENT;
    return true;
}

static bool read_facebook(struct request *rq, const struct json *body,
                          struct direction_change *change, struct err *err)
{
    return first_text(body, NAMES("objective"), 60, &change->set_objective,
                      &change->part.objective, err) &&
           read_cents(body, "daily_budget_cents", "daily_budget", &change->set_daily_budget,
                      &change->part.daily_budget_micros, err) &&
           read_cents(body, "target_cpl_cents", "target_cpl", &change->set_target_cpl,
                      &change->part.target_cpl_micros, err) &&
           read_settings(rq, body, "facebook_default_settings", &change->set_settings,
                         &change->part.settings, err);
}

static const char *const allowed[] = {"name",
                                      "platform",
                                      "userAccountId",
                                      "user_account_id",
                                      "accountId",
                                      "account_id",
                                      "ad_account_id",
                                      "is_active",
                                      "objective",
                                      "daily_budget",
                                      "target_cpl",
                                      "daily_budget_cents",
                                      "target_cpl_cents",
                                      "default_settings",
                                      "facebook_default_settings",
                                      "tiktok_default_settings",
                                      "tiktok_objective",
                                      "tiktok_daily_budget",
                                      "tiktok_target_cpl",
                                      "tiktok_target_cpl_kzt",
                                      "tiktok_adgroup_mode",
                                      "adgroup_mode",
                                      "tiktok_pixel_id",
                                      "pixel_id",
                                      "tiktok_optimization_event",
                                      "optimization_event",
                                      "tiktok_identity_id",
                                      "identity_id",
                                      "tiktok_instant_page_id",
                                      "instant_page_id",
                                      "page_id",
                                      "tiktok_campaign_id",
                                      "campaign_id",
                                      NULL};

static bool check_features(struct request *rq, struct str platform, struct err *err)
{
    bool both = str_eq(platform, STR("both"));

    if (both
            ? !api_platform_shown(rq, STR("tiktok")) || !api_platform_shown(rq, STR("facebook"))
            : !api_platform_shown(rq, platform))
        return err_input(err, "platform", "a platform that is switched on",
                         "the platform is not offered here");
    return true;
}

/* --- handlers --- */

/* The days that figures are of: those asked for, else the last 30. */
struct days {
    struct str first, last; /* "" = up to today */
};

static bool read_days(struct request *rq, struct days *days, struct err *err)
{
    *days = (struct days){request_query(rq, "from"), request_query(rq, "to")};
    if (days->first.n && !day_valid(days->first))
        return err_input(err, "from", "a day such as 2026-11-24", "\"" STR_FMT "\" is no day",
                         STR_ARG(str_sub(days->first, 0, 20)));
    if (days->last.n && !day_valid(days->last))
        return err_input(err, "to", "a day such as 2026-11-24", "\"" STR_FMT "\" is no day",
                         STR_ARG(str_sub(days->last, 0, 20)));
    return !days->first.n || !days->last.n || str_cmp(days->first, days->last) <= 0 ||
           err_input(err, "to", "a day not before `from`", "the days end before they begin");
}

/* In the zone that the account's ads count their days in. */
static bool span_of(struct request *rq, struct str ad_account_id, const struct days *days,
                    struct direction_span *span, struct err *err)
{
    struct ad_connections connections = {0};
    struct str zone = STR("Etc/UTC");
    struct day day;

    if (!ad_account_connections(rq->db, rq->arena, ad_account_id, &connections, err))
        return false;
    /* By name of the platform, so TikTok's is the last word: only it has figures by day. */
    for (size_t i = 0; i < connections.n; i++)
        if (zone_known(connections.at[i].zone))
            zone = connections.at[i].zone;
    *span = (struct direction_span){
        .ad_account_id = ad_account_id, .first_day = days->first, .last_day = days->last};
    if (!span->last_day.n) {
        day = zone_day(zone, rq->now_ms);
        span->last_day = str_dup(rq->arena, day_str(&day));
    }
    if (!span->first_day.n) {
        day = day_add(span->last_day, 1 - FIGURE_DAYS);
        span->first_day = str_dup(rq->arena, day_str(&day));
    }
    day = day_add(span->last_day, 1);
    span->from_ms = zone_day_start_ms(zone, span->first_day);
    span->to_ms = zone_day_start_ms(zone, day_str(&day));
    return true;
}

/* No spend is told with its reason, never as nought. */
static void put_figure(struct json_writer *w, const struct direction *direction,
                       const struct direction_span *span, const struct direction_figure *figure)
{
    struct err why = {0};

    json_key(w, "figures");
    json_object(w);
    json_text_member(w, "from", span->first_day);
    json_text_member(w, "to", span->last_day);
    json_int_member(w, "creatives", figure->creatives);
    json_int_member(w, "ads", figure->ads);
    json_int_member(w, "ads_enabled", figure->ads_enabled);
    json_int_member(w, "leads", figure->leads);
    json_int_member(w, "qualified", figure->qualified);
    json_key(w, "spend_micros");
    if (figure->has_spend) {
        json_put_int(w, figure->spend_micros);
        json_text_or_null_member(w, "no_spend", STR(""));
    } else {
        json_put_null(w);
        json_text_member(w, "no_spend",
                         platform_can(platform_find(direction->platform), direction->platform,
                                      PLATFORM_MEASURES, &why)
                             ? STR("not_collected")
                             : STR("not_offered"));
    }
    json_end(w);
}

/* What is known of one account's directions; each account is read once. */
struct account_figures {
    struct direction_span span;
    struct direction_figures figures;
};
LIST(account_figures_list, struct account_figures);

static const struct account_figures *figures_of(struct request *rq, struct str ad_account_id,
                                                const struct days *days,
                                                struct account_figures_list *read,
                                                struct err *err)
{
    struct account_figures *one;

    for (size_t i = 0; i < read->n; i++)
        if (str_eq(read->at[i].span.ad_account_id, ad_account_id))
            return &read->at[i];
    one = account_figures_list_add(read, rq->arena);
    if (!span_of(rq, ad_account_id, days, &one->span, err) ||
        !direction_figures_read(rq->db, rq->arena, &one->span, &one->figures, err))
        return NULL;
    return one;
}

static bool put_with_figures(struct request *rq, struct json_writer *w,
                             const struct direction *direction, const struct days *days,
                             struct account_figures_list *read, struct err *err)
{
    const struct account_figures *of =
        figures_of(rq, direction->ad_account_id, days, read, err);
    struct direction_figure none = {0};
    const struct direction_figure *figure = &none;

    if (!of)
        return false;
    for (size_t i = 0; i < of->figures.n; i++)
        if (str_eq(of->figures.at[i].direction_id, direction->id))
            figure = &of->figures.at[i];
    json_object(w);
    put_members(w, rq->arena, direction);
    put_figure(w, direction, &of->span, figure);
    json_end(w);
    return true;
}

static bool asked(struct request *rq, const char *name)
{
    return str_eq(request_query(rq, name), STR("1")) ||
           str_eq(request_query(rq, name), STR("true"));
}

static bool list(struct request *rq, struct str account_id, struct str platform,
                 struct directions *out, struct err *err)
{
    return asked(rq, "archived")
               ? direction_list_archived(rq->db, rq->arena, account_id, platform, out, err)
               : direction_list(rq->db, rq->arena, account_id, platform, false, out, err);
}

/* GET /api/directions?platform=&accountId=&archived=1&figures=1&from=&to= - by name; the
 * archived ones apart, last archived first. */
static bool get_directions(struct request *rq, struct reply *rp, struct err *err)
{
    struct account_figures_list read = {0};
    struct directions directions = {0};
    struct ad_account account;
    struct reply_json json;
    struct str account_id, platform;
    struct days days;

    if (!api_check_org(rq, NULL, err) || !api_platform(rq, &platform, err) ||
        !read_days(rq, &days, err) || !api_account_id(rq, NULL, &account_id, err) ||
        (account_id.n && !ad_account_get(rq->db, rq->arena, account_id, &account, err)) ||
        !list(rq, account_id, platform, &directions, err))
        return false;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < directions.n; i++) {
        if (!api_platform_shown(rq, directions.at[i].platform))
            continue;
        if (!asked(rq, "figures"))
            put_direction(&json.w, rq->arena, &directions.at[i]);
        else if (!put_with_figures(rq, &json.w, &directions.at[i], &days, &read, err))
            return false;
    }
    return api_list_end(rq, rp, &json, false, 0, STR(""), err);
}

/* GET /api/directions/:id */
static bool get_direction(struct request *rq, struct reply *rp, struct err *err)
{
    struct direction direction;

    return api_check_org(rq, NULL, err) &&
           direction_get(rq->db, rq->arena, request_arg(rq, "id"), &direction, err) &&
           reply_direction(rq, rp, &direction, err);
}

static bool reply_added(struct request *rq, struct reply *rp, const struct directions *added,
                        struct err *err)
{
    struct reply_json json;

    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "direction");
    put_direction(&json.w, rq->arena, &added->at[0]);
    json_key(&json.w, "directions");
    json_list(&json.w);
    for (size_t i = 0; i < added->n; i++)
        put_direction(&json.w, rq->arena, &added->at[i]);
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 201, err);
}

/* POST /api/directions - one, or two for platform `both`; facebook where none is named, as
 * founding clients mean it. */
static bool post_direction(struct request *rq, struct reply *rp, struct err *err)
{
    struct direction_change tiktok = {0}, facebook = {0};
    struct direction_wish wish = {.actor = rq->caller.actor};
    struct directions added = {0};
    const struct json *body;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) || !api_account_id(rq, body, &wish.ad_account_id, err) ||
        !json_need_text(body, "name", LIMIT_NAME, &wish.name, err) ||
        !json_want_text(body, "platform", 20, STR("facebook"), &wish.platform, err) ||
        !check_features(rq, wish.platform, err) || !read_tiktok(rq, body, &tiktok, err) ||
        !read_facebook(rq, body, &facebook, err))
        return false;
    wish.tiktok = tiktok.part;
    wish.facebook = facebook.part;
    return direction_add(rq->db, rq->arena, &wish, rq->now_ms, &added, err) &&
           reply_added(rq, rp, &added, err);
}

/* PATCH /api/directions/:id - what is not sent stays. */
static bool patch_direction(struct request *rq, struct reply *rp, struct err *err)
{
    struct direction_change change = {0};
    struct direction direction;
    const struct json *body;
    const struct app *app = rq->app;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) ||
        !direction_get(rq->db, rq->arena, request_arg(rq, "id"), &direction, err) ||
        !(str_eq(direction.platform, STR("tiktok")) ? read_tiktok(rq, body, &change, err)
                                                    : read_facebook(rq, body, &change, err)))
        return false;
    if (is_there(body, "platform") &&
        !str_eq(json_text(body, "platform", STR("")), direction.platform))
        return err_input(err, "platform", "make a new direction",
                         "a direction stays on its platform");
    change.set_name = is_there(body, "name");
    change.set_active = is_there(body, "is_active");
    if ((change.set_name && !json_need_text(body, "name", LIMIT_NAME, &change.name, err)) ||
        !json_want_bool(body, "is_active", true, &change.is_active, err) ||
        !direction_update(rq->db, rq->arena, direction.id, &change, rq->caller.actor,
                          rq->now_ms, &direction, err))
        return false;
    if (change.set_active && app->runner)
        job_wake(app->runner);
    return reply_direction(rq, rp, &direction, err);
}

/* DELETE /api/directions/:id - soft; its campaign is paused. */
static bool delete_direction(struct request *rq, struct reply *rp, struct err *err)
{
    const struct app *app = rq->app;

    if (!api_check_org(rq, NULL, err) ||
        !direction_delete(rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor,
                          rq->now_ms, err))
        return false;
    if (app->runner)
        job_wake(app->runner);
    return reply_body(rp, 204, "application/json", STR(""));
}

/* POST /api/directions/:id/restore {is_active: false} - back from the archive. */
static bool post_restore(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const members[] = {"is_active", "userAccountId", "user_account_id",
                                          NULL};
    const struct app *app = rq->app;
    struct direction direction;
    const struct json *body;
    bool active;

    if (!request_json(rq, &body, err) || !json_only(body, members, err) ||
        !api_check_org(rq, body, err) ||
        !json_want_bool(body, "is_active", false, &active, err) ||
        !direction_restore(rq->db, rq->arena, request_arg(rq, "id"), active, rq->caller.actor,
                           rq->now_ms, &direction, err))
        return false;
    if (active && app->runner)
        job_wake(app->runner);
    return reply_direction(rq, rp, &direction, err);
}

const struct route directions_routes[] = {
    {"GET", "/api/directions", CAN_READ, .handler = get_directions},
    {"POST", "/api/directions", CAN_EDIT, .handler = post_direction},
    {"GET", "/api/directions/:id", CAN_READ, .handler = get_direction},
    {"PATCH", "/api/directions/:id", CAN_EDIT, .handler = patch_direction},
    {"DELETE", "/api/directions/:id", CAN_EDIT, .handler = delete_direction},
    {"POST", "/api/directions/:id/restore", CAN_EDIT, .handler = post_restore},
    ROUTES_END,
};
