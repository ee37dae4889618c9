/* What TikTok lets us combine, and the bodies of the creates. */

#include "base/arena.h"
#include "base/clock.h"
#include "platform/tiktok/tiktok.h"
#include "seal/seal.h"
#include "test.h"
#include "text/money.h"

static struct arena *arena;

#define KZT(units) ((units)*MICROS_PER_UNIT)

static struct platform_plan plan_of(const char *objective)
{
    return (struct platform_plan){.objective = str(objective),
                                  .currency = STR("KZT"),
                                  .daily_budget_micros = KZT(5000),
                                  .audience = {.country = STR("KZ")},
                                  .ad_text = STR("Text")};
}

static const struct {
    const char *word, *ours; /* NULL = refused */
} objective_words[] = {
    {"traffic", "traffic"},
    {"TRAFFIC", "traffic"},
    {"conversions", "conversions"},
    {"CONVERSIONS", "conversions"}, /* the retired word is accepted and mapped */
    {"WEB_CONVERSIONS", "conversions"},
    {"lead_generation", "lead_generation"},
    {"whatsapp", "traffic"},
    {"video_views", "video_views"},
    {"reach", "reach"},
    {"engagement", "engagement"},
    {"app_promotion", "app_promotion"},
    {"APP_INSTALL", "app_promotion"},
    {"world_peace", NULL},
    {"", NULL},
};

static void founding_words_are_mapped_to_ours(void)
{
    for (size_t i = 0; i < countof(objective_words); i++) {
        struct str ours = {0};
        struct err err = {0};
        bool ok = tiktok_objective(str(objective_words[i].word), &ours, &err);

        CHECK(ok == (objective_words[i].ours != NULL), "%s: %s", objective_words[i].word,
              err.text);
        if (ok && objective_words[i].ours)
            CHECK(str_eq(ours, str(objective_words[i].ours)), "%s: %.*s",
                  objective_words[i].word, STR_ARG(ours));
    }
}

static const struct {
    const char *currency;
    int64_t least_units; /* 0 = only TikTok can tell */
} minima[] = {
    {"KZT", 2500}, {"USD", 20},   {"EUR", 20},    {"PLN", 80},     {"TRY", 200},
    {"PHP", 1000}, {"RUB", 2000}, {"KRW", 20000}, {"IDR", 200000}, {"XYZ", 0},
};

static void budgets_have_a_minimum_by_currency(void)
{
    for (size_t i = 0; i < countof(minima); i++) {
        struct str currency = str(minima[i].currency);
        int64_t least = KZT(minima[i].least_units);
        struct err err = {0};

        CHECK(tiktok_minimum_budget(currency) == least, "%s: %lld", minima[i].currency,
              (long long)tiktok_minimum_budget(currency));
        CHECK(tiktok_check_budget(currency, least ? least : 1, &err), "%s at its minimum: %s",
              minima[i].currency, err.text);
        CHECK(!tiktok_check_budget(currency, least ? least - 1 : 0, &err) &&
                  strcmp(err.field, "daily_budget") == 0 &&
                  strstr(err.hint, minima[i].currency),
              "%s below its minimum: %s", minima[i].currency, err.hint);
    }
}

