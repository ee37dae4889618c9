/* event/: the outbox of conversions, emptied into a platform that can fail in every way. */
#include "event/event.h"
#include "event/event_db.h"
#include "event/pixel.h"
#include "lead/conversion.h"
#include "lead/key.h"
#include "lead/lead.h"
#include "lead/purchase.h"
#include "lead/touch.h"
#include "test_ground.h"

/* --- a platform that remembers what it was told ------------------------------------------ */

static struct platform fake_events;

static struct {
    int calls;
    size_t largest;
    /* what happens to the next calls */
    int busy, lose, deny, future;
    const char *refuse_pixel;
    const char *bad_lead; /* a body that holds it is refused */
    /* event ids that arrived, duplicates counted apart */
    struct strs ids;
    int doubled;
    struct arena *arena;
    struct str last;
} told;

static void remember(struct str body)
{
    const struct json *doc;
    struct err err = {0};

    CHECK_OK(json_parse(told.arena, body, &doc, &err), err);
    const struct json *data = json_at(doc, "data");
    if (json_count(data) > told.largest)
        told.largest = json_count(data);
    for (size_t i = 0; i < json_count(data); i++) {
        struct str id = json_text(json_item(data, i), "event_id", STR(""));
        bool known = false;
        for (size_t k = 0; k < told.ids.n; k++)
            known = known || str_eq(told.ids.at[k], id);
        if (known)
            told.doubled++;
        else
            *strs_add(&told.ids, told.arena) = str_dup(told.arena, id);
    }
}

static bool fake_send_events(struct platform_session *s,
                             const struct platform_event_target *target, struct str body,
                             struct str *answer, struct err *err)
{
    (void)s;
    told.calls++;
    told.last = str_dup(told.arena, body);
    if (told.busy && told.busy--)
        return err_set(err, ERR_BUSY, "too many calls");
    if (told.deny && told.deny--)
        return err_set(err, ERR_DENIED, "the token is dead");
    if (told.future && told.future--) {
        err_set(err, ERR_REFUSED, "data[0].event_time: must not be in the future");
        return err_field(err, "event_time");
    }
    if (told.refuse_pixel && str_eq(target->code, str(told.refuse_pixel))) {
        err_set(err, ERR_REFUSED, "event_source_id: no such pixel");
        return err_field(err, "pixel_code");
    }
    if (told.bad_lead && str_has(body, str(told.bad_lead)))
        return err_set(err, ERR_REFUSED, "data[0].user: I do not like it");
    remember(body);
    if (told.lose && told.lose--)
        return err_set(err, ERR_UNCERTAIN, "the answer was lost");
    *answer = STR("{}");
    return true;
}

static void told_begin(struct ground *g)
{
    fake_events = platform_tiktok;
    fake_events.send_events = fake_send_events;
    memset(&told, 0, sizeof told);
    told.arena = g->arena;
    platform_register_for_tests(&fake_events);
}

/* --- the ground: a direction with a pixel ----------------------------------------------------
 */

static const struct job_kind *const kinds[] = {event_jobs, NULL};

struct stage_ground {
    struct ground g;
    struct str account;
};

static void begin(struct stage_ground *t, struct database *database, struct db *db)
{
    ground_begin(&t->g, database, db);
    told_begin(&t->g);
    t->account = ground_account(&t->g, "7000000000000000001", "KZT", "Asia/Almaty", "KZ");
    ground_direction(&t->g, "d1", t->account, "501", "77");
}

static void give_pixel(struct stage_ground *t, const char *code)
{
    struct event_source_wish wish = {.direction_id = STR("d1"),
                                     .source = STR("web"),
                                     .pixel_code = str(code),
                                     .page_url = STR("https://example.com/"),
                                     .is_active = true,
                                     .actor = STR("test")};

    CHECK_OK(
        event_source_set(&t->g.app, t->g.db, t->g.arena, &wish, clock_wall_ms(), &t->g.err),
        t->g.err);
}

static struct str add_lead(struct stage_ground *t, const char *id, const char *phone)
{
    struct lead_wish wish = {.external_id = str(id),
                             .source = STR("site"),
                             .direction_id = STR("d1"),
                             .phone = str(phone),
                             .email = str_fmt(t->g.arena, "%s@example.com", id),
                             .click_id = STR("E.C.P.abc"),
                             .created_ms = clock_wall_ms(),
                             .now_ms = clock_wall_ms(),
                             .actor = STR("test")};
    struct lead lead = {0};
    bool added;

    CHECK_OK(lead_add(&t->g.app, t->g.db, t->g.arena, &wish, &lead, &added, &t->g.err),
             t->g.err);
    return lead.lead_id;
}

static void move_to(struct stage_ground *t, struct str lead_id, const char *stage)
{
    struct lead_stage_wish wish = {.lead_id = lead_id,
                                   .stage = str(stage),
                                   .actor = STR("test"),
                                   .now_ms = clock_wall_ms()};
    bool changed;

    CHECK_OK(lead_set_stage(t->g.db, t->g.arena, &wish, &changed, &t->g.err), t->g.err);
}

static void sell(struct stage_ground *t, struct str lead_id, const char *external_id)
{
    struct purchase_wish wish = {.external_id = str(external_id),
                                 .lead_id = lead_id,
                                 .amount_micros = 45000 * INT64_C(1000000),
                                 .currency = STR("KZT"),
                                 .actor = STR("test"),
                                 .now_ms = clock_wall_ms()};
    struct purchase purchase;
    bool added;

    CHECK_OK(purchase_add(&t->g.app, t->g.db, t->g.arena, &wish, &purchase, &added, &t->g.err),
             t->g.err);
}

/* Let the clock go on and run what is due. */
static void pass(struct stage_ground *t, int64_t ms)
{
    int ran;

    clock_set_wall(clock_wall_ms() + ms);
    CHECK_OK(job_run_due(t->g.database, kinds, t->g.db, NULL, &t->g.app, &ran, &t->g.err),
             t->g.err);
    db_scope(t->g.db, t->g.org);
}

static struct str states(struct stage_ground *t)
{
    struct db_rows rows;

