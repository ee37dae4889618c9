/* lead/: intake, links, persons, stages, sales. */
#include "lead/lead.h"
#include "lead/lead_codes.h"
#include "lead/lead_db.h"
#include "lead/payload.h"
#include "lead/purchase.h"
#include "test_ground.h"

#include <pthread.h>

static struct arena *arena;

/* --- reading bodies ------------------------------------------------------------------- */

#define DOCUMENTED                                                                             \
    "{\"request_id\":\"r\",\"object\":1,\"time\":1795240000,\"entry\":[{\"id\":"               \
    "7012345678901234567,\"lead_source\":\"INSTANT_FORM\",\"page_id\":\"77\","                 \
    "\"advertiser_id\":7000000000000000001,\"campaign_id\":\"501\",\"adgroup_id\":\"601\","    \
    "\"ad_id\":\"701\",\"create_time\":1795240000,\"changes\":["                               \
    "{\"field\":\"name\",\"value\":\"\u0410\u0439\u0433\u0443\u043b\u044c\"},"                 \
    "{\"field\":\"company name\",\"value\":\"TOO Ромашка\"},"                           \
    "{\"field\":\"Phone number\",\"value\":\"8 701 123 45 67\"},"                              \
    "{\"field\":\"email\",\"value\":\" Aigul@Mail.KZ \"},"                                     \
    "{\"field\":\"Which days?\",\"value\":[\"Mon\",\"Tue\"]}]}]}"

#define FOUNDING                                                                               \
    "{\"event_type\":\"lead\",\"timestamp\":1795240000,\"data\":{\"lead_id\":\"L9\","          \
    "\"page_id\":77,\"ad_id\":701,\"adgroup_id\":601,\"campaign_id\":501,"                     \
    "\"advertiser_id\":\"7000000000000000001\",\"create_time\":\"1795240000\","                \
    "\"field_data\":[{\"field_name\":\"first_name\",\"field_value\":\"Ann\"},"                 \
    "{\"field_name\":\"last_name\",\"field_value\":\"Lee\"},"                                  \
    "{\"field_name\":\"phone\",\"field_value\":\"+77011234567\"},"                             \
    "{\"field_name\":\"E-mail\",\"field_value\":\"a@b.kz\"}]}}"

static struct lead_payload parse(const char *body)
{
    struct lead_payload payload = {0};
    struct err err = {0};

    CHECK_OK(lead_payload_parse(arena, str(body), STR("hash"), &payload, &err), err);
    return payload;
}

static void reads_the_documented_shape_with_ids_as_numbers(void)
{
    struct lead_payload payload = parse(DOCUMENTED);

    CHECK(payload.leads.n == 1 && payload.event.n == 0, "one lead");
    struct lead_arrival *lead = &payload.leads.at[0];
    CHECK(IS(lead->platform_lead_id, "7012345678901234567"), "exact id");
    CHECK(IS(lead->advertiser_id, "7000000000000000001"), "exact advertiser");
    CHECK(IS(lead->campaign_id, "501") && IS(lead->ad_id, "701") && IS(lead->page_id, "77"),
          "ids");
    CHECK(lead->created_ms == INT64_C(1795240000000), "%" PRId64, lead->created_ms);
    CHECK(IS(lead->source, "tiktok_form"), STR_FMT, STR_ARG(lead->source));
}

/* Fault 12: any field with "name" in it became the name, and other answers were lost. */
static void a_company_name_is_an_answer_and_never_the_name(void)
{
    struct lead_payload payload = parse(DOCUMENTED);
    struct lead_arrival *lead = &payload.leads.at[0];

    CHECK(IS(lead->name, "Айгуль"), STR_FMT, STR_ARG(lead->name));
    CHECK(IS(lead->phone, "8 701 123 45 67"), STR_FMT, STR_ARG(lead->phone));
    CHECK(IS(lead->email, "Aigul@Mail.KZ"), STR_FMT, STR_ARG(lead->email));
    CHECK(str_has(lead->answers, STR("{\"field\":\"company name\",\"value\":\"TOO Ромашка\"}")),
          STR_FMT, STR_ARG(lead->answers));
    CHECK(
        str_has(lead->answers, STR("{\"field\":\"Which days?\",\"value\":[\"Mon\",\"Tue\"]}")),
        STR_FMT, STR_ARG(lead->answers));
}

static void reads_the_founding_shape(void)
{
    struct lead_payload payload = parse(FOUNDING);

    CHECK(payload.leads.n == 1, "one lead");
    struct lead_arrival *lead = &payload.leads.at[0];
    CHECK(IS(lead->platform_lead_id, "L9") && IS(lead->ad_id, "701"), "ids");
    CHECK(IS(lead->name, "Ann Lee"), STR_FMT, STR_ARG(lead->name));
    CHECK(IS(lead->email, "a@b.kz"), STR_FMT, STR_ARG(lead->email));
    CHECK(lead->created_ms == INT64_C(1795240000000), "%" PRId64, lead->created_ms);
}

static const struct {
    const char *body, *event;
    bool ok;
} others[] = {
    {"{\"object\":3,\"entry\":[{\"log_id\":\"1\",\"adv_id\":\"2\"}]}", "ad review (object 3)",
     true},
    {"{\"object\":\"2\",\"entry\":[]}", "ad group review (object 2)", true},
    {"{\"object\":99}", "unknown object 99", true},
    {"{\"advertiser_id\":\"1\",\"status\":\"STATUS_LIMIT\",\"status_change_time\":1}",
     "account suspension", true},
    {"{\"event_type\":\"ping\"}", "event ping", true},
    {"{\"object\":1}", "", false},
    {"{\"event_type\":\"lead\"}", "", false},
    {"{}", "", false},
    {"[]", "", false},
    {"not json", "", false},
    {"", "", false},
};

static void other_events_are_named_and_nonsense_is_refused(void)
{
    for (size_t i = 0; i < countof(others); i++) {
        struct lead_payload payload;
        struct err err = {0};
        bool ok = lead_payload_parse(arena, str(others[i].body), STR("h"), &payload, &err);
        CHECK(ok == others[i].ok, "%s: %s", others[i].body, err.text);
        if (ok)
            CHECK(IS(payload.event, others[i].event) && payload.leads.n == 0, "%s: " STR_FMT,
                  others[i].body, STR_ARG(payload.event));
        else
            CHECK(err.kind == ERR_INVALID, "%s", others[i].body);
    }
}

static void a_lead_without_an_id_is_named_by_its_body(void)
{
    struct lead_payload payload =
        parse("{\"object\":1,\"entry\":[{\"changes\":[]},{\"id\":true}]}");

    CHECK(payload.leads.n == 2, "two leads");
    CHECK(IS(payload.leads.at[0].platform_lead_id, "body-hash-0"), "first");
    CHECK(IS(payload.leads.at[1].platform_lead_id, "body-hash-1"), "second");
}

/* --- judging links ------------------------------------------------------------------------ */

static const struct {
    const char *what;
    struct link_facts facts;
    const char *direction, *creative, *state;
} links[] = {
    {"campaign before everything",
     {.campaign_id = STR_INIT("c"),
      .campaign_direction = STR_INIT("d1"),
      .page_direction = STR_INIT("d2"),
      .page_n = 1,
      .ad_direction = STR_INIT("d3")},
     "d1",
     "",
     "linked"},
    {"a direction that names the campaign",
     {.directions_campaign = STR_INIT("d1"), .directions_campaign_n = 1},
     "d1",
     "",
     "linked"},
    {"two that name the campaign name none",
     {.directions_campaign = STR_INIT("d1"), .directions_campaign_n = 2},
     "",
     "",
     "unlinked"},
    {"page before the advertiser",
     {.page_direction = STR_INIT("d2"),
      .page_n = 1,
      .account_direction = STR_INIT("d9"),
      .account_n = 1},
     "d2",
     "",
     "linked"},
    {"an ambiguous page falls to the only direction",
     {.page_direction = STR_INIT("d2"),
      .page_n = 2,
      .account_direction = STR_INIT("d9"),
      .account_n = 1},
     "d9",
     "",
     "linked"},
    {"several directions of the account are no answer",
     {.account_direction = STR_INIT("d9"), .account_n = 3},
     "",
     "",
     "unlinked"},
    {"the ad's creative alone is a link",
     {.ad_id = STR_INIT("a"), .ad_known = true, .ad_creative = STR_INIT("v")},
     "",
     "v",
     "linked"},
    {"the creative's direction",
     {.ad_known = true, .ad_creative = STR_INIT("v"), .creative_direction = STR_INIT("d4")},
     "d4",
     "v",
     "linked"},
};

static void links_are_judged_in_order(void)
{
    for (size_t i = 0; i < countof(links); i++) {
        struct link link = lead_link_decide(arena, &links[i].facts);
        CHECK(IS(link.direction_id, links[i].direction), "%s: " STR_FMT, links[i].what,
              STR_ARG(link.direction_id));
        CHECK(IS(link.creative_id, links[i].creative), "%s", links[i].what);
        CHECK(IS(lead_link_state(&link), links[i].state), "%s", links[i].what);
        CHECK(link.cause.n > 0, "%s", links[i].what);
    }
}

