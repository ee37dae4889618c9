/* lead/: working with leads: spam, notes, erasing, imports, deliveries. */
#include "hook/inbox_db.h"
#include "lead/blocked.h"
#include "lead/contact.h"
#include "lead/crm.h"
#include "lead/delivery.h"
#include "lead/edit.h"
#include "lead/import.h"
#include "lead/lead_codes.h"
#include "lead/lead_db.h"
#include "lead/pull.h"
#include "lead/purchase.h"
#include "lead/retain.h"
#include "lead/spam.h"
#include "lead/touch.h"
#include "platform/tiktok/tiktok.h"
#include "test_ground.h"

static struct arena *arena;

/* --- spam: facts in, score and reasons out ----------------------------------------------- */

static const struct {
    const char *name, *phone_typed, *phone, *email, *answers;
    int64_t other_forms, burst, filled_ms;
    bool blocked;
    int64_t score;
    const char *reason; /* part of the first one; NULL = none */
} verdicts[] = {
    {"Айгуль Сериккызы", "8 701 123 45 67", "+77011239567", "aigul@mail.kz", "[]", 0, 0, 0,
     false, 0, NULL},
    {"Schwartz Krzysztof", "+48 601 234 890", "+48601234890", "", "[]", 0, 2, 9000, false, 0,
     NULL},
    {"محمد", "+966501239876", "+966501239876", "", "[]", 0, 0, 0, false, 0, NULL},
    {"", "12", "", "", "[]", 0, 0, 0, false, 30, "cannot exist"},
    {"Ann", "+966 61 234 9876", "+966612349876", "", "[]", 0, 0, 0, false, 15,
     "of no range that its country has"},
    {"Ann", "+966 51 234 9876", "+966512349876", "", "[]", 0, 0, 0, false, 0, NULL},
    {"Ann", "+77777777777", "+77777777777", "", "[]", 0, 0, 0, false, 40, "one digit"},
    {"Ann", "+77001234567", "+77001234567", "", "[]", 0, 0, 0, false, 40, "in order"},
    {"Ann", "+77009876543", "+77009876543", "", "[]", 0, 0, 0, false, 40, "in order"},
    {"Ann", "", "", "x@mailinator.com", "[]", 0, 0, 0, false, 30, "throw-away"},
    {"Ann", "", "", "x@eu.mailinator.com", "[]", 0, 0, 0, false, 30, "throw-away"},
    {"Ann", "", "", "x@notmailinator.com", "[]", 0, 0, 0, false, 0, NULL},
    {"qwrtplk", "", "", "", "[]", 0, 0, 0, false, 20, "at random"},
    {"фывпрлджж", "", "", "", "[]", 0, 0, 0, false, 20, "at random"},
    {"aaaaaa", "", "", "", "[]", 0, 0, 0, false, 20, "at random"},
    {"Ann", "", "", "", "[{\"field\":\"Question\",\"value\":\"see HTTPS://spam.example\"}]", 0,
     0, 0, false, 30, "an answer holds a link"},
    {"Ann", "", "", "", "[{\"field\":\"Ваш сайт\",\"value\":\"https://shop.kz\"}]", 0, 0, 0,
     false, 0, NULL},
    {"Ann", "", "", "", "[]", 1, 0, 0, false, 15, "1 other form within"},
    {"Ann", "", "", "", "[]", 4, 0, 0, false, 30, "4 other forms"},
    {"Ann", "", "", "", "[]", 0, 3, 0, false, 30, "sender's address"},
    {"Ann", "", "", "", "[]", 0, 0, 800, false, 30, "800 ms"},
    {"Ann", "", "", "", "[]", 0, 0, 0, true, 100, "blocked list"},
    {"qwrtplk", "12", "", "a@yopmail.com", "[]", 9, 9, 1, true, 100, "cannot exist"},
};

static void the_score_says_why(void)
{
    for (size_t i = 0; i < countof(verdicts); i++) {
        struct spam_facts facts = {.name = str(verdicts[i].name),
                                   .phone_typed = str(verdicts[i].phone_typed),
                                   .phone = str(verdicts[i].phone),
                                   .email_typed = str(verdicts[i].email),
                                   .email = str(verdicts[i].email),
                                   .answers = str(verdicts[i].answers),
                                   .phone_other_forms = verdicts[i].other_forms,
                                   .address_burst = verdicts[i].burst,
                                   .filled_ms = verdicts[i].filled_ms,
                                   .blocked_phone = verdicts[i].blocked};
        struct spam_verdict verdict = lead_spam_judge(arena, &facts);
        CHECK(verdict.score == verdicts[i].score, "row %zu: %lld, " STR_FMT, i,
              (long long)verdict.score, STR_ARG(lead_spam_cause(arena, &verdict)));
        CHECK((verdict.reasons.n == 0) == (verdict.score == 0), "row %zu explains itself", i);
        CHECK(!verdicts[i].reason || (verdict.reasons.n &&
                                      str_has(verdict.reasons.at[0], str(verdicts[i].reason))),
              "row %zu: " STR_FMT, i, STR_ARG(lead_spam_cause(arena, &verdict)));
        for (size_t k = 0; k < verdict.reasons.n; k++)
            CHECK(lead_says(arena, verdict.reasons.at[k]).code, "no code: " STR_FMT,
                  STR_ARG(verdict.reasons.at[k]));
    }
}

/* --- leads in the database ------------------------------------------------------------------
 */

struct lead_in {
    const char *id, *name, *phone, *email, *page, *ad;
    int64_t created_ms;
};

static struct lead add(struct ground *g, const struct lead_in *in)
{
    struct lead_wish wish = {.external_id = str(in->id),
                             .name = str(in->name),
                             .phone = str(in->phone),
                             .email = str(in->email),
                             .page_id = str(in->page),
                             .ad_id = str(in->ad),
                             .answers = STR("[{\"field\":\"City\",\"value\":\"Taraz\"}]"),
                             .click_id = STR("E.C.P.x"),
                             .created_ms = in->created_ms,
                             .actor = STR("user:1"),
                             .now_ms = clock_wall_ms()};
    struct lead lead = {0};
    bool added;

    CHECK_OK(lead_add(&g->app, g->db, g->arena, &wish, &lead, &added, &g->err), g->err);
    return lead;
}

static struct lead again(struct ground *g, struct str lead_id)
{
    struct lead lead = {0};

    CHECK_OK(lead_get(g->db, g->arena, lead_id, &lead, &g->err), g->err);
    return lead;
}