    db_select(t->g.db, t->g.arena, &rows,
              "SELECT stage || ' ' || name || ' ' || state FROM conversion_events"
              " WHERE org_id = $1 ORDER BY at_ms, conversion_id",
              TEXT(t->g.org));
    return ground_lines(&t->g, &rows);
}

/* --- tests
 * ------------------------------------------------------------------------------------ */

static void the_way_of_a_lead_is_told_stage_by_stage(struct database *database, struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    struct str lead = add_lead(&t, "a", "+77011234567");
    pass(&t, 2000);
    CHECK(told.ids.n == 1, "%zu", told.ids.n);
    /* The phone is hashed in E.164 with its plus: a published vector. */
    CHECK(str_has(told.last,
                  STR("c87ea5d396b7f3244ee926b250483c2eb3e5345c14eb18eaa874ed2edbf903af")),
          STR_FMT, STR_ARG(told.last));
    CHECK(str_has(told.last, STR("\"ttclid\":\"E.C.P.abc\"")), STR_FMT, STR_ARG(told.last));
    pass(&t, 60000);
    move_to(&t, lead, "qualified");
    pass(&t, 60000);
    move_to(&t, lead, "scheduled");
    pass(&t, 60000);
    sell(&t, lead, "deal-1");
    sell(&t, lead, "deal-2");
    pass(&t, 2000);
    CHECK(IS(states(&t), "interest ViewContent sent\nqualified CompleteRegistration sent\n"
                         "scheduled PlaceAnOrder sent\npurchase Purchase sent\n"
                         "purchase Purchase sent\n"),
          STR_FMT, STR_ARG(states(&t)));
    CHECK(told.ids.n == 5 && told.doubled == 0, "%zu ids, %d doubled", told.ids.n,
          told.doubled);
    CHECK(str_has(told.last, STR("\"value\":45000,\"currency\":\"KZT\"")), STR_FMT,
          STR_ARG(told.last));
    struct str log = ground_ask(&t.g,
                                "SELECT request FROM capi_events_log WHERE org_id = $1"
                                " ORDER BY at_ms DESC, log_id DESC LIMIT 1",
                                TEXT(t.g.org));
    CHECK(str_has(log, STR("\"phone\":\"(sent)\"")) && !str_has(log, STR("E.C.P.abc")), STR_FMT,
          STR_ARG(log));
    ground_end(&t.g);
}

static void a_stage_that_is_reached_twice_is_told_once(struct database *database, struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    struct str lead = add_lead(&t, "a", "+77011234567");
    pass(&t, 1000);
    move_to(&t, lead, "qualified");
    pass(&t, 1000);
    move_to(&t, lead, "lost");
    pass(&t, 1000);
    move_to(&t, lead, "qualified");
    pass(&t, 5000);
    CHECK(IS(states(&t), "interest ViewContent sent\nqualified CompleteRegistration sent\n"
                         "lost  skipped\n"),
          STR_FMT, STR_ARG(states(&t)));
    ground_end(&t.g);
}

static void
what_happened_before_the_pixel_was_known_is_told_when_it_is(struct database *database,
                                                            struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    add_lead(&t, "a", "+77011234567");
    clock_set_wall(clock_wall_ms() + 8 * DAY_MS);
    add_lead(&t, "b", "+77011234568");
    pass(&t, 5000);
    CHECK(told.calls == 0, "%d", told.calls);
    give_pixel(&t, "PIXEL1");
    pass(&t, 1000);
    /* The first one is older than TikTok takes. */
    CHECK(IS(states(&t), "interest  skipped\ninterest ViewContent sent\n"), STR_FMT,
          STR_ARG(states(&t)));
    ground_end(&t.g);
}

static void failures_are_repeated_with_the_same_id(struct database *database, struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    add_lead(&t, "a", "+77011234567");
    told.lose = 1;
    pass(&t, 1000);
    CHECK(told.calls == 1 && IS(states(&t), "interest ViewContent waiting\n"), "%d",
          told.calls);
    pass(&t, 900);
    CHECK(told.calls == 1, "%d: not before its second is over", told.calls);
    told.busy = 1;
    pass(&t, 100);
    CHECK(told.calls == 2, "%d", told.calls);
    pass(&t, 1900);
    CHECK(told.calls == 2, "%d: two seconds", told.calls);
    pass(&t, 200);
    CHECK(told.calls == 3 && told.ids.n == 1 && told.doubled == 1, "%d calls, %d doubled",
          told.calls, told.doubled);
    CHECK(IS(states(&t), "interest ViewContent sent\n"), STR_FMT, STR_ARG(states(&t)));
    CHECK(IS(ground_ask(&t.g,
                        "SELECT CAST(count(DISTINCT event_id) AS TEXT) || ' of '"
                        " || CAST(count(*) AS TEXT) FROM capi_events_log WHERE org_id = $1",
                        TEXT(t.g.org)),
             "1 of 3"),
          "one id in three attempts");
    ground_end(&t.g);
}

static void five_failures_open_the_breaker_and_one_probe_closes_it(struct database *database,
                                                                   struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    told.busy = 5;
    for (int i = 0; i < 5; i++) {
        add_lead(&t, (char[]){(char)('a' + i), 0}, "");
        pass(&t, 1000);
    }
    CHECK(told.calls >= 5, "%d", told.calls);
    int calls = told.calls;
    add_lead(&t, "z", "+77011234567");
    pass(&t, 30000);
    CHECK(told.calls == calls, "open: %d calls more", told.calls - calls);
    told.largest = 0;
    pass(&t, 31000);
    CHECK(told.calls > calls, "half open");
    pass(&t, 600000);
    CHECK(!str_has(states(&t), STR("waiting")), STR_FMT, STR_ARG(states(&t)));
    CHECK(told.ids.n == 6 && told.doubled == 0, "%zu", told.ids.n);
    CHECK(IS(ground_ask(&t.g,
                        "SELECT CAST(failures AS TEXT) FROM event_breakers"
                        " WHERE org_id = $1",
                        TEXT(t.g.org)),
             "0"),
          "closed again");
    ground_end(&t.g);
}