/* The page writes them in the reader's language from their codes. */
static void what_is_said_of_links_has_codes(void)
{
    static const struct {
        struct link_facts facts;
        const char *direction, *creative;
    } said[] = {
        {{.campaign_id = STR_INIT("c1"),
          .campaign_direction = STR_INIT("d"),
          .ad_id = STR_INIT("a1"),
          .ad_creative = STR_INIT("v")},
         "link_campaign",
         "link_creative"},
        {{.ad_id = STR_INIT("a1"), .ad_direction = STR_INIT("d"), .ad_known = true},
         "link_ad",
         "link_ad_unmapped"},
        {{.ad_id = STR_INIT("a1"), .creative_direction = STR_INIT("d")},
         "link_creative_of_ad",
         "link_ad_unknown"},
        {{.page_id = STR_INIT("p1"), .page_direction = STR_INIT("d"), .page_n = 1},
         "link_page",
         "link_no_ad"},
        {{.account_direction = STR_INIT("d"), .account_n = 1}, "link_only", "link_no_ad"},
        {{.campaign_id = STR_INIT("c1"), .directions_campaign_n = 2},
         "link_many_campaign",
         "link_no_ad"},
        {{.page_id = STR_INIT("p1"), .page_n = 2}, "link_many_page", "link_no_ad"},
        {{.campaign_id = STR_INIT("c1"), .account_n = 3}, "link_no_direction", "link_no_ad"},
    };

    for (size_t i = 0; i < countof(said); i++) {
        struct str cause = lead_link_decide(arena, &said[i].facts).cause;
        struct str direction = str_cut(&cause, ';');
        struct says says = lead_says(arena, direction);
        CHECK(says.code && strcmp(says.code, said[i].direction) == 0, STR_FMT,
              STR_ARG(direction));
        says = lead_says(arena, str_trim(cause));
        CHECK(says.code && strcmp(says.code, said[i].creative) == 0, STR_FMT, STR_ARG(cause));
    }
    struct says id = lead_says(arena, STR("direction by ad 17"));
    CHECK(id.values[0].name && strcmp(id.values[0].name, "id") == 0 &&
              str_eq(id.values[0].text, STR("17")),
          "its value");
    CHECK(!lead_says(arena, STR("direction by stars")).code, "no sentence of ours");
}

static void only_legal_stage_moves(void)
{
    static const char *const stages[] = {"interest", "qualified", "scheduled", "purchase",
                                         "lost"};
    static const char *const legal = "iq is il qs ql sq sl lq ls li ";

    for (size_t a = 0; a < countof(stages); a++)
        for (size_t b = 0; b < countof(stages); b++) {
            char pair[4] = {stages[a][0], stages[b][0], ' ', 0};
            bool expected = strstr(legal, pair) != NULL;
            CHECK(lead_stage_move_legal(str(stages[a]), str(stages[b])) == expected, "%s to %s",
                  stages[a], stages[b]);
        }
}

/* --- the inbox ------------------------------------------------------------------------------
 */

static int delivered;

static void deliver(struct ground *g, const char *body, int64_t received_ms)
{
    struct str id = str_fmt(g->arena, "delivery-%05d", ++delivered);

    CHECK_OK(db_run(g->db, NULL, &g->err,
                    "INSERT INTO webhook_deliveries (delivery_id, source, received_ms,"
                    " signature, body, body_hash, state)"
                    " VALUES ($1, 'tiktok', $2, 'plain', $3, $4, 'received')",
                    TEXT(id), INT(received_ms), TEXT(str(body)),
                    TEXT(seal_sha256_hex(g->arena, str(body)))),
             g->err);
}

static const char *body_of(struct ground *g, const char *id, const char *advertiser,
                           int64_t created_s, const char *phone, const char *email)
{
    return str_c(g->arena,
                 str_fmt(g->arena,
                         "{\"object\":1,\"entry\":[{\"id\":\"%s\",\"advertiser_id\":\"%s\","
                         "\"campaign_id\":\"501\",\"ad_id\":\"701\",\"create_time\":%" PRId64
                         ",\"changes\":[{\"field\":\"phone_number\",\"value\":\"%s\"},"
                         "{\"field\":\"email\",\"value\":\"%s\"}]}]}",
                         id, advertiser, created_s, phone, email));
}

/* Run a job's handler itself, as a worker would. */
static bool run_job(struct ground *g, const char *kind, struct err *err)
{
    struct job job = {.id = STR("job-1"),
                      .kind = str(kind),
                      .args = STR("{}"),
                      .attempt = 1,
                      .deadline_mono_ms = clock_mono_ms() + 60000,
                      .arena = g->arena,
                      .db = g->db,
                      .app = &g->app,
                      .now_ms = clock_wall_ms()};
    bool ok = false;

    db_scope_system(g->db);
    for (const struct job_kind *at = lead_jobs; at->kind; at++)
        if (strcmp(at->kind, kind) == 0)
            ok = at->run(&job, err);
    db_scope(g->db, g->org);
    return ok;
}

static void intake(struct ground *g)
{
    CHECK_OK(run_job(g, "lead.intake", &g->err), g->err);
}

static struct str count(struct ground *g, struct str table)
{
    if (str_eq(table, STR("leads")))
        return ground_ask(g, "SELECT count(*) FROM leads WHERE org_id = $1", TEXT(g->org));
    if (str_eq(table, STR("transitions")))
        return ground_ask(g, "SELECT count(*) FROM lead_transitions WHERE org_id = $1",
                          TEXT(g->org));
    if (str_eq(table, STR("purchases")))
        return ground_ask(g, "SELECT count(*) FROM purchases WHERE org_id = $1", TEXT(g->org));
    return ground_ask(g, "SELECT count(*) FROM audit_log WHERE org_id = $1", TEXT(g->org));
}

static struct lead only_lead(struct ground *g)
{
    struct leads leads = {0};

    CHECK_OK(lead_list(g->db, g->arena, &(struct lead_filter){.limit = 10}, &leads, &g->err),
             g->err);
    CHECK(leads.n == 1, "%zu leads", leads.n);
    return leads.n ? leads.at[0] : (struct lead){0};
}

static struct lead lead_of(struct ground *g, const char *platform_lead_id)
{
    struct str id = ground_ask(g,
                               "SELECT lead_id FROM leads WHERE org_id = $1"
                               " AND platform_lead_id = $2",
                               TEXT(g->org), TEXT(str(platform_lead_id)));
    struct lead lead = {0};

    CHECK_OK(lead_get(g->db, g->arena, id, &lead, &g->err), g->err);
    return lead;
}

/* One account (advertiser 7000000000000000001) with direction d1 (campaign 501, page 77) and
 * d2, creative v1 with ad 701. */
static struct str furnish(struct ground *g)
{
    struct str account = ground_account(g, "7000000000000000001", "KZT", "Asia/Almaty", "KZ");

    ground_direction(g, "d1", account, "501", "77");
    ground_direction(g, "d2", account, "502", "");
    ground_creative(g, "v1", "First", "d1");
    ground_ad(g, "701", "501", account, "d1", "v1");
    return account;
}

/* Invariant I7: each row follows from the one before it, times do not decrease. */
static void check_ledger(struct ground *g, struct str lead_id)
{
    static const char *const legal[] = {"received>stored", "stored>parsed", "parsed>linked",
                                        "parsed>unlinked", "linked>scored", "unlinked>scored",
                                        "scored>linked",   "linked>linked"};
    struct lead_transitions list = {0};
    struct str state = STR("received"), stage = STR("");
    int64_t state_ms = 0, stage_ms = 0;

    CHECK_OK(lead_transition_list(g->db, g->arena, lead_id, &list, &g->err), g->err);
    CHECK(list.n >= 5, "%zu transitions", list.n);
    for (size_t i = 0; i < list.n; i++) {
        struct lead_transition *t = &list.at[i];
        bool is_state = IS(t->kind, "state"), known = !is_state;
        struct str *now = is_state ? &state : &stage;
        int64_t *at = is_state ? &state_ms : &stage_ms;
        struct str pair =
            str_fmt(g->arena, STR_FMT ">" STR_FMT, STR_ARG(t->from), STR_ARG(t->to));
        for (size_t k = 0; k < countof(legal); k++)
            known = known || IS(pair, legal[k]);
        CHECK(known, STR_FMT, STR_ARG(pair));
        CHECK(str_eq(*now, t->from) && t->at_ms >= *at, "row %zu follows", i);
        CHECK(t->sequence == (int64_t)i + 1 && t->actor.n && t->cause.n, "row %zu is whole", i);
        *now = t->to;
        *at = t->at_ms;
    }
}

