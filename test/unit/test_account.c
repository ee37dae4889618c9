/* Ad accounts and OAuth: connecting, choosing, disconnecting; one org never sees another's. */

#include "ads/account.h"
#include "ads/oauth.h"
#include "auth/audit.h"
#include "test_ground.h"
#include "test_platform.h"
#include "text/form.h"
#include "text/url.h"

static void begin(struct ground *g, struct database *database, struct db *db)
{
    ground_begin(g, database, db);
    fake_begin();
    g->conf.tiktok_app_id = STR("app-1");
    g->conf.tiktok_app_secret = STR("app-secret");
    g->conf.tiktok_auth_url = STR("https://tiktok.example/auth");
    g->conf.public_url = STR("https://us.example");
}

static struct str start(struct ground *g, struct str ad_account_id, const char *user_id)
{
    struct oauth_wish wish = {
        .user_id = str(user_id), .platform = STR("tiktok"), .ad_account_id = ad_account_id};
    struct form_fields query = {0};
    struct str url, state;

    CHECK_OK(oauth_start(&g->app, g->db, g->arena, &wish, clock_wall_ms(), &url, &g->err),
             g->err);
    CHECK(str_has(url, STR("redirect_uri=https%3A%2F%2Fus.example%2Foauth%2Fcallback")), "%.*s",
          STR_ARG(url));
    (void)str_cut(&url, '?');
    CHECK_OK(form_parse(g->arena, url, &query, &g->err), g->err);
    state = form_value(&query, STR("state"));
    CHECK(state.n > 20, "no state in the address");
    return state;
}

static bool finish(struct ground *g, const char *code, struct str state,
                   struct oauth_result *out)
{
    return oauth_finish(&g->app, g->db, NULL, g->arena, str(code), state,
                        (struct oauth_caller){0}, clock_wall_ms(), out, &g->err);
}

static void one_advertiser_is_taken_and_becomes_the_default(struct database *database,
                                                            struct db *db)
{
    struct ground g;
    struct oauth_result result = {0};
    struct ad_connection c = {0};
    struct platform_session session;

    begin(&g, database, db);
    CHECK_OK(finish(&g, "code-1", start(&g, STR(""), "u1"), &result), g.err);
    CHECK(!result.choose && IS(result.chosen.id, "9000") &&
              IS(result.identity.id, "identity-1"),
          "%.*s", STR_ARG(result.chosen.id));
    CHECK_OK(ad_account_resolve(db, g.arena, STR(""), STR("tiktok"), &c, &g.err), g.err);
    CHECK(str_eq(c.ad_account_id, result.ad_account_id) && IS(c.currency, "KZT") &&
              IS(c.zone, "Asia/Almaty") && IS(c.identity_type, "TT_USER"),
          "the connection");
    CHECK(!str_has(c.token_sealed, STR("tt-secret-token")), "the token is not sealed");
    CHECK_OK(ad_account_session(&g.app, &c, NULL, g.arena, &session, &g.err), g.err);
    CHECK(IS(seal_reveal(session.token), "tt-secret-token"), "the token opens in its row");
    c.ad_account_id = STR("another-row");
    CHECK(!ad_account_session(&g.app, &c, NULL, g.arena, &session, &g.err),
          "a token that was moved to another row does not open");
    CHECK(IS(ground_ask(&g,
                        "SELECT COUNT(*) FROM audit_log WHERE org_id = $1"
                        " AND action = 'ad_account.connect'",
                        TEXT(g.org)),
             "1"),
          "the audit line");
    CHECK(
        IS(ground_ask(&g,
                      "SELECT COUNT(*) FROM audit_log WHERE org_id = $1"
                      " AND (after_json LIKE '%tt-secret%' OR before_json LIKE '%tt-secret%')",
                      TEXT(g.org)),
           "0"),
        "the token stands in the audit log");
    ground_end(&g);
}

static void
of_several_the_first_deliverable_is_taken_and_another_may_be_chosen(struct database *database,
                                                                    struct db *db)
{
    struct ground g;
    struct oauth_result result = {0};
    struct ad_connection c = {0};

