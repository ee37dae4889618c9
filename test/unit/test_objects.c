/* roi/objects: campaigns, ad groups and ads with their figures, as lists. */
#include "lead/fact.h"
#include "lead/lead.h"
#include "metric/metric.h"
#include "roi/objects.h"
#include "test_ground.h"
#include "text/zone.h"

/* --- a platform that says what the test wants ------------------------------------------- */

static struct {
    struct platform_metric_rows rows;
    struct platform_objects levels[3];
} said;

static bool say_metrics(struct platform_session *s, struct str first_day, struct str last_day,
                        struct platform_metric_rows *out, struct err *err)
{
    (void)first_day, (void)last_day, (void)err;
    for (size_t i = 0; i < said.rows.n; i++)
        *platform_metric_rows_add(out, s->arena) = said.rows.at[i];
    return true;
}

static bool say_objects(struct platform_session *s, enum platform_level level,
                        const struct strs *campaign_ids, struct str name,
                        struct platform_objects *out, struct err *err)
{
    (void)campaign_ids, (void)name, (void)err;
    for (size_t i = 0; i < said.levels[level].n; i++)
        *platform_objects_add(out, s->arena) = said.levels[level].at[i];
    return true;
}

static struct platform speaker;

static void say_object(struct ground *g, enum platform_level level, const char *id,
                       const char *parent, const char *campaign, const char *name,
                       const char *status, const char *word)
{
    *platform_objects_add(&said.levels[level], g->arena) = (struct platform_object){
        .id = str(id),
        .parent_id = str(parent),
        .campaign_id = str(campaign),
        .name = str(name),
        .status = str(status),
        .secondary_status = str(word),
        .objective = level == LEVEL_CAMPAIGN ? STR("lead_generation") : STR(""),
        .budget_mode = level == LEVEL_ADGROUP ? STR("BUDGET_MODE_DAY") : STR(""),
        .budget_micros = level == LEVEL_ADGROUP ? 5000000000 : 0};
}

static void say_row(struct ground *g, const char *ad_id, const char *day, int64_t spend,
                    int64_t impressions, int64_t clicks)
{
    *platform_metric_rows_add(&said.rows, g->arena) =
        (struct platform_metric_row){.ad_id = str(ad_id),
                                     .day = str(day),
                                     .spend_micros = spend * 1000000,
                                     .impressions = impressions,
                                     .clicks = clicks,
                                     .conversions = clicks / 10};
}

static void collect(struct ground *g, struct str account)
{
    struct ad_connection connection = ground_connection(g, account);
    struct metric_counts counts;

    CHECK_OK(metric_collect(&g->app, g->db, NULL, g->arena, &connection, 30, &counts, &g->err),
             g->err);
}

static void add_lead(struct ground *g, struct str account, const char *ad_id, const char *phone,
                     bool qualified, int64_t at_ms)
{
    struct lead_wish wish = {.ad_account_id = account,
                             .ad_id = str(ad_id),
                             .phone = str(phone),
                             .created_ms = at_ms,
                             .actor = STR("test"),
                             .now_ms = clock_wall_ms()};
    struct lead lead = {0};
    bool yes;

    CHECK_OK(lead_add(&g->app, g->db, g->arena, &wish, &lead, &yes, &g->err), g->err);
    struct lead_stage_wish stage = {.lead_id = lead.lead_id,
                                    .stage = STR("qualified"),
                                    .cause = STR("test"),
                                    .actor = STR("test"),
                                    .now_ms = clock_wall_ms()};
    if (qualified)
        CHECK_OK(lead_set_stage(g->db, g->arena, &stage, &yes, &g->err), g->err);
}

/*
 * 501 runs: g1 with ads 701 (delivering) and 702 (refused), g2 switched off with 703.
 * 502 is off, its group g3 and ad 704 are on.  Figures of 20 and 21 November.
 */
static struct str stage(struct ground *g, struct database *database, struct db *db)
{
    struct str account;

