/*
 * launch_steps.c - a launch, step by step: campaign, ad group, ads.
 *
 * Each step's request is stored before it is sent and its result after; a step
 * that is done is not done again.  Rows of our own (the mapping) are written
 * after each step and may be written again.
 */

#include "ads/launch_steps.h"

#include "base/log.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "db/db.h"
#include "text/json.h"
#include "text/zone.h"

/* --- creates --- */

struct create {
    struct launching *l;
    enum platform_level level;
    struct str name;        /* that nothing else has */
    struct str campaign_id; /* to look in; "" = the whole advertiser */
};

static bool find_made(struct create *create, bool *found, struct str *result, struct err *err)
{
    struct launching *l = create->l;
    struct platform_objects objects = {0};
    struct strs campaigns = {0};

    if (create->campaign_id.n)
        *strs_add(&campaigns, l->job->arena) = create->campaign_id;
    if (!l->platform->objects(&l->session, create->level, &campaigns, create->name, &objects,
                              err))
        return false;
    if (objects.n > 1)
        log_error("launch.doubled", LOG_TEXT("name", create->name),
                  LOG_INT("objects", (int64_t)objects.n));
    *found = objects.n > 0;
    if (*found)
        *result = launch_id_print(l->job->arena, objects.at[0].id);
    return true;
}

/* A start time that lies in the past by now is refused for sure: ask again with a new one. */
static bool start_passed(struct launching *l, const struct platform_write *write)
{
    const struct json *body;
    struct err unread = {0};
    int64_t start_ms;

    return json_parse(l->job->arena, write->body, &body, &unread) &&
           time_parse_platform(json_text(body, "schedule_start_time", STR("")), &start_ms,
                               &unread) &&
           start_ms <= l->job->now_ms;
}

static bool run_create(struct workflow *wf, void *arg, struct str request, struct str *result,
                       struct err *err)
{
    struct create *create = arg;
    struct launching *l = create->l;
    struct platform_write write;
    const struct json *data;
    struct err unread = {0};
    struct str id;
    bool found = false;

    (void)wf;
    if (!launch_write_read(l->job->arena, request, &write, err))
        return false;
    if (start_passed(l, &write)) {
        l->job->retry_after_ms = 1;
        return err_set(err, ERR_BUSY,
                       "the stored start time has passed; the request is made anew");
    }
    if (l->platform->send(&l->session, &write, &data, err)) {
        if (!l->platform->made_id(&l->session, create->level, data, &id, err))
            return false;
        *result = launch_id_print(l->job->arena, id);
        return true;
    }
    /* Refused as a double: then an earlier attempt made it after all. */
    return err->kind == ERR_REFUSED && find_made(create, &found, result, &unread) && found;
}

static bool check_create(struct workflow *wf, void *arg, struct str request, bool *found,
                         struct str *result, struct err *err)
{
    (void)wf, (void)request;
    return find_made(arg, found, result, err);
}

static bool do_create(struct create *create, const char *name,
                      const struct platform_write *write, struct str *id, struct err *err)
{
    struct launching *l = create->l;
    struct workflow_step step = {.name = name,
                                 .request = launch_write_print(l->job->arena, write),
                                 .run = run_create,
                                 .check = check_create,
                                 .arg = create};
    struct str result;

    return workflow_do(&l->wf, &step, &result, err) &&
           launch_member(l->job->arena, result, "id", id, err);
}

/* --- campaign and ad group --- */

static struct launch_object object_of(struct launching *l, struct str id, struct str name,
                                      const char *status)
{
    return (struct launch_object){
        .id = id,
        .ad_account_id = l->in.ad_account_id,
        .direction_id = l->in.direction_id,
        .name = name,
        .objective = l->in.objective,
        .status = str(status),
        .workflow_id = l->wf.id,
    };
}

static bool make_campaign(struct launching *l, struct err *err)
{
    struct create create = {.l = l, .level = LEVEL_CAMPAIGN, .name = l->in.campaign_name};
    struct platform_write write = l->platform->write_campaign(&l->session, &l->plan, &l->names);

    if (!do_create(&create, "campaign", &write, &l->campaign_id, err))
        return err_while(err, "making the campaign");
    l->campaign_made = true;

    struct launch_object object = object_of(l, l->campaign_id, l->in.campaign_name, "disabled");

    return launch_store_campaign(l->job->db, l->in.platform, &object, l->job->now_ms, err);
}

/* The direction's campaign, if it still stands; the answer is kept, so that a launch that is
 * resumed goes the same way. */
static bool run_standing(struct workflow *wf, void *arg, struct str request, struct str *result,
                         struct err *err)
{
    struct launching *l = arg;
    struct platform_object object = {0};
    bool there;

