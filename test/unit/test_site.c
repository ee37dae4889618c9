/* lead/site.h and what becomes of it: leads of sites, forms of every make. */
#include "lead/delivery_db.h"
#include "lead/key.h"
#include "lead/lead.h"
#include "lead/site.h"
#include "hook/inbox_db.h"
#include "test_ground.h"

static struct arena *arena;

#define FORM "application/x-www-form-urlencoded"

static struct lead_site read_site(const char *type, const char *body, const char *utm_field)
{
    struct lead_site site = {0};
    struct err err = {0};

    CHECK_OK(lead_site_parse(arena, str(type), str(body), str(utm_field), &site, &err), err);
    return site;
}

/* --- one row a maker of forms --------------------------------------------------------------
 */

static const struct {
    const char *what, *type, *body;
    const char *name, *phone, *email, *submission, *ad, *ttclid;
} forms[] = {
    {"Tilda", FORM,
     "Name=%D0%90%D0%B9%D0%B3%D1%83%D0%BB%D1%8C&Phone=%2B7+(701)+123-45-67&Email=a%40b.kz"
     "&formid=form42&tranid=123%3A456&COOKIES=_ga%3D1%3B+TILDAUTM%3Dutm_source%253Dtiktok%257C"
     "%257C%257Cutm_medium%253D1790000000000001%257C%257C%257Cutm_campaign%253D777777%3B"
     "+ttclid%3DE.C.P.x",
     "Айгуль", "+7 (701) 123-45-67", "a@b.kz", "123:456", "1790000000000001", "E.C.P.x"},
    {"Tilda, its entities damaged", FORM,
     "phone=87011234567&COOKIES=TILDAUTM%3Dutm_source%3Dt%7C%7C%7Camp%3Butm_medium%3D17900001",
     "", "87011234567", "", "", "17900001", ""},
    {"a plain form", FORM,
     "your-name=Ann&your-phone=701&your-email=x%40y.z&utm_content=5550001", "Ann", "701",
     "x@y.z", "", "5550001", ""},
    {"Contact Form 7 as JSON", "application/json",
     "{\"your-name\":\"Ann\",\"your-email\":\"x@y.z\",\"_wpcf7_unit_tag\":\"t\",\"consent\":"
     "true}",
     "Ann", "", "x@y.z", "", "", ""},
    {"Elementor", FORM,
     "form%5Bid%5D=f1&fields%5Bname%5D%5Bid%5D=name&fields%5Bname%5D%5Btitle%5D=Title"
     "&fields%5Bname%5D%5Bvalue%5D=Bob&fields%5Bphone%5D%5Bvalue%5D=8777"
     "&meta%5Bpage_url%5D%5Bvalue%5D=https%3A%2F%2Fx.kz%2F%3Futm_medium%3D888888%26ttclid%3Dq",
     "Bob", "8777", "", "", "888888", "q"},
    {"Typeform", "application/json",
     "{\"event_type\":\"form_response\",\"form_response\":{\"token\":\"tok1\",\"hidden\":"
     "{\"utm_medium\":\"999999\"},\"answers\":[{\"type\":\"text\",\"text\":\"Eve\",\"field\":"
     "{\"ref\":\"name\"}},{\"type\":\"phone_number\",\"phone_number\":\"+77010000001\","
     "\"field\":{\"ref\":\"q7\"}}]}}",
     "Eve", "+77010000001", "", "tok1", "999999", ""},
    {"generic JSON, nested, ids as numbers", "text/plain",
     "{\"lead\":{\"name\":\"Zed\",\"tel\":77011234567,\"ad_id\":1790000000000000009,"
     "\"external_id\":\"crm-1\"}}",
     "Zed", "77011234567", "", "crm-1", "1790000000000000009", ""},
    {"multipart", "multipart/form-data; boundary=b",
     "--b\r\nContent-Disposition: form-data; name=\"phone\"\r\n\r\n8701\r\n--b\r\n"
     "Content-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nzzz\r\n--b--\r\n",
     "", "8701", "", "", "", ""},
    {"macros that nobody filled in", FORM,
     "name=A&utm_medium=__CID__&utm_content=%7B%7Bad.id%7D%7D&ttclid=__CLICKID__", "A", "", "",
     "", "", ""},
    {"first and last name", FORM,
     "First+name=Ann&Last+name=Lee&%D0%A2%D0%B5%D0%BB%D0%B5%D1%84%D0%BE%D0%BD=8701", "Ann Lee",
     "8701", "", "", "", ""},
    {"a company is not a name", FORM, "company+name=OOO&phone=8701", "", "8701", "", "", "",
     ""},
};

