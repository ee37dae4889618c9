/* launch_preview.c - what a launch would ask of the platform, without asking. */

#include "ads/launch.h"
#include "ads/launch_input.h"

#include "ads/launch_db.h"
#include "ads/launch_steps.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "text/json.h"
#include "text/money.h"
#include "text/zone.h"

struct preview {
    const struct app *app;
    struct launch_input in;
    const struct platform *platform;
    struct platform_session session;
    struct platform_plan plan;
    struct platform_names names;
    struct json_writer w;
};

static void call(struct preview *p, const char *step, const char *method, struct str path,
                 struct str body)
{
    struct str full = str_fmt(p->session.arena, "/open_api/" STR_FMT "/" STR_FMT,
                              STR_ARG(p->app->conf->tiktok_api_version), STR_ARG(path));

    json_object(&p->w);
    json_text_member(&p->w, "step", str(step));
    json_text_member(&p->w, "method", str(method));
    json_text_member(&p->w, "path", full);
    json_key(&p->w, "body");
    if (body.n)
        json_put_raw(&p->w, body);
    else
        json_put_null(&p->w);
    json_end(&p->w);
}

static void write_call(struct preview *p, const char *step, struct platform_write write)
{
    call(p, step, "POST", write.path, write.body);
}

/* Files go as multipart; their fields stand here, and the ids that come back in braces. */
static void media_calls(struct preview *p, const struct creative *creative)
{
    const char *step = launch_step_name(p->session.arena, "media", creative->id);
    struct str advertiser = p->session.advertiser_id;

    call(p, step, "POST", STR("file/video/ad/upload/"),
         str_fmt(p->session.arena,
                 "{\"advertiser_id\":\"" STR_FMT "\",\"upload_type\":\"UPLOAD_BY_FILE\","
                 "\"file_name\":\"adwright-" STR_FMT "-1.mp4\",\"video_signature\":\"" STR_FMT
                 "\"}",
                 STR_ARG(advertiser), STR_ARG(creative->id), STR_ARG(creative->md5)));
    call(p, step, "POST", STR("file/image/ad/upload/"),
         str_fmt(p->session.arena,
                 "{\"advertiser_id\":\"" STR_FMT "\",\"upload_type\":\"UPLOAD_BY_FILE\","
                 "\"file_name\":\"adwright-" STR_FMT "-1.jpg\"}",
                 STR_ARG(advertiser), STR_ARG(creative->id)));
}

static bool needs_upload(struct preview *p, struct db *db, const struct creative *creative,
                         bool *needs, struct err *err)
{
    struct creative_copy copy;
    bool found;

    if (!creative_copy_find(db, p->session.arena, creative->id, p->in.platform,
                            p->session.advertiser_id, &found, &copy, err))
        return false;
    *needs = !found || !copy.video_id.n || !copy.image_id.n;
    return true;
}

static bool put_ads(struct preview *p, const struct creatives *creatives, struct str adgroup_id,
                    struct err *err)
{
    for (size_t i = 0; i < creatives->n; i++) {
        struct platform_ad ad;

        if (!launch_ad(p->session.arena, &p->in, &creatives->at[i], i, &ad, err))
            return false;
        ad.video_id = str_fmt(p->session.arena, "{video_id of " STR_FMT "}",
                              STR_ARG(creatives->at[i].id));
        ad.image_id = str_fmt(p->session.arena, "{image_id of " STR_FMT "}",
                              STR_ARG(creatives->at[i].id));
        ad.identity =
            (struct platform_identity){.id = p->in.identity_id, .type = STR("{identity_type}")};
        write_call(p, launch_step_name(p->session.arena, "ad", creatives->at[i].id),
                   p->platform->write_ad(&p->session, &p->plan, adgroup_id, &ad));
    }
    return true;
}

static void put_switches(struct preview *p, struct str campaign_id, struct str adgroup_id,
                         bool new_campaign)
{
    if (p->in.start_paused)
        return;
    write_call(p, "enable_adgroup",
               p->platform->write_status(&p->session, LEVEL_ADGROUP, adgroup_id, true));
    if (new_campaign)
        write_call(p, "enable_campaign",
                   p->platform->write_status(&p->session, LEVEL_CAMPAIGN, campaign_id, true));
}

