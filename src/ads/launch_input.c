/* launch_input.c - from a wish to a checked and complete plan. */

#include "ads/launch_input.h"

#include "base/limits.h"
#include "base/random.h"
#include "db/db.h"
#include "seal/seal.h"
#include "text/zone.h"

#include <inttypes.h>
#include <string.h>

#define AUTO_LOOKED_AT 20 /* ready creatives, newest first */
#define AUTO_TAKEN     5

/* Site leads come home with the ad's id: TikTok fills the macros in. */
#define USUAL_UTM                                                                              \
    "utm_source=tiktok&utm_medium=__CID__&utm_campaign=__CAMPAIGN_ID__&utm_content=__AID__"

/* --- ads --- */

static struct str first_of(struct str a, struct str b)
{
    return a.n ? a : b;
}

static struct str with_utm(struct arena *arena, struct str address, struct str tag)
{
    if (!address.n || str_has(address, STR("utm_")))
        return address;
    return str_fmt(arena, STR_FMT "%s" STR_FMT, STR_ARG(address),
                   str_has(address, STR("?")) ? "&" : "?",
                   STR_ARG(first_of(tag, STR(USUAL_UTM))));
}

static struct str tag_of(const struct launch_input *input)
{
    return str_sub(input->seed, input->seed.n - 10, 10); /* the random end of the UUID */
}

bool launch_ad(struct arena *arena, const struct launch_input *input,
               const struct creative *creative, size_t position, struct platform_ad *out,
               struct err *err)
{
    const struct platform *platform = platform_find(input->platform);
    struct direction_settings settings;
    struct str tag = tag_of(input);

    if (!direction_settings_read(arena, input->settings, &settings, err))
        return false;
    *out = (struct platform_ad){
        .name = str_fmt(arena, STR_FMT " #" STR_FMT "-%zu",
                        STR_ARG(platform->clean_name(arena, creative->title)), STR_ARG(tag),
                        position + 1),
        .text = first_of(creative->ad_text, settings.ad_text),
        .call_to_action = first_of(creative->call_to_action, settings.call_to_action),
        .landing_page_url =
            with_utm(arena, first_of(creative->landing_page_url, input->landing_page_url),
                     settings.utm_tag),
    };
    if (!out->text.n)
        return err_input(err, "ad_text", "give the creative or the direction a text",
                         "the creative \"" STR_FMT "\" has no ad text",
                         STR_ARG(str_sub(creative->title, 0, 80)));
    return platform->check_ad(out->text, out->call_to_action, out->landing_page_url, err) ||
           err_while(err, "creative " STR_FMT, STR_ARG(creative->id));
}

bool launch_plan(struct arena *arena, const struct launch_input *input,
                 struct platform_plan *out, struct err *err)
{
    struct direction_settings settings;

    if (!direction_settings_read(arena, input->settings, &settings, err))
        return false;
    settings.audience.country = input->country;
    *out = (struct platform_plan){
        .objective = input->objective,
        .currency = input->currency,
        .daily_budget_micros = input->daily_budget_micros,
        .audience = settings.audience,
        .landing_page_url = input->landing_page_url,
        .page_id = input->page_id,
        .pixel_id = input->pixel_id,
        .optimization_event = input->optimization_event,
        .app_id = settings.app_id,
        .app_os = settings.app_os,
        .call_to_action = settings.call_to_action,
    };
    return true;
}

struct platform_names launch_names(const struct launch_input *input)
{
    return (struct platform_names){.campaign = input->campaign_name,
                                   .adgroup = input->adgroup_name,
                                   .request_seed = input->seed};
}

/* --- resolving a wish --- */

struct making {
    struct db *db;
    struct arena *arena;
    const struct launch_wish *wish;
    int64_t now_ms;
    struct direction direction;
    struct ad_connection connection;
    const struct platform *platform;
    struct launch_input *in;
};

static bool check_switches(struct making *m, struct err *err)
{
    const struct direction *direction = &m->direction;

    if (!direction->is_active) {
        err_set(err, ERR_CONFLICT, "the direction \"" STR_FMT "\" is switched off",
                STR_ARG(direction->name));
        return err_hint(err, "switch it on, then launch");
    }
    if (!str_eq(direction->currency, m->connection.currency)) {
        err_set(err, ERR_CONFLICT,
                "the direction counts in " STR_FMT ", the ad account in " STR_FMT,
                STR_ARG(direction->currency), STR_ARG(m->connection.currency));
        return err_hint(err, "make a new direction for this ad account");
    }
    if (!m->in->identity_id.n)
        return err_input(err, "tiktok_account_id", "choose the TikTok account on the card",
                         "the ad account has no TikTok account (identity) to advertise as");
    return true;
}