static void clocks_that_disagree_lose_no_event(struct database *database, struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    /* Ours was an hour ahead when the lead came, and was set right. */
    int64_t now_ms = clock_wall_ms();
    struct lead_wish wish = {.external_id = STR("a"),
                             .direction_id = STR("d1"),
                             .created_ms = now_ms + HOUR_MS,
                             .phone = STR("+77011234567"),
                             .now_ms = now_ms + HOUR_MS,
                             .actor = STR("test")};
    struct lead lead;
    bool added;

    CHECK_OK(lead_add(&t.g.app, db, t.g.arena, &wish, &lead, &added, &t.g.err), t.g.err);
    CHECK(lead.created_ms == now_ms + HOUR_MS, "%" PRId64, lead.created_ms - now_ms);
    /* The platform's clock is behind ours: it waits. */
    told.future = 1;
    pass(&t, 1000);
    CHECK(told.calls == 1 && IS(states(&t), "interest ViewContent waiting\n"), STR_FMT,
          STR_ARG(states(&t)));
    pass(&t, 1000);
    CHECK(IS(states(&t), "interest ViewContent sent\n"), STR_FMT, STR_ARG(states(&t)));
    CHECK(str_has(told.last,
                  str_fmt(t.g.arena, "\"event_time\":%" PRId64 ",", clock_wall_ms() / 1000)),
          STR_FMT, STR_ARG(told.last));
    ground_end(&t.g);
}

/* The scheduler's look, then what is due. */
static void sweep_and_pass(struct stage_ground *t, int64_t ms)
{
    clock_set_wall(clock_wall_ms() + ms);
    db_scope_system(t->g.db);
    CHECK_OK(event_sweep(t->g.db, t->g.arena, clock_wall_ms(), &t->g.err), t->g.err);
    db_scope(t->g.db, t->g.org);
    pass(t, 0);
}

static void
an_event_that_fails_again_and_again_does_not_hold_up_later_ones(struct database *database,
                                                                struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    add_lead(&t, "a", "+77011234567");
    told.busy = 4;
    pass(&t, 1000);
    pass(&t, 1000);
    pass(&t, 2000);
    pass(&t, 4000); /* the fourth failure: the next try is after a minute */
    CHECK(told.calls == 4 && told.ids.n == 0, "%d calls", told.calls);
    add_lead(&t, "b", "+77011234568");
    sweep_and_pass(&t, EVENT_SWEEP_MS + 1000);
    CHECK(told.ids.n == 1, "the second is told: %zu, " STR_FMT, told.ids.n,
          STR_ARG(states(&t)));
    pass(&t, 61000);
    CHECK(told.ids.n == 2 && told.doubled == 0, "%zu", told.ids.n);
    ground_end(&t.g);
}

static void while_the_breaker_is_open_the_events_say_so(struct database *database,
                                                        struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    add_lead(&t, "a", "+77011234567");
    told.busy = 5;
    for (int i = 0; i < 5; i++)
        pass(&t, 61000);
    add_lead(&t, "b", "+77011234568");
    sweep_and_pass(&t, EVENT_SWEEP_MS + 1000);
    CHECK(str_has(ground_ask(&t.g,
                             "SELECT reason FROM conversion_events WHERE org_id = $1"
                             " ORDER BY created_ms DESC LIMIT 1",
                             TEXT(t.g.org)),
                  STR("rests for a minute")),
          STR_FMT, STR_ARG(states(&t)));
    int calls = told.calls;
    sweep_and_pass(&t, EVENT_SWEEP_MS);
    CHECK(told.calls == calls && told.ids.n == 0, "nothing is sent meanwhile");
    pass(&t, 400000);
    pass(&t, 400000);
    CHECK(told.ids.n == 2, STR_FMT, STR_ARG(states(&t)));
    ground_end(&t.g);
}

static void a_probe_that_fails_opens_it_again(struct database *database, struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    told.busy = 1000;
    for (int i = 0; i < 5; i++) {
        add_lead(&t, (char[]){(char)('a' + i), 0}, "");
        pass(&t, 1000);
    }
    pass(&t, 61000);
    int calls = told.calls;
    pass(&t, 30000);
    CHECK(told.calls == calls, "%d more", told.calls - calls);
    ground_end(&t.g);
}

static void one_bad_event_does_not_block_the_others(struct database *database, struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    for (int i = 0; i < 20; i++)
        add_lead(&t, str_c(t.g.arena, str_fmt(t.g.arena, "lead%d", i)), "");
    struct str bad = seal_sha256_hex(t.g.arena, STR("lead13@example.com"));
    told.bad_lead = str_c(t.g.arena, bad);
    pass(&t, 2000);
    CHECK(told.ids.n == 19, "%zu arrived", told.ids.n);
    CHECK(IS(ground_ask(&t.g,
                        "SELECT CAST(count(*) AS TEXT) FROM conversion_events"
                        " WHERE org_id = $1 AND state = 'sent'",
                        TEXT(t.g.org)),
             "19"),
          "sent");
    struct str reason = ground_ask(&t.g,
                                   "SELECT reason FROM conversion_events"
                                   " WHERE org_id = $1 AND state = 'refused'",
                                   TEXT(t.g.org));
    CHECK(str_has(reason, STR("I do not like it")), STR_FMT, STR_ARG(reason));
    /* Mended, it can be sent again, under its own id. */
    told.bad_lead = NULL;
    struct str id = ground_ask(&t.g,
                               "SELECT conversion_id FROM conversion_events"
                               " WHERE org_id = $1 AND state = 'refused'",
                               TEXT(t.g.org));
    CHECK_OK(conversion_replay(db, t.g.arena, id, STR("test"), clock_wall_ms(), &t.g.err),
             t.g.err);
    pass(&t, 1000);
    CHECK(told.ids.n == 20 && told.doubled == 0, "%zu", told.ids.n);
    CHECK(!conversion_replay(db, t.g.arena, id, STR("test"), clock_wall_ms(), &t.g.err) &&
              t.g.err.kind == ERR_CONFLICT,
          "sent is sent");
    ground_end(&t.g);
}

static void a_refused_pixel_keeps_everything_until_it_is_mended(struct database *database,
                                                                struct db *db)
{
    struct stage_ground t;
    struct event_source source;
    bool found;

