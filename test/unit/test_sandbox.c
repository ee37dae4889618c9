/* test_sandbox.c - the parts of the sandbox that need no server. */

#include "test.h"

#include "base/arena.h"
#include "base/embedded.h"
#include "base/limits.h"
#include "sandbox/call.h"
#include "sandbox/cells.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/faults.h"
#include "sandbox/hook_body.h"
#include "sandbox/journal.h"
#include "sandbox/metrics.h"
#include "sandbox/picture.h"
#include "sandbox/probe.h"
#include "sandbox/rates.h"
#include "sandbox/rules.h"
#include "sandbox/settings.h"
#include "sandbox/store.h"
#include "sandbox/validate.h"

static struct arena *arena;
static const struct table *table;

static const struct json *parse(const char *text)
{
    const struct json *json = NULL;
    struct err err = {0};

    CHECK(json_parse(arena, str(text), &json, &err), "%s: %s", text, err.text);
    return json;
}

/* --- the endpoint table -------------------------------------------------- */

static void every_documented_endpoint_has_an_answer(void)
{
    /* docs/sandbox.md lists these two as not available. */
    static const char *const without[] = {"dmp/custom_audience/share/",
                                          "dmp/custom_audience/share/cancel/"};
    size_t missing = 0;

    CHECK(table->endpoints.n >= 97, "%zu endpoints", table->endpoints.n);
    for (size_t i = 0; i < table->endpoints.n; i++) {
        struct str path = table->endpoints.at[i].path;
        bool known = false;
        for (size_t k = 0; k < countof(without); k++)
            known |= str_eq(path, str(without[k]));
        missing += !face_find(path);
        CHECK(known == !face_find(path), STR_FMT, STR_ARG(path));
    }
    CHECK(missing == countof(without), "%zu endpoints without a handler", missing);
    CHECK(table_find(table, STR("POST"), STR("campaign/create/")) != NULL, "create");
    CHECK(table_find(table, STR("GET"), STR("campaign/create/")) == NULL, "by method");
    CHECK(table_find(table, STR("POST"), STR("campaign/create")) == NULL, "by slash");
}

