/* roi_api.c - what each creative cost and earned. */

#include "api/api.h"
#include "api/common.h"
#include "roi/roi.h"

static bool read_basis(struct request *rq, enum roi_basis *basis, struct err *err)
{
    struct str text = request_query(rq, "basis");

    *basis = str_eq(text, STR("payment")) ? ROI_BY_PAYMENT : ROI_BY_LEAD;
    return text.n == 0 || str_eq(text, STR("lead")) || str_eq(text, STR("payment")) ||
           err_input(err, "basis", "lead (sales of the leads of these days) or payment",
                     "\"" STR_FMT "\" is not a date basis", STR_ARG(str_sub(text, 0, 20)));
}

/* GET /api/roi?first_day&last_day&platform&account_id&direction_id&currency&basis */
static bool get_roi(struct request *rq, struct reply *rp, struct err *err)
{
    struct roi_question question = {.first_day = request_query(rq, "first_day"),
                                    .last_day = request_query(rq, "last_day"),
                                    .direction_id = request_query(rq, "direction_id"),
                                    .currency = request_query(rq, "currency"),
                                    .now_ms = rq->now_ms};
    struct roi_report report;
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) || !read_basis(rq, &question.basis, err) ||
        !api_platform(rq, &question.platform, err) ||
        !api_account_id(rq, NULL, &question.ad_account_id, err) ||
        !roi_report(rq->db, rq->arena, &question, &report, err))
        return false;
    reply_json_begin(rq, &json);
    roi_put_json(&json.w, rq->arena, &report);
    return reply_json_end(&json, rp, 200, err);
}

const struct route roi_routes[] = {
    {.method = "GET", .path = "/api/roi", .right = CAN_READ, .handler = get_roi},
    ROUTES_END,
};