/* Which members a plan has, what is refused, and by which field. */
static const struct {
    const char *objective;
    const char *landing, *page, *pixel, *event, *app_id, *app_os;
    const char *field; /* "" = legal */
} combinations[] = {
    {"traffic", "https://a.kz/x", "", "", "", "", "", ""},
    {"traffic", "", "", "", "", "", "", "landing_page_url"},
    {"traffic", "http://a.kz/x", "", "", "", "", "", "landing_page_url"},
    {"traffic", "https://", "", "", "", "", "", "landing_page_url"},
    {"traffic", "https://a.kz", "", "123", "", "", "", "pixel_id"}, /* not supported in ... */
    {"traffic", "https://a.kz", "77", "", "", "", "", "page_id"},
    {"conversions", "https://a.kz", "", "123", "", "", "", ""},
    {"conversions", "https://a.kz", "", "", "", "", "", "pixel_id"},
    {"conversions", "", "", "123", "", "", "", "landing_page_url"},
    {"conversions", "https://a.kz", "", "123", "Lead", "", "", ""},
    {"conversions", "https://a.kz", "", "123", "PlaceAnOrder", "", "", ""}, /* mapped */
    {"conversions", "https://a.kz", "", "123", "Dance", "", "", "optimization_event"},
    {"conversions", "https://a.kz", "", "CODE5", "", "", "", "pixel_id"},
    {"lead_generation", "", "77", "", "", "", "", ""},
    {"lead_generation", "https://a.kz", "77", "", "", "", "", ""},
    {"lead_generation", "", "", "", "", "", "", "page_id"},
    {"lead_generation", "", "77", "123", "", "", "", "pixel_id"},
    {"lead_generation", "", "seven", "", "", "", "", "page_id"},
    {"lead_generation", "https://a.kz", "", "", "", "", "", ""},
    {"lead_generation", "https://a.kz", "", "123", "", "", "", ""},
    {"reach", "", "", "", "", "", "", ""},
    {"reach", "https://a.kz", "", "", "", "", "", ""},
    {"video_views", "", "", "", "", "", "", ""},
    {"engagement", "", "", "", "", "", "", ""},
    {"engagement", "", "77", "", "", "", "", "page_id"},
    {"app_promotion", "", "", "", "", "55", "android", ""},
    {"app_promotion", "", "", "", "", "55", "windows", "app_os"},
    {"app_promotion", "", "", "", "", "", "ios", "app_id"},
    {"product_sales", "", "", "", "", "", "", "objective"},
};

static void illegal_combinations_are_refused_by_field(void)
{
    for (size_t i = 0; i < countof(combinations); i++) {
        struct platform_plan plan = plan_of(combinations[i].objective);
        struct err err = {0};
        bool ok;

        plan.landing_page_url = str(combinations[i].landing);
        plan.page_id = str(combinations[i].page);
        plan.pixel_id = str(combinations[i].pixel);
        plan.optimization_event = str(combinations[i].event);
        plan.app_id = str(combinations[i].app_id);
        plan.app_os = str(combinations[i].app_os);
        ok = tiktok_check_plan(arena, &plan, &err);
        CHECK(ok == !*combinations[i].field, "%zu %s: %s", i, combinations[i].objective,
              err.text);
        CHECK(ok || (strcmp(err.field, combinations[i].field) == 0 && *err.hint),
              "%zu %s: field %s", i, combinations[i].objective, err.field);
    }
}

static void custom_identities_are_refused_here(void)
{
    struct platform_plan plan = plan_of("reach");
    struct err err = {0};

    plan.identity_type = STR("CUSTOMIZED_USER");
    CHECK(!tiktok_check_plan(arena, &plan, &err) && strcmp(err.field, "tiktok_account_id") == 0,
          "%s", err.text);
}

static void ad_texts_have_a_length_and_no_emoji(void)
{
    struct err err = {0};
    struct str hundred =
        STR("ааааааааааааааааааааааааааааааааааааааааааааааааааааааааааааааааааааа"
            "ааааааааааааааааааааааааааааааа");

    CHECK(str_length(hundred) == 100, "%zu", str_length(hundred));
    CHECK(tiktok_check_ad(hundred, STR("SIGN_UP"), STR("https://a.kz"), &err), "%s", err.text);
    CHECK(!tiktok_check_ad(str_fmt(arena, STR_FMT "!", STR_ARG(hundred)), STR(""), STR(""),
                           &err) &&
              strcmp(err.field, "ad_text") == 0,
          "101 characters");
    CHECK(!tiktok_check_ad(STR("Sale \xF0\x9F\x94\xA5"), STR(""), STR(""), &err) &&
              strcmp(err.field, "ad_text") == 0,
          "an emoji");
    CHECK(!tiktok_check_ad(STR("a"), STR("PRESS_ME"), STR(""), &err) &&
              strcmp(err.field, "call_to_action") == 0,
          "an unknown button");
    CHECK(str_eq(tiktok_clean_name(arena, STR("  Sale \xF0\x9F\x94\xA5 today \n")),
                 STR("Sale  today")),
          "%.*s", STR_ARG(tiktok_clean_name(arena, STR("  Sale \xF0\x9F\x94\xA5 today \n"))));
}

/* --- bodies --- */

static struct platform_session session(void)
{
    return (struct platform_session){
        .arena = arena, .advertiser_id = STR("7001"), .currency = STR("KZT")};
}