static bool load(struct making *m, struct err *err)
{
    if (!direction_get(m->db, m->arena, m->wish->direction_id, &m->direction, err))
        return false;
    m->platform = platform_find(m->direction.platform);
    if (!platform_can(m->platform, m->direction.platform, PLATFORM_LAUNCHES, err))
        return err_field(err, "direction_id");
    return ad_account_resolve(m->db, m->arena, m->direction.ad_account_id,
                              m->direction.platform, &m->connection, err);
}

static const char *way_of(const struct making *m)
{
    const struct direction *direction = &m->direction;
    bool has_campaign = direction->campaign_id.n > 0;
    bool same_objective = str_eq(m->in->objective, direction->objective);

    if (strcmp(m->wish->mode, "create_campaign") == 0)
        return "new_campaign";
    if (strcmp(m->wish->mode, "adgroup") != 0 &&
        str_eq(direction->adgroup_mode, STR("use_existing")))
        return "existing_adgroup";
    /* An objective cannot be changed: another one needs a campaign of its own. */
    return has_campaign && same_objective ? "new_adgroup" : "new_campaign";
}

static bool fill(struct making *m, struct err *err)
{
    const struct launch_wish *wish = m->wish;
    const struct direction *direction = &m->direction;
    struct direction_settings settings;
    struct launch_input *in = m->in;

    *in = (struct launch_input){
        .mode = str(wish->mode),
        .platform = direction->platform,
        .ad_account_id = direction->ad_account_id,
        .advertiser_id = m->connection.advertiser_id,
        .currency = m->connection.currency,
        .country = m->connection.country,
        .direction_id = direction->id,
        .direction_name = direction->name,
        .objective = direction->objective,
        .daily_budget_micros = wish->daily_budget_micros ? wish->daily_budget_micros
                                                         : direction->daily_budget_micros,
        .campaign_id = direction->campaign_id,
        .identity_id = first_of(direction->identity_id, m->connection.identity_id),
        .page_id = first_of(wish->page_id, direction->instant_page_id),
        .pixel_id = direction->pixel_id,
        .optimization_event = direction->optimization_event,
        .settings = direction->settings,
        .start_paused = wish->start_paused,
        .seed = id_new(m->arena),
        .actor = wish->actor,
    };
    if (wish->objective.n && !m->platform->objective(wish->objective, &in->objective, err))
        return err_field(err, "objective");
    if (!direction_settings_read(m->arena, direction->settings, &settings, err))
        return false;
    in->landing_page_url = settings.landing_page_url;
    in->way = str(way_of(m));
    return check_switches(m, err);
}

/* --- creatives --- */

static bool check_creative(struct making *m, const struct creative *creative, struct err *err)
{
    if (creative->direction_id.n && !str_eq(creative->direction_id, m->direction.id))
        return err_input(err, "creative_ids", "creatives of the direction",
                         "creative " STR_FMT " belongs to another direction",
                         STR_ARG(creative->id));
    if (str_eq(creative->status, STR("failed")))
        return err_input(err, "creative_ids", "retry the creative first",
                         "creative " STR_FMT " failed: " STR_FMT, STR_ARG(creative->id),
                         STR_ARG(creative->error_text));
    return true;
}

static bool check_ids(const struct strs *ids, struct err *err)
{
    if (!ids->n || ids->n > LIMIT_CREATIVES_PER_LAUNCH)
        return err_input(err, "creative_ids", "1 to 20 ids", "%zu creatives were named",
                         ids->n);
    for (size_t i = 0; i < ids->n; i++)
        for (size_t k = 0; k < i; k++)
            if (str_eq(ids->at[i], ids->at[k]))
                return err_input(err, "creative_ids", "each creative once",
                                 "creative " STR_FMT " is named twice", STR_ARG(ids->at[i]));
    return true;
}

