/* The platforms' lists of what ads are aimed at: kept, searched, checked against; never another
 * org's. */

#include "ads/direction.h"
#include "ads/targeting.h"
#include "base/limits.h"
#include "test_ground.h"
#include "test_platform.h"

static struct {
    int asked;
    bool fails;
    size_t many;         /* so many cities more */
    struct str question; /* the last one */
} list;

static void put(struct arena *arena, struct platform_targets *out, const char *id,
                const char *parent, const char *kind, const char *name)
{
    *platform_targets_add(out, arena) = (struct platform_target){.id = str(id),
                                                                 .parent_id = str(parent),
                                                                 .kind = str(kind),
                                                                 .country = STR("KZ"),
                                                                 .name = str(name)};
}

static bool read_list(struct platform_session *s, enum platform_target_kind kind,
                      struct str question, struct platform_targets *out, struct err *err)
{
    list.asked++;
    list.question = str_dup(s->arena, question);
    if (list.fails)
        return fake_err(FAKE_REFUSED, err);
    if (kind != TARGET_PLACES) {
        put(s->arena, out, "10", "", "interest", "Education");
        put(s->arena, out, "10101", "10", "interest", "Online\tcourses");
        return true;
    }
    put(s->arena, out, "94600135", "1537162", "city", "Almaty");
    put(s->arena, out, "1537162", "1522867", "region", "Almaty Region");
    put(s->arena, out, "1522867", "", "country", "Kazakhstan");
    put(s->arena, out, "5368361", "", "city", "New Almaty");
    for (size_t i = 0; i < list.many; i++)
        put(s->arena, out, str_fmt(s->arena, "77%05zu", i).p, "1522867", "city",
            str_fmt(s->arena, "Town %05zu", i).p);
    return true;
}

static struct str account;

static void begin(struct ground *g, struct database *database, struct db *db)
{
    ground_begin(g, database, db);
    memset(&list, 0, sizeof list);
    fake_begin();
    fake_platform.targets = read_list;
    account = ground_account(g, "9100", "KZT", "Asia/Almaty", "KZ");
}

static struct targeting_answer find(struct ground *g, struct targeting_question question)
{
    struct targeting_answer answer = {0};

    if (!question.platform.n)
        question.platform = STR("tiktok");
    question.ad_account_id = account;
    CHECK_OK(targeting_find(&g->app, g->db, NULL, g->arena, &question, clock_wall_ms(), &answer,
                            &g->err),
             g->err);
    return answer;
}

static struct targeting_answer ask(struct ground *g, const char *text)
{
    return find(g, (struct targeting_question){.text = str(text)});
}

static const char *ids(struct ground *g, const struct targeting_answer *answer)
{
    struct str all = STR("");

    for (size_t i = 0; i < answer->targets.n; i++)
        all = str_fmt(g->arena, STR_FMT "%s" STR_FMT, STR_ARG(all), i ? " " : "",
                      STR_ARG(answer->targets.at[i].id));
    return str_c(g->arena, all);
}

static void a_list_is_read_once_a_week_and_searched_here(struct database *database,
                                                         struct db *db)
{
    struct ground g;
    struct targeting_answer answer;

    begin(&g, database, db);
    answer = ask(&g, "alma");
    CHECK(strcmp(ids(&g, &answer), "94600135 1537162 5368361") == 0 && list.asked == 1 &&
              strcmp(answer.source, "platform") == 0 && !answer.stale &&
              answer.read_ms >= GROUND_NOW,
          "%s", ids(&g, &answer));
    answer = ask(&g, "ALMÁTY region");
    CHECK(strcmp(ids(&g, &answer), "1537162") == 0, "%s", ids(&g, &answer));
    answer = ask(&g, "алматы"); /* the list is in English: the table knows the name */
    CHECK(strcmp(ids(&g, &answer), "94600135") == 0, "%s", ids(&g, &answer));
    answer = ask(&g, "maty"); /* no word begins so */
    CHECK(answer.targets.n == 0, "%s", ids(&g, &answer));
    answer = ask(&g, "");
    CHECK(strcmp(ids(&g, &answer), "1522867 5368361") == 0, "the top: %s", ids(&g, &answer));
    answer =
        find(&g, (struct targeting_question){.kind = TARGET_INTERESTS, .text = STR("courses")});
    CHECK(answer.targets.n == 1 && IS(answer.targets.at[0].name, "Online courses") &&
              IS(answer.targets.at[0].parent_id, "10"),
          "a tab in a name parts nothing");
    CHECK(list.asked == 2, "asked %d times", list.asked);
    clock_set_wall(clock_wall_ms() + 8 * DAY_MS);
    answer = ask(&g, "alma");
    CHECK(list.asked == 3 && !answer.stale, "a week later it is read again");
    ground_end(&g);
}