static bool put_calls(struct preview *p, struct db *db, const struct creatives *creatives,
                      int64_t now_ms, struct err *err)
{
    bool prepared = str_eq(p->in.way, STR("existing_adgroup"));
    bool new_campaign = str_eq(p->in.way, STR("new_campaign"));
    struct str campaign_id = new_campaign ? STR("{campaign_id}") : p->in.campaign_id;
    struct str adgroup_id = STR("{adgroup_id}");

    call(p, "identity", "GET", STR("identity/get/"), STR(""));
    if (p->in.page_id.n)
        call(p, "page", "GET", STR("page/get/"), STR(""));
    for (size_t i = 0; i < creatives->n; i++) {
        bool needs;

        if (!needs_upload(p, db, &creatives->at[i], &needs, err))
            return false;
        if (needs)
            media_calls(p, &creatives->at[i]);
    }
    if (!prepared && !new_campaign)
        call(p, "standing_campaign", "GET", STR("campaign/get/"), STR(""));
    if (prepared)
        call(p, "prepared_adgroup", "GET", STR("adgroup/get/"), STR(""));
    if (new_campaign)
        write_call(p, "campaign",
                   p->platform->write_campaign(&p->session, &p->plan, &p->names));
    if (!prepared)
        write_call(
            p, "adgroup",
            p->platform->write_adgroup(&p->session, &p->plan, &p->names, campaign_id, now_ms));
    if (!put_ads(p, creatives, adgroup_id, err))
        return false;
    put_switches(p, campaign_id, adgroup_id, new_campaign);
    return true;
}

/* --- the money, and what to think of --------------------------------------------------- */

static void warn(struct preview *p, const char *code, struct str text)
{
    json_object(&p->w);
    json_text_member(&p->w, "code", str(code));
    json_text_member(&p->w, "text", text);
    json_end(&p->w);
}

static struct str amount(const struct preview *p, int64_t micros)
{
    struct arena *arena = p->session.arena;

    return str_fmt(arena, STR_FMT " " STR_FMT,
                   STR_ARG(money_show(arena, micros, p->in.currency)), STR_ARG(p->in.currency));
}

static void put_warnings(struct preview *p, const struct launch_standing *standing,
                         int64_t limit_micros)
{
    struct arena *arena = p->session.arena;
    int64_t after = standing->running_micros + p->in.daily_budget_micros;

    json_key(&p->w, "warnings");
    json_list(&p->w);
    if (p->in.start_paused)
        warn(p, "paused", STR("nothing runs until it is published"));
    else if (after > limit_micros)
        warn(p, "above_direction",
             str_fmt(arena,
                     "the direction's ad groups may then spend " STR_FMT
                     " a day, its budget is " STR_FMT,
                     STR_ARG(amount(p, after)), STR_ARG(amount(p, limit_micros))));
    if (str_eq(p->in.way, STR("new_adgroup")) &&
        str_eq(standing->campaign_status, STR("disabled")))
        warn(p, "campaign_off",
             STR("the direction's campaign is switched off: nothing runs until it is resumed"));
    if (str_eq(p->in.way, STR("existing_adgroup")))
        warn(p, "prepared_budget",
             STR("a prepared ad group is used, with the budget that it has"));
    json_end(&p->w);
}

static struct str local_time(struct arena *arena, struct str zone, int64_t at_ms)
{
    return str_sub(time_platform(arena, at_ms + zone_offset_s(zone, at_ms) * INT64_C(1000)), 0,
                   16);
}

static void put_spend(struct preview *p, const struct ad_connection *connection,
                      const struct launch_standing *standing, int64_t now_ms)
{
    struct arena *arena = p->session.arena;
    bool off = p->in.start_paused;

    json_key(&p->w, "estimated_spend");
    json_object(&p->w);
    json_int_member(&p->w, "daily_micros", off ? 0 : p->in.daily_budget_micros);
    json_int_member(&p->w, "direction_running_micros", standing->running_micros);
    json_text_member(&p->w, "currency", p->in.currency);
    json_text_or_null_member(&p->w, "starts_at", off ? STR("") : time_rfc3339(arena, now_ms));
    json_text_member(&p->w, "zone", connection->zone);
    json_end(&p->w);
    json_text_member(
        &p->w, "sentence",
        off ? str_fmt(arena, "spends nothing; published, it spends up to " STR_FMT " a day",
                      STR_ARG(amount(p, p->in.daily_budget_micros)))
            : str_fmt(arena,
                      "spends up to " STR_FMT " a day from " STR_FMT " (" STR_FMT
                      ") until it is paused",
                      STR_ARG(amount(p, p->in.daily_budget_micros)),
                      STR_ARG(local_time(arena, connection->zone, now_ms)),
                      STR_ARG(connection->zone)));
}