    (void)request;
    if (!l->platform->object(&l->session, LEVEL_CAMPAIGN, l->in.campaign_id, &there, &object,
                             err))
        return false;
    if (!there)
        object.status = STR("deleted");
    *result = launch_shown_print(wf->arena, &object);
    return true;
}

static bool campaign_stands(struct launching *l, bool *stands, struct err *err)
{
    struct workflow_step step = {.name = "standing_campaign",
                                 .request = STR("{\"path\":\"campaign/get/\"}"),
                                 .run = run_standing,
                                 .arg = l};
    struct str result, status;

    if (!workflow_do(&l->wf, &step, &result, err) ||
        !launch_member(l->job->arena, result, "status", &status, err))
        return false;
    *stands = !str_eq(status, STR("deleted"));
    l->campaign_disabled = str_eq(status, STR("disabled"));
    return true;
}

static bool choose_campaign(struct launching *l, struct err *err)
{
    bool stands = false;

    if (str_eq(l->in.way, STR("new_campaign")))
        return make_campaign(l, err);
    if (!campaign_stands(l, &stands, err))
        return false;
    if (!stands)
        return make_campaign(l, err);
    l->campaign_id = l->in.campaign_id;
    return true;
}

static bool make_adgroup(struct launching *l, struct err *err)
{
    struct create create = {.l = l,
                            .level = LEVEL_ADGROUP,
                            .name = l->in.adgroup_name,
                            .campaign_id = l->campaign_id};
    struct platform_write write = l->platform->write_adgroup(&l->session, &l->plan, &l->names,
                                                             l->campaign_id, l->job->now_ms);

    if (!do_create(&create, "adgroup", &write, &l->adgroup_id, err))
        return err_while(err, "making the ad group");
    l->adgroup_made = true;

    struct launch_object object = object_of(l, l->adgroup_id, l->in.adgroup_name, "disabled");

    object.campaign_id = l->campaign_id;
    object.budget_micros = l->in.daily_budget_micros;
    return launch_store_adgroup(l->job->db, l->in.platform, &object, l->job->now_ms, err);
}

/* --- a prepared ad group --- */

static int64_t ads_in(const struct platform_objects *ads, struct str adgroup_id)
{
    int64_t n = 0;

    for (size_t i = 0; i < ads->n; i++)
        n += str_eq(ads->at[i].parent_id, adgroup_id);
    return n;
}

/* What the platform shows of the direction's campaign, into our rows. */
static bool sync_adgroups(struct launching *l, struct err *err)
{
    struct platform_objects adgroups = {0}, ads = {0};
    struct strs campaigns = {0};

    if (!l->in.campaign_id.n)
        return true;
    *strs_add(&campaigns, l->job->arena) = l->in.campaign_id;
    if (!l->platform->objects(&l->session, LEVEL_ADGROUP, &campaigns, STR(""), &adgroups,
                              err) ||
        !l->platform->objects(&l->session, LEVEL_AD, &campaigns, STR(""), &ads, err))
        return false;
    for (size_t i = 0; i < adgroups.n; i++) {
        const struct platform_object *seen = &adgroups.at[i];
        struct launch_object object = object_of(l, seen->id, seen->name, "");

        object.campaign_id = seen->campaign_id;
        object.status = seen->status;
        object.budget_micros = seen->budget_micros;
        object.ads_count = ads_in(&ads, seen->id);
        object.workflow_id = STR("");
        if (!launch_store_adgroup(l->job->db, l->in.platform, &object, l->job->now_ms, err))
            return false;
    }
    return true;
}

static bool run_prepared(struct workflow *wf, void *arg, struct str request, struct str *result,
                         struct err *err)
{
    struct launching *l = arg;
    struct launch_claim claim = {.platform = l->in.platform,
                                 .direction_id = l->in.direction_id,
                                 .workflow_id = wf->id,
                                 .ads = (int64_t)l->ads.n,
                                 .most = l->app->conf->ads_per_adgroup,
                                 .now_ms = l->job->now_ms};
    struct str adgroup_id, campaign_id;
    bool found;

    (void)request;
    if (!sync_adgroups(l, err) || !launch_claim_adgroup(wf->db, wf->arena, &claim, &found,
                                                        &adgroup_id, &campaign_id, err))
        return false;
    if (!found)
        return err_input(
            err, "direction_id",
            "prepare one (a paused launch makes one), or let the direction make new "
            "ad groups (tiktok_adgroup_mode create_new)",
            "the direction \"" STR_FMT "\" has no prepared ad group with room for %zu ads",
            STR_ARG(l->in.direction_name), l->ads.n);
    *result = str_fmt(wf->arena, "{\"id\":\"" STR_FMT "\",\"campaign_id\":\"" STR_FMT "\"}",
                      STR_ARG(adgroup_id), STR_ARG(campaign_id));
    return true;
}