static void forms_of_every_make_are_read(void)
{
    for (size_t i = 0; i < countof(forms); i++) {
        struct lead_site site = read_site(forms[i].type, forms[i].body, "");
        struct str ad = site.ad_id.n
                            ? site.ad_id
                            : (site.ad_candidates.n ? site.ad_candidates.at[0] : STR(""));
        CHECK(IS(site.name, forms[i].name) && IS(site.phone, forms[i].phone) &&
                  IS(site.email, forms[i].email),
              "%s: name \"" STR_FMT "\" phone \"" STR_FMT "\" email \"" STR_FMT "\"",
              forms[i].what, STR_ARG(site.name), STR_ARG(site.phone), STR_ARG(site.email));
        CHECK(IS(site.submission_id, forms[i].submission), "%s: " STR_FMT, forms[i].what,
              STR_ARG(site.submission_id));
        CHECK(IS(ad, forms[i].ad), "%s: ad " STR_FMT, forms[i].what, STR_ARG(ad));
        CHECK(IS(site.touch.ttclid, forms[i].ttclid), "%s: " STR_FMT, forms[i].what,
              STR_ARG(site.touch.ttclid));
        CHECK(!site.is_ping, "%s: no ping", forms[i].what);
    }
}

static void the_directions_utm_field_comes_first(void)
{
    const char *body = "phone=8701&utm_medium=111111&utm_term=222222";
    struct lead_site site = read_site(FORM, body, "utm_term");

    CHECK(site.ad_candidates.n == 2 && IS(site.ad_candidates.at[0], "222222"), "%zu",
          site.ad_candidates.n);
    site = read_site(FORM, body, "");
    CHECK(IS(site.ad_candidates.at[0], "111111"), STR_FMT, STR_ARG(site.ad_candidates.at[0]));
}

static void what_is_no_contact_is_an_answer(void)
{
    struct lead_site site =
        read_site(FORM, "phone=8701&Which+days%3F=Mon&Which+days%3F=Tue&formname=x", "");

    CHECK(IS(site.answers,
             "[{\"field\":\"phone\",\"value\":\"8701\"},{\"field\":\"Which days?\","
             "\"value\":\"Mon\"},{\"field\":\"Which days?\",\"value\":\"Tue\"}]"),
          STR_FMT, STR_ARG(site.answers));
}

static void the_test_of_the_sender_is_no_lead(void)
{
    CHECK(read_site(FORM, "test=test", "").is_ping, "Tilda's ping");
    struct lead_site site = read_site(FORM, "phone=8701&test=1", "");
    CHECK(!site.is_ping && site.is_test, "a test lead is a lead, marked");
}

static void nonsense_is_refused(void)
{
    static const char *const bodies[] = {"{\"a\":", "%00=1", "{}"};

    for (size_t i = 0; i < countof(bodies); i++) {
        struct lead_site site;
        struct err err = {0};
        CHECK(!lead_site_parse(arena, str(FORM), str(bodies[i]), STR(""), &site, &err) &&
                  err.kind == ERR_INVALID,
              "%s", bodies[i]);
    }
}

static void consent_is_yes_no_or_not_asked(void)
{
    CHECK(IS(read_site(FORM, "phone=1&consent=on", "").touch.consent, "yes"), "on");
    CHECK(IS(read_site(FORM, "phone=1&consent=No", "").touch.consent, "no"), "no");
    CHECK(IS(read_site(FORM, "phone=1", "").touch.consent, ""), "not asked");
    struct lead_touch worded = read_site(FORM, "phone=1&consent=I+agree+to+calls", "").touch;
    CHECK(IS(worded.consent, "yes") && IS(worded.consent_text, "I agree to calls"), STR_FMT,
          STR_ARG(worded.consent_text));
}

/* --- from the stored body to the lead
 * ---------------------------------------------------------- */

static const struct job_kind *const kinds[] = {lead_jobs, NULL};

struct place {
    struct ground g;
    struct str account;
};

static void begin(struct place *p, struct database *database, struct db *db)
{
    ground_begin(&p->g, database, db);
    p->account = ground_account(&p->g, "7000000000000000001", "KZT", "Asia/Almaty", "KZ");
    ground_direction(&p->g, "d1", p->account, "501", "77");
    ground_direction(&p->g, "d2", p->account, "502", "78");
    ground_creative(&p->g, "v1", "Clip", "d2");
    ground_ad(&p->g, "1790000000000000001", "502", p->account, "d2", "v1");
}