    begin(&g, database, db);
    CHECK_OK(finish(&g, "code-3", start(&g, STR(""), ""), &result), g.err);
    CHECK(result.choose && IS(result.chosen.id, "9001") && result.advertisers.n == 3, "%.*s",
          STR_ARG(result.chosen.id));
    CHECK_OK(ad_account_resolve(db, g.arena, STR(""), STR("tiktok"), &c, &g.err), g.err);
    CHECK(!ad_account_choose_advertiser(db, g.arena, &c, STR("4242"), STR("test"), 1, &g.err) &&
              strcmp(g.err.field, "tiktok_business_id") == 0,
          "an advertiser that the token does not reach");
    CHECK_OK(ad_account_choose_advertiser(db, g.arena, &c, STR("9002"), STR("test"), 1, &g.err),
             g.err);
    CHECK_OK(ad_account_resolve(db, g.arena, STR(""), STR("tiktok"), &c, &g.err), g.err);
    CHECK(IS(c.advertiser_id, "9002") && IS(c.currency, "KZT") && !c.identity_id.n,
          "the choice, without the old advertiser's identity");
    ground_end(&g);
}

static void a_state_is_signed_fresh_single_and_the_callers_own(struct database *database,
                                                               struct db *db)
{
    struct ground g;
    struct oauth_result result;
    struct oauth_caller stranger = {STR("another-org"), STR("")};
    struct oauth_caller colleague;
    struct str state, forged;

    begin(&g, database, db);
    state = start(&g, STR(""), "u1");
    colleague = (struct oauth_caller){g.org, STR("u2")};
    CHECK(!oauth_finish(&g.app, db, NULL, g.arena, STR("code-1"), state, stranger,
                        clock_wall_ms(), &result, &g.err) &&
              g.err.kind == ERR_DENIED,
          "another org finished it");
    CHECK(!oauth_finish(&g.app, db, NULL, g.arena, STR("code-1"), state, colleague,
                        clock_wall_ms(), &result, &g.err) &&
              g.err.kind == ERR_DENIED,
          "another person of the org finished it");
    CHECK(finish(&g, "code-1", state, &result), "%s", g.err.text);
    CHECK(!finish(&g, "code-1", state, &result) && strcmp(g.err.field, "state") == 0,
          "a state was used twice");
    state = start(&g, STR(""), "u1");
    clock_set_wall(clock_wall_ms() + 10 * MINUTE_MS + 1);
    CHECK(!finish(&g, "code-1", state, &result) && strcmp(g.err.field, "state") == 0,
          "a state of eleven minutes ago");
    forged = start(&g, STR(""), "u1");
    ((char *)(uintptr_t)forged.p)[forged.n / 2] ^= 1;
    CHECK(!finish(&g, "code-1", forged, &result) && strcmp(g.err.field, "state") == 0,
          "a state that was changed");
    CHECK(!finish(&g, "code-1", STR("eyJvcmciOiJ4In0"), &result), "a state of no signature");
    CHECK(!finish(&g, "", start(&g, STR(""), ""), &result) &&
              strcmp(g.err.field, "auth_code") == 0,
          "no code");
    ground_end(&g);
}

static void what_the_platform_refuses_connects_nothing(struct database *database, struct db *db)
{
    struct ground g;
    struct oauth_result result;

    begin(&g, database, db);
    CHECK(!finish(&g, "wrong", start(&g, STR(""), ""), &result) && g.err.kind == ERR_REFUSED &&
              g.err.platform_code == 40110,
          "%s", g.err.text);
    CHECK(!finish(&g, "code-0", start(&g, STR(""), ""), &result) && g.err.kind == ERR_REFUSED,
          "a grant without advertisers");
    CHECK(IS(ground_ask(&g, "SELECT COUNT(*) FROM ad_accounts WHERE org_id = $1", TEXT(g.org)),
             "0"),
          "an account was made");
    g.conf.tiktok_app_secret = STR("");
    struct oauth_wish wish = {.platform = STR("tiktok")};
    struct str url;
    CHECK(!oauth_start(&g.app, db, g.arena, &wish, clock_wall_ms(), &url, &g.err) &&
              g.err.kind == ERR_CONFLICT && strstr(g.err.hint, "tiktok_app_secret"),
          "started without a secret");
    ground_end(&g);
}

