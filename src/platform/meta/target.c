/*
 * target.c - what ads may be aimed at and what a direction may ask for.
 *
 * Facebook has no whole lists: its search answers questions.
 */

#include "platform/meta/meta.h"

#include "text/money.h"

#define ANSWERS_MOST 50
#define PIXELS_PAGE  100

/* --- places, interests, languages (Facebook: targeting search) --- */

static const struct {
    const char *type;
    const char *kind; /* of what it finds; "" = as the entry says */
} searches[] = {
    [TARGET_PLACES] = {"adgeolocation", ""},
    [TARGET_INTERESTS] = {"adinterest", "interest"},
    [TARGET_LANGUAGES] = {"adlocale", "language"},
};

/* A country is named by its code, a city by its key; a region's key says that it is one. */
static struct str id_of(struct platform_session *s, const struct json *row, struct str type)
{
    struct str key = json_id(row, "key", s->arena);

    if (!key.n)
        return json_id(row, "id", s->arena);
    return str_eq(type, STR("region")) ? str_fmt(s->arena, "region:" STR_FMT, STR_ARG(key))
                                       : key;
}

static struct str within_of(struct platform_session *s, const struct json *row, struct str type)
{
    struct str region = json_text(row, "region", STR(""));
    struct str country = json_text(row, "country_name", STR(""));

    if (!str_eq(type, STR("city")) || !region.n)
        return str_eq(type, STR("country")) ? STR("") : country;
    return str_fmt(s->arena, STR_FMT ", " STR_FMT, STR_ARG(region), STR_ARG(country));
}

/* Interests carry the way to them: ["Interests", "Hobbies", "Language learning"]. */
static struct str path_of(struct platform_session *s, const struct json *row)
{
    const struct json *path = json_at(row, "path");
    struct str all = STR("");

    for (size_t i = 0; i + 1 < json_count(path); i++)
        all = str_fmt(s->arena, STR_FMT "%s" STR_FMT, STR_ARG(all), i ? ", " : "",
                      STR_ARG(json_text(json_item(path, i), "", STR(""))));
    return all;
}

bool meta_targets(struct platform_session *s, enum platform_target_kind kind,
                  struct str question, struct platform_targets *out, struct err *err)
{
    const struct json *data, *list;
    struct meta_args args;

    if (!question.n)
        return true;
    meta_args(s, &args);
    meta_arg(s, &args, "type", str(searches[kind].type));
    meta_arg(s, &args, "q", question);
    meta_arg(s, &args, "limit", str_fmt(s->arena, "%d", ANSWERS_MOST));
    if (kind == TARGET_PLACES)
        meta_arg(s, &args, "location_types", STR("[\"country\",\"region\",\"city\"]"));
    if (!meta_get(s, STR("search"), &args, &data, err))
        return false;
    list = json_at(data, "data");
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *row = json_item(list, i);
        struct str type = json_text(row, "type", str(searches[kind].kind));

        *platform_targets_add(out, s->arena) = (struct platform_target){
            .id = id_of(s, row, type),
            .kind = kind == TARGET_PLACES ? type : str(searches[kind].kind),
            .country = json_text(row, "country_code", STR("")),
            .name = json_text(row, "name", STR("")),
            .within = kind == TARGET_PLACES ? within_of(s, row, type) : path_of(s, row),
        };
    }
    return true;
}

/* --- pixels --- */

struct pixel_reading {
    struct platform_session *s;
    struct platform_pixels *out;
};

static bool add_pixel(void *arg, const struct json *row, bool *stop, struct err *err)
{
    struct pixel_reading *reading = arg;

    (void)stop;
    (void)err;
    *platform_pixels_add(reading->out, reading->s->arena) = (struct platform_pixel){
        .id = json_id(row, "id", reading->s->arena), .name = json_text(row, "name", STR(""))};
    return true;
}

bool meta_pixels(struct platform_session *s, struct platform_pixels *out, struct err *err)
{
    struct pixel_reading reading = {s, out};
    struct meta_args args;

    meta_args(s, &args);
    meta_arg(s, &args, "fields", STR("id,name"));
    return meta_get_all(s, meta_account_path(s, "adspixels"), &args, PIXELS_PAGE, add_pixel,
                        &reading, err);
}

/* --- what a form offers --- */

const struct platform_objective *meta_objectives(size_t *n)
{
    static const struct platform_objective objectives[] = {
        {"whatsapp", "CONVERSATIONS", "whatsapp", "", "LEARN_MORE", "leads,cpl", "facebook"},
        {"instagram_traffic", "LINK_CLICKS", "instagram", "instagram_url", "LEARN_MORE",
         "clicks,ctr,cpc", "facebook"},
        {"site_leads", "OFFSITE_CONVERSIONS", "website", "landing_page_url,pixel_id", "SIGN_UP",
         "leads,cpl,qualified,cpql", "facebook"},
        {"lead_forms", "LEAD_GENERATION", "lead_form", "lead_form_id", "SIGN_UP",
         "leads,cpl,qualified,cpql", "facebook"},
        {"app_installs", "APP_INSTALLS", "app", "app_store_url", "DOWNLOAD",
         "installs,cost_per_install", "facebook"},
    };

    *n = countof(objectives);
    return objectives;
}

/* Those that every kind of ad takes (Facebook: call_to_action of forms and links). */
const char *const *meta_calls_to_action(size_t *n)
{
    static const char *const words[] = {"APPLY_NOW",  "BOOK_NOW", "DOWNLOAD", "GET_QUOTE",
                                        "LEARN_MORE", "SIGN_UP",  "SUBSCRIBE"};

    *n = countof(words);
    return words;
}

/* What directions of Facebook count in is its own dollar, whatever the account's currency. */
int64_t meta_minimum_budget(struct str currency)
{
    return str_eq(currency, STR("USD")) ? 5 * MICROS_PER_UNIT : 0;
}
