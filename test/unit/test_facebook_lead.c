/* Facebook's webhooks of leads: what they say, reading the leads, what waits. */

#include "test_ground.h"

#include "base/clock.h"
#include "base/log.h"
#include "hook/inbox_db.h"
#include "lead/facebook_intake.h"
#include "lead/facebook_payload.h"

/* --- the body --- */

static const struct {
    const char *body;
    const char *read; /* "lead@page/form/ad+created ..." or the error's part */
    bool bad;
} bodies[] = {
#define PAGE(changes)                                                                          \
    "{\"object\":\"page\",\"entry\":[{\"id\":\"11\",\"changes\":[" changes "]}]}"
#define LEAD(members) "{\"field\":\"leadgen\",\"value\":{" members "}}"
    {PAGE(LEAD("\"leadgen_id\":\"55\",\"page_id\":\"11\",\"form_id\":\"3\",\"ad_id\":\"4\","
               "\"created_time\":1700000000")),
     "0:55@11/3/4+1700000000000 ", false},
    /* ids as numbers beyond 2^53, the ad by its old name */
    {PAGE(LEAD(
         "\"leadgen_id\":9007199254740993,\"page_id\":11,\"adgroup_id\":120000000000000777")),
     "0:9007199254740993@11//120000000000000777+0 ", false},
    {PAGE(LEAD("\"leadgen_id\":\"55\"") "," LEAD("\"leadgen_id\":\"56\",\"page_id\":\"12\"")),
     "0:55@11//+0 1:56@12//+0 ", false},
    {PAGE("{\"field\":\"feed\",\"value\":{}}," LEAD("\"leadgen_id\":\"55\"")), "1:55@11//+0 ",
     false},
    {"{\"object\":\"page\",\"entry\":[]}", "", false},
    {PAGE(LEAD("\"leadgen_id\":\"../1\"")), "names no lead", true},
    {PAGE(LEAD("\"page_id\":\"11\"")), "names no lead", true},
    {"{\"object\":\"user\",\"entry\":[]}", "not a webhook", true},
    {"{\"object\":\"page\"}", "not a webhook", true},
    {"nonsense", "", true},
};

static void bodies_are_read_and_ids_are_texts(void)
{
    struct arena *arena = arena_new("test");

    for (size_t i = 0; i < countof(bodies); i++) {
        struct facebook_payload payload;
        struct err err = {0};
        struct str read = STR("");
        bool ok = facebook_payload_parse(arena, str(bodies[i].body), &payload, &err);

        for (size_t k = 0; ok && k < payload.leads.n; k++) {
            const struct facebook_notice *n = &payload.leads.at[k];
            read = str_fmt(arena,
                           STR_FMT "%zu:" STR_FMT "@" STR_FMT "/" STR_FMT "/" STR_FMT "+%lld ",
                           STR_ARG(read), n->position, STR_ARG(n->lead_id), STR_ARG(n->page_id),
                           STR_ARG(n->form_id), STR_ARG(n->ad_id), (long long)n->created_ms);
        }
        CHECK(ok != bodies[i].bad, "%s: %s", bodies[i].body, err.text);
        CHECK(ok ? str_eq(read, str(bodies[i].read)) : strstr(err.text, bodies[i].read) != NULL,
              "%s: " STR_FMT " %s", bodies[i].body, STR_ARG(read), err.text);
    }
    arena_free(arena);
}

/* --- a platform that shows leads, or does not --- */

static struct {
    enum err_kind fail; /* how every read fails; ERR_NONE = it does not */
    int64_t code;
    bool gone;
    int reads;
} shown;

static bool show_lead(struct platform_session *s, struct str page_id, struct str lead_id,
                      bool *found, struct platform_lead *out, struct err *err)
{
    shown.reads++;
    if (shown.fail) {
        err_set(err, shown.fail, "Facebook says no");
        err->platform_code = shown.code;
        return false;
    }
    *found = !shown.gone;
    if (!*found)
        return true;
    *out = (struct platform_lead){.id = lead_id,
                                  .page_id = page_id,
                                  .form_id = STR("3"),
                                  .ad_id = STR("4"),
                                  .created_ms = GROUND_NOW - 1000};
    *platform_lead_fields_add(&out->fields, s->arena) =
        (struct platform_lead_field){STR("full_name"), STR("Алия")};
    *platform_lead_fields_add(&out->fields, s->arena) =
        (struct platform_lead_field){STR("phone_number"), STR("8 701 123 45 67")};
    return true;
}

static const struct platform shows_leads = {.name = "facebook", .lead = show_lead};

static struct str begin(struct ground *g, struct database *database, struct db *db)
{
    struct ad_grant grant = {.platform = STR("facebook"),
                             .token = {.secret = {STR("EAAtoken")}}};
    struct platform_identity page = {.id = STR("11"), .type = STR("PAGE"), .available = true};
    struct str id;