    begin(&t, database, db);
    told.refuse_pixel = "WRONG";
    give_pixel(&t, "WRONG");
    for (int i = 0; i < 10; i++)
        add_lead(&t, (char[]){(char)('a' + i), 0}, "");
    pass(&t, 2000);
    pass(&t, 600000);
    CHECK(told.calls == 1, "%d calls", told.calls);
    CHECK_OK(event_source_find(db, t.g.arena, STR("d1"), &found, &source, &t.g.err), t.g.err);
    CHECK(found && str_has(source.blocked_text, STR("no such pixel")), STR_FMT,
          STR_ARG(source.blocked_text));
    give_pixel(&t, "RIGHT");
    pass(&t, 1000);
    CHECK(told.ids.n == 10, "%zu", told.ids.n);
    ground_end(&t.g);
}

static void a_dead_token_revokes_the_connection_and_nothing_is_lost(struct database *database,
                                                                    struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    add_lead(&t, "a", "+77011234567");
    told.deny = 1;
    pass(&t, 2000);
    CHECK(IS(ground_ask(&t.g, "SELECT state FROM ad_account_connections WHERE org_id = $1",
                        TEXT(t.g.org)),
             "revoked"),
          "revoked");
    pass(&t, 60000);
    CHECK(told.calls == 1, "%d", told.calls);
    CHECK_OK(db_run(db, NULL, &t.g.err,
                    "UPDATE ad_account_connections SET state = 'connected' WHERE org_id = $1",
                    TEXT(t.g.org)),
             t.g.err);
    pass(&t, 11 * MINUTE_MS);
    CHECK(told.ids.n == 1, "%zu", told.ids.n);
    ground_end(&t.g);
}

static void batches_stay_within_the_platforms_limit(struct database *database, struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    fake_events.event_batch = 7;
    give_pixel(&t, "PIXEL1");
    for (int i = 0; i < 20; i++)
        add_lead(&t, str_c(t.g.arena, str_fmt(t.g.arena, "lead%d", i)), "");
    pass(&t, 2000);
    CHECK(told.calls == 3 && told.largest == 7 && told.ids.n == 20, "%d calls of %zu",
          told.calls, told.largest);
    ground_end(&t.g);
}

static void a_duplicate_and_a_refusal_of_consent_are_not_told(struct database *database,
                                                              struct db *db)
{
    struct lead_touch touch = {.consent = STR("no"), .ttp = STR("t")};
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    add_lead(&t, "a", "+77011234567");
    clock_set_wall(clock_wall_ms() + 10);
    add_lead(&t, "b", "8 701 123 45 67");
    clock_set_wall(clock_wall_ms() + 10);
    struct str no = add_lead(&t, "c", "+77011234569");
    CHECK_OK(db_begin(db, &t.g.err), t.g.err);
    CHECK_OK(db_end(db,
                    lead_touch_store(t.g.app.ring, db, t.g.arena, no, &touch, clock_wall_ms(),
                                     &t.g.err),
                    &t.g.err),
             t.g.err);
    pass(&t, 2000);
    CHECK(IS(states(&t), "interest ViewContent sent\ninterest  skipped\n"
                         "interest  skipped\n"),
          STR_FMT, STR_ARG(states(&t)));
    CHECK(told.ids.n == 1, "%zu", told.ids.n);
    ground_end(&t.g);
}

static void an_unlinked_lead_is_told_when_it_finds_its_direction(struct database *database,
                                                                 struct db *db)
{
    struct lead_wish wish = {.external_id = STR("x"),
                             .ad_account_id = STR(""),
                             .campaign_id = STR("999"),
                             .phone = STR("+77011234567"),
                             .now_ms = GROUND_NOW,
                             .actor = STR("test")};
    struct stage_ground t;
    struct lead lead;
    bool added;
    int64_t changed;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    CHECK_OK(lead_add(&t.g.app, db, t.g.arena, &wish, &lead, &added, &t.g.err), t.g.err);
    CHECK(IS(lead.state, "unlinked"), STR_FMT, STR_ARG(lead.state));
    pass(&t, 5000);
    CHECK(told.calls == 0, "%d", told.calls);
    CHECK_OK(db_run(db, NULL, &t.g.err,
                    "UPDATE directions SET campaign_id = '999' WHERE org_id = $1",
                    TEXT(t.g.org)),
             t.g.err);
    CHECK_OK(lead_relink(db, t.g.arena, clock_wall_ms(), STR("test"), &changed, &t.g.err),
             t.g.err);
    pass(&t, 2000);
    CHECK(changed == 1 && told.ids.n == 1, "%zu", told.ids.n);
    ground_end(&t.g);
}

/* Every statement of the sender may fail: what was told stays one event, and all get told. */
static void
a_sender_that_fails_at_any_statement_loses_and_doubles_nothing(struct database *database,
                                                               struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    for (int64_t k = 1; k <= 25; k++) {
        struct str lead =
            add_lead(&t, str_c(t.g.arena, str_fmt(t.g.arena, "lead%d", (int)k)), "");
        (void)lead;
        clock_set_wall(clock_wall_ms() + 1000);
        struct err err = {0};
        int ran;
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ok = job_run_due(database, kinds, db, NULL, &t.g.app, &ran, &err);
        (void)ok;
        database_fail_at(database, 0, DB_FAULT_ERROR);
        db_scope(db, t.g.org);
    }
    for (int i = 0; i < 40; i++) {
        CHECK_OK((db_scope_system(db), event_sweep(db, t.g.arena, clock_wall_ms(), &t.g.err)),
                 t.g.err);
        db_scope(db, t.g.org);
        pass(&t, 60000);
    }
    CHECK(told.ids.n == 25, "%zu different events", told.ids.n);
    CHECK(IS(ground_ask(&t.g,
                        "SELECT CAST(count(*) AS TEXT) FROM conversion_events"
                        " WHERE org_id = $1 AND state = 'sent'",
                        TEXT(t.g.org)),
             "25"),
          "all settled: " STR_FMT, STR_ARG(states(&t)));
    ground_end(&t.g);
}

