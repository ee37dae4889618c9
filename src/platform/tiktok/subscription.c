/* subscription.c - asking TikTok to send us leads (TikTok: subscription/subscribe/, entity
 * LEAD). */

#include "platform/tiktok/tiktok.h"

#include "conf/conf.h"

#define SUBSCRIPTIONS_PAGE 1000

/* The app speaks for itself: id and secret instead of a token in the header. */
static struct platform_session app_session(const struct platform_session *s)
{
    struct platform_session app = *s;

    app.token = (struct secret){0};
    app.advertiser_id = STR("");
    return app;
}

struct wanted {
    struct str callback_url;
    struct str advertiser_id;
    struct arena *arena;
    bool found;
};

static bool look_at(void *arg, const struct json *row, struct err *err)
{
    struct wanted *wanted = arg;
    struct str advertiser = json_id(row, "subscription_detail.advertiser_id", wanted->arena);

    (void)err;
    if (str_eq(json_text(row, "callback_url", STR("")), wanted->callback_url) &&
        str_eq(advertiser, wanted->advertiser_id))
        wanted->found = true;
    return true;
}

static struct str subscribe_body(struct platform_session *s, struct str callback_url)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, s->arena, 16 * 1024);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "app_id", s->conf->tiktok_app_id);
    json_text_member(&w, "secret", s->conf->tiktok_app_secret);
    json_text_member(&w, "subscribe_entity", STR("LEAD"));
    json_text_member(&w, "callback_url", callback_url);
    json_key(&w, "subscription_detail");
    json_object(&w);
    json_text_member(&w, "access_token", seal_reveal(s->token));
    json_text_member(&w, "advertiser_id", s->advertiser_id);
    json_end(&w);
    json_end(&w);
    return buf_str(&buf);
}

bool tiktok_subscribe_leads(struct platform_session *s, struct str callback_url, bool *added,
                            struct err *err)
{
    struct platform_session app = app_session(s);
    struct wanted wanted = {
        .callback_url = callback_url, .advertiser_id = s->advertiser_id, .arena = s->arena};
    struct tiktok_args args;
    const struct json *data;

    *added = false;
    tiktok_args(&app, &args);
    tiktok_arg(&app, &args, "app_id", s->conf->tiktok_app_id);
    tiktok_arg(&app, &args, "secret", s->conf->tiktok_app_secret);
    tiktok_arg(&app, &args, "subscribe_entity", STR("LEAD"));
    if (!tiktok_get_pages(&app, "subscription/get/", &args, SUBSCRIPTIONS_PAGE, "subscriptions",
                          look_at, &wanted, err))
        return false;
    if (wanted.found)
        return true;
    if (!tiktok_post(&app, STR("subscription/subscribe/"), subscribe_body(s, callback_url),
                     &data, err))
        return false;
    *added = true;
    return true;
}