    memset(&said, 0, sizeof said);
    speaker = (struct platform){.name = "tiktok",
                                .metrics = say_metrics,
                                .objects = say_objects,
                                .delivery = platform_tiktok.delivery};
    platform_register_for_tests(&speaker);
    ground_begin(g, database, db);
    account = ground_account(g, "7000000000000000001", "KZT", "Asia/Almaty", "KZ");
    ground_direction(g, "d1", account, "501", "");
    ground_creative(g, "v1", "Trial lesson", "d1");
    ground_ad(g, "701", "501", account, "d1", "v1");
    say_object(g, LEVEL_CAMPAIGN, "501", "", "501", "English", "enabled",
               "CAMPAIGN_STATUS_ENABLE");
    say_object(g, LEVEL_CAMPAIGN, "502", "", "502", "Немецкий", "disabled",
               "CAMPAIGN_STATUS_DISABLE");
    say_object(g, LEVEL_ADGROUP, "g1", "501", "501", "Almaty", "enabled",
               "ADGROUP_STATUS_DELIVERY_OK");
    say_object(g, LEVEL_ADGROUP, "g2", "501", "501", "Astana", "disabled",
               "ADGROUP_STATUS_DISABLE");
    say_object(g, LEVEL_ADGROUP, "g3", "502", "502", "Berlin", "enabled",
               "ADGROUP_STATUS_CAMPAIGN_DISABLE");
    say_object(g, LEVEL_AD, "701", "g1", "501", "Ёлка one", "enabled", "AD_STATUS_DELIVERY_OK");
    say_object(g, LEVEL_AD, "702", "g1", "501", "two", "enabled", "AD_STATUS_AUDIT_DENY");
    say_object(g, LEVEL_AD, "703", "g2", "501", "three", "enabled",
               "AD_STATUS_ADGROUP_DISABLE");
    say_object(g, LEVEL_AD, "704", "g3", "502", "four", "enabled",
               "AD_STATUS_CAMPAIGN_DISABLE");
    say_row(g, "701", "2026-11-20", 1000, 10000, 100);
    say_row(g, "701", "2026-11-21", 500, 4000, 60);
    say_row(g, "702", "2026-11-21", 300, 1000, 0);
    say_row(g, "704", "2026-11-20", 50, 0, 0);
    collect(g, account);
    add_lead(g, account, "701", "+77010000001", true, GROUND_NOW - 2 * HOUR_MS);
    add_lead(g, account, "701", "+77010000001", false,
             GROUND_NOW - HOUR_MS); /* the same person */
    add_lead(g, account, "701", "+77010000002", false, GROUND_NOW - DAY_MS);
    add_lead(g, account, "701", "+77010000003", false, GROUND_NOW - 9 * DAY_MS);
    add_lead(g, account, "", "+77010000004", false, GROUND_NOW - HOUR_MS);
    return account;
}

static struct object_list ask(struct ground *g, struct object_question q)
{
    struct object_list list;

    q.first_day = q.first_day.n ? q.first_day : STR("2026-11-20");
    q.last_day = q.last_day.n ? q.last_day : STR("2026-11-21");
    q.limit = q.limit ? q.limit : 100;
    CHECK_OK(object_list_get(g->db, g->arena, &q, &list, &g->err), g->err);
    return list;
}

static struct str ids(struct ground *g, const struct object_list *list)
{
    struct str out = STR("");

    for (size_t i = 0; i < list->rows.n; i++)
        out = str_fmt(g->arena, STR_FMT "%s" STR_FMT, STR_ARG(out), i ? " " : "",
                      STR_ARG(list->rows.at[i].id));
    return out;
}

static const struct object_row *row(const struct object_list *list, const char *id)
{
    static const struct object_row none = {.delivery = "(none)"};

    for (size_t i = 0; i < list->rows.n; i++)
        if (IS(list->rows.at[i].id, id))
            return &list->rows.at[i];
    CHECK(false, "%s is listed", id);
    return &none;
}

/* --- the tests ---------------------------------------------------------------------------- */

