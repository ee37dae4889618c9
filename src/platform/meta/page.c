/* page.c - pages: ads appear as one, forms are theirs, their leads are asked for. */

#include "platform/meta/meta.h"

#include "conf/conf.h"

#define PAGES_PAGE 100
#define FORMS_PAGE 100

/* Tasks that a person has on a page; this one lets ads run as it. */
static bool may_advertise(const struct json *tasks)
{
    for (size_t i = 0; i < json_count(tasks); i++)
        if (str_eq(json_text(json_item(tasks, i), "", STR("")), STR("ADVERTISE")))
            return true;
    return false;
}

struct pages_reading {
    struct platform_session *s;
    struct platform_identities *out;
};

static bool add_page(void *arg, const struct json *row, bool *stop, struct err *err)
{
    struct pages_reading *reading = arg;
    bool able = may_advertise(json_at(row, "tasks"));

    (void)stop;
    (void)err;
    *platform_identities_add(reading->out, reading->s->arena) = (struct platform_identity){
        .id = json_id(row, "id", reading->s->arena),
        .type = STR("PAGE"),
        .display_name = json_text(row, "name", STR("")),
        .available = able,
        .can_push_video = able,
    };
    return true;
}

bool meta_identities(struct platform_session *s, struct platform_identities *out,
                     struct err *err)
{
    struct pages_reading reading = {s, out};
    struct meta_args args;

    meta_args(s, &args);
    meta_arg(s, &args, "fields", STR("id,name,tasks"));
    return meta_get_all(s, STR("me/accounts"), &args, PAGES_PAGE, add_page, &reading, err);
}

bool meta_check_identity(const struct platform_identity *identity, struct err *err)
{
    return identity->available ||
           err_input(err, "facebook_page_id",
                     "ask for the advertiser's role on the page, or choose another",
                     "you may not advertise as the page " STR_FMT,
                     STR_ARG(str_sub(identity->display_name, 0, 80)));
}

const struct platform_identity *meta_best_identity(const struct platform_identities *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i].available)
            return &list->at[i];
    return NULL;
}

/* --- the page's own token --- */

struct token_search {
    struct arena *arena;
    struct str page_id;
    struct str token;
};

static bool match_page(void *arg, const struct json *row, bool *stop, struct err *err)
{
    struct token_search *search = arg;

    (void)err;
    if (str_eq(json_id(row, "id", search->arena), search->page_id)) {
        search->token = json_text(row, "access_token", STR(""));
        *stop = true;
    }
    return true;
}

/* Facebook: page edges are asked with the page's token, which the person's token lists. */
bool meta_page_session(struct platform_session *s, struct str page_id,
                       struct platform_session *out, struct err *err)
{
    struct token_search search = {.arena = s->arena, .page_id = page_id};
    struct meta_args args;

    meta_args(s, &args);
    meta_arg(s, &args, "fields", STR("id,access_token"));
    if (!meta_get_all(s, STR("me/accounts"), &args, PAGES_PAGE, match_page, &search, err))
        return false;
    if (!search.token.n) {
        err_set(err, ERR_REFUSED, "the connection does not reach the page " STR_FMT,
                STR_ARG(str_sub(page_id, 0, 40)));
        return err_hint(err, "connect again and tick the page in Facebook's dialog");
    }
    *out = *s;
    out->token = (struct secret){search.token};
    return true;
}

/* --- forms --- */

struct forms_reading {
    struct platform_session *s;
    struct platform_pages *out;
};

static bool add_form(void *arg, const struct json *row, bool *stop, struct err *err)
{
    struct forms_reading *reading = arg;

    (void)stop;
    (void)err;
    *platform_pages_add(reading->out, reading->s->arena) = (struct platform_page){
        .id = json_id(row, "id", reading->s->arena),
        .name = json_text(row, "name", STR("")),
        .type = STR("LEAD_FORM"),
        .status = json_text(row, "status", STR("")),
    };
    return true;
}

bool meta_pages(struct platform_session *s, struct platform_pages *out, struct err *err)
{
    struct forms_reading reading = {s, out};
    struct platform_session page;
    struct meta_args args;

    if (!s->identity_id.n)
        return err_input(err, "facebook_page_id", "choose the page on the ad account's card",
                         "no Facebook page is chosen, and forms are a page's");
    if (!meta_page_session(s, s->identity_id, &page, err))
        return false;
    meta_args(&page, &args);
    meta_arg(&page, &args, "fields", STR("id,name,status"));
    return meta_get_all(&page,
                        str_fmt(s->arena, STR_FMT "/leadgen_forms", STR_ARG(s->identity_id)),
                        &args, FORMS_PAGE, add_form, &reading, err);
}

/* --- asking for leads --- */

struct app_search {
    struct platform_session *s;
    bool found;
};

static bool match_app(void *arg, const struct json *row, bool *stop, struct err *err)
{
    struct app_search *search = arg;
    const struct json *fields = json_at(row, "subscribed_fields");

    (void)err;
    if (!str_eq(json_id(row, "id", search->s->arena), search->s->conf->facebook_app_id))
        return true;
    for (size_t i = 0; i < json_count(fields); i++)
        if (str_eq(json_text(json_item(fields, i), "", STR("")), STR("leadgen")))
            search->found = *stop = true;
    return true;
}

static bool subscribe_page(struct platform_session *s, bool *added, struct err *err)
{
    struct app_search search = {.s = s};
    struct platform_session page;
    const struct json *data;
    struct meta_args args;
    struct str path;

    if (!meta_page_session(s, s->identity_id, &page, err))
        return false;
    path = str_fmt(s->arena, STR_FMT "/subscribed_apps", STR_ARG(s->identity_id));
    meta_args(&page, &args);
    meta_arg(&page, &args, "fields", STR("id,subscribed_fields"));
    if (!meta_get_all(&page, path, &args, PAGES_PAGE, match_app, &search, err))
        return false;
    if (search.found)
        return true;
    meta_args(&page, &args);
    meta_arg(&page, &args, "subscribed_fields", STR("leadgen"));
    *added = true;
    return meta_post(&page, path, &args, &data, err);
}

/* The address is the app's, one for all pages: Facebook asks it its challenge at once. */
static bool subscribe_app(struct platform_session *s, struct str callback_url, struct err *err)
{
    struct platform_session app = *s;
    const struct json *data;
    struct meta_args args;

    app.token = (struct secret){str_fmt(s->arena, STR_FMT "|" STR_FMT,
                                        STR_ARG(s->conf->facebook_app_id),
                                        STR_ARG(s->conf->facebook_app_secret))};
    meta_args(&app, &args);
    meta_arg(&app, &args, "object", STR("page"));
    meta_arg(&app, &args, "callback_url", callback_url);
    meta_arg(&app, &args, "fields", STR("leadgen"));
    meta_arg(&app, &args, "verify_token", s->conf->facebook_verify_token);
    meta_arg(&app, &args, "include_values", STR("true"));
    return meta_post(
        &app, str_fmt(s->arena, STR_FMT "/subscriptions", STR_ARG(s->conf->facebook_app_id)),
        &args, &data, err);
}

/* Without a verify token the address is somebody else's business: the dashboard's. */
bool meta_subscribe_leads(struct platform_session *s, struct str callback_url, bool *added,
                          struct err *err)
{
    *added = false;
    if (!s->identity_id.n)
        return true; /* no page is chosen: choosing one asks again */
    return subscribe_page(s, added, err) &&
           (!s->conf->facebook_verify_token.n || subscribe_app(s, callback_url, err));
}
