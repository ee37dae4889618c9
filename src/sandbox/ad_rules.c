/* ad_rules.c - identity, media, text and destination of an ad. */

#include "sandbox/ad_rules.h"

#include "base/arena.h"
#include "sandbox/adgroup_rules.h"
#include "sandbox/doc.h"
#include "sandbox/media.h"
#include "sandbox/rules.h"
#include "text/form.h"
#include "text/url.h"

/* The ad that is being judged. */
struct subject {
    struct call *call;
    const struct json *campaign, *group, *ad;
    const struct json *identity;
    struct str where;
};

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

static bool is(const struct json *doc, const char *name, const char *word)
{
    return str_eq(text(doc, name), str(word));
}

static bool refuse(struct subject *s, const char *field, const char *why)
{
    return call_refuse(s->call, STR_FMT ".%s: %s", STR_ARG(s->where), field, why);
}

static bool missing(struct subject *s, const char *field)
{
    return refuse(s, field, "Missing data for required field.");
}

static bool unsupported(struct subject *s, const char *field)
{
    return call_refuse(s->call, "'" STR_FMT ".%s' is not supported in /v1.3/" STR_FMT ".",
                       STR_ARG(s->where), field, STR_ARG(s->call->endpoint->path));
}

static bool is_pull(const struct json *ad)
{
    return json_given(ad, "tiktok_item_id");
}

static bool is_spark(const struct json *ad)
{
    return !is(ad, "identity_type", "CUSTOMIZED_USER");
}

bool ad_is_push(const struct json *ad)
{
    return is_spark(ad) && !is_pull(ad) && json_given(ad, "video_id");
}

/* --- identity ------------------------------------------------------------ */

static bool custom_allowed(struct subject *s)
{
    bool allowed = json_bool(s->call->advertiser, "can_use_custom_identity",
                             s->call->box->settings.custom_identity);

    if (allowed || !adgroup_on_tiktok(s->group))
        return true;
    return refuse(s, "identity_type",
                  "CUSTOMIZED_USER cannot be used for ads on TikTok in this account. Use a "
                  "TikTok account as identity.");
}

static bool identity_good(struct subject *s)
{
    const struct json *identity = own_find(s->call, KIND_IDENTITY, text(s->ad, "identity_id"));

    if (is(s->ad, "identity_type", "BC_AUTH_TT") &&
        !json_given(s->ad, "identity_authorized_bc_id"))
        return call_refuse(s->call, "identity_bc_id is required");
    if (!identity || json_bool(identity, "_deleted", false))
        return refuse(s, "identity_id", "The identity does not exist.");
    if (!str_eq(text(identity, "identity_type"), text(s->ad, "identity_type")))
        return refuse(s, "identity_type", "The identity is of another type.");
    if (is(s->ad, "identity_type", "BC_AUTH_TT") &&
        !str_eq(text(identity, "identity_authorized_bc_id"),
                text(s->ad, "identity_authorized_bc_id")))
        return refuse(s, "identity_authorized_bc_id",
                      "The Business Center does not share this identity.");
    if (!is(identity, "available_status", "AVAILABLE"))
        return call_refuse(s->call,
                           STR_FMT ".identity_id: The identity is unavailable: " STR_FMT,
                           STR_ARG(s->where), STR_ARG(text(identity, "available_status")));
    s->identity = identity;
    return is_spark(s->ad) || custom_allowed(s);
}

/* --- media --------------------------------------------------------------- */

static bool video_good(struct subject *s)
{
    const struct json *video = own_find(s->call, KIND_VIDEO, text(s->ad, "video_id"));

    if (!video)
        return refuse(s, "video_id", "The video does not exist.");
    if (!media_ready(s->call, video))
        return refuse(s, "video_id", "The video is still being processed.");
    if (!json_bool(video, "displayable", false))
        return refuse(s, "video_id",
                      "The video does not meet the requirements of the placements.");
    return true;
}

static bool same_ratio(const struct json *a, const struct json *b)
{
    double aw = json_real(a, "width", 0), ah = json_real(a, "height", 0);
    double bw = json_real(b, "width", 0), bh = json_real(b, "height", 0);
    double skew;

    if (aw <= 0 || ah <= 0 || bw <= 0 || bh <= 0)
        return true; /* headers that do not say */
    skew = aw * bh / (ah * bw);
    return skew > 0.98 && skew < 1.02;
}

/* A cover for every video that is not a post already. */
static bool cover_good(struct subject *s)
{
    const struct json *images = json_at(s->ad, "image_ids");
    const struct json *video = own_find(s->call, KIND_VIDEO, text(s->ad, "video_id"));
    const struct json *image;

    if (json_count(images) != 1)
        return call_refuse(s->call, "You must upload an image");
    image = own_find(s->call, KIND_IMAGE, json_text(json_item(images, 0), "", STR("")));
    if (!image)
        return refuse(s, "image_ids", "The image does not exist.");
    if (!same_ratio(video, image))
        return refuse(s, "image_ids",
                      "The cover must have the same aspect ratio as the video.");
    return true;
}