static bool named_creatives(struct making *m, struct creatives *out, struct err *err)
{
    if (!check_ids(&m->wish->creative_ids, err))
        return false;
    if (!creative_list_ids(m->db, m->arena, &m->wish->creative_ids, out, err))
        return err_field(err, "creative_ids");
    for (size_t i = 0; i < out->n; i++)
        if (!check_creative(m, &out->at[i], err))
            return false;
    return true;
}

/* The newest ready ones that can run as they are. */
static bool eligible_creatives(struct making *m, struct creatives *out, struct err *err)
{
    struct creative_filter filter = {
        .direction_id = m->direction.id, .status = STR("ready"), .limit = AUTO_LOOKED_AT};
    struct creatives ready = {0};

    if (!creative_list(m->db, m->arena, &filter, &ready, err))
        return false;
    for (size_t i = 0; i < ready.n && out->n < AUTO_TAKEN; i++) {
        struct platform_ad ad;
        struct err unfit;

        if (launch_ad(m->arena, m->in, &ready.at[i], i, &ad, &unfit))
            *creatives_add(out, m->arena) = ready.at[i];
    }
    if (out->n)
        return true;
    err_set(err, ERR_CONFLICT,
            "the direction \"" STR_FMT "\" has no creative that is ready to run",
            STR_ARG(m->direction.name));
    return err_hint(err, "upload a video and give it an ad text");
}

static bool take_creatives(struct making *m, struct creatives *out, struct err *err)
{
    bool named = m->wish->creative_ids.n > 0 || strcmp(m->wish->mode, "auto") != 0;

    if (!(named ? named_creatives(m, out, err) : eligible_creatives(m, out, err)))
        return false;
    for (size_t i = 0; i < out->n; i++) {
        *strs_add(&m->in->creative_ids, m->arena) = out->at[i].id;
        if (!m->in->landing_page_url.n)
            m->in->landing_page_url = out->at[i].landing_page_url;
    }
    return true;
}

/* --- names, checks, the whole --- */

/* Ad groups are told apart by what they show: "English course: trial lesson +2". */
static struct str default_adgroup_name(struct making *m, const struct creatives *creatives)
{
    struct str first = creatives->at[0].title;

    if (creatives->n == 1)
        return str_fmt(m->arena, STR_FMT ": " STR_FMT, STR_ARG(m->in->direction_name),
                       STR_ARG(first));
    return str_fmt(m->arena, STR_FMT ": " STR_FMT " +%zu", STR_ARG(m->in->direction_name),
                   STR_ARG(first), creatives->n - 1);
}

static void name_objects(struct making *m, const struct creatives *creatives)
{
    struct launch_input *in = m->in;
    struct str tag = tag_of(in);
    struct str campaign = m->wish->campaign_name, adgroup = m->wish->adgroup_name;

    if (!campaign.n)
        campaign = str_fmt(m->arena, STR_FMT " " STR_FMT, STR_ARG(in->direction_name),
                           STR_ARG(in->objective));
    if (!adgroup.n)
        adgroup = default_adgroup_name(m, creatives);
    in->campaign_name =
        str_fmt(m->arena, STR_FMT " #" STR_FMT,
                STR_ARG(m->platform->clean_name(m->arena, campaign)), STR_ARG(tag));
    in->adgroup_name =
        str_fmt(m->arena, STR_FMT " #" STR_FMT,
                STR_ARG(m->platform->clean_name(m->arena, adgroup)), STR_ARG(tag));
}

static bool check(struct making *m, const struct creatives *creatives, struct err *err)
{
    struct platform_plan plan;

    if (!launch_plan(m->arena, m->in, &plan, err) ||
        !m->platform->check_plan(m->arena, &plan, err))
        return false;
    for (size_t i = 0; i < creatives->n; i++) {
        struct platform_ad ad;

        if (!launch_ad(m->arena, m->in, &creatives->at[i], i, &ad, err))
            return false;
    }
    return true;
}

static struct str fingerprint_of(struct making *m)
{
    const struct launch_input *in = m->in;
    struct buf buf;

    buf_init(&buf, m->arena, 64 * 1024);
    buf_fmt(&buf,
            STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT "|%" PRId64 "|%d|" STR_FMT "|" STR_FMT,
            STR_ARG(in->mode), STR_ARG(in->way), STR_ARG(in->direction_id),
            STR_ARG(in->objective), in->daily_budget_micros, in->start_paused,
            STR_ARG(m->wish->campaign_name), STR_ARG(m->wish->adgroup_name));
    for (size_t i = 0; i < in->creative_ids.n; i++)
        buf_fmt(&buf, "|" STR_FMT, STR_ARG(in->creative_ids.at[i]));
    return seal_sha256_hex(m->arena, buf_str(&buf));
}