static void what_a_dead_sender_had_taken_goes_out_at_once(struct database *database,
                                                          struct db *db)
{
    struct conversions taken = {0};
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    add_lead(&t, "a", "+77011234567");
    add_lead(&t, "b", "+77011234568");
    clock_set_wall(clock_wall_ms() + 2000);
    int64_t now_ms = clock_wall_ms();
    CHECK_OK(conversion_take(db, t.g.arena, STR("d1"), 10, now_ms, now_ms + 120000, &taken,
                             &t.g.err),
             t.g.err);
    CHECK(taken.n == 2, "%zu taken", taken.n);
    pass(&t, 1000);
    CHECK(told.ids.n == 2 && told.doubled == 0, "%zu told", told.ids.n);
    /* The word of the dead one comes late. */
    struct conversion_outcome late = {&taken.at[0], "waiting", STR("late"), 0};
    CHECK_OK(conversion_settle(db, &late, 1, clock_wall_ms(), &t.g.err), t.g.err);
    CHECK(IS(states(&t), "interest ViewContent sent\ninterest ViewContent sent\n"), STR_FMT,
          STR_ARG(states(&t)));
    ground_end(&t.g);
}

static void share_page_id(struct stage_ground *t, struct str lead_id, const char *page_event_id)
{
    CHECK_OK(
        db_begin(t->g.db, &t->g.err) &&
            db_end(t->g.db,
                   conversion_share_page_id(t->g.db, lead_id, str(page_event_id), &t->g.err),
                   &t->g.err),
        t->g.err);
}

static void a_forms_lead_is_told_under_the_id_of_its_page(struct database *database,
                                                          struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    struct str first = add_lead(&t, "a", "+77011234567");
    struct str second = add_lead(&t, "b", "+77011234568");
    share_page_id(&t, first, "form-1");
    share_page_id(&t, second, "form-1"); /* somebody else, on the same page view */
    share_page_id(&t, second, "");
    pass(&t, 2000);
    CHECK(told.ids.n == 2 && told.doubled == 0, "%zu told", told.ids.n);
    struct db_rows rows;
    db_select(db, t.g.arena, &rows,
              "SELECT CASE WHEN event_id = 'form-1' THEN 'the page''s' ELSE 'its own' END"
              " FROM conversion_events WHERE org_id = $1 ORDER BY created_ms, conversion_id",
              TEXT(t.g.org));
    struct str lines = ground_lines(&t.g, &rows);
    CHECK(IS(lines, "the page's\nits own\n"), STR_FMT, STR_ARG(lines));
    /* What comes later is nothing that the page knew of. */
    move_to(&t, first, "qualified");
    pass(&t, 2000);
    CHECK(told.ids.n == 3 && told.doubled == 0, "%zu told", told.ids.n);
    ground_end(&t.g);
}

/* --- any order of everything ---------------------------------------------------------------
 */

static unsigned chance_state;
static unsigned chance(unsigned below)
{
    chance_state = chance_state * 1103515245u + 12345u;
    return (chance_state >> 16) % below;
}

/* Another sender takes some and is slow, or dies: the next run takes them over, its word comes
 * late. */
struct slow_sender {
    struct conversions taken;
};

static void take_slowly(struct stage_ground *t, struct slow_sender *slow)
{
    int64_t now_ms = clock_wall_ms();

    slow->taken = (struct conversions){0};
    CHECK_OK(conversion_take(t->g.db, t->g.arena, STR("d1"), 1 + chance(3), now_ms,
                             now_ms + 120000, &slow->taken, &t->g.err),
             t->g.err);
}

static void speak_late(struct stage_ground *t, struct slow_sender *slow)
{
    for (size_t i = 0; i < slow->taken.n; i++) {
        struct conversion_outcome outcome = {&slow->taken.at[i], "waiting", STR("late"), 0};
        CHECK_OK(conversion_settle(t->g.db, &outcome, 1, clock_wall_ms(), &t->g.err), t->g.err);
    }
    slow->taken = (struct conversions){0};
}

static void run_until_a_statement_fails(struct stage_ground *t)
{
    struct err err = {0};
    int ran;

    clock_set_wall(clock_wall_ms() + 1000);
    database_fail_at(t->g.database, 1 + chance(25), DB_FAULT_ERROR);
    bool ok = job_run_due(t->g.database, kinds, t->g.db, NULL, &t->g.app, &ran, &err);
    (void)ok; /* it may have come through */
    database_fail_at(t->g.database, 0, DB_FAULT_ERROR);
    db_scope(t->g.db, t->g.org);
}

static void replay_any(struct stage_ground *t)
{
    struct str id = ground_ask(&t->g,
                               "SELECT conversion_id FROM conversion_events WHERE org_id = $1"
                               " ORDER BY event_key LIMIT 1",
                               TEXT(t->g.org));
    struct err err = {0};

    bool ok = conversion_replay(t->g.db, t->g.arena, id, STR("test"), clock_wall_ms(), &err);
    CHECK(!ok && (err.kind == ERR_CONFLICT || err.kind == ERR_NOT_FOUND),
          "what is sent or waits is not sent again: %s", err.text);
}

static void any_order_of_senders_failures_and_replays_ends_well(struct database *database,
                                                                struct db *db)
{
    struct slow_sender slow = {0};
    struct stage_ground t;
    int leads = 0;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    chance_state = 20261124;
    for (int step = 0; step < 150; step++)
        switch (chance(9)) {
        case 0:
        case 1: {
            struct str id = str_fmt(t.g.arena, "any%d", leads++);
            struct str lead = add_lead(&t, str_c(t.g.arena, id), "");
            if (chance(2))
                move_to(&t, lead, "qualified");
            break;
        }
        case 2:
            told.busy = 1;
            break;
        case 3:
            told.lose = 1;
            break;
        case 4:
            run_until_a_statement_fails(&t);
            break;
        case 5:
            take_slowly(&t, &slow);
            break;
        case 6:
            speak_late(&t, &slow);
            break;
        case 7:
            replay_any(&t);
            break;
        default:
            sweep_and_pass(&t, 1 + chance(90000));
        }
    for (int i = 0; i < 60; i++)
        sweep_and_pass(&t, 120000);
    speak_late(&t, &slow);
    struct str rows = ground_ask(&t.g,
                                 "SELECT CAST(count(*) AS TEXT) FROM conversion_events"
                                 " WHERE org_id = $1 AND state = 'sent'",
                                 TEXT(t.g.org));
    CHECK(leads > 15 && !str_has(states(&t), STR("waiting")), "%d leads: " STR_FMT, leads,
          STR_ARG(states(&t)));
    CHECK(str_eq(rows, str_fmt(t.g.arena, "%zu", told.ids.n)), STR_FMT " sent, %zu told",
          STR_ARG(rows), told.ids.n);
    ground_end(&t.g);
}