static bool post_good(struct subject *s)
{
    const struct json *post =
        store_find(s->call->box->store, KIND_POST, text(s->ad, "tiktok_item_id"));
    struct str owner = text(s->identity, "_creator_id");

    if (json_given(s->ad, "image_ids"))
        return refuse(s, "image_ids", "cannot be used together with tiktok_item_id.");
    if (json_given(s->ad, "ad_text"))
        return refuse(s, "ad_text",
                      "cannot be used together with tiktok_item_id: the caption "
                      "of the post is used.");
    if (!owner.n)
        owner = text(s->identity, "identity_id");
    if (!post || !str_eq(text(post, "identity_id"), owner))
        return refuse(s, "tiktok_item_id", "The post does not exist for this identity.");
    if (is(s->ad, "identity_type", "AUTH_CODE"))
        return json_list_has(json_at(s->identity, "_items"), text(post, "item_id")) ||
               refuse(s, "tiktok_item_id", "The post is not authorized for this account.");
    return json_bool(s->identity, "can_pull_video", false) ||
           refuse(s, "identity_id", "Posts of this identity cannot be used (can_pull_video).");
}

static bool carousel_good(struct subject *s)
{
    const struct json *images = json_at(s->ad, "image_ids");

    if (json_count(images) < 1 || json_count(images) > 35)
        return refuse(s, "image_ids", "a carousel has 1 to 35 images.");
    for (size_t i = 0; i < json_count(images); i++)
        if (!own_find(s->call, KIND_IMAGE, json_text(json_item(images, i), "", STR(""))))
            return refuse(s, "image_ids", "The image does not exist.");
    return json_given(s->ad, "music_id") || missing(s, "music_id");
}

static bool format_good(struct subject *s)
{
    struct str format = text(s->ad, "ad_format");

    if (str_eq(format, STR("SINGLE_IMAGE")) && adgroup_on_tiktok(s->group))
        return refuse(s, "ad_format", "SINGLE_IMAGE is not supported on PLACEMENT_TIKTOK.");
    if (str_eq(format, STR("LIVE_CONTENT")) || str_eq(format, STR("CATALOG_CAROUSEL")))
        return call_fail(s->call, CODE_ALLOWLIST,
                         STR_FMT ".ad_format: " STR_FMT
                                 " needs to be enabled for this account.",
                         STR_ARG(s->where), STR_ARG(format));
    return true;
}

static bool media_good(struct subject *s)
{
    bool video = json_given(s->ad, "video_id");

    if (!format_good(s))
        return false;
    if (is(s->ad, "identity_type", "AUTH_CODE") && !is_pull(s->ad))
        return missing(s, "tiktok_item_id");
    if (!is_spark(s->ad) && is_pull(s->ad))
        return refuse(s, "tiktok_item_id", "cannot be used with CUSTOMIZED_USER.");
    if (video && is_pull(s->ad))
        return refuse(s, "video_id", "cannot be used together with tiktok_item_id.");
    if (is_pull(s->ad))
        return post_good(s);
    if (is(s->ad, "ad_format", "CAROUSEL_ADS"))
        return carousel_good(s);
    if (is(s->ad, "ad_format", "SINGLE_IMAGE"))
        return json_count(json_at(s->ad, "image_ids")) == 1 || missing(s, "image_ids");
    if (!video)
        return missing(s, "video_id");
    if (is_spark(s->ad) && !json_bool(s->identity, "can_push_video", false))
        return refuse(s, "identity_id",
                      "Videos cannot be published through this identity (can_push_video).");
    return video_good(s) && cover_good(s);
}

/* --- text, button, visibility -------------------------------------------- */

static bool text_good(struct subject *s)
{
    struct str value = text(s->ad, "ad_text");

    if (is_pull(s->ad))
        return true;
    if (!value.n)
        return missing(s, "ad_text");
    if (str_length(value) > 100)
        return refuse(s, "ad_text", "Length must be between 1 and 100.");
    if (rule_has_emoji(value))
        return refuse(s, "ad_text", "emojis are not supported.");
    return true;
}

static bool button_good(struct subject *s)
{
    bool fixed = json_given(s->ad, "call_to_action");
    bool dynamic = json_given(s->ad, "call_to_action_id");

    if (fixed && dynamic)
        return refuse(s, "call_to_action_id", "cannot be used together with call_to_action.");
    if (dynamic)
        return refuse(s, "call_to_action_id", "The call-to-action portfolio does not exist.");
    if (!fixed && adgroup_on_tiktok(s->group))
        return missing(s, "call_to_action");
    return true;
}