static void post(struct place *p, const char *body, const char *direction_id, int64_t at_ms)
{
    struct inbox_site_entry entry = {
        .source = STR("site"),
        .owner_org_id = p->g.org,
        .body = str(body),
        .headers =
            str_fmt(p->g.arena,
                    "{\"content_type\":\"" FORM "\",\"direction_id\":\"%s\","
                    "\"address\":\"203.0.113.5\",\"referer\":\"https://shop.kz/?ttclid=R\","
                    "\"user_agent\":\"Safari\"}",
                    direction_id),
        .signature = "key",
        .received_ms = at_ms};

    db_scope_system(p->g.db);
    CHECK_OK(inbox_add_site(p->g.db, p->g.arena, &entry, &p->g.err), p->g.err);
    db_scope(p->g.db, p->g.org);
}

static void intake(struct place *p)
{
    int ran;

    db_scope_system(p->g.db);
    CHECK_OK(job_run_due(p->g.database, kinds, p->g.db, NULL, &p->g.app, &ran, &p->g.err),
             p->g.err);
    db_scope(p->g.db, p->g.org);
}

static struct leads all(struct place *p)
{
    struct lead_filter filter = {.limit = 50};
    struct leads list = {0};

    CHECK_OK(lead_list(p->g.db, p->g.arena, &filter, &list, &p->g.err), p->g.err);
    return list;
}

static void a_form_becomes_a_lead_with_its_touch(struct database *database, struct db *db)
{
    struct lead_touch touch;
    struct place p;

    begin(&p, database, db);
    post(&p,
         "Name=Ann&Phone=8+701+123+45+67&tranid=t1&formid=f&utm_medium=1790000000000000001"
         "&_ttp=TTP&COOKIES=_fbp%3Dfb.1.2.3&event_id=page-1"
         "&consent=yes&consent_text=Yes%2C+call+me",
         "", GROUND_NOW);
    intake(&p);
    struct leads list = all(&p);
    CHECK(list.n == 1, "%zu leads", list.n);
    if (list.n != 1)
        return;
    struct lead *lead = &list.at[0];
    CHECK(IS(lead->phone, "+77011234567") && IS(lead->name, "Ann") && IS(lead->source, "site"),
          STR_FMT, STR_ARG(lead->phone));
    CHECK(IS(lead->ad_id, "1790000000000000001") && IS(lead->creative_id, "v1") &&
              IS(lead->direction_id, "d2") && IS(lead->state, "linked"),
          STR_FMT " " STR_FMT, STR_ARG(lead->direction_id), STR_ARG(lead->link_cause));
    CHECK_OK(lead_touch_find(p.g.app.ring, db, p.g.arena, lead->lead_id, &touch, &p.g.err),
             p.g.err);
    CHECK(IS(touch.ttp, "TTP") && IS(touch.fbp, "fb.1.2.3") && IS(touch.ip, "203.0.113.5") &&
              IS(touch.user_agent, "Safari") && IS(touch.consent_text, "Yes, call me") &&
              IS(touch.page_url, "https://shop.kz/?ttclid=R"),
          STR_FMT, STR_ARG(touch.page_url));
    struct str id = ground_ask(
        &p.g, "SELECT page_event_id FROM conversion_events WHERE org_id = $1", TEXT(p.g.org));
    CHECK(IS(id, "page-1"), "told as the page told it: " STR_FMT, STR_ARG(id));
    ground_end(&p.g);
}

static void the_same_submission_again_is_one_lead(struct database *database, struct db *db)
{
    struct place p;

    begin(&p, database, db);
    post(&p, "phone=87011234567&tranid=t1", "d1", GROUND_NOW);
    post(&p, "phone=87011234567&tranid=t1", "d1", GROUND_NOW + HOUR_MS);
    post(&p, "phone=87011234568", "d1", GROUND_NOW);
    post(&p, "phone=8-701-123-45-68", "d1", GROUND_NOW + 1000);
    post(&p, "phone=87011234568", "d1", GROUND_NOW + HOUR_MS);
    intake(&p);
    struct leads list = all(&p);
    CHECK(list.n == 3, "%zu leads", list.n);
    CHECK(IS(ground_ask(&p.g,
                        "SELECT CAST(sum(duplicate_deliveries) AS TEXT) FROM leads"
                        " WHERE org_id = $1",
                        TEXT(p.g.org)),
             "2"),
          "counted");
    ground_end(&p.g);
}

static void a_lead_that_matches_nothing_is_kept(struct database *database, struct db *db)
{
    struct place p;

    begin(&p, database, db);
    post(&p, "phone=87011234567&direction_id=nobody&utm_medium=1790000000000009999", "",
         GROUND_NOW);
    post(&p, "message=hello", "", GROUND_NOW);
    post(&p, "test=test", "", GROUND_NOW);
    intake(&p);
    struct leads list = all(&p);
    CHECK(list.n == 2, "%zu leads", list.n);
    CHECK(IS(list.at[0].state, "unlinked") && IS(list.at[1].state, "unlinked"), "unlinked");
    CHECK(IS(ground_ask(&p.g, "SELECT count(*) FROM webhook_deliveries"
                              " WHERE state = 'processed'"),
             "3"),
          "all closed");
    ground_end(&p.g);
}