static void bodies_are_judged_by_type_word_bound_and_name(void)
{
    static const struct {
        const char *path, *body, *message; /* NULL = good */
    } cases[] = {
        {"campaign/create/",
         "{\"advertiser_id\":\"1\",\"campaign_name\":\"a\","
         "\"objective_type\":\"TRAFFIC\"}",
         NULL},
        {"campaign/create/", "{\"advertiser_id\":\"1\",\"campaign_name\":\"a\"}",
         "objective_type: Missing data for required field."},
        {"campaign/create/",
         "{\"advertiser_id\":\"1\",\"campaign_name\":null,"
         "\"objective_type\":\"TRAFFIC\"}",
         "campaign_name: Missing data for required field."},
        {"campaign/create/",
         "{\"advertiser_id\":1,\"campaign_name\":\"a\","
         "\"objective_type\":\"TRAFFIC\"}",
         "advertiser_id: Not a valid string."},
        {"campaign/create/",
         "{\"advertiser_id\":\"1\",\"campaign_name\":\"a\","
         "\"objective_type\":\"TRAFFIC\",\"budget\":\"50\"}",
         "budget: Not a valid number."},
        {"campaign/create/",
         "{\"advertiser_id\":\"1\",\"campaign_name\":\"a\","
         "\"objective_type\":\"TRAFFIC\",\"budget_optimize_on\":1}",
         "budget_optimize_on: Not a valid boolean."},
        {"campaign/create/", "{\"pixel_id\":\"1\"}",
         "'pixel_id' is not supported in /v1.3/campaign/create/."},
        {"campaign/create/", "[]", "body: Not a valid object."},
        {"term/confirm/", "{\"advertiser_id\":\"1\",\"term_type\":\"Leads\"}",
         "term_type: value 'Leads' is invalid, correct is InstantPage, LeadAds, Pixel, "
         "ReachFrequency"},
        {"campaign/status/update/",
         "{\"advertiser_id\":\"1\",\"operation_status\":\"ENABLE\","
         "\"campaign_ids\":[]}",
         "campaign_ids: minimum number of items is 1"},
        {"campaign/status/update/",
         "{\"advertiser_id\":\"1\",\"operation_status\":\"ENABLE\","
         "\"campaign_ids\":[\"1\",2]}",
         "campaign_ids[1]: Not a valid string."},
        {"campaign/status/update/",
         "{\"advertiser_id\":\"1\",\"operation_status\":\"ENABLE\","
         "\"campaign_ids\":\"1\"}",
         "campaign_ids: Not a valid list."},
        {"ad/create/",
         "{\"advertiser_id\":\"1\",\"adgroup_id\":\"2\",\"creatives\":[{"
         "\"ad_name\":\"\",\"identity_type\":\"TT_USER\",\"identity_id\":\"3\","
         "\"page_id\":7400000000000000601}]}",
         NULL},
        {"ad/create/",
         "{\"advertiser_id\":\"1\",\"adgroup_id\":\"2\",\"creatives\":[{"
         "\"ad_name\":\"\",\"identity_type\":\"TT_USER\",\"identity_id\":\"3\","
         "\"page_id\":\"7400000000000000601\"}]}",
         "creatives[0].page_id: Not a valid integer."},
        {"ad/create/",
         "{\"advertiser_id\":\"1\",\"adgroup_id\":\"2\",\"creatives\":[{"
         "\"ad_name\":\"\",\"identity_type\":\"TT_USER\",\"identity_id\":\"3\","
         "\"utm_params\":[{\"value\":\"x\"}]}]}",
         "creatives[0].utm_params[0].key: Missing data for required field."},
        {"pixel/create/",
         "{\"advertiser_id\":\"1\","
         "\"pixel_name\":\"12345678901234567890123456789012345678901\"}",
         "pixel_name: Length must be between 1 and 40."},
        {"adgroup/update/", "{\"advertiser_id\":\"1\",\"adgroup_id\":\"2\",\"roas_bid\":0}",
         "roas_bid: Must be between 0.01 and 1000."},
    };

    for (size_t i = 0; i < countof(cases); i++) {
        const struct endpoint *endpoint = table_find(table, STR("POST"), str(cases[i].path));
        struct str message = STR("");
        bool good = validate_object(arena, endpoint, parse(cases[i].body), &message);
        CHECK(good == !cases[i].message, "%s: " STR_FMT, cases[i].body, STR_ARG(message));
        if (cases[i].message)
            CHECK(str_eq(message, str(cases[i].message)), "%s: " STR_FMT, cases[i].body,
                  STR_ARG(message));
    }
}

static void queries_carry_lists_as_json(void)
{
    static const struct {
        const char *path, *query, *args, *message;
    } cases[] = {
        {"campaign/get/", "advertiser_id=1&page=2&filtering=%7B%22campaign_ids%22:[%221%22]%7D",
         "{\"advertiser_id\":\"1\",\"page\":2,\"filtering\":{\"campaign_ids\":[\"1\"]}}", NULL},
        {"campaign/get/", "advertiser_id=1&fields=campaign_id", NULL,
         "fields: must be a JSON-encoded list."},
        {"campaign/get/", "advertiser_id=1&filtering=[]", NULL,
         "filtering: must be a JSON-encoded object."},
        {"campaign/get/", "advertiser_id=1&page=one", NULL, "page: Not a valid integer."},
        {"campaign/get/", "advertiser_id=1&page=0", NULL, "page: Must be at least 1."},
        {"campaign/get/", "advertiser_id=1&page_size=1001", NULL,
         "page_size: Must be between 1 and 1000."},
        {"campaign/get/", "advertiser_id=1&campaign_id=2", NULL,
         "'campaign_id' is not supported in /v1.3/campaign/get/."},
        {"campaign/get/", "advertiser_id=1&filtering=%7B%22name%22:%22x%22%7D", NULL,
         "'filtering.name' is not supported in /v1.3/campaign/get/."},
        {"report/integrated/get/", "report_type=BASIC&enable_total_metrics=yes", NULL,
         "enable_total_metrics: Not a valid boolean."},
        {"advertiser/info/", "advertiser_ids=7000000000000000101", NULL,
         "advertiser_ids: must be a JSON-encoded list."},
    };

    for (size_t i = 0; i < countof(cases); i++) {
        const struct endpoint *endpoint = table_find(table, STR("GET"), str(cases[i].path));
        struct form_fields query = {0};
        const struct json *args = NULL;
        struct str message = STR("");
        struct err err = {0};
        CHECK(form_parse(arena, str(cases[i].query), &query, &err), "%s", err.text);
        bool good = validate_query(arena, endpoint, &query, &args, &message);
        CHECK(good == !cases[i].message, "%s: " STR_FMT, cases[i].query, STR_ARG(message));
        if (cases[i].message)
            CHECK(str_eq(message, str(cases[i].message)), "%s: " STR_FMT, cases[i].query,
                  STR_ARG(message));
        else
            CHECK(str_eq(json_print(arena, args), str(cases[i].args)), STR_FMT,
                  STR_ARG(json_print(arena, args)));
    }
}