static bool take_prepared(struct launching *l, struct err *err)
{
    struct workflow_step step = {.name = "prepared_adgroup",
                                 .request = STR("{\"path\":\"adgroup/get/\"}"),
                                 .run = run_prepared,
                                 .arg = l};
    struct platform_object campaign = {0};
    struct str result;
    bool there = false;

    if (!workflow_do(&l->wf, &step, &result, err) ||
        !launch_member(l->job->arena, result, "id", &l->adgroup_id, err) ||
        !launch_member(l->job->arena, result, "campaign_id", &l->campaign_id, err) ||
        !l->platform->object(&l->session, LEVEL_CAMPAIGN, l->campaign_id, &there, &campaign,
                             err))
        return false;
    l->campaign_disabled = there && str_eq(campaign.status, STR("disabled"));
    return true;
}

/* --- ads --- */

/* As run_create, but a refusal is this ad's own. */
static bool run_ad(struct workflow *wf, void *arg, struct str request, struct str *result,
                   struct err *err)
{
    if (run_create(wf, arg, request, result, err))
        return true;
    if (!launch_last_word(err))
        return false;
    *result = launch_refused_print(wf->arena, err);
    return true;
}

static bool make_ad(struct launching *l, size_t position, struct err *err)
{
    struct launch_made *made = &l->ads.at[position];
    struct create create = {.l = l, .level = LEVEL_AD, .campaign_id = l->campaign_id};
    struct platform_ad ad;
    struct str result;
    const struct json *json;

    if (!launch_ad(l->job->arena, &l->in, made->creative, position, &ad, err))
        return false;
    ad.video_id = made->copy.video_id;
    ad.image_id = made->copy.image_id;
    ad.identity = l->identity;
    create.name = made->name = ad.name;

    struct platform_write write =
        l->platform->write_ad(&l->session, &l->plan, l->adgroup_id, &ad);
    struct workflow_step step = {.name =
                                     launch_step_name(l->job->arena, "ad", made->creative->id),
                                 .request = launch_write_print(l->job->arena, &write),
                                 .run = run_ad,
                                 .check = check_create,
                                 .arg = &create};

    if (!workflow_do(&l->wf, &step, &result, err) ||
        !json_parse(l->job->arena, result, &json, err))
        return err_while(err, "making the ad of creative " STR_FMT,
                         STR_ARG(made->creative->id));
    made->ad_id = json_text(json, "id", STR(""));
    if (!made->ad_id.n) {
        made->refused = json_print(l->job->arena, json_at(json, "refused"));
        return true;
    }

    struct launch_object object = object_of(l, made->ad_id, ad.name, "enabled");

    object.campaign_id = l->campaign_id;
    object.adgroup_id = l->adgroup_id;
    object.creative_id = made->creative->id;
    return launch_store_ad(l->job->db, l->in.platform, &object, l->job->now_ms, err);
}

static int64_t ads_made(const struct launching *l)
{
    int64_t n = 0;

    for (size_t i = 0; i < l->ads.n; i++)
        n += l->ads.at[i].ad_id.n > 0;
    return n;
}

static bool make_ads(struct launching *l, struct err *err)
{
    for (size_t i = 0; i < l->ads.n; i++)
        if (!l->ads.at[i].refused.n && !make_ad(l, i, err))
            return false;
    if (!launch_some_left(l, err))
        return false;
    if (!l->adgroup_made)
        return true;

    struct launch_object object = object_of(l, l->adgroup_id, l->in.adgroup_name, "disabled");

    object.campaign_id = l->campaign_id;
    object.budget_micros = l->in.daily_budget_micros;
    object.ads_count = ads_made(l);
    return launch_store_adgroup(l->job->db, l->in.platform, &object, l->job->now_ms, err);
}

bool launch_make(struct launching *l, struct err *err)
{
    bool prepared = str_eq(l->in.way, STR("existing_adgroup"));

    l->names = launch_names(&l->in);
    return launch_plan(l->job->arena, &l->in, &l->plan, err) && launch_connect(l, err) &&
           launch_load_creatives(l, err) && launch_resolve_identity(l, err) &&
           launch_check_page(l, err) && launch_ensure_media(l, err) &&
           (prepared ? take_prepared(l, err)
                     : choose_campaign(l, err) && make_adgroup(l, err)) &&
           make_ads(l, err);
}