static void each_level_has_the_figures_of_its_ads(struct database *database, struct db *db)
{
    struct ground g;
    struct object_list list;
    const struct object_row *r;
    int64_t micros = 0;
    double ratio = 0;

    (void)stage(&g, database, db);
    list = ask(&g, (struct object_question){.level = LEVEL_AD});
    CHECK(IS(ids(&g, &list), "701 702 704 703"), "most spend first, unknown last: " STR_FMT,
          STR_ARG(ids(&g, &list)));
    r = row(&list, "701");
    CHECK(r->figures.missing == OBJECT_KNOWN && r->figures.days == 2 &&
              r->figures.spend_micros == 1500000000 && r->figures.impressions == 14000 &&
              r->figures.clicks == 160 && r->figures.platform_leads == 16 &&
              r->figures.leads == 2 && r->figures.qualified == 1,
          "701: %lld spent, %lld leads, %lld qualified, %lld of the platform",
          (long long)r->figures.spend_micros, (long long)r->figures.leads,
          (long long)r->figures.qualified, (long long)r->figures.platform_leads);
    CHECK(object_ctr(&r->figures, &ratio) && ratio > 0.01142 && ratio < 0.01143 &&
              object_cpl(&r->figures, &micros) && micros == 750000000,
          "ratios are of the sums: %f %lld", ratio, (long long)micros);
    CHECK(IS(r->creative_title, "Trial lesson") && IS(r->direction_name, "Direction d1") &&
              IS(r->campaign_name, "English") && IS(r->adgroup_name, "Almaty") &&
              IS(r->currency, "KZT"),
          "what it belongs to is named");
    r = row(&list, "703");
    CHECK(r->figures.missing == OBJECT_NO_DAYS && !object_cpl(&r->figures, &micros) &&
              !object_ctr(&r->figures, &ratio),
          "what the platform did not report is unknown");
    r = row(&list, "704");
    CHECK(!object_ctr(&r->figures, &ratio) && !object_cpc(&r->figures, &micros),
          "nothing is divided by nothing");

    list = ask(&g, (struct object_question){.level = LEVEL_ADGROUP});
    r = row(&list, "g1");
    CHECK(r->figures.spend_micros == 1800000000 && r->figures.leads == 2 && r->ads == 2 &&
              r->budget_micros == 5000000000,
          "a group is the sum of its ads");
    list = ask(&g, (struct object_question){.level = LEVEL_CAMPAIGN});
    r = row(&list, "501");
    CHECK(r->figures.spend_micros == 1800000000 && r->adgroups == 2 && r->ads == 3 &&
              r->adgroups_budget_micros == 5000000000,
          "a campaign too; groups that are off budget nothing");
    CHECK(list.count == 2 && list.total.spend_micros == 1850000000 && list.total.leads == 2 &&
              IS(list.currency, "KZT") && list.leads_elsewhere == 1 && list.collected_ms > 0 &&
              list.budget_micros == 5000000000,
          "totals of all that was selected");

    /* One day only, by the account's own calendar. */
    list = ask(
        &g, (struct object_question){.level = LEVEL_CAMPAIGN, .first_day = STR("2026-11-21")});
    CHECK(row(&list, "501")->figures.spend_micros == 800000000 &&
              row(&list, "501")->figures.leads == 1 &&
              row(&list, "502")->figures.missing == OBJECT_NO_DAYS,
          "of the range");
    list = ask(&g, (struct object_question){.level = LEVEL_AD, .first_day = STR("2026-09-01")});
    CHECK(row(&list, "701")->figures.leads == 3 &&
              row(&list, "701")->figures.spend_micros == 1500000000,
          "a range of several readings counts every day once");
    ground_end(&g);
}