/* --- names --------------------------------------------------------------- */

static void names_have_no_emoji_and_wide_letters_count_two(void)
{
    struct call call = {.arena = arena};
    static const struct {
        const char *name;
        int64_t most;
        bool good;
    } cases[] = {
        {"Пробный урок", 512, true},
        {"", 512, false},
        {"abcd", 4, true},
        {"abcde", 4, false},
        {"線線", 4, true},
        {"線線a", 4, false},
        {"ｆｕ", 4, true},
        {"hot \xF0\x9F\x94\xA5", 512, false},
        {"flag \xF0\x9F\x87\xB0\xF0\x9F\x87\xBF", 512, false},
        {"1\xEF\xB8\x8F\xE2\x83\xA3", 512, false},
        {"\xE2\x9C\x85 done", 512, false},
        {"عرض خاص", 512, true},
        {"№ 5 — 100 ₸", 512, true},
    };

    for (size_t i = 0; i < countof(cases); i++)
        CHECK(rule_name(&call, "name", str(cases[i].name), cases[i].most) == cases[i].good,
              "%s: " STR_FMT, cases[i].name, STR_ARG(call.message));
}

/* --- rates --------------------------------------------------------------- */

static bool take(struct rates *rates, const char *level, const char *path, int64_t ms,
                 const char **unit)
{
    int limit = 0;

    *unit = "";
    return rates_take(rates, level, STR("app"), (int)str_hash(str(path)), str(path), ms, ms,
                      &limit, unit);
}

static void too_many_a_second_wait_and_too_many_a_minute_wait_five(void)
{
    struct rates *rates = rates_new(arena);
    const char *unit;
    int64_t ms = 60000 * 1000;

    for (int i = 0; i < 10; i++)
        CHECK(take(rates, "basic", "campaign/get/", ms, &unit), "call %d", i);
    CHECK(!take(rates, "basic", "campaign/get/", ms, &unit) && strcmp(unit, "QPS") == 0, "%s",
          unit);
    CHECK(take(rates, "basic", "adgroup/get/", ms, &unit), "another endpoint");
    CHECK(take(rates, "basic", "campaign/get/", ms + 1000, &unit), "the next second");
    rates_reset(rates);
    for (int i = 0; i < 30; i++)
        CHECK(take(rates, "sandbox", "campaign/get/", ms + i * 1000, &unit), "call %d", i);
    CHECK(!take(rates, "sandbox", "campaign/get/", ms + 31000, &unit) &&
              strcmp(unit, "QPM") == 0,
          "%s", unit);
    CHECK(!take(rates, "sandbox", "campaign/get/", ms + 31000 + 299000, &unit), "a penalty");
    CHECK(take(rates, "sandbox", "campaign/get/", ms + 31000 + 301000, &unit), "is over");
    for (int i = 0; i < 5; i++)
        CHECK(take(rates, "basic", "ad/create/", ms, &unit), "ad %d", i);
    CHECK(!take(rates, "basic", "ad/create/", ms, &unit), "ads have half the rate");
    for (int i = 0; i < 5000; i++)
        CHECK(take(rates, "off", "report/task/create/", ms, &unit), "off is off");
}

