/* lead/: working with leads: spam, notes, erasing, imports, deliveries. */
#include "lead/blocked.h"
#include "lead/edit.h"
#include "lead/lead_db.h"
#include "lead/purchase.h"
#include "lead/spam.h"
#include "lead/touch.h"
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
    CHECK_OK(lead_list(g->db, g->arena, &filter, &list, &g->err), g->err);
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
    ground_end(&g);
}

int main(void)
{
    log_setup(LOG_ERROR + 1, 0);
    arena = arena_new("test_inbox");
    RUN(the_score_says_why);
    RUN_ON_DATABASES(a_lead_is_scored_as_it_arrives);
    RUN_ON_DATABASES(people_note_assign_and_mark);
    RUN_ON_DATABASES(erasing_takes_the_person_and_leaves_the_counts);
    RUN_ON_DATABASES(an_erasure_is_whole_or_not_there);
    RUN_ON_DATABASES(a_weak_link_gives_way_to_a_better_one);
    arena_free(arena);
    ring_free(ground_ring);
    return test_report();
}
