/* Directions: founding words, geography that is never dropped, limits, budgets, both platforms.
 */

#include "ads/direction.h"
#include "base/limits.h"
#include "test_ground.h"
#include "test_platform.h"

static struct str account;

static void begin(struct ground *g, struct database *database, struct db *db)
{
    ground_begin(g, database, db);
    fake_begin();
    account = ground_account(g, "9100", "KZT", "Asia/Almaty", "KZ");
}

static struct direction_wish wish_of(const char *name)
{
    return (struct direction_wish){
        .platform = STR("tiktok"),
        .ad_account_id = account,
        .name = str(name),
        .tiktok = {.objective = STR("lead_generation"),
                   .daily_budget_micros = INT64_C(5000000000),
                   .target_cpl_micros = INT64_C(1500000000),
                   .instant_page_id = STR("7123456789012345678"),
                   .settings = STR("{\"cities\":[\"Almaty\"],\"age_min\":20,\"age_max\":45}")},
        .facebook = {.objective = STR("whatsapp"), .daily_budget_micros = INT64_C(5000000)},
        .actor = STR("test")};
}

static bool add(struct ground *g, const struct direction_wish *wish, struct directions *out)
{
    *out = (struct directions){0};
    return direction_add(g->db, g->arena, wish, clock_wall_ms(), out, &g->err);
}

static void a_direction_keeps_what_was_asked(struct database *database, struct db *db)
{
    struct ground g;
    struct direction_wish wish;
    struct directions made;
    struct direction d;

    begin(&g, database, db);
    wish = wish_of("  English course ");
    wish.tiktok.objective = STR("CONVERSIONS");
    wish.tiktok.pixel_id = STR("123");
    CHECK_OK(add(&g, &wish, &made) && made.n == 1, g.err);
    CHECK_OK(direction_get(db, g.arena, made.at[0].id, &d, &g.err), g.err);
    CHECK(IS(d.name, "English course") && IS(d.objective, "conversions") &&
              IS(d.currency, "KZT") && d.daily_budget_micros == INT64_C(5000000000) &&
              IS(d.adgroup_mode, "create_new") && d.is_active &&
              str_eq(d.ad_account_id, account),
          "%.*s", STR_ARG(d.objective));
    CHECK(IS(ground_ask(&g,
                        "SELECT COUNT(*) FROM audit_log WHERE org_id = $1"
                        " AND action = 'direction.add'",
                        TEXT(g.org)),
             "1"),
          "audit");
    ground_end(&g);
}

static void both_makes_two_and_is_never_stored(struct database *database, struct db *db)
{
    struct ground g;
    struct direction_wish wish;
    struct directions made;

    begin(&g, database, db);
    wish = wish_of("Course");
    wish.platform = STR("both");
    CHECK_OK(add(&g, &wish, &made), g.err);
    CHECK(made.n == 2 && IS(made.at[0].platform, "tiktok") &&
              IS(made.at[1].platform, "facebook") && str_eq(made.at[0].name, made.at[1].name) &&
              IS(made.at[1].currency, "USD"),
          "two rows of one name");
    CHECK(IS(ground_ask(&g, "SELECT COUNT(*) FROM directions WHERE org_id = $1", TEXT(g.org)),
             "2"),
          "rows");
    /* The Facebook half is taken: the TikTok half is not made alone. */
    wish.name = STR("Other");
    wish.platform = STR("facebook");
    CHECK_OK(add(&g, &wish, &made), g.err);
    wish.platform = STR("both");
    CHECK(!add(&g, &wish, &made) && g.err.kind == ERR_CONFLICT &&
              strcmp(g.err.field, "name") == 0,
          "%s", g.err.text);
    CHECK(IS(ground_ask(&g, "SELECT COUNT(*) FROM directions WHERE org_id = $1", TEXT(g.org)),
             "3"),
          "half of a pair was made");
    ground_end(&g);
}