static size_t found(struct ground *g, struct lead_filter filter)
{
    struct leads list = {0};

    filter.limit = 50;
    int64_t count = 0;
    CHECK_OK(lead_list(g->db, g->arena, &filter, &list, &g->err), g->err);
    CHECK_OK(lead_count(g->db, g->arena, &filter, 50, &count, &g->err), g->err);
    CHECK(count == (int64_t)list.n, "%lld counted, %zu listed", (long long)count, list.n);
    if (list.n > 1) {
        CHECK_OK(lead_count(g->db, g->arena, &filter, 1, &count, &g->err), g->err);
        CHECK(count == 1, "no more is looked at than asked for");
    }
    return list.n;
}

static void a_lead_is_scored_as_it_arrives(struct database *database, struct db *db)
{
    struct lead_transitions ledger = {0};
    struct blocked_contact blocked;
    struct ground g;
    bool added;

    ground_begin(&g, database, db);
    struct lead good = add(&g, &(struct lead_in){"a", "Ann", "87011239567", "", "", "", 0});
    CHECK(good.spam_score == 0 && IS(good.spam_reasons, "[]"), "nothing speaks for it");
    struct lead form = add(&g, &(struct lead_in){"b", "Ann", "87011239567", "", "77", "", 0});
    CHECK(form.spam_score == 15 && IS(form.duplicate_of, str_c(g.arena, good.lead_id)), "%lld",
          (long long)form.spam_score);
    clock_set_wall(GROUND_NOW + 25 * HOUR_MS);
    struct lead late = add(&g, &(struct lead_in){"c", "Ann", "87011239567", "", "78", "", 0});
    CHECK(late.spam_score == 0, "a day later it is no news: %lld", (long long)late.spam_score);
    CHECK_OK(blocked_add(&g.app, db, g.arena, STR(" 8 (701) 555-66-88 "), STR("again"),
                         STR("user:1"), GROUND_NOW, &blocked, &added, &g.err),
             g.err);
    CHECK(added && IS(blocked.kind, "phone") && !str_has(blocked.shown, STR("5556688")),
          STR_FMT, STR_ARG(blocked.shown));
    struct lead shut = add(&g, &(struct lead_in){"d", "Eve", "+77015556688", "", "", "", 0});
    CHECK(shut.spam_score == 100 && str_has(shut.spam_reasons, STR("blocked list")), STR_FMT,
          STR_ARG(shut.spam_reasons));
    CHECK_OK(lead_transition_list(db, g.arena, shut.lead_id, &ledger, &g.err), g.err);
    CHECK(ledger.n == 5 && IS(ledger.at[3].to, "scored") &&
              str_has(ledger.at[3].cause, STR("spam score 100")),
          "the ledger says so");
    CHECK(found(&g, (struct lead_filter){.spam_min = 51}) == 1, "above 50");
    CHECK(found(&g, (struct lead_filter){.duplicate = LEADS_ONLY}) == 2 &&
              found(&g, (struct lead_filter){.duplicate = LEADS_WITHOUT}) == 2,
          "duplicates and not");
    CHECK_OK(blocked_add(&g.app, db, g.arena, STR("+77015556688"), STR(""), STR("user:1"),
                         GROUND_NOW, &blocked, &added, &g.err),
             g.err);
    CHECK(!added, "it is there already");
    db_scope(db, g.other);
    struct blocked_contacts theirs = {0};
    CHECK_OK(blocked_list(db, g.arena, 0, STR(""), 10, &theirs, &g.err), g.err);
    CHECK(theirs.n == 0, "another org has its own list");
    CHECK(!blocked_delete(db, g.arena, blocked.blocked_id, STR("user:2"), &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "and cannot change this one");
    struct lead free = add(&g, &(struct lead_in){"d", "Eve", "+77015556688", "", "", "", 0});
    CHECK(free.spam_score == 0, "blocked by one org alone");
    db_scope(db, g.org);
    g.err = (struct err){0};
    CHECK_OK(blocked_delete(db, g.arena, blocked.blocked_id, STR("user:1"), &g.err), g.err);
    CHECK(!blocked_add(&g.app, db, g.arena, STR("???"), STR(""), STR("user:1"), GROUND_NOW,
                       &blocked, &added, &g.err) &&
              IS(str(g.err.field), "contact"),
          "nonsense is refused by field");
    ground_end(&g);
}

static struct str a_user(struct ground *g)
{
    struct str id = STR("");
    static int n;

    db_scope_system(g->db);
    CHECK_OK(user_add(g->db, g->arena, g->org, str_fmt(g->arena, "u%d@a.kz", ++n),
                      STR("longer than eight"), STR("manager"), &id, &g->err),
             g->err);
    db_scope(g->db, g->org);
    return id;
}

/* Each filter has its own way into the table; all of them look at the whole filter. */
static void every_filter_finds_what_it_names(struct database *database, struct db *db)
{
    static const struct lead_in in[] = {{"a", "Ann Common", "87011239561", "", "", "", 0},
                                        {"b", "Bob Common", "87011239562", "", "", "", 0},
                                        {"c", "Cat Common", "87011239563", "", "", "", 0},
                                        {"d", "Dan Common", "87011239564", "", "", "", 0}};
    struct ground g;

    ground_begin(&g, database, db);
    struct str user = a_user(&g);
    for (size_t i = 0; i < countof(in); i++)
        (void)add(&g, &in[i]);
    CHECK_OK(db_run(db, NULL, &g.err,
                    "UPDATE leads SET stage = CASE WHEN platform_lead_id IN ('a', 'b')"
                    " THEN 'lost' ELSE stage END, creative_id = CASE WHEN platform_lead_id IN"
                    " ('b', 'c') THEN 'film' ELSE '' END, direction_id = CASE WHEN"
                    " platform_lead_id IN ('c', 'd') THEN 'line' ELSE '' END,"
                    " assigned_to = CASE WHEN platform_lead_id IN ('a', 'd') THEN $2 ELSE ''"
                    " END, state = CASE WHEN platform_lead_id = 'd' THEN 'linked'"
                    " ELSE 'unlinked' END WHERE org_id = $1",
                    TEXT(g.org), TEXT(user)),
             g.err);
    struct str lost = STR("lost"), film = STR("film"), line = STR("line");
    struct str unlinked = STR("unlinked"), common = STR("common"), cat = STR("common cat");
    const struct {
        struct lead_filter filter;
        size_t n;
    } rows[] = {
        {{.stage = lost}, 2},
        {{.creative_id = film}, 2},
        {{.direction_id = line}, 2},
        {{.assigned_to = user}, 2},
        {{.state = unlinked}, 3},
        {{.search = common}, 4},
        {{.search = cat}, 1},
        {{.stage = lost, .creative_id = film}, 1},
        {{.stage = lost, .direction_id = line}, 0},
        {{.stage = lost, .assigned_to = user}, 1},
        {{.creative_id = film, .direction_id = line}, 1},
        {{.creative_id = film, .assigned_to = user}, 0},
        {{.state = unlinked, .direction_id = line}, 1},
        {{.state = unlinked, .assigned_to = user}, 1},
        {{.search = common, .stage = lost}, 2},
        {{.search = cat, .stage = lost}, 0},
        {{.search = cat, .creative_id = film, .state = unlinked}, 1},
        {{.ad_account_id = STR("another"), .search = common}, 0},
    };
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < countof(rows); i++) {
            size_t n = found(&g, rows[i].filter);
            CHECK(n == rows[i].n, "row %zu: %zu leads, %s", i, n,
                  round ? "words of many leads" : "rare words");
        }
        static const char *const words[] = {"common", "cat"};
        /* More leads have the words than are worth looking at one by one. */
        for (size_t i = 0; i < countof(words) && round == 0; i++)
            CHECK_OK(db_run(db, NULL, &g.err,
                            "INSERT INTO lead_words (org_id, word, lead_id)"
                            " SELECT CAST($1 AS TEXT), CAST($2 AS TEXT),"
                            "  a.word || a.lead_id || b.word || b.lead_id || c.lead_id"
                            " FROM lead_words a, lead_words b, leads c"
                            " WHERE a.org_id = $1 AND b.org_id = $1 AND c.org_id = $1"
                            " LIMIT 2100",
                            TEXT(g.org),
                            TEXT(lead_word_hash(db_ring(db), g.arena, g.org, str(words[i])))),
                     g.err);
    }
    db_scope(db, g.other);
    CHECK(found(&g, (struct lead_filter){.search = common}) == 0 &&
              found(&g, (struct lead_filter){.stage = lost}) == 0,
          "another org finds none of them");
    ground_end(&g);
}