static void too_many_a_day_wait_for_midnight(void)
{
    struct rates *rates = rates_new(arena);
    int64_t ms = INT64_C(86400000) * 20000;
    const char *unit;
    int taken = 0;

    for (int i = 0; i < 1100; i++)
        taken += take(rates, "sandbox", "campaign/get/", ms + i * 2100, &unit);
    CHECK(taken == 1000 && strcmp(unit, "QPD") == 0, "%d, %s", taken, unit);
    CHECK(take(rates, "sandbox", "campaign/get/", ms + 86400000, &unit), "the next day");
}

/* --- faults -------------------------------------------------------------- */

static void faults_fire_when_asked(void)
{
    struct faults *faults = faults_new();
    struct err err = {0};
    const struct fault *fault;
    int fired = 0;

    CHECK(!faults_add_json(faults, parse("{\"path\":\"a\",\"tims\":1}"), &err), "unknown");
    CHECK(!faults_add_json(faults, parse("{\"code\":1}"), &err), "a path is needed");
    CHECK(!faults_add_json(faults, parse("[{\"path\":\"a\"},{\"path\":1}]"), &err), "a list");
    CHECK(!faults_take(faults, STR("GET"), STR("a/")), "all or nothing");
    CHECK(faults_add_json(faults,
                          parse("[{\"path\":\"campaign/\",\"method\":\"POST\",\"nth\":2,"
                                "\"code\":50000},{\"path\":\"ad/\",\"every\":3,\"times\":0}]"),
                          &err),
          "%s", err.text);
    CHECK(!faults_take(faults, STR("GET"), STR("campaign/get/")), "another method");
    CHECK(!faults_take(faults, STR("POST"), STR("campaign/create/")), "the first");
    fault = faults_take(faults, STR("POST"), STR("campaign/update/"));
    CHECK(fault && fault->code == 50000, "the second");
    CHECK(!faults_take(faults, STR("POST"), STR("campaign/create/")), "only once");
    for (int i = 0; i < 9; i++)
        fired += faults_take(faults, STR("POST"), STR("ad/create/")) != NULL;
    CHECK(fired == 3, "%d", fired);
    faults_clear(faults);
    CHECK(!faults_take(faults, STR("POST"), STR("ad/create/")), "cleared");
    faults_free(faults);
}

/* --- files --------------------------------------------------------------- */

static struct str demo_clip(void)
{
    const struct embedded *file = embedded_demo;

    while (file->name && !str_ends(str(file->name), STR(".mp4")))
        file++;
    must(file->name != NULL);
    return (struct str){file->bytes, file->n};
}

static void headers_of_videos_say_size_and_length(void)
{
    struct str clip = demo_clip();
    struct probe probe;
    static const char *const others[] = {"", "\x1a\x45\xdf\xa3 webm", "GIF89a", "hello world!"};

    CHECK(probe_video(clip, &probe), "a clip");
    CHECK(strcmp(probe.format, "mp4") == 0 && probe.width == 540 && probe.height == 960 &&
              probe.duration_ms == 4000,
          "%s %lldx%lld %lld ms", probe.format, (long long)probe.width, (long long)probe.height,
          (long long)probe.duration_ms);
    for (size_t i = 0; i < countof(others); i++)
        CHECK(!probe_video(str(others[i]), &probe), "%s", others[i]);
    /* Cut short anywhere it is read within its bounds (a sanitizer watches). */
    for (size_t n = 0; n < clip.n; n += n < 8192 ? 1 : 977) {
        char *copy = malloc(n ? n : 1);
        memcpy(copy, clip.p, n);
        (void)probe_video((struct str){copy, n}, &probe);
        free(copy);
    }
}