static void a_webhook_becomes_a_linked_lead(struct database *database, struct db *db)
{
    struct ground g;

    ground_begin(&g, database, db);
    struct str account = furnish(&g);
    deliver(&g, DOCUMENTED, GROUND_NOW);
    intake(&g);
    struct lead lead = only_lead(&g);
    CHECK(IS(lead.state, "linked") && IS(lead.stage, "interest"), STR_FMT, STR_ARG(lead.state));
    CHECK(IS(lead.direction_id, "d1") && IS(lead.creative_id, "v1"), STR_FMT,
          STR_ARG(lead.link_cause));
    CHECK(str_has(lead.link_cause, STR("campaign 501")) &&
              str_has(lead.link_cause, STR("ad 701")),
          STR_FMT, STR_ARG(lead.link_cause));
    CHECK(str_eq(lead.ad_account_id, account), "account");
    CHECK(IS(lead.phone, "+77011234567"), STR_FMT, STR_ARG(lead.phone));
    CHECK(IS(lead.email, "aigul@mail.kz"), STR_FMT, STR_ARG(lead.email));
    CHECK(IS(lead.phone_typed, "8 701 123 45 67"), "typed");
    CHECK(lead.phone_hash.n == 64 && lead.email_hash.n == 64, "hashes");
    CHECK(str_has(lead.answers, STR("Which days?")), "answers kept");
    check_ledger(&g, lead.lead_id);
    CHECK(IS(ground_ask(&g, "SELECT state FROM webhook_deliveries"), "processed"), "closed");
    CHECK(str_eq(ground_ask(&g, "SELECT resolved_org_id FROM webhook_deliveries"), g.org),
          "org");
    ground_end(&g);
}

/* Fault 8: such a lead violated a constraint and vanished. */
static void a_lead_without_contact_is_kept(struct database *database, struct db *db)
{
    struct ground g;

    ground_begin(&g, database, db);
    furnish(&g);
    deliver(
        &g,
        "{\"object\":1,\"entry\":[{\"id\":\"1\",\"advertiser_id\":\"7000000000000000001\"}]}",
        GROUND_NOW);
    intake(&g);
    struct lead lead = only_lead(&g);
    CHECK(lead.phone.n == 0 && lead.email.n == 0 && lead.phone_hash.n == 0, "no contact");
    CHECK(IS(lead.state, "unlinked"), "two directions, no ids: " STR_FMT,
          STR_ARG(lead.link_cause));
    CHECK(lead.created_ms == GROUND_NOW, "time of arrival");
    check_ledger(&g, lead.lead_id);
    ground_end(&g);
}

/* Fault 9: a lead whose advertiser was not one account's was dropped. */
static void an_unknown_advertiser_waits_until_it_is_connected(struct database *database,
                                                              struct db *db)
{
    const struct job_kind *const kinds[] = {lead_jobs, NULL};
    struct ground g;
    int ran = 0;

    ground_begin(&g, database, db);
    deliver(&g, DOCUMENTED, GROUND_NOW);
    intake(&g);
    CHECK(IS(count(&g, STR("leads")), "0"), "no lead yet");
    CHECK(IS(ground_ask(&g, "SELECT state FROM webhook_deliveries"), "unresolved"), "waits");
    CHECK(IS(ground_ask(&g, "SELECT error_text FROM webhook_deliveries"),
             "advertiser 7000000000000000001 is connected by nobody here"),
          "says why");
    furnish(&g);
    /* Connecting has asked for another look. */
    CHECK_OK(job_run_due(database, kinds, db, NULL, &g.app, &ran, &g.err), g.err);
    CHECK(IS(only_lead(&g).state, "linked"), "found its org");
    CHECK(IS(ground_ask(&g, "SELECT state FROM webhook_deliveries"), "processed"), "closed");
    ground_end(&g);
}

static void an_advertiser_of_two_orgs_waits(struct database *database, struct db *db)
{
    struct ground g;

    ground_begin(&g, database, db);
    furnish(&g);
    db_scope(db, g.other);
    struct str theirs = ground_account(&g, "7000000000000000001", "KZT", "Asia/Almaty", "KZ");
    deliver(&g, DOCUMENTED, GROUND_NOW);
    intake(&g);
    CHECK(IS(count(&g, STR("leads")), "0"), "nobody's yet");
    CHECK(IS(ground_ask(&g, "SELECT state FROM webhook_deliveries"), "unresolved"), "waits");
    db_scope(db, g.other);
    struct ad_connection connection = ground_connection(&g, theirs);
    CHECK_OK(ad_account_disconnect(db, g.arena, &connection, STR("test"), GROUND_NOW, &g.err),
             g.err);
    CHECK_OK(run_job(&g, "lead.reresolve", &g.err), g.err);
    CHECK(IS(only_lead(&g).state, "linked"), "the one that is left");
    ground_end(&g);
}

static void a_body_with_leads_of_two_orgs_goes_to_both(struct database *database, struct db *db)
{
    static const char *const body =
        "{\"object\":1,\"entry\":[{\"id\":\"1\",\"advertiser_id\":\"7000000000000000001\"},"
        "{\"id\":\"2\",\"advertiser_id\":\"A2\"},{\"id\":\"3\",\"advertiser_id\":\"A3\"},"
        "{\"id\":\"4\",\"advertiser_id\":\"7000000000000000001\"}]}";
    struct ground g;

    ground_begin(&g, database, db);
    furnish(&g);
    db_scope(db, g.other);
    ground_account(&g, "A2", "EUR", "Europe/Berlin", "DE");
    deliver(&g, body, GROUND_NOW);
    intake(&g);
    CHECK(IS(count(&g, STR("leads")), "2"), "two here");
    CHECK(IS(ground_ask(&g, "SELECT state FROM webhook_deliveries"), "unresolved"),
          "one waits");
    db_scope(db, g.other);
    CHECK(
        IS(ground_ask(&g, "SELECT count(*) FROM leads WHERE org_id = $1", TEXT(g.other)), "1"),
        "one there");
    ground_account(&g, "A3", "EUR", "Europe/Berlin", "DE");
    CHECK_OK(run_job(&g, "lead.reresolve", &g.err), g.err);
    CHECK(IS(count(&g, STR("leads")), "2"), "not again");
    CHECK(IS(ground_ask(&g, "SELECT sum(duplicate_deliveries) FROM leads WHERE org_id = $1",
                        TEXT(g.org)),
             "0"),
          "and not counted twice");
    CHECK(IS(ground_ask(&g, "SELECT state FROM webhook_deliveries"), "processed"), "closed");
    db_scope(db, g.other);
    CHECK(
        IS(ground_ask(&g, "SELECT count(*) FROM leads WHERE org_id = $1", TEXT(g.other)), "2"),
        "the late one too");
    ground_end(&g);
}

static void events_that_are_no_leads_are_kept_with_their_name(struct database *database,
                                                              struct db *db)
{
    struct ground g;

    ground_begin(&g, database, db);
    furnish(&g);
    deliver(&g, "{\"object\":3,\"entry\":[]}", GROUND_NOW);
    intake(&g);
    CHECK(IS(ground_ask(&g, "SELECT state FROM webhook_deliveries"), "processed"), "closed");
    CHECK(IS(ground_ask(&g, "SELECT error_text FROM webhook_deliveries"),
             "no lead: ad review (object 3)"),
          "named");
    ground_end(&g);
}

/* --- order, number and failure make no difference
 * ---------------------------------------------- */

static void forget_leads(struct ground *g)
{
    struct err *err = &g->err;

    CHECK_OK(
        db_run(g->db, NULL, err, "DELETE FROM purchases WHERE org_id = $1", TEXT(g->org)) &&
            db_run(g->db, NULL, err, "DELETE FROM lead_transitions WHERE org_id = $1",
                   TEXT(g->org)) &&
            db_run(g->db, NULL, err, "DELETE FROM leads WHERE org_id = $1", TEXT(g->org)) &&
            db_run(g->db, NULL, err, "DELETE FROM webhook_deliveries"),
        *err);
}

/* Everything that may not depend on the order of arrival; persons by the platform's lead id. */
static struct str leads_state(struct ground *g)
{
    struct str out = STR("");
    struct strs ids = {0}, firsts = {0};
    struct db_rows rows;

    db_select(g->db, g->arena, &rows,
              "SELECT l.lead_id, ' of ' || COALESCE(f.platform_lead_id, '-')"
              " FROM leads l LEFT JOIN leads f ON f.org_id = l.org_id"
              " AND f.lead_id = l.duplicate_of WHERE l.org_id = $1 ORDER BY l.platform_lead_id",
              TEXT(g->org));
    while (db_next(&rows)) {
        *strs_add(&ids, g->arena) = db_text(&rows, 0);
        *strs_add(&firsts, g->arena) = db_text(&rows, 1);
    }
    CHECK_OK(db_done(&rows, &g->err), g->err);
    for (size_t i = 0; i < ids.n; i++) {
        struct lead l = {0};
        CHECK_OK(lead_get(g->db, g->arena, ids.at[i], &l, &g->err), g->err);
        out = str_fmt(g->arena,
                      STR_FMT STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT
                                      " " STR_FMT " " STR_FMT STR_FMT " x%" PRId64 "\n",
                      STR_ARG(out), STR_ARG(l.platform_lead_id), STR_ARG(l.state),
                      STR_ARG(l.stage), STR_ARG(l.direction_id), STR_ARG(l.creative_id),
                      STR_ARG(l.phone), STR_ARG(l.email), STR_ARG(firsts.at[i]),
                      l.duplicate_deliveries);
    }
    return out;
}

#define ARRIVALS 5

