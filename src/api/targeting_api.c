/* targeting_api.c - what ads may be aimed at, and all else that the form of a direction needs.
 */

#include "ads/direction.h"
#include "ads/targeting.h"
#include "api/accounts_api.h"
#include "api/api.h"
#include "api/common.h"
#include "base/arena.h"

/* --- lists of the platform --- */

/* ids=a,b,c */
static bool read_ids(struct request *rq, struct strs *ids, struct err *err)
{
    struct str rest = request_query(rq, "ids");

    while (rest.n) {
        struct str id = str_trim(str_cut(&rest, ','));

        if (id.n)
            *strs_add(ids, rq->arena) = id;
        if (ids->n > LIMIT_TARGETS)
            return err_input(err, "ids", "at most 50, separated by commas",
                             "too many ids are asked for");
    }
    return true;
}

static void put_target(struct json_writer *w, const struct platform_target *target)
{
    json_object(w);
    json_text_member(w, "id", target->id);
    json_text_member(w, "name", target->name);
    json_text_member(w, "kind", target->kind);
    json_text_or_null_member(w, "country", target->country);
    json_text_or_null_member(w, "parent_id", target->parent_id);
    json_text_or_null_member(w, "within", target->within);
    json_end(w);
}

static bool reply_targets(struct request *rq, struct reply *rp,
                          const struct targeting_question *question,
                          const struct targeting_answer *answer, struct err *err)
{
    struct reply_json json;

    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "platform", question->platform);
    json_text_member(&json.w, "source", str(answer->source));
    api_time_member(&json.w, rq->arena, "read_at", answer->read_ms);
    json_bool_member(&json.w, "stale", answer->stale);
    json_text_or_null_member(&json.w, "why", answer->why);
    json_bool_member(&json.w, "more", answer->more);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < answer->targets.n; i++)
        put_target(&json.w, &answer->targets.at[i]);
    json_end(&json.w);
    json_text_or_null_member(&json.w, "next_cursor", STR(""));
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static bool reply_list(struct request *rq, struct reply *rp, enum platform_target_kind kind,
                       struct err *err)
{
    struct targeting_question question = {.kind = kind, .text = request_query(rq, "q")};
    struct targeting_answer answer;

    if (!api_check_org(rq, NULL, err) || !api_asked_platform(rq, &question.platform, err) ||
        !api_account_id(rq, NULL, &question.ad_account_id, err) ||
        !read_ids(rq, &question.ids, err))
        return false;
    if (str_length(question.text) > LIMIT_QUESTION)
        return err_input(err, "q", "at most 200 characters", "the question is too long");
    return targeting_find(rq->app, rq->db, rq->net, rq->arena, &question, rq->now_ms, &answer,
                          err) &&
           reply_targets(rq, rp, &question, &answer, err);
}

/* GET /api/targeting/places?ad_account_id=&platform=&q=&ids= */
static bool get_places(struct request *rq, struct reply *rp, struct err *err)
{
    return reply_list(rq, rp, TARGET_PLACES, err);
}

/* GET /api/targeting/interests?ad_account_id=&platform=&q=&ids= */
static bool get_interests(struct request *rq, struct reply *rp, struct err *err)
{
    return reply_list(rq, rp, TARGET_INTERESTS, err);
}

/* GET /api/targeting/languages?ad_account_id=&platform=&q=&ids= */
static bool get_languages(struct request *rq, struct reply *rp, struct err *err)
{
    return reply_list(rq, rp, TARGET_LANGUAGES, err);
}

/* GET /api/ad-accounts/:id/pixels?platform= - live from the platform. */
static bool get_pixels(struct request *rq, struct reply *rp, struct err *err)
{
    struct platform_pixels list = {0};
    struct ad_connection connection;
    struct platform_session session;
    struct reply_json json;
    struct str name;

    if (!api_asked_platform(rq, &name, err) ||
        !ad_account_resolve(rq->db, rq->arena, request_arg(rq, "id"), name, &connection, err) ||
        !ad_account_session(rq->app, &connection, rq->net, rq->arena, &session, err) ||
        !platform_find(name)->pixels(&session, &list, err))
        return false;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < list.n; i++) {
        json_object(&json.w);
        json_text_member(&json.w, "id", list.at[i].id);
        json_text_member(&json.w, "name", list.at[i].name);
        json_end(&json.w);
    }
    return api_list_end(rq, rp, &json, false, 0, STR(""), err);
}

/* --- the form --- */

static void put_words(struct json_writer *w, const char *key,
                      const char *const *(*words)(size_t *n))
{
    size_t n = 0;
    const char *const *list = words ? words(&n) : NULL;

    json_key(w, key);
    json_list(w);
    for (size_t i = 0; i < n; i++)
        json_put_text(w, str(list[i]));
    json_end(w);
}