static void the_orgs_own_names_are_used(struct database *database, struct db *db)
{
    struct event_names names;
    struct stage_ground t;

    begin(&t, database, db);
    CHECK_OK(event_names_preset(STR("tiktok"), STR("current"), &names, &t.g.err), t.g.err);
    names.name[1] = STR("SubmitApplication");
    CHECK_OK(event_names_set(db, t.g.arena, STR("tiktok"), &names, STR("test"), GROUND_NOW,
                             &t.g.err),
             t.g.err);
    give_pixel(&t, "PIXEL1");
    struct str lead = add_lead(&t, "a", "+77011234567");
    pass(&t, 1000);
    move_to(&t, lead, "qualified");
    pass(&t, 1000);
    CHECK(IS(states(&t), "interest Lead sent\nqualified SubmitApplication sent\n"), STR_FMT,
          STR_ARG(states(&t)));
    names.name[0] = STR("<script>");
    CHECK(!event_names_set(db, t.g.arena, STR("tiktok"), &names, STR("test"), GROUND_NOW,
                           &t.g.err) &&
              t.g.err.kind == ERR_INVALID,
          "a name of signs");
    ground_end(&t.g);
}

/* An event of a page as the snippet sends it; was it new? */
static bool page_event(struct stage_ground *t, const char *direction_id, const char *name,
                       const char *event_id, const char *consent)
{
    struct conversion_page page = {
        .direction_id = str(direction_id),
        .name = str(name),
        .event_id = str(event_id),
        .touch = {.ttclid = STR("E.C.P.Page"),
                  .ttp = STR("ttp-1"),
                  .ip = STR("203.0.113.9"),
                  .user_agent = STR("Mozilla/5.0"),
                  .page_url = STR("https://shop.example/course?utm_source=tiktok"),
                  .consent = str(consent)},
        .at_ms = clock_wall_ms(),
        .value_micros = 4990 * INT64_C(1000000),
        .currency = STR("KZT")};
    bool added = false;

    CHECK_OK(db_begin(t->g.db, &t->g.err) &&
                 db_end(t->g.db,
                        conversion_add_page(t->g.db, t->g.arena, &page, clock_wall_ms(), &added,
                                            &t->g.err),
                        &t->g.err),
             t->g.err);
    return added;
}

static void a_pages_event_is_told_once_with_the_id_of_its_pixel(struct database *database,
                                                                struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    CHECK(page_event(&t, "d1", "ViewContent", "px-1", "yes"), "new");
    CHECK(!page_event(&t, "d1", "ViewContent", "px-1", "yes"), "the same again");
    CHECK(page_event(&t, "d1", "Purchase", "px-1", ""), "the platform knows an event by both");
    pass(&t, 2000);
    CHECK(told.ids.n == 1 && told.doubled == 1 && IS(told.ids.at[0], "px-1"),
          "%zu, %d in one batch", told.ids.n, told.doubled);
    static const char *const parts[] = {"\"ttclid\":\"E.C.P.Page\"", "\"ttp\":\"ttp-1\"",
                                        "\"ip\":\"203.0.113.9\"",    "shop.example/course",
                                        "\"event\":\"Purchase\"",    "\"value\":4990"};
    for (size_t i = 0; i < countof(parts); i++)
        CHECK(str_has(told.last, str(parts[i])), "%s: " STR_FMT, parts[i], STR_ARG(told.last));
    ground_end(&t.g);
}

static void the_sibling_on_the_other_platform_hears_of_a_page_too(struct database *database,
                                                                  struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    ground_direction(&t.g, "d2", t.account, "502", "78");
    CHECK_OK(db_run(db, NULL, &t.g.err,
                    "UPDATE directions SET name = 'Direction d1', platform = 'facebook'"
                    " WHERE org_id = $1 AND direction_id = 'd2'",
                    TEXT(t.g.org)),
             t.g.err);
    CHECK(page_event(&t, "d1", "ViewContent", "px-1", "yes"), "new");
    CHECK_OK(db_run(db, NULL, &t.g.err,
                    "INSERT INTO event_sources (org_id, direction_id, source, pixel_code,"
                    " created_ms, updated_ms) VALUES ($1, 'd2', 'web', 'FB1', 0, 0)",
                    TEXT(t.g.org)),
             t.g.err);
    CHECK(page_event(&t, "d1", "ViewContent", "px-2", "yes"), "new");
    struct db_rows rows;
    db_select(db, t.g.arena, &rows,
              "SELECT event_id || ' ' || platform || ' ' || direction_id"
              " FROM conversion_events WHERE org_id = $1 ORDER BY event_id, direction_id",
              TEXT(t.g.org));
    struct str lines = ground_lines(&t.g, &rows);
    CHECK(IS(lines, "px-1 tiktok d1\npx-2 tiktok d1\npx-2 facebook d2\n"), STR_FMT,
          STR_ARG(lines));
    ground_end(&t.g);
}

static void a_page_without_consent_or_direction_is_told_to_nobody(struct database *database,
                                                                  struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    CHECK(page_event(&t, "d1", "ViewContent", "px-1", "no"), "kept");
    CHECK(page_event(&t, "", "ViewContent", "px-2", "yes"), "kept");
    struct db_rows rows;
    db_select(db, t.g.arena, &rows,
              "SELECT conversion_id, touch_sealed FROM conversion_events"
              " WHERE org_id = $1 AND event_id = 'px-1'",
              TEXT(t.g.org));
    struct secret opened = {0};
    while (db_next(&rows)) {
        struct seal_place place = {t.g.org, "conversion_events", "touch_sealed",
                                   db_text(&rows, 0)};
        CHECK_OK(
            ring_unseal(t.g.app.ring, t.g.arena, place, db_text(&rows, 1), &opened, &t.g.err),
            t.g.err);
    }
    CHECK_OK(db_done(&rows, &t.g.err), t.g.err);
    CHECK(IS(seal_reveal(opened), "{\"consent\":\"no\"}"), STR_FMT,
          STR_ARG(seal_reveal(opened)));
    pass(&t, 2000);
    CHECK(told.ids.n == 0, "%zu", told.ids.n);
    CHECK(IS(states(&t), " ViewContent skipped\n ViewContent skipped\n"), STR_FMT,
          STR_ARG(states(&t)));
    ground_end(&t.g);
}