static void deliver_in_order(struct ground *g, const char *const *bodies, const size_t *order)
{
    for (size_t i = 0; i < ARRIVALS; i++)
        deliver(g, bodies[order[i]], GROUND_NOW + (int64_t)i);
}

static bool next_order(size_t *order)
{
    size_t i = ARRIVALS - 1, k = ARRIVALS - 1;

    while (i > 0 && order[i - 1] > order[i])
        i--;
    if (i == 0)
        return false;
    while (order[k] < order[i - 1])
        k--;
    size_t swap = order[i - 1];
    order[i - 1] = order[k];
    order[k] = swap;
    for (size_t a = i, b = ARRIVALS - 1; a < b; a++, b--) {
        swap = order[a];
        order[a] = order[b];
        order[b] = swap;
    }
    return true;
}

/*
 * Fault model F34.  B is the earliest form of a person whom A knows by phone
 * and C by e-mail, so the three are one person; A is delivered twice; D has no
 * contact.
 */
static void any_order_and_number_of_deliveries_gives_one_state(struct database *database,
                                                               struct db *db)
{
    struct ground g;
    size_t order[ARRIVALS] = {0, 1, 2, 3, 4};
    struct str expected = STR("");
    int orders = 0;

    ground_begin(&g, database, db);
    furnish(&g);
    const char *advertiser = "7000000000000000001";
    const char *bodies[ARRIVALS] = {
        body_of(&g, "A", advertiser, 1795240300, "8 701 123 45 67", ""),
        body_of(&g, "A", advertiser, 1795240300, "8 701 123 45 67", ""),
        body_of(&g, "B", advertiser, 1795240100, "+7 (701) 123-45-67", "X@mail.kz"),
        body_of(&g, "C", advertiser, 1795240200, "87770001122", "x@mail.kz"),
        body_of(&g, "D", advertiser, 1795240400, "", "")};
    do {
        struct arena_mark mark = arena_mark(g.arena);
        forget_leads(&g);
        deliver_in_order(&g, bodies, order);
        intake(&g);
        struct str state = leads_state(&g);
        if (orders++ == 0)
            expected = str_dup(arena, state);
        CHECK(str_eq(state, expected), "order %zu%zu%zu%zu%zu:\n" STR_FMT "not\n" STR_FMT,
              order[0], order[1], order[2], order[3], order[4], STR_ARG(state),
              STR_ARG(expected));
        arena_rewind(g.arena, mark);
    } while (next_order(order));
    CHECK(orders == 120, "%d orders", orders);
    CHECK(IS(expected, "A linked interest d1 v1 +77011234567  of B x1\n"
                       "B linked interest d1 v1 +77011234567 x@mail.kz of - x0\n"
                       "C linked interest d1 v1 +77770001122 x@mail.kz of B x0\n"
                       "D linked interest d1 v1   of - x0\n"),
          STR_FMT, STR_ARG(expected));
    ground_end(&g);
}

static void a_broken_body_fails_alone(struct database *database, struct db *db)
{
    struct ground g;

    ground_begin(&g, database, db);
    furnish(&g);
    deliver(&g, "{\"object\":1,", GROUND_NOW - 2);
    deliver(&g, "{\"hello\":\"\xD0\xBC\xD0\xB8\xD1\x80\"}", GROUND_NOW - 1);
    deliver(&g, DOCUMENTED, GROUND_NOW);
    intake(&g);
    CHECK(IS(only_lead(&g).state, "linked"), "the good one went on");
    CHECK(IS(ground_ask(&g, "SELECT count(*) FROM webhook_deliveries WHERE state = 'failed'"
                            " AND error_text <> ''"),
             "2"),
          "the others say why");
    ground_end(&g);
}

/* A body that kills its process is known by its count of tries; the innocent are not. */
static void
a_body_that_kills_its_process_is_given_up_after_five_tries(struct database *database,
                                                           struct db *db)
{
    struct ground g;

    ground_begin(&g, database, db);
    struct str hash = seal_sha256_hex(g.arena, str(DOCUMENTED));
    furnish(&g);
    deliver(&g, DOCUMENTED, GROUND_NOW);
    deliver(&g, FOUNDING, GROUND_NOW);
    for (int death = 1; death <= 5; death++) {
        /* The process died in the middle of its try: only the count is left. */
        CHECK_OK(db_run(db, NULL, &g.err,
                        "UPDATE webhook_deliveries SET attempts = attempts + 1, tried_ms = $1"
                        " WHERE body_hash = $2",
                        INT(clock_wall_ms()), TEXT(hash)),
                 g.err);
        clock_set_wall(clock_wall_ms() + 1000);
        if (death < 5)
            intake(&g); /* not due yet, the other one goes on */
        CHECK(IS(ground_ask(&g, "SELECT state FROM webhook_deliveries WHERE body_hash = $1",
                            TEXT(hash)),
                 "received"),
              "after %d deaths", death);
        CHECK_OK(db_run(db, NULL, &g.err, "UPDATE webhook_deliveries SET tried_ms = 0"), g.err);
    }
    clock_set_wall(clock_wall_ms() + 10 * MINUTE_MS);
    intake(&g);
    CHECK(IS(ground_ask(&g, "SELECT state FROM webhook_deliveries WHERE body_hash = $1",
                        TEXT(hash)),
             "failed"),
          "given up");
    CHECK(IS(only_lead(&g).platform_lead_id, "L9"), "the other is there");
    ground_end(&g);
}

/* Fails at every statement of an intake: everything of the lead is there or nothing. */
static void
an_intake_that_fails_at_any_statement_loses_and_doubles_nothing(struct database *database,
                                                                struct db *db)
{
    struct ground g;
    int64_t k = 0, statements;

    ground_begin(&g, database, db);
    furnish(&g);
    do {
        struct err err = {0};
        forget_leads(&g);
        deliver(&g, DOCUMENTED, clock_wall_ms());
        database_fail_at(database, ++k, DB_FAULT_ERROR);
        bool ok = run_job(&g, "lead.intake", &err);
        statements = database_statements(database);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        struct str leads = count(&g, STR("leads"));
        struct str transitions = count(&g, STR("transitions"));
        struct str state = ground_ask(&g, "SELECT state FROM webhook_deliveries");
        bool whole = IS(leads, "1") && IS(transitions, "5") && IS(state, "processed");
        if (k > statements)
            CHECK(whole && ok, "without a fault");
        bool nothing = IS(leads, "0") && IS(transitions, "0") && IS(state, "received");
        CHECK(whole || nothing,
              "statement %" PRId64 " (%d): " STR_FMT " leads, " STR_FMT
              " transitions, " STR_FMT,
              k, ok, STR_ARG(leads), STR_ARG(transitions), STR_ARG(state));
        clock_set_wall(clock_wall_ms() + MINUTE_MS);
        intake(&g);
        CHECK(IS(count(&g, STR("leads")), "1") && IS(count(&g, STR("transitions")), "5"),
              "again after statement %" PRId64, k);
        CHECK(IS(ground_ask(&g, "SELECT state FROM webhook_deliveries"), "processed"),
              "closed after statement %" PRId64, k);
        CHECK(only_lead(&g).duplicate_deliveries == 0, "once after statement %" PRId64, k);
    } while (k <= statements);
    CHECK(k > 12, "%" PRId64 " statements", k);
    ground_end(&g);
}

struct reader {
    struct ground *g;
    struct db *db;
    struct arena *arena;
    bool ok;
    struct err err;
};

static void *read_inbox(void *arg)
{
    struct reader *reader = arg;
    struct job job = {.id = STR("job-n"),
                      .args = STR("{}"),
                      .attempt = 1,
                      .deadline_mono_ms = clock_mono_ms() + 60000,
                      .arena = reader->arena,
                      .db = reader->db,
                      .app = &reader->g->app,
                      .now_ms = clock_wall_ms()};

    db_scope_system(reader->db);
    reader->ok = lead_jobs[0].run(&job, &reader->err);
    return NULL;
}

/* A worker that was only slow meets its successor: together they store each lead once. */
static void two_readers_of_one_inbox_store_each_lead_once(struct database *database,
                                                          struct db *db)
{
    enum { PERSONS = 60, READERS = 3 };
    struct reader readers[READERS];
    pthread_t threads[READERS];
    struct ground g;

