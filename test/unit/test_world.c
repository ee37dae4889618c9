/* The market model as a whole: same again always, files, saving, golden ledgers, the demo. */

#include "world_help.h"

#include <inttypes.h>
#include <time.h>

/* --- determinism ------------------------------------------------------------------ */

static void the_same_seed_is_the_same_world(void)
{
    struct world *a = world_of(7, "mixed", "", true), *b = world_of(7, "mixed", "", true),
                 *c = world_of(8, "mixed", "", true);
    world_step(a, START + 10 * DAY);
    for (int h = 1; h <= 240; h++) /* steps of any size */
        world_step(b, START + h * HOUR);
    world_step(c, START + 10 * DAY);
    CHECK(world_hash(a) == world_hash(b), "same seed, other steps");
    CHECK(world_hash(a) != world_hash(c), "another seed");
    CHECK(world_lead_count(a) > 20, "%zu leads", world_lead_count(a));
    world_free(a);
    world_free(b);
    world_free(c);
}

static void the_order_of_creation_does_not_matter(void)
{
    struct world *a = world_of(3, "mixed", "", false), *b = world_of(3, "mixed", "", false);
    int a1 = group_of(a, "north", 20000), a2 = group_of(a, "south", 15000);
    world_ad_add(a, a1, STR("x"), true, START);
    world_ad_add(a, a1, STR("y"), true, START);
    world_ad_add(a, a2, STR("x"), true, START);
    int b2 = group_of(b, "south", 15000), b1 = group_of(b, "north", 20000);
    world_ad_add(b, b2, STR("x"), true, START);
    world_ad_add(b, b1, STR("y"), true, START);
    world_ad_add(b, b1, STR("x"), true, START);
    world_step(a, START + 20 * DAY);
    world_step(b, START + 20 * DAY);
    CHECK(world_hash(a) == world_hash(b), "ledgers differ");
    world_free(a);
    world_free(b);
}

static void a_creative_has_its_traits_wherever_and_whenever_it_runs(void)
{
    static const char one[] =
        "{\"format\":\"adwright-world/1\",\"direction\":[{\"id\":\"d1\"}]}";
    struct world *a = world_of(5, "mixed", one, false), *b = world_of(5, "mixed", one, false);
    struct world_ad_truth x, y;
    int ga = group_of(a, "one", 20000);
    int ad_a = world_ad_add(a, ga, STR("0cc175b9c0f1b6a831c399e269772661"), true, START);
    world_step(b, START + 5 * DAY);
    int gb = group_of(b, "two", 9000);
    world_ad_add(b, gb, STR("other"), true, world_now_ms(b));
    int ad_b =
        world_ad_add(b, gb, STR("0cc175b9c0f1b6a831c399e269772661"), true, world_now_ms(b));
    world_ad_truth(a, ad_a, &x);
    world_ad_truth(b, ad_b, &y);
    CHECK(x.qualified == y.qualified && x.sold == y.sold, "%g %g", x.qualified, y.qualified);
    world_free(a);
    world_free(b);
}

/* Rows of all ads by hour, true. */
static struct world_rows hours_of(const struct world *w, struct arena *arena)
{
    struct world_rows rows = {0};
    world_report(w,
                 &(struct world_query){.level = WORLD_BY_AD,
                                       .bucket = WORLD_PER_HOUR,
                                       .from_ms = START,
                                       .to_ms = world_now_ms(w),
                                       .truth = true},
                 arena, &rows);
    return rows;
}

static void one_changed_budget_changes_only_its_group_and_only_later(void)
{
    struct arena *arena = arena_new("test");
    struct world *a = world_of(11, "mixed", "", true), *b = world_of(11, "mixed", "", true);
    int64_t then = START + 10 * DAY + 8 * HOUR;
    world_step(b, then);
    int64_t budget = world_group_budget_micros(b, 1);
    CHECK(world_group_set_budget(b, 1, budget + UNIT, then) == WORLD_DONE, "refused");
    world_step(a, START + 25 * DAY);
    world_step(b, START + 25 * DAY);

    struct world_rows x = hours_of(a, arena), y = hours_of(b, arena);
    int changed = 0;
    CHECK(x.n == y.n, "%zu and %zu rows", x.n, y.n);
    for (size_t i = 0; i < x.n && i < y.n; i++) {
        bool same = memcmp(&x.at[i], &y.at[i], sizeof x.at[i]) == 0;
        bool may = world_ad_group(a, x.at[i].id) == 1 && x.at[i].begins_ms >= then;
        CHECK(same || may, "row %zu of ad %d changed", i, x.at[i].id);
        changed += !same;
    }
    CHECK(changed > 100, "only %d rows changed", changed);
    world_free(a);
    world_free(b);
    arena_free(arena);
}