static void an_intake_that_fails_at_any_statement_keeps_the_lead(struct database *database,
                                                                 struct db *db)
{
    struct place p;

    begin(&p, database, db);
    for (int64_t k = 1; k <= 30; k++) {
        post(&p,
             str_c(p.g.arena,
                   str_fmt(p.g.arena, "phone=8701123%04d&tranid=k%d", (int)k, (int)k)),
             "d1", clock_wall_ms());
        int ran;
        struct err err = {0};
        db_scope_system(db);
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ok = job_run_due(database, kinds, db, NULL, &p.g.app, &ran, &err);
        (void)ok;
        database_fail_at(database, 0, DB_FAULT_ERROR);
        clock_set_wall(clock_wall_ms() + 10 * MINUTE_MS);
        db_scope_system(db);
        CHECK_OK(lead_sweep(db, clock_wall_ms(), &p.g.err), p.g.err);
        intake(&p);
    }
    struct leads list = all(&p);
    CHECK(list.n == 30, "%zu of 30", list.n);
    CHECK(IS(ground_ask(&p.g, "SELECT count(*) FROM lead_touches WHERE org_id = $1",
                        TEXT(p.g.org)),
             "30"),
          "each with its touch");
    ground_end(&p.g);
}

static void keys_open_one_org_until_they_are_revoked(struct database *database, struct db *db)
{
    struct str id, key, owner;
    struct lead_keys keys = {0};
    struct lead_key found;
    struct place p;

    begin(&p, database, db);
    CHECK_OK(lead_key_add(db, p.g.arena, STR("site"), STR("d1"), STR("test"), GROUND_NOW, &id,
                          &key, &p.g.err),
             p.g.err);
    CHECK(!lead_key_add(db, p.g.arena, STR("x"), STR("nobody"), STR("test"), GROUND_NOW, &id,
                        &owner, &p.g.err) &&
              p.g.err.kind == ERR_NOT_FOUND,
          "foreign direction");
    db_scope_system(db);
    CHECK_OK(lead_key_find(db, p.g.arena, key, &owner, &found, &p.g.err), p.g.err);
    CHECK(str_eq(owner, p.g.org) && IS(found.direction_id, "d1"), "found");
    CHECK_OK(lead_key_find(db, p.g.arena, STR("lead_x"), &owner, &found, &p.g.err), p.g.err);
    CHECK(owner.n == 0, "another text opens nothing");
    db_scope(db, p.g.other);
    CHECK_OK(lead_key_list(db, p.g.arena, GROUND_NOW, &keys, &p.g.err), p.g.err);
    CHECK(keys.n == 0, "another org sees none");
    CHECK(!lead_key_revoke(db, p.g.arena, id, STR("test"), GROUND_NOW, &p.g.err),
          "nor revokes");
    db_scope(db, p.g.org);
    CHECK_OK(lead_key_list(db, p.g.arena, GROUND_NOW, &keys, &p.g.err), p.g.err);
    CHECK(keys.n == 1, "%zu", keys.n);
    CHECK_OK(lead_key_revoke(db, p.g.arena, keys.at[0].lead_key_id, STR("test"), GROUND_NOW,
                             &p.g.err),
             p.g.err);
    db_scope_system(db);
    CHECK_OK(lead_key_find(db, p.g.arena, key, &owner, &found, &p.g.err), p.g.err);
    CHECK(owner.n == 0, "revoked");
    ground_end(&p.g);
}

int main(void)
{
    log_setup(LOG_ERROR + 1, 0);
    arena = arena_new("test_site");
    RUN(forms_of_every_make_are_read);
    RUN(the_directions_utm_field_comes_first);
    RUN(what_is_no_contact_is_an_answer);
    RUN(the_test_of_the_sender_is_no_lead);
    RUN(nonsense_is_refused);
    RUN(consent_is_yes_no_or_not_asked);
    RUN_ON_DATABASES(a_form_becomes_a_lead_with_its_touch);
    RUN_ON_DATABASES(the_same_submission_again_is_one_lead);
    RUN_ON_DATABASES(a_lead_that_matches_nothing_is_kept);
    RUN_ON_DATABASES(an_intake_that_fails_at_any_statement_keeps_the_lead);
    RUN_ON_DATABASES(keys_open_one_org_until_they_are_revoked);
    arena_free(arena);
    ring_free(ground_ring);
    return test_report();
}
