/* alerts_api.c - what needs somebody's attention. */

#include "alert/alert.h"
#include "api/api.h"
#include "api/common.h"
#include "base/arena.h"
#include "db/db.h"

#include <string.h>

#define HOUR_MS INT64_C(3600000)

static void put_alert(struct request *rq, struct json_writer *w, const struct alert *a)
{
    json_object(w);
    json_text_member(w, "id", a->key);
    json_text_member(w, "kind", str(a->kind));
    json_text_member(w, "severity", str(alert_severity_name(a->severity)));
    json_key(w, "object");
    json_object(w);
    json_text_member(w, "kind", a->object_kind);
    json_text_or_null_member(w, "id", a->object_id);
    json_text_or_null_member(w, "name", a->object_name);
    json_end(w);
    json_text_or_null_member(w, "ad_account_id", a->ad_account_id);
    json_text_or_null_member(w, "platform", a->platform);
    api_time_member(w, rq->arena, "since_at", a->since_ms);
    json_int_member(w, "count", a->count ? a->count : 1);
    json_text_or_null_member(w, "detail", a->text);
    if (a->budget_micros) {
        json_int_member(w, "budget_micros", a->budget_micros);
        json_int_member(w, "spend_micros", a->spend_micros);
        json_text_member(w, "currency", a->currency);
    }
    if (a->gap_ms)
        json_int_member(w, "usual_gap_ms", a->gap_ms);
    json_text_member(w, "why", alert_why(rq->arena, a, rq->now_ms));
    json_text_member(w, "act", str(alert_act(a)));
    api_time_member(w, rq->arena, "dismissed_until_at", a->dismissed_until_ms);
    json_end(w);
}

/* GET /api/alerts?platform&ad_account_id&dismissed=1 - most severe first; computed when asked.
 * What belongs to no account is always shown. */
static bool get_alerts(struct request *rq, struct reply *rp, struct err *err)
{
    struct alert_filter filter = {.dismissed =
                                      str_eq(request_query(rq, "dismissed"), STR("1"))};
    struct alerts list = {0};
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) || !api_platform(rq, &filter.platform, err) ||
        !api_account_id(rq, NULL, &filter.ad_account_id, err) ||
        !alert_list(rq->db, rq->arena, &filter, rq->now_ms, &list, err))
        return false;
    api_list_begin(rq, &json);
    for (size_t i = 0; i < list.n; i++)
        put_alert(rq, &json.w, &list.at[i]);
    return api_list_end(rq, rp, &json, false, 0, STR(""), err);
}

static bool find(const struct alerts *list, struct str key)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->at[i].key, key))
            return true;
    return false;
}

/* POST /api/alerts/dismiss {"id","hours"} - put it aside for so long, 0 brings it back. */
static bool post_dismiss(struct request *rq, struct reply *rp, struct err *err)
{
    struct alert_filter all = {.dismissed = true};
    struct alerts list = {0};
    const struct json *body;
    struct str key;
    int64_t hours;

    if (!request_json(rq, &body, err) || !api_check_org(rq, body, err) ||
        !json_need_text(body, "id", LIMIT_LABEL, &key, err) ||
        !json_want_int(body, "hours", 0, LIMIT_ALERT_HOURS, 24, &hours, err) ||
        !alert_list(rq->db, rq->arena, &all, rq->now_ms, &list, err))
        return false;
    if (!find(&list, key))
        return err_set(err, ERR_NOT_FOUND, "there is no such alert (any more)");
    return alert_dismiss(rq->db, key, rq->now_ms + hours * HOUR_MS, rq->caller.actor,
                         rq->now_ms, err) &&
           reply_body(rp, 204, "application/json", STR(""));
}

const struct route alerts_routes[] = {
    {"GET", "/api/alerts", CAN_READ, get_alerts, NULL, 0},
    {"POST", "/api/alerts/dismiss", CAN_EDIT, post_dismiss, NULL, 0},
    ROUTES_END,
};