static const struct json *body_of(struct platform_write write)
{
    const struct json *json;
    struct err err = {0};

    CHECK(json_parse(arena, write.body, &json, &err), "%s: %.*s", err.text,
          STR_ARG(write.body));
    return json;
}

static bool is(const struct json *json, const char *path, const char *text)
{
    return str_eq(json_text(json, path, STR("(none)")), str(text));
}

static bool absent(const struct json *json, const char *path)
{
    return json_type(json_at(json, path)) == JSON_MISSING;
}

static void ad_groups_carry_every_field_that_tiktok_needs(void)
{
    struct platform_session s = session();
    struct platform_plan plan = plan_of("lead_generation");
    struct platform_names names = {STR("c #1"), STR("g #1"), STR("seed")};
    const struct json *b;

    plan.page_id = STR("7123456789012345678");
    b = body_of(tiktok_write_adgroup(&s, &plan, &names, STR("55"), INT64_C(1795240800000)));
    CHECK(is(b, "advertiser_id", "7001") && is(b, "campaign_id", "55") &&
              is(b, "adgroup_name", "g #1"),
          "ids and name");
    CHECK(is(b, "placement_type", "PLACEMENT_TYPE_NORMAL") &&
              is(b, "placements.0", "PLACEMENT_TIKTOK") &&
              json_count(json_at(b, "placements")) == 1,
          "placement");
    CHECK(is(b, "promotion_type", "LEAD_GENERATION") &&
              is(b, "promotion_target_type", "INSTANT_PAGE") &&
              is(b, "optimization_goal", "LEAD_GENERATION") && is(b, "billing_event", "OCPM") &&
              is(b, "pacing", "PACING_MODE_SMOOTH") && is(b, "bid_type", "BID_TYPE_NO_BID"),
          "goal");
    CHECK(is(b, "budget_mode", "BUDGET_MODE_DAY") && json_real(b, "budget", 0) == 5000 &&
              is(b, "schedule_type", "SCHEDULE_FROM_NOW") &&
              is(b, "schedule_start_time", "2026-11-21 06:03:00"),
          "%.*s", STR_ARG(json_text(b, "schedule_start_time", STR(""))));
    CHECK(is(b, "location_ids.0", "1522867") && is(b, "gender", "GENDER_UNLIMITED") &&
              json_count(json_at(b, "age_groups")) == 5,
          "audience");
    CHECK(is(b, "operation_status", "DISABLE"), "made disabled");
    CHECK(absent(b, "click_attribution_window") && absent(b, "view_attribution_window") &&
              absent(b, "pixel_id"),
          "no attribution windows and no pixel with a form");
    int64_t number;
    CHECK(json_type(json_at(b, "request_id")) == JSON_TEXT &&
              json_int(b, "request_id", &number) && number >= 0,
          "the request id is an int64 in text");
}

static void conversions_carry_pixel_and_event_together(void)
{
    struct platform_session s = session();
    struct platform_plan plan = plan_of("conversions");
    struct platform_names names = {STR("c"), STR("g"), STR("seed")};
    const struct json *b;

    plan.landing_page_url = STR("https://a.kz");
    plan.pixel_id = STR("7300");
    b = body_of(tiktok_write_adgroup(&s, &plan, &names, STR("55"), 0));
    CHECK(is(b, "pixel_id", "7300") && is(b, "optimization_event", "FORM") &&
              is(b, "optimization_goal", "CONVERT"),
          "usual event");
    plan.optimization_event = STR("Purchase");
    b = body_of(tiktok_write_adgroup(&s, &plan, &names, STR("55"), 0));
    CHECK(is(b, "optimization_event", "SHOPPING"), "named event");
    b = body_of(tiktok_write_campaign(&s, &plan, &names));
    CHECK(is(b, "objective_type", "WEB_CONVERSIONS") &&
              is(b, "budget_mode", "BUDGET_MODE_INFINITE") &&
              is(b, "operation_status", "DISABLE"),
          "the campaign");
}