static bool push_only_good(struct subject *s)
{
    static const char *const fields[] = {"dark_post_status", "item_duet_status",
                                         "item_stitch_status"};

    for (size_t i = 0; i < countof(fields) && !ad_is_push(s->ad); i++)
        if (json_given(s->ad, fields[i]))
            return unsupported(s, fields[i]);
    if (is(s->ad, "dark_post_status", "OFF") && json_bool(s->identity, "ads_only_mode", false))
        return refuse(s, "dark_post_status", "OFF is not possible in ads-only mode.");
    return true;
}

/* --- destination --------------------------------------------------------- */

static bool utm_consistent(struct subject *s)
{
    const struct json *params = json_at(s->ad, "utm_params");
    struct form_fields query = {0};
    struct url url;
    struct err err = {0};

    if (!json_count(params))
        return true;
    if (!url_parse(s->call->arena, text(s->ad, "landing_page_url"), &url, &err) ||
        !form_parse(s->call->arena, url.query, &query, &err))
        return refuse(s, "utm_params", "need a landing_page_url.");
    for (size_t i = 0; i < json_count(params); i++) {
        const struct form_field *field = form_find(&query, text(json_item(params, i), "key"));
        if (field && !str_eq(field->value, text(json_item(params, i), "value")))
            return refuse(s, "utm_params", "differ from the query of landing_page_url.");
    }
    return true;
}

static bool url_good(struct subject *s)
{
    if (!rule_https(s->call, text(s->ad, "landing_page_url"), false))
        return refuse(s, "landing_page_url", "must be a valid https URL.");
    return utm_consistent(s);
}

static bool page_good(struct subject *s)
{
    struct str id = json_id(s->ad, "page_id", s->call->arena);
    const struct json *page = own_find(s->call, KIND_PAGE, id);
    bool form = adgroup_is_form(s->group);

    if (!form && !is(s->campaign, "objective_type", "TRAFFIC"))
        return unsupported(s, "page_id");
    if (form && !json_list_has(json_at(s->call->advertiser, "_terms"), STR("LeadAds")))
        return call_refuse(s->call, "Lead Generation agreement has not be signed yet.");
    if (!page)
        return refuse(s, "page_id", "The page does not exist.");
    if (!is(page, "status", "PUBLISHED"))
        return refuse(s, "page_id", "The page is not published.");
    if (!is(page, "business_type", form ? "LEAD_GEN" : "TIKTOK_INSTANT_PAGE"))
        return refuse(s, "page_id", "The page is of another type than this ad needs.");
    return true;
}

static bool destination_good(struct subject *s)
{
    bool url = json_given(s->ad, "landing_page_url"), page = json_given(s->ad, "page_id");
    bool website = is(s->group, "promotion_type", "WEBSITE") ||
                   is(s->group, "promotion_target_type", "EXTERNAL_WEBSITE");

    if (adgroup_is_form(s->group) && !page)
        return missing(s, "page_id");
    if (website && !url && !page)
        return missing(s, "landing_page_url");
    if (!url && json_count(json_at(s->ad, "utm_params")))
        return refuse(s, "utm_params", "need a landing_page_url.");
    return (!page || page_good(s)) && (!url || url_good(s));
}

static bool tracking_good(struct subject *s)
{
    struct str id = json_id(s->ad, "tracking_pixel_id", s->call->arena);

    if (!id.n)
        return true;
    if (json_given(s->group, "pixel_id") && !str_eq(id, text(s->group, "pixel_id")))
        return refuse(s, "tracking_pixel_id", "must be the pixel of the ad group.");
    return own_find(s->call, KIND_PIXEL, id) != NULL ||
           refuse(s, "tracking_pixel_id", "The pixel does not exist.");
}

static bool catalog_free(struct subject *s)
{
    static const char *const fields[] = {"catalog_id", "product_set_id",
                                         "shopping_ads_video_package_id", "card_id"};

    for (size_t i = 0; i < countof(fields); i++)
        if (json_given(s->ad, fields[i]))
            return refuse(s, fields[i], "The object does not exist.");
    return true;
}

bool ad_good(struct call *call, const struct json *campaign, const struct json *group,
             const struct json *ad, struct str where)
{
    struct subject s = {call, campaign, group, ad, NULL, where};
    struct str name = text(ad, "ad_name");

    if (name.n &&
        !rule_name(call, str_fmt(call->arena, STR_FMT ".ad_name", STR_ARG(where)).p, name, 512))
        return false;
    return identity_good(&s) && media_good(&s) && text_good(&s) && button_good(&s) &&
           push_only_good(&s) && destination_good(&s) && tracking_good(&s) && catalog_free(&s);
}