static void
without_the_platform_what_was_kept_is_answered_and_else_the_table(struct database *database,
                                                                  struct db *db)
{
    struct ground g;
    struct targeting_answer answer;
    struct ad_connection c;

    begin(&g, database, db);
    list.fails = true;
    answer = ask(&g, "Аст");
    CHECK(strcmp(answer.source, "table") == 0 && strcmp(ids(&g, &answer), "1526273") == 0 &&
              answer.stale && answer.read_ms == 0 && IS(answer.why, "no, said the platform"),
          "%s (%.*s)", ids(&g, &answer), STR_ARG(answer.why));
    list.fails = false;
    (void)ask(&g, "");
    clock_set_wall(clock_wall_ms() + 30 * DAY_MS);
    list.fails = true;
    answer = ask(&g, "new");
    CHECK(strcmp(ids(&g, &answer), "5368361") == 0 && answer.stale && answer.why.n,
          "old is better than none");
    c = ground_connection(&g, account);
    CHECK_OK(ad_account_disconnect(db, g.arena, &c, STR("t"), clock_wall_ms(), &g.err), g.err);
    list.asked = 0;
    answer = ask(&g, "new");
    CHECK(answer.targets.n == 1 && list.asked == 0 && answer.stale, "a closed account asks");
    ground_end(&g);
}

static void a_platform_that_answers_questions_keeps_each_answer(struct database *database,
                                                                struct db *db)
{
    struct ground g;
    struct targeting_answer answer;

    begin(&g, database, db);
    fake_platform.targets_whole = false;
    (void)ask(&g, "Almaty");
    (void)ask(&g, "  almaty ");
    CHECK(list.asked == 1, "one question, asked %d times", list.asked);
    answer = ask(&g, "Алматы");
    CHECK(list.asked == 2 && IS(list.question, "Алматы") && answer.targets.n == 4,
          "its answer is taken as it is: %zu", answer.targets.n);
    for (int i = 0; i < LIMIT_TARGET_QUESTIONS + 20; i++) {
        clock_set_wall(clock_wall_ms() + 1);
        (void)ask(&g, str_fmt(g.arena, "place %d", i).p);
    }
    CHECK(IS(ground_ask(&g, "SELECT COUNT(*) FROM targeting_lists WHERE org_id = $1",
                        TEXT(g.org)),
             "200"),
          "questions are kept without end");
    ground_end(&g);
}

static void what_the_list_lacks_and_what_lies_inside_is_refused(struct database *database,
                                                                struct db *db)
{
    struct ground g;
    struct directions made = {0};
    struct direction_wish wish = {
        .platform = STR("tiktok"),
        .ad_account_id = account,
        .name = STR("Course"),
        .tiktok = {.objective = STR("reach"), .daily_budget_micros = INT64_C(5000000000)}};
    static const struct {
        const char *settings, *field;
    } cases[] = {
        {"{\"location_ids\":[\"12345678\"]}", "locations"},
        {"{\"location_ids\":[\"94600135\",\"1537162\"]}", "locations"},
        {"{\"location_ids\":[\"94600135\"],\"locations\":[\"1522867\"]}", "locations"},
        {"{\"interests\":[\"999\"]}", "interests"},
        {"{\"target_names\":[]}", "target_names"},
        {"{\"target_names\":{\"1\":2}}", "target_names"},
    };