    ground_begin(g, database, db);
    memset(&shown, 0, sizeof shown);
    platform_register_for_tests(&shows_leads);
    *platform_advertisers_add(&grant.advertisers, g->arena) =
        (struct platform_advertiser){.id = STR("71"),
                                     .name = STR("US"),
                                     .currency = STR("USD"),
                                     .zone = STR("Etc/UTC"),
                                     .country = STR("KZ")};
    grant.identity = &page;
    CHECK_OK(ad_account_connect(&g->app, db, g->arena, &grant, STR("test"), GROUND_NOW, &id,
                                &g->err),
             g->err);
    return id;
}

static void end(struct ground *g)
{
    platform_register_for_tests(NULL);
    ground_end(g);
}

static struct delivery arrive(struct ground *g, const char *body)
{
    struct inbox_site_entry entry = {.source = STR("facebook"),
                                     .body = str(body),
                                     .headers = STR("{}"),
                                     .signature = "hub",
                                     .received_ms = GROUND_NOW};
    struct deliveries list = {0};

    db_scope_system(g->db);
    CHECK_OK(inbox_add_site(g->db, g->arena, &entry, &g->err) &&
                 delivery_take_fresh(g->db, g->arena, 10, GROUND_NOW, &list, &g->err),
             g->err);
    CHECK(list.n == 1, "%zu taken", list.n);
    return list.n ? list.at[0] : (struct delivery){0};
}

static bool take_in(struct ground *g, struct delivery *delivery, int64_t now_ms)
{
    struct facebook_intake in = {.app = &g->app,
                                 .db = g->db,
                                 .arena = g->arena,
                                 .actor = STR("test"),
                                 .now_ms = now_ms,
                                 .until_mono_ms = clock_mono_ms() + 60000};

    db_scope_system(g->db);
    return facebook_intake(&in, delivery, &g->err);
}

/* "state: reason" of a delivery, and how many leads the org has. */
static struct str how(struct ground *g, const struct delivery *delivery)
{
    struct str got;

    db_scope_system(g->db);
    got = ground_ask(g,
                     "SELECT state || ': ' || error_text || ', ' ||"
                     " CAST((SELECT COUNT(*) FROM leads) AS TEXT)"
                     " FROM webhook_deliveries WHERE delivery_id = $1",
                     TEXT(delivery->delivery_id));
    return got;
}

/* The delivery as the re-resolve job sees it. */
static struct delivery waiting(struct ground *g)
{
    struct deliveries list = {0};

    db_scope_system(g->db);
    CHECK_OK(delivery_list_unresolved(g->db, g->arena, 0, STR(""), 10, &list, &g->err), g->err);
    CHECK(list.n == 1, "%zu wait", list.n);
    return list.n ? list.at[0] : (struct delivery){0};
}

#define TWO PAGE(LEAD("\"leadgen_id\":\"55\"") "," LEAD("\"leadgen_id\":\"56\""))
#define IS_HOW(delivery, text)                                                                 \
    do {                                                                                       \
        struct str how_ = how(&g, delivery);                                                   \
        CHECK(str_eq(how_, STR(text)), STR_FMT, STR_ARG(how_));                                \
    } while (0)

static void leads_are_read_and_stored_with_their_answers(struct database *database,
                                                         struct db *db)
{
    struct lead_filter filter = {.limit = 10};
    struct leads list = {0};
    struct ground g;

    (void)begin(&g, database, db);
    struct delivery delivery = arrive(&g, TWO);
    CHECK_OK(take_in(&g, &delivery, GROUND_NOW), g.err);
    IS_HOW(&delivery, "processed: , 2");
    db_scope(db, g.org);
    CHECK_OK(lead_list(db, g.arena, &filter, &list, &g.err), g.err);
    CHECK(list.n == 2 && str_eq(list.at[0].source, STR("facebook_form")) &&
              str_eq(list.at[0].phone, STR("+77011234567")) &&
              str_eq(list.at[0].name, STR("Алия")) && str_eq(list.at[0].ad_id, STR("4")) &&
              str_eq(list.at[0].page_id, STR("11")) &&
              str_has(list.at[0].answers, STR("full_name")),
          STR_FMT, STR_ARG(list.at[0].phone));
    /* The same body again: the same leads. */
    delivery = arrive(&g, TWO);
    CHECK_OK(take_in(&g, &delivery, GROUND_NOW), g.err);
    IS_HOW(&delivery, "processed: , 2");
    end(&g);
}

static void what_cannot_be_read_now_waits_and_is_read_later(struct database *database,
                                                            struct db *db)
{
    struct ground g;