static void why_it_runs_or_not_is_told(struct database *database, struct db *db)
{
    static const struct {
        enum platform_level level;
        const char *id, *delivery;
    } cases[] = {
        {LEVEL_CAMPAIGN, "501", "delivering"}, {LEVEL_CAMPAIGN, "502", "off"},
        {LEVEL_ADGROUP, "g1", "delivering"},   {LEVEL_ADGROUP, "g2", "off"},
        {LEVEL_ADGROUP, "g3", "campaign_off"}, {LEVEL_AD, "701", "delivering"},
        {LEVEL_AD, "702", "rejected"},         {LEVEL_AD, "703", "adgroup_off"},
        {LEVEL_AD, "704", "campaign_off"},
    };
    struct ground g;
    struct object_list list;
    struct str account = stage(&g, database, db);

    for (size_t i = 0; i < countof(cases); i++) {
        list = ask(&g, (struct object_question){.level = cases[i].level});
        CHECK(IS(str(row(&list, cases[i].id)->delivery), cases[i].delivery), "%s: %s, not %s",
              cases[i].id, cases[i].delivery, row(&list, cases[i].id)->delivery);
    }
    list = ask(&g, (struct object_question){.level = LEVEL_AD});
    CHECK(IS(row(&list, "702")->platform_status, "AD_STATUS_AUDIT_DENY"), "verbatim");

    /* The group is switched on; what the platform said before is no longer true. */
    for (size_t i = 0; i < said.levels[LEVEL_ADGROUP].n; i++) {
        said.levels[LEVEL_ADGROUP].at[i].status = STR("enabled");
        said.levels[LEVEL_ADGROUP].at[i].secondary_status = STR("ADGROUP_STATUS_DELIVERY_OK");
    }
    for (size_t i = 0; i < 2; i++) /* and both ads of g1 are off */
        said.levels[LEVEL_AD].at[i].status = STR("disabled");
    clock_set_wall(GROUND_NOW + HOUR_MS);
    collect(&g, account);
    list = ask(&g, (struct object_question){.level = LEVEL_AD});
    CHECK(IS(str(row(&list, "703")->delivery), "unknown"), "not read since: %s",
          row(&list, "703")->delivery);
    list = ask(&g, (struct object_question){.level = LEVEL_ADGROUP});
    CHECK(IS(str(row(&list, "g1")->delivery), "nothing_on"), "%s", row(&list, "g1")->delivery);
    CHECK(IS(str(row(&list, "g2")->delivery), "delivering"), "%s", row(&list, "g2")->delivery);
    ground_end(&g);
}

static void lists_are_filtered_sorted_and_cut(struct database *database, struct db *db)
{
    struct ground g;
    struct str account = stage(&g, database, db);
    struct strs first = {.at = (struct str[]){STR("501")}, .n = 1};
    const struct {
        const char *name;
        struct object_question q;
        const char *ids;
    } cases[] = {
        {"by campaign", {.level = LEVEL_AD, .campaign_ids = first}, "701 702 703"},
        {"by ids", {.level = LEVEL_CAMPAIGN, .ids = first}, "501"},
        {"by a word begun anywhere, whatever its case and marks",
         {.level = LEVEL_AD, .text = STR("ЕЛК")},
         "701"},
        {"by id", {.level = LEVEL_AD, .text = STR("704")}, "704"},
        {"by status", {.level = LEVEL_CAMPAIGN, .status = STR("disabled")}, "502"},
        {"by delivery", {.level = LEVEL_AD, .delivery = STR("rejected")}, "702"},
        {"by direction", {.level = LEVEL_AD, .direction_id = STR("d1")}, "701 702 703"},
        {"by creative", {.level = LEVEL_AD, .creative_id = STR("v1")}, "701"},
        {"by account", {.level = LEVEL_AD, .ad_account_id = account, .limit = 1}, "701"},
        {"of another platform", {.level = LEVEL_AD, .platform = STR("facebook")}, ""},
        {"name, rising",
         {.level = LEVEL_AD, .sort = STR("name"), .ascending = true},
         "704 703 702 701"},
        {"cost a lead, unknown last",
         {.level = LEVEL_AD, .sort = STR("cpl"), .ascending = true, .limit = 1},
         "701"},
        {"the second page", {.level = LEVEL_AD, .after = 2, .limit = 2}, "704 703"},
        {"its place found by the row",
         {.level = LEVEL_AD, .after = 1, .after_id = STR("702"), .limit = 1},
         "704"},
    };

    for (size_t i = 0; i < countof(cases); i++) {
        struct object_list list = ask(&g, cases[i].q);
        CHECK(IS(ids(&g, &list), cases[i].ids), "%s: \"" STR_FMT "\"", cases[i].name,
              STR_ARG(ids(&g, &list)));
    }
    struct object_list page = ask(&g, (struct object_question){.level = LEVEL_AD, .limit = 3});
    CHECK(page.next == 3 && page.count == 4, "there is more");
    page = ask(&g, (struct object_question){.level = LEVEL_AD, .after = 3});
    CHECK(page.next == 0 && page.rows.n == 1, "and then it ends");
    ground_end(&g);
}