static void people_note_assign_and_mark(struct database *database, struct db *db)
{
    struct lead_notes notes = {0};
    struct lead_note note;
    struct ground g;

    ground_begin(&g, database, db);
    struct lead lead = add(&g, &(struct lead_in){"a", "Ann", "87011239567", "", "", "", 0});
    struct str user = a_user(&g);
    CHECK_OK(lead_note_add(db, g.arena, lead.lead_id, STR(" calls back on Monday "),
                           STR("user:1"), GROUND_NOW, &note, &g.err) &&
                 lead_note_list(db, g.arena, lead.lead_id, &notes, &g.err),
             g.err);
    CHECK(notes.n == 1 && IS(notes.at[0].text, "calls back on Monday"), "%zu", notes.n);
    CHECK(IS(ground_ask(&g,
                        "SELECT count(*) FROM lead_notes WHERE org_id = $1"
                        " AND text_sealed LIKE '%Monday%'",
                        TEXT(g.org)),
             "0"),
          "sealed at rest");
    CHECK(
        !lead_note_add(db, g.arena, lead.lead_id, STR("  "), STR("user:1"), 0, &note, &g.err) &&
            IS(str(g.err.field), "text"),
        "an empty one is refused");
    g.err = (struct err){0};
    CHECK_OK(lead_assign(db, g.arena, lead.lead_id, user, STR("user:1"), GROUND_NOW, &g.err),
             g.err);
    CHECK(str_eq(again(&g, lead.lead_id).assigned_to, user) &&
              found(&g, (struct lead_filter){.assigned_to = user}) == 1,
          "assigned and found by it");
    CHECK(!lead_assign(db, g.arena, lead.lead_id, STR("nobody"), STR("user:1"), 0, &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "only users of the org");
    g.err = (struct err){0};
    CHECK(IS(ground_ask(&g, "SELECT count(*) FROM lead_facts WHERE org_id = $1", TEXT(g.org)),
             "1"),
          "counted");
    CHECK_OK(lead_mark_test(db, g.arena, lead.lead_id, true, STR("user:1"), GROUND_NOW, &g.err),
             g.err);
    CHECK(again(&g, lead.lead_id).is_test &&
              found(&g, (struct lead_filter){.test = LEADS_ONLY}),
          "marked");
    CHECK(IS(ground_ask(&g, "SELECT count(*) FROM lead_facts WHERE org_id = $1", TEXT(g.org)),
             "0"),
          "a test is counted nowhere");
    db_scope(db, g.other);
    CHECK(
        !lead_note_add(db, g.arena, lead.lead_id, STR("x"), STR("user:2"), 0, &note, &g.err) &&
            !lead_assign(db, g.arena, lead.lead_id, STR(""), STR("user:2"), 0, &g.err) &&
            !lead_mark_test(db, g.arena, lead.lead_id, false, STR("user:2"), 0, &g.err),
        "another org changes nothing");
    struct lead_notes theirs = {0};
    g.err = (struct err){0};
    CHECK_OK(lead_note_list(db, g.arena, lead.lead_id, &theirs, &g.err), g.err);
    CHECK(theirs.n == 0, "nor reads it");
    ground_end(&g);
}

static void erasing_takes_the_person_and_leaves_the_counts(struct database *database,
                                                           struct db *db)
{
    struct purchase_wish sale = {.external_id = STR("deal"),
                                 .phone = STR("87011239567"),
                                 .amount_micros = 5000000,
                                 .currency = STR("KZT"),
                                 .actor = STR("user:1"),
                                 .now_ms = GROUND_NOW};
    struct lead_touch touch = {.ttclid = STR("E.C"), .ip = STR("203.0.113.5")};
    struct lead_transitions ledger = {0};
    struct purchase purchase;
    struct lead_note note;
    struct ground g;
    bool added, erased = false;

    ground_begin(&g, database, db);
    struct lead lead = add(&g, &(struct lead_in){"a", "Ann Lee", "87011239567", "ann@lee.kz",
                                                 "", "", GROUND_NOW - 5});
    CHECK_OK(
        purchase_add(&g.app, db, g.arena, &sale, &purchase, &added, &g.err) &&
            lead_note_add(db, g.arena, lead.lead_id, STR("asked for Ann"), STR("user:1"),
                          GROUND_NOW, &note, &g.err) &&
            lead_touch_store(g.app.ring, db, g.arena, lead.lead_id, &touch, GROUND_NOW, &g.err),
        g.err);
    CHECK_OK(lead_erase(db, g.arena, lead.lead_id, STR("user:1"), GROUND_NOW, &erased, &g.err),
             g.err);
    CHECK(erased, "erased");
    struct lead gone = again(&g, lead.lead_id);
    CHECK(gone.name.n == 0 && gone.phone.n == 0 && gone.phone_typed.n == 0 &&
              gone.email.n == 0 && gone.phone_hash.n == 0 && gone.email_hash.n == 0 &&
              gone.click_id.n == 0 && IS(gone.answers, "[]") && gone.erased_ms == GROUND_NOW,
          "nothing of the person is left on the row");
    CHECK(IS(gone.stage, "purchase"), "the stage stays");
    CHECK(IS(ground_ask(&g,
                        "SELECT (SELECT count(*) FROM lead_words WHERE org_id = $1)"
                        " + (SELECT count(*) FROM lead_notes WHERE org_id = $1)"
                        " + (SELECT count(*) FROM lead_touches WHERE org_id = $1)",
                        TEXT(g.org)),
             "0"),
          "words, notes and touch are gone");
    CHECK(IS(ground_ask(&g,
                        "SELECT count(*) FROM purchases WHERE org_id = $1 AND phone_hash = ''"
                        " AND amount_micros = 5000000",
                        TEXT(g.org)),
             "1"),
          "the sale stays, without its hashes");
    CHECK(IS(ground_ask(&g, "SELECT count(*) FROM lead_facts WHERE org_id = $1", TEXT(g.org)),
             "1"),
          "and so does the count");
    CHECK_OK(lead_transition_list(db, g.arena, lead.lead_id, &ledger, &g.err), g.err);
    CHECK(IS(ledger.at[ledger.n - 1].to, "erased") &&
              IS(ledger.at[ledger.n - 1].from, "scored"),
          "the ledger ends so");
    struct lead repeated = add(&g, &(struct lead_in){"a", "Ann Lee", "87011239567",
                                                     "ann@lee.kz", "", "", GROUND_NOW - 5});
    CHECK(str_eq(repeated.lead_id, lead.lead_id) && repeated.name.n == 0,
          "brought again, it stays erased");
    CHECK_OK(lead_erase(db, g.arena, lead.lead_id, STR("user:1"), GROUND_NOW, &erased, &g.err),
             g.err);
    CHECK(!erased, "again is no error, and nothing to do");
    CHECK(!lead_note_add(db, g.arena, lead.lead_id, STR("Ann!"), STR("user:1"), 0, &note,
                         &g.err) &&
              g.err.kind == ERR_CONFLICT,
          "no new notes about whom we forgot");
    db_scope(db, g.other);
    CHECK(!lead_erase(db, g.arena, lead.lead_id, STR("user:2"), 0, &erased, &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "another org erases nothing");
    ground_end(&g);
}

static void persons_are_kept_as_long_as_the_setting_says(struct database *database,
                                                         struct db *db)
{
    static const struct job_kind *const kinds[] = {lead_jobs, NULL};
    struct ground g;
    int ran;

    ground_begin(&g, database, db);
    struct lead old = add(&g, &(struct lead_in){"a", "Ann Lee", "87011239567", "ann@lee.kz", "",
                                                "", GROUND_NOW - 31 * DAY_MS});
    struct lead young = add(
        &g, &(struct lead_in){"b", "Bea", "87011239568", "", "", "", GROUND_NOW - 29 * DAY_MS});
    for (int round = 0; round < 3; round++) {
        g.conf.lead_retention_days = round ? 30 : 0;
        db_scope_system(db);
        CHECK_OK(lead_retention_schedule(&g.app, db, g.arena, GROUND_NOW, &g.err), g.err);
        CHECK_OK(job_run_due(database, kinds, db, NULL, &g.app, &ran, &g.err), g.err);
        CHECK(ran == (round == 1), "%d jobs in round %d: off, due, once a day", ran, round);
    }
    db_scope(db, g.org);
    CHECK(again(&g, old.lead_id).erased_ms > 0 && again(&g, old.lead_id).name.n == 0, "gone");
    CHECK(IS(again(&g, young.lead_id).name, "Bea"), "not yet");
    CHECK(IS(ground_ask(&g,
                        "SELECT actor FROM audit_log WHERE org_id = $1"
                        " AND action = 'lead.erase'",
                        TEXT(g.org)),
             "job:lead.retain"),
          "and it is written down who did it");
    ground_end(&g);
}

static void an_erasure_is_whole_or_not_there(struct database *database, struct db *db)
{
    struct ground g;

    ground_begin(&g, database, db);
    struct lead lead =
        add(&g, &(struct lead_in){"a", "Ann", "87011239567", "ann@lee.kz", "", "", 0});
    for (int64_t k = 1; k < 40; k++) {
        struct err err = {0};
        bool erased = false;
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ok =
            lead_erase(db, g.arena, lead.lead_id, STR("user:1"), GROUND_NOW, &erased, &err);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        struct lead now = again(&g, lead.lead_id);
        bool there = now.name.n && now.phone_hash.n && now.erased_ms == 0;
        bool words = !IS(
            ground_ask(&g, "SELECT count(*) FROM lead_words WHERE org_id = $1", TEXT(g.org)),
            "0");
        CHECK(ok ? !there && !words : there && words, "failure at statement %lld",
              (long long)k);
        if (ok)
            break;
        CHECK(k < 39, "it never succeeds");
    }
    ground_end(&g);
}

static void a_weak_link_gives_way_to_a_better_one(struct database *database, struct db *db)
{
    struct ground g;
    int64_t changed;

    ground_begin(&g, database, db);
    struct str account = ground_account(&g, "7000000000000000001", "KZT", "Asia/Almaty", "KZ");
    ground_direction(&g, "d1", account, "501", "77");
    struct lead_wish wish = {.external_id = STR("a"),
                             .ad_account_id = account,
                             .ad_id = STR("709"),
                             .actor = STR("user:1"),
                             .now_ms = GROUND_NOW};
    struct lead lead;
    bool added;
    CHECK_OK(lead_add(&g.app, db, g.arena, &wish, &lead, &added, &g.err), g.err);
    CHECK(IS(lead.direction_id, "d1") && lead.direction_weak, STR_FMT,
          STR_ARG(lead.link_cause));
    /* Its interest waits; the other event was tried already, and the old pixel may have it. */
    CHECK_OK(lead_set_stage(db, g.arena,
                            &(struct lead_stage_wish){.lead_id = lead.lead_id,
                                                      .stage = STR("qualified"),
                                                      .actor = STR("user:1"),
                                                      .now_ms = GROUND_NOW},
                            &added, &g.err),
             g.err);
    CHECK_OK(db_run(db, NULL, &g.err,
                    "UPDATE conversion_events SET attempts = 1"
                    " WHERE org_id = $1 AND stage = 'qualified'",
                    TEXT(g.org)),
             g.err);
    ground_direction(&g, "d2", account, "502", "");
    CHECK_OK(lead_relink(db, g.arena, GROUND_NOW, STR("job:1"), &changed, &g.err), g.err);
    CHECK(changed == 0, "another direction alone proves nothing");
    ground_creative(&g, "v2", "Second", "d2");
    ground_ad(&g, "709", "502", account, "d2", "v2");
    CHECK_OK(lead_relink(db, g.arena, GROUND_NOW, STR("job:1"), &changed, &g.err), g.err);
    struct lead now = again(&g, lead.lead_id);
    CHECK(IS(now.direction_id, "d2") && IS(now.creative_id, "v2") && !now.direction_weak,
          STR_FMT " " STR_FMT, STR_ARG(now.direction_id), STR_ARG(now.link_cause));
    CHECK_OK(lead_relink(db, g.arena, GROUND_NOW, STR("job:1"), &changed, &g.err), g.err);
    CHECK(changed == 0, "once");
    struct db_rows rows;
    db_select(db, g.arena, &rows,
              "SELECT stage || ' ' || direction_id FROM conversion_events WHERE org_id = $1"
              " ORDER BY stage",
              TEXT(g.org));
    struct str events = ground_lines(&g, &rows);
    CHECK(IS(events, "interest d2\nqualified d1\n"), STR_FMT, STR_ARG(events));
    ground_end(&g);
}

/* --- imports ----------------------------------------------------------------------------- */

static bool import(struct ground *g, enum import_kind kind, const char *csv, bool dry_run,
                   struct import_result *out)
{
    return import_run(&g->app, g->db, g->arena, str(csv), kind, dry_run, STR("user:1"),
                      clock_wall_ms(), out, &g->err);
}

static struct str sales(struct ground *g)
{
    return ground_ask(g,
                      "SELECT CAST(count(*) AS TEXT) || ' ' ||"
                      " CAST(COALESCE(sum(amount_micros), 0) AS TEXT)"
                      " FROM purchases WHERE org_id = $1",
                      TEXT(g->org));
}

#define SALES                                                                                             \
    "\xef\xbb\xbfСделка;Телефон;Сумма;Валюта;Дата оплаты;refund of\r\n" \
    "deal-1;8 (701) 123-95-67;\"150 000,50\";kzt;20.11.2026 10:30;\r\n"                                   \
    "deal-2;;12;XXX;20.11.2026;\r\n"                                                                      \
    "deal-3;;many;KZT;20.11.2026;\r\n"                                                                    \
    ";87011239567;5;KZT;20.11.2026;\r\n"                                                                  \
    "\"deal-4\r\nsecond line\";;5;KZT;yesterday;\r\n"                                                     \
    "back-1;;50000;KZT;2026-11-20T12:00:00Z;deal-1\r\n"                                                   \
    "back-2;;50000;KZT;2026-11-20T12:00:00Z;deal-9\r\n"

static void purchases_are_imported_row_by_row(struct database *database, struct db *db)
{
    static const struct {
        int64_t line;
        const char *field;
    } bad[] = {{3, "currency"}, {4, "amount"}, {5, "external_id"}, {6, "at"}, {9, "refund_of"}};
    struct import_result result;
    struct ground g;

    ground_begin(&g, database, db);
    struct lead lead = add(
        &g, &(struct lead_in){"a", "Ann", "87011239567", "", "", "", GROUND_NOW - 2 * DAY_MS});
    CHECK_OK(import(&g, IMPORT_PURCHASES, SALES, true, &result), g.err);
    CHECK(result.rows == 7 && result.added == 2 && result.failed == 5, "%d added, %d failed",
          (int)result.added, (int)result.failed);
    CHECK(IS(sales(&g), "0 0"), "a try keeps nothing");
    for (size_t i = 0; i < countof(bad) && result.errors.n == countof(bad); i++)
        CHECK(result.errors.at[i].line == bad[i].line &&
                  IS(result.errors.at[i].field, bad[i].field),
              "line %d, " STR_FMT ": " STR_FMT, (int)result.errors.at[i].line,
              STR_ARG(result.errors.at[i].field), STR_ARG(result.errors.at[i].text));
    CHECK_OK(import(&g, IMPORT_PURCHASES, SALES, false, &result), g.err);
    CHECK(result.added == 2 && result.failed == 5 && IS(sales(&g), "2 100000500000"), STR_FMT,
          STR_ARG(sales(&g)));
    CHECK(IS(again(&g, lead.lead_id).stage, "purchase"), "matched by phone");
    CHECK_OK(import(&g, IMPORT_PURCHASES, SALES, false, &result), g.err);
    CHECK(result.added == 0 && result.known == 2 && IS(sales(&g), "2 100000500000"),
          "the same file again changes nothing");
    CHECK(!import(&g, IMPORT_PURCHASES, "a,b\n1,2\n", false, &result) &&
              IS(str(g.err.field), "file"),
          "no known column");
    g.err = (struct err){0};
    CHECK(!import(&g, IMPORT_PURCHASES, "", false, &result), "an empty file");
    ground_end(&g);
}

static void leads_are_imported_once(struct database *database, struct db *db)
{
    static const char csv[] = "Имя,Телефон,E-mail,Дата создания,Город\n"
                              "Айгуль,87011239567,a@b.kz,2026-11-19 08:00:00,\"Тараз, центр\"\n"
                              "Ержан,87011239568,,19.11.2026,\n"
                              ",,,19.11.2026,Алматы\n";
    struct import_result result;
    struct leads list = {0};
    struct ground g;

    ground_begin(&g, database, db);
    CHECK_OK(import(&g, IMPORT_LEADS, csv, true, &result), g.err);
    CHECK(result.added == 2 && result.failed == 1 && found(&g, (struct lead_filter){0}) == 0,
          "a try keeps nothing");
    for (int i = 0; i < 2; i++) {
        CHECK_OK(import(&g, IMPORT_LEADS, csv, false, &result), g.err);
        CHECK(result.failed == 1 && result.errors.at[0].line == 4, "the empty one is named");
    }
    CHECK(result.known == 2 && result.added == 0, "again: known");
    CHECK_OK(lead_list(db, g.arena, &(struct lead_filter){.limit = 9}, &list, &g.err), g.err);
    CHECK(list.n == 2 && IS(list.at[0].name, "Айгуль") && IS(list.at[0].source, "import") &&
              str_has(list.at[0].answers, STR("Тараз, центр")) &&
              list.at[0].created_ms == 1795075200000,
          "%zu leads", list.n);
    ground_end(&g);
}

/* --- the CRM ------------------------------------------------------------------------------ */

static const struct job_kind *const kinds[] = {lead_jobs, NULL};

static void receive(struct ground *g, const char *source, const char *body, bool quarantined)
{
    struct inbox_site_entry entry = {.source = str(source),
                                     .owner_org_id = g->org,
                                     .body = str(body),
                                     .headers = STR("{\"content_type\":\"application/json\"}"),
                                     .signature = "key",
                                     .quarantined = quarantined,
                                     .received_ms = clock_wall_ms()};

    db_scope_system(g->db);
    CHECK_OK(inbox_add_site(g->db, g->arena, &entry, &g->err), g->err);
    db_scope(g->db, g->org);
}

static void read_inbox(struct ground *g)
{
    int ran;

    db_scope_system(g->db);
    CHECK_OK(lead_sweep(g->db, clock_wall_ms(), &g->err) &&
                 job_run_due(g->database, kinds, g->db, NULL, &g->app, &ran, &g->err),
             g->err);
    db_scope(g->db, g->org);
}

static struct str deliveries(struct ground *g)
{
    return ground_ask(g,
                      "SELECT CAST(sum(CASE state WHEN 'processed' THEN 1 ELSE 0 END) AS TEXT)"
                      " || ' ' || CAST(sum(CASE state WHEN 'failed' THEN 1 ELSE 0 END) AS TEXT)"
                      " || ' ' || CAST(sum(CASE state WHEN 'unresolved' THEN 1 ELSE 0 END)"
                      " AS TEXT) FROM webhook_deliveries WHERE owner_org_id = $1",
                      TEXT(g->org));
}

static void a_crm_sets_stages_and_sells(struct database *database, struct db *db)
{
    struct ground g;

    ground_begin(&g, database, db);
    struct lead ann = add(&g, &(struct lead_in){"a", "Ann", "87011239567", "ann@lee.kz", "", "",
                                                GROUND_NOW - DAY_MS});
    receive(&g, "crm",
            "{\"events\":[{\"phone\":77011239567,\"stage\":\"Qualified\"},"
            "{\"email\":\"Ann@lee.kz\",\"amount\":\"12.5\",\"currency\":\"kzt\","
            "\"external_id\":7}]}",
            false);
    read_inbox(&g);
    CHECK(IS(deliveries(&g), "1 0 0") && IS(sales(&g), "1 12500000"), STR_FMT " / " STR_FMT,
          STR_ARG(deliveries(&g)), STR_ARG(sales(&g)));
    CHECK(IS(again(&g, ann.lead_id).stage, "purchase"), "both were carried out");

    receive(&g, "crm", "{\"phone\":\"+77015550001\",\"stage\":\"qualified\"}", false);
    read_inbox(&g);
    CHECK(IS(deliveries(&g), "1 0 1"), "nobody of this phone yet: " STR_FMT,
          STR_ARG(deliveries(&g)));
    struct lead late = add(
        &g, &(struct lead_in){"b", "Bea", "+77015550001", "", "", "", GROUND_NOW - HOUR_MS});
    clock_set_wall(GROUND_NOW + 11 * MINUTE_MS);
    read_inbox(&g);
    CHECK(IS(deliveries(&g), "2 0 0") && IS(again(&g, late.lead_id).stage, "qualified"),
          "the lead came, and the stage with it: " STR_FMT, STR_ARG(deliveries(&g)));

    receive(&g, "crm", "{\"phone\":\"+77015550001\",\"stage\":\"interest\"}", false);
    receive(&g, "crm", "{\"stage\":\"qualified\"}", false);
    receive(&g, "crm", "{\"phone\":\"1\",\"stage\":\"purchase\"}", false);
    read_inbox(&g);
    CHECK(IS(deliveries(&g), "2 3 0"), "illegal, nameless, unpaid: " STR_FMT,
          STR_ARG(deliveries(&g)));
    ground_end(&g);
}

/* --- deliveries ------------------------------------------------------------------------------
 */

static void deliveries_are_listed_replayed_and_forgotten(struct database *database,
                                                         struct db *db)
{
    struct delivery_views list = {0}, theirs = {0}, all = {0};
    struct ground g;

    ground_begin(&g, database, db);
    g.conf.inbox_days = 90;
    receive(&g, "crm", "{\"lead_id\":\"x\",\"stage\":\"won\"}", false);
    receive(&g, "site", "{}", true);
    receive(&g, "site", "{\"phone\":\"87011239567\",\"name\":\"Ann\"}", false);
    read_inbox(&g);
    struct delivery_filter filter = {.org_id = g.org, .limit = 10};
    CHECK_OK(delivery_list(db, g.arena, &filter, &list, &g.err), g.err);
    CHECK(list.n == 2, "what needs a look: %zu", list.n);
    filter.state = STR("failed");
    list.n = 0;
    CHECK_OK(delivery_list(db, g.arena, &filter, &list, &g.err), g.err);
    if (list.n != 1) {
        CHECK(list.n == 1, "one failed: %zu", list.n);
        return;
    }
    db_scope(db, g.other);
    CHECK_OK(delivery_list(db, g.arena,
                           &(struct delivery_filter){.org_id = g.other, .limit = 9}, &theirs,
                           &g.err),
             g.err);
    CHECK(theirs.n == 0, "another org sees none");
    CHECK(
        !delivery_replay(db, g.arena, g.other, list.at[0].delivery_id, STR("user:2"), &g.err) &&
            g.err.kind == ERR_NOT_FOUND,
        "and replays none");
    db_scope(db, g.org);
    g.err = (struct err){0};
    CHECK_OK(delivery_replay(db, g.arena, g.org, list.at[0].delivery_id, STR("user:1"), &g.err),
             g.err);
    CHECK(str_eq(db_scope_org(db), g.org), "the scope is as it was");
    CHECK(!delivery_replay(db, g.arena, g.org, list.at[0].delivery_id, STR("user:1"), &g.err) &&
              g.err.kind == ERR_CONFLICT,
          "it waits already");
    g.err = (struct err){0};
    read_inbox(&g);
    CHECK(IS(deliveries(&g), "1 1 0"), "read again, and it still fails");

    db_scope_system(db);
    CHECK_OK(delivery_sweep(&g.app, db, GROUND_NOW + 6 * DAY_MS, &g.err), g.err);
    CHECK_OK(delivery_list(db, g.arena,
                           &(struct delivery_filter){.state = STR("quarantined"), .limit = 9},
                           &all, &g.err),
             g.err);
    CHECK(all.n == 1, "six days: still there");
    CHECK_OK(delivery_sweep(&g.app, db, GROUND_NOW + 8 * DAY_MS, &g.err), g.err);
    all.n = 0;
    CHECK_OK(delivery_list(db, g.arena,
                           &(struct delivery_filter){.state = STR("quarantined"), .limit = 9},
                           &all, &g.err),
             g.err);
    CHECK(all.n == 0, "a week: gone");
    g.conf.inbox_failed_days = 200;
    CHECK_OK(delivery_sweep(&g.app, db, GROUND_NOW + 91 * DAY_MS, &g.err), g.err);
    CHECK_OK(delivery_list(db, g.arena,
                           &(struct delivery_filter){
                               .org_id = g.org, .state = STR("processed"), .limit = 9},
                           &all, &g.err),
             g.err);
    CHECK(all.n == 1 && all.at[0].erased_ms && all.at[0].bytes == 0,
          "what was read is kept as a row alone");
    all.n = 0;
    filter.state = STR("failed");
    CHECK_OK(delivery_list(db, g.arena, &filter, &all, &g.err), g.err);
    CHECK(all.n == 1 && all.at[0].bytes > 0, "what failed may still be read again");
    CHECK_OK(delivery_sweep(&g.app, db, GROUND_NOW + 201 * DAY_MS, &g.err), g.err);
    all.n = 0;
    CHECK_OK(delivery_list(db, g.arena, &filter, &all, &g.err), g.err);
    CHECK(all.n == 1 && all.at[0].bytes == 0 && all.at[0].erased_ms, "until its days are over");
    db_scope(db, g.org);
    CHECK(found(&g, (struct lead_filter){0}) == 1, "the lead stays");
    ground_end(&g);
}

static void erasing_takes_the_raw_body_and_the_chats(struct database *database, struct db *db)
{
    struct leads list = {0};
    struct ground g;
    bool erased;

    ground_begin(&g, database, db);
    receive(&g, "site", "{\"phone\":\"87011239567\",\"name\":\"Ann\"}", false);
    read_inbox(&g);
    CHECK_OK(lead_list(db, g.arena, &(struct lead_filter){.limit = 9}, &list, &g.err), g.err);
    CHECK(list.n == 1, "%zu leads", list.n);
    struct str lead_id = list.n ? list.at[0].lead_id : STR("");
    CHECK_OK(
        db_run(db, NULL, &g.err,
               "INSERT INTO dialogs (org_id, dialog_id, external_id, lead_id, phone_hash,"
               " created_ms, updated_ms) VALUES ($1, 'd', 'chat', $2, 'hash', 0, 0)",
               TEXT(g.org), TEXT(lead_id)) &&
            db_run(db, NULL, &g.err,
                   "INSERT INTO dialog_messages (org_id, message_id, dialog_id, external_id,"
                   " sender, text_sealed, at_ms, created_ms)"
                   " VALUES ($1, 'm', 'd', 'x', 'person', 'sealed', 0, 0)",
                   TEXT(g.org)) &&
            lead_erase(db, g.arena, lead_id, STR("user:1"), GROUND_NOW, &erased, &g.err),
        g.err);
    CHECK(IS(ground_ask(&g,
                        "SELECT count(*) FROM webhook_deliveries WHERE owner_org_id = $1"
                        " AND body = '' AND headers = '' AND erased_ms > 0",
                        TEXT(g.org)),
             "1"),
          "the body that it came in");
    CHECK(IS(ground_ask(&g,
                        "SELECT (SELECT count(*) FROM dialog_messages WHERE org_id = $1)"
                        " + (SELECT count(*) FROM dialogs WHERE org_id = $1"
                        "  AND phone_hash <> '')",
                        TEXT(g.org)),
             "0"),
          "what was said in chats, and by whom");
    ground_end(&g);
}

/* --- what the platform has and we have not
 * ----------------------------------------------------
 */

#define EXPORT_HEADER                                                                          \
    "lead id,created_time,ad_id,ad_name,adgroup_id,adgroup_name,campaign_id,campaign_name,"    \
    "form_id,form_name,Имя,Номер телефона,Эл. почта,Город\r\n"

static void an_export_is_read(void)
{
    struct platform_leads leads = {0};
    struct err err = {0};
    static const char csv[] = EXPORT_HEADER
        "1,2026-11-20 10:00:00(UTC+05:00),701,Ad,601,G,501,C,77,F,\"Ли, Анна\",8701,a@b.kz,\r\n"
        "2,2026-11-01 10:00:00(UTC+00:00),,,,,,,77,F,Old,1,,\r\n"
        ",2026-11-20 10:00:00(UTC+00:00),,,,,,,77,F,No id,1,,\r\n";

    CHECK_OK(tiktok_leads_read(arena, str(csv), STR("77"), 1795000000000 - 10 * DAY_MS, &leads,
                               &err),
             err);
    CHECK(leads.n == 1, "%zu leads", leads.n);
    if (leads.n != 1)
        return;
    CHECK(IS(leads.at[0].id, "1") && leads.at[0].created_ms == 1795150800000 &&
              IS(leads.at[0].ad_id, "701") && leads.at[0].fields.n == 4 &&
              IS(leads.at[0].fields.at[0].value, "Ли, Анна"),
          "%lld", (long long)leads.at[0].created_ms);
    leads.n = 0;
    CHECK_OK(tiktok_leads_read(arena, STR(""), STR("77"), 0, &leads, &err), err);
    CHECK(leads.n == 0, "nothing is no lead");
    CHECK(!tiktok_leads_read(arena, STR("id,name\n1,2\n"), STR("77"), 0, &leads, &err) &&
              err.kind == ERR_REFUSED,
          "another file is none");
}

static struct {
    int64_t created[4];
    size_t n, asked;
    bool fails;
} theirs;

static bool their_pages(struct platform_session *s, struct platform_pages *out, struct err *err)
{
    (void)err;
    *platform_pages_add(out, s->arena) = (struct platform_page){.id = STR("77")};
    return true;
}

static bool their_leads(struct platform_session *s, struct str page_id, struct str form_id,
                        int64_t since_ms, struct platform_leads *out, struct err *err)
{
    (void)form_id;
    theirs.asked++;
    if (theirs.fails)
        return err_set(err, ERR_BUSY, "the platform is away");
    for (size_t i = 0; i < theirs.n; i++) {
        struct platform_lead *lead;
        if (theirs.created[i] < since_ms)
            continue;
        lead = platform_leads_add(out, s->arena);
        *lead = (struct platform_lead){.id = str_fmt(s->arena, "L%zu", i),
                                       .page_id = page_id,
                                       .ad_id = STR("709"),
                                       .created_ms = theirs.created[i]};
        *platform_lead_fields_add(&lead->fields, s->arena) =
            (struct platform_lead_field){STR("Номер телефона"), STR("8 701 555 12 34")};
        *platform_lead_fields_add(&lead->fields, s->arena) =
            (struct platform_lead_field){STR("Город"), STR("Taraz")};
    }
    return true;
}

static bool their_object(struct platform_session *s, enum platform_level level, struct str id,
                         bool *found_it, struct platform_object *out, struct err *err)
{
    (void)s;
    (void)err;
    *found_it = level == LEVEL_AD && str_eq(id, STR("709"));
    *out = (struct platform_object){.id = id,
                                    .parent_id = STR("g9"),
                                    .campaign_id = STR("502"),
                                    .name = STR("Theirs"),
                                    .status = STR("enabled")};
    return true;
}

static const struct platform their_platform = {
    .name = "tiktok", .pages = their_pages, .leads = their_leads, .object = their_object};

static void tick(struct ground *g, int64_t at_ms)
{
    int ran;

    clock_set_wall(at_ms);
    db_scope_system(g->db);
    CHECK_OK(lead_pull_schedule(&g->app, g->db, g->arena, at_ms, &g->err) &&
                 job_run_due(g->database, kinds, g->db, NULL, &g->app, &ran, &g->err),
             g->err);
    db_scope(g->db, g->org);
}

static void missing_leads_are_recovered_once(struct database *database, struct db *db)
{
    struct lead_pulls pulls = {0};
    struct leads list = {0};
    struct ground g;

    ground_begin(&g, database, db);
    platform_register_for_tests(&their_platform);
    g.conf.lead_poll_minutes = 30;
    struct str account = ground_account(&g, "7000000000000000001", "KZT", "Asia/Almaty", "KZ");
    ground_direction(&g, "d1", account, "501", "77");
    ground_direction(&g, "d2", account, "502", "");
    memset(&theirs, 0, sizeof theirs);
    theirs.n = 4;
    theirs.created[0] = GROUND_NOW - 3 * HOUR_MS;        /* came by its webhook */
    theirs.created[1] = GROUND_NOW - 2 * HOUR_MS;        /* did not */
    theirs.created[2] = GROUND_NOW - 60 * DAY_MS;        /* nor did this, long ago */
    theirs.created[3] = GROUND_NOW + 30 * MINUTE_MS - 5; /* may still come */
    (void)add(&g, &(struct lead_in){"L0", "Ann", "87015551234", "", "77", "",
                                    GROUND_NOW - 3 * HOUR_MS});
    tick(&g, GROUND_NOW + 1000);
    CHECK(theirs.asked == 0, "a new connection waits for its first whole half hour");
    tick(&g, GROUND_NOW + 31 * MINUTE_MS);
    tick(&g, GROUND_NOW + 32 * MINUTE_MS);
    CHECK(theirs.asked == 1, "once a half hour: %zu", theirs.asked);
    CHECK_OK(lead_list(db, g.arena, &(struct lead_filter){.recovered = LEADS_ONLY, .limit = 9},
                       &list, &g.err),
             g.err);
    CHECK(list.n == 1 && found(&g, (struct lead_filter){0}) == 2, "one recovered: %zu", list.n);
    if (list.n != 1)
        return;
    struct lead *lead = &list.at[0];
    CHECK(IS(lead->platform_lead_id, "L1") && IS(lead->recovered_by, "poller") &&
              IS(lead->phone, "+77015551234") && lead->duplicate_of.n &&
              str_has(lead->answers, STR("Taraz")),
          STR_FMT, STR_ARG(lead->phone));
    CHECK((lead->received_ms - lead->created_ms) / MINUTE_MS == 151, "with its delay: %lld",
          (long long)(lead->received_ms - lead->created_ms));
    CHECK(IS(lead->direction_id, "d1") && !lead->creative_id.n, "by its page, for now");
    tick(&g, GROUND_NOW + 33 * MINUTE_MS);
    CHECK(IS(ground_ask(&g, "SELECT campaign_id FROM ads WHERE org_id = $1 AND ad_id = '709'",
                        TEXT(g.org)),
             "502"),
          "the ad that it names was read from the platform");
    /* The next night, over 90 days. */
    theirs.n = 3;
    tick(&g, GROUND_NOW + 20 * HOUR_MS);
    CHECK(found(&g, (struct lead_filter){.recovered = LEADS_ONLY}) == 2, "the old one too");
    CHECK(IS(ground_ask(&g,
                        "SELECT recovered_by FROM leads WHERE org_id = $1"
                        " AND platform_lead_id = 'L2'",
                        TEXT(g.org)),
             "gap_finder"),
          "by the gap finder");
    CHECK(IS(ground_ask(&g, "SELECT sum(duplicate_deliveries) FROM leads WHERE org_id = $1",
                        TEXT(g.org)),
             "0"),
          "what is here is not counted again");
    theirs.fails = true;
    tick(&g, GROUND_NOW + 21 * HOUR_MS);
    CHECK_OK(lead_pull_list(db, g.arena, 0, true, 20, &pulls, &g.err), g.err);
    CHECK(pulls.n == 3 && str_has(pulls.at[0].error_text, STR("away")) &&
              pulls.at[2].worst_delay_ms / MINUTE_MS == 151,
          "gaps and failures are listed: %zu", pulls.n);
    db_scope(db, g.other);
    pulls.n = 0;
    CHECK_OK(lead_pull_list(db, g.arena, 0, false, 20, &pulls, &g.err), g.err);
    CHECK(pulls.n == 0, "for their org alone");
    platform_register_for_tests(NULL);
    ground_end(&g);
}

int main(void)
{
    log_setup(LOG_ERROR + 1, 0);
    arena = arena_new("test_inbox");
    RUN(the_score_says_why);
    RUN_ON_DATABASES(a_lead_is_scored_as_it_arrives);
    RUN_ON_DATABASES(every_filter_finds_what_it_names);
    RUN_ON_DATABASES(people_note_assign_and_mark);
    RUN_ON_DATABASES(erasing_takes_the_person_and_leaves_the_counts);
    RUN_ON_DATABASES(persons_are_kept_as_long_as_the_setting_says);
    RUN_ON_DATABASES(an_erasure_is_whole_or_not_there);
    RUN_ON_DATABASES(a_weak_link_gives_way_to_a_better_one);
    RUN_ON_DATABASES(purchases_are_imported_row_by_row);
    RUN_ON_DATABASES(leads_are_imported_once);
    RUN_ON_DATABASES(a_crm_sets_stages_and_sells);
    RUN_ON_DATABASES(deliveries_are_listed_replayed_and_forgotten);
    RUN_ON_DATABASES(erasing_takes_the_raw_body_and_the_chats);
    RUN(an_export_is_read);
    RUN_ON_DATABASES(missing_leads_are_recovered_once);
    arena_free(arena);
    ring_free(ground_ring);
    return test_report();
}