static void a_better_budget_never_gets_fewer_people_in_its_hour(void)
{
    struct world *a = world_of(12, "mixed", "", true), *b = world_of(12, "mixed", "", true);
    world_group_set_budget(b, 0, world_group_budget_micros(b, 0) * 105 / 100, START);
    world_step(a, START + HOUR);
    world_step(b, START + HOUR);
    struct world_figures x = figures_of(a, WORLD_BY_GROUP, 0, START, START + HOUR, 0);
    struct world_figures y = figures_of(b, WORLD_BY_GROUP, 0, START, START + HOUR, 0);
    CHECK(y.impressions >= x.impressions && y.clicks >= x.clicks, "%" PRId64 " < %" PRId64,
          y.impressions, x.impressions);
    world_free(a);
    world_free(b);
}

/* --- a fixed policy and golden ledgers --------------------------------------------------- */

/*
 * At 08:00: pause a group that spent three times the cost of a lead in three
 * shown days without one, raise the best by a fifth every second day, launch
 * a bench creative on day 20, rest an ad on day 30.
 */
static void decide(struct world *w, int day, int64_t now)
{
    int best = -1;
    double best_rate = 0;
    for (int g = 0; g < world_group_count(w); g++) {
        struct world_figures f =
            figures_of(w, WORLD_BY_GROUP, g, now - 3 * DAY - 8 * HOUR, now - 8 * HOUR, now);
        if (f.conversions == 0 && f.spend_micros > 8000 * UNIT)
            world_group_set_on(w, g, false, now);
        double rate = f.spend_micros ? (double)f.conversions / (double)f.spend_micros : 0;
        if (rate > best_rate) {
            best_rate = rate;
            best = g;
        }
    }
    if (best >= 0 && day % 2 == 0)
        world_group_set_budget(w, best, world_group_budget_micros(w, best) / 5 * 6, now);
    if (day == 20)
        world_ad_add(w, 0, STR("g1b1"), true, now);
    if (day == 30)
        world_ad_set_on(w, 0, false, now);
}

static uint64_t golden_run(const char *archetype, uint64_t seed)
{
    struct world *w = world_of(seed, archetype, "", true);
    for (int day = 1; day < 40; day++) {
        int64_t now = START + day * DAY + 8 * HOUR;
        world_step(w, now);
        decide(w, day, now);
    }
    world_step(w, START + 42 * DAY);
    uint64_t hash = world_hash(w);
    world_free(w);
    return hash;
}

#define GOLDEN "test/golden/worlds.txt"

static void ledgers_are_golden(void)
{
    char line[160], name[64];
    uint64_t seed, want;
    int n = 0;
    if (getenv("TEST_GOLDEN")) { /* rewrite them: the diff is for review */
        FILE *out = fopen(GOLDEN, "w");
        for (int i = 0; out && i < 12; i++)
            fprintf(out, "%s %d %016" PRIx64 "\n", world_archetypes[i], 100 + i,
                    golden_run(world_archetypes[i], (uint64_t)(100 + i)));
        if (out)
            fclose(out);
    }
    FILE *in = fopen(GOLDEN, "r");
    CHECK(in != NULL, "cannot open " GOLDEN ": run from the top of the tree");
    while (in && fgets(line, sizeof line, in)) {
        if (sscanf(line, "%63s %" SCNu64 " %" SCNx64, name, &seed, &want) != 3)
            continue;
        uint64_t got = golden_run(name, seed);
        CHECK(got == want, "%s %" PRIu64 ": %016" PRIx64, name, seed, got);
        n++;
    }
    CHECK(n == 12, "%d golden worlds", n);
    if (in)
        fclose(in);
}