static void pictures_are_pngs_of_their_size(void)
{
    struct str png = picture_png(arena, 540, 960, 42);
    struct probe probe;

    CHECK(probe_image(png, &probe) && probe.width == 540 && probe.height == 960, "%lldx%lld",
          (long long)probe.width, (long long)probe.height);
    CHECK(str_ends(png, ((struct str){"IEND\xae\x42\x60\x82", 8})), "the known last CRC");
    CHECK(str_eq(png, picture_png(arena, 540, 960, 42)), "the same again");
    for (size_t n = 0; n < 64; n++)
        (void)probe_image(str_sub(png, 0, n), &probe);
    CHECK(!probe_image(STR("\xff\xd8\xff\xe0\x00\x01"), &probe), "a broken JPEG");
}

/* --- webhooks ------------------------------------------------------------ */

static void signed_bodies_escape_what_is_not_ascii(void)
{
    static const struct {
        const char *plain, *escaped;
    } cases[] = {
        {"{\"a\":1}", "{\"a\":1}"},
        {"Ая", "\\u0410\\u044f"},
        {"é€", "\\u00e9\\u20ac"},
        {"\xF0\x9F\x98\x80", "\\ud83d\\ude00"},
        {"محمد", "\\u0645\\u062d\\u0645\\u062f"},
    };

    for (size_t i = 0; i < countof(cases); i++)
        CHECK(str_eq(hook_escape(arena, str(cases[i].plain)), str(cases[i].escaped)), STR_FMT,
              STR_ARG(hook_escape(arena, str(cases[i].plain))));
}

/* --- metrics, CSV -------------------------------------------------------- */

static void metrics_are_texts(void)
{
    const struct json *campaign = parse("{\"campaign_name\":\"A, B\",\"budget\":12.5}");
    struct metric_row row = {
        .figures = {.spend_micros = 12345678,
                    .impressions = 1000,
                    .clicks = 20,
                    .reach = 500,
                    .conversions = 4},
        .leads_seen = true,
        .form = true,
        .campaign = campaign,
    };
    static const struct {
        const char *name, *text;
    } cases[] = {
        {"spend", "12.35"},
        {"impressions", "1000"},
        {"ctr", "2.00"},
        {"cpc", "0.62"},
        {"cpm", "12.35"},
        {"frequency", "2.00"},
        {"conversion", "4"},
        {"cost_per_conversion", "3.09"},
        {"onsite_form", "4"},
        {"form", "0"},
        {"complete_payment", "0"},
        {"campaign_name", "A, B"},
        {"campaign_budget", "12.5"},
        {"ad_name", "-"},
        {"result", "4"},
    };
    enum metric_level level;

    for (size_t i = 0; i < countof(cases); i++) {
        CHECK(metric_known(str(cases[i].name), &level), "%s", cases[i].name);
        CHECK(str_eq(metric_text(arena, str(cases[i].name), &row), str(cases[i].text)),
              "%s " STR_FMT, cases[i].name,
              STR_ARG(metric_text(arena, str(cases[i].name), &row)));
    }
    CHECK(!metric_known(STR("profit"), &level) && !metric_known(STR(""), &level), "unknown");
    row.figures = (struct world_figures){0};
    CHECK(str_eq(metric_text(arena, STR("cpc"), &row), STR("0.00")), "nothing by nothing");
}

static void cells_are_quoted_and_not_changed(void)
{
    struct buf csv;

    buf_init(&csv, arena, 1000);
    cells_put(&csv, true, STR("+77011234567"));
    cells_put(&csv, false, STR("a,\"b\""));
    cells_put(&csv, false, STR("two\nlines"));
    cells_end(&csv);
    CHECK(str_eq(buf_str(&csv), STR("+77011234567,\"a,\"\"b\"\"\",\"two\nlines\"\r\n")),
          STR_FMT, STR_ARG(buf_str(&csv)));
}

/* --- store, settings, journal -------------------------------------------- */