static bool put_head(struct preview *p, struct db *db, const struct creatives *creatives,
                     struct err *err)
{
    struct json_writer *w = &p->w;

    json_bool_member(w, "dry_run", true);
    json_text_member(w, "way", p->in.way);
    json_text_member(w, "direction_id", p->in.direction_id);
    json_text_member(w, "direction_name", p->in.direction_name);
    json_text_member(w, "objective", p->in.objective);
    json_text_member(w, "campaign_name", p->in.campaign_name);
    json_text_member(w, "adgroup_name", p->in.adgroup_name);
    json_key(w, "creatives");
    json_list(w);
    for (size_t i = 0; i < creatives->n; i++) {
        bool needs;

        if (!needs_upload(p, db, &creatives->at[i], &needs, err))
            return false;
        json_object(w);
        json_text_member(w, "id", creatives->at[i].id);
        json_text_member(w, "title", creatives->at[i].title);
        json_bool_member(w, "needs_upload", needs);
        json_end(w);
    }
    json_end(w);
    return true;
}

bool launch_preview(const struct app *app, struct db *db, struct arena *arena,
                    const struct launch_wish *wish, int64_t now_ms, struct str *json,
                    struct err *err)
{
    struct preview p = {.app = app};
    struct ad_connection connection;
    struct creatives creatives = {0};
    struct launch_standing standing;
    struct direction direction;
    struct buf buf;

    if (!launch_input_make(db, arena, wish, now_ms, &p.in, &creatives, err) ||
        !launch_plan(arena, &p.in, &p.plan, err) ||
        !ad_account_resolve(db, arena, p.in.ad_account_id, p.in.platform, &connection, err) ||
        !direction_get(db, arena, p.in.direction_id, &direction, err) ||
        !launch_stands(db, arena, p.in.platform, p.in.direction_id, p.in.campaign_id, &standing,
                       err))
        return false;
    p.platform = platform_find(p.in.platform);
    p.names = launch_names(&p.in);
    p.session = (struct platform_session){.arena = arena,
                                          .conf = app->conf,
                                          .advertiser_id = p.in.advertiser_id,
                                          .currency = p.in.currency};
    buf_init(&buf, arena, LIMIT_REPLY_BODY);
    json_writer(&p.w, &buf);
    json_object(&p.w);
    if (!put_head(&p, db, &creatives, err))
        return false;
    json_key(&p.w, "calls");
    json_list(&p.w);
    if (!put_calls(&p, db, &creatives, now_ms, err))
        return false;
    json_end(&p.w);
    put_spend(&p, &connection, &standing, now_ms);
    put_warnings(&p, &standing, direction.daily_budget_micros);
    json_end(&p.w);
    return buf_done(&buf, "the preview", json, err);
}

bool launch_plan_of(struct arena *arena, struct str input, struct strs *names, struct err *err)
{
    struct launch_input in;

    if (!launch_input_read(arena, input, &in, err))
        return false;
    *strs_add(names, arena) = STR("identity");
    if (in.page_id.n)
        *strs_add(names, arena) = STR("page");
    for (size_t i = 0; i < in.creative_ids.n; i++)
        *strs_add(names, arena) = str(launch_step_name(arena, "media", in.creative_ids.at[i]));
    if (str_eq(in.way, STR("existing_adgroup"))) {
        *strs_add(names, arena) = STR("prepared_adgroup");
    } else {
        *strs_add(names, arena) =
            str_eq(in.way, STR("new_campaign")) ? STR("campaign") : STR("standing_campaign");
        *strs_add(names, arena) = STR("adgroup");
    }
    for (size_t i = 0; i < in.creative_ids.n; i++)
        *strs_add(names, arena) = str(launch_step_name(arena, "ad", in.creative_ids.at[i]));
    if (!in.start_paused) {
        *strs_add(names, arena) = STR("enable_adgroup");
        if (str_eq(in.way, STR("new_campaign")))
            *strs_add(names, arena) = STR("enable_campaign");
    }
    return true;
}