/* --- world files
 * ------------------------------------------------------------------------------ */

static void a_world_written_out_in_full_is_the_same_world(void)
{
    for (int i = 0; world_archetypes[i]; i++) {
        struct arena *arena = arena_new("test");
        struct world *a = world_of(40 + (uint64_t)i, world_archetypes[i], "", true);
        struct str full = world_expand(a, arena);
        struct world *b = world_of(1, "mixed", str_c(arena, full), true);
        CHECK(str_eq(full, world_expand(b, arena)), "%s: text differs", world_archetypes[i]);
        int ga = group_of(a, "of the advertiser", 20000),
            gb = group_of(b, "of the advertiser", 20000);
        world_ad_add(a, ga, STR("clip"), true, START);
        world_ad_add(b, gb, STR("clip"), true, START);
        world_step(a, START + 40 * DAY);
        world_step(b, START + 40 * DAY);
        CHECK(world_hash(a) == world_hash(b), "%s: ledger differs", world_archetypes[i]);
        CHECK(str_eq(world_archetype(b), str(world_archetypes[i])), "archetype");
        world_free(a);
        world_free(b);
        arena_free(arena);
    }
}

static void giving_one_member_leaves_the_rest_as_drawn(void)
{
    struct arena *arena = arena_new("test");
    struct world *a = world_of(9, "mixed", "", true);
    struct world *b = world_of(
        9, "", "{\"format\":\"adwright-world/1\",\"market\":{\"phi\":0.5},\"days\":30}", true);
    struct str x = world_expand(a, arena), y = world_expand(b, arena);
    CHECK(str_has(y, STR("\"phi\":0.5")) && str_has(y, STR("\"days\":30")), "given");
    size_t at = 0;
    while (at + 9 < x.n && !str_eq(str_sub(x, at, 9), STR("direction")))
        at++;
    size_t at_y = y.n - (x.n - at);
    CHECK(str_eq(str_sub(x, at, x.n), str_sub(y, at_y, y.n)), "directions and groups moved");
    world_free(a);
    world_free(b);
    arena_free(arena);
}

static const struct {
    const char *file, *field;
} wrong_files[] = {
    {"{}", "format"},
    {"{\"format\":\"adwright-world/2\"}", "format"},
    {"{\"format\":\"adwright-world/1\",\"archetype\":\"nice\"}", "archetype"},
    {"{\"format\":\"adwright-world/1\",\"seed\":\"0xq\"}", "seed"},
    {"{\"format\":\"adwright-world/1\",\"seed\":\"\"}", "seed"},
    {"{\"format\":\"adwright-world/1\",\"colour\":1}", "colour"},
    {"{\"format\":\"adwright-world/1\",\"days\":0}", "days"},
    {"{\"format\":\"adwright-world/1\",\"days\":\"7\"}", "days"},
    {"{\"format\":\"adwright-world/1\",\"account\":{\"currency\":\"TENGE\"}}",
     "account.currency"},
    {"{\"format\":\"adwright-world/1\",\"market\":{\"hour_w\":[1,2]}}", "market.hour_w"},
    {"{\"format\":\"adwright-world/1\",\"market\":{\"cpm\":2}}", "market.cpm"},
    {"{\"format\":\"adwright-world/1\",\"market\":7}", "market."},
    {"{\"format\":\"adwright-world/1\",\"direction\":[]}", "direction"},
    {"{\"format\":\"adwright-world/1\",\"direction\":[{\"ctr0\":0.01}]}", "direction.0.id"},
    {"{\"format\":\"adwright-world/1\",\"direction\":[{\"id\":\"d\",\"ctr0\":2}]}",
     "direction.0.ctr0"},
    {"{\"format\":\"adwright-world/"
     "1\",\"direction\":[{\"id\":\"d\",\"margin\":{\"mean\":-1}}]}",
     "direction.0.margin.mean"},
    {"{\"format\":\"adwright-world/1\",\"direction\":[{\"id\":\"d\",\"margin\":{\"men\":1}}]}",
     "direction.0.margin.men"},
    {"{\"format\":\"adwright-world/1\",\"group\":[{\"id\":\"g\",\"direction\":\"none\"}]}",
     "group.0.direction"},
    {"{\"format\":\"adwright-world/1\",\"group\":[{\"id\":\"g\",\"ad\":[{\"hook\":1}]}]}",
     "group.0.ad.0.id"},
    {"{\"format\":\"adwright-world/1\",\"event\":[{\"day\":3,\"kind\":\"war\"}]}",
     "event.0.kind"},
    {"{\"format\":\"adwright-world/1\",\"creative\":[{\"id\":\"x\",\"role\":\"hero\"}]}",
     "creative.0.role"},
    {"{\"format\":\"adwright-world/1\",\"fault\":{\"webhook_loss\":2}}", "fault.webhook_loss"},
    {"{\"format\":", ""},
};