static void events_of_pages_are_forgotten_and_those_of_leads_stay(struct database *database,
                                                                  struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    (void)add_lead(&t, "a", "+77011234567");
    CHECK(page_event(&t, "d1", "ViewContent", "px-1", "yes"), "new");
    t.g.conf.event_log_days = 30;
    CHECK_OK(conversion_log_add(
                 db, t.g.arena,
                 &(struct conversion_log){.outcome = STR("sent"), .at_ms = GROUND_NOW}, 1,
                 &t.g.err),
             t.g.err);
    for (int days = 29; days <= 31; days += 2) {
        db_scope_system(db);
        CHECK_OK(event_forget(&t.g.app, db, t.g.arena, GROUND_NOW + days * DAY_MS, &t.g.err),
                 t.g.err);
        db_scope(db, t.g.org);
        CHECK(IS(ground_ask(&t.g, "SELECT count(*) FROM capi_events_log WHERE org_id = $1",
                            TEXT(t.g.org)),
                 days < 30 ? "1" : "0"),
              "attempts go too");
        CHECK(IS(states(&t), days < 30 ? "interest  waiting\n ViewContent waiting\n"
                                       : "interest  waiting\n"),
              "%d: " STR_FMT, days, STR_ARG(states(&t)));
    }
    ground_end(&t.g);
}

static void views_of_pages_are_counted_by_key(struct database *database, struct db *db)
{
    struct lead_keys keys = {0};
    struct stage_ground t;
    struct str id, text;

    begin(&t, database, db);
    CHECK_OK(lead_key_add(db, t.g.arena, STR("site"), STR("d1"), STR("test"), GROUND_NOW, &id,
                          &text, &t.g.err) &&
                 lead_key_count_view(db, id, GROUND_NOW - 40 * DAY_MS, &t.g.err) &&
                 lead_key_count_view(db, id, GROUND_NOW - DAY_MS, &t.g.err) &&
                 lead_key_count_view(db, id, GROUND_NOW, &t.g.err) &&
                 lead_key_count_view(db, id, GROUND_NOW, &t.g.err) &&
                 lead_key_forward_page_views(db, t.g.arena, id, true, STR("test"), &t.g.err) &&
                 lead_key_list(db, t.g.arena, GROUND_NOW, &keys, &t.g.err),
             t.g.err);
    CHECK(keys.n == 1 && keys.at[0].page_views == 3, "%lld in thirty days",
          (long long)keys.at[0].page_views);
    CHECK(keys.at[0].forwards_page_views, "forwarded");
    db_scope(db, t.g.other);
    CHECK(!lead_key_forward_page_views(db, t.g.arena, id, false, STR("test"), &t.g.err) &&
              t.g.err.kind == ERR_NOT_FOUND,
          "another org");
    ground_end(&t.g);
}

static struct event_pixels pixels_of(struct stage_ground *t, const char *platform,
                                     struct str account)
{
    struct event_pixel_filter filter = {.platform = str(platform),
                                        .ad_account_id = account,
                                        .since_ms = clock_wall_ms() - 86400000,
                                        .now_ms = clock_wall_ms()};
    struct event_pixels list = {0};

    CHECK_OK(event_pixel_list(t->g.db, t->g.arena, &filter, &list, &t->g.err), t->g.err);
    return list;
}

static void each_pixel_says_how_its_events_fare(struct database *database, struct db *db)
{
    struct stage_ground t;

    begin(&t, database, db);
    add_lead(&t, "early", "+77011110000");
    struct event_pixels none = pixels_of(&t, "", STR(""));
    CHECK(none.n == 1 && none.at[0].pixel_code.n == 0 && none.at[0].waiting == 1 &&
              none.at[0].oldest_waiting_ms >= GROUND_NOW && none.at[0].uses.n == 0,
          "without a pixel it waits: %zu", none.n);

    give_pixel(&t, "PIXEL1");
    told.busy = 1;
    add_lead(&t, "bad", "");
    told.bad_lead = str_c(t.g.arena, seal_sha256_hex(t.g.arena, STR("bad@example.com")));
    pass(&t, 1000);
    pass(&t, 60000);
    struct event_pixels list = pixels_of(&t, "tiktok", t.account);
    CHECK(list.n == 1, "%zu", list.n);
    const struct event_pixel *one = &list.at[0];
    CHECK(IS(one->pixel_code, "PIXEL1") && one->uses.n == 1 &&
              IS(one->uses.at[0].source, "web"),
          STR_FMT, STR_ARG(one->pixel_code));
    CHECK(one->sent == 1 && one->refused == 1 && one->waiting == 0 && one->retried == 2,
          "%lld sent, %lld refused, %lld waiting, %lld retried", (long long)one->sent,
          (long long)one->refused, (long long)one->waiting, (long long)one->retried);
    CHECK(one->last_sent_ms > 0 && one->breaker == EVENT_BREAKER_CLOSED, "closed");
    CHECK(IS(one->error_outcome, "refused") && IS(one->error_event, "ViewContent") &&
              str_has(one->error_json, STR("I do not like it")),
          STR_FMT, STR_ARG(one->error_json));

    told.busy = 5;
    for (int i = 0; i < 5; i++) {
        add_lead(&t, (char[]){(char)('k' + i), 0}, "");
        pass(&t, 1000);
    }
    one = &(list = pixels_of(&t, "", STR(""))).at[0];
    CHECK(one->breaker == EVENT_BREAKER_OPEN && one->failures >= 5 && one->waiting > 0 &&
              one->again_ms == one->opened_ms + EVENT_BREAKER_MS &&
              IS(one->error_outcome, "failed"),
          "open: %lld failures", (long long)one->failures);
    clock_set_wall(one->again_ms);
    CHECK(pixels_of(&t, "", STR("")).at[0].breaker == EVENT_BREAKER_HALF_OPEN, "half open");

    CHECK(pixels_of(&t, "facebook", STR("")).n == 0 && pixels_of(&t, "", STR("other")).n == 0,
          "of another platform and account there is none");
    clock_set_wall(GROUND_NOW + INT64_C(3) * 86400000);
    one = &(list = pixels_of(&t, "", STR(""))).at[0];
    CHECK(one->sent == 0 && one->refused == 0 && one->error_ms == 0 && one->waiting > 0,
          "what is older is not counted, what waits is");
    db_scope(db, t.g.other);
    CHECK(pixels_of(&t, "", STR("")).n == 0, "nor shown to another org");
    ground_end(&t.g);
}

