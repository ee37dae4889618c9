/* leads_import_api.c - leads and purchases as CSV. */

#include "api/api.h"
#include "api/common.h"
#include "base/arena.h"
#include "base/limits.h"
#include "lead/import.h"

static bool reply_result(struct request *rq, struct reply *rp,
                         const struct import_result *result, bool dry_run, struct err *err)
{
    struct reply_json json;

    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_bool_member(&json.w, "dry_run", dry_run);
    json_int_member(&json.w, "rows", result->rows);
    json_int_member(&json.w, "added", result->added);
    json_int_member(&json.w, "known", result->known);
    json_int_member(&json.w, "failed", result->failed);
    json_key(&json.w, "errors");
    json_list(&json.w);
    for (size_t i = 0; i < result->errors.n; i++) {
        json_object(&json.w);
        json_int_member(&json.w, "line", result->errors.at[i].line);
        json_text_or_null_member(&json.w, "field", result->errors.at[i].field);
        json_text_member(&json.w, "text", result->errors.at[i].text);
        json_end(&json.w);
    }
    json_end(&json.w);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static bool import(struct request *rq, struct reply *rp, enum import_kind kind, struct err *err)
{
    struct str type = request_header(rq, "content-type");
    struct import_result result;
    bool dry_run = str_eq(request_query(rq, "dry_run"), STR("1"));

    if (!api_check_org(rq, NULL, err))
        return false;
    if (!str_starts(type, STR("text/csv")) && !str_starts(type, STR("text/plain")))
        return err_input(err, "content-type", "send the file as it is, as text/csv",
                         "the body is not CSV");
    return import_run(rq->app, rq->db, rq->arena, rq->body, kind, dry_run, rq->caller.actor,
                      rq->now_ms, &result, err) &&
           reply_result(rq, rp, &result, dry_run, err);
}

/* POST /api/leads/import, text/csv; ?dry_run=1 shows the rows that would fail. */
static bool post_leads(struct request *rq, struct reply *rp, struct err *err)
{
    return import(rq, rp, IMPORT_LEADS, err);
}

/* POST /api/purchases/import, the same. */
static bool post_purchases(struct request *rq, struct reply *rp, struct err *err)
{
    return import(rq, rp, IMPORT_PURCHASES, err);
}

const struct route leads_import_routes[] = {
    {"POST", "/api/leads/import", CAN_EDIT, post_leads, NULL, LIMIT_IMPORT_BODY},
    {"POST", "/api/purchases/import", CAN_EDIT, post_purchases, NULL, LIMIT_IMPORT_BODY},
    ROUTES_END,
};