static void documents_are_replaced_removed_and_saved(void)
{
    struct store *store = store_new();
    struct store *again = store_new();
    const struct json *old;
    struct str rest;
    struct buf lines;

    (void)store_put(store, KIND_AD, STR("1"), STR("{\"n\":1}"));
    old = store_find(store, KIND_AD, STR("1"));
    (void)store_put(store, KIND_AD, STR("1"), STR("{\"n\":2}"));
    CHECK(json_real(old, "n", 0) == 1, "the old one stays readable until the sweep");
    store_sweep(store);
    CHECK(!store_find(store, KIND_ADGROUP, STR("1")), "kinds are apart");
    for (int i = 0; i < 500; i++) {
        struct str id = str_fmt(arena, "h%d", i);
        (void)store_put(store, KIND_DELIVERY, id, STR("{}"));
        if (i % 5)
            store_remove(store, KIND_DELIVERY, id);
        store_sweep(store);
    }
    CHECK(store_count(store, KIND_DELIVERY) < 350, "removed ones are forgotten");
    CHECK(store_find(store, KIND_DELIVERY, STR("h495")) != NULL, "the others are not");
    CHECK(!store_find(store, KIND_DELIVERY, STR("h499")), "removed");
    buf_init(&lines, arena, 1024 * 1024);
    store_save(store, &lines);
    rest = buf_str(&lines);
    while (rest.n) {
        struct err err = {0};
        const struct json *line;
        CHECK(json_parse(arena, str_cut(&rest, '\n'), &line, &err) &&
                  store_load(again, line, &err),
              "%s", err.text);
    }
    CHECK(json_real(store_find(again, KIND_AD, STR("1")), "n", 0) == 2, "read back");
    CHECK(store_find(again, KIND_DELIVERY, STR("h495")) != NULL, "read back");
    store_free(store);
    store_free(again);
}

static void settings_change_all_or_nothing(void)
{
    struct settings settings;
    struct err err = {0};

    settings_default(&settings);
    CHECK(setting_is(settings.rate_level, "advanced") && settings.kzt_minimum == 2500,
          "defaults");
    CHECK(
        settings_change(&settings, parse("{\"rate_level\":\"off\",\"readiness_ms\":5}"), &err),
        "%s", err.text);
    CHECK(setting_is(settings.rate_level, "off") && settings.readiness_ms == 5, "changed");
    CHECK(!settings_change(&settings, parse("{\"readiness_ms\":6,\"rate_level\":\"x\"}"), &err),
          "a wrong word");
    CHECK(settings.readiness_ms == 5, "nothing changed");
    CHECK(!settings_change(&settings, parse("{\"readiness_ms\":300001}"), &err), "a bound");
    CHECK(!settings_change(&settings, parse("{\"webhook_reorder\":1}"), &err), "a type");
    CHECK(!settings_change(&settings, parse("{\"readines_ms\":1}"), &err), "a name");
}

static void the_journal_keeps_the_last_calls(void)
{
    struct journal *journal = journal_new();
    struct buf buf;
    struct json_writer w;
    const struct json *list = NULL;
    struct err err = {0};

    for (int i = 0; i < 9000; i++)
        journal_add(journal, &(struct journal_entry){.method = STR("GET"),
                                                     .path = i % 2 ? STR("ad/get/")
                                                                   : STR("campaign/get/"),
                                                     .args = STR("{}")});
    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    journal_put(journal, STR("ad/"), 8990, 100, &w);
    CHECK(json_parse(arena, buf_str(&buf), &list, &err) && json_count(list) == 5, "%zu, %s",
          json_count(list), err.text);
    journal_free(journal);
}

int main(void)
{
    arena = arena_new("test");
    table = table_load(arena);
    RUN(every_documented_endpoint_has_an_answer);
    RUN(bodies_are_judged_by_type_word_bound_and_name);
    RUN(queries_carry_lists_as_json);
    RUN(names_have_no_emoji_and_wide_letters_count_two);
    RUN(too_many_a_second_wait_and_too_many_a_minute_wait_five);
    RUN(too_many_a_day_wait_for_midnight);
    RUN(faults_fire_when_asked);
    RUN(headers_of_videos_say_size_and_length);
    RUN(pictures_are_pngs_of_their_size);
    RUN(signed_bodies_escape_what_is_not_ascii);
    RUN(metrics_are_texts);
    RUN(cells_are_quoted_and_not_changed);
    RUN(documents_are_replaced_removed_and_saved);
    RUN(settings_change_all_or_nothing);
    RUN(the_journal_keeps_the_last_calls);
    arena_free(arena);
    return test_report();
}