    ground_begin(&g, database, db);
    furnish(&g);
    for (int i = 0; i < PERSONS * 5;
         i++) { /* each id twice, each phone by two ids, one event */
        const char *id = str_c(g.arena, str_fmt(g.arena, "L%d", i % (PERSONS * 2)));
        const char *phone = str_c(g.arena, str_fmt(g.arena, "+7701000%04d", i % PERSONS));
        deliver(&g,
                i < PERSONS * 4
                    ? body_of(&g, id, "7000000000000000001", 1795240000 + i % 7, phone, "")
                    : "{\"object\":3}",
                GROUND_NOW + i);
    }
    for (int i = 0; i < READERS; i++) {
        readers[i] = (struct reader){.g = &g, .arena = arena_new("reader")};
        CHECK_OK(db_open(database, &readers[i].db, &g.err), g.err);
        pthread_create(&threads[i], NULL, read_inbox, &readers[i]);
    }
    for (int i = 0; i < READERS; i++) {
        pthread_join(threads[i], NULL);
        CHECK_OK(readers[i].ok, readers[i].err);
        db_close(readers[i].db);
        arena_free(readers[i].arena);
    }
    clock_set_wall(clock_wall_ms() + HOUR_MS);
    intake(&g); /* what lost a race waits for its next try */
    CHECK(IS(count(&g, STR("leads")), "120"), STR_FMT, STR_ARG(count(&g, STR("leads"))));
    CHECK(IS(count(&g, STR("transitions")), "600"), "one ledger each");
    CHECK(IS(ground_ask(&g, "SELECT sum(duplicate_deliveries) FROM leads WHERE org_id = $1",
                        TEXT(g.org)),
             "120"),
          "every delivery is counted");
    CHECK(
        IS(ground_ask(&g, "SELECT count(*) FROM leads WHERE org_id = $1 AND duplicate_of <> ''",
                      TEXT(g.org)),
           "60"),
        "every person has one first lead");
    CHECK(IS(ground_ask(&g, "SELECT count(*) FROM webhook_deliveries"
                            " WHERE state <> 'processed'"),
             "0"),
          "nothing is left");
    ground_end(&g);
}

static void the_sweep_asks_once_for_what_was_left_lying(struct database *database,
                                                        struct db *db)
{
    struct ground g;
    const struct job_kind *const kinds[] = {lead_jobs, NULL};
    int ran = 0;

    ground_begin(&g, database, db);
    furnish(&g);
    deliver(&g, DOCUMENTED, GROUND_NOW);
    db_scope_system(db);
    CHECK_OK(lead_sweep(db, GROUND_NOW + 4000, &g.err), g.err);
    CHECK_OK(job_run_due(database, kinds, db, NULL, &g.app, &ran, &g.err), g.err);
    db_scope(db, g.org);
    CHECK(IS(count(&g, STR("leads")), "0"), "too early");
    db_scope_system(db);
    clock_set_wall(GROUND_NOW + 6000);
    CHECK_OK(lead_sweep(db, GROUND_NOW + 6000, &g.err), g.err);
    CHECK_OK(lead_sweep(db, GROUND_NOW + 6000, &g.err), g.err);
    CHECK(IS(ground_ask(&g, "SELECT count(*) FROM jobs WHERE kind = 'lead.intake'"
                            " AND state = 'waiting'"),
             "1"),
          "one job");
    CHECK_OK(job_run_due(database, kinds, db, NULL, &g.app, &ran, &g.err), g.err);
    struct delivery_counts counts;
    CHECK_OK(lead_delivery_counts(db, g.arena, &counts, &g.err), g.err);
    CHECK(counts.received == 0 && counts.unresolved == 0, "nothing left");
    db_scope(db, g.org);
    CHECK(IS(count(&g, STR("leads")), "1"), "done");
    ground_end(&g);
}

/* --- links that come later
 * --------------------------------------------------------------------- */

static void a_lead_before_its_mapping_is_linked_when_it_appears(struct database *database,
                                                                struct db *db)
{
    struct ground g;
    int64_t changed;

    ground_begin(&g, database, db);
    struct str account = ground_account(&g, "7000000000000000001", "KZT", "Asia/Almaty", "KZ");
    deliver(&g, DOCUMENTED, GROUND_NOW);
    intake(&g);
    struct lead lead = only_lead(&g);
    CHECK(IS(lead.state, "unlinked"), STR_FMT, STR_ARG(lead.link_cause));
    struct purchase_wish sale = {.lead_id = lead.lead_id,
                                 .amount_micros = 1000000,
                                 .currency = STR("KZT"),
                                 .actor = STR("test"),
                                 .now_ms = GROUND_NOW};
    struct purchase stored;
    bool added;
    CHECK_OK(purchase_add(&g.app, db, g.arena, &sale, &stored, &added, &g.err), g.err);
    CHECK_OK(lead_relink(db, g.arena, GROUND_NOW, STR("test"), &changed, &g.err), g.err);
    CHECK(changed == 0, "nothing to link by");

    ground_direction(&g, "d1", account, "", "77");
    ground_direction(&g, "d2", account, "", "");
    CHECK_OK(lead_relink(db, g.arena, GROUND_NOW + 1, STR("test"), &changed, &g.err), g.err);
    lead = only_lead(&g);
    CHECK(changed == 1 && IS(lead.direction_id, "d1") && IS(lead.state, "linked"), STR_FMT,
          STR_ARG(lead.link_cause));
    ground_creative(&g, "v1", "First", "d1");
    ground_ad(&g, "701", "501", account, "d1", "v1");
    CHECK_OK(lead_relink(db, g.arena, GROUND_NOW + 2, STR("test"), &changed, &g.err), g.err);
    lead = only_lead(&g);
    CHECK(changed == 1 && IS(lead.creative_id, "v1") && IS(lead.direction_id, "d1"), STR_FMT,
          STR_ARG(lead.link_cause));
    CHECK(IS(ground_ask(&g, "SELECT creative_id FROM purchases WHERE org_id = $1", TEXT(g.org)),
             "v1"),
          "the sale follows its lead");
    check_ledger(&g, lead.lead_id);
    CHECK_OK(lead_relink(db, g.arena, GROUND_NOW + 3, STR("test"), &changed, &g.err), g.err);
    CHECK(changed == 0, "and that was all");
    ground_end(&g);
}

static void a_lead_by_the_api_is_stored_once_for_its_external_id(struct database *database,
                                                                 struct db *db)
{
    struct ground g;
    struct lead first, second;
    bool added;

    ground_begin(&g, database, db);
    furnish(&g);
    struct lead_wish wish = {.external_id = STR("crm-1"),
                             .name = STR("Ann"),
                             .phone = STR("8 701 123 45 67"),
                             .ad_id = STR("701"),
                             .actor = STR("key:1"),
                             .now_ms = GROUND_NOW};
    CHECK_OK(lead_add(&g.app, db, g.arena, &wish, &first, &added, &g.err), g.err);
    CHECK(added && IS(first.phone, "+77011234567") && IS(first.creative_id, "v1"), "stored");
    CHECK(first.ad_account_id.n > 0, "the ad's account");
    check_ledger(&g, first.lead_id);
    CHECK_OK(lead_add(&g.app, db, g.arena, &wish, &second, &added, &g.err), g.err);
    CHECK(!added && str_eq(first.lead_id, second.lead_id), "the same one");
    CHECK(IS(ground_ask(&g,
                        "SELECT count(*) FROM audit_log WHERE org_id = $1"
                        " AND action = 'lead.add'",
                        TEXT(g.org)),
             "1"),
          "one audit line");
    wish.external_id = STR("");
    wish.now_ms++;
    CHECK_OK(lead_add(&g.app, db, g.arena, &wish, &second, &added, &g.err), g.err);
    CHECK(added && str_eq(second.duplicate_of, first.lead_id), "the person is known");
    ground_end(&g);
}

/* --- stages
 * ---------------------------------------------------------------------------------------- */

static struct lead add_lead(struct ground *g, const char *external_id, const char *phone,
                            const char *email, int64_t created_ms)
{
    struct lead_wish wish = {.external_id = str(external_id),
                             .phone = str(phone),
                             .email = str(email),
                             .ad_id = STR("701"),
                             .created_ms = created_ms,
                             .actor = STR("test"),
                             .now_ms = clock_wall_ms()};
    struct lead lead = {0};
    bool added = false;

    CHECK_OK(lead_add(&g->app, g->db, g->arena, &wish, &lead, &added, &g->err), g->err);
    CHECK(added, "%s", external_id);
    return lead;
}

static bool set_stage(struct ground *g, struct str lead_id, const char *stage, int64_t at_ms,
                      bool *changed, struct err *err)
{
    struct lead_stage_wish wish = {.lead_id = lead_id,
                                   .stage = str(stage),
                                   .at_ms = at_ms,
                                   .actor = STR("user:1"),
                                   .now_ms = clock_wall_ms()};

    return lead_set_stage(g->db, g->arena, &wish, changed, err);
}

static void a_lead_moves_along_the_funnel(struct database *database, struct db *db)
{
    struct ground g;
    bool changed;

    ground_begin(&g, database, db);
    furnish(&g);
    struct lead lead = add_lead(&g, "1", "87011234567", "", GROUND_NOW - DAY_MS);
    CHECK_OK(set_stage(&g, lead.lead_id, "qualified", GROUND_NOW - HOUR_MS, &changed, &g.err),
             g.err);
    CHECK(changed && IS(lead_of(&g, "1").stage, "qualified"), "moved");
    CHECK_OK(set_stage(&g, lead.lead_id, "qualified", 0, &changed, &g.err), g.err);
    CHECK(!changed, "is there already");
    struct err err = {0};
    CHECK(!set_stage(&g, lead.lead_id, "scheduled", GROUND_NOW - 2 * HOUR_MS, &changed, &err) &&
              err.kind == ERR_INVALID && IS(str(err.field), "at"),
          "not before the stage before it: %s", err.text);
    err = (struct err){0};
    CHECK(!set_stage(&g, lead.lead_id, "scheduled", GROUND_NOW + HOUR_MS, &changed, &err) &&
              err.kind == ERR_INVALID,
          "not in the future: %s", err.text);
    err = (struct err){0};
    CHECK(!set_stage(&g, lead.lead_id, "interest", 0, &changed, &err) &&
              err.kind == ERR_CONFLICT,
          "not back to interest: %s", err.text);
    err = (struct err){0};
    CHECK(!set_stage(&g, lead.lead_id, "purchase", 0, &changed, &err) &&
              err.kind == ERR_INVALID && strstr(err.hint, "/api/purchases"),
          "by a sale alone: %s", err.hint);
    err = (struct err){0};
    CHECK(!set_stage(&g, lead.lead_id, "won", 0, &changed, &err) && err.kind == ERR_INVALID,
          "%s", err.text);
    CHECK_OK(set_stage(&g, lead.lead_id, "lost", 0, &changed, &g.err), g.err);
    CHECK_OK(set_stage(&g, lead.lead_id, "scheduled", 0, &changed, &g.err), g.err);
    check_ledger(&g, lead.lead_id);
    CHECK(IS(ground_ask(&g,
                        "SELECT count(*) FROM audit_log WHERE org_id = $1"
                        " AND action = 'lead.stage'",
                        TEXT(g.org)),
             "3"),
          "one audit line a move");
    ground_end(&g);
}