static void what_makes_no_sense_is_refused_by_field(struct database *database, struct db *db)
{
    struct ground g;
    struct directions made;
    static const struct {
        const char *name, *platform, *objective, *mode, *settings;
        int64_t budget_units;
        const char *field;
    } cases[] = {
        {"x", "tiktok", "traffic", "", "{}", 5000, "name"},
        {"ok", "myspace", "traffic", "", "{}", 5000, "platform"},
        {"ok", "tiktok", "fame", "", "{}", 5000, "tiktok_objective"},
        {"ok", "tiktok", "traffic", "sometimes", "{}", 5000, "tiktok_adgroup_mode"},
        {"ok", "tiktok", "traffic", "", "{}", 2499, "tiktok_daily_budget"},
        {"ok", "tiktok", "traffic", "", "{\"cities\":[\"Atlantis\"]}", 5000, "locations"},
        {"ok", "tiktok", "traffic", "", "{\"cities\":[\"KZ\",\"Almaty\"]}", 5000, "locations"},
        {"ok", "tiktok", "traffic", "", "{\"cities\":\"Almaty\"}", 5000, "cities"},
        {"ok", "tiktok", "traffic", "", "{\"cities\":[{}]}", 5000, "cities"},
        {"ok", "tiktok", "traffic", "", "{\"age_min\":50,\"age_max\":20}", 5000, "age_max"},
        {"ok", "tiktok", "traffic", "", "{\"gender\":\"robot\"}", 5000, "gender"},
        {"ok", "tiktok", "traffic", "", "{\"languages\":[\"!!\"]}", 5000, "languages"},
        {"ok", "tiktok", "traffic", "", "{\"site_url\":\"http://a.kz\"}", 5000,
         "landing_page_url"},
        {"ok", "tiktok", "traffic", "", "{\"towns\":[]}", 5000, "towns"},
        {"ok", "tiktok", "traffic", "", "[]", 5000, "default_settings"},
    };

    begin(&g, database, db);
    for (size_t i = 0; i < countof(cases); i++) {
        struct direction_wish wish = wish_of(cases[i].name);

        wish.platform = str(cases[i].platform);
        wish.tiktok.objective = str(cases[i].objective);
        wish.tiktok.adgroup_mode = str(cases[i].mode);
        wish.tiktok.settings = str(cases[i].settings);
        wish.tiktok.daily_budget_micros = cases[i].budget_units * 1000000;
        CHECK(!add(&g, &wish, &made) && strcmp(g.err.field, cases[i].field) == 0,
              "%zu %s: %s (%s)", i, cases[i].settings, g.err.field, g.err.text);
    }
    CHECK(IS(ground_ask(&g, "SELECT COUNT(*) FROM directions WHERE org_id = $1", TEXT(g.org)),
             "0"),
          "something was stored");
    ground_end(&g);
}

static void places_may_be_ids_names_and_numbers(struct database *database, struct db *db)
{
    struct ground g;
    struct direction_wish wish;
    struct directions made;
    struct direction_settings settings;

    begin(&g, database, db);
    wish = wish_of("Ids");
    wish.tiktok.settings =
        STR("{\"location_ids\":[1526273,\"94600135\"],\"locales\":[\"ru\"]}");
    CHECK_OK(add(&g, &wish, &made), g.err);
    CHECK_OK(direction_settings_read(g.arena, made.at[0].settings, &settings, &g.err), g.err);
    CHECK(settings.audience.places.n == 2 && IS(settings.audience.places.at[0], "1526273") &&
              settings.audience.languages.n == 1,
          "as the region tool gave them");
    ground_end(&g);
}

static void the_currency_is_the_accounts_own(struct database *database, struct db *db)
{
    struct ground g;
    struct direction_wish wish;
    struct directions made;

    begin(&g, database, db);
    account = ground_account(&g, "9200", "USD", "Etc/UTC", "US");
    wish = wish_of("Dollars");
    wish.tiktok.settings = STR("{}");
    wish.tiktok.daily_budget_micros = 19000000;
    CHECK(!add(&g, &wish, &made) && strstr(g.err.hint, "20 USD"), "%s", g.err.hint);
    wish.tiktok.daily_budget_micros = 20000000;
    wish.tiktok.target_is_kzt = true;
    CHECK(!add(&g, &wish, &made) && strcmp(g.err.field, "tiktok_target_cpl_kzt") == 0, "%s",
          g.err.text);
    wish.tiktok.target_is_kzt = false;
    CHECK_OK(add(&g, &wish, &made) && IS(made.at[0].currency, "USD"), g.err);
    ground_end(&g);
}

static void twenty_are_the_most_and_switched_off_ones_do_not_count(struct database *database,
                                                                   struct db *db)
{
    struct ground g;
    struct directions made = {0};
    struct direction_change off = {.set_active = true, .is_active = false};
    struct direction_change on = {.set_active = true, .is_active = true};
    struct direction d;
    struct str first = {0};

    begin(&g, database, db);
    for (int i = 0; i < LIMIT_DIRECTIONS_PER_ACCOUNT; i++) {
        struct direction_wish wish = wish_of(str_fmt(g.arena, "Direction %d", i).p);

        CHECK_OK(add(&g, &wish, &made), g.err);
        if (!i)
            first = made.at[0].id;
    }
    struct direction_wish more = wish_of("One too many");