static void wrong_files_are_refused_by_member(void)
{
    for (size_t i = 0; i < countof(wrong_files); i++) {
        struct world *w = NULL;
        struct err err = {0};
        struct world_setup setup = {.file = str(wrong_files[i].file), .start_ms = START};
        bool ok = world_new(&setup, &w, &err);
        CHECK(!ok, "accepted: %s", wrong_files[i].file);
        CHECK(err.kind == ERR_INVALID, "%s", wrong_files[i].file);
        CHECK(strcmp(err.field, wrong_files[i].field) == 0, "%s: blames \"%s\"",
              wrong_files[i].file, err.field);
        world_free(w);
    }
}

static void the_sketch_of_the_format_is_accepted(void)
{
    static const char sketch[] =
        "{\"format\":\"adwright-world/"
        "1\",\"name\":\"cheap-click-17\",\"archetype\":\"cheap-click-bad-lead\","
        "\"seed\":\"0x1b2f\",\"days\":56,\"burn_in_days\":7,"
        "\"account\":{\"currency\":\"KZT\",\"tz\":\"Asia/Almaty\",\"min_daily_budget\":2500,"
        "\"daily_cap\":96000,\"review_h\":{\"median\":6,\"p99\":48}},"
        "\"market\":{\"cpm_ref\":820,\"phi\":0.8,\"sd\":0.06},"
        "\"direction\":[{\"id\":\"d1\",\"ctr0\":0.011,\"cvr0\":0.07,\"invalid\":0.12,\"q0\":0."
        "4,"
        "\"r0\":0.2,\"margin\":{\"mean\":38000,\"cv\":0.5,\"currency\":\"KZT\"},"
        "\"delay\":{\"qualified\":{\"median_d\":1,\"sd\":0.9},\"sale\":{\"median_d\":7,\"sd\":"
        "0.8}},"
        "\"crm_mark\":0.9,\"user_target_cpl\":1400,\"user_margin\":30000}],"
        "\"group\":[{\"id\":\"g1\",\"direction\":\"d1\",\"budget\":12000,\"b_ref\":12000,"
        "\"cpm_ref\":780,\"f_ref\":0.03,\"sigma\":0.9,\"freq7\":1.4,"
        "\"ad\":[{\"id\":\"g1a1\",\"live\":true,\"hook\":0.4,\"conv\":-0.1,\"qual\":-0.5,"
        "\"tau\":18},"
        "{\"id\":\"g1b1\",\"live\":false,\"hook\":0.1,\"conv\":0.2,\"qual\":0.4,\"tau\":25}]}],"
        "\"event\":[{\"day\":24,\"kind\":\"regime\",\"group\":\"g1\",\"cvr\":0.6},"
        "{\"day\":30,\"kind\":\"tracking_loss\",\"days\":5},{\"day\":33,\"kind\":\"fx\","
        "\"cpm\":1.27}],"
        "\"fault\":{\"webhook_loss\":0.02,\"report_gap_days\":[41]}}";
    struct world *w = world_of(1, "mixed", sketch, true);
    CHECK(world_group_count(w) == 1 && world_ad_count(w) == 1, "%d ads", world_ad_count(w));
    CHECK(world_seed(w) == 0x1b2f, "seed");
    CHECK(world_group_budget_micros(w, 0) == 12000 * UNIT, "budget");
    world_step(w, START + 45 * DAY);
    CHECK(world_lead_count(w) > 100, "%zu leads", world_lead_count(w));
    /* a day in report_gap_days shows a day late */
    int64_t gap = START + 41 * DAY, end = gap + DAY;
    CHECK(figures_of(w, WORLD_BY_AD, 0, gap, end, end + 12 * HOUR).spend_micros == 0, "shown");
    CHECK(figures_of(w, WORLD_BY_AD, 0, gap, end, end + 26 * HOUR).spend_micros > 0, "lost");
    world_free(w);
}