static void a_stage_change_is_whole_or_not_there(struct database *database, struct db *db)
{
    struct ground g;
    int64_t k = 0, statements;
    bool changed;

    ground_begin(&g, database, db);
    furnish(&g);
    struct lead lead = add_lead(&g, "1", "87011234567", "", GROUND_NOW - DAY_MS);
    struct str audit_before = count(&g, STR("audit")),
               ledger_before = count(&g, STR("transitions"));
    for (;;) {
        struct err err = {0};
        database_fail_at(database, ++k, DB_FAULT_ERROR);
        bool ok = set_stage(&g, lead.lead_id, "qualified", 0, &changed, &err);
        statements = database_statements(database);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        if (ok)
            break;
        CHECK(IS(lead_of(&g, "1").stage, "interest"), "statement %" PRId64, k);
        CHECK(str_eq(count(&g, STR("transitions")), ledger_before) &&
                  str_eq(count(&g, STR("audit")), audit_before),
              "statement %" PRId64, k);
        if (k > 50)
            break;
    }
    CHECK(k > 5 && k > statements - 1, "%" PRId64 " statements", k);
    CHECK(IS(lead_of(&g, "1").stage, "qualified"), "at last");
    ground_end(&g);
}

/* --- sales
 * --------------------------------------------------------------------------------------------
 */

static bool sell(struct ground *g, const struct purchase_wish *given, struct purchase *out,
                 bool *added, struct err *err)
{
    struct purchase_wish wish = *given;

    wish.actor = STR("key:crm");
    wish.now_ms = clock_wall_ms();
    if (wish.currency.n == 0)
        wish.currency = STR("KZT");
    if (wish.amount_micros == 0)
        wish.amount_micros = 50000000000;
    return purchase_add(&g->app, g->db, g->arena, &wish, out, added, err);
}

/* Fault 14: sums of every purchase of a phone were written to every lead of the phone; a phone
 * typed another way was not found. */
static void a_sale_belongs_to_the_last_lead_before_it(struct database *database, struct db *db)
{
    struct ground g;
    struct purchase sale;
    bool added;

    ground_begin(&g, database, db);
    furnish(&g);
    add_lead(&g, "early", "8 701 123 45 67", "", GROUND_NOW - 3 * DAY_MS);
    struct lead middle =
        add_lead(&g, "middle", "+77011234567", "m@x.kz", GROUND_NOW - 2 * DAY_MS);
    add_lead(&g, "late", "7 (701) 123-45-67", "", GROUND_NOW - DAY_MS);
    CHECK_OK(sell(&g,
                  &(struct purchase_wish){.external_id = STR("deal-1"),
                                          .phone = STR("8 (701) 123 45 67"),
                                          .paid_ms = GROUND_NOW - DAY_MS - HOUR_MS},
                  &sale, &added, &g.err),
             g.err);
    CHECK(added && str_eq(sale.lead_id, middle.lead_id) && IS(sale.match_cause, "phone"),
          STR_FMT, STR_ARG(sale.match_cause));
    CHECK(IS(sale.creative_id, "v1") && sale.lead_ms == middle.created_ms, "copied");
    CHECK(IS(lead_of(&g, "middle").stage, "purchase"), "the stage is set by the sale");
    CHECK(IS(lead_of(&g, "early").stage, "interest") &&
              IS(lead_of(&g, "late").stage, "interest"),
          "and of that lead alone");
    check_ledger(&g, middle.lead_id);

    CHECK_OK(sell(&g,
                  &(struct purchase_wish){.external_id = STR("deal-2"), .email = STR("M@X.kz")},
                  &sale, &added, &g.err),
             g.err);
    CHECK(str_eq(sale.lead_id, middle.lead_id) && IS(sale.match_cause, "email"), "by e-mail");
    CHECK_OK(sell(&g,
                  &(struct purchase_wish){.external_id = STR("deal-3"),
                                          .phone = STR("87011234567"),
                                          .lead_id = lead_of(&g, "early").lead_id},
                  &sale, &added, &g.err),
             g.err);
    CHECK(str_eq(sale.lead_id, lead_of(&g, "early").lead_id) && IS(sale.match_cause, "lead_id"),
          "the id wins");
    CHECK(IS(ground_ask(&g, "SELECT sum(amount_micros) FROM purchases WHERE org_id = $1",
                        TEXT(g.org)),
             "150000000000"),
          "three sales, counted once each");
    ground_end(&g);
}

static void the_same_sale_again_is_one_sale(struct database *database, struct db *db)
{
    struct ground g;
    struct purchase first, again;
    struct err err = {0};
    bool added;

    ground_begin(&g, database, db);
    furnish(&g);
    add_lead(&g, "1", "87011234567", "", GROUND_NOW - DAY_MS);
    struct purchase_wish wish = {
        .external_id = STR("deal-1"), .phone = STR("87011234567"), .paid_ms = GROUND_NOW};
    CHECK_OK(sell(&g, &wish, &first, &added, &g.err), g.err);
    clock_set_wall(GROUND_NOW + HOUR_MS);
    CHECK_OK(sell(&g, &wish, &again, &added, &g.err), g.err);
    CHECK(!added && str_eq(first.purchase_id, again.purchase_id), "the stored one");
    CHECK(IS(count(&g, STR("purchases")), "1"), "one row");
    wish.amount_micros = 1;
    CHECK(!sell(&g, &wish, &again, &added, &err) && err.kind == ERR_CONFLICT, "%s", err.text);
    ground_end(&g);
}

static void refunds_are_negative_events_of_their_sale(struct database *database, struct db *db)
{
    struct ground g;
    struct purchase sale, refund;
    struct err err = {0};
    bool added;

    ground_begin(&g, database, db);
    furnish(&g);
    struct lead lead = add_lead(&g, "1", "87011234567", "", GROUND_NOW - DAY_MS);
    CHECK_OK(sell(&g, &(struct purchase_wish){.external_id = STR("s"), .lead_id = lead.lead_id},
                  &sale, &added, &g.err),
             g.err);
    struct purchase_wish wish = {.kind = STR("refund"),
                                 .external_id = STR("r"),
                                 .refund_of = STR("s"),
                                 .amount_micros = 20000000000};
    CHECK_OK(sell(&g, &wish, &refund, &added, &g.err), g.err);
    CHECK(refund.amount_micros == -20000000000 && str_eq(refund.lead_id, lead.lead_id) &&
              str_eq(refund.refund_of, sale.purchase_id) && IS(refund.creative_id, "v1"),
          "follows the sale");
    CHECK_OK(sell(&g, &wish, &refund, &added, &g.err), g.err);
    CHECK(!added, "once");
    wish.external_id = STR("r2");
    wish.amount_micros = 30000000001;
    CHECK(!sell(&g, &wish, &refund, &added, &err) && err.kind == ERR_INVALID &&
              IS(str(err.field), "amount"),
          "not more than is left: %s", err.text);
    wish.amount_micros = 30000000000;
    wish.currency = STR("USD");
    err = (struct err){0};
    CHECK(!sell(&g, &wish, &refund, &added, &err) && IS(str(err.field), "currency"), "%s",
          err.text);
    wish.currency = STR("KZT");
    wish.refund_of = STR("nothing");
    err = (struct err){0};
    CHECK(!sell(&g, &wish, &refund, &added, &err) && err.kind == ERR_NOT_FOUND, "%s", err.text);
    wish.refund_of = sale.purchase_id;
    CHECK_OK(sell(&g, &wish, &refund, &added, &g.err), g.err);
    CHECK(IS(ground_ask(&g, "SELECT sum(amount_micros) FROM purchases WHERE org_id = $1",
                        TEXT(g.org)),
             "0"),
          "all is paid back");
    ground_end(&g);
}