static void accounts_resolve_disconnect_and_come_back(struct database *database, struct db *db)
{
    struct ground g;
    struct str first, second;
    struct ad_connection c = {0}, again = {0};
    struct oauth_result result;
    bool several;
    struct str org, account;

    begin(&g, database, db);
    CHECK(!ad_account_resolve(db, g.arena, STR(""), STR("tiktok"), &c, &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "there is no default yet");
    first = ground_account(&g, "9100", "KZT", "Asia/Almaty", "KZ");
    second = ground_account(&g, "9200", "USD", "Etc/UTC", "US");
    CHECK_OK(ad_account_resolve(db, g.arena, STR(""), STR("tiktok"), &c, &g.err), g.err);
    CHECK(str_eq(c.ad_account_id, first), "the first one is the default");
    CHECK_OK(ad_account_resolve(db, g.arena, second, STR("tiktok"), &c, &g.err), g.err);
    CHECK(!ad_account_resolve(db, g.arena, STR("nothing"), STR("tiktok"), &again, &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "a missing account");
    CHECK(!ad_account_resolve(db, g.arena, second, STR("facebook"), &again, &g.err) &&
              g.err.kind == ERR_CONFLICT && *g.err.hint,
          "a platform that is not connected");
    CHECK_OK(ad_account_disconnect(db, g.arena, &c, STR("test"), 5, &g.err), g.err);
    CHECK(!ad_account_resolve(db, g.arena, second, STR("tiktok"), &again, &g.err) &&
              g.err.kind == ERR_CONFLICT && strstr(g.err.hint, "connect"),
          "a disconnected account");
    CHECK(IS(ground_ask(&g,
                        "SELECT token_sealed FROM ad_account_connections WHERE org_id = $1"
                        " AND ad_account_id = $2",
                        TEXT(g.org), TEXT(second)),
             ""),
          "the token is still stored");
    CHECK_OK(ad_account_disconnect(db, g.arena, &c, STR("test"), 5, &g.err), g.err);
    CHECK(IS(ground_ask(&g,
                        "SELECT COUNT(*) FROM audit_log WHERE org_id = $1"
                        " AND action = 'ad_account.disconnect'",
                        TEXT(g.org)),
             "1"),
          "disconnecting twice is one line");
    CHECK_OK(finish(&g, "code-1", start(&g, second, ""), &result), g.err);
    CHECK(str_eq(result.ad_account_id, second), "the row was not revived");
    CHECK_OK(ad_account_resolve(db, g.arena, second, STR("tiktok"), &c, &g.err), g.err);
    CHECK_OK(ad_account_mark_revoked(db, g.arena, &c, "40105", &g.err) &&
                 ad_account_mark_revoked(db, g.arena, &c, "40105", &g.err),
             g.err);
    CHECK(!ad_account_resolve(db, g.arena, second, STR("tiktok"), &again, &g.err) &&
              strstr(g.err.text, "no longer authorised"),
          "%s", g.err.text);
    CHECK(IS(ground_ask(&g,
                        "SELECT COUNT(*) FROM audit_log WHERE org_id = $1"
                        " AND action = 'ad_account.revoked'",
                        TEXT(g.org)),
             "1"),
          "revoked once");
    CHECK_OK(ad_account_of_advertiser(db, g.arena, STR("tiktok"), STR("9100"), &org, &account,
                                      &several, &g.err),
             g.err);
    CHECK(str_eq(org, g.org) && str_eq(account, first) && !several, "whose advertiser it is");
    ground_end(&g);
}

static void a_late_revocation_does_not_touch_a_new_connection(struct database *database,
                                                              struct db *db)
{
    struct ground g;
    struct str id;
    struct ad_connection old = {0}, now = {0};
    struct oauth_result result;

    begin(&g, database, db);
    id = ground_account(&g, "9100", "KZT", "Asia/Almaty", "KZ");
    old = ground_connection(&g, id);
    CHECK_OK(finish(&g, "code-1", start(&g, id, ""), &result), g.err);
    CHECK_OK(ad_account_mark_revoked(db, g.arena, &old, "40105 of the old token", &g.err),
             g.err);
    CHECK_OK(ad_account_resolve(db, g.arena, id, STR("tiktok"), &now, &g.err), g.err);
    CHECK(!ad_account_choose_advertiser(db, g.arena, &old, STR("9100"), STR("t"), 1, &g.err) ||
              IS(now.advertiser_id, "9000"),
          "an old choice was written over the new connection");
    ground_end(&g);
}

static void one_org_never_reaches_anothers_account(struct database *database, struct db *db)
{
    struct ground g;
    struct str mine, theirs, org, account;
    struct ad_connection c = {0};
    struct ad_account card;
    struct ad_connections list = {0};
    struct ad_account_change change = {.set_name = true, .name = STR("stolen")};
    struct oauth_wish wish = {.platform = STR("tiktok")};
    struct str url;
    bool several;

    begin(&g, database, db);
    mine = ground_account(&g, "9100", "KZT", "Asia/Almaty", "KZ");
    db_scope(db, g.other);
    theirs = ground_account(&g, "9300", "EUR", "Europe/Berlin", "DE");
    CHECK(!ad_account_resolve(db, g.arena, mine, STR("tiktok"), &c, &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "resolved");
    CHECK(!ad_account_get(db, g.arena, mine, &card, &g.err) && g.err.kind == ERR_NOT_FOUND,
          "read");
    CHECK(!ad_account_update(db, g.arena, mine, &change, STR("x"), 1, &g.err), "changed");
    wish.ad_account_id = mine;
    CHECK(!oauth_start(&g.app, db, g.arena, &wish, clock_wall_ms(), &url, &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "connected");
    CHECK_OK(ad_account_list_connected(db, g.arena, STR("tiktok"), &list, &g.err), g.err);
    CHECK(list.n == 1 && str_eq(list.at[0].ad_account_id, theirs), "listed");
    /* The same advertiser in two orgs belongs to neither when a lead asks. */
    (void)ground_account(&g, "9100", "KZT", "Asia/Almaty", "KZ");
    CHECK_OK(ad_account_of_advertiser(db, g.arena, STR("tiktok"), STR("9100"), &org, &account,
                                      &several, &g.err),
             g.err);
    CHECK(several && !org.n, "guessed an org");
    CHECK(str_eq(db_scope_org(db), g.other), "the scope was not given back");
    ground_end(&g);
}

static void
changes_of_a_card_are_audited_and_one_account_is_the_default(struct database *database,
                                                             struct db *db)
{
    struct ground g;
    struct str first, second;
    struct ad_account_change change = {.set_autopilot_tiktok = true,
                                       .autopilot_tiktok = true,
                                       .set_default = true,
                                       .set_schedule_hour = true,
                                       .schedule_hour = 9};
    struct ad_account card;
    struct ad_connection c;

    begin(&g, database, db);
    first = ground_account(&g, "9100", "KZT", "Asia/Almaty", "KZ");
    second = ground_account(&g, "9200", "USD", "Etc/UTC", "US");
    CHECK_OK(ad_account_update(db, g.arena, second, &change, STR("user:u"), 7, &g.err), g.err);
    CHECK_OK(ad_account_get(db, g.arena, STR(""), &card, &g.err), g.err);
    CHECK(str_eq(card.id, second) && card.autopilot_tiktok && card.schedule_hour == 9,
          "the default moved");
    CHECK_OK(ad_account_get(db, g.arena, first, &card, &g.err), g.err);
    CHECK(!card.is_default && !card.autopilot_tiktok, "the first one is as it was");
    c = ground_connection(&g, second);
    CHECK(c.autopilot && c.schedule_hour == 9, "the connection shows the switch");
    CHECK(IS(ground_ask(&g,
                        "SELECT COUNT(*) FROM audit_log WHERE org_id = $1 AND actor = 'user:u'"
                        " AND action = 'ad_account.change'"
                        " AND before_json LIKE '%\"autopilot_tiktok\":false%'"
                        " AND after_json LIKE '%\"autopilot_tiktok\":true%'",
                        TEXT(g.org)),
             "1"),
          "the autopilot change is in the audit log");
    ground_end(&g);
}

static struct str rows_of(struct ground *g)
{
    return ground_ask(
        g,
        "SELECT CAST((SELECT COUNT(*) FROM ad_accounts WHERE org_id = $1) AS TEXT)"
        " || '/' || CAST((SELECT COUNT(*) FROM ad_account_connections"
        " WHERE org_id = $1) AS TEXT) || '/' ||"
        " CAST((SELECT COUNT(*) FROM audit_log WHERE org_id = $1) AS TEXT)",
        TEXT(g->org));
}

static void connecting_is_everything_or_nothing(struct database *database, struct db *db)
{
    struct ground g;
    int failures = 0;

    begin(&g, database, db);
    for (int64_t k = 1; k < 40; k++) {
        struct ad_grant grant = {.platform = STR("tiktok"), .token = {.secret = {STR("t")}}};
        struct str before = rows_of(&g), id;

        *platform_advertisers_add(&grant.advertisers, g.arena) = (struct platform_advertiser){
            .id = STR("9"), .name = STR("N"), .currency = STR("KZT")};
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ok = ad_account_connect(&g.app, db, g.arena, &grant, STR("test"), 1, &id, &g.err);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        if (ok)
            break;
        failures++;
        CHECK(str_eq(rows_of(&g), before), "statement %lld failed and left %.*s, not %.*s",
              (long long)k, STR_ARG(rows_of(&g)), STR_ARG(before));
    }
    CHECK(failures >= 4, "only %d statements could fail", failures);
    CHECK(IS(rows_of(&g), "1/1/3"), "%.*s", STR_ARG(rows_of(&g))); /* org.add, two of ours */
    ground_end(&g);
}

static void a_token_that_ends_is_told_once_and_then_is_no_connection(struct database *database,
                                                                     struct db *db)
{
    struct ad_grant grant = {.platform = STR("facebook"), .token = {.secret = {STR("EAA")}}};
    struct ad_connection c;
    struct ground g;
    struct str id;

    begin(&g, database, db);
    (void)ground_account(&g, "71", "KZT", "Asia/Almaty", "KZ"); /* never ends */
    *platform_advertisers_add(&grant.advertisers, g.arena) = (struct platform_advertiser){
        .id = STR("72"), .name = STR("US"), .currency = STR("USD"), .zone = STR("Etc/UTC")};
    grant.token.expires_ms = GROUND_NOW + INT64_C(60) * 86400000;
    CHECK_OK(
        ad_account_connect(&g.app, db, g.arena, &grant, STR("test"), GROUND_NOW, &id, &g.err),
        g.err);
#define WATCH(day)                                                                             \
    db_scope_system(db);                                                                       \
    CHECK_OK(                                                                                  \
        ad_account_watch_tokens(db, g.arena, GROUND_NOW + INT64_C(day) * 86400000, &g.err),    \
        g.err);                                                                                \
    db_scope(db, g.org)
#define TOLD                                                                                   \
    ground_ask(&g,                                                                             \
               "SELECT CAST(COUNT(*) AS TEXT) FROM audit_log WHERE org_id = $1"                \
               " AND action = 'ad_account.token_ends'",                                        \
               TEXT(g.org))
    WATCH(52);
    CHECK(IS(TOLD, "0"), "told too early");
    WATCH(54);
    WATCH(55);
    CHECK(IS(TOLD, "1"), "%.*s times", STR_ARG(TOLD));
    CHECK_OK(ad_account_resolve(db, g.arena, id, STR("facebook"), &c, &g.err), g.err);
    CHECK(str_has(c.last_error, STR("connect again")), STR_FMT, STR_ARG(c.last_error));
    WATCH(61);
    CHECK(!ad_account_resolve(db, g.arena, id, STR("facebook"), &c, &g.err) &&
              g.err.kind == ERR_CONFLICT,
          "%s", g.err.text);
    CHECK_OK(ad_account_resolve(db, g.arena, STR(""), STR("tiktok"), &c, &g.err), g.err);
    /* Connecting again begins anew. */
    grant.ad_account_id = id;
    grant.token.expires_ms = GROUND_NOW + INT64_C(121) * 86400000;
    CHECK_OK(
        ad_account_connect(&g.app, db, g.arena, &grant, STR("test"), GROUND_NOW, &id, &g.err),
        g.err);
    WATCH(61);
    CHECK_OK(ad_account_resolve(db, g.arena, id, STR("facebook"), &c, &g.err), g.err);
    CHECK(!c.last_error.n && IS(TOLD, "1"), STR_FMT, STR_ARG(c.last_error));
    ground_end(&g);
}

static bool no_subscription(struct platform_session *s, struct str callback_url, bool *added,
                            struct err *err)
{
    (void)s;
    (void)callback_url;
    *added = false;
    return fake_err(FAKE_REFUSED, err);
}

static bool a_subscription(struct platform_session *s, struct str callback_url, bool *added,
                           struct err *err)
{
    (void)s;
    *added = true;
    return IS(callback_url, "https://us.example/api/tiktok/webhook") ||
           err_set(err, ERR_REFUSED, "a wrong address");
}

static bool run_subscribe(struct ground *g, struct str id)
{
    struct job job = {
        .db = g->db,
        .arena = g->arena,
        .app = &g->app,
        .args = str_fmt(g->arena, "{\"ad_account_id\":\"" STR_FMT "\",\"platform\":\"tiktok\"}",
                        STR_ARG(id))};

    return account_jobs[0].run(&job, &g->err);
}

static void the_card_tells_whether_leads_are_sent_to_us(struct database *database,
                                                        struct db *db)
{
    struct ground g;
    struct ad_connection c;
    struct str id;

    begin(&g, database, db);
    id = ground_account(&g, "9100", "KZT", "Asia/Almaty", "KZ");
    c = ground_connection(&g, id);
    CHECK(c.leads_state.n == 0, "asked already");
    fake_platform.subscribe_leads = no_subscription;
    CHECK(!run_subscribe(&g, id) && g.err.kind == ERR_REFUSED, "the job goes on as before");
    c = ground_connection(&g, id);
    CHECK(IS(c.leads_state, "failed") && IS(c.leads_error, "no, said the platform") &&
              c.leads_ms > 0,
          "%.*s", STR_ARG(c.leads_error));
    fake_platform.subscribe_leads = a_subscription;
    CHECK_OK(run_subscribe(&g, id), g.err);
    c = ground_connection(&g, id);
    CHECK(IS(c.leads_state, "subscribed") && c.leads_error.n == 0, "%.*s",
          STR_ARG(c.leads_state));
    g.conf.public_url = STR("");
    CHECK_OK(run_subscribe(&g, id), g.err);
    c = ground_connection(&g, id);
    CHECK(IS(c.leads_state, "off"), "%.*s", STR_ARG(c.leads_state));
    ground_end(&g);
}

static void facts_of_the_advertiser_are_renewed_with_an_audit_line(struct database *database,
                                                                   struct db *db)
{
    struct ground g;
    struct ad_connection c, stale;
    struct platform_advertiser now = {.id = STR("9100"),
                                      .name = STR("New name"),
                                      .currency = STR("KZT"),
                                      .zone = STR("Asia/Almaty"),
                                      .country = STR("KZ"),
                                      .status = STR("STATUS_LIMIT")};
    struct str id;

    begin(&g, database, db);
    id = ground_account(&g, "9100", "KZT", "Asia/Almaty", "KZ");
    stale = c = ground_connection(&g, id);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(ad_account_set_facts(db, g.arena, &c, &now, STR("t"), clock_wall_ms(), &g.err),
                 g.err);
        c = ground_connection(&g, id);
        CHECK(IS(c.advertiser_name, "New name") &&
                  str_has(c.advertisers_json, STR("STATUS_LIMIT")),
              "%.*s", STR_ARG(c.advertiser_name));
    }
    CHECK(IS(ground_ask(&g,
                        "SELECT COUNT(*) FROM audit_log WHERE org_id = $1"
                        " AND action = 'ad_account.facts'",
                        TEXT(g.org)),
             "1"),
          "only a change is a line");
    stale.token_sealed = STR("another");
    CHECK(!ad_account_set_facts(db, g.arena, &stale, &now, STR("t"), 1, &g.err) &&
              g.err.kind == ERR_CONFLICT,
          "facts of an old connection were stored");
    db_scope(db, g.other);
    CHECK(!ad_account_set_facts(db, g.arena, &c, &now, STR("t"), 1, &g.err),
          "another org's facts were stored");
    ground_end(&g);
}

int main(void)
{
    log_setup(getenv("TEST_LOG") ? LOG_DEBUG : LOG_ERROR + 1, 0);
    RUN_ON_DATABASES(one_advertiser_is_taken_and_becomes_the_default);
    RUN_ON_DATABASES(of_several_the_first_deliverable_is_taken_and_another_may_be_chosen);
    RUN_ON_DATABASES(a_state_is_signed_fresh_single_and_the_callers_own);
    RUN_ON_DATABASES(what_the_platform_refuses_connects_nothing);
    RUN_ON_DATABASES(accounts_resolve_disconnect_and_come_back);
    RUN_ON_DATABASES(a_late_revocation_does_not_touch_a_new_connection);
    RUN_ON_DATABASES(one_org_never_reaches_anothers_account);
    RUN_ON_DATABASES(changes_of_a_card_are_audited_and_one_account_is_the_default);
    RUN_ON_DATABASES(connecting_is_everything_or_nothing);
    RUN_ON_DATABASES(a_token_that_ends_is_told_once_and_then_is_no_connection);
    RUN_ON_DATABASES(the_card_tells_whether_leads_are_sent_to_us);
    RUN_ON_DATABASES(facts_of_the_advertiser_are_renewed_with_an_audit_line);
    return test_report();
}