static void another_org_sees_and_changes_no_events(struct database *database, struct db *db)
{
    struct conversion_filter filter = {.limit = 10};
    struct event_source_wish wish = {.direction_id = STR("d1"),
                                     .source = STR("web"),
                                     .pixel_code = STR("MINE"),
                                     .actor = STR("test")};
    struct conversion_logs logs = {0};
    struct conversions list = {0};
    struct event_source source;
    struct lead_touch touch;
    struct event_names names;
    struct stage_ground t;
    bool found;

    begin(&t, database, db);
    give_pixel(&t, "PIXEL1");
    struct str lead = add_lead(&t, "a", "+77011234567");
    CHECK_OK(event_names_preset(STR("tiktok"), STR("current"), &names, &t.g.err) &&
                 event_names_set(db, t.g.arena, STR("tiktok"), &names, STR("test"), GROUND_NOW,
                                 &t.g.err),
             t.g.err);
    pass(&t, 2000);
    struct str id = ground_ask(&t.g,
                               "SELECT conversion_id FROM conversion_events"
                               " WHERE org_id = $1",
                               TEXT(t.g.org));
    db_scope(db, t.g.other);
    CHECK_OK(conversion_list(db, t.g.arena, &filter, &list, &t.g.err) &&
                 conversion_log_list(db, t.g.arena, &filter, &logs, &t.g.err) &&
                 event_source_find(db, t.g.arena, STR("d1"), &found, &source, &t.g.err) &&
                 lead_touch_find(t.g.app.ring, db, t.g.arena, lead, &touch, &t.g.err) &&
                 event_names_get(db, t.g.arena, STR("tiktok"), &names, &t.g.err),
             t.g.err);
    CHECK(list.n == 0 && logs.n == 0 && !found && lead_touch_empty(&touch), "nothing");
    CHECK(IS(names.name[0], "ViewContent"), STR_FMT, STR_ARG(names.name[0]));
    CHECK(!conversion_replay(db, t.g.arena, id, STR("test"), GROUND_NOW, &t.g.err) &&
              t.g.err.kind == ERR_NOT_FOUND,
          "replay");
    CHECK(!event_source_set(&t.g.app, db, t.g.arena, &wish, GROUND_NOW, &t.g.err) &&
              t.g.err.kind == ERR_NOT_FOUND,
          "set");
    CHECK(!event_source_delete(db, t.g.arena, STR("d1"), STR("test"), &t.g.err) &&
              t.g.err.kind == ERR_NOT_FOUND,
          "delete");
    ground_end(&t.g);
}

int main(void)
{
    log_setup(LOG_ERROR, 0);
    RUN_ON_DATABASES(the_way_of_a_lead_is_told_stage_by_stage);
    RUN_ON_DATABASES(a_stage_that_is_reached_twice_is_told_once);
    RUN_ON_DATABASES(what_happened_before_the_pixel_was_known_is_told_when_it_is);
    RUN_ON_DATABASES(failures_are_repeated_with_the_same_id);
    RUN_ON_DATABASES(five_failures_open_the_breaker_and_one_probe_closes_it);
    RUN_ON_DATABASES(clocks_that_disagree_lose_no_event);
    RUN_ON_DATABASES(an_event_that_fails_again_and_again_does_not_hold_up_later_ones);
    RUN_ON_DATABASES(while_the_breaker_is_open_the_events_say_so);
    RUN_ON_DATABASES(a_probe_that_fails_opens_it_again);
    RUN_ON_DATABASES(one_bad_event_does_not_block_the_others);
    RUN_ON_DATABASES(a_refused_pixel_keeps_everything_until_it_is_mended);
    RUN_ON_DATABASES(a_dead_token_revokes_the_connection_and_nothing_is_lost);
    RUN_ON_DATABASES(batches_stay_within_the_platforms_limit);
    RUN_ON_DATABASES(a_duplicate_and_a_refusal_of_consent_are_not_told);
    RUN_ON_DATABASES(an_unlinked_lead_is_told_when_it_finds_its_direction);
    RUN_ON_DATABASES(what_a_dead_sender_had_taken_goes_out_at_once);
    RUN_ON_DATABASES(a_forms_lead_is_told_under_the_id_of_its_page);
    RUN_ON_DATABASES(a_sender_that_fails_at_any_statement_loses_and_doubles_nothing);
    RUN_ON_DATABASES(any_order_of_senders_failures_and_replays_ends_well);
    RUN_ON_DATABASES(the_orgs_own_names_are_used);
    RUN_ON_DATABASES(a_pages_event_is_told_once_with_the_id_of_its_pixel);
    RUN_ON_DATABASES(the_sibling_on_the_other_platform_hears_of_a_page_too);
    RUN_ON_DATABASES(a_page_without_consent_or_direction_is_told_to_nobody);
    RUN_ON_DATABASES(events_of_pages_are_forgotten_and_those_of_leads_stay);
    RUN_ON_DATABASES(views_of_pages_are_counted_by_key);
    RUN_ON_DATABASES(each_pixel_says_how_its_events_fare);
    RUN_ON_DATABASES(another_org_sees_and_changes_no_events);
    ring_free(ground_ring);
    return test_report();
}