static void a_sale_without_a_lead_is_kept_and_adopted(struct database *database, struct db *db)
{
    struct ground g;
    struct purchase sale;
    struct purchases list = {0};
    bool added;

    ground_begin(&g, database, db);
    furnish(&g);
    CHECK_OK(sell(&g,
                  &(struct purchase_wish){.external_id = STR("s"),
                                          .phone = STR("87011234567"),
                                          .paid_ms = GROUND_NOW},
                  &sale, &added, &g.err) &&
                 sell(&g,
                      &(struct purchase_wish){.kind = STR("refund"),
                                              .external_id = STR("r"),
                                              .refund_of = STR("s"),
                                              .amount_micros = 1000000},
                      &sale, &added, &g.err),
             g.err);
    CHECK_OK(purchase_list(db, g.arena, &(struct purchase_filter){.matched = 0, .limit = 10},
                           &list, &g.err),
             g.err);
    CHECK(list.n == 2 && list.at[0].lead_id.n == 0, "listed: %zu", list.n);
    add_lead(&g, "after", "87011234567", "",
             GROUND_NOW + 1000); /* after the sale: not its lead */
    CHECK(IS(ground_ask(&g, "SELECT count(*) FROM purchases WHERE org_id = $1 AND lead_id = ''",
                        TEXT(g.org)),
             "2"),
          "still without a lead");
    deliver(&g, DOCUMENTED, GROUND_NOW + 2000); /* a late webhook of an earlier form */
    intake(&g);
    struct lead lead = lead_of(&g, "7012345678901234567");
    CHECK(IS(lead.stage, "purchase"), "bought");
    CHECK(IS(ground_ask(&g,
                        "SELECT count(*) FROM purchases WHERE org_id = $1 AND lead_id = $2"
                        " AND creative_id = 'v1'",
                        TEXT(g.org), TEXT(lead.lead_id)),
             "2"),
          "sale and refund are its own");
    check_ledger(&g, lead.lead_id);
    ground_end(&g);
}

static const struct {
    struct purchase_wish wish;
    const char *field;
} wrong_sales[] = {
    {{.amount_micros = -1}, "amount"},
    {{.currency = STR_INIT("XXX")}, "currency"},
    {{.paid_ms = GROUND_NOW + 3 * DAY_MS}, "paid_at"},
    {{.kind = STR_INIT("gift")}, "kind"},
    {{.kind = STR_INIT("refund")}, "refund_of"},
    {{.refund_of = STR_INIT("s")}, "refund_of"},
};

static void wrong_sales_are_refused_by_field(struct database *database, struct db *db)
{
    struct ground g;
    struct purchase sale;
    bool added;

    ground_begin(&g, database, db);
    for (size_t i = 0; i < countof(wrong_sales); i++) {
        struct err err = {0};
        bool ok = sell(&g, &wrong_sales[i].wish, &sale, &added, &err);
        CHECK(!ok && err.kind == ERR_INVALID && IS(str(err.field), wrong_sales[i].field),
              "%zu: %s %s", i, err.field, err.text);
    }
    ground_end(&g);
}

static void a_sale_is_whole_or_not_there(struct database *database, struct db *db)
{
    struct ground g;
    struct purchase sale;
    int64_t k = 0;
    bool added;

    ground_begin(&g, database, db);
    furnish(&g);
    add_lead(&g, "1", "87011234567", "", GROUND_NOW - DAY_MS);
    struct str audit_before = count(&g, STR("audit")),
               ledger_before = count(&g, STR("transitions"));
    struct purchase_wish wish = {.external_id = STR("s"), .phone = STR("87011234567")};
    for (;;) {
        struct err err = {0};
        database_fail_at(database, ++k, DB_FAULT_ERROR);
        bool ok = sell(&g, &wish, &sale, &added, &err);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        if (ok || k > 60)
            break;
        CHECK(IS(count(&g, STR("purchases")), "0") && IS(lead_of(&g, "1").stage, "interest"),
              "statement %" PRId64, k);
        CHECK(str_eq(count(&g, STR("transitions")), ledger_before) &&
                  str_eq(count(&g, STR("audit")), audit_before),
              "statement %" PRId64, k);
    }
    CHECK(k > 8 && k <= 60, "%" PRId64 " statements", k);
    CHECK(IS(count(&g, STR("purchases")), "1") && IS(lead_of(&g, "1").stage, "purchase"),
          "at last");
    ground_end(&g);
}

static void a_refund_is_whole_or_not_there(struct database *database, struct db *db)
{
    struct purchase_wish sold = {.external_id = STR("s"), .phone = STR("87011234567")};
    struct purchase_wish wish = {
        .external_id = STR("r"), .kind = STR("refund"), .refund_of = STR("s")};
    struct ground g;
    struct purchase sale;
    int64_t k = 0;
    bool added;

    ground_begin(&g, database, db);
    furnish(&g);
    add_lead(&g, "1", "87011234567", "", GROUND_NOW - DAY_MS);
    CHECK_OK(sell(&g, &sold, &sale, &added, &g.err), g.err);
    struct str audit_before = count(&g, STR("audit"));
    for (;;) {
        struct err err = {0};
        database_fail_at(database, ++k, DB_FAULT_ERROR);
        bool ok = sell(&g, &wish, &sale, &added, &err);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        if (ok || k > 60)
            break;
        CHECK(IS(count(&g, STR("purchases")), "1") &&
                  str_eq(count(&g, STR("audit")), audit_before),
              "statement %" PRId64, k);
    }
    CHECK(k > 3 && k <= 60 && IS(count(&g, STR("purchases")), "2"), "%" PRId64 " statements",
          k);
    ground_end(&g);
}

static void a_lead_by_api_is_whole_or_not_there(struct database *database, struct db *db)
{
    struct lead_wish wish = {.external_id = STR("x"),
                             .phone = STR("87011234567"),
                             .ad_id = STR("701"),
                             .created_ms = GROUND_NOW - DAY_MS,
                             .actor = STR("test"),
                             .now_ms = GROUND_NOW};
    struct ground g;
    struct lead lead;
    int64_t k = 0;
    bool added;

    ground_begin(&g, database, db);
    furnish(&g);
    for (;;) {
        struct err err = {0};
        database_fail_at(database, ++k, DB_FAULT_ERROR);
        bool ok = lead_add(&g.app, db, g.arena, &wish, &lead, &added, &err);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        if (ok || k > 60)
            break;
        /* The last statement reads back what is stored already: asked again, it is the same
         * lead. */
        if (IS(count(&g, STR("leads")), "1")) {
            CHECK_OK(lead_add(&g.app, db, g.arena, &wish, &lead, &added, &err), err);
            CHECK(!added && lead.lead_id.n, "the stored lead answers");
            break;
        }
        CHECK(IS(count(&g, STR("transitions")), "0"), "statement %" PRId64, k);
    }
    CHECK(k > 3 && k <= 60 && IS(count(&g, STR("leads")), "1"), "%" PRId64 " statements", k);
    ground_end(&g);
}

/* --- tenants
 * ----------------------------------------------------------------------------------------------
 */

static void another_org_sees_and_changes_nothing(struct database *database, struct db *db)
{
    struct ground g;
    struct lead lead, seen;
    struct leads leads = {0};
    struct purchases purchases = {0};
    struct purchase sale;
    struct lead_transitions transitions = {0};
    struct err err = {0};
    bool changed, added;
    int64_t relinked;

    ground_begin(&g, database, db);
    struct str account = furnish(&g);
    lead = add_lead(&g, "1", "87011234567", "", GROUND_NOW - DAY_MS);
    CHECK_OK(sell(&g, &(struct purchase_wish){.external_id = STR("s"), .lead_id = lead.lead_id},
                  &sale, &added, &g.err),
             g.err);
    db_scope(db, g.other);
    CHECK(!lead_get(db, g.arena, lead.lead_id, &seen, &err) && err.kind == ERR_NOT_FOUND,
          "get");
    CHECK_OK(lead_list(db, g.arena, &(struct lead_filter){.limit = 10}, &leads, &g.err) &&
                 lead_transition_list(db, g.arena, lead.lead_id, &transitions, &g.err) &&
                 purchase_list(db, g.arena,
                               &(struct purchase_filter){.matched = -1, .limit = 10},
                               &purchases, &g.err) &&
                 lead_relink(db, g.arena, GROUND_NOW, STR("test"), &relinked, &g.err),
             g.err);
    CHECK(leads.n == 0 && transitions.n == 0 && purchases.n == 0 && relinked == 0, "lists");
    err = (struct err){0};
    CHECK(!set_stage(&g, lead.lead_id, "lost", 0, &changed, &err) && err.kind == ERR_NOT_FOUND,
          "stage");
    err = (struct err){0};
    CHECK(!sell(&g, &(struct purchase_wish){.lead_id = lead.lead_id}, &sale, &added, &err) &&
              err.kind == ERR_NOT_FOUND,
          "sale");
    err = (struct err){0};
    CHECK(!sell(&g,
                &(struct purchase_wish){.kind = STR("refund"), .refund_of = sale.purchase_id},
                &sale, &added, &err) &&
              err.kind == ERR_NOT_FOUND,
          "refund");
    const struct lead_wish foreign[] = {{.direction_id = STR_INIT("d1")},
                                        {.creative_id = STR_INIT("v1")},
                                        {.ad_account_id = account}};
    for (size_t i = 0; i < countof(foreign); i++) {
        struct lead_wish wish = foreign[i];
        wish.now_ms = GROUND_NOW;
        wish.actor = STR("test");
        err = (struct err){0};
        CHECK(!lead_add(&g.app, db, g.arena, &wish, &seen, &added, &err) &&
                  err.kind == ERR_NOT_FOUND,
              "lead %zu", i);
    }
    /* The same contact and the same external id here are another person and another lead. */
    seen = add_lead(&g, "1", "+77011234567", "", GROUND_NOW);
    CHECK(seen.duplicate_of.n == 0 && seen.creative_id.n == 0, "no link over the wall");
    CHECK(!str_eq(seen.phone_hash, lead.phone_hash), "hashes differ by org");
    db_scope(db, g.org);
    CHECK(IS(lead_of(&g, "1").stage, "purchase"), "unchanged");
    ground_end(&g);
}

