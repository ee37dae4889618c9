/* leads_api.c - leads: listed, read, added. */

#include "api/api.h"
#include "api/common.h"
#include "api/leads_json.h"
#include "base/arena.h"
#include "conf/app.h"
#include "lead/lead.h"

/* GET /api/leads - newest first; filters and pages by query. */
static bool get_leads(struct request *rq, struct reply *rp, struct err *err)
{
    struct lead_filter filter;
    struct leads leads = {0};
    struct reply_json json;
    int64_t limit;
    bool reveal;

    if (!lead_read_filter(rq, &filter, err) || !api_limit(rq, &limit, err) ||
        !api_cursor(rq, &filter.before_ms, &filter.before_id, err) ||
        !lead_may_reveal(rq, STR("list"), &reveal, err))
        return false;
    filter.limit = limit + 1;
    if (!lead_list(rq->db, rq->arena, &filter, &leads, err))
        return false;
    bool more = (int64_t)leads.n > limit;
    size_t n = more ? (size_t)limit : leads.n;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < n; i++) {
        json_object(&json.w);
        lead_put_json(&json.w, rq->arena, &leads.at[i], reveal);
        json_end(&json.w);
    }
    return api_list_end(rq, rp, &json, more, n ? leads.at[n - 1].created_ms : 0,
                        n ? leads.at[n - 1].lead_id : STR(""), err);
}

/* GET /api/leads/count - how many fit the same filters; from LIMIT_COUNTED on, "more". */
static bool get_count(struct request *rq, struct reply *rp, struct err *err)
{
    struct lead_filter filter;
    struct reply_json json;
    int64_t count;

    if (!lead_read_filter(rq, &filter, err) ||
        !lead_count(rq->db, rq->arena, &filter, LIMIT_COUNTED + 1, &count, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_int_member(&json.w, "count", count > LIMIT_COUNTED ? LIMIT_COUNTED : count);
    json_bool_member(&json.w, "more", count > LIMIT_COUNTED);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* GET /api/leads/:id - one lead with its ledger. */
static bool get_lead(struct request *rq, struct reply *rp, struct err *err)
{
    struct lead lead;
    bool reveal;

    return api_check_org(rq, NULL, err) &&
           lead_get(rq->db, rq->arena, request_arg(rq, "id"), &lead, err) &&
           lead_may_reveal(rq, lead.lead_id, &reveal, err) &&
           lead_reply(rq, rp, &lead, reveal, 200, err);
}

/* answers: {"question": "answer"} or [{"field","value"}] to the form that leads keep. */
static bool read_answers(struct request *rq, const struct json *body, struct str *out,
                         struct err *err)
{
    const struct json *given = json_at(body, "answers"), *value;
    struct json_writer w;
    struct buf buf;
    struct str key;
    void *cursor = NULL;

    if (json_type(given) == JSON_MISSING || json_type(given) == JSON_NULL)
        return true;
    buf_init(&buf, rq->arena, LIMIT_REQUEST_BODY);
    json_writer(&w, &buf);
    json_list(&w);
    if (json_type(given) == JSON_OBJECT) {
        while (json_each(given, &cursor, &key, &value)) {
            json_object(&w);
            json_text_member(&w, "field", key);
            json_key(&w, "value");
            json_put_raw(&w, json_print(rq->arena, value));
            json_end(&w);
        }
    } else if (json_type(given) == JSON_LIST) {
        for (size_t i = 0; i < json_count(given); i++) {
            const struct json *item = json_item(given, i);
            value = json_at(item, "value");
            if (json_type(json_at(item, "field")) != JSON_TEXT ||
                json_type(value) == JSON_MISSING)
                return err_input(err, "answers", "give {\"field\", \"value\"} for each answer",
                                 "answer %zu has no field or no value", i);
            json_object(&w);
            json_text_member(&w, "field", json_text(item, "field", STR("")));
            json_key(&w, "value");
            json_put_raw(&w, json_print(rq->arena, value));
            json_end(&w);
        }
    } else {
        return err_input(err, "answers", "give an object or a list of {\"field\", \"value\"}",
                         "the answers are neither");
    }
    json_end(&w);
    return buf_done(&buf, "the list of answers", out, err);
}

static bool read_platform(struct str platform, struct err *err)
{
    return platform.n == 0 || str_eq(platform, STR("tiktok")) ||
           str_eq(platform, STR("facebook")) ||
           err_input(err, "platform", "tiktok or facebook", "\"" STR_FMT "\" is not a platform",
                     STR_ARG(str_sub(platform, 0, 40)));
}

static bool read_lead(struct request *rq, const struct json *body, struct lead_wish *wish,
                      struct err *err)
{
    const struct {
        const char *field;
        size_t limit;
        struct str *slot;
    } texts[] = {
        {"platform", 20, &wish->platform},
        {"source", 64, &wish->source},
        {"external_id", 200, &wish->external_id},
        {"campaign_id", 64, &wish->campaign_id},
        {"adgroup_id", 64, &wish->adgroup_id},
        {"ad_id", 64, &wish->ad_id},
        {"page_id", 64, &wish->page_id},
        {"direction_id", 64, &wish->direction_id},
        {"creative_id", 64, &wish->creative_id},
        {"name", LIMIT_LABEL, &wish->name},
        {"phone", LIMIT_PHONE, &wish->phone},
        {"email", LIMIT_EMAIL, &wish->email},
        {"click_id", LIMIT_URL_TEXT, &wish->click_id},
    };

    for (size_t i = 0; i < countof(texts); i++)
        if (!json_want_text(body, texts[i].field, texts[i].limit, STR(""), texts[i].slot, err))
            return false;
    static const char *const clicks[] = {"ttclid", "fbclid"};
    for (size_t i = 0; i < countof(clicks); i++)
        if (wish->click_id.n == 0 &&
            !json_want_text(body, clicks[i], LIMIT_URL_TEXT, STR(""), &wish->click_id, err))
            return false;
    return read_platform(wish->platform, err) &&
           api_body_time(body, "created_at", &wish->created_ms, err) &&
           api_body_time(body, "clicked_at", &wish->clicked_ms, err) &&
           read_answers(rq, body, &wish->answers, err) &&
           api_account_id(rq, body, &wish->ad_account_id, err);
}

/* POST /api/leads - a lead from a site, a CRM or a person; once for each external_id. */
static bool post_lead(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {
        "platform",      "source",        "external_id",     "campaign_id",
        "adgroup_id",    "ad_id",         "page_id",         "click_id",
        "ttclid",        "fbclid",        "direction_id",    "creative_id",
        "name",          "phone",         "email",           "answers",
        "created_at",    "clicked_at",    "accountId",       "account_id",
        "ad_account_id", "userAccountId", "user_account_id", NULL};
    struct lead_wish wish = {.actor = rq->caller.actor, .now_ms = rq->now_ms};
    const struct json *body;
    struct lead lead;
    bool added;

    return request_json(rq, &body, err) && json_only(body, allowed, err) &&
           api_check_org(rq, body, err) && read_lead(rq, body, &wish, err) &&
           lead_add(rq->app, rq->db, rq->arena, &wish, &lead, &added, err) &&
           lead_reply(rq, rp, &lead, false, added ? 201 : 200, err);
}

const struct route leads_routes[] = {
    {"GET", "/api/leads", CAN_READ, get_leads, NULL, 0},
    {"POST", "/api/leads", CAN_EDIT, post_lead, NULL, 0},
    {"GET", "/api/leads/count", CAN_READ, .handler = get_count},
    {"GET", "/api/leads/:id", CAN_READ, get_lead, NULL, 0},
    ROUTES_END,
};
