/* launch_preview.c - what a launch would ask of the platform, without asking. */

#include "ads/launch.h"
#include "ads/launch_input.h"

#include "conf/app.h"
#include "conf/conf.h"
#include "text/json.h"

struct preview {
    const struct app *app;
    struct launch_input in;
    const struct platform *platform;
    struct platform_session session;
    struct platform_plan plan;
    struct platform_names names;
    struct json_writer w;
};

static void call(struct preview *p, const char *method, struct str path, struct str body)
{
    struct str full = str_fmt(p->session.arena, "/open_api/" STR_FMT "/" STR_FMT,
                              STR_ARG(p->app->conf->tiktok_api_version), STR_ARG(path));

    json_object(&p->w);
    json_text_member(&p->w, "method", str(method));
    json_text_member(&p->w, "path", full);
    json_key(&p->w, "body");
    if (body.n)
        json_put_raw(&p->w, body);
    else
        json_put_null(&p->w);
    json_end(&p->w);
}

static void write_call(struct preview *p, struct platform_write write)
{
    call(p, "POST", write.path, write.body);
}

/* Files go as multipart; their fields stand here, and the ids that come back in braces. */
static void media_calls(struct preview *p, const struct creative *creative)
{
    struct str advertiser = p->session.advertiser_id;

    call(p, "POST", STR("file/video/ad/upload/"),
         str_fmt(p->session.arena,
                 "{\"advertiser_id\":\"" STR_FMT "\",\"upload_type\":\"UPLOAD_BY_FILE\","
                 "\"file_name\":\"adwright-" STR_FMT "-1.mp4\",\"video_signature\":\"" STR_FMT
                 "\"}",
                 STR_ARG(advertiser), STR_ARG(creative->id), STR_ARG(creative->md5)));
    call(p, "POST", STR("file/image/ad/upload/"),
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
        write_call(p, p->platform->write_ad(&p->session, &p->plan, adgroup_id, &ad));
    }
    return true;
}

static void put_switches(struct preview *p, struct str campaign_id, struct str adgroup_id,
                         bool new_campaign)
{
    if (p->in.start_paused)
        return;
    write_call(p, p->platform->write_status(&p->session, LEVEL_ADGROUP, adgroup_id, true));
    if (new_campaign)
        write_call(p,
                   p->platform->write_status(&p->session, LEVEL_CAMPAIGN, campaign_id, true));
}

static bool put_calls(struct preview *p, struct db *db, const struct creatives *creatives,
                      int64_t now_ms, struct err *err)
{
    bool prepared = str_eq(p->in.way, STR("existing_adgroup"));
    bool new_campaign = str_eq(p->in.way, STR("new_campaign"));
    struct str campaign_id = new_campaign ? STR("{campaign_id}") : p->in.campaign_id;
    struct str adgroup_id = STR("{adgroup_id}");

    call(p, "GET", STR("identity/get/"), STR(""));
    if (p->in.page_id.n)
        call(p, "GET", STR("page/get/"), STR(""));
    for (size_t i = 0; i < creatives->n; i++) {
        bool needs;

        if (!needs_upload(p, db, &creatives->at[i], &needs, err))
            return false;
        if (needs)
            media_calls(p, &creatives->at[i]);
    }
    if (prepared)
        call(p, "GET", STR("adgroup/get/"), STR(""));
    if (new_campaign)
        write_call(p, p->platform->write_campaign(&p->session, &p->plan, &p->names));
    if (!prepared)
        write_call(p, p->platform->write_adgroup(&p->session, &p->plan, &p->names, campaign_id,
                                                 now_ms));
    if (!put_ads(p, creatives, adgroup_id, err))
        return false;
    put_switches(p, campaign_id, adgroup_id, new_campaign);
    return true;
}

bool launch_preview(const struct app *app, struct db *db, struct arena *arena,
                    const struct launch_wish *wish, int64_t now_ms, struct str *json,
                    struct err *err)
{
    struct preview p = {.app = app};
    struct creatives creatives = {0};
    struct buf buf;

    if (!launch_input_make(db, arena, wish, now_ms, &p.in, &creatives, err) ||
        !launch_plan(arena, &p.in, &p.plan, err))
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
    json_bool_member(&p.w, "dry_run", true);
    json_text_member(&p.w, "way", p.in.way);
    json_key(&p.w, "calls");
    json_list(&p.w);
    if (!put_calls(&p, db, &creatives, now_ms, err))
        return false;
    json_end(&p.w);
    json_key(&p.w, "estimated_spend");
    json_object(&p.w);
    json_int_member(&p.w, "daily_micros", p.in.start_paused ? 0 : p.in.daily_budget_micros);
    json_text_member(&p.w, "currency", p.in.currency);
    json_end(&p.w);
    json_end(&p.w);
    return buf_done(&buf, "the preview", json, err);
}