static size_t found_by(struct ground *g, const char *search)
{
    struct lead_filter filter = {.search = str(search), .limit = 10};
    struct leads page = {0};

    CHECK_OK(lead_list(g->db, g->arena, &filter, &page, &g->err), g->err);
    return page.n;
}

static void contacts_are_sealed_and_found_by_their_words(struct database *database,
                                                         struct db *db)
{
    struct ground g;

    ground_begin(&g, database, db);
    furnish(&g);
    deliver(&g, DOCUMENTED, GROUND_NOW);
    intake(&g);
    struct db_rows rows;
    db_select(db, g.arena, &rows,
              "SELECT name || phone || phone_typed || email || email_typed || answers"
              " || contact_sealed || (SELECT max(body) FROM webhook_deliveries)"
              " || (SELECT max(word) FROM lead_words w WHERE w.org_id = leads.org_id)"
              " FROM leads WHERE org_id = $1",
              TEXT(g.org));
    struct str stored = ground_lines(&g, &rows);
    CHECK(!str_has(stored, STR("701")) && !str_has(stored, STR("igul")) &&
              !str_has(stored, STR("mail")) && !str_has(stored, STR("Which")),
          STR_FMT, STR_ARG(stored));
    CHECK(found_by(&g, "Айгуль") == 1 && found_by(&g, "8 (701) 123-45-67") == 1 &&
              found_by(&g, "4567") == 1 && found_by(&g, "AIGUL@mail.kz") == 1 &&
              found_by(&g, "aigul") == 1,
          "found");
    CHECK(found_by(&g, "4568") == 0 && found_by(&g, "Айг") == 0, "others are not");
    db_scope(db, g.other);
    CHECK(found_by(&g, "4567") == 0, "nor by another org");
    ground_end(&g);
}

static void contacts_in_the_open_are_sealed_by_the_sweep(struct database *database,
                                                         struct db *db)
{
    static const struct job_kind *const kinds[] = {lead_jobs, NULL};
    struct ground g;
    struct lead lead;
    int ran;

    ground_begin(&g, database, db);
    CHECK_OK(db_run(db, NULL, &g.err,
                    "INSERT INTO leads (org_id, lead_id, platform, source, platform_lead_id,"
                    " state, name, phone, phone_typed, email, answers, created_ms, received_ms,"
                    " updated_ms) VALUES ($1, 'old', 'tiktok', 'manual', 'x', 'unlinked',"
                    " 'Ann', '+77011234567', '8701', 'a@b.kz', '[{\"field\":\"q\"}]', 1, 1, 1)",
                    TEXT(g.org)),
             g.err);
    CHECK_OK(lead_get(db, g.arena, STR("old"), &lead, &g.err), g.err);
    CHECK(IS(lead.name, "Ann"), "readable before");
    db_scope_system(db);
    CHECK_OK(lead_sweep(db, GROUND_NOW, &g.err), g.err);
    CHECK_OK(job_run_due(database, kinds, db, NULL, &g.app, &ran, &g.err), g.err);
    db_scope(db, g.org);
    CHECK(IS(ground_ask(&g,
                        "SELECT name || phone || phone_typed || email || answers FROM leads"
                        " WHERE org_id = $1 AND contact_sealed <> ''",
                        TEXT(g.org)),
             "[]"),
          "nothing stands open");
    CHECK_OK(lead_get(db, g.arena, STR("old"), &lead, &g.err), g.err);
    CHECK(IS(lead.name, "Ann") && IS(lead.phone, "+77011234567") && IS(lead.email, "a@b.kz") &&
              IS(lead.answers, "[{\"field\":\"q\"}]"),
          "readable after");
    CHECK(found_by(&g, "ann") == 1, "and found");
    ground_end(&g);
}

static void lists_are_filtered_and_paged(struct database *database, struct db *db)
{
    struct ground g;
    struct leads page = {0};
    char id[20];

    ground_begin(&g, database, db);
    furnish(&g);
    for (int i = 0; i < 5; i++) {
        snprintf(id, sizeof id, "l%d", i);
        add_lead(&g, id, "", "", GROUND_NOW - (i / 2) * HOUR_MS);
    }
    struct lead_filter filter = {.limit = 2, .creative_id = STR("v1")};
    int seen = 0;
    do {
        page = (struct leads){0};
        CHECK_OK(lead_list(db, g.arena, &filter, &page, &g.err), g.err);
        seen += (int)page.n;
        if (page.n) {
            filter.before_ms = page.at[page.n - 1].created_ms;
            filter.before_id = page.at[page.n - 1].lead_id;
        }
    } while (page.n == 2);
    CHECK(seen == 5, "%d", seen);
    filter = (struct lead_filter){.limit = 10,
                                  .from_ms = GROUND_NOW - HOUR_MS,
                                  .to_ms = GROUND_NOW,
                                  .stage = STR("interest")};
    page = (struct leads){0};
    CHECK_OK(lead_list(db, g.arena, &filter, &page, &g.err), g.err);
    CHECK(page.n == 2, "%zu in that hour", page.n);
    filter = (struct lead_filter){.limit = 10, .state = STR("unlinked")};
    page = (struct leads){0};
    CHECK_OK(lead_list(db, g.arena, &filter, &page, &g.err), g.err);
    CHECK(page.n == 0, "%zu unlinked", page.n);
    ground_end(&g);
}

int main(void)
{
    log_setup(LOG_ERROR, 0);
    arena = arena_new("test_lead");
    RUN(reads_the_documented_shape_with_ids_as_numbers);
    RUN(a_company_name_is_an_answer_and_never_the_name);
    RUN(reads_the_founding_shape);
    RUN(other_events_are_named_and_nonsense_is_refused);
    RUN(a_lead_without_an_id_is_named_by_its_body);
    RUN(links_are_judged_in_order);
    RUN(what_is_said_of_links_has_codes);
    RUN(only_legal_stage_moves);
    RUN_ON_DATABASES(a_webhook_becomes_a_linked_lead);
    RUN_ON_DATABASES(a_lead_without_contact_is_kept);
    RUN_ON_DATABASES(an_unknown_advertiser_waits_until_it_is_connected);
    RUN_ON_DATABASES(an_advertiser_of_two_orgs_waits);
    RUN_ON_DATABASES(a_body_with_leads_of_two_orgs_goes_to_both);
    RUN_ON_DATABASES(events_that_are_no_leads_are_kept_with_their_name);
    RUN_ON_DATABASES(any_order_and_number_of_deliveries_gives_one_state);
    RUN_ON_DATABASES(a_broken_body_fails_alone);
    RUN_ON_DATABASES(a_body_that_kills_its_process_is_given_up_after_five_tries);
    RUN_ON_DATABASES(an_intake_that_fails_at_any_statement_loses_and_doubles_nothing);
    RUN_ON_DATABASES(two_readers_of_one_inbox_store_each_lead_once);
    RUN_ON_DATABASES(the_sweep_asks_once_for_what_was_left_lying);
    RUN_ON_DATABASES(a_lead_before_its_mapping_is_linked_when_it_appears);
    RUN_ON_DATABASES(a_lead_by_the_api_is_stored_once_for_its_external_id);
    RUN_ON_DATABASES(a_lead_moves_along_the_funnel);
    RUN_ON_DATABASES(a_stage_change_is_whole_or_not_there);
    RUN_ON_DATABASES(a_sale_belongs_to_the_last_lead_before_it);
    RUN_ON_DATABASES(the_same_sale_again_is_one_sale);
    RUN_ON_DATABASES(refunds_are_negative_events_of_their_sale);
    RUN_ON_DATABASES(a_sale_without_a_lead_is_kept_and_adopted);
    RUN_ON_DATABASES(wrong_sales_are_refused_by_field);
    RUN_ON_DATABASES(a_sale_is_whole_or_not_there);
    RUN_ON_DATABASES(a_refund_is_whole_or_not_there);
    RUN_ON_DATABASES(a_lead_by_api_is_whole_or_not_there);
    RUN_ON_DATABASES(another_org_sees_and_changes_nothing);
    RUN_ON_DATABASES(contacts_are_sealed_and_found_by_their_words);
    RUN_ON_DATABASES(contacts_in_the_open_are_sealed_by_the_sweep);
    RUN_ON_DATABASES(lists_are_filtered_and_paged);
    arena_free(arena);
    ring_free(ground_ring);
    return test_report();
}