/* --- saving
 * --------------------------------------------------------------------------------------- */

static void change_things(struct world *w)
{
    int64_t at = START + 3 * DAY + 9 * HOUR + 1234567;
    world_creative_role(w, STR("clip"), STR("winner"), at);
    int c = world_campaign_add(w,
                               &(struct world_campaign){.on = true,
                                                        .mode = WORLD_BUDGET_DAY,
                                                        .budget_micros = 60000 * UNIT,
                                                        .budget_shared = true},
                               at);
    struct world_group group = {.campaign = c,
                                .key = STR("Алматы, 25-34"),
                                .on = true,
                                .website = true,
                                .start_ms = at,
                                .end_ms = at + 20 * DAY};
    memset(group.daypart, 0xf0, sizeof group.daypart);
    int g = world_group_add(w, &group, at);
    int ad = world_ad_add(w, g, STR("clip"), true, at + HOUR);
    world_group_set_budget(w, 0, world_group_budget_micros(w, 0) * 2, at + 2 * HOUR);
    world_campaign_set_budget(w, c, 50000 * UNIT, at + DAY);
    world_ad_set_on(w, 0, false, at + DAY);
    world_group_set_on(w, 1, false, at + DAY);
    world_group_set_on(w, 1, true, at + 2 * DAY);
    world_campaign_set_on(w, 0, false, at + 2 * DAY);
    world_campaign_set_on(w, 0, true, at + 3 * DAY);
    world_ad_set_creative(w, ad, STR("clip 2"), at + 3 * DAY);
    world_group_set_schedule(w, g, at, at + 30 * DAY, at + 4 * DAY);
    world_set_daily_cap(w, 150000 * UNIT, at + 5 * DAY);
    world_set_balance(w, 2000000 * UNIT, at + 5 * DAY);
    world_step(w, START + 10 * DAY + 40 * 60000);
}

static void a_saved_world_continues_identically(void)
{
    struct arena *arena = arena_new("test");
    struct err err = {0};
    struct world *a = world_of(21, "fast-fatigue", "", true), *b = NULL;
    change_things(a);
    struct str saved = world_save(a, arena);
    CHECK(world_load(saved, &b, &err), "%s", err.text);
    if (b) {
        CHECK(world_now_ms(a) == world_now_ms(b), "now");
        CHECK(world_balance_micros(a) == world_balance_micros(b), "balance");
        CHECK(str_eq(saved, world_save(b, arena)), "saved again");
        world_group_set_budget(a, 0, 30000 * UNIT, START + 12 * DAY);
        world_group_set_budget(b, 0, 30000 * UNIT, START + 12 * DAY);
        world_step(a, START + 30 * DAY);
        world_step(b, START + 30 * DAY);
        CHECK(world_hash(a) == world_hash(b), "ledger");
    }
    world_free(a);
    world_free(b);
    arena_free(arena);
}

static void a_damaged_save_is_refused(void)
{
    struct arena *arena = arena_new("test");
    struct world *a = world_of(21, "mixed", "", true), *b = NULL;
    change_things(a);
    struct str saved = world_save(a, arena);
    static const struct {
        const char *what, *with;
        enum err_kind kind;
    } damages[] = {
        {"world-state/1", "world-state/9", ERR_INVALID},
        {"\"hash\":\"", "\"hash\":\"0\",\"x\":\"", ERR_CONFLICT},
        {"[\"A\",", "[\"?\",", ERR_CONFLICT},
        {"\"now_ms\":1", "\"now_ms\":9", ERR_INVALID},
        {"[\"b\",", "[\"a\",", ERR_CONFLICT},
    };
    for (size_t i = 0; i < countof(damages); i++) {
        struct err err = {0};
        const char *text = str_c(arena, saved), *at = strstr(text, damages[i].what);
        CHECK(at != NULL, "%s not found", damages[i].what);
        if (!at)
            continue;
        struct str bad = str_fmt(arena, "%.*s%s%s", (int)(at - text), text, damages[i].with,
                                 at + strlen(damages[i].what));
        CHECK(!world_load(bad, &b, &err), "accepted %s", damages[i].with);
        CHECK(err.kind == damages[i].kind, "%s: %s", damages[i].with, err.text);
    }
    world_free(a);
    arena_free(arena);
}

