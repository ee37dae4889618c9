/* launch_switch.c - enabling and disabling: one write, read back; live, and back. */

#include "ads/launch_steps.h"

#include "db/db.h"

/* --- status --- */

static bool check_switch(struct workflow *wf, void *arg, struct str request, bool *found,
                         struct str *result, struct err *err)
{
    struct launch_switch *s = arg;
    struct platform_object object;
    bool there;

    (void)request;
    if (!s->platform->object(s->session, s->level, s->id, &there, &object, err))
        return false;
    if (!there)
        return err_set(err, ERR_NOT_FOUND, "the platform has no object " STR_FMT " any more",
                       STR_ARG(s->id));
    *found = str_eq(object.status, s->enabled ? STR("enabled") : STR("disabled")) ||
             (!s->enabled && str_eq(object.status, STR("deleted")));
    *result = launch_shown_print(wf->arena, &object);
    return true;
}

static bool run_switch(struct workflow *wf, void *arg, struct str request, struct str *result,
                       struct err *err)
{
    struct launch_switch *s = arg;
    struct platform_write write;
    const struct json *data;
    bool as_wished = false;

    if (!launch_write_read(wf->arena, request, &write, err) ||
        !s->platform->send(s->session, &write, &data, err) ||
        !check_switch(wf, arg, request, &as_wished, result, err))
        return false;
    return as_wished || err_set(err, ERR_UNCERTAIN,
                                "the platform accepted the change of " STR_FMT
                                " and still shows another status",
                                STR_ARG(s->id));
}

bool launch_switch(struct launch_switch *s, const char *name, int64_t now_ms, struct err *err)
{
    struct platform_write write =
        s->platform->write_status(s->session, s->level, s->id, s->enabled);
    struct workflow_step step = {.name = name,
                                 .request = launch_write_print(s->wf->arena, &write),
                                 .run = run_switch,
                                 .check = check_switch,
                                 .arg = s};
    struct str result, status, word;

    return workflow_do(s->wf, &step, &result, err) &&
           launch_member(s->wf->arena, result, "status", &status, err) &&
           launch_member(s->wf->arena, result, "platform_status", &word, err) &&
           launch_store_status(s->wf->db, str(s->platform->name), s->level, s->id, status, word,
                               now_ms, err);
}

/* --- live, and back --- */

static bool turn(struct launching *l, const char *name, enum platform_level level,
                 struct str id, bool enabled, struct err *err)
{
    struct launch_switch s = {.wf = &l->wf,
                              .platform = l->platform,
                              .session = &l->session,
                              .level = level,
                              .id = id,
                              .enabled = enabled};

    return launch_switch(&s, name, l->job->now_ms, err);
}

bool launch_enable(struct launching *l, struct err *err)
{
    /* The campaign last: until then nothing spends. */
    return (turn(l, "enable_adgroup", LEVEL_ADGROUP, l->adgroup_id, true, err) &&
            (!l->campaign_made ||
             turn(l, "enable_campaign", LEVEL_CAMPAIGN, l->campaign_id, true, err))) ||
           err_while(err, "enabling what was made");
}

/* The id that a step's stored result names; "" when the step made nothing. */
static bool made_by(struct launching *l, const char *step, struct str *id, struct err *err)
{
    struct str result;

    *id = STR("");
    if (!workflow_result(&l->wf, step, &result, err))
        return false;
    return !result.n || launch_member(l->job->arena, result, "id", id, err);
}

/* An ad group that was prepared by others goes back as it was: disabled, its new ads too. */
static bool give_back(struct launching *l, struct str adgroup_id, struct err *err)
{
    for (size_t i = 0; i < l->in.creative_ids.n; i++) {
        struct str creative_id = l->in.creative_ids.at[i], ad_id;

        if (!made_by(l, launch_step_name(l->job->arena, "ad", creative_id), &ad_id, err) ||
            (ad_id.n && !turn(l, launch_step_name(l->job->arena, "undo_ad", creative_id),
                              LEVEL_AD, ad_id, false, err)))
            return false;
    }
    return launch_lower_count(l->job->db, l->in.platform, adgroup_id,
                              (int64_t)l->in.creative_ids.n, err);
}

bool launch_disable_made(struct launching *l, struct err *err)
{
    struct str campaign_id, adgroup_id, prepared_id;

    if (!made_by(l, "campaign", &campaign_id, err) ||
        !made_by(l, "adgroup", &adgroup_id, err) ||
        !made_by(l, "prepared_adgroup", &prepared_id, err))
        return false;
    if (campaign_id.n && !turn(l, "undo_campaign", LEVEL_CAMPAIGN, campaign_id, false, err))
        return false;
    if (adgroup_id.n && !turn(l, "undo_adgroup", LEVEL_ADGROUP, adgroup_id, false, err))
        return false;
    return !prepared_id.n || (turn(l, "undo_adgroup", LEVEL_ADGROUP, prepared_id, false, err) &&
                              give_back(l, prepared_id, err));
}