/* "a,b" as a list. */
static void put_parts(struct json_writer *w, const char *key, const char *parts)
{
    struct str rest = str(parts);

    json_key(w, key);
    json_list(w);
    while (rest.n)
        json_put_text(w, str_cut(&rest, ','));
    json_end(w);
}

static void put_objectives(struct json_writer *w, const struct platform *platform)
{
    size_t n;
    const struct platform_objective *list = platform->objectives(&n);

    json_key(w, "objectives");
    json_list(w);
    for (size_t i = 0; i < n; i++) {
        json_object(w);
        json_text_member(w, "name", str(list[i].name));
        json_text_member(w, "platform_name", str(list[i].label));
        json_text_member(w, "destination", str(list[i].destination));
        put_parts(w, "needs", list[i].needs);
        json_text_member(w, "call_to_action", str(list[i].call_to_action));
        put_parts(w, "judged_by", list[i].metrics);
        json_end(w);
    }
    json_end(w);
}

static void put_limit(struct json_writer *w, const char *key, int64_t value)
{
    json_key(w, key);
    if (value)
        json_put_int(w, value);
    else
        json_put_null(w);
}

static void put_platform(struct request *rq, struct json_writer *w,
                         const struct platform *platform,
                         const struct ad_connection *connection)
{
    struct str currency = direction_currency(str(platform->name), connection->currency);
    struct err why = {0};

    json_key(w, platform->name);
    json_object(w);
    json_text_member(w, "status",
                     connection->state.n ? connection->state : STR("not_connected"));
    json_bool_member(w, "launches",
                     platform_can(platform, str(platform->name), PLATFORM_LAUNCHES, &why));
    json_text_or_null_member(w, "advertiser_name", connection->advertiser_name);
    json_text_or_null_member(w, "identity_name", connection->identity_name);
    json_text_or_null_member(w, "country", connection->country);
    json_text_or_null_member(w, "time_zone", connection->zone);
    json_text_or_null_member(w, "currency", currency);
    put_limit(w, "minimum_daily_budget_micros",
              currency.n ? platform->minimum_budget(currency) : 0);
    put_objectives(w, platform);
    put_words(w, "calls_to_action", platform->calls_to_action);
    put_words(w, "optimization_events", platform->event_names);
    put_limit(w, "ad_text_most", platform->ad_text_most);
    json_bool_member(w, "ad_text_emoji", platform->ad_text_emoji);
    json_bool_member(w, "targets_whole", platform->targets_whole);
    (void)rq;
    json_end(w);
}

static bool put_platforms(struct request *rq, struct json_writer *w, struct str account_id,
                          struct err *err)
{
    static const char *const names[] = {"tiktok", "facebook"};
    struct ad_connections connections = {0};

    if (!ad_account_connections(rq->db, rq->arena, account_id, &connections, err))
        return false;
    json_key(w, "platforms");
    json_object(w);
    for (size_t i = 0; i < countof(names); i++) {
        struct ad_connection connection = {0};

        if (!api_platform_shown(rq, str(names[i])))
            continue;
        for (size_t k = 0; k < connections.n; k++)
            if (str_eq(connections.at[k].platform, str(names[i])))
                connection = connections.at[k];
        put_platform(rq, w, platform_find(str(names[i])), &connection);
    }
    json_end(w);
    return true;
}

/* GET /api/directions/form?ad_account_id= - what each platform offers and asks for, in the
 * account's currency. */
static bool get_form(struct request *rq, struct reply *rp, struct err *err)
{
    struct ad_account account;
    struct reply_json json;
    struct str account_id;
    int64_t active = 0;

    if (!api_check_org(rq, NULL, err) || !api_account_id(rq, NULL, &account_id, err) ||
        !ad_account_get(rq->db, rq->arena, account_id, &account, err) ||
        !direction_count_active(rq->db, rq->arena, account.id, &active, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "ad_account_id", account.id);
    json_int_member(&json.w, "directions_active", active);
    json_int_member(&json.w, "directions_most", LIMIT_DIRECTIONS_PER_ACCOUNT);
    json_int_member(&json.w, "name_most", LIMIT_NAME);
    if (!put_platforms(rq, &json.w, account.id, err))
        return false;
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

const struct route targeting_routes[] = {
    {"GET", "/api/directions/form", CAN_READ, .handler = get_form},
    {"GET", "/api/targeting/places", CAN_READ, .handler = get_places},
    {"GET", "/api/targeting/interests", CAN_READ, .handler = get_interests},
    {"GET", "/api/targeting/languages", CAN_READ, .handler = get_languages},
    {"GET", "/api/ad-accounts/:id/pixels", CAN_READ, .handler = get_pixels},
    ROUTES_END,
};