struct str launch_asked(struct arena *arena, const struct launch_wish *wish)
{
    struct buf buf;

    buf_init(&buf, arena, 64 * 1024);
    buf_fmt(&buf, "%s|" STR_FMT "|%" PRId64 "|" STR_FMT "|" STR_FMT "|%d|" STR_FMT "|" STR_FMT,
            wish->mode, STR_ARG(wish->direction_id), wish->daily_budget_micros,
            STR_ARG(wish->objective), STR_ARG(wish->page_id), wish->start_paused,
            STR_ARG(wish->campaign_name), STR_ARG(wish->adgroup_name));
    for (size_t i = 0; i < wish->creative_ids.n; i++)
        buf_fmt(&buf, "|" STR_FMT, STR_ARG(wish->creative_ids.at[i]));
    return seal_sha256_hex(arena, buf_str(&buf));
}

bool launch_input_make(struct db *db, struct arena *arena, const struct launch_wish *wish,
                       int64_t now_ms, struct launch_input *out, struct creatives *creatives,
                       struct err *err)
{
    struct making m = {.db = db, .arena = arena, .wish = wish, .now_ms = now_ms, .in = out};

    if (!load(&m, err) || !fill(&m, err) || !take_creatives(&m, creatives, err) ||
        !check(&m, creatives, err))
        return false;
    name_objects(&m, creatives);
    out->fingerprint = fingerprint_of(&m);
    out->asked = launch_asked(arena, wish);
    return true;
}

/* --- stored form --- */

/* The text members, once for both ways. */
#define TEXT_MEMBERS(M)                                                                        \
    M(mode)                                                                                    \
    M(way)                                                                                     \
    M(platform)                                                                                \
    M(ad_account_id)                                                                           \
    M(advertiser_id)                                                                           \
    M(currency)                                                                                \
    M(country)                                                                                 \
    M(direction_id)                                                                            \
    M(direction_name)                                                                          \
    M(objective)                                                                               \
    M(campaign_id)                                                                             \
    M(identity_id)                                                                             \
    M(page_id)                                                                                 \
    M(pixel_id)                                                                                \
    M(optimization_event)                                                                      \
    M(landing_page_url)                                                                        \
    M(seed) M(campaign_name) M(adgroup_name) M(fingerprint) M(asked) M(actor)

struct str launch_input_print(struct arena *arena, const struct launch_input *input)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, LIMIT_REQUEST_BODY);
    json_writer(&w, &buf);
    json_object(&w);
#define PRINT_MEMBER(name) json_text_member(&w, #name, input->name);
    TEXT_MEMBERS(PRINT_MEMBER)
#undef PRINT_MEMBER
    json_int_member(&w, "daily_budget_micros", input->daily_budget_micros);
    json_bool_member(&w, "start_paused", input->start_paused);
    json_key(&w, "creative_ids");
    json_list(&w);
    for (size_t i = 0; i < input->creative_ids.n; i++)
        json_put_text(&w, input->creative_ids.at[i]);
    json_end(&w);
    json_key(&w, "settings");
    json_put_raw(&w, input->settings);
    json_end(&w);
    return buf_str(&buf);
}

bool launch_input_read(struct arena *arena, struct str text, struct launch_input *out,
                       struct err *err)
{
    const struct json *json, *ids;

    if (!json_parse(arena, text, &json, err))
        return err_while(err, "reading what the launch is to do");
    *out = (struct launch_input){0};
#define READ_MEMBER(name) out->name = json_text(json, #name, STR(""));
    TEXT_MEMBERS(READ_MEMBER)
#undef READ_MEMBER
    if (!json_int(json, "daily_budget_micros", &out->daily_budget_micros))
        return err_set(err, ERR_BROKEN, "the stored launch has no budget");
    out->start_paused = json_bool(json, "start_paused", false);
    ids = json_at(json, "creative_ids");
    for (size_t i = 0; i < json_count(ids); i++)
        *strs_add(&out->creative_ids, arena) = json_text(json_item(ids, i), "", STR(""));
    out->settings = json_print(arena, json_at(json, "settings"));
    return true;
}