    CHECK(!add(&g, &more, &made) && g.err.kind == ERR_CONFLICT && *g.err.hint, "%s",
          g.err.text);
    CHECK_OK(direction_update(db, g.arena, first, &off, STR("t"), clock_wall_ms(), &d, &g.err),
             g.err);
    CHECK_OK(add(&g, &more, &made), g.err);
    CHECK(!direction_update(db, g.arena, first, &on, STR("t"), clock_wall_ms(), &d, &g.err) &&
              g.err.kind == ERR_CONFLICT,
          "switched on past the limit");
    /* Another account has room of its own. */
    account = ground_account(&g, "9200", "KZT", "Etc/UTC", "KZ");
    more = wish_of("Elsewhere");
    CHECK_OK(add(&g, &more, &made), g.err);
    ground_end(&g);
}

static void
switching_off_asks_for_the_campaigns_pause_in_the_same_transaction(struct database *database,
                                                                   struct db *db)
{
    struct ground g;
    struct direction_wish wish;
    struct directions made;
    struct direction_change off = {.set_active = true, .is_active = false};
    struct direction d;
    int failures = 0;

    begin(&g, database, db);
    wish = wish_of("With a campaign");
    wish.tiktok.campaign_id = STR("1700000000000000001");
    CHECK_OK(add(&g, &wish, &made), g.err);
    for (int64_t k = 1; k < 40; k++) {
        clock_set_wall(clock_wall_ms() + 1000);
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ok = direction_update(db, g.arena, made.at[0].id, &off, STR("t"), clock_wall_ms(),
                                   &d, &g.err);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        struct str jobs = ground_ask(&g,
                                     "SELECT COUNT(*) FROM jobs WHERE org_id = $1"
                                     " AND kind = 'launch.status'",
                                     TEXT(g.org));
        struct str active =
            ground_ask(&g, "SELECT is_active FROM directions WHERE org_id = $1", TEXT(g.org));

        if (ok) {
            CHECK(IS(jobs, "1") && IS(active, "0"), "%.*s jobs, active %.*s", STR_ARG(jobs),
                  STR_ARG(active));
            break;
        }
        failures++;
        CHECK(IS(jobs, "0") && IS(active, "1"), "statement %lld: %.*s jobs, active %.*s",
              (long long)k, STR_ARG(jobs), STR_ARG(active));
    }
    CHECK(failures > 5, "only %d statements could fail", failures);
    ground_end(&g);
}

