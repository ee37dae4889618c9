/* builder_launches.c - launches as people see them: list, steps, publishing. */

#include "ads/launch.h"
#include "api/builder.h"
#include "api/common.h"
#include "base/arena.h"
#include "conf/app.h"
#include "creative/creative.h"

static void put_raw_or_null(struct json_writer *w, const char *key, struct str json)
{
    json_key(w, key);
    if (json.n)
        json_put_raw(w, json);
    else
        json_put_null(w);
}

static void put_head(struct json_writer *w, struct arena *arena,
                     const struct workflow_view *launch)
{
    json_text_member(w, "id", launch->id);
    json_text_member(w, "kind", launch->kind);
    json_text_member(w, "state", launch->state);
    put_raw_or_null(w, "input", launch->input);
    put_raw_or_null(w, "output", launch->output);
    put_raw_or_null(w, "error", launch->error_json);
    api_time_member(w, arena, "created_at", launch->created_ms);
    api_time_member(w, arena, "updated_at", launch->updated_ms);
}

/* GET /api/launches - newest first. */
bool get_launches(struct request *rq, struct reply *rp, struct err *err)
{
    struct launch_views list = {0};
    struct reply_json json;
    struct str before_id;
    int64_t limit, before_ms;

    if (!api_check_org(rq, NULL, err) || !api_limit(rq, &limit, err) ||
        !api_cursor(rq, &before_ms, &before_id, err) ||
        !launch_list(rq->db, rq->arena, before_ms, before_id, limit + 1, &list, err))
        return false;

    bool more = (int64_t)list.n > limit;
    size_t n = more ? (size_t)limit : list.n;

    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < n; i++) {
        json_object(&json.w);
        put_head(&json.w, rq->arena, &list.at[i]);
        json_end(&json.w);
    }
    json_end(&json.w);
    api_put_cursor(&json.w, rq->arena, more, n ? list.at[n - 1].created_ms : 0,
                   n ? list.at[n - 1].id : STR(""));
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static void put_step(struct json_writer *w, struct arena *arena,
                     const struct workflow_step_view *step)
{
    json_object(w);
    json_text_member(w, "name", step->name);
    json_text_member(w, "state", step->state);
    json_int_member(w, "attempt", step->attempt);
    put_raw_or_null(w, "request", step->request);
    put_raw_or_null(w, "result", step->result);
    put_raw_or_null(w, "error", step->error_json);
    api_time_member(w, arena, "started_at", step->started_ms);
    api_time_member(w, arena, "finished_at", step->finished_ms);
    json_end(w);
}

/* The steps that a launch goes through, with what each is about: those that are not begun yet
 * are known too. */
static bool put_plan(struct request *rq, struct json_writer *w,
                     const struct workflow_view *launch, struct err *err)
{
    struct strs names = {0};

    if (str_eq(launch->kind, STR("launch")) &&
        !launch_plan_of(rq->arena, launch->input, &names, err))
        return false;
    json_key(w, "plan");
    json_list(w);
    for (size_t i = 0; i < names.n; i++) {
        struct str creative_id = names.at[i], title = STR("");
        struct creative creative;
        struct err gone = {0};

        (void)str_cut(&creative_id, ':');
        if (creative_id.n && creative_get(rq->db, rq->arena, creative_id, &creative, &gone))
            title = creative.title;
        json_object(w);
        json_text_member(w, "name", names.at[i]);
        json_text_or_null_member(w, "creative_id", creative_id);
        json_text_or_null_member(w, "creative_title", title);
        json_end(w);
    }
    json_end(w);
    return true;
}

/* GET /api/launches/:id - with every step: what was asked, what came back. */
bool get_launch(struct request *rq, struct reply *rp, struct err *err)
{
    struct workflow_view launch = {0};
    struct reply_json json;

    if (!api_check_org(rq, NULL, err) ||
        !launch_get(rq->db, rq->arena, request_arg(rq, "id"), &launch, err))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    put_head(&json.w, rq->arena, &launch);
    json_key(&json.w, "steps");
    json_list(&json.w);
    for (size_t i = 0; i < launch.steps.n; i++)
        put_step(&json.w, rq->arena, &launch.steps.at[i]);
    json_end(&json.w);
    if (!put_plan(rq, &json.w, &launch, err))
        return false;
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* POST /api/launches/:id/publish - enable what a paused launch made. */
bool post_publish(struct request *rq, struct reply *rp, struct err *err)
{
    const struct app *app = rq->app;
    struct reply_json json;
    struct str workflow_id;

    if (!api_check_org(rq, NULL, err) || !api_need_platform(rq, STR("tiktok"), err) ||
        !launch_publish(rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor,
                        &workflow_id, err))
        return false;
    if (app->runner)
        job_wake(app->runner);
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "launch_id", workflow_id);
    json_end(&json.w);
    return reply_json_end(&json, rp, 202, err);
}