/* --- kinds of worlds
 * ----------------------------------------------------------------------------------- */

/* Profit of doing nothing, in % of the spend, over some seeds. */
static double nothing(const char *archetype, int seeds)
{
    double margin = 0, spend = 0;
    for (int i = 0; i < seeds; i++) {
        struct world *w = world_of(1000 + (uint64_t)i, archetype, "", true);
        double m;
        int64_t s;
        world_step(w, START + 35 * DAY);
        world_score(w, START + 7 * DAY, START + 35 * DAY, &m, &s);
        margin += m;
        spend += (double)s;
        world_free(w);
    }
    return 100 * (margin - spend) / spend;
}

static void archetypes_are_what_they_say(void)
{
    enum { SEEDS = 10 };
    double mixed = nothing("mixed", SEEDS);
    CHECK(nothing("all-bad", SEEDS) < -40, "all-bad");
    CHECK(nothing("late-bloomer", SEEDS) > mixed, "late bloomers are good in the end");
    CHECK(nothing("fast-fatigue", SEEDS) < mixed, "tired creatives cost money");
    CHECK(nothing("currency-shock", SEEDS) < mixed + 1, "dearer impressions");

    struct world *many = world_of(1, "many-small", "", true),
                 *tiny = world_of(1, "tiny-budget", "", true);
    CHECK(world_group_count(many) == 18, "%d groups", world_group_count(many));
    CHECK(world_group_count(tiny) == 3, "%d groups", world_group_count(tiny));
    CHECK(world_group_budget_micros(tiny, 0) >= world_min_daily_micros(tiny), "minimum");
    world_free(many);
    world_free(tiny);
}

static void the_demo_tells_its_story(void)
{
    static const char *const roles[] = {"winner", "average", "bad-leads"};
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct arena *arena = arena_new("test");
        struct world *w = world_of(seed, "demo", "", false);
        struct world_desk_events desk = {0};
        double sold[3] = {0}, spend[3];
        int qualified = 0, sales = 0;
        for (int i = 0; i < 3; i++) {
            CHECK(world_creative_role(w, str(roles[i]), str(roles[i]), START), "role");
            int g = group_of(w, roles[i], 25000);
            world_ad_add(w, g, str(roles[i]), true, START);
        }
        world_step(w, START + 14 * DAY);
        double leads = (double)world_lead_count(w) / 14;
        CHECK(leads >= 10 && leads <= 40, "seed %" PRIu64 ": %g leads a day", seed, leads);
        world_desk_between(w, START, START + 14 * DAY, arena, &desk);
        for (size_t i = 0; i < desk.n; i++) {
            qualified += desk.at[i].kind == WORLD_QUALIFIED;
            sales += desk.at[i].kind == WORLD_SOLD;
            if (desk.at[i].kind == WORLD_SOLD)
                sold[desk.at[i].lead->ad] += (double)desk.at[i].lead->amount_micros;
        }
        for (int i = 0; i < 3; i++)
            spend[i] =
                (double)figures_of(w, WORLD_BY_AD, i, START, START + 14 * DAY, 0).spend_micros;
        CHECK(qualified > 40 && sales > 15, "%d qualified, %d sales", qualified, sales);
        CHECK(sold[0] > 2.5 * spend[0], "seed %" PRIu64 ": winner %g", seed,
              sold[0] / spend[0]);
        CHECK(sold[2] < 0.8 * spend[2], "seed %" PRIu64 ": bad %g", seed, sold[2] / spend[2]);
        CHECK(sold[0] / spend[0] > sold[1] / spend[1] &&
                  sold[1] / spend[1] > sold[2] / spend[2],
              "order");
        world_free(w);
        arena_free(arena);
    }
}