static void deleting_is_soft_and_frees_the_name(struct database *database, struct db *db)
{
    struct ground g;
    struct direction_wish wish;
    struct directions made, again;
    struct direction d;

    begin(&g, database, db);
    wish = wish_of("Course");
    CHECK_OK(add(&g, &wish, &made), g.err);
    CHECK(!add(&g, &wish, &again) && g.err.kind == ERR_CONFLICT, "the name is taken");
    CHECK_OK(direction_delete(db, g.arena, made.at[0].id, STR("t"), 9, &g.err), g.err);
    CHECK(!direction_get(db, g.arena, made.at[0].id, &d, &g.err) && g.err.kind == ERR_NOT_FOUND,
          "still found");
    CHECK(!direction_delete(db, g.arena, made.at[0].id, STR("t"), 9, &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "deleted twice");
    CHECK_OK(add(&g, &wish, &again), g.err);
    CHECK(IS(ground_ask(&g, "SELECT COUNT(*) FROM directions WHERE org_id = $1", TEXT(g.org)),
             "2"),
          "the row is kept");
    ground_end(&g);
}

static void what_is_archived_comes_back_off_or_on_with_its_campaign(struct database *database,
                                                                    struct db *db)
{
    struct ground g;
    struct direction_wish wish;
    struct directions made, other, archived = {0};
    struct direction d;
    struct str id;

    begin(&g, database, db);
    wish = wish_of("Course");
    wish.tiktok.campaign_id = STR("1700000000000000001");
    CHECK_OK(add(&g, &wish, &made), g.err);
    id = made.at[0].id;
    CHECK(!direction_restore(db, g.arena, id, true, STR("t"), clock_wall_ms(), &d, &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "restored without having been archived");
    CHECK_OK(direction_delete(db, g.arena, id, STR("t"), clock_wall_ms(), &g.err), g.err);
    CHECK_OK(direction_list_archived(db, g.arena, account, STR("tiktok"), &archived, &g.err),
             g.err);
    CHECK(archived.n == 1 && archived.at[0].archived_ms > 0, "%zu archived", archived.n);
    CHECK_OK(direction_restore(db, g.arena, id, false, STR("t"), clock_wall_ms(), &d, &g.err),
             g.err);
    CHECK(!d.is_active && d.archived_ms == 0, "it comes back switched on");
    CHECK_OK(direction_delete(db, g.arena, id, STR("t"), clock_wall_ms(), &g.err), g.err);
    /* Its name may be taken meanwhile. */
    CHECK_OK(add(&g, &wish, &other), g.err);
    CHECK(!direction_restore(db, g.arena, id, true, STR("t"), clock_wall_ms(), &d, &g.err) &&
              g.err.kind == ERR_CONFLICT && strcmp(g.err.field, "name") == 0,
          "%s", g.err.text);
    CHECK_OK(direction_delete(db, g.arena, other.at[0].id, STR("t"), clock_wall_ms(), &g.err),
             g.err);
    CHECK_OK(direction_restore(db, g.arena, id, true, STR("t"), clock_wall_ms(), &d, &g.err) &&
                 direction_get(db, g.arena, id, &d, &g.err),
             g.err);
    CHECK(d.is_active && IS(ground_ask(&g,
                                       "SELECT COUNT(*) FROM jobs WHERE org_id = $1"
                                       " AND kind = 'launch.status'",
                                       TEXT(g.org)),
                            "3"),
          "two pauses and one resume are asked for");
    CHECK(IS(ground_ask(&g,
                        "SELECT COUNT(*) FROM audit_log WHERE org_id = $1"
                        " AND action = 'direction.restore'",
                        TEXT(g.org)),
             "2"),
          "audit");
    ground_end(&g);
}

/* A day of spend of a creative, and a lead of a direction. */
static void spend(struct ground *g, const char *creative, const char *day, int64_t units)
{
    CHECK_OK(db_run(g->db, NULL, &g->err,
                    "INSERT INTO creative_metrics_daily (org_id, ad_account_id, platform,"
                    " creative_id, day, currency, spend_micros, impressions, clicks,"
                    " conversions, platform_leads)"
                    " VALUES ($1, $2, 'tiktok', $3, $4, 'KZT', $5, 0, 0, 0, 0)",
                    TEXT(g->org), TEXT(account), TEXT(str(creative)), TEXT(str(day)),
                    INT(units * 1000000)),
             g->err);
}

static void lead(struct ground *g, const char *id, const char *direction, int64_t at_ms,
                 int person, int qualified)
{
    CHECK_OK(db_run(g->db, NULL, &g->err,
                    "INSERT INTO lead_facts (org_id, lead_id, ad_account_id, platform,"
                    " direction_id, creative_id, created_ms, person, qualified)"
                    " VALUES ($1, $2, $3, 'tiktok', $4, '', $5, $6, $7)",
                    TEXT(g->org), TEXT(str(id)), TEXT(account), TEXT(str(direction)),
                    INT(at_ms), INT(person), INT(qualified)),
             g->err);
}

static void figures_are_of_the_days_and_of_the_direction(struct database *database,
                                                         struct db *db)
{
    struct ground g;
    struct direction_figures figures = {0};
    struct direction_span span;

    begin(&g, database, db);
    ground_direction(&g, "d1", account, "", "");
    ground_direction(&g, "d2", account, "", "");
    ground_creative(&g, "c1", "One", "d1");
    ground_creative(&g, "c2", "Two", "d1");
    ground_creative(&g, "c3", "Three", "d2");
    ground_ad(&g, "a1", "k1", account, "d1", "c1");
    spend(&g, "c1", "2026-11-20", 10);
    spend(&g, "c2", "2026-11-21", 5);
    spend(&g, "c1", "2026-10-01", 1000); /* before */
    lead(&g, "l1", "d1", GROUND_NOW, 1, 1);
    lead(&g, "l2", "d1", GROUND_NOW, 1, 0);
    lead(&g, "l3", "d1", GROUND_NOW, 0, 0);               /* a duplicate */
    lead(&g, "l4", "d1", GROUND_NOW - 40 * DAY_MS, 1, 1); /* before */
    span = (struct direction_span){.ad_account_id = account,
                                   .first_day = STR("2026-11-01"),
                                   .last_day = STR("2026-11-21"),
                                   .from_ms = GROUND_NOW - 20 * DAY_MS,
                                   .to_ms = GROUND_NOW + DAY_MS};
    CHECK_OK(direction_figures_read(db, g.arena, &span, &figures, &g.err), g.err);
    for (size_t i = 0; i < figures.n; i++) {
        const struct direction_figure *f = &figures.at[i];

        if (IS(f->direction_id, "d1"))
            CHECK(f->creatives == 2 && f->ads == 1 && f->ads_enabled == 1 && f->leads == 2 &&
                      f->qualified == 1 && f->has_spend && f->spend_micros == INT64_C(15000000),
                  "%lld leads, %lld spent", (long long)f->leads, (long long)f->spend_micros);
        else
            CHECK(f->creatives == 1 && f->leads == 0 && !f->has_spend, "the other direction");
    }
    CHECK(figures.n == 2, "%zu directions", figures.n);
    db_scope(db, g.other);
    figures = (struct direction_figures){0};
    CHECK_OK(direction_figures_read(db, g.arena, &span, &figures, &g.err), g.err);
    CHECK(figures.n == 0, "another org's figures");
    ground_end(&g);
}

static void one_org_never_touches_anothers_direction(struct database *database, struct db *db)
{
    struct ground g;
    struct direction_wish wish;
    struct directions made, stolen = {0};
    struct direction_change change = {.set_name = true, .name = STR("stolen")};
    struct direction d;

    begin(&g, database, db);
    wish = wish_of("Mine");
    CHECK_OK(add(&g, &wish, &made), g.err);
    db_scope(db, g.other);
    CHECK(!direction_get(db, g.arena, made.at[0].id, &d, &g.err), "read");
    CHECK(!direction_update(db, g.arena, made.at[0].id, &change, STR("x"), 1, &d, &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "changed");
    CHECK(!direction_delete(db, g.arena, made.at[0].id, STR("x"), 1, &g.err), "deleted");
    db_scope(db, g.org);
    CHECK_OK(direction_delete(db, g.arena, made.at[0].id, STR("x"), 1, &g.err), g.err);
    db_scope(db, g.other);
    CHECK(!direction_restore(db, g.arena, made.at[0].id, true, STR("x"), 1, &d, &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "brought back");
    CHECK_OK(direction_list_archived(db, g.arena, account, STR(""), &stolen, &g.err), g.err);
    CHECK_OK(direction_list(db, g.arena, account, STR(""), false, &stolen, &g.err), g.err);
    CHECK(stolen.n == 0, "listed");
    wish.name = STR("Theirs in my account");
    CHECK(!add(&g, &wish, &stolen) && g.err.kind == ERR_NOT_FOUND,
          "added to another org's account");
    ground_end(&g);
}

static void adding_is_everything_or_nothing(struct database *database, struct db *db)
{
    struct ground g;
    struct direction_wish wish;
    struct directions made;
    int failures = 0;

    begin(&g, database, db);
    wish = wish_of("Both");
    wish.platform = STR("both");
    for (int64_t k = 1; k < 40; k++) {
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ok = add(&g, &wish, &made);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        struct str rows =
            ground_ask(&g, "SELECT COUNT(*) FROM directions WHERE org_id = $1", TEXT(g.org));
        struct str lines = ground_ask(&g,
                                      "SELECT COUNT(*) FROM audit_log WHERE org_id = $1"
                                      " AND action = 'direction.add'",
                                      TEXT(g.org));

        CHECK(str_eq(rows, ok ? STR("2") : STR("0")) && str_eq(rows, lines),
              "statement %lld: %.*s rows, %.*s lines", (long long)k, STR_ARG(rows),
              STR_ARG(lines));
        if (ok)
            break;
        failures++;
    }
    CHECK(failures > 6, "only %d statements could fail", failures);
    ground_end(&g);
}

int main(void)
{
    log_setup(getenv("TEST_LOG") ? LOG_DEBUG : LOG_ERROR + 1, 0);
    RUN_ON_DATABASES(a_direction_keeps_what_was_asked);
    RUN_ON_DATABASES(both_makes_two_and_is_never_stored);
    RUN_ON_DATABASES(what_makes_no_sense_is_refused_by_field);
    RUN_ON_DATABASES(places_may_be_ids_names_and_numbers);
    RUN_ON_DATABASES(the_currency_is_the_accounts_own);
    RUN_ON_DATABASES(twenty_are_the_most_and_switched_off_ones_do_not_count);
    RUN_ON_DATABASES(switching_off_asks_for_the_campaigns_pause_in_the_same_transaction);
    RUN_ON_DATABASES(deleting_is_soft_and_frees_the_name);
    RUN_ON_DATABASES(what_is_archived_comes_back_off_or_on_with_its_campaign);
    RUN_ON_DATABASES(figures_are_of_the_days_and_of_the_direction);
    RUN_ON_DATABASES(one_org_never_touches_anothers_direction);
    RUN_ON_DATABASES(adding_is_everything_or_nothing);
    return test_report();
}
