/* launch_ready.c - what a launch needs before it makes anything: a session, an identity, a
 * page, the videos and their posters. */

#include "ads/launch_steps.h"

#include "conf/app.h"
#include "db/db.h"

/* --- before anything is made --- */

bool launch_connect(struct launching *l, struct err *err)
{
    if (!ad_account_resolve(l->job->db, l->job->arena, l->in.ad_account_id, l->in.platform,
                            &l->connection, err)) {
        if (err->kind == ERR_CONFLICT)
            err->kind = ERR_DENIED; /* disconnected: repeating will not help */
        return false;
    }
    if (!str_eq(l->connection.advertiser_id, l->in.advertiser_id)) {
        err_set(err, ERR_REFUSED,
                "the ad account was switched to another advertiser meanwhile");
        return err_hint(err, "launch again");
    }
    l->platform = platform_find(l->in.platform);
    return platform_can(l->platform, l->in.platform, PLATFORM_LAUNCHES, err) &&
           ad_account_session(l->app, &l->connection, l->job->net, l->job->arena, &l->session,
                              err);
}

static struct str identity_print(struct arena *arena, const struct platform_identity *identity)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, 4096);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "id", identity->id);
    json_text_member(&w, "type", identity->type);
    json_text_member(&w, "bc_id", identity->bc_id);
    json_text_member(&w, "display_name", identity->display_name);
    json_end(&w);
    return buf_str(&buf);
}

static bool run_identity(struct workflow *wf, void *arg, struct str request, struct str *result,
                         struct err *err)
{
    struct launching *l = arg;
    struct platform_identities list = {0};

    (void)request;
    if (!l->platform->identities(&l->session, &list, err))
        return false;
    for (size_t i = 0; i < list.n; i++)
        if (str_eq(list.at[i].id, l->in.identity_id)) {
            *result = identity_print(wf->arena, &list.at[i]);
            return l->platform->check_identity(&list.at[i], err);
        }
    return err_input(err, "tiktok_account_id", "choose the TikTok account on the card again",
                     "the ad account no longer reaches the identity " STR_FMT,
                     STR_ARG(l->in.identity_id));
}

bool launch_resolve_identity(struct launching *l, struct err *err)
{
    struct workflow_step step = {.name = "identity",
                                 .request = STR("{\"path\":\"identity/get/\"}"),
                                 .run = run_identity,
                                 .arg = l};
    const struct json *json;
    struct str result;

    if (!workflow_do(&l->wf, &step, &result, err) ||
        !json_parse(l->job->arena, result, &json, err))
        return false;
    l->identity = (struct platform_identity){
        .id = json_text(json, "id", STR("")),
        .type = json_text(json, "type", STR("")),
        .bc_id = json_text(json, "bc_id", STR("")),
        .display_name = json_text(json, "display_name", STR("")),
    };
    return true;
}

static bool run_page(struct workflow *wf, void *arg, struct str request, struct str *result,
                     struct err *err)
{
    struct launching *l = arg;
    struct platform_pages pages = {0};

    (void)request;
    if (!l->platform->pages(&l->session, &pages, err))
        return false;
    for (size_t i = 0; i < pages.n; i++)
        if (str_eq(pages.at[i].id, l->in.page_id)) {
            if (!str_eq(pages.at[i].status, STR("PUBLISHED")))
                return err_input(err, "page_id", "publish the page on the platform first",
                                 "the instant page " STR_FMT " is not published",
                                 STR_ARG(l->in.page_id));
            *result = launch_id_print(wf->arena, l->in.page_id);
            return true;
        }
    return err_input(err, "page_id", "GET /tiktok/instant-pages lists them",
                     "the ad account has no instant page " STR_FMT, STR_ARG(l->in.page_id));
}

bool launch_check_page(struct launching *l, struct err *err)
{
    struct workflow_step step = {
        .name = "page", .request = STR("{\"path\":\"page/get/\"}"), .run = run_page, .arg = l};
    struct str result;

    return !l->in.page_id.n || workflow_do(&l->wf, &step, &result, err);
}

/* --- videos and posters --- */

struct media_step {
    struct launching *l;
    const struct creative *creative;
};

/* A creative that cannot run does not stop the others: its refusal is the step's result. */
static bool run_media(struct workflow *wf, void *arg, struct str request, struct str *result,
                      struct err *err)
{
    struct media_step *step = arg;
    struct launching *l = step->l;
    struct creative_copy copy;
    struct buf buf;
    struct json_writer w;

    (void)request;
    if (!creative_ensure_on_platform(l->job->db, l->job->arena, l->platform, &l->session,
                                     step->creative, l->job->id, l->job->now_ms, &copy, err)) {
        l->processing = err->kind == ERR_BUSY && !err->platform_code;
        if (!launch_last_word(err))
            return false;
        *result = launch_refused_print(wf->arena, err);
        return true;
    }
    buf_init(&buf, wf->arena, 4096);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "file_name", copy.file_name);
    json_text_member(&w, "video_id", copy.video_id);
    json_text_member(&w, "image_id", copy.image_id);
    json_end(&w);
    *result = buf_str(&buf);
    return true;
}

static bool ensure_one(struct launching *l, struct launch_made *made, struct err *err)
{
    struct media_step arg = {l, made->creative};
    struct workflow_step step = {
        .name = launch_step_name(l->job->arena, "media", made->creative->id),
        .request =
            str_fmt(l->job->arena,
                    "{\"path\":\"file/video/ad/upload/\",\"creative_id\":\"" STR_FMT "\"}",
                    STR_ARG(made->creative->id)),
        .run = run_media,
        .arg = &arg};
    const struct json *json;
    struct str result;

    if (!workflow_do(&l->wf, &step, &result, err) ||
        !json_parse(l->job->arena, result, &json, err))
        return false;
    if (json_type(json_at(json, "refused")) == JSON_OBJECT)
        made->refused = json_print(l->job->arena, json_at(json, "refused"));
    made->copy.video_id = json_text(json, "video_id", STR(""));
    made->copy.image_id = json_text(json, "image_id", STR(""));
    return true;
}

/* Fails with the first refusal when nothing is left to run. */
bool launch_some_left(struct launching *l, struct err *err)
{
    for (size_t i = 0; i < l->ads.n; i++)
        if (!l->ads.at[i].refused.n)
            return true;
    return launch_error_read(l->job->arena, l->ads.at[0].refused, err);
}

bool launch_ensure_media(struct launching *l, struct err *err)
{
    bool waiting = false;
    struct err why;

    /* All are sent before the first is waited for. */
    for (size_t i = 0; i < l->ads.n; i++) {
        struct err one = {0};

        l->processing = false;
        if (ensure_one(l, &l->ads.at[i], &one))
            continue;
        if (!l->processing) {
            *err = one;
            return false;
        }
        waiting = true;
        why = one;
    }
    l->processing = waiting;
    if (waiting) {
        *err = why;
        return false;
    }
    return launch_some_left(l, err);
}

bool launch_load_creatives(struct launching *l, struct err *err)
{
    if (!creative_list_ids(l->job->db, l->job->arena, &l->in.creative_ids, &l->creatives, err))
        return false;
    for (size_t i = 0; i < l->creatives.n; i++)
        launch_mades_add(&l->ads, l->job->arena)->creative = &l->creatives.at[i];
    return true;
}