    begin(&g, database, db);
    wish.ad_account_id = account;
    wish.name = STR("Unread");
    wish.tiktok.settings = STR("{\"location_ids\":[\"12345678\"]}");
    CHECK_OK(direction_add(db, g.arena, &wish, clock_wall_ms(), &made, &g.err), g.err);
    (void)ask(&g, "");
    (void)find(&g, (struct targeting_question){.kind = TARGET_INTERESTS});
    for (size_t i = 0; i < countof(cases); i++) {
        wish.name = str_fmt(g.arena, "Case %zu", i);
        wish.tiktok.settings = str(cases[i].settings);
        CHECK(!direction_add(db, g.arena, &wish, clock_wall_ms(), &made, &g.err) &&
                  strcmp(g.err.field, cases[i].field) == 0,
              "%s: %s (%s)", cases[i].settings, g.err.field, g.err.text);
    }
    wish.name = STR("Good");
    wish.tiktok.settings = STR("{\"location_ids\":[\"94600135\",\"5368361\"],"
                               "\"interests\":[\"10101\"],"
                               "\"target_names\":{\"94600135\":\"Almaty\"}}");
    CHECK_OK(direction_add(db, g.arena, &wish, clock_wall_ms(), &made, &g.err), g.err);
    CHECK(str_has(made.at[made.n - 1].settings, STR("Almaty")), "the chosen name is kept");
    /* A list that is too old refuses nothing. */
    clock_set_wall(clock_wall_ms() + 31 * DAY_MS);
    wish.name = STR("Later");
    wish.tiktok.settings = STR("{\"location_ids\":[\"12345678\"]}");
    CHECK_OK(direction_add(db, g.arena, &wish, clock_wall_ms(), &made, &g.err), g.err);
    ground_end(&g);
}

static void another_org_reads_its_own_lists_only(struct database *database, struct db *db)
{
    struct ground g;
    struct targeting_question question = {.platform = STR("tiktok"), .text = STR("alma")};
    struct targeting_answer answer;

    begin(&g, database, db);
    (void)ask(&g, "");
    question.ad_account_id = account;
    db_scope(db, g.other);
    CHECK(!targeting_find(&g.app, db, NULL, g.arena, &question, 1, &answer, &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "another org's account");
    /* The same advertiser, connected by the other org: nothing of ours is there. */
    account = ground_account(&g, "9100", "KZT", "Asia/Almaty", "KZ");
    list.fails = true;
    answer = ask(&g, "alma");
    CHECK(strcmp(answer.source, "table") == 0, "read another org's list");
    ground_end(&g);
}

static void twenty_thousand_places_are_searched_at_once(struct database *database,
                                                        struct db *db)
{
    struct ground g;
    struct targeting_answer answer;
    int64_t before_us, us;

    begin(&g, database, db);
    list.many = 20000;
    (void)ask(&g, "");
    before_us = clock_mono_us();
    answer = ask(&g, "town 199");
    us = clock_mono_us() - before_us;
    CHECK(answer.targets.n == LIMIT_TARGETS && answer.more &&
              IS(answer.targets.at[0].name, "Town 19900"),
          "%zu", answer.targets.n);
    CHECK(us < 2000000, "%lld us", (long long)us);
    if (getenv("TEST_LOG"))
        fprintf(stderr, "search in 20000 places: %lld us\n", (long long)us);
    ground_end(&g);
}

int main(void)
{
    log_setup(getenv("TEST_LOG") ? LOG_DEBUG : LOG_ERROR + 1, 0);
    RUN_ON_DATABASES(a_list_is_read_once_a_week_and_searched_here);
    RUN_ON_DATABASES(without_the_platform_what_was_kept_is_answered_and_else_the_table);
    RUN_ON_DATABASES(a_platform_that_answers_questions_keeps_each_answer);
    RUN_ON_DATABASES(what_the_list_lacks_and_what_lies_inside_is_refused);
    RUN_ON_DATABASES(another_org_reads_its_own_lists_only);
    RUN_ON_DATABASES(twenty_thousand_places_are_searched_at_once);
    return test_report();
}