static void roles_and_currencies(void)
{
    struct world *w = world_of(1, "demo", "", false);
    CHECK(!world_creative_role(w, STR("x"), STR("hero"), START), "unknown role");
    CHECK(str_eq(world_currency(w), STR("KZT")), "currency");
    world_free(w);

    struct err err = {0};
    struct world_setup setup = {
        .seed = 1, .currency = STR("USD"), .start_ms = START, .populate = true};
    CHECK(world_new(&setup, &w, &err), "%s", err.text);
    CHECK(world_min_daily_micros(w) == 20 * UNIT, "minimum of USD");
    world_step(w, START + 5 * DAY);
    struct world_figures f = figures_of(w, WORLD_BY_ACCOUNT, 0, START, START + 5 * DAY, 0);
    double cpm = (double)f.spend_micros / (double)f.impressions / 1000;
    CHECK(cpm > 0.3 && cpm < 10, "CPM %g USD", cpm);
    world_free(w);
}

static void days_are_local_and_a_start_within_a_day_is_kept(void)
{
    struct world *w = NULL;
    struct err err = {0};
    struct arena *arena = arena_new("test");
    struct world_rows rows = {0};
    int64_t start = START + 10 * HOUR + 20 * 60000; /* 10:20 */
    struct world_setup setup = {
        .seed = 4, .start_ms = start, .utc_offset_s = ALMATY, .populate = true};
    CHECK(world_new(&setup, &w, &err), "%s", err.text);
    CHECK(world_start_ms(w) == START + 10 * HOUR, "begins at the full hour");
    world_step(w, START + 2 * DAY + 59 * 60000);
    CHECK(world_now_ms(w) == START + 2 * DAY, "the running hour is not played");
    world_report(w,
                 &(struct world_query){.level = WORLD_BY_ACCOUNT,
                                       .bucket = WORLD_PER_DAY,
                                       .from_ms = start - DAY,
                                       .to_ms = start + 9 * DAY,
                                       .truth = true},
                 arena, &rows);
    CHECK(rows.n == 2, "%zu days", rows.n);
    if (rows.n == 2) {
        CHECK(rows.at[0].begins_ms == START, "the first day begins at its midnight");
        CHECK(rows.at[1].begins_ms == START + DAY, "the second");
    }
    world_free(w);
    arena_free(arena);
}

static void a_day_of_twenty_ads_is_quick(void)
{
    struct world *w = world_of(1, "mixed", "", false);
    char key[16];
    for (int g = 0; g < 5; g++) {
        snprintf(key, sizeof key, "group %d", g);
        int group = group_of(w, key, 30000);
        for (int a = 0; a < 4; a++) {
            snprintf(key, sizeof key, "clip %d", a);
            world_ad_add(w, group, str(key), true, START);
        }
    }
    clock_t before = clock();
    world_step(w, START + 20 * DAY);
    double ms = (double)(clock() - before) * 1000 / CLOCKS_PER_SEC / 20;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    CHECK(ms < 5, "%g ms a day", ms);
#else
    CHECK(ms < 200, "%g ms a day", ms);
#endif
    world_free(w);
}

int main(void)
{
    RUN(the_same_seed_is_the_same_world);
    RUN(the_order_of_creation_does_not_matter);
    RUN(a_creative_has_its_traits_wherever_and_whenever_it_runs);
    RUN(one_changed_budget_changes_only_its_group_and_only_later);
    RUN(a_better_budget_never_gets_fewer_people_in_its_hour);
    RUN(ledgers_are_golden);
    RUN(a_world_written_out_in_full_is_the_same_world);
    RUN(giving_one_member_leaves_the_rest_as_drawn);
    RUN(wrong_files_are_refused_by_member);
    RUN(the_sketch_of_the_format_is_accepted);
    RUN(a_saved_world_continues_identically);
    RUN(a_damaged_save_is_refused);
    RUN(archetypes_are_what_they_say);
    RUN(the_demo_tells_its_story);
    RUN(roles_and_currencies);
    RUN(days_are_local_and_a_start_within_a_day_is_kept);
    RUN(a_day_of_twenty_ads_is_quick);
    return test_report();
}
