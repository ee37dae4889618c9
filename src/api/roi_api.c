/* roi_api.c - what each creative cost and earned. */

#include "api/api.h"
#include "api/common.h"
#include "roi/roi.h"
#include "text/money.h"

/* The question that every answer about ROI begins with. */
static bool read_question(struct request *rq, struct roi_question *out, struct err *err)
{
    struct str basis = request_query(rq, "basis"), model = request_query(rq, "model");
    struct str goods = request_query(rq, "goods_percent");

    *out = (struct roi_question){.first_day = request_query(rq, "first_day"),
                                 .last_day = request_query(rq, "last_day"),
                                 .direction_id = request_query(rq, "direction_id"),
                                 .currency = request_query(rq, "currency"),
                                 .now_ms = rq->now_ms};
    if (!roi_basis_by_name(basis, &out->basis))
        return err_input(
            err, "basis",
            "lead (sales of the leads of these days), payment, click or impression",
            "\"" STR_FMT "\" is not a date basis", STR_ARG(str_sub(basis, 0, 20)));
    if (!roi_model_by_name(model, &out->model))
        return err_input(err, "model", "lead (the ad that made the lead), first or last",
                         "\"" STR_FMT "\" is not a model of attribution",
                         STR_ARG(str_sub(model, 0, 20)));
    if (goods.n) {
        if (!money_parse(goods, &out->goods_micros, err))
            return err_field(err, "goods_percent");
        out->goods_micros = out->goods_micros < 0 ? -1 : money_scale(out->goods_micros, 1, 100);
    }
    return api_check_org(rq, NULL, err) && api_platform(rq, &out->platform, err) &&
           api_account_id(rq, NULL, &out->ad_account_id, err);
}

static bool read_compare(struct request *rq, bool *compare, struct err *err)
{
    struct str text = request_query(rq, "compare");

    *compare = str_eq(text, STR("previous"));
    return text.n == 0 || *compare ||
           err_input(err, "compare", "previous (as many days just before)",
                     "\"" STR_FMT "\" is nothing to compare with",
                     STR_ARG(str_sub(text, 0, 20)));
}

/* GET /api/roi?first_day&last_day&platform&account_id&direction_id&currency&basis&model
 * &goods_percent&compare */
static bool get_roi(struct request *rq, struct reply *rp, struct err *err)
{
    struct roi_question question, before;
    struct roi_report report, previous;
    struct reply_json json;
    bool compare;

    if (!read_question(rq, &question, err) || !read_compare(rq, &compare, err) ||
        !roi_report(rq->db, rq->arena, &question, &report, err))
        return false;
    if (compare && (!roi_previous(rq->arena, &question, &report, &before, err) ||
                    !roi_report(rq->db, rq->arena, &before, &previous, err)))
        return false;
    reply_json_begin(rq, &json);
    roi_put_json(&json.w, rq->arena, &report, compare ? &previous : NULL);
    return reply_json_end(&json, rp, 200, err);
}

static bool read_detail(struct request *rq, struct roi_detail_question *out, struct err *err)
{
    struct str unattributed = request_query(rq, "unattributed");

    *out = (struct roi_detail_question){.figure = request_query(rq, "figure"),
                                        .creative_id = request_query(rq, "creative_id"),
                                        .unattributed = str_eq(unattributed, STR("true")),
                                        .cursor = request_query(rq, "cursor")};
    if (out->unattributed && out->creative_id.n)
        return err_input(err, "unattributed", "leave out one of both",
                         "a creative's row and the unattributed one are two rows");
    return read_question(rq, &out->of, err) && api_limit(rq, &out->limit, err);
}

/* GET /api/roi/rows?figure&creative_id&unattributed&cursor&limit and all of GET /api/roi - what
 * a figure is made of. */
static bool get_rows(struct request *rq, struct reply *rp, struct err *err)
{
    struct roi_detail_question question;
    struct reply_json json;

    if (!read_detail(rq, &question, err))
        return false;
    reply_json_begin(rq, &json);
    return roi_put_detail(&json.w, rq->db, rq->arena, &question, err) &&
           reply_json_end(&json, rp, 200, err);
}

/* GET /api/roi/explain?figure&creative_id&unattributed and all of GET /api/roi - how a figure
 * comes about. */
static bool get_explanation(struct request *rq, struct reply *rp, struct err *err)
{
    struct roi_detail_question question;
    struct reply_json json;

    if (!read_detail(rq, &question, err))
        return false;
    reply_json_begin(rq, &json);
    return roi_put_explanation(&json.w, rq->db, rq->arena, &question, err) &&
           reply_json_end(&json, rp, 200, err);
}

/* GET /api/roi/cohorts?first_day&last_day&platform&account_id&direction_id&creative_id&currency
 * &goods_percent - leads by week, and what they brought by age. */
static bool get_cohorts(struct request *rq, struct reply *rp, struct err *err)
{
    struct roi_question question;
    struct reply_json json;

    if (!read_question(rq, &question, err))
        return false;
    reply_json_begin(rq, &json);
    return roi_put_cohorts(&json.w, rq->db, rq->arena, &question,
                           request_query(rq, "creative_id"), err) &&
           reply_json_end(&json, rp, 200, err);
}

const struct route roi_routes[] = {
    {.method = "GET", .path = "/api/roi", .right = CAN_READ, .handler = get_roi},
    {.method = "GET", .path = "/api/roi/rows", .right = CAN_READ, .handler = get_rows},
    {.method = "GET",
     .path = "/api/roi/explain",
     .right = CAN_READ,
     .handler = get_explanation},
    {.method = "GET", .path = "/api/roi/cohorts", .right = CAN_READ, .handler = get_cohorts},
    ROUTES_END,
};