    (void)begin(&g, database, db);
    shown.fail = ERR_REFUSED; /* a permission is missing */
    struct delivery delivery = arrive(&g, TWO);
    CHECK_OK(take_in(&g, &delivery, GROUND_NOW), g.err);
    IS_HOW(&delivery, "unresolved: Facebook says no, 0");
    struct delivery again = waiting(&g);
    shown.fail = ERR_NONE;
    CHECK_OK(take_in(&g, &again, GROUND_NOW), g.err);
    IS_HOW(&again, "processed: , 2");

    /* A dead token is the card's end, not the lead's. */
    shown.fail = ERR_DENIED;
    shown.code = 190;
    delivery = arrive(&g, PAGE(LEAD("\"leadgen_id\":\"57\"")));
    CHECK_OK(take_in(&g, &delivery, GROUND_NOW), g.err);
    IS_HOW(&delivery, "unresolved: Facebook says no, 2");
    db_scope_system(db);
    CHECK(str_eq(ground_ask(&g, "SELECT state FROM ad_account_connections WHERE platform = $1",
                            TEXT(STR("facebook"))),
                 STR("revoked")),
          "the card");
    shown.reads = 0;
    again = waiting(&g);
    CHECK_OK(take_in(&g, &again, GROUND_NOW), g.err);
    CHECK(shown.reads == 0, "a revoked connection was asked");
    end(&g);
}

static void busy_is_tried_again_soon_and_then_waits(struct database *database, struct db *db)
{
    struct ground g;

    (void)begin(&g, database, db);
    shown.fail = ERR_BUSY;
    struct delivery delivery = arrive(&g, TWO);
    CHECK(!take_in(&g, &delivery, GROUND_NOW) && g.err.kind == ERR_BUSY, "%s", g.err.text);
    delivery.attempts = 3;
    CHECK_OK(take_in(&g, &delivery, GROUND_NOW), g.err);
    IS_HOW(&delivery, "unresolved: Facebook says no, 0");
    end(&g);
}

static void a_page_of_nobody_waits_for_whoever_chooses_it(struct database *database,
                                                          struct db *db)
{
    struct ground g;

    (void)begin(&g, database, db);
    struct delivery delivery =
        arrive(&g, PAGE(LEAD("\"leadgen_id\":\"55\",\"page_id\":\"12\"") "," LEAD(
                       "\"leadgen_id\":\"56\",\"page_id\":\"11\"")));
    CHECK_OK(take_in(&g, &delivery, GROUND_NOW), g.err);
    IS_HOW(&delivery, "unresolved: page 12 is chosen by nobody here, 1");
    db_scope(db, g.org);
    CHECK_OK(db_run(db, NULL, &g.err,
                    "UPDATE ad_account_connections SET identity_id = '12' WHERE org_id = $1",
                    TEXT(g.org)),
             g.err);
    struct delivery again = waiting(&g);
    CHECK_OK(take_in(&g, &again, GROUND_NOW), g.err);
    IS_HOW(&again, "processed: , 2");
    end(&g);
}

static void a_lead_that_is_gone_is_kept_as_it_was_told(struct database *database, struct db *db)
{
    struct ground g;

    (void)begin(&g, database, db);
    shown.gone = true;
    struct delivery delivery = arrive(&g, PAGE(LEAD("\"leadgen_id\":\"55\"")));
    CHECK_OK(take_in(&g, &delivery, GROUND_NOW), g.err);
    IS_HOW(&delivery, "unresolved: Facebook does not show lead 55 to this connection, 0");
    struct delivery again = waiting(&g);
    CHECK_OK(take_in(&g, &again, GROUND_NOW + 91 * DAY_MS), g.err);
    IS_HOW(&again, "processed: , 1");
    end(&g);
}

/* Whatever statement fails: afterwards each lead is there once. */
static void each_statement_may_fail(struct database *database, struct db *db)
{
    int failures = 0;
    struct ground g;

    (void)begin(&g, database, db);
    struct delivery delivery = arrive(&g, TWO);
    for (int64_t k = 1; k < 200; k++) {
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ok = take_in(&g, &delivery, GROUND_NOW);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        if (ok)
            break;
        failures++;
    }
    CHECK(failures >= 8, "only %d statements could fail", failures);
    IS_HOW(&delivery, "processed: , 2");
    end(&g);
}

int main(void)
{
    log_setup(getenv("TEST_LOG") ? LOG_DEBUG : LOG_ERROR + 1, 0);
    RUN(bodies_are_read_and_ids_are_texts);
    RUN_ON_DATABASES(leads_are_read_and_stored_with_their_answers);
    RUN_ON_DATABASES(what_cannot_be_read_now_waits_and_is_read_later);
    RUN_ON_DATABASES(busy_is_tried_again_soon_and_then_waits);
    RUN_ON_DATABASES(a_page_of_nobody_waits_for_whoever_chooses_it);
    RUN_ON_DATABASES(a_lead_that_is_gone_is_kept_as_it_was_told);
    RUN_ON_DATABASES(each_statement_may_fail);
    return test_report();
}