static void video_views_and_reach_use_what_is_accepted_today(void)
{
    struct platform_session s = session();
    struct platform_plan plan = plan_of("video_views");
    struct platform_names names = {STR("c"), STR("g"), STR("seed")};
    const struct json *b = body_of(tiktok_write_adgroup(&s, &plan, &names, STR("1"), 0));

    CHECK(is(b, "optimization_goal", "ENGAGED_VIEW") && is(b, "billing_event", "CPV") &&
              is(b, "bid_display_mode", "CPV") && absent(b, "promotion_type"),
          "video views");
    plan = plan_of("reach");
    b = body_of(tiktok_write_adgroup(&s, &plan, &names, STR("1"), 0));
    CHECK(is(b, "billing_event", "CPM") && json_real(b, "frequency", 0) > 0 &&
              json_real(b, "frequency_schedule", 0) > 0,
          "reach has its frequency pair");
}

static void the_same_seed_gives_the_same_request_id(void)
{
    struct platform_session s = session();
    struct platform_plan plan = plan_of("reach");
    struct platform_names one = {STR("c"), STR("g"), STR("seed-1")};
    struct platform_names two = {STR("c"), STR("g"), STR("seed-2")};
    struct str a =
        json_text(body_of(tiktok_write_campaign(&s, &plan, &one)), "request_id", STR(""));
    struct str b =
        json_text(body_of(tiktok_write_campaign(&s, &plan, &one)), "request_id", STR(""));
    struct str c =
        json_text(body_of(tiktok_write_campaign(&s, &plan, &two)), "request_id", STR(""));
    struct str d = json_text(body_of(tiktok_write_adgroup(&s, &plan, &one, STR("1"), 0)),
                             "request_id", STR(""));

    CHECK(str_eq(a, b) && !str_eq(a, c) && !str_eq(a, d), "%.*s %.*s %.*s", STR_ARG(a),
          STR_ARG(c), STR_ARG(d));
}

static void ads_name_the_page_by_number_and_everything_else_by_text(void)
{
    struct platform_session s = session();
    struct platform_plan plan = plan_of("lead_generation");
    struct platform_ad ad = {
        .name = STR("Clip #1-1"),
        .text = STR("Привет"),
        .video_id = STR("v07"),
        .image_id = STR("img1"),
        .identity = {.id = STR("i1"), .type = STR("BC_AUTH_TT"), .bc_id = STR("9")}};
    const struct json *b;

    plan.page_id = STR("7123456789012345678");
    b = json_at(body_of(tiktok_write_ad(&s, &plan, STR("66"), &ad)), "creatives.0");
    CHECK(json_type(json_at(b, "page_id")) == JSON_INT &&
              str_eq(json_id(b, "page_id", arena), plan.page_id),
          "the page id is a number, exactly");
    CHECK(is(b, "ad_format", "SINGLE_VIDEO") && is(b, "video_id", "v07") &&
              is(b, "image_ids.0", "img1") && json_count(json_at(b, "image_ids")) == 1 &&
              is(b, "identity_type", "BC_AUTH_TT") && is(b, "identity_authorized_bc_id", "9") &&
              is(b, "call_to_action", "SIGN_UP") && is(b, "ad_text", "Привет"),
          "the creative");
    CHECK(absent(b, "landing_page_url"), "a form has no landing page");
    plan = plan_of("traffic");
    plan.landing_page_url = STR("https://a.kz");
    ad.identity = (struct platform_identity){.id = STR("t"), .type = STR("TT_USER")};
    ad.call_to_action = STR("SHOP_NOW");
    b = json_at(body_of(tiktok_write_ad(&s, &plan, STR("66"), &ad)), "creatives.0");
    CHECK(is(b, "landing_page_url", "https://a.kz") && is(b, "call_to_action", "SHOP_NOW") &&
              absent(b, "page_id") && absent(b, "identity_authorized_bc_id"),
          "traffic");
}

int main(void)
{
    struct err err = {0};

    arena = arena_new("test");
    if (!seal_setup(&err))
        return 1;
    RUN(founding_words_are_mapped_to_ours);
    RUN(budgets_have_a_minimum_by_currency);
    RUN(illegal_combinations_are_refused_by_field);
    RUN(custom_identities_are_refused_here);
    RUN(ad_texts_have_a_length_and_no_emoji);
    RUN(ad_groups_carry_every_field_that_tiktok_needs);
    RUN(conversions_carry_pixel_and_event_together);
    RUN(video_views_and_reach_use_what_is_accepted_today);
    RUN(the_same_seed_gives_the_same_request_id);
    RUN(ads_name_the_page_by_number_and_everything_else_by_text);
    arena_free(arena);
    return test_report();
}