static void money_of_two_currencies_is_not_added_up(struct database *database, struct db *db)
{
    struct ground g;
    struct object_list list;
    struct str dollars;

    (void)stage(&g, database, db);
    dollars = ground_account(&g, "7000000000000000002", "USD", "America/New_York", "US");
    memset(&said, 0, sizeof said);
    say_object(&g, LEVEL_CAMPAIGN, "601", "", "601", "Dollars", "enabled",
               "CAMPAIGN_STATUS_ENABLE");
    say_object(&g, LEVEL_ADGROUP, "g6", "601", "601", "six", "enabled", "");
    say_object(&g, LEVEL_AD, "801", "g6", "601", "eight", "enabled", "AD_STATUS_DELIVERY_OK");
    list = ask(&g, (struct object_question){.level = LEVEL_CAMPAIGN, .ad_account_id = dollars});
    CHECK(list.count == 0 && list.collected_ms == 0, "never collected");
    say_row(&g, "801", "2026-11-20", 7, 100, 10);
    collect(&g, dollars);
    list = ask(&g, (struct object_question){.level = LEVEL_CAMPAIGN});
    CHECK(list.count == 3 && list.total.missing == OBJECT_CURRENCIES && !list.currency.n &&
              list.total.impressions == 15100,
          "impressions are, money is not");
    list = ask(&g, (struct object_question){.level = LEVEL_CAMPAIGN, .ad_account_id = dollars});
    CHECK(list.total.spend_micros == 7000000 && IS(list.currency, "USD"), "one account");
    ground_end(&g);
}

static void the_packed_days_follow_corrections_and_a_rebuild(struct database *database,
                                                             struct db *db)
{
    struct ground g;
    struct object_list list;
    struct str account = stage(&g, database, db);
    struct fact_counts counts;
    int64_t blocks;

    said.rows = (struct platform_metric_rows){0};
    say_row(&g, "701", "2026-11-20", 1100, 10000, 110); /* a late correction */
    clock_set_wall(GROUND_NOW + HOUR_MS);
    collect(&g, account);
    list = ask(&g, (struct object_question){.level = LEVEL_AD});
    CHECK(row(&list, "701")->figures.spend_micros == 1600000000 &&
              row(&list, "704")->figures.spend_micros == 50000000,
          "replaced, and the others are still there");
    CHECK_OK(db_run(db, NULL, &g.err, "DELETE FROM ad_metrics_days WHERE org_id = $1",
                    TEXT(g.org)) &&
                 db_run(db, NULL, &g.err, "UPDATE lead_facts SET ad_id = '' WHERE org_id = $1",
                        TEXT(g.org)),
             g.err);
    list = ask(&g, (struct object_question){.level = LEVEL_AD});
    CHECK(row(&list, "701")->figures.missing == OBJECT_NO_DAYS, "they are what is read");
    CHECK_OK(metric_rebuild(db, g.arena, &blocks, &g.err) &&
                 fact_rebuild(db, g.arena, &counts, &g.err),
             g.err);
    list = ask(&g, (struct object_question){.level = LEVEL_AD});
    CHECK(row(&list, "701")->figures.spend_micros == 1600000000 &&
              row(&list, "701")->figures.leads == 2,
          "made anew from the truth");
    ground_end(&g);
}

static void another_org_sees_nothing(struct database *database, struct db *db)
{
    struct ground g;
    struct object_list list;
    struct str account = stage(&g, database, db);

    db_scope(db, g.other);
    list = ask(&g, (struct object_question){.level = LEVEL_AD});
    CHECK(list.count == 0 && list.leads_elsewhere == 0, "no rows");
    list = ask(&g, (struct object_question){.level = LEVEL_AD, .ad_account_id = account});
    CHECK(list.count == 0 && list.total.spend_micros == 0, "nor by the account's id");
    ground_end(&g);
}

int main(void)
{
    log_setup(LOG_ERROR, 0);
    RUN_ON_DATABASES(each_level_has_the_figures_of_its_ads);
    RUN_ON_DATABASES(why_it_runs_or_not_is_told);
    RUN_ON_DATABASES(lists_are_filtered_sorted_and_cut);
    RUN_ON_DATABASES(money_of_two_currencies_is_not_added_up);
    RUN_ON_DATABASES(the_packed_days_follow_corrections_and_a_rebuild);
    RUN_ON_DATABASES(another_org_sees_nothing);
    ring_free(ground_ring);
    return test_report();
}
